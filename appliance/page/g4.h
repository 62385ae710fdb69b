/* SPDX-License-Identifier: Apache-2.0
 *
 * ITU-T T.6 (Group 4) encoder on lists of colour changes: about a third of the time of a
 * bit-by-bit encoder, the same bits.
 */
#pragma once

#include "appliance/page/bits.h"

typedef struct G4 G4;
/* An encoder of rows of this width. */
G4 *g4_new(guint32 width_px);

/* Code one row (whole words, white padding). */
void g4_row(G4 *g4, const guint64 *row);

/* The end-of-block code and the last byte. */
void g4_finish(G4 *g4);

/* Bytes coded so far; taking them empties the buffer. */
const guint8 *g4_take(G4 *g4, gsize *size);
void g4_free(G4 *g4);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(G4, g4_free)
