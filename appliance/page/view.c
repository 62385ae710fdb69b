/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/view.h"

#include "appliance/page/pixels.h"
#include "appliance/page/raster.h"

#define QUALITY_DEFAULT 80

typedef struct {
    guint32 x, y, w, h;
} Box;

/* Averages rows of the region into rows of the result; made larger, rows and columns repeat. */
typedef struct {
    Box region; /* px of the decoded rows */
    Raster *out;
    guint32 *sums; /* one row of `out` */
    guint32 rows;  /* added to `sums` */
    guint32 next;  /* row of `out` that is being filled */
} Scaler;

static guint32 edge(guint32 i, guint32 from, guint32 to)
{
    return (guint32)((guint64)i * from / to);
}

/* End of the source interval of output sample i; intervals hold one sample at least. */
static guint32 edge_end(guint32 i, guint32 from, guint32 to)
{
    return MAX(edge(i + 1, from, to), edge(i, from, to) + 1);
}

static void add_row(Scaler *scaler, const guint8 *row)
{
    guint c = scaler->out->channels;

    for (guint32 i = 0; i < scaler->out->width_px; i++) {
        guint32 first = edge(i, scaler->region.w, scaler->out->width_px);
        guint32 end = edge_end(i, scaler->region.w, scaler->out->width_px);

        for (guint k = 0; k < c; k++) {
            guint32 sum = 0;

            for (guint32 x = first; x < end; x++)
                sum += row[(scaler->region.x + x) * c + k];
            scaler->sums[i * c + k] += sum / (end - first);
        }
    }
    scaler->rows++;
}

static void emit_row(Scaler *scaler)
{
    gsize n = (gsize)scaler->out->width_px * scaler->out->channels;
    guint8 *out = scaler->out->samples + scaler->next * n;

    for (gsize i = 0; i < n; i++)
        out[i] = (guint8)(scaler->sums[i] / scaler->rows);
    scaler->next++;
}

/* `y` counts rows of the region. */
static void take_row(Scaler *scaler, guint32 y, const guint8 *row)
{
    guint32 from = scaler->region.h;
    guint32 to = scaler->out->height_px;

    while (scaler->next < to && edge(scaler->next, from, to) <= y) {
        if (edge(scaler->next, from, to) == y) {
            memset(scaler->sums, 0,
                   (gsize)scaler->out->width_px * scaler->out->channels * sizeof(guint32));
            scaler->rows = 0;
        }
        add_row(scaler, row);
        if (edge_end(scaler->next, from, to) > y + 1)
            break;
        emit_row(scaler);
    }
}

/* A decoded row as the samples of the result: bits become gray, colour may become gray. */
static void spread_row(const PageGeometry *geometry, guint channels, const guint8 *in, guint8 *out)
{
    if (geometry->mode == PAGE_COLOUR && channels == 1)
        pixels_luma_row(in, geometry->width_px, out);
    for (guint32 x = 0; geometry->mode == PAGE_LINEART && x < geometry->width_px; x++)
        out[x] = (in[x / 8] >> (7 - x % 8)) & 1 ? 0 : 255;
}

static Raster *scale(Image *image, const Box *region, Raster *out, GError **error)
{
    const PageGeometry *geometry = &image->geometry;
    g_autofree guint8 *row = g_malloc(geometry->stride_bytes);
    g_autofree guint8 *spread = g_malloc((gsize)geometry->width_px * 3);
    g_autofree guint32 *sums = g_new0(guint32, (gsize)out->width_px * out->channels);
    g_autoptr(Raster) raster = out;
    Scaler scaler = {.region = *region, .out = out, .sums = sums};
    gboolean direct =
        geometry->mode == PAGE_GRAY || (geometry->mode == PAGE_COLOUR && out->channels == 3);

    if (!image_skip(image, region->y, error))
        return NULL;
    for (guint32 y = 0; y < region->h; y++) {
        if (!image_rows(image, row, 1, error))
            return NULL;
        if (!direct)
            spread_row(geometry, out->channels, row, spread);
        take_row(&scaler, y, direct ? row : spread);
    }
    return g_steal_pointer(&raster);
}

static gboolean is_swapped(guint16 orientation)
{
    return orientation >= 5;
}

/* The region as asked for, on the upright page. */
static gboolean region_of(const PageView *view, guint32 width, guint32 height, Box *box,
                          GError **error)
{
    if (view->x >= width || view->y >= height)
        return error_set(error, ERROR_INVALID, "region outside of a page of %u × %u", width,
                         height);
    box->x = view->x;
    box->y = view->y;
    box->w = view->w == 0 ? width - view->x : MIN(view->w, width - view->x);
    box->h = view->h == 0 ? height - view->y : MIN(view->h, height - view->y);
    return TRUE;
}

/* The same region among the stored rows and columns; the inverse of raster_upright. */
static Box stored_box(const Box *box, guint16 orientation, const PageGeometry *page)
{
    Box stored = *box;

    if (is_swapped(orientation))
        stored = (Box){box->y, box->x, box->h, box->w};
    if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8)
        stored.x = page->width_px - stored.x - stored.w;
    if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7)
        stored.y = page->height_px - stored.y - stored.h;
    return stored;
}

/* The size asked for, or what follows from the region. */
static gboolean size_of(const PageView *view, const Box *box, guint32 *width, guint32 *height,
                        GError **error)
{
    *width = view->width_px;
    *height = view->height_px;
    if (*width == 0 && *height == 0) {
        *width = box->w;
        *height = box->h;
    } else if (*width == 0) {
        *width = (guint32)MAX(1, (guint64)box->w * *height / box->h);
    } else if (*height == 0) {
        *height = (guint32)MAX(1, (guint64)box->h * *width / box->w);
    }
    if (*width > VIEW_SIDE_PX_MAX || *height > VIEW_SIDE_PX_MAX)
        return error_set(error, ERROR_INVALID, "a view of %u × %u", *width, *height);
    return TRUE;
}

/* The region in the rows as they come: decoders may deliver a page scaled down. */
static Box decoded_box(const Box *box, const Image *image)
{
    const PageGeometry *from = &image->page;
    const PageGeometry *to = &image->geometry;
    Box decoded = {edge(box->x, to->width_px, from->width_px),
                   edge(box->y, to->height_px, from->height_px), 0, 0};

    decoded.w = MAX(1, edge(box->x + box->w, to->width_px, from->width_px) - decoded.x);
    decoded.h = MAX(1, edge(box->y + box->h, to->height_px, from->height_px) - decoded.y);
    decoded.x = MIN(decoded.x, to->width_px - decoded.w);
    decoded.y = MIN(decoded.y, to->height_px - decoded.h);
    return decoded;
}

static Raster *turned(Raster *raster, guint16 orientation)
{
    g_autoptr(Raster) old = raster;

    return orientation == 1 ? g_steal_pointer(&old) : raster_upright(old, orientation);
}

static Image *reopen(Bytes file, const PageView *view, guint32 shrink_to, GError **error)
{
    ImageOptions options = {.page = view->page, .luma = view->gray != 0, .shrink_to = shrink_to};
    gboolean exists;

    return image_open(file, &options, &exists, error);
}

static Raster *make_raster(Bytes file, const PageView *view, GError **error)
{
    g_autoptr(Image) image = reopen(file, view, 0, error);
    guint16 orientation;
    Box box, decoded;
    guint32 width, height;
    gboolean swapped;
    Raster *raster;

    if (image == NULL)
        return NULL;
    orientation = image->orientation;
    swapped = is_swapped(orientation);
    if (!region_of(view, swapped ? image->page.height_px : image->page.width_px,
                   swapped ? image->page.width_px : image->page.height_px, &box, error) ||
        !size_of(view, &box, &width, &height, error))
        return NULL;
    box = stored_box(&box, orientation, &image->page);
    if (swapped) {
        guint32 old = width;

        width = height;
        height = old;
    }
    if (width < box.w) {
        guint32 shrink_to = (guint32)((guint64)image->page.width_px * width / box.w);

        image_free(image);
        image = reopen(file, view, MAX(1, shrink_to), error);
        if (image == NULL)
            return NULL;
    }
    decoded = decoded_box(&box, image);
    raster =
        scale(image, &decoded,
              raster_new(width, height, image->geometry.mode == PAGE_COLOUR && !view->gray ? 3 : 1),
              error);
    return raster != NULL ? turned(raster, orientation) : NULL;
}

Fd view_make(Bytes file, const PageView *view, GError **error)
{
    static const guint16 turns[] = {1, 6, 3, 8};
    g_autoptr(Raster) raster = NULL;
    g_autoptr(Sink) sink = NULL;
    gboolean good;

    if (view->turn % 90 != 0 || view->format > VIEW_GRAY || view->quality > 100) {
        error_set(error, ERROR_INVALID, "turn %u, format %u", view->turn, view->format);
        return -1;
    }
    if (view->format == VIEW_GRAY && !view->gray) {
        error_set(error, ERROR_INVALID, "samples alone are gray");
        return -1;
    }
    raster = make_raster(file, view, error);
    sink = raster != NULL ? sink_new("view", error) : NULL;
    if (sink == NULL)
        return -1;
    raster = turned(g_steal_pointer(&raster), turns[view->turn / 90 % 4]);
    if (view->format == VIEW_JPEG)
        good =
            raster_jpeg(raster, view->quality != 0 ? view->quality : QUALITY_DEFAULT, sink, error);
    else if (view->format == VIEW_GRAY)
        good = sink_append(sink, raster->samples,
                           (gsize)raster->width_px * raster->height_px * raster->channels, error);
    else
        good = raster_png(raster, view->format == VIEW_BITONAL, sink, error);
    return good ? sink_finish(sink, error) : -1;
}
