/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/consistency.h"

static gboolean check_department(const ConsistencyFacts *all, const Item *item, const char *code,
                                 GError **error)
{
    return code == NULL || departments_find(all->departments, code) != NULL ||
           error_set(error, ERROR_DEFINITION, "item %s: unknown department %s", item->code, code);
}

static gboolean check_departments(const ConsistencyFacts *all, const Item *item, GError **error)
{
    if (!check_department(all, item, item->department, error))
        return FALSE;
    for (char **code = item->joint; *code != NULL; code++)
        if (!check_department(all, item, *code, error))
            return FALSE;
    for (guint i = 0; i < item->steps->len; i++)
        if (!check_department(all, item,
                              ((const ItemStep *)g_ptr_array_index(item->steps, i))->department,
                              error))
            return FALSE;
    return TRUE;
}

static gboolean check_archive(const ConsistencyFacts *all, const Item *item, GError **error)
{
    const char *retentions[] = {item->retention_granted, item->retention_other};
    const ArchiveNumber number = {
        .form = ARCHIVE_ITEM, .fonds = (char *)"A000", .category = item->archive_class, .item = 1};
    g_autofree char *tried = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(retentions); i++)
        if (retentions[i] != NULL &&
            !g_strv_contains((const char *const *)all->tables->retentions, retentions[i]))
            return error_set(error, ERROR_DEFINITION, "item %s: unknown retention %s", item->code,
                             retentions[i]);
    if (item->archive_class == NULL)
        return TRUE;
    tried = archive_number_compose(&number, all->tables, NULL);
    return tried != NULL || error_set(error, ERROR_DEFINITION, "item %s: unknown archive class %s",
                                      item->code, item->archive_class);
}

gboolean consistency_check(const ConsistencyFacts *facts, GError **error)
{
    for (guint i = 0; i < facts->items->len; i++) {
        const Item *item = g_ptr_array_index(facts->items, i);

        if (!check_departments(facts, item, error) || !check_archive(facts, item, error))
            return FALSE;
        if (profile_kind(facts->profile, item->kind) == NULL)
            return error_set(error, ERROR_DEFINITION, "item %s: profile %s has no kind %s",
                             item->code, facts->profile->code, item->kind);
        if (filing_order(facts->orders, item->order) == NULL)
            return error_set(error, ERROR_DEFINITION, "item %s: unknown order %s", item->code,
                             item->order);
    }
    return items_check(facts->items, error);
}
