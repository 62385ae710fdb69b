/* SPDX-License-Identifier: Apache-2.0
 *
 * What stands in the PDF of a case, and in which order: the case's own record says it.
 */
#include "appliance/bundle/case_pdf.h"

#include "appliance/base/clock.h"

static void section_free(void *data)
{
    CasePdfSection *section = data;

    g_free(section->title);
    g_array_unref(section->leaves);
    g_free(section);
}

void case_pdf_free(CasePdf *pdf)
{
    if (pdf == NULL)
        return;
    g_ptr_array_unref(pdf->sections);
    g_string_chunk_free(pdf->texts);
    g_free(pdf->title);
    g_free(pdf);
}

/* Takes `title`. */
static CasePdfSection *add_section(CasePdf *pdf, char *title)
{
    CasePdfSection *section = g_new0(CasePdfSection, 1);

    section->title = title;
    section->leaves = g_array_new(FALSE, FALSE, sizeof(CasePdfLeaf));
    g_ptr_array_add(pdf->sections, section);
    return section;
}

static void add_leaf(CasePdf *pdf, CasePdfSection *section, const CasefilePart *part,
                     const char *label, guint turn)
{
    CasePdfLeaf leaf = {part, label != NULL ? g_string_chunk_insert_const(pdf->texts, label) : NULL,
                        turn};

    g_array_append_val(section->leaves, leaf);
}

/* A sheet of the frame, where the case has it. */
static void add_frame(CasePdf *pdf, const Casefile *casefile, const char *path, const char *title)
{
    const CasefilePart *part = casefile_find(casefile, path);

    if (part != NULL)
        add_leaf(pdf, add_section(pdf, g_strdup(title)), part, title, 0);
}

static void add_sides(CasePdf *pdf, CasePdfSection *section, const Casefile *casefile,
                      gint64 document)
{
    json_t *sides = json_object_get(casefile->record, "sides"), *side;
    gsize i;

    json_array_foreach(sides, i, side)
    {
        const char *file = json_text(side, "file");
        const CasefilePart *part = file != NULL ? casefile_find(casefile, file) : NULL;
        gint64 page = json_int(side, "page_number", 0);
        g_autofree char *label = page > 0 ? g_strdup_printf("%" G_GINT64_FORMAT, page) : NULL;

        if (part != NULL && json_int(side, "document", -1) == document)
            add_leaf(pdf, section, part, label != NULL ? label : "空白",
                     (guint)json_int(side, "turn", 0));
    }
}

/* "3 营业执照 (第5–6页)", "作废 007 ……: 误扫" */
static char *section_title(const json_t *entry)
{
    const char *title = json_text(entry, "title"), *reason = json_text(entry, "void");
    gint64 first = json_int(entry, "first_page", 0), pages = json_int(entry, "pages", 0);
    g_autofree char *range = NULL;

    if (reason != NULL)
        return g_strdup_printf("作废 %03d %s: %s", (int)json_int(entry, "number", 0), title,
                               reason);
    range = first == 0  ? g_strdup("")
            : pages > 1 ? g_strdup_printf(" (第%d–%d页)", (int)first, (int)(first + pages - 1))
                        : g_strdup_printf(" (第%d页)", (int)first);
    return g_strdup_printf("%d %s%s", (int)json_int(entry, "position", 0), title, range);
}

/* Scanned sides stand for a document; without any its paper does. */
static void add_document(CasePdf *pdf, const Casefile *casefile, const json_t *entry)
{
    gint64 number = json_int(entry, "number", 0);
    CasePdfSection *section = add_section(pdf, section_title(entry));
    const CasefilePart *paper = casefile_paper(casefile, number);

    if (json_text(entry, "void") != NULL)
        return;
    add_sides(pdf, section, casefile, number);
    if (section->leaves->len == 0 && paper != NULL)
        add_leaf(pdf, section, paper, "电子文书", 0);
}

CasePdf *case_pdf_of(const Casefile *casefile)
{
    CasePdf *pdf = g_new0(CasePdf, 1);
    const char *archive_number = json_text(casefile->about, "archive_number");
    json_t *entries = json_object_get(casefile->record, "documents"), *entry;
    gsize i;

    pdf->sections = g_ptr_array_new_with_free_func(section_free);
    pdf->texts = g_string_chunk_new(4096);
    pdf->title = g_strdup_printf("%s %s %s", archive_number != NULL ? archive_number : "",
                                 json_text(casefile->about, "applicant"),
                                 json_text(casefile->about, "item_name"));
    g_strstrip(pdf->title);
    if (!clock_parse(json_text(casefile->about, "at"), &pdf->time_us))
        pdf->time_us = 0;
    add_frame(pdf, casefile, "documentation/cover.pdf", "封面");
    add_frame(pdf, casefile, "documentation/contents.pdf", "卷内文件目录");
    json_array_foreach(entries, i, entry) add_document(pdf, casefile, entry);
    add_frame(pdf, casefile, "documentation/remarks.pdf", "卷内备考表");
    return pdf;
}
