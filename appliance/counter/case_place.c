/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/case_place.h"

#include "appliance/counter/hold.h"

#include <string.h>

/* A void side stays void, and nothing may be taken out of a filed case. */
static gboolean may_leave(Catalog *catalog, const json_t *side, GError **error)
{
    if (strcmp(json_text(side, "state"), "void") == 0)
        return error_set(error, ERROR_WRONG_STATE, "the side is void: %s",
                         json_text(side, "reason"));
    return side_check_open(catalog, side, error);
}

typedef struct {
    House *house;
    const CasePlacing *placing;
    gint64 document;
    gint64 first; /* seq of its first placing; -1: none yet */
} Place;

static gboolean has_document(Catalog *catalog, const char *number, gint64 document, GError **error)
{
    g_autoptr(json_t) rows = catalog_documents(catalog, number, error);
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        if (json_int(row, "number", 0) == document && strcmp(json_text(row, "state"), "open") == 0)
            return TRUE;
    }
    if (rows != NULL)
        error_set(error, ERROR_NOT_FOUND, "document %03d of %s", (int)document, number);
    return FALSE;
}

static gboolean new_document(StoreTxn *txn, Place *place, const Item *item, GError **error)
{
    const ItemSlot *slot = item_slot(item, code_slot_number(place->placing->slot));
    char family[2] = {place->placing->slot[0], '\0'};

    if (slot == NULL)
        return error_set(error, ERROR_INVALID, "item %s has no slot '%s'", item->code,
                         place->placing->slot);
    return catalog_next_document(txn_catalog(txn), place->placing->number, &place->document,
                                 error) &&
           txn_append(txn, "document.open", place->placing->number,
                      json_pack("{s:I, s:s, s:s, s:s, s:i, s:i, s:b}", "number",
                                (json_int_t)place->document, "family", family, "code",
                                place->placing->slot, "title", slot->name, "copies", 0, "originals",
                                1, "kept", slot->keep == KEEP_KEPT),
                      error);
}

static gboolean place_side(StoreTxn *txn, Place *place, const SideName *name, GError **error)
{
    g_autoptr(json_t) side = side_row(txn_catalog(txn), name, error);
    json_t *body;
    gint64 at;

    if (side == NULL || !may_leave(txn_catalog(txn), side, error) ||
        !catalog_next_place(txn_catalog(txn), place->placing->number, place->document, &at, error))
        return FALSE;
    body = side_body(name);
    json_object_set_new(body, "document", json_integer((json_int_t)place->document));
    json_object_set_new(body, "place", json_integer((json_int_t)at));
    if (g_strcmp0(json_text(side, "case"), place->placing->number) == 0)
        json_object_set_new(body, "moved", json_true());
    if (place->first >= 0)
        json_object_set_new(body, "with", json_integer((json_int_t)place->first));
    else
        place->first = txn_next_seq(txn);
    return txn_append(txn, "side.place", place->placing->number, body, error);
}

static gboolean place_command(StoreTxn *txn, void *data, GError **error)
{
    Place *place = data;
    const CasePlacing *placing = place->placing;
    g_autoptr(json_t) row = case_row(txn_catalog(txn), placing->number, error);
    const Item *item = row != NULL ? case_item(place->house, row, error) : NULL;

    if (item == NULL || !case_check_open(row, error))
        return FALSE;
    place->document = placing->document;
    place->first = -1;
    if (place->document > 0
            ? !has_document(txn_catalog(txn), placing->number, place->document, error)
            : !new_document(txn, place, item, error))
        return FALSE;
    for (gsize i = 0; i < placing->n_sides; i++)
        if (!place_side(txn, place, &placing->sides[i], error))
            return FALSE;
    return TRUE;
}

gboolean case_place(House *house, const StoreActor *actor, const CasePlacing *placing,
                    gint64 *document, GError **error)
{
    Place place = {house, placing, 0, -1};

    if (!store_write(house_store(house), actor, place_command, &place, error))
        return FALSE;
    *document = place.document;
    return TRUE;
}

/* ── out of use ──────────────────────────────────────────────────────────────────────────── */

typedef struct {
    const SideName *name;
    const char *number;
    gint64 document;
    const char *reason;
} Void;

static gboolean check_reason(const char *reason, GError **error)
{
    return (reason != NULL && *reason != '\0') ||
           error_set(error, ERROR_INVALID, "reason: one is needed");
}

static gboolean void_side_command(StoreTxn *txn, void *data, GError **error)
{
    const Void *v = data;
    g_autoptr(json_t) side = side_row(txn_catalog(txn), v->name, error);
    const char *number = side != NULL ? json_text(side, "case") : NULL;
    json_t *body;

    if (side == NULL || !may_leave(txn_catalog(txn), side, error) ||
        (number != NULL && !hold_check(txn_catalog(txn), number, error)))
        return FALSE;
    body = side_body(v->name);
    json_object_set_new(body, "reason", json_string(v->reason));
    return txn_append(txn, "side.void", number, body, error);
}

gboolean case_void_side(House *house, const StoreActor *actor, const SideName *name,
                        const char *reason, GError **error)
{
    Void v = {.name = name, .reason = reason};

    return check_reason(reason, error) &&
           store_write(house_store(house), actor, void_side_command, &v, error);
}

static gboolean void_document_command(StoreTxn *txn, void *data, GError **error)
{
    const Void *v = data;
    g_autoptr(json_t) row = case_row(txn_catalog(txn), v->number, error);

    return row != NULL && case_check_open(row, error) &&
           hold_check(txn_catalog(txn), v->number, error) &&
           has_document(txn_catalog(txn), v->number, v->document, error) &&
           txn_append(
               txn, "document.void", v->number,
               json_pack("{s:I, s:s}", "number", (json_int_t)v->document, "reason", v->reason),
               error);
}

gboolean case_void_document(House *house, const StoreActor *actor, const char *number,
                            gint64 document, const char *reason, GError **error)
{
    Void v = {.number = number, .document = document, .reason = reason};

    return check_reason(reason, error) &&
           store_write(house_store(house), actor, void_document_command, &v, error);
}
