/* SPDX-License-Identifier: Apache-2.0
 *
 * The master of a side while its rows arrive: JPEG in TIFF (64-row strips over common tables),
 * Group 4 in one strip for lineart, deflate with horizontal difference where nothing may be lost.
 *
 * The number of rows need not be known: it stands only in the directory at the end.
 */
#pragma once

#include "appliance/page/bits.h"
#include "appliance/page/tiff_writer.h"

#define ENCODE_STRIP_ROWS      64
#define ENCODE_QUALITY_DEFAULT 85

typedef struct {
    PageGeometry geometry; /* height_px is not used */
    gboolean lossless;     /* deflate instead of JPEG */
    guint quality;         /* of JPEG; 0 = the default */
    guint16 orientation;   /* 1…8; 0 = 1 */
    const PageTags *tags;
} EncodeOptions;

typedef struct Encoder Encoder;
/* Begin a master; ERROR_INVALID for a geometry it cannot hold. */
Encoder *encoder_new(const EncodeOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Rows of a colour or gray page; every call but the last brings ENCODE_STRIP_ROWS. */
gboolean encoder_strip(Encoder *encoder, const guint8 *rows, guint32 n, gsize stride,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One row of a lineart page, as in Bits. */
gboolean encoder_bits_row(Encoder *encoder, const guint64 *row,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The sealed TIFF; -1 on failure. */
Fd encoder_finish(Encoder *encoder, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void encoder_free(Encoder *encoder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Encoder, encoder_free)
