/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/life_moves.h"

#include "appliance/base/text.h"

#include <string.h>

/* ---- checking ---- */

gboolean life_step_first_check(LifeState *state, const LifeEvent *event, GError **error)
{
    if (event->persons_open > 0)
        return error_set(error, ERROR_NOT_COMPLETE, "%u slots wait for a person",
                         event->persons_open);
    for (guint i = 0; i < state->n_keys; i++)
        state->keys[i].flags &= ~(guint)KEY_OPEN;
    for (gsize i = 0; i < event->n_keys; i++) {
        LifeKey *key = life_find_key(state, event->keys[i]);
        gboolean fresh = event->fresh != NULL && event->fresh[i];

        if (key != NULL && (key->flags & KEY_OPEN))
            return error_set(error, ERROR_INVALID, "%s stands twice", event->keys[i]);
        if (key != NULL)
            key->flags |= KEY_OPEN;
        else if (!life_add_key(state, event->keys[i],
                               KEY_OPEN | (state->notices > 0 && !fresh ? (guint)KEY_LATE : 0),
                               error))
            return FALSE;
    }
    state->stage = LIFE_CHECKED;
    state->first_checker = text_intern(event->person);
    state->second_checker = NULL;
    state->persons_open = 0;
    state->main_missing = event->main_missing;
    return TRUE;
}

gboolean life_step_second_check(LifeState *state, const LifeEvent *event, GError **error)
{
    if (life_same_person(state->first_checker, event->person))
        return error_set(error, ERROR_SECOND_PERSON, "%s did the first check", event->person);
    if (event->good) {
        state->second_checker = text_intern(event->person);
        return TRUE;
    }
    if (!life_given(event->reason))
        return error_set(error, ERROR_INVALID, "sending back needs a reason");
    life_back_to_received(state);
    return TRUE;
}

/* ---- telling once ---- */

gboolean life_step_supplement(LifeState *state, const LifeEvent *event, GError **error)
{
    if (life_untold_keys(state) == 0)
        return error_set(error, ERROR_RULE, "nothing to tell that has not been told: remind");
    for (guint i = 0; i < state->n_keys; i++)
        if ((state->keys[i].flags & (KEY_OPEN | KEY_LATE | KEY_TOLD | KEY_RELEASED)) ==
            (KEY_OPEN | KEY_LATE))
            return error_set(error, ERROR_RULE,
                             "%s was there at the first notice: the supervisor releases it",
                             state->keys[i].key);
    for (guint i = 0; i < state->n_keys; i++)
        if (state->keys[i].flags & KEY_OPEN)
            state->keys[i].flags |= KEY_TOLD;
    state->stage = LIFE_SUPPLEMENT;
    state->notices++;
    state->notice = event->paper;
    state->told = DAY_NONE;
    life_issue(state, PAPER_SUPPLEMENT);
    if (life_role(state) == KIND_SUPPLEMENT)
        life_issue(state, PAPER_KIND_SUPPLEMENT);
    return TRUE;
}

gboolean life_step_tell(LifeState *state, const LifeEvent *event, GError **error)
{
    const ClockProfile *decide = state->rules->item->clocks[CLOCK_DECIDE];
    ClockReading reading;

    if (event->paper != state->notice)
        return error_set(error, ERROR_INVALID, "document %03u is not the open notice",
                         event->paper);
    if (state->told != DAY_NONE)
        return error_set(error, ERROR_RULE, "the notice has been told already");
    if (life_clock(state, CLOCK_TELL, event->day, event->minute, &reading) && reading.unlawful)
        state->flags |= FLAG_TOLD_LATE;
    state->told = event->day;
    if (decide != NULL && (decide->pauses & PAUSE_SUPPLEMENT))
        return life_add_stop(state, PAUSE_SUPPLEMENT, event, "补正告知书", error);
    return TRUE;
}

gboolean life_step_remind(LifeState *state, const LifeEvent *event, GError **error)
{
    if (life_count_keys(state, KEY_OPEN | KEY_TOLD, 0) == 0)
        return error_set(error, ERROR_RULE, "no line of the notice is open");
    if (life_untold_keys(state) > 0)
        return error_set(error, ERROR_RULE, "a reminder may not tell anything new");
    if (state->stage == LIFE_SUPPLEMENT && state->told == DAY_NONE)
        return error_set(error, ERROR_RULE, "the notice itself has not been told yet");
    if (state->stage == LIFE_CHECKED) {
        state->stage = LIFE_SUPPLEMENT;
        state->notice = event->paper;
        state->told = DAY_NONE;
    }
    state->reminders++;
    life_issue(state, PAPER_REMINDER);
    return TRUE;
}

gboolean life_step_release(LifeState *state, const LifeEvent *event, GError **error)
{
    const guint late = KEY_OPEN | KEY_LATE;

    for (gsize i = 0; i < event->n_keys; i++) {
        LifeKey *key = life_find_key(state, event->keys[i]);

        if (key == NULL || (key->flags & (late | KEY_TOLD | KEY_RELEASED)) != late)
            return error_set(error, ERROR_INVALID, "%s: nothing to release", event->keys[i]);
        key->flags |= KEY_RELEASED;
    }
    state->flags |= FLAG_NOT_ONCE;
    return TRUE;
}

gboolean life_step_bring(LifeState *state, const LifeEvent *event, GError **error)
{
    if (state->stage == LIFE_ACCEPTED && state->tolerated > 0)
        return error_set(error, ERROR_RULE, "a 容缺 is open: record what was brought for it");
    if (!life_settle_keys(state, event, error))
        return FALSE;
    state->visits++;
    if (state->stage == LIFE_ACCEPTED)
        return TRUE;
    if (state->stage == LIFE_SUPPLEMENT) {
        if (life_open_keys(state) > 0)
            return TRUE;
        state->completed = state->round = event->day;
        state->told = DAY_NONE;
        life_close_stops(state, TRUE, event->day);
    }
    life_back_to_received(state);
    return TRUE;
}

gboolean life_step_lapse(LifeState *state, const LifeEvent *event, GError **error)
{
    gboolean terminated = state->rules->item->terminated;
    ClockReading reading;

    if (!life_clock(state, CLOCK_SUPPLEMENT, event->day, event->minute, &reading) ||
        !reading.expired || reading.action != EXPIRY_LAPSED)
        return error_set(error, ERROR_RULE, "the applicant's time is not over");
    life_end_with(state, LIFE_LAPSED, terminated ? ENDING_TERMINATED : ENDING_ABANDONED,
                  event->day);
    life_issue(state, PAPER_LAPSE);
    return TRUE;
}
