/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/paper/flow.h"

#include <string.h>

typedef enum {
    ITEM_LINE,
    ITEM_STROKE,
    ITEM_FRAME,
    ITEM_SEAL,
    ITEM_QR,
    ITEM_JPEG,
} ItemKind;

typedef struct {
    ItemKind kind;
    MarkBox box;      /* of a line of text: x and the baseline */
    double thickness; /* of strokes and frames */
    PangoLayout *layout;
    int line;
    char *text;
    GBytes *jpeg;
} Item;

static void item_clear(gpointer data)
{
    Item *item = data;

    g_clear_object(&item->layout);
    g_clear_pointer(&item->text, g_free);
    g_clear_pointer(&item->jpeg, g_bytes_unref);
}

static void page_add(Flow *flow)
{
    GArray *page = g_array_new(FALSE, FALSE, sizeof(Item));

    g_array_set_clear_func(page, item_clear);
    g_ptr_array_add(flow->pages, page);
}

static void add(Flow *flow, Item item)
{
    g_array_append_val(g_ptr_array_index(flow->pages, flow->pages->len - 1), item);
}

void flow_init(Flow *flow)
{
    flow->pages = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    flow->pango = type_context_unscaled();
    page_add(flow);
}

void flow_clear(Flow *flow)
{
    g_clear_pointer(&flow->pages, g_ptr_array_unref);
    g_clear_object(&flow->pango);
}

void flow_break(Flow *flow)
{
    page_add(flow);
    flow->y = flow->top;
}

double flow_room(const Flow *flow)
{
    return flow->bottom - flow->y;
}

void flow_need(Flow *flow, double height)
{
    gboolean fresh = flow->pages->len > 1 && flow->y <= flow->top;

    if (flow_room(flow) < height && !fresh)
        flow_break(flow);
}

PangoLayout *flow_layout(Flow *flow, const TypeStyle *style, const char *text)
{
    PangoLayout *layout = type_layout(flow->pango, style, text);

    flow->unknown_glyphs += (guint)pango_layout_get_unknown_glyphs_count(layout);
    return layout;
}

/* Top to top of the next line. */
static double line_height(PangoLayout *layout, int index)
{
    PangoLayoutLine *line = pango_layout_get_line_readonly(layout, index);
    PangoRectangle logical;

    pango_layout_line_get_extents(line, NULL, &logical);
    return pango_units_to_double(logical.height + pango_layout_get_spacing(layout));
}

double flow_lines_height(PangoLayout *layout, int from)
{
    double height = 0;

    for (int i = from; i < pango_layout_get_line_count(layout); i++)
        height += line_height(layout, i);
    return height;
}

int flow_lines_fitting(PangoLayout *layout, int from, double height, double *taken)
{
    int line = from;

    for (*taken = 0; line < pango_layout_get_line_count(layout); line++) {
        double more = line_height(layout, line);

        if (*taken + more > height)
            break;
        *taken += more;
    }
    return line - from;
}

/* Where a line starts within the layout: alignment and indent. */
static double line_offset(PangoLayout *layout, PangoLayoutLine *line, int index)
{
    double room = pango_units_to_double(pango_layout_get_width(layout));
    double indent = index == 0 ? pango_units_to_double(pango_layout_get_indent(layout)) : 0;
    PangoRectangle logical;
    double slack;

    if (pango_layout_get_width(layout) < 0)
        return indent;
    pango_layout_line_get_extents(line, NULL, &logical);
    slack = room - pango_units_to_double(logical.width);
    switch (pango_layout_get_alignment(layout)) {
    case PANGO_ALIGN_CENTER:
        return slack / 2;
    case PANGO_ALIGN_RIGHT:
        return slack;
    case PANGO_ALIGN_LEFT:
        break;
    }
    return indent;
}

void flow_lines(Flow *flow, PangoLayout *layout, const FlowLines *lines)
{
    double y = lines->y;

    for (int i = lines->from; i < lines->to; i++) {
        PangoLayoutLine *line = pango_layout_get_line_readonly(layout, i);
        Item item = {.kind = ITEM_LINE, .layout = g_object_ref(layout), .line = i};
        PangoRectangle logical;

        pango_layout_line_get_extents(line, NULL, &logical);
        item.box.x = lines->x + line_offset(layout, line, i);
        item.box.y = y - pango_units_to_double(logical.y);
        add(flow, item);
        y += line_height(layout, i);
    }
}

void flow_paragraph(Flow *flow, PangoLayout *layout, double x)
{
    int n = pango_layout_get_line_count(layout);

    for (int from = 0; from < n;) {
        double taken;
        int fitting = flow_lines_fitting(layout, from, flow_room(flow), &taken);
        FlowLines lines = {.from = from, .to = from + fitting, .x = x, .y = flow->y};

        flow_lines(flow, layout, &lines);
        flow->y += taken;
        from += fitting;
        if (from < n)
            flow_break(flow);
    }
}

void flow_stroke(Flow *flow, const MarkBox *line, double thickness)
{
    add(flow, (Item){.kind = ITEM_STROKE, .box = *line, .thickness = thickness});
}

void flow_frame(Flow *flow, const MarkBox *box, double thickness)
{
    add(flow, (Item){.kind = ITEM_FRAME, .box = *box, .thickness = thickness});
}

void flow_seal_place(Flow *flow, const MarkBox *box)
{
    add(flow, (Item){.kind = ITEM_SEAL, .box = *box});
}

void flow_qr(Flow *flow, const char *text, const MarkBox *box)
{
    add(flow, (Item){.kind = ITEM_QR, .box = *box, .text = g_strdup(text)});
}

/* Width and height from the frame header of a JPEG (ISO/IEC 10918-1 B.2.2); decodes nothing. */
static gboolean jpeg_size(const guint8 *bytes, gsize size, int *width, int *height)
{
    gsize at = 2;

    if (size < 4 || bytes[0] != 0xff || bytes[1] != 0xd8)
        return FALSE;
    while (at + 9 < size && bytes[at] == 0xff) {
        guint8 marker = bytes[at + 1];
        gboolean frame =
            marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;

        if (frame) {
            *height = bytes[at + 5] << 8 | bytes[at + 6];
            *width = bytes[at + 7] << 8 | bytes[at + 8];
            return *width > 0 && *height > 0;
        }
        at += 2 + (gsize)(bytes[at + 2] << 8 | bytes[at + 3]);
    }
    return FALSE;
}

gboolean flow_jpeg(Flow *flow, GBytes *jpeg, const MarkBox *box, GError **error)
{
    gsize size;
    const guint8 *bytes = g_bytes_get_data(jpeg, &size);
    int width, height;
    double scale;
    Item item = {.kind = ITEM_JPEG};

    if (!jpeg_size(bytes, size, &width, &height))
        return error_set(error, ERROR_PAPER, "the picture is no JPEG");
    scale = MIN(box->width / width, box->height / height);
    item.box.width = width * scale;
    item.box.height = height * scale;
    item.box.x = box->x + (box->width - item.box.width) / 2;
    item.box.y = box->y + (box->height - item.box.height) / 2;
    item.jpeg = g_bytes_ref(jpeg);
    add(flow, item);
    return TRUE;
}

/* The PDF takes the JPEG as it is; the pixels of the surface are never looked at. */
static void draw_jpeg(cairo_t *cr, const Item *item)
{
    gsize size;
    const guint8 *bytes = g_bytes_get_data(item->jpeg, &size);
    cairo_surface_t *surface;
    int width = 1, height = 1;

    (void)jpeg_size(bytes, size, &width, &height); /* it was one when it was added */
    surface = cairo_image_surface_create(CAIRO_FORMAT_A1, width, height);
    cairo_surface_set_mime_data(surface, CAIRO_MIME_TYPE_JPEG, bytes, size,
                                (cairo_destroy_func_t)g_bytes_unref, g_bytes_ref(item->jpeg));
    cairo_save(cr);
    cairo_translate(cr, item->box.x, item->box.y);
    cairo_scale(cr, item->box.width / width, item->box.height / height);
    cairo_set_source_surface(cr, surface, 0, 0);
    cairo_paint(cr);
    cairo_restore(cr);
    cairo_surface_destroy(surface);
}

static void draw_seal_place(cairo_t *cr, const MarkBox *box)
{
    static const double dash[] = {1.5, 3};

    cairo_save(cr);
    cairo_set_source_rgb(cr, 0.55, 0.55, 0.55);
    cairo_set_dash(cr, dash, G_N_ELEMENTS(dash), 0);
    cairo_set_line_width(cr, 0.6);
    cairo_new_path(cr);
    cairo_arc(cr, box->x + box->width / 2, box->y + box->height / 2, box->width / 2, 0, 2 * G_PI);
    cairo_stroke(cr);
    cairo_restore(cr);
}

static gboolean draw_item(cairo_t *cr, const Item *item, GError **error)
{
    const MarkBox *box = &item->box;

    cairo_set_line_width(cr, item->thickness);
    switch (item->kind) {
    case ITEM_LINE:
        cairo_move_to(cr, box->x, box->y);
        pango_cairo_show_layout_line(cr, pango_layout_get_line_readonly(item->layout, item->line));
        break;
    case ITEM_STROKE:
        cairo_move_to(cr, box->x, box->y);
        cairo_rel_line_to(cr, box->width, box->height);
        cairo_stroke(cr);
        break;
    case ITEM_FRAME:
        cairo_rectangle(cr, box->x, box->y, box->width, box->height);
        cairo_stroke(cr);
        break;
    case ITEM_SEAL:
        draw_seal_place(cr, box);
        break;
    case ITEM_QR:
        return mark_qr(cr, item->text, box, error);
    case ITEM_JPEG:
        draw_jpeg(cr, item);
        break;
    }
    return TRUE;
}

guint flow_n_pages(const Flow *flow)
{
    return flow->pages->len;
}

gboolean flow_draw(const Flow *flow, guint page, cairo_t *cr, GError **error)
{
    const GArray *items = g_ptr_array_index(flow->pages, page);

    cairo_set_source_rgb(cr, 0, 0, 0);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_SQUARE);
    for (guint i = 0; i < items->len; i++)
        if (!draw_item(cr, &g_array_index(items, Item, i), error))
            return FALSE;
    return TRUE;
}
