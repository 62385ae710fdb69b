/* SPDX-License-Identifier: Apache-2.0
 *
 * PDFs, without a PDF library: what tells a whole file from a cut one (ISO 32000-1, 7.5). The head
 * names a version, the end says where the table of objects stands, and there it stands. Whoever
 * wants pages looked at gives `decode`.
 */
#include "storage/package_verify.h"

#include <string.h>

#define EDGE_BYTES  1024 /* of a file, in which readers look for its head and its end */
#define TABLE_BYTES 32

/* "%PDF-1.7" within the first bytes; its version is copied. */
static gboolean has_head(const Archive *archive, const ArchiveMember *member, char version[4])
{
    guint8 head[EDGE_BYTES];
    gsize size = MIN(member->size, sizeof head);
    g_autoptr(GError) ignored = NULL; /* a file that cannot be read has no head */
    const char *at;

    if (!archive_read_at(archive, member, 0, head, size, &ignored))
        return FALSE;
    at = memmem(head, size, "%PDF-", 5);
    if (at == NULL || size - (gsize)((const guint8 *)at - head) < 8 || !g_ascii_isdigit(at[5]) ||
        at[6] != '.' || !g_ascii_isdigit(at[7]))
        return FALSE;
    memcpy(version, at + 5, 3);
    version[3] = '\0';
    return TRUE;
}

/* The last "startxref N %%EOF". */
static gboolean read_end(const Archive *archive, const ArchiveMember *member, guint64 *table)
{
    char end[EDGE_BYTES + 1] = {0};
    gsize size = MIN(member->size, EDGE_BYTES);
    g_autoptr(GError) ignored = NULL;
    const char *at, *found = NULL;
    char *rest;

    if (!archive_read_at(archive, member, member->size - size, end, size, &ignored))
        return FALSE;
    for (at = end; (at = memmem(at, size - (gsize)(at - end), "startxref", 9)) != NULL; at += 9)
        found = at + 9;
    if (found == NULL || !g_ascii_isspace(*found))
        return FALSE;
    *table = g_ascii_strtoull(found, &rest, 10);
    rest += strspn(rest, " \t\r\n");
    return g_str_has_prefix(rest, "%%EOF");
}

/* "xref", or the object that is a table itself: "12 0 obj". */
static gboolean table_is_there(const Archive *archive, const ArchiveMember *member, guint64 table)
{
    char text[TABLE_BYTES + 1] = {0};
    g_autoptr(GError) ignored = NULL;
    gsize digits, blanks;

    if (table >= member->size || !archive_read_at(archive, member, table, text,
                                                  MIN(member->size - table, TABLE_BYTES), &ignored))
        return FALSE;
    if (g_str_has_prefix(text, "xref"))
        return TRUE;
    digits = strspn(text, "0123456789");
    blanks = strspn(text + digits, " ");
    return digits > 0 && blanks > 0 && g_str_has_prefix(text + digits + blanks, "0 obj");
}

static void judge_file(Judge *judge, const ArchiveMember *member)
{
    VerifySummary *summary = judge->summary;
    char version[4];
    guint64 table;

    summary->files++;
    summary->bytes += member->size;
    if (!has_head(judge->archive, member, version))
        judge_find(judge, FOUND_PDF, member->path, "no %%PDF- at its head");
    else if (!read_end(judge->archive, member, &table))
        judge_find(judge, FOUND_PDF, member->path, "no %%%%EOF at its end");
    else if (!table_is_there(judge->archive, member, table))
        judge_find(judge, FOUND_PDF, member->path, "no table of objects at byte %" G_GUINT64_FORMAT,
                   table);
    else
        g_strlcpy(summary->version, version, sizeof summary->version);
}

gboolean pdf_is_lone(const Archive *archive)
{
    char version[4];

    return archive_form(archive) == ARCHIVE_LONE &&
           has_head(archive, archive_member(archive, 0), version);
}

gboolean pdf_is_folder(const Archive *archive)
{
    for (guint i = 0; i < archive_count(archive); i++) {
        const ArchiveMember *member = archive_member(archive, i);

        if (member->kind != ARCHIVE_FILE || strchr(member->path, '/') != NULL ||
            !g_str_has_suffix(member->path, ".pdf"))
            return FALSE;
    }
    return archive_form(archive) == ARCHIVE_FOLDER && archive_count(archive) > 0;
}

/* Nothing is expected of them but that they decode. */
static void look_inside(Judge *judge, const GArray *members)
{
    const Found none[HASH_COUNT] = {0};
    Expected expected;

    expected_init(&expected, archive_count(judge->archive));
    judge->total_bytes = judge_bytes(judge, members);
    (void)judge_payload(judge, &expected, members, none, FOUND_PDF_DECODE);
    expected_clear(&expected);
}

void judge_pdf(Judge *judge)
{
    g_autoptr(GArray) members = judge_order(judge->archive);

    judge->summary->kind = VERIFY_PDF;
    judge_find(judge, FOUND_PDF_UNPROVEN, NULL, "%s", "");
    for (guint i = 0; i < members->len; i++)
        judge_file(judge, archive_member(judge->archive, g_array_index(members, guint, i)));
    if (judge->options->level == VERIFY_FULL && judge->options->decode != NULL)
        look_inside(judge, members);
}
