/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/testing.h"

#include "storage/note.h"

#include <string.h>

/* The example that Go's note package documents. */
static const char known_vkey[] =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char known_note[] =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\xE2\x80\x94 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfq"
    "dngotpRZb6KE6RyyBwJnAM=\n";

static NoteSigner *signer_of(const char *name, guint8 first)
{
    guint8 seed[NOTE_SEED_BYTES] = {first};
    GError *error = NULL;
    NoteSigner *signer = note_signer_new(name, seed, &error);

    assert_no_error(error);
    return signer;
}

static void a_known_note_holds(void **state G_GNUC_UNUSED)
{
    GError *error = NULL;
    g_autoptr(NoteKey) key = note_key_parse(known_vkey, &error);
    gsize text_size = 0;

    assert_no_error(error);
    assert_true(note_verify(known_note, strlen(known_note), key, &text_size, &error));
    assert_no_error(error);
    assert_int_equal(text_size, strstr(known_note, "\n\n") + 1 - known_note);
}

static void no_byte_of_a_note_can_change(void **state G_GNUC_UNUSED)
{
    g_autoptr(NoteKey) key = note_key_parse(known_vkey, NULL);
    gsize size = strlen(known_note), text_size;

    for (gsize i = 0; i < size; i++) {
        g_autofree char *changed = g_strdup(known_note);

        changed[i] ^= 1;
        assert_false(note_verify(changed, size, key, &text_size, NULL));
    }
    for (gsize cut = 0; cut < size; cut++)
        assert_false(note_verify(known_note, cut, key, &text_size, NULL));
}

static void a_vkey_comes_back_as_it_went(void **state G_GNUC_UNUSED)
{
    g_autoptr(NoteKey) key = note_key_parse(known_vkey, NULL);
    g_autofree char *text = note_key_format(key);
    g_autofree char *with_line_end = g_strconcat(known_vkey, "\n", NULL);
    g_autoptr(NoteKey) again = note_key_parse(with_line_end, NULL);

    assert_string_equal(text, known_vkey);
    assert_non_null(again);
}

static void a_vkey_that_is_none_is_refused(void **state G_GNUC_UNUSED)
{
    static const char *const bad[] = {
        "",
        "name",
        "name+c74f20a3",
        "name+c74f20a3+",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        GError *error = NULL;

        assert_null(note_key_parse(bad[i], &error));
        assert_error_code(error, ERROR_INVALID);
        g_clear_error(&error);
    }
}

static void a_checkpoint_is_signed_and_read_back(void **state G_GNUC_UNUSED)
{
    g_autoptr(NoteSigner) signer = signer_of("hall.example/window-7", 7);
    MerkleTree tree = {.size = 20852163};
    GError *error = NULL;
    g_autofree char *note = NULL;
    g_auto(Checkpoint) checkpoint = {0};

    memset(tree.root.bytes, 0xa5, sizeof tree.root.bytes);
    note = checkpoint_sign(&tree, signer, &error);
    assert_no_error(error);
    assert_true(g_str_has_prefix(note, "hall.example/window-7\n20852163\npaWl"));
    assert_true(
        checkpoint_verify(note, strlen(note), note_signer_key(signer), &checkpoint, &error));
    assert_no_error(error);
    assert_int_equal(checkpoint.tree.size, tree.size);
    assert_true(merkle_hash_equal(&checkpoint.tree.root, &tree.root));
    assert_string_equal(checkpoint.origin, "hall.example/window-7");
}

static void another_key_does_not_do(void **state G_GNUC_UNUSED)
{
    g_autoptr(NoteSigner) signer = signer_of("hall.example/a", 1);
    g_autoptr(NoteSigner) other = signer_of("hall.example/a", 2);
    g_autoptr(NoteSigner) elsewhere = signer_of("hall.example/b", 1);
    MerkleTree tree = {.size = 3};
    g_autofree char *note = checkpoint_sign(&tree, signer, NULL);
    g_autofree char *foreign = g_strconcat("hall.example/b\n3\n", strchr(note, '\n') + 3, NULL);
    g_auto(Checkpoint) checkpoint = {0};
    GError *error = NULL;

    assert_false(checkpoint_verify(note, strlen(note), note_signer_key(other), &checkpoint, NULL));
    assert_false(
        checkpoint_verify(note, strlen(note), note_signer_key(elsewhere), &checkpoint, NULL));
    assert_false(
        checkpoint_verify(foreign, strlen(foreign), note_signer_key(signer), &checkpoint, &error));
    assert_error_code(error, ERROR_PROOF_REFUSED);
    g_clear_error(&error);
}

static void a_signature_for_another_origin_is_refused(void **state G_GNUC_UNUSED)
{
    g_autoptr(NoteSigner) signer = signer_of("hall.example/a", 1);
    g_autofree char *note = note_sign(
        "elsewhere.example\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", signer, NULL);
    g_auto(Checkpoint) checkpoint = {0};

    assert_false(checkpoint_verify(note, strlen(note), note_signer_key(signer), &checkpoint, NULL));
}

static void cosignatures_of_others_are_passed_over(void **state G_GNUC_UNUSED)
{
    g_autoptr(NoteSigner) signer = signer_of("hall.example/a", 1);
    MerkleTree tree = {.size = 3};
    g_autofree char *note = checkpoint_sign(&tree, signer, NULL);
    g_autofree char *more =
        g_strconcat(note, "\xE2\x80\x94 witness.example CMp+6LWBU0anHGH5aNDTJkH/gj79sA==\n", NULL);
    g_autofree char *broken = g_strconcat(note, "\xE2\x80\x94 witness.example ???\n", NULL);
    g_auto(Checkpoint) checkpoint = {0};

    assert_true(checkpoint_verify(more, strlen(more), note_signer_key(signer), &checkpoint, NULL));
    assert_false(
        checkpoint_verify(broken, strlen(broken), note_signer_key(signer), &checkpoint, NULL));
}

static void a_text_that_is_no_checkpoint_is_refused(void **state G_GNUC_UNUSED)
{
    static const char *const bad[] = {
        "",
        "origin\n",
        "origin\n1\n",
        "origin\n01\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "origin\n-1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "origin\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
        "origin\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n",
        "origin\n18446744073709551616\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "origin\n0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_auto(Checkpoint) checkpoint = {0};

        assert_false(checkpoint_parse(bad[i], strlen(bad[i]), &checkpoint, NULL));
    }
}

static void only_whole_lines_are_signed(void **state G_GNUC_UNUSED)
{
    g_autoptr(NoteSigner) signer = signer_of("hall.example/a", 1);

    assert_null(note_sign("", signer, NULL));
    assert_null(note_sign("no line end", signer, NULL));
    assert_null(note_sign("tab\there\n", signer, NULL));
    assert_null(note_sign("\xff\n", signer, NULL));
}

static void a_name_that_is_none_signs_nothing(void **state G_GNUC_UNUSED)
{
    static const char *const bad[] = {"", "two words", "a+b", "\xff"};
    guint8 seed[NOTE_SEED_BYTES] = {1};

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        GError *error = NULL;

        assert_null(note_signer_new(bad[i], seed, &error));
        assert_error_code(error, ERROR_INVALID);
        g_clear_error(&error);
    }
}

static void a_note_beyond_the_limit_is_refused(void **state G_GNUC_UNUSED)
{
    g_autofree char *padding = g_strnfill(NOTE_BYTES_MAX, 'x');
    g_autofree char *note = g_strconcat(padding, "\n\n", known_note, NULL);
    gsize text_size;
    GError *error = NULL;

    assert_false(note_split(note, strlen(note), &text_size, &error));
    assert_error_code(error, ERROR_PROOF_REFUSED);
    assert_non_null(strstr(error->message, "long"));
    g_clear_error(&error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_known_note_holds),
        cmocka_unit_test(no_byte_of_a_note_can_change),
        cmocka_unit_test(a_vkey_comes_back_as_it_went),
        cmocka_unit_test(a_vkey_that_is_none_is_refused),
        cmocka_unit_test(a_checkpoint_is_signed_and_read_back),
        cmocka_unit_test(another_key_does_not_do),
        cmocka_unit_test(a_signature_for_another_origin_is_refused),
        cmocka_unit_test(cosignatures_of_others_are_passed_over),
        cmocka_unit_test(a_text_that_is_no_checkpoint_is_refused),
        cmocka_unit_test(only_whole_lines_are_signed),
        cmocka_unit_test(a_name_that_is_none_signs_nothing),
        cmocka_unit_test(a_note_beyond_the_limit_is_refused),
    };

    testing_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
