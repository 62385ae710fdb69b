/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/appliance/counter/hall.h"

#include "appliance/counter/export.h"
#include "storage/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    Hall hall;
    char *out; /* a folder for bundles */
    char *open, *filed;
} Fixture;

/* One case still open, one filed. */
static Fixture fixture_made(void)
{
    Fixture f = {.hall = hall_made("procedure"), .out = testing_folder()};

    f.open = hall_case(&f.hall, HALL_ITEM);
    hall_hand_in(&f.hall, f.open, "A01");
    hall_hand_in(&f.hall, f.open, "A02");
    f.filed = hall_filed(&f.hall);
    return f;
}

static void fixture_clear(Fixture *f)
{
    hall_close(&f->hall);
    g_free(f->out);
    g_free(f->open);
    g_free(f->filed);
}

static gboolean export_to(const Fixture *f, const char *number, const char *path, ExportFormat form,
                          GError **error)
{
    const char *numbers[] = {number, NULL};
    ExportRequest request = {.numbers = numbers, .path = path, .format = form};
    g_auto(ExportDone) done = {0};

    return export_cases(f->hall.house, &hall_clerk, &request, &done, error);
}

static void exported(const Fixture *f, const char *number, const char *path, ExportFormat form)
{
    GError *error = NULL;
    gboolean ok = export_to(f, number, path, form, &error);

    assert_no_error(error);
    assert_true(ok);
}

static void count_error(const VerifyFinding *finding, void *data)
{
    *(int *)data += finding->severity == VERIFY_ERROR;
}

static int errors_of(const char *path)
{
    VerifyOptions options = {.level = VERIFY_FULL};
    VerifySummary summary;
    GError *error = NULL;
    int errors = 0;
    gboolean judged = verify_path(path, &options, count_error, &errors, &summary, &error);

    assert_no_error(error);
    assert_true(judged);
    return errors;
}

static GBytes *bytes_of(const char *path)
{
    GError *error = NULL;
    GBytes *bytes = file_read(path, 1 << 28, &error);

    assert_no_error(error);
    return bytes;
}

static gint64 bundles(const Fixture *f)
{
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(f->hall.store, &error);
    gint64 n = -1;

    assert_true(db_int(catalog_db(reader), &n, 0, &error, "SELECT count(*) FROM bundle", ""));
    return n;
}

static void every_form_of_every_case_is_a_valid_bag(void **state G_GNUC_UNUSED)
{
    static const struct {
        ExportFormat form;
        const char *name;
    } forms[] = {{EXPORT_BAG_TAR, "x.tar"}, {EXPORT_BAG_ZIP, "x.zip"}, {EXPORT_BAG_DIR, "x"}};
    Fixture f = fixture_made();

    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autofree char *one = g_strdup_printf("%s/open-%s", f.out, forms[i].name);
        g_autofree char *two = g_strdup_printf("%s/filed-%s", f.out, forms[i].name);

        exported(&f, f.open, one, forms[i].form);
        exported(&f, f.filed, two, forms[i].form);
        assert_int_equal(errors_of(one), 0);
        assert_int_equal(errors_of(two), 0);
    }
    assert_int_equal(bundles(&f), 6);
    fixture_clear(&f);
}

/* The bundle carries its own record and proof, so two differ there; their payload does not. */
static void the_same_case_gives_the_same_payload(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    const char *numbers[] = {f.open, f.filed};

    for (int i = 0; i < 2; i++) {
        g_autofree char *first = g_strdup_printf("%s/a%d", f.out, i);
        g_autofree char *second = g_strdup_printf("%s/b%d", f.out, i);
        g_autofree char *one_path = g_build_filename(first, "manifest-sha512.txt", NULL);
        g_autofree char *two_path = g_build_filename(second, "manifest-sha512.txt", NULL);
        g_autoptr(GBytes) one = NULL, two = NULL;

        exported(&f, numbers[i], first, EXPORT_BAG_DIR);
        exported(&f, numbers[i], second, EXPORT_BAG_DIR);
        one = bytes_of(one_path);
        two = bytes_of(two_path);
        assert_true(g_bytes_equal(one, two));
    }
    fixture_clear(&f);
}

static void an_existing_bundle_is_never_written_over(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_autofree char *path = g_strdup_printf("%s/x.tar", f.out);
    g_autoptr(GBytes) before = NULL, after = NULL;
    GError *error = NULL;

    exported(&f, f.open, path, EXPORT_BAG_TAR);
    before = bytes_of(path);
    assert_false(export_to(&f, f.filed, path, EXPORT_BAG_TAR, &error));
    assert_non_null(error);
    g_clear_error(&error);
    after = bytes_of(path);
    assert_true(g_bytes_equal(before, after));
    fixture_clear(&f);
}

static void an_unknown_case_ends_the_export(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_autofree char *path = g_strdup_printf("%s/x.tar", f.out);
    GError *error = NULL;

    assert_false(export_to(&f, "320583001261120003000999", path, EXPORT_BAG_TAR, &error));
    assert_error_code(error, ERROR_NO_CASE);
    g_clear_error(&error);
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    assert_int_equal(bundles(&f), 0);
    fixture_clear(&f);
}

/* The first page of a case, in the spool. */
static char *page_of(const Fixture *f, const char *number)
{
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(f->hall.store, &error);
    g_autoptr(json_t) sides = catalog_sides(reader, number, &error);

    assert_no_error(error);
    return g_strdup(json_text(json_array_get(sides, 0), "file"));
}

static void refuses_damage(const Fixture *f, const char *number, const char *named)
{
    g_autofree char *path = g_strdup_printf("%s/damaged.tar", f->out);
    GError *error = NULL;

    if (export_to(f, number, path, EXPORT_BAG_TAR, &error))
        fail_msg("damage was exported");
    if (strstr(error->message, named) == NULL)
        fail_msg("'%s' does not name '%s'", error->message, named);
    g_clear_error(&error);
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

static void a_damaged_spool_file_ends_the_export_with_its_name(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_autofree char *file = page_of(&f, f.open), *path = store_path(f.hall.store, file);
    GError *error = NULL;
    int fd = open(path, O_RDWR);
    char byte = 0;

    assert_int_equal(pread(fd, &byte, 1, 3), 1);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, 3), 1);
    refuses_damage(&f, f.open, "0001");
    assert_int_equal(ftruncate(fd, 3), 0);
    refuses_damage(&f, f.open, "0001");
    close(fd);
    assert_true(file_unlink(path, &error));
    refuses_damage(&f, f.open, "0001");
    fixture_clear(&f);
}

/* ── volumes ─────────────────────────────────────────────────────────────────────────────── */

/* Many pages, so that a volume is full soon. */
static char *thick_case(const Hall *hall)
{
    char *number = hall_case(hall, HALL_ITEM);

    for (int i = 0; i < 4; i++)
        hall_fill(hall, number, NULL);
    return number;
}

static void volumes_are_valid_bags_and_together_the_whole(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_autofree char *thick = thick_case(&f.hall), *path = g_strdup_printf("%s/x.tar", f.out);
    const char *numbers[] = {f.open, f.filed, thick, NULL};
    ExportRequest request = {
        .numbers = numbers, .path = path, .format = EXPORT_BAG_TAR, .split_bytes = 1600000};
    g_auto(ExportDone) done = {0};
    g_autoptr(Catalog) reader = NULL;
    g_autoptr(json_t) row = NULL;
    g_auto(GStrv) manifests = NULL;
    GError *error = NULL;
    gint64 bytes = 0;
    gboolean ok = export_cases(f.hall.house, &hall_clerk, &request, &done, &error);

    assert_no_error(error);
    assert_true(ok);
    assert_true(done.files->len > 1);
    for (guint i = 0; i < done.files->len; i++) {
        const ExportFile *file = export_file(&done, i);
        g_autofree char *volume = g_build_filename(f.out, file->name, NULL);
        g_autofree char *name = g_strdup_printf("x-v%u.tar", i + 1);

        assert_string_equal(file->name, name);
        assert_true(file->bytes <= 1600000);
        assert_int_equal(errors_of(volume), 0);
        bytes += file->bytes;
    }
    assert_int_equal(done.bytes, bytes);
    reader = store_reader(f.hall.store, &error);
    row = db_row(catalog_db(reader), &error, "SELECT manifest FROM bundle", "");
    manifests = g_strsplit(json_text(row, "manifest"), " ", -1);
    assert_int_equal(g_strv_length(manifests), done.files->len);
    fixture_clear(&f);
}

static void a_case_over_the_limit_is_cut_between_its_files(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_autofree char *path = g_strdup_printf("%s/x.tar", f.out);
    const char *numbers[] = {f.filed, NULL};
    ExportRequest request = {
        .numbers = numbers, .path = path, .format = EXPORT_BAG_TAR, .split_bytes = 900000};
    g_auto(ExportDone) done = {0};
    GError *error = NULL;
    gboolean ok = export_cases(f.hall.house, &hall_clerk, &request, &done, &error);

    assert_no_error(error);
    assert_true(ok);
    assert_true(done.files->len > 1);
    for (guint i = 0; i < done.files->len; i++) {
        g_autofree char *volume = g_build_filename(f.out, export_file(&done, i)->name, NULL);

        assert_int_equal(errors_of(volume), 0);
    }
    fixture_clear(&f);
}

/* ── PDF ─────────────────────────────────────────────────────────────────────────────────── */

/* The title that stands as UTF-16 in hex at `at`. */
static char *title_at(const char *at)
{
    g_autoptr(GString) wide = g_string_new(NULL);

    for (at += strlen("FEFF"); g_ascii_isxdigit(*at); at += 2)
        g_string_append_c(wide,
                          (char)(g_ascii_xdigit_value(at[0]) << 4 | g_ascii_xdigit_value(at[1])));
    return g_convert(wide->str, (gssize)wide->len, "UTF-8", "UTF-16BE", NULL, NULL, NULL);
}

/* The bookmarks of a PDF of ours, joined by lines: the last title is the document's own. */
static char *bookmarks_of(const char *path)
{
    static const char mark[] = " /Parent";
    g_autoptr(GBytes) bytes = bytes_of(path);
    GString *list = g_string_new(NULL);
    gsize size;
    const char *text = g_bytes_get_data(bytes, &size), *at = text;

    while ((at = memmem(at, size - (gsize)(at - text), "/Title <FEFF", 12)) != NULL) {
        const char *end = memchr(at, '>', size - (gsize)(at - text));
        g_autofree char *title = title_at(at + strlen("/Title <"));

        if (strncmp(end + 1, mark, strlen(mark)) == 0)
            g_string_append_printf(list, "%s\n", title);
        at = end;
    }
    return g_string_free(list, FALSE);
}

static char *pdf_order(const char *order)
{
    Hall hall = hall_made(order);
    g_autofree char *number = hall_thirteen(&hall), *out = testing_folder();
    g_autofree char *path = g_build_filename(out, "case.pdf", NULL), *archive_number = NULL;
    const char *numbers[] = {number, NULL};
    ArchiveRequest filing = {.number = number};
    ExportRequest request = {.numbers = numbers, .path = path, .format = EXPORT_PDF};
    g_auto(ExportDone) done = {0};
    GError *error = NULL;

    if (!archive_file(hall.house, &hall_clerk, &filing, &archive_number, &error) ||
        !export_cases(hall.house, &hall_clerk, &request, &done, &error))
        assert_no_error(error);
    hall_close(&hall);
    return bookmarks_of(path);
}

static void a_pdf_shows_the_documents_in_the_order_of_procedure(void **state G_GNUC_UNUSED)
{
    g_autofree char *titles = pdf_order("procedure");

    assert_string_equal(titles, "封面\n"
                                "卷内文件目录\n"
                                "1 材料1 (第1页)\n"
                                "2 材料2 (第2页)\n"
                                "3 材料3 (第3页)\n"
                                "4 材料4 (第4页)\n"
                                "5 材料5 (第5页)\n"
                                "6 材料6 (第6页)\n"
                                "7 材料7 (第7页)\n"
                                "8 收件凭证\n"
                                "9 受理通知书\n"
                                "10 补正告知书\n"
                                "11 准予行政许可决定书\n"
                                "12 送达回证\n"
                                "作废 007 材料3: another's\n"
                                "卷内备考表\n");
}

static void a_pdf_shows_the_decision_first_where_the_profile_says_so(void **state G_GNUC_UNUSED)
{
    g_autofree char *titles = pdf_order("result-first");

    assert_string_equal(titles, "封面\n"
                                "卷内文件目录\n"
                                "1 准予行政许可决定书\n"
                                "2 受理通知书\n"
                                "3 收件凭证\n"
                                "4 补正告知书\n"
                                "5 材料1 (第1页)\n"
                                "6 材料2 (第2页)\n"
                                "7 材料3 (第3页)\n"
                                "8 材料4 (第4页)\n"
                                "9 材料5 (第5页)\n"
                                "10 材料6 (第6页)\n"
                                "11 材料7 (第7页)\n"
                                "12 送达回证\n"
                                "作废 007 材料3: another's\n"
                                "卷内备考表\n");
}

/* ── packages ────────────────────────────────────────────────────────────────────────────── */

static gboolean export_as(const Fixture *f, const char *const *numbers, ExportFormat format,
                          const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(f->out, name, NULL);
    ExportRequest request = {.numbers = numbers, .path = path, .format = format};
    g_auto(ExportDone) done = {0};

    return export_cases(f->hall.house, &hall_clerk, &request, &done, error);
}

static void packages_give_the_same_bytes_again(void **state G_GNUC_UNUSED)
{
    static const struct {
        ExportFormat format;
        const char *ending;
    } forms[] = {{EXPORT_GBT42727, "zip"}, {EXPORT_DAT93, "zip"}, {EXPORT_PDF, "pdf"}};
    Fixture f = fixture_made();
    const char *numbers[] = {f.filed, NULL};
    GError *error = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autofree char *name = g_strdup_printf("same.%s", forms[i].ending);
        g_autofree char *path = g_build_filename(f.out, name, NULL);
        g_autoptr(GBytes) first = NULL, second = NULL;

        assert_true(export_as(&f, numbers, forms[i].format, name, &error));
        first = bytes_of(path);
        assert_true(file_unlink(path, &error));
        assert_true(export_as(&f, numbers, forms[i].format, name, &error));
        second = bytes_of(path);
        assert_true(g_bytes_equal(first, second));
        assert_true(file_unlink(path, &error));
    }
    assert_int_equal(bundles(&f), 6);
    fixture_clear(&f);
}

/* ── every form is judged ────────────────────────────────────────────────────────────────── */

typedef struct {
    const char *path; /* that an error must name; NULL: any */
    guint errors, hits;
} Named;

static void take_named(const VerifyFinding *finding, void *data)
{
    Named *named = data;

    if (finding->severity != VERIFY_ERROR)
        return;
    named->errors++;
    named->hits += g_strcmp0(finding->path, named->path) == 0;
}

static VerifySummary judge(const char *path, Named *named)
{
    VerifyOptions options = {.level = VERIFY_FULL, .threads = 2};
    VerifySummary summary;
    GError *error = NULL;
    gboolean ok = verify_path(path, &options, take_named, named, &summary, &error);

    assert_no_error(error);
    assert_true(ok);
    return summary;
}

static void flip_byte(const char *path, guint64 at)
{
    int fd = open(path, O_RDWR);
    char byte = 0;

    assert_int_equal(pread(fd, &byte, 1, (off_t)at), 1);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, (off_t)at), 1);
    close(fd);
}

/* A byte of every file inside, the first, a middle one or the last: each is found out by its name.
 */
static void flip_inside(const char *bundle)
{
    ArchiveLimits flat = {.flat = TRUE};
    GError *error = NULL;
    g_autoptr(Archive) archive = archive_open(bundle, &flat, &error);
    g_autoptr(Archive) judged = archive_open(bundle, NULL, NULL);
    const char *base = judged != NULL ? archive_base(judged) : NULL;

    assert_no_error(error);
    for (guint i = 0; i < archive_count(archive); i++) {
        const ArchiveMember *member = archive_member(archive, i);
        const char *path = member->path + (base != NULL ? strlen(base) + 1 : 0);
        const guint64 places[] = {0, member->size / 2, member->size - 1};
        guint64 at = member->offset + places[i % G_N_ELEMENTS(places)];
        Named named = {.path = path};

        flip_byte(bundle, at);
        judge(bundle, &named);
        if (named.hits == 0)
            fail_msg("%s: %u errors, none names it", path, named.errors);
        flip_byte(bundle, at);
    }
}

static void every_form_is_judged_valid_and_a_changed_byte_is_named(void **state G_GNUC_UNUSED)
{
    static const struct {
        ExportFormat format;
        VerifyKind kind;
        const char *name;
        gboolean several;
    } forms[] = {
        {EXPORT_BAG_ZIP, VERIFY_BAG, "bag.zip", TRUE},
        {EXPORT_GBT42727, VERIFY_GBT42727, "one-gbt.zip", FALSE},
        {EXPORT_GBT42727, VERIFY_GBT42727, "two-gbt.zip", TRUE},
        {EXPORT_DAT93, VERIFY_DAT93, "dat.zip", FALSE},
        {EXPORT_PDF, VERIFY_PDF, "one.pdf", FALSE},
        {EXPORT_PDF, VERIFY_PDF, "two", TRUE},
    };
    Fixture f = fixture_made();

    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        const char *numbers[] = {f.filed, forms[i].several ? f.open : NULL, NULL};
        g_autofree char *path = g_build_filename(f.out, forms[i].name, NULL);
        GError *error = NULL;
        Named named = {0};
        VerifySummary summary;

        assert_true(export_as(&f, numbers, forms[i].format, forms[i].name, &error));
        summary = judge(path, &named);
        assert_int_equal(summary.kind, forms[i].kind);
        assert_int_equal(named.errors, 0);
        assert_int_equal(summary.warnings, forms[i].kind == VERIFY_PDF ? 1 : summary.warnings);
        assert_true(summary.files > 0);
        if (forms[i].kind == VERIFY_GBT42727 || forms[i].kind == VERIFY_DAT93) {
            assert_int_equal(summary.warnings, 0);
            assert_int_equal(summary.digested, summary.bytes);
            assert_int_equal(summary.proofs, VERIFY_PROOFS_NONE);
            flip_inside(path);
        }
    }
    fixture_clear(&f);
}

/* Both forms; each volume is valid alone and says which it is. */
static void volumes_of_packages_say_which_they_are(void **state G_GNUC_UNUSED)
{
    static const struct {
        ExportFormat format;
        const char *name;
    } forms[] = {{EXPORT_GBT42727, "g.zip"}, {EXPORT_DAT93, "d.zip"}};
    Fixture f = fixture_made();
    g_autofree char *second = hall_filed(&f.hall);

    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autofree char *path = g_build_filename(f.out, forms[i].name, NULL);
        const char *numbers[] = {f.filed, second, NULL};
        ExportRequest request = {
            .numbers = numbers, .path = path, .format = forms[i].format, .split_bytes = 2500000};
        g_auto(ExportDone) done = {0};
        GError *error = NULL;
        gboolean ok = export_cases(f.hall.house, &hall_clerk, &request, &done, &error);

        assert_no_error(error);
        assert_true(ok);
        assert_int_equal(done.files->len, 2);
        for (guint v = 0; v < done.files->len; v++) {
            g_autofree char *volume = g_build_filename(f.out, export_file(&done, v)->name, NULL);
            Named named = {0};
            VerifySummary summary = judge(volume, &named);

            assert_int_equal(named.errors, 0);
            assert_int_equal(summary.volume, v + 1);
            assert_int_equal(summary.volumes, 2);
            assert_int_equal(summary.group[1], '\0');
            assert_int_equal(summary.group[0], forms[i].name[0]);
        }
    }
    fixture_clear(&f);
}

static void several_cases_as_pdf_are_a_folder(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    const char *numbers[] = {f.filed, f.open, NULL};
    g_autofree char *one = g_strdup_printf("%s/all/%s.pdf", f.out, f.filed);
    g_autofree char *two = g_strdup_printf("%s/all/%s.pdf", f.out, f.open);
    GError *error = NULL;

    assert_true(export_as(&f, numbers, EXPORT_PDF, "all", &error));
    assert_true(g_file_test(one, G_FILE_TEST_EXISTS));
    assert_true(g_file_test(two, G_FILE_TEST_EXISTS));
    assert_false(export_as(&f, numbers, EXPORT_PDF, "all", &error));
    g_clear_error(&error);
    fixture_clear(&f);
}

static void a_case_without_an_archive_number_is_no_transfer_package(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    const char *numbers[] = {f.filed, f.open, NULL};
    g_autofree char *path = g_build_filename(f.out, "x.zip", NULL);
    GError *error = NULL;

    assert_false(export_as(&f, numbers, EXPORT_DAT93, "x.zip", &error));
    assert_error_code(error, ERROR_RULE);
    assert_non_null(strstr(error->message, f.open));
    g_clear_error(&error);
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    fixture_clear(&f);
}

/* ── faults ──────────────────────────────────────────────────────────────────────────────── */

/* Whatever fails: a bundle that is there is whole, the store opens, and the next export works. */
static void walk_faults(ExportFormat form, int fault, gboolean stays, guint step)
{
    Fixture f = fixture_made();
    const char *numbers[] = {f.open, f.filed};
    gboolean over = FALSE;
    guint at;

    for (at = 1; !over; at += step) {
        const char *ending = form == EXPORT_BAG_TAR ? ".tar" : "";
        g_autofree char *path = g_strdup_printf("%s/f%u%s", f.out, at, ending);
        g_autofree char *again = g_strdup_printf("%s/g%u%s", f.out, at, ending);
        g_autoptr(GError) error = NULL;
        NthFault nth = {.at = at, .fault = fault};
        gboolean ok;

        file_fault_set(stays ? testing_fail_from : testing_fail_nth, &nth);
        ok = export_to(&f, numbers[at % 2], path, form, &error);
        file_fault_set(NULL, NULL);
        over = ok && nth.count < at;
        if (g_file_test(path, G_FILE_TEST_EXISTS))
            assert_int_equal(errors_of(path), 0);
        else
            assert_false(ok);
        hall_reopen(&f.hall);
        if (at % 4 == 0)
            exported(&f, numbers[at % 2], again, form);
        assert_true(at < 500);
    }
    print_message("%u operations\n", at);
    fixture_clear(&f);
}

/* Every position in a long run, some in an ordinary one. */
static guint coarse(guint step)
{
    return g_strcmp0(g_getenv("ANJUAN_LONG"), "1") == 0 ? 1 : step;
}

static void a_failing_disk_leaves_a_whole_tar_or_none(void **state G_GNUC_UNUSED)
{
    walk_faults(EXPORT_BAG_TAR, EIO, TRUE, coarse(3));
    walk_faults(EXPORT_BAG_TAR, ENOSPC, FALSE, coarse(4));
}

static void a_failing_disk_leaves_a_whole_folder_or_none(void **state G_GNUC_UNUSED)
{
    walk_faults(EXPORT_BAG_DIR, FILE_SHORT_WRITE, TRUE, coarse(31));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_form_of_every_case_is_a_valid_bag),
    cmocka_unit_test(the_same_case_gives_the_same_payload),
    cmocka_unit_test(an_existing_bundle_is_never_written_over),
    cmocka_unit_test(an_unknown_case_ends_the_export),
    cmocka_unit_test(a_damaged_spool_file_ends_the_export_with_its_name),
    cmocka_unit_test(volumes_are_valid_bags_and_together_the_whole),
    cmocka_unit_test(a_case_over_the_limit_is_cut_between_its_files),
    cmocka_unit_test(a_pdf_shows_the_documents_in_the_order_of_procedure),
    cmocka_unit_test(a_pdf_shows_the_decision_first_where_the_profile_says_so),
    cmocka_unit_test(packages_give_the_same_bytes_again),
    cmocka_unit_test(every_form_is_judged_valid_and_a_changed_byte_is_named),
    cmocka_unit_test(volumes_of_packages_say_which_they_are),
    cmocka_unit_test(several_cases_as_pdf_are_a_folder),
    cmocka_unit_test(a_case_without_an_archive_number_is_no_transfer_package),
    cmocka_unit_test(a_failing_disk_leaves_a_whole_tar_or_none),
    cmocka_unit_test(a_failing_disk_leaves_a_whole_folder_or_none),
};
TEST_MAIN(tests)
