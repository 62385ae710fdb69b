/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/merkle.h"

#include <nettle/sha2.h>
#include <string.h>

G_STATIC_ASSERT(MERKLE_HASH_BYTES == SHA256_DIGEST_SIZE);

gboolean merkle_hash_equal(const MerkleHash *a, const MerkleHash *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

void merkle_leaf(const void *record, gsize size, MerkleHash *out)
{
    static const guint8 prefix = 0x00;
    struct sha256_ctx context;

    sha256_init(&context);
    sha256_update(&context, 1, &prefix);
    sha256_update(&context, size, record);
    sha256_digest(&context, sizeof out->bytes, out->bytes);
}

void merkle_node(const MerkleHash *left, const MerkleHash *right, MerkleHash *out)
{
    static const guint8 prefix = 0x01;
    struct sha256_ctx context;

    sha256_init(&context);
    sha256_update(&context, 1, &prefix);
    sha256_update(&context, sizeof left->bytes, left->bytes);
    sha256_update(&context, sizeof right->bytes, right->bytes);
    sha256_digest(&context, sizeof out->bytes, out->bytes);
}

static guint count_ones(guint64 bits)
{
    return (guint)__builtin_popcountll(bits);
}

static gboolean is_power_of_two(guint64 n)
{
    return count_ones(n) == 1;
}

/* The largest power of two below n; n ≥ 2. */
static guint64 left_size(guint64 n)
{
    return G_GUINT64_CONSTANT(1) << (63 - __builtin_clzll(n - 1));
}

static void empty_root(MerkleHash *root)
{
    struct sha256_ctx context;

    sha256_init(&context);
    sha256_digest(&context, sizeof root->bytes, root->bytes);
}

void merkle_append(MerkleFrontier *frontier, const MerkleHash *leaf)
{
    guint peaks = count_ones(frontier->size);
    MerkleHash hash = *leaf;

    /* Every trailing one of the size is a complete subtree that finds its right half now. */
    for (guint64 bits = frontier->size; bits & 1; bits >>= 1)
        merkle_node(&frontier->peaks[--peaks], &hash, &hash);
    frontier->peaks[peaks] = hash;
    frontier->size++;
}

void merkle_root(const MerkleFrontier *frontier, MerkleHash *root)
{
    guint peaks = count_ones(frontier->size);

    if (peaks == 0) {
        empty_root(root);
        return;
    }
    *root = frontier->peaks[--peaks];
    while (peaks > 0)
        merkle_node(&frontier->peaks[--peaks], root, root);
}

static gboolean array_hash(void *data, guint level G_GNUC_UNUSED, guint64 index, MerkleHash *out,
                           GError **error G_GNUC_UNUSED)
{
    const MerkleHash *leaves = data;

    *out = leaves[index];
    return TRUE;
}

MerkleSource merkle_source_array(const MerkleHash *leaves)
{
    return (MerkleSource){.hash = array_hash, .data = (void *)leaves};
}

/* The root over leaves first … first + size - 1; first is a multiple of the subtree's width. */
static gboolean subtree_root(const MerkleSource *source, guint64 first, guint64 size,
                             MerkleHash *root, GError **error)
{
    guint level = 63 - (guint)__builtin_clzll(size);
    MerkleHash left, right;
    guint64 k;

    if (is_power_of_two(size) &&
        (level == 0 || (source->stride != 0 && level % source->stride == 0)))
        return source->hash(source->data, level, first >> level, root, error);
    k = left_size(size);
    if (!subtree_root(source, first, k, &left, error) ||
        !subtree_root(source, first + k, size - k, &right, error))
        return FALSE;
    merkle_node(&left, &right, root);
    return TRUE;
}

gboolean merkle_source_root(const MerkleSource *source, guint64 size, MerkleHash *root,
                            GError **error)
{
    if (size > 0)
        return subtree_root(source, 0, size, root, error);
    empty_root(root);
    return TRUE;
}

static gboolean path_to(const MerkleSource *source, guint64 first, guint64 index, guint64 size,
                        MerkleProof *proof, GError **error)
{
    guint64 k;
    gboolean found;

    if (size == 1)
        return TRUE;
    k = left_size(size);
    if (index < k)
        found = path_to(source, first, index, k, proof, error) &&
                subtree_root(source, first + k, size - k, &proof->hashes[proof->count], error);
    else
        found = path_to(source, first + k, index - k, size - k, proof, error) &&
                subtree_root(source, first, k, &proof->hashes[proof->count], error);
    proof->count += found ? 1 : 0;
    return found;
}

gboolean merkle_prove_inclusion(const MerkleSource *source, guint64 index, guint64 size,
                                MerkleProof *proof, GError **error)
{
    proof->count = 0;
    if (index >= size)
        return error_set(error, ERROR_INVALID,
                         "leaf %" G_GUINT64_FORMAT " of a tree of %" G_GUINT64_FORMAT, index, size);
    return path_to(source, 0, index, size, proof, error);
}

/* SUBPROOF of RFC 6962: `whole` while the old tree is a complete subtree known to the reader. */
static gboolean subproof(const MerkleSource *source, const guint64 range[2], guint64 old_size,
                         gboolean whole, MerkleProof *proof, GError **error)
{
    guint64 first = range[0], size = range[1], k;
    gboolean found;

    if (old_size == size) {
        if (whole)
            return TRUE;
        return subtree_root(source, first, size, &proof->hashes[proof->count++], error);
    }
    k = left_size(size);
    if (old_size <= k)
        found = subproof(source, (guint64[2]){first, k}, old_size, whole, proof, error) &&
                subtree_root(source, first + k, size - k, &proof->hashes[proof->count], error);
    else
        found = subproof(source, (guint64[2]){first + k, size - k}, old_size - k, FALSE, proof,
                         error) &&
                subtree_root(source, first, k, &proof->hashes[proof->count], error);
    proof->count += found ? 1 : 0;
    return found;
}

gboolean merkle_prove_consistency(const MerkleSource *source, guint64 old_size, guint64 new_size,
                                  MerkleProof *proof, GError **error)
{
    proof->count = 0;
    if (old_size > new_size)
        return error_set(error, ERROR_INVALID,
                         "tree of %" G_GUINT64_FORMAT " cannot become one of %" G_GUINT64_FORMAT,
                         old_size, new_size);
    if (old_size == 0 || old_size == new_size)
        return TRUE;
    return subproof(source, (guint64[2]){0, new_size}, old_size, TRUE, proof, error);
}

gboolean merkle_verify_inclusion(const MerkleTree *tree, guint64 index, const MerkleHash *leaf,
                                 const MerkleProof *proof, GError **error)
{
    MerkleHash hash = *leaf;
    guint64 last = tree->size - 1;

    if (index >= tree->size)
        return error_set(error, ERROR_PROOF_REFUSED, "the index is not below the tree size");
    for (guint i = 0; i < proof->count; i++) {
        if (last == 0)
            return error_set(error, ERROR_PROOF_REFUSED, "the proof is too long");
        if ((index & 1) || index == last) {
            merkle_node(&proof->hashes[i], &hash, &hash);
            while (!(index & 1) && index != 0) {
                index >>= 1;
                last >>= 1;
            }
        } else {
            merkle_node(&hash, &proof->hashes[i], &hash);
        }
        index >>= 1;
        last >>= 1;
    }
    if (last != 0)
        return error_set(error, ERROR_PROOF_REFUSED, "the proof is too short");
    if (!merkle_hash_equal(&hash, &tree->root))
        return error_set(error, ERROR_PROOF_REFUSED, "the proof leads to another root");
    return TRUE;
}

/* Both trees climb together: one root is rebuilt from the hashes left of the path, the other from
 * all of them (RFC 9162, 2.1.4.2). */
static gboolean climb(const MerkleTree *earlier, const MerkleTree *later, const MerkleProof *proof,
                      GError **error)
{
    guint64 old_index = earlier->size - 1, new_index = later->size - 1;
    MerkleHash old_root, new_root;
    guint next = 0;

    while (old_index & 1) {
        old_index >>= 1;
        new_index >>= 1;
    }
    old_root = old_index == 0 ? earlier->root : proof->hashes[next++];
    new_root = old_root;
    for (; next < proof->count; next++) {
        if (new_index == 0)
            return error_set(error, ERROR_PROOF_REFUSED, "the proof is too long");
        if ((old_index & 1) || old_index == new_index) {
            merkle_node(&proof->hashes[next], &old_root, &old_root);
            merkle_node(&proof->hashes[next], &new_root, &new_root);
            while (!(old_index & 1) && old_index != 0) {
                old_index >>= 1;
                new_index >>= 1;
            }
        } else {
            merkle_node(&new_root, &proof->hashes[next], &new_root);
        }
        old_index >>= 1;
        new_index >>= 1;
    }
    if (new_index != 0)
        return error_set(error, ERROR_PROOF_REFUSED, "the proof is too short");
    if (!merkle_hash_equal(&old_root, &earlier->root))
        return error_set(error, ERROR_PROOF_REFUSED, "the proof leads to another earlier root");
    if (!merkle_hash_equal(&new_root, &later->root))
        return error_set(error, ERROR_PROOF_REFUSED, "the proof leads to another later root");
    return TRUE;
}

static gboolean roots_agree(const MerkleHash *a, const MerkleHash *b, const char *what,
                            GError **error)
{
    return merkle_hash_equal(a, b) || error_set(error, ERROR_PROOF_REFUSED, "%s", what);
}

gboolean merkle_verify_consistency(const MerkleTree *earlier, const MerkleTree *later,
                                   const MerkleProof *proof, GError **error)
{
    MerkleHash empty;

    if (earlier->size > later->size)
        return error_set(error, ERROR_PROOF_REFUSED, "the later tree is smaller");
    if (earlier->size == 0 || earlier->size == later->size) {
        empty_root(&empty);
        if (proof->count != 0)
            return error_set(error, ERROR_PROOF_REFUSED, "the proof is too long");
        if (earlier->size == 0)
            return roots_agree(&earlier->root, &empty, "the empty tree has another root", error);
        return roots_agree(&earlier->root, &later->root, "same size, but another root", error);
    }
    if (proof->count == 0)
        return error_set(error, ERROR_PROOF_REFUSED, "the proof is too short");
    return climb(earlier, later, proof, error);
}
