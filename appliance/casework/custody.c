/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/custody.h"

#include "appliance/base/text.h"

#include <string.h>

#define AT(place) (1u << PLACE_##place)
#define KEPT      (AT(CABINET) | AT(BOX) | AT(SHELF))
#define IN_HOUSE  (AT(WINDOW) | AT(DEPARTMENT) | KEPT)

/* From where a step may be taken, and what must be said for it. */
static const struct {
    const char *token;
    guint from;
    gboolean receiver, reason;
} rows[CUSTODY_EVENTS] = {
    [CUSTODY_RECEIVE] = {"receive", AT(NOWHERE), FALSE, FALSE},
    [CUSTODY_MOVE] = {"move", IN_HOUSE, FALSE, FALSE},
    [CUSTODY_HAND_OVER] = {"hand-over", IN_HOUSE, TRUE, FALSE},
    [CUSTODY_RETURN] = {"return", IN_HOUSE, TRUE, FALSE},
    [CUSTODY_LEND] = {"lend", IN_HOUSE, TRUE, TRUE},
    [CUSTODY_BRING_BACK] = {"bring-back", AT(LENT), FALSE, FALSE},
    [CUSTODY_TRANSFER] = {"transfer", IN_HOUSE, TRUE, FALSE},
    [CUSTODY_DESTROY] = {"destroy", KEPT, TRUE, TRUE},
    [CUSTODY_MISS] = {"miss", IN_HOUSE | AT(LENT), FALSE, TRUE},
    [CUSTODY_FIND] = {"find", AT(MISSING), FALSE, FALSE},
};

static const char *const places[CUSTODY_PLACES][2] = {
    {"nowhere", "未收"},       {"window", "窗口"},     {"department", "部门"},
    {"cabinet", "档案柜"},     {"box", "档案盒"},      {"shelf", "架位"},
    {"lent", "借出"},          {"missing", "遗失"},    {"handed-back", "已退还"},
    {"transferred", "已移交"}, {"destroyed", "已销毁"}};

static gboolean is_given(const char *text)
{
    return text != NULL && *text != '\0';
}

gboolean custody_is_in_house(CustodyPlace place)
{
    return (IN_HOUSE & 1u << place) != 0;
}

static gboolean check_event(const CustodyState *state, const CustodyEvent *event, GError **error)
{
    if ((int)event->type < 0 || event->type >= CUSTODY_EVENTS)
        return error_set(error, ERROR_INVALID, "no such step");
    if (!(rows[event->type].from & 1u << state->place))
        return error_set(error, ERROR_WRONG_STATE, "%s: the paper is %s (%s)",
                         rows[event->type].token, places[state->place][0], places[state->place][1]);
    if (!is_given(event->person))
        return error_set(error, ERROR_INVALID, "%s: who does it is not said",
                         rows[event->type].token);
    if (event->day == DAY_NONE || (state->since != DAY_NONE && event->day < state->since))
        return error_set(error, ERROR_RULE, "%s: the day lies before the last step",
                         rows[event->type].token);
    if (rows[event->type].receiver && !is_given(event->receiver))
        return error_set(error, ERROR_SECOND_PERSON, "%s: who takes it signs",
                         rows[event->type].token);
    if (rows[event->type].receiver && strcmp(event->person, event->receiver) == 0)
        return error_set(error, ERROR_SECOND_PERSON, "%s gives and takes", event->person);
    if (rows[event->type].reason && !is_given(event->reason))
        return error_set(error, ERROR_INVALID, "%s: no reason is given", rows[event->type].token);
    return TRUE;
}

/* RECEIVE, MOVE, HAND_OVER lay it down somewhere in the house. */
static gboolean lay_down(CustodyState *state, const CustodyEvent *event, GError **error)
{
    if (!custody_is_in_house(event->to) || !is_given(event->where))
        return error_set(error, ERROR_INVALID, "where it is laid is not said");
    if (event->type == CUSTODY_MOVE && strcmp(event->person, state->holder) != 0)
        return error_set(error, ERROR_RULE, "%s answers for it, not %s", state->holder,
                         event->person);
    state->place = event->to;
    state->where = text_intern(event->where);
    state->holder =
        text_intern(event->type == CUSTODY_HAND_OVER ? event->receiver : event->person);
    state->hand_overs += event->type == CUSTODY_HAND_OVER;
    return TRUE;
}

static gboolean lend(CustodyState *state, const CustodyEvent *event, GError **error)
{
    if (!is_given(event->approver))
        return error_set(error, ERROR_INVALID, "lend: who approves it is not said");
    if (event->due == DAY_NONE || event->due < event->day)
        return error_set(error, ERROR_INVALID, "lend: until when is not said");
    state->before = state->place;
    state->place = PLACE_LENT;
    state->due = event->due;
    return TRUE;
}

/* It has left the house for good: nobody here answers for it. */
static void leave(CustodyState *state, CustodyPlace place)
{
    state->place = place;
    state->holder = NULL;
}

static gboolean apply(CustodyState *state, const CustodyEvent *event, GError **error)
{
    switch (event->type) {
    case CUSTODY_RECEIVE:
    case CUSTODY_MOVE:
    case CUSTODY_HAND_OVER:
        return lay_down(state, event, error);
    case CUSTODY_RETURN:
        if (!state->to_hand_back)
            return error_set(error, ERROR_RULE, "this paper is kept (留存)");
        leave(state, PLACE_HANDED_BACK);
        return TRUE;
    case CUSTODY_LEND:
        return lend(state, event, error);
    case CUSTODY_TRANSFER:
        leave(state, PLACE_TRANSFERRED);
        return TRUE;
    case CUSTODY_DESTROY:
        leave(state, PLACE_DESTROYED);
        return TRUE;
    case CUSTODY_MISS:
        state->before = state->place == PLACE_LENT ? state->before : state->place;
        state->place = PLACE_MISSING;
        return TRUE;
    default: /* BRING_BACK, FIND */
        state->place = state->before;
        state->before = PLACE_NOWHERE;
        state->due = DAY_NONE;
        return TRUE;
    }
}

void custody_begin(CustodyState *state, gboolean to_hand_back)
{
    memset(state, 0, sizeof *state);
    state->to_hand_back = to_hand_back;
    state->since = state->due = DAY_NONE;
}

gboolean custody_step(const CustodyState *state, const CustodyEvent *event, CustodyState *out,
                      GError **error)
{
    CustodyState next;

    if (!check_event(state, event, error))
        return FALSE;
    memcpy(&next, state, sizeof next);
    if (!apply(&next, event, error))
        return FALSE;
    next.since = event->day;
    memcpy(out, &next, sizeof next);
    return TRUE;
}

const char *custody_place_token(CustodyPlace place)
{
    return places[place][0];
}

const char *custody_place_word(CustodyPlace place)
{
    return places[place][1];
}

const char *custody_event_token(CustodyEventType type)
{
    return rows[type].token;
}
