/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers of the network to the question for scanners.
 */
#include "drivers/escl_find.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *bytes, gsize size);

int LLVMFuzzerTestOneInput(const guint8 *bytes, gsize size)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
    gboolean answered = escl_find_read(bytes, size, "192.0.2.1", found);

    g_assert(found->len <= ESCL_FIND_MAX && (answered || found->len == 0));
    for (guint i = 0; i < found->len; i++) {
        g_autoptr(GUri) address = g_uri_parse(g_ptr_array_index(found, i), G_URI_FLAGS_NONE, NULL);

        g_assert(address != NULL && strcmp(g_uri_get_scheme(address), "http") == 0);
    }
    return 0;
}
