/* SPDX-License-Identifier: Apache-2.0
 *
 * Derivatives of a stored side for the screen, for IIIF and for tests: a region, scaled, turned.
 *
 * Runs in page workers only; the daemon asks through worker.h.
 */
#pragma once

#include "appliance/page/image.h"

typedef enum {
    VIEW_JPEG,
    VIEW_PNG,
    VIEW_BITONAL, /* PNG, 1 bit */
    VIEW_GRAY,    /* the samples alone, a byte each, row by row; with `gray` */
} ViewFormat;

#define VIEW_SIDE_PX_MAX 12000u

/* All members 0: the whole page in its own size, upright as its tag says, as JPEG. */
typedef struct {
    guint32 page;       /* of the file, from 0 */
    guint32 x, y, w, h; /* region of the upright page, px; w or h 0 = up to its edge */
    guint32 width_px;   /* of the result before it is turned; 0 follows from height_px, */
    guint32 height_px;  /* both 0: as the region. Both set: fitted exactly */
    guint32 turn;       /* 0 90 180 270 clockwise, after scaling */
    guint32 format;     /* ViewFormat */
    guint32 quality;    /* of JPEG; 0 = 80 */
    guint32 gray;       /* 1: without colour */
} PageView;

/* A sealed memfd with the derivative; -1 on failure. ERROR_INVALID: the region lies outside, or
 * the size is over VIEW_SIDE_PX_MAX. */
Fd view_make(Bytes file, const PageView *view, GError **error) G_GNUC_WARN_UNUSED_RESULT;
