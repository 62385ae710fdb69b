/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/local/print_jobs.h"
#include "tests/testing.h"

#include "storage/db.h"

#include <string.h>

static Local *opened(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "local.db", NULL);
    GError *error = NULL;
    Local *local = local_open(path, &error);

    assert_no_error(error);
    return local;
}

static gint64 added(Local *local, const char *title)
{
    PrintJob job = {.printer = (char *)"escpos:/dev/null",
                    .title = (char *)title,
                    .type = (char *)"application/pdf",
                    .file = (char *)"print/x",
                    .copies = 2,
                    .made_us = 7};
    GError *error = NULL;
    gint64 id = 0;

    assert_true(local_print_add(local, &job, &id, &error));
    assert_no_error(error);
    return id;
}

static void a_job_is_kept_until_it_is_printed(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    Local *local = opened(folder);
    gint64 id = added(local, "收件凭证");
    g_auto(PrintJob) job = {0};
    GError *error = NULL;
    PrintChange sent = {PRINT_SENT, 41, "no-paper", 8}, done = {PRINT_PRINTED, 41, NULL, 9};
    g_autoptr(GPtrArray) open = NULL, all = NULL;

    assert_string_equal(print_state_token(PRINT_WAITING), "waiting");
    assert_string_equal(print_state_token(PRINT_CANCELLED), "cancelled");
    assert_true(local_print_change(local, id, &sent, &error));
    local_close(local);
    local = opened(folder);
    assert_true(local_print_get(local, id, &job, &error));
    assert_int_equal(job.state, PRINT_SENT);
    assert_int_equal(job.remote, 41);
    assert_string_equal(job.problem, "no-paper");
    assert_string_equal(job.title, "收件凭证");
    assert_int_equal(job.copies, 2);
    assert_null(job.number);
    assert_true(local_print_change(local, id, &done, &error));
    open = local_print_open(local, &error);
    all = local_print_list(local, 10, &error);
    assert_int_equal(open->len, 0);
    assert_int_equal(all->len, 1);
    assert_int_equal(((PrintJob *)g_ptr_array_index(all, 0))->done_us, 9);
    local_close(local);
}

static void what_is_over_does_not_change_any_more(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    Local *local = opened(folder);
    gint64 id = added(local, "t");
    PrintChange given_up = {.state = PRINT_CANCELLED}, waiting = {.state = PRINT_WAITING};
    g_auto(PrintJob) none = {0};
    GError *error = NULL;

    assert_true(local_print_change(local, id, &given_up, &error));
    assert_false(local_print_change(local, id, &waiting, &error));
    assert_error_code(error, ERROR_WRONG_STATE);
    g_clear_error(&error);
    assert_false(local_print_get(local, id + 1, &none, &error));
    assert_error_code(error, ERROR_NOT_FOUND);
    g_clear_error(&error);
    local_close(local);
}

static void jobs_come_in_the_order_they_were_given(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    Local *local = opened(folder);
    GError *error = NULL;
    g_autoptr(GPtrArray) newest = NULL;

    added(local, "1");
    added(local, "2");
    added(local, "3");
    newest = local_print_list(local, 2, &error);
    assert_int_equal(newest->len, 2);
    assert_string_equal(((PrintJob *)g_ptr_array_index(newest, 0))->title, "2");
    assert_string_equal(((PrintJob *)g_ptr_array_index(newest, 1))->title, "3");
    local_close(local);
}

static void a_setting_is_set_read_and_removed(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder(), *none = NULL, *one = NULL, *gone = NULL;
    Local *local = opened(folder);
    GError *error = NULL;

    none = local_setting_get(local, "printer", &error);
    assert_null(none);
    assert_no_error(error);
    assert_true(local_setting_put(local, "printer", "ipp://localhost/printers/a", &error));
    one = local_setting_get(local, "printer", &error);
    assert_string_equal(one, "ipp://localhost/printers/a");
    assert_true(local_setting_put(local, "printer", "", &error));
    gone = local_setting_get(local, "printer", &error);
    assert_null(gone);
    local_close(local);
}

static void people_stay_when_an_older_file_is_brought_up(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder(), *path = g_build_filename(folder, "local.db", NULL);
    Local *local = opened(folder);
    LocalPerson person = {(char *)"000001", (char *)"王", 16, TRUE};
    g_auto(LocalPerson) found = {0};
    GError *error = NULL;
    Db *db;

    assert_true(local_person_put(local, &person, &error));
    local_close(local);
    db = db_open(path, DB_READ_WRITE, &error);
    assert_true(
        db_script(db, "DROP TABLE print_job; DROP TABLE setting; PRAGMA user_version = 1", &error));
    db_close(db);
    local = opened(folder);
    added(local, "t");
    assert_true(local_person_get(local, "000001", &found, &error));
    assert_string_equal(found.name, "王");
    local_close(local);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_job_is_kept_until_it_is_printed),
    cmocka_unit_test(what_is_over_does_not_change_any_more),
    cmocka_unit_test(jobs_come_in_the_order_they_were_given),
    cmocka_unit_test(a_setting_is_set_read_and_removed),
    cmocka_unit_test(people_stay_when_an_older_file_is_brought_up),
};
TEST_MAIN(tests)
