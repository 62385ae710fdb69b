/* SPDX-License-Identifier: Apache-2.0
 *
 * A catalogue made again from the journal is the one that was there, row by row: 4,000 pages in an
 * ordinary run, 100,000 in a long one.
 */
#include "appliance/counter/case_place.h"
#include "tests/appliance/counter/hall.h"

#include "appliance/base/file.h"
#include "appliance/base/text.h"
#include "storage/db.h"

#include <sqlite3.h>
#include <string.h>

#define PAGES_ORDINARY 4000
#define PAGES_LONG     100000
#define SHEETS         20 /* of a batch, both sides */
#define DOCUMENTS      5  /* of a batch */

/* ── pages ───────────────────────────────────────────────────────────────────────────────── */

static gboolean append_side(StoreTxn *txn, gint64 batch, guint sheet, const char *side,
                            GError **error)
{
    g_autofree char *name = g_strdup_printf("%" G_GINT64_FORMAT "-%u-%s", batch, sheet, side);
    g_autofree char *file =
        g_strdup_printf("spool/261121/%" G_GINT64_FORMAT "/%04u-%s.tif", batch, sheet, side);
    g_autofree char *sha256 = sha256_hex(name, strlen(name));
    g_autofree char *sha512 = g_compute_checksum_for_string(G_CHECKSUM_SHA512, name, -1);

    return txn_append(txn, "side", NULL,
                      json_pack("{s:I, s:s, s:i, s:s, s:s, s:b, s:s, s:s, s:s, s:i, s:s, s:s,"
                                " s:{s:{s:i, s:i, s:i}, s:{s:b, s:i}}, s:[], s:i}",
                                "batch", (json_int_t)batch, "day", "261121", "sheet", (int)sheet,
                                "side", side, "state", "stored", "blank", *side == 'b', "role",
                                "page", "file", file, "media_type", "image/tiff", "bytes",
                                60000 + (int)sheet, "sha256", sha256, "sha512", sha512, "facts",
                                "size", "width_px", 1654, "height_px", 2339, "dpi", 200, "blank",
                                "value", *side == 'b', "confidence", 1000, "codes", "place", 0),
                      error);
}

static gboolean write_batch(StoreTxn *txn, void *data, GError **error)
{
    gint64 batch = *(gint64 *)data = txn_next_seq(txn);

    if (!txn_append(txn, "batch.open", NULL, json_pack("{s:s, s:b}", "device", "test", "duplex", 1),
                    error))
        return FALSE;
    for (guint sheet = 1; sheet <= SHEETS; sheet++)
        if (!append_side(txn, batch, sheet, "a", error) ||
            !append_side(txn, batch, sheet, "b", error))
            return FALSE;
    return txn_append(txn, "batch.close", NULL,
                      json_pack("{s:I, s:i, s:i, s:s}", "batch", (json_int_t)batch, "received",
                                2 * SHEETS, "stored", 2 * SHEETS, "reason", "done"),
                      error);
}

/* A case of one batch, its sheets shared out among documents; every tenth loses one again. */
static void fill_case(const Hall *hall, const char *number, guint at)
{
    GError *error = NULL;
    gint64 batch = 0, document = 0;
    guint share = SHEETS / DOCUMENTS;
    gboolean ok = store_write(hall->store, &hall_clerk, write_batch, &batch, &error);

    for (guint i = 0; ok && i < DOCUMENTS; i++) {
        SideName sides[2 * SHEETS];
        g_autofree char *slot = g_strdup_printf("A%02u", i % HALL_SLOTS + 1);
        CasePlacing placing = {
            .number = number, .slot = slot, .sides = sides, .n_sides = (gsize)2 * share};

        for (guint n = 0; n < 2 * share; n++)
            sides[n] = (SideName){batch, (int)(i * share + n / 2 + 1), n % 2 == 0 ? 'a' : 'b'};
        ok = case_place(hall->house, &hall_clerk, &placing, &document, &error);
    }
    if (ok && at % 10 == 0)
        ok = case_void_document(hall->house, &hall_clerk, number, document, "another's", &error);
    assert_no_error(error);
    assert_true(ok);
}

/* ── rows ────────────────────────────────────────────────────────────────────────────────── */

static gint64 number_of(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    gint64 n = -1;

    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    if (sqlite3_step(statement) == SQLITE_ROW)
        n = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return n;
}

/* Rows of one table that the other does not have. */
static gint64 difference(sqlite3 *db, const char *table, const char *in, const char *not_in)
{
    g_autofree char *sql = g_strdup_printf(
        "SELECT count(*) FROM (SELECT * FROM %s.\"%s\" EXCEPT SELECT * FROM %s.\"%s\")", in, table,
        not_in, table);

    return number_of(db, sql);
}

static gint64 rows_of(sqlite3 *db, const char *schema, const char *table)
{
    g_autofree char *sql = g_strdup_printf("SELECT count(*) FROM %s.\"%s\"", schema, table);

    return number_of(db, sql);
}

/* Every table of the catalogue, the shadow tables of the name search left to their virtual one. */
static GPtrArray *tables_of(sqlite3 *db)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    sqlite3_stmt *statement = NULL;

    sqlite3_prepare_v2(db,
                       "SELECT name FROM main.sqlite_master WHERE type = 'table'"
                       " AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'name_trigram_%'",
                       -1, &statement, NULL);
    while (sqlite3_step(statement) == SQLITE_ROW)
        g_ptr_array_add(names, g_strdup((const char *)sqlite3_column_text(statement, 0)));
    sqlite3_finalize(statement);
    return names;
}

/* The catalogue beside a copy made before; prints how many rows were compared. */
static void assert_same(const char *now, const char *before)
{
    sqlite3 *db = NULL;
    g_autofree char *attach = g_strdup_printf("ATTACH '%s' AS old", before);
    g_autoptr(GPtrArray) tables = NULL;
    gint64 rows = 0;

    assert_int_equal(sqlite3_open_v2(now, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, attach, NULL, NULL, NULL), SQLITE_OK);
    tables = tables_of(db);
    assert_true(tables->len > 12);
    for (guint i = 0; i < tables->len; i++) {
        const char *table = g_ptr_array_index(tables, i);

        if (rows_of(db, "main", table) != rows_of(db, "old", table) ||
            difference(db, table, "main", "old") != 0 || difference(db, table, "old", "main") != 0)
            fail_msg("%s differs: %d rows, before %d", table, (int)rows_of(db, "main", table),
                     (int)rows_of(db, "old", table));
        rows += rows_of(db, "main", table);
    }
    print_message("%u tables, %d rows\n", tables->len, (int)rows);
    assert_int_equal(number_of(db, "SELECT count(*) FROM (SELECT key, value FROM main.meta EXCEPT "
                                   "SELECT key, value FROM old.meta)"),
                     0);
    sqlite3_close(db);
}

static void copy_catalogue(const char *folder, const char *to)
{
    g_autofree char *from = g_build_filename(folder, "catalogue.db", NULL);
    g_autofree char *into = g_strdup_printf("VACUUM INTO '%s'", to);
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open_v2(from, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, into, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void a_rebuilt_catalogue_equals_the_one_before_row_by_row(void **state G_GNUC_UNUSED)
{
    guint pages = g_strcmp0(g_getenv("ANJUAN_LONG"), "1") == 0 ? PAGES_LONG : PAGES_ORDINARY;
    Hall hall = hall_made("procedure");
    g_autofree char *ended = hall_ended(&hall), *thirteen = hall_thirteen(&hall);
    g_autofree char *before = g_strconcat(hall.folder, "-before.db", NULL);
    g_autofree char *now = g_build_filename(hall.folder, "catalogue.db", NULL);
    g_autofree char *archive_number = NULL;
    ArchiveRequest filing = {.number = thirteen};
    GError *error = NULL;
    gint64 records = 0;

    assert_non_null(ended);
    if (!archive_file(hall.house, &hall_clerk, &filing, &archive_number, &error))
        assert_no_error(error);
    for (guint at = 0; at < pages / (2 * SHEETS); at++) {
        g_autofree char *number = NULL;

        if (at % 500 == 0)
            hall_now_us += G_TIME_SPAN_DAY; /* a window has 9,999 numbers a day */
        number = hall_case(&hall, HALL_ITEM);
        fill_case(&hall, number, at);
    }
    copy_catalogue(hall.folder, before);
    if (!store_rebuild(hall.store, &records, &error))
        assert_no_error(error);
    print_message("%u pages, %d records\n", pages, (int)records);
    assert_same(now, before);
    hall_reopen(&hall); /* and it opens */
    assert_true(file_unlink(before, &error));
    hall_close(&hall);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_rebuilt_catalogue_equals_the_one_before_row_by_row),
};
TEST_MAIN(tests)
