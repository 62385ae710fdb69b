/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/testing.h"

#include "storage/journal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char *line_of(gint64 seq)
{
    return g_strdup_printf("{\"v\":1,\"seq\":%" G_GINT64_FORMAT ",\"act\":\"x\"}\n", seq);
}

static GPtrArray *lines_of(gint64 first, int n)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);

    for (int i = 0; i < n; i++)
        g_ptr_array_add(lines, line_of(first + i));
    return lines;
}

static void append(const char *folder, JournalPlace *place, int n)
{
    g_autoptr(GPtrArray) lines = lines_of(place->seq, n);
    GError *error = NULL;
    gboolean unknown;

    assert_true(journal_append(folder, place, lines, &unknown, &error));
    assert_no_error(error);
    assert_false(unknown);
}

static gboolean count_visit(const char *line G_GNUC_UNUSED, gsize size G_GNUC_UNUSED,
                            const json_t *record G_GNUC_UNUSED, JournalPlace next G_GNUC_UNUSED,
                            void *data, GError **error G_GNUC_UNUSED)
{
    ++*(int *)data;
    return TRUE;
}

static int count(const char *folder, JournalPlace *place)
{
    GError *error = NULL;
    int n = 0;

    *place = (JournalPlace){0};
    assert_true(journal_walk(folder, place, count_visit, &n, &error));
    return n;
}

static void append_raw(const char *folder, const char *text)
{
    g_autofree char *path = journal_segment_path(folder, 0);
    FILE *file = fopen(path, "a");

    fputs(text, file);
    fclose(file);
}

static void an_empty_journal_has_no_records(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    JournalPlace place;

    assert_int_equal(count(folder, &place), 0);
    assert_int_equal(place.seq, 0);
}

static void what_was_appended_is_walked_in_order(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    JournalPlace written = {0}, walked;

    append(folder, &written, 3);
    append(folder, &written, 2);
    assert_int_equal(count(folder, &walked), 5);
    assert_int_equal(walked.seq, 5);
    assert_int_equal(walked.offset, written.offset);
}

static void a_segment_ends_after_65536_records(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *second = journal_segment_path(folder, JOURNAL_SEGMENT_RECORDS);
    JournalPlace written = {0}, walked;

    append(folder, &written, JOURNAL_SEGMENT_RECORDS - 1);
    append(folder, &written, 4);
    assert_int_equal(written.seq, JOURNAL_SEGMENT_RECORDS + 3);
    assert_true(g_file_test(second, G_FILE_TEST_EXISTS));
    assert_int_equal(count(folder, &walked), JOURNAL_SEGMENT_RECORDS + 3);
    assert_int_equal(walked.offset, written.offset);
}

static void a_group_that_ends_a_segment_leaves_the_next_at_its_start(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    JournalPlace written = {0}, walked;

    append(folder, &written, JOURNAL_SEGMENT_RECORDS);
    assert_int_equal(written.offset, 0);
    append(folder, &written, 1);
    assert_int_equal(count(folder, &walked), JOURNAL_SEGMENT_RECORDS + 1);
}

static void a_torn_tail_is_not_walked_and_can_be_cut(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    JournalPlace place = {0}, walked;
    GError *error = NULL;
    gint64 cut;

    append(folder, &place, 2);
    append_raw(folder, "{\"v\":1,\"seq\":2,\"act");
    assert_int_equal(count(folder, &walked), 2);
    assert_true(journal_cut_tail(folder, walked, &cut, &error));
    assert_int_equal(cut, 19);
    append(folder, &place, 1);
    assert_int_equal(count(folder, &walked), 3);
}

static void a_journal_shorter_than_acknowledged_is_damaged(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *path = journal_segment_path(folder, 0);
    JournalPlace place = {0};
    GError *error = NULL;
    gint64 cut;

    append(folder, &place, 2);
    assert_int_equal(truncate(path, place.offset - 5), 0);
    assert_false(journal_cut_tail(folder, place, &cut, &error));
    assert_error_code(error, ERROR_JOURNAL_DAMAGED);
    g_clear_error(&error);
}

/* What is told as damage may be repaired: what is there is thrown away. */
static void a_segment_that_is_not_opened_need_not_be_damaged(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *path = journal_segment_path(folder, 0);
    JournalPlace place = {0};
    GError *error = NULL;
    gint64 cut;

    append(folder, &place, 1);
    assert_int_equal(unlink(path), 0);
    assert_false(journal_cut_tail(folder, place, &cut, &error));
    assert_error_code(error, ERROR_JOURNAL_DAMAGED);
    g_clear_error(&error);
    assert_int_equal(symlink(path, path), 0); /* ELOOP stands for a disk that does not answer */
    assert_false(journal_cut_tail(folder, place, &cut, &error));
    assert_error_code(error, ERROR_IO);
    g_clear_error(&error);
}

static void a_whole_line_that_is_no_record_is_damage(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    JournalPlace place = {0}, walked = {0};
    GError *error = NULL;
    int n = 0;

    append(folder, &place, 1);
    append_raw(folder, "garbage\n");
    assert_false(journal_walk(folder, &walked, count_visit, &n, &error));
    assert_error_code(error, ERROR_JOURNAL_DAMAGED);
    g_clear_error(&error);
}

static void a_record_out_of_sequence_is_damage(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    JournalPlace place = {0}, walked = {0};
    GError *error = NULL;
    int n = 0;

    append(folder, &place, 1);
    append_raw(folder, "{\"v\":1,\"seq\":7}\n");
    assert_false(journal_walk(folder, &walked, count_visit, &n, &error));
    assert_error_code(error, ERROR_JOURNAL_DAMAGED);
    g_clear_error(&error);
}

typedef struct {
    FileOp op;
    int fault;
} OneFault;

static int fail_op(FileOp op, const char *path G_GNUC_UNUSED, void *data)
{
    OneFault *fault = data;

    return op == fault->op ? fault->fault : 0;
}

static void a_write_that_fails_is_taken_back(void **state G_GNUC_UNUSED)
{
    static const int faults[] = {ENOSPC, EIO, FILE_SHORT_WRITE};

    for (gsize i = 0; i < G_N_ELEMENTS(faults); i++) {
        g_autofree char *folder = testing_folder();
        g_autoptr(GPtrArray) lines = lines_of(2, 2);
        OneFault fault = {FILE_WRITE, faults[i]};
        JournalPlace place = {0}, before, walked;
        GError *error = NULL;
        gboolean unknown;

        append(folder, &place, 2);
        before = place;
        file_fault_set(fail_op, &fault);
        assert_false(journal_append(folder, &place, lines, &unknown, &error));
        file_fault_set(NULL, NULL);
        assert_error_code(error, faults[i] == ENOSPC ? ERROR_DISK_FULL : ERROR_IO);
        assert_false(unknown);
        assert_int_equal(place.seq, before.seq);
        assert_int_equal(count(folder, &walked), 2);
        g_clear_error(&error);
    }
}

static void a_sync_that_fails_leaves_the_result_unknown(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autoptr(GPtrArray) lines = lines_of(0, 1);
    OneFault fault = {FILE_SYNC, EIO};
    JournalPlace place = {0};
    GError *error = NULL;
    gboolean unknown;

    file_fault_set(fail_op, &fault);
    assert_false(journal_append(folder, &place, lines, &unknown, &error));
    file_fault_set(NULL, NULL);
    assert_true(unknown);
    assert_error_code(error, ERROR_IO);
    g_clear_error(&error);
}

static void a_leaf_hash_is_rfc_6962(void **state G_GNUC_UNUSED)
{
    guint8 leaf[SHA256_DIGEST_SIZE];
    static const guint8 empty_leaf[] = {0x6e, 0x34, 0x0b, 0x9c, 0xff, 0xb3, 0x7a, 0x98,
                                        0x9c, 0xa5, 0x44, 0xe6, 0xbb, 0x78, 0x0a, 0x2c,
                                        0x78, 0x90, 0x1d, 0x3f, 0xb3, 0x37, 0x38, 0x76,
                                        0x85, 0x11, 0xa3, 0x06, 0x17, 0xaf, 0xa0, 0x1d};

    journal_leaf_hash("", 0, leaf);
    assert_memory_equal(leaf, empty_leaf, sizeof leaf);
}

static void a_segment_that_cannot_be_read_or_cut_says_so(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder(), *path = journal_segment_path(folder, 0);
    JournalPlace written = {0}, place = {0};
    NthFault nth = {.at = 1, .fault = EIO};
    GError *error = NULL;
    gint64 cut;
    int n = 0;

    append(folder, &written, 2);
    append_raw(folder, "{\"torn");
    file_fault_set(testing_fail_nth, &nth);
    assert_false(journal_cut_tail(folder, written, &cut, &error));
    file_fault_set(NULL, NULL);
    assert_error_code(error, ERROR_IO);
    g_clear_error(&error);
    assert_true(journal_cut_tail(folder, written, &cut, &error));
    assert_true(file_remove_tree(path, &error));
    assert_true(file_make_folder(path, 0700, &error));
    assert_false(journal_walk(folder, &place, count_visit, &n, &error));
    assert_error_code(error, ERROR_IO);
    g_clear_error(&error);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_empty_journal_has_no_records),
    cmocka_unit_test(what_was_appended_is_walked_in_order),
    cmocka_unit_test(a_segment_ends_after_65536_records),
    cmocka_unit_test(a_group_that_ends_a_segment_leaves_the_next_at_its_start),
    cmocka_unit_test(a_torn_tail_is_not_walked_and_can_be_cut),
    cmocka_unit_test(a_journal_shorter_than_acknowledged_is_damaged),
    cmocka_unit_test(a_whole_line_that_is_no_record_is_damage),
    cmocka_unit_test(a_record_out_of_sequence_is_damage),
    cmocka_unit_test(a_write_that_fails_is_taken_back),
    cmocka_unit_test(a_sync_that_fails_leaves_the_result_unknown),
    cmocka_unit_test(a_segment_that_is_not_opened_need_not_be_damaged),
    cmocka_unit_test(a_segment_that_cannot_be_read_or_cut_says_so),
    cmocka_unit_test(a_leaf_hash_is_rfc_6962),
};

TEST_MAIN(tests)
