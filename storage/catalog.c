/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/catalog.h"

#include "appliance/base/embed.h"
#include "storage/catalog_intern.h"
#include "storage/secrets.h"
#include "storage/tree.h"

#include <string.h>

#define APPLICATION_ID 0x616a6e31 /* "ajn1" */
#define SCHEMA_VERSION 4

extern const Embedded embedded_schema[];

static gboolean make_schema(Catalog *catalog, GError **error)
{
    g_autofree char *stamp = g_strdup_printf(
        "PRAGMA application_id = %d; PRAGMA user_version = %d;", APPLICATION_ID, SCHEMA_VERSION);

    for (const Embedded *file = embedded_schema; file->name != NULL; file++)
        if (!db_script(catalog->db, (const char *)file->bytes, error))
            return FALSE;
    return db_script(catalog->db, stamp, error);
}

/* A catalogue of an older version is dropped and made anew; opening the store then replays the
 * journal into it from the start. */
static gboolean drop_schema(Catalog *catalog, GError **error)
{
    g_autoptr(json_t) tables =
        db_rows(catalog->db, error,
                "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN"
                " ('table', 'virtual') AND name NOT LIKE 'sqlite_%' ORDER BY type DESC, name",
                "");
    gsize i;
    json_t *table;

    if (tables == NULL || !db_script(catalog->db, "PRAGMA defer_foreign_keys = ON", error))
        return FALSE;
    json_array_foreach(tables, i, table)
    {
        g_autofree char *sql = g_strdup_printf("DROP TABLE \"%s\"", json_text(table, "name"));

        if (!db_script(catalog->db, sql, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean renew_schema(Catalog *catalog, gboolean older, GError **error)
{
    if (db_script(catalog->db, "BEGIN IMMEDIATE", error) &&
        (!older || drop_schema(catalog, error)) && make_schema(catalog, error) &&
        db_script(catalog->db, "COMMIT", error))
        return TRUE;
    db_roll_back(catalog->db);
    return FALSE;
}

static gboolean check_schema(Catalog *catalog, DbMode mode, GError **error)
{
    gint64 id, version;

    if (!db_int(catalog->db, &id, 0, error, "PRAGMA application_id", "") ||
        !db_int(catalog->db, &version, 0, error, "PRAGMA user_version", ""))
        return FALSE;
    if (version > SCHEMA_VERSION)
        return error_set(error, ERROR_NEWER_SCHEMA, "schema %d, this program knows %d",
                         (int)version, SCHEMA_VERSION);
    if (version == SCHEMA_VERSION && id == APPLICATION_ID)
        return TRUE;
    if (mode == DB_READ_ONLY || (version != 0 && id != APPLICATION_ID))
        return error_set(error, ERROR_CATALOGUE, "catalogue.db is not a catalogue of anjuan");
    return renew_schema(catalog, version != 0, error);
}

static Catalog *open_at(const char *data_folder, const char *path, DbMode mode, GError **error)
{
    g_autoptr(Catalog) catalog = g_new0(Catalog, 1);

    catalog->data_folder = g_strdup(data_folder);
    catalog->db = db_open(path, mode, error);
    if (catalog->db == NULL || !check_schema(catalog, mode, error))
        return NULL;
    return g_steal_pointer(&catalog);
}

Catalog *catalog_open(const char *data_folder, DbMode mode, GError **error)
{
    g_autofree char *path = g_build_filename(data_folder, "catalogue.db", NULL);

    return open_at(data_folder, path, mode, error);
}

Catalog *catalog_open_scratch(const char *data_folder, GError **error)
{
    return open_at(data_folder, "", DB_READ_WRITE, error);
}

void catalog_close(Catalog *catalog)
{
    if (catalog == NULL)
        return;
    catalog_pending(catalog, NULL);
    g_free(catalog->case_number);
    db_close(catalog->db);
    g_free(catalog->data_folder);
    g_free(catalog);
}

gboolean catalog_begin_read(Catalog *catalog, GError **error)
{
    return db_script(catalog->db, "BEGIN", error);
}

void catalog_end_read(Catalog *catalog)
{
    db_roll_back(catalog->db);
}

Db *catalog_db(Catalog *catalog)
{
    return catalog->db;
}

json_t *catalog_secret(Catalog *catalog, const char *path, const char *commitment, GError **error)
{
    const char *text = catalog->pending_secrets != NULL
                           ? g_hash_table_lookup(catalog->pending_secrets, commitment)
                           : NULL;

    if (text != NULL)
        return json_parse(text, strlen(text), "secret", ERROR_INTERNAL, error);
    return secrets_read(catalog->data_folder, path, commitment, error);
}

gboolean catalog_mark(Catalog *catalog, CatalogMark *mark, GError **error)
{
    g_autoptr(json_t) row = db_row(catalog->db, error,
                                   "SELECT (SELECT value FROM meta WHERE key = 'applied') AS seq,"
                                   "(SELECT value FROM meta WHERE key = 'offset') AS offset,"
                                   "(SELECT value FROM meta WHERE key = 'last_leaf') AS leaf,"
                                   "(SELECT value FROM meta WHERE key = 'last_t') AS t",
                                   "");

    *mark = (CatalogMark){0};
    if (row == NULL)
        return FALSE;
    mark->place = (JournalPlace){json_int(row, "seq", 0), json_int(row, "offset", 0)};
    if (json_text(row, "leaf") != NULL)
        g_strlcpy(mark->last_leaf, json_text(row, "leaf"), sizeof mark->last_leaf);
    if (json_text(row, "t") != NULL)
        g_strlcpy(mark->last_t, json_text(row, "t"), sizeof mark->last_t);
    return TRUE;
}

gboolean catalog_set_leaf(Catalog *catalog, JournalPlace at, const guint8 leaf[SHA256_DIGEST_SIZE],
                          GError **error)
{
    return db_run(catalog->db, error, "INSERT INTO leaf (seq, hash, at) VALUES (?, ?, ?)", "ibi",
                  at.seq, leaf, SHA256_DIGEST_SIZE, at.offset) &&
           tree_keep(catalog->db, at.seq, error);
}

gboolean catalog_set_mark(Catalog *catalog, const CatalogMark *mark, GError **error)
{
    return db_run(catalog->db, error,
                  "INSERT OR REPLACE INTO meta (key, value) VALUES ('applied', ?), ('offset', ?),"
                  " ('last_leaf', ?), ('last_t', ?)",
                  "iitt", mark->place.seq, mark->place.offset, mark->last_leaf, mark->last_t);
}

gboolean catalog_reset(Catalog *catalog, GError **error)
{
    return drop_schema(catalog, error) && make_schema(catalog, error);
}

char *catalog_prefix_end(const char *prefix)
{
    return g_strconcat(prefix, "\xf4\x8f\xbf\xbf", NULL); /* U+10FFFF */
}
