/* SPDX-License-Identifier: Apache-2.0
 *
 * What every test program includes first: cmocka, and a folder of its own that goes with it.
 *
 * A case is a function `static void xyz(void **state)`; its name reads as a sentence
 * (`a_torn_tail_is_cut`). GLib criticals and warnings abort, so an unexpected one fails a test.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <glib.h>

#include "appliance/base/file.h"

/* Run a NULL-free array of cmocka tests as `main`. */
#define TEST_MAIN(tests)                                                                           \
    int main(void)                                                                                 \
    {                                                                                              \
        testing_begin();                                                                           \
        return cmocka_run_group_tests(tests, NULL, NULL);                                          \
    }

/* The same with a fresh folder in `folder` for as long as the cases run. */
#define TEST_MAIN_IN(folder, tests)                                                                \
    int main(void)                                                                                 \
    {                                                                                              \
        int failed;                                                                                \
                                                                                                   \
        testing_begin();                                                                           \
        folder = testing_folder();                                                                 \
        failed = cmocka_run_group_tests(tests, NULL, NULL);                                        \
        g_free(folder);                                                                            \
        return failed;                                                                             \
    }

/* Makes GLib's warnings fatal and names the built program for workers. ANJUAN_FILTER chooses cases
 * by a pattern ("a_damaged*"). */
void testing_begin(void);

/* A fresh empty folder below $TMPDIR; removed at exit unless ANJUAN_KEEP is set. */
char *testing_folder(void) G_GNUC_WARN_UNUSED_RESULT;

/* Fails the case with the error's message unless `error` is NULL. */
void assert_no_error(const GError *error);

/* `error` is set and carries this code of the one list. */
void assert_error_code(const GError *error, ErrorCode code);

/* A disk that fails at the operation of number `at` (1: the first from file_fault_set on), which
 * gives `fault`; all are counted. For file_fault_set: */
typedef struct {
    guint at;
    int fault;
    guint count;
} NthFault;

/* That operation alone. */
int testing_fail_nth(FileOp op, const char *path, void *nth_fault);

/* From that operation on nothing works any more: the process is as good as dead. */
int testing_fail_from(FileOp op, const char *path, void *nth_fault);

/* Turn bits of one byte of a file. */
void testing_flip(const char *path, gint64 at, guint8 mask);

/* Wait for children; each must have ended with 0. */
void testing_wait_all(const pid_t *children, gsize n);
