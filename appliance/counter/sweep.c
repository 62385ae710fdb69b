/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/sweep.h"

#define SWEEP_CASES_MAX 1000000

static const StoreActor sweeper = {"clock", "appliance"};

/* What the clock would do, in the order of the law: silence before anything else. */
static const LifeEventType due[] = {EVENT_SILENCE, EVENT_LAPSE, EVENT_TOLERANCE_OVER};

/* Whether the rules let the clock take this step now. */
static gboolean is_due(House *house, Catalog *catalog, const char *number, LifeEventType type)
{
    LifeEvent event = {.type = type, .actor = ACTOR_CLOCK, .paper = 1};
    g_autoptr(GError) why = NULL;
    CaseLife after;

    return case_step_try(house, catalog, &sweeper, number, &event, &after, &why);
}

static gboolean sweep_case(House *house, const char *number, SweepTold told, void *context,
                           GError **error)
{
    g_autoptr(Catalog) catalog = store_reader(house_store(house), error);

    for (gsize i = 0; catalog != NULL && i < G_N_ELEMENTS(due); i++) {
        CaseAct act = {.number = number, .event = {.type = due[i], .actor = ACTOR_CLOCK}};
        g_auto(CaseActDone) done = {0};

        if (!is_due(house, catalog, number, due[i]))
            continue;
        if (!case_act(house, &sweeper, &act, &done, error))
            return FALSE;
        if (told != NULL)
            told(context, number, &done);
        return TRUE;
    }
    return catalog != NULL;
}

gboolean sweep_due(House *house, SweepTold told, void *context, GError **error)
{
    g_autoptr(Catalog) catalog = store_reader(house_store(house), error);
    g_autoptr(json_t) rows =
        catalog != NULL ? catalog_open_cases(catalog, SWEEP_CASES_MAX, error) : NULL;
    g_autoptr(GError) first = NULL;
    gsize i;
    json_t *row;

    if (rows == NULL)
        return FALSE;
    json_array_foreach(rows, i, row)
    {
        g_autoptr(GError) why = NULL;

        if (!sweep_case(house, json_text(row, "number"), told, context, &why) && first == NULL)
            first = g_steal_pointer(&why);
    }
    if (first == NULL)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&first));
    return FALSE;
}
