/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/http/metrics.h"

#include <stdatomic.h>

#define CLASSES 6 /* 0 is not used; 1xx … 5xx */

static const gint64 bounds_us[] = {1000, 5000, 25000, 100000, 500000, 2500000};
static const char *const bounds_text[] = {"0.001", "0.005", "0.025", "0.1", "0.5", "2.5"};

typedef struct {
    atomic_uint_fast64_t by_class[CLASSES];
    atomic_uint_fast64_t buckets[G_N_ELEMENTS(bounds_us)];
    atomic_uint_fast64_t sum_us;
    atomic_uint_fast64_t n;
} Row;

struct HttpMetrics {
    const HttpRoute *routes;
    gsize n_routes;
    Row *rows; /* one more than routes: the last is for no route */
};

static void write_row(const HttpMetrics *metrics, gsize i, GString *out)
{
    Row *row = &metrics->rows[i];
    const HttpRoute *route = i < metrics->n_routes ? &metrics->routes[i] : NULL;
    g_autofree char *label =
        g_strdup_printf("route=\"%s\",method=\"%s\"", route != NULL ? route->pattern : "",
                        route != NULL ? http_method_name(route->method) : "");
    guint64 below = 0;

    if (atomic_load(&row->n) == 0)
        return;
    for (guint c = 1; c < CLASSES; c++)
        if (atomic_load(&row->by_class[c]) > 0)
            g_string_append_printf(
                out, "anjuan_http_requests_total{%s,code=\"%uxx\"} %" G_GUINT64_FORMAT "\n", label,
                c, (guint64)atomic_load(&row->by_class[c]));
    for (guint b = 0; b < G_N_ELEMENTS(bounds_us); b++) {
        below += atomic_load(&row->buckets[b]);
        g_string_append_printf(
            out,
            "anjuan_http_request_duration_seconds_bucket{%s,le=\"%s\"} %" G_GUINT64_FORMAT "\n",
            label, bounds_text[b], below);
    }
    g_string_append_printf(
        out, "anjuan_http_request_duration_seconds_bucket{%s,le=\"+Inf\"} %" G_GUINT64_FORMAT "\n",
        label, (guint64)atomic_load(&row->n));
    g_string_append_printf(out, "anjuan_http_request_duration_seconds_sum{%s} %.6f\n", label,
                           (double)atomic_load(&row->sum_us) / 1e6);
    g_string_append_printf(out,
                           "anjuan_http_request_duration_seconds_count{%s} %" G_GUINT64_FORMAT "\n",
                           label, (guint64)atomic_load(&row->n));
}

HttpMetrics *http_metrics_new(const HttpRoute *routes, gsize n_routes)
{
    HttpMetrics *metrics = g_new0(HttpMetrics, 1);

    metrics->routes = routes;
    metrics->n_routes = n_routes;
    metrics->rows = g_new0(Row, n_routes + 1);
    return metrics;
}

void http_metrics_free(HttpMetrics *metrics)
{
    if (metrics == NULL)
        return;
    g_free(metrics->rows);
    g_free(metrics);
}

void http_metrics_count(HttpMetrics *metrics, gssize row, guint status, gint64 took_us)
{
    Row *counts = &metrics->rows[row >= 0 ? (gsize)row : metrics->n_routes];
    guint b = 0;

    while (b < G_N_ELEMENTS(bounds_us) && took_us > bounds_us[b])
        b++;
    if (b < G_N_ELEMENTS(bounds_us))
        atomic_fetch_add(&counts->buckets[b], 1);
    atomic_fetch_add(&counts->by_class[CLAMP(status / 100, 1, CLASSES - 1)], 1);
    atomic_fetch_add(&counts->sum_us, (guint64)MAX(took_us, 0));
    atomic_fetch_add(&counts->n, 1);
}

void http_metrics_write(HttpMetrics *metrics, GString *out)
{
    g_string_append(out, "# TYPE anjuan_http_requests_total counter\n"
                         "# TYPE anjuan_http_request_duration_seconds histogram\n");
    for (gsize i = 0; i <= metrics->n_routes; i++)
        write_row(metrics, i, out);
}
