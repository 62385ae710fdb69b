/* SPDX-License-Identifier: Apache-2.0
 *
 * Notes, checkpoints, keys and proof files of any bytes are refused without harm.
 */
#include <stdint.h>

#include "storage/proof.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char vkey[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    g_autoptr(NoteKey) key = note_key_parse(vkey, NULL);
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(NoteKey) any = note_key_parse(text, NULL);
    g_auto(Checkpoint) checkpoint = {0};
    MerkleHash hash = {{0}};
    ProofFile file;
    gsize text_size;

    if (any != NULL && any->name == NULL)
        abort();
    if (note_verify((const char *)data, size, key, &text_size, NULL) && text_size > size)
        abort();
    if (checkpoint_parse((const char *)data, size, &checkpoint, NULL) && checkpoint.origin == NULL)
        abort();
    if (proof_parse_inclusion((const char *)data, size, &file, NULL) && file.note_size > size)
        abort();
    if (proof_parse_consistency((const char *)data, size, &file, NULL) && file.note_size > size)
        abort();
    /* No proof of this leaf and root can be found by chance. */
    if (proof_check_inclusion((const char *)data, size, key, &hash, NULL, NULL) ||
        proof_check_consistency((const char *)data, size, key, &hash, NULL, NULL))
        abort();
    return 0;
}
