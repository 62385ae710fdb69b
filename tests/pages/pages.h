/* SPDX-License-Identifier: Apache-2.0
 *
 * Pages for the demo and the tests: what lies in a clerk's feeder, drawn with pango, cairo and zint
 * and put through a model of a scanner. Seeded: the same PageSpec gives the same pixels (with the
 * same fonts and libraries) and the same truth.
 *
 * The truth of a page is a JSON object:
 *   kind        "form" "id-card" "licence" "contract" "equipment" "blank" "separator" "receipt"
 * "map" title       what is printed at its top, "" for a blank side blank       true: nothing is
 * printed on this side codes       [{symbology "CODE-128" | "QR-Code" | "PATCH-T", text, box [x0,
 * y0, x1, y1]}]; the box with its quiet zones in pixels of the picture, may reach outside it
 *   skew_deg    how far the content is turned clockwise, before upside_down
 *   upside_down, show_through, speckle, grain, ground, jpeg_quality, cut_mm, cut_edge: as asked
 *   valid_until of a licence or ID card, "2031-06-30"
 *   width, height (pixels), dpi, mode "colour" | "gray" | "lineart"
 */
#pragma once

#include "appliance/base/json.h"
#include "tests/pages/picture.h"

typedef enum {
    PAGE_FORM,      /* application form: table lines, red seal */
    PAGE_ID_CARD,   /* copy of both sides of an ID card */
    PAGE_LICENCE,   /* business licence with expiry date and seal */
    PAGE_CONTRACT,  /* running text */
    PAGE_EQUIPMENT, /* list with many lines */
    PAGE_BLANK,     /* a back side; show_through lets the front of the same seed appear */
    PAGE_SEPARATOR, /* slot sheet: Code 128, QR, patch T */
    PAGE_RECEIPT,   /* 收件凭证 with its codes */
    PAGE_MAP,       /* a drawing: river, roads, a mark */
    PAGE_KINDS,
} PageKind;

typedef enum {
    PAGE_EDGE_NONE,
    PAGE_EDGE_LEFT,
    PAGE_EDGE_TOP,
    PAGE_EDGE_RIGHT,
    PAGE_EDGE_BOTTOM,
} PageEdge;

/* Zero is a clean scan; only kind, dpi and, for separators and receipts, code must be set. */
typedef struct {
    PageKind kind;
    PageMode mode;
    guint dpi; /* 72 to 600 */
    guint64 seed;

    /* What is on it; NULL where the seed may choose. */
    const char *code; /* digits of a separator or receipt */
    const char *mark; /* of a separator: "A01" */
    const char *title;
    const char *detail; /* of a separator: the item's name */
    const char *applicant;
    const char *valid_until; /* "2031-06-30" */
    guint n, m;              /* sheet n of m */
    PageKind front;          /* of a blank: what is on the other side */

    /* What the scanner does to it. */
    double skew_deg; /* clockwise, -3 … 3 */
    gboolean upside_down;
    double show_through; /* 0 … 1 of the front's darkness */
    double speckle;      /* dots of dirt on a square centimetre */
    double grain;        /* standard deviation of the noise, in 255ths */
    guint ground;        /* darkness of the paper, 0 … 100 */
    guint backing;       /* darkness of the roller behind skewed corners, 0 … 255 */
    guint jpeg_quality;  /* 0 = none; not with lineart */
    double cut_mm;       /* how much of the paper is outside the picture … */
    PageEdge cut_edge;   /* … at this edge */
} PageSpec;

const char *page_kind_token(PageKind kind);
gboolean page_kind_parse(const char *token, PageKind *kind);
const char *picture_mode_token(PageMode mode);
gboolean picture_mode_parse(const char *token, PageMode *mode);

/* Draw and scan one side; `truth` may be NULL. ERROR_INVALID for a spec out of range. */
gboolean page_draw(const PageSpec *spec, Picture *picture, json_t **truth,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Degradations drawn by lot from spec->seed, `hardness` 0 (clean) … 1 (the worst paper in town);
 * content fields stay. Upside-down only from 0.5 on. */
void page_degrade(PageSpec *spec, double hardness);
