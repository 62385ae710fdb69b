/* SPDX-License-Identifier: Apache-2.0
 *
 * A disk that is full at any operation of a write, in a process that goes on: the write is refused,
 * nothing of it is seen, and the same store takes it once there is room.
 */
#include "tests/storage/fault.h"
#include "tests/storage/made_store.h"

#include "storage/catalog_query.h"

#include <errno.h>
#include <string.h>

/* A journal whose sync fails stops the writer, whatever the reason: the segment's and its folder's.
 */
#define SYNCS_OF_JOURNAL 2

static const StoreActor actor = {"os:test", "test"};

static char first[] = "a", second[] = "b"; /* codes of definitions */

static Store *open_again(const char *folder, GError **error)
{
    return store_open(&(StoreOptions){.folder = folder}, error);
}

/* A record with a file and as large as records come, so that every part of the write path writes.
 */
static gboolean define(StoreTxn *txn, void *data, GError **error)
{
    const char *name = data;
    g_autofree char *bytes = g_strnfill(20000, *name);
    g_autofree char *digest = txn_definition(txn, bytes, strlen(bytes), error);

    return digest != NULL &&
           txn_append(txn, "definition", NULL,
                      json_pack("{s:s, s:s, s:s, s:s, s:s}", "kind", "item", "code", name, "digest",
                                digest, "from", "2026-01-01", "name", bytes),
                      error);
}

static gint64 definitions(Store *store)
{
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(store, &error);
    gint64 n = -1;

    assert_no_error(error);
    assert_true(db_int(catalog_db(reader), &n, 0, &error,
                       "SELECT count(*) FROM event WHERE act = 'definition'", ""));
    return n;
}

static guint operations_of_a_write(void)
{
    g_autofree char *folder = made_folder();
    GError *error = NULL;
    g_autoptr(Store) store = open_again(folder, &error);

    assert_no_error(error);
    fault_set(FAULT_NONE, 0);
    assert_true(store_write(store, &actor, define, first, &error));
    return fault_count();
}

/* TRUE where the writer stopped. */
static gboolean writes_with_fault(FaultKind kind, guint at)
{
    g_autofree char *folder = made_folder();
    GError *error = NULL;
    g_autoptr(Store) store = open_again(folder, &error);
    gint64 records, told;
    gboolean stopped;

    assert_no_error(error);
    fault_set(kind, at);
    told = store_write(store, &actor, define, first, &error) ? 1 : 0;
    fault_set(FAULT_NONE, 0);
    if (told == 0)
        assert_error_code(error, ERROR_DISK_FULL);
    g_clear_error(&error);
    assert_int_equal(definitions(store), told);
    stopped = !store_write(store, &actor, define, second, &error);
    if (stopped) {
        assert_error_code(error, ERROR_WRITER_STOPPED);
        g_clear_error(&error);
        return TRUE;
    }
    assert_int_equal(definitions(store), told + 1);
    assert_true(store_verify_journal(store, &records, &error));
    assert_int_equal(records, told + 2);
    return FALSE;
}

static void a_write_that_found_no_room_is_as_if_it_had_never_been_tried(void **state G_GNUC_UNUSED)
{
    static const FaultKind kinds[] = {FAULT_FULL, FAULT_NO_ROOM};
    guint n = operations_of_a_write(), refused;

    assert_true(n > 8);
    for (gsize k = 0; k < G_N_ELEMENTS(kinds); k++) {
        refused = 0;
        for (guint at = 1; at <= n; at++)
            refused += writes_with_fault(kinds[k], at);
        assert_true(refused <= SYNCS_OF_JOURNAL);
    }
}

static int refuse_to_cut(FileOp op, const char *path G_GNUC_UNUSED, void *data G_GNUC_UNUSED)
{
    return op == FILE_TRUNCATE ? EIO : 0;
}

/* The commit finds no room, and the lines of the journal cannot be taken back either. */
static void lines_that_stay_without_their_commit_are_replayed(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    GError *error = NULL;
    Store *store = open_again(folder, &error);

    fault_set(FAULT_NO_ROOM, 1);
    file_fault_set(refuse_to_cut, NULL); /* our own files have room */
    assert_false(store_write(store, &actor, define, first, &error));
    assert_error_code(error, ERROR_DISK_FULL);
    g_clear_error(&error);
    fault_set(FAULT_NONE, 0);
    fault_shim_files();
    assert_false(store_write(store, &actor, define, second, &error));
    assert_error_code(error, ERROR_WRITER_STOPPED);
    g_clear_error(&error);
    store_close(store);
    store = open_again(folder, &error);
    assert_no_error(error);
    assert_int_equal(definitions(store), 1);
    store_close(store);
}

static void a_full_disk_is_read(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    GError *error = NULL;
    Store *store = open_again(folder, &error);
    gint64 records;

    assert_true(store_write(store, &actor, define, first, &error));
    store_close(store);
    fault_set(FAULT_NO_ROOM, 1);
    store = open_again(folder, &error);
    assert_no_error(error);
    assert_int_equal(definitions(store), 1);
    assert_true(store_verify_journal(store, &records, &error));
    assert_int_equal(records, 2);
    assert_false(store_write(store, &actor, define, second, &error));
    assert_error_code(error, ERROR_DISK_FULL);
    g_clear_error(&error);
    fault_set(FAULT_NONE, 0);
    assert_true(store_write(store, &actor, define, second, &error));
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_write_that_found_no_room_is_as_if_it_had_never_been_tried),
        cmocka_unit_test(lines_that_stay_without_their_commit_are_replayed),
        cmocka_unit_test(a_full_disk_is_read),
    };

    testing_begin();
    fault_shim_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
