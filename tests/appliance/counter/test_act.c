/* SPDX-License-Identifier: Apache-2.0
 *
 * Steps that carry time, a second person or a stand-in from the rules to the records: what falls
 * due by itself, later entry, corrections, releases, and endings that are all filed.
 */
#include "appliance/casework/definition.h"
#include "appliance/counter/archive_view.h"
#include "appliance/counter/case_open.h"
#include "appliance/counter/case_place.h"
#include "appliance/counter/copies.h"
#include "appliance/counter/sweep.h"
#include "tests/appliance/counter/hall.h"

#include <string.h>

#define WATER   "100001" /* five working days, silence accepts; 15 to supplement, then it lapses */
#define LICENCE "100007"

static const StoreActor supervisor = {"000002", "window:003"};

static LifeStage stage_of(const Hall *hall, const char *number)
{
    CaseLife life;

    hall_life(hall, number, &life);
    return life.state.stage;
}

static guint flags_of(const Hall *hall, const char *number)
{
    CaseLife life;

    hall_life(hall, number, &life);
    return life.state.flags;
}

/* The codes of the documents of a case, "A01 B01 …". */
static char *codes_of(const Hall *hall, const char *number)
{
    g_autoptr(json_t) rows = hall_documents(hall, number);

    return hall_codes(rows);
}

static void answer_no(const Hall *hall, const char *number, const char *const *questions)
{
    for (; *questions != NULL; questions++) {
        g_autofree char *what = g_strconcat("answer:", *questions, NULL);
        GError *error = NULL;
        gboolean ok =
            case_note(hall->house, &hall_clerk, &(CaseFact){number, "", what, "no"}, &error);

        assert_no_error(error);
        assert_true(ok);
    }
}

static const char *const water_questions[] = {"agent", "third-party", "groundwater", NULL};

static void sweep(const Hall *hall)
{
    GError *error = NULL;
    gboolean ok = sweep_due(hall->house, NULL, NULL, &error);

    assert_no_error(error);
    assert_true(ok);
}

/* ── what falls due by itself ────────────────────────────────────────────────────────────── */

static void silence_accepts_as_of_the_receipt_and_writes_the_paper(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, WATER), *codes = NULL;
    CaseLife life;
    Day received = house_today(hall.house);

    hall_now_us += 7 * DAY_US; /* the fifth working day */
    sweep(&hall);
    assert_int_equal(stage_of(&hall, number), LIFE_RECEIVED);
    hall_now_us += DAY_US;
    sweep(&hall);
    hall_life(&hall, number, &life);
    assert_int_equal(life.state.stage, LIFE_ACCEPTED);
    assert_int_equal(life.state.effective, received);
    assert_int_equal(life.state.accepted, house_today(hall.house));
    assert_true(life.state.flags & FLAG_SILENCE);
    codes = codes_of(&hall, number);
    assert_string_equal(codes, "B04");
    sweep(&hall); /* nothing twice */
    g_free(codes);
    codes = codes_of(&hall, number);
    assert_string_equal(codes, "B04");
    hall_close(&hall);
}

static char *told(const Hall *hall)
{
    char *number = hall_case(hall, WATER);

    answer_no(hall, number, water_questions);
    hall_step(hall, number, (LifeEvent){.type = EVENT_SUPPLEMENT, .actor = ACTOR_CLERK});
    hall_step(hall, number,
              (LifeEvent){.type = EVENT_TELL, .actor = ACTOR_CLERK, .told = TOLD_SIGNED});
    return number;
}

static void who_does_not_bring_it_in_time_lapses_by_the_clock(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = told(&hall), *codes = NULL;

    hall_now_us += 14 * DAY_US;
    sweep(&hall);
    assert_int_equal(stage_of(&hall, number), LIFE_SUPPLEMENT);
    hall_now_us += 14 * DAY_US;
    sweep(&hall);
    assert_int_equal(stage_of(&hall, number), LIFE_LAPSED);
    codes = codes_of(&hall, number);
    assert_string_equal(codes, "B02 B26");
    hall_close(&hall);
}

/* A case of which one tolerable slot is missing, with the promise for it. */
static char *tolerated(const Hall *hall, Day until)
{
    static const char *const questions[] = {"agent", "address-change", "legal-change", NULL};
    static const char *const slots[] = {"A01", "A02", "A03", "A04"};
    static const char *const key = "A07";
    char *number = hall_case(hall, LICENCE);
    GError *error = NULL;
    g_autoptr(json_t) fields =
        json_pack("{s:s, s:s}", "applicant_licence", "张三", "uscc", "91320583MA1ABCD2XM");
    CaseFact facts[] = {
        {number, "", "answer:name-change", "yes"}, {number, "A01", "tick:signature", "yes"},
        {number, "A01", "tick:seal", "yes"},       {number, "A02", "tick:signature", "yes"},
        {number, "A04", "tick:signature", "yes"},  {number, "A03", "originals", "2"}};
    SideName more = hall_page(hall, NULL, number);
    gint64 document = 1;

    answer_no(hall, number, questions);
    for (gsize i = 0; i < G_N_ELEMENTS(slots); i++)
        hall_hand_in(hall, number, slots[i]);
    assert_true(case_place(hall->house, &hall_clerk, &(CasePlacing){number, NULL, 1, &more, 1},
                           &document, &error));
    for (gsize i = 0; i < G_N_ELEMENTS(facts); i++)
        assert_true(case_note(hall->house, &hall_clerk, &facts[i], &error));
    assert_true(case_enter_fields(hall->house, &hall_clerk, number, fields, &error));
    hall_step(hall, number,
              (LifeEvent){.type = EVENT_PLEDGE,
                          .actor = ACTOR_CLERK,
                          .keys = &key,
                          .n_keys = 1,
                          .tolerate = TRUE,
                          .until = until});
    hall_step(
        hall, number,
        (LifeEvent){.type = EVENT_ACCEPT, .actor = ACTOR_CLERK, .tolerate = TRUE, .until = until});
    return number;
}

static void a_promise_that_is_not_kept_is_noted_by_the_clock(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    Day until = house_today(hall.house) + 3;
    g_autofree char *number = tolerated(&hall, until), *archive_number = NULL;
    ArchiveRequest request = {.number = number};
    GError *error = NULL;

    sweep(&hall);
    assert_false(flags_of(&hall, number) & FLAG_TOLERANCE_OVER);
    hall_now_us += 4 * DAY_US;
    sweep(&hall);
    assert_true(flags_of(&hall, number) & FLAG_TOLERANCE_OVER);
    /* It is denied, told so, and filed with what there is. */
    hall_step(&hall, number,
              (LifeEvent){.type = EVENT_DECIDE, .actor = ACTOR_DEPARTMENT, .reason = "逾期未补齐"});
    hall_step(&hall, number,
              (LifeEvent){.type = EVENT_DELIVER, .actor = ACTOR_CLERK, .told = TOLD_SIGNED});
    assert_true(archive_file(hall.house, &hall_clerk, &request, &archive_number, &error));
    hall_close(&hall);
}

/* ── receiving ───────────────────────────────────────────────────────────────────────────── */

static gboolean open_late(const Hall *hall, CaseOpening opening, char **number, GError **error)
{
    opening.item = WATER;
    opening.applicant = "张三";
    return case_open(hall->house, &hall_clerk, &opening, number, error);
}

static void a_later_entry_counts_from_the_day_it_came_in(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    CaseOpening late = {.received_us =
                            day_instant(house_today(hall.house) - 2, 16 * 60 + 5, HOUSE_OFFSET_S)};
    g_autofree char *number = NULL;
    g_autoptr(json_t) row = NULL;
    GError *error = NULL;
    CaseLife life;

    assert_false(open_late(&hall, late, &number, &error)); /* no reason */
    assert_error_code(error, ERROR_INVALID);
    g_clear_error(&error);
    late.reason = "停电";
    assert_false(open_late(&hall, late, &number, &error)); /* nobody else stands for it */
    assert_error_code(error, ERROR_SECOND_PERSON);
    g_clear_error(&error);
    late.second = hall_clerk.actor;
    assert_false(open_late(&hall, late, &number, &error));
    g_clear_error(&error);
    late.second = supervisor.actor;
    assert_true(open_late(&hall, late, &number, &error));
    hall_life(&hall, number, &life);
    assert_true(life.state.flags & FLAG_LATE_ENTRY);
    assert_int_equal(life.state.recorded - life.state.received, 2);
    assert_int_equal(life.state.received_minute, 16 * 60 + 5);
    row = hall_row(&hall, number);
    assert_string_equal(json_text(row, "received_at"), "2026-11-18T08:05:00Z");
    hall_close(&hall);
}

static void
taking_in_for_a_colleague_names_her_and_keeps_her_name_secret(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    CaseOpening opening = {.evidence = EVIDENCE_TAKEN_FOR};
    g_autofree char *number = NULL, *journal = NULL;
    GError *error = NULL;
    CaseLife life;

    assert_false(open_late(&hall, opening, &number, &error));
    g_clear_error(&error);
    opening.taken_for = "李代收";
    assert_true(open_late(&hall, opening, &number, &error));
    hall_life(&hall, number, &life);
    assert_int_equal(life.state.evidence, EVIDENCE_TAKEN_FOR);
    hall_close(&hall);
}

/* ── at the counter ──────────────────────────────────────────────────────────────────────── */

static void a_correction_names_the_image_before_and_after(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    gint64 before = hall_hand_in(&hall, number, "A01"), after = hall_hand_in(&hall, number, "A01");
    CaseAct act = {.number = number, .event = {.type = EVENT_CORRECT, .actor = ACTOR_CLERK}};
    g_auto(CaseActDone) done = {0};
    GError *error = NULL;

    assert_false(case_act(hall.house, &hall_clerk, &act, &done, &error));
    assert_error_code(error, ERROR_INVALID);
    g_clear_error(&error);
    act.event.paper = (guint32)after;
    act.event.paper_before = (guint32)before;
    assert_true(case_act(hall.house, &hall_clerk, &act, &done, &error));
    assert_int_equal(done.issued.n, 0);
    hall_close(&hall);
}

static void
an_old_defect_is_released_by_the_supervisor_before_it_is_told(void **state G_GNUC_UNUSED)
{
    static const char *const key = "A05/missing";
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    g_autoptr(json_t) rows = NULL;
    GError *error = NULL;
    CaseAct supplement = {.number = number,
                          .event = {.type = EVENT_SUPPLEMENT, .actor = ACTOR_CLERK}};
    g_auto(CaseActDone) done = {0};

    hall_fill(&hall, number, "A04");
    hall_step(&hall, number, (LifeEvent){.type = EVENT_SUPPLEMENT, .actor = ACTOR_CLERK});
    hall_step(&hall, number,
              (LifeEvent){.type = EVENT_TELL, .actor = ACTOR_CLERK, .told = TOLD_SIGNED});
    hall_hand_in(&hall, number, "A04");
    hall_step(&hall, number, (LifeEvent){.type = EVENT_BRING, .actor = ACTOR_CLERK});
    /* Only now somebody sees that what lies in A05 is another's. */
    assert_true(case_void_document(hall.house, &hall_clerk, number, 4, "another's", &error));
    hall_step(&hall, number, (LifeEvent){.type = EVENT_FIRST_CHECK, .actor = ACTOR_CLERK});
    assert_false(case_act(hall.house, &hall_clerk, &supplement, &done, &error));
    assert_error_code(error, ERROR_RULE);
    g_clear_error(&error);
    hall_step(&hall, number,
              (LifeEvent){.type = EVENT_RELEASE,
                          .actor = ACTOR_SUPERVISOR,
                          .keys = &key,
                          .n_keys = 1,
                          .reason = "材料有误, 迟发现"});
    assert_true(case_act(hall.house, &hall_clerk, &supplement, &done, &error));
    assert_true(flags_of(&hall, number) & FLAG_NOT_ONCE);
    hall_close(&hall);
}

static void a_return_that_is_revoked_is_received_again(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM), *codes = NULL;
    CaseAct review = {
        .number = number,
        .event = {
            .type = EVENT_REVIEW, .actor = ACTOR_CENTRE, .reason = "退回理由不成立", .good = TRUE}};
    g_autoptr(json_t) values = json_pack("{s:s}", "grounds", "材料已补充规划意见");
    g_auto(CaseActDone) done = {0};
    GError *error = NULL;

    hall_fill(&hall, number, NULL);
    hall_step(&hall, number,
              (LifeEvent){.type = EVENT_RETURN, .actor = ACTOR_CLERK, .reason = "不符合规划"});
    assert_false(case_act(hall.house, &hall_clerk, &review, &done, &error)); /* she returned it */
    assert_error_code(error, ERROR_SECOND_PERSON);
    g_clear_error(&error);
    assert_false(case_act(hall.house, &supervisor, &review, &done, &error)); /* on what grounds? */
    assert_error_code(error, ERROR_INVALID);
    assert_non_null(strstr(error->message, "grounds"));
    g_clear_error(&error);
    review.values = values;
    assert_true(case_act(hall.house, &supervisor, &review, &done, &error));
    assert_int_equal(stage_of(&hall, number), LIFE_RECEIVED);
    assert_true(flags_of(&hall, number) & FLAG_OVERTURNED);
    codes = codes_of(&hall, number);
    assert_string_equal(codes, "A01 A02 A03 A04 A05 A06 A07 B08 B09");
    hall_close(&hall);
}

/* ── papers ──────────────────────────────────────────────────────────────────────────────── */

static void a_paper_keeps_who_gets_which_copy(void **state G_GNUC_UNUSED)
{
    static const char *const receivers[] = {"存窗口", "报业务科(登记后移交督查科)",
                                            "报审批部门领导", "交服务对象"};
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    GError *error = NULL;
    g_autoptr(Catalog) reader = NULL;
    g_autoptr(json_t) copies = NULL;
    gsize i;
    json_t *copy;

    hall_fill(&hall, number, NULL);
    hall_step(&hall, number,
              (LifeEvent){
                  .type = EVENT_KIND, .actor = ACTOR_CLERK, .kind = "promise", .reason = "需踏勘"});
    hall_step(&hall, number, (LifeEvent){.type = EVENT_ACCEPT, .actor = ACTOR_CLERK});
    reader = store_reader(hall.store, &error);
    copies = copies_of_case(reader, number, &error);
    assert_int_equal(json_array_size(copies), 4);
    json_array_foreach(copies, i, copy)
    {
        assert_int_equal(json_int(copy, "document", 0), 8);
        assert_int_equal(json_int(copy, "copy", 0), (int)i + 1);
        assert_string_equal(json_text(copy, "receiver"), receivers[i]);
        assert_false(json_flag(copy, "signed"));
    }
    hall_close(&hall);
}

static void a_paper_of_a_step_does_not_come_without_it(void **state G_GNUC_UNUSED)
{
    static const PaperKind alone[] = {PAPER_ORIGINALS_BACK, PAPER_COLLECTION, PAPER_CERTIFIED_COPY,
                                      PAPER_HAND_OVER};
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);

    for (int kind = 1; kind < PAPER_COUNT; kind++) {
        PaperRequest request = {.number = number, .kind = (PaperKind)kind};
        g_auto(PapersIssued) issued = {0};
        GError *error = NULL;
        gboolean free_kind = FALSE;

        for (gsize i = 0; i < G_N_ELEMENTS(alone); i++)
            free_kind = free_kind || alone[i] == (PaperKind)kind;
        if (free_kind)
            continue;
        if (paper_issue(hall.house, &hall_clerk, &request, &issued, &error))
            fail_msg("%s was issued", paper_kind_token((PaperKind)kind));
        assert_error_code(error, ERROR_RULE);
        g_clear_error(&error);
    }
    hall_close(&hall);
}

/* ── every ending is filed ───────────────────────────────────────────────────────────────── */

static void a_withdrawn_case_is_filed_with_its_questions_open(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, WATER), *archive_number = NULL;
    ArchiveRequest request = {.number = number};
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(hall.store, &error);
    g_autoptr(ArchiveView) view = NULL;

    hall_step(&hall, number, (LifeEvent){.type = EVENT_WITHDRAW, .actor = ACTOR_CLERK});
    g_clear_pointer(&reader, catalog_close);
    reader = store_reader(hall.store, &error);
    view = archive_view(hall.house, reader, number, NULL, &error);
    assert_int_equal(archive_view_filing(view)->reasons->len, 0);
    assert_true(archive_view_filing(view)->remarks->len >= 4); /* what was never answered */
    assert_true(archive_file(hall.house, &hall_clerk, &request, &archive_number, &error));
    hall_close(&hall);
}

static void
a_paper_that_lies_there_is_looked_at_before_any_ending_is_filed(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, WATER), *archive_number = NULL;
    ArchiveRequest request = {.number = number};
    GError *error = NULL;

    hall_hand_in(&hall, number, "A08"); /* whether it is sealed, only a person can see */
    hall_step(&hall, number, (LifeEvent){.type = EVENT_WITHDRAW, .actor = ACTOR_CLERK});
    assert_false(archive_file(hall.house, &hall_clerk, &request, &archive_number, &error));
    assert_error_code(error, ERROR_FILING_REFUSED);
    g_clear_error(&error);
    assert_true(
        case_note(hall.house, &hall_clerk, &(CaseFact){number, "A08", "tick:seal", "no"}, &error));
    assert_true(archive_file(hall.house, &hall_clerk, &request, &archive_number, &error));
    hall_close(&hall);
}

/* ── definitions ─────────────────────────────────────────────────────────────────────────── */

static char *changed(const char *from, const char *to)
{
    const Embedded *file = definition_shipped("item-licence-change.json");
    g_autofree char *text = g_strndup((const char *)file->bytes, file->size);
    g_auto(GStrv) parts = g_strsplit(text, from, 2);

    assert_non_null(parts[1]);
    return g_strjoinv(to, parts);
}

static void an_item_that_names_what_is_not_there_is_refused(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *from, *to, *said;
    } cases[] = {{"\"department\": \"market\"", "\"department\": \"moon\"", "moon"},
                 {"\"kind\": \"instant\"", "\"kind\": \"royal\"", "royal"},
                 {"\"order\": \"result-first\"", "\"order\": \"backwards\"", "backwards"},
                 {"\"role\": \"main\"", "\"role\": \"attachment\"", NULL}};
    Hall hall = hall_made("procedure");

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = changed(cases[i].from, cases[i].to);
        g_autofree char *before = hall_dump(&hall), *after = NULL;
        GError *error = NULL;
        gboolean ok;

        if (cases[i].said == NULL) { /* the second main material too: none is left */
            g_autofree char *once = g_steal_pointer(&text);
            g_auto(GStrv) parts = g_strsplit(once, "\"role\": \"main\"", -1);

            text = g_strjoinv("\"role\": \"attachment\"", parts);
        }
        ok = house_import_item(hall.house, &hall_clerk, text, strlen(text), "x.json", NULL, &error);
        if (ok)
            fail_msg("%s was imported", cases[i].to);
        assert_non_null(strstr(error->message, "x.json"));
        assert_true(cases[i].said == NULL || strstr(error->message, cases[i].said) != NULL);
        assert_error_code(error, ERROR_DEFINITION);
        g_clear_error(&error);
        after = hall_dump(&hall);
        assert_string_equal(after, before);
    }
    hall_close(&hall);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(silence_accepts_as_of_the_receipt_and_writes_the_paper),
    cmocka_unit_test(who_does_not_bring_it_in_time_lapses_by_the_clock),
    cmocka_unit_test(a_promise_that_is_not_kept_is_noted_by_the_clock),
    cmocka_unit_test(a_later_entry_counts_from_the_day_it_came_in),
    cmocka_unit_test(taking_in_for_a_colleague_names_her_and_keeps_her_name_secret),
    cmocka_unit_test(a_correction_names_the_image_before_and_after),
    cmocka_unit_test(an_old_defect_is_released_by_the_supervisor_before_it_is_told),
    cmocka_unit_test(a_return_that_is_revoked_is_received_again),
    cmocka_unit_test(a_paper_keeps_who_gets_which_copy),
    cmocka_unit_test(a_paper_of_a_step_does_not_come_without_it),
    cmocka_unit_test(a_withdrawn_case_is_filed_with_its_questions_open),
    cmocka_unit_test(a_paper_that_lies_there_is_looked_at_before_any_ending_is_filed),
    cmocka_unit_test(an_item_that_names_what_is_not_there_is_refused),
};
TEST_MAIN(tests)
