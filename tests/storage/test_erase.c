/* SPDX-License-Identifier: Apache-2.0
 *
 * The end of a case, file by file (that nothing is left: appliance.counter.destroy).
 */
#include "tests/storage/made_store.h"
#include "tests/storage/tree.h"

#include "storage/erase.h"

#define BUNDLE "bundle-1"

/* A case that once left in a bundle; its page has no file any more and kept nothing apart. */
static void make_bundled(const char *folder)
{
    g_autofree char *path = tree_path(folder, "catalogue.db");
    GError *error = NULL;
    g_autoptr(Db) db = db_open(path, DB_READ_WRITE, &error);

    assert_true(
        db_script(db,
                  "PRAGMA foreign_keys = OFF;"
                  "INSERT INTO cases (id, number, item, item_digest, kind, state, window,"
                  " day, serial, channel, received_at, recorded_at, version) VALUES (7, 'N', '1',"
                  " '0', 'k', 's', '003', '261121', 1, 'window', 't', 't', 7);"
                  "INSERT INTO side (batch, sheet, side, state, blank, role, bytes, sha256,"
                  " \"case\", place, turn, seq) VALUES"
                  " (1, 1, 'a', 'stored', 0, 'page', 0, zeroblob(32), 7, 0, 0, 0);"
                  "INSERT INTO bundle (seq, t, format, name, manifest, cases) VALUES"
                  " (8, 't', 'f', '" BUNDLE "', 'm', 1);"
                  "INSERT INTO bundle_case (seq, \"case\") VALUES (8, 7)",
                  &error));
    tree_put(folder, "exports/" BUNDLE ".tar", "x");
    tree_put(folder, "exports/another.tar", "x");
}

static void a_case_takes_its_bundles_with_it_and_no_others(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder(), *bundle = NULL, *other = NULL;
    g_autoptr(Store) store = opened(folder);
    g_autoptr(Catalog) reader = NULL;
    NthFault nth = {.at = 1, .fault = EIO};
    GError *error = NULL;

    make_bundled(folder);
    bundle = tree_path(folder, "exports/" BUNDLE ".tar");
    other = tree_path(folder, "exports/another.tar");
    reader = store_reader(store, &error);
    file_fault_set(testing_fail_nth, &nth);
    assert_false(erase_case(store, reader, "N", &error));
    file_fault_set(NULL, NULL);
    assert_error_code(error, ERROR_IO);
    g_clear_error(&error);
    assert_true(g_file_test(bundle, G_FILE_TEST_EXISTS));
    assert_true(erase_case(store, reader, "N", &error));
    assert_false(g_file_test(bundle, G_FILE_TEST_EXISTS));
    assert_true(g_file_test(other, G_FILE_TEST_EXISTS));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_case_takes_its_bundles_with_it_and_no_others),
};

TEST_MAIN(tests)
