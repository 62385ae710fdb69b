/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/backup_stream.h"

#include "appliance/base/file.h"
#include "appliance/base/json.h"
#include "appliance/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_BYTES 65536

typedef struct {
    int fd;
    BackupRange range;
} Source;

/* What cannot be read is written as zeros, and *whole is FALSE: the bytes were promised, and the
 * rest of the store is worth more than this file. */
static gboolean copy_range(BackupStream *stream, const Source *source, struct sha256_ctx *digest,
                           gboolean *whole, GError **error)
{
    guint8 block[BLOCK_BYTES];
    gint64 at = 0;

    *whole = TRUE;
    while (at < source->range.bytes) {
        gsize wanted = (gsize)MIN((gint64)sizeof block, source->range.bytes - at);
        ssize_t n = file_pread(source->fd, block, wanted, source->range.offset + at);

        if (n <= 0) {
            memset(block, 0, wanted);
            n = (ssize_t)wanted;
            *whole = FALSE;
        }
        if (digest != NULL)
            sha256_update(digest, (size_t)n, block);
        if (!cipher_write(stream->writer, block, (gsize)n, error))
            return FALSE;
        at += n;
    }
    return TRUE;
}

gboolean backup_stream_line(BackupStream *stream, json_t *taken, GError **error)
{
    g_autoptr(json_t) line = taken;
    g_autofree char *text = json_line(line), *whole = g_strconcat(text, "\n", NULL);

    return cipher_write(stream->writer, whole, strlen(whole), error);
}

void backup_stream_lose(BackupStream *stream, const char *path)
{
    g_ptr_array_add(stream->done->lost, g_strdup(path));
}

gboolean backup_stream_file(BackupStream *stream, const char *path, const char *sha256,
                            GError **error)
{
    g_autofree char *full = store_path(stream->store, path), *found = NULL;
    g_auto(Fd) fd = open(full, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    guint8 digest[SHA256_DIGEST_SIZE];
    struct sha256_ctx context;
    struct stat info;
    gboolean whole;

    if (fd < 0 || fstat(fd, &info) != 0) {
        backup_stream_lose(stream, path);
        return TRUE;
    }
    sha256_init(&context);
    if (!backup_stream_line(
            stream, json_pack("{s:s, s:I}", "file", path, "bytes", (json_int_t)info.st_size),
            error) ||
        !copy_range(stream, &(Source){fd, {0, info.st_size}}, &context, &whole, error))
        return FALSE;
    sha256_digest(&context, sizeof digest, digest);
    found = hex_encode(digest, sizeof digest);
    if (!whole || (sha256 != NULL && strcmp(found, sha256) != 0))
        backup_stream_lose(stream, path);
    stream->done->files++;
    return TRUE;
}

gboolean backup_stream_bytes(BackupStream *stream, const char *path, const void *bytes, gsize size,
                             GError **error)
{
    stream->done->files++;
    return backup_stream_line(
               stream, json_pack("{s:s, s:I}", "file", path, "bytes", (json_int_t)size), error) &&
           cipher_write(stream->writer, bytes, size, error);
}

gboolean backup_stream_optional(BackupStream *stream, const char *path, GError **error)
{
    g_autofree char *full = store_path(stream->store, path);

    return !g_file_test(full, G_FILE_TEST_IS_REGULAR) ||
           backup_stream_file(stream, path, NULL, error);
}

gboolean backup_stream_stretch(BackupStream *stream, const char *path, const BackupRange *range,
                               GError **error)
{
    g_autofree char *full = store_path(stream->store, path);
    g_auto(Fd) fd = open(full, O_RDONLY | O_CLOEXEC);
    gboolean whole;

    if (fd < 0)
        return error_set_errno(error, ERROR_JOURNAL_DAMAGED, errno, "%s", full);
    stream->done->files++;
    if (!backup_stream_line(stream,
                            json_pack("{s:s, s:I, s:I}", "file", path, "offset",
                                      (json_int_t)range->offset, "bytes", (json_int_t)range->bytes),
                            error) ||
        !copy_range(stream, &(Source){fd, *range}, NULL, &whole, error))
        return FALSE;
    return whole || error_set(error, ERROR_JOURNAL_DAMAGED, "%s cannot be read", full);
}

gboolean backup_stream_link(BackupStream *stream, const char *path, const char *to, GError **error)
{
    stream->done->files++;
    return backup_stream_line(stream, json_pack("{s:s, s:s}", "link", path, "to", to), error);
}

gboolean backup_stream_end(BackupStream *stream, GError **error)
{
    json_t *lost = json_array();

    for (guint i = 0; i < stream->done->lost->len; i++)
        json_array_append_new(lost, json_string(g_ptr_array_index(stream->done->lost, i)));
    return backup_stream_line(stream,
                              json_pack("{s:b, s:I, s:o}", "end", TRUE, "files",
                                        (json_int_t)stream->done->files, "lost", lost),
                              error);
}
