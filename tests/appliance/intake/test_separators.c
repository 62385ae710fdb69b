/* SPDX-License-Identifier: Apache-2.0
 *
 * Separators that are missed: 100,000 sheets whose marks are read or not by lot, far worse than
 * any scanner. A page may wait; it may not lie in a slot it does not belong to without a question.
 */
#include "appliance/base/random.h"
#include "appliance/intake/placing.h"
#include "tests/testing.h"

#define SHEETS    100000
#define SLOTS     6
#define PAGES_MAX 5

/* Chances per thousand that a sheet keeps nothing but its patch, and that it keeps nothing. */
typedef struct {
    guint mark_alone, nothing;
} Damage;

typedef struct {
    Random random;
    Damage damage;
    guint sheets, missed, marked; /* so far */
    guint asked, unnoticed;       /* stacks */
} Lot;

static gboolean find_case(void *data G_GNUC_UNUSED, const char *number G_GNUC_UNUSED, guint32 *item)
{
    *item = 7;
    return TRUE;
}

static const char *find_slot(void *data G_GNUC_UNUSED, const char *number G_GNUC_UNUSED,
                             guint32 slot, gboolean *kept)
{
    *kept = TRUE;
    return slot >= 1001 && slot < 1001 + SLOTS ? "slot" : NULL;
}

static const PlacingLookup lookup = {find_case, find_slot, NULL};

static guint draw(Lot *lot, guint below)
{
    guint32 number;

    random_fill(&lot->random, &number, sizeof number);
    return number % below;
}

/* A separator as the reading leaves it: its code, its patch alone, or nothing. */
static void feed_separator(Lot *lot, Placing *placing, guint32 slot, guint n, guint m)
{
    Code code = {.kind = CODE_SLOT,
                 .slot = {.item = 7, .slot = slot, .set = 5, .sheet = n, .of = m}};
    guint fate = draw(lot, 1000);
    PlacingMarks marks = {.codes = &code, .n = 1, .marked = TRUE};

    lot->sheets++;
    if (fate < lot->damage.nothing) {
        lot->missed++;
        marks = (PlacingMarks){0};
    } else if (fate < lot->damage.nothing + lot->damage.mark_alone) {
        lot->marked++;
        marks.n = 0;
    }
    (void)placing_sheet(placing, &marks, &lookup);
}

/* Whether a page landed in a slot that is not its own. */
static gboolean feed_pages(Lot *lot, Placing *placing, guint32 slot)
{
    guint pages = 1 + draw(lot, PAGES_MAX);
    gboolean astray = FALSE;

    for (guint i = 0; i < pages; i++) {
        Placed placed = placing_sheet(placing, &(PlacingMarks){0}, &lookup);

        lot->sheets++;
        astray |= placed.case_number != NULL && placed.slot != 0 && placed.slot != slot;
    }
    return astray;
}

static void feed_stack(Lot *lot)
{
    CodeCase of_case = {.region = 320583, .hall = 1, .date = 261121, .window = 3, .serial = 17};
    g_autofree char *number = code_compose(&(Code){.kind = CODE_CASE, .of_case = of_case}, NULL);
    guint m = 2 + draw(lot, SLOTS);
    gboolean astray = FALSE;
    GError *error = NULL;
    Placing placing;

    assert_true(placing_init(&placing, number, &lookup, &error));
    for (guint n = 1; n < m; n++) {
        feed_separator(lot, &placing, 1000 + n, n, m);
        astray |= feed_pages(lot, &placing, 1000 + n);
    }
    feed_separator(lot, &placing, CODE_ITEM_CARD, m, m);
    placing_end(&placing);
    lot->asked += placing.question != NULL;
    lot->unnoticed += astray && placing.question == NULL;
    placing_clear(&placing);
}

static Lot feed_lot(Damage damage, guint64 seed)
{
    SeededRandom seeded;
    Lot lot = {.random = random_seeded(&seeded, seed), .damage = damage};

    while (lot.sheets < SHEETS)
        feed_stack(&lot);
    print_message("%u sheets, %u separators missed, %u by their patch alone: %u stacks asked, %u "
                  "unnoticed\n",
                  lot.sheets, lot.missed, lot.marked, lot.asked, lot.unnoticed);
    return lot;
}

static void no_missed_separator_goes_unnoticed(void **state G_GNUC_UNUSED)
{
    static const Damage damages[] = {{0, 10}, {10, 0}, {50, 50}, {200, 300}};

    for (guint i = 0; i < G_N_ELEMENTS(damages); i++) {
        Lot lot = feed_lot(damages[i], i + 1);

        assert_int_equal(lot.unnoticed, 0);
        assert_true(lot.missed + lot.marked > 0);
        assert_true(lot.asked > 0);
    }
}

static void stacks_that_are_read_whole_ask_nothing(void **state G_GNUC_UNUSED)
{
    Lot lot = feed_lot((Damage){0, 0}, 9);

    assert_int_equal(lot.asked, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(no_missed_separator_goes_unnoticed),
    cmocka_unit_test(stacks_that_are_read_whole_ask_nothing),
};
TEST_MAIN(tests)
