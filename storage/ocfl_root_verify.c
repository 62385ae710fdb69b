/* SPDX-License-Identifier: Apache-2.0
 *
 * A storage root holds any number of objects. In a folder they are found by walking and opened one
 * by one, so that memory is bounded by the largest object; in a tar or zip they are ranges of the
 * list of members.
 */
#include "storage/ocfl_judge.h"

#include "appliance/base/file.h"
#include "appliance/base/json.h"
#include "storage/ocfl.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define OBJECT_STEM     "0=ocfl_object_"
#define ROOT_STEM       "0=ocfl_"
#define SMALL_MAX_BYTES 65536
#define DEPTH_MAX       32
#define LAYOUT_0003     "0003-hash-and-id-n-tuple-storage-layout"
#define LAYOUT_CONFIG   "extensions/" LAYOUT_0003 "/config.json"

typedef struct {
    Judge *judge;
    const char *path; /* of the folder; NULL in an archive */
    guint declarations;
    gint spec;
    gboolean at_top, deeper; /* objects directly in the root, objects below */
    gboolean has_layout;     /* 0003 with a sound config */
    OcflLayout layout;
} Root;

static gboolean is_declaration(const char *name)
{
    return g_str_has_prefix(name, ROOT_STEM) && !g_str_has_prefix(name, OBJECT_STEM);
}

/* A small file of the root, from the folder or the archive; NULL when it is not there. */
static GBytes *read_file(const Root *root, const char *path)
{
    g_autofree char *full = NULL;
    const ArchiveMember *member;

    if (root->path != NULL) {
        full = g_build_filename(root->path, path, NULL);
        return file_read(full, SMALL_MAX_BYTES, NULL);
    }
    member = archive_find(root->judge->archive, path);
    return member != NULL && member->kind == ARCHIVE_FILE
               ? archive_read_all(root->judge->archive, member, SMALL_MAX_BYTES, NULL)
               : NULL;
}

static void judge_root_declaration(Root *root, const char *name)
{
    g_autofree char *wanted = g_strconcat(name + 2, "\n", NULL);
    g_autoptr(GBytes) bytes = read_file(root, name);
    gint spec = ocfl_declared_spec(name, "ocfl_");

    root->declarations++;
    if (spec < 0)
        judge_find(root->judge, FOUND_OCFL_E077, name, "%s", "");
    else
        root->spec = spec;
    if (bytes == NULL || g_bytes_get_size(bytes) != strlen(wanted) ||
        memcmp(g_bytes_get_data(bytes, NULL), wanted, strlen(wanted)) != 0)
        judge_find(root->judge, FOUND_OCFL_E080, name, "%s", "");
}

static json_t *read_json(const Root *root, const char *path)
{
    g_autoptr(GBytes) bytes = read_file(root, path);

    return bytes != NULL ? json_parse(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), path,
                                      ERROR_FORMAT, NULL)
                         : NULL;
}

/* Parameters of layout 0003; the extension has defaults for what is not said. */
static void read_layout_config(Root *root)
{
    g_autoptr(json_t) config = read_json(root, LAYOUT_CONFIG);
    const char *name = json_text(config, "digestAlgorithm");
    gint64 size = json_int(config, "tupleSize", 3), count = json_int(config, "numberOfTuples", 3);
    HashKind kind = HASH_SHA256;

    if ((name != NULL && !hash_by_name(name, &kind)) || size < 0 || size > 32 || count < 0 ||
        count > 32 || (gsize)(size * count) > 2 * hash_size(kind))
        return;
    root->layout = (OcflLayout){kind, (guint)size, (guint)count};
    root->has_layout = TRUE;
}

static void judge_layout(Root *root)
{
    static const char file[] = "ocfl_layout.json";
    g_autoptr(GBytes) bytes = read_file(root, file);
    g_autoptr(json_t) layout = bytes != NULL ? read_json(root, file) : NULL;
    const char *extension = json_text(layout, "extension");

    if (bytes == NULL)
        return;
    if (extension == NULL || json_object_get(layout, "description") == NULL)
        judge_find(root->judge, FOUND_OCFL_E070, file, "%s", "");
    else if (!ocfl_extension_is_registered(extension))
        judge_find(root->judge, FOUND_OCFL_E071, file, "%s", extension);
    else if (strcmp(extension, LAYOUT_0003) == 0)
        read_layout_config(root);
}

/* A member of the folder `extensions`. */
static void judge_root_extension(Root *root, const char *name, gboolean is_folder)
{
    g_autofree char *path = g_strconcat("extensions/", name, NULL);

    if (!is_folder)
        judge_find(root->judge, FOUND_OCFL_E067, path, "%s", "");
    else if (!ocfl_extension_is_registered(name))
        judge_find(root->judge, FOUND_OCFL_W016, path, "%s", "");
}

/* What an object says of itself against where it lies and what the root declares. */
static void judge_place(Root *root, const char *place, gint spec, const char *id)
{
    g_autofree char *wanted = NULL;

    if (strchr(place, '/') != NULL)
        root->deeper = TRUE;
    else
        root->at_top = TRUE;
    if (spec > root->spec && root->spec >= 0)
        judge_find(root->judge, FOUND_OCFL_E081, place, "%s", "");
    if (!root->has_layout || id == NULL)
        return;
    wanted = ocfl_layout_place(id, &root->layout);
    if (strcmp(wanted, place) != 0)
        judge_find(root->judge, FOUND_OCFL_E083, place, "%s", wanted);
}

static void judge_object_folder(Root *root, const char *place)
{
    g_autofree char *full = g_build_filename(root->path, place, NULL);
    g_autofree char *prefix = g_strconcat(place, "/", NULL);
    g_autofree char *id = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(Archive) archive = archive_open(full, &root->judge->options->limits, &error);
    g_autoptr(GArray) order = NULL;
    Judge judge = *root->judge;
    gint spec;

    if (archive == NULL) {
        judge_find(root->judge, FOUND_READ, place, "%s", error->message);
        return;
    }
    judge.archive = archive;
    judge.prefix = prefix;
    order = judge_order(archive);
    ocfl_judge_object(&judge, "", order, &spec, &id);
    judge_place(root, place, spec, id);
}

static gboolean holds_declaration(const GPtrArray *names)
{
    for (guint i = 0; i < names->len; i++)
        if (g_str_has_prefix(g_ptr_array_index(names, i), OBJECT_STEM))
            return TRUE;
    return FALSE;
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names in a folder of the root, sorted; NULL after a finding. */
static GPtrArray *list_folder(Root *root, const char *place)
{
    g_autofree char *full = g_build_filename(root->path, place, NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) dir = g_dir_open(full, 0, &error);
    const char *name;

    if (dir == NULL) {
        judge_find(root->judge, FOUND_READ, place, "%s", error->message);
        return NULL;
    }
    while ((name = g_dir_read_name(dir)) != NULL)
        g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, compare_names);
    return g_steal_pointer(&names);
}

static void walk(Root *root, const char *place, guint depth);

/* One name in an intermediate folder: a folder to walk, or what must not be there. */
static void walk_name(Root *root, const char *place, guint depth)
{
    g_autofree char *full = g_build_filename(root->path, place, NULL);
    struct stat info;

    if (lstat(full, &info) != 0)
        judge_find(root->judge, FOUND_READ, place, "%s", g_strerror(errno));
    else if (S_ISLNK(info.st_mode))
        judge_find(root->judge, FOUND_OCFL_E090, place, "%s", "");
    else if (S_ISDIR(info.st_mode))
        walk(root, place, depth);
    else
        judge_find(root->judge, FOUND_OCFL_E072, place, "%s", "");
}

static void walk(Root *root, const char *place, guint depth)
{
    g_autoptr(GPtrArray) names = list_folder(root, place);

    if (names == NULL)
        return;
    if (holds_declaration(names)) {
        judge_object_folder(root, place);
        return;
    }
    if (names->len == 0)
        judge_find(root->judge, FOUND_OCFL_E073, place, "%s", "");
    if (depth >= DEPTH_MAX)
        judge_find(root->judge, FOUND_OCFL_E085, place, "%s", "");
    for (guint i = 0; i < names->len && depth < DEPTH_MAX; i++) {
        g_autofree char *child = g_strconcat(place, "/", g_ptr_array_index(names, i), NULL);

        walk_name(root, child, depth + 1);
    }
}

static gboolean is_folder_at(const Root *root, const char *place)
{
    g_autofree char *full = g_build_filename(root->path, place, NULL);
    struct stat info;

    return lstat(full, &info) == 0 && S_ISDIR(info.st_mode);
}

static gboolean is_link_at(const Root *root, const char *place)
{
    g_autofree char *full = g_build_filename(root->path, place, NULL);

    return g_file_test(full, G_FILE_TEST_IS_SYMLINK);
}

static void judge_extension_folder(Root *root)
{
    g_autoptr(GPtrArray) names = list_folder(root, "extensions");

    for (guint i = 0; names != NULL && i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        g_autofree char *place = g_strconcat("extensions/", name, NULL);

        judge_root_extension(root, name, is_folder_at(root, place));
    }
}

/* Files of the root that are not known are ignored, as the specification wants (E087). */
static void judge_root_folder(Root *root)
{
    g_autoptr(GPtrArray) names = list_folder(root, ".");

    for (guint i = 0; names != NULL && i < names->len; i++)
        if (is_declaration(g_ptr_array_index(names, i)))
            judge_root_declaration(root, g_ptr_array_index(names, i));
    judge_layout(root);
    for (guint i = 0; names != NULL && i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);

        if (strcmp(name, "extensions") == 0)
            judge_extension_folder(root);
        else if (is_folder_at(root, name))
            walk(root, name, 1);
        else if (is_link_at(root, name))
            judge_find(root->judge, FOUND_OCFL_E090, name, "%s", "");
    }
}

/* The object that `path` lies in: the folder of a declaration before it in the order. */
static gboolean lies_in(const GPtrArray *objects, const char *path)
{
    guint low = 0, high = objects->len;

    while (low < high) {
        guint middle = low + (high - low) / 2;
        const char *prefix = g_ptr_array_index(objects, middle);
        int order = strncmp(path, prefix, strlen(prefix));

        if (order == 0)
            return TRUE;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return FALSE;
}

/* A member outside of all objects. */
static void judge_outsider(Root *root, const GPtrArray *objects, const ArchiveMember *member)
{
    const char *path = member->path;
    g_autofree char *prefix = g_strconcat(path, "/", NULL);
    gboolean is_folder = member->kind == ARCHIVE_SUBFOLDER;

    if (g_str_has_prefix(path, "extensions/")) {
        if (strchr(path + strlen("extensions/"), '/') == NULL)
            judge_root_extension(root, path + strlen("extensions/"), is_folder);
        return;
    }
    if (strchr(path, '/') == NULL && !is_folder) {
        if (is_declaration(path))
            judge_root_declaration(root, path);
        return;
    }
    if (!is_folder)
        judge_find(root->judge, FOUND_OCFL_E072, path, "%s", "");
    else if (strcmp(path, "extensions") != 0) {
        /* A folder on the way to an object is a prefix of it; any other holds nothing. */
        for (guint i = 0; i < objects->len; i++)
            if (g_str_has_prefix(g_ptr_array_index(objects, i), prefix))
                return;
        judge_find(root->judge, FOUND_OCFL_E073, path, "%s", "");
    }
}

/* Prefixes "aa/bb/id/" of all objects in byte order. */
static GPtrArray *archive_objects(const Archive *archive, const GArray *order)
{
    GPtrArray *objects = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < order->len; i++) {
        const char *path = archive_member(archive, g_array_index(order, guint, i))->path;
        const char *slash = strrchr(path, '/');

        if (slash != NULL && g_str_has_prefix(slash + 1, OBJECT_STEM) && !lies_in(objects, path))
            g_ptr_array_add(objects, g_strndup(path, (gsize)(slash + 1 - path)));
    }
    return objects;
}

static void judge_root_archive(Root *root)
{
    const Archive *archive = root->judge->archive;
    g_autoptr(GArray) order = judge_order(archive);
    g_autoptr(GPtrArray) objects = archive_objects(archive, order);

    for (guint i = 0; i < order->len; i++) {
        const ArchiveMember *member = archive_member(archive, g_array_index(order, guint, i));
        g_autofree char *as_prefix = g_strconcat(member->path, "/", NULL);

        if (!lies_in(objects, member->path) && !lies_in(objects, as_prefix))
            judge_outsider(root, objects, member);
    }
    judge_layout(root);
    for (guint i = 0; i < objects->len; i++) {
        const char *prefix = g_ptr_array_index(objects, i);
        g_autofree char *place = g_strndup(prefix, strlen(prefix) - 1);
        g_autofree char *id = NULL;
        gint spec;

        ocfl_judge_object(root->judge, prefix, order, &spec, &id);
        judge_place(root, place, spec, id);
    }
}

gboolean ocfl_is_root(const Archive *archive)
{
    for (guint i = 0; i < archive_count(archive); i++)
        if (is_declaration(archive_member(archive, i)->path) ||
            strcmp(archive_member(archive, i)->path, "ocfl_layout.json") == 0)
            return TRUE;
    return FALSE;
}

gboolean ocfl_is_root_folder(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
        if (is_declaration(name) || strcmp(name, "ocfl_layout.json") == 0)
            return TRUE;
    return FALSE;
}

void judge_ocfl_root(Judge *judge, const char *path)
{
    Root root = {.judge = judge, .path = path, .spec = -1};
    VerifySummary *summary = judge->summary;

    summary->kind = VERIFY_OCFL_ROOT;
    if (path != NULL)
        judge_root_folder(&root);
    else
        judge_root_archive(&root);
    if (root.declarations == 0)
        judge_find(judge, FOUND_OCFL_E069, NULL, "%s", "");
    else if (root.declarations > 1)
        judge_find(judge, FOUND_OCFL_E076, NULL, "%s", "");
    if (root.at_top && root.deeper)
        judge_find(judge, FOUND_OCFL_W015, NULL, "%s", "");
    if (root.spec >= 0)
        g_snprintf(summary->version, sizeof summary->version, "1.%d", root.spec);
}
