/* SPDX-License-Identifier: Apache-2.0
 *
 * samples DIR: writes what the programs of other authors and other languages are to accept:
 *     bag/ bag.tar bag.zip    the bundle of sample.h, and beside each the key and old checkpoint
 *     vault/                  an OCFL root with an object of three versions
 *     log/                    a folder of tiles, 700 records
 *     vkey old-checkpoint
 */
#include "tests/storage/sample.h"

#include "storage/ocfl_stage.h"
#include "storage/tiles.h"

#define LOG_RECORDS 700

static void write_bundles(const char *folder)
{
    static const char *const names[] = {"bag", "bag.tar", "bag.zip"};

    for (ArchiveForm form = ARCHIVE_FOLDER; form <= ARCHIVE_ZIP; form++) {
        g_autofree char *path = tree_path(folder, names[form]);
        SampleLog log = sample_log_new(7);
        SampleOptions options = {.form = form, .path = path};
        g_autofree char *vkey = note_key_format(note_signer_key(log.signer));

        sample_write(&options, &log);
        tree_put(folder, "vkey", vkey);
        tree_put(folder, "old-checkpoint", log.old_note);
        sample_log_clear(&log);
    }
}

static void add_version(const OcflRoot *root, guint number)
{
    OcflVersion version = {.id = "urn:anjuan:2026-000123",
                           .created_us = SAMPLE_TIME_US,
                           .message = "version",
                           .user_name = "clerk-7",
                           .user_address = "urn:anjuan:person:clerk-7"};
    g_autoptr(OcflStage) stage = ocfl_stage_new(root, &version, NULL);
    guint8 digest[SHA512_DIGEST_SIZE];

    for (guint i = 0; i < 5; i++) {
        g_autofree char *text = g_strdup_printf("page %u of version %u\n", i, number);
        g_autofree char *name =
            g_strdup_printf("representations/rep1/data/%04u.tif", number * 5 + i);
        g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));

        assert_true(ocfl_stage_put(stage, name, bytes, NULL));
    }
    if (number == 2)
        assert_true(ocfl_stage_remove(stage, "representations/rep1/data/0005.tif", NULL));
    assert_true(ocfl_stage_finish(stage, digest, NULL));
    assert_true(ocfl_stage_commit(stage, NULL));
}

static void write_vault(const char *folder)
{
    g_autofree char *path = tree_path(folder, "vault");
    g_autofree char *staging = tree_path(folder, "staging");
    g_autoptr(OcflRoot) root = NULL;

    assert_true(ocfl_root_create(path, NULL));
    root = ocfl_root_open(path, staging, NULL);
    for (guint number = 1; number <= 3; number++)
        add_version(root, number);
}

static GBytes *log_record(guint64 index, void *data, GError **error G_GNUC_UNUSED)
{
    const SampleLog *log = data;
    const char *record = g_ptr_array_index(log->records, index);

    return g_bytes_new(record, strlen(record));
}

static void write_log(const char *folder)
{
    SampleLog log = sample_log_new(7);
    g_autofree char *path = tree_path(folder, "log");
    g_autofree char *note = NULL;
    TilesOptions options = {.folder = path, .entry = log_record, .data = &log};

    while (log.records->len < LOG_RECORDS)
        sample_log_add(&log, g_strdup_printf("{\"v\":1,\"seq\":%u}", log.records->len));
    note = sample_checkpoint(&log, LOG_RECORDS);
    options.note = note;
    options.size = LOG_RECORDS;
    assert_true(tiles_write(&options, NULL));
    sample_log_clear(&log);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: samples DIR\n", stderr);
        return 2;
    }
    write_bundles(argv[1]);
    write_vault(argv[1]);
    write_log(argv[1]);
    return 0;
}
