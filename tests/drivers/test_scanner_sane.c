/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/device.h"
#include "drivers/script_picture.h"
#include "tests/drivers/escl_rig.h"
#include "tests/drivers/scanner_suite.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <sane/sane.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SANE_PORT 6566 /* the net backend knows no other */

/* What SANE's backends never give back is theirs. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libsane\n";
}

static char *folder;
static EsclRig *sim;
static GPid saned;
static char *address; /* a loopback address of this run alone */

static guint load_ten(ScannerRig *rig G_GNUC_UNUSED, guint sheets G_GNUC_UNUSED)
{
    return 10; /* the test backend's feeder holds that many, always */
}

static guint load_sim(ScannerRig *rig G_GNUC_UNUSED, guint sheets)
{
    escl_rig_load(sim, sheets, "");
    return sheets;
}

static ScannerRig test_rig = {.name = (char[]){"sane:test:0"},
                              .absent_name = "sane:test:77",
                              .load = load_ten,
                              .options = {.mode = SCANNER_GRAY, .dpi = 30}};

static ScannerRig net_rig = {.absent_name = "sane:net:127.0.0.1:nothing:0",
                             .load = load_ten,
                             .options = {.mode = SCANNER_COLOUR, .dpi = 30}};

static ScannerRig airscan_rig = {
    .name = (char[]){"sane:airscan:e0:Sim"},
    .absent_name = "sane:airscan:e9:None",
    .load = load_sim,
    .options = {.mode = SCANNER_COLOUR, .dpi = 50, .duplex = TRUE},
    .can_be_empty = TRUE,
};

/* A configuration folder for SANE with these files (name, text, … NULL), and SANE told of it. */
static void configure(const char *name, const char *const files[])
{
    g_autofree char *path = g_build_filename(folder, name, NULL);

    assert_true(g_mkdir_with_parents(path, 0700) == 0);
    for (; files[0] != NULL; files += 2) {
        g_autofree char *file = g_build_filename(path, files[0], NULL);

        assert_true(g_file_set_contents(file, files[1], -1, NULL));
    }
    g_setenv("SANE_CONFIG_DIR", path, TRUE);
}

static void configure_test(const char *more)
{
    g_autofree char *conf = g_strconcat("number_of_devices 2\ngeometry_max 420.0\n", more, NULL);
    const char *const files[] = {"dll.conf", "test\n", "test.conf", conf, NULL};

    configure("test", files);
}

static int use_test(void **state G_GNUC_UNUSED)
{
    configure_test("");
    return 0;
}

static Scanner *open_device(const char *name)
{
    g_autoptr(GError) error = NULL;
    Scanner *scanner = scanner_open(name, scanner_suite_real_host(), &error);

    assert_no_error(error);
    return scanner;
}

static const ScannerOptions gray = {.mode = SCANNER_GRAY, .dpi = 30};
static const ScannerOptions colour = {.mode = SCANNER_COLOUR, .dpi = 30};

/* What a batch through a device worker brought: a process of its own for each configuration. */
typedef struct {
    guint begun;
    guint whole;
    guint rows;
    ScannerReason reason;
    ScannerGeometry geometry; /* of the last side */
    guint8 *page;             /* its pixels */
} Brought;

static void take_page(const DeviceEvent *begin, const DeviceEvent *end, Brought *brought)
{
    gsize size = (gsize)end->progress.rows * begin->geometry.row_bytes;

    brought->geometry = begin->geometry;
    brought->rows = end->progress.rows;
    brought->whole += end->progress.whole;
    g_free(brought->page);
    brought->page = g_malloc(size + 1);
    assert_int_equal(pread(begin->page_fd, brought->page, size, 0), size);
}

static Brought run_configured(const char *more, const ScannerOptions *options)
{
    DeviceBatch batch = {.scan = *options};
    g_autoptr(Device) device = NULL;
    g_autoptr(GError) error = NULL;
    Brought brought = {0};
    DeviceEvent begin = {.page_fd = -1};
    DeviceEvent event;

    configure_test(more);
    device = device_open("sane:test:0", &error);
    assert_no_error(error);
    assert_true(device_start(device, &batch, &error));
    do {
        assert_true(device_next(device, 30000, &event, &error));
        if (event.kind == DEVICE_IMAGE_BEGIN) {
            begin = event;
            brought.begun++;
        } else if (event.kind == DEVICE_IMAGE_END) {
            take_page(&begin, &event, &brought);
            assert_true(device_release(device, event.id, NULL, &error));
        }
    } while (event.kind != DEVICE_BATCH_END);
    brought.reason = event.status.reason;
    return brought;
}

static void what_sane_says_of_the_feeder_has_its_reason(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *status;
        ScannerReason reason;
    } statuses[] = {
        {"SANE_STATUS_JAMMED", SCANNER_JAM},    {"SANE_STATUS_COVER_OPEN", SCANNER_COVER_OPEN},
        {"SANE_STATUS_IO_ERROR", SCANNER_LOST}, {"SANE_STATUS_DEVICE_BUSY", SCANNER_BUSY},
        {"SANE_STATUS_NO_DOCS", SCANNER_EMPTY}, {"SANE_STATUS_NO_MEM", SCANNER_FAILED}};

    for (gsize i = 0; i < G_N_ELEMENTS(statuses); i++) {
        g_autofree char *line = g_strdup_printf("read-status-code %s\n", statuses[i].status);
        Brought brought = run_configured(line, &gray);

        assert_int_equal(brought.reason, statuses[i].reason);
        assert_int_equal(brought.begun, 0);
    }
}

static void an_end_of_file_at_once_is_half_an_image(void **state G_GNUC_UNUSED)
{
    Brought brought = run_configured("read-status-code SANE_STATUS_EOF\n", &gray);

    assert_int_equal(brought.begun, 1);
    assert_int_equal(brought.whole, 0);
    assert_int_equal(brought.reason, SCANNER_HALF_IMAGE);
    g_free(brought.page);
}

static void a_page_without_height_ends_where_it_ends(void **state G_GNUC_UNUSED)
{
    Brought brought = run_configured("hand-scanner true\n", &gray);

    assert_int_equal(brought.geometry.height_px, 0);
    assert_true(brought.whole > 0);
    assert_true(brought.rows > 100);
    g_free(brought.page);
}

static void three_passes_make_the_same_page_as_one(void **state G_GNUC_UNUSED)
{
    Brought one = run_configured("test-picture \"Color pattern\"\n", &colour);
    Brought three = run_configured("test-picture \"Color pattern\"\nthree-pass true\n", &colour);

    assert_int_equal(one.whole, 10);
    assert_true(three.whole > 0);
    assert_int_equal(three.geometry.samples, 3);
    assert_int_equal(one.geometry.width_px, three.geometry.width_px);
    assert_int_equal(one.rows, three.rows);
    for (guint y = 0; y < one.rows; y++)
        assert_memory_equal(one.page + (gsize)y * one.geometry.row_bytes,
                            three.page + (gsize)y * three.geometry.row_bytes,
                            one.geometry.width_px * 3);
    g_free(one.page);
    g_free(three.page);
}

static void a_page_has_the_size_that_was_asked_for(void **state G_GNUC_UNUSED)
{
    ScannerOptions still = {.source = SCANNER_SOURCE_STILL,
                            .mode = SCANNER_GRAY,
                            .dpi = 300,
                            .width_um = 210000,
                            .height_um = 297000};
    Brought brought = run_configured("", &still);

    assert_int_equal(brought.whole, 1); /* a flatbed gives one side */
    assert_in_range(brought.geometry.width_px, 2479, 2481);
    assert_in_range(brought.geometry.height_px, 3507, 3509);
    assert_int_equal(brought.geometry.depth, 8);
    g_free(brought.page);
}

/* --- saned --- */

static void wait_for_port(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(SANE_PORT)};
    gboolean open = FALSE;

    inet_pton(AF_INET, address, &to.sin_addr);
    for (guint i = 0; !open && i < 1000; i++) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        open = connect(fd, (struct sockaddr *)&to, sizeof to) == 0;
        close(fd);
        if (!open)
            g_usleep(10000); /* until a foreign program listens: nothing tells when */
    }
    assert_true(open);
}

/* A group of its own, so that the child serving a connection can be killed with it. */
static void lead_group(void *data G_GNUC_UNUSED)
{
    setpgid(0, 0);
}

static int start_saned(void **state G_GNUC_UNUSED)
{
    const char *argv[] = {"/usr/sbin/saned", "-l", "-b", address, "-e", NULL};
    g_autofree char *net = g_strconcat("connect_timeout = 5\n", address, "\n", NULL);
    const char *const server[] = {
        "dll.conf",   "test\n",        "test.conf", "geometry_max 420.0\n",
        "saned.conf", "127.0.0.0/8\n", NULL};
    const char *const client[] = {"dll.conf", "net\n", "net.conf", net, NULL};
    g_autoptr(GError) error = NULL;

    configure("server", server);
    g_spawn_async(NULL, (char **)argv, NULL,
                  G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL |
                      G_SPAWN_STDERR_TO_DEV_NULL,
                  lead_group, NULL, &saned, &error);
    assert_no_error(error);
    wait_for_port();
    configure("client", client);
    return 0;
}

static int stop_saned(void **state G_GNUC_UNUSED)
{
    kill(-saned, SIGKILL);
    waitpid(saned, NULL, 0);
    return 0;
}

/* The net backend then answers GOOD with no bytes, for ever and at full speed. */
static void a_server_that_dies_within_a_page_falls_silent(void **state G_GNUC_UNUSED)
{
    ScannerOptions options = {.mode = SCANNER_COLOUR, .dpi = 300, .silence_ms = 300};
    g_autoptr(Scanner) scanner = open_device(net_rig.name);
    g_autoptr(GError) error = NULL;
    ScannerProgress progress = {0};
    ScannerImage image;
    gsize room;
    guint8 *page;

    assert_true(scanner_start(scanner, &options, &error));
    assert_int_equal(scanner_next(scanner, &image, &error), SCANNER_STEP_IMAGE);
    room = scanner_page_bytes(&image.geometry);
    page = g_malloc(room);
    assert_true(scanner_rows(scanner, page, room, &progress, &error));
    kill(-saned, SIGKILL);
    while (!progress.ended && scanner_rows(scanner, page, room, &progress, &error))
        continue;
    g_free(page);
    assert_false(progress.whole);
    assert_true(scanner_reason_of(error) == SCANNER_SILENT ||
                scanner_reason_of(error) == SCANNER_LOST);
    assert_int_equal(scanner_state(scanner), SCANNER_GONE);
}

/* --- sane-airscan and the simulator --- */

static int start_airscan(void **state G_GNUC_UNUSED)
{
    g_autofree char *conf =
        g_strdup_printf("[devices]\n\"Sim\" = http://127.0.0.1:%u/eSCL, eSCL\n[options]\n"
                        "discovery = disable\nws-discovery = off\n",
                        sim->port);
    const char *const files[] = {"dll.conf", "airscan\n", "airscan.conf", conf, NULL};

    configure("airscan", files);
    return 0;
}

static void pages_through_airscan_keep_their_order(void **state G_GNUC_UNUSED)
{
    g_autoptr(Scanner) scanner = NULL;
    g_autoptr(GError) error = NULL;

    escl_rig_load(sim, 3, "");
    scanner = open_device(airscan_rig.name);
    assert_true(scanner_start(scanner, &airscan_rig.options, &error));
    for (guint side = 0; side < 6; side++) {
        ScannerProgress progress = {0};
        ScannerImage image;
        gboolean back;
        guint sheet;
        gsize room;
        guint8 *page;

        assert_int_equal(scanner_next(scanner, &image, &error), SCANNER_STEP_IMAGE);
        room = scanner_page_bytes(&image.geometry);
        page = g_malloc(room);
        while (!progress.ended)
            assert_true(scanner_rows(scanner, page, room, &progress, &error));
        assert_true(script_picture_number(page, &image.geometry, &sheet, &back));
        g_free(page);
        assert_int_equal(sheet, side / 2 + 1);
        assert_int_equal(back, side % 2);
    }
}

static void a_jam_through_airscan_is_a_jam(void **state G_GNUC_UNUSED)
{
    g_autoptr(Scanner) scanner = NULL;
    ScannerTally tally;

    escl_rig_load(sim, 5, ", \"fault\": \"jam\", \"at\": 5");
    scanner = open_device(airscan_rig.name);
    tally = scanner_suite_run(scanner, &airscan_rig.options);
    assert_int_equal(tally.last, SCANNER_STEP_FAULT);
    assert_int_equal(scanner_reason_of(tally.fault), SCANNER_JAM);
    assert_int_equal(tally.images, 4);
    g_clear_error(&tally.fault);
}

static int run_test_backend(void)
{
    const struct CMUnitTest tests[] = {
        SCANNER_SUITE(&test_rig),
        cmocka_unit_test(what_sane_says_of_the_feeder_has_its_reason),
        cmocka_unit_test(an_end_of_file_at_once_is_half_an_image),
        cmocka_unit_test(a_page_without_height_ends_where_it_ends),
        cmocka_unit_test(three_passes_make_the_same_page_as_one),
        cmocka_unit_test(a_page_has_the_size_that_was_asked_for),
    };

    return cmocka_run_group_tests_name("sane(test)", tests, use_test, NULL);
}

static int run_saned(void)
{
    const struct CMUnitTest tests[] = {
        SCANNER_SUITE(&net_rig),
        cmocka_unit_test(a_server_that_dies_within_a_page_falls_silent),
    };

    return cmocka_run_group_tests_name("sane(net)", tests, start_saned, stop_saned);
}

static int run_airscan(void)
{
    const struct CMUnitTest tests[] = {
        SCANNER_SUITE(&airscan_rig),
        cmocka_unit_test(pages_through_airscan_keep_their_order),
        cmocka_unit_test(a_jam_through_airscan_is_a_jam),
    };

    return cmocka_run_group_tests_name("sane(airscan)", tests, start_airscan, NULL);
}

int main(int argc, char **argv)
{
    int failed;

    testing_begin();
    signal(SIGPIPE, SIG_IGN); /* as in the device worker */
    folder = testing_folder();
    address = g_strdup_printf("127.%d.%d.1", getpid() >> 8 & 0xff, getpid() & 0xff);
    test_rig.host = net_rig.host = airscan_rig.host = scanner_suite_real_host();
    net_rig.name = g_strdup_printf("sane:net:%s:test:0", address);
    if (argc == 2 && strcmp(argv[1], "net") == 0) {
        failed = run_saned();
    } else if (argc == 2 && strcmp(argv[1], "airscan") == 0) {
        sim = escl_rig_new();
        failed = run_airscan();
        escl_rig_free(sim);
    } else {
        failed = run_test_backend();
    }
    g_free(net_rig.name);
    g_free(address);
    g_free(folder);
    return failed;
}
