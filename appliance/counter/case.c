/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/case.h"

#include "appliance/base/digest.h"
#include "appliance/casework/number.h"
#include "appliance/counter/fact.h"
#include "storage/secrets.h"

#include <string.h>

/* ── numbers ─────────────────────────────────────────────────────────────────────────────── */

char *case_read_number(const char *text, GError **error)
{
    return number_case_read(text, error);
}

char *case_print_number(const char *digits)
{
    char *printed = number_case_print(digits, NULL);

    return printed != NULL ? printed : g_strdup(digits);
}

char *case_mask(const char *name)
{
    glong length = name != NULL ? g_utf8_strlen(name, -1) : 0;
    glong head = length <= 4 ? MIN(length, 1) : 2, tail = length <= 4 ? 0 : 2;
    g_autofree char *first = NULL;

    if (length == 0)
        return g_strdup("");
    first = g_utf8_substring(name, 0, head);
    return g_strconcat(first, length <= 4 ? "*" : "***",
                       tail > 0 ? g_utf8_offset_to_pointer(name, length - tail) : NULL, NULL);
}

json_t *case_row(Catalog *catalog, const char *number, GError **error)
{
    g_autoptr(GError) why = NULL;
    json_t *row = catalog_case(catalog, number, &why);

    if (row == NULL && why == NULL) {
        g_autofree char *printed = case_print_number(number);

        error_set(error, ERROR_NO_CASE, "%s", printed);
    } else if (row == NULL)
        g_propagate_error(error, g_steal_pointer(&why));
    return row;
}

char *case_query_code(Catalog *catalog, const char *number, GError **error)
{
    g_autoptr(json_t) rows = catalog_case_events(catalog, number, 0, 1, error);
    const char *text = rows != NULL ? json_text(json_array_get(rows, 0), "detail") : NULL;
    g_autoptr(json_t) detail = text != NULL ? json_loads(text, 0, NULL) : NULL;
    const char *commitment = json_text(detail, "secret");
    g_autofree char *seed = NULL, *hex = NULL;

    if (commitment == NULL) {
        if (rows != NULL)
            error_set(error, ERROR_NO_CASE, "%s", number);
        return NULL;
    }
    seed = g_strconcat("query-code:", commitment, NULL);
    hex = sha256_hex(seed, strlen(seed));
    hex[12] = '\0';
    return g_strdup_printf("%06u", (guint)(g_ascii_strtoull(hex, NULL, 16) % 1000000));
}

const Item *case_item(House *house, const json_t *row, GError **error)
{
    return house_item(house, json_text(row, "item_digest"), error);
}

static gboolean takes_paper(const json_t *row)
{
    return row != NULL && json_text(row, "filed_at") == NULL;
}

gboolean case_check_open(const json_t *row, GError **error)
{
    if (takes_paper(row))
        return TRUE;
    return error_set(error, ERROR_WRONG_STATE, "%s is filed: nothing of it changes in place",
                     json_text(row, "number"));
}

/* ── what placing asks ───────────────────────────────────────────────────────────────────── */

static gboolean lookup_case(void *data, const char *number, guint32 *item_number)
{
    CaseLookup *lookup = data;
    g_autoptr(json_t) row = catalog_case(lookup->catalog, number, NULL);

    if (!takes_paper(row))
        return FALSE;
    *item_number = (guint32)g_ascii_strtoull(json_text(row, "item"), NULL, 10);
    return TRUE;
}

static const char *lookup_slot(void *data, const char *number, guint32 slot, gboolean *kept)
{
    CaseLookup *lookup = data;
    g_autoptr(json_t) row = catalog_case(lookup->catalog, number, NULL);
    const Item *item = row != NULL ? case_item(lookup->house, row, NULL) : NULL;
    const ItemSlot *found = item != NULL ? item_slot(item, slot) : NULL;

    if (found == NULL)
        return NULL;
    *kept = found->keep == KEEP_KEPT;
    return found->name;
}

PlacingLookup case_lookup(CaseLookup *context)
{
    return (PlacingLookup){.find_case = lookup_case, .find_slot = lookup_slot, .data = context};
}

/* ── facts of slots ──────────────────────────────────────────────────────────────────────── */

typedef struct {
    House *house;
    const CaseFact *fact;
} Note;

static gboolean note_command(StoreTxn *txn, void *data, GError **error)
{
    const Note *note = data;
    const CaseFact *fact = note->fact;
    g_autoptr(json_t) row = case_row(txn_catalog(txn), fact->number, error);
    const Item *item = row != NULL ? case_item(note->house, row, error) : NULL;

    return item != NULL && case_check_open(row, error) && fact_check(item, fact, error) &&
           txn_append(txn, "slot", fact->number,
                      json_pack("{s:s, s:s, s:s}", "slot", fact->slot, "what", fact->what, "value",
                                fact->value),
                      error);
}

gboolean case_note(House *house, const StoreActor *actor, const CaseFact *fact, GError **error)
{
    Note note = {house, fact};

    return store_write(house_store(house), actor, note_command, &note, error);
}

gboolean case_check_fields(const json_t *fields, GError **error)
{
    const char *name;
    json_t *value;

    if (fields != NULL && !json_is_object(fields))
        return error_set(error, ERROR_INVALID, "fields: names with texts are needed");
    json_object_foreach((json_t *)fields, name, value)
    {
        if (!json_is_string(value))
            return error_set(error, ERROR_INVALID, "field '%s': a text is needed", name);
    }
    return TRUE;
}

typedef struct {
    const char *number;
    const json_t *fields;
} Fields;

static gboolean fields_command(StoreTxn *txn, void *data, GError **error)
{
    const Fields *entered = data;
    g_autoptr(json_t) row = case_row(txn_catalog(txn), entered->number, error);
    g_autoptr(json_t) secret = json_pack("{s:O}", "fields", entered->fields);
    g_autofree char *path = secrets_case_path(entered->number);
    g_autofree char *commitment = NULL;

    if (row == NULL || !case_check_open(row, error))
        return FALSE;
    commitment = txn_secret(txn, path, secret);
    return txn_append(txn, "case.field", entered->number, json_pack("{s:s}", "secret", commitment),
                      error);
}

gboolean case_enter_fields(House *house, const StoreActor *actor, const char *number,
                           const json_t *fields, GError **error)
{
    Fields entered = {number, fields};

    return case_check_fields(fields, error) &&
           store_write(house_store(house), actor, fields_command, &entered, error);
}
