/* SPDX-License-Identifier: Apache-2.0
 *
 * The quirk museum: every session of museum/ is played through a device worker by a clerk who does
 * what the hints say. Whatever happens on the way, each sheet arrives, in order, and none twice but
 * the one that was put back.
 */
#include "drivers/device.h"
#include "drivers/script_file.h"
#include "drivers/script_picture.h"
#include "tests/testing.h"

#include "appliance/base/json.h"

#include <string.h>
#include <unistd.h>

#define STARTS_MAX 20 /* a clerk who needs more has lost her patience */
#define MUSEUM     ANJUAN_SOURCE "/tests/drivers/museum"

static char *folder;

typedef struct {
    Device *device;
    DeviceEvent open;
    guint next_sheet; /* the first that has not arrived with both sides */
    gboolean front_there;
    guint whole;
    guint half;
    ScannerStatus status;
} Visit;

static void take_number(Visit *visit, const guint8 *page)
{
    gboolean back;
    guint sheet;

    assert_true(script_picture_number(page, &visit->open.geometry, &sheet, &back));
    assert_int_equal(back, visit->open.back);
    /* in order: the sheet due, front before back; a front may come again with its sheet */
    assert_int_equal(sheet, visit->next_sheet);
    assert_true(!back || visit->front_there);
    visit->front_there = !back;
    visit->next_sheet += back ? 1 : 0;
    visit->whole++;
}

static void take_image(Visit *visit, const DeviceEvent *end)
{
    gsize size = scanner_page_bytes(&visit->open.geometry);
    g_autofree guint8 *page = g_malloc(size);
    g_autoptr(GError) error = NULL;

    if (end->progress.whole) {
        assert_int_equal(pread(visit->open.page_fd, page, size, 0), size);
        take_number(visit, page);
    }
    assert_true(device_release(visit->device, end->id, NULL, &error));
}

static void run_batch(Visit *visit, guint silence_ms)
{
    DeviceBatch batch = {
        .scan = {.duplex = TRUE, .mode = SCANNER_GRAY, .dpi = 25, .silence_ms = silence_ms}};
    g_autoptr(GError) error = NULL;
    DeviceEvent event;

    assert_true(device_start(visit->device, &batch, &error));
    do {
        assert_true(device_next(visit->device, 30000, &event, &error));
        if (event.kind == DEVICE_IMAGE_BEGIN)
            visit->open = event;
        else if (event.kind == DEVICE_IMAGE_END)
            take_image(visit, &event);
        else if (event.kind == DEVICE_STATUS)
            visit->status = event.status;
    } while (event.kind != DEVICE_BATCH_END);
}

/* What the hint of each state asks of the hands. */
static void help(Visit *visit)
{
    g_autoptr(GError) error = NULL;

    if (visit->status.reason == SCANNER_HALF_IMAGE) {
        visit->half++;
        visit->next_sheet++; /* the paper lies in the tray behind; the sheet is scanned alone */
        visit->front_there = FALSE;
    }
    if (visit->status.reason == SCANNER_LOST || visit->status.reason == SCANNER_SILENT) {
        assert_true(device_reopen(visit->device, &error));
        assert_no_error(error);
    }
    if (visit->status.reason != SCANNER_OK)
        g_usleep(20000); /* hands are slower than that */
}

static void visit_session(const char *path, const Script *script)
{
    g_autofree char *name = g_strconcat("script:", path, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(Device) device = device_open(name, &error);
    Visit visit = {.device = device, .next_sheet = 1};
    guint starts = 0;

    assert_no_error(error);
    while (visit.next_sheet <= script->n_sheets) {
        if (++starts > STARTS_MAX)
            fail_msg("%s: %u sheets after %u starts, %s", path, visit.next_sheet - 1, starts,
                     visit.status.detail);
        run_batch(&visit, 500);
        help(&visit);
    }
    assert_true(visit.whole + visit.half >= 2 * script->n_sheets);
}

static char *copy_of(const char *name)
{
    g_autofree char *from = g_build_filename(MUSEUM, name, NULL);
    char *to = g_build_filename(folder, name, NULL);
    g_autofree char *text = NULL;

    assert_true(g_file_get_contents(from, &text, NULL, NULL));
    assert_true(g_file_set_contents(to, text, -1, NULL));
    return to;
}

static void no_session_loses_or_doubles_a_sheet(void **state G_GNUC_UNUSED)
{
    g_autoptr(GDir) museum = g_dir_open(MUSEUM, 0, NULL);
    const char *name;
    guint n = 0;

    assert_non_null(museum);
    for (; (name = g_dir_read_name(museum)) != NULL; n++) {
        g_autofree char *path = copy_of(name);
        g_autoptr(GError) error = NULL;
        g_autoptr(Script) script = script_read(path, &error);

        assert_no_error(error);
        visit_session(path, script);
    }
    assert_true(n >= 10);
}

static void every_session_has_its_story(void **state G_GNUC_UNUSED)
{
    g_autoptr(GDir) museum = g_dir_open(MUSEUM, 0, NULL);
    const char *name;

    while ((name = g_dir_read_name(museum)) != NULL) {
        g_autofree char *path = g_build_filename(MUSEUM, name, NULL);
        g_autofree char *text = NULL;
        g_autoptr(json_t) root = NULL;
        gsize size;

        assert_true(g_file_get_contents(path, &text, &size, NULL));
        root = json_parse(text, size, name, ERROR_DEFINITION, NULL);
        assert_non_null(json_text(root, "story"));
        assert_true(strlen(json_text(root, "story")) > 20);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_session_has_its_story),
    cmocka_unit_test(no_session_loses_or_doubles_a_sheet),
};
TEST_MAIN_IN(folder, tests)
