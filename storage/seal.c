/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/seal.h"

#include "appliance/base/text.h"

#include <string.h>

void seal_digest_init(SealDigest *seal)
{
    sha256_init(&seal->context);
    seal->files = 0;
}

void seal_digest_add(SealDigest *seal, const char *path, const guint8 sha256[SHA256_DIGEST_SIZE])
{
    g_autofree char *hex = hex_encode(sha256, SHA256_DIGEST_SIZE);
    g_autofree char *line = g_strdup_printf("%s  %s\n", hex, path);

    sha256_update(&seal->context, strlen(line), (const guint8 *)line);
    seal->files++;
}

char *seal_digest_finish(SealDigest *seal)
{
    guint8 digest[SHA256_DIGEST_SIZE];
    g_autofree char *hex = NULL;

    sha256_digest(&seal->context, sizeof digest, digest);
    hex = hex_encode(digest, sizeof digest);
    return g_strconcat("sha256:", hex, NULL);
}
