/* SPDX-License-Identifier: Apache-2.0
 *
 * What our own bundles carry beside the payload: volumes.txt, and audit/ with the checkpoint of the
 * log, the records of seal and export, and their proofs. Foreign bags have neither.
 */
#include "storage/bag_verify.h"

#include "appliance/base/json.h"
#include "appliance/base/text.h"
#include "storage/ocfl.h"
#include "storage/proof.h"
#include "storage/seal.h"

#include <stdio.h>
#include <string.h>

#define CHECKPOINT   "audit/checkpoint"
#define LOG_KEY      "audit/log.vkey"
#define MANIFEST     "manifest-sha512.txt"
#define PROOF_SUFFIX ".tlog-proof"
#define ENTRY_SUFFIX ".entry"
#define CASES        "audit/cases/"
#define ENTRY_MAX    65535
#define SMALL_MAX    ((gsize)1024 * 1024)

/* The proofs while they are checked; all must end in one checkpoint. */
typedef struct {
    Bag *bag;
    const NoteKey *key;
    GBytes *note;
    Checkpoint checkpoint;
    GArray *order; /* members by path */
    guint64 refused;
} Audit;

static const ArchiveMember *find_file(const Bag *bag, const char *path)
{
    const ArchiveMember *member = archive_find(bag->archive, path);

    return member != NULL && member->kind == ARCHIVE_FILE ? member : NULL;
}

/* A small file, NULL when it is not there or cannot be read (then reported). */
static GBytes *read_file(Bag *bag, const char *path, gsize max)
{
    const ArchiveMember *member = find_file(bag, path);
    g_autoptr(GError) error = NULL;
    GBytes *bytes = member != NULL ? archive_read_all(bag->archive, member, max, &error) : NULL;

    if (error != NULL)
        judge_find(bag->judge, FOUND_READ, path, "%s", error->message);
    return bytes;
}

/* SHA-512 of manifest-sha512.txt in hex, which names the payload; NULL without that manifest. */
static char *manifest_digest(Bag *bag)
{
    const ArchiveMember *member = find_file(bag, MANIFEST);
    g_autoptr(ArchiveReader) reader = NULL;
    g_autofree guint8 *block = g_malloc(ARCHIVE_BLOCK_BYTES);
    struct sha512_ctx context;
    guint8 digest[SHA512_DIGEST_SIZE];
    gssize n;

    if (member == NULL)
        return NULL;
    reader = archive_reader_new(bag->archive, member, NULL);
    sha512_init(&context);
    while (reader != NULL &&
           (n = archive_reader_read(reader, block, ARCHIVE_BLOCK_BYTES, NULL)) > 0)
        sha512_update(&context, (gsize)n, block);
    sha512_digest(&context, sizeof digest, digest);
    return hex_encode(digest, sizeof digest);
}

/* The line of this volume against the bag itself. */
static void judge_own_line(Bag *bag, char *const *words)
{
    const VerifySummary *summary = bag->judge->summary;
    g_autofree char *digest = manifest_digest(bag);
    g_autofree char *oxum =
        g_strdup_printf("%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT, summary->bytes, summary->files);

    if (g_strcmp0(words[2], digest) != 0)
        judge_find(bag->judge, FOUND_VOLUMES, "volumes.txt", "another digest of " MANIFEST);
    if (strcmp(words[3], oxum) != 0)
        judge_find(bag->judge, FOUND_VOLUMES, "volumes.txt", "another Payload-Oxum: %s", oxum);
}

static void volume_line(Bag *bag, const char *path, const char *line, guint64 number, void *data)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    guint *lines = data;
    guint64 volume;

    (*lines)++;
    if (g_strv_length(words) != 4 || !decimal_parse(words[0], strlen(words[0]), &volume) ||
        volume != *lines || strlen(words[2]) != (gsize)2 * SHA512_DIGEST_SIZE)
        judge_find(bag->judge, FOUND_VOLUMES, path, "line %" G_GUINT64_FORMAT, number);
    else if (volume == bag->judge->summary->volume)
        judge_own_line(bag, words);
}

void bag_judge_volumes(Bag *bag)
{
    const ArchiveMember *member = find_file(bag, "volumes.txt");
    const VerifySummary *summary = bag->judge->summary;
    guint lines = 0;

    /* Others may have a file of this name: it is ours where the bag is one of several. */
    if (member == NULL || summary->volumes <= 1)
        return;
    bag_each_line(bag, member, volume_line, &lines);
    if (lines != summary->volumes)
        judge_find(bag->judge, FOUND_VOLUMES, "volumes.txt", "%u lines, but Bag-Count %u of %u",
                   lines, summary->volume, summary->volumes);
}

static void refuse(Audit *audit, const char *path, const char *why)
{
    audit->refused++;
    judge_find(audit->bag->judge, FOUND_PROOF, path, "%s", why);
}

static void missing(Audit *audit, const char *path)
{
    audit->refused++;
    judge_find(audit->bag->judge, FOUND_PROOF_MISSING, path, "%s", "");
}

/* A proof ends in the one checkpoint of the bundle. */
static gboolean ends_here(const Audit *audit, const ProofFile *file)
{
    return file->note_size == g_bytes_get_size(audit->note) &&
           memcmp(file->note, g_bytes_get_data(audit->note, NULL), file->note_size) == 0;
}

/* The record beside a proof, once the proof holds; NULL otherwise. */
static GBytes *proven_record(Audit *audit, const char *proof_path)
{
    g_autofree char *stem = g_strndup(proof_path, strlen(proof_path) - strlen(PROOF_SUFFIX));
    g_autofree char *record_path = g_strconcat(stem, ENTRY_SUFFIX, NULL);
    g_autoptr(GBytes) proof = read_file(audit->bag, proof_path, PROOF_BYTES_MAX);
    g_autoptr(GBytes) record = read_file(audit->bag, record_path, ENTRY_MAX);
    g_autoptr(GError) error = NULL;
    const char *text = proof != NULL ? g_bytes_get_data(proof, NULL) : NULL;
    gsize size = proof != NULL ? g_bytes_get_size(proof) : 0;
    ProofFile file;
    MerkleHash leaf;

    if (record == NULL) {
        missing(audit, record_path);
        return NULL;
    }
    merkle_leaf(g_bytes_get_data(record, NULL), g_bytes_get_size(record), &leaf);
    if (text == NULL || !proof_parse_inclusion(text, size, &file, &error)) {
        refuse(audit, proof_path, error != NULL ? error->message : "empty");
        return NULL;
    }
    if (!ends_here(audit, &file)) {
        refuse(audit, proof_path, "the proof ends in another checkpoint");
        return NULL;
    }
    if (!proof_check_inclusion(text, size, audit->key, &leaf, NULL, &error)) {
        refuse(audit, proof_path, error->message);
        return NULL;
    }
    return g_steal_pointer(&record);
}

static json_t *record_json(Audit *audit, const char *path, GBytes *record)
{
    g_autoptr(GError) error = NULL;
    json_t *json = json_parse(g_bytes_get_data(record, NULL), g_bytes_get_size(record), path,
                              ERROR_FORMAT, &error);

    if (json == NULL)
        refuse(audit, path, error->message);
    return json;
}

/* The digest over the files of a case as the manifest has them; *files counts them. */
static char *case_digest(const Audit *audit, const char *name, guint64 *files, gboolean *whole)
{
    const Bag *bag = audit->bag;
    g_autofree char *prefix = g_strdup_printf("data/%s/", name);
    guint end, first = judge_below(bag->archive, audit->order, prefix, &end);
    SealDigest seal;

    *whole = TRUE;
    seal_digest_init(&seal);
    for (guint i = first; i < end; i++) {
        guint index = g_array_index(audit->order, guint, i);
        const ArchiveMember *member = archive_member(bag->archive, index);

        if (member->kind != ARCHIVE_FILE)
            continue;
        if (!expected_has(&bag->payload, HASH_SHA256, index)) {
            *whole = FALSE; /* reported as not listed */
            continue;
        }
        seal_digest_add(&seal, member->path + strlen(prefix),
                        expected_digest(&bag->payload, HASH_SHA256, index));
    }
    *files = seal.files;
    return seal_digest_finish(&seal);
}

/* One file of the sealed inventory against the payload; FALSE when it is not in this bag. */
static gboolean judge_sealed_file(Audit *audit, const char *name, const char *logical,
                                  const char *hex)
{
    const Bag *bag = audit->bag;
    g_autofree char *path = g_strdup_printf("data/%s/%s", name, logical);
    g_autofree char *lower = g_ascii_strdown(hex, -1);
    const ArchiveMember *member = find_file(bag, path);
    guint8 digest[SHA512_DIGEST_SIZE];
    guint index;

    if (member == NULL)
        return FALSE;
    index = archive_index(bag->archive, member);
    if (!hex_decode(lower, digest, sizeof digest) ||
        !expected_has(&bag->payload, HASH_SHA512, index) ||
        memcmp(expected_digest(&bag->payload, HASH_SHA512, index), digest, sizeof digest) != 0)
        judge_find(bag->judge, FOUND_SEAL, path, "another digest than in the sealed inventory");
    return TRUE;
}

/* Every file of the head version is there as it was sealed, and no other. */
static void judge_inventory_content(Audit *audit, const char *name, const json_t *inventory)
{
    Judge *judge = audit->bag->judge;
    g_autofree char *prefix = g_strdup_printf("data/%s/", name);
    const char *head = json_text(inventory, "head"), *digest;
    json_t *versions = json_object_get(inventory, "versions"), *state, *paths, *path;
    guint end, first = judge_below(audit->bag->archive, audit->order, prefix, &end);
    guint sealed = 0, found = 0, there = 0;
    gsize i;

    state = json_object_get(json_object_get(versions, head != NULL ? head : ""), "state");
    json_object_foreach(state, digest, paths)
    {
        json_array_foreach(paths, i, path)
        {
            sealed++;
            found += json_is_string(path) &&
                     judge_sealed_file(audit, name, json_string_value(path), digest);
        }
    }
    for (guint at = first; at < end; at++)
        there +=
            archive_member(audit->bag->archive, g_array_index(audit->order, guint, at))->kind ==
            ARCHIVE_FILE;
    if (found < sealed && judge->summary->volumes > 1)
        judge_find(judge, FOUND_CASE_SPLIT, name, "%u of %u", found, sealed);
    else if (found < sealed || there > found)
        judge_find(judge, FOUND_SEAL, name, "%u files sealed, %u of them here among %u", sealed,
                   found, there);
}

/* A seal that names the OCFL inventory of the case: audit/cases/<case>/inventory.json is it. */
static void judge_sealed_inventory(Audit *audit, const char *name, const char *wanted)
{
    g_autofree char *path = g_strdup_printf(CASES "%s/inventory.json", name);
    g_autoptr(GBytes) bytes = read_file(audit->bag, path, OCFL_INVENTORY_MAX);
    g_autofree char *hex = NULL;
    g_autoptr(json_t) inventory = NULL;

    if (bytes == NULL) {
        missing(audit, path);
        return;
    }
    hex = g_compute_checksum_for_bytes(G_CHECKSUM_SHA512, bytes);
    if (strcmp(hex, wanted) != 0) {
        judge_find(audit->bag->judge, FOUND_SEAL, path, "expected %s, found %s", wanted, hex);
        return;
    }
    inventory = record_json(audit, path, bytes);
    if (inventory != NULL)
        judge_inventory_content(audit, name, inventory);
}

/* A seal that names the digest over the lines of its files. */
static void judge_sealed_lines(Audit *audit, const char *name, const json_t *json)
{
    const char *wanted = json_text(json, "digest");
    Judge *judge = audit->bag->judge;
    guint64 files;
    gboolean whole;
    g_autofree char *digest = case_digest(audit, name, &files, &whole);

    if (judge->summary->volumes > 1 && (gint64)files < json_int(json, "files", 0))
        judge_find(judge, FOUND_CASE_SPLIT, name, "%" G_GUINT64_FORMAT " of %" G_GINT64_FORMAT,
                   files, json_int(json, "files", 0));
    else if (!whole || strcmp(wanted, digest) != 0)
        judge_find(judge, FOUND_SEAL, name, "expected %s, found %s", wanted, digest);
}

/* The content of a case against the record that sealed it. */
static void judge_seal(Audit *audit, const char *path, const char *name, GBytes *record)
{
    g_autoptr(json_t) json = record_json(audit, path, record);
    const char *act = json_text(json, "act");

    if (json == NULL)
        return;
    if ((g_strcmp0(act, "seal") != 0 && g_strcmp0(act, "case.seal") != 0) ||
        g_strcmp0(json_text(json, "case"), name) != 0)
        refuse(audit, path, "the record is not the seal of this case");
    else if (json_text(json, "digest") != NULL)
        judge_sealed_lines(audit, name, json);
    else if (json_text(json, "inventory") != NULL)
        judge_sealed_inventory(audit, name, json_text(json, "inventory"));
    else
        refuse(audit, path, "the seal names no digest");
}

/* "manifest": one "sha512:<hex>", or a list of them with volumes. */
static gboolean names_manifest(const json_t *manifest, const char *digest)
{
    g_autofree char *wanted = g_strconcat("sha512:", digest, NULL);
    const json_t *item;
    gsize i;

    if (json_is_string(manifest))
        return strcmp(json_string_value(manifest), wanted) == 0;
    json_array_foreach(manifest, i, item)
    {
        if (g_strcmp0(json_string_value(item), wanted) == 0)
            return TRUE;
    }
    return FALSE;
}

/* A case that the export names: it is in the bag, and so is its seal unless it was still open. */
static void judge_exported_case(Audit *audit, const char *name)
{
    g_autofree char *prefix = g_strdup_printf("data/%s/", name);
    g_autofree char *proof = g_strdup_printf(CASES "%s/seal" PROOF_SUFFIX, name);
    guint end, first = judge_below(audit->bag->archive, audit->order, prefix, &end);

    if (first < end && find_file(audit->bag, proof) == NULL)
        judge_find(audit->bag->judge, FOUND_UNSEALED, prefix, "%s", "");
    if (first == end && audit->bag->judge->summary->volumes <= 1)
        judge_find(audit->bag->judge, FOUND_EXPORT, prefix, "the case is not in the bag");
}

static void judge_export(Audit *audit, const char *path, GBytes *record)
{
    g_autoptr(json_t) json = record_json(audit, path, record);
    g_autofree char *digest = manifest_digest(audit->bag);
    Judge *judge = audit->bag->judge;
    const json_t *item;
    gsize i;

    if (json == NULL)
        return;
    if (g_strcmp0(json_text(json, "act"), "export") != 0 &&
        g_strcmp0(json_text(json, "act"), "bundle") != 0) {
        refuse(audit, path, "the record is not of an export");
        return;
    }
    if (digest == NULL || !names_manifest(json_object_get(json, "manifest"), digest))
        judge_find(judge, FOUND_EXPORT, MANIFEST, "sha512:%s", digest != NULL ? digest : "none");
    json_array_foreach(json_object_get(json, "cases"), i, item)
    {
        if (json_is_string(item))
            judge_exported_case(audit, json_string_value(item));
    }
}

/* Check one proof and what its record says. */
static void judge_proof(Audit *audit, const char *path)
{
    g_autoptr(GBytes) record = proven_record(audit, path);
    const char *below, *slash;
    g_autofree char *name = NULL;

    if (record == NULL)
        return;
    if (strcmp(path, "audit/export" PROOF_SUFFIX) == 0)
        judge_export(audit, path, record);
    if (!g_str_has_prefix(path, CASES))
        return;
    below = path + strlen(CASES);
    slash = strchr(below, '/');
    if (slash == NULL || strcmp(slash, "/seal" PROOF_SUFFIX) != 0)
        return;
    name = g_strndup(below, (gsize)(slash - below));
    judge_seal(audit, path, name, record);
}

/* Why the checkpoint of the last visit is none of this key. One of another epoch has another key,
 * and whoever brings it should hear that, not that a signature is missing. */
static void refuse_old(Audit *audit, const GError *why)
{
    const VerifyOptions *options = audit->bag->judge->options;
    g_autofree char *origin =
        checkpoint_origin(options->old_checkpoint, options->old_checkpoint_size);
    g_autofree char *detail = NULL;

    if (origin != NULL && strcmp(origin, audit->key->name) != 0)
        detail = g_strdup_printf("the checkpoint of the last visit is of %s, the key of %s", origin,
                                 audit->key->name);
    refuse(audit, NULL, detail != NULL ? detail : why->message);
}

/* From the checkpoint of the last visit to the one inside. */
static void judge_consistency(Audit *audit)
{
    const VerifyOptions *options = audit->bag->judge->options;
    g_auto(Checkpoint) old = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;
    g_autoptr(GBytes) proof = NULL;
    ProofFile file;

    if (options->old_checkpoint == NULL)
        return;
    if (!checkpoint_verify(options->old_checkpoint, options->old_checkpoint_size, audit->key, &old,
                           &error)) {
        refuse_old(audit, error);
        return;
    }
    path = g_strdup_printf("audit/consistency-%" G_GUINT64_FORMAT, old.tree.size);
    proof = read_file(audit->bag, path, PROOF_BYTES_MAX);
    if (proof == NULL && old.tree.size == audit->checkpoint.tree.size) {
        /* Nothing came in between: the roots tell it without a proof. */
        if (!merkle_hash_equal(&old.tree.root, &audit->checkpoint.tree.root))
            refuse(audit, CHECKPOINT, "same size, but another root than at the last visit");
    } else if (proof == NULL) {
        missing(audit, path);
    } else if (!proof_check_consistency(g_bytes_get_data(proof, NULL), g_bytes_get_size(proof),
                                        audit->key, &old.tree.root, NULL, &error)) {
        refuse(audit, path, error->message);
    } else if (!proof_parse_consistency(g_bytes_get_data(proof, NULL), g_bytes_get_size(proof),
                                        &file, NULL) ||
               !ends_here(audit, &file) || file.number != old.tree.size) {
        refuse(audit, path, "the proof is of other checkpoints");
    }
    audit->bag->judge->summary->extends_old = audit->refused == 0;
}

/* The key inside: what the proofs are checked by when nothing came from outside. */
static NoteKey *key_inside(Bag *bag)
{
    g_autoptr(GBytes) bytes = read_file(bag, LOG_KEY, SMALL_MAX);
    g_autofree char *text =
        bytes != NULL ? g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes)) : NULL;
    const NoteKey *outside = bag->judge->options->key;
    NoteKey *key = text != NULL ? note_key_parse(text, NULL) : NULL;

    if (key != NULL && outside != NULL &&
        (strcmp(key->name, outside->name) != 0 ||
         memcmp(key->public_key, outside->public_key, NOTE_KEY_BYTES) != 0))
        judge_find(bag->judge, FOUND_PROOF_KEY, LOG_KEY, "%s", key->name);
    return key;
}

/* Every proof below audit/, every case of the payload that should have one, and the export. */
static void judge_proofs(Audit *audit)
{
    Bag *bag = audit->bag;
    guint end, first = judge_below(bag->archive, audit->order, "audit/", &end);

    for (guint i = first; i < end; i++) {
        const ArchiveMember *member =
            archive_member(bag->archive, g_array_index(audit->order, guint, i));
        g_autofree char *stem = NULL;
        g_autofree char *proof = NULL;

        if (member->kind != ARCHIVE_FILE)
            continue;
        if (g_str_has_suffix(member->path, PROOF_SUFFIX))
            judge_proof(audit, member->path);
        if (!g_str_has_suffix(member->path, ENTRY_SUFFIX))
            continue;
        stem = g_strndup(member->path, strlen(member->path) - strlen(ENTRY_SUFFIX));
        proof = g_strconcat(stem, PROOF_SUFFIX, NULL);
        if (find_file(bag, proof) == NULL)
            missing(audit, proof);
    }
    if (find_file(bag, "audit/export" PROOF_SUFFIX) == NULL)
        missing(audit, "audit/export" PROOF_SUFFIX);
    judge_consistency(audit);
}

static void judge_checkpoint(Audit *audit)
{
    VerifySummary *summary = audit->bag->judge->summary;
    g_autoptr(GError) error = NULL;

    if (!checkpoint_verify(g_bytes_get_data(audit->note, NULL), g_bytes_get_size(audit->note),
                           audit->key, &audit->checkpoint, &error)) {
        refuse(audit, CHECKPOINT, error->message);
        return;
    }
    summary->log_size = audit->checkpoint.tree.size;
    judge_proofs(audit);
}

void bag_judge_audit(Bag *bag)
{
    const NoteKey *outside = bag->judge->options->key;
    VerifySummary *summary = bag->judge->summary;
    g_autoptr(GArray) order = judge_order(bag->archive);
    g_autoptr(GBytes) note = read_file(bag, CHECKPOINT, SMALL_MAX);
    g_autoptr(NoteKey) inside = note != NULL ? key_inside(bag) : NULL;
    Audit audit = {
        .bag = bag, .key = outside != NULL ? outside : inside, .note = note, .order = order};

    /* Without both files it is not one of ours; nobody expects proofs unless she brings a key. */
    if (outside == NULL && bag->judge->options->old_checkpoint == NULL &&
        (note == NULL || find_file(bag, LOG_KEY) == NULL))
        return;
    if (note == NULL)
        missing(&audit, CHECKPOINT);
    else if (audit.key == NULL)
        refuse(&audit, LOG_KEY, "no key");
    else
        judge_checkpoint(&audit);
    if (audit.refused > 0)
        summary->proofs = VERIFY_PROOFS_REFUSED;
    else
        summary->proofs = outside != NULL ? VERIFY_PROOFS_VERIFIED : VERIFY_PROOFS_CONSISTENT;
    checkpoint_clear(&audit.checkpoint);
}
