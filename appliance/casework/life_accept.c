/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/life_moves.h"

#include "appliance/base/text.h"

#define RETURN_WORKDAYS 3 /* 最迟不超过三个工作日, where a profile names no other */

/* ---- ending before acceptance ---- */

gboolean life_step_refuse(LifeState *state, const LifeEvent *event, GError **error)
{
    (void)error;
    life_end_with(state, LIFE_REFUSED, ENDING_REFUSED, event->day);
    life_issue(state, PAPER_REFUSAL);
    return TRUE;
}

gboolean life_step_not_needed(LifeState *state, const LifeEvent *event, GError **error)
{
    (void)error;
    life_end_with(state, LIFE_NOT_NEEDED, ENDING_NOT_NEEDED, event->day);
    life_issue(state, PAPER_NOT_NEEDED);
    return TRUE;
}

gboolean life_step_return(LifeState *state, const LifeEvent *event, GError **error)
{
    const ProfileKind *kind = profile_kind_by_role(state->rules->profile, KIND_RETURN);
    gint limit;

    if (kind == NULL)
        return error_set(error, ERROR_RULE, "this hall has no 退回件");
    if (state->main_missing)
        return error_set(error, ERROR_RULE,
                         "a missing main material is supplemented (补正), not returned");
    limit = kind->tell_workdays > 0 ? (gint)kind->tell_workdays : RETURN_WORKDAYS;
    if (calendar_workdays(state->rules->calendar, state->round, event->day) > limit)
        return error_set(error, ERROR_RULE, "returned within %d working days or not at all", limit);
    life_end_with(state, LIFE_RETURNED, ENDING_RETURNED, event->day);
    state->returner = text_intern(event->person);
    life_issue(state, PAPER_RETURN);
    return TRUE;
}

gboolean life_step_review(LifeState *state, const LifeEvent *event, GError **error)
{
    if (life_same_person(state->returner, event->person))
        return error_set(error, ERROR_SECOND_PERSON, "%s returned it", event->person);
    if (state->reviewed)
        return error_set(error, ERROR_RULE, "reviewed (复核) once already");
    state->reviewed = TRUE;
    life_issue(state, PAPER_REVIEW);
    if (!event->good)
        return TRUE;
    life_back_to_received(state);
    state->ending = ENDING_NONE;
    state->ended = DAY_NONE;
    state->round = event->day;
    state->flags |= FLAG_OVERTURNED;
    return TRUE;
}

gboolean life_step_withdraw(LifeState *state, const LifeEvent *event, GError **error)
{
    (void)error;
    life_end_with(state, LIFE_WITHDRAWN, ENDING_WITHDRAWN, event->day);
    life_issue(state, PAPER_WITHDRAWAL);
    return TRUE;
}

/* ---- accepting ---- */

static gboolean take_tolerance(LifeState *state, const LifeEvent *event, GError **error)
{
    const Item *item = state->rules->item;
    ClockReading reading;

    if (!event->tolerate)
        return error_set(error, ERROR_NOT_COMPLETE, "%u defects are open", life_open_keys(state));
    if (!life_tolerable_slots(state, &state->tolerated, error))
        return FALSE;
    if (state->tolerated > item->tolerate_max)
        return error_set(error, ERROR_RULE, "%u slots 容缺, the item allows %u", state->tolerated,
                         item->tolerate_max);
    if (event->bad_credit)
        return error_set(error, ERROR_RULE, "no 容缺 for an applicant of bad credit");
    if (event->paper_before == 0)
        return error_set(error, ERROR_INVALID, "the signed promise (承诺书) is not in the case");
    if (event->until == DAY_NONE || event->until < event->day)
        return error_set(error, ERROR_INVALID, "until when it may follow is not said");
    if (life_clock(state, CLOCK_TOLERATE, event->day, event->minute, &reading) &&
        reading.law != DAY_NONE && event->until > reading.law)
        return error_set(error, ERROR_RULE, "promised for later than the item allows");
    state->tolerated_until = event->until;
    life_issue(state, PAPER_TOLERANCE);
    return TRUE;
}

gboolean life_step_accept(LifeState *state, const LifeEvent *event, GError **error)
{
    const ProfileKind *kind = life_kind(state);

    if (state->rules->item->second_check && state->second_checker == NULL)
        return error_set(error, ERROR_SECOND_PERSON, "this item is checked twice (复审)");
    state->stage = LIFE_ACCEPTED;
    state->accepted = state->effective = event->day;
    state->accepted_minute = event->minute;
    if (state->completed == DAY_NONE)
        state->completed = state->received;
    if (life_open_keys(state) > 0) {
        if (!take_tolerance(state, event, error))
            return FALSE;
    } else
        life_issue(state, kind->notice == PAPER_PROMISE ? PAPER_PROMISE : PAPER_ACCEPTANCE);
    if (kind->role == KIND_JOINT)
        life_issue(state, PAPER_JOINT);
    return TRUE;
}

gboolean life_step_silence(LifeState *state, const LifeEvent *event, GError **error)
{
    ClockReading reading;

    if (!life_clock(state, CLOCK_TELL, event->day, event->minute, &reading) || !reading.expired ||
        reading.action != EXPIRY_ACCEPTED)
        return error_set(error, ERROR_RULE, "silence accepts nothing here today");
    if (life_open_keys(state) > 0)
        state->flags |= FLAG_ACCEPTED_LACKING;
    state->stage = LIFE_ACCEPTED;
    state->accepted = event->day;
    state->effective = reading.effective;
    if (state->completed == DAY_NONE)
        state->completed = state->received;
    state->flags |= FLAG_SILENCE;
    life_issue(state, PAPER_ACCEPTANCE);
    return TRUE;
}

gboolean life_step_tolerated(LifeState *state, const LifeEvent *event, GError **error)
{
    if (state->tolerated == 0)
        return error_set(error, ERROR_RULE, "no 容缺 is open");
    if (state->tolerance_over || event->day > state->tolerated_until)
        return error_set(error, ERROR_RULE, "the promised day is past (容缺超期)");
    if (!life_settle_keys(state, event, error) ||
        !life_tolerable_slots(state, &state->tolerated, error))
        return FALSE;
    state->visits++;
    return TRUE;
}

gboolean life_step_tolerance_over(LifeState *state, const LifeEvent *event, GError **error)
{
    if (state->tolerated == 0 || state->tolerance_over || event->day <= state->tolerated_until)
        return error_set(error, ERROR_RULE, "no 容缺 is overdue");
    state->tolerance_over = TRUE;
    state->flags |= FLAG_TOLERANCE_OVER;
    return TRUE;
}
