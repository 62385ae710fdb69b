/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_store_bag [FOLDER]: export and verification of a bag beside the stock tools, on generated
 * pages (100 of 800 kB, 1,000 of 70 kB) below FOLDER ($TMPDIR). CPU is user and system time of the
 * process and its children; every figure is the median of five rounds in which both sides take
 * turns, so that it holds on any machine. Exit status 1 when a goal is missed.
 */
#include "appliance/base/digest.h"
#include "appliance/base/file.h"
#include "appliance/base/random.h"
#include "appliance/base/text.h"
#include "storage/bag.h"
#include "storage/verify.h"
#include "tests/bench/elapsed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define ROUNDS      5
#define LARGE_PAGES 100
#define SMALL_PAGES 1000
#define LARGE_BYTES 800000
#define SMALL_BYTES 70000
#define PAGES       (LARGE_PAGES + SMALL_PAGES)

typedef struct {
    char *folder;
    Digests digests[PAGES];
} Bench;

static G_NORETURN void give_up(const char *what, const GError *error)
{
    fprintf(stderr, "bench_store_bag: %s: %s\n", what, error != NULL ? error->message : "failed");
    exit(2);
}

static void run(const char *command)
{
    if (system(command) != 0)
        give_up(command, NULL);
}

static double cpu_of_command(const char *command)
{
    double before = elapsed_cpu_s(RUSAGE_CHILDREN);

    run(command);
    return elapsed_cpu_s(RUSAGE_CHILDREN) - before;
}

static int compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

static double median(double values[ROUNDS])
{
    qsort(values, ROUNDS, sizeof values[0], compare_doubles);
    return values[ROUNDS / 2];
}

/* The pages stand in a foreign bag with sha256 alone, which sha256sum -c checks as it is. */
static void make_pages(Bench *bench)
{
    SeededRandom state;
    Random random = random_seeded(&state, 1);
    g_autofree guint8 *page = g_malloc(LARGE_BYTES);
    g_autofree char *data = g_build_filename(bench->folder, "plain/data", NULL);
    g_autoptr(GString) manifest = g_string_new(NULL);
    g_autofree char *list = g_build_filename(bench->folder, "plain/manifest-sha256.txt", NULL);
    g_autofree char *bagit = g_build_filename(bench->folder, "plain/bagit.txt", NULL);

    if (g_mkdir_with_parents(data, 0755) != 0)
        give_up(data, NULL);
    for (guint i = 0; i < PAGES; i++) {
        gsize size = i < LARGE_PAGES ? LARGE_BYTES : SMALL_BYTES;
        g_autofree char *path = g_strdup_printf("%s/%04u.tif", data, i);
        g_autofree char *hex = NULL;
        DigestPass pass;

        random_fill(&random, page, size);
        if (!g_file_set_contents(path, (const char *)page, (gssize)size, NULL))
            give_up(path, NULL);
        digest_init(&pass);
        digest_update(&pass, page, size);
        digest_finish(&pass, &bench->digests[i]);
        hex = hex_encode(bench->digests[i].sha256, SHA256_DIGEST_SIZE);
        g_string_append_printf(manifest, "%s  data/%04u.tif\n", hex, i);
    }
    if (!g_file_set_contents(list, manifest->str, -1, NULL) ||
        !g_file_set_contents(bagit, "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", -1,
                             NULL))
        give_up(list, NULL);
}

static void export_bag(const Bench *bench, ArchiveForm form, const char *path)
{
    BagOptions options = {.form = form, .path = path, .name = "bag"};
    GError *error = NULL;
    g_autoptr(BagWriter) writer = bag_writer_new(&options, &error);
    BagPayload payload;
    PackDone done;

    for (guint i = 0; i < PAGES; i++) {
        g_autofree char *name = g_strdup_printf("data/%04u.tif", i);
        g_autofree char *source = g_strdup_printf("%s/plain/%s", bench->folder, name);
        BagKnown known = {bench->digests[i].sha256, bench->digests[i].sha512};

        if (!bag_add_path(writer, name, source, &known, &error))
            give_up(source, error);
    }
    if (!bag_close_payload(writer, &payload, &error) || !bag_write(writer, &done, &error))
        give_up(path, error);
}

static double cpu_of_export(const Bench *bench)
{
    g_autofree char *path = g_build_filename(bench->folder, "ours.tar", NULL);
    double before = elapsed_cpu_s(RUSAGE_SELF), spent;

    export_bag(bench, ARCHIVE_TAR, path);
    spent = elapsed_cpu_s(RUSAGE_SELF) - before;
    remove(path);
    return spent;
}

/* CPU of a full verification, and its wall time. */
static double cpu_of_verify(const char *path, guint threads, double *seconds)
{
    VerifyOptions options = {.level = VERIFY_FULL, .threads = threads};
    VerifySummary summary;
    GError *error = NULL;
    double before = elapsed_cpu_s(RUSAGE_SELF), begin = elapsed_wall_s();

    if (!verify_path(path, &options, NULL, NULL, &summary, &error) || summary.errors != 0)
        give_up(path, error);
    *seconds = elapsed_wall_s() - begin;
    return elapsed_cpu_s(RUSAGE_SELF) - before;
}

/* One line of the result; FALSE when the goal is missed. */
static gboolean print_ratio(const char *what, double ours, double theirs, double goal)
{
    printf("%-62s %.3f / %.3f s = %.2f (goal %.2f)%s\n", what, ours, theirs, ours / theirs, goal,
           ours / theirs <= goal ? "" : " MISSED");
    return ours / theirs <= goal;
}

static gboolean measure_export(const Bench *bench)
{
    g_autofree char *command = g_strdup_printf(
        "cd %s/plain && sha256sum data/* > ../sums && tar -cf ../theirs.tar data", bench->folder);
    double ours[ROUNDS], theirs[ROUNDS];

    for (guint i = 0; i < ROUNDS; i++) {
        ours[i] = cpu_of_export(bench);
        theirs[i] = cpu_of_command(command);
    }
    return print_ratio("export tar, both manifests: CPU of ours / (sha256sum, tar)", median(ours),
                       median(theirs), 0.5);
}

static gboolean measure_verify(const char *what, const char *path, const char *command, double goal)
{
    double ours[ROUNDS], theirs[ROUNDS], seconds;

    for (guint i = 0; i < ROUNDS; i++) {
        ours[i] = cpu_of_verify(path, 1, &seconds);
        theirs[i] = cpu_of_command(command);
    }
    return print_ratio(what, median(ours), median(theirs), goal);
}

static gboolean measure_threads(const char *path)
{
    double one[ROUNDS], two[ROUNDS];

    for (guint i = 0; i < ROUNDS; i++) {
        cpu_of_verify(path, 1, &one[i]);
        cpu_of_verify(path, 2, &two[i]);
    }
    return print_ratio("verify, two threads / one: wall", median(two), median(one), 0.6);
}

static gboolean measure_memory(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    printf("%-62s %ld MB (goal 64 MB)%s\n", "peak memory of it all", usage.ru_maxrss / 1024,
           usage.ru_maxrss <= 64 * 1024 ? "" : " MISSED");
    return usage.ru_maxrss <= 64 * 1024;
}

int main(int argc, char **argv)
{
    Bench *bench = g_new0(Bench, 1);
    g_autofree char *plain = NULL;
    g_autofree char *both = NULL;
    g_autofree char *plain_command = NULL;
    g_autofree char *both_command = NULL;
    gboolean met;

    bench->folder =
        g_build_filename(argc > 1 ? argv[1] : g_get_tmp_dir(), "anjuan-bench-XXXXXX", NULL);
    if (g_mkdtemp(bench->folder) == NULL)
        give_up(bench->folder, NULL);
    make_pages(bench);
    plain = g_build_filename(bench->folder, "plain", NULL);
    both = g_build_filename(bench->folder, "bag", NULL);
    export_bag(bench, ARCHIVE_FOLDER, both);
    plain_command = g_strdup_printf("cd %s && sha256sum -c --quiet manifest-sha256.txt", plain);
    both_command = g_strdup_printf("cd %s && sha256sum -c --quiet manifest-sha256.txt && "
                                   "sha512sum -c --quiet manifest-sha512.txt",
                                   both);
    met = measure_export(bench);
    met = measure_verify("verify, sha256 alone: CPU of ours / sha256sum -c", plain, plain_command,
                         0.35) &&
          met;
    met = measure_verify("verify, both: CPU of ours / (sha256sum -c, sha512sum -c)", both,
                         both_command, 0.6) &&
          met;
    met = measure_threads(both) && met;
    met = measure_memory() && met;
    if (!file_remove_tree(bench->folder, NULL))
        return 2;
    g_free(bench->folder);
    g_free(bench);
    return met ? 0 : 1;
}
