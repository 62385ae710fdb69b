/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/ocfl_judge.h"

#include "appliance/base/json.h"
#include "appliance/base/text.h"

#include <stdlib.h>
#include <string.h>

#define INVENTORY_PARTS_MAX 250000 /* commas and opening brackets */

static void find(const Inventory *inventory, Found found, const char *detail)
{
    judge_find(inventory->judge, found, inventory->where, "%s", detail);
}

guint ocfl_version_number(const char *name, guint *width)
{
    gsize digits = strlen(name) - (*name != '\0' ? 1 : 0);
    guint64 number;

    *width = 0;
    if (name[0] != 'v' || digits == 0 || digits > 9 || !text_is_digits(name + 1))
        return 0;
    number = g_ascii_strtoull(name + 1, NULL, 10);
    if (name[1] == '0')
        *width = (guint)digits;
    return (guint)number;
}

char *inventory_version_name(const Inventory *inventory, guint number)
{
    return g_strdup_printf("v%0*u", (int)inventory->width, number);
}

gint ocfl_type_spec(const char *type)
{
    if (strcmp(type, "https://ocfl.io/1.0/spec/#inventory") == 0)
        return 0;
    return strcmp(type, "https://ocfl.io/1.1/spec/#inventory") == 0 ? 1 : -1;
}

json_t *inventory_state(const Inventory *inventory, const char *version)
{
    return json_object_get(json_object_get(json_object_get(inventory->json, "versions"), version),
                           "state");
}

/* RFC 3986: a scheme and something behind it. */
static gboolean is_uri(const char *text)
{
    gsize scheme = 0;

    while (g_ascii_isalnum(text[scheme]) || (text[scheme] != '\0' && strchr("+-.", text[scheme])))
        scheme++;
    return g_ascii_isalpha(text[0]) && text[scheme] == ':' && text[scheme + 1] != '\0' &&
           strpbrk(text, " \t\r\n<>\"{}|\\^`") == NULL;
}

static gboolean two_digits(const char *text, int low, int high)
{
    int value;

    if (!g_ascii_isdigit(text[0]) || !g_ascii_isdigit(text[1]))
        return FALSE;
    value = (text[0] - '0') * 10 + text[1] - '0';
    return value >= low && value <= high;
}

/* RFC 3339, 5.6: date-time with seconds and an offset. */
static gboolean is_date_time(const char *text)
{
    gsize i = 19;

    if (strlen(text) < 20 || !two_digits(text, 0, 99) || !two_digits(text + 2, 0, 99) ||
        text[4] != '-' || !two_digits(text + 5, 1, 12) || text[7] != '-' ||
        !two_digits(text + 8, 1, 31) || (text[10] != 'T' && text[10] != 't') ||
        !two_digits(text + 11, 0, 23) || text[13] != ':' || !two_digits(text + 14, 0, 59) ||
        text[16] != ':' || !two_digits(text + 17, 0, 60))
        return FALSE;
    if (text[i] == '.') {
        if (!g_ascii_isdigit(text[++i]))
            return FALSE;
        while (g_ascii_isdigit(text[i]))
            i++;
    }
    if (text[i] == 'Z' || text[i] == 'z')
        return text[i + 1] == '\0';
    return (text[i] == '+' || text[i] == '-') && two_digits(text + i + 1, 0, 23) &&
           text[i + 3] == ':' && two_digits(text + i + 4, 0, 59) && text[i + 6] == '\0';
}

static gboolean has_bad_part(const char *path)
{
    for (const char *part = path;; part++) {
        gsize length = strcspn(part, "/");

        if (length == 0 || (length <= 2 && strncmp(part, "..", length) == 0))
            return TRUE;
        part += length;
        if (*part == '\0')
            return FALSE;
    }
}

/* The two faults of a path: a slash at an end, a part that leads elsewhere. */
static void judge_path(const Inventory *inventory, const char *path, Found ends, Found parts)
{
    gsize length = strlen(path);

    if (length > 0 && (path[0] == '/' || path[length - 1] == '/'))
        find(inventory, ends, path);
    else if (has_bad_part(path))
        find(inventory, parts, path);
}

/* Whether some path of the set is a folder above `path`. */
static gboolean has_file_above(GHashTable *paths, const char *path)
{
    g_autofree char *parent = g_strdup(path);
    char *slash;

    while ((slash = strrchr(parent, '/')) != NULL) {
        *slash = '\0';
        if (g_hash_table_contains(paths, parent))
            return TRUE;
    }
    return FALSE;
}

static void judge_conflicts(const Inventory *inventory, GHashTable *paths, Found found)
{
    GHashTableIter iter;
    gpointer path;

    g_hash_table_iter_init(&iter, paths);
    while (g_hash_table_iter_next(&iter, &path, NULL))
        if (has_file_above(paths, path))
            find(inventory, found, path);
}

static void judge_keys(const Inventory *inventory, json_t *object, const char *const *known)
{
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value)
    {
        if (!g_strv_contains(known, key))
            find(inventory, FOUND_OCFL_E102, key);
    }
}

/* Lower-case digests of a block, to find what stands twice regardless of case. */
static void judge_twins(const Inventory *inventory, json_t *block, Found found)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const char *digest;
    json_t *value;

    json_object_foreach(block, digest, value)
    {
        if (!g_hash_table_add(seen, g_ascii_strdown(digest, -1)))
            find(inventory, found, digest);
    }
}

static void judge_content_path(const Inventory *inventory, const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, "/", 3);
    guint width;

    judge_path(inventory, path, FOUND_OCFL_E100, FOUND_OCFL_E099);
    if (has_bad_part(path))
        return;
    if (g_strv_length(parts) < 3 || ocfl_version_number(parts[0], &width) == 0 ||
        strcmp(parts[1], inventory->content) != 0)
        find(inventory, FOUND_OCFL_E042, path);
}

static void judge_manifest(Inventory *inventory)
{
    json_t *manifest = json_object_get(inventory->json, "manifest"), *paths, *path;
    const char *digest;
    gsize i;

    if (manifest == NULL)
        find(inventory, FOUND_OCFL_E041, "");
    else if (!json_is_object(manifest))
        find(inventory, inventory->spec >= 1 ? FOUND_OCFL_E106 : FOUND_OCFL_E041, "no object");
    judge_twins(inventory, manifest, FOUND_OCFL_E096);
    json_object_foreach(manifest, digest, paths)
    {
        if (!json_is_array(paths) || json_array_size(paths) == 0)
            find(inventory, FOUND_OCFL_E092, digest);
        json_array_foreach(paths, i, path)
        {
            if (!json_is_string(path)) {
                find(inventory, FOUND_OCFL_E092, digest);
                continue;
            }
            judge_content_path(inventory, json_string_value(path));
            if (!g_hash_table_insert(inventory->paths, (char *)json_string_value(path),
                                     (char *)digest))
                find(inventory, FOUND_OCFL_E101, json_string_value(path));
        }
    }
    judge_conflicts(inventory, inventory->paths, FOUND_OCFL_E101);
}

static void judge_state(Inventory *inventory, json_t *state)
{
    g_autoptr(GHashTable) logical = g_hash_table_new(g_str_hash, g_str_equal);
    json_t *manifest = json_object_get(inventory->json, "manifest"), *paths, *path;
    const char *digest;
    gsize i;

    if (!json_is_object(state))
        find(inventory, FOUND_OCFL_E050, "state is no object");
    json_object_foreach(state, digest, paths)
    {
        if (json_object_get(manifest, digest) == NULL)
            find(inventory, FOUND_OCFL_E050, digest);
        if (!json_is_array(paths) || json_array_size(paths) == 0)
            find(inventory, FOUND_OCFL_E051, digest);
        json_array_foreach(paths, i, path)
        {
            if (!json_is_string(path)) {
                find(inventory, FOUND_OCFL_E051, digest);
                continue;
            }
            judge_path(inventory, json_string_value(path), FOUND_OCFL_E053, FOUND_OCFL_E052);
            if (!g_hash_table_add(logical, (char *)json_string_value(path)))
                find(inventory, FOUND_OCFL_E095, json_string_value(path));
        }
    }
    judge_conflicts(inventory, logical, FOUND_OCFL_E095);
}

static void judge_user(Inventory *inventory, json_t *user)
{
    static const char *const known[] = {"name", "address", NULL};
    const char *name = json_text(user, "name"), *address = json_text(user, "address");

    if (!json_is_object(user) || name == NULL || *name == '\0') {
        find(inventory, FOUND_OCFL_E054, "");
        return;
    }
    judge_keys(inventory, user, known);
    if (address == NULL)
        find(inventory, FOUND_OCFL_W008, name);
    else if (!is_uri(address))
        find(inventory, FOUND_OCFL_W009, address);
}

static void judge_version(Inventory *inventory, const char *name, json_t *version)
{
    static const char *const known[] = {"created", "state", "message", "user", NULL};
    json_t *created = json_object_get(version, "created"), *state, *message, *user;

    if (!json_is_object(version)) {
        find(inventory, FOUND_OCFL_E047, name);
        return;
    }
    judge_keys(inventory, version, known);
    state = json_object_get(version, "state");
    message = json_object_get(version, "message");
    user = json_object_get(version, "user");
    if (created == NULL || state == NULL)
        find(inventory, FOUND_OCFL_E048, name);
    if (created != NULL && (!json_is_string(created) || !is_date_time(json_string_value(created))))
        find(inventory, FOUND_OCFL_E049, name);
    if (state != NULL)
        judge_state(inventory, state);
    if (message == NULL || user == NULL)
        find(inventory, FOUND_OCFL_W007, name);
    if (message != NULL && !json_is_string(message))
        find(inventory, FOUND_OCFL_E094, name);
    if (user != NULL)
        judge_user(inventory, user);
}

/* Names of versions: one way of writing, from 1, without a gap. */
static void judge_numbers(Inventory *inventory, json_t *versions)
{
    guint count = (guint)json_object_size(versions), seen = 0;
    const char *name;
    json_t *version;

    json_object_foreach(versions, name, version)
    {
        guint width, number = ocfl_version_number(name, &width);

        if (number == 0) {
            find(inventory, FOUND_OCFL_E046, name);
            continue;
        }
        inventory->width = MAX(inventory->width, width);
        if (number <= count)
            seen++;
    }
    if (seen != count)
        find(inventory, FOUND_OCFL_E010, "");
    if (inventory->width > 0)
        find(inventory, FOUND_OCFL_W001, "");
    for (guint number = 1; number <= count; number++) {
        g_autofree char *wanted = inventory_version_name(inventory, number);

        if (json_object_get(versions, wanted) == NULL && seen == count)
            find(inventory, FOUND_OCFL_E012, wanted);
        else if (inventory->width > 0 && wanted[1] != '0')
            find(inventory, FOUND_OCFL_E011, wanted);
    }
}

static void judge_versions(Inventory *inventory)
{
    json_t *versions = json_object_get(inventory->json, "versions"), *version;
    const char *name;

    if (versions == NULL)
        find(inventory, FOUND_OCFL_E043, "");
    else if (!json_is_object(versions))
        find(inventory, FOUND_OCFL_E044, "");
    else if (json_object_size(versions) == 0)
        find(inventory, FOUND_OCFL_E008, "");
    inventory->versions = (guint)json_object_size(versions);
    judge_numbers(inventory, versions);
    json_object_foreach(versions, name, version) judge_version(inventory, name, version);
}

/* Every digest of the manifest is shown by some version; new in 1.1. */
static void judge_use(Inventory *inventory)
{
    g_autoptr(GHashTable) used = g_hash_table_new(g_str_hash, g_str_equal);
    json_t *manifest = json_object_get(inventory->json, "manifest"), *paths, *versions, *version;
    const char *digest, *name;

    versions = json_object_get(inventory->json, "versions");
    json_object_foreach(versions, name, version)
    {
        json_object_foreach(json_object_get(version, "state"), digest, paths)
            g_hash_table_add(used, (char *)digest);
    }
    json_object_foreach(manifest, digest, paths)
    {
        if (!g_hash_table_contains(used, digest))
            find(inventory, FOUND_OCFL_E107, digest);
    }
}

static void judge_fixity_block(Inventory *inventory, json_t *block)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    json_t *paths, *path;
    const char *digest;
    gsize i;

    if (!json_is_object(block))
        find(inventory, FOUND_OCFL_E057, "");
    judge_twins(inventory, block, FOUND_OCFL_E097);
    json_object_foreach(block, digest, paths)
    {
        if (!json_is_array(paths))
            find(inventory, FOUND_OCFL_E057, digest);
        json_array_foreach(paths, i, path)
        {
            const char *text = json_string_value(path);

            if (text == NULL) {
                find(inventory, FOUND_OCFL_E057, digest);
                continue;
            }
            judge_path(inventory, text, FOUND_OCFL_E100, FOUND_OCFL_E099);
            if (!g_hash_table_add(seen, (char *)text))
                find(inventory, FOUND_OCFL_E101, text);
            if (!has_bad_part(text) && !g_hash_table_contains(inventory->paths, text))
                find(inventory, FOUND_OCFL_E057, text);
        }
    }
}

static void judge_fixity(Inventory *inventory)
{
    json_t *fixity = json_object_get(inventory->json, "fixity"), *block;
    const char *name;
    HashKind kind;

    if (fixity != NULL && !json_is_object(fixity))
        find(inventory, inventory->spec >= 1 ? FOUND_OCFL_E111 : FOUND_OCFL_E056, "no object");
    json_object_foreach(fixity, name, block)
    {
        if (!hash_by_name(name, &kind) && strcmp(name, "size") != 0)
            find(inventory, FOUND_OCFL_E056, name);
        judge_fixity_block(inventory, block);
    }
}

/* A key that must hold a text; NULL after a finding. */
static const char *required(const Inventory *inventory, const char *key, Found malformed)
{
    json_t *value = json_object_get(inventory->json, key);

    if (value == NULL)
        find(inventory, FOUND_OCFL_E036, key);
    else if (!json_is_string(value) || json_string_length(value) == 0)
        find(inventory, malformed, key);
    return json_is_string(value) && json_string_length(value) > 0 ? json_string_value(value) : NULL;
}

static void judge_content_folder(Inventory *inventory)
{
    json_t *value = json_object_get(inventory->json, "contentDirectory");
    const char *name = json_string_value(value);

    inventory->content = "content";
    if (value == NULL)
        return;
    if (name == NULL || *name == '\0' || strchr(name, '/') != NULL)
        find(inventory, FOUND_OCFL_E017, "");
    else if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        find(inventory, FOUND_OCFL_E018, "");
    else
        inventory->content = name;
}

static void judge_head(Inventory *inventory)
{
    g_autofree char *highest = NULL;

    if (inventory->head == NULL || inventory->versions == 0)
        return;
    highest = inventory_version_name(inventory, inventory->versions);
    if (strcmp(inventory->head, highest) != 0)
        find(inventory, FOUND_OCFL_E040, inventory->head);
}

static void judge_basics(Inventory *inventory)
{
    static const char *const known[] = {
        "id",       "type",   "digestAlgorithm",  "head", "manifest",
        "versions", "fixity", "contentDirectory", NULL};
    const char *type, *algorithm;
    gint spec;

    judge_keys(inventory, inventory->json, known);
    inventory->id = required(inventory, "id", FOUND_OCFL_E037);
    if (inventory->id != NULL && !is_uri(inventory->id))
        find(inventory, FOUND_OCFL_W005, inventory->id);
    type = required(inventory, "type", FOUND_OCFL_E038);
    spec = type != NULL ? ocfl_type_spec(type) : -1;
    if (type != NULL && spec < 0)
        find(inventory, FOUND_OCFL_E038, type);
    inventory->spec = spec < 0 ? 1 : (guint)spec;
    algorithm = required(inventory, "digestAlgorithm", FOUND_OCFL_E025);
    if (algorithm != NULL && strcmp(algorithm, "sha512") != 0 && strcmp(algorithm, "sha256") != 0)
        find(inventory, FOUND_OCFL_E025, algorithm);
    else if (algorithm != NULL)
        inventory->has_algorithm = hash_by_name(algorithm, &inventory->algorithm);
    if (inventory->has_algorithm && inventory->algorithm == HASH_SHA256)
        find(inventory, FOUND_OCFL_W004, "");
    inventory->head = required(inventory, "head", FOUND_OCFL_E040);
    judge_content_folder(inventory);
}

/* Parsed JSON takes up to a hundred times its text: a text of nothing but brackets is refused. */
static gboolean is_too_fine(const char *bytes, gsize size)
{
    gsize parts = 0;

    for (gsize i = 0; i < size; i++)
        parts += bytes[i] == ',' || bytes[i] == '[' || bytes[i] == '{';
    return parts > INVENTORY_PARTS_MAX;
}

void inventory_init(Inventory *inventory, Judge *judge, const char *where, const char *bytes,
                    gsize size)
{
    g_autoptr(GError) error = NULL;

    *inventory = (Inventory){.judge = judge, .where = where, .content = "content", .spec = 1};
    inventory->paths = g_hash_table_new(g_str_hash, g_str_equal);
    if (is_too_fine(bytes, size)) {
        find(inventory, FOUND_OCFL_LARGE, "");
        return;
    }
    inventory->json = json_parse(bytes, size, where, ERROR_FORMAT, &error);
    if (inventory->json == NULL || !json_is_object(inventory->json)) {
        find(inventory, FOUND_OCFL_E033, error != NULL ? error->message : "");
        g_clear_pointer(&inventory->json, json_decref);
        return;
    }
    judge_basics(inventory);
    judge_manifest(inventory);
    judge_versions(inventory);
    judge_head(inventory);
    if (inventory->spec >= 1)
        judge_use(inventory);
    judge_fixity(inventory);
}

void inventory_clear(Inventory *inventory)
{
    g_clear_pointer(&inventory->paths, g_hash_table_unref);
    g_clear_pointer(&inventory->json, json_decref);
}
