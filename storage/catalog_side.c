/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/catalog_intern.h"
#include "storage/catalog_query.h"

#define SIDE_COLUMNS                                                                               \
    "batch, sheet, side, state, blank, role, file, bytes, sha256, source,"                         \
    " " CASE_NUMBER " AS \"case\", document, place, turn, reason, page_number, seq"

json_t *catalog_sides(Catalog *catalog, const char *number, GError **error)
{
    return db_rows(catalog_db(catalog), error,
                   "SELECT " SIDE_COLUMNS " FROM side WHERE \"case\" = " CASE_ID
                   " ORDER BY document, place, batch, sheet, side",
                   "t", number);
}

json_t *catalog_side(Catalog *catalog, gint64 batch, gint64 sheet, const char *side, GError **error)
{
    return db_row(catalog_db(catalog), error,
                  "SELECT " SIDE_COLUMNS " FROM side WHERE batch = ? AND sheet = ? AND side = ?",
                  "iit", batch, sheet, side);
}

gboolean catalog_next_place(Catalog *catalog, const char *number, gint64 document, gint64 *place,
                            GError **error)
{
    return db_int(catalog_db(catalog), place, 1, error,
                  "SELECT max(place) + 1 FROM side WHERE \"case\" = " CASE_ID " AND document = ?",
                  "ti", number, document);
}

json_t *catalog_tray(Catalog *catalog, GError **error)
{
    return db_rows(catalog_db(catalog), error,
                   "SELECT " SIDE_COLUMNS " FROM side WHERE \"case\" IS NULL AND state <> 'void'"
                   " AND role = 'page' ORDER BY batch, sheet, side",
                   "");
}

json_t *catalog_batch(Catalog *catalog, gint64 batch, GError **error)
{
    return db_row(catalog_db(catalog), error,
                  "SELECT id, station, " CASE_NUMBER
                  " AS \"case\", device, opened_at, closed_at, duplex, declared,"
                  " received, counted, stored, reason,"
                  " (SELECT count(*) FROM side WHERE side.batch = batch.id) AS sides"
                  " FROM batch WHERE id = ?",
                  "i", batch);
}

gboolean catalog_sheets_fed(Catalog *catalog, const char *device, const char *since, gint64 *sheets,
                            GError **error)
{
    /* Ids rise with time, so that the latest batches are found without an index of their own. */
    return db_int(catalog_db(catalog), sheets, 0, error,
                  "SELECT count(*) FROM (SELECT DISTINCT batch, sheet FROM side WHERE batch IN"
                  " (SELECT id FROM (SELECT id, device, opened_at FROM batch ORDER BY id DESC"
                  " LIMIT 1000) WHERE device = ? AND opened_at >= ?))",
                  "tt", device, since);
}

json_t *catalog_open_batches(Catalog *catalog, GError **error)
{
    return db_rows(catalog_db(catalog), error,
                   "SELECT id, station, " CASE_NUMBER " AS \"case\", device, opened_at,"
                   " (SELECT count(*) FROM side WHERE side.batch = batch.id) AS sides"
                   " FROM batch WHERE closed_at IS NULL ORDER BY id",
                   "");
}

json_t *catalog_case_batches(Catalog *catalog, const char *number, GError **error)
{
    return db_rows(catalog_db(catalog), error,
                   "SELECT id, received, counted, stored, closed_at FROM batch WHERE id IN"
                   " (SELECT batch FROM side WHERE \"case\" = " CASE_ID ") ORDER BY id",
                   "t", number);
}

json_t *catalog_tray_stacks(Catalog *catalog, GError **error)
{
    return db_rows(catalog_db(catalog), error,
                   "SELECT side.batch AS batch, batch.opened_at AS opened_at,"
                   " coalesce(max(side.reason), '') AS reason, count(*) AS sides FROM side"
                   " JOIN batch ON batch.id = side.batch WHERE side.\"case\" IS NULL"
                   " AND side.state <> 'void' AND side.role = 'page'"
                   " GROUP BY side.batch ORDER BY side.batch",
                   "");
}

json_t *catalog_sides_between(Catalog *catalog, const char *from, const char *to, GError **error)
{
    return db_rows(catalog_db(catalog), error,
                   "SELECT batch, sheet, side, file, sha256, " CASE_NUMBER
                   " AS \"case\", blank, state, role FROM side"
                   " WHERE \"case\" IN (SELECT id FROM cases WHERE received_at >= ?"
                   " AND received_at < ?) ORDER BY batch, sheet, side",
                   "tt", from, to);
}
