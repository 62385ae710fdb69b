/* SPDX-License-Identifier: Apache-2.0
 *
 * Custody (材料损毁丢失追责): where a paper is, and every hand-over of it as a step.
 *
 *   WINDOW ⇄ DEPARTMENT ⇄ CABINET ⇄ BOX ⇄ SHELF          by move or hand-over
 *   any of them ─ return → HANDED_BACK   (only what is to be handed back)
 *   any of them ─ lend → LENT ─ bring-back → where it was
 *   any of them ─ transfer → TRANSFERRED (to the archive: a list, signed by both)
 *   CABINET, BOX, SHELF ─ destroy → DESTROYED (two persons)
 *   any of them ─ miss → MISSING ─ find → where it was
 *
 * A move stays in one hand; a hand-over is signed by both sides. HANDED_BACK, TRANSFERRED and
 * DESTROYED are final. Pure as life_step is; a CustodyState is a plain value with interned texts.
 */
#pragma once

#include "appliance/base/error.h"
#include "appliance/casework/day.h"

typedef enum {
    PLACE_NOWHERE, /* not yet received */
    PLACE_WINDOW,
    PLACE_DEPARTMENT,
    PLACE_CABINET,
    PLACE_BOX,
    PLACE_SHELF,
    PLACE_LENT,
    PLACE_MISSING,
    PLACE_HANDED_BACK,
    PLACE_TRANSFERRED,
    PLACE_DESTROYED,
    CUSTODY_PLACES
} CustodyPlace;

typedef enum {
    CUSTODY_RECEIVE,
    CUSTODY_MOVE,      /* by the holder herself: to a cabinet, box, shelf */
    CUSTODY_HAND_OVER, /* to another holder; both sign */
    CUSTODY_RETURN,    /* 原件退还 to the applicant, who signs */
    CUSTODY_LEND,      /* 查(借)阅: who, until when, approved by */
    CUSTODY_BRING_BACK,
    CUSTODY_TRANSFER, /* 归档移交, signed by the archive */
    CUSTODY_DESTROY,  /* 销毁, with a witness */
    CUSTODY_MISS,     /* 损毁丢失: reported, with reason */
    CUSTODY_FIND,
    CUSTODY_EVENTS
} CustodyEventType;

typedef struct {
    CustodyPlace place, before; /* `before`: where it was when lent or missed */
    const char *where;          /* "003", "水政科", number of the box: interned */
    const char *holder;         /* who answers for it: interned; NULL once it has left the house */
    gboolean to_hand_back;      /* 退还: of the slot it belongs to */
    Day since, due;             /* `due` of a loan; DAY_NONE */
    guint hand_overs;
} CustodyState;

typedef struct {
    CustodyEventType type;
    const char *person;   /* who gives, or does it */
    const char *receiver; /* who takes and signs; RETURN: the applicant; DESTROY: the witness */
    const char *approver; /* LEND */
    const char *reason;   /* MISS, DESTROY, LEND */
    CustodyPlace to;      /* RECEIVE, MOVE, HAND_OVER */
    const char *where;
    Day day, due;
} CustodyEvent;

/* Paper comes in at the window: kept by the hall, or to be handed back at once. */
void custody_begin(CustodyState *state, gboolean to_hand_back);

/* One step; `out` is untouched on failure and may be `state`. ERROR_WRONG_STATE,
 * ERROR_SECOND_PERSON, ERROR_INVALID, ERROR_RULE. */
gboolean custody_step(const CustodyState *state, const CustodyEvent *event, CustodyState *out,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean custody_is_in_house(CustodyPlace place); /* somebody of the hall answers for it */
const char *custody_place_token(CustodyPlace place);
const char *custody_place_word(CustodyPlace place);
const char *custody_event_token(CustodyEventType type);
