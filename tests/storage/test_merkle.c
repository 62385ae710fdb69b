/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/testing.h"

#include "appliance/base/text.h"
#include "storage/merkle.h"

#include <string.h>

/* The eight records and nine roots that implementations of RFC 6962 have in common. */
static const struct {
    const char *bytes;
    gsize size;
    const char *root; /* of the tree that ends with it */
} vectors[] = {
    {"", 0, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
    {"\x00", 1, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
    {"\x10", 1, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
    {"\x20\x21", 2, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
    {"\x30\x31", 2, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
    {"\x40\x41\x42\x43", 4, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
    {"\x50\x51\x52\x53\x54\x55\x56\x57", 8,
     "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
    {"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16,
     "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
};

#define LEAVES 70

static MerkleHash leaves[800];
static MerkleHash roots[LEAVES + 1];

static void make_leaves(void)
{
    MerkleFrontier frontier = {0};

    for (guint i = 0; i < G_N_ELEMENTS(leaves); i++)
        merkle_leaf(&i, sizeof i, &leaves[i]);
    for (guint i = 0; i < LEAVES; i++) {
        merkle_root(&frontier, &roots[i]);
        merkle_append(&frontier, &leaves[i]);
    }
    merkle_root(&frontier, &roots[LEAVES]);
}

static void the_known_roots_come_out(void **state G_GNUC_UNUSED)
{
    MerkleFrontier frontier = {0};
    MerkleHash root;
    g_autofree char *empty = NULL;

    merkle_root(&frontier, &root);
    empty = hex_encode(root.bytes, sizeof root.bytes);
    assert_string_equal(empty, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (gsize i = 0; i < G_N_ELEMENTS(vectors); i++) {
        MerkleHash leaf;
        g_autofree char *hex = NULL;

        merkle_leaf(vectors[i].bytes, vectors[i].size, &leaf);
        merkle_append(&frontier, &leaf);
        merkle_root(&frontier, &root);
        hex = hex_encode(root.bytes, sizeof root.bytes);
        assert_string_equal(hex, vectors[i].root);
    }
}

static void the_source_gives_the_root_of_the_frontier(void **state G_GNUC_UNUSED)
{
    MerkleSource source = merkle_source_array(leaves);
    MerkleHash root;

    for (guint n = 0; n <= LEAVES; n++) {
        assert_true(merkle_source_root(&source, n, &root, NULL));
        assert_true(merkle_hash_equal(&root, &roots[n]));
    }
}

static void every_inclusion_proof_holds_and_no_other_leaf(void **state G_GNUC_UNUSED)
{
    MerkleSource source = merkle_source_array(leaves);
    MerkleProof proof;

    for (guint n = 1; n <= LEAVES; n++) {
        MerkleTree tree = {n, roots[n]};

        for (guint i = 0; i < n; i++) {
            assert_true(merkle_prove_inclusion(&source, i, n, &proof, NULL));
            assert_true(merkle_verify_inclusion(&tree, i, &leaves[i], &proof, NULL));
            assert_false(merkle_verify_inclusion(&tree, i, &leaves[n], &proof, NULL));
            assert_false(merkle_verify_inclusion(&tree, n, &leaves[i], &proof, NULL));
            if (n > 1)
                assert_false(merkle_verify_inclusion(&tree, (i + 1) % n, &leaves[i], &proof, NULL));
        }
    }
}

static void a_changed_inclusion_proof_is_refused(void **state G_GNUC_UNUSED)
{
    MerkleSource source = merkle_source_array(leaves);
    MerkleTree tree = {LEAVES, roots[LEAVES]};
    MerkleProof proof;
    GError *error = NULL;

    for (guint i = 0; i < LEAVES; i++) {
        assert_true(merkle_prove_inclusion(&source, i, LEAVES, &proof, NULL));
        for (guint bit = 0; bit < proof.count; bit++) {
            MerkleProof bad = proof;

            bad.hashes[bit].bytes[bit % 32] ^= 1;
            assert_false(merkle_verify_inclusion(&tree, i, &leaves[i], &bad, NULL));
        }
        proof.count--;
        assert_false(merkle_verify_inclusion(&tree, i, &leaves[i], &proof, NULL));
        proof.count += 2;
        proof.hashes[proof.count - 1] = leaves[0];
        assert_false(merkle_verify_inclusion(&tree, i, &leaves[i], &proof, &error));
        assert_error_code(error, ERROR_PROOF_REFUSED);
        g_clear_error(&error);
    }
}

static void every_consistency_proof_holds(void **state G_GNUC_UNUSED)
{
    MerkleSource source = merkle_source_array(leaves);
    MerkleProof proof;

    for (guint n = 0; n <= LEAVES; n++) {
        for (guint m = 0; m <= n; m++) {
            MerkleTree earlier = {m, roots[m]}, later = {n, roots[n]};

            assert_true(merkle_prove_consistency(&source, m, n, &proof, NULL));
            assert_true(merkle_verify_consistency(&earlier, &later, &proof, NULL));
            earlier.root.bytes[0] ^= 1;
            assert_false(merkle_verify_consistency(&earlier, &later, &proof, NULL));
        }
    }
}

static void a_changed_consistency_proof_is_refused(void **state G_GNUC_UNUSED)
{
    MerkleSource source = merkle_source_array(leaves);
    MerkleProof proof;

    for (guint m = 1; m < LEAVES; m++) {
        MerkleTree earlier = {m, roots[m]}, later = {LEAVES, roots[LEAVES]};
        MerkleTree smaller = {m + 1, roots[m + 1]};

        assert_true(merkle_prove_consistency(&source, m, LEAVES, &proof, NULL));
        assert_false(merkle_verify_consistency(&later, &earlier, &proof, NULL));
        if (m + 1 < LEAVES)
            assert_false(merkle_verify_consistency(&smaller, &later, &proof, NULL));
        for (guint i = 0; i < proof.count; i++) {
            MerkleProof bad = proof;

            bad.hashes[i].bytes[31] ^= 0x80;
            assert_false(merkle_verify_consistency(&earlier, &later, &bad, NULL));
        }
        proof.count--;
        assert_false(merkle_verify_consistency(&earlier, &later, &proof, NULL));
        proof.count += 2;
        assert_false(merkle_verify_consistency(&earlier, &later, &proof, NULL));
    }
}

/* Answers levels 0 and 8 alone, as tiles do. */
static gboolean tile_hash(void *data G_GNUC_UNUSED, guint level, guint64 index, MerkleHash *out,
                          GError **error)
{
    MerkleSource below = merkle_source_array(leaves + (index << level));

    assert_true(level == 0 || level == 8);
    return merkle_source_root(&below, G_GUINT64_CONSTANT(1) << level, out, error);
}

static void a_proof_between_equal_trees_is_empty(void **state G_GNUC_UNUSED)
{
    MerkleTree tree = {5, roots[5]}, other = {5, roots[6]}, empty = {0, roots[0]};
    MerkleProof none = {0}, one = {.count = 1};

    assert_true(merkle_verify_consistency(&tree, &tree, &none, NULL));
    assert_false(merkle_verify_consistency(&tree, &tree, &one, NULL));
    assert_false(merkle_verify_consistency(&tree, &other, &none, NULL));
    assert_true(merkle_verify_consistency(&empty, &tree, &none, NULL));
    assert_false(merkle_verify_consistency(&empty, &tree, &one, NULL));
}

static void a_source_of_tiles_gives_the_same_proofs(void **state G_GNUC_UNUSED)
{
    MerkleSource array = merkle_source_array(leaves), tiles = {.hash = tile_hash, .stride = 8};
    MerkleProof a, b;

    for (guint i = 0; i < 800; i += 37) {
        assert_true(merkle_prove_inclusion(&array, i, 800, &a, NULL));
        assert_true(merkle_prove_inclusion(&tiles, i, 800, &b, NULL));
        assert_int_equal(a.count, b.count);
        assert_memory_equal(a.hashes, b.hashes, a.count * sizeof a.hashes[0]);
        assert_true(merkle_prove_consistency(&array, i, 800, &a, NULL));
        assert_true(merkle_prove_consistency(&tiles, i, 800, &b, NULL));
        assert_memory_equal(a.hashes, b.hashes, a.count * sizeof a.hashes[0]);
    }
}

static void a_leaf_beyond_the_tree_has_no_proof(void **state G_GNUC_UNUSED)
{
    MerkleSource source = merkle_source_array(leaves);
    MerkleProof proof;
    GError *error = NULL;

    assert_false(merkle_prove_inclusion(&source, 5, 5, &proof, &error));
    assert_error_code(error, ERROR_INVALID);
    g_clear_error(&error);
    assert_false(merkle_prove_consistency(&source, 6, 5, &proof, &error));
    assert_error_code(error, ERROR_INVALID);
    g_clear_error(&error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_known_roots_come_out),
        cmocka_unit_test(the_source_gives_the_root_of_the_frontier),
        cmocka_unit_test(every_inclusion_proof_holds_and_no_other_leaf),
        cmocka_unit_test(a_changed_inclusion_proof_is_refused),
        cmocka_unit_test(every_consistency_proof_holds),
        cmocka_unit_test(a_changed_consistency_proof_is_refused),
        cmocka_unit_test(a_proof_between_equal_trees_is_empty),
        cmocka_unit_test(a_source_of_tiles_gives_the_same_proofs),
        cmocka_unit_test(a_leaf_beyond_the_tree_has_no_proof),
    };

    testing_begin();
    make_leaves();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
