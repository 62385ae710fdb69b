/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/hash.h"

#include <nettle/md5.h>
#include <nettle/nettle-meta.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <sodium.h>

/* A nettle description, or NULL for blake2b, which is libsodium's. */
static const struct {
    const char *name;
    gsize size;
    const struct nettle_hash *nettle;
} kinds[HASH_COUNT] = {
    [HASH_MD5] = {"md5", MD5_DIGEST_SIZE, &nettle_md5},
    [HASH_SHA1] = {"sha1", SHA1_DIGEST_SIZE, &nettle_sha1},
    [HASH_SHA224] = {"sha224", SHA224_DIGEST_SIZE, &nettle_sha224},
    [HASH_SHA256] = {"sha256", SHA256_DIGEST_SIZE, &nettle_sha256},
    [HASH_SHA384] = {"sha384", SHA384_DIGEST_SIZE, &nettle_sha384},
    [HASH_SHA512] = {"sha512", SHA512_DIGEST_SIZE, &nettle_sha512},
    [HASH_SHA512_256] = {"sha512/256", SHA256_DIGEST_SIZE, &nettle_sha512_256},
    [HASH_BLAKE2B_160] = {"blake2b-160", 20, NULL},
    [HASH_BLAKE2B_256] = {"blake2b-256", 32, NULL},
    [HASH_BLAKE2B_384] = {"blake2b-384", 48, NULL},
    [HASH_BLAKE2B_512] = {"blake2b-512", 64, NULL},
};

struct HashPass {
    HashSet set;
    void *contexts[HASH_COUNT]; /* NULL for what is not in the set */
};

gboolean hash_by_name(const char *name, HashKind *kind)
{
    for (HashKind i = 0; i < HASH_COUNT; i++) {
        if (g_ascii_strcasecmp(kinds[i].name, name) == 0) {
            *kind = i;
            return TRUE;
        }
    }
    return FALSE;
}

const char *hash_name(HashKind kind)
{
    return kinds[kind].name;
}

gsize hash_size(HashKind kind)
{
    return kinds[kind].size;
}

static void *context_new(HashKind kind)
{
    void *context;

    if (kinds[kind].nettle != NULL) {
        context = g_malloc0(kinds[kind].nettle->context_size);
        kinds[kind].nettle->init(context);
        return context;
    }
    context =
        g_aligned_alloc0(1, sizeof(crypto_generichash_state), G_ALIGNOF(crypto_generichash_state));
    crypto_generichash_init(context, NULL, 0, kinds[kind].size);
    return context;
}

HashPass *hash_pass_new(HashSet set)
{
    HashPass *pass = g_new0(HashPass, 1);

    pass->set = set;
    for (HashKind kind = 0; kind < HASH_COUNT; kind++)
        if (set & HASH_SET(kind))
            pass->contexts[kind] = context_new(kind);
    return pass;
}

void hash_pass_update(HashPass *pass, const void *bytes, gsize size)
{
    for (HashKind kind = 0; kind < HASH_COUNT; kind++) {
        if (pass->contexts[kind] == NULL)
            continue;
        if (kinds[kind].nettle != NULL)
            kinds[kind].nettle->update(pass->contexts[kind], size, bytes);
        else
            crypto_generichash_update(pass->contexts[kind], bytes, size);
    }
}

void hash_pass_digest(HashPass *pass, HashKind kind, guint8 *digest)
{
    if (kinds[kind].nettle != NULL)
        kinds[kind].nettle->digest(pass->contexts[kind], kinds[kind].size, digest);
    else
        crypto_generichash_final(pass->contexts[kind], digest, kinds[kind].size);
}

void hash_pass_free(HashPass *pass)
{
    for (HashKind kind = 0; kind < HASH_COUNT; kind++) {
        if (kinds[kind].nettle != NULL)
            g_free(pass->contexts[kind]);
        else
            g_aligned_free(pass->contexts[kind]);
    }
    g_free(pass);
}
