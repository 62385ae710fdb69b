/* SPDX-License-Identifier: Apache-2.0
 *
 * What the sources of the catalogue share among themselves; nobody else includes it.
 */
#pragma once

#include "storage/catalog.h"

struct Catalog {
    Db *db;
    char *data_folder;
    GHashTable *pending_secrets; /* borrowed, see catalog_pending */
    GHashTable *pending_records; /* seq → json_t of the same group; NULL outside of one */
    gboolean is_replaying;       /* see catalog_begin_replay: */
    char *case_number;           /* of the case of the last record */
    gint64 case_id;
    gint64 touched_by; /* record that touched this case last and is not in its row; -1: none */
};

/* catalog_record.c: a record of the group that is being written is read from memory. */
gboolean catalog_keep_pending(Catalog *catalog, const CatalogRecord *record,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The row of a case by its number, and the number of a row's case. */
#define CASE_ID     "(SELECT id FROM cases WHERE number = ?)"
#define CASE_ID_1   "(SELECT id FROM cases WHERE number = ?1)"
#define CASE_NUMBER "(SELECT number FROM cases WHERE id = \"case\")"

/* A text behind every one that begins with `prefix`: up to here a plain index finds them. */
char *catalog_prefix_end(const char *prefix) G_GNUC_WARN_UNUSED_RESULT;

/* The opened secret behind a commitment, from the running group or from its file. */
json_t *catalog_secret(Catalog *catalog, const char *path, const char *commitment,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The records from `from` to `to` (instants, `to` excluded): their times never go back. */
typedef struct {
    gint64 first, end;
} CatalogSeqs;
gboolean catalog_seqs_between(Catalog *catalog, const char *from, const char *to, CatalogSeqs *seqs,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One act's rows; the record's case_id is known. The list of all is in catalog_apply.c, those of a
 * subject stand in a file of their own. */
typedef gboolean (*Apply)(Catalog *catalog, const CatalogRecord *record, GError **error);

/* A 32- or 64-byte digest of the record's hex field; FALSE where it is none. */
gboolean catalog_digest(const json_t *body, const char *key, guint8 *digest, gsize size,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A number that may be absent, as db_run's type 'o' wants it. */
const gint64 *catalog_optional(const json_t *body, const char *key, gint64 *room);

/* The record's case for 'o': NULL where it has none. */
const gint64 *catalog_case_of(const CatalogRecord *record);

/* catalog_apply_case.c */
gboolean catalog_apply_case_open(Catalog *catalog, const CatalogRecord *record, GError **error);
gboolean catalog_apply_case_field(Catalog *catalog, const CatalogRecord *record, GError **error);
gboolean catalog_apply_case_step(Catalog *catalog, const CatalogRecord *record, GError **error);
gboolean catalog_apply_seal(Catalog *catalog, const CatalogRecord *record, GError **error);
gboolean catalog_apply_slot(Catalog *catalog, const CatalogRecord *record, GError **error);
gboolean catalog_apply_document_open(Catalog *catalog, const CatalogRecord *record, GError **error);
gboolean catalog_apply_document_void(Catalog *catalog, const CatalogRecord *record, GError **error);
gboolean catalog_apply_paper(Catalog *catalog, const CatalogRecord *record, GError **error);
gboolean catalog_apply_paper_reprint(Catalog *catalog, const CatalogRecord *record, GError **error);

/* catalog_apply_side.c */
gboolean catalog_apply_batch_open(Catalog *catalog, const CatalogRecord *record, GError **error);
gboolean catalog_apply_batch_close(Catalog *catalog, const CatalogRecord *record, GError **error);
gboolean catalog_apply_side(Catalog *catalog, const CatalogRecord *record, GError **error);
gboolean catalog_apply_side_place(Catalog *catalog, const CatalogRecord *record, GError **error);
gboolean catalog_apply_side_void(Catalog *catalog, const CatalogRecord *record, GError **error);
gboolean catalog_apply_side_restore(Catalog *catalog, const CatalogRecord *record, GError **error);
gboolean catalog_apply_side_turn(Catalog *catalog, const CatalogRecord *record, GError **error);
gboolean catalog_apply_side_blank(Catalog *catalog, const CatalogRecord *record, GError **error);

/* catalog_keeping.c */
gboolean catalog_apply_hold(Catalog *catalog, const CatalogRecord *record, GError **error);
gboolean catalog_apply_hold_lift(Catalog *catalog, const CatalogRecord *record, GError **error);
gboolean catalog_apply_destroy(Catalog *catalog, const CatalogRecord *record, GError **error);
gboolean catalog_apply_destroy_done(Catalog *catalog, const CatalogRecord *record, GError **error);
