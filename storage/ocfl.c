/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/ocfl.h"

#include "appliance/base/json.h"
#include "appliance/base/text.h"
#include "storage/ocfl_pair.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LAYOUT      "0003-hash-and-id-n-tuple-storage-layout"
#define ROOT_NAME   "0=ocfl_1.1"
#define ROOT_TEXT   "ocfl_1.1\n"
#define ENCODED_MAX 100 /* characters of an encoded id, layout 0003 */

#define LAYOUT_TEXT                                                                                \
    "{\"extension\":\"" LAYOUT "\","                                                               \
    "\"description\":\"two folders from SHA-256 of the id, then the id, percent-encoded\"}\n"
#define CONFIG_TEXT                                                                                \
    "{\"extensionName\":\"" LAYOUT "\",\"digestAlgorithm\":\"sha256\",\"tupleSize\":2,"            \
    "\"numberOfTuples\":2}\n"

struct OcflRoot {
    char *path, *staging;
};

static gboolean put_text(const char *folder, const char *name, const char *text, GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);

    return file_replace(path, OCFL_FILE_MODE, text, strlen(text), error);
}

gboolean ocfl_root_create(const char *path, GError **error)
{
    g_autofree char *extension = g_build_filename(path, "extensions", LAYOUT, NULL);

    /* The declaration comes last: what is half made is no root and is made again. */
    return file_make_folder(extension, OCFL_FOLDER_MODE, error) &&
           put_text(extension, "config.json", CONFIG_TEXT, error) &&
           put_text(path, "ocfl_layout.json", LAYOUT_TEXT, error) &&
           put_text(path, ROOT_NAME, ROOT_TEXT, error);
}

/* Whether the small file holds exactly this text. */
static gboolean holds(const char *folder, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(GBytes) bytes = file_read(path, 4096, NULL);

    return bytes != NULL && g_bytes_get_size(bytes) == strlen(text) &&
           memcmp(g_bytes_get_data(bytes, NULL), text, strlen(text)) == 0;
}

const char *ocfl_root_fault(const char *path)
{
    static const char *const files[][2] = {
        {ROOT_NAME, ROOT_TEXT},
        {"ocfl_layout.json", LAYOUT_TEXT},
        {"extensions/" LAYOUT "/config.json", CONFIG_TEXT},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(files); i++)
        if (!holds(path, files[i][0], files[i][1]))
            return files[i][0];
    return NULL;
}

OcflRoot *ocfl_root_open(const char *path, const char *staging, GError **error)
{
    g_autofree char *extension = g_build_filename(path, "extensions", LAYOUT, NULL);
    OcflRoot *root;

    if (!holds(path, ROOT_NAME, ROOT_TEXT) || !holds(extension, "config.json", CONFIG_TEXT)) {
        error_set(error, ERROR_FORMAT, "%s: no OCFL root of this program", path);
        return NULL;
    }
    if (!file_make_folder(staging, OCFL_FOLDER_MODE, error))
        return NULL;
    root = g_new0(OcflRoot, 1);
    root->path = g_strdup(path);
    root->staging = g_strdup(staging);
    return root;
}

void ocfl_root_free(OcflRoot *root)
{
    g_free(root->path);
    g_free(root->staging);
    g_free(root);
}

const char *ocfl_root_staging(const OcflRoot *root)
{
    return root->staging;
}

/* Layout 0003: other bytes than A-Z a-z 0-9 - _ become %xx; long ones end in the digest. */
static char *encode_id(const char *id, const char *digest)
{
    GString *encoded = g_string_new(NULL);

    for (const char *p = id; *p != '\0'; p++) {
        if (g_ascii_isalnum(*p) || *p == '-' || *p == '_')
            g_string_append_c(encoded, *p);
        else
            g_string_append_printf(encoded, "%%%02x", (guchar)*p);
    }
    if (encoded->len > ENCODED_MAX) {
        g_string_truncate(encoded, ENCODED_MAX);
        g_string_append_printf(encoded, "-%s", digest);
    }
    return g_string_free(encoded, FALSE);
}

char *ocfl_layout_place(const char *id, const OcflLayout *layout)
{
    g_autoptr(HashPass) pass = hash_pass_new(HASH_SET(layout->algorithm));
    guint8 digest[HASH_BYTES_MAX];
    g_autofree char *hex = NULL;
    g_autofree char *encoded = NULL;
    GString *place = g_string_new(NULL);

    hash_pass_update(pass, id, strlen(id));
    hash_pass_digest(pass, layout->algorithm, digest);
    hex = hex_encode(digest, hash_size(layout->algorithm));
    encoded = encode_id(id, hex);
    for (guint i = 0; i < layout->tuples; i++)
        g_string_append_printf(place, "%.*s/", (int)layout->tuple_size,
                               hex + (gsize)i * layout->tuple_size);
    g_string_append(place, encoded);
    return g_string_free(place, FALSE);
}

char *ocfl_object_place(const char *id)
{
    return ocfl_layout_place(id, &(OcflLayout){HASH_SHA256, 2, 2});
}

char *ocfl_object_path(const OcflRoot *root, const char *id)
{
    g_autofree char *place = ocfl_object_place(id);

    return g_build_filename(root->path, place, NULL);
}

gboolean ocfl_object_exists(const OcflRoot *root, const char *id)
{
    g_autofree char *path = ocfl_object_path(root, id);

    return g_file_test(path, G_FILE_TEST_IS_DIR);
}

json_t *ocfl_inventory_read(const OcflRoot *root, const char *id, GError **error)
{
    g_autofree char *path = ocfl_object_path(root, id);
    guint8 digest[SHA512_DIGEST_SIZE];

    return ocfl_pair_inventory(path, digest, error);
}

GHashTable *ocfl_inventory_state(const json_t *inventory)
{
    GHashTable *files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    json_t *version =
        json_object_get(json_object_get(inventory, "versions"), json_text(inventory, "head"));
    json_t *state = json_object_get(version, "state"), *paths, *path;
    const char *digest;
    gsize i;

    json_object_foreach(state, digest, paths)
    {
        json_array_foreach(paths, i, path)
            g_hash_table_insert(files, g_strdup(json_string_value(path)), g_strdup(digest));
    }
    return files;
}

/* content path -> sha256 hex of the fixity block; borrowed. */
static GHashTable *fixity_of(const json_t *inventory)
{
    GHashTable *files = g_hash_table_new(g_str_hash, g_str_equal);
    json_t *block = json_object_get(json_object_get(inventory, "fixity"), "sha256"), *paths, *path;
    const char *digest;
    gsize i;

    json_object_foreach(block, digest, paths)
    {
        json_array_foreach(paths, i, path)
            g_hash_table_insert(files, (char *)json_string_value(path), (char *)digest);
    }
    return files;
}

gboolean ocfl_inventory_each(const json_t *inventory, OcflEach each, void *data, GError **error)
{
    g_autoptr(GHashTable) state = ocfl_inventory_state(inventory);
    g_autoptr(GHashTable) fixity = fixity_of(inventory);
    g_autoptr(GList) paths = g_list_sort(g_hash_table_get_keys(state), (GCompareFunc)strcmp);
    const json_t *manifest = json_object_get(inventory, "manifest");

    for (GList *item = paths; item != NULL; item = item->next) {
        OcflFile file = {.logical = item->data, .sha512 = g_hash_table_lookup(state, item->data)};

        file.content = json_string_value(json_array_get(json_object_get(manifest, file.sha512), 0));
        if (file.content == NULL)
            return error_set(error, ERROR_FORMAT, "%s: not in the manifest", file.logical);
        file.sha256 = g_hash_table_lookup(fixity, file.content);
        if (!each(&file, data, error))
            return FALSE;
    }
    return TRUE;
}

/* Temporary files that a crash left in the object's own folder. */
static gboolean remove_left_overs(const char *object, gboolean *changed, GError **error)
{
    g_autoptr(GDir) dir = g_dir_open(object, 0, error);
    const char *name;

    if (dir == NULL)
        return FALSE;
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(object, name, NULL);

        if (!g_str_has_prefix(name, FILE_TEMPORARY_PREFIX))
            continue;
        if (!file_unlink(path, error))
            return FALSE;
        *changed = TRUE;
    }
    return TRUE;
}

/* The highest version folder whose pair is whole; 0 when there is none. */
static guint highest_whole(const char *object)
{
    guint highest = 0;

    for (guint n = 1;; n++) {
        g_autofree char *name = g_strdup_printf("v%u", n);
        g_autofree char *folder = g_build_filename(object, name, NULL);
        guint8 digest[SHA512_DIGEST_SIZE];
        g_autoptr(GBytes) bytes = NULL;

        if (!g_file_test(folder, G_FILE_TEST_IS_DIR))
            return highest;
        bytes = ocfl_pair_read(folder, digest, NULL);
        highest = bytes != NULL ? n : highest;
    }
}

gboolean ocfl_object_recover(const OcflRoot *root, const char *id, gboolean *changed,
                             GError **error)
{
    g_autofree char *object = ocfl_object_path(root, id);
    guint8 digest[SHA512_DIGEST_SIZE];
    g_autoptr(json_t) inventory = NULL;
    g_autofree char *name = NULL;
    g_autofree char *folder = NULL;
    guint highest, head = 0;

    *changed = FALSE;
    if (!remove_left_overs(object, changed, error))
        return FALSE;
    inventory = ocfl_pair_inventory(object, digest, NULL);
    if (inventory != NULL)
        head = (guint)strtoul(json_text(inventory, "head") + 1, NULL, 10);
    highest = highest_whole(object);
    if (inventory != NULL && highest <= head)
        return TRUE;
    if (highest == 0)
        return error_set(error, ERROR_DIGEST, "%s: no whole inventory is left", object);
    *changed = TRUE;
    name = g_strdup_printf("v%u", highest);
    folder = g_build_filename(object, name, NULL);
    return ocfl_pair_copy(folder, object, error);
}

gboolean ocfl_object_destroy(const OcflRoot *root, const char *id, GError **error)
{
    g_autofree char *object = ocfl_object_path(root, id);
    g_autofree char *parent = g_path_get_dirname(object);
    g_autofree char *above = g_path_get_dirname(parent);

    if (!file_remove_tree(object, error))
        return FALSE;
    /* Not empty is as good as gone; whatever else is wrong shows at the sync. */
    if (rmdir(parent) != 0)
        return file_sync_folder(parent, error);
    return rmdir(above) != 0 ? file_sync_folder(above, error) : file_sync_folder(root->path, error);
}
