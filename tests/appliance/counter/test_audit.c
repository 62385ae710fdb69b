/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/case_place.h"
#include "tests/appliance/counter/hall.h"

#include "appliance/counter/audit.h"

#include <string.h>

static json_t *audit(const Hall *hall, gboolean full)
{
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(hall->store, &error);
    Day today = house_today(hall->house);
    AuditRequest request = {.from = today - 60, .to = today, .full = full};
    json_t *statement = audit_run(hall->house, reader, &request, &error);

    assert_no_error(error);
    assert_non_null(statement);
    return statement;
}

static gint64 figure(const json_t *statement, const char *name)
{
    return json_int(json_object_get(statement, "figures"), name, -1);
}

/* The first finding of this code, or NULL. */
static const json_t *finding(const json_t *statement, const char *code)
{
    gsize i;
    json_t *one;

    json_array_foreach(json_object_get(statement, "findings"), i, one)
    {
        if (strcmp(json_text(one, "code"), code) == 0)
            return one;
    }
    return NULL;
}

static void a_period_with_nothing_amiss_is_complete(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number G_GNUC_UNUSED = hall_ended(&hall);
    g_autoptr(json_t) statement = audit(&hall, TRUE);

    assert_int_equal(json_array_size(json_object_get(statement, "findings")), 0);
    assert_true(json_flag(statement, "complete"));
    assert_int_equal(figure(statement, "numbers"), 1);
    assert_int_equal(figure(statement, "cases"), 1);
    assert_int_equal(figure(statement, "pages"), HALL_SLOTS);
    assert_int_equal(figure(statement, "read"), HALL_SLOTS);
    assert_int_equal(figure(statement, "unverified"), 0);
    hall_close(&hall);
}

static void a_quick_audit_says_what_it_did_not_read(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number G_GNUC_UNUSED = hall_ended(&hall);
    g_autoptr(json_t) statement = audit(&hall, FALSE);

    assert_int_equal(figure(statement, "read"), 0);
    assert_int_equal(figure(statement, "unverified"), HALL_SLOTS);
    hall_close(&hall);
}

static void a_case_behind_its_limit_is_named(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM), *printed = case_print_number(number);
    g_autoptr(json_t) before = NULL, after = NULL;

    hall_fill(&hall, number, NULL);
    hall_step(&hall, number, (LifeEvent){.type = EVENT_ACCEPT, .actor = ACTOR_CLERK});
    before = audit(&hall, FALSE);
    assert_null(finding(before, "overdue"));
    hall_now_us += 10 * DAY_US;
    after = audit(&hall, FALSE);
    assert_int_equal(figure(after, "late"), 1);
    assert_string_equal(json_text(finding(after, "overdue"), "where"), printed);
    assert_false(json_flag(after, "complete"));
    hall_close(&hall);
}

static void a_document_whose_page_went_elsewhere_is_missing(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    SideName side = hall_page(&hall, "a page");
    CasePlacing placing = {.number = number, .slot = "A01", .sides = &side, .n_sides = 1};
    GError *error = NULL;
    gint64 first = 0, second = 0;
    g_autoptr(json_t) moved = NULL, settled = NULL;

    assert_true(case_place(hall.house, &hall_clerk, &placing, &first, &error));
    placing.slot = "A02";
    assert_true(case_place(hall.house, &hall_clerk, &placing, &second, &error));
    assert_no_error(error);
    moved = audit(&hall, FALSE);
    assert_int_equal(figure(moved, "gaps"), 1);
    assert_true(g_str_has_suffix(json_text(finding(moved, "document-missing"), "where"), "-001"));
    assert_true(case_void_document(hall.house, &hall_clerk, number, first, "移入 A02", &error));
    settled = audit(&hall, FALSE);
    assert_int_equal(figure(settled, "gaps"), 0);
    assert_int_equal(figure(settled, "void"), 1);
    hall_close(&hall);
}

static void bytes_that_changed_are_found_by_a_full_audit(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM), *path = NULL;
    SideName side = hall_page(&hall, "the bytes as they were");
    CasePlacing placing = {.number = number, .slot = "A01", .sides = &side, .n_sides = 1};
    GError *error = NULL;
    gint64 document = 0;
    g_autoptr(Catalog) reader = store_reader(hall.store, &error);
    g_autoptr(json_t) row = NULL, quick = NULL, full = NULL;

    assert_true(case_place(hall.house, &hall_clerk, &placing, &document, &error));
    row = catalog_side(reader, side.batch, side.sheet, "a", &error);
    path = store_path(hall.store, json_text(row, "file"));
    assert_true(g_file_set_contents(path, "the bytes as they Were", -1, NULL));
    quick = audit(&hall, FALSE);
    assert_null(finding(quick, "altered"));
    full = audit(&hall, TRUE);
    assert_string_equal(json_text(finding(full, "altered"), "case"), number);
    assert_int_equal(figure(full, "altered"), 1);
    hall_close(&hall);
}

static void a_seed_draws_the_same_sample_again(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number G_GNUC_UNUSED = hall_ended(&hall);
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(hall.store, &error);
    Day today = house_today(hall.house);
    AuditRequest request = {.from = today, .to = today, .percent = 50, .seed = "抽查 7"};
    g_autoptr(json_t) first = audit_run(hall.house, reader, &request, &error);
    g_autoptr(json_t) second = audit_run(hall.house, reader, &request, &error);
    const json_t *sample = json_object_get(first, "sample");

    assert_no_error(error);
    assert_true(json_equal(sample, json_object_get(second, "sample")));
    assert_in_range(json_array_size(sample), 1, HALL_SLOTS - 1);
    assert_int_equal(figure(first, "read"), json_array_size(sample));
    hall_close(&hall);
}

static void the_report_is_the_same_for_the_same_statement(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number G_GNUC_UNUSED = hall_ended(&hall);
    g_autoptr(json_t) statement = audit(&hall, FALSE);
    GError *error = NULL;
    AuditSigner signer = {"赵六", "昆山市政务服务中心"};
    g_autoptr(GBytes) one = audit_pdf(hall.house, statement, &signer, &error);
    g_autoptr(GBytes) two = audit_pdf(hall.house, statement, &signer, &error);
    g_autofree char *html = audit_html(statement, "<大厅>"), *csv = audit_csv(statement);

    assert_no_error(error);
    assert_true(g_bytes_equal(one, two));
    assert_non_null(strstr(html, "&lt;大厅&gt;"));
    assert_null(strstr(html, "<script"));
    assert_true(g_str_has_prefix(csv, "\xEF\xBB\xBF项目,编号,结果\r\n"));
    hall_close(&hall);
}

static gboolean stop_at_once(void *data G_GNUC_UNUSED, guint done G_GNUC_UNUSED)
{
    return FALSE;
}

static void a_cancelled_audit_ends(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number G_GNUC_UNUSED = hall_case(&hall, HALL_ITEM);
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(hall.store, &error);
    Day today = house_today(hall.house);
    AuditRequest request = {.from = today, .to = today, .progress = stop_at_once};

    assert_null(audit_run(hall.house, reader, &request, &error));
    assert_error_code(error, ERROR_CANCELLED);
    g_clear_error(&error);
    hall_close(&hall);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_period_with_nothing_amiss_is_complete),
    cmocka_unit_test(a_quick_audit_says_what_it_did_not_read),
    cmocka_unit_test(a_case_behind_its_limit_is_named),
    cmocka_unit_test(a_document_whose_page_went_elsewhere_is_missing),
    cmocka_unit_test(bytes_that_changed_are_found_by_a_full_audit),
    cmocka_unit_test(a_seed_draws_the_same_sample_again),
    cmocka_unit_test(the_report_is_the_same_for_the_same_statement),
    cmocka_unit_test(a_cancelled_audit_ends),
};
TEST_MAIN(tests)
