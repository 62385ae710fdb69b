/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/ocfl_versions.h"

#include "storage/ocfl.h"

#include <string.h>

/* logical path -> digest of one state block; borrowed. */
static GHashTable *state_map(json_t *state)
{
    GHashTable *map = g_hash_table_new(g_str_hash, g_str_equal);
    const char *digest;
    json_t *paths, *path;
    gsize i;

    json_object_foreach(state, digest, paths)
    {
        json_array_foreach(paths, i, path)
        {
            if (json_is_string(path))
                g_hash_table_insert(map, (char *)json_string_value(path), (char *)digest);
        }
    }
    return map;
}

/* Whether two digests of two inventories, perhaps of two algorithms, name the same content: some
 * file stands under both. */
static gboolean same_content(const Inventory *a, const char *digest_a, const Inventory *b,
                             const char *digest_b)
{
    json_t *path;
    gsize i;

    if (a->has_algorithm && b->has_algorithm && a->algorithm == b->algorithm)
        return g_ascii_strcasecmp(digest_a, digest_b) == 0;
    json_array_foreach(json_object_get(json_object_get(a->json, "manifest"), digest_a), i, path)
    {
        const char *other =
            json_is_string(path) ? g_hash_table_lookup(b->paths, json_string_value(path)) : NULL;

        if (other != NULL && g_ascii_strcasecmp(other, digest_b) == 0)
            return TRUE;
    }
    return FALSE;
}

static void compare_version(ObjectJudge *object, const Inventory *old, const char *name)
{
    g_autoptr(GHashTable) a = state_map(inventory_state(old, name));
    g_autoptr(GHashTable) b = state_map(inventory_state(&object->root, name));
    json_t *old_block = json_object_get(json_object_get(old->json, "versions"), name);
    json_t *new_block = json_object_get(json_object_get(object->root.json, "versions"), name);
    static const char *const keys[] = {"created", "message", "user"};
    GHashTableIter iter;
    gpointer logical, digest;
    gboolean same = g_hash_table_size(a) == g_hash_table_size(b);

    g_hash_table_iter_init(&iter, a);
    while (same && g_hash_table_iter_next(&iter, &logical, &digest)) {
        const char *other = g_hash_table_lookup(b, logical);

        same = other != NULL && same_content(old, digest, &object->root, other);
    }
    if (!same)
        object_judge_find(object, FOUND_OCFL_E066, old->where, name);
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        if (!json_equal(json_object_get(old_block, keys[i]), json_object_get(new_block, keys[i])) &&
            (json_object_get(old_block, keys[i]) != NULL ||
             json_object_get(new_block, keys[i]) != NULL))
            object_judge_find(object, FOUND_OCFL_W011, old->where, keys[i]);
}

/* An older inventory beside that of the object. */
static void compare_inventories(ObjectJudge *object, const Inventory *old, const char *name)
{
    json_t *version;
    const char *key;

    if (old->id != NULL && object->root.id != NULL && strcmp(old->id, object->root.id) != 0)
        object_judge_find(object, FOUND_OCFL_E037, old->where, old->id);
    if (strcmp(old->content, object->root.content) != 0)
        object_judge_find(object, FOUND_OCFL_E019, old->where, old->content);
    if (old->head != NULL && strcmp(old->head, name) != 0)
        object_judge_find(object, FOUND_OCFL_E040, old->where, old->head);
    json_object_foreach(json_object_get(old->json, "versions"), key, version)
        compare_version(object, old, key);
}

/* Every file in the content of a version up to this one stands in this version's manifest. */
static void judge_listed(ObjectJudge *object, const Inventory *inventory, guint version)
{
    for (guint i = object->first; i < object->end; i++) {
        const ArchiveMember *member = object_judge_member(object, i);
        const char *path = object_judge_relative(object, member->path);
        const char *slash = strchr(path, '/');
        g_autofree char *name = slash != NULL ? g_strndup(path, (gsize)(slash - path)) : NULL;
        guint width, number = name != NULL ? ocfl_version_number(name, &width) : 0;
        gsize length = strlen(inventory->content);

        if (member->kind != ARCHIVE_FILE || number == 0 || number > version ||
            strncmp(slash + 1, inventory->content, length) != 0 || slash[1 + length] != '/')
            continue;
        if (!g_hash_table_contains(inventory->paths, path))
            object_judge_find(object, FOUND_OCFL_E023, path, inventory->where);
    }
}

/* The inventory of an older version by itself and beside the object's. */
static void judge_old_inventory(ObjectJudge *object, const char *name, guint number, guint *spec)
{
    g_autofree char *folder = g_strconcat(name, "/", NULL);
    g_autofree char *where = g_strconcat(folder, OCFL_INVENTORY, NULL);
    g_autoptr(GBytes) bytes = object_judge_inventory(object, folder);
    Inventory old = {0};

    if (bytes == NULL) {
        object_judge_find(object, FOUND_OCFL_W010, name, "");
        return;
    }
    inventory_init(&old, object->judge, where, g_bytes_get_data(bytes, NULL),
                   g_bytes_get_size(bytes));
    if (old.json != NULL) {
        object_judge_sidecar(object, folder, &old, bytes);
        if (old.spec < *spec || (object->spec >= 0 && old.spec > (guint)object->spec))
            object_judge_find(object, FOUND_OCFL_E103, where, "");
        *spec = MAX(*spec, old.spec);
        compare_inventories(object, &old, name);
        judge_listed(object, &old, number);
        object_judge_expect(object, &old);
    }
    inventory_clear(&old);
}

/* The newest version holds the same bytes as the object. */
static void judge_newest(ObjectJudge *object, const char *name, GBytes *root)
{
    g_autofree char *folder = g_strconcat(name, "/", NULL);
    g_autofree char *where = g_strconcat(folder, OCFL_INVENTORY, NULL);
    g_autoptr(GBytes) bytes = object_judge_inventory(object, folder);
    Inventory newest = {0};

    if (bytes == NULL) {
        object_judge_find(object, FOUND_OCFL_W010, name, "");
        return;
    }
    if (g_bytes_equal(bytes, root)) {
        object_judge_sidecar(object, folder, &object->root, bytes);
        return;
    }
    object_judge_find(object, FOUND_OCFL_E064, where, "");
    object->torn = TRUE;
    inventory_init(&newest, object->judge, where, g_bytes_get_data(bytes, NULL),
                   g_bytes_get_size(bytes));
    if (newest.json != NULL) {
        object_judge_sidecar(object, folder, &newest, bytes);
        compare_inventories(object, &newest, name);
    }
    inventory_clear(&newest);
}

void ocfl_judge_versions(ObjectJudge *object, GBytes *root)
{
    guint spec = 0;

    for (guint number = 1; number <= object->root.versions; number++) {
        g_autofree char *name = inventory_version_name(&object->root, number);

        if (!g_hash_table_contains(object->versions, name))
            continue;
        if (number == object->root.versions)
            judge_newest(object, name, root);
        else
            judge_old_inventory(object, name, number, &spec);
    }
    if (object->root.versions > 0 && object->root.spec < spec)
        object_judge_find(object, FOUND_OCFL_E103, OCFL_INVENTORY, "");
    judge_listed(object, &object->root, G_MAXUINT);
}

/* Whether some member stands below the folder at position i of the order. */
static gboolean is_empty_folder(const ObjectJudge *object, guint i)
{
    const char *path = object_judge_member(object, i)->path;
    gsize length = strlen(path);

    for (guint next = i + 1; next < object->end; next++) {
        const char *other = object_judge_member(object, next)->path;

        if (strncmp(other, path, length) != 0)
            return TRUE;
        if (other[length] == '/')
            return FALSE;
        if (other[length] > '/')
            return TRUE; /* "a-b" sorts before "a/b": go on until past '/' */
    }
    return TRUE;
}

void ocfl_judge_version_member(ObjectJudge *object, guint i)
{
    const ArchiveMember *member = object_judge_member(object, i);
    const char *path = object_judge_relative(object, member->path), *below = strchr(path, '/');
    g_autofree char *name = below != NULL ? g_strndup(path, (gsize)(below - path)) : NULL;
    const char *content = object->root.content != NULL ? object->root.content : "content";
    guint width;

    if (below == NULL || ocfl_version_number(name, &width) == 0)
        return;
    below++;
    if (strchr(below, '/') == NULL) {
        if (member->kind == ARCHIVE_SUBFOLDER && strcmp(below, content) != 0)
            object_judge_find(object, FOUND_OCFL_W002, path, "");
        else if (member->kind == ARCHIVE_SUBFOLDER && is_empty_folder(object, i))
            object_judge_find(object, FOUND_OCFL_W003, path, "");
        else if (member->kind == ARCHIVE_FILE && strcmp(below, OCFL_INVENTORY) != 0 &&
                 !object_judge_is_sidecar(below))
            object_judge_find(object, FOUND_OCFL_E015, path, "");
    } else if (member->kind == ARCHIVE_SUBFOLDER && g_str_has_prefix(below, content) &&
               below[strlen(content)] == '/' && is_empty_folder(object, i)) {
        object_judge_find(object, FOUND_OCFL_E024, path, "");
    }
}

void ocfl_judge_interruption(ObjectJudge *object)
{
    g_autofree char *name = NULL;
    g_autofree char *folder = NULL;
    g_autoptr(GBytes) bytes = NULL;
    VerifySummary ignored = {0};
    Judge silent = *object->judge;
    ObjectJudge probe = *object;
    Inventory newest = {0};

    if (!object->torn || object->highest == 0)
        return;
    name = inventory_version_name(&object->root, object->highest);
    folder = g_strconcat(name, "/", NULL);
    bytes = object_judge_inventory(object, folder);
    if (bytes == NULL)
        return;
    silent.report = NULL;
    silent.summary = &ignored;
    probe.judge = &silent;
    inventory_init(&newest, &silent, folder, g_bytes_get_data(bytes, NULL),
                   g_bytes_get_size(bytes));
    if (newest.json != NULL)
        object_judge_sidecar(&probe, folder, &newest, bytes);
    if (ignored.errors == 0 && g_strcmp0(newest.head, name) == 0)
        object_judge_find(object, FOUND_OCFL_INTERRUPTED, name, "");
    inventory_clear(&newest);
}
