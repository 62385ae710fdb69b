/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/testing.h"

#include "storage/secrets.h"

#include <stdio.h>
#include <string.h>

#define PATH "secrets/261121/320583001261121003001708"

static Secret *a_secret(const char *name)
{
    SeededRandom seed;
    Random random = random_seeded(&seed, g_str_hash(name));
    g_autoptr(json_t) data = json_pack("{s:s}", "applicant", name);

    return secret_new(PATH, data, &random);
}

static void write_one(const char *folder, const char *name, char **commitment)
{
    g_autoptr(GPtrArray) secrets = g_ptr_array_new_with_free_func((GDestroyNotify)secret_free);
    Secret *secret = a_secret(name);
    GError *error = NULL;

    *commitment = g_strdup(secret->commitment);
    g_ptr_array_add(secrets, secret);
    assert_true(secrets_write(folder, secrets, &error));
    assert_no_error(error);
}

static void a_secret_is_opened_by_its_commitment(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *first = NULL, *second = NULL;
    g_autoptr(json_t) data = NULL;
    GError *error = NULL;

    write_one(folder, "张三", &first);
    write_one(folder, "李四", &second);
    data = secrets_read(folder, PATH, first, &error);
    assert_no_error(error);
    assert_string_equal(json_text(data, "applicant"), "张三");
}

static void an_unknown_commitment_is_lost(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *commitment = NULL, *other = g_strnfill(64, '0');
    GError *error = NULL;

    write_one(folder, "张三", &commitment);
    assert_null(secrets_read(folder, PATH, other, &error));
    assert_error_code(error, ERROR_SECRET_LOST);
    g_clear_error(&error);
}

static void a_changed_text_does_not_open(void **state G_GNUC_UNUSED)
{
    g_autoptr(Secret) secret = a_secret("张三");
    g_autofree char *line = g_strndup(secret->line, strlen(secret->line) - 1);
    g_autoptr(json_t) whole = secret_open_line(line, secret->commitment);

    assert_non_null(whole);
    line[strlen(line) - 4] ^= 1;
    assert_null(secret_open_line(line, secret->commitment));
}

static void the_same_name_twice_has_two_commitments(void **state G_GNUC_UNUSED)
{
    SeededRandom seed;
    Random random = random_seeded(&seed, 7);
    g_autoptr(json_t) data = json_pack("{s:s}", "applicant", "张三");
    g_autoptr(Secret) one = secret_new(PATH, data, &random);
    g_autoptr(Secret) two = secret_new(PATH, data, &random);

    assert_string_not_equal(one->commitment, two->commitment);
}

static void an_owner_has_a_file_of_its_day(void **state G_GNUC_UNUSED)
{
    g_autofree char *of_case = secrets_case_path("320583001261121003001708");
    g_autofree char *of_batch = secrets_batch_path("261121", 17);

    assert_string_equal(of_case, PATH);
    assert_string_equal(of_batch, "secrets/261121/batch-17");
}

static void a_torn_line_does_not_swallow_the_next(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *first = NULL, *second = NULL,
                    *relative = secrets_case_path("320583001261121003001708");
    g_autofree char *path = g_build_filename(folder, relative, NULL);
    g_autoptr(json_t) data = NULL;
    GError *error = NULL;
    FILE *file;

    write_one(folder, "张三", &first);
    file = fopen(path, "a");
    fputs("0123456789abcdef torn", file);
    fclose(file);
    write_one(folder, "李四", &second);
    data = secrets_read(folder, PATH, second, &error);
    assert_no_error(error);
    assert_string_equal(json_text(data, "applicant"), "李四");
}

static void one_secret_is_destroyed_and_its_neighbours_stay(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *first = NULL, *second = NULL, *text = NULL;
    g_autofree char *full = g_build_filename(folder, PATH, NULL);
    g_autoptr(GHashTable) gone = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(json_t) kept = NULL, empty = NULL;
    GError *error = NULL;

    assert_true(secrets_destroy(folder, PATH, NULL, &error)); /* nothing is there yet */
    assert_false(g_file_test(full, G_FILE_TEST_EXISTS));
    write_one(folder, "张三", &first);
    write_one(folder, "李四", &second);
    g_hash_table_add(gone, first);
    assert_true(secrets_destroy(folder, PATH, gone, &error));
    kept = secrets_read(folder, PATH, second, &error);
    assert_no_error(error);
    assert_string_equal(json_text(kept, "applicant"), "李四");
    empty = secrets_read(folder, PATH, first, &error);
    assert_no_error(error);
    assert_int_equal(json_object_size(empty), 0);
    assert_true(g_file_get_contents(full, &text, NULL, NULL));
    assert_null(strstr(text, "张三"));
}

static void secrets_that_find_no_place_are_refused(void **state G_GNUC_UNUSED)
{
    static const char *const in_the_way[] = {"secrets", PATH};

    for (gsize i = 0; i < G_N_ELEMENTS(in_the_way); i++) {
        g_autofree char *folder = testing_folder();
        g_autofree char *path = g_build_filename(folder, in_the_way[i], NULL);
        g_autoptr(GPtrArray) secrets = g_ptr_array_new_with_free_func((GDestroyNotify)secret_free);
        GError *error = NULL;

        if (i == 0)
            assert_true(g_file_set_contents(path, "a file", -1, NULL));
        else
            assert_int_equal(g_mkdir_with_parents(path, 0700), 0);
        g_ptr_array_add(secrets, a_secret("张三"));
        assert_false(secrets_write(folder, secrets, &error));
        assert_error_code(error, ERROR_IO);
        g_clear_error(&error);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_secret_is_opened_by_its_commitment),
    cmocka_unit_test(an_unknown_commitment_is_lost),
    cmocka_unit_test(a_changed_text_does_not_open),
    cmocka_unit_test(the_same_name_twice_has_two_commitments),
    cmocka_unit_test(an_owner_has_a_file_of_its_day),
    cmocka_unit_test(one_secret_is_destroyed_and_its_neighbours_stay),
    cmocka_unit_test(secrets_that_find_no_place_are_refused),
    cmocka_unit_test(a_torn_line_does_not_swallow_the_next),
};

TEST_MAIN(tests)
