/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/case_place.h"
#include "tests/appliance/counter/hall.h"

#include "appliance/counter/day.h"
#include "appliance/counter/keeping.h"

#include <string.h>

static WindowDay today_of(const Hall *hall)
{
    return (WindowDay){"003", house_today(hall->house)};
}

static json_t *left(const Hall *hall)
{
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(hall->store, &error);
    WindowDay today = today_of(hall);
    json_t *rows = day_left(hall->house, reader, &today, &error);

    assert_no_error(error);
    return rows;
}

/* Codes of what is left, in order, joined. */
static char *left_codes(const Hall *hall)
{
    g_autoptr(json_t) rows = left(hall);

    return hall_codes(rows);
}

static void expect_left(const Hall *hall, const char *codes)
{
    g_autofree char *found = left_codes(hall);

    assert_string_equal(found, codes);
}

static gboolean close_today(const Hall *hall, const char *supervisor, GError **error)
{
    WindowDay today = today_of(hall);

    return day_close(hall->house, &hall_clerk, &today, supervisor, error);
}

static void refused(const Hall *hall, const char *supervisor, ErrorCode code)
{
    GError *error = NULL;

    assert_false(close_today(hall, supervisor, &error));
    assert_error_code(error, code);
    g_clear_error(&error);
}

static void a_day_with_nothing_left_closes_without_a_signature(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number G_GNUC_UNUSED = hall_ended(&hall);
    GError *error = NULL;

    expect_left(&hall, "");
    assert_true(close_today(&hall, NULL, &error));
    assert_no_error(error);
    refused(&hall, NULL, ERROR_RULE);
    hall_close(&hall);
}

static void what_is_left_is_signed_by_another_person(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number G_GNUC_UNUSED = hall_case(&hall, HALL_ITEM);
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(hall.store, &error);
    g_autoptr(json_t) closed = NULL;
    WindowDay today = today_of(&hall);

    hall_page(&hall, NULL, "nobody's");
    expect_left(&hall, "unplaced no-receipt due");
    refused(&hall, NULL, ERROR_SECOND_PERSON);
    refused(&hall, hall_clerk.actor, ERROR_SECOND_PERSON);
    assert_true(close_today(&hall, "000002", &error));
    closed = day_closed(reader, &today, &error);
    assert_string_equal(json_text(closed, "supervisor"), "000002");
    assert_int_equal(json_int(json_object_get(closed, "left"), "no-receipt", 0), 1);
    hall_close(&hall);
}

static void a_number_without_content_is_left(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    SideName side = hall_page(&hall, NULL, "a page");
    CasePlacing placing = {.number = number, .slot = "A01", .sides = &side, .n_sides = 1};
    GError *error = NULL;
    gint64 document = 0;

    assert_true(case_place(hall.house, &hall_clerk, &placing, &document, &error));
    placing.slot = "A02";
    assert_true(case_place(hall.house, &hall_clerk, &placing, &document, &error));
    expect_left(&hall, "no-receipt numbers due");
    hall_close(&hall);
}

static void
a_day_is_not_closed_before_it_has_come_nor_behind_later_cases(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number G_GNUC_UNUSED = hall_case(&hall, HALL_ITEM);
    WindowDay day = today_of(&hall);
    GError *error = NULL;

    day.day++;
    assert_false(day_close(hall.house, &hall_clerk, &day, "000002", &error));
    assert_error_code(error, ERROR_RULE);
    g_clear_error(&error);
    day.day -= 2;
    assert_false(day_close(hall.house, &hall_clerk, &day, "000002", &error));
    assert_error_code(error, ERROR_RULE);
    g_clear_error(&error);
    hall_close(&hall);
}

static void the_root_of_a_close_is_the_journals(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number G_GNUC_UNUSED = hall_case(&hall, HALL_ITEM), *later = NULL,
                            *code = NULL;
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(hall.store, &error);
    WindowDay today = today_of(&hall);
    g_autoptr(json_t) closed = NULL;
    g_autofree char *root = NULL, *note = NULL;
    gint64 records;

    root = catalog_root(reader, &records, &error);
    assert_true(close_today(&hall, "000002", &error));
    later = hall_case(&hall, HALL_ITEM);
    closed = day_closed(reader, &today, &error);
    assert_string_equal(json_text(closed, "root"), root);
    assert_int_equal(json_int(closed, "records", 0), records);
    code = day_code(reader, &today, root, &error);
    assert_int_equal(strlen(code), 24);
    note = store_path(hall.store, "journal/checkpoint");
    assert_true(g_file_test(note, G_FILE_TEST_EXISTS));
    hall_close(&hall);
}

static void the_day_sheet_is_drawn(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number G_GNUC_UNUSED = hall_case(&hall, HALL_ITEM);
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(hall.store, &error);
    WindowDay today = today_of(&hall);
    g_autoptr(GBytes) before = NULL, after = NULL;

    before = day_sheet(hall.house, reader, &today, "王", &error);
    assert_no_error(error);
    assert_memory_equal(g_bytes_get_data(before, NULL), "%PDF", 4);
    assert_true(close_today(&hall, "000002", &error));
    after = day_sheet(hall.house, reader, &today, "王", &error);
    assert_no_error(error);
    assert_memory_equal(g_bytes_get_data(after, NULL), "%PDF", 4);
    hall_close(&hall);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_day_with_nothing_left_closes_without_a_signature),
    cmocka_unit_test(what_is_left_is_signed_by_another_person),
    cmocka_unit_test(a_number_without_content_is_left),
    cmocka_unit_test(a_day_is_not_closed_before_it_has_come_nor_behind_later_cases),
    cmocka_unit_test(the_root_of_a_close_is_the_journals),
    cmocka_unit_test(the_day_sheet_is_drawn),
};
TEST_MAIN(tests)
