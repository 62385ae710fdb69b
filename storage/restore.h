/* SPDX-License-Identifier: Apache-2.0
 *
 * Bringing a store back from its backups (backup.h): the full one, then each one by difference.
 *
 * Everything is put together in `<folder>/.restoring`, the catalogue is made again from the
 * journal, and the result must be what the backups say: number of records, Merkle root, counts.
 * What came to the end of its retention is taken away again (erase.h), whatever an older backup
 * still held. Only then it is moved to its place, the lock file last: a folder without it is no
 * data folder. A restore that was interrupted is begun again by the next one.
 */
#pragma once

#include "storage/backup.h"

typedef struct {
    const char *const *paths; /* NULL-terminated, the full one first */
    const CipherKey *keys;    /* of each */
    const char *folder;       /* absent, empty, or left by a restore that did not end */
    Clock clock;              /* zero: the machine's */
    Random random;
    BackupProgress progress; /* may be NULL */
    void *progress_data;
} RestoreRequest;

typedef struct {
    gint64 seq; /* the last record */
    gint64 files;
    char root[2 * SHA256_DIGEST_SIZE + 1];
    GPtrArray *lost; /* of char *: what was missing or damaged already when it was backed up */
} RestoreDone;
void restore_done_clear(RestoreDone *done);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RestoreDone, restore_done_clear)

/* ERROR_DATA_FOLDER_EXISTS, ERROR_WRONG_KEY, ERROR_FORMAT, ERROR_BACKUP_CHAIN where one does not
 * begin where the one before ends, ERROR_DIGEST where a file is cut or damaged or the result is not
 * what was backed up. */
gboolean restore_folder(const RestoreRequest *request, RestoreDone *done,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The first line of a backup, to show what it is. */
json_t *restore_head(const char *path, const CipherKey *key,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
