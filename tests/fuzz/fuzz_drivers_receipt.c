/* SPDX-License-Identifier: Apache-2.0
 *
 * Pictures for receipts and what a reader's line may carry.
 */
#include "drivers/printer.h"
#include "drivers/reader.h"

int LLVMFuzzerTestOneInput(const guint8 *bytes, gsize size);

int LLVMFuzzerTestOneInput(const guint8 *bytes, gsize size)
{
    g_autoptr(GByteArray) out = printer_escpos_raster(bytes, size, NULL);
    ReaderEvent event = {0};
    ReaderLine line;

    if (out != NULL)
        g_assert(out->len > 2 && out->data[0] == 0x1b);
    reader_line_init(&line);
    for (gsize i = 0; i < size; i++)
        reader_line_add(&line, (char)bytes[i], (gint64)i);
    reader_line_end(&line, (gint64)size, &event);
    if (event.kind == READER_CODE)
        g_assert(g_utf8_validate(event.text, -1, NULL));
    return 0;
}
