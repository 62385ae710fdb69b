/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bits as a page: locator, ladder, patches, ink and skew; any bytes as the text of a code and
 * as the contents of a PDF page. The first byte chooses the width.
 */
#include "appliance/page/codes.h"
#include "appliance/page/ink.h"
#include "appliance/page/pdf_content.h"
#include "appliance/page/skew.h"
#include "appliance/page/symbols.h"

int LLVMFuzzerTestOneInput(const guint8 *bytes, size_t size);

/* Each input byte stands for 8 × 8 pixels, so that small inputs make pages with bars. */
static Bits *page_of(const guint8 *bytes, size_t size)
{
    guint32 columns = 8 + bytes[0];
    guint32 rows = (guint32)(size / ((columns + 7) / 8)) + 1;
    Bits *bits = bits_new(columns * 8, rows * 8);

    for (guint32 y = 0; y < bits->height_px; y++) {
        for (guint32 x = 0; x < columns; x++) {
            gsize at = (gsize)(y / 8) * ((columns + 7) / 8) + x / 8;

            if (at < size && (bytes[at] >> (x % 8)) & 1)
                ((guint8 *)bits_row(bits, y))[x] = (guint8)(0xff >> (bytes[at] % 5));
        }
    }
    return bits;
}

int LLVMFuzzerTestOneInput(const guint8 *bytes, size_t size)
{
    g_autoptr(GPtrArray) codes = page_codes_new();
    g_autoptr(Bits) bits = NULL;
    g_autofree char *text = NULL;
    PdfPlacement placement;
    const char *why;
    PageFacts facts = {0};

    if (size < 2 || size > 4096)
        return 0;
    bits = page_of(bytes, size);
    codes_read(&(CodesPage){.bits = bits, .dpi = 150}, codes);
    ink_facts(bits, 150, &facts);
    skew_facts(bits, &facts);
    text = symbols_text((const char *)bytes, size);
    if (!g_utf8_validate(text, -1, NULL))
        g_error("the text of a code is not UTF-8");
    (void)pdf_content_placement((const char *)bytes, size, &placement, &why);
    return 0;
}
