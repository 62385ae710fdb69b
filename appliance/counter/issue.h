/* SPDX-License-Identifier: Apache-2.0
 *
 * Issuing papers: templates filled from the case (say.h), numbered, stored as PDF, recorded.
 *
 * A paper is a document of its case and takes the next 统一编号; its copies carry the codes of
 * that document (code.h), and its record keeps who gets which. The PDF is drawn before the command
 * and recorded only if the case did not change meanwhile; else it is drawn again.
 */
#pragma once

#include "appliance/casework/paper_kind.h"
#include "appliance/counter/step.h"

typedef struct {
    const char *number;    /* of the case */
    PaperKind kind;        /* where there is no step */
    const json_t *values;  /* what only a person can say; may be NULL */
    gboolean large_print;  /* 18 pt */
    const LifeEvent *step; /* taken in the same command: its papers are those it issues; may be
                              NULL. Its `paper` is the first of them unless it says another */
    CaseLife *after;       /* what became of the case; may be NULL */
} PaperRequest;

typedef struct {
    PaperKind kind;
    gint64 document;    /* 统一编号 */
    char *paper_number; /* 文书编号; NULL where the kind has none */
    char *title;
    GBytes *pdf;
    guint copies;
    guint reprint; /* 0: the first print */
} PaperIssued;
void paper_issued_clear(PaperIssued *issued);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PaperIssued, paper_issued_clear)

typedef struct {
    PaperIssued papers[LIFE_PAPERS_MAX];
    guint n;
} PapersIssued;
void papers_issued_clear(PapersIssued *issued);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PapersIssued, papers_issued_clear)

/* Take a step with the papers it issues (none, one or several), or issue a paper that no step
 * issues (材料交接单, 原件退还单, 领取单, 复制件). ERROR_INVALID names what only a person can say
 * and `values` does not; ERROR_RULE for a paper that comes with its step. */
gboolean paper_issue(House *house, const StoreActor *actor, const PaperRequest *request,
                     PapersIssued *issued, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The receipt of what was handed in: a new one where something came since the last, else the last
 * one again, marked as a reprint. */
gboolean paper_issue_receipt(House *house, const StoreActor *actor, const char *number,
                             gboolean large_print, PaperIssued *issued,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What would be issued, drawn to be looked at: one copy, without codes and 文书编号, marked as a
 * preview, and nothing recorded. RECEIPT and SUPPLEMENT with their step as it would be taken now,
 * or a paper that no step issues, of which `values` says what paper_issue() asks for; else
 * ERROR_RULE. */
gboolean paper_preview(House *house, const StoreActor *actor, const PaperRequest *request,
                       PaperIssued *drawn, GError **error) G_GNUC_WARN_UNUSED_RESULT;
