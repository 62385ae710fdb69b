/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/backup_vault.h"

#include "appliance/base/json.h"
#include "storage/catalog_keeping.h"
#include "storage/catalog_query.h"
#include "storage/ocfl.h"

#include <string.h>
#include <sys/stat.h>

typedef struct {
    BackupStream *stream;
    GHashTable *pages; /* "dev:ino" → path: files of the case that are in a backup already */
} Object;

static char *inode_of(const char *full)
{
    struct stat info;

    if (stat(full, &info) != 0 || info.st_nlink < 2)
        return NULL;
    return g_strdup_printf("%lu:%lu", (gulong)info.st_dev, (gulong)info.st_ino);
}

static void note_pages(const Object *object, json_t *rows)
{
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        const char *path = json_text(row, "file");
        g_autofree char *full = path != NULL ? store_path(object->stream->store, path) : NULL;
        char *inode = full != NULL ? inode_of(full) : NULL;

        if (inode != NULL)
            g_hash_table_insert(object->pages, inode, g_strdup(path));
    }
}

static gboolean add_object_file(const Object *object, const char *path, GError **error)
{
    g_autofree char *full = store_path(object->stream->store, path);
    g_autofree char *inode = inode_of(full);
    const char *page = inode != NULL ? g_hash_table_lookup(object->pages, inode) : NULL;

    if (page == NULL)
        return backup_stream_file(object->stream, path, NULL, error);
    return backup_stream_link(object->stream, path, page, error);
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static gboolean add_tree(const Object *object, const char *path, GError **error)
{
    g_autofree char *full = store_path(object->stream->store, path);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = NULL;
    const char *name;

    if (!g_file_test(full, G_FILE_TEST_IS_DIR))
        return add_object_file(object, path, error);
    dir = g_dir_open(full, 0, error);
    if (dir == NULL)
        return FALSE;
    while ((name = g_dir_read_name(dir)) != NULL)
        g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *child = g_build_filename(path, g_ptr_array_index(names, i), NULL);

        if (!add_tree(object, child, error))
            return FALSE;
    }
    return TRUE;
}

gboolean backup_vault_root(BackupStream *stream, GError **error)
{
    static const char *const names[] = {"0=ocfl_1.1", "ocfl_1.1.txt", "ocfl_layout.json"};
    g_autofree char *extensions = store_path(stream->store, "vault/root/extensions");
    g_autoptr(GHashTable) pages = g_hash_table_new(g_str_hash, g_str_equal);
    Object object = {stream, pages};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename("vault/root", names[i], NULL);

        if (!backup_stream_optional(stream, path, error))
            return FALSE;
    }
    return !g_file_test(extensions, G_FILE_TEST_IS_DIR) ||
           add_tree(&object, "vault/root/extensions", error);
}

gboolean backup_vault_object(BackupStream *stream, Catalog *catalog, const char *number,
                             GError **error)
{
    g_autofree char *id = g_strdup_printf("urn:anjuan:%s", number);
    g_autofree char *place = ocfl_object_place(id);
    g_autofree char *path = g_build_filename("vault/root", place, NULL);
    g_autofree char *full = store_path(stream->store, path);
    g_autoptr(GHashTable) pages = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    Object object = {stream, pages};
    g_autoptr(json_t) documents = NULL, sides = NULL;
    gboolean destroyed;

    if (!catalog_is_destroyed(catalog, number, &destroyed, error))
        return FALSE;
    if (destroyed)
        return TRUE;
    if (!g_file_test(full, G_FILE_TEST_IS_DIR)) {
        backup_stream_lose(stream, path);
        return TRUE;
    }
    documents = catalog_documents(catalog, number, error);
    sides = documents != NULL ? catalog_sides(catalog, number, error) : NULL;
    if (sides == NULL)
        return FALSE;
    note_pages(&object, documents);
    note_pages(&object, sides);
    return add_tree(&object, path, error);
}
