/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/tree.h"

#include "appliance/base/text.h"

#define STRIDE 8
#define WIDTH  256

static gboolean read_hash(Db *db, const char *sql, const char *types, gint64 a, gint64 b,
                          MerkleHash *out, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autoptr(json_t) row = db_row(db, &why, sql, types, a, b);

    if (row != NULL && hex_decode(json_text(row, "hash"), out->bytes, sizeof out->bytes))
        return TRUE;
    if (why != NULL)
        g_propagate_error(error, g_steal_pointer(&why));
    else
        error_set(error, ERROR_CATALOGUE, "no hash at level %d, index %d", (int)b, (int)a);
    return FALSE;
}

static gboolean source_hash(void *data, guint level, guint64 index, MerkleHash *out, GError **error)
{
    Db *db = data;

    if (level == 0)
        return read_hash(db, "SELECT hash FROM leaf WHERE seq = ?", "i", (gint64)index, 0, out,
                         error);
    return read_hash(db, "SELECT hash FROM node WHERE idx = ? AND level = ?", "ii", (gint64)index,
                     (gint64)level, out, error);
}

MerkleSource tree_source(Db *db)
{
    return (MerkleSource){.hash = source_hash, .data = db, .stride = STRIDE};
}

/* The root over 256 hashes of the level below. */
static gboolean fold(Db *db, guint level, guint64 index, MerkleHash *out, GError **error)
{
    MerkleHash hashes[WIDTH];

    for (guint i = 0; i < WIDTH; i++)
        if (!source_hash(db, level - STRIDE, index * WIDTH + i, &hashes[i], error))
            return FALSE;
    for (guint n = WIDTH; n > 1; n /= 2)
        for (guint i = 0; i < n / 2; i++)
            merkle_node(&hashes[2 * i], &hashes[2 * i + 1], &hashes[i]);
    *out = hashes[0];
    return TRUE;
}

gboolean tree_keep(Db *db, gint64 seq, GError **error)
{
    guint64 size = (guint64)seq + 1;

    for (guint level = STRIDE; level < MERKLE_LEVELS_MAX && size % WIDTH == 0; level += STRIDE) {
        MerkleHash hash;

        size /= WIDTH;
        if (!fold(db, level, size - 1, &hash, error) ||
            !db_run(db, error, "INSERT INTO node (level, idx, hash) VALUES (?, ?, ?)", "iib",
                    (gint64)level, (gint64)(size - 1), hash.bytes, (int)sizeof hash.bytes))
            return FALSE;
    }
    return TRUE;
}
