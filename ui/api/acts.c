/* SPDX-License-Identifier: Apache-2.0
 *
 * Steps of casework: POST /cases/{number}/acts. An act is either a step in the life of the case
 * (appliance/casework/life.h) or something a person says of it (a note of slot "").
 */
#include "ui/api/api_intern.h"

#include "appliance/counter/archive.h"
#include "appliance/counter/hold.h"

#include <string.h>

typedef struct Doing Doing;

/* What an act does; TRUE leaves in `doing` what was said. */
typedef gboolean (*Do)(Call *call, Doing *doing, GError **error);

typedef struct {
    const char *token;
    guint32 roles;
    Do run;
    LifeEventType type; /* of a step; EVENT_RECEIVE where it is none */
    LifeActor actor;
    const char *zh, *en; /* what was done */
} Act;

struct Doing {
    const Act *act;
    const char *number;
    json_t *row;
    const char *ask; /* a question instead of the act */
};

static const char *given(const Call *call, const char *key)
{
    return json_text(call->body, key);
}

/* ── steps ───────────────────────────────────────────────────────────────────────────────── */

static LifeTold told_of(const char *token)
{
    if (g_strcmp0(token, "signed") == 0)
        return TOLD_SIGNED;
    if (g_strcmp0(token, "post") == 0)
        return TOLD_POST;
    return g_strcmp0(token, "electronic") == 0 ? TOLD_ELECTRONIC : TOLD_NOT;
}

/* The profile's token of a kind that was given by its word. */
static const char *kind_of(Call *call, const char *name)
{
    const Profile *profile = house_profile(call->api->house, call->reader, NULL);

    for (guint i = 0; profile != NULL && name != NULL && i < profile->kinds->len; i++) {
        const ProfileKind *kind = g_ptr_array_index(profile->kinds, i);

        if (strcmp(kind->name, name) == 0 || strcmp(kind->token, name) == 0)
            return kind->token;
    }
    return name;
}

static gboolean fill_event(Call *call, const Act *act, LifeEvent *event, GError **error)
{
    const char *until = given(call, "until"), *decision = given(call, "decision");

    *event = (LifeEvent){.type = act->type,
                         .actor = act->actor,
                         .until = DAY_NONE,
                         .reason = given(call, "reason"),
                         .kind = kind_of(call, given(call, "kind")),
                         .organ = given(call, "organ"),
                         .told = told_of(given(call, "told")),
                         .reference = given(call, "post_number"),
                         .good = g_strcmp0(decision, "granted") == 0};
    if (act->type == EVENT_DECIDE && decision == NULL)
        return error_set(error, ERROR_INVALID, "decision: granted or denied");
    if (act->type == EVENT_DELIVER && event->told == TOLD_NOT)
        event->told = TOLD_SIGNED;
    if (act->type == EVENT_PAUSE && event->reason != NULL)
        event->pause = (ClockPause)clock_pause_parse(event->reason);
    if (until != NULL && !day_parse(until, &event->until))
        return error_set(error, ERROR_INVALID, "until: a date");
    event->tolerate = act->type == EVENT_ACCEPT && until != NULL;
    return TRUE;
}

static gboolean take_step(Call *call, Doing *doing, const LifeEvent *event, GError **error)
{
    CaseAct act = {.number = doing->number, .event = *event};
    g_auto(CaseActDone) done = {0};

    return case_act(call->api->house, &call->actor, &act, &done, error);
}

static gboolean do_step(Call *call, Doing *doing, GError **error)
{
    LifeEvent event;

    return fill_event(call, doing->act, &event, error) && take_step(call, doing, &event, error);
}

static gboolean stage_of(Call *call, const char *number, LifeStage *stage, GError **error)
{
    CaseLife life;

    if (!case_life(call->api->house, call->reader, number, &life, error))
        return FALSE;
    *stage = life.state.stage;
    return TRUE;
}

/* One more step on the way, by whoever `actor` is. */
static gboolean on_the_way(Call *call, const Doing *doing, const StoreActor *actor,
                           LifeEventType type, GError **error)
{
    LifeEvent event = {.type = type,
                       .actor = type == EVENT_SECOND_CHECK ? ACTOR_CHECKER : ACTOR_CLERK,
                       .good = TRUE};
    CaseLife after;

    return case_step(call->api->house, actor, doing->number, &event, &after, error);
}

/* 受理; where the item is checked twice, the second person signs in the same request (复审). */
static gboolean do_accept(Call *call, Doing *doing, GError **error)
{
    g_autofree char *person = NULL;
    StoreActor second = {.station = call->actor.station};
    LifeStage stage;

    if (json_object_get(call->body, "second") == NULL)
        return do_step(call, doing, error);
    person = call_second(call, ROLE_CLERK | ROLE_SUPERVISOR, error);
    if (person == NULL || !stage_of(call, doing->number, &stage, error))
        return FALSE;
    second.actor = person;
    if ((stage == LIFE_SUPPLEMENT && !on_the_way(call, doing, &call->actor, EVENT_BRING, error)) ||
        !stage_of(call, doing->number, &stage, error) ||
        (stage == LIFE_RECEIVED &&
         !on_the_way(call, doing, &call->actor, EVENT_FIRST_CHECK, error)) ||
        !on_the_way(call, doing, &second, EVENT_SECOND_CHECK, error))
        return FALSE;
    return do_step(call, doing, error);
}

/* 一次告知: the notice goes out, and the applicant is told where it says how. */
static gboolean do_supplement(Call *call, Doing *doing, GError **error)
{
    LifeTold told = told_of(given(call, "told"));
    LifeEvent notice = {.type = EVENT_SUPPLEMENT, .actor = ACTOR_CLERK};
    LifeEvent tell = {.type = EVENT_TELL,
                      .actor = ACTOR_CLERK,
                      .told = told,
                      .reference = given(call, "post_number")};
    LifeStage stage;

    if (!stage_of(call, doing->number, &stage, error) ||
        (stage != LIFE_SUPPLEMENT && !take_step(call, doing, &notice, error)))
        return FALSE;
    if (told != TOLD_NOT)
        return take_step(call, doing, &tell, error);
    return stage != LIFE_SUPPLEMENT || error_set(error, ERROR_INVALID, "told: how was she told?");
}

static gboolean do_file(Call *call, Doing *doing, GError **error)
{
    ArchiveRequest request = {.number = doing->number,
                              .fonds = given(call, "fonds"),
                              .category = given(call, "category"),
                              .retention = given(call, "retention"),
                              .unit = given(call, "unit")};
    g_autofree char *archive_number = NULL;

    return archive_file(call->api->house, &call->actor, &request, &archive_number, error);
}

/* ── what a person says ──────────────────────────────────────────────────────────────────── */

static gboolean note(Call *call, const Doing *doing, const char *slot, const char *what,
                     const char *value, GError **error)
{
    return case_note(call->api->house, &call->actor, &(CaseFact){doing->number, slot, what, value},
                     error);
}

static gboolean do_finish(Call *call, Doing *doing, GError **error)
{
    g_autoptr(Check) check =
        completeness_check(call->api->house, call->reader, doing->number, error);

    if (check == NULL)
        return FALSE;
    if (!check->complete && !json_flag(call->body, "again")) {
        doing->ask = call_words(call, "材料未齐，再次确认即收件完成",
                                "something is missing; confirm to finish");
        return TRUE;
    }
    return note(call, doing, "", "intake", "finished", error);
}

static gboolean do_park(Call *call, Doing *doing, GError **error)
{
    return note(call, doing, "", "intake", "parked", error);
}

static gboolean do_resume_intake(Call *call, Doing *doing, GError **error)
{
    return note(call, doing, "", "intake", "open", error);
}

static gboolean do_tick(Call *call, Doing *doing, GError **error)
{
    const char *slot = given(call, "slot"), *tick = given(call, "tick");
    const json_t *done = json_object_get(call->body, "done");
    g_autofree char *what = g_strdup_printf("tick:%s", tick != NULL ? tick : "");

    if (slot == NULL || tick == NULL)
        return error_set(error, ERROR_INVALID, "tick: slot and tick are needed");
    return note(call, doing, slot, what, json_is_false(done) ? "no" : "yes", error);
}

/* 不适用 and 在件 of a conditional slot answer the question that switches it. */
static gboolean answer(Call *call, const Doing *doing, const char *slot, gboolean *answered,
                       GError **error)
{
    const char *state = given(call, "state");
    const Item *item = case_item(call->api->house, doing->row, error);
    const ItemSlot *found = item != NULL ? item_slot(item, code_slot_number(slot)) : NULL;
    g_autofree char *what = NULL;

    *answered = FALSE;
    if (item == NULL)
        return FALSE;
    if (found == NULL || found->when == NULL ||
        (strcmp(state, "na") != 0 && strcmp(state, "present") != 0))
        return TRUE;
    *answered = TRUE;
    what = g_strconcat("answer:", found->when, NULL);
    return note(call, doing, "", what, strcmp(state, "na") == 0 ? "no" : "yes", error);
}

static gboolean do_answer(Call *call, Doing *doing, GError **error)
{
    const char *question = given(call, "question");
    const json_t *done = json_object_get(call->body, "done");
    const Item *item = case_item(call->api->house, doing->row, error);
    g_autofree char *what = NULL;

    if (item == NULL)
        return FALSE;
    if (question == NULL || done == NULL || !item_asks(item, question))
        return error_set(error, ERROR_INVALID, "question '%s': the item asks none such",
                         question != NULL ? question : "");
    what = g_strconcat("answer:", question, NULL);
    return note(call, doing, "", what, json_is_true(done) ? "yes" : "no", error);
}

static gboolean do_field(Call *call, Doing *doing, GError **error)
{
    const char *field = given(call, "field"), *value = given(call, "value");
    const Item *item = case_item(call->api->house, doing->row, error);
    g_autoptr(json_t) fields = NULL;

    if (item == NULL)
        return FALSE;
    if (field == NULL || value == NULL || item_field(item, field) == NULL)
        return error_set(error, ERROR_INVALID, "field '%s': the item has none such",
                         field != NULL ? field : "");
    fields = json_pack("{s:s}", field, value);
    return case_enter_fields(call->api->house, &call->actor, doing->number, fields, error);
}

/* Whatever a person decided about the slot. */
static gboolean take_back(Call *call, const Doing *doing, const char *slot, GError **error)
{
    static const char *const whats[] = {"later", "exempt", "promised", "placeholder"};
    g_autoptr(json_t) notes = catalog_slots(call->reader, doing->number, error);

    for (gsize i = 0; notes != NULL && i < G_N_ELEMENTS(whats); i++)
        if (*call_said(notes, slot, whats[i]) != '\0' &&
            !note(call, doing, slot, whats[i], "", error))
            return FALSE;
    return notes != NULL;
}

/* 承诺: a 告知承诺书 of its own is issued for the slot and stands in for the paper once it is
 * signed.
 */
static gboolean promised(Call *call, Doing *doing, const char *slot, GError **error)
{
    const char *const slots[] = {slot};
    LifeEvent pledge = {.type = EVENT_PLEDGE,
                        .actor = ACTOR_CLERK,
                        .until = DAY_NONE,
                        .keys = slots,
                        .n_keys = G_N_ELEMENTS(slots)};

    return take_step(call, doing, &pledge, error);
}

/* 免提交, 容缺, 承诺, 不适用, 在件 and counted copies. */
static gboolean slot_state(Call *call, Doing *doing, const char *slot, GError **error)
{
    gboolean answered;

    const char *state = given(call, "state"), *until = given(call, "until");
    const char *reason = given(call, "reason");

    if (!answer(call, doing, slot, &answered, error))
        return FALSE;
    if (answered)
        return TRUE;
    if (strcmp(state, "later") == 0 && until == NULL)
        return error_set(error, ERROR_INVALID, "until: the promised day is needed");
    if (strcmp(state, "exempt") == 0 && reason == NULL)
        return error_set(error, ERROR_INVALID, "reason: the licence or share it rests on");
    if (strcmp(state, "later") == 0)
        return note(call, doing, slot, "later", until, error);
    if (strcmp(state, "exempt") == 0)
        return note(call, doing, slot, "exempt", reason, error);
    if (strcmp(state, "promised") == 0)
        return promised(call, doing, slot, error);
    if (strcmp(state, "present") == 0)
        return note(call, doing, slot, "placeholder", reason != NULL ? reason : "在件", error);
    if (strcmp(state, "none") == 0)
        return take_back(call, doing, slot, error);
    return error_set(error, ERROR_RULE, "%s: not by hand for this slot", state);
}

static gboolean do_slot(Call *call, Doing *doing, GError **error)
{
    const char *slot = given(call, "slot"), *state = given(call, "state");
    const char *until = given(call, "until"), *issued = given(call, "issued");
    static const char *const counts[] = {"originals", "copies"};
    gboolean counted = json_object_get(call->body, "originals") != NULL ||
                       json_object_get(call->body, "copies") != NULL;

    if (slot == NULL || (state == NULL && !counted && until == NULL && issued == NULL))
        return error_set(error, ERROR_INVALID,
                         "slot: and state, originals, copies, until or issued are needed");
    if (issued != NULL && !note(call, doing, slot, "issued", issued, error))
        return FALSE;
    /* Without a state it is the paper's own last day. */
    if (state == NULL && until != NULL && !note(call, doing, slot, "expires", until, error))
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(counts); i++) {
        g_autofree char *text = g_strdup_printf("%d", (int)json_int(call->body, counts[i], 0));

        if (json_object_get(call->body, counts[i]) != NULL &&
            !note(call, doing, slot, counts[i], text, error))
            return FALSE;
    }
    return state == NULL || slot_state(call, doing, slot, error);
}

/* The next sheet goes there, that of a feeder that runs too. */
static gboolean open_slot(Call *call, const char *number, const char *slot, GError **error)
{
    if (!case_note(call->api->house, &call->actor, &(CaseFact){number, "", "open-slot", slot},
                   error))
        return FALSE;
    scan_aim(call->api->scans, number, code_slot_number(slot));
    return TRUE;
}

static gboolean do_open_slot(Call *call, Doing *doing, GError **error)
{
    const char *slot = given(call, "slot");
    const Item *item = case_item(call->api->house, doing->row, error);

    if (item == NULL)
        return FALSE;
    if (slot == NULL || item_slot(item, code_slot_number(slot)) == NULL)
        return error_set(error, ERROR_INVALID, "slot '%s': the item has none such",
                         slot != NULL ? slot : "");
    return open_slot(call, doing->number, slot, error);
}

/* The slot behind the open one that still lacks something; NULL: none. */
static const char *slot_behind(const Check *check, const char *open)
{
    const char *first = NULL;
    gboolean behind = *open == '\0';

    for (guint i = 0; i < check->slots->len; i++) {
        const SlotResult *slot = g_ptr_array_index(check->slots, i);
        gboolean lacks = slot->state == SLOT_MISSING || slot->state == SLOT_WRONG;

        if (lacks && behind)
            return slot->slot->code;
        if (lacks && first == NULL)
            first = slot->slot->code;
        behind = behind || strcmp(slot->slot->code, open) == 0;
    }
    return first;
}

static gboolean next_slot(Call *call, const char *number, const char *open, GError **error)
{
    g_autoptr(Check) check = completeness_check(call->api->house, call->reader, number, error);
    const char *next = check != NULL ? slot_behind(check, open) : NULL;

    if (next != NULL)
        return open_slot(call, number, next, error);
    return check != NULL && error_set(error, ERROR_WRONG_STATE, "no slot lacks anything");
}

gboolean act_next_slot(Call *call, const char *number, gboolean same, GError **error)
{
    g_autoptr(json_t) notes = catalog_slots(call->reader, number, error);
    const char *open = notes != NULL ? call_said(notes, "", "open-slot") : "";

    if (notes == NULL)
        return FALSE;
    if (!same)
        return next_slot(call, number, open, error);
    if (*open == '\0')
        return error_set(error, ERROR_WRONG_STATE, "no slot is open");
    return open_slot(call, number, open, error);
}

static gboolean do_next_slot(Call *call, Doing *doing, GError **error)
{
    return act_next_slot(call, doing->number, FALSE, error);
}

/* A new document of the open slot. */
static gboolean do_same_slot(Call *call, Doing *doing, GError **error)
{
    return act_next_slot(call, doing->number, TRUE, error);
}

static gboolean do_undo(Call *call, Doing *doing, GError **error)
{
    return undo_take(call->api->house, &call->actor, doing->number, UNDO_BACK, error);
}

static gboolean do_hold(Call *call, Doing *doing, GError **error)
{
    gboolean on = !json_is_false(json_object_get(call->body, "done"));
    HoldRequest request = {.number = doing->number, .reason = given(call, "reason")};

    return (on ? hold_set : hold_lift)(call->api->house, &call->actor, &request, error);
}

static gboolean do_redo(Call *call, Doing *doing, GError **error)
{
    return undo_take(call->api->house, &call->actor, doing->number, UNDO_AGAIN, error);
}

static gboolean do_sheets_out(Call *call, Doing *doing, GError **error)
{
    gint64 sheets = json_int(call->body, "sheets", -1);
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, sheets);

    if (sheets < 0)
        return error_set(error, ERROR_INVALID, "sheets: how many were given back");
    return note(call, doing, "", "sheets-out", text, error);
}

/* ── the table ───────────────────────────────────────────────────────────────────────────── */

static const Act acts[] = {
    {"finish", ROLE_CLERK, do_finish, 0, 0, "收件完成", "intake finished"},
    {"park", ROLE_CLERK, do_park, 0, 0, "已挂起", "parked"},
    {"resume-intake", ROLE_CLERK, do_resume_intake, 0, 0, "继续收件", "intake goes on"},
    {"tick", ROLE_CLERK, do_tick, 0, 0, "已核对", "checked"},
    {"slot", ROLE_CLERK, do_slot, 0, 0, "已登记", "noted"},
    {"answer", ROLE_CLERK, do_answer, 0, 0, "已答", "answered"},
    {"field", ROLE_CLERK, do_field, 0, 0, "已填写", "entered"},
    {"open-slot", ROLE_CLERK, do_open_slot, 0, 0, "下一张收到所选材料", "next sheet goes there"},
    {"next-slot", ROLE_CLERK, do_next_slot, 0, 0, "下一份", "next document"},
    {"same-slot", ROLE_CLERK, do_same_slot, 0, 0, "同类续扫", "same slot again"},
    {"undo", ROLE_CLERK, do_undo, 0, 0, "已撤销", "taken back"},
    {"redo", ROLE_CLERK, do_redo, 0, 0, "已重做", "done again"},
    {"sheets-out", ROLE_CLERK, do_sheets_out, 0, 0, "已退还纸张", "sheets given back"},
    {"accept", ROLE_CLERK, do_accept, EVENT_ACCEPT, ACTOR_CLERK, "已受理", "accepted"},
    {"refuse", ROLE_CLERK, do_step, EVENT_REFUSE, ACTOR_CLERK, "不予受理", "refused"},
    {"not-needed", ROLE_CLERK, do_step, EVENT_NOT_NEEDED, ACTOR_CLERK, "不受理", "not needed"},
    {"supplement", ROLE_CLERK, do_supplement, EVENT_SUPPLEMENT, ACTOR_CLERK, "已一次告知",
     "told what is missing"},
    {"correct", ROLE_CLERK, do_step, EVENT_CORRECT, ACTOR_CLERK, "已当场更正", "corrected"},
    {"return", ROLE_CLERK, do_step, EVENT_RETURN, ACTOR_CLERK, "已退回", "returned"},
    {"kind", ROLE_CLERK, do_step, EVENT_KIND, ACTOR_CLERK, "件类已改", "kind changed"},
    {"pause", ROLE_CLERK, do_step, EVENT_PAUSE, ACTOR_CLERK, "特别程序开始", "paused"},
    {"resume", ROLE_CLERK, do_step, EVENT_RESUME, ACTOR_CLERK, "特别程序结束", "resumed"},
    {"extend", ROLE_CLERK | ROLE_SUPERVISOR, do_step, EVENT_EXTEND, ACTOR_LEADER, "已延期",
     "extended"},
    {"hand-up", ROLE_CLERK, do_step, EVENT_HAND_UP, ACTOR_CLERK, "已上报", "handed up"},
    {"handed-back", ROLE_CLERK, do_step, EVENT_UPPER_REPLY, ACTOR_CLERK, "批复已返回",
     "handed back"},
    {"decide", ROLE_CLERK, do_step, EVENT_DECIDE, ACTOR_DEPARTMENT, "已办结", "decided"},
    {"deliver", ROLE_CLERK, do_step, EVENT_DELIVER, ACTOR_CLERK, "已送达", "delivered"},
    {"withdraw", ROLE_CLERK, do_step, EVENT_WITHDRAW, ACTOR_CLERK, "已撤回", "withdrawn"},
    {"hold", ROLES_RELEASE, do_hold, 0, 0, "冻结已登记", "hold noted"},
    {"file", ROLE_ARCHIVIST, do_file, EVENT_FILE, ACTOR_ARCHIVIST, "已归档", "filed"},
};

json_t *act_next(Call *call, const CaseLife *life, const json_t *row, gboolean complete)
{
    json_t *list = json_array();
    guint32 roles = call_roles(call);
    gboolean filed = json_text(row, "filed_at") != NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(acts) && !filed; i++) {
        const Act *act = &acts[i];
        gboolean fits = act->type == EVENT_RECEIVE
                            ? life_is_open(life->state.stage)
                            : (life_event_stages(act->type) & (1u << life->state.stage)) != 0;

        /* 初审 is taken on the way (step.h). */
        if (life->state.stage == LIFE_RECEIVED && act->type != EVENT_RECEIVE)
            fits = fits || (life_event_stages(act->type) & (1u << LIFE_CHECKED)) != 0;
        /* 补齐 too; and that she was told is said of a notice that is out. */
        if (life->state.stage == LIFE_SUPPLEMENT && act->type == EVENT_ACCEPT)
            fits = complete || life_open_keys(&life->state) == 0 || fits;
        if (life->state.stage == LIFE_SUPPLEMENT && act->type == EVENT_SUPPLEMENT)
            fits = life->state.told == DAY_NONE;
        if (fits && (act->roles & roles) != 0)
            json_array_append_new(list, json_string(act->token));
    }
    return list;
}

static const Act *find_act(const char *token, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(acts); i++)
        if (strcmp(acts[i].token, token) == 0)
            return &acts[i];
    error_set(error, ERROR_RULE, "%s: not here", token);
    return NULL;
}

Response *post_act(Call *call, GError **error)
{
    g_autoptr(json_t) row = NULL;
    g_autofree char *number = call_case(call, &row, error);
    Doing doing = {.number = number, .row = row};
    gboolean ok;

    doing.act = number != NULL ? find_act(given(call, "act"), error) : NULL;
    if (doing.act == NULL)
        return NULL;
    if ((doing.act->roles & call_roles(call)) == 0) {
        error_set(error, ERROR_FORBIDDEN, "%s", doing.act->token);
        return NULL;
    }
    if (!call_edit_begin(call, number, error))
        return NULL;
    ok = doing.act->run(call, &doing, error);
    call_edit_end(call, number);
    if (!ok)
        return NULL;
    return show_change(call, number,
                       doing.ask != NULL ? "" : call_words(call, doing.act->zh, doing.act->en),
                       doing.ask, error);
}
