/* SPDX-License-Identifier: Apache-2.0
 *
 * The store: a data folder, its one write path, and its recovery.
 *
 *   DATA/ lock journal/ secrets/ defs/ spool/ vault/ catalogue.db local.db keys/ config
 *
 * The journal is the truth, the catalogue an index of it (journal.h, catalog.h). Several processes
 * may hold the same store open: each write takes DATA/lock, replays what others appended, and
 * only then validates.
 *
 * Write path (store_write), in this order:
 *   lock → cut a torn tail, replay → BEGIN → the commands of the group validate and append
 *        → files, secrets, defs durable → journal lines: one write, one sync → COMMIT → unlock
 * A command that fails is rolled back alone and nothing of it remains. A failed journal write or
 * sync stops the writer until the store is opened anew: what reached the disk is unknown then.
 * Threads of one process may call store_write at the same time: whoever comes first carries the
 * waiting commands of the others in its group.
 *
 * A command's records become visible together or not at all: all but the last carry
 * "more":<records to come>, and recovery cuts a command that was not finished.
 */
#pragma once

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "storage/catalog.h"

typedef struct Store Store;

typedef struct {
    const char *folder;
    Clock clock;   /* zero: the machine's */
    Random random; /* zero: the kernel's */
    gboolean read_only;
    gboolean remake; /* a damaged catalogue or a newer version's is made again, not refused */
} StoreOptions;

/* What the first record of a new store fixes. */
typedef struct {
    const char *region;  /* 6 digits */
    const char *hall;    /* 3 digits */
    const char *origin;  /* name of the journal: a schema-less URL without spaces or '+' */
    const char *profile; /* rule profile of the hall */
} StoreOrigin;

/* Make a data folder. ERROR_DATA_FOLDER_EXISTS where there is one; a folder that holds other
 * files is refused too. */
gboolean store_create(const StoreOptions *options, const StoreOrigin *origin,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Open it, catching up with the journal. A journal with acts of a newer version opens the store
 * for reading only. */
Store *store_open(const StoreOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void store_close(Store *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_close)

/* What the store was opened with: its folder, clock and source of randomness, borrowed. */
const char *store_folder(const Store *store);
const Clock *store_clock(const Store *store);
const Random *store_random(const Store *store);
/* Whether it was opened for reading, or holds acts that this version does not know. */
gboolean store_is_read_only(const Store *store);

/* A path below the data folder. */
char *store_path(const Store *store, const char *relative) G_GNUC_WARN_UNUSED_RESULT;

/* A reading connection of its own, for one thread at a time; the caller closes it. */
Catalog *store_reader(Store *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Replay what other processes appended since. Cheap when there is nothing. */
gboolean store_catch_up(Store *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    const char *actor;   /* "os:NAME" or the user's id */
    const char *station; /* "cli", "window:003" … */
} StoreActor;

typedef struct StoreTxn StoreTxn;

/* One command: validate against the catalogue, then append records. Runs under the lock; may run
 * again only if its caller asks again. */
typedef gboolean (*StoreCommand)(StoreTxn *txn, void *data, GError **error);

/* Run one command and return when it is durable (or refused). */
gboolean store_write(Store *store, const StoreActor *actor, StoreCommand command, void *data,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ── inside a command ────────────────────────────────────────────────────────────────────── */

/* The catalogue as this command sees it: everything before it, and its own records. */
Catalog *txn_catalog(StoreTxn *txn);

/* The instant of this command's records. */
const char *txn_now(const StoreTxn *txn);
gint64 txn_now_us(const StoreTxn *txn);

/* The seq the next record will have (what a batch is named by). */
gint64 txn_next_seq(const StoreTxn *txn);

/* Append a record: `body` (taken) holds the fields of the act in their order. */
gboolean txn_append(StoreTxn *txn, const char *act, const char *case_number, json_t *body,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Keep personal data of a case apart; returns the commitment for the record's "secret" field. */
char *txn_secret(StoreTxn *txn, const char *case_number,
                 const json_t *data) G_GNUC_WARN_UNUSED_RESULT;

/* Keep a definition file; returns its digest (64 hex digits). */
char *txn_definition(StoreTxn *txn, const void *bytes, gsize size,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A file that becomes durable with the command: `relative` to the data folder. */
gboolean txn_file(StoreTxn *txn, const char *relative, const void *bytes, gsize size,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ── rebuild ─────────────────────────────────────────────────────────────────────────────── */

/* Make the catalogue again from journal, secrets and defs; `*records` were replayed. In one
 * transaction; where the file is too damaged for that a new one takes its place, which other
 * processes see when they open the store again. */
gboolean store_rebuild(Store *store, gint64 *records, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The records of a case as they stand in the journal, in order. Of char *, owned. */
GPtrArray *store_records(Store *store, Catalog *catalog, const char *case_number,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One record as it stands in the journal. */
char *store_record(Store *store, Catalog *catalog, gint64 seq,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Read the whole journal: chain, and every leaf hash as the catalogue keeps it.
 * ERROR_JOURNAL_DAMAGED names the first record that is not the one that was acknowledged. */
gboolean store_verify_journal(Store *store, gint64 *records,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A definition's bytes by digest, checked against it. */
GBytes *store_definition(const Store *store, const char *digest,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
