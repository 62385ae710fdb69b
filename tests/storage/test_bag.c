/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/storage/tree.h"

#include "appliance/base/digest.h"
#include "appliance/base/text.h"
#include "storage/bag.h"
#include "storage/verify.h"

#define TIME_US (G_GINT64_CONSTANT(1763720000) * G_USEC_PER_SEC)

static const BagField fields[] = {
    {"Source-Organization", "某区政务服务中心 (District  Government Service Hall)"},
    {"Bagging-Date", "2026-11-21"},
    {"External-Description",
     "a description that goes on and on, far beyond what one line of seventy-nine characters can "
     "carry, so that it has to be folded more than once before it ends"},
    {"Bag-Count", "1 of 1"},
};

static BagOptions options_for(ArchiveForm form, const char *path)
{
    return (BagOptions){.form = form,
                        .path = path,
                        .name = "bag-2026-000123",
                        .time_us = TIME_US,
                        .fields = fields,
                        .n_fields = G_N_ELEMENTS(fields)};
}

/* A bag with three pages, one of them from a file with known digests, and two tag files. */
static gboolean write_bag(const BagOptions *options, const char *folder, GError **error)
{
    g_autoptr(BagWriter) writer = bag_writer_new(options, error);
    g_autofree char *page = tree_path(folder, "page.tif");
    g_autofree char *content = g_strnfill(200000, 'p');
    g_autoptr(GBytes) mets = g_bytes_new_static("<mets/>", 7);
    g_autoptr(GBytes) entry = g_bytes_new_static("{\"v\":1}", 7);
    DigestPass pass;
    Digests digests;
    BagKnown known = {digests.sha256, digests.sha512};
    BagPayload payload;
    gboolean done;
    int fd;

    tree_put(folder, "page.tif", content);
    digest_init(&pass);
    digest_update(&pass, content, 200000);
    digest_finish(&pass, &digests);
    fd = open(page, O_RDONLY);
    done = writer != NULL &&
           bag_add_path(writer, "data/2026-000123/rep1/0001.tif", page, &known, error) &&
           bag_add_fd(writer, "data/2026-000123/rep1/0002.tif", fd, NULL, error) &&
           bag_add_bytes(writer, "data/2026-000123/METS.xml", mets, error) &&
           bag_close_payload(writer, &payload, error) &&
           bag_add_bytes(writer, "audit/checkpoint", entry, error) &&
           bag_add_bytes(writer, "audit/cases/2026-000123/seal.entry", entry, error) &&
           bag_write(writer, NULL, error);
    if (done) {
        assert_int_equal(payload.octets, 400007);
        assert_int_equal(payload.files, 3);
    }
    close(fd);
    return done;
}

static void collect(const VerifyFinding *finding, void *data)
{
    g_string_append_printf(data, "%s %s %s; ", finding->code,
                           finding->path != NULL ? finding->path : "-", finding->detail);
}

static void assert_valid(const char *path)
{
    VerifyOptions options = {.level = VERIFY_FULL, .threads = 2};
    g_autoptr(GString) found = g_string_new(NULL);
    VerifySummary summary;
    GError *error = NULL;

    assert_true(verify_path(path, &options, collect, found, &summary, &error));
    assert_no_error(error);
    assert_string_equal(found->str, "");
    assert_int_equal(summary.files, 3);
    assert_int_equal(summary.bytes, 400007);
    assert_int_equal(summary.digested, 400007);
    assert_int_equal(summary.volumes, 1);
    assert_string_equal(summary.version, "1.0");
}

static const struct {
    ArchiveForm form;
    const char *name;
} forms[] = {{ARCHIVE_TAR, "bag.tar"}, {ARCHIVE_ZIP, "bag.zip"}, {ARCHIVE_FOLDER, "bag"}};

static void every_form_is_a_valid_bag(void **state G_GNUC_UNUSED)
{
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autofree char *folder = testing_folder();
        g_autofree char *path = tree_path(folder, forms[i].name);
        BagOptions options = options_for(forms[i].form, path);
        GError *error = NULL;

        assert_true(write_bag(&options, folder, &error));
        assert_no_error(error);
        assert_valid(path);
    }
}

static void the_same_bag_gives_the_same_bytes(void **state G_GNUC_UNUSED)
{
    for (gsize i = 0; i < 2; i++) {
        g_autofree char *folder = testing_folder();
        g_autofree char *first = tree_path(folder, "first");
        g_autofree char *second = tree_path(folder, "second");
        BagOptions options = options_for(forms[i].form, first);
        g_autoptr(GBytes) a = NULL;
        g_autoptr(GBytes) b = NULL;

        assert_true(write_bag(&options, folder, NULL));
        options.path = second;
        assert_true(write_bag(&options, folder, NULL));
        a = tree_get(folder, "first");
        b = tree_get(folder, "second");
        assert_true(g_bytes_equal(a, b));
    }
}

static void bagit_txt_stands_first_and_lines_are_folded(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *path = tree_path(folder, "bag.tar");
    g_autofree char *base = tree_path(folder, "bag");
    BagOptions options = options_for(ARCHIVE_TAR, path);
    g_autoptr(Archive) archive = NULL;
    g_autoptr(GBytes) info = NULL;
    g_auto(GStrv) lines = NULL;

    assert_true(write_bag(&options, folder, NULL));
    archive = archive_open(path, NULL, NULL);
    assert_string_equal(archive_member(archive, 0)->path, "bagit.txt");
    assert_string_equal(archive_base(archive), "bag-2026-000123");
    for (guint i = 2; i < archive_count(archive); i++) {
        const char *before = archive_member(archive, i - 1)->path;
        const char *after = archive_member(archive, i)->path;

        assert_true(strcmp(before, after) < 0 ||
                    (g_str_has_prefix(after, "data/") && !g_str_has_prefix(before, "data/")));
    }
    options = options_for(ARCHIVE_FOLDER, base);
    assert_true(write_bag(&options, folder, NULL));
    info = tree_get(base, "bag-info.txt");
    lines = g_strsplit(g_bytes_get_data(info, NULL), "\n", -1);
    for (char **line = lines; *line != NULL; line++)
        assert_true(g_utf8_strlen(*line, -1) <= 79);
    assert_non_null(strstr(g_bytes_get_data(info, NULL), "\nPayload-Oxum: 400007.3\n"));
}

static void a_side_car_holds_the_digest_of_the_tar(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *path = tree_path(folder, "bag.tar");
    BagOptions options = options_for(ARCHIVE_TAR, path);
    g_autoptr(GBytes) tar = NULL;
    g_autoptr(GBytes) beside = NULL;
    DigestPass pass;
    Digests digests;
    g_autofree char *hex = NULL;
    g_autofree char *line = NULL;

    options.sidecar = TRUE;
    assert_true(write_bag(&options, folder, NULL));
    tar = tree_get(folder, "bag.tar");
    beside = tree_get(folder, "bag.tar.sha512");
    digest_init(&pass);
    digest_update(&pass, g_bytes_get_data(tar, NULL), g_bytes_get_size(tar));
    digest_finish(&pass, &digests);
    hex = hex_encode(digests.sha512, sizeof digests.sha512);
    line = g_strdup_printf("%s  bag.tar\n", hex);
    assert_int_equal(g_bytes_get_size(beside), strlen(line));
    assert_memory_equal(g_bytes_get_data(beside, NULL), line, strlen(line));
}

static void a_file_that_is_not_what_it_was_ends_the_export(void **state G_GNUC_UNUSED)
{
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autofree char *folder = testing_folder();
        g_autofree char *path = tree_path(folder, forms[i].name);
        g_autofree char *page = tree_path(folder, "page.tif");
        guint8 sha256[32] = {1}, sha512[64] = {2};
        BagKnown known = {sha256, sha512};
        BagOptions options = options_for(forms[i].form, path);
        g_autoptr(BagWriter) writer = bag_writer_new(&options, NULL);
        BagPayload payload;
        GError *error = NULL;

        tree_put(folder, "page.tif", "something else");
        assert_true(bag_add_path(writer, "data/0001.tif", page, &known, NULL));
        assert_true(bag_close_payload(writer, &payload, NULL));
        assert_false(bag_write(writer, NULL, &error));
        assert_error_code(error, ERROR_DIGEST);
        assert_non_null(strstr(error->message, "data/0001.tif"));
        g_clear_error(&error);
        assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    }
}

static void names_against_the_rules_are_refused(void **state G_GNUC_UNUSED)
{
    static const char *const bad[] = {
        "data/../x", "data//x",   "/data/x",          "data/",        "data/a b",
        "data/案卷", "data/.x",   "data/-x",          "data/CON.tif", "data/com1",
        "data/x.",   "payload/x", "manifest-md5.txt", "bagit.txt",    "data/0001.TIF",
    };
    g_autofree char *folder = testing_folder();
    g_autofree char *path = tree_path(folder, "bag.tar");
    g_autofree char *part = g_strnfill(65, 'x');
    g_autofree char *long_part = g_strconcat("data/", part, NULL);
    g_autofree char *long_path = g_strdup_printf("data/%.60s/%.60s/%.60s", part, part, part);
    BagOptions options = options_for(ARCHIVE_TAR, path);
    g_autoptr(BagWriter) writer = bag_writer_new(&options, NULL);
    g_autoptr(GBytes) bytes = g_bytes_new_static("x", 1);
    GError *error = NULL;

    assert_true(bag_add_bytes(writer, "data/0001.tif", bytes, NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        assert_false(bag_add_bytes(writer, bad[i], bytes, &error));
        assert_error_code(error, ERROR_INVALID);
        g_clear_error(&error);
    }
    assert_false(bag_add_bytes(writer, long_part, bytes, NULL));
    assert_false(bag_add_bytes(writer, long_path, bytes, NULL));
}

static void what_the_writer_makes_itself_is_not_taken(void **state G_GNUC_UNUSED)
{
    static const char *const own[] = {"bagit.txt", "bag-info.txt",     "README.txt",
                                      "fetch.txt", "manifest-md5.txt", "tagmanifest-md5.txt"};
    g_autofree char *folder = testing_folder(), *path = tree_path(folder, "bag.tar");
    BagOptions options = options_for(ARCHIVE_TAR, path);
    g_autoptr(BagWriter) writer = bag_writer_new(&options, NULL);
    g_autoptr(GBytes) bytes = g_bytes_new_static("x", 1);
    BagPayload payload;
    GError *error = NULL;

    assert_false(bag_close_payload(writer, &payload, &error));
    assert_error_code(error, ERROR_INVALID);
    g_clear_error(&error);
    assert_false(bag_add_fd(writer, "data/0001.tif", -1, NULL, &error));
    assert_error_code(error, ERROR_NO_FILE);
    g_clear_error(&error);
    assert_true(bag_add_bytes(writer, "data/0001.tif", bytes, NULL));
    assert_true(bag_close_payload(writer, &payload, NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(own); i++) {
        assert_false(bag_add_bytes(writer, own[i], bytes, &error));
        assert_error_code(error, ERROR_INVALID);
        g_clear_error(&error);
    }
}

/* Between its being named and its being read. */
static void a_file_that_went_away_ends_the_bag(void **state G_GNUC_UNUSED)
{
    for (int of_tags = 0; of_tags <= 1; of_tags++) {
        g_autofree char *folder = testing_folder(), *path = tree_path(folder, "bag.tar");
        g_autofree char *page = tree_path(folder, "page.tif");
        BagOptions options = options_for(ARCHIVE_TAR, path);
        g_autoptr(BagWriter) writer = bag_writer_new(&options, NULL);
        g_autoptr(GBytes) bytes = g_bytes_new_static("x", 1);
        BagPayload payload;
        GError *error = NULL;
        gboolean ok;

        tree_put(folder, "page.tif", "a page");
        assert_true(bag_add_bytes(writer, "data/0001.tif", bytes, NULL));
        if (of_tags)
            assert_true(bag_close_payload(writer, &payload, NULL));
        assert_true(bag_add_path(writer, of_tags ? "extra/x" : "data/0002.tif", page, NULL, NULL));
        assert_int_equal(unlink(page), 0);
        ok =
            of_tags ? bag_write(writer, NULL, &error) : bag_close_payload(writer, &payload, &error);
        assert_false(ok);
        assert_error_code(error, ERROR_NO_FILE);
        g_clear_error(&error);
        assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    }
}

static void a_name_or_a_field_against_the_rules_makes_no_bag(void **state G_GNUC_UNUSED)
{
    static const BagField bad[] = {{"", "v"},     {"a:b", "v"},          {" a", "v"},
                                   {"a", "\xff"}, {"payload-oxum", "1"}, {"a\nb", "v"}};
    BagOptions options = options_for(ARCHIVE_TAR, "bag.tar");
    GError *error = NULL;

    options.name = "a/b";
    assert_null(bag_writer_new(&options, &error));
    assert_error_code(error, ERROR_INVALID);
    g_clear_error(&error);
    options.name = "bag";
    options.n_fields = 1;
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        options.fields = &bad[i];
        assert_null(bag_writer_new(&options, &error));
        assert_error_code(error, ERROR_INVALID);
        g_clear_error(&error);
    }
}

/* A page whose digest is known in part is read once more, and is what it was or ends the bag. */
static void a_page_known_by_one_digest_is_measured(void **state G_GNUC_UNUSED)
{
    for (int wrong = 0; wrong <= 1; wrong++) {
        g_autofree char *folder = testing_folder(), *path = tree_path(folder, "bag.tar");
        g_autofree char *page = tree_path(folder, "page.tif");
        BagOptions options = options_for(ARCHIVE_TAR, path);
        g_autoptr(BagWriter) writer = bag_writer_new(&options, NULL);
        guint8 sha256[32];
        BagKnown known = {sha256, NULL};
        BagPayload payload;
        GError *error = NULL;

        tree_put(folder, "page.tif", "a page");
        sha256_of("a page", 6, sha256);
        sha256[0] ^= (guint8)wrong;
        assert_true(bag_add_path(writer, "data/0001.tif", page, &known, NULL));
        assert_int_equal(bag_close_payload(writer, &payload, &error), !wrong);
        if (wrong)
            assert_error_code(error, ERROR_DIGEST);
        g_clear_error(&error);
    }
}

static void long_paths_and_many_files_stay_readable(void **state G_GNUC_UNUSED)
{
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autofree char *folder = testing_folder();
        g_autofree char *path = tree_path(folder, forms[i].name);
        g_autofree char *part = g_strnfill(60, 'x');
        BagOptions options = options_for(forms[i].form, path);
        g_autoptr(BagWriter) writer = bag_writer_new(&options, NULL);
        VerifyOptions verify = {.level = VERIFY_FULL};
        VerifySummary summary;
        BagPayload payload;

        for (guint n = 0; n < 300; n++) {
            g_autofree char *text = g_strdup_printf("page %u", n);
            g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
            /* 60 + 60 + a name that cannot be cut into 155 and 100 */
            g_autofree char *name = g_strdup_printf("data/%s/%u/%.40s.tif", part, n, part);
            g_autofree char *longer = g_strdup_printf("data/%s/%s/a%u.tif", part, part, n);

            assert_true(bag_add_bytes(writer, n % 2 ? name : longer, bytes, NULL));
        }
        assert_true(bag_close_payload(writer, &payload, NULL));
        assert_true(bag_write(writer, NULL, NULL));
        assert_true(verify_path(path, &verify, NULL, NULL, &summary, NULL));
        assert_int_equal(summary.errors, 0);
        assert_int_equal(summary.files, 300);
    }
}

static void a_bag_takes_no_more_files_than_its_readers(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *path = tree_path(folder, "bag.tar");
    BagOptions options = options_for(ARCHIVE_TAR, path);
    g_autoptr(BagWriter) writer = bag_writer_new(&options, NULL);
    g_autoptr(GBytes) bytes = g_bytes_new_static("x", 1);
    GError *error = NULL;
    guint taken = 0;

    for (; error == NULL; taken++) {
        char name[32];

        g_snprintf(name, sizeof name, "data/%u", taken);
        if (!bag_add_bytes(writer, name, bytes, &error))
            break;
    }
    assert_error_code(error, ERROR_TOO_LARGE);
    assert_true(taken > ARCHIVE_MEMBERS_MAX - 32 && taken < ARCHIVE_MEMBERS_MAX);
    g_clear_error(&error);
}

static gboolean stop_at_half(guint64 done, guint64 total, void *data)
{
    *(guint *)data += 1;
    return done * 2 < total;
}

static void progress_can_stop_it(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *path = tree_path(folder, "bag.tar");
    BagOptions options = options_for(ARCHIVE_TAR, path);
    guint calls = 0;
    GError *error = NULL;

    options.progress = stop_at_half;
    options.progress_data = &calls;
    assert_false(write_bag(&options, folder, &error));
    assert_error_code(error, ERROR_CANCELLED);
    assert_true(calls > 1);
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    g_clear_error(&error);
}

typedef struct {
    guint64 last, total;
    guint calls, stop_at; /* 0: never */
} Judged;

static gboolean take_judged(guint64 done, guint64 total, void *data)
{
    Judged *judged = data;

    assert_true(done >= judged->last && done <= total);
    judged->last = done;
    judged->total = total;
    return ++judged->calls != judged->stop_at;
}

static void judging_tells_how_far_it_is_and_can_be_stopped(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *path = tree_path(folder, "bag.tar");
    BagOptions bag = options_for(ARCHIVE_TAR, path);
    Judged judged = {0};
    VerifyOptions options = {
        .level = VERIFY_FULL, .progress = take_judged, .progress_data = &judged};
    VerifySummary summary;
    GError *error = NULL;

    assert_true(write_bag(&bag, folder, &error));
    assert_true(verify_path(path, &options, NULL, NULL, &summary, &error));
    assert_int_equal(summary.errors, 0);
    assert_true(judged.total > summary.bytes); /* tag files are read too */
    assert_int_equal(judged.last, judged.total);
    for (guint calls = judged.calls, at = 1; at <= calls; at++) {
        judged = (Judged){.stop_at = at};
        assert_false(verify_path(path, &options, NULL, NULL, &summary, &error));
        assert_error_code(error, ERROR_CANCELLED);
        assert_int_equal(judged.calls, at);
        g_clear_error(&error);
    }
}

static void what_stands_there_is_never_overwritten(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *path = tree_path(folder, "bag.tar");
    BagOptions options = options_for(ARCHIVE_TAR, path);
    GError *error = NULL;
    g_autoptr(GBytes) kept = NULL;

    tree_put(folder, "bag.tar", "another");
    assert_false(write_bag(&options, folder, &error));
    assert_error_code(error, ERROR_INVALID);
    g_clear_error(&error);
    kept = tree_get(folder, "bag.tar");
    assert_int_equal(g_bytes_get_size(kept), 7);
}

/* Whether something stands under the final name, and that it is whole if so. */
static gboolean is_there(const char *path)
{
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return FALSE;
    assert_valid(path);
    return TRUE;
}

static void walk_faults(gsize form, FileFault function, int fault, guint *injected)
{
    gboolean done = FALSE;

    for (guint at = 1; !done; at++) {
        g_autofree char *folder = testing_folder();
        g_autofree char *path = tree_path(folder, forms[form].name);
        BagOptions options = options_for(forms[form].form, path);
        NthFault nth = {.at = at, .fault = fault};
        GError *error = NULL;

        file_fault_set(function, &nth);
        done = write_bag(&options, folder, &error);
        file_fault_set(NULL, NULL);
        if (nth.count < at) {
            assert_true(done);
            return;
        }
        (*injected)++;
        if (done) /* a failure that only left something to tidy up */
            assert_true(is_there(path));
        done = FALSE;
        g_clear_error(&error);
        if (is_there(path)) /* whole, though its folder may not have been synced */
            continue;
        assert_true(write_bag(&options, folder, &error)); /* the same command runs through */
        assert_no_error(error);
        assert_valid(path);
    }
}

static void a_fault_at_any_operation_leaves_all_or_nothing(void **state G_GNUC_UNUSED)
{
    static const int faults[] = {EIO, ENOSPC, FILE_SHORT_WRITE};
    guint injected = 0;

    for (gsize form = 0; form < G_N_ELEMENTS(forms); form++) {
        /* The three forms share their writer: one of them meets every kind of fault. */
        for (gsize i = 0; i < (form == 0 ? G_N_ELEMENTS(faults) : 1); i++)
            walk_faults(form, testing_fail_nth, faults[i], &injected);
        walk_faults(form, testing_fail_from, EIO, &injected);
    }
    print_message("%u faults injected, 0 half bags\n", injected);
    assert_true(injected > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_is_a_valid_bag),
        cmocka_unit_test(the_same_bag_gives_the_same_bytes),
        cmocka_unit_test(bagit_txt_stands_first_and_lines_are_folded),
        cmocka_unit_test(a_side_car_holds_the_digest_of_the_tar),
        cmocka_unit_test(a_file_that_is_not_what_it_was_ends_the_export),
        cmocka_unit_test(names_against_the_rules_are_refused),
        cmocka_unit_test(what_the_writer_makes_itself_is_not_taken),
        cmocka_unit_test(a_file_that_went_away_ends_the_bag),
        cmocka_unit_test(a_name_or_a_field_against_the_rules_makes_no_bag),
        cmocka_unit_test(a_page_known_by_one_digest_is_measured),
        cmocka_unit_test(long_paths_and_many_files_stay_readable),
        cmocka_unit_test(a_bag_takes_no_more_files_than_its_readers),
        cmocka_unit_test(progress_can_stop_it),
        cmocka_unit_test(judging_tells_how_far_it_is_and_can_be_stopped),
        cmocka_unit_test(what_stands_there_is_never_overwritten),
        cmocka_unit_test(a_fault_at_any_operation_leaves_all_or_nothing),
    };

    testing_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
