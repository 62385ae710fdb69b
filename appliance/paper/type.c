/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/paper/type.h"

#define SERIF "Noto Serif CJK SC"
#define SANS  "Noto Sans CJK SC"

#if defined(__SANITIZE_ADDRESS__)
/* Fontconfig and pango keep the fonts they loaded until the process ends, and cairo 1.16 loses a
 * buffer with every font subset it writes: a leak checker should see our leaks alone. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\nleak:libpango\nleak:libcairo\n";
}
#endif

/* One unit is one point, and metrics are not rounded to pixels, so that a page has the same lines
 * at every resolution. */
static void context_set_up(PangoContext *context)
{
    g_autoptr(PangoFontDescription) font = pango_font_description_from_string(SERIF);

    pango_cairo_context_set_resolution(context, 72);
    pango_context_set_language(context, pango_language_from_string("zh-cn"));
    pango_context_set_base_dir(context, PANGO_DIRECTION_LTR);
    pango_context_set_round_glyph_positions(context, FALSE);
    pango_context_set_font_description(context, font);
}

PangoContext *type_context(cairo_t *cr)
{
    cairo_font_options_t *options = cairo_font_options_create();
    PangoContext *context = pango_cairo_create_context(cr);

    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    context_set_up(context);
    return context;
}

PangoContext *type_context_unscaled(void)
{
    cairo_font_options_t *options = cairo_font_options_create();
    PangoContext *context = pango_font_map_create_context(pango_cairo_font_map_get_default());

    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    context_set_up(context);
    return context;
}

gboolean type_fonts_check(PangoContext *context, GError **error)
{
    static const char *const families[] = {SERIF, SANS};

    for (gsize i = 0; i < G_N_ELEMENTS(families); i++) {
        g_autoptr(PangoFontDescription) asked = pango_font_description_from_string(families[i]);
        g_autoptr(PangoFont) font = pango_context_load_font(context, asked);
        g_autoptr(PangoFontDescription) found = font != NULL ? pango_font_describe(font) : NULL;

        if (found == NULL || g_strcmp0(pango_font_description_get_family(found), families[i]) != 0)
            return error_set(error, ERROR_PAPER, "the font %s is not installed", families[i]);
    }
    return TRUE;
}

PangoLayout *type_layout(PangoContext *context, const TypeStyle *style, const char *text)
{
    g_autoptr(PangoFontDescription) font = pango_font_description_new();
    PangoLayout *layout = pango_layout_new(context);

    pango_font_description_set_family_static(font, style->sans ? SANS : SERIF);
    pango_font_description_set_weight(font, style->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_font_description_set_absolute_size(font, style->size_pt * PANGO_SCALE);
    pango_layout_set_font_description(layout, font);
    pango_layout_set_auto_dir(layout, FALSE);
    pango_layout_set_alignment(layout, style->align);
    pango_layout_set_indent(layout, pango_units_from_double(style->indent_pt));
    pango_layout_set_spacing(layout, pango_units_from_double(style->leading_pt));
    if (style->width_pt > 0) {
        pango_layout_set_width(layout, pango_units_from_double(style->width_pt));
        pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    }
    pango_layout_set_text(layout, text, -1);
    return layout;
}

double type_height(PangoLayout *layout)
{
    int height;

    pango_layout_get_size(layout, NULL, &height);
    return pango_units_to_double(height);
}

double type_width(PangoLayout *layout)
{
    int width;

    pango_layout_get_size(layout, &width, NULL);
    return pango_units_to_double(width);
}

double type_show(cairo_t *cr, PangoLayout *layout, double x, double y)
{
    cairo_move_to(cr, x, y);
    pango_cairo_show_layout(cr, layout);
    return type_height(layout);
}

double type_draw(cairo_t *cr, const TypeStyle *style, const char *text, double x, double y)
{
    g_autoptr(PangoContext) context = type_context(cr);
    g_autoptr(PangoLayout) layout = type_layout(context, style, text);

    return type_show(cr, layout, x, y);
}

double type_draw_fitted(cairo_t *cr, const TypeStyle *style, const char *text, double x, double y)
{
    g_autoptr(PangoContext) context = type_context(cr);
    TypeStyle one_line = *style;
    g_autoptr(PangoLayout) natural = NULL;
    g_autoptr(PangoLayout) fitted = NULL;
    double width;

    one_line.width_pt = 0;
    natural = type_layout(context, &one_line, text);
    width = type_width(natural);
    one_line.width_pt = style->width_pt;
    if (width > style->width_pt)
        one_line.size_pt *= 0.98 * style->width_pt / width;
    fitted = type_layout(context, &one_line, text);
    return type_show(cr, fitted, x, y);
}
