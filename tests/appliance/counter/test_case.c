/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/case_open.h"
#include "appliance/counter/case_place.h"
#include "tests/appliance/counter/hall.h"

#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS    4
#define CASES_EACH 8
#define PROCESSES  2
#define NAME_OF_50                                                                                                                               \
    "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六" \
    "七八九十"

static gint64 count(const Hall *hall, const char *table)
{
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(hall->store, &error);
    g_autofree char *sql = g_strdup_printf("SELECT count(*) FROM %s", table);
    gint64 n = -1;

    assert_no_error(error);
    assert_true(db_int(catalog_db(reader), &n, 0, &error, sql, ""));
    return n;
}

/* ── opening ─────────────────────────────────────────────────────────────────────────────── */

static CaseOpening good(void)
{
    return (CaseOpening){.item = HALL_ITEM, .window = "003", .applicant = "张三"};
}

/* Refused with `code`, a message that holds `about`, and nothing changed. */
static void refused(const CaseOpening *opening, ErrorCode code, const char *about)
{
    Hall hall = hall_made("procedure");
    gint64 records = count(&hall, "leaf");
    char *number = NULL;
    GError *error = NULL;

    assert_false(case_open(hall.house, &hall_clerk, opening, &number, &error));
    assert_error_code(error, code);
    if (strstr(error->message, about) == NULL)
        fail_msg("'%s' does not name '%s'", error->message, about);
    g_clear_error(&error);
    assert_null(number);
    assert_int_equal(count(&hall, "leaf"), records);
    assert_int_equal(count(&hall, "cases"), 0);
    hall_close(&hall);
}

static void accepted(const CaseOpening *opening)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = NULL;
    g_autoptr(json_t) row = NULL;
    GError *error = NULL;
    gboolean ok = case_open(hall.house, &hall_clerk, opening, &number, &error);

    assert_no_error(error);
    assert_true(ok);
    row = hall_row(&hall, number);
    assert_string_equal(json_text(row, "applicant"), opening->applicant);
    hall_close(&hall);
}

static void a_case_gets_the_number_of_its_place_day_and_window(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM), *printed = case_print_number(number);
    g_autofree char *read = NULL;
    g_autoptr(json_t) row = hall_row(&hall, number);
    GError *error = NULL;

    assert_int_equal(strlen(number), 24);
    assert_true(g_str_has_prefix(printed, "320583-001-261120-003-0001-"));
    read = case_read_number(printed, &error);
    assert_no_error(error);
    assert_string_equal(read, number);
    assert_string_equal(json_text(row, "state"), "received");
    assert_string_equal(json_text(row, "applicant"), "张三");
    hall_close(&hall);
}

static void serials_run_by_window_and_day(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *one = hall_case(&hall, HALL_ITEM), *two = hall_case(&hall, HALL_ITEM);
    g_autofree char *other = NULL, *tomorrow = NULL;
    CaseOpening opening = good();
    GError *error = NULL;

    opening.window = "004";
    assert_true(case_open(hall.house, &hall_clerk, &opening, &other, &error));
    hall_now_us += G_GINT64_CONSTANT(86400) * G_USEC_PER_SEC;
    tomorrow = hall_case(&hall, HALL_ITEM);
    assert_memory_equal(one + 15, "0030001", 7);
    assert_memory_equal(two + 15, "0030002", 7);
    assert_memory_equal(other + 15, "0040001", 7);
    assert_memory_equal(tomorrow + 9, "2611210030001", 13);
    hall_close(&hall);
}

static void the_day_is_the_halls_not_the_worlds(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = NULL;

    hall_now_us += G_GINT64_CONSTANT(15) * 3600 * G_USEC_PER_SEC; /* 17:00 UTC, 1:00 in the hall */
    number = hall_case(&hall, HALL_ITEM);
    assert_memory_equal(number + 9, "261121", 6);
    hall_close(&hall);
}

static void an_unknown_item_is_refused(void **state G_GNUC_UNUSED)
{
    CaseOpening opening = good();

    opening.item = "999999";
    refused(&opening, ERROR_NO_ITEM, "999999");
}

static void a_case_without_a_name_is_refused(void **state G_GNUC_UNUSED)
{
    CaseOpening opening = good();

    opening.applicant = NULL;
    refused(&opening, ERROR_INVALID, "applicant");
    opening.applicant = "";
    refused(&opening, ERROR_INVALID, "applicant");
}

static void a_name_of_blanks_is_refused(void **state G_GNUC_UNUSED)
{
    CaseOpening opening = good();

    opening.applicant = "  　";
    refused(&opening, ERROR_INVALID, "applicant");
}

static void a_name_of_50_characters_is_taken_and_one_more_is_not(void **state G_GNUC_UNUSED)
{
    CaseOpening opening = good();

    opening.applicant = NAME_OF_50;
    accepted(&opening);
    opening.applicant = NAME_OF_50 "多";
    refused(&opening, ERROR_INVALID, "51");
}

static void rare_characters_and_the_dot_of_names_are_taken(void **state G_GNUC_UNUSED)
{
    static const char *const names[] = {"𠮷𡈼𬭊", "阿卜杜拉·买买提", "O'Neil, Ann-Marie"};
    CaseOpening opening = good();

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        opening.applicant = names[i];
        accepted(&opening);
    }
}

static void control_characters_in_a_name_are_refused(void **state G_GNUC_UNUSED)
{
    static const char *const names[] = {"张\t三", "张\n三", "张\x7f三", "张\xc2\x85三"};
    CaseOpening opening = good();

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        opening.applicant = names[i];
        refused(&opening, ERROR_INVALID, "control");
    }
}

static void bytes_that_are_no_text_are_refused(void **state G_GNUC_UNUSED)
{
    CaseOpening opening = good();

    opening.applicant = "张\xff三";
    refused(&opening, ERROR_INVALID, "applicant");
    opening = good();
    opening.phone = "138\xfe";
    refused(&opening, ERROR_INVALID, "phone");
    opening = good();
    opening.identity = "\xc0\x80";
    refused(&opening, ERROR_INVALID, "identity");
    opening = good();
    opening.platform_id = "\xed\xa0\x80";
    refused(&opening, ERROR_INVALID, "platform");
}

static void windows_are_three_digits_from_001(void **state G_GNUC_UNUSED)
{
    static const char *const windows[] = {"3", "0003", "000", "abc", "-01", "1 2", ""};
    CaseOpening opening = good();

    for (gsize i = 0; i < G_N_ELEMENTS(windows); i++) {
        opening.window = windows[i];
        refused(&opening, ERROR_INVALID, "window");
    }
}

static void an_unknown_channel_is_refused(void **state G_GNUC_UNUSED)
{
    CaseOpening opening = good();

    opening.channel = "pigeon";
    refused(&opening, ERROR_INVALID, "channel");
}

static void an_imported_checklist_never_changes_an_open_case(void **state G_GNUC_UNUSED)
{
    static const char old_name[] = "试验事项", new_name[] = "新试验事";
    Hall hall = hall_made("procedure");
    g_autofree char *before = hall_case(&hall, HALL_ITEM), *after = NULL;
    g_autoptr(json_t) old_row = hall_row(&hall, before), new_row = NULL;
    GError *error = NULL;
    g_autoptr(GBytes) bytes =
        store_definition(hall.store, json_text(old_row, "item_digest"), &error);
    g_autofree char *text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    char *at = strstr(text, old_name);

    memcpy(at, new_name, strlen(new_name));
    assert_true(
        house_import_item(hall.house, &hall_clerk, text, strlen(text), "new", NULL, &error));
    after = hall_case(&hall, HALL_ITEM);
    new_row = hall_row(&hall, after);
    assert_string_equal(case_item(hall.house, old_row, &error)->name, old_name);
    assert_string_equal(case_item(hall.house, new_row, &error)->name, new_name);
    hall_close(&hall);
}

/* ── numbers as typed ────────────────────────────────────────────────────────────────────── */

static void every_wrong_digit_of_a_number_is_noticed(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);

    for (int i = 0; i < 24; i++)
        for (char d = '0'; d <= '9'; d++) {
            g_autofree char *typed = g_strdup(number);
            g_autofree char *read = NULL;
            g_autoptr(GError) error = NULL;

            typed[i] = d;
            read = case_read_number(typed, &error);
            if (number[i] == d)
                assert_string_equal(read, number);
            else if (i >= 2) /* the first two say that it is a case at all */
                assert_error_code(error, ERROR_CHECK_DIGITS);
            else
                assert_non_null(error);
        }
    hall_close(&hall);
}

static void what_is_no_number_is_refused(void **state G_GNUC_UNUSED)
{
    static const char *const texts[] = {"", "1", "张三", "32058300126112100300177", "-"};

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        GError *error = NULL;

        assert_null(case_read_number(texts[i], &error));
        assert_non_null(error);
        g_clear_error(&error);
    }
}

/* ── facts of slots, fields ──────────────────────────────────────────────────────────────── */

static void note(const Hall *hall, const CaseFact *fact, ErrorCode expected)
{
    GError *error = NULL;
    gint64 before = count(hall, "leaf");
    gboolean ok = case_note(hall->house, &hall_clerk, fact, &error);

    if (expected == ERROR_NONE) {
        assert_no_error(error);
        assert_true(ok);
        return;
    }
    if (ok)
        fail_msg("slot '%s' %s=%s was taken", fact->slot, fact->what, fact->value);
    assert_error_code(error, expected);
    g_clear_error(&error);
    assert_int_equal(count(hall, "leaf"), before);
}

static void facts_of_slots_are_taken_when_they_make_sense(void **state G_GNUC_UNUSED)
{
    static const char *const facts[][3] = {
        {"A01", "tick:original", "yes"},
        {"A01", "tick:seal", "no"},
        {"A01", "copies", "0"},
        {"A02", "originals", "2"},
        {"A02", "issued", "2026-02-28"},
        {"A02", "expires", "长期"},
        {"A02", "expires", "2031-06-30"},
        {"A03", "declared-pages", "4"},
        {"A03", "placeholder", "too thick"},
        {"A04", "exempt", "licence 123"},
        {"", "answer:agent", "no"},
        {"A03", "placeholder", ""}, /* taken back */
        {"A04", "exempt", ""},
        {"", "answer:agent", ""},
    };
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);

    for (gsize i = 0; i < G_N_ELEMENTS(facts); i++)
        note(&hall, &(CaseFact){number, facts[i][0], facts[i][1], facts[i][2]}, ERROR_NONE);
    hall_close(&hall);
}

static void facts_that_make_no_sense_are_refused(void **state G_GNUC_UNUSED)
{
    static const char *const facts[][3] = {
        {"A99", "copies", "1"},
        {"B01", "copies", "1"},
        {"xyz", "copies", "1"},
        {"A01", "copies", "two"},
        {"A01", "copies", "-1"},
        {"A01", "smell", ""},
        {"A01", "issued", "2026-02-30"},
        {"A01", "issued", "长期"},
        {"A01", "expires", "2026-13-01"},
        {"A01", "declared-pages", "4x"},
        {"A01", "tick:original", "maybe"},
        {"A01", "tick:colour", "yes"},
        {"A01", "smell", "good"},
        {"", "answer:agent", "perhaps"},
        {"", "answer:weather", "yes"},
        {"", "side:1-2-c", "good"},
        {"", "side:1-2-a", "fair"},
        {"", "copies", "1"},
        {"A01", "placeholder", " "},
        {"A01", "exempt", " "},
        {"", "answer:weather", ""},
        {"", "smell", ""},
        {"A01", "later", "2026-02-30"},
    };
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);

    for (gsize i = 0; i < G_N_ELEMENTS(facts); i++)
        note(&hall, &(CaseFact){number, facts[i][0], facts[i][1], facts[i][2]}, ERROR_INVALID);
    hall_close(&hall);
}

static void a_fact_of_an_unknown_case_is_refused(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");

    note(&hall, &(CaseFact){"320583001261120003000999", "A01", "copies", "1"}, ERROR_NO_CASE);
    hall_close(&hall);
}

static void fields_are_kept_out_of_the_journal(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    g_autofree char *path = g_build_filename(hall.folder, "journal/0000000000000000.log", NULL);
    g_autofree char *journal = NULL;
    g_autoptr(json_t) fields = json_pack("{s:s}", "applicant", "王小明");
    g_autoptr(Catalog) reader = NULL;
    g_autoptr(json_t) kept = NULL;
    GError *error = NULL;

    assert_true(case_enter_fields(hall.house, &hall_clerk, number, fields, &error));
    reader = store_reader(hall.store, &error);
    kept = catalog_fields(reader, number, &error);
    assert_string_equal(json_text(kept, "applicant"), "王小明");
    assert_string_equal(json_text(kept, "phone"), "13800000000");
    assert_true(g_file_get_contents(path, &journal, NULL, NULL));
    assert_null(strstr(journal, "王小明"));
    assert_null(strstr(journal, "张三"));
    assert_null(strstr(journal, "13800000000"));
    hall_close(&hall);
}

/* ── moving paper ────────────────────────────────────────────────────────────────────────── */

static void side_names_are_read_strictly(void **state G_GNUC_UNUSED)
{
    static const char *const wrong[] = {"", "1", "1-2", "1-2-c", "1-2-ab", "a-b-c", "1-2-a-", "-"};
    SideName name;
    GError *error = NULL;

    assert_true(side_name_parse("12-3-b", &name, &error));
    assert_int_equal(name.batch, 12);
    assert_int_equal(name.sheet, 3);
    assert_int_equal(name.side, 'b');
    assert_true(side_name_parse("12-010-a", &name, &error));
    assert_int_equal(name.sheet, 10);
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        assert_false(side_name_parse(wrong[i], &name, &error));
        assert_error_code(error, ERROR_USAGE);
        g_clear_error(&error);
    }
}

static void paper_comes_out_of_the_tray_into_a_document(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    SideName sides[2] = {hall_page(&hall, NULL, "one"), hall_page(&hall, NULL, "two")};
    CasePlacing placing = {.number = number, .slot = "A02", .sides = &sides[0], .n_sides = 1};
    CasePlacing behind = {.number = number, .document = 1, .sides = &sides[1], .n_sides = 1};
    GError *error = NULL;
    gint64 document = 0;
    g_autoptr(Catalog) reader = NULL;
    g_autoptr(json_t) rows = NULL, tray = NULL;

    assert_true(case_place(hall.house, &hall_clerk, &placing, &document, &error));
    assert_int_equal(document, 1);
    assert_true(case_place(hall.house, &hall_clerk, &behind, &document, &error));
    assert_int_equal(document, 1);
    reader = store_reader(hall.store, &error);
    rows = catalog_sides(reader, number, &error);
    assert_int_equal(json_array_size(rows), 2);
    assert_int_equal(json_int(json_array_get(rows, 1), "batch", 0), sides[1].batch);
    tray = catalog_tray(reader, &error);
    assert_int_equal(json_array_size(tray), 0);
    hall_close(&hall);
}

static void place_refused(const Hall *hall, const CasePlacing *placing, ErrorCode code)
{
    GError *error = NULL;
    gint64 document = 0, before = count(hall, "leaf");

    assert_false(case_place(hall->house, &hall_clerk, placing, &document, &error));
    assert_error_code(error, code);
    g_clear_error(&error);
    assert_int_equal(count(hall, "leaf"), before);
}

static void misplacing_is_refused_and_changes_nothing(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    SideName side = hall_page(&hall, NULL, "one"), none = {99999, 1, 'a'};
    SideName mixed[2] = {side, none};

    place_refused(&hall, &(CasePlacing){number, "A99", 0, &side, 1}, ERROR_INVALID);
    place_refused(&hall, &(CasePlacing){number, "nonsense", 0, &side, 1}, ERROR_INVALID);
    place_refused(&hall, &(CasePlacing){number, NULL, 7, &side, 1}, ERROR_NOT_FOUND);
    place_refused(&hall, &(CasePlacing){number, "A01", 0, &none, 1}, ERROR_NOT_FOUND);
    place_refused(&hall, &(CasePlacing){number, "A01", 0, mixed, 2}, ERROR_NOT_FOUND);
    place_refused(&hall, &(CasePlacing){"320583001261120003000999", "A01", 0, &side, 1},
                  ERROR_NO_CASE);
    hall_close(&hall);
}

static void a_void_keeps_its_number_and_needs_a_reason(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    gint64 first = hall_hand_in(&hall, number, "A01"), second;
    g_autoptr(json_t) rows = NULL;
    GError *error = NULL;

    assert_false(case_void_document(hall.house, &hall_clerk, number, first, "", &error));
    assert_error_code(error, ERROR_INVALID);
    g_clear_error(&error);
    assert_true(case_void_document(hall.house, &hall_clerk, number, first, "wrong case", &error));
    assert_false(case_void_document(hall.house, &hall_clerk, number, first, "again", &error));
    assert_error_code(error, ERROR_NOT_FOUND);
    g_clear_error(&error);
    second = hall_hand_in(&hall, number, "A01");
    assert_int_equal(second, first + 1);
    rows = hall_documents(&hall, number);
    assert_string_equal(json_text(json_array_get(rows, 0), "state"), "void");
    hall_close(&hall);
}

static void a_void_side_leaves_its_document(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    SideName side = hall_page(&hall, NULL, "one"), none = {99999, 1, 'a'};
    CasePlacing placing = {.number = number, .slot = "A01", .sides = &side, .n_sides = 1};
    GError *error = NULL;
    gint64 document;

    assert_true(case_place(hall.house, &hall_clerk, &placing, &document, &error));
    assert_false(case_void_side(hall.house, &hall_clerk, &side, NULL, &error));
    assert_error_code(error, ERROR_INVALID);
    g_clear_error(&error);
    assert_false(case_void_side(hall.house, &hall_clerk, &none, "why", &error));
    assert_error_code(error, ERROR_NOT_FOUND);
    g_clear_error(&error);
    assert_true(case_void_side(hall.house, &hall_clerk, &side, "blurred", &error));
    assert_false(case_void_side(hall.house, &hall_clerk, &side, "again", &error));
    assert_error_code(error, ERROR_WRONG_STATE);
    g_clear_error(&error);
    hall_close(&hall);
}

static void a_void_side_cannot_be_placed_again(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    SideName side = hall_page(&hall, NULL, "one");
    GError *error = NULL;

    assert_true(case_void_side(hall.house, &hall_clerk, &side, "blurred", &error));
    place_refused(&hall, &(CasePlacing){number, "A01", 0, &side, 1}, ERROR_WRONG_STATE);
    hall_close(&hall);
}

/* ── who comes first ─────────────────────────────────────────────────────────────────────── */

static void *open_many(void *data)
{
    const Hall *hall = data;

    for (int i = 0; i < CASES_EACH; i++) {
        CaseOpening opening = good();
        g_autofree char *number = NULL;
        g_autoptr(GError) error = NULL;

        if (!case_open(hall->house, &hall_clerk, &opening, &number, &error))
            return g_strdup(error->message);
    }
    return NULL;
}

static void assert_serials_run_to(const Hall *hall, gint64 n)
{
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(hall->store, &error);
    gint64 distinct = 0, last = 0;

    assert_true(db_int(catalog_db(reader), &distinct, 0, &error,
                       "SELECT count(DISTINCT number) FROM cases", ""));
    assert_true(db_int(catalog_db(reader), &last, 0, &error, "SELECT max(serial) FROM cases", ""));
    assert_int_equal(distinct, n);
    assert_int_equal(last, n);
}

static void threads_draw_every_serial_once(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, open_many, &hall), 0);
    for (int i = 0; i < THREADS; i++) {
        void *why = NULL;

        pthread_join(threads[i], &why);
        if (why != NULL)
            fail_msg("%s", (char *)why);
    }
    assert_serials_run_to(&hall, THREADS * CASES_EACH);
    hall_close(&hall);
}

static void processes_draw_every_serial_once(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    pid_t children[PROCESSES];

    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            Hall own = hall_opened(g_strdup(hall.folder));

            _exit(open_many(&own) == NULL ? 0 : 1);
        }
    }
    testing_wait_all(children, PROCESSES);
    assert_null(open_many(&hall));
    assert_serials_run_to(&hall, (PROCESSES + 1) * CASES_EACH);
    hall_close(&hall);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_case_gets_the_number_of_its_place_day_and_window),
    cmocka_unit_test(serials_run_by_window_and_day),
    cmocka_unit_test(the_day_is_the_halls_not_the_worlds),
    cmocka_unit_test(an_unknown_item_is_refused),
    cmocka_unit_test(a_case_without_a_name_is_refused),
    cmocka_unit_test(a_name_of_blanks_is_refused),
    cmocka_unit_test(a_name_of_50_characters_is_taken_and_one_more_is_not),
    cmocka_unit_test(rare_characters_and_the_dot_of_names_are_taken),
    cmocka_unit_test(control_characters_in_a_name_are_refused),
    cmocka_unit_test(bytes_that_are_no_text_are_refused),
    cmocka_unit_test(windows_are_three_digits_from_001),
    cmocka_unit_test(an_unknown_channel_is_refused),
    cmocka_unit_test(an_imported_checklist_never_changes_an_open_case),
    cmocka_unit_test(every_wrong_digit_of_a_number_is_noticed),
    cmocka_unit_test(what_is_no_number_is_refused),
    cmocka_unit_test(facts_of_slots_are_taken_when_they_make_sense),
    cmocka_unit_test(facts_that_make_no_sense_are_refused),
    cmocka_unit_test(a_fact_of_an_unknown_case_is_refused),
    cmocka_unit_test(fields_are_kept_out_of_the_journal),
    cmocka_unit_test(side_names_are_read_strictly),
    cmocka_unit_test(paper_comes_out_of_the_tray_into_a_document),
    cmocka_unit_test(misplacing_is_refused_and_changes_nothing),
    cmocka_unit_test(a_void_keeps_its_number_and_needs_a_reason),
    cmocka_unit_test(a_void_side_leaves_its_document),
    cmocka_unit_test(a_void_side_cannot_be_placed_again),
    cmocka_unit_test(threads_draw_every_serial_once),
    cmocka_unit_test(processes_draw_every_serial_once),
};
TEST_MAIN(tests)
