/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether a device's JPEG is whole, by its markers alone (ITU-T T.81, annex B): nothing is decoded.
 *
 * A connection cut in mid-page, a device that gave up, a buffer filled up with zeros: all leave a
 * file without its end marker, which decoders paint grey without a word.
 */
#pragma once

#include <glib.h>

typedef struct {
    guint width_px;
    guint height_px;
    guint components; /* 1 or 3 */
    guint dpi;        /* of the JFIF head; 0 = not told */
} JpegFacts;

/* FALSE unless all markers are there from SOI through a frame and a scan to EOI, with nothing but
 * padding of zeros or 0xff behind. *facts as far as they were found. */
gboolean jpeg_is_whole(const guint8 *bytes, gsize size, JpegFacts *facts);
