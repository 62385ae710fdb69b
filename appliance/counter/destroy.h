/* SPDX-License-Identifier: Apache-2.0
 *
 * The end of retention (到期鉴定销毁).
 *
 * A filed case is kept for its 保管期限: D10 and D30 run from 1 January after the year it was filed
 * in, Y (永久) never ends. When it is due a person may have it destroyed, with a second person as
 * 监销人 and the number of the approval; never while a legal hold rests on it.
 *
 *   filed ─ destroy (record) → destroyed, files left ─ settle → destroyed
 *
 * What was destroyed stands in the 销毁清册 with its archive number, item, pages and persons, and
 * nothing of the applicant. Bundles that left the house before are in the register of bundles:
 * nobody can take them back, and the list names them. Backups made before hold the case until they
 * expire; restoring one takes it away again.
 */
#pragma once

#include "appliance/counter/house.h"
#include "storage/catalog_keeping.h"

/* The day a case becomes due, and FALSE where it never does (Y) or the retention is unknown. */
gboolean destroy_due_day(const char *retention, Day filed, Day *due);

/* Cases due on or before a day, in order of archive number: rows of catalog_retained with `due`
 * (YYYY-MM-DD) and `name` (of the item). */
json_t *destroy_due(House *house, Catalog *catalog, Day by,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Cases that were destroyed, with `name` and `outside`: how many bundles with it left the house. */
json_t *destroy_register(House *house, Catalog *catalog, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    const char *const *numbers; /* 24 digits each, NULL-terminated; all or none */
    const char *second;         /* 监销人: not who acts */
    const char *approval;       /* number of the approval */
} DestroyRequest;

/* ERROR_SECOND_PERSON, ERROR_INVALID without an approval, ERROR_HELD, ERROR_RULE where a case is
 * not filed, not due or destroyed already. After the record every file goes (destroy_settle). */
gboolean destroy_cases(House *house, const StoreActor *actor, const DestroyRequest *request,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Finish what a crash interrupted; nothing where all is done. */
gboolean destroy_settle(Store *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The list as a paper (销毁清册), from rows of either kind. */
GBytes *destroy_paper(House *house, json_t *rows, const char *made_by,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
