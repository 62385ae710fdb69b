/* SPDX-License-Identifier: Apache-2.0
 *
 * The folder audit/ of a bundle: what lets an auditor lead every case back to the signed log.
 *
 *     audit/checkpoint                 signed, over the whole log at the export
 *     audit/log.vkey                   for comparison only
 *     audit/consistency-<old size>     from the last checkpoint this auditor was given
 *     audit/export.entry, .tlog-proof  the record of the export
 *     audit/cases/<case>/seal.entry, seal.tlog-proof, and <index>.entry … for further records
 *     audit/cases/<case>/inventory.json   where the seal names the OCFL inventory of the case
 *
 * What verify.h expects of the records: the seal has "act" seal or case.seal, "case", and either
 * "digest" (seal.h) or "inventory" (SHA-512 in hex of the OCFL inventory, whose head version then
 * is the content of data/<case>/); the export has "act" export or bundle, "cases", and "manifest",
 * "sha512:<hex>" of manifest-sha512.txt, or a list of them with volumes.
 *
 * They are tag files: add them after bag_close_payload, when the record of the export, which names
 * the manifest, is in the log and the checkpoint is signed over it. verify.h checks them.
 */
#pragma once

#include "storage/bag.h"
#include "storage/note.h"

typedef struct {
    const MerkleSource *source;
    guint64 size;     /* records under the checkpoint */
    const char *note; /* the signed checkpoint over exactly them */
    const NoteKey *key;
    guint64 old_size; /* of the auditor's last checkpoint; 0: none, no consistency proof */
} AuditLog;

/* Checkpoint, key and consistency proof. */
gboolean audit_add_log(BagWriter *writer, const AuditLog *log,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A record of the log and its proof as audit/<stem>.entry and .tlog-proof. */
typedef struct {
    const char *stem; /* "export", "cases/<case>/seal", "cases/<case>/<index>" */
    guint64 index;
    GBytes *record; /* its bytes as they are hashed */
} AuditRecord;
gboolean audit_add_record(BagWriter *writer, const AuditLog *log, const AuditRecord *record,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
