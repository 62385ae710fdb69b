/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/bag_verify.h"

/* Hostile and damaged archives are findings: the answer is no, not "cannot be judged". */
static gboolean refused_archive(Judge *judge, GError *error)
{
    if (g_error_matches(error, ANJUAN_ERROR, ERROR_ARCHIVE_HOSTILE))
        judge_find(judge, FOUND_HOSTILE, NULL, "%s", error->message);
    else if (g_error_matches(error, ANJUAN_ERROR, ERROR_BUNDLE_INVALID))
        judge_find(judge, FOUND_DAMAGED, NULL, "%s", error->message);
    else
        return FALSE;
    return TRUE;
}

static gboolean is_bag(const Archive *archive)
{
    gboolean of_tags;

    if (archive_find(archive, "bagit.txt") != NULL || archive_find(archive, "data") != NULL)
        return TRUE;
    for (guint i = 0; i < archive_count(archive); i++) {
        g_autofree char *name = NULL;

        if (bag_manifest_name(archive_member(archive, i)->path, &of_tags, &name))
            return TRUE;
    }
    return FALSE;
}

gboolean verify_path(const char *path, const VerifyOptions *options, VerifyReport report,
                     void *data, VerifySummary *summary, GError **error)
{
    Judge judge = {.options = options, .summary = summary, .report = report, .data = data};
    GError *failed = NULL;
    g_autoptr(Archive) archive = archive_open(path, &options->limits, &failed);

    *summary = (VerifySummary){.kind = VERIFY_BAG};
    if (archive == NULL) {
        gboolean judged = refused_archive(&judge, failed);

        if (judged)
            g_error_free(failed);
        else
            g_propagate_error(error, failed);
        return judged;
    }
    judge.archive = archive;
    summary->form = archive_form(archive);
    if (archive_base(archive) == NULL) {
        judge_find(&judge, FOUND_NO_BASE, NULL, "%s", "");
        return TRUE;
    }
    if (!is_bag(archive))
        return error_set(error, ERROR_FORMAT, "%s: no bag", path);
    judge_bag(&judge);
    return TRUE;
}
