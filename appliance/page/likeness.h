/* SPDX-License-Identifier: Apache-2.0
 *
 * How alike two captures of a side are: a small gray picture of each, compared by normalised
 * cross-correlation over small shifts, either way up. Two captures of one sheet come out near 1,
 * different sheets of running text below 0.6.
 */
#pragma once

#include <glib.h>

#define LIKENESS_WIDTH_PX  40u
#define LIKENESS_HEIGHT_PX 56u
#define LIKENESS_SAMPLES   (LIKENESS_WIDTH_PX * LIKENESS_HEIGHT_PX)
#define LIKENESS_SAME      0.7 /* from here on it is taken for the same side */

typedef struct {
    float samples[LIKENESS_SAMPLES]; /* mean 0, length 1; all 0 where it is blank */
    float spread;                    /* standard deviation in gray levels: how much is on it */
    gboolean blank;
} Likeness;

/* From LIKENESS_SAMPLES gray samples, row by row. */
void likeness_take(const guint8 *gray, Likeness *likeness);

/* -1 … 1; two blanks are 1, a blank and a page 0. */
double likeness_of(const Likeness *a, const Likeness *b);
