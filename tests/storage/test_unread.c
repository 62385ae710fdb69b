/* SPDX-License-Identifier: Apache-2.0
 *
 * What cannot be read, written or asked, at every place of the works that keep a store whole: the
 * work says so, harms nothing, and goes through once it can.
 *
 *   undisturbed → what it says
 *   each place fails once (place.h) → FALSE with an error, or TRUE and the same words, or, where
 *                                     the work is there to find faults, TRUE and a finding
 *   undisturbed again, on what the failed run left → the same words
 */
#include "tests/appliance/counter/hall.h"
#include "tests/storage/place.h"
#include "tests/storage/store_copy.h"

#include "appliance/counter/case_open.h"
#include "appliance/counter/destroy.h"
#include "appliance/counter/export.h"
#include "storage/drill.h"
#include "storage/erase.h"
#include "storage/repair.h"
#include "storage/scrub.h"
#include "storage/secrets.h"
#include "storage/signing.h"
#include "storage/verify.h"

#include <stdio.h>

#define DECADES_US (G_GINT64_CONSTANT(32) * 366 * 86400 * G_USEC_PER_SEC)
#define FINDS      "!" /* a run that says this found faults */

static const CipherKey key = {.key = (const guint8 *)"0123456789abcdef0123456789abcdef"};
static const ExportFormat formats[] = {EXPORT_BAG_TAR, EXPORT_BAG_ZIP, EXPORT_BAG_DIR};

/* A store at rest with a filed case, an open one and pages in the tray; one in which the case is
 * destroyed; what was made of the first. */
typedef struct {
    char *folder, *destroyed, *filed, *open, *ended, *backup, *later;
    char *bundles[G_N_ELEMENTS(formats)];
    char *out;
    gint64 seq; /* the last record in `backup` */
} Base;

/* What one run works on. */
typedef struct {
    const Base *base;
    char *folder;  /* a copy of the store */
    char *product; /* what it makes; gone before it begins */
    GString *said;
    guint passed; /* places that were passed again, and so failed */
} Desk;

typedef gboolean (*Run)(Desk *desk, GError **error);

/* What a work does to the copy or beside it, and how it is walked. */
#define CHANGES 1U /* is run again on what the fault left; the others read only */
#define SLOW    2U /* walked with ANJUAN_LONG=1 alone */

typedef struct {
    const char *name;
    Run run;
    void (*prepare)(Desk *desk); /* the copy */
    guint how;                   /* of CHANGES, SLOW */
} Work;

static Base base;
static SeededRandom seeded;

/* ── the base ────────────────────────────────────────────────────────────────────────────── */

static gboolean back_up(Store *store, const char *path, gint64 since, BackupDone *done,
                        GError **error)
{
    BackupRequest request = {
        .path = path, .key = key, .since = since, .with_key = TRUE, .settle = archive_recover};

    return backup_write(store, &request, done, error);
}

static gboolean export_to(Hall *hall, const char *path, ExportFormat format, GError **error)
{
    const char *numbers[] = {base.filed, NULL};
    ExportRequest request = {.numbers = numbers, .path = path, .format = format};
    g_auto(ExportDone) done = {0};

    return export_cases(hall->house, &hall_clerk, &request, &done, error);
}

static gboolean sign(Store *store, GError **error)
{
    g_autoptr(Catalog) reader = store_reader(store, error);
    g_autofree char *note = reader != NULL ? signing_checkpoint(store, reader, error) : NULL;

    return note != NULL;
}

static void base_destroy(void)
{
    const char *numbers[] = {base.filed, NULL};
    DestroyRequest request = {numbers, "000002", "档销1号"};
    GError *error = NULL;
    Hall hall;

    store_copy(base.folder, base.destroyed);
    hall = hall_opened(g_strdup(base.destroyed));
    hall_now_us += DECADES_US;
    (void)!destroy_cases(hall.house, &hall_clerk, &request, &error);
    assert_no_error(error);
    hall_close(&hall);
    hall_now_us -= DECADES_US;
}

static void base_make(void)
{
    Hall hall = hall_made("procedure");
    g_auto(BackupDone) full = {0}, later = {0};
    GError *error = NULL;

    base.out = testing_folder();
    base.folder = g_strdup(hall.folder);
    base.destroyed = g_build_filename(base.out, "destroyed", NULL);
    base.backup = g_build_filename(base.out, "full.bak", NULL);
    base.later = g_build_filename(base.out, "later.bak", NULL);
    base.filed = hall_filed(&hall);
    assert_true(sign(hall.store, &error));
    (void)!back_up(hall.store, base.backup, BACKUP_FULL, &full, &error);
    assert_no_error(error);
    base.seq = full.seq;
    base.open = hall_case(&hall, HALL_ITEM);
    hall_hand_in(&hall, base.open, "A01");
    base.ended = hall_ended(&hall);
    hall_page(&hall, NULL, "a page in the tray");
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        base.bundles[i] =
            g_strdup_printf("%s/bundle%s", base.out, export_format_ending(formats[i], 1));
        (void)!export_to(&hall, base.bundles[i], formats[i], &error);
        assert_no_error(error);
    }
    (void)!back_up(hall.store, base.later, full.seq, &later, &error);
    assert_no_error(error);
    hall_page(&hall, NULL, "a page behind the backup");
    hall_close(&hall);
    base_destroy();
}

static void base_clear(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++)
        g_free(base.bundles[i]);
    g_free(base.folder);
    g_free(base.destroyed);
    g_free(base.filed);
    g_free(base.open);
    g_free(base.ended);
    g_free(base.backup);
    g_free(base.later);
    g_free(base.out);
}

/* ── the walk ────────────────────────────────────────────────────────────────────────────── */

#define LEARNING G_MAXUINT

static void no_copy(Desk *desk G_GNUC_UNUSED)
{
}

static void desk_clear(Desk *desk)
{
    assert_true(file_remove_tree(desk->folder, NULL));
    assert_true(file_remove_tree(desk->product, NULL));
}

static gboolean desk_run(Desk *desk, const Work *work, GError **error)
{
    g_string_truncate(desk->said, 0);
    return work->run(desk, error);
}

/* On a fresh copy, and with one fault. */
static gboolean run_first(Desk *desk, const Work *work, guint at, GError **error)
{
    gboolean ok;

    desk_clear(desk);
    work->prepare(desk);
    if (at == LEARNING)
        place_learn();
    else
        place_fail(at);
    ok = desk_run(desk, work, error);
    desk->passed += place_heal();
    return ok;
}

/* On what the first run left. */
static void run_again(Desk *desk, const Work *work, const char *behind, const char *wanted)
{
    GError *error = NULL;

    assert_true(file_remove_tree(desk->product, NULL));
    if (!desk_run(desk, work, &error))
        fail_msg("%s, behind %s: %s", work->name, behind, error->message);
    assert_no_error(error);
    if (strcmp(desk->said->str, wanted) != 0)
        fail_msg("%s, behind %s: %s instead of %s", work->name, behind, desk->said->str, wanted);
}

static void judge_first(const Desk *desk, const Work *work, guint at, gboolean ok,
                        const GError *error, const char *wanted)
{
    if (ok != (error == NULL))
        fail_msg("%s, %s: %s an error", work->name, place_word(at), ok ? "TRUE with" : "without");
    if (ok && strcmp(desk->said->str, wanted) != 0 && strstr(desk->said->str, FINDS) == NULL)
        fail_msg("%s, %s: passed over: %s instead of %s", work->name, place_word(at),
                 desk->said->str, wanted);
}

static void walk(const Work *work)
{
    g_autofree char *folder = g_build_filename(base.out, "data", NULL);
    g_autofree char *product = g_build_filename(base.out, "product", NULL), *wanted = NULL;
    Desk desk = {&base, folder, product, g_string_new(NULL), 0};
    gint64 begun_us = g_get_monotonic_time();
    guint n = 0;

    for (guint at = LEARNING; at == LEARNING || at < n; at++) {
        g_autoptr(GError) error = NULL;
        gboolean ok = run_first(&desk, work, at, &error);

        if (at == LEARNING) {
            n = place_count();
            wanted = g_strdup(desk.said->str);
            assert_no_error(error);
            continue;
        }
        judge_first(&desk, work, at, ok, error, wanted);
        if (ok && work->prepare == no_copy) /* nothing is brought back over a store */
            desk_clear(&desk);
        if ((work->how & CHANGES) != 0 || place_is_long())
            run_again(&desk, work, place_word(at), wanted);
    }
    print_message("%s: %u places, %u failed, %d ms\n", work->name, n, desk.passed,
                  (int)((g_get_monotonic_time() - begun_us) / 1000));
    assert_int_equal(desk.passed, n);
    desk_clear(&desk);
    g_string_free(desk.said, TRUE);
}

/* ── the copies ──────────────────────────────────────────────────────────────────────────── */

static void usual_copy(Desk *desk)
{
    store_copy(base.folder, desk->folder);
}

static void destroyed_copy(Desk *desk)
{
    store_copy(base.destroyed, desk->folder);
}

/* ── the works ───────────────────────────────────────────────────────────────────────────── */

static Store *opened(const char *folder, GError **error)
{
    StoreOptions options = {
        .folder = folder, .clock = clock_manual(&hall_now_us), .random = random_seeded(&seeded, 1)};

    return store_open(&options, error);
}

static gboolean read_through(Desk *desk, GError **error)
{
    g_autoptr(Store) store = opened(desk->folder, error);
    g_autoptr(Catalog) reader = store != NULL ? store_reader(store, error) : NULL;
    g_autoptr(GPtrArray) records = NULL;
    g_autofree char *record = NULL;
    gint64 verified, rebuilt;

    if (reader == NULL || !store_verify_journal(store, &verified, error))
        return FALSE;
    records = store_records(store, reader, base.filed, error);
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
        g_string_append_printf(desk->said, FINDS "%s %s\n", finding->code, finding->path);
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
    g_autoptr(Store) store = opened(desk->folder, error);
    FsckSummary summary;

    if (store == NULL || !fsck_store(store, &options, &summary, error))
        return FALSE;
    say_checked(desk, &summary);
    return TRUE;
}

static gboolean scrub(Desk *desk, GError **error)
{
    FsckOptions watch = {.report = take, .data = desk};
    g_autoptr(Store) store = opened(desk->folder, error);
    g_autofree char *path = g_build_filename(desk->folder, "scrubbed.db", NULL);
    g_autoptr(Local) local = store != NULL ? local_open(path, error) : NULL;
    FsckSummary summary;
    ScrubState state;

    if (local == NULL || !scrub_run(store, local, &watch, &summary, error) ||
        !scrub_state(local, &state, error))
        return FALSE;
    if (summary.errors > 0)
        g_string_append(desk->said, FINDS);
    return TRUE;
}

static gboolean keep_a_copy(Desk *desk, GError **error)
{
    g_autoptr(Store) store = opened(desk->folder, error);
    g_auto(BackupDone) done = {0};

    if (store == NULL || !back_up(store, desk->product, BACKUP_FULL, &done, error))
        return FALSE;
    g_string_append_printf(desk->said, "%d files, %s%s", (int)done.files, done.root,
                           done.lost->len > 0 ? FINDS : "");
    return TRUE;
}

static gboolean bring_back(Desk *desk, GError **error)
{
    const char *paths[] = {base.backup, base.later, NULL};
    CipherKey keys[] = {key, key};
    RestoreRequest request = {
        .paths = paths, .keys = keys, .folder = desk->folder, .random = random_seeded(&seeded, 1)};
    g_auto(RestoreDone) done = {0};

    if (!restore_folder(&request, &done, error))
        return FALSE;
    g_string_append_printf(desk->said, "%d files, %s, %u lost", (int)done.files, done.root,
                           done.lost->len);
    return TRUE;
}

static gboolean drill(Desk *desk, GError **error)
{
    const char *paths[] = {base.backup, NULL};
    RestoreRequest request = {.paths = paths, .keys = &key, .random = random_seeded(&seeded, 1)};
    FsckOptions options = {.report = take, .data = desk};
    g_autoptr(Store) store = opened(desk->folder, error);
    g_auto(DrillDone) done = {0};

    if (store == NULL || !drill_run(store, &request, &options, &done, error))
        return FALSE;
    say_checked(desk, &done.checked);
    return TRUE;
}

/* The first page of the filed case flipped, a definition and the key to read by gone. */
static void damaged_copy(Desk *desk)
{
    static const char *const gone[] = {"defs", "secrets"};
    GError *error = NULL;

    usual_copy(desk);
    for (gsize i = 0; i < G_N_ELEMENTS(gone); i++) {
        g_autofree char *path = g_build_filename(desk->folder, gone[i], NULL);

        assert_true(file_remove_tree(path, &error));
    }
}

static gboolean mend(Desk *desk, GError **error)
{
    const char *paths[] = {base.backup, base.later, NULL};
    CipherKey keys[] = {key, key};
    RestoreRequest from = {.paths = paths, .keys = keys, .random = random_seeded(&seeded, 1)};
    FsckOptions options = {.report = take, .data = desk};
    RepairDone done;

    if (!repair_folder(desk->folder, &from, &options, &done, error))
        return FALSE;
    say_checked(desk, &done.after);
    return TRUE;
}

static gboolean erase(Desk *desk, GError **error)
{
    g_autoptr(Store) store = opened(desk->folder, error);
    gint64 n;

    if (store == NULL || !erase_again(store, &n, error))
        return FALSE;
    g_string_append_printf(desk->said, "%d", (int)n);
    return TRUE;
}

static gboolean export_form(Desk *desk, ExportFormat format, GError **error)
{
    Hall hall = {.store = opened(desk->folder, error)};
    gboolean ok;

    if (hall.store == NULL)
        return FALSE;
    hall.house = house_new(hall.store);
    ok = export_to(&hall, desk->product, format, error);
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
        g_string_append_printf(desk->said, FINDS "%s %s\n", finding->code, finding->path);
}

static gboolean judge(Desk *desk, GError **error)
{
    g_autofree char *root = g_build_filename(desk->folder, "vault/root", NULL);

    for (gsize i = 0; i <= G_N_ELEMENTS(formats); i++) {
        VerifyOptions options = {.level = VERIFY_FULL};
        VerifySummary summary;

        if (!verify_path(i < G_N_ELEMENTS(formats) ? base.bundles[i] : root, &options,
                         found_in_bundle, desk, &summary, error))
            return FALSE;
        g_string_append_printf(desk->said, "%d files, proofs %d\n", (int)summary.files,
                               summary.proofs);
    }
    return TRUE;
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
    return ok;
}

static gboolean begin_epoch(Desk *desk, GError **error)
{
    SigningEpoch epoch = {"000002", "a fault was looked for"};
    g_autoptr(Store) store = opened(desk->folder, error);
    g_autofree char *vkey =
        store != NULL ? signing_new_epoch(store, &hall_clerk, &epoch, error) : NULL;

    return vkey != NULL && sign(store, error);
}

static gboolean open_case(Desk *desk, GError **error)
{
    CaseOpening opening = {.item = HALL_ITEM, .window = "003", .applicant = "王五"};
    Hall hall = {.store = opened(desk->folder, error)};
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
    ArchiveRequest request = {.number = base.ended};
    Hall hall = {.store = opened(desk->folder, error)};
    g_autoptr(Catalog) reader = hall.store != NULL ? store_reader(hall.store, error) : NULL;
    g_autofree char *archive_number = NULL;
    gint64 filed = 0;
    gboolean ok = reader != NULL && archive_recover(hall.store, error) &&
                  db_int(catalog_db(reader), &filed, 0, error,
                         "SELECT count(*) FROM cases WHERE number = ? AND filed_at IS NOT NULL",
                         "t", base.ended);

    g_clear_pointer(&reader, catalog_close);
    if (ok && filed == 0) {
        hall.house = house_new(hall.store);
        ok = archive_file(hall.house, &hall_clerk, &request, &archive_number, error);
        house_free(hall.house);
    }
    store_close(hall.store);
    return ok;
}

/* ── cases ───────────────────────────────────────────────────────────────────────────────── */

/* The cheap ones first: what they share is walked in them (place.h). */
static const Work works[] = {
    {"local", people, usual_copy, CHANGES},
    {"scrub", scrub, usual_copy, CHANGES},
    {"erase", erase, destroyed_copy, CHANGES},
    {"epoch", begin_epoch, usual_copy, CHANGES},
    {"case", open_case, usual_copy, CHANGES},
    {"backup", keep_a_copy, usual_copy, CHANGES},
    {"restore", bring_back, no_copy, CHANGES},
    {"file", file_case, usual_copy, CHANGES | SLOW},
    {"verify", judge, usual_copy, 0},
    {"tar", export_tar, usual_copy, CHANGES},
    {"zip", export_zip, usual_copy, CHANGES},
    {"folder", export_dir, usual_copy, CHANGES},
    {"read", read_through, usual_copy, CHANGES | SLOW},
    {"check", check, usual_copy, 0},
    {"drill", drill, usual_copy, 0},
    {"repair", mend, damaged_copy, CHANGES | SLOW},
};

static void walk_all(const char *const *names)
{
    for (; *names != NULL; names++)
        for (gsize i = 0; i < G_N_ELEMENTS(works); i++)
            if (strcmp(works[i].name, *names) == 0 &&
                ((works[i].how & SLOW) == 0 || place_is_long()))
                walk(&works[i]);
}

#define WALK(sentence, ...)                                                                        \
    static void sentence(void **state G_GNUC_UNUSED)                                               \
    {                                                                                              \
        walk_all((const char *const[]){__VA_ARGS__, NULL});                                        \
    }

WALK(what_is_local_is_asked_again, "local")
WALK(an_erasure_is_finished_by_the_next, "scrub", "erase")
WALK(a_record_is_written_whole_or_not_at_all, "epoch", "case", "file")
WALK(a_backup_names_what_it_cannot_read, "backup")
WALK(a_restore_is_whole_or_refused, "restore")
WALK(no_bundle_is_called_valid_unread, "verify")
WALK(a_bundle_is_whole_or_refused, "tar", "zip", "folder")
WALK(a_check_finds_what_it_cannot_read, "read", "check")
WALK(a_repair_loses_nothing_it_cannot_read, "drill", "repair")

static void quiet(const char *domain G_GNUC_UNUSED, GLogLevelFlags level G_GNUC_UNUSED,
                  const char *message G_GNUC_UNUSED, void *data G_GNUC_UNUSED)
{
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_local_is_asked_again),
        cmocka_unit_test(an_erasure_is_finished_by_the_next),
        cmocka_unit_test(a_record_is_written_whole_or_not_at_all),
        cmocka_unit_test(a_backup_names_what_it_cannot_read),
        cmocka_unit_test(a_restore_is_whole_or_refused),
        cmocka_unit_test(no_bundle_is_called_valid_unread),
        cmocka_unit_test(a_bundle_is_whole_or_refused),
        cmocka_unit_test(a_check_finds_what_it_cannot_read),
        cmocka_unit_test(a_repair_loses_nothing_it_cannot_read),
    };
    int failed;

    testing_begin();
    /* What fails is told in the log too. */
    g_log_set_always_fatal(G_LOG_FATAL_MASK);
    g_log_set_default_handler(quiet, NULL);
    place_install();
    base_make();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    base_clear();
    place_forget();
    return failed;
}
