/* SPDX-License-Identifier: Apache-2.0
 *
 * The truth: journal, secrets, definitions.
 *
 * The chain alone tells whether the journal is whole. Where it is not, each record is held against
 * the leaf hash that the catalogue keeps, so that every damaged one is named, not the first alone.
 */
#include "storage/fsck_intern.h"

#include "appliance/base/text.h"
#include "storage/catalog_keeping.h"
#include "storage/catalog_query.h"
#include "storage/secrets.h"
#include "storage/signing.h"
#include "storage/tree.h"

#include <string.h>

typedef struct {
    Fsck *fsck;
    char prev[2 * SHA256_DIGEST_SIZE + 1];
    gint64 records; /* of the catalogue's mark: behind them nothing is looked at */
    gboolean at_end;
    char *opened_path;  /* the secrets file read last, and its lines */
    GHashTable *opened; /* commitment → line */
} Truth;

/* ── secrets, definitions ────────────────────────────────────────────────────────────────── */

static gboolean open_secrets(Truth *truth, const char *path)
{
    g_autofree char *full = store_path(truth->fsck->store, path);
    g_autoptr(GBytes) bytes = NULL;
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    if (g_strcmp0(truth->opened_path, path) == 0)
        return TRUE;
    bytes = file_read(full, SECRETS_FILE_MAX, NULL);
    if (bytes == NULL)
        return FALSE;
    g_free(truth->opened_path);
    truth->opened_path = g_strdup(path);
    g_hash_table_remove_all(truth->opened);
    text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++)
        if (strlen(lines[i]) > 64)
            g_hash_table_insert(truth->opened, g_strndup(lines[i], 64), g_strdup(lines[i]));
    return TRUE;
}

static char *secret_path_of(const json_t *record)
{
    if (strcmp(json_text(record, "act"), "side") == 0)
        return secrets_batch_path(json_text(record, "day"), json_int(record, "batch", 0));
    return json_text(record, "case") != NULL ? secrets_case_path(json_text(record, "case")) : NULL;
}

/* A secret may be gone where its case was destroyed; a side's is the case it was in last. */
static gboolean may_be_gone(const Truth *truth, const json_t *record, const char *line,
                            const char *commitment)
{
    g_autoptr(json_t) side = NULL;
    const char *number = json_text(record, "case");
    gboolean destroyed = FALSE;

    if (!secret_is_destroyed(line, commitment))
        return FALSE;
    if (strcmp(json_text(record, "act"), "side") == 0) {
        side = catalog_side(truth->fsck->reader, json_int(record, "batch", 0),
                            json_int(record, "sheet", 0), json_text(record, "side"), NULL);
        number = json_text(side, "case");
    }
    return number != NULL && catalog_is_destroyed(truth->fsck->reader, number, &destroyed, NULL) &&
           destroyed;
}

static void check_secret(Truth *truth, const json_t *record, gint64 seq)
{
    const char *commitment = json_text(record, "secret");
    g_autofree char *path = commitment != NULL ? secret_path_of(record) : NULL;
    const char *line;
    g_autoptr(json_t) data = NULL;

    if (path == NULL)
        return;
    truth->fsck->summary->secrets++;
    line = open_secrets(truth, path) ? g_hash_table_lookup(truth->opened, commitment) : NULL;
    data = line != NULL ? secret_open_line(line, commitment) : NULL;
    if (data == NULL && !(line != NULL && may_be_gone(truth, record, line, commitment))) {
        truth->fsck->summary->is_truth_whole = FALSE;
        fsck_error(truth->fsck, "secret", path,
                   "the personal data of record %" G_GINT64_FORMAT " is missing or changed", seq);
    }
}

static void check_definition(Truth *truth, const json_t *record, gint64 seq)
{
    const char *digest = json_text(record, "digest");
    g_autofree char *path = g_strdup_printf("defs/%s", digest);
    g_autoptr(GError) why = NULL;
    g_autoptr(GBytes) bytes = NULL;

    if (strcmp(json_text(record, "act"), "definition") != 0)
        return;
    truth->fsck->summary->definitions++;
    bytes = store_definition(truth->fsck->store, digest, &why);
    if (bytes == NULL) {
        truth->fsck->summary->is_truth_whole = FALSE;
        fsck_error(truth->fsck, "definition", path,
                   "the definition of record %" G_GINT64_FORMAT " is missing or changed", seq);
    }
}

/* ── the journal ─────────────────────────────────────────────────────────────────────────── */

static gboolean visit(const char *line, gsize size, const json_t *record, JournalPlace next,
                      void *data, GError **error)
{
    Truth *truth = data;
    guint8 leaf[SHA256_DIGEST_SIZE];
    g_autofree char *hex = NULL;

    if (next.seq > truth->records) {
        truth->at_end = TRUE;
        return error_set(error, ERROR_CANCELLED, "end");
    }
    if (g_strcmp0(json_text(record, "prev"), truth->prev) != 0 || json_text(record, "act") == NULL)
        return error_set(error, ERROR_JOURNAL_DAMAGED,
                         "record %" G_GINT64_FORMAT " does not follow the one before",
                         next.seq - 1);
    journal_leaf_hash(line, size, leaf);
    hex = hex_encode(leaf, sizeof leaf);
    g_strlcpy(truth->prev, hex, sizeof truth->prev);
    truth->fsck->summary->records++;
    check_secret(truth, record, next.seq - 1);
    check_definition(truth, record, next.seq - 1);
    return fsck_pace(truth->fsck, 0, error);
}

/* One record against the leaf hash of the catalogue. */
static gboolean check_leaf(Fsck *fsck, const json_t *row, GError **error G_GNUC_UNUSED)
{
    g_autofree char *folder = store_path(fsck->store, "journal");
    JournalPlace place = {json_int(row, "seq", 0), json_int(row, "at", 0)};
    g_autofree char *full = journal_segment_path(folder, place.seq);
    g_autofree char *name = g_path_get_basename(full);
    g_autofree char *path = g_strdup_printf("journal/%s", name);
    g_autofree char *line = journal_read(folder, place, NULL);
    g_autofree char *hex = NULL;
    guint8 leaf[SHA256_DIGEST_SIZE];

    if (line != NULL) {
        journal_leaf_hash(line, strlen(line), leaf);
        hex = hex_encode(leaf, sizeof leaf);
    }
    if (g_strcmp0(hex, json_text(row, "hash")) != 0)
        fsck_error(fsck, "journal", path,
                   "record %" G_GINT64_FORMAT " is not the one that was acknowledged", place.seq);
    return TRUE;
}

static gboolean name_damage(Fsck *fsck, GError **error)
{
    g_autoptr(json_t) last = NULL;

    do {
        json_t *rows = db_rows(catalog_db(fsck->reader), error,
                               "SELECT seq, hash, at FROM leaf WHERE seq > ? ORDER BY seq LIMIT ?",
                               "ii", json_int(last, "seq", -1), FSCK_PAGE_ROWS);

        if (!fsck_page(fsck, rows, check_leaf, &last, error))
            return FALSE;
    } while (last != NULL);
    return TRUE;
}

static gboolean check_journal(Truth *truth, const CatalogMark *mark, GError **error)
{
    Fsck *fsck = truth->fsck;
    g_autofree char *folder = store_path(fsck->store, "journal");
    g_autoptr(GError) why = NULL;
    JournalPlace place = {0};
    gint64 before = fsck->summary->errors;
    gboolean walked = journal_walk(folder, &place, visit, truth, &why) || truth->at_end;

    if (!walked && error_code(why) == ERROR_CANCELLED) {
        g_propagate_error(error, g_steal_pointer(&why));
        return FALSE;
    }
    if (walked && place.seq == mark->place.seq && strcmp(truth->prev, mark->last_leaf) == 0)
        return TRUE;
    fsck->summary->is_truth_whole = FALSE;
    if (!name_damage(fsck, error))
        return FALSE;
    /* Every record is the one of its leaf: then it is the end that is wrong. */
    if (fsck->summary->errors == before)
        fsck_error(fsck, walked && place.seq >= mark->place.seq ? "catalogue" : "journal",
                   walked && place.seq >= mark->place.seq ? "catalogue.db" : "journal", "%s",
                   why != NULL ? why->message : "the journal and its mark end differently");
    return TRUE;
}

/* ── the last checkpoint ─────────────────────────────────────────────────────────────────── */

static gboolean checkpoint_holds(Fsck *fsck, const char *note, GError **error)
{
    MerkleSource source = tree_source(catalog_db(fsck->reader));
    g_autofree char *vkey = signing_vkey(fsck->store, error);
    g_autoptr(NoteKey) key = vkey != NULL ? note_key_parse(vkey, error) : NULL;
    g_auto(Checkpoint) last = {0};
    CatalogMark mark;
    MerkleHash root;

    if (key == NULL || !checkpoint_verify(note, strlen(note), key, &last, error) ||
        !catalog_mark(fsck->reader, &mark, error))
        return FALSE;
    if ((gint64)last.tree.size > mark.place.seq)
        return error_set(error, ERROR_SIGNING_STOPPED,
                         "%" G_GUINT64_FORMAT " records were signed, %" G_GINT64_FORMAT
                         " are there",
                         last.tree.size, mark.place.seq);
    return merkle_source_root(&source, last.tree.size, &root, error) &&
           (merkle_hash_equal(&root, &last.tree.root) ||
            error_set(error, ERROR_SIGNING_STOPPED, "the records are not those that were signed"));
}

static void check_checkpoint(Fsck *fsck)
{
    g_autoptr(GError) why = NULL;
    g_autofree char *note = signing_last(fsck->store, &why);

    if (why == NULL && (note == NULL || checkpoint_holds(fsck, note, &why)))
        return;
    fsck_error(fsck, "checkpoint", "journal/checkpoint", "%s", why->message);
}

gboolean fsck_truth(Fsck *fsck, GError **error)
{
    g_autoptr(GHashTable) opened = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    Truth truth = {.fsck = fsck, .opened = opened};
    CatalogMark mark;
    gboolean ok;

    fsck->summary->is_truth_whole = TRUE;
    if (!catalog_mark(fsck->reader, &mark, error))
        return FALSE;
    truth.records = mark.place.seq;
    ok = check_journal(&truth, &mark, error);
    g_free(truth.opened_path);
    if (ok)
        check_checkpoint(fsck);
    return ok;
}
