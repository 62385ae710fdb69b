/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether the content stream of a PDF page (ISO 32000-1, 8 and 9) does nothing but place one
 * image: state, clips and invisible text are let through, everything that paints is not.
 */
#pragma once

#include <glib.h>

typedef struct {
    char image[128];  /* name of the XObject, without the slash */
    double matrix[6]; /* a b c d e f in force when it is painted */
} PdfPlacement;

/* FALSE where the page is more than one image, or less; `why` is static. */
gboolean pdf_content_placement(const char *content, gsize size, PdfPlacement *placement,
                               const char **why);
