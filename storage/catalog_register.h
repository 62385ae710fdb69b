/* SPDX-License-Identifier: Apache-2.0
 *
 * What registers and audits ask of the catalogue over a period. `from` and `to` are instants (`to`
 * excluded) unless a name ends in `_day` (YYMMDD) or `_date` (YYYY-MM-DD), both included. Rows as
 * in catalog_query.h.
 */
#pragma once

#include "storage/catalog.h"

/* ── numbers ─────────────────────────────────────────────────────────────────────────────── */

/* Case numbers given out on these days: window, day, serial; in this order. */
json_t *catalog_numbers(Catalog *catalog, const char *from_day, const char *to_day,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Codes of 24 and 30 digits on sides that came in since: text, batch, sheet, side. What a paper of
 * the house says of a number, whether the catalogue knows it or not. */
json_t *catalog_codes_since(Catalog *catalog, const char *from,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Documents of the cases received in the period: case, number, code, title, state, file, sides
 * (that are not void), noted (1: said to be present without a scan). */
json_t *catalog_document_account(Catalog *catalog, const char *from, const char *to,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* 文书编号 of papers made in the period and archive numbers of cases filed in it: number. */
json_t *catalog_paper_numbers(Catalog *catalog, const char *from, const char *to,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* All numbers of that kind that begin with `prefix`: number. */
json_t *catalog_paper_run(Catalog *catalog, const char *prefix,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ── sides ───────────────────────────────────────────────────────────────────────────────── */

/* Unread sides of the period's cases, and of its batches while they wait in the tray: batch, sheet,
 * side, case, reason, file. */
json_t *catalog_unread(Catalog *catalog, const char *from, const char *to,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Pages of the period's batches that wait in the tray. */
gboolean catalog_unplaced(Catalog *catalog, const char *from, const char *to, gint64 *n,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ── days and bundles ────────────────────────────────────────────────────────────────────── */

/* Records that closed these days, in order: seq, t, actor, detail. */
json_t *catalog_day_closes(Catalog *catalog, const char *from_date, const char *to_date,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Days of receipt that nobody closed, by window: date, window. */
json_t *catalog_open_days(Catalog *catalog, const char *from_date, const char *to_date,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The journal's root (64 hex digits) as it was when it held `records`. */
char *catalog_root_of(Catalog *catalog, gint64 records, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Bundles that left in the period: seq, t, format, name, bytes, sha256, cases. */
json_t *catalog_bundles_between(Catalog *catalog, const char *from, const char *to,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Records of an act in the period: seq, t, actor, station, case, detail. */
json_t *catalog_events_of(Catalog *catalog, const char *act, const char *from, const char *to,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
