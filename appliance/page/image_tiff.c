/* SPDX-License-Identifier: Apache-2.0
 *
 * TIFF through libtiff: scan lines where pages of scanners are plain (bilevel, gray, RGB, JPEG),
 * libtiff's own conversion to RGB for everything else.
 */
#include "appliance/page/image.h"
#include "appliance/page/tiff_writer.h"

#include <stdio.h>
#include <string.h>
#include <tiffio.h>

/* Odd kinds are converted as a whole page, 4 bytes a pixel. */
#define CONVERTED_BYTES_MAX ((guint64)128 << 20)

typedef struct {
    Image base;
    TIFF *tiff;
    Bytes file;
    toff_t at;
    gboolean decoding; /* from here on a warning of a decoder means lost pixels */
    gboolean damaged;
    char message[160];

    guint16 compression, photometric, bits, samples;
    gboolean converted; /* through TIFFReadRGBA… */
    guint32 next_row;
    guint32 *raster; /* converted: the whole page */
} TiffImage;

static tmsize_t on_read(thandle_t handle, void *out, tmsize_t size)
{
    TiffImage *self = (TiffImage *)handle;
    gsize n = self->at >= self->file.size ? 0 : MIN((gsize)size, self->file.size - self->at);

    memcpy(out, self->file.bytes + self->at, n);
    self->at += n;
    return (tmsize_t)n;
}

static tmsize_t on_write(thandle_t handle G_GNUC_UNUSED, void *bytes G_GNUC_UNUSED,
                         tmsize_t size G_GNUC_UNUSED)
{
    return 0;
}

static toff_t on_seek(thandle_t handle, toff_t offset, int whence)
{
    TiffImage *self = (TiffImage *)handle;

    if (whence == SEEK_CUR)
        offset += self->at;
    else if (whence == SEEK_END)
        offset += self->file.size;
    self->at = offset;
    return offset;
}

static int on_close(thandle_t handle G_GNUC_UNUSED)
{
    return 0;
}

static toff_t on_size(thandle_t handle)
{
    return ((TiffImage *)handle)->file.size;
}

static int on_map(thandle_t handle, void **base, toff_t *size)
{
    TiffImage *self = (TiffImage *)handle;

    *base = (void *)self->file.bytes;
    *size = self->file.size;
    return 1;
}

static void on_unmap(thandle_t handle G_GNUC_UNUSED, void *base G_GNUC_UNUSED,
                     toff_t size G_GNUC_UNUSED)
{
}

static int on_error(TIFF *tiff, void *data, const char *module, const char *format,
                    va_list arguments) G_GNUC_PRINTF(4, 0);
static int on_warning(TIFF *tiff, void *data, const char *module, const char *format,
                      va_list arguments) G_GNUC_PRINTF(4, 0);
static gboolean loses_pixels(const char *format, va_list arguments) G_GNUC_PRINTF(1, 0);

static int on_error(TIFF *tiff G_GNUC_UNUSED, void *data, const char *module, const char *format,
                    va_list arguments)
{
    TiffImage *self = data;
    gsize used;

    if (!self->damaged) {
        g_snprintf(self->message, sizeof self->message, "%s: ", module != NULL ? module : "");
        used = strlen(self->message);
        (void)g_vsnprintf(self->message + used, sizeof self->message - used, format, arguments);
    }
    self->damaged = TRUE;
    return 1;
}

/* libjpeg goes on with invented data after "Corrupt JPEG data" and "Premature end"; stray bytes
 * between markers are corrupt in its words too, and lose nothing (image_jpeg.c). */
static gboolean loses_pixels(const char *format, va_list arguments)
{
    va_list copy;
    g_autofree char *text = NULL;

    va_copy(copy, arguments);
    text = g_strdup_vprintf(format, copy);
    va_end(copy);
    return strstr(text, "extraneous bytes") == NULL && strstr(text, "Adobe") == NULL &&
           strstr(text, "JFIF") == NULL;
}

/* The decoders of fax and JPEG only warn when something does not add up, and go on. */
static int on_warning(TIFF *tiff, void *data, const char *module, const char *format,
                      va_list arguments)
{
    TiffImage *self = data;

    if (self->decoding && module != NULL &&
        (g_str_has_prefix(module, "Fax") ||
         (strcmp(module, "JPEGLib") == 0 && loses_pixels(format, arguments))))
        return on_error(tiff, data, module, format, arguments);
    return 1;
}

static gboolean broken(TiffImage *self, const char *what, GError **error)
{
    return error_set(error, ERROR_FORMAT, "TIFF: %s",
                     self->message[0] != '\0' ? self->message : what);
}

static void tiff_image_free(Image *image)
{
    TiffImage *self = (TiffImage *)image;

    if (self->tiff != NULL)
        TIFFClose(self->tiff);
    g_free(self->raster);
    g_free(self);
}

static TiffImage *open_file(Bytes file, GError **error)
{
    TiffImage *self = g_new0(TiffImage, 1);
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();

    self->base.free = tiff_image_free;
    self->file = file;
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)PAGE_BYTES_MAX);
    TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, self);
    TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, self);
    self->tiff = TIFFClientOpenExt("page", "r", (thandle_t)self, on_read, on_write, on_seek,
                                   on_close, on_size, on_map, on_unmap, options);
    TIFFOpenOptionsFree(options);
    if (self->tiff != NULL)
        return self;
    (void)broken(self, "no directory", error);
    tiff_image_free(&self->base);
    return NULL;
}

gboolean image_count_tiff(Bytes file, guint32 *pages, GError **error)
{
    TiffImage *self = open_file(file, error);

    if (self == NULL)
        return FALSE;
    /* A chain that ends in damage or in itself counts up to there. */
    do {
        ++*pages;
    } while (*pages <= PAGE_COUNT_MAX && TIFFReadDirectory(self->tiff));
    tiff_image_free(&self->base);
    if (*pages > PAGE_COUNT_MAX)
        return error_set(error, ERROR_TOO_LARGE, "a TIFF of over %u pages", PAGE_COUNT_MAX);
    return TRUE;
}

static guint32 dots_per_inch(TIFF *tiff)
{
    float x = 0;
    guint16 unit = RESUNIT_INCH;

    if (!TIFFGetField(tiff, TIFFTAG_XRESOLUTION, &x))
        return 0;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_RESOLUTIONUNIT, &unit);
    if (unit == RESUNIT_CENTIMETER)
        x *= 2.54f;
    return unit != RESUNIT_NONE && x >= 1.0f && x < 20000.0f ? (guint32)(x + 0.5f) : 0;
}

/* Kinds whose scan lines are rows of ours as they come. */
static gboolean is_plain(TiffImage *self)
{
    guint16 planar = PLANARCONFIG_CONTIG;

    TIFFGetFieldDefaulted(self->tiff, TIFFTAG_PLANARCONFIG, &planar);
    if (TIFFIsTiled(self->tiff) || (planar != PLANARCONFIG_CONTIG && self->samples > 1))
        return FALSE;
    if (self->samples == 1 && (self->photometric == PHOTOMETRIC_MINISWHITE ||
                               self->photometric == PHOTOMETRIC_MINISBLACK))
        return self->bits == 1 || self->bits == 8;
    if (self->samples == 3 && self->bits == 8)
        return self->photometric == PHOTOMETRIC_RGB ||
               (self->photometric == PHOTOMETRIC_YCBCR && self->compression == COMPRESSION_JPEG);
    return FALSE;
}

static void choose_mode(TiffImage *self)
{
    PageGeometry *page = &self->base.page;

    self->converted = !is_plain(self);
    if (self->samples == 1 && self->bits == 1 && !self->converted)
        page->mode = PAGE_LINEART;
    else if (self->samples == 1 && !self->converted)
        page->mode = PAGE_GRAY;
    else
        page->mode = PAGE_COLOUR;
    page->stride_bytes = (guint32)page_row_bytes(page->mode, page->width_px);
    self->base.keep_file = self->converted && (self->bits > 8 || self->samples > 3);
    if (self->compression == COMPRESSION_JPEG && self->photometric == PHOTOMETRIC_YCBCR &&
        !self->converted)
        TIFFSetField(self->tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
}

static gboolean check_limits(TiffImage *self, GError **error)
{
    const PageGeometry *page = &self->base.page;
    guint64 depth = (guint64)self->bits * self->samples;
    char why[1024] = "";

    if (!page_geometry_check(page, error))
        return FALSE;
    if (depth == 0 || depth > 64 * 8 ||
        depth * page->width_px / 8 * page->height_px > PAGE_BYTES_MAX)
        return error_set(error, depth == 0 || depth > 512 ? ERROR_FORMAT : ERROR_TOO_LARGE,
                         "TIFF: %u samples of %u bits", self->samples, self->bits);
    if (!self->converted)
        return TRUE;
    if ((guint64)page->width_px * page->height_px * 4 > CONVERTED_BYTES_MAX)
        return error_set(error, ERROR_TOO_LARGE, "a TIFF of an odd kind of %u × %u pixels",
                         page->width_px, page->height_px);
    if (!TIFFRGBAImageOK(self->tiff, why))
        return error_set(error, ERROR_FORMAT, "TIFF: %s", why);
    return TRUE;
}

static gboolean read_tags(TiffImage *self, GError **error)
{
    PageGeometry *page = &self->base.page;
    guint16 orientation = 1;

    if (!TIFFGetField(self->tiff, TIFFTAG_IMAGEWIDTH, &page->width_px) ||
        !TIFFGetField(self->tiff, TIFFTAG_IMAGELENGTH, &page->height_px))
        return broken(self, "no size", error);
    TIFFGetFieldDefaulted(self->tiff, TIFFTAG_BITSPERSAMPLE, &self->bits);
    TIFFGetFieldDefaulted(self->tiff, TIFFTAG_SAMPLESPERPIXEL, &self->samples);
    TIFFGetFieldDefaulted(self->tiff, TIFFTAG_COMPRESSION, &self->compression);
    TIFFGetFieldDefaulted(self->tiff, TIFFTAG_ORIENTATION, &orientation);
    if (!TIFFGetField(self->tiff, TIFFTAG_PHOTOMETRIC, &self->photometric))
        return broken(self, "no photometric interpretation", error);
    self->base.orientation = orientation >= 1 && orientation <= 8 ? orientation : 1;
    page->dpi = dots_per_inch(self->tiff);
    choose_mode(self);
    return check_limits(self, error);
}

static gboolean plain_rows(TiffImage *self, guint8 *out, guint32 n, GError **error)
{
    const PageGeometry *geometry = &self->base.geometry;
    gboolean invert =
        self->photometric ==
        (geometry->mode == PAGE_LINEART ? PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_MINISWHITE);
    guint spare = (8 - geometry->width_px % 8) % 8;

    for (guint32 i = 0; i < n; i++) {
        guint8 *row = out + (gsize)i * geometry->stride_bytes;

        if (TIFFReadScanline(self->tiff, row, self->next_row + i, 0) != 1 || self->damaged)
            return broken(self, "a row cannot be read", error);
        for (gsize k = 0; invert && k < geometry->stride_bytes; k++)
            row[k] = (guint8)~row[k];
        if (geometry->mode == PAGE_LINEART)
            row[geometry->stride_bytes - 1] &= (guint8)(0xff << spare);
    }
    return TRUE;
}

/* The whole page at once, 4 bytes a pixel. */
static gboolean convert_page(TiffImage *self, GError **error)
{
    const PageGeometry *geometry = &self->base.geometry;

    self->raster = g_malloc((gsize)geometry->width_px * geometry->height_px * 4);
    if (!TIFFReadRGBAImageOriented(self->tiff, geometry->width_px, geometry->height_px,
                                   self->raster, ORIENTATION_TOPLEFT, 1) ||
        self->damaged)
        return broken(self, "cannot be converted", error);
    return TRUE;
}

static gboolean converted_rows(TiffImage *self, guint8 *out, guint32 n, GError **error)
{
    const PageGeometry *geometry = &self->base.geometry;

    if (self->raster == NULL && !convert_page(self, error))
        return FALSE;
    for (guint32 i = 0; i < n; i++) {
        const guint32 *in = self->raster + (gsize)(self->next_row + i) * geometry->width_px;
        guint8 *row = out + (gsize)i * geometry->stride_bytes;

        for (guint32 x = 0; x < geometry->width_px; x++) {
            row[3 * x] = (guint8)TIFFGetR(in[x]);
            row[3 * x + 1] = (guint8)TIFFGetG(in[x]);
            row[3 * x + 2] = (guint8)TIFFGetB(in[x]);
        }
    }
    return TRUE;
}

static gboolean rows(Image *image, guint8 *out, guint32 n, GError **error)
{
    TiffImage *self = (TiffImage *)image;
    gboolean good;

    if (n > image->geometry.height_px - self->next_row)
        return error_set(error, ERROR_FORMAT, "TIFF: no more rows");
    good = self->converted ? converted_rows(self, out, n, error) : plain_rows(self, out, n, error);
    self->next_row += n;
    return good;
}

/* libtiff seeks to the strip of a row by itself; inside a strip most codecs only go row by row. */
static gboolean skip(Image *image, guint32 n, GError **error)
{
    TiffImage *self = (TiffImage *)image;
    g_autofree guint8 *row = NULL;
    guint32 wanted, per_strip = 0;

    if (n > image->geometry.height_px - self->next_row)
        return error_set(error, ERROR_FORMAT, "TIFF: no more rows");
    wanted = self->next_row + n;
    TIFFGetFieldDefaulted(self->tiff, TIFFTAG_ROWSPERSTRIP, &per_strip);
    if (self->converted || per_strip == 0) {
        self->next_row = wanted;
        return TRUE;
    }
    self->next_row = MAX(self->next_row, wanted - wanted % per_strip);
    row = g_malloc(image->geometry.stride_bytes);
    for (; self->next_row < wanted; self->next_row++)
        if (!plain_rows(self, row, 1, error))
            return FALSE;
    return TRUE;
}

static gboolean copy_strips(TiffImage *self, TiffWriter *writer, GError **error)
{
    guint32 n = TIFFNumberOfStrips(self->tiff);

    for (guint32 i = 0; i < n; i++) {
        guint64 offset = TIFFGetStrileOffset(self->tiff, i);
        guint64 size = TIFFGetStrileByteCount(self->tiff, i);

        if (offset > self->file.size || size > self->file.size - offset)
            return error_set(error, ERROR_FORMAT, "TIFF: strip %u lies outside of the file", i);
        tiff_writer_strip(writer);
        if (!tiff_writer_append(writer, self->file.bytes + offset, (gsize)size, error))
            return FALSE;
    }
    return TRUE;
}

/* JPEG strips and fax strips are copied as they are, with their tables and options. */
static Fd wrap(Image *image, const PageTags *tags, GError **error)
{
    TiffImage *self = (TiffImage *)image;
    g_autoptr(TiffWriter) writer = tiff_writer_new(error);
    g_autoptr(GBytes) tables = NULL;
    guint32 size;
    const void *data;
    TiffFrame frame = {.width_px = image->page.width_px,
                       .height_px = image->page.height_px,
                       .dpi = image->page.dpi,
                       .bits = self->bits,
                       .samples = self->samples,
                       .compression = self->compression,
                       .photometric = self->photometric,
                       .orientation = image->orientation,
                       .tags = tags};

    if (writer == NULL)
        return -1;
    TIFFGetFieldDefaulted(self->tiff, TIFFTAG_ROWSPERSTRIP, &frame.rows_per_strip);
    frame.rows_per_strip = MIN(frame.rows_per_strip, frame.height_px);
    TIFFGetFieldDefaulted(self->tiff, TIFFTAG_FILLORDER, &frame.fill_order);
    if (self->compression == COMPRESSION_CCITTFAX4)
        (void)TIFFGetField(self->tiff, TIFFTAG_GROUP4OPTIONS, &frame.options);
    if (self->photometric == PHOTOMETRIC_YCBCR)
        TIFFGetFieldDefaulted(self->tiff, TIFFTAG_YCBCRSUBSAMPLING, &frame.subsampling[0],
                              &frame.subsampling[1]);
    if (self->compression == COMPRESSION_JPEG &&
        TIFFGetField(self->tiff, TIFFTAG_JPEGTABLES, &size, &data) && size > 0)
        frame.jpeg_tables = tables = g_bytes_new(data, size);
    if (!copy_strips(self, writer, error))
        return -1;
    return tiff_writer_finish(writer, &frame, error);
}

Image *image_open_tiff(Bytes file, const ImageOptions *options, GError **error)
{
    TiffImage *self = open_file(file, error);
    Image *base = (Image *)self;

    if (self == NULL)
        return NULL;
    if ((options->page > 0 && !TIFFSetDirectory(self->tiff, options->page))) {
        (void)broken(self, "no such page", error);
        image_free(base);
        return NULL;
    }
    self->damaged = FALSE;
    self->message[0] = '\0';
    *base = (Image){.orientation = 1, .rows = rows, .skip = skip, .free = tiff_image_free};
    if (!read_tags(self, error)) {
        image_free(base);
        return NULL;
    }
    if (!self->converted &&
        (self->compression == COMPRESSION_JPEG || self->compression == COMPRESSION_CCITTFAX4))
        base->wrap = wrap;
    base->geometry = base->page;
    self->decoding = TRUE;
    self->damaged = FALSE;
    self->message[0] = '\0';
    return base;
}
