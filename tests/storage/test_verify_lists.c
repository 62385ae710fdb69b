/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists that leave out what they should say, or say more than there is; the text they are read
 * from.
 */
#include "tests/storage/package_sample.h"

#include "storage/judge.h"
#include "storage/tag_file.h"
#include "storage/verify.h"

#define NUMBER       "320583001261120003000189"
#define HELLO        "hello\n"
#define HELLO_SHA256 "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"

static void collect(const VerifyFinding *finding, void *data)
{
    g_string_append_printf(data, "%s %s; ", finding->code,
                           finding->path != NULL ? finding->path : "-");
}

static char *judged(const char *path)
{
    VerifyOptions options = {.level = VERIFY_FULL};
    GString *found = g_string_new(NULL);
    VerifySummary summary;
    GError *error = NULL;

    assert_true(verify_path(path, &options, collect, found, &summary, &error));
    assert_no_error(error);
    return g_string_free(found, FALSE);
}

/* ── bags ────────────────────────────────────────────────────────────────────────────────── */

static void a_path_must_lead_somewhere_inside(void **state G_GNUC_UNUSED)
{
    assert_null(judge_path_fault("data/hello.txt"));
    assert_string_equal(judge_path_fault(""), "empty");
    assert_string_equal(judge_path_fault("data/.."), "climbing");
}

static void a_manifest_alone_makes_a_bag_that_lacks_the_rest(void **state G_GNUC_UNUSED)
{
    g_autofree char *bag = testing_folder(), *found = NULL;

    tree_put(bag, "manifest-sha256.txt", HELLO_SHA256 "  data/hello.txt\n");
    found = judged(bag);
    assert_non_null(strstr(found, "bagit.txt"));
}

/* Before 1.0 tag manifests were listed in each other; since then they must not be. */
static void tag_manifests_list_each_other_before_one_dot_nought(void **state G_GNUC_UNUSED)
{
    static const char *const versions[] = {"0.97", "1.0"};

    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++) {
        g_autofree char *bag = testing_folder(), *found = NULL;
        g_autofree char *declared =
            g_strdup_printf("BagIt-Version: %s\nTag-File-Character-Encoding: UTF-8\n", versions[i]);
        g_autofree char *sha256 = g_compute_checksum_for_string(G_CHECKSUM_SHA256, declared, -1);
        g_autofree char *sha512 = g_compute_checksum_for_string(G_CHECKSUM_SHA512, declared, -1);
        g_autofree char *first = g_strdup_printf("%s  bagit.txt\n", sha256), *hex = NULL;
        g_autofree char *second = NULL;

        hex = g_compute_checksum_for_string(G_CHECKSUM_SHA512, first, -1);
        second = g_strdup_printf("%s  bagit.txt\n%s  tagmanifest-sha256.txt\n", sha512, hex);
        tree_put(bag, "bagit.txt", declared);
        tree_put(bag, "data/hello.txt", HELLO);
        tree_put(bag, "manifest-sha256.txt", HELLO_SHA256 "  data/hello.txt\n");
        tree_put(bag, "tagmanifest-sha256.txt", first);
        tree_put(bag, "tagmanifest-sha512.txt", second);
        found = judged(bag);
        assert_int_equal(strstr(found, "tagmanifest-sha256.txt") != NULL, i == 1);
    }
}

static void a_list_in_an_unknown_encoding_is_not_read(void **state G_GNUC_UNUSED)
{
    g_autofree char *bag = testing_folder();
    GError *error = NULL;
    g_autoptr(Archive) archive = NULL;

    tree_put(bag, "list.txt", "a line\n");
    archive = archive_open(bag, NULL, &error);
    assert_no_error(error);
    assert_null(tag_file_open(archive, archive_member(archive, 0), "Klingon", &error));
    assert_error_code(error, ERROR_FORMAT);
    g_clear_error(&error);
}

/* ── GB/T 42727 ──────────────────────────────────────────────────────────────────────────── */

/* `old` of the list of files, wherever it stands, becomes `new`. */
static char *judged_with(const char *old, const char *new)
{
    static const char *const numbers[] = {NUMBER};
    g_autofree char *package = gbt_made(numbers, 1), *text = gbt_basic(NUMBER);
    g_autoptr(GString) xml = g_string_new(text);

    assert_true(g_string_replace(xml, old, new, 0) > 0);
    tree_put(package, PACKAGE_GBT_BASIC, xml->str);
    return judged(package);
}

static void a_file_without_its_number_is_told(void **state G_GNUC_UNUSED)
{
    g_autofree char *found = judged_with("<file id=\"0001\">", "<file>");

    assert_non_null(strstr(found, "list-entry " PACKAGE_GBT_BASIC));
}

/* No list needs more entries than there are files: the first beyond them is told, once. */
static void a_list_of_more_files_than_there_are_has_an_end(void **state G_GNUC_UNUSED)
{
    g_autoptr(GString) more = g_string_new(NULL);
    g_autofree char *found = NULL, *told = NULL;

    for (guint i = 0; i < 50; i++)
        g_string_append(more, "<file></file>");
    g_string_append(more, "</fileset>");
    found = judged_with("</fileset>", more->str);
    told = strstr(found, "tag-too-many-lines") != NULL
               ? g_strdup(strstr(found, "tag-too-many-lines"))
               : NULL;
    assert_non_null(told);
    assert_null(strstr(told + 1, "tag-too-many-lines"));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_path_must_lead_somewhere_inside),
    cmocka_unit_test(a_manifest_alone_makes_a_bag_that_lacks_the_rest),
    cmocka_unit_test(tag_manifests_list_each_other_before_one_dot_nought),
    cmocka_unit_test(a_list_in_an_unknown_encoding_is_not_read),
    cmocka_unit_test(a_file_without_its_number_is_told),
    cmocka_unit_test(a_list_of_more_files_than_there_are_has_an_end),
};

TEST_MAIN(tests)
