/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/ocfl_stage.h"

#include "appliance/base/clock.h"
#include "appliance/base/text.h"
#include "storage/bag.h"
#include "storage/ocfl_pair.h"

#include <stdlib.h>
#include <string.h>

#define OBJECT_NAME     "0=ocfl_object_1.1"
#define OBJECT_TEXT     "ocfl_object_1.1\n"
#define INVENTORY_TYPE  "https://ocfl.io/1.1/spec/#inventory"
#define STAGED_TOGETHER 64 /* files made durable in one go */
#define CONTENT         "content"

/*
 *   new ──▶ OPEN ──finish──▶ FINISHED ──commit──▶ DONE
 *             │                  │  ▲
 *             └────discard───────┘  └── ocfl_stage_open after a crash
 */
typedef enum {
    STAGE_OPEN,
    STAGE_FINISHED,
    STAGE_DONE,
} StageState;

struct OcflStage {
    const OcflRoot *root;
    StageState state;
    char *path;              /* folder of the stage */
    char *id, *version;      /* "v2" */
    json_t *inventory;       /* of the new version */
    GHashTable *state_files; /* logical path -> sha512 hex */
    GHashTable *put;         /* logical paths put into this version */
    GHashTable *folders;     /* made in the stage, to be synced */
    FileBatch *batch;
    guint in_batch;
};

static gboolean is_folder(const char *path)
{
    return g_file_test(path, G_FILE_TEST_IS_DIR);
}

static json_t *version_block(const OcflVersion *version)
{
    g_autofree char *created = clock_format(version->created_us);

    return json_pack("{s:s, s:s, s:{s:s, s:s}, s:{}}", "created", created, "message",
                     version->message, "user", "name", version->user_name, "address",
                     version->user_address, "state");
}

static json_t *first_inventory(const char *id)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:{}, s:{s:{}}, s:{}}", "id", id, "type", INVENTORY_TYPE,
                     "digestAlgorithm", OCFL_ALGORITHM, "head", "v0", "manifest", "fixity",
                     "sha256", "versions");
}

/* Raise the head by one and add its block. */
static void raise_head(OcflStage *stage, const OcflVersion *version)
{
    guint number = (guint)strtoul(json_text(stage->inventory, "head") + 1, NULL, 10) + 1;

    stage->version = g_strdup_printf("v%u", number);
    json_object_set_new(stage->inventory, "head", json_string(stage->version));
    json_object_set_new(json_object_get(stage->inventory, "versions"), stage->version,
                        version_block(version));
}

static OcflStage *stage_alloc(const OcflRoot *root, const char *name)
{
    OcflStage *stage = g_new0(OcflStage, 1);

    stage->root = root;
    stage->path = g_build_filename(ocfl_root_staging(root), name, NULL);
    stage->put = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    stage->folders = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    stage->batch = file_batch_new();
    return stage;
}

static char *stage_folder(const OcflStage *stage, const char *below)
{
    return g_build_filename(stage->path, below, NULL);
}

/* One folder and those above it, remembered so that finish can sync them. */
static gboolean make_folder(OcflStage *stage, const char *path, GError **error)
{
    if (g_hash_table_contains(stage->folders, path))
        return TRUE;
    if (!file_make_folder(path, OCFL_FOLDER_MODE, error))
        return FALSE;
    g_hash_table_add(stage->folders, g_strdup(path));
    return TRUE;
}

OcflStage *ocfl_stage_new(const OcflRoot *root, const OcflVersion *version, GError **error)
{
    g_autofree char *place = ocfl_object_place(version->id);
    g_autofree char *name = g_path_get_basename(place);
    g_autoptr(OcflStage) stage = stage_alloc(root, name);
    g_autofree char *folder = NULL;

    if (is_folder(stage->path)) {
        error_set(error, ERROR_BUSY, "%s has a stage already", version->id);
        return NULL;
    }
    if (ocfl_object_exists(root, version->id))
        stage->inventory = ocfl_inventory_read(root, version->id, error);
    else
        stage->inventory = first_inventory(version->id);
    if (stage->inventory == NULL)
        return NULL;
    stage->id = g_strdup(version->id);
    stage->state_files = strcmp(json_text(stage->inventory, "head"), "v0") == 0
                             ? g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free)
                             : ocfl_inventory_state(stage->inventory);
    raise_head(stage, version);
    folder = stage_folder(stage, stage->version);
    return make_folder(stage, folder, error) ? g_steal_pointer(&stage) : NULL;
}

void ocfl_stage_free(OcflStage *stage)
{
    file_batch_free(stage->batch);
    g_hash_table_unref(stage->folders);
    g_hash_table_unref(stage->put);
    if (stage->state_files != NULL)
        g_hash_table_unref(stage->state_files);
    json_decref(stage->inventory);
    g_free(stage->version);
    g_free(stage->id);
    g_free(stage->path);
    g_free(stage);
}

/* Append `path` to the list under `digest`. */
static void list_path(json_t *block, const char *digest, const char *path)
{
    json_t *paths = json_object_get(block, digest);

    if (paths == NULL) {
        paths = json_array();
        json_object_set_new(block, digest, paths);
    }
    json_array_append_new(paths, json_string(path));
}

/* No file may stand where another path has a folder (E095). */
static gboolean conflicts(OcflStage *stage, const char *logical)
{
    g_autofree char *parent = g_strdup(logical);
    g_autofree char *as_folder = g_strconcat(logical, "/", NULL);
    GHashTableIter iter;
    gpointer other;
    char *slash;

    while ((slash = strrchr(parent, '/')) != NULL) {
        *slash = '\0';
        if (g_hash_table_contains(stage->state_files, parent))
            return TRUE;
    }
    g_hash_table_iter_init(&iter, stage->state_files);
    while (g_hash_table_iter_next(&iter, &other, NULL))
        if (g_str_has_prefix(other, as_folder))
            return TRUE;
    return FALSE;
}

static gboolean check_name(OcflStage *stage, const char *logical, GError **error)
{
    const char *fault = bag_path_fault(logical);

    g_return_val_if_fail(stage->state == STAGE_OPEN, FALSE);
    if (fault == NULL && conflicts(stage, logical))
        fault = "a file and a folder of one name";
    /* A second one would leave the first bytes without a name. */
    if (fault == NULL && g_hash_table_contains(stage->put, logical))
        fault = "put twice into one version";
    if (fault != NULL)
        return error_set(error, ERROR_INVALID, "%s: %s", logical, fault);
    g_hash_table_add(stage->put, g_strdup(logical));
    return TRUE;
}

/* Show the content under its logical name. *content is the place for its bytes in the object, or
 * NULL when it holds them already. */
static void enter(OcflStage *stage, const char *logical, const Digests *digests, char **content)
{
    g_autofree char *sha512 = hex_encode(digests->sha512, sizeof digests->sha512);
    g_autofree char *sha256 = hex_encode(digests->sha256, sizeof digests->sha256);
    json_t *manifest = json_object_get(stage->inventory, "manifest");
    json_t *fixity = json_object_get(json_object_get(stage->inventory, "fixity"), "sha256");

    *content = NULL;
    if (json_object_get(manifest, sha512) == NULL) {
        *content = g_strdup_printf("%s/" CONTENT "/%s", stage->version, logical);
        list_path(manifest, sha512, *content);
        list_path(fixity, sha256, *content);
    }
    g_hash_table_insert(stage->state_files, g_strdup(logical), g_steal_pointer(&sha512));
}

static gboolean make_parent(OcflStage *stage, const char *full, GError **error)
{
    g_autofree char *parent = g_path_get_dirname(full);
    g_autofree char *version = stage_folder(stage, stage->version);

    /* Folders between are made and synced by file_make_folder; here only their names are kept. */
    if (!make_folder(stage, parent, error))
        return FALSE;
    for (char *slash; strlen(parent) > strlen(version); *slash = '\0') {
        g_hash_table_add(stage->folders, g_strdup(parent));
        slash = strrchr(parent, '/');
    }
    return TRUE;
}

static gboolean commit_batch(OcflStage *stage, GError **error)
{
    if (!file_batch_commit(stage->batch, error))
        return FALSE;
    file_batch_free(stage->batch);
    stage->batch = file_batch_new();
    stage->in_batch = 0;
    return TRUE;
}

gboolean ocfl_stage_put(OcflStage *stage, const char *logical, GBytes *bytes, GError **error)
{
    DigestPass pass;
    Digests digests;
    g_autofree char *content = NULL;
    g_autofree char *full = NULL;
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);

    if (!check_name(stage, logical, error))
        return FALSE;
    if (stage->in_batch >= STAGED_TOGETHER && !commit_batch(stage, error))
        return FALSE;
    digest_init(&pass);
    digest_update(&pass, data, size);
    digest_finish(&pass, &digests);
    enter(stage, logical, &digests, &content);
    if (content == NULL)
        return TRUE;
    stage->in_batch++;
    full = stage_folder(stage, content);
    return make_parent(stage, full, error) &&
           file_batch_put(stage->batch, full, OCFL_FILE_MODE, data, size, error);
}

gboolean ocfl_stage_link(OcflStage *stage, const char *logical, const char *source,
                         const Digests *digests, GError **error)
{
    g_autofree char *content = NULL;
    g_autofree char *full = NULL;

    if (!check_name(stage, logical, error))
        return FALSE;
    enter(stage, logical, digests, &content);
    if (content == NULL)
        return TRUE;
    full = stage_folder(stage, content);
    return make_parent(stage, full, error) && file_link(source, full, error);
}

gboolean ocfl_stage_remove(OcflStage *stage, const char *logical, GError **error)
{
    g_return_val_if_fail(stage->state == STAGE_OPEN, FALSE);
    return g_hash_table_remove(stage->state_files, logical) ||
           error_set(error, ERROR_INVALID, "%s: no such file", logical);
}

/* The state block of the new version: digest -> logical paths, in byte order. */
static void set_state(OcflStage *stage)
{
    g_autoptr(GList) paths =
        g_list_sort(g_hash_table_get_keys(stage->state_files), (GCompareFunc)strcmp);
    json_t *version =
        json_object_get(json_object_get(stage->inventory, "versions"), stage->version);
    json_t *state = json_object();

    for (GList *item = paths; item != NULL; item = item->next)
        list_path(state, g_hash_table_lookup(stage->state_files, item->data), item->data);
    json_object_set_new(version, "state", state);
}

/* Inventory and side-car into a folder of the stage. */
static gboolean put_pair(OcflStage *stage, const char *folder, const char *text,
                         const char *sidecar, GError **error)
{
    g_autofree char *path = g_build_filename(folder, OCFL_INVENTORY, NULL);
    g_autofree char *beside = g_build_filename(folder, OCFL_SIDECAR, NULL);

    return file_batch_put(stage->batch, path, OCFL_FILE_MODE, text, strlen(text), error) &&
           file_batch_put(stage->batch, beside, OCFL_FILE_MODE, sidecar, strlen(sidecar), error);
}

static gboolean sync_folders(OcflStage *stage, GError **error)
{
    GHashTableIter iter;
    gpointer path;

    g_hash_table_iter_init(&iter, stage->folders);
    while (g_hash_table_iter_next(&iter, &path, NULL))
        if (!file_sync_folder(path, error))
            return FALSE;
    return file_sync_folder(stage->path, error);
}

/* A manifest entry that no version shows must not stand (E107): put and removed in one version. */
static gboolean all_is_shown(const OcflStage *stage, GError **error)
{
    json_t *manifest = json_object_get(stage->inventory, "manifest"), *versions, *version, *paths;
    const char *digest, *name;

    versions = json_object_get(stage->inventory, "versions");
    json_object_foreach(manifest, digest, paths)
    {
        gboolean shown = FALSE;

        json_object_foreach(versions, name, version) shown =
            shown || json_object_get(json_object_get(version, "state"), digest) != NULL;
        if (!shown)
            return error_set(error, ERROR_INVALID, "%s: put and removed in one version",
                             json_string_value(json_array_get(paths, 0)));
    }
    return TRUE;
}

gboolean ocfl_stage_finish(OcflStage *stage, guint8 digest[SHA512_DIGEST_SIZE], GError **error)
{
    g_autofree char *folder = stage_folder(stage, stage->version);
    g_autofree char *declaration = stage_folder(stage, OBJECT_NAME);
    g_autofree char *text = NULL;
    g_autofree char *sidecar = NULL;
    char *dumped;

    set_state(stage);
    if (!all_is_shown(stage, error))
        return FALSE;
    dumped = json_dumps(stage->inventory, JSON_COMPACT | JSON_SORT_KEYS);
    text = g_strconcat(dumped, "\n", NULL);
    free(dumped);
    sidecar = ocfl_pair_sidecar(text, strlen(text), digest);
    if (!commit_batch(stage, error) || !put_pair(stage, folder, text, sidecar, error) ||
        (strcmp(stage->version, "v1") == 0 &&
         !file_batch_put(stage->batch, declaration, OCFL_FILE_MODE, OBJECT_TEXT,
                         strlen(OBJECT_TEXT), error)) ||
        !commit_batch(stage, error) || !sync_folders(stage, error))
        return FALSE;
    /* The pair at the top comes last: where it stands, the stage is whole. */
    if (!put_pair(stage, stage->path, text, sidecar, error) || !commit_batch(stage, error))
        return FALSE;
    stage->state = STAGE_FINISHED;
    return TRUE;
}

/* The version folder, unless an earlier commit moved it already. */
static gboolean move_version(const OcflStage *stage, const char *object, GError **error)
{
    g_autofree char *from = g_build_filename(stage->path, stage->version, NULL);
    g_autofree char *to = g_build_filename(object, stage->version, NULL);

    return !is_folder(from) || file_rename(from, to, error);
}

static gboolean commit_first(OcflStage *stage, const char *object, GError **error)
{
    g_autofree char *parent = g_path_get_dirname(object);

    if (is_folder(stage->path) && (!file_make_folder(parent, OCFL_FOLDER_MODE, error) ||
                                   !file_rename(stage->path, object, error)))
        return FALSE;
    return file_sync_folder(parent, error) &&
           file_sync_folder(ocfl_root_staging(stage->root), error);
}

/* The stage keeps its pair until the object is whole: an interrupted commit goes on from it. */
static gboolean commit_later(OcflStage *stage, const char *object, GError **error)
{
    return move_version(stage, object, error) && file_sync_folder(object, error) &&
           ocfl_pair_copy(stage->path, object, error) && file_remove_tree(stage->path, error) &&
           file_sync_folder(ocfl_root_staging(stage->root), error);
}

gboolean ocfl_stage_commit(OcflStage *stage, GError **error)
{
    g_autofree char *object = ocfl_object_path(stage->root, stage->id);
    gboolean done;

    g_return_val_if_fail(stage->state != STAGE_OPEN, FALSE);
    done = strcmp(stage->version, "v1") == 0 ? commit_first(stage, object, error)
                                             : commit_later(stage, object, error);
    if (done)
        stage->state = STAGE_DONE;
    return done;
}

gboolean ocfl_stage_discard(OcflStage *stage, GError **error)
{
    g_return_val_if_fail(stage->state != STAGE_DONE, FALSE);
    return file_remove_tree(stage->path, error) &&
           file_sync_folder(ocfl_root_staging(stage->root), error);
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

GPtrArray *ocfl_stage_list(const OcflRoot *root, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(ocfl_root_staging(root), 0, error);
    const char *name;

    if (dir == NULL)
        return NULL;
    while ((name = g_dir_read_name(dir)) != NULL)
        g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, compare_names);
    return g_steal_pointer(&names);
}

OcflStage *ocfl_stage_open(const OcflRoot *root, const char *name,
                           guint8 digest[SHA512_DIGEST_SIZE], GError **error)
{
    g_autoptr(OcflStage) stage = stage_alloc(root, name);

    if (!is_folder(stage->path)) {
        error_set(error, ERROR_NO_FILE, "%s", stage->path);
        return NULL;
    }
    stage->inventory = ocfl_pair_inventory(stage->path, digest, NULL);
    if (stage->inventory == NULL)
        memset(digest, 0, SHA512_DIGEST_SIZE);
    stage->id = g_strdup(stage->inventory != NULL ? json_text(stage->inventory, "id") : "");
    stage->version = g_strdup(stage->inventory != NULL ? json_text(stage->inventory, "head") : "");
    stage->state = stage->inventory != NULL ? STAGE_FINISHED : STAGE_OPEN;
    return g_steal_pointer(&stage);
}

const char *ocfl_stage_id(const OcflStage *stage)
{
    return stage->id;
}
