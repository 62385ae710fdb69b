/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/pages/pages.h"

#include "appliance/base/text.h"
#include "appliance/paper/sheet.h"
#include "appliance/paper/type.h"
#include "tests/pages/content.h"

#include <math.h>
#include <string.h>

#define NOISE_TABLE 65536

static const char *const kind_tokens[PAGE_KINDS] = {
    "form", "id-card", "licence", "contract", "equipment", "blank", "separator", "receipt", "map"};
static const char *const mode_tokens[] = {"colour", "gray", "lineart"};
static const char *const edge_tokens[] = {"none", "left", "top", "right", "bottom"};

const char *page_kind_token(PageKind kind)
{
    return kind_tokens[kind];
}

gboolean page_kind_parse(const char *token, PageKind *kind)
{
    for (int i = 0; i < PAGE_KINDS; i++)
        if (g_str_equal(kind_tokens[i], token)) {
            *kind = (PageKind)i;
            return TRUE;
        }
    return FALSE;
}

const char *picture_mode_token(PageMode mode)
{
    return mode_tokens[mode];
}

gboolean picture_mode_parse(const char *token, PageMode *mode)
{
    for (gsize i = 0; i < G_N_ELEMENTS(mode_tokens); i++)
        if (g_str_equal(mode_tokens[i], token)) {
            *mode = (PageMode)i;
            return TRUE;
        }
    return FALSE;
}

static GRand *rand_of(guint64 seed, guint32 purpose)
{
    const guint32 array[3] = {(guint32)seed, (guint32)(seed >> 32), purpose};

    return g_rand_new_with_seed_array(array, G_N_ELEMENTS(array));
}

/* From the paper's points to the picture's pixels: cut, skew about the middle, upside-down. */
static void place_paper(cairo_t *cr, const PageSpec *spec)
{
    double cut = spec->cut_mm * 72 / 25.4;
    double dx = spec->cut_edge == PAGE_EDGE_LEFT    ? -cut
                : spec->cut_edge == PAGE_EDGE_RIGHT ? cut
                                                    : 0;
    double dy = spec->cut_edge == PAGE_EDGE_TOP      ? -cut
                : spec->cut_edge == PAGE_EDGE_BOTTOM ? cut
                                                     : 0;

    cairo_scale(cr, spec->dpi / 72.0, spec->dpi / 72.0);
    cairo_translate(cr, SHEET_A4_WIDTH_PT / 2 + dx, SHEET_A4_HEIGHT_PT / 2 + dy);
    cairo_rotate(cr, spec->skew_deg * G_PI / 180 + (spec->upside_down ? G_PI : 0));
    cairo_translate(cr, -SHEET_A4_WIDTH_PT / 2, -SHEET_A4_HEIGHT_PT / 2);
}

/* The front of the sheet as it shines through its back: mirrored and faint. */
static gboolean draw_show_through(Sheet *sheet, GError **error)
{
    cairo_t *cr = sheet->cr;
    g_autoptr(json_t) front_truth = json_pack("{s:[]}", "codes");
    Sheet front = {.cr = cr, .rand = sheet->rand, .spec = sheet->spec, .truth = front_truth};
    gboolean drawn;

    cairo_save(cr);
    cairo_push_group(cr);
    cairo_translate(cr, SHEET_A4_WIDTH_PT, 0);
    cairo_scale(cr, -1, 1);
    drawn = content_draw(&front, sheet->spec->front, error);
    cairo_pop_group_to_source(cr);
    cairo_paint_with_alpha(cr, sheet->spec->show_through);
    cairo_restore(cr);
    return drawn;
}

static cairo_surface_t *draw_paper(const PageSpec *spec, json_t *truth, GError **error)
{
    int width = (int)(210 / 25.4 * spec->dpi + 0.5);
    int height = (int)(297 / 25.4 * spec->dpi + 0.5);
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    double white = 1 - spec->ground / 255.0, roller = 1 - spec->backing / 255.0;
    Sheet sheet = {.spec = spec, .truth = truth};
    gboolean drawn;

    sheet.cr = cairo_create(surface);
    sheet.rand = rand_of(spec->seed, 1);
    cairo_set_source_rgb(sheet.cr, roller, roller, roller);
    cairo_paint(sheet.cr);
    place_paper(sheet.cr, spec);
    cairo_set_source_rgb(sheet.cr, white, white, white);
    cairo_rectangle(sheet.cr, 0, 0, SHEET_A4_WIDTH_PT, SHEET_A4_HEIGHT_PT);
    cairo_fill(sheet.cr);
    drawn = spec->kind == PAGE_BLANK && spec->show_through > 0
                ? draw_show_through(&sheet, error)
                : content_draw(&sheet, spec->kind, error);
    g_rand_free(sheet.rand);
    cairo_destroy(sheet.cr);
    if (!drawn)
        g_clear_pointer(&surface, cairo_surface_destroy);
    return surface;
}

/* Approximately normal numbers of deviation 256, so that noise costs one lookup a pixel. */
static gint16 *noise_table(GRand *rand)
{
    gint16 *table = g_new(gint16, NOISE_TABLE);

    for (int i = 0; i < NOISE_TABLE; i++) {
        double sum = 0;

        for (int k = 0; k < 12; k++)
            sum += g_rand_double(rand);
        table[i] = (gint16)lrint((sum - 6) * 256);
    }
    return table;
}

static void add_grain(Picture *picture, const PageSpec *spec)
{
    GRand *rand = rand_of(spec->seed, 2);
    g_autofree gint16 *table = noise_table(rand);
    gsize size = picture_stride(picture) * picture->height;
    int strength = (int)(spec->grain * 256);
    guint32 state = g_rand_int(rand);

    for (gsize i = 0; i < size; i++) {
        int value;

        state = state * 1664525u + 1013904223u;
        value = picture->pixels[i] + table[state >> 16] * strength / 65536;
        picture->pixels[i] = (guint8)CLAMP(value, 0, 255);
    }
    g_rand_free(rand);
}

static void blot(Picture *picture, int cx, int cy, int radius)
{
    guint channels = picture_channels(picture);

    for (int y = MAX(cy - radius, 0); y <= MIN(cy + radius, (int)picture->height - 1); y++)
        for (int x = MAX(cx - radius, 0); x <= MIN(cx + radius, (int)picture->width - 1); x++)
            if ((x - cx) * (x - cx) + (y - cy) * (y - cy) <= radius * radius)
                memset(picture->pixels + y * picture_stride(picture) + x * channels, 40, channels);
}

static void add_speckle(Picture *picture, const PageSpec *spec)
{
    GRand *rand = rand_of(spec->seed, 3);
    int dots = (int)(spec->speckle * 21.0 * 29.7);
    int radius_max = MAX((int)spec->dpi / 100, 1);

    for (int i = 0; i < dots; i++) {
        int x = g_rand_int_range(rand, 0, (gint32)picture->width);
        int y = g_rand_int_range(rand, 0, (gint32)picture->height);

        blot(picture, x, y, g_rand_int_range(rand, 0, radius_max + 1));
    }
    g_rand_free(rand);
}

/* Cairo's pixels as the scanner would hand them out. */
static void take_pixels(cairo_surface_t *surface, Picture *picture)
{
    const guint8 *data = cairo_image_surface_get_data(surface);
    int stride = cairo_image_surface_get_stride(surface);
    guint8 *to;

    picture->width = (guint)cairo_image_surface_get_width(surface);
    picture->height = (guint)cairo_image_surface_get_height(surface);
    to = picture->pixels = g_malloc(picture_stride(picture) * picture->height);
    for (guint y = 0; y < picture->height; y++) {
        const guint32 *from = (const guint32 *)(const void *)(data + (gsize)y * stride);

        for (guint x = 0; x < picture->width; x++) {
            guint red = from[x] >> 16 & 0xff, green = from[x] >> 8 & 0xff, blue = from[x] & 0xff;

            if (picture->mode == PAGE_COLOUR) {
                *to++ = (guint8)red;
                *to++ = (guint8)green;
                *to++ = (guint8)blue;
            } else {
                *to++ = (guint8)((red * 77 + green * 150 + blue * 29) >> 8);
            }
        }
    }
}

/* What the scanner adds, in the order of its optics, its electronics and its firmware. */
static void scan(Picture *picture, const PageSpec *spec)
{
    gsize size = picture_stride(picture) * picture->height;

    if (spec->speckle > 0)
        add_speckle(picture, spec);
    if (spec->grain > 0)
        add_grain(picture, spec);
    if (spec->mode == PAGE_LINEART) {
        for (gsize i = 0; i < size; i++)
            picture->pixels[i] = picture->pixels[i] < 128 ? 0 : 255;
    } else if (spec->jpeg_quality > 0) {
        picture_jpeg_noise(picture, (int)spec->jpeg_quality);
    }
}

static gboolean spec_check(const PageSpec *spec, GError **error)
{
    gboolean coded = spec->kind == PAGE_SEPARATOR || spec->kind == PAGE_RECEIPT;

    if (spec->dpi < 72 || spec->dpi > 600)
        return error_set(error, ERROR_INVALID, "%u dpi", spec->dpi);
    if (spec->kind >= PAGE_KINDS || spec->front >= PAGE_KINDS || spec->mode > PAGE_LINEART)
        return error_set(error, ERROR_INVALID, "no such kind of page");
    if (coded && (spec->code == NULL || !text_is_digits(spec->code)))
        return error_set(error, ERROR_INVALID, "a %s needs a code of digits",
                         kind_tokens[spec->kind]);
    if (fabs(spec->skew_deg) > 10 || spec->ground > 100 || spec->backing > 255 ||
        spec->jpeg_quality > 100)
        return error_set(error, ERROR_INVALID, "a degradation is out of range");
    if (spec->valid_until != NULL && strlen(spec->valid_until) != 10)
        return error_set(error, ERROR_INVALID, "valid until %s", spec->valid_until);
    return TRUE;
}

static void note_scan(json_t *truth, const PageSpec *spec, const Picture *picture)
{
    json_object_set_new(truth, "blank", json_boolean(spec->kind == PAGE_BLANK));
    json_object_set_new(truth, "skew_deg", json_real(spec->skew_deg));
    json_object_set_new(truth, "upside_down", json_boolean(spec->upside_down));
    json_object_set_new(truth, "show_through", json_real(spec->show_through));
    json_object_set_new(truth, "speckle", json_real(spec->speckle));
    json_object_set_new(truth, "grain", json_real(spec->grain));
    json_object_set_new(truth, "ground", json_integer(spec->ground));
    json_object_set_new(truth, "jpeg_quality", json_integer(spec->jpeg_quality));
    json_object_set_new(truth, "cut_mm", json_real(spec->cut_mm));
    json_object_set_new(truth, "cut_edge", json_string(edge_tokens[spec->cut_edge]));
    json_object_set_new(truth, "width", json_integer(picture->width));
    json_object_set_new(truth, "height", json_integer(picture->height));
    json_object_set_new(truth, "dpi", json_integer(spec->dpi));
    json_object_set_new(truth, "mode", json_string(mode_tokens[spec->mode]));
}

gboolean page_draw(const PageSpec *spec, Picture *picture, json_t **truth, GError **error)
{
    g_autoptr(PangoContext) fonts = type_context_unscaled();
    g_autoptr(json_t) facts = NULL;
    cairo_surface_t *surface;

    if (!spec_check(spec, error) || !type_fonts_check(fonts, error))
        return FALSE;
    facts = json_pack("{s:s, s:s, s:[]}", "kind", kind_tokens[spec->kind], "title", "", "codes");
    surface = draw_paper(spec, facts, error);
    if (surface == NULL)
        return FALSE;
    *picture = (Picture){.dpi = spec->dpi, .mode = spec->mode};
    take_pixels(surface, picture);
    cairo_surface_destroy(surface);
    scan(picture, spec);
    note_scan(facts, spec, picture);
    if (truth != NULL)
        *truth = g_steal_pointer(&facts);
    return TRUE;
}

void page_degrade(PageSpec *spec, double hardness)
{
    GRand *rand = rand_of(spec->seed, 4);

    spec->skew_deg = g_rand_double_range(rand, -3, 3) * hardness;
    spec->speckle = g_rand_double(rand) * hardness;
    spec->grain = g_rand_double(rand) * 24 * hardness;
    spec->ground = (guint)(g_rand_double(rand) * 60 * hardness);
    spec->backing = (guint)(g_rand_double(rand) * 255 * hardness);
    spec->show_through = g_rand_double(rand) * 0.25 * hardness;
    spec->cut_edge = (PageEdge)g_rand_int_range(rand, PAGE_EDGE_NONE, PAGE_EDGE_BOTTOM + 1);
    spec->cut_mm = spec->cut_edge == PAGE_EDGE_NONE ? 0 : g_rand_double(rand) * 5 * hardness;
    spec->jpeg_quality = 0;
    if (spec->mode != PAGE_LINEART && hardness > 0)
        spec->jpeg_quality = (guint)(100 - g_rand_double(rand) * 60 * hardness);
    spec->upside_down = hardness >= 0.5 && g_rand_double(rand) < 0.15;
    g_rand_free(rand);
}
