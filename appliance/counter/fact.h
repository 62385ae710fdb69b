/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether a fact that a person states of a slot makes sense: what there is to say, and which values
 * it takes (case.h, CaseFact). Used by case.c alone.
 */
#pragma once

#include "appliance/casework/item.h"
#include "appliance/counter/case.h"

/* ERROR_INVALID names the slot, what was said and the value. */
gboolean fact_check(const Item *item, const CaseFact *fact,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
