/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/fsck_intern.h"

#include <string.h>

static void say(Fsck *fsck, const FsckFinding *finding)
{
    if (finding->is_error)
        fsck->summary->errors++;
    else
        fsck->summary->warnings++;
    if (fsck->options->report != NULL)
        fsck->options->report(finding, fsck->options->data);
}

void fsck_error(Fsck *fsck, const char *code, const char *path, const char *detail, ...)
{
    g_autofree char *text = NULL;
    va_list args;

    va_start(args, detail);
    text = g_strdup_vprintf(detail, args);
    va_end(args);
    say(fsck, &(FsckFinding){TRUE, code, path, text});
}

void fsck_warning(Fsck *fsck, const char *code, const char *path, const char *detail, ...)
{
    g_autofree char *text = NULL;
    va_list args;

    va_start(args, detail);
    text = g_strdup_vprintf(detail, args);
    va_end(args);
    say(fsck, &(FsckFinding){FALSE, code, path, text});
}

gboolean fsck_pace(Fsck *fsck, gint64 bytes, GError **error)
{
    return fsck->options->pace == NULL || fsck->options->pace(bytes, fsck->options->data) ||
           error_set(error, ERROR_CANCELLED, "%s", store_folder(fsck->store));
}

gboolean fsck_is_in_part(const FsckOptions *options, const char *id)
{
    guint8 digest[SHA256_DIGEST_SIZE];
    guint32 hash = 0;

    if (options->parts == 0)
        return TRUE;
    sha256_of(id, strlen(id), digest);
    for (gsize i = 0; i < sizeof hash; i++)
        hash = hash << 8 | digest[i];
    return hash % options->parts == options->part - 1;
}

gboolean fsck_files(Store *store, const FsckOptions *options, FsckSummary *summary, GError **error)
{
    g_autoptr(Catalog) reader = store_reader(store, error);
    Fsck fsck = {store, options, summary, reader};

    return reader != NULL && fsck_spool(&fsck, error) && fsck_vault(&fsck, error);
}

gboolean fsck_store(Store *store, const FsckOptions *options, FsckSummary *summary, GError **error)
{
    g_autoptr(Catalog) reader = store_reader(store, error);
    Fsck fsck = {store, options, summary, reader};

    *summary = (FsckSummary){0};
    return reader != NULL && fsck_truth(&fsck, error) && fsck_catalog(&fsck, error) &&
           fsck_files(store, options, summary, error);
}
