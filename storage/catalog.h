/* SPDX-License-Identifier: Apache-2.0
 *
 * The catalogue: an SQLite index of the journal. This header is about keeping it: opening,
 * applying records. What is asked of it stands in catalog_query.h.
 *
 * catalog_apply is a pure projection: the rows it writes follow from the record, secrets/ and
 * defs/ alone, so replay and rebuild give the same rows. Applying a record that is in the journal
 * cannot fail but for the disk; whatever may be refused was refused before it was appended.
 */
#pragma once

#include "storage/db.h"
#include "storage/journal.h"

typedef struct Catalog Catalog;

/* Opens DATA/catalogue.db. DB_READ_WRITE makes the schema where it is missing; a newer schema is
 * ERROR_NEWER_SCHEMA and leaves the file alone. */
Catalog *catalog_open(const char *data_folder, DbMode mode,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* An empty catalogue in a temporary file that nobody sees and that goes when it is closed: to make
 * it again beside the real one. */
Catalog *catalog_open_scratch(const char *data_folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void catalog_close(Catalog *catalog);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Catalog, catalog_close)

/* What is asked between the two is answered from one state, whatever is written meanwhile; keep it
 * short, since the write-ahead log grows as long. On a connection that only reads. */
gboolean catalog_begin_read(Catalog *catalog, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void catalog_end_read(Catalog *catalog);

/* The connection, for the queries of this folder. */
Db *catalog_db(Catalog *catalog);

/* One record to apply. `body` holds the fields of the act (head fields beside them are ignored). */
typedef struct {
    gint64 seq;
    const char *t;
    const char *actor;
    const char *station;
    const char *act;
    const char *case_number; /* NULL where the record belongs to no case */
    const json_t *body;
    gint64 case_id; /* filled in by catalog_apply */
} CatalogRecord;

/* A group begins whose records and secrets are not in their files yet: what is applied from now on
 * is read back from memory. `secrets`: commitment → JSON text, borrowed. NULL: the group is over.
 */
void catalog_pending(Catalog *catalog, GHashTable *secrets);

/* Many records will be applied that are all in the journal: what each would look up or write again
 * is kept until the end. What was applied counts once catalog_end_replay has written it; after a
 * failure the caller rolls back. */
void catalog_begin_replay(Catalog *catalog);
gboolean catalog_end_replay(Catalog *catalog, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether this version knows the act. */
gboolean catalog_knows(const char *act);

/* Write the rows of one record. */
gboolean catalog_apply(Catalog *catalog, const CatalogRecord *record,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Where the journal is applied to: the next record's place, the leaf hash and instant of the last
 * one applied ("" at the start). */
typedef struct {
    JournalPlace place;
    char last_leaf[2 * SHA256_DIGEST_SIZE + 1];
    char last_t[32];
} CatalogMark;

/* The mark as it stands; all zero where nothing was applied. */
gboolean catalog_mark(Catalog *catalog, CatalogMark *mark,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Keep the leaf hash and the place of a record, and the mark behind it. */
gboolean catalog_set_leaf(Catalog *catalog, JournalPlace at, const guint8 leaf[SHA256_DIGEST_SIZE],
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean catalog_set_mark(Catalog *catalog, const CatalogMark *mark,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Drop every row and make the schema anew, inside the caller's transaction: what rebuild replays
 * into. */
gboolean catalog_reset(Catalog *catalog, GError **error) G_GNUC_WARN_UNUSED_RESULT;
