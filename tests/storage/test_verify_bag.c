/* SPDX-License-Identifier: Apache-2.0
 *
 * Bags of others, good and bad, in the versions from 0.93 to 1.0.
 */
#include "tests/storage/tree.h"
#include "tests/storage/watch.h"

#include "appliance/base/digest.h"
#include "storage/verify.h"

#define HELLO_MD5      "b1946ac92492d2347c6235b4d2611184"
#define HELLO_SHA256   "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
#define BAGIT(version) "BagIt-Version: " version "\nTag-File-Character-Encoding: UTF-8\n"

typedef struct {
    const char *path, *text; /* NULL text: the file is taken away */
} Change;

/* A bag of one file "hello\n" in `version`, then the changes. */
static char *make_bag(const char *version, const Change *changes, gsize n_changes)
{
    char *folder = testing_folder();
    g_autofree char *bagit =
        g_strdup_printf("BagIt-Version: %s\nTag-File-Character-Encoding: UTF-8\n", version);

    tree_put(folder, "bagit.txt", bagit);
    tree_put(folder, "data/hello.txt", "hello\n");
    tree_put(folder, "manifest-sha256.txt", HELLO_SHA256 "  data/hello.txt\n");
    for (gsize i = 0; i < n_changes; i++) {
        if (changes[i].text != NULL)
            tree_put(folder, changes[i].path, changes[i].text);
        else
            tree_remove(folder, changes[i].path);
    }
    return folder;
}

/* Judge a bag: `errors` tells whether it must be invalid, `code` what must be found (or NULL). */
static void assert_judged(const char *path, gboolean errors, const char *code)
{
    VerifyOptions options = {.level = VERIFY_FULL};
    g_autoptr(GString) all = g_string_new(NULL);
    Watch self = {.wanted = code, .all = all};
    VerifySummary summary;
    GError *error = NULL;

    assert_true(verify_path(path, &options, watch, &self, &summary, &error));
    assert_no_error(error);
    if ((summary.errors > 0) != errors || (code != NULL && self.hits == 0))
        fail_msg("%s, wanted %s: %s", errors ? "should be invalid" : "should be valid",
                 code != NULL ? code : "nothing", all->str);
    if (code == NULL && !errors && summary.warnings > 0)
        fail_msg("should be valid without a warning: %s", all->str);
}

typedef struct {
    const char *version;
    Change changes[4];
    const char *code; /* NULL: valid without a warning */
} Case;

static void assert_cases(const Case *cases, gsize n_cases, gboolean errors)
{
    for (gsize i = 0; i < n_cases; i++) {
        gsize n_changes = 0;
        g_autofree char *folder = NULL;

        while (n_changes < G_N_ELEMENTS(cases[i].changes) &&
               cases[i].changes[n_changes].path != NULL)
            n_changes++;
        folder = make_bag(cases[i].version, cases[i].changes, n_changes);
        assert_judged(folder, errors, cases[i].code);
    }
}

static void valid_bags_are_valid(void **state G_GNUC_UNUSED)
{
    static const Case cases[] = {
        {"1.0", {{0}}, NULL},
        {"0.97", {{0}}, NULL},
        {"0.93", {{"package-info.txt", "Payload-Oxum: 6.1\n"}}, NULL},
        {"0.96",
         {{"bagit.txt", "BagIt-Version: 0.96\r\nTag-File-Character-Encoding: UTF-8"}},
         NULL},
        {"0.97",
         {{"bagit.txt", "BagIt-Version:0.97\nTag-File-Character-Encoding : UTF-8\n"}},
         NULL},
        {"1.0",
         {{"bag-info.txt", "Payload-Oxum: 6.1\nContact-Name: a\nContact-Name: b\n c\n"}},
         NULL},
        {"0.97", {{"bag-info.txt", "Payload-Oxum : 6.1\nTest   :  x\n"}}, NULL},
        {"1.0", {{"manifest-sha256.txt", HELLO_SHA256 "\t data/hello.txt\r\n"}}, NULL},
        {"1.0", {{"manifest-md5.txt", HELLO_MD5 " data/hello.txt"}}, NULL},
        {"1.0",
         {{"manifest-sha256.txt",
           "5891B5B522D5DF086D0FF0B110FBD9D21BB4FC7163AF34D08286A2E846F6BE03  data/hello.txt\n"}},
         NULL},
        {"1.0",
         {{"data/hello.txt", NULL},
          {"data/a%b\nc", "hello\n"},
          {"manifest-sha256.txt", HELLO_SHA256 "  data/a%25b%0ac\n"}},
         NULL},
        {"0.97",
         {{"data/hello.txt", NULL},
          {"data/%7Ea%25", "hello\n"},
          {"manifest-sha256.txt", HELLO_SHA256 "  data/%7Ea%25\n"}},
         NULL},
        {"0.97",
         {{"data/other", "not in this manifest\n"},
          {"manifest-md5.txt", "4c85ae4a0c5b3b3ab2ec3d7e0b4e5b90  data/other\n"},
          {"data/other", "hello\n"},
          {"manifest-md5.txt", HELLO_MD5 "  data/other\n"}},
         NULL},
        {"1.0", {{"extra/notes.txt", "a tag file nobody lists, and no tag manifest\n"}}, NULL},
    };

    assert_cases(cases, G_N_ELEMENTS(cases), FALSE);
}

static void doubtful_bags_are_valid_with_a_warning(void **state G_GNUC_UNUSED)
{
    static const Case cases[] = {
        {"0.97", {{"manifest-sha256.txt", HELLO_SHA256 " *data/hello.txt\n"}}, "path-asterisk"},
        {"0.97",
         {{"manifest-sha256.txt", HELLO_SHA256 "  ./data/hello.txt\n"}},
         "path-leading-dot"},
        {"0.97",
         {{"manifest-sha256.txt",
           HELLO_SHA256 "  data/hello.txt\n" HELLO_SHA256 "  data/hello.txt\n"}},
         "manifest-twice"},
        {"1.0",
         {{"data/HELLO.txt", "hello\n"},
          {"manifest-sha256.txt",
           HELLO_SHA256 "  data/HELLO.txt\n" HELLO_SHA256 "  data/hello.txt\n"}},
         "name-similar"},
        {"1.0",
         {{"data/Thumbs.db", "hello\n"},
          {"manifest-sha256.txt",
           HELLO_SHA256 "  data/Thumbs.db\n" HELLO_SHA256 "  data/hello.txt\n"}},
         "system-file"},
        {"1.0", {{"bag-info.txt", "Bagging-Date: yesterday\n"}}, "bag-info-date"},
        {"0.97", {{"bag-info.txt", "no colon here\n"}}, "bag-info-line-doubtful"},
        {"0.97", {{"bag-info.txt", "Contact-Name: A\n\nno colon\n"}}, "bag-info-line-doubtful"},
        {"0.97", {{"fetch.txt", "http://example.org/x - data/hello.txt\n"}}, "fetch"},
        {"1.0", {{"bag-info.txt", "Payload-Oxum: 6.1\nPayload-Oxum: 6.1\n"}}, "bag-info-repeated"},
        {"1.0", {{"bag-info.txt", "Bag-Count: 1 of 1\nBag-Count: 1 of 1\n"}}, "bag-info-repeated"},
        {"1.0",
         {{"bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: ISO-8859-1\n"}},
         "bag-not-utf8"},
    };

    assert_cases(cases, G_N_ELEMENTS(cases), FALSE);
}

static void bad_declarations_are_errors(void **state G_GNUC_UNUSED)
{
    static const Case cases[] = {
        {"1.0", {{"bagit.txt", NULL}}, "bag-no-declaration"},
        {".97", {{0}}, "bag-declaration"},
        {"1", {{0}}, "bag-declaration"},
        {"1.1", {{0}}, "bag-version"},
        {"0.92", {{0}}, "bag-version"},
        {"1.0", {{"bagit.txt", "BagIt-Version: 1.0\n"}}, "bag-declaration"},
        {"1.0", {{"bagit.txt", ""}}, "bag-declaration"},
        {"1.0", {{"bagit.txt", "\xEF\xBB\xBF" BAGIT("1.0")}}, "bag-declaration"},
        {"1.0", {{"bagit.txt", BAGIT("1.0") "More: x\n"}}, "bag-declaration"},
        {"1.0", {{"bagit.txt", "\n\n"}}, "bag-declaration"},
        {"1.0", {{"bagit.txt", "\xff" BAGIT("1.0")}}, "bag-declaration"},
        {"1.0",
         {{"bagit.txt", "BagIt-Version: 1.0 \nTag-File-Character-Encoding: UTF-8\n"}},
         "bag-declaration"},
        {"1.0",
         {{"bagit.txt", "BagIt-Version : 1.0\nTag-File-Character-Encoding: UTF-8\n"}},
         "bag-declaration"},
        {"1.0",
         {{"bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: KLINGON-8\n"}},
         "bag-encoding"},
    };

    assert_cases(cases, G_N_ELEMENTS(cases), TRUE);
}

static void bad_lists_are_errors(void **state G_GNUC_UNUSED)
{
    static const Case cases[] = {
        {"1.0", {{"manifest-sha256.txt", NULL}}, "bag-no-manifest"},
        {"1.0", {{"data", NULL}}, "bag-no-payload-folder"},
        {"1.0", {{"data/hello.txt", NULL}, {"data/x", "x"}}, "file-missing"},
        {"1.0", {{"data/extra", "x"}}, "file-not-listed"},
        {"0.97", {{"data/extra", "x"}}, "file-not-listed"},
        {"1.0", {{"manifest-md5.txt", ""}}, "file-not-listed"},
        {"1.0", {{"manifest-crc99.txt", "00  data/hello.txt\n"}}, "manifest-algorithm"},
        {"1.0", {{"manifest-sha256.txt", "abc  data/hello.txt\n"}}, "manifest-line"},
        {"1.0", {{"manifest-sha256.txt", HELLO_SHA256 "\n"}}, "manifest-line"},
        {"1.0", {{"manifest-sha256.txt", HELLO_SHA256 "  data/hello.txt\n\n"}}, "manifest-line"},
        {"1.0", {{"manifest-sha256.txt", HELLO_SHA256 "  bagit.txt\n"}}, "path-out-of-place"},
        {"1.0", {{"manifest-sha256.txt", HELLO_SHA256 "  data/\xff\n"}}, "tag-encoding"},
        {"1.0",
         {{"tagmanifest-sha256.txt", HELLO_SHA256 "  data/hello.txt\n"}},
         "path-out-of-place"},
        {"1.0", {{"tagmanifest-md5.txt", HELLO_MD5 "  bag-info.txt\n"}}, "file-missing"},
        {"1.0", {{"tagmanifest-md5.txt", HELLO_MD5 "  bagit.txt\n"}}, "digest"},
        {"1.0", {{"x", "hello\n"}, {"tagmanifest-md5.txt", HELLO_MD5 "  x\n"}}, "file-not-listed"},
        {"1.0",
         {{"manifest-sha256.txt",
           HELLO_SHA256 "  data/hello.txt\n" HELLO_SHA256 "  data/hello.txt\n"}},
         "manifest-twice-refused"},
        {"0.97",
         {{"manifest-md5.txt", HELLO_MD5 "  data/hello.txt\n"
                                         "00000000000000000000000000000000  data/hello.txt\n"}},
         "manifest-twice-differs"},
        {"0.97", {{"data/hello.txt", "Hello\n"}}, "digest"},
        {"1.0", {{"data/hello.txt", "hello"}}, "digest"},
        {"0.97", {{"bag-info.txt", "Payload-Oxum: 7.1\n"}}, "oxum"},
        {"1.0", {{"bag-info.txt", "Payload-Oxum: 6.2\n"}}, "oxum"},
        {"1.0", {{"bag-info.txt", "Payload-Oxum: six\n"}}, "oxum-malformed"},
        {"1.0", {{"bag-info.txt", "no colon here\n"}}, "bag-info-line"},
        {"1.0", {{"bag-info.txt", " begins with a blank\n"}}, "bag-info-line"},
        {"1.0",
         {{"fetch.txt", "http://example.org/x 6 data/gone\n"},
          {"manifest-sha256.txt", HELLO_SHA256 "  data/hello.txt\n" HELLO_SHA256 "  data/gone\n"}},
         "fetch-hole"},
        {"1.0", {{"fetch.txt", "http://example.org/x\n"}}, "fetch-line"},
        {"1.0", {{"fetch.txt", "http://example.org/x ten data/hello.txt\n"}}, "fetch-line"},
        {"1.0", {{"fetch.txt", "http://example.org/x - bagit.txt\n"}}, "path-out-of-place"},
        {"0.97", {{"fetch.txt", "http://example.org/x - ../x\n"}}, "path-not-allowed"},
    };

    assert_cases(cases, G_N_ELEMENTS(cases), TRUE);
}

static void paths_that_lead_elsewhere_are_errors(void **state G_GNUC_UNUSED)
{
    static const char *const paths[] = {
        "../x",      "data/../../x", "/tmp/x", "~/x",     "~root/x",        "C:\\x",
        "data\\x",   "data//x",      "data/.", "data/..", "%HomeDrive%\\x", "\\\\?\\UNC\\x",
        "file:///x", "data/x/../y",  "C:/x",   "data/",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autofree char *line =
            g_strdup_printf(HELLO_SHA256 "  data/hello.txt\n" HELLO_SHA256 "  %s\n", paths[i]);
        Change change = {"manifest-sha256.txt", line};
        g_autofree char *folder = make_bag("1.0", &change, 1);

        assert_judged(folder, TRUE, "path-not-allowed");
    }
}

static void other_encodings_are_read(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = make_bag("0.97", NULL, 0);
    g_autofree char *wide = NULL;
    const char *line = HELLO_SHA256 "  data/\xe6\xa1\x88.txt\n";
    gsize size;

    tree_put(folder, "bagit.txt", "BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-16\n");
    tree_remove(folder, "data/hello.txt");
    tree_put(folder, "data/案.txt", "hello\n");
    wide = g_convert(line, -1, "UTF-16", "UTF-8", NULL, &size, NULL);
    tree_put_bytes(folder, "manifest-sha256.txt", wide, size);
    assert_judged(folder, FALSE, NULL);
    tree_put_bytes(folder, "manifest-sha256.txt", wide, size - 1);
    assert_judged(folder, TRUE, "tag-encoding");
}

static void a_list_without_end_is_cut_off(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = make_bag("1.0", NULL, 0);
    g_autoptr(GString) lines = g_string_new(HELLO_SHA256 "  data/hello.txt\n");
    VerifyOptions options = {.level = VERIFY_FULL, .limits = {.members_max = 100}};
    g_autoptr(GString) all = g_string_new(NULL);
    Watch self = {.wanted = "tag-too-many-lines", .all = all};
    VerifySummary summary;

    for (guint i = 0; i < 1000; i++)
        g_string_append_printf(lines, HELLO_SHA256 "  data/%u\n", i);
    tree_put(folder, "manifest-sha256.txt", lines->str);
    assert_true(verify_path(folder, &options, watch, &self, &summary, NULL));
    assert_int_equal(self.hits, 1);
    assert_int_equal(summary.errors, 100);
}

static void a_line_without_end_is_cut_off(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = make_bag("1.0", NULL, 0), *line = g_strnfill(1 << 20, 'x');

    tree_put(folder, "bag-info.txt", line);
    assert_judged(folder, TRUE, "tag-line-too-long");
    tree_put_bytes(folder, "bag-info.txt", "Contact-Name: a\0b\n", 18);
    assert_judged(folder, TRUE, "tag-encoding");
}

static void a_pipe_in_a_bag_is_an_error(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = make_bag("1.0", NULL, 0), *path = tree_path(folder, "data/pipe");

    assert_int_equal(mkfifo(path, 0600), 0);
    assert_judged(folder, TRUE, "special-file");
}

static void a_name_in_two_forms_is_never_taken_for_the_other(void **state G_GNUC_UNUSED)
{
    /* "é" as one character on the disk, as two in the list; and the list twice over. */
    g_autofree char *folder = make_bag("1.0", NULL, 0);

    tree_put(folder, "data/\xc3\xa9", "hello\n");
    tree_put(folder, "manifest-sha256.txt",
             HELLO_SHA256 "  data/hello.txt\n" HELLO_SHA256 "  data/e\xcc\x81\n" HELLO_SHA256
                          "  data/e\xcc\x81\n");
    assert_judged(folder, TRUE, "file-missing");
    assert_judged(folder, TRUE, "name-similar");
}

static void links_in_a_bag_are_errors(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = make_bag("1.0", NULL, 0);
    g_autofree char *path = tree_path(folder, "data/link");

    assert_int_equal(symlink("hello.txt", path), 0);
    assert_judged(folder, TRUE, "link");
}

static void quick_reads_no_payload(void **state G_GNUC_UNUSED)
{
    Change change = {"data/hello.txt", "Hello\n"};
    g_autofree char *folder = make_bag("1.0", &change, 1);
    VerifyOptions options = {.level = VERIFY_QUICK};
    VerifySummary summary;

    assert_true(verify_path(folder, &options, NULL, NULL, &summary, NULL));
    assert_int_equal(summary.errors, 0);
    assert_int_equal(summary.digested, 0);
    assert_judged(folder, TRUE, "digest");
}

static void a_bag_in_an_archive_needs_a_base_folder(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *path = tree_path(folder, "flat.tar");
    g_autoptr(GByteArray) tar = g_byte_array_new();

    tar_add(tar, "bagit.txt", '0', BAGIT("1.0"), strlen(BAGIT("1.0")));
    tar_add(tar, "data/x", '0', "x", 1);
    tar_end(tar);
    tree_put_bytes(folder, "flat.tar", tar->data, tar->len);
    assert_judged(path, TRUE, "no-base-folder");
}

static void hostile_and_damaged_archives_are_judged_invalid(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *hostile = tree_path(folder, "hostile.tar");
    g_autofree char *cut = tree_path(folder, "cut.tar");
    g_autoptr(GByteArray) tar = g_byte_array_new();

    tar_add(tar, "bag/bagit.txt", '0', BAGIT("1.0"), strlen(BAGIT("1.0")));
    tree_put_bytes(folder, "cut.tar", tar->data, tar->len);
    assert_judged(cut, TRUE, "archive-damaged");
    tar_add(tar, "bag/../../x", '0', "x", 1);
    tar_end(tar);
    tree_put_bytes(folder, "hostile.tar", tar->data, tar->len);
    assert_judged(hostile, TRUE, "archive-hostile");
}

static void what_is_no_bag_cannot_be_judged(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    VerifyOptions options = {.level = VERIFY_FULL};
    VerifySummary summary;
    GError *error = NULL;

    tree_put(folder, "letter.txt", "dear sir\n");
    assert_false(verify_path(folder, &options, NULL, NULL, &summary, &error));
    assert_error_code(error, ERROR_FORMAT);
    g_clear_error(&error);
}

static VerifyPages dislike_hello(const char *path, ArchiveReader *reader, char **why, void *data)
{
    char bytes[16];

    assert_int_equal(archive_reader_read(reader, bytes, sizeof bytes, NULL), 6);
    assert_memory_equal(bytes, "hello\n", 6);
    *(guint *)data += 1;
    *why = g_strdup_printf("no picture: %s", path);
    return VERIFY_PAGES_DAMAGED;
}

static void pages_are_decoded_by_the_caller(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = make_bag("1.0", NULL, 0);
    guint calls = 0;
    VerifyOptions options = {.level = VERIFY_FULL, .decode = dislike_hello, .decode_data = &calls};
    VerifySummary summary;

    assert_true(verify_path(folder, &options, NULL, NULL, &summary, NULL));
    assert_int_equal(summary.errors, 0);
    assert_int_equal(summary.warnings, 1);
    assert_int_equal(calls, 1);
    tree_flip(folder, "data/hello.txt", 0);
    assert_true(verify_path(folder, &options, NULL, NULL, &summary, NULL));
    assert_int_equal(summary.errors, 1);
    assert_int_equal(calls, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_bags_are_valid),
        cmocka_unit_test(doubtful_bags_are_valid_with_a_warning),
        cmocka_unit_test(bad_declarations_are_errors),
        cmocka_unit_test(bad_lists_are_errors),
        cmocka_unit_test(paths_that_lead_elsewhere_are_errors),
        cmocka_unit_test(other_encodings_are_read),
        cmocka_unit_test(a_list_without_end_is_cut_off),
        cmocka_unit_test(links_in_a_bag_are_errors),
        cmocka_unit_test(a_line_without_end_is_cut_off),
        cmocka_unit_test(a_pipe_in_a_bag_is_an_error),
        cmocka_unit_test(a_name_in_two_forms_is_never_taken_for_the_other),
        cmocka_unit_test(quick_reads_no_payload),
        cmocka_unit_test(a_bag_in_an_archive_needs_a_base_folder),
        cmocka_unit_test(hostile_and_damaged_archives_are_judged_invalid),
        cmocka_unit_test(what_is_no_bag_cannot_be_judged),
        cmocka_unit_test(pages_are_decoded_by_the_caller),
    };

    testing_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
