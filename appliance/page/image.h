/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading foreign images: TIFF, JPEG, PNG, and the page images of a PDF, row by row.
 *
 * What the header says is held against the limits of page.h before anything is decoded. Memory
 * follows the row, not the page, except where the format forbids it (progressive JPEG, interlaced
 * PNG, odd TIFF), and there it is bounded too. Every damage is an error: what decodes only in
 * part is not handed on as a page.
 *
 * Runs in page workers only.
 */
#pragma once

#include "appliance/page/page.h"

typedef struct {
    const guint8 *bytes;
    gsize size;
} Bytes;

typedef enum { FORMAT_UNKNOWN, FORMAT_TIFF, FORMAT_JPEG, FORMAT_PNG, FORMAT_PDF } ImageFormat;

/* By content alone; names are not looked at. Safe anywhere: reads the first 1024 bytes. */
ImageFormat image_format(Bytes file);
const char *image_media_type(ImageFormat format); /* "application/octet-stream" if unknown */

/* Pages of the file: ERROR_FORMAT where it is no image at all, ERROR_TOO_LARGE over the limit. */
gboolean image_count(Bytes file, guint32 *pages, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    guint32 page;      /* from 0 */
    gboolean luma;     /* gray rows are enough, where that is cheaper */
    guint32 shrink_to; /* rows may come smaller, but not under this width (0 = full size) */
} ImageOptions;

typedef struct Image Image;
struct Image {
    PageGeometry geometry; /* of the rows delivered; stride_bytes is exact */
    PageGeometry page;     /* of the page as it is in the file */
    guint16 orientation;   /* 1…8 as in TIFF */
    gboolean keep_file;    /* only the file itself holds all of it (16 bit, alpha, inks) */

    /* `n` rows into `out`. */
    gboolean (*rows)(Image *image, guint8 *out, guint32 n, GError **error);
    /* Pass over `n` rows; NULL where they must be decoded all the same. */
    gboolean (*skip)(Image *image, guint32 n, GError **error);
    /* The coded image as it is, framed as TIFF; NULL where it cannot be. After the last row. */
    Fd (*wrap)(Image *image, const PageTags *tags, GError **error);
    void (*free)(Image *image);
};

/* Open one page. ERROR_FORMAT: no image there, or of a kind that is not read (`*exists` tells
 * whether the page is there all the same); ERROR_TOO_LARGE over the limits. */
Image *image_open(Bytes file, const ImageOptions *options, gboolean *exists,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean image_rows(Image *image, guint8 *out, guint32 n, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean image_skip(Image *image, guint32 n, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Decode a page (from 0) to its last row and keep nothing of it: every damage is an error, as
 * image_open has it. A page of a PDF that no image can be taken out of (a text, a drawing) is no
 * error: nothing of it is decoded. */
gboolean image_check(Bytes file, guint32 page, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void image_free(Image *image);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Image, image_free)

/* The formats one by one; for image.c and image_pdf.c. */
Image *image_open_jpeg(Bytes file, const ImageOptions *options, GError **error);
Image *image_open_png(Bytes file, const ImageOptions *options, GError **error);
Image *image_open_tiff(Bytes file, const ImageOptions *options, GError **error);
Image *image_open_pdf(Bytes file, const ImageOptions *options, gboolean *exists, GError **error);
gboolean image_count_tiff(Bytes file, guint32 *pages, GError **error);
gboolean image_count_pdf(Bytes file, guint32 *pages, GError **error);
