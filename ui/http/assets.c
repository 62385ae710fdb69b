/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/http/assets.h"

#include "appliance/base/digest.h"

#define ETAG_DIGITS 32

typedef struct {
    GBytes *plain;
    GBytes *gzip; /* or NULL */
    char *etag;   /* of the plain bytes */
} Asset;

struct Assets {
    GHashTable *by_name; /* char* → Asset* */
};

static const struct {
    const char *suffix;
    const char *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".mp3", "audio/mpeg"},
    {".txt", "text/plain; charset=utf-8"},
};

static const char *type_of(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(types); i++)
        if (g_str_has_suffix(name, types[i].suffix))
            return types[i].type;
    return "application/octet-stream";
}

static void asset_free(gpointer data)
{
    Asset *asset = data;

    g_bytes_unref(asset->plain);
    g_clear_pointer(&asset->gzip, g_bytes_unref);
    g_free(asset->etag);
    g_free(asset);
}

static Asset *asset_new(const Embedded *table, const Embedded *file)
{
    Asset *asset = g_new0(Asset, 1);
    g_autofree char *gz_name = g_strconcat(file->name, ".gz", NULL);
    g_autofree char *hex = sha256_hex(file->bytes, file->size);
    const Embedded *gz = embedded_find(table, gz_name);

    asset->plain = g_bytes_new_static(file->bytes, file->size);
    asset->gzip = gz != NULL ? g_bytes_new_static(gz->bytes, gz->size) : NULL;
    asset->etag = g_strndup(hex, ETAG_DIGITS);
    return asset;
}

/* "gzip" as a whole word of Accept-Encoding, without q=0. */
static gboolean takes_gzip(const char *accept)
{
    g_auto(GStrv) words = g_strsplit(accept != NULL ? accept : "", ",", -1);

    for (guint i = 0; words[i] != NULL; i++) {
        g_auto(GStrv) parts = g_strsplit(words[i], ";", 2);

        if (g_ascii_strcasecmp(g_strstrip(parts[0]), "gzip") == 0)
            return parts[1] == NULL ||
                   g_ascii_strtod(strchr(parts[1], '=') != NULL ? strchr(parts[1], '=') + 1 : "1",
                                  NULL) > 0;
    }
    return FALSE;
}

Assets *assets_new(const Embedded *table)
{
    Assets *assets = g_new0(Assets, 1);

    assets->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, asset_free);
    for (const Embedded *file = table; file->name != NULL; file++)
        if (!g_str_has_suffix(file->name, ".gz"))
            g_hash_table_insert(assets->by_name, g_strdup(file->name), asset_new(table, file));
    return assets;
}

void assets_free(Assets *assets)
{
    if (assets == NULL)
        return;
    g_hash_table_unref(assets->by_name);
    g_free(assets);
}

Response *assets_response(const Assets *assets, const char *path, const char *accept_encoding)
{
    const char *name = strcmp(path, "/") == 0 ? "index.html" : path + 1;
    const Asset *asset = g_hash_table_lookup(assets->by_name, name);
    gboolean gzip;
    Response *response;

    if (asset == NULL)
        return NULL;
    gzip = asset->gzip != NULL && takes_gzip(accept_encoding);
    response = response_bytes(200, type_of(name), gzip ? asset->gzip : asset->plain);
    if (asset->gzip != NULL)
        response_header(response, "Vary", "Accept-Encoding");
    if (gzip) {
        g_autofree char *tag = g_strconcat(asset->etag, "-gz", NULL);

        response_header(response, "Content-Encoding", "gzip");
        response_etag(response, tag);
    } else {
        response_etag(response, asset->etag);
    }
    response_cache(response, g_str_has_prefix(name, "assets/") ? CACHE_IMMUTABLE : CACHE_ASK);
    return response;
}
