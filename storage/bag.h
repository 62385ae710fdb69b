/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing bags (BagIt 1.0, RFC 8493): a folder, a plain tar or a stored zip, in one pass.
 *
 * Use: bag_writer_new; add the payload (paths "data/…"); bag_close_payload, which tells octets,
 * files and the digest of manifest-sha512.txt, so that records and proofs can name them; add the
 * tag files; bag_write. Digests known beforehand go into the manifests as they are, those that are
 * not cost a first pass over their files. While the bytes are copied their SHA-256 is computed
 * again; a file that is not what it was ends the export with ERROR_DIGEST and its name.
 *
 * Order: bagit.txt, the other tag files and then the payload, each in byte order of path. Manifest
 * lines are "<hex>  <path>", so that `sha512sum -c` reads them. The same input gives the same
 * bytes. Memory: about 300 bytes a file.
 *
 * Names: parts of [A-Za-z0-9._-] up to 64 bytes, no leading dot or dash, no name that Windows
 * reserves; paths up to 180 bytes, unique without regard to case. Percent-encoding never occurs.
 */
#pragma once

#include "storage/pack.h"

#include "appliance/base/digest.h"

/* One line of bag-info.txt. */
typedef struct {
    const char *label; /* no ':' and no line end */
    const char *value; /* line ends become blanks */
} BagField;

/* FALSE stops the export with ERROR_CANCELLED. Bytes of payload, read passes included. */
typedef gboolean (*BagProgress)(guint64 done_bytes, guint64 total_bytes, void *data);

typedef struct {
    ArchiveForm form;
    const char *path;       /* final name of folder, tar or zip; nothing stands there yet */
    const char *name;       /* name of the bag: base folder inside the archive */
    gint64 time_us;         /* time of every file inside */
    gboolean sidecar;       /* see PackOptions */
    const BagField *fields; /* without Payload-Oxum, which is computed and comes last */
    gsize n_fields;
    BagProgress progress; /* may be NULL */
    void *progress_data;
} BagOptions;

typedef struct BagWriter BagWriter;
BagWriter *bag_writer_new(const BagOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void bag_writer_free(BagWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BagWriter, bag_writer_free)

/* What the catalogue knows of a file; NULL for what it does not. */
typedef struct {
    const guint8 *sha256; /* 32 bytes */
    const guint8 *sha512; /* 64 bytes */
} BagKnown;

/* Add a file: payload before bag_close_payload ("data/…"), a tag file after it (anything else).
 * ERROR_INVALID for a name against the rules or one that stands twice, ERROR_TOO_LARGE for more
 * files than ARCHIVE_MEMBERS_MAX. `known` may be NULL.
 * The source is opened when it is read; the descriptor stays the caller's and open until
 * bag_write is done; it is read from its beginning. */
gboolean bag_add_path(BagWriter *writer, const char *path, const char *source,
                      const BagKnown *known, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean bag_add_fd(BagWriter *writer, const char *path, int fd, const BagKnown *known,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean bag_add_bytes(BagWriter *writer, const char *path, GBytes *bytes,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    guint64 octets, files;                      /* Payload-Oxum */
    guint8 manifest_sha256[SHA256_DIGEST_SIZE]; /* SHA-256 of manifest-sha256.txt */
    guint8 manifest_sha512[SHA512_DIGEST_SIZE]; /* SHA-512 of manifest-sha512.txt */
} BagPayload;

gboolean bag_close_payload(BagWriter *writer, BagPayload *payload,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Write it all; nothing stands under the final name before it is whole and durable. Once. What
 * stands there then is told in `done` (may be NULL); the SHA-256 is that of a tar or zip. */
gboolean bag_write(BagWriter *writer, PackDone *done, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One line of volumes.txt, the same file in every volume of an export:
 * "<N> <bag name> <sha512 of its manifest-sha512.txt> <octets>.<files>\n". */
char *bag_volume_line(guint number, const char *name,
                      const BagPayload *payload) G_GNUC_WARN_UNUSED_RESULT;

/* Why a path must not stand in our bags and objects; NULL when it may. */
const char *bag_path_fault(const char *path);
