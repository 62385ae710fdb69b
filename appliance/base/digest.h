/* SPDX-License-Identifier: Apache-2.0
 *
 * SHA-256 and SHA-512 in one pass (nettle). Every stored file carries both: SHA-256 for manifests,
 * METS, PREMIS and the journal, SHA-512 for OCFL inventories.
 */
#pragma once

#include <glib.h>
#include <nettle/sha2.h>

typedef struct {
    guint8 sha256[SHA256_DIGEST_SIZE];
    guint8 sha512[SHA512_DIGEST_SIZE];
} Digests;

/* A running computation; init, update …, finish. A plain value: copy it to fork the stream. */
typedef struct {
    struct sha256_ctx sha256;
    struct sha512_ctx sha512;
} DigestPass;

/* Both digests in one pass over the bytes: begin, add, end. A pass may begin again after its end.
 */
void digest_init(DigestPass *pass);
void digest_update(DigestPass *pass, const void *bytes, gsize size);
void digest_finish(DigestPass *pass, Digests *digests);

/* SHA-256 of one buffer. */
void sha256_of(const void *bytes, gsize size, guint8 out[SHA256_DIGEST_SIZE]);

/* SHA-256 of one buffer as 64 lower-case hex digits. */
char *sha256_hex(const void *bytes, gsize size) G_GNUC_WARN_UNUSED_RESULT;
