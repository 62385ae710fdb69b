/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/signing.h"

#include "storage/catalog_query.h"
#include "storage/tree.h"

#include <sodium.h>
#include <string.h>

#define SEED_FILE       "keys/signing.seed"
#define VKEY_FILE       "keys/log.vkey"
#define CHECKPOINT_FILE "journal/checkpoint"
#define NEXT            ".next" /* a key whose epoch is not recorded yet */

/* ── the key ─────────────────────────────────────────────────────────────────────────────── */

/* Which pair of files a key is. */
typedef struct {
    const char *seed, *vkey; /* below the data folder */
} KeyFiles;

static const KeyFiles in_use = {SEED_FILE, VKEY_FILE}, waiting = {SEED_FILE NEXT, VKEY_FILE NEXT};

static gboolean create_key(const char *data_folder, const KeyFiles *files, const char *origin,
                           const Random *random, GError **error)
{
    g_autofree char *seed_path = g_build_filename(data_folder, files->seed, NULL);
    g_autofree char *vkey_path = g_build_filename(data_folder, files->vkey, NULL);
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

gboolean signing_key_create(const char *data_folder, const char *origin, const Random *random,
                            GError **error)
{
    return create_key(data_folder, &in_use, origin, random, error);
}

static char *text_in(const char *data_folder, const char *relative, GError **error)
{
    g_autofree char *path = g_build_filename(data_folder, relative, NULL);
    g_autoptr(GBytes) bytes = file_read(path, NOTE_BYTES_MAX, error);

    return bytes != NULL ? g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes)) : NULL;
}

static char *read_text(Store *store, const char *relative, GError **error)
{
    return text_in(store_folder(store), relative, error);
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

/* ── epochs ──────────────────────────────────────────────────────────────────────────────── */

/* The number of epochs that were begun, and the vkey of the last ("" where there is none). */
static gboolean epochs_of(Catalog *catalog, gint64 *n, char **vkey, GError **error)
{
    g_autoptr(json_t) row = db_row(
        catalog_db(catalog), error,
        "SELECT (SELECT count(*) FROM event WHERE act = 'log.epoch' AND act <> 'side') AS n,"
        " (SELECT json_extract(key, '$.vkey') FROM event WHERE act = 'log.epoch' AND act <> 'side'"
        "  ORDER BY seq DESC LIMIT 1) AS vkey",
        "");

    if (row == NULL)
        return FALSE;
    *n = json_int(row, "n", 0);
    *vkey = g_strdup(json_text(row, "vkey") != NULL ? json_text(row, "vkey") : "");
    return TRUE;
}

static gboolean move_over(Store *store, const char *from, const char *to, GError **error)
{
    g_autofree char *a = store_path(store, from), *b = store_path(store, to);
    g_autofree char *folder = g_path_get_dirname(b);

    return !g_file_test(a, G_FILE_TEST_EXISTS) ||
           (file_rename(a, b, error) && file_sync_folder(folder, error));
}

/* Takes a waiting key over when its record is there. The published key goes last: until then all
 * of it is done again. */
static gboolean settle_epoch(Store *store, Catalog *catalog, GError **error)
{
    g_autofree char *path = store_path(store, waiting.vkey);
    g_autofree char *next = NULL, *recorded = NULL, *old = NULL;
    gint64 n;

    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return TRUE;
    next = read_text(store, waiting.vkey, error);
    if (next == NULL || !epochs_of(catalog, &n, &recorded, error))
        return FALSE;
    if (strcmp(g_strchomp(next), recorded) != 0)
        return TRUE;
    old = g_strdup_printf(CHECKPOINT_FILE ".%" G_GINT64_FORMAT, n);
    return move_over(store, CHECKPOINT_FILE, old, error) &&
           move_over(store, waiting.seed, in_use.seed, error) &&
           move_over(store, waiting.vkey, in_use.vkey, error);
}

typedef struct {
    const SigningEpoch *epoch;
    const char *origin, *vkey, *last;
} EpochRecord;

static gboolean epoch_command(StoreTxn *txn, void *data, GError **error)
{
    const EpochRecord *r = data;

    return txn_append(txn, "log.epoch", NULL,
                      json_pack("{s:s, s:s, s:s, s:s, s:s*}", "origin", r->origin, "vkey", r->vkey,
                                "reason", r->epoch->reason, "second", r->epoch->second, "last",
                                r->last),
                      error);
}

/* The key waits, its record is written, then it is taken over. */
static gboolean begin_epoch(Store *store, const StoreActor *actor, EpochRecord *record,
                            GError **error)
{
    g_autoptr(Catalog) after = NULL;

    if (!store_write(store, actor, epoch_command, record, error))
        return FALSE;
    after = store_reader(store, error);
    return after != NULL && settle_epoch(store, after, error);
}

static gboolean check_epoch(const StoreActor *actor, const SigningEpoch *epoch, GError **error)
{
    if (epoch->second == NULL || strcmp(epoch->second, actor->actor) == 0)
        return error_set(error, ERROR_SECOND_PERSON, "a new epoch");
    return (epoch->reason != NULL && *epoch->reason != '\0') ||
           error_set(error, ERROR_INVALID, "a new epoch has a reason");
}

char *signing_new_epoch(Store *store, const StoreActor *actor, const SigningEpoch *epoch,
                        GError **error)
{
    g_autoptr(Catalog) catalog = store_reader(store, error);
    g_autofree char *before = NULL, *origin = NULL, *first = NULL, *vkey = NULL, *last = NULL;
    EpochRecord record = {.epoch = epoch};
    gint64 n;

    if (!check_epoch(actor, epoch, error) || catalog == NULL ||
        !settle_epoch(store, catalog, error) || !epochs_of(catalog, &n, &before, error))
        return NULL;
    first = catalog_setting(catalog, "origin", error);
    if (first == NULL)
        return NULL;
    origin = g_strdup_printf("%s/epoch-%" G_GINT64_FORMAT, first, n + 2);
    last = signing_last(store, NULL);
    if (!create_key(store_folder(store), &waiting, origin, store_random(store), error))
        return NULL;
    vkey = read_text(store, waiting.vkey, error);
    if (vkey == NULL)
        return NULL;
    g_strchomp(vkey);
    record.origin = origin;
    record.vkey = vkey;
    record.last = last;
    return begin_epoch(store, actor, &record, error) ? g_steal_pointer(&vkey) : NULL;
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

static char *sign_now(Store *store, Catalog *catalog, GError **error)
{
    gboolean settled = settle_epoch(store, catalog, error);
    g_autoptr(NoteSigner) signer = settled ? load_signer(store, error) : NULL;
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

/* One signs at a time: what is signed last is the longest. */
static Fd lock_checkpoint(Store *store, GError **error)
{
    g_autofree char *folder = store_path(store, "journal");

    return file_lock_folder(folder, error);
}

char *signing_checkpoint(Store *store, GError **error)
{
    g_auto(Fd) lock = lock_checkpoint(store, error);
    g_autoptr(Catalog) reader = lock >= 0 ? store_reader(store, error) : NULL;

    return reader != NULL ? sign_now(store, reader, error) : NULL;
}

gboolean signing_drop_earlier(const char *data_folder, GError **error)
{
    g_autofree char *path = g_build_filename(data_folder, CHECKPOINT_FILE, NULL);
    g_autofree char *vkey = text_in(data_folder, VKEY_FILE, NULL);
    g_autofree char *note = text_in(data_folder, CHECKPOINT_FILE, NULL);
    g_autoptr(NoteKey) key = vkey != NULL ? note_key_parse(vkey, NULL) : NULL;
    g_autofree char *origin = note != NULL ? checkpoint_origin(note, strlen(note)) : NULL;

    /* What is missing or no checkpoint at all is not judged here: fsck names it. */
    return key == NULL || origin == NULL || strcmp(origin, key->name) == 0 ||
           file_unlink(path, error);
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
