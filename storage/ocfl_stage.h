/* SPDX-License-Identifier: Apache-2.0
 *
 * The next version of an OCFL object, put together in a staging folder on the file system of the
 * root (ocfl.h) and then moved in:
 *
 *     ocfl_stage_new → put, link, remove … → ocfl_stage_finish → (seal record) → ocfl_stage_commit
 *
 * finish makes everything staged durable and tells the digest that names it; commit of v1 is one
 * rename, commit of vN is three (version folder in, inventory and side-car over the old ones).
 * After a crash, stages are listed by ocfl_stage_list: one whose record exists is opened again and
 * committed, which goes on where it stopped; every other is discarded. An object caught between the
 * renames without its stage is put right by ocfl_object_recover.
 *
 * A stage borrows its root. One thread at a time uses it.
 */
#pragma once

#include "storage/ocfl.h"

typedef struct {
    const char *id; /* a URI: "urn:anjuan:<case number>" */
    gint64 created_us;
    const char *message;
    const char *user_name;
    const char *user_address; /* a URI */
} OcflVersion;

typedef struct OcflStage OcflStage;

/* Begin the next version of the object: v1, or the head's files to be added to. ERROR_BUSY when
 * the object has a stage already. */
OcflStage *ocfl_stage_new(const OcflRoot *root, const OcflVersion *version,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ocfl_stage_free(OcflStage *stage);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OcflStage, ocfl_stage_free)

/* Add or replace a file. Names as bag_path_fault; ERROR_INVALID otherwise. link: `source` is
 * durable, never changes and has these digests; its bytes get a second name, none is copied. */
gboolean ocfl_stage_put(OcflStage *stage, const char *logical, GBytes *bytes,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ocfl_stage_link(OcflStage *stage, const char *logical, const char *source,
                         const Digests *digests, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The new version no longer shows the file; the bytes stay in the version that brought them. */
gboolean ocfl_stage_remove(OcflStage *stage, const char *logical,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Write inventory and side-car and make it all durable. The SHA-512 of the inventory names the
 * version: the seal record carries it. */
gboolean ocfl_stage_finish(OcflStage *stage, guint8 digest[SHA512_DIGEST_SIZE],
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Move the finished stage into the root; may be called again after a failure. (After any other
 * failure a stage can only be discarded.) */
gboolean ocfl_stage_commit(OcflStage *stage, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Remove the stage. */
gboolean ocfl_stage_discard(OcflStage *stage, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Folders in staging, names for ocfl_stage_open. Owned strings. */
GPtrArray *ocfl_stage_list(const OcflRoot *root, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Open a stage again after a crash. `digest` is that of its inventory, all zero when the stage was
 * never finished (then it can only be discarded). */
OcflStage *ocfl_stage_open(const OcflRoot *root, const char *name,
                           guint8 digest[SHA512_DIGEST_SIZE],
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The id of its object ("" when it was never finished). */
const char *ocfl_stage_id(const OcflStage *stage);
