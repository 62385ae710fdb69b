/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/house.h"

#include "appliance/base/text.h"
#include "appliance/casework/consistency.h"
#include "appliance/casework/definition.h"
#include "appliance/casework/item_load.h"
#include "storage/local/local.h"

#include <pthread.h>
#include <string.h>

#define OS_USER "os:" /* in front of who acts at the console */

struct House {
    Store *store;
    pthread_mutex_t mutex;   /* guards everything below */
    GHashTable *items;       /* digest → Item */
    GHashTable *profiles;    /* digest → Profile */
    GHashTable *departments; /* digest → GPtrArray of Department */
    GHashTable *calendars;   /* digests of all tables in force → Calendar */
};

static GHashTable *cache_new(GDestroyNotify free_value)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_value);
}

House *house_new(Store *store)
{
    House *house = g_new0(House, 1);

    house->store = store;
    pthread_mutex_init(&house->mutex, NULL);
    house->items = cache_new((GDestroyNotify)item_free);
    house->profiles = cache_new((GDestroyNotify)profile_free);
    house->departments = cache_new((GDestroyNotify)g_ptr_array_unref);
    house->calendars = cache_new((GDestroyNotify)calendar_free);
    return house;
}

void house_free(House *house)
{
    if (house == NULL)
        return;
    g_hash_table_unref(house->items);
    g_hash_table_unref(house->profiles);
    g_hash_table_unref(house->departments);
    g_hash_table_unref(house->calendars);
    pthread_mutex_destroy(&house->mutex);
    g_free(house);
}

Store *house_store(const House *house)
{
    return house->store;
}

Day house_today(const House *house)
{
    return day_of_instant(clock_now_us(store_clock(house->store)), HOUSE_OFFSET_S);
}

Day house_day(const char *instant)
{
    gint64 us;

    return instant != NULL && clock_parse(instant, &us) ? day_of_instant(us, HOUSE_OFFSET_S)
                                                        : DAY_NONE;
}

/* ── people ──────────────────────────────────────────────────────────────────────────────── */

/* A paper must not wait for the file of people: who cannot be looked up keeps the number. */
static char *name_of(House *house, const char *number)
{
    g_autofree char *path = store_path(house->store, "local.db");
    g_auto(LocalPerson) person = {0};
    g_autoptr(GError) why = NULL;
    g_autoptr(Local) local = NULL;

    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return NULL;
    local = local_open(path, &why);
    if (local != NULL && local_person_get(local, number, &person, &why))
        return g_strdup(person.name);
    if (error_code(why) != ERROR_NOT_FOUND)
        g_message("the name of %s: %s", number, why->message);
    return NULL;
}

char *house_person(House *house, const char *actor)
{
    char *name;

    if (g_str_has_prefix(actor, OS_USER))
        return g_strdup(actor + strlen(OS_USER));
    name = text_is_digits(actor) ? name_of(house, actor) : NULL;
    return name != NULL ? name : g_strdup(actor);
}

/* ── loading ─────────────────────────────────────────────────────────────────────────────── */

typedef void *(*Load)(const char *bytes, gsize size, const char *name, GError **error);

static void *load_item(const char *bytes, gsize size, const char *name, GError **error)
{
    return item_load(bytes, size, name, error);
}

static void *load_profile(const char *bytes, gsize size, const char *name, GError **error)
{
    return profile_load(bytes, size, name, error);
}

static void *load_departments(const char *bytes, gsize size, const char *name, GError **error)
{
    return departments_load(bytes, size, name, error);
}

static void *load_into(House *house, GHashTable *cache, const char *digest, Load load,
                       GError **error)
{
    g_autoptr(GBytes) bytes = store_definition(house->store, digest, error);
    void *value;

    if (bytes == NULL)
        return NULL;
    value = load(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), digest, error);
    if (value != NULL)
        g_hash_table_insert(cache, g_strdup(digest), value);
    return value;
}

static void *cached(House *house, GHashTable *cache, const char *digest, Load load, GError **error)
{
    void *value;

    pthread_mutex_lock(&house->mutex);
    value = g_hash_table_lookup(cache, digest);
    if (value == NULL)
        value = load_into(house, cache, digest, load, error);
    pthread_mutex_unlock(&house->mutex);
    return value;
}

const Item *house_item(House *house, const char *digest, GError **error)
{
    return cached(house, house->items, digest, load_item, error);
}

const Item *house_item_on(House *house, Catalog *catalog, const char *code, Day day, char **digest,
                          GError **error)
{
    g_autofree char *date = day_format(day);
    g_autoptr(GError) why = NULL;
    g_autoptr(json_t) row = catalog_definition(catalog, "item", code, date, &why);
    const Item *item;

    if (row == NULL && why == NULL) {
        error_set(error, ERROR_NO_ITEM, "%s", code);
        return NULL;
    }
    if (row == NULL) {
        g_propagate_error(error, g_steal_pointer(&why));
        return NULL;
    }
    item = house_item(house, json_text(row, "digest"), error);
    if (item != NULL && item->to != DAY_NONE && day > item->to) {
        error_set(error, ERROR_NO_ITEM, "%s is not in force on %s", code, date);
        return NULL;
    }
    if (item != NULL && digest != NULL)
        *digest = g_strdup(json_text(row, "digest"));
    return item;
}

/* The digest of a definition that the house cannot be without. */
static char *digest_in_force(House *house, Catalog *catalog, const char *kind, const char *code,
                             GError **error)
{
    g_autofree char *date = day_format(house_today(house));
    g_autoptr(GError) why = NULL;
    g_autoptr(json_t) row = catalog_definition(catalog, kind, code, date, &why);

    if (row != NULL)
        return g_strdup(json_text(row, "digest"));
    if (why != NULL)
        g_propagate_error(error, g_steal_pointer(&why));
    else
        error_set(error, ERROR_DEFINITION, "no %s '%s' in this store", kind, code);
    return NULL;
}

const Profile *house_profile(House *house, Catalog *catalog, GError **error)
{
    g_autofree char *code = catalog_setting(catalog, "profile", error);
    g_autofree char *digest =
        code != NULL ? digest_in_force(house, catalog, "profile", code, error) : NULL;

    return digest != NULL ? cached(house, house->profiles, digest, load_profile, error) : NULL;
}

static const GPtrArray *departments_in_force(House *house, Catalog *catalog, GError **error)
{
    g_autofree char *digest = digest_in_force(house, catalog, "departments", "departments", error);

    return digest != NULL ? cached(house, house->departments, digest, load_departments, error)
                          : NULL;
}

const Department *house_department(House *house, Catalog *catalog, const char *code, GError **error)
{
    const GPtrArray *list = departments_in_force(house, catalog, error);
    const Department *department = list != NULL ? departments_find(list, code) : NULL;

    if (list != NULL && department == NULL)
        error_set(error, ERROR_DEFINITION, "no department '%s'", code);
    return department;
}

/* ── the calendar: the national table, other tables laid over it in order of their names ────── */

static gboolean lay_table(House *house, Calendar *calendar, const json_t *row, GError **error)
{
    g_autoptr(GBytes) bytes = store_definition(house->store, json_text(row, "digest"), error);

    return bytes != NULL && calendar_import(calendar, g_bytes_get_data(bytes, NULL),
                                            g_bytes_get_size(bytes), json_text(row, "name"), error);
}

static Calendar *build_calendar(House *house, const json_t *rows, GError **error)
{
    g_autoptr(Calendar) calendar = calendar_new();
    gsize i;
    json_t *row;

    json_array_foreach((json_t *)rows, i, row)
    {
        if (!lay_table(house, calendar, row, error))
            return NULL;
    }
    return g_steal_pointer(&calendar);
}

const Calendar *house_calendar(House *house, Catalog *catalog, GError **error)
{
    g_autoptr(json_t) rows = catalog_definitions(catalog, "calendar", error);
    g_autofree char *key = rows != NULL ? json_line(rows) : NULL;
    Calendar *calendar;

    if (key == NULL)
        return NULL;
    pthread_mutex_lock(&house->mutex);
    calendar = g_hash_table_lookup(house->calendars, key);
    if (calendar == NULL && (calendar = build_calendar(house, rows, error)) != NULL)
        g_hash_table_insert(house->calendars, g_strdup(key), calendar);
    pthread_mutex_unlock(&house->mutex);
    return calendar;
}

/* ── import ──────────────────────────────────────────────────────────────────────────────── */

typedef struct {
    const char *kind, *code, *from, *name;
    const char *bytes;
    gsize size;
} Import;

static gboolean keep_definition(StoreTxn *txn, void *data, GError **error)
{
    const Import *import = data;
    g_autofree char *digest = txn_definition(txn, import->bytes, import->size, error);

    return digest != NULL && txn_append(txn, "definition", NULL,
                                        json_pack("{s:s, s:s, s:s, s:s, s:s}", "kind", import->kind,
                                                  "code", import->code, "digest", digest, "from",
                                                  import->from, "name", import->name),
                                        error);
}

/* What the item names must be there in this house: departments, kind, order, archive codes. */
static gboolean item_fits(House *house, Item *item, const char *name, GError **error)
{
    g_autoptr(Catalog) catalog = store_reader(house->store, error);
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    g_autoptr(GPtrArray) orders = catalog != NULL ? filing_orders_shipped(error) : NULL;
    g_autoptr(ArchiveTables) tables = archive_tables_shipped();
    ConsistencyFacts facts = {.items = items, .orders = orders, .tables = tables};

    if (orders == NULL)
        return FALSE;
    g_ptr_array_add(items, item);
    facts.profile = house_profile(house, catalog, error);
    facts.departments = facts.profile != NULL ? departments_in_force(house, catalog, error) : NULL;
    if (facts.departments == NULL)
        return FALSE;
    if (consistency_check(&facts, error))
        return TRUE;
    g_prefix_error(error, "%s: ", name);
    return FALSE;
}

gboolean house_import_item(House *house, const StoreActor *actor, const char *bytes, gsize size,
                           const char *name, char **code, GError **error)
{
    g_autoptr(Item) item = item_load(bytes, size, name, error);
    g_autofree char *from = NULL;
    Import import = {"item", NULL, NULL, NULL, bytes, size};

    if (item == NULL || !item_fits(house, item, name, error))
        return FALSE;
    from = day_format(item->from);
    import.code = item->code;
    import.from = from;
    import.name = item->name;
    if (code != NULL)
        *code = g_strdup(item->code);
    return store_write(house->store, actor, keep_definition, &import, error);
}

gboolean house_import_calendar(House *house, const StoreActor *actor, const char *bytes, gsize size,
                               const char *name, GError **error)
{
    g_autoptr(Calendar) calendar = calendar_new();
    g_autofree char *base = g_path_get_basename(name);
    Import import = {"calendar", base, "0001-01-01", base, bytes, size};

    return calendar_import(calendar, bytes, size, name, error) &&
           store_write(house->store, actor, keep_definition, &import, error);
}

static gboolean import_embedded(House *house, const StoreActor *actor, const char *file,
                                const char *kind, const char *code, GError **error)
{
    const Embedded *shipped = definition_shipped(file);
    Import import = {kind, code, "0001-01-01", file, NULL, 0};

    if (shipped == NULL)
        return error_set(error, ERROR_NO_FILE, "%s is not shipped", file);
    import.bytes = (const char *)shipped->bytes;
    import.size = shipped->size;
    return store_write(house->store, actor, keep_definition, &import, error);
}

static gboolean import_samples(House *house, const StoreActor *actor, GError **error)
{
    g_autoptr(GPtrArray) names = definition_shipped_names("item-", ".json");

    for (guint i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        const Embedded *file = definition_shipped(name);

        if (!house_import_item(house, actor, (const char *)file->bytes, file->size, name, NULL,
                               error))
            return FALSE;
    }
    return TRUE;
}

gboolean house_import_shipped(House *house, const StoreActor *actor, const char *profile,
                              gboolean samples, GError **error)
{
    g_autofree char *file = g_strdup_printf("profile-%s.json", profile);

    return import_embedded(house, actor, file, "profile", profile, error) &&
           import_embedded(house, actor, "departments.json", "departments", "departments", error) &&
           import_embedded(house, actor, "holidays.csv", "calendar", "holidays.csv", error) &&
           (!samples || import_samples(house, actor, error));
}
