/* SPDX-License-Identifier: Apache-2.0
 *
 * The Merkle tree of RFC 6962 (RFC 9162 hashes the same way), SHA-256.
 *
 * Leaf = H(0x00 || record), node = H(0x01 || left || right), the left side holds the largest power
 * of two below n leaves, the empty tree has the root H(""). A tree of n leaves is known by its
 * frontier alone: the roots of its complete subtrees, at most 64 of them. Proofs need the hashes
 * below; they are asked from a MerkleSource, so that they may lie in a table, a file or tiles.
 */
#pragma once

#include "appliance/base/error.h"

#include <glib.h>

#define MERKLE_HASH_BYTES 32
#define MERKLE_LEVELS_MAX 64
#define MERKLE_PROOF_MAX  64 /* hashes of the longest proof: one a level, and the old subtree */

typedef struct {
    guint8 bytes[MERKLE_HASH_BYTES];
} MerkleHash;

/* Whether all bytes are the same. Roots are public: it need not take constant time. */
gboolean merkle_hash_equal(const MerkleHash *a, const MerkleHash *b);

/* Hash of one record (leaf) and of two hashes (node). */
void merkle_leaf(const void *record, gsize size, MerkleHash *out);
void merkle_node(const MerkleHash *left, const MerkleHash *right, MerkleHash *out);

/* What must be kept of a tree to append to it. A plain value; {0} is the empty tree. */
typedef struct {
    guint64 size;                        /* leaves so far */
    MerkleHash peaks[MERKLE_LEVELS_MAX]; /* complete subtrees, largest first: one a bit of size */
} MerkleFrontier;

/* The tree with one leaf more. */
void merkle_append(MerkleFrontier *frontier, const MerkleHash *leaf);
/* The root of what was appended so far; of nothing, SHA-256 of nothing. */
void merkle_root(const MerkleFrontier *frontier, MerkleHash *root);

/* Where hashes come from. `hash` gives the root of the complete subtree of 2^level leaves that
 * begins at leaf index << level; it is asked for levels that are multiples of `stride` alone
 * (stride 0: for leaves only; 8: tiles). */
typedef struct {
    gboolean (*hash)(void *data, guint level, guint64 index, MerkleHash *out, GError **error);
    void *data;
    guint stride;
} MerkleSource;

/* A source over an array of leaf hashes, which must outlive it. */
MerkleSource merkle_source_array(const MerkleHash *leaves);

/* Root of the first `size` leaves. */
gboolean merkle_source_root(const MerkleSource *source, guint64 size, MerkleHash *root,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A proof: `count` hashes, from the leaf's sibling up. A plain value. */
typedef struct {
    guint count;
    MerkleHash hashes[MERKLE_PROOF_MAX];
} MerkleProof;

/* That leaf `index` stands in the tree of `size` leaves (RFC 6962, 2.1.1); index < size. */
gboolean merkle_prove_inclusion(const MerkleSource *source, guint64 index, guint64 size,
                                MerkleProof *proof, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* That the tree of `new_size` extends the one of `old_size` (2.1.2); empty for 0 and for equal. */
gboolean merkle_prove_consistency(const MerkleSource *source, guint64 old_size, guint64 new_size,
                                  MerkleProof *proof, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A place in a tree of `size` leaves whose root is known from elsewhere. */
typedef struct {
    guint64 size;
    MerkleHash root;
} MerkleTree;

/* ERROR_PROOF_REFUSED with the reason unless the proof leads from the leaf to the root. */
gboolean merkle_verify_inclusion(const MerkleTree *tree, guint64 index, const MerkleHash *leaf,
                                 const MerkleProof *proof,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ERROR_PROOF_REFUSED with the reason unless `later` extends `earlier`. */
gboolean merkle_verify_consistency(const MerkleTree *earlier, const MerkleTree *later,
                                   const MerkleProof *proof,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
