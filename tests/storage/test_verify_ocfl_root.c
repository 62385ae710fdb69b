/* SPDX-License-Identifier: Apache-2.0
 *
 * OCFL roots of others and ours, good and bad, by the codes of the specification.
 */
#include "tests/storage/ocfl_sample.h"

/* A root of ours by hand: the object lies where the layout says. */
static char *make_root(void)
{
    char *folder = testing_folder();
    g_autofree char *root = tree_path(folder, "root");
    g_autofree char *place = ocfl_object_place("urn:example:1");
    g_autofree char *object = tree_path(root, place);

    assert_true(ocfl_root_create(root, NULL));
    put_object(object, &(Case){0});
    return folder;
}

static void roots_are_judged(void **state G_GNUC_UNUSED)
{
    static const Case cases[] = {
        {NULL, NULL, NULL, NULL, NULL},
        {NULL, NULL, "ocfl_1.1.txt", "the specification\n", NULL},
        {NULL, NULL, "0=ocfl_1.1", NULL, "E069"},
        {NULL, NULL, "0=ocfl_1.0", "ocfl_1.0\n", "E076"},
        {NULL, NULL, "0=ocfl_one", "ocfl_one\n", "E077"},
        {NULL, NULL, "0=ocfl_1.1", "ocfl_1.1", "E080"},
        {NULL, NULL, "ocfl_layout.json", "{}", "E070"},
        {NULL, NULL, "ocfl_layout.json", "{\"extension\":\"x\",\"description\":\"\"}", "E071"},
        {NULL, NULL, "stray/x", "x", "E072"},
        {NULL, NULL, "extensions/x", "x", "E067"},
        {NULL, NULL, "ocfl_layout.json", "[]", "E070"},
        {NULL, NULL, "extensions/0003-hash-and-id-n-tuple-storage-layout/config.json",
         "{\"tupleSize\":99}", NULL},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *folder = make_root();
        g_autofree char *root = tree_path(folder, "root");
        g_autofree char *tar = tree_path(folder, "root.tar");
        g_autofree char *command = g_strdup_printf("tar -cf %s -C %s root", tar, folder);

        if (cases[i].path != NULL && cases[i].text != NULL)
            tree_put(root, cases[i].path, cases[i].text);
        else if (cases[i].path != NULL)
            tree_remove(root, cases[i].path);
        assert_judged(root, cases[i].code != NULL, cases[i].code);
        assert_int_equal(system(command), 0);
        assert_judged(tar, cases[i].code != NULL, cases[i].code);
    }
}

static void what_is_neither_file_nor_folder_in_a_root_is_an_error(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = make_root(), *root = tree_path(folder, "root");
    g_autofree char *link = tree_path(root, "linked"), *deep = tree_path(root, "a/b/linked");

    tree_put(root, "extensions/of-our-own/x", "x");
    assert_judged(root, FALSE, "W016");
    tree_remove(root, "extensions/of-our-own");
    assert_int_equal(symlink("elsewhere", link), 0);
    assert_judged(root, TRUE, "E090");
    tree_remove(root, "linked");
    tree_put(root, "a/b/x", "x");
    assert_int_equal(symlink("x", deep), 0);
    assert_judged(root, TRUE, "E090");
}

static void misplaced_and_newer_objects_of_a_root_are_errors(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = make_root();
    g_autofree char *root = tree_path(folder, "root");
    g_autofree char *place = ocfl_object_place("urn:example:1");
    g_autofree char *object = tree_path(root, place);
    g_autofree char *elsewhere = tree_path(root, "elsewhere");
    g_autofree char *empty = tree_path(root, "empty");

    assert_int_equal(g_mkdir_with_parents(empty, 0755), 0);
    assert_judged(root, TRUE, "E073");
    tree_remove(root, "empty");
    tree_remove(root, "0=ocfl_1.1");
    tree_put(root, "0=ocfl_1.0", "ocfl_1.0\n");
    assert_judged(root, TRUE, "E081");
    assert_int_equal(rename(object, elsewhere), 0);
    assert_judged(root, TRUE, "E083");
}

static void objects_above_others_and_folders_without_end_are_told(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = make_root(), *root = tree_path(folder, "root");
    g_autofree char *top = tree_path(root, "at-the-top");
    g_autoptr(GString) deep = g_string_new("a");

    put_object(top, &(Case){"urn:example:1", "urn:example:2", NULL, NULL, NULL});
    assert_judged(root, TRUE, "W015");
    for (guint i = 0; i < 40; i++)
        g_string_append(deep, "/a");
    g_string_append(deep, "/x");
    tree_put(root, deep->str, "x");
    assert_judged(root, TRUE, "E085");
}

static void damage_in_a_root_is_named_with_its_object(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = make_root();
    g_autofree char *root = tree_path(folder, "root");
    g_autofree char *place = ocfl_object_place("urn:example:1");
    g_autofree char *file = g_strconcat(place, "/v1/content/a.txt", NULL);
    VerifyOptions options = {.level = VERIFY_FULL};
    g_autoptr(GString) found = g_string_new(NULL);
    VerifySummary summary;

    tree_flip(root, file, 0);
    assert_true(verify_path(root, &options, collect, found, &summary, NULL));
    assert_non_null(strstr(found->str, file));
    options.level = VERIFY_QUICK;
    assert_true(verify_path(root, &options, collect, found, &summary, NULL));
    assert_int_equal(summary.errors, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(roots_are_judged),
    cmocka_unit_test(what_is_neither_file_nor_folder_in_a_root_is_an_error),
    cmocka_unit_test(misplaced_and_newer_objects_of_a_root_are_errors),
    cmocka_unit_test(objects_above_others_and_folders_without_end_are_told),
    cmocka_unit_test(damage_in_a_root_is_named_with_its_object),
};

TEST_MAIN(tests)
