/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/testing.h"

#include "ui/http/route.h"

static Response *nothing(Request *request G_GNUC_UNUSED, void *context G_GNUC_UNUSED,
                         GError **error G_GNUC_UNUSED)
{
    return response_empty(204);
}

static const HttpRoute routes[] = {
    {HTTP_GET, "/", 0, 0, nothing, NULL, 0},
    {HTTP_GET, "/cases", 0, 0, nothing, NULL, 0},
    {HTTP_POST, "/cases", 0, 0, nothing, NULL, 0},
    {HTTP_GET, "/cases/today", 0, 0, nothing, NULL, 0},
    {HTTP_GET, "/cases/{number}", 0, 0, nothing, NULL, 0},
    {HTTP_GET, "/sides/{id}/{what}", 0, 0, nothing, NULL, 0},
};

static ErrorCode match_error(HttpMethod method, const char *path, RouteMatch *match)
{
    g_autoptr(RouteTable) table = route_table_new(routes, G_N_ELEMENTS(routes));
    g_autoptr(GError) error = NULL;

    if (route_table_match(table, method, path, match, &error))
        return ERROR_NONE;
    assert_non_null(error);
    return error_code(error);
}

static void the_first_row_that_fits_wins(void **state)
{
    static const struct {
        const char *path;
        gsize index;
    } found[] = {
        {"/", 0}, {"/cases", 1}, {"/cases/today", 3}, {"/cases/12", 4}, {"/sides/a/view", 5},
    };

    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(found); i++) {
        RouteMatch match;

        assert_int_equal(match_error(HTTP_GET, found[i].path, &match), ERROR_NONE);
        assert_int_equal(match.index, found[i].index);
        route_match_clear(&match);
    }
}

static void names_take_their_unescaped_part(void **state)
{
    RouteMatch match;

    (void)state;
    assert_int_equal(match_error(HTTP_GET, "/sides/a%2Fb%20%E6%A1%88/full", &match), ERROR_NONE);
    assert_int_equal(match.params->len, 2);
    assert_string_equal(g_array_index(match.params, RouteParam, 0).name, "id");
    assert_string_equal(g_array_index(match.params, RouteParam, 0).value, "a/b 案");
    assert_string_equal(g_array_index(match.params, RouteParam, 1).value, "full");
    route_match_clear(&match);
}

static void unknown_paths_are_not_found(void **state)
{
    static const char *const unknown[] = {"",           "cases",        "/case",
                                          "/cases/",    "/cases//",     "//cases",
                                          "/cases/1/2", "/sides//view", "/%63ases"};

    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(unknown); i++) {
        RouteMatch match;

        assert_int_equal(match_error(HTTP_GET, unknown[i], &match), ERROR_NO_ROUTE);
        route_match_clear(&match);
    }
}

static void a_wrong_method_names_those_that_fit(void **state)
{
    RouteMatch match;

    (void)state;
    assert_int_equal(match_error(HTTP_DELETE, "/cases", &match), ERROR_METHOD);
    assert_string_equal(match.allow, "GET, POST");
    route_match_clear(&match);
}

static void broken_escapes_are_a_bad_request(void **state)
{
    static const char *const broken[] = {"/cases/%", "/cases/%4", "/cases/%zz", "/cases/a%00b",
                                         "/cases/%ff%fe"};

    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(broken); i++) {
        RouteMatch match;

        assert_int_equal(match_error(HTTP_GET, broken[i], &match), ERROR_BAD_REQUEST);
        route_match_clear(&match);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_first_row_that_fits_wins),
    cmocka_unit_test(names_take_their_unescaped_part),
    cmocka_unit_test(unknown_paths_are_not_found),
    cmocka_unit_test(a_wrong_method_names_those_that_fit),
    cmocka_unit_test(broken_escapes_are_a_bad_request),
};
TEST_MAIN(tests)
