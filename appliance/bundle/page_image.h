/* SPDX-License-Identifier: Apache-2.0
 *
 * A stored side as a PDF can carry it: where its coded bytes stand in the file, and the dictionary
 * a PDF needs to decode them. Nothing is decoded and nothing encoded again.
 *
 * Taken as they are: TIFF 6.0 in strips (none, Group 3, Group 4, JPEG, deflate, LZW; bilevel, gray,
 * RGB, YCbCr, inks), JPEG, PNG without alpha and interlacing. Whatever is damaged or is coded in
 * another way is ERROR_FORMAT with the reason. Only headers are read; memory follows the number of
 * strips. May read a stranger's file.
 */
#pragma once

#include "appliance/base/error.h"

/* Bytes of the file, in this order, are the coded data. */
typedef struct {
    guint64 offset, size;
} PageRange;

/* One image of a page; a page of several strips is a stack of them, from the top. */
typedef struct {
    guint32 height_px;
    char *dictionary; /* "/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter …" */
    GBytes *before;   /* what stands in front of the ranges (JPEG tables); or NULL */
    GArray *ranges;   /* of PageRange */
    gboolean mirror;  /* the bits of every byte stand in reverse order */
} PageStrip;

typedef struct {
    guint32 width_px, height_px;
    double dpi_x, dpi_y;
    guint turn;        /* 0 90 180 270 clockwise, as the file says */
    GPtrArray *strips; /* of PageStrip */
} PageImage;

/* Read what a PDF needs of a stored side; `name` stands in errors. ERROR_FORMAT. */
PageImage *page_image_read(int fd, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void page_image_free(PageImage *image);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PageImage, page_image_free)

/* Bytes of the coded data of a strip. */
guint64 page_strip_bytes(const PageStrip *strip);
