/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/proof.h"

#include "appliance/base/file.h"
#include "appliance/base/text.h"
#include "storage/tiles.h"

#include <string.h>

#define INCLUSION_HEADER "c2sp.org/tlog-proof@v1"
#define CONSISTENCY_MAX  63 /* hashes that a witness takes */

static gboolean refuse(GError **error, const char *why)
{
    return error_set(error, ERROR_PROOF_REFUSED, "%s", why);
}

static void add_hashes(GString *text, const MerkleProof *proof)
{
    for (guint i = 0; i < proof->count; i++) {
        g_autofree char *line = g_base64_encode(proof->hashes[i].bytes, MERKLE_HASH_BYTES);

        g_string_append_printf(text, "%s\n", line);
    }
}

char *proof_format_inclusion(guint64 index, const MerkleProof *proof, const char *note)
{
    GString *text = g_string_new(INCLUSION_HEADER "\n");

    g_string_append_printf(text, "index %" G_GUINT64_FORMAT "\n", index);
    add_hashes(text, proof);
    g_string_append_printf(text, "\n%s", note);
    return g_string_free(text, FALSE);
}

char *proof_format_consistency(guint64 old_size, const MerkleProof *proof, const char *note)
{
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "old %" G_GUINT64_FORMAT "\n", old_size);
    add_hashes(text, proof);
    g_string_append_printf(text, "\n%s", note);
    return g_string_free(text, FALSE);
}

/* What is still to be read of a proof file. */
typedef struct {
    const char *at, *end;
} Rest;

/* The next line without its LF; FALSE when no whole line is left. */
static gboolean take_line(Rest *rest, const char **line, gsize *length)
{
    const char *lf = NULL;

    if (rest->at < rest->end)
        lf = memchr(rest->at, '\n', (gsize)(rest->end - rest->at));
    if (lf == NULL)
        return FALSE;
    *line = rest->at;
    *length = (gsize)(lf - rest->at);
    rest->at = lf + 1;
    return TRUE;
}

/* "<word> <number>" */
static gboolean take_number(const char *line, gsize length, const char *word, guint64 *number)
{
    gsize prefix = strlen(word);

    return length > prefix + 1 && memcmp(line, word, prefix) == 0 && line[prefix] == ' ' &&
           decimal_parse(line + prefix + 1, length - prefix - 1, number);
}

/* Hash lines up to the empty line; behind it stands the checkpoint. */
static gboolean take_hashes(Rest *rest, guint max, ProofFile *file, GError **error)
{
    const char *line;
    gsize length;

    file->proof.count = 0;
    for (;;) {
        if (!take_line(rest, &line, &length))
            return refuse(error, "the proof is cut");
        if (length == 0)
            break;
        if (file->proof.count >= max)
            return refuse(error, "the proof has too many hashes");
        if (!base64_decode_exact(line, length, file->proof.hashes[file->proof.count++].bytes,
                                 MERKLE_HASH_BYTES))
            return refuse(error, "a line of the proof is not base64 of 32 bytes");
    }
    file->note = rest->at;
    file->note_size = (gsize)(rest->end - rest->at);
    return TRUE;
}

/* The optional second line: opaque, but it must be base64. */
static gboolean is_extra(const char *line, gsize length, gboolean *sound)
{
    g_autofree guint8 *bytes = NULL;
    g_autofree char *canonical = NULL;
    g_autofree char *given = NULL;
    gsize size;

    if (length < strlen("extra ") || memcmp(line, "extra ", strlen("extra ")) != 0)
        return FALSE;
    given = g_strndup(line + strlen("extra "), length - strlen("extra "));
    bytes = g_base64_decode(given, &size);
    canonical = g_base64_encode(bytes, size);
    *sound = strcmp(given, canonical) == 0;
    return TRUE;
}

gboolean proof_parse_inclusion(const char *text, gsize size, ProofFile *file, GError **error)
{
    Rest rest = {text, text + size};
    const char *line;
    gsize length;
    gboolean sound = TRUE;

    if (!take_line(&rest, &line, &length) || length != strlen(INCLUSION_HEADER) ||
        memcmp(line, INCLUSION_HEADER, length) != 0)
        return refuse(error, "not a " INCLUSION_HEADER);
    if (!take_line(&rest, &line, &length))
        return refuse(error, "the proof is cut");
    if (is_extra(line, length, &sound) && !take_line(&rest, &line, &length))
        return refuse(error, "the proof is cut");
    if (!sound)
        return refuse(error, "the extra line is not base64");
    if (!take_number(line, length, "index", &file->number))
        return refuse(error, "no line 'index N'");
    return take_hashes(&rest, MERKLE_PROOF_MAX, file, error);
}

gboolean proof_parse_consistency(const char *text, gsize size, ProofFile *file, GError **error)
{
    Rest rest = {text, text + size};
    const char *line;
    gsize length;

    if (!take_line(&rest, &line, &length) || !take_number(line, length, "old", &file->number))
        return refuse(error, "no line 'old N'");
    return take_hashes(&rest, CONSISTENCY_MAX, file, error);
}

/* Hand the checkpoint on to a caller who wants it. */
static void give(Checkpoint *own, Checkpoint *wanted)
{
    if (wanted == NULL)
        return;
    checkpoint_clear(wanted);
    *wanted = *own;
    own->origin = NULL;
}

gboolean proof_check_inclusion(const char *text, gsize size, const NoteKey *key,
                               const MerkleHash *leaf, Checkpoint *checkpoint, GError **error)
{
    g_auto(Checkpoint) own = {0};
    ProofFile file;

    if (!proof_parse_inclusion(text, size, &file, error) ||
        !checkpoint_verify(file.note, file.note_size, key, &own, error) ||
        !merkle_verify_inclusion(&own.tree, file.number, leaf, &file.proof, error))
        return FALSE;
    give(&own, checkpoint);
    return TRUE;
}

gboolean proof_check_consistency(const char *text, gsize size, const NoteKey *key,
                                 const MerkleHash *old_root, Checkpoint *checkpoint, GError **error)
{
    g_auto(Checkpoint) own = {0};
    ProofFile file;
    MerkleTree earlier;

    if (!proof_parse_consistency(text, size, &file, error) ||
        !checkpoint_verify(file.note, file.note_size, key, &own, error))
        return FALSE;
    earlier = (MerkleTree){.size = file.number, .root = *old_root};
    if (!merkle_verify_consistency(&earlier, &own.tree, &file.proof, error))
        return FALSE;
    give(&own, checkpoint);
    return TRUE;
}

gboolean proof_parse_hash(const char *text, MerkleHash *hash, GError **error)
{
    g_autofree char *hex = g_ascii_strdown(text, -1);

    return hex_decode(hex, hash->bytes, sizeof hash->bytes) ||
           base64_decode_exact(text, strlen(text), hash->bytes, sizeof hash->bytes) ||
           error_set(error, ERROR_INVALID, "'%s' is no hash: 64 hex digits or base64", text);
}

/* A file that is too large is no proof, not a matter of limits. */
static GBytes *read_proof(const char *path, GError **error)
{
    g_autoptr(GError) failed = NULL;
    GBytes *bytes = file_read(path, PROOF_BYTES_MAX, &failed);

    if (bytes == NULL && g_error_matches(failed, ANJUAN_ERROR, ERROR_TOO_LARGE))
        error_set(error, ERROR_PROOF_REFUSED, "%s: too long for a proof", path);
    else if (bytes == NULL)
        g_propagate_error(error, g_steal_pointer(&failed));
    return bytes;
}

gboolean proof_note_file(const char *vkey, const char *path, GError **error)
{
    g_autoptr(NoteKey) key = note_key_parse(vkey, error);
    g_autoptr(GBytes) bytes = key != NULL ? read_proof(path, error) : NULL;
    gsize text_size;

    return bytes != NULL && note_verify(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), key,
                                        &text_size, error);
}

/* What both proof verbs have in common: a key, a hash and a file. */
typedef gboolean (*Check)(const char *text, gsize size, const NoteKey *key, const MerkleHash *hash,
                          Checkpoint *checkpoint, GError **error);

static gboolean check_file(Check check, const char *const arguments[3], GError **error)
{
    g_autoptr(NoteKey) key = note_key_parse(arguments[0], error);
    g_autoptr(GBytes) bytes = NULL;
    MerkleHash hash;

    if (key == NULL || !proof_parse_hash(arguments[1], &hash, error))
        return FALSE;
    bytes = read_proof(arguments[2], error);
    return bytes != NULL &&
           check(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), key, &hash, NULL, error);
}

gboolean proof_inclusion_file(const char *vkey, const char *leaf, const char *path, GError **error)
{
    return check_file(proof_check_inclusion, (const char *[]){vkey, leaf, path}, error);
}

gboolean proof_consistency_file(const char *vkey, const char *old_root, const char *path,
                                GError **error)
{
    return check_file(proof_check_consistency, (const char *[]){vkey, old_root, path}, error);
}

gboolean proof_log_folder(const char *vkey, const char *folder, GError **error)
{
    g_autoptr(NoteKey) key = note_key_parse(vkey, error);
    g_auto(Checkpoint) checkpoint = {0};

    return key != NULL && tiles_verify(folder, key, &checkpoint, error);
}
