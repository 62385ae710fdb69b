/* SPDX-License-Identifier: Apache-2.0
 *
 * The Merkle tree of the journal, kept in the catalogue: leaves in `leaf`, and in `node` the roots
 * of complete subtrees of 256, 65536 … leaves (tiles), so that a root or a proof over millions of
 * records asks for some hundred rows. A projection like everything there: rebuild makes it again.
 */
#pragma once

#include "storage/db.h"
#include "storage/merkle.h"

/* After leaf `seq` is in its table: keep the subtrees that it completes. */
gboolean tree_keep(Db *db, gint64 seq, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A source over both tables; `db` must outlive it. */
MerkleSource tree_source(Db *db);
