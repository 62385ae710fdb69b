/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/appliance/counter/hall.h"

#include "appliance/counter/say.h"
#include "storage/local/local.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static PaperIssued receipt_of(const Hall *hall, const char *number)
{
    PaperIssued issued = {0};
    GError *error = NULL;
    gboolean ok = paper_issue_receipt(hall->house, &hall_clerk, number, FALSE, &issued, &error);

    assert_no_error(error);
    assert_true(ok);
    return issued;
}

/* The paper of a one-time notice. */
static gboolean issue_notice(const Hall *hall, const char *number, PaperIssued *issued,
                             GError **error)
{
    g_auto(CaseActDone) done = {0};

    if (!case_act_supplement(hall->house, &hall_clerk, number, FALSE, &done, error))
        return FALSE;
    *issued = done.issued.papers[0];
    done.issued.papers[0] = (PaperIssued){0};
    return TRUE;
}

static PaperIssued notice_of(const Hall *hall, const char *number)
{
    PaperIssued issued = {0};
    GError *error = NULL;
    gboolean ok = issue_notice(hall, number, &issued, &error);

    assert_no_error(error);
    assert_true(ok);
    return issued;
}

static void notice_refused(const Hall *hall, const char *number, ErrorCode code)
{
    g_auto(PaperIssued) issued = {0};
    GError *error = NULL;

    if (issue_notice(hall, number, &issued, &error))
        fail_msg("a notice was issued: %s", issued.paper_number);
    assert_error_code(error, code);
    g_clear_error(&error);
}

static gboolean is_pdf(const PaperIssued *issued)
{
    return issued->pdf != NULL && g_bytes_get_size(issued->pdf) > 1000 &&
           memcmp(g_bytes_get_data(issued->pdf, NULL), "%PDF-", 5) == 0;
}

/* The "told" of the last record of a paper. */
static json_t *told_of(const Hall *hall, const char *number, gint64 document)
{
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(hall->store, &error);
    g_autoptr(GPtrArray) lines = store_records(hall->store, reader, number, &error);
    json_t *told = NULL;

    for (guint i = 0; i < lines->len; i++) {
        g_autoptr(json_t) record = json_loads(g_ptr_array_index(lines, i), 0, NULL);

        if (strcmp(json_text(record, "act"), "paper") == 0 &&
            json_int(record, "number", 0) == document) {
            json_decref(told);
            told = json_incref(json_object_get(record, "told"));
        }
    }
    return told;
}

static const json_t *document_of(json_t *rows, gint64 number)
{
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        if (json_int(row, "number", 0) == number)
            return row;
    }
    fail_msg("no document %d", (int)number);
    return NULL;
}

/* ── receipt ─────────────────────────────────────────────────────────────────────────────── */

static void a_receipt_is_the_next_document_and_lies_in_the_store(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    g_auto(PaperIssued) issued = {0};
    g_autoptr(json_t) rows = NULL;
    g_autofree char *path = NULL;
    g_autoptr(GBytes) stored = NULL;
    GError *error = NULL;

    hall_hand_in(&hall, number, "A01");
    hall_hand_in(&hall, number, "A02");
    issued = receipt_of(&hall, number);
    assert_int_equal(issued.document, 3);
    assert_int_equal(issued.reprint, 0);
    assert_true(is_pdf(&issued));
    rows = hall_documents(&hall, number);
    path = store_path(hall.store, json_text(document_of(rows, 3), "file"));
    stored = file_read(path, 1 << 24, &error);
    assert_no_error(error);
    assert_true(g_bytes_equal(stored, issued.pdf));
    assert_string_equal(json_text(document_of(rows, 3), "code"), "B01");
    hall_close(&hall);
}

static void the_same_receipt_again_is_a_marked_reprint(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    g_auto(PaperIssued) first = {0}, second = {0}, third = {0};
    g_autoptr(json_t) rows = NULL;

    hall_hand_in(&hall, number, "A01");
    first = receipt_of(&hall, number);
    second = receipt_of(&hall, number);
    third = receipt_of(&hall, number);
    assert_int_equal(second.document, first.document);
    assert_int_equal(second.reprint, 1);
    assert_int_equal(third.reprint, 2);
    assert_false(g_bytes_equal(first.pdf, second.pdf));
    assert_false(g_bytes_equal(second.pdf, third.pdf));
    rows = hall_documents(&hall, number);
    assert_int_equal(json_array_size(rows), 2);
    assert_int_equal(json_int(document_of(rows, first.document), "reprints", 0), 2);
    hall_close(&hall);
}

static void new_material_makes_a_new_receipt(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    g_auto(PaperIssued) first = {0}, second = {0};

    hall_hand_in(&hall, number, "A01");
    first = receipt_of(&hall, number);
    hall_hand_in(&hall, number, "A02");
    second = receipt_of(&hall, number);
    assert_int_equal(second.document, first.document + 2);
    assert_int_equal(second.reprint, 0);
    hall_close(&hall);
}

static void a_receipt_of_nothing_handed_in_is_still_a_receipt(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    g_auto(PaperIssued) issued = receipt_of(&hall, number);

    assert_int_equal(issued.document, 1);
    assert_true(is_pdf(&issued));
    hall_close(&hall);
}

static void large_print_is_another_sheet_of_the_same_paper(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    g_auto(PaperIssued) plain = {0}, large = {0};
    GError *error = NULL;

    hall_hand_in(&hall, number, "A01");
    plain = receipt_of(&hall, number);
    assert_true(paper_issue_receipt(hall.house, &hall_clerk, number, TRUE, &large, &error));
    assert_no_error(error);
    assert_int_equal(large.document, plain.document);
    assert_false(g_bytes_equal(plain.pdf, large.pdf));
    hall_close(&hall);
}

static void a_receipt_of_an_unknown_case_is_refused(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_auto(PaperIssued) issued = {0};
    GError *error = NULL;

    assert_false(paper_issue_receipt(hall.house, &hall_clerk, "320583001261120003000999", FALSE,
                                     &issued, &error));
    assert_error_code(error, ERROR_NO_CASE);
    g_clear_error(&error);
    hall_close(&hall);
}

/* ── who signs ───────────────────────────────────────────────────────────────────────────── */

/* 王芳 has the number 000007 on this machine. */
static void know_somebody(const Hall *hall)
{
    g_autofree char *path = store_path(hall->store, "local.db");
    GError *error = NULL;
    g_autoptr(Local) local = local_open(path, &error);
    char number[] = "000007", name[] = "王芳";

    assert_no_error(error);
    assert_true(local_person_put(local, &(LocalPerson){number, name, 0, TRUE}, &error));
}

static void expect_named(const Hall *hall, const char *actor, const char *name)
{
    g_autofree char *found = house_person(hall->house, actor);

    assert_string_equal(found, name);
}

static void who_acts_is_named_on_paper_where_she_is_known(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *path = store_path(hall.store, "local.db");

    expect_named(&hall, "000007", "000007");
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    know_somebody(&hall);
    expect_named(&hall, "000007", "王芳");
    expect_named(&hall, "000008", "000008");
    expect_named(&hall, "os:wang", "wang");
    expect_named(&hall, "system", "system");
    hall_close(&hall);
}

static void a_file_of_people_that_cannot_be_read_leaves_the_number(void **state G_GNUC_UNUSED)
{
    static const char text[] = "no database at all, and long enough for the head of one: "
                               "a hundred bytes must stand here before it is looked at again.";
    Hall hall = hall_made("procedure");
    g_autofree char *path = store_path(hall.store, "local.db");

    assert_true(g_file_set_contents(path, text, -1, NULL));
    expect_named(&hall, "000007", "000007");
    hall_close(&hall);
}

static void the_receipt_says_name_and_number_of_who_took_the_paper(void **state G_GNUC_UNUSED)
{
    static const StoreActor wang = {"000007", "window:003"};
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(hall.store, &error);
    Say say = {.house = hall.house, .catalog = reader, .actor = &wang, .number = number};
    g_autoptr(json_t) values = NULL;

    know_somebody(&hall);
    assert_true(say_load(&say, &error));
    values = say_paper(&say, PAPER_RECEIPT, 1, NULL);
    assert_string_equal(json_text(values, "clerk"), "王芳");
    assert_string_equal(json_text(values, "clerk_number"), "000007");
    say_clear(&say);
    g_clear_pointer(&reader, catalog_close);
    hall_close(&hall);
}

/* ── the one-time notice ─────────────────────────────────────────────────────────────────── */

static void the_notice_tells_every_defect_at_once(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    g_auto(PaperIssued) issued = {0};
    g_autoptr(json_t) told = NULL;
    GError *error = NULL;
    g_autoptr(Catalog) reader = NULL;
    g_autoptr(Check) check = NULL;
    g_autoptr(GPtrArray) defects = NULL;

    hall_hand_in(&hall, number, "A01");
    hall_hand_in(&hall, number, "A04");
    assert_true(
        case_note(hall.house, &hall_clerk, &(CaseFact){number, "A04", "originals", "0"}, &error));
    reader = store_reader(hall.store, &error);
    check = completeness_check(hall.house, reader, number, &error);
    assert_no_error(error);
    defects = check_defects(check);
    issued = notice_of(&hall, number);
    assert_non_null(strstr(issued.paper_number, "补"));
    assert_true(is_pdf(&issued));
    told = told_of(&hall, number, issued.document);
    assert_int_equal(json_array_size(told), defects->len);
    assert_true(defects->len >= HALL_SLOTS - 1);
    for (guint i = 0; i < defects->len; i++) {
        g_autofree char *key = defect_key(g_ptr_array_index(defects, i));
        gboolean found = FALSE;

        for (gsize k = 0; k < json_array_size(told); k++)
            found += strcmp(json_string_value(json_array_get(told, k)), key) == 0;
        if (found != 1)
            fail_msg("%s stands %d times on the notice", key, found);
    }
    hall_close(&hall);
}

static void a_complete_case_gets_no_notice(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    g_autoptr(json_t) rows = NULL;

    hall_fill(&hall, number, NULL);
    notice_refused(&hall, number, ERROR_RULE);
    rows = hall_documents(&hall, number);
    assert_int_equal(json_array_size(rows), HALL_SLOTS);
    hall_close(&hall);
}

static void a_second_notice_is_refused(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    g_auto(PaperIssued) issued = {0};
    g_autoptr(json_t) rows = NULL;
    g_autoptr(GError) error = NULL;
    g_auto(PaperIssued) second = {0};

    hall_fill(&hall, number, "A03");
    issued = notice_of(&hall, number);
    assert_false(issue_notice(&hall, number, &second, &error));
    assert_int_equal(error_exit_status(error_code(error)), 1);
    rows = hall_documents(&hall, number);
    assert_int_equal(json_array_size(rows), HALL_SLOTS - 1 + 1);
    hall_close(&hall);
}

/* ── looked at before ────────────────────────────────────────────────────────────────────── */

static gboolean preview(const Hall *hall, const char *number, PaperKind kind, PaperIssued *drawn,
                        GError **error)
{
    PaperRequest request = {.number = number, .kind = kind};

    return paper_preview(hall->house, &hall_clerk, &request, drawn, error);
}

static gint64 records_of(const Hall *hall, const char *number)
{
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(hall->store, &error);
    g_autoptr(GPtrArray) lines = store_records(hall->store, reader, number, &error);

    assert_no_error(error);
    return lines->len;
}

static void a_preview_is_drawn_and_nothing_is_recorded(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    g_auto(PaperIssued) notice = {0}, receipt = {0}, issued = {0};
    GError *error = NULL;
    gint64 before;

    hall_fill(&hall, number, "A03");
    before = records_of(&hall, number);
    assert_true(preview(&hall, number, PAPER_SUPPLEMENT, &notice, &error));
    assert_true(preview(&hall, number, PAPER_RECEIPT, &receipt, &error));
    assert_true(is_pdf(&notice));
    assert_true(is_pdf(&receipt));
    assert_string_equal(notice.paper_number, "（出具时编号）");
    assert_int_equal(records_of(&hall, number), before);
    issued = notice_of(&hall, number);
    assert_int_equal(issued.document, notice.document);
    assert_non_null(strstr(issued.paper_number, "〕1号"));
    hall_close(&hall);
}

static void a_preview_of_a_receipt_that_is_out_is_of_its_reprint(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    g_auto(PaperIssued) first = {0}, drawn = {0}, again = {0};
    GError *error = NULL;

    hall_fill(&hall, number, NULL);
    first = receipt_of(&hall, number);
    assert_true(preview(&hall, number, PAPER_RECEIPT, &drawn, &error));
    assert_int_equal(drawn.document, first.document);
    assert_int_equal(drawn.reprint, 1);
    again = receipt_of(&hall, number);
    assert_int_equal(again.reprint, 1);
    hall_close(&hall);
}

static void a_preview_is_refused_where_the_paper_would_be(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    const PaperKind refused[] = {PAPER_SUPPLEMENT, PAPER_ACCEPTANCE};

    hall_fill(&hall, number, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_auto(PaperIssued) drawn = {0};
        g_autoptr(GError) error = NULL;

        assert_false(preview(&hall, number, refused[i], &drawn, &error));
        assert_error_code(error, ERROR_RULE);
        assert_null(drawn.pdf);
    }
    hall_close(&hall);
}

/* ── 文书编号 ────────────────────────────────────────────────────────────────────────────── */

/* "昆水许补〔2026〕17号" → 17 */
static int serial_in(const char *paper_number)
{
    const char *at = strstr(paper_number, "〕");

    assert_non_null(at);
    return atoi(at + strlen("〕"));
}

static char *incomplete_case(const Hall *hall)
{
    char *number = hall_case(hall, HALL_ITEM);

    hall_hand_in(hall, number, "A01");
    return number;
}

static void paper_numbers_are_consecutive_over_cases(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");

    for (int i = 1; i <= 5; i++) {
        g_autofree char *number = incomplete_case(&hall);
        g_auto(PaperIssued) issued = notice_of(&hall, number);

        assert_int_equal(serial_in(issued.paper_number), i);
    }
    hall_close(&hall);
}

static void a_refused_paper_leaves_no_gap(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *one = incomplete_case(&hall), *two = incomplete_case(&hall), *full = NULL;
    g_auto(PaperIssued) first = notice_of(&hall, one), second = {0};

    full = hall_case(&hall, HALL_ITEM);
    hall_fill(&hall, full, NULL);
    notice_refused(&hall, full, ERROR_RULE);
    second = notice_of(&hall, two);
    assert_int_equal(serial_in(second.paper_number), serial_in(first.paper_number) + 1);
    hall_close(&hall);
}

static void the_next_year_begins_at_one(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *one = incomplete_case(&hall), *two = NULL;
    g_auto(PaperIssued) first = notice_of(&hall, one), second = {0};

    hall_now_us += G_GINT64_CONSTANT(60) * 86400 * G_USEC_PER_SEC;
    two = incomplete_case(&hall);
    second = notice_of(&hall, two);
    assert_non_null(strstr(first.paper_number, "2026"));
    assert_non_null(strstr(second.paper_number, "2027"));
    assert_int_equal(serial_in(second.paper_number), 1);
    hall_close(&hall);
}

#define NOTICES 6

static void process_notices(const char *folder)
{
    Hall own = hall_opened(g_strdup(folder));

    for (int i = 0; i < NOTICES; i++) {
        g_autofree char *number = incomplete_case(&own);
        g_auto(PaperIssued) issued = {0};
        g_autoptr(GError) error = NULL;

        if (!issue_notice(&own, number, &issued, &error))
            _exit(1);
    }
    _exit(0);
}

static void two_processes_give_every_number_once(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    pid_t children[2];
    GError *error = NULL;
    g_autoptr(Catalog) reader = NULL;
    gboolean seen[2 * NOTICES + 1] = {FALSE};
    g_autoptr(json_t) rows = NULL;

    for (int i = 0; i < 2; i++)
        if ((children[i] = fork()) == 0)
            process_notices(hall.folder);
    testing_wait_all(children, 2);
    assert_true(store_catch_up(hall.store, &error));
    reader = store_reader(hall.store, &error);
    rows = db_rows(catalog_db(reader), &error,
                   "SELECT paper_number FROM document WHERE paper_number IS NOT NULL", "");
    assert_int_equal(json_array_size(rows), 2 * NOTICES);
    for (gsize i = 0; i < json_array_size(rows); i++) {
        int serial = serial_in(json_text(json_array_get(rows, i), "paper_number"));

        assert_in_range(serial, 1, 2 * NOTICES);
        assert_false(seen[serial]);
        seen[serial] = TRUE;
    }
    hall_close(&hall);
}

/* ── a disk that fails ───────────────────────────────────────────────────────────────────── */

static void a_failing_disk_never_leaves_a_number_without_its_paper(void **state G_GNUC_UNUSED)
{
    static const int faults[] = {EIO, ENOSPC, FILE_SHORT_WRITE};
    Hall hall = hall_made("procedure");
    int last = 0;

    for (gsize f = 0; f < G_N_ELEMENTS(faults); f++) {
        gboolean done = FALSE;

        for (guint at = 1; !done; at++) {
            g_autofree char *number = hall_case(&hall, HALL_ITEM);
            g_auto(PaperIssued) issued = {0};
            g_autoptr(GError) error = NULL;
            g_autoptr(json_t) rows = NULL;
            NthFault nth = {.at = at, .fault = faults[f]};
            gboolean ok;

            file_fault_set(testing_fail_nth, &nth);
            ok = issue_notice(&hall, number, &issued, &error);
            file_fault_set(NULL, NULL);
            done = nth.count < at;
            hall_reopen(&hall);
            rows = hall_documents(&hall, number);
            if (ok)
                assert_int_equal(json_array_size(rows), 1);
            for (gsize i = 0; i < json_array_size(rows); i++) {
                const json_t *row = json_array_get(rows, i);
                g_autofree char *path = store_path(hall.store, json_text(row, "file"));

                assert_true(g_file_test(path, G_FILE_TEST_IS_REGULAR));
                assert_int_equal(serial_in(json_text(row, "paper_number")), last + 1);
                last++;
            }
            assert_true(at < 200);
        }
    }
    assert_true(last >= 3);
    hall_close(&hall);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_receipt_is_the_next_document_and_lies_in_the_store),
    cmocka_unit_test(the_same_receipt_again_is_a_marked_reprint),
    cmocka_unit_test(new_material_makes_a_new_receipt),
    cmocka_unit_test(a_receipt_of_nothing_handed_in_is_still_a_receipt),
    cmocka_unit_test(large_print_is_another_sheet_of_the_same_paper),
    cmocka_unit_test(a_receipt_of_an_unknown_case_is_refused),
    cmocka_unit_test(who_acts_is_named_on_paper_where_she_is_known),
    cmocka_unit_test(a_file_of_people_that_cannot_be_read_leaves_the_number),
    cmocka_unit_test(the_receipt_says_name_and_number_of_who_took_the_paper),
    cmocka_unit_test(the_notice_tells_every_defect_at_once),
    cmocka_unit_test(a_complete_case_gets_no_notice),
    cmocka_unit_test(a_second_notice_is_refused),
    cmocka_unit_test(a_preview_is_drawn_and_nothing_is_recorded),
    cmocka_unit_test(a_preview_of_a_receipt_that_is_out_is_of_its_reprint),
    cmocka_unit_test(a_preview_is_refused_where_the_paper_would_be),
    cmocka_unit_test(paper_numbers_are_consecutive_over_cases),
    cmocka_unit_test(a_refused_paper_leaves_no_gap),
    cmocka_unit_test(the_next_year_begins_at_one),
    cmocka_unit_test(two_processes_give_every_number_once),
    cmocka_unit_test(a_failing_disk_never_leaves_a_number_without_its_paper),
};
TEST_MAIN(tests)
