/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/intake/intake.h"
#include "storage/catalog_record.h"
#include "tests/appliance/counter/hall.h"
#include "tests/appliance/intake/leaf.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a batch told. */
typedef struct {
    GPtrArray *names; /* "1a", "1b", … in the order told */
    GPtrArray *digests;
    guint refused, unread, tray;
    int pipe; /* where told digests are written at once; 0: nowhere */
} Heard;

static void heard_clear(Heard *heard)
{
    g_ptr_array_unref(heard->names);
    g_ptr_array_unref(heard->digests);
}

static Heard heard_new(void)
{
    return (Heard){.names = g_ptr_array_new_with_free_func(g_free),
                   .digests = g_ptr_array_new_with_free_func(g_free)};
}

static void on_told(const IntakeSide *side, void *data)
{
    Heard *heard = data;

    g_ptr_array_add(heard->names, g_strdup_printf("%d%c", (int)side->sheet, side->side));
    g_ptr_array_add(heard->digests, g_strdup(side->sha256));
    heard->unread += strcmp(side->state, "unread") == 0;
    heard->tray += side->case_number == NULL;
    if (heard->pipe > 0 && write(heard->pipe, side->sha256, 64) != 64)
        _exit(3);
}

static void on_refused(const char *source G_GNUC_UNUSED, const GError *why, void *data)
{
    assert_non_null(why);
    ((Heard *)data)->refused++;
}

static char *names_of(const Heard *heard)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < heard->names->len; i++)
        g_string_append_printf(text, "%s%s", i > 0 ? " " : "",
                               (const char *)g_ptr_array_index(heard->names, i));
    return g_string_free(text, FALSE);
}

/* ── batches ─────────────────────────────────────────────────────────────────────────────── */

typedef struct {
    Hall *hall;
    Catalog *reader;
    CaseLookup context;
    PlacingLookup lookup;
    IntakeOptions options;
} Station;

static void station_open(Station *station, Hall *hall, const char *number)
{
    GError *error = NULL;

    station->hall = hall;
    station->reader = store_reader(hall->store, &error);
    assert_no_error(error);
    station->context = (CaseLookup){hall->house, station->reader};
    station->lookup = case_lookup(&station->context);
    station->options = (IntakeOptions){.case_number = number,
                                       .device = "import",
                                       .declared = -1,
                                       .lookup = &station->lookup,
                                       .lanes = 1};
}

static void station_close(Station *station)
{
    catalog_close(station->reader);
}

static Intake *batch(Station *station, Heard *heard)
{
    GError *error = NULL;
    Intake *intake = intake_open(station->hall->store, &hall_clerk, &station->options, &error);

    assert_no_error(error);
    intake_listen(intake, on_told, on_refused, heard);
    return intake;
}

static void take_file(Intake *intake, const char *path)
{
    g_auto(Fd) fd = open(path, O_RDONLY | O_CLOEXEC);
    GError *error = NULL;
    gboolean ok = intake_file(intake, fd, "file", &error);

    assert_no_error(error);
    assert_true(ok);
}

static IntakeSummary closed(Intake *intake)
{
    IntakeSummary summary = {0};
    GError *error = NULL;
    gboolean ok = intake_close(intake, "done", &summary, &error);

    assert_no_error(error);
    assert_true(ok);
    return summary;
}

/* ── files ───────────────────────────────────────────────────────────────────────────────── */

static void every_page_of_every_kind_of_file_is_a_side(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *name;
        guint pages;
    } files[] = {{"a.tif", 3}, {"b.jpg", 1}, {"c.png", 1}, {"d.pdf", 2}};
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM), *folder = testing_folder(), *all = NULL;
    Heard heard = heard_new();
    Station station;
    IntakeSummary summary;
    Intake *intake;

    station_open(&station, &hall, number);
    intake = batch(&station, &heard);
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = leaf_file(folder, files[i].name, files[i].pages, 10 * i);

        take_file(intake, path);
    }
    summary = closed(intake);
    all = names_of(&heard);
    assert_string_equal(all, "1a 2a 3a 4a 5a 6a 7a");
    assert_int_equal(summary.sheets, 7);
    assert_int_equal(summary.stored, 7);
    assert_int_equal(summary.received, 7);
    assert_int_equal(summary.tray, 0);
    intake_summary_clear(&summary);
    heard_clear(&heard);
    station_close(&station);
    hall_close(&hall);
}

static void duplex_files_are_paired_across_files(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM), *folder = testing_folder(), *all = NULL;
    g_autofree char *three = leaf_file(folder, "a.tif", 3, 0),
                    *two = leaf_file(folder, "b.tif", 2, 9);
    Heard heard = heard_new();
    Station station;
    IntakeSummary summary;
    Intake *intake;

    station_open(&station, &hall, number);
    station.options.duplex = TRUE;
    intake = batch(&station, &heard);
    take_file(intake, three);
    take_file(intake, two);
    summary = closed(intake);
    all = names_of(&heard);
    assert_string_equal(all, "1a 1b 2a 2b 3a");
    assert_int_equal(summary.sheets, 3);
    intake_summary_clear(&summary);
    heard_clear(&heard);
    station_close(&station);
    hall_close(&hall);
}

static void a_file_that_is_no_image_is_refused_and_the_rest_goes_on(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM), *folder = testing_folder();
    g_autofree char *good = leaf_file(folder, "a.tif", 1, 0);
    g_autofree char *bad = g_build_filename(folder, "bad", NULL);
    Heard heard = heard_new();
    Station station;
    IntakeSummary summary;
    Intake *intake;

    assert_true(g_file_set_contents(bad, "nothing", -1, NULL));
    station_open(&station, &hall, number);
    intake = batch(&station, &heard);
    take_file(intake, bad);
    take_file(intake, good);
    take_file(intake, bad);
    summary = closed(intake);
    assert_int_equal(heard.refused, 2);
    assert_int_equal(summary.refused, 2);
    assert_int_equal(summary.stored, 1);
    intake_summary_clear(&summary);
    heard_clear(&heard);
    station_close(&station);
    hall_close(&hall);
}

static void paper_of_nobody_waits_in_the_tray(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *folder = testing_folder(), *path = leaf_file(folder, "a.tif", 2, 0);
    Heard heard = heard_new();
    Station station;
    IntakeSummary summary;
    Intake *intake;

    station_open(&station, &hall, NULL);
    intake = batch(&station, &heard);
    take_file(intake, path);
    summary = closed(intake);
    assert_int_equal(summary.tray, 2);
    assert_int_equal(heard.tray, 2);
    assert_int_equal(
        hall_count(&hall,
                   "SELECT count(*) FROM side WHERE \"case\" IS NULL AND reason = 'no-case'"),
        2);
    intake_summary_clear(&summary);
    heard_clear(&heard);
    station_close(&station);
    hall_close(&hall);
}

static void a_slot_that_a_clerk_named_makes_one_document(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM), *folder = testing_folder();
    g_autofree char *path = leaf_file(folder, "a.tif", 3, 0);
    Heard heard = heard_new();
    Station station;
    IntakeSummary summary;
    Intake *intake;
    g_autoptr(json_t) documents = NULL;

    station_open(&station, &hall, number);
    station.options.slot = 1002;
    intake = batch(&station, &heard);
    take_file(intake, path);
    summary = closed(intake);
    documents = hall_documents(&hall, number);
    assert_int_equal(json_array_size(documents), 1);
    assert_string_equal(json_text(json_array_get(documents, 0), "code"), "A02");
    assert_int_equal(hall_count(&hall, "SELECT count(*) FROM side WHERE document = 1"), 3);
    intake_summary_clear(&summary);
    heard_clear(&heard);
    station_close(&station);
    hall_close(&hall);
}

static void sides_travel_in_groups_and_none_is_told_twice(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM), *folder = testing_folder();
    Heard heard = heard_new();
    Station station;
    IntakeSummary summary;
    Intake *intake;

    station_open(&station, &hall, number);
    intake = batch(&station, &heard);
    for (guint i = 0; i < 4; i++) {
        g_autofree char *name = g_strdup_printf("%u.tif", i);
        g_autofree char *path = leaf_file(folder, name, 7, 10 * i);

        take_file(intake, path);
    }
    summary = closed(intake);
    assert_int_equal(summary.stored, 28);
    for (guint i = 0; i < heard.names->len; i++) {
        g_autofree char *name = g_strdup_printf("%ua", i + 1);

        assert_string_equal(g_ptr_array_index(heard.names, i), name);
    }
    intake_summary_clear(&summary);
    heard_clear(&heard);
    station_close(&station);
    hall_close(&hall);
}

/* The side whose bytes a side repeats, or NULL. */
static const char *twin_of(const json_t *side)
{
    return json_text(json_object_get(json_object_get(side, "facts"), "twin"), "of");
}

static void a_page_that_comes_twice_is_noticed_and_kept(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM), *folder = testing_folder();
    g_autofree char *path = leaf_file(folder, "a.tif", 1, 0);
    g_autofree char *batch_of = NULL;
    g_autoptr(Catalog) reader = NULL;
    g_autoptr(json_t) sides = NULL;
    Heard heard = heard_new();
    GError *error = NULL;
    Station station;
    IntakeSummary summary;
    Intake *intake;

    station_open(&station, &hall, number);
    intake = batch(&station, &heard);
    take_file(intake, path);
    take_file(intake, path);
    summary = closed(intake);
    assert_int_equal(summary.stored, 2);
    reader = store_reader(hall.store, &error);
    sides = reader != NULL ? catalog_sides(reader, number, &error) : NULL;
    assert_true(sides != NULL && catalog_add_facts(reader, sides, &error));
    assert_int_equal(json_array_size(sides), 2);
    batch_of =
        g_strdup_printf("%" G_GINT64_FORMAT "-1-a", json_int(json_array_get(sides, 0), "batch", 0));
    assert_null(twin_of(json_array_get(sides, 0)));
    assert_string_equal(twin_of(json_array_get(sides, 1)), batch_of);
    intake_summary_clear(&summary);
    heard_clear(&heard);
    station_close(&station);
    hall_close(&hall);
}

static void an_unknown_case_opens_no_batch(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    Station station;
    GError *error = NULL;

    station_open(&station, &hall, "320583001261120003000999");
    assert_null(intake_open(hall.store, &hall_clerk, &station.options, &error));
    assert_error_code(error, ERROR_NO_CASE);
    g_clear_error(&error);
    assert_int_equal(hall_count(&hall, "SELECT count(*) FROM batch"), 0);
    station_close(&station);
    hall_close(&hall);
}

/* ── devices ─────────────────────────────────────────────────────────────────────────────── */

typedef struct {
    const char *script;
    ScannerReason reasons[4]; /* how each run ends; the last is not a fault */
    guint runs;
    gboolean reopen; /* the worker is made anew between runs */
    const char *names;
    gint64 sheets;
} Feed;

static void feed(const Feed *feed)
{
    static const DeviceBatch gray = {
        .scan = {.source = SCANNER_SOURCE_FEEDER, .mode = SCANNER_GRAY, .dpi = 25, .duplex = TRUE}};
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM), *folder = testing_folder(), *all = NULL;
    g_autofree char *path = g_build_filename(folder, "session.json", NULL);
    g_autofree char *name = g_strconcat("script:", path, NULL);
    Heard heard = heard_new();
    Station station;
    IntakeSummary summary;
    Intake *intake;
    g_autoptr(Device) device = NULL;
    GError *error = NULL;

    assert_true(g_file_set_contents(path, feed->script, -1, NULL));
    device = device_open(name, &error);
    assert_no_error(error);
    station_open(&station, &hall, number);
    station.options.duplex = TRUE;
    intake = batch(&station, &heard);
    for (guint i = 0; i < feed->runs; i++) {
        IntakeEnd end;
        gboolean ok;

        if (i > 0 && feed->reopen)
            assert_true(device_reopen(device, &error));
        ok = intake_device(intake, device, &gray, &end, &error);
        assert_no_error(error);
        assert_true(ok);
        assert_string_equal(scanner_reason_token(end.reason),
                            scanner_reason_token(feed->reasons[i]));
    }
    summary = closed(intake);
    all = names_of(&heard);
    assert_string_equal(all, feed->names);
    assert_int_equal(summary.sheets, feed->sheets);
    assert_int_equal(summary.received, summary.stored);
    intake_summary_clear(&summary);
    heard_clear(&heard);
    station_close(&station);
    hall_close(&hall);
}

static void a_stack_comes_whole_and_in_order(void **state G_GNUC_UNUSED)
{
    feed(&(Feed){.script = "{\"sheets\": [{\"repeat\": 6}]}",
                 .reasons = {SCANNER_OK},
                 .runs = 1,
                 .names = "1a 1b 2a 2b 3a 3b 4a 4b 5a 5b 6a 6b",
                 .sheets = 6});
}

static void after_a_jam_the_next_sheet_keeps_its_number(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *deed;
        ScannerReason reason;
    } faults[] = {{"jam", SCANNER_JAM},
                  {"double-feed", SCANNER_DOUBLE_FEED},
                  {"cover-open", SCANNER_COVER_OPEN},
                  {"mis-pick", SCANNER_MIS_PICK}};

    for (gsize i = 0; i < G_N_ELEMENTS(faults); i++)
        for (int at = 1; at <= 4; at += 3) {
            g_autofree char *script = g_strdup_printf(
                "{\"sheets\": [{\"repeat\": 4}], \"events\": [{\"at\": %d, \"do\": \"%s\"}]}", at,
                faults[i].deed);

            feed(&(Feed){.script = script,
                         .reasons = {faults[i].reason, SCANNER_OK},
                         .runs = 2,
                         .names = "1a 1b 2a 2b 3a 3b 4a 4b",
                         .sheets = 4});
        }
}

static void a_fault_in_the_middle_of_a_front_loses_and_doubles_nothing(void **state G_GNUC_UNUSED)
{
    feed(&(Feed){.script = "{\"sheets\": [{\"repeat\": 3}], \"events\":"
                           " [{\"at\": 2, \"row\": 100, \"do\": \"jam\"}]}",
                 .reasons = {SCANNER_JAM, SCANNER_OK},
                 .runs = 2,
                 .names = "1a 1b 2a 2b 3a 3b",
                 .sheets = 3});
}

/* Nobody puts the sheet back here, so the next one gets its number. */
static void of_a_half_image_the_whole_sheet_is_left_to_be_fed_again(void **state G_GNUC_UNUSED)
{
    feed(&(Feed){.script = "{\"sheets\": [{\"repeat\": 3}], \"events\":"
                           " [{\"at\": 2, \"do\": \"half-image\"}]}",
                 .reasons = {SCANNER_HALF_IMAGE, SCANNER_OK},
                 .runs = 2,
                 .names = "1a 1b 2a 2b",
                 .sheets = 2});
    feed(&(Feed){.script = "{\"sheets\": [{\"repeat\": 3}], \"events\":"
                           " [{\"at\": 2, \"back\": true, \"do\": \"half-image\"}]}",
                 .reasons = {SCANNER_HALF_IMAGE, SCANNER_OK},
                 .runs = 2,
                 .names = "1a 1b 2a 2b",
                 .sheets = 2});
}

static void a_fault_between_front_and_back_stores_the_sheet_once(void **state G_GNUC_UNUSED)
{
    static const char *const rows[] = {"", "\"row\": 100, "};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *script =
            g_strdup_printf("{\"sheets\": [{\"repeat\": 3}], \"events\":"
                            " [{\"at\": 2, \"back\": true, %s\"do\": \"jam\"}]}",
                            rows[i]);

        feed(&(Feed){.script = script,
                     .reasons = {SCANNER_JAM, SCANNER_OK},
                     .runs = 2,
                     .names = "1a 1b 2a 2b 3a 3b",
                     .sheets = 3});
    }
}

static void a_lost_scanner_comes_back_and_the_batch_goes_on(void **state G_GNUC_UNUSED)
{
    feed(&(Feed){.script = "{\"place\": \"lost.place\", \"sheets\": [{\"repeat\": 3}],"
                           " \"events\": [{\"at\": 2, \"do\": \"crash\"}]}",
                 .reasons = {SCANNER_LOST, SCANNER_OK},
                 .runs = 2,
                 .reopen = TRUE,
                 .names = "1a 1b 2a 2b 3a 3b",
                 .sheets = 3});
}

/* ── crashes ─────────────────────────────────────────────────────────────────────────────── */

/* A child takes a stack and is killed after `sides` were told; the parent finishes the batch. */
static void crash_after(guint sides)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM), *folder = testing_folder();
    g_autofree char *path = leaf_file(folder, "a.tif", 8, 0);
    char digest[65] = {0};
    int told[2], status;
    gint64 adopted = 0, promised = 0;
    GError *error = NULL;
    gboolean ok;
    pid_t child;

    assert_int_equal(pipe(told), 0);
    child = fork();
    if (child == 0) {
        Hall own = hall_opened(g_strdup(hall.folder));
        Heard heard = heard_new();
        Station station;
        Intake *intake;

        setpgid(0, 0);
        heard.pipe = told[1];
        station_open(&station, &own, number);
        intake = batch(&station, &heard);
        for (;;)
            take_file(intake, path);
    }
    close(told[1]);
    while (promised < sides && read(told[0], digest, 64) == 64)
        promised++;
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    while (read(told[0], digest, 64) == 64)
        promised++;
    close(told[0]);
    hall_reopen(&hall);
    ok = intake_recover(hall.store, &hall_clerk, &adopted, &error);
    assert_no_error(error);
    assert_true(ok);
    assert_true(hall_count(&hall, "SELECT count(*) FROM side") >= promised);
    assert_int_equal(hall_count(&hall, "SELECT count(*) FROM batch WHERE closed_at IS NULL"), 0);
    assert_int_equal(
        hall_count(&hall,
                   "SELECT count(*) FROM side WHERE \"case\" IS NULL AND reason = 'interrupted'"),
        adopted);
    ok = intake_recover(hall.store, &hall_clerk, &adopted, &error);
    assert_true(ok);
    assert_int_equal(adopted, 0);
    hall_close(&hall);
}

static void whatever_was_told_is_there_after_a_crash(void **state G_GNUC_UNUSED)
{
    for (guint sides = 0; sides <= 40; sides += 4)
        crash_after(sides);
}

/* A batch that a crash left open, with `bytes` in its folder under `name`. */
static void orphaned(const char *name, const char *bytes, gsize size, gint64 expected)
{
    Hall hall = hall_made("procedure");
    Heard heard = heard_new();
    Station station;
    g_autofree char *spool = store_path(hall.store, "spool"), *path = NULL;
    gint64 adopted = -1, id;
    GError *error = NULL;
    gboolean ok;
    Intake *intake;

    station_open(&station, &hall, NULL);
    intake = batch(&station, &heard);
    id = intake_batch(intake);
    intake_free(intake);
    station_close(&station);
    path = g_strdup_printf("%s/261120/%" G_GINT64_FORMAT "/%s", spool, id, name);
    assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
    hall_reopen(&hall);
    ok = intake_recover(hall.store, &hall_clerk, &adopted, &error);
    assert_no_error(error);
    assert_true(ok);
    assert_int_equal(adopted, expected);
    assert_int_equal(hall_count(&hall, "SELECT count(*) FROM side WHERE \"case\" IS NULL"
                                       " AND reason = 'interrupted'"),
                     expected);
    assert_int_equal(g_file_test(path, G_FILE_TEST_EXISTS), expected > 0);
    heard_clear(&heard);
    hall_close(&hall);
}

static void a_whole_orphan_is_adopted_into_the_tray(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder(), *path = leaf_file(folder, "a.tif", 1, 0);
    g_autofree char *bytes = NULL;
    gsize size = 0;

    assert_true(g_file_get_contents(path, &bytes, &size, NULL));
    orphaned("0001-a.tif", bytes, size, 1);
}

static char *folder_of_open_batch(Hall *hall)
{
    Heard heard = heard_new();
    Station station;
    Intake *intake;
    char *folder;

    station_open(&station, hall, NULL);
    intake = batch(&station, &heard);
    folder = g_strdup_printf("%s/spool/261120/%" G_GINT64_FORMAT, store_folder(hall->store),
                             intake_batch(intake));
    intake_free(intake);
    station_close(&station);
    heard_clear(&heard);
    return folder;
}

/* Names are decimal with zeros in front: 0008 and 0010 are eight and ten. */
static void an_orphan_keeps_the_number_of_its_sheet(void **state G_GNUC_UNUSED)
{
    static const char *const names[] = {"0007-b.tif", "0008-a.tif", "0009-a.tif", "0010-b.tif",
                                        "10000-a.tif"};
    Hall hall = hall_made("procedure");
    g_autofree char *folder = testing_folder(), *spool = folder_of_open_batch(&hall);
    gint64 adopted = 0;
    GError *error = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = leaf_file(spool, names[i], 1, i);

        assert_non_null(path);
    }
    hall_reopen(&hall);
    assert_true(intake_recover(hall.store, &hall_clerk, &adopted, &error));
    assert_int_equal(adopted, G_N_ELEMENTS(names));
    assert_int_equal(hall_count(&hall, "SELECT count(*) FROM side WHERE (sheet, side) IN"
                                       " ((7, 'b'), (8, 'a'), (9, 'a'), (10, 'b'), (10000, 'a'))"),
                     G_N_ELEMENTS(names));
    hall_close(&hall);
}

static void what_was_half_written_is_removed(void **state G_GNUC_UNUSED)
{
    orphaned(FILE_TEMPORARY_PREFIX "0001-a.tif", "half", 4, 0);
}

static void an_orphan_that_cannot_be_read_is_adopted_unread(void **state G_GNUC_UNUSED)
{
    orphaned("0001-a.bin", "what no page worker reads", 25, 1);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_page_of_every_kind_of_file_is_a_side),
    cmocka_unit_test(duplex_files_are_paired_across_files),
    cmocka_unit_test(a_file_that_is_no_image_is_refused_and_the_rest_goes_on),
    cmocka_unit_test(paper_of_nobody_waits_in_the_tray),
    cmocka_unit_test(a_slot_that_a_clerk_named_makes_one_document),
    cmocka_unit_test(sides_travel_in_groups_and_none_is_told_twice),
    cmocka_unit_test(a_page_that_comes_twice_is_noticed_and_kept),
    cmocka_unit_test(an_unknown_case_opens_no_batch),
    cmocka_unit_test(a_stack_comes_whole_and_in_order),
    cmocka_unit_test(after_a_jam_the_next_sheet_keeps_its_number),
    cmocka_unit_test(a_fault_in_the_middle_of_a_front_loses_and_doubles_nothing),
    cmocka_unit_test(of_a_half_image_the_whole_sheet_is_left_to_be_fed_again),
    cmocka_unit_test(a_fault_between_front_and_back_stores_the_sheet_once),
    cmocka_unit_test(a_lost_scanner_comes_back_and_the_batch_goes_on),
    cmocka_unit_test(whatever_was_told_is_there_after_a_crash),
    cmocka_unit_test(a_whole_orphan_is_adopted_into_the_tray),
    cmocka_unit_test(an_orphan_keeps_the_number_of_its_sheet),
    cmocka_unit_test(what_was_half_written_is_removed),
    cmocka_unit_test(an_orphan_that_cannot_be_read_is_adopted_unread),
};
TEST_MAIN(tests)
