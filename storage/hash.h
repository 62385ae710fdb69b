/* SPDX-License-Identifier: Apache-2.0
 *
 * Digest algorithms by name, for bags and OCFL objects of others: md5 to blake2b (nettle,
 * libsodium). Ours are sha256 and sha512 alone (appliance/base/digest.h).
 *
 * Names are those of manifest file names ("sha256") and of OCFL inventories ("sha512/256",
 * "blake2b-512"). A HashPass computes any set of them in one pass over the bytes.
 */
#pragma once

#include <glib.h>

#define HASH_BYTES_MAX 64

typedef enum {
    HASH_MD5,
    HASH_SHA1,
    HASH_SHA224,
    HASH_SHA256,
    HASH_SHA384,
    HASH_SHA512,
    HASH_SHA512_256,
    HASH_BLAKE2B_160,
    HASH_BLAKE2B_256,
    HASH_BLAKE2B_384,
    HASH_BLAKE2B_512,
    HASH_COUNT,
} HashKind;

/* A set of kinds: bit HASH_SET(kind). */
typedef guint HashSet;
#define HASH_SET(kind) (1U << (kind))

/* FALSE for an algorithm that is not known. `name` is taken without regard to case. */
gboolean hash_by_name(const char *name, HashKind *kind);
const char *hash_name(HashKind kind);
gsize hash_size(HashKind kind); /* bytes of its digest */

typedef struct HashPass HashPass;
/* Several digests of the same bytes in one pass. */
HashPass *hash_pass_new(HashSet set);
/* The next bytes; as often as there are some, before the first hash_pass_digest. */
void hash_pass_update(HashPass *pass, const void *bytes, gsize size);
/* The digest of `kind`, a member of the set, into hash_size(kind) bytes; once for each. */
void hash_pass_digest(HashPass *pass, HashKind kind, guint8 *digest);
void hash_pass_free(HashPass *pass);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HashPass, hash_pass_free)
