/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by page_image.c and the formats, page_image_tiff.c and page_image_png.c, alone.
 */
#pragma once

#include "appliance/bundle/page_image.h"

#define PAGE_DPI_DEFAULT 300.0
#define PAGE_DPI_MIN     10.0
#define PAGE_DPI_MAX     4800.0
#define PAGE_PX_MAX      65500u
#define PAGE_STRIPS_MAX  65536u

/* Exactly `size` bytes at `offset`; ERROR_FORMAT when the file ends before. */
typedef struct {
    int fd;
    const char *name;
    guint64 size; /* of the file */
} PageSource;
gboolean page_source_read(const PageSource *source, guint64 offset, void *bytes, gsize size,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ERROR_FORMAT "<name>: <why>"; always FALSE. */
gboolean page_source_refuse(const PageSource *source, const char *why, GError **error);

/* A strip behind the others; takes `dictionary`. */
PageStrip *page_image_add(PageImage *image, guint32 height_px, char *dictionary);
void page_strip_range(PageStrip *strip, guint64 offset, guint64 size);

gboolean page_image_tiff(PageImage *image, const PageSource *source,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean page_image_png(PageImage *image, const PageSource *source,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
