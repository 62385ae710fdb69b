/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/bundle/case_pdf.h"

#include "appliance/base/file.h"
#include "appliance/bundle/page_image.h"
#include "appliance/bundle/pdf_papers.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_BYTES     65536
#define POINTS_PER_INCH 72.0
#define A4_WIDTH_PT     595
#define A4_HEIGHT_PT    842

/* The file while it is written. Objects are numbered behind those of the papers. */
typedef struct {
    const CasePdf *pdf;
    CasePdfSink sink;
    void *data;
    guint64 at;
    PdfPapers *papers;
    GArray *offsets; /* of guint64, object papers->n_objects + i */
    guint64 pages_at;
    GArray *kids; /* of guint: the object of every page, in order */
    guint next_paper;
    guint8 block[BLOCK_BYTES];
} Out;

static gboolean put(Out *out, const void *bytes, gsize size, GError **error)
{
    out->at += size;
    return out->sink == NULL || out->sink(out->data, bytes, size, error);
}

static gboolean put_text(Out *out, const char *text, GError **error)
{
    return put(out, text, strlen(text), error);
}

static gboolean put_line(Out *out, GError **error, const char *format, ...) G_GNUC_PRINTF(3, 4);
static gboolean put_line(Out *out, GError **error, const char *format, ...)
{
    va_list arguments;
    g_autofree char *text = NULL;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return put_text(out, text, error);
}

/* Begin the next object; its number comes out. */
static gboolean begin(Out *out, guint *number, GError **error)
{
    *number = out->papers->n_objects + out->offsets->len;
    g_array_append_val(out->offsets, out->at);
    return put_line(out, error, "%u 0 obj\n", *number);
}

/* The number of the object `ahead` places behind the next one. */
static guint coming(const Out *out, guint ahead)
{
    return out->papers->n_objects + out->offsets->len + ahead;
}

/* A text string: UTF-16 with its mark, in hex. */
static char *text_string(const char *text)
{
    g_autofree gunichar2 *wide = g_utf8_to_utf16(text, -1, NULL, NULL, NULL);
    GString *out = g_string_new("<FEFF");

    for (gsize i = 0; wide != NULL && wide[i] != 0; i++)
        g_string_append_printf(out, "%04X", wide[i]);
    g_string_append_c(out, '>');
    return g_string_free(out, FALSE);
}

/* Numbers of a PDF have a point whatever the locale, and no exponent. */
static const char *point(double value, char text[G_ASCII_DTOSTR_BUF_SIZE])
{
    return g_ascii_formatd(text, G_ASCII_DTOSTR_BUF_SIZE, "%.2f", value);
}

/* ── images ──────────────────────────────────────────────────────────────────────────────── */

static void mirror_bits(guint8 *bytes, gsize size)
{
    for (gsize i = 0; i < size; i++) {
        guint8 in = bytes[i], turned = 0;

        for (guint bit = 0; bit < 8; bit++)
            turned |= (guint8)((in >> bit & 1) << (7 - bit));
        bytes[i] = turned;
    }
}

static gboolean put_range(Out *out, int fd, const PageRange *range, gboolean mirror, GError **error)
{
    guint64 done = 0;

    if (out->sink == NULL) {
        out->at += range->size;
        return TRUE;
    }
    while (done < range->size) {
        gsize want = MIN(range->size - done, (guint64)sizeof out->block);
        ssize_t n = file_pread(fd, out->block, want, (gint64)(range->offset + done));

        if (n <= 0)
            return error_set_errno(error, ERROR_IO, n < 0 ? errno : EIO, "read an image");
        if (mirror)
            mirror_bits(out->block, (gsize)n);
        if (!put(out, out->block, (gsize)n, error))
            return FALSE;
        done += (guint64)n;
    }
    return TRUE;
}

static gboolean put_strip(Out *out, int fd, const PageImage *image, const PageStrip *strip,
                          GError **error)
{
    guint number;
    gsize size;
    const void *before;

    if (!begin(out, &number, error) ||
        !put_line(out, error,
                  "<< /Type /XObject /Subtype /Image /Width %u /Height %u %s /Length "
                  "%" G_GUINT64_FORMAT " >>\nstream\n",
                  image->width_px, strip->height_px, strip->dictionary, page_strip_bytes(strip)))
        return FALSE;
    before = strip->before != NULL ? g_bytes_get_data(strip->before, &size) : NULL;
    if (before != NULL && !put(out, before, size, error))
        return FALSE;
    for (guint i = 0; i < strip->ranges->len; i++)
        if (!put_range(out, fd, &g_array_index(strip->ranges, PageRange, i), strip->mirror, error))
            return FALSE;
    return put_text(out, "\nendstream\nendobj\n", error);
}

/* The strips one under the other, in points from the foot of the page. */
static GString *stack_of(const PageImage *image)
{
    GString *content = g_string_new(NULL);
    char width[G_ASCII_DTOSTR_BUF_SIZE], height[G_ASCII_DTOSTR_BUF_SIZE];
    char foot[G_ASCII_DTOSTR_BUF_SIZE];
    double scale_y = POINTS_PER_INCH / image->dpi_y;
    guint32 below = image->height_px;

    for (guint i = 0; i < image->strips->len; i++) {
        const PageStrip *strip = g_ptr_array_index(image->strips, i);

        below -= MIN(strip->height_px, below);
        g_string_append_printf(content, "q %s 0 0 %s 0 %s cm /I%u Do Q\n",
                               point(image->width_px * POINTS_PER_INCH / image->dpi_x, width),
                               point(strip->height_px * scale_y, height),
                               point(below * scale_y, foot), i);
    }
    return content;
}

static gboolean put_content(Out *out, const char *content, GError **error)
{
    guint number;

    return begin(out, &number, error) &&
           put_line(out, error, "<< /Length %" G_GSIZE_FORMAT " >>\nstream\n%sendstream\nendobj\n",
                    strlen(content), content);
}

static gboolean put_image_page(Out *out, const PageImage *image, guint turn, guint first,
                               GError **error)
{
    g_autoptr(GString) content = stack_of(image);
    g_autoptr(GString) objects = g_string_new(NULL);
    char width[G_ASCII_DTOSTR_BUF_SIZE], height[G_ASCII_DTOSTR_BUF_SIZE];
    guint page;

    for (guint i = 0; i < image->strips->len; i++)
        g_string_append_printf(objects, " /I%u %u 0 R", i, first + i);
    if (!put_content(out, content->str, error) || !begin(out, &page, error))
        return FALSE;
    g_array_append_val(out->kids, page);
    return put_line(out, error,
                    "<< /Type /Page /Parent %u 0 R /MediaBox [0 0 %s %s] /Rotate %u /Resources << "
                    "/XObject <<%s >> >> /Contents %u 0 R >>\nendobj\n",
                    out->papers->pages,
                    point(image->width_px * POINTS_PER_INCH / image->dpi_x, width),
                    point(image->height_px * POINTS_PER_INCH / image->dpi_y, height),
                    (image->turn + turn) % 360, objects->str, page - 1);
}

static gboolean put_image(Out *out, int fd, const PageImage *image, guint turn, GError **error)
{
    guint first = coming(out, 0);

    for (guint i = 0; i < image->strips->len; i++)
        if (!put_strip(out, fd, image, g_ptr_array_index(image->strips, i), error))
            return FALSE;
    return put_image_page(out, image, turn, first, error);
}

/* A page that says what is not shown: plain ASCII in a font that every reader has. */
static gboolean put_note_page(Out *out, const CasefilePart *part, GError **error)
{
    g_autofree char *hex = casefile_part_sha256(part);
    g_autofree char *content =
        g_strdup_printf("BT /F 11 Tf 56 760 Td 16 TL (This side cannot stand "
                        "in a PDF as it was captured.) Tj T*\n(It is the file "
                        "%s) Tj T*\n(SHA-256 %s) Tj ET\n",
                        part->path, hex);
    guint page;

    if (!put_content(out, content, error) || !begin(out, &page, error))
        return FALSE;
    g_array_append_val(out->kids, page);
    return put_line(out, error,
                    "<< /Type /Page /Parent %u 0 R /MediaBox [0 0 %d %d] /Resources << /Font << /F "
                    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> /Contents %u 0 R "
                    ">>\nendobj\n",
                    out->papers->pages, A4_WIDTH_PT, A4_HEIGHT_PT, page - 1);
}

/* ── pages ───────────────────────────────────────────────────────────────────────────────── */

/* Whether the file still is what the catalogue says; reads it all. */
static gboolean check_part(Out *out, int fd, const CasefilePart *part, GError **error)
{
    struct sha256_ctx context;
    guint8 digest[SHA256_DIGEST_SIZE];
    off_t at = 0;
    ssize_t n;

    if (out->sink == NULL)
        return TRUE;
    sha256_init(&context);
    while ((n = file_pread(fd, out->block, sizeof out->block, at)) > 0) {
        sha256_update(&context, (size_t)n, out->block);
        at += n;
    }
    if (n < 0)
        return error_set_errno(error, ERROR_IO, errno, "%s", part->path);
    sha256_digest(&context, sizeof digest, digest);
    return memcmp(digest, part->digests.sha256, sizeof digest) == 0 ||
           error_set(error, ERROR_DIGEST, "%s", part->path);
}

static gboolean put_side(Out *out, const CasePdfLeaf *leaf, GError **error)
{
    const CasefilePart *part = leaf->part;
    g_auto(Fd) fd = part->source != NULL ? open(part->source, O_RDONLY | O_CLOEXEC | O_NOCTTY) : -1;
    g_autoptr(PageImage) image = NULL;
    g_autoptr(GError) why = NULL;

    if (fd < 0)
        return error_set_errno(error, ERROR_NO_FILE, errno, "%s", part->path);
    if (!check_part(out, fd, part, error))
        return FALSE;
    image = page_image_read(fd, part->path, &why);
    if (image == NULL && error_code(why) != ERROR_FORMAT) {
        g_propagate_error(error, g_steal_pointer(&why));
        return FALSE;
    }
    return image != NULL ? put_image(out, fd, image, leaf->turn, error)
                         : put_note_page(out, part, error);
}

/* The pages of a paper are in the file already. */
static void take_paper(Out *out)
{
    const PdfPaper *paper = &g_array_index(out->papers->papers, PdfPaper, out->next_paper++);

    g_array_append_vals(out->kids, &g_array_index(out->papers->page_objects, guint, paper->first),
                        paper->count);
}

static gboolean is_paper(const CasePdfLeaf *leaf)
{
    return g_str_has_suffix(leaf->part->path, ".pdf");
}

/* Every leaf of every section; where each section begins, in pages. */
static gboolean put_sections(Out *out, GArray *begins, GPtrArray *labels, GError **error)
{
    for (guint i = 0; i < out->pdf->sections->len; i++) {
        const CasePdfSection *section = g_ptr_array_index(out->pdf->sections, i);

        g_array_append_val(begins, out->kids->len);
        for (guint at = 0; at < section->leaves->len; at++) {
            const CasePdfLeaf *leaf = &g_array_index(section->leaves, CasePdfLeaf, at);

            if (is_paper(leaf))
                take_paper(out);
            else if (!put_side(out, leaf, error))
                return FALSE;
            while (labels->len < out->kids->len)
                g_ptr_array_add(labels, (void *)leaf->label);
        }
    }
    return TRUE;
}

/* ── the frame ───────────────────────────────────────────────────────────────────────────── */

/* One bookmark a section; those without pages lead nowhere. */
static gboolean put_outlines(Out *out, const GArray *begins, GError **error)
{
    const GPtrArray *sections = out->pdf->sections;
    guint root = coming(out, sections->len), number;

    for (guint i = 0; i < sections->len; i++) {
        const CasePdfSection *section = g_ptr_array_index(sections, i);
        g_autofree char *title = text_string(section->title);
        g_autoptr(GString) links = g_string_new(NULL);

        if (!begin(out, &number, error))
            return FALSE;
        if (i > 0)
            g_string_append_printf(links, " /Prev %u 0 R", number - 1);
        if (i + 1 < sections->len)
            g_string_append_printf(links, " /Next %u 0 R", number + 1);
        if (section->leaves->len > 0)
            g_string_append_printf(
                links, " /Dest [%u 0 R /Fit]",
                g_array_index(out->kids, guint, g_array_index(begins, guint, i)));
        if (!put_line(out, error, "<< /Title %s /Parent %u 0 R%s >>\nendobj\n", title, root,
                      links->str))
            return FALSE;
    }
    return begin(out, &number, error) &&
           put_line(out, error,
                    "<< /Type /Outlines /First %u 0 R /Last %u 0 R /Count %u >>\nendobj\n",
                    root - sections->len, root - 1, sections->len);
}

static char *label_tree(const GPtrArray *labels)
{
    GString *tree = g_string_new("<< /Nums [");

    for (guint i = 0; i < labels->len; i++) {
        const char *label = g_ptr_array_index(labels, i);
        g_autofree char *text = label != NULL ? text_string(label) : NULL;

        g_string_append_printf(tree, " %u << %s%s >>", i, text != NULL ? "/P " : "",
                               text != NULL ? text : "");
    }
    g_string_append(tree, " ] >>");
    return g_string_free(tree, FALSE);
}

static gboolean put_catalog(Out *out, const GPtrArray *labels, GError **error)
{
    g_autofree char *tree = label_tree(labels);
    guint number;

    return begin(out, &number, error) &&
           put_line(out, error,
                    "<< /Type /Catalog /Pages %u 0 R /Outlines %u 0 R /PageMode /UseOutlines /Lang "
                    "(zh-CN) /ViewerPreferences << /DisplayDocTitle true >> /PageLabels ",
                    out->papers->pages, number - 1) &&
           put_text(out, tree, error) && put_text(out, " >>\nendobj\n", error);
}

static gboolean put_info(Out *out, GError **error)
{
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(out->pdf->time_us / G_USEC_PER_SEC);
    g_autofree char *date = at != NULL ? g_date_time_format(at, "D:%Y%m%d%H%M%SZ") : g_strdup("");
    g_autofree char *title = text_string(out->pdf->title);
    guint number;

    return begin(out, &number, error) &&
           put_line(out, error,
                    "<< /Title %s /Creator (anjuan) /CreationDate (%s) /ModDate (%s) >>\nendobj\n",
                    title, date, date);
}

/* The papers' own list of pages is replaced by that of all pages. */
static gboolean put_pages(Out *out, GError **error)
{
    out->pages_at = out->at;
    if (!put_line(out, error, "%u 0 obj\n<< /Type /Pages /Count %u /Kids [", out->papers->pages,
                  out->kids->len))
        return FALSE;
    for (guint i = 0; i < out->kids->len; i++)
        if (!put_line(out, error, "%s%u 0 R", i % 16 == 15 ? "\n" : " ",
                      g_array_index(out->kids, guint, i)))
            return FALSE;
    return put_text(out, " ] >>\nendobj\n", error);
}

/* The table of what this update brings, and the trailer. */
static gboolean put_table(Out *out, GError **error)
{
    guint64 at = out->at;
    guint first = out->papers->n_objects, count = out->offsets->len;

    if (!put_line(out, error, "xref\n%u 1\n%010" G_GINT64_MODIFIER "u 00000 n \n%u %u\n",
                  out->papers->pages, out->pages_at, first, count))
        return FALSE;
    for (guint i = 0; i < count; i++)
        if (!put_line(out, error, "%010" G_GINT64_MODIFIER "u 00000 n \n",
                      g_array_index(out->offsets, guint64, i)))
            return FALSE;
    return put_line(out, error,
                    "trailer\n<< /Size %u /Root %u 0 R /Info %u 0 R /Prev %" G_GUINT64_FORMAT
                    " /ID %s >>\nstartxref\n%" G_GUINT64_FORMAT "\n%%%%EOF\n",
                    first + count, first + count - 2, first + count - 1, out->papers->xref_at,
                    out->papers->id, at);
}

static gboolean write_all(Out *out, GError **error)
{
    g_autoptr(GArray) begins = g_array_new(FALSE, FALSE, sizeof(guint));
    g_autoptr(GPtrArray) labels = g_ptr_array_new();
    gsize size;
    const void *papers = g_bytes_get_data(out->papers->bytes, &size);

    return put(out, papers, size, error) && put_sections(out, begins, labels, error) &&
           put_outlines(out, begins, error) && put_catalog(out, labels, error) &&
           put_info(out, error) && put_pages(out, error) && put_table(out, error);
}

/* The papers of all sections, in order. */
static GPtrArray *papers_of(const CasePdf *pdf)
{
    GPtrArray *parts = g_ptr_array_new();

    for (guint i = 0; i < pdf->sections->len; i++) {
        const CasePdfSection *section = g_ptr_array_index(pdf->sections, i);

        for (guint at = 0; at < section->leaves->len; at++)
            if (is_paper(&g_array_index(section->leaves, CasePdfLeaf, at)))
                g_ptr_array_add(parts,
                                (void *)g_array_index(section->leaves, CasePdfLeaf, at).part);
    }
    return parts;
}

gboolean case_pdf_write(const CasePdf *pdf, CasePdfSink sink, void *data, guint64 *bytes,
                        GError **error)
{
    g_autoptr(GPtrArray) parts = papers_of(pdf);
    g_autoptr(PdfPapers) papers = pdf_papers_join(parts, error);
    g_autofree Out *out = g_new0(Out, 1);
    gboolean ok;

    if (papers == NULL)
        return FALSE;
    out->pdf = pdf;
    out->sink = sink;
    out->data = data;
    out->papers = papers;
    out->offsets = g_array_new(FALSE, FALSE, sizeof(guint64));
    out->kids = g_array_new(FALSE, FALSE, sizeof(guint));
    ok = write_all(out, error);
    *bytes = out->at;
    g_array_unref(out->offsets);
    g_array_unref(out->kids);
    return ok;
}
