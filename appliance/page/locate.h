/* SPDX-License-Identifier: Apache-2.0
 *
 * Where codes may stand on a 1-bit page, found without reading any: cells of bars that run one
 * way, and the 1:1:3:1:1 finders of QR. Costs well under a millisecond a page; what it misses is
 * left to the later rungs of codes.h.
 */
#pragma once

#include "appliance/page/bits.h"

typedef enum {
    LOCATED_ACROSS, /* bars upright: read along rows */
    LOCATED_DOWN,   /* bars lying: read along columns */
    LOCATED_QR,
} LocatedKind;

typedef struct {
    LocatedKind kind;
    guint32 x, y, w, h; /* px, quiet zone included, inside the page */
    guint32 module_px;  /* of a QR code, about; 0 for bars */
    guint32 weight;     /* how much speaks for it; the list is sorted by it */
} Located;

/* Candidates, the weightiest first (GArray of Located). */
GArray *locate_codes(const Bits *bits);
