/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/catalog_record.h"

#include "appliance/base/text.h"
#include "storage/catalog_intern.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Sides of a case stand side by side in the journal: one read serves about ten of them. */
#define WINDOW_BYTES (16 * 1024)

/* Reads records of one question. What is read at once is kept for the next. */
typedef struct {
    Catalog *catalog;
    char *folder;
    int fd;         /* of the segment `first`, -1: none yet */
    gint64 first;   /* seq of the segment's first record */
    gint64 offset;  /* of `bytes` in the segment */
    GString *bytes; /* of the segment */
} RecordReader;

static void reader_open(RecordReader *reader, Catalog *catalog)
{
    *reader = (RecordReader){.catalog = catalog,
                             .folder = g_build_filename(catalog->data_folder, "journal", NULL),
                             .fd = -1,
                             .bytes = g_string_new(NULL)};
}

static void reader_close(RecordReader *reader)
{
    fd_close(reader->fd);
    g_string_free(reader->bytes, TRUE);
    g_free(reader->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RecordReader, reader_close)

/* The segment that holds `seq`. */
static gboolean go_to_segment(RecordReader *reader, gint64 seq, GError **error)
{
    gint64 first = seq - seq % JOURNAL_SEGMENT_RECORDS;
    g_autofree char *path = NULL;

    if (reader->fd >= 0 && reader->first == first)
        return TRUE;
    path = journal_segment_path(reader->folder, seq);
    fd_close(reader->fd);
    reader->first = first;
    g_string_truncate(reader->bytes, 0);
    reader->fd = open(path, O_RDONLY | O_CLOEXEC);
    return reader->fd >= 0 || error_set_errno(error, ERROR_JOURNAL_DAMAGED, errno, "%s", path);
}

/* The end of the line at `offset` where it is among what was read; NULL where not. */
static const char *line_end(const RecordReader *reader, gint64 offset)
{
    gint64 skip = offset - reader->offset;

    if (skip < 0 || skip >= (gint64)reader->bytes->len)
        return NULL;
    return memchr(reader->bytes->str + skip, '\n', reader->bytes->len - (gsize)skip);
}

static void fill(RecordReader *reader, gint64 offset, gsize size)
{
    ssize_t n;

    g_string_set_size(reader->bytes, size);
    n = file_pread(reader->fd, reader->bytes->str, size, offset);
    reader->offset = offset;
    g_string_truncate(reader->bytes, n > 0 ? (gsize)n : 0);
}

/* The bytes of the record at `place`; they stay the reader's. NULL where there is no whole line. */
static const char *line_at(RecordReader *reader, JournalPlace place, gsize *size)
{
    const char *end = line_end(reader, place.offset), *line;

    for (gsize room = WINDOW_BYTES; end == NULL && room <= JOURNAL_RECORD_BYTES + 1; room *= 4) {
        fill(reader, place.offset, room);
        end = line_end(reader, place.offset);
    }
    if (end == NULL)
        return NULL;
    line = reader->bytes->str + (place.offset - reader->offset);
    *size = (gsize)(end - line);
    return line;
}

/* Whether the bytes are those of the leaf hash `hex`. */
static gboolean is_acknowledged(const char *line, gsize size, const char *hex)
{
    guint8 found[SHA256_DIGEST_SIZE], kept[SHA256_DIGEST_SIZE];

    journal_leaf_hash(line, size, found);
    return hex_decode(hex, kept, sizeof kept) && memcmp(found, kept, sizeof kept) == 0;
}

static json_t *read_record(RecordReader *reader, gint64 seq, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autoptr(json_t) row =
        db_row(reader->catalog->db, &why, "SELECT hash, at FROM leaf WHERE seq = ?", "i", seq);
    JournalPlace place = {seq, json_int(row, "at", 0)};
    const char *line;
    gsize size;

    if (row == NULL && why == NULL)
        error_set(&why, ERROR_NOT_FOUND, "record %" G_GINT64_FORMAT, seq);
    if (row == NULL || !go_to_segment(reader, seq, &why)) {
        g_propagate_error(error, g_steal_pointer(&why));
        return NULL;
    }
    line = line_at(reader, place, &size);
    if (line == NULL || !is_acknowledged(line, size, json_text(row, "hash"))) {
        error_set(error, ERROR_JOURNAL_DAMAGED,
                  "record %" G_GINT64_FORMAT " is not the one that was acknowledged", seq);
        return NULL;
    }
    return json_parse(line, size, "journal", ERROR_JOURNAL_DAMAGED, error);
}

/* ── of a group that is being written ────────────────────────────────────────────────────── */

void catalog_pending(Catalog *catalog, GHashTable *secrets)
{
    catalog->pending_secrets = secrets;
    catalog->is_replaying = FALSE;
    g_clear_pointer(&catalog->pending_records, g_hash_table_unref);
    if (secrets != NULL)
        catalog->pending_records =
            g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, (GDestroyNotify)json_decref);
}

gboolean catalog_keep_pending(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    json_t *whole;

    if (catalog->pending_records == NULL)
        return TRUE;
    whole = json_pack("{s:s, s:s, s:s, s:s, s:s*}", "t", record->t, "actor", record->actor,
                      "station", record->station, "act", record->act, "case", record->case_number);
    if (whole == NULL)
        return error_set(error, ERROR_INVALID, "%s by '%s': not valid UTF-8", record->act,
                         record->actor);
    json_object_update_missing(whole, (json_t *)record->body);
    /* A command that was taken back left one of the same seq. */
    g_hash_table_replace(catalog->pending_records, g_memdup2(&record->seq, sizeof record->seq),
                         whole);
    return TRUE;
}

static json_t *record_of(RecordReader *reader, gint64 seq, GError **error)
{
    GHashTable *pending = reader->catalog->pending_records;
    json_t *record = pending != NULL ? g_hash_table_lookup(pending, &seq) : NULL;

    return record != NULL ? json_incref(record) : read_record(reader, seq, error);
}

json_t *catalog_record(Catalog *catalog, gint64 seq, GError **error)
{
    g_auto(RecordReader) reader = {0};

    reader_open(&reader, catalog);
    return record_of(&reader, seq, error);
}

/* ── what rows take from their records ───────────────────────────────────────────────────── */

/* The fields of the act alone: what timelines show. Most records are sides; what is bulky of them
 * is asked for with the side. */
static char *detail_of(const json_t *record)
{
    static const char *const bulk[] = {"facts", "codes", "sha512"};
    static const char *const head[] = {"v",       "seq", "prev", "t",    "trust", "actor",
                                       "station", "act", "case", "more", "nonce"};
    g_autoptr(json_t) detail = json_copy((json_t *)record);

    for (gsize i = 0; i < G_N_ELEMENTS(head); i++)
        json_object_del(detail, head[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(bulk) && g_strcmp0(json_text(record, "act"), "side") == 0;
         i++)
        json_object_del(detail, bulk[i]);
    return json_line(detail);
}

static void add_event(json_t *row, const json_t *record)
{
    static const char *const head[] = {"t", "actor", "station", "act"};
    g_autofree char *detail = detail_of(record);
    json_t *number = json_object_get(record, "case");

    for (gsize i = 0; i < G_N_ELEMENTS(head); i++)
        json_object_set(row, head[i], json_object_get(record, head[i]));
    json_object_set(row, "case", number != NULL ? number : json_null());
    json_object_set_new(row, "detail", json_string(detail));
}

static void add_facts(json_t *row, const json_t *record)
{
    json_object_set(row, "facts", json_object_get(record, "facts"));
    json_object_set(row, "sha512", json_object_get(record, "sha512"));
}

static gboolean add_each(Catalog *catalog, json_t *rows, void (*add)(json_t *, const json_t *),
                         GError **error)
{
    g_autoptr(json_t) list = json_is_array(rows) ? json_incref(rows) : json_pack("[O]", rows);
    g_auto(RecordReader) reader = {0};
    gsize i;
    json_t *row;

    reader_open(&reader, catalog);
    json_array_foreach(list, i, row)
    {
        g_autoptr(json_t) record = record_of(&reader, json_int(row, "seq", -1), error);

        if (record == NULL)
            return FALSE;
        add(row, record);
    }
    return TRUE;
}

gboolean catalog_add_events(Catalog *catalog, json_t *rows, GError **error)
{
    return add_each(catalog, rows, add_event, error);
}

gboolean catalog_add_facts(Catalog *catalog, json_t *sides, GError **error)
{
    return add_each(catalog, sides, add_facts, error);
}
