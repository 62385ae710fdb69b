/* SPDX-License-Identifier: Apache-2.0
 *
 * One case on its way out: its files, and what is known of it.
 */
#include "appliance/counter/export_intern.h"

#include "appliance/bundle/describe.h"
#include "appliance/counter/archive.h"
#include "appliance/counter/archive_files.h"
#include "appliance/counter/case.h"
#include "storage/catalog_keeping.h"
#include "storage/ocfl.h"

#include <string.h>

/* ── its files ───────────────────────────────────────────────────────────────────────────── */

typedef struct {
    Casefile *casefile;
    char *object; /* folder of the vault's object */
} Taking;

static gboolean take_sealed_file(const OcflFile *file, void *data, GError **error)
{
    const Taking *taking = data;
    g_autofree char *source = g_build_filename(taking->object, file->content, NULL);
    g_autoptr(json_t) row =
        json_pack("{s:s*, s:s}", "sha256", file->sha256, "sha512", file->sha512);

    return casefile_add_file(taking->casefile, file->logical, source, row, error);
}

static Casefile *sealed_casefile(House *house, const char *number, GError **error)
{
    g_autofree char *vault = store_path(house_store(house), "vault/root");
    g_autofree char *staging = store_path(house_store(house), "vault/staging");
    g_autofree char *id = g_strdup_printf("urn:anjuan:%s", number);
    /* A crash may have left what is sealed on the vault's threshold. */
    gboolean settled = archive_recover(house_store(house), error);
    g_autoptr(OcflRoot) root = settled ? ocfl_root_open(vault, staging, error) : NULL;
    g_autoptr(json_t) inventory = root != NULL ? ocfl_inventory_read(root, id, error) : NULL;
    g_autofree char *object = root != NULL ? ocfl_object_path(root, id) : NULL;
    g_autoptr(Casefile) casefile = casefile_new(number);
    Taking taking = {casefile, object};

    if (inventory == NULL || !ocfl_inventory_each(inventory, take_sealed_file, &taking, error))
        return NULL;
    casefile_sort(casefile);
    return g_steal_pointer(&casefile);
}

static gboolean frame_and_describe(Export *export, Casefile *casefile, const ArchiveView *view,
                                   GError **error)
{
    gint64 at_us = 0;

    /* The instant of its last record, so that the same case gives the same bytes. */
    if (!clock_parse(json_text(casefile->about, "at"), &at_us))
        return error_set(error, ERROR_JOURNAL_DAMAGED, "case %s: no records", casefile->number);
    return archive_add_lists(casefile, export->house, view, at_us, error) &&
           casefile_describe(casefile, error);
}

static Casefile *open_casefile(Export *export, const char *number, GError **error)
{
    g_autoptr(ArchiveView) view = archive_view(export->house, export->catalog, number, NULL, error);
    g_autoptr(Casefile) casefile =
        view != NULL ? archive_casefile(export->house, export->catalog, view, error) : NULL;

    if (casefile == NULL || !casefile_read_record(casefile, error))
        return NULL;
    casefile->about = archive_about(export->house, export->catalog, number, error);
    if (casefile->about == NULL || !frame_and_describe(export, casefile, view, error))
        return NULL;
    return g_steal_pointer(&casefile);
}

static Casefile *filed_casefile(Export *export, const char *number, GError **error)
{
    g_autoptr(Casefile) casefile = sealed_casefile(export->house, number, error);

    if (casefile == NULL || !casefile_read_record(casefile, error))
        return NULL;
    casefile->about = archive_about(export->house, export->catalog, number, error);
    return casefile->about != NULL ? g_steal_pointer(&casefile) : NULL;
}

Casefile *export_casefile(Export *export, const char *number, GError **error)
{
    g_autoptr(json_t) row = case_row(export->catalog, number, error);
    gboolean destroyed;

    if (row == NULL || !catalog_is_destroyed(export->catalog, number, &destroyed, error))
        return NULL;
    if (destroyed) {
        error_set(error, ERROR_DESTROYED, "%s", number);
        return NULL;
    }
    return json_text(row, "filed_at") != NULL ? filed_casefile(export, number, error)
                                              : open_casefile(export, number, error);
}
