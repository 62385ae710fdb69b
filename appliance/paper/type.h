/* SPDX-License-Identifier: Apache-2.0
 *
 * Text on paper: styles and layouts of pango, in points.
 *
 * Text is always set as text and never as markup, so a value cannot change how it looks.
 * Official papers are set in Noto Serif CJK SC, heads and labels in Noto Sans CJK SC.
 */
#pragma once

#include "appliance/base/error.h"

#include <pango/pangocairo.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PangoContext, g_object_unref)

typedef struct {
    double size_pt;
    double width_pt;   /* 0 = one line, as long as it gets */
    double indent_pt;  /* of the first line */
    double leading_pt; /* between lines, above what the font asks for */
    PangoAlignment align;
    gboolean sans;
    gboolean bold;
} TypeStyle;

/* A context whose unit is the point, for drawing on `cr` as it is scaled and turned now. */
PangoContext *type_context(cairo_t *cr) G_GNUC_WARN_UNUSED_RESULT;

/* The same for a vector surface that is not scaled and may not exist yet. */
PangoContext *type_context_unscaled(void) G_GNUC_WARN_UNUSED_RESULT;

/* Are both families there? A paper in whatever else is installed would show boxes for letters;
 * ERROR_PAPER names the family. */
gboolean type_fonts_check(PangoContext *context, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A text set in a style, not yet placed. ERROR never: what no font has is drawn as a box. */
PangoLayout *type_layout(PangoContext *context, const TypeStyle *style,
                         const char *text) G_GNUC_WARN_UNUSED_RESULT;

double type_height(PangoLayout *layout); /* points, all lines */
double type_width(PangoLayout *layout);

/* Draw with the upper left corner at x, y; returns the height. */
double type_show(cairo_t *cr, PangoLayout *layout, double x, double y);

/* Layout, draw and forget in one step at the current scale; returns the height. A text that is too
 * wide for `style->width_pt` even so is not cut. */
double type_draw(cairo_t *cr, const TypeStyle *style, const char *text, double x, double y);

/* As type_draw on one line, in the largest size up to style->size_pt that fits the width. */
double type_draw_fitted(cairo_t *cr, const TypeStyle *style, const char *text, double x, double y);
