/* SPDX-License-Identifier: Apache-2.0
 *
 * Papers (PDF) brought together into one plain PDF in memory: what case_pdf.c appends to.
 */
#pragma once

#include "appliance/bundle/casefile.h"

typedef struct {
    guint first, count; /* pages of the paper, in `page_objects` */
} PdfPaper;

typedef struct {
    GBytes *bytes;
    guint n_objects;      /* /Size: the first number that is free */
    guint pages;          /* the object that lists the pages */
    guint64 xref_at;      /* where its table of objects stands */
    char *id;             /* /ID as it stands in the trailer */
    GArray *papers;       /* of PdfPaper */
    GArray *page_objects; /* of guint: number of every page's object */
} PdfPapers;

/* `parts` of CasefilePart. ERROR_FORMAT names the paper that is no sound PDF, ERROR_DIGEST the one
 * that is not what it was. */
PdfPapers *pdf_papers_join(const GPtrArray *parts, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pdf_papers_free(PdfPapers *papers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PdfPapers, pdf_papers_free)
