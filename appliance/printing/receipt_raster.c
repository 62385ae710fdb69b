/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/printing/receipt_raster.h"

#include <cairo.h>
#include <poppler.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PopplerDocument, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PopplerPage, g_object_unref)

/* The papers' margins (25 mm for binding, 20 mm), but a little. */
#define LEFT_PT      65.0
#define RIGHT_PT     50.0
#define DARK         176
#define TAIL_ROWS    24
#define HEIGHT_MAX   20000
#define NARROWEST_PT 150.0

static gboolean is_dark(const guint8 *row, guint x)
{
    return row[x] < DARK;
}

/* Rows up to the last one with anything on it, and a little white. */
static guint used_rows(const guint8 *pixels, int stride, guint width, guint height)
{
    for (guint y = height; y > 0; y--)
        for (guint x = 0; x < width; x++)
            if (is_dark(pixels + (gsize)(y - 1) * (gsize)stride, x))
                return MIN(y + TAIL_ROWS, height);
    return MIN(TAIL_ROWS, height);
}

static GBytes *pack(const guint8 *pixels, int stride, guint width, guint height)
{
    guint rows = used_rows(pixels, stride, width, height), row_bytes = (width + 7) / 8;
    g_autofree char *head = g_strdup_printf("P4\n%u %u\n", width, rows);
    GByteArray *out = g_byte_array_new();

    g_byte_array_append(out, (const guint8 *)head, (guint)strlen(head));
    for (guint y = 0; y < rows; y++) {
        const guint8 *row = pixels + (gsize)y * (gsize)stride;

        for (guint i = 0; i < row_bytes; i++) {
            guint8 byte = 0;

            for (guint bit = 0; bit < 8 && i * 8 + bit < width; bit++)
                byte |= (guint8)(is_dark(row, i * 8 + bit) ? 0x80u >> bit : 0);
            g_byte_array_append(out, &byte, 1);
        }
    }
    return g_byte_array_free_to_bytes(out);
}

/* Grey on white, drawn by cairo as an alpha of black: poppler draws into any surface, so the page
 * goes over white RGB and one of its three equal channels is taken. */
static GBytes *draw_page(PopplerPage *page, guint width, GError **error)
{
    double page_width, page_height, left = LEFT_PT, used, scale;
    cairo_surface_t *surface;
    cairo_t *cr;
    guint height;
    g_autofree guint8 *grey = NULL;
    GBytes *made = NULL;

    poppler_page_get_size(page, &page_width, &page_height);
    used = page_width - LEFT_PT - RIGHT_PT;
    if (used < NARROWEST_PT) {
        left = 0;
        used = page_width;
    }
    scale = width / used;
    height = (guint)(page_height * scale + 0.5);
    if (used <= 0 || height == 0 || height > HEIGHT_MAX) {
        error_set(error, ERROR_FORMAT, "a page of %.0f × %.0f points", page_width, page_height);
        return NULL;
    }
    surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)width, (int)height);
    cr = cairo_create(surface);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_scale(cr, scale, scale);
    cairo_translate(cr, -left, 0);
    poppler_page_render_for_printing(page, cr);
    cairo_surface_flush(surface);
    if (cairo_status(cr) == CAIRO_STATUS_SUCCESS) {
        const guint8 *pixels = cairo_image_surface_get_data(surface);
        int stride = cairo_image_surface_get_stride(surface);

        grey = g_malloc((gsize)width * height);
        for (guint y = 0; y < height; y++)
            for (guint x = 0; x < width; x++) {
                const guint8 *rgb = pixels + (gsize)y * (gsize)stride + (gsize)x * 4;

                grey[(gsize)y * width + x] = (guint8)((rgb[0] + rgb[1] + rgb[2]) / 3);
            }
        made = pack(grey, (int)width, width, height);
    } else
        error_set(error, ERROR_FORMAT, "%s", cairo_status_to_string(cairo_status(cr)));
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    return made;
}

GPtrArray *receipt_raster(GBytes *pdf, guint width, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autoptr(PopplerDocument) document = poppler_document_new_from_bytes(pdf, NULL, &why);
    g_autoptr(GPtrArray) pages = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    int n = document != NULL ? poppler_document_get_n_pages(document) : 0;

    if (document == NULL) {
        error_set(error, ERROR_FORMAT, "PDF: %s", why->message);
        return NULL;
    }
    for (int i = 0; i < n; i++) {
        g_autoptr(PopplerPage) page = poppler_document_get_page(document, i);
        GBytes *drawn = page != NULL ? draw_page(page, width, error) : NULL;

        if (drawn == NULL) {
            if (page == NULL)
                error_set(error, ERROR_FORMAT, "PDF: page %d cannot be read", i + 1);
            return NULL;
        }
        g_ptr_array_add(pages, drawn);
    }
    return g_steal_pointer(&pages);
}
