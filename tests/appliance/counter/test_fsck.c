/* SPDX-License-Identifier: Apache-2.0
 *
 * Damage of a store, found and named: bits are flipped in every file of a data folder.
 */
#include "tests/appliance/counter/hall.h"

#include "storage/fsck.h"
#include "storage/signing.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A store at rest (closed): a filed case, an open one, a page in the tray, a checkpoint. */
typedef struct {
    char *folder;
    char *dump; /* every row */
} Fixture;

static Fixture fixture_made(void)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_filed(&hall), *open = hall_case(&hall, HALL_ITEM);
    g_autofree char *note = NULL;
    GError *error = NULL;
    Fixture f;

    hall_fill(&hall, open, "A03");
    hall_page(&hall, NULL, "a page in the tray");
    note = signing_checkpoint(hall.store, &error);
    assert_no_error(error);
    hall_page(&hall, NULL, "a page behind the checkpoint");
    f = (Fixture){g_strdup(hall.folder), hall_dump(&hall)};
    hall_close(&hall);
    return f;
}

static void fixture_clear(Fixture *f)
{
    g_free(f->folder);
    g_free(f->dump);
}

/* ── findings ────────────────────────────────────────────────────────────────────────────── */

typedef struct {
    GString *text;    /* a line a finding */
    GHashTable *read; /* ids that were read well */
} Found;

static void take(const FsckFinding *finding, void *data)
{
    Found *found = data;

    g_string_append_printf(found->text, "%s %s %s %s\n", finding->is_error ? "error" : "warning",
                           finding->code, finding->path, finding->detail);
}

static void note_read(const char *id, void *data)
{
    Found *found = data;

    if (found->read != NULL)
        assert_true(g_hash_table_add(found->read, g_strdup(id)));
}

/* Check the folder; a store that does not open counts as one finding with the error's words. */
static FsckSummary checked(const char *folder, FsckOptions options, Found *found)
{
    StoreOptions opening = {.folder = folder, .clock = clock_manual(&hall_now_us)};
    g_autoptr(GError) error = NULL;
    g_autoptr(Store) store = store_open(&opening, &error);
    FsckSummary summary = {0};

    options.report = take;
    options.read = note_read;
    options.data = found;
    if (store == NULL || !fsck_store(store, &options, &summary, &error)) {
        g_string_append_printf(found->text, "error open %s\n", error->message);
        summary.errors++;
    }
    return summary;
}

/* ── files ───────────────────────────────────────────────────────────────────────────────── */

/* Every file below `folder`/`relative` with at least one byte, relative to the folder. */
static void list_files(const char *folder, const char *relative, GPtrArray *files)
{
    g_autofree char *full = g_build_filename(folder, relative, NULL);
    g_autoptr(GDir) dir = g_dir_open(full, 0, NULL);
    const char *name;
    struct stat info;

    if (dir == NULL) {
        assert_int_equal(stat(full, &info), 0);
        if (info.st_size > 0)
            g_ptr_array_add(files, g_strdup(relative));
        return;
    }
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *child =
            *relative != '\0' ? g_build_filename(relative, name, NULL) : g_strdup(name);

        list_files(folder, child, files);
    }
}

static gint64 size_of(const char *path)
{
    struct stat info;

    assert_int_equal(stat(path, &info), 0);
    return info.st_size;
}

/* A copy that may be damaged and opened without the damage staying. */
static char *copy_of(const Fixture *f)
{
    g_autofree char *parent = testing_folder();
    char *folder = g_build_filename(parent, "data", NULL);
    const char *argv[] = {"cp", "-a", f->folder, folder, NULL};
    int status = -1;

    assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
                             &status, NULL));
    assert_int_equal(status, 0);
    return folder;
}

static gboolean is_long(void)
{
    return g_strcmp0(g_getenv("ANJUAN_LONG"), "1") == 0;
}

/* ── cases ───────────────────────────────────────────────────────────────────────────────── */

static void a_sound_store_has_no_finding(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_autoptr(GString) text = g_string_new(NULL);
    Found found = {text, NULL};
    FsckSummary quick = checked(f.folder, (FsckOptions){0}, &found);
    FsckSummary full = checked(f.folder, (FsckOptions){.read_data = TRUE}, &found);

    assert_string_equal(text->str, "");
    assert_int_equal(quick.files_read, 0);
    assert_true(quick.is_truth_whole && quick.is_catalogue_same);
    assert_true(quick.records > 50 && quick.secrets >= 2 && quick.definitions > 3);
    assert_int_equal(quick.objects, 1);
    assert_true(full.files_read > 2 * HALL_SLOTS);
    fixture_clear(&f);
}

/* Files whose every bit is vouched for. The path of the finding is the file's own, or that of the
 * object or the other name it has there. */
static gboolean is_named(const Found *found, const char *file)
{
    if (strstr(found->text->str, file) != NULL)
        return TRUE;
    /* A sealed page is one file with two names. */
    return (g_str_has_prefix(file, "spool/") || g_str_has_prefix(file, "vault/")) &&
           (strstr(found->text->str, "vault/") != NULL || strstr(found->text->str, "spool/"));
}

static void flip_and_look(const Fixture *f, const char *file, GRand *rand, guint times, guint *ran)
{
    g_autofree char *path = g_build_filename(f->folder, file, NULL);
    gint64 size = size_of(path);

    for (guint i = 0; i < times; i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        Found found = {text, NULL};
        gint64 at = g_rand_int_range(rand, 0, (gint32)size);
        guint8 mask = (guint8)(1 << g_rand_int_range(rand, 0, 8));
        FsckSummary summary;

        testing_flip(path, at, mask);
        summary = checked(f->folder, (FsckOptions){.read_data = TRUE}, &found);
        testing_flip(path, at, mask);
        ++*ran;
        if (summary.errors == 0)
            fail_msg("%s: bit %02x at %" G_GINT64_FORMAT " was not found", file, mask, at);
        if (!is_named(&found, file))
            fail_msg("%s: bit %02x at %" G_GINT64_FORMAT " is not named:\n%s", file, mask, at,
                     text->str);
    }
}

static void a_flipped_bit_in_any_file_is_found_and_named(void **state G_GNUC_UNUSED)
{
    static const char *const folders[] = {"journal", "secrets", "defs", "spool", "vault"};
    Fixture f = fixture_made();
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);
    guint ran = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
        guint times;

        list_files(f.folder, folders[i], files);
        assert_true(files->len > 0);
        times = is_long() ? 20 : 1 + 12 / files->len;
        for (guint k = 0; k < files->len; k++)
            flip_and_look(&f, g_ptr_array_index(files, k), rand, times, &ran);
    }
    print_message("%u flipped bits, 0 not found\n", ran);
    fixture_clear(&f);
}

/* A bit in the unused part of a database page says nothing; every other one is found. Whatever is
 * not found must have changed no row. */
static void a_flipped_bit_in_the_catalogue_is_found_or_changes_nothing(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_autoptr(GRand) rand = g_rand_new_with_seed(11);
    guint ran = 0, without_effect = 0, times = is_long() ? 3000 : 60;

    for (guint i = 0; i < times; i++) {
        g_autofree char *folder = copy_of(&f), *path = NULL, *dump = NULL;
        g_autoptr(GString) text = g_string_new(NULL);
        Found found = {text, NULL};
        gint64 at;
        GError *error = NULL;

        path = g_build_filename(folder, "catalogue.db", NULL);
        at = g_rand_int_range(rand, 0, (gint32)size_of(path));
        testing_flip(path, at, (guint8)(1 << g_rand_int_range(rand, 0, 8)));
        ran++;
        if (checked(folder, (FsckOptions){0}, &found).errors > 0) {
            if (strstr(text->str, "catalogue") == NULL && strstr(text->str, "record") == NULL &&
                strstr(text->str, "journal") == NULL)
                fail_msg("at %" G_GINT64_FORMAT " is not named:\n%s", at, text->str);
        } else {
            Hall hall = hall_opened(g_strdup(folder));

            without_effect++;
            dump = hall_dump(&hall);
            hall_close(&hall);
            assert_string_equal(dump, f.dump);
        }
        assert_true(file_remove_tree(folder, &error));
    }
    print_message("%u flipped bits, %u in unused bytes, 0 not found\n", ran, without_effect);
    assert_true(without_effect < ran);
    fixture_clear(&f);
}

static void what_is_missing_is_named(void **state G_GNUC_UNUSED)
{
    static const char *const folders[] = {"secrets", "defs", "spool", "vault/root"};
    Fixture f = fixture_made();

    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);

        list_files(f.folder, folders[i], files);
        for (guint k = 0; k < files->len; k++) {
            const char *file = g_ptr_array_index(files, k);
            g_autofree char *path = g_build_filename(f.folder, file, NULL);
            g_autofree char *away = g_strconcat(path, ".away", NULL);
            g_autoptr(GString) text = g_string_new(NULL);
            Found found = {text, NULL};

            assert_int_equal(rename(path, away), 0);
            if (checked(f.folder, (FsckOptions){0}, &found).errors == 0 ||
                strstr(text->str, file) == NULL)
                fail_msg("%s is missing and not named:\n%s", file, text->str);
            assert_int_equal(rename(away, path), 0);
        }
    }
    fixture_clear(&f);
}

static void the_parts_read_everything_once(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GHashTable) all = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) parts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Found found = {text, all};

    checked(f.folder, (FsckOptions){.read_data = TRUE}, &found);
    found.read = parts;
    for (guint part = 1; part <= 5; part++)
        checked(f.folder, (FsckOptions){.read_data = TRUE, .part = part, .parts = 5}, &found);
    assert_int_equal(g_hash_table_size(all), g_hash_table_size(parts));
    assert_true(g_hash_table_size(all) > HALL_SLOTS);
    fixture_clear(&f);
}

static void what_nobody_put_into_the_vault_is_named(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_autoptr(GString) text = g_string_new(NULL);
    Found found = {text, NULL};
    g_autofree char *object = g_build_filename(f.folder, "vault/root/ab/cd/stranger", NULL);

    assert_int_equal(g_mkdir_with_parents(object, 0700), 0);
    assert_int_equal(checked(f.folder, (FsckOptions){0}, &found).errors, 1);
    assert_non_null(strstr(text->str, "vault/root/ab/cd/stranger"));
    fixture_clear(&f);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_sound_store_has_no_finding),
    cmocka_unit_test(a_flipped_bit_in_any_file_is_found_and_named),
    cmocka_unit_test(a_flipped_bit_in_the_catalogue_is_found_or_changes_nothing),
    cmocka_unit_test(what_is_missing_is_named),
    cmocka_unit_test(the_parts_read_everything_once),
    cmocka_unit_test(what_nobody_put_into_the_vault_is_named),
};
TEST_MAIN(tests)
