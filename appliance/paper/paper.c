/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/paper/paper.h"

#include "appliance/paper/sheet.h"
#include "appliance/paper/template.h"

#define MM(x)           ((x)*MARK_PT_PER_MM)
#define LARGE_PRINT     (18.0 / 14.0)
#define LEFT_MM         25.0 /* room for binding */
#define RIGHT_MM        20.0
#define CODES_TOP_MM    8.0
#define CODES_BOTTOM_MM 28.0
#define FOOT_MM         14.0
#define NOTE_PT         9.0
/* The fonts ask for 1.44 em from line to line; these are added to that. */
#define LEADING_EM      0.12
#define LEADING_AIRY_EM 0.5

/* One copy being drawn. */
typedef struct {
    const PaperTemplate *template;
    const PaperOptions *options;
    const Flow *flow;
    const json_t *values;
    const char *title;
    const PaperCopy *copy;
    guint copy_number; /* from 1 */
    double width, height;
    cairo_t *cr;
} Frame;

static const char *const numerals[] = {"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"};

static char *numeral(gsize n)
{
    if (n >= 1 && n <= G_N_ELEMENTS(numerals))
        return g_strdup(numerals[n - 1]);
    return g_strdup_printf("%" G_GSIZE_FORMAT, n);
}

static char *title_of(const PaperTemplate *template, const json_t *values)
{
    const char *title = json_text(values, "title");

    return g_strdup(title != NULL ? title : template->title);
}

static double page_width(const PaperTemplate *template)
{
    return template->landscape ? SHEET_A4_HEIGHT_PT : SHEET_A4_WIDTH_PT;
}

static double page_height(const PaperTemplate *template)
{
    return template->landscape ? SHEET_A4_WIDTH_PT : SHEET_A4_HEIGHT_PT;
}

static void head_line(Flow *flow, const TypeStyle *style, const char *text)
{
    g_autoptr(PangoLayout) layout = NULL;

    if (text == NULL)
        return;
    layout = flow_layout(flow, style, text);
    flow_paragraph(flow, layout, flow->left);
}

/* Organ, title, the double rule under them, and the 文书编号. */
static void compose_head(Composer *composer, const char *title)
{
    Flow *flow = composer->flow;
    double size = TEMPLATE_BODY_PT * (composer->options->large_print ? LARGE_PRINT : 1);
    const json_t *values = composer->scope.values;
    TypeStyle style = {.width_pt = flow->width, .align = PANGO_ALIGN_CENTER};
    MarkBox rule = {flow->left, 0, flow->width, 0};

    style.size_pt = size * 1.15;
    head_line(flow, &style, json_text(values, "heading"));
    style.size_pt = size * 1.6;
    style.bold = TRUE;
    head_line(flow, &style, title);
    rule.y = flow->y += 3;
    flow_stroke(flow, &rule, 1.6);
    rule.y = flow->y += 2.6;
    flow_stroke(flow, &rule, 0.5);
    flow->y += 3;
    style = (TypeStyle){.size_pt = size, .width_pt = flow->width, .align = PANGO_ALIGN_RIGHT};
    head_line(flow, &style, json_text(values, "number"));
    flow->y += 0.4 * size;
}

static void flow_prepare(Flow *flow, const PaperTemplate *template, const PaperOptions *options)
{
    flow->size_pt = template->body_pt * (options->large_print ? LARGE_PRINT : 1);
    flow->left = MM(LEFT_MM);
    flow->width = page_width(template) - MM(LEFT_MM + RIGHT_MM);
    flow->y = MM(CODES_BOTTOM_MM + 1);
    flow->top = MM(CODES_BOTTOM_MM + 8);
    flow->bottom = page_height(template) - MM(FOOT_MM + 1.5);
    flow_init(flow);
}

static gboolean compose_blocks(Composer *composer, const PaperTemplate *template, GError **error)
{
    const json_t *block;
    size_t i;

    json_array_foreach(template->blocks, i, block)
    {
        if (!block_compose(composer, block, error)) {
            g_prefix_error(error, "blocks[%zu]: ", i);
            return FALSE;
        }
    }
    return TRUE;
}

static void note(const Frame *frame, PangoAlignment align, const MarkBox *box, const char *text)
{
    TypeStyle style = {.size_pt = NOTE_PT, .width_pt = box->width, .align = align, .sans = TRUE};

    type_draw(frame->cr, &style, text, box->x, box->y);
}

static gboolean draw_codes(const Frame *frame, GError **error)
{
    const PaperCopy *copy = frame->copy;
    MarkBox bars = {MM(LEFT_MM - 3), MM(CODES_TOP_MM), MM(78), MM(11)};
    MarkBox qr = {frame->width - MM(RIGHT_MM + 20), MM(CODES_TOP_MM - 2), MM(22.5), MM(22.5)};
    MarkBox caption = {bars.x, bars.y + bars.height + 1, bars.width, 0};

    if (copy->code == NULL)
        return TRUE;
    note(frame, PANGO_ALIGN_CENTER, &caption, copy->printed != NULL ? copy->printed : copy->code);
    return mark_code128(frame->cr, copy->code, &bars, error) &&
           mark_qr(frame->cr, copy->code, &qr, error);
}

static void draw_mark(const Frame *frame)
{
    g_autofree char *mark = frame->options->preview
                                ? g_strdup("预览 不作凭证")
                                : g_strdup_printf("重打 第%u次", frame->options->reprint);
    TypeStyle style = {
        .size_pt = 13, .width_pt = MM(34), .align = PANGO_ALIGN_CENTER, .sans = TRUE, .bold = TRUE};
    MarkBox box = {MM(LEFT_MM + 78), MM(CODES_TOP_MM + 1), MM(34), 24};

    if (frame->options->reprint == 0 && !frame->options->preview)
        return;
    cairo_set_line_width(frame->cr, 1.2);
    cairo_rectangle(frame->cr, box.x, box.y, box.width, box.height);
    cairo_stroke(frame->cr);
    type_draw(frame->cr, &style, mark, box.x, box.y + 2);
}

/* On the second page and after: title and number. */
static void draw_running_head(const Frame *frame)
{
    const char *number = json_text(frame->values, "number");
    g_autofree char *text = g_strdup_printf(
        "%s（续）%s%s", frame->title, number != NULL ? "　" : "", number != NULL ? number : "");
    MarkBox box = {MM(LEFT_MM), MM(CODES_BOTTOM_MM), frame->flow->width, 0};

    note(frame, PANGO_ALIGN_LEFT, &box, text);
    cairo_set_line_width(frame->cr, 0.5);
    cairo_move_to(frame->cr, box.x, MM(CODES_BOTTOM_MM + 6));
    cairo_rel_line_to(frame->cr, box.width, 0);
    cairo_stroke(frame->cr);
}

static char *copy_words(const Frame *frame)
{
    g_autofree char *number = numeral(frame->copy_number);
    g_autofree char *of = numeral(frame->options->n_copies);
    const char *receiver = frame->copy->receiver;

    if (frame->options->n_copies == 1)
        return g_strdup(receiver != NULL ? receiver : "");
    return g_strdup_printf("第%s联（共%s联）%s%s", number, of, receiver != NULL ? "　" : "",
                           receiver != NULL ? receiver : "");
}

static const char *case_words(const json_t *values)
{
    const char *printed = json_text(values, "case_printed");

    return printed != NULL ? printed : json_text(values, "case_number");
}

static void draw_foot(const Frame *frame, guint page)
{
    g_autofree char *copy = copy_words(frame);
    g_autofree char *pages =
        g_strdup_printf("第 %u 页 共 %u 页", page + 1, flow_n_pages(frame->flow));
    const char *document = json_text(frame->values, "document_number");
    const char *case_number = case_words(frame->values);
    g_autofree char *numbers = g_strdup_printf(
        "%s%s%s%s", case_number != NULL ? "办件编号 " : "", case_number != NULL ? case_number : "",
        document != NULL ? " - " : "", document != NULL ? document : "");
    double y = frame->height - MM(FOOT_MM);
    MarkBox box = {MM(LEFT_MM), y + 3, frame->flow->width, 0};

    cairo_set_line_width(frame->cr, 0.5);
    cairo_move_to(frame->cr, box.x, y);
    cairo_rel_line_to(frame->cr, box.width, 0);
    cairo_stroke(frame->cr);
    note(frame, PANGO_ALIGN_LEFT, &box, copy);
    note(frame, PANGO_ALIGN_RIGHT, &box, pages);
    box.y += NOTE_PT * 1.5;
    note(frame, PANGO_ALIGN_LEFT, &box, numbers);
}

static gboolean draw_copy(const Frame *frame, GError **error)
{
    for (guint page = 0; page < flow_n_pages(frame->flow); page++) {
        cairo_set_source_rgb(frame->cr, 0, 0, 0);
        if (page > 0)
            draw_running_head(frame);
        draw_mark(frame);
        draw_foot(frame, page);
        if (!draw_codes(frame, error) || !flow_draw(frame->flow, page, frame->cr, error))
            return FALSE;
        cairo_show_page(frame->cr);
    }
    return TRUE;
}

/* Every copy from the same flow, so that text is shaped once. */
static gboolean draw_copies(Frame *frame, GBytes **pdf, GError **error)
{
    const PaperOptions *options = frame->options;
    g_auto(SheetPdf) sheets = {0};

    sheet_pdf_init(&sheets, frame->title, options->created_us);
    sheet_pdf_size(&sheets, frame->width, frame->height);
    frame->cr = sheets.cr;
    for (gsize i = 0; i < options->n_copies; i++) {
        frame->copy = &options->copies[i];
        frame->copy_number = (guint)i + 1;
        if (!draw_copy(frame, error))
            return FALSE;
    }
    *pdf = sheet_pdf_finish(&sheets, error);
    return *pdf != NULL;
}

static gboolean render(const PaperTemplate *template, const json_t *values,
                       const PaperOptions *options, GBytes **pdf, GError **error)
{
    g_auto(Flow) flow = {0};
    g_autofree char *title = title_of(template, values);
    gboolean airy = template->airy && !options->large_print;
    Composer composer = {.flow = &flow,
                         .scope = {.types = template->types, .values = values},
                         .options = options,
                         .leading_em = airy ? LEADING_AIRY_EM : LEADING_EM};
    Frame frame = {.template = template,
                   .options = options,
                   .flow = &flow,
                   .values = values,
                   .title = title,
                   .width = page_width(template),
                   .height = page_height(template)};

    flow_prepare(&flow, template, options);
    if (!type_fonts_check(flow.pango, error))
        return FALSE;
    compose_head(&composer, title);
    if (airy)
        flow.y += flow.size_pt;
    if (!compose_blocks(&composer, template, error) || !draw_copies(&frame, pdf, error))
        return FALSE;
    if (options->facts != NULL)
        *options->facts =
            (PaperFacts){.n_pages = flow_n_pages(&flow), .unknown_glyphs = flow.unknown_glyphs};
    return TRUE;
}

gboolean paper_render(const PaperTemplate *template, const json_t *values,
                      const PaperOptions *options, GBytes **pdf, GError **error)
{
    gboolean rendered = values_check(template->types, values, error);

    if (rendered && options->n_copies == 0)
        rendered = error_set(error, ERROR_INVALID, "no copies");
    rendered = rendered && render(template, values, options, pdf, error);
    if (!rendered)
        g_prefix_error(error, "%s: ", template->kind);
    return rendered;
}
