/* SPDX-License-Identifier: Apache-2.0
 *
 * A damaged store put right from a backup: what the backup knows comes back, what is newer stays.
 */
#include "tests/storage/backed_hall.h"
#include "tests/storage/tree.h"

#include "storage/catalog_query.h"
#include "storage/ocfl.h"
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

typedef void (*Damage)(const Fixture *f);

/* Close the hall, `damage` its folder. */
static void damaged(Fixture *f, Damage damage)
{
    char *folder = g_strdup(f->hall.folder);

    hall_close(&f->hall);
    f->hall = (Hall){.folder = folder};
    damage(f);
}

static RepairDone repair(const Fixture *f, gboolean *ok, GError **error)
{
    const char *paths[] = {f->path, NULL};
    RestoreRequest from = {
        .paths = paths, .keys = &sealed_key, .clock = clock_manual(&hall_now_us)};
    FsckOptions options = {0};
    RepairDone done;

    *ok = repair_folder(f->hall.folder, &from, &options, &done, error);
    return done;
}

static RepairDone repaired(Fixture *f, Damage damage, gboolean *ok, GError **error)
{
    damaged(f, damage);
    return repair(f, ok, error);
}

static void damage_catalogue(const Fixture *f)
{
    tree_put(f->hall.folder, "catalogue.db",
             "not a database, but long enough to be taken for one: "
             "SQLite looks at the first hundred bytes of a file.");
}

/* A row; a file that no record names is none. */
static void damage_row(const Fixture *f)
{
    g_autofree char *path = tree_path(f->hall.folder, "catalogue.db");
    GError *error = NULL;
    g_autoptr(Db) db = db_open(path, DB_READ_WRITE, &error);

    assert_true(db_script(db, "UPDATE cases SET window = '999'", &error));
    tree_put(f->hall.folder, "spool/261120/999/0001-a.tif", "x");
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
    static const Damage damages[] = {damage_catalogue, damage_row, damage_journal, damage_secrets};

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

static void assert_not_repaired(Damage damage, ErrorCode code)
{
    Fixture f = closed_after_backup();
    GError *error = NULL;
    gboolean ok;

    repaired(&f, damage, &ok, &error);
    assert_false(ok);
    assert_error_code(error, code);
    g_clear_error(&error);
    fixture_clear(&f);
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
        Damage damage;
        ErrorCode code;
    } cases[] = {{damage_place, ERROR_IO}, {damage_lock, ERROR_NO_DATA_FOLDER}};

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_not_repaired(cases[i].damage, cases[i].code);
}

/* A folder where the file of the case's secrets was. */
static void damage_into_folder(const Fixture *f)
{
    g_autofree char *path = secrets_case_path(f->filed), *child = g_strconcat(path, "/x", NULL);

    tree_remove(f->hall.folder, path);
    tree_put(f->hall.folder, child, "x");
}

static void damage_segment_into_folder(const Fixture *f)
{
    tree_remove(f->hall.folder, SEGMENT);
    tree_put(f->hall.folder, SEGMENT "/x", "x");
}

/* Behind the backup a record is damaged, and what would tell which one is gone. */
static void damage_leaves(const Fixture *f)
{
    g_autofree char *path = tree_path(f->hall.folder, "catalogue.db");
    g_autoptr(GBytes) journal = tree_get(f->hall.folder, SEGMENT);
    GError *error = NULL;
    g_autoptr(Db) db = db_open(path, DB_READ_WRITE, &error);

    tree_flip(f->hall.folder, SEGMENT, g_bytes_get_size(journal) - 40);
    assert_true(db_script(db, "ALTER TABLE leaf RENAME TO gone", &error));
}

static void what_cannot_be_read_is_not_overwritten(void **state G_GNUC_UNUSED)
{
    static const struct {
        Damage damage;
        ErrorCode code;
    } cases[] = {{damage_into_folder, ERROR_NO_FILE},
                 {damage_segment_into_folder, ERROR_NO_FILE},
                 {damage_leaves, ERROR_CATALOGUE}};

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_not_repaired(cases[i].damage, cases[i].code);
}

/* Below the data folder nothing of that name can be changed. */
static int refuse(FileOp op G_GNUC_UNUSED, const char *path, void *name)
{
    return strstr(path, name) != NULL && strstr(path, "/repair/") == NULL ? EACCES : 0;
}

static void damage_object(const Fixture *f)
{
    g_autofree char *id = g_strdup_printf("urn:anjuan:%s", f->filed);
    g_autofree char *place = ocfl_object_place(id);
    g_autofree char *path = g_build_filename("vault/root", place, "inventory.json", NULL);

    tree_flip(f->hall.folder, path, 100);
}

static void what_cannot_be_put_back_ends_the_repair(void **state G_GNUC_UNUSED)
{
    static const struct {
        Damage damage;
        const char *refused;
    } cases[] = {{damage_catalogue, "/catalogue.db"}, {damage_object, "/vault/root/"}};

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Fixture f = closed_after_backup();
        GError *error = NULL;
        gboolean ok;

        damaged(&f, cases[i].damage);
        file_fault_set(refuse, (void *)cases[i].refused);
        repair(&f, &ok, &error);
        file_fault_set(NULL, NULL);
        assert_false(ok);
        assert_error_code(error, ERROR_IO);
        g_clear_error(&error);
        assert_int_equal(repair(&f, &ok, &error).after.errors, 0);
        assert_true(ok);
        f.hall = hall_opened(f.hall.folder);
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
    NthFault nth = {.at = G_MAXUINT, .fault = EIO};
    guint n, step;

    assert_true(ok);
    damage_secrets(&f);
    file_fault_set(testing_fail_from, &nth);
    done = repair(&f, &ok, &error);
    assert_true(ok);
    n = nth.count;
    step = g_strcmp0(g_getenv("ANJUAN_LONG"), "1") == 0 ? 1 : 1 + n / 4;
    /* From the last one on: then it is only the scratch folder that stays. */
    for (guint at = n; at > step; at -= step) {
        damage_secrets(&f);
        nth = (NthFault){.at = at, .fault = EIO};
        file_fault_set(testing_fail_from, &nth);
        done = repair(&f, &ok, &error);
        file_fault_set(NULL, NULL);
        assert_int_equal(ok, error == NULL);
        g_clear_error(&error);
        done = repair(&f, &ok, &error);
        assert_true(ok);
        assert_int_equal(done.after.errors, 0);
    }
    f.hall = hall_opened(f.hall.folder);
    fixture_clear(&f);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_damaged_comes_back_and_what_is_newer_stays),
    cmocka_unit_test(what_is_no_damage_is_not_repaired),
    cmocka_unit_test(what_cannot_be_read_is_not_overwritten),
    cmocka_unit_test(what_cannot_be_put_back_ends_the_repair),
    cmocka_unit_test(an_interrupted_repair_is_begun_again),
};

TEST_MAIN(tests)
