/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/definition.h"
#include "appliance/casework/department.h"
#include "appliance/casework/item.h"
#include "appliance/casework/item_load.h"
#include "appliance/casework/profile.h"
#include "tests/testing.h"

#include <string.h>

static GPtrArray *shipped(void)
{
    GError *error = NULL;
    GPtrArray *items = items_shipped(&error);

    assert_no_error(error);
    return items;
}

static void the_seven_items_load(void **state)
{
    static const char *const names[] = {
        "取水许可审批",   "工业产品生产许可证核发", "车辆购置税申报",  "社会团体成立登记",
        "临时救助(大病)", "政府信息公开申请",       "营业执照变更登记"};
    g_autoptr(GPtrArray) items = shipped();

    (void)state;
    assert_int_equal(items->len, 7);
    for (guint i = 0; i < 7; i++) {
        g_autofree char *code = g_strdup_printf("%06u", 100001 + i);
        const Item *item = items_on(items, code, day_of(2026, 11, 21));

        assert_non_null(item);
        assert_string_equal(item->name, names[i]);
        assert_int_equal(item->number, 100001 + i);
        assert_non_null(item->clocks[CLOCK_DECIDE]);
        assert_non_null(item->retention_granted);
        assert_true(item->slots->len >= 3);
    }
    assert_null(items_on(items, "100001", day_of(2025, 12, 31)));
    assert_null(items_on(items, "999999", day_of(2026, 11, 21)));
}

static void every_item_has_its_department_and_kind(void **state)
{
    g_autoptr(GPtrArray) items = shipped();
    g_autoptr(GPtrArray) departments = departments_shipped(NULL);
    g_autoptr(Profile) city = profile_shipped("city", NULL);
    g_autoptr(Profile) township = profile_shipped("township", NULL);
    g_autoptr(Profile) subcentre = profile_shipped("subcentre", NULL);

    (void)state;
    assert_non_null(departments);
    for (guint i = 0; i < items->len; i++) {
        const Item *item = g_ptr_array_index(items, i);

        assert_non_null(departments_find(departments, item->department));
        assert_non_null(profile_kind(city, item->kind));
        assert_non_null(profile_kind(township, item->kind));
        assert_non_null(profile_kind(subcentre, item->kind));
    }
}

static void a_slot_carries_what_was_written(void **state)
{
    g_autoptr(GPtrArray) items = shipped();
    const Item *item = items_on(items, "100002", day_of(2026, 11, 21));
    const ItemSlot *form = item_slot(item, 1001), *licence = item_slot(item, 1002),
                   *branch = item_slot(item, 1003), *report = item_slot(item, 1004);

    (void)state;
    assert_string_equal(form->code, "A01");
    assert_int_equal(form->role, ROLE_MAIN);
    assert_int_equal(form->copies, 2);
    assert_int_equal(form->pages_min, 6);
    assert_int_equal(form->ticks, TICK_SEAL | TICK_SIGNATURE | TICK_CATEGORY);
    assert_int_equal(licence->free_by, FREE_LICENCE);
    assert_int_equal(licence->keep, KEEP_RETURNED);
    assert_int_equal(licence->ticks, TICK_ORIGINAL | TICK_SCOPE);
    assert_int_equal(branch->need, NEED_CONDITIONAL);
    assert_string_equal(branch->when, "branch");
    assert_int_equal(report->valid, VALID_MAX_AGE);
    assert_int_equal(report->max_age_days, 365);
    assert_null(item_slot(item, 1099));
    assert_int_equal(item->clocks[CLOCK_DECIDE]->promised, 15);
    assert_int_equal(item->clocks[CLOCK_DECIDE]->law, 20);
    assert_int_equal(item->clocks[CLOCK_DECIDE]->extension, 10);
    assert_int_equal(item->clocks[CLOCK_TELL]->expiry, EXPIRY_ACCEPTED);
    assert_string_equal(item->titles[PAPER_LICENCE], "全国工业产品生产许可证");
}

/* The shipped water item with one text replaced by another. */
static char *altered(const char *from, const char *to)
{
    const Embedded *file = definition_shipped("item-water.json");
    const char *text = (const char *)file->bytes;
    const char *at = strstr(text, from);

    assert_non_null(at);
    return g_strdup_printf("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static void every_fault_of_an_item_names_line_and_path(void **state)
{
    static const struct {
        const char *from, *to, *path, *why;
    } cases[] = {
        {"\"code\": \"100001\"", "\"code\": \"000000\"", "line 3, /code", "form"},
        {"\"short_name\"", "\"shortname\"", "line 5, /shortname", "unknown key"},
        {"\"from\": \"2026-01-01\"", "\"from\": \"2026-02-30\"", "line 6, /from", "no such day"},
        {"000119002000", "00011900200", "line 8, /national/code", "事项编码"},
        {"\"role\": \"main\", \"need\": \"required\", \"originals\": 1, \"copies\": 2,\n      "
         "\"pages\"",
         "\"role\": \"mane\", \"need\": \"required\", \"originals\": 1, \"copies\": 2,\n      "
         "\"pages\"",
         "/checklist/0/role", "none of"},
        {"{\"min\": 4, \"max\": 20}", "{\"min\": 40, \"max\": 20}", "/checklist/0",
         "pages 40 to 20"},
        {"\"code\": \"A02\"", "\"code\": \"A01\"", "/checklist/1", "stands twice"},
        {"\"code\": \"A02\"", "\"code\": \"A00\"", "/checklist/1/code", "form"},
        {"\"when\": \"third-party\", ", "", "/checklist/5", "belongs to a conditional"},
        {"\"when\": \"third-party\"", "\"when\": \"weather\"", "/checklist/5", "unknown question"},
        {"\"rule\": \"on-receipt\"", "\"rule\": \"max-age\"", "/checklist/1", "belongs to max-age"},
        {"\"promised\": 10, \"law\": 20", "\"promised\": 30, \"law\": 20", "/clocks/decide",
         "more than the law"},
        {"\"left\": \"applicant\"", "\"left\": \"nobody\"", "/pairs/0", "unknown field"},
        {"\"norm\": \"money\"", "\"norm\": \"gold\"", "/norm", "none of"},
        {"\"expiry\": \"lapsed\"", "\"expiry\": \"accepted\"", "/clocks/supplement", "silence"},
        {"\"licence\": \"取水许可证\"", "\"diploma\": \"取水许可证\"", "/titles/diploma",
         "unknown paper"},
        {"\"law\": [\"中", "\"law\": [7, \"中", "/law/0", "type string"},
    };

    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = altered(cases[i].from, cases[i].to);
        g_autoptr(GError) error = NULL;

        if (item_load(text, strlen(text), "own.json", &error) != NULL)
            fail_msg("%s was accepted", cases[i].to);
        assert_error_code(error, ERROR_DEFINITION);
        if (strstr(error->message, cases[i].path) == NULL ||
            strstr(error->message, cases[i].why) == NULL)
            fail_msg("%s: %s", cases[i].to, error->message);
    }
}

static void a_checklist_without_a_main_material_is_refused(void **state)
{
    const char *text =
        "{\"format\":\"anjuan-item/"
        "1\",\"code\":\"100009\",\"name\":\"试\",\"from\":\"2026-01-01\",\n"
        "\"department\":\"water\",\"national\":{\"nature\":\"01\",\"kind\":2},\"kind\":\"promise\","
        "\n"
        "\"channels\":[\"window\"],\"law\":[\"试\"],\"order\":\"procedure\",\n"
        "\"checklist\":[{\"code\":\"A01\",\"name\":\"试\",\"role\":\"attachment\",\n"
        "\"need\":\"required\",\"keep\":\"kept\"}],\n"
        "\"clocks\":{\"decide\":{\"start\":\"accepted\",\"unit\":\"day\",\"law\":3}},\n"
        "\"steps\":[{\"code\":\"receive\",\"name\":\"收件\",\"role\":\"clerk\"}]}";
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_null(item_load(text, strlen(text), "own.json", &error));
    assert_error_code(error, ERROR_DEFINITION);
    assert_string_equal(error->message,
                        "own.json, line 4, /checklist: no required main material (主件)");
}

static void names_may_hold_rare_characters_and_dots(void **state)
{
    /* a four-byte character (CJK extension B) and the dot of a foreign name */
    g_autofree char *text = altered("取水许可审批", "𠮷·取水许可");
    GError *error = NULL;
    g_autoptr(Item) item = item_load(text, strlen(text), "own.json", &error);

    (void)state;
    assert_no_error(error);
    assert_string_equal(item->name, "𠮷·取水许可");
}

static void two_versions_of_one_day_are_refused(void **state)
{
    g_autoptr(GPtrArray) items = shipped();
    g_autofree char *next = altered("\"from\": \"2026-01-01\"", "\"from\": \"2026-07-01\"");
    g_autofree char *ended =
        altered("\"from\": \"2026-01-01\"", "\"from\": \"2025-01-01\", \"to\": \"2025-12-31\"");
    g_autoptr(GError) error = NULL;
    Item *old = item_load(ended, strlen(ended), "old.json", NULL);

    (void)state;
    g_ptr_array_add(items, old);
    assert_true(items_check(items, NULL));
    assert_ptr_equal(items_on(items, "100001", day_of(2025, 6, 1)), old);
    g_ptr_array_add(items, item_load(next, strlen(next), "next.json", NULL));
    assert_false(items_check(items, &error));
    assert_error_code(error, ERROR_DEFINITION);
    assert_non_null(strstr(error->message, "2026-07-01"));
}

static void every_tick_and_norm_has_a_token(void **state)
{
    (void)state;
    for (guint bit = 0; bit < SLOT_TICKS; bit++)
        assert_int_equal(slot_tick_parse(slot_tick_token((SlotTick)(1u << bit))), 1u << bit);
    assert_int_equal(slot_tick_parse("nothing"), 0);
    for (int norm = 0; norm < NORMS; norm++)
        assert_non_null(field_norm_token((FieldNorm)norm));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_seven_items_load),
    cmocka_unit_test(every_item_has_its_department_and_kind),
    cmocka_unit_test(a_slot_carries_what_was_written),
    cmocka_unit_test(every_fault_of_an_item_names_line_and_path),
    cmocka_unit_test(a_checklist_without_a_main_material_is_refused),
    cmocka_unit_test(names_may_hold_rare_characters_and_dots),
    cmocka_unit_test(two_versions_of_one_day_are_refused),
    cmocka_unit_test(every_tick_and_norm_has_a_token),
};

TEST_MAIN(tests)
