/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/definition.h"
#include "appliance/casework/filing.h"

#include <string.h>

static void order_free(gpointer data)
{
    FilingOrder *order = data;

    g_free(order->name);
    g_free(order->title);
    g_array_unref(order->ranks);
    g_free(order);
}

/* "application", "materials", "rest" or the token of a paper. */
static gboolean rank_of(const char *text, FilingRank *rank)
{
    *rank = (FilingRank){RANK_PAPER, PAPER_NONE};
    if (strcmp(text, "application") == 0)
        rank->kind = RANK_APPLICATION;
    else if (strcmp(text, "materials") == 0)
        rank->kind = RANK_MATERIALS;
    else if (strcmp(text, "rest") == 0)
        rank->kind = RANK_REST;
    else
        rank->paper = paper_kind_parse(text);
    return rank->kind != RANK_PAPER || rank->paper != PAPER_NONE;
}

static gboolean has_kind(const FilingOrder *order, RankKind kind)
{
    for (guint i = 0; i < order->ranks->len; i++)
        if (g_array_index(order->ranks, FilingRank, i).kind == kind)
            return TRUE;
    return FALSE;
}

static gboolean load_ranks(const Definition *definition, const json_t *list, const char *path,
                           FilingOrder *order, GError **error)
{
    gsize i;
    json_t *one;

    json_array_foreach(list, i, one)
    {
        g_autofree char *at = g_strdup_printf("%s/ranks/%zu", path, i);
        FilingRank rank;

        if (!rank_of(json_string_value(one), &rank))
            return definition_fail(definition, error, at, "unknown paper %s",
                                   json_string_value(one));
        g_array_append_val(order->ranks, rank);
    }
    if (!has_kind(order, RANK_APPLICATION) || !has_kind(order, RANK_MATERIALS) ||
        !has_kind(order, RANK_REST))
        return definition_fail(definition, error, path,
                               "order %s has no place for application, materials or rest",
                               order->name);
    return TRUE;
}

GPtrArray *filing_orders_load(const char *bytes, gsize size, const char *name, GError **error)
{
    g_autoptr(Definition) definition =
        definition_load(bytes, size, name, "orders.schema.json", error);
    g_autoptr(GPtrArray) orders = g_ptr_array_new_with_free_func(order_free);
    gsize i;
    json_t *one;

    if (definition == NULL)
        return NULL;
    json_array_foreach(json_object_get(definition_root(definition), "orders"), i, one)
    {
        g_autofree char *path = g_strdup_printf("/orders/%zu", i);
        FilingOrder *order;

        if (filing_order(orders, json_text(one, "name")) != NULL) {
            definition_fail(definition, error, path, "order %s stands twice",
                            json_text(one, "name"));
            return NULL;
        }
        order = g_new0(FilingOrder, 1);
        order->name = definition_copy(one, "name");
        order->title = definition_copy(one, "title");
        order->version = (guint)json_int(one, "version", 1);
        order->ranks = g_array_new(FALSE, FALSE, sizeof(FilingRank));
        g_ptr_array_add(orders, order);
        if (!load_ranks(definition, json_object_get(one, "ranks"), path, order, error))
            return NULL;
    }
    return g_steal_pointer(&orders);
}

GPtrArray *filing_orders_shipped(GError **error)
{
    const Embedded *file = definition_shipped("orders.json");

    return filing_orders_load((const char *)file->bytes, file->size, "orders.json", error);
}

const FilingOrder *filing_order(const GPtrArray *orders, const char *name)
{
    for (guint i = 0; i < orders->len; i++) {
        const FilingOrder *order = g_ptr_array_index(orders, i);

        if (strcmp(order->name, name) == 0)
            return order;
    }
    return NULL;
}
