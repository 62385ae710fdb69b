/* SPDX-License-Identifier: Apache-2.0
 *
 * A new epoch in the middle of a house's life: sides, cases, exports and backups on both sides of
 * it, judged by the library and by the built program.
 */
#include "tests/appliance/counter/hall.h"

#include "appliance/counter/export.h"
#include "storage/catalog_register.h"
#include "storage/fsck.h"
#include "storage/proof.h"
#include "storage/restore.h"
#include "storage/signing.h"
#include "storage/verify.h"

#include <string.h>

static const SigningEpoch epoch = {"000002", "磁盘更换"};

/* What an auditor takes home from one epoch. */
typedef struct {
    char *number, *bundle; /* a filed case and its bundle */
    char *vkey, *note;     /* the published key, and the checkpoint of that day */
} Visit;

/* A hall that began a new epoch between two visits. */
static Hall hall;
static char *out; /* folder of bundles */
static Visit before, after;

static gboolean exported(const char *number, const char *path, const char *old_checkpoint,
                         GError **error)
{
    const char *numbers[] = {number, NULL};
    ExportRequest request = {.numbers = numbers,
                             .path = path,
                             .format = EXPORT_BAG_TAR,
                             .old_checkpoint = old_checkpoint};
    g_auto(ExportDone) done = {0};

    return export_cases(hall.house, &hall_clerk, &request, &done, error);
}

/* The bundle of a case with a proof from an old checkpoint (NULL: none). */
static char *bundle_of(const char *number, const char *name, const char *old_checkpoint)
{
    char *path = g_build_filename(out, name, NULL);
    GError *error = NULL;

    if (!exported(number, path, old_checkpoint, &error))
        assert_no_error(error);
    return path;
}

static Visit visited(const char *bundle)
{
    Visit visit = {.number = hall_ended(&hall)};
    ArchiveRequest request = {.number = visit.number};
    g_autofree char *archive_number = NULL;
    GError *error = NULL;

    if (!archive_file(hall.house, &hall_clerk, &request, &archive_number, &error))
        assert_no_error(error);
    visit.bundle = bundle_of(visit.number, bundle, NULL);
    visit.vkey = signing_vkey(hall.store, &error);
    visit.note = signing_last(hall.store, &error);
    assert_no_error(error);
    return visit;
}

static void visit_clear(Visit *visit)
{
    g_free(visit->number);
    g_free(visit->bundle);
    g_free(visit->vkey);
    g_free(visit->note);
}

/* Errors as "code [detail]; ". */
static void note_error(const VerifyFinding *finding, void *data)
{
    if (finding->severity == VERIFY_ERROR)
        g_string_append_printf(data, "%s [%s]; ", finding->code, finding->detail);
}

static char *judged(const char *path, const char *vkey, const char *old_checkpoint,
                    VerifySummary *summary)
{
    GError *error = NULL;
    g_autoptr(NoteKey) key = vkey != NULL ? note_key_parse(vkey, &error) : NULL;
    VerifyOptions options = {.level = VERIFY_FULL,
                             .key = key,
                             .old_checkpoint = old_checkpoint,
                             .old_checkpoint_size =
                                 old_checkpoint != NULL ? strlen(old_checkpoint) : 0};
    GString *found = g_string_new(NULL);

    if (!verify_path(path, &options, note_error, found, summary, &error))
        assert_no_error(error);
    return g_string_free(found, FALSE);
}

/* By the key of its own epoch, by none, and not by the one of the other epoch. */
static void assert_bundle_of(const char *path, const Visit *own, const Visit *other)
{
    VerifySummary summary;
    g_autofree char *by_own = judged(path, own->vkey, NULL, &summary), *by_none = NULL;
    g_autofree char *by_other = NULL;

    assert_string_equal(by_own, "");
    assert_int_equal(summary.proofs, VERIFY_PROOFS_VERIFIED);
    by_none = judged(path, NULL, NULL, &summary);
    assert_string_equal(by_none, "");
    assert_int_equal(summary.proofs, VERIFY_PROOFS_CONSISTENT);
    by_other = judged(path, other->vkey, NULL, &summary);
    assert_string_equal(by_other, "proof [no signature of this key]; ");
    assert_int_equal(summary.proofs, VERIFY_PROOFS_REFUSED);
}

static void each_bundle_is_verified_by_the_key_of_its_epoch_alone(void **state G_GNUC_UNUSED)
{
    assert_string_not_equal(before.vkey, after.vkey);
    assert_bundle_of(before.bundle, &before, &after);
    assert_bundle_of(after.bundle, &after, &before);
}

static void a_case_filed_before_is_proven_by_the_new_key(void **state G_GNUC_UNUSED)
{
    g_autofree char *again = bundle_of(before.number, "again.tar", NULL);

    assert_bundle_of(again, &after, &before);
}

static Checkpoint checkpoint_of(const Visit *visit)
{
    GError *error = NULL;
    g_autoptr(NoteKey) key = note_key_parse(visit->vkey, &error);
    Checkpoint checkpoint = {0};

    if (!checkpoint_verify(visit->note, strlen(visit->note), key, &checkpoint, &error))
        assert_no_error(error);
    return checkpoint;
}

static GBytes *member_of(const char *bundle, const char *path)
{
    GError *error = NULL;
    g_autoptr(Archive) archive = archive_open(bundle, NULL, &error);
    const ArchiveMember *member = archive_find(archive, path);
    GBytes *bytes;

    assert_non_null(member);
    bytes = archive_read_all(archive, member, 65536, &error);
    assert_no_error(error);
    return bytes;
}

/* The old key is not there to check the old checkpoint by, so `verify` refuses it and says why; but
 * the proof in the bundle leads from its root to the new checkpoint ('anjuan proof consistency').
 */
static void the_log_is_followed_from_the_old_checkpoint_by_its_root(void **state G_GNUC_UNUSED)
{
    g_autofree char *path = bundle_of(before.number, "followed.tar", before.note), *found = NULL;
    g_auto(Checkpoint) old = checkpoint_of(&before);
    g_autofree char *name = g_strdup_printf("audit/consistency-%" G_GUINT64_FORMAT, old.tree.size);
    g_autoptr(GBytes) proof = member_of(path, name);
    g_autoptr(NoteKey) key = note_key_parse(after.vkey, NULL);
    MerkleHash other = old.tree.root;
    VerifySummary summary;
    GError *error = NULL;

    assert_true(proof_check_consistency(g_bytes_get_data(proof, NULL), g_bytes_get_size(proof), key,
                                        &old.tree.root, NULL, &error));
    other.bytes[0] ^= 1;
    assert_false(proof_check_consistency(g_bytes_get_data(proof, NULL), g_bytes_get_size(proof),
                                         key, &other, NULL, &error));
    assert_error_code(error, ERROR_PROOF_REFUSED);
    g_clear_error(&error);
    found = judged(path, after.vkey, before.note, &summary);
    assert_string_equal(found, "proof [the checkpoint of the last visit is of hall.example/anjuan,"
                               " the key of hall.example/anjuan/epoch-2]; ");
    assert_false(summary.extends_old);
}

static void the_next_visit_goes_on_from_the_new_checkpoint(void **state G_GNUC_UNUSED)
{
    g_autofree char *path = bundle_of(after.number, "next.tar", after.note), *found = NULL;
    VerifySummary summary;

    found = judged(path, after.vkey, after.note, &summary);
    assert_string_equal(found, "");
    assert_true(summary.extends_old);
}

static void the_record_of_the_epoch_quotes_the_last_checkpoint(void **state G_GNUC_UNUSED)
{
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(hall.store, &error);
    g_autoptr(json_t) rows = catalog_events_of(reader, "log.epoch", "2000", "3000", &error);
    g_autofree char *line = NULL;
    g_autoptr(json_t) record = NULL;

    assert_int_equal(json_array_size(rows), 1);
    line = store_record(hall.store, reader, json_int(json_array_get(rows, 0), "seq", -1), &error);
    record = json_loads(line, 0, NULL);
    assert_string_equal(json_text(record, "last"), before.note);
    assert_string_equal(json_text(record, "vkey"), after.vkey);
}

static void nothing_of_the_store_is_touched_by_an_epoch(void **state G_GNUC_UNUSED)
{
    FsckOptions options = {.read_data = TRUE};
    FsckSummary summary;
    gint64 records = 0, rebuilt = 0;
    g_autofree char *rows = hall_dump(&hall), *again = NULL;
    GError *error = NULL;

    assert_true(fsck_store(hall.store, &options, &summary, &error));
    assert_int_equal(summary.errors, 0);
    assert_int_equal(summary.warnings, 0);
    assert_true(store_verify_journal(hall.store, &records, &error));
    assert_true(store_rebuild(hall.store, &rebuilt, &error));
    assert_int_equal(rebuilt, records);
    again = hall_dump(&hall);
    assert_string_equal(again, rows);
}

/* The exit status of the built program; `answer` is how its output begins. */
static int run(const char *const *words, const char *answer)
{
    g_autofree char *said = NULL, *told = NULL;
    int status = -1;

    assert_true(g_spawn_sync(NULL, (char **)words, NULL, G_SPAWN_DEFAULT, NULL, NULL, &said, &told,
                             &status, NULL));
    if (!g_str_has_prefix(said, answer))
        fail_msg("%s: %s%s", words[1], said, told);
    return g_spawn_check_wait_status(status, NULL) ? 0 : 1;
}

static int verified(const char *bundle, const Visit *by)
{
    return run((const char *const[]){ANJUAN_PROGRAM, "verify", "--vkey", by->vkey, bundle, NULL},
               "");
}

static void the_program_judges_journal_and_bundles_the_same_way(void **state G_GNUC_UNUSED)
{
    assert_int_equal(
        run((const char *const[]){ANJUAN_PROGRAM, "log", "--verify", "--data", hall.folder, NULL},
            "valid\t"),
        0);
    assert_int_equal(verified(before.bundle, &before), 0);
    assert_int_equal(verified(after.bundle, &after), 0);
    assert_int_equal(verified(before.bundle, &after), 1);
    assert_int_equal(verified(after.bundle, &before), 1);
}

/* A restored old database: an auditor holds more than there is, and no bundle pretends otherwise.
 */
static void an_export_from_a_longer_journal_is_refused(void **state G_GNUC_UNUSED)
{
    g_autofree char *path = g_build_filename(out, "longer.tar", NULL), *longer = NULL;
    guint8 seed[NOTE_SEED_BYTES] = {1};
    GError *error = NULL;
    g_autoptr(NoteSigner) signer = note_signer_new("hall.example/anjuan", seed, &error);
    MerkleTree tree = {.size = 100000};

    longer = checkpoint_sign(&tree, signer, &error);
    assert_false(exported(after.number, path, longer, &error));
    assert_error_code(error, ERROR_INVALID);
    g_clear_error(&error);
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

/* ── backups over an epoch ───────────────────────────────────────────────────────────────── */

static char *backed_up(const Hall *of, const char *name, gint64 since, gint64 *seq)
{
    BackupRequest request = {.path = g_build_filename(out, name, NULL),
                             .key = {.passphrase = "correct horse"},
                             .since = since,
                             .with_key = TRUE,
                             .settle = archive_recover};
    g_auto(BackupDone) done = {0};
    GError *error = NULL;

    if (!backup_write(of->store, &request, &done, &error))
        assert_no_error(error);
    assert_int_equal(done.lost->len, 0);
    *seq = done.seq;
    return (char *)request.path;
}

static Hall restored_from(const char *const *paths)
{
    CipherKey key = {.passphrase = "correct horse"}, keys[] = {key, key};
    g_autofree char *parent = testing_folder();
    RestoreRequest request = {
        .paths = paths, .keys = keys, .folder = g_build_filename(parent, "data", NULL)};
    g_auto(RestoreDone) done = {0};
    GError *error = NULL;

    if (!restore_folder(&request, &done, &error))
        assert_no_error(error);
    return hall_opened((char *)request.folder);
}

static char *signed_by(const Hall *of)
{
    GError *error = NULL;
    char *note = signing_checkpoint(of->store, &error);

    assert_no_error(error);
    return note;
}

/* What a restored store signs, after fsck found nothing in it; `earlier` is what the epoch before
 * signed last, NULL where there is none. */
static char *signed_again(const char *const *paths, const char *earlier)
{
    Hall restored = restored_from(paths);
    FsckOptions options = {.read_data = TRUE};
    FsckSummary summary;
    g_autofree char *path = store_path(restored.store, "journal/checkpoint.1"), *kept = NULL;
    GError *error = NULL;
    char *note;

    assert_true(fsck_store(restored.store, &options, &summary, &error));
    assert_int_equal(summary.errors, 0);
    g_file_get_contents(path, &kept, NULL, NULL);
    assert_true(g_strcmp0(kept, earlier) == 0);
    note = signed_by(&restored);
    hall_close(&restored);
    return note;
}

/* The first backup has the old key and its checkpoint; the second the new key, which has not signed
 * yet. What is restored of both must not look for its last checkpoint among those of the old key.
 */
static void backups_on_both_sides_of_an_epoch_give_a_store_that_signs(void **state G_GNUC_UNUSED)
{
    Hall mine = hall_made("procedure");
    g_autofree char *note = NULL, *vkey = NULL;
    g_autofree char *first = NULL, *second = NULL, *third = NULL, *again = NULL, *kept = NULL;
    g_autofree char *copy = NULL;
    gint64 seq, next;
    GError *error = NULL;

    g_free(hall_ended(&mine));
    note = signed_by(&mine);
    first = backed_up(&mine, "first.backup", BACKUP_FULL, &seq);
    vkey = signing_new_epoch(mine.store, &hall_clerk, &epoch, &error);
    assert_no_error(error);
    second = backed_up(&mine, "second.backup", seq, &next);
    again = signed_again((const char *const[]){first, second, NULL}, note);
    assert_true(g_str_has_prefix(again, "hall.example/anjuan/epoch-2\n"));
    kept = signed_again((const char *const[]){first, NULL}, NULL);
    assert_true(g_str_has_prefix(kept, "hall.example/anjuan\n"));
    copy = signed_by(&mine);
    third = backed_up(&mine, "third.backup", seq, &next);
    g_free(again);
    again = signed_again((const char *const[]){first, third, NULL}, note);
    assert_string_equal(again, copy);
    hall_close(&mine);
}

static int hall_with_two_epochs(void **state G_GNUC_UNUSED)
{
    GError *error = NULL;
    g_autofree char *vkey = NULL;

    hall = hall_made("procedure");
    out = testing_folder();
    before = visited("before.tar");
    vkey = signing_new_epoch(hall.store, &hall_clerk, &epoch, &error);
    assert_no_error(error);
    after = visited("after.tar");
    return 0;
}

static int hall_gone(void **state G_GNUC_UNUSED)
{
    visit_clear(&before);
    visit_clear(&after);
    hall_close(&hall);
    g_free(out);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_bundle_is_verified_by_the_key_of_its_epoch_alone),
        cmocka_unit_test(a_case_filed_before_is_proven_by_the_new_key),
        cmocka_unit_test(the_log_is_followed_from_the_old_checkpoint_by_its_root),
        cmocka_unit_test(the_next_visit_goes_on_from_the_new_checkpoint),
        cmocka_unit_test(the_record_of_the_epoch_quotes_the_last_checkpoint),
        cmocka_unit_test(nothing_of_the_store_is_touched_by_an_epoch),
        cmocka_unit_test(the_program_judges_journal_and_bundles_the_same_way),
        cmocka_unit_test(an_export_from_a_longer_journal_is_refused),
        cmocka_unit_test(backups_on_both_sides_of_an_epoch_give_a_store_that_signs),
    };

    testing_begin();
    return cmocka_run_group_tests(tests, hall_with_two_epochs, hall_gone);
}
