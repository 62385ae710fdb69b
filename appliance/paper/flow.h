/* SPDX-License-Identifier: Apache-2.0
 *
 * What stands on the pages of a paper before it is drawn: lines of text, strokes, symbols,
 * pictures, each at its place. Text is shaped once and drawn for every copy.
 *
 * Units are points from the upper left corner of the page. `y` is where the next block begins;
 * a block that does not fit goes to the next page, a long one is broken between its lines.
 */
#pragma once

#include "appliance/paper/mark.h"
#include "appliance/paper/type.h"

typedef struct {
    PangoContext *pango;
    double left, width; /* of the body */
    double top, bottom; /* of the body on every page but the first, which starts at `y` */
    double y;
    double size_pt; /* of body text; 1 em */
    GPtrArray *pages;
    guint unknown_glyphs;
} Flow;

/* An empty flow of one page. */
void flow_init(Flow *flow);
void flow_clear(Flow *flow);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Flow, flow_clear)

/* Begin a new page. */
void flow_break(Flow *flow);

/* Begin a new page unless `height` more points fit here, or this page is still empty. */
void flow_need(Flow *flow, double height);

/* Room left on this page. */
double flow_room(const Flow *flow);

/* A layout in the flow's context; letters without a glyph are counted. */
PangoLayout *flow_layout(Flow *flow, const TypeStyle *style,
                         const char *text) G_GNUC_WARN_UNUSED_RESULT;

/* All lines of a layout as a paragraph at x, over as many pages as it takes; moves `y`. */
void flow_paragraph(Flow *flow, PangoLayout *layout, double x);

/* Lines `from` … `to` - 1 of a layout with the first one's top at x, y. */
typedef struct {
    int from, to;
    double x, y;
} FlowLines;
void flow_lines(Flow *flow, PangoLayout *layout, const FlowLines *lines);

/* How many lines from `from` on fit into `height`, and the height that they take. */
int flow_lines_fitting(PangoLayout *layout, int from, double height, double *taken);

/* Lines of a layout from `from` to its end, points. */
double flow_lines_height(PangoLayout *layout, int from);

/* Straight, horizontal or vertical as its width or height is 0. */
void flow_stroke(Flow *flow, const MarkBox *line, double thickness);

/* A rectangle around `box`, lines `thickness` points wide. */
void flow_frame(Flow *flow, const MarkBox *box, double thickness);

/* The dotted ring where a seal of 42 mm belongs. */
void flow_seal_place(Flow *flow, const MarkBox *box);

/* A QR symbol that fills `box`. */
void flow_qr(Flow *flow, const char *text, const MarkBox *box);

/* A JPEG as it is, as large as fits the box, centred. FALSE unless it is one. */
gboolean flow_jpeg(Flow *flow, GBytes *jpeg, const MarkBox *box,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Pages so far, and one of them drawn. ERROR_PAPER. */
guint flow_n_pages(const Flow *flow);
gboolean flow_draw(const Flow *flow, guint page, cairo_t *cr,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
