/* SPDX-License-Identifier: Apache-2.0
 *
 * Signing the journal: the key of the house and its checkpoints.
 *
 *   keys/signing.seed        32 bytes, made with the store, readable by its owner alone
 *   keys/log.vkey            the published key, for auditors
 *   journal/checkpoint       the last signed checkpoint, replaced as a whole
 *
 * A checkpoint is never signed unless the journal extends the last one signed: a restored old
 * database, a shorter or another journal stops signing with ERROR_SIGNING_STOPPED and nothing is
 * written. The last checkpoint is kept outside the catalogue and durable before it is handed out.
 *
 * The way out, and the way to another key, is a new epoch by two persons: a new origin
 * ("<origin>/epoch-2" …) and key. Its record quotes the last checkpoint known and the reason; what
 * was signed before stays below journal/checkpoint.<n>. The new key waits as *.next beside the old
 * one until its record is durable, and whatever signs next takes it over.
 */
#pragma once

#include "storage/note.h"
#include "storage/store.h"

/* Make the key of a new store. */
gboolean signing_key_create(const char *data_folder, const char *origin, const Random *random,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The published key as a vkey text. */
char *signing_vkey(Store *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Sign the journal as it stands. The note comes out; where nothing was appended since, it is the
 * last one again. Processes and threads take turns. */
char *signing_checkpoint(Store *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The last signed checkpoint, or NULL without an error where none is signed yet. */
char *signing_last(Store *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    const char *second; /* person: not who acts */
    const char *reason;
} SigningEpoch;

/* Begin a new epoch. The vkey of its key comes out. ERROR_SECOND_PERSON, ERROR_INVALID without a
 * reason. */
char *signing_new_epoch(Store *store, const StoreActor *actor, const SigningEpoch *epoch,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* In a data folder that was put together from backups: take away the last checkpoint where it is of
 * an earlier epoch than the key, which has not signed yet. Its record still quotes it. */
gboolean signing_drop_earlier(const char *data_folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How many records a checkpoint covers (no signature looked at). */
gboolean signing_note_size(const char *note, guint64 *size,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
