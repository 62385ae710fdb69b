/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a foreign file: count its pages, import the first two.
 */
#include "appliance/page/import.h"

int LLVMFuzzerTestOneInput(const guint8 *bytes, size_t size);

int LLVMFuzzerTestOneInput(const guint8 *bytes, size_t size)
{
    Bytes file = {bytes, size};
    g_autoptr(GError) ignored = NULL;
    guint32 pages;

    if (!image_count(file, &pages, &ignored))
        return 0;
    for (guint32 page = 0; page < MIN(pages, 2); page++) {
        ImportOptions options = {.page = page};
        g_auto(PageResult) result = PAGE_RESULT_NONE;
        gboolean keep;

        g_clear_error(&ignored);
        if (import_page(file, &options, &result, &keep, &ignored) && result.state == PAGE_UNREAD &&
            result.reason[0] == '\0')
            g_error("unread without a reason");
    }
    return 0;
}
