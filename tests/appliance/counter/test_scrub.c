/* SPDX-License-Identifier: Apache-2.0
 *
 * The rolling scrub: in 28 days everything is read once, what is found stays known until it reads
 * well again, and a reading that was ended goes on where it was.
 */
#include "tests/appliance/counter/hall.h"

#include "storage/scrub.h"

#include <string.h>

/* A filed case, an open one, pages in the tray; and what the scrub said of it. */
typedef struct {
    Hall hall;
    Local *local;
    GHashTable *read; /* ids read, with how often */
    GString *found;
    gint64 asked, patience; /* how often `pace` was asked, and may be */
} Patrol;

static Patrol *patrol_new(void)
{
    Patrol *patrol = g_new0(Patrol, 1);
    g_autofree char *number = NULL, *open = NULL, *path = NULL;
    GError *error = NULL;

    patrol->hall = hall_made("procedure");
    patrol->found = g_string_new(NULL);
    patrol->read = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    patrol->patience = G_MAXINT64;
    number = hall_filed(&patrol->hall);
    open = hall_case(&patrol->hall, HALL_ITEM);
    hall_fill(&patrol->hall, open, "A03");
    hall_page(&patrol->hall, NULL, "a page in the tray");
    path = store_path(patrol->hall.store, "local.db");
    patrol->local = local_open(path, &error);
    assert_no_error(error);
    return patrol;
}

static void patrol_free(Patrol *patrol)
{
    local_close(patrol->local);
    hall_close(&patrol->hall);
    g_hash_table_unref(patrol->read);
    g_string_free(patrol->found, TRUE);
    g_free(patrol);
}

static void take(const FsckFinding *finding, void *data)
{
    g_string_append_printf(((Patrol *)data)->found, "%s %s\n", finding->code, finding->path);
}

static void note_read(const char *id, void *data)
{
    GHashTable *read = ((Patrol *)data)->read;

    g_hash_table_insert(read, g_strdup(id),
                        GINT_TO_POINTER(GPOINTER_TO_INT(g_hash_table_lookup(read, id)) + 1));
}

static gboolean go_on(gint64 bytes G_GNUC_UNUSED, void *data)
{
    Patrol *patrol = data;

    return ++patrol->asked <= patrol->patience;
}

static gboolean run(Patrol *patrol, FsckSummary *summary, GError **error)
{
    FsckOptions watch = {.report = take, .read = note_read, .pace = go_on, .data = patrol};

    return scrub_run(patrol->hall.store, patrol->local, &watch, summary, error);
}

static ScrubState state_of(Patrol *patrol)
{
    ScrubState state;
    GError *error = NULL;

    assert_true(scrub_state(patrol->local, &state, &error));
    return state;
}

/* A day and its reading. */
static void pass_a_day(Patrol *patrol)
{
    FsckSummary summary;
    ScrubState state;
    GError *error = NULL;

    hall_now_us += DAY_US;
    state = state_of(patrol);
    assert_true(scrub_is_due(&state, hall_now_us));
    assert_true(run(patrol, &summary, &error));
    assert_no_error(error);
    state = state_of(patrol);
    assert_false(scrub_is_due(&state, hall_now_us));
}

/* The first page of the spool that is no hard link of the vault's. */
static char *a_page(const Patrol *patrol)
{
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(patrol->hall.store, &error);
    g_autoptr(json_t) row = db_row(catalog_db(reader), &error,
                                   "SELECT file FROM side WHERE \"case\" IS NULL LIMIT 1", "");

    assert_non_null(row);
    return g_strdup(json_text(row, "file"));
}

static void flip(const Patrol *patrol, const char *page)
{
    g_autofree char *path = store_path(patrol->hall.store, page), *bytes = NULL;
    gsize size;

    assert_true(g_file_get_contents(path, &bytes, &size, NULL));
    bytes[size / 2] ^= 4;
    assert_true(
        g_file_set_contents_full(path, bytes, (gssize)size, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

static void in_four_weeks_everything_is_read_once(void **state G_GNUC_UNUSED)
{
    Patrol *patrol = patrol_new();
    FsckOptions all = {.read_data = TRUE, .read = note_read};
    g_autoptr(GHashTable) whole = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Patrol other = {.read = whole};
    GHashTableIter iter;
    FsckSummary summary = {0};
    void *id, *times;
    GError *error = NULL;

    for (guint day = 0; day < SCRUB_PARTS; day++)
        pass_a_day(patrol);
    all.data = &other;
    assert_true(fsck_files(patrol->hall.store, &all, &summary, &error));
    assert_int_equal(summary.errors, 0);
    assert_in_range(g_hash_table_size(whole), 5, 1000);
    assert_int_equal(g_hash_table_size(patrol->read), g_hash_table_size(whole));
    g_hash_table_iter_init(&iter, patrol->read);
    while (g_hash_table_iter_next(&iter, &id, &times)) {
        assert_true(g_hash_table_contains(whole, id));
        assert_int_equal(GPOINTER_TO_INT(times), 1);
    }
    assert_string_equal(patrol->found->str, "");
    assert_int_equal(state_of(patrol).next, 1);
    patrol_free(patrol);
}

static void what_is_found_is_known_until_it_reads_well_again(void **state G_GNUC_UNUSED)
{
    Patrol *patrol = patrol_new();
    g_autofree char *page = a_page(patrol);
    guint day = 0;

    flip(patrol, page);
    while (state_of(patrol).errors == 0 && day++ < SCRUB_PARTS)
        pass_a_day(patrol);
    assert_int_equal(state_of(patrol).errors, 1);
    assert_non_null(strstr(patrol->found->str, page));
    pass_a_day(patrol);
    assert_int_equal(state_of(patrol).errors, 1);
    flip(patrol, page); /* back */
    pass_a_day(patrol);
    assert_int_equal(state_of(patrol).errors, 0);
    patrol_free(patrol);
}

static void a_reading_that_was_ended_begins_again_with_its_part(void **state G_GNUC_UNUSED)
{
    Patrol *patrol = patrol_new();
    FsckSummary summary;
    ScrubState before;
    guint ended = 0;
    GError *error = NULL;

    patrol->patience = 0;
    for (guint day = 0; day < SCRUB_PARTS; day++) {
        before = state_of(patrol);
        patrol->asked = 0;
        if (!run(patrol, &summary, &error)) {
            assert_error_code(error, ERROR_CANCELLED);
            g_clear_error(&error);
            assert_int_equal(state_of(patrol).next, before.next);
            ended++;
            patrol->patience = G_MAXINT64;
            assert_true(run(patrol, &summary, &error));
            patrol->patience = 0;
        }
        assert_int_equal(state_of(patrol).next, before.next % SCRUB_PARTS + 1);
    }
    assert_true(ended > 0);
    patrol_free(patrol);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(in_four_weeks_everything_is_read_once),
    cmocka_unit_test(what_is_found_is_known_until_it_reads_well_again),
    cmocka_unit_test(a_reading_that_was_ended_begins_again_with_its_part),
};

TEST_MAIN(tests)
