/* SPDX-License-Identifier: Apache-2.0
 *
 * The HTTP API of the appliance (openapi.json): what one daemon keeps while it runs, and its
 * routes.
 *
 * An Api holds the store's house, a pool of reading connections, page workers for views, running
 * scans, bundles and audits, and the hub that tells every screen what happens. Records of other
 * processes (the command line) reach the hub through the journal's folder, which is watched.
 *
 *   request ─► row of the table ─► body fits its schema ─► handler(Call) ─► answer
 *
 * The table of routes (routes.c) is the one place that says who may do what. Acts are store_write
 * commands of appliance/counter; nothing is written here.
 */
#pragma once

#include "ui/http/server.h"
#include "ui/http/session.h"

typedef struct Api Api;

typedef struct {
    Store *store;
    Local *local;
    Sessions *sessions;
    const GPtrArray *devices; /* names of configured scanners; may be NULL */
    const GPtrArray *readers; /* "SEAT=READER" (guns.h); may be NULL */
    Lang lang;                /* of sentences that all screens share */
    gboolean secure;          /* served over TLS: addresses begin with https */
} ApiOptions;

/* What the options point to outlives it. */
Api *api_new(const ApiOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ends scans after the sheet that is moving, cancels bundles, waits for both and frees it. The
 * server is gone by then. */
void api_free(Api *api);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Api, api_free)

/* The routes for http_server_new, whose context is the Api. */
const HttpRoute *api_routes(const Api *api, gsize *n);
EventHub *api_hub(const Api *api);

/* A refused try becomes a record soon, whatever thread it happened on. `api` may be NULL: then
 * nobody listens yet. */
void api_denied(Api *api, const Denied *denied);

/* The server's quick answers: what is known without a worker. */
Response *api_quick(Request *request, void *api, GError **error);

/* Figures of the house for /metrics; nothing of a case or a person. */
void api_metrics(void *api, GString *out);

/* Whether work can be taken: the store follows its journal. For /readyz. */
gboolean api_is_ready(void *api, GError **error);
