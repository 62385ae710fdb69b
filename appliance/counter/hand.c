/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/hand.h"

#include "appliance/base/text.h"
#include "appliance/counter/export.h"

#include <unistd.h>

static gboolean may_go(House *house, const StoreActor *actor, const CaseAct *act, GError **error)
{
    g_autoptr(Catalog) catalog = store_reader(house_store(house), error);
    LifeEvent event = act->event;
    CaseLife after;

    event.reference = "…";
    event.paper = 1;
    return catalog != NULL &&
           case_step_try(house, catalog, actor, act->number, &event, &after, error);
}

gboolean hand_over_case(House *house, const StoreActor *actor, const CaseAct *act, const char *path,
                        CaseActDone *done, GError **error)
{
    const char *numbers[] = {act->number, NULL};
    ExportRequest request = {.numbers = numbers, .path = path, .format = EXPORT_BAG_TAR};
    g_auto(ExportDone) bundle = {0};
    g_autofree char *hex = NULL, *reference = NULL;
    CaseAct with_bundle = *act;

    *done = (CaseActDone){0};
    if (!may_go(house, actor, act, error) || !export_cases(house, actor, &request, &bundle, error))
        return FALSE;
    hex = hex_encode(export_file(&bundle, 0)->sha256, SHA256_DIGEST_SIZE);
    reference = g_strconcat("sha256:", hex, NULL);
    with_bundle.event.reference = reference;
    if (case_act(house, actor, &with_bundle, done, error))
        return TRUE;
    unlink(path); /* nobody was told of it */
    return FALSE;
}
