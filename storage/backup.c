/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/backup.h"

#include "appliance/base/text.h"
#include "storage/catalog_keeping.h"
#include "storage/catalog_query.h"
#include "storage/ocfl.h"
#include "storage/secrets.h"
#include "storage/signing.h"
#include "storage/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_BYTES 65536

typedef struct {
    Store *store;
    const BackupRequest *request;
    BackupDone *done;
    Catalog *catalog;
    CipherWriter *writer;
    JournalPlace from, to; /* records [from, to) */
    GHashTable *carried;   /* paths of secrets files that are written already */
    GPtrArray *sealed;     /* of char *: cases sealed in the range */
    guint told;            /* per cent */
} Backup;

void backup_done_clear(BackupDone *done)
{
    g_clear_pointer(&done->lost, g_ptr_array_unref);
}

/* ── entries ─────────────────────────────────────────────────────────────────────────────── */

static gboolean write_line(Backup *backup, json_t *taken, GError **error)
{
    g_autoptr(json_t) line = taken;
    g_autofree char *text = json_line(line), *whole = g_strconcat(text, "\n", NULL);

    return cipher_write(backup->writer, whole, strlen(whole), error);
}

static void lose(Backup *backup, const char *path)
{
    g_ptr_array_add(backup->done->lost, g_strdup(path));
}

/* A stretch of a file. What cannot be read is written as zeros and called lost: the bytes were
 * promised, and the rest of the store is worth more than this file. */
typedef struct {
    int fd;
    gint64 offset, bytes;
} Stretch;

static gboolean copy_stretch(Backup *backup, const Stretch *stretch, struct sha256_ctx *digest,
                             gboolean *whole, GError **error)
{
    guint8 block[BLOCK_BYTES];
    gint64 at = 0;

    *whole = TRUE;
    while (at < stretch->bytes) {
        gsize wanted = (gsize)MIN((gint64)sizeof block, stretch->bytes - at);
        ssize_t n = pread(stretch->fd, block, wanted, stretch->offset + at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            memset(block, 0, wanted);
            n = (ssize_t)wanted;
            *whole = FALSE;
        }
        if (digest != NULL)
            sha256_update(digest, (size_t)n, block);
        if (!cipher_write(backup->writer, block, (gsize)n, error))
            return FALSE;
        at += n;
    }
    return TRUE;
}

/* A file by its path below the data folder; `sha256` (hex) is what it must have, NULL: unknown. */
static gboolean add_file(Backup *backup, const char *path, const char *sha256, GError **error)
{
    g_autofree char *full = store_path(backup->store, path), *found = NULL;
    g_auto(Fd) fd = open(full, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    guint8 digest[SHA256_DIGEST_SIZE];
    struct sha256_ctx context;
    struct stat info;
    gboolean whole;

    if (fd < 0 || fstat(fd, &info) != 0) {
        lose(backup, path);
        return TRUE;
    }
    sha256_init(&context);
    if (!write_line(backup,
                    json_pack("{s:s, s:I}", "file", path, "bytes", (json_int_t)info.st_size),
                    error) ||
        !copy_stretch(backup, &(Stretch){fd, 0, info.st_size}, &context, &whole, error))
        return FALSE;
    sha256_digest(&context, sizeof digest, digest);
    found = hex_encode(digest, sizeof digest);
    if (!whole || (sha256 != NULL && strcmp(found, sha256) != 0))
        lose(backup, path);
    backup->done->files++;
    return TRUE;
}

static gboolean add_bytes(Backup *backup, const char *path, const void *bytes, gsize size,
                          GError **error)
{
    backup->done->files++;
    return write_line(backup, json_pack("{s:s, s:I}", "file", path, "bytes", (json_int_t)size),
                      error) &&
           cipher_write(backup->writer, bytes, size, error);
}

/* A file that a house may have or not. */
static gboolean add_optional(Backup *backup, const char *path, GError **error)
{
    g_autofree char *full = store_path(backup->store, path);

    return !g_file_test(full, G_FILE_TEST_IS_REGULAR) || add_file(backup, path, NULL, error);
}

/* ── the prefix ──────────────────────────────────────────────────────────────────────────── */

static char *root_over(Catalog *catalog, gint64 size, GError **error)
{
    MerkleSource source = tree_source(catalog_db(catalog));
    MerkleHash root;

    return merkle_source_root(&source, (guint64)size, &root, error)
               ? hex_encode(root.bytes, sizeof root.bytes)
               : NULL;
}

json_t *backup_counts(Catalog *catalog, GError **error)
{
    return db_row(catalog_db(catalog), error,
                  "SELECT (SELECT count(*) FROM cases) AS cases,"
                  " (SELECT count(*) FROM document) AS documents,"
                  " (SELECT count(*) FROM side) AS sides,"
                  " (SELECT count(*) FROM bundle) AS bundles",
                  "");
}

/* Fixes the range; the reader's transaction holds one state of the catalogue meanwhile. */
static gboolean fix_range(Backup *backup, GError **error)
{
    Db *db = catalog_db(backup->catalog);
    gint64 since = backup->request->since;
    CatalogMark mark;

    if (!catalog_mark(backup->catalog, &mark, error))
        return FALSE;
    backup->to = mark.place;
    backup->from = (JournalPlace){since + 1, 0};
    backup->done->since = since;
    backup->done->seq = mark.place.seq - 1;
    if (since < BACKUP_FULL || backup->from.seq > backup->to.seq)
        return error_set(error, ERROR_INVALID,
                         "the journal ends with record %" G_GINT64_FORMAT ", not %" G_GINT64_FORMAT,
                         mark.place.seq - 1, since);
    if (backup->from.seq == backup->to.seq) {
        backup->from = backup->to;
        return TRUE;
    }
    return db_int(db, &backup->from.offset, 0, error, "SELECT at FROM leaf WHERE seq = ?", "i",
                  backup->from.seq);
}

static json_t *head_of(Backup *backup, GError **error)
{
    g_autofree char *base = root_over(backup->catalog, backup->from.seq, error);
    g_autofree char *root = base != NULL ? root_over(backup->catalog, backup->to.seq, error) : NULL;
    g_autofree char *origin =
        root != NULL ? catalog_setting(backup->catalog, "origin", error) : NULL;
    g_autofree char *now = clock_format(clock_now_us(store_clock(backup->store)));
    json_t *counts = origin != NULL ? backup_counts(backup->catalog, error) : NULL;

    if (counts == NULL)
        return NULL;
    g_strlcpy(backup->done->root, root, sizeof backup->done->root);
    return json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:s, s:s, s:b, s:o}", "format", BACKUP_FORMAT,
                     "origin", origin, "at", now, "since", (json_int_t)backup->request->since,
                     "seq", (json_int_t)backup->done->seq, "offset",
                     (json_int_t)backup->from.offset, "base", base, "root", root, "with_key",
                     backup->request->with_key, "counts", counts);
}

static json_t *fixed_head(Backup *backup, GError **error)
{
    Db *db = catalog_db(backup->catalog);
    json_t *head = NULL;

    if (!db_script(db, "BEGIN", error))
        return NULL;
    if (fix_range(backup, error))
        head = head_of(backup, error);
    db_roll_back(db);
    return head;
}

/* ── the journal ─────────────────────────────────────────────────────────────────────────── */

static gboolean add_segment(Backup *backup, JournalPlace from, gint64 end, GError **error)
{
    g_autofree char *folder = store_path(backup->store, "journal");
    g_autofree char *full = journal_segment_path(folder, from.seq);
    g_autofree char *name = g_path_get_basename(full);
    g_autofree char *path = g_strdup_printf("journal/%s", name);
    g_auto(Fd) fd = open(full, O_RDONLY | O_CLOEXEC);
    Stretch stretch = {fd, from.offset, end - from.offset};
    gboolean whole;

    if (fd < 0)
        return error_set_errno(error, ERROR_JOURNAL_DAMAGED, errno, "%s", full);
    backup->done->files++;
    if (!write_line(backup,
                    json_pack("{s:s, s:I, s:I}", "file", path, "offset", (json_int_t)from.offset,
                              "bytes", (json_int_t)stretch.bytes),
                    error) ||
        !copy_stretch(backup, &stretch, NULL, &whole, error))
        return FALSE;
    return whole || error_set(error, ERROR_JOURNAL_DAMAGED, "%s cannot be read", full);
}

/* The bytes of a segment that is full. */
static gboolean segment_bytes(Backup *backup, gint64 seq, gint64 *bytes, GError **error)
{
    g_autofree char *folder = store_path(backup->store, "journal");
    g_autofree char *path = journal_segment_path(folder, seq);
    struct stat info;

    if (stat(path, &info) != 0)
        return error_set_errno(error, ERROR_JOURNAL_DAMAGED, errno, "%s", path);
    *bytes = info.st_size;
    return TRUE;
}

static gboolean add_journal(Backup *backup, GError **error)
{
    JournalPlace at = backup->from;

    while (at.seq < backup->to.seq) {
        gint64 first = at.seq - at.seq % JOURNAL_SEGMENT_RECORDS;
        gint64 next = first + JOURNAL_SEGMENT_RECORDS, end = backup->to.offset;

        if (next <= backup->to.seq && !segment_bytes(backup, at.seq, &end, error))
            return FALSE;
        if (!add_segment(backup, at, end, error))
            return FALSE;
        at = (JournalPlace){next, 0};
    }
    return TRUE;
}

/* ── what the records name ───────────────────────────────────────────────────────────────── */

/* Lines of a secrets file as they are now: later ones do no harm. */
static gboolean add_secrets(Backup *backup, char *path_taken, GError **error)
{
    g_autofree char *path = path_taken;
    g_autofree char *full = store_path(backup->store, path);
    g_autoptr(GBytes) bytes = NULL;
    const char *text, *end;
    gsize size;

    if (!g_hash_table_add(backup->carried, g_strdup(path)))
        return TRUE;
    bytes = file_read(full, SECRETS_FILE_MAX, NULL);
    text = bytes != NULL ? g_bytes_get_data(bytes, &size) : NULL;
    end = text != NULL ? memrchr(text, '\n', size) : NULL;
    if (end == NULL) {
        lose(backup, path);
        return TRUE;
    }
    return add_bytes(backup, path, text, (gsize)(end - text) + 1, error);
}

/* TRUE where the catalogue no longer knows a file: the case came to the end of its retention. */
static gboolean is_gone(Backup *backup, const char *sql, const json_t *record)
{
    g_autoptr(json_t) row =
        strstr(sql, "FROM side") != NULL
            ? db_row(catalog_db(backup->catalog), NULL, sql, "iit", json_int(record, "batch", 0),
                     json_int(record, "sheet", 0), json_text(record, "side"))
            : db_row(catalog_db(backup->catalog), NULL, sql, "ti", json_text(record, "case"),
                     json_int(record, "number", 0));

    return row != NULL && json_text(row, "file") == NULL;
}

#define SIDE_FILE "SELECT file FROM side WHERE batch = ? AND sheet = ? AND side = ?"
#define DOCUMENT_FILE                                                                              \
    "SELECT file FROM document WHERE \"case\" = (SELECT id FROM cases WHERE number = ?)"           \
    " AND number = ?"

static gboolean add_page(Backup *backup, const json_t *record, const char *sql, GError **error)
{
    const char *path = json_text(record, "file");

    g_autofree char *full = path != NULL ? store_path(backup->store, path) : NULL;

    if (path == NULL || (!g_file_test(full, G_FILE_TEST_EXISTS) && is_gone(backup, sql, record)))
        return TRUE;
    return add_file(backup, path, json_text(record, "sha256"), error);
}

static gboolean add_definition(Backup *backup, const json_t *record, GError **error)
{
    const char *digest = json_text(record, "digest");
    g_autofree char *path = g_strdup_printf("defs/%s", digest);

    return !g_hash_table_add(backup->carried, g_strdup(path)) ||
           add_file(backup, path, digest, error);
}

static gboolean add_secret_of(Backup *backup, const json_t *record, GError **error)
{
    const char *number = json_text(record, "case");

    if (json_text(record, "secret") == NULL)
        return TRUE;
    if (strcmp(json_text(record, "act"), "side") == 0)
        return add_secrets(
            backup, secrets_batch_path(json_text(record, "day"), json_int(record, "batch", 0)),
            error);
    return number == NULL || add_secrets(backup, secrets_case_path(number), error);
}

static gboolean tell(Backup *backup, guint done, GError **error)
{
    const BackupRequest *request = backup->request;

    if (request->progress == NULL || done == backup->told)
        return TRUE;
    backup->told = done;
    return request->progress(done, request->progress_data) ||
           error_set(error, ERROR_CANCELLED, "%s", request->path);
}

static gboolean carry_record(Backup *backup, const json_t *record, GError **error)
{
    const char *act = json_text(record, "act");

    if (strcmp(act, "seal") == 0)
        g_ptr_array_add(backup->sealed, g_strdup(json_text(record, "case")));
    return add_secret_of(backup, record, error) &&
           (strcmp(act, "side") != 0 || add_page(backup, record, SIDE_FILE, error)) &&
           (strcmp(act, "paper") != 0 || add_page(backup, record, DOCUMENT_FILE, error)) &&
           (strcmp(act, "definition") != 0 || add_definition(backup, record, error));
}

/* Ends the walk behind the prefix with ERROR_CANCELLED of its own: `at_end` tells it apart. */
typedef struct {
    Backup *backup;
    gboolean at_end;
} Walk;

static gboolean visit(const char *line G_GNUC_UNUSED, gsize size G_GNUC_UNUSED,
                      const json_t *record, JournalPlace next, void *data, GError **error)
{
    Walk *walk = data;
    Backup *backup = walk->backup;
    gint64 all = backup->to.seq - backup->from.seq;

    if (next.seq > backup->to.seq) {
        walk->at_end = TRUE;
        return error_set(error, ERROR_CANCELLED, "end of the prefix");
    }
    return carry_record(backup, record, error) &&
           tell(backup, (guint)((next.seq - backup->from.seq) * 80 / all), error);
}

static gboolean add_named(Backup *backup, GError **error)
{
    g_autofree char *folder = store_path(backup->store, "journal");
    JournalPlace place = backup->from;
    Walk walk = {.backup = backup};
    g_autoptr(GError) why = NULL;

    if (place.seq == backup->to.seq || journal_walk(folder, &place, visit, &walk, &why) ||
        walk.at_end)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&why));
    return FALSE;
}

/* ── the vault ───────────────────────────────────────────────────────────────────────────── */

typedef struct {
    Backup *backup;
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
        g_autofree char *full = path != NULL ? store_path(object->backup->store, path) : NULL;
        char *inode = full != NULL ? inode_of(full) : NULL;

        if (inode != NULL)
            g_hash_table_insert(object->pages, inode, g_strdup(path));
    }
}

static gboolean add_object_file(const Object *object, const char *path, GError **error)
{
    g_autofree char *full = store_path(object->backup->store, path);
    g_autofree char *inode = inode_of(full);
    const char *page = inode != NULL ? g_hash_table_lookup(object->pages, inode) : NULL;

    if (page == NULL)
        return add_file(object->backup, path, NULL, error);
    object->backup->done->files++;
    return write_line(object->backup, json_pack("{s:s, s:s}", "link", path, "to", page), error);
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static gboolean add_tree(const Object *object, const char *path, GError **error)
{
    g_autofree char *full = store_path(object->backup->store, path);
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

static gboolean add_object(Backup *backup, const char *number, GError **error)
{
    g_autofree char *id = g_strdup_printf("urn:anjuan:%s", number);
    g_autofree char *place = ocfl_object_place(id);
    g_autofree char *path = g_build_filename("vault/root", place, NULL);
    g_autofree char *full = store_path(backup->store, path);
    g_autoptr(GHashTable) pages = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    Object object = {backup, pages};
    g_autoptr(json_t) documents = NULL, sides = NULL;
    gboolean destroyed;

    if (!catalog_is_destroyed(backup->catalog, number, &destroyed, error))
        return FALSE;
    if (destroyed)
        return TRUE;
    if (!g_file_test(full, G_FILE_TEST_IS_DIR)) {
        lose(backup, path);
        return TRUE;
    }
    documents = catalog_documents(backup->catalog, number, error);
    sides = documents != NULL ? catalog_sides(backup->catalog, number, error) : NULL;
    if (sides == NULL)
        return FALSE;
    note_pages(&object, documents);
    note_pages(&object, sides);
    return add_tree(&object, path, error);
}

/* What makes the root a root: files beside the objects. */
static gboolean add_root_files(Backup *backup, GError **error)
{
    static const char *const names[] = {"0=ocfl_1.1", "ocfl_1.1.txt", "ocfl_layout.json"};
    g_autofree char *extensions = store_path(backup->store, "vault/root/extensions");
    Object object = {backup, NULL};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename("vault/root", names[i], NULL);

        if (!add_optional(backup, path, error))
            return FALSE;
    }
    object.pages = g_hash_table_new(g_str_hash, g_str_equal);
    if (g_file_test(extensions, G_FILE_TEST_IS_DIR) &&
        !add_tree(&object, "vault/root/extensions", error)) {
        g_hash_table_unref(object.pages);
        return FALSE;
    }
    g_hash_table_unref(object.pages);
    return TRUE;
}

static gboolean add_vault(Backup *backup, GError **error)
{
    if (!add_root_files(backup, error))
        return FALSE;
    for (guint i = 0; i < backup->sealed->len; i++)
        if (!add_object(backup, g_ptr_array_index(backup->sealed, i), error) ||
            !tell(backup, 80 + (i + 1) * 19 / backup->sealed->len, error))
            return FALSE;
    return TRUE;
}

/* ── keys ────────────────────────────────────────────────────────────────────────────────── */

/* The last checkpoint goes along where it lies inside the prefix: a later one would make the
 * restored journal look cut. */
static gboolean add_checkpoint(Backup *backup, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autofree char *note = signing_last(backup->store, &why);
    guint64 size;

    if (note == NULL || !signing_note_size(note, &size, &why) || (gint64)size > backup->to.seq)
        return TRUE;
    return add_bytes(backup, "journal/checkpoint", note, strlen(note), error);
}

static gboolean add_keys(Backup *backup, GError **error)
{
    return add_checkpoint(backup, error) && add_optional(backup, "keys/log.vkey", error) &&
           (!backup->request->with_key || add_file(backup, "keys/signing.seed", NULL, error));
}

static gboolean add_end(Backup *backup, GError **error)
{
    json_t *lost = json_array();

    for (guint i = 0; i < backup->done->lost->len; i++)
        json_array_append_new(lost, json_string(g_ptr_array_index(backup->done->lost, i)));
    return write_line(backup,
                      json_pack("{s:b, s:I, s:o}", "end", TRUE, "files",
                                (json_int_t)backup->done->files, "lost", lost),
                      error);
}

/* ── all of it ───────────────────────────────────────────────────────────────────────────── */

static gboolean write_all(Backup *backup, GError **error)
{
    const BackupRequest *request = backup->request;
    json_t *head = fixed_head(backup, error);

    if (head == NULL)
        return FALSE;
    if (request->settle != NULL && !request->settle(backup->store, error)) {
        json_decref(head);
        return FALSE;
    }
    backup->writer =
        cipher_writer_new(request->path, &request->key, store_random(backup->store), error);
    if (backup->writer == NULL) {
        json_decref(head);
        return FALSE;
    }
    return write_line(backup, head, error) && add_journal(backup, error) &&
           add_keys(backup, error) && add_named(backup, error) && add_vault(backup, error) &&
           add_end(backup, error) && cipher_commit(backup->writer, error);
}

gboolean backup_write(Store *store, const BackupRequest *request, BackupDone *done, GError **error)
{
    g_autoptr(Catalog) catalog = store_reader(store, error);
    g_autoptr(GHashTable) carried = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) sealed = g_ptr_array_new_with_free_func(g_free);
    Backup backup = {.store = store,
                     .request = request,
                     .done = done,
                     .catalog = catalog,
                     .carried = carried,
                     .sealed = sealed};
    struct stat info;
    gboolean ok;

    *done = (BackupDone){.lost = g_ptr_array_new_with_free_func(g_free)};
    ok = catalog != NULL && write_all(&backup, error);
    cipher_writer_free(backup.writer);
    if (ok && stat(request->path, &info) == 0)
        done->bytes = info.st_size;
    return ok;
}
