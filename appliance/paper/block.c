/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/paper/template.h"

#include <string.h>

#define MM(x)      ((x)*MARK_PT_PER_MM)
#define THIN       0.5
#define THICK      1.0
#define PADDING_EM 0.3 /* between a cell's text and its line */
/* The fonts ask for 1.44 em from line to line; this is added to that. */
#define CELL_LEADING_EM (-0.14)
#define GRID_GAP_EM     0.35
#define SEAL_MM         42.0
#define LABEL_EM        4.7
#define COLUMNS_MAX     16
#define QR_MM           26.0
#define QR_BESIDE_MM    22.0
#define SIGN_LINE_EM    2.6
#define NARROW          0.8 /* of a number that is too wide for its cell */
#define STAMP_CELL_MM   15.0, 8.0

/* A row of a table on its way onto the page: each cell a text, some lines of which are out. */
typedef struct {
    double x, width;
    PangoLayout *layout;
    int line; /* first one that is not out yet */
} Cell;

typedef struct {
    Cell cells[COLUMNS_MAX];
    guint n;
    double least; /* height of an empty row */
} Row;

static double em_of(const Composer *composer)
{
    return composer->flow->size_pt;
}

static char *expand(const Composer *composer, const json_t *block, const char *member)
{
    const char *text = json_text(block, member);

    return value_expand(&composer->scope, text != NULL ? text : "");
}

static double number_of(const json_t *block, const char *member, double otherwise)
{
    const json_t *value = json_object_get(block, member);

    return json_is_number(value) ? json_number_value(value) : otherwise;
}

static PangoAlignment align_of(const json_t *block)
{
    const char *align = json_text(block, "align");

    if (g_strcmp0(align, "center") == 0)
        return PANGO_ALIGN_CENTER;
    return g_strcmp0(align, "right") == 0 ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT;
}

static double size_of(const Composer *composer, const json_t *block)
{
    const char *size = json_text(block, "size");

    if (g_strcmp0(size, "small") == 0)
        return em_of(composer) * 0.75;
    if (g_strcmp0(size, "large") == 0)
        return em_of(composer) * 1.3;
    return em_of(composer);
}

static TypeStyle text_style(const Composer *composer, const json_t *block)
{
    double size = size_of(composer, block);

    return (TypeStyle){.size_pt = size,
                       .width_pt = composer->flow->width,
                       .indent_pt = number_of(block, "indent", 0) * size,
                       .leading_pt = size * composer->leading_em,
                       .align = align_of(block),
                       .sans = json_flag(block, "sans"),
                       .bold = json_flag(block, "bold")};
}

static void paragraph(Composer *composer, const json_t *block)
{
    TypeStyle style = text_style(composer, block);
    g_autofree char *text = expand(composer, block, "text");
    g_autoptr(PangoLayout) layout = flow_layout(composer->flow, &style, text);

    flow_paragraph(composer->flow, layout, composer->flow->left);
}

static gboolean compose_text(Composer *composer, const json_t *block, GError **error G_GNUC_UNUSED)
{
    paragraph(composer, block);
    return TRUE;
}

static void row_clear(Row *row)
{
    for (guint i = 0; i < row->n; i++)
        g_clear_object(&row->cells[i].layout);
    row->n = 0;
}

/* A number or code that its cell would break in the middle. */
static gboolean is_number_cut(PangoLayout *layout, const char *text)
{
    return pango_layout_get_line_count(layout) > 1 && g_str_is_ascii(text) &&
           strpbrk(text, " \n") == NULL;
}

/* A cell to the right of those that are there. */
static void row_add(Composer *composer, Row *row, TypeStyle style, const char *text)
{
    Cell *cell = &row->cells[row->n];
    double padding = PADDING_EM * em_of(composer);

    cell->x = row->n > 0 ? cell[-1].x + cell[-1].width : composer->flow->left;
    cell->width = style.width_pt;
    cell->line = 0;
    style.width_pt -= 2 * padding;
    cell->layout = flow_layout(composer->flow, &style, text);
    if (is_number_cut(cell->layout, text)) {
        style.size_pt *= NARROW;
        g_object_unref(cell->layout);
        cell->layout = flow_layout(composer->flow, &style, text);
    }
    row->n++;
}

static double row_height(const Composer *composer, const Row *row)
{
    double height = row->least;

    for (guint i = 0; i < row->n; i++)
        height = MAX(height, flow_lines_height(row->cells[i].layout, row->cells[i].line) +
                                 2 * PADDING_EM * em_of(composer));
    return height;
}

static gboolean row_is_out(const Row *row)
{
    for (guint i = 0; i < row->n; i++)
        if (row->cells[i].line < pango_layout_get_line_count(row->cells[i].layout))
            return FALSE;
    return TRUE;
}

/* Lines that fit of one cell; in the middle where the whole text is set at once. */
static void cell_put(Composer *composer, Cell *cell, double height)
{
    double padding = PADDING_EM * em_of(composer), taken;
    int count = pango_layout_get_line_count(cell->layout);
    int n = flow_lines_fitting(cell->layout, cell->line, height - 2 * padding + 0.01, &taken);
    gboolean whole = cell->line == 0 && n == count;
    FlowLines lines = {.from = cell->line,
                       .to = cell->line + n,
                       .x = cell->x + padding,
                       .y = composer->flow->y + (whole ? (height - taken) / 2 : padding)};

    flow_lines(composer->flow, cell->layout, &lines);
    cell->line += n;
}

/* One slice of the row, `height` tall, with the frames of its cells. */
static void row_slice(Composer *composer, Row *row, double height)
{
    for (guint i = 0; i < row->n; i++) {
        MarkBox frame = {row->cells[i].x, composer->flow->y, row->cells[i].width, height};

        flow_frame(composer->flow, &frame, THIN);
        cell_put(composer, &row->cells[i], height);
    }
    composer->flow->y += height;
}

/* Put out a row: here, on the next page or, taller than a page, over several. Begins a page only by
 * way of `head`, which repeats a table's head. */
static void row_put(Composer *composer, Row *row, Row *head)
{
    Flow *flow = composer->flow;
    double page = flow->bottom - flow->top - (head != NULL ? row_height(composer, head) : 0);
    double height = row_height(composer, row);

    if (height > flow_room(flow) && height <= page) {
        flow_break(flow);
        if (head != NULL)
            row_slice(composer, head, row_height(composer, head));
    }
    while (!row_is_out(row)) {
        double least = row->least + 2 * PADDING_EM * em_of(composer);

        height = row_height(composer, row);
        if (height > flow_room(flow) && flow_room(flow) < least) {
            flow_break(flow);
            continue;
        }
        row_slice(composer, row, MIN(height, flow_room(flow)));
    }
}

static double least_row(const Composer *composer)
{
    return 1.7 * em_of(composer);
}

static TypeStyle cell_style(const Composer *composer, double width, gboolean label)
{
    return (TypeStyle){.size_pt = em_of(composer),
                       .width_pt = width,
                       .leading_pt = em_of(composer) * CELL_LEADING_EM,
                       .align = label ? PANGO_ALIGN_CENTER : PANGO_ALIGN_LEFT,
                       .sans = label};
}

static void fields_row(Composer *composer, const json_t *pairs, double label_width)
{
    Row row = {.least = least_row(composer)};
    size_t n = json_array_size(pairs);
    double width = (composer->flow->width - label_width * (double)(n / 2)) / (double)(n / 2);

    for (size_t i = 0; i < n; i++) {
        gboolean label = i % 2 == 0;
        g_autofree char *text =
            value_expand(&composer->scope, json_string_value(json_array_get(pairs, i)));

        row_add(composer, &row, cell_style(composer, label ? label_width : width, label), text);
    }
    row_put(composer, &row, NULL);
    row_clear(&row);
}

static gboolean compose_fields(Composer *composer, const json_t *block,
                               GError **error G_GNUC_UNUSED)
{
    double label_width = number_of(block, "label_width", LABEL_EM) * em_of(composer);
    const json_t *pairs;
    size_t i;

    json_array_foreach(json_object_get(block, "rows"), i, pairs)
        fields_row(composer, pairs, label_width);
    return TRUE;
}

/* What is left of the body's width for each column without a width of its own, points. */
static double shared_width(const Composer *composer, const json_t *columns)
{
    double left = composer->flow->width;
    guint sharing = 0;
    const json_t *column;
    size_t i;

    json_array_foreach(columns, i, column)
    {
        double width = number_of(column, "width", 0) * em_of(composer);

        left -= width;
        sharing += width == 0;
    }
    return sharing > 0 ? left / sharing : 0;
}

typedef enum {
    ROW_HEAD,
    ROW_VALUES,
    ROW_BLANK,
} RowKind;

static void table_row(Composer *composer, const json_t *columns, RowKind kind, Row *row)
{
    double shared = shared_width(composer, columns);
    const json_t *column;
    size_t i;

    row->least = least_row(composer);
    json_array_foreach(columns, i, column)
    {
        double width = number_of(column, "width", 0) * em_of(composer);
        TypeStyle style = cell_style(composer, width > 0 ? width : shared, kind == ROW_HEAD);
        g_autofree char *text = expand(composer, column, kind == ROW_HEAD ? "head" : "text");

        if (kind == ROW_VALUES)
            style.align = align_of(column);
        row_add(composer, row, style, kind == ROW_BLANK ? "" : text);
    }
}

static void scope_row(Composer *composer, const json_t *block, const json_t *row, guint number)
{
    const json_t *type = value_type(composer->scope.types, json_text(block, "of"));

    composer->scope.row_type = row != NULL ? json_array_get(type, 0) : NULL;
    composer->scope.row = row;
    composer->scope.row_number = number;
}

static const json_t *rows_of(const Composer *composer, const json_t *block)
{
    return json_object_get(composer->scope.values, json_text(block, "of"));
}

static void empty_row(Composer *composer, const json_t *block, Row *head)
{
    Row row = {.least = least_row(composer)};
    g_autofree char *text = expand(composer, block, "empty");
    TypeStyle style = cell_style(composer, composer->flow->width, FALSE);

    style.align = PANGO_ALIGN_CENTER;
    row_add(composer, &row, style, text);
    row_put(composer, &row, head);
    row_clear(&row);
}

static void blank_rows(Composer *composer, const json_t *block, Row *head)
{
    double n = number_of(block, "blank_rows", 0);

    for (double i = (double)json_array_size(rows_of(composer, block)); i < n; i++) {
        Row row = {0};

        table_row(composer, json_object_get(block, "columns"), ROW_BLANK, &row);
        row_put(composer, &row, head);
        row_clear(&row);
    }
}

static gboolean compose_table(Composer *composer, const json_t *block, GError **error G_GNUC_UNUSED)
{
    const json_t *columns = json_object_get(block, "columns");
    const json_t *rows = rows_of(composer, block);
    Row head = {0};
    const json_t *values;
    size_t i;

    table_row(composer, columns, ROW_HEAD, &head);
    flow_need(composer->flow, row_height(composer, &head) + 2 * least_row(composer));
    row_slice(composer, &head, row_height(composer, &head));
    json_array_foreach(rows, i, values)
    {
        Row row = {0};

        for (guint cell = 0; cell < head.n; cell++)
            head.cells[cell].line = 0;
        scope_row(composer, block, values, (guint)i + 1);
        table_row(composer, columns, ROW_VALUES, &row);
        row_put(composer, &row, &head);
        row_clear(&row);
    }
    scope_row(composer, block, NULL, 0);
    if (json_array_size(rows) == 0 && json_text(block, "empty") != NULL)
        empty_row(composer, block, NULL);
    blank_rows(composer, block, NULL);
    row_clear(&head);
    return TRUE;
}

static gboolean compose_list(Composer *composer, const json_t *block, GError **error G_GNUC_UNUSED)
{
    const json_t *values;
    size_t i;

    json_array_foreach(rows_of(composer, block), i, values)
    {
        scope_row(composer, block, values, (guint)i + 1);
        paragraph(composer, block);
    }
    scope_row(composer, block, NULL, 0);
    return TRUE;
}

/* Lines of a text at x, y on this page, whatever the flow's y. */
static double put_text(Composer *composer, const TypeStyle *style, const char *text,
                       const MarkBox *at)
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

static gboolean compose_box(Composer *composer, const json_t *block, GError **error G_GNUC_UNUSED)
{
    Flow *flow = composer->flow;
    double em = em_of(composer), height = MM(number_of(block, "height", 0));
    double label_width = 3 * em;
    g_autofree char *label = expand(composer, block, "label");
    g_autofree char *text = expand(composer, block, "text");
    g_autofree char *sign = expand(composer, block, "sign");
    TypeStyle style = {.size_pt = em, .width_pt = flow->width - label_width - em};
    g_autoptr(PangoLayout) measured = flow_layout(flow, &style, text);
    MarkBox frame, at;

    height = MAX(height, flow_lines_height(measured, 0) + (*sign != '\0' ? 3 : 1) * em);
    flow_need(flow, height);
    frame = (MarkBox){flow->left, flow->y, label_width, height};
    flow_frame(flow, &frame, THIN);
    at = (MarkBox){flow->left + em, flow->y + 0.5 * em, 1.2 * em, height};
    style.sans = TRUE;
    put_text(composer, &style, label, &at);
    style.sans = FALSE;
    frame.x += label_width;
    frame.width = flow->width - label_width;
    flow_frame(flow, &frame, THIN);
    at = (MarkBox){frame.x + em / 2, flow->y + em / 2, frame.width - em, height};
    put_text(composer, &style, text, &at);
    style.align = PANGO_ALIGN_RIGHT;
    at.y = flow->y + height - 2 * em;
    put_text(composer, &style, sign, &at);
    flow->y += height;
    return TRUE;
}

static gboolean compose_signatures(Composer *composer, const json_t *block,
                                   GError **error G_GNUC_UNUSED)
{
    Flow *flow = composer->flow;
    const json_t *texts = json_object_get(block, "texts");
    guint columns = (guint)MAX(number_of(block, "columns", 2), 1);
    double em = em_of(composer), width = flow->width / columns;
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
        put_text(composer, &style, words, &at);
    }
    return TRUE;
}

/* About what beside_seal will take, each text on one line. */
static double beside_height(const Composer *composer, const json_t *block)
{
    double lines = (double)json_array_size(json_object_get(block, "texts"));
    g_autofree char *code = expand(composer, block, "qr");

    return (0.6 + 1.84 * lines) * em_of(composer) + (*code != '\0' ? MM(QR_BESIDE_MM) : 0);
}

/* The left half beside a seal: lines to sign on and, below them, a symbol. */
static double beside_seal(Composer *composer, const json_t *block, double width)
{
    Flow *flow = composer->flow;
    double em = em_of(composer), y = flow->y + 0.6 * em, size = MM(QR_BESIDE_MM);
    TypeStyle style = {.size_pt = em};
    g_autofree char *code = expand(composer, block, "qr");
    g_autofree char *caption = expand(composer, block, "caption");
    MarkBox box = {flow->left, 0, size, size};
    MarkBox at = {flow->left, 0, width, 0};
    const json_t *text;
    size_t i;

    json_array_foreach(json_object_get(block, "texts"), i, text)
    {
        g_autofree char *words = value_expand(&composer->scope, json_string_value(text));

        at.y = y;
        y += put_text(composer, &style, words, &at) + 0.4 * em;
    }
    if (*code != '\0') {
        box.y = y;
        flow_qr(flow, code, &box);
        style = (TypeStyle){.size_pt = 0.7 * em};
        at = (MarkBox){box.x + size + 4, y + 4, width - size - 4, 0};
        y += MAX(put_text(composer, &style, caption, &at), size);
    }
    return y - flow->y;
}

/* 成文: organ and date centred over each other on the right, the seal's place over both. */
static gboolean compose_seal(Composer *composer, const json_t *block, GError **error G_GNUC_UNUSED)
{
    Flow *flow = composer->flow;
    double em = em_of(composer), size = MM(SEAL_MM), width = MAX(14 * em, size), left_height;
    g_autofree char *organ = expand(composer, block, "organ");
    g_autofree char *date = expand(composer, block, "date");
    g_autofree char *note = expand(composer, block, "note");
    TypeStyle style = {.size_pt = em, .align = PANGO_ALIGN_CENTER};
    MarkBox at, ring;

    flow_need(flow, MAX(size + 0.5 * em, beside_height(composer, block)));
    left_height = beside_seal(composer, block, flow->width - width - em);
    at = (MarkBox){flow->left + flow->width - width, flow->y + size * 0.36, width, 0};
    ring = (MarkBox){at.x + (width - size) / 2, flow->y + 0.25 * em, size, size};
    flow_seal_place(flow, &ring);
    at.y += put_text(composer, &style, organ, &at) + 0.2 * em;
    at.y += put_text(composer, &style, date, &at) + 0.2 * em;
    style.size_pt = 0.7 * em;
    put_text(composer, &style, note, &at);
    flow->y += MAX(size + 0.5 * em, left_height);
    return TRUE;
}

static gboolean compose_qr(Composer *composer, const json_t *block, GError **error G_GNUC_UNUSED)
{
    Flow *flow = composer->flow;
    double size = MM(number_of(block, "size", QR_MM)), em = em_of(composer);
    g_autofree char *text = expand(composer, block, "text");
    g_autofree char *caption = expand(composer, block, "caption");
    TypeStyle style = {.size_pt = 0.75 * em, .leading_pt = 0.1 * em};
    MarkBox box, at;

    flow_need(flow, size);
    box = (MarkBox){flow->left, flow->y, size, size};
    flow_qr(flow, text, &box);
    at = (MarkBox){flow->left + size + 0.5 * em, flow->y + 0.6 * em, flow->width - size - 0.5 * em,
                   0};
    put_text(composer, &style, caption, &at);
    flow->y += size;
    return TRUE;
}

/* 归档章, DA/T 22: two rows of three cells on top of the first page. */
static gboolean compose_stamp(Composer *composer, const json_t *block, GError **error G_GNUC_UNUSED)
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
        MarkBox box = {left + width * (double)(i % 3), flow->y + height * (double)(i / 3), width,
                       height};
        MarkBox at = {box.x + 1, box.y + 0.3, width - 2, 0};
        TypeStyle style = {.size_pt = 5.5, .sans = TRUE};
        g_autofree char *text =
            value_expand(&composer->scope, json_string_value(json_array_get(pair, 1)));

        flow_frame(flow, &box, THICK);
        put_text(composer, &style, json_string_value(json_array_get(pair, 0)), &at);
        style = (TypeStyle){.size_pt = 10, .align = PANGO_ALIGN_CENTER, .sans = TRUE};
        at.y = box.y + height - 15;
        put_text(composer, &style, text, &at);
    }
    flow->y += 2 * height;
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
    double em = em_of(composer);
    g_autofree char *name = expand(composer, block, "image");
    g_autofree char *caption = expand(composer, block, "caption");
    GBytes *jpeg = image_called(composer, name);
    TypeStyle style = {.size_pt = 0.75 * em, .align = PANGO_ALIGN_CENTER};
    MarkBox box = {cell->x + em / 2, cell->y, cell->width - em, cell->height - 2.4 * em};
    MarkBox at = {cell->x, cell->y + cell->height - 2.3 * em, cell->width, 0};

    flow_frame(composer->flow, &box, THIN);
    put_text(composer, &style, caption, &at);
    if (*name == '\0')
        return TRUE;
    if (jpeg == NULL)
        return error_set(error, ERROR_PAPER, "there is no picture '%s'", name);
    return flow_jpeg(composer->flow, jpeg, &box, error);
}

static gboolean compose_pictures(Composer *composer, const json_t *block, GError **error)
{
    Flow *flow = composer->flow;
    guint columns = (guint)MAX(number_of(block, "columns", 4), 1);
    double height = MM(number_of(block, "height", 60)), width = flow->width / columns;
    const json_t *rows = rows_of(composer, block);
    const json_t *row;
    size_t i;

    json_array_foreach(rows, i, row)
    {
        MarkBox cell = {flow->left + width * (double)(i % columns), 0, width, height};

        if (i % columns == 0)
            flow_need(flow, height);
        cell.y = flow->y;
        scope_row(composer, block, row, (guint)i + 1);
        if (!picture(composer, block, &cell, error))
            return FALSE;
        if (i % columns == columns - 1 || i + 1 == json_array_size(rows))
            flow->y += height;
    }
    scope_row(composer, block, NULL, 0);
    return TRUE;
}

static gboolean compose_space(Composer *composer, const json_t *block, GError **error G_GNUC_UNUSED)
{
    composer->flow->y += MM(number_of(block, "height", 0));
    return TRUE;
}

static gboolean compose_rule(Composer *composer, const json_t *block G_GNUC_UNUSED,
                             GError **error G_GNUC_UNUSED)
{
    Flow *flow = composer->flow;
    MarkBox line = {flow->left, flow->y + 0.4 * em_of(composer), flow->width, 0};

    flow_stroke(flow, &line, THIN);
    flow->y += 0.8 * em_of(composer);
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
    {"text", compose_text, FALSE},   {"fields", compose_fields, TRUE},
    {"table", compose_table, TRUE},  {"list", compose_list, FALSE},
    {"box", compose_box, TRUE},      {"signatures", compose_signatures, FALSE},
    {"seal", compose_seal, FALSE},   {"qr", compose_qr, FALSE},
    {"stamp", compose_stamp, FALSE}, {"pictures", compose_pictures, FALSE},
    {"space", compose_space, FALSE}, {"rule", compose_rule, FALSE},
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
        composer->flow->y += GRID_GAP_EM * em_of(composer);
    composer->after_grid = kinds[i].grid;
    return kinds[i].compose(composer, block, error);
}
