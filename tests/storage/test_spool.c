/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/testing.h"

#include "appliance/base/message.h"
#include "storage/spool.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static Fd page_of(const char *bytes)
{
    GError *error = NULL;
    Fd fd = memfd_new("page", 0, &error);

    assert_no_error(error);
    assert_int_equal(write(fd, bytes, strlen(bytes)), strlen(bytes));
    return fd;
}

static const SpoolName name = {"261121", 12, 3, 'a', "tif"};

static void a_page_is_there_after_commit_with_its_digests(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *path = g_build_filename(folder, "spool/261121/12/0003-a.tif", NULL);
    g_autoptr(SpoolGroup) group = spool_group_new(folder);
    g_auto(Fd) fd = page_of("abc");
    SpoolFile file;
    guint8 expected[SHA256_DIGEST_SIZE];
    GError *error = NULL;

    assert_true(spool_group_add(group, &name, fd, &file, &error));
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    assert_true(spool_group_commit(group, &error));
    assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
    sha256_of("abc", 3, expected);
    assert_memory_equal(file.digests.sha256, expected, sizeof expected);
    assert_int_equal(file.bytes, 3);
    spool_file_clear(&file);
}

static void an_uncommitted_page_leaves_nothing(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *day = g_build_filename(folder, "spool/261121/12", NULL);
    SpoolGroup *group = spool_group_new(folder);
    g_auto(Fd) fd = page_of("abc");
    g_autoptr(GDir) dir = NULL;
    SpoolFile file;
    GError *error = NULL;

    assert_true(spool_group_add(group, &name, fd, &file, &error));
    spool_group_free(group);
    dir = g_dir_open(day, 0, NULL);
    assert_null(g_dir_read_name(dir));
    spool_file_clear(&file);
}

static void an_existing_page_is_never_overwritten(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    GError *error = NULL;

    for (int i = 0; i < 2; i++) {
        g_autoptr(SpoolGroup) group = spool_group_new(folder);
        g_auto(Fd) fd = page_of(i == 0 ? "first" : "second");
        SpoolFile file;

        assert_true(spool_group_add(group, &name, fd, &file, &error));
        assert_int_equal(spool_group_commit(group, &error), i == 0);
        spool_file_clear(&file);
    }
    assert_error_code(error, ERROR_IO);
    g_clear_error(&error);
}

static void a_failure_at_any_position_is_reported(void **state G_GNUC_UNUSED)
{
    int positions = 0;

    for (guint at = 1;; at++) {
        g_autofree char *folder = testing_folder();
        g_autoptr(SpoolGroup) group = spool_group_new(folder);
        g_auto(Fd) fd = page_of("abc");
        NthFault nth = {.at = at, .fault = ENOSPC};
        SpoolFile file = {0};
        GError *error = NULL;
        gboolean ok;

        file_fault_set(testing_fail_nth, &nth);
        ok = spool_group_add(group, &name, fd, &file, &error) && spool_group_commit(group, &error);
        file_fault_set(NULL, NULL);
        spool_file_clear(&file);
        if (ok)
            break;
        assert_error_code(error, ERROR_DISK_FULL);
        g_clear_error(&error);
        positions++;
    }
    assert_true(positions >= 6);
}

static void a_page_that_cannot_be_read_is_not_stored(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *absent = g_build_filename(folder, "absent", NULL);
    g_autoptr(SpoolGroup) group = spool_group_new(folder);
    SpoolFile file = {0};
    GError *error = NULL;

    assert_false(spool_group_add(group, &name, -1, &file, &error));
    assert_error_code(error, ERROR_IO);
    g_clear_error(&error);
    spool_file_clear(&file);
    assert_false(spool_reserve(absent, 0, &error));
    assert_non_null(error);
    g_clear_error(&error);
}

static void no_feed_starts_below_the_reserve(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    GError *error = NULL;

    assert_true(spool_reserve(folder, 0, &error));
    assert_false(spool_reserve(folder, G_GUINT64_CONSTANT(1) << 60, &error));
    assert_error_code(error, ERROR_DISK_FULL);
    g_clear_error(&error);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_page_is_there_after_commit_with_its_digests),
    cmocka_unit_test(an_uncommitted_page_leaves_nothing),
    cmocka_unit_test(an_existing_page_is_never_overwritten),
    cmocka_unit_test(a_failure_at_any_position_is_reported),
    cmocka_unit_test(a_page_that_cannot_be_read_is_not_stored),
    cmocka_unit_test(no_feed_starts_below_the_reserve),
};

TEST_MAIN(tests)
