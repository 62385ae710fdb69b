/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading an item (item.h) from its definition, the form of data/item.schema.json. The schema is
 * checked first (definition.h); what it cannot say, names that must exist, slots that stand twice,
 * limits that contradict each other, is checked here.
 */
#pragma once

#include "appliance/casework/item.h"

/* Read a definition; ERROR_DEFINITION names file, line and path. */
Item *item_load(const char *bytes, gsize size, const char *name,
                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The items that ship with the program (of Item, owned). */
GPtrArray *items_shipped(GError **error) G_GNUC_WARN_UNUSED_RESULT;
