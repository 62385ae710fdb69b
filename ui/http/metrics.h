/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures of the server in Prometheus' text form: requests and their time per route and status
 * class. Routes are named by their pattern, so no case number or name becomes a label.
 */
#pragma once

#include "ui/http/route.h"

typedef struct HttpMetrics HttpMetrics;

/* Counters of every route; `routes` outlive them. */
HttpMetrics *http_metrics_new(const HttpRoute *routes, gsize n_routes);
void http_metrics_free(HttpMetrics *metrics);

/* One answered request; `row` is its route or -1 for none. From any thread. */
void http_metrics_count(HttpMetrics *metrics, gssize row, guint status, gint64 took_us);

/* Append anjuan_http_requests_total and anjuan_http_request_duration_seconds. */
void http_metrics_write(HttpMetrics *metrics, GString *out);
