/* SPDX-License-Identifier: Apache-2.0
 *
 * One side of a sheet: its geometry, what is known about it, and what a page worker hands back.
 *
 * Facts are observations with evidence and confidence; nothing here acts on them. A confidence is
 * per mille: 0 = nothing to go by, 1000 = sure.
 */
#pragma once

#include "appliance/base/file.h"
#include "appliance/base/json.h"

/* How samples stand in memory, rows top down, no gap inside a row:
 * colour = 3 bytes R G B a pixel, gray = 1 byte, lineart = 1 bit, most significant first,
 * 1 = black (as SANE delivers it). */
typedef enum { PAGE_COLOUR, PAGE_GRAY, PAGE_LINEART } PageMode;

const char *page_mode_token(PageMode mode); /* "color" | "gray" | "lineart" */
gboolean page_mode_parse(const char *token, PageMode *mode);

typedef struct {
    guint32 width_px, height_px;
    guint32 dpi; /* 0 = unknown */
    PageMode mode;
    guint32 stride_bytes; /* of a row in memory, ≥ page_row_bytes */
} PageGeometry;

/* Bytes of `width_px` samples without padding. */
gsize page_row_bytes(PageMode mode, guint32 width_px);

/* Limits that every image must keep before anything of it is decoded. */
#define PAGE_SIDE_PX_MAX    32000u
#define PAGE_BYTES_MAX      ((guint64)256 << 20) /* width × height × depth */
#define PAGE_FILE_BYTES_MAX ((guint64)512 << 20)
#define PAGE_COUNT_MAX      2000u

/* Whether the geometry keeps the limits; ERROR_TOO_LARGE, or ERROR_FORMAT for an empty one. */
gboolean page_geometry_check(const PageGeometry *geometry,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What goes into the TIFF tags of a stored side; never the case. Strings may be NULL and are
 * borrowed for the duration of the call that takes the tags. */
typedef struct {
    const char *batch;
    guint32 sheet;
    const char *side; /* "front" | "back" */
    const char *device;
    const char *serial;
    gint64 time_us; /* when the side was captured; 0 = unknown */
} PageTags;

typedef enum {
    PAGE_EDGE_TOP = 1,
    PAGE_EDGE_RIGHT = 2,
    PAGE_EDGE_BOTTOM = 4,
    PAGE_EDGE_LEFT = 8,
} PageEdge;

#define PAGE_MAP_COLUMNS 16
#define PAGE_MAP_ROWS    24

/* A plain value: it travels between processes as it is. */
typedef struct {
    guint32 width_px, height_px;
    guint32 dpi;                /* 0 = unknown */
    guint32 mode;               /* PageMode */
    double width_mm, height_mm; /* 0 where dpi is unknown */

    guint32 blank; /* 1 = nothing but paper */
    guint32 blank_confidence;
    guint32 ink_ppm;   /* black pixels a million, borders left out */
    guint32 ink_cells; /* cells of 64 px that belong to writing: specks, streaks and borders are
                          left out */

    gint32 skew_mdeg; /* to turn the page clockwise by, in 1/1000 degree */
    guint32 skew_confidence;
    guint32 skew_contrast; /* evidence: best line score against the flattest, per mille */

    guint32 orientation; /* 0 90 180 270: to turn the page clockwise by for reading */
    guint32 orientation_confidence;
    guint32 orientation_evidence; /* PageOrientationEvidence */

    guint32 sharpness; /* steepest edges against the contrast, per mille */
    guint32 sharpness_confidence;

    guint32 paper_level, ink_level; /* gray, 0 = black, 255 = white */
    guint32 darkness;               /* how far the paper is from white, per mille */
    guint32 darkness_confidence;

    guint32 cut_edges; /* PageEdge bits: ink runs into this edge */
    guint32 cut_confidence;
    guint32 cut_strokes[4]; /* strokes crossing the top, right, bottom, left border */

    guint32 overlap; /* 1 = an edge of a second sheet runs across */
    guint32 overlap_confidence;
    guint32 overlap_at_px; /* evidence: the row */

    /* Where the ink stands, coarsely: by which the same page is known again (page_likeness). */
    guint8 map[PAGE_MAP_ROWS * PAGE_MAP_COLUMNS];
} PageFacts;

/* How alike the ink of two pages stands, per mille: 1000 = in the same places. 0 where either is
 * blank or their sizes differ. */
guint32 page_likeness(const PageFacts *a, const PageFacts *b);

typedef enum {
    PAGE_ORIENTATION_NONE,
    PAGE_ORIENTATION_TAG,  /* the file's own tag */
    PAGE_ORIENTATION_CODE, /* a barcode's reading direction */
    PAGE_ORIENTATION_TEXT, /* ascenders and descenders */
} PageOrientationEvidence;

/* The facts as they stand in a side's record. */
json_t *page_facts_to_json(const PageFacts *facts) G_GNUC_WARN_UNUSED_RESULT;

/* The inverse; ERROR_FORMAT where a member is missing or of the wrong kind. */
gboolean page_facts_from_json(const json_t *json, PageFacts *facts,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A code found on a page. Symbologies: CODE-128 CODE-39 EAN-13 EAN-8 UPC-A UPC-E ITF QR-Code
 * PATCH. The text is UTF-8 without NUL. */
typedef struct {
    char *symbology;
    char *text;
    guint32 x, y, w, h; /* px on the page as stored */
    guint32 lines;      /* scan lines that agree */
    gint32 turn;        /* 0 90 180 270: to turn the page clockwise by for the code to stand
                           upright; -1 = not known */
    char *rung;         /* the step of the ladder that read it: "bits", "lean", "gray", … */
} PageCode;

/* A code with its texts copied, everything else zero. */
PageCode *page_code_new(const char *symbology, const char *text, const char *rung);
void page_code_free(PageCode *code);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PageCode, page_code_free)
GPtrArray *page_codes_new(void); /* owns its PageCodes */

/* The list as it stands in a side's record, and back. ERROR_FORMAT names the member. */
json_t *page_codes_to_json(const GPtrArray *codes) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *page_codes_from_json(const json_t *json, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef enum {
    PAGE_STORED, /* understood; `fd` holds the master */
    PAGE_UNREAD, /* kept as it came, but not understood: a person must look at it */
} PageState;

const char *page_state_token(PageState state); /* "stored" | "unread" */

/* What comes of one side. `fd` is a sealed memfd from which the master is copied. */
typedef struct {
    PageState state;
    char *reason;           /* of PAGE_UNREAD; "" otherwise */
    const char *media_type; /* static: "image/tiff", or the original's where it is kept whole */
    Fd fd;
    PageFacts facts; /* all zero where unread */
    GPtrArray *codes;
} PageResult;

#define PAGE_RESULT_NONE ((PageResult){.fd = -1})
void page_result_clear(PageResult *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PageResult, page_result_clear)
