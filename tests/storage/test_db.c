/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/testing.h"

#include "storage/db.h"

#include <string.h>

static char *folder;

static void every_kind_of_value_comes_out_as_it_is(void **state G_GNUC_UNUSED)
{
    GError *error = NULL;
    g_autoptr(Db) db = db_open("", DB_READ_WRITE, &error);
    g_autoptr(json_t) row = NULL;
    g_autofree char *line = NULL;

    assert_no_error(error);
    row = db_row(db, &error, "SELECT ? AS i, ? AS t, ? AS b, ? AS o, 1.5 AS r", "itbo", (gint64)7,
                 "张", "\x01\xff", 2, NULL);
    assert_no_error(error);
    line = json_line(row);
    assert_string_equal(line, "{\"i\":7,\"t\":\"张\",\"b\":\"01ff\",\"o\":null,\"r\":1.5}");
}

static void a_statement_that_is_none_is_refused_by_every_call(void **state G_GNUC_UNUSED)
{
    static const char nonsense[] = "SELECT * FROM nowhere";
    GError *error = NULL;
    g_autoptr(Db) db = db_open("", DB_READ_WRITE, &error);
    gint64 n = 5;

    assert_false(db_run(db, &error, nonsense, ""));
    assert_error_code(error, ERROR_CATALOGUE);
    g_clear_error(&error);
    assert_null(db_rows(db, &error, nonsense, ""));
    assert_error_code(error, ERROR_CATALOGUE);
    g_clear_error(&error);
    assert_null(db_row(db, &error, nonsense, ""));
    assert_error_code(error, ERROR_CATALOGUE);
    g_clear_error(&error);
    assert_false(db_int(db, &n, 0, &error, nonsense, ""));
    assert_error_code(error, ERROR_CATALOGUE);
    assert_non_null(strstr(error->message, "nowhere"));
    g_clear_error(&error);
}

static void a_folder_is_no_database(void **state G_GNUC_UNUSED)
{
    GError *error = NULL;

    assert_null(db_open(folder, DB_READ_WRITE, &error));
    assert_error_code(error, ERROR_IO);
    g_clear_error(&error);
    assert_null(db_open(folder, DB_OWN, &error));
    assert_error_code(error, ERROR_IO);
    g_clear_error(&error);
}

/* What was read is not the newest any more: nobody waits for that. */
static void who_read_an_old_state_does_not_write(void **state G_GNUC_UNUSED)
{
    g_autofree char *path = g_build_filename(folder, "two.db", NULL);
    GError *error = NULL;
    g_autoptr(Db) one = db_open(path, DB_READ_WRITE, &error);
    g_autoptr(Db) other = db_open(path, DB_READ_WRITE, &error);
    gint64 n;

    assert_true(db_script(one, "CREATE TABLE t (i INTEGER); BEGIN", &error));
    assert_true(db_int(one, &n, 0, &error, "SELECT count(*) FROM t", ""));
    assert_true(db_script(other, "INSERT INTO t VALUES (1)", &error));
    assert_false(db_script(one, "INSERT INTO t VALUES (2)", &error));
    assert_error_code(error, ERROR_BUSY);
    g_clear_error(&error);
    db_roll_back(one);
    assert_true(db_script(one, "INSERT INTO t VALUES (2)", &error));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_kind_of_value_comes_out_as_it_is),
    cmocka_unit_test(a_statement_that_is_none_is_refused_by_every_call),
    cmocka_unit_test(a_folder_is_no_database),
    cmocka_unit_test(who_read_an_old_state_does_not_write),
};

TEST_MAIN_IN(folder, tests)
