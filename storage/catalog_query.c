/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/catalog_query.h"

#include "appliance/base/text.h"
#include "storage/catalog_intern.h"
#include "storage/merkle.h"

#include <string.h>

#define CASE_COLUMNS                                                                               \
    "number, item, item_digest, kind, state, window, day, serial, channel, received_at,"           \
    " recorded_at, applicant, platform_id, accepted_at, decided_at, decision, ended_at, filed_at," \
    " archive_number, version"

json_t *catalog_case(Catalog *catalog, const char *number, GError **error)
{
    return db_row(catalog_db(catalog), error, "SELECT " CASE_COLUMNS " FROM cases WHERE number = ?",
                  "t", number);
}

json_t *catalog_fields(Catalog *catalog, const char *number, GError **error)
{
    g_autoptr(json_t) rows = db_rows(
        catalog_db(catalog), error,
        "SELECT name, value FROM field WHERE \"case\" = " CASE_ID " ORDER BY name", "t", number);
    json_t *fields, *row;
    gsize i;

    if (rows == NULL)
        return NULL;
    fields = json_object();
    json_array_foreach(rows, i, row)
        json_object_set(fields, json_text(row, "name"), json_object_get(row, "value"));
    return fields;
}

gboolean catalog_next_serial(Catalog *catalog, const char *window, const char *day, gint64 *serial,
                             GError **error)
{
    return db_int(catalog_db(catalog), serial, 1, error,
                  "SELECT max(serial) + 1 FROM cases WHERE window = ? AND day = ?", "tt", window,
                  day);
}

static json_t *find_by_number(Catalog *catalog, const char *text, gint64 limit, GError **error)
{
    return db_rows(catalog_db(catalog), error,
                   "SELECT " CASE_COLUMNS " FROM cases WHERE number = ?1 OR platform_id = ?2"
                   " OR archive_number = ?2 OR id IN"
                   " (SELECT \"case\" FROM document WHERE paper_number = ?2)"
                   " ORDER BY received_at DESC LIMIT ?3",
                   "tti", text, text, limit);
}

static json_t *find_by_prefix(Catalog *catalog, const char *name, gint64 limit, GError **error)
{
    g_autofree char *end = catalog_prefix_end(name);

    return db_rows(catalog_db(catalog), error,
                   "SELECT " CASE_COLUMNS " FROM cases WHERE applicant >= ? AND applicant <= ?"
                   " ORDER BY applicant, received_at DESC LIMIT ?",
                   "tti", name, end, limit);
}

static json_t *find_by_bigram(Catalog *catalog, const char *name, gint64 limit, GError **error)
{
    return db_rows(catalog_db(catalog), error,
                   "SELECT " CASE_COLUMNS " FROM cases WHERE id IN"
                   " (SELECT \"case\" FROM name_bigram WHERE bigram = ? LIMIT ?)"
                   " ORDER BY received_at DESC",
                   "ti", name, limit);
}

static json_t *find_by_trigram(Catalog *catalog, const char *name, gint64 limit, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(name, "\"", -1);
    g_autofree char *escaped = g_strjoinv("\"\"", parts);
    g_autofree char *phrase = g_strdup_printf("\"%s\"", escaped);

    return db_rows(catalog_db(catalog), error,
                   "SELECT " CASE_COLUMNS " FROM cases WHERE id IN"
                   " (SELECT rowid FROM name_trigram WHERE applicant MATCH ? LIMIT ?)"
                   " ORDER BY received_at DESC",
                   "ti", phrase, limit);
}

json_t *catalog_find(Catalog *catalog, const char *text, gint64 limit, GError **error)
{
    g_autoptr(json_t) found = find_by_number(catalog, text, limit, error);
    glong characters = g_utf8_strlen(text, -1);

    if (found == NULL || json_array_size(found) > 0 || characters == 0)
        return g_steal_pointer(&found);
    json_decref(found);
    found = find_by_prefix(catalog, text, limit, error);
    if (found == NULL || json_array_size(found) > 0 || characters == 1)
        return g_steal_pointer(&found);
    return characters == 2 ? find_by_bigram(catalog, text, limit, error)
                           : find_by_trigram(catalog, text, limit, error);
}

json_t *catalog_cases_between(Catalog *catalog, const char *from, const char *to, GError **error)
{
    return db_rows(catalog_db(catalog), error,
                   "SELECT " CASE_COLUMNS " FROM cases WHERE received_at >= ? AND received_at < ?"
                   " ORDER BY received_at, number",
                   "tt", from, to);
}

json_t *catalog_open_cases(Catalog *catalog, gint64 limit, GError **error)
{
    return db_rows(catalog_db(catalog), error,
                   "SELECT " CASE_COLUMNS " FROM cases WHERE state <> 'filed'"
                   " ORDER BY received_at LIMIT ?",
                   "i", limit);
}

json_t *catalog_by_archive_number(Catalog *catalog, const char *pattern, GError **error)
{
    return db_rows(catalog_db(catalog), error,
                   "SELECT " CASE_COLUMNS " FROM cases WHERE archive_number GLOB ?"
                   " ORDER BY archive_number",
                   "t", pattern);
}

json_t *catalog_documents(Catalog *catalog, const char *number, GError **error)
{
    return db_rows(
        catalog_db(catalog), error,
        "SELECT number, family, code, title, state, reason, made_at, paper_number,"
        " copies, originals, kept, reprints, file, sha256, sha512, bytes, position, first_page,"
        " pages FROM document WHERE \"case\" = " CASE_ID " ORDER BY number",
        "t", number);
}

gboolean catalog_next_document(Catalog *catalog, const char *number, gint64 *next, GError **error)
{
    return db_int(catalog_db(catalog), next, 1, error,
                  "SELECT max(number) + 1 FROM document WHERE \"case\" = " CASE_ID, "t", number);
}

json_t *catalog_slots(Catalog *catalog, const char *number, GError **error)
{
    return db_rows(catalog_db(catalog), error,
                   "SELECT slot, what, value, actor, seq FROM slot WHERE \"case\" = " CASE_ID
                   " ORDER BY slot, what",
                   "t", number);
}

char *catalog_setting(Catalog *catalog, const char *key, GError **error)
{
    g_autoptr(json_t) row =
        db_row(catalog_db(catalog), error, "SELECT value FROM setting WHERE key = ?", "t", key);

    return row != NULL ? g_strdup(json_text(row, "value")) : NULL;
}

json_t *catalog_definition(Catalog *catalog, const char *kind, const char *code, const char *day,
                           GError **error)
{
    return db_row(catalog_db(catalog), error,
                  "SELECT kind, code, digest, valid_from, name FROM definition"
                  " WHERE kind = ? AND code = ? AND valid_from <= ?"
                  " ORDER BY valid_from DESC, seq DESC LIMIT 1",
                  "ttt", kind, code, day);
}

json_t *catalog_definitions(Catalog *catalog, const char *kind, GError **error)
{
    return db_rows(catalog_db(catalog), error,
                   "SELECT code, digest, valid_from, name FROM definition d WHERE kind = ?1"
                   " AND seq = (SELECT max(seq) FROM definition"
                   " WHERE kind = ?1 AND code = d.code) ORDER BY code",
                   "t", kind);
}

gboolean catalog_next_item_number(Catalog *catalog, const char *prefix, gint64 *next,
                                  GError **error)
{
    g_autofree char *end = catalog_prefix_end(prefix);

    return db_int(catalog_db(catalog), next, 1, error,
                  "SELECT max(CAST(substr(archive_number, length(?1) + 1) AS INTEGER)) + 1"
                  " FROM cases WHERE archive_number >= ?1 AND archive_number <= ?2",
                  "tt", prefix, end);
}

gboolean catalog_next_paper_serial(Catalog *catalog, const char *prefix, gint64 *next,
                                   GError **error)
{
    g_autofree char *end = catalog_prefix_end(prefix);

    return db_int(catalog_db(catalog), next, 1, error,
                  "SELECT count(*) + 1 FROM document WHERE paper_number >= ? AND paper_number <= ?",
                  "tt", prefix, end);
}

json_t *catalog_figures(Catalog *catalog, const char *from, const char *to, GError **error)
{
    return db_row(
        catalog_db(catalog), error,
        "WITH c AS (SELECT id, state FROM cases WHERE received_at >= ?1 AND received_at < ?2),"
        " d AS (SELECT state FROM document WHERE \"case\" IN (SELECT id FROM c)),"
        " s AS (SELECT state, blank, role FROM side WHERE \"case\" IN (SELECT id FROM c))"
        " SELECT (SELECT count(*) FROM c) AS cases,"
        " (SELECT count(*) FROM c WHERE state = 'filed') AS filed,"
        " (SELECT count(*) FROM d) AS documents,"
        " (SELECT count(*) FROM d WHERE state = 'void') AS void,"
        " (SELECT count(*) FROM s WHERE state = 'stored' AND role = 'page') AS sides,"
        " (SELECT count(*) FROM s WHERE state = 'stored' AND blank) AS blank,"
        " (SELECT count(*) FROM s WHERE state = 'unread') AS unread,"
        " (SELECT count(*) FROM side WHERE \"case\" IS NULL AND state <> 'void'"
        " AND role = 'page') AS tray,"
        " (SELECT count(*) FROM bundle WHERE t >= ?1 AND t < ?2) AS bundles",
        "tt", from, to);
}

/* ── what screens list ───────────────────────────────────────────────────────────────────── */

json_t *catalog_list_cases(Catalog *catalog, const CatalogList *list, GError **error)
{
    return db_rows(catalog_db(catalog), error,
                   "SELECT " CASE_COLUMNS " FROM cases WHERE (?1 IS NULL OR state = ?1)"
                   " AND (?2 IS NULL OR window = ?2) AND (?3 IS NULL OR kind = ?3)"
                   " AND (?4 = 0 OR (filed_at IS NULL AND ended_at IS NULL AND state NOT IN"
                   " ('delivered', 'filed')))"
                   " AND (?5 = '' OR (received_at, number) >"
                   " (SELECT received_at, number FROM cases WHERE number = ?5))"
                   " ORDER BY received_at, number LIMIT ?6",
                   "tttiti", list->state, list->window, list->kind, (gint64)list->open,
                   list->after != NULL ? list->after : "", list->limit);
}

json_t *catalog_unfiled(Catalog *catalog, gint64 limit, GError **error)
{
    return db_rows(catalog_db(catalog), error,
                   "SELECT " CASE_COLUMNS " FROM cases WHERE filed_at IS NULL"
                   " AND (ended_at IS NOT NULL OR decided_at IS NOT NULL)"
                   " ORDER BY received_at LIMIT ?",
                   "i", limit);
}

json_t *catalog_bundles(Catalog *catalog, gint64 before, gint64 limit, GError **error)
{
    return db_rows(catalog_db(catalog), error,
                   "SELECT seq, t, format, name, bytes, sha256, cases FROM bundle"
                   " WHERE bytes IS NOT NULL AND seq < ?"
                   " ORDER BY seq DESC LIMIT ?",
                   "ii", before, limit);
}

json_t *catalog_bundle(Catalog *catalog, gint64 seq, GError **error)
{
    return db_row(catalog_db(catalog), error,
                  "SELECT seq, t, format, name, bytes, sha256, cases FROM bundle"
                  " WHERE bytes IS NOT NULL AND seq = ?",
                  "i", seq);
}

#define LEAVES_AT_ONCE 4096

/* The next leaves go into the tree; FALSE with `error` unset when there are none. */
static gboolean append_leaves(Catalog *catalog, MerkleFrontier *frontier, GError **error)
{
    g_autoptr(json_t) rows =
        db_rows(catalog_db(catalog), error,
                "SELECT hash FROM leaf WHERE seq >= ?1 AND seq < ?2 ORDER BY seq", "ii",
                (gint64)frontier->size, (gint64)frontier->size + LEAVES_AT_ONCE);
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        MerkleHash leaf;

        if (!hex_decode(json_text(row, "hash"), leaf.bytes, sizeof leaf.bytes))
            return error_set(error, ERROR_CATALOGUE, "a leaf is no digest");
        merkle_append(frontier, &leaf);
    }
    return json_array_size(rows) > 0;
}

char *catalog_root(Catalog *catalog, gint64 *records, GError **error)
{
    g_autoptr(GError) why = NULL;
    MerkleFrontier frontier = {0};
    MerkleHash root;

    while (append_leaves(catalog, &frontier, &why))
        continue;
    if (why != NULL) {
        g_propagate_error(error, g_steal_pointer(&why));
        return NULL;
    }
    merkle_root(&frontier, &root);
    *records = (gint64)frontier.size;
    return hex_encode(root.bytes, sizeof root.bytes);
}
