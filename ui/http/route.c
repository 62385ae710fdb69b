/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/http/route.h"

#include <string.h>

typedef struct {
    const HttpRoute *route;
    char **segments;
    guint n;
} Row;

struct RouteTable {
    Row *rows;
    gsize n;
};

static const char *const method_names[] = {
    [HTTP_GET] = "GET",     [HTTP_POST] = "POST",     [HTTP_PUT] = "PUT",
    [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE",
};

static gboolean is_param(const char *segment)
{
    return segment[0] == '{';
}

/* The name inside the braces. */
static char *param_name(const char *segment)
{
    return g_strndup(segment + 1, strlen(segment) - 2);
}

static gboolean row_fits(const Row *row, char **segments, guint n)
{
    if (row->n != n)
        return FALSE;
    for (guint i = 0; i < n; i++)
        if (is_param(row->segments[i]) ? segments[i][0] == '\0'
                                       : strcmp(row->segments[i], segments[i]) != 0)
            return FALSE;
    return TRUE;
}

static void param_clear(gpointer data)
{
    RouteParam *param = data;

    g_free(param->name);
    g_free(param->value);
}

static gboolean take_params(const Row *row, char **segments, RouteMatch *match, GError **error)
{
    match->params = g_array_new(FALSE, FALSE, sizeof(RouteParam));
    g_array_set_clear_func(match->params, param_clear);
    for (guint i = 0; i < row->n; i++) {
        RouteParam param;
        char *value;

        if (!is_param(row->segments[i]))
            continue;
        value = g_uri_unescape_string(segments[i], NULL);
        if (value == NULL || !g_utf8_validate(value, -1, NULL)) {
            g_free(value);
            return error_set(error, ERROR_BAD_REQUEST, "path segment %u", i + 1);
        }
        param = (RouteParam){param_name(row->segments[i]), value};
        g_array_append_val(match->params, param);
    }
    return TRUE;
}

const char *http_method_name(HttpMethod method)
{
    return method_names[method];
}

gboolean http_method_parse(const char *text, HttpMethod *method)
{
    if (strcmp(text, "HEAD") == 0)
        text = "GET";
    for (guint i = 0; i < G_N_ELEMENTS(method_names); i++)
        if (strcmp(text, method_names[i]) == 0) {
            *method = (HttpMethod)i;
            return TRUE;
        }
    return FALSE;
}

RouteTable *route_table_new(const HttpRoute *routes, gsize n_routes)
{
    RouteTable *table = g_new0(RouteTable, 1);

    table->rows = g_new0(Row, n_routes);
    table->n = n_routes;
    for (gsize i = 0; i < n_routes; i++) {
        g_assert(routes[i].pattern[0] == '/' && routes[i].handler != NULL);
        table->rows[i].route = &routes[i];
        table->rows[i].segments = g_strsplit(routes[i].pattern + 1, "/", -1);
        table->rows[i].n = g_strv_length(table->rows[i].segments);
    }
    return table;
}

void route_table_free(RouteTable *table)
{
    if (table == NULL)
        return;
    for (gsize i = 0; i < table->n; i++)
        g_strfreev(table->rows[i].segments);
    g_free(table->rows);
    g_free(table);
}

void route_match_clear(RouteMatch *match)
{
    g_clear_pointer(&match->params, g_array_unref);
    g_clear_pointer(&match->allow, g_free);
    match->route = NULL;
}

gboolean route_table_match(const RouteTable *table, HttpMethod method, const char *path,
                           RouteMatch *match, GError **error)
{
    g_auto(GStrv) segments = path[0] == '/' ? g_strsplit(path + 1, "/", -1) : NULL;
    guint n = segments != NULL ? g_strv_length(segments) : 0;
    g_autoptr(GString) allow = g_string_new(NULL);

    memset(match, 0, sizeof *match);
    for (gsize i = 0; segments != NULL && i < table->n; i++) {
        const Row *row = &table->rows[i];

        if (!row_fits(row, segments, n))
            continue;
        if (row->route->method != method) {
            g_string_append_printf(allow, "%s%s", allow->len > 0 ? ", " : "",
                                   http_method_name(row->route->method));
            continue;
        }
        match->route = row->route;
        match->index = i;
        return take_params(row, segments, match, error);
    }
    if (allow->len == 0)
        return error_set(error, ERROR_NO_ROUTE, "%s", g_utf8_validate(path, -1, NULL) ? path : "?");
    match->allow = g_string_free(g_steal_pointer(&allow), FALSE);
    return error_set(error, ERROR_METHOD, "%s %s", http_method_name(method), path);
}
