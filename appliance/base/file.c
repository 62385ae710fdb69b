/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define READ_BYTES_LEAST ((gsize)4096)

typedef struct {
    char *path;      /* final name */
    char *temporary; /* name until commit; NULL once renamed */
    Fd fd;
} BatchFile;

struct FileBatch {
    GPtrArray *files; /* of BatchFile */
};

static FileFault fault_function;
static void *fault_data;

void file_fault_set(FileFault fault, void *data)
{
    fault_function = fault;
    fault_data = data;
}

int file_fault(FileOp op, const char *path)
{
    return fault_function != NULL ? fault_function(op, path, fault_data) : 0;
}

/* TRUE and errno set when the test wants this operation to fail. */
static gboolean refused(FileOp op, const char *path)
{
    int fault = file_fault(op, path);

    if (fault == 0)
        return FALSE;
    errno = fault > 0 ? fault : EIO;
    return TRUE;
}

void fd_close(Fd fd)
{
    int saved = errno;

    if (fd >= 0)
        close(fd);
    errno = saved;
}

Fd fd_steal(Fd *fd)
{
    Fd stolen = *fd;

    *fd = -1;
    return stolen;
}

/* What the file says of its size saves growing; that it stays true is not relied on. */
static gsize room_for(int fd, gsize max)
{
    struct stat about;
    gsize size = fstat(fd, &about) == 0 && about.st_size > 0 ? (gsize)about.st_size : 0;

    return MIN(MAX(size, READ_BYTES_LEAST), max) + 1;
}

GBytes *file_read(const char *path, gsize max, GError **error)
{
    g_auto(Fd) fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    gsize room = fd >= 0 ? room_for(fd, max) : 0;
    g_autofree guint8 *bytes = g_malloc(room);
    gsize used = 0;
    ssize_t n;

    if (fd < 0) {
        error_set_errno(error, ERROR_NO_FILE, errno, "%s", path);
        return NULL;
    }
    while ((n = read(fd, bytes + used, room - used)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            error_set_errno(error, errno == EISDIR ? ERROR_NO_FILE : ERROR_IO, errno, "%s", path);
            return NULL;
        }
        used += (gsize)n;
        if (used > max) {
            error_set(error, ERROR_TOO_LARGE, "%s: over %" G_GSIZE_FORMAT " bytes", path, max);
            return NULL;
        }
        if (used == room) {
            room = MIN(2 * room, max + 1);
            bytes = g_realloc(bytes, room);
        }
    }
    return g_bytes_new_take(g_steal_pointer(&bytes), used);
}

ssize_t file_pread(int fd, void *bytes, gsize size, gint64 offset)
{
    ssize_t n;

    do {
        n = pread(fd, bytes, size, offset);
    } while (n < 0 && errno == EINTR);
    return n;
}

gboolean file_write_all(int fd, const char *path, const void *bytes, gsize size, GError **error)
{
    const char *next = bytes;
    int fault = file_fault(FILE_WRITE, path);

    if (fault == FILE_SHORT_WRITE)
        size /= 2;
    else if (fault != 0)
        return error_set_errno(error, ERROR_IO, fault, "%s", path);
    while (size > 0) {
        ssize_t n = write(fd, next, size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_set_errno(error, ERROR_IO, errno, "%s", path);
        next += n;
        size -= (gsize)n;
    }
    if (fault == FILE_SHORT_WRITE)
        return error_set_errno(error, ERROR_IO, EIO, "%s", path);
    return TRUE;
}

gboolean file_sync(int fd, const char *path, GError **error)
{
    if (refused(FILE_SYNC, path) || fdatasync(fd) != 0)
        return error_set_errno(error, ERROR_IO, errno, "sync %s", path);
    return TRUE;
}

gboolean file_sync_folder(const char *path, GError **error)
{
    g_auto(Fd) fd = -1;

    if (refused(FILE_SYNC, path))
        return error_set_errno(error, ERROR_IO, errno, "sync %s", path);
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
        return error_set_errno(error, ERROR_IO, errno, "sync %s", path);
    return TRUE;
}

Fd file_lock_folder(const char *path, GError **error)
{
    Fd fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 || flock(fd, LOCK_EX) != 0) {
        error_set_errno(error, ERROR_IO, errno, "lock %s", path);
        fd_close(fd_steal(&fd));
    }
    return fd;
}

gboolean file_sync_system(const char *path, GError **error)
{
    g_auto(Fd) fd = -1;

    if (refused(FILE_SYNC, path))
        return error_set_errno(error, ERROR_IO, errno, "sync %s", path);
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || syncfs(fd) != 0)
        return error_set_errno(error, ERROR_IO, errno, "sync %s", path);
    return TRUE;
}

static gboolean sync_parent(const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);

    return file_sync_folder(folder, error);
}

gboolean file_make_folder(const char *path, mode_t mode, GError **error)
{
    g_autofree char *parent = NULL;

    if (g_file_test(path, G_FILE_TEST_IS_DIR))
        return TRUE;
    parent = g_path_get_dirname(path);
    if (strcmp(parent, path) != 0 && !file_make_folder(parent, mode, error))
        return FALSE;
    if (refused(FILE_MKDIR, path) || (mkdir(path, mode) != 0 && errno != EEXIST))
        return error_set_errno(error, ERROR_IO, errno, "make folder %s", path);
    return file_sync_folder(parent, error);
}

/* "<folder>/.tmp-<name>": in the same folder, so that the rename never crosses a file system. */
static char *temporary_name(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *name = g_path_get_basename(path);

    return g_strdup_printf("%s/" FILE_TEMPORARY_PREFIX "%s", folder, name);
}

static Fd open_new(const char *path, int flags, mode_t mode, GError **error)
{
    Fd fd = -1;

    if (refused(FILE_OPEN, path) ||
        (fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, mode)) < 0)
        error_set_errno(error, ERROR_IO, errno, "create %s", path);
    return fd;
}

gboolean file_replace(const char *path, mode_t mode, const void *bytes, gsize size, GError **error)
{
    g_autofree char *temporary = temporary_name(path);
    g_auto(Fd) fd = open_new(temporary, O_TRUNC, mode, error);

    if (fd < 0)
        return FALSE;
    if (!file_write_all(fd, temporary, bytes, size, error) || !file_sync(fd, temporary, error) ||
        !file_rename(temporary, path, error)) {
        unlink(temporary);
        return FALSE;
    }
    return sync_parent(path, error);
}

gboolean file_rename(const char *from, const char *to, GError **error)
{
    if (refused(FILE_RENAME, to) || rename(from, to) != 0)
        return error_set_errno(error, ERROR_IO, errno, "rename to %s", to);
    return TRUE;
}

gboolean file_link(const char *from, const char *to, GError **error)
{
    if (refused(FILE_LINK, to) || link(from, to) != 0)
        return error_set_errno(error, ERROR_IO, errno, "link to %s", to);
    return TRUE;
}

gboolean file_unlink(const char *path, GError **error)
{
    if (refused(FILE_UNLINK, path) || unlink(path) != 0)
        return error_set_errno(error, ERROR_IO, errno, "remove %s", path);
    return TRUE;
}

gboolean file_remove_tree(const char *path, GError **error)
{
    struct stat info;
    g_autoptr(GDir) dir = NULL;
    const char *name;

    if (lstat(path, &info) != 0)
        return errno == ENOENT || error_set_errno(error, ERROR_IO, errno, "remove %s", path);
    if (!S_ISDIR(info.st_mode))
        return file_unlink(path, error);
    dir = g_dir_open(path, 0, error);
    if (dir == NULL)
        return FALSE;
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *child = g_build_filename(path, name, NULL);

        if (!file_remove_tree(child, error))
            return FALSE;
    }
    if (refused(FILE_UNLINK, path) || rmdir(path) != 0)
        return error_set_errno(error, ERROR_IO, errno, "remove %s", path);
    return TRUE;
}

gboolean file_free_bytes(const char *path, guint64 *bytes, GError **error)
{
    struct statvfs info;

    if (statvfs(path, &info) != 0)
        return error_set_errno(error, ERROR_IO, errno, "%s", path);
    *bytes = (guint64)info.f_bavail * info.f_frsize;
    return TRUE;
}

static void batch_file_free(gpointer data)
{
    BatchFile *file = data;

    fd_close(file->fd);
    if (file->temporary != NULL)
        unlink(file->temporary);
    g_free(file->temporary);
    g_free(file->path);
    g_free(file);
}

FileBatch *file_batch_new(void)
{
    FileBatch *batch = g_new0(FileBatch, 1);

    batch->files = g_ptr_array_new_with_free_func(batch_file_free);
    return batch;
}

int file_batch_open(FileBatch *batch, const char *path, mode_t mode, GError **error)
{
    g_autofree char *temporary = temporary_name(path);
    Fd fd = open_new(temporary, O_EXCL, mode, error);
    BatchFile *file;

    if (fd < 0)
        return -1;
    file = g_new0(BatchFile, 1);
    *file = (BatchFile){.path = g_strdup(path), .temporary = g_steal_pointer(&temporary), .fd = fd};
    g_ptr_array_add(batch->files, file);
    return fd;
}

gboolean file_batch_put(FileBatch *batch, const char *path, mode_t mode, const void *bytes,
                        gsize size, GError **error)
{
    int fd = file_batch_open(batch, path, mode, error);

    return fd >= 0 && file_write_all(fd, path, bytes, size, error);
}

/* Each sync waits for the disk to empty its cache; those that wait at the same time share it. */
#define SYNCERS_MAX 16

typedef struct {
    FileBatch *batch;
    gint next;    /* atomic: file that nobody has taken yet */
    gint failure; /* atomic: errno of one that failed, 0 */
} BatchSync;

static void *sync_files(void *data)
{
    BatchSync *sync = data;

    for (;;) {
        guint i = (guint)g_atomic_int_add(&sync->next, 1);

        if (i >= sync->batch->files->len)
            return NULL;
        if (fdatasync(((BatchFile *)g_ptr_array_index(sync->batch->files, i))->fd) != 0)
            g_atomic_int_set(&sync->failure, errno);
    }
}

static int sync_together(FileBatch *batch)
{
    BatchSync sync = {.batch = batch};
    pthread_t threads[SYNCERS_MAX];
    guint n = 0;

    while (n + 1 < MIN(batch->files->len, SYNCERS_MAX) &&
           pthread_create(&threads[n], NULL, sync_files, &sync) == 0)
        n++;
    sync_files(&sync);
    while (n > 0)
        pthread_join(threads[--n], NULL);
    return sync.failure;
}

static gboolean batch_sync_files(FileBatch *batch, GError **error)
{
    int failure;

    /* Start write-out of all before waiting for the first: one pass over the disk. */
    for (guint i = 0; i < batch->files->len; i++) {
        BatchFile *file = g_ptr_array_index(batch->files, i);

        if (refused(FILE_SYNC, file->path))
            return error_set_errno(error, ERROR_IO, errno, "sync %s", file->path);
        (void)sync_file_range(file->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
    }
    failure = sync_together(batch);
    return failure == 0 ||
           error_set_errno(error, ERROR_IO, failure, "sync %u files", batch->files->len);
}

static gboolean batch_rename_files(FileBatch *batch, GError **error)
{
    for (guint i = 0; i < batch->files->len; i++) {
        BatchFile *file = g_ptr_array_index(batch->files, i);

        if (refused(FILE_RENAME, file->path) ||
            renameat2(AT_FDCWD, file->temporary, AT_FDCWD, file->path, RENAME_NOREPLACE) != 0)
            return error_set_errno(error, ERROR_IO, errno, "rename to %s", file->path);
        g_clear_pointer(&file->temporary, g_free);
        fd_close(fd_steal(&file->fd));
    }
    return TRUE;
}

static gboolean batch_sync_folders(FileBatch *batch, GError **error)
{
    g_autoptr(GHashTable) done = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < batch->files->len; i++) {
        BatchFile *file = g_ptr_array_index(batch->files, i);
        char *folder = g_path_get_dirname(file->path);

        if (g_hash_table_add(done, folder) && !file_sync_folder(folder, error))
            return FALSE;
    }
    return TRUE;
}

gboolean file_batch_commit(FileBatch *batch, GError **error)
{
    return batch_sync_files(batch, error) && batch_rename_files(batch, error) &&
           batch_sync_folders(batch, error);
}

void file_batch_free(FileBatch *batch)
{
    if (batch == NULL)
        return;
    g_ptr_array_unref(batch->files);
    g_free(batch);
}
