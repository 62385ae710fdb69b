/* SPDX-License-Identifier: Apache-2.0
 *
 * The vault's part of a backup: what makes the root a root, and the objects of the cases sealed
 * meanwhile.
 *
 * An object's pages are second names of files in the spool, which a backup carries anyway: they are
 * written as links to those, told by their inode. What has no other name is carried as a file.
 */
#pragma once

#include "storage/backup_stream.h"

/* The root's own files, where there is a root. */
gboolean backup_vault_root(BackupStream *stream, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The object of a sealed case: nothing where it was destroyed since, lost where it is not there. */
gboolean backup_vault_object(BackupStream *stream, Catalog *catalog, const char *number,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
