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

#include "appliance/base/file.h"
#include "storage/archive.h"

typedef struct {
    ArchiveForm form;
    const char *path; /* final name; nothing stands there yet */
    const char *base; /* base folder inside a tar or zip */
    gint64 time_us;   /* of every file */
    gboolean sidecar; /* tar: also "<path>.sha512" in sha512sum form (costs a SHA-512 of it all) */
} PackOptions;

typedef struct Pack Pack;
Pack *pack_new(const PackOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One file: begin with its exact size, write that many bytes, end. Paths are below the base. */
gboolean pack_begin(Pack *pack, const char *path, guint64 size,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pack_write(Pack *pack, const void *bytes, gsize size,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pack_end(Pack *pack, GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean pack_commit(Pack *pack, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Removes what was not committed. */
void pack_free(Pack *pack);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pack, pack_free)
