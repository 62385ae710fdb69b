/* SPDX-License-Identifier: Apache-2.0
 *
 * A tar, a zip or a folder while it is written: the same files give the same bytes.
 *
 * tar: ustar, a pax record only where a path does not fit name and prefix or a file has 8 GiB and
 * more; uid, gid 0, no names, mode 0644, one time for all, two zero blocks. zip: stored, UTF-8
 * flag, Zip64 only where needed, no extra fields else. folder: files 0644, folders 0755.
 * Only files are written; folders are implied by their paths.
 *
 * Everything is written under a temporary name beside the final one and appears only by
 * pack_commit, when it is whole and on the disk. What a crash leaves under the temporary name is
 * removed by the next pack_new of the same name.
 */
#pragma once

#include "appliance/base/digest.h"
#include "appliance/base/file.h"
#include "storage/archive.h"

typedef struct {
    ArchiveForm form;
    const char *path; /* final name; nothing stands there yet */
    const char *base; /* base folder inside a tar or zip; NULL: files stand at the top */
    gint64 time_us;   /* of every file */
    gboolean sidecar; /* tar: also "<path>.sha512" in sha512sum form (costs a SHA-512 of it all) */
    gboolean digest;  /* tar, zip: PackDone tells the SHA-256 of it all, computed on the way */
} PackOptions;

typedef struct Pack Pack;
Pack *pack_new(const PackOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    const char *path; /* below the base */
    guint64 size;
    guint32 crc; /* CRC-32 of its bytes, which a zip tells before them; others pass over it */
} PackMember;

/* One file: begin with its exact size, write that many bytes, end. */
gboolean pack_begin(Pack *pack, const PackMember *member, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pack_write(Pack *pack, const void *bytes, gsize size,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pack_end(Pack *pack, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The CRC-32 that a zip knows, further over `bytes`; of nothing it is 0. */
guint32 pack_crc(guint32 crc, const void *bytes, gsize size);

/* A whole file of these bytes. */
gboolean pack_put(Pack *pack, const char *path, const void *bytes, gsize size,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The file `source`, whose digests are known; ERROR_DIGEST where it is another. */
gboolean pack_copy(Pack *pack, const char *path, const char *source, const Digests *digests,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What stands under the final name; zero for a folder, and `sha256` without PackOptions.digest. */
typedef struct {
    guint64 bytes;
    guint8 sha256[SHA256_DIGEST_SIZE];
} PackDone;
gboolean pack_commit(Pack *pack, PackDone *done, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Removes what was not committed. */
void pack_free(Pack *pack);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pack, pack_free)
