/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/exceptions.h"
#include "tests/appliance/casework/lives.h"

#include <string.h>

/* The tokens of what is listed for one case or person. */
static char *listed(const ExceptionFacts *facts)
{
    g_autoptr(GPtrArray) list = exceptions_list(facts);
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < list->len; i++) {
        const Exception *one = g_ptr_array_index(list, i);

        assert_true(*one->text != '\0' && *one->text_en != '\0');
        g_string_append_printf(out, "%s%s", i == 0 ? "" : " ", exception_token(one->code));
    }
    return g_string_free(out, FALSE);
}

static void expect(const LifeState *life, const char *reason, const char *expected)
{
    const ExceptionCase one = {"320583-001-260302-003-0001-44", life, reason};
    const ExceptionFacts facts = {.cases = &one, .n_cases = 1, .today = LIVES_MONDAY + 9};
    g_autofree char *found = listed(&facts);

    assert_string_equal(found, expected);
    print_message("  exception: %s\n", found);
}

static void what_supervision_wants_to_see_is_listed(void **state)
{
    Lives *lives = lives_new("city");
    LifeState life;
    LifePlan plan = {"100001", "promise", LIFE_DELIVERED, 4, 0, FALSE, FALSE};

    (void)state;
    lives_live(lives, &plan, &life);
    expect(&life, NULL, "");
    life.flags = FLAG_ACCEPTED_LACKING | FLAG_LATE_ENTRY | FLAG_KIND_NEAR_END | FLAG_NOT_ONCE |
                 FLAG_TOLD_LATE | FLAG_TOLERANCE_OVER | FLAG_UNTRUSTED_CLOCK;
    expect(&life, NULL,
           "accepted-lacking late-entry kind-near-end not-once told-late tolerance-over "
           "untrusted-clock");
    plan.silent = TRUE;
    plan.days = 9;
    lives_live(lives, &plan, &life);
    expect(&life, NULL, "silence");
    plan = (LifePlan){"100001", "promise", LIFE_DELIVERED, 4, 2, FALSE, FALSE};
    lives_live(lives, &plan, &life);
    expect(&life, NULL, "late-entry");
    life.decided = LIVES_MONDAY - 1; /* as an import of another system's cases may say */
    expect(&life, NULL, "decided-before late-entry");
    plan = (LifePlan){"100001", "promise", LIFE_RETURNED, 0, 0, FALSE, FALSE};
    lives_live(lives, &plan, &life);
    expect(&life, "明显不符政策", "");
    expect(&life, "", "return-no-reason");
    plan = (LifePlan){"100007", "instant", LIFE_ACCEPTED, 0, 0, FALSE, FALSE};
    lives_live(lives, &plan, &life);
    expect(&life, NULL, "overdue"); /* open, and its day is past */
    lives_free(lives);
}

static void many_voids_or_reprints_by_one_person_are_listed(void **state)
{
    const ExceptionPerson persons[] = {{"王", 6, 0}, {"李", 5, 6}, {"赵", 5, 5}};
    ExceptionFacts facts = {.persons = persons, .n_persons = 3};
    g_autofree char *found = listed(&facts), *more = NULL;

    (void)state;
    assert_string_equal(found, "voids reprints");
    facts.voids_max = 4;
    facts.reprints_max = 6;
    more = listed(&facts);
    assert_string_equal(more, "voids voids voids");
}

static void every_exception_has_its_words(void **state)
{
    (void)state;
    for (int code = 0; code < EXCEPTIONS; code++) {
        assert_true(*exception_word((ExceptionCode)code, LANG_ZH) != '\0');
        assert_true(*exception_word((ExceptionCode)code, LANG_EN) != '\0');
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_supervision_wants_to_see_is_listed),
    cmocka_unit_test(many_voids_or_reprints_by_one_person_are_listed),
    cmocka_unit_test(every_exception_has_its_words),
};

TEST_MAIN(tests)
