/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/copies.h"

#include <string.h>

static gboolean is_void(json_t *documents, gint64 number)
{
    gsize i;
    json_t *row;

    json_array_foreach(documents, i, row)
    {
        if (json_int(row, "number", 0) == number)
            return strcmp(json_text(row, "state"), "void") == 0;
    }
    return TRUE;
}

static gboolean has_scan(json_t *sides, gint64 number)
{
    gsize i;
    json_t *side;

    json_array_foreach(sides, i, side)
    {
        if (json_int(side, "document", 0) == number &&
            strcmp(json_text(side, "state"), "void") != 0)
            return TRUE;
    }
    return FALSE;
}

/* The receivers stand in the record of the paper. */
static void add_copies(json_t *list, const json_t *paper, gboolean is_signed)
{
    json_t *receivers = json_object_get(paper, "receivers");
    gsize i;
    json_t *receiver;

    json_array_foreach(receivers, i, receiver)
    {
        json_array_append_new(list, json_pack("{s:I, s:i, s:s, s:b}", "document",
                                              (json_int_t)json_int(paper, "number", 0), "copy",
                                              (int)i + 1, "receiver", json_string_value(receiver),
                                              "signed", is_signed));
    }
}

json_t *copies_of_case(Catalog *catalog, const char *number, GError **error)
{
    g_autoptr(json_t) documents = catalog_documents(catalog, number, error);
    g_autoptr(json_t) sides = documents != NULL ? catalog_sides(catalog, number, error) : NULL;
    g_autoptr(json_t) events = sides != NULL ? catalog_events(catalog, number, error) : NULL;
    json_t *list;
    gsize i;
    json_t *event;

    if (events == NULL)
        return NULL;
    list = json_array();
    json_array_foreach(events, i, event)
    {
        g_autoptr(json_t) paper = NULL;
        gint64 document;

        if (strcmp(json_text(event, "act"), "paper") != 0)
            continue;
        paper = json_loads(json_text(event, "detail"), 0, NULL);
        document = json_int(paper, "number", 0);
        if (!is_void(documents, document))
            add_copies(list, paper, has_scan(sides, document));
    }
    return list;
}
