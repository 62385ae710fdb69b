/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/device.h"
#include "drivers/reader.h"
#include "tests/testing.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- lines --- */

static ReaderEvent type(ReaderLine *line, const char *text, gint64 now_ms)
{
    ReaderEvent event = {0};

    for (; *text != '\0'; text++)
        reader_line_add(line, *text, now_ms);
    reader_line_end(line, now_ms, &event);
    return event;
}

static void assert_code(const ReaderEvent *event, const char *text)
{
    assert_int_equal(event->kind, READER_CODE);
    assert_string_equal(event->text, text);
}

static void the_same_code_twice_within_its_time_is_one(void **state G_GNUC_UNUSED)
{
    ReaderLine line;
    ReaderEvent event;

    reader_line_init(&line);
    event = type(&line, "123", 1000);
    assert_code(&event, "123");
    assert_int_equal(type(&line, "123", 2500).kind, READER_QUIET);
    event = type(&line, "124", 2600);
    assert_code(&event, "124");
    event = type(&line, "123", 2700);
    assert_code(&event, "123");
    event = type(&line, "123", 4201);
    assert_code(&event, "123");
    assert_int_equal(type(&line, "", 9000).kind, READER_QUIET);
}

static void a_code_with_a_pause_within_is_damaged(void **state G_GNUC_UNUSED)
{
    ReaderLine line;
    ReaderEvent event;

    reader_line_init(&line);
    reader_line_add(&line, '1', 0);
    assert_int_equal(type(&line, "23", READER_PAUSE_MS + 1).kind, READER_DAMAGED);
    event = type(&line, "45", READER_PAUSE_MS + 2);
    assert_code(&event, "45");
    reader_line_add(&line, '6', 2000);
    reader_line_end(&line, 2001 + READER_PAUSE_MS, &event);
    assert_int_equal(event.kind, READER_DAMAGED);
}

static void a_lost_part_is_told_at_once_and_costs_one_code(void **state G_GNUC_UNUSED)
{
    ReaderLine line;
    ReaderEvent event;

    reader_line_init(&line);
    reader_line_add(&line, '1', 0);
    reader_line_lose(&line, 1, &event);
    assert_int_equal(event.kind, READER_DAMAGED);
    assert_int_equal(type(&line, "23", 2).kind, READER_QUIET); /* its rest */
    event = type(&line, "45", 3);
    assert_code(&event, "45");
    reader_line_lose(&line, 4, &event); /* its end was lost too */
    event = type(&line, "67", 5 + READER_PAUSE_MS);
    assert_code(&event, "67");
}

static void a_code_that_is_too_long_is_damaged(void **state G_GNUC_UNUSED)
{
    g_autofree char *longest = g_strnfill(READER_TEXT_MAX - 1, '7');
    g_autofree char *longer = g_strnfill(READER_TEXT_MAX, '7');
    ReaderLine line;
    ReaderEvent event;

    reader_line_init(&line);
    event = type(&line, longest, 0);
    assert_code(&event, longest);
    assert_int_equal(type(&line, longer, 0).kind, READER_DAMAGED);
}

static void chinese_text_comes_in_both_of_its_encodings(void **state G_GNUC_UNUSED)
{
    ReaderLine line;
    ReaderEvent event;

    reader_line_init(&line);
    event = type(&line, "案卷", 0);
    assert_code(&event, "案卷");
    event = type(&line, "\xb0\xb8\xbe\xed-1", 0);
    assert_code(&event, "案卷-1");
    assert_int_equal(type(&line, "\xff\xff", 0).kind, READER_DAMAGED);
}

/* --- serial --- */

typedef struct {
    int gun;
    char *name;
} Line;

static Line line_open(void)
{
    char path[128];
    int reader_end;
    Line line;

    assert_int_equal(openpty(&line.gun, &reader_end, path, NULL, NULL), 0);
    fcntl(line.gun, F_SETFD, FD_CLOEXEC); /* or a worker keeps the gun plugged in */
    close(reader_end);
    line.name = g_strdup_printf("serial:%s@19200", path);
    return line;
}

static void send_bytes(const Line *line, const char *bytes)
{
    assert_int_equal(write(line->gun, bytes, strlen(bytes)), strlen(bytes));
}

/* The next event once the descriptor has something. */
static ReaderEvent wait_event(Reader *reader, gint64 now_ms)
{
    struct pollfd fd = {.fd = reader_poll_fd(reader), .events = POLLIN};
    g_autoptr(GError) error = NULL;
    ReaderEvent event;

    do {
        assert_true(reader_next(reader, now_ms, &event, &error));
        if (event.kind == READER_QUIET)
            assert_int_equal(poll(&fd, 1, 30000), 1);
    } while (event.kind == READER_QUIET);
    return event;
}

static void codes_come_over_a_serial_line(void **state G_GNUC_UNUSED)
{
    Line line = line_open();
    g_autoptr(GError) error = NULL;
    g_autoptr(Reader) reader = reader_open(line.name, &error);
    ReaderEvent event;

    assert_no_error(error);
    send_bytes(&line, "320583001261121003001742\r\n98123\n\x7f"
                      "5\r");
    event = wait_event(reader, 0);
    assert_code(&event, "320583001261121003001742");
    event = wait_event(reader, 1);
    assert_code(&event, "98123");
    event = wait_event(reader, 2);
    assert_int_equal(event.kind, READER_DAMAGED);
    send_bytes(&line, "77");
    send_bytes(&line, "88\t");
    event = wait_event(reader, 3);
    assert_code(&event, "7788");
    close(line.gun);
    event = wait_event(reader, 4);
    assert_int_equal(event.kind, READER_GONE);
    g_free(line.name);
}

static void a_line_that_is_not_there_or_none_is_refused(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *name;
        ErrorCode code;
    } names[] = {{"serial:/nowhere", ERROR_NO_DEVICE},  {"serial:/dev/null", ERROR_NO_DEVICE},
                 {"serial:/dev/null@1", ERROR_INVALID}, {"evdev:/nowhere", ERROR_NO_DEVICE},
                 {"evdev:/dev/null", ERROR_NO_DEVICE},  {"telepathy:1", ERROR_NO_DEVICE}};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;

        assert_null(reader_open(names[i].name, &error));
        assert_error_code(error, names[i].code);
    }
}

static void codes_come_through_a_worker_until_it_is_unplugged(void **state G_GNUC_UNUSED)
{
    Line line = line_open();
    g_autoptr(GError) error = NULL;
    g_autoptr(Device) device = device_open(line.name, &error);
    DeviceEvent event;

    assert_no_error(error);
    assert_false(device_start(device, &(DeviceBatch){0}, &error));
    assert_error_code(error, ERROR_INVALID);
    g_clear_error(&error);
    send_bytes(&line, "12345\r\x7f\r");
    assert_true(device_next(device, 30000, &event, &error));
    assert_int_equal(event.kind, DEVICE_CODE);
    assert_string_equal(event.code, "12345");
    assert_true(device_next(device, 30000, &event, &error));
    assert_int_equal(event.kind, DEVICE_CODE_DAMAGED);
    close(line.gun);
    assert_true(device_next(device, 30000, &event, &error));
    assert_int_equal(event.kind, DEVICE_STATUS);
    assert_int_equal(event.status.reason, SCANNER_LOST);
    /* not opened again here: the next pty of any program may get this name */
    assert_false(device_next(device, 0, &event, &error));
    assert_error_code(error, ERROR_DEVICE_LOST);
    g_free(line.name);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_code_twice_within_its_time_is_one),
        cmocka_unit_test(a_code_with_a_pause_within_is_damaged),
        cmocka_unit_test(a_lost_part_is_told_at_once_and_costs_one_code),
        cmocka_unit_test(a_code_that_is_too_long_is_damaged),
        cmocka_unit_test(chinese_text_comes_in_both_of_its_encodings),
        cmocka_unit_test(codes_come_over_a_serial_line),
        cmocka_unit_test(a_line_that_is_not_there_or_none_is_refused),
        cmocka_unit_test(codes_come_through_a_worker_until_it_is_unplugged),
    };

    testing_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
