/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/act.h"

#include <string.h>

void case_act_done_clear(CaseActDone *done)
{
    papers_issued_clear(&done->issued);
}

/* ── what the case knows and the act does not say ────────────────────────────────────────── */

typedef struct {
    CaseLife life;
    LifeEvent event;
    char *law, *remedy;
} Filled;

static void filled_clear(Filled *filled)
{
    g_clear_pointer(&filled->law, g_free);
    g_clear_pointer(&filled->remedy, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Filled, filled_clear)

/* The 统一编号 of the newest promise in force whose signed copy is in the case; 0: none. */
static gboolean signed_promise(Catalog *catalog, const char *number, guint32 *paper, GError **error)
{
    g_autofree char *code = code_slot_name(paper_kind_slot(PAPER_TOLERANCE_PROMISE));
    g_autoptr(json_t) documents = catalog_documents(catalog, number, error);
    gsize i;
    json_t *row;

    *paper = 0;
    json_array_foreach(documents, i, row)
    {
        if (strcmp(json_text(row, "code"), code) == 0 &&
            strcmp(json_text(row, "state"), "open") == 0)
            *paper = (guint32)json_int(row, "number", 0);
    }
    return documents != NULL;
}

static gboolean fill_basis(House *house, Catalog *catalog, const CaseAct *act, Filled *filled,
                           GError **error)
{
    const Item *item = filled->life.rules.item;
    const Department *department = house_department(house, catalog, item->department, error);
    const char *law = json_text(act->values, "law"), *remedy = json_text(act->values, "remedy");
    LifeEvent *event = &filled->event;

    if (department == NULL)
        return FALSE;
    filled->law = law != NULL         ? g_strdup(law)
                  : item->law != NULL ? g_strjoinv("；", item->law)
                                      : NULL;
    filled->remedy = remedy != NULL
                         ? g_strdup(remedy)
                         : g_strconcat(department->reconsideration, department->lawsuit, NULL);
    /* What stands on the paper stands in the record too. */
    event->law = event->law != NULL ? event->law : filled->law;
    event->remedy = event->remedy != NULL ? event->remedy : filled->remedy;
    event->organ = event->organ != NULL ? event->organ : json_text(act->values, "right_organ");
    return TRUE;
}

static gboolean fill(House *house, const CaseAct *act, Filled *filled, GError **error)
{
    g_autoptr(Catalog) reader = store_reader(house_store(house), error);

    filled->event = act->event;
    if (reader == NULL || !case_life(house, reader, act->number, &filled->life, error))
        return FALSE;
    switch (act->event.type) {
    case EVENT_TELL:
        filled->event.paper = filled->life.state.notice;
        return TRUE;
    case EVENT_ACCEPT:
        return !act->event.tolerate || act->event.paper_before != 0 ||
               signed_promise(reader, act->number, &filled->event.paper_before, error);
    case EVENT_REFUSE:
    case EVENT_NOT_NEEDED:
    case EVENT_RETURN:
    case EVENT_DECIDE:
        return fill_basis(house, reader, act, filled, error);
    default:
        return TRUE;
    }
}

/* ── acting ──────────────────────────────────────────────────────────────────────────────── */

gboolean case_act(House *house, const StoreActor *actor, const CaseAct *act, CaseActDone *done,
                  GError **error)
{
    g_auto(Filled) filled = {0};
    PaperRequest request = {.number = act->number,
                            .values = act->values,
                            .large_print = act->large_print,
                            .step = &filled.event,
                            .after = &done->life};

    *done = (CaseActDone){0};
    return fill(house, act, &filled, error) &&
           paper_issue(house, actor, &request, &done->issued, error);
}

gboolean case_act_supplement(House *house, const StoreActor *actor, const char *number,
                             gboolean large_print, CaseActDone *done, GError **error)
{
    CaseAct act = {.number = number,
                   .event = {.type = EVENT_SUPPLEMENT, .actor = ACTOR_CLERK},
                   .large_print = large_print};

    return case_act(house, actor, &act, done, error);
}

gboolean case_act_green_scan(House *house, const StoreActor *actor, const char *number,
                             guint window, CaseActDone *done, GError **error)
{
    g_autoptr(Catalog) reader = store_reader(house_store(house), error);
    CaseAct act = {.number = number, .event = {.actor = ACTOR_CLERK, .window = window}};
    CaseLife life;

    *done = (CaseActDone){0};
    if (reader == NULL || !case_life(house, reader, number, &life, error))
        return FALSE;
    act.event.type = life.state.green_window == 0 ? EVENT_GREEN_IN : EVENT_GREEN_OUT;
    return case_act(house, actor, &act, done, error);
}
