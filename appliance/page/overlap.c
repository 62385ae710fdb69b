/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/overlap.h"

#define MM_PER_INCH 25.4
#define DPI_USUAL   300u
#define BORDER_MM   3.0  /* of paper between the last ink of a page and its edge */
#define ENDS_MM     10.0 /* top and bottom edges of the sheet itself are not looked at */
#define INKED_PART  10   /* per cent of rows with ink in a border: it is no clear one */
#define THICK_MM    1.2  /* a shadow is thinner */
#define LEAN_PART   5    /* per cent of the width that the line may fall */
#define PROBES      96
#define PROBES_PART 90    /* per cent of them that must be black */
#define NEAR_PX     3     /* rows above and below in which a probe finds the line */
#define LONG_MM     305.0 /* longer than A4 by more than the feeder's play */
#define SURE        900
#define LIKELY      600
#define CANDIDATES  64

/* Middle rows of the short dark stretches of one border; `n` = 0 too where it is inked all over. */
typedef struct {
    guint32 rows[CANDIDATES];
    guint n;
} Border;

static guint32 px_of(double mm, guint32 dpi)
{
    return (guint32)(mm / MM_PER_INCH * dpi + 0.5);
}

/* Whether the line crosses the strip of columns in this row: black in most of it. */
static gboolean crosses(const Bits *bits, guint32 x, guint32 width, guint32 y)
{
    guint32 black = 0;

    for (guint32 i = 0; i < width; i += 2)
        black += bits_at(bits, x + i, y);
    return black * 4 >= width;
}

static Border border_of(const Bits *bits, guint32 x, guint32 dpi)
{
    guint32 width = px_of(BORDER_MM, dpi), ends = px_of(ENDS_MM, dpi);
    guint32 inked = 0, began = 0;
    gboolean inside = FALSE;
    Border border = {.n = 0};

    for (guint32 y = ends; y + ends <= bits->height_px; y++) {
        gboolean dark = y + ends < bits->height_px && crosses(bits, x, width, y);

        inked += dark;
        if (dark && !inside)
            began = y;
        if (!dark && inside && y - began <= px_of(THICK_MM, dpi) && border.n < CANDIDATES)
            border.rows[border.n++] = (began + y) / 2;
        inside = dark;
    }
    if (inked * 100 > bits->height_px * INKED_PART)
        border.n = 0;
    return border;
}

static gboolean is_black_near(const Bits *bits, guint32 x, gint64 y)
{
    for (gint64 row = MAX(0, y - NEAR_PX); row <= y + NEAR_PX && row < bits->height_px; row++)
        if (bits_at(bits, x, (guint32)row))
            return TRUE;
    return FALSE;
}

/* Per cent of the straight line between two rows of the borders that is black. */
static guint black_part(const Bits *bits, guint32 left_y, guint32 right_y)
{
    guint black = 0;

    for (guint i = 0; i < PROBES; i++) {
        guint32 x = (guint32)((guint64)bits->width_px * (2 * i + 1) / (2 * PROBES));
        gint64 y = left_y + ((gint64)right_y - left_y) * (2 * i + 1) / (2 * PROBES);

        black += is_black_near(bits, x, y);
    }
    return black * 100 / PROBES;
}

static void judge_pair(const Bits *bits, guint32 left_y, guint32 right_y, PageFacts *facts)
{
    guint32 fall = left_y > right_y ? left_y - right_y : right_y - left_y;

    if (facts->overlap || fall * 100 > bits->width_px * LEAN_PART ||
        black_part(bits, left_y, right_y) < PROBES_PART)
        return;
    facts->overlap = 1;
    facts->overlap_at_px = (left_y + right_y) / 2;
    facts->overlap_confidence = facts->height_mm > LONG_MM ? SURE : LIKELY;
}

void overlap_facts(const Bits *bits, guint32 dpi, PageFacts *facts)
{
    Border left, right;

    dpi = CLAMP(dpi, 100u, 1200u) == dpi ? dpi : DPI_USUAL;
    facts->overlap_confidence = SURE;
    if (bits->width_px < 4 * px_of(BORDER_MM, dpi) || bits->height_px < 4 * px_of(ENDS_MM, dpi))
        return;
    left = border_of(bits, 0, dpi);
    if (left.n == 0)
        return;
    right = border_of(bits, bits->width_px - px_of(BORDER_MM, dpi), dpi);
    for (guint i = 0; i < left.n; i++)
        for (guint k = 0; k < right.n; k++)
            judge_pair(bits, left.rows[i], right.rows[k], facts);
}
