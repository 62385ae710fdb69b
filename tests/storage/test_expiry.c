/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/testing.h"

#include "storage/expiry.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define DAY_US (G_GINT64_CONSTANT(24) * 3600 * G_USEC_PER_SEC)

static const StoreOrigin origin = {"320583", "001", "hall.example/anjuan", "city"};
static gint64 test_now_us = G_GINT64_CONSTANT(1795257751) * G_USEC_PER_SEC; /* 2026-11-21 */

/* A store, and a folder of another disk where its backups go. */
typedef struct {
    Store *store;
    char *disk;
} Place;

static Place place_made(void)
{
    g_autofree char *parent = testing_folder(), *folder = g_build_filename(parent, "data", NULL);
    StoreOptions options = {.folder = folder, .clock = clock_manual(&test_now_us)};
    Place place = {.disk = testing_folder()};
    g_autofree char *notes = NULL;
    GError *error = NULL;

    assert_true(store_create(&options, &origin, &error));
    place.store = store_open(&options, &error);
    assert_no_error(error);
    notes = store_path(place.store, EXPIRY_FOLDER);
    assert_int_equal(g_mkdir(notes, 0700), 0);
    return place;
}

static void place_clear(Place *place)
{
    store_close(place->store);
    g_free(place->disk);
}

static char *backup_path(const Place *place, const char *name)
{
    return g_build_filename(place->disk, name, NULL);
}

static char *note_path(const Place *place, const char *name)
{
    g_autofree char *relative = g_strdup_printf(EXPIRY_FOLDER "/%s.json", name);

    return store_path(place->store, relative);
}

/* A backup as the appliance leaves one, so many days old. */
static void backed_up(const Place *place, const char *name, guint age_days)
{
    g_autofree char *at = clock_format(test_now_us - age_days * DAY_US);
    g_autofree char *path = backup_path(place, name), *note = note_path(place, name);
    g_autofree char *text =
        g_strdup_printf("{\"name\":\"%s\",\"path\":\"%s\",\"at\":\"%s\"}", name, path, at);

    assert_true(g_file_set_contents(path, "sealed", -1, NULL));
    assert_true(g_file_set_contents(note, text, -1, NULL));
}

static gboolean is_there(const Place *place, const char *name)
{
    g_autofree char *path = backup_path(place, name), *note = note_path(place, name);
    gboolean there = g_file_test(path, G_FILE_TEST_EXISTS);

    assert_true(g_file_test(note, G_FILE_TEST_EXISTS) == there);
    return there;
}

static guint expired(const Place *place, guint days)
{
    guint removed;
    GError *error = NULL;

    assert_true(expiry_run(place->store, days, &removed, &error));
    assert_no_error(error);
    return removed;
}

static void what_is_older_than_so_many_days_goes(void **state G_GNUC_UNUSED)
{
    Place place = place_made();

    backed_up(&place, "old", 91);
    backed_up(&place, "edge", 90);
    backed_up(&place, "new", 1);
    assert_int_equal(expired(&place, 0), 0);
    assert_int_equal(expired(&place, 90), 1);
    assert_false(is_there(&place, "old"));
    assert_true(is_there(&place, "edge"));
    assert_true(is_there(&place, "new"));
    assert_int_equal(expired(&place, 90), 0);
    place_clear(&place);
}

static void the_newest_stays_however_old(void **state G_GNUC_UNUSED)
{
    Place place = place_made();

    backed_up(&place, "older", 900);
    backed_up(&place, "old", 800);
    assert_int_equal(expired(&place, 90), 1);
    assert_false(is_there(&place, "older"));
    assert_true(is_there(&place, "old"));
    place_clear(&place);
}

static void a_backup_on_a_disk_that_is_away_neither_goes_nor_counts(void **state G_GNUC_UNUSED)
{
    Place place = place_made();
    g_autofree char *away = NULL, *note = NULL;

    backed_up(&place, "old", 200);
    backed_up(&place, "away", 1);
    away = backup_path(&place, "away");
    note = note_path(&place, "away");
    assert_int_equal(g_unlink(away), 0);
    assert_int_equal(expired(&place, 90), 0);
    assert_true(is_there(&place, "old"));
    assert_true(g_file_test(note, G_FILE_TEST_EXISTS));
    place_clear(&place);
}

static void a_note_that_is_none_is_left_alone(void **state G_GNUC_UNUSED)
{
    Place place = place_made();
    g_autofree char *note = note_path(&place, "scribble");

    backed_up(&place, "old", 200);
    backed_up(&place, "new", 1);
    assert_true(g_file_set_contents(note, "{\"at\":", -1, NULL));
    assert_int_equal(expired(&place, 90), 1);
    assert_true(g_file_test(note, G_FILE_TEST_EXISTS));
    place_clear(&place);
}

static void a_backup_that_cannot_be_removed_is_told_and_kept_known(void **state G_GNUC_UNUSED)
{
    Place place = place_made();
    NthFault nth = {.at = 1, .fault = EIO};
    GError *error = NULL;
    guint removed;

    backed_up(&place, "old", 200);
    backed_up(&place, "new", 1);
    file_fault_set(testing_fail_nth, &nth);
    assert_false(expiry_run(place.store, 90, &removed, &error));
    file_fault_set(NULL, NULL);
    assert_error_code(error, ERROR_IO);
    g_clear_error(&error);
    assert_true(is_there(&place, "old"));
    assert_int_equal(expired(&place, 90), 1);
    place_clear(&place);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_older_than_so_many_days_goes),
    cmocka_unit_test(the_newest_stays_however_old),
    cmocka_unit_test(a_backup_on_a_disk_that_is_away_neither_goes_nor_counts),
    cmocka_unit_test(a_note_that_is_none_is_left_alone),
    cmocka_unit_test(a_backup_that_cannot_be_removed_is_told_and_kept_known),
};

TEST_MAIN(tests)
