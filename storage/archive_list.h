/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the readers of archive.h alone: the list of members while it is made, and positioned
 * reading. archive_tar.c, archive_zip.c and archive_folder.c each fill it.
 */
#pragma once

#include "appliance/base/file.h"
#include "storage/archive.h"

struct Archive {
    ArchiveForm form;
    char *name;      /* path as given, for messages */
    char *base;      /* base folder, or NULL */
    Fd fd;           /* the archive, or the folder */
    guint64 size;    /* of the archive file */
    GArray *members; /* of ArchiveMember */
    GHashTable *by_path;
    GHashTable *inodes; /* folder: numbers of files with several hard links */
    GStringChunk *paths;
    ArchiveLimits limits;
    guint64 unpacked; /* sum of sizes so far */
};

/* A member as its header says, `path` raw with the base folder and perhaps "./" and a trailing
 * '/'. Guards it, cuts the base folder and appends it. */
gboolean archive_add(Archive *archive, const char *path, const ArchiveMember *member,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ERROR_ARCHIVE_HOSTILE "<archive>: <member>: <why>"; always FALSE. */
gboolean archive_refuse(const Archive *archive, const char *path, const char *why, GError **error);

/* ERROR_BUNDLE_INVALID "<archive>: <why> at byte <offset>"; always FALSE. */
gboolean archive_damaged(const Archive *archive, guint64 offset, const char *why, GError **error);

/* Exactly `size` bytes at `offset`; ERROR_BUNDLE_INVALID when the file ends before. */
gboolean archive_pread(const Archive *archive, void *bytes, gsize size, guint64 offset,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Read the directory of a tar, a zip or a folder into `members`, each through archive_add. */
gboolean archive_list_tar(Archive *archive, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean archive_list_zip(Archive *archive, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean archive_list_folder(Archive *archive, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the first 512 bytes are a tar header; whether a zip's end record stands at the end. */
gboolean archive_is_tar(const Archive *archive);
gboolean archive_is_zip(const Archive *archive);
