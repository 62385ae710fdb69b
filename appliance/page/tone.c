/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/tone.h"

#include <stdlib.h>

#define SAMPLE_EVERY_ROWS 8
#define SAMPLE_EVERY_PX   2
#define DARK_SHARE        200 /* the darkest 1/200 of the samples is taken for ink */
#define PAPER_FLOOR       64  /* a scanner's black bed is no paper, however much of it there is */
#define CONTRAST_MIN      56  /* less than this is texture, or the other side shining through */
#define INK_PART          55  /* the threshold lies so many per cent of the way from ink to paper */

void tone_strip(Tone *tone, const guint8 *gray, guint32 width_px, guint32 n, gsize stride)
{
    guint32 now[256] = {0};

    for (guint32 y = 0; y < n; y += SAMPLE_EVERY_ROWS) {
        const guint8 *row = gray + y * stride;

        for (guint32 x = 0; x + 1 < width_px; x += SAMPLE_EVERY_PX) {
            now[row[x]]++;
            tone->edges[abs(row[x + 1] - row[x])]++;
        }
    }
    for (guint i = 0; i < 256; i++) {
        tone->page[i] += now[i];
        tone->recent[i] = tone->recent[i] - tone->recent[i] / 4 + now[i];
    }
}

/* The most frequent level above PAPER_FLOOR, over 5 neighbours. */
static guint8 paper_of(const guint64 *levels)
{
    guint best = 255;
    guint64 most = 0;

    for (guint i = PAPER_FLOOR; i < 256; i++) {
        guint64 sum = 0;

        for (guint k = i - 2; k <= MIN(i + 2, 255); k++)
            sum += levels[k];
        if (sum > most) {
            most = sum;
            best = i;
        }
    }
    return (guint8)best;
}

static guint8 ink_of(const guint64 *levels)
{
    guint64 total = 0;
    guint64 dark = 0;

    for (guint i = 0; i < 256; i++)
        total += levels[i];
    for (guint i = 0; i < 256; i++) {
        dark += levels[i];
        if (dark > total / DARK_SHARE)
            return (guint8)i;
    }
    return 0;
}

guint8 tone_threshold(const Tone *tone)
{
    guint64 levels[256];
    guint8 paper, ink;

    for (guint i = 0; i < 256; i++)
        levels[i] = tone->recent[i];
    paper = paper_of(levels);
    ink = ink_of(levels);
    if (ink + CONTRAST_MIN > paper)
        return paper > CONTRAST_MIN ? (guint8)(paper - CONTRAST_MIN) : 1;
    return (guint8)(ink + (paper - ink) * INK_PART / 100);
}

/* The step that one in 2000 neighbours exceeds: in text of any size that is the edge of a stroke.
 */
static guint32 steep_step(const Tone *tone)
{
    guint64 total = 0;
    guint64 over = 0;

    for (guint i = 0; i < 256; i++)
        total += tone->edges[i];
    for (guint i = 255; i > 0; i--) {
        over += tone->edges[i];
        if (over > total / 2000)
            return i;
    }
    return 0;
}

ToneFacts tone_facts(const Tone *tone)
{
    ToneFacts facts = {.paper = paper_of(tone->page), .ink = ink_of(tone->page)};
    guint32 contrast = facts.paper > facts.ink ? (guint32)(facts.paper - facts.ink) : 0;

    if (contrast < CONTRAST_MIN)
        return facts;
    facts.sharpness = MIN(1000, steep_step(tone) * 1000 / contrast);
    facts.confidence = MIN(1000, contrast * 6);
    return facts;
}
