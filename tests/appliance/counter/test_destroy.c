/* SPDX-License-Identifier: Apache-2.0
 *
 * The end of retention: two persons, what is due, and that nothing of the content is left.
 */
#include "tests/appliance/counter/hall.h"

#include "appliance/counter/destroy.h"
#include "appliance/counter/export.h"
#include "appliance/counter/hold.h"
#include "storage/drill.h"
#include "storage/erase.h"
#include "storage/local/local.h"
#include "storage/secrets.h"
#include "storage/signing.h"
#include "storage/verify.h"

#include <errno.h>
#include <string.h>

#define DECADES_US (G_GINT64_CONSTANT(32) * 366 * 86400 * G_USEC_PER_SEC)

static const char pages_begin[] = "page of ";

/* A hall with two filed cases; thirty years later. */
typedef struct {
    Hall hall;
    char *number, *other;
    char *out;
} Fixture;

static Fixture fixture_made(void)
{
    Fixture f = {.hall = hall_made("procedure"), .out = testing_folder()};

    f.number = hall_filed(&f.hall);
    f.other = hall_filed(&f.hall);
    return f;
}

static void fixture_clear(Fixture *f)
{
    hall_close(&f->hall);
    g_free(f->number);
    g_free(f->other);
    g_free(f->out);
}

static gboolean destroy(const Fixture *f, const char *number, GError **error)
{
    const char *numbers[] = {number, NULL};
    DestroyRequest request = {numbers, "000002", "档销〔2058〕1号"};

    return destroy_cases(f->hall.house, &hall_clerk, &request, error);
}

static void refused(const Fixture *f, const DestroyRequest *request, ErrorCode code)
{
    GError *error = NULL;

    assert_false(destroy_cases(f->hall.house, &hall_clerk, request, &error));
    assert_error_code(error, code);
    g_clear_error(&error);
}

/* ── the search ──────────────────────────────────────────────────────────────────────────── */

/* How often `needle` stands in any file below the folder. */
static guint occurrences(const char *folder, const char *needle, gsize size)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    guint n = 0;

    if (dir == NULL) {
        g_autofree char *bytes = NULL;
        gsize length;
        const char *at, *found;

        assert_true(g_file_get_contents(folder, &bytes, &length, NULL));
        for (at = bytes; (found = memmem(at, length - (gsize)(at - bytes), needle, size)) != NULL;
             at = found + 1)
            n++;
        return n;
    }
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *child = g_build_filename(folder, name, NULL);

        n += occurrences(child, needle, size);
    }
    return n;
}

/* What only this case holds: bytes of its pages and papers, the salts of its secrets. */
static GPtrArray *content_of(const Fixture *f, const char *number)
{
    GPtrArray *needles = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(f->hall.store, &error);
    g_autoptr(json_t) sides = catalog_sides(reader, number, &error);
    g_autoptr(json_t) documents = catalog_documents(reader, number, &error);
    g_autofree char *secrets = secrets_case_path(number), *path = NULL, *text = NULL;
    g_auto(GStrv) lines = NULL;
    json_t *lists[] = {sides, documents};
    gsize i;
    json_t *row;

    for (gsize k = 0; k < G_N_ELEMENTS(lists); k++) {
        json_array_foreach(lists[k], i, row)
        {
            const char *file = json_text(row, "file");
            g_autofree char *full = file != NULL ? store_path(f->hall.store, file) : NULL;

            if (full != NULL)
                g_ptr_array_add(needles, file_read(full, G_MAXUINT32, &error));
        }
    }
    path = store_path(f->hall.store, secrets);
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    lines = g_strsplit(g_strchomp(text), "\n", -1);
    for (i = 0; lines[i] != NULL; i++) {
        g_auto(GStrv) parts = g_strsplit(lines[i], " ", 3);

        g_ptr_array_add(needles, g_bytes_new(parts[1], strlen(parts[1])));
    }
    assert_true(needles->len > HALL_SLOTS + 2);
    return needles;
}

static void assert_gone(const Fixture *f, GPtrArray *needles)
{
    for (guint i = 0; i < needles->len; i++) {
        gsize size;
        const char *bytes = g_bytes_get_data(g_ptr_array_index(needles, i), &size);
        guint n = occurrences(f->hall.folder, bytes, size);

        if (n > 0)
            fail_msg("'%.40s' is left %u times", bytes, n);
    }
}

/* ── cases ───────────────────────────────────────────────────────────────────────────────── */

static void due_is_the_year_after_the_last(void **state G_GNUC_UNUSED)
{
    Day day = 0;

    assert_true(destroy_due_day("D10", day_of(2026, 11, 21), &day));
    assert_int_equal(day, day_of(2037, 1, 1));
    assert_true(destroy_due_day("D30", day_of(2026, 1, 1), &day));
    assert_int_equal(day, day_of(2057, 1, 1));
    assert_false(destroy_due_day("Y", day_of(2026, 1, 1), &day));
    assert_false(destroy_due_day(NULL, day_of(2026, 1, 1), &day));
}

static void nothing_is_destroyed_early_alone_or_under_a_hold(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_autofree char *open = hall_case(&f.hall, HALL_ITEM);
    const char *numbers[] = {f.number, NULL}, *both[] = {f.number, f.other, NULL};
    const char *opened[] = {open, NULL};
    HoldRequest hold = {f.other, "诉讼", "(2057) 苏01号"};
    g_autoptr(Catalog) reader = NULL;
    g_autoptr(json_t) rows = NULL;
    GError *error = NULL;

    refused(&f, &(DestroyRequest){numbers, "000002", "1号"}, ERROR_RULE);
    hall_now_us += DECADES_US;
    refused(&f, &(DestroyRequest){numbers, NULL, "1号"}, ERROR_SECOND_PERSON);
    refused(&f, &(DestroyRequest){numbers, hall_clerk.actor, "1号"}, ERROR_SECOND_PERSON);
    refused(&f, &(DestroyRequest){numbers, "000002", ""}, ERROR_INVALID);
    refused(&f, &(DestroyRequest){opened, "000002", "1号"}, ERROR_RULE);
    assert_true(hold_set(f.hall.house, &hall_clerk, &hold, &error));
    refused(&f, &(DestroyRequest){both, "000002", "1号"}, ERROR_HELD);
    /* all or none */
    reader = store_reader(f.hall.store, &error);
    rows = destroy_due(f.hall.house, reader, house_today(f.hall.house), &error);
    assert_int_equal(json_array_size(rows), 2);
    fixture_clear(&f);
}

static void export_case(const Fixture *f, const char *number, const char *path)
{
    const char *numbers[] = {number, NULL};
    ExportRequest request = {.numbers = numbers, .path = path, .format = EXPORT_BAG_TAR};
    g_auto(ExportDone) done = {0};
    GError *error = NULL;

    if (!export_cases(f->hall.house, &hall_clerk, &request, &done, &error))
        fail_msg("not exported: %s", error->message);
}

static void keep_answer(const Fixture *f)
{
    g_autofree char *path = store_path(f->hall.store, "local.db");
    GError *error = NULL;
    g_autoptr(Local) local = local_open(path, &error);
    LocalKey local_key = {"000001", "k"};
    g_autoptr(GBytes) body = g_bytes_new_static("{\"applicant\":\"张三\"}", 22);
    g_autofree char *request = g_strdup("r"), *type = g_strdup("application/json");
    LocalAnswer answer = {request, 200, type, body};

    assert_true(local_answer_put(local, &local_key, &answer, hall_now_us, &error));
}

static void nothing_of_the_content_is_left_in_any_file(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_autofree char *exports = store_path(f.hall.store, "exports"), *name = NULL;
    g_autofree char *before = NULL, *rebuilt = NULL;
    g_autoptr(GPtrArray) needles = NULL;
    FsckOptions options = {.read_data = TRUE};
    FsckSummary summary;
    GError *error = NULL;
    gint64 records;

    assert_true(file_make_folder(exports, 0700, &error));
    name = g_build_filename(exports, "b1.tar", NULL);
    export_case(&f, f.number, name);
    keep_answer(&f);
    hall_now_us += DECADES_US;
    /* Another filed case has the same name; its secrets are its own. */
    needles = content_of(&f, f.number);
    for (guint i = 0; i < needles->len; i++) {
        gsize size;
        const char *bytes = g_bytes_get_data(g_ptr_array_index(needles, i), &size);

        assert_true(occurrences(f.hall.folder, bytes, size) > 0);
    }
    destroy(&f, f.other, &error);
    assert_no_error(error);
    destroy(&f, f.number, &error);
    assert_no_error(error);
    assert_gone(&f, needles);
    assert_int_equal(occurrences(f.hall.folder, "张三", strlen("张三")), 0);
    assert_int_equal(occurrences(f.hall.folder, pages_begin, strlen(pages_begin)), 0);
    assert_false(g_file_test(name, G_FILE_TEST_EXISTS));
    /* What is left is sound, and is the same when it is made again. */
    assert_true(fsck_store(f.hall.store, &options, &summary, &error));
    assert_int_equal(summary.errors, 0);
    before = hall_dump(&f.hall);
    assert_true(store_rebuild(f.hall.store, &records, &error));
    rebuilt = hall_dump(&f.hall);
    assert_string_equal(before, rebuilt);
    assert_int_equal(occurrences(f.hall.folder, "张三", strlen("张三")), 0);
    assert_false(destroy(&f, f.number, &error));
    assert_error_code(error, ERROR_DESTROYED);
    g_clear_error(&error);
    fixture_clear(&f);
}

static void count_error(const VerifyFinding *finding, void *data)
{
    *(guint *)data += finding->severity == VERIFY_ERROR;
}

static void every_remaining_proof_holds(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_autofree char *bag = g_build_filename(f.out, "before.tar", NULL), *vkey = NULL;
    g_autofree char *note = NULL, *later = NULL;
    g_autoptr(NoteKey) key = NULL;
    g_autoptr(Catalog) reader = NULL;
    VerifyOptions options = {.level = VERIFY_FULL};
    VerifySummary summary = {0};
    GError *error = NULL;
    guint errors = 0;
    gint64 records;

    export_case(&f, f.number, bag);
    reader = store_reader(f.hall.store, &error);
    note = signing_checkpoint(f.hall.store, &error);
    hall_now_us += DECADES_US;
    destroy(&f, f.number, &error);
    assert_no_error(error);
    /* The journal is what it was, a checkpoint signed now extends the last one, and a bundle that
     * left the house before is still proved. */
    assert_true(store_verify_journal(f.hall.store, &records, &error));
    later = signing_checkpoint(f.hall.store, &error);
    assert_no_error(error);
    assert_non_null(later);
    assert_string_not_equal(later, note);
    vkey = signing_vkey(f.hall.store, &error);
    key = note_key_parse(vkey, &error);
    options.key = key;
    assert_true(verify_path(bag, &options, count_error, &errors, &summary, &error));
    assert_int_equal(errors, 0);
    assert_int_equal(summary.proofs, VERIFY_PROOFS_VERIFIED);
    fixture_clear(&f);
}

static void the_other_case_stays_whole(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_autofree char *bag = g_build_filename(f.out, "other.tar", NULL);
    g_autofree char *gone = g_build_filename(f.out, "gone.tar", NULL);
    const char *numbers[] = {f.number, NULL};
    ExportRequest request = {.numbers = numbers, .path = gone, .format = EXPORT_BAG_TAR};
    g_auto(ExportDone) done = {0};
    GError *error = NULL;

    hall_now_us += DECADES_US;
    destroy(&f, f.number, &error);
    assert_no_error(error);
    export_case(&f, f.other, bag);
    assert_false(export_cases(f.hall.house, &hall_clerk, &request, &done, &error));
    assert_error_code(error, ERROR_DESTROYED);
    g_clear_error(&error);
    fixture_clear(&f);
}

static void a_restore_takes_it_away_again(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_autofree char *full = g_build_filename(f.out, "full", NULL);
    g_autofree char *rest = g_build_filename(f.out, "rest", NULL);
    g_autofree char *folder = g_build_filename(f.out, "restored", NULL);
    const char *paths[] = {full, rest, NULL};
    CipherKey key = {.passphrase = "correct horse"}, keys[] = {key, key};
    BackupRequest request = {.path = full, .key = key, .since = BACKUP_FULL};
    RestoreRequest restoring = {.paths = paths, .keys = keys, .folder = folder};
    g_auto(BackupDone) first = {0}, second = {0};
    g_auto(RestoreDone) done = {0};
    g_autoptr(GPtrArray) needles = NULL;
    GError *error = NULL;

    assert_true(backup_write(f.hall.store, &request, &first, &error));
    needles = content_of(&f, f.number);
    hall_now_us += DECADES_US;
    destroy(&f, f.number, &error);
    assert_no_error(error);
    request.path = rest;
    request.since = first.seq;
    assert_true(backup_write(f.hall.store, &request, &second, &error));
    assert_int_equal(second.lost->len, 0);
    if (!restore_folder(&restoring, &done, &error))
        fail_msg("not restored: %s", error->message);
    g_free(f.hall.folder);
    f.hall.folder = g_strdup(folder);
    assert_gone(&f, needles);
    fixture_clear(&f);
}

static void the_register_is_a_paper_without_the_applicant(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_autoptr(Catalog) reader = NULL;
    g_autoptr(json_t) rows = NULL;
    g_autoptr(GBytes) pdf = NULL;
    g_autofree char *line = NULL;
    GError *error = NULL;

    hall_now_us += DECADES_US;
    destroy(&f, f.number, &error);
    assert_no_error(error);
    reader = store_reader(f.hall.store, &error);
    rows = destroy_register(f.hall.house, reader, &error);
    assert_int_equal(json_array_size(rows), 1);
    line = json_line(rows);
    assert_null(strstr(line, "张三"));
    assert_non_null(strstr(line, "\"second\":\"000002\""));
    assert_non_null(json_text(json_array_get(rows, 0), "done_at"));
    pdf = destroy_paper(f.hall.house, rows, "000001", &error);
    assert_no_error(error);
    assert_memory_equal(g_bytes_get_data(pdf, NULL), "%PDF-", 5);
    fixture_clear(&f);
}

static void an_interrupted_destruction_is_finished(void **state G_GNUC_UNUSED)
{
    Fixture f = fixture_made();
    g_autoptr(GPtrArray) needles = NULL;
    GError *error = NULL;

    hall_now_us += DECADES_US;
    needles = content_of(&f, f.number);
    for (guint at = 1;; at += 3) {
        NthFault nth = {.at = at, .fault = EIO};
        gboolean ok;

        file_fault_set(testing_fail_from, &nth);
        ok = destroy(&f, f.number, &error);
        file_fault_set(NULL, NULL);
        g_clear_error(&error);
        hall_reopen(&f.hall);
        if (!destroy_settle(f.hall.store, &error))
            fail_msg("operation %u: not settled: %s", at, error->message);
        assert_true(at < 400);
        {
            g_autoptr(Catalog) reader = store_reader(f.hall.store, &error);
            gboolean destroyed;

            assert_true(catalog_is_destroyed(reader, f.number, &destroyed, &error));
            if (ok)
                assert_true(destroyed);
            if (destroyed)
                break;
        }
    }
    assert_gone(&f, needles);
    fixture_clear(&f);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(due_is_the_year_after_the_last),
    cmocka_unit_test(nothing_is_destroyed_early_alone_or_under_a_hold),
    cmocka_unit_test(nothing_of_the_content_is_left_in_any_file),
    cmocka_unit_test(every_remaining_proof_holds),
    cmocka_unit_test(the_other_case_stays_whole),
    cmocka_unit_test(a_restore_takes_it_away_again),
    cmocka_unit_test(the_register_is_a_paper_without_the_applicant),
    cmocka_unit_test(an_interrupted_destruction_is_finished),
};
TEST_MAIN(tests)
