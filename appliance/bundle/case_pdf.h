/* SPDX-License-Identifier: Apache-2.0
 *
 * One PDF of a case: the papers as they were issued, the sides as they were captured, in the order
 * in which they are given, with bookmarks and page labels.
 *
 * Coded images stand in it byte for byte (page_image.h); a side that no PDF can carry as it is gets
 * a page that says so and names the file. The papers are brought together by libqpdf, everything
 * else is appended to that as an update of the same file (ISO 32000-1, 7.5.6), so that memory does
 * not grow with the images. The same input gives the same bytes.
 */
#pragma once

#include "appliance/bundle/casefile.h"

typedef struct {
    const CasefilePart *part; /* an image, or a paper ending in ".pdf" */
    const char *label;        /* page label: "3"; NULL: none */
    guint turn;               /* 0 90 180 270 clockwise, as a person turned the side */
} CasePdfLeaf;

typedef struct {
    char *title;    /* of the bookmark */
    GArray *leaves; /* of CasePdfLeaf; none: the bookmark stands for nothing and leads nowhere */
} CasePdfSection;

typedef struct {
    char *title;         /* of the document */
    gint64 time_us;      /* its date */
    GPtrArray *sections; /* of CasePdfSection */
    GStringChunk *texts; /* labels */
} CasePdf;

/* Cover, contents list, documents in filed order (void ones by bookmark alone), remarks sheet, as
 * the record of the case file has them. The parts stay the case file's. */
CasePdf *case_pdf_of(const Casefile *casefile) G_GNUC_WARN_UNUSED_RESULT;
void case_pdf_free(CasePdf *pdf);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CasePdf, case_pdf_free)

/* Receives the bytes in order. */
typedef gboolean (*CasePdfSink)(void *data, const void *bytes, gsize size, GError **error);

/* Write it; its size comes out. Without a sink images are not read, and only the size is told.
 * ERROR_DIGEST names the part that is not what it was. */
gboolean case_pdf_write(const CasePdf *pdf, CasePdfSink sink, void *data, guint64 *bytes,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
