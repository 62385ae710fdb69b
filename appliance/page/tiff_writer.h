/* SPDX-License-Identifier: Apache-2.0
 *
 * The frame around a stored side: baseline TIFF 6.0, one image, little endian.
 *
 * Strips are written first, as they come from the encoder or as they stood in the original; the
 * directory follows at the end. Nothing is compressed or decoded here, so the daemon may use it
 * for the raw bytes of a side that no worker could read.
 */
#pragma once

#include "appliance/page/page.h"
#include "appliance/page/sink.h"

typedef enum {
    TIFF_NONE = 1,
    TIFF_G3 = 3,
    TIFF_G4 = 4,
    TIFF_JPEG = 7,
    TIFF_DEFLATE = 8,
} TiffCompression;

typedef enum {
    TIFF_MIN_IS_WHITE = 0,
    TIFF_MIN_IS_BLACK = 1,
    TIFF_RGB = 2,
    TIFF_SEPARATED = 5,
    TIFF_YCBCR = 6,
} TiffPhotometric;

typedef struct {
    guint32 width_px, height_px, dpi;
    guint16 bits, samples;
    guint16 compression; /* TiffCompression */
    guint16 photometric; /* TiffPhotometric */
    guint16 predictor;   /* 2 = horizontal difference; 0 or 1 = none */
    guint16 orientation; /* 1…8 as in TIFF; 0 = 1 */
    guint16 subsampling[2];
    guint16 fill_order; /* 0 = most significant bit first */
    guint32 options;    /* T4Options or T6Options */
    guint32 rows_per_strip;
    GBytes *jpeg_tables; /* or NULL */
    const PageTags *tags;
} TiffFrame;

typedef struct TiffWriter TiffWriter;
/* Begin a file of one page in memory. */
TiffWriter *tiff_writer_new(GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Begin a strip, append its bytes in any number of pieces. */
void tiff_writer_strip(TiffWriter *writer);
gboolean tiff_writer_append(TiffWriter *writer, const void *bytes, gsize size,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Write the directory, seal, hand the descriptor on; -1 on failure. */
Fd tiff_writer_finish(TiffWriter *writer, const TiffFrame *frame,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
void tiff_writer_free(TiffWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TiffWriter, tiff_writer_free)

/* height_px rows from the start of `memory` as an uncompressed TIFF in a sealed memfd; -1 on
 * failure. Reads, never maps: whoever shares the memory cannot bring the caller down. */
Fd tiff_write_raw(const PageGeometry *geometry, int memory, const PageTags *tags,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
