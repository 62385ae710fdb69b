/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/life_moves.h"

/* Every department of a 联办件 has spoken; to grant, all agreed. */
static gboolean check_subs(const LifeState *state, gboolean grant, GError **error)
{
    const ProfileKind *kind = life_kind(state);
    guint needed = MAX(1, MAX(kind->min_departments, kind->min_windows));

    if (kind->role != KIND_JOINT)
        return TRUE;
    if (state->n_subs < needed)
        return error_set(error, ERROR_RULE, "a 联办件 has at least %u parts", needed);
    for (guint i = 0; i < state->n_subs; i++)
        if (state->subs[i].state == SUB_RUNNING || (grant && state->subs[i].state != SUB_AGREED))
            return error_set(error, ERROR_RULE, "%s has not %s", state->subs[i].department,
                             grant ? "agreed" : "spoken");
    return TRUE;
}

static gboolean check_grant(const LifeState *state, GError **error)
{
    if (state->tolerance_over)
        return error_set(error, ERROR_RULE, "a 容缺 is overdue: 不予 or withdrawn");
    if (life_open_keys(state) > 0)
        return error_set(error, ERROR_NOT_COMPLETE, "%u defects are open", life_open_keys(state));
    if (life_is_upper(state) && !state->upper_reply)
        return error_set(error, ERROR_RULE, "the upper organ has not replied (批复)");
    return TRUE;
}

static void flag_lateness(LifeState *state, const LifeEvent *event)
{
    ClockReading reading;

    if (!life_clock(state, CLOCK_DECIDE, event->day, event->minute, &reading))
        return;
    state->flags |= reading.overdue ? (guint)FLAG_OVERDUE : 0;
    state->flags |= reading.unlawful ? (guint)FLAG_UNLAWFUL : 0;
}

gboolean life_step_decide(LifeState *state, const LifeEvent *event, GError **error)
{
    if (event->actor != ACTOR_DEPARTMENT && event->actor != ACTOR_LEADER &&
        life_role(state) != KIND_INSTANT)
        return error_set(error, ERROR_FORBIDDEN, "only a 即办件 is decided at the window");
    if (!event->good &&
        (!life_given(event->reason) || !life_given(event->law) || !life_given(event->remedy)))
        return error_set(error, ERROR_INVALID, "不予 needs reason, legal basis and remedy");
    if (!check_subs(state, event->good, error) || (event->good && !check_grant(state, error)))
        return FALSE;
    state->stage = LIFE_DECIDED;
    state->ending = event->good ? ENDING_GRANTED : ENDING_DENIED;
    state->decided = event->day;
    state->decided_minute = event->minute;
    flag_lateness(state, event);
    life_issue(state, event->good ? PAPER_GRANT : PAPER_DENIAL);
    if (event->good && state->rules->item->titles[PAPER_LICENCE] != NULL)
        life_issue(state, PAPER_LICENCE);
    return TRUE;
}

gboolean life_step_deliver(LifeState *state, const LifeEvent *event, GError **error)
{
    (void)error;
    state->stage = LIFE_DELIVERED;
    state->delivered = event->day;
    life_issue(state, PAPER_DELIVERY);
    return TRUE;
}

gboolean life_step_file(LifeState *state, const LifeEvent *event, GError **error)
{
    if (!event->may_file)
        return error_set(error, ERROR_FILING_REFUSED, "the filing rule stands against it");
    if (state->green == GREEN_RUNNING)
        return error_set(error, ERROR_RULE, "the form of the 绿色通道 is not collected");
    state->stage = LIFE_FILED;
    state->filed = event->day;
    state->versions = 1;
    return TRUE;
}

gboolean life_step_append(LifeState *state, const LifeEvent *event, GError **error)
{
    (void)event, (void)error;
    state->versions++;
    return TRUE;
}
