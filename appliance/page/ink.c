/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/ink.h"

#define CELL_PX         64  /* a cell is one word wide and as many rows high */
#define CELL_INK_PX     24  /* less is specks */
#define BORDER_MM       5.0 /* shadows and punched holes at the rim are not looked at */
#define BLANK_CELLS_MAX 2
#define MM_PER_INCH     25.4

typedef struct {
    guint32 left, right; /* words */
    guint32 top, bottom; /* rows */
} Field;

/* The field inside the borders, in whole words. */
static Field field_of(const Bits *bits, guint32 dpi)
{
    guint32 border = (guint32)(BORDER_MM / MM_PER_INCH * dpi);
    guint32 border_words = (border + 63) / 64;
    Field field = {0, bits->width_px / 64, 0, bits->height_px};

    if (bits->width_px > 4 * border && field.right > 2 * border_words) {
        field.left = border_words;
        field.right -= border_words;
    }
    if (bits->height_px > 4 * border) {
        field.top = border;
        field.bottom -= border;
    }
    return field;
}

static void count_cells(const Bits *bits, const Field *field, PageFacts *facts)
{
    g_autofree guint32 *cells = g_new0(guint32, MAX(1, bits->words));
    guint64 ink = 0;
    guint64 area = (guint64)(field->right - field->left) * 64 * (field->bottom - field->top);

    for (guint32 y = field->top; y < field->bottom; y++) {
        const guint64 *row = bits_row(bits, y);

        for (guint32 i = field->left; i < field->right; i++)
            cells[i] += (guint32)__builtin_popcountll(row[i]);
        if ((y - field->top) % CELL_PX != CELL_PX - 1 && y + 1 != field->bottom)
            continue;
        for (guint32 i = field->left; i < field->right; i++) {
            facts->ink_cells += cells[i] >= CELL_INK_PX;
            ink += cells[i];
            cells[i] = 0;
        }
    }
    facts->ink_ppm = area > 0 ? (guint32)(ink * 1000000 / area) : 0;
}

void ink_facts(const Bits *bits, guint32 dpi, PageFacts *facts)
{
    Field field = field_of(bits, dpi != 0 ? dpi : 300);

    count_cells(bits, &field, facts);
    facts->blank = facts->ink_cells <= BLANK_CELLS_MAX;
    facts->blank_confidence =
        facts->blank ? 1000 - facts->ink_cells * 200 : MIN(1000, 400 + facts->ink_cells * 50);
}
