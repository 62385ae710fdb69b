/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/erase.h"

#include "storage/catalog_intern.h"
#include "storage/catalog_keeping.h"
#include "storage/catalog_record.h"
#include "storage/ocfl.h"
#include "storage/secrets.h"
#include "storage/store_intern.h"

#include <string.h>

#define EXPORTS "exports"

/* ── spool ───────────────────────────────────────────────────────────────────────────────── */

static gboolean erase_file(Store *store, const char *relative, GError **error)
{
    g_autofree char *path = relative != NULL ? store_path(store, relative) : NULL;

    return path == NULL || !g_file_test(path, G_FILE_TEST_EXISTS) || file_unlink(path, error);
}

/* The files that the records of `rows` name. The folders are synced, so that no crash brings a name
 * back. */
static gboolean erase_files(Store *store, Catalog *catalog, json_t *rows, GError **error)
{
    g_autoptr(GHashTable) folders = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GHashTableIter iter;
    void *folder;
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        g_autoptr(json_t) record = catalog_record(catalog, json_int(row, "seq", -1), error);
        const char *file = json_text(record, "file");
        g_autofree char *path = file != NULL ? store_path(store, file) : NULL;

        if (record == NULL || !erase_file(store, file, error))
            return FALSE;
        if (path != NULL)
            g_hash_table_add(folders, g_path_get_dirname(path));
    }
    g_hash_table_iter_init(&iter, folders);
    while (g_hash_table_iter_next(&iter, &folder, NULL))
        if (g_file_test(folder, G_FILE_TEST_IS_DIR) && !file_sync_folder(folder, error))
            return FALSE;
    return rows != NULL;
}

static gboolean erase_spool(Store *store, Catalog *catalog, const char *number, GError **error)
{
    g_autoptr(json_t) rows =
        db_rows(catalog_db(catalog), error,
                "SELECT seq FROM side WHERE \"case\" = " CASE_ID_1 " UNION SELECT seq FROM event"
                " WHERE \"case\" = " CASE_ID_1 " AND act = 'paper'",
                "t", number);

    return rows != NULL && erase_files(store, catalog, rows, error);
}

/* ── secrets ─────────────────────────────────────────────────────────────────────────────── */

/* What the records of `rows` keep apart: commitments, and the files that hold them. */
static gboolean note_secrets(Catalog *catalog, json_t *rows, GHashTable *commitments,
                             GHashTable *paths, GError **error)
{
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        g_autoptr(json_t) record = catalog_record(catalog, json_int(row, "seq", -1), error);

        if (record == NULL)
            return FALSE;
        if (json_text(record, "secret") == NULL)
            continue;
        g_hash_table_add(commitments, g_strdup(json_text(record, "secret")));
        g_hash_table_add(
            paths, secrets_batch_path(json_text(record, "day"), json_int(record, "batch", 0)));
    }
    return TRUE;
}

/* Of the sides: one batch may hold those of other cases too, which stay. */
static gboolean erase_side_secrets(Store *store, Catalog *catalog, const char *number,
                                   GError **error)
{
    g_autoptr(json_t) rows =
        db_rows(catalog_db(catalog), error,
                "SELECT seq FROM side WHERE \"case\" = " CASE_ID " ORDER BY batch", "t", number);
    g_autoptr(GHashTable) ours = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GHashTableIter iter;
    void *path;

    if (rows == NULL || !note_secrets(catalog, rows, ours, paths, error))
        return FALSE;
    g_hash_table_iter_init(&iter, paths);
    while (g_hash_table_iter_next(&iter, &path, NULL))
        if (!secrets_destroy(store_folder(store), path, ours, error))
            return FALSE;
    return TRUE;
}

static gboolean erase_secrets(Store *store, Catalog *catalog, const char *number, GError **error)
{
    g_autofree char *path = secrets_case_path(number);

    return secrets_destroy(store_folder(store), path, NULL, error) &&
           erase_side_secrets(store, catalog, number, error);
}

/* ── vault, bundles ──────────────────────────────────────────────────────────────────────── */

static gboolean erase_object(Store *store, const char *number, GError **error)
{
    g_autofree char *vault = store_path(store, "vault/root");
    g_autofree char *staging = store_path(store, "vault/staging");
    g_autofree char *id = g_strdup_printf("urn:anjuan:%s", number);
    g_autoptr(OcflRoot) root = NULL;

    if (!g_file_test(vault, G_FILE_TEST_IS_DIR))
        return TRUE;
    root = ocfl_root_open(vault, staging, error);
    if (root == NULL)
        return FALSE;
    return !ocfl_object_exists(root, id) || ocfl_object_destroy(root, id, error);
}

/* The bundle itself, its side-car, its volumes (NAME-v1.tar …). */
static gboolean erase_bundle(Store *store, const char *bundle, GError **error)
{
    g_autofree char *folder = store_path(store, EXPORTS);
    g_autofree char *stem = g_strconcat(bundle, ".", NULL);
    g_autofree char *volumes = g_strconcat(bundle, "-v", NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);

        if ((strcmp(name, bundle) == 0 || g_str_has_prefix(name, stem) ||
             g_str_has_prefix(name, volumes)) &&
            !file_remove_tree(path, error))
            return FALSE;
    }
    return dir == NULL || file_sync_folder(folder, error);
}

static gboolean erase_bundles(Store *store, Catalog *catalog, const char *number, GError **error)
{
    g_autoptr(json_t) rows =
        db_rows(catalog_db(catalog), error,
                "SELECT b.name FROM bundle b JOIN bundle_case c ON c.seq = b.seq"
                " WHERE c.\"case\" = " CASE_ID,
                "t", number);
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        if (!erase_bundle(store, json_text(row, "name"), error))
            return FALSE;
    }
    return rows != NULL;
}

gboolean erase_case(Store *store, Catalog *catalog, const char *number, GError **error)
{
    return erase_object(store, number, error) && erase_spool(store, catalog, number, error) &&
           erase_secrets(store, catalog, number, error) &&
           erase_bundles(store, catalog, number, error);
}

/* ── free pages ──────────────────────────────────────────────────────────────────────────── */

/* Readers are short; whoever holds an old state is waited for as for any lock (db.c). */
static gboolean cut_wal(Db *db, GError **error)
{
    g_autoptr(json_t) row = db_row(db, error, "PRAGMA wal_checkpoint(TRUNCATE)", "");
    gboolean is_cut = json_int(row, "busy", 1) == 0;

    return is_cut || (row != NULL && error_set(error, ERROR_BUSY, "somebody reads the catalogue"));
}

/* The copy that VACUUM makes may be large: it goes to a file, not to memory. */
static gboolean write_anew(Db *db, GError **error)
{
    gboolean ok =
        db_script(db, "PRAGMA temp_store = FILE", error) &&
        db_script(db, "INSERT INTO name_trigram (name_trigram) VALUES ('optimize')", error) &&
        db_script(db, "VACUUM", error);

    return db_script(db, "PRAGMA temp_store = MEMORY", ok ? error : NULL) && ok &&
           cut_wal(db, error);
}

gboolean erase_free_pages(Store *store, GError **error)
{
    gboolean ok;

    pthread_mutex_lock(&store->write_mutex);
    ok = store_lock(store, error);
    if (ok) {
        ok = write_anew(catalog_db(store->catalog), error);
        store_unlock(store);
    }
    pthread_mutex_unlock(&store->write_mutex);
    return ok;
}

gboolean erase_again(Store *store, gint64 *n, GError **error)
{
    g_autoptr(Catalog) catalog = store_reader(store, error);
    g_autoptr(json_t) rows = catalog != NULL ? catalog_destructions(catalog, FALSE, error) : NULL;
    gsize i;
    json_t *row;

    if (rows == NULL)
        return FALSE;
    json_array_foreach(rows, i, row)
    {
        if (!erase_case(store, catalog, json_text(row, "case"), error))
            return FALSE;
    }
    *n = (gint64)json_array_size(rows);
    return *n == 0 || erase_free_pages(store, error);
}
