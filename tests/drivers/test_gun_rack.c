/* SPDX-License-Identifier: Apache-2.0
 *
 * Guns that come and go: lines on pseudo terminals, keyboards played by umockdev (umockdev-run
 * loads it below this program and its workers).
 */
#include "drivers/gun_rack.h"
#include "tests/testing.h"

#include <fcntl.h>
#include <pthread.h>
#include <pty.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#define WAIT_S 60

/* --- what the rack hands over --- */

typedef struct {
    pthread_mutex_t lock;
    pthread_cond_t came;
    GPtrArray *lines; /* "place name code" */
} Heard;

static void take(void *context, const GunReading *reading)
{
    Heard *heard = context;

    pthread_mutex_lock(&heard->lock);
    g_ptr_array_add(heard->lines, g_strdup_printf("%s %s", reading->place,
                                                  reading->code != NULL ? reading->code : "lost"));
    pthread_cond_signal(&heard->came);
    pthread_mutex_unlock(&heard->lock);
}

static void heard_init(Heard *heard)
{
    pthread_mutex_init(&heard->lock, NULL);
    pthread_cond_init(&heard->came, NULL);
    heard->lines = g_ptr_array_new_with_free_func(g_free);
}

static void heard_clear(Heard *heard)
{
    g_ptr_array_unref(heard->lines);
    pthread_cond_destroy(&heard->came);
    pthread_mutex_destroy(&heard->lock);
}

/* The oldest reading that was not asked for yet is this one. */
static void assert_heard(Heard *heard, const char *wanted)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_S;
    pthread_mutex_lock(&heard->lock);
    while (heard->lines->len == 0)
        assert_int_equal(pthread_cond_timedwait(&heard->came, &heard->lock, &until), 0);
    assert_string_equal(g_ptr_array_index(heard->lines, 0), wanted);
    g_ptr_array_remove_index(heard->lines, 0);
    pthread_mutex_unlock(&heard->lock);
}

/* --- lines --- */

typedef struct {
    int master;
    int slave; /* kept open, so that what is written before the worker opens it stays */
    char *link;
} Line;

static void plug(Line *line)
{
    char name[64];

    assert_int_equal(openpty(&line->master, &line->slave, name, NULL, NULL), 0);
    /* A worker that held them would keep the line alive. */
    assert_int_equal(fcntl(line->master, F_SETFD, FD_CLOEXEC), 0);
    assert_int_equal(fcntl(line->slave, F_SETFD, FD_CLOEXEC), 0);
    unlink(line->link);
    assert_int_equal(symlink(name, line->link), 0);
}

static void line_init(Line *line, const char *folder, const char *name)
{
    line->link = g_build_filename(folder, name, NULL);
    plug(line);
}

static void pull(Line *line)
{
    close(line->slave);
    close(line->master);
}

static void line_clear(Line *line)
{
    pull(line);
    g_free(line->link);
}

static void type(const Line *line, const char *text)
{
    assert_int_equal(write(line->master, text, strlen(text)), (ssize_t)strlen(text));
}

static GPtrArray *rows_new(void)
{
    return g_ptr_array_new_with_free_func(g_free);
}

static GunRack *rack_new(const GPtrArray *rows, Heard *heard)
{
    g_autoptr(GError) error = NULL;
    GunRack *rack =
        gun_rack_new(&(GunRackOptions){.rows = rows, .take = take, .context = heard}, &error);

    assert_no_error(error);
    return rack;
}

/* Until the index-th gun is in the state. */
static void wait_state(GunRack *rack, guint index, GunState wanted)
{
    gint64 until_us = g_get_monotonic_time() + WAIT_S * G_USEC_PER_SEC;
    GunState state;

    do {
        g_autoptr(GPtrArray) list = gun_rack_list(rack);

        assert_true(index < list->len);
        state = ((GunInfo *)g_ptr_array_index(list, index))->state;
        sched_yield();
    } while (state != wanted && g_get_monotonic_time() < until_us);
    assert_int_equal(state, wanted);
}

static void two_guns_read_for_two_places(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autoptr(GPtrArray) rows = rows_new();
    g_autoptr(GPtrArray) list = NULL;
    Line one, other;
    GunRack *rack;
    Heard heard;

    heard_init(&heard);
    line_init(&one, folder, "one");
    line_init(&other, folder, "other");
    g_ptr_array_add(rows, g_strdup_printf("003=serial:%s@19200", one.link));
    g_ptr_array_add(rows, g_strdup_printf("004B=serial:%s", other.link));
    rack = rack_new(rows, &heard);
    type(&one, "9901000042\r");
    assert_heard(&heard, "003 9901000042");
    type(&other, "691234\r\n");
    assert_heard(&heard, "004B 691234");
    wait_state(rack, 0, GUN_READING);
    list = gun_rack_list(rack);
    assert_int_equal(list->len, 2);
    assert_string_equal(((GunInfo *)g_ptr_array_index(list, 1))->place, "004B");
    assert_int_equal(((GunInfo *)g_ptr_array_index(list, 1))->readings, 1);
    gun_rack_free(rack);
    line_clear(&one);
    line_clear(&other);
    heard_clear(&heard);
}

static void a_line_that_is_pulled_out_and_put_back_reads_again(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autoptr(GPtrArray) rows = rows_new();
    gint64 began_us;
    GunRack *rack;
    Heard heard;
    Line line;

    heard_init(&heard);
    line_init(&line, folder, "gun");
    g_ptr_array_add(rows, g_strdup_printf("003=serial:%s", line.link));
    rack = rack_new(rows, &heard);
    type(&line, "11\r");
    assert_heard(&heard, "003 11");
    pull(&line);
    wait_state(rack, 0, GUN_AWAY);
    plug(&line);
    began_us = g_get_monotonic_time();
    type(&line, "22\r");
    assert_heard(&heard, "003 22");
    assert_true(g_get_monotonic_time() - began_us < 10 * G_USEC_PER_SEC);
    gun_rack_free(rack);
    line_clear(&line);
    heard_clear(&heard);
}

static void a_lost_part_is_handed_over_as_lost(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autoptr(GPtrArray) rows = rows_new();
    GunRack *rack;
    Heard heard;
    Line line;

    heard_init(&heard);
    line_init(&line, folder, "gun");
    g_ptr_array_add(rows, g_strdup_printf("003=serial:%s", line.link));
    rack = rack_new(rows, &heard);
    wait_state(rack, 0, GUN_READING);
    type(&line, "12\x7f"
                "34\r");
    assert_heard(&heard, "003 lost");
    gun_rack_free(rack);
    line_clear(&line);
    heard_clear(&heard);
}

static void a_gun_that_another_program_has_is_taken_once_it_lets_go(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autoptr(GPtrArray) rows = rows_new();
    g_autofree char *name = NULL;
    g_autoptr(GError) error = NULL;
    Reader *other;
    GunRack *rack;
    Heard heard;
    Line line;

    heard_init(&heard);
    line_init(&line, folder, "gun");
    name = g_strdup_printf("serial:%s", line.link);
    other = reader_open(name, &error);
    assert_no_error(error);
    g_ptr_array_add(rows, g_strdup_printf("003=%s", name));
    rack = rack_new(rows, &heard);
    wait_state(rack, 0, GUN_HELD);
    assert_null(reader_open(name, &error));
    assert_error_code(error, ERROR_BUSY);
    reader_free(other);
    wait_state(rack, 0, GUN_READING);
    type(&line, "33\r");
    assert_heard(&heard, "003 33");
    gun_rack_free(rack);
    line_clear(&line);
    heard_clear(&heard);
}

static void a_row_that_is_none_is_refused(void **state G_GNUC_UNUSED)
{
    static const char *const wrong[] = {"003", "=serial:/dev/ttyS0", "003="};

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GPtrArray) rows = rows_new();
        g_autoptr(GError) error = NULL;

        g_ptr_array_add(rows, g_strdup(wrong[i]));
        assert_null(gun_rack_new(&(GunRackOptions){.rows = rows, .take = take}, &error));
        assert_error_code(error, ERROR_SETTINGS);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(two_guns_read_for_two_places),
    cmocka_unit_test(a_line_that_is_pulled_out_and_put_back_reads_again),
    cmocka_unit_test(a_lost_part_is_handed_over_as_lost),
    cmocka_unit_test(a_gun_that_another_program_has_is_taken_once_it_lets_go),
    cmocka_unit_test(a_row_that_is_none_is_refused),
};

TEST_MAIN(tests)
