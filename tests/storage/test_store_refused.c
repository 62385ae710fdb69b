/* SPDX-License-Identifier: Apache-2.0
 *
 * What a store refuses, and that nothing of it remains.
 */
#include "tests/storage/made_store.h"

#include "storage/catalog_query.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static const StoreActor actor = {"os:test", "test"};

static char *journal_text(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "journal/0000000000000000.log", NULL);
    char *text;

    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

/* ── commands that ask for what cannot be ────────────────────────────────────────────────── */

static gboolean append_nothing(StoreTxn *txn, void *data G_GNUC_UNUSED, GError **error)
{
    return txn_append(txn, "definition", NULL, NULL, error);
}

static gboolean append_unknown(StoreTxn *txn, void *data G_GNUC_UNUSED, GError **error)
{
    return txn_append(txn, "teleport", NULL, json_object(), error);
}

static json_t *definition(const char *name)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s}", "kind", "item", "code", "x", "digest", "00",
                     "from", "2026-01-01", "name", name);
}

static gboolean append_too_much(StoreTxn *txn, void *data G_GNUC_UNUSED, GError **error)
{
    g_autofree char *name = g_strnfill(1 << 20, 'n');

    return txn_append(txn, "definition", NULL, definition(name), error);
}

static gboolean append_little(StoreTxn *txn, void *data G_GNUC_UNUSED, GError **error)
{
    return txn_append(txn, "definition", NULL, definition("n"), error);
}

static gboolean write_a_file_twice(StoreTxn *txn, void *data G_GNUC_UNUSED, GError **error)
{
    return txn_file(txn, "spool/x", "x", 1, error) && txn_file(txn, "spool/x", "y", 1, error);
}

static void what_cannot_be_is_refused_and_leaves_nothing(void **state G_GNUC_UNUSED)
{
    static const StoreActor nobody = {"os:\xff", "test"};
    static const struct {
        StoreCommand command;
        const StoreActor *actor;
        ErrorCode code;
    } cases[] = {
        {append_nothing, &actor, ERROR_INTERNAL},
        {append_unknown, &actor, ERROR_UNKNOWN_ACT},
        {append_too_much, &actor, ERROR_RECORD_TOO_LARGE},
        {append_little, &nobody, ERROR_INVALID},
        {write_a_file_twice, &actor, ERROR_INTERNAL},
    };
    g_autofree char *folder = made_folder(), *before = journal_text(folder);
    g_autofree char *spool = g_build_filename(folder, "spool/x", NULL), *after = NULL;
    g_autoptr(Store) store = opened(folder);

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;

        assert_false(store_write(store, cases[i].actor, cases[i].command, NULL, &error));
        assert_error_code(error, cases[i].code);
        g_clear_error(&error);
    }
    after = journal_text(folder);
    assert_string_equal(after, before);
    assert_false(g_file_test(spool, G_FILE_TEST_EXISTS));
    {
        GError *error = NULL;

        assert_true(store_write(store, &actor, append_little, NULL, &error));
        assert_no_error(error);
    }
}

static gboolean write_a_file(StoreTxn *txn, void *data G_GNUC_UNUSED, GError **error)
{
    return txn_file(txn, "spool/x", "x", 1, error);
}

/* Only a file is left by a crash, never a folder. */
static void a_folder_in_the_place_of_a_file_stays(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    g_autofree char *path = g_build_filename(folder, "spool/x", NULL);
    g_autoptr(Store) store = opened(folder);
    GError *error = NULL;

    assert_int_equal(g_mkdir(path, 0700), 0);
    assert_false(store_write(store, &actor, write_a_file, NULL, &error));
    assert_error_code(error, ERROR_IO);
    g_clear_error(&error);
    assert_int_equal(g_rmdir(path), 0);
    assert_true(store_write(store, &actor, write_a_file, NULL, &error));
    assert_true(g_file_test(path, G_FILE_TEST_IS_REGULAR));
}

static void a_store_that_does_not_know_how_far_it_is_does_not_go_on(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    g_autofree char *path = g_build_filename(folder, "catalogue.db", NULL);
    g_autoptr(Store) store = opened(folder);
    GError *error = NULL;
    g_autoptr(Db) db = db_open(path, DB_READ_WRITE, &error);

    assert_true(db_script(db, "ALTER TABLE meta RENAME TO gone", &error));
    assert_false(store_catch_up(store, &error));
    assert_error_code(error, ERROR_CATALOGUE);
    g_clear_error(&error);
    assert_true(db_script(db, "ALTER TABLE gone RENAME TO meta", &error));
    assert_true(store_catch_up(store, &error));
}

static void a_store_that_cannot_be_made_whole_is_none(void **state G_GNUC_UNUSED)
{
    GError *error = NULL;
    guint at = 0;

    for (gboolean made = FALSE; !made;) {
        g_autofree char *parent = testing_folder();
        g_autofree char *folder = g_build_filename(parent, "data", NULL);
        StoreOptions options = {.folder = folder};
        NthFault nth = {.at = ++at, .fault = EIO};

        file_fault_set(testing_fail_from, &nth);
        made = store_create(&options, &made_origin, &error);
        file_fault_set(NULL, NULL);
        assert_true(made == (error == NULL));
        g_clear_error(&error);
    }
    assert_true(at > 10);
}

static void a_store_open_for_reading_makes_no_catalogue(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    StoreOptions options = {.folder = folder};
    GError *error = NULL;
    g_autoptr(Store) store = NULL;
    gint64 records;

    options.read_only = TRUE;
    store = store_open(&options, &error);
    assert_no_error(error);
    assert_false(store_rebuild(store, &records, &error));
    assert_error_code(error, ERROR_READ_ONLY);
    g_clear_error(&error);
}

/* ── catalogues that are none ────────────────────────────────────────────────────────────── */

#define PAGE_BYTES 4096

static void run_sql(const char *folder, const char *sql)
{
    g_autofree char *path = g_build_filename(folder, "catalogue.db", NULL);
    GError *error = NULL;
    g_autoptr(Db) db = db_open(path, DB_READ_WRITE, &error);

    assert_true(db_script(db, sql, &error));
}

static void of_a_newer_version(const char *folder)
{
    run_sql(folder, "PRAGMA user_version = 999");
}

static void of_another_program(const char *folder)
{
    run_sql(folder, "PRAGMA application_id = 7");
}

/* Rubbish in the pages [from, to) of the file, counted from 0; -1: to its end. */
static void spoil_pages(const char *folder, gint64 from, gint64 to)
{
    g_autofree char *path = g_build_filename(folder, "catalogue.db", NULL), *bytes = NULL;
    gsize size;
    int fd;

    run_sql(folder, "PRAGMA wal_checkpoint(TRUNCATE)");
    assert_true(g_file_get_contents(path, &bytes, &size, NULL));
    to = to < 0 ? (gint64)size / PAGE_BYTES : to;
    assert_true(from < to && to * PAGE_BYTES <= (gint64)size);
    memset(bytes, 0xa5, (gsize)((to - from) * PAGE_BYTES));
    /* In place: who has the file open has the damage. */
    fd = open(path, O_WRONLY);
    assert_int_equal(pwrite(fd, bytes, (gsize)((to - from) * PAGE_BYTES), from * PAGE_BYTES),
                     (to - from) * PAGE_BYTES);
    close(fd);
}

/* The first page says what it is; what follows is rubbish. */
static void damaged_behind_its_head(const char *folder)
{
    spoil_pages(folder, 1, -1);
}

/* All that is rubbish is how far the journal is applied. */
static void damaged_in_its_mark(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "catalogue.db", NULL);
    GError *error = NULL;
    g_autoptr(Db) db = db_open(path, DB_READ_WRITE, &error);
    gint64 page, size;

    assert_true(db_int(db, &size, 0, &error, "PRAGMA page_size", ""));
    assert_int_equal(size, PAGE_BYTES);
    assert_true(
        db_int(db, &page, 0, &error, "SELECT rootpage FROM sqlite_schema WHERE name = 'meta'", ""));
    g_clear_pointer(&db, db_close);
    spoil_pages(folder, page - 1, page);
}

static const struct {
    void (*damage)(const char *folder);
    ErrorCode code;
} damages[] = {
    {of_a_newer_version, ERROR_NEWER_SCHEMA},
    {of_another_program, ERROR_CATALOGUE},
    {damaged_behind_its_head, ERROR_CATALOGUE},
    {damaged_in_its_mark, ERROR_CATALOGUE},
};

static gint64 records_of(Store *store)
{
    GError *error = NULL;
    gint64 records;

    assert_true(store_verify_journal(store, &records, &error));
    return records;
}

static void
a_catalogue_that_is_none_is_made_again_where_that_is_asked_for(void **state G_GNUC_UNUSED)
{
    for (gsize i = 0; i < G_N_ELEMENTS(damages); i++) {
        g_autofree char *folder = made_folder();
        StoreOptions options = made_options(folder);
        GError *error = NULL;
        Store *store;

        damages[i].damage(folder);
        assert_null(store_open(&options, &error));
        assert_error_code(error, damages[i].code);
        g_clear_error(&error);
        options.remake = TRUE;
        store = store_open(&options, &error);
        assert_no_error(error);
        assert_int_equal(records_of(store), 1);
        store_close(store);
    }
}

static void a_catalogue_that_cannot_be_made_again_stays_refused(void **state G_GNUC_UNUSED)
{
    for (gsize i = 0; i < G_N_ELEMENTS(damages); i++) {
        g_autofree char *folder = made_folder();
        StoreOptions options = made_options(folder);
        NthFault nth = {.at = 1, .fault = EIO};
        GError *error = NULL;
        g_autoptr(Store) store = NULL;

        options.remake = TRUE;
        damages[i].damage(folder);
        file_fault_set(testing_fail_nth, &nth);
        assert_null(store_open(&options, &error));
        file_fault_set(NULL, NULL);
        assert_error_code(error, ERROR_IO);
        g_clear_error(&error);
        store = store_open(&options, &error);
        assert_no_error(error);
    }
}

/* Rebuilt while it is open: SQLite finds what it cannot even empty. */
static void a_catalogue_damaged_under_a_store_gives_way_to_a_new_one(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    g_autoptr(Store) store = opened(folder);
    GError *error = NULL;
    gint64 records;

    damaged_behind_its_head(folder);
    assert_true(store_rebuild(store, &records, &error));
    assert_no_error(error);
    assert_int_equal(records, 1);
    assert_true(store_write(store, &actor, append_little, NULL, &error));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_cannot_be_is_refused_and_leaves_nothing),
    cmocka_unit_test(a_folder_in_the_place_of_a_file_stays),
    cmocka_unit_test(a_store_that_does_not_know_how_far_it_is_does_not_go_on),
    cmocka_unit_test(a_store_that_cannot_be_made_whole_is_none),
    cmocka_unit_test(a_store_open_for_reading_makes_no_catalogue),
    cmocka_unit_test(a_catalogue_that_is_none_is_made_again_where_that_is_asked_for),
    cmocka_unit_test(a_catalogue_that_cannot_be_made_again_stays_refused),
    cmocka_unit_test(a_catalogue_damaged_under_a_store_gives_way_to_a_new_one),
};

TEST_MAIN(tests)
