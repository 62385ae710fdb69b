/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/bundle/pdf_papers.h"

#include <qpdf/qpdf-c.h>
#include <string.h>

#define TAIL_BYTES 48

static gboolean failed(qpdf_data pdf, const char *name, GError **error)
{
    qpdf_error why = qpdf_has_error(pdf) ? qpdf_get_error(pdf) : NULL;

    return error_set(error, ERROR_FORMAT, "%s: %s", name,
                     why != NULL ? qpdf_get_error_message_detail(pdf, why) : "no sound PDF");
}

static qpdf_data quiet(void)
{
    qpdf_data pdf = qpdf_init();

    qpdf_silence_errors(pdf);
    qpdf_set_suppress_warnings(pdf, QPDF_TRUE);
    return pdf;
}

/* What is open while the papers are joined; the sources must outlive the writing. */
typedef struct {
    qpdf_data all;
    GArray *sources;  /* of qpdf_data */
    GPtrArray *bytes; /* of GBytes */
    PdfPapers *papers;
} Join;

static gboolean add_paper(Join *join, const CasefilePart *part, GError **error)
{
    GBytes *bytes = casefile_part_read(part, error);
    qpdf_data source = quiet();
    PdfPaper paper = {.first = join->papers->page_objects->len};
    guint zero = 0;
    int n;

    g_array_append_val(join->sources, source);
    if (bytes == NULL)
        return FALSE;
    g_ptr_array_add(join->bytes, bytes);
    if ((qpdf_read_memory(source, part->path, g_bytes_get_data(bytes, NULL),
                          g_bytes_get_size(bytes), "") &
         QPDF_ERRORS) != 0)
        return failed(source, part->path, error);
    n = qpdf_get_num_pages(source);
    for (int i = 0; i < n; i++) {
        qpdf_oh page = qpdf_get_page_n(source, (size_t)i);

        if ((qpdf_add_page(join->all, source, page, QPDF_FALSE) & QPDF_ERRORS) != 0)
            return failed(join->all, part->path, error);
        g_array_append_val(join->papers->page_objects, zero);
    }
    paper.count = join->papers->page_objects->len - paper.first;
    g_array_append_val(join->papers->papers, paper);
    return paper.count > 0 || error_set(error, ERROR_FORMAT, "%s: no pages", part->path);
}

static gboolean write_joined(Join *join, GError **error)
{
    if ((qpdf_init_write_memory(join->all) & QPDF_ERRORS) != 0)
        return failed(join->all, "papers", error);
    qpdf_set_object_stream_mode(join->all, qpdf_o_disable);
    qpdf_set_stream_data_mode(join->all, qpdf_s_preserve);
    qpdf_set_deterministic_ID(join->all, QPDF_TRUE);
    qpdf_set_minimum_pdf_version(join->all, "1.7");
    if ((qpdf_write(join->all) & QPDF_ERRORS) != 0)
        return failed(join->all, "papers", error);
    join->papers->bytes =
        g_bytes_new(qpdf_get_buffer(join->all), qpdf_get_buffer_length(join->all));
    return TRUE;
}

/* The number behind the last "startxref", which stands in the last bytes. */
static guint64 xref_of(GBytes *bytes)
{
    gsize size;
    const char *text = g_bytes_get_data(bytes, &size);
    g_autofree char *tail = g_strndup(text + size - MIN(size, TAIL_BYTES), MIN(size, TAIL_BYTES));
    const char *at = strstr(tail, "startxref");

    return at != NULL ? g_ascii_strtoull(at + strlen("startxref"), NULL, 10) : 0;
}

/* Numbers as they stand in the file just written. */
static gboolean look_up(PdfPapers *papers, GError **error)
{
    qpdf_data pdf = quiet();
    qpdf_oh trailer, root;
    gboolean ok = (qpdf_read_memory(pdf, "papers", g_bytes_get_data(papers->bytes, NULL),
                                    g_bytes_get_size(papers->bytes), "") &
                   QPDF_ERRORS) == 0;

    if (!ok)
        (void)failed(pdf, "papers", error);
    trailer = qpdf_get_trailer(pdf);
    root = qpdf_get_root(pdf);
    if (ok) {
        papers->n_objects =
            (guint)qpdf_oh_get_int_value(pdf, qpdf_oh_get_key(pdf, trailer, "/Size"));
        papers->pages = (guint)qpdf_oh_get_object_id(pdf, qpdf_oh_get_key(pdf, root, "/Pages"));
        papers->id = g_strdup(qpdf_oh_unparse(pdf, qpdf_oh_get_key(pdf, trailer, "/ID")));
        papers->xref_at = xref_of(papers->bytes);
    }
    for (guint i = 0; ok && i < papers->page_objects->len; i++)
        g_array_index(papers->page_objects, guint, i) =
            (guint)qpdf_oh_get_object_id(pdf, qpdf_get_page_n(pdf, i));
    qpdf_cleanup(&pdf);
    return ok;
}

static gboolean join_all(Join *join, const GPtrArray *parts, GError **error)
{
    qpdf_empty_pdf(join->all);
    for (guint i = 0; i < parts->len; i++)
        if (!add_paper(join, g_ptr_array_index(parts, i), error))
            return FALSE;
    return write_joined(join, error) && look_up(join->papers, error);
}

PdfPapers *pdf_papers_join(const GPtrArray *parts, GError **error)
{
    g_autoptr(PdfPapers) papers = g_new0(PdfPapers, 1);
    Join join = {.all = quiet(), .papers = papers};
    gboolean ok;

    papers->papers = g_array_new(FALSE, FALSE, sizeof(PdfPaper));
    papers->page_objects = g_array_new(FALSE, FALSE, sizeof(guint));
    join.sources = g_array_new(FALSE, FALSE, sizeof(qpdf_data));
    join.bytes = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    ok = join_all(&join, parts, error);
    qpdf_cleanup(&join.all);
    for (guint i = 0; i < join.sources->len; i++)
        qpdf_cleanup(&g_array_index(join.sources, qpdf_data, i));
    g_array_unref(join.sources);
    g_ptr_array_unref(join.bytes);
    return ok ? g_steal_pointer(&papers) : NULL;
}

void pdf_papers_free(PdfPapers *papers)
{
    if (papers == NULL)
        return;
    g_clear_pointer(&papers->bytes, g_bytes_unref);
    g_array_unref(papers->papers);
    g_array_unref(papers->page_objects);
    g_free(papers->id);
    g_free(papers);
}
