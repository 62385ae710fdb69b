/* SPDX-License-Identifier: Apache-2.0
 *
 * The versions of an OCFL object while the verifier judges it: each keeps an inventory of its own,
 * which has to agree with those before it and with the object's.
 *
 *     inventory.json          must have the same bytes as that of the newest version
 *     v1/inventory.json       its versions must show the same content as the object's inventory
 * says v2/inventory.json       …
 *
 * The object's own inventory is in `object->root` already, and its version folders are noted
 * (ocfl_verify.c). Everything here is told as findings.
 */
#pragma once

#include "storage/ocfl_object_judge.h"

/* All inventories of versions; `root` holds the bytes of the object's, which could be read. */
void ocfl_judge_versions(ObjectJudge *object, GBytes *root);

/* What stands in a version folder: the member at position i of the order. */
void ocfl_judge_version_member(ObjectJudge *object, guint i);

/* Where the pair at the top does not fit: whether an update was cut off, which leaves the newest
 * version whole (OCFL_INTERRUPTED), after everything else was judged. */
void ocfl_judge_interruption(ObjectJudge *object);
