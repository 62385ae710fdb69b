/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/appliance/counter/hall.h"

#include "appliance/counter/keeping.h"

#include <string.h>

static const StoreActor archivist = {"000009", "window:003"};

static gboolean step(const Hall *hall, const StoreActor *actor, const char *number, gint64 document,
                     CustodyEvent event, GError **error)
{
    PaperName name = {number, document, 0};

    if (event.due == 0)
        event.due = DAY_NONE;
    return keeping_step(hall->house, actor, &name, &event, error);
}

static void good(const Hall *hall, const StoreActor *actor, const char *number, gint64 document,
                 CustodyEvent event)
{
    GError *error = NULL;
    gboolean ok = step(hall, actor, number, document, event, &error);

    assert_no_error(error);
    assert_true(ok);
}

static void refused(const Hall *hall, const StoreActor *actor, const char *number, gint64 document,
                    CustodyEvent event, ErrorCode code)
{
    GError *error = NULL;

    assert_false(step(hall, actor, number, document, event, &error));
    assert_error_code(error, code);
    g_clear_error(&error);
}

/* "<place> <where> <holder>" of a document or copy. */
static char *place_of(const Hall *hall, const char *number, gint64 document, guint copy)
{
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(hall->store, &error);
    g_autoptr(json_t) rows = keeping_case(hall->house, reader, number, &error);
    gsize i;
    json_t *row;

    assert_no_error(error);
    json_array_foreach(rows, i, row)
    {
        if (json_int(row, "document", 0) == document && json_int(row, "copy", 0) == copy)
            return g_strdup_printf("%s %s %s", json_text(row, "place"), json_text(row, "where"),
                                   json_text(row, "holder"));
    }
    return NULL;
}

static void expect(const Hall *hall, const char *number, gint64 document, const char *place)
{
    g_autofree char *found = place_of(hall, number, document, 0);

    assert_string_equal(found, place);
}

static void a_paper_begins_at_the_window_that_took_it(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    gint64 document = hall_hand_in(&hall, number, "A01");

    expect(&hall, number, document, "window 003 os:test");
    hall_close(&hall);
}

static void a_hand_over_changes_who_answers_for_it(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    gint64 document = hall_hand_in(&hall, number, "A01");
    CustodyEvent move = {.type = CUSTODY_MOVE, .to = PLACE_BOX, .where = "96000000171"};

    refused(&hall, &archivist, number, document, move, ERROR_RULE);
    good(&hall, &hall_clerk, number, document,
         (CustodyEvent){
             .type = CUSTODY_HAND_OVER, .receiver = "000009", .to = PLACE_CABINET, .where = "2"});
    expect(&hall, number, document, "cabinet 2 000009");
    good(&hall, &archivist, number, document, move);
    expect(&hall, number, document, "box 96000000171 000009");
    hall_close(&hall);
}

static void a_step_about_the_case_moves_every_paper(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM), *first = NULL, *second = NULL;
    g_auto(PaperIssued) receipt = {0};
    GError *error = NULL;

    hall_hand_in(&hall, number, "A01");
    assert_true(paper_issue_receipt(hall.house, &hall_clerk, number, FALSE, &receipt, &error));
    good(&hall, &hall_clerk, number, 0,
         (CustodyEvent){.type = CUSTODY_MOVE, .to = PLACE_BOX, .where = "7"});
    expect(&hall, number, 1, "box 7 os:test");
    first = place_of(&hall, number, receipt.document, 1);
    second = place_of(&hall, number, receipt.document, 2);
    assert_string_equal(first, "box 7 os:test");
    assert_string_equal(second, "box 7 os:test");
    hall_close(&hall);
}

static void one_copy_goes_its_own_way(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM), *first = NULL, *second = NULL;
    g_auto(PaperIssued) receipt = {0};
    CustodyEvent event = {.type = CUSTODY_HAND_OVER,
                          .receiver = "000009",
                          .to = PLACE_DEPARTMENT,
                          .where = "业务科",
                          .due = DAY_NONE};
    PaperName name = {number, 0, 2};
    GError *error = NULL;

    hall_hand_in(&hall, number, "A01");
    assert_true(paper_issue_receipt(hall.house, &hall_clerk, number, FALSE, &receipt, &error));
    name.document = receipt.document;
    assert_true(keeping_step(hall.house, &hall_clerk, &name, &event, &error));
    first = place_of(&hall, number, receipt.document, 1);
    second = place_of(&hall, number, receipt.document, 2);
    assert_string_equal(first, "window 003 os:test");
    assert_string_equal(second, "department 业务科 000009");
    hall_close(&hall);
}

static void what_is_kept_is_not_handed_back(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    gint64 document = hall_hand_in(&hall, number, "A01");

    refused(&hall, &hall_clerk, number, document,
            (CustodyEvent){.type = CUSTODY_RETURN, .receiver = "张三"}, ERROR_RULE);
    hall_close(&hall);
}

static void what_is_held_does_not_leave(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    gint64 document = hall_hand_in(&hall, number, "A01");
    CustodyEvent transfer = {.type = CUSTODY_TRANSFER, .receiver = "市档案馆"};
    GError *error = NULL;

    assert_true(hold_set(hall.house, &hall_clerk, &(HoldRequest){number, "诉讼", NULL}, &error));
    refused(&hall, &hall_clerk, number, document, transfer, ERROR_HELD);
    good(&hall, &hall_clerk, number, document,
         (CustodyEvent){.type = CUSTODY_MOVE, .to = PLACE_SHELF, .where = "A-3"});
    assert_true(hold_lift(hall.house, &hall_clerk, &(HoldRequest){number, "结案", NULL}, &error));
    good(&hall, &hall_clerk, number, document, transfer);
    expect(&hall, number, document, "transferred A-3 ");
    hall_close(&hall);
}

static void a_loan_is_lent_with_approval_and_comes_back(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    gint64 document = hall_hand_in(&hall, number, "A01");
    CustodyEvent lend = {.type = CUSTODY_LEND,
                         .receiver = "李四",
                         .reason = "复议",
                         .due = house_today(hall.house) + 5};

    refused(&hall, &hall_clerk, number, document, lend, ERROR_INVALID);
    lend.approver = "赵主任";
    good(&hall, &hall_clerk, number, document, lend);
    expect(&hall, number, document, "lent 003 os:test");
    good(&hall, &hall_clerk, number, document, (CustodyEvent){.type = CUSTODY_BRING_BACK});
    expect(&hall, number, document, "window 003 os:test");
    hall_close(&hall);
}

static void filing_puts_papers_into_the_archivists_hands(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_ended(&hall), *archive_number = NULL;
    GError *error = NULL;

    assert_true(archive_file(hall.house, &archivist, &(ArchiveRequest){.number = number},
                             &archive_number, &error));
    expect(&hall, number, 1, "cabinet 归档 000009");
    good(&hall, &archivist, number, 0,
         (CustodyEvent){.type = CUSTODY_MOVE, .to = PLACE_BOX, .where = "12"});
    expect(&hall, number, 1, "box 12 000009");
    hall_close(&hall);
}

static void a_place_tells_what_lies_there(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *one = hall_case(&hall, HALL_ITEM), *two = hall_case(&hall, HALL_ITEM);
    CustodyEvent move = {.type = CUSTODY_MOVE, .to = PLACE_BOX, .where = "12"};
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(hall.store, &error);
    g_autoptr(json_t) rows = NULL;

    hall_hand_in(&hall, one, "A01");
    hall_hand_in(&hall, two, "A01");
    good(&hall, &hall_clerk, one, 1, move);
    good(&hall, &hall_clerk, two, 1, move);
    move.where = "13";
    good(&hall, &hall_clerk, two, 1, move);
    rows = keeping_place(hall.house, reader, "12", &error);
    assert_int_equal(json_array_size(rows), 1);
    assert_string_equal(json_text(json_array_get(rows, 0), "case"), one);
    hall_close(&hall);
}

static void names_of_papers_are_read_as_scanned_or_typed(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM), *printed = case_print_number(number);
    g_autofree char *typed = g_strconcat(printed, "-012", NULL), *a = NULL, *b = NULL, *c = NULL;
    g_autofree char *digits = NULL;
    Code code, of_case;
    PaperName name;
    GError *error = NULL;

    assert_true(paper_name_parse(printed, &name, &a, &error));
    assert_int_equal(name.document, 0);
    assert_true(paper_name_parse(typed, &name, &b, &error));
    assert_int_equal(name.document, 12);
    assert_true(code_parse(number, &of_case, &error));
    code = (Code){.kind = CODE_DOCUMENT,
                  .document = {.of_case = of_case.of_case, .number = 12, .copy = 2}};
    digits = code_compose(&code, &error);
    assert_true(paper_name_parse(digits, &name, &c, &error));
    assert_int_equal(name.document, 12);
    assert_int_equal(name.copy, 2);
    assert_string_equal(c, number);
    hall_close(&hall);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_paper_begins_at_the_window_that_took_it),
    cmocka_unit_test(a_hand_over_changes_who_answers_for_it),
    cmocka_unit_test(a_step_about_the_case_moves_every_paper),
    cmocka_unit_test(one_copy_goes_its_own_way),
    cmocka_unit_test(what_is_kept_is_not_handed_back),
    cmocka_unit_test(what_is_held_does_not_leave),
    cmocka_unit_test(a_loan_is_lent_with_approval_and_comes_back),
    cmocka_unit_test(filing_puts_papers_into_the_archivists_hands),
    cmocka_unit_test(a_place_tells_what_lies_there),
    cmocka_unit_test(names_of_papers_are_read_as_scanned_or_typed),
};
TEST_MAIN(tests)
