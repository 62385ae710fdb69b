/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/testing.h"

#include "storage/db.h"
#include "storage/local/local.h"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Stand before the library's own: what SQLite asks of the disk is counted. */
static guint syncs;

int fsync(int fd)
{
    syncs++;
    return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    syncs++;
    return (int)syscall(SYS_fdatasync, fd);
}

static Local *fresh(char **path)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = testing_folder();
    Local *local;

    *path = g_build_filename(folder, "local.db", NULL);
    local = local_open(*path, &error);
    assert_no_error(error);
    return local;
}

static void the_file_is_its_owners_alone(void **state)
{
    g_autofree char *path = NULL;
    g_autoptr(Local) local = fresh(&path);
    struct stat info;

    (void)state;
    assert_non_null(local);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

static void a_person_is_on_the_disk_when_it_is_acknowledged(void **state)
{
    g_autofree char *path = NULL;
    g_autoptr(Local) local = fresh(&path);
    g_autoptr(GError) error = NULL;
    LocalPerson wang = {(char *)"000002", (char *)"王芳", 5, TRUE};
    guint before;

    (void)state;
    assert_true(local_person_put(local, &wang, &error));
    before = syncs;
    wang.roles = 1;
    assert_true(local_person_put(local, &wang, &error));
    assert_true(syncs > before);
}

static void append_number(void *taker, const LocalPerson *person)
{
    g_string_append_printf(taker, "%s ", person->number);
}

static void people_are_found_by_number_or_unique_name(void **state)
{
    g_autofree char *path = NULL;
    g_autoptr(Local) local = fresh(&path);
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) numbers = g_string_new(NULL);
    LocalPerson wang = {(char *)"000002", (char *)"王芳", 5, TRUE};
    LocalPerson li = {(char *)"000001", (char *)"李强", 16, TRUE};
    LocalPerson other_wang = {(char *)"000003", (char *)"王芳", 1, FALSE};
    g_auto(LocalPerson) by_name = {0};
    g_auto(LocalPerson) by_number = {0};
    g_auto(LocalPerson) twice = {0};

    (void)state;
    assert_true(local_person_put(local, &wang, &error));
    assert_true(local_person_put(local, &li, &error));
    assert_true(local_person_get(local, "王芳", &by_name, &error));
    assert_string_equal(by_name.number, "000002");
    assert_int_equal(by_name.roles, 5);
    assert_true(local_person_put(local, &other_wang, &error));
    assert_true(local_person_get(local, "000003", &by_number, &error));
    assert_false(by_number.active);
    assert_false(local_person_get(local, "王芳", &twice, &error));
    assert_error_code(error, ERROR_NOT_FOUND);
    g_clear_error(&error);
    assert_true(local_person_list(local, append_number, numbers, &error));
    assert_string_equal(numbers->str, "000001 000002 000003 ");
}

static void secrets_outlive_a_restart(void **state)
{
    g_autofree char *path = NULL;
    g_autoptr(Local) local = fresh(&path);
    g_autoptr(GError) error = NULL;
    g_auto(LocalSecret) none = {0};
    g_auto(LocalSecret) tried = {0};
    g_auto(LocalSecret) set = {0};
    guint n = 9;

    (void)state;
    assert_true(local_secret_get(local, "000001", &none, &error));
    assert_null(none.hash);
    assert_true(local_secret_tried(local, "000001", 3, 777, &error));
    assert_true(local_secret_count(local, &n, &error));
    assert_int_equal(n, 0);
    g_clear_pointer(&local, local_close);
    local = local_open(path, &error);
    assert_no_error(error);
    assert_true(local_secret_get(local, "000001", &tried, &error));
    assert_int_equal(tried.failed, 3);
    assert_int_equal(tried.not_before_us, 777);
    assert_true(local_secret_set(local, "000001", "$argon2id$x", &error));
    assert_true(local_secret_get(local, "000001", &set, &error));
    assert_string_equal(set.hash, "$argon2id$x");
    assert_int_equal(set.failed, 0);
    assert_true(local_secret_count(local, &n, &error));
    assert_int_equal(n, 1);
}

static void sessions_end_one_by_one_or_all(void **state)
{
    g_autofree char *path = NULL;
    g_autoptr(Local) local = fresh(&path);
    g_autoptr(GError) error = NULL;
    g_auto(LocalSession) got = {0};
    g_auto(LocalSession) gone = {0};
    LocalSession one = {(char *)"aa", (char *)"000001", (char *)"c1", 1, 2};
    LocalSession two = {(char *)"bb", (char *)"000001", (char *)"c2", 3, 4};

    (void)state;
    assert_true(local_session_put(local, &one, &error));
    assert_true(local_session_put(local, &two, &error));
    assert_false(local_session_put(local, &two, NULL));
    assert_true(local_session_seen(local, "bb", 50, &error));
    assert_true(local_session_get(local, "bb", &got, &error));
    assert_string_equal(got.csrf, "c2");
    assert_int_equal(got.begun_us, 3);
    assert_int_equal(got.seen_us, 50);
    assert_true(local_session_end(local, "bb", &error));
    assert_false(local_session_get(local, "bb", &gone, &error));
    assert_error_code(error, ERROR_NO_SESSION);
    g_clear_error(&error);
    assert_true(local_session_end_all(local, "000001", &error));
    assert_false(local_session_get(local, "aa", &gone, &error));
    assert_error_code(error, ERROR_NO_SESSION);
}

static void answers_are_kept_byte_by_byte(void **state)
{
    g_autofree char *path = NULL;
    g_autoptr(Local) local = fresh(&path);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) body = g_bytes_new_static("a\0b", 3);
    g_autoptr(GBytes) empty = g_bytes_new_static("", 0);
    LocalAnswer first = {(char *)"digest", 201, (char *)"application/json", body};
    LocalAnswer second = {(char *)"digest", 204, (char *)"", empty};
    g_auto(LocalAnswer) got = {0};
    g_auto(LocalAnswer) other = {0};
    gboolean found = FALSE;

    (void)state;
    assert_true(local_answer_put(local, &(LocalKey){"000001", "k1"}, &first, 10, &error));
    assert_true(local_answer_put(local, &(LocalKey){"000001", "k2"}, &second, 10, &error));
    assert_true(local_answer_get(local, &(LocalKey){"000001", "k1"}, &got, &found, &error));
    assert_true(found);
    assert_int_equal(got.status, 201);
    assert_true(g_bytes_equal(got.body, body));
    assert_true(local_answer_get(local, &(LocalKey){"000002", "k1"}, &other, &found, &error));
    assert_false(found);
}

static void what_is_old_is_forgotten(void **state)
{
    g_autofree char *path = NULL;
    g_autoptr(Local) local = fresh(&path);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) body = g_bytes_new_static("x", 1);
    LocalSession session = {(char *)"aa", (char *)"000001", (char *)"c", 1, 100};
    LocalAnswer answer = {(char *)"d", 200, (char *)"", body};
    g_auto(LocalSession) got = {0};
    g_auto(LocalAnswer) kept = {0};
    gboolean found = TRUE;

    (void)state;
    assert_true(local_session_put(local, &session, &error));
    assert_true(local_answer_put(local, &(LocalKey){"000001", "old"}, &answer, 10, &error));
    assert_true(local_forget(local, 100, 11, &error));
    assert_true(local_session_get(local, "aa", &got, &error));
    assert_true(local_answer_get(local, &(LocalKey){"000001", "old"}, &kept, &found, &error));
    assert_false(found);
    assert_true(local_forget(local, 101, 11, &error));
    local_session_clear(&got);
    assert_false(local_session_get(local, "aa", &got, NULL));
}

static void people_are_numbered_to_the_end(void **state)
{
    g_autofree char *path = NULL;
    g_autoptr(Local) local = fresh(&path);
    GError *error = NULL;
    g_autofree char *first = local_person_next(local, &error), *none = NULL;
    LocalPerson last = {(char *)"999999", (char *)"王芳", 1, TRUE};

    (void)state;
    assert_string_equal(first, "000001");
    assert_true(local_person_put(local, &last, &error));
    none = local_person_next(local, &error);
    assert_null(none);
    assert_error_code(error, ERROR_SERIAL_EXHAUSTED);
    g_clear_error(&error);
}

static void who_cannot_be_asked_for_is_not_guessed(void **state)
{
    g_autofree char *path = NULL;
    g_autoptr(Local) local = fresh(&path);
    GError *error = NULL;
    g_autoptr(Db) db = db_open(path, DB_OWN, &error);
    g_auto(LocalPerson) person = {0};

    (void)state;
    assert_true(db_script(db, "ALTER TABLE person RENAME TO gone", &error));
    assert_false(local_person_get(local, "000001", &person, &error));
    assert_error_code(error, ERROR_IO);
    g_clear_error(&error);
    assert_null(local_person_next(local, &error));
    assert_error_code(error, ERROR_IO);
    g_clear_error(&error);
}

static void a_database_of_others_or_of_later_is_refused(void **state)
{
    static const struct {
        const char *sql;
        ErrorCode code;
    } cases[] = {{"PRAGMA application_id = 7", ERROR_FORMAT},
                 {"PRAGMA user_version = 999", ERROR_NEWER_SCHEMA}};

    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = NULL;
        GError *error = NULL;
        g_autoptr(Db) db = NULL;

        local_close(fresh(&path));
        db = db_open(path, DB_OWN, &error);
        assert_true(db_script(db, cases[i].sql, &error));
        g_clear_pointer(&db, db_close);
        assert_null(local_open(path, &error));
        assert_error_code(error, cases[i].code);
        g_clear_error(&error);
    }
}

typedef struct {
    const char *path;
    gint reads; /* atomic */
} Beside;

/* Reads the old state until something was written behind it. */
static void *read_beside(void *data)
{
    Beside *beside = data;
    g_autofree char *wal = g_strconcat(beside->path, "-wal", NULL);
    g_autoptr(Db) db = db_open(beside->path, DB_READ_ONLY, NULL);
    struct stat before, now;
    gint64 n;

    (void)!(db_script(db, "BEGIN", NULL) &&
            db_int(db, &n, 0, NULL, "SELECT count(*) FROM person", ""));
    if (stat(wal, &before) == 0)
        now = before;
    g_atomic_int_set(&beside->reads, 1);
    while (stat(wal, &now) == 0 && now.st_size == before.st_size)
        g_thread_yield();
    db_roll_back(db);
    return NULL;
}

static void what_is_forgotten_waits_for_who_reads_it(void **state)
{
    g_autofree char *path = NULL, *wal = NULL;
    g_autoptr(Local) local = fresh(&path);
    Beside beside = {path, 0};
    GThread *thread = g_thread_new("reader", read_beside, &beside);
    GError *error = NULL;
    struct stat info;

    (void)state;
    while (!g_atomic_int_get(&beside.reads))
        g_thread_yield();
    assert_true(local_forget_answers(local, &error));
    assert_no_error(error);
    g_thread_join(thread);
    wal = g_strconcat(path, "-wal", NULL);
    assert_int_equal(stat(wal, &info), 0);
    assert_int_equal(info.st_size, 0);
}

static void what_is_no_database_is_refused(void **state)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *path = g_build_filename(folder, "local.db", NULL);
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_true(g_file_set_contents(path, "this is no database, whatever its name says", -1, NULL));
    assert_null(local_open(path, &error));
    assert_error_code(error, ERROR_IO);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_file_is_its_owners_alone),
    cmocka_unit_test(a_person_is_on_the_disk_when_it_is_acknowledged),
    cmocka_unit_test(people_are_found_by_number_or_unique_name),
    cmocka_unit_test(secrets_outlive_a_restart),
    cmocka_unit_test(sessions_end_one_by_one_or_all),
    cmocka_unit_test(answers_are_kept_byte_by_byte),
    cmocka_unit_test(what_is_old_is_forgotten),
    cmocka_unit_test(people_are_numbered_to_the_end),
    cmocka_unit_test(who_cannot_be_asked_for_is_not_guessed),
    cmocka_unit_test(a_database_of_others_or_of_later_is_refused),
    cmocka_unit_test(what_is_forgotten_waits_for_who_reads_it),
    cmocka_unit_test(what_is_no_database_is_refused),
};
TEST_MAIN(tests)
