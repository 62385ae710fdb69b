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

/* The 256 hashes of a level that stand under hash `index` of the level above it. */
static gboolean read_run(Db *db, guint level, guint64 index, MerkleHash hashes[WIDTH],
                         GError **error)
{
    gint64 first = (gint64)(index * WIDTH);
    g_autoptr(json_t) rows =
        level == 0
            ? db_rows(db, error, "SELECT hash FROM leaf WHERE seq >= ? AND seq < ? ORDER BY seq",
                      "ii", first, first + WIDTH)
            : db_rows(db, error,
                      "SELECT hash FROM node WHERE level = ? AND idx >= ? AND idx < ?"
                      " ORDER BY idx",
                      "iii", (gint64)level, first, first + WIDTH);
    gsize i;
    json_t *row;

    if (rows == NULL)
        return FALSE;
    json_array_foreach(rows, i, row)
    {
        if (!hex_decode(json_text(row, "hash"), hashes[i].bytes, sizeof hashes[i].bytes))
            break;
    }
    return (i == WIDTH && json_array_size(rows) == WIDTH) ||
           error_set(error, ERROR_CATALOGUE, "no hash at level %u, behind index %d", level,
                     (int)first);
}

/* The root over 256 hashes of the level below. */
static gboolean fold(Db *db, guint level, guint64 index, MerkleHash *out, GError **error)
{
    MerkleHash hashes[WIDTH];

    if (!read_run(db, level - STRIDE, index, hashes, error))
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
