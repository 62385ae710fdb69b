/* SPDX-License-Identifier: Apache-2.0
 *
 * Patch codes (Kodak A-61599): four bars 0.08 or 0.2 inch wide with spaces of 0.08 inch, 0.8 inch
 * together, at least 0.75 inch long.
 *
 *   1 ▮▮▯▯   2 ▮▯▯▮   3 ▮▯▮▯   T ▯▮▯▮   4 ▯▮▮▯   6 ▯▯▮▮     ▮ wide  ▯ narrow
 *
 * Read from the leading edge inwards; the other way round 1 is 6 and 3 is T. A sheet fed upside
 * down has its leading edge at the far end of the image, so a patch is read from the edge of the
 * page it is nearest to: that gives the same name both ways up, and on both sides.
 */
#pragma once

#include "appliance/page/bits.h"
#include "appliance/page/page.h"

/* Add patches found to `codes`, as symbology PATCH with text "1" "2" "3" "4" "6" or "T".
 * `dpi` 0 is taken as 300. */
void patch_read(const Bits *bits, guint32 dpi, GPtrArray *codes);

/* The name of seven run lengths (bar, space, … bar), or 0. */
char patch_name(const guint32 runs[7]);
