/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/ledger.h"
#include "tests/appliance/casework/lives.h"

#include <string.h>

static void every_ledger_has_its_columns(void **state)
{
    (void)state;
    for (int kind = 0; kind < LEDGERS; kind++) {
        gsize n;
        const LedgerColumn *column = ledger_columns((LedgerKind)kind, &n);
        g_autoptr(GString) titles = g_string_new(NULL);

        assert_true(n >= 9);
        assert_string_equal(column[0].key, "serial");
        assert_string_equal(column[n - 1].key, "remark");
        for (gsize i = 0; i < n; i++)
            g_string_append_printf(titles, " %s", column[i].title);
        assert_int_equal(ledger_parse(ledger_token((LedgerKind)kind)), kind);
        print_message("  ledger %s:%s\n", ledger_title((LedgerKind)kind), titles->str);
    }
    assert_int_equal(ledger_parse("weather"), -1);
}

/* The ledgers a case of this plan stands in, as tokens. */
static char *ledgers_of(Lives *lives, const LifePlan *plan)
{
    LifeState life;
    LedgerCase of_case = {.state = &life, .today = LIVES_MONDAY + 60};
    GString *out = g_string_new(NULL);

    lives_live(lives, plan, &life);
    for (int kind = 0; kind < LEDGERS; kind++)
        if (ledger_is_of_cases((LedgerKind)kind) && ledger_takes((LedgerKind)kind, &of_case))
            g_string_append_printf(out, "%s%s", out->len == 0 ? "" : " ",
                                   ledger_token((LedgerKind)kind));
    return g_string_free(out, FALSE);
}

static void a_case_stands_in_the_ledgers_of_its_kind_and_fate(void **state)
{
    static const struct {
        LifePlan plan;
        const char *ledgers;
    } cases[] = {
        {{"100001", "promise", LIFE_FILED, 4, 0, FALSE, FALSE},
         "intake window promise delivery filed"},
        {{"100001", "promise", LIFE_DELIVERED, 30, 0, FALSE, FALSE},
         "intake window promise overdue delivery"},
        {{"100007", "instant", LIFE_DELIVERED, 0, 0, FALSE, FALSE},
         "intake window instant delivery"},
        {{"100001", "supplement", LIFE_RECEIVED, 0, 0, FALSE, FALSE}, "intake window supplement"},
        {{"100001", "joint", LIFE_ACCEPTED, 0, 0, FALSE, FALSE}, "intake window joint overdue"},
        {{"100001", "upper", LIFE_RECEIVED, 0, 0, FALSE, FALSE}, "intake window upper"},
        {{"100001", "promise", LIFE_REFUSED, 0, 0, FALSE, FALSE}, "intake window promise refusal"},
        {{"100001", "promise", LIFE_RETURNED, 0, 0, FALSE, FALSE},
         "intake window promise return refusal"},
    };
    Lives *lives = lives_new("city");

    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *found = ledgers_of(lives, &cases[i].plan);

        assert_string_equal(found, cases[i].ledgers);
    }
    lives_free(lives);
}

static char *value_of(gpointer rows, gsize row, const char *key)
{
    return ledger_case_value(&((const LedgerCase *)rows)[row], key);
}

static void a_register_opens_in_a_spreadsheet(void **state)
{
    Lives *lives = lives_new("city");
    LifeState life[2];
    const LifePlan plan = {"100001", "promise", LIFE_DELIVERED, 30, 0, FALSE, FALSE};
    LedgerCase cases[2] = {{.state = &life[0],
                            .today = LIVES_MONDAY + 60,
                            .number = "320583-001-260302-003-0001-44",
                            .applicant = "𠮷·某,\"公司\"",
                            .notice_numbers = "昆水许准〔2026〕1号"},
                           {.state = &life[1],
                            .today = LIVES_MONDAY + 60,
                            .number = "320583-001-260302-003-0002-41",
                            .applicant = "=cmd()",
                            .remark = "+86 512"}};
    g_autofree char *csv = NULL;

    (void)state;
    lives_live(lives, &plan, &life[0]);
    lives_live(lives, &plan, &life[1]);
    csv = ledger_csv(LEDGER_PROMISE, value_of, cases, 2);
    assert_string_equal(
        csv, "\xEF\xBB\xBF"
             "序号,办件编号,事项,申请人,收件日期,受理日期,承诺办结,办结日期,结果,超期天数,"
             "文书编号,备注\r\n"
             "1,320583-001-260302-003-0001-44,取水许可审批,\"𠮷·某,\"\"公司\"\"\",2026-03-02,"
             "2026-03-02,2026-03-16,2026-04-01,准予,12,昆水许准〔2026〕1号,\r\n"
             "2,320583-001-260302-003-0002-41,取水许可审批,\"'=cmd()\",2026-03-02,2026-03-02,"
             "2026-03-16,2026-04-01,准予,12,,\"'+86 512\"\r\n");
    lives_free(lives);
}

static void plain_numbers_are_no_formulas(void **state)
{
    const char *const cells[] = {"-5", "+3.5", "-x", "@a", "", NULL, "a\nb"};
    g_autoptr(GString) out = g_string_new(NULL);

    (void)state;
    ledger_csv_line(out, cells, G_N_ELEMENTS(cells));
    assert_string_equal(out->str, "-5,+3.5,\"'-x\",\"'@a\",,,\"a\nb\"\r\n");
}

static void every_column_of_a_case_ledger_can_be_asked_for(void **state)
{
    Lives *lives = lives_new("city");
    const LifePlan plan = {"100001", "promise", LIFE_FILED, 4, 2, FALSE, FALSE};
    LifeState life;
    LedgerCase of_case = {.state = &life, .today = LIVES_MONDAY + 60, .documents = 8, .pages = 21};

    (void)state;
    lives_live(lives, &plan, &life);
    for (int kind = 0; kind < LEDGERS; kind++) {
        gsize n;
        const LedgerColumn *column = ledger_columns((LedgerKind)kind, &n);

        for (gsize i = 0; i < n; i++) {
            g_autofree char *text = ledger_case_value(&of_case, column[i].key);

            assert_non_null(text);
        }
    }
    {
        g_autofree char *recorded = ledger_case_value(&of_case, "recorded");
        g_autofree char *evidence = ledger_case_value(&of_case, "evidence");
        g_autofree char *stage = ledger_case_value(&of_case, "state");
        g_autofree char *pages = ledger_case_value(&of_case, "pages");

        assert_string_equal(recorded, "2026-03-04");
        assert_string_equal(evidence, "当面递交");
        assert_string_equal(stage, "归档");
        assert_string_equal(pages, "21");
    }
    lives_free(lives);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_ledger_has_its_columns),
    cmocka_unit_test(a_case_stands_in_the_ledgers_of_its_kind_and_fate),
    cmocka_unit_test(a_register_opens_in_a_spreadsheet),
    cmocka_unit_test(plain_numbers_are_no_formulas),
    cmocka_unit_test(every_column_of_a_case_ledger_can_be_asked_for),
};

TEST_MAIN(tests)
