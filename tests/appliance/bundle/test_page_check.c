/* SPDX-License-Identifier: Apache-2.0
 *
 * Pages of bundles from anywhere: what decodes, what does not, and what could not be looked at.
 */
#include "appliance/bundle/page_check.h"

#include "appliance/base/worker.h"
#include "appliance/page/pass.h"
#include "tests/appliance/page/page_testing.h"
#include "tests/storage/package_sample.h"

#define TEXT "no picture at all"

/* A text without an image; what the tables say of offsets is wrong, which readers mend. */
#define DRAWN_PDF                                                                                  \
    "%PDF-1.4\n1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj\n"                                   \
    "2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj\n"                                     \
    "3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 144 96] /Contents 4 0 R>> endobj\n"        \
    "4 0 obj <</Length 9>> stream\nBT (x) ET\nendstream endobj\n"                                  \
    "trailer <</Root 1 0 R /Size 5>>\nstartxref\n0\n%%EOF\n"

static GBytes *page_of(PageMode mode)
{
    g_autoptr(Drawing) drawing = drawing_new(800, 1100, 100, mode);
    PassOptions options = {
        .geometry = drawing->geometry, .page_mode = mode, .memory = drawing->rows};
    g_autoptr(StripPass) pass = NULL;
    g_auto(PageResult) result = PAGE_RESULT_NONE;
    GError *error = NULL;

    drawing_text(drawing, 30, 0, mode);
    pass = pass_new(&options, &error);
    assert_no_error(error);
    assert_true(pass_rows(pass, drawing->rows, drawing->geometry.height_px,
                          drawing->geometry.stride_bytes, &error));
    assert_true(pass_finish(pass, &result, &error));
    return bytes_of(result.fd);
}

/* The page with a stretch of its coded data gone: its middle, where no table stands. */
static void put_spoilt(const char *folder, const char *path, PageMode mode)
{
    g_autoptr(GBytes) page = page_of(mode);
    gsize size = g_bytes_get_size(page);
    g_autofree guint8 *bytes = g_memdup2(g_bytes_get_data(page, NULL), size);

    memset(bytes + size / 2, mode == PAGE_LINEART ? 0 : 0xd9, 64);
    if (mode != PAGE_LINEART)
        bytes[size / 2] = 0xff; /* the end of a JPEG */
    tree_put_bytes(folder, path, bytes, size);
}

static void put_page(const char *folder, const char *path, PageMode mode)
{
    g_autoptr(GBytes) page = page_of(mode);

    tree_put_bytes(folder, path, g_bytes_get_data(page, NULL), g_bytes_get_size(page));
}

static gint by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Every file of a bundle, a line each, sorted: "path verdict", with the reason if there is one. */
static char *judged(PageCheck *check, const char *path)
{
    static const char *const verdicts[] = {"well", "damaged", "unseen"};
    GError *error = NULL;
    g_autoptr(Archive) archive = archive_open(path, NULL, &error);
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);

    assert_no_error(error);
    for (guint i = 0; i < archive_count(archive); i++) {
        const ArchiveMember *member = archive_member(archive, i);
        g_autoptr(ArchiveReader) reader = NULL;
        g_autofree char *why = NULL;
        VerifyPages pages;

        if (member->kind != ARCHIVE_FILE)
            continue;
        reader = archive_reader_new(archive, member, &error);
        assert_no_error(error);
        pages = page_check_file(member->path, reader, &why, check);
        assert_true((why == NULL) == (pages == VERIFY_PAGES_WELL));
        g_ptr_array_add(lines, g_strdup_printf("%s %s%s%s", member->path, verdicts[pages],
                                               why != NULL ? ": " : "", why != NULL ? why : ""));
    }
    g_ptr_array_sort(lines, by_text);
    g_ptr_array_add(lines, NULL);
    return g_strjoinv("\n", (char **)lines->pdata);
}

static void assert_said(const char *said, const char *words)
{
    if (strstr(said, words) == NULL)
        fail_msg("'%s' is not in:\n%s", words, said);
}

static void pages_of_every_kind_decode_in_every_form(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *tar = NULL, *zip = NULL;
    const char *const said = "1.tif well\n2.tif well\n3.tif well\n4.pdf well\nnote.txt well";
    const char *forms[3] = {folder};
    g_autoptr(PageCheck) check = page_check_new();

    put_page(folder, "1.tif", PAGE_LINEART);
    put_page(folder, "2.tif", PAGE_GRAY);
    put_page(folder, "3.tif", PAGE_COLOUR);
    tree_put(folder, "4.pdf", DRAWN_PDF);
    tree_put(folder, "note.txt", TEXT);
    forms[1] = tar = packed(folder, ARCHIVE_TAR, "base");
    forms[2] = zip = packed(folder, ARCHIVE_ZIP, "base");
    for (guint i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autofree char *found = judged(check, forms[i]);

        assert_string_equal(found, said);
        assert_int_equal(page_check_pages(check), 4 * (i + 1));
    }
}

static void damage_is_found_whatever_the_name(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autoptr(PageCheck) check = page_check_new();
    g_autofree char *said = NULL;

    put_spoilt(folder, "lineart.tif", PAGE_LINEART);
    put_spoilt(folder, "gray", PAGE_GRAY);
    put_spoilt(folder, "colour.bin", PAGE_COLOUR);
    said = judged(check, folder);
    assert_said(said, "lineart.tif damaged: page 1: ");
    assert_said(said, "gray damaged: page 1: ");
    assert_said(said, "colour.bin damaged: page 1: ");
    assert_int_equal(page_check_pages(check), 0);
}

static void a_name_that_promises_a_page_is_held_to_it(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autoptr(PageCheck) check = page_check_new();
    g_autofree char *said = NULL, *zip = NULL, *of_zip = NULL;

    tree_put(folder, "fake.TIFF", TEXT);
    tree_put(folder, "empty.jpg", "");
    said = judged(check, folder);
    assert_said(said, "fake.TIFF damaged: neither");
    assert_said(said, "empty.jpg damaged: an empty file");
    zip = packed(folder, ARCHIVE_ZIP, "base");
    of_zip = judged(check, zip);
    assert_string_equal(of_zip, said);
}

static void what_is_too_large_in_an_archive_is_said_to_be_unseen(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *path = tree_path(folder, "large.tif");
    g_autofree char *tar = NULL, *said = NULL, *of_tar = NULL;
    g_autoptr(PageCheck) check = page_check_new();

    put_page(folder, "large.tif", PAGE_LINEART);
    assert_int_equal(truncate(path, (off_t)PAGE_CHECK_BYTES_MAX + 1), 0);
    said = judged(check, folder);
    assert_string_equal(said, "large.tif well");
    tar = packed(folder, ARCHIVE_TAR, "base");
    of_tar = judged(check, tar);
    assert_string_equal(of_tar, "large.tif unseen: over 64 MiB in an archive");
}

#define BAGGED 24

/* A bag of one page many times. */
static char *bag_of_pages(void)
{
    char *folder = testing_folder();
    g_autoptr(GBytes) page = page_of(PAGE_LINEART);
    g_autoptr(GString) manifest = g_string_new(NULL);
    g_autofree char *digest = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, page);

    for (guint i = 0; i < BAGGED; i++) {
        g_autofree char *path = g_strdup_printf("data/%02u.tif", i);

        tree_put_bytes(folder, path, g_bytes_get_data(page, NULL), g_bytes_get_size(page));
        g_string_append_printf(manifest, "%s  %s\n", digest, path);
    }
    tree_put(folder, "manifest-sha256.txt", manifest->str);
    tree_put(folder, "bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
    return folder;
}

static void threads_look_at_pages_side_by_side(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = bag_of_pages();
    g_autoptr(PageCheck) check = page_check_new();
    VerifyOptions options = {
        .level = VERIFY_FULL, .threads = 4, .decode = page_check_file, .decode_data = check};
    VerifySummary summary;

    assert_true(verify_path(folder, &options, NULL, NULL, &summary, NULL));
    assert_int_equal(summary.files, BAGGED);
    assert_int_equal(summary.errors + summary.warnings, 0);
    assert_int_equal(page_check_pages(check), BAGGED);
}

/* Nothing is found wrong with pages that nobody could look at. */
static void without_workers_pages_are_unseen(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autoptr(PageCheck) check = page_check_new();
    g_autofree char *said = NULL, *again = NULL;

    put_page(folder, "1.tif", PAGE_LINEART);
    worker_program_set("/nonexistent/anjuan");
    said = judged(check, folder);
    assert_said(said, "1.tif unseen: ");
    worker_program_set(ANJUAN_PROGRAM);
    again = judged(check, folder);
    assert_string_equal(again, "1.tif well");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_of_every_kind_decode_in_every_form),
        cmocka_unit_test(damage_is_found_whatever_the_name),
        cmocka_unit_test(a_name_that_promises_a_page_is_held_to_it),
        cmocka_unit_test(what_is_too_large_in_an_archive_is_said_to_be_unseen),
        cmocka_unit_test(threads_look_at_pages_side_by_side),
        cmocka_unit_test(without_workers_pages_are_unseen),
    };

    testing_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
