/* SPDX-License-Identifier: Apache-2.0
 *
 * Bags: one a volume. With several, every one is made twice: first for the digest of its manifest,
 * which volumes.txt and the record of the export name, then to be written. Only one stands in
 * memory at a time.
 */
#include "appliance/counter/export_intern.h"

#include "appliance/base/embed.h"
#include "appliance/base/text.h"
#include "appliance/bundle/look.h"
#include "storage/audit.h"
#include "storage/signing.h"
#include "storage/tree.h"

#include <string.h>

#define PROFILE_IDENTIFIER "urn:anjuan:bagit-profile:1"
#define PROFILE_FILE       "bagit-profile.json"

/* What a file costs in an archive and its lists, and a bag beside its files. */
#define FILE_BYTES  2048
#define FRAME_BYTES 49152

extern const Embedded embedded_bundle_data[];

typedef struct {
    Export *export;
    const VolumePlan *plan;
    GPtrArray *manifests; /* of char *, one a volume */
    GString *volumes;     /* volumes.txt */
    gint64 seq;           /* of the export record */
} Bags;

/* One bag while its payload comes together. */
typedef struct {
    Export *export;
    BagWriter *writer;
    Look *look;
    const VolumePiece *piece;
    const Casefile *casefile;
} Filling;

/* ── payload ─────────────────────────────────────────────────────────────────────────────── */

/* Which parts of a case stand in this volume; the first, which lists all, always does. */
static gboolean in_piece(const VolumePiece *piece, guint index)
{
    return index == 0 || (index >= piece->first && index - piece->first < piece->count);
}

static gboolean is_here(const CasefilePart *part, void *data)
{
    const Filling *filling = data;

    for (guint i = 0; i < filling->casefile->parts->len; i++)
        if (g_ptr_array_index(filling->casefile->parts, i) == part)
            return in_piece(filling->piece, i);
    return FALSE;
}

static gboolean add_part(const Filling *filling, const CasefilePart *part, GError **error)
{
    g_autofree char *path = g_strdup_printf("data/%s/%s", filling->casefile->number, part->path);
    BagKnown known = {part->digests.sha256, part->digests.sha512};

    return part->source != NULL ? bag_add_path(filling->writer, path, part->source, &known, error)
                                : bag_add_bytes(filling->writer, path, part->bytes, error);
}

/* Takes `bytes`. */
static gboolean add_page(BagWriter *writer, const char *path, GBytes *bytes, GError **error)
{
    gboolean ok = bag_add_bytes(writer, path, bytes, error);

    g_bytes_unref(bytes);
    return ok;
}

static gboolean add_piece(Filling *filling, GError **error)
{
    const char *number = filling->export->request->numbers[filling->piece->index];
    g_autoptr(Casefile) casefile = export_casefile(filling->export, number, error);
    g_autofree char *path = g_strdup_printf("data/look/%s.html", number);
    LookCase how = {.here = filling->piece->is_cut ? is_here : NULL, .data = filling};

    if (casefile == NULL)
        return FALSE;
    filling->casefile = casefile;
    for (guint i = 0; i < casefile->parts->len; i++)
        if ((!filling->piece->is_cut || in_piece(filling->piece, i)) &&
            !add_part(filling, g_ptr_array_index(casefile->parts, i), error))
            return FALSE;
    return add_page(filling->writer, path, look_case(filling->look, casefile, &how), error);
}

static gboolean add_lists(const Filling *filling, GError **error)
{
    return add_page(filling->writer, "data/index.html", look_index(filling->look), error) &&
           add_page(filling->writer, "data/statement.csv", look_statement_csv(filling->look),
                    error) &&
           add_page(filling->writer, "data/statement.html", look_statement_html(filling->look),
                    error);
}

static gboolean fill(Export *export, BagWriter *writer, const GArray *pieces, GError **error)
{
    g_autoptr(Look) look = look_new("办件案卷");
    Filling filling = {.export = export, .writer = writer, .look = look};

    for (guint i = 0; i < pieces->len; i++) {
        filling.piece = &g_array_index(pieces, VolumePiece, i);
        if (!add_piece(&filling, error))
            return FALSE;
    }
    return add_lists(&filling, error);
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

static gboolean add_entries(const Proofs *proofs, const Bags *bags, const GArray *pieces,
                            GError **error)
{
    if (!audit_add_log(proofs->writer, &proofs->log, error) ||
        !add_record(proofs, "export", bags->seq, error))
        return FALSE;
    for (guint i = 0; i < pieces->len; i++) {
        guint index = g_array_index(pieces, VolumePiece, i).index;

        if (!add_seal(proofs, bags->export->request->numbers[index], error))
            return FALSE;
    }
    return TRUE;
}

/* A catalogue of its own: the export's record must be under the checkpoint. */
static gboolean add_proofs(const Bags *bags, BagWriter *writer, const GArray *pieces,
                           GError **error)
{
    Store *store = house_store(bags->export->house);
    const char *old = bags->export->request->old_checkpoint;
    g_autoptr(Catalog) catalog = store_reader(store, error);
    g_autofree char *note = catalog != NULL ? signing_checkpoint(store, error) : NULL;
    g_autofree char *vkey = note != NULL ? signing_vkey(store, error) : NULL;
    g_autoptr(NoteKey) key = vkey != NULL ? note_key_parse(vkey, error) : NULL;
    MerkleSource source;
    Proofs proofs = {.store = store, .catalog = catalog, .writer = writer};

    if (key == NULL)
        return FALSE;
    source = tree_source(catalog_db(catalog));
    proofs.log = (AuditLog){.source = &source, .note = note, .key = key};
    return signing_note_size(note, &proofs.log.size, error) &&
           (old == NULL || signing_note_size(old, &proofs.log.old_size, error)) &&
           add_entries(&proofs, bags, pieces, error);
}

/* ── a bag ───────────────────────────────────────────────────────────────────────────────── */

static ArchiveForm form_of(ExportFormat format)
{
    return format == EXPORT_BAG_TAR   ? ARCHIVE_TAR
           : format == EXPORT_BAG_ZIP ? ARCHIVE_ZIP
                                      : ARCHIVE_FOLDER;
}

static BagWriter *open_bag(const Bags *bags, guint volume, GError **error)
{
    Export *export = bags->export;
    guint count = bags->plan->volumes->len;
    const Profile *profile = house_profile(export->house, export->catalog, error);
    g_autofree char *today = day_format(house_today(export->house));
    g_autofree char *origin = catalog_setting(export->catalog, "origin", NULL);
    g_autofree char *name = export_volume_name(export, volume, count);
    g_autofree char *path = export_volume_path(export, volume, count);
    g_autofree char *position = g_strdup_printf("%u of %u", volume + 1, count);
    BagField fields[] = {
        {"Source-Organization", profile != NULL ? profile->heading : ""},
        {"Bagging-Date", today},
        {"External-Identifier", name},
        {"BagIt-Profile-Identifier", PROFILE_IDENTIFIER},
        {"Bag-Group-Identifier", count > 1 || origin == NULL ? export->stem : origin},
        {"Bag-Count", position},
    };
    BagOptions options = {.form = form_of(export->request->format),
                          .path = path,
                          .name = name,
                          .time_us = clock_now_us(store_clock(house_store(export->house))),
                          .sidecar = export->request->format == EXPORT_BAG_TAR,
                          .fields = fields,
                          .n_fields = G_N_ELEMENTS(fields),
                          .progress = export->request->progress,
                          .progress_data = export->request->progress_data};

    return profile != NULL ? bag_writer_new(&options, error) : NULL;
}

/* A bag with its payload closed. */
static BagWriter *filled_bag(const Bags *bags, guint volume, BagPayload *payload, GError **error)
{
    const GArray *pieces = g_ptr_array_index(bags->plan->volumes, volume);
    g_autoptr(BagWriter) writer = open_bag(bags, volume, error);

    if (writer == NULL || !fill(bags->export, writer, pieces, error) ||
        !bag_close_payload(writer, payload, error))
        return NULL;
    return g_steal_pointer(&writer);
}

static void take_manifest(Bags *bags, guint volume, const BagPayload *payload)
{
    g_autofree char *hex = hex_encode(payload->manifest_sha512, sizeof payload->manifest_sha512);
    g_autofree char *name = export_volume_name(bags->export, volume, bags->plan->volumes->len);
    g_autofree char *line = bag_volume_line(volume + 1, name, payload);

    g_ptr_array_add(bags->manifests, g_strconcat("sha512:", hex, NULL));
    g_string_append(bags->volumes, line);
}

static gboolean add_tags(const Bags *bags, BagWriter *writer, guint volume, GError **error)
{
    const Embedded *profile = embedded_find(embedded_bundle_data, "data/" PROFILE_FILE);
    g_autoptr(GBytes) text = g_bytes_new_static(profile->bytes, profile->size);
    g_autoptr(GBytes) volumes = g_bytes_new(bags->volumes->str, bags->volumes->len);

    return bag_add_bytes(writer, PROFILE_FILE, text, error) &&
           (bags->plan->volumes->len == 1 ||
            bag_add_bytes(writer, "volumes.txt", volumes, error)) &&
           add_proofs(bags, writer, g_ptr_array_index(bags->plan->volumes, volume), error);
}

static gboolean write_bag(Bags *bags, guint volume, BagWriter *writer, const BagPayload *payload,
                          GError **error)
{
    Export *export = bags->export;
    g_autofree char *path = export_volume_path(export, volume, bags->plan->volumes->len);
    PackDone done;

    if (!add_tags(bags, writer, volume, error) || !bag_write(writer, &done, error))
        return FALSE;
    if (export->request->format == EXPORT_BAG_DIR) {
        done.bytes = payload->octets;
        memcpy(done.sha256, payload->manifest_sha256, sizeof done.sha256);
    }
    export_add_done(export, path, &done, payload->files);
    return TRUE;
}

/* ── all volumes ─────────────────────────────────────────────────────────────────────────── */

static gboolean write_single(Bags *bags, GError **error)
{
    BagPayload payload;
    g_autoptr(BagWriter) writer = filled_bag(bags, 0, &payload, error);

    if (writer == NULL)
        return FALSE;
    take_manifest(bags, 0, &payload);
    return export_register(bags->export, bags->manifests, &bags->seq, error) &&
           write_bag(bags, 0, writer, &payload, error);
}

static gboolean write_volumes(Bags *bags, GError **error)
{
    BagPayload payload;

    for (guint i = 0; i < bags->plan->volumes->len; i++) {
        g_autoptr(BagWriter) writer = filled_bag(bags, i, &payload, error);

        if (writer == NULL)
            return FALSE;
        take_manifest(bags, i, &payload);
    }
    if (!export_register(bags->export, bags->manifests, &bags->seq, error))
        return FALSE;
    for (guint i = 0; i < bags->plan->volumes->len; i++) {
        g_autoptr(BagWriter) writer = filled_bag(bags, i, &payload, error);

        if (writer == NULL || !write_bag(bags, i, writer, &payload, error))
            return FALSE;
    }
    return TRUE;
}

gboolean export_bags(Export *export, gint64 *seq, GError **error)
{
    VolumeLimits limits = {.bytes = export->request->split_bytes,
                           .files = ARCHIVE_MEMBERS_MAX / 2,
                           .may_cut = TRUE,
                           .frame_bytes = FRAME_BYTES,
                           .file_bytes = FILE_BYTES};
    g_autoptr(VolumePlan) plan = export_plan(export, &limits, error);
    Bags bags = {.export = export, .plan = plan};
    gboolean ok;

    if (plan == NULL)
        return FALSE;
    bags.manifests = g_ptr_array_new_with_free_func(g_free);
    bags.volumes = g_string_new(NULL);
    ok = plan->volumes->len == 1 ? write_single(&bags, error) : write_volumes(&bags, error);
    *seq = bags.seq;
    g_ptr_array_unref(bags.manifests);
    g_string_free(bags.volumes, TRUE);
    return ok;
}
