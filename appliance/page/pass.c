/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/pass.h"

#include "appliance/page/codes.h"
#include "appliance/page/ink.h"
#include "appliance/page/overlap.h"
#include "appliance/page/skew.h"
#include "appliance/page/tone.h"

#define MM_PER_INCH                 25.4
#define CODE_ORIENTATION_CONFIDENCE 800
/* Over this the gray copy is not worth its memory; hard codes are then read from bits alone. */
#define PLANE_BYTES_MAX ((guint64)40 << 20)

struct StripPass {
    PassOptions options;
    gsize row_bytes;
    Encoder *encoder; /* NULL with `keep` */
    Bits *bits;
    guint32 rows;    /* done */
    guint32 waiting; /* rows in `strip` */
    guint8 *strip;   /* ENCODE_STRIP_ROWS rows as they came */
    guint8 *luma;    /* the strip as gray, of a colour page */
    guint8 *plane;   /* the page as gray, where the rows do not stay in memory */
    Tone tone;
};

StripPass *pass_new(const PassOptions *options, GError **error)
{
    const PageGeometry *geometry = &options->geometry;
    EncodeOptions encode = {.geometry = *geometry,
                            .lossless = options->lossless,
                            .orientation = options->orientation,
                            .tags = options->tags};
    g_autoptr(StripPass) pass = NULL;

    if (!page_geometry_check(geometry, error))
        return NULL;
    pass = g_new0(StripPass, 1);
    pass->options = *options;
    pass->row_bytes = page_row_bytes(geometry->mode, geometry->width_px);
    pass->bits = bits_new(geometry->width_px, geometry->height_px);
    pass->strip = g_malloc(pass->row_bytes * ENCODE_STRIP_ROWS);
    if (geometry->mode == PAGE_COLOUR)
        pass->luma = g_malloc((gsize)geometry->width_px * ENCODE_STRIP_ROWS);
    if (geometry->mode != PAGE_LINEART && options->memory == NULL &&
        (guint64)geometry->width_px * geometry->height_px <= PLANE_BYTES_MAX)
        pass->plane = g_malloc((gsize)geometry->width_px * geometry->height_px);
    if (options->keep)
        return g_steal_pointer(&pass);
    pass->encoder = encoder_new(&encode, error);
    return pass->encoder != NULL ? g_steal_pointer(&pass) : NULL;
}

static void threshold_strip(StripPass *pass, const guint8 *rows, guint32 n, gsize stride)
{
    guint32 width = pass->options.geometry.width_px;
    const guint8 *gray = rows;
    guint8 threshold;

    if (pass->luma != NULL) {
        for (guint32 i = 0; i < n; i++)
            pixels_luma_row(rows + i * stride, width, pass->luma + (gsize)i * width);
        gray = pass->luma;
        stride = width;
    }
    tone_strip(&pass->tone, gray, width, n, stride);
    threshold = tone_threshold(&pass->tone);
    for (guint32 i = 0; i < n; i++)
        bits_threshold(gray + i * stride, width, threshold, bits_row(pass->bits, pass->rows + i));
    for (guint32 i = 0; pass->plane != NULL && i < n; i++)
        memcpy(pass->plane + (gsize)(pass->rows + i) * width, gray + i * stride, width);
}

static gboolean lineart_strip(StripPass *pass, const guint8 *rows, guint32 n, gsize stride,
                              GError **error)
{
    guint spare = (8 - pass->options.geometry.width_px % 8) % 8;

    for (guint32 i = 0; i < n; i++) {
        guint64 *row = bits_row(pass->bits, pass->rows + i);

        memcpy(row, rows + i * stride, pass->row_bytes);
        ((guint8 *)row)[pass->row_bytes - 1] &= (guint8)(0xff << spare);
        if (pass->encoder != NULL && !encoder_bits_row(pass->encoder, row, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean take_strip(StripPass *pass, const guint8 *rows, guint32 n, gsize stride,
                           GError **error)
{
    gboolean good = TRUE;

    if (pass->options.geometry.mode == PAGE_LINEART) {
        good = lineart_strip(pass, rows, n, stride, error);
    } else {
        threshold_strip(pass, rows, n, stride);
        if (pass->encoder != NULL)
            good = encoder_strip(pass->encoder, rows, n, stride, error);
    }
    pass->rows += n;
    return good;
}

static gboolean flush_strip(StripPass *pass, GError **error)
{
    guint32 n = pass->waiting;

    pass->waiting = 0;
    return n == 0 || take_strip(pass, pass->strip, n, pass->row_bytes, error);
}

/* Whole strips are taken where they stand; what is left over waits for its strip to fill. */
gboolean pass_rows(StripPass *pass, const guint8 *rows, guint32 n, gsize stride, GError **error)
{
    if (n > pass->options.geometry.height_px - pass->rows - pass->waiting)
        return error_set(error, ERROR_FORMAT, "more rows than the page has");
    while (n > 0) {
        if (pass->waiting == 0 && n >= ENCODE_STRIP_ROWS) {
            if (!take_strip(pass, rows, ENCODE_STRIP_ROWS, stride, error))
                return FALSE;
            rows += ENCODE_STRIP_ROWS * stride;
            n -= ENCODE_STRIP_ROWS;
            continue;
        }
        memcpy(pass->strip + pass->waiting * pass->row_bytes, rows, pass->row_bytes);
        rows += stride;
        n--;
        if (++pass->waiting == ENCODE_STRIP_ROWS && !flush_strip(pass, error))
            return FALSE;
    }
    return TRUE;
}

static void size_facts(const StripPass *pass, PageFacts *facts)
{
    guint32 dpi = pass->options.geometry.dpi;

    facts->width_px = pass->bits->width_px;
    facts->height_px = pass->bits->height_px;
    facts->mode = pass->options.page_mode;
    facts->dpi = dpi;
    if (dpi != 0) {
        facts->width_mm = facts->width_px * MM_PER_INCH / dpi;
        facts->height_mm = facts->height_px * MM_PER_INCH / dpi;
    }
}

static void tone_into_facts(const StripPass *pass, PageFacts *facts)
{
    ToneFacts tone;

    if (pass->options.geometry.mode == PAGE_LINEART)
        return;
    tone = tone_facts(&pass->tone);
    facts->paper_level = tone.paper;
    facts->ink_level = tone.ink;
    facts->darkness = (255u - tone.paper) * 1000 / 255;
    facts->darkness_confidence = 1000;
    facts->sharpness = tone.sharpness;
    facts->sharpness_confidence = tone.confidence;
}

static void tag_orientation(const StripPass *pass, PageFacts *facts)
{
    static const guint32 turns[] = {0, 0, 0, 180, 180, 90, 90, 270, 270};
    guint16 tag = pass->options.orientation;

    if (tag <= 1 || tag > 8)
        return;
    facts->orientation = turns[tag];
    facts->orientation_confidence = 1000;
    facts->orientation_evidence = PAGE_ORIENTATION_TAG;
}

/* The sheets and labels that carry linear codes are printed upright; a tag of the file is surer. */
static void code_orientation(PageResult *result)
{
    for (guint i = 0; i < result->codes->len && result->facts.orientation_evidence == 0; i++) {
        const PageCode *code = g_ptr_array_index(result->codes, i);

        if (code->turn < 0 || g_str_has_prefix(code->symbology, "EAN") ||
            g_str_has_prefix(code->symbology, "UPC"))
            continue;
        result->facts.orientation = (guint32)code->turn;
        result->facts.orientation_confidence = CODE_ORIENTATION_CONFIDENCE;
        result->facts.orientation_evidence = PAGE_ORIENTATION_CODE;
    }
}

static void read_codes(const StripPass *pass, GPtrArray *codes)
{
    const PageGeometry *geometry = &pass->options.geometry;
    CodesPage page = {.bits = pass->bits, .dpi = geometry->dpi, .thorough = pass->options.thorough};

    if (pass->plane != NULL)
        page.pixels = (Pixels){pass->plane, geometry->width_px, PAGE_GRAY};
    else if (geometry->mode != PAGE_LINEART && pass->options.memory != NULL)
        page.pixels = (Pixels){pass->options.memory, geometry->stride_bytes, geometry->mode};
    codes_read(&page, codes);
}

/* What makes no sense on blank paper. */
static void look_closer(const StripPass *pass, PageResult *result)
{
    overlap_facts(pass->bits, pass->options.geometry.dpi, &result->facts);
    skew_facts(pass->bits, &result->facts);
    read_codes(pass, result->codes);
    code_orientation(result);
}

gboolean pass_finish(StripPass *pass, PageResult *result, GError **error)
{
    *result = PAGE_RESULT_NONE;
    if (!flush_strip(pass, error))
        return FALSE;
    if (pass->rows == 0)
        return error_set(error, ERROR_FORMAT, "a page without rows");
    pass->bits->height_px = pass->rows;
    if (pass->encoder != NULL) {
        result->fd = encoder_finish(pass->encoder, error);
        if (result->fd < 0)
            return FALSE;
    }
    result->state = PAGE_STORED;
    result->reason = g_strdup("");
    result->media_type = "image/tiff";
    result->codes = page_codes_new();
    size_facts(pass, &result->facts);
    tone_into_facts(pass, &result->facts);
    tag_orientation(pass, &result->facts);
    ink_facts(pass->bits, pass->options.geometry.dpi, &result->facts);
    if (!result->facts.blank || pass->options.thorough)
        look_closer(pass, result);
    return TRUE;
}

void pass_free(StripPass *pass)
{
    if (pass == NULL)
        return;
    encoder_free(pass->encoder);
    bits_free(pass->bits);
    g_free(pass->strip);
    g_free(pass->luma);
    g_free(pass->plane);
    g_free(pass);
}
