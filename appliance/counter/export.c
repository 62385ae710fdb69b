/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/export.h"

#include "appliance/base/text.h"
#include "storage/audit.h"
#include "storage/catalog_keeping.h"
#include "storage/ocfl.h"
#include "storage/signing.h"
#include "storage/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define PROFILE_IDENTIFIER "urn:anjuan:bagit-profile:1"

void export_done_clear(ExportDone *done)
{
    g_clear_pointer(&done->name, g_free);
}

/* ── payload ─────────────────────────────────────────────────────────────────────────────── */

typedef struct {
    BagWriter *writer;
    const char *number;
    char *object; /* folder of the vault's object */
} Adding;

static char *payload_path(const char *number, const char *path)
{
    return g_strdup_printf("data/%s/%s", number, path);
}

static gboolean add_sealed_file(const OcflFile *file, void *data, GError **error)
{
    const Adding *adding = data;
    g_autofree char *path = payload_path(adding->number, file->logical);
    g_autofree char *source = g_build_filename(adding->object, file->content, NULL);
    guint8 sha256[SHA256_DIGEST_SIZE], sha512[SHA512_DIGEST_SIZE];
    BagKnown known = {0};

    if (file->sha256 != NULL && hex_decode(file->sha256, sha256, sizeof sha256))
        known.sha256 = sha256;
    if (hex_decode(file->sha512, sha512, sizeof sha512))
        known.sha512 = sha512;
    return bag_add_path(adding->writer, path, source, &known, error);
}

static gboolean add_sealed(House *house, BagWriter *writer, const char *number, GError **error)
{
    g_autofree char *vault = store_path(house_store(house), "vault/root");
    g_autofree char *staging = store_path(house_store(house), "vault/staging");
    g_autofree char *id = g_strdup_printf("urn:anjuan:%s", number);
    /* A crash may have left what is sealed on the vault's threshold. */
    gboolean settled = archive_recover(house_store(house), error);
    g_autoptr(OcflRoot) root = settled ? ocfl_root_open(vault, staging, error) : NULL;
    g_autoptr(json_t) inventory = root != NULL ? ocfl_inventory_read(root, id, error) : NULL;
    g_autofree char *object = root != NULL ? ocfl_object_path(root, id) : NULL;
    Adding adding = {writer, number, object};

    return inventory != NULL && ocfl_inventory_each(inventory, add_sealed_file, &adding, error);
}

static gboolean add_open(House *house, Catalog *catalog, BagWriter *writer, const char *number,
                         GError **error)
{
    g_autoptr(ArchiveView) view = archive_view(house, catalog, number, NULL, error);
    g_autoptr(Casefile) casefile =
        view != NULL ? archive_casefile(house, catalog, view, error) : NULL;

    for (guint i = 0; casefile != NULL && i < casefile->parts->len; i++) {
        const CasefilePart *part = g_ptr_array_index(casefile->parts, i);
        g_autofree char *path = payload_path(number, part->path);
        BagKnown known = {part->digests.sha256, part->digests.sha512};

        if (part->source != NULL ? !bag_add_path(writer, path, part->source, &known, error)
                                 : !bag_add_bytes(writer, path, part->bytes, error))
            return FALSE;
    }
    return casefile != NULL;
}

static gboolean add_case(House *house, Catalog *catalog, BagWriter *writer, const char *number,
                         GError **error)
{
    g_autoptr(json_t) row = case_row(catalog, number, error);
    gboolean destroyed;

    if (row == NULL || !catalog_is_destroyed(catalog, number, &destroyed, error))
        return FALSE;
    if (destroyed)
        return error_set(error, ERROR_DESTROYED, "%s", number);
    return json_text(row, "filed_at") != NULL ? add_sealed(house, writer, number, error)
                                              : add_open(house, catalog, writer, number, error);
}

/* ── register ────────────────────────────────────────────────────────────────────────────── */

static char *bag_name(const char *path)
{
    g_autofree char *name = g_path_get_basename(path);
    char *dot = strrchr(name, '.');

    if (dot != NULL && (strcmp(dot, ".tar") == 0 || strcmp(dot, ".zip") == 0))
        *dot = '\0';
    return g_steal_pointer(&name);
}

static const char *format_token(ArchiveForm form)
{
    return form == ARCHIVE_TAR ? "bag-tar" : form == ARCHIVE_ZIP ? "bag-zip" : "bag-dir";
}

typedef struct {
    const ExportRequest *request;
    const char *name;
    char *manifest; /* "sha512:<hex>" of manifest-sha512.txt */
    gint64 seq;     /* of the export record */
    const ExportDone *done;
} Register;

/* Before the bag is written: its proofs end in a checkpoint that this record stands under. */
static gboolean register_export(StoreTxn *txn, void *data, GError **error)
{
    Register *r = data;
    json_t *cases = json_array();

    for (gsize i = 0; r->request->numbers[i] != NULL; i++)
        json_array_append_new(cases, json_string(r->request->numbers[i]));
    r->seq = txn_next_seq(txn);
    return txn_append(txn, "export", NULL,
                      json_pack("{s:s, s:s, s:s, s:o}", "format", format_token(r->request->form),
                                "name", r->name, "manifest", r->manifest, "cases", cases),
                      error);
}

static gboolean register_done(StoreTxn *txn, void *data, GError **error)
{
    const Register *r = data;
    g_autofree char *hex = hex_encode(r->done->sha256, sizeof r->done->sha256);

    return txn_append(txn, "export.done", NULL,
                      json_pack("{s:I, s:I, s:s}", "export", (json_int_t)r->seq, "bytes",
                                (json_int_t)r->done->bytes, "sha256", hex),
                      error);
}

/* ── audit/: checkpoint, entries, proofs ─────────────────────────────────────────────────── */

typedef struct {
    Store *store;
    Catalog *catalog;
    BagWriter *writer;
    AuditLog log;
} Proofs;

static gboolean add_record(const Proofs *proofs, const char *stem, gint64 seq, GError **error)
{
    char *line = store_record(proofs->store, proofs->catalog, seq, error);
    g_autoptr(GBytes) bytes = line != NULL ? g_bytes_new_take(line, strlen(line)) : NULL;

    return bytes != NULL && audit_add_record(proofs->writer, &proofs->log,
                                             &(AuditRecord){stem, (guint64)seq, bytes}, error);
}

static gboolean add_seal(const Proofs *proofs, const char *number, GError **error)
{
    g_autofree char *stem = g_strdup_printf("cases/%s/seal", number);
    gint64 seq;

    if (!catalog_seal_seq(proofs->catalog, number, &seq, error))
        return FALSE;
    return seq < 0 || add_record(proofs, stem, seq, error);
}

static gboolean add_entries(const Proofs *proofs, const Register *r, GError **error)
{
    if (!audit_add_log(proofs->writer, &proofs->log, error) ||
        !add_record(proofs, "export", r->seq, error))
        return FALSE;
    for (gsize i = 0; r->request->numbers[i] != NULL; i++)
        if (!add_seal(proofs, r->request->numbers[i], error))
            return FALSE;
    return TRUE;
}

/* A catalogue of its own: the export's record must be under the checkpoint. */
static gboolean add_proofs(House *house, BagWriter *writer, const Register *r, GError **error)
{
    Store *store = house_store(house);
    g_autoptr(Catalog) catalog = store_reader(store, error);
    g_autofree char *note = catalog != NULL ? signing_checkpoint(store, catalog, error) : NULL;
    g_autofree char *vkey = note != NULL ? signing_vkey(store, error) : NULL;
    g_autoptr(NoteKey) key = vkey != NULL ? note_key_parse(vkey, error) : NULL;
    MerkleSource source;
    Proofs proofs = {.store = store, .catalog = catalog, .writer = writer};

    if (key == NULL)
        return FALSE;
    source = tree_source(catalog_db(catalog));
    proofs.log = (AuditLog){.source = &source, .note = note, .key = key};
    return signing_note_size(note, &proofs.log.size, error) &&
           (r->request->old_checkpoint == NULL ||
            signing_note_size(r->request->old_checkpoint, &proofs.log.old_size, error)) &&
           add_entries(&proofs, r, error);
}

/* ── the bag ─────────────────────────────────────────────────────────────────────────────── */

static gboolean digest_of_file(const char *path, ExportDone *done, GError **error)
{
    g_auto(Fd) fd = open(path, O_RDONLY | O_CLOEXEC);
    struct sha256_ctx context;
    guint8 block[65536];
    ssize_t n;

    if (fd < 0)
        return error_set_errno(error, ERROR_IO, errno, "%s", path);
    sha256_init(&context);
    done->bytes = 0;
    while ((n = read(fd, block, sizeof block)) > 0) {
        sha256_update(&context, (size_t)n, block);
        done->bytes += n;
    }
    if (n < 0)
        return error_set_errno(error, ERROR_IO, errno, "%s", path);
    sha256_digest(&context, sizeof done->sha256, done->sha256);
    return TRUE;
}

static gboolean describe(const ExportRequest *request, const BagPayload *payload, ExportDone *done,
                         GError **error)
{
    g_autofree char *manifest = g_build_filename(request->path, "manifest-sha256.txt", NULL);
    gboolean is_folder = request->form == ARCHIVE_FOLDER;

    if (!digest_of_file(is_folder ? manifest : request->path, done, error))
        return FALSE;
    if (is_folder)
        done->bytes = (gint64)payload->octets;
    done->files = payload->files;
    done->name = g_path_get_basename(request->path);
    return TRUE;
}

static BagWriter *open_bag(House *house, Catalog *catalog, const ExportRequest *request,
                           const char *name, GError **error)
{
    const Profile *profile = house_profile(house, catalog, error);
    g_autofree char *today = day_format(house_today(house));
    g_autofree char *origin = catalog_setting(catalog, "origin", NULL);
    BagField fields[] = {
        {"Source-Organization", profile != NULL ? profile->heading : ""},
        {"Bagging-Date", today},
        {"External-Identifier", name},
        {"BagIt-Profile-Identifier", PROFILE_IDENTIFIER},
        {"Bag-Group-Identifier", origin != NULL ? origin : name},
        {"Bag-Count", "1 of 1"},
    };
    BagOptions options = {.form = request->form,
                          .path = request->path,
                          .name = name,
                          .time_us = clock_now_us(store_clock(house_store(house))),
                          .sidecar = request->form != ARCHIVE_FOLDER,
                          .fields = fields,
                          .n_fields = G_N_ELEMENTS(fields),
                          .progress = request->progress,
                          .progress_data = request->progress_data};

    return profile != NULL ? bag_writer_new(&options, error) : NULL;
}

static gboolean add_cases(House *house, Catalog *catalog, BagWriter *writer,
                          const ExportRequest *request, GError **error)
{
    for (gsize i = 0; request->numbers[i] != NULL; i++)
        if (!add_case(house, catalog, writer, request->numbers[i], error))
            return FALSE;
    return TRUE;
}

gboolean export_bag(House *house, const StoreActor *actor, const ExportRequest *request,
                    ExportDone *done, GError **error)
{
    Store *store = house_store(house);
    g_autofree char *name = bag_name(request->path);
    g_autoptr(Catalog) catalog = store_reader(store, error);
    g_autoptr(BagWriter) writer =
        catalog != NULL ? open_bag(house, catalog, request, name, error) : NULL;
    g_autofree char *manifest = NULL, *hex = NULL;
    BagPayload payload;
    Register r = {.request = request, .name = name, .done = done};

    *done = (ExportDone){0};
    if (writer == NULL || !add_cases(house, catalog, writer, request, error) ||
        !bag_close_payload(writer, &payload, error))
        return FALSE;
    hex = hex_encode(payload.manifest_sha512, sizeof payload.manifest_sha512);
    r.manifest = manifest = g_strconcat("sha512:", hex, NULL);
    return store_write(store, actor, register_export, &r, error) &&
           add_proofs(house, writer, &r, error) && bag_write(writer, error) &&
           describe(request, &payload, done, error) &&
           store_write(store, actor, register_done, &r, error);
}
