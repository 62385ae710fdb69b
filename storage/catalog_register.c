/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/catalog_register.h"

#include "appliance/base/text.h"
#include "storage/catalog_intern.h"
#include "storage/tree.h"

#define CASES_OF_PERIOD "(SELECT id FROM cases WHERE received_at >= ?1 AND received_at < ?2)"

json_t *catalog_numbers(Catalog *catalog, const char *from_day, const char *to_day, GError **error)
{
    return db_rows(catalog_db(catalog), error,
                   "SELECT window, day, serial FROM cases WHERE day >= ? AND day <= ?"
                   " ORDER BY window, day, serial",
                   "tt", from_day, to_day);
}

json_t *catalog_codes_since(Catalog *catalog, const char *from, GError **error)
{
    return db_rows(catalog_db(catalog), error,
                   "SELECT text, batch, sheet, side FROM code WHERE batch >="
                   " (SELECT min(id) FROM batch WHERE opened_at >= ?)"
                   " AND length(text) IN (24, 30) ORDER BY batch, sheet, side, n",
                   "t", from);
}

json_t *catalog_document_account(Catalog *catalog, const char *from, const char *to, GError **error)
{
    return db_rows(catalog_db(catalog), error,
                   "SELECT " CASE_NUMBER " AS \"case\", number, code, title, state, file,"
                   " (SELECT count(*) FROM side s WHERE s.\"case\" = d.\"case\""
                   " AND s.document = d.number AND s.state <> 'void') AS sides,"
                   " EXISTS (SELECT 1 FROM slot WHERE slot.\"case\" = d.\"case\""
                   " AND slot.slot = d.code AND what IN ('placeholder', 'exempt'))"
                   " OR EXISTS (SELECT 1 FROM destruction x WHERE x.\"case\" = d.\"case\")"
                   " AS noted"
                   " FROM document d WHERE \"case\" IN " CASES_OF_PERIOD
                   " AND \"case\" NOT IN (SELECT \"case\" FROM destruction)"
                   " ORDER BY 1, number",
                   "tt", from, to);
}

json_t *catalog_paper_numbers(Catalog *catalog, const char *from, const char *to, GError **error)
{
    CatalogSeqs in;

    if (!catalog_seqs_between(catalog, from, to, &in, error))
        return NULL;
    return db_rows(catalog_db(catalog), error,
                   "SELECT paper_number AS number FROM document WHERE paper_number IS NOT NULL"
                   " AND made_at >= ?1 AND made_at < ?2 UNION SELECT archive_number FROM cases"
                   " WHERE id IN (SELECT \"case\" FROM event WHERE act = 'seal'"
                   " AND act <> 'side' AND seq >= ?3 AND seq < ?4)"
                   " AND archive_number IS NOT NULL ORDER BY 1",
                   "ttii", from, to, in.first, in.end);
}

json_t *catalog_paper_run(Catalog *catalog, const char *prefix, GError **error)
{
    g_autofree char *end = catalog_prefix_end(prefix);

    return db_rows(catalog_db(catalog), error,
                   "SELECT paper_number AS number FROM document WHERE paper_number >= ?1"
                   " AND paper_number <= ?2 UNION SELECT archive_number FROM cases"
                   " WHERE archive_number >= ?1 AND archive_number <= ?2 ORDER BY 1",
                   "tt", prefix, end);
}

json_t *catalog_unread(Catalog *catalog, const char *from, const char *to, GError **error)
{
    return db_rows(catalog_db(catalog), error,
                   "SELECT batch, sheet, side, " CASE_NUMBER " AS \"case\", reason, file"
                   " FROM side"
                   " WHERE state = 'unread' AND (\"case\" IN " CASES_OF_PERIOD
                   " OR (\"case\" IS NULL AND batch IN (SELECT id FROM batch"
                   " WHERE opened_at >= ?1 AND opened_at < ?2))) ORDER BY "
                   "batch, sheet, side",
                   "tt", from, to);
}

gboolean catalog_unplaced(Catalog *catalog, const char *from, const char *to, gint64 *n,
                          GError **error)
{
    return db_int(catalog_db(catalog), n, 0, error,
                  "SELECT count(*) FROM side WHERE \"case\" IS NULL AND state <> 'void'"
                  " AND role = 'page' AND batch IN"
                  " (SELECT id FROM batch WHERE opened_at >= ? AND opened_at < ?)",
                  "tt", from, to);
}

json_t *catalog_open_days(Catalog *catalog, const char *from_date, const char *to_date,
                          GError **error)
{
    return db_rows(catalog_db(catalog), error,
                   "SELECT DISTINCT '20' || substr(day, 1, 2) || '-' || substr(day, 3, 2) || '-'"
                   " || substr(day, 5, 2) AS date, window FROM cases c WHERE date >= ?1"
                   " AND date <= ?2 AND NOT EXISTS (SELECT 1 FROM event WHERE act = 'day.close' "
                   "AND act <> 'side'"
                   " AND json_extract(key, '$.window') = c.window"
                   " AND json_extract(key, '$.date') = '20' || substr(c.day, 1, 2) || '-'"
                   " || substr(c.day, 3, 2) || '-' || substr(c.day, 5, 2)) ORDER BY 1, 2",
                   "tt", from_date, to_date);
}

char *catalog_root_of(Catalog *catalog, gint64 records, GError **error)
{
    MerkleSource source = tree_source(catalog_db(catalog));
    MerkleHash root;

    if (!merkle_source_root(&source, (guint64)records, &root, error))
        return NULL;
    return hex_encode(root.bytes, sizeof root.bytes);
}

json_t *catalog_bundles_between(Catalog *catalog, const char *from, const char *to, GError **error)
{
    return db_rows(catalog_db(catalog), error,
                   "SELECT seq, t, format, name, bytes, sha256, cases FROM bundle"
                   " WHERE bytes IS NOT NULL AND t >= ? AND t < ? ORDER BY seq",
                   "tt", from, to);
}

json_t *catalog_window_days(Catalog *catalog, const char *window, GError **error)
{
    return db_row(catalog_db(catalog), error,
                  "SELECT (SELECT max(json_extract(key, '$.date')) FROM event"
                  " WHERE act = 'day.close' AND act <> 'side' AND json_extract(key, '$.window') = "
                  "?1) AS closed,"
                  " (SELECT '20' || substr(day, 1, 2) || '-' || substr(day, 3, 2) || '-'"
                  " || substr(day, 5, 2) FROM cases WHERE window = ?1 ORDER BY day DESC LIMIT 1)"
                  " AS received",
                  "t", window);
}
