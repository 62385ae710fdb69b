/* SPDX-License-Identifier: Apache-2.0
 *
 * A check that is stopped, one beside work, and sizes and checkpoints that do not fit (the damage
 * of single bits: appliance.counter.fsck).
 */
#include "tests/storage/backed_hall.h"
#include "tests/storage/tree.h"

#include "storage/catalog_query.h"
#include "storage/fsck.h"
#include "storage/ocfl.h"
#include "storage/signing.h"

/* Called between files: work goes on beside, once, or the check ends at the n-th call. */
typedef struct {
    Hall *hall; /* gets a page; NULL: none */
    guint calls, stop_at;
    GString *found;
} Pace;

static gboolean pace(gint64 bytes G_GNUC_UNUSED, void *data)
{
    Pace *self = data;

    if (self->hall != NULL && self->calls == 0)
        hall_page(self->hall, NULL, "beside");
    return ++self->calls != self->stop_at;
}

static void take(const FsckFinding *finding, void *data)
{
    g_string_append_printf(((Pace *)data)->found, "%s %s [%s]; ", finding->code, finding->path,
                           finding->detail);
}

static gboolean check(const Fixture *f, Pace *self, GError **error)
{
    FsckOptions options = {.read_data = TRUE, .report = take, .pace = pace, .data = self};
    FsckSummary summary;

    return fsck_store(f->hall.store, &options, &summary, error);
}

static void a_check_can_be_stopped_between_any_two_files(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_autoptr(GString) found = g_string_new(NULL);
    Pace all = {.found = found};
    GError *error = NULL;

    assert_true(check(&f, &all, &error));
    for (guint at = 1; at <= all.calls; at++) {
        Pace stopped = {.found = found, .stop_at = at};

        assert_false(check(&f, &stopped, &error));
        assert_error_code(error, ERROR_CANCELLED);
        g_clear_error(&error);
    }
    assert_string_equal(found->str, "");
    fixture_clear(&f);
}

static void what_is_written_beside_a_check_is_no_damage(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    Hall beside = hall_opened(g_strdup(f.hall.folder));
    g_autoptr(GString) found = g_string_new(NULL);
    Pace writes = {.found = found, .hall = &beside};
    GError *error = NULL;

    assert_true(check(&f, &writes, &error));
    assert_string_equal(found->str, "");
    hall_close(&beside);
    fixture_clear(&f);
}

static void a_page_of_another_size_and_a_checkpoint_of_more_are_named(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_autofree char *seed_path = store_path(f.hall.store, "keys/signing.seed");
    g_autoptr(GBytes) seed = file_read(seed_path, NOTE_SEED_BYTES, NULL);
    g_autoptr(NoteSigner) signer =
        note_signer_new("hall.example/anjuan", g_bytes_get_data(seed, NULL), NULL);
    MerkleTree tree = {.size = 100000};
    g_autofree char *note = checkpoint_sign(&tree, signer, NULL), *path = NULL;
    g_autoptr(GString) found = g_string_new(NULL);
    Pace all = {.found = found};
    SideName side = hall_page(&f.hall, NULL, "a page in the tray");
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(f.hall.store, &error);
    g_autoptr(json_t) row = catalog_side(reader, side.batch, 1, "a", &error);

    path = store_path(f.hall.store, json_text(row, "file"));
    assert_true(file_replace(path, 0600, "a page that has grown", 21, &error));
    tree_put(f.hall.folder, "journal/checkpoint", note);
    assert_true(check(&f, &all, &error));
    assert_non_null(strstr(found->str, "21 bytes, 18 were stored"));
    assert_non_null(strstr(found->str, "100000 records were signed"));
    fixture_clear(&f);
}

static void what_is_only_doubtful_in_the_vault_is_no_damage(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_autofree char *id = g_strdup_printf("urn:anjuan:%s", f.filed);
    g_autofree char *place = ocfl_object_place(id);
    g_autofree char *path = g_build_filename("vault/root", place, "extensions/of-our-own/x", NULL);
    g_autoptr(GString) found = g_string_new(NULL);
    Pace all = {.found = found};
    GError *error = NULL;

    tree_put(f.hall.folder, path, "an extension that is not registered (W013)");
    assert_true(check(&f, &all, &error));
    assert_string_equal(found->str, "");
    fixture_clear(&f);
}

/* A journal that is damaged, and nothing left to tell in which record. */
static void a_check_without_leaves_is_none(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_autofree char *path = tree_path(f.hall.folder, "catalogue.db");
    g_autoptr(GString) found = g_string_new(NULL);
    Pace all = {.found = found};
    GError *error = NULL;
    g_autoptr(Db) db = db_open(path, DB_READ_WRITE, &error);

    tree_flip(f.hall.folder, "journal/0000000000000000.log", 40);
    assert_true(db_script(db, "ALTER TABLE leaf RENAME TO gone", &error));
    assert_false(check(&f, &all, &error));
    assert_error_code(error, ERROR_CATALOGUE);
    g_clear_error(&error);
    fixture_clear(&f);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_check_can_be_stopped_between_any_two_files),
    cmocka_unit_test(what_is_written_beside_a_check_is_no_damage),
    cmocka_unit_test(a_page_of_another_size_and_a_checkpoint_of_more_are_named),
    cmocka_unit_test(what_is_only_doubtful_in_the_vault_is_no_damage),
    cmocka_unit_test(a_check_without_leaves_is_none),
};

TEST_MAIN(tests)
