/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/script_picture.h"
#include "tests/drivers/scanner_suite.h"

#include <string.h>
#include <unistd.h>

static gint64 now_ms;
static ScannerHost host;
static char *folder;

static const ScannerOptions gray = {.mode = SCANNER_GRAY, .dpi = 25, .duplex = TRUE};

/* A scanner that plays this text. */
static Scanner *play(const char *text)
{
    g_autofree char *path = g_build_filename(folder, "session.json", NULL);
    g_autofree char *name = g_strconcat("script:", path, NULL);
    g_autoptr(GError) error = NULL;
    Scanner *scanner;

    assert_true(g_file_set_contents(path, text, -1, NULL));
    scanner = scanner_open(name, &host, &error);
    assert_no_error(error);
    return scanner;
}

static void expect_fault(Scanner *scanner, ScannerReason reason, guint images)
{
    ScannerTally tally = scanner_suite_run(scanner, &gray);

    assert_int_equal(tally.last, SCANNER_STEP_FAULT);
    assert_int_equal(scanner_reason_of(tally.fault), reason);
    assert_int_equal(tally.images, images);
    g_clear_error(&tally.fault);
}

static void expect_rest(Scanner *scanner, guint images)
{
    ScannerTally tally = scanner_suite_run(scanner, &gray);

    assert_no_error(tally.fault);
    assert_int_equal(tally.last, SCANNER_STEP_END);
    assert_int_equal(tally.images, images);
    assert_int_equal(tally.whole, images);
}

static void each_fault_ends_the_batch_and_the_rest_follows(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *deed;
        ScannerReason reason;
    } faults[] = {{"jam", SCANNER_JAM},
                  {"cover-open", SCANNER_COVER_OPEN},
                  {"double-feed", SCANNER_DOUBLE_FEED},
                  {"mis-pick", SCANNER_MIS_PICK}};

    for (gsize i = 0; i < G_N_ELEMENTS(faults); i++) {
        g_autofree char *text = g_strdup_printf(
            "{\"sheets\": [{\"repeat\": 5}], \"events\": [{\"at\": 3, \"do\": \"%s\"}]}",
            faults[i].deed);
        g_autoptr(Scanner) scanner = play(text);
        g_autoptr(GError) error = NULL;
        ScannerStatus status;

        expect_fault(scanner, faults[i].reason, 4);
        assert_true(scanner_status(scanner, &status, &error));
        assert_int_equal(status.reason, faults[i].reason);
        assert_int_equal(status.paper, SCANNER_PAPER_LOADED);
        assert_int_equal(status.counter, 2);
        expect_rest(scanner, 6);
    }
}

static void a_fault_within_an_image_cuts_it(void **state G_GNUC_UNUSED)
{
    g_autoptr(Scanner) scanner =
        play("{\"sheets\": [{\"repeat\": 2}],"
             "\"events\": [{\"at\": 2, \"back\": true, \"row\": 100, \"do\": \"jam\"}]}");

    expect_fault(scanner, SCANNER_JAM, 4);
    expect_rest(scanner, 2);
}

static void a_sticky_jam_goes_with_time(void **state G_GNUC_UNUSED)
{
    g_autoptr(Scanner) scanner =
        play("{\"sheets\": [{\"repeat\": 2}],"
             "\"events\": [{\"at\": 2, \"do\": \"sticky-jam\", \"ms\": 5000}]}");

    expect_fault(scanner, SCANNER_JAM, 2);
    expect_fault(scanner, SCANNER_JAM, 0);
    now_ms += 5000;
    expect_rest(scanner, 2);
}

static void a_late_page_is_waited_for(void **state G_GNUC_UNUSED)
{
    g_autoptr(Scanner) scanner = play("{\"sheets\": [{\"repeat\": 2}],"
                                      "\"events\": [{\"at\": 2, \"do\": \"late\", \"ms\": 4000}]}");
    gint64 begin_ms = now_ms;

    expect_rest(scanner, 4);
    assert_in_range(now_ms - begin_ms, 4000, 4999);
}

static void an_early_end_leaves_paper_in_the_feeder(void **state G_GNUC_UNUSED)
{
    g_autoptr(Scanner) scanner = play("{\"sheets\": [{\"repeat\": 3}],"
                                      "\"events\": [{\"at\": 2, \"do\": \"no-documents\"}]}");
    g_autoptr(GError) error = NULL;
    ScannerStatus status;

    expect_rest(scanner, 2);
    assert_true(scanner_status(scanner, &status, &error));
    assert_int_equal(status.reason, SCANNER_OK);
    assert_int_equal(status.paper, SCANNER_PAPER_LOADED);
    expect_rest(scanner, 4);
}

static void a_jam_on_an_empty_feeder_shows_no_paper(void **state G_GNUC_UNUSED)
{
    g_autoptr(Scanner) scanner = play("{\"sheets\": [{}], \"jam_on_empty\": true}");
    g_autoptr(GError) error = NULL;
    ScannerStatus status;

    expect_fault(scanner, SCANNER_JAM, 2);
    assert_true(scanner_status(scanner, &status, &error));
    assert_int_equal(status.paper, SCANNER_PAPER_NONE);
}

static void a_half_image_is_not_whole(void **state G_GNUC_UNUSED)
{
    g_autoptr(Scanner) scanner = play("{\"sheets\": [{\"repeat\": 2}],"
                                      "\"events\": [{\"at\": 1, \"do\": \"half-image\"}]}");
    ScannerTally tally = scanner_suite_run(scanner, &gray);

    assert_no_error(tally.fault);
    assert_int_equal(tally.images, 4);
    assert_int_equal(tally.whole, 3);
}

static void a_lost_device_must_be_opened_again(void **state G_GNUC_UNUSED)
{
    static const char text[] = "{\"sheets\": [{\"repeat\": 3}], \"place\": \"lost.place\","
                               "\"events\": [{\"at\": 2, \"do\": \"lost\", \"ms\": 9}]}";
    g_autofree char *place = g_build_filename(folder, "lost.place", NULL);
    g_autoptr(Scanner) scanner = NULL;
    g_autoptr(GError) error = NULL;

    unlink(place);
    scanner = play(text);
    expect_fault(scanner, SCANNER_LOST, 2);
    assert_int_equal(scanner_state(scanner), SCANNER_GONE);
    assert_false(scanner_start(scanner, &gray, &error));
    assert_error_code(error, ERROR_DEVICE_LOST);
    scanner_free(g_steal_pointer(&scanner));
    scanner = play(text);
    expect_rest(scanner, 4);
}

static void a_busy_device_starts_later(void **state G_GNUC_UNUSED)
{
    g_autoptr(Scanner) scanner =
        play("{\"sheets\": [{}], \"events\": [{\"at\": 1, \"do\": \"busy\", \"times\": 2}]}");

    expect_fault(scanner, SCANNER_BUSY, 0);
    expect_fault(scanner, SCANNER_BUSY, 0);
    expect_rest(scanner, 2);
}

static void silence_is_a_fault_after_its_time(void **state G_GNUC_UNUSED)
{
    g_autoptr(Scanner) scanner = play("{\"sheets\": [{}], \"events\": [{\"at\": 1, \"row\": 90,"
                                      "\"do\": \"silent\"}]}");
    gint64 begin_ms = now_ms;

    expect_fault(scanner, SCANNER_SILENT, 1);
    assert_in_range(now_ms - begin_ms, SCANNER_SILENCE_MS, SCANNER_SILENCE_MS + 100);
    assert_int_equal(scanner_state(scanner), SCANNER_GONE);
}

static void a_nonsense_size_is_refused(void **state G_GNUC_UNUSED)
{
    g_autoptr(Scanner) scanner = play("{\"sheets\": [{\"repeat\": 2}],"
                                      "\"events\": [{\"at\": 2, \"do\": \"nonsense-size\"}]}");
    ScannerTally tally = scanner_suite_run(scanner, &gray);

    assert_error_code(tally.fault, ERROR_FORMAT);
    assert_int_equal(tally.images, 2);
    g_clear_error(&tally.fault);
    expect_rest(scanner, 2);
}

static void pages_after_a_stop_are_received(void **state G_GNUC_UNUSED)
{
    g_autoptr(Scanner) scanner =
        play("{\"sheets\": [{\"repeat\": 9}], \"events\": [{\"at\": 2, \"do\": \"after-stop\"},"
             "{\"at\": 3, \"do\": \"after-stop\"}]}");
    g_autoptr(GError) error = NULL;
    guint8 page[400 * 400];
    guint images = 0;
    ScannerImage image;

    assert_true(scanner_start(scanner, &gray, &error));
    while (scanner_next(scanner, &image, &error) == SCANNER_STEP_IMAGE) {
        ScannerProgress progress = {0};

        images++;
        scanner_stop(scanner);
        while (!progress.ended)
            assert_true(scanner_rows(scanner, page, sizeof page, &progress, &error));
    }
    assert_no_error(error);
    assert_int_equal(images, 6);
}

static void an_endless_sheet_comes_until_a_cancel(void **state G_GNUC_UNUSED)
{
    g_autoptr(Scanner) scanner =
        play("{\"sheets\": [{}, {}], \"events\": [{\"at\": 1, \"do\": \"endless\"}]}");
    g_autoptr(GError) error = NULL;
    guint8 page[400 * 400];
    ScannerImage image;

    assert_true(scanner_start(scanner, &gray, &error));
    for (guint i = 0; i < 500; i++) {
        ScannerProgress progress = {0};

        assert_int_equal(scanner_next(scanner, &image, &error), SCANNER_STEP_IMAGE);
        while (!progress.ended)
            assert_true(scanner_rows(scanner, page, sizeof page, &progress, &error));
    }
    scanner_cancel(scanner);
    assert_int_equal(scanner_state(scanner), SCANNER_IDLE);
}

static void backs_can_arrive_upside_down(void **state G_GNUC_UNUSED)
{
    g_autoptr(Scanner) scanner = play("{\"sheets\": [{}], \"backs_upside_down\": true}");
    g_autoptr(GError) error = NULL;
    guint8 page[400 * 400];
    ScannerImage image;

    assert_true(scanner_capabilities(scanner)->backs_upside_down);
    assert_true(scanner_start(scanner, &gray, &error));
    for (guint i = 0; i < 2; i++) {
        ScannerProgress progress = {0};
        gboolean back;
        guint sheet;

        assert_int_equal(scanner_next(scanner, &image, &error), SCANNER_STEP_IMAGE);
        while (!progress.ended)
            assert_true(scanner_rows(scanner, page, sizeof page, &progress, &error));
        assert_int_equal(script_picture_number(page, &image.geometry, &sheet, &back), i == 0);
    }
}

static void an_encoded_file_comes_as_it_is(void **state G_GNUC_UNUSED)
{
    g_autofree char *jpeg = g_build_filename(folder, "a.jpg", NULL);
    g_autoptr(Scanner) scanner = NULL;
    g_autoptr(GError) error = NULL;
    ScannerImage image;
    char bytes[16];

    assert_true(g_file_set_contents(jpeg, "\xff\xd8 not decoded", -1, NULL));
    scanner = play("{\"sheets\": [{\"front\": {\"path\": \"a.jpg\"}, \"repeat\": 2}],"
                   "\"events\": [{\"at\": 2, \"do\": \"half-image\"}]}");
    assert_true(scanner_start(scanner, &(ScannerOptions){.mode = SCANNER_GRAY, .dpi = 25}, &error));
    for (guint i = 0; i < 2; i++) {
        g_auto(Fd) fd = -1;

        assert_int_equal(scanner_next(scanner, &image, &error), SCANNER_STEP_IMAGE);
        fd = image.fd;
        assert_string_equal(image.media_type, "image/jpeg");
        assert_int_equal(pread(fd, bytes, sizeof bytes, 0), i == 0 ? 14 : 7);
        assert_memory_equal(bytes, "\xff\xd8 not", 6);
    }
}

static void the_button_is_pressed_once(void **state G_GNUC_UNUSED)
{
    g_autoptr(Scanner) scanner =
        play("{\"sheets\": [{}], \"events\": [{\"at\": 1, \"do\": \"button\"}]}");
    g_autoptr(GError) error = NULL;
    gboolean pressed;

    assert_true(scanner_button(scanner, &pressed, &error));
    assert_true(pressed);
    assert_true(scanner_button(scanner, &pressed, &error));
    assert_false(pressed);
}

static guint load(ScannerRig *rig, guint sheets)
{
    g_autofree char *text = sheets == 0
                                ? g_strdup("{\"sheets\": []}")
                                : g_strdup_printf("{\"sheets\": [{\"repeat\": %u}]}", sheets);

    assert_true(g_file_set_contents(rig->name + strlen("script:"), text, -1, NULL));
    return sheets;
}

int main(void)
{
    static ScannerRig rig = {.load = load,
                             .absent_name = "script:/nowhere/at/all.json",
                             .options = {.mode = SCANNER_COLOUR, .dpi = 30, .duplex = TRUE},
                             .host = &host,
                             .can_be_empty = TRUE};
    const struct CMUnitTest tests[] = {
        SCANNER_SUITE(&rig),
        cmocka_unit_test(each_fault_ends_the_batch_and_the_rest_follows),
        cmocka_unit_test(a_fault_within_an_image_cuts_it),
        cmocka_unit_test(a_sticky_jam_goes_with_time),
        cmocka_unit_test(a_late_page_is_waited_for),
        cmocka_unit_test(an_early_end_leaves_paper_in_the_feeder),
        cmocka_unit_test(a_jam_on_an_empty_feeder_shows_no_paper),
        cmocka_unit_test(a_half_image_is_not_whole),
        cmocka_unit_test(a_lost_device_must_be_opened_again),
        cmocka_unit_test(a_busy_device_starts_later),
        cmocka_unit_test(silence_is_a_fault_after_its_time),
        cmocka_unit_test(a_nonsense_size_is_refused),
        cmocka_unit_test(pages_after_a_stop_are_received),
        cmocka_unit_test(an_endless_sheet_comes_until_a_cancel),
        cmocka_unit_test(backs_can_arrive_upside_down),
        cmocka_unit_test(an_encoded_file_comes_as_it_is),
        cmocka_unit_test(the_button_is_pressed_once),
    };
    int failed;

    testing_begin();
    folder = testing_folder();
    host = scanner_host_manual(&now_ms);
    rig.name = g_strdup_printf("script:%s/rig.json", folder);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    g_free(rig.name);
    g_free(folder);
    return failed;
}
