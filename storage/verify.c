/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/bag_verify.h"
#include "storage/ocfl_judge.h"

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

/* A folder of nothing, or of nothing but what keeps it in a version control: as an object it lacks
 * declaration and inventory, and that can be said. */
static gboolean is_bare_folder(const Archive *archive)
{
    for (guint i = 0; i < archive_count(archive); i++)
        if (archive_member(archive, i)->path[0] != '.')
            return FALSE;
    return archive_form(archive) == ARCHIVE_FOLDER;
}

/* Folder roots may hold more members than any list: they are walked, not listed. */
static gboolean judge_root_folder(Judge *judge, const char *path)
{
    if (!ocfl_is_root_folder(path))
        return FALSE;
    judge->summary->form = ARCHIVE_FOLDER;
    judge_ocfl_root(judge, path);
    return TRUE;
}

static gboolean judge_archive(Judge *judge, const char *path, GError **error)
{
    const Archive *archive = judge->archive;

    judge->summary->form = archive_form(archive);
    if (archive_base(archive) == NULL)
        judge_find(judge, FOUND_NO_BASE, NULL, "%s", "");
    else if (ocfl_is_root(archive))
        judge_ocfl_root(judge, NULL);
    else if (is_bag(archive))
        judge_bag(judge);
    else if (ocfl_is_object(archive) || is_bare_folder(archive))
        judge_ocfl_object(judge);
    else
        return error_set(error, ERROR_FORMAT, "%s: no bag and no OCFL root or object", path);
    return TRUE;
}

gboolean verify_path(const char *path, const VerifyOptions *options, VerifyReport report,
                     void *data, VerifySummary *summary, GError **error)
{
    Judge judge = {.options = options, .summary = summary, .report = report, .data = data};
    GError *failed = NULL;
    g_autoptr(Archive) archive = NULL;

    *summary = (VerifySummary){.kind = VERIFY_BAG};
    if (judge_root_folder(&judge, path))
        return TRUE;
    archive = archive_open(path, &options->limits, &failed);
    if (archive == NULL) {
        gboolean judged = refused_archive(&judge, failed);

        if (judged)
            g_error_free(failed);
        else
            g_propagate_error(error, failed);
        return judged;
    }
    judge.archive = archive;
    return judge_archive(&judge, path, error) &&
           (!judge.cancelled || error_set(error, ERROR_CANCELLED, "%s", path));
}
