/* SPDX-License-Identifier: Apache-2.0
 *
 * The journal: append-only records, the truth of the store.
 *
 * One JSON text a line, in segments of JOURNAL_SEGMENT_RECORDS named by their first seq
 * (`journal/0000000000065536.log`). A record's bytes without the line end are its Merkle leaf:
 * leaf hash = SHA-256(0x00 ‖ bytes), RFC 6962 section 2.1. `seq` starts at 0 and is the leaf's
 * index.
 *
 *   {"v":1,"seq":7,"prev":"<leaf hash of seq 6>","t":"…Z","trust":"synced","actor":"os:li",
 *    "station":"window:003","act":"case.open","case":"3205…",<fields of the act>,"nonce":"<32
 * hex>"}
 *
 * Field order is fixed, a line is never written again, and it holds at most JOURNAL_RECORD_BYTES.
 * Names, identity numbers, phones and addresses never stand in it: only "secret", the commitment
 * sha256(salt ‖ secret) whose opening is kept in secrets/ (secrets.h). The nonce keeps short
 * records from being guessed by whoever sees neighbouring hashes in a proof.
 *
 * The writer holds the store's lock. A torn tail (a last line that is not whole) is cut by
 * journal_cut_tail, which refuses to go below what is known to have been acknowledged.
 */
#pragma once

#include "appliance/base/digest.h"
#include "appliance/base/file.h"
#include "appliance/base/json.h"

#define JOURNAL_SEGMENT_RECORDS 65536
#define JOURNAL_RECORD_BYTES    65535
#define JOURNAL_VERSION         1

/* A place between two records: `seq` of the next one and its byte offset in its segment. */
typedef struct {
    gint64 seq;
    gint64 offset;
} JournalPlace;

/* SHA-256(0x00 ‖ line). */
void journal_leaf_hash(const char *line, gsize size, guint8 leaf[SHA256_DIGEST_SIZE]);

/* The segment file that holds `seq`, below `folder`. */
char *journal_segment_path(const char *folder, gint64 seq) G_GNUC_WARN_UNUSED_RESULT;

/* Called for each record with its bytes (no line end), parsed form and the place behind it. What
 * the page pass found of a side (`facts`) may be missing in the parsed form (journal_line.h). FALSE
 * with `error` set ends the walk. */
typedef gboolean (*JournalVisit)(const char *line, gsize size, const json_t *record,
                                 JournalPlace next, void *data, GError **error);

/* Visit the whole lines from `*place` on and move it behind the last one. A torn tail ends the
 * walk silently; a line that is whole but no record is ERROR_JOURNAL_DAMAGED, as is a segment that
 * is not there. What else keeps a segment from being opened may pass: ERROR_IO. */
gboolean journal_walk(const char *folder, JournalPlace *place, JournalVisit visit, void *data,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The place behind a record of `size` bytes (without line end) at `place`. */
JournalPlace journal_behind(JournalPlace place, gsize size);

/* The bytes of the record at `place`, without its line end. */
char *journal_read(const char *folder, JournalPlace place,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Remove what stands behind `end` in its segment; `*cut` says how many bytes that was. Errors as
 * journal_walk; ERROR_JOURNAL_DAMAGED too where the segment ends before. */
gboolean journal_cut_tail(const char *folder, JournalPlace end, gint64 *cut,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Append `lines` (each with its line end) as records `place->seq` and following; one write and one
 * sync per segment touched. Moves `place` behind them. A write that fails is taken back; where it
 * cannot be, or where a sync failed, `*unknown` is TRUE: what reached the disk is unknown then, and
 * nothing may be appended until the journal is opened anew. */
gboolean journal_append(const char *folder, JournalPlace *place, GPtrArray *lines,
                        gboolean *unknown, GError **error) G_GNUC_WARN_UNUSED_RESULT;
