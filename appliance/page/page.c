/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/page.h"

#include <math.h>
#include <string.h>

static const char *const mode_tokens[] = {"color", "gray", "lineart"};
static const char *const edge_tokens[] = {"top", "right", "bottom", "left"};
static const char *const evidence_tokens[] = {"none", "tag", "code", "text"};

const char *page_mode_token(PageMode mode)
{
    return mode_tokens[mode];
}

gboolean page_mode_parse(const char *token, PageMode *mode)
{
    for (guint i = 0; i < G_N_ELEMENTS(mode_tokens); i++) {
        if (g_str_equal(token, mode_tokens[i])) {
            *mode = (PageMode)i;
            return TRUE;
        }
    }
    return FALSE;
}

gsize page_row_bytes(PageMode mode, guint32 width_px)
{
    switch (mode) {
    case PAGE_COLOUR:
        return (gsize)width_px * 3;
    case PAGE_GRAY:
        return width_px;
    case PAGE_LINEART:
        return ((gsize)width_px + 7) / 8;
    }
    g_assert_not_reached();
}

gboolean page_geometry_check(const PageGeometry *geometry, GError **error)
{
    if (geometry->width_px == 0 || geometry->height_px == 0)
        return error_set(error, ERROR_FORMAT, "an image of %u × %u pixels", geometry->width_px,
                         geometry->height_px);
    if (geometry->width_px > PAGE_SIDE_PX_MAX || geometry->height_px > PAGE_SIDE_PX_MAX ||
        page_row_bytes(geometry->mode, geometry->width_px) * (guint64)geometry->height_px >
            PAGE_BYTES_MAX)
        return error_set(error, ERROR_TOO_LARGE, "an image of %u × %u pixels", geometry->width_px,
                         geometry->height_px);
    return TRUE;
}

const char *page_state_token(PageState state)
{
    return state == PAGE_STORED ? "stored" : "unread";
}

static json_t *edges_to_json(const PageFacts *facts)
{
    json_t *names = json_array();
    json_t *pixels = json_array();

    for (guint i = 0; i < G_N_ELEMENTS(edge_tokens); i++) {
        if (facts->cut_edges & (1u << i))
            json_array_append_new(names, json_string(edge_tokens[i]));
        json_array_append_new(pixels, json_integer(facts->cut_strokes[i]));
    }
    return json_pack("{s:o, s:i, s:o}", "value", names, "confidence", (int)facts->cut_confidence,
                     "strokes", pixels);
}

json_t *page_facts_to_json(const PageFacts *facts)
{
    return json_pack(
        "{s:{s:i,s:i,s:i,s:s,s:f,s:f}, s:{s:b,s:i,s:i,s:i}, s:{s:i,s:i,s:i}, s:{s:i,s:i,s:s},"
        " s:{s:i,s:i}, s:{s:i,s:i,s:i,s:i}, s:o, s:{s:b,s:i,s:i}}",
        "size", "width_px", (int)facts->width_px, "height_px", (int)facts->height_px, "dpi",
        (int)facts->dpi, "mode", page_mode_token((PageMode)facts->mode), "width_mm",
        facts->width_mm, "height_mm", facts->height_mm, /* */
        "blank", "value", (int)facts->blank, "confidence", (int)facts->blank_confidence, "ink_ppm",
        (int)facts->ink_ppm, "ink_cells", (int)facts->ink_cells, /* */
        "skew", "mdeg", (int)facts->skew_mdeg, "confidence", (int)facts->skew_confidence,
        "contrast", (int)facts->skew_contrast, /* */
        "orientation", "value", (int)facts->orientation, "confidence",
        (int)facts->orientation_confidence, "evidence",
        evidence_tokens[facts->orientation_evidence], /* */
        "sharpness", "value", (int)facts->sharpness, "confidence",
        (int)facts->sharpness_confidence, /* */
        "darkness", "value", (int)facts->darkness, "confidence", (int)facts->darkness_confidence,
        "paper_level", (int)facts->paper_level, "ink_level", (int)facts->ink_level, /* */
        "cut_edges", edges_to_json(facts),                                          /* */
        "overlap", "value", (int)facts->overlap, "confidence", (int)facts->overlap_confidence,
        "at_px", (int)facts->overlap_at_px);
}

static gboolean token_index(const char *const *tokens, guint n, const char *token, guint32 *index)
{
    for (guint i = 0; i < n; i++) {
        if (g_str_equal(tokens[i], token)) {
            *index = i;
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean edges_from_json(json_t *names, json_t *pixels, PageFacts *facts)
{
    gsize i;
    json_t *item;

    if (!json_is_array(names) || json_array_size(pixels) != G_N_ELEMENTS(facts->cut_strokes))
        return FALSE;
    json_array_foreach(names, i, item)
    {
        guint32 bit;

        if (!json_is_string(item) ||
            !token_index(edge_tokens, G_N_ELEMENTS(edge_tokens), json_string_value(item), &bit))
            return FALSE;
        facts->cut_edges |= 1u << bit;
    }
    json_array_foreach(pixels, i, item) facts->cut_strokes[i] = (guint32)json_integer_value(item);
    return TRUE;
}

gboolean page_facts_from_json(const json_t *json, PageFacts *facts, GError **error)
{
    const char *mode;
    const char *evidence;
    json_t *names;
    json_t *pixels;
    json_error_t why;
    int blank;
    int overlap;

    *facts = (PageFacts){0};
    if (json_unpack_ex(
            (json_t *)json, &why, 0,
            "{s:{s:i,s:i,s:i,s:s,s:F,s:F}, s:{s:b,s:i,s:i,s:i}, s:{s:i,s:i,s:i}, s:{s:i,s:i,s:s},"
            " s:{s:i,s:i}, s:{s:i,s:i,s:i,s:i}, s:{s:o,s:i,s:o}, s:{s:b,s:i,s:i}}",
            "size", "width_px", &facts->width_px, "height_px", &facts->height_px, "dpi",
            &facts->dpi, "mode", &mode, "width_mm", &facts->width_mm, "height_mm",
            &facts->height_mm, /* */
            "blank", "value", &blank, "confidence", &facts->blank_confidence, "ink_ppm",
            &facts->ink_ppm, "ink_cells", &facts->ink_cells, /* */
            "skew", "mdeg", &facts->skew_mdeg, "confidence", &facts->skew_confidence, "contrast",
            &facts->skew_contrast, /* */
            "orientation", "value", &facts->orientation, "confidence",
            &facts->orientation_confidence, "evidence", &evidence, /* */
            "sharpness", "value", &facts->sharpness, "confidence",
            &facts->sharpness_confidence, /* */
            "darkness", "value", &facts->darkness, "confidence", &facts->darkness_confidence,
            "paper_level", &facts->paper_level, "ink_level", &facts->ink_level, /* */
            "cut_edges", "value", &names, "confidence", &facts->cut_confidence, "strokes",
            &pixels, /* */
            "overlap", "value", &overlap, "confidence", &facts->overlap_confidence, "at_px",
            &facts->overlap_at_px) != 0)
        return error_set(error, ERROR_FORMAT, "facts of a page: %s", why.text);
    facts->blank = blank != 0;
    facts->overlap = overlap != 0;
    if (!token_index(mode_tokens, G_N_ELEMENTS(mode_tokens), mode, &facts->mode) ||
        !token_index(evidence_tokens, G_N_ELEMENTS(evidence_tokens), evidence,
                     &facts->orientation_evidence) ||
        !edges_from_json(names, pixels, facts))
        return error_set(error, ERROR_FORMAT, "facts of a page: unknown word");
    return TRUE;
}

/* Sizes of two scans of one sheet differ by a few rows at most. */
static gboolean same_size(const PageFacts *a, const PageFacts *b)
{
    guint32 w = MAX(a->width_px, b->width_px), h = MAX(a->height_px, b->height_px);

    return a->dpi == b->dpi && (w - MIN(a->width_px, b->width_px)) * 50 <= w &&
           (h - MIN(a->height_px, b->height_px)) * 50 <= h;
}

/* The correlation of the two maps. */
guint32 page_likeness(const PageFacts *a, const PageFacts *b)
{
    gint64 n = G_N_ELEMENTS(a->map);
    gint64 sum_a = 0, sum_b = 0, squares_a = 0, squares_b = 0, products = 0;
    double spread;

    if (a->blank || b->blank || !same_size(a, b))
        return 0;
    for (gint64 i = 0; i < n; i++) {
        sum_a += a->map[i];
        sum_b += b->map[i];
        squares_a += a->map[i] * a->map[i];
        squares_b += b->map[i] * b->map[i];
        products += a->map[i] * b->map[i];
    }
    spread = sqrt((double)(n * squares_a - sum_a * sum_a)) *
             sqrt((double)(n * squares_b - sum_b * sum_b));
    return spread > 0 ? (guint32)(1000 * MAX(0, (double)(n * products - sum_a * sum_b) / spread))
                      : 0;
}

PageCode *page_code_new(const char *symbology, const char *text, const char *rung)
{
    PageCode *code = g_new0(PageCode, 1);

    code->symbology = g_strdup(symbology);
    code->text = g_strdup(text);
    code->rung = g_strdup(rung);
    code->turn = -1;
    return code;
}

void page_code_free(PageCode *code)
{
    if (code == NULL)
        return;
    g_free(code->symbology);
    g_free(code->text);
    g_free(code->rung);
    g_free(code);
}

static void code_free_pointer(gpointer code)
{
    page_code_free(code);
}

GPtrArray *page_codes_new(void)
{
    return g_ptr_array_new_with_free_func(code_free_pointer);
}

json_t *page_codes_to_json(const GPtrArray *codes)
{
    json_t *array = json_array();

    for (guint i = 0; i < codes->len; i++) {
        const PageCode *code = g_ptr_array_index(codes, i);

        json_array_append_new(array, json_pack("{s:s,s:s,s:[i,i,i,i],s:i,s:i,s:s}", "symbology",
                                               code->symbology, "text", code->text, "box",
                                               (int)code->x, (int)code->y, (int)code->w,
                                               (int)code->h, "lines", (int)code->lines, "turn",
                                               (int)code->turn, "rung", code->rung));
    }
    return array;
}

GPtrArray *page_codes_from_json(const json_t *json, GError **error)
{
    g_autoptr(GPtrArray) codes = page_codes_new();
    gsize i;
    json_t *item;

    if (!json_is_array(json)) {
        error_set(error, ERROR_FORMAT, "codes of a page: no list");
        return NULL;
    }
    json_array_foreach(json, i, item)
    {
        const char *symbology;
        const char *text;
        const char *rung;
        int x, y, w, h, lines, turn;
        PageCode *code;

        if (json_unpack(item, "{s:s,s:s,s:[i,i,i,i],s:i,s:i,s:s}", "symbology", &symbology, "text",
                        &text, "box", &x, &y, &w, &h, "lines", &lines, "turn", &turn, "rung",
                        &rung) != 0) {
            error_set(error, ERROR_FORMAT, "codes of a page: entry %" G_GSIZE_FORMAT, i);
            return NULL;
        }
        code = page_code_new(symbology, text, rung);
        code->x = (guint32)x;
        code->y = (guint32)y;
        code->w = (guint32)w;
        code->h = (guint32)h;
        code->lines = (guint32)lines;
        code->turn = turn;
        g_ptr_array_add(codes, code);
    }
    return g_steal_pointer(&codes);
}

void page_result_clear(PageResult *result)
{
    g_clear_pointer(&result->reason, g_free);
    g_clear_pointer(&result->codes, g_ptr_array_unref);
    fd_close(fd_steal(&result->fd));
}
