/* SPDX-License-Identifier: Apache-2.0
 *
 * 核查: the completeness statement of a period. Is everything there that was given a number, and
 * is it what it was?
 *
 * A number is missing when something shows that it was given out and nothing is in the store for
 * it:
 *   办件编号   serials of a window's day run from 1. One is missing where the run has a gap (a
 * blank of a pre-numbered pad never entered), or where a paper of the house that was scanned bears
 * a number that no case has (a store brought back from an older backup has forgotten a case whose
 * receipt is out). 统一编号   1…n of each case. One is missing where the run has a gap, where a
 * scanned code bears a higher one, or where a document has neither page nor paper nor a void nor a
 * word why it was not scanned. 文书编号, 档号   consecutive under what stands before their last
 * digits. Beside numbers: sides that could not be read, cases beyond their limit, days' roots that
 * are not the journal's, and (level full) bytes that are not those stored. What waits in the tray
 * is said but is not missing.
 */
#pragma once

#include "appliance/counter/case.h"

typedef struct {
    Day from, to;     /* of receipt, both included */
    gboolean full;    /* read the bytes of every side */
    guint percent;    /* … or of so many of a hundred, drawn by `seed` */
    const char *seed; /* the auditor's; NULL with percent 0 */
    gboolean (*progress)(void *data, guint done); /* of 100; FALSE cancels. May be NULL */
    void *progress_data;
} AuditRequest;

/* The statement: {"from", "to", "level", "made_at", "complete", "figures": {…}, "windows":
 * [{"date", "window", "first", "last", "missing": […], "void": []}], "days": [{"date", "window",
 * "closed", "root", "good"}], "journal": {…}, "bundles": […], "sample": […], "findings":
 * [{"severity", "code", "text", "text_en", "case"?, "side"?}]}. `complete` where no finding is an
 * error. The caller's; ERROR_CANCELLED. */
json_t *audit_run(House *house, Catalog *catalog, const AuditRequest *request,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ── as a report ─────────────────────────────────────────────────────────────────────────── */

/* Lines of `token TAB value` for figures and `severity TAB code TAB where TAB words` for findings,
 * the last one `complete` or `incomplete`. */
char *audit_text(const json_t *audit, Lang lang) G_GNUC_WARN_UNUSED_RESULT;

/* 项目,结果 … as a spreadsheet opens it (UTF-8 with BOM). */
char *audit_csv(const json_t *audit) G_GNUC_WARN_UNUSED_RESULT;

/* One page without script or anything from outside. */
char *audit_html(const json_t *audit, const char *hall) G_GNUC_WARN_UNUSED_RESULT;

/* Who puts her name below it, and the hall's heading (may be NULL). */
typedef struct {
    const char *person, *hall;
} AuditSigner;

/* The same statement as paper; the same statement gives the same bytes. */
GBytes *audit_pdf(House *house, const json_t *audit, const AuditSigner *signer,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
