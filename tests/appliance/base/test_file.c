/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/testing.h"

#include "appliance/base/file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *text_of(const char *path)
{
    char *text = NULL;

    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

static void a_file_is_read_whole(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *path = g_build_filename(folder, "a", NULL);
    g_autoptr(GBytes) bytes = NULL;
    GError *error = NULL;

    assert_true(file_replace(path, 0600, "hello", 5, &error));
    bytes = file_read(path, 100, &error);
    assert_int_equal(g_bytes_get_size(bytes), 5);
}

static void a_file_over_the_limit_is_refused(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *path = g_build_filename(folder, "a", NULL);
    GError *error = NULL;

    assert_true(file_replace(path, 0600, "hello", 5, &error));
    assert_null(file_read(path, 4, &error));
    assert_error_code(error, ERROR_TOO_LARGE);
    g_clear_error(&error);
}

static void a_missing_file_is_named(void **state G_GNUC_UNUSED)
{
    GError *error = NULL;

    assert_null(file_read("/nonexistent/x", 10, &error));
    assert_error_code(error, ERROR_NO_FILE);
    assert_non_null(strstr(error->message, "/nonexistent/x"));
    g_clear_error(&error);
}

static void replacing_keeps_the_old_bytes_until_the_new_are_whole(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *path = g_build_filename(folder, "a", NULL);
    g_autofree char *text = NULL;
    GError *error = NULL;

    assert_true(file_replace(path, 0600, "old", 3, &error));
    assert_true(file_replace(path, 0600, "new", 3, &error));
    text = text_of(path);
    assert_string_equal(text, "new");
}

static void a_replacement_that_fails_leaves_old_or_new_and_nothing_else(void **state G_GNUC_UNUSED)
{
    static const int faults[] = {ENOSPC, FILE_SHORT_WRITE};
    int injected = 0;

    for (gsize f = 0; f < G_N_ELEMENTS(faults); f++) {
        for (guint at = 1;; at++) {
            g_autofree char *folder = testing_folder();
            g_autofree char *path = g_build_filename(folder, "a", NULL);
            g_autofree char *text = NULL;
            g_autoptr(GDir) dir = NULL;
            NthFault nth = {.at = at, .fault = faults[f]};
            GError *error = NULL;
            gboolean ok;

            assert_true(file_replace(path, 0600, "old", 3, &error));
            file_fault_set(testing_fail_nth, &nth);
            ok = file_replace(path, 0600, "new", 3, &error);
            file_fault_set(NULL, NULL);
            text = text_of(path);
            assert_true(ok ? strcmp(text, "new") == 0
                           : strcmp(text, "old") == 0 || strcmp(text, "new") == 0);
            dir = g_dir_open(folder, 0, NULL);
            assert_string_equal(g_dir_read_name(dir), "a");
            assert_null(g_dir_read_name(dir));
            g_clear_error(&error);
            if (ok)
                break;
            injected++;
        }
    }
    assert_true(injected >= 8);
}

static void folders_above_are_made(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *path = g_build_filename(folder, "a/b/c", NULL);
    GError *error = NULL;

    assert_true(file_make_folder(path, 0700, &error));
    assert_true(file_make_folder(path, 0700, &error));
    assert_true(g_file_test(path, G_FILE_TEST_IS_DIR));
}

static void a_tree_is_removed_without_following_links(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *outside = g_build_filename(folder, "outside", NULL);
    g_autofree char *tree = g_build_filename(folder, "tree/sub", NULL);
    g_autofree char *link = g_build_filename(folder, "tree/sub/link", NULL);
    g_autofree char *top = g_build_filename(folder, "tree", NULL);
    GError *error = NULL;

    assert_true(file_make_folder(tree, 0700, &error));
    assert_true(file_replace(outside, 0600, "x", 1, &error));
    assert_int_equal(symlink(outside, link), 0);
    assert_true(file_remove_tree(top, &error));
    assert_false(g_file_test(top, G_FILE_TEST_EXISTS));
    assert_true(g_file_test(outside, G_FILE_TEST_EXISTS));
    assert_true(file_remove_tree(top, &error));
}

static void a_batch_shows_all_files_only_after_commit(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *one = g_build_filename(folder, "1", NULL);
    g_autofree char *two = g_build_filename(folder, "2", NULL);
    g_autoptr(FileBatch) batch = file_batch_new();
    GError *error = NULL;

    assert_true(file_batch_put(batch, one, 0600, "1", 1, &error));
    assert_true(file_batch_put(batch, two, 0600, "2", 1, &error));
    assert_false(g_file_test(one, G_FILE_TEST_EXISTS));
    assert_true(file_batch_commit(batch, &error));
    assert_true(g_file_test(one, G_FILE_TEST_EXISTS) && g_file_test(two, G_FILE_TEST_EXISTS));
}

static void two_batches_cannot_make_the_same_file(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *path = g_build_filename(folder, "1", NULL);
    g_autoptr(FileBatch) first = file_batch_new(), second = file_batch_new();
    GError *error = NULL;

    assert_true(file_batch_put(first, path, 0600, "1", 1, &error));
    assert_false(file_batch_put(second, path, 0600, "2", 1, &error));
    assert_error_code(error, ERROR_IO);
    g_clear_error(&error);
}

static void no_space_is_called_so(void **state G_GNUC_UNUSED)
{
    GError *error = NULL;

    error_set_errno(&error, ERROR_IO, ENOSPC, "x");
    assert_error_code(error, ERROR_DISK_FULL);
    g_clear_error(&error);
}

static void free_space_is_told(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    GError *error = NULL;
    guint64 bytes = 0;

    assert_true(file_free_bytes(folder, &bytes, &error));
    assert_true(bytes > 0);
    assert_false(file_free_bytes("/nonexistent", &bytes, &error));
    g_clear_error(&error);
}

static void a_closed_descriptor_keeps_errno(void **state G_GNUC_UNUSED)
{
    errno = ENOENT;
    fd_close(-1);
    fd_close(9999);
    assert_int_equal(errno, ENOENT);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_file_is_read_whole),
    cmocka_unit_test(a_file_over_the_limit_is_refused),
    cmocka_unit_test(a_missing_file_is_named),
    cmocka_unit_test(replacing_keeps_the_old_bytes_until_the_new_are_whole),
    cmocka_unit_test(a_replacement_that_fails_leaves_old_or_new_and_nothing_else),
    cmocka_unit_test(folders_above_are_made),
    cmocka_unit_test(a_tree_is_removed_without_following_links),
    cmocka_unit_test(a_batch_shows_all_files_only_after_commit),
    cmocka_unit_test(two_batches_cannot_make_the_same_file),
    cmocka_unit_test(no_space_is_called_so),
    cmocka_unit_test(free_space_is_told),
    cmocka_unit_test(a_closed_descriptor_keeps_errno),
};

TEST_MAIN(tests)
