/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/check.h"
#include "appliance/casework/item_load.h"
#include "tests/testing.h"

#include <string.h>

#define TODAY 20778 /* 2026-11-21 */

/* A case for an industrial production permit in which nothing is wrong. */
typedef struct {
    GPtrArray *items;
    CheckFacts facts;
    CheckDocument documents[16];
    CheckField fields[20];
    CheckAnswer answers[4];
    CheckExemption exemption;
    CheckPromise promise;
    CheckTolerance tolerance;
    CheckSide side;
    guint32 numbers[16];
} World;

/* What the cases below have seen: the last case wants all of it. */
static guint seen_states, seen_defects;

#define ALL_TICKS ((1u << SLOT_TICKS) - 1)

static CheckDocument document(guint32 number, guint32 slot, guint copies, guint pages)
{
    return (CheckDocument){.number = number,
                           .slot = slot,
                           .originals = 1,
                           .copies = copies,
                           .pages = pages,
                           .issued = TODAY - 30,
                           .expires = DAY_FOREVER,
                           .ticked = ALL_TICKS};
}

static const CheckField good_fields[] = {
    {"applicant", 0, "昆山液安化工有限公司", FALSE},
    {"applicant_licence", 0, "昆山液安化工有限公司", FALSE},
    {"uscc", 0, "91320583MA1ABCD2XM", FALSE},
    {"uscc_licence", 0, "91320583MA1ABCD2XM", FALSE},
    {"registered_address", 0, "昆山市玉山镇前进西路18号", FALSE},
    {"licence_address", 0, "昆山市玉山镇前进西路18号", FALSE},
    {"production_address", 0, "昆山市玉山镇前进西路18号", FALSE},
    {"assets", 0, "500 万元", FALSE},
    {"staff", 0, "36 人", FALSE},
    {"equipment_name", 0, "液体机械灌装设备", FALSE},
    {"equipment_name", 1, "反应釜", FALSE},
    {"equipment_made", 0, "2009年06月", FALSE},
    {"equipment_made", 1, "2010年06月", FALSE},
    {"equipment_bought", 0, "2009年08月", FALSE},
    {"equipment_bought", 1, "2010年08月", FALSE},
};

static int world_up(void **state)
{
    World *world = g_new0(World, 1);
    const CheckDocument documents[] = {document(1, 1001, 2, 8),  document(2, 1002, 1, 2),
                                       document(3, 1004, 1, 12), document(4, 1005, 0, 3),
                                       document(5, 1006, 0, 2),  document(6, 1007, 0, 1),
                                       document(7, 1009, 0, 1)};

    world->items = items_shipped(NULL);
    memcpy(world->documents, documents, sizeof documents);
    memcpy(world->fields, good_fields, sizeof good_fields);
    world->answers[0] = (CheckAnswer){"agent", FALSE};
    world->answers[1] = (CheckAnswer){"industry-policy", FALSE};
    for (guint32 i = 0; i < 8; i++)
        world->numbers[i] = i + 1;
    world->facts = (CheckFacts){.item = items_on(world->items, "100002", TODAY),
                                .received = TODAY,
                                .today = TODAY,
                                .decision = DAY_NONE,
                                .documents = world->documents,
                                .n_documents = 7,
                                .exemptions = &world->exemption,
                                .promises = &world->promise,
                                .tolerances = &world->tolerance,
                                .fields = world->fields,
                                .n_fields = G_N_ELEMENTS(good_fields),
                                .answers = world->answers,
                                .n_answers = 2,
                                .sides = &world->side,
                                .numbers = world->numbers,
                                .n_numbers = 8};
    *state = world;
    return 0;
}

static int world_down(void **state)
{
    World *world = *state;

    g_ptr_array_unref(world->items);
    g_free(world);
    return 0;
}

/* The document of a slot, to be spoilt. */
static CheckDocument *of_slot(World *world, guint32 slot)
{
    for (gsize i = 0; i < world->facts.n_documents; i++)
        if (world->documents[i].slot == slot)
            return &world->documents[i];
    fail_msg("no document in slot %u", slot);
    return NULL;
}

static void take_away(World *world, guint32 slot)
{
    of_slot(world, slot)->slot = 1999; /* no slot of the item */
}

static void set_field(World *world, const char *field, guint row, const char *value)
{
    for (gsize i = 0; i < world->facts.n_fields; i++)
        if (strcmp(world->fields[i].field, field) == 0 && world->fields[i].row == row) {
            world->fields[i].value = value;
            return;
        }
    world->fields[world->facts.n_fields++] = (CheckField){field, row, value, FALSE};
}

static void expect_state(const World *world, guint32 slot, SlotState expected)
{
    g_autoptr(Check) check = check_run(&world->facts);
    const SlotResult *result = check_slot(check, slot);

    assert_non_null(result);
    if (result->state != expected)
        fail_msg("slot %u: %s, expected %s (%s)", slot, slot_state_token(result->state),
                 slot_state_token(expected), result->why_en);
    seen_states |= 1u << expected;
    print_message("  slot state %s %s\n", slot_state_token(expected),
                  slot_state_word(expected, LANG_ZH));
}

/* The one defect of a slot has this code, and says so in both languages. */
static void expect_defect(const World *world, guint32 slot, DefectCode code)
{
    g_autoptr(Check) check = check_run(&world->facts);
    const SlotResult *result = check_slot(check, slot);
    const Defect *defect;

    if (result->defects->len != 1)
        fail_msg("slot %u: %u defects (%s)", slot, result->defects->len, result->why_en);
    defect = g_ptr_array_index(result->defects, 0);
    if (defect->code != code)
        fail_msg("slot %u: %s, expected %s", slot, defect_code_token(defect->code),
                 defect_code_token(code));
    assert_true(*defect->text != '\0' && *defect->text_en != '\0');
    assert_true(*defect->bring != '\0' && *defect->bring_en != '\0');
    assert_false(check->complete);
    seen_defects |= 1u << code;
    print_message("  defect %s %s: %s / %s\n", defect_code_token(code),
                  defect_code_word(code, LANG_ZH), defect->text, defect->bring);
}

static void a_case_in_which_nothing_is_wrong_is_complete(void **state)
{
    World *world = *state;
    g_autoptr(Check) check = check_run(&world->facts);

    for (guint i = 0; i < check->slots->len; i++) {
        const SlotResult *result = g_ptr_array_index(check->slots, i);

        if (result->state != SLOT_COMPLETE && result->state != SLOT_NA)
            fail_msg("%s: %s", result->slot->code, result->why_en);
    }
    assert_true(check->complete);
    assert_true(check->acceptable);
    assert_int_equal(check->states[SLOT_COMPLETE], 7);
    assert_int_equal(check->states[SLOT_NA], 4);
    assert_int_equal(check->notes->len, 0);
    expect_state(world, 1001, SLOT_COMPLETE);
    expect_state(world, 1003, SLOT_NA);
}

static void a_missing_main_material_is_cured_not_refused(void **state)
{
    World *world = *state;
    g_autoptr(Check) check = NULL;

    take_away(world, 1001);
    expect_state(world, 1001, SLOT_MISSING);
    expect_defect(world, 1001, DEFECT_MISSING);
    check = check_run(&world->facts);
    assert_true(check->main_missing);
    assert_false(check->acceptable);
}

static void too_few_copies_name_how_many_to_bring(void **state)
{
    World *world = *state;

    of_slot(world, 1001)->copies = 0;
    expect_state(world, 1001, SLOT_WRONG);
    expect_defect(world, 1001, DEFECT_COPIES);
}

static void a_copy_in_place_of_the_original_is_seen(void **state)
{
    World *world = *state;

    of_slot(world, 1004)->originals = 0;
    expect_defect(world, 1004, DEFECT_NOT_ORIGINAL);
}

static void what_a_person_found_wanting_is_a_defect(void **state)
{
    static const struct {
        guint32 slot;
        SlotTick tick;
        DefectCode code;
    } cases[] = {{1001, TICK_SIGNATURE, DEFECT_UNSIGNED},
                 {1001, TICK_SEAL, DEFECT_UNSEALED},
                 {1001, TICK_CATEGORY, DEFECT_SPECIFICATION},
                 {1002, TICK_SCOPE, DEFECT_SCOPE},
                 {1002, TICK_ORIGINAL, DEFECT_NOT_ORIGINAL}};
    World *world = *state;

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        of_slot(world, cases[i].slot)->refused = cases[i].tick;
        expect_defect(world, cases[i].slot, cases[i].code);
        of_slot(world, cases[i].slot)->refused = 0;
    }
}

static void what_needs_a_person_stays_so_until_ticked(void **state)
{
    World *world = *state;
    CheckDocument *form = of_slot(world, 1001);
    g_autoptr(Check) check = NULL;

    for (guint bit = 0; bit < SLOT_TICKS; bit++) {
        SlotTick tick = (SlotTick)(1u << bit);
        guint asked = item_slot(world->facts.item, 1001)->ticks;

        form->ticked = ALL_TICKS & ~(guint)tick;
        expect_state(world, 1001, asked & tick ? SLOT_PERSON : SLOT_COMPLETE);
    }
    form->ticked = 0;
    check = check_run(&world->facts);
    assert_int_equal(check_slot(check, 1001)->open_ticks,
                     TICK_SEAL | TICK_SIGNATURE | TICK_CATEGORY);
    assert_false(check->acceptable);
}

static void an_expired_licence_and_an_old_report_are_seen(void **state)
{
    World *world = *state;

    of_slot(world, 1002)->expires = TODAY - 1;
    expect_defect(world, 1002, DEFECT_EXPIRED);
    of_slot(world, 1002)->expires = TODAY;
    expect_state(world, 1002, SLOT_COMPLETE);
    of_slot(world, 1002)->expires = DAY_NONE;
    expect_state(world, 1002, SLOT_PERSON);
    of_slot(world, 1004)->issued = TODAY - 365;
    expect_state(world, 1004, SLOT_COMPLETE);
    of_slot(world, 1004)->issued = TODAY - 366;
    expect_defect(world, 1004, DEFECT_EXPIRED);
    of_slot(world, 1004)->issued = TODAY + 1;
    expect_defect(world, 1004, DEFECT_FORM);
    of_slot(world, 1004)->issued = DAY_NONE;
    expect_state(world, 1004, SLOT_PERSON);
}

static void validity_until_the_decision_is_measured_there(void **state)
{
    World *world = *state;
    CheckDocument home = document(1, 1005, 1, 2);

    world->facts.item = items_on(world->items, "100004", TODAY);
    world->documents[0] = home;
    world->facts.n_documents = 1;
    set_field(world, "address_proof", 0, "x");
    world->documents[0].expires = TODAY + 10;
    expect_state(world, 1005, SLOT_COMPLETE);
    world->facts.decision = TODAY + 30;
    expect_defect(world, 1005, DEFECT_EXPIRED);
}

static void pages_are_counted_against_what_is_declared(void **state)
{
    World *world = *state;

    of_slot(world, 1004)->declared_pages = 13;
    expect_defect(world, 1004, DEFECT_PAGES);
    of_slot(world, 1004)->declared_pages = 12;
    expect_state(world, 1004, SLOT_COMPLETE);
    of_slot(world, 1001)->pages = 5;
    expect_defect(world, 1001, DEFECT_PAGES);
    of_slot(world, 1001)->pages = 31;
    expect_defect(world, 1001, DEFECT_SPECIFICATION);
    of_slot(world, 1001)->pages = 30;
    of_slot(world, 1001)->wrong_size = TRUE;
    expect_defect(world, 1001, DEFECT_SPECIFICATION);
}

static void names_and_addresses_must_agree_where_the_item_says_so(void **state)
{
    World *world = *state;

    set_field(world, "applicant", 0, "昆山液安化工公司");
    expect_defect(world, 1001, DEFECT_NAME);
    set_field(world, "applicant", 0, "昆山液安化工有限公司");
    set_field(world, "licence_address", 0, "昆山市玉山镇前进西路19号");
    expect_defect(world, 1001, DEFECT_ADDRESS);
}

static void another_production_address_asks_for_the_branch_licence(void **state)
{
    World *world = *state;
    g_autoptr(Check) check = NULL;
    CheckDocument branch = document(8, 1003, 1, 1);

    set_field(world, "production_address", 0, "昆山市巴城镇石牌村3号");
    expect_state(world, 1003, SLOT_MISSING);
    world->answers[2] = (CheckAnswer){"branch", FALSE}; /* a typed no does not help */
    world->facts.n_answers = 3;
    expect_state(world, 1003, SLOT_MISSING);
    expect_defect(world, 1003, DEFECT_MISSING);
    world->documents[7] = branch;
    world->facts.n_documents = 8;
    check = check_run(&world->facts);
    assert_true(check->complete);
}

static void a_question_without_an_answer_waits_for_a_person(void **state)
{
    World *world = *state;

    world->facts.n_answers = 0;
    expect_state(world, 1010, SLOT_PERSON);
    expect_state(world, 1003, SLOT_NA); /* the addresses answer it: they are equal */
    world->answers[0].yes = TRUE;
    world->facts.n_answers = 2;
    expect_state(world, 1010, SLOT_MISSING);
}

static void form_norms_and_check_digits_are_judged(void **state)
{
    World *world = *state;

    set_field(world, "assets", 0, "五百万");
    expect_defect(world, 1001, DEFECT_FORM);
    set_field(world, "assets", 0, "500 万元");
    set_field(world, "uscc", 0, "91320583MA1ABCD2XN");
    set_field(world, "uscc_licence", 0, "91320583MA1ABCD2XN");
    expect_defect(world, 1001, DEFECT_CHECK_DIGITS);
    expect_defect(world, 1002, DEFECT_CHECK_DIGITS);
}

static void a_wrong_number_on_an_old_paper_only_warns(void **state)
{
    World *world = *state;
    g_autoptr(Check) check = NULL;

    set_field(world, "uscc", 0, "320583000012345");
    set_field(world, "uscc_licence", 0, "320583000012345");
    check = check_run(&world->facts);
    assert_true(check->complete);
    assert_int_equal(check->notes->len, 2);
    assert_int_equal(((CheckNote *)g_ptr_array_index(check->notes, 0))->code, NOTE_OLD_NUMBER);
}

static void a_required_value_that_nobody_typed_waits_for_a_person(void **state)
{
    World *world = *state;

    world->fields[0].field = "unknown_to_the_item";
    expect_state(world, 1001, SLOT_PERSON);
}

static void an_exemption_needs_all_its_evidence(void **state)
{
    World *world = *state;
    CheckExemption whole = {1002,         "11100000000013338W032.11220000013544541J.2430599.001.F",
                            "电子证照库", "os:clerk",
                            TODAY,        9};

    take_away(world, 1002);
    expect_state(world, 1002, SLOT_MISSING);
    world->facts.n_exemptions = 1;
    world->exemption = whole;
    expect_state(world, 1002, SLOT_EXEMPT);
    world->exemption.reference = "";
    expect_state(world, 1002, SLOT_PERSON);
    world->exemption = whole;
    world->exemption.means = NULL;
    expect_state(world, 1002, SLOT_PERSON);
    world->exemption = whole;
    world->exemption.person = NULL;
    expect_state(world, 1002, SLOT_PERSON);
    world->exemption = whole;
    world->exemption.day = DAY_NONE;
    expect_state(world, 1002, SLOT_PERSON);
    world->exemption = whole;
    world->exemption.sheet = 0;
    expect_state(world, 1002, SLOT_PERSON);
    world->exemption = whole;
    world->exemption.slot = 1004; /* an inspection report is not on the list */
    take_away(world, 1004);
    expect_state(world, 1004, SLOT_PERSON);
    world->exemption.slot = 1002;
    world->facts.free_by_default = TRUE;
    world->facts.n_exemptions = 0;
    expect_state(world, 1002, SLOT_PERSON);
}

static void asking_for_what_need_not_be_brought_is_counted(void **state)
{
    World *world = *state;
    g_autoptr(Check) check = NULL;

    world->facts.free_by_default = TRUE;
    check = check_run(&world->facts);
    assert_int_equal(check->asked_free, 1);
    assert_int_equal(((CheckNote *)g_ptr_array_index(check->notes, 0))->code, NOTE_ASKED_FREE);
    assert_true(check->complete);
}

static void a_promise_stands_in_only_when_signed(void **state)
{
    World *world = *state;

    take_away(world, 1009);
    world->facts.n_promises = 1;
    world->promise = (CheckPromise){1009, 8, TRUE};
    expect_state(world, 1009, SLOT_PROMISED);
    world->promise.is_signed = FALSE;
    expect_state(world, 1009, SLOT_PERSON);
    world->promise = (CheckPromise){1005, 8, TRUE}; /* the equipment list cannot be promised */
    take_away(world, 1005);
    expect_state(world, 1005, SLOT_MISSING);
}

static void what_may_follow_may_until_its_day(void **state)
{
    World *world = *state;
    g_autoptr(Check) check = NULL;

    take_away(world, 1006);
    world->facts.n_tolerances = 1;
    world->tolerance = (CheckTolerance){1006, TODAY};
    expect_state(world, 1006, SLOT_LATER);
    check = check_run(&world->facts);
    assert_true(check->acceptable);
    assert_false(check->complete);
    world->tolerance.until = TODAY - 1;
    expect_state(world, 1006, SLOT_MISSING);
    world->tolerance = (CheckTolerance){1005, TODAY}; /* not on the list of 容缺 */
    take_away(world, 1005);
    expect_state(world, 1005, SLOT_MISSING);
}

static void sides_are_facts_until_a_person_speaks(void **state)
{
    World *world = *state;
    g_autoptr(Check) check = NULL;

    world->facts.n_sides = 1;
    world->side = (CheckSide){4, 1005, 2, 1, SIDE_DIM, SIDE_OPEN, 0, 0};
    expect_state(world, 1005, SLOT_PERSON);
    world->side.verdict = SIDE_GOOD;
    expect_state(world, 1005, SLOT_COMPLETE);
    world->side.verdict = SIDE_BAD;
    expect_defect(world, 1005, DEFECT_ILLEGIBLE);
    world->side = (CheckSide){4, 1005, 2, 1, SIDE_UNREAD, SIDE_OPEN, 0, 0};
    expect_state(world, 1005, SLOT_PERSON);
    world->side = (CheckSide){4, 1005, 2, 2, SIDE_BLANK, SIDE_OPEN, 0, 0};
    expect_state(world, 1005, SLOT_COMPLETE);
    world->side = (CheckSide){4, 1005, 2, 1, SIDE_DUPLICATE, SIDE_OPEN, 1, 1};
    check = check_run(&world->facts);
    assert_true(check->complete);
    assert_int_equal(((CheckNote *)g_ptr_array_index(check->notes, 0))->code, NOTE_DUPLICATE_SIDE);
}

static void a_drawing_is_held_by_a_place_sheet_with_its_reason(void **state)
{
    World *world = *state;

    world->facts.item = items_on(world->items, "100001", TODAY);
    world->documents[0] = document(1, 1005, 0, 0);
    world->facts.n_documents = 1;
    expect_state(world, 1005, SLOT_WRONG); /* neither pages nor a place sheet */
    world->documents[0].placeholder = "";
    expect_state(world, 1005, SLOT_PERSON);
    world->documents[0].placeholder = "A0 图纸,存图纸柜";
    expect_state(world, 1005, SLOT_COMPLETE);
    world->documents[0] = document(1, 1004, 2, 0);
    world->documents[0].placeholder = "太厚";
    set_field(world, "report_date", 0, "2026年06月");
    expect_state(world, 1004, SLOT_PERSON); /* a report can be scanned */
}

static void a_thumbprint_needs_a_witness(void **state)
{
    World *world = *state;

    of_slot(world, 1001)->thumbprint = TRUE;
    expect_state(world, 1001, SLOT_PERSON);
    of_slot(world, 1001)->witness = "李";
    expect_state(world, 1001, SLOT_COMPLETE);
}

static void gaps_in_the_numbers_are_named(void **state)
{
    World *world = *state;
    g_autoptr(Check) check = NULL;
    const CheckNote *note;

    world->numbers[2] = 12;
    check = check_run(&world->facts);
    assert_int_equal(check->notes->len, 4); /* 3, 9, 10, 11 */
    note = g_ptr_array_index(check->notes, 0);
    assert_int_equal(note->code, NOTE_NUMBER_GAP);
    assert_string_equal(note->text_en, "document number 003 is missing");
}

static void an_optional_slot_without_paper_does_not_apply(void **state)
{
    World *world = *state;
    Item *item = (Item *)world->facts.item;
    ItemSlot *slot = (ItemSlot *)item_slot(item, 1007);

    slot->need = NEED_OPTIONAL;
    take_away(world, 1007);
    expect_state(world, 1007, SLOT_NA);
}

/* Spoil as much as can be: every defect is told, each under a key of its own. */
static void no_two_defects_have_one_key(void **state)
{
    World *world = *state;
    g_autoptr(Check) check = NULL;
    g_autoptr(GPtrArray) defects = NULL;
    g_autoptr(GHashTable) keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    CheckSide sides[2] = {{4, 1005, 2, 1, SIDE_DIM, SIDE_BAD, 0, 0},
                          {4, 1005, 2, 1, SIDE_UNREAD, SIDE_BAD, 0, 0}};
    Item *item = (Item *)world->facts.item;

    ((ItemSlot *)item_slot(item, 1001))->originals = 3;
    world->documents[7] = document(8, 1001, 0, 40);
    world->facts.n_documents = 8;
    for (gsize i = 0; i < 8; i++) {
        world->documents[i].copies = 0;
        world->documents[i].declared_pages = 99;
        world->documents[i].refused = ALL_TICKS;
        world->documents[i].expires = TODAY - 1;
        world->documents[i].issued = TODAY - 999;
        world->documents[i].wrong_size = TRUE;
    }
    for (gsize i = 0; i < world->facts.n_fields; i++)
        world->fields[i].value = i % 2 ? "?" : "!";
    world->facts.sides = sides;
    world->facts.n_sides = 2;
    check = check_run(&world->facts);
    defects = check_defects(check);
    assert_true(defects->len > 40);
    for (guint i = 0; i < defects->len; i++) {
        char *key = defect_key(g_ptr_array_index(defects, i));

        if (g_hash_table_contains(keys, key))
            fail_msg("%s stands twice", key);
        g_hash_table_add(keys, key);
    }
    assert_true(g_hash_table_contains(keys, "A05/illegible/2-1/d004"));
    assert_true(g_hash_table_contains(keys, "A01/unsealed/d001"));
    assert_true(g_hash_table_contains(keys, "A01/copies"));
    assert_true(g_hash_table_contains(keys, "A01/copies/originals"));
}

static void a_defect_is_fresh_when_all_its_material_is(void **state)
{
    World *world = *state;
    g_autoptr(Check) check = NULL;
    const Defect *pages, *unsealed;

    of_slot(world, 1005)->refused = TICK_SEAL;
    of_slot(world, 1005)->pages = 99;
    check = check_run(&world->facts);
    unsealed = g_ptr_array_index(check_slot(check, 1005)->defects, 0);
    pages = g_ptr_array_index(check_slot(check, 1005)->defects, 1);
    assert_int_equal(unsealed->document, 4);
    assert_int_equal(pages->document, 0);
    assert_true(check_is_fresh(&world->facts, unsealed, 3));
    assert_false(check_is_fresh(&world->facts, unsealed, 4));
    assert_true(check_is_fresh(&world->facts, pages, 3));
    assert_false(check_is_fresh(&world->facts, pages, 4));
    world->documents[7] = document(9, 1005, 0, 2); /* one more, beside the old one */
    world->facts.n_documents = 8;
    assert_false(check_is_fresh(&world->facts, pages, 8));
    take_away(world, 1005);
    assert_true(check_is_fresh(&world->facts, pages, 8));
    world->facts.n_documents = 0; /* nothing there: missing is never fresh */
    assert_false(check_is_fresh(&world->facts, pages, 0));
}

/* The acceptance hall of the Shanghai quality bureau: an applicant once came three times, as wrong
 * basic information, then a wrong equipment name, then a wrong date were told one at a time. */
static void what_once_took_three_visits_is_told_at_once(void **state)
{
    World *world = *state;
    g_autoptr(Check) check = NULL;
    g_autoptr(GPtrArray) defects = NULL;
    static const char *const keys[] = {"A01/name/applicant/1/applicant_licence",
                                       "A05/name/equipment_name/1", "A05/form/equipment_made/1",
                                       "A05/form/equipment_bought/1"};

    set_field(world, "applicant", 0, "昆山市液安化工公司");
    set_field(world, "equipment_name", 0, "液剂自动包装机");
    set_field(world, "equipment_made", 0, "2009.6");
    set_field(world, "equipment_bought", 0, "09年8月");
    check = check_run(&world->facts);
    defects = check_defects(check);
    assert_int_equal(defects->len, 4);
    for (guint i = 0; i < 4; i++) {
        const Defect *defect = g_ptr_array_index(defects, i);
        g_autofree char *key = defect_key(defect);

        assert_string_equal(key, keys[i]);
        print_message("  told: %s → %s\n", defect->text, defect->bring);
    }
    assert_string_equal(((Defect *)g_ptr_array_index(defects, 1))->bring,
                        "设备名称(第1行)请写实际名称,与细则名称不同时括注细则名称,如 "
                        "液剂自动包装机(液体机械灌装设备)");
    assert_string_equal(((Defect *)g_ptr_array_index(defects, 0))->sample,
                        "sample-production-application.png");
    /* she comes a second time, with all of it right */
    memcpy(world->fields, good_fields, sizeof good_fields);
    set_field(world, "equipment_name", 0, "液剂自动包装机(液体机械灌装设备)");
    g_clear_pointer(&check, check_free);
    check = check_run(&world->facts);
    assert_true(check->complete);
}

static void every_state_code_and_note_has_its_words(void **state)
{
    (void)state;
    for (int i = 0; i < SLOT_STATES; i++) {
        assert_true(*slot_state_word((SlotState)i, LANG_ZH) != '\0');
        assert_true(*slot_state_word((SlotState)i, LANG_EN) != '\0');
    }
    for (int i = 0; i < DEFECT_CODES; i++) {
        assert_true(*defect_code_word((DefectCode)i, LANG_ZH) != '\0');
        assert_true(*defect_code_word((DefectCode)i, LANG_EN) != '\0');
    }
    for (int i = 0; i < NOTE_CODES; i++)
        assert_true(*note_code_token((NoteCode)i) != '\0');
}

static void every_state_and_every_defect_was_seen(void **state)
{
    (void)state;
    for (int i = 0; i < SLOT_STATES; i++)
        if (!(seen_states & 1u << i))
            fail_msg("slot state %s was never seen", slot_state_token((SlotState)i));
    for (int i = 0; i < DEFECT_CODES; i++)
        if (!(seen_defects & 1u << i))
            fail_msg("defect %s was never seen", defect_code_token((DefectCode)i));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_up, world_down)
static const struct CMUnitTest tests[] = {
    TEST(a_case_in_which_nothing_is_wrong_is_complete),
    TEST(a_missing_main_material_is_cured_not_refused),
    TEST(too_few_copies_name_how_many_to_bring),
    TEST(a_copy_in_place_of_the_original_is_seen),
    TEST(what_a_person_found_wanting_is_a_defect),
    TEST(what_needs_a_person_stays_so_until_ticked),
    TEST(an_expired_licence_and_an_old_report_are_seen),
    TEST(validity_until_the_decision_is_measured_there),
    TEST(pages_are_counted_against_what_is_declared),
    TEST(names_and_addresses_must_agree_where_the_item_says_so),
    TEST(another_production_address_asks_for_the_branch_licence),
    TEST(a_question_without_an_answer_waits_for_a_person),
    TEST(form_norms_and_check_digits_are_judged),
    TEST(a_wrong_number_on_an_old_paper_only_warns),
    TEST(a_required_value_that_nobody_typed_waits_for_a_person),
    TEST(an_exemption_needs_all_its_evidence),
    TEST(asking_for_what_need_not_be_brought_is_counted),
    TEST(a_promise_stands_in_only_when_signed),
    TEST(what_may_follow_may_until_its_day),
    TEST(sides_are_facts_until_a_person_speaks),
    TEST(a_drawing_is_held_by_a_place_sheet_with_its_reason),
    TEST(a_thumbprint_needs_a_witness),
    TEST(gaps_in_the_numbers_are_named),
    TEST(an_optional_slot_without_paper_does_not_apply),
    TEST(no_two_defects_have_one_key),
    TEST(a_defect_is_fresh_when_all_its_material_is),
    TEST(what_once_took_three_visits_is_told_at_once),
    TEST(every_state_code_and_note_has_its_words),
    TEST(every_state_and_every_defect_was_seen),
};

TEST_MAIN(tests)
