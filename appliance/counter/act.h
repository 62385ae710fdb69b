/* SPDX-License-Identifier: Apache-2.0
 *
 * Acts: a step of a case together with the papers it issues, as one command of the store.
 *
 * Which papers a step issues is for the rules to say (life.h); what they say comes from the case
 * (say.h), and from `values` for what only a person can say. Step and papers become durable
 * together or not at all.
 */
#pragma once

#include "appliance/counter/issue.h"
#include "appliance/counter/step.h"

typedef struct {
    const char *number;
    LifeEvent event;      /* type, as whom, good, told, reason, reference … */
    const json_t *values; /* texts of the papers that only a person can say; may be NULL */
    gboolean large_print;
} CaseAct;

typedef struct {
    CaseLife life;
    PapersIssued issued;
} CaseActDone;
void case_act_done_clear(CaseActDone *done);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CaseActDone, case_act_done_clear)

/* What the act does not say and the case knows is filled in: law and remedy of the item and its
 * department, the notice that was told, the promise that was signed. */
gboolean case_act(House *house, const StoreActor *actor, const CaseAct *act, CaseActDone *done,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* 一次性告知, the shortest way to say it. */
gboolean case_act_supplement(House *house, const StoreActor *actor, const char *number,
                             gboolean large_print, CaseActDone *done,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Scanning the travelling form of the 绿色通道 at a window: in where it is on its way, out where it
 * is at this window. `window` 1 … 999. */
gboolean case_act_green_scan(House *house, const StoreActor *actor, const char *number,
                             guint window, CaseActDone *done,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
