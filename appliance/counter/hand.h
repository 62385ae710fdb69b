/* SPDX-License-Identifier: Apache-2.0
 *
 * A case goes to another organ with all its materials: 上报 to the upper one, 委托接件 to the
 * handling hall. The bundle is an export as any other; its digest stands on the letter and in the
 * step, so that whoever receives both can compare.
 */
#pragma once

#include "appliance/counter/act.h"
#include "storage/archive.h"

/* Writes the bundle to `path` (a new file) and takes the act (EVENT_HAND_UP or EVENT_ENTRUST),
 * whose reference becomes "sha256:<hex>" of the bundle. A step the rules refuse writes nothing. */
gboolean hand_over_case(House *house, const StoreActor *actor, const CaseAct *act, const char *path,
                        CaseActDone *done, GError **error) G_GNUC_WARN_UNUSED_RESULT;
