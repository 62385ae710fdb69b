/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/base/digest.h"

#include "appliance/base/text.h"

void digest_init(DigestPass *pass)
{
    sha256_init(&pass->sha256);
    sha512_init(&pass->sha512);
}

void digest_update(DigestPass *pass, const void *bytes, gsize size)
{
    sha256_update(&pass->sha256, size, bytes);
    sha512_update(&pass->sha512, size, bytes);
}

void digest_finish(DigestPass *pass, Digests *digests)
{
    sha256_digest(&pass->sha256, sizeof digests->sha256, digests->sha256);
    sha512_digest(&pass->sha512, sizeof digests->sha512, digests->sha512);
}

void sha256_of(const void *bytes, gsize size, guint8 out[SHA256_DIGEST_SIZE])
{
    struct sha256_ctx context;

    sha256_init(&context);
    sha256_update(&context, size, bytes);
    sha256_digest(&context, SHA256_DIGEST_SIZE, out);
}

char *sha256_hex(const void *bytes, gsize size)
{
    guint8 digest[SHA256_DIGEST_SIZE];

    sha256_of(bytes, size, digest);
    return hex_encode(digest, sizeof digest);
}
