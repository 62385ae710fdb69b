/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/likeness.h"

#include <math.h>

#define SHIFT_PX     2   /* of the small picture: 10 mm of an A4 */
#define BLANK_SPREAD 0.5 /* standard deviation in gray levels that is still paper alone */

void likeness_take(const guint8 *gray, Likeness *likeness)
{
    double sum = 0, squares = 0, mean, spread;

    for (guint i = 0; i < LIKENESS_SAMPLES; i++)
        sum += gray[i];
    mean = sum / LIKENESS_SAMPLES;
    for (guint i = 0; i < LIKENESS_SAMPLES; i++)
        squares += (gray[i] - mean) * (gray[i] - mean);
    spread = sqrt(squares / LIKENESS_SAMPLES);
    likeness->spread = (float)spread;
    likeness->blank = spread < BLANK_SPREAD;
    for (guint i = 0; i < LIKENESS_SAMPLES; i++)
        likeness->samples[i] = likeness->blank ? 0 : (float)((gray[i] - mean) / sqrt(squares));
}

/* The product where `b` lies shifted by (dx, dy); turned: upside down. */
static double product(const Likeness *a, const Likeness *b, int dx, int dy, gboolean turned)
{
    const int w = (int)LIKENESS_WIDTH_PX, h = (int)LIKENESS_HEIGHT_PX;
    double sum = 0;

    for (int y = MAX(0, -dy); y < MIN(h, h - dy); y++)
        for (int x = MAX(0, -dx); x < MIN(w, w - dx); x++) {
            int at = (y + dy) * w + x + dx;

            sum += a->samples[y * w + x] * b->samples[turned ? (int)LIKENESS_SAMPLES - 1 - at : at];
        }
    return sum;
}

double likeness_of(const Likeness *a, const Likeness *b)
{
    double best = -1;

    if (a->blank || b->blank)
        return a->blank && b->blank ? 1 : 0;
    for (int turned = 0; turned <= 1; turned++)
        for (int dy = -SHIFT_PX; dy <= SHIFT_PX; dy++)
            for (int dx = -SHIFT_PX; dx <= SHIFT_PX; dx++)
                best = MAX(best, product(a, b, dx, dy, turned != 0));
    return best;
}
