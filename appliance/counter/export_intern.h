/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by export.c and the forms a bundle may have, export_bag.c and export_package.c, alone.
 */
#pragma once

#include "appliance/counter/export.h"

#include "appliance/bundle/casefile.h"
#include "appliance/bundle/volume.h"
#include "storage/pack.h"

typedef struct {
    House *house;
    const StoreActor *actor;
    const ExportRequest *request;
    Catalog *catalog;
    ExportDone *done;
    char *folder; /* where the bundle will stand */
    char *stem;   /* its name without ending */
    char *ending; /* ".tar", ".zip", ".pdf", "" */
    guint64 bytes_done, bytes_total;
} Export;

/* A case as it leaves: from the vault as it was sealed, or as it stands, with `record` and `about`.
 * ERROR_NO_CASE, ERROR_DESTROYED. */
Casefile *export_casefile(Export *export, const char *number,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Name and path of volume `index` of `count`; the only one has the name that was asked for. */
char *export_volume_name(const Export *export, guint index, guint count) G_GNUC_WARN_UNUSED_RESULT;
char *export_volume_path(const Export *export, guint index, guint count) G_GNUC_WARN_UNUSED_RESULT;

/* The journal's record of this export; its seq comes out. `manifests` of char * "sha512:<hex>". */
gboolean export_register(Export *export, const GPtrArray *manifests, gint64 *seq,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One file more that is done; `path` of the file. */
void export_add_done(Export *export, const char *path, const PackDone *done, guint64 files);

/* All cases into volumes of `limits`. */
VolumePlan *export_plan(Export *export, const VolumeLimits *limits,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The two families of forms. `*seq` becomes the record of the export. */
gboolean export_bags(Export *export, gint64 *seq, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean export_packages(Export *export, gint64 *seq, GError **error) G_GNUC_WARN_UNUSED_RESULT;
