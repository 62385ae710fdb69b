/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/paper/compose.h"

#define MM(x)         ((x)*MARK_PT_PER_MM)
#define SEAL_MM       42.0
#define QR_BESIDE_MM  22.0
#define SIGN_LINE_EM  2.6
#define STAMP_CELL_MM 15.0, 8.0

/* A label of one letter a line, in the middle of its cell, at its least height where `draw` is not
 * set. */
static double box_label(Composer *composer, const char *label, const MarkBox *cell, gboolean draw)
{
    double em = compose_em(composer);
    TypeStyle style = {.size_pt = em,
                       .width_pt = 1.1 * em,
                       .leading_pt = 2 * COMPOSE_CELL_LEADING_EM * em,
                       .sans = TRUE};
    g_autoptr(PangoLayout) layout = flow_layout(composer->flow, &style, label);
    double height = flow_lines_height(layout, 0);
    FlowLines lines = {.to = pango_layout_get_line_count(layout),
                       .x = cell->x + (cell->width - em) / 2,
                       .y = cell->y + (cell->height - height) / 2};

    if (draw)
        flow_lines(composer->flow, layout, &lines);
    return height + em;
}

gboolean compose_box(Composer *composer, const json_t *block, GError **error)
{
    Flow *flow = composer->flow;
    double em = compose_em(composer), height = MM(block_number(block, "height", 0));
    g_autofree char *label = compose_expand(composer, block, "label");
    g_autofree char *text = compose_expand(composer, block, "text");
    g_autofree char *sign = compose_expand(composer, block, "sign");
    MarkBox cell = {flow->left, 0, 2.4 * em, 0};
    MarkBox frame = {flow->left + cell.width, 0, flow->width - cell.width, 0};
    TypeStyle style = {.size_pt = em, .width_pt = frame.width - em};
    g_autoptr(PangoLayout) measured = flow_layout(flow, &style, text);
    MarkBox at = {frame.x + em / 2, 0, frame.width - em, 0};

    height = MAX(height, flow_lines_height(measured, 0) + (*sign != '\0' ? 3 : 1) * em);
    height = MAX(height, box_label(composer, label, &cell, FALSE));
    if (height > flow->bottom - flow->top)
        return error_set(error, ERROR_PAPER, "the box '%s' is taller than a page", label);
    flow_need(flow, height);
    cell.y = frame.y = flow->y;
    cell.height = frame.height = height;
    flow_frame(flow, &cell, COMPOSE_THIN);
    flow_frame(flow, &frame, COMPOSE_THIN);
    box_label(composer, label, &cell, TRUE);
    at.y = flow->y + em / 2;
    compose_put(composer, &style, text, &at);
    style.align = PANGO_ALIGN_RIGHT;
    at.y = flow->y + height - 2 * em;
    compose_put(composer, &style, sign, &at);
    flow->y += height;
    return TRUE;
}

gboolean compose_signatures(Composer *composer, const json_t *block, GError **error G_GNUC_UNUSED)
{
    Flow *flow = composer->flow;
    const json_t *texts = json_object_get(block, "texts");
    guint columns = (guint)MAX(block_number(block, "columns", 2), 1);
    double em = compose_em(composer), width = flow->width / columns;
    TypeStyle style = {.size_pt = em};
    const json_t *text;
    size_t i;

    json_array_foreach(texts, i, text)
    {
        g_autofree char *words = value_expand(&composer->scope, json_string_value(text));
        MarkBox at = {flow->left + width * (double)(i % columns), 0, width, 0};

        if (i % columns == 0) {
            flow_need(flow, SIGN_LINE_EM * em);
            flow->y += SIGN_LINE_EM * em;
        }
        at.y = flow->y - 1.6 * em;
        compose_put(composer, &style, words, &at);
    }
    return TRUE;
}

/* About what beside_seal will take, each text on one line. */
static double beside_height(const Composer *composer, const json_t *block)
{
    double lines = (double)json_array_size(json_object_get(block, "texts"));
    g_autofree char *code = compose_expand(composer, block, "qr");

    return (0.6 + 1.74 * lines) * compose_em(composer) + (*code != '\0' ? MM(QR_BESIDE_MM) : 0);
}

/* The left half beside a seal: lines to sign on and, below them, a symbol. */
static double beside_seal(Composer *composer, const json_t *block, double width)
{
    Flow *flow = composer->flow;
    double em = compose_em(composer), y = flow->y + 0.6 * em, size = MM(QR_BESIDE_MM);
    TypeStyle style = {.size_pt = em};
    g_autofree char *code = compose_expand(composer, block, "qr");
    g_autofree char *caption = compose_expand(composer, block, "caption");
    MarkBox box = {flow->left, 0, size, size};
    MarkBox at = {flow->left, 0, width, 0};
    const json_t *text;
    size_t i;

    json_array_foreach(json_object_get(block, "texts"), i, text)
    {
        g_autofree char *words = value_expand(&composer->scope, json_string_value(text));

        at.y = y;
        y += compose_put(composer, &style, words, &at) + 0.3 * em;
    }
    if (*code != '\0') {
        box.y = y;
        flow_qr(flow, code, &box);
        style = (TypeStyle){.size_pt = 0.7 * em};
        at = (MarkBox){box.x + size + 4, y + 4, width - size - 4, 0};
        y += MAX(compose_put(composer, &style, caption, &at), size);
    }
    return y - flow->y;
}

static double text_width(Composer *composer, const TypeStyle *style, const char *text)
{
    g_autoptr(PangoLayout) layout = flow_layout(composer->flow, style, text);

    return type_width(layout);
}

/* Room for a seal; on a page of its own it says that nothing is missing above it. */
static void seal_room(Composer *composer, double height)
{
    Flow *flow = composer->flow;
    guint before = flow_n_pages(flow);
    TypeStyle style = {.size_pt = compose_em(composer), .width_pt = flow->width};
    g_autoptr(PangoLayout) layout = NULL;

    flow_need(flow, height);
    if (flow_n_pages(flow) == before)
        return;
    layout = flow_layout(flow, &style, "（此页无正文）");
    flow_paragraph(flow, layout, flow->left);
}

/* 成文: organ and date centred over each other on the right, the seal's place over both. */
gboolean compose_seal(Composer *composer, const json_t *block, GError **error G_GNUC_UNUSED)
{
    Flow *flow = composer->flow;
    double em = compose_em(composer), size = MM(SEAL_MM), width, left_height;
    g_autofree char *organ = compose_expand(composer, block, "organ");
    g_autofree char *date = compose_expand(composer, block, "date");
    g_autofree char *note = compose_expand(composer, block, "note");
    TypeStyle style = {.size_pt = em, .align = PANGO_ALIGN_CENTER};
    MarkBox at, ring;

    width = MAX(text_width(composer, &style, organ), text_width(composer, &style, date)) + em;
    width = MIN(MAX(width, size), flow->width / 2);
    seal_room(composer, MAX(size + 0.5 * em, beside_height(composer, block)));
    left_height = beside_seal(composer, block, flow->width - width - em);
    at = (MarkBox){flow->left + flow->width - width, flow->y + size * 0.36, width, 0};
    ring = (MarkBox){at.x + (width - size) / 2, flow->y + 0.25 * em, size, size};
    flow_seal_place(flow, &ring);
    at.y += compose_put(composer, &style, organ, &at) + 0.2 * em;
    at.y += compose_put(composer, &style, date, &at) + 0.2 * em;
    style.size_pt = 0.7 * em;
    compose_put(composer, &style, note, &at);
    flow->y += MAX(size + 0.5 * em, left_height);
    return TRUE;
}

/* 归档章, DA/T 22: two rows of three cells on top of the first page. */
gboolean compose_stamp(Composer *composer, const json_t *block, GError **error G_GNUC_UNUSED)
{
    static const double cell_mm[2] = {STAMP_CELL_MM};
    Flow *flow = composer->flow;
    double width = MM(cell_mm[0]), height = MM(cell_mm[1]);
    double left = flow->left + (flow->width - 3 * width) / 2;
    const json_t *pair;
    size_t i;

    flow_need(flow, 2 * height);
    json_array_foreach(json_object_get(block, "cells"), i, pair)
    {
        size_t line = i / 3;
        MarkBox box = {left + width * (double)(i % 3), flow->y + height * (double)line, width,
                       height};
        MarkBox at = {box.x + 1, box.y + 0.3, width - 2, 0};
        TypeStyle style = {.size_pt = 5.5, .sans = TRUE};
        g_autofree char *text =
            value_expand(&composer->scope, json_string_value(json_array_get(pair, 1)));

        flow_frame(flow, &box, COMPOSE_THICK);
        compose_put(composer, &style, json_string_value(json_array_get(pair, 0)), &at);
        style = (TypeStyle){.size_pt = 10, .align = PANGO_ALIGN_CENTER, .sans = TRUE};
        at.y = box.y + height - 15;
        compose_put(composer, &style, text, &at);
    }
    flow->y += 2 * height;
    return TRUE;
}
