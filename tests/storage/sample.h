/* SPDX-License-Identifier: Apache-2.0
 *
 * A bundle as an export makes it: two cases, a log of records around their seals, proofs of all
 * that end in one checkpoint.
 */
#pragma once

#include "tests/storage/tree.h"

#include "appliance/base/text.h"
#include "storage/audit.h"
#include "storage/proof.h"
#include "storage/seal.h"
#include "storage/verify.h"

#define SAMPLE_OLD_SIZE 5 /* records at the last visit */
#define SAMPLE_TIME_US  (G_GINT64_CONSTANT(1763720000) * G_USEC_PER_SEC)
#define SAMPLE_ORIGIN   "hall.example/window-7"

static const char *const sample_cases[] = {"2026-000123", "2026-000124"};

/* The log: records and their leaves. */
typedef struct {
    GPtrArray *records; /* of char* */
    GArray *leaves;     /* of MerkleHash */
    NoteSigner *signer;
    char *old_note;
} SampleLog;

static inline guint64 sample_log_add(SampleLog *log, char *record)
{
    MerkleHash leaf;

    merkle_leaf(record, strlen(record), &leaf);
    g_array_append_val(log->leaves, leaf);
    g_ptr_array_add(log->records, record);
    return log->records->len - 1;
}

static inline char *sample_checkpoint(const SampleLog *log, guint64 size)
{
    MerkleSource source = merkle_source_array((const MerkleHash *)(void *)log->leaves->data);
    MerkleTree tree = {.size = size};

    assert_true(merkle_source_root(&source, size, &tree.root, NULL));
    return checkpoint_sign(&tree, log->signer, NULL);
}

static inline SampleLog sample_log_new(guint8 seed_byte)
{
    guint8 seed[NOTE_SEED_BYTES] = {seed_byte};
    SampleLog log = {g_ptr_array_new_with_free_func(g_free),
                     g_array_new(FALSE, FALSE, sizeof(MerkleHash)),
                     note_signer_new(SAMPLE_ORIGIN, seed, NULL), NULL};

    for (guint i = 0; i < SAMPLE_OLD_SIZE; i++)
        sample_log_add(&log, g_strdup_printf("{\"v\":1,\"seq\":%u,\"act\":\"open\"}", i));
    log.old_note = sample_checkpoint(&log, SAMPLE_OLD_SIZE);
    return log;
}

static inline void sample_log_clear(SampleLog *log)
{
    g_ptr_array_unref(log->records);
    g_array_unref(log->leaves);
    note_signer_free(log->signer);
    g_free(log->old_note);
}

typedef struct {
    const char *path; /* inside the case */
    const char *text;
} SampleFile;

static const SampleFile sample_files[] = {
    {"METS.xml", "<mets/>\n"},
    {"metadata/case.json", "{\"number\":\"2026\"}\n"},
    {"representations/rep1/data/0001.tif", "first page\n"},
    {"representations/rep1/data/0002.tif", "second page\n"},
};

/* Content differs from case to case. */
static inline GBytes *sample_content(const char *name, const SampleFile *file)
{
    char *text = g_strconcat(name, ": ", file->text, NULL);

    return g_bytes_new_take(text, strlen(text));
}

static inline guint64 sample_seal(SampleLog *log, const char *name)
{
    SealDigest seal;
    g_autofree char *digest = NULL;

    seal_digest_init(&seal);
    for (gsize i = 0; i < G_N_ELEMENTS(sample_files); i++) {
        g_autoptr(GBytes) bytes = sample_content(name, &sample_files[i]);
        guint8 sha256[32];

        sha256_of(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), sha256);
        seal_digest_add(&seal, sample_files[i].path, sha256);
    }
    digest = seal_digest_finish(&seal);
    return sample_log_add(log,
                          g_strdup_printf("{\"v\":1,\"act\":\"seal\",\"case\":\"%s\",\"files\":%u,"
                                          "\"digest\":\"%s\"}",
                                          name, (guint)G_N_ELEMENTS(sample_files), digest));
}

static inline void sample_add_text(BagWriter *writer, const char *path, const char *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    GError *error = NULL;

    bag_add_bytes(writer, path, bytes, &error) ? (void)0 : assert_no_error(error);
}

/* audit/ with the records at seals[] and at `export`. */
static inline void sample_add_audit(BagWriter *writer, const SampleLog *log, const guint64 *seals,
                                    guint64 export)
{
    MerkleSource source = merkle_source_array((const MerkleHash *)(void *)log->leaves->data);
    g_autofree char *note = sample_checkpoint(log, log->records->len);
    AuditLog audit = {.source = &source,
                      .size = log->records->len,
                      .note = note,
                      .key = note_signer_key(log->signer),
                      .old_size = SAMPLE_OLD_SIZE};
    GError *error = NULL;

    assert_true(audit_add_log(writer, &audit, &error));
    for (gsize c = 0; c <= G_N_ELEMENTS(sample_cases); c++) {
        gboolean last = c == G_N_ELEMENTS(sample_cases);
        g_autofree char *stem =
            last ? g_strdup("export") : g_strdup_printf("cases/%s/seal", sample_cases[c]);
        guint64 index = last ? export : seals[c];
        const char *text = g_ptr_array_index(log->records, index);
        g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
        AuditRecord record = {.stem = stem, .index = index, .record = bytes};

        assert_true(audit_add_record(writer, &audit, &record, &error));
        assert_no_error(error);
    }
}

/* What a test may want otherwise. */
typedef struct {
    ArchiveForm form;
    const char *path;
    const char *other_manifest; /* stands in the export record instead of the true one */
    const char *changed_page;   /* replaces the content of one page after the seal */
} SampleOptions;

/* Write the bundle; the log tells key and checkpoint of the last visit. */
static inline void sample_write(const SampleOptions *options, SampleLog *log)
{
    BagField fields[] = {{"Source-Organization", "某区政务服务中心"},
                         {"Bagging-Date", "2026-11-21"},
                         {"External-Identifier", "export-7"},
                         {"Bag-Count", "1 of 1"}};
    BagOptions bag = {.form = options->form,
                      .path = options->path,
                      .name = "export-7",
                      .time_us = SAMPLE_TIME_US,
                      .fields = fields,
                      .n_fields = G_N_ELEMENTS(fields)};
    g_autoptr(BagWriter) writer = bag_writer_new(&bag, NULL);
    guint64 seals[G_N_ELEMENTS(sample_cases)], export;
    g_autofree char *hex = NULL;
    BagPayload payload;
    GError *error = NULL;

    for (gsize c = 0; c < G_N_ELEMENTS(sample_cases); c++) {
        seals[c] = sample_seal(log, sample_cases[c]);
        for (gsize i = 0; i < G_N_ELEMENTS(sample_files); i++) {
            g_autoptr(GBytes) bytes = sample_content(sample_cases[c], &sample_files[i]);
            g_autofree char *path =
                g_strdup_printf("data/%s/%s", sample_cases[c], sample_files[i].path);

            if (options->changed_page != NULL && c == 0 && i == 2)
                sample_add_text(writer, path, options->changed_page);
            else
                assert_true(bag_add_bytes(writer, path, bytes, NULL));
        }
    }
    sample_add_text(writer, "data/index.html", "<!doctype html>\n");
    assert_true(bag_close_payload(writer, &payload, &error));
    hex = hex_encode(payload.manifest_sha512, sizeof payload.manifest_sha512);
    export = sample_log_add(
        log, g_strdup_printf("{\"v\":1,\"act\":\"export\",\"cases\":[\"%s\",\"%s\"],"
                             "\"manifest\":\"sha512:%s\"}",
                             sample_cases[0], sample_cases[1],
                             options->other_manifest != NULL ? options->other_manifest : hex));
    sample_add_audit(writer, log, seals, export);
    if (!bag_write(writer, NULL, &error))
        assert_no_error(error);
}
