/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/pixels.h"

#include <string.h>

Gray *gray_new(guint32 w, guint32 h)
{
    Gray *gray = g_new0(Gray, 1);

    *gray = (Gray){w, h, g_malloc((gsize)w * h)};
    return gray;
}

void gray_free(Gray *gray)
{
    if (gray == NULL)
        return;
    g_free(gray->samples);
    g_free(gray);
}

BITS_HOT void pixels_luma_row(const guint8 *restrict rgb, guint32 width_px, guint8 *restrict out)
{
    for (guint32 x = 0; x < width_px; x++)
        out[x] = (guint8)((rgb[3 * x] * 77u + rgb[3 * x + 1] * 150u + rgb[3 * x + 2] * 29u) >> 8);
}

Gray *pixels_gray(const Pixels *pixels, guint32 x, guint32 y, guint32 w, guint32 h)
{
    Gray *gray = gray_new(w, h);

    for (guint32 j = 0; j < h; j++) {
        const guint8 *row = pixels->rows + (gsize)(y + j) * pixels->stride;
        guint8 *out = gray->samples + (gsize)j * w;

        if (pixels->mode == PAGE_COLOUR)
            pixels_luma_row(row + (gsize)x * 3, w, out);
        else
            memcpy(out, row + x, w);
    }
    return gray;
}

Gray *gray_turned(const Gray *gray)
{
    Gray *out = gray_new(gray->h, gray->w);

    for (guint32 y = 0; y < gray->h; y++) {
        for (guint32 x = 0; x < gray->w; x++)
            out->samples[(gsize)x * gray->h + (gray->h - 1 - y)] =
                gray->samples[(gsize)y * gray->w + x];
    }
    return out;
}

Gray *gray_mean(const Gray *gray)
{
    Gray *out = gray_new(gray->w, gray->h);

    memcpy(out->samples, gray->samples, (gsize)gray->w * gray->h);
    for (guint32 y = 1; y + 1 < gray->h; y++) {
        const guint8 *a = gray->samples + (gsize)(y - 1) * gray->w;
        const guint8 *b = a + gray->w;
        const guint8 *c = b + gray->w;
        guint8 *row = out->samples + (gsize)y * gray->w;

        for (guint32 x = 1; x + 1 < gray->w; x++)
            row[x] = (guint8)((a[x - 1] + a[x] + a[x + 1] + b[x - 1] + b[x] + b[x + 1] + c[x - 1] +
                               c[x] + c[x + 1]) /
                              9);
    }
    return out;
}

Gray *gray_half(const Gray *gray)
{
    Gray *out = gray_new(MAX(gray->w / 2, 1), MAX(gray->h / 2, 1));

    for (guint32 y = 0; y < out->h; y++) {
        const guint8 *a = gray->samples + (gsize)2 * y * gray->w;
        const guint8 *b = 2 * y + 1 < gray->h ? a + gray->w : a;
        guint8 *row = out->samples + (gsize)y * out->w;

        for (guint32 x = 0; x < out->w; x++) {
            guint32 next = MIN(2 * x + 1, gray->w - 1);

            row[x] = (guint8)((a[2 * x] + a[next] + b[2 * x] + b[next] + 2) / 4);
        }
    }
    return out;
}

Gray *gray_double(const Gray *gray)
{
    Gray *out = gray_new(gray->w * 2, gray->h * 2);

    for (guint32 y = 0; y < out->h; y++) {
        const guint8 *a = gray->samples + (gsize)(y / 2) * gray->w;
        const guint8 *b = y % 2 == 1 && y / 2 + 1 < gray->h ? a + gray->w : a;
        guint8 *row = out->samples + (gsize)y * out->w;

        for (guint32 x = 0; x < out->w; x++) {
            guint32 next = x % 2 == 1 && x / 2 + 1 < gray->w ? x / 2 + 1 : x / 2;

            row[x] = (guint8)((a[x / 2] + a[next] + b[x / 2] + b[next] + 2) / 4);
        }
    }
    return out;
}

/* Otsu 1979: the threshold that parts the histogram with the greatest variance between. */
static guint8 otsu(const Gray *gray)
{
    guint64 levels[256] = {0};
    gsize n = (gsize)gray->w * gray->h;
    double sum = 0;
    double sum_below = 0;
    double n_below = 0;
    double best = -1;
    guint8 threshold = 128;

    for (gsize i = 0; i < n; i++)
        levels[gray->samples[i]]++;
    for (guint i = 0; i < 256; i++)
        sum += (double)i * levels[i];
    for (guint i = 0; i < 255; i++) {
        double difference;

        n_below += levels[i];
        sum_below += (double)i * levels[i];
        if (n_below == 0 || n_below == n)
            continue;
        difference = sum_below / n_below - (sum - sum_below) / (n - n_below);
        if (n_below * (n - n_below) * difference * difference > best) {
            best = n_below * (n - n_below) * difference * difference;
            threshold = (guint8)(i + 1);
        }
    }
    return threshold;
}

Gray *gray_binary(const Gray *gray)
{
    Gray *out = gray_new(gray->w, gray->h);
    guint8 threshold = otsu(gray);

    for (gsize i = 0; i < (gsize)gray->w * gray->h; i++)
        out->samples[i] = gray->samples[i] < threshold ? 0 : 255;
    return out;
}
