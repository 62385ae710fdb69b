/* SPDX-License-Identifier: Apache-2.0
 *
 * Page workers killed at random while a scanner feeds: no side lost, none doubled, none out of
 * order. Fifty kills, a thousand with ANJUAN_LONG=1; ANJUAN_SEED chooses another run.
 */
#include "appliance/base/random.h"
#include "appliance/intake/intake.h"
#include "tests/appliance/counter/hall.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SHEETS     20
#define PAUSE_US   200000 /* the longest between two kills: some pages */
#define KILLS      50
#define KILLS_LONG 1000

typedef struct {
    Random random;
    gint over; /* atomic */
    guint kills, wanted;
} Killer;

/* ── the killer ──────────────────────────────────────────────────────────────────────────── */

static gboolean is_page_worker(const char *pid)
{
    g_autofree char *stat_path = g_strdup_printf("/proc/%s/stat", pid);
    g_autofree char *line_path = g_strdup_printf("/proc/%s/cmdline", pid);
    g_autofree char *stat = NULL, *line = NULL;
    const char *behind;
    gsize size = 0;
    int parent = 0;

    if (!g_file_get_contents(stat_path, &stat, NULL, NULL) ||
        !g_file_get_contents(line_path, &line, &size, NULL))
        return FALSE;
    behind = strrchr(stat, ')');
    return behind != NULL && sscanf(behind, ") %*c %d", &parent) == 1 && parent == getpid() &&
           size > 12 && memcmp(line + size - 12, "worker\0page", 12) == 0;
}

static GArray *page_workers(void)
{
    GArray *pids = g_array_new(FALSE, FALSE, sizeof(pid_t));
    g_autoptr(GDir) proc = g_dir_open("/proc", 0, NULL);
    const char *name;

    while ((name = g_dir_read_name(proc)) != NULL) {
        pid_t pid = (pid_t)g_ascii_strtoll(name, NULL, 10);

        if (pid > 0 && is_page_worker(name))
            g_array_append_val(pids, pid);
    }
    return pids;
}

static guint32 dice(Killer *killer, guint32 below)
{
    guint32 number;

    random_fill(&killer->random, &number, sizeof number);
    return number % below;
}

static void *kill_at_random(void *data)
{
    Killer *killer = data;

    while (!g_atomic_int_get(&killer->over) && killer->kills < killer->wanted) {
        g_autoptr(GArray) pids = page_workers();

        if (pids->len > 0 &&
            kill(g_array_index(pids, pid_t, dice(killer, pids->len)), SIGKILL) == 0)
            killer->kills++;
        g_usleep(dice(killer, PAUSE_US)); /* the moment is the dice's */
    }
    return NULL;
}

/* ── the batch ───────────────────────────────────────────────────────────────────────────── */

typedef struct {
    GString *names;
    guint unread;
} Heard;

static void on_told(const IntakeSide *side, void *data)
{
    Heard *heard = data;

    g_string_append_printf(heard->names, "%d%c ", (int)side->sheet, side->side);
    heard->unread += strcmp(side->state, "unread") == 0;
}

static void on_refused(const char *source G_GNUC_UNUSED, const GError *why,
                       void *data G_GNUC_UNUSED)
{
    fail_msg("a side was refused: %s", why->message);
}

static char *all_names(void)
{
    GString *names = g_string_new(NULL);

    for (int sheet = 1; sheet <= SHEETS; sheet++)
        g_string_append_printf(names, "%da %db ", sheet, sheet);
    return g_string_free(names, FALSE);
}

/* One stack while workers die; how many of its sides stayed unread (their raw bytes are kept). */
static guint feed_stack(Hall *hall, const char *number, Device *device)
{
    static const DeviceBatch gray = {
        .scan = {
            .source = SCANNER_SOURCE_FEEDER, .mode = SCANNER_GRAY, .dpi = 100, .duplex = TRUE}};
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(hall->store, &error);
    CaseLookup context = {hall->house, reader};
    PlacingLookup lookup = case_lookup(&context);
    IntakeOptions options = {.case_number = number,
                             .device = "script",
                             .duplex = TRUE,
                             .declared = SHEETS,
                             .lookup = &lookup,
                             .lanes = 2};
    Heard heard = {.names = g_string_new(NULL)};
    g_autofree char *expected = all_names();
    IntakeSummary summary = {0};
    IntakeEnd end;
    gboolean ok;
    Intake *intake = intake_open(hall->store, &hall_clerk, &options, &error);

    assert_no_error(error);
    intake_listen(intake, on_told, on_refused, &heard);
    ok = intake_device(intake, device, &gray, &end, &error);
    assert_no_error(error);
    assert_true(ok);
    assert_int_equal(end.reason, SCANNER_OK);
    assert_true(intake_close(intake, "done", &summary, &error));
    assert_string_equal(heard.names->str, expected);
    assert_int_equal(summary.stored, 2 * SHEETS);
    assert_int_equal(summary.received, 2 * SHEETS);
    assert_int_equal(summary.unread, heard.unread);
    intake_summary_clear(&summary);
    g_string_free(heard.names, TRUE);
    return heard.unread;
}

static Device *feeder(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "stack.json", NULL);
    g_autofree char *script = g_strdup_printf("{\"sheets\": [{\"repeat\": %d}]}", SHEETS);
    g_autofree char *name = g_strconcat("script:", path, NULL);
    GError *error = NULL;
    Device *device;

    assert_true(g_file_set_contents(path, script, -1, NULL));
    device = device_open(name, &error);
    assert_no_error(error);
    return device;
}

static void workers_that_die_at_random_lose_and_double_no_side(void **state G_GNUC_UNUSED)
{
    const char *seed = g_getenv("ANJUAN_SEED");
    guint wanted = g_strcmp0(g_getenv("ANJUAN_LONG"), "1") == 0 ? KILLS_LONG : KILLS;
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM), *folder = testing_folder();
    g_autoptr(Device) device = feeder(folder);
    SeededRandom seeded;
    Killer killer = {
        .wanted = wanted,
        .random = random_seeded(&seeded, seed != NULL ? g_ascii_strtoull(seed, NULL, 10) : 7)};
    guint stacks = 0, unread = 0;
    GError *error = NULL;

    while (killer.kills < wanted) {
        pthread_t thread;

        g_atomic_int_set(&killer.over, 0);
        assert_int_equal(pthread_create(&thread, NULL, kill_at_random, &killer), 0);
        unread += feed_stack(&hall, number, device);
        g_atomic_int_set(&killer.over, 1);
        pthread_join(thread, NULL);
        stacks++;
        assert_true(device_reopen(device, &error)); /* with a whole stack again */
    }
    print_message("%u page workers killed in %u stacks: %u of %u sides unread\n", killer.kills,
                  stacks, unread, stacks * 2 * SHEETS);
    assert_int_equal(hall_count(&hall, "SELECT count(*) FROM side"), stacks * 2 * SHEETS);
    assert_int_equal(hall_count(&hall, "SELECT count(*) FROM side WHERE bytes = 0"), 0);
    hall_close(&hall);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(workers_that_die_at_random_lose_and_double_no_side),
};
TEST_MAIN(tests)
