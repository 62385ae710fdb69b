/* SPDX-License-Identifier: Apache-2.0
 *
 * What cannot be read, written or asked, at every place of the works that keep a store whole: the
 * work says so, harms nothing, and goes through once it can (walk.h).
 */
#include "tests/storage/package_sample.h"
#include "tests/storage/walk.h"

#include "appliance/counter/case_open.h"
#include "storage/catalog_keeping.h"
#include "storage/drill.h"
#include "storage/erase.h"
#include "storage/local/print_jobs.h"
#include "storage/repair.h"
#include "storage/scrub.h"
#include "storage/secrets.h"
#include "storage/signing.h"
#include "storage/verify.h"

#define PDF_TEXT "%PDF-1.7\nxref\n0 0\ntrailer\nstartxref\n9\n%%EOF\n"

/* ── the works ───────────────────────────────────────────────────────────────────────────── */

static gboolean read_through(Desk *desk, GError **error)
{
    g_autoptr(Store) store = walk_opened(desk->folder, error);
    g_autoptr(Catalog) reader = store != NULL ? store_reader(store, error) : NULL;
    g_autoptr(GPtrArray) records = NULL;
    g_autofree char *record = NULL;
    gint64 verified, rebuilt;

    if (reader == NULL || !store_verify_journal(store, &verified, error))
        return FALSE;
    records = store_records(store, reader, walk_base.filed, error);
    record = records != NULL ? store_record(store, reader, 3, error) : NULL;
    if (record == NULL)
        return FALSE;
    g_string_append_printf(desk->said, "%d %u %s", (int)verified, records->len, record);
    g_clear_pointer(&reader, catalog_close);
    if (!store_rebuild(store, &rebuilt, error))
        return FALSE;
    g_string_append_printf(desk->said, " %d", (int)rebuilt);
    return TRUE;
}

static void take(const FsckFinding *finding, void *data)
{
    Desk *desk = data;

    if (finding->is_error)
        g_string_append_printf(desk->said, WALK_FINDS "%s %s\n", finding->code, finding->path);
}

static void say_checked(Desk *desk, const FsckSummary *summary)
{
    g_string_append_printf(desk->said, "%d records, %d files, %d objects, %d read, %d errors",
                           (int)summary->records, (int)summary->files, (int)summary->objects,
                           (int)summary->files_read, (int)summary->errors);
}

static gboolean check(Desk *desk, GError **error)
{
    FsckOptions options = {.read_data = TRUE, .report = take, .data = desk};
    g_autoptr(Store) store = walk_opened(desk->folder, error);
    FsckSummary summary;

    if (store == NULL || !fsck_store(store, &options, &summary, error))
        return FALSE;
    say_checked(desk, &summary);
    return TRUE;
}

static gboolean scrub(Desk *desk, GError **error)
{
    FsckOptions watch = {.report = take, .data = desk};
    g_autoptr(Store) store = walk_opened(desk->folder, error);
    g_autofree char *path = g_build_filename(desk->folder, "scrubbed.db", NULL);
    g_autoptr(Local) local = store != NULL ? local_open(path, error) : NULL;
    FsckSummary summary;
    ScrubState state;

    if (local == NULL || !scrub_run(store, local, &watch, &summary, error) ||
        !scrub_state(local, &state, error))
        return FALSE;
    if (summary.errors > 0)
        g_string_append(desk->said, WALK_FINDS);
    return TRUE;
}

static gboolean keep_a_copy(Desk *desk, GError **error)
{
    g_autoptr(Store) store = walk_opened(desk->folder, error);
    g_auto(BackupDone) done = {0};

    if (store == NULL || !walk_back_up(store, desk->product, BACKUP_FULL, &done, error))
        return FALSE;
    g_string_append_printf(desk->said, "%d files, %s%s", (int)done.files, done.root,
                           done.lost->len > 0 ? WALK_FINDS : "");
    return TRUE;
}

static gboolean bring_back(Desk *desk, GError **error)
{
    const char *paths[] = {walk_base.backup, walk_base.later, NULL};
    CipherKey keys[] = {walk_key, walk_key};
    RestoreRequest request = {
        .paths = paths, .keys = keys, .folder = desk->folder, .random = walk_random()};
    g_auto(RestoreDone) done = {0};

    if (!restore_folder(&request, &done, error))
        return FALSE;
    g_string_append_printf(desk->said, "%d files, %s, %u lost", (int)done.files, done.root,
                           done.lost->len);
    return TRUE;
}

static gboolean drill(Desk *desk, GError **error)
{
    const char *paths[] = {walk_base.backup, NULL};
    RestoreRequest request = {.paths = paths, .keys = &walk_key, .random = walk_random()};
    FsckOptions options = {.report = take, .data = desk};
    g_autoptr(Store) store = walk_opened(desk->folder, error);
    g_auto(DrillDone) done = {0};

    if (store == NULL || !drill_run(store, &request, &options, &done, error))
        return FALSE;
    say_checked(desk, &done.checked);
    return TRUE;
}

/* The definitions gone, and what the records of the filed case keep apart. */
static void damaged_copy(Desk *desk)
{
    g_autofree char *secrets = secrets_case_path(walk_base.filed);

    walk_copy(desk);
    tree_remove(desk->folder, "defs");
    tree_remove(desk->folder, secrets);
}

static gboolean mend(Desk *desk, GError **error)
{
    const char *paths[] = {walk_base.backup, walk_base.later, NULL};
    CipherKey keys[] = {walk_key, walk_key};
    RestoreRequest from = {.paths = paths, .keys = keys, .random = walk_random()};
    FsckOptions options = {.report = take, .data = desk};
    RepairDone done;

    if (!repair_folder(desk->folder, &from, &options, &done, error))
        return FALSE;
    say_checked(desk, &done.after);
    return TRUE;
}

static gboolean erase(Desk *desk, GError **error)
{
    g_autoptr(Store) store = walk_opened(desk->folder, error);
    gint64 n;

    if (store == NULL || !erase_again(store, &n, error))
        return FALSE;
    g_string_append_printf(desk->said, "%d", (int)n);
    return TRUE;
}

static gboolean export_form(Desk *desk, ExportFormat format, GError **error)
{
    Hall hall = {.store = walk_opened(desk->folder, error)};
    gboolean ok;

    if (hall.store == NULL)
        return FALSE;
    hall.house = house_new(hall.store);
    ok = walk_export(&hall, desk->product, format, error);
    hall_close(&hall);
    return ok;
}

static gboolean export_tar(Desk *desk, GError **error)
{
    return export_form(desk, EXPORT_BAG_TAR, error);
}

static gboolean export_zip(Desk *desk, GError **error)
{
    return export_form(desk, EXPORT_BAG_ZIP, error);
}

static gboolean export_dir(Desk *desk, GError **error)
{
    return export_form(desk, EXPORT_BAG_DIR, error);
}

static void found_in_bundle(const VerifyFinding *finding, void *data)
{
    Desk *desk = data;

    if (finding->severity == VERIFY_ERROR)
        g_string_append_printf(desk->said, WALK_FINDS "%s %s\n", finding->code, finding->path);
}

static gboolean judge(Desk *desk, GError **error)
{
    g_autofree char *root = g_build_filename(desk->folder, "vault/root", NULL);

    for (gsize i = 0; i <= WALK_FORMATS; i++) {
        VerifyOptions options = {.level = VERIFY_FULL};
        VerifySummary summary;

        if (!verify_path(i < WALK_FORMATS ? walk_base.bundles[i] : root, &options, found_in_bundle,
                         desk, &summary, error))
            return FALSE;
        g_string_append_printf(desk->said, "%d files, proofs %d\n", (int)summary.files,
                               summary.proofs);
    }
    return TRUE;
}

/* Packages of others, a PDF: made once, and only read. */
static void made_packages(Desk *desk)
{
    static const char *const numbers[] = {"320583001261120003000189"};
    g_autofree char *dat = NULL, *gbt = NULL, *tar = NULL, *pdf = NULL;

    walk_copy(desk);
    dat = dat_made();
    gbt = gbt_made(numbers, 1);
    tar = packed(gbt, ARCHIVE_TAR, NULL);
    tree_put(desk->folder, "one.pdf", PDF_TEXT);
    pdf = tree_path(desk->folder, "packages");
    assert_int_equal(g_mkdir_with_parents(pdf, 0700), 0);
    for (gsize i = 0; i < 2; i++) {
        g_autofree char *to = g_strdup_printf("%s/%zu", pdf, i);

        assert_int_equal(rename(i == 0 ? dat : tar, to), 0);
    }
}

static VerifyPages nothing_wrong(const char *path G_GNUC_UNUSED,
                                 ArchiveReader *reader G_GNUC_UNUSED, char **why G_GNUC_UNUSED,
                                 void *data G_GNUC_UNUSED)
{
    return VERIFY_PAGES_WELL;
}

static gboolean judge_packages(Desk *desk, GError **error)
{
    static const char *const names[] = {"packages/0", "packages/1", "one.pdf"};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(desk->folder, names[i], NULL);
        VerifyOptions options = {.level = VERIFY_FULL, .decode = nothing_wrong};
        VerifySummary summary;

        if (!verify_path(path, &options, found_in_bundle, desk, &summary, error))
            return FALSE;
        g_string_append_printf(desk->said, "%d files\n", (int)summary.files);
    }
    return TRUE;
}

static gboolean print(Local *local, GError **error)
{
    PrintJob job = {.printer = (char *)"escpos:/dev/null",
                    .title = (char *)"收件凭证",
                    .type = (char *)"application/pdf",
                    .file = (char *)"print/x",
                    .copies = 1};
    PrintChange over = {PRINT_CANCELLED, 0, NULL, 8};
    g_auto(PrintJob) kept = {0};
    g_autoptr(GPtrArray) open = NULL;
    gint64 id;

    if (!local_print_add(local, &job, &id, error) || !local_print_get(local, id, &kept, error))
        return FALSE;
    open = local_print_open(local, error);
    return open != NULL && local_print_change(local, id, &over, error);
}

static gboolean people(Desk *desk, GError **error)
{
    g_autofree char *path = g_build_filename(desk->folder, "local.db", NULL);
    g_autoptr(Local) local = local_open(path, error);
    static char number[] = "000001", name[] = "李四", digest[] = "00", csrf[] = "11";
    LocalPerson person = {number, name, 1, TRUE};
    LocalSession session = {digest, number, csrf, 1, 2}, kept = {0};
    guint n;
    gboolean ok = local != NULL && local_session_end(local, digest, error) &&
                  local_person_put(local, &person, error) &&
                  local_person_count(local, 1, NULL, &n, error) &&
                  local_secret_set(local, "000001", "hash", error) &&
                  local_secret_tried(local, "000001", 1, 5, error) &&
                  local_secret_count(local, &n, error) && local_session_put(local, &session, error);

    if (ok)
        ok = local_session_seen(local, "00", 3, error) &&
             local_session_get(local, "00", &kept, error) &&
             local_session_end(local, "00", error) &&
             local_session_end_all(local, "000001", error) && local_forget_answers(local, error) &&
             local_forget(local, 1, 1, error);
    local_session_clear(&kept);
    return ok && print(local, error);
}

static gboolean begin_epoch(Desk *desk, GError **error)
{
    SigningEpoch epoch = {"000002", "a fault was looked for"};
    g_autoptr(Store) store = walk_opened(desk->folder, error);
    g_autofree char *vkey =
        store != NULL ? signing_new_epoch(store, &hall_clerk, &epoch, error) : NULL;

    return vkey != NULL && walk_sign(store, error);
}

static gboolean open_case(Desk *desk, GError **error)
{
    CaseOpening opening = {.item = HALL_ITEM, .window = "003", .applicant = "王五"};
    Hall hall = {.store = walk_opened(desk->folder, error)};
    g_autofree char *number = NULL;
    gboolean ok;

    if (hall.store == NULL)
        return FALSE;
    hall.house = house_new(hall.store);
    ok = case_open(hall.house, &hall_clerk, &opening, &number, error);
    hall_close(&hall);
    return ok;
}

/* As a start of the appliance does, and then what was not filed before. */
static gboolean file_case(Desk *desk, GError **error)
{
    ArchiveRequest request = {.number = walk_base.ended};
    Hall hall = {.store = walk_opened(desk->folder, error)};
    g_autoptr(Catalog) reader = hall.store != NULL ? store_reader(hall.store, error) : NULL;
    g_autofree char *archive_number = NULL;
    gint64 filed = 0;
    gboolean ok = reader != NULL && archive_recover(hall.store, error) &&
                  db_int(catalog_db(reader), &filed, 0, error,
                         "SELECT count(*) FROM cases WHERE number = ? AND filed_at IS NOT NULL",
                         "t", walk_base.ended);

    g_clear_pointer(&reader, catalog_close);
    if (ok && filed == 0) {
        hall.house = house_new(hall.store);
        ok = archive_file(hall.house, &hall_clerk, &request, &archive_number, error);
        house_free(hall.house);
    }
    store_close(hall.store);
    return ok;
}

/* Records that no other work writes: a hold and its end, a side with a code that goes and comes
 * back, the end of a case. */
static gboolean append_acts(StoreTxn *txn, void *data G_GNUC_UNUSED, GError **error)
{
    static const char digest[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    g_autofree char *path = secrets_case_path(walk_base.open);
    g_autoptr(json_t) reason = json_pack("{s:s}", "reason", "诉讼保全");
    g_autofree char *secret = txn_secret(txn, path, reason);
    json_int_t seq = txn_next_seq(txn), batch = seq + 2;
    struct {
        const char *act, *number;
        json_t *body;
    } const acts[] = {
        {"hold", walk_base.open, json_pack("{s:s}", "secret", secret)},
        {"hold.lift", walk_base.open, json_pack("{s:s, s:[I]}", "secret", secret, "holds", seq)},
        {"batch.open", NULL, json_pack("{s:s, s:b}", "device", "test", "duplex", 0)},
        {"side", NULL,
         json_pack("{s:I, s:i, s:s, s:s, s:b, s:s, s:s, s:I, s:s, s:[{s:s, s:s, s:s, s:s}], s:i}",
                   "batch", batch, "sheet", 1, "side", "a", "state", "stored", "blank", 0, "role",
                   "page", "file", "spool/x", "bytes", (json_int_t)1, "sha256", digest, "codes",
                   "symbology", "code128", "text", "A", "box", "0,0,9,9", "rung", "1", "place", 0)},
        {"side.void", NULL,
         json_pack("{s:I, s:i, s:s, s:s}", "batch", batch, "sheet", 1, "side", "a", "reason", "x")},
        {"side.restore", NULL,
         json_pack("{s:I, s:i, s:s}", "batch", batch, "sheet", 1, "side", "a")},
        {"destroy", walk_base.filed,
         json_pack("{s:s, s:s, s:s, s:s}", "second", "000002", "approval", "档销1号", "retention",
                   "D10", "due", "2036-12-31")},
    };
    gboolean destroyed = FALSE;
    gboolean ok = catalog_is_destroyed(txn_catalog(txn), walk_base.filed, &destroyed, error);
    gsize i = 0;

    /* A case is destroyed once; the fault may have come behind that. */
    for (; ok && i < G_N_ELEMENTS(acts) - destroyed; i++)
        ok = txn_append(txn, acts[i].act, acts[i].number, acts[i].body, error);
    for (; i < G_N_ELEMENTS(acts); i++)
        json_decref(acts[i].body);
    return ok;
}

static gboolean write_acts(Desk *desk, GError **error)
{
    g_autoptr(Store) store = walk_opened(desk->folder, error);

    return store != NULL && store_write(store, &hall_clerk, append_acts, NULL, error);
}

/* A catalogue that only a newer program knows. */
static void newer_copy(Desk *desk)
{
    g_autofree char *path = g_build_filename(desk->folder, "catalogue.db", NULL);
    g_autoptr(Db) db = NULL;

    walk_copy(desk);
    db = db_open(path, DB_READ_WRITE, NULL);
    assert_true(db_script(db, "PRAGMA user_version = 99", NULL));
}

static gboolean remake(Desk *desk, GError **error)
{
    StoreOptions options = {.folder = desk->folder, .remake = TRUE};
    g_autoptr(Store) store = store_open(&options, error);

    return store != NULL;
}

/* ── cases ───────────────────────────────────────────────────────────────────────────────── */

/* The cheap ones first: what they share is walked in them (place.h). */
static const Work works[] = {
    {"local", people, walk_copy, WORK_CHANGES},
    {"acts", write_acts, walk_copy, WORK_CHANGES},
    {"remake", remake, newer_copy, WORK_CHANGES},
    {"scrub", scrub, walk_copy, WORK_CHANGES},
    {"erase", erase, walk_copy_destroyed, WORK_CHANGES},
    {"epoch", begin_epoch, walk_copy, WORK_CHANGES},
    {"case", open_case, walk_copy, WORK_CHANGES},
    {"backup", keep_a_copy, walk_copy, WORK_CHANGES},
    {"backup, destroyed", keep_a_copy, walk_copy_destroyed, WORK_CHANGES},
    {"restore", bring_back, walk_no_copy, WORK_CHANGES},
    {"file", file_case, walk_copy, WORK_CHANGES | WORK_SLOW},
    {"verify", judge, walk_copy, 0},
    {"packages", judge_packages, made_packages, 0},
    {"tar", export_tar, walk_copy, WORK_CHANGES},
    {"zip", export_zip, walk_copy, WORK_CHANGES},
    {"folder", export_dir, walk_copy, WORK_CHANGES},
    {"read", read_through, walk_copy, WORK_CHANGES},
    {"check", check, walk_copy, 0},
    {"drill", drill, walk_copy, 0},
    {"repair", mend, damaged_copy, WORK_CHANGES | WORK_SLOW},
};

static void walk_all(const char *const *names)
{
    for (; *names != NULL; names++)
        for (gsize i = 0; i < G_N_ELEMENTS(works); i++)
            if (strcmp(works[i].name, *names) == 0 &&
                ((works[i].how & WORK_SLOW) == 0 || place_is_long()))
                walk(&works[i]);
}

#define WALK(sentence, ...)                                                                        \
    static void sentence(void **state G_GNUC_UNUSED)                                               \
    {                                                                                              \
        walk_all((const char *const[]){__VA_ARGS__, NULL});                                        \
    }

WALK(what_is_local_is_asked_again, "local")
WALK(a_catalogue_is_changed_whole_or_not_at_all, "acts", "remake")
WALK(an_erasure_is_finished_by_the_next, "scrub", "erase")
WALK(a_record_is_written_whole_or_not_at_all, "epoch", "case", "file")
WALK(a_backup_names_what_it_cannot_read, "backup", "backup, destroyed")
WALK(a_restore_is_whole_or_refused, "restore")
WALK(no_bundle_is_called_valid_unread, "verify", "packages")
WALK(a_bundle_is_whole_or_refused, "tar", "zip", "folder")
WALK(a_check_finds_what_it_cannot_read, "read", "check")
WALK(a_repair_loses_nothing_it_cannot_read, "drill", "repair")

static void what_a_signal_interrupts_is_read_again(void **state G_GNUC_UNUSED)
{
    for (gsize i = 0; i < G_N_ELEMENTS(works); i++)
        walk_interrupted(&works[i]);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_local_is_asked_again),
    cmocka_unit_test(a_catalogue_is_changed_whole_or_not_at_all),
    cmocka_unit_test(an_erasure_is_finished_by_the_next),
    cmocka_unit_test(a_record_is_written_whole_or_not_at_all),
    cmocka_unit_test(a_backup_names_what_it_cannot_read),
    cmocka_unit_test(a_restore_is_whole_or_refused),
    cmocka_unit_test(no_bundle_is_called_valid_unread),
    cmocka_unit_test(a_bundle_is_whole_or_refused),
    cmocka_unit_test(a_check_finds_what_it_cannot_read),
    cmocka_unit_test(a_repair_loses_nothing_it_cannot_read),
    cmocka_unit_test(what_a_signal_interrupts_is_read_again),
};

WALK_MAIN(tests)
