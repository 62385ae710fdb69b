/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/signing.h"

#include "storage/tree.h"

#include <sodium.h>
#include <string.h>

#define SEED_FILE       "keys/signing.seed"
#define VKEY_FILE       "keys/log.vkey"
#define CHECKPOINT_FILE "journal/checkpoint"

/* ── the key ─────────────────────────────────────────────────────────────────────────────── */

gboolean signing_key_create(const char *data_folder, const char *origin, const Random *random,
                            GError **error)
{
    g_autofree char *seed_path = g_build_filename(data_folder, SEED_FILE, NULL);
    g_autofree char *vkey_path = g_build_filename(data_folder, VKEY_FILE, NULL);
    guint8 seed[NOTE_SEED_BYTES];
    g_autoptr(NoteSigner) signer = NULL;
    g_autofree char *vkey = NULL, *line = NULL;
    gboolean ok;

    random_fill(random, seed, sizeof seed);
    signer = note_signer_new(origin, seed, error);
    ok = signer != NULL && file_replace(seed_path, 0600, seed, sizeof seed, error);
    sodium_memzero(seed, sizeof seed);
    if (!ok)
        return FALSE;
    vkey = note_key_format(note_signer_key(signer));
    line = g_strconcat(vkey, "\n", NULL);
    return file_replace(vkey_path, 0644, line, strlen(line), error);
}

static char *read_text(Store *store, const char *relative, GError **error)
{
    g_autofree char *path = store_path(store, relative);
    g_autoptr(GBytes) bytes = file_read(path, NOTE_BYTES_MAX, error);

    return bytes != NULL ? g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes)) : NULL;
}

char *signing_vkey(Store *store, GError **error)
{
    char *text = read_text(store, VKEY_FILE, error);

    return text != NULL ? g_strchomp(text) : NULL;
}

static NoteSigner *load_signer(Store *store, GError **error)
{
    g_autofree char *vkey = signing_vkey(store, error);
    g_autoptr(NoteKey) key = vkey != NULL ? note_key_parse(vkey, error) : NULL;
    g_autofree char *path = store_path(store, SEED_FILE);
    g_autoptr(GBytes) seed = NULL;

    if (key == NULL)
        return NULL;
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        error_set(error, ERROR_SIGNING_STOPPED, "the signing key is not here: %s", path);
        return NULL;
    }
    seed = file_read(path, NOTE_SEED_BYTES, error);
    if (seed == NULL)
        return NULL;
    if (g_bytes_get_size(seed) != NOTE_SEED_BYTES) {
        error_set(error, ERROR_FORMAT, "%s is no key", path);
        return NULL;
    }
    return note_signer_new(key->name, g_bytes_get_data(seed, NULL), error);
}

/* ── checkpoints ─────────────────────────────────────────────────────────────────────────── */

char *signing_last(Store *store, GError **error)
{
    g_autofree char *path = store_path(store, CHECKPOINT_FILE);

    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return NULL;
    return read_text(store, CHECKPOINT_FILE, error);
}

static gboolean tree_of(Catalog *catalog, MerkleTree *tree, GError **error)
{
    MerkleSource source = tree_source(catalog_db(catalog));
    CatalogMark mark;

    if (!catalog_mark(catalog, &mark, error))
        return FALSE;
    tree->size = (guint64)mark.place.seq;
    return merkle_source_root(&source, tree->size, &tree->root, error);
}

/* What was signed before must be the beginning of what is signed now. */
static gboolean extends(Catalog *catalog, const MerkleTree *last, const MerkleTree *now,
                        GError **error)
{
    MerkleSource source = tree_source(catalog_db(catalog));
    MerkleHash root;

    if (now->size < last->size)
        return error_set(error, ERROR_SIGNING_STOPPED,
                         "%" G_GUINT64_FORMAT " records, %" G_GUINT64_FORMAT " were signed",
                         now->size, last->size);
    if (!merkle_source_root(&source, last->size, &root, error))
        return FALSE;
    return merkle_hash_equal(&root, &last->root) ||
           error_set(error, ERROR_SIGNING_STOPPED,
                     "the first %" G_GUINT64_FORMAT " records are not those that were signed",
                     last->size);
}

static gboolean check_last(const char *note, const NoteSigner *signer, Catalog *catalog,
                           const MerkleTree *now, gboolean *same, GError **error)
{
    g_auto(Checkpoint) last = {0};

    if (!checkpoint_verify(note, strlen(note), note_signer_key(signer), &last, error))
        return FALSE;
    *same = last.tree.size == now->size && merkle_hash_equal(&last.tree.root, &now->root);
    return *same || extends(catalog, &last.tree, now, error);
}

char *signing_checkpoint(Store *store, Catalog *catalog, GError **error)
{
    g_autoptr(NoteSigner) signer = load_signer(store, error);
    g_autofree char *path = store_path(store, CHECKPOINT_FILE);
    g_autoptr(GError) why = NULL;
    g_autofree char *last = signer != NULL ? signing_last(store, &why) : NULL;
    g_autofree char *note = NULL;
    gboolean same = FALSE;
    MerkleTree tree;

    if (why != NULL)
        g_propagate_error(error, g_steal_pointer(&why));
    else if (signer != NULL && tree_of(catalog, &tree, error) &&
             (last == NULL || check_last(last, signer, catalog, &tree, &same, error)))
        note = same ? g_steal_pointer(&last) : checkpoint_sign(&tree, signer, error);
    if (note != NULL && !same && !file_replace(path, 0644, note, strlen(note), error))
        return NULL;
    return g_steal_pointer(&note);
}

gboolean signing_note_size(const char *note, guint64 *size, GError **error)
{
    g_auto(Checkpoint) checkpoint = {0};
    gsize text_size;

    if (!note_split(note, strlen(note), &text_size, error) ||
        !checkpoint_parse(note, text_size, &checkpoint, error))
        return FALSE;
    *size = checkpoint.tree.size;
    return TRUE;
}
