/* SPDX-License-Identifier: Apache-2.0
 *
 * The samples a 1-bit page was made from, where they are still in memory: for the rungs that read
 * codes from gray.
 */
#pragma once

#include "appliance/page/bits.h"
#include "appliance/page/page.h"

typedef struct {
    const guint8 *rows; /* NULL = gone */
    gsize stride;
    PageMode mode; /* gray or colour */
} Pixels;

/* A gray picture of its own. */
typedef struct {
    guint32 w, h;
    guint8 *samples; /* w × h */
} Gray;

/* Samples are not cleared. */
Gray *gray_new(guint32 w, guint32 h);
void gray_free(Gray *gray);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Gray, gray_free)

/* Copy a rectangle (inside the page) as gray. */
Gray *pixels_gray(const Pixels *pixels, guint32 x, guint32 y, guint32 w, guint32 h);

Gray *gray_turned(const Gray *gray); /* by 90° clockwise */
Gray *gray_mean(const Gray *gray);   /* 3 × 3 */
Gray *gray_half(const Gray *gray);   /* 2 × 2 to one */
Gray *gray_double(const Gray *gray); /* with what lies between */
Gray *gray_binary(const Gray *gray); /* Otsu's threshold of the whole */

/* RGB to luma (BT.601), one row. */
void pixels_luma_row(const guint8 *restrict rgb, guint32 width_px, guint8 *restrict out);
