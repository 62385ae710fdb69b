/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the parts of fsck alone: fsck.c (all of it), fsck_truth.c (journal, secrets,
 * definitions), fsck_catalog.c (the catalogue) and fsck_files.c (spool and vault).
 */
#pragma once

#include "storage/fsck.h"

typedef struct {
    Store *store;
    const FsckOptions *options;
    FsckSummary *summary;
    Catalog *reader;
} Fsck;

/* Say one finding; `detail` as printf. */
void fsck_error(Fsck *fsck, const char *code, const char *path, const char *detail, ...)
    G_GNUC_PRINTF(4, 5);
void fsck_warning(Fsck *fsck, const char *code, const char *path, const char *detail, ...)
    G_GNUC_PRINTF(4, 5);

/* FALSE with ERROR_CANCELLED where the pace says so. */
gboolean fsck_pace(Fsck *fsck, gint64 bytes, GError **error);

/* Look at a table of any size, a page of rows at a time:
 *
 *     g_autoptr(json_t) last = NULL;
 *     do {
 *         rows = …the next ones behind the key in `last`, in order of the key, at most
 * FSCK_PAGE_ROWS if (!fsck_page(fsck, rows, check, &last, error)) return FALSE; } while (last !=
 * NULL);
 *
 * Takes the rows (NULL with an error: the query failed); `last` is then the last of them, NULL
 * where there was none. */
#define FSCK_PAGE_ROWS ((gint64)500)
typedef gboolean (*FsckRow)(Fsck *fsck, const json_t *row, GError **error);
gboolean fsck_page(Fsck *fsck, json_t *rows_taken, FsckRow check, json_t **last,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Each part: FALSE only where the check itself cannot go on. */
gboolean fsck_truth(Fsck *fsck, GError **error);
gboolean fsck_catalog(Fsck *fsck, GError **error);
gboolean fsck_spool(Fsck *fsck, GError **error);
gboolean fsck_vault(Fsck *fsck, GError **error);
