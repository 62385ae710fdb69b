/* SPDX-License-Identifier: Apache-2.0
 *
 * A full disk under local.db: what is refused says that there is no room, and nothing else, so that
 * nobody is sent to mend a file that is whole; once there is room it goes on.
 */
#include "tests/storage/fault.h"

#include "storage/local/local.h"

static const LocalPerson wang = {(char *)"000002", (char *)"王芳", 5, TRUE};
static const LocalPerson li = {(char *)"000003", (char *)"李强", 1, TRUE};

static char *new_path(void)
{
    g_autofree char *folder = testing_folder();

    return g_build_filename(folder, "local.db", NULL);
}

static gboolean is_known(Local *local, const LocalPerson *person)
{
    g_auto(LocalPerson) found = {0};

    return local_person_get(local, person->number, &found, NULL);
}

/* Operations of opening a file that is there, and of the first write into it. */
static guint operations(const char *path)
{
    GError *error = NULL;
    g_autoptr(Local) local = NULL;

    fault_set(FAULT_NONE, 0);
    local = local_open(path, &error);
    assert_no_error(error);
    assert_true(local_person_put(local, &wang, &error));
    return fault_count();
}

/* One start on a disk that is full from operation `at` on; TRUE where something was refused. */
static gboolean starts_full(const char *path, guint at)
{
    GError *error = NULL;
    g_autoptr(Local) local = NULL;
    gboolean wrote;

    fault_set(FAULT_NO_ROOM, at);
    local = local_open(path, &error);
    wrote = local != NULL && local_person_put(local, &li, &error);
    if (!wrote)
        assert_error_code(error, ERROR_DISK_FULL);
    g_clear_error(&error);
    fault_set(FAULT_NONE, 0);
    if (local == NULL)
        local = local_open(path, &error);
    assert_no_error(error);
    assert_true(is_known(local, &wang));
    assert_int_equal(is_known(local, &li), wrote);
    assert_true(local_person_put(local, &li, &error));
    assert_true(is_known(local, &li));
    return !wrote;
}

static void a_start_without_room_says_so_and_loses_nothing(void **state G_GNUC_UNUSED)
{
    guint n, refused = 0;

    {
        g_autofree char *path = new_path();
        GError *error = NULL;
        Local *local = local_open(path, &error);

        assert_no_error(error);
        local_close(local);
        n = operations(path);
    }
    assert_true(n >= 3);
    for (guint at = 1; at <= n; at++) {
        g_autofree char *path = new_path();
        GError *error = NULL;
        Local *local = local_open(path, &error);

        assert_true(local_person_put(local, &wang, &error));
        local_close(local);
        refused += starts_full(path, at);
    }
    assert_true(refused >= 3);
}

static void a_first_start_without_room_says_so(void **state G_GNUC_UNUSED)
{
    for (guint at = 1; at <= 4; at++) {
        g_autofree char *path = new_path();
        GError *error = NULL;
        Local *local;

        fault_set(FAULT_NO_ROOM, at);
        local = local_open(path, &error);
        fault_set(FAULT_NONE, 0);
        assert_null(local);
        assert_error_code(error, ERROR_DISK_FULL);
        g_clear_error(&error);
        local = local_open(path, &error);
        assert_no_error(error);
        assert_true(local_person_put(local, &wang, &error));
        local_close(local);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_start_without_room_says_so_and_loses_nothing),
        cmocka_unit_test(a_first_start_without_room_says_so),
    };

    testing_begin();
    fault_shim_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
