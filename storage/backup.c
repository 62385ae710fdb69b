/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/backup.h"

#include "storage/backup_vault.h"
#include "storage/catalog_query.h"
#include "storage/catalog_register.h"
#include "storage/secrets.h"
#include "storage/signing.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
    BackupStream stream;
    const BackupRequest *request;
    Catalog *catalog;
    JournalPlace from, to; /* records [from, to) */
    GHashTable *carried;   /* paths of secrets files that are written already */
    GPtrArray *sealed;     /* of char *: cases sealed in the range */
    guint told;            /* per cent */
} Backup;

void backup_done_clear(BackupDone *done)
{
    g_clear_pointer(&done->lost, g_ptr_array_unref);
}

/* ── the prefix ──────────────────────────────────────────────────────────────────────────── */

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
    backup->stream.done->since = since;
    backup->stream.done->seq = mark.place.seq - 1;
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
    g_autofree char *base = catalog_root_of(backup->catalog, backup->from.seq, error);
    g_autofree char *root =
        base != NULL ? catalog_root_of(backup->catalog, backup->to.seq, error) : NULL;
    g_autofree char *origin =
        root != NULL ? catalog_setting(backup->catalog, "origin", error) : NULL;
    g_autofree char *now = clock_format(clock_now_us(store_clock(backup->stream.store)));
    json_t *counts = origin != NULL ? backup_counts(backup->catalog, error) : NULL;

    if (counts == NULL)
        return NULL;
    g_strlcpy(backup->stream.done->root, root, sizeof backup->stream.done->root);
    return json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:s, s:s, s:b, s:o}", "format", BACKUP_FORMAT,
                     "origin", origin, "at", now, "since", (json_int_t)backup->request->since,
                     "seq", (json_int_t)backup->stream.done->seq, "offset",
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

/* Records from `from` to the offset `end` of its segment. */
static gboolean add_segment(Backup *backup, JournalPlace from, gint64 end, GError **error)
{
    g_autofree char *path = journal_segment_path("journal", from.seq);

    return backup_stream_stretch(&backup->stream, path,
                                 &(BackupRange){from.offset, end - from.offset}, error);
}

/* The bytes of a segment that is full. */
static gboolean segment_bytes(Backup *backup, gint64 seq, gint64 *bytes, GError **error)
{
    g_autofree char *folder = store_path(backup->stream.store, "journal");
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
    g_autofree char *full = store_path(backup->stream.store, path);
    g_autoptr(GBytes) bytes = NULL;
    const char *text, *end;
    gsize size;

    if (!g_hash_table_add(backup->carried, g_strdup(path)))
        return TRUE;
    bytes = file_read(full, SECRETS_FILE_MAX, NULL);
    text = bytes != NULL ? g_bytes_get_data(bytes, &size) : NULL;
    end = text != NULL ? memrchr(text, '\n', size) : NULL;
    if (end == NULL) {
        backup_stream_lose(&backup->stream, path);
        return TRUE;
    }
    return backup_stream_bytes(&backup->stream, path, text, (gsize)(end - text) + 1, error);
}

/* What the catalogue knows of the file that a record names; NULL where it knows nothing. */
typedef json_t *(*FileRow)(Backup *backup, const json_t *record);

static json_t *side_row(Backup *backup, const json_t *record)
{
    return db_row(catalog_db(backup->catalog), NULL,
                  "SELECT file FROM side WHERE batch = ? AND sheet = ? AND side = ?", "iit",
                  json_int(record, "batch", 0), json_int(record, "sheet", 0),
                  json_text(record, "side"));
}

static json_t *document_row(Backup *backup, const json_t *record)
{
    return db_row(catalog_db(backup->catalog), NULL,
                  "SELECT file FROM document WHERE \"case\" = (SELECT id FROM cases"
                  " WHERE number = ?) AND number = ?",
                  "ti", json_text(record, "case"), json_int(record, "number", 0));
}

/* TRUE where the catalogue no longer knows a file: the case came to the end of its retention. */
static gboolean is_gone(Backup *backup, const json_t *record, FileRow row_of)
{
    g_autoptr(json_t) row = row_of(backup, record);

    return row != NULL && json_text(row, "file") == NULL;
}

static gboolean add_page(Backup *backup, const json_t *record, FileRow row_of, GError **error)
{
    const char *path = json_text(record, "file");
    g_autofree char *full = path != NULL ? store_path(backup->stream.store, path) : NULL;

    if (path == NULL || (!g_file_test(full, G_FILE_TEST_EXISTS) && is_gone(backup, record, row_of)))
        return TRUE;
    return backup_stream_file(&backup->stream, path, json_text(record, "sha256"), error);
}

static gboolean add_definition(Backup *backup, const json_t *record, GError **error)
{
    const char *digest = json_text(record, "digest");
    g_autofree char *path = g_strdup_printf("defs/%s", digest);

    return !g_hash_table_add(backup->carried, g_strdup(path)) ||
           backup_stream_file(&backup->stream, path, digest, error);
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
           (strcmp(act, "side") != 0 || add_page(backup, record, side_row, error)) &&
           (strcmp(act, "paper") != 0 || add_page(backup, record, document_row, error)) &&
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
    g_autofree char *folder = store_path(backup->stream.store, "journal");
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

static gboolean add_vault(Backup *backup, GError **error)
{
    if (!backup_vault_root(&backup->stream, error))
        return FALSE;
    for (guint i = 0; i < backup->sealed->len; i++) {
        const char *number = g_ptr_array_index(backup->sealed, i);

        if (!backup_vault_object(&backup->stream, backup->catalog, number, error) ||
            !tell(backup, 80 + (i + 1) * 19 / backup->sealed->len, error))
            return FALSE;
    }
    return TRUE;
}

/* ── keys ────────────────────────────────────────────────────────────────────────────────── */

/* The last checkpoint goes along where it lies inside the prefix: a later one would make the
 * restored journal look cut. */
static gboolean add_checkpoint(Backup *backup, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autofree char *note = signing_last(backup->stream.store, &why);
    guint64 size;

    if (why != NULL || (note != NULL && !signing_note_size(note, &size, &why)))
        backup_stream_lose(&backup->stream, "journal/checkpoint");
    if (why != NULL || note == NULL || (gint64)size > backup->to.seq)
        return TRUE;
    return backup_stream_bytes(&backup->stream, "journal/checkpoint", note, strlen(note), error);
}

/* What earlier epochs signed last (signing.h). */
static gboolean add_earlier_checkpoints(Backup *backup, GError **error)
{
    gint64 epochs;

    if (!db_int(catalog_db(backup->catalog), &epochs, 0, error,
                "SELECT count(*) FROM event WHERE act = 'log.epoch' AND act <> 'side'", ""))
        return FALSE;
    for (gint64 n = 1; n <= epochs; n++) {
        g_autofree char *path = g_strdup_printf("journal/checkpoint.%" G_GINT64_FORMAT, n);

        if (!backup_stream_optional(&backup->stream, path, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean add_keys(Backup *backup, GError **error)
{
    return add_checkpoint(backup, error) && add_earlier_checkpoints(backup, error) &&
           backup_stream_optional(&backup->stream, "keys/log.vkey", error) &&
           (!backup->request->with_key ||
            backup_stream_file(&backup->stream, "keys/signing.seed", NULL, error));
}

/* ── all of it ───────────────────────────────────────────────────────────────────────────── */

static gboolean write_all(Backup *backup, GError **error)
{
    const BackupRequest *request = backup->request;
    json_t *head = fixed_head(backup, error);

    if (head == NULL)
        return FALSE;
    if (request->settle != NULL && !request->settle(backup->stream.store, error)) {
        json_decref(head);
        return FALSE;
    }
    backup->stream.writer =
        cipher_writer_new(request->path, &request->key, store_random(backup->stream.store), error);
    if (backup->stream.writer == NULL) {
        json_decref(head);
        return FALSE;
    }
    return backup_stream_line(&backup->stream, head, error) && add_journal(backup, error) &&
           add_keys(backup, error) && add_named(backup, error) && add_vault(backup, error) &&
           backup_stream_end(&backup->stream, error) && cipher_commit(backup->stream.writer, error);
}

gboolean backup_write(Store *store, const BackupRequest *request, BackupDone *done, GError **error)
{
    g_autoptr(Catalog) catalog = store_reader(store, error);
    g_autoptr(GHashTable) carried = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) sealed = g_ptr_array_new_with_free_func(g_free);
    Backup backup = {.stream = {.store = store, .done = done},
                     .request = request,
                     .catalog = catalog,
                     .carried = carried,
                     .sealed = sealed};
    struct stat info;
    gboolean ok;

    *done = (BackupDone){.lost = g_ptr_array_new_with_free_func(g_free)};
    ok = catalog != NULL && write_all(&backup, error);
    cipher_writer_free(backup.stream.writer);
    if (ok && stat(request->path, &info) == 0)
        done->bytes = info.st_size;
    return ok;
}
