/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/spool.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_BYTES 65536

struct SpoolGroup {
    char *data_folder;
    FileBatch *files;
};

SpoolGroup *spool_group_new(const char *data_folder)
{
    SpoolGroup *group = g_new0(SpoolGroup, 1);

    group->data_folder = g_strdup(data_folder);
    group->files = file_batch_new();
    return group;
}

void spool_group_free(SpoolGroup *group)
{
    file_batch_free(group->files);
    g_free(group->data_folder);
    g_free(group);
}

void spool_file_clear(SpoolFile *file)
{
    g_clear_pointer(&file->file, g_free);
}

/* One pass: read, digest, write. */
static gboolean copy_digesting(int from, int to, const char *path, SpoolFile *file, GError **error)
{
    guint8 block[BLOCK_BYTES];
    DigestPass pass;
    ssize_t n;

    digest_init(&pass);
    file->bytes = 0;
    while ((n = file_pread(from, block, sizeof block, file->bytes)) != 0) {
        if (n < 0)
            return error_set_errno(error, ERROR_IO, errno, "read page for %s", path);
        digest_update(&pass, block, (gsize)n);
        if (!file_write_all(to, path, block, (gsize)n, error))
            return FALSE;
        file->bytes += n;
    }
    digest_finish(&pass, &file->digests);
    return TRUE;
}

gboolean spool_group_add(SpoolGroup *group, const SpoolName *name, int fd, SpoolFile *file,
                         GError **error)
{
    g_autofree char *folder = g_strdup_printf("spool/%s/%" G_GINT64_FORMAT, name->day, name->batch);
    g_autofree char *path = g_build_filename(group->data_folder, folder, NULL);
    g_autofree char *full = NULL;
    int out;

    *file = (SpoolFile){.file = g_strdup_printf("%s/%04" G_GINT64_FORMAT "-%c.%s", folder,
                                                name->sheet, name->side, name->extension)};
    full = g_build_filename(group->data_folder, file->file, NULL);
    if (!file_make_folder(path, 0700, error))
        return FALSE;
    out = file_batch_open(group->files, full, 0600, error);
    return out >= 0 && copy_digesting(fd, out, full, file, error);
}

gboolean spool_group_commit(SpoolGroup *group, GError **error)
{
    return file_batch_commit(group->files, error);
}

gboolean spool_reserve(const char *data_folder, guint64 bytes, GError **error)
{
    guint64 available;

    if (!file_free_bytes(data_folder, &available, error))
        return FALSE;
    if (available < bytes + SPOOL_RESERVE_BYTES)
        return error_set(error, ERROR_DISK_FULL,
                         "%s: %" G_GUINT64_FORMAT " MB free, %" G_GUINT64_FORMAT " MB needed",
                         data_folder, available >> 20, (bytes + SPOOL_RESERVE_BYTES) >> 20);
    return TRUE;
}
