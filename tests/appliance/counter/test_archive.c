/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/archive_view.h"
#include "appliance/counter/case_place.h"
#include "tests/appliance/counter/hall.h"

#include "appliance/counter/export.h"
#include "storage/ocfl.h"
#include "storage/verify.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char *file_case(const Hall *hall, const char *number, const ArchiveRequest *asked,
                       GError **error)
{
    ArchiveRequest request = asked != NULL ? *asked : (ArchiveRequest){0};
    char *archive_number = NULL;

    request.number = number;
    return archive_file(hall->house, &hall_clerk, &request, &archive_number, error) ? archive_number
                                                                                    : NULL;
}

static char *filed(const Hall *hall, const char *number)
{
    GError *error = NULL;
    char *archive_number = file_case(hall, number, NULL, &error);

    assert_no_error(error);
    return archive_number;
}

static void refused(const Hall *hall, const char *number, const ArchiveRequest *asked,
                    ErrorCode code)
{
    GError *error = NULL;
    g_autofree char *archive_number = file_case(hall, number, asked, &error);

    if (archive_number != NULL)
        fail_msg("filed as %s", archive_number);
    assert_error_code(error, code);
    g_clear_error(&error);
}

static void count_finding(const VerifyFinding *finding, void *data)
{
    if (finding->severity == VERIFY_ERROR) {
        fprintf(stderr, "%s %s\n", finding->code, finding->path != NULL ? finding->path : "");
        (*(int *)data)++;
    }
}

static guint objects_below(const char *folder)
{
    g_autofree char *name_file = g_build_filename(folder, "0=ocfl_object_1.1", NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    guint n = 0;

    if (g_file_test(name_file, G_FILE_TEST_EXISTS))
        return 1;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);

        if (g_file_test(path, G_FILE_TEST_IS_DIR))
            n += objects_below(path);
    }
    return n;
}

/* The whole vault is a sound OCFL root; how many objects it has. */
static guint vault_objects(const Hall *hall)
{
    g_autofree char *root = store_path(hall->store, "vault/root");
    g_autofree char *staging = store_path(hall->store, "vault/staging");
    g_autoptr(GDir) dir = NULL;
    VerifyOptions options = {.level = VERIFY_FULL};
    VerifySummary summary;
    GError *error = NULL;
    int errors = 0;
    guint left = 0;

    if (!g_file_test(root, G_FILE_TEST_IS_DIR))
        return 0;
    assert_true(verify_path(root, &options, count_finding, &errors, &summary, &error));
    assert_no_error(error);
    assert_int_equal(errors, 0);
    dir = g_dir_open(staging, 0, NULL);
    while (dir != NULL && g_dir_read_name(dir) != NULL)
        left++;
    assert_int_equal(left, 0);
    return objects_below(root);
}

static json_t *sealed_case(const Hall *hall, const char *number)
{
    g_autofree char *vault = store_path(hall->store, "vault/root");
    g_autofree char *staging = store_path(hall->store, "vault/staging");
    g_autofree char *id = g_strdup_printf("urn:anjuan:%s", number);
    GError *error = NULL;
    g_autoptr(OcflRoot) root = ocfl_root_open(vault, staging, &error);
    g_autofree char *object = root != NULL ? ocfl_object_path(root, id) : NULL;
    g_autofree char *path = NULL;
    g_autoptr(GBytes) bytes = NULL;

    assert_no_error(error);
    path = g_build_filename(object, "v1/content/metadata/case.json", NULL);
    bytes = file_read(path, 1 << 24, &error);
    assert_no_error(error);
    return json_parse(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), "case.json",
                      ERROR_FORMAT, &error);
}

/* ── order ───────────────────────────────────────────────────────────────────────────────── */

/* Codes of the contents list by position, and what the void one says. */
static char *order_filed(const char *order)
{
    Hall hall = hall_made(order);
    g_autofree char *number = hall_thirteen(&hall), *archive_number = filed(&hall, number);
    g_autoptr(json_t) sealed = sealed_case(&hall, number);
    json_t *documents = json_object_get(sealed, "documents"), *row;
    const char *codes[14] = {NULL};
    int voids = 0, next_page = 1;
    gsize i;
    char *joined;

    assert_int_equal(json_array_size(documents), 13);
    json_array_foreach(documents, i, row)
    {
        gint64 position = json_int(row, "position", -1);

        if (json_text(row, "void") != NULL) {
            voids++;
            assert_int_equal(position, 0);
            assert_int_equal(json_int(row, "number", 0), 7);
            continue;
        }
        assert_in_range(position, 1, 12);
        assert_null(codes[position]);
        codes[position] = json_text(row, "code");
    }
    assert_int_equal(voids, 1);
    /* Page numbers run through the positions without a gap. */
    for (gint64 position = 1; position <= 12; position++)
        json_array_foreach(documents, i, row)
        {
            if (json_int(row, "position", 0) != position || json_int(row, "pages", 0) == 0)
                continue;
            assert_int_equal(json_int(row, "first_page", 0), next_page);
            next_page += (int)json_int(row, "pages", 0);
        }
    assert_int_equal(next_page - 1, json_int(json_object_get(sealed, "counts"), "pages", 0));
    joined = g_strjoinv(" ", (char **)&codes[1]);
    assert_int_equal(vault_objects(&hall), 1);
    hall_close(&hall);
    return joined;
}

static void procedure_files_in_the_order_of_what_happened(void **state G_GNUC_UNUSED)
{
    g_autofree char *codes = order_filed("procedure");

    assert_string_equal(codes, "A01 A02 A03 A04 A05 A06 A07 B01 B04 B02 C01 B21");
}

static void result_first_files_the_decision_before_all(void **state G_GNUC_UNUSED)
{
    g_autofree char *codes = order_filed("result-first");

    assert_string_equal(codes, "C01 B04 B01 B02 A01 A02 A03 A04 A05 A06 A07 B21");
}

static void a_filed_case_holds_its_frames_its_papers_and_its_records(void **state G_GNUC_UNUSED)
{
    static const char *const files[] = {
        "metadata/case.json",        "audit/records.jsonl",
        "documentation/cover.pdf",   "documentation/contents.pdf",
        "documentation/remarks.pdf", "representations/rep1/data/0001.tif"};
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_ended(&hall), *archive_number = filed(&hall, number);
    g_autofree char *vault = store_path(hall.store, "vault/root");
    g_autofree char *staging = store_path(hall.store, "vault/staging");
    g_autofree char *id = g_strdup_printf("urn:anjuan:%s", number);
    GError *error = NULL;
    g_autoptr(OcflRoot) root = ocfl_root_open(vault, staging, &error);
    g_autofree char *object = ocfl_object_path(root, id);

    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(object, "v1/content", files[i], NULL);

        if (!g_file_test(path, G_FILE_TEST_IS_REGULAR))
            fail_msg("%s is not in the vault", files[i]);
    }
    hall_close(&hall);
}

/* ── refusals ────────────────────────────────────────────────────────────────────────────── */

static void a_refusal_lists_every_reason(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    GError *error = NULL;
    g_autofree char *archive_number = NULL;
    SideName side = hall_page(&hall, NULL, "blurred");
    CasePlacing placing = {.number = number, .slot = "A01", .sides = &side, .n_sides = 1};
    const char *semicolon;
    gint64 document;
    g_autoptr(Catalog) reader = store_reader(hall.store, &error);
    g_autoptr(ArchiveView) view = NULL;

    assert_true(case_place(hall.house, &hall_clerk, &placing, &document, &error));
    assert_true(case_void_side(hall.house, &hall_clerk, &side, "blurred", &error));
    view = archive_view(hall.house, reader, number, NULL, &error);
    assert_no_error(error);
    archive_number = file_case(&hall, number, NULL, &error);
    assert_null(archive_number);
    assert_error_code(error, ERROR_FILING_REFUSED);
    /* As many as the arrangement has, one after the other. */
    semicolon = error->message;
    for (guint i = 0; i < archive_view_filing(view)->reasons->len; i++) {
        const FilingReason *reason = g_ptr_array_index(archive_view_filing(view)->reasons, i);

        semicolon = strstr(semicolon, reason->text_en);
        assert_non_null(semicolon);
    }
    assert_true(archive_view_filing(view)->reasons->len >= 2);
    g_clear_error(&error);
    hall_close(&hall);
}

static void an_open_case_is_not_filed_and_no_number_is_used(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *open = hall_case(&hall, HALL_ITEM), *ended = hall_ended(&hall);
    g_autofree char *archive_number = NULL;

    hall_fill(&hall, open, NULL);
    refused(&hall, open, NULL, ERROR_FILING_REFUSED);
    archive_number = filed(&hall, ended);
    assert_true(g_str_has_suffix(archive_number, "-0001"));
    assert_int_equal(vault_objects(&hall), 1);
    hall_close(&hall);
}

static void a_page_in_no_document_is_never_left_behind(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_ended(&hall), *archive_number = NULL;
    SideName side = hall_page(&hall, number, "between two documents");
    GError *error = NULL;

    archive_number = file_case(&hall, number, NULL, &error);
    assert_null(archive_number);
    assert_error_code(error, ERROR_FILING_REFUSED);
    assert_non_null(strstr(error->message, "sides in no document: 1"));
    g_clear_error(&error);
    assert_true(case_void_side(hall.house, &hall_clerk, &side, "not of this case", &error));
    archive_number = filed(&hall, number);
    assert_int_equal(vault_objects(&hall), 1);
    hall_close(&hall);
}

static void a_case_is_filed_once(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_ended(&hall), *archive_number = filed(&hall, number);
    GError *error = NULL;
    g_autofree char *again = file_case(&hall, number, NULL, &error);

    assert_null(again);
    assert_int_equal(error_exit_status(error_code(error)), 1);
    g_clear_error(&error);
    assert_int_equal(vault_objects(&hall), 1);
    hall_close(&hall);
}

static void an_unknown_case_is_not_filed(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");

    refused(&hall, "320583001261120003000999", NULL, ERROR_NO_CASE);
    hall_close(&hall);
}

static void nothing_of_a_filed_case_changes_in_place(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_ended(&hall), *archive_number = filed(&hall, number);
    SideName side = hall_page(&hall, NULL, "late");
    CasePlacing placing = {.number = number, .slot = "A01", .sides = &side, .n_sides = 1};
    g_autoptr(json_t) fields = json_pack("{s:s}", "applicant", "李四");
    GError *error = NULL;
    gint64 document;

    assert_false(case_place(hall.house, &hall_clerk, &placing, &document, &error));
    assert_error_code(error, ERROR_WRONG_STATE);
    g_clear_error(&error);
    assert_false(
        case_note(hall.house, &hall_clerk, &(CaseFact){number, "A01", "copies", "1"}, &error));
    assert_error_code(error, ERROR_WRONG_STATE);
    g_clear_error(&error);
    assert_false(case_enter_fields(hall.house, &hall_clerk, number, fields, &error));
    assert_error_code(error, ERROR_WRONG_STATE);
    g_clear_error(&error);
    assert_false(case_void_document(hall.house, &hall_clerk, number, 1, "why", &error));
    assert_error_code(error, ERROR_WRONG_STATE);
    g_clear_error(&error);
    hall_close(&hall);
}

/* ── archive numbers ─────────────────────────────────────────────────────────────────────── */

static void the_parts_of_a_number_may_be_asked_for(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_ended(&hall);
    GError *error = NULL;
    g_autofree char *archive_number = file_case(
        &hall, number,
        &(ArchiveRequest){.fonds = "Z222", .category = "SC", .retention = "D10", .unit = "0583"},
        &error);

    assert_no_error(error);
    assert_string_equal(archive_number, "Z222-ZY·SC·2026·D10·0583-0001");
    hall_close(&hall);
}

static void parts_that_no_number_can_hold_are_refused(void **state G_GNUC_UNUSED)
{
    static const ArchiveRequest wrong[] = {
        {.fonds = "z1"},       {.fonds = ""},    {.category = "ABC"}, {.category = "Q"},
        {.category = "ZY·QQ"}, {.category = ""}, {.retention = "D7"}, {.unit = "a-b"},
        {.unit = "a/b"},       {.unit = ""},
    };
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_ended(&hall), *archive_number = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++)
        refused(&hall, number, &wrong[i], ERROR_INVALID);
    archive_number = filed(&hall, number);
    assert_true(g_str_has_suffix(archive_number, "-0001"));
    hall_close(&hall);
}

static void numbers_run_within_their_series(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");

    for (int i = 1; i <= 3; i++) {
        g_autofree char *number = hall_ended(&hall), *other = hall_ended(&hall);
        g_autofree char *archive_number = filed(&hall, number);
        GError *error = NULL;
        g_autofree char *in_other =
            file_case(&hall, other, &(ArchiveRequest){.fonds = "Z222"}, &error);
        g_autofree char *suffix = g_strdup_printf("-%04d", i);

        assert_true(g_str_has_suffix(archive_number, suffix));
        assert_true(g_str_has_suffix(in_other, suffix));
    }
    assert_int_equal(vault_objects(&hall), 6);
    hall_close(&hall);
}

#define FILED_EACH 3

static void file_in_process(const char *folder)
{
    Hall own = hall_opened(g_strdup(folder));

    for (int i = 0; i < FILED_EACH; i++) {
        g_autofree char *number = hall_ended(&own);
        g_autoptr(GError) error = NULL;
        g_autofree char *archive_number = file_case(&own, number, NULL, &error);

        if (archive_number == NULL) {
            fprintf(stderr, "%s\n", error->message);
            _exit(1);
        }
    }
    _exit(0);
}

static void two_processes_number_without_gaps(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    pid_t children[2];
    GError *error = NULL;
    g_autoptr(Catalog) reader = NULL;
    g_autoptr(json_t) rows = NULL;

    for (int i = 0; i < 2; i++)
        if ((children[i] = fork()) == 0)
            file_in_process(hall.folder);
    testing_wait_all(children, 2);
    assert_true(store_catch_up(hall.store, &error));
    reader = store_reader(hall.store, &error);
    rows = db_rows(catalog_db(reader), &error,
                   "SELECT archive_number FROM cases ORDER BY archive_number", "");
    assert_int_equal(json_array_size(rows), 2 * FILED_EACH);
    for (gsize i = 0; i < json_array_size(rows); i++) {
        g_autofree char *suffix = g_strdup_printf("-%04zu", i + 1);

        assert_true(g_str_has_suffix(json_text(json_array_get(rows, i), "archive_number"), suffix));
    }
    assert_int_equal(vault_objects(&hall), 2 * FILED_EACH);
    hall_close(&hall);
}

/* ── faults ──────────────────────────────────────────────────────────────────────────────── */

/* A hall with one case that waits for filing, made once and copied. */
typedef struct {
    char *folder, *number;
} Ready;

static Ready ready_made(void)
{
    Hall hall = hall_made("procedure");
    Ready ready = {g_strdup(hall.folder), hall_ended(&hall)};

    hall_close(&hall);
    return ready;
}

static Hall ready_copy(const Ready *ready)
{
    g_autofree char *parent = testing_folder();
    char *folder = g_build_filename(parent, "data", NULL);
    const char *argv[] = {"cp", "-a", ready->folder, folder, NULL};
    int status = -1;

    assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
                             &status, NULL));
    assert_int_equal(status, 0);
    return hall_opened(folder);
}

/* Fail filing at its operation `at`, open the store again, look, and file. FALSE when there was no
 * such operation any more. */
static gboolean survive(const Ready *ready, guint at, int fault, gboolean stays)
{
    Hall hall = ready_copy(ready);
    const char *number = ready->number;
    g_autoptr(GError) error = NULL;
    NthFault nth = {.at = at, .fault = fault};
    g_autofree char *archive_number = NULL, *again = NULL;
    g_autoptr(json_t) row = NULL;
    gboolean was_filed, recovered;

    file_fault_set(stays ? testing_fail_from : testing_fail_nth, &nth);
    archive_number = file_case(&hall, number, NULL, &error);
    file_fault_set(NULL, NULL);
    g_clear_error(&error);
    hall_reopen(&hall);
    recovered = archive_recover(hall.store, &error);
    if (!recovered)
        fail_msg("operation %u: not recovered: %s", at, error->message);
    row = hall_row(&hall, number);
    was_filed = json_text(row, "filed_at") != NULL;
    if (archive_number != NULL)
        assert_true(was_filed);
    assert_int_equal(vault_objects(&hall), was_filed ? 1 : 0);
    if (!was_filed) {
        again = file_case(&hall, number, NULL, &error);
        if (again == NULL)
            fail_msg("operation %u: not filed again: %s", at, error->message);
        assert_true(g_str_has_suffix(again, "-0001"));
        assert_int_equal(vault_objects(&hall), 1);
    }
    at = at <= nth.count;
    file_remove_tree(hall.folder, &error) ? (void)0 : assert_no_error(error);
    hall_close(&hall);
    return (gboolean)at;
}

static void walk_faults(int fault, gboolean stays, guint step)
{
    Ready ready = ready_made();
    guint at = 1;

    while (survive(&ready, at, fault, stays)) {
        at += step;
        assert_true(at < 1000);
    }
    print_message("%u operations\n", at);
    g_free(ready.folder);
    g_free(ready.number);
    assert_true(at > 13);
}

static guint coarse(guint step)
{
    return g_strcmp0(g_getenv("ANJUAN_LONG"), "1") == 0 ? 1 : step;
}

static void a_crash_at_any_operation_leaves_it_filed_or_not_filed(void **state G_GNUC_UNUSED)
{
    walk_faults(EIO, TRUE, coarse(31));
}

static void a_full_disk_at_any_operation_leaves_it_filed_or_not_filed(void **state G_GNUC_UNUSED)
{
    walk_faults(ENOSPC, FALSE, coarse(37));
}

static void a_short_write_leaves_it_filed_or_not_filed(void **state G_GNUC_UNUSED)
{
    walk_faults(FILE_SHORT_WRITE, TRUE, coarse(37));
}

static void export_it(const Hall *hall, const char *number)
{
    g_autofree char *out = testing_folder();
    g_autofree char *path = g_build_filename(out, "case.tar", NULL);
    const char *numbers[] = {number, NULL};
    ExportRequest request = {.numbers = numbers, .path = path, .format = EXPORT_BAG_TAR};
    g_auto(ExportDone) done = {0};
    GError *error = NULL;
    gboolean ok = export_cases(hall->house, &hall_clerk, &request, &done, &error);

    assert_no_error(error);
    assert_true(ok);
}

/* A copy of the hall that fell between the record of the seal and the vault, by the operation that
 * failed; 0 when the seal was not yet on record there. */
static guint fallen_at(const Ready *ready, guint at, Hall *hall)
{
    NthFault nth = {.at = at, .fault = EIO};
    g_autofree char *archive_number = NULL;
    g_autoptr(json_t) row = NULL;
    GError *error = NULL;

    *hall = ready_copy(ready);
    file_fault_set(testing_fail_from, &nth);
    archive_number = file_case(hall, ready->number, NULL, &error);
    file_fault_set(NULL, NULL);
    g_clear_error(&error);
    hall_reopen(hall);
    row = hall_row(hall, ready->number);
    return json_text(row, "filed_at") != NULL && vault_objects(hall) == 0 ? at : nth.count;
}

static void what_is_sealed_but_not_yet_in_the_vault_is_exported(void **state G_GNUC_UNUSED)
{
    Ready ready = ready_made();
    Hall hall;
    guint at = fallen_at(&ready, G_MAXUINT, &hall); /* counts the operations */
    guint total = at;

    hall_close(&hall);
    while (fallen_at(&ready, at, &hall) != at || at == total) {
        hall_close(&hall);
        at--;
        assert_true(at > 0 && total - at < 40);
    }
    export_it(&hall, ready.number);
    assert_int_equal(vault_objects(&hall), 1);
    hall_close(&hall);
    g_free(ready.folder);
    g_free(ready.number);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(procedure_files_in_the_order_of_what_happened),
    cmocka_unit_test(result_first_files_the_decision_before_all),
    cmocka_unit_test(a_filed_case_holds_its_frames_its_papers_and_its_records),
    cmocka_unit_test(a_refusal_lists_every_reason),
    cmocka_unit_test(an_open_case_is_not_filed_and_no_number_is_used),
    cmocka_unit_test(a_page_in_no_document_is_never_left_behind),
    cmocka_unit_test(a_case_is_filed_once),
    cmocka_unit_test(an_unknown_case_is_not_filed),
    cmocka_unit_test(nothing_of_a_filed_case_changes_in_place),
    cmocka_unit_test(the_parts_of_a_number_may_be_asked_for),
    cmocka_unit_test(parts_that_no_number_can_hold_are_refused),
    cmocka_unit_test(numbers_run_within_their_series),
    cmocka_unit_test(two_processes_number_without_gaps),
    cmocka_unit_test(a_crash_at_any_operation_leaves_it_filed_or_not_filed),
    cmocka_unit_test(a_full_disk_at_any_operation_leaves_it_filed_or_not_filed),
    cmocka_unit_test(a_short_write_leaves_it_filed_or_not_filed),
    cmocka_unit_test(what_is_sealed_but_not_yet_in_the_vault_is_exported),
};
TEST_MAIN(tests)
