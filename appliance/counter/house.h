/* SPDX-License-Identifier: Apache-2.0
 *
 * The house's definitions as the store keeps them: items by version, departments, the rule
 * profile, the calendar.
 *
 * A definition is a file in defs/ named by its digest; a record says when it comes into force. A
 * case keeps the item of its day by digest, so an imported checklist never changes an open case.
 * A House caches what it has loaded and may be used by several threads; what it hands out lives as
 * long as it.
 */
#pragma once

#include "appliance/casework/calendar.h"
#include "appliance/casework/department.h"
#include "appliance/casework/item.h"
#include "appliance/casework/profile.h"
#include "storage/catalog_query.h"
#include "storage/store.h"

/* China keeps one time all year: dates of casework are UTC+8. */
#define HOUSE_OFFSET_S (8 * 3600)

typedef struct House House;

/* The rules of the hall over a store, which it does not own. */
House *house_new(Store *store) G_GNUC_WARN_UNUSED_RESULT;
void house_free(House *house);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(House, house_free)

/* The store it was made over. */
Store *house_store(const House *house);

/* The hall's date now. */
Day house_today(const House *house);

/* The hall's date of an RFC 3339 instant. */
Day house_day(const char *instant);

/* An item by the digest a case keeps, or the version in force on a day (ERROR_NO_ITEM). */
const Item *house_item(House *house, const char *digest, GError **error);
const Item *house_item_on(House *house, Catalog *catalog, const char *code, Day day, char **digest,
                          GError **error);

/* What is in force today. The profile is the one the store was made with. */
const Profile *house_profile(House *house, Catalog *catalog, GError **error);
const Department *house_department(House *house, Catalog *catalog, const char *code,
                                   GError **error);
const Calendar *house_calendar(House *house, Catalog *catalog, GError **error);

/* How somebody who acts is named on paper: "os:wang" is wang; a number is the person's name where
 * this machine knows it (storage/local), and the number itself where it does not. Caller's. */
char *house_person(House *house, const char *actor) G_GNUC_WARN_UNUSED_RESULT;

/* ── import ──────────────────────────────────────────────────────────────────────────────── */

/* Validate a definition file and keep it. `*code` (may be NULL) gets its code. */
gboolean house_import_item(House *house, const StoreActor *actor, const char *bytes, gsize size,
                           const char *name, char **code, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean house_import_calendar(House *house, const StoreActor *actor, const char *bytes, gsize size,
                               const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What every new store needs: profile, departments, calendar; with `samples` the shipped items. */
gboolean house_import_shipped(House *house, const StoreActor *actor, const char *profile,
                              gboolean samples, GError **error) G_GNUC_WARN_UNUSED_RESULT;
