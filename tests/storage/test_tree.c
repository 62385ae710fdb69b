/* SPDX-License-Identifier: Apache-2.0
 *
 * The tree of a journal as the catalogue keeps it: leaves, and the roots over 256 of them and over
 * 65536, made as the records come.
 */
#include "tests/testing.h"

#include "storage/tree.h"

#include <string.h>

#define LEAVES 65536 /* the first root of level 16 stands over them */
#define WIDTH  256

/* The two tables of the catalogue. */
static const char schema[] =
    "CREATE TABLE leaf (seq INTEGER PRIMARY KEY, hash BLOB NOT NULL);"
    "CREATE TABLE node (level INTEGER, idx INTEGER, hash BLOB, PRIMARY KEY (level, idx))";

/* A database with the leaves 0 … n-1: 32 letters each, which are its number. */
static Db *made(gint64 n)
{
    GError *error = NULL;
    Db *db = db_open("", DB_READ_WRITE, &error);

    assert_no_error(error);
    assert_true(db_script(db, schema, &error));
    assert_true(db_run(db, &error,
                       "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n"
                       " WHERE i + 1 < ?) INSERT INTO leaf SELECT i,"
                       " CAST(printf('%032d', i) AS BLOB) FROM n",
                       "i", n));
    return db;
}

/* The root over the first n of them, without any table. */
static MerkleHash wanted(guint n)
{
    MerkleFrontier frontier = {0};
    MerkleHash root;

    for (guint i = 0; i < n; i++) {
        g_autofree char *text = g_strdup_printf("%032u", i);
        MerkleHash leaf;

        memcpy(leaf.bytes, text, sizeof leaf.bytes);
        merkle_append(&frontier, &leaf);
    }
    merkle_root(&frontier, &root);
    return root;
}

static void assert_root(Db *db, guint n)
{
    MerkleSource source = tree_source(db);
    MerkleHash root, other = wanted(n);
    GError *error = NULL;

    assert_true(merkle_source_root(&source, n, &root, &error));
    assert_true(merkle_hash_equal(&root, &other));
}

static gint64 nodes(Db *db, gint64 level)
{
    GError *error = NULL;
    gint64 n;

    assert_true(db_int(db, &n, 0, &error, "SELECT count(*) FROM node WHERE level = ?", "i", level));
    return n;
}

static void roots_are_kept_over_256_leaves_and_over_65536(void **state G_GNUC_UNUSED)
{
    g_autoptr(Db) db = made(LEAVES + 3);
    GError *error = NULL;

    for (gint64 seq = 0; seq < LEAVES; seq++)
        assert_true(tree_keep(db, seq, &error));
    assert_int_equal(nodes(db, 8), LEAVES / WIDTH);
    assert_int_equal(nodes(db, 16), 1);
    /* Below it nothing is asked any more. */
    assert_true(db_run(db, &error, "DELETE FROM leaf WHERE seq < ?", "i", (gint64)LEAVES));
    assert_true(db_run(db, &error, "DELETE FROM node WHERE level = 8", ""));
    assert_root(db, LEAVES);
    assert_root(db, LEAVES + 3);
}

/* Each damage to a database of 256 leaves. */
static const struct {
    const char *damage;
    ErrorCode code;
} damages[] = {
    {"DELETE FROM leaf WHERE seq = 77", ERROR_CATALOGUE},
    {"UPDATE leaf SET hash = x'00' WHERE seq = 77", ERROR_CATALOGUE},
    {"UPDATE leaf SET hash = zeroblob(33) WHERE seq = 77", ERROR_CATALOGUE},
    {"DROP TABLE leaf", ERROR_CATALOGUE},
    {"INSERT INTO node VALUES (8, 0, x'00')", ERROR_CATALOGUE},
};

static void no_root_is_kept_over_leaves_that_are_not_there(void **state G_GNUC_UNUSED)
{
    for (gsize i = 0; i < G_N_ELEMENTS(damages); i++) {
        g_autoptr(Db) db = made(WIDTH);
        GError *error = NULL;

        assert_true(db_script(db, damages[i].damage, &error));
        assert_false(tree_keep(db, WIDTH - 1, &error));
        assert_error_code(error, damages[i].code);
        g_clear_error(&error);
    }
}

static void no_root_is_told_over_leaves_that_are_not_there(void **state G_GNUC_UNUSED)
{
    for (gsize i = 0; i < G_N_ELEMENTS(damages); i++) {
        g_autoptr(Db) db = made(WIDTH - 1);
        MerkleSource source = tree_source(db);
        GError *error = NULL;
        MerkleHash root;

        assert_root(db, WIDTH - 1);
        assert_true(db_script(db, damages[i].damage, &error));
        if (merkle_source_root(&source, i + 1 < G_N_ELEMENTS(damages) ? WIDTH - 1 : WIDTH, &root,
                               &error))
            fail_msg("%s: a root", damages[i].damage);
        assert_error_code(error, damages[i].code);
        g_clear_error(&error);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(roots_are_kept_over_256_leaves_and_over_65536),
    cmocka_unit_test(no_root_is_kept_over_leaves_that_are_not_there),
    cmocka_unit_test(no_root_is_told_over_leaves_that_are_not_there),
};

TEST_MAIN(tests)
