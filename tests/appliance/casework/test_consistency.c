/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/consistency.h"
#include "appliance/casework/item_load.h"
#include "tests/testing.h"

#include <string.h>

typedef struct {
    GPtrArray *items, *departments, *orders;
    ArchiveTables *tables;
    Profile *profile;
    ConsistencyFacts all;
} World;

static World *world_of(const char *profile)
{
    World *world = g_new0(World, 1);

    world->items = items_shipped(NULL);
    world->departments = departments_shipped(NULL);
    world->orders = filing_orders_shipped(NULL);
    world->tables = archive_tables_shipped();
    world->profile = profile_shipped(profile, NULL);
    world->all = (ConsistencyFacts){world->items, world->departments, world->orders, world->profile,
                                    world->tables};
    return world;
}

static void world_free(World *world)
{
    g_ptr_array_unref(world->items);
    g_ptr_array_unref(world->departments);
    g_ptr_array_unref(world->orders);
    archive_tables_free(world->tables);
    profile_free(world->profile);
    g_free(world);
}

static void what_ships_fits_together_in_every_hall(void **state)
{
    static const char *const halls[] = {"city", "township", "subcentre"};

    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(halls); i++) {
        World *world = world_of(halls[i]);
        GError *error = NULL;

        assert_true(consistency_check(&world->all, &error));
        assert_no_error(error);
        world_free(world);
    }
}

/* One text of the first item is replaced by `other`; the message names both. */
static void refused(World *world, char **text, const char *other)
{
    char *before = *text;
    g_autoptr(GError) error = NULL;

    *text = (char *)other;
    assert_false(consistency_check(&world->all, &error));
    *text = before;
    assert_error_code(error, ERROR_DEFINITION);
    assert_non_null(strstr(error->message, other));
    assert_true(g_str_has_prefix(error->message, "item 10000"));
}

static void an_item_that_names_what_there_is_not_is_refused(void **state)
{
    World *world = world_of("city");
    Item *item = g_ptr_array_index(world->items, 0);
    ItemStep *step = g_ptr_array_index(item->steps, 0);

    (void)state;
    refused(world, &item->department, "fire");
    refused(world, &item->kind, "odd");
    refused(world, &item->order, "by-colour");
    refused(world, &item->retention_granted, "D20");
    refused(world, &item->retention_other, "D5");
    refused(world, &item->archive_class, "ZY·QQ");
    refused(world, &step->department, "fire");
    world_free(world);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_ships_fits_together_in_every_hall),
    cmocka_unit_test(an_item_that_names_what_there_is_not_is_refused),
};

TEST_MAIN(tests)
