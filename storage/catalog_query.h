/* SPDX-License-Identifier: Apache-2.0
 *
 * What can be asked of the catalogue. Rows are JSON objects by column name, lists are arrays; the
 * caller owns them. NULL with `error` unset means that there is no such row.
 *
 * An event is a row with seq, t, actor, station, act, case (null where it has none) and detail, the
 * fields of its act as a JSON text: all but the seq come from its record (catalog_record.h), so
 * that a damaged journal is ERROR_JOURNAL_DAMAGED here too.
 */
#pragma once

#include "storage/catalog.h"

/* ── cases ───────────────────────────────────────────────────────────────────────────────── */

/* The row of a case by its 24 digits: the columns of `cases` but its id. */
json_t *catalog_case(Catalog *catalog, const char *number,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Declared fields of a case: one object name: value. */
json_t *catalog_fields(Catalog *catalog, const char *number,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* All events of a case in order. */
json_t *catalog_events(Catalog *catalog, const char *number,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The steps of a case's life in order: events, secret. */
json_t *catalog_steps(Catalog *catalog, const char *number,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The next free serial of a window's day. */
gboolean catalog_next_serial(Catalog *catalog, const char *window, const char *day, gint64 *serial,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Cases by number, platform number, archive number, 文书编号, or a name (prefix, two characters
 * inside, three and more); at most `limit`, newest first. */
json_t *catalog_find(Catalog *catalog, const char *text, gint64 limit,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Cases received from `from` to `to` (instants, `to` excluded), in order of receipt. */
json_t *catalog_cases_between(Catalog *catalog, const char *from, const char *to,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Cases that are neither filed nor ended, most urgent receipt first. */
json_t *catalog_open_cases(Catalog *catalog, gint64 limit,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Archive numbers that match a GLOB pattern. */
json_t *catalog_by_archive_number(Catalog *catalog, const char *pattern,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ── documents, sides ────────────────────────────────────────────────────────────────────── */

/* Documents of a case by number, void ones too: the columns of `document`. */
json_t *catalog_documents(Catalog *catalog, const char *number,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The number that its next document gets: none is given twice. */
gboolean catalog_next_document(Catalog *catalog, const char *number, gint64 *next,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Sides of a case in order of document, place, sheet; void ones too: the columns of `side`, `case`
 * as its number. catalog_add_facts gives them what the page pass found and their SHA-512. */
json_t *catalog_sides(Catalog *catalog, const char *number,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
json_t *catalog_side(Catalog *catalog, gint64 batch, gint64 sheet, const char *side,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The next place inside a document. */
gboolean catalog_next_place(Catalog *catalog, const char *number, gint64 document, gint64 *place,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Unplaced sides (待归件), by batch. */
json_t *catalog_tray(Catalog *catalog, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What was said of the slots of a case and holds: slot, what, value, actor, seq. */
json_t *catalog_slots(Catalog *catalog, const char *number,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* A batch by its id: the columns of `batch`, `case` as its number, and how many sides it has. */
json_t *catalog_batch(Catalog *catalog, gint64 batch, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How many sheets a device has fed since an instant (RFC 3339), among its latest thousand batches.
 */
gboolean catalog_sheets_fed(Catalog *catalog, const char *device, const char *since, gint64 *sheets,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Batches without an end: what a crash interrupted. */
json_t *catalog_open_batches(Catalog *catalog, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ── house ───────────────────────────────────────────────────────────────────────────────── */

/* A setting of the first record, or NULL. */
char *catalog_setting(Catalog *catalog, const char *key, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The definition of (kind, code) in force on `day` (YYYY-MM-DD). */
json_t *catalog_definition(Catalog *catalog, const char *kind, const char *code, const char *day,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The newest definition of every code of a kind. */
json_t *catalog_definitions(Catalog *catalog, const char *kind,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The highest 件号 given under an archive-number prefix ("Z109-ZY·XK·2026·D30-"). */
gboolean catalog_next_item_number(Catalog *catalog, const char *prefix, gint64 *next,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The seq of the newest seal of a case; -1: none. */
gboolean catalog_seal_seq(Catalog *catalog, const char *number, gint64 *seq,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a seal of the case names this inventory (128 hex digits). */
gboolean catalog_has_seal(Catalog *catalog, const char *number, const char *inventory);

/* How many 文书编号 a prefix has given out: what the next one follows. */
gboolean catalog_next_paper_serial(Catalog *catalog, const char *prefix, gint64 *next,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Events after `seq`, at most `limit`: what a stream replays. */
json_t *catalog_events_after(Catalog *catalog, gint64 seq, gint64 limit,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One row of figures of a period: cases, documents, voids, sides, blanks, unread, tray. */
json_t *catalog_figures(Catalog *catalog, const char *from, const char *to,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ── what screens list ───────────────────────────────────────────────────────────────────── */

/* The newest record's seq; 0 where there is none. */
gboolean catalog_newest_seq(Catalog *catalog, gint64 *seq,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Cases in order of receipt, behind the case `after` ("" from the start). Members that are NULL
 * do not choose; `open` leaves out what is filed or ended. */
typedef struct {
    const char *state, *window, *kind;
    gboolean open;
    const char *after; /* number of the last case of the page before */
    gint64 limit;
} CatalogList;
json_t *catalog_list_cases(Catalog *catalog, const CatalogList *list,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ended or decided cases that are not filed yet, and how many were filed from `from` to `to`. */
json_t *catalog_unfiled(Catalog *catalog, gint64 limit, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean catalog_filed_between(Catalog *catalog, const char *from, const char *to, gint64 *n,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Events of a case after `seq`, at most `limit`. */
json_t *catalog_case_events(Catalog *catalog, const char *number, gint64 seq, gint64 limit,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether anything of a case was changed after record `since_seq`: pages that come in, and the
 * documents they make, change nothing that was there. */
gboolean catalog_is_edited(Catalog *catalog, const char *number, gint64 since_seq, gboolean *edited,
                           GError **error);

/* Records of a case that edit what is seen of it (slot, side.turn, side.place, side.void,
 * side.restore, side.blank), the newest `limit` of them, newest first. Rows as those of
 * catalog_case_events. */
json_t *catalog_case_edits(Catalog *catalog, const char *number, gint64 limit,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The records that one command wrote as one edit (undo.h): `seq` and those "with" it, in order. */
json_t *catalog_edit_records(Catalog *catalog, const char *number, gint64 seq,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What was said of a slot before a record: `*value` is NULL where nothing was. */
typedef struct {
    const char *slot, *what;
    gint64 before;
} CatalogSaid;
gboolean catalog_said_before(Catalog *catalog, const char *number, const CatalogSaid *said,
                             char **value, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The fields of the newest record before `before` that is `act`, or the one that stored it, of the
 * side that `side` names by batch, sheet and side; no fields where there is none. */
json_t *catalog_side_before(Catalog *catalog, const json_t *side, const char *act, gint64 before,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Batches that brought sides of a case: id, received, counted, stored, closed_at. */
json_t *catalog_case_batches(Catalog *catalog, const char *number,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Stacks in the tray: batch, opened_at, reason, sides. */
json_t *catalog_tray_stacks(Catalog *catalog, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Bundles that left the house below seq `before`, newest first; NULL without error: none such. */
json_t *catalog_bundles(Catalog *catalog, gint64 before, gint64 limit,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
json_t *catalog_bundle(Catalog *catalog, gint64 seq, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Sides of the cases received in a period, with their files and digests. */
json_t *catalog_sides_between(Catalog *catalog, const char *from, const char *to,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Steps of a period by their token: step, n. */
json_t *catalog_count_steps(Catalog *catalog, const char *from, const char *to,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How often a note of slot "" was set to `value` in a period. */
typedef struct {
    const char *what, *value, *from, *to;
} CatalogNotes;
gboolean catalog_count_notes(Catalog *catalog, const CatalogNotes *notes, gint64 *n,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The record that says who received a bundle: t, detail; NULL without error: none yet. */
json_t *catalog_bundle_receipt(Catalog *catalog, gint64 seq,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Where the papers of a case are, as said last; NULL where nobody said. */
char *catalog_place(Catalog *catalog, const char *number, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The record that closed a window's day (YYYY-MM-DD): seq, t, detail; NULL without error: open. */
json_t *catalog_day_close(Catalog *catalog, const char *window, const char *date,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The Merkle root (RFC 6962, 64 hex digits) over all records applied, and how many they are. Reads
 * every leaf. */
char *catalog_root(Catalog *catalog, gint64 *records, GError **error) G_GNUC_WARN_UNUSED_RESULT;
