/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/paper/sheet.h"

#include "appliance/base/clock.h"

#include <cairo-pdf.h>

static cairo_status_t append(void *closure, const unsigned char *bytes, unsigned int size)
{
    g_byte_array_append(closure, bytes, size);
    return CAIRO_STATUS_SUCCESS;
}

void sheet_pdf_init(SheetPdf *pdf, const char *title, gint64 created_us)
{
    g_autofree char *created = clock_format(created_us);

    pdf->bytes = g_byte_array_new();
    pdf->surface = cairo_pdf_surface_create_for_stream(append, pdf->bytes, SHEET_A4_WIDTH_PT,
                                                       SHEET_A4_HEIGHT_PT);
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_TITLE, title);
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_CREATOR,
                                   "anjuan " ANJUAN_VERSION);
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_CREATE_DATE, created);
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_MOD_DATE, created);
    pdf->cr = cairo_create(pdf->surface);
}

void sheet_pdf_size(SheetPdf *pdf, double width_pt, double height_pt)
{
    cairo_pdf_surface_set_size(pdf->surface, width_pt, height_pt);
}

GBytes *sheet_pdf_finish(SheetPdf *pdf, GError **error)
{
    cairo_status_t status;

    cairo_surface_finish(pdf->surface);
    status = cairo_status(pdf->cr);
    if (status == CAIRO_STATUS_SUCCESS || status == CAIRO_STATUS_SURFACE_FINISHED)
        status = cairo_surface_status(pdf->surface);
    if (status != CAIRO_STATUS_SUCCESS) {
        error_set(error, ERROR_PAPER, "%s", cairo_status_to_string(status));
        return NULL;
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&pdf->bytes));
}

void sheet_pdf_clear(SheetPdf *pdf)
{
    g_clear_pointer(&pdf->cr, cairo_destroy);
    g_clear_pointer(&pdf->surface, cairo_surface_destroy);
    g_clear_pointer(&pdf->bytes, g_byte_array_unref);
}
