/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/testing.h"

#include "storage/catalog_query.h"
#include "storage/signing.h"
#include "storage/tree.h"

#include <errno.h>
#include <string.h>

static const StoreOrigin origin = {"320583", "001", "hall.example/anjuan", "city"};
static const StoreActor actor = {"os:test", "test"};
static const SigningEpoch epoch = {"000002", "磁盘更换"};

static Store *made(void)
{
    g_autofree char *parent = testing_folder(), *folder = g_build_filename(parent, "data", NULL);
    StoreOptions options = {.folder = folder};
    GError *error = NULL;
    Store *store;

    assert_true(store_create(&options, &origin, &error));
    store = store_open(&options, &error);
    assert_no_error(error);
    return store;
}

static char *signed_note(Store *store)
{
    GError *error = NULL;
    char *note = signing_checkpoint(store, &error);

    assert_no_error(error);
    return note;
}

/* As if another journal had been signed with this key: the last checkpoint is of another tree. */
static void sign_another_tree(Store *store, guint64 size)
{
    g_autofree char *vkey_path = store_path(store, "keys/log.vkey");
    g_autofree char *seed_path = store_path(store, "keys/signing.seed");
    g_autofree char *path = store_path(store, "journal/checkpoint"), *note = NULL;
    GError *error = NULL;
    g_autoptr(GBytes) seed = file_read(seed_path, 64, &error), vkey = NULL;
    g_autoptr(NoteSigner) signer =
        note_signer_new(origin.origin, g_bytes_get_data(seed, NULL), &error);
    MerkleTree tree = {.size = size};

    vkey = file_read(vkey_path, 4096, &error);
    note = checkpoint_sign(&tree, signer, &error);
    assert_no_error(error);
    assert_true(file_replace(path, 0644, note, strlen(note), &error));
}

static void it_takes_two_persons_and_a_reason(void **state G_GNUC_UNUSED)
{
    g_autoptr(Store) store = made();
    const SigningEpoch alone = {NULL, "x"}, twice = {"os:test", "x"}, silent = {"000002", ""};
    GError *error = NULL;

    assert_null(signing_new_epoch(store, &actor, &alone, &error));
    assert_error_code(error, ERROR_SECOND_PERSON);
    g_clear_error(&error);
    assert_null(signing_new_epoch(store, &actor, &twice, &error));
    assert_error_code(error, ERROR_SECOND_PERSON);
    g_clear_error(&error);
    assert_null(signing_new_epoch(store, &actor, &silent, &error));
    assert_error_code(error, ERROR_INVALID);
    g_clear_error(&error);
}

static void stopped_signing_goes_on_under_another_name_and_key(void **state G_GNUC_UNUSED)
{
    g_autoptr(Store) store = made();
    g_autofree char *before = signing_vkey(store, NULL), *last = NULL, *note = NULL, *line = NULL;
    g_autofree char *vkey = NULL, *now = NULL;
    g_autoptr(json_t) record = NULL;
    g_autoptr(Catalog) catalog = NULL;
    GError *error = NULL;

    sign_another_tree(store, 1000);
    last = signing_last(store, &error);
    assert_null(signing_checkpoint(store, &error));
    assert_error_code(error, ERROR_SIGNING_STOPPED);
    g_clear_error(&error);
    vkey = signing_new_epoch(store, &actor, &epoch, &error);
    assert_no_error(error);
    assert_string_not_equal(vkey, before);
    assert_true(g_str_has_prefix(vkey, "hall.example/anjuan/epoch-2+"));
    note = signed_note(store);
    assert_true(g_str_has_prefix(note, "hall.example/anjuan/epoch-2\n2\n"));
    now = signing_vkey(store, &error);
    assert_string_equal(now, vkey);
    catalog = store_reader(store, &error);
    line = store_record(store, catalog, 1, &error);
    record = json_loads(line, 0, NULL);
    assert_string_equal(json_text(record, "act"), "log.epoch");
    assert_string_equal(json_text(record, "last"), last);
    assert_string_equal(json_text(record, "reason"), epoch.reason);
    assert_string_equal(json_text(record, "second"), epoch.second);
}

static void epochs_are_counted(void **state G_GNUC_UNUSED)
{
    g_autoptr(Store) store = made();

    for (int i = 2; i < 5; i++) {
        g_autofree char *name = g_strdup_printf("hall.example/anjuan/epoch-%d+", i), *note = NULL;
        GError *error = NULL;
        g_autofree char *vkey = signing_new_epoch(store, &actor, &epoch, &error);

        assert_no_error(error);
        assert_true(g_str_has_prefix(vkey, name));
        note = signed_note(store);
    }
}

/* Wherever it stops: what signs next is the old key or the new one, never neither. */
static void a_crash_at_any_operation_leaves_a_key_that_signs(void **state G_GNUC_UNUSED)
{
    for (guint at = 1;; at++) {
        Store *store = made();
        g_autofree char *folder = g_strdup(store_folder(store)), *note = NULL, *vkey = NULL;
        StoreOptions options = {.folder = folder};
        NthFault nth = {.at = at, .fault = EIO};
        GError *error = NULL;

        note = signed_note(store);
        file_fault_set(testing_fail_from, &nth);
        vkey = signing_new_epoch(store, &actor, &epoch, &error);
        file_fault_set(NULL, NULL);
        g_clear_error(&error);
        store_close(store);
        store = store_open(&options, &error);
        assert_no_error(error);
        g_free(note);
        note = signed_note(store);
        if (vkey != NULL)
            assert_true(g_str_has_prefix(note, "hall.example/anjuan/epoch-2\n"));
        store_close(store);
        if (nth.count < at)
            break;
        assert_true(at < 200);
    }
}

static void what_was_signed_otherwise_is_not_signed_over(void **state G_GNUC_UNUSED)
{
    g_autoptr(Store) store = made();
    GError *error = NULL;

    /* One record is there, and this is not its root. */
    sign_another_tree(store, 1);
    assert_null(signing_checkpoint(store, &error));
    assert_error_code(error, ERROR_SIGNING_STOPPED);
    g_clear_error(&error);
}

static gboolean append_many(StoreTxn *txn, void *n, GError **error)
{
    for (guint i = 0; i < GPOINTER_TO_UINT(n); i++)
        if (!txn_append(txn, "look", NULL, json_pack("{s:s}", "reason", "verify"), error))
            return FALSE;
    return TRUE;
}

/* The root of now stands on the hashes over 256 leaves; that of the last checkpoint needs one
 * which is none. */
static void what_was_signed_and_is_damaged_is_not_signed_over(void **state G_GNUC_UNUSED)
{
    g_autoptr(Store) store = made();
    g_autofree char *path = store_path(store, "catalogue.db"), *note = NULL;
    GError *error = NULL;
    g_autoptr(Db) db = db_open(path, DB_READ_WRITE, &error);

    assert_true(store_write(store, &actor, append_many, GUINT_TO_POINTER(299), &error));
    note = signed_note(store);
    assert_true(store_write(store, &actor, append_many, GUINT_TO_POINTER(300), &error));
    assert_true(db_script(db,
                          "PRAGMA ignore_check_constraints = ON;"
                          " UPDATE leaf SET hash = x'00' WHERE seq = 270",
                          &error));
    assert_null(signing_checkpoint(store, &error));
    assert_error_code(error, ERROR_CATALOGUE);
    g_clear_error(&error);
}

static void nothing_is_signed_without_the_key_or_with_half_of_it(void **state G_GNUC_UNUSED)
{
    g_autoptr(Store) store = made();
    g_autofree char *path = store_path(store, "keys/signing.seed");
    GError *error = NULL;
    guint64 size;

    assert_true(file_replace(path, 0600, "half a seed", 11, &error));
    assert_null(signing_checkpoint(store, &error));
    assert_error_code(error, ERROR_FORMAT);
    g_clear_error(&error);
    assert_true(file_unlink(path, &error));
    assert_null(signing_checkpoint(store, &error));
    assert_error_code(error, ERROR_SIGNING_STOPPED);
    g_clear_error(&error);
    assert_false(signing_note_size("no note at all", &size, &error));
    assert_non_null(error);
    g_clear_error(&error);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(it_takes_two_persons_and_a_reason),
    cmocka_unit_test(stopped_signing_goes_on_under_another_name_and_key),
    cmocka_unit_test(epochs_are_counted),
    cmocka_unit_test(a_crash_at_any_operation_leaves_a_key_that_signs),
    cmocka_unit_test(what_was_signed_otherwise_is_not_signed_over),
    cmocka_unit_test(what_was_signed_and_is_damaged_is_not_signed_over),
    cmocka_unit_test(nothing_is_signed_without_the_key_or_with_half_of_it),
};
TEST_MAIN(tests)
