/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading codes: the ladder. Every reading carries the rung that found it.
 *
 *   on the crops of the locator          on the whole page, only when thorough
 *   bits   1-bit crop as it stands       page         1-bit page
 *   lean   turned upright; averaged      page-gray    gray as it came
 *          along the bars, then rows     page-mean    3 × 3 mean
 *   mean   gray, averaged along the      page-half    half size, and page-half-binary
 *          bars (QR: 3 × 3 mean)         page-double  small pictures at double size
 *   gray   gray, every row
 *   double QR at double size, thorough
 *
 * A page that bears a patch and no other code is a separator whose codes were missed: it is looked
 * at as a whole in half size too (page-half), whatever that costs.
 *
 * A linear reading counts only if two scan lines agree (ITF: three). Patch codes come from their
 * own detector.
 */
#pragma once

#include "appliance/page/bits.h"
#include "appliance/page/pixels.h"

typedef struct {
    const Bits *bits;
    Pixels pixels; /* rows NULL where gray is gone */
    guint32 dpi;
    gboolean thorough;
} CodesPage;

/* Add what is found to `codes` (of PageCode). */
void codes_read(const CodesPage *page, GPtrArray *codes);
