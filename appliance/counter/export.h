/* SPDX-License-Identifier: Apache-2.0
 *
 * Export: cases leave the house as one BagIt bag, and the register keeps that they did.
 *
 * A filed case goes out as it was sealed in the vault; one that is not filed yet as it stands, in
 * its filed order. Every file's digests are those the catalogue and the inventory keep; a file that
 * is not what it was ends the export (ERROR_DIGEST). Beside the payload go, below audit/, the
 * signed checkpoint, the records of export and seals, and their proofs (bag_audit.c judges them).
 */
#pragma once

#include "appliance/counter/archive.h"
#include "storage/bag.h"

typedef struct {
    const char *const *numbers; /* of cases, 24 digits, NULL-terminated; in order of the bag */
    const char *path;           /* of the bundle */
    ArchiveForm form;
    const char *old_checkpoint; /* signed note this auditor was given before; NULL: none */
    BagProgress progress; /* may be NULL */
    void *progress_data;
} ExportRequest;

typedef struct {
    char *name;   /* of the file or folder */
    gint64 bytes; /* of payload where it is a folder */
    guint8
        sha256[SHA256_DIGEST_SIZE]; /* of the file; of manifest-sha256.txt where it is a folder */
    guint64 files;                  /* payload files */
} ExportDone;
void export_done_clear(ExportDone *done);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ExportDone, export_done_clear)

gboolean export_bag(House *house, const StoreActor *actor, const ExportRequest *request,
                    ExportDone *done, GError **error) G_GNUC_WARN_UNUSED_RESULT;
