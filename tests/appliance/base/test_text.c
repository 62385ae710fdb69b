/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/testing.h"

#include "appliance/base/clock.h"
#include "appliance/base/digest.h"
#include "appliance/base/json.h"
#include "appliance/base/random.h"
#include "appliance/base/text.h"

#include <string.h>

static void hex_goes_there_and_back(void **state G_GNUC_UNUSED)
{
    guint8 bytes[] = {0x00, 0x7f, 0xff, 0x10}, back[4];
    g_autofree char *hex = hex_encode(bytes, sizeof bytes);

    assert_string_equal(hex, "007fff10");
    assert_true(hex_decode(hex, back, sizeof back));
    assert_memory_equal(bytes, back, sizeof bytes);
}

static void hex_of_another_length_or_case_is_refused(void **state G_GNUC_UNUSED)
{
    static const char *const bad[] = {"", "00", "0000000", "000000000", "0000000G", "ABCDEF00"};
    guint8 bytes[4];

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        assert_false(hex_decode(bad[i], bytes, sizeof bytes));
}

static void cells_escape_what_would_break_a_line(void **state G_GNUC_UNUSED)
{
    g_autofree char *cell = text_escape_cell("a\tb\nc\\d\x01"
                                             "e\xff"
                                             "张");

    assert_string_equal(cell, "a\\tb\\nc\\\\d\\x01e\\xFF张");
}

static void digits_are_ascii_digits_alone(void **state G_GNUC_UNUSED)
{
    assert_true(text_is_digits("0123456789"));
    assert_false(text_is_digits(""));
    assert_false(text_is_digits("12a"));
    assert_false(text_is_digits("１２"));
}

static void digests_are_those_of_the_standard(void **state G_GNUC_UNUSED)
{
    g_autofree char *hex = sha256_hex("abc", 3);
    g_autofree char *wide = NULL;
    DigestPass pass;
    Digests digests;

    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    digest_init(&pass);
    digest_update(&pass, "a", 1);
    digest_update(&pass, "bc", 2);
    digest_finish(&pass, &digests);
    wide = hex_encode(digests.sha512, sizeof digests.sha512);
    assert_true(g_str_has_prefix(wide, "ddaf35a193617abacc417349ae204131"));
}

static void instants_are_printed_and_read_in_utc(void **state G_GNUC_UNUSED)
{
    g_autofree char *text = clock_format(G_GINT64_CONSTANT(1795257751) * G_USEC_PER_SEC + 5);
    gint64 us;

    assert_string_equal(text, "2026-11-21T10:42:31Z");
    assert_true(clock_parse(text, &us));
    assert_int_equal(us, G_GINT64_CONSTANT(1795257751) * G_USEC_PER_SEC);
}

static void what_is_no_instant_is_refused(void **state G_GNUC_UNUSED)
{
    static const char *const bad[] = {"",
                                      "2026-11-21",
                                      "2026-11-21T10:42:31",
                                      "2026-13-21T10:42:31Z",
                                      "2026-11-21T10:42:31+08",
                                      "yesterday at tea time"};
    gint64 us;

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        assert_false(clock_parse(bad[i], &us));
}

static void a_manual_clock_stands_until_moved(void **state G_GNUC_UNUSED)
{
    gint64 now_us = 5;
    Clock clock = clock_manual(&now_us);

    assert_int_equal(clock_now_us(&clock), 5);
    now_us = 9;
    assert_int_equal(clock_now_us(&clock), 9);
    assert_string_equal(trust_token(clock_trust(&clock)), "synced");
}

static void a_seed_repeats_itself_and_differs_from_others(void **state G_GNUC_UNUSED)
{
    SeededRandom a, b, c;
    Random one = random_seeded(&a, 1), same = random_seeded(&b, 1), other = random_seeded(&c, 2);
    g_autofree char *x = random_hex128(&one), *y = random_hex128(&same), *z = random_hex128(&other);
    g_autofree char *next = random_hex128(&one);

    assert_string_equal(x, y);
    assert_string_not_equal(x, z);
    assert_string_not_equal(x, next);
}

static void json_is_strict_and_names_the_place(void **state G_GNUC_UNUSED)
{
    static const char *const bad[] = {"{\"a\":1,\"a\":2}", "{\"a\":}", "[1] x", ""};

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;

        assert_null(json_parse(bad[i], strlen(bad[i]), "x.json", ERROR_DEFINITION, &error));
        assert_error_code(error, ERROR_DEFINITION);
        assert_non_null(strstr(error->message, "x.json, line "));
    }
}

static void a_json_line_keeps_the_order_of_its_keys(void **state G_GNUC_UNUSED)
{
    g_autoptr(json_t) value = json_pack("{s:i, s:s, s:b}", "z", 1, "a", "张\n", "m", 1);
    g_autofree char *line = json_line(value);

    assert_string_equal(line, "{\"z\":1,\"a\":\"张\\n\",\"m\":true}");
    assert_int_equal(json_int(value, "z", 0), 1);
    assert_int_equal(json_int(value, "a", 7), 7);
    assert_null(json_text(value, "z"));
    assert_true(json_flag(value, "m"));
}

static void languages_are_known_by_their_first_letters(void **state G_GNUC_UNUSED)
{
    Lang lang = LANG_EN;

    assert_true(lang_parse("zh_CN.UTF-8", &lang));
    assert_int_equal(lang, LANG_ZH);
    assert_false(lang_parse("fr", &lang));
    assert_int_equal(lang, LANG_ZH);
}

static void equal_texts_are_kept_once(void **state G_GNUC_UNUSED)
{
    g_autofree char *first = g_strdup("100245"), *second = g_strdup("100245");
    const char *kept = text_intern(first);

    assert_ptr_equal(text_intern(second), kept);
    memset(first, 'x', strlen(first));
    assert_string_equal(kept, "100245");
    assert_ptr_not_equal(text_intern("100246"), kept);
    assert_null(text_intern(NULL));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(hex_goes_there_and_back),
    cmocka_unit_test(hex_of_another_length_or_case_is_refused),
    cmocka_unit_test(cells_escape_what_would_break_a_line),
    cmocka_unit_test(digits_are_ascii_digits_alone),
    cmocka_unit_test(equal_texts_are_kept_once),
    cmocka_unit_test(digests_are_those_of_the_standard),
    cmocka_unit_test(instants_are_printed_and_read_in_utc),
    cmocka_unit_test(what_is_no_instant_is_refused),
    cmocka_unit_test(a_manual_clock_stands_until_moved),
    cmocka_unit_test(a_seed_repeats_itself_and_differs_from_others),
    cmocka_unit_test(json_is_strict_and_names_the_place),
    cmocka_unit_test(a_json_line_keeps_the_order_of_its_keys),
    cmocka_unit_test(languages_are_known_by_their_first_letters),
};

TEST_MAIN(tests)
