/* SPDX-License-Identifier: Apache-2.0
 *
 * A register while its lines are gathered. For ledger_book.c alone.
 */
#pragma once

#include "appliance/counter/ledger_book.h"
#include "appliance/counter/period.h"

typedef struct {
    House *house;
    Catalog *catalog;
    const LedgerRequest *request;
    char *since, *until;
    Day today;
    guint minute;
    json_t *rows;
} LedgerBook;

/* Behind the last line; members are texts, the serial is added. Takes `row`. */
void ledger_add_line(LedgerBook *book, json_t *row);

/* Lines of a register of cases, and of one that does not follow from cases. */
gboolean ledger_fill_cases(LedgerBook *book, LedgerKind kind, GError **error);
gboolean ledger_fill_events(LedgerBook *book, LedgerKind kind, GError **error);
