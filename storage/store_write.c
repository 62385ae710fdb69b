/* SPDX-License-Identifier: Apache-2.0
 *
 * The write path. Group commit by leader: a caller that finds nobody writing becomes the leader,
 * takes everything that waits as one group, and wakes the others when it is durable.
 */
#include "storage/store_intern.h"

#include "appliance/base/text.h"

#include <string.h>

struct Work {
    const StoreActor *actor;
    StoreCommand command;
    void *data;
    GError *error; /* why it was refused, once done */
    gboolean done;
};

/* A file of the group, written before its records. */
typedef struct {
    char *path;
    GBytes *bytes;
} NewFile;

/* A record between txn_append and the end of its command: its head is completed there. */
typedef struct {
    gint64 seq;
    char *act;
    char *case_number;
    json_t *body;
} Pending;

struct StoreTxn {
    Store *store;
    const StoreActor *actor;
    CatalogMark mark; /* behind the last finished command of the group */
    gint64 now_us;
    char now[32];
    GPtrArray *pending;       /* of Pending: records of the running command */
    GPtrArray *lines;         /* journal lines of the group, finished commands alone */
    GPtrArray *secrets;       /* of Secret */
    GHashTable *secret_texts; /* commitment → JSON text, for the projection */
    GPtrArray *files;         /* of NewFile: defs and papers */
};

static void pending_free(void *data)
{
    Pending *pending = data;

    json_decref(pending->body);
    g_free(pending->act);
    g_free(pending->case_number);
    g_free(pending);
}

static void new_file_free(void *data)
{
    NewFile *file = data;

    g_free(file->path);
    g_bytes_unref(file->bytes);
    g_free(file);
}

static gboolean is_at(const void *file, const void *path)
{
    return strcmp(((const NewFile *)file)->path, path) == 0;
}

static gboolean has_file(const StoreTxn *txn, const char *path)
{
    return g_ptr_array_find_with_equal_func(txn->files, path, is_at, NULL);
}

Catalog *txn_catalog(StoreTxn *txn)
{
    return txn->store->catalog;
}

const char *txn_now(const StoreTxn *txn)
{
    return txn->now;
}

gint64 txn_now_us(const StoreTxn *txn)
{
    return txn->now_us;
}

gint64 txn_next_seq(const StoreTxn *txn)
{
    return txn->mark.place.seq + (gint64)txn->pending->len;
}

gboolean txn_append(StoreTxn *txn, const char *act, const char *case_number, json_t *body,
                    GError **error)
{
    Pending *pending = g_new0(Pending, 1);
    CatalogRecord row = {.seq = txn_next_seq(txn),
                         .t = txn->now,
                         .actor = txn->actor->actor,
                         .station = txn->actor->station,
                         .act = act,
                         .case_number = case_number,
                         .body = body};

    *pending = (Pending){row.seq, g_strdup(act), g_strdup(case_number), body};
    g_ptr_array_add(txn->pending, pending);
    if (body == NULL)
        return error_set(error, ERROR_INTERNAL, "record %s has no valid body", act);
    return catalog_apply(txn->store->catalog, &row, error);
}

char *txn_secret(StoreTxn *txn, const char *path, const json_t *data)
{
    Secret *secret = secret_new(path, data, &txn->store->random);

    g_ptr_array_add(txn->secrets, secret);
    g_hash_table_insert(txn->secret_texts, g_strdup(secret->commitment), json_line(data));
    return g_strdup(secret->commitment);
}

gboolean txn_file(StoreTxn *txn, const char *relative, const void *bytes, gsize size,
                  GError **error)
{
    g_autofree char *path = store_path(txn->store, relative);
    NewFile *file;

    if (has_file(txn, path))
        return error_set(error, ERROR_INTERNAL, "%s is written twice", path);
    file = g_new(NewFile, 1);
    *file = (NewFile){g_steal_pointer(&path), g_bytes_new(bytes, size)};
    g_ptr_array_add(txn->files, file);
    return TRUE;
}

char *txn_definition(StoreTxn *txn, const void *bytes, gsize size, GError **error)
{
    g_autofree char *digest = sha256_hex(bytes, size);
    g_autofree char *relative = g_strdup_printf("defs/%s", digest);
    g_autofree char *path = store_path(txn->store, relative);

    /* Named by content: what is there already is the same. */
    if (!g_file_test(path, G_FILE_TEST_EXISTS) && !has_file(txn, path) &&
        !txn_file(txn, relative, bytes, size, error))
        return NULL; /* uncovered: it was looked for among the files of the group */
    return g_steal_pointer(&digest);
}

/* ── finishing a command ─────────────────────────────────────────────────────────────────── */

static json_t *complete_record(const StoreTxn *txn, const Pending *pending, gsize more)
{
    g_autofree char *nonce = random_hex128(&txn->store->random);
    json_t *record =
        json_pack("{s:i, s:I, s:s, s:s, s:s, s:s, s:s, s:s}", "v", JOURNAL_VERSION, "seq",
                  (json_int_t)pending->seq, "prev", txn->mark.last_leaf, "t", txn->now, "trust",
                  trust_token(clock_trust(&txn->store->clock)), "actor", txn->actor->actor,
                  "station", txn->actor->station, "act", pending->act);

    if (record == NULL)
        return NULL; /* uncovered: the catalogue refused such an actor before */
    if (pending->case_number != NULL)
        json_object_set_new(record, "case", json_string(pending->case_number));
    json_object_update_missing(record, pending->body);
    if (more > 0)
        json_object_set_new(record, "more", json_integer((json_int_t)more));
    json_object_set_new(record, "nonce", json_string(nonce));
    return record;
}

static gboolean finish_record(StoreTxn *txn, const Pending *pending, gsize more, GError **error)
{
    g_autoptr(json_t) record = complete_record(txn, pending, more);
    g_autofree char *line = record != NULL ? json_line(record) : NULL;
    g_autofree char *hex = NULL;
    guint8 leaf[SHA256_DIGEST_SIZE];

    if (line == NULL)
        /* uncovered: the catalogue refused such an actor before */
        return error_set(error, ERROR_INVALID, "%s by '%s': not valid UTF-8", pending->act,
                         txn->actor->actor);
    if (strlen(line) > JOURNAL_RECORD_BYTES)
        return error_set(error, ERROR_RECORD_TOO_LARGE, "%s: %" G_GSIZE_FORMAT " bytes",
                         pending->act, strlen(line));
    journal_leaf_hash(line, strlen(line), leaf);
    if (!catalog_set_leaf(txn->store->catalog, txn->mark.place, leaf, error))
        return FALSE;
    txn->mark.place = journal_behind(txn->mark.place, strlen(line));
    hex = hex_encode(leaf, sizeof leaf);
    g_strlcpy(txn->mark.last_leaf, hex, sizeof txn->mark.last_leaf);
    g_ptr_array_add(txn->lines, g_strconcat(line, "\n", NULL));
    return TRUE;
}

static gboolean finish_command(StoreTxn *txn, GError **error)
{
    for (guint i = 0; i < txn->pending->len; i++)
        if (!finish_record(txn, g_ptr_array_index(txn->pending, i), txn->pending->len - 1 - i,
                           error))
            return FALSE;
    g_strlcpy(txn->mark.last_t, txn->now, sizeof txn->mark.last_t);
    g_ptr_array_set_size(txn->pending, 0);
    return TRUE;
}

/* A record's time never goes back, whatever the machine's clock does. */
static void set_now(StoreTxn *txn)
{
    g_autofree char *now = NULL;
    gint64 last_us;

    txn->now_us = clock_now_us(&txn->store->clock);
    if (clock_parse(txn->mark.last_t, &last_us) && txn->now_us < last_us)
        txn->now_us = last_us;
    now = clock_format(txn->now_us);
    g_strlcpy(txn->now, now, sizeof txn->now);
}

/* What a refused command leaves behind in the group is taken out again. */
typedef struct {
    CatalogMark mark;
    guint lines, secrets, files;
} Savepoint;

static void take_back(StoreTxn *txn, const Savepoint *before)
{
    g_autoptr(GError) error = NULL;

    if (!db_script(catalog_db(txn->store->catalog), "ROLLBACK TO command; RELEASE command", &error))
        g_warning("roll back a command: %s", error->message);
    txn->mark = before->mark;
    g_ptr_array_set_size(txn->pending, 0);
    g_ptr_array_set_size(txn->lines, (int)before->lines);
    g_ptr_array_set_size(txn->secrets, (int)before->secrets);
    g_ptr_array_set_size(txn->files, (int)before->files);
}

static void run_command(StoreTxn *txn, Work *work)
{
    Savepoint before = {txn->mark, txn->lines->len, txn->secrets->len, txn->files->len};
    Db *db = catalog_db(txn->store->catalog);

    txn->actor = work->actor;
    set_now(txn);
    if (!db_script(db, "SAVEPOINT command", &work->error))
        return;
    if (!work->command(txn, work->data, &work->error) || !finish_command(txn, &work->error) ||
        !db_script(db, "RELEASE command", &work->error))
        take_back(txn, &before);
}

/* ── committing a group ──────────────────────────────────────────────────────────────────── */

static gboolean write_files(StoreTxn *txn, GError **error)
{
    g_autoptr(FileBatch) batch = file_batch_new();

    for (guint i = 0; i < txn->files->len; i++) {
        const NewFile *file = g_ptr_array_index(txn->files, i);
        g_autofree char *folder = g_path_get_dirname(file->path);

        /* Left by a crash before its record was: same name, not yet known to anyone. */
        if (g_file_test(file->path, G_FILE_TEST_EXISTS) && !file_unlink(file->path, error))
            return FALSE;
        if (!file_make_folder(folder, 0700, error) ||
            !file_batch_put(batch, file->path, 0600, g_bytes_get_data(file->bytes, NULL),
                            g_bytes_get_size(file->bytes), error))
            return FALSE;
    }
    return file_batch_commit(batch, error);
}

/* A commit that found no room can be taken back: nobody else has seen the lines, for the lock is
 * held, and they are cut off again as if they had never been written. Not where they lie in two
 * segments. */
static gboolean take_lines_back(const Store *store, JournalPlace from, JournalPlace end)
{
    g_autoptr(GError) error = NULL;
    gint64 cut;

    if (!db_found_no_room(catalog_db(store->catalog)) ||
        from.seq / JOURNAL_SEGMENT_RECORDS != (end.seq - 1) / JOURNAL_SEGMENT_RECORDS)
        return FALSE;
    if (journal_cut_tail(store->journal_folder, from, &cut, &error))
        return TRUE;
    g_info("take lines back: %s", error->message);
    return FALSE;
}

/* Once the journal is written, a commit that fails leaves catalogue and journal apart: where the
 * lines cannot be taken back the writer stops, and opening the store anew replays what is missing.
 */
static gboolean append_and_commit(StoreTxn *txn, GError **error)
{
    Store *store = txn->store;
    JournalPlace place;
    CatalogMark mark;

    if (!catalog_mark(store->catalog, &mark, error) ||
        !catalog_set_mark(store->catalog, &txn->mark, error))
        return FALSE;
    place = mark.place;
    if (!journal_append(store->journal_folder, &place, txn->lines, &store->stopped, error))
        return FALSE;
    if (db_script(catalog_db(store->catalog), "COMMIT", error))
        return TRUE;
    store->stopped = !take_lines_back(store, mark.place, place);
    return FALSE;
}

static gboolean run_group(StoreTxn *txn, GQueue *group, GError **error)
{
    Store *store = txn->store;
    gboolean ok;

    if (!db_script(catalog_db(store->catalog), "BEGIN IMMEDIATE", error))
        return FALSE;
    catalog_pending(store->catalog, txn->secret_texts);
    ok = catalog_mark(store->catalog, &txn->mark, error);
    for (GList *link = group->head; ok && link != NULL; link = link->next)
        run_command(txn, link->data);
    ok = ok && write_files(txn, error) && secrets_write(store->folder, txn->secrets, error) &&
         append_and_commit(txn, error);
    catalog_pending(store->catalog, NULL);
    if (!ok)
        db_roll_back(catalog_db(store->catalog));
    return ok;
}

static gboolean run_group_locked(Store *store, GQueue *group, GError **error)
{
    StoreTxn txn = {
        .store = store,
        .pending = g_ptr_array_new_with_free_func(pending_free),
        .lines = g_ptr_array_new_with_free_func(g_free),
        .secrets = g_ptr_array_new_with_free_func((GDestroyNotify)secret_free),
        .secret_texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
        .files = g_ptr_array_new_with_free_func(new_file_free),
    };
    gboolean ok = store_recover(store, error) && run_group(&txn, group, error);

    g_ptr_array_unref(txn.files);
    g_hash_table_unref(txn.secret_texts);
    g_ptr_array_unref(txn.secrets);
    g_ptr_array_unref(txn.lines);
    g_ptr_array_unref(txn.pending);
    return ok;
}

static void write_group(Store *store, GQueue *group)
{
    g_autoptr(GError) error = NULL;
    gboolean ok;

    pthread_mutex_lock(&store->write_mutex);
    if (store->read_only)
        ok = error_set(&error, ERROR_READ_ONLY, "%s", store->folder);
    else if (store->stopped)
        ok = error_set(&error, ERROR_WRITER_STOPPED, "%s", store->folder);
    else
        ok = store_lock(store, &error);
    if (ok) {
        ok = run_group_locked(store, group, &error);
        store_unlock(store);
    }
    pthread_mutex_unlock(&store->write_mutex);
    for (GList *link = group->head; !ok && link != NULL; link = link->next) {
        Work *work = link->data;

        if (work->error == NULL)
            work->error = g_error_copy(error);
    }
}

/* Takes the whole queue again and again until nobody waits. Called with queue_mutex held. */
static void lead(Store *store)
{
    store->leading = TRUE;
    while (store->queue.length > 0) {
        GQueue group = store->queue;

        g_queue_init(&store->queue);
        pthread_mutex_unlock(&store->queue_mutex);
        write_group(store, &group);
        pthread_mutex_lock(&store->queue_mutex);
        for (GList *link = group.head; link != NULL; link = link->next)
            ((Work *)link->data)->done = TRUE;
        g_queue_clear(&group);
        pthread_cond_broadcast(&store->done);
    }
    store->leading = FALSE;
}

gboolean store_write(Store *store, const StoreActor *actor, StoreCommand command, void *data,
                     GError **error)
{
    Work work = {.actor = actor, .command = command, .data = data};

    pthread_mutex_lock(&store->queue_mutex);
    g_queue_push_tail(&store->queue, &work);
    if (!store->leading)
        lead(store);
    while (!work.done)
        pthread_cond_wait(&store->done, &store->queue_mutex);
    pthread_mutex_unlock(&store->queue_mutex);
    if (work.error == NULL)
        return TRUE;
    g_propagate_error(error, work.error);
    return FALSE;
}
