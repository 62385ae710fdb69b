/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/pixels.h"

#include <string.h>

#ifdef __x86_64__
#include <tmmintrin.h>
#endif

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

/* BT.601 with weights of 128th parts, so that products of 8 bits fit the pairwise multiply. */
enum { RED_PART = 38, GREEN_PART = 75, BLUE_PART = 15 };

#ifdef __x86_64__
/* 16 pixels at a time: part the colours, weigh, add. Returns the pixels done. */
__attribute__((target("ssse3"))) static guint32 luma_blocks(const guint8 *rgb, guint32 width_px,
                                                            guint8 *out)
{
    const char no = -1;
    const __m128i red[] = {
        _mm_setr_epi8(0, 3, 6, 9, 12, 15, no, no, no, no, no, no, no, no, no, no),
        _mm_setr_epi8(no, no, no, no, no, no, 2, 5, 8, 11, 14, no, no, no, no, no),
        _mm_setr_epi8(no, no, no, no, no, no, no, no, no, no, no, 1, 4, 7, 10, 13)};
    const __m128i green[] = {
        _mm_setr_epi8(1, 4, 7, 10, 13, no, no, no, no, no, no, no, no, no, no, no),
        _mm_setr_epi8(no, no, no, no, no, 0, 3, 6, 9, 12, 15, no, no, no, no, no),
        _mm_setr_epi8(no, no, no, no, no, no, no, no, no, no, no, 2, 5, 8, 11, 14)};
    const __m128i blue[] = {
        _mm_setr_epi8(2, 5, 8, 11, 14, no, no, no, no, no, no, no, no, no, no, no),
        _mm_setr_epi8(no, no, no, no, no, 1, 4, 7, 10, 13, no, no, no, no, no, no),
        _mm_setr_epi8(no, no, no, no, no, no, no, no, no, no, 0, 3, 6, 9, 12, 15)};
    const __m128i red_green = _mm_set1_epi16(GREEN_PART << 8 | RED_PART);
    const __m128i blue_alone = _mm_set1_epi16(BLUE_PART);
    const __m128i zero = _mm_setzero_si128();
    guint32 x = 0;

    for (; x + 16 <= width_px; x += 16) {
        __m128i parts[3] = {zero, zero, zero};
        __m128i low, high;

        for (guint i = 0; i < 3; i++) {
            __m128i in = _mm_loadu_si128((const __m128i *)(rgb + 3 * (gsize)x + 16 * i));

            parts[0] = _mm_or_si128(parts[0], _mm_shuffle_epi8(in, red[i]));
            parts[1] = _mm_or_si128(parts[1], _mm_shuffle_epi8(in, green[i]));
            parts[2] = _mm_or_si128(parts[2], _mm_shuffle_epi8(in, blue[i]));
        }
        low = _mm_add_epi16(_mm_maddubs_epi16(_mm_unpacklo_epi8(parts[0], parts[1]), red_green),
                            _mm_maddubs_epi16(_mm_unpacklo_epi8(parts[2], zero), blue_alone));
        high = _mm_add_epi16(_mm_maddubs_epi16(_mm_unpackhi_epi8(parts[0], parts[1]), red_green),
                             _mm_maddubs_epi16(_mm_unpackhi_epi8(parts[2], zero), blue_alone));
        _mm_storeu_si128((__m128i *)(out + x),
                         _mm_packus_epi16(_mm_srli_epi16(low, 7), _mm_srli_epi16(high, 7)));
    }
    return x;
}
#endif

void pixels_luma_row(const guint8 *restrict rgb, guint32 width_px, guint8 *restrict out)
{
    guint32 x = 0;

#ifdef __x86_64__
    if (__builtin_cpu_supports("ssse3"))
        x = luma_blocks(rgb, width_px, out);
#endif
    for (; x < width_px; x++)
        out[x] = (guint8)((rgb[3 * x] * RED_PART + rgb[3 * x + 1] * GREEN_PART +
                           rgb[3 * x + 2] * BLUE_PART) >>
                          7);
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
