/* SPDX-License-Identifier: Apache-2.0
 *
 * What the locator takes for a QR symbol: three finders and rows of modules in turn between them.
 */
#include "appliance/page/locate.h"

#include "appliance/base/random.h"
#include "tests/testing.h"

#include <math.h>

#define MODULES 29 /* a side, version 3 */
#define PAGE_PX 600
#define AT_PX   150

typedef struct {
    guint module_px;
    gint32 mdeg;
    gboolean timed;
} Symbol;

static gboolean finder_black(guint x, guint y)
{
    guint ring = MIN(MIN(x, y), MIN(6 - x, 6 - y));

    return ring != 1;
}

/* The module of a symbol with random data; without its timing rows that row stays white. */
static gboolean is_black(const guint8 *data, gboolean timed, guint x, guint y)
{
    guint far = MODULES - 7;

    if (x < 7 && y < 7)
        return finder_black(x, y);
    if (x >= far && y < 7)
        return finder_black(x - far, y);
    if (x < 7 && y >= far)
        return finder_black(x, y - far);
    if ((x < 8 || x + 8 >= MODULES) && (y < 8 || (y + 8 >= MODULES && x < 8)))
        return FALSE; /* separator */
    if (x == 6 || y == 6)
        return timed && (x + y) % 2 == 0;
    /* coarse strokes, as of letters: four modules wide */
    return timed ? data[y * MODULES + x] & 1 : data[y / 4 * MODULES + x / 4] & 1;
}

static Bits *drawn(const Symbol *symbol)
{
    Bits *bits = bits_new(PAGE_PX, PAGE_PX);
    guint8 data[MODULES * MODULES];
    SeededRandom seeded;
    Random random = random_seeded(&seeded, symbol->module_px);
    double angle = symbol->mdeg / 1000.0 * G_PI / 180;

    random_fill(&random, data, sizeof data);
    for (guint32 y = 0; y < PAGE_PX; y++) {
        for (guint32 x = 0; x < PAGE_PX; x++) {
            double dx = (double)x - AT_PX;
            double dy = (double)y - AT_PX;
            double column = (dx * cos(angle) + dy * sin(angle)) / symbol->module_px;
            double row = (dy * cos(angle) - dx * sin(angle)) / symbol->module_px;

            if (column >= 0 && row >= 0 && column < MODULES && row < MODULES &&
                is_black(data, symbol->timed, (guint)column, (guint)row))
                ((guint8 *)bits_row(bits, y))[x / 8] |= (guint8)(0x80 >> x % 8);
        }
    }
    return bits;
}

static guint count_symbols(const Symbol *symbol)
{
    g_autoptr(Bits) bits = drawn(symbol);
    g_autoptr(GArray) places = locate_codes(bits);
    guint n = 0;

    for (guint i = 0; i < places->len; i++)
        n += g_array_index(places, Located, i).kind == LOCATED_QR;
    return n;
}

static void a_symbol_is_located_at_every_size_and_angle(void **state G_GNUC_UNUSED)
{
    for (guint module_px = 2; module_px <= 8; module_px++) {
        for (gint32 mdeg = -6000; mdeg <= 6000; mdeg += 1500) {
            Symbol symbol = {module_px, mdeg, TRUE};

            if (count_symbols(&symbol) != 1)
                fail_msg("modules of %u px at %d mdeg", module_px, mdeg);
        }
    }
}

static void finders_without_a_row_of_modules_in_turn_are_no_symbol(void **state G_GNUC_UNUSED)
{
    for (guint module_px = 2; module_px <= 8; module_px++) {
        for (gint32 mdeg = -3000; mdeg <= 3000; mdeg += 1500) {
            Symbol symbol = {module_px, mdeg, FALSE};

            if (count_symbols(&symbol) != 0)
                fail_msg("modules of %u px at %d mdeg", module_px, mdeg);
        }
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_symbol_is_located_at_every_size_and_angle),
    cmocka_unit_test(finders_without_a_row_of_modules_in_turn_are_no_symbol),
};

TEST_MAIN(tests)
