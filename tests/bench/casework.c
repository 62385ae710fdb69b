/* SPDX-License-Identifier: Apache-2.0
 *
 * The check of a case with 30 slots and 300 pages beside the plain reading of its rows from SQLite
 * (in memory, prepared statements). The budget is 5 times the reading; exit 1 beyond.
 */
#include "appliance/casework/check.h"
#include "appliance/casework/item_load.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#define SLOTS  30
#define PAGES  10 /* a slot */
#define SIDES  (SLOTS * PAGES)
#define ROUNDS 400
#define LIMIT  5.0
#define TODAY  20778

typedef struct {
    CheckDocument documents[SLOTS];
    CheckField fields[SLOTS];
    CheckSide sides[SIDES];
    char names[SLOTS][24];
    CheckFacts facts;
} Case;

static Item *make_item(void)
{
    g_autoptr(GString) json = g_string_new(
        "{\"format\":\"anjuan-item/1\",\"code\":\"900001\",\"name\":\"三十项\","
        "\"from\":\"2026-01-01\",\"department\":\"water\",\"national\":{\"nature\":\"01\","
        "\"kind\":2},\"kind\":\"promise\",\"channels\":[\"window\"],\"law\":[\"法\"],"
        "\"order\":\"procedure\",\"clocks\":{\"decide\":{\"start\":\"accepted\","
        "\"unit\":\"workday\",\"law\":20}},\"steps\":[{\"code\":\"receive\",\"name\":\"收件\","
        "\"role\":\"clerk\"}],\"checklist\":[");
    g_autoptr(GString) fields = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    Item *item;

    for (int i = 1; i <= SLOTS; i++) {
        g_string_append_printf(json,
                               "%s{\"code\":\"A%02d\",\"name\":\"材料%d\",\"role\":\"main\","
                               "\"need\":\"required\",\"keep\":\"kept\",\"originals\":1,"
                               "\"copies\":1,\"seal\":true,\"valid\":{\"rule\":\"on-receipt\"}}",
                               i == 1 ? "" : ",", i, i);
        g_string_append_printf(fields,
                               "%s{\"code\":\"f%d\",\"name\":\"字段%d\",\"norm\":\"%s\","
                               "\"slot\":\"A%02d\",\"required\":true}",
                               i == 1 ? "" : ",", i, i, i % 2 ? "money" : "uscc", i);
    }
    g_string_append_printf(json, "],\"fields\":[%s]}", fields->str);
    item = item_load(json->str, json->len, "bench", &error);
    if (item == NULL)
        g_error("%s", error->message);
    return item;
}

static void fill(Case *of_case, const Item *item)
{
    for (guint i = 0; i < SLOTS; i++) {
        of_case->documents[i] = (CheckDocument){.number = i + 1,
                                                .slot = 1001 + i,
                                                .originals = 1,
                                                .copies = 1,
                                                .pages = PAGES,
                                                .declared_pages = PAGES,
                                                .issued = TODAY,
                                                .expires = DAY_FOREVER,
                                                .ticked = TICK_SEAL};
        g_snprintf(of_case->names[i], sizeof of_case->names[i], "f%u", i + 1);
        of_case->fields[i] =
            (CheckField){of_case->names[i], 0, i % 2 ? "91320583MA1ABCD2XM" : "500 万元", FALSE};
    }
    for (guint i = 0; i < SIDES; i++)
        of_case->sides[i] = (CheckSide){.document = i / PAGES + 1,
                                        .slot = 1001 + i / PAGES,
                                        .sheet = i + 1,
                                        .side = 1,
                                        .fact = SIDE_DIM,
                                        .verdict = SIDE_GOOD};
    of_case->facts = (CheckFacts){.item = item,
                                  .received = TODAY,
                                  .today = TODAY,
                                  .decision = DAY_NONE,
                                  .documents = of_case->documents,
                                  .n_documents = SLOTS,
                                  .fields = of_case->fields,
                                  .n_fields = SLOTS,
                                  .sides = of_case->sides,
                                  .n_sides = SIDES};
}

static void run_sql(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        g_error("%s: %s", sql, sqlite3_errmsg(db));
}

static sqlite3 *make_rows(void)
{
    sqlite3 *db;

    if (sqlite3_open(":memory:", &db) != SQLITE_OK)
        g_error("sqlite3_open");
    run_sql(
        db,
        "CREATE TABLE document(number INT, slot INT, originals INT, copies INT, pages INT, issued "
        "TEXT,"
        " expires TEXT, title TEXT) STRICT;"
        "CREATE TABLE side(document INT, sheet INT, side INT, digest TEXT, state TEXT, facts TEXT)"
        " STRICT;"
        "CREATE TABLE field(name TEXT, value TEXT) STRICT");
    return db;
}

static void fill_rows(sqlite3 *db)
{
    for (int i = 0; i < SLOTS; i++) {
        g_autofree char *sql = g_strdup_printf(
            "INSERT INTO document VALUES(%d,%d,1,1,%d,'2026-11-21','2036-11-21','材料%d');"
            "INSERT INTO field VALUES('f%d','500 万元')",
            i + 1, 1001 + i, PAGES, i, i);

        run_sql(db, sql);
    }
    for (int i = 0; i < SIDES; i++) {
        g_autofree char *sql = g_strdup_printf(
            "INSERT INTO side VALUES(%d,%d,1,'%064x','stored','{\"ink\":0.07,\"skew\":0.1}')",
            i / PAGES + 1, i + 1, i);

        run_sql(db, sql);
    }
}

/* Every column of every row, texts copied. */
static guint read_rows(sqlite3_stmt **statements)
{
    guint n = 0;

    for (int i = 0; i < 3; i++) {
        while (sqlite3_step(statements[i]) == SQLITE_ROW) {
            for (int column = 0; column < sqlite3_column_count(statements[i]); column++) {
                g_autofree char *text =
                    g_strdup((const char *)sqlite3_column_text(statements[i], column));

                n += text != NULL;
            }
        }
        sqlite3_reset(statements[i]);
    }
    return n;
}

static int compare(const void *a, const void *b)
{
    gint64 left = *(const gint64 *)a, right = *(const gint64 *)b;

    return left < right ? -1 : left > right;
}

static double median_us(gint64 *times)
{
    qsort(times, ROUNDS, sizeof *times, compare);
    return (double)times[ROUNDS / 2];
}

int main(void)
{
    static const char *const queries[3] = {
        "SELECT number, slot, originals, copies, pages, issued, expires, title FROM document",
        "SELECT document, sheet, side, digest, state, facts FROM side",
        "SELECT name, value FROM field"};
    static gint64 reading[ROUNDS], checking[ROUNDS];
    static Case of_case;
    g_autoptr(Item) item = make_item();
    sqlite3 *db = make_rows();
    sqlite3_stmt *statements[3];
    double read_us, check_us;

    fill(&of_case, item);
    fill_rows(db);
    for (int i = 0; i < 3; i++)
        if (sqlite3_prepare_v2(db, queries[i], -1, &statements[i], NULL) != SQLITE_OK)
            g_error("%s", sqlite3_errmsg(db));
    for (int i = 0; i < ROUNDS; i++) {
        gint64 before = g_get_monotonic_time(), between;
        g_autoptr(Check) check = NULL;

        if (read_rows(statements) == 0)
            g_error("no rows");
        between = g_get_monotonic_time();
        check = check_run(&of_case.facts);
        checking[i] = g_get_monotonic_time() - between;
        reading[i] = between - before;
        if (!check->complete)
            g_error("the case is not complete");
    }
    for (int i = 0; i < 3; i++)
        sqlite3_finalize(statements[i]);
    sqlite3_close(db);
    read_us = median_us(reading);
    check_us = median_us(checking);
    printf("check of %d slots and %d pages: %.0f us, reading its rows %.0f us, ratio %.2f "
           "(limit %.1f)\n",
           SLOTS, SIDES, check_us, read_us, check_us / read_us, LIMIT);
    return check_us <= LIMIT * read_us ? 0 : 1;
}
