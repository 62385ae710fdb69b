/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/hot_folder.h"
#include "tests/drivers/scanner_suite.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define JPEG "\xff\xd8\xff\xe0 body"

typedef struct {
    char *path;
    gint64 now_us;
    Clock clock;
    HotFolder *folder;
} Case;

static char *in(const Case *test, const char *room, const char *name)
{
    return g_build_filename(test->path, room, name, NULL);
}

static void put(const Case *test, const char *name, const char *bytes)
{
    g_autofree char *path = in(test, "inbox", name);

    assert_true(g_file_set_contents(path, bytes, -1, NULL));
}

static gboolean is_there(const Case *test, const char *room, const char *name)
{
    g_autofree char *path = in(test, room, name);

    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static void reopen(Case *test)
{
    g_autoptr(GError) error = NULL;

    g_clear_pointer(&test->folder, hot_folder_free);
    test->folder = hot_folder_open(test->path, &test->clock, &error);
    assert_no_error(error);
}

static int set_up(void **state)
{
    Case *test = g_new0(Case, 1);

    test->path = testing_folder();
    test->now_us = g_get_real_time();
    test->clock = clock_manual(&test->now_us);
    reopen(test);
    *state = test;
    return 0;
}

static int tear_down(void **state)
{
    Case *test = *state;

    hot_folder_free(test->folder);
    g_free(test->path);
    g_free(test);
    return 0;
}

static HotFile next(Case *test)
{
    g_autoptr(GError) error = NULL;
    HotFile file;

    assert_true(hot_folder_next(test->folder, &file, &error));
    assert_no_error(error);
    return file;
}

static void assert_nothing(Case *test)
{
    HotFile file = next(test);

    assert_int_equal(file.id, 0);
    assert_int_equal(file.fd, -1);
}

static void a_file_goes_to_done_only_after_the_commit(void **state)
{
    Case *test = *state;
    g_autoptr(GError) error = NULL;
    HotFile file;

    put(test, "a.jpg", JPEG);
    file = next(test);
    assert_string_equal(file.name, "a.jpg");
    assert_string_equal(file.media_type, "image/jpeg");
    fd_close(file.fd);
    assert_true(is_there(test, "working", "a.jpg"));
    assert_false(is_there(test, "done", "a.jpg"));
    assert_true(hot_folder_commit(test->folder, file.id, &error));
    assert_true(is_there(test, "done", "a.jpg"));
    assert_false(is_there(test, "working", "a.jpg"));
    assert_false(hot_folder_commit(test->folder, file.id, &error));
    assert_error_code(error, ERROR_NOT_FOUND);
}

static void a_broken_file_goes_to_failed_untouched_with_its_reason(void **state)
{
    Case *test = *state;
    g_autofree char *kept = in(test, "failed", "b.tif");
    g_autofree char *reason = in(test, "failed", "b.tif.reason.txt");
    g_autoptr(GError) error = NULL;
    g_autofree char *bytes = NULL;
    g_autofree char *text = NULL;
    HotFile file;

    put(test, "b.tif", "II*");
    file = next(test);
    assert_string_equal(file.media_type, "application/octet-stream");
    fd_close(file.fd);
    assert_true(hot_folder_refuse(test->folder, file.id, "cut off after 3 bytes", &error));
    assert_no_error(error);
    assert_true(g_file_get_contents(kept, &bytes, NULL, NULL));
    assert_string_equal(bytes, "II*");
    assert_true(g_file_get_contents(reason, &text, NULL, NULL));
    assert_string_equal(text, "cut off after 3 bytes\n");
}

static void a_file_that_is_being_written_is_left_alone(void **state)
{
    Case *test = *state;
    g_autofree char *path = in(test, "inbox", "a.jpg");
    int writer = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    struct pollfd wake = {.fd = hot_folder_wake_fd(test->folder), .events = POLLIN};
    HotFile file;

    assert_int_equal(write(writer, JPEG, 4), 4);
    assert_nothing(test);
    assert_int_equal(poll(&wake, 1, 0), 0);
    assert_int_equal(write(writer, JPEG, 4), 4);
    close(writer);
    assert_int_equal(poll(&wake, 1, 0), 1);
    file = next(test);
    assert_true(file.id != 0);
    fd_close(file.fd);
    assert_int_equal(poll(&wake, 1, 0), 0);
}

static void a_renamed_file_wakes_at_once(void **state)
{
    Case *test = *state;
    g_autofree char *from = g_build_filename(test->path, "half.part", NULL);
    g_autofree char *to = in(test, "inbox", "whole.png");
    struct pollfd wake = {.fd = hot_folder_wake_fd(test->folder), .events = POLLIN};
    HotFile file;

    assert_true(g_file_set_contents(from, "\x89PNG\r\n\x1a\n", 8, NULL));
    assert_int_equal(rename(from, to), 0);
    assert_int_equal(poll(&wake, 1, 0), 1);
    file = next(test);
    assert_string_equal(file.media_type, "image/png");
    fd_close(file.fd);
}

static void an_empty_file_is_given_time(void **state)
{
    Case *test = *state;
    HotFile file;

    put(test, "empty.pdf", "");
    assert_nothing(test);
    test->now_us += (HOT_FOLDER_SETTLE_S + 1) * G_USEC_PER_SEC;
    file = next(test);
    assert_true(file.id != 0);
    fd_close(file.fd);
}

static void what_a_crash_left_in_work_comes_again(void **state)
{
    Case *test = *state;
    HotFile file;

    put(test, "a.jpg", JPEG);
    file = next(test);
    fd_close(file.fd);
    reopen(test);
    assert_true(is_there(test, "inbox", "a.jpg"));
    file = next(test);
    assert_string_equal(file.name, "a.jpg");
    fd_close(file.fd);
}

static void equal_names_never_overwrite(void **state)
{
    Case *test = *state;
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i < 3; i++) {
        HotFile file;

        put(test, "a.jpg", JPEG);
        file = next(test);
        fd_close(file.fd);
        assert_true(hot_folder_commit(test->folder, file.id, &error));
    }
    assert_true(is_there(test, "done", "a.jpg"));
    assert_true(is_there(test, "done", "a-2.jpg"));
    assert_true(is_there(test, "done", "a-3.jpg"));
}

static void links_fifos_and_hidden_names_are_not_opened(void **state)
{
    Case *test = *state;
    g_autofree char *link = in(test, "inbox", "link.jpg");
    g_autofree char *room = in(test, "inbox", "folder");

    assert_int_equal(symlink("/etc/passwd", link), 0);
    assert_int_equal(g_mkdir(room, 0700), 0);
    put(test, ".hidden.jpg", JPEG);
    assert_nothing(test);
    assert_true(is_there(test, "failed", "link.jpg.reason.txt"));
    assert_true(is_there(test, "inbox", "folder"));
    assert_true(is_there(test, "inbox", ".hidden.jpg"));
}

static void files_come_in_the_order_of_their_names(void **state)
{
    Case *test = *state;

    put(test, "003.jpg", JPEG);
    put(test, "001.jpg", JPEG);
    put(test, "002.jpg", JPEG);
    for (guint i = 1; i <= 3; i++) {
        g_autofree char *name = g_strdup_printf("%03u.jpg", i);
        HotFile file = next(test);

        assert_string_equal(file.name, name);
        fd_close(file.fd);
    }
    assert_nothing(test);
}

/* Whatever step fails, the file is whole in one of the rooms and comes again. */
static void no_failing_step_loses_a_file(void **state)
{
    Case *test = *state;
    gboolean failed = TRUE;

    for (guint at = 1; failed && at < 20; at++) {
        g_autoptr(GError) error = NULL;
        NthFault nth = {.at = at, .fault = EIO};
        HotFile file;

        assert_true(file_remove_tree(test->path, &error));
        reopen(test);
        put(test, "a.jpg", JPEG);
        file_fault_set(testing_fail_nth, &nth);
        failed = !hot_folder_next(test->folder, &file, &error);
        fd_close(file.fd);
        if (!failed && file.id != 0)
            failed = !hot_folder_commit(test->folder, file.id, &error);
        file_fault_set(NULL, NULL);
        assert_true(is_there(test, "inbox", "a.jpg") || is_there(test, "working", "a.jpg") ||
                    is_there(test, "done", "a.jpg"));
    }
    assert_false(failed);
}

static guint load(ScannerRig *rig, guint sheets)
{
    g_autofree char *inbox = g_build_filename(rig->data, "inbox", NULL);
    g_autoptr(GError) error = NULL;

    assert_true(file_remove_tree(inbox, &error));
    assert_true(file_make_folder(inbox, 0700, &error));
    for (guint i = 0; i < sheets; i++) {
        g_autofree char *name = g_strdup_printf("%u.jpg", i);
        g_autofree char *path = g_build_filename(inbox, name, NULL);

        assert_true(g_file_set_contents(path, JPEG, -1, NULL));
    }
    return sheets;
}

int main(void)
{
    static ScannerRig rig = {.load = load,
                             .absent_name = "folder:/nowhere/at/all",
                             .options = {.mode = SCANNER_COLOUR, .dpi = 300},
                             .can_be_empty = TRUE};
    const struct CMUnitTest tests[] = {
        SCANNER_SUITE(&rig),
        cmocka_unit_test_setup_teardown(a_file_goes_to_done_only_after_the_commit, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_broken_file_goes_to_failed_untouched_with_its_reason,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_is_being_written_is_left_alone, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_renamed_file_wakes_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_empty_file_is_given_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_crash_left_in_work_comes_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(equal_names_never_overwrite, set_up, tear_down),
        cmocka_unit_test_setup_teardown(links_fifos_and_hidden_names_are_not_opened, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(files_come_in_the_order_of_their_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_failing_step_loses_a_file, set_up, tear_down),
    };
    int failed;

    testing_begin();
    rig.data = testing_folder();
    rig.name = g_strdup_printf("folder:%s", (char *)rig.data);
    rig.host = scanner_suite_real_host();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    g_free(rig.name);
    g_free(rig.data);
    return failed;
}
