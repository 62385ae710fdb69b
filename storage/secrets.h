/* SPDX-License-Identifier: Apache-2.0
 *
 * Personal data, kept apart from the journal so that it can be destroyed without breaking a proof.
 *
 * One append-only file a case, `secrets/<YYMMDD>/<case number>`; a line is one secret:
 *
 *   <commitment, 64 hex> <salt, 32 hex> <JSON text>\n        commitment = sha256(salt ‖ JSON text)
 *
 * The record in the journal carries only the commitment. With the file gone nothing of the text
 * can be recovered or guessed, because the 128-bit salt goes with it. A torn last line belongs to
 * no record and is ignored; the next append starts on a line of its own.
 */
#pragma once

#include "appliance/base/file.h"
#include "appliance/base/json.h"
#include "appliance/base/random.h"

typedef struct {
    char *commitment;
    char *line; /* as it will stand in the file */
    char *path; /* below the data folder */
} Secret;

/* Seal `data` for the case; nothing is written yet. */
Secret *secret_new(const char *case_number, const json_t *data, const Random *random);
void secret_free(Secret *secret);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Secret, secret_free)

/* Append the secrets to their files and make them durable. */
gboolean secrets_write(const char *data_folder, GPtrArray *secrets,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The text behind a commitment as JSON; ERROR_SECRET_LOST where it is not there or was changed. */
json_t *secrets_read(const char *data_folder, const char *case_number, const char *commitment,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "secrets/<YYMMDD>/<case number>" */
char *secrets_path(const char *case_number) G_GNUC_WARN_UNUSED_RESULT;

/* Opens one line (without its end) of a secrets file; NULL unless it is whole and fits. */
json_t *secret_open_line(const char *line, const char *commitment);
