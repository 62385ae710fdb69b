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
    const char letter[2] = {name->side, '\0'};
    g_autoptr(GError) why = NULL;
    g_autoptr(json_t) side = catalog_side(txn_catalog(txn), name->batch, name->sheet, letter, &why);
    const char *number = side != NULL ? json_text(side, "case") : NULL;
    g_autoptr(json_t) row = NULL;

    if (why != NULL) {
        g_propagate_error(error, g_steal_pointer(&why));
        return NULL;
    }
    if (side == NULL) {
        error_set(error, ERROR_NOT_FOUND, "side %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "-%s",
                  name->batch, name->sheet, letter);
        return NULL;
    }
    row = number != NULL ? case_row(txn_catalog(txn), number, error) : NULL;
    if (number != NULL && row == NULL)
        return NULL;
    if (row != NULL && json_text(row, "filed_at") != NULL) {
        error_set(error, ERROR_WRONG_STATE, "%s is filed: nothing of it changes in place", number);
        return NULL;
    }
    return g_steal_pointer(&side);
}

static json_t *side_body(const SideName *name)
{
    const char letter[2] = {name->side, '\0'};

    return json_pack("{s:I, s:I, s:s}", "batch", (json_int_t)name->batch, "sheet",
                     (json_int_t)name->sheet, "side", letter);
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

static gboolean custody_command(StoreTxn *txn, void *data, GError **error)
{
    const EditCustody *custody = data;
    g_autoptr(json_t) row =
        custody->number != NULL ? case_row(txn_catalog(txn), custody->number, error) : NULL;
    json_t *body;

    if (custody->number != NULL && row == NULL)
        return FALSE;
    body = json_pack("{s:s, s:s*}", "place", custody->place, "box", custody->box);
    if (custody->document > 0)
        json_object_set_new(body, "document", json_integer((json_int_t)custody->document));
    if (custody->note != NULL && custody->number != NULL) {
        g_autoptr(json_t) secret = json_pack("{s:s}", "note", custody->note);
        g_autofree char *path = secrets_case_path(custody->number);
        g_autofree char *commitment = txn_secret(txn, path, secret);

        json_object_set_new(body, "secret", json_string(commitment));
    }
    return txn_append(txn, "custody", custody->number, body, error);
}

gboolean edit_custody(House *house, const StoreActor *actor, const EditCustody *custody,
                      GError **error)
{
    return store_write(house_store(house), actor, custody_command, (void *)custody, error);
}

typedef struct {
    const EditDay *day;
    char *root;
} CloseDay;

static gboolean close_day_command(StoreTxn *txn, void *data, GError **error)
{
    CloseDay *closing = data;
    const EditDay *day = closing->day;
    g_autoptr(GError) why = NULL;
    g_autoptr(json_t) closed = catalog_day_close(txn_catalog(txn), day->window, day->date, &why);
    gint64 records;

    if (why != NULL) {
        g_propagate_error(error, g_steal_pointer(&why));
        return FALSE;
    }
    if (closed != NULL)
        return error_set(error, ERROR_WRONG_STATE, "%s is closed already", day->date);
    g_free(closing->root);
    closing->root = catalog_root(txn_catalog(txn), &records, error);
    return closing->root != NULL &&
           txn_append(txn, "day.close", NULL,
                      json_pack("{s:s, s:s, s:I, s:s}", "date", day->date, "window", day->window,
                                "records", (json_int_t)records, "root", closing->root),
                      error);
}

gboolean edit_close_day(House *house, const StoreActor *actor, const EditDay *day, char **root,
                        GError **error)
{
    CloseDay closing = {day, NULL};
    gboolean ok = store_write(house_store(house), actor, close_day_command, &closing, error);

    if (ok)
        *root = closing.root;
    else
        g_free(closing.root);
    return ok;
}

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
