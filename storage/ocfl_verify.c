/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/ocfl_object_judge.h"
#include "storage/ocfl_versions.h"

#include "appliance/base/json.h"
#include "storage/ocfl.h"

#include <string.h>

#define DECLARATION_STEM      "ocfl_object_"
#define DECLARATION_MAX_BYTES 4096

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

/* "0=ocfl_object_1.1" with "ocfl_object_1.1\n" in it. */
static void judge_declaration(ObjectJudge *object, const char *name, const ArchiveMember *member,
                              guint *count)
{
    g_autofree char *wanted = g_strconcat(name + 2, "\n", NULL);
    g_autoptr(GBytes) bytes = object_judge_read(object, member, DECLARATION_MAX_BYTES);
    gint spec = ocfl_declared_spec(name, DECLARATION_STEM);

    (*count)++;
    if (spec < 0)
        object_judge_find(object, FOUND_OCFL_E004, name, "");
    else
        object->spec = spec;
    if (bytes != NULL && (g_bytes_get_size(bytes) != strlen(wanted) ||
                          memcmp(g_bytes_get_data(bytes, NULL), wanted, strlen(wanted)) != 0))
        object_judge_find(object, FOUND_OCFL_E007, name, "");
}

static void note_version(ObjectJudge *object, const char *name)
{
    guint width, number = ocfl_version_number(name, &width);

    g_hash_table_add(object->versions, g_strdup(name));
    object->highest = MAX(object->highest, number);
}

/* What stands directly in the object's folder. */
static void judge_top(ObjectJudge *object, const ArchiveMember *member, guint *declarations)
{
    const char *name = object_judge_relative(object, member->path);
    gboolean is_folder = member->kind == ARCHIVE_SUBFOLDER;
    guint width;

    if (!is_folder && g_str_has_prefix(name, "0="))
        judge_declaration(object, name, member, declarations);
    else if (is_folder && ocfl_version_number(name, &width) != 0)
        note_version(object, name);
    else if (is_folder ? strcmp(name, "logs") != 0 && strcmp(name, "extensions") != 0
                       : strcmp(name, OCFL_INVENTORY) != 0 && !object_judge_is_sidecar(name))
        object_judge_find(object, FOUND_OCFL_E001, name, "");
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

static void judge_extension(ObjectJudge *object, const char *below, const ArchiveMember *member)
{
    if (strchr(below, '/') != NULL)
        return;
    if (member->kind != ARCHIVE_SUBFOLDER)
        object_judge_find(object, FOUND_OCFL_E067, object_judge_relative(object, member->path), "");
    else if (!ocfl_extension_is_registered(below))
        object_judge_find(object, FOUND_OCFL_W013, object_judge_relative(object, member->path), "");
}

/* A version folder that no folder entry announces (archives): its files do. */
static void note_implied(ObjectJudge *object, const char *path)
{
    g_autofree char *first = g_strndup(path, strcspn(path, "/"));
    guint width;

    if (ocfl_version_number(first, &width) != 0)
        note_version(object, first);
    else if (strcmp(first, "logs") != 0 && strcmp(first, "extensions") != 0 &&
             object_judge_lookup(object, first) == NULL &&
             g_hash_table_add(object->versions, g_strdup(first)))
        object_judge_find(object, FOUND_OCFL_E001, first, "");
}

static void judge_structure(ObjectJudge *object)
{
    guint declarations = 0;

    for (guint i = object->first; i < object->end; i++) {
        const ArchiveMember *member = object_judge_member(object, i);
        const char *path = object_judge_relative(object, member->path);

        if (member->kind == ARCHIVE_LINK || member->hard_link)
            object_judge_find(object, FOUND_OCFL_E090, path, "");
        else if (member->kind == ARCHIVE_SPECIAL)
            object_judge_find(object, FOUND_SPECIAL, path, "");
        else if (strchr(path, '/') == NULL)
            judge_top(object, member, &declarations);
        else
            note_implied(object, path);
        if (g_str_has_prefix(path, "extensions/"))
            judge_extension(object, path + strlen("extensions/"), member);
    }
    if (declarations != 1)
        object_judge_find(object, FOUND_OCFL_E003, "", "");
}

static void judge_root_inventory(ObjectJudge *object, GBytes **bytes)
{
    *bytes = object_judge_inventory(object, "");
    if (*bytes == NULL) {
        object_judge_find(object, FOUND_OCFL_E063, OCFL_INVENTORY, "");
        return;
    }
    inventory_init(&object->root, object->judge, OCFL_INVENTORY, g_bytes_get_data(*bytes, NULL),
                   g_bytes_get_size(*bytes));
    if (object->root.json == NULL)
        return;
    if (object->spec >= 0 && (guint)object->spec != object->root.spec &&
        json_text(object->root.json, "type") != NULL)
        object_judge_find(object, FOUND_OCFL_E038, OCFL_INVENTORY,
                          json_text(object->root.json, "type"));
    object_judge_sidecar(object, "", &object->root, *bytes);
    object_judge_expect(object, &object->root);
}

/* Folders against the versions that the inventory lists. */
static void judge_version_folders(ObjectJudge *object)
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
            object_judge_find(object, FOUND_OCFL_E010, listed, "no such folder");
            object_judge_find(object, FOUND_OCFL_E046, listed, "no such folder");
        }
    }
    g_hash_table_iter_init(&iter, object->versions);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        if (ocfl_version_number(name, &width) == 0 || json_object_get(versions, name) != NULL)
            continue;
        object_judge_find(object, FOUND_OCFL_E046, name, "not in the inventory");
        object->torn = TRUE;
    }
}

static void judge_content(ObjectJudge *object)
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
        summary->bytes += object_judge_member(object, i)->size;
    }
    if (object->judge->options->level == VERIFY_FULL)
        summary->digested +=
            judge_payload(object->judge, &object->expected, members, found, FOUND_DECODE);
}

void ocfl_judge_object(Judge *judge, const char *prefix, const GArray *order, gint *spec, char **id)
{
    g_autoptr(GHashTable) versions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    ObjectJudge object = {
        .judge = judge, .prefix = prefix, .order = order, .spec = -1, .versions = versions};
    g_autoptr(GBytes) root = NULL;

    object.first = judge_below(judge->archive, order, prefix, &object.end);
    expected_init(&object.expected, archive_count(judge->archive));
    judge_structure(&object);
    judge_root_inventory(&object, &root);
    judge_version_folders(&object);
    if (object.root.json != NULL)
        ocfl_judge_versions(&object, root);
    for (guint i = object.first; i < object.end; i++)
        ocfl_judge_version_member(&object, i);
    ocfl_judge_interruption(&object);
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

        if (g_str_has_prefix(path, "0=" DECLARATION_STEM) || strcmp(path, OCFL_INVENTORY) == 0 ||
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
