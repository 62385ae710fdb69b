/* SPDX-License-Identifier: Apache-2.0
 *
 * A whole log as a folder of tiles (c2sp.org/tlog-tiles), made on request for whoever wants it all:
 *
 *     checkpoint
 *     tile/<level>/<n>[.p/<width>]      256 hashes of complete subtrees, or the width's
 *     tile/entries/<n>[.p/<width>]      records, each behind its length as big-endian uint16
 *
 * n is written in groups of three digits, all but the last behind an 'x' ("x001/x234/067").
 */
#pragma once

#include "storage/note.h"

#define TILE_WIDTH     256
#define TILE_LEVELS    8
#define TILE_ENTRY_MAX 65535

/* Record `index` of the log; NULL on failure. */
typedef GBytes *(*TileEntry)(guint64 index, void *data, GError **error);

typedef struct {
    const char *folder; /* final name; nothing stands there yet */
    const char *note;   /* signed checkpoint over exactly `size` records */
    guint64 size;
    TileEntry entry;
    void *data;
} TilesOptions;

/* Write the folder; it appears only when it is whole and durable. ERROR_INVALID when the records
 * do not lead to the root of the checkpoint. Memory: one bundle of 256 records. */
gboolean tiles_write(const TilesOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Check the signature of the checkpoint and every tile and record below it.
 * ERROR_PROOF_REFUSED with the file named; ERROR_NO_FILE when there is no checkpoint at all. */
gboolean tiles_verify(const char *folder, const NoteKey *key, Checkpoint *checkpoint,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "x001/x234/067" */
char *tile_index_path(guint64 index) G_GNUC_WARN_UNUSED_RESULT;
