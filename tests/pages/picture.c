/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/pages/picture.h"

#include "appliance/base/file.h"
#include "appliance/paper/sheet.h"

#include <errno.h>
#include <stdio.h>
/* jpeglib.h wants FILE declared */
#include <jpeglib.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

#define JPEG_QUALITY 85

guint picture_channels(const Picture *picture)
{
    return picture->mode == PAGE_COLOUR ? 3 : 1;
}

gsize picture_stride(const Picture *picture)
{
    return (gsize)picture->width * picture_channels(picture);
}

void picture_clear(Picture *picture)
{
    g_clear_pointer(&picture->pixels, g_free);
}

static guint8 *row_of(const Picture *picture, guint y)
{
    return picture->pixels + y * picture_stride(picture);
}

/* One row of lineart as bits, black = 1, most significant first. */
static void pack_row(const Picture *picture, guint y, guint8 *bits)
{
    const guint8 *row = row_of(picture, y);

    memset(bits, 0, (picture->width + 7) / 8);
    for (guint x = 0; x < picture->width; x++)
        if (row[x] == 0)
            bits[x / 8] |= (guint8)(0x80 >> (x % 8));
}

/* A JPEG in memory; libjpeg's own error handler ends the program, which only bad arguments can
 * bring about here. */
GBytes *picture_jpeg(const Picture *picture, int quality)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    unsigned char *bytes = NULL;
    unsigned long size = 0;

    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &bytes, &size);
    jpeg.image_width = picture->width;
    jpeg.image_height = picture->height;
    jpeg.input_components = (int)picture_channels(picture);
    jpeg.in_color_space = picture->mode == PAGE_COLOUR ? JCS_RGB : JCS_GRAYSCALE;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, quality, TRUE);
    jpeg.density_unit = 1;
    jpeg.X_density = jpeg.Y_density = (UINT16)picture->dpi;
    jpeg_start_compress(&jpeg, TRUE);
    while (jpeg.next_scanline < jpeg.image_height) {
        JSAMPROW row = row_of(picture, jpeg.next_scanline);

        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    return g_bytes_new_with_free_func(bytes, size, free, bytes);
}

void picture_jpeg_noise(Picture *picture, int quality)
{
    g_autoptr(GBytes) bytes = picture_jpeg(picture, quality);
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);

    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&jpeg);
    jpeg_mem_src(&jpeg, data, size);
    jpeg_read_header(&jpeg, TRUE);
    jpeg_start_decompress(&jpeg);
    while (jpeg.output_scanline < jpeg.output_height) {
        JSAMPROW row = row_of(picture, jpeg.output_scanline);

        jpeg_read_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_decompress(&jpeg);
    jpeg_destroy_decompress(&jpeg);
}

static gboolean write_bytes(GBytes *bytes, const char *path, GError **error)
{
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);

    return file_replace(path, 0644, data, size, error);
}

static gboolean write_jpeg(const Picture *picture, const char *path, GError **error)
{
    g_autoptr(GBytes) bytes = picture_jpeg(picture, JPEG_QUALITY);

    return write_bytes(bytes, path, error);
}

static gboolean write_pnm(const Picture *picture, const char *path, GError **error)
{
    GByteArray *out = g_byte_array_new();
    g_autoptr(GBytes) bytes = NULL;
    g_autofree guint8 *bits = g_malloc(picture->width / 8 + 1);
    g_autofree char *head = NULL;

    if (picture->mode == PAGE_LINEART)
        head = g_strdup_printf("P4\n%u %u\n", picture->width, picture->height);
    else
        head = g_strdup_printf("P%d\n%u %u\n255\n", picture->mode == PAGE_COLOUR ? 6 : 5,
                               picture->width, picture->height);
    g_byte_array_append(out, (const guint8 *)head, (guint)strlen(head));
    for (guint y = 0; y < picture->height; y++) {
        if (picture->mode == PAGE_LINEART) {
            pack_row(picture, y, bits);
            g_byte_array_append(out, bits, (picture->width + 7) / 8);
        } else {
            g_byte_array_append(out, row_of(picture, y), (guint)picture_stride(picture));
        }
    }
    bytes = g_byte_array_free_to_bytes(out);
    return write_bytes(bytes, path, error);
}

static void png_append(png_structp png, png_bytep bytes, png_size_t size)
{
    g_byte_array_append(png_get_io_ptr(png), bytes, (guint)size);
}

static void png_no_flush(png_structp png G_GNUC_UNUSED)
{
}

/* libpng's own error handler ends the program; out of memory alone could call it here. */
static gboolean write_png(const Picture *picture, const char *path, GError **error)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    gboolean lineart = picture->mode == PAGE_LINEART;
    guint per_metre = (guint)(picture->dpi / 0.0254 + 0.5);
    g_autofree guint8 *bits = g_malloc(picture->width / 8 + 1);
    GByteArray *out = g_byte_array_new();
    g_autoptr(GBytes) bytes = NULL;

    png_set_write_fn(png, out, png_append, png_no_flush);
    png_set_IHDR(png, info, picture->width, picture->height, lineart ? 1 : 8,
                 picture->mode == PAGE_COLOUR ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_pHYs(png, info, per_metre, per_metre, PNG_RESOLUTION_METER);
    png_set_compression_level(png, 1);
    png_write_info(png, info);
    if (lineart)
        png_set_invert_mono(png);
    for (guint y = 0; y < picture->height; y++) {
        if (lineart)
            pack_row(picture, y, bits);
        png_write_row(png, lineart ? bits : row_of(picture, y));
    }
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    bytes = g_byte_array_free_to_bytes(out);
    return write_bytes(bytes, path, error);
}

static void tiff_fields(TIFF *tiff, const Picture *picture)
{
    gboolean lineart = picture->mode == PAGE_LINEART;

    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, picture->width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, picture->height);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, picture_channels(picture));
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, lineart ? 1 : 8);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION,
                 lineart ? COMPRESSION_CCITTFAX4 : COMPRESSION_ADOBE_DEFLATE);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC,
                 lineart                        ? PHOTOMETRIC_MINISWHITE
                 : picture->mode == PAGE_COLOUR ? PHOTOMETRIC_RGB
                                                : PHOTOMETRIC_MINISBLACK);
    if (!lineart)
        TIFFSetField(tiff, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
    TIFFSetField(tiff, TIFFTAG_XRESOLUTION, (double)picture->dpi);
    TIFFSetField(tiff, TIFFTAG_YRESOLUTION, (double)picture->dpi);
    TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, lineart ? picture->height : 64u);
}

static gboolean tiff_page(TIFF *tiff, const Picture *picture)
{
    g_autofree guint8 *row = g_malloc(picture_stride(picture));

    tiff_fields(tiff, picture);
    for (guint y = 0; y < picture->height; y++) {
        if (picture->mode == PAGE_LINEART)
            pack_row(picture, y, row);
        else
            memcpy(row, row_of(picture, y), picture_stride(picture)); /* the predictor writes */
        if (TIFFWriteScanline(tiff, row, y, 0) < 0)
            return FALSE;
    }
    return TIFFWriteDirectory(tiff) != 0;
}

static gboolean write_tiff(const Picture *pictures, gsize n_pictures, const char *path,
                           GError **error)
{
    TIFF *tiff = TIFFOpen(path, "w");
    gboolean ok = tiff != NULL;

    for (gsize i = 0; ok && i < n_pictures; i++)
        ok = tiff_page(tiff, &pictures[i]);
    if (tiff != NULL)
        TIFFClose(tiff);
    return ok || error_set_errno(error, ERROR_IO, errno, "%s", path);
}

/* A surface of the picture's size: lineart as a 1-bit stencil, else empty pixels with the JPEG that
 * the PDF takes as it is. */
static cairo_surface_t *pdf_image(const Picture *picture)
{
    gboolean lineart = picture->mode == PAGE_LINEART;
    cairo_surface_t *surface = cairo_image_surface_create(
        lineart ? CAIRO_FORMAT_A1 : CAIRO_FORMAT_RGB24, (int)picture->width, (int)picture->height);
    guint8 *pixels = cairo_image_surface_get_data(surface);
    int stride = cairo_image_surface_get_stride(surface);

    if (lineart) {
        for (guint y = 0; y < picture->height; y++)
            for (guint x = 0; x < picture->width; x++)
                if (row_of(picture, y)[x] == 0)
                    pixels[(gsize)y * stride + x / 8] |= (guint8)(1 << (x % 8));
        cairo_surface_mark_dirty(surface);
    } else {
        GBytes *bytes = picture_jpeg(picture, JPEG_QUALITY);
        gsize size;
        const guint8 *data = g_bytes_get_data(bytes, &size);

        cairo_surface_set_mime_data(surface, CAIRO_MIME_TYPE_JPEG, data, size,
                                    (cairo_destroy_func_t)g_bytes_unref, bytes);
    }
    return surface;
}

static gboolean write_pdf(const Picture *pictures, gsize n_pictures, const char *path,
                          GError **error)
{
    g_auto(SheetPdf) pdf = {0};
    g_autoptr(GBytes) bytes = NULL;

    sheet_pdf_init(&pdf, "scan", 0);
    for (gsize i = 0; i < n_pictures; i++) {
        cairo_surface_t *image = pdf_image(&pictures[i]);

        cairo_save(pdf.cr);
        cairo_scale(pdf.cr, 72.0 / pictures[i].dpi, 72.0 / pictures[i].dpi);
        cairo_set_source_surface(pdf.cr, image, 0, 0);
        if (pictures[i].mode == PAGE_LINEART) {
            cairo_set_source_rgb(pdf.cr, 0, 0, 0);
            cairo_mask_surface(pdf.cr, image, 0, 0);
        } else {
            cairo_paint(pdf.cr);
        }
        cairo_restore(pdf.cr);
        cairo_show_page(pdf.cr);
        cairo_surface_destroy(image);
    }
    bytes = sheet_pdf_finish(&pdf, error);
    return bytes != NULL && write_bytes(bytes, path, error);
}

gboolean picture_write(const Picture *pictures, gsize n_pictures, const char *path, GError **error)
{
    if (g_str_has_suffix(path, ".tif") || g_str_has_suffix(path, ".tiff"))
        return write_tiff(pictures, n_pictures, path, error);
    if (g_str_has_suffix(path, ".pdf"))
        return write_pdf(pictures, n_pictures, path, error);
    if (n_pictures != 1)
        return error_set(error, ERROR_USAGE, "%s holds one picture, not %" G_GSIZE_FORMAT, path,
                         n_pictures);
    if (g_str_has_suffix(path, ".png"))
        return write_png(pictures, path, error);
    if (g_str_has_suffix(path, ".jpg") || g_str_has_suffix(path, ".jpeg")) {
        if (pictures->mode == PAGE_LINEART)
            return error_set(error, ERROR_USAGE, "%s: lineart is no matter for JPEG", path);
        return write_jpeg(pictures, path, error);
    }
    if (g_str_has_suffix(path, ".pnm") || g_str_has_suffix(path, ".pbm") ||
        g_str_has_suffix(path, ".pgm") || g_str_has_suffix(path, ".ppm"))
        return write_pnm(pictures, path, error);
    return error_set(error, ERROR_USAGE, "%s: no known ending", path);
}
