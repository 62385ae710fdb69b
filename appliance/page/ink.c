/* SPDX-License-Identifier: Apache-2.0
 *
 * What is not writing: specks (small, alone), streaks (columns that are black down the page),
 * the scanner's bed (dense, from the border inwards), a staple (few strokes in a corner).
 */
#include "appliance/page/ink.h"

#define CELL_PX        64  /* a cell is one word wide and as many rows high */
#define CELL_INK_PX    40  /* at 300 dpi; more than one speck */
#define GROUP_INK_PX   220 /* a group of cells with less is dust; one printed digit has more */
#define BORDER_MM      5.0 /* shadows and punched holes at the rim are not looked at */
#define STREAK_SAMPLES 128
#define STREAK_PX_MAX  8
#define STREAK_PART    25 /* per cent of the page's height */
#define BED_PART       30 /* per cent of a cell that is black */
#define BED_CELLS_PART 20 /* per cent of the page; more than that is a picture, not the bed */
#define BED_DEPTH      3  /* cells: the thin end of a wedge lies so close to the border */
#define CORNER_MM      32.0
#define STAPLE_CHANGES 4 /* most changes of colour in a row of a staple */
#define STAPLE_CELLS   8
#define EDGE_STROKES   6 /* so many strokes run into an edge that cuts writing */
#define MM_PER_INCH    25.4
#define DPI_USUAL      300u

typedef struct {
    guint32 columns, rows;
    guint32 *ink;  /* black pixels a cell */
    guint8 *taken; /* seen by a search */
} Cells;

typedef struct {
    guint32 left, right, top, bottom; /* cells, inclusive */
    guint32 cells;
    guint64 ink;
} Blot;

/* How often each column is black in a sample of rows. */
static guint16 *column_counts(const Bits *bits, guint32 *samples)
{
    guint32 step = MAX(1, bits->height_px / STREAK_SAMPLES);
    guint16 *counts = g_new0(guint16, (gsize)bits->words * 64 + 1);

    *samples = (bits->height_px + step - 1) / step;
    for (guint32 y = 0; y < bits->height_px; y += step) {
        for (guint32 i = 0; i < bits->words; i++) {
            for (guint64 word = bits_word(bits_row(bits, y)[i]); word != 0; word &= word - 1)
                counts[i * 64 + 63 - (guint)__builtin_ctzll(word)]++;
        }
    }
    return counts;
}

static void mask_columns(guint64 *mask, guint32 first, guint32 end)
{
    for (guint32 x = first; x < end; x++)
        ((guint8 *)mask)[x / 8] &= (guint8) ~(0x80 >> x % 8);
}

/* Narrow runs of columns that are black down much of the page, and their neighbours, as zeros. */
static guint64 *streak_mask(const Bits *bits)
{
    guint32 samples;
    g_autofree guint16 *counts = column_counts(bits, &samples);
    guint64 *mask = g_new(guint64, bits->words);
    guint32 width = bits->words * 64;
    guint32 began = 0;
    gboolean inside = FALSE;

    memset(mask, 0xff, bits->words * sizeof *mask);
    for (guint32 x = 0; x <= width; x++) {
        gboolean black = counts[x] * 100u >= samples * STREAK_PART;

        if (black && !inside)
            began = x;
        if (!black && inside && x - began <= STREAK_PX_MAX)
            mask_columns(mask, MAX(began, 1) - 1, MIN(x + 1, width));
        inside = black;
    }
    return mask;
}

BITS_HOT static void count_cells(const Bits *bits, const guint64 *mask, Cells *cells)
{
    for (guint32 y = 0; y < bits->height_px; y++) {
        const guint64 *row = bits_row(bits, y);
        guint32 *ink = cells->ink + (gsize)(y / CELL_PX) * cells->columns;

        for (guint32 i = 0; i < cells->columns; i++)
            ink[i] += (guint32)__builtin_popcountll(row[i] & mask[i]);
    }
}

static Cells cells_of(const Bits *bits)
{
    g_autofree guint64 *mask = streak_mask(bits);
    Cells cells = {.columns = bits->words, .rows = (bits->height_px + CELL_PX - 1) / CELL_PX};

    cells.ink = g_new0(guint32, (gsize)cells.columns * cells.rows);
    cells.taken = g_new0(guint8, (gsize)cells.columns * cells.rows);
    count_cells(bits, mask, &cells);
    return cells;
}

static void cells_clear(Cells *cells)
{
    g_free(cells->ink);
    g_free(cells->taken);
}

/* Take all cells of at least `ink_min` that hang together with this one. */
static Blot take_blot(Cells *cells, guint32 column, guint32 row, guint32 ink_min, GArray *stack)
{
    Blot blot = {column, column, row, row, 0, 0};
    guint32 at = row * cells->columns + column;

    cells->taken[at] = 1;
    g_array_set_size(stack, 0);
    g_array_append_val(stack, at);
    while (stack->len > 0) {
        guint32 x, y;

        at = g_array_index(stack, guint32, stack->len - 1);
        g_array_set_size(stack, stack->len - 1);
        x = at % cells->columns;
        y = at / cells->columns;
        blot.cells++;
        blot.ink += cells->ink[at];
        blot.left = MIN(blot.left, x);
        blot.right = MAX(blot.right, x);
        blot.top = MIN(blot.top, y);
        blot.bottom = MAX(blot.bottom, y);
        for (guint k = 0; k < 9; k++) {
            guint32 nx = x + k % 3 - 1;
            guint32 ny = y + k / 3 - 1;
            guint32 next = ny * cells->columns + nx;

            if (nx >= cells->columns || ny >= cells->rows || cells->taken[next] ||
                cells->ink[next] < ink_min)
                continue;
            cells->taken[next] = 1;
            g_array_append_val(stack, next);
        }
    }
    return blot;
}

static gboolean on_border(const Cells *cells, guint32 x, guint32 y)
{
    return x == 0 || y == 0 || x + 1 >= cells->columns || y + 1 >= cells->rows;
}

static void wipe_around(Cells *cells, guint32 at)
{
    guint32 x = at % cells->columns;
    guint32 y = at / cells->columns;

    for (guint k = 0; k < 9; k++) {
        guint32 nx = x + k % 3 - 1;
        guint32 ny = y + k / 3 - 1;

        if (nx < cells->columns && ny < cells->rows)
            cells->ink[ny * cells->columns + nx] = 0;
    }
}

static gboolean near_border(const Cells *cells, guint32 at)
{
    guint32 x = at % cells->columns;
    guint32 y = at / cells->columns;

    return x < BED_DEPTH || y < BED_DEPTH || x + BED_DEPTH >= cells->columns ||
           y + BED_DEPTH >= cells->rows;
}

static gboolean touches_taken(const Cells *cells, guint32 at)
{
    for (guint k = 0; k < 9; k++) {
        guint32 x = at % cells->columns + k % 3 - 1;
        guint32 y = at / cells->columns + k / 3 - 1;

        if (x < cells->columns && y < cells->rows && cells->taken[y * cells->columns + x])
            return TRUE;
    }
    return FALSE;
}

/* A crooked sheet leaves a wedge of bed: follow it along the border to its thin end. */
static void follow_wedges(Cells *cells, guint32 ink_min)
{
    gboolean grown = TRUE;

    while (grown) {
        grown = FALSE;
        for (guint32 at = 0; at < cells->columns * cells->rows; at++) {
            if (cells->taken[at] || cells->ink[at] < ink_min || !near_border(cells, at) ||
                !touches_taken(cells, at))
                continue;
            cells->taken[at] = 1;
            grown = TRUE;
        }
    }
}

/* The scanner's bed around a small or crooked sheet: dense cells from the border inwards, with
 * their neighbours. */
static void wipe_bed(Cells *cells, guint32 ink_min, GArray *stack)
{
    guint32 n = cells->columns * cells->rows;
    guint32 dense = CELL_PX * CELL_PX * BED_PART / 100;
    g_autoptr(GArray) bed = g_array_new(FALSE, FALSE, sizeof(guint32));

    for (guint32 at = 0; at < n; at++) {
        guint32 x = at % cells->columns;
        guint32 y = at / cells->columns;

        if (on_border(cells, x, y) && !cells->taken[at] && cells->ink[at] >= dense)
            (void)take_blot(cells, x, y, dense, stack);
    }
    follow_wedges(cells, ink_min);
    for (guint32 at = 0; at < n; at++) {
        if (cells->taken[at])
            g_array_append_val(bed, at);
        cells->taken[at] = 0;
    }
    if (bed->len * 100 > n * BED_CELLS_PART)
        return;
    for (guint i = 0; i < bed->len; i++)
        wipe_around(cells, g_array_index(bed, guint32, i));
}

static void wipe_borders(Cells *cells, guint32 dpi)
{
    guint32 border = (guint32)(BORDER_MM / MM_PER_INCH * dpi + CELL_PX / 2) / CELL_PX;

    for (guint32 at = 0; at < cells->columns * cells->rows; at++) {
        guint32 x = at % cells->columns;
        guint32 y = at / cells->columns;

        if (cells->columns > 4 * border && (x < border || x + border >= cells->columns))
            cells->ink[at] = 0;
        if (cells->rows > 4 * border && (y < border || y + border >= cells->rows))
            cells->ink[at] = 0;
    }
}

/* Most changes of colour in a row of the blot's box. */
static guint busiest_row(const Bits *bits, const Blot *blot)
{
    guint32 end = MIN((blot->bottom + 1) * CELL_PX, bits->height_px);
    guint most = 0;

    for (guint32 y = blot->top * CELL_PX; y < end; y++) {
        guint n = 0;

        for (guint32 i = blot->left; i <= blot->right; i++) {
            guint64 word = bits_word(bits_row(bits, y)[i]);

            n += (guint)__builtin_popcountll(word ^ word >> 1);
        }
        most = MAX(most, n);
    }
    return most;
}

static gboolean is_staple(const Bits *bits, const Cells *cells, const Blot *blot, guint32 dpi)
{
    guint32 corner = (guint32)(CORNER_MM / MM_PER_INCH * dpi) / CELL_PX;
    gboolean at_side = blot->right < corner || blot->left + corner >= cells->columns;
    gboolean at_end = blot->bottom < corner || blot->top + corner >= cells->rows;

    return at_side && at_end && blot->cells <= STAPLE_CELLS &&
           busiest_row(bits, blot) <= STAPLE_CHANGES;
}

static guint32 cell_ink_min(guint32 dpi)
{
    return MAX(8, CELL_INK_PX * dpi / DPI_USUAL * dpi / DPI_USUAL);
}

/* Fills in ink_*; returns the ink of the largest blot that was not counted as writing. */
static guint64 weigh(const Bits *bits, Cells *cells, guint32 dpi, GArray *stack, PageFacts *facts)
{
    guint32 cell_min = cell_ink_min(dpi);
    guint32 group_min = MAX(30, GROUP_INK_PX * dpi / DPI_USUAL * dpi / DPI_USUAL);
    guint64 ink = 0;
    guint64 doubt = 0;

    for (guint32 at = 0; at < cells->columns * cells->rows; at++) {
        Blot blot;

        ink += cells->ink[at];
        if (cells->taken[at] || cells->ink[at] < cell_min)
            continue;
        blot = take_blot(cells, at % cells->columns, at / cells->columns, cell_min, stack);
        if (blot.ink >= group_min && !is_staple(bits, cells, &blot, dpi))
            facts->ink_cells += blot.cells;
        else
            doubt = MAX(doubt, blot.ink * 1000 / group_min);
    }
    facts->ink_ppm = (guint32)(ink * 1000000 / ((guint64)bits->width_px * bits->height_px));
    return doubt;
}

/* Strokes that cross a line along an edge, taken on three lines so that specks do not count. */
static guint32 strokes_across(const Bits *bits, PageEdge edge)
{
    guint32 least = G_MAXUINT32;

    for (guint32 offset = 6; offset <= 14; offset += 4) {
        gboolean level = edge == PAGE_EDGE_TOP || edge == PAGE_EDGE_BOTTOM;
        guint32 length = level ? bits->width_px : bits->height_px;
        guint32 at = edge == PAGE_EDGE_TOP || edge == PAGE_EDGE_LEFT
                         ? offset
                         : (level ? bits->height_px : bits->width_px) - 1 - offset;
        gboolean last = FALSE;
        guint32 changes = 0;

        for (guint32 i = 0; i < length; i++) {
            gboolean black = level ? bits_at(bits, i, at) : bits_at(bits, at, i);

            changes += black != last;
            last = black;
        }
        least = MIN(least, changes / 2);
    }
    return least;
}

static void edge_facts(const Bits *bits, PageFacts *facts)
{
    static const PageEdge edges[] = {PAGE_EDGE_TOP, PAGE_EDGE_RIGHT, PAGE_EDGE_BOTTOM,
                                     PAGE_EDGE_LEFT};

    if (bits->width_px < 64 || bits->height_px < 64)
        return;
    for (guint i = 0; i < G_N_ELEMENTS(edges); i++) {
        facts->cut_strokes[i] = strokes_across(bits, edges[i]);
        if (facts->cut_strokes[i] >= EDGE_STROKES)
            facts->cut_edges |= edges[i];
        facts->cut_confidence = MAX(facts->cut_confidence,
                                    MIN(1000, facts->cut_strokes[i] * 1000 / (4 * EDGE_STROKES)));
    }
    if (facts->cut_edges == 0)
        facts->cut_confidence = 1000 - facts->cut_confidence;
}

/* The ink that was left as writing, on a grid of a fixed size; the darkest place is 255. */
static void map_ink(const Cells *cells, PageFacts *facts)
{
    guint32 sums[PAGE_MAP_ROWS * PAGE_MAP_COLUMNS] = {0};
    guint32 most = 1;

    for (guint32 at = 0; at < cells->columns * cells->rows; at++) {
        guint32 x = at % cells->columns * PAGE_MAP_COLUMNS / cells->columns;
        guint32 y = at / cells->columns * PAGE_MAP_ROWS / cells->rows;

        sums[y * PAGE_MAP_COLUMNS + x] += cells->ink[at];
        most = MAX(most, sums[y * PAGE_MAP_COLUMNS + x]);
    }
    for (guint i = 0; i < G_N_ELEMENTS(sums); i++)
        facts->map[i] = (guint8)((guint64)sums[i] * 255 / most);
}

void ink_facts(const Bits *bits, guint32 dpi, PageFacts *facts)
{
    g_autoptr(GArray) stack = g_array_new(FALSE, FALSE, sizeof(guint32));
    Cells cells = cells_of(bits);
    guint64 doubt;

    dpi = CLAMP(dpi, 100u, 1200u) == dpi ? dpi : DPI_USUAL;
    wipe_bed(&cells, cell_ink_min(dpi), stack);
    wipe_borders(&cells, dpi);
    doubt = weigh(bits, &cells, dpi, stack, facts);
    map_ink(&cells, facts);
    facts->blank = facts->ink_cells == 0;
    facts->blank_confidence = facts->blank ? (guint32)(1000 - MIN(doubt / 2, 700))
                                           : MIN(1000, 500 + facts->ink_cells * 50);
    cells_clear(&cells);
    edge_facts(bits, facts);
}
