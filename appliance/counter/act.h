/* SPDX-License-Identifier: Apache-2.0
 *
 * Acts: a step of a case together with the paper it issues, as one command of the store.
 *
 * Which paper a step issues follows from the step (act_paper); what the paper says comes from the
 * case, its item and department, and from `values` for what only a person can say. Step and paper
 * become durable together or not at all.
 */
#pragma once

#include "appliance/counter/issue.h"
#include "appliance/counter/step.h"

typedef struct {
    const char *number;
    LifeEvent event;      /* type, as whom, good, told, reason, reference … */
    const json_t *values; /* texts of the paper that only a person can say; may be NULL */
    gboolean large_print;
} CaseAct;

typedef struct {
    CaseLife life;
    PaperIssued paper; /* zero where the step issues none */
} CaseActDone;
void case_act_done_clear(CaseActDone *done);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CaseActDone, case_act_done_clear)

/* The paper that a step issues; PAPER_NONE where it issues none. */
PaperKind act_paper(const LifeEvent *event);

gboolean case_act(House *house, const StoreActor *actor, const CaseAct *act, CaseActDone *done,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
