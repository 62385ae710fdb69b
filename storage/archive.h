/* SPDX-License-Identifier: Apache-2.0
 *
 * A folder, a tar or a zip read as the same guarded thing: a list of members and their bytes; a
 * file that is none of them as a list of one.
 *
 * Opening reads the headers alone and keeps for each member its path, size and place; content is
 * then read by pread(2) from any thread, never extracted. What a stranger's archive may try is
 * refused while the list is made, with ERROR_ARCHIVE_HOSTILE and the member named: absolute and
 * climbing paths, backslashes and drives, control bytes, names that are not UTF-8, links, devices,
 * pipes and sockets, a path that stands twice or is a file and a folder, two base folders, more
 * members than the limit, more unpacked bytes than the limit, encrypted, sparse or overlapping
 * members, another compression than deflate, a list that contradicts the members (zip). Cut and
 * damaged archives are ERROR_FORMAT. Memory is bounded by the limits: about 300 bytes a member.
 *
 * In folders, links and special files are members of their own kind, for the caller to judge.
 *
 * tar: ustar, pax (path and size; other records are passed over) and GNU long names. zip: the
 * central directory, each local header compared with it; stored and deflate, Zip64, CRC-32.
 */
#pragma once

#include "appliance/base/error.h"

#include <glib.h>

typedef enum {
    ARCHIVE_FOLDER,
    ARCHIVE_TAR,
    ARCHIVE_ZIP,
    ARCHIVE_LONE, /* one file: its only member, by its own name */
} ArchiveForm;

typedef enum {
    ARCHIVE_FILE,
    ARCHIVE_SUBFOLDER,
    ARCHIVE_LINK,    /* folders only: symbolic */
    ARCHIVE_SPECIAL, /* folders only: device, pipe, socket */
} ArchiveKind;

typedef struct {
    const char *path; /* below the base folder, '/' between parts, no trailing '/' */
    ArchiveKind kind;
    gboolean deflated;
    gboolean hard_link; /* folders only: the same file as a member before it */
    guint64 size;       /* bytes of content */
    guint64 packed;     /* bytes in the archive */
    guint64 offset;     /* of the content in the archive */
    guint32 crc;        /* zip */
} ArchiveMember;

typedef struct {
    guint64 members_max;  /* 0: ARCHIVE_MEMBERS_MAX */
    guint64 unpacked_max; /* bytes; 0: ARCHIVE_RATIO_MAX × the archive's size + 64 MiB */
    gboolean flat; /* members may stand at the top and in any folder of it: there is no base folder,
                    * and paths are what the archive says */
} ArchiveLimits;

#define ARCHIVE_MEMBERS_MAX 200000
#define ARCHIVE_RATIO_MAX   100
#define ARCHIVE_PATH_MAX    4096
#define ARCHIVE_BLOCK_BYTES 65536

typedef struct Archive Archive;

/* ERROR_NO_FILE when there is nothing to open, ERROR_FORMAT when it is no folder, tar or zip,
 * ERROR_BUNDLE_INVALID and ERROR_ARCHIVE_HOSTILE as above. `limits` may be NULL. */
Archive *archive_open(const char *path, const ArchiveLimits *limits,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* A plain file, whatever it is, as the only member of a list. */
Archive *archive_open_lone(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void archive_free(Archive *archive);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Archive, archive_free)

/* How the members are kept: by what the file is, not by its name. */
ArchiveForm archive_form(const Archive *archive);

/* The single folder that everything stands in (tar, zip), or the folder's own name. NULL when an
 * archive has none: its members stand at the top, which neither BagIt nor we write. */
const char *archive_base(const Archive *archive);

/* Members in the order of the archive; a folder's in byte order of path. */
guint archive_count(const Archive *archive);
const ArchiveMember *archive_member(const Archive *archive, guint index);
const ArchiveMember *archive_find(const Archive *archive, const char *path);
guint archive_index(const Archive *archive, const ArchiveMember *member);

/* Content of one file, front to back. Readers of one archive may be used in several threads. */
typedef struct ArchiveReader ArchiveReader;
ArchiveReader *archive_reader_new(const Archive *archive, const ArchiveMember *member,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Up to `room` bytes; 0 at the end, -1 on failure. A CRC-32 that does not fit is ERROR_DIGEST. */
gssize archive_reader_read(ArchiveReader *reader, void *bytes, gsize room,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The file that holds this member and nothing else (folders, lone files), borrowed; else -1. */
int archive_reader_fd(const ArchiveReader *reader);
void archive_reader_free(ArchiveReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ArchiveReader, archive_reader_free)

/* Exactly `size` bytes at `offset` of a file that is not deflated, without a CRC-32;
 * ERROR_BUNDLE_INVALID where it ends before. */
gboolean archive_read_at(const Archive *archive, const ArchiveMember *member, guint64 offset,
                         void *bytes, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A whole small file; ERROR_TOO_LARGE above `max`. */
GBytes *archive_read_all(const Archive *archive, const ArchiveMember *member, gsize max,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
