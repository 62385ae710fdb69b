/* SPDX-License-Identifier: Apache-2.0
 *
 * How light the paper and how dark the ink is, from a sample of rows, and the threshold between
 * them. The histogram forgets as the page goes by, so that a shadow across it is followed.
 */
#pragma once

#include <glib.h>

typedef struct {
    guint32 recent[256]; /* what the threshold is taken from */
    guint64 page[256];   /* what the facts are taken from */
    guint32 edges[256];  /* steps between neighbours, of the whole page */
} Tone;

/* Take in `n` rows of 8-bit gray (a strip). */
void tone_strip(Tone *tone, const guint8 *gray, guint32 width_px, guint32 n, gsize stride);

/* Black is below this; chosen so that noise, paper and what shines through stay white. */
guint8 tone_threshold(const Tone *tone);

/* Of the whole page: where paper and ink lie (0 = black), and the steepest steps against the
 * distance between them, per mille. */
typedef struct {
    guint8 paper, ink;
    guint32 sharpness;
    guint32 confidence; /* of sharpness: how much ink there is to judge it by */
} ToneFacts;
ToneFacts tone_facts(const Tone *tone);
