/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/device.h"
#include "tests/drivers/escl_rig.h"
#include "tests/drivers/scanner_suite.h"

#include <string.h>

static EsclRig *sim;
static ScannerRig rig;

static guint load(ScannerRig *self G_GNUC_UNUSED, guint sheets)
{
    escl_rig_load(sim, sheets, "");
    return sheets;
}

/* What becomes of a fault at a side, and of the batch that follows it. */
typedef struct {
    const char *fault;
    guint at;
    ScannerReason reason;
    guint images; /* before the fault */
    guint rest;   /* sides of the batch after it; 0 = not tried */
} FaultCase;

static const FaultCase faults[] = {
    {"jam", 5, SCANNER_JAM, 4, 6},
    {"jam", 6, SCANNER_JAM, 5, 6},
    {"cover", 3, SCANNER_COVER_OPEN, 2, 8},
    {"hatch", 3, SCANNER_COVER_OPEN, 2, 8},
    {"double-feed", 7, SCANNER_DOUBLE_FEED, 6, 4},
    {"mispick", 1, SCANNER_MIS_PICK, 0, 10},
    {"drop", 5, SCANNER_HALF_IMAGE, 4, 6},
    {"chunked-drop", 5, SCANNER_HALF_IMAGE, 4, 6},
    {"stall", 5, SCANNER_SILENT, 4, 0},
    {"no-location", 1, SCANNER_FAILED, 0, 0},
};

static Scanner *open_sim(void)
{
    g_autoptr(GError) error = NULL;
    Scanner *scanner = scanner_open(rig.name, rig.host, &error);

    assert_no_error(error);
    return scanner;
}

static void load_fault(const char *fault, guint sheets, guint at, guint times)
{
    g_autofree char *extra =
        g_strdup_printf(", \"fault\": \"%s\", \"at\": %u, \"times\": %u", fault, at, times);

    escl_rig_load(sim, sheets, extra);
}

static void check_fault(const FaultCase *test)
{
    ScannerOptions options = rig.options;
    g_autoptr(Scanner) scanner = NULL;
    ScannerTally tally;

    load_fault(test->fault, 5, test->at, 1);
    scanner = open_sim();
    options.silence_ms = 700;
    tally = scanner_suite_run(scanner, &options);
    if (tally.last != SCANNER_STEP_FAULT || scanner_reason_of(tally.fault) != test->reason)
        fail_msg("%s gave %s", test->fault,
                 tally.fault != NULL ? tally.fault->message : "a clean end");
    assert_int_equal(tally.images, test->images);
    g_clear_error(&tally.fault);
    if (test->rest == 0)
        return;
    tally = scanner_suite_run(scanner, &options);
    assert_no_error(tally.fault);
    assert_int_equal(tally.images, test->rest);
}

static void every_fault_is_told_and_the_rest_follows(void **state G_GNUC_UNUSED)
{
    for (gsize i = 0; i < G_N_ELEMENTS(faults); i++)
        check_fault(&faults[i]);
}

static void expect_all(const char *fault, guint at, guint times, guint sides)
{
    g_autoptr(Scanner) scanner = NULL;
    ScannerTally tally;

    load_fault(fault, 3, at, times);
    scanner = open_sim();
    tally = scanner_suite_run(scanner, &rig.options);
    assert_no_error(tally.fault);
    assert_int_equal(tally.images, sides);
}

static void what_passes_by_itself_is_waited_for(void **state G_GNUC_UNUSED)
{
    expect_all("busy", 1, 2, 6);
    expect_all("late", 3, 2, 6);
    expect_all("error-500", 4, 1, 6);
    expect_all("foreign-location", 1, 1, 6);
}

static void a_device_that_is_late_for_ever_is_given_up(void **state G_GNUC_UNUSED)
{
    g_autoptr(Scanner) scanner = NULL;
    ScannerOptions options = rig.options;
    ScannerTally tally;

    load_fault("late", 3, 3, 1000);
    scanner = open_sim();
    options.silence_ms = 900;
    tally = scanner_suite_run(scanner, &options);
    assert_int_equal(scanner_reason_of(tally.fault), SCANNER_BUSY);
    assert_int_equal(tally.images, 2);
    g_clear_error(&tally.fault);
}

static void an_end_with_sheets_left_says_so(void **state G_GNUC_UNUSED)
{
    g_autoptr(Scanner) scanner = NULL;
    g_autoptr(GError) error = NULL;
    ScannerStatus status;
    ScannerTally tally;

    load_fault("early-end", 4, 5, 1);
    scanner = open_sim();
    tally = scanner_suite_run(scanner, &rig.options);
    assert_no_error(tally.fault);
    assert_int_equal(tally.images, 4);
    assert_true(scanner_status(scanner, &status, &error));
    assert_int_equal(status.paper, SCANNER_PAPER_LOADED);
}

static void check_half(const char *fault)
{
    g_autoptr(Scanner) scanner = NULL;
    g_autoptr(GError) error = NULL;
    ScannerImage image;

    load_fault(fault, 2, 2, 1);
    scanner = open_sim();
    assert_true(scanner_start(scanner, &rig.options, &error));
    for (guint i = 1; i <= 4; i++) {
        assert_int_equal(scanner_next(scanner, &image, &error), SCANNER_STEP_IMAGE);
        fd_close(image.fd);
        assert_int_equal(image.half, i == 2);
    }
}

static void a_jpeg_that_breaks_off_is_known(void **state G_GNUC_UNUSED)
{
    check_half("half");
    check_half("zeros");
}

static void a_status_that_cannot_be_read_is_no_good_status(void **state G_GNUC_UNUSED)
{
    static const char *const words[] = {"status-cut", "status-doctype"};

    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        g_autoptr(Scanner) scanner = NULL;
        g_autoptr(GError) error = NULL;
        ScannerStatus status;
        ScannerTally tally;

        load_fault(words[i], 2, 1, 1);
        scanner = open_sim();
        tally = scanner_suite_run(scanner, &rig.options);
        assert_no_error(tally.fault);
        assert_int_equal(tally.images, 4);
        assert_false(scanner_status(scanner, &status, &error));
        assert_error_code(error, ERROR_FORMAT);
    }
}

static void a_xerox_that_jams_when_empty_is_empty(void **state G_GNUC_UNUSED)
{
    g_autoptr(Scanner) scanner = NULL;
    ScannerTally tally;

    escl_rig_load(sim, 0, ", \"fault\": \"jam-when-empty\", \"model\": \"Xerox Sim\"");
    scanner = open_sim();
    tally = scanner_suite_run(scanner, &rig.options);
    assert_int_equal(scanner_reason_of(tally.fault), SCANNER_EMPTY);
    g_clear_error(&tally.fault);
}

static void the_size_comes_from_the_jpeg(void **state G_GNUC_UNUSED)
{
    g_autoptr(Scanner) scanner = NULL;
    g_autoptr(GError) error = NULL;
    ScannerOptions options = rig.options;
    ScannerImage image;

    escl_rig_load(sim, 1, "");
    scanner = open_sim();
    options.width_um = 210000;
    options.height_um = 297000;
    assert_true(scanner_start(scanner, &options, &error));
    assert_int_equal(scanner_next(scanner, &image, &error), SCANNER_STEP_IMAGE);
    fd_close(image.fd);
    assert_int_equal(image.geometry.width_px, 2480 * 50 / 300);
    assert_int_equal(image.geometry.height_px, 3508 * 50 / 300);
    assert_int_equal(image.geometry.dpi, 50);
    assert_int_equal(image.geometry.samples, 3);
    assert_string_equal(image.media_type, "image/jpeg");
}

/* A batch through the device worker, until it ends. */
static guint run_in_worker(Device *device, ScannerStatus *status)
{
    DeviceBatch batch = {.scan = rig.options};
    g_autoptr(GError) error = NULL;
    DeviceEvent event;
    guint files = 0;

    assert_true(device_start(device, &batch, &error));
    do {
        assert_true(device_next(device, 30000, &event, &error));
        if (event.kind == DEVICE_FILE) {
            files += event.progress.whole;
            fd_close(event.fd);
            assert_true(device_release(device, event.id, NULL, &error));
        } else if (event.kind == DEVICE_STATUS) {
            *status = event.status;
        }
    } while (event.kind != DEVICE_BATCH_END);
    return files;
}

static void fifty_sheets_with_a_jam_at_17_give_100_sides(void **state G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Device) device = NULL;
    ScannerStatus status;

    load_fault("jam", 50, 33, 1);
    device = device_open(rig.name, &error);
    assert_no_error(error);
    assert_int_equal(run_in_worker(device, &status), 32);
    assert_int_equal(status.reason, SCANNER_JAM);
    assert_int_equal(run_in_worker(device, &status), 68);
    assert_int_equal(status.reason, SCANNER_OK);
    assert_int_equal(status.paper, SCANNER_PAPER_NONE);
}

static void a_worker_goes_on_after_an_early_end(void **state G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Device) device = NULL;
    ScannerStatus status;

    load_fault("early-end", 5, 5, 1);
    device = device_open(rig.name, &error);
    assert_no_error(error);
    assert_int_equal(run_in_worker(device, &status), 10);
    assert_int_equal(status.reason, SCANNER_OK);
}

static void a_half_side_stops_the_feeder_and_is_told(void **state G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Device) device = NULL;
    ScannerStatus status;

    load_fault("half", 5, 3, 1);
    device = device_open(rig.name, &error);
    assert_no_error(error);
    assert_int_equal(run_in_worker(device, &status), 3);
    assert_int_equal(status.reason, SCANNER_HALF_IMAGE);
}

static void a_device_switched_off_is_lost_and_comes_back(void **state G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Device) device = NULL;
    ScannerStatus status;

    escl_rig_load(sim, 2, "");
    device = device_open(rig.name, &error);
    assert_no_error(error);
    escl_rig_down(sim);
    assert_int_equal(run_in_worker(device, &status), 0);
    assert_int_equal(status.reason, SCANNER_LOST);
    assert_false(device_reopen(device, &error));
    assert_error_code(error, ERROR_NO_DEVICE);
    g_clear_error(&error);
    escl_rig_up(sim);
    assert_true(device_reopen(device, &error));
    assert_int_equal(run_in_worker(device, &status), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCANNER_SUITE(&rig),
        cmocka_unit_test(every_fault_is_told_and_the_rest_follows),
        cmocka_unit_test(what_passes_by_itself_is_waited_for),
        cmocka_unit_test(a_device_that_is_late_for_ever_is_given_up),
        cmocka_unit_test(an_end_with_sheets_left_says_so),
        cmocka_unit_test(a_jpeg_that_breaks_off_is_known),
        cmocka_unit_test(a_status_that_cannot_be_read_is_no_good_status),
        cmocka_unit_test(a_xerox_that_jams_when_empty_is_empty),
        cmocka_unit_test(the_size_comes_from_the_jpeg),
        cmocka_unit_test(fifty_sheets_with_a_jam_at_17_give_100_sides),
        cmocka_unit_test(a_worker_goes_on_after_an_early_end),
        cmocka_unit_test(a_half_side_stops_the_feeder_and_is_told),
        cmocka_unit_test(a_device_switched_off_is_lost_and_comes_back),
    };
    int failed;

    testing_begin();
    sim = escl_rig_new();
    rig = (ScannerRig){.name = g_strdup_printf("escl:http://127.0.0.1:%u/eSCL", sim->port),
                       .absent_name = "escl:http://127.0.0.1:1/eSCL",
                       .load = load,
                       .options = {.duplex = TRUE, .mode = SCANNER_COLOUR, .dpi = 50},
                       .host = scanner_suite_real_host(),
                       .can_be_empty = TRUE};
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    g_free(rig.name);
    escl_rig_free(sim);
    return failed;
}
