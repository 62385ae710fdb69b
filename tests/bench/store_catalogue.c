/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_store_catalogue [CASES [FOLDER]]: the catalogue at its size: CASES (1,000,000) with ten
 * pages each, applied as records are, below FOLDER ($TMPDIR). It measures look-ups by number with
 * all pages and name searches of two and three characters, the size of the file, and what making
 * the rows costs beside inserting the same rows in one transaction. Exit status 1 when a goal is
 * missed. With "curve" in place of CASES: 1,000, 10,000 and 100,000 cases in turn.
 */
#include "appliance/base/file.h"
#include "appliance/base/text.h"
#include "storage/catalog_query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#define PAGES         10
#define LOOKUPS       2000
#define GROUP         2000 /* cases of one transaction */
#define FIND_LIMIT    50
#define SIZE_MAX_GB   4.0
#define DAY_SERIALS   9000
#define BYTES_TYPICAL 60000

typedef struct {
    Catalog *catalog;
    char *folder;
    GHashTable *secrets;
    gint64 seq;
} Bench;

static G_NORETURN void give_up(const char *what, const GError *error)
{
    fprintf(stderr, "bench_store_catalogue: %s: %s\n", what,
            error != NULL ? error->message : "failed");
    exit(2);
}

static double cpu(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static double wall(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ── rows ────────────────────────────────────────────────────────────────────────────────── */

/* Takes `body`. */
static void apply(Bench *bench, const char *act, const char *number, json_t *body)
{
    static const char t[] = "2026-11-21T02:00:00Z";
    CatalogRecord record = {bench->seq, t, "000012", "window:003", act, number, body};
    guint8 leaf[SHA256_DIGEST_SIZE];
    g_autofree char *line = g_strdup_printf("%" G_GINT64_FORMAT, bench->seq);
    GError *error = NULL;

    sha256_of(line, strlen(line), leaf);
    if (!catalog_apply(bench->catalog, &record, &error) ||
        !catalog_set_leaf(bench->catalog, (JournalPlace){bench->seq, bench->seq * 400}, leaf,
                          &error))
        give_up(act, error);
    bench->seq++;
    json_decref(body);
}

static char *number_of(guint at)
{
    guint day = at / DAY_SERIALS;

    return g_strdup_printf("32058300126%02u%02u%03u%04u75", day / 28 % 12 + 1, day % 28 + 1,
                           day / 336 + 1, at % DAY_SERIALS + 1);
}

/* Names of three characters, as most are: 40 × 60 × 60 of them. */
static char *name_of(guint at)
{
    static const char first[] =
        "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕";
    static const char other[] =
        "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国文玉兰红梅春海燕志辉鹏飞云峰宇浩然"
        "子轩梓涵雨欣怡晨思佳俊豪天泽一鸣";
    glong n_first = g_utf8_strlen(first, -1), n_other = g_utf8_strlen(other, -1);
    guint x = at * 2654435761U;
    gunichar letters[3] = {
        g_utf8_get_char(g_utf8_offset_to_pointer(first, (glong)(x >> 8) % n_first)),
        g_utf8_get_char(g_utf8_offset_to_pointer(other, (glong)(x >> 14) % n_other)),
        g_utf8_get_char(g_utf8_offset_to_pointer(other, (glong)(x >> 20) % n_other))};

    return g_ucs4_to_utf8(letters, 3, NULL, NULL, NULL);
}

static void add_case(Bench *bench, const char *number, guint at)
{
    g_autofree char *name = name_of(at);
    g_autofree char *commitment = g_strdup_printf("%064u", at);
    g_autofree char *day = g_strndup(number + 9, 6), *window = g_strndup(number + 15, 3);
    char *secret = g_strdup_printf("{\"applicant\":\"%s\"}", name);

    g_hash_table_replace(bench->secrets, g_strdup(commitment), secret);
    apply(bench, "case.open", number,
          json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:s, s:s}", "item", "100007",
                    "item_digest", "0", "kind", "promise", "window", window, "day", day,
                    "received_at", "2026-11-21T02:00:00Z", "serial", (int)(at % DAY_SERIALS) + 1,
                    "channel", "window", "state", "received", "region", "320583", "secret",
                    commitment));
}

static void add_side(Bench *bench, const char *number, gint64 batch, guint sheet)
{
    g_autofree char *name = g_strdup_printf("%" G_GINT64_FORMAT "-%u", batch, sheet);
    g_autofree char *file =
        g_strdup_printf("spool/261121/%" G_GINT64_FORMAT "/%04u-a.tif", batch, sheet);
    g_autofree char *sha256 = sha256_hex(name, strlen(name));
    g_autofree char *sha512 = g_compute_checksum_for_string(G_CHECKSUM_SHA512, name, -1);
    /* As a page worker hands facts over. */
    json_t *facts = json_loads(
        "{\"size\":{\"width_px\":1654,\"height_px\":2339,\"dpi\":200,\"mode\":\"color\",\"width_"
        "mm\":"
        "210.05799999999999,\"height_mm\":297.053},\"blank\":{\"value\":false,\"confidence\":1000,"
        "\"ink_ppm\":125694,\"ink_cells\":351},\"skew\":{\"mdeg\":0,\"confidence\":1000,"
        "\"contrast\":960},"
        "\"orientation\":{\"value\":0,\"confidence\":800,\"evidence\":\"code\"},\"sharpness\":{"
        "\"value\":952,"
        "\"confidence\":1000},\"darkness\":{\"value\":7,\"confidence\":1000,\"paper_level\":253,"
        "\"ink_level\":0},\"cut_edges\":{\"value\":[],\"confidence\":1000,\"strokes\":[0,0,0,0]}}",
        0, NULL);

    apply(bench, "side", number,
          json_pack("{s:I, s:s, s:i, s:s, s:s, s:b, s:s, s:s, s:s, s:i, s:s, s:s, s:o, s:[], s:i,"
                    " s:i}",
                    "batch", (json_int_t)batch, "day", "261121", "sheet", (int)sheet, "side", "a",
                    "state", "stored", "blank", 0, "role", "page", "file", file, "media_type",
                    "image/tiff", "bytes", BYTES_TYPICAL, "sha256", sha256, "sha512", sha512,
                    "facts", facts, "codes", "place", (int)sheet, "document", 1));
}

static void add_pages(Bench *bench, const char *number)
{
    gint64 batch = bench->seq;

    apply(bench, "batch.open", number, json_pack("{s:s, s:b}", "device", "bench", "duplex", 0));
    apply(bench, "document.open", number,
          json_pack("{s:i, s:s, s:s, s:s, s:i, s:i, s:b}", "number", 1, "family", "A", "code",
                    "A01", "title", "申请书", "copies", 1, "originals", 1, "kept", 1));
    for (guint sheet = 1; sheet <= PAGES; sheet++)
        add_side(bench, number, batch, sheet);
    apply(bench, "batch.close", number,
          json_pack("{s:I, s:i, s:i, s:s}", "batch", (json_int_t)batch, "received", PAGES, "stored",
                    PAGES, "reason", "done"));
}

static void begin(Bench *bench)
{
    GError *error = NULL;

    if (!db_script(catalog_db(bench->catalog), "BEGIN", &error))
        give_up("begin", error);
}

static void commit(Bench *bench)
{
    GError *error = NULL;

    if (!db_script(catalog_db(bench->catalog), "COMMIT", &error))
        give_up("commit", error);
    g_hash_table_remove_all(bench->secrets);
}

static double fill(Bench *bench, guint cases)
{
    double before = cpu();

    catalog_pending_secrets(bench->catalog, bench->secrets);
    for (guint at = 0; at < cases; at++) {
        g_autofree char *number = number_of(at);

        if (at % GROUP == 0)
            begin(bench);
        add_case(bench, number, at);
        add_pages(bench, number);
        if (at % GROUP == GROUP - 1 || at + 1 == cases)
            commit(bench);
    }
    catalog_pending_secrets(bench->catalog, NULL);
    return cpu() - before;
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

/* A case by its number with all pages, at places all over the file. */
static gboolean measure_lookups(Bench *bench, guint cases)
{
    static double took_ms[LOOKUPS];
    GError *error = NULL;
    gboolean met;

    for (guint i = 0; i < LOOKUPS; i++) {
        g_autofree char *number = number_of((guint)((guint64)i * 2654435761U % cases));
        double before = wall();
        g_autoptr(json_t) row = catalog_case(bench->catalog, number, &error);
        g_autoptr(json_t) sides = catalog_sides(bench->catalog, number, &error);

        took_ms[i] = (wall() - before) * 1000;
        if (row == NULL || json_array_size(sides) != PAGES)
            give_up(number, error);
    }
    qsort(took_ms, LOOKUPS, sizeof took_ms[0], compare_doubles);
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
        double before = wall();
        g_autoptr(json_t) rows = catalog_find(bench->catalog, name, FIND_LIMIT, &error);

        took_ms[i] = (wall() - before) * 1000;
        if (rows == NULL)
            give_up(name, error);
        found = json_array_size(rows);
    }
    qsort(took_ms, n, sizeof took_ms[0], compare_doubles);
    printf("  \"%s\": %zu found\n", name, found);
    return print_goal(what, took_ms[n / 2], "ms", 5);
}

static double file_gb(const Bench *bench)
{
    g_autofree char *path = g_build_filename(bench->folder, "catalogue.db", NULL);
    struct stat info;

    return stat(path, &info) == 0 ? (double)info.st_size / 1e9 : 0;
}

/* The same rows, copied in one transaction into an empty catalogue. */
static double cpu_of_copy(Bench *bench)
{
    g_autofree char *folder = g_build_filename(bench->folder, "copy", NULL);
    g_autofree char *from = g_build_filename(bench->folder, "catalogue.db", NULL);
    g_autofree char *attach = g_strdup_printf("ATTACH '%s' AS old", from);
    static const char *const tables[] = {"leaf",  "event", "cases",      "document",
                                         "batch", "side",  "name_bigram"};
    GError *error = NULL;
    g_autoptr(Catalog) copy = NULL;
    double before;

    if (g_mkdir_with_parents(folder, 0700) != 0 ||
        (copy = catalog_open(folder, DB_READ_WRITE, &error)) == NULL ||
        !db_script(catalog_db(copy), attach, &error) ||
        !db_script(catalog_db(copy), "BEGIN", &error))
        give_up("copy", error);
    before = cpu();
    for (gsize i = 0; i < G_N_ELEMENTS(tables); i++) {
        g_autofree char *sql =
            g_strdup_printf("INSERT INTO main.%s SELECT * FROM old.%s", tables[i], tables[i]);

        if (!db_script(catalog_db(copy), sql, &error))
            give_up(sql, error);
    }
    if (!db_script(catalog_db(copy),
                   "INSERT INTO main.name_trigram (name, \"case\") SELECT name, \"case\" FROM"
                   " old.name_trigram; COMMIT",
                   &error))
        give_up("copy", error);
    return cpu() - before;
}

static gboolean run(guint cases, const char *parent)
{
    Bench bench = {.folder = g_build_filename(parent, "anjuan-bench-XXXXXX", NULL)};
    GError *error = NULL;
    double made, copied;
    gboolean met;

    if (g_mkdtemp(bench.folder) == NULL)
        give_up(bench.folder, NULL);
    bench.secrets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    bench.catalog = catalog_open(bench.folder, DB_READ_WRITE, &error);
    if (bench.catalog == NULL)
        give_up(bench.folder, error);
    made = fill(&bench, cases);
    printf("%u cases, %u pages, %" G_GINT64_FORMAT " records\n", cases, cases * PAGES, bench.seq);
    met = measure_lookups(&bench, cases);
    met = measure_name(&bench, "name of 2 characters, prefix, first 50", "王伟") && met;
    met = measure_name(&bench, "name of 2 characters, inside, first 50", "芳娜") && met;
    met = measure_name(&bench, "name of 3 characters, first 50", "李建国") && met;
    met = print_goal("database for a million such cases", file_gb(&bench) * 1e6 / cases, "GB",
                     SIZE_MAX_GB) &&
          met;
    copied = cpu_of_copy(&bench);
    met =
        print_goal("CPU of applying / of inserting the same rows at once", made / copied, "", 4) &&
        met;
    printf("  %.1f us of CPU a page applied, %.1f inserted\n", made / cases / PAGES * 1e6,
           copied / cases / PAGES * 1e6);
    catalog_close(bench.catalog);
    g_hash_table_unref(bench.secrets);
    if (!file_remove_tree(bench.folder, &error))
        give_up(bench.folder, error);
    g_free(bench.folder);
    return met;
}

int main(int argc, char **argv)
{
    const char *parent = argc > 2 ? argv[2] : g_get_tmp_dir();
    guint cases = argc > 1 ? (guint)strtoul(argv[1], NULL, 10) : 1000000;
    gboolean met = TRUE;

    if (argc > 1 && strcmp(argv[1], "curve") == 0) {
        for (guint n = 1000; n <= 100000; n *= 10)
            met = run(n, parent) && met;
        return met ? 0 : 1;
    }
    return cases > 0 && run(cases, parent) ? 0 : 1;
}
