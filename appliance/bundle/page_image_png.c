/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/base/text.h"
#include "appliance/bundle/page_image_intern.h"

#include <string.h>

#define METRES_PER_INCH 0.0254
#define PALETTE_MAX     768

typedef struct {
    guint32 width_px;
    guint bits, kind; /* of IHDR: 0 gray, 2 RGB, 3 palette */
    char *palette;    /* hex */
    guint colours;
    GArray *ranges;
    gboolean ended;
} Png;

static guint32 be32(const guint8 *at)
{
    return (guint32)at[0] << 24 | (guint32)at[1] << 16 | (guint32)at[2] << 8 | at[3];
}

static gboolean read_header(Png *png, PageImage *image, const PageSource *source, guint64 at,
                            GError **error)
{
    guint8 ihdr[13];

    if (!page_source_read(source, at, ihdr, sizeof ihdr, error))
        return FALSE;
    image->width_px = png->width_px = be32(ihdr);
    image->height_px = be32(ihdr + 4);
    png->bits = ihdr[8];
    png->kind = ihdr[9];
    if (ihdr[12] != 0)
        return page_source_refuse(source, "an interlaced PNG", error);
    if (png->kind != 0 && png->kind != 2 && png->kind != 3)
        return page_source_refuse(source, "a PNG with alpha", error);
    return (png->bits <= 16 && (png->bits & (png->bits - 1)) == 0 && png->bits > 0) ||
           page_source_refuse(source, "a PNG of odd depth", error);
}

static gboolean read_palette(Png *png, const PageSource *source, guint64 at, guint32 size,
                             GError **error)
{
    guint8 palette[PALETTE_MAX];

    if (size == 0 || size > sizeof palette || size % 3 != 0)
        return page_source_refuse(source, "a PNG with an impossible palette", error);
    if (!page_source_read(source, at, palette, size, error))
        return FALSE;
    g_free(png->palette);
    png->palette = hex_encode(palette, size);
    png->colours = size / 3;
    return TRUE;
}

static gboolean read_density(PageImage *image, const PageSource *source, guint64 at, GError **error)
{
    guint8 phys[9];

    if (!page_source_read(source, at, phys, sizeof phys, error))
        return FALSE;
    if (phys[8] == 1) {
        image->dpi_x = be32(phys) * METRES_PER_INCH;
        image->dpi_y = be32(phys + 4) * METRES_PER_INCH;
    }
    return TRUE;
}

/* One chunk at *at; the next one behind it. */
static gboolean read_chunk(Png *png, PageImage *image, const PageSource *source, guint64 *at,
                           GError **error)
{
    guint8 head[8];
    guint64 body = *at + 8;
    guint32 size;

    if (!page_source_read(source, *at, head, sizeof head, error))
        return FALSE;
    size = be32(head);
    if (body + size + 4 > source->size)
        return page_source_refuse(source, "it ends too early", error);
    *at = body + size + 4;
    if (memcmp(head + 4, "IHDR", 4) == 0)
        return read_header(png, image, source, body, error);
    if (memcmp(head + 4, "PLTE", 4) == 0)
        return read_palette(png, source, body, size, error);
    if (memcmp(head + 4, "pHYs", 4) == 0 && size == 9)
        return read_density(image, source, body, error);
    if (memcmp(head + 4, "tRNS", 4) == 0)
        return page_source_refuse(source, "a PNG with alpha", error);
    if (memcmp(head + 4, "IDAT", 4) == 0) {
        PageRange range = {body, size};

        if (png->ranges->len >= PAGE_STRIPS_MAX)
            return page_source_refuse(source, "a PNG of too many pieces", error);
        g_array_append_val(png->ranges, range);
    }
    png->ended = memcmp(head + 4, "IEND", 4) == 0;
    return TRUE;
}

static char *colour_space(const Png *png)
{
    if (png->kind == 3)
        return g_strdup_printf("[/Indexed /DeviceRGB %u <%s>]", png->colours - 1, png->palette);
    return g_strdup(png->kind == 2 ? "/DeviceRGB" : "/DeviceGray");
}

static gboolean take(const Png *png, PageImage *image, const PageSource *source, GError **error)
{
    g_autofree char *space = NULL;
    PageStrip *strip;

    if (png->bits == 0 || png->ranges->len == 0 || (png->kind == 3 && png->palette == NULL))
        return page_source_refuse(source, "a PNG without an image", error);
    space = colour_space(png);
    strip = page_image_add(
        image, image->height_px,
        g_strdup_printf("/ColorSpace %s /BitsPerComponent %u /Filter /FlateDecode /DecodeParms "
                        "<< /Predictor 15 /Colors %u /BitsPerComponent %u /Columns %u >>",
                        space, png->bits, png->kind == 2 ? 3 : 1, png->bits, png->width_px));
    g_array_append_vals(strip->ranges, png->ranges->data, png->ranges->len);
    return TRUE;
}

gboolean page_image_png(PageImage *image, const PageSource *source, GError **error)
{
    Png png = {.ranges = g_array_new(FALSE, FALSE, sizeof(PageRange))};
    guint64 at = 8;
    gboolean ok = TRUE;

    while (ok && !png.ended)
        ok = read_chunk(&png, image, source, &at, error);
    ok = ok && take(&png, image, source, error);
    g_array_unref(png.ranges);
    g_free(png.palette);
    return ok;
}
