/* SPDX-License-Identifier: Apache-2.0
 *
 * Personal data, kept apart from the journal so that it can be destroyed without breaking a proof.
 *
 * One append-only file an owner: a case (`secrets/<YYMMDD>/<case number>`), or a batch for what its
 * sides carried before anyone knew their case: names of imported files, texts of foreign codes
 * (`secrets/<YYMMDD>/batch-<id>`). A line is one secret:
 *
 *   <commitment, 64 hex> <salt, 32 hex> <JSON text>\n        commitment = sha256(salt ‖ JSON text)
 *
 * The record in the journal carries only the commitment. With the line gone nothing of the text
 * can be recovered or guessed, because the 128-bit salt goes with it. A torn last line belongs to
 * no record and is ignored; the next append starts on a line of its own.
 *
 * At the end of retention the line is replaced by "<commitment> destroyed": what the record says
 * stays true, and that nothing is lost by accident can be told.
 */
#pragma once

#include "appliance/base/file.h"
#include "appliance/base/json.h"
#include "appliance/base/random.h"

#define SECRET_COMMITMENT_CHARS 64
#define SECRET_DESTROYED        " destroyed"              /* behind a commitment, see below */
#define SECRETS_FILE_MAX        ((gsize)16 * 1024 * 1024) /* bytes of one file */

typedef struct {
    char *commitment;
    char *line; /* as it will stand in the file */
    char *path; /* below the data folder */
} Secret;

/* The files of a case and of a batch of a day (YYMMDD), below the data folder. A journal that is
 * damaged may name a case by fewer digits than there are: no date is taken from those. */
char *secrets_case_path(const char *case_number) G_GNUC_WARN_UNUSED_RESULT;
char *secrets_batch_path(const char *day, gint64 batch) G_GNUC_WARN_UNUSED_RESULT;

/* Seal `data` for the file at `path`; nothing is written yet. */
Secret *secret_new(const char *path, const json_t *data, const Random *random);
void secret_free(Secret *secret);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Secret, secret_free)

/* Append the secrets to their files and make them durable: one sync a file for neighbours. */
gboolean secrets_write(const char *data_folder, GPtrArray *secrets,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Destroy the secrets of these commitments (NULL: of all) in a file, and every line that belongs to
 * no record with them; a file that is not there has none. */
gboolean secrets_destroy(const char *data_folder, const char *path, GHashTable *commitments,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a line says that the secret of this commitment was destroyed. */
gboolean secret_is_destroyed(const char *line, const char *commitment);

/* The text behind a commitment as JSON, an empty object where it was destroyed; ERROR_SECRET_LOST
 * where it is not there or was changed. */
json_t *secrets_read(const char *data_folder, const char *path, const char *commitment,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Opens one line (without its end) of a secrets file; NULL unless it is whole and fits. */
json_t *secret_open_line(const char *line, const char *commitment);
