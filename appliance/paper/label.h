/* SPDX-License-Identifier: Apache-2.0
 *
 * Sheets and cards that steer the appliance: separator sheets, item cards, command cards, person
 * cards, labels for cases, boxes and shelves.
 *
 * The digits with their check digits are composed elsewhere; here they are drawn as Code 128 and
 * QR. A separator sheet carries Code 128, QR and patch T on both sides, and the patch at the top
 * and, turned, at the bottom, so that it cannot be missed whichever way it is fed.
 *
 * Rendering the same labels at the same time gives the same bytes.
 */
#pragma once

#include "appliance/paper/mark.h"

typedef enum {
    LABEL_SEPARATOR, /* A4, both sides: a slot sheet of a printed set */
    LABEL_ITEM,      /* A4, both sides: opens a case of its item; slot 0000 */
    LABEL_COMMAND,   /* card 85.6 × 54 mm, ten to an A4 */
    LABEL_PERSON,    /* card */
    LABEL_CASE,      /* sticker 70 × 37 mm, 24 to an A4 */
    LABEL_BOX,       /* half an A4 across: the back of an archive box */
    LABEL_SHELF,     /* card */
} LabelKind;

/* Texts are UTF-8 and borrowed; NULL where there is none. */
typedef struct {
    LabelKind kind;
    const char *digits;  /* what the codes hold, e.g. 24 digits that start with 98 */
    const char *printed; /* the same for people, hyphens and all; NULL = the digits */
    const char *title;   /* the slot's, command's, person's or applicant's name */
    const char *detail;  /* item, what the command does, archive number range, … */
    const char *mark;    /* short and large: slot code "A01", command number, window */
    guint n, m;          /* sheet n of m of the set; 0 of 0 = no set */
} Label;

typedef struct {
    gint64 created_us; /* stands in the PDF */
    guint skip;        /* places already used up on the first sheet of stickers or cards */
} LabelOptions;

/* All labels as one PDF on A4; labels of one kind in a row share sheets. ERROR_PAPER names the
 * label that cannot be drawn. */
gboolean label_render(const Label *labels, gsize n_labels, const LabelOptions *options,
                      GBytes **pdf, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One label with its upper left corner at 0, 0 of a context whose unit is the point: what the page
 * generator puts under its scanner. */
gboolean label_draw(cairo_t *cr, const Label *label, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Where label_draw puts the codes of a kind, in points. */
void label_code_boxes(LabelKind kind, MarkBox *code128, MarkBox *qr);

/* Size of one label in points. */
void label_size(LabelKind kind, double *width_pt, double *height_pt);
