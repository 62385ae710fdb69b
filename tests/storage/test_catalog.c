/* SPDX-License-Identifier: Apache-2.0
 *
 * The catalogue as an index: what its rows leave to the records, and how it is made anew.
 */
#include "tests/storage/dump.h"
#include "tests/storage/made_store.h"

#include "storage/catalog_query.h"
#include "storage/catalog_record.h"
#include "storage/catalog_register.h"
#include "storage/secrets.h"

#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NUMBER "320583001261121003000100"
#define SHA256 "00000000000000000000000000000000000000000000000000000000000000aa"

static const StoreActor actor = {"os:test", "test"};

static gboolean append_side(StoreTxn *txn, gint64 batch, GError **error)
{
    return txn_append(txn, "side", NUMBER,
                      json_pack("{s:I, s:s, s:i, s:s, s:s, s:b, s:s, s:s, s:s, s:i, s:s, s:s,"
                                " s:{s:{s:i}}, s:[], s:i}",
                                "batch", (json_int_t)batch, "day", "261121", "sheet", 1, "side",
                                "a", "state", "unread", "blank", 0, "role", "page", "file",
                                "spool/261121/2/0001-a.tif", "media_type", "image/tiff", "bytes",
                                10, "sha256", SHA256, "sha512", SHA256 SHA256, "facts", "size",
                                "dpi", 300, "codes", "place", 1),
                      error);
}

/* A case with one side; `*data` is told the batch. */
static gboolean open_case(StoreTxn *txn, void *data, GError **error)
{
    g_autofree char *path = secrets_case_path(NUMBER);
    g_autoptr(json_t) secret = json_pack("{s:s, s:{}}", "applicant", "张三丰", "fields");
    g_autofree char *commitment = txn_secret(txn, path, secret);
    gint64 *batch = data;

    if (!txn_append(txn, "case.open", NUMBER,
                    json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:s}", "item", "000001",
                              "item_digest", "0", "kind", "即办件", "window", "003", "day",
                              "261121", "serial", 1, "channel", "window", "received_at",
                              txn_now(txn), "secret", commitment),
                    error))
        return FALSE;
    *batch = txn_next_seq(txn);
    return txn_append(txn, "batch.open", NUMBER,
                      json_pack("{s:s, s:b}", "device", "test", "duplex", 0), error) &&
           append_side(txn, *batch, error);
}

static gboolean say(StoreTxn *txn, void *value, GError **error)
{
    return txn_append(txn, "slot", NUMBER,
                      json_pack("{s:s, s:s, s:s}", "slot", "A01", "what", "note", "value", value),
                      error);
}

static gboolean void_side(StoreTxn *txn, void *batch, GError **error)
{
    return txn_append(txn, "side.void", NUMBER,
                      json_pack("{s:I, s:i, s:s, s:s}", "batch", *(json_int_t *)batch, "sheet", 1,
                                "side", "a", "reason", "twice"),
                      error);
}

static gboolean restore_side(StoreTxn *txn, void *batch, GError **error)
{
    return txn_append(
        txn, "side.restore", NUMBER,
        json_pack("{s:I, s:i, s:s}", "batch", *(json_int_t *)batch, "sheet", 1, "side", "a"),
        error);
}

static void write_command(Store *store, StoreCommand command, void *data)
{
    GError *error = NULL;

    assert_true(store_write(store, &actor, command, data, &error));
    assert_no_error(error);
}

static Catalog *reader_of(Store *store)
{
    GError *error = NULL;
    Catalog *reader = store_reader(store, &error);

    assert_no_error(error);
    return reader;
}

/* ── rows and records ────────────────────────────────────────────────────────────────────── */

static void a_side_has_facts_and_digests_from_its_record(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    g_autoptr(Store) store = opened(folder);
    g_autoptr(Catalog) reader = NULL;
    g_autoptr(json_t) sides = NULL;
    GError *error = NULL;
    const json_t *side;
    gint64 batch;

    write_command(store, open_case, &batch);
    reader = reader_of(store);
    sides = catalog_sides(reader, NUMBER, &error);
    side = json_array_get(sides, 0);
    assert_non_null(side);
    assert_string_equal(json_text(side, "sha256"), SHA256);
    assert_string_equal(json_text(side, "case"), NUMBER);
    assert_null(json_object_get(side, "facts"));
    assert_true(catalog_add_facts(reader, sides, &error));
    assert_string_equal(json_text(side, "sha512"), SHA256 SHA256);
    assert_int_equal(json_int(json_object_get(json_object_get(side, "facts"), "size"), "dpi", 0),
                     300);
}

static void an_event_says_what_its_record_says(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    g_autoptr(Store) store = opened(folder);
    g_autoptr(Catalog) reader = NULL;
    g_autoptr(json_t) events = NULL, detail = NULL;
    GError *error = NULL;
    const json_t *event;
    gint64 batch;

    write_command(store, open_case, &batch);
    write_command(store, say, (char *)"seen");
    reader = reader_of(store);
    events = catalog_events(reader, NUMBER, &error);
    assert_int_equal(json_array_size(events), 4);
    event = json_array_get(events, 3);
    assert_string_equal(json_text(event, "act"), "slot");
    assert_string_equal(json_text(event, "actor"), "os:test");
    assert_string_equal(json_text(event, "station"), "test");
    assert_string_equal(json_text(event, "case"), NUMBER);
    assert_string_equal(json_text(event, "t"), "2026-11-21T10:42:31Z");
    assert_string_equal(json_text(event, "detail"),
                        "{\"slot\":\"A01\",\"what\":\"note\",\"value\":\"seen\"}");
    /* What is bulky of a side is asked for with the side. */
    detail = json_loads(json_text(json_array_get(events, 2), "detail"), 0, NULL);
    assert_non_null(json_object_get(detail, "file"));
    assert_null(json_object_get(detail, "facts"));
    assert_null(json_object_get(detail, "sha512"));
}

static gboolean look_back(StoreTxn *txn, void *data, GError **error)
{
    g_autoptr(json_t) events = NULL;
    gint64 *seen = data;

    if (!say(txn, (char *)"now", error))
        return FALSE;
    events = catalog_events(txn_catalog(txn), NUMBER, error);
    *seen = (gint64)json_array_size(events);
    assert_string_equal(json_text(json_array_get(events, *seen - 1), "detail"),
                        "{\"slot\":\"A01\",\"what\":\"note\",\"value\":\"now\"}");
    return events != NULL;
}

static gboolean refuse(StoreTxn *txn, void *data G_GNUC_UNUSED, GError **error)
{
    return say(txn, (char *)"never", error) && error_set(error, ERROR_RULE, "not today");
}

static void a_command_sees_its_own_records_before_they_are_written(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    g_autoptr(Store) store = opened(folder);
    GError *error = NULL;
    gint64 batch, seen = 0;

    write_command(store, open_case, &batch);
    assert_false(store_write(store, &actor, refuse, NULL, &error));
    assert_error_code(error, ERROR_RULE);
    g_clear_error(&error);
    write_command(store, look_back, &seen);
    assert_int_equal(seen, 4);
}

static void flip_in_journal(const char *folder, const char *text)
{
    g_autofree char *path = g_build_filename(folder, "journal/0000000000000000.log", NULL);
    g_autofree char *bytes = NULL;
    gsize size = 0;
    char *at;

    assert_true(g_file_get_contents(path, &bytes, &size, NULL));
    at = g_strstr_len(bytes, (gssize)size, text);
    assert_non_null(at);
    *at ^= 1;
    assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
}

static void what_was_not_acknowledged_is_not_shown(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    g_autoptr(Store) store = opened(folder);
    g_autoptr(Catalog) reader = NULL;
    g_autoptr(json_t) sides = NULL;
    GError *error = NULL;
    gint64 batch;

    write_command(store, open_case, &batch);
    flip_in_journal(folder, "300}}");
    reader = reader_of(store);
    sides = catalog_sides(reader, NUMBER, &error);
    assert_no_error(error);
    assert_false(catalog_add_facts(reader, sides, &error));
    assert_error_code(error, ERROR_JOURNAL_DAMAGED);
    g_clear_error(&error);
    assert_null(catalog_events(reader, NUMBER, &error));
    assert_error_code(error, ERROR_JOURNAL_DAMAGED);
    g_clear_error(&error);
}

static void a_record_without_an_end_is_not_shown(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    g_autofree char *path = g_build_filename(folder, "journal/0000000000000000.log", NULL);
    g_autoptr(Store) store = opened(folder);
    g_autoptr(Catalog) reader = NULL;
    GError *error = NULL;
    gint64 batch;
    struct stat info;

    write_command(store, open_case, &batch);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(truncate(path, info.st_size - 1), 0);
    reader = reader_of(store);
    assert_null(catalog_events(reader, NUMBER, &error));
    assert_error_code(error, ERROR_JOURNAL_DAMAGED);
    g_clear_error(&error);
}

static void a_record_that_is_not_there_is_not_found(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    g_autoptr(Store) store = opened(folder);
    g_autoptr(Catalog) reader = reader_of(store);
    GError *error = NULL;

    assert_null(catalog_record(reader, 1000, &error));
    assert_error_code(error, ERROR_NOT_FOUND);
    g_clear_error(&error);
}

static void a_void_side_comes_back_in_the_state_it_was_stored_in(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    g_autoptr(Store) store = opened(folder);
    g_autoptr(Catalog) reader = NULL;
    g_autoptr(json_t) side = NULL;
    GError *error = NULL;
    gint64 batch;

    write_command(store, open_case, &batch);
    write_command(store, void_side, &batch);
    write_command(store, restore_side, &batch);
    reader = reader_of(store);
    side = catalog_side(reader, batch, 1, "a", &error);
    assert_string_equal(json_text(side, "state"), "unread");
}

/* ── periods ─────────────────────────────────────────────────────────────────────────────── */

static gsize said_between(Catalog *reader, const char *from, const char *to)
{
    GError *error = NULL;
    g_autoptr(json_t) rows = catalog_events_of(reader, "slot", from, to, &error);

    assert_no_error(error);
    return json_array_size(rows);
}

static void a_period_holds_its_first_instant_and_not_its_last(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    g_autoptr(Store) store = opened(folder);
    g_autoptr(Catalog) reader = NULL;
    gint64 batch;

    write_command(store, open_case, &batch);
    for (guint i = 0; i < 3; i++) {
        g_autofree char *value = g_strdup_printf("%u", i);

        write_command(store, say, value);
        made_now_us += 10 * G_USEC_PER_SEC;
    }
    made_now_us -= 30 * G_USEC_PER_SEC;
    reader = reader_of(store);
    assert_int_equal(said_between(reader, "2026-11-21T10:42:31Z", "2026-11-21T10:42:41Z"), 1);
    assert_int_equal(said_between(reader, "2026-11-21T10:42:32Z", "2026-11-21T10:42:51Z"), 1);
    assert_int_equal(said_between(reader, "2026-11-21T10:42:31Z", "2026-11-21T10:42:52Z"), 3);
    assert_int_equal(said_between(reader, "2000", "3000"), 3);
    assert_int_equal(said_between(reader, "2027", "3000"), 0);
}

/* ── made anew ───────────────────────────────────────────────────────────────────────────── */

static char *dump(const char *folder)
{
    static const char *const tables[] = {"leaf", "event", "cases",       "batch", "side",
                                         "slot", "code",  "name_bigram", NULL};

    return dump_tables(folder, tables);
}

static void run_sql(const char *folder, const char *sql)
{
    g_autofree char *path = g_build_filename(folder, "catalogue.db", NULL);
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
}

static void a_catalogue_of_an_earlier_version_is_made_anew(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder(), *before = NULL, *after = NULL;
    Store *store = opened(folder);
    g_autoptr(json_t) found = NULL;
    g_autoptr(Catalog) reader = NULL;
    GError *error = NULL;
    gint64 batch, left = -1;

    write_command(store, open_case, &batch);
    write_command(store, void_side, &batch);
    write_command(store, restore_side, &batch);
    store_close(store);
    before = dump(folder);
    /* As the third version had it: rows of another shape, and tables that are gone. */
    run_sql(folder, "PRAGMA user_version = 3; PRAGMA foreign_keys = OFF;"
                    "DROP TABLE side; CREATE TABLE side (batch INTEGER, facts TEXT);"
                    "INSERT INTO side VALUES (2, '{}');"
                    "DROP TABLE name_trigram; CREATE VIRTUAL TABLE name_trigram"
                    " USING fts5 (name, \"case\" UNINDEXED, tokenize = 'trigram');"
                    "CREATE TABLE gone (a INTEGER)");
    store = opened(folder);
    after = dump(folder);
    assert_string_equal(before, after);
    reader = reader_of(store);
    found = catalog_find(reader, "张三丰", 50, &error);
    assert_int_equal(json_array_size(found), 1);
    assert_true(db_int(catalog_db(reader), &left, -1, &error,
                       "SELECT count(*) FROM sqlite_schema WHERE name = 'gone'", ""));
    assert_int_equal(left, 0);
    g_clear_pointer(&reader, catalog_close);
    store_close(store);
}

static void a_replay_counts_the_version_of_each_case(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder(), *before = NULL, *after = NULL;
    g_autoptr(Store) store = opened(folder);
    GError *error = NULL;
    gint64 batch, records;

    write_command(store, open_case, &batch);
    write_command(store, say, (char *)"last");
    before = dump(folder);
    assert_non_null(strstr(before, "\"version\":4"));
    assert_true(store_rebuild(store, &records, &error));
    after = dump(folder);
    assert_string_equal(before, after);
}

static gboolean is_edited(Store *store, gint64 since_seq)
{
    g_autoptr(Catalog) reader = reader_of(store);
    GError *error = NULL;
    gboolean edited;

    assert_true(catalog_is_edited(reader, NUMBER, since_seq, &edited, &error));
    assert_no_error(error);
    return edited;
}

static void pages_that_come_in_edit_nothing(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    g_autoptr(Store) store = opened(folder);
    gint64 batch;

    write_command(store, open_case, &batch);
    assert_false(is_edited(store, batch));
    write_command(store, say, (char *)"last");
    assert_true(is_edited(store, batch));
    assert_false(is_edited(store, batch + 2));
}

static gint64 version_of(Catalog *reader)
{
    GError *error = NULL;
    g_autoptr(json_t) row = catalog_case(reader, NUMBER, &error);

    assert_no_error(error);
    return json_int(row, "version", -1);
}

static void a_read_sees_one_state_from_its_begin_to_its_end(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    g_autoptr(Store) store = opened(folder);
    g_autoptr(Catalog) reader = NULL;
    GError *error = NULL;
    gint64 batch, before;

    write_command(store, open_case, &batch);
    reader = reader_of(store);
    assert_true(catalog_begin_read(reader, &error));
    before = version_of(reader);
    write_command(store, say, (char *)"meanwhile");
    assert_int_equal(version_of(reader), before);
    catalog_end_read(reader);
    assert_int_equal(version_of(reader), before + 1);
}

static gboolean say_often(StoreTxn *txn, void *data G_GNUC_UNUSED, GError **error)
{
    for (guint i = 0; i < 600; i++) {
        g_autofree char *value = g_strdup_printf("%u", i);

        if (!say(txn, value, error))
            return FALSE;
    }
    return TRUE;
}

/* A side of the case in the words that are given, with one code. */
static gboolean append_coded_side(StoreTxn *txn, void *data, GError **error)
{
    return txn_append(txn, "side", NUMBER,
                      json_pack("{s:I, s:s, s:i, s:s, s:s, s:b, s:s, s:s, s:i, s:s,"
                                " s:[{s:s, s:s, s:s, s:s}], s:i}",
                                "batch", *(json_int_t *)data, "day", "261121", "sheet", 2, "side",
                                "a", "state", "stored", "blank", 0, "role", "page", "file",
                                "spool/261121/2/0002-a.tif", "bytes", 10, "sha256", SHA256, "codes",
                                "symbology", "QR", "text", NUMBER, "box", "0,0,9,9", "rung",
                                "plain", "place", 2),
                      error);
}

static gboolean turn_and_blank(StoreTxn *txn, void *data, GError **error)
{
    json_int_t batch = *(json_int_t *)data;

    return txn_append(txn, "side.turn", NUMBER,
                      json_pack("{s:I, s:i, s:s, s:i}", "batch", batch, "sheet", 2, "side", "a",
                                "turn", 90),
                      error) &&
           txn_append(txn, "side.blank", NUMBER,
                      json_pack("{s:I, s:i, s:s, s:b}", "batch", batch, "sheet", 2, "side", "a",
                                "blank", 1),
                      error);
}

static void a_side_has_its_codes_its_turn_and_whether_it_is_blank(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder();
    g_autoptr(Store) store = opened(folder);
    g_autoptr(Catalog) reader = NULL;
    g_autoptr(json_t) codes = NULL, side = NULL;
    GError *error = NULL;
    gint64 batch;

    write_command(store, open_case, &batch);
    write_command(store, append_coded_side, &batch);
    write_command(store, turn_and_blank, &batch);
    reader = reader_of(store);
    codes = catalog_codes_since(reader, "2000-01-01T00:00:00Z", &error);
    assert_int_equal(json_array_size(codes), 1);
    assert_string_equal(json_text(json_array_get(codes, 0), "text"), NUMBER);
    side = catalog_side(reader, batch, 2, "a", &error);
    assert_int_equal(json_int(side, "turn", 0), 90);
    assert_int_equal(json_int(side, "blank", 0), 1);
}

/* Records that a sound program does not write: a replay must not take them for anything. */
static gboolean append_body(StoreTxn *txn, const char *act, json_t *body, GError **error)
{
    return txn_append(txn, act, NUMBER, body, error);
}

static gboolean side_of_no_digest(StoreTxn *txn, void *batch, GError **error)
{
    return append_body(txn, "side",
                       json_pack("{s:I, s:s, s:i, s:s}", "batch", *(json_int_t *)batch, "day",
                                 "261121", "sheet", 9, "side", "a"),
                       error);
}

static gboolean paper_of_half_a_digest(StoreTxn *txn, void *batch G_GNUC_UNUSED, GError **error)
{
    return append_body(txn, "paper",
                       json_pack("{s:i, s:s, s:s}", "number", 1, "sha256", SHA256, "sha512", "00"),
                       error);
}

static gboolean step_of_any_column(StoreTxn *txn, void *batch G_GNUC_UNUSED, GError **error)
{
    return append_body(
        txn, "case.step",
        json_pack("{s:s, s:s, s:{s:s}}", "step", "x", "state", "open", "set", "applicant", "王五"),
        error);
}

static gboolean secret_that_is_not_there(StoreTxn *txn, void *batch G_GNUC_UNUSED, GError **error)
{
    return append_body(txn, "case.step",
                       json_pack("{s:s, s:s, s:s}", "step", "x", "state", "open", "secret", SHA256),
                       error);
}

static gboolean lift_for_no_reason(StoreTxn *txn, void *batch G_GNUC_UNUSED, GError **error)
{
    return append_body(txn, "hold.lift", json_pack("{s:[], s:s}", "holds", "secret", SHA256),
                       error);
}

static void a_record_against_its_form_is_refused(void **state G_GNUC_UNUSED)
{
    static const struct {
        StoreCommand command;
        ErrorCode code;
    } cases[] = {
        {side_of_no_digest, ERROR_JOURNAL_DAMAGED},
        {paper_of_half_a_digest, ERROR_JOURNAL_DAMAGED},
        {step_of_any_column, ERROR_JOURNAL_DAMAGED},
        {secret_that_is_not_there, ERROR_SECRET_LOST},
        {lift_for_no_reason, ERROR_SECRET_LOST},
    };
    g_autofree char *folder = made_folder(), *before = NULL, *after = NULL;
    g_autoptr(Store) store = opened(folder);
    gint64 batch;

    write_command(store, open_case, &batch);
    before = dump(folder);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;

        assert_false(store_write(store, &actor, cases[i].command, &batch, &error));
        assert_error_code(error, cases[i].code);
        g_clear_error(&error);
    }
    after = dump(folder);
    assert_string_equal(after, before);
}

/* 604 records: two subtrees of 256, and leaves beside them. */
static void the_root_over_subtrees_is_that_over_leaves(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder(), *leaves = NULL, *subtrees = NULL;
    g_autoptr(Store) store = opened(folder);
    g_autoptr(Catalog) reader = NULL;
    GError *error = NULL;
    gint64 batch, records = 0;

    write_command(store, open_case, &batch);
    write_command(store, say_often, NULL);
    reader = reader_of(store);
    leaves = catalog_root(reader, &records, &error);
    assert_int_equal(records, 604);
    subtrees = catalog_root_of(reader, records, &error);
    assert_no_error(error);
    assert_string_equal(leaves, subtrees);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_side_has_facts_and_digests_from_its_record),
    cmocka_unit_test(an_event_says_what_its_record_says),
    cmocka_unit_test(a_command_sees_its_own_records_before_they_are_written),
    cmocka_unit_test(what_was_not_acknowledged_is_not_shown),
    cmocka_unit_test(a_record_without_an_end_is_not_shown),
    cmocka_unit_test(a_record_that_is_not_there_is_not_found),
    cmocka_unit_test(a_void_side_comes_back_in_the_state_it_was_stored_in),
    cmocka_unit_test(a_period_holds_its_first_instant_and_not_its_last),
    cmocka_unit_test(a_catalogue_of_an_earlier_version_is_made_anew),
    cmocka_unit_test(a_replay_counts_the_version_of_each_case),
    cmocka_unit_test(pages_that_come_in_edit_nothing),
    cmocka_unit_test(a_read_sees_one_state_from_its_begin_to_its_end),
    cmocka_unit_test(a_side_has_its_codes_its_turn_and_whether_it_is_blank),
    cmocka_unit_test(a_record_against_its_form_is_refused),
    cmocka_unit_test(the_root_over_subtrees_is_that_over_leaves),
};

TEST_MAIN(tests)
