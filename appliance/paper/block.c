/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/paper/compose.h"

#define MM(x)            ((x)*MARK_PT_PER_MM)
#define HEADING_NEEDS_EM 7
#define GRID_GAP_EM      0.1
#define QR_MM            26.0

static double size_of(const Composer *composer, const json_t *block)
{
    const char *size = json_text(block, "size");

    if (g_strcmp0(size, "small") == 0)
        return compose_em(composer) * 0.75;
    if (g_strcmp0(size, "large") == 0)
        return compose_em(composer) * 1.3;
    return compose_em(composer);
}

static TypeStyle text_style(const Composer *composer, const json_t *block)
{
    double size = size_of(composer, block);

    return (TypeStyle){.size_pt = size,
                       .width_pt = composer->flow->width,
                       .indent_pt = block_number(block, "indent", 0) * size,
                       .leading_pt = size * composer->leading_em,
                       .align = block_align(block),
                       .sans = json_flag(block, "sans"),
                       .bold = json_flag(block, "bold")};
}

static void paragraph(Composer *composer, const json_t *block)
{
    TypeStyle style = text_style(composer, block);
    g_autofree char *text = compose_expand(composer, block, "text");
    g_autoptr(PangoLayout) layout = flow_layout(composer->flow, &style, text);

    if (style.sans) /* a heading stays with what it heads */
        flow_need(composer->flow, HEADING_NEEDS_EM * style.size_pt);
    flow_paragraph(composer->flow, layout, composer->flow->left);
}

static gboolean compose_text(Composer *composer, const json_t *block, GError **error G_GNUC_UNUSED)
{
    paragraph(composer, block);
    return TRUE;
}

static gboolean compose_list(Composer *composer, const json_t *block, GError **error G_GNUC_UNUSED)
{
    const json_t *values;
    size_t i;

    json_array_foreach(compose_rows(composer, block), i, values)
    {
        compose_scope(composer, block, values, (guint)i + 1);
        paragraph(composer, block);
    }
    compose_scope(composer, block, NULL, 0);
    return TRUE;
}

static gboolean compose_qr(Composer *composer, const json_t *block, GError **error G_GNUC_UNUSED)
{
    Flow *flow = composer->flow;
    double size = MM(block_number(block, "size", QR_MM)), em = compose_em(composer);
    g_autofree char *text = compose_expand(composer, block, "text");
    g_autofree char *caption = compose_expand(composer, block, "caption");
    TypeStyle style = {.size_pt = 0.75 * em, .leading_pt = 0.1 * em};
    MarkBox box, at;

    flow_need(flow, size);
    box = (MarkBox){flow->left, flow->y, size, size};
    flow_qr(flow, text, &box);
    at = (MarkBox){flow->left + size + 0.5 * em, flow->y + 0.6 * em, flow->width - size - 0.5 * em,
                   0};
    compose_put(composer, &style, caption, &at);
    flow->y += size;
    return TRUE;
}

static GBytes *image_called(const Composer *composer, const char *name)
{
    for (gsize i = 0; i < composer->options->n_images; i++)
        if (g_str_equal(composer->options->images[i].name, name))
            return composer->options->images[i].jpeg;
    return NULL;
}

static gboolean picture(Composer *composer, const json_t *block, const MarkBox *cell,
                        GError **error)
{
    double em = compose_em(composer);
    g_autofree char *name = compose_expand(composer, block, "image");
    g_autofree char *caption = compose_expand(composer, block, "caption");
    GBytes *jpeg = image_called(composer, name);
    TypeStyle style = {.size_pt = 0.75 * em, .align = PANGO_ALIGN_CENTER};
    MarkBox box = {cell->x + em / 2, cell->y, cell->width - em, cell->height - 2.4 * em};
    MarkBox at = {cell->x, cell->y + cell->height - 2.3 * em, cell->width, 0};

    compose_put(composer, &style, caption, &at);
    if (*name != '\0' && jpeg == NULL)
        return error_set(error, ERROR_PAPER, "there is no picture '%s'", name);
    if (jpeg != NULL && !flow_jpeg(composer->flow, jpeg, &box, error)) {
        g_prefix_error(error, "%s: ", name);
        return FALSE;
    }
    flow_frame(composer->flow, &box, COMPOSE_THIN); /* over the picture's edges */
    return TRUE;
}

static gboolean compose_pictures(Composer *composer, const json_t *block, GError **error)
{
    Flow *flow = composer->flow;
    guint columns = (guint)MAX(block_number(block, "columns", 4), 1);
    double height = MM(block_number(block, "height", 60)), width = flow->width / columns;
    const json_t *rows = compose_rows(composer, block);
    const json_t *row;
    size_t i;

    json_array_foreach(rows, i, row)
    {
        MarkBox cell = {flow->left + width * (double)(i % columns), 0, width, height};

        if (i % columns == 0)
            flow_need(flow, height);
        cell.y = flow->y;
        compose_scope(composer, block, row, (guint)i + 1);
        if (!picture(composer, block, &cell, error))
            return FALSE;
        if (i % columns == columns - 1 || i + 1 == json_array_size(rows))
            flow->y += height;
    }
    compose_scope(composer, block, NULL, 0);
    return TRUE;
}

static gboolean compose_space(Composer *composer, const json_t *block, GError **error G_GNUC_UNUSED)
{
    composer->flow->y += MM(block_number(block, "height", 0));
    return TRUE;
}

static gboolean compose_rule(Composer *composer, const json_t *block G_GNUC_UNUSED,
                             GError **error G_GNUC_UNUSED)
{
    Flow *flow = composer->flow;
    MarkBox line = {flow->left, flow->y + 0.4 * compose_em(composer), flow->width, 0};

    flow_stroke(flow, &line, COMPOSE_THIN);
    flow->y += 0.8 * compose_em(composer);
    return TRUE;
}

static gboolean compose_break(Composer *composer, const json_t *block G_GNUC_UNUSED,
                              GError **error G_GNUC_UNUSED)
{
    flow_break(composer->flow);
    return TRUE;
}

static const struct {
    const char *name;
    gboolean (*compose)(Composer *composer, const json_t *block, GError **error);
    gboolean grid; /* has lines around it and wants a gap to text */
} kinds[] = {
    {"text", compose_text, FALSE},
    {"fields", compose_fields, TRUE},
    {"table", compose_table, TRUE},
    {"grid", compose_grid, TRUE},
    {"list", compose_list, FALSE},
    {"box", compose_box, TRUE},
    {"signatures", compose_signatures, FALSE},
    {"seal", compose_seal, FALSE},
    {"qr", compose_qr, FALSE},
    {"stamp", compose_stamp, FALSE},
    {"pictures", compose_pictures, FALSE},
    {"space", compose_space, FALSE},
    {"rule", compose_rule, FALSE},
    {"break", compose_break, FALSE},
};

gboolean block_compose(Composer *composer, const json_t *block, GError **error)
{
    const char *name = json_text(block, "block");
    const char *when = json_text(block, "when"), *unless = json_text(block, "unless");
    gsize i = 0;

    if ((when != NULL && !value_is_set(&composer->scope, when)) ||
        (unless != NULL && value_is_set(&composer->scope, unless)))
        return TRUE;
    while (!g_str_equal(kinds[i].name, name)) /* block_check knows the same names */
        i++;
    if (kinds[i].grid != composer->after_grid && composer->flow->y > composer->flow->top)
        composer->flow->y += (GRID_GAP_EM + composer->leading_em / 2) * compose_em(composer);
    composer->after_grid = kinds[i].grid;
    return kinds[i].compose(composer, block, error);
}
