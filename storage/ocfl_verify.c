/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/ocfl_judge.h"

#include "appliance/base/json.h"
#include "appliance/base/text.h"
#include "storage/ocfl.h"

#include <string.h>

#define INVENTORY         "inventory.json"
#define DECLARATION_STEM  "ocfl_object_"
#define SIDECAR_MAX_BYTES 4096

/* An object while it is judged. Paths are relative to it unless they are named full. */
typedef struct {
    Judge *judge;
    const char *prefix;
    const GArray *order; /* of all members */
    guint first, end;    /* its members in the order */
    gint spec;           /* declared; -1 when it cannot be told */
    Inventory root;
    Expected expected;
    HashSet manifests;    /* algorithms that manifests use */
    GHashTable *versions; /* names of version folders */
    guint highest;        /* number of the highest version folder */
    gboolean torn;        /* the pair at the top does not fit the versions */
} Object;

static const ArchiveMember *object_member(const Object *object, guint i)
{
    return archive_member(object->judge->archive, g_array_index(object->order, guint, i));
}

static const char *relative(const Object *object, const char *path)
{
    return path + strlen(object->prefix);
}

static const ArchiveMember *object_find(const Object *object, const char *path)
{
    g_autofree char *full = g_strconcat(object->prefix, path, NULL);

    return archive_find(object->judge->archive, full);
}

static void find(const Object *object, Found found, const char *path, const char *detail)
{
    g_autofree char *full = g_strconcat(object->prefix, path, NULL);

    judge_find(object->judge, found, full, "%s", detail);
}

gint ocfl_declared_spec(const char *name, const char *stem)
{
    const char *number;

    if (!g_str_has_prefix(name, "0=") || !g_str_has_prefix(name + 2, stem))
        return -1;
    number = name + 2 + strlen(stem);
    if (strcmp(number, "1.0") == 0)
        return 0;
    return strcmp(number, "1.1") == 0 ? 1 : -1;
}

static GBytes *read_small(const Object *object, const ArchiveMember *member, gsize max)
{
    g_autoptr(GError) error = NULL;
    GBytes *bytes = archive_read_all(object->judge->archive, member, max, &error);

    if (bytes == NULL)
        judge_find(object->judge, FOUND_READ, member->path, "%s", error->message);
    return bytes;
}

/* "0=ocfl_object_1.1" with "ocfl_object_1.1\n" in it. */
static void judge_declaration(Object *object, const char *name, const ArchiveMember *member,
                              guint *count)
{
    g_autofree char *wanted = g_strconcat(name + 2, "\n", NULL);
    g_autoptr(GBytes) bytes = read_small(object, member, SIDECAR_MAX_BYTES);
    gint spec = ocfl_declared_spec(name, DECLARATION_STEM);

    (*count)++;
    if (spec < 0)
        find(object, FOUND_OCFL_E004, name, "");
    else
        object->spec = spec;
    if (bytes != NULL && (g_bytes_get_size(bytes) != strlen(wanted) ||
                          memcmp(g_bytes_get_data(bytes, NULL), wanted, strlen(wanted)) != 0))
        find(object, FOUND_OCFL_E007, name, "");
}

static gboolean is_sidecar(const char *name)
{
    return g_str_has_prefix(name, INVENTORY ".") && strchr(name, '/') == NULL;
}

static void note_version(Object *object, const char *name)
{
    guint width, number = ocfl_version_number(name, &width);

    g_hash_table_add(object->versions, g_strdup(name));
    object->highest = MAX(object->highest, number);
}

/* What stands directly in the object's folder. */
static void judge_top(Object *object, const ArchiveMember *member, guint *declarations)
{
    const char *name = relative(object, member->path);
    gboolean is_folder = member->kind == ARCHIVE_SUBFOLDER;
    guint width;

    if (!is_folder && g_str_has_prefix(name, "0="))
        judge_declaration(object, name, member, declarations);
    else if (is_folder && ocfl_version_number(name, &width) != 0)
        note_version(object, name);
    else if (is_folder ? strcmp(name, "logs") != 0 && strcmp(name, "extensions") != 0
                       : strcmp(name, INVENTORY) != 0 && !is_sidecar(name))
        find(object, FOUND_OCFL_E001, name, "");
}

gboolean ocfl_extension_is_registered(const char *name)
{
    static const char *const names[] = {
        "0001-digest-algorithms",
        "0002-flat-direct-storage-layout",
        "0003-hash-and-id-n-tuple-storage-layout",
        "0004-hashed-n-tuple-storage-layout",
        "0005-mutable-head",
        "0006-flat-omit-prefix-storage-layout",
        "0007-n-tuple-omit-prefix-storage-layout",
        "0008-schema-registry",
        "0009-digest-algorithms",
        "0010-differential-n-tuple-omit-prefix-storage-layout",
        "0011-direct-clean-path-layout",
        "initial",
        NULL,
    };

    return g_strv_contains(names, name);
}

static void judge_extension(Object *object, const char *below, const ArchiveMember *member)
{
    if (strchr(below, '/') != NULL)
        return;
    if (member->kind != ARCHIVE_SUBFOLDER)
        find(object, FOUND_OCFL_E067, relative(object, member->path), "");
    else if (!ocfl_extension_is_registered(below))
        find(object, FOUND_OCFL_W013, relative(object, member->path), "");
}

/* A version folder that no folder entry announces (archives): its files do. */
static void note_implied(Object *object, const char *path)
{
    g_autofree char *first = g_strndup(path, strcspn(path, "/"));
    guint width;

    if (ocfl_version_number(first, &width) != 0)
        note_version(object, first);
    else if (strcmp(first, "logs") != 0 && strcmp(first, "extensions") != 0 &&
             object_find(object, first) == NULL &&
             g_hash_table_add(object->versions, g_strdup(first)))
        find(object, FOUND_OCFL_E001, first, "");
}

static void judge_structure(Object *object)
{
    guint declarations = 0;

    for (guint i = object->first; i < object->end; i++) {
        const ArchiveMember *member = object_member(object, i);
        const char *path = relative(object, member->path);

        if (member->kind == ARCHIVE_LINK || member->hard_link)
            find(object, FOUND_OCFL_E090, path, "");
        else if (member->kind == ARCHIVE_SPECIAL)
            find(object, FOUND_SPECIAL, path, "");
        else if (strchr(path, '/') == NULL)
            judge_top(object, member, &declarations);
        else
            note_implied(object, path);
        if (g_str_has_prefix(path, "extensions/"))
            judge_extension(object, path + strlen("extensions/"), member);
    }
    if (declarations != 1)
        find(object, FOUND_OCFL_E003, "", "");
}

/* "<hex> inventory.json\n" against the bytes of the inventory. */
static void judge_sidecar_text(Object *object, const char *where, GBytes *sidecar,
                               const Inventory *inventory, GBytes *bytes)
{
    g_autofree char *text = g_strndup(g_bytes_get_data(sidecar, NULL), g_bytes_get_size(sidecar));
    gsize digits = strcspn(text, " \t\n"), blanks = strspn(text + digits, " \t");
    g_autofree char *given = g_ascii_strdown(text, (gssize)digits);
    g_autofree char *rest = g_strchomp(g_strdup(text + digits + blanks));
    g_autofree char *found = NULL;
    g_autoptr(HashPass) pass = hash_pass_new(HASH_SET(inventory->algorithm));
    guint8 digest[HASH_BYTES_MAX];

    if (blanks == 0 || strcmp(rest, INVENTORY) != 0 ||
        !hex_decode(given, digest, hash_size(inventory->algorithm))) {
        find(object, FOUND_OCFL_E061, where, "");
        return;
    }
    hash_pass_update(pass, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    hash_pass_digest(pass, inventory->algorithm, digest);
    found = hex_encode(digest, hash_size(inventory->algorithm));
    if (strcmp(found, given) != 0) {
        find(object, FOUND_OCFL_E060, where, found);
        object->torn = object->torn || strchr(where, '/') == NULL;
    }
}

/* The side-car of the inventory in `folder` ("" or "v1/"). */
static void judge_sidecar(Object *object, const char *folder, const Inventory *inventory,
                          GBytes *bytes)
{
    g_autofree char *where = NULL;
    g_autoptr(GBytes) sidecar = NULL;
    const ArchiveMember *member;

    if (!inventory->has_algorithm)
        return;
    where = g_strdup_printf("%s" INVENTORY ".%s", folder, hash_name(inventory->algorithm));
    member = object_find(object, where);
    if (member == NULL || member->kind != ARCHIVE_FILE) {
        find(object, FOUND_OCFL_E058, where, "");
        return;
    }
    sidecar = read_small(object, member, SIDECAR_MAX_BYTES);
    if (sidecar != NULL)
        judge_sidecar_text(object, where, sidecar, inventory, bytes);
}

/* Bytes of the inventory in `folder`, NULL when there is none. */
static GBytes *inventory_bytes(Object *object, const char *folder)
{
    g_autofree char *where = g_strconcat(folder, INVENTORY, NULL);
    const ArchiveMember *member = object_find(object, where);

    if (member == NULL || member->kind != ARCHIVE_FILE)
        return NULL;
    if (member->size > OCFL_INVENTORY_MAX) {
        find(object, FOUND_OCFL_LARGE, where, "");
        return NULL;
    }
    return read_small(object, member, OCFL_INVENTORY_MAX);
}

/* The digests of a manifest block or a fixity block become what is expected of the files. */
static void expect_block(Object *object, json_t *block, HashKind kind, const Found found[2],
                         const char *where)
{
    const char *hex;
    json_t *paths, *path;
    gsize i;

    json_object_foreach(block, hex, paths)
    {
        g_autofree char *lower = g_ascii_strdown(hex, -1);
        guint8 digest[HASH_BYTES_MAX];
        gboolean sound = hex_decode(lower, digest, hash_size(kind));

        if (!sound)
            find(object, found[0], where, hex);
        json_array_foreach(paths, i, path)
        {
            const char *text = json_string_value(path);
            const ArchiveMember *member = text != NULL ? object_find(object, text) : NULL;
            guint index;

            if (member == NULL || member->kind != ARCHIVE_FILE) {
                find(object, found[1], text != NULL ? text : where, "not there");
                continue;
            }
            index = archive_index(object->judge->archive, member);
            if (!sound)
                continue;
            if (expected_has(&object->expected, kind, index) &&
                memcmp(expected_digest(&object->expected, kind, index), digest, hash_size(kind)) !=
                    0)
                find(object, found[1], text, "two digests");
            expected_set(&object->expected, kind, index, digest);
        }
    }
}

static void expect_content(Object *object, const Inventory *inventory)
{
    json_t *fixity = json_object_get(inventory->json, "fixity"), *block;
    const char *name;
    HashKind kind;

    if (inventory->has_algorithm) {
        object->manifests |= HASH_SET(inventory->algorithm);
        expect_block(object, json_object_get(inventory->json, "manifest"), inventory->algorithm,
                     (Found[]){FOUND_OCFL_E092, FOUND_OCFL_E092}, inventory->where);
    }
    json_object_foreach(fixity, name, block)
    {
        if (hash_by_name(name, &kind))
            expect_block(object, block, kind, (Found[]){FOUND_OCFL_E057, FOUND_OCFL_E093},
                         inventory->where);
    }
}

static void judge_root_inventory(Object *object, GBytes **bytes)
{
    *bytes = inventory_bytes(object, "");
    if (*bytes == NULL) {
        find(object, FOUND_OCFL_E063, INVENTORY, "");
        return;
    }
    inventory_init(&object->root, object->judge, INVENTORY, g_bytes_get_data(*bytes, NULL),
                   g_bytes_get_size(*bytes));
    if (object->root.json == NULL)
        return;
    if (object->spec >= 0 && (guint)object->spec != object->root.spec &&
        json_text(object->root.json, "type") != NULL)
        find(object, FOUND_OCFL_E038, INVENTORY, json_text(object->root.json, "type"));
    judge_sidecar(object, "", &object->root, *bytes);
    expect_content(object, &object->root);
}

/* Folders against the versions that the inventory lists. */
static void judge_version_folders(Object *object)
{
    json_t *versions = json_object_get(object->root.json, "versions"), *version;
    GHashTableIter iter;
    gpointer name;
    const char *listed;
    guint width;

    if (object->root.json == NULL)
        return;
    json_object_foreach(versions, listed, version)
    {
        if (!g_hash_table_contains(object->versions, listed)) {
            find(object, FOUND_OCFL_E010, listed, "no such folder");
            find(object, FOUND_OCFL_E046, listed, "no such folder");
        }
    }
    g_hash_table_iter_init(&iter, object->versions);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        if (ocfl_version_number(name, &width) == 0 || json_object_get(versions, name) != NULL)
            continue;
        find(object, FOUND_OCFL_E046, name, "not in the inventory");
        object->torn = TRUE;
    }
}

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

static void compare_version(Object *object, const Inventory *old, const char *name)
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
        find(object, FOUND_OCFL_E066, old->where, name);
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        if (!json_equal(json_object_get(old_block, keys[i]), json_object_get(new_block, keys[i])) &&
            (json_object_get(old_block, keys[i]) != NULL ||
             json_object_get(new_block, keys[i]) != NULL))
            find(object, FOUND_OCFL_W011, old->where, keys[i]);
}

/* An older inventory beside that of the object. */
static void compare_inventories(Object *object, const Inventory *old, const char *name)
{
    json_t *version;
    const char *key;

    if (old->id != NULL && object->root.id != NULL && strcmp(old->id, object->root.id) != 0)
        find(object, FOUND_OCFL_E037, old->where, old->id);
    if (strcmp(old->content, object->root.content) != 0)
        find(object, FOUND_OCFL_E019, old->where, old->content);
    if (old->head != NULL && strcmp(old->head, name) != 0)
        find(object, FOUND_OCFL_E040, old->where, old->head);
    json_object_foreach(json_object_get(old->json, "versions"), key, version)
        compare_version(object, old, key);
}

/* Every file in the content of a version up to this one stands in this version's manifest. */
static void judge_listed(Object *object, const Inventory *inventory, guint version)
{
    for (guint i = object->first; i < object->end; i++) {
        const ArchiveMember *member = object_member(object, i);
        const char *path = relative(object, member->path);
        const char *slash = strchr(path, '/');
        g_autofree char *name = slash != NULL ? g_strndup(path, (gsize)(slash - path)) : NULL;
        guint width, number = name != NULL ? ocfl_version_number(name, &width) : 0;
        gsize length = strlen(inventory->content);

        if (member->kind != ARCHIVE_FILE || number == 0 || number > version ||
            strncmp(slash + 1, inventory->content, length) != 0 || slash[1 + length] != '/')
            continue;
        if (!g_hash_table_contains(inventory->paths, path))
            find(object, FOUND_OCFL_E023, path, inventory->where);
    }
}

/* The inventory of an older version by itself and beside the object's. */
static void judge_old_inventory(Object *object, const char *name, guint number, guint *spec)
{
    g_autofree char *folder = g_strconcat(name, "/", NULL);
    g_autofree char *where = g_strconcat(folder, INVENTORY, NULL);
    g_autoptr(GBytes) bytes = inventory_bytes(object, folder);
    Inventory old = {0};

    if (bytes == NULL) {
        find(object, FOUND_OCFL_W010, name, "");
        return;
    }
    inventory_init(&old, object->judge, where, g_bytes_get_data(bytes, NULL),
                   g_bytes_get_size(bytes));
    if (old.json != NULL) {
        judge_sidecar(object, folder, &old, bytes);
        if (old.spec < *spec || (object->spec >= 0 && old.spec > (guint)object->spec))
            find(object, FOUND_OCFL_E103, where, "");
        *spec = MAX(*spec, old.spec);
        compare_inventories(object, &old, name);
        judge_listed(object, &old, number);
        expect_content(object, &old);
    }
    inventory_clear(&old);
}

/* The newest version holds the same bytes as the object. */
static void judge_newest(Object *object, const char *name, GBytes *root)
{
    g_autofree char *folder = g_strconcat(name, "/", NULL);
    g_autofree char *where = g_strconcat(folder, INVENTORY, NULL);
    g_autoptr(GBytes) bytes = inventory_bytes(object, folder);
    Inventory newest = {0};

    if (bytes == NULL) {
        find(object, FOUND_OCFL_W010, name, "");
        return;
    }
    if (g_bytes_equal(bytes, root)) {
        judge_sidecar(object, folder, &object->root, bytes);
        return;
    }
    find(object, FOUND_OCFL_E064, where, "");
    object->torn = TRUE;
    inventory_init(&newest, object->judge, where, g_bytes_get_data(bytes, NULL),
                   g_bytes_get_size(bytes));
    if (newest.json != NULL) {
        judge_sidecar(object, folder, &newest, bytes);
        compare_inventories(object, &newest, name);
    }
    inventory_clear(&newest);
}

static void judge_inventories(Object *object, GBytes *root)
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
        find(object, FOUND_OCFL_E103, INVENTORY, "");
    judge_listed(object, &object->root, G_MAXUINT);
}

/* Whether some member stands below the folder at position i of the order. */
static gboolean is_empty_folder(const Object *object, guint i)
{
    const char *path = object_member(object, i)->path;
    gsize length = strlen(path);

    for (guint next = i + 1; next < object->end; next++) {
        const char *other = object_member(object, next)->path;

        if (strncmp(other, path, length) != 0)
            return TRUE;
        if (other[length] == '/')
            return FALSE;
        if (other[length] > '/')
            return TRUE; /* "a-b" sorts before "a/b": go on until past '/' */
    }
    return TRUE;
}

/* What stands in a version folder. */
static void judge_version_member(Object *object, guint i)
{
    const ArchiveMember *member = object_member(object, i);
    const char *path = relative(object, member->path), *below = strchr(path, '/');
    g_autofree char *name = below != NULL ? g_strndup(path, (gsize)(below - path)) : NULL;
    const char *content = object->root.content != NULL ? object->root.content : "content";
    guint width;

    if (below == NULL || ocfl_version_number(name, &width) == 0)
        return;
    below++;
    if (strchr(below, '/') == NULL) {
        if (member->kind == ARCHIVE_SUBFOLDER && strcmp(below, content) != 0)
            find(object, FOUND_OCFL_W002, path, "");
        else if (member->kind == ARCHIVE_SUBFOLDER && is_empty_folder(object, i))
            find(object, FOUND_OCFL_W003, path, "");
        else if (member->kind == ARCHIVE_FILE && strcmp(below, INVENTORY) != 0 &&
                 !is_sidecar(below))
            find(object, FOUND_OCFL_E015, path, "");
    } else if (member->kind == ARCHIVE_SUBFOLDER && g_str_has_prefix(below, content) &&
               below[strlen(content)] == '/' && is_empty_folder(object, i)) {
        find(object, FOUND_OCFL_E024, path, "");
    }
}

/* An update that was cut off leaves the newest version whole: its own pair tells. */
static void judge_interruption(Object *object)
{
    g_autofree char *name = NULL;
    g_autofree char *folder = NULL;
    g_autoptr(GBytes) bytes = NULL;
    VerifySummary ignored = {0};
    Judge silent = *object->judge;
    Object probe = *object;
    Inventory newest = {0};

    if (!object->torn || object->highest == 0)
        return;
    name = inventory_version_name(&object->root, object->highest);
    folder = g_strconcat(name, "/", NULL);
    bytes = inventory_bytes(object, folder);
    if (bytes == NULL)
        return;
    silent.report = NULL;
    silent.summary = &ignored;
    probe.judge = &silent;
    inventory_init(&newest, &silent, folder, g_bytes_get_data(bytes, NULL),
                   g_bytes_get_size(bytes));
    if (newest.json != NULL)
        judge_sidecar(&probe, folder, &newest, bytes);
    if (ignored.errors == 0 && g_strcmp0(newest.head, name) == 0)
        find(object, FOUND_OCFL_INTERRUPTED, name, "");
    inventory_clear(&newest);
}

static void judge_content(Object *object)
{
    g_autoptr(GArray) members = g_array_new(FALSE, FALSE, sizeof(guint));
    Found found[HASH_COUNT];
    VerifySummary *summary = object->judge->summary;

    for (HashKind kind = 0; kind < HASH_COUNT; kind++)
        found[kind] = object->manifests & HASH_SET(kind) ? FOUND_OCFL_E092 : FOUND_OCFL_E093;
    for (guint i = object->first; i < object->end; i++) {
        guint index = g_array_index(object->order, guint, i);

        if (expected_kinds(&object->expected, index) == 0)
            continue;
        g_array_append_val(members, index);
        summary->files++;
        summary->bytes += object_member(object, i)->size;
    }
    if (object->judge->options->level == VERIFY_FULL)
        summary->digested += judge_digests(object->judge, &object->expected, members, found);
}

void ocfl_judge_object(Judge *judge, const char *prefix, const GArray *order, gint *spec, char **id)
{
    g_autoptr(GHashTable) versions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Object object = {
        .judge = judge, .prefix = prefix, .order = order, .spec = -1, .versions = versions};
    g_autoptr(GBytes) root = NULL;

    object.first = judge_below(judge->archive, order, prefix, &object.end);
    expected_init(&object.expected, archive_count(judge->archive));
    judge_structure(&object);
    judge_root_inventory(&object, &root);
    judge_version_folders(&object);
    if (object.root.json != NULL)
        judge_inventories(&object, root);
    for (guint i = object.first; i < object.end; i++)
        judge_version_member(&object, i);
    judge_interruption(&object);
    judge_content(&object);
    *spec = object.spec;
    *id = g_strdup(object.root.id);
    inventory_clear(&object.root);
    expected_clear(&object.expected);
}

gboolean ocfl_is_object(const Archive *archive)
{
    for (guint i = 0; i < archive_count(archive); i++) {
        const char *path = archive_member(archive, i)->path;

        if (g_str_has_prefix(path, "0=" DECLARATION_STEM) || strcmp(path, INVENTORY) == 0 ||
            g_str_has_prefix(path, "v1/content/"))
            return TRUE;
    }
    return FALSE;
}

void judge_ocfl_object(Judge *judge)
{
    g_autoptr(GArray) order = judge_order(judge->archive);
    g_autofree char *id = NULL;
    gint spec;

    judge->summary->kind = VERIFY_OCFL_OBJECT;
    ocfl_judge_object(judge, "", order, &spec, &id);
    if (spec >= 0)
        g_snprintf(judge->summary->version, sizeof judge->summary->version, "1.%d", spec);
}
