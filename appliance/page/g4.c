/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/g4.h"

/* A run takes two codes of 13 bits at most beside make-ups of 2560; see worst_row_bytes. */
#define LONGEST_STEP 2560

typedef struct {
    guint16 bits;
    guint8 length;
} Code;

struct G4 {
    guint32 width_px;
    guint32 *reference, *current; /* colour changes of the last and this row */
    guint8 *out;
    gsize used, room;
    guint64 pending; /* bits not yet written, right aligned */
    guint n_pending; /* < 32 between codes */
};

/* Runs of 0 to 63, white and black (ITU-T T.4, table 2). */
static const Code white_ends[] = {
    {0x35, 8}, {0x7, 6},  {0x7, 4},  {0x8, 4},  {0xb, 4},  {0xc, 4},  {0xe, 4},  {0xf, 4},
    {0x13, 5}, {0x14, 5}, {0x7, 5},  {0x8, 5},  {0x8, 6},  {0x3, 6},  {0x34, 6}, {0x35, 6},
    {0x2a, 6}, {0x2b, 6}, {0x27, 7}, {0xc, 7},  {0x8, 7},  {0x17, 7}, {0x3, 7},  {0x4, 7},
    {0x28, 7}, {0x2b, 7}, {0x13, 7}, {0x24, 7}, {0x18, 7}, {0x2, 8},  {0x3, 8},  {0x1a, 8},
    {0x1b, 8}, {0x12, 8}, {0x13, 8}, {0x14, 8}, {0x15, 8}, {0x16, 8}, {0x17, 8}, {0x28, 8},
    {0x29, 8}, {0x2a, 8}, {0x2b, 8}, {0x2c, 8}, {0x2d, 8}, {0x4, 8},  {0x5, 8},  {0xa, 8},
    {0xb, 8},  {0x52, 8}, {0x53, 8}, {0x54, 8}, {0x55, 8}, {0x24, 8}, {0x25, 8}, {0x58, 8},
    {0x59, 8}, {0x5a, 8}, {0x5b, 8}, {0x4a, 8}, {0x4b, 8}, {0x32, 8}, {0x33, 8}, {0x34, 8},
};

static const Code black_ends[] = {
    {0x37, 10}, {0x2, 3},   {0x3, 2},   {0x2, 2},   {0x3, 3},   {0x3, 4},   {0x2, 4},   {0x3, 5},
    {0x5, 6},   {0x4, 6},   {0x4, 7},   {0x5, 7},   {0x7, 7},   {0x4, 8},   {0x7, 8},   {0x18, 9},
    {0x17, 10}, {0x18, 10}, {0x8, 10},  {0x67, 11}, {0x68, 11}, {0x6c, 11}, {0x37, 11}, {0x28, 11},
    {0x17, 11}, {0x18, 11}, {0xca, 12}, {0xcb, 12}, {0xcc, 12}, {0xcd, 12}, {0x68, 12}, {0x69, 12},
    {0x6a, 12}, {0x6b, 12}, {0xd2, 12}, {0xd3, 12}, {0xd4, 12}, {0xd5, 12}, {0xd6, 12}, {0xd7, 12},
    {0x6c, 12}, {0x6d, 12}, {0xda, 12}, {0xdb, 12}, {0x54, 12}, {0x55, 12}, {0x56, 12}, {0x57, 12},
    {0x64, 12}, {0x65, 12}, {0x52, 12}, {0x53, 12}, {0x24, 12}, {0x37, 12}, {0x38, 12}, {0x27, 12},
    {0x28, 12}, {0x58, 12}, {0x59, 12}, {0x2b, 12}, {0x2c, 12}, {0x5a, 12}, {0x66, 12}, {0x67, 12},
};

/* Runs of 64, 128, … 2560 (tables 3a and 3b). */
static const Code white_steps[] = {
    {0x1b, 5},  {0x12, 5},  {0x17, 6},  {0x37, 7},  {0x36, 8},  {0x37, 8},  {0x64, 8},  {0x65, 8},
    {0x68, 8},  {0x67, 8},  {0xcc, 9},  {0xcd, 9},  {0xd2, 9},  {0xd3, 9},  {0xd4, 9},  {0xd5, 9},
    {0xd6, 9},  {0xd7, 9},  {0xd8, 9},  {0xd9, 9},  {0xda, 9},  {0xdb, 9},  {0x98, 9},  {0x99, 9},
    {0x9a, 9},  {0x18, 6},  {0x9b, 9},  {0x8, 11},  {0xc, 11},  {0xd, 11},  {0x12, 12}, {0x13, 12},
    {0x14, 12}, {0x15, 12}, {0x16, 12}, {0x17, 12}, {0x1c, 12}, {0x1d, 12}, {0x1e, 12}, {0x1f, 12},
};

static const Code black_steps[] = {
    {0xf, 10},  {0xc8, 12}, {0xc9, 12}, {0x5b, 12}, {0x33, 12}, {0x34, 12}, {0x35, 12}, {0x6c, 13},
    {0x6d, 13}, {0x4a, 13}, {0x4b, 13}, {0x4c, 13}, {0x4d, 13}, {0x72, 13}, {0x73, 13}, {0x74, 13},
    {0x75, 13}, {0x76, 13}, {0x77, 13}, {0x52, 13}, {0x53, 13}, {0x54, 13}, {0x55, 13}, {0x5a, 13},
    {0x5b, 13}, {0x64, 13}, {0x65, 13}, {0x8, 11},  {0xc, 11},  {0xd, 11},  {0x12, 12}, {0x13, 12},
    {0x14, 12}, {0x15, 12}, {0x16, 12}, {0x17, 12}, {0x1c, 12}, {0x1d, 12}, {0x1e, 12}, {0x1f, 12},
};

static const Code pass_mode = {0x1, 4};
static const Code horizontal_mode = {0x1, 3};
/* a1 lies 3, 2, 1 left of b1, below it, 1, 2, 3 right of it (T.6, table 4). */
static const Code vertical_modes[] = {{0x2, 7}, {0x2, 6}, {0x2, 3}, {0x1, 1},
                                      {0x3, 3}, {0x3, 6}, {0x3, 7}};

static inline void put(G4 *g4, Code code)
{
    g4->pending = g4->pending << code.length | code.bits;
    g4->n_pending += code.length;
    if (g4->n_pending >= 32) {
        guint32 word = GUINT32_TO_BE((guint32)(g4->pending >> (g4->n_pending - 32)));

        memcpy(g4->out + g4->used, &word, sizeof word);
        g4->used += sizeof word;
        g4->n_pending -= 32;
    }
}

static inline void put_run(G4 *g4, guint32 run, gboolean black)
{
    const Code *steps = black ? black_steps : white_steps;

    for (; run >= LONGEST_STEP + 64; run -= LONGEST_STEP)
        put(g4, steps[LONGEST_STEP / 64 - 1]);
    if (run >= 64) {
        put(g4, steps[run / 64 - 1]);
        run %= 64;
    }
    put(g4, (black ? black_ends : white_ends)[run]);
}

/* No code is longer than 13 bits, and no pixel costs more than one run of two codes. */
static gsize worst_row_bytes(guint32 width_px)
{
    return (gsize)width_px * 4 + 64;
}

static void make_room(G4 *g4)
{
    gsize need = g4->used + worst_row_bytes(g4->width_px);

    if (need > g4->room) {
        g4->room = need + 65536;
        g4->out = g_realloc(g4->out, g4->room);
    }
}

static void code_row(G4 *g4)
{
    const guint32 *a = g4->current;   /* its next change is a1 */
    const guint32 *b = g4->reference; /* its next change of the same sense is b1 */
    guint32 width = g4->width_px;
    guint32 a0 = 0;
    gboolean started = FALSE; /* before the first change a0 lies left of the row */
    gboolean black = FALSE;

    while (a0 < width) {
        gint32 distance;

        while (*b < width && (*b < a0 || (*b == a0 && started)))
            b += 2;
        distance = (gint32)a[0] - (gint32)b[0];
        if (b[0] < width && b[1] < a[0]) {
            put(g4, pass_mode);
            a0 = b[1];
        } else if (distance >= -3 && distance <= 3) {
            put(g4, vertical_modes[distance + 3]);
            a0 = *a++;
            black = !black;
            /* the change before b1 may already lie right of a0 */
            b += b > g4->reference ? -1 : 1;
        } else {
            put(g4, horizontal_mode);
            put_run(g4, a[0] - a0, black);
            put_run(g4, a[1] - a[0], !black);
            a0 = a[1];
            a += 2;
        }
        started = TRUE;
    }
}

G4 *g4_new(guint32 width_px)
{
    G4 *g4 = g_new0(G4, 1);

    g4->width_px = width_px;
    g4->reference = g_new(guint32, (gsize)width_px + 8);
    g4->current = g_new(guint32, (gsize)width_px + 8);
    for (guint i = 0; i < 8; i++)
        g4->reference[i] = width_px;
    return g4;
}

void g4_row(G4 *g4, const guint64 *row)
{
    guint32 *spare = g4->reference;

    make_room(g4);
    bits_changes(row, g4->width_px, g4->current);
    code_row(g4);
    g4->reference = g4->current;
    g4->current = spare;
}

void g4_finish(G4 *g4)
{
    static const Code end_of_line = {0x1, 12};

    make_room(g4);
    put(g4, end_of_line);
    put(g4, end_of_line);
    while (g4->n_pending > 0) {
        guint n = MIN(g4->n_pending, 8);

        g4->out[g4->used++] = (guint8)(g4->pending >> (g4->n_pending - n) << (8 - n));
        g4->n_pending -= n;
    }
}

const guint8 *g4_take(G4 *g4, gsize *size)
{
    *size = g4->used;
    g4->used = 0;
    return g4->out;
}

void g4_free(G4 *g4)
{
    if (g4 == NULL)
        return;
    g_free(g4->reference);
    g_free(g4->current);
    g_free(g4->out);
    g_free(g4);
}
