/* SPDX-License-Identifier: Apache-2.0
 *
 * The rescue page: what the appliance shows when its store does not open. A browser at the counter
 * finds a page that says what happened, what to do and what is safe, in place of no answer at all.
 *
 *     store does not open ──► page on the usual address ──every RETRY s: try again──► opens: serve
 *                                      └──────────── SIGINT, SIGTERM ──────────────► end
 *
 * Plain HTTP on the address of serve; no session, no data, nothing is written.
 */
#pragma once

#include "appliance/base/error.h"

typedef struct {
    const char *listen; /* ADDRESS:PORT */
    const GError *why;  /* the store did not open */
    Lang lang;          /* of the console */
    /* Whether the store opens now. On the thread of rescue_run. */
    gboolean (*try_again)(void *context);
    void *context;
} RescueOptions;

/* What a page helps against: the store itself, not a wrong line or a folder that is not there. */
gboolean rescue_helps(const GError *why);

/* Until the store opens (`*mended` TRUE) or a signal ends it. FALSE where the address cannot be
 * listened on. The address is the first line on standard output. */
gboolean rescue_run(const RescueOptions *options, gboolean *mended,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
