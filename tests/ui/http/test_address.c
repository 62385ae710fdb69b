/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/testing.h"

#include "ui/http/address.h"

static void addresses_with_a_port_are_taken(void **state)
{
    static const struct {
        const char *text;
        gboolean loopback;
    } good[] = {
        {"127.0.0.1:8080", TRUE}, {"localhost:0", TRUE}, {"[::1]:8080", TRUE},
        {"0.0.0.0:80", FALSE},    {"*:8080", FALSE},     {"192.168.1.7:65535", FALSE},
    };

    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(GError) error = NULL;
        ListenAddress address;

        assert_true(listen_address_parse(good[i].text, &address, &error));
        assert_no_error(error);
        assert_int_equal(listen_address_is_loopback(&address), good[i].loopback);
    }
}

static void anything_else_is_wrong_usage(void **state)
{
    static const char *const bad[] = {
        "",
        "8080",
        ":8080",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:65536",
        "127.0.0.1:8o",
        "::1:8080",
        "[::1]",
        "example.org:80",
        "127.0.0.1:-1",
        "[]:80",
        "127.1:80",
    };

    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        ListenAddress address;

        assert_false(listen_address_parse(bad[i], &address, &error));
        assert_error_code(error, ERROR_USAGE);
    }
}

static void a_taken_port_is_refused_with_its_address(void **state)
{
    g_autoptr(GError) error = NULL;
    ListenAddress address;
    g_autofree char *url = NULL;
    g_auto(Fd) first = -1;
    g_auto(Fd) second = -1;

    (void)state;
    assert_true(listen_address_parse("127.0.0.1:0", &address, &error));
    first = listen_open(&address, &error);
    assert_no_error(error);
    url = listen_url(first, "http");
    assert_true(g_str_has_prefix(url, "http://127.0.0.1:"));
    assert_true(listen_address_parse(url + strlen("http://"), &address, &error));
    second = listen_open(&address, &error);
    assert_int_equal(second, -1);
    assert_error_code(error, ERROR_NO_ADDRESS);
    assert_non_null(strstr(error->message, "127.0.0.1"));
}

static void a_wildcard_is_shown_as_loopback(void **state)
{
    g_autoptr(GError) error = NULL;
    ListenAddress address;
    g_autofree char *url = NULL;
    g_auto(Fd) fd = -1;

    (void)state;
    assert_true(listen_address_parse("0.0.0.0:0", &address, &error));
    fd = listen_open(&address, &error);
    assert_no_error(error);
    url = listen_url(fd, "https");
    assert_true(g_str_has_prefix(url, "https://127.0.0.1:"));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(addresses_with_a_port_are_taken),
    cmocka_unit_test(anything_else_is_wrong_usage),
    cmocka_unit_test(a_taken_port_is_refused_with_its_address),
    cmocka_unit_test(a_wildcard_is_shown_as_loopback),
};
TEST_MAIN(tests)
