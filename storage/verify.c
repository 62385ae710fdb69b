/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/bag_verify.h"
#include "storage/ocfl_judge.h"
#include "storage/package_verify.h"

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

/* The judge for what has no declaration of its own but its files; NULL: none. */
typedef void (*JudgeKind)(Judge *judge);

static JudgeKind judge_of_files(const Archive *archive)
{
    if (gbt_is_package(archive))
        return judge_gbt;
    if (dat93_is_package(archive))
        return judge_dat93;
    return pdf_is_lone(archive) || pdf_is_folder(archive) ? judge_pdf : NULL;
}

static gboolean judge_archive(Judge *judge, const char *path, GError **error)
{
    const Archive *archive = judge->archive;
    gboolean has_base = archive_base(archive) != NULL; /* else it is a package, a PDF or wrong */
    JudgeKind by_files = judge_of_files(archive);

    judge->summary->form = archive_form(archive);
    if (has_base && ocfl_is_root(archive))
        judge_ocfl_root(judge, NULL);
    else if (has_base && is_bag(archive))
        judge_bag(judge);
    else if (has_base && ocfl_is_object(archive))
        judge_ocfl_object(judge);
    else if (by_files != NULL)
        by_files(judge);
    else if (!has_base)
        judge_find(judge, FOUND_NO_BASE, NULL, "%s", "");
    else if (is_bare_folder(archive))
        judge_ocfl_object(judge);
    else
        return error_set(error, ERROR_FORMAT, "%s: no bag, no OCFL root or object, no package",
                         path);
    return TRUE;
}

/* Packages may stand in an archive without a base folder, in several folders at the top; nothing
 * else may. */
static Archive *open_flat(const char *path, const ArchiveLimits *limits)
{
    ArchiveLimits flat = *limits;
    g_autoptr(Archive) archive = NULL;
    g_autoptr(GError) ignored = NULL; /* what is wrong was told when it was opened first */

    flat.flat = TRUE;
    archive = archive_open(path, &flat, &ignored);
    if (archive == NULL || is_bag(archive) ||
        !(gbt_is_package(archive) || dat93_is_package(archive)))
        return NULL;
    return g_steal_pointer(&archive);
}

/* A file that is no archive, if it says to be a PDF. */
static Archive *open_pdf(const char *path)
{
    g_autoptr(GError) ignored = NULL;
    g_autoptr(Archive) archive = archive_open_lone(path, &ignored);

    return archive != NULL && pdf_is_lone(archive) ? g_steal_pointer(&archive) : NULL;
}

static Archive *open_bundle(const char *path, const ArchiveLimits *limits, GError **error)
{
    GError *failed = NULL;
    Archive *archive = archive_open(path, limits, &failed);

    if (archive == NULL && g_error_matches(failed, ANJUAN_ERROR, ERROR_ARCHIVE_HOSTILE))
        archive = open_flat(path, limits);
    else if (archive == NULL && g_error_matches(failed, ANJUAN_ERROR, ERROR_FORMAT))
        archive = open_pdf(path);
    if (archive == NULL)
        g_propagate_error(error, failed);
    else
        g_clear_error(&failed);
    return archive;
}

const char *verify_kind_token(VerifyKind kind)
{
    static const char *const tokens[] = {
        [VERIFY_BAG] = "bag",
        [VERIFY_OCFL_OBJECT] = "ocfl-object",
        [VERIFY_OCFL_ROOT] = "ocfl-root",
        [VERIFY_GBT42727] = "gbt42727",
        [VERIFY_DAT93] = "dat93",
        [VERIFY_PDF] = "pdf",
        [VERIFY_ARCHIVE] = "archive",
    };

    return tokens[kind];
}

const char *verify_proofs_token(VerifyProofs proofs)
{
    static const char *const tokens[] = {
        [VERIFY_PROOFS_NONE] = "none",
        [VERIFY_PROOFS_REFUSED] = "refused",
        [VERIFY_PROOFS_CONSISTENT] = "consistent",
        [VERIFY_PROOFS_VERIFIED] = "verified",
    };

    return tokens[proofs];
}

gboolean verify_path(const char *path, const VerifyOptions *options, VerifyReport report,
                     void *data, VerifySummary *summary, GError **error)
{
    Judge judge = {.options = options, .summary = summary, .report = report, .data = data};
    GError *failed = NULL;
    g_autoptr(Archive) archive = NULL;

    *summary = (VerifySummary){.kind = VERIFY_ARCHIVE};
    if (judge_root_folder(&judge, path))
        return TRUE;
    archive = open_bundle(path, &options->limits, &failed);
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
