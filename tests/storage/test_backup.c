/* SPDX-License-Identifier: Apache-2.0
 *
 * What a backup holds, entry by entry: what is new since the last one, what is lost, and a backup
 * whose entries were exchanged behind our back with the right key.
 */
#include "tests/storage/backed_hall.h"
#include "tests/storage/made_store.h"
#include "tests/storage/tree.h"

#include "storage/catalog_query.h"
#include "storage/drill.h"
#include "storage/ocfl.h"
#include "storage/restore.h"
#include "storage/secrets.h"
#include "storage/signing.h"

#include <errno.h>
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

/* ── two segments ────────────────────────────────────────────────────────────────────────── */

#define FIRST  "journal/0000000000000000.log"
#define SECOND "journal/0000000000065536.log"

/* The last record of a full segment and two of the next; of those before, the leaves alone. */
static void make_long(const char *folder)
{
    static const char second[] =
        "{\"v\":1,\"seq\":65536,\"act\":\"x\",\"case\":\"N\",\"secret\":\"0000000000\"}\n"
        "{\"v\":1,\"seq\":65537,\"act\":\"x\",\"case\":\"N\",\"secret\":\"0000000000\"}\n";
    static const char sql[] =
        "BEGIN; DELETE FROM leaf;"
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 65537)"
        " INSERT INTO leaf SELECT i, CAST(printf('%032d', i) AS BLOB), 0 FROM n;"
        "INSERT INTO node SELECT 8, seq, hash FROM leaf WHERE seq < 256;"
        "INSERT INTO node SELECT 16, 0, hash FROM leaf WHERE seq = 0;"
        "UPDATE meta SET value = 65538 WHERE key = 'applied'; COMMIT";
    g_autofree char *path = tree_path(folder, "catalogue.db");
    GError *error = NULL;
    g_autoptr(Db) db = db_open(path, DB_READ_WRITE, &error);

    assert_true(db_script(db, sql, &error));
    tree_put(folder, FIRST, "{\"v\":1,\"seq\":65535,\"act\":\"x\"}\n");
    tree_put(folder, SECOND, second);
    assert_true(db_run(db, &error, "UPDATE meta SET value = ? WHERE key = 'offset'", "i",
                       (gint64)strlen(second)));
}

static void a_backup_goes_on_in_the_next_segment(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = made_folder(), *path = g_strconcat(folder, ".bak", NULL);
    g_autoptr(Store) store = opened(folder);
    BackupRequest request = {.path = path, .key = sealed_key, .since = 65534};
    g_auto(BackupDone) done = {0}, none = {0};
    g_autoptr(GString) text = NULL;
    GError *error = NULL;

    make_long(folder);
    (void)!backup_write(store, &request, &done, &error);
    assert_no_error(error);
    assert_int_equal(done.seq, 65537);
    /* One file of secrets that is gone, named once by two records. */
    assert_int_equal(done.lost->len, 1);
    text = sealed_get(path);
    assert_non_null(strstr(text->str, FIRST));
    assert_non_null(strstr(text->str, SECOND));
    assert_non_null(strstr(text->str, "\"seq\":65537,\"act\""));
    tree_remove(folder, FIRST);
    assert_int_equal(unlink(path), 0);
    assert_false(backup_write(store, &request, &none, &error));
    assert_error_code(error, ERROR_JOURNAL_DAMAGED);
    g_clear_error(&error);
}

/* ── what cannot be written or compared ──────────────────────────────────────────────────── */

static gboolean append_looks(StoreTxn *txn, void *data G_GNUC_UNUSED, GError **error)
{
    for (guint i = 0; i < 500; i++)
        if (!txn_append(txn, "look", NULL, json_pack("{s:s}", "reason", "verify"), error))
            return FALSE;
    return TRUE;
}

/* A store whose journal is longer than a block of a backup. */
static Store *looked_into(char **folder, char **path)
{
    GError *error = NULL;
    Store *store;

    *folder = made_folder();
    *path = g_strconcat(*folder, ".bak", NULL);
    store = opened(*folder);
    assert_true(store_write(store, &hall_clerk, append_looks, NULL, &error));
    return store;
}

static gboolean write_backup(Store *store, const char *path, GError **error)
{
    BackupRequest request = {.path = path, .key = sealed_key, .since = BACKUP_FULL};
    g_auto(BackupDone) done = {0};

    return backup_write(store, &request, &done, error);
}

/* Every kind of entry has a block that is written before its end: the journal, the checkpoint of
 * an earlier epoch, a text of the vault. */
static void a_backup_tells_at_any_operation_that_it_failed(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = NULL, *path = NULL, *vkey = NULL;
    g_autofree char *text = g_strnfill(3 * (gsize)CIPHER_BLOCK_BYTES, 'x');
    g_autoptr(Store) store = looked_into(&folder, &path);
    SigningEpoch epoch = {"000002", "磁盘更换"};
    GError *error = NULL;
    guint at = 0;

    vkey = signing_new_epoch(store, &hall_clerk, &epoch, &error);
    assert_no_error(error);
    tree_put(folder, "journal/checkpoint.1", text);
    tree_put(folder, "vault/root/ocfl_1.1.txt", text);
    for (gboolean ok = FALSE; !ok;) {
        NthFault nth = {.at = ++at, .fault = ENOSPC};

        file_fault_set(testing_fail_nth, &nth);
        ok = write_backup(store, path, &error);
        file_fault_set(NULL, NULL);
        assert_int_equal(ok, error == NULL);
        g_clear_error(&error);
        /* Whole but for the sync of its folder. */
        (void)!file_remove_tree(path, NULL);
    }
    assert_true(at > 12);
}

static void what_stands_in_the_way_of_a_backup_stays(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = NULL, *path = NULL;
    g_autoptr(Store) store = looked_into(&folder, &path);
    g_autofree char *parent = g_path_get_dirname(path), *name = g_path_get_basename(path);
    g_autofree char *left = g_strconcat(FILE_TEMPORARY_PREFIX, name, NULL);
    g_autofree char *below = g_strconcat(left, "/x", NULL);
    GError *error = NULL;

    tree_put(parent, below, "in a folder of that name");
    assert_false(write_backup(store, path, &error));
    assert_error_code(error, ERROR_IO);
    g_clear_error(&error);
    tree_remove(parent, left);
    assert_true(write_backup(store, path, &error));
}

static void a_drill_needs_the_tree_of_the_store(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = NULL, *path = NULL, *catalogue = NULL;
    g_autoptr(Store) store = looked_into(&folder, &path);
    const char *paths[] = {path, NULL};
    RestoreRequest from = {.paths = paths, .keys = &sealed_key};
    GError *error = NULL;
    g_autoptr(Db) db = NULL;
    FsckOptions options = {0};
    g_auto(DrillDone) done = {0};

    catalogue = tree_path(folder, "catalogue.db");
    db = db_open(catalogue, DB_READ_WRITE, &error);
    assert_true(write_backup(store, path, &error));
    assert_true(db_script(db,
                          "PRAGMA ignore_check_constraints = ON;"
                          " UPDATE leaf SET hash = x'00' WHERE seq = 400",
                          &error));
    assert_false(drill_run(store, &from, &options, &done, &error));
    assert_error_code(error, ERROR_CATALOGUE);
    g_clear_error(&error);
}

/* Lets a backup go on until so much of it is done. */
static gboolean until(guint done, void *data)
{
    return done < *(guint *)data;
}

static void a_backup_can_be_stopped_at_any_point(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();

    for (guint stop = 0; stop <= 110; stop += 25) {
        BackupRequest request = {.path = f.path,
                                 .key = sealed_key,
                                 .since = BACKUP_FULL,
                                 .progress = until,
                                 .progress_data = &stop};
        g_auto(BackupDone) done = {0};
        GError *error = NULL;

        (void)!file_remove_tree(f.path, NULL);
        if (backup_write(f.hall.store, &request, &done, &error))
            assert_true(stop > 90);
        else
            assert_error_code(error, ERROR_CANCELLED);
        assert_int_equal(g_file_test(f.path, G_FILE_TEST_EXISTS), error == NULL);
        g_clear_error(&error);
    }
    fixture_clear(&f);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_head_that_tells_of_another_store_is_refused),
    cmocka_unit_test(another_name_of_what_is_not_there_is_lost_by_name),
    cmocka_unit_test(a_backup_of_nothing_new_holds_no_record),
    cmocka_unit_test(what_is_gone_from_the_store_is_lost_by_name),
    cmocka_unit_test(a_backup_goes_on_in_the_next_segment),
    cmocka_unit_test(a_backup_tells_at_any_operation_that_it_failed),
    cmocka_unit_test(what_stands_in_the_way_of_a_backup_stays),
    cmocka_unit_test(a_drill_needs_the_tree_of_the_store),
    cmocka_unit_test(a_backup_can_be_stopped_at_any_point),
};

TEST_MAIN(tests)
