/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/skew.h"

#include <math.h>
#include <stdlib.h>

#define COARSE_ROWS      4 /* rows taken together in the sweep */
#define COARSE_MDEG      250
#define FINE_MDEG        20
#define CONTRAST_SURE    700 /* per mille; clean text lies above */
#define CONTRAST_NONE    250 /* photographs, maps, noise */
#define SCORE_MIN_PER_PX 0.02

/* Black pixels of every word, one run of rows a word column, white rows above and below. */
typedef struct {
    guint32 columns, rows, pad;
    guint32 take; /* rows of the page in one */
    gsize run;    /* entries a column */
    guint16 *counts;
    guint16 *profile; /* scratch, one entry a row */
} Counts;

static double slope(gint mdeg)
{
    return tan(mdeg * G_PI / 180000.0);
}

static Counts counts_new(guint32 columns, guint32 rows, guint32 width_px, guint32 take)
{
    Counts counts = {.columns = columns, .rows = rows, .take = take};

    counts.pad = (guint32)(width_px * slope(SKEW_MDEG_MAX + 2 * COARSE_MDEG) / take / 2) + 2;
    counts.run = rows + 2 * (gsize)counts.pad;
    counts.counts = g_new0(guint16, counts.run * columns);
    counts.profile = g_new(guint16, (gsize)rows + 1);
    return counts;
}

BITS_HOT static void fill_counts(const Bits *bits, Counts *counts)
{
    for (guint32 y = 0; y < counts->rows; y++) {
        const guint64 *row = bits_row(bits, y);
        guint16 *out = counts->counts + counts->pad + y;

        for (guint32 i = 0; i < counts->columns; i++)
            out[i * counts->run] = (guint16)__builtin_popcountll(row[i]);
    }
}

/* Rows taken together by COARSE_ROWS. */
static Counts coarse_counts(const Bits *bits, const Counts *fine)
{
    Counts counts =
        counts_new(fine->columns, fine->rows / COARSE_ROWS, bits->width_px, COARSE_ROWS);

    for (guint32 i = 0; i < fine->columns; i++) {
        const guint16 *in = fine->counts + i * fine->run + fine->pad;
        guint16 *out = counts.counts + i * counts.run + counts.pad;

        for (guint32 y = 0; y < counts.rows; y++)
            out[y] = (guint16)(in[COARSE_ROWS * y] + in[COARSE_ROWS * y + 1] +
                               in[COARSE_ROWS * y + 2] + in[COARSE_ROWS * y + 3]);
    }
    return counts;
}

static void counts_clear(Counts *counts)
{
    g_free(counts->counts);
    g_free(counts->profile);
}

BITS_HOT static void add_run(guint16 *restrict profile, const guint16 *restrict run, guint32 n)
{
    for (guint32 y = 0; y < n; y++)
        profile[y] = (guint16)(profile[y] + run[y]);
}

BITS_HOT static guint64 steepness(const guint16 *profile, guint32 n)
{
    guint64 sum = 0;

    for (guint32 y = 1; y < n; y++) {
        gint32 step = profile[y] - profile[y - 1];

        sum += (guint64)((gint64)step * step);
    }
    return sum;
}

/* How steep the profile is when the page is summed along lines falling by `mdeg`. */
static guint64 score(const Counts *counts, gint mdeg)
{
    double fall = slope(mdeg) * 64 / counts->take;

    memset(counts->profile, 0, counts->rows * sizeof *counts->profile);
    for (guint32 i = 0; i < counts->columns; i++) {
        gint32 shift = (gint32)lround((i + 0.5 - counts->columns / 2.0) * fall);

        add_run(counts->profile, counts->counts + i * counts->run + (gint64)counts->pad + shift,
                counts->rows);
    }
    return steepness(counts->profile, counts->rows);
}

static gint by_size(gconstpointer a, gconstpointer b)
{
    guint64 x = *(const guint64 *)a;
    guint64 y = *(const guint64 *)b;

    return (x > y) - (x < y);
}

/* The best angle of the sweep; the contrast is how far it stands out of the middle one. */
static gint sweep(const Bits *bits, const Counts *counts, guint32 *contrast)
{
    guint64 scores[2 * SKEW_MDEG_MAX / COARSE_MDEG + 1];
    guint64 best = 0;
    guint64 middle;
    guint n = 0;
    gint at = 0;

    for (gint mdeg = -SKEW_MDEG_MAX; mdeg <= SKEW_MDEG_MAX; mdeg += COARSE_MDEG) {
        scores[n] = score(counts, mdeg);
        if (scores[n] > best) {
            best = scores[n];
            at = mdeg;
        }
        n++;
    }
    qsort(scores, n, sizeof scores[0], by_size);
    middle = scores[n / 2];
    *contrast = best > SCORE_MIN_PER_PX * bits->width_px * bits->height_px / COARSE_ROWS
                    ? (guint32)((best - middle) * 1000 / best)
                    : 0;
    return at;
}

/* Where the parabola through three scores has its top, in steps from the middle one. */
static double top_of(double left, double middle, double right)
{
    double bend = left - 2 * middle + right;

    return bend < 0 ? CLAMP((left - right) / (2 * bend), -1, 1) : 0;
}

static double refine(const Counts *counts, gint around)
{
    double best_score;
    gint best = around;
    gint step = COARSE_MDEG / 2;
    double top;

    best_score = (double)score(counts, best);
    for (; step >= FINE_MDEG; step /= 2) {
        for (gint side = -1; side <= 1; side += 2) {
            double at = (double)score(counts, best + side * step);

            if (at > best_score) {
                best_score = at;
                best += side * step;
                break;
            }
        }
    }
    top = top_of((double)score(counts, best - FINE_MDEG), best_score,
                 (double)score(counts, best + FINE_MDEG));
    return best + top * FINE_MDEG;
}

void skew_facts(const Bits *bits, PageFacts *facts)
{
    Counts fine, coarse;
    guint32 contrast;
    gint around;

    if (bits->height_px < 16 * COARSE_ROWS || bits->words < 2)
        return;
    fine = counts_new(bits->words, bits->height_px, bits->width_px, 1);
    fill_counts(bits, &fine);
    coarse = coarse_counts(bits, &fine);
    around = sweep(bits, &coarse, &contrast);
    facts->skew_contrast = contrast;
    if (contrast > CONTRAST_NONE) {
        facts->skew_confidence =
            MIN(1000, (contrast - CONTRAST_NONE) * 1000 / (CONTRAST_SURE - CONTRAST_NONE));
        facts->skew_mdeg = (gint32)-lround(refine(&fine, around));
    }
    counts_clear(&fine);
    counts_clear(&coarse);
}
