/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/fsck_intern.h"

#include <string.h>

/* Takes code and path of the finding as they are, and its detail from the arguments. */
static void G_GNUC_PRINTF(3, 0)
    say(Fsck *fsck, FsckFinding finding, const char *detail, va_list args)
{
    g_autofree char *text = g_strdup_vprintf(detail, args);

    finding.detail = text;
    if (finding.is_error)
        fsck->summary->errors++;
    else
        fsck->summary->warnings++;
    if (fsck->options->report != NULL)
        fsck->options->report(&finding, fsck->options->data);
}

void fsck_error(Fsck *fsck, const char *code, const char *path, const char *detail, ...)
{
    va_list args;

    va_start(args, detail);
    say(fsck, (FsckFinding){TRUE, code, path, NULL}, detail, args);
    va_end(args);
}

void fsck_warning(Fsck *fsck, const char *code, const char *path, const char *detail, ...)
{
    va_list args;

    va_start(args, detail);
    say(fsck, (FsckFinding){FALSE, code, path, NULL}, detail, args);
    va_end(args);
}

gboolean fsck_pace(Fsck *fsck, gint64 bytes, GError **error)
{
    return fsck->options->pace == NULL || fsck->options->pace(bytes, fsck->options->data) ||
           error_set(error, ERROR_CANCELLED, "%s", store_folder(fsck->store));
}

gboolean fsck_page(Fsck *fsck, json_t *rows_taken, FsckRow check, json_t **last, GError **error)
{
    g_autoptr(json_t) rows = rows_taken;
    gsize i;
    json_t *row;

    if (rows == NULL)
        return FALSE;
    json_array_foreach(rows, i, row)
    {
        if (!check(fsck, row, error))
            return FALSE;
    }
    json_decref(*last);
    *last = i > 0 ? json_incref(json_array_get(rows, i - 1)) : NULL;
    return TRUE;
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
