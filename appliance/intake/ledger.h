/* SPDX-License-Identifier: Apache-2.0
 *
 * The write side of a batch: sides become files and records in groups.
 *
 * The folder of a batch is locked while somebody works on it, so that intake_recover leaves it
 * alone. Used by intake.c alone.
 */
#pragma once

#include "appliance/intake/crew.h"
#include "appliance/intake/intake.h"
#include "storage/spool.h"

typedef struct Ledger Ledger;

/* Open a batch: its first record, its folder, its lock. */
Ledger *ledger_open(Store *store, const StoreActor *actor, const IntakeOptions *options,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ledger_free(Ledger *ledger);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ledger, ledger_free)

/* What has been counted so far: the batch's number, sides stored, of them unread, in the tray. */
gint64 ledger_batch(const Ledger *ledger);
gint64 ledger_stored(const Ledger *ledger);
gint64 ledger_unread(const Ledger *ledger);
gint64 ledger_in_tray(const Ledger *ledger);

/* Who hears of every side that is stored. */
void ledger_listen(Ledger *ledger, IntakeTold told, void *data);
void ledger_when_full(Ledger *ledger, IntakeFull full, void *data); /* intake_when_full */

/* Put a side into the running group; writes the group when it is full or old. Takes `result`. A
 * side that was put in stays in over a failure, and the next flush tries it again. */
gboolean ledger_add(Ledger *ledger, CrewResult *result, const Placed *placed,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Write what waits; nothing where nothing does. */
gboolean ledger_flush(Ledger *ledger, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The closing record. */
typedef struct {
    gint64 received;
    gint64 counted; /* -1 unknown */
    const char *reason;
} LedgerCounts;
gboolean ledger_close(Ledger *ledger, const LedgerCounts *counts,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
