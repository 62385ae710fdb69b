/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a foreign file: count its pages, import the first two, decode and show them small.
 */
#include "appliance/page/import.h"
#include "appliance/page/view.h"

#define THUMBNAIL_PX 100

int LLVMFuzzerTestOneInput(const guint8 *bytes, size_t size);

/* What decoders do for a picture that is made smaller. */
static void decode_small(Bytes file, guint32 page)
{
    PageView view = {.page = page, .width_px = THUMBNAIL_PX};
    g_autoptr(GError) damage = NULL, error = NULL;
    g_auto(Fd) fd = -1;

    if (!image_check(file, page, &damage) && damage->message[0] == '\0')
        g_error("damage without a word");
    fd = view_make(file, &view, &error);
}

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
        decode_small(file, page);
    }
    return 0;
}
