/* SPDX-License-Identifier: Apache-2.0
 *
 * OCFL objects of others, good and bad, by the codes of the specification.
 */
#include "tests/storage/ocfl_sample.h"

static void assert_cases(const Case *cases, gsize n_cases, gboolean errors)
{
    for (gsize i = 0; i < n_cases; i++) {
        g_autofree char *object = testing_folder();

        put_object(object, &cases[i]);
        assert_judged(object, errors, cases[i].code);
    }
}

static void good_objects_are_valid(void **state G_GNUC_UNUSED)
{
    static const Case cases[] = {
        {NULL, NULL, NULL, NULL, NULL},
        {FIXITY ",", "", NULL, NULL, NULL},
        {"05Z", "05.123456+08:00", NULL, NULL, NULL},
        {HELLO, UPPER, NULL, NULL, NULL},
        {ID, ID ",\"contentDirectory\":\"content\"", NULL, NULL, NULL},
        {NULL, NULL, "logs/2026.txt", "looked at\n", NULL},
        {NULL, NULL, "extensions/0005-mutable-head/x", "x", NULL},
        {FIXITY, "\"fixity\":{}", NULL, NULL, NULL},
    };

    assert_cases(cases, G_N_ELEMENTS(cases), FALSE);
}

static void doubtful_objects_get_a_warning(void **state G_GNUC_UNUSED)
{
    static const Case cases[] = {
        {ID, "\"id\":\"case 1\"", NULL, NULL, "W005"},
        {MESSAGE ",", "", NULL, NULL, "W007"},
        {"," USER, "", NULL, NULL, "W007"},
        {"\"address\":\"mailto:a@example.org\",", "", NULL, NULL, "W008"},
        {"mailto:a@example.org", "somewhere", NULL, NULL, "W009"},
        {NULL, NULL, "v1/inventory.json", NULL, "W010"},
        {NULL, NULL, "v1/notes/x", "x", "W002"},
        {NULL, NULL, "extensions/of-our-own/x", "x", "W013"},
        {ALGORITHM "," FIXITY, "\"digestAlgorithm\":\"sha256\"", NULL, NULL, "W004"},
    };

    /* The last one needs its digests as well. */
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *object = testing_folder();
        g_autofree char *first = replace(BASE, HELLO, HELLO256);
        g_autofree char *text = NULL;

        put_object(object, &cases[i]);
        if (strcmp(cases[i].code, "W004") == 0) {
            tree_remove(object, "inventory.json.sha256");
            tree_remove(object, "v1/inventory.json.sha256");
            text = replace(first, cases[i].from, cases[i].to);
            put_inventory(object, "", text);
            put_inventory(object, "v1/", text);
        }
        assert_judged(object, FALSE, cases[i].code);
    }
}

static void bad_files_are_errors(void **state G_GNUC_UNUSED)
{
    static const Case cases[] = {
        {NULL, NULL, "notes.txt", "x", "E001"},
        {NULL, NULL, ".tmp-inventory.json", "x", "E001"},
        {NULL, NULL, "folder/x", "x", "E001"},
        {NULL, NULL, "1/x", "x", "E001"},
        {NULL, NULL, "0=ocfl_object_1.1", NULL, "E003"},
        {NULL, NULL, "0=ocfl_object_1.0", "ocfl_object_1.0\n", "E003"},
        {NULL, NULL, "0=ocfl_object_one", "ocfl_object_one\n", "E004"},
        {NULL, NULL, "0=ocfl_object_1.1", "ocfl_object_1.1", "E007"},
        {NULL, NULL, "0=another_1.1", "another_1.1\n", "E004"},
        {NULL, NULL, "v2/content/b.txt", "hello\n", "E046"},
        {NULL, NULL, "v1", NULL, "E010"},
        {NULL, NULL, "v1/notes.txt", "x", "E015"},
        {NULL, NULL, "v1/content/b.txt", "x", "E023"},
        {NULL, NULL, "inventory.json.sha512", NULL, "E058"},
        {NULL, NULL, "v1/inventory.json.sha512", NULL, "E058"},
        {NULL, NULL, "inventory.json.sha512", HELLO " inventory.json\n", "E060"},
        {NULL, NULL, "v1/inventory.json.sha512", HELLO "\tinventory.json\n", "E060"},
        {NULL, NULL, "inventory.json.sha512", HELLO "\n", "E061"},
        {NULL, NULL, "inventory.json.sha512", "abc inventory.json\n", "E061"},
        {NULL, NULL, "inventory.json", NULL, "E063"},
        {NULL, NULL, "v1/inventory.json", "{}", "E064"},
        {NULL, NULL, "inventory.json", "{", "E033"},
        {NULL, NULL, "inventory.json", "[]", "E033"},
        {NULL, NULL, "extensions/file", "x", "E067"},
        {NULL, NULL, "v1/content/a.txt", NULL, "E092"},
        {NULL, NULL, "v1/content/a.txt", "Hello\n", "E092"},
    };

    assert_cases(cases, G_N_ELEMENTS(cases), TRUE);
}

/* Bytes behind a NUL are bytes of the side-car, whatever a text function makes of them. */
static void a_sidecar_hides_nothing_behind_a_nul(void **state G_GNUC_UNUSED)
{
    static const char *const places[] = {"inventory.json.sha512", "v1/inventory.json.sha512"};

    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autofree char *object = testing_folder();
        g_autoptr(GBytes) line = NULL;
        g_autoptr(GByteArray) bytes = g_byte_array_new();

        put_object(object, &(Case){0});
        line = tree_get(object, places[i]);
        g_byte_array_append(bytes, g_bytes_get_data(line, NULL), (guint)g_bytes_get_size(line));
        g_byte_array_append(bytes, (const guint8 *)"\0more", 5);
        tree_put_bytes(object, places[i], bytes->data, bytes->len);
        assert_judged(object, TRUE, "E061");
    }
}

static void bad_inventories_are_errors(void **state G_GNUC_UNUSED)
{
    static const Case cases[] = {
        {V1, "", NULL, NULL, "E008"},
        {"\"v1\":{", "\"v2\":{", NULL, NULL, "E010"},
        {ID, ID ",\"contentDirectory\":\"a/b\"", NULL, NULL, "E017"},
        {ID, ID ",\"contentDirectory\":\"..\"", NULL, NULL, "E018"},
        {ALGORITHM, "\"digestAlgorithm\":\"md5\"", NULL, NULL, "E025"},
        {HEAD ",", "", NULL, NULL, "E036"},
        {ID ",", "", NULL, NULL, "E036"},
        {"," TYPE, "", NULL, NULL, "E036"},
        {ID, "\"id\":[\"x\"]", NULL, NULL, "E037"},
        {"1.1/spec", "1.0/spec", NULL, NULL, "E038"},
        {"1.1/spec", "9.9/spec", NULL, NULL, "E038"},
        {HEAD, "\"head\":\"v2\"", NULL, NULL, "E040"},
        {HEAD, "\"head\":1", NULL, NULL, "E040"},
        {MANIFEST ",", "", NULL, NULL, "E041"},
        {"[\"v1/content/a.txt\"]},\"type", "[\"a.txt\"]},\"type", NULL, NULL, "E042"},
        {",\"versions\":{" V1 "}", "", NULL, NULL, "E043"},
        {"\"versions\":{" V1 "}", "\"versions\":[]", NULL, NULL, "E044"},
        {V1, V1 ",\"two\":{}", NULL, NULL, "E046"},
        {V1, V1 ",\"v2\":7", NULL, NULL, "E047"},
        {CREATED ",", "", NULL, NULL, "E048"},
        {STATE ",", "", NULL, NULL, "E048"},
        {"05Z", "05", NULL, NULL, "E049"},
        {"T03:04:05Z", "T03:04Z", NULL, NULL, "E049"},
        {"2026-01-02T03:04:05Z", "2026-13-02T03:04:05Z", NULL, NULL, "E049"},
        {"\"state\":{\"" HELLO, "\"state\":{\"" UPPER, NULL, NULL, "E050"},
        {STATE, "\"state\":7", NULL, NULL, "E050"},
        {"[\"a.txt\"]", "\"a.txt\"", NULL, NULL, "E051"},
        {"[\"a.txt\"]", "[7]", NULL, NULL, "E051"},
        {"\"a.txt\"", "\"x/../a.txt\"", NULL, NULL, "E052"},
        {"\"a.txt\"", "\"x//a.txt\"", NULL, NULL, "E052"},
        {"\"a.txt\"", "\"/a.txt\"", NULL, NULL, "E053"},
        {"\"a.txt\"", "\"a.txt/\"", NULL, NULL, "E053"},
        {"\"name\":\"A\"", "\"name\":\"\"", NULL, NULL, "E054"},
        {USER, "\"user\":\"A\"", NULL, NULL, "E054"},
        {"\"md5\"", "\"crc32\"", NULL, NULL, "E056"},
        {"{\"md5\":{\"" MD5 "\":[\"v1/content/a.txt\"]}}", "{\"md5\":[]}", NULL, NULL, "E057"},
        {MD5, "00000000000000000000000000000000", NULL, NULL, "E093"},
        {MESSAGE, "\"message\":[]", NULL, NULL, "E094"},
        {"[\"a.txt\"]", "[\"a.txt\",\"a.txt\"]", NULL, NULL, "E095"},
        {"[\"a.txt\"]", "[\"a.txt\",\"a.txt/b\"]", NULL, NULL, "E095"},
        {MANIFEST, "\"manifest\":{\"" HELLO "\":[\"v1/content/a.txt\"],\"" UPPER "\":[]}", NULL,
         NULL, "E096"},
        {MD5 "\":[", MD5 "\":[],\"B1946AC92492D2347C6235B4D2611184\":[", NULL, NULL, "E097"},
        {"[\"v1/content/a.txt\"]},\"type", "[\"v1/content/../a.txt\"]},\"type", NULL, NULL, "E099"},
        {"[\"v1/content/a.txt\"]},\"type", "[\"/v1/content/a.txt\"]},\"type", NULL, NULL, "E100"},
        {"[\"v1/content/a.txt\"]},\"type", "[\"v1/content/a.txt\",\"v1/content/a.txt\"]},\"type",
         NULL, NULL, "E101"},
        {ID, ID ",\"colour\":\"red\"", NULL, NULL, "E102"},
        {MANIFEST, "\"manifest\":[]", NULL, NULL, "E106"},
        {"},\"type", ",\"00\":[\"v1/content/a.txt\"]},\"type", NULL, NULL, "E107"},
        {FIXITY, "\"fixity\":[]", NULL, NULL, "E111"},
        {ID, ID "," ID, NULL, NULL, "E033"},
        {MANIFEST, "\"manifest\":{\"" HELLO "\":[7]}", NULL, NULL, "E092"},
        {"\"" MD5 "\":[\"v1/content/a.txt\"]", "\"" MD5 "\":7", NULL, NULL, "E057"},
        {"\"" MD5 "\":[\"v1/content/a.txt\"]", "\"" MD5 "\":[7]", NULL, NULL, "E057"},
        {MD5 "\":[\"v1/content/a.txt\"]", MD5 "\":[\"v1/content/a.txt\",\"v1/content/a.txt\"]",
         NULL, NULL, "E101"},
        {"2026-01-02T03:04:05Z", "2026-01-02Txx:04:05Z", NULL, NULL, "E049"},
        {"2026-01-02T03:04:05Z", "2026-01-02T03:04:05.Z", NULL, NULL, "E049"},
        {V1, V1 ",\"v002\":{" CREATED "," STATE "}", NULL, NULL, "E012"},
        {"},\"type", ",\"" ZEROS "\":[\"v1/content/a.txt\"]},\"type", NULL, NULL, "E092"},
        {V1, "\"v001\":{" CREATED "," STATE "},\"v2\":{" CREATED "," STATE "}", NULL, NULL, "E012"},
    };

    assert_cases(cases, G_N_ELEMENTS(cases), TRUE);
}

static void an_empty_folder_in_the_content_is_an_error(void **state G_GNUC_UNUSED)
{
    g_autofree char *object = testing_folder();
    g_autofree char *empty = tree_path(object, "v1/content/empty");

    put_object(object, &(Case){0});
    assert_int_equal(g_mkdir_with_parents(empty, 0755), 0);
    assert_judged(object, TRUE, "E024");
}

/* Folders in the order of their names: what stands behind an empty one is not below it. */
static void what_is_behind_an_empty_folder_is_not_in_it(void **state G_GNUC_UNUSED)
{
    static const char *const behind[] = {"v1/content/empty0/x", "v1/content/empty-0"};

    for (gsize i = 0; i < G_N_ELEMENTS(behind); i++) {
        g_autofree char *object = testing_folder();
        g_autofree char *empty = tree_path(object, "v1/content/empty");

        put_object(object, &(Case){.path = behind[i], .text = "x"});
        assert_int_equal(g_mkdir_with_parents(empty, 0755), 0);
        assert_judged(object, TRUE, "E024");
    }
}

static void the_last_of_all_folders_may_be_empty_too(void **state G_GNUC_UNUSED)
{
    g_autofree char *object = testing_folder(), *empty = tree_path(object, "v1/zzz/zzz");
    g_autofree char *named = replace(BASE, ID, ID ",\"contentDirectory\":\"zzz\"");
    g_autofree char *text = replace(named, "v1/content", "v1/zzz");

    put_object(object, &(Case){0});
    tree_remove(object, "v1/content");
    tree_put(object, "v1/zzz/a.txt", "hello\n");
    put_inventory(object, "", text);
    put_inventory(object, "v1/", text);
    assert_judged(object, FALSE, NULL);
    assert_int_equal(g_mkdir_with_parents(empty, 0755), 0);
    assert_judged(object, TRUE, "E024");
}

static void a_pipe_in_an_object_is_an_error(void **state G_GNUC_UNUSED)
{
    g_autofree char *object = testing_folder(), *pipe = tree_path(object, "v1/content/pipe");

    put_object(object, &(Case){0});
    assert_int_equal(mkfifo(pipe, 0600), 0);
    assert_judged(object, TRUE, "special-file");
}

static void a_folder_of_another_name_in_an_archive_is_an_error(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder(), *object = tree_path(folder, "object");
    g_autofree char *tar = tree_path(folder, "object.tar");
    g_autofree char *command = g_strdup_printf(
        "cd %s && find object -type f | LC_ALL=C sort | tar -cf %s -T -", folder, tar);

    put_object(object, &(Case){.path = "stuff/x", .text = "x"});
    assert_int_equal(system(command), 0);
    assert_judged(tar, TRUE, "E001");
}

/* Ten versions, the first nine with a zero: the tenth has no room for one. */
static void a_version_number_that_outgrows_its_zeros_is_an_error(void **state G_GNUC_UNUSED)
{
    g_autofree char *object = testing_folder(), *all = NULL, *text = NULL, *with_all = NULL;
    g_autoptr(GString) versions = g_string_new(NULL);

    for (guint i = 1; i <= 10; i++) {
        g_autofree char *name = g_strdup_printf("\"v%02u\"", i);
        g_autofree char *version = replace(V1, "\"v1\"", name);

        g_string_append_printf(versions, "%s%s", i > 1 ? "," : "", version);
    }
    with_all = replace(BASE, V1, versions->str);
    text = replace(with_all, HEAD, "\"head\":\"v10\"");
    put_object(object, &(Case){0});
    put_inventory(object, "", text);
    assert_judged(object, TRUE, "E011");
}

/* Declaration and inventory are both missing; what keeps the folder in a repository is a file too
 * many. */
static void a_folder_of_nothing_is_an_object_without_anything(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();

    assert_judged(folder, TRUE, "E003");
    assert_judged(folder, TRUE, "E063");
    tree_put(folder, ".keep", "");
    assert_judged(folder, TRUE, "E003");
    assert_judged(folder, TRUE, "E063");
}

static void links_in_an_object_are_errors(void **state G_GNUC_UNUSED)
{
    for (guint hard = 0; hard < 2; hard++) {
        g_autofree char *object = testing_folder();
        g_autofree char *file = tree_path(object, "v1/content/a.txt");
        g_autofree char *other = tree_path(object, "logs/a.txt");
        g_autofree char *logs = tree_path(object, "logs");

        put_object(object, &(Case){0});
        assert_int_equal(g_mkdir_with_parents(logs, 0755), 0);
        assert_int_equal(hard ? link(file, other) : symlink("../v1/content/a.txt", other), 0);
        assert_judged(object, TRUE, "E090");
    }
}

/* A second version that keeps a.txt; the older inventory is the base with one change. */
static void put_second(const char *object, const char *from, const char *to)
{
    g_autofree char *second = replace(V1, "\"v1\"", "\"v2\"");
    g_autofree char *both = g_strconcat(V1, ",", second, NULL);
    g_autofree char *with_both = replace(BASE, V1, both);
    g_autofree char *text = replace(with_both, HEAD, "\"head\":\"v2\"");
    g_autofree char *old = from != NULL ? replace(BASE, from, to) : g_strdup(BASE);

    tree_put(object, "0=ocfl_object_1.1", "ocfl_object_1.1\n");
    put_inventory(object, "", text);
    put_inventory(object, "v2/", text);
    put_inventory(object, "v1/", old);
    tree_put(object, "v1/content/a.txt", "hello\n");
}

static void older_inventories_are_compared(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *from, *to, *code;
        gboolean errors;
    } cases[] = {
        {NULL, NULL, NULL, FALSE},
        {"\"first\"", "\"another\"", "W011", FALSE},
        {"1.1/spec", "1.0/spec", NULL, FALSE},
        {ID, ID ",\"contentDirectory\":\"stuff\"", "E019", TRUE},
        {"urn:example:1", "urn:example:2", "E037", TRUE},
        {HEAD, "\"head\":\"v2\"", "E040", TRUE},
        {"\"a.txt\"", "\"b.txt\"", "E066", TRUE},
        {HELLO, "0000", "E066", TRUE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *object = testing_folder();

        put_second(object, cases[i].from, cases[i].to);
        assert_judged(object, cases[i].errors, cases[i].code);
    }
}

static void an_older_version_must_not_be_of_a_newer_specification(void **state G_GNUC_UNUSED)
{
    g_autofree char *object = testing_folder();
    g_autoptr(GBytes) bytes = NULL;
    g_autofree char *text = NULL;
    g_autofree char *older = NULL;

    put_second(object, NULL, NULL);
    bytes = tree_get(object, "inventory.json");
    text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    older = replace(text, "1.1/spec", "1.0/spec");
    put_inventory(object, "", older);
    put_inventory(object, "v2/", older);
    tree_remove(object, "0=ocfl_object_1.1");
    tree_put(object, "0=ocfl_object_1.0", "ocfl_object_1.0\n");
    assert_judged(object, TRUE, "E103");
}

/* The older inventory names the same file by a digest of another length. */
static void versions_of_two_algorithms_are_compared_by_their_files(void **state G_GNUC_UNUSED)
{
    for (int other = 0; other <= 1; other++) {
        g_autofree char *object = testing_folder();
        g_autofree char *digests = replace(BASE, HELLO, HELLO256);
        g_autofree char *old = replace(digests, "sha512", "sha256");
        g_autofree char *file = replace(old, "\"v1/content/a.txt\"", "\"v1/content/b.txt\"");

        put_second(object, NULL, NULL);
        tree_remove(object, "v1/inventory.json.sha512");
        tree_put(object, "v1/content/a.txt", "hello\n");
        put_inventory(object, "v1/", other ? file : old);
        assert_judged(object, other, other ? "E066" : "W004");
    }
}

static void an_older_version_has_an_inventory_of_a_size(void **state G_GNUC_UNUSED)
{
    g_autofree char *object = testing_folder(), *path = tree_path(object, "v1/inventory.json");

    put_second(object, NULL, NULL);
    assert_int_equal(truncate(path, (off_t)OCFL_INVENTORY_MAX + 1), 0);
    assert_judged(object, TRUE, "ocfl-inventory-too-large");
    tree_remove(object, "v1/inventory.json");
    tree_remove(object, "v1/inventory.json.sha512");
    assert_judged(object, FALSE, "W010");
}

static void a_text_of_brackets_is_no_inventory(void **state G_GNUC_UNUSED)
{
    g_autofree char *object = testing_folder(), *text = g_strnfill(4 << 20, '[');

    put_object(object, &(Case){0});
    put_inventory(object, "", text);
    assert_judged(object, TRUE, "ocfl-inventory-too-large");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(good_objects_are_valid),
    cmocka_unit_test(doubtful_objects_get_a_warning),
    cmocka_unit_test(bad_files_are_errors),
    cmocka_unit_test(a_sidecar_hides_nothing_behind_a_nul),
    cmocka_unit_test(bad_inventories_are_errors),
    cmocka_unit_test(an_empty_folder_in_the_content_is_an_error),
    cmocka_unit_test(what_is_behind_an_empty_folder_is_not_in_it),
    cmocka_unit_test(the_last_of_all_folders_may_be_empty_too),
    cmocka_unit_test(a_pipe_in_an_object_is_an_error),
    cmocka_unit_test(a_folder_of_another_name_in_an_archive_is_an_error),
    cmocka_unit_test(a_version_number_that_outgrows_its_zeros_is_an_error),
    cmocka_unit_test(a_folder_of_nothing_is_an_object_without_anything),
    cmocka_unit_test(links_in_an_object_are_errors),
    cmocka_unit_test(older_inventories_are_compared),
    cmocka_unit_test(an_older_version_must_not_be_of_a_newer_specification),
    cmocka_unit_test(versions_of_two_algorithms_are_compared_by_their_files),
    cmocka_unit_test(an_older_version_has_an_inventory_of_a_size),
    cmocka_unit_test(a_text_of_brackets_is_no_inventory),
};

TEST_MAIN(tests)
