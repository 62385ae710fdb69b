/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/filing.h"
#include "appliance/casework/item_load.h"
#include "tests/testing.h"

#include <string.h>

#define TODAY 20778 /* 2026-11-21 */

/* A case of 8 submitted and 5 issued documents, number 004 void. */
typedef struct {
    GPtrArray *items, *orders;
    FilingSide sides[13][4];
    FilingDocument documents[16];
    CheckFacts check_facts;
    Check *check;
    FilingFacts facts;
} World;

static const struct {
    guint32 slot;
    const char *title, *reference;
    guint sides;
} papers[13] = {{1004, "水资源论证报告书", "", 4},
                {1001, "取水许可申请书", "", 4},
                {1002, "营业执照", "", 2},
                {1002, "营业执照(误收)", "", 1},
                {1003, "法定代表人身份证", "", 2},
                {1005, "取水地点位置图", "", 1},
                {1008, "节约用水承诺书", "", 1},
                {1001, "申请书附件", "", 2},
                {2001, "收件凭证", "", 1},
                {2002, "补正告知书", "昆水许补〔2026〕17号", 1},
                {2004, "受理通知书", "昆水许受〔2026〕21号", 1},
                {3001, "准予取水行政许可决定书", "昆水许准〔2026〕9号", 2},
                {2021, "送达回证", "", 1}};

static int world_up(void **state)
{
    World *world = g_new0(World, 1);
    gint64 id = 100;

    world->items = items_shipped(NULL);
    world->orders = filing_orders_shipped(NULL);
    assert_non_null(world->orders);
    for (guint i = 0; i < 13; i++) {
        for (guint k = 0; k < papers[i].sides; k++)
            world->sides[i][k] = (FilingSide){.id = id++, .sheet = k / 2 + 1, .side = k % 2 + 1};
        world->documents[i] =
            (FilingDocument){.number = i + 1,
                             .slot = papers[i].slot,
                             .title = papers[i].title,
                             .responsible = i < 8 ? "昆山液安公司" : "昆山市水务局",
                             .reference = papers[i].reference,
                             .date = TODAY + (Day)i,
                             .sides = world->sides[i],
                             .n_sides = papers[i].sides};
    }
    world->documents[3].void_reason = "误收,已退还";
    world->documents[7].is_annex = TRUE;
    world->sides[1][3].blank = TRUE;
    /* a check in which every slot is settled: the filing rule is on trial here */
    world->check_facts = (CheckFacts){.item = items_on(world->items, "100001", TODAY)};
    world->check = check_run(&world->check_facts);
    for (guint i = 0; i < world->check->slots->len; i++)
        ((SlotResult *)g_ptr_array_index(world->check->slots, i))->state = SLOT_COMPLETE;
    world->facts = (FilingFacts){.order = filing_order(world->orders, "procedure"),
                                 .item = world->check_facts.item,
                                 .check = world->check,
                                 .outcome = OUTCOME_GRANTED,
                                 .retention = "D30",
                                 .documents = world->documents,
                                 .n_documents = 13};
    *state = world;
    return 0;
}

static int world_down(void **state)
{
    World *world = *state;

    check_free(world->check);
    g_ptr_array_unref(world->items);
    g_ptr_array_unref(world->orders);
    g_free(world);
    return 0;
}

/* "2 8 1 3 …": numbers in filed order, then the void ones in brackets. */
static char *order_text(const Filing *filing)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < filing->entries->len; i++) {
        const FilingEntry *entry = g_ptr_array_index(filing->entries, i);

        g_string_append_printf(out, entry->position == 0 ? "%s(%u)" : "%s%u", i == 0 ? "" : " ",
                               entry->document->number);
    }
    return g_string_free(out, FALSE);
}

static void print_contents(const Filing *filing)
{
    g_autoptr(GPtrArray) rows = filing_contents(filing);

    for (guint i = 0; i < rows->len; i++) {
        g_autofree char *line = g_strjoinv(" | ", g_ptr_array_index(rows, i));

        print_message("  %s\n", line);
    }
}

static void positions_and_pages_follow_the_procedure(void **state)
{
    World *world = *state;
    g_autoptr(Filing) filing = filing_arrange(&world->facts);
    g_autofree char *order = order_text(filing);
    const FilingEntry *first = g_ptr_array_index(filing->entries, 0);

    assert_string_equal(order, "2 8 3 5 1 6 7 9 11 10 12 13 (4)");
    assert_int_equal(filing->n_positions, 12);
    assert_int_equal(filing->n_void, 1);
    assert_int_equal(filing->n_pages, 21);
    assert_int_equal(filing->n_blanks, 1);
    assert_int_equal(first->first_page, 1);
    assert_int_equal(first->last_page, 3); /* the fourth side is blank */
    assert_int_equal(first->blanks, 1);
    assert_true(filing_allowed(filing, NULL));
    print_contents(filing);
}

static void result_first_puts_the_decision_in_front(void **state)
{
    World *world = *state;
    g_autoptr(Filing) filing = NULL;
    g_autofree char *order = NULL;

    world->facts.order = filing_order(world->orders, "result-first");
    filing = filing_arrange(&world->facts);
    order = order_text(filing);
    assert_string_equal(order, "12 11 9 10 2 8 3 5 1 6 7 13 (4)");
    assert_true(filing_allowed(filing, NULL));
    print_contents(filing);
}

static void every_page_has_one_number_and_blanks_have_none(void **state)
{
    World *world = *state;
    g_autoptr(Filing) filing = filing_arrange(&world->facts);
    guint next = 1, blanks = 0;

    assert_int_equal(filing->pages->len, 22); /* the void document's side is left out */
    for (guint i = 0; i < filing->pages->len; i++) {
        guint page = g_array_index(filing->pages, FilingPage, i).page;

        if (page == 0)
            blanks++;
        else
            assert_int_equal(page, next++);
    }
    assert_int_equal(blanks, 1);
    assert_int_equal(next - 1, filing->n_pages);
}

static void the_input_order_does_not_matter(void **state)
{
    World *world = *state;
    g_autoptr(Filing) filing = filing_arrange(&world->facts);
    g_autofree char *before = order_text(filing);

    for (guint turn = 1; turn < 13; turn++) {
        g_autoptr(Filing) again = NULL;
        g_autofree char *after = NULL;
        FilingDocument first = world->documents[0];

        memmove(world->documents, world->documents + 1, 12 * sizeof *world->documents);
        world->documents[12] = first;
        again = filing_arrange(&world->facts);
        after = order_text(again);
        assert_string_equal(after, before);
    }
}

static void inside_a_document_the_finished_comes_first(void **state)
{
    World *world = *state;
    FilingDocument *documents = world->documents;
    g_autoptr(Filing) filing = NULL;
    g_autofree char *order = NULL;

    /* five papers of one slot, numbered the wrong way round */
    for (guint i = 0; i < 5; i++) {
        documents[i].slot = 1001;
        documents[i].void_reason = NULL;
    }
    documents[0].is_incoming = TRUE;
    documents[1].is_draft = TRUE;
    documents[2].is_annex = TRUE;
    documents[3].is_copy = TRUE;
    world->facts.n_documents = 5;
    filing = filing_arrange(&world->facts);
    order = order_text(filing);
    assert_string_equal(order, "5 4 3 2 1");
}

/* The reasons against filing as tokens. */
static char *reasons_of(const World *world)
{
    g_autoptr(Filing) filing = filing_arrange(&world->facts);
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < filing->reasons->len; i++) {
        const FilingReason *reason = g_ptr_array_index(filing->reasons, i);

        assert_true(*reason->text != '\0' && *reason->text_en != '\0');
        g_string_append_printf(out, "%s%s", i == 0 ? "" : " ", filing_reason_token(reason->code));
    }
    return g_string_free(out, FALSE);
}

static void expect_reasons(const World *world, const char *expected)
{
    g_autofree char *found = reasons_of(world);

    assert_string_equal(found, expected);
    print_message("  refused: %s\n", found);
}

static SlotResult *slot_of(World *world, guint32 slot)
{
    return (SlotResult *)check_slot(world->check, slot);
}

static void every_reason_is_listed(void **state)
{
    World *world = *state;
    g_autoptr(Filing) filing = NULL;
    g_autoptr(GError) error = NULL;

    expect_reasons(world, "");
    slot_of(world, 1001)->state = SLOT_MISSING;
    expect_reasons(world, "missing");
    slot_of(world, 1002)->state = SLOT_WRONG;
    slot_of(world, 1003)->state = SLOT_PERSON;
    slot_of(world, 1005)->state = SLOT_LATER;
    world->facts.retention = NULL;
    world->facts.outcome = OUTCOME_OPEN;
    world->sides[4][0].unread = TRUE;
    world->documents[5].n_sides = 0;
    world->documents[8].number = 14;
    world->facts.unplaced = 2;
    expect_reasons(world, "not-ended person later unaccounted unread no-page unplaced retention");
    world->facts.unplaced = 0;
    world->documents[8].number = 9;
    world->facts.outcome = OUTCOME_GRANTED;
    expect_reasons(world, "missing wrong person later unread no-page retention");
    filing = filing_arrange(&world->facts);
    assert_false(filing_allowed(filing, &error));
    assert_error_code(error, ERROR_FILING_REFUSED);
}

static void a_missing_and_a_double_number_are_named(void **state)
{
    World *world = *state;
    g_autoptr(Filing) filing = NULL;

    world->documents[12].number = 12;
    filing = filing_arrange(&world->facts);
    assert_int_equal(filing->reasons->len, 1);
    assert_string_equal(((FilingReason *)g_ptr_array_index(filing->reasons, 0))->text,
                        "统一编号 012 重复");
    world->documents[12].number = 14;
    g_clear_pointer(&filing, filing_free);
    filing = filing_arrange(&world->facts);
    assert_int_equal(filing->reasons->len, 1);
    assert_string_equal(((FilingReason *)g_ptr_array_index(filing->reasons, 0))->text_en,
                        "document number 013 is not accounted for");
}

static void a_number_out_of_range_is_one_reason(void **state)
{
    World *world = *state;

    world->documents[12].number = 4000000000u;
    expect_reasons(world, "unaccounted");
    world->documents[12].number = 0;
    expect_reasons(world, "unaccounted");
}

/* Whatever the papers are: positions 1…n, pages 1…m, each side once, and the same again when
 * filed and arranged anew. */
static void any_set_of_papers_is_numbered_without_a_gap(void **state)
{
    static const guint32 slots[] = {1001, 1002, 1003, 1004, 1005, 2001, 2002,
                                    2004, 2012, 2021, 2019, 3001, 3003};
    World *world = *state;
    GRand *random = g_rand_new_with_seed(7);

    for (int turn = 0; turn < 500; turn++) {
        g_autoptr(Filing) filing = NULL;
        guint position = 0, page = 0, sides = 0;

        world->facts.order =
            filing_order(world->orders, turn % 2 == 0 ? "procedure" : "result-first");
        for (guint i = 0; i < 13; i++) {
            FilingDocument *document = &world->documents[i];

            document->slot = slots[g_rand_int_range(random, 0, G_N_ELEMENTS(slots))];
            document->n_sides = (gsize)g_rand_int_range(random, 1, 5);
            document->void_reason = g_rand_int_range(random, 0, 6) == 0 ? "重号" : NULL;
            for (gsize k = 0; k < document->n_sides; k++)
                world->sides[i][k].blank = k > 0 && g_rand_boolean(random);
            sides += document->void_reason == NULL ? (guint)document->n_sides : 0;
        }
        filing = filing_arrange(&world->facts);
        for (guint i = 0; i < filing->entries->len; i++) {
            const FilingEntry *entry = g_ptr_array_index(filing->entries, i);

            assert_int_equal(entry->position == 0, entry->document->void_reason != NULL);
            if (entry->position == 0)
                continue;
            assert_int_equal(entry->position, ++position);
            assert_int_equal(entry->first_page, page + 1);
            page = entry->last_page;
            assert_int_equal(entry->last_page - entry->first_page + 1, entry->pages);
        }
        assert_int_equal(filing->n_positions, position);
        assert_int_equal(filing->n_pages, page);
        assert_int_equal(filing->pages->len, sides);
        assert_int_equal(filing->n_pages + filing->n_blanks, sides);
        assert_true(filing_allowed(filing, NULL));
    }
    g_rand_free(random);
}

static void other_endings_file_with_what_there_is_and_say_so(void **state)
{
    World *world = *state;
    g_autoptr(Filing) filing = NULL;

    slot_of(world, 1001)->state = SLOT_MISSING;
    slot_of(world, 1002)->state = SLOT_WRONG;
    world->facts.outcome = OUTCOME_OTHER;
    filing = filing_arrange(&world->facts);
    assert_true(filing_allowed(filing, NULL));
    assert_int_equal(filing->remarks->len, 4); /* two slots, one void number, one blank side */
    assert_string_equal(g_ptr_array_index(filing->remarks, 0), "A01 取水许可申请书:缺");
    slot_of(world, 1003)->state = SLOT_PERSON;
    slot_of(world, 1003)->documents = 1;
    expect_reasons(world, "person");
}

static void an_ended_case_waits_for_no_answer_and_no_promise(void **state)
{
    World *world = *state;
    g_autoptr(Filing) filing = NULL;

    slot_of(world, 1005)->state = SLOT_LATER;
    slot_of(world, 1006)->state = SLOT_PERSON; /* whether it is needed was never answered */
    slot_of(world, 1006)->documents = 0;
    expect_reasons(world, "later person");
    world->facts.outcome = OUTCOME_OTHER;
    filing = filing_arrange(&world->facts);
    assert_true(filing_allowed(filing, NULL));
    assert_non_null(strstr(g_ptr_array_index(filing->remarks, 0), "A05"));
    assert_non_null(strstr(g_ptr_array_index(filing->remarks, 1), "A06"));
}

static void a_placeholder_needs_no_image(void **state)
{
    World *world = *state;

    world->documents[5].n_sides = 0;
    expect_reasons(world, "no-page");
    world->documents[5].placeholder = "A0 图纸,存图纸柜";
    expect_reasons(world, "");
}

/* File, then a late paper comes: what was fixed stays, the new one goes behind. */
static void a_late_paper_goes_behind_the_last_page(void **state)
{
    World *world = *state;
    g_autoptr(Filing) filing = filing_arrange(&world->facts), later = NULL;
    g_autofree char *order = NULL;
    FilingSide late[2] = {{.id = 900, .sheet = 1, .side = 1}, {.id = 901, .blank = TRUE}};
    const FilingEntry *last;

    for (guint i = 0; i < filing->entries->len; i++) {
        const FilingEntry *entry = g_ptr_array_index(filing->entries, i);

        ((FilingDocument *)entry->document)->fixed_position = entry->position;
    }
    for (guint i = 0; i < filing->pages->len; i++) {
        const FilingPage *page = &g_array_index(filing->pages, FilingPage, i);

        for (guint d = 0; d < 13; d++)
            for (guint k = 0; k < 4; k++)
                if (world->sides[d][k].id == page->id)
                    world->sides[d][k].fixed_page = page->page;
    }
    world->documents[13] = (FilingDocument){.number = 14,
                                            .slot = 1001, /* would stand first */
                                            .title = "补充材料",
                                            .date = TODAY + 90,
                                            .sides = late,
                                            .n_sides = 2};
    world->facts.n_documents = 14;
    later = filing_arrange(&world->facts);
    order = order_text(later);
    assert_string_equal(order, "2 8 3 5 1 6 7 9 11 10 12 13 14 (4)");
    last = g_ptr_array_index(later->entries, 12);
    assert_int_equal(last->position, 13);
    assert_int_equal(last->first_page, 22);
    assert_int_equal(later->n_pages, 22);
    for (guint i = 0; i < filing->pages->len; i++) {
        const FilingPage *before = &g_array_index(filing->pages, FilingPage, i),
                         *after = &g_array_index(later->pages, FilingPage, i);

        assert_int_equal(before->id, after->id);
        assert_int_equal(before->page, after->page);
    }
}

static void the_contents_list_has_the_columns_of_the_standard(void **state)
{
    World *world = *state;
    g_autoptr(Filing) filing = NULL;
    g_autoptr(GPtrArray) rows = NULL;
    g_autofree char *head = g_strjoinv(" ", (char **)filing_contents_columns);
    g_autofree char *eleventh = NULL, *last = NULL, *void_row = NULL;

    assert_string_equal(head, "顺序号 文号 责任者 题名 日期 页号 备注");
    world->documents[11].own_title = TRUE;
    world->sides[12][1] = (FilingSide){.id = 999};
    world->documents[12].n_sides = 2;
    filing = filing_arrange(&world->facts);
    rows = filing_contents(filing);
    assert_int_equal(rows->len, 13);
    eleventh = g_strjoinv("|", g_ptr_array_index(rows, 10));
    last = g_strjoinv("|", g_ptr_array_index(rows, 11));
    void_row = g_strjoinv("|", g_ptr_array_index(rows, 12));
    assert_string_equal(eleventh, "11|昆水许准〔2026〕9号|昆山市水务局|[准予取水行政许可决定书]|"
                                  "20261202|19|");
    assert_string_equal(last, "12||昆山市水务局|送达回证|20261203|21-22|");
    assert_string_equal(void_row, "||昆山液安公司|营业执照(误收)|20261124||作废:误收,已退还");
}

static void the_item_row_and_the_stamp_are_filled(void **state)
{
    World *world = *state;
    g_autoptr(Filing) filing = filing_arrange(&world->facts);
    const FilingItem item = {1,
                             "Z109-ZY·XK·SL·2026·D30·水政科-0001",
                             "昆水许准〔2026〕9号",
                             "昆山市水务局",
                             "昆山液安公司取水许可",
                             "公开",
                             NULL,
                             TODAY};
    const ArchiveNumber number = {.fonds = (char *)"Z109",
                                  .category = (char *)"ZY·XK·SL",
                                  .year = 2026,
                                  .retention = (char *)"D30",
                                  .unit = (char *)"水政科",
                                  .item = 1};
    g_auto(GStrv) row = filing_item_row(filing, &item);
    g_auto(GStrv) cells = filing_stamp(&number, filing->n_pages);
    g_autofree char *line = g_strjoinv("|", row), *stamp = g_strjoinv("|", cells);

    assert_string_equal(line, "1|Z109-ZY·XK·SL·2026·D30·水政科-0001|昆水许准〔2026〕9号|"
                              "昆山市水务局|昆山液安公司取水许可|20261121|公开|21|");
    assert_string_equal(stamp, "Z109|2026|0001|水政科|D30|21");
}

static void the_cover_and_the_remarks_sheet_count(void **state)
{
    World *world = *state;
    g_autoptr(Filing) filing = filing_arrange(&world->facts);
    const FilingCover cover = {"昆山市水务局", "取水许可", "昆山液安公司取水许可",
                               "D30",          NULL,       "Z109-ZY·XK·SL·2026·D30-001-001"};
    g_auto(GStrv) fields = filing_cover(filing, &cover);
    g_autofree char *line = g_strjoinv("|", fields), *note = filing_note(filing);

    assert_string_equal(line, "昆山市水务局|取水许可|昆山液安公司取水许可|20261121-20261203|D30|12|"
                              "21||Z109-ZY·XK·SL·2026·D30-001-001");
    assert_string_equal(note, "本卷共有文件材料12件21页,空白面1面,作废编号1个。\n"
                              "统一编号 002 有空白面1面,不编页号\n"
                              "统一编号 004 作废:误收,已退还");
}

static void orders_that_are_wrong_are_refused(void **state)
{
    static const struct {
        const char *text, *why;
    } bad[] = {
        {"{\"format\":\"anjuan-orders/1\",\"orders\":[{\"name\":\"own\",\"version\":1,\n"
         "\"title\":\"试\",\"ranks\":[\"application\",\"materials\",\n\"praise\",\"rest\"]}]}",
         "own.json, line 3, /orders/0/ranks/2: unknown paper praise"},
        {"{\"format\":\"anjuan-orders/1\",\"orders\":[{\"name\":\"own\",\"version\":1,\n"
         "\"title\":\"试\",\"ranks\":[\"application\",\"materials\",\"receipt\"]}]}",
         "no place for"},
        {"{\"format\":\"anjuan-orders/1\",\"orders\":[{\"name\":\"own\",\"version\":1,\n"
         "\"title\":\"试\",\"ranks\":[\"application\",\"materials\",\"rest\",\"rest\"]}]}",
         "stands here twice"},
    };

    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;

        assert_null(filing_orders_load(bad[i].text, strlen(bad[i].text), "own.json", &error));
        assert_error_code(error, ERROR_DEFINITION);
        if (strstr(error->message, bad[i].why) == NULL)
            fail_msg("%s", error->message);
    }
}

static void the_file_fed_again_names_what_is_missing_extra_or_moved(void **state)
{
    const gint64 expected[] = {1, 2, 3, 4, 5, 6};
    const gint64 found[] = {1, 3, 4, 2, 77, 6};
    g_autoptr(FilingMatch) match = filing_match(expected, 6, found, 6);
    g_autoptr(FilingMatch) same = filing_match(expected, 6, expected, 6);
    g_autoptr(FilingMatch) none = filing_match(expected, 6, found, 0);

    (void)state;
    assert_int_equal(match->missing->len, 1);
    assert_int_equal(g_array_index(match->missing, gint64, 0), 5);
    assert_int_equal(match->extra->len, 1);
    assert_int_equal(g_array_index(match->extra, gint64, 0), 77);
    assert_int_equal(match->moved->len, 1);
    assert_int_equal(g_array_index(match->moved, gint64, 0), 2);
    assert_int_equal(same->missing->len + same->extra->len + same->moved->len, 0);
    assert_int_equal(none->missing->len, 6);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_up, world_down)
static const struct CMUnitTest tests[] = {
    TEST(positions_and_pages_follow_the_procedure),
    TEST(result_first_puts_the_decision_in_front),
    TEST(every_page_has_one_number_and_blanks_have_none),
    TEST(the_input_order_does_not_matter),
    TEST(inside_a_document_the_finished_comes_first),
    TEST(every_reason_is_listed),
    TEST(a_missing_and_a_double_number_are_named),
    TEST(a_number_out_of_range_is_one_reason),
    TEST(any_set_of_papers_is_numbered_without_a_gap),
    TEST(other_endings_file_with_what_there_is_and_say_so),
    TEST(an_ended_case_waits_for_no_answer_and_no_promise),
    TEST(a_placeholder_needs_no_image),
    TEST(a_late_paper_goes_behind_the_last_page),
    TEST(the_contents_list_has_the_columns_of_the_standard),
    TEST(the_item_row_and_the_stamp_are_filled),
    TEST(the_cover_and_the_remarks_sheet_count),
    TEST(orders_that_are_wrong_are_refused),
    TEST(the_file_fed_again_names_what_is_missing_extra_or_moved),
};

TEST_MAIN(tests)
