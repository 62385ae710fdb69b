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
 * This is the root and what stands in it. A version is put together in a staging folder on the same
 * file system and then moved in: ocfl_stage.h. Roots of others are judged by verify.h.
 */
#pragma once

#include "appliance/base/digest.h"
#include "storage/hash.h"

#include <jansson.h>

#define OCFL_ALGORITHM     "sha512"
#define OCFL_INVENTORY     "inventory.json"
#define OCFL_INVENTORY_MAX ((gsize)8 * 1024 * 1024) /* bytes: some 20,000 files */
#define OCFL_FOLDER_MODE   0755
#define OCFL_FILE_MODE     0644

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

/* The staging folder it was opened with; borrowed. */
const char *ocfl_root_staging(const OcflRoot *root);

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

/* The head version: logical path → sha512, hex; both owned by the table. */
GHashTable *ocfl_inventory_state(const json_t *inventory) G_GNUC_WARN_UNUSED_RESULT;

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

/* Put an object right that a crash left between two renames: left-over temporary files go, and
 * when the root pair does not fit, the inventory of the highest version that is whole is copied up.
 * *changed tells whether anything was done; ERROR_DIGEST when nothing whole is left to copy. */
gboolean ocfl_object_recover(const OcflRoot *root, const char *id, gboolean *changed,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Take an object away at the end of its retention; its empty parent folders go as well (E073). */
gboolean ocfl_object_destroy(const OcflRoot *root, const char *id,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
