/* SPDX-License-Identifier: Apache-2.0
 *
 * Random lives: no sequence of events, sensible or not, leads where casework forbids, a refused
 * step changes nothing, and replaying what was done gives the same bytes.
 */
#include "appliance/casework/item_load.h"
#include "appliance/casework/life.h"
#include "tests/testing.h"

#include <string.h>

#define WALKS     4000
#define STEPS     120
#define START_DAY 20514 /* 2026-03-02 */

static const char *const keys[] = {"A01/unsigned", "A02/expired", "A04/pages",
                                   "A05/missing",  "A06/missing", "A07/missing"};

static const char *const slots[] = {"A01", "A02", "A05", "A08", "A09"};

/* What an event points at lives here, so that it can be replayed. */
typedef struct {
    LifeEvent event;
    const char *keys[3];
    gboolean fresh[3];
} Act;

typedef struct {
    GPtrArray *items;
    Calendar *calendar;
    Profile *profiles[3];
    GRand *random;
    LifeRules rules;
    LifeState state;
    Act acts[STEPS];
    gsize n_acts;
    Day day;
    guint extensions, receipts_of[LIFE_STAGES];
} Walk;

static guint done[LIFE_EVENTS], refused_by[ERROR_COUNT], reached[LIFE_STAGES];

static guint pick(Walk *walk, guint n)
{
    return (guint)g_rand_int_range(walk->random, 0, (gint32)n);
}

static const char *maybe(Walk *walk, const char *text)
{
    return pick(walk, 12) == 0 ? "" : text;
}

static void pick_keys(Walk *walk, Act *act)
{
    act->event.n_keys = pick(walk, 3) + (act->event.type != EVENT_FIRST_CHECK);
    if (act->event.n_keys == 3)
        act->event.n_keys = 1;
    for (gsize i = 0; i < act->event.n_keys; i++) {
        guint known = walk->state.n_keys;
        gboolean again = known > 0 && pick(walk, act->event.type == EVENT_FIRST_CHECK ? 2 : 8) > 0;

        if (act->event.type == EVENT_PLEDGE || act->event.type == EVENT_VERIFY) {
            act->keys[i] = slots[pick(walk, G_N_ELEMENTS(slots))];
            continue;
        }
        act->keys[i] =
            again ? walk->state.keys[pick(walk, known)].key : keys[pick(walk, G_N_ELEMENTS(keys))];
        act->fresh[i] = pick(walk, 3) == 0;
    }
}

/* Steps that end a case, or turn in a circle, are taken seldom: a walk shall see the middle. */
static gboolean is_seldom(LifeEventType type)
{
    return type == EVENT_REFUSE || type == EVENT_NOT_NEEDED || type == EVENT_WITHDRAW ||
           type == EVENT_RETURN || type == EVENT_CORRECT || type == EVENT_RECEIPT ||
           type == EVENT_KIND || type == EVENT_APPEND || type == EVENT_SILENCE;
}

/* Mostly a step that the table allows from here, by somebody who may do it; sometimes not. */
static LifeEventType pick_type(Walk *walk)
{
    for (int tries = 0; tries < 60; tries++) {
        LifeEventType type = (LifeEventType)pick(walk, LIFE_EVENTS);

        if ((life_event_stages(type) & 1u << walk->state.stage) &&
            (!is_seldom(type) || pick(walk, 12) == 0))
            return type;
    }
    return (LifeEventType)pick(walk, LIFE_EVENTS);
}

static LifeActor pick_actor(Walk *walk, LifeEventType type)
{
    for (int tries = 0; tries < 20; tries++) {
        guint actor = 1u << pick(walk, 8);

        if (life_event_actors(type) & actor)
            return (LifeActor)actor;
    }
    return ACTOR_CLERK;
}

static void pick_act(Walk *walk, Act *act)
{
    static const char *const persons[] = {"王", "李", "赵", "局长"};
    static const char *const kinds[] = {"instant", "promise", "supplement", "joint",
                                        "return",  "urgent",  "upper",      "other"};
    static const char *const departments[] = {"water", "market", "tax"};
    static const char *const reasons[] = {"理由", "市重点实事项目"};
    LifeEventType type = pick_type(walk);

    memset(act, 0, sizeof *act);
    act->event = (LifeEvent){.type = type,
                             .actor = pick_actor(walk, type),
                             .person = persons[pick(walk, 4)],
                             .second_person = persons[pick(walk, 4)],
                             .window = pick(walk, 3) + 1,
                             .day = walk->day - (pick(walk, 40) == 0),
                             .minute = pick(walk, 1440),
                             .untrusted_clock = pick(walk, 50) == 0,
                             .reason = maybe(walk, reasons[pick(walk, 2)]),
                             .received = walk->day - (Day)(pick(walk, 5) == 0 ? pick(walk, 9) : 0),
                             .evidence = (LifeEvidence)pick(walk, 4),
                             .taken_for = persons[pick(walk, 4)],
                             .kind = kinds[pick(walk, 8)],
                             .main_missing = pick(walk, 4) == 0,
                             .persons_open = pick(walk, 8) == 0,
                             .paper = type == EVENT_TELL && pick(walk, 3) > 0 ? walk->state.notice
                                                                              : pick(walk, 30),
                             .paper_before = pick(walk, 9),
                             .told = (LifeTold)pick(walk, 4),
                             .reference = maybe(walk, "ref"),
                             .law = maybe(walk, "法"),
                             .remedy = maybe(walk, "复议"),
                             .organ = maybe(walk, "局"),
                             .good = pick(walk, 3) > 0,
                             .tolerate = pick(walk, 2) == 0,
                             .until = walk->day + (Day)pick(walk, 9) - 1,
                             .bad_credit = pick(walk, 5) == 0,
                             .pause = (ClockPause)(1u << pick(walk, CLOCK_PAUSES)),
                             .department = departments[pick(walk, 3)],
                             .may_file = pick(walk, 4) > 0};
    act->event.keys = act->keys;
    act->event.fresh = act->fresh;
    pick_keys(walk, act);
}

/* ---- what casework forbids ---- */

#define HOLDS(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_msg("walk %u, after %s at %s: %s", number, life_event_token(act->event.type),     \
                     life_stage_token(now->stage), #condition);                                    \
    } while (0)

/* The arrows of the drawing in life.h. */
static gboolean is_drawn(LifeStage from, LifeStage to)
{
    static const guint arrows[LIFE_STAGES] = {
        [LIFE_NONE] = 1u << LIFE_RECEIVED,
        [LIFE_RECEIVED] = 1u << LIFE_CHECKED | 1u << LIFE_ACCEPTED | 1u << LIFE_REFUSED |
                          1u << LIFE_NOT_NEEDED | 1u << LIFE_RETURNED | 1u << LIFE_WITHDRAWN,
        [LIFE_CHECKED] = 1u << LIFE_RECEIVED | 1u << LIFE_SUPPLEMENT | 1u << LIFE_ACCEPTED |
                         1u << LIFE_REFUSED | 1u << LIFE_NOT_NEEDED | 1u << LIFE_RETURNED |
                         1u << LIFE_WITHDRAWN,
        [LIFE_SUPPLEMENT] =
            1u << LIFE_RECEIVED | 1u << LIFE_LAPSED | 1u << LIFE_ACCEPTED | 1u << LIFE_WITHDRAWN,
        [LIFE_ACCEPTED] =
            1u << LIFE_PAUSED | 1u << LIFE_HANDED_UP | 1u << LIFE_DECIDED | 1u << LIFE_WITHDRAWN,
        [LIFE_PAUSED] = 1u << LIFE_ACCEPTED | 1u << LIFE_WITHDRAWN,
        [LIFE_HANDED_UP] = 1u << LIFE_ACCEPTED | 1u << LIFE_WITHDRAWN,
        [LIFE_DECIDED] = 1u << LIFE_DELIVERED,
        [LIFE_DELIVERED] = 1u << LIFE_FILED,
        [LIFE_REFUSED] = 1u << LIFE_FILED,
        [LIFE_NOT_NEEDED] = 1u << LIFE_FILED,
        [LIFE_RETURNED] = 1u << LIFE_FILED | 1u << LIFE_RECEIVED,
        [LIFE_LAPSED] = 1u << LIFE_FILED,
        [LIFE_WITHDRAWN] = 1u << LIFE_FILED,
    };

    return from == to || (arrows[from] & 1u << to) != 0;
}

static void check_acceptance(guint number, const Act *act, const LifeState *now)
{
    gboolean silent = (now->flags & FLAG_SILENCE) != 0;

    if (now->accepted == DAY_NONE)
        return;
    HOLDS(silent || now->first_checker != NULL);
    HOLDS(silent || !now->rules->item->second_check || now->second_checker != NULL);
    HOLDS(silent || now->second_checker == NULL || now->second_checker != now->first_checker);
    HOLDS(silent || life_open_keys(now) == 0 || now->tolerated > 0);
    HOLDS(now->tolerated <= now->rules->item->tolerate_max);
    HOLDS(now->effective <= now->accepted && now->effective >= now->received);
    HOLDS(silent || now->effective == now->accepted);
}

static void check_telling(guint number, const Act *act, const LifeState *now)
{
    HOLDS(now->reminders == 0 || now->notices > 0);
    HOLDS(now->stage != LIFE_LAPSED || (now->told != DAY_NONE && now->ended > now->told));
    for (guint i = 0; i < now->n_keys; i++) {
        guint flags = now->keys[i].flags;

        HOLDS(!(flags & KEY_LATE) || !(flags & KEY_TOLD) || (flags & KEY_RELEASED));
        HOLDS(!(flags & KEY_RELEASED) || (now->flags & FLAG_NOT_ONCE));
        HOLDS(now->stage != LIFE_SUPPLEMENT || !(flags & KEY_OPEN) || (flags & KEY_TOLD));
    }
}

static void check_endings(guint number, const Act *act, const LifeState *before,
                          const LifeState *now)
{
    HOLDS((now->ending != ENDING_NONE) == (now->stage >= LIFE_DECIDED && now->stage <= LIFE_FILED));
    HOLDS(now->ending != ENDING_GRANTED || now->accepted != DAY_NONE);
    HOLDS(now->ending != ENDING_GRANTED || (life_open_keys(now) == 0 && now->tolerated == 0));
    HOLDS(now->decided == DAY_NONE || now->decided >= now->accepted);
    HOLDS(now->stage != LIFE_FILED || now->green != GREEN_RUNNING);
    HOLDS(now->stage != LIFE_FILED || before->stage == LIFE_FILED || life_is_ended(before->stage));
    if (act->event.type == EVENT_RETURN) {
        HOLDS(act->event.actor != ACTOR_CLOCK);
        HOLDS(calendar_workdays(now->rules->calendar, before->round, now->ended) <= 3);
        HOLDS(!before->main_missing);
    }
    if (act->event.type == EVENT_SILENCE) {
        ClockReading reading;

        HOLDS(life_clock(before, CLOCK_TELL, act->event.day, 0, &reading));
        HOLDS(reading.unlawful && !reading.estimated && before->told == DAY_NONE);
    }
    if (act->event.type == EVENT_URGENT)
        HOLDS(act->event.actor == ACTOR_CENTRE);
}

static void check_step(guint number, Walk *walk, const Act *act, const LifeState *before)
{
    const LifeState *now = &walk->state;

    HOLDS(is_drawn(before->stage, now->stage));
    HOLDS(before->last == DAY_NONE || now->last >= before->last);
    HOLDS(before->stage == LIFE_NONE || now->received == before->received);
    HOLDS(now->received <= now->recorded);
    HOLDS(now->received == now->recorded || (now->flags & FLAG_LATE_ENTRY));
    HOLDS((before->flags & ~now->flags) == 0);
    HOLDS(now->n_issues <= LIFE_PAPERS_MAX);
    HOLDS(!before->numbers_fixed || now->numbers_fixed);
    HOLDS(now->kind_changes_after_acceptance <= 1);
    walk->extensions += act->event.type == EVENT_EXTEND;
    HOLDS(walk->extensions <= 1);
    check_acceptance(number, act, now);
    check_telling(number, act, now);
    check_endings(number, act, before, now);
}

/* ---- walking ---- */

static void one_step(guint number, Walk *walk)
{
    Act *act = &walk->acts[walk->n_acts];
    LifeState before, out;
    g_autoptr(GError) error = NULL;

    memcpy(&before, &walk->state, sizeof before);
    memset(&out, 0x5a, sizeof out);
    pick_act(walk, act);
    if (life_step(&walk->state, &act->event, &out, &error)) {
        memcpy(&walk->state, &out, sizeof out);
        done[act->event.type]++;
        reached[out.stage]++;
        walk->n_acts++;
        check_step(number, walk, act, &before);
    } else {
        refused_by[error_code(error)]++;
        assert_memory_equal(&before, &walk->state, sizeof before);
        for (gsize i = 0; i < sizeof out; i += 64)
            assert_int_equal(((unsigned char *)&out)[i], 0x5a);
    }
    if (pick(walk, 4) == 0)
        walk->day += (Day)(pick(walk, 5) == 0 ? pick(walk, 40) : pick(walk, 3));
}

static void replay(const Walk *walk)
{
    LifeState state;

    life_begin(&state, &walk->rules);
    for (gsize i = 0; i < walk->n_acts; i++)
        assert_true(life_step(&state, &walk->acts[i].event, &state, NULL));
    assert_memory_equal(&state, &walk->state, sizeof state);
}

static void one_walk(guint number, Walk *walk)
{
    const Item *item = g_ptr_array_index(walk->items, pick(walk, walk->items->len));

    walk->rules.item = item;
    walk->rules.profile = walk->profiles[pick(walk, 3)];
    walk->rules.calendar = walk->calendar;
    walk->day = pick(walk, 8) == 0 ? day_of(2026, 12, 20) : START_DAY + (Day)pick(walk, 200);
    walk->n_acts = 0;
    walk->extensions = 0;
    life_begin(&walk->state, &walk->rules);
    for (guint i = 0; i < STEPS && walk->state.versions < 3; i++) {
        one_step(number, walk);
        /* each act's own arrays: the event must point into its place */
        if (walk->n_acts > 0) {
            Act *last = &walk->acts[walk->n_acts - 1];

            last->event.keys = last->keys;
            last->event.fresh = last->fresh;
        }
    }
    replay(walk);
}

static void no_walk_leads_where_casework_forbids(void **state)
{
    static Walk walk;
    guint stages = 0, kinds = 0;

    (void)state;
    walk.items = items_shipped(NULL);
    walk.calendar = calendar_shipped();
    walk.profiles[0] = profile_shipped("city", NULL);
    walk.profiles[1] = profile_shipped("township", NULL);
    walk.profiles[2] = profile_shipped("subcentre", NULL);
    walk.random = g_rand_new_with_seed(20261121);
    for (guint number = 0; number < WALKS; number++)
        one_walk(number, &walk);
    for (int i = 1; i < LIFE_STAGES; i++)
        stages += reached[i] > 0;
    for (int i = 0; i < LIFE_EVENTS; i++) {
        kinds += done[i] > 0;
        print_message("  walked %-15s %u times\n", life_event_token((LifeEventType)i), done[i]);
    }
    print_message("  %d walks of %d tries, %u of %d stages, %u of %d steps\n", WALKS, STEPS, stages,
                  LIFE_STAGES - 1, kinds, LIFE_EVENTS);
    /* the walk must go far enough to be worth something */
    assert_int_equal(stages, LIFE_STAGES - 1);
    assert_true(kinds >= LIFE_EVENTS - 2);
    assert_true(refused_by[ERROR_RULE] > 0 && refused_by[ERROR_INVALID] > 0);
    for (int i = 0; i < 3; i++)
        profile_free(walk.profiles[i]);
    g_rand_free(walk.random);
    calendar_free(walk.calendar);
    g_ptr_array_unref(walk.items);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(no_walk_leads_where_casework_forbids),
};

TEST_MAIN(tests)
