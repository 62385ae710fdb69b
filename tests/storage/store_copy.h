/* SPDX-License-Identifier: Apache-2.0
 *
 * A data folder at rest, copied cheaply for each of many runs.
 */
#pragma once

#include "tests/testing.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* `to` is made. What never changes in place is linked, the rest copied. */
static inline void store_copy(const char *from, const char *to)
{
    static const char *const changing[] = {"catalogue.db", ".log", "checkpoint", "local.db"};
    g_autoptr(GDir) dir = g_dir_open(from, 0, NULL);
    const char *name;

    assert_int_equal(g_mkdir(to, 0700), 0);
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *a = g_build_filename(from, name, NULL);
        g_autofree char *b = g_build_filename(to, name, NULL);
        gboolean copied = strstr(from, "/secrets/") != NULL;

        for (gsize i = 0; i < G_N_ELEMENTS(changing); i++)
            copied = copied || strstr(name, changing[i]) != NULL;
        if (g_file_test(a, G_FILE_TEST_IS_DIR))
            store_copy(a, b);
        else if (copied) {
            g_autofree char *bytes = NULL;
            gsize size;

            assert_true(g_file_get_contents(a, &bytes, &size, NULL));
            assert_true(g_file_set_contents_full(b, bytes, (gssize)size, G_FILE_SET_CONTENTS_NONE,
                                                 0600, NULL));
        } else
            assert_int_equal(link(a, b), 0);
    }
}
