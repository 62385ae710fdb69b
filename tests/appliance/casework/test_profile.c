/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/definition.h"
#include "appliance/casework/department.h"
#include "appliance/casework/profile.h"
#include "tests/testing.h"

#include <string.h>

static Profile *shipped(const char *code)
{
    GError *error = NULL;
    Profile *profile = profile_shipped(code, &error);

    assert_no_error(error);
    return profile;
}

/* What each hall says of each of its kinds: kind|national|decides|notice|copies|clock|limit. */
static char *row(const Profile *profile, const char *token)
{
    const ProfileKind *kind = profile_kind(profile, token);
    g_autofree char *copies = NULL;

    if (kind == NULL)
        return g_strdup("none");
    if (kind->notice != PAPER_NONE)
        copies = g_strjoinv(",", profile->papers[kind->notice].copies);
    return g_strdup_printf("%s|%u|%s|%s|%s|%s|%d", kind->name, kind->national,
                           kind->decides == DECIDES_CENTRE ? "centre" : "window",
                           kind->notice == PAPER_NONE ? "-" : profile->papers[kind->notice].title,
                           copies == NULL ? "-" : copies, clock_start_token(kind->clock_from),
                           (int)kind->limit);
}

static void every_kind_of_every_profile_is_as_the_rule_books_say(void **state)
{
    static const struct {
        const char *profile, *kind, *row;
    } rows[] = {
        {"city", "instant", "即办件|1|window|-|-|received|1"},
        {"city", "promise",
         "承诺件|2|window|承诺件通知书|存窗口,报业务科(登记后移交督查科),报审批部门领导,"
         "交服务对象|received|0"},
        {"city", "supplement",
         "补办件|2|window|补办件通知书|存窗口,报业务科(当天随统计报表),交服务对象|completed|0"},
        {"city", "joint", "联办件|2|window|联办件通知书|存窗口,报业务处,交服务对象|received|0"},
        {"city", "return", "退回件|9|window|退回件通知书|存窗口,报业务科,交服务对象|received|2"},
        {"city", "urgent", "急办件|2|centre|急办件通知单|主办窗口,存中心|received|2"},
        {"city", "upper",
         "上报件|2|window|承诺件通知书|存窗口,报业务科(登记后移交督查科),报审批部门领导,"
         "交服务对象|accepted|0"},
        {"township", "instant", "即办件|1|window|-|-|received|1"},
        {"township", "promise", "承诺件|2|window|承诺件受理通知|存窗口,交服务对象|received|0"},
        {"township", "supplement", "补办件|2|window|办件通知书|存窗口,交服务对象|completed|0"},
        {"township", "joint", "联办件|2|window|联办件通知书|存窗口,交服务对象|received|0"},
        {"township", "return", "退回件|9|window|退回件通知书|存窗口,交服务对象|received|2"},
        {"township", "urgent", "none"},
        {"township", "upper", "上报件|2|window|-|-|accepted|0"},
        {"subcentre", "instant", "即办件|1|window|-|-|received|1"},
        {"subcentre", "promise", "承诺件|2|window|受理通知书|存窗口,交服务对象|accepted|0"},
        {"subcentre", "other", "其他|9|window|-|-|accepted|0"},
        {"subcentre", "return", "none"},
    };
    guint named[3] = {0};

    (void)state;
    for (int i = 0; i < 3; i++) {
        static const char *const halls[] = {"city", "township", "subcentre"};
        g_autoptr(Profile) profile = shipped(halls[i]);

        for (gsize k = 0; k < G_N_ELEMENTS(rows); k++)
            named[i] += strcmp(rows[k].profile, halls[i]) == 0 && strcmp(rows[k].row, "none") != 0;
        assert_int_equal(profile->kinds->len, named[i]);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Profile) profile = shipped(rows[i].profile);
        g_autofree char *found = row(profile, rows[i].kind);

        assert_string_equal(found, rows[i].row);
        print_message("  kind %s/%s\n", rows[i].profile, rows[i].kind);
    }
}

static void a_joint_case_needs_departments_in_the_city_and_windows_in_the_township(void **state)
{
    g_autoptr(Profile) city = shipped("city");
    g_autoptr(Profile) township = shipped("township");
    g_autoptr(Profile) subcentre = shipped("subcentre");

    (void)state;
    assert_false(profile_is_joint(city, 1, 5));
    assert_true(profile_is_joint(city, 2, 1));
    assert_false(profile_is_joint(township, 5, 2));
    assert_true(profile_is_joint(township, 1, 3));
    assert_false(profile_is_joint(subcentre, 9, 9));
}

static void special_rules_of_the_halls_are_kept(void **state)
{
    g_autoptr(Profile) city = shipped("city");
    g_autoptr(Profile) subcentre = shipped("subcentre");
    const ProfileKind *returned = profile_kind_by_role(city, KIND_RETURN);

    (void)state;
    assert_int_equal(returned->tell_workdays, 3);
    assert_true(returned->needs_reason);
    assert_string_equal(returned->review, "业务科");
    assert_true(profile_kind_by_role(city, KIND_SUPPLEMENT)->with_day_report);
    assert_true(profile_kind_by_role(city, KIND_UPPER)->stops_on_hand_up);
    assert_int_equal(g_strv_length(city->green_scope), 5);
    assert_int_equal(city->overdue_score, 2);
    assert_true(subcentre->free_by_default);
    assert_true(subcentre->entrusted);
    assert_null(profile_kind_by_role(subcentre, KIND_URGENT));
}

/* The city profile with one text replaced is refused with this path and reason. */
static void refused(const char *from, const char *to, const char *path, const char *why)
{
    const Embedded *file = definition_shipped("profile-city.json");
    const char *text = (const char *)file->bytes, *at = strstr(text, from);
    g_autofree char *changed = NULL;
    g_autoptr(GError) error = NULL;

    assert_non_null(at);
    changed = g_strdup_printf("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    assert_null(profile_load(changed, strlen(changed), "own.json", &error));
    assert_error_code(error, ERROR_DEFINITION);
    if (strstr(error->message, path) == NULL || strstr(error->message, why) == NULL)
        fail_msg("%s", error->message);
}

static void a_profile_that_names_an_unknown_notice_is_refused(void **state)
{
    (void)state;
    refused("\"notice\": \"promise\"", "\"notice\": \"praise\"", "/kinds/1/notice",
            "unknown notice praise");
    refused("\"notice\": \"promise\"", "\"notice\": \"cover\"", "/kinds/1/notice",
            "unknown notice cover");
    refused("\"receipt\": {", "\"reseipt\": {", "/papers/reseipt", "unknown paper");
    refused("\"token\": \"promise\"", "\"token\": \"instant\"", "/kinds/1", "stands twice");
    refused("\"limit\": \"same-day\"", "\"limit\": \"someday\"", "/kinds/0/limit", "none of");
}

static void a_profile_without_a_paper_is_refused(void **state)
{
    const char *text = "{\"format\":\"anjuan-profile/1\",\"code\":\"own\",\"name\":\"厅\",\n"
                       "\"heading\":\"厅\",\"kinds\":[{\"token\":\"instant\",\"name\":\"即办件\",\n"
                       "\"role\":\"instant\",\"national\":1,\"decides\":\"window\",\n"
                       "\"clock_from\":\"received\",\"limit\":\"same-day\"}],\"papers\":{}}";
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_null(profile_load(text, strlen(text), "own.json", &error));
    assert_string_equal(error->message, "own.json, line 4, /papers: paper receipt is missing");
}

static void an_unknown_profile_is_not_found(void **state)
{
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_null(profile_shipped("village", &error));
    assert_error_code(error, ERROR_NOT_FOUND);
}

static void departments_are_whole_and_checked(void **state)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) departments = departments_shipped(&error);
    const Department *water = NULL;

    (void)state;
    assert_no_error(error);
    assert_int_equal(departments->len, 5);
    water = departments_find(departments, "water");
    assert_string_equal(water->agency, "昆水");
    assert_string_equal(water->fonds, "Z109");
    assert_string_equal(water->complaints, "0512-12345");
    assert_null(departments_find(departments, "fire"));
}

static void a_department_with_a_wrong_credit_code_is_refused(void **state)
{
    const Embedded *file = definition_shipped("departments.json");
    g_autofree char *text = g_strndup((const char *)file->bytes, file->size);
    char *at = strstr(text, "\"uscc\": \"") + strlen("\"uscc\": \"") + 10;
    g_autoptr(GError) error = NULL;

    (void)state;
    *at = *at == '7' ? '8' : '7';
    assert_null(departments_load(text, strlen(text), "own.json", &error));
    assert_error_code(error, ERROR_DEFINITION);
    assert_non_null(strstr(error->message, "/departments/0/uscc"));
}

static void paper_kinds_know_their_codes(void **state)
{
    (void)state;
    for (int kind = 1; kind < PAPER_COUNT; kind++) {
        assert_int_equal(paper_kind_parse(paper_kind_token((PaperKind)kind)), kind);
        assert_int_equal(paper_kind_of_slot(paper_kind_slot((PaperKind)kind)), kind);
    }
    assert_int_equal(paper_kind_parse("praise"), PAPER_NONE);
    assert_int_equal(paper_kind_of_slot(1001), PAPER_NONE);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_kind_of_every_profile_is_as_the_rule_books_say),
    cmocka_unit_test(a_joint_case_needs_departments_in_the_city_and_windows_in_the_township),
    cmocka_unit_test(special_rules_of_the_halls_are_kept),
    cmocka_unit_test(a_profile_that_names_an_unknown_notice_is_refused),
    cmocka_unit_test(a_profile_without_a_paper_is_refused),
    cmocka_unit_test(an_unknown_profile_is_not_found),
    cmocka_unit_test(departments_are_whole_and_checked),
    cmocka_unit_test(a_department_with_a_wrong_credit_code_is_refused),
    cmocka_unit_test(paper_kinds_know_their_codes),
};

TEST_MAIN(tests)
