/* SPDX-License-Identifier: Apache-2.0
 *
 * What a backup holds, entry by entry: what is new since the last one, what is lost, and a backup
 * whose entries were exchanged behind our back with the right key.
 */
#include "tests/storage/backed_hall.h"

#include "storage/catalog_query.h"
#include "storage/ocfl.h"
#include "storage/restore.h"
#include "storage/secrets.h"

#include <string.h>
#include <unistd.h>

static gboolean restore(const Fixture *f, RestoreDone *done, GError **error)
{
    const char *paths[] = {f->path, NULL};
    RestoreRequest request = {.paths = paths, .keys = &sealed_key, .folder = f->restored};

    return restore_folder(&request, done, error);
}

/* Exchanges the first `old` of the backup; both of one length where bytes are promised. */
static void exchange(const Fixture *f, const char *old, const char *new)
{
    g_autoptr(GString) text = sealed_get(f->path), other = g_string_new(NULL);
    const char *at = memmem(text->str, text->len, old, strlen(old));

    assert_non_null(at);
    g_string_append_len(other, text->str, at - text->str);
    g_string_append(other, new);
    g_string_append_len(other, at + strlen(old),
                        (gssize)text->len - (at - text->str) - (gssize)strlen(old));
    (void)!file_remove_tree(f->path, NULL);
    sealed_put(f->path, other->str, other->len);
}

/* ── what was exchanged ──────────────────────────────────────────────────────────────────── */

static void a_head_that_tells_of_another_store_is_refused(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *old, *new;
        ErrorCode code;
    } cases[] = {
        {"\"root\":\"", "\"root\":\"0", ERROR_DIGEST},
        {"\"base\":\"", "\"base\":\"0", ERROR_DIGEST},
        {"\"since\":-1", "\"since\":-9", ERROR_CATALOGUE},
        {"\"seq\":", "\"seq\":1", ERROR_DIGEST},
        {"\"cases\":", "\"cases\":1", ERROR_DIGEST},
    };
    Fixture f = fixture_made();

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(BackupDone) written = {0};
        g_auto(RestoreDone) done = {0};
        GError *error = NULL;

        back_up(&f, BACKUP_FULL, &written);
        exchange(&f, cases[i].old, cases[i].new);
        if (restore(&f, &done, &error) || !g_error_matches(error, ANJUAN_ERROR, (int)cases[i].code))
            fail_msg("%s: %s", cases[i].new, error != NULL ? error->message : "restored");
        g_clear_error(&error);
    }
    fixture_clear(&f);
}

static void another_name_of_what_is_not_there_is_lost_by_name(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_auto(BackupDone) written = {0};
    g_auto(RestoreDone) done = {0};
    GError *error = NULL;

    back_up(&f, BACKUP_FULL, &written);
    exchange(&f, "\"to\":\"spool/", "\"to\":\"spool/0");
    assert_true(restore(&f, &done, &error));
    assert_int_equal(done.lost->len, 1);
    assert_true(g_str_has_prefix(done.lost->pdata[0], "vault/root/"));
    fixture_clear(&f);
}

/* ── what is new, what is lost ───────────────────────────────────────────────────────────── */

static void a_backup_of_nothing_new_holds_no_record(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_auto(BackupDone) first = {0}, next = {0};
    g_autoptr(GString) text = NULL;

    back_up(&f, BACKUP_FULL, &first);
    back_up(&f, first.seq, &next);
    assert_int_equal(next.seq, first.seq);
    assert_string_equal(next.root, first.root);
    text = sealed_get(f.path);
    assert_null(memmem(text->str, text->len, "\"journal/0", 10));
    assert_null(memmem(text->str, text->len, "\"spool/", 7));
    fixture_clear(&f);
}

static char *paper_of(const Fixture *f)
{
    g_autoptr(json_t) documents = hall_documents(&f->hall, f->filed);
    const char *file = NULL;
    gsize i;
    json_t *row;

    json_array_foreach(documents, i, row) file =
        json_text(row, "file") ? json_text(row, "file") : file;
    assert_non_null(file);
    return g_strdup(file);
}

static char *object_of(const Fixture *f)
{
    g_autofree char *id = g_strdup_printf("urn:anjuan:%s", f->filed);
    g_autofree char *place = ocfl_object_place(id);

    return g_build_filename("vault/root", place, NULL);
}

static char *secrets_of(const Fixture *f)
{
    return secrets_case_path(f->filed);
}

static void what_is_gone_from_the_store_is_lost_by_name(void **state G_GNUC_UNUSED)
{
    static char *(*const places[])(const Fixture *f) = {paper_of, object_of, secrets_of};

    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        Fixture f = fixture_made();
        g_autofree char *relative = places[i](&f), *path = store_path(f.hall.store, relative);
        g_auto(BackupDone) done = {0};
        GError *error = NULL;

        assert_true(file_remove_tree(path, &error));
        back_up(&f, BACKUP_FULL, &done);
        assert_int_equal(done.lost->len, 1);
        assert_string_equal(done.lost->pdata[0], relative);
        fixture_clear(&f);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_head_that_tells_of_another_store_is_refused),
    cmocka_unit_test(another_name_of_what_is_not_there_is_lost_by_name),
    cmocka_unit_test(a_backup_of_nothing_new_holds_no_record),
    cmocka_unit_test(what_is_gone_from_the_store_is_lost_by_name),
};

TEST_MAIN(tests)
