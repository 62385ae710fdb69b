/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/drill.h"

#include "storage/catalog_register.h"

#include <string.h>

#define SCRATCH "drill"

void drill_done_clear(DrillDone *done)
{
    restore_done_clear(&done->restored);
}

static gboolean is_of_store(Store *store, const RestoreDone *restored, GError **error)
{
    g_autoptr(Catalog) reader = store_reader(store, error);
    g_autofree char *root =
        reader != NULL ? catalog_root_of(reader, restored->seq + 1, error) : NULL;

    if (root == NULL)
        return FALSE;
    return strcmp(root, restored->root) == 0 ||
           error_set(error, ERROR_DIGEST, "the backup is not of this journal");
}

static gboolean check_restored(const char *folder, const FsckOptions *options, FsckSummary *summary,
                               GError **error)
{
    StoreOptions opening = {.folder = folder};
    g_autoptr(Store) restored = store_open(&opening, error);
    FsckOptions all = *options;

    all.read_data = TRUE;
    all.parts = 0;
    return restored != NULL && fsck_store(restored, &all, summary, error);
}

gboolean drill_run(Store *store, const RestoreRequest *request, const FsckOptions *fsck,
                   DrillDone *done, GError **error)
{
    g_autofree char *folder = store_path(store, SCRATCH);
    RestoreRequest into = *request;
    g_autoptr(GError) why = NULL;
    gboolean ok;

    *done = (DrillDone){0};
    into.folder = folder;
    ok = file_remove_tree(folder, error) && restore_folder(&into, &done->restored, error) &&
         is_of_store(store, &done->restored, error) &&
         check_restored(folder, fsck, &done->checked, error);
    if (!file_remove_tree(folder, &why))
        g_info("%s stays: %s", folder, why->message);
    return ok;
}
