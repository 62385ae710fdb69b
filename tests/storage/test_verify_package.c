/* SPDX-License-Identifier: Apache-2.0
 *
 * Packages of GB/T 42727 and DA/T 93, and PDFs, good and spoilt.
 */
#include "tests/storage/package_sample.h"
#include "tests/storage/watch.h"

#include "storage/verify.h"
#include "storage/xml_read.h"

#define C1 "320583001261121000100015"
#define C2 "320583001261121000100112"

#define DAT_CASE "Z109/ZY/" DAT_FIRST

static const char *const two[] = {C1, C2};

/* Judge; `wanted` ("code path") must be found, NULL: nothing may be. */
static VerifySummary judged(const char *path, const VerifyOptions *options, const char *wanted)
{
    g_autoptr(GString) all = g_string_new(NULL);
    g_autofree char *phrase = wanted != NULL ? g_strconcat(wanted, " [", NULL) : NULL;
    Watch self = {.all = all};
    VerifySummary summary;
    GError *error = NULL;
    gboolean ok = verify_path(path, options, watch, &self, &summary, &error);

    assert_no_error(error);
    assert_true(ok);
    if (wanted == NULL ? all->len > 0 : strstr(all->str, phrase) == NULL)
        fail_msg("%s: wanted %s: %s", path, wanted != NULL ? wanted : "nothing", all->str);
    return summary;
}

static VerifySummary assert_judged(const char *path, const char *wanted)
{
    VerifyOptions options = {.level = VERIFY_FULL, .threads = 2};
    VerifySummary summary = judged(path, &options, wanted);

    assert_int_equal(summary.errors > 0, wanted != NULL);
    return summary;
}

typedef struct {
    const char *path, *from, *to; /* `from` NULL: the whole file; `to` NULL: it is taken away */
    const char *wanted;
} Spoil;

static void spoil(const char *folder, const Spoil *how)
{
    g_autoptr(GBytes) bytes = NULL;
    g_autofree char *text = NULL;
    g_auto(GStrv) parts = NULL;
    g_autofree char *after = NULL;

    if (how->to == NULL) {
        tree_remove(folder, how->path);
        return;
    }
    if (how->from == NULL) {
        tree_put(folder, how->path, how->to);
        return;
    }
    bytes = tree_get(folder, how->path);
    text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    parts = g_strsplit(text, how->from, 2);
    if (g_strv_length(parts) != 2)
        fail_msg("%s does not hold %s", how->path, how->from);
    after = g_strjoinv(how->to, parts);
    tree_put(folder, how->path, after);
}

/* ── good ones ───────────────────────────────────────────────────────────────────────────── */

static void assert_good(const char *folder, VerifyKind kind, guint64 files)
{
    static const struct {
        ArchiveForm form;
        const char *base;
    } forms[] = {
        {ARCHIVE_ZIP, NULL}, {ARCHIVE_ZIP, "base"}, {ARCHIVE_TAR, NULL}, {ARCHIVE_TAR, "base"}};
    VerifySummary summary = assert_judged(folder, NULL);

    assert_int_equal(summary.kind, kind);
    assert_int_equal(summary.form, ARCHIVE_FOLDER);
    assert_int_equal(summary.files, files);
    assert_int_equal(summary.digested, summary.bytes);
    assert_int_equal(summary.proofs, VERIFY_PROOFS_NONE);
    assert_int_equal(summary.volumes, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autofree char *path = packed(folder, forms[i].form, forms[i].base);
        VerifySummary of_archive = assert_judged(path, NULL);

        assert_int_equal(of_archive.kind, kind);
        assert_int_equal(of_archive.form, forms[i].form);
        assert_int_equal(of_archive.files, files);
        assert_int_equal(of_archive.bytes, summary.bytes);
    }
}

static void good_packages_are_valid_in_every_form(void **state G_GNUC_UNUSED)
{
    g_autofree char *one = gbt_made(two, 1), *both = gbt_made(two, 2), *dat = dat_made();

    assert_good(one, VERIFY_GBT42727, 2);
    assert_good(both, VERIFY_GBT42727, 4);
    assert_good(dat, VERIFY_DAT93, 2);
}

/* ── spoilt ones ─────────────────────────────────────────────────────────────────────────── */

static const Spoil gbt_spoilt[] = {
    /* files */
    {C1 "/申报文件/A01/0001.txt", "file", "filf", "digest " C1 "/申报文件/A01/0001.txt"},
    {C1 "/申报文件/A01/0001.txt", "file", "fil", "file-size " C1 "/申报文件/A01/0001.txt"},
    {C1 "/申报文件/A01/0001.txt", NULL, "", "file-empty " C1 "/申报文件/A01/0001.txt"},
    {C2 "/过程文件/B01/0002.txt", NULL, NULL, "file-missing " C2 "/过程文件/B01/0002.txt"},
    {C1 "/结果文件/C01/0003.txt", NULL, "x", "file-not-listed " C1 "/结果文件/C01/0003.txt"},
    {"letter.txt", NULL, "x", "file-not-listed letter.txt"},
    {C1 "/" PACKAGE_GBT_PROCESS, "受理", "拒绝", "digest " C1 "/" PACKAGE_GBT_PROCESS},
    {PACKAGE_GBT_REPORT, "结果", "结局", "digest " PACKAGE_GBT_REPORT},
    {PACKAGE_GBT_TRANSFER,
     "<reportSummary>sha256:", "<reportSummary>none:", "list-entry " PACKAGE_GBT_TRANSFER},
    {C1 "/" PACKAGE_GBT_BASIC, NULL, "\xfe\xff<\x01", "list-encoding " C1 "/" PACKAGE_GBT_BASIC},
    /* what must be there */
    {PACKAGE_GBT_TRANSFER, NULL, NULL, "package-file-missing " PACKAGE_GBT_TRANSFER},
    {PACKAGE_GBT_REPORT, NULL, NULL, "package-file-missing " PACKAGE_GBT_REPORT},
    {C1 "/" PACKAGE_GBT_BASIC, NULL, NULL, "package-file-missing " C1 "/" PACKAGE_GBT_BASIC},
    {C1 "/" PACKAGE_GBT_PROCESS, NULL, NULL, "package-file-missing " C1 "/" PACKAGE_GBT_PROCESS},
    /* a list of files */
    {C1 "/" PACKAGE_GBT_BASIC, "</fileset>", "", "xml-malformed " C1 "/" PACKAGE_GBT_BASIC},
    {C1 "/" PACKAGE_GBT_BASIC, "UTF-8", "UTF-7", "list-encoding " C1 "/" PACKAGE_GBT_BASIC},
    {C1 "/" PACKAGE_GBT_BASIC, "<fileset>", "<fileset>\xff",
     "list-encoding " C1 "/" PACKAGE_GBT_BASIC},
    {C1 "/" PACKAGE_GBT_BASIC, "<base_info>", "<!DOCTYPE base_info [<!ENTITY x \"y\">]><base_info>",
     "xml-malformed " C1 "/" PACKAGE_GBT_BASIC},
    {C1 "/" PACKAGE_GBT_BASIC, "<file_code>A01", "<file_code>../A01",
     "path-not-allowed " C1 "/申报文件/../A01/0001.txt"},
    {C1 "/" PACKAGE_GBT_BASIC, "<file_code>A01</file_code>", "",
     "list-entry " C1 "/" PACKAGE_GBT_BASIC},
    {C1 "/" PACKAGE_GBT_BASIC, "id=\"0002\"", "id=\"0003\"",
     "list-entry " C1 "/" PACKAGE_GBT_BASIC},
    {C1 "/" PACKAGE_GBT_BASIC, "<digital_summary>", "<digital_summary>0",
     "list-entry " C1 "/申报文件/A01/0001.txt"},
    {C1 "/" PACKAGE_GBT_BASIC,
     "title=\"过程文件\"><file id=\"0002\"><file_code>B01</file_code>"
     "<computer_file_name>0002.txt",
     "title=\"申报文件\"><file id=\"0002\"><file_code>A01</file_code>"
     "<computer_file_name>0001.txt",
     "manifest-twice-refused " C1 "/申报文件/A01/0001.txt"},
    {C1 "/" PACKAGE_GBT_BASIC, "<total_number>2", "<total_number>3",
     "count " C1 "/" PACKAGE_GBT_BASIC},
    {C1 "/" PACKAGE_GBT_BASIC, C1, C2, "case-differs " C1 "/" PACKAGE_GBT_BASIC},
    {C1 "/" PACKAGE_GBT_BASIC, C1, "", "list-entry " C1 "/" PACKAGE_GBT_BASIC},
    {C1 "/" PACKAGE_GBT_PROCESS, C1, C2, "case-differs " C1 "/" PACKAGE_GBT_PROCESS},
    /* the list of cases */
    {PACKAGE_GBT_TRANSFER, "</transfer>", "", "xml-malformed " PACKAGE_GBT_TRANSFER},
    {PACKAGE_GBT_TRANSFER, "<transfer>", "<transfer>&what;", "xml-malformed " PACKAGE_GBT_TRANSFER},
    {PACKAGE_GBT_TRANSFER, "<documentNumber>2", "<documentNumber>3", "count " PACKAGE_GBT_TRANSFER},
    {PACKAGE_GBT_TRANSFER, "<documentBytes>", "<documentBytes>1", "count " PACKAGE_GBT_TRANSFER},
    {PACKAGE_GBT_TRANSFER, "<documentBytes>", "<documentBytes>-",
     "list-entry " PACKAGE_GBT_TRANSFER},
    {PACKAGE_GBT_TRANSFER,
     "<digitalSummary>sha256:", "<digitalSummary>md5:", "list-entry " PACKAGE_GBT_TRANSFER},
    {PACKAGE_GBT_TRANSFER, C2, C1, "manifest-twice-refused " PACKAGE_GBT_TRANSFER},
    {PACKAGE_GBT_TRANSFER, C2, "320583001261121000100999",
     "case-not-listed " C2 "/" PACKAGE_GBT_BASIC},
    {PACKAGE_GBT_TRANSFER, C2, "320583001261121000100999", "case-missing 320583001261121000100999"},
    {PACKAGE_GBT_TRANSFER, "<batchName>", "<volume>3/2</volume><batchName>",
     "list-entry " PACKAGE_GBT_TRANSFER},
    {C2, NULL, NULL, "case-missing " C2},
};

static void spoilt_packages_of_gbt_are_invalid(void **state G_GNUC_UNUSED)
{
    for (gsize i = 0; i < G_N_ELEMENTS(gbt_spoilt); i++) {
        g_autofree char *folder = gbt_made(two, 2);

        spoil(folder, &gbt_spoilt[i]);
        assert_judged(folder, gbt_spoilt[i].wanted);
    }
}

static void a_case_whose_list_was_made_anew_is_not_the_one_handed_over(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = gbt_made(two, 2);
    g_autofree char *content = gbt_content(C1, 0);
    g_autofree char *before = sha256_hex(content, strlen(content)), *after = NULL;
    Spoil file = {C1 "/申报文件/A01/0001.txt", "file", "filf", NULL};
    Spoil list = {C1 "/" PACKAGE_GBT_BASIC, before, NULL, NULL};

    content[3] = 'f';
    list.to = after = sha256_hex(content, strlen(content));
    spoil(folder, &file);
    spoil(folder, &list);
    assert_judged(folder, "package-digest " C1 "/" PACKAGE_GBT_BASIC);
}

static const Spoil dat_spoilt[] = {
    {DAT_CASE "/" DAT_FIRST ".pdf", "2026", "2027", "digest " DAT_CASE "/" DAT_FIRST ".pdf"},
    {DAT_CASE "/" DAT_FIRST ".pdf", NULL, "", "file-empty " DAT_CASE "/" DAT_FIRST ".pdf"},
    {DAT_CASE "/" DAT_FIRST ".pdf", NULL, NULL, "file-missing " DAT_CASE "/" DAT_FIRST ".pdf"},
    {DAT_CASE "/" DAT_FIRST ".pdf", NULL, NULL, "case-empty " DAT_CASE},
    {DAT_CASE "/more.pdf", NULL, "x", "file-not-listed " DAT_CASE "/more.pdf"},
    {"其他/letter.txt", NULL, "x", "file-not-listed 其他/letter.txt"},
    {DAT_CASE "/" PACKAGE_DAT_METADATA, "</电子属性>", " </电子属性>",
     "digest " DAT_CASE "/" PACKAGE_DAT_METADATA},
    /* what must be there */
    {PACKAGE_DAT_DIGESTS, NULL, NULL, "package-file-missing " PACKAGE_DAT_DIGESTS},
    {PACKAGE_DAT_CATALOGUE, NULL, NULL, "package-file-missing " PACKAGE_DAT_CATALOGUE},
    {PACKAGE_DAT_NOTE, NULL, NULL, "package-file-missing " PACKAGE_DAT_NOTE},
    {DAT_CASE "/" PACKAGE_DAT_METADATA, NULL, NULL,
     "package-file-missing " DAT_CASE "/" PACKAGE_DAT_METADATA},
    {DAT_CASE, NULL, NULL, "case-missing " DAT_FIRST},
    /* the digests */
    {PACKAGE_DAT_DIGESTS, "  Z109", " Z109", "manifest-line " PACKAGE_DAT_DIGESTS},
    {PACKAGE_DAT_DIGESTS, NULL, "nothing\n", "manifest-line " PACKAGE_DAT_DIGESTS},
    {PACKAGE_DAT_DIGESTS, "  Z109", "  ../Z109",
     "path-not-allowed ../" DAT_CASE "/" PACKAGE_DAT_METADATA},
    {PACKAGE_DAT_DIGESTS, "  Z109", "  /Z109",
     "path-not-allowed /" DAT_CASE "/" PACKAGE_DAT_METADATA},
    {PACKAGE_DAT_DIGESTS, DAT_FIRST ".pdf", DAT_FIRST "\xff.pdf",
     "tag-encoding " PACKAGE_DAT_DIGESTS},
    {PACKAGE_DAT_DIGESTS, DAT_FIRST ".pdf", PACKAGE_DAT_METADATA,
     "manifest-twice-refused " DAT_CASE "/" PACKAGE_DAT_METADATA},
    {PACKAGE_DAT_DIGESTS, DAT_FIRST ".pdf", "gone.pdf", "file-missing " DAT_CASE "/gone.pdf"},
    /* the catalogue */
    {PACKAGE_DAT_CATALOGUE, "</文件目录>", "", "xml-malformed " PACKAGE_DAT_CATALOGUE},
    {PACKAGE_DAT_CATALOGUE, "version=\"1.0\"", "version=\"1.0\" encoding=\"UTF-16\"",
     "list-encoding " PACKAGE_DAT_CATALOGUE},
    {PACKAGE_DAT_CATALOGUE, "<责任者>甲</责任者>", "", "list-entry " PACKAGE_DAT_CATALOGUE},
    {PACKAGE_DAT_CATALOGUE, "<责任者>", "<职务>庚</职务><责任者>",
     "list-entry " PACKAGE_DAT_CATALOGUE},
    {PACKAGE_DAT_CATALOGUE, "<档号>" DAT_SECOND "</档号>", "<档号></档号>",
     "list-entry " PACKAGE_DAT_CATALOGUE},
    {PACKAGE_DAT_NOTE, NULL, "\xEF\xBB\xBFx", "list-entry " PACKAGE_DAT_NOTE},
    {PACKAGE_DAT_CATALOGUE, "20261121", "2026-11-21", "list-entry " PACKAGE_DAT_CATALOGUE},
    {PACKAGE_DAT_CATALOGUE, "<页数>3", "<页数>三", "list-entry " PACKAGE_DAT_CATALOGUE},
    {PACKAGE_DAT_CATALOGUE, DAT_SECOND, DAT_FIRST, "manifest-twice-refused " PACKAGE_DAT_CATALOGUE},
    {PACKAGE_DAT_CATALOGUE, DAT_SECOND, "Z109-ZY-2026-0003", "case-missing Z109-ZY-2026-0003"},
    {PACKAGE_DAT_CATALOGUE, DAT_SECOND, "Z109-ZY-2026-0003", "case-not-listed Z109/ZY/" DAT_SECOND},
    /* the note */
    {PACKAGE_DAT_NOTE, "档案数量：2", "档案数量：3", "count " PACKAGE_DAT_NOTE},
    {PACKAGE_DAT_NOTE, "档案数量：2", "", "list-entry " PACKAGE_DAT_NOTE},
    {PACKAGE_DAT_NOTE, "移交单位：甲", "移交单位：", "list-entry " PACKAGE_DAT_NOTE},
    {PACKAGE_DAT_NOTE, "至" DAT_SECOND, "至Z109-ZY-2026-0009", "count " PACKAGE_DAT_NOTE},
    {PACKAGE_DAT_NOTE, NULL, "\xff\xfe", "list-encoding " PACKAGE_DAT_NOTE},
    {PACKAGE_DAT_NOTE, "移交单位：甲", "分卷：0/2\r\n移交单位：甲", "list-entry " PACKAGE_DAT_NOTE},
    /* the description of a case */
    {DAT_CASE "/" PACKAGE_DAT_METADATA, "<档号>" DAT_FIRST, "<档号>" DAT_SECOND,
     "case-differs " DAT_CASE "/" PACKAGE_DAT_METADATA},
    {DAT_CASE "/" PACKAGE_DAT_METADATA, ".pdf", ".ofd",
     "file-missing " DAT_CASE "/" DAT_FIRST ".ofd"},
    {DAT_CASE "/" PACKAGE_DAT_METADATA, "<电子属性>", "<电子>",
     "xml-malformed " DAT_CASE "/" PACKAGE_DAT_METADATA},
};

static void spoilt_packages_of_dat93_are_invalid(void **state G_GNUC_UNUSED)
{
    for (gsize i = 0; i < G_N_ELEMENTS(dat_spoilt); i++) {
        g_autofree char *folder = dat_made();

        spoil(folder, &dat_spoilt[i]);
        assert_judged(folder, dat_spoilt[i].wanted);
    }
}

static void two_folders_of_one_archive_number_are_an_error(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = dat_made();

    tree_put(folder, "Z109/XK/" DAT_FIRST "/" PACKAGE_DAT_METADATA, "<x/>");
    assert_judged(folder, "manifest-twice-refused Z109/ZY/" DAT_FIRST);
}

static void lists_may_be_of_the_gb_family(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = dat_made();
    static const char *const paths[] = {PACKAGE_DAT_CATALOGUE, PACKAGE_DAT_NOTE};
    Spoil declare = {PACKAGE_DAT_CATALOGUE, "version=\"1.0\"",
                     "version=\"1.0\" encoding=\"GB18030\"", NULL};

    spoil(folder, &declare);
    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(GBytes) bytes = tree_get(folder, paths[i]);
        gsize size;
        g_autofree char *national =
            g_convert(g_bytes_get_data(bytes, NULL), (gssize)g_bytes_get_size(bytes), "GB18030",
                      "UTF-8", NULL, &size, NULL);

        tree_put_bytes(folder, paths[i], national, size);
        dat_relist(folder, paths[i]);
    }
    assert_judged(folder, NULL);
}

/* Flip every byte of `content` where it stands in the archive. */
static void flip_each_byte(const char *archive, const char *content, const char *path)
{
    g_autofree char *digest = g_strdup_printf("digest %s", path);
    g_autofree char *crc = g_strdup_printf("cannot-read %s", path);
    g_autoptr(GBytes) bytes = tree_get("", archive);
    const char *text = g_bytes_get_data(bytes, NULL);
    const char *at = memmem(text, g_bytes_get_size(bytes), content, strlen(content));

    assert_non_null(at);
    for (gsize i = 0; i < strlen(content); i++) {
        tree_flip("", archive, (gsize)(at - text) + i);
        assert_judged(archive, g_str_has_suffix(archive, ".zip") ? crc : digest);
        tree_flip("", archive, (gsize)(at - text) + i);
    }
    assert_judged(archive, NULL);
}

static void a_flipped_byte_names_its_file(void **state G_GNUC_UNUSED)
{
    g_autofree char *gbt = gbt_made(two, 2), *dat = dat_made();
    g_autofree char *content = gbt_content(C2, 1), *process = gbt_process(C1);
    g_autofree char *gbt_zip = packed(gbt, ARCHIVE_ZIP, NULL);
    g_autofree char *gbt_tar = packed(gbt, ARCHIVE_TAR, NULL);
    g_autofree char *dat_zip = packed(dat, ARCHIVE_ZIP, "base");
    g_autofree char *dat_tar = packed(dat, ARCHIVE_TAR, "base");
    static const char dat_path[] = DAT_CASE "/" PACKAGE_DAT_METADATA;
    static const char dat_part[] = "<计算机文件名>" DAT_FIRST;

    flip_each_byte(gbt_zip, content, C2 "/过程文件/B01/0002.txt");
    flip_each_byte(gbt_tar, content, C2 "/过程文件/B01/0002.txt");
    flip_each_byte(gbt_tar, process, C1 "/" PACKAGE_GBT_PROCESS);
    flip_each_byte(dat_zip, dat_part, dat_path);
    flip_each_byte(dat_tar, dat_part, dat_path);
}

static void quick_reads_no_payload(void **state G_GNUC_UNUSED)
{
    g_autofree char *gbt = gbt_made(two, 2), *dat = dat_made();
    VerifyOptions quick = {.level = VERIFY_QUICK};
    VerifySummary summary;

    tree_flip(gbt, C1 "/申报文件/A01/0001.txt", 0);
    tree_flip(dat, DAT_CASE "/" DAT_FIRST ".pdf", 0);
    summary = judged(gbt, &quick, NULL);
    assert_int_equal(summary.digested, 0);
    summary = judged(dat, &quick, NULL);
    assert_int_equal(summary.digested, 0);
    tree_flip(dat, DAT_CASE "/" PACKAGE_DAT_METADATA, 1);
    judged(dat, &quick, "digest " DAT_CASE "/" PACKAGE_DAT_METADATA);
}

static void a_volume_says_which_it_is(void **state G_GNUC_UNUSED)
{
    g_autofree char *gbt = gbt_made(two, 1), *dat = dat_made(), *tar = NULL;
    Spoil transfer = {PACKAGE_GBT_TRANSFER, "<batchName>", "<volume>2/3</volume><batchName>", NULL};
    Spoil note = {PACKAGE_DAT_NOTE, "移交单位", "分卷：3/4\r\n移交单位", NULL};
    VerifySummary summary;

    spoil(gbt, &transfer);
    summary = assert_judged(gbt, NULL);
    assert_int_equal(summary.volume, 2);
    assert_int_equal(summary.volumes, 3);
    assert_string_equal(summary.group, "b");
    spoil(dat, &note);
    dat_relist(dat, PACKAGE_DAT_NOTE);
    tar = packed(dat, ARCHIVE_TAR, "name-v3");
    summary = assert_judged(tar, NULL);
    assert_int_equal(summary.volume, 3);
    assert_int_equal(summary.volumes, 4);
    assert_string_equal(summary.group, "name");
}

static void links_in_a_package_are_errors(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = gbt_made(two, 2);
    g_autofree char *path = tree_path(folder, C1 "/link");

    assert_int_equal(symlink("x", path), 0);
    assert_judged(folder, "link " C1 "/link");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_judged(folder, "special-file " C1 "/link");
}

static void hostile_and_cut_packages_are_refused(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = gbt_made(two, 2), *work = testing_folder();
    g_autofree char *zip = packed(folder, ARCHIVE_ZIP, NULL);
    g_autofree char *cut = tree_path(work, "cut.zip"), *twins = tree_path(work, "twins.zip");
    g_autofree char *climbing = tree_path(work, "climbing.zip");
    g_autoptr(GBytes) bytes = tree_get("", zip);
    ZipMaker maker = zip_new();
    ZipMember member = {.name = C1 "/" PACKAGE_GBT_BASIC,
                        .content = "<x/>",
                        .flags = 0x800,
                        .mode = 0100644,
                        .offset = -1};

    tree_put_bytes(work, "cut.zip", g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes) - 30);
    zip_add(&maker, &member);
    zip_add(&maker, &member);
    zip_write(&maker, work, "twins.zip");
    assert_int_equal(assert_judged(twins, "archive-hostile -").kind, VERIFY_ARCHIVE);
    maker = zip_new();
    zip_add(&maker, &member);
    member.name = "../" PACKAGE_GBT_TRANSFER;
    zip_add(&maker, &member);
    zip_write(&maker, work, "climbing.zip");
    assert_judged(climbing, "archive-hostile -");
    {
        VerifyOptions options = {.level = VERIFY_FULL};
        VerifySummary summary;
        g_autoptr(GError) error = NULL;

        if (verify_path(cut, &options, NULL, NULL, &summary, &error))
            assert_true(summary.errors > 0);
        else
            assert_error_code(error, ERROR_FORMAT);
    }
}

static void several_folders_that_are_no_package_stay_refused(void **state G_GNUC_UNUSED)
{
    g_autofree char *work = testing_folder(), *path = tree_path(work, "x.tar");
    g_autoptr(GByteArray) tar = g_byte_array_new();

    tar_add(tar, "a/bagit.txt", '0', "x", 1);
    tar_add(tar, "b/data/x", '0', "x", 1);
    tar_end(tar);
    tree_put_bytes(work, "x.tar", tar->data, tar->len);
    assert_judged(path, "archive-hostile -");
}

/* ── limits ──────────────────────────────────────────────────────────────────────────────── */

static void endless_lists_are_cut_off(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = gbt_made(two, 2);
    g_autoptr(GString) rows = g_string_new("<transfer>");
    g_autoptr(GString) deep = g_string_new(NULL), names = g_string_new("<transfer>");
    g_autofree char *wide = NULL;
    VerifyOptions options = {.level = VERIFY_QUICK};

    for (guint i = 0; i < 1000; i++) {
        g_string_append_printf(rows, "<directories id=\"%u\"/>", i);
        g_string_append(deep, "<a>");
    }
    for (guint i = 0; i < 20000; i++)
        g_string_append_printf(names, "<n%u/>", i);
    g_string_append(rows, "</transfer>");
    tree_put(folder, PACKAGE_GBT_TRANSFER, rows->str);
    assert_true(judged(folder, &options, "tag-too-many-lines " PACKAGE_GBT_TRANSFER).errors < 100);
    tree_put(folder, PACKAGE_GBT_TRANSFER, deep->str);
    judged(folder, &options, "xml-malformed " PACKAGE_GBT_TRANSFER);
    tree_put(folder, PACKAGE_GBT_TRANSFER, names->str);
    judged(folder, &options, "xml-malformed " PACKAGE_GBT_TRANSFER);
    wide = g_strnfill(XML_TEXT_MAX + 1, 'x');
    g_string_printf(names, "<transfer>%s</transfer>", wide);
    tree_put(folder, PACKAGE_GBT_TRANSFER, names->str);
    judged(folder, &options, "xml-malformed " PACKAGE_GBT_TRANSFER);
}

/* ── PDF ─────────────────────────────────────────────────────────────────────────────────── */

#define PDF_HEAD "%PDF-1.7\n"
#define PDF_BODY "1 0 obj\n<< >>\nendobj\n"
#define PDF_END  "xref\n0 1\ntrailer << /Size 1 >>\nstartxref\n30\n%%EOF\n"

static void a_pdf_is_judged_as_what_it_is(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *text, *wanted;
    } cases[] = {
        {PDF_HEAD PDF_BODY PDF_END, "pdf-unproven -"},
        {PDF_HEAD "1 0 obj\n<< >>\nendobj\n7 0 obj\nstartxref\n30\n%%EOF", "pdf-unproven -"},
        {PDF_HEAD PDF_BODY "xref\n0 1\n", "pdf-damaged x.pdf"},
        {PDF_HEAD PDF_BODY "startxref\n99\n%%EOF\n", "pdf-damaged x.pdf"},
        {PDF_HEAD PDF_BODY "startxref\n30\n%%EOF\n", "pdf-damaged x.pdf"},
        {PDF_HEAD PDF_BODY "startxref\n99999999999999999999999\n%%EOF\n", "pdf-damaged x.pdf"},
        {"%PDF-1.", NULL},
        {"%PDF-x.y\n", NULL},
        {"no PDF", NULL},
        {"", NULL},
    };
    g_autofree char *folder = testing_folder(), *path = tree_path(folder, "x.pdf");
    VerifyOptions options = {.level = VERIFY_FULL};

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        VerifySummary summary;
        g_autoptr(GError) error = NULL;

        tree_put(folder, "x.pdf", cases[i].text);
        if (cases[i].wanted == NULL) {
            assert_false(verify_path(path, &options, NULL, NULL, &summary, &error));
            assert_error_code(error, ERROR_FORMAT);
            continue;
        }
        summary = judged(path, &options, cases[i].wanted);
        assert_int_equal(summary.kind, VERIFY_PDF);
        assert_int_equal(summary.form, ARCHIVE_LONE);
        assert_int_equal(summary.proofs, VERIFY_PROOFS_NONE);
        assert_int_equal(summary.warnings, 1);
        assert_int_equal(summary.errors, i < 2 ? 0 : 1);
        assert_int_equal(summary.files, 1);
        assert_int_equal(summary.digested, 0);
    }
}

static VerifyPages count_files(const char *path, ArchiveReader *reader, char **why, void *data)
{
    char head[5];

    assert_int_equal(archive_reader_read(reader, head, sizeof head, NULL), 5);
    *(guint *)data += memcmp(head, "%PDF-", 5) == 0 ? 1 : 100;
    if (!g_str_has_suffix(path, "2.pdf"))
        return VERIFY_PAGES_WELL;
    *why = g_strdup("no pages");
    return VERIFY_PAGES_DAMAGED;
}

static void a_folder_of_pdfs_is_shown_to_who_can_decode(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    guint calls = 0;
    VerifyOptions options = {.level = VERIFY_FULL, .decode = count_files, .decode_data = &calls};
    VerifySummary summary;

    tree_put(folder, "1.pdf", PDF_HEAD PDF_BODY PDF_END);
    tree_put(folder, "2.pdf", PDF_HEAD PDF_BODY PDF_END);
    summary = judged(folder, &options, "page-unreadable 2.pdf");
    assert_int_equal(summary.kind, VERIFY_PDF);
    assert_int_equal(summary.files, 2);
    assert_int_equal(summary.errors, 1);
    assert_int_equal(calls, 2);
    assert_string_equal(summary.version, "1.7");
    options.level = VERIFY_QUICK;
    judged(folder, &options, "pdf-unproven -");
    assert_int_equal(calls, 2);
}

static void every_kind_has_a_word(void **state G_GNUC_UNUSED)
{
    for (VerifyKind kind = VERIFY_BAG; kind <= VERIFY_ARCHIVE; kind++)
        assert_non_null(verify_kind_token(kind));
    assert_string_equal(verify_kind_token(VERIFY_GBT42727), "gbt42727");
    assert_string_equal(verify_proofs_token(VERIFY_PROOFS_VERIFIED), "verified");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_packages_are_valid_in_every_form),
        cmocka_unit_test(spoilt_packages_of_gbt_are_invalid),
        cmocka_unit_test(a_case_whose_list_was_made_anew_is_not_the_one_handed_over),
        cmocka_unit_test(spoilt_packages_of_dat93_are_invalid),
        cmocka_unit_test(two_folders_of_one_archive_number_are_an_error),
        cmocka_unit_test(lists_may_be_of_the_gb_family),
        cmocka_unit_test(a_flipped_byte_names_its_file),
        cmocka_unit_test(quick_reads_no_payload),
        cmocka_unit_test(a_volume_says_which_it_is),
        cmocka_unit_test(links_in_a_package_are_errors),
        cmocka_unit_test(hostile_and_cut_packages_are_refused),
        cmocka_unit_test(several_folders_that_are_no_package_stay_refused),
        cmocka_unit_test(endless_lists_are_cut_off),
        cmocka_unit_test(a_pdf_is_judged_as_what_it_is),
        cmocka_unit_test(a_folder_of_pdfs_is_shown_to_who_can_decode),
        cmocka_unit_test(every_kind_has_a_word),
    };

    testing_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
