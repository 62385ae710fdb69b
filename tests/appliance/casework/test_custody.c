/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/custody.h"
#include "tests/testing.h"

#include <string.h>

static CustodyEvent event_of(CustodyEventType type)
{
    return (CustodyEvent){.type = type,
                          .person = "王",
                          .receiver = "李",
                          .approver = "科长",
                          .reason = "查档",
                          .to = PLACE_WINDOW,
                          .where = "003",
                          .day = 100,
                          .due = 110};
}

static void step(CustodyState *state, CustodyEventType type)
{
    CustodyEvent event = event_of(type);
    GError *error = NULL;

    if (!custody_step(state, &event, state, &error))
        fail_msg("%s: %s", custody_event_token(type), error->message);
}

static void refused(const CustodyState *state, const CustodyEvent *event, ErrorCode code)
{
    g_autoptr(GError) error = NULL;
    CustodyState out;

    memset(&out, 0xa5, sizeof out);
    assert_false(custody_step(state, event, &out, &error));
    assert_error_code(error, code);
    assert_int_equal(((unsigned char *)&out)[0], 0xa5);
}

static void begin(CustodyState *state, gboolean to_hand_back)
{
    custody_begin(state, to_hand_back);
    step(state, CUSTODY_RECEIVE);
}

static void a_hand_over_is_signed_by_both(void **state)
{
    CustodyState paper;
    CustodyEvent event = event_of(CUSTODY_HAND_OVER);

    (void)state;
    begin(&paper, FALSE);
    event.to = PLACE_DEPARTMENT;
    event.where = "水政科";
    event.receiver = NULL;
    refused(&paper, &event, ERROR_SECOND_PERSON);
    event.receiver = "王";
    refused(&paper, &event, ERROR_SECOND_PERSON);
    event.receiver = "李";
    event.where = "";
    refused(&paper, &event, ERROR_INVALID);
    event.where = "水政科";
    event.to = PLACE_LENT;
    refused(&paper, &event, ERROR_INVALID);
    event.to = PLACE_DEPARTMENT;
    assert_true(custody_step(&paper, &event, &paper, NULL));
    assert_string_equal(paper.holder, "李");
    assert_int_equal(paper.hand_overs, 1);
    event = event_of(CUSTODY_MOVE);
    event.to = PLACE_BOX;
    refused(&paper, &event, ERROR_RULE); /* 李 answers for it, not 王 */
    event.person = "李";
    assert_true(custody_step(&paper, &event, &paper, NULL));
    assert_int_equal(paper.place, PLACE_BOX);
}

static void only_what_is_to_be_handed_back_is(void **state)
{
    CustodyState kept, lent_out;
    CustodyEvent event = event_of(CUSTODY_RETURN);

    (void)state;
    begin(&kept, FALSE);
    refused(&kept, &event, ERROR_RULE);
    begin(&lent_out, TRUE);
    step(&lent_out, CUSTODY_RETURN);
    assert_int_equal(lent_out.place, PLACE_HANDED_BACK);
    assert_null(lent_out.holder);
    refused(&lent_out, &event, ERROR_WRONG_STATE);
}

static void a_loan_comes_back_where_it_was(void **state)
{
    CustodyState paper;
    CustodyEvent event = event_of(CUSTODY_LEND);

    (void)state;
    begin(&paper, FALSE);
    event.approver = "";
    refused(&paper, &event, ERROR_INVALID);
    event = event_of(CUSTODY_LEND);
    event.due = 99;
    refused(&paper, &event, ERROR_INVALID);
    event = event_of(CUSTODY_LEND);
    event.reason = NULL;
    refused(&paper, &event, ERROR_INVALID);
    step(&paper, CUSTODY_LEND);
    assert_int_equal(paper.place, PLACE_LENT);
    assert_int_equal(paper.due, 110);
    assert_false(custody_is_in_house(paper.place));
    step(&paper, CUSTODY_BRING_BACK);
    assert_int_equal(paper.place, PLACE_WINDOW);
    assert_int_equal(paper.due, DAY_NONE);
}

static void what_is_missed_may_be_found(void **state)
{
    CustodyState paper;
    CustodyEvent event = event_of(CUSTODY_MISS);

    (void)state;
    begin(&paper, FALSE);
    step(&paper, CUSTODY_LEND);
    event.reason = "";
    refused(&paper, &event, ERROR_INVALID);
    step(&paper, CUSTODY_MISS);
    assert_string_equal(paper.holder, "王"); /* she still answers for it */
    step(&paper, CUSTODY_FIND);
    assert_int_equal(paper.place, PLACE_WINDOW);
}

static void the_ends_are_final(void **state)
{
    CustodyState paper;
    CustodyEvent event = event_of(CUSTODY_DESTROY);

    (void)state;
    begin(&paper, FALSE);
    refused(&paper, &event, ERROR_WRONG_STATE); /* not from the window */
    event = event_of(CUSTODY_MOVE);
    event.to = PLACE_SHELF;
    assert_true(custody_step(&paper, &event, &paper, NULL));
    step(&paper, CUSTODY_DESTROY);
    for (int type = 0; type < CUSTODY_EVENTS; type++) {
        event = event_of((CustodyEventType)type);
        refused(&paper, &event, ERROR_WRONG_STATE);
    }
    begin(&paper, FALSE);
    step(&paper, CUSTODY_TRANSFER);
    assert_int_equal(paper.place, PLACE_TRANSFERRED);
}

static void days_go_on_and_somebody_does_it(void **state)
{
    CustodyState paper;
    CustodyEvent event = event_of(CUSTODY_MOVE);

    (void)state;
    begin(&paper, FALSE);
    event.day = 99;
    refused(&paper, &event, ERROR_RULE);
    event.day = 100;
    event.person = NULL;
    refused(&paper, &event, ERROR_INVALID);
    event.type = CUSTODY_EVENTS;
    refused(&paper, &event, ERROR_INVALID);
    for (int place = 0; place < CUSTODY_PLACES; place++)
        assert_true(*custody_place_token((CustodyPlace)place) != '\0' &&
                    *custody_place_word((CustodyPlace)place) != '\0');
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_hand_over_is_signed_by_both),
    cmocka_unit_test(only_what_is_to_be_handed_back_is),
    cmocka_unit_test(a_loan_comes_back_where_it_was),
    cmocka_unit_test(what_is_missed_may_be_found),
    cmocka_unit_test(the_ends_are_final),
    cmocka_unit_test(days_go_on_and_somebody_does_it),
};

TEST_MAIN(tests)
