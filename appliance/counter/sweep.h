/* SPDX-License-Identifier: Apache-2.0
 *
 * What falls due by itself: acceptance by silence (视为受理), lapse (逾期未补正) and 容缺超期,
 * taken by the clock for every open case, each as a step with its paper.
 */
#pragma once

#include "appliance/counter/act.h"

/* Somebody wants to know of a step the clock took. */
typedef void (*SweepTold)(void *context, const char *number, const CaseActDone *done);

/* Take every step that is due today; none on an estimated deadline. `told` may be NULL. Running it
 * again takes nothing twice. A case that cannot be read does not keep the others from being looked
 * at: the first such error comes back when all were. */
gboolean sweep_due(House *house, SweepTold told, void *context,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
