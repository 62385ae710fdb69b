/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/edit.h"

#include "storage/secrets.h"

#include <string.h>

typedef struct {
    const SideName *name;
    guint turn;
} SideEdit;

/* The side's row, if its case may still change. */
static json_t *open_side(StoreTxn *txn, const SideName *name, GError **error)
{
    g_autoptr(json_t) side = side_row(txn_catalog(txn), name, error);

    return side != NULL && side_check_open(txn_catalog(txn), side, error) ? g_steal_pointer(&side)
                                                                          : NULL;
}

static gboolean turn_command(StoreTxn *txn, void *data, GError **error)
{
    const SideEdit *edit = data;
    g_autoptr(json_t) side = open_side(txn, edit->name, error);
    json_t *body;

    if (side == NULL)
        return FALSE;
    body = side_body(edit->name);
    json_object_set_new(body, "turn", json_integer((json_int_t)edit->turn));
    return txn_append(txn, "side.turn", json_text(side, "case"), body, error);
}

gboolean edit_turn_side(House *house, const StoreActor *actor, const SideName *name, guint turn,
                        GError **error)
{
    SideEdit edit = {name, turn};

    if (turn % 90 != 0 || turn >= 360)
        return error_set(error, ERROR_INVALID, "turn %u: 0, 90, 180 or 270", turn);
    return store_write(house_store(house), actor, turn_command, &edit, error);
}

typedef struct {
    const SideName *name;
    gboolean blank;
} BlankEdit;

static gboolean blank_command(StoreTxn *txn, void *data, GError **error)
{
    const BlankEdit *edit = data;
    g_autoptr(json_t) side = open_side(txn, edit->name, error);
    json_t *body;

    if (side == NULL)
        return FALSE;
    if ((json_int(side, "blank", 0) != 0) == edit->blank)
        return error_set(error, ERROR_WRONG_STATE, "this side is %s already",
                         edit->blank ? "blank" : "not blank");
    body = side_body(edit->name);
    json_object_set_new(body, "blank", json_boolean(edit->blank));
    return txn_append(txn, "side.blank", json_text(side, "case"), body, error);
}

gboolean edit_blank_side(House *house, const StoreActor *actor, const SideName *name,
                         gboolean blank, GError **error)
{
    BlankEdit edit = {name, blank};

    return store_write(house_store(house), actor, blank_command, &edit, error);
}

/* ── order inside a document ─────────────────────────────────────────────────────────────── */

typedef struct {
    const SideName *name, *after; /* after NULL: in front */
} OrderEdit;

static gboolean is_named(const json_t *side, const SideName *name)
{
    return json_int(side, "batch", -1) == name->batch &&
           json_int(side, "sheet", -1) == name->sheet && *json_text(side, "side") == name->side;
}

/* Sides of one document in their order. */
static GPtrArray *sides_of_document(json_t *sides, gint64 document)
{
    GPtrArray *list = g_ptr_array_new();
    gsize i;
    json_t *side;

    json_array_foreach(sides, i, side)
    {
        if (json_int(side, "document", 0) == document &&
            strcmp(json_text(side, "state"), "void") != 0)
            g_ptr_array_add(list, side);
    }
    return list;
}

static gint index_of(const GPtrArray *list, const SideName *name)
{
    for (guint i = 0; i < list->len; i++)
        if (is_named(g_ptr_array_index(list, i), name))
            return (gint)i;
    return -1;
}

/* The new order: the places stay what they are, the sides change among them. */
static GPtrArray *reordered(const GPtrArray *list, const OrderEdit *edit, GError **error)
{
    gint from = index_of(list, edit->name);
    gint after = edit->after != NULL ? index_of(list, edit->after) : -1;
    GPtrArray *order = g_ptr_array_new();

    if (from < 0) {
        error_set(error, ERROR_WRONG_STATE, "this side is void");
        g_ptr_array_unref(order);
        return NULL;
    }
    if (edit->after != NULL && (after < 0 || after == from)) {
        error_set(error, ERROR_INVALID, "after: another side of the same document");
        g_ptr_array_unref(order);
        return NULL;
    }
    for (guint i = 0; i < list->len; i++)
        g_ptr_array_add(order, g_ptr_array_index(list, i));
    g_ptr_array_remove_index(order, (guint)from);
    g_ptr_array_insert(order, after < from ? after + 1 : after,
                       g_ptr_array_index(list, (guint)from));
    return order;
}

static json_t *order_body(const json_t *side, gint64 place, gint64 first)
{
    json_t *body = json_pack(
        "{s:O, s:O, s:O, s:O, s:I, s:b}", "batch", json_object_get(side, "batch"), "sheet",
        json_object_get(side, "sheet"), "side", json_object_get(side, "side"), "document",
        json_object_get(side, "document"), "place", (json_int_t)place, "moved", 1);

    if (first >= 0)
        json_object_set_new(body, "with", json_integer((json_int_t)first));
    return body;
}

static gboolean write_order(StoreTxn *txn, const char *number, const GPtrArray *list,
                            const GPtrArray *order, GError **error)
{
    gint64 first = -1, place = 0;

    for (guint i = 0; i < order->len; i++) {
        const json_t *side = g_ptr_array_index(order, i);
        gint64 seq = txn_next_seq(txn);

        /* Two may have had one place (a page and the one it replaced): not any more. */
        place = MAX(json_int(g_ptr_array_index(list, i), "place", 0), place + 1);
        if (json_int(side, "place", 0) == place)
            continue;
        if (!txn_append(txn, "side.place", number, order_body(side, place, first), error))
            return FALSE;
        first = first < 0 ? seq : first;
    }
    return first >= 0 || error_set(error, ERROR_WRONG_STATE, "this side stands there already");
}

static gboolean order_command(StoreTxn *txn, void *data, GError **error)
{
    const OrderEdit *edit = data;
    g_autoptr(json_t) side = open_side(txn, edit->name, error);
    const char *number = side != NULL ? json_text(side, "case") : NULL;
    g_autoptr(json_t) sides = NULL;
    g_autoptr(GPtrArray) list = NULL, order = NULL;

    if (side == NULL)
        return FALSE;
    if (number == NULL || json_int(side, "document", 0) == 0)
        return error_set(error, ERROR_WRONG_STATE, "this side stands in no document");
    sides = catalog_sides(txn_catalog(txn), number, error);
    if (sides == NULL)
        return FALSE;
    list = sides_of_document(sides, json_int(side, "document", 0));
    order = reordered(list, edit, error);
    return order != NULL && write_order(txn, number, list, order, error);
}

gboolean edit_order_side(House *house, const StoreActor *actor, const SideName *name,
                         const SideName *after, GError **error)
{
    OrderEdit edit = {name, after};

    return store_write(house_store(house), actor, order_command, &edit, error);
}

static gboolean restore_command(StoreTxn *txn, void *data, GError **error)
{
    const SideEdit *edit = data;
    g_autoptr(json_t) side = open_side(txn, edit->name, error);

    if (side == NULL)
        return FALSE;
    if (strcmp(json_text(side, "state"), "void") != 0)
        return error_set(error, ERROR_WRONG_STATE, "this side is not void");
    return txn_append(txn, "side.restore", json_text(side, "case"), side_body(edit->name), error);
}

gboolean edit_restore_side(House *house, const StoreActor *actor, const SideName *name,
                           GError **error)
{
    SideEdit edit = {.name = name};

    return store_write(house_store(house), actor, restore_command, &edit, error);
}

typedef struct {
    const char *number, *reason, *note;
} Look;

static gboolean look_command(StoreTxn *txn, void *data, GError **error)
{
    const Look *look = data;
    g_autoptr(json_t) row = case_row(txn_catalog(txn), look->number, error);
    json_t *body;

    if (row == NULL)
        return FALSE;
    body = json_pack("{s:s}", "reason", look->reason);
    if (look->note != NULL) {
        g_autoptr(json_t) secret = json_pack("{s:s}", "note", look->note);
        g_autofree char *path = secrets_case_path(look->number);
        g_autofree char *commitment = txn_secret(txn, path, secret);

        json_object_set_new(body, "secret", json_string(commitment));
    }
    return txn_append(txn, "look", look->number, body, error);
}

gboolean edit_look(House *house, const StoreActor *actor, const char *number, const char *reason,
                   const char *note, GError **error)
{
    Look look = {number, reason, note};

    return store_write(house_store(house), actor, look_command, &look, error);
}

static gboolean look_ledger_command(StoreTxn *txn, void *data, GError **error)
{
    const EditLookLedger *look = data;
    g_autofree char *from = day_format(look->from), *to = day_format(look->to);

    return txn_append(txn, "look", NULL,
                      json_pack("{s:s, s:s, s:s, s:s}", "reason", look->reason, "ledger",
                                look->ledger, "from", from, "to", to),
                      error);
}

gboolean edit_look_ledger(House *house, const StoreActor *actor, const EditLookLedger *look,
                          GError **error)
{
    if (*look->reason == '\0')
        return error_set(error, ERROR_INVALID, "a full view needs a reason");
    return store_write(house_store(house), actor, look_ledger_command, (void *)look, error);
}

typedef struct {
    gint64 bundle;
    const char *by;
} Receipt;

static gboolean receipt_command(StoreTxn *txn, void *data, GError **error)
{
    const Receipt *receipt = data;
    g_autoptr(GError) why = NULL;
    g_autoptr(json_t) row = catalog_bundle(txn_catalog(txn), receipt->bundle, &why);

    if (why != NULL) {
        g_propagate_error(error, g_steal_pointer(&why));
        return FALSE;
    }
    if (row == NULL)
        return error_set(error, ERROR_NOT_FOUND, "bundle %" G_GINT64_FORMAT, receipt->bundle);
    return txn_append(
        txn, "bundle.receipt", NULL,
        json_pack("{s:I, s:s}", "bundle", (json_int_t)receipt->bundle, "by", receipt->by), error);
}

gboolean edit_bundle_receipt(House *house, const StoreActor *actor, gint64 bundle, const char *by,
                             GError **error)
{
    Receipt receipt = {bundle, by};

    return store_write(house_store(house), actor, receipt_command, &receipt, error);
}

/* ── papers and days ─────────────────────────────────────────────────────────────────────── */

static gboolean hand_over_command(StoreTxn *txn, void *data, GError **error)
{
    const EditHandOver *over = data;

    return txn_append(txn, "day.hand-over", NULL,
                      json_pack("{s:s, s:O, s:I}", "to", over->to, "cases", over->cases, "sheets",
                                (json_int_t)over->sheets),
                      error);
}

gboolean edit_hand_over(House *house, const StoreActor *actor, const EditHandOver *over,
                        GError **error)
{
    return store_write(house_store(house), actor, hand_over_command, (void *)over, error);
}

typedef struct {
    const char *window, *post;
} Seat;

static gboolean seat_command(StoreTxn *txn, void *data, GError **error)
{
    const Seat *seat = data;

    return txn_append(txn, "seat", NULL,
                      json_pack("{s:s, s:s}", "window", seat->window, "post", seat->post), error);
}

gboolean edit_seat(House *house, const StoreActor *actor, const char *window, const char *post,
                   GError **error)
{
    Seat seat = {window, post};

    return store_write(house_store(house), actor, seat_command, &seat, error);
}

/* ── refused tries ───────────────────────────────────────────────────────────────────────── */

static gboolean denied_command(StoreTxn *txn, void *data, GError **error)
{
    const EditDenied *denied = data;

    return txn_append(txn, "denied", NULL,
                      json_pack("{s:s, s:s*, s:s*, s:s*}", "code", denied->code, "person",
                                denied->person, "method", denied->method, "pattern",
                                denied->pattern),
                      error);
}

gboolean edit_denied(Store *store, const EditDenied *denied, GError **error)
{
    StoreActor actor = {denied->person != NULL ? denied->person : "nobody", "serve"};

    return store_write(store, &actor, denied_command, (void *)denied, error);
}

/* ── who may sign on ─────────────────────────────────────────────────────────────────────── */

static gboolean person_command(StoreTxn *txn, void *data, GError **error)
{
    const EditPerson *person = data;

    return txn_append(txn, "person", NULL,
                      json_pack("{s:s, s:s, s:O*, s:b}", "person", person->person, "what",
                                person->what, "roles", person->roles, "active", person->active),
                      error);
}

gboolean edit_person(Store *store, const StoreActor *actor, const EditPerson *person,
                     GError **error)
{
    return store_write(store, actor, person_command, (void *)person, error);
}
