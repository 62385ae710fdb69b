/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/archive_view.h"
#include "appliance/counter/case_place.h"
#include "tests/appliance/counter/hall.h"

#include "appliance/counter/hold.h"

#include <string.h>

static void set(const Hall *hall, const char *number, const char *reference)
{
    HoldRequest request = {number, "李四诉某局一案", reference};
    GError *error = NULL;
    gboolean ok = hold_set(hall->house, &hall_clerk, &request, &error);

    assert_no_error(error);
    assert_true(ok);
}

static void lift(const Hall *hall, const char *number)
{
    HoldRequest request = {number, "案件已结", NULL};
    GError *error = NULL;
    gboolean ok = hold_lift(hall->house, &hall_clerk, &request, &error);

    assert_no_error(error);
    assert_true(ok);
}

static gboolean is_held(const Hall *hall, const char *number, GError **error)
{
    g_autoptr(Catalog) reader = store_reader(hall->store, error);

    return !hold_check(reader, number, error);
}

static void a_hold_stands_until_it_is_lifted(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    GError *error = NULL;

    assert_false(is_held(&hall, number, &error));
    assert_no_error(error);
    set(&hall, number, "（2026）苏0583民初1号");
    assert_true(is_held(&hall, number, &error));
    assert_error_code(error, ERROR_HELD);
    assert_non_null(strstr(error->message, "苏0583民初1号"));
    g_clear_error(&error);
    lift(&hall, number);
    assert_false(is_held(&hall, number, &error));
    hall_close(&hall);
}

static void two_holds_are_lifted_together(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(hall.store, &error);
    g_autoptr(json_t) open = NULL, all = NULL;

    set(&hall, number, "一");
    set(&hall, number, NULL);
    lift(&hall, number);
    open = catalog_holds(reader, number, TRUE, &error);
    all = catalog_holds(reader, number, FALSE, &error);
    assert_int_equal(json_array_size(open), 0);
    assert_int_equal(json_array_size(all), 2);
    assert_string_equal(json_text(json_array_get(all, 1), "lifted_why"), "案件已结");
    hall_close(&hall);
}

static void what_is_not_held_cannot_be_lifted(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    GError *error = NULL;

    assert_false(hold_lift(hall.house, &hall_clerk, &(HoldRequest){number, "x", NULL}, &error));
    assert_error_code(error, ERROR_WRONG_STATE);
    g_clear_error(&error);
    assert_false(hold_set(hall.house, &hall_clerk, &(HoldRequest){number, "", NULL}, &error));
    assert_error_code(error, ERROR_INVALID);
    g_clear_error(&error);
    assert_false(hold_set(hall.house, &hall_clerk,
                          &(HoldRequest){"320583001261121003001797", "x", NULL}, &error));
    assert_error_code(error, ERROR_NO_CASE);
    g_clear_error(&error);
    hall_close(&hall);
}

static void nothing_of_a_held_case_is_taken_out_of_use(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    SideName side = hall_page(&hall, NULL, "a page");
    CasePlacing placing = {.number = number, .slot = "A01", .sides = &side, .n_sides = 1};
    gint64 document = 0;
    GError *error = NULL;

    assert_true(case_place(hall.house, &hall_clerk, &placing, &document, &error));
    set(&hall, number, NULL);
    assert_false(case_void_side(hall.house, &hall_clerk, &side, "wrong", &error));
    assert_error_code(error, ERROR_HELD);
    g_clear_error(&error);
    assert_false(case_void_document(hall.house, &hall_clerk, number, document, "wrong", &error));
    assert_error_code(error, ERROR_HELD);
    g_clear_error(&error);
    lift(&hall, number);
    assert_true(case_void_document(hall.house, &hall_clerk, number, document, "wrong", &error));
    hall_close(&hall);
}

static void a_held_case_is_filed_and_its_remarks_sheet_says_so(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_ended(&hall), *archive_number = NULL;
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(hall.store, &error);
    g_autoptr(ArchiveView) view = NULL;
    const GPtrArray *remarks;
    gboolean said = FALSE, ok;

    set(&hall, number, "协助通知书7号");
    view = archive_view(hall.house, reader, number, NULL, &error);
    assert_no_error(error);
    remarks = archive_view_filing(view)->remarks;
    for (guint i = 0; i < remarks->len; i++)
        said |= strstr(g_ptr_array_index(remarks, i), "协助通知书7号") != NULL;
    assert_true(said);
    ok = archive_file(hall.house, &hall_clerk, &(ArchiveRequest){.number = number}, &archive_number,
                      &error);
    assert_no_error(error);
    assert_true(ok);
    assert_true(is_held(&hall, number, NULL));
    hall_close(&hall);
}

static void reasons_are_secrets_and_survive_a_rebuild(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM), *before = NULL, *after = NULL;
    g_autofree char *journal = NULL, *path = NULL;
    GError *error = NULL;
    gint64 records;

    set(&hall, number, "一");
    lift(&hall, number);
    before = hall_dump(&hall);
    assert_non_null(strstr(before, "李四诉某局一案"));
    assert_true(store_rebuild(hall.store, &records, &error));
    after = hall_dump(&hall);
    assert_string_equal(before, after);
    path = store_path(hall.store, "journal/0000000000000000.log");
    assert_true(g_file_get_contents(path, &journal, NULL, NULL));
    assert_null(strstr(journal, "李四"));
    hall_close(&hall);
}

static void a_catalogue_of_an_older_version_is_made_anew(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM), *before = NULL, *after = NULL;
    g_autofree char *path = g_build_filename(hall.folder, "catalogue.db", NULL);
    GError *error = NULL;
    Db *db;

    set(&hall, number, "一");
    before = hall_dump(&hall);
    db = db_open(path, DB_READ_WRITE, &error);
    assert_true(db_script(db, "DROP TABLE hold; PRAGMA user_version = 1", &error));
    db_close(db);
    hall_reopen(&hall);
    after = hall_dump(&hall);
    assert_string_equal(before, after);
    hall_close(&hall);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_hold_stands_until_it_is_lifted),
    cmocka_unit_test(two_holds_are_lifted_together),
    cmocka_unit_test(what_is_not_held_cannot_be_lifted),
    cmocka_unit_test(nothing_of_a_held_case_is_taken_out_of_use),
    cmocka_unit_test(a_held_case_is_filed_and_its_remarks_sheet_says_so),
    cmocka_unit_test(reasons_are_secrets_and_survive_a_rebuild),
    cmocka_unit_test(a_catalogue_of_an_older_version_is_made_anew),
};
TEST_MAIN(tests)
