/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/archive_list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define FOLDER_DEPTH_MAX 64

static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names in one folder, sorted, without "." and "..". */
static GPtrArray *folder_names(const Archive *archive, const char *path, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_auto(Fd) fd = openat(archive->fd, *path != '\0' ? path : ".",
                           O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;

    if (folder == NULL) {
        error_set_errno(error, ERROR_NO_FILE, errno, "%s/%s", archive->name, path);
        return NULL;
    }
    fd_steal(&fd);
    while ((entry = readdir(folder)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            g_ptr_array_add(names, g_strdup(entry->d_name));
    closedir(folder);
    g_ptr_array_sort(names, compare_names);
    return g_steal_pointer(&names);
}

static ArchiveKind kind_of(const struct stat *info)
{
    if (S_ISDIR(info->st_mode))
        return ARCHIVE_SUBFOLDER;
    if (S_ISLNK(info->st_mode))
        return ARCHIVE_LINK;
    return S_ISREG(info->st_mode) ? ARCHIVE_FILE : ARCHIVE_SPECIAL;
}

/* Whether the file was seen under another name. A name outside of the folder does not count. */
static gboolean is_hard_link(const Archive *archive, const struct stat *info)
{
    gint64 inode = (gint64)info->st_ino;

    return S_ISREG(info->st_mode) && info->st_nlink > 1 &&
           !g_hash_table_add(archive->inodes, g_memdup2(&inode, sizeof inode));
}

static gboolean list_below(Archive *archive, const char *path, guint depth, GError **error)
{
    g_autoptr(GPtrArray) names = folder_names(archive, path, error);

    if (names == NULL)
        return FALSE;
    if (depth > FOLDER_DEPTH_MAX)
        return archive_refuse(archive, path, "folders too deep", error);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *child = g_strconcat(path, *path != '\0' ? "/" : "",
                                             (const char *)g_ptr_array_index(names, i), NULL);
        struct stat info;
        ArchiveMember member = {0};

        if (fstatat(archive->fd, child, &info, AT_SYMLINK_NOFOLLOW) != 0)
            return error_set_errno(error, ERROR_IO, errno, "%s/%s", archive->name, child);
        member.kind = kind_of(&info);
        member.hard_link = is_hard_link(archive, &info);
        member.size = member.packed = member.kind == ARCHIVE_FILE ? (guint64)info.st_size : 0;
        if (!archive_add(archive, child, &member, error) ||
            (member.kind == ARCHIVE_SUBFOLDER && !list_below(archive, child, depth + 1, error)))
            return FALSE;
    }
    return TRUE;
}

gboolean archive_list_folder(Archive *archive, GError **error)
{
    g_autofree char *full = g_canonicalize_filename(archive->name, NULL);

    archive->base = g_path_get_basename(full);
    return list_below(archive, "", 0, error);
}
