/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/appliance/counter/hall.h"

#include "appliance/base/digest.h"
#include "storage/drill.h"
#include "storage/signing.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const CipherKey key = {.passphrase = "correct horse"};

/* A hall with a filed case, an open one and a page in the tray. */
typedef struct {
    Hall hall;
    char *out; /* folder for what is made */
    char *filed, *open;
} Fixture;

static Fixture fixture_made(void)
{
    Fixture f = {.hall = hall_made("procedure"), .out = testing_folder()};

    f.filed = hall_filed(&f.hall);
    f.open = hall_case(&f.hall, HALL_ITEM);
    hall_fill(&f.hall, f.open, "A03");
    hall_page(&f.hall, NULL, "a page in the tray");
    return f;
}

static void fixture_clear(Fixture *f)
{
    hall_close(&f->hall);
    g_free(f->out);
    g_free(f->filed);
    g_free(f->open);
}

static gboolean back_up(const Fixture *f, const char *path, gint64 since, BackupDone *done,
                        GError **error)
{
    BackupRequest request = {.path = path, .key = key, .since = since, .settle = archive_recover};

    return backup_write(f->hall.store, &request, done, error);
}

/* The path of a backup that must come about. */
static char *backed_up(const Fixture *f, const char *name, gint64 since, gint64 *seq)
{
    char *path = g_build_filename(f->out, name, NULL);
    g_auto(BackupDone) done = {0};
    GError *error = NULL;

    back_up(f, path, since, &done, &error);
    assert_no_error(error);
    assert_int_equal(done.lost->len, 0);
    if (seq != NULL)
        *seq = done.seq;
    return path;
}

static gboolean restore_to(const char *folder, const char *const *paths, RestoreDone *done,
                           GError **error)
{
    CipherKey keys[] = {key, key, key};
    RestoreRequest request = {.paths = paths, .keys = keys, .folder = folder};

    return restore_folder(&request, done, error);
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Which files a data folder holds, with their digests; the catalogue is compared by its rows. */
static void list_files(const char *folder, const char *relative, GString *list)
{
    static const char *const passed_over[] = {
        "catalogue.db", "catalogue.db-wal", "catalogue.db-shm", "lock", "signing.seed", "staging"};
    g_autofree char *full = g_build_filename(folder, relative, NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(full, 0, NULL);
    const char *name;

    if (dir == NULL) {
        g_autoptr(GBytes) bytes = file_read(full, G_MAXUINT32, NULL);
        g_autofree char *digest =
            sha256_hex(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));

        g_string_append_printf(list, "%s %s\n", relative, digest);
        return;
    }
    while ((name = g_dir_read_name(dir)) != NULL)
        g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *child = g_build_filename(relative, names->pdata[i], NULL);
        gboolean passed = FALSE;

        for (gsize k = 0; k < G_N_ELEMENTS(passed_over); k++)
            passed = passed || strcmp(names->pdata[i], passed_over[k]) == 0;
        if (!passed)
            list_files(folder, child, list);
    }
}

static void assert_same_store(const Fixture *f, const char *folder)
{
    g_autoptr(GString) mine = g_string_new(NULL), other = g_string_new(NULL);
    g_autofree char *rows = hall_dump(&f->hall), *restored_rows = NULL;
    Hall restored = hall_opened(g_strdup(folder));
    FsckOptions options = {.read_data = TRUE};
    FsckSummary summary;
    GError *error = NULL;

    list_files(f->hall.folder, "", mine);
    list_files(folder, "", other);
    assert_string_equal(mine->str, other->str);
    restored_rows = hall_dump(&restored);
    assert_string_equal(rows, restored_rows);
    assert_true(fsck_store(restored.store, &options, &summary, &error));
    assert_no_error(error);
    assert_int_equal(summary.errors, 0);
    assert_true(summary.files_read > HALL_SLOTS);
    hall_close(&restored);
}

static void what_is_restored_is_what_was_backed_up(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_autofree char *path = backed_up(&f, "full", BACKUP_FULL, NULL);
    g_autofree char *folder = g_build_filename(f.out, "restored", NULL);
    const char *paths[] = {path, NULL};
    g_auto(RestoreDone) done = {0};
    GError *error = NULL;

    assert_true(restore_to(folder, paths, &done, &error));
    assert_same_store(&f, folder);
    fixture_clear(&f);
}

static void a_difference_carries_the_rest_alone(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    gint64 seq, second;
    g_autofree char *full = backed_up(&f, "full", BACKUP_FULL, &seq), *rest = NULL, *again = NULL;
    g_autofree char *folder = g_build_filename(f.out, "restored", NULL);
    g_auto(RestoreDone) done = {0};
    ArchiveRequest request = {0};
    g_autofree char *archive_number = NULL, *number = NULL;
    struct stat full_info, rest_info;
    GError *error = NULL;

    number = hall_ended(&f.hall);
    hall_hand_in(&f.hall, f.open, "A03");
    rest = backed_up(&f, "rest", seq, &second);
    request.number = number;
    assert_true(archive_file(f.hall.house, &hall_clerk, &request, &archive_number, &error));
    again = backed_up(&f, "again", second, NULL);
    assert_int_equal(stat(full, &full_info), 0);
    assert_int_equal(stat(rest, &rest_info), 0);
    assert_true(rest_info.st_size < full_info.st_size);
    {
        const char *paths[] = {full, rest, again, NULL};

        assert_true(restore_to(folder, paths, &done, &error));
        assert_same_store(&f, folder);
    }
    fixture_clear(&f);
}

static void a_gap_between_backups_is_refused(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    gint64 seq, second;
    g_autofree char *full = backed_up(&f, "full", BACKUP_FULL, &seq), *rest = NULL, *again = NULL;
    g_autofree char *folder = g_build_filename(f.out, "restored", NULL);
    const char *paths[] = {full, NULL, NULL};
    g_auto(RestoreDone) done = {0};
    GError *error = NULL;

    hall_page(&f.hall, NULL, "one");
    rest = backed_up(&f, "rest", seq, &second);
    hall_page(&f.hall, NULL, "two");
    again = backed_up(&f, "again", second, NULL);
    paths[1] = again;
    assert_false(restore_to(folder, paths, &done, &error));
    assert_error_code(error, ERROR_BACKUP_CHAIN);
    g_clear_error(&error);
    /* and nothing of it stays in the way */
    restore_done_clear(&done);
    paths[1] = rest;
    assert_true(restore_to(folder, paths, &done, &error));
    assert_no_error(error);
    fixture_clear(&f);
}

static void a_backup_by_difference_alone_is_no_store(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_autofree char *rest = backed_up(&f, "rest", 3, NULL);
    g_autofree char *folder = g_build_filename(f.out, "restored", NULL);
    const char *paths[] = {rest, NULL};
    g_auto(RestoreDone) done = {0};
    GError *error = NULL;

    assert_false(restore_to(folder, paths, &done, &error));
    assert_error_code(error, ERROR_BACKUP_CHAIN);
    g_clear_error(&error);
    fixture_clear(&f);
}

static void another_key_opens_nothing(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_autofree char *path = backed_up(&f, "full", BACKUP_FULL, NULL);
    CipherKey wrong = {.passphrase = "incorrect horse"};
    g_autoptr(json_t) head = NULL;
    GError *error = NULL;

    head = restore_head(path, &key, &error);
    assert_no_error(error);
    assert_string_equal(json_text(head, "origin"), "hall.example/anjuan");
    assert_null(restore_head(path, &wrong, &error));
    assert_error_code(error, ERROR_WRONG_KEY);
    g_clear_error(&error);
    fixture_clear(&f);
}

static void nothing_personal_can_be_read_in_a_backup(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_autofree char *path = backed_up(&f, "full", BACKUP_FULL, NULL), *bytes = NULL;
    gsize size;

    assert_true(g_file_get_contents(path, &bytes, &size, NULL));
    assert_null(memmem(bytes, size, "张三", strlen("张三")));
    assert_null(memmem(bytes, size, "13800000000", 11));
    assert_null(memmem(bytes, size, "page of", 7));
    assert_null(memmem(bytes, size, f.open, strlen(f.open)));
    fixture_clear(&f);
}

static void a_flipped_bit_anywhere_in_a_backup_is_noticed(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_autofree char *path = NULL, *folder = g_build_filename(f.out, "restored", NULL);
    g_autofree char *key_file = g_build_filename(f.out, "key", NULL);
    guint8 bytes[CIPHER_KEY_BYTES];
    CipherKey file_key = {.key = bytes};
    BackupRequest request = {.since = BACKUP_FULL, .key = file_key};
    g_auto(BackupDone) written = {0};
    g_autoptr(GRand) rand = g_rand_new_with_seed(5);
    Random random = random_system();
    struct stat info;
    GError *error = NULL;

    path = g_build_filename(f.out, "full", NULL);
    request.path = path;
    assert_true(cipher_key_make(key_file, &random, bytes, &error));
    assert_true(backup_write(f.hall.store, &request, &written, &error));
    assert_int_equal(stat(path, &info), 0);
    for (int i = 0; i < 80; i++) {
        gint64 at = g_rand_int_range(rand, 0, (gint32)info.st_size);
        guint8 mask = (guint8)(1 << g_rand_int_range(rand, 0, 8));
        const char *paths[] = {path, NULL};
        RestoreRequest restoring = {.paths = paths, .keys = &file_key, .folder = folder};
        g_auto(RestoreDone) done = {0};

        testing_flip(path, at, mask);
        if (restore_folder(&restoring, &done, &error))
            fail_msg("a flipped bit at %" G_GINT64_FORMAT " was not noticed", at);
        g_clear_error(&error);
        testing_flip(path, at, mask);
    }
    for (gint64 size = info.st_size - 1; size > 0; size -= info.st_size / 20) {
        const char *paths[] = {path, NULL};
        RestoreRequest restoring = {.paths = paths, .keys = &file_key, .folder = folder};
        g_auto(RestoreDone) done = {0};

        assert_int_equal(truncate(path, size), 0);
        assert_false(restore_folder(&restoring, &done, &error));
        g_clear_error(&error);
    }
    fixture_clear(&f);
}

/* ── beside work ─────────────────────────────────────────────────────────────────────────── */

typedef struct {
    Fixture *f;
    gint end; /* atomic */
    guint pages;
} Worker;

static void *work_on(void *data)
{
    Worker *worker = data;
    Hall beside = hall_opened(g_strdup(worker->f->hall.folder));

    while (!g_atomic_int_get(&worker->end)) {
        g_autofree char *text = g_strdup_printf("page %u", worker->pages++);

        hall_page(&beside, NULL, text);
    }
    hall_close(&beside);
    return NULL;
}

static void a_backup_beside_work_is_one_state_of_the_store(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    Worker worker = {&f, 0, 0};
    pthread_t thread;
    GError *error = NULL;
    gint64 seq = BACKUP_FULL;
    char *paths[6] = {NULL};

    assert_int_equal(pthread_create(&thread, NULL, work_on, &worker), 0);
    for (int i = 0; i < 3; i++) {
        g_autofree char *name = g_strdup_printf("b%d", i);

        paths[i] = backed_up(&f, name, seq, &seq);
    }
    g_atomic_int_set(&worker.end, 1);
    pthread_join(thread, NULL);
    {
        g_autofree char *folder = g_build_filename(f.out, "restored", NULL);
        g_auto(RestoreDone) done = {0};
        g_auto(DrillDone) drilled = {0};
        CipherKey keys[] = {key, key, key};
        RestoreRequest request = {.paths = (const char *const *)paths, .keys = keys};
        FsckOptions options = {0};

        assert_true(restore_to(folder, (const char *const *)paths, &done, &error));
        assert_int_equal(done.seq, seq);
        assert_true(drill_run(f.hall.store, &request, &options, &drilled, &error));
        assert_int_equal(drilled.checked.errors, 0);
    }
    for (int i = 0; i < 3; i++)
        g_free(paths[i]);
    fixture_clear(&f);
}

/* ── damage, drill, keys ─────────────────────────────────────────────────────────────────── */

static void a_damaged_store_is_backed_up_and_says_what_is_lost(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_autofree char *path = g_build_filename(f.out, "full", NULL);
    g_autofree char *folder = g_build_filename(f.out, "restored", NULL), *file = NULL;
    g_autofree char *page = NULL;
    const char *paths[] = {path, NULL};
    g_auto(BackupDone) written = {0};
    g_auto(RestoreDone) done = {0};
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(f.hall.store, &error);
    g_autoptr(json_t) sides = catalog_sides(reader, f.open, &error);

    file = g_strdup(json_text(json_array_get(sides, 0), "file"));
    page = store_path(f.hall.store, file);
    assert_int_equal(unlink(page), 0);
    assert_true(back_up(&f, path, BACKUP_FULL, &written, &error));
    assert_int_equal(written.lost->len, 1);
    assert_string_equal(g_ptr_array_index(written.lost, 0), file);
    assert_true(restore_to(folder, paths, &done, &error));
    assert_int_equal(done.lost->len, 1);
    assert_string_equal(g_ptr_array_index(done.lost, 0), file);
    fixture_clear(&f);
}

static void a_checkpoint_that_cannot_be_read_is_lost_by_name(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_autofree char *checkpoint = g_build_filename(f.hall.folder, "journal/checkpoint", NULL);
    g_autofree char *path = g_build_filename(f.out, "full", NULL);
    g_auto(BackupDone) done = {0}, none = {0};
    GError *error = NULL;

    (void)!file_remove_tree(checkpoint, NULL);
    assert_int_equal(mkdir(checkpoint, 0700), 0);
    assert_true(back_up(&f, path, BACKUP_FULL, &done, &error));
    assert_no_error(error);
    assert_int_equal(done.lost->len, 1);
    assert_string_equal(done.lost->pdata[0], "journal/checkpoint");
    assert_int_equal(unlink(path), 0);
    assert_false(back_up(&f, path, 1000000, &none, &error));
    assert_error_code(error, ERROR_INVALID);
    g_clear_error(&error);
    fixture_clear(&f);
}

static void a_drill_tells_a_backup_of_another_journal(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made(), other = fixture_made();
    g_autofree char *path = backed_up(&other, "full", BACKUP_FULL, NULL);
    const char *paths[] = {path, NULL};
    RestoreRequest request = {.paths = paths, .keys = &key};
    FsckOptions options = {0};
    g_auto(DrillDone) done = {0};
    GError *error = NULL;
    g_autofree char *scratch = store_path(f.hall.store, "drill");

    assert_false(drill_run(f.hall.store, &request, &options, &done, &error));
    assert_error_code(error, ERROR_DIGEST);
    g_clear_error(&error);
    assert_false(g_file_test(scratch, G_FILE_TEST_EXISTS));
    fixture_clear(&f);
    fixture_clear(&other);
}

static void the_signing_key_goes_along_only_when_asked_for(void **state G_GNUC_UNUSED)
{
    for (int with = 0; with < 2; with++) {
        Fixture f = fixture_made();
        g_autofree char *path = g_build_filename(f.out, "full", NULL);
        g_autofree char *folder = g_build_filename(f.out, "restored", NULL);
        g_autofree char *seed = g_build_filename(folder, "keys/signing.seed", NULL);
        const char *paths[] = {path, NULL};
        BackupRequest request = {
            .path = path, .key = key, .since = BACKUP_FULL, .with_key = with == 1};
        g_auto(BackupDone) written = {0};
        g_auto(RestoreDone) done = {0};
        GError *error = NULL;

        assert_true(backup_write(f.hall.store, &request, &written, &error));
        assert_true(restore_to(folder, paths, &done, &error));
        assert_int_equal(g_file_test(seed, G_FILE_TEST_EXISTS), with == 1);
        fixture_clear(&f);
    }
}

static void a_folder_in_use_is_never_restored_over(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_autofree char *path = backed_up(&f, "full", BACKUP_FULL, NULL);
    const char *paths[] = {path, NULL};
    g_auto(RestoreDone) done = {0};
    GError *error = NULL;

    assert_false(restore_to(f.hall.folder, paths, &done, &error));
    assert_error_code(error, ERROR_DATA_FOLDER_EXISTS);
    g_clear_error(&error);
    restore_done_clear(&done);
    assert_false(restore_to(f.out, paths, &done, &error));
    assert_error_code(error, ERROR_DATA_FOLDER_EXISTS);
    g_clear_error(&error);
    fixture_clear(&f);
}

/* ── faults ──────────────────────────────────────────────────────────────────────────────── */

static void an_interrupted_restore_is_begun_again(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_autofree char *path = backed_up(&f, "full", BACKUP_FULL, NULL);
    const char *paths[] = {path, NULL};
    gboolean over = FALSE;

    for (guint at = 1; !over; at += g_strcmp0(g_getenv("ANJUAN_LONG"), "1") == 0 ? 1 : 29) {
        g_autofree char *folder = g_strdup_printf("%s/r%u", f.out, at);
        g_auto(RestoreDone) done = {0}, again = {0};
        NthFault nth = {.at = at, .fault = EIO};
        GError *error = NULL;
        gboolean ok;

        file_fault_set(testing_fail_from, &nth);
        ok = restore_to(folder, paths, &done, &error);
        file_fault_set(NULL, NULL);
        g_clear_error(&error);
        over = nth.count < at;
        if (ok && !over)
            fail_msg("operation %u failed and nobody said so", at);
        if (!ok && g_file_test(folder, G_FILE_TEST_IS_DIR)) {
            g_autofree char *lock = g_build_filename(folder, "lock", NULL);

            if (g_file_test(lock, G_FILE_TEST_EXISTS))
                continue; /* all but the sweeping was done */
        }
        if (!ok && !restore_to(folder, paths, &again, &error))
            fail_msg("operation %u: not restored again: %s", at, error->message);
        assert_true(at < 5000);
    }
    fixture_clear(&f);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_restored_is_what_was_backed_up),
    cmocka_unit_test(a_difference_carries_the_rest_alone),
    cmocka_unit_test(a_gap_between_backups_is_refused),
    cmocka_unit_test(a_backup_by_difference_alone_is_no_store),
    cmocka_unit_test(another_key_opens_nothing),
    cmocka_unit_test(nothing_personal_can_be_read_in_a_backup),
    cmocka_unit_test(a_flipped_bit_anywhere_in_a_backup_is_noticed),
    cmocka_unit_test(a_backup_beside_work_is_one_state_of_the_store),
    cmocka_unit_test(a_damaged_store_is_backed_up_and_says_what_is_lost),
    cmocka_unit_test(a_checkpoint_that_cannot_be_read_is_lost_by_name),
    cmocka_unit_test(a_drill_tells_a_backup_of_another_journal),
    cmocka_unit_test(the_signing_key_goes_along_only_when_asked_for),
    cmocka_unit_test(a_folder_in_use_is_never_restored_over),
    cmocka_unit_test(an_interrupted_restore_is_begun_again),
};
TEST_MAIN(tests)
