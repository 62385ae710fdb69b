/* SPDX-License-Identifier: Apache-2.0
 *
 * A restore drill: backups are restored into a scratch folder of the data folder and the result is
 * proved against the running store and by itself: the Merkle root over its records is that of the
 * store's first records, the catalogue made from them counts the same, and fsck reads every byte.
 * The scratch folder goes again.
 */
#pragma once

#include "storage/fsck.h"
#include "storage/restore.h"

typedef struct {
    RestoreDone restored;
    FsckSummary checked;
} DrillDone;
void drill_done_clear(DrillDone *done);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DrillDone, drill_done_clear)

/* `request->folder` is not looked at. TRUE when the restore went through and is of this store;
 * done->checked says whether fsck is content. ERROR_DIGEST where it is another journal. */
gboolean drill_run(Store *store, const RestoreRequest *request, const FsckOptions *fsck,
                   DrillDone *done, GError **error) G_GNUC_WARN_UNUSED_RESULT;
