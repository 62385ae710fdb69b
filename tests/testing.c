/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/testing.h"

#include "appliance/base/worker.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static GPtrArray *folders;

static void remove_folders(void)
{
    for (guint i = 0; folders != NULL && i < folders->len; i++) {
        GError *error = NULL;

        if (!file_remove_tree(g_ptr_array_index(folders, i), &error))
            g_clear_error(&error);
    }
    g_clear_pointer(&folders, g_ptr_array_unref);
}

void testing_begin(void)
{
    const char *filter = g_getenv("ANJUAN_FILTER");

    if (filter != NULL)
        cmocka_set_test_filter(filter);
    g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING | G_LOG_FATAL_MASK);
    worker_program_set(ANJUAN_PROGRAM);
    /* SANE's installed configuration would send packets into the network. */
    g_setenv("SANE_CONFIG_DIR", "/nonexistent", FALSE);
}

char *testing_folder(void)
{
    GError *error = NULL;
    char *folder = g_dir_make_tmp("anjuan-test-XXXXXX", &error);

    assert_no_error(error);
    if (g_getenv("ANJUAN_KEEP") != NULL)
        return folder;
    if (folders == NULL) {
        folders = g_ptr_array_new_with_free_func(g_free);
        atexit(remove_folders);
    }
    g_ptr_array_add(folders, g_strdup(folder));
    return folder;
}

void assert_no_error(const GError *error)
{
    if (error != NULL)
        fail_msg("unexpected error: %s", error->message);
}

void assert_error_code(const GError *error, ErrorCode code)
{
    assert_non_null(error);
    if (error_code(error) != code)
        fail_msg("expected %s, got %s: %s", error_token(code), error_token(error_code(error)),
                 error->message);
}

int testing_fail_nth(FileOp op G_GNUC_UNUSED, const char *path G_GNUC_UNUSED, void *nth_fault)
{
    NthFault *nth = nth_fault;

    return ++nth->count == nth->at ? nth->fault : 0;
}

int testing_fail_from(FileOp op G_GNUC_UNUSED, const char *path G_GNUC_UNUSED, void *nth_fault)
{
    NthFault *nth = nth_fault;

    return ++nth->count >= nth->at ? nth->fault : 0;
}

void testing_flip(const char *path, gint64 at, guint8 mask)
{
    g_auto(Fd) fd = open(path, O_RDWR | O_CLOEXEC);
    guint8 byte = 0;

    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= mask;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
}

void testing_wait_all(const pid_t *children, gsize n)
{
    for (gsize i = 0; i < n; i++) {
        int status = 0;

        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
}
