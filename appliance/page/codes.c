/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/codes.h"

#include "appliance/page/locate.h"
#include "appliance/page/patch.h"
#include "appliance/page/symbols.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CROPS_MAX          10 /* looked at on the intake path; a page full of bars is no sheet */
#define CROPS_MAX_THOROUGH 60
#define SCAN_LINES         12 /* across a crop as it stands */
#define STRAIGHT_STEP      3  /* every third row, once the code stands upright */
#define BANDS              6  /* into which a code is averaged along its bars */
#define QR_HALF_MODULE_PX  7
#define FINE_DPI           400u
#define LEAN_ONE           256 /* a lean is counted in pixels by so many rows */
#define LEAN_MAX           48  /* about 10 degrees */
#define LEAN_STEP          4
#define LEAN_ROWS_MAX      256
#define CHANGES_MIN        20 /* fewer changes a row are no code */
#define DOUBLE_PX_MAX      ((guint64)6 << 20)

/* One candidate, turned so that its bars stand upright. */
typedef struct {
    const CodesPage *page;
    Located place;
    guint32 box[4];
    Bits *bits;
    gint lean; /* px to the right in LEAN_ONE rows further down */
} Crop;

static Gray *bits_gray(const Bits *bits)
{
    Gray *gray = gray_new(bits->width_px, bits->height_px);

    bits_to_gray(bits, gray->samples, gray->w);
    return gray;
}

static Bits *turned_bits(const Bits *bits)
{
    Bits *out = bits_new(bits->height_px, bits->width_px);

    for (guint32 y = 0; y < bits->height_px; y++) {
        guint32 x_out = bits->height_px - 1 - y;

        for (guint32 x = 0; x < bits->width_px; x++) {
            if (bits_at(bits, x, y))
                ((guint8 *)bits_row(out, x))[x_out / 8] |= (guint8)(0x80 >> x_out % 8);
        }
    }
    return out;
}

static Crop crop_of(const CodesPage *page, const Located *place)
{
    Crop crop = {.page = page,
                 .place = *place,
                 .box = {place->x, place->y, place->w, place->h},
                 .bits = bits_crop(page->bits, place->x, place->y, place->w, place->h)};

    if (place->kind == LOCATED_DOWN) {
        Bits *upright = turned_bits(crop.bits);

        bits_free(crop.bits);
        crop.bits = upright;
    }
    return crop;
}

static guint read_rows(const Crop *crop, const Gray *gray, const char *rung, guint step,
                       GPtrArray *codes)
{
    SymbolsScan scan = {.what = SYMBOLS_ROWS,
                        .step = step,
                        .lines_min = 2,
                        .rung = rung,
                        .box = crop->box,
                        .turned = crop->place.kind == LOCATED_DOWN ? 90 : 0};

    return symbols_read(gray, &scan, codes);
}

/* How sharp the columns stand when rows are slid by `lean`: the sum of squared steps between
 * neighbouring column counts, from the changes alone. */
static guint64 sharpness(const GArray *changes, guint32 width_px, gint lean, gint32 *steps)
{
    guint64 sum = 0;

    memset(steps, 0, ((gsize)width_px + 1) * sizeof *steps);
    for (guint i = 0; i < changes->len; i++) {
        const gint32 *change = &g_array_index(changes, gint32, (gsize)i * 2);
        gint32 x = (change[0] & 0xffffff) - (change[1] * lean) / LEAN_ONE;

        if (x >= 0 && x <= (gint32)width_px)
            steps[x] += change[0] >> 24 ? -1 : 1;
    }
    for (guint32 x = 0; x <= width_px; x++)
        sum += (guint64)((gint64)steps[x] * steps[x]);
    return sum;
}

/* All changes of the crop as (x, with the sense in bit 24; row). */
static GArray *all_changes(const Bits *bits, guint32 *most)
{
    GArray *changes = g_array_new(FALSE, FALSE, 2 * sizeof(gint32));
    g_autofree guint32 *row = g_new(guint32, (gsize)bits->width_px + 8);
    guint32 step = bits->height_px / LEAN_ROWS_MAX + 1;

    *most = 0;
    for (guint32 y = 0; y < bits->height_px; y += step) {
        guint32 n = bits_changes(bits_row(bits, y), bits->width_px, row);

        *most = MAX(*most, n);
        for (guint32 i = 0; i < n; i++) {
            gint32 change[2] = {(gint32)(row[i] | (i & 1) << 24), (gint32)y};

            g_array_append_vals(changes, change, 1);
        }
    }
    return changes;
}

static void try_lean(Crop *crop, const GArray *changes, gint lean, gint32 *steps, guint64 *best)
{
    guint64 sharp = sharpness(changes, crop->bits->width_px, lean, steps);

    if (sharp > *best) {
        *best = sharp;
        crop->lean = lean;
    }
}

/* FALSE where no row has enough changes for a code. */
static gboolean measure_lean(Crop *crop)
{
    guint32 most;
    g_autoptr(GArray) changes = all_changes(crop->bits, &most);
    g_autofree gint32 *steps = g_new(gint32, (gsize)crop->bits->width_px + 1);
    guint64 best = 0;
    gint around;

    if (most < CHANGES_MIN)
        return FALSE;
    for (gint lean = -LEAN_MAX; lean <= LEAN_MAX; lean += LEAN_STEP)
        try_lean(crop, changes, lean, steps, &best);
    around = crop->lean;
    for (gint side = 1 - LEAN_STEP; side < LEAN_STEP; side++)
        try_lean(crop, changes, around + side, steps, &best);
    return TRUE;
}

/* The gray (or 1-bit) crop with its rows slid by the lean and its columns by the same angle:
 * bars upright, ends level. */
static Gray *straightened(const Gray *gray, gint lean)
{
    Gray *out = gray_new(gray->w, gray->h);
    gint64 middle_x = gray->w / 2;
    gint64 middle_y = gray->h / 2;

    for (guint32 y = 0; y < gray->h; y++) {
        guint8 *row = out->samples + (gsize)y * gray->w;

        for (guint32 x = 0; x < gray->w; x++) {
            gint64 in_y = (gint64)y - ((gint64)x - middle_x) * lean / LEAN_ONE;
            gint64 in_x = (gint64)x + ((gint64)y - middle_y) * lean / LEAN_ONE;

            row[x] = in_x >= 0 && in_x < gray->w && in_y >= 0 && in_y < gray->h
                         ? gray->samples[(gsize)in_y * gray->w + (gsize)in_x]
                         : 255;
        }
    }
    return out;
}

static guint row_steps(const guint8 *row, guint32 w)
{
    guint n = 0;

    for (guint32 x = 1; x < w; x++)
        n += abs(row[x] - row[x - 1]) > 48;
    return n;
}

/* Rows that hold the code: from the first to the last that is half as busy as the busiest. */
static void busy_rows(const Gray *gray, guint32 *first, guint32 *end)
{
    g_autofree guint *steps = g_new(guint, gray->h);
    guint most = 0;

    for (guint32 y = 0; y < gray->h; y++) {
        steps[y] = row_steps(gray->samples + (gsize)y * gray->w, gray->w);
        most = MAX(most, steps[y]);
    }
    *first = 0;
    *end = gray->h;
    while (*first < gray->h && steps[*first] * 2 < most)
        ++*first;
    while (*end > *first && steps[*end - 1] * 2 < most)
        --*end;
}

/* The code averaged along its bars, in bands of rows, at double width: grain disappears, bars
 * stay. Each band is one scan line, so that two bands must agree. */
static Gray *averaged(const Gray *gray)
{
    Gray *out = gray_new(gray->w * 2, BANDS);
    guint32 first, end;

    busy_rows(gray, &first, &end);
    for (guint band = 0; band < BANDS; band++) {
        guint32 from = first + (end - first) * band / BANDS;
        guint32 to = MAX(from + 1, first + (end - first) * (band + 1) / BANDS);
        guint8 *row = out->samples + (gsize)band * out->w;

        to = MIN(to, gray->h);
        from = MIN(from, to - 1);
        for (guint32 x = 0; x < gray->w; x++) {
            guint32 sum = 0;

            for (guint32 y = from; y < to; y++)
                sum += gray->samples[(gsize)y * gray->w + x];
            row[2 * x] = row[2 * x + 1] = (guint8)(sum / (to - from));
        }
        for (guint32 x = 1; x + 2 < out->w; x += 2)
            row[x] = (guint8)((row[x - 1] + row[x + 1]) / 2);
    }
    return out;
}

static Gray *gray_of(const Crop *crop)
{
    const Located *place = &crop->place;
    g_autoptr(Gray) gray = NULL;

    if (crop->page->pixels.rows == NULL)
        return NULL;
    gray = pixels_gray(&crop->page->pixels, place->x, place->y, place->w, place->h);
    return place->kind == LOCATED_DOWN ? gray_turned(gray) : g_steal_pointer(&gray);
}

static gboolean read_linear(Crop *crop, GPtrArray *codes)
{
    g_autoptr(Gray) bits = bits_gray(crop->bits);
    g_autoptr(Gray) straight = NULL;
    g_autoptr(Gray) mean_bits = NULL;
    g_autoptr(Gray) gray = NULL;
    g_autoptr(Gray) straight_gray = NULL;
    g_autoptr(Gray) mean_gray = NULL;

    if (read_rows(crop, bits, "bits", MAX(1, bits->h / SCAN_LINES), codes) > 0)
        return TRUE;
    if (!measure_lean(crop))
        return FALSE;
    straight = straightened(bits, crop->lean);
    mean_bits = averaged(straight);
    if (read_rows(crop, mean_bits, "lean", 1, codes) > 0 ||
        read_rows(crop, straight, "lean", STRAIGHT_STEP, codes) > 0)
        return TRUE;
    gray = gray_of(crop);
    if (gray == NULL)
        return FALSE;
    straight_gray = straightened(gray, crop->lean);
    mean_gray = averaged(straight_gray);
    if (read_rows(crop, mean_gray, "mean", 1, codes) > 0)
        return TRUE;
    return read_rows(crop, straight_gray, "gray", 1, codes) > 0;
}

static guint read_qr_gray(const Crop *crop, const Gray *gray, const char *rung, double scale,
                          GPtrArray *codes)
{
    SymbolsScan scan = {
        .what = SYMBOLS_QR, .rung = rung, .x = crop->place.x, .y = crop->place.y, .scale = scale};

    return symbols_read(gray, &scan, codes);
}

/* Large modules stand a reading at half size, for a quarter of the time. */
static gboolean read_qr_half(const Crop *crop, GPtrArray *codes)
{
    g_autoptr(Bits) half = NULL;
    g_autoptr(Gray) gray = NULL;

    if (crop->place.module_px < QR_HALF_MODULE_PX)
        return FALSE;
    half = bits_halved(crop->bits);
    gray = bits_gray(half);
    return read_qr_gray(crop, gray, "bits", 2, codes) > 0;
}

static gboolean read_qr_full(const Crop *crop, GPtrArray *codes)
{
    g_autoptr(Gray) bits = bits_gray(crop->bits);
    g_autoptr(Gray) gray = NULL;
    g_autoptr(Gray) mean = NULL;
    g_autoptr(Gray) doubled = NULL;

    if (read_qr_gray(crop, bits, "bits", 1, codes) > 0)
        return TRUE;
    gray = gray_of(crop);
    if (gray == NULL)
        gray = g_steal_pointer(&bits);
    mean = gray_mean(gray);
    if (read_qr_gray(crop, mean, "mean", 1, codes) > 0)
        return TRUE;
    if (!crop->page->thorough)
        return FALSE;
    if (read_qr_gray(crop, gray, "gray", 1, codes) > 0)
        return TRUE;
    doubled = gray_double(mean);
    return read_qr_gray(crop, doubled, "double", 0.5, codes) > 0;
}

/* The locator knows modules of 2 to 8 px; finely scanned pages are looked at in half size. */
static GArray *find_places(const CodesPage *page)
{
    g_autoptr(Bits) half = NULL;
    GArray *places;

    if (page->dpi <= FINE_DPI)
        return locate_codes(page->bits);
    half = bits_halved(page->bits);
    places = locate_codes(half);
    for (guint i = 0; i < places->len; i++) {
        Located *place = &g_array_index(places, Located, i);

        place->x *= 2;
        place->y *= 2;
        place->w *= 2;
        place->h *= 2;
        place->module_px *= 2;
    }
    return places;
}

static gboolean read_qr(const Crop *crop, GPtrArray *codes)
{
    return read_qr_half(crop, codes) || read_qr_full(crop, codes);
}

static void read_crops(const CodesPage *page, GPtrArray *codes)
{
    g_autoptr(GArray) places = find_places(page);
    guint n = MIN(places->len, page->thorough ? CROPS_MAX_THOROUGH : CROPS_MAX);

    for (guint i = 0; i < n; i++) {
        Crop crop = crop_of(page, &g_array_index(places, Located, i));

        if (crop.place.kind == LOCATED_QR)
            (void)read_qr(&crop, codes);
        else
            (void)read_linear(&crop, codes);
        bits_free(crop.bits);
    }
}

static void read_whole(const Gray *gray, const char *rung, double scale, GPtrArray *codes)
{
    SymbolsScan scan = {.what = SYMBOLS_ROWS | SYMBOLS_COLUMNS | SYMBOLS_QR,
                        .lines_min = 2,
                        .rung = rung,
                        .scale = scale};

    (void)symbols_read(gray, &scan, codes);
}

static void read_page(const CodesPage *page, GPtrArray *codes)
{
    g_autoptr(Gray) bits = bits_gray(page->bits);
    g_autoptr(Gray) gray = NULL;
    g_autoptr(Gray) mean = NULL;
    g_autoptr(Gray) half = NULL;
    g_autoptr(Gray) binary = NULL;

    read_whole(bits, "page", 1, codes);
    if (page->pixels.rows != NULL) {
        gray = pixels_gray(&page->pixels, 0, 0, page->bits->width_px, page->bits->height_px);
        read_whole(gray, "page-gray", 1, codes);
    } else {
        gray = g_steal_pointer(&bits);
    }
    mean = gray_mean(gray);
    read_whole(mean, "page-mean", 1, codes);
    half = gray_half(gray);
    read_whole(half, "page-half", 2, codes);
    binary = gray_binary(half);
    read_whole(binary, "page-half-binary", 2, codes);
    if ((guint64)gray->w * gray->h < DOUBLE_PX_MAX) {
        g_autoptr(Gray) doubled = gray_double(gray);

        read_whole(doubled, "page-double", 0.5, codes);
    }
}

/* A separator's mark and nothing else: its codes are there, but no crop was read. */
static gboolean is_mark_alone(const GPtrArray *codes)
{
    for (guint i = 0; i < codes->len; i++)
        if (strcmp(((const PageCode *)g_ptr_array_index(codes, i))->symbology, "PATCH") != 0)
            return FALSE;
    return codes->len > 0;
}

static void read_half_page(const CodesPage *page, GPtrArray *codes)
{
    g_autoptr(Bits) half = bits_halved(page->bits);
    g_autoptr(Gray) bits = bits_gray(half);
    g_autoptr(Gray) gray = NULL;
    g_autoptr(Gray) small = NULL;
    g_autoptr(Gray) binary = NULL;

    read_whole(bits, "page-half", 2, codes);
    if (page->pixels.rows == NULL || !is_mark_alone(codes))
        return;
    gray = pixels_gray(&page->pixels, 0, 0, page->bits->width_px, page->bits->height_px);
    small = gray_half(gray);
    read_whole(small, "page-half", 2, codes);
    binary = gray_binary(small);
    read_whole(binary, "page-half-binary", 2, codes);
}

void codes_read(const CodesPage *page, GPtrArray *codes)
{
    read_crops(page, codes);
    patch_read(page->bits, page->dpi, codes);
    if (page->thorough)
        read_page(page, codes);
    else if (is_mark_alone(codes))
        read_half_page(page, codes);
    symbols_settle(codes);
}
