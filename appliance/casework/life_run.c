/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/life_moves.h"

#include "appliance/base/text.h"

#include <string.h>

/* ---- on the way ---- */

gboolean life_step_pause(LifeState *state, const LifeEvent *event, GError **error)
{
    const ClockProfile *decide = state->rules->item->clocks[CLOCK_DECIDE];

    if (decide == NULL || !(decide->pauses & (guint)event->pause) ||
        event->pause == PAUSE_SUPPLEMENT)
        return error_set(error, ERROR_RULE, "the item's clock does not stop for that");
    if (!life_add_stop(state, event->pause, event, event->reference, error))
        return FALSE;
    state->stage = LIFE_PAUSED;
    life_issue(state, PAPER_SPECIAL);
    return TRUE;
}

gboolean life_step_resume(LifeState *state, const LifeEvent *event, GError **error)
{
    (void)error;
    life_close_stops(state, FALSE, event->day);
    state->stage = LIFE_ACCEPTED;
    return TRUE;
}

gboolean life_step_extend(LifeState *state, const LifeEvent *event, GError **error)
{
    const ClockProfile *decide = state->rules->item->clocks[CLOCK_DECIDE];
    ClockReading reading;

    if (decide == NULL || decide->extension == 0)
        return error_set(error, ERROR_RULE, "this item cannot be extended");
    if (state->extended)
        return error_set(error, ERROR_RULE, "extended once already");
    if (life_clock(state, CLOCK_DECIDE, event->day, event->minute, &reading) && reading.unlawful)
        return error_set(error, ERROR_RULE, "the limit is past");
    state->extended = TRUE;
    life_issue(state, PAPER_EXTENSION);
    return TRUE;
}

gboolean life_is_upper(const LifeState *state)
{
    return state->rules->item->upper || life_role(state) == KIND_UPPER;
}

gboolean life_step_hand_up(LifeState *state, const LifeEvent *event, GError **error)
{
    if (!life_is_upper(state))
        return error_set(error, ERROR_RULE, "this item is decided here");
    if (state->handed_up != DAY_NONE)
        return error_set(error, ERROR_RULE, "handed up already");
    if (life_open_keys(state) > 0)
        return error_set(error, ERROR_NOT_COMPLETE, "all materials go up, %u defects are open",
                         life_open_keys(state));
    state->stage = LIFE_HANDED_UP;
    state->handed_up = event->day;
    life_issue(state, PAPER_HAND_UP);
    return TRUE;
}

gboolean life_step_upper_receipt(LifeState *state, const LifeEvent *event, GError **error)
{
    (void)event;
    if (state->upper_receipt)
        return error_set(error, ERROR_RULE, "the upper organ has signed for it already");
    state->upper_receipt = TRUE;
    return TRUE;
}

gboolean life_step_upper_reply(LifeState *state, const LifeEvent *event, GError **error)
{
    (void)event;
    if (!state->upper_receipt)
        return error_set(error, ERROR_RULE, "the upper organ has not signed for it");
    state->upper_reply = TRUE;
    state->stage = LIFE_ACCEPTED;
    return TRUE;
}

static guint find_sub(const LifeState *state, const char *department)
{
    for (guint i = 0; i < state->n_subs; i++)
        if (strcmp(state->subs[i].department, department) == 0)
            return i;
    return LIFE_DEPARTMENTS_MAX;
}

gboolean life_step_sub_open(LifeState *state, const LifeEvent *event, GError **error)
{
    if (life_role(state) != KIND_JOINT)
        return error_set(error, ERROR_RULE, "not a 联办件");
    if (find_sub(state, event->department) < state->n_subs)
        return error_set(error, ERROR_RULE, "%s has its part already", event->department);
    if (state->n_subs == LIFE_DEPARTMENTS_MAX)
        return error_set(error, ERROR_RULE, "more than %d departments", LIFE_DEPARTMENTS_MAX);
    state->subs[state->n_subs].department = text_intern(event->department);
    state->subs[state->n_subs].state = SUB_RUNNING;
    state->n_subs++;
    return TRUE;
}

gboolean life_step_sub_close(LifeState *state, const LifeEvent *event, GError **error)
{
    guint i = find_sub(state, event->department);

    if (i >= state->n_subs || state->subs[i].state != SUB_RUNNING)
        return error_set(error, ERROR_RULE, "%s has no open part", event->department);
    state->subs[i].state = event->good ? SUB_AGREED : SUB_DECLINED;
    return TRUE;
}

/* ---- kinds ---- */

gboolean life_step_kind(LifeState *state, const LifeEvent *event, GError **error)
{
    const ProfileKind *kind;
    ClockReading reading;

    if (!life_check_kind(state, event, &kind, error))
        return FALSE;
    if (strcmp(kind->token, state->kind) == 0)
        return error_set(error, ERROR_RULE, "it is a %s already", kind->name);
    if (state->stage == LIFE_ACCEPTED && state->kind_changes_after_acceptance > 0)
        return error_set(error, ERROR_RULE, "the kind changes once after acceptance");
    if (state->n_subs > 0)
        return error_set(error, ERROR_RULE, "departments have their parts in it");
    if (state->stage == LIFE_ACCEPTED) {
        if (life_clock(state, CLOCK_DECIDE, event->day, event->minute, &reading) &&
            (reading.warning > 0 || reading.overdue))
            state->flags |= FLAG_KIND_NEAR_END;
        state->kind_changes_after_acceptance++;
        life_issue(state, kind->notice);
    }
    state->kind = text_intern(kind->token);
    return TRUE;
}

gboolean life_step_urgent(LifeState *state, const LifeEvent *event, GError **error)
{
    (void)event;
    if (profile_kind_by_role(state->rules->profile, KIND_URGENT) == NULL)
        return error_set(error, ERROR_RULE, "this hall has no 急办件");
    if (state->urgent)
        return error_set(error, ERROR_RULE, "urgent already");
    state->urgent = TRUE;
    life_issue(state, PAPER_URGENT);
    return TRUE;
}

gboolean life_step_green_start(LifeState *state, const LifeEvent *event, GError **error)
{
    char **scope = state->rules->profile->green_scope;

    if (g_strv_length(scope) == 0)
        return error_set(error, ERROR_RULE, "this hall has no 绿色通道");
    if (state->green != GREEN_NONE)
        return error_set(error, ERROR_RULE, "in the 绿色通道 already");
    if (event->actor != ACTOR_CENTRE && !g_strv_contains((const char *const *)scope, event->reason))
        return error_set(error, ERROR_RULE, "%s: not within the scope of the 绿色通道",
                         event->reason);
    state->green = GREEN_RUNNING;
    life_issue(state, PAPER_GREEN);
    return TRUE;
}

gboolean life_step_green_in(LifeState *state, const LifeEvent *event, GError **error)
{
    if (state->green != GREEN_RUNNING || state->green_window != 0)
        return error_set(error, ERROR_RULE, "the form is not on its way");
    state->green_window = event->window;
    return TRUE;
}

gboolean life_step_green_out(LifeState *state, const LifeEvent *event, GError **error)
{
    if (state->green != GREEN_RUNNING || state->green_window != event->window)
        return error_set(error, ERROR_RULE, "the form is not at window %03u", event->window);
    state->green_window = 0;
    return TRUE;
}

gboolean life_step_green_collect(LifeState *state, const LifeEvent *event, GError **error)
{
    (void)event;
    if (state->green != GREEN_RUNNING || state->green_window != 0)
        return error_set(error, ERROR_RULE, "the form is at a window or nowhere");
    state->green = GREEN_COLLECTED;
    return TRUE;
}
