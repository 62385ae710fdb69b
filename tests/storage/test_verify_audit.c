/* SPDX-License-Identifier: Apache-2.0
 *
 * The proofs and volumes of our own bundles.
 */
#include "tests/storage/sample.h"

static void collect(const VerifyFinding *finding, void *data)
{
    g_string_append_printf(data, "%s %s [%s]; ", finding->code,
                           finding->path != NULL ? finding->path : "-", finding->detail);
}

typedef struct {
    const NoteKey *key;
    const char *old_note;
} Outside;

static char *judge(const char *path, const Outside *outside, VerifySummary *summary)
{
    VerifyOptions options = {.level = VERIFY_FULL,
                             .key = outside->key,
                             .old_checkpoint = outside->old_note,
                             .old_checkpoint_size =
                                 outside->old_note != NULL ? strlen(outside->old_note) : 0};
    GString *found = g_string_new(NULL);
    GError *error = NULL;

    assert_true(verify_path(path, &options, collect, found, summary, &error));
    assert_no_error(error);
    return g_string_free(found, FALSE);
}

/* A fresh bundle in a folder of its own. */
typedef struct {
    char *path;
    SampleLog log;
    NoteKey *key;
} Sample;

static Sample sample_new(ArchiveForm form, const char *changed_page, const char *other_manifest)
{
    static const char *const names[] = {"bag", "bag.tar", "bag.zip"};
    g_autofree char *folder = testing_folder();
    Sample sample = {.path = tree_path(folder, names[form]), .log = sample_log_new(7)};
    SampleOptions options = {.form = form,
                             .path = sample.path,
                             .changed_page = changed_page,
                             .other_manifest = other_manifest};
    g_autofree char *vkey = note_key_format(note_signer_key(sample.log.signer));

    sample_write(&options, &sample.log);
    sample.key = note_key_parse(vkey, NULL);
    return sample;
}

static void sample_free(Sample *sample)
{
    g_free(sample->path);
    note_key_free(sample->key);
    sample_log_clear(&sample->log);
}

static void a_key_from_outside_verifies_and_one_inside_does_not(void **state G_GNUC_UNUSED)
{
    for (ArchiveForm form = ARCHIVE_FOLDER; form <= ARCHIVE_ZIP; form++) {
        Sample sample = sample_new(form, NULL, NULL);
        VerifySummary summary;
        Outside nothing = {NULL, NULL}, key = {sample.key, NULL},
                all = {sample.key, sample.log.old_note};
        g_autofree char *a = judge(sample.path, &nothing, &summary);
        g_autofree char *b = NULL;
        g_autofree char *c = NULL;

        assert_string_equal(a, "");
        assert_int_equal(summary.proofs, VERIFY_PROOFS_CONSISTENT);
        assert_int_equal(summary.log_size, sample.log.records->len);
        b = judge(sample.path, &key, &summary);
        assert_string_equal(b, "");
        assert_int_equal(summary.proofs, VERIFY_PROOFS_VERIFIED);
        assert_false(summary.extends_old);
        c = judge(sample.path, &all, &summary);
        assert_string_equal(c, "");
        assert_true(summary.extends_old);
        sample_free(&sample);
    }
}

static void another_key_refuses_the_bundle(void **state G_GNUC_UNUSED)
{
    Sample sample = sample_new(ARCHIVE_TAR, NULL, NULL);
    SampleLog other = sample_log_new(8);
    Outside outside = {note_signer_key(other.signer), NULL};
    VerifySummary summary;
    g_autofree char *found = judge(sample.path, &outside, &summary);

    assert_non_null(strstr(found, "proof audit/checkpoint"));
    assert_non_null(strstr(found, "proof-key audit/log.vkey"));
    assert_int_equal(summary.proofs, VERIFY_PROOFS_REFUSED);
    sample_log_clear(&other);
    sample_free(&sample);
}

static void a_log_that_does_not_extend_the_last_visit_is_refused(void **state G_GNUC_UNUSED)
{
    Sample sample = sample_new(ARCHIVE_TAR, NULL, NULL);
    SampleLog other = sample_log_new(7); /* the same key, but another history */
    g_autofree char *changed = NULL;
    Outside outside = {sample.key, NULL};
    VerifySummary summary;
    g_autofree char *found = NULL;

    g_array_index(other.leaves, MerkleHash, 2).bytes[0] ^= 1;
    changed = sample_checkpoint(&other, SAMPLE_OLD_SIZE);
    outside.old_note = changed;
    found = judge(sample.path, &outside, &summary);
    assert_non_null(strstr(found, "proof audit/consistency-5"));
    assert_int_equal(summary.proofs, VERIFY_PROOFS_REFUSED);
    assert_false(summary.extends_old);
    sample_log_clear(&other);
    sample_free(&sample);
}

/* A log of the same key that goes on otherwise, as long as that of the sample. */
static SampleLog other_history(const Sample *sample)
{
    SampleLog other = sample_log_new(7);

    while (other.records->len < sample->log.records->len)
        sample_log_add(&other, g_strdup("{\"act\":\"another\"}"));
    return other;
}

static void a_visit_at_the_same_size_needs_the_same_root(void **state G_GNUC_UNUSED)
{
    Sample sample = sample_new(ARCHIVE_TAR, NULL, NULL);
    SampleLog other = other_history(&sample);
    const SampleLog *const logs[] = {&sample.log, &other};

    for (gsize i = 0; i < G_N_ELEMENTS(logs); i++) {
        g_autofree char *note = sample_checkpoint(logs[i], sample.log.records->len);
        Outside outside = {sample.key, note};
        VerifySummary summary;
        g_autofree char *found = judge(sample.path, &outside, &summary);

        assert_string_equal(found, i == 0 ? ""
                                          : "proof audit/checkpoint [same size, but another root "
                                            "than at the last visit]; ");
        assert_int_equal(summary.extends_old, i == 0);
    }
    sample_log_clear(&other);
    sample_free(&sample);
}

static void a_consistency_with_another_end_is_refused(void **state G_GNUC_UNUSED)
{
    Sample sample = sample_new(ARCHIVE_FOLDER, NULL, NULL);
    MerkleSource source = merkle_source_array((const MerkleHash *)(void *)sample.log.leaves->data);
    g_autofree char *earlier = sample_checkpoint(&sample.log, SAMPLE_OLD_SIZE + 1), *text = NULL;
    Outside outside = {sample.key, sample.log.old_note};
    MerkleProof proof;
    VerifySummary summary;
    g_autofree char *found = NULL;

    assert_true(
        merkle_prove_consistency(&source, SAMPLE_OLD_SIZE, SAMPLE_OLD_SIZE + 1, &proof, NULL));
    text = proof_format_consistency(SAMPLE_OLD_SIZE, &proof, earlier);
    tree_put(sample.path, "audit/consistency-5", text);
    found = judge(sample.path, &outside, &summary);
    assert_non_null(strstr(found, "proof audit/consistency-5 [the proof is of other checkpoints]"));
    assert_false(summary.extends_old);
    sample_free(&sample);
}

static void content_that_was_not_sealed_is_found(void **state G_GNUC_UNUSED)
{
    Sample sample = sample_new(ARCHIVE_TAR, "a page put in later\n", NULL);
    Outside outside = {sample.key, NULL};
    VerifySummary summary;
    g_autofree char *found = judge(sample.path, &outside, &summary);

    assert_true(g_str_has_prefix(found, "seal 2026-000123 "));
    assert_int_equal(summary.errors, 1);
    sample_free(&sample);
}

static void an_export_record_of_another_bag_is_found(void **state G_GNUC_UNUSED)
{
    Sample sample = sample_new(ARCHIVE_TAR, NULL, "00");
    Outside outside = {sample.key, NULL};
    VerifySummary summary;
    g_autofree char *found = judge(sample.path, &outside, &summary);

    assert_true(g_str_has_prefix(found, "export manifest-sha512.txt "));
    assert_int_equal(summary.errors, 1);
    sample_free(&sample);
}

/* What is missing from audit/ is told; the tag manifests tell it as well. */
static void a_missing_proof_is_found(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *file, *wanted;
    } cases[] = {
        {"audit/checkpoint", "proof-missing audit/checkpoint"},
        {"audit/export.entry", "proof-missing audit/export.entry"},
        {"audit/export.tlog-proof", "proof-missing audit/export.tlog-proof"},
        {"audit/cases/2026-000124/seal.tlog-proof",
         "proof-missing audit/cases/2026-000124/seal.tlog-proof"},
        {"audit/cases/2026-000124/seal.entry", "proof-missing audit/cases/2026-000124/seal.entry"},
        {"audit/consistency-5", "proof-missing audit/consistency-5"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Sample sample = sample_new(ARCHIVE_FOLDER, NULL, NULL);
        Outside outside = {sample.key, sample.log.old_note};
        VerifySummary summary;
        g_autofree char *found = NULL;

        tree_remove(sample.path, cases[i].file);
        found = judge(sample.path, &outside, &summary);
        assert_non_null(strstr(found, cases[i].wanted));
        assert_int_equal(summary.proofs, VERIFY_PROOFS_REFUSED);
        sample_free(&sample);
    }
}

static void a_key_wants_proofs_that_a_foreign_bag_has_not(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    SampleLog log = sample_log_new(7);
    Outside outside = {note_signer_key(log.signer), NULL}, nothing = {NULL, NULL};
    VerifySummary summary;
    g_autofree char *a = NULL;
    g_autofree char *b = NULL;

    tree_put(folder, "bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
    tree_put(folder, "data/x", "");
    tree_put(folder, "manifest-md5.txt", "d41d8cd98f00b204e9800998ecf8427e  data/x\n");
    a = judge(folder, &nothing, &summary);
    assert_string_equal(a, "");
    assert_int_equal(summary.proofs, VERIFY_PROOFS_NONE);
    b = judge(folder, &outside, &summary);
    assert_string_equal(b, "proof-missing audit/checkpoint []; ");
    sample_log_clear(&log);
}

/* What a bundle with one case says; NULL: as it should be. */
typedef struct {
    const char *page;
    const char *seal, *export; /* records */
    const char *inventory;     /* in the bundle, beside the one that was sealed */
    const char *state;         /* more of the state that is sealed: ",\"digest\":[…]" */
    const char *count;         /* Bag-Count; NULL: none */
} Said;

#define NO_INVENTORY ""

/* A bundle with one case whose seal names an OCFL inventory. */
static void write_with_inventory(const char *path, SampleLog *log, const Said *said)
{
    g_autofree char *hello = g_compute_checksum_for_string(G_CHECKSUM_SHA512, "hello", -1);
    g_autofree char *inventory =
        g_strdup_printf("{\"head\":\"v1\",\"versions\":{\"v1\":{\"state\":{\"%s\":"
                        "[\"a.tif\"]%s}}}}",
                        hello, said->state != NULL ? said->state : "");
    g_autofree char *hex = g_compute_checksum_for_string(G_CHECKSUM_SHA512, inventory, -1);
    MerkleSource source;
    g_autofree char *note = NULL;
    BagField count = {"Bag-Count", said->count};
    BagOptions options = {.form = ARCHIVE_TAR,
                          .path = path,
                          .name = "bag",
                          .fields = &count,
                          .n_fields = said->count != NULL ? 1 : 0};
    g_autoptr(BagWriter) writer = bag_writer_new(&options, NULL);
    BagPayload payload;
    AuditLog audit;
    g_autoptr(GBytes) seal = NULL;
    g_autoptr(GBytes) export = NULL;
    g_autofree char *manifest = NULL;

    sample_add_text(writer, "data/2026-1/a.tif", said->page != NULL ? said->page : "hello");
    assert_true(bag_close_payload(writer, &payload, NULL));
    manifest = hex_encode(payload.manifest_sha512, sizeof payload.manifest_sha512);
    sample_log_add(log, said->seal != NULL
                            ? g_strdup(said->seal)
                            : g_strdup_printf("{\"act\":\"case.seal\",\"case\":\"2026-1\","
                                              "\"inventory\":\"%s\"}",
                                              hex));
    sample_log_add(log, said->export != NULL
                            ? g_strdup(said->export)
                            : g_strdup_printf("{\"act\":\"bundle\",\"cases\":[\"2026-1\"],"
                                              "\"manifest\":[\"sha512:%s\"]}",
                                              manifest));
    source = merkle_source_array((const MerkleHash *)(void *)log->leaves->data);
    note = sample_checkpoint(log, log->records->len);
    audit = (AuditLog){.source = &source,
                       .size = log->records->len,
                       .note = note,
                       .key = note_signer_key(log->signer)};
    seal = g_bytes_new_static(log->records->pdata[SAMPLE_OLD_SIZE],
                              strlen(log->records->pdata[SAMPLE_OLD_SIZE]));
    export = g_bytes_new_static(log->records->pdata[SAMPLE_OLD_SIZE + 1],
                                strlen(log->records->pdata[SAMPLE_OLD_SIZE + 1]));
    assert_true(audit_add_log(writer, &audit, NULL));
    assert_true(audit_add_record(writer, &audit,
                                 &(AuditRecord){"cases/2026-1/seal", SAMPLE_OLD_SIZE, seal}, NULL));
    assert_true(audit_add_record(writer, &audit,
                                 &(AuditRecord){"export", SAMPLE_OLD_SIZE + 1, export}, NULL));
    /* Of a case others than its seal may be proven too. */
    assert_true(audit_add_record(
        writer, &audit, &(AuditRecord){"cases/2026-1/again", SAMPLE_OLD_SIZE, seal}, NULL));
    if (said->inventory == NULL || *said->inventory != '\0')
        sample_add_text(writer, "audit/cases/2026-1/inventory.json",
                        said->inventory != NULL ? said->inventory : inventory);
    assert_true(bag_write(writer, NULL, NULL));
}

static void records_that_say_something_else_are_found(void **state G_GNUC_UNUSED)
{
    static const struct {
        Said said;
        const char *wanted;
    } cases[] = {
        {{.seal = "no JSON"}, "audit/cases/2026-1/seal"},
        {{.seal = "{\"act\":\"note\",\"case\":\"2026-1\"}"}, "not the seal of this case"},
        {{.seal = "{\"act\":\"case.seal\",\"case\":\"2026-2\"}"}, "not the seal of this case"},
        {{.seal = "{\"act\":\"case.seal\",\"case\":\"2026-1\"}"}, "names no digest"},
        {{.export = "no JSON"}, "audit/export"},
        {{.export = "{\"act\":\"case.seal\"}"}, "not of an export"},
        {{.export = "{\"act\":\"bundle\",\"cases\":[\"2026-1\"],\"manifest\":\"sha512:00\"}"},
         "export manifest-sha512.txt"},
        {{.export = "{\"act\":\"bundle\",\"cases\":[\"2026-1\"],\"manifest\":[\"md5:00\"]}"},
         "export manifest-sha512.txt"},
        {{.export = "{\"act\":\"bundle\",\"cases\":[\"2026-7\"]}"}, "the case is not in the bag"},
        {{.inventory = NO_INVENTORY}, "proof-missing audit/cases/2026-1/inventory.json"},
        {{.inventory = "{\"head\":\"v1\"}"}, "seal audit/cases/2026-1/inventory.json"},
        {{.state = ",\"00\":[\"b.tif\"]"}, "seal 2026-1 [2 files sealed, 1 of them here among 1]"},
        {{.state = ",\"00\":[\"b.tif\"]", .count = "1 of 2"}, "case-split 2026-1 [1 of 2]"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *folder = testing_folder();
        g_autofree char *path = tree_path(folder, "bag.tar"), *found = NULL;
        SampleLog log = sample_log_new(7);
        Outside outside = {note_signer_key(log.signer), NULL};
        VerifySummary summary;

        write_with_inventory(path, &log, &cases[i].said);
        found = judge(path, &outside, &summary);
        if (strstr(found, cases[i].wanted) == NULL)
            fail_msg("'%s' is not in: %s", cases[i].wanted, found);
        assert_true(summary.errors > 0 || cases[i].said.count != NULL);
        sample_log_clear(&log);
    }
}

static void a_seal_may_name_the_inventory_of_the_vault(void **state G_GNUC_UNUSED)
{
    static const char *const pages[] = {"hello", "Hello"};

    for (gsize i = 0; i < G_N_ELEMENTS(pages); i++) {
        g_autofree char *folder = testing_folder();
        g_autofree char *path = tree_path(folder, "bag.tar");
        SampleLog log = sample_log_new(7);
        Outside outside = {note_signer_key(log.signer), NULL};
        VerifySummary summary;
        g_autofree char *found = NULL;

        write_with_inventory(path, &log, &(Said){.page = pages[i]});
        found = judge(path, &outside, &summary);
        assert_string_equal(found, i == 0 ? ""
                                          : "seal data/2026-1/a.tif [another digest than in the "
                                            "sealed inventory]; ");
        sample_log_clear(&log);
    }
}

static void a_proof_that_does_not_hold_is_not_written(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *path = tree_path(folder, "bag.tar");
    SampleLog log = sample_log_new(7);
    MerkleSource source = merkle_source_array((const MerkleHash *)(void *)log.leaves->data);
    AuditLog audit = {.source = &source,
                      .size = SAMPLE_OLD_SIZE,
                      .note = log.old_note,
                      .key = note_signer_key(log.signer)};
    BagOptions options = {.form = ARCHIVE_TAR, .path = path, .name = "bag"};
    g_autoptr(BagWriter) writer = bag_writer_new(&options, NULL);
    g_autoptr(GBytes) other = g_bytes_new_static("another record", 14);
    AuditRecord record = {.stem = "export", .index = 2, .record = other};
    BagPayload payload;
    GError *error = NULL;

    sample_add_text(writer, "data/x", "x");
    assert_true(bag_close_payload(writer, &payload, NULL));
    assert_false(audit_add_record(writer, &audit, &record, &error));
    assert_error_code(error, ERROR_PROOF_REFUSED);
    g_clear_error(&error);
    record.index = SAMPLE_OLD_SIZE;
    assert_false(audit_add_record(writer, &audit, &record, &error));
    assert_error_code(error, ERROR_INVALID);
    g_clear_error(&error);
    sample_log_clear(&log);
}

/* Two volumes; `lie` spoils the line of the second. */
static void write_volumes(const char *folder, gboolean lie, char *paths[2])
{
    g_autoptr(GString) volumes = g_string_new(NULL);
    BagWriter *writers[2];

    for (guint i = 0; i < 2; i++) {
        g_autofree char *name = g_strdup_printf("export-%u", i + 1);
        g_autofree char *count = g_strdup_printf("%u of 2", i + 1);
        g_autofree char *line = NULL;
        BagField fields[] = {{"Bag-Count", count}};
        BagOptions options = {.form = ARCHIVE_TAR, .name = name, .fields = fields, .n_fields = 1};
        BagPayload payload;

        paths[i] = tree_path(folder, name);
        options.path = paths[i];
        writers[i] = bag_writer_new(&options, NULL);
        sample_add_text(writers[i], i == 0 ? "data/a" : "data/b", "page");
        assert_true(bag_close_payload(writers[i], &payload, NULL));
        payload.octets += lie && i == 1 ? 1 : 0;
        line = bag_volume_line(i + 1, name, &payload);
        g_string_append(volumes, line);
    }
    for (guint i = 0; i < 2; i++) {
        sample_add_text(writers[i], "volumes.txt", volumes->str);
        assert_true(bag_write(writers[i], NULL, NULL));
        bag_writer_free(writers[i]);
    }
}

/* The list of volumes in the first of two, otherwise than it is. */
static void write_listed(const char *path, ArchiveForm form, const char *list)
{
    BagField fields[] = {{"Bag-Count", "1 of 2"}};
    BagOptions options = {
        .form = form, .path = path, .name = "one", .fields = fields, .n_fields = 1};
    g_autoptr(BagWriter) writer = bag_writer_new(&options, NULL);
    BagPayload payload;

    sample_add_text(writer, "data/a", "page");
    assert_true(bag_close_payload(writer, &payload, NULL));
    sample_add_text(writer, "volumes.txt", list);
    assert_true(bag_write(writer, NULL, NULL));
}

static void a_list_of_other_volumes_is_found(void **state G_GNUC_UNUSED)
{
    g_autofree char *digest = g_strnfill(128, '0');
    g_autofree char *other = g_strdup_printf("1 one %s 4.1\n2 two %s 4.1\n", digest, digest);
    g_autofree char *short_of = g_strdup_printf("1 one %s 4.1\n", digest);
    g_autofree char *order = g_strdup_printf("2 two %s 4.1\n1 one %s 4.1\n", digest, digest);
    const struct {
        const char *list, *wanted;
    } cases[] = {{other, "another digest of manifest-sha512.txt"},
                 {short_of, "1 lines, but Bag-Count 1 of 2"},
                 {order, "line 1"},
                 {"one two\n", "line 1"},
                 {"1 one 00 4.1\n", "line 1"}};

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *folder = testing_folder(), *path = tree_path(folder, "bag.tar");
        Outside nothing = {NULL, NULL};
        VerifySummary summary;
        g_autofree char *found = NULL;

        write_listed(path, ARCHIVE_TAR, cases[i].list);
        found = judge(path, &nothing, &summary);
        if (strstr(found, cases[i].wanted) == NULL)
            fail_msg("'%s' is not in: %s", cases[i].wanted, found);
    }
}

static void a_volume_without_its_manifest_has_no_line(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder(), *path = tree_path(folder, "bag"), *found = NULL;
    g_autofree char *digest = g_strnfill(128, '0');
    g_autofree char *list = g_strdup_printf("1 one %s 4.1\n2 two %s 4.1\n", digest, digest);
    Outside nothing = {NULL, NULL};
    VerifySummary summary;

    write_listed(path, ARCHIVE_FOLDER, list);
    tree_remove(path, "manifest-sha512.txt");
    found = judge(path, &nothing, &summary);
    assert_non_null(strstr(found, "another digest of manifest-sha512.txt"));
}

static void every_volume_is_valid_alone_and_knows_the_others(void **state G_GNUC_UNUSED)
{
    g_autofree char *honest = testing_folder();
    g_autofree char *lying = testing_folder();
    Outside nothing = {NULL, NULL};
    char *paths[2];

    write_volumes(honest, FALSE, paths);
    for (guint i = 0; i < 2; i++) {
        VerifySummary summary;
        g_autofree char *found = judge(paths[i], &nothing, &summary);

        assert_string_equal(found, "");
        assert_int_equal(summary.volume, i + 1);
        assert_int_equal(summary.volumes, 2);
        g_free(paths[i]);
    }
    write_volumes(lying, TRUE, paths);
    for (guint i = 0; i < 2; i++) {
        VerifySummary summary;
        g_autofree char *found = judge(paths[i], &nothing, &summary);

        assert_int_equal(summary.errors, i);
        g_free(paths[i]);
    }
}

/* Damage anywhere in an archive is found: in the structure, by a digest or by a proof. */
static void a_flipped_bit_anywhere_in_a_bundle_is_found(void **state G_GNUC_UNUSED)
{
    for (ArchiveForm form = ARCHIVE_TAR; form <= ARCHIVE_ZIP; form++) {
        Sample sample = sample_new(form, NULL, NULL);
        g_autofree char *folder = g_path_get_dirname(sample.path);
        g_autofree char *name = g_path_get_basename(sample.path);
        g_autoptr(GBytes) bytes = tree_get(folder, name);
        g_autoptr(Archive) archive = archive_open(sample.path, NULL, NULL);
        Outside nothing = {NULL, NULL};

        for (guint i = 0; i < archive_count(archive); i++) {
            const ArchiveMember *member = archive_member(archive, i);
            VerifySummary summary;
            g_autofree char *found = NULL;

            tree_flip(folder, name, member->offset + member->size / 2);
            found = judge(sample.path, &nothing, &summary);
            /* Nothing vouches for a tag manifest but what it says of the others. */
            if (summary.errors == 0)
                fail_msg("%s: not found", member->path);
            tree_flip(folder, name, member->offset + member->size / 2);
        }
        sample_free(&sample);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_from_outside_verifies_and_one_inside_does_not),
        cmocka_unit_test(another_key_refuses_the_bundle),
        cmocka_unit_test(a_log_that_does_not_extend_the_last_visit_is_refused),
        cmocka_unit_test(a_visit_at_the_same_size_needs_the_same_root),
        cmocka_unit_test(a_consistency_with_another_end_is_refused),
        cmocka_unit_test(content_that_was_not_sealed_is_found),
        cmocka_unit_test(an_export_record_of_another_bag_is_found),
        cmocka_unit_test(a_missing_proof_is_found),
        cmocka_unit_test(a_key_wants_proofs_that_a_foreign_bag_has_not),
        cmocka_unit_test(a_seal_may_name_the_inventory_of_the_vault),
        cmocka_unit_test(a_proof_that_does_not_hold_is_not_written),
        cmocka_unit_test(records_that_say_something_else_are_found),
        cmocka_unit_test(a_list_of_other_volumes_is_found),
        cmocka_unit_test(a_volume_without_its_manifest_has_no_line),
        cmocka_unit_test(every_volume_is_valid_alone_and_knows_the_others),
        cmocka_unit_test(a_flipped_bit_anywhere_in_a_bundle_is_found),
    };

    testing_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
