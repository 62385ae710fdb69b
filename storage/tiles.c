/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/tiles.h"

#include "appliance/base/file.h"
#include "storage/pack.h"

#include <string.h>

#define BUNDLE_BYTES_MAX ((gsize)TILE_WIDTH * (2 + TILE_ENTRY_MAX))

/* Hashes of one level that do not fill a tile yet. */
typedef struct {
    guint64 tiles; /* full ones before */
    guint count;
    MerkleHash hashes[TILE_WIDTH];
} Level;

/* The tree while records come in; `emit` is called for each tile, full or, at the end, partial. */
typedef struct Builder {
    Level levels[TILE_LEVELS + 1];
    MerkleFrontier frontier;
    gboolean (*emit)(struct Builder *builder, guint level, GError **error);
    void *data;
} Builder;

char *tile_index_path(guint64 index)
{
    GString *path = g_string_new(NULL);

    g_string_printf(path, "%03u", (guint)(index % 1000));
    for (index /= 1000; index > 0; index /= 1000) {
        g_autofree char *group = g_strdup_printf("x%03u/", (guint)(index % 1000));

        g_string_prepend(path, group);
    }
    return g_string_free(path, FALSE);
}

/* "tile/<level or entries>/<n>[.p/<width>]" */
static char *tile_path(const char *level, guint64 index, guint width)
{
    g_autofree char *place = tile_index_path(index);

    if (width == TILE_WIDTH)
        return g_strdup_printf("tile/%s/%s", level, place);
    return g_strdup_printf("tile/%s/%s.p/%u", level, place, width);
}

static char *level_path(guint level, guint64 index, guint width)
{
    char name[8];

    g_snprintf(name, sizeof name, "%u", level);
    return tile_path(name, index, width);
}

/* A hash for one level; a full tile is emitted and its root goes one level up. */
static gboolean builder_add(Builder *builder, guint level, const MerkleHash *hash, GError **error)
{
    Level *at = &builder->levels[level];
    MerkleSource source = merkle_source_array(at->hashes);
    MerkleHash root;

    at->hashes[at->count++] = *hash;
    if (at->count < TILE_WIDTH)
        return TRUE;
    if (!builder->emit(builder, level, error) ||
        !merkle_source_root(&source, TILE_WIDTH, &root, error))
        return FALSE;
    at->count = 0;
    at->tiles++;
    return builder_add(builder, level + 1, &root, error);
}

static gboolean builder_finish(Builder *builder, GError **error)
{
    for (guint level = 0; level <= TILE_LEVELS; level++)
        if (builder->levels[level].count > 0 && !builder->emit(builder, level, error))
            return FALSE;
    return TRUE;
}

static gboolean builder_leaf(Builder *builder, const void *record, gsize size, GError **error)
{
    MerkleHash leaf;

    merkle_leaf(record, size, &leaf);
    merkle_append(&builder->frontier, &leaf);
    return builder_add(builder, 0, &leaf, error);
}

static gboolean emit_to_pack(Builder *builder, guint level, GError **error)
{
    const Level *at = &builder->levels[level];
    g_autofree char *path = level_path(level, at->tiles, at->count);

    return pack_put(builder->data, path, at->hashes, at->count * sizeof at->hashes[0], error);
}

static gboolean add_record(GByteArray *bundle, GBytes *record, guint64 index, GError **error)
{
    gsize size = g_bytes_get_size(record);
    guint8 length[2] = {(guint8)(size >> 8), (guint8)size};

    if (size > TILE_ENTRY_MAX)
        return error_set(error, ERROR_RECORD_TOO_LARGE, "record %" G_GUINT64_FORMAT, index);
    g_byte_array_append(bundle, length, sizeof length);
    if (size > 0)
        g_byte_array_append(bundle, g_bytes_get_data(record, NULL), (guint)size);
    return TRUE;
}

static gboolean write_records(const TilesOptions *options, Builder *builder, Pack *pack,
                              GError **error)
{
    g_autoptr(GByteArray) bundle = g_byte_array_new();

    for (guint64 i = 0; i < options->size; i++) {
        g_autoptr(GBytes) record = options->entry(i, options->data, error);
        gboolean last = i + 1 == options->size || (i + 1) % TILE_WIDTH == 0;

        if (record == NULL || !add_record(bundle, record, i, error) ||
            !builder_leaf(builder, g_bytes_get_data(record, NULL), g_bytes_get_size(record), error))
            return FALSE;
        if (last) {
            g_autofree char *path =
                tile_path("entries", i / TILE_WIDTH, (guint)(i % TILE_WIDTH) + 1);

            if (!pack_put(pack, path, bundle->data, bundle->len, error))
                return FALSE;
            g_byte_array_set_size(bundle, 0);
        }
    }
    return builder_finish(builder, error);
}

static gboolean leads_to(const Builder *builder, const MerkleTree *tree)
{
    MerkleHash root;

    merkle_root(&builder->frontier, &root);
    return builder->frontier.size == tree->size && merkle_hash_equal(&root, &tree->root);
}

gboolean tiles_write(const TilesOptions *options, GError **error)
{
    PackOptions pack_options = {.form = ARCHIVE_FOLDER, .path = options->folder};
    g_autofree Builder *builder = g_new0(Builder, 1);
    g_auto(Checkpoint) checkpoint = {0};
    g_autoptr(Pack) pack = NULL;
    gsize text_size;

    if (!note_split(options->note, strlen(options->note), &text_size, error) ||
        !checkpoint_parse(options->note, text_size, &checkpoint, error))
        return FALSE;
    pack = pack_new(&pack_options, error);
    builder->emit = emit_to_pack;
    builder->data = pack;
    if (pack == NULL || !write_records(options, builder, pack, error))
        return FALSE;
    if (!leads_to(builder, &checkpoint.tree))
        return error_set(error, ERROR_INVALID, "the records do not lead to the checkpoint");
    return pack_put(pack, "checkpoint", options->note, strlen(options->note), error) &&
           pack_commit(pack, NULL, error);
}

/* The file of a tile; a full one stands in for a partial one that was removed. */
static GBytes *read_tile(const char *folder, const char *partial, const char *full, gsize max,
                         GError **error)
{
    g_autofree char *first = g_build_filename(folder, partial, NULL);
    g_autofree char *second = g_build_filename(folder, full, NULL);
    g_autoptr(GError) failed = NULL;
    GBytes *bytes = file_read(first, max, &failed);

    if (bytes == NULL && g_error_matches(failed, ANJUAN_ERROR, ERROR_NO_FILE)) {
        g_clear_error(&failed);
        bytes = file_read(second, max, &failed);
    }
    if (bytes == NULL)
        error_set(error, ERROR_PROOF_REFUSED, "%s", failed->message);
    return bytes;
}

/* Compare one tile on the medium with what the records lead to. */
static gboolean emit_compared(Builder *builder, guint level, GError **error)
{
    const char *folder = builder->data;
    const Level *at = &builder->levels[level];
    g_autofree char *partial = level_path(level, at->tiles, at->count);
    g_autofree char *full = level_path(level, at->tiles, TILE_WIDTH);
    g_autoptr(GBytes) bytes =
        read_tile(folder, partial, full, TILE_WIDTH * MERKLE_HASH_BYTES, error);
    gsize wanted = at->count * sizeof at->hashes[0];

    if (bytes == NULL)
        return FALSE;
    if ((g_bytes_get_size(bytes) != wanted &&
         g_bytes_get_size(bytes) != TILE_WIDTH * sizeof at->hashes[0]) ||
        memcmp(g_bytes_get_data(bytes, NULL), at->hashes, wanted) != 0)
        return error_set(error, ERROR_PROOF_REFUSED, "%s: not the hashes of the records", partial);
    return TRUE;
}

static gboolean read_records(Builder *builder, GBytes *bundle, guint width, const char *path,
                             GError **error)
{
    gsize size;
    const guint8 *at = g_bytes_get_data(bundle, &size);

    for (guint i = 0; i < width; i++) {
        gsize length = size >= 2 ? (gsize)at[0] << 8 | at[1] : 0;

        if (size < 2 || length > size - 2)
            return error_set(error, ERROR_PROOF_REFUSED, "%s: cut", path);
        if (!builder_leaf(builder, at + 2, length, error))
            return FALSE;
        at += 2 + length;
        size -= 2 + length;
    }
    return TRUE;
}

static gboolean verify_records(const char *folder, guint64 size, Builder *builder, GError **error)
{
    for (guint64 first = 0; first < size; first += TILE_WIDTH) {
        guint width = (guint)MIN(size - first, TILE_WIDTH);
        g_autofree char *partial = tile_path("entries", first / TILE_WIDTH, width);
        g_autofree char *full = tile_path("entries", first / TILE_WIDTH, TILE_WIDTH);
        g_autoptr(GBytes) bundle = read_tile(folder, partial, full, BUNDLE_BYTES_MAX, error);

        if (bundle == NULL || !read_records(builder, bundle, width, partial, error))
            return FALSE;
    }
    return builder_finish(builder, error);
}

gboolean tiles_verify(const char *folder, const NoteKey *key, Checkpoint *checkpoint,
                      GError **error)
{
    g_autofree char *path = g_build_filename(folder, "checkpoint", NULL);
    g_autoptr(GBytes) note = file_read(path, NOTE_BYTES_MAX, error);
    g_autofree Builder *builder = g_new0(Builder, 1);

    if (note == NULL || !checkpoint_verify(g_bytes_get_data(note, NULL), g_bytes_get_size(note),
                                           key, checkpoint, error))
        return FALSE;
    builder->emit = emit_compared;
    builder->data = (char *)folder;
    if (!verify_records(folder, checkpoint->tree.size, builder, error))
        return FALSE;
    return leads_to(builder, &checkpoint->tree) ||
           error_set(error, ERROR_PROOF_REFUSED, "the records lead to another root");
}
