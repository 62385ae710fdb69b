/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/journal.h"

#include "storage/journal_line.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void journal_leaf_hash(const char *line, gsize size, guint8 leaf[SHA256_DIGEST_SIZE])
{
    static const guint8 prefix = 0x00;
    struct sha256_ctx context;

    sha256_init(&context);
    sha256_update(&context, 1, &prefix);
    sha256_update(&context, size, (const guint8 *)line);
    sha256_digest(&context, SHA256_DIGEST_SIZE, leaf);
}

char *journal_segment_path(const char *folder, gint64 seq)
{
    gint64 first = seq - seq % JOURNAL_SEGMENT_RECORDS;

    return g_strdup_printf("%s/%016" G_GINT64_FORMAT ".log", folder, first);
}

JournalPlace journal_behind(JournalPlace place, gsize size)
{
    JournalPlace next = {place.seq + 1, place.offset + (gint64)size + 1};

    if (next.seq % JOURNAL_SEGMENT_RECORDS == 0)
        next.offset = 0;
    return next;
}

char *journal_read(const char *folder, JournalPlace place, GError **error)
{
    g_autofree char *path = journal_segment_path(folder, place.seq);
    g_auto(Fd) fd = open(path, O_RDONLY | O_CLOEXEC);
    g_autofree char *line = g_malloc(JOURNAL_RECORD_BYTES + 1);
    ssize_t n = fd >= 0 ? file_pread(fd, line, JOURNAL_RECORD_BYTES + 1, place.offset) : -1;
    char *end = n > 0 ? memchr(line, '\n', (size_t)n) : NULL;

    if (end != NULL)
        return g_strndup(line, (gsize)(end - line));
    error_set(error, ERROR_JOURNAL_DAMAGED, "%s: record %" G_GINT64_FORMAT " cannot be read", path,
              place.seq);
    return NULL;
}

/* A segment that is not there, or no file, is damage, and may be repaired as such; whatever else
 * keeps it from being opened may pass. */
static gboolean unopened(int why, const char *path, GError **error)
{
    gboolean damaged = why == ENOENT || why == EISDIR || why == ENOTDIR;

    return error_set_errno(error, damaged ? ERROR_JOURNAL_DAMAGED : ERROR_IO, why, "%s", path);
}

typedef struct {
    const char *path;
    JournalPlace *place;
    JournalVisit visit;
    void *data;
} Walk;

static gboolean visit_line(const Walk *walk, char *line, gsize size, GError **error)
{
    JournalPlace next = journal_behind(*walk->place, size);
    g_autoptr(json_t) record = journal_line(line, size, walk->path, error);

    if (record == NULL) {
        g_prefix_error(error, "record %" G_GINT64_FORMAT ": ", walk->place->seq);
        return FALSE;
    }
    if (json_int(record, "seq", -1) != walk->place->seq)
        return error_set(error, ERROR_JOURNAL_DAMAGED, "%s: record %" G_GINT64_FORMAT " is missing",
                         walk->path, walk->place->seq);
    if (!walk->visit(line, size, record, next, walk->data, error))
        return FALSE;
    *walk->place = next;
    return TRUE;
}

/* Walks one segment; TRUE in `*more` when its last record was reached and the next may follow. */
static gboolean walk_segment(const Walk *walk, gboolean *more, GError **error)
{
    gint64 end =
        walk->place->seq - walk->place->seq % JOURNAL_SEGMENT_RECORDS + JOURNAL_SEGMENT_RECORDS;
    g_autoptr(FILE) file = fopen(walk->path, "re");
    g_autofree char *line = NULL;
    size_t room = 0;
    ssize_t n;

    *more = FALSE;
    if (file == NULL && errno == ENOENT && walk->place->offset == 0)
        return TRUE;
    if (file == NULL || fseeko(file, walk->place->offset, SEEK_SET) != 0)
        return unopened(errno, walk->path, error);
    while (walk->place->seq < end && (n = getline(&line, &room, file)) > 0) {
        if (line[n - 1] != '\n')
            return TRUE;
        if (!visit_line(walk, line, (gsize)n - 1, error))
            return FALSE;
    }
    if (ferror(file))
        return error_set_errno(error, ERROR_IO, errno, "%s", walk->path);
    *more = walk->place->seq == end;
    return TRUE;
}

gboolean journal_walk(const char *folder, JournalPlace *place, JournalVisit visit, void *data,
                      GError **error)
{
    gboolean more = TRUE;

    while (more) {
        g_autofree char *path = journal_segment_path(folder, place->seq);
        Walk walk = {path, place, visit, data};

        if (!walk_segment(&walk, &more, error))
            return FALSE;
    }
    return TRUE;
}

gboolean journal_cut_tail(const char *folder, JournalPlace end, gint64 *cut, GError **error)
{
    g_autofree char *path = journal_segment_path(folder, end.seq);
    g_auto(Fd) fd = open(path, O_WRONLY | O_CLOEXEC);
    struct stat info;

    *cut = 0;
    if (fd < 0 && errno == ENOENT && end.offset == 0)
        return TRUE;
    if (fd < 0 || fstat(fd, &info) != 0)
        return unopened(errno, path, error);
    if (info.st_size < end.offset)
        return error_set(error, ERROR_JOURNAL_DAMAGED,
                         "%s: %" G_GINT64_FORMAT " bytes, at least %" G_GINT64_FORMAT
                         " were acknowledged",
                         path, (gint64)info.st_size, end.offset);
    *cut = info.st_size - end.offset;
    if (*cut == 0)
        return TRUE;
    if (file_fault(FILE_TRUNCATE, path) != 0 || ftruncate(fd, end.offset) != 0)
        return error_set_errno(error, ERROR_IO, errno, "cut %s", path);
    return file_sync(fd, path, error);
}

/* A write that failed half-way is cut off again, so that a refused record is not found later. */
static void take_back(int fd, const char *path, gint64 offset, gboolean *unknown)
{
    g_autoptr(GError) ignored = NULL;

    *unknown = ftruncate(fd, offset) != 0 || !file_sync(fd, path, &ignored);
}

/* Appends `text` at `offset` of a segment; a new segment's name is made durable too. */
static gboolean append_text(const char *path, gint64 offset, const GString *text, gboolean *unknown,
                            GError **error)
{
    g_auto(Fd) fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0 || lseek(fd, offset, SEEK_SET) < 0)
        return error_set_errno(error, ERROR_IO, errno, "%s", path);
    if (!file_write_all(fd, path, text->str, text->len, error)) {
        take_back(fd, path, offset, unknown);
        return FALSE;
    }
    *unknown = TRUE;
    if (!file_sync(fd, path, error))
        return FALSE;
    *unknown = FALSE;
    return TRUE;
}

/* The lines that still fit into the segment of `seq`, from `*next` on. */
static GString *segment_share(gint64 seq, GPtrArray *lines, guint *next, gint64 *end)
{
    GString *text = g_string_new(NULL);

    do {
        g_string_append(text, g_ptr_array_index(lines, (*next)++));
        seq++;
    } while (*next < lines->len && seq % JOURNAL_SEGMENT_RECORDS != 0);
    *end = seq;
    return text;
}

gboolean journal_append(const char *folder, JournalPlace *place, GPtrArray *lines,
                        gboolean *unknown, GError **error)
{
    guint next = 0;

    *unknown = FALSE;
    while (next < lines->len) {
        g_autofree char *path = journal_segment_path(folder, place->seq);
        gint64 end;
        gboolean is_first = next == 0;
        g_autoptr(GString) text = segment_share(place->seq, lines, &next, &end);

        if (!append_text(path, place->offset, text, unknown, error) ||
            (place->offset == 0 && !file_sync_folder(folder, error))) {
            /* An earlier segment of the same group is on disk and cannot be taken back here. */
            *unknown = *unknown || !is_first || place->offset == 0;
            return FALSE;
        }
        place->offset = end % JOURNAL_SEGMENT_RECORDS == 0 ? 0 : place->offset + (gint64)text->len;
        place->seq = end;
    }
    return TRUE;
}
