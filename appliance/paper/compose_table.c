/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/paper/compose.h"

#include <string.h>

#define PADDING_EM     0.3 /* between a cell's text and its line */
#define HEAD_ROOM_EM   6   /* left of a page for a repeated head when a row is judged too tall */
#define LABEL_EM       4.7
#define GRID_NARROW_EM 6.0
#define GRID_EM_MAX    14.0
#define FIRST_WIDE     0x2e80 /* the first letter as wide as it is high */
/* A number that is too wide for its cell is set smaller in steps, down to 0.61 of its size. */
#define NARROW       0.85
#define NARROW_STEPS 3

/* A row of a table on its way onto the page: each cell a text, some lines of which are out. */
typedef struct {
    double x, width;
    PangoLayout *layout;
    int line; /* first one that is not out yet */
} Cell;

typedef struct {
    Cell cells[TEMPLATE_COLUMNS_MAX];
    guint n;
    double least; /* height of an empty row */
} Row;

static void row_clear(Row *row)
{
    for (guint i = 0; i < row->n; i++)
        g_clear_object(&row->cells[i].layout);
    row->n = 0;
}

/* A number or code that its cell would break in the middle: nothing in it is written in Chinese
 * or has a space. */
static gboolean is_number_cut(PangoLayout *layout, const char *text)
{
    if (pango_layout_get_line_count(layout) == 1 || strpbrk(text, " \n") != NULL)
        return FALSE;
    for (const char *c = text; *c != '\0'; c = g_utf8_next_char(c))
        if (g_utf8_get_char(c) >= FIRST_WIDE)
            return FALSE;
    return TRUE;
}

/* A cell to the right of those that are there. */
static void row_add(Composer *composer, Row *row, TypeStyle style, const char *text)
{
    Cell *cell = &row->cells[row->n];
    double padding = PADDING_EM * compose_em(composer);

    cell->x = row->n > 0 ? cell[-1].x + cell[-1].width : composer->flow->left;
    cell->width = style.width_pt;
    cell->line = 0;
    style.width_pt -= 2 * padding;
    cell->layout = flow_layout(composer->flow, &style, text);
    for (int i = 0; i < NARROW_STEPS && is_number_cut(cell->layout, text); i++) {
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
                                 2 * PADDING_EM * compose_em(composer));
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
    double padding = PADDING_EM * compose_em(composer), taken;
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

        flow_frame(composer->flow, &frame, COMPOSE_THIN);
        cell_put(composer, &row->cells[i], height);
    }
    composer->flow->y += height;
}

/* A table's head again; NULL: it has none. */
static void row_repeat(Composer *composer, Row *head)
{
    for (guint i = 0; head != NULL && i < head->n; i++)
        head->cells[i].line = 0;
    if (head != NULL)
        row_slice(composer, head, row_height(composer, head));
}

/* Put out a row: here, on the next page or, taller than a page, over several. Begins a page only by
 * way of `head`, which repeats a table's head. */
static void row_put(Composer *composer, Row *row, Row *head)
{
    Flow *flow = composer->flow;
    double page = flow->bottom - flow->top - HEAD_ROOM_EM * compose_em(composer);
    double height = row_height(composer, row);

    if (height > flow_room(flow) && height <= page) {
        flow_break(flow);
        row_repeat(composer, head);
    }
    while (!row_is_out(row)) {
        double least = row->least + 2 * PADDING_EM * compose_em(composer);

        height = row_height(composer, row);
        if (height > flow_room(flow) && flow_room(flow) < least) {
            flow_break(flow);
            row_repeat(composer, head);
            continue;
        }
        row_slice(composer, row, MIN(height, flow_room(flow)));
    }
}

static double least_row(const Composer *composer)
{
    return 1.7 * compose_em(composer);
}

static TypeStyle cell_style(const Composer *composer, double width, gboolean label)
{
    return (TypeStyle){.size_pt = compose_em(composer),
                       .width_pt = width,
                       .leading_pt = compose_em(composer) * COMPOSE_CELL_LEADING_EM,
                       .align = label ? PANGO_ALIGN_CENTER : PANGO_ALIGN_LEFT,
                       .sans = label};
}

static void fields_row(Composer *composer, const json_t *pairs, double label_width)
{
    Row row = {.least = least_row(composer)};
    size_t n = json_array_size(pairs), n_pairs = n / 2;
    double width = composer->flow->width / (double)n_pairs - label_width;

    for (size_t i = 0; i < n; i++) {
        gboolean label = i % 2 == 0;
        g_autofree char *text =
            value_expand(&composer->scope, json_string_value(json_array_get(pairs, i)));

        row_add(composer, &row, cell_style(composer, label ? label_width : width, label), text);
    }
    row_put(composer, &row, NULL);
    row_clear(&row);
}

gboolean compose_fields(Composer *composer, const json_t *block, GError **error G_GNUC_UNUSED)
{
    double label_width = block_number(block, "label_width", LABEL_EM) * compose_em(composer);
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
        double width = block_number(column, "width", 0) * compose_em(composer);

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
        double width = block_number(column, "width", 0) * compose_em(composer);
        TypeStyle style = cell_style(composer, width > 0 ? width : shared, kind == ROW_HEAD);
        g_autofree char *text =
            compose_expand(composer, column, kind == ROW_HEAD ? "head" : "text");

        if (kind == ROW_VALUES)
            style.align = block_align(column);
        row_add(composer, row, style, kind == ROW_BLANK ? "" : text);
    }
}

static void empty_row(Composer *composer, const json_t *block)
{
    Row row = {.least = least_row(composer)};
    g_autofree char *text = compose_expand(composer, block, "empty");
    TypeStyle style = cell_style(composer, composer->flow->width, FALSE);

    style.align = PANGO_ALIGN_CENTER;
    row_add(composer, &row, style, text);
    row_put(composer, &row, NULL);
    row_clear(&row);
}

static void blank_rows(Composer *composer, const json_t *block, Row *head)
{
    size_t n = (size_t)block_number(block, "blank_rows", 0);

    for (size_t i = json_array_size(compose_rows(composer, block)); i < n; i++) {
        Row row = {0};

        table_row(composer, json_object_get(block, "columns"), ROW_BLANK, &row);
        row_put(composer, &row, head);
        row_clear(&row);
    }
}

gboolean compose_table(Composer *composer, const json_t *block, GError **error G_GNUC_UNUSED)
{
    const json_t *columns = json_object_get(block, "columns");
    const json_t *rows = compose_rows(composer, block);
    Row head = {0};
    const json_t *values;
    size_t i;

    table_row(composer, columns, ROW_HEAD, &head);
    flow_need(composer->flow, row_height(composer, &head) + 2 * least_row(composer));
    row_slice(composer, &head, row_height(composer, &head));
    json_array_foreach(rows, i, values)
    {
        Row row = {0};

        compose_scope(composer, block, values, (guint)i + 1);
        table_row(composer, columns, ROW_VALUES, &row);
        row_put(composer, &row, &head);
        row_clear(&row);
    }
    compose_scope(composer, block, NULL, 0);
    if (json_array_size(rows) == 0 && json_text(block, "empty") != NULL)
        empty_row(composer, block);
    blank_rows(composer, block, &head);
    row_clear(&head);
    return TRUE;
}

/* About how wide a text is, in em. */
static double text_em(const char *text)
{
    double width = 0;

    for (const char *c = text; *c != '\0'; c = g_utf8_next_char(c))
        width += g_utf8_get_char(c) >= FIRST_WIDE ? 1 : 0.6;
    return width;
}

/* What a column of a grid asks for: its longest text, up to GRID_EM_MAX, in em. */
static double grid_width(const json_t *heads, const json_t *rows, size_t column)
{
    double width = text_em(json_string_value(json_array_get(heads, column)));
    const json_t *row;
    size_t i;

    json_array_foreach(rows, i, row)
    {
        const char *text = json_string_value(json_array_get(row, column));

        width = MAX(width, MIN(text_em(text != NULL ? text : ""), GRID_EM_MAX));
    }
    return width + 2 * PADDING_EM + 0.2;
}

/* Narrow columns get what they ask for, the others share the rest as they ask. */
static void grid_widths(const Composer *composer, const json_t *heads, const json_t *rows,
                        double *widths)
{
    size_t n = json_array_size(heads);
    double em = compose_em(composer), room = composer->flow->width / em, narrow = 0, wide = 0;

    for (size_t column = 0; column < n; column++) {
        widths[column] = grid_width(heads, rows, column);
        *(widths[column] <= GRID_NARROW_EM ? &narrow : &wide) += widths[column];
    }
    for (size_t column = 0; column < n; column++) {
        gboolean kept = widths[column] <= GRID_NARROW_EM && wide > 0 && narrow < room;

        widths[column] *= em * (kept                        ? 1
                                : wide > 0 && narrow < room ? (room - narrow) / wide
                                                            : room / (narrow + wide));
    }
}

static void grid_row(Composer *composer, const json_t *cells, const double *widths, Row *row)
{
    gboolean head = row->n > 0;
    const json_t *cell;
    size_t i;

    row->n = 0;
    row->least = least_row(composer);
    json_array_foreach(cells, i, cell)
        row_add(composer, row, cell_style(composer, widths[i], head), json_string_value(cell));
}

/* A table whose columns are values too: ledgers. */
gboolean compose_grid(Composer *composer, const json_t *block, GError **error)
{
    const json_t *heads = json_object_get(composer->scope.values, json_text(block, "heads"));
    const json_t *rows = compose_rows(composer, block);
    double widths[TEMPLATE_COLUMNS_MAX] = {0};
    Row head = {.n = 1}; /* marks it as the head */
    const json_t *cells;
    size_t i;

    if (json_array_size(heads) == 0 || json_array_size(heads) > TEMPLATE_COLUMNS_MAX)
        return error_set(error, ERROR_INVALID, "%s: not 1 to %d columns", json_text(block, "heads"),
                         TEMPLATE_COLUMNS_MAX);
    grid_widths(composer, heads, rows, widths);
    grid_row(composer, heads, widths, &head);
    row_slice(composer, &head, row_height(composer, &head));
    json_array_foreach(rows, i, cells)
    {
        Row row = {0};

        if (json_array_size(cells) != json_array_size(heads))
            return error_set(error, ERROR_INVALID, "%s[%zu]: not as many cells as columns",
                             json_text(block, "of"), i);
        grid_row(composer, cells, widths, &row);
        row_put(composer, &row, &head);
        row_clear(&row);
    }
    row_clear(&head);
    return TRUE;
}
