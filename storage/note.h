/* SPDX-License-Identifier: Apache-2.0
 *
 * Signed notes with Ed25519 keys, and the checkpoints of a log
 * (c2sp.org/signed-note, c2sp.org/tlog-checkpoint). Signatures are libsodium's.
 *
 * A note is a text of whole lines, an empty line, and signature lines
 *     U+2014 SP key-name SP base64(4-byte key id || signature) LF
 * The signed bytes are the text with its last LF. The key id is the first 4 bytes of
 * SHA-256(name || LF || 0x01 || public key). A published key (vkey) reads
 *     name+hex(key id)+base64(0x01 || public key)
 * A checkpoint is a note of three lines: origin, size in decimal, base64 of the root. Ours have
 * no further lines; those of others may, and they are kept out of the way.
 */
#pragma once

#include "storage/merkle.h"

#define NOTE_KEY_BYTES  32
#define NOTE_SEED_BYTES 32
#define NOTE_BYTES_MAX  65536 /* longest note that is read */

typedef struct {
    char *name;
    guint8 id[4];
    guint8 public_key[NOTE_KEY_BYTES];
} NoteKey;

/* NULL and ERROR_INVALID for a name that is empty or holds spaces, control bytes or '+'. */
NoteKey *note_key_new(const char *name, const guint8 public_key[NOTE_KEY_BYTES],
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* From a vkey; a line end behind it is allowed. ERROR_INVALID otherwise, also for a key id that
 * does not fit its key and for another signature type than Ed25519. */
NoteKey *note_key_parse(const char *vkey, GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *note_key_format(const NoteKey *key) G_GNUC_WARN_UNUSED_RESULT;
void note_key_free(NoteKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NoteKey, note_key_free)

/* Signing half: the seed never leaves it, and its memory is wiped. */
typedef struct NoteSigner NoteSigner;
NoteSigner *note_signer_new(const char *name, const guint8 seed[NOTE_SEED_BYTES],
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
const NoteKey *note_signer_key(const NoteSigner *signer);
void note_signer_free(NoteSigner *signer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NoteSigner, note_signer_free)

/* The note of `text`, which ends in LF, holds no empty last line and no control bytes but LF. */
char *note_sign(const char *text, const NoteSigner *signer,
                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether one signature of `key` stands below and holds; signatures of other keys are passed over.
 * ERROR_PROOF_REFUSED with the reason. *text_size is the length of the signed text. */
gboolean note_verify(const char *note, gsize size, const NoteKey *key, gsize *text_size,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Split a note without checking a signature: FALSE and ERROR_PROOF_REFUSED if it is none. */
gboolean note_split(const char *note, gsize size, gsize *text_size,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    char *origin;
    MerkleTree tree;
} Checkpoint;

void checkpoint_clear(Checkpoint *checkpoint);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Checkpoint, checkpoint_clear)

/* The signed note of a checkpoint: what is kept, handed out and printed. The origin is the key's
 * name. */
char *checkpoint_sign(const MerkleTree *tree, const NoteSigner *signer,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The three lines of a checkpoint's text (no signature looked at). ERROR_PROOF_REFUSED. */
gboolean checkpoint_parse(const char *text, gsize size, Checkpoint *checkpoint,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The origin that the note of a checkpoint names, no signature looked at; NULL where it is none. */
char *checkpoint_origin(const char *note, gsize size) G_GNUC_WARN_UNUSED_RESULT;

/* Parse and check: a signature of `key` holds and the origin is the key's name. */
gboolean checkpoint_verify(const char *note, gsize size, const NoteKey *key, Checkpoint *checkpoint,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Base64 of RFC 4648, 4, padded and canonical, into exactly `size` bytes; FALSE otherwise. */
gboolean base64_decode_exact(const char *text, gsize length, guint8 *bytes,
                             gsize size) G_GNUC_WARN_UNUSED_RESULT;

/* A decimal number without sign or leading zeroes, of exactly `length` characters. */
gboolean decimal_parse(const char *text, gsize length, guint64 *value) G_GNUC_WARN_UNUSED_RESULT;
