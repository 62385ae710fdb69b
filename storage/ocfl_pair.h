/* SPDX-License-Identifier: Apache-2.0
 *
 * The pair that describes an OCFL object, and each version of it: an inventory and the side-car
 * that vouches for it (ocfl.io/1.1/spec/#inventory).
 *
 *     inventory.json           one JSON text
 *     inventory.json.sha512    "<128 hex digits> inventory.json\n"
 *
 * No inventory is believed that does not fit its side-car to the letter. For objects of ours alone;
 * those of others are judged by verify.h.
 */
#pragma once

#include "appliance/base/file.h"
#include "appliance/base/json.h"
#include "storage/ocfl.h"

#define OCFL_SIDECAR OCFL_INVENTORY "." OCFL_ALGORITHM

/* The side-car's text for these bytes of an inventory; their SHA-512 goes to `digest`. */
char *ocfl_pair_sidecar(const void *bytes, gsize size,
                        guint8 digest[SHA512_DIGEST_SIZE]) G_GNUC_WARN_UNUSED_RESULT;

/* The inventory's bytes in `folder` and their SHA-512; ERROR_NO_FILE where one of the two is not
 * there, ERROR_DIGEST where they do not fit. */
GBytes *ocfl_pair_read(const char *folder, guint8 digest[SHA512_DIGEST_SIZE],
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same, parsed: it has an id, a manifest and the version it calls its head. ERROR_FORMAT where
 * it has not. */
json_t *ocfl_pair_inventory(const char *folder, guint8 digest[SHA512_DIGEST_SIZE],
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The pair of one folder over that of another, each of the two whole and durable: inventory first.
 * A crash between them leaves a pair that does not fit (ocfl_object_recover). */
gboolean ocfl_pair_copy(const char *from, const char *to, GError **error) G_GNUC_WARN_UNUSED_RESULT;
