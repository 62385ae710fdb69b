/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_store_catalogue [CASES [FOLDER]]: the catalogue at its size: CASES (1,000,000) with ten
 * pages each, replayed from a journal below FOLDER ($TMPDIR). It measures look-ups by number with
 * all pages and name searches of two and three characters, the size of the file, and what making
 * the rows from the journal costs beside inserting the same rows in one transaction. Exit status 1
 * when a goal is missed. With "curve" in place of CASES: 1,000 to 1,000,000 cases, tenfold each.
 */
#include "appliance/base/file.h"
#include "storage/catalog_query.h"
#include "storage/catalog_record.h"
#include "storage/store.h"
#include "tests/bench/elapsed.h"
#include "tests/bench/made_journal.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LOOKUPS     2000
#define COMMITS     200
#define FIND_LIMIT  50
#define SIZE_MAX_GB 4.0
#define CURVE_MAX   1.5 /* of the largest to the smallest */
#define CATALOGUE   "catalogue.db"

typedef struct {
    char *folder;
    Store *store;
    Catalog *catalog;
    double lookup_ms, commit_us; /* what the curve follows */
} Bench;

static G_NORETURN void give_up(const char *what, const GError *error)
{
    fprintf(stderr, "bench_store_catalogue: %s: %s\n", what,
            error != NULL ? error->message : "failed");
    exit(2);
}

/* ── making it ───────────────────────────────────────────────────────────────────────────── */

/* Opening a store replays what the catalogue does not have yet: the whole journal but its first
 * record, in one transaction. CPU seconds. */
static double replay(Bench *bench)
{
    StoreOptions options = {.folder = bench->folder};
    GError *error = NULL;
    double before = elapsed_cpu_s(RUSAGE_SELF);

    bench->store = store_open(&options, &error);
    if (bench->store == NULL)
        give_up("replay", error);
    return elapsed_cpu_s(RUSAGE_SELF) - before;
}

static double fill(Bench *bench, guint cases)
{
    static const StoreOrigin origin = {"320583", "001", "bench.example/anjuan", "city"};
    StoreOptions options = {.folder = bench->folder};
    GError *error = NULL;
    gint64 records;
    double took;

    if (!store_create(&options, &origin, &error) ||
        !made_journal(bench->folder, cases, &records, &error))
        give_up("journal", error);
    took = replay(bench);
    bench->catalog = store_reader(bench->store, &error);
    if (bench->catalog == NULL)
        give_up("reader", error);
    printf("%u cases, %u pages, %" G_GINT64_FORMAT " records\n", cases, cases * MADE_PAGES,
           records);
    return took;
}

/* ── figures ─────────────────────────────────────────────────────────────────────────────── */

static gboolean print_goal(const char *what, double value, const char *unit, double goal)
{
    printf("%-58s %10.3f %s (goal %g)%s\n", what, value, unit, goal,
           value <= goal ? "" : " MISSED");
    return value <= goal;
}

static int compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

/* A case by its number with all pages and their facts. */
static double look_up(Bench *bench, const char *number)
{
    GError *error = NULL;
    double before = elapsed_wall_s();
    g_autoptr(json_t) row = catalog_case(bench->catalog, number, &error);
    g_autoptr(json_t) sides = catalog_sides(bench->catalog, number, &error);

    if (row == NULL || sides == NULL || json_array_size(sides) != MADE_PAGES ||
        !catalog_add_facts(bench->catalog, sides, &error))
        give_up(number, error);
    return (elapsed_wall_s() - before) * 1000;
}

/* At places all over the file, the second time: warm. */
static gboolean measure_lookups(Bench *bench, guint cases)
{
    static double took_ms[LOOKUPS];
    gboolean met;

    for (guint i = 0; i < 2 * LOOKUPS; i++) {
        guint64 at = (guint64)(i % LOOKUPS) * 2654435761U % cases;
        g_autofree char *number = made_number((guint)at);

        took_ms[i % LOOKUPS] = look_up(bench, number);
    }
    qsort(took_ms, LOOKUPS, sizeof took_ms[0], compare_doubles);
    bench->lookup_ms = took_ms[LOOKUPS / 2];
    met = print_goal("case by number with its pages, p50", took_ms[LOOKUPS / 2], "ms", 1);
    return print_goal("case by number with its pages, p99", took_ms[LOOKUPS * 99 / 100], "ms",
                      20) &&
           met;
}

static gboolean measure_name(Bench *bench, const char *what, const char *name)
{
    static double took_ms[LOOKUPS / 10];
    guint n = G_N_ELEMENTS(took_ms);
    GError *error = NULL;
    gsize found = 0;

    for (guint i = 0; i < n; i++) {
        double before = elapsed_wall_s();
        g_autoptr(json_t) rows = catalog_find(bench->catalog, name, FIND_LIMIT, &error);

        took_ms[i] = (elapsed_wall_s() - before) * 1000;
        if (rows == NULL)
            give_up(name, error);
        found = json_array_size(rows);
    }
    qsort(took_ms, n, sizeof took_ms[0], compare_doubles);
    printf("  \"%s\": %zu found\n", name, found);
    return print_goal(what, took_ms[n / 2], "ms", 5);
}

/* Where the bytes go: a table or an index a line, largest first. */
static void print_tables(const Bench *bench, guint cases)
{
    GError *error = NULL;
    g_autoptr(json_t) rows = db_rows(catalog_db(bench->catalog), &error,
                                     "SELECT name, sum(pgsize) AS bytes, sum(unused) AS unused"
                                     " FROM dbstat GROUP BY name ORDER BY bytes DESC",
                                     "");
    gsize i;
    json_t *row;

    if (rows == NULL)
        give_up("dbstat", error);
    json_array_foreach(rows, i, row)
    {
        double each = (double)json_int(row, "bytes", 0) / cases;

        if (each >= 1)
            printf("  %-28s %8.1f bytes a case, %4.1f %% unused\n", json_text(row, "name"), each,
                   100.0 * (double)json_int(row, "unused", 0) / (double)json_int(row, "bytes", 0));
    }
}

static gboolean turn_side(StoreTxn *txn, void *data, GError **error)
{
    guint *at = data;
    g_autofree char *number = made_number(*at);
    g_autoptr(json_t) sides = catalog_sides(txn_catalog(txn), number, error);
    const json_t *side = json_array_get(sides, 0);

    return side != NULL &&
           txn_append(txn, "side.turn", number,
                      json_pack("{s:I, s:I, s:s, s:i}", "batch", json_int(side, "batch", 0),
                                "sheet", json_int(side, "sheet", 0), "side", "a", "turn", 90),
                      error);
}

/* One record a commit, synced as always; CPU alone, since the disk is the same at every size. */
static void measure_commits(Bench *bench, guint cases)
{
    static const StoreActor actor = {"000012", "window:003"};
    GError *error = NULL;
    double before = elapsed_cpu_s(RUSAGE_SELF);

    for (guint i = 0; i < COMMITS; i++) {
        guint at = (guint)((guint64)i * 2654435761U % cases);

        if (!store_write(bench->store, &actor, turn_side, &at, &error))
            give_up("commit", error);
    }
    bench->commit_us = (elapsed_cpu_s(RUSAGE_SELF) - before) / COMMITS * 1e6;
    printf("%-58s %10.1f us of CPU\n", "commit of one record", bench->commit_us);
}

static double file_gb(const Bench *bench)
{
    g_autofree char *path = g_build_filename(bench->folder, CATALOGUE, NULL);
    struct stat info;

    return stat(path, &info) == 0 ? (double)info.st_size / 1e9 : 0;
}

/* Each row of a table read, bound and inserted, as programs insert rows. */
static gboolean insert_rows(sqlite3 *db, const char *table)
{
    g_autofree char *from = g_strdup_printf("SELECT * FROM old.\"%s\"", table);
    g_autoptr(GString) into = g_string_new(NULL);
    sqlite3_stmt *rows = NULL, *insert = NULL;
    int columns, result = sqlite3_prepare_v2(db, from, -1, &rows, NULL);

    columns = sqlite3_column_count(rows);
    g_string_printf(into, "INSERT INTO main.\"%s\" VALUES (?", table);
    for (int i = 1; i < columns; i++)
        g_string_append(into, ", ?");
    g_string_append_c(into, ')');
    if (result == SQLITE_OK)
        result = sqlite3_prepare_v2(db, into->str, -1, &insert, NULL);
    while (result == SQLITE_OK && sqlite3_step(rows) == SQLITE_ROW) {
        for (int i = 0; i < columns; i++)
            sqlite3_bind_value(insert, i + 1, sqlite3_column_value(rows, i));
        sqlite3_step(insert);
        result = sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
    sqlite3_finalize(rows);
    return result == SQLITE_OK;
}

/* The same in one statement, where SQLite copies cells as they are. */
static gboolean copy_rows(sqlite3 *db, const char *table)
{
    g_autofree char *sql =
        g_strdup_printf("INSERT INTO main.\"%s\" SELECT * FROM old.\"%s\"", table, table);

    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static GPtrArray *tables_of(Db *db)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    GError *error = NULL;
    g_autoptr(json_t) rows =
        db_rows(db, &error,
                "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE"
                " 'sqlite_%' AND name NOT LIKE 'name_trigram%' ORDER BY rowid",
                "");
    gsize i;
    json_t *row;

    if (rows == NULL)
        give_up("tables", error);
    json_array_foreach(rows, i, row) g_ptr_array_add(names, g_strdup(json_text(row, "name")));
    return names;
}

/* CPU of filling an empty catalogue with the rows of the other, in one transaction and with the
 * settings of a writer. */
static double cpu_of_copy(Bench *bench, const char *name,
                          gboolean (*fill_table)(sqlite3 *, const char *))
{
    static const char names[] = "INSERT INTO main.name_trigram (rowid, applicant)"
                                " SELECT id, applicant FROM old.cases; COMMIT";
    g_autofree char *folder = g_build_filename(bench->folder, name, NULL);
    g_autofree char *path = g_build_filename(folder, CATALOGUE, NULL);
    g_autofree char *begin = g_strdup_printf(
        "PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;"
        "ATTACH '%s/" CATALOGUE "' AS old; BEGIN",
        bench->folder);
    g_autoptr(GPtrArray) tables = NULL;
    g_autoptr(Catalog) copy = NULL;
    GError *error = NULL;
    sqlite3 *db = NULL;
    double before;

    if (g_mkdir_with_parents(folder, 0700) != 0 ||
        (copy = catalog_open(folder, DB_READ_WRITE, &error)) == NULL)
        give_up("copy", error);
    tables = tables_of(catalog_db(copy));
    if (sqlite3_open(path, &db) != SQLITE_OK ||
        sqlite3_exec(db, begin, NULL, NULL, NULL) != SQLITE_OK)
        give_up(sqlite3_errmsg(db), NULL);
    before = elapsed_cpu_s(RUSAGE_SELF);
    for (guint i = 0; i < tables->len; i++)
        if (!fill_table(db, g_ptr_array_index(tables, i)))
            give_up(sqlite3_errmsg(db), NULL);
    if (sqlite3_exec(db, names, NULL, NULL, NULL) != SQLITE_OK)
        give_up(sqlite3_errmsg(db), NULL);
    before = elapsed_cpu_s(RUSAGE_SELF) - before;
    sqlite3_close(db);
    return before;
}

static gboolean measure(Bench *bench, guint cases, double made)
{
    gboolean met = measure_lookups(bench, cases);
    double inserted, copied;

    met = measure_name(bench, "name of 2 characters, prefix, first 50", "王伟") && met;
    met = measure_name(bench, "name of 2 characters, inside, first 50", "芳娜") && met;
    met = measure_name(bench, "name of 3 characters, first 50", "李建国") && met;
    met = print_goal("database for a million such cases", file_gb(bench) * 1e6 / cases, "GB",
                     SIZE_MAX_GB) &&
          met;
    inserted = cpu_of_copy(bench, "inserted", insert_rows);
    copied = cpu_of_copy(bench, "copied", copy_rows);
    met =
        print_goal("CPU of replaying / of inserting the same rows", made / inserted, "", 4) && met;
    /* One statement copies cells without reading them: no program inserts rows like that. */
    printf("%-58s %10.3f\n", "CPU of replaying / of INSERT ... SELECT", made / copied);
    printf("  %.1f us of CPU a page replayed, %.1f inserted, %.1f copied\n",
           made / cases / MADE_PAGES * 1e6, inserted / cases / MADE_PAGES * 1e6,
           copied / cases / MADE_PAGES * 1e6);
    measure_commits(bench, cases);
    print_tables(bench, cases);
    return met;
}

/* `bench` keeps the figures that the curve follows. */
static gboolean run(Bench *bench, guint cases, const char *parent)
{
    GError *error = NULL;
    gboolean met;
    double made;

    bench->folder = g_build_filename(parent, "anjuan-bench-XXXXXX", NULL);
    if (g_mkdtemp(bench->folder) == NULL)
        give_up(bench->folder, NULL);
    made = fill(bench, cases);
    met = measure(bench, cases, made);
    catalog_close(bench->catalog);
    store_close(bench->store);
    if (!file_remove_tree(bench->folder, &error))
        give_up(bench->folder, error);
    g_free(bench->folder);
    return met;
}

static gboolean curve(const char *parent)
{
    Bench first = {0}, last = {0};
    gboolean met = run(&first, 1000, parent);

    for (guint n = 10000; n <= 1000000; n *= 10) {
        last = (Bench){0};
        met = run(&last, n, parent) && met;
    }
    met = print_goal("a lookup at a million cases / at a thousand",
                     last.lookup_ms / first.lookup_ms, "", CURVE_MAX) &&
          met;
    return print_goal("a commit at a million cases / at a thousand",
                      last.commit_us / first.commit_us, "", CURVE_MAX) &&
           met;
}

int main(int argc, char **argv)
{
    const char *parent = argc > 2 ? argv[2] : g_get_tmp_dir();
    guint cases = argc > 1 ? (guint)strtoul(argv[1], NULL, 10) : 1000000;
    Bench bench = {0};

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc > 1 && strcmp(argv[1], "curve") == 0)
        return curve(parent) ? 0 : 1;
    return cases > 0 && run(&bench, cases, parent) ? 0 : 1;
}
