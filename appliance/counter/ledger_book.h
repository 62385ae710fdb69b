/* SPDX-License-Identifier: Apache-2.0
 *
 * 台账 of a period: the registers of casework/ledger.h filled from records, the figures, and the
 * 异常件清单; as CSV and as paper.
 *
 * Which cases stand in a register of a period goes by the day that the register is about: receipt,
 * decision, delivery, filing. What does not follow from cases (首问/咨询, 用印, 查阅) is entered
 * line by line; hand-overs, loans and destructions come from their own records. Names and numbers
 * of people are masked unless `full` is asked for.
 */
#pragma once

#include "appliance/casework/ledger.h"
#include "appliance/counter/case.h"

typedef struct {
    const char *name; /* token of a register (casework/ledger.h), "figures" or "exceptions" */
    Day from, to;     /* both included */
    gboolean full;
} LedgerRequest;

/* {"ledger", "title", "from", "to", "columns": [{"key", "title"}], "rows": [{key: text}]}.
 * ERROR_NOT_FOUND for a register that there is not. */
json_t *ledger_book(House *house, Catalog *catalog, const LedgerRequest *request,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* As a spreadsheet opens it: UTF-8 with BOM. */
char *ledger_book_csv(const json_t *book) G_GNUC_WARN_UNUSED_RESULT;

/* As paper, landscape. */
GBytes *ledger_book_pdf(House *house, const json_t *book, const char *made_by,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A line of a register that does not follow from cases: `values` (column: text) must be columns of
 * it. `number` (24 digits) may be NULL. */
typedef struct {
    const char *name;
    const char *number;
    const json_t *values;
} LedgerEntry;
gboolean ledger_book_enter(House *house, const StoreActor *actor, const LedgerEntry *entry,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
