/* SPDX-License-Identifier: Apache-2.0
 *
 * The entries of a backup (backup.h has their shape) as they are written, one after the other, into
 * the encrypted stream. Paths are those below the data folder.
 *
 * A file that cannot be read is no failure: it is named in `done->lost`, and the backup goes on.
 * Only the stream itself can fail, and the journal, without which the rest says nothing.
 */
#pragma once

#include "storage/backup.h"

typedef struct {
    Store *store;
    CipherWriter *writer;
    BackupDone *done; /* files are counted and lost ones named here */
} BackupStream;

typedef struct {
    gint64 offset, bytes;
} BackupRange;

/* One line of JSON; takes the reference. */
gboolean backup_stream_line(BackupStream *stream, json_t *taken,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A file that should be in the backup and cannot. */
void backup_stream_lose(BackupStream *stream, const char *path);

/* A file; lost where it is missing or `sha256` (hex; NULL: unknown) is not that of its bytes. */
gboolean backup_stream_file(BackupStream *stream, const char *path, const char *sha256,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A file that a store may have or not. */
gboolean backup_stream_optional(BackupStream *stream, const char *path,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* These bytes as the file `path`. */
gboolean backup_stream_bytes(BackupStream *stream, const char *path, const void *bytes, gsize size,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A stretch of a journal segment; ERROR_JOURNAL_DAMAGED where it cannot be read whole. */
gboolean backup_stream_stretch(BackupStream *stream, const char *path, const BackupRange *range,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A second name of a file that is in a backup already. */
gboolean backup_stream_link(BackupStream *stream, const char *path, const char *to,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The line behind the last entry. */
gboolean backup_stream_end(BackupStream *stream, GError **error) G_GNUC_WARN_UNUSED_RESULT;
