/* SPDX-License-Identifier: Apache-2.0
 *
 * Cases as records: what happens at the counter, validated by casework and written to the store.
 *
 * Every function here is one command of the store: it validates against the catalogue and appends
 * its records, or is refused and changes nothing. The rules themselves are in casework/.
 */
#pragma once

#include "appliance/counter/house.h"
#include "appliance/intake/placing.h"

#define CASE_WITNESS "witness." /* + slot: the field that names who saw a thumbprint given */

/* A case number as typed, scanned or printed → its 24 digits; ERROR_CHECK_DIGITS for a slip. */
char *case_read_number(const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "320583-001-261121-003-0017-KK" */
char *case_print_number(const char *digits) G_GNUC_WARN_UNUSED_RESULT;

/* "张*", "昆山***公司": enough to tell apart, too little to know. */
char *case_mask(const char *name) G_GNUC_WARN_UNUSED_RESULT;

/* The case's row, or ERROR_NO_CASE. */
json_t *case_row(Catalog *catalog, const char *number, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Nothing of a filed case changes in place: ERROR_WRONG_STATE where its row says it is filed. */
gboolean case_check_open(const json_t *row, GError **error) G_GNUC_WARN_UNUSED_RESULT;

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

/* Declared fields are texts by name; anything else could not be kept as a row (ERROR_INVALID). */
gboolean case_check_fields(const json_t *fields, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Enter or correct declared fields (name: text); the old value stays in the journal's past. */
gboolean case_enter_fields(House *house, const StoreActor *actor, const char *number,
                           const json_t *fields, GError **error) G_GNUC_WARN_UNUSED_RESULT;
