/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/case_place.h"
#include "tests/appliance/counter/hall.h"

#include "appliance/counter/audit.h"
#include "appliance/counter/day.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
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
    SideName side = hall_page(&hall, NULL, "a page");
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
    SideName side = hall_page(&hall, NULL, "the bytes as they were");
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

static void a_damaged_template_gives_no_report(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autoptr(json_t) statement = audit(&hall, FALSE);
    g_autofree char *folder = store_path(hall.store, "templates");
    g_autofree char *path = g_build_filename(folder, "audit.json", NULL);
    AuditSigner signer = {"赵六", "昆山市政务服务中心"};
    GError *error = NULL;

    assert_int_equal(g_mkdir(folder, 0700), 0);
    assert_true(g_file_set_contents(path, "{\"blocks\": 7", -1, NULL));
    assert_null(audit_pdf(hall.house, statement, &signer, &error));
    assert_non_null(error);
    g_clear_error(&error);
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

/* ── what fails ──────────────────────────────────────────────────────────────────────────── */

/* Of the questions to every connection opened from here on, the one of this number is refused. */
static struct {
    guint at, asked;
} refusal;

static int refuse_nth(void *data G_GNUC_UNUSED, int action, const char *a G_GNUC_UNUSED,
                      const char *b G_GNUC_UNUSED, const char *c G_GNUC_UNUSED,
                      const char *d G_GNUC_UNUSED)
{
    if (action != SQLITE_SELECT)
        return SQLITE_OK;
    return ++refusal.asked == refusal.at ? SQLITE_DENY : SQLITE_OK;
}

static int watch(sqlite3 *handle, char **why G_GNUC_UNUSED, const void *api G_GNUC_UNUSED)
{
    return sqlite3_set_authorizer(handle, refuse_nth, NULL);
}

static void no_question_that_fails_is_taken_for_an_answer(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number G_GNUC_UNUSED = hall_ended(&hall);
    Day today = house_today(hall.house);
    WindowDay of_day = {"001", today};
    AuditRequest request = {.from = today - 60, .to = today, .full = TRUE};
    g_autoptr(json_t) good = NULL;
    GError *error = NULL;

    assert_true(day_close(hall.house, &hall_clerk, &of_day, "000002", &error));
    for (guint at = 1; good == NULL; at++) {
        g_autoptr(Catalog) reader = NULL;

        sqlite3_auto_extension((void (*)(void))watch);
        refusal.at = 0;
        reader = store_reader(hall.store, &error);
        assert_no_error(error);
        refusal.at = at;
        refusal.asked = 0;
        good = audit_run(hall.house, reader, &request, &error);
        sqlite3_cancel_auto_extension((void (*)(void))watch);
        assert_true((good == NULL) == (error != NULL));
        assert_true((good == NULL) == (refusal.asked >= at));
        g_clear_error(&error);
    }
    refusal.at = 0;
    assert_true(refusal.asked > 10);
    assert_true(json_flag(good, "complete"));
    hall_close(&hall);
}

static void a_page_that_is_gone_or_cannot_be_read_is_named(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    SideName sides[] = {hall_page(&hall, NULL, "one"), hall_page(&hall, NULL, "two")};
    SideName waiting G_GNUC_UNUSED = hall_page(&hall, NULL, "three");
    CasePlacing placing = {.number = number, .slot = "A01", .sides = sides, .n_sides = 2};
    gint64 document = 0;
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(hall.store, &error);
    g_autoptr(json_t) gone = catalog_side(reader, sides[0].batch, sides[0].sheet, "a", &error);
    g_autoptr(json_t) folder = catalog_side(reader, sides[1].batch, sides[1].sheet, "a", &error);
    g_autofree char *gone_path = store_path(hall.store, json_text(gone, "file"));
    g_autofree char *folder_path = store_path(hall.store, json_text(folder, "file"));
    g_autoptr(json_t) statement = NULL;

    assert_true(case_place(hall.house, &hall_clerk, &placing, &document, &error));
    assert_int_equal(g_unlink(gone_path), 0);
    assert_int_equal(g_unlink(folder_path), 0);
    assert_int_equal(g_mkdir(folder_path, 0700), 0);
    statement = audit(&hall, TRUE);
    assert_int_equal(figure(statement, "altered"), 2);
    assert_non_null(finding(statement, "file-missing"));
    assert_int_equal(figure(statement, "unplaced"), 1);
    assert_string_equal(json_text(finding(statement, "unplaced"), "text_en"),
                        "1 sides wait in the tray");
    hall_close(&hall);
}

/* The bytes of pages are the second half of the work. */
static gboolean stop_in_the_second_half(void *data, guint done)
{
    guint *last = data;

    *last = done;
    return done < 40;
}

static void an_audit_is_cancelled_among_the_pages_too(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number G_GNUC_UNUSED = hall_ended(&hall);
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(hall.store, &error);
    Day today = house_today(hall.house);
    guint last = 0;
    AuditRequest request = {.from = today,
                            .to = today,
                            .full = TRUE,
                            .progress = stop_in_the_second_half,
                            .progress_data = &last};

    assert_null(audit_run(hall.house, reader, &request, &error));
    assert_error_code(error, ERROR_CANCELLED);
    assert_int_equal(last, 40);
    g_clear_error(&error);
    hall_close(&hall);
}

/* The journal's first file, the store being open. */
static char *journal_of(const Hall *hall)
{
    g_autofree char *folder = store_path(hall->store, "journal");
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while ((name = g_dir_read_name(dir)) != NULL)
        if (g_str_has_suffix(name, ".log"))
            return g_build_filename(folder, name, NULL);
    fail_msg("no journal in %s", folder);
    return NULL;
}

static void a_journal_that_was_changed_is_a_finding(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number G_GNUC_UNUSED = hall_ended(&hall), *path = journal_of(&hall);
    g_autofree char *text = NULL;
    g_autoptr(json_t) statement = NULL;
    static const char record[] = "\"act\":\"side\""; /* no question of the audit reads it */

    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    assert_non_null(strstr(text, record));
    testing_flip(path, strstr(text, record) - text + (gint64)strlen("\"act\":\""), 1);
    statement = audit(&hall, FALSE);
    assert_non_null(finding(statement, "journal-damaged"));
    assert_false(json_flag(json_object_get(statement, "journal"), "good"));
    assert_false(json_flag(statement, "complete"));
    hall_close(&hall);
}

/* Not audited: there is no statement, and the error is not one of damage. */
static void not_audited(const Hall *hall)
{
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(hall->store, &error);
    Day today = house_today(hall->house);
    AuditRequest request = {.from = today, .to = today};

    assert_null(audit_run(hall->house, reader, &request, &error));
    assert_non_null(error);
    assert_int_not_equal(error_code(error), ERROR_JOURNAL_DAMAGED);
    g_clear_error(&error);
}

static void a_checkpoint_that_cannot_be_read_is_an_error(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *path = store_path(hall.store, "journal/checkpoint");

    (void)g_unlink(path);
    assert_int_equal(g_mkdir(path, 0700), 0);
    not_audited(&hall);
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
    cmocka_unit_test(a_damaged_template_gives_no_report),
    cmocka_unit_test(a_cancelled_audit_ends),
    cmocka_unit_test(no_question_that_fails_is_taken_for_an_answer),
    cmocka_unit_test(a_page_that_is_gone_or_cannot_be_read_is_named),
    cmocka_unit_test(an_audit_is_cancelled_among_the_pages_too),
    cmocka_unit_test(a_journal_that_was_changed_is_a_finding),
    cmocka_unit_test(a_checkpoint_that_cannot_be_read_is_an_error),
};
TEST_MAIN(tests)
