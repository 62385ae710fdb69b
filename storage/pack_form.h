/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by pack.c and the two archive forms, pack_tar.c and pack_zip.c, alone.
 */
#pragma once

#include "storage/pack.h"

#include <nettle/sha2.h>

#define PACK_BUFFER_BYTES 65536

struct Pack {
    PackOptions options;
    char *path, *base, *temporary;
    FileBatch *batch; /* the archive; in a folder the files since the last group was committed */
    guint in_batch;
    int fd; /* of the archive, or of the file being written in a folder; the batch's */
    guint8 buffer[PACK_BUFFER_BYTES];
    gsize filled;
    guint64 flushed;          /* bytes handed to the system */
    char *member;             /* file being written */
    guint64 left;             /* its bytes not written yet */
    struct sha512_ctx sha512; /* of the whole archive, for the side-car */
    struct sha256_ctx sha256; /* of the whole archive */
    GByteArray *directory;    /* zip: central directory */
    guint64 members;          /* zip */
    guint64 size;             /* zip: of the member */
    guint32 crc, told;        /* zip: of the member's bytes so far, and as its header tells */
    gboolean committed;
};

/* Bytes of the archive's own structure or of a member, buffered. */
gboolean pack_emit(Pack *pack, const void *bytes, gsize size,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Where the next byte goes. */
guint64 pack_offset(const Pack *pack);

/* A tar: the header of `member`, the filling behind its bytes, the two zero blocks at the end. */
gboolean pack_tar_begin(Pack *pack, guint64 size, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pack_tar_pad(Pack *pack, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pack_tar_finish(Pack *pack, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A zip: the local header of `member`, the central directory at the end. */
gboolean pack_zip_begin(Pack *pack, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pack_zip_finish(Pack *pack, GError **error) G_GNUC_WARN_UNUSED_RESULT;
