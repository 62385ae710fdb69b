/* SPDX-License-Identifier: Apache-2.0
 *
 * What an outside program makes of our PDF: poppler's pdftoppm and pdftotext.
 */
#pragma once

#include "tests/pages/picture.h"

/* All pages as gray pictures; fails the test where pdftoppm does. */
GPtrArray *raster_pages(GBytes *pdf, guint dpi) G_GNUC_WARN_UNUSED_RESULT;

/* Only the upper `height_mm` of every page: quicker where the codes stand. */
GPtrArray *raster_tops(GBytes *pdf, guint dpi, guint height_mm) G_GNUC_WARN_UNUSED_RESULT;

/* The text of one page (from 1), of all for 0, in the order in which it was drawn, without spaces
 * and line ends: so that a text is found even where it was broken. */
char *raster_text(GBytes *pdf, guint page) G_GNUC_WARN_UNUSED_RESULT;
