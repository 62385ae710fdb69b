/* SPDX-License-Identifier: Apache-2.0
 *
 * Proofs as files, each whole in itself with the checkpoint it leads to:
 *
 *     inclusion (c2sp.org/tlog-proof)          consistency (body of c2sp.org/tlog-witness)
 *     c2sp.org/tlog-proof@v1                   old 20852014
 *     index 73894                              PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
 *     gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgM…     …
 *     …
 *                                              (empty line)
 *     (empty line)                             (checkpoint)
 *     (checkpoint)
 *
 * The key and the earlier root come from outside. Everything that does not hold is
 * ERROR_PROOF_REFUSED with the reason; an unreadable file is ERROR_NO_FILE; a key, leaf hash or
 * root that is none is ERROR_INVALID. Exit statuses of the verbs `anjuan proof …` follow from it.
 */
#pragma once

#include "storage/note.h"

#define PROOF_BYTES_MAX ((gsize)1024 * 1024)

/* The text of a proof file around the signed checkpoint `note`. */
char *proof_format_inclusion(guint64 index, const MerkleProof *proof,
                             const char *note) G_GNUC_WARN_UNUSED_RESULT;
char *proof_format_consistency(guint64 old_size, const MerkleProof *proof,
                               const char *note) G_GNUC_WARN_UNUSED_RESULT;

/* A proof file taken apart; `note` points into the text. */
typedef struct {
    guint64 number; /* index of the leaf, or the old size */
    MerkleProof proof;
    const char *note;
    gsize note_size;
} ProofFile;

/* The form alone, nothing is checked: ERROR_PROOF_REFUSED where it is none. `text` must outlive
 * *file. */
gboolean proof_parse_inclusion(const char *text, gsize size, ProofFile *file,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean proof_parse_consistency(const char *text, gsize size, ProofFile *file,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Check the proof in `text`; the tree it leads to in *checkpoint, which may be NULL. */
gboolean proof_check_inclusion(const char *text, gsize size, const NoteKey *key,
                               const MerkleHash *leaf, Checkpoint *checkpoint,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean proof_check_consistency(const char *text, gsize size, const NoteKey *key,
                                 const MerkleHash *old_root, Checkpoint *checkpoint,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A hash as people type it: 64 hex digits or base64. ERROR_INVALID. */
gboolean proof_parse_hash(const char *text, MerkleHash *hash,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The verbs: `proof note VKEY FILE`, `proof inclusion VKEY LEAFHASH FILE`,
 * `proof consistency VKEY OLDROOT FILE`, `proof log VKEY DIR` (see tiles.h). */
gboolean proof_note_file(const char *vkey, const char *path,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean proof_inclusion_file(const char *vkey, const char *leaf, const char *path,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean proof_consistency_file(const char *vkey, const char *old_root, const char *path,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean proof_log_folder(const char *vkey, const char *folder,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
