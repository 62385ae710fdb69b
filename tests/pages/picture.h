/* SPDX-License-Identifier: Apache-2.0
 *
 * A scanned side in memory, and the files it can become.
 */
#pragma once

#include "appliance/base/error.h"

typedef enum {
    PAGE_COLOUR,  /* 3 bytes a pixel, RGB */
    PAGE_GRAY,    /* 1 byte a pixel */
    PAGE_LINEART, /* 1 byte a pixel too, only 0 and 255; written as 1 bit */
} PageMode;

typedef struct {
    guint width, height; /* pixels */
    guint dpi;
    PageMode mode;
    guint8 *pixels; /* rows from the top, no padding */
} Picture;

guint picture_channels(const Picture *picture);
gsize picture_stride(const Picture *picture); /* bytes a row */
void picture_clear(Picture *picture);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Picture, picture_clear)

/* As a baseline JPEG in memory. Not for lineart. */
GBytes *picture_jpeg(const Picture *picture, int quality) G_GNUC_WARN_UNUSED_RESULT;

/* Encode and decode again as baseline JPEG, so that its noise is in the pixels. Not for lineart. */
void picture_jpeg_noise(Picture *picture, int quality);

/* Write by the ending of `path`: .pbm .pgm .ppm .pnm, .png, .jpg (quality 85), .tif (lineart G4,
 * else deflate), .pdf (JPEG or 1 bit inside). Several pictures only as .tif or .pdf. The same
 * pictures give the same bytes. */
gboolean picture_write(const Picture *pictures, gsize n_pictures, const char *path,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
