/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/restore.h"

#include "storage/catalog_register.h"
#include "storage/erase.h"
#include "storage/signing.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_BYTES 65536
#define SCRATCH     ".restoring"
#define FOLDER_MODE 0700

/* What a backup may hold: the first part of every path. */
static const char *const places[] = {"journal", "secrets", "defs", "spool", "vault", "keys"};

typedef struct {
    const RestoreRequest *request;
    RestoreDone *done;
    char *scratch;
    CipherReader *reader;
    json_t *head;     /* of the running backup */
    GPtrArray *heads; /* of json_t: of all of them */
} Restore;

void restore_done_clear(RestoreDone *done)
{
    g_clear_pointer(&done->lost, g_ptr_array_unref);
}

static gboolean refuse(GError **error, const char *path)
{
    return error_set(error, ERROR_FORMAT, "the backup holds a strange entry: %s", path);
}

/* ── entries ─────────────────────────────────────────────────────────────────────────────── */

/* Our names alone: no part is empty, climbs or hides, and the first is a place of the store. */
static gboolean is_our_path(const char *path)
{
    gboolean ours = FALSE;

    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        gsize n = strlen(places[i]);

        ours = ours || (strncmp(path, places[i], n) == 0 && path[n] == '/');
    }
    if (!ours || strlen(path) >= PATH_MAX / 2 || path[strlen(path) - 1] == '/')
        return FALSE;
    for (const char *at = path; *at != '\0'; at++)
        if (!g_ascii_isalnum(*at) && strchr("/._-=%", *at) == NULL)
            return FALSE;
    return strstr(path, "//") == NULL && strstr(path, "/.") == NULL;
}

/* The place of an entry in the scratch folder, its folders made. */
static char *place_of(const Restore *restore, const char *path, GError **error)
{
    g_autofree char *full = NULL, *folder = NULL;

    if (path == NULL || !is_our_path(path)) {
        refuse(error, path != NULL ? path : "(without a name)");
        return NULL;
    }
    full = g_build_filename(restore->scratch, path, NULL);
    folder = g_path_get_dirname(full);
    if (g_mkdir_with_parents(folder, FOLDER_MODE) != 0) {
        error_set_errno(error, ERROR_IO, errno, "make folder %s", folder);
        return NULL;
    }
    return g_steal_pointer(&full);
}

static gboolean copy_content(Restore *restore, int fd, const char *full, gint64 bytes,
                             GError **error)
{
    guint8 block[BLOCK_BYTES];

    while (bytes > 0) {
        gsize n = (gsize)MIN((gint64)sizeof block, bytes);

        if (!cipher_read(restore->reader, block, n, error) ||
            !file_write_all(fd, full, block, n, error))
            return FALSE;
        bytes -= (gint64)n;
    }
    return TRUE;
}

/* A stretch of the journal goes where it was; any other file is written as a whole, also over what
 * an earlier backup had. */
static gboolean take_file(Restore *restore, const json_t *entry, GError **error)
{
    const char *path = json_text(entry, "file");
    gint64 bytes = json_int(entry, "bytes", -1), offset = json_int(entry, "offset", 0);
    g_autofree char *full = place_of(restore, path, error);
    gboolean stretch = json_object_get(entry, "offset") != NULL;
    g_auto(Fd) fd = -1;
    struct stat info;

    if (full == NULL)
        return FALSE;
    if (bytes < 0 || offset < 0 || (stretch && !g_str_has_prefix(path, "journal/")))
        return refuse(error, path);
    /* Never through a name that a link shares with another file. */
    if (!stretch && unlink(full) != 0 && errno != ENOENT)
        return error_set_errno(error, ERROR_IO, errno, "%s", full);
    fd = open(full, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 || fstat(fd, &info) != 0)
        return error_set_errno(error, ERROR_IO, errno, "%s", full);
    if (info.st_size < offset)
        return error_set(error, ERROR_BACKUP_CHAIN, "%s has %" G_GINT64_FORMAT " bytes so far",
                         path, (gint64)info.st_size);
    if (lseek(fd, offset, SEEK_SET) < 0 || ftruncate(fd, offset) != 0)
        return error_set_errno(error, ERROR_IO, errno, "%s", full);
    restore->done->files++;
    return copy_content(restore, fd, full, bytes, error);
}

static gboolean take_link(Restore *restore, const json_t *entry, GError **error)
{
    const char *path = json_text(entry, "link"), *to = json_text(entry, "to");
    g_autofree char *full = place_of(restore, path, error);
    g_autofree char *target = full != NULL ? place_of(restore, to, error) : NULL;

    if (target == NULL)
        return FALSE;
    restore->done->files++;
    if (!g_file_test(target, G_FILE_TEST_EXISTS)) {
        g_ptr_array_add(restore->done->lost, g_strdup(path));
        return TRUE;
    }
    if (unlink(full) != 0 && errno != ENOENT)
        return error_set_errno(error, ERROR_IO, errno, "%s", full);
    return file_link(target, full, error);
}

static gboolean take_end(Restore *restore, const json_t *entry, GError **error)
{
    gboolean end;
    gsize i;
    json_t *lost;

    json_array_foreach(json_object_get(entry, "lost"), i, lost)
    {
        g_ptr_array_add(restore->done->lost, g_strdup(json_string_value(lost)));
    }
    return cipher_at_end(restore->reader, &end, error) &&
           (end || error_set(error, ERROR_FORMAT, "the backup goes on behind its end"));
}

/* ── one backup ──────────────────────────────────────────────────────────────────────────── */

static json_t *read_line(CipherReader *reader, const char *path, GError **error)
{
    g_autofree char *line = cipher_read_line(reader, BACKUP_LINE_MAX, error);

    return line != NULL ? json_parse(line, strlen(line), path, ERROR_FORMAT, error) : NULL;
}

static json_t *read_head(CipherReader *reader, const char *path, GError **error)
{
    g_autoptr(json_t) head = read_line(reader, path, error);

    if (head == NULL)
        return NULL;
    if (g_strcmp0(json_text(head, "format"), BACKUP_FORMAT) != 0 ||
        json_text(head, "root") == NULL || json_text(head, "base") == NULL ||
        json_text(head, "origin") == NULL || json_object_get(head, "seq") == NULL) {
        error_set(error, ERROR_FORMAT, "%s is no backup that this version knows", path);
        return NULL;
    }
    return g_steal_pointer(&head);
}

json_t *restore_head(const char *path, const CipherKey *key, GError **error)
{
    g_autoptr(CipherReader) reader = cipher_reader_new(path, key, error);

    return reader != NULL ? read_head(reader, path, error) : NULL;
}

/* The first begins at the start; each one after it where the one before ends, or earlier. */
static gboolean follows(const Restore *restore, const char *path, GError **error)
{
    const json_t *before =
        restore->heads->len > 0 ? g_ptr_array_index(restore->heads, restore->heads->len - 1) : NULL;
    gint64 since = json_int(restore->head, "since", BACKUP_FULL);
    gint64 held = before != NULL ? json_int(before, "seq", 0) : BACKUP_FULL;

    if (since > held)
        return error_set(error, ERROR_BACKUP_CHAIN,
                         "%s goes on behind record %" G_GINT64_FORMAT
                         ", those before it end with %" G_GINT64_FORMAT,
                         path, since, held);
    if (before != NULL &&
        g_strcmp0(json_text(before, "origin"), json_text(restore->head, "origin")) != 0)
        return error_set(error, ERROR_BACKUP_CHAIN, "%s is of another journal", path);
    return TRUE;
}

static gboolean take_entries(Restore *restore, const char *path, GError **error)
{
    for (;;) {
        g_autoptr(json_t) entry = read_line(restore->reader, path, error);

        if (entry == NULL)
            return FALSE;
        if (json_flag(entry, "end"))
            return take_end(restore, entry, error);
        if (json_text(entry, "link") != NULL ? !take_link(restore, entry, error)
                                             : !take_file(restore, entry, error))
            return FALSE;
        if (restore->request->progress != NULL &&
            !restore->request->progress(50, restore->request->progress_data))
            return error_set(error, ERROR_CANCELLED, "%s", path);
    }
}

static gboolean take_backup(Restore *restore, const char *path, const CipherKey *key,
                            GError **error)
{
    gboolean ok;

    restore->reader = cipher_reader_new(path, key, error);
    restore->head = restore->reader != NULL ? read_head(restore->reader, path, error) : NULL;
    ok = restore->head != NULL && follows(restore, path, error) &&
         take_entries(restore, path, error);
    if (restore->head != NULL)
        g_ptr_array_add(restore->heads, g_steal_pointer(&restore->head));
    g_clear_pointer(&restore->reader, cipher_reader_free);
    return ok;
}

/* ── what came out ───────────────────────────────────────────────────────────────────────── */

static gboolean check_root(Catalog *catalog, gint64 records, const char *wanted, GError **error)
{
    g_autofree char *root = catalog_root_of(catalog, records, error);

    if (root == NULL)
        return FALSE;
    return strcmp(root, wanted) == 0 ||
           error_set(error, ERROR_DIGEST,
                     "the first %" G_GINT64_FORMAT " records are not those that were backed up",
                     records);
}

static gboolean check_counts(Catalog *catalog, const json_t *wanted, GError **error)
{
    g_autoptr(json_t) found = backup_counts(catalog, error);

    if (found == NULL)
        return FALSE;
    return json_equal(found, wanted) ||
           error_set(error, ERROR_DIGEST, "the catalogue is not the one that was backed up");
}

static gboolean check_catalog(const Restore *restore, Catalog *catalog, GError **error)
{
    const json_t *last = g_ptr_array_index(restore->heads, restore->heads->len - 1);
    CatalogMark mark;

    if (!catalog_mark(catalog, &mark, error))
        return FALSE;
    if (mark.place.seq != json_int(last, "seq", 0) + 1)
        return error_set(error, ERROR_DIGEST,
                         "%" G_GINT64_FORMAT " records came out, %" G_GINT64_FORMAT
                         " were backed up",
                         mark.place.seq, json_int(last, "seq", 0) + 1);
    for (guint i = 0; i < restore->heads->len; i++) {
        const json_t *head = g_ptr_array_index(restore->heads, i);

        if (!check_root(catalog, json_int(head, "since", BACKUP_FULL) + 1, json_text(head, "base"),
                        error) ||
            !check_root(catalog, json_int(head, "seq", 0) + 1, json_text(head, "root"), error))
            return FALSE;
    }
    restore->done->seq = mark.place.seq - 1;
    g_strlcpy(restore->done->root, json_text(last, "root"), sizeof restore->done->root);
    return check_counts(catalog, json_object_get(last, "counts"), error);
}

/* Opening replays the whole journal, which proves its chain. */
static gboolean check_store(const Restore *restore, GError **error)
{
    StoreOptions options = {.folder = restore->scratch,
                            .clock = restore->request->clock,
                            .random = restore->request->random};
    g_autofree char *lock = g_build_filename(restore->scratch, "lock", NULL);
    g_autoptr(Store) store = NULL;
    g_autoptr(Catalog) catalog = NULL;
    gint64 erased;

    if (!signing_drop_earlier(restore->scratch, error) || !file_replace(lock, 0600, "", 0, error))
        return FALSE;
    store = store_open(&options, error);
    catalog = store != NULL ? store_reader(store, error) : NULL;
    if (catalog == NULL || !check_catalog(restore, catalog, error))
        return FALSE;
    g_clear_pointer(&catalog, catalog_close);
    return erase_again(store, &erased, error);
}

/* ── the folder ──────────────────────────────────────────────────────────────────────────── */

/* What a restore that did not end left behind goes: nothing in the folder is a store. */
static gboolean clear_left_over(const char *folder, GError **error)
{
    g_autofree char *scratch = g_build_filename(folder, SCRATCH, NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    if (dir == NULL)
        return TRUE;
    if (g_file_test(scratch, G_FILE_TEST_IS_DIR)) {
        while ((name = g_dir_read_name(dir)) != NULL) {
            g_autofree char *child = g_build_filename(folder, name, NULL);

            /* The mark goes last. */
            if (strcmp(name, SCRATCH) != 0 && strcmp(name, "lost+found") != 0 &&
                !file_remove_tree(child, error))
                return FALSE;
        }
        return file_remove_tree(scratch, error);
    }
    while ((name = g_dir_read_name(dir)) != NULL)
        if (strcmp(name, "lost+found") != 0)
            return error_set(error, ERROR_DATA_FOLDER_EXISTS, "%s holds files", folder);
    return TRUE;
}

static gboolean make_scratch(const Restore *restore, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autofree char *path = g_build_filename(restore->scratch, places[i], NULL);

        if (!file_make_folder(path, FOLDER_MODE, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean move_up(const Restore *restore, const char *name, GError **error)
{
    g_autofree char *from = g_build_filename(restore->scratch, name, NULL);
    g_autofree char *to = g_build_filename(restore->request->folder, name, NULL);

    return !g_file_test(from, G_FILE_TEST_EXISTS) || file_rename(from, to, error);
}

static gboolean move_into_place(const Restore *restore, GError **error)
{
    const char *folder = restore->request->folder;

    if (!file_sync_system(restore->scratch, error))
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(places); i++)
        if (!move_up(restore, places[i], error))
            return FALSE;
    return move_up(restore, "catalogue.db", error) && file_sync_folder(folder, error) &&
           move_up(restore, "lock", error) && file_sync_folder(folder, error);
}

/* What was moved up is no store yet: it goes with the scratch folder, and with a lock file that may
 * not be on the disk. */
static void take_back(const Restore *restore, const char *lock)
{
    g_autoptr(GError) why = NULL;

    if ((g_file_test(lock, G_FILE_TEST_EXISTS) && !file_unlink(lock, &why)) ||
        !clear_left_over(restore->request->folder, &why))
        g_info("%s stays for the next restore to remove: %s", restore->scratch, why->message);
}

static gboolean restore_all(Restore *restore, GError **error)
{
    const RestoreRequest *request = restore->request;

    if (!clear_left_over(request->folder, error) || !make_scratch(restore, error))
        return FALSE;
    for (gsize i = 0; request->paths[i] != NULL; i++)
        if (!take_backup(restore, request->paths[i], &request->keys[i], error))
            return FALSE;
    return check_store(restore, error) && move_into_place(restore, error);
}

gboolean restore_folder(const RestoreRequest *request, RestoreDone *done, GError **error)
{
    g_autofree char *scratch = g_build_filename(request->folder, SCRATCH, NULL);
    g_autofree char *lock = g_build_filename(request->folder, "lock", NULL);
    g_autoptr(GPtrArray) heads = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
    Restore restore = {.request = request, .done = done, .scratch = scratch, .heads = heads};
    gboolean ok;

    *done = (RestoreDone){.lost = g_ptr_array_new_with_free_func(g_free)};
    if (request->paths[0] == NULL)
        return error_set(error, ERROR_USAGE, "no backup is named");
    if (g_file_test(lock, G_FILE_TEST_EXISTS))
        return error_set(error, ERROR_DATA_FOLDER_EXISTS, "%s", request->folder);
    ok = restore_all(&restore, error);
    if (!ok && g_file_test(scratch, G_FILE_TEST_IS_DIR))
        take_back(&restore, lock);
    if (ok && !file_remove_tree(scratch, NULL))
        g_info("%s stays, empty", scratch);
    return ok;
}
