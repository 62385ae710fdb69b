/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/repair.h"

#include "storage/secrets.h"

#include <stdio.h>
#include <string.h>

#define SCRATCH "repair"
#define ROUNDS  4 /* a file with two names is found by the second after the first was put back */

typedef struct {
    const char *folder;
    char *scratch;
    const RestoreRequest *from;
    RepairDone *done;
    Store *store;
    GPtrArray *paths;      /* of char *: what fsck named, below the folder */
    gboolean is_catalogue; /* the catalogue was among it */
} Repair;

/* ── files ───────────────────────────────────────────────────────────────────────────────── */

static GHashTable *lines_of(GBytes *bytes)
{
    GHashTable *lines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    gsize size = 0;
    const char *text = bytes != NULL ? g_bytes_get_data(bytes, &size) : "";
    g_autofree char *copy = g_strndup(text, size);
    g_auto(GStrv) parts = g_strsplit(copy, "\n", -1);

    for (guint i = 0; parts[i] != NULL; i++)
        if (*parts[i] != '\0')
            g_hash_table_add(lines, g_strdup(parts[i]));
    return lines;
}

/* What was destroyed since the backup stays destroyed. */
static gboolean is_wanted(GHashTable *mine, const char *line)
{
    g_autofree char *commitment = g_strndup(line, SECRET_COMMITMENT_CHARS);
    g_autofree char *gone = g_strconcat(commitment, SECRET_DESTROYED, NULL);

    return !g_hash_table_contains(mine, line) && !g_hash_table_contains(mine, gone);
}

/* A secrets file grows: lines of the backup that are not there any more come back, later ones
 * stay. */
static GBytes *merged_secrets(GBytes *good, GBytes *now)
{
    g_autoptr(GHashTable) mine = lines_of(now);
    gsize size, has = 0;
    const char *text = g_bytes_get_data(good, &size);
    g_autofree char *copy = g_strndup(text, size);
    g_auto(GStrv) lines = g_strsplit(copy, "\n", -1);
    g_autoptr(GString) back = g_string_new(NULL);

    for (guint i = 0; lines[i] != NULL; i++)
        if (*lines[i] != '\0' && is_wanted(mine, lines[i]))
            g_string_append_printf(back, "%s\n", lines[i]);
    text = now != NULL ? g_bytes_get_data(now, &has) : NULL;
    if (has > 0)
        g_string_append_len(back, text, (gssize)has);
    return g_string_free_to_bytes(g_steal_pointer(&back));
}

/* A file of the folder that may hold more than the backup has; NULL in `*bytes` where there is
 * none. What cannot be read is never taken for one: its end would be lost. */
static gboolean read_own(const char *path, GBytes **bytes, GError **error)
{
    *bytes = NULL;
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return TRUE;
    *bytes = file_read(path, G_MAXUINT32, error);
    return *bytes != NULL;
}

/* One file of the backup over that of the folder; TRUE in `*changed` where it was another. */
static gboolean mend_file(Repair *repair, const char *path, gboolean *changed, GError **error)
{
    g_autofree char *from = g_build_filename(repair->scratch, path, NULL);
    g_autofree char *to = g_build_filename(repair->folder, path, NULL);
    g_autofree char *parent = g_path_get_dirname(to);
    g_autoptr(GBytes) good = file_read(from, G_MAXUINT32, NULL);
    g_autoptr(GBytes) now = NULL;

    if (good != NULL && g_str_has_prefix(path, "secrets/")) {
        GBytes *merged;

        if (!read_own(to, &now, error))
            return FALSE;
        merged = merged_secrets(good, now);

        g_bytes_unref(good);
        good = merged;
    } else
        now = file_read(to, G_MAXUINT32, NULL);
    if (good == NULL || (now != NULL && g_bytes_equal(good, now)))
        return TRUE;
    *changed = TRUE;
    repair->done->mended++;
    return file_make_folder(parent, 0700, error) &&
           file_replace(to, 0600, g_bytes_get_data(good, NULL), g_bytes_get_size(good), error);
}

/* A file, or a folder with all that the backup has in it. */
static gboolean mend(Repair *repair, const char *path, gboolean *changed, GError **error)
{
    g_autofree char *from = g_build_filename(repair->scratch, path, NULL);
    g_autoptr(GDir) dir = g_dir_open(from, 0, NULL);
    const char *name;

    if (dir == NULL)
        return mend_file(repair, path, changed, error);
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *child = g_build_filename(path, name, NULL);

        if (!mend(repair, child, changed, error))
            return FALSE;
    }
    return TRUE;
}

/* ── the journal ─────────────────────────────────────────────────────────────────────────── */

/* The backup's bytes where they end, then what was appended since. */
static gboolean mend_segment(Repair *repair, const char *name, GError **error)
{
    g_autofree char *from = g_build_filename(repair->scratch, "journal", name, NULL);
    g_autofree char *to = g_build_filename(repair->folder, "journal", name, NULL);
    g_autoptr(GBytes) good = file_read(from, G_MAXUINT32, error);
    g_autoptr(GBytes) now = NULL;
    g_autoptr(GByteArray) whole = NULL;
    gsize size = 0, has = 0;
    const char *bytes, *mine;

    if (good == NULL || !read_own(to, &now, error))
        return FALSE;
    bytes = g_bytes_get_data(good, &size);
    mine = now != NULL ? g_bytes_get_data(now, &has) : NULL;
    if (has >= size && memcmp(mine, bytes, size) == 0)
        return TRUE;
    whole = g_byte_array_new();
    g_byte_array_append(whole, (const guint8 *)bytes, (guint)size);
    if (has > size)
        g_byte_array_append(whole, (const guint8 *)mine + size, (guint)(has - size));
    repair->done->mended++;
    return file_replace(to, 0600, whole->data, whole->len, error);
}

static gboolean mend_journal(Repair *repair, GError **error)
{
    g_autofree char *folder = g_build_filename(repair->scratch, "journal", NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
    gboolean ok = dir != NULL;
    const char *name;

    while (ok && (name = g_dir_read_name(dir)) != NULL)
        ok = !g_str_has_suffix(name, ".log") || mend_segment(repair, name, error);
    return ok;
}

static GBytes *journal_key(const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(folder, "keys/log.vkey", NULL);

    return file_read(path, 4096, error);
}

/* The key of the journal tells one house from another: a backup of an older epoch is refused too,
 * because what it holds was given up on purpose. */
static gboolean is_of_folder(const Repair *repair, GError **error)
{
    g_autoptr(GBytes) theirs = journal_key(repair->scratch, error);
    g_autoptr(GBytes) ours = theirs != NULL ? journal_key(repair->folder, error) : NULL;

    return ours != NULL &&
           (g_bytes_equal(theirs, ours) ||
            error_set(error, ERROR_BACKUP_CHAIN, "the backup is of another journal"));
}

/* ── the store ───────────────────────────────────────────────────────────────────────────── */

/* A catalogue that does not open is only an index: it goes, and opening makes it again. */
static gboolean open_store(Repair *repair, GError **error)
{
    static const char *const names[] = {"catalogue.db", "catalogue.db-wal", "catalogue.db-shm"};
    StoreOptions options = {
        .folder = repair->folder, .clock = repair->from->clock, .random = repair->from->random};
    g_autoptr(GError) why = NULL;

    repair->store = store_open(&options, &why);
    if (repair->store != NULL)
        return TRUE;
    if (error_code(why) != ERROR_CATALOGUE && error_code(why) != ERROR_JOURNAL_DAMAGED) {
        g_propagate_error(error, g_steal_pointer(&why));
        return FALSE;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(repair->folder, names[i], NULL);

        if (g_file_test(path, G_FILE_TEST_EXISTS) && !file_unlink(path, error))
            return FALSE;
    }
    repair->done->mended++;
    repair->store = store_open(&options, error);
    return repair->store != NULL;
}

static void take(const FsckFinding *finding, void *data)
{
    Repair *repair = data;

    if (!finding->is_error)
        return;
    if (strcmp(finding->code, "catalogue") == 0 || strcmp(finding->code, "journal") == 0)
        repair->is_catalogue = TRUE;
    else
        g_ptr_array_add(repair->paths, g_strdup(finding->path));
}

static gboolean mend_round(Repair *repair, gboolean *changed, GError **error)
{
    gint64 records;

    for (guint i = 0; i < repair->paths->len; i++)
        if (!mend(repair, g_ptr_array_index(repair->paths, i), changed, error))
            return FALSE;
    if (!repair->is_catalogue || !store_rebuild(repair->store, &records, NULL))
        return TRUE;
    *changed = TRUE;
    repair->done->mended++;
    return TRUE;
}

static gboolean mend_all(Repair *repair, GError **error)
{
    FsckOptions look = {.read_data = TRUE, .report = take, .data = repair};
    gboolean changed = TRUE;

    for (int round = 0; changed && round < ROUNDS; round++) {
        FsckSummary summary;

        changed = FALSE;
        g_ptr_array_set_size(repair->paths, 0);
        repair->is_catalogue = FALSE;
        if (!fsck_store(repair->store, &look, &summary, error))
            return FALSE;
        if (round == 0)
            repair->done->before = summary;
        if (summary.errors > 0 && !mend_round(repair, &changed, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean repair_all(Repair *repair, const FsckOptions *fsck, GError **error)
{
    RestoreRequest into = *repair->from;
    g_auto(RestoreDone) restored = {0};
    FsckOptions last = *fsck;
    gboolean changed = FALSE;

    into.folder = repair->scratch;
    last.read_data = TRUE;
    last.parts = 0;
    return file_remove_tree(repair->scratch, error) && restore_folder(&into, &restored, error) &&
           is_of_folder(repair, error) && mend_journal(repair, error) &&
           mend(repair, "secrets", &changed, error) && mend(repair, "defs", &changed, error) &&
           open_store(repair, error) && mend_all(repair, error) &&
           fsck_store(repair->store, &last, &repair->done->after, error);
}

gboolean repair_folder(const char *folder, const RestoreRequest *from, const FsckOptions *fsck,
                       RepairDone *done, GError **error)
{
    g_autofree char *scratch = g_build_filename(folder, SCRATCH, NULL);
    g_autofree char *lock = g_build_filename(folder, "lock", NULL);
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    Repair repair = {
        .folder = folder, .scratch = scratch, .from = from, .done = done, .paths = paths};
    g_autoptr(GError) why = NULL;
    gboolean ok;

    *done = (RepairDone){0};
    if (!g_file_test(lock, G_FILE_TEST_EXISTS))
        return error_set(error, ERROR_NO_DATA_FOLDER, "%s", folder);
    ok = repair_all(&repair, fsck, error);
    store_close(repair.store);
    if (!file_remove_tree(scratch, &why))
        g_info("%s stays: %s", scratch, why->message);
    return ok;
}
