/* SPDX-License-Identifier: Apache-2.0
 *
 * A gun that is a keyboard, played by umockdev (umockdev-run loads it below this program).
 */
#include "drivers/gun_rack.h"
#include "tests/testing.h"

#include <linux/input.h>
#include <linux/uinput.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <umockdev.h>

#define NODE "/dev/input/event4"

static const char description[] =
    "P: /devices/gun/input/input5/event4\n"
    "N: input/event4\n"
    "E: DEVNAME=" NODE "\nE: SUBSYSTEM=input\nE: MAJOR=13\nE: MINOR=68\n"
    "E: ID_INPUT=1\nE: ID_INPUT_KEYBOARD=1\nE: ID_ANJUAN_READER=1\n"
    "E: ID_MODEL=Handheld_Scanner\nE: ID_SERIAL_SHORT=GUN0001\n"
    "A: dev=13:68\n\n"
    "P: /devices/clerk/input/input6/event5\n"
    "N: input/event5\n"
    "E: DEVNAME=/dev/input/event5\nE: SUBSYSTEM=input\nE: MAJOR=13\nE: MINOR=69\n"
    "E: ID_INPUT=1\nE: ID_INPUT_KEYBOARD=1\n"
    "A: dev=13:69\n\n";

static UMockdevTestbed *bed;
static char *folder;

/* One recorded ioctl: name, return value, bytes of its answer (zeros behind). */
static void add_ioctl(GString *tree, const char *name, int result, const guint8 *bytes, gsize size)
{
    g_string_append_printf(tree, "%s %d ", name, result);
    for (gsize i = 0; i < size; i++)
        g_string_append_printf(tree, "%02X", bytes[i]);
    g_string_append_c(tree, '\n');
}

/* What libevdev asks of a keyboard with all keys; texts into 255 bytes, no answer may be longer. */
static void load_ioctls(void)
{
    GString *tree = g_string_new("@DEV " NODE "\n");
    g_autofree char *path = g_build_filename(folder, "gun.ioctl", NULL);
    guint8 zeros[512] = {0};
    guint8 events[8] = {1 << EV_SYN | 1 << EV_KEY};
    guint8 keys[96];
    guint8 name[255] = "Handheld Scanner";
    guint8 id[8] = {3, 0, 0xf9, 0x05, 0x14, 0x22, 0, 1};
    guint8 version[4] = {1, 0, 1, 0};
    GError *error = NULL;

    memset(keys, 0xff, sizeof keys);
    add_ioctl(tree, "EVIOCGBIT(0)", 8, events, sizeof events);
    add_ioctl(tree, "EVIOCGNAME(0)", 17, name, sizeof name);
    add_ioctl(tree, "EVIOCGPHYS(0)", 1, zeros, 255);
    add_ioctl(tree, "EVIOCGUNIQ(0)", 1, zeros, 255);
    add_ioctl(tree, "EVIOCGID", 0, id, sizeof id);
    add_ioctl(tree, "EVIOCGVERSION", 0, version, sizeof version);
    add_ioctl(tree, "EVIOCGPROP(0)", 8, zeros, 8);
    add_ioctl(tree, "EVIOCGBIT(1)", 96, keys, sizeof keys);
    for (guint type = 2; type < 0x20; type++) {
        g_autofree char *bit = g_strdup_printf("EVIOCGBIT(%u)", type);

        if (type == EV_REL || type == EV_ABS || type == EV_MSC || type == EV_SW || type == EV_LED ||
            type == EV_SND || type == EV_FF)
            add_ioctl(tree, bit, 8, zeros, type == EV_FF ? 16 : 8);
    }
    add_ioctl(tree, "EVIOCGKEY(0)", 96, zeros, 96);
    add_ioctl(tree, "EVIOCGLED(0)", 8, zeros, 8);
    add_ioctl(tree, "EVIOCGSW(0)", 8, zeros, 8);
    assert_true(g_file_set_contents(path, tree->str, -1, NULL));
    umockdev_testbed_load_ioctl(bed, NODE, path, &error);
    assert_no_error(error);
    g_string_free(tree, TRUE);
}

/* Keys as an evemu record: each character is pressed and let go, 1 ms apart. */
typedef struct {
    GString *text;
    guint ms;
} Record;

static void add_event(Record *record, guint type, guint code, int value)
{
    g_string_append_printf(record->text, "E: %u.%06u %04x %04x %d\n", 100 + record->ms / 1000,
                           record->ms % 1000 * 1000, type, code, value);
}

static void add_key(Record *record, guint code, int value)
{
    record->ms++;
    add_event(record, EV_KEY, code, value);
    add_event(record, EV_SYN, SYN_REPORT, 0);
}

static void add_digits(Record *record, const char *digits)
{
    for (; *digits != '\0'; digits++) {
        guint key = *digits == '0' ? KEY_0 : KEY_1 + (guint)(*digits - '1');

        add_key(record, key, 1);
        add_key(record, key, 0);
    }
}

static void add_enter(Record *record)
{
    add_key(record, KEY_ENTER, 1);
    add_key(record, KEY_ENTER, 0);
}

static void play(Record *record)
{
    g_autofree char *path = g_build_filename(folder, "gun.events", NULL);
    GError *error = NULL;

    assert_true(g_file_set_contents(path, record->text->str, -1, NULL));
    umockdev_testbed_load_evemu_events(bed, NODE, path, &error);
    assert_no_error(error);
    g_string_free(record->text, TRUE);
}

static ReaderEvent wait_event(Reader *reader)
{
    struct pollfd fd = {.fd = reader_poll_fd(reader), .events = POLLIN};
    g_autoptr(GError) error = NULL;
    ReaderEvent event;

    do {
        assert_true(reader_next(reader, 0, &event, &error));
        if (event.kind == READER_QUIET)
            assert_int_equal(poll(&fd, 1, 30000), 1);
    } while (event.kind == READER_QUIET);
    return event;
}

/* umockdev answers ioctls in a thread of its own and warns, in no domain, where a device is closed
 * while it does: a gun that is pulled out. Its warnings fail no case; those of all others do. */
static void bear_testbed(void)
{
    static const char *const strict[] = {"anjuan", "GLib", "GLib-GObject", "GLib-GIO"};

    g_log_set_always_fatal(G_LOG_FATAL_MASK);
    for (gsize i = 0; i < G_N_ELEMENTS(strict); i++)
        g_log_set_fatal_mask(strict[i],
                             G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING | G_LOG_FATAL_MASK);
}

static int set_up(void **state G_GNUC_UNUSED)
{
    GError *error = NULL;

    bear_testbed();
    bed = umockdev_testbed_new();
    umockdev_testbed_add_from_string(bed, description, &error);
    assert_no_error(error);
    load_ioctls();
    return 0;
}

static int tear_down(void **state G_GNUC_UNUSED)
{
    g_clear_object(&bed);
    return 0;
}

static void codes_are_read_from_a_grabbed_keyboard(void **state G_GNUC_UNUSED)
{
    Record record = {.text = g_string_new("# EVEMU 1.2\n# device " NODE "\n")};
    g_autoptr(GError) error = NULL;
    g_autoptr(Reader) reader = NULL;
    ReaderEvent event;

    add_digits(&record, "9901000042");
    add_enter(&record);
    add_key(&record, KEY_LEFTSHIFT, 1);
    add_key(&record, KEY_A, 1);
    add_key(&record, KEY_A, 0);
    add_key(&record, KEY_LEFTSHIFT, 0);
    add_key(&record, KEY_B, 1);
    add_key(&record, KEY_B, 0);
    add_key(&record, KEY_MINUS, 1);
    add_key(&record, KEY_KP7, 1);
    add_enter(&record);
    play(&record);
    reader = reader_open("evdev:" NODE, &error);
    assert_no_error(error);
    event = wait_event(reader);
    assert_int_equal(event.kind, READER_CODE);
    assert_string_equal(event.text, "9901000042");
    event = wait_event(reader);
    assert_int_equal(event.kind, READER_CODE);
    assert_string_equal(event.text, "Ab-7");
}

static void an_overrun_of_the_kernel_loses_the_code(void **state G_GNUC_UNUSED)
{
    Record record = {.text = g_string_new("# EVEMU 1.2\n# device " NODE "\n")};
    g_autoptr(GError) error = NULL;
    g_autoptr(Reader) reader = NULL;
    ReaderEvent event;

    add_digits(&record, "9901");
    add_event(&record, EV_SYN, SYN_DROPPED, 0);
    add_event(&record, EV_SYN, SYN_REPORT, 0);
    record.ms += 1500; /* else libevdev throws the rest away with what was lost */
    add_digits(&record, "0042");
    add_enter(&record);
    add_digits(&record, "77");
    add_enter(&record);
    play(&record);
    reader = reader_open("evdev:" NODE, &error);
    assert_no_error(error);
    event = wait_event(reader);
    assert_int_equal(event.kind, READER_DAMAGED);
    event = wait_event(reader);
    assert_int_equal(event.kind, READER_CODE);
    assert_string_equal(event.text, "77");
}

static void a_key_that_no_code_is_made_of_damages_it(void **state G_GNUC_UNUSED)
{
    Record record = {.text = g_string_new("# EVEMU 1.2\n# device " NODE "\n")};
    g_autoptr(GError) error = NULL;
    g_autoptr(Reader) reader = NULL;

    add_digits(&record, "12");
    add_key(&record, KEY_F5, 1);
    add_key(&record, KEY_F5, 0);
    add_enter(&record);
    play(&record);
    reader = reader_open("evdev:" NODE, &error);
    assert_no_error(error);
    assert_int_equal(wait_event(reader).kind, READER_DAMAGED);
}

static void only_tagged_guns_are_listed(void **state G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) found = reader_list(&error);
    const ReaderInfo *info;

    assert_no_error(error);
    assert_int_equal(found->len, 1);
    info = g_ptr_array_index(found, 0);
    assert_string_equal(info->name, "evdev:" NODE);
    assert_string_equal(info->model, "Handheld_Scanner");
    assert_string_equal(info->serial, "GUN0001");
}

static void guns_that_come_and_go_are_told(void **state G_GNUC_UNUSED)
{
    static const char *const actions[] = {"remove", "add"};
    g_autoptr(GError) error = NULL;
    g_autoptr(ReaderWatch) watch = reader_watch_new(&error);
    struct pollfd fd = {.events = POLLIN};
    gboolean is_there;

    assert_no_error(error);
    assert_null(reader_watch_next(watch, &is_there));
    fd.fd = reader_watch_poll_fd(watch);
    for (gsize i = 0; i < G_N_ELEMENTS(actions); i++) {
        g_autoptr(ReaderInfo) info = NULL;

        umockdev_testbed_uevent(bed, "/sys/devices/clerk/input/input6/event5", actions[i]);
        umockdev_testbed_uevent(bed, "/sys/devices/gun/input/input5/event4", actions[i]);
        while (info == NULL) {
            assert_int_equal(poll(&fd, 1, 30000), 1);
            info = reader_watch_next(watch, &is_there);
        }
        assert_string_equal(info->serial, "GUN0001");
        assert_int_equal(is_there, i == 1);
    }
}

/* --- in the rack --- */

static void take(void *context, const GunReading *reading)
{
    g_async_queue_push(context, g_strdup_printf("%s %s", reading->place, reading->code));
}

static void wait_name(GunRack *rack, const char *wanted)
{
    gint64 until_us = g_get_monotonic_time() + 60 * G_USEC_PER_SEC;
    gboolean is_so = FALSE;

    for (; !is_so && g_get_monotonic_time() < until_us; sched_yield()) {
        g_autoptr(GPtrArray) list = gun_rack_list(rack);
        const GunInfo *info = g_ptr_array_index(list, 0);

        assert_int_equal(list->len, 1);
        assert_string_equal(info->place, "005");
        is_so = strcmp(info->name, wanted) == 0;
    }
    assert_true(is_so);
}

static void the_rack_takes_a_gun_up_as_it_comes_and_goes(void **state G_GNUC_UNUSED)
{
    Record record = {.text = g_string_new("# EVEMU 1.2\n# device " NODE "\n")};
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GAsyncQueue) heard = g_async_queue_new_full(g_free);
    g_autoptr(GError) error = NULL;
    g_autofree char *reading = NULL;
    GunRack *rack;

    g_ptr_array_add(rows, g_strdup("005=GUN0001"));
    add_digits(&record, "9901000042");
    add_enter(&record);
    play(&record);
    rack = gun_rack_new(&(GunRackOptions){.rows = rows, .take = take, .context = heard}, &error);
    assert_no_error(error);
    reading = g_async_queue_timeout_pop(heard, 60 * G_USEC_PER_SEC);
    assert_string_equal(reading, "005 9901000042");
    wait_name(rack, "evdev:" NODE);
    umockdev_testbed_uevent(bed, "/sys/devices/gun/input/input5/event4", "remove");
    wait_name(rack, "GUN0001");
    umockdev_testbed_uevent(bed, "/sys/devices/gun/input/input5/event4", "add");
    wait_name(rack, "evdev:" NODE);
    gun_rack_free(rack);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(codes_are_read_from_a_grabbed_keyboard, set_up, tear_down),
    cmocka_unit_test_setup_teardown(an_overrun_of_the_kernel_loses_the_code, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_key_that_no_code_is_made_of_damages_it, set_up, tear_down),
    cmocka_unit_test_setup_teardown(only_tagged_guns_are_listed, set_up, tear_down),
    cmocka_unit_test_setup_teardown(guns_that_come_and_go_are_told, set_up, tear_down),
    cmocka_unit_test_setup_teardown(the_rack_takes_a_gun_up_as_it_comes_and_goes, set_up,
                                    tear_down),
};
TEST_MAIN_IN(folder, tests)
