/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/paper/compose.h"

double compose_em(const Composer *composer)
{
    return composer->flow->size_pt;
}

char *compose_expand(const Composer *composer, const json_t *block, const char *member)
{
    const char *text = json_text(block, member);

    return value_expand(&composer->scope, text != NULL ? text : "");
}

double block_number(const json_t *block, const char *member, double otherwise)
{
    const json_t *value = json_object_get(block, member);

    return json_is_number(value) ? json_number_value(value) : otherwise;
}

PangoAlignment block_align(const json_t *block)
{
    const char *align = json_text(block, "align");

    if (g_strcmp0(align, "center") == 0)
        return PANGO_ALIGN_CENTER;
    return g_strcmp0(align, "right") == 0 ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT;
}

void compose_scope(Composer *composer, const json_t *block, const json_t *row, guint number)
{
    const json_t *type = value_type(composer->scope.types, json_text(block, "of"));

    composer->scope.row_type = row != NULL ? json_array_get(type, 0) : NULL;
    composer->scope.row = row;
    composer->scope.row_number = number;
}

const json_t *compose_rows(const Composer *composer, const json_t *block)
{
    return json_object_get(composer->scope.values, json_text(block, "of"));
}

/* Lines of a text at x, y on this page, whatever the flow's y. */
double compose_put(Composer *composer, const TypeStyle *style, const char *text, const MarkBox *at)
{
    TypeStyle placed = *style;
    g_autoptr(PangoLayout) layout = NULL;
    FlowLines lines = {.x = at->x, .y = at->y};

    placed.width_pt = at->width;
    layout = flow_layout(composer->flow, &placed, text);
    lines.to = pango_layout_get_line_count(layout);
    flow_lines(composer->flow, layout, &lines);
    return flow_lines_height(layout, 0);
}
