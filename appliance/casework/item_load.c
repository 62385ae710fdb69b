/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/item_load.h"

#include "appliance/casework/definition.h"
#include "appliance/casework/number.h"

#include <stdlib.h>
#include <string.h>

static const char *const roles[] = {"main", "attachment"};
static const char *const needs[] = {"required", "optional", "conditional"};
static const char *const keeps[] = {"kept", "returned"};
static const char *const issuers[] = {"self", "government", "other"};
static const char *const frees[] = {"no", "licence", "share"};
static const char *const valids[] = {"always", "on-receipt", "on-decision", "max-age"};
static const char *const paths[] = {"feeder", "flatbed", "camera", "front-back", "placeholder"};
static const char *const step_roles[] = {"clerk", "checker", "department", "leader"};

/* The place of a member among tokens; the schema has seen to it that it is one of them. */
static int choice(const json_t *object, const char *key, const char *const *tokens, gsize n,
                  int otherwise)
{
    const char *text = json_text(object, key);

    for (gsize i = 0; text != NULL && i < n; i++)
        if (strcmp(tokens[i], text) == 0)
            return (int)i;
    return otherwise;
}
#define CHOICE(object, key, tokens, otherwise)                                                     \
    choice(object, key, tokens, G_N_ELEMENTS(tokens), otherwise)

static void load_validity(ItemSlot *slot, const json_t *valid)
{
    slot->valid = (SlotValid)CHOICE(valid, "rule", valids, VALID_ALWAYS);
    slot->max_age_days = (guint)json_int(valid, "days", 0);
}

static guint load_ticks(const json_t *from)
{
    const json_t *list = json_object_get(from, "ticks");
    guint set = (json_flag(from, "seal") ? (guint)TICK_SEAL : 0) |
                (json_flag(from, "sign") ? (guint)TICK_SIGNATURE : 0);
    gsize i;
    json_t *one;

    json_array_foreach(list, i, one)
    {
        set |= slot_tick_parse(json_string_value(one));
    }
    return set;
}

static ItemSlot *load_slot(const json_t *from, guint order)
{
    const json_t *pages = json_object_get(from, "pages"), *free_by = json_object_get(from, "free");
    ItemSlot *slot = g_new0(ItemSlot, 1);

    slot->code = definition_copy(from, "code");
    slot->slot = code_slot_number(slot->code);
    slot->name = definition_copy(from, "name");
    slot->role = (SlotRole)CHOICE(from, "role", roles, ROLE_ATTACHMENT);
    slot->need = (SlotNeed)CHOICE(from, "need", needs, NEED_REQUIRED);
    slot->when = definition_copy(from, "when");
    slot->tolerable = json_flag(from, "tolerable");
    slot->promisable = json_flag(from, "promisable");
    slot->originals = (guint)json_int(from, "originals", 0);
    slot->copies = (guint)json_int(from, "copies", 0);
    slot->pages_min = (guint)json_int(pages, "min", 1);
    slot->pages_max = (guint)json_int(pages, "max", 9999);
    slot->keep = (SlotKeep)CHOICE(from, "keep", keeps, KEEP_KEPT);
    slot->ticks = load_ticks(from);
    load_validity(slot, json_object_get(from, "valid"));
    slot->issuer = (SlotIssuer)CHOICE(from, "issuer", issuers, ISSUER_SELF);
    slot->issuer_name = definition_copy(from, "issuer_name");
    slot->free_by = (SlotFree)CHOICE(free_by, "by", frees, FREE_NO);
    slot->free_type = definition_copy(free_by, "type");
    slot->path = (SlotPath)CHOICE(from, "path", paths, PATH_FEEDER);
    slot->order = (guint)json_int(from, "order", order);
    slot->points = definition_strv(from, "points");
    slot->bring = definition_copy(from, "bring");
    slot->sample = definition_copy(from, "sample");
    slot->form = definition_copy(from, "form");
    slot->law = definition_copy(from, "law");
    return slot;
}

static gint by_order(gconstpointer a, gconstpointer b)
{
    const ItemSlot *left = *(ItemSlot *const *)a, *right = *(ItemSlot *const *)b;

    return left->order < right->order ? -1 : left->order > right->order;
}

/* What the schema cannot say of the i-th slot, the last that was added. */
static gboolean check_slot(const Definition *definition, const Item *item, const ItemSlot *slot,
                           gsize i, GError **error)
{
    g_autofree char *path = g_strdup_printf("/checklist/%zu", i);

    if (item_slot(item, slot->slot) != slot)
        return definition_fail(definition, error, path, "slot %s stands twice", slot->code);
    if (slot->pages_min > slot->pages_max)
        return definition_fail(definition, error, path, "slot %s: pages %u to %u", slot->code,
                               slot->pages_min, slot->pages_max);
    if ((slot->need == NEED_CONDITIONAL) != (slot->when != NULL))
        return definition_fail(definition, error, path,
                               "slot %s: \"when\" belongs to a conditional slot", slot->code);
    if (slot->when != NULL && !item_asks(item, slot->when))
        return definition_fail(definition, error, path, "slot %s: unknown question %s", slot->code,
                               slot->when);
    if (slot->role == ROLE_MAIN && slot->tolerable)
        return definition_fail(definition, error, path, "slot %s: a main material cannot be 容缺",
                               slot->code);
    if ((slot->valid == VALID_MAX_AGE) != (slot->max_age_days > 0))
        return definition_fail(definition, error, path, "slot %s: \"days\" belongs to max-age",
                               slot->code);
    for (gsize k = 0; k < i; k++)
        if (((const ItemSlot *)g_ptr_array_index(item->slots, k))->order == slot->order)
            return definition_fail(definition, error, path, "slot %s: order %u stands twice",
                                   slot->code, slot->order);
    return TRUE;
}

static gboolean load_slots(const Definition *definition, Item *item, GError **error)
{
    const json_t *list = json_object_get(definition_root(definition), "checklist");
    guint main_slots = 0;
    gsize i;
    json_t *one;

    json_array_foreach(list, i, one)
    {
        ItemSlot *slot = load_slot(one, (guint)i + 1);

        g_ptr_array_add(item->slots, slot);
        if (!check_slot(definition, item, slot, i, error))
            return FALSE;
        main_slots += slot->role == ROLE_MAIN && slot->need == NEED_REQUIRED;
    }
    if (main_slots == 0)
        return definition_fail(definition, error, "/checklist", "no required main material (主件)");
    g_ptr_array_sort(item->slots, by_order);
    return TRUE;
}

static gboolean load_questions(const Definition *definition, Item *item, GError **error)
{
    const json_t *list = json_object_get(definition_root(definition), "questions");
    gsize i;
    json_t *one;

    json_array_foreach(list, i, one)
    {
        ItemQuestion *question;

        if (item_asks(item, json_text(one, "code"))) {
            g_autofree char *path = g_strdup_printf("/questions/%zu", i);

            return definition_fail(definition, error, path, "question %s stands twice",
                                   json_text(one, "code"));
        }
        question = g_new0(ItemQuestion, 1);
        question->code = definition_copy(one, "code");
        question->text = definition_copy(one, "text");
        question->text_en = definition_copy(one, "text_en");
        g_ptr_array_add(item->questions, question);
    }
    return TRUE;
}

static gboolean load_fields(const Definition *definition, Item *item, GError **error)
{
    const json_t *list = json_object_get(definition_root(definition), "fields");
    gsize i;
    json_t *one;

    json_array_foreach(list, i, one)
    {
        g_autofree char *path = g_strdup_printf("/fields/%zu", i);
        guint32 slot = code_slot_number(json_text(one, "slot"));
        ItemField *field;

        if (item_field(item, json_text(one, "code")) != NULL)
            return definition_fail(definition, error, path, "field %s stands twice",
                                   json_text(one, "code"));
        if (item_slot(item, slot) == NULL)
            return definition_fail(definition, error, path, "unknown slot %s",
                                   json_text(one, "slot"));
        field = g_new0(ItemField, 1);
        field->code = definition_copy(one, "code");
        field->name = definition_copy(one, "name");
        field->norm = field_norm_parse(json_text(one, "norm"));
        field->slot = slot;
        field->required = json_flag(one, "required");
        field->list = json_flag(one, "list");
        field->names = definition_strv(one, "names");
        g_ptr_array_add(item->fields, field);
    }
    return TRUE;
}

static gboolean check_pair(const Definition *definition, const Item *item, const ItemPair *pair,
                           gsize i, GError **error)
{
    g_autofree char *path = g_strdup_printf("/pairs/%zu", i);

    if (item_field(item, pair->left) == NULL)
        return definition_fail(definition, error, path, "unknown field %s", pair->left);
    if (item_field(item, pair->right) == NULL)
        return definition_fail(definition, error, path, "unknown field %s", pair->right);
    if (item_slot(item, pair->slot) == NULL)
        return definition_fail(definition, error, path, "unknown slot");
    if (pair->switches != NULL && !item_asks(item, pair->switches))
        return definition_fail(definition, error, path, "unknown question %s", pair->switches);
    return TRUE;
}

static gboolean load_pairs(const Definition *definition, Item *item, GError **error)
{
    const json_t *list = json_object_get(definition_root(definition), "pairs");
    gsize i;
    json_t *one;

    json_array_foreach(list, i, one)
    {
        ItemPair *pair = g_new0(ItemPair, 1);

        pair->left = definition_copy(one, "left");
        pair->right = definition_copy(one, "right");
        pair->slot = code_slot_number(json_text(one, "slot"));
        pair->address = g_strcmp0(json_text(one, "as"), "address") == 0;
        pair->switches = definition_copy(one, "switches");
        g_ptr_array_add(item->pairs, pair);
        if (!check_pair(definition, item, pair, i, error))
            return FALSE;
    }
    return TRUE;
}

static void load_steps(const Definition *definition, Item *item)
{
    const json_t *list = json_object_get(definition_root(definition), "steps");
    gsize i;
    json_t *one;

    json_array_foreach(list, i, one)
    {
        ItemStep *step = g_new0(ItemStep, 1);

        step->code = definition_copy(one, "code");
        step->name = definition_copy(one, "name");
        step->role = (StepRole)CHOICE(one, "role", step_roles, STEP_CLERK);
        step->department = definition_copy(one, "department");
        g_ptr_array_add(item->steps, step);
    }
}

static gboolean load_clocks(const Definition *definition, Item *item, GError **error)
{
    const json_t *clocks = json_object_get(definition_root(definition), "clocks");

    for (int purpose = 0; purpose < CLOCK_PURPOSES; purpose++) {
        const json_t *one = json_object_get(clocks, clock_purpose_token((ClockPurpose)purpose));

        if (one == NULL)
            continue;
        item->clocks[purpose] = clock_profile_load(definition, one, (ClockPurpose)purpose, error);
        if (item->clocks[purpose] == NULL)
            return FALSE;
    }
    return TRUE;
}

static gboolean load_titles(const Definition *definition, Item *item, GError **error)
{
    const json_t *titles = json_object_get(definition_root(definition), "titles");
    const char *token;
    json_t *title;

    json_object_foreach((json_t *)titles, token, title)
    {
        PaperKind kind = paper_kind_parse(token);
        g_autofree char *path = g_strdup_printf("/titles/%s", token);

        if (kind == PAPER_NONE)
            return definition_fail(definition, error, path, "unknown paper %s", token);
        item->titles[kind] = g_strdup(json_string_value(title));
    }
    return TRUE;
}

static gboolean load_dates(const Definition *definition, Item *item, GError **error)
{
    const json_t *root = definition_root(definition);
    const char *to = json_text(root, "to");

    item->to = DAY_NONE;
    if (!day_parse(json_text(root, "from"), &item->from))
        return definition_fail(definition, error, "/from", "%s: no such day",
                               json_text(root, "from"));
    if (to != NULL && !day_parse(to, &item->to))
        return definition_fail(definition, error, "/to", "%s: no such day", to);
    if (to != NULL && item->to < item->from)
        return definition_fail(definition, error, "/to", "ends before it begins");
    return TRUE;
}

static gboolean load_national(const Definition *definition, Item *item, GError **error)
{
    const json_t *national = json_object_get(definition_root(definition), "national");

    item->national_code = definition_copy(national, "code");
    item->nature = definition_copy(national, "nature");
    item->national_kind = (guint)json_int(national, "kind", 2);
    if (item->national_code != NULL) {
        g_autoptr(GError) why = NULL;

        if (!number_item_code_check(item->national_code, &why))
            return definition_fail(definition, error, "/national/code", "%s", why->message);
    }
    return TRUE;
}

static void load_texts(const json_t *root, Item *item)
{
    const json_t *retention = json_object_get(root, "retention"),
                 *fee = json_object_get(root, "fee");

    item->code = definition_copy(root, "code");
    item->number = (guint32)strtoul(item->code, NULL, 10);
    item->name = definition_copy(root, "name");
    item->short_name = definition_copy(root, "short_name");
    item->department = definition_copy(root, "department");
    item->kind = definition_copy(root, "kind");
    item->second_check = json_flag(root, "second_check");
    item->quota = json_flag(root, "quota");
    item->upper = json_flag(root, "upper");
    item->tolerate_max = (guint)json_int(root, "tolerate_max", 0);
    item->terminated = g_strcmp0(json_text(root, "lapse"), "terminated") == 0;
    item->joint = definition_strv(root, "joint");
    item->channels = definition_strv(root, "channels");
    item->law = definition_strv(root, "law");
    item->charged = json_flag(fee, "charged");
    item->fee = definition_copy(fee, "text");
    item->order = definition_copy(root, "order");
    item->retention_granted = definition_copy(retention, "granted");
    item->retention_other = definition_copy(retention, "other");
    item->archive_class = definition_copy(root, "archive_class");
}

Item *item_load(const char *bytes, gsize size, const char *name, GError **error)
{
    g_autoptr(Definition) definition =
        definition_load(bytes, size, name, "item.schema.json", error);
    g_autoptr(Item) item = NULL;

    if (definition == NULL)
        return NULL;
    item = item_new();
    load_texts(definition_root(definition), item);
    load_steps(definition, item);
    if (!load_dates(definition, item, error) || !load_national(definition, item, error) ||
        !load_questions(definition, item, error) || !load_slots(definition, item, error) ||
        !load_fields(definition, item, error) || !load_pairs(definition, item, error) ||
        !load_clocks(definition, item, error) || !load_titles(definition, item, error))
        return NULL;
    return g_steal_pointer(&item);
}

GPtrArray *items_shipped(GError **error)
{
    g_autoptr(GPtrArray) names = definition_shipped_names("item-", ".json");
    g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func((GDestroyNotify)item_free);

    for (guint i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        const Embedded *file = definition_shipped(name);
        Item *item = item_load((const char *)file->bytes, file->size, name, error);

        if (item == NULL)
            return NULL;
        g_ptr_array_add(items, item);
    }
    return items_check(items, error) ? g_steal_pointer(&items) : NULL;
}
