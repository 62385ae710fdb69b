/* SPDX-License-Identifier: Apache-2.0
 *
 * Moving the paper of a case: into a document, out of the tray, out of use. Each act is one command
 * of the store; nothing is taken out of, or put into, a filed case (ERROR_WRONG_STATE).
 */
#pragma once

#include "appliance/counter/side.h"

/* Put sides (in order) into a new document of a slot, or behind the last page of document
 * `document` (> 0). Also takes paper out of the tray. */
typedef struct {
    const char *number;
    const char *slot;
    gint64 document;
    const SideName *sides;
    gsize n_sides;
} CasePlacing;
gboolean case_place(House *house, const StoreActor *actor, const CasePlacing *placing,
                    gint64 *document, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Take a side or a document out of use; its number stays accounted for. */
gboolean case_void_side(House *house, const StoreActor *actor, const SideName *name,
                        const char *reason, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean case_void_document(House *house, const StoreActor *actor, const char *number,
                            gint64 document, const char *reason,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
