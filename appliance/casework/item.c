/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/item.h"

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
static const char *const norms[] = {"text",     "money", "years", "people",  "equipment-count",
                                    "pages",    "month", "date",  "address", "equipment",
                                    "standard", "uscc",  "id",    "org",     "licence",
                                    "phone"};
static const char *const ticks[SLOT_TICKS][2] = {{"original", "已核原件"},
                                                 {"seal", "已盖章"},
                                                 {"signature", "已签字"},
                                                 {"category", "办证类别"},
                                                 {"scope", "经营范围涵盖"}};

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

static void slot_free(gpointer data)
{
    ItemSlot *slot = data;

    g_free(slot->code);
    g_free(slot->name);
    g_free(slot->when);
    g_free(slot->issuer_name);
    g_free(slot->free_type);
    g_strfreev(slot->points);
    g_free(slot->bring);
    g_free(slot->sample);
    g_free(slot->form);
    g_free(slot->law);
    g_free(slot);
}

static void question_free(gpointer data)
{
    ItemQuestion *question = data;

    g_free(question->code);
    g_free(question->text);
    g_free(question->text_en);
    g_free(question);
}

static void field_free(gpointer data)
{
    ItemField *field = data;

    g_free(field->code);
    g_free(field->name);
    g_strfreev(field->names);
    g_free(field);
}

static void pair_free(gpointer data)
{
    ItemPair *pair = data;

    g_free(pair->left);
    g_free(pair->right);
    g_free(pair->switches);
    g_free(pair);
}

static void step_free(gpointer data)
{
    ItemStep *step = data;

    g_free(step->code);
    g_free(step->name);
    g_free(step->department);
    g_free(step);
}

void item_free(Item *item)
{
    char **texts[] = {&item->code,
                      &item->name,
                      &item->short_name,
                      &item->department,
                      &item->national_code,
                      &item->nature,
                      &item->kind,
                      &item->fee,
                      &item->order,
                      &item->retention_granted,
                      &item->retention_other,
                      &item->archive_class};

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(*texts[i]);
    g_strfreev(item->joint);
    g_strfreev(item->channels);
    g_strfreev(item->law);
    g_ptr_array_unref(item->slots);
    g_ptr_array_unref(item->questions);
    g_ptr_array_unref(item->fields);
    g_ptr_array_unref(item->pairs);
    g_ptr_array_unref(item->steps);
    for (int i = 0; i < CLOCK_PURPOSES; i++)
        g_clear_pointer(&item->clocks[i], clock_profile_free);
    for (int i = 0; i < PAPER_COUNT; i++)
        g_free(item->titles[i]);
    g_free(item);
}

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

const ItemSlot *item_slot(const Item *item, guint32 slot)
{
    for (guint i = 0; i < item->slots->len; i++) {
        const ItemSlot *one = g_ptr_array_index(item->slots, i);

        if (one->slot == slot)
            return one;
    }
    return NULL;
}

const ItemField *item_field(const Item *item, const char *code)
{
    for (guint i = 0; i < item->fields->len; i++) {
        const ItemField *field = g_ptr_array_index(item->fields, i);

        if (strcmp(field->code, code) == 0)
            return field;
    }
    return NULL;
}

gboolean item_asks(const Item *item, const char *question)
{
    for (guint i = 0; i < item->questions->len; i++)
        if (strcmp(((const ItemQuestion *)g_ptr_array_index(item->questions, i))->code, question) ==
            0)
            return TRUE;
    return FALSE;
}

/* What the schema cannot say of one slot. */
static gboolean check_slot(const Definition *definition, const Item *item, const ItemSlot *slot,
                           gsize i, GError **error)
{
    g_autofree char *path = g_strdup_printf("/checklist/%zu", i);

    if (item_slot(item, slot->slot) != NULL)
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
    for (guint k = 0; k < item->slots->len; k++)
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

        if (!check_slot(definition, item, slot, i, error)) {
            slot_free(slot);
            return FALSE;
        }
        main_slots += slot->role == ROLE_MAIN && slot->need == NEED_REQUIRED;
        g_ptr_array_add(item->slots, slot);
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
        field->norm = (FieldNorm)CHOICE(one, "norm", norms, NORM_TEXT);
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

static guint16 limit_of(const json_t *from, const char *key)
{
    return (guint16)json_int(from, key, CLOCK_NO_LIMIT);
}

static ClockProfile *load_clock(const json_t *from, ClockPurpose purpose)
{
    const json_t *levels = json_object_get(from, "levels"),
                 *pauses = json_object_get(from, "pauses"),
                 *extension = json_object_get(from, "extension"),
                 *warn = json_object_get(from, "warn");
    ClockProfile *clock = g_new0(ClockProfile, 1);
    gsize i;
    json_t *one;

    clock->purpose = purpose;
    clock->start = (ClockStart)clock_start_parse(json_text(from, "start"));
    clock->start_day_counts = json_flag(from, "start_day_counts");
    clock->unit = (ClockUnit)clock_unit_parse(json_text(from, "unit"));
    clock->law = limit_of(from, "law");
    clock->promised = (guint16)json_int(from, "promised", clock->law);
    clock->levels = g_ptr_array_new_with_free_func(g_free);
    json_array_foreach(levels, i, one)
    {
        /* one block for both: the name stands behind the struct */
        const char *name = json_text(one, "level");
        gsize size = strlen(name) + 1;
        ClockLevel *level = g_malloc0(sizeof *level + size);

        level->level = memcpy((char *)(level + 1), name, size);
        level->law = limit_of(one, "law");
        level->promised = (guint16)json_int(one, "promised", level->law);
        g_ptr_array_add(clock->levels, level);
    }
    json_array_foreach(pauses, i, one)
    {
        clock->pauses |= clock_pause_parse(json_string_value(one));
    }
    clock->extension = (guint16)json_int(extension, "days", 0);
    clock->approver = definition_copy(extension, "approver");
    clock->warn_early = (guint16)(warn == NULL ? 3 : json_integer_value(json_array_get(warn, 0)));
    clock->warn_late = (guint16)(warn == NULL ? 1 : json_integer_value(json_array_get(warn, 1)));
    clock->expiry = (ClockExpiry)MAX(
        0,
        clock_expiry_parse(json_text(from, "expiry") == NULL ? "flag" : json_text(from, "expiry")));
    return clock;
}

static gboolean check_clock(const Definition *definition, const ClockProfile *clock, GError **error)
{
    g_autofree char *path = g_strdup_printf("/clocks/%s", clock_purpose_token(clock->purpose));

    if (clock->promised > clock->law)
        return definition_fail(definition, error, path, "promised %u is more than the law's %u",
                               clock->promised, clock->law);
    for (guint i = 0; i < clock->levels->len; i++) {
        const ClockLevel *level = g_ptr_array_index(clock->levels, i);

        if (level->promised > level->law)
            return definition_fail(definition, error, path,
                                   "level %s: promised %u is more than the law's %u", level->level,
                                   level->promised, level->law);
    }
    if (clock->warn_early < clock->warn_late)
        return definition_fail(definition, error, path, "warns later before earlier");
    if (clock->expiry == EXPIRY_ACCEPTED && clock->purpose != CLOCK_TELL)
        return definition_fail(definition, error, path,
                               "only the telling clock accepts by silence");
    if ((clock->expiry == EXPIRY_LAPSED) && clock->purpose != CLOCK_SUPPLEMENT)
        return definition_fail(definition, error, path, "only the supplement clock lapses");
    return TRUE;
}

static gboolean load_clocks(const Definition *definition, Item *item, GError **error)
{
    const json_t *clocks = json_object_get(definition_root(definition), "clocks");

    for (int purpose = 0; purpose < CLOCK_PURPOSES; purpose++) {
        const json_t *one = json_object_get(clocks, clock_purpose_token((ClockPurpose)purpose));

        if (one == NULL)
            continue;
        item->clocks[purpose] = load_clock(one, (ClockPurpose)purpose);
        if (!check_clock(definition, item->clocks[purpose], error))
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
    item = g_new0(Item, 1);
    item->slots = g_ptr_array_new_with_free_func(slot_free);
    item->questions = g_ptr_array_new_with_free_func(question_free);
    item->fields = g_ptr_array_new_with_free_func(field_free);
    item->pairs = g_ptr_array_new_with_free_func(pair_free);
    item->steps = g_ptr_array_new_with_free_func(step_free);
    load_texts(definition_root(definition), item);
    load_steps(definition, item);
    if (!load_dates(definition, item, error) || !load_national(definition, item, error) ||
        !load_questions(definition, item, error) || !load_slots(definition, item, error) ||
        !load_fields(definition, item, error) || !load_pairs(definition, item, error) ||
        !load_clocks(definition, item, error) || !load_titles(definition, item, error))
        return NULL;
    return g_steal_pointer(&item);
}

static gboolean in_force(const Item *item, Day day)
{
    return item->from <= day && (item->to == DAY_NONE || day <= item->to);
}

const Item *items_on(const GPtrArray *items, const char *code, Day day)
{
    for (guint i = 0; i < items->len; i++) {
        const Item *item = g_ptr_array_index(items, i);

        if (strcmp(item->code, code) == 0 && in_force(item, day))
            return item;
    }
    return NULL;
}

gboolean items_check(const GPtrArray *items, GError **error)
{
    for (guint i = 0; i < items->len; i++)
        for (guint k = 0; k < i; k++) {
            const Item *a = g_ptr_array_index(items, i), *b = g_ptr_array_index(items, k);
            g_autofree char *day = NULL;

            if (strcmp(a->code, b->code) != 0 || !(in_force(a, b->from) || in_force(b, a->from)))
                continue;
            day = day_format(MAX(a->from, b->from));
            return error_set(error, ERROR_DEFINITION, "item %s: two versions in force on %s",
                             a->code, day);
        }
    return TRUE;
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

const char *field_norm_token(FieldNorm norm)
{
    return norms[norm];
}

static guint tick_bit(SlotTick tick)
{
    guint bit = 0;

    while (bit + 1 < SLOT_TICKS && !((guint)tick & 1u << bit))
        bit++;
    return bit;
}

const char *slot_tick_token(SlotTick tick)
{
    return ticks[tick_bit(tick)][0];
}

const char *slot_tick_name(SlotTick tick)
{
    return ticks[tick_bit(tick)][1];
}

guint slot_tick_parse(const char *token)
{
    for (guint bit = 0; bit < SLOT_TICKS; bit++)
        if (strcmp(ticks[bit][0], token) == 0)
            return 1u << bit;
    return 0;
}
