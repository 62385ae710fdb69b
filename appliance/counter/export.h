/* SPDX-License-Identifier: Apache-2.0
 *
 * Export: cases leave the house as a bundle, and the register keeps that they did.
 *
 * A filed case goes out as it was sealed in the vault; one that is not filed yet as it stands, in
 * its filed order. Every file's digests are those the catalogue and the inventory keep; a file that
 * is not what it was ends the export (ERROR_DIGEST).
 *
 *   bag-tar bag-zip bag-dir   BagIt 1.0 (storage/bag.h): the case files, data/index.html and the
 *                             completeness statement; below audit/ the signed checkpoint, the
 *                             records of export and seals, and their proofs
 *   gbt42727                  办件 packages in one zip (bundle/gbt42727.h)
 *   dat93                     DA/T 93 transfer package as zip, filed cases alone (bundle/dat93.h)
 *   pdf                       one PDF a case (bundle/case_pdf.h); of several cases a folder of them
 *
 * Volumes: `split_bytes` and the limits of a form make several files of one export, NAME-v1.tar,
 * NAME-v2.tar …; each is a valid bag or package alone. A bag splits a case only where it alone is
 * over the limit, between its files; the other forms never do (ERROR_TOO_LARGE). A volume of a bag
 * or a package says which of how many it is, and `verify` (storage/verify.h) judges every form.
 *
 * The record of the export comes before the bundle (its proof stands inside), that of its digest
 * after it. An export that was interrupted leaves nothing under its name and is started again.
 */
#pragma once

#include "appliance/counter/house.h"
#include "storage/bag.h"

typedef enum {
    EXPORT_BAG_TAR,
    EXPORT_BAG_ZIP,
    EXPORT_BAG_DIR,
    EXPORT_GBT42727,
    EXPORT_DAT93,
    EXPORT_PDF,
} ExportFormat;

#define EXPORT_FORMATS   "bag-tar|bag-zip|bag-dir|gbt42727|dat93|pdf"
#define EXPORT_SPLIT_MIN 65536

/* The word of the command line and of the register. */
const char *export_format_token(ExportFormat format);
gboolean export_format_parse(const char *token, ExportFormat *format);

/* How names of such bundles end: ".tar", ".zip", ".pdf"; "" for folders. */
const char *export_format_ending(ExportFormat format, gsize n_cases);

typedef struct {
    const char *const *numbers; /* of cases, 24 digits, NULL-terminated; in order of the bundle */
    const char *path;           /* of the bundle */
    ExportFormat format;
    guint64 split_bytes; /* of a volume, at least EXPORT_SPLIT_MIN; 0: the form's own limit */
    const char *old_checkpoint; /* signed note this auditor was given before; NULL: none */
    BagProgress progress;       /* may be NULL */
    void *progress_data;
} ExportRequest;

typedef struct {
    char *name;   /* of the file or folder */
    gint64 bytes; /* of payload where it is a folder */
    guint8
        sha256[SHA256_DIGEST_SIZE]; /* of the file; of the list of its files where it is a folder */
    guint64 files;                  /* payload files */
} ExportFile;

typedef struct {
    GArray *files; /* of ExportFile, one a volume */
    gint64 bytes;  /* of all */
} ExportDone;
void export_done_clear(ExportDone *done);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ExportDone, export_done_clear)

/* A volume of a finished export. */
const ExportFile *export_file(const ExportDone *done, guint index);

/* Make the bundle. `done` is the caller's to clear, also on failure. */
gboolean export_cases(House *house, const StoreActor *actor, const ExportRequest *request,
                      ExportDone *done, GError **error) G_GNUC_WARN_UNUSED_RESULT;
