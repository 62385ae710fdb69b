/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/number.h"
#include "tests/testing.h"

#include <string.h>

static const NumberParts parts = {320583, 1, 3, 17, 20778}; /* 2026-11-21 */

static void a_case_number_is_made_printed_and_read(void **state)
{
    GError *error = NULL;
    g_autofree char *digits = number_case(&parts, &error);
    g_autofree char *printed = number_case_print(digits, NULL);
    g_autofree char *read = number_case_read(printed, NULL);

    (void)state;
    assert_no_error(error);
    assert_int_equal(strlen(digits), 24);
    assert_true(g_str_has_prefix(printed, "320583-001-261121-003-0017-"));
    assert_string_equal(read, digits);
}

static void the_serial_after_9999_is_refused_as_exhausted(void **state)
{
    NumberParts over = parts;
    g_autoptr(GError) error = NULL;

    (void)state;
    over.serial = 10000;
    assert_null(number_case(&over, &error));
    assert_error_code(error, ERROR_SERIAL_EXHAUSTED);
}

static void a_mistyped_case_number_says_so(void **state)
{
    g_autofree char *digits = number_case(&parts, NULL);
    g_autoptr(GError) error = NULL;

    (void)state;
    digits[20] = digits[20] == '9' ? '8' : '9';
    assert_null(number_case_read(digits, &error));
    assert_error_code(error, ERROR_CHECK_DIGITS);
}

static void another_code_is_no_case_number(void **state)
{
    const Code person = {.kind = CODE_PERSON, .person = 7};
    g_autofree char *digits = code_compose(&person, NULL);
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_null(number_case_read(digits, &error));
    assert_error_code(error, ERROR_INVALID);
}

static void a_document_number_is_the_case_and_three_digits(void **state)
{
    g_autofree char *digits = number_case(&parts, NULL);
    g_autofree char *text = number_document(digits, 12, NULL);
    g_autofree char *back = NULL;
    guint document = 0;

    (void)state;
    assert_true(g_str_has_suffix(text, "-012"));
    back = number_document_read(text, &document, NULL);
    assert_string_equal(back, digits);
    assert_int_equal(document, 12);
    assert_null(number_document(digits, 0, NULL));
    assert_null(number_document(digits, 1000, NULL));
    assert_null(number_document_read("12", &document, NULL));
}

static const NumberValues notice = {
    .organ = "昆水", .matter = "许", .kind = "补", .day = 20778, .serial = 17};

static void a_notice_number_follows_its_template(void **state)
{
    const char *pattern = "{organ}{matter}{kind}〔{yyyy}〕{seq}号";
    g_autofree char *text = number_template_fill(pattern, &notice, NULL);

    (void)state;
    assert_string_equal(text, "昆水许补〔2026〕17号");
    assert_int_equal(number_template_serial(pattern, &notice, text), 17);
    assert_int_equal(number_template_serial(pattern, &notice, "昆水许补〔2025〕17号"), 0);
    assert_int_equal(number_template_serial(pattern, &notice, "昆水许受〔2026〕17号"), 0);
    assert_int_equal(number_template_serial(pattern, &notice, "昆"), 0);
    assert_int_equal(number_template_serial(pattern, &notice, "昆水许补〔2026〕017号"), 0);
}

static void the_default_case_number_is_a_template_too(void **state)
{
    const NumberValues values = {
        .region = 320583, .hall = 1, .window = 3, .day = 20778, .serial = 17};
    g_autofree char *by_template =
        number_template_fill("{region}{hall}{yyMMdd}{window}{seq:4}{KK}", &values, NULL);
    g_autofree char *by_parts = number_case(&parts, NULL);

    (void)state;
    assert_string_equal(by_template, by_parts);
    assert_int_equal(
        number_template_serial("{region}{hall}{yyMMdd}{window}{seq:4}{KK}", &values, by_template),
        17);
}

static void the_guangdong_number_is_a_template_of_43_digits(void **state)
{
    const NumberValues values = {
        .code31 = "11440232MB2D06811W4000117051000", .day = day_of(2020, 10, 20), .serial = 8};
    g_autofree char *text = number_template_fill("{code31}{yyyyMMdd}{seq:4}", &values, NULL);

    (void)state;
    assert_string_equal(text, "11440232MB2D06811W4000117051000202010200008");
}

static void a_template_names_what_is_wrong_with_it(void **state)
{
    static const struct {
        const char *pattern, *part;
    } bad[] = {{"{organ}", "0 serials"},  {"{seq}{seq:4}", "2 serials"}, {"{seq", "brace"},
               {"{seq}{moon}", "{moon}"}, {"{KK}{seq}", "{KK}"},         {"{seq}{}", "brace"}};

    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;

        assert_false(number_template_check(bad[i].pattern, &error));
        assert_error_code(error, ERROR_INVALID);
        assert_non_null(strstr(error->message, bad[i].part));
    }
}

static void gaps_are_what_is_missing_below_the_highest(void **state)
{
    const guint32 serials[] = {5, 1, 2, 2, 8};
    g_autoptr(GArray) gaps = number_gaps(serials, G_N_ELEMENTS(serials));
    g_autoptr(GArray) none = number_gaps(serials, 0);

    (void)state;
    assert_int_equal(gaps->len, 4);
    assert_int_equal(g_array_index(gaps, guint32, 0), 3);
    assert_int_equal(g_array_index(gaps, guint32, 3), 7);
    assert_int_equal(none->len, 0);
}

static void a_window_that_is_offline_uses_its_own_block(void **state)
{
    NumberBlock blocks[3] = {{1, 10, "001"}, {11, 12, "002"}};
    const guint32 used[] = {1, 2, 11};
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_int_equal(number_block_next(blocks, 2, "001", used, 3), 3);
    assert_int_equal(number_block_next(blocks, 2, "002", used, 3), 12);
    assert_int_equal(number_block_next(blocks, 2, "003", used, 3), 0);
    blocks[2] = number_block_draw(blocks, 2, 11, 5, "002");
    assert_int_equal(blocks[2].first, 13);
    assert_int_equal(blocks[2].last, 17);
    assert_true(number_blocks_check(blocks, 3, NULL));
    assert_int_equal(number_block_draw(blocks, 3, 40, 5, "001").first, 41);
    blocks[2].first = 12;
    assert_false(number_blocks_check(blocks, 3, &error));
    assert_error_code(error, ERROR_RULE);
    assert_non_null(strstr(error->message, "11 to 12 and 12 to 17"));
    blocks[2] = (NumberBlock){20, 19, "002"};
    assert_false(number_blocks_check(blocks, 3, NULL));
}

typedef gboolean (*Check)(const char *text, GError **error);

static void accepted(Check check, const char *text)
{
    GError *error = NULL;

    if (!check(text, &error))
        fail_msg("%s: %s", text, error->message);
}

static void rejected(Check check, const char *text, ErrorCode code)
{
    g_autoptr(GError) error = NULL;

    assert_false(check(text, &error));
    assert_error_code(error, code);
}

static const char *const uscc[] = {"11440232MB2D06811W", "12441500196720244T",
                                   "11100000000013338W", "11430000006122244L",
                                   "11220000013544541J", "91320583MA1ABCD2XM"};

static void credit_codes_of_the_standard_are_accepted(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(uscc); i++)
        accepted(number_uscc_check, uscc[i]);
    rejected(number_uscc_check, "91320583MA1ABCD2XN", ERROR_CHECK_DIGITS);
    rejected(number_uscc_check, "91320583MA1ABCD2X", ERROR_INVALID);
    rejected(number_uscc_check, "91320583MA1ABCDIXM", ERROR_INVALID);
    rejected(number_uscc_check, "91320583ma1abcd2xm", ERROR_INVALID);
    rejected(number_uscc_check, "", ERROR_INVALID);
}

static void the_organisation_codes_inside_them_are_accepted(void **state)
{
    (void)state;
    for (gsize i = 0; i + 1 < G_N_ELEMENTS(uscc); i++) { /* the last one is made up */
        g_autofree char *inner = g_strndup(uscc[i] + 8, 9);
        g_autofree char *dashed = g_strdup_printf("%.8s-%s", inner, inner + 8);

        accepted(number_org_check, inner);
        accepted(number_org_check, dashed);
        inner[8] = inner[8] == '1' ? '2' : '1';
        rejected(number_org_check, inner, ERROR_CHECK_DIGITS);
    }
    rejected(number_org_check, "MB2D0681", ERROR_INVALID);
    rejected(number_org_check, "MB2D06811A", ERROR_INVALID);
}

static void id_rejected(const char *text, ErrorCode code)
{
    g_autoptr(GError) error = NULL;

    assert_false(number_id_check(text, day_of(2026, 11, 21), &error));
    assert_error_code(error, code);
}

static void identity_numbers_need_a_real_date_and_their_check(void **state)
{
    (void)state;
    assert_true(number_id_check("11010519491231002X", day_of(2026, 11, 21), NULL));
    assert_true(number_id_check("320583199003071239", day_of(2026, 11, 21), NULL));
    id_rejected("110105194912310021", ERROR_CHECK_DIGITS);
    id_rejected("11010519490231002X", ERROR_INVALID);
    id_rejected("11010519491231002x", ERROR_INVALID);
    id_rejected("110105194912310", ERROR_INVALID);
    id_rejected("110105204912310024", ERROR_INVALID);
    assert_false(number_id_check("320583199003071239", day_of(1990, 3, 6), NULL));
    assert_true(number_id_check("320583199003071239", day_of(1990, 3, 7), NULL));
}

static void old_numbers_are_known_as_old(void **state)
{
    (void)state;
    assert_true(number_id_is_old("110105491231002"));
    assert_false(number_id_is_old("110105490231002"));
    assert_false(number_id_is_old("11010519491231002X"));
    assert_true(number_registration_is_old("320583000012345"));
    assert_false(number_registration_is_old("3205830000123456"));
}

static void licence_identifiers_of_the_standard_are_accepted(void **state)
{
    static const char *const good[] = {
        "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
        "1.2.156.3005.2.11100000000013338W032.11220000013544541J.2430599.001.F",
        "11100000000013338W032.11220000013544541J.2430599.001.F"};

    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(good); i++)
        accepted(number_licence_check, good[i]);
    rejected(number_licence_check, "11100000000013338W032.11220000013544541J.2430599.001.G",
             ERROR_CHECK_DIGITS);
    rejected(number_licence_check, "11100000000013338W032.11220000013544541J.2430598.001.F",
             ERROR_CHECK_DIGITS);
    rejected(number_licence_check, "11100000000013338W032.11220000013544541J..001.F",
             ERROR_INVALID);
    rejected(number_licence_check, "11100000000013338W032.11220000013544541J.1.001", ERROR_INVALID);
}

static void item_codes_are_12_31_or_33(void **state)
{
    (void)state;
    accepted(number_item_code_check, "000117051000");
    accepted(number_item_code_check, "11440232MB2D06811W4000117051000");
    accepted(number_item_code_check, "12441500196720244T3442199806003");
    accepted(number_item_code_check, "11440232MB2D06811W400011705100001");
    rejected(number_item_code_check, "11440232MB2D06811X4000117051000", ERROR_CHECK_DIGITS);
    rejected(number_item_code_check, "11440232MB2D06811W9000117051000", ERROR_INVALID);
    rejected(number_item_code_check, "0001170510", ERROR_INVALID);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_case_number_is_made_printed_and_read),
    cmocka_unit_test(the_serial_after_9999_is_refused_as_exhausted),
    cmocka_unit_test(a_mistyped_case_number_says_so),
    cmocka_unit_test(another_code_is_no_case_number),
    cmocka_unit_test(a_document_number_is_the_case_and_three_digits),
    cmocka_unit_test(a_notice_number_follows_its_template),
    cmocka_unit_test(the_default_case_number_is_a_template_too),
    cmocka_unit_test(the_guangdong_number_is_a_template_of_43_digits),
    cmocka_unit_test(a_template_names_what_is_wrong_with_it),
    cmocka_unit_test(gaps_are_what_is_missing_below_the_highest),
    cmocka_unit_test(a_window_that_is_offline_uses_its_own_block),
    cmocka_unit_test(credit_codes_of_the_standard_are_accepted),
    cmocka_unit_test(the_organisation_codes_inside_them_are_accepted),
    cmocka_unit_test(identity_numbers_need_a_real_date_and_their_check),
    cmocka_unit_test(old_numbers_are_known_as_old),
    cmocka_unit_test(licence_identifiers_of_the_standard_are_accepted),
    cmocka_unit_test(item_codes_are_12_31_or_33),
};

TEST_MAIN(tests)
