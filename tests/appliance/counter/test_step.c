/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/appliance/counter/hall.h"

#include <errno.h>
#include <string.h>

/* What the state says, without the pointers into one house. */
static char *words_of(const Hall *hall, const char *number)
{
    g_autoptr(json_t) object = NULL;
    CaseLife life;

    hall_life(hall, number, &life);
    object = case_life_json(&life, house_today(hall->house), 600);
    return json_line(object);
}

static void assert_stage(const Hall *hall, const char *number, LifeStage stage)
{
    g_autoptr(json_t) row = hall_row(hall, number);
    CaseLife life;

    hall_life(hall, number, &life);
    assert_string_equal(life_stage_token(life.state.stage), life_stage_token(stage));
    assert_string_equal(json_text(row, "state"), life_stage_token(stage));
}

static void step_refused(const Hall *hall, const char *number, LifeEvent event, ErrorCode code)
{
    g_autofree char *before = words_of(hall, number), *after = NULL;
    CaseAct act = {.number = number, .event = event};
    g_auto(CaseActDone) done = {0};
    GError *error = NULL;

    if (case_act(hall->house, &hall_clerk, &act, &done, &error))
        fail_msg("%s was taken", life_event_token(event.type));
    assert_error_code(error, code);
    g_clear_error(&error);
    after = words_of(hall, number);
    assert_string_equal(after, before);
}

static const LifeEvent accept = {.type = EVENT_ACCEPT, .actor = ACTOR_CLERK};
static const LifeEvent supplement = {.type = EVENT_SUPPLEMENT, .actor = ACTOR_CLERK};
static const LifeEvent tell = {.type = EVENT_TELL, .actor = ACTOR_CLERK, .told = TOLD_SIGNED};
static const LifeEvent decide = {.type = EVENT_DECIDE, .actor = ACTOR_DEPARTMENT, .good = TRUE};
static const LifeEvent deliver = {.type = EVENT_DELIVER, .actor = ACTOR_CLERK, .told = TOLD_SIGNED};

static void a_received_case_stands_at_received(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    CaseLife life;

    hall_life(&hall, number, &life);
    assert_stage(&hall, number, LIFE_RECEIVED);
    assert_int_equal(life.state.received, house_today(hall.house));
    assert_string_equal(life.state.kind, "instant");
    hall_close(&hall);
}

static void an_incomplete_case_is_not_accepted(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);

    hall_fill(&hall, number, "A03");
    step_refused(&hall, number, accept, ERROR_NOT_COMPLETE);
    assert_stage(&hall, number, LIFE_RECEIVED);
    hall_close(&hall);
}

static void the_straight_way_leads_to_delivered(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);

    hall_fill(&hall, number, NULL);
    hall_step(&hall, number, accept);
    assert_stage(&hall, number, LIFE_ACCEPTED);
    hall_step(&hall, number, decide);
    assert_stage(&hall, number, LIFE_DECIDED);
    hall_step(&hall, number, deliver);
    assert_stage(&hall, number, LIFE_DELIVERED);
    hall_close(&hall);
}

static void the_way_over_a_supplement_leads_to_accepted(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);

    hall_fill(&hall, number, "A03");
    hall_step(&hall, number, supplement);
    assert_stage(&hall, number, LIFE_SUPPLEMENT);
    hall_step(&hall, number, tell);
    step_refused(&hall, number, accept, ERROR_NOT_COMPLETE);
    hall_hand_in(&hall, number, "A03");
    hall_step(&hall, number, accept);
    assert_stage(&hall, number, LIFE_ACCEPTED);
    hall_close(&hall);
}

static void a_part_of_what_was_asked_for_is_not_all(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);

    hall_hand_in(&hall, number, "A01");
    hall_step(&hall, number, supplement);
    hall_step(&hall, number, tell);
    step_refused(&hall, number, (LifeEvent){.type = EVENT_BRING, .actor = ACTOR_CLERK},
                 ERROR_NOT_COMPLETE);
    hall_hand_in(&hall, number, "A02");
    step_refused(&hall, number, accept, ERROR_NOT_COMPLETE);
    assert_stage(&hall, number, LIFE_SUPPLEMENT);
    hall_close(&hall);
}

static void a_withdrawn_case_takes_no_further_step(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);

    hall_step(&hall, number, (LifeEvent){.type = EVENT_WITHDRAW, .actor = ACTOR_CLERK});
    assert_stage(&hall, number, LIFE_WITHDRAWN);
    step_refused(&hall, number, accept, ERROR_WRONG_STATE);
    step_refused(&hall, number, decide, ERROR_WRONG_STATE);
    hall_close(&hall);
}

static void steps_out_of_order_are_refused_and_change_nothing(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    static const LifeEventType early[] = {EVENT_DECIDE, EVENT_DELIVER, EVENT_RESUME, EVENT_PAUSE,
                                          EVENT_EXTEND, EVENT_TELL,    EVENT_LAPSE,  EVENT_REVIEW};

    for (gsize i = 0; i < G_N_ELEMENTS(early); i++) {
        CaseAct act = {
            .number = number,
            .event = {.type = early[i],
                      .actor = ACTOR_CLERK | ACTOR_DEPARTMENT | ACTOR_CENTRE | ACTOR_LEADER,
                      .good = TRUE,
                      .reason = "why",
                      .told = TOLD_SIGNED}};
        g_autofree char *before = words_of(&hall, number), *after = NULL;
        g_auto(CaseActDone) done = {0};
        GError *error = NULL;

        if (case_act(hall.house, &hall_clerk, &act, &done, &error))
            fail_msg("%s was taken", life_event_token(early[i]));
        assert_int_equal(error_exit_status(error_code(error)) <= 2, TRUE);
        g_clear_error(&error);
        after = words_of(&hall, number);
        assert_string_equal(after, before);
    }
    hall_close(&hall);
}

static void a_refused_step_issues_no_paper(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    g_autoptr(json_t) rows = NULL;

    step_refused(&hall, number, decide, ERROR_WRONG_STATE);
    rows = hall_documents(&hall, number);
    assert_int_equal(json_array_size(rows), 0);
    hall_close(&hall);
}

static void a_step_of_an_unknown_case_is_refused(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    CaseAct act = {.number = "320583001261120003000999", .event = accept};
    g_auto(CaseActDone) done = {0};
    GError *error = NULL;

    assert_false(case_act(hall.house, &hall_clerk, &act, &done, &error));
    assert_error_code(error, ERROR_NO_CASE);
    g_clear_error(&error);
    hall_close(&hall);
}

/* A case at each of several stages. */
static void walk(const Hall *hall, char *numbers[4])
{
    for (int i = 0; i < 4; i++)
        numbers[i] = hall_case(hall, HALL_ITEM);
    hall_fill(hall, numbers[1], "A02");
    hall_step(hall, numbers[1], supplement);
    hall_step(hall, numbers[1], tell);
    hall_fill(hall, numbers[2], NULL);
    hall_step(hall, numbers[2], accept);
    hall_step(hall, numbers[3],
              (LifeEvent){.type = EVENT_WITHDRAW, .actor = ACTOR_CLERK, .reason = "张三自己撤回"});
}

static void a_reopened_store_gives_the_same_states(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    char *numbers[4], *before[4];

    walk(&hall, numbers);
    for (int i = 0; i < 4; i++)
        before[i] = words_of(&hall, numbers[i]);
    hall_reopen(&hall);
    for (int i = 0; i < 4; i++) {
        g_autofree char *after = words_of(&hall, numbers[i]);

        assert_string_equal(after, before[i]);
        g_free(before[i]);
        g_free(numbers[i]);
    }
    hall_close(&hall);
}

static void the_same_steps_give_the_same_bytes_of_state(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    char *numbers[4];

    walk(&hall, numbers);
    for (int i = 0; i < 4; i++) {
        CaseLife one, two;

        hall_life(&hall, numbers[i], &one);
        hall_life(&hall, numbers[i], &two);
        /* Both point to their own rules. */
        one.state.rules = two.state.rules = NULL;
        assert_memory_equal(&one.state, &two.state, sizeof one.state);
        g_free(numbers[i]);
    }
    hall_close(&hall);
}

static void rebuild_gives_the_same_rows_and_states(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    char *numbers[4], *before[4];
    g_autofree char *rows = NULL, *again = NULL;
    GError *error = NULL;
    gint64 records = 0;

    walk(&hall, numbers);
    rows = hall_dump(&hall);
    for (int i = 0; i < 4; i++)
        before[i] = words_of(&hall, numbers[i]);
    assert_true(store_rebuild(hall.store, &records, &error));
    assert_true(records > 20);
    again = hall_dump(&hall);
    assert_string_equal(again, rows);
    for (int i = 0; i < 4; i++) {
        g_autofree char *after = words_of(&hall, numbers[i]);

        assert_string_equal(after, before[i]);
        g_free(before[i]);
        g_free(numbers[i]);
    }
    hall_close(&hall);
}

static void a_lost_catalogue_is_made_again_from_the_journal(void **state G_GNUC_UNUSED)
{
    static const char *const files[] = {"catalogue.db", "catalogue.db-wal", "catalogue.db-shm"};
    Hall hall = hall_made("procedure");
    char *folder = g_strdup(hall.folder), *numbers[4];
    g_autofree char *rows = NULL, *again = NULL;

    walk(&hall, numbers);
    rows = hall_dump(&hall);
    hall_close(&hall);
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(folder, files[i], NULL);
        g_autoptr(GError) error = NULL;

        if (g_file_test(path, G_FILE_TEST_EXISTS))
            assert_true(file_unlink(path, &error));
    }
    hall = hall_opened(folder);
    again = hall_dump(&hall);
    assert_string_equal(again, rows);
    for (int i = 0; i < 4; i++)
        g_free(numbers[i]);
    hall_close(&hall);
}

static void a_reason_stands_in_no_journal(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *path = g_build_filename(hall.folder, "journal/0000000000000000.log", NULL);
    g_autofree char *journal = NULL;
    char *numbers[4];

    walk(&hall, numbers);
    assert_true(g_file_get_contents(path, &journal, NULL, NULL));
    assert_null(strstr(journal, "张三自己撤回"));
    for (int i = 0; i < 4; i++)
        g_free(numbers[i]);
    hall_close(&hall);
}

/* Acceptance and its paper become durable together or not at all, wherever the disk fails. */
static void walk_faults(int fault)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    gboolean accepted = FALSE;

    hall_fill(&hall, number, NULL);
    for (guint at = 1; !accepted; at++) {
        NthFault nth = {.at = at, .fault = fault};
        CaseAct act = {.number = number, .event = accept};
        g_auto(CaseActDone) done = {0};
        g_autoptr(GError) error = NULL;
        g_autoptr(json_t) rows = NULL;
        gboolean ok;
        LifeStage stage;
        CaseLife life;

        file_fault_set(testing_fail_nth, &nth);
        ok = case_act(hall.house, &hall_clerk, &act, &done, &error);
        file_fault_set(NULL, NULL);
        hall_reopen(&hall);
        rows = hall_documents(&hall, number);
        hall_life(&hall, number, &life);
        stage = life.state.stage;
        assert_int_equal(stage == LIFE_ACCEPTED, json_array_size(rows) > HALL_SLOTS);
        if (ok)
            assert_int_equal(stage, LIFE_ACCEPTED);
        accepted = stage == LIFE_ACCEPTED;
        assert_true(at < 200);
    }
    hall_step(&hall, number, decide);
    hall_close(&hall);
}

static void a_step_and_its_paper_come_together_or_not_at_all(void **state G_GNUC_UNUSED)
{
    walk_faults(EIO);
    walk_faults(ENOSPC);
    walk_faults(FILE_SHORT_WRITE);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_received_case_stands_at_received),
    cmocka_unit_test(an_incomplete_case_is_not_accepted),
    cmocka_unit_test(the_straight_way_leads_to_delivered),
    cmocka_unit_test(the_way_over_a_supplement_leads_to_accepted),
    cmocka_unit_test(a_part_of_what_was_asked_for_is_not_all),
    cmocka_unit_test(a_withdrawn_case_takes_no_further_step),
    cmocka_unit_test(steps_out_of_order_are_refused_and_change_nothing),
    cmocka_unit_test(a_refused_step_issues_no_paper),
    cmocka_unit_test(a_step_of_an_unknown_case_is_refused),
    cmocka_unit_test(a_reopened_store_gives_the_same_states),
    cmocka_unit_test(the_same_steps_give_the_same_bytes_of_state),
    cmocka_unit_test(rebuild_gives_the_same_rows_and_states),
    cmocka_unit_test(a_lost_catalogue_is_made_again_from_the_journal),
    cmocka_unit_test(a_reason_stands_in_no_journal),
    cmocka_unit_test(a_step_and_its_paper_come_together_or_not_at_all),
};
TEST_MAIN(tests)
