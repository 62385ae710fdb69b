/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/paper/label.h"

#include "appliance/paper/sheet.h"
#include "appliance/paper/type.h"

#define MM(x)      ((x)*MARK_PT_PER_MM)
#define CAPTION_PT 13.0 /* the digits below a Code 128 */

/* How labels of a kind stand on an A4 sheet. */
typedef struct {
    double width_mm, height_mm;
    guint columns, rows;
    double left_mm, top_mm; /* of the first label */
    gboolean cut_lines;     /* cards are cut out; stickers come cut */
    gboolean both_sides;
    MarkBox code128_mm, qr_mm; /* the digits stand below the bars, in the box */
} Shape;

#define SHEET_CODES                                                                                \
    {15, 38, 120, 26},                                                                             \
    {                                                                                              \
        145, 33, 50, 50                                                                            \
    }
#define CARD_CODES                                                                                 \
    {2, 34, 58, 18},                                                                               \
    {                                                                                              \
        60, 28, 24, 24                                                                             \
    }

static const Shape shapes[] = {
    [LABEL_SEPARATOR] = {210, 297, 1, 1, 0, 0, FALSE, TRUE, SHEET_CODES},
    [LABEL_ITEM] = {210, 297, 1, 1, 0, 0, FALSE, TRUE, SHEET_CODES},
    [LABEL_COMMAND] = {85.6, 54, 2, 5, 19.4, 13.5, TRUE, FALSE, CARD_CODES},
    [LABEL_PERSON] = {85.6, 54, 2, 5, 19.4, 13.5, TRUE, FALSE, CARD_CODES},
    [LABEL_CASE] = {70, 37, 3, 8, 0, 0.5, FALSE, FALSE, {2, 20, 46, 15}, {48.5, 14.5, 20, 20}},
    [LABEL_BOX] = {190, 130, 1, 2, 10, 15, TRUE, FALSE, {10, 90, 110, 34}, {135, 78, 46, 46}},
    [LABEL_SHELF] = {85.6, 54, 2, 5, 19.4, 13.5, TRUE, FALSE, CARD_CODES},
};

static const char *printed_of(const Label *label)
{
    return label->printed != NULL ? label->printed : label->digits;
}

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static MarkBox box_pt(const MarkBox *mm)
{
    return (MarkBox){MM(mm->x), MM(mm->y), MM(mm->width), MM(mm->height)};
}

void label_code_boxes(LabelKind kind, MarkBox *code128, MarkBox *qr)
{
    *code128 = box_pt(&shapes[kind].code128_mm);
    *qr = box_pt(&shapes[kind].qr_mm);
    code128->height -= CAPTION_PT;
}

/* Code 128 with its digits below, and the QR. */
static gboolean draw_codes(cairo_t *cr, const Label *label, GError **error)
{
    MarkBox bars, qr;
    TypeStyle caption = {.size_pt = 9, .align = PANGO_ALIGN_CENTER, .sans = TRUE};

    label_code_boxes(label->kind, &bars, &qr);
    caption.width_pt = bars.width;
    type_draw_fitted(cr, &caption, printed_of(label), bars.x, bars.y + bars.height);
    return mark_code128(cr, label->digits, &bars, error) && mark_qr(cr, label->digits, &qr, error);
}

static void draw_sheet_texts(cairo_t *cr, const Label *label)
{
    g_autofree char *count = g_strdup_printf("第 %u 张，共 %u 张", label->n, label->m);
    TypeStyle style = {.width_pt = MM(170), .align = PANGO_ALIGN_CENTER, .sans = TRUE};
    gboolean item = label->kind == LABEL_ITEM;

    style.size_pt = 18;
    type_draw(cr, &style, item ? "事 项 卡" : "材 料 分 隔 页", MM(20), MM(92));
    style.size_pt = 84;
    style.bold = TRUE;
    type_draw_fitted(cr, &style, or_empty(label->mark), MM(20), MM(98));
    style.size_pt = 30;
    type_draw_fitted(cr, &style, or_empty(label->title), MM(20), MM(142));
    style.bold = FALSE;
    style.size_pt = 16;
    type_draw_fitted(cr, &style, or_empty(label->detail), MM(20), MM(160));
    if (label->m > 0)
        type_draw(cr, &style, count, MM(20), MM(170));
    style.size_pt = 12;
    type_draw(cr, &style,
              item ? "扫描本卡即为该事项新开办件，并打印办件标签。"
                   : "放在该项材料之前一同进纸；请勿折叠、涂写。本页不属于申报材料。",
              MM(20), MM(182));
}

/* The patch stands at both ends, the lower one turned, so that the sheet may be fed either way. */
static gboolean draw_full_sheet(cairo_t *cr, const Label *label, GError **error)
{
    MarkBox top = {MM(20), MM(10), MM(170), 0};
    MarkBox bottom = {MM(20), MM(297 - 10 - MARK_PATCH_HEIGHT_MM), MM(170), 0};

    mark_patch_t(cr, &top, FALSE);
    mark_patch_t(cr, &bottom, TRUE);
    draw_sheet_texts(cr, label);
    return draw_codes(cr, label, error);
}

static gboolean draw_card(cairo_t *cr, const Label *label, GError **error)
{
    TypeStyle style = {.size_pt = 30, .width_pt = MM(18), .sans = TRUE, .bold = TRUE};

    type_draw_fitted(cr, &style, or_empty(label->mark), MM(5), MM(4));
    style.width_pt = MM(56);
    style.size_pt = 20;
    type_draw_fitted(cr, &style, or_empty(label->title), MM(25), MM(5));
    style = (TypeStyle){.size_pt = 10, .width_pt = MM(56), .sans = TRUE};
    type_draw(cr, &style, or_empty(label->detail), MM(25), MM(15));
    return draw_codes(cr, label, error);
}

static gboolean draw_sticker(cairo_t *cr, const Label *label, GError **error)
{
    TypeStyle style = {.size_pt = 11, .width_pt = MM(62), .sans = TRUE, .bold = TRUE};

    type_draw_fitted(cr, &style, or_empty(label->title), MM(4), MM(3));
    style = (TypeStyle){.size_pt = 9, .width_pt = MM(62), .sans = TRUE};
    type_draw_fitted(cr, &style, or_empty(label->detail), MM(4), MM(9));
    style.width_pt = MM(42);
    type_draw_fitted(cr, &style, or_empty(label->mark), MM(4), MM(14));
    return draw_codes(cr, label, error);
}

static gboolean draw_box(cairo_t *cr, const Label *label, GError **error)
{
    TypeStyle style = {.size_pt = 60,
                       .width_pt = MM(170),
                       .align = PANGO_ALIGN_CENTER,
                       .sans = TRUE,
                       .bold = TRUE};

    type_draw_fitted(cr, &style, or_empty(label->mark), MM(10), MM(5));
    style.size_pt = 26;
    type_draw_fitted(cr, &style, or_empty(label->title), MM(10), MM(38));
    style.size_pt = 16;
    style.bold = FALSE;
    type_draw(cr, &style, or_empty(label->detail), MM(10), MM(56));
    return draw_codes(cr, label, error);
}

gboolean label_draw(cairo_t *cr, const Label *label, GError **error)
{
    switch (label->kind) {
    case LABEL_SEPARATOR:
    case LABEL_ITEM:
        return draw_full_sheet(cr, label, error);
    case LABEL_CASE:
        return draw_sticker(cr, label, error);
    case LABEL_BOX:
        return draw_box(cr, label, error);
    case LABEL_COMMAND:
    case LABEL_PERSON:
    case LABEL_SHELF:
        break;
    }
    return draw_card(cr, label, error);
}

void label_size(LabelKind kind, double *width_pt, double *height_pt)
{
    *width_pt = MM(shapes[kind].width_mm);
    *height_pt = MM(shapes[kind].height_mm);
}

static gboolean draw_placed(cairo_t *cr, const Label *label, guint place, GError **error)
{
    const Shape *shape = &shapes[label->kind];
    guint column = place % shape->columns, row = place / shape->columns;
    double x = MM(shape->left_mm + column * shape->width_mm);
    double y = MM(shape->top_mm + row * shape->height_mm);
    gboolean drawn;

    cairo_save(cr);
    cairo_translate(cr, x, y);
    if (shape->cut_lines) {
        cairo_set_source_rgb(cr, 0.6, 0.6, 0.6);
        cairo_set_line_width(cr, 0.4);
        cairo_rectangle(cr, 0, 0, MM(shape->width_mm), MM(shape->height_mm));
        cairo_stroke(cr);
        cairo_set_source_rgb(cr, 0, 0, 0);
    }
    drawn = label_draw(cr, label, error);
    cairo_restore(cr);
    if (!drawn)
        g_prefix_error(error, "label %s: ", label->digits);
    return drawn;
}

static gboolean draw_both_sides(SheetPdf *pdf, const Label *label, GError **error)
{
    for (int side = 0; side < 2; side++) {
        if (!draw_placed(pdf->cr, label, 0, error))
            return FALSE;
        cairo_show_page(pdf->cr);
    }
    return TRUE;
}

gboolean label_render(const Label *labels, gsize n_labels, const LabelOptions *options,
                      GBytes **pdf, GError **error)
{
    g_autoptr(PangoContext) fonts = type_context_unscaled();
    g_auto(SheetPdf) sheets = {0};
    guint place = options->skip;

    if (n_labels == 0)
        return error_set(error, ERROR_PAPER, "no labels");
    if (!type_fonts_check(fonts, error))
        return FALSE;
    sheet_pdf_init(&sheets, "标签", options->created_us);
    for (gsize i = 0; i < n_labels; i++) {
        const Shape *shape = &shapes[labels[i].kind];
        gboolean more = i + 1 < n_labels && labels[i + 1].kind == labels[i].kind;

        if (shape->both_sides) {
            if (!draw_both_sides(&sheets, &labels[i], error))
                return FALSE;
            continue;
        }
        place %= shape->columns * shape->rows;
        if (!draw_placed(sheets.cr, &labels[i], place, error))
            return FALSE;
        place = more ? place + 1 : 0;
        if (!more || place == shape->columns * shape->rows)
            cairo_show_page(sheets.cr);
    }
    *pdf = sheet_pdf_finish(&sheets, error);
    return *pdf != NULL;
}
