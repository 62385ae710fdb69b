/* SPDX-License-Identifier: Apache-2.0
 *
 * The forms that are no bags: packages of GB/T 42727 and DA/T 93 as zip, cases as PDF.
 */
#include "appliance/counter/export_intern.h"

#include "appliance/base/text.h"
#include "appliance/bundle/case_pdf.h"
#include "appliance/bundle/dat93.h"
#include "appliance/bundle/four.h"
#include "appliance/bundle/gbt42727.h"
#include "storage/package.h"
#include "storage/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define FILE_BYTES  1024 /* of the lists, for each file */
#define FRAME_BYTES 65536

/* ── what leaves, for the register ───────────────────────────────────────────────────────── */

/* "sha512:" of the lines that manifest-sha512.txt of a bag would have for these cases. */
static char *manifest_of(Export *export, GError **error)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA512);

    for (gsize i = 0; export->request->numbers[i] != NULL; i++) {
        g_autoptr(Casefile) casefile = export_casefile(export, export->request->numbers[i], error);

        if (casefile == NULL)
            return NULL;
        for (guint at = 0; at < casefile->parts->len; at++) {
            const CasefilePart *part = g_ptr_array_index(casefile->parts, at);
            g_autofree char *hex = hex_encode(part->digests.sha512, sizeof part->digests.sha512);
            g_autofree char *line =
                g_strdup_printf("%s  data/%s/%s\n", hex, casefile->number, part->path);
            guint64 size;

            if (!casefile_part_size(part, &size, error))
                return NULL;
            export->bytes_total += size;
            g_checksum_update(sum, (const guchar *)line, (gssize)strlen(line));
        }
    }
    return g_strconcat("sha512:", g_checksum_get_string(sum), NULL);
}

static gboolean register_content(Export *export, gint64 *seq, GError **error)
{
    g_autoptr(GPtrArray) manifests = g_ptr_array_new_with_free_func(g_free);
    char *manifest = manifest_of(export, error);

    if (manifest == NULL)
        return FALSE;
    g_ptr_array_add(manifests, manifest);
    return export_register(export, manifests, seq, error);
}

/* Which volume of the export is being written. */
typedef struct {
    const GArray *pieces; /* of VolumePiece */
    guint number, count;
} Volume;

/* ── parts of a package ──────────────────────────────────────────────────────────────────── */

static gboolean put_bytes(Pack *pack, const char *path, GBytes *bytes, GError **error)
{
    return pack_put(pack, path, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), error);
}

static gboolean put_part(Pack *pack, const char *path, const CasefilePart *part, GError **error)
{
    return part->source != NULL ? pack_copy(pack, path, part->source, &part->digests, error)
                                : pack_put(pack, path, g_bytes_get_data(part->bytes, NULL),
                                           g_bytes_get_size(part->bytes), error);
}

static gboolean report(Export *export, guint64 bytes, GError **error)
{
    const ExportRequest *request = export->request;

    export->bytes_done += bytes;
    if (request->progress != NULL &&
        !request->progress(export->bytes_done, MAX(export->bytes_total, export->bytes_done),
                           request->progress_data))
        return error_set(error, ERROR_CANCELLED, "%s", request->path);
    return TRUE;
}

/* ── GB/T 42727 ──────────────────────────────────────────────────────────────────────────── */

typedef struct {
    Export *export;
    Pack *pack;
    GbtTransfer *transfer;
    FourReport *report;
    guint64 files;
    gboolean nested; /* several cases: each in a folder of its number */
} Gbt;

static char *gbt_path(const Gbt *gbt, const Casefile *casefile, const char *path)
{
    return gbt->nested ? g_strdup_printf("%s/%s", casefile->number, path) : g_strdup(path);
}

static int by_path(gconstpointer a, gconstpointer b)
{
    const GbtFile *const *x = a, *const *y = b;

    return strcmp((*x)->path, (*y)->path);
}

static char *gbt_digest(GPtrArray *files)
{
    SealDigest seal;

    g_ptr_array_sort(files, by_path);
    seal_digest_init(&seal);
    for (guint i = 0; i < files->len; i++) {
        const GbtFile *file = g_ptr_array_index(files, i);

        seal_digest_add(&seal, file->path, file->part->digests.sha256);
    }
    return seal_digest_finish(&seal);
}

static gboolean put_gbt_files(Gbt *gbt, const Casefile *casefile, const GPtrArray *files,
                              guint64 *bytes, GError **error)
{
    for (guint i = 0; i < files->len; i++) {
        const GbtFile *file = g_ptr_array_index(files, i);
        g_autofree char *path = gbt_path(gbt, casefile, file->path);
        guint64 size;

        if (!casefile_part_size(file->part, &size, error) ||
            !put_part(gbt->pack, path, file->part, error) || !report(gbt->export, size, error))
            return FALSE;
        *bytes += size;
    }
    gbt->files += files->len;
    return TRUE;
}

static gboolean put_gbt_descriptions(Gbt *gbt, const Casefile *casefile, const GbtPackage *package,
                                     GError **error)
{
    g_autofree char *basic = gbt_path(gbt, casefile, PACKAGE_GBT_BASIC);
    g_autofree char *process = gbt_path(gbt, casefile, PACKAGE_GBT_PROCESS);

    return put_bytes(gbt->pack, basic, package->basic, error) &&
           put_bytes(gbt->pack, process, package->process, error);
}

static gboolean put_gbt_case(Gbt *gbt, const char *number, GError **error)
{
    g_autoptr(Casefile) casefile = export_casefile(gbt->export, number, error);
    g_autoptr(GPtrArray) files = casefile != NULL ? gbt42727_files(casefile) : NULL;
    g_autoptr(GBytes) basic = casefile != NULL ? gbt42727_basic(casefile, error) : NULL;
    g_autoptr(GBytes) process = basic != NULL ? gbt42727_process(casefile) : NULL;
    g_autofree char *digest = NULL;
    GbtPackage package = {.basic = basic, .process = process};

    if (basic == NULL || !put_gbt_descriptions(gbt, casefile, &package, error) ||
        !put_gbt_files(gbt, casefile, files, &package.bytes, error))
        return FALSE;
    package.files = files->len;
    package.digest = digest = gbt_digest(files);
    gbt42727_transfer_add(gbt->transfer, casefile, &package);
    return four_case(gbt->report, casefile, error);
}

static gboolean put_gbt_cases(Gbt *gbt, const GArray *pieces, GError **error)
{
    for (guint i = 0; i < pieces->len; i++) {
        guint index = g_array_index(pieces, VolumePiece, i).index;

        if (!put_gbt_case(gbt, gbt->export->request->numbers[index], error))
            return FALSE;
    }
    return TRUE;
}

static gboolean write_gbt(Export *export, Pack *pack, const Volume *volume, guint64 *files,
                          GError **error)
{
    g_autofree char *now = clock_format(clock_now_us(store_clock(house_store(export->house))));
    GbtBatch batch = {export->stem, export->actor->actor, now, volume->number, volume->count};
    Gbt gbt = {.export = export, .pack = pack, .nested = volume->pieces->len > 1};
    g_autoptr(GBytes) transfer = NULL, report_csv = NULL;
    gboolean ok;

    gbt.transfer = gbt42727_transfer_new(&batch);
    gbt.report = four_report_new(now);
    ok = put_gbt_cases(&gbt, volume->pieces, error);
    report_csv = four_report_finish(gbt.report);
    transfer = gbt42727_transfer_finish(gbt.transfer, report_csv);
    *files = gbt.files;
    return ok && put_bytes(pack, PACKAGE_GBT_TRANSFER, transfer, error) &&
           put_bytes(pack, PACKAGE_GBT_REPORT, report_csv, error);
}

/* ── PDF ─────────────────────────────────────────────────────────────────────────────────── */

static gboolean pdf_to_pack(void *data, const void *bytes, gsize size, GError **error)
{
    return pack_write(data, bytes, size, error);
}

/* A sink that only computes. */
typedef struct {
    struct sha256_ctx sha256;
    guint32 crc;
} PdfDigest;

static gboolean pdf_to_digest(void *data, const void *bytes, gsize size,
                              GError **error G_GNUC_UNUSED)
{
    PdfDigest *digest = data;

    sha256_update(&digest->sha256, size, bytes);
    digest->crc = pack_crc(digest->crc, bytes, size);
    return TRUE;
}

/* ── DA/T 93 ─────────────────────────────────────────────────────────────────────────────── */

typedef struct {
    Export *export;
    Pack *pack;
    Dat93 *package;
    GString *digests; /* lines of sha256sum */
    guint64 files;
} Dat;

static void dat_line(Dat *dat, const guint8 sha256[SHA256_DIGEST_SIZE], const char *path)
{
    g_autofree char *hex = hex_encode(sha256, SHA256_DIGEST_SIZE);

    g_string_append_printf(dat->digests, "%s  %s\n", hex, path);
}

/* Takes `bytes`. */
static gboolean put_dat(Dat *dat, const char *path, GBytes *bytes, GError **error)
{
    guint8 sha256[SHA256_DIGEST_SIZE];
    gboolean ok;

    sha256_of(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), sha256);
    dat_line(dat, sha256, path);
    ok = put_bytes(dat->pack, path, bytes, error);
    g_bytes_unref(bytes);
    return ok;
}

/* Twice through: a zip tells size and CRC-32 before the bytes. */
static gboolean put_dat_pdf(Dat *dat, const char *path, const CasePdf *pdf, GError **error)
{
    PdfDigest digest = {.crc = 0};
    PackMember member = {.path = path};
    guint8 sha256[SHA256_DIGEST_SIZE];
    guint64 size;

    sha256_init(&digest.sha256);
    if (!case_pdf_write(pdf, pdf_to_digest, &digest, &member.size, error))
        return FALSE;
    sha256_digest(&digest.sha256, sizeof sha256, sha256);
    member.crc = digest.crc;
    dat_line(dat, sha256, path);
    dat->files++;
    return pack_begin(dat->pack, &member, error) &&
           case_pdf_write(pdf, pdf_to_pack, dat->pack, &size, error) &&
           pack_end(dat->pack, error) && report(dat->export, size, error);
}

static gboolean put_dat_case(Dat *dat, const char *number, GError **error)
{
    g_autoptr(Casefile) casefile = export_casefile(dat->export, number, error);
    g_autoptr(CasePdf) pdf = NULL;
    g_autofree char *folder = NULL, *metadata = NULL, *file = NULL;
    const char *archive_number;

    if (casefile == NULL)
        return FALSE;
    archive_number = json_text(casefile->about, "archive_number");
    if (archive_number == NULL)
        return error_set(error, ERROR_RULE, "case %s is not filed: it has no archive number",
                         number);
    pdf = case_pdf_of(casefile);
    folder = dat93_folder(casefile);
    metadata = g_strconcat(folder, "/" PACKAGE_DAT_METADATA, NULL);
    file = g_strdup_printf("%s/%s.pdf", folder, archive_number);
    dat93_add(dat->package, casefile);
    return put_dat(dat, metadata, dat93_metadata(casefile), error) &&
           put_dat_pdf(dat, file, pdf, error);
}

static gboolean put_dat_cases(Dat *dat, const Volume *volume, GError **error)
{
    for (guint i = 0; i < volume->pieces->len; i++) {
        guint index = g_array_index(volume->pieces, VolumePiece, i).index;

        if (!put_dat_case(dat, dat->export->request->numbers[index], error))
            return FALSE;
    }
    return put_dat(dat, PACKAGE_DAT_CATALOGUE, dat93_catalogue(dat->package), error) &&
           put_dat(dat, PACKAGE_DAT_NOTE, dat93_note(dat->package, volume->number, volume->count),
                   error) &&
           pack_put(dat->pack, PACKAGE_DAT_DIGESTS, dat->digests->str, dat->digests->len, error);
}

static gboolean write_dat(Export *export, Pack *pack, const Volume *volume, guint64 *files,
                          GError **error)
{
    g_autoptr(Dat93) package = dat93_new();
    Dat dat = {.export = export, .pack = pack, .package = package, .digests = g_string_new(NULL)};
    gboolean ok = put_dat_cases(&dat, volume, error);

    g_string_free(dat.digests, TRUE);
    *files = dat.files;
    return ok;
}

/* ── a zip, and its volumes ──────────────────────────────────────────────────────────────── */

static gboolean write_zip(Export *export, guint index, const VolumePlan *plan, GError **error)
{
    Volume volume = {g_ptr_array_index(plan->volumes, index), index + 1, plan->volumes->len};
    gboolean is_dat = export->request->format == EXPORT_DAT93;
    g_autofree char *path = export_volume_path(export, index, plan->volumes->len);
    g_autofree char *name = export_volume_name(export, index, plan->volumes->len);
    PackOptions options = {.form = ARCHIVE_ZIP,
                           .path = path,
                           .base = is_dat ? name : NULL,
                           .time_us = clock_now_us(store_clock(house_store(export->house))),
                           .digest = TRUE};
    g_autoptr(Pack) pack = pack_new(&options, error);
    PackDone done;
    guint64 files = 0;

    if (pack == NULL || !(is_dat ? write_dat : write_gbt)(export, pack, &volume, &files, error) ||
        !pack_commit(pack, &done, error))
        return FALSE;
    export_add_done(export, path, &done, files);
    return TRUE;
}

static VolumeLimits limits_of(const Export *export)
{
    guint64 split = export->request->split_bytes;
    VolumeLimits limits = {.bytes = split, .frame_bytes = FRAME_BYTES, .file_bytes = FILE_BYTES};

    if (export->request->format != EXPORT_DAT93)
        return limits;
    limits = dat93_limits;
    if (split > 0 && split < limits.bytes)
        limits.bytes = split;
    return limits;
}

static gboolean write_zips(Export *export, gint64 *seq, GError **error)
{
    VolumeLimits limits = limits_of(export);
    g_autoptr(VolumePlan) plan = export_plan(export, &limits, error);

    if (plan == NULL || !register_content(export, seq, error))
        return FALSE;
    for (guint i = 0; i < plan->volumes->len; i++)
        if (!write_zip(export, i, plan, error))
            return FALSE;
    return TRUE;
}

/* ── PDFs ────────────────────────────────────────────────────────────────────────────────── */

typedef struct {
    int fd;
    const char *path;
    struct sha256_ctx sha256;
} PdfFile;

static gboolean pdf_to_file(void *data, const void *bytes, gsize size, GError **error)
{
    PdfFile *file = data;

    sha256_update(&file->sha256, size, bytes);
    return file_write_all(file->fd, file->path, bytes, size, error);
}

static gboolean write_pdf(Export *export, const char *number, const char *path, PackDone *done,
                          GError **error)
{
    g_autoptr(Casefile) casefile = export_casefile(export, number, error);
    g_autoptr(CasePdf) pdf = casefile != NULL ? case_pdf_of(casefile) : NULL;
    g_autoptr(FileBatch) batch = file_batch_new();
    PdfFile file = {.path = path, .fd = -1};

    if (pdf == NULL)
        return FALSE;
    file.fd = file_batch_open(batch, path, 0644, error);
    sha256_init(&file.sha256);
    if (file.fd < 0 || !case_pdf_write(pdf, pdf_to_file, &file, &done->bytes, error) ||
        !file_batch_commit(batch, error))
        return FALSE;
    sha256_digest(&file.sha256, sizeof done->sha256, done->sha256);
    return report(export, done->bytes, error);
}

static gboolean write_one_pdf(Export *export, GError **error)
{
    g_autofree char *path = export_volume_path(export, 0, 1);
    PackDone done;

    if (!write_pdf(export, export->request->numbers[0], path, &done, error))
        return FALSE;
    export_add_done(export, path, &done, 1);
    return TRUE;
}

/* Into a folder of a temporary name, which gets its own when all stand in it. */
static gboolean write_pdf_folder(Export *export, const char *folder, GError **error)
{
    for (gsize i = 0; export->request->numbers[i] != NULL; i++) {
        const char *number = export->request->numbers[i];
        g_autofree char *path = g_strdup_printf("%s/%s.pdf", folder, number);
        PackDone done;

        if (!write_pdf(export, number, path, &done, error))
            return FALSE;
        export_add_done(export, path, &done, 1);
    }
    return TRUE;
}

static gboolean write_many_pdfs(Export *export, GError **error)
{
    const char *path = export->request->path;
    g_autofree char *temporary =
        g_strdup_printf("%s/" FILE_TEMPORARY_PREFIX "%s", export->folder, export->stem);
    g_autoptr(GError) ignored = NULL;

    if (g_file_test(path, G_FILE_TEST_EXISTS))
        return error_set(error, ERROR_INVALID, "%s exists already", path);
    if (file_remove_tree(temporary, error) && file_make_folder(temporary, 0755, error) &&
        write_pdf_folder(export, temporary, error) && file_rename(temporary, path, error) &&
        file_sync_folder(export->folder, error))
        return TRUE;
    if (!file_remove_tree(temporary, &ignored))
        g_debug("%s", ignored->message);
    return FALSE;
}

gboolean export_packages(Export *export, gint64 *seq, GError **error)
{
    if (export->request->format != EXPORT_PDF)
        return write_zips(export, seq, error);
    if (!register_content(export, seq, error))
        return FALSE;
    return export->request->numbers[1] == NULL ? write_one_pdf(export, error)
                                               : write_many_pdfs(export, error);
}
