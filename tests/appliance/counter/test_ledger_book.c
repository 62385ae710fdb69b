/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/case_place.h"
#include "tests/appliance/counter/hall.h"

#include "appliance/counter/audit.h"
#include "appliance/counter/destroy.h"
#include "appliance/counter/keeping.h"
#include "appliance/counter/ledger_book.h"

#include <string.h>

static json_t *book_of(const Hall *hall, const char *name, gboolean full)
{
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(hall->store, &error);
    Day today = house_today(hall->house);
    LedgerRequest request = {name, today - 3, today, full};
    json_t *book = ledger_book(hall->house, reader, &request, &error);

    assert_no_error(error);
    assert_non_null(book);
    return book;
}

static gsize lines(const Hall *hall, const char *name)
{
    g_autoptr(json_t) book = book_of(hall, name, FALSE);

    return json_array_size(json_object_get(book, "rows"));
}

static const char *value(const json_t *book, gsize row, const char *key)
{
    return json_text(json_array_get(json_object_get(book, "rows"), row), key);
}

static void every_register_can_be_asked_for(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number G_GNUC_UNUSED = hall_ended(&hall);

    for (int kind = 0; kind < LEDGERS; kind++) {
        g_autoptr(json_t) book = book_of(&hall, ledger_token((LedgerKind)kind), FALSE);
        g_autofree char *csv = ledger_book_csv(book);
        gsize n;

        ledger_columns((LedgerKind)kind, &n);
        print_message("%s: %d lines\n", ledger_token((LedgerKind)kind),
                      (int)json_array_size(json_object_get(book, "rows")));
        assert_int_equal(json_array_size(json_object_get(book, "columns")), n);
        assert_true(g_str_has_prefix(csv, "\xEF\xBB\xBF序号,"));
    }
    assert_int_equal(lines(&hall, "intake"), 1);
    assert_int_equal(lines(&hall, "instant"), 1);
    assert_int_equal(lines(&hall, "delivery"), 1);
    assert_int_equal(lines(&hall, "promise"), 0);
    assert_int_equal(lines(&hall, "filed"), 0);
    hall_close(&hall);
}

static void names_are_masked_unless_asked_for(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number G_GNUC_UNUSED = hall_case(&hall, HALL_ITEM);
    g_autoptr(json_t) masked = book_of(&hall, "intake", FALSE),
                      full = book_of(&hall, "intake", TRUE);

    assert_string_equal(value(masked, 0, "applicant"), "张*");
    assert_string_equal(value(masked, 0, "phone"), "13***00");
    assert_string_equal(value(full, 0, "applicant"), "张三");
    assert_string_equal(value(full, 0, "phone"), "13800000000");
    hall_close(&hall);
}

static void a_register_goes_by_the_day_it_is_about(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_ended(&hall), *archive_number = NULL;
    GError *error = NULL;

    hall_now_us += 10 * DAY_US;
    assert_int_equal(lines(&hall, "intake"), 0);
    assert_int_equal(lines(&hall, "delivery"), 0);
    assert_true(archive_file(hall.house, &hall_clerk, &(ArchiveRequest){.number = number},
                             &archive_number, &error));
    assert_int_equal(lines(&hall, "intake"), 0);
    assert_int_equal(lines(&hall, "filed"), 1);
    hall_close(&hall);
}

static void what_does_not_follow_from_cases_is_entered(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autoptr(json_t) values = json_pack("{s:s, s:s}", "visitor", "李四", "matter", "=cmd()");
    g_autoptr(json_t) wrong = json_pack("{s:s}", "poem", "x");
    LedgerEntry entry = {"consultation", NULL, values};
    g_autoptr(json_t) book = NULL;
    g_autofree char *csv = NULL, *journal = NULL, *path = NULL;
    GError *error = NULL;
    gint64 records;

    assert_true(ledger_book_enter(hall.house, &hall_clerk, &entry, &error));
    assert_no_error(error);
    assert_true(store_rebuild(hall.store, &records, &error));
    book = book_of(&hall, "consultation", FALSE);
    assert_string_equal(value(book, 0, "visitor"), "李四");
    assert_string_equal(value(book, 0, "time"), "2026-11-20 10:00");
    csv = ledger_book_csv(book);
    assert_non_null(strstr(csv, "\"'=cmd()\""));
    path = store_path(hall.store, "journal/0000000000000000.log");
    assert_true(g_file_get_contents(path, &journal, NULL, NULL));
    assert_null(strstr(journal, "李四"));
    entry.values = wrong;
    assert_false(ledger_book_enter(hall.house, &hall_clerk, &entry, &error));
    assert_error_code(error, ERROR_INVALID);
    g_clear_error(&error);
    entry = (LedgerEntry){"intake", NULL, values};
    assert_false(ledger_book_enter(hall.house, &hall_clerk, &entry, &error));
    assert_error_code(error, ERROR_RULE);
    g_clear_error(&error);
    hall_close(&hall);
}

static void loans_and_hand_overs_come_from_custody(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    gint64 document = hall_hand_in(&hall, number, "A01");
    PaperName name = {number, document, 0};
    CustodyEvent over = {.type = CUSTODY_HAND_OVER,
                         .receiver = "os:other",
                         .to = PLACE_CABINET,
                         .where = "2",
                         .due = DAY_NONE};
    CustodyEvent lend = {.type = CUSTODY_LEND,
                         .receiver = "王五",
                         .approver = "赵主任",
                         .reason = "复议",
                         .due = house_today(hall.house) + 2};
    CustodyEvent back = {.type = CUSTODY_BRING_BACK, .due = DAY_NONE};
    GError *error = NULL;
    g_autoptr(json_t) loans = NULL, overs = NULL;

    assert_true(keeping_step(hall.house, &hall_clerk, &name, &over, &error));
    assert_true(keeping_step(hall.house, &hall_clerk, &name, &lend, &error));
    hall_now_us += DAY_US;
    assert_true(keeping_step(hall.house, &hall_clerk, &name, &back, &error));
    assert_no_error(error);
    overs = book_of(&hall, "hand-over", FALSE);
    assert_string_equal(value(overs, 0, "to"), "os:other");
    loans = book_of(&hall, "lending", TRUE);
    assert_string_equal(value(loans, 0, "visitor"), "王五");
    assert_string_equal(value(loans, 0, "purpose"), "复议");
    assert_string_equal(value(loans, 0, "returned"), "2026-11-21 10:00");
    hall_close(&hall);
}

static void figures_and_exceptions_are_books_too(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number G_GNUC_UNUSED = hall_ended(&hall);
    g_autoptr(json_t) figures = NULL, exceptions = NULL;
    GError *error = NULL;

    for (int i = 0; i < 7; i++) {
        SideName side = hall_page(&hall, NULL, i % 2 == 0 ? "even" : "odd");

        assert_true(case_void_side(hall.house, &hall_clerk, &side, "重复", &error));
    }
    figures = book_of(&hall, "figures", FALSE);
    assert_string_equal(value(figures, 0, "by"), "合计");
    assert_string_equal(value(figures, 0, "decided"), "1");
    assert_string_equal(value(figures, 0, "on-time"), "100.0%");
    exceptions = book_of(&hall, "exceptions", FALSE);
    assert_int_equal(json_array_size(json_object_get(exceptions, "rows")), 1);
    assert_string_equal(value(exceptions, 0, "subject"), hall_clerk.actor);
    hall_close(&hall);
}

static void every_book_can_be_printed(void **state G_GNUC_UNUSED)
{
    static const char *const names[] = {"intake", "consultation", "figures", "exceptions"};
    Hall hall = hall_made("procedure");
    g_autofree char *number G_GNUC_UNUSED = hall_ended(&hall);
    GError *error = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(json_t) book = book_of(&hall, names[i], FALSE);
        g_autoptr(GBytes) pdf = ledger_book_pdf(hall.house, book, "王", &error);

        assert_no_error(error);
        assert_memory_equal(g_bytes_get_data(pdf, NULL), "%PDF", 4);
    }
    hall_close(&hall);
}

/* Thirty-one years on. */
static void
a_destroyed_case_stands_in_its_list_alone_and_breaks_no_audit(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_ended(&hall), *archive_number = NULL;
    const char *numbers[] = {number, NULL};
    DestroyRequest request = {numbers, "000002", "档销〔2057〕1号"};
    Day first = house_today(hall.house);
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(hall.store, &error);
    AuditRequest audit = {.from = first, .to = first, .full = TRUE};
    g_autoptr(json_t) book = NULL, intake = NULL, statement = NULL;
    gboolean ok;

    assert_true(archive_file(hall.house, &hall_clerk, &(ArchiveRequest){.number = number},
                             &archive_number, &error));
    hall_now_us += 31 * 366 * DAY_US;
    ok = destroy_cases(hall.house, &hall_clerk, &request, &error);
    assert_no_error(error);
    assert_true(ok);
    book = book_of(&hall, "destruction", FALSE);
    assert_string_equal(value(book, 0, "archive"), archive_number);
    assert_string_equal(value(book, 0, "witness"), "000002");
    assert_string_equal(value(book, 0, "approver"), "档销〔2057〕1号");
    intake =
        ledger_book(hall.house, reader, &(LedgerRequest){"intake", first, first, FALSE}, &error);
    assert_no_error(error);
    assert_int_equal(json_array_size(json_object_get(intake, "rows")), 0);
    statement = audit_run(hall.house, reader, &audit, &error);
    assert_no_error(error);
    assert_true(json_flag(statement, "complete"));
    hall_close(&hall);
}

static void an_unknown_register_is_told(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(hall.store, &error);

    assert_null(ledger_book(hall.house, reader, &(LedgerRequest){"poems", 0, 1, FALSE}, &error));
    assert_error_code(error, ERROR_NOT_FOUND);
    g_clear_error(&error);
    hall_close(&hall);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_register_can_be_asked_for),
    cmocka_unit_test(names_are_masked_unless_asked_for),
    cmocka_unit_test(a_register_goes_by_the_day_it_is_about),
    cmocka_unit_test(what_does_not_follow_from_cases_is_entered),
    cmocka_unit_test(loans_and_hand_overs_come_from_custody),
    cmocka_unit_test(figures_and_exceptions_are_books_too),
    cmocka_unit_test(every_book_can_be_printed),
    cmocka_unit_test(a_destroyed_case_stands_in_its_list_alone_and_breaks_no_audit),
    cmocka_unit_test(an_unknown_register_is_told),
};
TEST_MAIN(tests)
