/* SPDX-License-Identifier: Apache-2.0
 *
 * The check of a case: rows of the catalogue become the facts that casework/check.h judges.
 *
 * What stands where: documents and sides in their tables, what a person said of a slot in the slot
 * table (case_note), declared fields in the case's secrets, the checklist in the item version the
 * case keeps.
 */
#pragma once

#include "appliance/casework/check.h"
#include "appliance/counter/case.h"

/* Check the case as the catalogue shows it. The result borrows the house's item. */
Check *completeness_check(House *house, Catalog *catalog, const char *number,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What the check found, as life wants it: defect keys, which of them lie in material handed in
 * after document `notice` (check_is_fresh), open persons. */
typedef struct {
    GPtrArray *keys; /* of char *, owned */
    GArray *fresh;   /* of gboolean */
    guint persons_open;
    gboolean main_missing;
} CheckKeys;
CheckKeys *completeness_keys(House *house, Catalog *catalog, const char *number, guint32 notice,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
void check_keys_free(CheckKeys *keys);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CheckKeys, check_keys_free)

/* As JSON: {"complete": …, "slots": [{"code", "name", "state", "word", "why", "defects": [{"code",
 * "word", "text", "bring"}]}], "notes": […]}. */
json_t *completeness_json(const Check *check, Lang lang) G_GNUC_WARN_UNUSED_RESULT;

/* Sides of a document, among rows of catalog_sides, that carry text or image. */
guint completeness_pages(const json_t *sides, gint64 document);
