/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether the definitions of a house fit each other: what each loader cannot see by itself.
 */
#pragma once

#include "appliance/casework/department.h"
#include "appliance/casework/filing.h"
#include "appliance/casework/profile.h"

typedef struct {
    const GPtrArray *items;       /* of Item */
    const GPtrArray *departments; /* of Department */
    const GPtrArray *orders;      /* of FilingOrder */
    const Profile *profile;
    const ArchiveTables *tables;
} ConsistencyFacts;

/* Every item names a department, a kind of the profile, an order profile and archive codes that
 * there are, its joint departments and those of its steps too; no two versions are in force on one
 * day. ERROR_DEFINITION names the item and what it names. */
gboolean consistency_check(const ConsistencyFacts *facts, GError **error) G_GNUC_WARN_UNUSED_RESULT;
