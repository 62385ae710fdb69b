/* SPDX-License-Identifier: Apache-2.0
 *
 * The vault: an OCFL 1.1 storage root, one object for each filed case (ocfl.io/1.1/spec).
 *
 *     0=ocfl_1.1, ocfl_layout.json, extensions/0003-hash-and-id-n-tuple-storage-layout/config.json
 *     <aa>/<bb>/<encoded id>/           an object; aa and bb from SHA-256 of its id
 *         0=ocfl_object_1.1, inventory.json, inventory.json.sha512
 *         v1/inventory.json, v1/inventory.json.sha512, v1/content/…      v2/…
 *
 * Manifests are sha512, the fixity block is sha256. Old versions never change; content that an
 * object holds already is not stored again.
 *
 * A version is put together in a staging folder on the same file system and then moved in:
 *
 *     ocfl_stage_new → put, link, remove … → ocfl_stage_finish → (seal record) → ocfl_stage_commit
 *
 * finish makes everything staged durable and tells the digest that names it; commit of v1 is one
 * rename, commit of vN is three (version folder in, inventory and side-car over the old ones).
 * After a crash, stages are listed by ocfl_stage_list: one whose record exists is opened again and
 * committed, which goes on where it stopped; every other is discarded. An object caught between the
 * renames without its stage is put right by ocfl_object_recover.
 */
#pragma once

#include "appliance/base/digest.h"
#include "appliance/base/file.h"
#include "storage/hash.h"

#include <jansson.h>

#define OCFL_ALGORITHM     "sha512"
#define OCFL_INVENTORY_MAX ((gsize)8 * 1024 * 1024) /* bytes: some 20,000 files */

typedef struct OcflRoot OcflRoot;

/* Make an empty root at `path`, which does not exist or is empty; durable. */
gboolean ocfl_root_create(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The first of the root's own files that is not what ocfl_root_create wrote; NULL: none. */
const char *ocfl_root_fault(const char *path);

/* Open a root of ours. `staging` is a folder on the same file system, made if missing. */
OcflRoot *ocfl_root_open(const char *path, const char *staging,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ocfl_root_free(OcflRoot *root);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OcflRoot, ocfl_root_free)

/* Where layout 0003 puts an object; ours is {HASH_SHA256, 2, 2}. tuples × tuple_size is at most
 * the number of hex digits. */
typedef struct {
    HashKind algorithm;
    guint tuple_size, tuples;
} OcflLayout;
char *ocfl_layout_place(const char *id, const OcflLayout *layout) G_GNUC_WARN_UNUSED_RESULT;

/* "<aa>/<bb>/<encoded id>" below the root. */
char *ocfl_object_place(const char *id) G_GNUC_WARN_UNUSED_RESULT;

/* Full path of the object's folder, whether it exists or not. */
char *ocfl_object_path(const OcflRoot *root, const char *id) G_GNUC_WARN_UNUSED_RESULT;
gboolean ocfl_object_exists(const OcflRoot *root, const char *id);

/* The inventory of an object; ERROR_NO_FILE when there is none, ERROR_DIGEST when it does not fit
 * its side-car. */
json_t *ocfl_inventory_read(const OcflRoot *root, const char *id,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Its bytes, whose SHA-512 the seal record names. */
GBytes *ocfl_inventory_bytes(const OcflRoot *root, const char *id,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One file of the head version. */
typedef struct {
    const char *logical; /* path as it was put */
    const char *content; /* path below the object's folder */
    const char *sha512;  /* hex */
    const char *sha256;  /* hex; NULL when the fixity block lacks it */
} OcflFile;

/* Call `each` for the files of the head version, in byte order of logical path; FALSE stops. */
typedef gboolean (*OcflEach)(const OcflFile *file, void *data, GError **error);
gboolean ocfl_inventory_each(const json_t *inventory, OcflEach each, void *data,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

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

/* "v2" of a stage, and the id of its object ("" when it was never finished). */
const char *ocfl_stage_version(const OcflStage *stage);
const char *ocfl_stage_id(const OcflStage *stage);

/* Put an object right that a crash left between two renames: left-over temporary files go, and
 * when the root pair does not fit, the inventory of the highest version that is whole is copied up.
 * *changed tells whether anything was done; ERROR_DIGEST when nothing whole is left to copy. */
gboolean ocfl_object_recover(const OcflRoot *root, const char *id, gboolean *changed,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Take an object away at the end of its retention; its empty parent folders go as well (E073). */
gboolean ocfl_object_destroy(const OcflRoot *root, const char *id,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
