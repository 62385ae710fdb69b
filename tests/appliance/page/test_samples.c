/* SPDX-License-Identifier: Apache-2.0
 *
 * Real pages and hostile files, where the samples are at hand.
 */
#include "tests/appliance/page/page_testing.h"

#include "appliance/page/worker.h"

#include <string.h>
#include <time.h>

/* CPU time, so that a busy machine fails nothing. */
#define FILE_CPU_S_MAX 10.0

static PageWorker *new_worker(void)
{
    GError *error = NULL;
    PageWorker *worker = page_worker_new(&error);

    assert_no_error(error);
    return worker;
}

static double worker_cpu_s(const PageWorker *worker)
{
    struct timespec used = {0};
    clockid_t clock;

    if (page_worker_pid(worker) > 0 && clock_getcpuclockid(page_worker_pid(worker), &clock) == 0)
        (void)clock_gettime(clock, &used);
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

typedef struct {
    guint stored, unread, refused;
} Tally;

/* Every outcome must be one of the three, each with its evidence. */
static void import_file(PageWorker *worker, const char *path, Tally *tally)
{
    g_auto(Fd) fd = open_sample(path);
    g_autoptr(GError) error = NULL;
    g_autofree char *name = g_path_get_basename(path);
    guint32 pages = 0;

    if (!page_worker_count(worker, fd, &pages, &error)) {
        assert_non_null(error);
        print_message("%s: refused: %s\n", name, error->message);
        tally->refused++;
        return;
    }
    for (guint32 i = 0; i < MIN(pages, 8); i++) {
        g_auto(PageResult) result = PAGE_RESULT_NONE;

        g_clear_error(&error);
        if (!page_worker_import(worker, fd, i, NULL, &result, &error)) {
            print_message("%s %u/%u: refused: %s\n", name, i, pages, error->message);
            tally->refused++;
            continue;
        }
        assert_true(result.fd >= 0);
        if (result.state == PAGE_UNREAD) {
            assert_true(result.reason[0] != '\0');
            print_message("%s %u/%u: unread: %s\n", name, i, pages, result.reason);
            tally->unread++;
        } else {
            tally->stored++;
        }
    }
}

static void import_folder(const char *name, Tally *tally)
{
    g_autofree char *folder = sample_folder(name);
    g_autoptr(PageWorker) worker = NULL;
    g_autoptr(GDir) dir = NULL;
    const char *entry;

    if (folder == NULL)
        skip();
    worker = new_worker();
    dir = g_dir_open(folder, 0, NULL);
    while ((entry = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, entry, NULL);
        double began_s = worker_cpu_s(worker);

        if (g_str_has_suffix(entry, ".tsv"))
            continue;
        import_file(worker, path, tally);
        if (worker_cpu_s(worker) - began_s > FILE_CPU_S_MAX)
            fail_msg("%s took over 10 s", entry);
    }
    print_message("%s: %u stored, %u unread, %u refused, %u workers replaced\n", name,
                  tally->stored, tally->unread, tally->refused, page_worker_replaced(worker));
}

static void every_real_page_is_taken(void **state G_GNUC_UNUSED)
{
    Tally tally = {0};

    import_folder("pages", &tally);
    assert_int_equal(tally.refused, 0);
    /* masks, JBIG2 and mixed PDF pages are kept as their files */
    assert_true(tally.stored >= 80);
}

static void every_broken_file_ends_in_a_reason(void **state G_GNUC_UNUSED)
{
    Tally tally = {0};

    import_folder("broken", &tally);
    assert_true(tally.refused + tally.unread > 70);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_real_page_is_taken),
    cmocka_unit_test(every_broken_file_ends_in_a_reason),
};

TEST_MAIN(tests)
