/* SPDX-License-Identifier: Apache-2.0
 *
 * Faults at every write, sync, rename and commit of a scan, a filing, an export, a backup and a
 * destruction.
 *
 *   test_faults scan|file|export|backup|destroy
 *
 * Each injection runs the work in a process of its own over a copy of the same store, with one
 * fault at one operation. Afterwards the store must open, everything acknowledged must be there,
 * nothing half visible (fsck reads every byte), and the same work must go through. Positions and
 * kinds are drawn from a seed; a thousand over all works in an ordinary run (few of a filing, which
 * takes seconds each), two thousand of each with ANJUAN_LONG=1, or as many as ANJUAN_FAULTS says.
 * How many ran and how many lost something is printed, and over all works by storage.faults.
 */
#include "tests/appliance/counter/hall.h"
#include "tests/appliance/intake/leaf.h"
#include "tests/storage/fault.h"
#include "tests/storage/store_copy.h"

#include "appliance/counter/destroy.h"
#include "appliance/counter/export.h"
#include "appliance/intake/intake.h"
#include "storage/drill.h"
#include "storage/secrets.h"
#include "storage/verify.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LONG       2000
#define DECADES_US (G_GINT64_CONSTANT(32) * 366 * 86400 * G_USEC_PER_SEC)
#define LEAVES     3

/* A store at rest, and what the work is about. */
typedef struct {
    char *folder, *number, *pages, *out;
} Base;

/* The store of one injection, and where the work says what it acknowledged. */
typedef struct {
    const Base *base;
    Hall hall;
    char *product; /* file that the work makes */
    int acks;      /* pipe: 64 hex digits a side; -1: nobody listens */
} Run;

typedef struct {
    const char *name;
    guint ordinary; /* injections of an ordinary run: a thousand over all works */
    void (*prepare)(Base *base, Hall *hall);
    gboolean (*work)(Run *run, GError **error);
    /* Fails the test unless what was acknowledged is there. */
    void (*check)(Run *run, gboolean acknowledged, const char *acks);
} Work;

static char *where; /* what is being injected, for messages */

/* ── scan ────────────────────────────────────────────────────────────────────────────────── */

static void prepare_scan(Base *base, Hall *hall)
{
    base->number = hall_case(hall, HALL_ITEM);
    base->pages = leaf_file(base->out, "a.tif", LEAVES, 1);
}

static void on_told(const IntakeSide *side, void *data)
{
    const Run *run = data;

    if (run->acks >= 0 && write(run->acks, side->sha256, 64) != 64)
        _exit(1);
}

static gboolean feed(Run *run, Catalog *reader, GError **error)
{
    CaseLookup context = {run->hall.house, reader};
    PlacingLookup lookup = case_lookup(&context);
    IntakeOptions options = {.case_number = run->base->number,
                             .device = "import",
                             .declared = -1,
                             .lookup = &lookup,
                             .lanes = 1};
    g_auto(Fd) fd = open(run->base->pages, O_RDONLY | O_CLOEXEC);
    Intake *intake = intake_open(run->hall.store, &hall_clerk, &options, error);
    IntakeSummary summary = {0};
    gboolean ok;

    if (intake == NULL)
        return FALSE;
    intake_listen(intake, on_told, NULL, run);
    if (!intake_file(intake, fd, "a.tif", error)) {
        intake_free(intake);
        return FALSE;
    }
    ok = intake_close(intake, "done", &summary, error);
    intake_summary_clear(&summary);
    return ok;
}

static gboolean scan(Run *run, GError **error)
{
    g_autoptr(Catalog) reader = store_reader(run->hall.store, error);

    return reader != NULL && feed(run, reader, error);
}

static gint64 count(const Run *run, const char *sql)
{
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(run->hall.store, &error);
    gint64 n = -1;

    assert_no_error(error);
    assert_true(db_int(catalog_db(reader), &n, -1, &error, sql, ""));
    return n;
}

static void check_scan(Run *run, gboolean acknowledged, const char *acks)
{
    gint64 sides = count(run, "SELECT count(*) FROM side");

    for (const char *ack = acks; *ack != '\0'; ack += 64) {
        g_autofree char *sql =
            g_strdup_printf("SELECT count(*) FROM side WHERE sha256 = x'%.64s'", ack);

        if (count(run, sql) < 1)
            fail_msg("%s: an acknowledged side is not there", where);
    }
    if (acknowledged && sides < LEAVES)
        fail_msg("%s: %d of %d sides", where, (int)sides, LEAVES);
    if (count(run, "SELECT count(*) FROM batch WHERE closed_at IS NULL") != 0)
        fail_msg("%s: a batch stays open", where);
}

/* ── filing ──────────────────────────────────────────────────────────────────────────────── */

static void prepare_file(Base *base, Hall *hall)
{
    base->number = hall_ended(hall);
}

static gboolean file_it(Run *run, GError **error)
{
    ArchiveRequest request = {.number = run->base->number};
    g_autofree char *archive_number = NULL;

    return archive_file(run->hall.house, &hall_clerk, &request, &archive_number, error);
}

static void check_file(Run *run, gboolean acknowledged, const char *acks G_GNUC_UNUSED)
{
    if (acknowledged && count(run, "SELECT count(*) FROM cases WHERE filed_at IS NOT NULL") != 1)
        fail_msg("%s: filed and not filed", where);
}

/* ── export ──────────────────────────────────────────────────────────────────────────────── */

static void prepare_filed(Base *base, Hall *hall)
{
    Run run = {.base = base, .hall = *hall, .acks = -1};
    GError *error = NULL;

    prepare_file(base, hall);
    if (!file_it(&run, &error))
        fail_msg("not filed: %s", error->message);
}

static gboolean export_it(Run *run, GError **error)
{
    const char *numbers[] = {run->base->number, NULL};
    ExportRequest request = {.numbers = numbers, .path = run->product, .format = EXPORT_BAG_TAR};
    g_auto(ExportDone) done = {0};

    return export_cases(run->hall.house, &hall_clerk, &request, &done, error);
}

static void count_error(const VerifyFinding *finding, void *data)
{
    *(guint *)data += finding->severity == VERIFY_ERROR;
}

static void check_export(Run *run, gboolean acknowledged, const char *acks G_GNUC_UNUSED)
{
    VerifyOptions options = {.level = VERIFY_FULL};
    VerifySummary summary = {0};
    guint errors = 0;
    GError *error = NULL;

    if (!g_file_test(run->product, G_FILE_TEST_EXISTS)) {
        if (acknowledged)
            fail_msg("%s: the bundle is not there", where);
        return;
    }
    if (!verify_path(run->product, &options, count_error, &errors, &summary, &error) || errors > 0)
        fail_msg("%s: half a bundle", where);
}

/* ── backup ──────────────────────────────────────────────────────────────────────────────── */

static const CipherKey key = {.key = (const guint8 *)"0123456789abcdef0123456789abcdef"};

static gboolean back_up(Run *run, GError **error)
{
    BackupRequest request = {
        .path = run->product, .key = key, .since = BACKUP_FULL, .settle = archive_recover};
    g_auto(BackupDone) done = {0};
    gboolean ok = backup_write(run->hall.store, &request, &done, error);

    return ok && (done.lost->len == 0 || error_set(error, ERROR_DAMAGED, "lost"));
}

static void check_backup(Run *run, gboolean acknowledged, const char *acks G_GNUC_UNUSED)
{
    const char *paths[] = {run->product, NULL};
    g_autofree char *folder = g_strconcat(run->product, ".restored", NULL);
    RestoreRequest request = {.paths = paths, .keys = &key, .folder = folder};
    g_auto(RestoreDone) done = {0};
    GError *error = NULL;

    if (!g_file_test(run->product, G_FILE_TEST_EXISTS)) {
        if (acknowledged)
            fail_msg("%s: the backup is not there", where);
        return;
    }
    if (!restore_folder(&request, &done, &error))
        fail_msg("%s: the backup is not whole: %s", where, error->message);
    assert_true(file_remove_tree(folder, &error));
}

/* ── destruction ─────────────────────────────────────────────────────────────────────────── */

static void prepare_destroy(Base *base, Hall *hall)
{
    prepare_filed(base, hall);
    hall_now_us += DECADES_US;
}

static gboolean destroy(Run *run, GError **error)
{
    const char *numbers[] = {run->base->number, NULL};
    DestroyRequest request = {numbers, "000002", "档销1号"};

    return destroy_cases(run->hall.house, &hall_clerk, &request, error);
}

/* Recovery has finished it where the record was written. */
static void check_destroy(Run *run, gboolean acknowledged, const char *acks G_GNUC_UNUSED)
{
    gint64 destroyed = count(run, "SELECT count(*) FROM destruction");
    g_autofree char *secrets = secrets_case_path(run->base->number);
    g_autofree char *path = store_path(run->hall.store, secrets), *text = NULL;

    if (acknowledged && destroyed != 1)
        fail_msg("%s: destroyed and not destroyed", where);
    if (count(run, "SELECT count(*) FROM destruction WHERE done_at IS NULL") != 0)
        fail_msg("%s: a destruction is not finished", where);
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    if ((strstr(text, "张三") == NULL) != (destroyed == 1))
        fail_msg("%s: half destroyed", where);
}

static const Work works[] = {
    {"scan", 300, prepare_scan, scan, check_scan},
    {"file", 40, prepare_file, file_it, check_file},
    {"export", 220, prepare_filed, export_it, check_export},
    {"backup", 220, prepare_filed, back_up, check_backup},
    {"destroy", 220, prepare_destroy, destroy, check_destroy},
};

/* ── copies ──────────────────────────────────────────────────────────────────────────────── */

static Base base_made(const Work *work)
{
    Hall hall = hall_made("procedure");
    Base base = {.folder = g_strdup(hall.folder), .out = testing_folder()};

    work->prepare(&base, &hall);
    hall_close(&hall);
    return base;
}

/* ── one injection ───────────────────────────────────────────────────────────────────────── */

/* In the child: what came of it is its exit status. */
static void run_child(const Work *work, const Base *base, char *folder, const char *product,
                      int acks, FaultKind kind, guint at)
{
    Run run = {.base = base, .product = g_strdup(product), .acks = acks};
    g_autoptr(GError) error = NULL;
    guint n;
    gboolean ok;

    g_log_set_always_fatal(G_LOG_FATAL_MASK);
    if (freopen("/dev/null", "w", stderr) == NULL)
        _exit(1);
    run.hall = hall_opened(folder);
    fault_set(kind, at);
    ok = work->work(&run, &error);
    n = fault_count();
    if (write(acks, kind == FAULT_NONE ? (const void *)&n : "", kind == FAULT_NONE ? sizeof n : 0) <
        0)
        _exit(1);
    _exit(ok ? 0 : 2);
}

typedef struct {
    int status;
    GString *acks;
} Outcome;

static Outcome run_work(const Work *work, const Base *base, const char *folder, const char *product,
                        FaultKind kind, guint at)
{
    Outcome outcome = {0, g_string_new(NULL)};
    int acks[2];
    char block[4096];
    ssize_t n;
    pid_t child;

    assert_int_equal(pipe(acks), 0);
    fflush(NULL);
    child = fork();
    if (child == 0)
        run_child(work, base, g_strdup(folder), product, acks[1], kind, at);
    close(acks[1]);
    while ((n = read(acks[0], block, sizeof block)) > 0)
        g_string_append_len(outcome.acks, block, n);
    close(acks[0]);
    assert_int_equal(waitpid(child, &outcome.status, 0), child);
    return outcome;
}

static void print_finding(const FsckFinding *finding, void *data G_GNUC_UNUSED)
{
    if (finding->is_error)
        fprintf(stderr, "%s %s: %s\n", finding->code, finding->path, finding->detail);
}

/* As a start of the appliance does. */
static void recover(Run *run)
{
    gint64 adopted;
    GError *error = NULL;

    if (!intake_recover(run->hall.store, &hall_clerk, &adopted, &error) ||
        !archive_recover(run->hall.store, &error) || !destroy_settle(run->hall.store, &error))
        fail_msg("%s: not recovered: %s", where, error->message);
}

static void look_around(Run *run)
{
    FsckOptions options = {.read_data = TRUE, .report = print_finding};
    FsckSummary summary;
    GError *error = NULL;

    if (!fsck_store(run->hall.store, &options, &summary, &error))
        fail_msg("%s: %s", where, error->message);
    if (summary.errors > 0)
        fail_msg("%s: %d findings", where, (int)summary.errors);
}

static void repeat(const Work *work, Run *run)
{
    g_autofree char *again = g_strconcat(run->product, ".again.tar", NULL);
    g_autofree char *product = run->product;
    GError *error = NULL;

    run->product = again;
    if (!work->work(run, &error))
        fail_msg("%s: the same work does not go through: %s", where, error->message);
    run->product = g_steal_pointer(&product);
    if (unlink(again) != 0 && g_file_test(again, G_FILE_TEST_EXISTS))
        fail_msg("%s stays", again);
}

static gboolean is_done(const Work *work, const Run *run)
{
    if (work->work == file_it)
        return count(run, "SELECT count(*) FROM cases WHERE filed_at IS NOT NULL") == 1;
    return work->work == destroy && count(run, "SELECT count(*) FROM destruction") == 1;
}

/* In a process of its own, so that an injection that lost something is counted and the others still
 * run: a check that fails leaves main, which ends the process with 1. */
static void judge(const Work *work, Run *run, const char *folder, const Outcome *outcome)
{
    gboolean acknowledged = WEXITSTATUS(outcome->status) == 0;

    run->hall = hall_opened(g_strdup(folder));
    recover(run);
    look_around(run);
    work->check(run, acknowledged, outcome->acks->str);
    if (!is_done(work, run))
        repeat(work, run);
    hall_close(&run->hall);
    fflush(NULL);
    _exit(0);
}

static gboolean is_sound(const Work *work, Run *run, const char *folder, const Outcome *outcome)
{
    pid_t child;
    int status;

    if (!WIFEXITED(outcome->status)) {
        fprintf(stderr, "%s: ended by signal %d\n", where, WTERMSIG(outcome->status));
        return FALSE;
    }
    fflush(NULL);
    child = fork();
    if (child == 0)
        judge(work, run, folder, outcome);
    assert_int_equal(waitpid(child, &status, 0), child);
    return status == 0;
}

/* FALSE where something was lost. */
static gboolean inject(const Work *work, const Base *base, FaultKind kind, guint at)
{
    g_autofree char *folder = g_build_filename(base->out, "data", NULL);
    g_autofree char *product = g_build_filename(base->out, "product.tar", NULL);
    Outcome outcome;
    Run run = {.base = base, .product = product, .acks = -1};
    gboolean sound;
    GError *error = NULL;

    g_free(where);
    where = g_strdup_printf("%s, operation %u, %s", work->name, at, fault_word(kind));
    store_copy(base->folder, folder);
    outcome = run_work(work, base, folder, product, kind, at);
    sound = is_sound(work, &run, folder, &outcome);
    if (g_file_test(product, G_FILE_TEST_EXISTS))
        assert_int_equal(unlink(product), 0);
    g_string_free(outcome.acks, TRUE);
    assert_true(file_remove_tree(folder, &error));
    return sound;
}

/* How many operations the work has when nothing fails. */
static guint operations(const Work *work, const Base *base)
{
    g_autofree char *folder = g_build_filename(base->out, "data", NULL);
    g_autofree char *product = g_build_filename(base->out, "product.tar", NULL);
    Outcome outcome;
    guint n;
    GError *error = NULL;

    store_copy(base->folder, folder);
    outcome = run_work(work, base, folder, product, FAULT_NONE, 0);
    assert_true(WIFEXITED(outcome.status));
    assert_int_equal(WEXITSTATUS(outcome.status), 0);
    assert_true(outcome.acks->len >= sizeof n);
    memcpy(&n, outcome.acks->str + outcome.acks->len - sizeof n, sizeof n);
    g_string_free(outcome.acks, TRUE);
    if (g_file_test(product, G_FILE_TEST_EXISTS))
        assert_int_equal(unlink(product), 0);
    assert_true(file_remove_tree(folder, &error));
    return n;
}

/* For the line over all works (print_faults.py), where ANJUAN_FAULT_COUNTS names a folder. */
static void keep_count(const char *name, guint n, guint ran, guint lost)
{
    const char *folder = g_getenv("ANJUAN_FAULT_COUNTS");
    g_autofree char *path = NULL, *line = NULL;

    if (folder == NULL)
        return;
    path = g_build_filename(folder, name, NULL);
    line = g_strdup_printf("%u %u %u\n", n, ran, lost);
    assert_true(g_file_set_contents(path, line, -1, NULL));
}

static const Work *chosen;
static pid_t main_process;

static void whatever_fails_nothing_is_lost(void **state G_GNUC_UNUSED)
{
    gboolean is_long = g_strcmp0(g_getenv("ANJUAN_LONG"), "1") == 0;
    const char *asked = g_getenv("ANJUAN_FAULTS");
    guint times = asked != NULL ? (guint)g_ascii_strtoull(asked, NULL, 10)
                  : is_long     ? LONG
                                : chosen->ordinary;
    guint n, i, lost = 0;
    g_autoptr(GRand) rand = g_rand_new_with_seed(20261121);
    Base base = base_made(chosen);

    n = operations(chosen, &base);
    assert_true(n > 5);
    for (i = 0; i < times; i++) {
        /* Every position once with every kind before any is drawn again. */
        gboolean drawn = !is_long || i >= n * (FAULT_KINDS - 1);
        FaultKind kind = drawn ? (FaultKind)g_rand_int_range(rand, FAULT_IO, FAULT_KINDS)
                               : (FaultKind)(FAULT_IO + i / n);
        guint at = drawn ? (guint)g_rand_int_range(rand, 1, (gint32)n + 1) : 1 + i % n;

        lost += !inject(chosen, &base, kind, at);
    }
    print_message("%s: %u operations, %u injections ran, %u lost something\n", chosen->name, n, i,
                  lost);
    keep_count(chosen->name, n, i, lost);
    assert_int_equal(lost, 0);
    g_free(base.folder);
    g_free(base.number);
    g_free(base.pages);
    g_free(base.out);
    g_free(where);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(whatever_fails_nothing_is_lost)};
    int failed;

    for (gsize i = 0; i < G_N_ELEMENTS(works) && argc == 2; i++)
        if (strcmp(works[i].name, argv[1]) == 0)
            chosen = &works[i];
    if (chosen == NULL) {
        fputs("usage: test_faults scan|file|export|backup|destroy\n", stderr);
        return 2;
    }
    testing_begin();
    fault_shim_install();
    fault_set(FAULT_NONE, 0);
    main_process = getpid();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    if (getpid() != main_process) {
        fflush(NULL);
        _exit(1);
    }
    return failed;
}
