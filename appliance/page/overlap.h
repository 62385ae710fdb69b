/* SPDX-License-Identifier: Apache-2.0
 *
 * Two sheets in one image, seen in the image: where the upper sheet ends its edge throws a shadow,
 * a thin line from one border of the page to the other. Lines of forms stop before the border; a
 * page whose borders are inked anyhow (bed, shadow) says nothing.
 */
#pragma once

#include "appliance/page/bits.h"
#include "appliance/page/page.h"

/* Fills in overlap and its evidence; the size stands in `facts` already. */
void overlap_facts(const Bits *bits, guint32 dpi, PageFacts *facts);
