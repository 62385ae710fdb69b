/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/paper/mark.h"

#include "appliance/base/text.h"

#include <string.h>
#include <zint.h>

#define INCH_PT 72.0

typedef struct zint_symbol Symbol;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Symbol, ZBarcode_Delete)

/* option_1 of a QR symbol in zint: the level of error correction. */
enum { QR_LEVEL_M = 2, QR_LEVEL_H = 4 };

static Symbol *symbol_new(int symbology, const char *text, GError **error)
{
    g_autoptr(Symbol) symbol = ZBarcode_Create();

    symbol->symbology = symbology;
    symbol->input_mode = DATA_MODE; /* bytes as they are: UTF-8 stays UTF-8 */
    symbol->show_hrt = 0;
    if (symbology == BARCODE_QRCODE)
        symbol->option_1 = text_is_digits(text) ? QR_LEVEL_H : QR_LEVEL_M;
    if (ZBarcode_Encode(symbol, (const unsigned char *)text, (int)strlen(text)) >= ZINT_ERROR ||
        ZBarcode_Buffer_Vector(symbol, 0) >= ZINT_ERROR) {
        error_set(error, ERROR_PAPER, "the code '%.40s': %s", text, symbol->errtxt);
        return NULL;
    }
    return g_steal_pointer(&symbol);
}

/* All bars as one path, stretched to `inner`. */
static void symbol_fill(const Symbol *symbol, cairo_t *cr, const MarkBox *inner)
{
    double sx = inner->width / symbol->vector->width;
    double sy = inner->height / symbol->vector->height;

    cairo_save(cr);
    cairo_set_source_rgb(cr, 0, 0, 0);
    for (const struct zint_vector_rect *bar = symbol->vector->rectangles; bar != NULL;
         bar = bar->next)
        cairo_rectangle(cr, inner->x + bar->x * sx, inner->y + bar->y * sy, bar->width * sx,
                        bar->height * sy);
    cairo_fill(cr);
    cairo_restore(cr);
}

gboolean mark_code128(cairo_t *cr, const char *text, const MarkBox *box, GError **error)
{
    g_autoptr(Symbol) symbol = NULL;
    MarkBox inner = *box;
    double module;

    if (!g_str_is_ascii(text)) /* zint would take the bytes for Latin 1 */
        return error_set(error, ERROR_PAPER, "the code '%s': not ASCII", text);
    symbol = symbol_new(BARCODE_CODE128, text, error);
    if (symbol == NULL)
        return FALSE;
    module = box->width / (symbol->width + 20);
    inner.x += 10 * module;
    inner.width -= 20 * module;
    symbol_fill(symbol, cr, &inner);
    return TRUE;
}

gboolean mark_qr(cairo_t *cr, const char *text, const MarkBox *box, GError **error)
{
    g_autoptr(Symbol) symbol = symbol_new(BARCODE_QRCODE, text, error);
    double side = MIN(box->width, box->height);
    double module;
    MarkBox inner;

    if (symbol == NULL)
        return FALSE;
    module = side / (symbol->width + 8);
    inner.width = inner.height = module * symbol->width;
    inner.x = box->x + (box->width - inner.width) / 2;
    inner.y = box->y + (box->height - inner.height) / 2;
    symbol_fill(symbol, cr, &inner);
    return TRUE;
}

void mark_patch_t(cairo_t *cr, const MarkBox *box, gboolean turned)
{
    static const double bars[] = {0.08, 0.20, 0.08, 0.20};
    double y = box->y;

    cairo_save(cr);
    cairo_set_source_rgb(cr, 0, 0, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(bars); i++) {
        double height = bars[turned ? G_N_ELEMENTS(bars) - 1 - i : i] * INCH_PT;

        cairo_rectangle(cr, box->x, y, box->width, height);
        y += height + 0.08 * INCH_PT;
    }
    cairo_fill(cr);
    cairo_restore(cr);
}
