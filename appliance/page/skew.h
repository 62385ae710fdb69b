/* SPDX-License-Identifier: Apache-2.0
 *
 * The skew of the page from its 1-bit image: the angle at which the black pixels of sloping lines
 * fall into the steepest profile (Postl 1986), summed by words, so that one angle costs tens of
 * microseconds.
 */
#pragma once

#include "appliance/page/bits.h"
#include "appliance/page/page.h"

#define SKEW_MDEG_MAX 6000 /* steeper pages are not looked for */

/* Fill in skew_* of the facts; a page without lines gets confidence 0 and angle 0. */
void skew_facts(const Bits *bits, PageFacts *facts);
