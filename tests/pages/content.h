/* SPDX-License-Identifier: Apache-2.0
 *
 * What is printed on a page, in points from its upper left corner. Names, firms and numbers are
 * made up from word lists by the sheet's own random numbers.
 */
#pragma once

#include "tests/pages/pages.h"

#include <cairo.h>

typedef struct {
    cairo_t *cr;
    GRand *rand;
    const PageSpec *spec;
    json_t *truth; /* "title", "valid_until" and "codes" are added to it */
} Sheet;

/* Draw the content of `kind`; TRUE unless a code cannot be encoded. */
gboolean content_draw(Sheet *sheet, PageKind kind, GError **error) G_GNUC_WARN_UNUSED_RESULT;
