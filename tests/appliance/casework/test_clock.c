/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/clock.h"
#include "appliance/casework/item.h"
#include "appliance/casework/item_load.h"
#include "tests/testing.h"

#include <string.h>

typedef struct {
    Calendar *calendar;
    GPtrArray *items;
} World;

static int world_up(void **state)
{
    World *world = g_new0(World, 1);

    world->calendar = calendar_shipped();
    world->items = items_shipped(NULL);
    *state = world;
    return 0;
}

static int world_down(void **state)
{
    World *world = *state;

    calendar_free(world->calendar);
    g_ptr_array_unref(world->items);
    g_free(world);
    return 0;
}

static Day date(const char *text)
{
    Day day = DAY_NONE;

    if (!day_parse(text, &day))
        fail_msg("%s: no date", text);
    return day;
}

static const ClockProfile *clock_of(const World *world, const char *code, ClockPurpose purpose)
{
    return items_on(world->items, code, date("2026-06-01"))->clocks[purpose];
}

static ClockFacts facts_of(const ClockProfile *profile, const char *start)
{
    return (ClockFacts){.profile = profile,
                        .start = start == NULL ? DAY_NONE : date(start),
                        .start_minute = 9 * 60,
                        .until = DAY_NONE,
                        .ended = DAY_NONE};
}

static ClockReading reading_on(const World *world, const ClockFacts *facts, const char *today)
{
    ClockReading reading;

    clock_read(facts, world->calendar, date(today), 10 * 60, &reading);
    return reading;
}

static void assert_day(Day day, const char *expected)
{
    g_autofree char *text = day == DAY_NONE ? g_strdup("none") : day_format(day);

    assert_string_equal(text, expected);
}

static void licensing_law_accepts_by_silence_after_five_working_days(void **state)
{
    const World *world = *state;
    ClockFacts facts = facts_of(clock_of(world, "100001", CLOCK_TELL), "2026-02-12");
    ClockReading reading = reading_on(world, &facts, "2026-02-26");

    assert_day(reading.promised, "2026-02-13");
    assert_day(reading.law, "2026-02-26");
    assert_false(reading.expired);
    assert_int_equal(reading.lamp, LAMP_RED); /* past the hall's promise of one day */
    reading = reading_on(world, &facts, "2026-02-27");
    assert_true(reading.expired);
    assert_int_equal(reading.action, EXPIRY_ACCEPTED);
    assert_day(reading.effective, "2026-02-12");
    facts.ended = date("2026-02-26"); /* told on the fifth day */
    reading = reading_on(world, &facts, "2026-03-30");
    assert_false(reading.expired);
    assert_false(reading.unlawful);
    print_message("  clock regime 行政许可法 32\n");
}

static void licensing_law_decides_in_twenty_and_ten_more(void **state)
{
    const World *world = *state;
    ClockFacts facts = facts_of(clock_of(world, "100001", CLOCK_DECIDE), "2026-02-13");
    ClockReading reading = reading_on(world, &facts, "2026-02-13");

    assert_day(reading.law, "2026-03-19");
    facts.extended = TRUE;
    reading = reading_on(world, &facts, "2026-02-13");
    assert_day(reading.law, "2026-04-02");
    facts.level = "市级";
    facts.extended = FALSE;
    reading = reading_on(world, &facts, "2026-02-13");
    assert_day(reading.promised, "2026-03-12");
    assert_day(reading.law, "2026-03-19");
}

static void market_registration_names_no_day_for_telling(void **state)
{
    const World *world = *state;
    ClockFacts tell = facts_of(clock_of(world, "100007", CLOCK_TELL), "2026-03-02");
    ClockFacts decide = facts_of(clock_of(world, "100007", CLOCK_DECIDE), "2026-03-02");
    ClockReading reading = reading_on(world, &tell, "2026-12-01");

    assert_false(reading.limited);
    assert_false(reading.expired);
    assert_int_equal(reading.lamp, LAMP_GREEN);
    reading = reading_on(world, &decide, "2026-03-02");
    assert_day(reading.promised, "2026-03-03");
    assert_day(reading.law, "2026-03-05");
    decide.extended = TRUE;
    reading = reading_on(world, &decide, "2026-03-02");
    assert_day(reading.law, "2026-03-10");
    print_message("  clock regime 市场主体登记管理条例 19\n");
}

static void land_registration_tells_on_the_spot_or_has_accepted(void **state)
{
    const World *world = *state;
    g_autoptr(GPtrArray) levels = g_ptr_array_new();
    const ClockProfile tell = {.purpose = CLOCK_TELL,
                               .start = START_RECEIVED,
                               .levels = levels,
                               .expiry = EXPIRY_ACCEPTED};
    const ClockProfile decide = {.purpose = CLOCK_DECIDE,
                                 .start = START_ACCEPTED,
                                 .promised = 30,
                                 .law = 30,
                                 .levels = levels};
    ClockFacts facts = facts_of(&tell, "2026-03-02");
    ClockFacts decision = facts_of(&decide, "2026-03-02");
    ClockReading reading = reading_on(world, &facts, "2026-03-02");

    assert_day(reading.law, "2026-03-02");
    assert_false(reading.expired);
    reading = reading_on(world, &facts, "2026-03-03");
    assert_true(reading.expired);
    assert_day(reading.effective, "2026-03-02");
    reading = reading_on(world, &decision, "2026-03-02");
    assert_day(reading.law, "2026-04-14");
    print_message("  clock regime 不动产登记暂行条例 17, 20\n");
}

static void information_law_has_seven_twenty_twenty(void **state)
{
    const World *world = *state;
    ClockFacts tell = facts_of(clock_of(world, "100006", CLOCK_TELL), "2026-03-02");
    ClockFacts supplement = facts_of(clock_of(world, "100006", CLOCK_SUPPLEMENT), "2026-03-05");
    ClockFacts decide = facts_of(clock_of(world, "100006", CLOCK_DECIDE), "2026-03-09");
    const ClockStop third = {date("2026-03-16"), date("2026-03-23"), PAUSE_THIRD_PARTY, "B12"};
    ClockReading reading = reading_on(world, &tell, "2026-03-12");

    assert_day(reading.law, "2026-03-11");
    assert_true(reading.expired);
    assert_int_equal(reading.action, EXPIRY_FLAG); /* silence accepts nothing here */
    reading = reading_on(world, &supplement, "2026-03-27");
    assert_day(reading.law, "2026-03-26");
    assert_int_equal(reading.action, EXPIRY_LAPSED);
    reading = reading_on(world, &decide, "2026-03-09");
    assert_day(reading.law, "2026-04-07");
    decide.stops = &third;
    decide.n_stops = 1;
    reading = reading_on(world, &decide, "2026-03-30");
    assert_day(reading.law, "2026-04-14"); /* five working days of the third party */
    decide.extended = TRUE;
    reading = reading_on(world, &decide, "2026-03-30");
    assert_day(reading.law, "2026-05-14");
    print_message("  clock regime 政府信息公开条例 30, 31, 33\n");
}

static void reconsideration_leaves_the_supplement_out(void **state)
{
    const World *world = *state;
    g_autoptr(GPtrArray) levels = g_ptr_array_new();
    const ClockProfile decide = {.purpose = CLOCK_DECIDE,
                                 .start = START_RECEIVED,
                                 .unit = UNIT_DAY,
                                 .promised = 60,
                                 .law = 60,
                                 .levels = levels,
                                 .pauses = PAUSE_SUPPLEMENT};
    const ClockProfile supplement = {.purpose = CLOCK_SUPPLEMENT,
                                     .start = START_TOLD,
                                     .promised = 10,
                                     .law = 10,
                                     .levels = levels,
                                     .expiry = EXPIRY_LAPSED};
    const ClockStop stop = {date("2026-03-06"), date("2026-03-16"), PAUSE_SUPPLEMENT, "B02"};
    ClockFacts facts = facts_of(&decide, "2026-03-02");
    ClockFacts late = facts_of(&supplement, "2026-03-06");
    ClockReading reading = reading_on(world, &facts, "2026-03-02");

    assert_day(reading.law, "2026-05-06"); /* 05-01 is a holiday: the next working day */
    facts.stops = &stop;
    facts.n_stops = 1;
    reading = reading_on(world, &facts, "2026-03-20");
    assert_day(reading.law, "2026-05-11");
    reading = reading_on(world, &late, "2026-03-23");
    assert_day(reading.law, "2026-03-20");
    assert_int_equal(reading.action, EXPIRY_LAPSED);
    print_message("  clock regime 行政复议法 31\n");
}

static void lamps_go_from_grey_to_red(void **state)
{
    const World *world = *state;
    ClockFacts facts = facts_of(clock_of(world, "100001", CLOCK_DECIDE), NULL);
    ClockReading reading = reading_on(world, &facts, "2026-03-02");
    const ClockStop hearing = {date("2026-03-10"), DAY_NONE, PAUSE_HEARING, "B12"};
    static const struct {
        const char *today;
        Lamp lamp;
        gint left;
        guint warning;
    } days[] = {{"2026-03-02", LAMP_GREEN, 10, 0}, {"2026-03-10", LAMP_GREEN, 4, 0},
                {"2026-03-11", LAMP_YELLOW, 3, 1}, {"2026-03-12", LAMP_YELLOW, 2, 1},
                {"2026-03-13", LAMP_YELLOW, 1, 2}, {"2026-03-16", LAMP_YELLOW, 0, 2},
                {"2026-03-17", LAMP_RED, -1, 0}};

    assert_int_equal(reading.lamp, LAMP_NOT_STARTED);
    facts.start = date("2026-03-02"); /* promise: 2026-03-16 */
    for (gsize i = 0; i < G_N_ELEMENTS(days); i++) {
        reading = reading_on(world, &facts, days[i].today);
        assert_int_equal(reading.lamp, days[i].lamp);
        assert_int_equal(reading.left, days[i].left);
        assert_int_equal(reading.warning, days[i].warning);
        print_message("  lamp %s %s\n", lamp_symbol(reading.lamp), lamp_token(reading.lamp));
    }
    facts.stops = &hearing;
    facts.n_stops = 1;
    assert_int_equal(reading_on(world, &facts, "2026-03-17").lamp, LAMP_PAUSED);
    assert_int_equal(reading_on(world, &facts, "2026-03-09").lamp, LAMP_GREEN);
    print_message("  lamp %s %s\n", lamp_symbol(LAMP_PAUSED), lamp_token(LAMP_PAUSED));
}

static void a_stop_counts_only_when_told_in_writing_and_known(void **state)
{
    const World *world = *state;
    ClockFacts facts = facts_of(clock_of(world, "100001", CLOCK_DECIDE), "2026-03-02");
    ClockStop stop = {date("2026-03-04"), date("2026-03-06"), PAUSE_HEARING, NULL};

    facts.stops = &stop;
    facts.n_stops = 1;
    assert_day(reading_on(world, &facts, "2026-03-09").promised, "2026-03-16");
    stop.notice = "昆水许特〔2026〕1号";
    assert_day(reading_on(world, &facts, "2026-03-09").promised, "2026-03-18");
    stop.reason = PAUSE_PUBLICATION; /* none of this item's reasons */
    assert_day(reading_on(world, &facts, "2026-03-09").promised, "2026-03-16");
}

static void an_estimate_is_marked_and_nothing_is_accepted_on_it(void **state)
{
    const World *world = *state;
    ClockFacts facts = facts_of(clock_of(world, "100001", CLOCK_TELL), "2026-12-30");
    ClockReading reading = reading_on(world, &facts, "2027-02-01");
    const char *year = "date,kind,name,source\n2027-01-01,holiday,a,b\n2027-01-02,holiday,a,b\n"
                       "2027-01-03,holiday,a,b\n2027-02-05,holiday,a,b\n2027-02-06,holiday,a,b\n"
                       "2027-02-07,holiday,a,b\n2027-02-08,holiday,a,b\n2027-02-09,holiday,a,b\n"
                       "2027-02-10,holiday,a,b\n2027-04-05,holiday,a,b\n2027-05-01,holiday,a,b\n";
    g_autoptr(Calendar) next = calendar_shipped();

    assert_true(reading.estimated);
    assert_day(reading.law, "2027-01-06");
    assert_false(reading.expired);
    /* the year comes in: the same facts give a deadline that holds */
    assert_true(calendar_import(next, year, strlen(year), "made-up.csv", NULL));
    clock_read(&facts, next, date("2027-02-01"), 600, &reading);
    assert_false(reading.estimated);
    assert_day(reading.law, "2027-01-07");
    assert_true(reading.expired);
    assert_int_equal(reading.action, EXPIRY_ACCEPTED);
}

static void thirty_minutes_run_while_the_hall_is_open(void **state)
{
    const World *world = *state;
    ClockFacts facts = facts_of(clock_of(world, "100003", CLOCK_DECIDE), "2026-03-06");
    ClockReading reading;

    facts.start_minute = 17 * 60 + 10;
    clock_read(&facts, world->calendar, date("2026-03-06"), 17 * 60 + 15, &reading);
    assert_day(reading.promised, "2026-03-09"); /* Friday 17:10: ten minutes are left on Monday */
    assert_int_equal(reading.promised_minute, 8 * 60 + 40);
    assert_int_equal(reading.left, 25);
    assert_int_equal(reading.lamp, LAMP_GREEN);
    clock_read(&facts, world->calendar, date("2026-03-09"), 8 * 60 + 34, &reading);
    assert_int_equal(reading.lamp, LAMP_YELLOW);
    clock_read(&facts, world->calendar, date("2026-03-09"), 8 * 60 + 41, &reading);
    assert_int_equal(reading.lamp, LAMP_RED);
    facts.ended = date("2026-03-09");
    facts.ended_minute = 8 * 60 + 40;
    clock_read(&facts, world->calendar, date("2026-03-20"), 600, &reading);
    assert_false(reading.overdue);
    assert_int_equal(reading.lamp, LAMP_GREEN);
}

static void a_case_of_a_market_sunday_starts_on_the_next_working_day(void **state)
{
    const World *world = *state;
    ClockFacts facts = facts_of(clock_of(world, "100001", CLOCK_TELL), "2026-03-08");
    ClockFacts minutes = facts_of(clock_of(world, "100003", CLOCK_DECIDE), "2026-03-08");

    assert_day(reading_on(world, &facts, "2026-03-08").promised, "2026-03-09");
    assert_day(reading_on(world, &facts, "2026-03-08").law, "2026-03-13");
    assert_day(reading_on(world, &minutes, "2026-03-08").promised, "2026-03-09");
    assert_int_equal(reading_on(world, &minutes, "2026-03-08").promised_minute, 9 * 60);
}

static void the_start_day_counts_where_the_profile_says_so(void **state)
{
    const World *world = *state;
    ClockProfile profile = *clock_of(world, "100001", CLOCK_TELL);
    ClockFacts facts = facts_of(&profile, "2026-03-02");

    assert_day(reading_on(world, &facts, "2026-03-02").law, "2026-03-09");
    profile.start_day_counts = TRUE;
    assert_day(reading_on(world, &facts, "2026-03-02").law, "2026-03-06");
}

static void days_and_working_days_are_told_apart(void **state)
{
    const World *world = *state;
    ClockFacts society = facts_of(clock_of(world, "100004", CLOCK_DECIDE), "2026-03-02");

    /* 60 calendar days end on 2026-05-01, a holiday that lasts to the 5th */
    assert_day(reading_on(world, &society, "2026-03-02").law, "2026-05-06");
    assert_day(reading_on(world, &society, "2026-03-02").promised, "2026-04-01");
}

static void a_renewal_ends_with_the_old_licence(void **state)
{
    const World *world = *state;
    ClockProfile profile = *clock_of(world, "100001", CLOCK_DECIDE);
    ClockFacts facts = facts_of(&profile, "2026-03-02");
    ClockReading reading;

    profile.expiry = EXPIRY_RENEWED;
    facts.until = date("2026-03-20");
    reading = reading_on(world, &facts, "2026-03-21");
    assert_true(reading.expired);
    assert_int_equal(reading.action, EXPIRY_RENEWED);
    assert_day(reading.effective, "none");
}

static void the_date_never_goes_back_and_is_flagged_when_untrusted(void **state)
{
    gboolean flagged;

    (void)state;
    assert_int_equal(clock_casework_day(20778, TRUE, 20777, &flagged), 20778);
    assert_false(flagged);
    assert_int_equal(clock_casework_day(20700, TRUE, 20777, &flagged), 20777);
    assert_true(flagged);
    assert_int_equal(clock_casework_day(20999, FALSE, 20777, &flagged), 20777);
    assert_true(flagged);
    assert_int_equal(clock_casework_day(20999, FALSE, DAY_NONE, &flagged), 20999);
    assert_true(flagged);
}

static void every_token_of_a_profile_comes_back(void **state)
{
    (void)state;
    for (int i = 0; i < CLOCK_PURPOSES; i++)
        assert_int_equal(clock_purpose_parse(clock_purpose_token((ClockPurpose)i)), i);
    for (int i = 0; i < START_EVENTS; i++)
        assert_int_equal(clock_start_parse(clock_start_token((ClockStart)i)), i);
    for (int i = 0; i < CLOCK_UNITS; i++)
        assert_int_equal(clock_unit_parse(clock_unit_token((ClockUnit)i)), i);
    for (int i = 0; i < CLOCK_EXPIRIES; i++)
        assert_int_equal(clock_expiry_parse(clock_expiry_token((ClockExpiry)i)), i);
    for (guint bit = 0; bit < CLOCK_PAUSES; bit++) {
        ClockPause pause = (ClockPause)(1u << bit);

        assert_int_equal(clock_pause_parse(clock_pause_token(pause)), pause);
        assert_true(*clock_pause_name(pause) != '\0');
    }
    assert_int_equal(clock_unit_parse("week"), -1);
    assert_int_equal(clock_pause_parse("nap"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_up, world_down)
static const struct CMUnitTest tests[] = {
    TEST(licensing_law_accepts_by_silence_after_five_working_days),
    TEST(licensing_law_decides_in_twenty_and_ten_more),
    TEST(market_registration_names_no_day_for_telling),
    TEST(land_registration_tells_on_the_spot_or_has_accepted),
    TEST(information_law_has_seven_twenty_twenty),
    TEST(reconsideration_leaves_the_supplement_out),
    TEST(lamps_go_from_grey_to_red),
    TEST(a_stop_counts_only_when_told_in_writing_and_known),
    TEST(an_estimate_is_marked_and_nothing_is_accepted_on_it),
    TEST(thirty_minutes_run_while_the_hall_is_open),
    TEST(a_case_of_a_market_sunday_starts_on_the_next_working_day),
    TEST(the_start_day_counts_where_the_profile_says_so),
    TEST(days_and_working_days_are_told_apart),
    TEST(a_renewal_ends_with_the_old_licence),
    TEST(the_date_never_goes_back_and_is_flagged_when_untrusted),
    TEST(every_token_of_a_profile_comes_back),
};

TEST_MAIN(tests)
