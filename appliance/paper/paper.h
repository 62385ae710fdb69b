/* SPDX-License-Identifier: Apache-2.0
 *
 * Papers: what the window and the department issue, from templates, as PDF.
 *
 * A template is data (JSON, below); the ones that ship are embedded, and a file of the same name in
 * a folder of the hall replaces one. Values are a JSON object whose members and types the template
 * declares; a value that is missing, unknown or of another type is refused with its place. Text is
 * never markup. The same template, values and options give the same bytes (with the same fonts).
 *
 * The page: A4, body 14 pt (large print 18 pt) in Noto Serif CJK SC. Every page carries the code of
 * its copy as Code 128 and QR; the first one also the organ, the title and the 文书编号; a
 * paper of several pages repeats title and number as running head. At the foot stand copy number
 * and receiver, page n of m and the 办件编号; a reprint and a
 * preview carry their mark on top.
 *
 * Template:
 *   {"kind": "receipt",            token; the file is kind.json
 *    "title": "收件凭证",           may be overruled by the value "title" (profiles do)
 *    "family": "B",                A handed in, B on the way, C results
 *    "landscape": false,
 *    "body_pt": 14,                smaller for lists that stay in the house
 *    "airy": false,                more room between the lines, for papers of few words
 *    "copies": ["窗口", "申请人"],   receivers where the profile says nothing
 *    "values": {"name": TYPE, …},  a name ending in "?" may be missing
 *    "blocks": [BLOCK, …]}
 *   TYPE   "text" | "date" (2026-11-21, printed 2026年11月21日) | "day" (2026-11-21, printed
 *          20261121) | "minute" (2026-11-21T10:42) | "integer" | "flag"
 *        | {"token": "word", …}    a token that is printed as its word
 *        | [{"name": TYPE, …}]     a list of rows   | ["text"]  a list of texts
 *        | ["cells"]               a list of lists of texts
 *   BLOCK  one object with "block" naming its kind, see template.h. In its texts "{name}" stands
 *          for a value and, inside of a list, "{.name}" for one of the row, "{.}" for the text and
 *          "{#}" for the row's number.
 * Values that every paper may have besides: title, heading (the organ's name on top), number (文书
 * 编号), case_number, case_printed, document_number (统一编号).
 */
#pragma once

#include "appliance/base/json.h"

typedef struct PaperTemplate PaperTemplate;

/* One copy (联) of a paper. */
typedef struct {
    const char *code;     /* digits of Code 128 and QR; NULL = a paper without codes */
    const char *printed;  /* the same for people; NULL = the digits */
    const char *receiver; /* "存窗口", "交服务对象"; NULL = none */
} PaperCopy;

/* A picture that values name: a JPEG as it is. */
typedef struct {
    const char *name;
    GBytes *jpeg;
} PaperImage;

/* What came out, for those who want to know. */
typedef struct {
    guint n_pages;        /* of one copy */
    guint unknown_glyphs; /* letters no installed font has: drawn as a box with their number */
} PaperFacts;

typedef struct {
    gint64 created_us; /* stands in the PDF as its date */
    gboolean large_print;
    guint reprint;    /* 0 the first print, n the n-th reprint */
    gboolean preview; /* marked on every page as no paper yet */
    const PaperCopy *copies;
    gsize n_copies; /* at least 1 */
    const PaperImage *images;
    gsize n_images;
    PaperFacts *facts; /* filled where it is not NULL */
} PaperOptions;

/* The template of a kind: from `folder` where it has "<kind>.json" (NULL: no folder), else the
 * embedded one. ERROR_NOT_FOUND, or ERROR_DEFINITION with the place in the template. */
PaperTemplate *paper_template_find(const char *kind, const char *folder,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A template from JSON text; `name` is for messages. */
PaperTemplate *paper_template_parse(const char *json, gsize size, const char *name,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

void paper_template_free(PaperTemplate *template);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PaperTemplate, paper_template_free)

/* Kinds of all embedded templates, NULL-terminated, in alphabetical order. */
const char *const *paper_template_kinds(void);

/* The title it was made with, and the letter of its family. */
const char *paper_template_title(const PaperTemplate *template);
char paper_template_family(const PaperTemplate *template);

/* Whether the template declares a value of this name. */
gboolean paper_template_takes(const PaperTemplate *template, const char *name);

/* Names of the values that a paper must have and that `values` does not; empty: none. Of char *,
 * borrowed from the template. */
GPtrArray *paper_template_missing(const PaperTemplate *template,
                                  const json_t *values) G_GNUC_WARN_UNUSED_RESULT;

/* Receivers of the copies where a profile names none, NULL-terminated. */
const char *const *paper_template_receivers(const PaperTemplate *template);

/* All copies one after the other in one PDF. ERROR_INVALID names the value that is missing, unknown
 * or not of its type ("receipt: documents[3].pages: …"), ERROR_PAPER what cannot be drawn. */
gboolean paper_render(const PaperTemplate *template, const json_t *values,
                      const PaperOptions *options, GBytes **pdf,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
