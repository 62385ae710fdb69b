/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/ocfl_pair.h"

#include "appliance/base/text.h"
#include "storage/ocfl.h"

#include <string.h>

#define SIDECAR_MAX_BYTES 4096

char *ocfl_pair_sidecar(const void *bytes, gsize size, guint8 digest[SHA512_DIGEST_SIZE])
{
    struct sha512_ctx context;
    g_autofree char *hex = NULL;

    sha512_init(&context);
    sha512_update(&context, size, bytes);
    sha512_digest(&context, SHA512_DIGEST_SIZE, digest);
    hex = hex_encode(digest, SHA512_DIGEST_SIZE);
    return g_strdup_printf("%s " OCFL_INVENTORY "\n", hex);
}

GBytes *ocfl_pair_read(const char *folder, guint8 digest[SHA512_DIGEST_SIZE], GError **error)
{
    g_autofree char *path = g_build_filename(folder, OCFL_INVENTORY, NULL);
    g_autofree char *beside = g_build_filename(folder, OCFL_SIDECAR, NULL);
    g_autoptr(GBytes) bytes = file_read(path, OCFL_INVENTORY_MAX, error);
    g_autoptr(GBytes) sidecar = bytes != NULL ? file_read(beside, SIDECAR_MAX_BYTES, error) : NULL;
    g_autofree char *wanted = NULL;

    if (sidecar == NULL)
        return NULL;
    wanted = ocfl_pair_sidecar(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), digest);
    if (g_bytes_get_size(sidecar) != strlen(wanted) ||
        memcmp(g_bytes_get_data(sidecar, NULL), wanted, strlen(wanted)) != 0) {
        error_set(error, ERROR_DIGEST, "%s", path);
        return NULL;
    }
    return g_steal_pointer(&bytes);
}

json_t *ocfl_pair_inventory(const char *folder, guint8 digest[SHA512_DIGEST_SIZE], GError **error)
{
    g_autoptr(GBytes) bytes = ocfl_pair_read(folder, digest, error);
    g_autoptr(json_t) json = NULL;

    if (bytes == NULL)
        return NULL;
    json = json_parse(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), folder, ERROR_FORMAT,
                      error);
    if (json != NULL &&
        (json_text(json, "head") == NULL || json_text(json, "id") == NULL ||
         !json_is_object(json_object_get(json, "manifest")) ||
         json_object_get(json_object_get(json, "versions"), json_text(json, "head")) == NULL)) {
        error_set(error, ERROR_FORMAT, "%s: no inventory", folder);
        return NULL;
    }
    return g_steal_pointer(&json);
}

gboolean ocfl_pair_copy(const char *from, const char *to, GError **error)
{
    g_autofree char *path = g_build_filename(to, OCFL_INVENTORY, NULL);
    g_autofree char *beside = g_build_filename(to, OCFL_SIDECAR, NULL);
    guint8 digest[SHA512_DIGEST_SIZE];
    g_autoptr(GBytes) bytes = ocfl_pair_read(from, digest, error);
    g_autofree char *sidecar = NULL;

    if (bytes == NULL)
        return FALSE;
    sidecar = ocfl_pair_sidecar(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), digest);
    return file_replace(path, OCFL_FILE_MODE, g_bytes_get_data(bytes, NULL),
                        g_bytes_get_size(bytes), error) &&
           file_replace(beside, OCFL_FILE_MODE, sidecar, strlen(sidecar), error);
}
