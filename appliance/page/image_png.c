/* SPDX-License-Identifier: Apache-2.0
 *
 * PNG through libpng. Black and white comes as lineart, gray palettes as gray, all else as RGB;
 * transparency is laid on white.
 */
#include "appliance/page/image.h"

#include <png.h>
#include <setjmp.h>
#include <string.h>

/* An interlaced file can only be read as a whole. */
#define INTERLACED_BYTES_MAX ((guint64)128 << 20)
#define CHUNK_BYTES_MAX      ((png_alloc_size_t)16 << 20)
#define CHUNKS_MAX           256
#define SIGNATURE_BYTES      8
#define CHUNK_FRAME_BYTES    12 /* length, type, checksum (ISO/IEC 15948, 5.3) */

typedef struct {
    Image base;
    png_structp png;
    png_infop info;
    Bytes file;
    gsize at;
    guint32 next_row;
    gboolean invert; /* lineart: 1 is white in the file */
    guint8 *whole;   /* all rows of an interlaced file */
    char message[128];
} PngImage;

static void on_error(png_structp png, png_const_charp message)
{
    PngImage *self = png_get_error_ptr(png);

    g_strlcpy(self->message, message, sizeof self->message);
    longjmp(png_jmpbuf(png), 1);
}

static void on_warning(png_structp png G_GNUC_UNUSED, png_const_charp message G_GNUC_UNUSED)
{
}

static void on_read(png_structp png, png_bytep out, size_t size)
{
    PngImage *self = png_get_io_ptr(png);

    if (size > self->file.size - self->at)
        png_error(png, "cut off");
    memcpy(out, self->file.bytes + self->at, size);
    self->at += size;
}

static gboolean broken(PngImage *self, GError **error)
{
    return error_set(error, ERROR_FORMAT, "PNG: %s", self->message);
}

static guint32 dots_per_inch(PngImage *self)
{
    png_uint_32 x, y;
    int unit;

    if (!png_get_pHYs(self->png, self->info, &x, &y, &unit) || unit != PNG_RESOLUTION_METER ||
        x > 1000000)
        return 0;
    return (guint32)(x * 0.0254 + 0.5);
}

static gboolean is_level(const png_color *colour, guint8 level)
{
    return colour->red == level && colour->green == level && colour->blue == level;
}

/* What the palette holds: black and white alone, grays, or colours. */
static PageMode palette_mode(PngImage *self, int depth)
{
    png_colorp palette;
    int n;

    if (!png_get_PLTE(self->png, self->info, &palette, &n))
        return PAGE_COLOUR;
    if (depth == 1 && n == 2 && is_level(&palette[0], 0) && is_level(&palette[1], 255)) {
        self->invert = TRUE;
        return PAGE_LINEART;
    }
    if (depth == 1 && n == 2 && is_level(&palette[0], 255) && is_level(&palette[1], 0))
        return PAGE_LINEART;
    for (int i = 0; i < n; i++) {
        if (!is_level(&palette[i], palette[i].red))
            return PAGE_COLOUR;
    }
    return PAGE_GRAY;
}

static PageMode choose_mode(PngImage *self, int depth, int type)
{
    gboolean clear = png_get_valid(self->png, self->info, PNG_INFO_tRNS) != 0;

    if (type == PNG_COLOR_TYPE_PALETTE && !clear)
        return palette_mode(self, depth);
    if (type == PNG_COLOR_TYPE_GRAY && depth == 1 && !clear) {
        self->invert = TRUE;
        return PAGE_LINEART;
    }
    return (type & PNG_COLOR_MASK_COLOR) ? PAGE_COLOUR : PAGE_GRAY;
}

static void choose_transforms(PngImage *self, int depth, int type)
{
    png_structp png = self->png;
    static const png_color_16 white = {0, 0xffff, 0xffff, 0xffff, 0xffff};
    static const png_color_16 white8 = {0, 255, 255, 255, 255};
    gboolean clear = png_get_valid(png, self->info, PNG_INFO_tRNS) != 0;

    self->base.keep_file = depth == 16 || clear || (type & PNG_COLOR_MASK_ALPHA);
    if (self->base.page.mode == PAGE_LINEART)
        return;
    png_set_expand(png);
    if (self->base.keep_file && (clear || (type & PNG_COLOR_MASK_ALPHA)))
        png_set_background(png, depth == 16 ? &white : &white8, PNG_BACKGROUND_GAMMA_SCREEN, 0,
                           1.0);
    if (depth == 16)
        png_set_strip_16(png);
    if (self->base.page.mode == PAGE_GRAY && type == PNG_COLOR_TYPE_PALETTE)
        png_set_rgb_to_gray_fixed(png, PNG_ERROR_ACTION_NONE, -1, -1);
}

/* libpng makes room for what a chunk says it holds before it looks whether that is there: a
 * chunk longer than the rest of the file ends the reading here. Rows that are cut off are told
 * where they end, as the image data is read. */
static gboolean chunks_fit(PngImage *self, GError **error)
{
    gsize at = SIGNATURE_BYTES;

    while (self->file.size - at >= CHUNK_FRAME_BYTES) {
        const guint8 *chunk = self->file.bytes + at;
        guint32 length;

        memcpy(&length, chunk, sizeof length);
        length = GUINT32_FROM_BE(length);
        if (length > self->file.size - at - CHUNK_FRAME_BYTES)
            return memcmp(chunk + 4, "IDAT", 4) == 0 ||
                   error_set(error, ERROR_FORMAT, "PNG: cut off");
        at += CHUNK_FRAME_BYTES + (gsize)length;
    }
    return TRUE;
}

static gboolean open_header(PngImage *self, GError **error)
{
    PageGeometry *page = &self->base.page;
    int depth, type, interlace;
    png_uint_32 width, height;

    if (setjmp(png_jmpbuf(self->png)) != 0)
        return broken(self, error);
    png_set_user_limits(self->png, 0x7fffffff, 0x7fffffff);
    png_set_chunk_malloc_max(self->png, CHUNK_BYTES_MAX);
    png_set_chunk_cache_max(self->png, CHUNKS_MAX);
    png_set_read_fn(self->png, self, on_read);
    png_read_info(self->png, self->info);
    png_get_IHDR(self->png, self->info, &width, &height, &depth, &type, &interlace, NULL, NULL);
    *page = (PageGeometry){.width_px = width, .height_px = height, .dpi = dots_per_inch(self)};
    page->mode = choose_mode(self, depth, type);
    page->stride_bytes = (guint32)page_row_bytes(page->mode, width);
    if (!page_geometry_check(page, error))
        return FALSE;
    if (interlace != PNG_INTERLACE_NONE &&
        (guint64)page->stride_bytes * height > INTERLACED_BYTES_MAX)
        return error_set(error, ERROR_TOO_LARGE, "an interlaced PNG of %u × %u pixels", width,
                         height);
    choose_transforms(self, depth, type);
    (void)png_set_interlace_handling(self->png);
    png_read_update_info(self->png, self->info);
    if (png_get_rowbytes(self->png, self->info) != page->stride_bytes)
        return error_set(error, ERROR_FORMAT, "PNG: rows of an unexpected size");
    if (interlace != PNG_INTERLACE_NONE)
        self->whole = g_malloc0((gsize)page->stride_bytes * height);
    return TRUE;
}

/* All passes of an interlaced file, once. */
static void read_whole(PngImage *self)
{
    gsize stride = self->base.geometry.stride_bytes;

    for (int pass = 0; pass < 7; pass++) {
        for (guint32 y = 0; y < self->base.geometry.height_px; y++)
            png_read_row(self->png, self->whole + y * stride, NULL);
    }
}

static void read_rows(PngImage *self, guint8 *out, guint32 n)
{
    gsize stride = self->base.geometry.stride_bytes;

    if (self->whole != NULL && self->next_row == 0)
        read_whole(self);
    for (guint32 i = 0; i < n; i++) {
        if (self->whole != NULL)
            memcpy(out + i * stride, self->whole + (self->next_row + i) * stride, stride);
        else
            png_read_row(self->png, out + i * stride, NULL);
    }
    self->next_row += n;
    if (self->next_row == self->base.geometry.height_px)
        png_read_end(self->png, NULL);
}

static gboolean rows(Image *image, guint8 *out, guint32 n, GError **error)
{
    PngImage *self = (PngImage *)image;
    gsize stride = image->geometry.stride_bytes;
    guint spare = (8 - image->geometry.width_px % 8) % 8;

    if (setjmp(png_jmpbuf(self->png)) != 0)
        return broken(self, error);
    if (n > image->geometry.height_px - self->next_row)
        return error_set(error, ERROR_FORMAT, "PNG: no more rows");
    read_rows(self, out, n);
    if (image->geometry.mode != PAGE_LINEART)
        return TRUE;
    for (gsize i = 0; self->invert && i < n * stride; i++)
        out[i] = (guint8)~out[i];
    for (guint32 i = 0; i < n; i++)
        out[(i + 1) * stride - 1] &= (guint8)(0xff << spare);
    return TRUE;
}

static void png_reader_free(Image *image)
{
    PngImage *self = (PngImage *)image;

    png_destroy_read_struct(&self->png, &self->info, NULL);
    g_free(self->whole);
    g_free(self);
}

Image *image_open_png(Bytes file, const ImageOptions *options G_GNUC_UNUSED, GError **error)
{
    PngImage *self = g_new0(PngImage, 1);
    Image *base = &self->base;

    *base = (Image){.orientation = 1, .rows = rows, .free = png_reader_free};
    self->file = file;
    self->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, self, on_error, on_warning);
    self->info = png_create_info_struct(self->png);
    if (!chunks_fit(self, error) || !open_header(self, error)) {
        image_free(base);
        return NULL;
    }
    base->geometry = base->page;
    return base;
}
