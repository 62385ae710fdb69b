/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/bits.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

Bits *bits_new(guint32 width_px, guint32 rows)
{
    Bits *bits = g_new0(Bits, 1);

    bits->width_px = width_px;
    bits->height_px = rows;
    bits->words = (width_px + 63) / 64;
    bits->data = g_malloc0((gsize)bits->words * MAX(rows, 1) * sizeof(guint64));
    return bits;
}

void bits_free(Bits *bits)
{
    if (bits == NULL)
        return;
    g_free(bits->data);
    g_free(bits);
}

BITS_HOT guint32 bits_changes(const guint64 *row, guint32 width_px, guint32 *changes)
{
    guint32 words = (width_px + 63) / 64;
    guint32 n = 0;
    guint64 carry = 0;

    for (guint32 i = 0; i < words; i++) {
        guint64 word = bits_word(row[i]);
        guint64 edges = word ^ (word >> 1 | carry);

        carry = word << 63;
        while (edges != 0) {
            guint at = (guint)__builtin_clzll(edges);

            changes[n++] = i * 64 + at;
            edges &= ~(G_GUINT64_CONSTANT(1) << (63 - at));
        }
    }
    /* The white padding may add one change at or behind the end. */
    if (n > 0 && changes[n - 1] >= width_px)
        n--;
    for (guint i = 0; i < 4; i++)
        changes[n + i] = width_px;
    return n;
}

Bits *bits_crop(const Bits *bits, guint32 x, guint32 y, guint32 w, guint32 h)
{
    Bits *crop = bits_new(w, h);
    guint shift = x % 64;
    guint32 first = x / 64;
    guint spare = (64 - w % 64) % 64;

    for (guint32 j = 0; j < h; j++) {
        const guint64 *in = bits_row(bits, y + j);
        guint64 *out = bits_row(crop, j);

        for (guint32 i = 0; i < crop->words; i++) {
            guint64 word = bits_word(in[first + i]) << shift;

            if (shift > 0 && first + i + 1 < bits->words)
                word |= bits_word(in[first + i + 1]) >> (64 - shift);
            out[i] = GUINT64_TO_BE(word);
        }
        out[crop->words - 1] &= GUINT64_TO_BE(G_MAXUINT64 << spare);
    }
    return crop;
}

Bits *bits_halved(const Bits *bits)
{
    Bits *half = bits_new(MAX(1, bits->width_px / 2), MAX(1, bits->height_px / 2));

    for (guint32 y = 0; y < half->height_px; y++) {
        const guint8 *in = (const guint8 *)bits_row(bits, MIN(2 * y, bits->height_px - 1));
        guint8 *out = (guint8 *)bits_row(half, y);

        for (guint32 x = 0; x < half->width_px; x++)
            out[x / 8] |= (guint8)(((in[x / 4] >> (7 - 2 * x % 8)) & 1) << (7 - x % 8));
    }
    return half;
}

void bits_to_gray(const Bits *bits, guint8 *out, gsize stride)
{
    for (guint32 y = 0; y < bits->height_px; y++) {
        const guint8 *in = (const guint8 *)bits_row(bits, y);
        guint8 *row = out + y * stride;

        for (guint32 x = 0; x < bits->width_px; x++)
            row[x] = (in[x / 8] >> (7 - x % 8)) & 1 ? 0 : 255;
    }
}

BITS_HOT guint64 bits_count(const Bits *bits)
{
    gsize n = (gsize)bits->words * bits->height_px;
    guint64 count = 0;

    for (gsize i = 0; i < n; i++)
        count += (guint64)__builtin_popcountll(bits->data[i]);
    return count;
}

/* The compares deliver the leftmost pixel in the lowest bit; a row wants it in the highest. */
static const guint8 turned[256] = {
#define R2(n) n, n + 2 * 64, n + 1 * 64, n + 3 * 64
#define R4(n) R2(n), R2(n + 2 * 16), R2(n + 1 * 16), R2(n + 3 * 16)
#define R6(n) R4(n), R4(n + 2 * 4), R4(n + 1 * 4), R4(n + 3 * 4)
    R6(0), R6(2), R6(1), R6(3)
#undef R2
#undef R4
#undef R6
};

static guint8 eight(const guint8 *gray, guint n, guint8 threshold)
{
    guint bits = 0;

    for (guint i = 0; i < n; i++)
        bits |= (guint)(gray[i] < threshold) << (7 - i);
    return (guint8)bits;
}

void bits_threshold(const guint8 *gray, guint32 width_px, guint8 threshold, guint64 *out)
{
    guint8 *bytes = (guint8 *)out;
    guint32 x = 0;

#ifdef __SSE2__
    __m128i limit = _mm_set1_epi8((char)threshold);

    for (; x + 16 <= width_px; x += 16) {
        __m128i samples = _mm_loadu_si128((const __m128i *)(gray + x));
        /* max(s, t) == s where s ≥ t */
        guint white =
            (guint)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_max_epu8(samples, limit), samples));

        bytes[x / 8] = turned[~white & 0xff];
        bytes[x / 8 + 1] = turned[(~white >> 8) & 0xff];
    }
#endif
    for (; x < width_px; x += 8)
        bytes[x / 8] = eight(gray + x, MIN(8, width_px - x), threshold);
    for (x = (width_px + 7) / 8; x < (width_px + 63) / 64 * 8; x++)
        bytes[x] = 0;
}
