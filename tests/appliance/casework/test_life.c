/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/item_load.h"
#include "appliance/casework/life.h"
#include "tests/testing.h"

#include <stdlib.h>
#include <string.h>

#define MONDAY 20514 /* 2026-03-02 */

typedef struct {
    GPtrArray *items;
    Calendar *calendar;
    Profile *profiles[3]; /* city, township, subcentre */
    LifeRules rules;
    LifeState state;
    Day day;
    guint32 papers;
    const char *keys[4];
    gboolean fresh[4];
} World;

/* How often each step was done, and from which stages: the table at the end. */
static guint done[LIFE_EVENTS];
static guint done_from[LIFE_EVENTS];

static void use(World *world, const char *item, int profile)
{
    world->rules.item = items_on(world->items, item, MONDAY);
    world->rules.profile = world->profiles[profile];
    world->day = MONDAY;
    world->papers = 0;
    life_begin(&world->state, &world->rules);
}

static int world_up(void **state)
{
    World *world = g_new0(World, 1);

    world->items = items_shipped(NULL);
    world->calendar = calendar_shipped();
    world->profiles[0] = profile_shipped("city", NULL);
    world->profiles[1] = profile_shipped("township", NULL);
    world->profiles[2] = profile_shipped("subcentre", NULL);
    world->rules.calendar = world->calendar;
    use(world, "100001", 0);
    *state = world;
    return 0;
}

static int world_down(void **state)
{
    World *world = *state;

    for (int i = 0; i < 3; i++)
        profile_free(world->profiles[i]);
    calendar_free(world->calendar);
    g_ptr_array_unref(world->items);
    g_free(world);
    return 0;
}

/* An event for which everything is given, by the first actor who may do it. */
static LifeEvent event_of(World *world, LifeEventType type)
{
    static const char *const persons[] = {"王",   "李",   "科长", "局长",
                                          "督查", "中心", "档案", "clock"};
    guint bit = 0;

    while (!(life_event_actors(type) & 1u << bit))
        bit++;
    return (LifeEvent){.type = type,
                       .actor = (LifeActor)(1u << bit),
                       .person = type == EVENT_SECOND_CHECK ? "李" : persons[bit],
                       .second_person = "李",
                       .window = 3,
                       .day = world->day,
                       .minute = 600,
                       .reason = "理由",
                       .received = world->day,
                       .received_minute = 600,
                       .kind = "promise",
                       .keys = world->keys,
                       .fresh = world->fresh,
                       .paper = ++world->papers,
                       .paper_before = world->papers + 100,
                       .told = TOLD_SIGNED,
                       .reference = "ref",
                       .law = "水法 第七条",
                       .remedy = "复议、诉讼",
                       .organ = "苏州市水务局",
                       .good = TRUE,
                       .until = world->day + 3,
                       .pause = PAUSE_HEARING,
                       .department = "water",
                       .may_file = TRUE};
}

static void apply(World *world, const LifeEvent *event)
{
    GError *error = NULL;
    LifeStage from = world->state.stage;

    if (!life_step(&world->state, event, &world->state, &error))
        fail_msg("%s: %s", life_event_token(event->type), error->message);
    done[event->type]++;
    done_from[event->type] |= 1u << from;
}

static void step(World *world, LifeEventType type)
{
    LifeEvent event = event_of(world, type);

    if (type == EVENT_TELL)
        event.paper = world->state.notice;
    apply(world, &event);
}

/* The event is refused with this code, and nothing has changed. */
static void refused(World *world, const LifeEvent *event, ErrorCode code)
{
    g_autoptr(GError) error = NULL;
    LifeState before, out;

    memcpy(&before, &world->state, sizeof before);
    memset(&out, 0xa5, sizeof out);
    if (life_step(&world->state, event, &out, &error))
        fail_msg("%s was allowed", life_event_token(event->type));
    if (error_code(error) != code)
        fail_msg("%s: %s, expected %s", life_event_token(event->type), error->message,
                 error_token(code));
    assert_memory_equal(&before, &world->state, sizeof before);
    for (gsize i = 0; i < sizeof out; i++)
        assert_int_equal(((unsigned char *)&out)[i], 0xa5);
}

static void step_refused(World *world, LifeEventType type, ErrorCode code)
{
    LifeEvent event = event_of(world, type);

    refused(world, &event, code);
}

static void with_keys(World *world, LifeEventType type, gsize n, const char *a, const char *b)
{
    LifeEvent event = event_of(world, type);

    world->keys[0] = a;
    world->keys[1] = b;
    event.n_keys = n;
    apply(world, &event);
}

static void expect(const World *world, LifeStage stage)
{
    assert_string_equal(life_stage_token(world->state.stage), life_stage_token(stage));
}

static void expect_paper(const World *world, PaperKind kind)
{
    for (guint i = 0; i < world->state.n_issues; i++)
        if (world->state.issues[i] == kind)
            return;
    fail_msg("%s issues no %s", life_event_token(world->state.act), paper_kind_token(kind));
}

/* ---- short ways to a stage ---- */

static void to_checked(World *world)
{
    step(world, EVENT_RECEIVE);
    step(world, EVENT_RECEIPT);
    step(world, EVENT_FIRST_CHECK);
}

static void to_accepted(World *world)
{
    to_checked(world);
    step(world, EVENT_SECOND_CHECK);
    step(world, EVENT_ACCEPT);
}

static void to_supplement(World *world)
{
    step(world, EVENT_RECEIVE);
    with_keys(world, EVENT_FIRST_CHECK, 2, "A05/missing", "A04/pages");
    step(world, EVENT_SUPPLEMENT);
}

static LifeEvent decision(World *world, gboolean good)
{
    LifeEvent event = event_of(world, EVENT_DECIDE);

    event.actor = ACTOR_LEADER;
    event.good = good;
    return event;
}

static void decide(World *world, gboolean good)
{
    LifeEvent event = decision(world, good);

    apply(world, &event);
}

static void end_and_file(World *world)
{
    step(world, EVENT_FILE);
    expect(world, LIFE_FILED);
    step(world, EVENT_APPEND);
    assert_int_equal(world->state.versions, 2);
}

/* ---- the ways through ---- */

static void the_straight_way_from_receipt_to_file(void **state)
{
    World *world = *state;

    step(world, EVENT_RECEIVE);
    assert_int_equal(world->state.visits, 1);
    step(world, EVENT_RECEIPT);
    expect_paper(world, PAPER_RECEIPT);
    assert_true(world->state.numbers_fixed);
    step(world, EVENT_FIRST_CHECK);
    step(world, EVENT_SECOND_CHECK);
    step(world, EVENT_ACCEPT);
    expect(world, LIFE_ACCEPTED);
    expect_paper(world, PAPER_PROMISE);
    world->day = MONDAY + 4;
    decide(world, TRUE);
    expect_paper(world, PAPER_GRANT);
    expect_paper(world, PAPER_LICENCE);
    assert_int_equal(world->state.ending, ENDING_GRANTED);
    step(world, EVENT_DELIVER);
    expect_paper(world, PAPER_DELIVERY);
    end_and_file(world);
    assert_int_equal(world->state.flags, 0);
}

static void a_denial_needs_reason_basis_and_remedy(void **state)
{
    World *world = *state;
    LifeEvent event;

    to_accepted(world);
    event = decision(world, FALSE);
    event.remedy = "";
    refused(world, &event, ERROR_INVALID);
    event = decision(world, FALSE);
    event.reason = NULL;
    refused(world, &event, ERROR_INVALID);
    decide(world, FALSE);
    expect_paper(world, PAPER_DENIAL);
    assert_int_equal(world->state.ending, ENDING_DENIED);
    step(world, EVENT_DELIVER);
    end_and_file(world);
}

static void first_and_second_check_are_two_persons(void **state)
{
    World *world = *state;
    LifeEvent event;

    to_checked(world);
    step_refused(world, EVENT_ACCEPT, ERROR_SECOND_PERSON);
    event = event_of(world, EVENT_SECOND_CHECK);
    event.person = "王";
    refused(world, &event, ERROR_SECOND_PERSON);
    event.person = "李";
    event.good = FALSE;
    event.reason = "";
    refused(world, &event, ERROR_INVALID);
    event.reason = "漏看一处";
    apply(world, &event);
    expect(world, LIFE_RECEIVED);
    step(world, EVENT_FIRST_CHECK);
    step_refused(world, EVENT_ACCEPT, ERROR_SECOND_PERSON); /* the old second check is gone */
    step(world, EVENT_SECOND_CHECK);
    step(world, EVENT_ACCEPT);
}

static void what_waits_for_a_person_stops_the_check(void **state)
{
    World *world = *state;
    LifeEvent event;

    step(world, EVENT_RECEIVE);
    event = event_of(world, EVENT_FIRST_CHECK);
    event.persons_open = 2;
    refused(world, &event, ERROR_NOT_COMPLETE);
}

static void a_correction_on_the_spot_goes_back_to_the_check(void **state)
{
    World *world = *state;
    LifeEvent event;

    to_checked(world);
    event = event_of(world, EVENT_CORRECT);
    event.paper_before = 0;
    refused(world, &event, ERROR_INVALID);
    step(world, EVENT_CORRECT);
    expect(world, LIFE_RECEIVED);
    step_refused(world, EVENT_ACCEPT, ERROR_WRONG_STATE);
}

static void everything_is_told_once_and_closed_line_by_line(void **state)
{
    World *world = *state;

    to_supplement(world);
    expect_paper(world, PAPER_SUPPLEMENT);
    expect(world, LIFE_SUPPLEMENT);
    assert_int_equal(life_open_keys(&world->state), 2);
    assert_int_equal(life_untold_keys(&world->state), 0);
    step_refused(world, EVENT_SUPPLEMENT, ERROR_WRONG_STATE);
    step_refused(world, EVENT_REMIND, ERROR_RULE); /* not told yet */
    step(world, EVENT_TELL);
    step_refused(world, EVENT_TELL, ERROR_INVALID); /* another paper */
    step(world, EVENT_REMIND);
    expect_paper(world, PAPER_REMINDER);
    world->day = MONDAY + 3;
    with_keys(world, EVENT_BRING, 1, "A05/missing", NULL);
    expect(world, LIFE_SUPPLEMENT);
    with_keys(world, EVENT_BRING, 1, "A04/pages", NULL);
    expect(world, LIFE_RECEIVED);
    assert_int_equal(world->state.completed, MONDAY + 3);
    assert_int_equal(world->state.visits, 3);
    step(world, EVENT_FIRST_CHECK);
    step(world, EVENT_SECOND_CHECK);
    step(world, EVENT_ACCEPT);
    expect(world, LIFE_ACCEPTED);
}

static void an_old_defect_seen_later_goes_to_the_supervisor(void **state)
{
    World *world = *state;
    LifeEvent event;

    to_supplement(world);
    step(world, EVENT_TELL);
    with_keys(world, EVENT_BRING, 2, "A05/missing", "A04/pages");
    world->fresh[0] = FALSE;
    with_keys(world, EVENT_FIRST_CHECK, 1, "A01/unsigned", NULL);
    step_refused(world, EVENT_SUPPLEMENT, ERROR_RULE);
    event = event_of(world, EVENT_RELEASE);
    event.n_keys = 1;
    event.actor = ACTOR_CLERK;
    refused(world, &event, ERROR_FORBIDDEN);
    event.actor = ACTOR_SUPERVISOR;
    event.reason = NULL;
    refused(world, &event, ERROR_INVALID);
    event.reason = "初审漏看";
    apply(world, &event);
    assert_true(world->state.flags & FLAG_NOT_ONCE);
    refused(world, &event, ERROR_INVALID); /* nothing more to release */
    step(world, EVENT_SUPPLEMENT);
    assert_int_equal(world->state.notices, 2);
}

static void a_defect_of_new_material_may_be_told_anew(void **state)
{
    World *world = *state;

    to_supplement(world);
    step(world, EVENT_TELL);
    with_keys(world, EVENT_BRING, 2, "A05/missing", "A04/pages");
    world->fresh[0] = TRUE;
    with_keys(world, EVENT_FIRST_CHECK, 1, "A05/pages", NULL);
    step(world, EVENT_SUPPLEMENT);
    assert_false(world->state.flags & FLAG_NOT_ONCE);
    step(world, EVENT_TELL);
}

static void a_line_that_is_open_again_is_reminded_of_not_told_anew(void **state)
{
    World *world = *state;

    to_supplement(world);
    step(world, EVENT_TELL);
    with_keys(world, EVENT_BRING, 2, "A05/missing", "A04/pages");
    with_keys(world, EVENT_FIRST_CHECK, 1, "A04/pages", NULL);
    step_refused(world, EVENT_SUPPLEMENT, ERROR_RULE);
    step(world, EVENT_REMIND);
    expect(world, LIFE_SUPPLEMENT);
    step(world, EVENT_TELL);
    assert_int_equal(world->state.notices, 1);
}

static void bringing_what_was_not_asked_is_refused(void **state)
{
    World *world = *state;
    LifeEvent event;

    to_supplement(world);
    event = event_of(world, EVENT_BRING);
    world->keys[0] = "A09/missing";
    event.n_keys = 1;
    refused(world, &event, ERROR_INVALID);
    world->keys[0] = "";
    refused(world, &event, ERROR_INVALID);
    world->keys[0] = NULL;
    refused(world, &event, ERROR_INVALID);
}

static void told_not_printed_stops_the_clock(void **state)
{
    World *world = *state;
    ClockReading reading;

    to_supplement(world); /* the notice is printed on Monday … */
    world->day = MONDAY + 7;
    assert_true(life_clock(&world->state, CLOCK_TELL, world->day, 600, &reading));
    assert_false(reading.expired);
    step_refused(world, EVENT_SILENCE, ERROR_RULE); /* the fifth working day is not over */
    world->day = MONDAY + 8;                        /* … and nobody was told */
    life_clock(&world->state, CLOCK_TELL, world->day, 600, &reading);
    assert_true(reading.expired);
    step(world, EVENT_SILENCE);
    expect(world, LIFE_ACCEPTED);
    assert_int_equal(world->state.effective, MONDAY);
    assert_int_equal(world->state.accepted, MONDAY + 8);
    assert_true(world->state.flags & FLAG_SILENCE);
    assert_true(world->state.flags & FLAG_ACCEPTED_LACKING);
    expect_paper(world, PAPER_ACCEPTANCE);
    decide(world, FALSE);
}

static void a_case_accepted_by_silence_is_granted_only_once_complete(void **state)
{
    World *world = *state;
    LifeEvent event;

    to_supplement(world);
    world->day = MONDAY + 8;
    step(world, EVENT_SILENCE);
    event = decision(world, TRUE);
    refused(world, &event, ERROR_NOT_COMPLETE);
    with_keys(world, EVENT_BRING, 2, "A05/missing", "A04/pages");
    expect(world, LIFE_ACCEPTED);
    decide(world, TRUE);
}

static void who_was_told_is_not_accepted_by_silence(void **state)
{
    World *world = *state;

    to_supplement(world);
    world->day = MONDAY + 7;
    step(world, EVENT_TELL);
    assert_false(world->state.flags & FLAG_TOLD_LATE);
    world->day = MONDAY + 30;
    step_refused(world, EVENT_SILENCE, ERROR_RULE);
}

static void telling_too_late_is_flagged(void **state)
{
    World *world = *state;

    to_supplement(world);
    world->day = MONDAY + 9;
    step(world, EVENT_TELL);
    assert_true(world->state.flags & FLAG_TOLD_LATE);
}

static void silence_strikes_a_case_nobody_looked_at(void **state)
{
    World *world = *state;

    step(world, EVENT_RECEIVE);
    world->day = MONDAY + 8;
    step(world, EVENT_SILENCE);
    assert_false(world->state.flags & FLAG_ACCEPTED_LACKING);
    use(world, "100001", 0);
    to_checked(world);
    world->day = MONDAY + 8;
    step(world, EVENT_SILENCE);
    expect(world, LIFE_ACCEPTED);
}

static void silence_never_accepts_on_an_estimate(void **state)
{
    World *world = *state;
    LifeEvent event = event_of(world, EVENT_RECEIVE);

    event.day = event.received = day_of(2026, 12, 30);
    apply(world, &event);
    world->day = day_of(2027, 3, 1);
    step_refused(world, EVENT_SILENCE, ERROR_RULE);
}

static void silence_accepts_nothing_where_the_item_does_not_say_so(void **state)
{
    World *world = *state;

    use(world, "100006", 0); /* information requests */
    step(world, EVENT_RECEIVE);
    world->day = MONDAY + 60;
    step_refused(world, EVENT_SILENCE, ERROR_RULE);
}

static void after_the_supplement_the_five_days_begin_anew(void **state)
{
    World *world = *state;

    to_supplement(world);
    step(world, EVENT_TELL);
    world->day = MONDAY + 14;
    with_keys(world, EVENT_BRING, 2, "A05/missing", "A04/pages");
    world->day = MONDAY + 21;
    step_refused(world, EVENT_SILENCE, ERROR_RULE);
    world->day = MONDAY + 22;
    step(world, EVENT_SILENCE);
    assert_int_equal(world->state.effective, MONDAY + 14);
}

static void who_does_not_bring_it_in_time_has_lapsed(void **state)
{
    World *world = *state;

    to_supplement(world);
    step_refused(world, EVENT_LAPSE, ERROR_RULE);
    step(world, EVENT_TELL);
    world->day = MONDAY + 21; /* the fifteenth working day */
    step_refused(world, EVENT_LAPSE, ERROR_RULE);
    world->day = MONDAY + 22;
    step(world, EVENT_LAPSE);
    expect_paper(world, PAPER_LAPSE);
    assert_int_equal(world->state.ending, ENDING_TERMINATED);
    end_and_file(world);
    use(world, "100005", 0);
    to_supplement(world);
    step(world, EVENT_TELL);
    world->day = MONDAY + 60;
    step(world, EVENT_LAPSE);
    assert_int_equal(world->state.ending, ENDING_ABANDONED);
}

static void a_refusal_names_the_right_organ_and_the_remedy(void **state)
{
    World *world = *state;
    LifeEvent event;

    step(world, EVENT_RECEIVE);
    event = event_of(world, EVENT_REFUSE);
    event.organ = NULL;
    refused(world, &event, ERROR_INVALID);
    event = event_of(world, EVENT_REFUSE);
    event.law = "";
    refused(world, &event, ERROR_INVALID);
    step(world, EVENT_REFUSE);
    expect_paper(world, PAPER_REFUSAL);
    end_and_file(world);
}

static void a_matter_that_needs_no_permit_is_told_so(void **state)
{
    World *world = *state;

    step(world, EVENT_RECEIVE);
    step(world, EVENT_NOT_NEEDED);
    expect_paper(world, PAPER_NOT_NEEDED);
    end_and_file(world);
}

static void a_case_is_returned_within_three_working_days_by_a_person(void **state)
{
    World *world = *state;
    LifeEvent event;

    step(world, EVENT_RECEIVE);
    event = event_of(world, EVENT_RETURN);
    event.actor = ACTOR_CLOCK;
    refused(world, &event, ERROR_FORBIDDEN);
    event = event_of(world, EVENT_RETURN);
    event.reason = "";
    refused(world, &event, ERROR_INVALID);
    world->day = MONDAY + 4;
    step_refused(world, EVENT_RETURN, ERROR_RULE);
    world->day = MONDAY + 3;
    step(world, EVENT_RETURN);
    expect_paper(world, PAPER_RETURN);
    end_and_file(world);
}

static void a_missing_main_material_is_supplemented_not_returned(void **state)
{
    World *world = *state;
    LifeEvent event;

    step(world, EVENT_RECEIVE);
    event = event_of(world, EVENT_FIRST_CHECK);
    world->keys[0] = "A01/missing";
    event.n_keys = 1;
    event.main_missing = TRUE;
    apply(world, &event);
    step_refused(world, EVENT_RETURN, ERROR_RULE);
    step(world, EVENT_SUPPLEMENT);
}

static void a_subcentre_returns_nothing(void **state)
{
    World *world = *state;

    use(world, "100001", 2);
    step(world, EVENT_RECEIVE);
    step_refused(world, EVENT_RETURN, ERROR_RULE);
}

static void a_return_is_reviewed_once_by_somebody_else(void **state)
{
    World *world = *state;
    LifeEvent event;

    step(world, EVENT_RECEIVE);
    event = event_of(world, EVENT_RETURN);
    event.person = "督查";
    event.actor = ACTOR_SUPERVISOR;
    apply(world, &event);
    event = event_of(world, EVENT_REVIEW);
    event.actor = ACTOR_SUPERVISOR;
    event.person = "督查";
    refused(world, &event, ERROR_SECOND_PERSON);
    event.person = "业务科";
    apply(world, &event);
    expect_paper(world, PAPER_REVIEW);
    expect(world, LIFE_RECEIVED);
    assert_int_equal(world->state.ending, ENDING_NONE);
    assert_true(world->state.flags & FLAG_OVERTURNED);
    step(world, EVENT_RETURN);
    step_refused(world, EVENT_REVIEW, ERROR_RULE);
}

static void a_return_that_is_upheld_stays_returned(void **state)
{
    World *world = *state;
    LifeEvent event;

    step(world, EVENT_RECEIVE);
    step(world, EVENT_RETURN);
    event = event_of(world, EVENT_REVIEW);
    event.good = FALSE;
    apply(world, &event);
    expect(world, LIFE_RETURNED);
    end_and_file(world);
}

static void tolerance_is_for_listed_slots_and_starts_the_clock_at_acceptance(void **state)
{
    World *world = *state;
    LifeEvent event;
    ClockReading reading;

    step(world, EVENT_RECEIVE);
    with_keys(world, EVENT_FIRST_CHECK, 2, "A05/missing", "A06/missing");
    step(world, EVENT_SECOND_CHECK);
    step_refused(world, EVENT_ACCEPT, ERROR_NOT_COMPLETE);
    event = event_of(world, EVENT_ACCEPT);
    event.tolerate = TRUE;
    event.bad_credit = TRUE;
    refused(world, &event, ERROR_RULE);
    event.bad_credit = FALSE;
    event.paper_before = 0;
    refused(world, &event, ERROR_INVALID);
    event.paper_before = 9;
    event.until = MONDAY + 30;
    refused(world, &event, ERROR_RULE); /* longer than the item allows */
    event.until = MONDAY - 1;
    refused(world, &event, ERROR_INVALID);
    event.until = MONDAY + 4;
    apply(world, &event);
    expect_paper(world, PAPER_TOLERANCE);
    assert_int_equal(world->state.tolerated, 2);
    life_clock(&world->state, CLOCK_DECIDE, MONDAY, 600, &reading);
    assert_int_equal(reading.promised, day_of(2026, 3, 16));
    event = decision(world, TRUE);
    refused(world, &event, ERROR_NOT_COMPLETE);
    with_keys(world, EVENT_TOLERATED, 1, "A05/missing", NULL);
    assert_int_equal(world->state.tolerated, 1);
    with_keys(world, EVENT_TOLERATED, 1, "A06/missing", NULL);
    decide(world, TRUE);
}

static void what_may_not_follow_is_not_tolerated(void **state)
{
    World *world = *state;
    LifeEvent event;

    step(world, EVENT_RECEIVE);
    with_keys(world, EVENT_FIRST_CHECK, 1, "A01/missing", NULL);
    step(world, EVENT_SECOND_CHECK);
    event = event_of(world, EVENT_ACCEPT);
    event.tolerate = TRUE;
    refused(world, &event, ERROR_NOT_COMPLETE);
}

static void more_than_the_item_allows_is_not_tolerated(void **state)
{
    World *world = *state;
    LifeEvent event;

    step(world, EVENT_RECEIVE);
    world->keys[2] = "A07/missing";
    event = event_of(world, EVENT_FIRST_CHECK);
    world->keys[0] = "A05/missing";
    world->keys[1] = "A06/missing";
    event.n_keys = 3;
    apply(world, &event);
    step(world, EVENT_SECOND_CHECK);
    event = event_of(world, EVENT_ACCEPT);
    event.tolerate = TRUE;
    refused(world, &event, ERROR_RULE);
}

static void an_overdue_tolerance_cannot_be_granted(void **state)
{
    World *world = *state;
    LifeEvent event;

    step(world, EVENT_RECEIVE);
    with_keys(world, EVENT_FIRST_CHECK, 1, "A05/missing", NULL);
    step(world, EVENT_SECOND_CHECK);
    event = event_of(world, EVENT_ACCEPT);
    event.tolerate = TRUE;
    apply(world, &event);
    step_refused(world, EVENT_TOLERANCE_OVER, ERROR_RULE);
    world->day = MONDAY + 4;
    step(world, EVENT_TOLERANCE_OVER);
    assert_true(world->state.flags & FLAG_TOLERANCE_OVER);
    event = event_of(world, EVENT_TOLERATED);
    event.n_keys = 1;
    refused(world, &event, ERROR_RULE);
    event = decision(world, TRUE);
    refused(world, &event, ERROR_RULE);
    decide(world, FALSE);
}

static void a_special_procedure_is_told_in_writing_and_not_counted(void **state)
{
    World *world = *state;
    LifeEvent event;
    ClockReading reading;

    to_accepted(world);
    event = event_of(world, EVENT_PAUSE);
    event.told = TOLD_NOT;
    refused(world, &event, ERROR_INVALID);
    event = event_of(world, EVENT_PAUSE);
    event.pause = PAUSE_PUBLICATION;
    refused(world, &event, ERROR_RULE);
    step(world, EVENT_PAUSE);
    expect_paper(world, PAPER_SPECIAL);
    life_clock(&world->state, CLOCK_DECIDE, MONDAY + 3, 600, &reading);
    assert_int_equal(reading.lamp, LAMP_PAUSED);
    world->day = MONDAY + 7;
    step(world, EVENT_RESUME);
    life_clock(&world->state, CLOCK_DECIDE, MONDAY + 7, 600, &reading);
    assert_int_equal(reading.promised, day_of(2026, 3, 23));
    step(world, EVENT_PAUSE);
    step(world, EVENT_WITHDRAW);
}

static void an_extension_comes_once_from_the_head(void **state)
{
    World *world = *state;
    LifeEvent event;
    ClockReading reading;

    to_accepted(world);
    event = event_of(world, EVENT_EXTEND);
    event.actor = ACTOR_CLERK;
    refused(world, &event, ERROR_FORBIDDEN);
    step(world, EVENT_EXTEND);
    expect_paper(world, PAPER_EXTENSION);
    life_clock(&world->state, CLOCK_DECIDE, MONDAY, 600, &reading);
    assert_int_equal(reading.law, day_of(2026, 4, 14));
    step_refused(world, EVENT_EXTEND, ERROR_RULE);
    use(world, "100005", 0); /* relief names no extension */
    to_accepted(world);
    step_refused(world, EVENT_EXTEND, ERROR_RULE);
    use(world, "100001", 0);
    to_accepted(world);
    world->day = MONDAY + 60;
    step_refused(world, EVENT_EXTEND, ERROR_RULE); /* too late */
    decide(world, FALSE);
    assert_true(world->state.flags & FLAG_OVERDUE);
    assert_true(world->state.flags & FLAG_UNLAWFUL);
}

static void what_is_decided_above_goes_up_and_comes_back(void **state)
{
    World *world = *state;
    LifeEvent event;

    to_accepted(world);
    step_refused(world, EVENT_HAND_UP, ERROR_RULE); /* decided here */
    use(world, "100002", 0);
    to_accepted(world);
    event = decision(world, TRUE);
    refused(world, &event, ERROR_RULE);
    step(world, EVENT_HAND_UP);
    expect_paper(world, PAPER_HAND_UP);
    expect(world, LIFE_HANDED_UP);
    step_refused(world, EVENT_UPPER_REPLY, ERROR_RULE);
    step(world, EVENT_UPPER_RECEIPT);
    step_refused(world, EVENT_UPPER_RECEIPT, ERROR_RULE);
    step(world, EVENT_UPPER_REPLY);
    expect(world, LIFE_ACCEPTED);
    step_refused(world, EVENT_HAND_UP, ERROR_RULE);
    decide(world, TRUE);
}

static void a_case_of_the_kind_handed_up_stops_its_clock_there(void **state)
{
    World *world = *state;
    LifeEvent event = event_of(world, EVENT_RECEIVE);
    ClockReading reading;

    event.kind = "upper";
    apply(world, &event);
    step(world, EVENT_FIRST_CHECK);
    step(world, EVENT_SECOND_CHECK);
    step(world, EVENT_ACCEPT);
    world->day = MONDAY + 2;
    step(world, EVENT_HAND_UP);
    life_clock(&world->state, CLOCK_DECIDE, MONDAY + 60, 600, &reading);
    assert_false(reading.overdue);
}

static void a_joint_case_waits_for_every_department(void **state)
{
    World *world = *state;
    LifeEvent event = event_of(world, EVENT_RECEIVE);

    event.kind = "joint";
    apply(world, &event);
    step(world, EVENT_FIRST_CHECK);
    step(world, EVENT_SECOND_CHECK);
    step(world, EVENT_ACCEPT);
    expect_paper(world, PAPER_JOINT);
    step(world, EVENT_SUB_OPEN);
    step_refused(world, EVENT_SUB_OPEN, ERROR_RULE); /* twice */
    event = decision(world, TRUE);
    refused(world, &event, ERROR_RULE); /* one department is not two */
    event = event_of(world, EVENT_SUB_OPEN);
    event.department = "market";
    apply(world, &event);
    step(world, EVENT_SUB_CLOSE);
    step_refused(world, EVENT_SUB_CLOSE, ERROR_RULE);
    event = decision(world, TRUE);
    refused(world, &event, ERROR_RULE);
    event = event_of(world, EVENT_SUB_CLOSE);
    event.department = "market";
    event.good = FALSE;
    apply(world, &event);
    event = decision(world, TRUE);
    refused(world, &event, ERROR_RULE); /* one has declined */
    decide(world, FALSE);
}

static void only_joint_cases_have_parts(void **state)
{
    World *world = *state;

    to_accepted(world);
    step_refused(world, EVENT_SUB_OPEN, ERROR_RULE);
}

static void an_instant_case_is_decided_at_the_window_on_the_day(void **state)
{
    World *world = *state;
    LifeEvent event = event_of(world, EVENT_RECEIVE);
    ClockReading reading;

    use(world, "100007", 0);
    event.kind = "instant";
    apply(world, &event);
    step(world, EVENT_FIRST_CHECK);
    step(world, EVENT_ACCEPT);
    expect_paper(world, PAPER_ACCEPTANCE);
    life_clock(&world->state, CLOCK_DECIDE, MONDAY, 600, &reading);
    assert_int_equal(reading.promised, MONDAY);
    event = event_of(world, EVENT_DECIDE);
    event.actor = ACTOR_CLERK;
    apply(world, &event);
    assert_int_equal(world->state.flags, 0);
    use(world, "100001", 0);
    to_accepted(world);
    event = event_of(world, EVENT_DECIDE);
    event.actor = ACTOR_CLERK;
    refused(world, &event, ERROR_FORBIDDEN);
}

static void a_supplement_case_counts_from_completion_never_from_acceptance(void **state)
{
    World *world = *state;
    LifeEvent event = event_of(world, EVENT_RECEIVE);
    ClockReading reading;

    event.kind = "supplement";
    apply(world, &event);
    with_keys(world, EVENT_FIRST_CHECK, 1, "A05/missing", NULL);
    step(world, EVENT_SUPPLEMENT);
    expect_paper(world, PAPER_KIND_SUPPLEMENT);
    step(world, EVENT_TELL);
    world->day = MONDAY + 7;
    with_keys(world, EVENT_BRING, 1, "A05/missing", NULL);
    world->day = MONDAY + 9;
    step(world, EVENT_FIRST_CHECK);
    step(world, EVENT_SECOND_CHECK);
    step(world, EVENT_ACCEPT);
    life_clock(&world->state, CLOCK_DECIDE, world->day, 600, &reading);
    assert_int_equal(reading.promised, day_of(2026, 3, 23)); /* ten working days from the 9th */
}

static void the_kind_changes_once_after_acceptance(void **state)
{
    World *world = *state;
    LifeEvent event;

    step(world, EVENT_RECEIVE);
    event = event_of(world, EVENT_KIND);
    refused(world, &event, ERROR_RULE); /* it is one already */
    event.kind = "odd";
    refused(world, &event, ERROR_INVALID);
    event.kind = "return";
    refused(world, &event, ERROR_RULE);
    event.kind = "urgent";
    refused(world, &event, ERROR_RULE);
    event.kind = "supplement";
    apply(world, &event);
    event.kind = "promise";
    apply(world, &event);
    step(world, EVENT_FIRST_CHECK);
    step(world, EVENT_SECOND_CHECK);
    step(world, EVENT_ACCEPT);
    event = event_of(world, EVENT_KIND);
    event.kind = "joint";
    event.day = world->day = MONDAY + 11; /* three days before the promise */
    apply(world, &event);
    expect_paper(world, PAPER_JOINT);
    assert_true(world->state.flags & FLAG_KIND_NEAR_END);
    event.kind = "promise";
    refused(world, &event, ERROR_RULE);
}

static void urgent_is_for_the_centre_to_say(void **state)
{
    World *world = *state;
    LifeEvent event;

    step(world, EVENT_RECEIVE);
    event = event_of(world, EVENT_URGENT);
    event.actor = ACTOR_CLERK;
    refused(world, &event, ERROR_FORBIDDEN);
    step(world, EVENT_URGENT);
    expect_paper(world, PAPER_URGENT);
    step_refused(world, EVENT_URGENT, ERROR_RULE);
    use(world, "100001", 1);
    step(world, EVENT_RECEIVE);
    step_refused(world, EVENT_URGENT, ERROR_RULE); /* townships have none */
}

static void the_green_form_travels_in_and_out_of_every_window(void **state)
{
    World *world = *state;
    LifeEvent event;

    to_accepted(world);
    step_refused(world, EVENT_GREEN_START, ERROR_RULE); /* not within the scope */
    event = event_of(world, EVENT_GREEN_START);
    event.reason = "市重点实事项目";
    apply(world, &event);
    expect_paper(world, PAPER_GREEN);
    refused(world, &event, ERROR_RULE);
    step(world, EVENT_GREEN_IN);
    step_refused(world, EVENT_GREEN_IN, ERROR_RULE);
    event = event_of(world, EVENT_GREEN_OUT);
    event.window = 4;
    refused(world, &event, ERROR_RULE);
    decide(world, TRUE);
    step(world, EVENT_DELIVER);
    step_refused(world, EVENT_FILE, ERROR_RULE);
    step_refused(world, EVENT_GREEN_COLLECT, ERROR_RULE); /* it lies at window 3 */
    step(world, EVENT_GREEN_OUT);
    step(world, EVENT_GREEN_COLLECT);
    step(world, EVENT_FILE);
    use(world, "100001", 1);
    to_accepted(world);
    step_refused(world, EVENT_GREEN_START, ERROR_RULE); /* townships have none */
    use(world, "100001", 0);
    to_accepted(world);
    event = event_of(world, EVENT_GREEN_START);
    event.actor = ACTOR_CENTRE; /* 市领导交办 by the centre's notice */
    apply(world, &event);
}

static void an_applicant_may_withdraw_from_every_open_state(void **state)
{
    World *world = *state;

    for (int way = 0; way < 6; way++) {
        use(world, way == 5 ? "100002" : "100001", 0);
        if (way == 0)
            step(world, EVENT_RECEIVE);
        else if (way == 1)
            to_checked(world);
        else if (way == 2)
            to_supplement(world);
        else
            to_accepted(world);
        if (way == 4)
            step(world, EVENT_PAUSE);
        if (way == 5)
            step(world, EVENT_HAND_UP);
        assert_true(life_is_open(world->state.stage));
        step(world, EVENT_WITHDRAW);
        expect_paper(world, PAPER_WITHDRAWAL);
        assert_int_equal(world->state.ending, ENDING_WITHDRAWN);
        end_and_file(world);
    }
}

static void a_later_entry_needs_reason_and_second_person(void **state)
{
    World *world = *state;
    LifeEvent event = event_of(world, EVENT_RECEIVE);

    event.received = MONDAY - 3;
    event.reason = "";
    refused(world, &event, ERROR_INVALID);
    event.reason = "停电";
    event.second_person = NULL;
    refused(world, &event, ERROR_SECOND_PERSON);
    event.second_person = "王";
    refused(world, &event, ERROR_SECOND_PERSON);
    event.second_person = "李";
    apply(world, &event);
    assert_int_equal(world->state.received, MONDAY - 3);
    assert_int_equal(world->state.recorded, MONDAY);
    assert_true(world->state.flags & FLAG_LATE_ENTRY);
}

static void taking_in_for_a_colleague_names_her(void **state)
{
    World *world = *state;
    LifeEvent event = event_of(world, EVENT_RECEIVE);

    event.evidence = EVIDENCE_TAKEN_FOR;
    refused(world, &event, ERROR_INVALID);
    event.taken_for = "王";
    refused(world, &event, ERROR_INVALID);
    event.taken_for = "赵";
    apply(world, &event);
}

static void a_case_is_received_under_a_version_in_force(void **state)
{
    World *world = *state;
    LifeEvent event = event_of(world, EVENT_RECEIVE);

    event.received = day_of(2025, 12, 31);
    refused(world, &event, ERROR_RULE);
    event.received = MONDAY + 1;
    refused(world, &event, ERROR_INVALID);
    event.received = MONDAY;
    event.kind = "odd";
    refused(world, &event, ERROR_INVALID);
    event.kind = "urgent";
    refused(world, &event, ERROR_RULE);
    event.kind = "promise";
    event.window = 0;
    refused(world, &event, ERROR_INVALID);
    event.window = 1000;
    refused(world, &event, ERROR_INVALID);
    event.window = 999;
    event.secret = TRUE;
    event.untrusted_clock = TRUE;
    apply(world, &event);
    assert_true(world->state.secret);
    assert_true(world->state.flags & FLAG_UNTRUSTED_CLOCK);
}

static void a_case_comes_in_by_a_channel_of_its_item(void **state)
{
    World *world = *state;
    LifeEvent event;

    use(world, "100005", 0); /* relief: window or agent */
    event = event_of(world, EVENT_RECEIVE);
    event.channel = "online";
    refused(world, &event, ERROR_RULE);
    event.channel = "agent";
    apply(world, &event);
}

static void a_township_joint_case_has_three_windows(void **state)
{
    static const char *const windows[] = {"窗口1", "窗口2", "窗口3"};
    World *world = *state;
    LifeEvent event;

    use(world, "100001", 1);
    event = event_of(world, EVENT_RECEIVE);
    event.kind = "joint";
    apply(world, &event);
    step(world, EVENT_FIRST_CHECK);
    step(world, EVENT_SECOND_CHECK);
    step(world, EVENT_ACCEPT);
    for (int i = 0; i < 3; i++) {
        event = decision(world, TRUE);
        refused(world, &event, ERROR_RULE);
        event = event_of(world, EVENT_SUB_OPEN);
        event.department = windows[i];
        apply(world, &event);
        event = event_of(world, EVENT_SUB_CLOSE);
        event.department = windows[i];
        apply(world, &event);
    }
    decide(world, TRUE);
}

static void the_day_of_a_record_never_goes_back(void **state)
{
    World *world = *state;
    LifeEvent event;

    to_checked(world);
    event = event_of(world, EVENT_SECOND_CHECK);
    event.day = MONDAY - 1;
    refused(world, &event, ERROR_RULE);
    event.day = DAY_NONE;
    refused(world, &event, ERROR_RULE);
    event.day = MONDAY;
    event.person = "";
    refused(world, &event, ERROR_INVALID);
    event.type = LIFE_EVENTS;
    event.person = "李";
    {
        g_autoptr(GError) error = NULL;
        LifeState out;

        assert_false(life_step(&world->state, &event, &out, &error));
        assert_error_code(error, ERROR_INVALID);
    }
}

static void a_case_is_filed_only_when_the_filing_rule_agrees(void **state)
{
    World *world = *state;
    LifeEvent event;

    step(world, EVENT_RECEIVE);
    step(world, EVENT_REFUSE);
    event = event_of(world, EVENT_FILE);
    event.may_file = FALSE;
    refused(world, &event, ERROR_FILING_REFUSED);
}

static void promises_and_verifications_are_papers_for_listed_slots(void **state)
{
    World *world = *state;
    LifeEvent event;

    step(world, EVENT_RECEIVE);
    event = event_of(world, EVENT_PLEDGE);
    event.n_keys = 1;
    world->keys[0] = "A01";
    refused(world, &event, ERROR_RULE); /* an application cannot be promised */
    world->keys[0] = "A99";
    refused(world, &event, ERROR_INVALID);
    world->keys[0] = "A08";
    apply(world, &event);
    expect_paper(world, PAPER_PLEDGE);
    event.tolerate = TRUE;
    refused(world, &event, ERROR_RULE); /* promised, but never 容缺 */
    world->keys[0] = "A05";
    apply(world, &event);
    expect_paper(world, PAPER_TOLERANCE_PROMISE);
    event = event_of(world, EVENT_VERIFY);
    event.n_keys = 1;
    refused(world, &event, ERROR_RULE); /* a map is in no licence library */
    world->keys[0] = "A02";
    apply(world, &event);
    expect_paper(world, PAPER_VERIFICATION);
}

static void a_subcentre_hands_the_bundle_to_the_handling_hall_once(void **state)
{
    World *world = *state;

    step(world, EVENT_RECEIVE);
    step_refused(world, EVENT_ENTRUST, ERROR_RULE); /* a city hall receives for itself */
    use(world, "100001", 2);
    step(world, EVENT_RECEIVE);
    step(world, EVENT_ENTRUST);
    expect_paper(world, PAPER_HAND_OVER);
    step_refused(world, EVENT_ENTRUST, ERROR_RULE);
}

/* ---- every kind of every hall ---- */

/* Receive, check and accept a case of the kind; what papers come of it, as tokens. */
static char *papers_of_kind(World *world, int hall, const ProfileKind *kind)
{
    LifeEvent event;
    GString *out = g_string_new(NULL);

    use(world, "100001", hall);
    event = event_of(world, EVENT_RECEIVE);
    event.kind = kind->token;
    if (kind->role == KIND_RETURN) {
        refused(world, &event, ERROR_RULE);
        event.kind = "promise";
        apply(world, &event);
        step(world, EVENT_RETURN);
    } else if (kind->role == KIND_URGENT) {
        refused(world, &event, ERROR_RULE);
        event.kind = "promise";
        apply(world, &event);
        step(world, EVENT_URGENT);
    } else {
        apply(world, &event);
        step(world, EVENT_FIRST_CHECK);
        step(world, EVENT_SECOND_CHECK);
        step(world, EVENT_ACCEPT);
    }
    for (guint i = 0; i < world->state.n_issues; i++)
        g_string_append_printf(out, "%s%s", i == 0 ? "" : " ",
                               paper_kind_token(world->state.issues[i]));
    return g_string_free(out, FALSE);
}

static void every_kind_of_every_hall_is_lived(void **state)
{
    static const struct {
        int hall;
        const char *kind, *papers;
    } rows[] = {
        {0, "instant", "acceptance"},     {0, "promise", "promise"},
        {0, "supplement", "acceptance"},  {0, "joint", "acceptance joint"},
        {0, "return", "return"},          {0, "urgent", "urgent"},
        {0, "upper", "promise"},          {1, "instant", "acceptance"},
        {1, "promise", "promise"},        {1, "supplement", "acceptance"},
        {1, "joint", "acceptance joint"}, {1, "return", "return"},
        {1, "upper", "acceptance"},       {2, "instant", "acceptance"},
        {2, "promise", "acceptance"},     {2, "other", "acceptance"},
    };
    World *world = *state;
    gsize row = 0;

    for (int hall = 0; hall < 3; hall++)
        for (guint i = 0; i < world->profiles[hall]->kinds->len; i++, row++) {
            const ProfileKind *kind = g_ptr_array_index(world->profiles[hall]->kinds, i);
            g_autofree char *papers = papers_of_kind(world, hall, kind);

            assert_int_equal(hall, rows[row].hall);
            assert_string_equal(kind->token, rows[row].kind);
            assert_string_equal(papers, rows[row].papers);
            print_message("  kind %s/%s issues %s\n", world->profiles[hall]->code, kind->token,
                          papers);
        }
    assert_int_equal(row, G_N_ELEMENTS(rows));
}

/* ---- the table ---- */

/* A state of every stage, by the ways above. */
static void reach(World *world, LifeStage stage)
{
    use(world, stage == LIFE_HANDED_UP ? "100002" : "100001", 0);
    switch (stage) {
    case LIFE_NONE:
        break;
    case LIFE_RECEIVED:
    case LIFE_REFUSED:
    case LIFE_NOT_NEEDED:
    case LIFE_RETURNED:
    case LIFE_WITHDRAWN:
    case LIFE_FILED:
        step(world, EVENT_RECEIVE);
        break;
    case LIFE_CHECKED:
        to_checked(world);
        break;
    case LIFE_SUPPLEMENT:
    case LIFE_LAPSED:
        to_supplement(world);
        break;
    default:
        to_accepted(world);
    }
    if (stage == LIFE_LAPSED) {
        step(world, EVENT_TELL);
        world->day = MONDAY + 40;
        step(world, EVENT_LAPSE);
    }
    if (stage == LIFE_REFUSED || stage == LIFE_FILED)
        step(world, EVENT_REFUSE);
    if (stage == LIFE_NOT_NEEDED)
        step(world, EVENT_NOT_NEEDED);
    if (stage == LIFE_RETURNED)
        step(world, EVENT_RETURN);
    if (stage == LIFE_WITHDRAWN)
        step(world, EVENT_WITHDRAW);
    if (stage == LIFE_PAUSED)
        step(world, EVENT_PAUSE);
    if (stage == LIFE_HANDED_UP)
        step(world, EVENT_HAND_UP);
    if (stage == LIFE_DECIDED || stage == LIFE_DELIVERED)
        decide(world, TRUE);
    if (stage == LIFE_DELIVERED)
        step(world, EVENT_DELIVER);
    if (stage == LIFE_FILED)
        step(world, EVENT_FILE);
    expect(world, stage);
}

static void a_step_out_of_order_is_refused_with_its_place(void **state)
{
    World *world = *state;

    for (int stage = 0; stage < LIFE_STAGES; stage++) {
        reach(world, (LifeStage)stage);
        for (int type = 0; type < LIFE_EVENTS; type++)
            if (!(life_event_stages((LifeEventType)type) & 1u << stage))
                step_refused(world, (LifeEventType)type, ERROR_WRONG_STATE);
    }
}

static void nobody_does_what_is_not_for_him(void **state)
{
    World *world = *state;

    for (int type = 0; type < LIFE_EVENTS; type++)
        for (guint bit = 0; bit < 8; bit++) {
            LifeEvent event;
            guint stages = life_event_stages((LifeEventType)type);
            int stage = 0;

            if (life_event_actors((LifeEventType)type) & 1u << bit)
                continue;
            while (!(stages & 1u << stage))
                stage++;
            reach(world, (LifeStage)stage);
            event = event_of(world, (LifeEventType)type);
            event.actor = (LifeActor)(1u << bit);
            refused(world, &event, ERROR_FORBIDDEN);
        }
}

static void every_token_has_its_word(void **state)
{
    (void)state;
    for (int i = 0; i < LIFE_EVENTS; i++)
        assert_int_equal(life_event_parse(life_event_token((LifeEventType)i)), i);
    assert_int_equal(life_event_parse("jump"), -1);
    for (int i = 0; i < LIFE_STAGES; i++)
        assert_true(*life_stage_word((LifeStage)i) != '\0');
    for (int i = 1; i < LIFE_ENDINGS; i++)
        assert_true(*life_ending_word((LifeEnding)i) != '\0' &&
                    *life_ending_token((LifeEnding)i) != '\0');
    for (guint bit = 0; bit < LIFE_FLAGS; bit++)
        assert_true(*life_flag_word((LifeFlag)(1u << bit)) != '\0' &&
                    *life_flag_token((LifeFlag)(1u << bit)) != '\0');
}

/* Last: every step was done by a case above, from every stage the table allows it from, unless a
 * guard makes that impossible. */
static void every_transition_was_walked(void **state)
{
    (void)state;
    for (int type = 0; type < LIFE_EVENTS; type++) {
        g_autoptr(GString) from = g_string_new(NULL);

        if (done[type] == 0)
            fail_msg("%s was never done", life_event_token((LifeEventType)type));
        for (int stage = 0; stage < LIFE_STAGES; stage++)
            if (done_from[type] & 1u << stage)
                g_string_append_printf(from, " %s", life_stage_token((LifeStage)stage));
        print_message("  transition %-15s from%s\n", life_event_token((LifeEventType)type),
                      from->str);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_up, world_down)
static const struct CMUnitTest tests[] = {
    TEST(the_straight_way_from_receipt_to_file),
    TEST(a_denial_needs_reason_basis_and_remedy),
    TEST(first_and_second_check_are_two_persons),
    TEST(what_waits_for_a_person_stops_the_check),
    TEST(a_correction_on_the_spot_goes_back_to_the_check),
    TEST(everything_is_told_once_and_closed_line_by_line),
    TEST(an_old_defect_seen_later_goes_to_the_supervisor),
    TEST(a_defect_of_new_material_may_be_told_anew),
    TEST(a_line_that_is_open_again_is_reminded_of_not_told_anew),
    TEST(bringing_what_was_not_asked_is_refused),
    TEST(told_not_printed_stops_the_clock),
    TEST(a_case_accepted_by_silence_is_granted_only_once_complete),
    TEST(who_was_told_is_not_accepted_by_silence),
    TEST(telling_too_late_is_flagged),
    TEST(silence_strikes_a_case_nobody_looked_at),
    TEST(silence_never_accepts_on_an_estimate),
    TEST(silence_accepts_nothing_where_the_item_does_not_say_so),
    TEST(after_the_supplement_the_five_days_begin_anew),
    TEST(who_does_not_bring_it_in_time_has_lapsed),
    TEST(a_refusal_names_the_right_organ_and_the_remedy),
    TEST(a_matter_that_needs_no_permit_is_told_so),
    TEST(a_case_is_returned_within_three_working_days_by_a_person),
    TEST(a_missing_main_material_is_supplemented_not_returned),
    TEST(a_subcentre_returns_nothing),
    TEST(a_return_is_reviewed_once_by_somebody_else),
    TEST(a_return_that_is_upheld_stays_returned),
    TEST(tolerance_is_for_listed_slots_and_starts_the_clock_at_acceptance),
    TEST(what_may_not_follow_is_not_tolerated),
    TEST(more_than_the_item_allows_is_not_tolerated),
    TEST(an_overdue_tolerance_cannot_be_granted),
    TEST(a_special_procedure_is_told_in_writing_and_not_counted),
    TEST(an_extension_comes_once_from_the_head),
    TEST(what_is_decided_above_goes_up_and_comes_back),
    TEST(a_case_of_the_kind_handed_up_stops_its_clock_there),
    TEST(a_joint_case_waits_for_every_department),
    TEST(only_joint_cases_have_parts),
    TEST(an_instant_case_is_decided_at_the_window_on_the_day),
    TEST(a_supplement_case_counts_from_completion_never_from_acceptance),
    TEST(the_kind_changes_once_after_acceptance),
    TEST(urgent_is_for_the_centre_to_say),
    TEST(the_green_form_travels_in_and_out_of_every_window),
    TEST(an_applicant_may_withdraw_from_every_open_state),
    TEST(a_later_entry_needs_reason_and_second_person),
    TEST(taking_in_for_a_colleague_names_her),
    TEST(a_case_is_received_under_a_version_in_force),
    TEST(a_case_comes_in_by_a_channel_of_its_item),
    TEST(a_township_joint_case_has_three_windows),
    TEST(the_day_of_a_record_never_goes_back),
    TEST(a_case_is_filed_only_when_the_filing_rule_agrees),
    TEST(promises_and_verifications_are_papers_for_listed_slots),
    TEST(a_subcentre_hands_the_bundle_to_the_handling_hall_once),
    TEST(every_kind_of_every_hall_is_lived),
    TEST(a_step_out_of_order_is_refused_with_its_place),
    TEST(nobody_does_what_is_not_for_him),
    TEST(every_token_has_its_word),
    TEST(every_transition_was_walked),
};

TEST_MAIN(tests)
