/* SPDX-License-Identifier: Apache-2.0
 *
 * A damaged store put right from a backup: what the backup knows comes back, what is newer stays.
 */
#include "tests/storage/backed_hall.h"
#include "tests/storage/tree.h"

#include "storage/catalog_query.h"
#include "storage/repair.h"
#include "storage/secrets.h"

#define SEGMENT "journal/0000000000000000.log"

/* A hall that was backed up, went on and was closed. */
static Fixture closed_after_backup(void)
{
    Fixture f = fixture_made();
    g_auto(BackupDone) done = {0};

    back_up(&f, BACKUP_FULL, &done);
    hall_page(&f.hall, NULL, "a page behind the backup");
    return f;
}

/* Close the hall, `damage` its folder, put it right, open it again. */
static RepairDone repaired(Fixture *f, void (*damage)(const Fixture *f), gboolean *ok,
                           GError **error)
{
    char *folder = g_strdup(f->hall.folder);
    const char *paths[] = {f->path, NULL};
    RestoreRequest from = {
        .paths = paths, .keys = &sealed_key, .clock = clock_manual(&hall_now_us)};
    FsckOptions options = {0};
    RepairDone done;

    hall_close(&f->hall);
    f->hall = (Hall){.folder = folder};
    damage(f);
    *ok = repair_folder(folder, &from, &options, &done, error);
    return done;
}

static void damage_catalogue(const Fixture *f)
{
    tree_put(f->hall.folder, "catalogue.db",
             "not a database, but long enough to be taken for one: "
             "SQLite looks at the first hundred bytes of a file.");
}

static void damage_row(const Fixture *f)
{
    g_autofree char *path = tree_path(f->hall.folder, "catalogue.db");
    GError *error = NULL;
    g_autoptr(Db) db = db_open(path, DB_READ_WRITE, &error);

    assert_true(db_script(db, "UPDATE cases SET window = '999'", &error));
}

/* Behind the first lines: what follows them in the segment is longer than the backup's. */
static void damage_journal(const Fixture *f)
{
    tree_flip(f->hall.folder, SEGMENT, 40);
}

static void damage_secrets(const Fixture *f)
{
    g_autofree char *path = secrets_case_path(f->filed);
    g_autoptr(GBytes) bytes = tree_get(f->hall.folder, path);
    gsize size;
    const char *text = g_bytes_get_data(bytes, &size);
    g_autofree char *later = g_strconcat(strchr(text, '\n') + 1, "a later line\n", NULL);

    tree_put(f->hall.folder, path, later);
}

static void what_is_damaged_comes_back_and_what_is_newer_stays(void **state G_GNUC_UNUSED)
{
    static void (*const damages[])(const Fixture *f) = {damage_catalogue, damage_row,
                                                        damage_journal, damage_secrets};

    for (gsize i = 0; i < G_N_ELEMENTS(damages); i++) {
        Fixture f = closed_after_backup();
        gint64 records = hall_count(&f.hall, "SELECT count(*) FROM event");
        GError *error = NULL;
        gboolean ok;
        RepairDone done = repaired(&f, damages[i], &ok, &error);

        assert_no_error(error);
        assert_true(ok && done.mended > 0);
        assert_int_equal(done.after.errors, 0);
        f.hall = hall_opened(f.hall.folder);
        assert_int_equal(hall_count(&f.hall, "SELECT count(*) FROM event"), records);
        fixture_clear(&f);
    }
}

static void damage_place(const Fixture *f)
{
    tree_remove(f->hall.folder, "catalogue.db");
    tree_put(f->hall.folder, "catalogue.db/x", "a folder of that name");
}

static void damage_lock(const Fixture *f)
{
    tree_remove(f->hall.folder, "lock");
}

static void what_is_no_damage_is_not_repaired(void **state G_GNUC_UNUSED)
{
    static const struct {
        void (*damage)(const Fixture *f);
        ErrorCode code;
    } cases[] = {{damage_place, ERROR_IO}, {damage_lock, ERROR_NO_DATA_FOLDER}};

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Fixture f = closed_after_backup();
        GError *error = NULL;
        gboolean ok;

        repaired(&f, cases[i].damage, &ok, &error);
        assert_false(ok);
        assert_error_code(error, cases[i].code);
        g_clear_error(&error);
        g_free(f.hall.folder);
        f.hall = hall_made("procedure");
        fixture_clear(&f);
    }
}

/* The disk dies at an operation; the repair says so, and the next one goes through. */
static void an_interrupted_repair_is_begun_again(void **state G_GNUC_UNUSED)
{
    Fixture f = closed_after_backup();
    gboolean ok = FALSE;
    GError *error = NULL;
    RepairDone done = repaired(&f, damage_secrets, &ok, &error);
    const char *paths[] = {f.path, NULL};
    RestoreRequest from = {
        .paths = paths, .keys = &sealed_key, .clock = clock_manual(&hall_now_us)};
    FsckOptions options = {0};
    NthFault nth = {.at = G_MAXUINT, .fault = EIO};
    guint n, step;

    assert_true(ok);
    damage_secrets(&f);
    file_fault_set(testing_fail_from, &nth);
    assert_true(repair_folder(f.hall.folder, &from, &options, &done, &error));
    n = nth.count;
    step = g_strcmp0(g_getenv("ANJUAN_LONG"), "1") == 0 ? 1 : 1 + n / 4;
    /* From the last one on: then it is only the scratch folder that stays. */
    for (guint at = n; at > step; at -= step) {
        damage_secrets(&f);
        nth = (NthFault){.at = at, .fault = EIO};
        file_fault_set(testing_fail_from, &nth);
        ok = repair_folder(f.hall.folder, &from, &options, &done, &error);
        file_fault_set(NULL, NULL);
        assert_int_equal(ok, error == NULL);
        g_clear_error(&error);
        assert_true(repair_folder(f.hall.folder, &from, &options, &done, &error));
        assert_int_equal(done.after.errors, 0);
    }
    f.hall = hall_opened(f.hall.folder);
    fixture_clear(&f);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_damaged_comes_back_and_what_is_newer_stays),
    cmocka_unit_test(what_is_no_damage_is_not_repaired),
    cmocka_unit_test(an_interrupted_repair_is_begun_again),
};

TEST_MAIN(tests)
