/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/ocfl_object_judge.h"

#include "appliance/base/text.h"
#include "storage/ocfl.h"

#include <string.h>

#define SIDECAR_MAX_BYTES 4096

const ArchiveMember *object_judge_member(const ObjectJudge *object, guint i)
{
    return archive_member(object->judge->archive, g_array_index(object->order, guint, i));
}

const char *object_judge_relative(const ObjectJudge *object, const char *path)
{
    return path + strlen(object->prefix);
}

const ArchiveMember *object_judge_lookup(const ObjectJudge *object, const char *path)
{
    g_autofree char *full = g_strconcat(object->prefix, path, NULL);

    return archive_find(object->judge->archive, full);
}

void object_judge_find(const ObjectJudge *object, Found found, const char *path, const char *detail)
{
    g_autofree char *full = g_strconcat(object->prefix, path, NULL);

    judge_find(object->judge, found, full, "%s", detail);
}

GBytes *object_judge_read(const ObjectJudge *object, const ArchiveMember *member, gsize max)
{
    g_autoptr(GError) error = NULL;
    GBytes *bytes = archive_read_all(object->judge->archive, member, max, &error);

    if (bytes == NULL)
        judge_find(object->judge, FOUND_READ, member->path, "%s", error->message);
    return bytes;
}

gboolean object_judge_is_sidecar(const char *name)
{
    return g_str_has_prefix(name, OCFL_INVENTORY ".") && strchr(name, '/') == NULL;
}

/* "<hex> inventory.json\n" against the bytes of the inventory. */
static void judge_sidecar_text(ObjectJudge *object, const char *where, GBytes *sidecar,
                               const Inventory *inventory, GBytes *bytes)
{
    g_autofree char *text = g_strndup(g_bytes_get_data(sidecar, NULL), g_bytes_get_size(sidecar));
    gsize digits = strcspn(text, " \t\n"), blanks = strspn(text + digits, " \t");
    g_autofree char *given = g_ascii_strdown(text, (gssize)digits);
    g_autofree char *rest = g_strchomp(g_strdup(text + digits + blanks));
    g_autofree char *found = NULL;
    g_autoptr(HashPass) pass = hash_pass_new(HASH_SET(inventory->algorithm));
    guint8 digest[HASH_BYTES_MAX];

    /* A NUL would hide what stands behind it. */
    if (strlen(text) != g_bytes_get_size(sidecar) || blanks == 0 ||
        strcmp(rest, OCFL_INVENTORY) != 0 ||
        !hex_decode(given, digest, hash_size(inventory->algorithm))) {
        object_judge_find(object, FOUND_OCFL_E061, where, "");
        return;
    }
    hash_pass_update(pass, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    hash_pass_digest(pass, inventory->algorithm, digest);
    found = hex_encode(digest, hash_size(inventory->algorithm));
    if (strcmp(found, given) != 0) {
        object_judge_find(object, FOUND_OCFL_E060, where, found);
        object->torn = object->torn || strchr(where, '/') == NULL;
    }
}

void object_judge_sidecar(ObjectJudge *object, const char *folder, const Inventory *inventory,
                          GBytes *bytes)
{
    g_autofree char *where = NULL;
    g_autoptr(GBytes) sidecar = NULL;
    const ArchiveMember *member;

    if (!inventory->has_algorithm)
        return;
    where = g_strdup_printf("%s" OCFL_INVENTORY ".%s", folder, hash_name(inventory->algorithm));
    member = object_judge_lookup(object, where);
    if (member == NULL || member->kind != ARCHIVE_FILE) {
        object_judge_find(object, FOUND_OCFL_E058, where, "");
        return;
    }
    sidecar = object_judge_read(object, member, SIDECAR_MAX_BYTES);
    if (sidecar != NULL)
        judge_sidecar_text(object, where, sidecar, inventory, bytes);
}

GBytes *object_judge_inventory(ObjectJudge *object, const char *folder)
{
    g_autofree char *where = g_strconcat(folder, OCFL_INVENTORY, NULL);
    const ArchiveMember *member = object_judge_lookup(object, where);

    if (member == NULL || member->kind != ARCHIVE_FILE)
        return NULL;
    if (member->size > OCFL_INVENTORY_MAX) {
        object_judge_find(object, FOUND_OCFL_LARGE, where, "");
        return NULL;
    }
    return object_judge_read(object, member, OCFL_INVENTORY_MAX);
}

/* The digests of a manifest block or a fixity block become what is expected of the files. */
static void expect_block(ObjectJudge *object, json_t *block, HashKind kind, const Found found[2],
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
            object_judge_find(object, found[0], where, hex);
        json_array_foreach(paths, i, path)
        {
            const char *text = json_string_value(path);
            const ArchiveMember *member = text != NULL ? object_judge_lookup(object, text) : NULL;
            guint index;

            if (member == NULL || member->kind != ARCHIVE_FILE) {
                object_judge_find(object, found[1], text != NULL ? text : where, "not there");
                continue;
            }
            index = archive_index(object->judge->archive, member);
            if (!sound)
                continue;
            if (expected_has(&object->expected, kind, index) &&
                memcmp(expected_digest(&object->expected, kind, index), digest, hash_size(kind)) !=
                    0)
                object_judge_find(object, found[1], text, "two digests");
            expected_set(&object->expected, kind, index, digest);
        }
    }
}

void object_judge_expect(ObjectJudge *object, const Inventory *inventory)
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
