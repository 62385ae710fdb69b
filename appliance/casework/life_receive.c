/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/life_moves.h"

#include "appliance/base/text.h"

#include <string.h>

static gboolean check_late_entry(const LifeEvent *event, GError **error)
{
    if (!life_given(event->reason))
        return error_set(error, ERROR_INVALID, "a later entry (补登) needs a reason");
    if (!life_given(event->second_person) || life_same_person(event->person, event->second_person))
        return error_set(error, ERROR_SECOND_PERSON, "later entry (补登) by %s", event->person);
    return TRUE;
}

gboolean life_check_kind(const LifeState *state, const LifeEvent *event, const ProfileKind **kind,
                         GError **error)
{
    *kind = profile_kind(state->rules->profile, event->kind);
    if (*kind == NULL)
        return error_set(error, ERROR_INVALID, "kind %s: this hall has none", event->kind);
    if ((*kind)->role == KIND_RETURN)
        return error_set(error, ERROR_RULE, "退回 is a step, not a kind one enters");
    if ((*kind)->decides == DECIDES_CENTRE && event->actor != ACTOR_CENTRE)
        return error_set(error, ERROR_RULE, "%s is for the centre to decide", (*kind)->name);
    return TRUE;
}

static gboolean check_receipt_day(const LifeState *state, const LifeEvent *event, GError **error)
{
    const Item *item = state->rules->item;

    if (event->received == DAY_NONE || event->received > event->day)
        return error_set(error, ERROR_INVALID, "received after it is recorded");
    if (event->received < item->from || (item->to != DAY_NONE && event->received > item->to))
        return error_set(error, ERROR_RULE, "item %s: this version was not in force on that day",
                         item->code);
    if (event->received < event->day && !check_late_entry(event, error))
        return FALSE;
    if (event->evidence == EVIDENCE_TAKEN_FOR &&
        (!life_given(event->taken_for) || life_same_person(event->taken_for, event->person)))
        return error_set(error, ERROR_INVALID, "代收: for whom is not said");
    return TRUE;
}

/* 行政许可法 29: by which ways one may apply is published with the item. */
static gboolean check_channel(const LifeState *state, const LifeEvent *event, GError **error)
{
    const char *channel = event->channel == NULL ? "window" : event->channel;

    return g_strv_contains((const char *const *)state->rules->item->channels, channel) ||
           error_set(error, ERROR_RULE, "item %s is not applied for by %s",
                     state->rules->item->code, channel);
}

gboolean life_step_receive(LifeState *state, const LifeEvent *event, GError **error)
{
    const ProfileKind *kind;

    if (!life_check_kind(state, event, &kind, error) || !check_receipt_day(state, event, error) ||
        !check_channel(state, event, error))
        return FALSE;
    state->stage = LIFE_RECEIVED;
    state->kind = text_intern(kind->token);
    state->secret = event->secret;
    state->received = state->round = event->received;
    state->received_minute = event->received_minute;
    state->recorded = event->day;
    state->evidence = event->evidence;
    state->clerk = text_intern(event->person);
    state->visits = 1;
    if (event->received < event->day)
        state->flags |= FLAG_LATE_ENTRY;
    return TRUE;
}

gboolean life_step_receipt(LifeState *state, const LifeEvent *event, GError **error)
{
    (void)event, (void)error;
    state->numbers_fixed = TRUE;
    life_issue(state, PAPER_RECEIPT);
    return TRUE;
}

gboolean life_step_correct(LifeState *state, const LifeEvent *event, GError **error)
{
    if (event->paper_before == 0)
        return error_set(error, ERROR_INVALID, "a correction keeps the image before");
    life_back_to_received(state);
    return TRUE;
}
