/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/testing.h"

#include "appliance/intake/placing.h"

#include <string.h>

/* Two cases that take paper, of items 7 and 9; item 7 has slots A01 (kept) and A02 (returned). */
static const char first_digits[] = "320583001261121003001777";
static const char second_digits[] = "320583001261121003001855";

static CodeCase case_of(guint32 serial)
{
    return (CodeCase){.region = 320583, .hall = 1, .date = 261121, .window = 3, .serial = serial};
}

static Code case_code(guint32 serial)
{
    return (Code){.kind = CODE_CASE, .of_case = case_of(serial)};
}

static char *digits_of(guint32 serial)
{
    Code code = case_code(serial);

    return code_compose(&code, NULL);
}

static gboolean find_case(void *data G_GNUC_UNUSED, const char *number, guint32 *item)
{
    g_autofree char *of_first = digits_of(17), *of_second = digits_of(18);

    *item = strcmp(number, of_first) == 0 ? 7 : 9;
    return strcmp(number, of_first) == 0 || strcmp(number, of_second) == 0;
}

static const char *find_slot(void *data G_GNUC_UNUSED, const char *number G_GNUC_UNUSED,
                             guint32 slot, gboolean *kept)
{
    *kept = slot == 1001;
    return slot == 1001 ? "申请表" : slot == 1002 ? "身份证" : NULL;
}

static const PlacingLookup lookup = {find_case, find_slot, NULL};

static Code separator(guint32 slot, guint32 sheet, guint32 of)
{
    return (Code){.kind = CODE_SLOT,
                  .slot = {.item = 7, .slot = slot, .set = 5, .sheet = sheet, .of = of}};
}

static Code command(CodeCommand which)
{
    return (Code){.kind = CODE_COMMAND, .command = {.command = which}};
}

static Code paper(guint32 serial, guint32 document)
{
    Code code = {.kind = CODE_DOCUMENT};

    code.document.of_case = case_of(serial);
    code.document.number = document;
    code.document.copy = 1;
    return code;
}

/* A Placing for the first case (`known`) or for none. */
static Placing begun(gboolean known)
{
    g_autofree char *number = known ? digits_of(17) : NULL;
    GError *error = NULL;
    Placing placing;
    gboolean ok = placing_init(&placing, number, &lookup, &error);

    assert_no_error(error);
    assert_true(ok);
    return placing;
}

static Placed page(Placing *placing)
{
    return placing_sheet(placing, &(PlacingMarks){0}, &lookup);
}

static Placed sheet(Placing *placing, Code code)
{
    return placing_sheet(placing, &(PlacingMarks){.codes = &code, .n = 1}, &lookup);
}

static void assert_in_tray(const Placed *placed, const char *reason)
{
    assert_null(placed->case_number);
    assert_int_equal(placed->slot, 0);
    assert_int_equal(placed->document, 0);
    assert_non_null(placed->reason);
    if (!g_str_has_prefix(placed->reason, reason))
        fail_msg("reason '%s', expected '%s…'", placed->reason, reason);
}

static void assert_asking(Placing *placing, const Placed *placed, const char *question)
{
    Placed after;

    assert_in_tray(placed, question);
    assert_int_equal(placing->state, PLACING_ASKING);
    /* Whatever follows waits with the same question. */
    after = page(placing);
    assert_in_tray(&after, question);
    after = sheet(placing, case_code(17));
    assert_in_tray(&after, question);
    after = sheet(placing, separator(1001, 1, 3));
    assert_in_tray(&after, question);
    assert_int_equal(after.role, SHEET_SEPARATOR);
    after = sheet(placing, command(COMMAND_NEXT_DOCUMENT));
    assert_in_tray(&after, question);
    placing_clear(placing);
}

/* ── beginning ───────────────────────────────────────────────────────────────────────────── */

static void the_numbers_of_this_test_are_numbers(void **state G_GNUC_UNUSED)
{
    g_autofree char *a = digits_of(17), *b = digits_of(18);

    assert_memory_equal(a, first_digits, 22);
    assert_memory_equal(b, second_digits, 22);
}

static void an_unknown_case_is_refused_at_the_start(void **state G_GNUC_UNUSED)
{
    g_autofree char *number = digits_of(99);
    GError *error = NULL;
    Placing placing;

    assert_false(placing_init(&placing, number, &lookup, &error));
    assert_error_code(error, ERROR_NO_CASE);
    g_clear_error(&error);
    placing_clear(&placing);
}

static void every_role_has_its_token(void **state G_GNUC_UNUSED)
{
    assert_string_equal(sheet_role_token(SHEET_PAGE), "page");
    assert_string_equal(sheet_role_token(SHEET_SEPARATOR), "separator");
    assert_string_equal(sheet_role_token(SHEET_PAPER), "paper");
    assert_string_equal(sheet_role_token(SHEET_COVER), "cover");
    assert_string_equal(sheet_role_token(SHEET_COMMAND), "command");
}

static void aiming_needs_a_case_and_a_slot_of_it(void **state G_GNUC_UNUSED)
{
    Placing open = begun(FALSE), known = begun(TRUE);
    GError *error = NULL;

    assert_false(placing_aim(&open, 1001, &lookup, &error));
    assert_error_code(error, ERROR_USAGE);
    g_clear_error(&error);
    assert_false(placing_aim(&known, 1009, &lookup, &error));
    assert_error_code(error, ERROR_INVALID);
    g_clear_error(&error);
    assert_true(placing_aim(&known, 1002, &lookup, &error));
    assert_int_equal(known.state, PLACING_IN_SLOT);
    placing_clear(&open);
    placing_clear(&known);
}

static void aimed_pages_make_one_document(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(TRUE);
    GError *error = NULL;
    Placed placed;

    assert_true(placing_aim(&placing, 1002, &lookup, &error));
    placed = page(&placing);
    assert_int_equal(placed.slot, 1002);
    assert_true(placed.fresh);
    placed = page(&placing);
    assert_int_equal(placed.slot, 1002);
    assert_false(placed.fresh);
    placing_clear(&placing);
}

/* ── OPEN ────────────────────────────────────────────────────────────────────────────────── */

static void a_bare_page_without_a_case_waits_in_the_tray(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(FALSE);
    Placed placed = page(&placing);

    assert_in_tray(&placed, "no-case");
    assert_int_equal(placed.role, SHEET_PAGE);
    assert_int_equal(placing.state, PLACING_OPEN);
    placing_clear(&placing);
}

static void a_cover_sends_the_stack_to_its_case(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(FALSE);
    g_autofree char *number = digits_of(17);
    Placed placed = sheet(&placing, case_code(17));

    assert_int_equal(placed.role, SHEET_COVER);
    assert_string_equal(placed.case_number, number);
    assert_int_equal(placing.state, PLACING_IN_CASE);
    placed = page(&placing);
    assert_string_equal(placed.case_number, number);
    assert_int_equal(placed.slot, 0);
    placing_clear(&placing);
}

static void a_receipt_sends_the_stack_to_its_case_and_is_its_document(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(FALSE);
    g_autofree char *number = digits_of(17);
    Placed placed = sheet(&placing, paper(17, 4));

    assert_int_equal(placed.role, SHEET_PAPER);
    assert_string_equal(placed.case_number, number);
    assert_int_equal(placed.document, 4);
    assert_int_equal(placing.state, PLACING_IN_CASE);
    placing_clear(&placing);
}

static void a_receipt_of_an_unknown_case_asks(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(FALSE);
    Placed placed = sheet(&placing, paper(99, 4));

    assert_asking(&placing, &placed, "unknown-case");
}

static void a_cover_of_an_unknown_case_asks(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(FALSE);
    Placed placed = sheet(&placing, case_code(99));

    assert_asking(&placing, &placed, "unknown-case");
}

static void only_the_first_page_decides(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(FALSE);
    Placed placed = page(&placing);

    placed = sheet(&placing, paper(17, 4));
    assert_asking(&placing, &placed, "other-case");
}

static void a_separator_without_a_case_asks(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(FALSE);
    Placed placed = sheet(&placing, separator(1001, 1, 3));

    assert_asking(&placing, &placed, "no-case");
}

static void a_command_without_a_case_stays_a_command(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(FALSE);
    Placed placed = sheet(&placing, command(COMMAND_NEXT_DOCUMENT));

    assert_int_equal(placed.role, SHEET_COMMAND);
    assert_null(placed.case_number);
    assert_int_equal(placing.state, PLACING_OPEN);
    placing_clear(&placing);
}

/* ── IN_CASE ─────────────────────────────────────────────────────────────────────────────── */

static void a_page_in_a_case_has_no_slot(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(TRUE);
    Placed placed = page(&placing);

    assert_non_null(placed.case_number);
    assert_int_equal(placed.slot, 0);
    assert_null(placed.reason);
    placing_clear(&placing);
}

static void the_own_cover_and_receipt_agree_at_any_time(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(TRUE);
    Placed placed = page(&placing);

    placed = sheet(&placing, case_code(17));
    assert_int_equal(placed.role, SHEET_COVER);
    assert_non_null(placed.case_number);
    placed = sheet(&placing, paper(17, 12));
    assert_int_equal(placed.document, 12);
    assert_int_equal(placing.state, PLACING_IN_CASE);
    placing_clear(&placing);
}

static void another_cases_cover_asks(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(TRUE);
    Placed placed = sheet(&placing, case_code(18));

    assert_asking(&placing, &placed, "other-case");
}

static void another_cases_paper_asks(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(TRUE);
    Placed placed = sheet(&placing, paper(18, 2));

    assert_asking(&placing, &placed, "other-case");
}

static void a_separator_names_the_slot_of_what_follows(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(TRUE);
    Placed placed = sheet(&placing, separator(1001, 1, 3));

    assert_int_equal(placed.role, SHEET_SEPARATOR);
    assert_int_equal(placed.slot, 0);
    assert_int_equal(placing.state, PLACING_IN_SLOT);
    placed = page(&placing);
    assert_int_equal(placed.slot, 1001);
    assert_true(placed.fresh);
    placed = page(&placing);
    assert_false(placed.fresh);
    placed = sheet(&placing, separator(1002, 2, 3));
    placed = page(&placing);
    assert_int_equal(placed.slot, 1002);
    assert_true(placed.fresh);
    placing_clear(&placing);
}

static void both_sides_of_a_separator_count_once(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(TRUE);
    Code codes[2] = {separator(1001, 1, 3), separator(1001, 1, 3)};
    Placed placed = placing_sheet(&placing, &(PlacingMarks){.codes = codes, .n = 2}, &lookup);

    assert_int_equal(placed.role, SHEET_SEPARATOR);
    placed = sheet(&placing, separator(1002, 2, 3));
    assert_int_equal(placing.state, PLACING_IN_SLOT);
    assert_null(placed.reason);
    placing_clear(&placing);
}

/* ── contradictions of a set ─────────────────────────────────────────────────────────────── */

static void a_set_that_does_not_begin_at_one_asks(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(TRUE);
    Placed placed = sheet(&placing, separator(1001, 2, 3));

    assert_asking(&placing, &placed, "gap");
}

static void a_missing_separator_asks(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(TRUE);
    Placed placed = sheet(&placing, separator(1001, 1, 3));

    placed = sheet(&placing, separator(CODE_ITEM_CARD, 3, 3));
    assert_asking(&placing, &placed, "gap");
}

static void a_separator_that_comes_twice_asks(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(TRUE);
    Placed placed = sheet(&placing, separator(1001, 1, 3));

    placed = sheet(&placing, separator(1001, 1, 3));
    assert_asking(&placing, &placed, "used-before: sheet 1 of 3 of set 000005");
}

static void an_earlier_separator_of_the_set_asks(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(TRUE);
    Placed placed;

    (void)sheet(&placing, separator(1001, 1, 3));
    (void)page(&placing);
    (void)sheet(&placing, separator(1002, 2, 3));
    placed = sheet(&placing, separator(1001, 1, 3));
    assert_asking(&placing, &placed, "used-before: sheet 1 of 3");
}

static void a_separator_of_another_set_asks(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(TRUE);
    Placed placed = sheet(&placing, separator(1001, 1, 3));
    Code other = separator(1002, 2, 3);

    other.slot.set = 6;
    placed = sheet(&placing, other);
    assert_asking(&placing, &placed, "other-set");
}

static void a_set_of_another_size_asks(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(TRUE);
    Placed placed = sheet(&placing, separator(1001, 1, 3));

    placed = sheet(&placing, separator(1002, 2, 4));
    assert_asking(&placing, &placed, "other-set");
}

static void a_separator_of_another_item_asks(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(TRUE);
    Code other = separator(1001, 1, 3);
    Placed placed;

    other.slot.item = 9;
    placed = sheet(&placing, other);
    assert_asking(&placing, &placed, "other-item");
}

static void a_slot_that_the_item_does_not_have_asks(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(TRUE);
    Placed placed = sheet(&placing, separator(1009, 1, 3));

    assert_asking(&placing, &placed, "unknown-slot");
}

/* ── DONE ────────────────────────────────────────────────────────────────────────────────── */

static Placed marked_sheet(Placing *placing)
{
    return placing_sheet(placing, &(PlacingMarks){.marked = TRUE}, &lookup);
}

static void a_separator_whose_mark_alone_is_read_asks(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(TRUE);
    Placed placed;

    (void)sheet(&placing, separator(1001, 1, 3));
    placed = marked_sheet(&placing);
    assert_asking(&placing, &placed, "unread-separator");
    assert_int_equal(placed.role, SHEET_SEPARATOR);
    placing_clear(&placing);
}

static void a_mark_on_a_stack_of_nobody_is_a_page(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(FALSE);
    Placed placed = marked_sheet(&placing);

    assert_in_tray(&placed, "no-case");
    placing_clear(&placing);
}

static void a_set_that_ends_early_asks_when_the_stack_is_through(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(TRUE);

    (void)sheet(&placing, separator(1001, 1, 3));
    (void)page(&placing);
    (void)sheet(&placing, separator(1002, 2, 3));
    placing_end(&placing);
    assert_int_equal(placing.state, PLACING_ASKING);
    assert_true(g_str_has_prefix(placing.question, "set-incomplete: 2 of 3"));
    placing_clear(&placing);
}

static void a_whole_set_and_a_stack_without_one_end_in_peace(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(TRUE);

    (void)page(&placing);
    placing_end(&placing);
    assert_null(placing.question);
    (void)sheet(&placing, separator(1001, 1, 2));
    (void)sheet(&placing, separator(CODE_ITEM_CARD, 2, 2));
    placing_end(&placing);
    assert_null(placing.question);
    placing_clear(&placing);
}

static void a_stack_finished_by_command_ends_in_peace(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(TRUE);

    (void)sheet(&placing, separator(1001, 1, 3));
    (void)sheet(&placing, command(COMMAND_INTAKE_FINISHED));
    placing_end(&placing);
    assert_null(placing.question);
    placing_clear(&placing);
}

static void the_last_separator_ends_the_case(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(TRUE);
    Placed placed = sheet(&placing, separator(1001, 1, 2));

    placed = page(&placing);
    placed = sheet(&placing, separator(CODE_ITEM_CARD, 2, 2));
    assert_int_equal(placed.role, SHEET_SEPARATOR);
    assert_int_equal(placing.state, PLACING_DONE);
    placed = page(&placing);
    assert_in_tray(&placed, "after-last-separator");
    placing_clear(&placing);
}

static void the_finish_command_ends_the_case(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(TRUE);
    Placed placed = sheet(&placing, command(COMMAND_INTAKE_FINISHED));

    assert_int_equal(placed.role, SHEET_COMMAND);
    assert_int_equal(placing.state, PLACING_DONE);
    placed = page(&placing);
    assert_in_tray(&placed, "after-last-separator");
    placing_clear(&placing);
}

static void what_follows_the_end_stays_in_the_tray_behind_any_command(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(TRUE);
    Placed placed = sheet(&placing, command(COMMAND_INTAKE_FINISHED));

    sheet(&placing, command(COMMAND_NEXT_DOCUMENT));
    sheet(&placing, command(COMMAND_NEXT_SAME_SLOT));
    placed = page(&placing);
    assert_in_tray(&placed, "after-last-separator");
    placing_clear(&placing);
}

static void a_separator_behind_the_last_one_asks(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(TRUE);
    Placed placed = sheet(&placing, separator(1001, 1, 2));

    placed = sheet(&placing, separator(CODE_ITEM_CARD, 2, 2));
    placed = sheet(&placing, separator(1001, 1, 2));
    assert_asking(&placing, &placed, "used-before: sheet 1 of 2");
}

/* ── commands ────────────────────────────────────────────────────────────────────────────── */

static void next_document_leaves_the_slot(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(TRUE);
    Placed placed = sheet(&placing, separator(1001, 1, 3));

    placed = page(&placing);
    placed = sheet(&placing, command(COMMAND_NEXT_DOCUMENT));
    assert_int_equal(placed.role, SHEET_COMMAND);
    assert_int_equal(placing.state, PLACING_IN_CASE);
    placed = page(&placing);
    assert_int_equal(placed.slot, 0);
    placing_clear(&placing);
}

static void same_slot_begins_a_new_document_of_it(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(TRUE);
    Placed placed = sheet(&placing, separator(1001, 1, 3));

    placed = page(&placing);
    sheet(&placing, command(COMMAND_NEXT_SAME_SLOT));
    placed = page(&placing);
    assert_int_equal(placed.slot, 1001);
    assert_true(placed.fresh);
    placing_clear(&placing);
}

static void commands_of_the_station_move_nothing(void **state G_GNUC_UNUSED)
{
    for (int which = COMMAND_UNDO; which < COMMAND_END; which++) {
        Placing placing = begun(TRUE);
        Placed placed;

        if (which == COMMAND_INTAKE_FINISHED) {
            placing_clear(&placing);
            continue;
        }
        sheet(&placing, separator(1001, 1, 3));
        page(&placing);
        placed = sheet(&placing, command((CodeCommand)which));
        assert_int_equal(placed.role, SHEET_COMMAND);
        placed = page(&placing);
        assert_int_equal(placed.slot, 1001);
        assert_false(placed.fresh);
        placing_clear(&placing);
    }
}

/* ── other codes, several at once ────────────────────────────────────────────────────────── */

static void codes_that_are_not_for_paper_leave_a_page_a_page(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(TRUE);
    Code codes[3] = {{.kind = CODE_PLACE, .place = 12},
                     {.kind = CODE_PERSON, .person = 3},
                     {.kind = CODE_DAY_CLOSE}};
    Placed placed = placing_sheet(&placing, &(PlacingMarks){.codes = codes, .n = 3}, &lookup);

    assert_int_equal(placed.role, SHEET_PAGE);
    assert_non_null(placed.case_number);
    placing_clear(&placing);
}

static void a_separator_outranks_every_other_code_on_its_sheet(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(TRUE);
    Code codes[3] = {case_code(18), paper(18, 1), separator(1001, 1, 3)};
    Placed placed = placing_sheet(&placing, &(PlacingMarks){.codes = codes, .n = 3}, &lookup);

    assert_int_equal(placed.role, SHEET_SEPARATOR);
    assert_int_equal(placing.state, PLACING_IN_SLOT);
    placing_clear(&placing);
}

static void a_paper_in_the_middle_does_not_end_the_slot(void **state G_GNUC_UNUSED)
{
    Placing placing = begun(TRUE);
    Placed placed = sheet(&placing, separator(1001, 1, 3));

    placed = page(&placing);
    placed = sheet(&placing, paper(17, 4));
    assert_int_equal(placed.document, 4);
    placed = page(&placing);
    assert_int_equal(placed.slot, 1001);
    assert_false(placed.fresh);
    placing_clear(&placing);
}

/* Any sequence of sheets: never a page in another case than the one that was named first, and
 * after a question nothing leaves the tray. */
static void no_walk_puts_a_page_into_another_case(void **state G_GNUC_UNUSED)
{
    g_autoptr(GRand) dice = g_rand_new_with_seed(20261121);
    g_autofree char *number = digits_of(17);

    for (int walk = 0; walk < 2000; walk++) {
        Placing placing = begun(walk % 2 == 0);
        gboolean asked = FALSE;
        const char *named = walk % 2 == 0 ? number : NULL;
        g_autofree char *entered = g_strdup(named);

        for (int step = 0; step < 12; step++) {
            guint32 serial = g_rand_boolean(dice) ? 17 : g_rand_boolean(dice) ? 18 : 99;
            Code choices[] = {case_code(serial), paper(serial, 3),
                              separator(g_rand_boolean(dice) ? 1001 : 1002,
                                        (guint32)g_rand_int_range(dice, 1, 4), 3),
                              separator(CODE_ITEM_CARD, 3, 3),
                              command((CodeCommand)g_rand_int_range(dice, 1, COMMAND_END))};
            int choice = g_rand_int_range(dice, -3, G_N_ELEMENTS(choices));
            Placed placed = choice < 0 ? page(&placing) : sheet(&placing, choices[choice]);

            if (placed.case_number != NULL && entered == NULL)
                entered = g_strdup(placed.case_number);
            if (placed.case_number != NULL)
                assert_string_equal(placed.case_number, entered);
            if (asked)
                assert_in_tray(&placed, "");
            assert_true(placed.slot == 0 || placed.case_number != NULL);
            assert_true(placed.document == 0 || placed.role == SHEET_PAPER);
            asked = placing.state == PLACING_ASKING;
        }
        placing_clear(&placing);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_numbers_of_this_test_are_numbers),
    cmocka_unit_test(an_unknown_case_is_refused_at_the_start),
    cmocka_unit_test(every_role_has_its_token),
    cmocka_unit_test(aiming_needs_a_case_and_a_slot_of_it),
    cmocka_unit_test(aimed_pages_make_one_document),
    cmocka_unit_test(a_bare_page_without_a_case_waits_in_the_tray),
    cmocka_unit_test(a_cover_sends_the_stack_to_its_case),
    cmocka_unit_test(a_receipt_sends_the_stack_to_its_case_and_is_its_document),
    cmocka_unit_test(a_receipt_of_an_unknown_case_asks),
    cmocka_unit_test(a_cover_of_an_unknown_case_asks),
    cmocka_unit_test(only_the_first_page_decides),
    cmocka_unit_test(a_separator_without_a_case_asks),
    cmocka_unit_test(a_command_without_a_case_stays_a_command),
    cmocka_unit_test(a_page_in_a_case_has_no_slot),
    cmocka_unit_test(the_own_cover_and_receipt_agree_at_any_time),
    cmocka_unit_test(another_cases_cover_asks),
    cmocka_unit_test(another_cases_paper_asks),
    cmocka_unit_test(a_separator_names_the_slot_of_what_follows),
    cmocka_unit_test(both_sides_of_a_separator_count_once),
    cmocka_unit_test(a_set_that_does_not_begin_at_one_asks),
    cmocka_unit_test(a_missing_separator_asks),
    cmocka_unit_test(a_separator_that_comes_twice_asks),
    cmocka_unit_test(an_earlier_separator_of_the_set_asks),
    cmocka_unit_test(a_separator_of_another_set_asks),
    cmocka_unit_test(a_set_of_another_size_asks),
    cmocka_unit_test(a_separator_of_another_item_asks),
    cmocka_unit_test(a_slot_that_the_item_does_not_have_asks),
    cmocka_unit_test(a_separator_whose_mark_alone_is_read_asks),
    cmocka_unit_test(a_mark_on_a_stack_of_nobody_is_a_page),
    cmocka_unit_test(a_set_that_ends_early_asks_when_the_stack_is_through),
    cmocka_unit_test(a_whole_set_and_a_stack_without_one_end_in_peace),
    cmocka_unit_test(a_stack_finished_by_command_ends_in_peace),
    cmocka_unit_test(the_last_separator_ends_the_case),
    cmocka_unit_test(the_finish_command_ends_the_case),
    cmocka_unit_test(what_follows_the_end_stays_in_the_tray_behind_any_command),
    cmocka_unit_test(a_separator_behind_the_last_one_asks),
    cmocka_unit_test(next_document_leaves_the_slot),
    cmocka_unit_test(same_slot_begins_a_new_document_of_it),
    cmocka_unit_test(commands_of_the_station_move_nothing),
    cmocka_unit_test(codes_that_are_not_for_paper_leave_a_page_a_page),
    cmocka_unit_test(a_separator_outranks_every_other_code_on_its_sheet),
    cmocka_unit_test(a_paper_in_the_middle_does_not_end_the_slot),
    cmocka_unit_test(no_walk_puts_a_page_into_another_case),
};
TEST_MAIN(tests)
