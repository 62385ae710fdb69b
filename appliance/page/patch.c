/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/patch.h"

#include <stdlib.h>

#define UNITS          10   /* 2 × 2.5 + 2 × 1 bars and 3 × 1 spaces */
#define INCHES_MIN     0.55 /* of 0.8: printed on the wrong paper size, copied down */
#define INCHES_MAX     1.1
#define LENGTH_INCHES  0.6 /* the bars must go on for so long */
#define SAMPLE_PX      32  /* between two scan lines */
#define RUNS           7
#define BLACK_OF_EIGHT 5 /* a scan line is 8 px wide; so many of them black make it black */

static const struct {
    guint8 wide; /* first bar in bit 3 */
    char name;
} names[] = {{0xc, '1'}, {0x9, '2'}, {0xa, '3'}, {0x5, 'T'}, {0x6, '4'}, {0x3, '6'}};

char patch_name(const guint32 runs[RUNS])
{
    guint64 total = 0;
    guint wide = 0;

    for (guint i = 0; i < RUNS; i++)
        total += runs[i];
    for (guint i = 0; i < RUNS; i++) {
        guint64 tenths = total > 0 ? runs[i] * G_GUINT64_CONSTANT(10) * UNITS / total : 0;
        gboolean is_wide = tenths >= 19 && tenths <= 32;

        if (!is_wide && (tenths < 5 || tenths > 15))
            return 0;
        if (is_wide && i % 2 == 1)
            return 0;
        if (i % 2 == 0)
            wide = wide << 1 | is_wide;
    }
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        if (names[i].wide == wide)
            return names[i].name;
    }
    return 0;
}

static char reversed(char name)
{
    static const char pairs[] = "16613TT3";

    for (guint i = 0; i < sizeof pairs - 1; i += 2) {
        if (pairs[i] == name)
            return pairs[i + 1];
    }
    return name;
}

/* One scan line across the page, black or white at each step along it. */
typedef struct {
    gboolean black;
    guint32 began;          /* where the present run began */
    guint32 runs[RUNS + 2]; /* the last ones, oldest first: space, 7 runs, (present) */
    guint n;
} Line;

/* A patch seen by neighbouring scan lines. */
typedef struct {
    char name;           /* read in the direction of the scan */
    guint32 first, last; /* scan lines, px across */
    guint32 from, to;    /* px along the scan */
    guint32 newest;      /* `from` of the scan line that came last: follows the skew */
    guint32 lines;
} Seen;

typedef struct {
    guint32 along, across; /* px of the page in and across the scan */
    guint32 dpi;
    GArray *seen; /* of Seen */
} Search;

static void note(Search *search, char name, guint32 at, guint32 from, guint32 to)
{
    for (guint i = 0; i < search->seen->len; i++) {
        Seen *seen = &g_array_index(search->seen, Seen, i);

        if (seen->name == name && at <= seen->last + 2 * SAMPLE_PX &&
            at + 2 * SAMPLE_PX >= seen->first &&
            ABS((gint64)seen->newest - from) < search->dpi / 8) {
            seen->lines++;
            seen->first = MIN(seen->first, at);
            seen->last = MAX(seen->last, at);
            seen->newest = from;
            seen->from = MIN(seen->from, from);
            seen->to = MAX(seen->to, to);
            return;
        }
    }
    {
        Seen seen = {name, at, at, from, to, from, 1};

        g_array_append_val(search->seen, seen);
    }
}

/* A bar has just ended at `position`: do the last seven runs make a patch? */
static void check(Search *search, const Line *line, guint32 at, guint32 position)
{
    const guint32 *runs = line->runs + 1;
    guint32 total = 0;
    double inches;
    char name;

    if (line->n < RUNS + 1)
        return;
    for (guint i = 0; i < RUNS; i++)
        total += runs[i];
    inches = (double)total / search->dpi;
    if (inches < INCHES_MIN || inches > INCHES_MAX || line->runs[0] < total / (2 * UNITS))
        return;
    name = patch_name(runs);
    if (name != 0)
        note(search, name, at, position - total, position);
}

static void end_run(Search *search, Line *line, guint32 at, guint32 position)
{
    guint32 run = position - line->began;

    if (line->n == RUNS + 1)
        memmove(line->runs, line->runs + 1, RUNS * sizeof line->runs[0]);
    else
        line->n++;
    line->runs[line->n - 1] = run;
    if (line->black)
        check(search, line, at, position);
    line->black = !line->black;
    line->began = position;
}

/* Lying bars: scan lines go down the page, one byte (8 px) wide. */
BITS_HOT static void search_down(const Bits *bits, Search *search)
{
    guint32 step = SAMPLE_PX / 8;
    guint32 n = bits->width_px / 8 / step;
    guint32 rows = search->dpi >= 200 ? 2 : 1;
    g_autofree Line *lines = g_new0(Line, MAX(n, 1));

    for (guint32 y = 0; y < bits->height_px; y += rows) {
        const guint8 *row = (const guint8 *)bits_row(bits, y);

        for (guint32 i = 0; i < n; i++) {
            gboolean black = __builtin_popcount(row[i * step]) >= BLACK_OF_EIGHT;

            if (black != lines[i].black)
                end_run(search, &lines[i], i * SAMPLE_PX, y);
        }
    }
}

/* Upright bars: scan lines go along the rows; runs of a pixel or two are noise. */
static void search_across(const Bits *bits, Search *search)
{
    g_autofree guint64 *row = g_new(guint64, bits->words);
    g_autofree guint32 *changes = g_new(guint32, (gsize)bits->width_px + 8);

    for (guint32 y = 2; y + 2 < bits->height_px; y += SAMPLE_PX) {
        Line line = {0};
        guint32 n;

        for (guint32 i = 0; i < bits->words; i++) {
            guint64 a = bits_row(bits, y - 2)[i];
            guint64 b = bits_row(bits, y)[i];
            guint64 c = bits_row(bits, y + 2)[i];

            row[i] = (a & b) | (b & c) | (a & c);
        }
        n = bits_changes(row, bits->width_px, changes);
        for (guint32 i = 0; i < n; i++) {
            if (i + 1 < n && changes[i + 1] - changes[i] < 3)
                i++;
            else
                end_run(search, &line, y, changes[i]);
        }
    }
}

/* Patches over the same ground under two names are no patch. */
static gboolean is_disputed(const Search *search, guint index)
{
    const Seen *seen = &g_array_index(search->seen, Seen, index);

    for (guint i = 0; i < search->seen->len; i++) {
        const Seen *other = &g_array_index(search->seen, Seen, i);

        if (other->name != seen->name && other->lines * 2 > seen->lines && other->from < seen->to &&
            seen->from < other->to && other->first <= seen->last && seen->first <= other->last)
            return TRUE;
    }
    return FALSE;
}

/* A patch that is not level is begun by several scan lines; its parts touch. */
static gboolean join_parts(Search *search)
{
    for (guint i = 0; i < search->seen->len; i++) {
        Seen *seen = &g_array_index(search->seen, Seen, i);

        for (guint k = i + 1; k < search->seen->len; k++) {
            const Seen *other = &g_array_index(search->seen, Seen, k);

            if (other->name != seen->name || other->from >= seen->to || seen->from >= other->to ||
                other->first > seen->last + 2 * SAMPLE_PX ||
                seen->first > other->last + 2 * SAMPLE_PX)
                continue;
            seen->first = MIN(seen->first, other->first);
            seen->last = MAX(seen->last, other->last);
            seen->from = MIN(seen->from, other->from);
            seen->to = MAX(seen->to, other->to);
            seen->lines += other->lines;
            g_array_remove_index(search->seen, k);
            return TRUE;
        }
    }
    return FALSE;
}

static void report(Search *search, gboolean down, GPtrArray *codes)
{
    while (join_parts(search))
        continue;
    for (guint i = 0; i < search->seen->len; i++) {
        const Seen *seen = &g_array_index(search->seen, Seen, i);
        gboolean far = (guint64)seen->from + seen->to > search->along;
        char text[2] = {far ? reversed(seen->name) : seen->name, '\0'};
        guint32 length = seen->last - seen->first + SAMPLE_PX;
        PageCode *code;

        if (length < LENGTH_INCHES * search->dpi || seen->lines * SAMPLE_PX * 2 < length ||
            is_disputed(search, i))
            continue;
        code = page_code_new("PATCH", text, "bits");
        code->x = down ? seen->first : seen->from;
        code->y = down ? seen->from : seen->first;
        code->w = down ? length : seen->to - seen->from;
        code->h = down ? seen->to - seen->from : length;
        code->lines = seen->lines;
        g_ptr_array_add(codes, code);
    }
}

void patch_read(const Bits *bits, guint32 dpi, GPtrArray *codes)
{
    Search search = {.dpi = dpi != 0 ? dpi : 300};

    search.seen = g_array_new(FALSE, FALSE, sizeof(Seen));
    search.along = bits->height_px;
    search.across = bits->width_px;
    search_down(bits, &search);
    report(&search, TRUE, codes);
    g_array_set_size(search.seen, 0);
    search.along = bits->width_px;
    search.across = bits->height_px;
    search_across(bits, &search);
    report(&search, FALSE, codes);
    g_array_unref(search.seen);
}
