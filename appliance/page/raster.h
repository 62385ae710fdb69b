/* SPDX-License-Identifier: Apache-2.0
 *
 * A small picture in memory and its encoders: what a derivative is made of.
 */
#pragma once

#include "appliance/page/sink.h"

typedef struct {
    guint32 width_px, height_px;
    guint channels; /* 1 gray, 3 RGB */
    guint8 *samples;
} Raster;

/* Samples are not cleared. */
Raster *raster_new(guint32 width_px, guint32 height_px, guint channels);
void raster_free(Raster *raster);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Raster, raster_free)

/* The picture as it is to be seen when stored with this TIFF orientation (1…8). */
Raster *raster_upright(const Raster *raster, guint16 orientation);

/* Write the picture as this kind of file to the end of the sink. */
gboolean raster_jpeg(const Raster *raster, guint quality, Sink *sink,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean raster_png(const Raster *raster, gboolean bitonal, Sink *sink,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
