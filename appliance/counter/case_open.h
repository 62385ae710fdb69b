/* SPDX-License-Identifier: Apache-2.0
 *
 * Receiving a case (收件): its number, what the applicant declares, and the first step of its life,
 * as one command of the store. A case entered later (补登) and one whose label was printed before
 * come this way too.
 */
#pragma once

#include "appliance/casework/life.h"
#include "appliance/counter/house.h"

#define CASE_APPLICANT_CHARS_MAX 50

typedef struct {
    const char *item;   /* six digits */
    const char *window; /* three digits; NULL: "001" */
    const char *applicant;
    const char *phone;       /* may be NULL */
    const char *identity;    /* 证件号码; may be NULL */
    const char *channel;     /* "window" | "post" | "online" | "agent"; NULL: window */
    const char *platform_id; /* a platform's own 办件编号; may be NULL */
    const json_t *fields;    /* declared fields, name: text; may be NULL */
    const char *number;      /* of a label printed before, as typed; NULL: the next one */
    gint64 received_us;      /* 补登: when it came in; 0: now */
    const char *reason;      /* of a 补登 */
    const char *second;      /* … and who signs for it beside the actor */
    const char *kind;        /* token of the profile; NULL: the item's */
    gboolean secret;         /* 涉密: register-only */
    LifeEvidence evidence;   /* how it is known when it came in */
    const char *taken_for;   /* 代收: the colleague */
} CaseOpening;

/* Receive a case: its number (24 digits) comes out. A number given must be this hall's and free
 * (ERROR_WRONG_STATE); what came in on an earlier day needs a reason and a second person. */
gboolean case_open(House *house, const StoreActor *actor, const CaseOpening *opening, char **number,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
