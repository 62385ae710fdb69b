/* SPDX-License-Identifier: Apache-2.0
 *
 * Repair from backups: what is damaged or missing in a data folder is put back from them, and
 * nothing else is touched.
 *
 *   restore into a scratch folder → journal, secrets and definitions, where they differ → the
 *   catalogue, made again → every file that fsck names, until fsck is content or nothing more can
 * be put back
 *
 * What stays damaged then is lost: it is reported again, with case and page. Records behind the
 * last backup are kept as they are. Nobody else may have the store open for writing meanwhile.
 */
#pragma once

#include "storage/fsck.h"
#include "storage/restore.h"

typedef struct {
    gint64 mended;      /* files and segments that were put back */
    FsckSummary before; /* zero where the store did not open */
    FsckSummary after;  /* errors: what is lost */
} RepairDone;

/* `from->folder` is not looked at; `fsck` reports what is still damaged at the end.
 * ERROR_BACKUP_CHAIN where the backup is of another journal. */
gboolean repair_folder(const char *folder, const RestoreRequest *from, const FsckOptions *fsck,
                       RepairDone *done, GError **error) G_GNUC_WARN_UNUSED_RESULT;
