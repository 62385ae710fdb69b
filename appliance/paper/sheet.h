/* SPDX-License-Identifier: Apache-2.0
 *
 * A PDF in memory whose bytes depend on what is drawn and on the time it is told, nothing else.
 */
#pragma once

#include "appliance/base/error.h"

#include <cairo.h>

#define SHEET_A4_WIDTH_PT  595.276
#define SHEET_A4_HEIGHT_PT 841.890

typedef struct {
    cairo_surface_t *surface;
    cairo_t *cr; /* the unit is the point */
    GByteArray *bytes;
} SheetPdf;

/* Begin an A4 PDF; sheet_pdf_clear lets go of it. */
void sheet_pdf_init(SheetPdf *pdf, const char *title, gint64 created_us);

/* The size of the pages that follow. */
void sheet_pdf_size(SheetPdf *pdf, double width_pt, double height_pt);

/* Write the rest and take the bytes; ERROR_PAPER where cairo could not draw. */
GBytes *sheet_pdf_finish(SheetPdf *pdf, GError **error) G_GNUC_WARN_UNUSED_RESULT;

void sheet_pdf_clear(SheetPdf *pdf);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SheetPdf, sheet_pdf_clear)
