/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/storage/dump.h"
#include "tests/storage/made_store.h"

#include "storage/catalog_query.h"
#include "storage/secrets.h"
#include "storage/store_intern.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const StoreActor actor = {"os:test", "test"};

/* A command that opens a case of serial `*data`. */
static gboolean open_case(StoreTxn *txn, void *data, GError **error)
{
    int serial = *(int *)data;
    g_autofree char *number = g_strdup_printf("320583001261121003%04d00", serial);
    g_autoptr(json_t) secret =
        json_pack("{s:s, s:{s:s}}", "applicant", "张三丰", "fields", "phone", "13800000000");
    g_autofree char *path = secrets_case_path(number);
    g_autofree char *commitment = txn_secret(txn, path, secret);
    json_t *body =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:s}", "item", "000001", "item_digest",
                  "0", "kind", "即办件", "window", "003", "day", "261121", "serial", serial,
                  "channel", "window", "received_at", txn_now(txn), "secret", commitment);

    return txn_append(txn, "case.open", number, body, error) &&
           txn_append(txn, "document.open", number,
                      json_pack("{s:i, s:s, s:s, s:s, s:i, s:i, s:b}", "number", 1, "family", "A",
                                "code", "A01", "title", "申请书", "copies", 0, "originals", 1,
                                "kept", 1),
                      error);
}

static gboolean refuse(StoreTxn *txn, void *data, GError **error)
{
    return open_case(txn, data, error) && error_set(error, ERROR_RULE, "not today");
}

static gint64 count_cases(Store *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Catalog) reader = store_reader(store, &error);
    gint64 n = -1;

    assert_no_error(error);
    assert_true(db_int(catalog_db(reader), &n, 0, &error, "SELECT count(*) FROM cases", ""));
    return n;
}

static void write_case(Store *store, int serial)
{
    GError *error = NULL;

    assert_true(store_write(store, &actor, open_case, &serial, &error));
    assert_no_error(error);
}

static void a_folder_is_made_once(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    StoreOptions options = made_options(folder);
    GError *error = NULL;

    assert_false(store_create(&options, &made_origin, &error));
    assert_error_code(error, ERROR_DATA_FOLDER_EXISTS);
    g_clear_error(&error);
}

static void a_folder_with_other_files_is_refused(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *path = g_build_filename(folder, "letter.txt", NULL);
    StoreOptions options = made_options(folder);
    GError *error = NULL;

    assert_true(file_replace(path, 0600, "x", 1, &error));
    assert_false(store_create(&options, &made_origin, &error));
    assert_error_code(error, ERROR_DATA_FOLDER_EXISTS);
    g_clear_error(&error);
}

static void any_other_folder_is_no_data_folder(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    StoreOptions options = made_options(folder);
    GError *error = NULL;

    assert_null(store_open(&options, &error));
    assert_error_code(error, ERROR_NO_DATA_FOLDER);
    g_clear_error(&error);
}

static void what_was_written_is_read_back_after_reopening(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    Store *store = opened(folder);

    write_case(store, 1);
    store_close(store);
    store = opened(folder);
    assert_int_equal(count_cases(store), 1);
    store_close(store);
}

static void a_refused_command_leaves_nothing(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    g_autoptr(Store) store = opened(folder);
    GError *error = NULL;
    int serial = 1;

    assert_false(store_write(store, &actor, refuse, &serial, &error));
    assert_error_code(error, ERROR_RULE);
    g_clear_error(&error);
    assert_int_equal(count_cases(store), 0);
    write_case(store, 1);
    assert_int_equal(count_cases(store), 1);
}

static char *journal_text(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "journal/0000000000000000.log", NULL);
    char *text = NULL;

    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

static void records_have_the_published_shape_and_chain(void **state G_GNUC_UNUSED)
{
    static const char *const order[] = {"v",     "seq",   "prev",    "t",
                                        "trust", "actor", "station", "act"};
    g_autofree char *folder = made_folder();
    g_autoptr(Store) store = opened(folder);
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    g_autofree char *prev = g_strdup("");

    write_case(store, 1);
    text = journal_text(folder);
    lines = g_strsplit(g_strchomp(text), "\n", -1);
    assert_int_equal(g_strv_length(lines), 3);
    for (guint i = 0; lines[i] != NULL; i++) {
        g_autoptr(json_t) record = json_loads(lines[i], 0, NULL);
        guint8 leaf[SHA256_DIGEST_SIZE];
        void *key = json_object_iter(record);

        for (gsize k = 0; k < G_N_ELEMENTS(order); k++) {
            assert_string_equal(json_object_iter_key(key), order[k]);
            key = json_object_iter_next(record, key);
        }
        assert_int_equal(json_int(record, "seq", -1), i);
        assert_string_equal(json_text(record, "prev"), prev);
        assert_int_equal(strlen(json_text(record, "nonce")), 32);
        assert_int_equal(json_int(record, "more", 0), i == 1 ? 1 : 0);
        journal_leaf_hash(lines[i], strlen(lines[i]), leaf);
        g_free(prev);
        prev = g_malloc(65);
        for (gsize b = 0; b < sizeof leaf; b++)
            g_snprintf(prev + 2 * b, 3, "%02x", leaf[b]);
    }
}

static void no_personal_data_stands_in_the_journal(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    g_autoptr(Store) store = opened(folder);
    g_autofree char *text = NULL;

    write_case(store, 1);
    text = journal_text(folder);
    assert_null(strstr(text, "张三丰"));
    assert_null(strstr(text, "13800000000"));
}

static void time_never_goes_back(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    g_autoptr(Store) store = opened(folder);
    g_autoptr(Catalog) reader = NULL;
    g_autoptr(json_t) rows = NULL;
    GError *error = NULL;

    write_case(store, 1);
    made_now_us -= G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC;
    write_case(store, 2);
    made_now_us += G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC;
    reader = store_reader(store, &error);
    rows = catalog_cases_between(reader, "2000", "3000", &error);
    assert_string_equal(json_text(json_array_get(rows, 0), "recorded_at"),
                        json_text(json_array_get(rows, 1), "recorded_at"));
}

static void a_second_process_sees_and_extends_what_the_first_wrote(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    g_autoptr(Store) first = opened(folder), second = opened(folder);

    write_case(first, 1);
    write_case(second, 2);
    write_case(first, 3);
    assert_int_equal(count_cases(second), 3);
}

static char *dump(const char *folder)
{
    static const char *const tables[] = {"leaf",  "node",  "event",    "setting",     "definition",
                                         "cases", "field", "document", "batch",       "side",
                                         "code",  "slot",  "bundle",   "name_bigram", NULL};

    return dump_tables(folder, tables);
}

static void rebuild_gives_the_same_rows(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    g_autoptr(Store) store = opened(folder);
    g_autofree char *before = NULL, *after = NULL;
    GError *error = NULL;
    gint64 records;

    for (int i = 1; i <= 20; i++)
        write_case(store, i);
    before = dump(folder);
    assert_true(store_rebuild(store, &records, &error));
    assert_int_equal(records, 41);
    after = dump(folder);
    assert_string_equal(before, after);
    write_case(store, 21);
}

static void a_lost_catalogue_is_replayed_at_opening(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    g_autofree char *path = g_build_filename(folder, "catalogue.db", NULL);
    Store *store = opened(folder);
    g_autofree char *before = NULL, *after = NULL;

    write_case(store, 1);
    store_close(store);
    before = dump(folder);
    assert_int_equal(unlink(path), 0);
    store = opened(folder);
    after = dump(folder);
    assert_string_equal(before, after);
    store_close(store);
}

static void a_command_cut_in_the_middle_is_taken_back_whole(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    g_autofree char *log = g_build_filename(folder, "journal/0000000000000000.log", NULL);
    g_autofree char *db = g_build_filename(folder, "catalogue.db", NULL);
    g_autofree char *text = NULL;
    Store *store = opened(folder);
    char *last;

    write_case(store, 1);
    store_close(store);
    text = journal_text(folder);
    /* The second record of the command is torn, and the catalogue never saw either. */
    last = g_strrstr(text, "{\"v\":");
    assert_int_equal(truncate(log, last - text + 10), 0);
    assert_int_equal(unlink(db), 0);
    store = opened(folder);
    assert_int_equal(count_cases(store), 0);
    write_case(store, 1);
    assert_int_equal(count_cases(store), 1);
    store_close(store);
}

static void an_act_of_a_newer_version_opens_for_reading_only(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    g_autofree char *log = g_build_filename(folder, "journal/0000000000000000.log", NULL);
    Store *store = opened(folder);
    CatalogMark mark;
    GError *error = NULL;
    g_autoptr(Catalog) catalog = NULL;
    FILE *file;
    int serial = 2;

    write_case(store, 1);
    store_close(store);
    catalog = catalog_open(folder, DB_READ_ONLY, &error);
    assert_true(catalog_mark(catalog, &mark, &error));
    file = fopen(log, "a");
    fprintf(file,
            "{\"v\":2,\"seq\":3,\"prev\":\"%s\",\"t\":\"%s\",\"trust\":\"synced\",\"actor\":\"x\","
            "\"station\":\"x\",\"act\":\"teleport\",\"nonce\":\"0\"}\n",
            mark.last_leaf, mark.last_t);
    fclose(file);
    store = opened(folder);
    assert_true(store_is_read_only(store));
    assert_int_equal(count_cases(store), 1);
    assert_false(store_write(store, &actor, open_case, &serial, &error));
    assert_error_code(error, ERROR_READ_ONLY);
    g_clear_error(&error);
    store_close(store);
}

static void a_changed_record_is_found(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    g_autofree char *log = g_build_filename(folder, "journal/0000000000000000.log", NULL);
    g_autofree char *text = NULL;
    g_autoptr(Store) store = opened(folder);
    GError *error = NULL;
    gint64 records;

    write_case(store, 1);
    text = journal_text(folder);
    strstr(text, "os:test")[3] = 'T';
    assert_true(g_file_set_contents(log, text, -1, NULL));
    assert_false(store_rebuild(store, &records, &error));
    assert_error_code(error, ERROR_JOURNAL_DAMAGED);
    g_clear_error(&error);
    assert_int_equal(count_cases(store), 1);
}

static void a_journal_that_lost_its_end_is_found(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    g_autofree char *log = g_build_filename(folder, "journal/0000000000000000.log", NULL);
    g_autofree char *text = NULL;
    g_autoptr(Store) store = opened(folder);
    GError *error = NULL;
    gint64 records;

    write_case(store, 1);
    text = journal_text(folder);
    text[strlen(text) - 1] = '\0';
    *(strrchr(text, '\n') + 1) = '\0';
    assert_true(g_file_set_contents(log, text, -1, NULL));
    assert_false(store_verify_journal(store, &records, &error));
    assert_error_code(error, ERROR_JOURNAL_DAMAGED);
    g_clear_error(&error);
}

/* What is written beside a check is not looked at. */
static void a_replay_ends_where_it_is_asked_to(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    g_autofree char *journal = g_build_filename(folder, "journal", NULL);
    g_autoptr(Store) store = opened(folder);
    GError *error = NULL;
    g_autoptr(Catalog) scratch = NULL;
    gint64 until, records, cases;

    write_case(store, 1);
    assert_true(store_verify_journal(store, &until, &error));
    write_case(store, 2);
    scratch = catalog_open_scratch(folder, &error);
    assert_true(store_replay(journal, scratch, until, &records, &error));
    assert_int_equal(records, until);
    assert_true(db_int(catalog_db(scratch), &cases, 0, &error, "SELECT count(*) FROM cases", ""));
    assert_int_equal(cases, 1);
    assert_true(store_replay(journal, scratch, G_MAXINT64, &records, &error));
    assert_true(records > 0);
}

static void a_record_that_is_not_there_is_told(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    g_autoptr(Store) store = opened(folder);
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(store, &error);

    assert_null(store_record(store, reader, 99, &error));
    assert_error_code(error, ERROR_NOT_FOUND);
    g_clear_error(&error);
}

/* One write with a fault at position `at`; TRUE when the write went through. */
static gboolean write_with_fault(const char *folder, guint at, int fault)
{
    Store *store = opened(folder);
    NthFault nth = {.at = at, .fault = fault};
    GError *error = NULL;
    int serial = 2;
    gboolean ok;

    file_fault_set(testing_fail_nth, &nth);
    ok = store_write(store, &actor, open_case, &serial, &error);
    file_fault_set(NULL, NULL);
    if (!ok)
        assert_non_null(error);
    g_clear_error(&error);
    store_close(store);
    return ok;
}

static void a_fault_at_every_file_operation_loses_nothing(void **state G_GNUC_UNUSED)
{
    static const int faults[] = {ENOSPC, EIO, FILE_SHORT_WRITE};
    int injected = 0;

    for (gsize f = 0; f < G_N_ELEMENTS(faults); f++) {
        for (guint at = 1;; at++) {
            g_autofree char *folder = made_folder();
            Store *store = opened(folder);
            gboolean ok;
            gint64 cases;

            write_case(store, 1);
            store_close(store);
            ok = write_with_fault(folder, at, faults[f]);
            store = opened(folder);
            cases = count_cases(store);
            /* Acknowledged is there; refused is absent, or whole where the sync left it unknown. */
            assert_true(ok ? cases == 2 : cases == 1 || cases == 2);
            write_case(store, 3);
            assert_int_equal(count_cases(store), cases + 1);
            store_close(store);
            if (ok)
                break;
            injected++;
        }
    }
    print_message("%d faults injected, 0 lost\n", injected);
    assert_true(injected >= 15);
}

typedef struct {
    Store *store;
    int first;
} Writer;

static void *write_many(void *data)
{
    Writer *writer = data;

    for (int i = 0; i < 25; i++) {
        int serial = writer->first + i;

        if (!store_write(writer->store, &actor, open_case, &serial, NULL))
            return GINT_TO_POINTER(1);
    }
    return NULL;
}

static void threads_write_in_groups_without_losing_any(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    g_autoptr(Store) store = opened(folder);
    pthread_t threads[4];
    Writer writers[4];

    for (int i = 0; i < 4; i++) {
        writers[i] = (Writer){store, 1 + 100 * i};
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, &writers[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        void *result;

        pthread_join(threads[i], &result);
        assert_null(result);
    }
    assert_int_equal(count_cases(store), 100);
}

/* A child that writes until it is killed, telling each acknowledged serial through a pipe. */
static void write_until_killed(const char *folder, int first, int out)
{
    Store *store = opened(folder);

    for (int serial = first;; serial++) {
        write_case(store, serial);
        if (write(out, &serial, sizeof serial) != sizeof serial)
            _exit(1);
    }
}

static void what_a_killed_process_acknowledged_is_there(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    int acknowledged = 0;

    for (int round = 0; round < 10; round++) {
        int pipes[2], serial;
        pid_t pid;
        Store *store;

        assert_int_equal(pipe(pipes), 0);
        pid = fork();
        if (pid == 0) {
            close(pipes[0]);
            write_until_killed(folder, 1 + round * 500, pipes[1]);
        }
        close(pipes[1]);
        /* Killed at no particular moment of the write after the n-th acknowledgement. */
        for (int i = 0; i <= round && read(pipes[0], &serial, sizeof serial) == sizeof serial; i++)
            acknowledged++;
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        while (read(pipes[0], &serial, sizeof serial) == sizeof serial)
            acknowledged++;
        close(pipes[0]);
        store = opened(folder);
        assert_true(count_cases(store) >= acknowledged);
        /* At most one write per round was under way and not yet told. */
        assert_true(count_cases(store) <= acknowledged + round + 1);
        store_close(store);
    }
}

static void names_are_found_by_prefix_inside_and_whole(void **state G_GNUC_UNUSED)
{
    static const char *const queries[] = {"张", "张三", "三丰", "张三丰"};
    g_autofree char *folder = made_folder();
    g_autoptr(Store) store = opened(folder);
    g_autoptr(Catalog) reader = NULL;
    GError *error = NULL;

    write_case(store, 1);
    reader = store_reader(store, &error);
    for (gsize i = 0; i < G_N_ELEMENTS(queries); i++) {
        g_autoptr(json_t) found = catalog_find(reader, queries[i], 50, &error);

        assert_no_error(error);
        assert_int_equal(json_array_size(found), 1);
    }
}

static void a_name_with_quotes_is_no_syntax(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    g_autoptr(Store) store = opened(folder);
    g_autoptr(Catalog) reader = NULL;
    g_autoptr(json_t) found = NULL;
    GError *error = NULL;

    reader = store_reader(store, &error);
    found = catalog_find(reader, "\"x\" OR *", 50, &error);
    assert_no_error(error);
    assert_int_equal(json_array_size(found), 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_folder_is_made_once),
    cmocka_unit_test(a_folder_with_other_files_is_refused),
    cmocka_unit_test(any_other_folder_is_no_data_folder),
    cmocka_unit_test(what_was_written_is_read_back_after_reopening),
    cmocka_unit_test(a_refused_command_leaves_nothing),
    cmocka_unit_test(records_have_the_published_shape_and_chain),
    cmocka_unit_test(no_personal_data_stands_in_the_journal),
    cmocka_unit_test(time_never_goes_back),
    cmocka_unit_test(a_second_process_sees_and_extends_what_the_first_wrote),
    cmocka_unit_test(rebuild_gives_the_same_rows),
    cmocka_unit_test(a_lost_catalogue_is_replayed_at_opening),
    cmocka_unit_test(a_command_cut_in_the_middle_is_taken_back_whole),
    cmocka_unit_test(an_act_of_a_newer_version_opens_for_reading_only),
    cmocka_unit_test(a_changed_record_is_found),
    cmocka_unit_test(a_journal_that_lost_its_end_is_found),
    cmocka_unit_test(a_replay_ends_where_it_is_asked_to),
    cmocka_unit_test(a_record_that_is_not_there_is_told),
    cmocka_unit_test(a_fault_at_every_file_operation_loses_nothing),
    cmocka_unit_test(threads_write_in_groups_without_losing_any),
    cmocka_unit_test(what_a_killed_process_acknowledged_is_there),
    cmocka_unit_test(names_are_found_by_prefix_inside_and_whole),
    cmocka_unit_test(a_name_with_quotes_is_no_syntax),
};

TEST_MAIN(tests)
