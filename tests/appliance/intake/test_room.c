/* SPDX-License-Identifier: Apache-2.0
 *
 * A disk that fills up in the middle of a batch: whoever waits for room loses nothing, whoever does
 * not keeps what was told.
 */
#include "appliance/intake/intake.h"
#include "tests/appliance/counter/hall.h"
#include "tests/appliance/intake/leaf.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define SLOT_A02 1002
#define PAGES    4 /* of a batch that waits */
#define FILES    3
#define MANY     8  /* pages of each of FILES */
#define MIDDLE   60 /* operation in the middle of them */

/* A disk that has no room from the n-th operation in the spool on, until somebody has asked for
 * some so many times. */
typedef struct {
    guint at, count, asked, patience;
} Narrow;

static int narrow_fault(FileOp op, const char *path, void *data)
{
    Narrow *narrow = data;

    if (op == FILE_UNLINK || strstr(path, "/spool/") == NULL || narrow->asked >= narrow->patience)
        return 0;
    return ++narrow->count >= narrow->at ? ENOSPC : 0;
}

static gboolean wait_for_room(const GError *why, void *data)
{
    assert_error_code(why, ERROR_DISK_FULL);
    ((Narrow *)data)->asked++;
    return TRUE;
}

static gboolean give_up(const GError *why G_GNUC_UNUSED, void *data)
{
    ((Narrow *)data)->asked++;
    return FALSE;
}

static void count_told(const IntakeSide *side G_GNUC_UNUSED, void *data)
{
    ++*(guint *)data;
}

/* A batch into a slot of a new case, with a reader of its own. */
typedef struct {
    Hall hall;
    char *number;
    Catalog *reader;
    CaseLookup context;
    PlacingLookup lookup;
    guint told;
} Station;

static Station *station_new(void)
{
    Station *station = g_new0(Station, 1);
    GError *error = NULL;

    station->hall = hall_made("procedure");
    station->number = hall_case(&station->hall, HALL_ITEM);
    station->reader = store_reader(station->hall.store, &error);
    assert_no_error(error);
    station->context = (CaseLookup){station->hall.house, station->reader};
    station->lookup = case_lookup(&station->context);
    return station;
}

static void station_free(Station *station)
{
    catalog_close(station->reader);
    hall_close(&station->hall);
    g_free(station->number);
    g_free(station);
}

static Intake *batch(Station *station, IntakeFull full, Narrow *narrow)
{
    IntakeOptions options = {.case_number = station->number,
                             .slot = SLOT_A02,
                             .device = "import",
                             .declared = -1,
                             .lookup = &station->lookup,
                             .lanes = 1};
    GError *error = NULL;
    Intake *intake = intake_open(station->hall.store, &hall_clerk, &options, &error);

    assert_no_error(error);
    station->told = 0;
    intake_listen(intake, count_told, NULL, &station->told);
    intake_when_full(intake, full, narrow);
    file_fault_set(narrow_fault, narrow);
    return intake;
}

static gint64 rows(const Station *station, const char *sql)
{
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(station->hall.store, &error);
    gint64 n = -1;

    assert_true(db_int(catalog_db(reader), &n, 0, &error, sql, ""));
    return n;
}

/* The whole file, with a full disk from operation `at` on; FALSE where that many were not reached.
 */
static gboolean waits_at(Station *station, const char *path, guint at)
{
    g_auto(Fd) fd = open(path, O_RDONLY | O_CLOEXEC);
    Narrow narrow = {.at = at, .patience = 3};
    Intake *intake = batch(station, wait_for_room, &narrow);
    IntakeSummary summary = {0};
    GError *error = NULL;
    gboolean ok =
        intake_file(intake, fd, "file", &error) && intake_close(intake, "done", &summary, &error);

    file_fault_set(NULL, NULL);
    assert_no_error(error);
    assert_true(ok);
    assert_int_equal(summary.stored, PAGES);
    assert_int_equal(station->told, PAGES);
    intake_summary_clear(&summary);
    if (narrow.asked == 0)
        return FALSE;
    assert_int_equal(narrow.asked, narrow.patience);
    return TRUE;
}

static void who_waits_for_room_loses_nothing(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder(), *path = leaf_file(folder, "a.tif", PAGES, 1);
    Station *station = station_new();
    guint at = 0;

    do {
        at++;
    } while (waits_at(station, path, at));
    assert_true(at > PAGES);
    assert_int_equal(rows(station, "SELECT count(*) FROM side WHERE document IS NOT NULL"),
                     PAGES * at);
    assert_int_equal(rows(station, "SELECT count(*) FROM document"), at);
    assert_int_equal(rows(station, "SELECT count(*) FROM batch WHERE reason = 'done'"), at);
    station_free(station);
}

static void who_gives_up_keeps_what_was_told(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder(), *path = leaf_file(folder, "a.tif", MANY, 1);
    g_auto(Fd) fd = open(path, O_RDONLY | O_CLOEXEC);
    Narrow narrow = {.at = MIDDLE, .patience = G_MAXUINT};
    Station *station = station_new();
    Intake *intake = batch(station, give_up, &narrow);
    IntakeSummary summary = {0};
    GError *error = NULL;
    gint64 adopted;

    for (guint i = 0; error == NULL && i < FILES; i++)
        assert_true(intake_file(intake, fd, "file", &error) == (error == NULL));
    assert_error_code(error, ERROR_DISK_FULL);
    g_clear_error(&error);
    assert_false(intake_close(intake, "disk-full", &summary, &error));
    assert_error_code(error, ERROR_DISK_FULL);
    g_clear_error(&error);
    file_fault_set(NULL, NULL);
    assert_in_range(station->told, 1, FILES * MANY - 1);
    assert_int_equal(rows(station, "SELECT count(*) FROM side"), station->told);
    /* As the daemon does once there is room: the batch is closed, and no half page is adopted. */
    assert_true(intake_recover(station->hall.store, &hall_clerk, &adopted, &error));
    assert_int_equal(rows(station, "SELECT count(*) FROM side WHERE state = 'unread'"), 0);
    assert_int_equal(rows(station, "SELECT count(*) FROM batch WHERE closed_at IS NULL"), 0);
    station_free(station);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(who_waits_for_room_loses_nothing),
    cmocka_unit_test(who_gives_up_keeps_what_was_told),
};

TEST_MAIN(tests)
