/* SPDX-License-Identifier: Apache-2.0
 *
 * The digest by which a seal names the content of a case: SHA-256 over one line for each file,
 * "<sha256 hex>  <path inside the case>\n", in byte order of path. It is what `sha256sum` prints in
 * the folder of the case, so that anyone can compute it from manifest-sha256.txt.
 */
#pragma once

#include "appliance/base/digest.h"

typedef struct {
    struct sha256_ctx context;
    guint64 files;
} SealDigest;

/* Begin with no file. */
void seal_digest_init(SealDigest *seal);
/* Files come in byte order of path. */
void seal_digest_add(SealDigest *seal, const char *path, const guint8 sha256[SHA256_DIGEST_SIZE]);
/* "sha256:<64 hex>", as it stands in the record. */
char *seal_digest_finish(SealDigest *seal) G_GNUC_WARN_UNUSED_RESULT;
