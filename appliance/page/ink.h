/* SPDX-License-Identifier: Apache-2.0
 *
 * The ink map: how much is on the page and where; whether it is blank; whether it runs into an
 * edge. Works on the 1-bit page.
 */
#pragma once

#include "appliance/page/bits.h"
#include "appliance/page/page.h"

/* Fill in blank*, ink_* and cut_* of the facts. `dpi` 0 is taken as 300. */
void ink_facts(const Bits *bits, guint32 dpi, PageFacts *facts);
