/* SPDX-License-Identifier: Apache-2.0
 *
 * A backup: everything that is needed to have the store again, in one encrypted file (cipher.h).
 *
 * It holds the journal up to a record `seq`, the secrets, and the files those records name:
 * definitions, pages, issued papers, objects of the vault. It is made while work goes on, without a
 * lock: the journal's prefix never changes, and neither does any file it names. By difference: with
 * `since`, only the records after that one and what they name; secrets files of theirs are carried
 * whole. The catalogue is not in it (it is made again), nor local.db; the signing key only when
 * asked for.
 *
 * The stream is a line of JSON, then entries, each a line and its bytes:
 *
 *   {"format":"anjuan-backup/1","origin":…,"at":…,"since":-1,"seq":N,"offset":0,"base":<root>,
 *    "root":<root>,"with_key":false,"counts":{"cases":…,"documents":…,"sides":…,"bundles":…}}
 *   {"file":"journal/0000000000000000.log","offset":0,"bytes":n}      n bytes, at that offset
 *   {"file":"spool/261121/7/0001-a.tif","bytes":n}                    n bytes
 *   {"link":"vault/root/…/0001.tif","to":"spool/261121/7/0001-a.tif"}
 *   {"end":true,"files":n,"lost":["spool/…"]}
 *
 * Roots are those of the Merkle tree (64 hex digits): `root` over the records 0…seq, `base` over
 * 0…since. `lost` names files that were missing or not what was stored when the backup was made:
 * a damaged store is still backed up, and says so.
 */
#pragma once

#include "storage/cipher.h"
#include "storage/store.h"

#define BACKUP_FORMAT   "anjuan-backup/1"
#define BACKUP_LINE_MAX ((gsize)16 * 1024 * 1024)
#define BACKUP_FULL     (-1) /* since: from the first record */

/* Per cent; FALSE ends the work with ERROR_CANCELLED. */
typedef gboolean (*BackupProgress)(guint done, void *data);

typedef struct {
    const char *path; /* of the file to be; nothing stands there yet */
    CipherKey key;
    gint64 since;      /* last record of the backup before; BACKUP_FULL */
    gboolean with_key; /* carry the signing key */
    /* Called once the prefix is fixed: brings what is sealed into the vault (archive_recover). */
    gboolean (*settle)(Store *store, GError **error);
    BackupProgress progress; /* may be NULL */
    void *progress_data;
} BackupRequest;

typedef struct {
    gint64 since, seq; /* the last record of each; seq is what the next `since` is */
    gint64 bytes;      /* of the backup file */
    gint64 files;
    char root[2 * SHA256_DIGEST_SIZE + 1];
    GPtrArray *lost; /* of char *: paths */
} BackupDone;
void backup_done_clear(BackupDone *done);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BackupDone, backup_done_clear)

/* ERROR_INVALID where `since` is beyond the journal. */
gboolean backup_write(Store *store, const BackupRequest *request, BackupDone *done,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What is counted of a store, as `counts` has it. */
json_t *backup_counts(Catalog *catalog, GError **error) G_GNUC_WARN_UNUSED_RESULT;
