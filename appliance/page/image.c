/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/image.h"

#include <string.h>

#define PDF_HEADER_WITHIN 1024

ImageFormat image_format(Bytes file)
{
    static const guint8 png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    gsize head = MIN(file.size, PDF_HEADER_WITHIN);

    if (file.size >= 4 &&
        (memcmp(file.bytes, "II*\0", 4) == 0 || memcmp(file.bytes, "MM\0*", 4) == 0 ||
         memcmp(file.bytes, "II+\0", 4) == 0 || memcmp(file.bytes, "MM\0+", 4) == 0))
        return FORMAT_TIFF;
    if (file.size >= 3 && memcmp(file.bytes, "\xff\xd8\xff", 3) == 0)
        return FORMAT_JPEG;
    if (file.size >= sizeof png && memcmp(file.bytes, png, sizeof png) == 0)
        return FORMAT_PNG;
    if (file.size > 0 && memmem(file.bytes, head, "%PDF-", 5) != NULL)
        return FORMAT_PDF;
    return FORMAT_UNKNOWN;
}

const char *image_media_type(ImageFormat format)
{
    switch (format) {
    case FORMAT_TIFF:
        return "image/tiff";
    case FORMAT_JPEG:
        return "image/jpeg";
    case FORMAT_PNG:
        return "image/png";
    case FORMAT_PDF:
        return "application/pdf";
    case FORMAT_UNKNOWN:
        break;
    }
    return "application/octet-stream";
}

static gboolean unknown(Bytes file, GError **error)
{
    if (file.size == 0)
        return error_set(error, ERROR_FORMAT, "an empty file");
    return error_set(error, ERROR_FORMAT, "neither TIFF, JPEG, PNG nor PDF");
}

gboolean image_count(Bytes file, guint32 *pages, GError **error)
{
    g_autoptr(Image) image = NULL;
    ImageFormat format = image_format(file);
    ImageOptions options = {0};
    gboolean exists;

    *pages = 0;
    if (format == FORMAT_UNKNOWN)
        return unknown(file, error);
    if (format == FORMAT_TIFF)
        return image_count_tiff(file, pages, error);
    if (format == FORMAT_PDF)
        return image_count_pdf(file, pages, error);
    image = image_open(file, &options, &exists, error);
    if (image == NULL)
        return FALSE;
    *pages = 1;
    return TRUE;
}

Image *image_open(Bytes file, const ImageOptions *options, gboolean *exists, GError **error)
{
    *exists = FALSE;
    switch (image_format(file)) {
    case FORMAT_TIFF:
        return image_open_tiff(file, options, error);
    case FORMAT_JPEG:
        return image_open_jpeg(file, options, error);
    case FORMAT_PNG:
        return image_open_png(file, options, error);
    case FORMAT_PDF:
        return image_open_pdf(file, options, exists, error);
    case FORMAT_UNKNOWN:
        break;
    }
    (void)unknown(file, error);
    return NULL;
}

gboolean image_rows(Image *image, guint8 *out, guint32 n, GError **error)
{
    return image->rows(image, out, n, error);
}

gboolean image_skip(Image *image, guint32 n, GError **error)
{
    g_autofree guint8 *row = NULL;

    if (image->skip != NULL)
        return image->skip(image, n, error);
    row = g_malloc(image->geometry.stride_bytes);
    for (; n > 0; n--) {
        if (!image->rows(image, row, 1, error))
            return FALSE;
    }
    return TRUE;
}

void image_free(Image *image)
{
    if (image != NULL)
        image->free(image);
}

gboolean image_check(Bytes file, guint32 page, GError **error)
{
    /* The smallest is the cheapest, and all of the coded data is read for it. */
    ImageOptions options = {.page = page, .luma = TRUE, .shrink_to = 1};
    g_autoptr(GError) why = NULL;
    gboolean exists;
    g_autoptr(Image) image = image_open(file, &options, &exists, &why);
    g_autofree guint8 *row = NULL;

    if (image == NULL) {
        if (exists && error_code(why) == ERROR_FORMAT)
            return TRUE;
        g_propagate_error(error, g_steal_pointer(&why));
        return FALSE;
    }
    row = g_malloc(image->geometry.stride_bytes);
    for (guint32 y = 0; y < image->geometry.height_px; y++)
        if (!image_rows(image, row, 1, error))
            return FALSE;
    return TRUE;
}
