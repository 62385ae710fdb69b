/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/storage/tree.h"

#include "storage/proof.h"
#include "storage/tiles.h"

#define RECORDS 700 /* two full tiles, a partial one, and one of level 1 */

static char *folder;
static NoteSigner *signer;
static char *vkey;
static MerkleHash leaves[RECORDS];

static GBytes *record_at(guint64 index, void *data G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
    char *text = g_strdup_printf("{\"v\":1,\"seq\":%" G_GUINT64_FORMAT "}", index);

    return g_bytes_new_take(text, strlen(text));
}

static MerkleTree tree_of(guint64 size)
{
    MerkleSource source = merkle_source_array(leaves);
    MerkleTree tree = {.size = size};

    assert_true(merkle_source_root(&source, size, &tree.root, NULL));
    return tree;
}

static char *checkpoint_of(guint64 size)
{
    MerkleTree tree = tree_of(size);

    return checkpoint_sign(&tree, signer, NULL);
}

static char *inclusion_of(guint64 index, guint64 size)
{
    MerkleSource source = merkle_source_array(leaves);
    g_autofree char *note = checkpoint_of(size);
    MerkleProof proof;

    assert_true(merkle_prove_inclusion(&source, index, size, &proof, NULL));
    return proof_format_inclusion(index, &proof, note);
}

static char *consistency_of(guint64 old_size, guint64 size)
{
    MerkleSource source = merkle_source_array(leaves);
    g_autofree char *note = checkpoint_of(size);
    MerkleProof proof;

    assert_true(merkle_prove_consistency(&source, old_size, size, &proof, NULL));
    return proof_format_consistency(old_size, &proof, note);
}

static char *as_base64(const MerkleHash *hash)
{
    return g_base64_encode(hash->bytes, sizeof hash->bytes);
}

/* Write `text` as a file and run a verb on it. */
typedef gboolean (*Verb)(const char *vkey, const char *hash, const char *path, GError **error);

static ErrorCode judged(Verb verb, const MerkleHash *hash, const char *text)
{
    g_autofree char *path = tree_path(folder, "proof");
    g_autofree char *typed = as_base64(hash);
    g_autoptr(GError) error = NULL;

    tree_put(folder, "proof", text);
    return verb(vkey, typed, path, &error) ? ERROR_NONE : error_code(error);
}

static void inclusion_proofs_hold_for_their_leaf_alone(void **state G_GNUC_UNUSED)
{
    for (guint i = 0; i < RECORDS; i += 23) {
        g_autofree char *text = inclusion_of(i, RECORDS);

        assert_int_equal(judged(proof_inclusion_file, &leaves[i], text), ERROR_NONE);
        assert_int_equal(judged(proof_inclusion_file, &leaves[(i + 1) % RECORDS], text),
                         ERROR_PROOF_REFUSED);
    }
}

static void consistency_proofs_hold_for_their_root_alone(void **state G_GNUC_UNUSED)
{
    for (guint n = 1; n <= RECORDS; n += 19) {
        g_autofree char *text = consistency_of(n, RECORDS);
        MerkleTree tree = tree_of(n), other = tree_of(n + 1 <= RECORDS ? n + 1 : n - 1);

        assert_int_equal(judged(proof_consistency_file, &tree.root, text), ERROR_NONE);
        assert_int_equal(judged(proof_consistency_file, &other.root, text), ERROR_PROOF_REFUSED);
    }
}

static void no_byte_of_a_proof_can_change(void **state G_GNUC_UNUSED)
{
    g_autofree char *inclusion = inclusion_of(300, RECORDS);
    g_autofree char *consistency = consistency_of(300, RECORDS);
    MerkleTree tree = tree_of(300);
    g_autoptr(NoteKey) key = note_key_parse(vkey, NULL);

    for (gsize i = 0; i < strlen(inclusion); i++) {
        g_autofree char *changed = g_strdup(inclusion);

        changed[i] ^= 1;
        assert_false(
            proof_check_inclusion(changed, strlen(inclusion), key, &leaves[300], NULL, NULL));
        assert_false(proof_check_inclusion(inclusion, i, key, &leaves[300], NULL, NULL));
    }
    for (gsize i = 0; i < strlen(consistency); i++) {
        g_autofree char *changed = g_strdup(consistency);

        changed[i] ^= 1;
        assert_false(
            proof_check_consistency(changed, strlen(consistency), key, &tree.root, NULL, NULL));
        assert_false(proof_check_consistency(consistency, i, key, &tree.root, NULL, NULL));
    }
}

static void an_extra_line_is_passed_over(void **state G_GNUC_UNUSED)
{
    g_autofree char *text = inclusion_of(5, 20);
    const char *index = strstr(text, "index");
    g_autofree char *extra = g_strdup_printf("c2sp.org/tlog-proof@v1\nextra YWJj\n%s", index);
    g_autofree char *bad = g_strdup_printf("c2sp.org/tlog-proof@v1\nextra Y!Jj\n%s", index);

    assert_int_equal(judged(proof_inclusion_file, &leaves[5], extra), ERROR_NONE);
    assert_int_equal(judged(proof_inclusion_file, &leaves[5], bad), ERROR_PROOF_REFUSED);
}

static void the_empty_tree_is_consistent_with_every_tree(void **state G_GNUC_UNUSED)
{
    g_autofree char *text = consistency_of(0, RECORDS);
    MerkleTree empty = tree_of(0), other = tree_of(1);

    assert_int_equal(judged(proof_consistency_file, &empty.root, text), ERROR_NONE);
    assert_int_equal(judged(proof_consistency_file, &other.root, text), ERROR_PROOF_REFUSED);
}

static void what_is_no_proof_is_refused(void **state G_GNUC_UNUSED)
{
    static const char *const bad[] = {"",
                                      "\n",
                                      "c2sp.org/tlog-proof@v1\n",
                                      "old 1\n",
                                      "c2sp.org/tlog-proof@v1\nindex 01\n\n",
                                      "index 1\n\n"};

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        assert_int_equal(judged(proof_inclusion_file, &leaves[0], bad[i]), ERROR_PROOF_REFUSED);
        assert_int_equal(judged(proof_consistency_file, &leaves[0], bad[i]), ERROR_PROOF_REFUSED);
    }
}

static void a_proof_cut_anywhere_is_refused(void **state G_GNUC_UNUSED)
{
    g_autofree char *inclusion = inclusion_of(5, 20), *consistency = consistency_of(5, 20);
    g_autoptr(GString) extra = g_string_new(inclusion);

    g_string_insert(extra, (gssize)(strchr(extra->str, '\n') - extra->str) + 1, "extra YQ==\n");
    for (gsize size = 0; size < extra->len; size++) {
        GError *error = NULL;

        assert_false(proof_check_inclusion(extra->str, size, note_signer_key(signer), &leaves[5],
                                           NULL, &error));
        assert_error_code(error, ERROR_PROOF_REFUSED);
        g_clear_error(&error);
    }
    for (gsize size = 0; size < strlen(consistency); size++) {
        MerkleTree old = tree_of(5);

        assert_false(proof_check_consistency(consistency, size, note_signer_key(signer), &old.root,
                                             NULL, NULL));
    }
}

static void a_proof_without_end_is_refused(void **state G_GNUC_UNUSED)
{
    g_autofree char *hash = as_base64(&leaves[0]), *path = tree_path(folder, "long");
    g_autoptr(GString) proof = g_string_new("c2sp.org/tlog-proof@v1\nindex 0\n");
    g_autofree char *whole = NULL;
    ProofFile file;
    GError *error = NULL;

    for (guint i = 0; i <= MERKLE_PROOF_MAX; i++)
        g_string_append_printf(proof, "%s\n", hash);
    g_string_append_c(proof, '\n');
    assert_false(proof_parse_inclusion(proof->str, proof->len, &file, &error));
    assert_error_code(error, ERROR_PROOF_REFUSED);
    g_clear_error(&error);
    whole = g_strnfill(4 * 1024 * 1024, 'x');
    tree_put(folder, "long", whole);
    assert_false(proof_note_file(vkey, path, &error));
    assert_error_code(error, ERROR_PROOF_REFUSED);
    g_clear_error(&error);
}

static void the_checkpoint_of_a_proof_is_given_on(void **state G_GNUC_UNUSED)
{
    g_autofree char *inclusion = inclusion_of(5, 20), *consistency = consistency_of(5, 20);
    MerkleTree old = tree_of(5), now = tree_of(20);
    g_auto(Checkpoint) found = {0};

    assert_true(proof_check_inclusion(inclusion, strlen(inclusion), note_signer_key(signer),
                                      &leaves[5], &found, NULL));
    assert_int_equal(found.tree.size, 20);
    assert_true(merkle_hash_equal(&found.tree.root, &now.root));
    assert_string_equal(found.origin, "hall.example/window-7");
    found.tree.size = 0;
    assert_true(proof_check_consistency(consistency, strlen(consistency), note_signer_key(signer),
                                        &old.root, &found, NULL));
    assert_int_equal(found.tree.size, 20);
}

static void the_verbs_tell_their_errors_apart(void **state G_GNUC_UNUSED)
{
    g_autofree char *note = checkpoint_of(9);
    g_autofree char *path = tree_path(folder, "note");
    g_autofree char *absent = tree_path(folder, "absent");
    GError *error = NULL;

    tree_put(folder, "note", note);
    assert_true(proof_note_file(vkey, path, NULL));
    assert_false(proof_note_file(vkey, absent, &error));
    assert_error_code(error, ERROR_NO_FILE);
    g_clear_error(&error);
    assert_false(proof_note_file("no key", path, &error));
    assert_error_code(error, ERROR_INVALID);
    g_clear_error(&error);
    assert_false(proof_inclusion_file(vkey, "no hash", path, &error));
    assert_error_code(error, ERROR_INVALID);
    g_clear_error(&error);
    tree_flip(folder, "note", 3);
    assert_false(proof_note_file(vkey, path, &error));
    assert_error_code(error, ERROR_PROOF_REFUSED);
    g_clear_error(&error);
}

static void a_tile_is_named_in_groups_of_three(void **state G_GNUC_UNUSED)
{
    static const struct {
        guint64 index;
        const char *path;
    } cases[] = {{0, "000"}, {67, "067"}, {1000, "x001/000"}, {1234067, "x001/x234/067"}};

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = tile_index_path(cases[i].index);

        assert_string_equal(path, cases[i].path);
    }
}

static char *write_log(guint64 size)
{
    char *parent = testing_folder();
    char *path = tree_path(parent, "log");
    g_autofree char *note = checkpoint_of(size);
    TilesOptions options = {.folder = path, .note = note, .size = size, .entry = record_at};
    GError *error = NULL;

    assert_true(tiles_write(&options, &error));
    assert_no_error(error);
    g_free(parent);
    return path;
}

static void logs_of_every_size_hold(void **state G_GNUC_UNUSED)
{
    static const guint sizes[] = {0, 1, 255, 256, 257, 511, 512, 700};

    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree char *log = write_log(sizes[i]);
        GError *error = NULL;

        assert_true(proof_log_folder(vkey, log, &error));
        assert_no_error(error);
    }
}

static void a_flipped_bit_in_any_file_of_a_log_is_found(void **state G_GNUC_UNUSED)
{
    static const char *const files[] = {"checkpoint",
                                        "tile/0/000",
                                        "tile/0/001",
                                        "tile/0/002.p/188",
                                        "tile/1/000.p/2",
                                        "tile/entries/000",
                                        "tile/entries/002.p/188"};

    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *log = write_log(RECORDS);
        g_autoptr(GBytes) bytes = tree_get(log, files[i]);
        GError *error = NULL;

        tree_flip(log, files[i], g_bytes_get_size(bytes) / 2);
        assert_false(proof_log_folder(vkey, log, &error));
        assert_error_code(error, ERROR_PROOF_REFUSED);
        g_clear_error(&error);
        tree_flip(log, files[i], g_bytes_get_size(bytes) / 2);
        assert_true(proof_log_folder(vkey, log, NULL));
        tree_remove(log, files[i]);
        assert_false(proof_log_folder(vkey, log, &error));
        assert_error_code(error, i == 0 ? ERROR_NO_FILE : ERROR_PROOF_REFUSED);
        g_clear_error(&error);
    }
}

static void records_that_do_not_fit_the_checkpoint_are_not_written(void **state G_GNUC_UNUSED)
{
    g_autofree char *parent = testing_folder();
    g_autofree char *path = tree_path(parent, "log");
    g_autofree char *note = checkpoint_of(20);
    TilesOptions options = {.folder = path, .note = note, .size = 19, .entry = record_at};
    GError *error = NULL;

    assert_false(tiles_write(&options, &error));
    assert_error_code(error, ERROR_INVALID);
    g_clear_error(&error);
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

static GBytes *too_large(guint64 index G_GNUC_UNUSED, void *data G_GNUC_UNUSED,
                         GError **error G_GNUC_UNUSED)
{
    return g_bytes_new_take(g_malloc0(TILE_ENTRY_MAX + 1), TILE_ENTRY_MAX + 1);
}

static GBytes *gone(guint64 index G_GNUC_UNUSED, void *data G_GNUC_UNUSED, GError **error)
{
    error_set(error, ERROR_JOURNAL_DAMAGED, "gone");
    return NULL;
}

static void a_log_is_written_whole_or_not_at_all(void **state G_GNUC_UNUSED)
{
    g_autofree char *parent = testing_folder(), *path = tree_path(parent, "log");
    g_autofree char *note = checkpoint_of(300);
    TilesOptions options = {.folder = path, .note = note, .size = 300, .entry = too_large};
    NthFault nth = {.at = G_MAXUINT, .fault = EIO};
    GError *error = NULL;

    assert_false(tiles_write(&options, &error));
    assert_error_code(error, ERROR_RECORD_TOO_LARGE);
    g_clear_error(&error);
    options.entry = gone;
    assert_false(tiles_write(&options, &error));
    assert_error_code(error, ERROR_JOURNAL_DAMAGED);
    g_clear_error(&error);
    options.entry = record_at;
    options.note = "no note";
    assert_false(tiles_write(&options, &error));
    assert_error_code(error, ERROR_PROOF_REFUSED);
    g_clear_error(&error);
    options.note = note;
    for (nth.at = 1; !g_file_test(path, G_FILE_TEST_EXISTS); nth.at++) {
        nth.count = 0;
        file_fault_set(testing_fail_nth, &nth);
        if (!tiles_write(&options, &error))
            assert_error_code(error, ERROR_IO);
        file_fault_set(NULL, NULL);
        g_clear_error(&error);
    }
    assert_true(nth.at > 10);
    assert_true(proof_log_folder(vkey, path, &error));
    assert_no_error(error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inclusion_proofs_hold_for_their_leaf_alone),
        cmocka_unit_test(consistency_proofs_hold_for_their_root_alone),
        cmocka_unit_test(no_byte_of_a_proof_can_change),
        cmocka_unit_test(an_extra_line_is_passed_over),
        cmocka_unit_test(the_empty_tree_is_consistent_with_every_tree),
        cmocka_unit_test(what_is_no_proof_is_refused),
        cmocka_unit_test(a_proof_cut_anywhere_is_refused),
        cmocka_unit_test(a_proof_without_end_is_refused),
        cmocka_unit_test(the_checkpoint_of_a_proof_is_given_on),
        cmocka_unit_test(the_verbs_tell_their_errors_apart),
        cmocka_unit_test(a_tile_is_named_in_groups_of_three),
        cmocka_unit_test(logs_of_every_size_hold),
        cmocka_unit_test(a_flipped_bit_in_any_file_of_a_log_is_found),
        cmocka_unit_test(records_that_do_not_fit_the_checkpoint_are_not_written),
        cmocka_unit_test(a_log_is_written_whole_or_not_at_all),
    };
    guint8 seed[NOTE_SEED_BYTES] = {42};
    int failed;

    testing_begin();
    folder = testing_folder();
    signer = note_signer_new("hall.example/window-7", seed, NULL);
    vkey = note_key_format(note_signer_key(signer));
    for (guint i = 0; i < RECORDS; i++) {
        g_autoptr(GBytes) record = record_at(i, NULL, NULL);

        merkle_leaf(g_bytes_get_data(record, NULL), g_bytes_get_size(record), &leaves[i]);
    }
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    note_signer_free(signer);
    g_free(vkey);
    g_free(folder);
    return failed;
}
