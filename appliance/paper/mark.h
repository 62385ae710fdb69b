/* SPDX-License-Identifier: Apache-2.0
 *
 * What machines read on paper, drawn as vectors: Code 128, QR and the patch code T.
 *
 * A box is the room that the symbol gets with its quiet zones, in the units of the context (papers
 * and labels use points). Bars are black and nothing is painted behind them.
 *
 * Code 128: ISO/IEC 15417, quiet zone 10 modules each side; digits in pairs go in set C.
 * QR: ISO/IEC 18004, error correction H for codes of ours, M for texts; quiet zone 4 modules.
 * Patch code: two narrow bars of 0.08 in and two wide ones of 0.20 in, 0.08 in apart; T reads
 * narrow, wide, narrow, wide from the leading edge, and turned round it would be a patch 3.
 */
#pragma once

#include "appliance/base/error.h"

#include <cairo.h>

#define MARK_PT_PER_MM (72.0 / 25.4)

/* Height of the four bars of a patch code with their gaps: 0.80 in. */
#define MARK_PATCH_HEIGHT_MM 20.32

typedef struct {
    double x, y, width, height;
} MarkBox;

/* Digits or ASCII text; ERROR_PAPER where it cannot be encoded. */
gboolean mark_code128(cairo_t *cr, const char *text, const MarkBox *box,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Any UTF-8 text; the symbol is centred in the box as the largest square that fits. */
gboolean mark_qr(cairo_t *cr, const char *text, const MarkBox *box,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A patch T across the width of the box, from its top; `turned`: to be read when the sheet is fed
 * the other way round. The context's unit is the point; the box's height is not looked at. */
void mark_patch_t(cairo_t *cr, const MarkBox *box, gboolean turned);
