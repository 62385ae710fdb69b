/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/bag_verify.h"

#include "appliance/base/digest.h"
#include "appliance/base/text.h"

#include <string.h>

/* One manifest while its lines are read. */
typedef struct {
    HashKind kind;
    gboolean of_tags;
    GHashTable *missing; /* name_key of paths listed that are not there: a second line is a twin */
} Manifest;

/* 64 bits stand for a path of a list: a hostile list costs no more memory than an honest one. */
static gint64 *name_key(const char *path)
{
    guint8 digest[SHA256_DIGEST_SIZE];

    sha256_of(path, strlen(path), digest);
    return g_memdup2(digest, sizeof(gint64));
}

gboolean bag_manifest_name(const char *path, gboolean *of_tags, char **name)
{
    const char *stem = path;

    *of_tags = g_str_has_prefix(path, "tagmanifest-");
    stem += *of_tags ? strlen("tag") : 0;
    if (!g_str_has_prefix(stem, "manifest-") || !g_str_has_suffix(stem, ".txt") ||
        strchr(path, '/') != NULL || strlen(stem) <= strlen("manifest-.txt"))
        return FALSE;
    stem += strlen("manifest-");
    *name = g_strndup(stem, strlen(stem) - strlen(".txt"));
    return TRUE;
}

typedef struct {
    Bag *bag;
    const char *path;
    BagLine take;
    void *data;
} Lines;

static void take_line(const char *line, guint64 number, void *data)
{
    Lines *lines = data;

    lines->take(lines->bag, lines->path, line, number, lines->data);
}

void bag_each_line(Bag *bag, const ArchiveMember *member, BagLine take, void *data)
{
    Lines lines = {bag, member->path, take, data};

    judge_each_line(bag->judge, member, bag->encoding, take_line, &lines);
}

/* RFC 8493 2.1.3: %0A and %0D, since 1.0 %25, either case of hex, and nothing else. */
static char *decode_path(const Bag *bag, const char *path, gboolean *doubtful)
{
    GString *out = g_string_new(NULL);

    *doubtful = FALSE;
    for (; *path != '\0'; path++) {
        if (g_ascii_strncasecmp(path, "%0A", 3) == 0 || g_ascii_strncasecmp(path, "%0D", 3) == 0) {
            g_string_append_c(out, path[2] == 'A' || path[2] == 'a' ? '\n' : '\r');
            path += 2;
        } else if (bag->version >= BAG_VERSION_1_0 && strncmp(path, "%25", 3) == 0) {
            g_string_append_c(out, '%');
            path += 2;
        } else {
            *doubtful = *doubtful || (*path == '%' && bag->version >= BAG_VERSION_1_0);
            g_string_append_c(out, *path);
        }
    }
    return g_string_free(out, FALSE);
}

/* The path of a list line ready for looking up; NULL after a finding. */
static char *take_path(Bag *bag, const char *list, const char *raw)
{
    g_autofree char *path = NULL;
    gboolean doubtful;
    const char *fault;

    if (g_str_has_prefix(raw, "./"))
        judge_find(bag->judge, FOUND_PATH_DOT, raw, "%s", list);
    while (g_str_has_prefix(raw, "./"))
        raw += 2;
    path = decode_path(bag, raw, &doubtful);
    if (doubtful)
        judge_find(bag->judge, FOUND_PATH_PERCENT, path, "%s", list);
    fault = judge_path_fault(path);
    if (fault != NULL) {
        judge_find(bag->judge, FOUND_PATH, path, "%s: %s", list, fault);
        return NULL;
    }
    return g_steal_pointer(&path);
}

/* Payload manifests list payload alone, tag manifests all else but tag manifests. */
static gboolean is_in_place(Bag *bag, const char *list, const char *path, gboolean of_tags)
{
    gboolean names_tag_manifest = of_tags && g_str_has_prefix(path, "tagmanifest-");

    if (bag_is_payload(path) != of_tags && !names_tag_manifest)
        return TRUE;
    /* Writers before 1.0 listed tag manifests in each other, which no text forbade. */
    if (names_tag_manifest && bag->version < BAG_VERSION_1_0)
        return TRUE;
    judge_find(bag->judge, FOUND_PATH_PLACE, path, "%s", list);
    return FALSE;
}

static void report_twin(Bag *bag, const char *list, const char *path, gboolean same)
{
    Found found = FOUND_TWICE_OTHER;

    if (same)
        found = bag->version >= BAG_VERSION_1_0 ? FOUND_TWICE : FOUND_TWICE_SAME;
    judge_find(bag->judge, found, path, "%s", list);
}

static void report_missing(Bag *bag, const char *list, const char *path)
{
    g_autofree gint64 *key = name_key(path);
    gint64 fold = bag_fold(path);

    /* Never taken for the one listed: that would accept a swap. */
    if (g_hash_table_contains(bag->folded, &fold))
        judge_find(bag->judge, FOUND_SIMILAR, path, "%s", list);
    if (bag->fetch != NULL && g_hash_table_contains(bag->fetch, key))
        judge_find(bag->judge, FOUND_HOLE, path, "%s", list);
    else
        judge_find(bag->judge, FOUND_MISSING, path, "%s", list);
}

static void list_file(Bag *bag, const char *list, const char *path, const guint8 *digest,
                      Manifest *manifest)
{
    Expected *expected = manifest->of_tags ? &bag->tags : &bag->payload;
    const ArchiveMember *member = archive_find(bag->archive, path);
    guint index;

    if (member == NULL || member->kind == ARCHIVE_SUBFOLDER) {
        if (g_hash_table_add(manifest->missing, name_key(path)))
            report_missing(bag, list, path);
        else
            report_twin(bag, list, path, TRUE);
        return;
    }
    index = archive_index(bag->archive, member);
    if (expected_has(expected, manifest->kind, index))
        report_twin(bag, list, path,
                    memcmp(expected_digest(expected, manifest->kind, index), digest,
                           hash_size(manifest->kind)) == 0);
    else
        expected_set(expected, manifest->kind, index, digest);
}

/* "<hex><blanks>[*]<path>" */
static void manifest_line(Bag *bag, const char *list, const char *line, guint64 number, void *data)
{
    Manifest *manifest = data;
    gsize digits = 2 * hash_size(manifest->kind), given = strcspn(line, " \t");
    g_autofree char *hex = g_ascii_strdown(line, (gssize)given);
    const char *raw = line + given + strspn(line + given, " \t");
    guint8 digest[HASH_BYTES_MAX];
    g_autofree char *path = NULL;

    if (given != digits || raw == line + given || *raw == '\0' ||
        !hex_decode(hex, digest, digits / 2)) {
        judge_find(bag->judge, FOUND_MANIFEST_LINE, list, "line %" G_GUINT64_FORMAT, number);
        return;
    }
    if (*raw == '*') {
        raw++;
        judge_find(bag->judge, FOUND_PATH_STAR, raw, "%s", list);
    }
    path = take_path(bag, list, raw);
    if (path != NULL && is_in_place(bag, list, path, manifest->of_tags))
        list_file(bag, list, path, digest, manifest);
}

static void read_manifest(Bag *bag, const ArchiveMember *member)
{
    g_autofree char *name = NULL;
    g_autoptr(GHashTable) missing =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    Manifest manifest = {.missing = missing};

    if (!bag_manifest_name(member->path, &manifest.of_tags, &name))
        return;
    bag->has_manifest = bag->has_manifest || !manifest.of_tags;
    if (!hash_by_name(name, &manifest.kind)) {
        judge_find(bag->judge, FOUND_ALGORITHM, member->path, "%s", name);
        return;
    }
    if (manifest.of_tags)
        bag->tag_manifests |= HASH_SET(manifest.kind);
    else
        bag->manifests |= HASH_SET(manifest.kind);
    bag_each_line(bag, member, manifest_line, &manifest);
}

/* "<url> <length or -> <path>" */
static void fetch_line(Bag *bag, const char *list, const char *line, guint64 number,
                       void *data G_GNUC_UNUSED)
{
    gsize url = strcspn(line, " \t");
    const char *length = line + url + strspn(line + url, " \t");
    gsize digits = strcspn(length, " \t");
    const char *raw = length + digits + strspn(length + digits, " \t");
    g_autofree char *number_text = g_strndup(length, digits);
    g_autofree char *path = NULL;

    if (url == 0 || *raw == '\0' ||
        (strcmp(number_text, "-") != 0 && !text_is_digits(number_text))) {
        judge_find(bag->judge, FOUND_FETCH_LINE, list, "line %" G_GUINT64_FORMAT, number);
        return;
    }
    path = take_path(bag, list, raw);
    if (path == NULL)
        return;
    if (!bag_is_payload(path) && bag->version >= BAG_VERSION_1_0)
        judge_find(bag->judge, FOUND_PATH_PLACE, path, "%s", list);
    g_hash_table_add(bag->fetch, name_key(path));
}

static void read_fetch(Bag *bag)
{
    const ArchiveMember *member = archive_find(bag->archive, "fetch.txt");

    if (member == NULL || member->kind != ARCHIVE_FILE)
        return;
    judge_find(bag->judge, FOUND_FETCH, "fetch.txt", "%s", "");
    bag->fetch = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    bag_each_line(bag, member, fetch_line, NULL);
}

/* Since 1.0 every payload file stands in every manifest; before, in at least one. */
static void find_unlisted_payload(Bag *bag, guint index, const char *path)
{
    HashSet in = expected_kinds(&bag->payload, index);

    if (bag->manifests == 0)
        return;
    if (bag->version < BAG_VERSION_1_0) {
        if (in == 0)
            judge_find(bag->judge, FOUND_NOT_LISTED, path, "%s", "");
        return;
    }
    for (HashKind kind = 0; kind < HASH_COUNT; kind++)
        if ((bag->manifests & ~in) & HASH_SET(kind))
            judge_find(bag->judge, FOUND_NOT_LISTED, path, "manifest-%s.txt", hash_name(kind));
}

/* RFC 8493, 2.2.1: payload manifests must stand in every tag manifest, other tag files should. */
static void find_unlisted_tag(Bag *bag, guint index, const char *path)
{
    HashSet absent = bag->tag_manifests & ~expected_kinds(&bag->tags, index);
    gboolean of_tags = FALSE;
    g_autofree char *name = NULL;
    gboolean is_manifest = bag_manifest_name(path, &of_tags, &name);

    if (bag->version < BAG_VERSION_1_0 || absent == 0 || of_tags)
        return;
    for (HashKind kind = 0; kind < HASH_COUNT; kind++)
        if (absent & HASH_SET(kind))
            judge_find(bag->judge, is_manifest ? FOUND_NOT_LISTED : FOUND_TAG_NOT_LISTED, path,
                       "tagmanifest-%s.txt", hash_name(kind));
}

void bag_judge_lists(Bag *bag)
{
    guint count = archive_count(bag->archive);

    read_fetch(bag);
    for (guint i = 0; i < count; i++)
        if (archive_member(bag->archive, i)->kind == ARCHIVE_FILE)
            read_manifest(bag, archive_member(bag->archive, i));
    if (!bag->has_manifest)
        judge_find(bag->judge, FOUND_NO_MANIFEST, NULL, "%s", "");
    for (guint i = 0; i < count; i++) {
        const ArchiveMember *member = archive_member(bag->archive, i);

        if (member->kind != ARCHIVE_FILE)
            continue;
        if (bag_is_payload(member->path))
            find_unlisted_payload(bag, i, member->path);
        else
            find_unlisted_tag(bag, i, member->path);
    }
}
