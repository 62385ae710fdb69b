/* SPDX-License-Identifier: Apache-2.0
 *
 * Backups that have become too old: what was destroyed in the store must not live on in them for
 * ever.
 *
 * Beside the store stands a note of each backup that the appliance made, `DATA/backups/<name>.json`
 * with "path" and "at". Backups older than so many days are removed with their notes. The newest
 * one that is still there stays, however old: a store without any backup is worse than an old one.
 * Where a backup's folder is not there (a disk that is not mounted) its note stays, and it goes
 * another day.
 */
#pragma once

#include "storage/store.h"

#define EXPIRY_FOLDER "backups"

/* `*removed` counts the backups that are gone now. `days` 0: none ever expires. */
gboolean expiry_run(Store *store, guint days, guint *removed,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
