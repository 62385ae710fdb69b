/* SPDX-License-Identifier: Apache-2.0
 *
 * Issuing papers: a template filled from the case, numbered, stored as PDF, recorded.
 *
 * A paper is a document of its case and takes the next 统一编号; its copies carry the codes of
 * that document (code.h), so that scanning one shows who has which. The PDF is drawn before the
 * command and recorded only if the case did not change meanwhile; else it is drawn again.
 */
#pragma once

#include "appliance/casework/paper_kind.h"
#include "appliance/counter/step.h"

typedef struct {
    const char *number; /* of the case */
    PaperKind kind;
    const json_t *values;  /* what the caller says beside what the case says; may be NULL */
    gboolean large_print;  /* 18 pt */
    const Check *told;     /* of a notice: what it tells; its defects go into the record */
    const LifeEvent *step; /* taken in the same command, about this paper; may be NULL */
    CaseLife *after;       /* what became of the case; may be NULL */
} PaperRequest;

typedef struct {
    gint64 document;    /* 统一编号 */
    char *paper_number; /* 文书编号; NULL where the kind has none */
    GBytes *pdf;
    guint copies;
    guint reprint; /* 0: the first print */
} PaperIssued;
void paper_issued_clear(PaperIssued *issued);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PaperIssued, paper_issued_clear)

/* Issue a new paper. */
gboolean paper_issue(House *house, const StoreActor *actor, const PaperRequest *request,
                     PaperIssued *issued, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The receipt of what was handed in: a new one where something came since the last, else the last
 * one again, marked as a reprint. */
gboolean paper_issue_receipt(House *house, const StoreActor *actor, const char *number,
                             gboolean large_print, PaperIssued *issued,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The one-time notice of everything that is missing or wrong now. ERROR_RULE where nothing is. */
gboolean paper_issue_supplement(House *house, const StoreActor *actor, const char *number,
                                gboolean large_print, PaperIssued *issued,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
