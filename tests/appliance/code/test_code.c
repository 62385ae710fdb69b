/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/code/code.h"
#include "tests/testing.h"

#include <string.h>

static const Code samples[] = {
    {.kind = CODE_CASE, .of_case = {320583, 1, 261121, 3, 17}},
    {.kind = CODE_DOCUMENT, .document = {{320583, 1, 261121, 3, 17}, 12, 2}},
    {.kind = CODE_DAY_CLOSE, .day_close = {261121, 1, 3, 1234567}},
    {.kind = CODE_PLACE, .place = 4711},
    {.kind = CODE_PERSON, .person = 123},
    {.kind = CODE_SLOT, .slot = {100001, 1001, 42, 3, 8}},
    {.kind = CODE_SLOT, .slot = {100001, CODE_ITEM_CARD, 42, 1, 1}},
    {.kind = CODE_COMMAND, .command = {COMMAND_INTAKE_FINISHED, 0}},
};
static const gsize lengths[] = {24, 30, 24, 12, 10, 24, 24, 8};

static char *composed(const Code *code)
{
    GError *error = NULL;
    char *digits = code_compose(code, &error);

    assert_no_error(error);
    return digits;
}

static void every_kind_comes_back_as_it_went(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(samples); i++) {
        g_autofree char *digits = composed(&samples[i]);
        g_autofree char *printed = code_print(&samples[i], NULL);
        g_autofree char *again = NULL, *from_print = NULL;
        GError *error = NULL;
        Code code;

        assert_int_equal(strlen(digits), lengths[i]);
        assert_int_equal(strlen(digits) % 2, 0);
        assert_true(code_parse(digits, &code, &error));
        assert_no_error(error);
        assert_int_equal(code.kind, samples[i].kind);
        again = composed(&code);
        assert_string_equal(again, digits);
        assert_true(code_parse(printed, &code, NULL));
        from_print = composed(&code);
        assert_string_equal(from_print, digits);
    }
}

static void a_case_is_printed_with_hyphens(void **state)
{
    g_autofree char *printed = code_print(&samples[0], NULL);

    (void)state;
    assert_true(g_str_has_prefix(printed, "320583-001-261121-003-0017-"));
    assert_int_equal(strlen(printed), 29);
}

static void check_digits_follow_iso_7064(void **state)
{
    (void)state;
    /* the standard's own example: 794 has the check digits 44 */
    assert_int_equal(code_check_digits("794"), 44);
    assert_true(code_check_fits("79444"));
    assert_false(code_check_fits("79445"));
    assert_false(code_check_fits(""));
    /* 02 and 99 leave the same remainder: only one of them is ever written */
    assert_true(code_check_fits("9607402668"
                                "02"));
    assert_false(code_check_fits("9607402668"
                                 "99"));
}

static void every_slip_of_one_digit_is_a_check_error(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(samples); i++) {
        g_autofree char *digits = composed(&samples[i]);

        for (gsize at = 2; digits[at] != '\0'; at++) {
            char right = digits[at];

            for (char wrong = '0'; wrong <= '9'; wrong++) {
                g_autoptr(GError) error = NULL;
                Code code;

                if (wrong == right)
                    continue;
                digits[at] = wrong;
                assert_false(code_parse(digits, &code, &error));
                assert_error_code(error, ERROR_CHECK_DIGITS);
            }
            digits[at] = right;
        }
    }
}

static void every_swap_of_neighbours_is_found(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(samples); i++) {
        g_autofree char *digits = composed(&samples[i]);

        for (gsize at = 2; digits[at + 1] != '\0'; at++) {
            g_autoptr(GError) error = NULL;
            char left = digits[at];
            Code code;

            if (left == digits[at + 1])
                continue;
            digits[at] = digits[at + 1];
            digits[at + 1] = left;
            assert_false(code_parse(digits, &code, &error));
            assert_error_code(error, ERROR_CHECK_DIGITS);
            digits[at + 1] = digits[at];
            digits[at] = left;
        }
    }
}

static void foreign_texts_are_not_ours(void **state)
{
    static const char *const foreign[] = {
        "",
        "6901234567892",
        "11440232MB2D06811W",
        "-32058300126112100300174",
        "320583--001",
        "9905-",
        "99050",
        "http://x",
        "93320583001261121003001700",
        "123456789012345678901234567890123",
        "办件",
        "85058300126112100300170000",
    };

    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(foreign); i++) {
        g_autoptr(GError) error = NULL;
        Code code;

        assert_false(code_parse(foreign[i], &code, &error));
        assert_error_code(error, ERROR_INVALID);
    }
}

/* `body` with right check digits is refused all the same, and the message names `part`. */
static void refused(const char *body, const char *part)
{
    g_autofree char *digits = g_strdup_printf("%s%02u", body, code_check_digits(body));
    g_autoptr(GError) error = NULL;
    Code code;

    assert_false(code_parse(digits, &code, &error));
    assert_error_code(error, ERROR_INVALID);
    assert_non_null(strstr(error->message, part));
}

static void impossible_parts_are_refused_though_the_digits_fit(void **state)
{
    (void)state;
    refused("3205830012602300030017", "date");
    refused("3205830002611210030017", "hall");
    refused("3205830012611210000017", "window");
    refused("3205830012611210030000", "serial");
    refused("9432058300126112100300170001", "document");
    refused("9810000110000000420308", "slot");
    refused("9810000140010000420308", "slot");
    refused("9810000110010000420908", "sheet 9 of 8");
    refused("9810000110010000420101", "set of one");
    refused("9800000010010000420102", "item");
    refused("990000", "command");
    refused("991300", "command");
    refused("97000000", "user");
    refused("9600000000", "place");
}

static void random_digits_never_become_an_impossible_code(void **state)
{
    GRand *random = g_rand_new_with_seed(97);
    guint ours = 0;

    (void)state;
    for (int turn = 0; turn < 200000; turn++) {
        static const int digits[] = {8, 10, 12, 24, 30};
        char text[CODE_DIGITS_MAX + 1] = {0};
        int length = digits[g_rand_int_range(random, 0, 5)];
        g_autofree char *again = NULL;
        Code code;

        for (int i = 0; i < length; i++)
            text[i] = (char)('0' + g_rand_int_range(random, 0, 10));
        text[0] = g_rand_boolean(random) ? '9' : '3';
        if (!code_parse(text, &code, NULL))
            continue;
        ours++;
        again = composed(&code);
        assert_string_equal(again, text);
    }
    assert_true(ours > 0);
    g_rand_free(random);
}

static void composing_refuses_what_parsing_would(void **state)
{
    const Code bad[] = {
        {.kind = CODE_CASE, .of_case = {320583, 1, 260230, 3, 17}},
        {.kind = CODE_CASE, .of_case = {320583, 1, 261121, 3, 10000}},
        {.kind = CODE_CASE, .of_case = {920583, 1, 261121, 3, 1}},
        {.kind = CODE_DOCUMENT, .document = {{320583, 1, 261121, 3, 17}, 1000, 2}},
        {.kind = CODE_SLOT, .slot = {100001, 4001, 42, 3, 8}},
    };

    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;

        assert_null(code_compose(&bad[i], &error));
        assert_error_code(error, ERROR_INVALID);
    }
}

static void slot_names_have_one_spelling(void **state)
{
    g_autofree char *a = code_slot_name(1001), *b = code_slot_name(2123), *c = code_slot_name(3099);

    (void)state;
    assert_string_equal(a, "A01");
    assert_string_equal(b, "B123");
    assert_string_equal(c, "C99");
    assert_int_equal(code_slot_number("A01"), 1001);
    assert_int_equal(code_slot_number("B123"), 2123);
    assert_int_equal(code_slot_number("A001"), 0);
    assert_int_equal(code_slot_number("A00"), 0);
    assert_int_equal(code_slot_number("A1"), 0);
    assert_int_equal(code_slot_number("D01"), 0);
    assert_int_equal(code_slot_number("A1x"), 0);
    assert_int_equal(code_slot_number(""), 0);
    assert_null(code_slot_name(0));
    assert_null(code_slot_name(1000));
    assert_null(code_slot_name(4001));
}

static void every_kind_has_a_token(void **state)
{
    (void)state;
    assert_string_equal(code_kind_token(CODE_CASE), "case");
    assert_string_equal(code_kind_token(CODE_DAY_CLOSE), "day-close");
    assert_string_equal(code_kind_token(CODE_COMMAND), "command");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_comes_back_as_it_went),
        cmocka_unit_test(a_case_is_printed_with_hyphens),
        cmocka_unit_test(check_digits_follow_iso_7064),
        cmocka_unit_test(every_slip_of_one_digit_is_a_check_error),
        cmocka_unit_test(every_swap_of_neighbours_is_found),
        cmocka_unit_test(foreign_texts_are_not_ours),
        cmocka_unit_test(impossible_parts_are_refused_though_the_digits_fit),
        cmocka_unit_test(random_digits_never_become_an_impossible_code),
        cmocka_unit_test(composing_refuses_what_parsing_would),
        cmocka_unit_test(slot_names_have_one_spelling),
        cmocka_unit_test(every_kind_has_a_token),
    };

    testing_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
