/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/audit.h"

#include "storage/proof.h"

#include <string.h>

static gboolean add_text(BagWriter *writer, const char *path, const char *text, GError **error)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));

    return bag_add_bytes(writer, path, bytes, error);
}

static gboolean add_consistency(BagWriter *writer, const AuditLog *log, GError **error)
{
    g_autofree char *path = g_strdup_printf("audit/consistency-%" G_GUINT64_FORMAT, log->old_size);
    g_autofree char *text = NULL;
    MerkleProof proof;

    if (!merkle_prove_consistency(log->source, log->old_size, log->size, &proof, error))
        return FALSE;
    text = proof_format_consistency(log->old_size, &proof, log->note);
    return add_text(writer, path, text, error);
}

gboolean audit_add_log(BagWriter *writer, const AuditLog *log, GError **error)
{
    g_autofree char *vkey = note_key_format(log->key);
    g_autofree char *line = g_strconcat(vkey, "\n", NULL);

    return add_text(writer, "audit/checkpoint", log->note, error) &&
           add_text(writer, "audit/log.vkey", line, error) &&
           (log->old_size == 0 || add_consistency(writer, log, error));
}

/* A proof that does not hold must not leave the house: the record is checked against it. */
static char *record_proof(const AuditLog *log, const AuditRecord *record, GError **error)
{
    MerkleProof proof;
    MerkleHash leaf;
    g_autofree char *text = NULL;

    if (!merkle_prove_inclusion(log->source, record->index, log->size, &proof, error))
        return NULL;
    text = proof_format_inclusion(record->index, &proof, log->note);
    merkle_leaf(g_bytes_get_data(record->record, NULL), g_bytes_get_size(record->record), &leaf);
    return proof_check_inclusion(text, strlen(text), log->key, &leaf, NULL, error)
               ? g_steal_pointer(&text)
               : NULL;
}

gboolean audit_add_record(BagWriter *writer, const AuditLog *log, const AuditRecord *record,
                          GError **error)
{
    g_autofree char *entry = g_strdup_printf("audit/%s.entry", record->stem);
    g_autofree char *beside = g_strdup_printf("audit/%s.tlog-proof", record->stem);
    g_autofree char *proof = record_proof(log, record, error);

    if (proof == NULL) {
        g_prefix_error(error, "record %" G_GUINT64_FORMAT ": ", record->index);
        return FALSE;
    }
    return bag_add_bytes(writer, entry, record->record, error) &&
           add_text(writer, beside, proof, error);
}
