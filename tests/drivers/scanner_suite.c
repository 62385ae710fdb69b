/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/drivers/scanner_suite.h"

#include <string.h>
#include <sys/stat.h>

static gint64 real_now_ms(void *self G_GNUC_UNUSED)
{
    return g_get_monotonic_time() / 1000;
}

static gboolean real_wait(void *self G_GNUC_UNUSED, guint ms)
{
    g_usleep(ms * 1000ul); /* the host's own pause, asked for by a driver */
    return TRUE;
}

const ScannerHost *scanner_suite_real_host(void)
{
    static const ScannerHost host = {.now_ms = real_now_ms, .wait = real_wait};

    return &host;
}

/* Read one image of strips to its end. */
static gboolean read_strips(Scanner *scanner, const ScannerImage *image, ScannerTally *tally)
{
    gsize room = scanner_page_bytes(&image->geometry);
    g_autofree guint8 *page = g_malloc(room);
    ScannerProgress progress = {0};

    assert_true(room > 0);
    while (!progress.ended) {
        guint before = progress.rows;

        if (!scanner_rows(scanner, page, room, &progress, &tally->fault))
            return FALSE;
        assert_true(progress.rows > before || progress.ended);
    }
    if (image->geometry.height_px > 0 && progress.whole)
        assert_int_equal(progress.rows, image->geometry.height_px);
    tally->whole += progress.whole;
    return TRUE;
}

static gboolean read_file(Scanner *scanner, ScannerImage *image, ScannerTally *tally)
{
    g_auto(Fd) fd = image->fd;
    g_autoptr(GError) error = NULL;
    struct stat facts;
    gboolean settled;

    assert_int_equal(fstat(fd, &facts), 0);
    assert_true(facts.st_size > 0);
    assert_true(strchr(image->media_type, '/') != NULL);
    tally->whole++;
    settled = scanner_settle(scanner, image->id, NULL, &error);
    assert_no_error(error);
    return settled;
}

static gboolean read_image(Scanner *scanner, ScannerImage *image, ScannerTally *tally)
{
    tally->images++;
    tally->backs += image->back;
    /* a back follows its front */
    if (image->back)
        assert_int_equal(tally->images, 2 * tally->backs);
    return image->fd >= 0 ? read_file(scanner, image, tally) : read_strips(scanner, image, tally);
}

static void take_all(Scanner *scanner, ScannerTally *tally)
{
    do {
        ScannerImage image;

        tally->last = scanner_next(scanner, &image, &tally->fault);
        if (tally->last == SCANNER_STEP_IMAGE && !read_image(scanner, &image, tally))
            tally->last = SCANNER_STEP_FAULT;
    } while (tally->last == SCANNER_STEP_IMAGE);
}

ScannerTally scanner_suite_run(Scanner *scanner, const ScannerOptions *options)
{
    ScannerTally tally = {0};

    if (!scanner_start(scanner, options, &tally.fault))
        tally.last = SCANNER_STEP_FAULT;
    else
        take_all(scanner, &tally);
    return tally;
}

static Scanner *open_rig(const ScannerRig *rig)
{
    g_autoptr(GError) error = NULL;
    Scanner *scanner = scanner_open(rig->name, rig->host, &error);

    assert_no_error(error);
    assert_int_equal(scanner_state(scanner), SCANNER_IDLE);
    return scanner;
}

static guint sides_of(const ScannerRig *rig, guint sheets)
{
    return rig->options.duplex ? 2 * sheets : sheets;
}

static void start_rig(Scanner *scanner, const ScannerRig *rig)
{
    g_autoptr(GError) error = NULL;
    gboolean started = scanner_start(scanner, &rig->options, &error);

    assert_no_error(error);
    assert_true(started);
}

void scanner_suite_listed(void **state)
{
    ScannerRig *rig = *state;
    const char *configured[] = {rig->name, "script:/nowhere/at/all.json", NULL};
    g_autoptr(GPtrArray) found = NULL;
    g_autoptr(GError) error = NULL;
    gboolean listed = FALSE;

    rig->load(rig, 1);
    found = scanner_list(configured, rig->host, &error);
    assert_no_error(error);
    for (guint i = 0; i < found->len; i++) {
        const ScannerInfo *info = g_ptr_array_index(found, i);

        assert_non_null(info->vendor);
        assert_non_null(info->model);
        assert_non_null(info->serial);
        assert_string_not_equal(info->name, configured[1]);
        listed |= strcmp(info->name, rig->name) == 0;
    }
    assert_true(listed);
}

void scanner_suite_absent(void **state)
{
    ScannerRig *rig = *state;
    g_autoptr(GError) error = NULL;

    assert_null(scanner_open(rig->absent_name, rig->host, &error));
    assert_error_code(error, ERROR_NO_DEVICE);
}

void scanner_suite_capable(void **state)
{
    ScannerRig *rig = *state;
    g_autoptr(Scanner) scanner = NULL;
    const ScannerCapabilities *able;

    rig->load(rig, 1);
    scanner = open_rig(rig);
    able = scanner_capabilities(scanner);
    assert_true(able->features & (SCANNER_HAS_FEEDER | SCANNER_HAS_STILL));
    assert_true(able->modes != 0);
    assert_in_range(able->n_dpi, 0, SCANNER_DPI_MAX);
    assert_in_range(able->dpi[0], 1, 10000);
    if (able->n_dpi == 0)
        assert_in_range(able->dpi[1], able->dpi[0], 10000);
    assert_string_equal(scanner_info(scanner)->name, rig->name);
}

void scanner_suite_refuses(void **state)
{
    ScannerRig *rig = *state;
    g_autoptr(Scanner) scanner = NULL;
    ScannerOptions options = rig->options;
    g_autoptr(GError) error = NULL;

    rig->load(rig, 1);
    scanner = open_rig(rig);
    options.dpi = 100000;
    assert_false(scanner_start(scanner, &options, &error));
    assert_error_code(error, ERROR_INVALID);
    g_clear_error(&error);
    if (scanner_capabilities(scanner)->width_um > 0) {
        options = rig->options;
        options.width_um = scanner_capabilities(scanner)->width_um + 1;
        assert_false(scanner_start(scanner, &options, &error));
        assert_error_code(error, ERROR_INVALID);
        g_clear_error(&error);
    }
    if ((scanner_capabilities(scanner)->features & SCANNER_HAS_DUPLEX) == 0) {
        options = rig->options;
        options.duplex = TRUE;
        assert_false(scanner_start(scanner, &options, &error));
        assert_error_code(error, ERROR_INVALID);
    }
    assert_int_equal(scanner_state(scanner), SCANNER_IDLE);
}

static void run_whole(Scanner *scanner, ScannerRig *rig, guint sheets)
{
    guint there = rig->load(rig, sheets);
    ScannerTally tally = scanner_suite_run(scanner, &rig->options);

    assert_no_error(tally.fault);
    assert_int_equal(tally.last, SCANNER_STEP_END);
    assert_int_equal(tally.images, sides_of(rig, there));
    assert_int_equal(tally.whole, tally.images);
    assert_int_equal(tally.backs, rig->options.duplex ? there : 0);
    assert_int_equal(scanner_state(scanner), SCANNER_IDLE);
}

void scanner_suite_stack(void **state)
{
    ScannerRig *rig = *state;
    g_autoptr(Scanner) scanner = NULL;

    rig->load(rig, 5);
    scanner = open_rig(rig);
    run_whole(scanner, rig, 5);
}

void scanner_suite_twice(void **state)
{
    ScannerRig *rig = *state;
    g_autoptr(Scanner) scanner = NULL;

    rig->load(rig, 2);
    scanner = open_rig(rig);
    run_whole(scanner, rig, 2);
    g_clear_pointer(&scanner, scanner_free);
    rig->load(rig, 2);
    scanner = open_rig(rig);
    run_whole(scanner, rig, 2);
}

void scanner_suite_empty(void **state)
{
    ScannerRig *rig = *state;
    g_autoptr(Scanner) scanner = NULL;
    ScannerTally tally;

    if (!rig->can_be_empty)
        skip();
    rig->load(rig, 0);
    scanner = open_rig(rig);
    tally = scanner_suite_run(scanner, &rig->options);
    assert_int_equal(tally.images, 0);
    if (tally.last == SCANNER_STEP_FAULT)
        assert_int_equal(scanner_reason_of(tally.fault), SCANNER_EMPTY);
    g_clear_error(&tally.fault);
}

void scanner_suite_cancel(void **state)
{
    ScannerRig *rig = *state;
    g_autoptr(Scanner) scanner = NULL;
    g_autoptr(GError) error = NULL;
    ScannerTally tally = {0};
    ScannerImage image;

    rig->load(rig, 9);
    scanner = open_rig(rig);
    start_rig(scanner, rig);
    assert_int_equal(scanner_next(scanner, &image, &error), SCANNER_STEP_IMAGE);
    assert_no_error(error);
    assert_true(read_image(scanner, &image, &tally));
    scanner_cancel(scanner);
    assert_int_equal(scanner_state(scanner), SCANNER_IDLE);
    tally = scanner_suite_run(scanner, &rig->options);
    assert_no_error(tally.fault);
    assert_true(tally.images > 0);
    assert_int_equal(tally.whole, tally.images);
}

void scanner_suite_cancel_in_image(void **state)
{
    ScannerRig *rig = *state;
    g_autoptr(Scanner) scanner = NULL;
    g_autoptr(GError) error = NULL;
    ScannerProgress progress;
    ScannerImage image;

    rig->load(rig, 3);
    scanner = open_rig(rig);
    start_rig(scanner, rig);
    assert_int_equal(scanner_next(scanner, &image, &error), SCANNER_STEP_IMAGE);
    assert_no_error(error);
    if (image.fd < 0) {
        gsize room = scanner_page_bytes(&image.geometry);
        g_autofree guint8 *page = g_malloc(room);

        assert_true(scanner_rows(scanner, page, room, &progress, &error));
    }
    fd_close(image.fd);
    scanner_cancel(scanner);
    scanner_free(g_steal_pointer(&scanner));
    rig->load(rig, 3);
    scanner = open_rig(rig);
    run_whole(scanner, rig, 3);
}

void scanner_suite_stop(void **state)
{
    ScannerRig *rig = *state;
    g_autoptr(Scanner) scanner = NULL;
    g_autoptr(GError) error = NULL;
    ScannerTally tally = {0};
    ScannerImage image;
    guint there = rig->load(rig, 5);

    scanner = open_rig(rig);
    start_rig(scanner, rig);
    assert_int_equal(scanner_next(scanner, &image, &error), SCANNER_STEP_IMAGE);
    assert_no_error(error);
    scanner_stop(scanner);
    assert_true(read_image(scanner, &image, &tally));
    take_all(scanner, &tally);
    assert_no_error(tally.fault);
    assert_int_equal(tally.whole, tally.images);
    if (rig->options.duplex)
        assert_int_equal(tally.images, 2 * tally.backs);
    if (scanner_capabilities(scanner)->features & SCANNER_HAS_STOP)
        assert_true(tally.images < sides_of(rig, there));
}

void scanner_suite_out_of_turn(void **state)
{
    ScannerRig *rig = *state;
    g_autoptr(Scanner) scanner = NULL;
    g_autoptr(GError) error = NULL;
    ScannerProgress progress;
    ScannerImage image;
    guint8 page[1];

    rig->load(rig, 1);
    scanner = open_rig(rig);
    assert_int_equal(scanner_next(scanner, &image, &error), SCANNER_STEP_FAULT);
    assert_error_code(error, ERROR_INTERNAL);
    g_clear_error(&error);
    assert_false(scanner_rows(scanner, page, sizeof page, &progress, &error));
    assert_error_code(error, ERROR_INTERNAL);
    g_clear_error(&error);
    start_rig(scanner, rig);
    assert_false(scanner_start(scanner, &rig->options, &error));
    assert_error_code(error, ERROR_INTERNAL);
}

void scanner_suite_status(void **state)
{
    ScannerRig *rig = *state;
    g_autoptr(Scanner) scanner = NULL;
    g_autoptr(GError) error = NULL;
    ScannerStatus status;

    rig->load(rig, 2);
    scanner = open_rig(rig);
    run_whole(scanner, rig, 2);
    assert_true(scanner_status(scanner, &status, &error));
    assert_no_error(error);
    assert_true(status.reason == SCANNER_OK || status.reason == SCANNER_EMPTY);
    if (rig->can_be_empty &&
        (scanner_capabilities(scanner)->features & SCANNER_HAS_PAPER_PRESENT) != 0)
        assert_int_equal(status.paper, SCANNER_PAPER_NONE);
    if (scanner_capabilities(scanner)->features & SCANNER_HAS_COUNTER)
        assert_int_equal(status.counter, 2);
}
