/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/api/guns.h"
#include "ui/api/printing.h"

/* Rows with a `run` go through call_run, which finds them again by their place. */
static void make_routes(Api *api)
{
    api->n_routes = api_n_rows;
    api->routes = g_new0(HttpRoute, api_n_rows);
    for (gsize i = 0; i < api_n_rows; i++) {
        const ApiRow *row = &api_rows[i];

        api->routes[i] = (HttpRoute){.method = row->method,
                                     .pattern = row->pattern,
                                     .roles = row->roles,
                                     .flags = row->flags,
                                     .handler = row->run != NULL ? call_run : row->page,
                                     .open = row->open,
                                     .body_bytes = row->body_bytes};
    }
}

Api *api_new(const ApiOptions *options, GError **error)
{
    Api *api = g_new0(Api, 1);

    api->options = *options;
    api->began_us = clock_now_us(store_clock(options->store));
    for (gsize i = 0; i < EDIT_LOCKS; i++)
        pthread_mutex_init(&api->edits[i], NULL);
    pthread_mutex_init(&api->month.lock, NULL);
    make_routes(api);
    api->house = house_new(options->store);
    api->readers = readers_new(options->store);
    api->views = views_new();
    api->schema = schema_new();
    api->shares = shares_new();
    api->answers = answers_new();
    api->public_numbers = throttle_new(store_clock(options->store), PUBLIC_TRIES);
    api->public_addresses = throttle_new(store_clock(options->store), 4 * PUBLIC_TRIES);
    api->feed = feed_new(api, error);
    if (api->feed == NULL) {
        api_free(api);
        return NULL;
    }
    api->scans = scan_desk_new(api);
    api->jobs = job_desk_new(api);
    api->prints = print_desk_new(api);
    api->guns = gun_desk_new(api, error);
    if (api->guns == NULL) {
        api_free(api);
        return NULL;
    }
    return api;
}

void api_free(Api *api)
{
    if (api == NULL)
        return;
    gun_desk_free(api->guns);
    print_desk_free(api->prints);
    scan_desk_free(api->scans);
    job_desk_free(api->jobs);
    feed_free(api->feed);
    event_hub_free(api->hub);
    throttle_free(api->public_numbers);
    throttle_free(api->public_addresses);
    views_free(api->views);
    readers_free(api->readers);
    house_free(api->house);
    schema_free(api->schema);
    shares_free(api->shares);
    answers_free(api->answers);
    for (gsize i = 0; i < EDIT_LOCKS; i++)
        pthread_mutex_destroy(&api->edits[i]);
    pthread_mutex_destroy(&api->month.lock);
    json_decref(api->month.oddities);
    g_free(api->routes);
    g_free(api);
}

const HttpRoute *api_routes(const Api *api, gsize *n)
{
    *n = api->n_routes;
    return api->routes;
}

EventHub *api_hub(const Api *api)
{
    return api->hub;
}

void api_denied(Api *api, const Denied *denied)
{
    if (api != NULL)
        feed_denied(api->feed, denied);
}

gboolean api_is_ready(void *context, GError **error)
{
    Api *api = context;

    return store_catch_up(api->options.store, error);
}

static void write_gauge(GString *out, const char *name, gint64 value)
{
    g_string_append_printf(out, "# TYPE anjuan_%s gauge\nanjuan_%s %" G_GINT64_FORMAT "\n", name,
                           name, value);
}

void api_metrics(void *context, GString *out)
{
    Api *api = context;
    const Clock *clock = store_clock(api->options.store);
    g_autoptr(GError) error = NULL;
    Catalog *reader = readers_take(api->readers, &error);
    g_autoptr(json_t) stacks = reader != NULL ? catalog_tray_stacks(reader, &error) : NULL;
    guint64 free_bytes;
    gint64 seq;

    write_gauge(out, "start_time_seconds", api->began_us / G_USEC_PER_SEC);
    write_gauge(out, "clock_trusted", clock_trust(clock) != TRUST_UNKNOWN);
    if (file_free_bytes(store_folder(api->options.store), &free_bytes, &error))
        write_gauge(out, "store_free_bytes", (gint64)free_bytes);
    if (reader != NULL && catalog_newest_seq(reader, &seq, &error))
        write_gauge(out, "journal_records", seq + 1);
    if (stacks != NULL)
        write_gauge(out, "tray_stacks", (gint64)json_array_size(stacks));
    scan_metrics(api->scans, out);
    if (error != NULL)
        g_warning("metrics: %s", error->message);
    readers_give(api->readers, reader);
}

Response *api_quick(Request *request, void *context, GError **error)
{
    const Api *api = context;
    const ApiRow *row = &api_rows[request_route(request) - api->routes];

    return row->run == get_find ? find_known(request, context, error) : NULL;
}
