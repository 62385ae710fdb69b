/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/locate.h"

#include <math.h>
#include <stdlib.h>

#define CELL_W          32 /* half a word */
#define CELL_H          16
#define SAMPLE_ROWS     4 /* every 4th row of a cell */
#define ACROSS_MIN      9 /* changes along x in the sampled rows of a cell of bars; one line makes 8 */
#define DOWN_MIN        24 /* pixels that differ 4 rows further down, in a cell of lying bars */
#define DOMINANCE       3
#define GROUP_CELLS_MIN 6
#define FILL_PART       40 /* per cent of its box a group must fill, leaning codes included */
#define CHANGES_MIN     18 /* along a line through a code */
#define REPEAT_PX       6  /* bars look the same so far above and below */
#define QUIET_PX        40
#define ACROSS_PX_MIN   90 /* no symbol is shorter */

#define FINDER_ROW_STEP 4
#define FINDER_PX_MIN   13 /* modules of two pixels, a little blurred */
#define FINDER_PX_MAX   280
#define FINDERS_MAX     256
#define QR_SIDES_MAX    12 /* two finders of one symbol lie within so many finder widths */
#define TIMING_PART_MIN 60 /* per cent of the changes that a timing pattern should show */
#define TIMING_PART_MAX 150

enum { CELL_NONE, CELL_ACROSS, CELL_DOWN };

typedef struct {
    guint32 columns, rows;
    guint8 *kinds;
} Grid;

/* Coarse bars are judged by the whole word: one line through it makes no more than 8 changes. */
static guint8 kind_of(const guint across[2], const guint down[2], guint half)
{
    guint both = across[0] + across[1];

    if ((across[half] >= ACROSS_MIN && across[half] * 4 > 5 * down[half]) ||
        (across[half] >= ACROSS_MIN / 3 && both >= ACROSS_MIN * 3 / 2 &&
         both * 4 > 5 * (down[0] + down[1])))
        return CELL_ACROSS;
    if (down[half] >= DOWN_MIN && down[half] > 4 * DOMINANCE * across[half])
        return CELL_DOWN;
    return CELL_NONE;
}

/* One band of cells: changes along the row against changes to the row 4 further down. */
BITS_HOT static void classify_band(const Bits *bits, guint32 band, guint8 *kinds)
{
    guint32 y = band * CELL_H;

    for (guint32 i = 0; i < bits->words; i++) {
        guint across[2] = {0, 0};
        guint down[2] = {0, 0};

        for (guint32 k = 0; k < CELL_H; k += CELL_H / SAMPLE_ROWS) {
            guint64 word = bits_word(bits_row(bits, y + k)[i]);
            guint64 below = bits_word(bits_row(bits, MIN(y + k + 4, bits->height_px - 1))[i]);
            guint64 edges = (word ^ word >> 1) & ~(G_GUINT64_CONSTANT(1) << 63);
            guint64 changed = word ^ below;

            across[0] += (guint)__builtin_popcountll(edges >> 32);
            across[1] += (guint)__builtin_popcountll(edges << 32);
            down[0] += (guint)__builtin_popcountll(changed >> 32);
            down[1] += (guint)__builtin_popcountll(changed << 32);
        }
        for (guint half = 0; half < 2; half++)
            kinds[2 * i + half] = kind_of(across, down, half);
    }
}

static Grid classify(const Bits *bits)
{
    Grid grid = {.columns = bits->words * 2, .rows = bits->height_px / CELL_H};

    grid.kinds = g_malloc0((gsize)grid.columns * MAX(grid.rows, 1));
    for (guint32 band = 0; band < grid.rows; band++)
        classify_band(bits, band, grid.kinds + (gsize)band * grid.columns);
    return grid;
}

typedef struct {
    guint32 left, top, right, bottom; /* cells, inclusive */
    guint32 cells;
} Group;

/* Take one connected group out of the grid: 8 neighbours, and along the code over the gaps that its
 * widest bars leave. */
static Group take_group(Grid *grid, guint32 column, guint32 row, GArray *stack)
{
    guint8 kind = grid->kinds[(gsize)row * grid->columns + column];
    Group group = {column, row, column, row, 0};
    int reach_x = kind == CELL_ACROSS ? 4 : 1;
    int reach_y = kind == CELL_DOWN ? 2 : 1;
    guint32 start[2] = {column, row};

    g_array_set_size(stack, 0);
    g_array_append_vals(stack, start, 1);
    grid->kinds[(gsize)row * grid->columns + column] = CELL_NONE;
    while (stack->len > 0) {
        guint64 packed = g_array_index(stack, guint64, stack->len - 1);
        guint32 at[2];

        memcpy(at, &packed, sizeof at);
        g_array_set_size(stack, stack->len - 1);
        group.cells++;
        group.left = MIN(group.left, at[0]);
        group.right = MAX(group.right, at[0]);
        group.top = MIN(group.top, at[1]);
        group.bottom = MAX(group.bottom, at[1]);
        for (int dy = -reach_y; dy <= reach_y; dy++) {
            for (int dx = -reach_x; dx <= reach_x; dx++) {
                guint32 next[2] = {at[0] + (guint32)dx, at[1] + (guint32)dy};

                if (next[0] >= grid->columns || next[1] >= grid->rows ||
                    grid->kinds[(gsize)next[1] * grid->columns + next[0]] != kind)
                    continue;
                grid->kinds[(gsize)next[1] * grid->columns + next[0]] = CELL_NONE;
                g_array_append_vals(stack, next, 1);
            }
        }
    }
    return group;
}

static Located boxed(const Bits *bits, guint32 x0, guint32 y0, guint32 x1, guint32 y1)
{
    Located located = {0};

    x1 = MIN(x1, bits->width_px);
    y1 = MIN(y1, bits->height_px);
    located.x = MIN(x0, x1 - 1);
    located.y = MIN(y0, y1 - 1);
    located.w = x1 - located.x;
    located.h = y1 - located.y;
    return located;
}

static guint32 below(guint32 value, guint32 by)
{
    return value > by ? value - by : 0;
}

/* Changes of colour along a column. */
static guint column_changes(const Bits *bits, guint32 x, guint32 from, guint32 to)
{
    guint n = 0;
    gboolean last = FALSE;

    for (guint32 y = from; y < to; y++) {
        gboolean black = bits_at(bits, x, y);

        n += black != last;
        last = black;
    }
    return n;
}

typedef struct {
    guint differ;  /* pixels that differ when the lower row is slid */
    guint changes; /* of colour along the upper row */
} Likeness;

/* Two rows from word `first` to word `last`, the lower one slid by `shift`; what the shift loses
 * at the ends of a word is left out. */
BITS_HOT static Likeness compare_rows(const guint64 *upper, const guint64 *lower, guint32 n,
                                      int shift)
{
    Likeness likeness = {0};

    for (guint32 i = 0; i < n; i++) {
        guint64 a = bits_word(upper[i]);
        guint64 b = bits_word(lower[i]);
        guint64 differ = shift > 0 ? (a ^ b >> shift) & G_MAXUINT64 >> shift
                                   : (a ^ b << -shift) & G_MAXUINT64 << -shift;

        likeness.differ += (guint)__builtin_popcountll(differ);
        likeness.changes += (guint)__builtin_popcountll((a ^ a >> 1) & G_MAXUINT64 >> 1);
    }
    return likeness;
}

/* Bars repeat from row to row, text does not. */
static gboolean rows_repeat(const Bits *bits, const Group *group)
{
    guint32 middle = (group->top + group->bottom + 1) * CELL_H / 2;
    guint32 first = group->left / 2;
    guint32 n = group->right / 2 - first + 1;
    const guint64 *upper = bits_row(bits, below(middle, REPEAT_PX)) + first;
    const guint64 *lower = bits_row(bits, MIN(middle + REPEAT_PX, bits->height_px - 1)) + first;
    Likeness best = {.differ = G_MAXUINT};

    for (int shift = -2; shift <= 2; shift++) {
        Likeness likeness = compare_rows(upper, lower, n, shift);

        if (likeness.differ < best.differ)
            best = likeness;
    }
    return best.changes >= CHANGES_MIN && best.differ < best.changes + best.changes / 4;
}

static gboolean columns_repeat(const Bits *bits, const Group *group)
{
    guint32 middle = (group->left + group->right + 1) * CELL_W / 2;
    guint32 from = group->top * CELL_H;
    guint32 to = (group->bottom + 1) * CELL_H;
    guint a = column_changes(bits, below(middle, REPEAT_PX), from, to);
    guint b = column_changes(bits, MIN(middle + REPEAT_PX, bits->width_px - 1), from, to);

    return MIN(a, b) >= CHANGES_MIN && MIN(a, b) * 4 >= MAX(a, b) * 3;
}

static gboolean is_code(const Bits *bits, const Group *group, guint8 kind)
{
    guint32 box = (group->right - group->left + 1) * (group->bottom - group->top + 1);

    if (group->cells < GROUP_CELLS_MIN || group->cells * 100 < box * FILL_PART)
        return FALSE;
    return kind == CELL_ACROSS ? rows_repeat(bits, group) : columns_repeat(bits, group);
}

static void add_group(const Bits *bits, const Group *group, guint8 kind, GArray *list)
{
    guint32 w = (group->right - group->left + 1) * CELL_W;
    guint32 h = (group->bottom - group->top + 1) * CELL_H;
    guint32 along = kind == CELL_ACROSS ? w : h;
    guint32 margin_x = kind == CELL_ACROSS ? QUIET_PX : CELL_W;
    guint32 margin_y = kind == CELL_DOWN ? QUIET_PX : CELL_H;
    Located located;

    if (along < ACROSS_PX_MIN || !is_code(bits, group, kind))
        return;
    located =
        boxed(bits, below(group->left * CELL_W, margin_x), below(group->top * CELL_H, margin_y),
              (group->right + 1) * CELL_W + margin_x, (group->bottom + 1) * CELL_H + margin_y);
    located.kind = kind == CELL_ACROSS ? LOCATED_ACROSS : LOCATED_DOWN;
    located.weight = group->cells * (1 + along / 64);
    g_array_append_val(list, located);
}

static void locate_bars(const Bits *bits, GArray *list)
{
    Grid grid = classify(bits);
    g_autoptr(GArray) stack = g_array_new(FALSE, FALSE, sizeof(guint64));

    for (guint32 row = 0; row < grid.rows; row++) {
        for (guint32 column = 0; column < grid.columns; column++) {
            guint8 kind = grid.kinds[(gsize)row * grid.columns + column];
            Group group;

            if (kind == CELL_NONE)
                continue;
            group = take_group(&grid, column, row, stack);
            add_group(bits, &group, kind, list);
        }
    }
    g_free(grid.kinds);
}

typedef struct {
    guint32 x, y; /* middle */
    guint32 size; /* px, 7 modules */
} Finder;

/* Five runs black white black white black in the ratio 1:1:3:1:1, each within half a module. */
static gboolean is_finder(const guint32 *changes)
{
    guint32 total = changes[5] - changes[0];

    if (total < FINDER_PX_MIN || total > FINDER_PX_MAX)
        return FALSE;
    for (guint i = 0; i < 5; i++) {
        guint32 run = (changes[i + 1] - changes[i]) * 14;
        guint32 modules = i == 2 ? 6 : 2; /* in halves */

        if (run < (modules - 1) * total || run > (modules + 1) * total)
            return FALSE;
    }
    return TRUE;
}

/* The length of the run of one colour from (x, y) in steps of `step` rows. */
static guint32 run_down(const Bits *bits, guint32 x, gint64 y, int step, gboolean colour)
{
    guint32 n = 0;

    while (y >= 0 && y < bits->height_px && n <= FINDER_PX_MAX &&
           bits_at(bits, x, (guint32)y) == colour) {
        y += step;
        n++;
    }
    return n;
}

/* The same ratio down the column through the middle; moves y to the middle. */
static gboolean check_column(const Bits *bits, Finder *finder)
{
    guint32 up[3], down[3];
    gint64 y_up = (gint64)finder->y - 1;
    gint64 y_down = finder->y;
    guint32 total = 0;

    for (guint i = 0; i < 3; i++) {
        up[i] = run_down(bits, finder->x, y_up, -1, i != 1);
        down[i] = run_down(bits, finder->x, y_down, 1, i != 1);
        y_up -= up[i];
        y_down += down[i];
        total += up[i] + down[i];
    }
    if (total * 10 < finder->size * 6 || total * 10 > finder->size * 15)
        return FALSE;
    for (guint i = 1; i < 3; i++) {
        if (up[i] * 14 < total || up[i] * 14 > 3 * total || down[i] * 14 < total ||
            down[i] * 14 > 3 * total)
            return FALSE;
    }
    finder->y = (guint32)((gint64)finder->y + (gint64)down[0] / 2 - (gint64)up[0] / 2);
    return (up[0] + down[0]) * 14 > 5 * total && (up[0] + down[0]) * 14 < 7 * total;
}

static void add_finder(GArray *finders, const Finder *finder)
{
    for (guint i = 0; i < finders->len; i++) {
        const Finder *other = &g_array_index(finders, Finder, i);

        if (abs((int)other->x - (int)finder->x) < (int)other->size / 2 &&
            abs((int)other->y - (int)finder->y) < (int)other->size / 2)
            return;
    }
    if (finders->len < FINDERS_MAX)
        g_array_append_val(finders, *finder);
}

static GArray *find_finders(const Bits *bits)
{
    GArray *finders = g_array_new(FALSE, FALSE, sizeof(Finder));
    g_autofree guint32 *changes = g_new(guint32, (gsize)bits->width_px + 8);

    for (guint32 y = 0; y < bits->height_px; y += FINDER_ROW_STEP) {
        guint32 n = bits_changes(bits_row(bits, y), bits->width_px, changes);

        /* even changes lead to black */
        for (guint32 i = 0; i + 5 < n; i += 2) {
            Finder finder;

            if (!is_finder(changes + i))
                continue;
            finder =
                (Finder){(changes[i + 2] + changes[i + 3]) / 2, y, changes[i + 5] - changes[i]};
            if (check_column(bits, &finder))
                add_finder(finders, &finder);
        }
    }
    return finders;
}

/* Finders of one symbol are of one size and stand beside, above or across from each other. */
static gboolean belong_together(const Finder *a, const Finder *b)
{
    guint32 size = MAX(a->size, b->size);
    guint32 dx = (guint32)abs((int)a->x - (int)b->x);
    guint32 dy = (guint32)abs((int)a->y - (int)b->y);
    guint32 longer = MAX(dx, dy);
    guint32 shorter = MIN(dx, dy);

    return MIN(a->size, b->size) * 14 > size * 10 && longer < size * QR_SIDES_MAX &&
           longer * 5 > size * 9 && (shorter * 4 < longer || shorter * 4 > longer * 3);
}

/* On one side of a symbol, not across. */
static gboolean is_beside(const Finder *a, const Finder *b)
{
    guint32 dx = (guint32)abs((int)a->x - (int)b->x);
    guint32 dy = (guint32)abs((int)a->y - (int)b->y);

    return MIN(dx, dy) * 4 < MAX(dx, dy);
}

/* A third to two thirds of a symbol are black, and rows through it change colour often. */
static gboolean is_speckled(const Bits *bits, guint32 x0, guint32 y0, guint32 x1, guint32 y1)
{
    guint32 black = 0;
    guint32 changes = 0;
    guint32 n = 0;

    for (guint k = 1; k < 8; k++) {
        guint32 y = y0 + (y1 - y0) * k / 8;
        guint32 x = x0 + (x1 - x0) * k / 8;

        for (guint32 i = x0; i < x1; i++, n++) {
            black += bits_at(bits, i, y);
            changes += bits_at(bits, i, y) != bits_at(bits, i + 1, y);
        }
        for (guint32 i = y0; i < y1; i++, n++) {
            black += bits_at(bits, x, i);
            changes += bits_at(bits, x, i) != bits_at(bits, x, i + 1);
        }
    }
    return black * 4 > n && black * 4 < 3 * n && changes > 14 * 5;
}

/* Changes of colour along the straight line from `from` to `to` (x, y), in steps of a pixel. */
static guint line_changes(const Bits *bits, const double from[2], const double to[2])
{
    guint steps = (guint)MAX(fabs(to[0] - from[0]), fabs(to[1] - from[1]));
    guint n = 0;
    gboolean last = FALSE;

    for (guint i = 0; i <= steps; i++) {
        double part = (double)i / MAX(steps, 1);
        double x = from[0] + (to[0] - from[0]) * part;
        double y = from[1] + (to[1] - from[1]) * part;
        gboolean black = x >= 0 && y >= 0 && x < bits->width_px && y < bits->height_px &&
                         bits_at(bits, (guint32)x, (guint32)y);

        n += black != last;
        last = black;
    }
    return n;
}

/* Between two finders beside each other every symbol carries a row of modules, black and white in
 * turn, three modules off the line through their middles on the inner side (ISO/IEC 18004, 6.3.5).
 * Letters that look like finders have no such row. */
static gboolean has_timing(const Bits *bits, const Finder *a, const Finder *b)
{
    double length = hypot((double)b->x - a->x, (double)b->y - a->y);
    double module = (a->size + b->size) / 14.0;
    double along[2] = {((double)b->x - a->x) / length, ((double)b->y - a->y) / length};
    double expected = length / module - 7;

    for (int quarter = -14; quarter <= 14; quarter++) {
        double aside = quarter * module / 4;
        double skip = 3.5 * module;
        double from[2] = {a->x + along[0] * skip - along[1] * aside,
                          a->y + along[1] * skip + along[0] * aside};
        double to[2] = {b->x - along[0] * skip - along[1] * aside,
                        b->y - along[1] * skip + along[0] * aside};
        guint changes;

        if (abs(quarter) < 10)
            continue;
        changes = line_changes(bits, from, to);
        if (changes * 100 >= expected * TIMING_PART_MIN &&
            changes * 100 <= expected * TIMING_PART_MAX)
            return TRUE;
    }
    return FALSE;
}

/* Around the finders that belong to the first one; a missing one is allowed for. */
static void add_symbol(const Bits *bits, GArray *finders, guint first, GArray *list)
{
    Finder seed = g_array_index(finders, Finder, first);
    guint32 x0 = seed.x, x1 = seed.x, y0 = seed.y, y1 = seed.y;
    guint n = 1;
    guint beside = 0;
    gboolean timed = FALSE;
    guint32 span, margin;
    Located located;

    for (guint i = first + 1; i < finders->len; i++) {
        Finder *other = &g_array_index(finders, Finder, i);

        if (other->size == 0 || !belong_together(&seed, other))
            continue;
        x0 = MIN(x0, other->x);
        x1 = MAX(x1, other->x);
        y0 = MIN(y0, other->y);
        y1 = MAX(y1, other->y);
        if (is_beside(&seed, other)) {
            beside++;
            timed = timed || has_timing(bits, &seed, other);
        }
        other->size = 0;
        n++;
    }
    if (n < 2 || (beside > 0 && !timed) || !is_speckled(bits, x0, y0, x1, y1))
        return;
    span = MAX(x1 - x0, y1 - y0);
    margin = seed.size + seed.size / 2 + (n == 2 ? span : 0);
    located = boxed(bits, below(x0, margin), below(y0, margin), x1 + margin, y1 + margin);
    located.kind = LOCATED_QR;
    located.module_px = seed.size / 7;
    located.weight = 1000 * n;
    g_array_append_val(list, located);
}

static void locate_qr(const Bits *bits, GArray *list)
{
    g_autoptr(GArray) finders = find_finders(bits);

    for (guint i = 0; i < finders->len; i++) {
        if (g_array_index(finders, Finder, i).size > 0)
            add_symbol(bits, finders, i, list);
    }
}

static gint by_weight(gconstpointer a, gconstpointer b)
{
    guint32 x = ((const Located *)a)->weight;
    guint32 y = ((const Located *)b)->weight;

    return (x < y) - (x > y);
}

GArray *locate_codes(const Bits *bits)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(Located));

    locate_bars(bits, list);
    locate_qr(bits, list);
    g_array_sort(list, by_weight);
    return list;
}
