/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/hold.h"

#include "appliance/counter/case.h"
#include "storage/secrets.h"

/* The body of either record, without what it is about; NULL unless there is a reason. */
static json_t *reason_body(StoreTxn *txn, const HoldRequest *request, GError **error)
{
    g_autoptr(json_t) secret = NULL;
    g_autofree char *path = NULL, *commitment = NULL;

    if (request->reason == NULL || *request->reason == '\0') {
        error_set(error, ERROR_INVALID, "a hold is set and lifted with a reason");
        return NULL;
    }
    secret = json_pack("{s:s}", "reason", request->reason);
    path = secrets_case_path(request->number);
    commitment = txn_secret(txn, path, secret);
    return json_pack("{s:s}", "secret", commitment);
}

static gboolean set_command(StoreTxn *txn, void *data, GError **error)
{
    const HoldRequest *request = data;
    g_autoptr(json_t) row = case_row(txn_catalog(txn), request->number, error);
    json_t *body = row != NULL ? reason_body(txn, request, error) : NULL;

    if (body == NULL)
        return FALSE;
    if (request->reference != NULL)
        json_object_set_new(body, "reference", json_string(request->reference));
    return txn_append(txn, "hold", request->number, body, error);
}

gboolean hold_set(House *house, const StoreActor *actor, const HoldRequest *request, GError **error)
{
    return store_write(house_store(house), actor, set_command, (void *)request, error);
}

static gboolean lift_command(StoreTxn *txn, void *data, GError **error)
{
    const HoldRequest *request = data;
    g_autoptr(json_t) row = case_row(txn_catalog(txn), request->number, error);
    g_autoptr(json_t) holds =
        row != NULL ? catalog_holds(txn_catalog(txn), request->number, TRUE, error) : NULL;
    json_t *body, *lifted, *hold;
    gsize i;

    if (holds == NULL)
        return FALSE;
    if (json_array_size(holds) == 0)
        return error_set(error, ERROR_WRONG_STATE, "%s is under no hold", request->number);
    body = reason_body(txn, request, error);
    if (body == NULL)
        return FALSE;
    lifted = json_array();
    json_array_foreach(holds, i, hold) json_array_append(lifted, json_object_get(hold, "seq"));
    json_object_set_new(body, "holds", lifted);
    return txn_append(txn, "hold.lift", request->number, body, error);
}

gboolean hold_lift(House *house, const StoreActor *actor, const HoldRequest *request,
                   GError **error)
{
    return store_write(house_store(house), actor, lift_command, (void *)request, error);
}

gboolean hold_check(Catalog *catalog, const char *number, GError **error)
{
    g_autoptr(json_t) holds = catalog_holds(catalog, number, TRUE, error);
    const json_t *first = json_array_get(holds, 0);
    const char *reference = json_text(first, "reference");

    if (holds == NULL || first == NULL)
        return holds != NULL;
    return error_set(error, ERROR_HELD, "%s, since %s%s%s", number, json_text(first, "set_at"),
                     reference != NULL ? ", " : "", reference != NULL ? reference : "");
}
