/* SPDX-License-Identifier: Apache-2.0
 *
 * Cases as records: what happens at the counter, validated by casework and written to the store.
 *
 * Every function here is one command of the store: it validates against the catalogue and appends
 * its records, or is refused and changes nothing. The rules themselves are in casework/.
 */
#pragma once

#include "appliance/casework/life.h"
#include "appliance/counter/house.h"
#include "appliance/intake/placing.h"

#define CASE_APPLICANT_CHARS_MAX 50
#define CASE_WITNESS             "witness." /* + slot: the field that names who saw a thumbprint given */

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

/* A case number as typed, scanned or printed → its 24 digits; ERROR_CHECK_DIGITS for a slip. */
char *case_read_number(const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "320583-001-261121-003-0017-KK" */
char *case_print_number(const char *digits) G_GNUC_WARN_UNUSED_RESULT;

/* "张*", "昆山***公司": enough to tell apart, too little to know. */
char *case_mask(const char *name) G_GNUC_WARN_UNUSED_RESULT;

/* The case's row, or ERROR_NO_CASE. */
json_t *case_row(Catalog *catalog, const char *number, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* 查询码 of the receipt: six digits that follow from the case's opening record, so that nothing has
 * to be kept; who has not seen the receipt cannot tell them. */
char *case_query_code(Catalog *catalog, const char *number,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The item version the case keeps. */
const Item *case_item(House *house, const json_t *row, GError **error);

/* What placing asks; `context` must outlive the lookup. One thread at a time. */
typedef struct {
    House *house;
    Catalog *catalog;
} CaseLookup;
PlacingLookup case_lookup(CaseLookup *context);

/* ── what a person says of a slot ────────────────────────────────────────────────────────── */

/* Record a fact of a slot: `what` is "tick:<token>" (yes|no), "copies", "originals", "issued",
 * "expires", "declared-pages", "placeholder", "exempt", "promised", "later", "wrong-size",
 * "thumbprint" (yes|no; its witness is the field CASE_WITNESS + slot); slot "" takes
 * "answer:<question>" (yes|no) and "side:<batch>-<sheet>-<side>" (good|bad). An empty value takes
 * back what was said. */
typedef struct {
    const char *number;
    const char *slot; /* "A01", or "" */
    const char *what;
    const char *value;
} CaseFact;
gboolean case_note(House *house, const StoreActor *actor, const CaseFact *fact,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Enter or correct declared fields (name: text); the old value stays in the journal's past. */
gboolean case_enter_fields(House *house, const StoreActor *actor, const char *number,
                           const json_t *fields, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ── moving paper ────────────────────────────────────────────────────────────────────────── */

typedef struct {
    gint64 batch, sheet;
    char side;
} SideName;

/* "12-3-a" ↔ SideName */
gboolean side_name_parse(const char *text, SideName *name,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Put sides (in order) into a new document of a slot, or behind the last page of document
 * `document` (> 0). Also takes paper out of the tray. */
typedef struct {
    const char *number;
    const char *slot;
    gint64 document;
    const SideName *sides;
    gsize n_sides;
} CasePlacing;
gboolean case_place(House *house, const StoreActor *actor, const CasePlacing *placing,
                    gint64 *document, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Take a side or a document out of use; its number stays accounted for. */
gboolean case_void_side(House *house, const StoreActor *actor, const SideName *name,
                        const char *reason, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean case_void_document(House *house, const StoreActor *actor, const char *number,
                            gint64 document, const char *reason,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
