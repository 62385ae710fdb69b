/* SPDX-License-Identifier: Apache-2.0
 *
 * Files that survive a power cut, and the one place where failure of the disk is injected.
 *
 * A FileBatch makes a group of files durable in a fixed order: every file is created exclusively
 * under a temporary name in its folder and written; commit then syncs each file, renames each to
 * its final name (never over an existing one) and syncs each folder once. Before commit nothing
 * is visible under a final name; after commit everything is on disk. Temporary names start with
 * FILE_TEMPORARY_PREFIX, and whatever carries such a name after a crash may be removed.
 *
 * All functions that change the disk go through `file_fault`, so that a test can make the n-th
 * operation fail (or write short) and walk n over every position.
 */
#pragma once

#include "appliance/base/error.h"

#include <glib.h>
#include <stdio.h>
#include <sys/types.h>

#define FILE_TEMPORARY_PREFIX ".tmp-"

/* A file descriptor that closes itself: `g_auto(Fd) fd = -1;`; errno is kept. */
typedef int Fd;
void fd_close(Fd fd);
G_DEFINE_AUTO_CLEANUP_FREE_FUNC(Fd, fd_close, -1)
/* Hand the descriptor on: returns it and leaves -1 behind. */
Fd fd_steal(Fd *fd);

/* A stream that closes itself: `g_autoptr(FILE) in = fopen(…);`. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FILE, fclose)

typedef enum {
    FILE_OPEN,
    FILE_WRITE,
    FILE_SYNC,
    FILE_RENAME,
    FILE_LINK,
    FILE_UNLINK,
    FILE_MKDIR,
    FILE_TRUNCATE,
} FileOp;

/* Asked before every operation that changes the disk: 0 goes on, an errno fails it,
 * FILE_SHORT_WRITE writes half of what was asked and then fails with EIO. */
#define FILE_SHORT_WRITE (-1)
typedef int (*FileFault)(FileOp op, const char *path, void *data);
void file_fault_set(FileFault fault, void *data); /* NULL takes it away; for tests alone */
int file_fault(FileOp op, const char *path);      /* for modules that do their own I/O */

/* A whole file, at most `max` bytes (ERROR_TOO_LARGE above). */
GBytes *file_read(const char *path, gsize max, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* pread(2), begun again where a signal came before any byte did. */
ssize_t file_pread(int fd, void *bytes, gsize size, gint64 offset) G_GNUC_WARN_UNUSED_RESULT;

/* All of `size` bytes, whatever write(2) takes at a time. `path` is for messages and faults. */
gboolean file_write_all(int fd, const char *path, const void *bytes, gsize size,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Returns once what was written is on the medium; of a folder, its names. ERROR_IO,
 * ERROR_DISK_FULL.
 */
gboolean file_sync(int fd, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean file_sync_folder(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A folder that one process or thread has at a time, until the descriptor is closed; waits for it.
 * -1 and ERROR_IO. */
Fd file_lock_folder(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Everything that was written to the file system of `path` so far, in one go: for many files that
 * become visible together afterwards. */
gboolean file_sync_system(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Make a folder and what is missing above it, each synced into its parent. */
gboolean file_make_folder(const char *path, mode_t mode, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Replace a small file as a whole: temporary name, sync, rename over, sync of the folder. */
gboolean file_replace(const char *path, mode_t mode, const void *bytes, gsize size,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The calls of the same names with an error that names the path. Durable only after
 * file_sync_folder of the folder. */
gboolean file_rename(const char *from, const char *to, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean file_link(const char *from, const char *to, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean file_unlink(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Remove a folder with everything in it; links are removed, never followed. */
gboolean file_remove_tree(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Bytes an ordinary writer may still use on the file system of `path`. */
gboolean file_free_bytes(const char *path, guint64 *bytes,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct FileBatch FileBatch;
/* An empty batch; see above for its life. */
FileBatch *file_batch_new(void);

/* Begin the file that will be `path`; its folder exists. Write to the descriptor, which the batch
 * keeps and closes. -1 on failure. */
int file_batch_open(FileBatch *batch, const char *path, mode_t mode,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One file with these bytes. */
gboolean file_batch_put(FileBatch *batch, const char *path, mode_t mode, const void *bytes,
                        gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Make all durable and visible; on failure those already renamed stay, the rest is removed by
 * file_batch_free. A batch commits once. */
gboolean file_batch_commit(FileBatch *batch, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Removes what was not committed. */
void file_batch_free(FileBatch *batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FileBatch, file_batch_free)
