/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/device.h"
#include "drivers/script_picture.h"
#include "tests/testing.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define WAIT_MS 30000

static char *folder;

static const DeviceBatch gray = {
    .scan = {.mode = SCANNER_GRAY, .dpi = 25, .duplex = TRUE},
};

/* What a batch brought. */
typedef struct {
    guint begun;
    guint whole;
    guint files;
    guint in_order; /* pages whose printed number is the one expected */
    guint first_sheet;
    guint questions;
    ScannerStatus status;
    guint sides;
    gboolean ended;
    DeviceEvent open;
} Got;

static char *script_name(const char *file, const char *text)
{
    g_autofree char *path = g_build_filename(folder, file, NULL);

    assert_true(g_file_set_contents(path, text, -1, NULL));
    return g_strconcat("script:", path, NULL);
}

static Device *open_script(const char *text)
{
    g_autofree char *name = script_name("session.json", text);
    g_autoptr(GError) error = NULL;
    Device *device = device_open(name, &error);

    assert_no_error(error);
    return device;
}

static void start(Device *device, const DeviceBatch *batch)
{
    g_autoptr(GError) error = NULL;
    gboolean started = device_start(device, batch, &error);

    assert_no_error(error);
    assert_true(started);
}

static void release(Device *device, guint64 id)
{
    g_autoptr(GError) error = NULL;
    gboolean released = device_release(device, id, NULL, &error);

    assert_no_error(error);
    assert_true(released);
}

static void check_number(Got *got, const DeviceEvent *end)
{
    gsize size = scanner_page_bytes(&got->open.geometry);
    guint8 *page = mmap(NULL, size, PROT_READ, MAP_SHARED, got->open.page_fd, 0);
    guint sheet = 0;
    gboolean back = FALSE;

    assert_true(page != MAP_FAILED);
    assert_int_equal(end->id, got->open.id);
    if (script_picture_number(page, &got->open.geometry, &sheet, &back))
        got->in_order += sheet == MAX(got->first_sheet, 1) + (got->begun - 1) / 2 &&
                         back == got->open.back && back == (gboolean)((got->begun - 1) % 2);
    munmap(page, size);
}

/* One event, held against the grammar of device.h. */
static void take_event(Device *device, const DeviceEvent *event, Got *got)
{
    gboolean is_open = got->open.id != 0;

    assert_false(got->ended);
    if (event->kind == DEVICE_IMAGE_BEGIN) {
        assert_false(is_open);
        got->begun++;
        assert_int_equal(event->sheet, (got->begun + 1) / 2);
        assert_int_equal(event->back, got->begun % 2 == 0);
        got->open = *event;
    } else if (event->kind == DEVICE_ROWS) {
        assert_int_equal(event->id, got->open.id);
    } else if (event->kind == DEVICE_IMAGE_END) {
        got->whole += event->progress.whole;
        if (event->progress.whole)
            check_number(got, event);
        got->open.id = 0;
        release(device, event->id);
    } else if (event->kind == DEVICE_FILE) {
        got->files++;
        fd_close(event->fd);
        release(device, event->id);
    } else if (event->kind == DEVICE_STATUS) {
        assert_false(is_open);
        got->status = event->status;
    } else if (event->kind == DEVICE_BATCH_END) {
        assert_false(is_open);
        got->sides = event->sides;
        got->ended = TRUE;
    } else if (event->kind == DEVICE_QUESTION) {
        got->questions++;
    } else {
        fail_msg("event %d in a batch", event->kind);
    }
}

static void next(Device *device, DeviceEvent *event)
{
    g_autoptr(GError) error = NULL;
    gboolean heard = device_next(device, WAIT_MS, event, &error);

    assert_no_error(error);
    assert_true(heard);
    assert_int_not_equal(event->kind, DEVICE_NOTHING);
}

static void run_on(Device *device, Got *got)
{
    while (!got->ended) {
        DeviceEvent event;

        next(device, &event);
        take_event(device, &event, got);
    }
}

static Got run(Device *device, const DeviceBatch *batch)
{
    Got got = {0};

    start(device, batch);
    run_on(device, &got);
    return got;
}

static void a_batch_streams_whole_and_in_order(void **state G_GNUC_UNUSED)
{
    g_autoptr(Device) device = open_script("{\"sheets\": [{\"repeat\": 12}]}");
    Got got = run(device, &gray);

    assert_int_equal(got.begun, 24);
    assert_int_equal(got.whole, 24);
    assert_int_equal(got.in_order, 24);
    assert_int_equal(got.sides, 24);
    assert_int_equal(got.status.reason, SCANNER_OK);
    assert_int_equal(got.status.paper, SCANNER_PAPER_NONE);
    assert_int_equal(got.status.counter, 12);
}

static void rows_are_told_while_the_page_grows(void **state G_GNUC_UNUSED)
{
    g_autoptr(Device) device = open_script("{\"sheets\": [{}]}");
    DeviceBatch batch = {.scan = {.mode = SCANNER_COLOUR, .dpi = 100}};
    guint tellings = 0;
    DeviceEvent event;

    start(device, &batch);
    next(device, &event);
    assert_int_equal(event.kind, DEVICE_IMAGE_BEGIN);
    assert_int_equal(event.geometry.width_px, 826);
    for (guint rows = 0; event.kind != DEVICE_IMAGE_END; tellings++) {
        next(device, &event);
        assert_true(event.progress.rows > rows);
        rows = event.progress.rows;
    }
    assert_int_equal(event.progress.rows, 1169);
    assert_int_equal(tellings, (1169 + 63) / 64);
}

static void pages_not_given_back_hold_the_feeder(void **state G_GNUC_UNUSED)
{
    g_autoptr(Device) device = open_script("{\"sheets\": [{\"repeat\": 6}]}");
    g_autoptr(GError) error = NULL;
    guint64 held[DEVICE_PAGES];
    guint n_held = 0;
    DeviceBatch batch = gray;
    DeviceEvent event;
    Got got = {0};

    batch.scan.silence_ms = 400;
    start(device, &batch);
    while (n_held < DEVICE_PAGES || event.kind != DEVICE_IMAGE_END) {
        next(device, &event);
        if (event.kind == DEVICE_IMAGE_BEGIN)
            held[n_held++] = event.id;
    }
    /* longer than silence would be borne */
    assert_true(device_next(device, 1000, &event, &error));
    assert_int_equal(event.kind, DEVICE_NOTHING);
    got.begun = DEVICE_PAGES;
    for (guint i = 0; i < n_held; i++)
        release(device, held[i]);
    run_on(device, &got);
    assert_int_equal(got.begun, 12);
    assert_int_equal(got.status.reason, SCANNER_OK);
}

static void an_early_end_is_continued_by_itself(void **state G_GNUC_UNUSED)
{
    g_autoptr(Device) device =
        open_script("{\"sheets\": [{\"repeat\": 5}], \"events\": [{\"at\": 3,"
                    "\"do\": \"no-documents\"}, {\"at\": 4, \"do\": \"no-documents\"}]}");
    Got got = run(device, &gray);

    assert_int_equal(got.in_order, 10);
    assert_int_equal(got.status.reason, SCANNER_OK);
}

static void paper_that_does_not_come_is_a_mis_pick(void **state G_GNUC_UNUSED)
{
    g_autoptr(Device) device =
        open_script("{\"sheets\": [{\"repeat\": 5}],"
                    "\"events\": [{\"at\": 3, \"do\": \"no-documents\", \"times\": 2}]}");
    Got got = run(device, &gray);

    assert_int_equal(got.in_order, 4);
    assert_int_equal(got.status.reason, SCANNER_MIS_PICK);
    assert_int_equal(got.status.paper, SCANNER_PAPER_LOADED);
    got = run(device, &gray);
    assert_int_equal(got.whole, 6);
}

static void a_jam_at_sheet_17_of_50_loses_and_doubles_none(void **state G_GNUC_UNUSED)
{
    g_autoptr(Device) device = open_script("{\"sheets\": [{\"repeat\": 50}],"
                                           "\"events\": [{\"at\": 17, \"do\": \"jam\"}]}");
    Got got = run(device, &gray);

    assert_int_equal(got.in_order, 32);
    assert_int_equal(got.status.reason, SCANNER_JAM);
    got = (Got){.first_sheet = 17};
    start(device, &gray);
    run_on(device, &got);
    assert_int_equal(got.in_order, 68);
    assert_int_equal(got.status.reason, SCANNER_OK);
}

static void a_half_front_and_its_back_are_one_sheet(void **state G_GNUC_UNUSED)
{
    g_autoptr(Device) device = open_script("{\"sheets\": [{\"repeat\": 5}],"
                                           "\"events\": [{\"at\": 2, \"do\": \"half-image\"}]}");
    Got got = run(device, &gray);

    assert_int_equal(got.begun, 4); /* the back that was under way still came */
    assert_int_equal(got.whole, 3);
    assert_int_equal(got.open.sheet, 2);
    assert_true(got.open.back);
    assert_int_equal(got.status.reason, SCANNER_HALF_IMAGE);
}

static void a_crash_within_an_image_is_a_lost_device(void **state G_GNUC_UNUSED)
{
    g_autofree char *place = g_build_filename(folder, "crash.place", NULL);
    g_autoptr(Device) device = NULL;
    g_autoptr(GError) error = NULL;
    DeviceEvent event;
    Got got;

    unlink(place);
    device = open_script("{\"sheets\": [{\"repeat\": 4}], \"place\": \"crash.place\","
                         "\"events\": [{\"at\": 3, \"row\": 150, \"do\": \"crash\"}]}");
    got = run(device, &gray);
    assert_int_equal(got.begun, 5);
    assert_int_equal(got.whole, 4);
    assert_int_equal(got.status.reason, SCANNER_LOST);
    assert_int_equal(device_pid(device), 0);
    assert_false(device_next(device, 0, &event, &error));
    assert_error_code(error, ERROR_DEVICE_LOST);
    g_clear_error(&error);
    assert_true(device_reopen(device, &error));
    got = (Got){.first_sheet = 3};
    start(device, &gray);
    run_on(device, &got);
    assert_int_equal(got.in_order, 4);
    assert_int_equal(got.status.reason, SCANNER_OK);
}

static void a_page_stays_readable_after_its_worker_died(void **state G_GNUC_UNUSED)
{
    g_autoptr(Device) device = open_script("{\"sheets\": [{}]}");
    g_autoptr(GError) error = NULL;
    DeviceEvent begin;
    DeviceEvent event;
    guint8 row[8];

    start(device, &gray);
    next(device, &begin);
    do
        next(device, &event);
    while (event.kind != DEVICE_IMAGE_END);
    assert_int_equal(kill(device_pid(device), SIGKILL), 0);
    do
        next(device, &event);
    while (event.kind != DEVICE_BATCH_END);
    assert_true(device_reopen(device, &error));
    assert_int_equal(pread(begin.page_fd, row, sizeof row, 0), sizeof row);
    assert_int_equal(row[0], 236);
    assert_true(device_release(device, begin.id, NULL, &error));
    assert_false(device_release(device, begin.id, NULL, &error));
    assert_error_code(error, ERROR_INTERNAL);
}

static void a_driver_without_bytes_is_silent(void **state G_GNUC_UNUSED)
{
    g_autoptr(Device) device = open_script("{\"sheets\": [{}], \"events\": [{\"at\": 1,"
                                           "\"row\": 70, \"do\": \"silent\"}]}");
    DeviceBatch batch = gray;
    Got got;

    batch.scan.silence_ms = 400;
    got = run(device, &batch);
    assert_int_equal(got.begun, 1);
    assert_int_equal(got.whole, 0);
    assert_int_equal(got.status.reason, SCANNER_SILENT);
    assert_true(device_pid(device) != 0);
}

static void a_driver_that_never_returns_is_silent_and_killed(void **state G_GNUC_UNUSED)
{
    g_autofree char *place = g_build_filename(folder, "hang.place", NULL);
    g_autoptr(Device) device = NULL;
    g_autoptr(GError) error = NULL;
    DeviceBatch batch = gray;
    Got got;

    unlink(place);
    device = open_script("{\"sheets\": [{\"repeat\": 2}], \"place\": \"hang.place\","
                         "\"events\": [{\"at\": 2, \"do\": \"hang\"}]}");
    batch.scan.silence_ms = 400;
    got = run(device, &batch);
    assert_int_equal(got.whole, 2);
    assert_int_equal(got.status.reason, SCANNER_SILENT);
    assert_int_equal(device_pid(device), 0);
    assert_true(device_reopen(device, &error));
    got = run(device, &gray);
    assert_int_equal(got.whole, 2);
}

static void a_late_page_is_not_silence(void **state G_GNUC_UNUSED)
{
    g_autoptr(Device) device = open_script(
        "{\"sheets\": [{}], \"events\": [{\"at\": 1, \"do\": \"late\", \"ms\": 1000}]}");
    DeviceBatch batch = gray;
    Got got;

    batch.scan.silence_ms = 300;
    got = run(device, &batch);
    assert_int_equal(got.in_order, 2);
    assert_int_equal(got.status.reason, SCANNER_OK);
}

static void endless_pages_end_with_a_question(void **state G_GNUC_UNUSED)
{
    g_autoptr(Device) device =
        open_script("{\"sheets\": [{}], \"events\": [{\"at\": 1, \"do\": \"endless\"}]}");
    g_autoptr(GError) error = NULL;
    DeviceBatch batch = gray;
    Got got = {0};

    batch.sides_max = 10;
    start(device, &batch);
    while (!got.ended) {
        DeviceEvent event;

        next(device, &event);
        take_event(device, &event, &got);
        if (event.kind != DEVICE_QUESTION)
            continue;
        assert_int_equal(event.sides, 10 * got.questions);
        assert_true(got.questions < 3 ? device_continue(device, &error)
                                      : device_cancel(device, &error));
    }
    assert_int_equal(got.questions, 3);
    assert_int_equal(got.whole, 30);
}

static void a_stop_brings_what_is_under_way(void **state G_GNUC_UNUSED)
{
    g_autoptr(Device) device =
        open_script("{\"sheets\": [{\"repeat\": 99}], \"events\": [{\"at\": 1, \"do\":"
                    "\"endless\"}, {\"at\": 1, \"do\": \"after-stop\", \"times\": 2}]}");
    g_autoptr(GError) error = NULL;
    guint at_stop = 0;
    Got got = {0};

    start(device, &gray);
    while (!got.ended) {
        DeviceEvent event;

        next(device, &event);
        take_event(device, &event, &got);
        if (at_stop > 0 || got.begun < 3)
            continue;
        assert_true(device_stop(device, &error));
        at_stop = got.begun;
    }
    assert_true(got.begun >= at_stop + 4);
    assert_int_equal(got.begun % 2, 0);
    assert_int_equal(got.whole, got.begun);
    assert_int_equal(got.status.reason, SCANNER_OK);
}

static void a_cancel_leaves_a_usable_device(void **state G_GNUC_UNUSED)
{
    g_autoptr(Device) device = open_script("{\"sheets\": [{\"repeat\": 9}], \"events\":"
                                           "[{\"at\": 2, \"do\": \"late\", \"ms\": 60000}]}");
    g_autoptr(GError) error = NULL;
    Got got = {0};

    start(device, &gray);
    while (!got.ended) {
        DeviceEvent event;

        next(device, &event);
        take_event(device, &event, &got);
        if (event.kind == DEVICE_IMAGE_END && got.begun == 2)
            assert_true(device_cancel(device, &error));
    }
    assert_int_equal(got.in_order, 2);
    assert_int_equal(got.status.reason, SCANNER_OK);
    got = run(device, &gray);
    assert_int_equal(got.whole, 16);
}

static void a_batch_that_cannot_start_says_why(void **state G_GNUC_UNUSED)
{
    g_autoptr(Device) device = open_script("{\"sheets\": []}");
    DeviceBatch batch = gray;
    Got got = run(device, &batch);

    assert_int_equal(got.status.reason, SCANNER_EMPTY);
    batch.scan.dpi = 7;
    got = run(device, &batch);
    assert_int_equal(got.status.reason, SCANNER_FAILED);
    assert_non_null(strstr(got.status.detail, "dpi"));
}

static void the_status_can_be_asked_between_batches(void **state G_GNUC_UNUSED)
{
    g_autoptr(Device) device = open_script("{\"sheets\": [{}]}");
    g_autoptr(GError) error = NULL;
    ScannerStatus status;

    assert_true(device_status(device, &status, &error));
    assert_int_equal(status.paper, SCANNER_PAPER_LOADED);
    start(device, &gray);
    assert_false(device_status(device, &status, &error));
    assert_error_code(error, ERROR_BUSY);
}

static void paper_or_button_trigger_once(void **state G_GNUC_UNUSED)
{
    g_autoptr(Device) device =
        open_script("{\"sheets\": [{}], \"events\": [{\"at\": 1, \"do\": \"button\"}],"
                    "\"device\": {\"features\": [\"feeder\", \"button\", \"duplex\"]}}");
    g_autoptr(GError) error = NULL;
    DeviceEvent event;

    assert_true(device_watch(device, TRUE, &error));
    next(device, &event);
    assert_int_equal(event.kind, DEVICE_TRIGGER);
    assert_true(device_next(device, 600, &event, &error));
    assert_int_equal(event.kind, DEVICE_NOTHING);
    assert_int_equal(run(device, &gray).whole, 2);
}

static void a_hot_folder_is_released_after_the_commit(void **state G_GNUC_UNUSED)
{
    g_autofree char *path = testing_folder();
    g_autofree char *name = g_strconcat("folder:", path, NULL);
    g_autofree char *inbox = g_build_filename(path, "inbox", NULL);
    g_autofree char *good = g_build_filename(inbox, "a.jpg", NULL);
    g_autofree char *done = g_build_filename(path, "done", "a.jpg", NULL);
    g_autofree char *bad = g_build_filename(inbox, "b.jpg", NULL);
    g_autofree char *failed = g_build_filename(path, "failed", "b.jpg.reason.txt", NULL);
    g_autoptr(Device) device = NULL;
    g_autoptr(GError) error = NULL;
    ScannerStatus status;
    DeviceEvent event;
    DeviceBatch batch = {.scan = {.mode = SCANNER_COLOUR, .dpi = 300}};

    assert_int_equal(g_mkdir(inbox, 0700), 0);
    assert_true(g_file_set_contents(good, "\xff\xd8\xff", -1, NULL));
    assert_true(g_file_set_contents(bad, "\xff\xd8\xff", -1, NULL));
    device = device_open(name, &error);
    assert_no_error(error);
    start(device, &batch);
    for (;;) {
        next(device, &event);
        if (event.kind != DEVICE_FILE)
            break;
        fd_close(event.fd);
        assert_true(device_release(device, event.id,
                                   event.source[0] == 'b' ? "no end marker" : NULL, &error));
    }
    assert_int_equal(event.kind, DEVICE_STATUS);
    next(device, &event);
    assert_int_equal(event.sides, 2);
    assert_true(device_status(device, &status, &error)); /* all before it has been done */
    assert_true(g_file_test(done, G_FILE_TEST_EXISTS));
    assert_true(g_file_test(failed, G_FILE_TEST_EXISTS));
}

static void devices_are_listed_in_a_worker(void **state G_GNUC_UNUSED)
{
    g_autofree char *name = script_name("listed.json", "{\"device\": {\"vendor\": \"V\"},"
                                                       "\"sheets\": []}");
    const char *configured[] = {"script:/nowhere", name, NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) found = device_list(configured, &error);
    gboolean listed = FALSE;

    assert_no_error(error);
    for (guint i = 0; i < found->len; i++) {
        const ScannerInfo *info = g_ptr_array_index(found, i);

        listed |= strcmp(info->name, name) == 0 && strcmp(info->vendor, "V") == 0;
    }
    assert_true(listed);
}

static void a_device_that_is_not_there_is_told(void **state G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;

    assert_null(device_open("script:/nowhere.json", &error));
    assert_error_code(error, ERROR_NO_DEVICE);
    g_clear_error(&error);
    assert_null(device_open("teleporter:1", &error));
    assert_error_code(error, ERROR_NO_DEVICE);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_batch_streams_whole_and_in_order),
    cmocka_unit_test(rows_are_told_while_the_page_grows),
    cmocka_unit_test(pages_not_given_back_hold_the_feeder),
    cmocka_unit_test(an_early_end_is_continued_by_itself),
    cmocka_unit_test(paper_that_does_not_come_is_a_mis_pick),
    cmocka_unit_test(a_jam_at_sheet_17_of_50_loses_and_doubles_none),
    cmocka_unit_test(a_half_front_and_its_back_are_one_sheet),
    cmocka_unit_test(a_crash_within_an_image_is_a_lost_device),
    cmocka_unit_test(a_page_stays_readable_after_its_worker_died),
    cmocka_unit_test(a_driver_without_bytes_is_silent),
    cmocka_unit_test(a_driver_that_never_returns_is_silent_and_killed),
    cmocka_unit_test(a_late_page_is_not_silence),
    cmocka_unit_test(endless_pages_end_with_a_question),
    cmocka_unit_test(a_stop_brings_what_is_under_way),
    cmocka_unit_test(a_cancel_leaves_a_usable_device),
    cmocka_unit_test(a_batch_that_cannot_start_says_why),
    cmocka_unit_test(the_status_can_be_asked_between_batches),
    cmocka_unit_test(paper_or_button_trigger_once),
    cmocka_unit_test(a_hot_folder_is_released_after_the_commit),
    cmocka_unit_test(devices_are_listed_in_a_worker),
    cmocka_unit_test(a_device_that_is_not_there_is_told),
};
TEST_MAIN_IN(folder, tests)
