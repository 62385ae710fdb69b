/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/store_intern.h"

#include "appliance/base/text.h"
#include "storage/signing.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_WAIT_US   (30 * G_USEC_PER_SEC)
#define LOCK_POLL_US   2000
#define DEFINITION_MAX (8 * 1024 * 1024)
#define FOLDER_MODE    0700

static const char *const folders[] = {"journal", "secrets", "defs", "spool", "vault", "keys"};

char *store_path(const Store *store, const char *relative)
{
    return g_build_filename(store->folder, relative, NULL);
}

const char *store_folder(const Store *store)
{
    return store->folder;
}

const Clock *store_clock(const Store *store)
{
    return &store->clock;
}

const Random *store_random(const Store *store)
{
    return &store->random;
}

gboolean store_is_read_only(const Store *store)
{
    return store->read_only;
}

/* ── the lock ────────────────────────────────────────────────────────────────────────────── */

static gboolean set_lock(Store *store, short type)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET};

    return fcntl(store->lock_fd, F_OFD_SETLK, &lock) == 0;
}

gboolean store_lock(Store *store, GError **error)
{
    gint64 deadline = g_get_monotonic_time() + LOCK_WAIT_US;

    while (!set_lock(store, F_WRLCK)) {
        if (errno != EAGAIN && errno != EACCES && errno != EINTR)
            return error_set_errno(error, ERROR_IO, errno, "lock %s", store->folder);
        if (g_get_monotonic_time() > deadline)
            /* uncovered: a test would wait as long */
            return error_set(error, ERROR_BUSY, "%s is held by another process", store->folder);
        g_usleep(LOCK_POLL_US);
    }
    return TRUE;
}

void store_unlock(Store *store)
{
    if (!set_lock(store, F_UNLCK))
        g_warning("unlock %s: %s", store->folder, g_strerror(errno));
}

/* ── replay ──────────────────────────────────────────────────────────────────────────────── */

/* A record that waits for the last one of its command. */
typedef struct {
    json_t *record;
    gsize size;
    guint8 leaf[SHA256_DIGEST_SIZE];
} Unfinished;

static void unfinished_free(void *data)
{
    Unfinished *unfinished = data;

    json_decref(unfinished->record);
    g_free(unfinished);
}

typedef struct {
    Catalog *catalog;
    CatalogMark mark;      /* behind the last applied record */
    JournalPlace at;       /* of the record to be applied next */
    JournalPlace whole;    /* behind the last command that is complete */
    GPtrArray *unfinished; /* of Unfinished: a command whose end was not seen yet */
    gint64 until;          /* records; the walk ends there */
} Replay;

static gboolean apply_line(Replay *replay, const Unfinished *one, GError **error)
{
    const json_t *record = one->record;
    g_autofree char *hex = NULL;
    CatalogRecord row = {.seq = json_int(record, "seq", -1),
                         .t = json_text(record, "t"),
                         .actor = json_text(record, "actor"),
                         .station = json_text(record, "station"),
                         .act = json_text(record, "act"),
                         .case_number = json_text(record, "case"),
                         .body = record};

    if (row.t == NULL || row.actor == NULL || row.station == NULL || row.act == NULL ||
        g_strcmp0(json_text(record, "prev"), replay->mark.last_leaf) != 0)
        return error_set(error, ERROR_JOURNAL_DAMAGED,
                         "record %" G_GINT64_FORMAT " does not follow the one before", row.seq);
    if (json_int(record, "v", 0) != JOURNAL_VERSION || !catalog_knows(row.act))
        return error_set(error, ERROR_UNKNOWN_ACT, "record %" G_GINT64_FORMAT ": %s", row.seq,
                         row.act);
    if (!catalog_apply(replay->catalog, &row, error) ||
        !catalog_set_leaf(replay->catalog, replay->at, one->leaf, error)) {
        g_prefix_error(error, "record %" G_GINT64_FORMAT ": ", row.seq);
        return FALSE;
    }
    replay->at = journal_behind(replay->at, one->size);
    hex = hex_encode(one->leaf, sizeof one->leaf);
    g_strlcpy(replay->mark.last_leaf, hex, sizeof replay->mark.last_leaf);
    g_strlcpy(replay->mark.last_t, row.t, sizeof replay->mark.last_t);
    return TRUE;
}

/* Records of one command are applied when its last one was seen. */
static gboolean replay_visit(const char *line, gsize size, const json_t *record, JournalPlace next,
                             void *data, GError **error)
{
    Replay *replay = data;
    Unfinished *unfinished;

    if (next.seq > replay->until)
        return error_set(error, ERROR_CANCELLED, "far enough");
    unfinished = g_new(Unfinished, 1);
    *unfinished = (Unfinished){.record = json_incref((json_t *)record), .size = size};
    journal_leaf_hash(line, size, unfinished->leaf);
    g_ptr_array_add(replay->unfinished, unfinished);
    if (json_int(record, "more", 0) > 0)
        return TRUE;
    for (guint i = 0; i < replay->unfinished->len; i++)
        if (!apply_line(replay, g_ptr_array_index(replay->unfinished, i), error))
            return FALSE;
    g_ptr_array_set_size(replay->unfinished, 0);
    replay->whole = next;
    return TRUE;
}

gboolean store_replay(const char *journal_folder, Catalog *catalog, gint64 until, gint64 *n,
                      GError **error)
{
    g_autoptr(GPtrArray) unfinished = g_ptr_array_new_with_free_func(unfinished_free);
    Replay replay = {.catalog = catalog, .unfinished = unfinished, .until = until};
    g_autoptr(GError) why = NULL;
    JournalPlace place;

    if (!catalog_mark(catalog, &replay.mark, error))
        return FALSE;
    place = replay.at = replay.whole = replay.mark.place;
    catalog_begin_replay(catalog);
    if (!journal_walk(journal_folder, &place, replay_visit, &replay, &why) &&
        error_code(why) != ERROR_CANCELLED) {
        g_propagate_error(error, g_steal_pointer(&why));
        return FALSE;
    }
    *n = replay.whole.seq - replay.mark.place.seq;
    replay.mark.place = replay.whole;
    return catalog_end_replay(catalog, error) &&
           (*n == 0 || catalog_set_mark(catalog, &replay.mark, error));
}

static gboolean replay_journal(Store *store, gint64 *n, GError **error)
{
    return store_replay(store->journal_folder, store->catalog, G_MAXINT64, n, error);
}

static gboolean replay_committed(Store *store, GError **error)
{
    Db *db = catalog_db(store->catalog);
    gint64 n;

    if (!db_script(db, "BEGIN IMMEDIATE", error))
        return FALSE;
    if (!replay_journal(store, &n, error) || !db_script(db, "COMMIT", error)) {
        db_roll_back(db);
        return FALSE;
    }
    return TRUE;
}

gboolean store_recover(Store *store, GError **error)
{
    CatalogMark mark;
    gint64 cut;

    if (!replay_committed(store, error) || !catalog_mark(store->catalog, &mark, error))
        return FALSE;
    return journal_cut_tail(store->journal_folder, mark.place, &cut, error);
}

/* TRUE when the journal holds not a byte behind the mark: the common case, one stat. */
static gboolean is_current(Store *store)
{
    CatalogMark mark;
    g_autofree char *path = NULL;
    struct stat info;

    if (!catalog_mark(store->catalog, &mark, NULL))
        return FALSE;
    path = journal_segment_path(store->journal_folder, mark.place.seq);
    if (stat(path, &info) != 0)
        return errno == ENOENT && mark.place.offset == 0;
    return info.st_size == mark.place.offset;
}

gboolean store_catch_up(Store *store, GError **error)
{
    gboolean ok;

    pthread_mutex_lock(&store->write_mutex);
    ok = store->read_only || is_current(store) || store_lock(store, error);
    if (ok && !store->read_only && !is_current(store))
        ok = store_recover(store, error);
    store_unlock(store);
    pthread_mutex_unlock(&store->write_mutex);
    return ok;
}

/* ── open and close ──────────────────────────────────────────────────────────────────────── */

static Store *store_new(const StoreOptions *options)
{
    Store *store = g_new0(Store, 1);

    store->folder = g_strdup(options->folder);
    store->journal_folder = g_build_filename(options->folder, "journal", NULL);
    store->clock = options->clock.now_us != NULL ? options->clock : clock_system();
    store->random = options->random.fill != NULL ? options->random : random_system();
    store->read_only = options->read_only;
    store->lock_fd = -1;
    pthread_mutex_init(&store->write_mutex, NULL);
    pthread_mutex_init(&store->queue_mutex, NULL);
    pthread_cond_init(&store->done, NULL);
    g_queue_init(&store->queue);
    return store;
}

void store_close(Store *store)
{
    if (store == NULL)
        return;
    catalog_close(store->catalog);
    fd_close(store->lock_fd);
    pthread_cond_destroy(&store->done);
    pthread_mutex_destroy(&store->queue_mutex);
    pthread_mutex_destroy(&store->write_mutex);
    g_free(store->journal_folder);
    g_free(store->folder);
    g_free(store);
}

/* A new empty catalogue in place of the one that is there; under the lock. */
static gboolean replace_catalog(Store *store, GError **error)
{
    static const char *const files[] = {"catalogue.db", "catalogue.db-wal", "catalogue.db-shm"};
    Catalog *fresh;

    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = store_path(store, files[i]);

        if (g_file_test(path, G_FILE_TEST_EXISTS) && !file_unlink(path, error))
            return FALSE;
    }
    fresh = catalog_open(store->folder, DB_READ_WRITE, error);
    if (fresh == NULL)
        return FALSE;
    catalog_close(store->catalog);
    store->catalog = fresh;
    return TRUE;
}

/* A damaged catalogue or one of a newer version (an update was taken back) is no loss: the journal
 * makes it again. */
static gboolean is_remade(const Store *store, const StoreOptions *options, const GError *why)
{
    return options->remake && !store->read_only &&
           (g_error_matches(why, ANJUAN_ERROR, ERROR_NEWER_SCHEMA) ||
            g_error_matches(why, ANJUAN_ERROR, ERROR_CATALOGUE));
}

static gboolean remake_catalog(Store *store, const GError *why, GError **error)
{
    g_message("%s: %s; it is made again from the journal", store->folder, why->message);
    return replace_catalog(store, error);
}

/* An act of a newer version is no damage: the store opens, for reading only. */
static gboolean open_recovered(Store *store, const StoreOptions *options, GError **error)
{
    g_autoptr(GError) why = NULL;
    gboolean ok, remade;

    if (!store_lock(store, error))
        return FALSE;
    ok = store_recover(store, &why);
    /* Its first page may be sound, and what the rows stand on not. */
    remade = !ok && is_remade(store, options, why);
    if (remade)
        ok = remake_catalog(store, why, error) && store_recover(store, error);
    store_unlock(store);
    if (ok || remade)
        return ok;
    if (g_error_matches(why, ANJUAN_ERROR, ERROR_UNKNOWN_ACT)) {
        store->read_only = TRUE;
        return TRUE;
    }
    g_propagate_error(error, g_steal_pointer(&why));
    return FALSE;
}

static gboolean open_catalog(Store *store, const StoreOptions *options, GError **error)
{
    g_autoptr(GError) why = NULL;
    gboolean ok;

    store->catalog = catalog_open(store->folder, DB_READ_WRITE, &why);
    if (store->catalog != NULL)
        return TRUE;
    if (!is_remade(store, options, why)) {
        g_propagate_error(error, g_steal_pointer(&why));
        return FALSE;
    }
    if (!store_lock(store, error))
        return FALSE;
    ok = remake_catalog(store, why, error);
    store_unlock(store);
    return ok;
}

Store *store_open(const StoreOptions *options, GError **error)
{
    g_autoptr(Store) store = store_new(options);
    g_autofree char *lock = store_path(store, "lock");

    store->lock_fd = open(lock, O_RDWR | O_CLOEXEC);
    if (store->lock_fd < 0 || !g_file_test(store->journal_folder, G_FILE_TEST_IS_DIR)) {
        error_set(error, ERROR_NO_DATA_FOLDER, "%s", options->folder);
        return NULL;
    }
    if (!open_catalog(store, options, error) ||
        (!store->read_only && !open_recovered(store, options, error)))
        return NULL;
    return g_steal_pointer(&store);
}

Catalog *store_reader(Store *store, GError **error)
{
    return catalog_open(store->folder, DB_READ_ONLY, error);
}

static gboolean init_command(StoreTxn *txn, void *data, GError **error)
{
    const StoreOrigin *origin = data;

    return txn_append(txn, "init", NULL,
                      json_pack("{s:s, s:s, s:s, s:s}", "region", origin->region, "hall",
                                origin->hall, "origin", origin->origin, "profile", origin->profile),
                      error);
}

/* Only an absent or empty folder becomes a data folder. */
static gboolean check_vacant(const char *folder, GError **error)
{
    g_autofree char *lock = g_build_filename(folder, "lock", NULL);
    g_autoptr(GDir) dir = NULL;

    if (g_file_test(lock, G_FILE_TEST_EXISTS))
        return error_set(error, ERROR_DATA_FOLDER_EXISTS, "%s", folder);
    dir = g_dir_open(folder, 0, NULL);
    if (dir != NULL && g_dir_read_name(dir) != NULL)
        return error_set(error, ERROR_DATA_FOLDER_EXISTS, "%s holds other files", folder);
    return TRUE;
}

gboolean store_create(const StoreOptions *options, const StoreOrigin *origin, GError **error)
{
    StoreActor actor = {"system", "system"};
    g_autofree char *lock = g_build_filename(options->folder, "lock", NULL);
    Random random = options->random.fill != NULL ? options->random : random_system();
    g_autoptr(Store) store = NULL;

    if (!check_vacant(options->folder, error))
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *path = g_build_filename(options->folder, folders[i], NULL);

        if (!file_make_folder(path, FOLDER_MODE, error))
            return FALSE;
    }
    if (!signing_key_create(options->folder, origin->origin, &random, error))
        return FALSE;
    /* The lock file comes last: a folder without it is no data folder. */
    if (!file_replace(lock, 0600, "", 0, error))
        return FALSE;
    store = store_open(options, error);
    return store != NULL && store_write(store, &actor, init_command, (void *)origin, error);
}

/* ── rebuild and definitions ─────────────────────────────────────────────────────────────── */

static gboolean rebuild_locked(Store *store, gint64 *records, GError **error)
{
    Db *db = catalog_db(store->catalog);

    if (!db_script(db, "BEGIN IMMEDIATE", error))
        return FALSE;
    if (!catalog_reset(store->catalog, error) || !replay_journal(store, records, error) ||
        !db_script(db, "COMMIT", error)) {
        db_roll_back(db);
        return FALSE;
    }
    return TRUE;
}

/* A file that SQLite cannot even empty gives way to a new one. */
static gboolean rebuild_or_replace(Store *store, gint64 *records, GError **error)
{
    g_autoptr(GError) why = NULL;

    if (rebuild_locked(store, records, &why))
        return TRUE;
    if (g_error_matches(why, ANJUAN_ERROR, ERROR_CATALOGUE))
        return replace_catalog(store, error) && rebuild_locked(store, records, error);
    g_propagate_error(error, g_steal_pointer(&why));
    return FALSE;
}

gboolean store_rebuild(Store *store, gint64 *records, GError **error)
{
    gboolean ok;

    if (store->read_only)
        return error_set(error, ERROR_READ_ONLY, "%s", store->folder);
    pthread_mutex_lock(&store->write_mutex);
    ok = store_lock(store, error) && rebuild_or_replace(store, records, error);
    store_unlock(store);
    pthread_mutex_unlock(&store->write_mutex);
    return ok;
}

char *store_record(Store *store, Catalog *catalog, gint64 seq, GError **error)
{
    JournalPlace place = {.seq = seq};

    if (!db_int(catalog_db(catalog), &place.offset, -1, error, "SELECT at FROM leaf WHERE seq = ?",
                "i", seq))
        return NULL;
    if (place.offset < 0) {
        error_set(error, ERROR_NOT_FOUND, "record %" G_GINT64_FORMAT, seq);
        return NULL;
    }
    return journal_read(store->journal_folder, place, error);
}

GPtrArray *store_records(Store *store, Catalog *catalog, const char *case_number, GError **error)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(json_t) rows =
        db_rows(catalog_db(catalog), error,
                "SELECT seq, at FROM leaf WHERE seq IN (SELECT seq FROM event WHERE \"case\" ="
                " (SELECT id FROM cases WHERE number = ?)) ORDER BY seq",
                "t", case_number);
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        JournalPlace place = {json_int(row, "seq", 0), json_int(row, "at", 0)};
        char *line = journal_read(store->journal_folder, place, error);

        if (line == NULL)
            return NULL;
        g_ptr_array_add(lines, line);
    }
    return rows != NULL ? g_steal_pointer(&lines) : NULL;
}

typedef struct {
    Catalog *reader;
    char prev[2 * SHA256_DIGEST_SIZE + 1];
    gint64 records;
} JournalCheck;

static gboolean check_record(const char *line, gsize size, const json_t *record, JournalPlace next,
                             void *data, GError **error)
{
    JournalCheck *check = data;
    guint8 leaf[SHA256_DIGEST_SIZE];
    g_autofree char *hex = NULL;
    g_autoptr(GError) why = NULL;
    g_autoptr(json_t) row = db_row(catalog_db(check->reader), &why,
                                   "SELECT hash FROM leaf WHERE seq = ?", "i", next.seq - 1);

    if (why != NULL) {
        g_propagate_error(error, g_steal_pointer(&why));
        return FALSE;
    }
    journal_leaf_hash(line, size, leaf);
    hex = hex_encode(leaf, sizeof leaf);
    if (row == NULL || strcmp(json_text(row, "hash"), hex) != 0 ||
        g_strcmp0(json_text(record, "prev"), check->prev) != 0)
        return error_set(error, ERROR_JOURNAL_DAMAGED,
                         "record %" G_GINT64_FORMAT " is not the one that was acknowledged",
                         next.seq - 1);
    g_strlcpy(check->prev, hex, sizeof check->prev);
    check->records++;
    return TRUE;
}

gboolean store_verify_journal(Store *store, gint64 *records, GError **error)
{
    g_autoptr(Catalog) reader = store_reader(store, error);
    JournalCheck check = {.reader = reader};
    JournalPlace place = {0};
    CatalogMark mark;

    if (reader == NULL || !catalog_mark(reader, &mark, error) ||
        !journal_walk(store->journal_folder, &place, check_record, &check, error))
        return FALSE;
    *records = check.records;
    if (place.seq < mark.place.seq)
        return error_set(error, ERROR_JOURNAL_DAMAGED, "record %" G_GINT64_FORMAT " is missing",
                         place.seq);
    return TRUE;
}

GBytes *store_definition(const Store *store, const char *digest, GError **error)
{
    g_autofree char *relative = g_strdup_printf("defs/%s", digest);
    g_autofree char *path = store_path(store, relative);
    g_autoptr(GBytes) bytes = file_read(path, DEFINITION_MAX, error);
    g_autofree char *found = NULL;

    if (bytes == NULL)
        return NULL;
    found = sha256_hex(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    if (strcmp(found, digest) != 0) {
        error_set(error, ERROR_DIGEST, "%s", path);
        return NULL;
    }
    return g_steal_pointer(&bytes);
}
