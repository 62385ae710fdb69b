/* SPDX-License-Identifier: Apache-2.0
 *
 * The 1-bit page: what every look at a page works on. 1 = black, most significant bit first.
 *
 * Rows are padded with white to whole 64-bit words, so that a row can be taken word by word
 * (bits_word turns a word so that its top bit is the leftmost pixel).
 */
#pragma once

#include <glib.h>
#include <string.h>

/* A function over whole pages: a second copy of it is made for processors with the population
 * count and 256-bit instructions, and chosen when the program starts. The level names a set of
 * instructions; the name of a processor would match that one model and no later one. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) &&                             \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define BITS_HOT __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define BITS_HOT
#endif

typedef struct {
    guint32 width_px, height_px;
    guint32 words; /* 64-bit words a row */
    guint64 *data;
} Bits;

/* A white page; `rows` may be a guess, bits_reserve makes room for more. */
Bits *bits_new(guint32 width_px, guint32 rows);
void bits_free(Bits *bits);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bits, bits_free)

static inline guint64 *bits_row(const Bits *bits, guint32 y)
{
    return bits->data + (gsize)y * bits->words;
}

static inline guint64 bits_word(guint64 stored)
{
    return GUINT64_FROM_BE(stored);
}

static inline gboolean bits_at(const Bits *bits, guint32 x, guint32 y)
{
    return (((const guint8 *)bits_row(bits, y))[x / 8] >> (7 - x % 8)) & 1;
}

/* Positions where the row changes colour, from white; `changes` has room for width + 4. The list
 * ends with four times the width; the number of true changes is returned. */
guint32 bits_changes(const guint64 *row, guint32 width_px, guint32 *changes);

/* Copy a rectangle that lies inside. */
Bits *bits_crop(const Bits *bits, guint32 x, guint32 y, guint32 w, guint32 h);

/* Every second pixel of every second row. */
Bits *bits_halved(const Bits *bits);

/* The page as 8-bit gray, 0 and 255, `stride` bytes a row. */
void bits_to_gray(const Bits *bits, guint8 *out, gsize stride);

/* Black pixels of the whole page. */
guint64 bits_count(const Bits *bits);

/* 8-bit gray to bits: black where the sample is below `threshold`. `out` has room for whole words.
 */
void bits_threshold(const guint8 *gray, guint32 width_px, guint8 threshold, guint64 *out);
