/* SPDX-License-Identifier: Apache-2.0
 *
 * The real server on loopback: every case starts one of its own and stops it.
 */
#include "tests/ui/http/client.h"

#include "ui/http/server.h"

#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ROLE_CLERK = 1, ROLE_ADMIN = 2 };

/* What the handlers below share with their case. */
typedef struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    Request *kept;
    gboolean hold; /* workers wait while it is set */
    guint held;
    guint64 streamed;
    guint sinks_open;
    guint logged;
    gboolean ready;
    EventHub *hub;
} Hall;

static Response *hello(Request *request, void *context G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
    const char *name = request_query(request, "name");
    g_autofree char *text = g_strdup_printf("hello %s", name != NULL ? name : "nobody");

    return response_text(200, "text/plain", text);
}

static Response *show_case(Request *request, void *context G_GNUC_UNUSED, GError **error)
{
    if (strcmp(request_param(request, "number"), "404") == 0) {
        error_set(error, ERROR_NO_CASE, "%s", request_param(request, "number"));
        return NULL;
    }
    return response_text(200, "text/plain", request_param(request, "number"));
}

static Response *echo_json(Request *request, void *context G_GNUC_UNUSED, GError **error)
{
    g_autoptr(json_t) body = request_json(request, error);

    return body != NULL ? response_json(201, body) : NULL;
}

static Response *echo_form(Request *request, void *context G_GNUC_UNUSED, GError **error)
{
    g_autoptr(GHashTable) form = request_form(request, error);
    const char *value = form != NULL ? g_hash_table_lookup(form, "code") : NULL;

    if (form == NULL)
        return NULL;
    return response_text(200, "text/plain", value != NULL ? value : "");
}

static Response *keep(Request *request, void *context, GError **error G_GNUC_UNUSED)
{
    Hall *hall = context;

    request_keep(request);
    pthread_mutex_lock(&hall->lock);
    hall->kept = request;
    pthread_cond_broadcast(&hall->changed);
    pthread_mutex_unlock(&hall->lock);
    return NULL;
}

static Response *work(Request *request G_GNUC_UNUSED, void *context, GError **error G_GNUC_UNUSED)
{
    Hall *hall = context;

    pthread_mutex_lock(&hall->lock);
    hall->held++;
    pthread_cond_broadcast(&hall->changed);
    while (hall->hold)
        pthread_cond_wait(&hall->changed, &hall->lock);
    hall->held--;
    pthread_mutex_unlock(&hall->lock);
    return response_text(200, "text/plain", "worked");
}

static gboolean sink_write(void *self, const void *bytes, gsize size, GError **error)
{
    Hall *hall = self;

    if (memchr(bytes, '!', size) != NULL)
        return error_set(error, ERROR_FORMAT, "a bad byte");
    hall->streamed += size;
    return TRUE;
}

static void sink_destroy(void *self)
{
    Hall *hall = self;

    pthread_mutex_lock(&hall->lock);
    hall->sinks_open--;
    pthread_mutex_unlock(&hall->lock);
}

static gboolean upload_open(Request *request, void *context, GError **error)
{
    Hall *hall = context;

    if (request_header(request, "Repr-Digest") == NULL)
        return error_set(error, ERROR_BAD_REQUEST, "Repr-Digest is missing");
    pthread_mutex_lock(&hall->lock);
    hall->sinks_open++;
    pthread_mutex_unlock(&hall->lock);
    request_sink_set(request, (BodySink){sink_write, sink_destroy, hall});
    return TRUE;
}

static Response *upload(Request *request, void *context, GError **error G_GNUC_UNUSED)
{
    Hall *hall = context;
    g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT, hall->streamed);

    assert(request_sink(request) == hall);
    return response_text(200, "text/plain", text);
}

static Response *page_file(Request *request G_GNUC_UNUSED, void *context G_GNUC_UNUSED,
                           GError **error)
{
    g_auto(Fd) fd = memfd_create("page", MFD_CLOEXEC);
    Response *response;

    if (!file_write_all(fd, "page", "0123456789", 10, error))
        return NULL;
    response = response_file(fd_steal(&fd), 10, "image/jpeg");
    response_etag(response, "v1");
    return response;
}

static Response *events(Request *request G_GNUC_UNUSED, void *context, GError **error G_GNUC_UNUSED)
{
    return response_events(((Hall *)context)->hub, -1);
}

static Response *person(Request *request, void *context G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
    return response_text(200, "text/plain", request_session(request));
}

static const HttpRoute routes[] = {
    {HTTP_GET, "/hello", 0, 0, hello, NULL, 0},
    {HTTP_GET, "/cases/{number}", 0, 0, show_case, NULL, 0},
    {HTTP_POST, "/cases", 0, 0, echo_json, NULL, 0},
    {HTTP_POST, "/form", 0, 0, echo_form, NULL, 100},
    {HTTP_GET, "/keep", 0, 0, keep, NULL, 0},
    {HTTP_GET, "/work", 0, ROUTE_WORKER, work, NULL, 0},
    {HTTP_PUT, "/pages", 0, ROUTE_STREAM, upload, upload_open, 8 * 1024 * 1024},
    {HTTP_GET, "/file", 0, 0, page_file, NULL, 0},
    {HTTP_GET, "/events", 0, 0, events, NULL, 0},
    {HTTP_GET, "/person", ROLE_CLERK, 0, person, NULL, 0},
    {HTTP_GET, "/screen", ROLE_CLERK, ROUTE_PAGE, person, NULL, 0},
    {HTTP_GET, "/admin", ROLE_ADMIN, 0, person, NULL, 0},
};

static const Embedded files[] = {
    {"index.html", (const unsigned char *)"<p>plain", 8},
    {"assets/app-1a2b.js", (const unsigned char *)"let a", 5},
    {"assets/app-1a2b.js.gz", (const unsigned char *)"\x1f\x8bGZ", 4},
    {NULL, NULL, 0},
};

/* "Clerk: name" stands for a session with the clerk's role. */
static gboolean guard(void *context G_GNUC_UNUSED, Request *request, GError **error)
{
    const char *name = request_header(request, "Clerk");

    if (request_route(request)->roles == 0)
        return TRUE;
    if (name == NULL)
        return error_set(error, ERROR_NO_SESSION, "%s", request_path(request));
    request_session_set(request, g_strdup(name), g_free);
    return (request_route(request)->roles & ROLE_CLERK) != 0 ||
           error_set(error, ERROR_FORBIDDEN, "%s", request_path(request));
}

static gboolean is_ready(void *context, GError **error)
{
    return ((Hall *)context)->ready || error_set(error, ERROR_DISK_FULL, "data");
}

static void add_metric(void *context G_GNUC_UNUSED, GString *out)
{
    g_string_append(out, "anjuan_cases{state=\"received\"} 3\n");
}

static void log_answer(void *context, const HttpLogLine *line G_GNUC_UNUSED)
{
    Hall *hall = context;

    pthread_mutex_lock(&hall->lock);
    hall->logged++;
    pthread_cond_broadcast(&hall->changed);
    pthread_mutex_unlock(&hall->lock);
}

typedef struct {
    Hall hall;
    Assets *assets;
    HttpServer *server;
} Fixture;

static HttpServer *start(Fixture *f, HttpLimits limits)
{
    g_autoptr(GError) error = NULL;
    HttpOptions options = {
        .limits = limits,
        .guard = guard,
        .sign_on_path = "/login",
        .assets = f->assets,
        .hub = f->hall.hub,
        .ready = is_ready,
        .metrics = add_metric,
        .log = log_answer,
    };

    assert_true(listen_address_parse("127.0.0.1:0", &options.listen, &error));
    f->server = http_server_new(&options, routes, G_N_ELEMENTS(routes), &f->hall, &error);
    assert_no_error(error);
    return f->server;
}

static int setup(void **state)
{
    Fixture *f = g_new0(Fixture, 1);

    pthread_mutex_init(&f->hall.lock, NULL);
    pthread_cond_init(&f->hall.changed, NULL);
    f->hall.ready = TRUE;
    f->hall.hub = event_hub_new(&(EventHubOptions){.ring = 256});
    f->assets = assets_new(files);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    Fixture *f = *state;

    http_server_free(f->server);
    assets_free(f->assets);
    event_hub_free(f->hall.hub);
    pthread_cond_destroy(&f->hall.changed);
    pthread_mutex_destroy(&f->hall.lock);
    g_free(f);
    return 0;
}

static char *url_of(const Fixture *f, const char *path)
{
    return g_strconcat(http_server_url(f->server), path, NULL);
}

static Answer get(const Fixture *f, const char *path, const char *header)
{
    const char *headers[] = {header, NULL};
    g_autofree char *url = url_of(f, path);

    return client_ask(url, &(Ask){.headers = headers});
}

static Answer send_body(const Fixture *f, const char *path, const Ask *ask)
{
    g_autofree char *url = url_of(f, path);

    return client_ask(url, ask);
}

static void assert_problem(const Answer *answer, long status, ErrorCode code)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) body =
        json_parse(answer->body->str, answer->body->len, "answer", ERROR_FORMAT, &error);
    g_autofree char *type = answer_header(answer, "Content-Type");

    assert_int_equal(answer->status, status);
    assert_string_equal(type, "application/problem+json");
    assert_no_error(error);
    assert_string_equal(json_text(body, "code"), error_token(code));
    assert_int_equal(json_int(body, "status", 0), status);
    assert_non_null(json_text(body, "title"));
}

static void wait_until(Hall *hall, const guint *value, guint wanted)
{
    pthread_mutex_lock(&hall->lock);
    while (*value != wanted)
        pthread_cond_wait(&hall->changed, &hall->lock);
    pthread_mutex_unlock(&hall->lock);
}

static void a_route_answers_with_the_strict_headers(void **state)
{
    Fixture *f = *state;
    g_auto(Answer) answer = {0};
    g_autofree char *csp = NULL;
    g_autofree char *sniff = NULL;
    g_autofree char *cache = NULL;
    g_autofree char *referrer = NULL;

    start(f, (HttpLimits){0});
    answer = get(f, "/hello?name=%E7%8E%8B%E8%8A%B3+A", NULL);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body->str, "hello 王芳 A");
    csp = answer_header(&answer, "Content-Security-Policy");
    assert_non_null(strstr(csp, "default-src 'self'"));
    assert_null(strstr(csp, "unsafe"));
    sniff = answer_header(&answer, "X-Content-Type-Options");
    assert_string_equal(sniff, "nosniff");
    cache = answer_header(&answer, "Cache-Control");
    assert_string_equal(cache, "no-store");
    referrer = answer_header(&answer, "Referrer-Policy");
    assert_string_equal(referrer, "no-referrer");
}

static void errors_are_problems_of_the_one_list(void **state)
{
    Fixture *f = *state;
    g_auto(Answer) unknown = {0};
    g_auto(Answer) method = {0};
    g_auto(Answer) no_case = {0};
    g_auto(Answer) english = {0};
    g_autofree char *allow = NULL;

    start(f, (HttpLimits){0});
    unknown = get(f, "/nowhere", NULL);
    assert_problem(&unknown, 404, ERROR_NO_ROUTE);
    method = send_body(f, "/hello", &(Ask){.method = "DELETE"});
    assert_problem(&method, 405, ERROR_METHOD);
    allow = answer_header(&method, "Allow");
    assert_string_equal(allow, "GET");
    no_case = get(f, "/cases/404", NULL);
    assert_problem(&no_case, 404, ERROR_NO_CASE);
    assert_non_null(strstr(no_case.body->str, "没有这个办件"));
    english = get(f, "/cases/404", "Accept-Language: en-GB,en");
    assert_non_null(strstr(english.body->str, "no such case"));
}

static void an_unknown_method_is_refused(void **state)
{
    Fixture *f = *state;
    g_auto(Answer) answer = {0};

    start(f, (HttpLimits){0});
    answer = send_body(f, "/hello", &(Ask){.method = "BREW"});
    assert_problem(&answer, 405, ERROR_METHOD);
}

static void head_has_the_length_and_no_body(void **state)
{
    Fixture *f = *state;
    g_auto(Answer) answer = {0};
    g_autofree char *length = NULL;

    start(f, (HttpLimits){0});
    answer = send_body(f, "/file", &(Ask){.method = "HEAD"});
    assert_int_equal(answer.status, 200);
    length = answer_header(&answer, "Content-Length");
    assert_string_equal(length, "10");
    assert_int_equal(answer.body->len, 0);
}

static void json_bodies_are_strict(void **state)
{
    static const char *const as_json[] = {"Content-Type: application/json", NULL};
    static const char *const as_text[] = {"Content-Type: text/plain", NULL};
    Fixture *f = *state;
    g_auto(Answer) good = {0};
    g_auto(Answer) array = {0};
    g_auto(Answer) twice = {0};
    g_auto(Answer) type = {0};

    start(f, (HttpLimits){0});
    good =
        send_body(f, "/cases", &(Ask){.method = "POST", .headers = as_json, .body = "{\"a\":1}"});
    assert_int_equal(good.status, 201);
    assert_string_equal(good.body->str, "{\"a\":1}");
    array = send_body(f, "/cases", &(Ask){.method = "POST", .headers = as_json, .body = "[1]"});
    assert_problem(&array, 400, ERROR_BAD_REQUEST);
    twice = send_body(f, "/cases",
                      &(Ask){.method = "POST", .headers = as_json, .body = "{\"a\":1,\"a\":2}"});
    assert_problem(&twice, 400, ERROR_BAD_REQUEST);
    type = send_body(f, "/cases", &(Ask){.method = "POST", .headers = as_text, .body = "{}"});
    assert_problem(&type, 415, ERROR_FORMAT);
}

static void forms_are_unescaped(void **state)
{
    static const char *const as_form[] = {
        "Content-Type: application/x-www-form-urlencoded; charset=UTF-8", NULL};
    Fixture *f = *state;
    g_auto(Answer) good = {0};
    g_auto(Answer) bad = {0};

    start(f, (HttpLimits){0});
    good = send_body(
        f, "/form",
        &(Ask){.method = "POST", .headers = as_form, .body = "code=12+34%26&x=%E6%A1%88"});
    assert_string_equal(good.body->str, "12 34&");
    bad = send_body(f, "/form", &(Ask){.method = "POST", .headers = as_form, .body = "code=%ff"});
    assert_problem(&bad, 400, ERROR_BAD_REQUEST);
}

static void a_body_over_the_limit_is_refused(void **state)
{
    static const char *const as_form[] = {"Content-Type: application/x-www-form-urlencoded", NULL};
    Fixture *f = *state;
    g_autofree char *large = g_strnfill(400, 'x');
    g_auto(Answer) declared = {0};
    g_auto(Answer) chunked = {0};
    g_auto(Answer) next = {0};

    start(f, (HttpLimits){0});
    declared = send_body(f, "/form", &(Ask){.method = "POST", .headers = as_form, .body = large});
    assert_problem(&declared, 413, ERROR_TOO_LARGE);
    chunked = send_body(
        f, "/form", &(Ask){.method = "POST", .headers = as_form, .body = large, .chunked = TRUE});
    assert_problem(&chunked, 413, ERROR_TOO_LARGE);
    next = get(f, "/hello", NULL);
    assert_int_equal(next.status, 200);
}

static void a_huge_body_is_not_waited_for(void **state)
{
    Fixture *f = *state;
    g_auto(Fd) fd = -1;
    g_autoptr(GString) text = NULL;

    start(f, (HttpLimits){0});
    fd = client_connect(http_server_url(f->server));
    client_write(fd, "POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n");
    text = client_read_until(fd, "too-large");
    assert_true(g_str_has_prefix(text->str, "HTTP/1.1 413"));
}

static void a_stream_reaches_its_sink_in_pieces(void **state)
{
    static const char *const digest[] = {"Repr-Digest: sha-256=:x:", NULL};
    Fixture *f = *state;
    gsize size = 3 * 1024 * 1024;
    g_autofree char *body = g_strnfill(size, 'p');
    g_auto(Answer) good = {0};
    g_auto(Answer) headless = {0};
    g_auto(Answer) bad = {0};

    start(f, (HttpLimits){0});
    good = send_body(f, "/pages",
                     &(Ask){.method = "PUT", .headers = digest, .body = body, .body_size = size});
    assert_int_equal(good.status, 200);
    assert_string_equal(good.body->str, "3145728");
    headless = send_body(f, "/pages", &(Ask){.method = "PUT", .body = "x"});
    assert_problem(&headless, 400, ERROR_BAD_REQUEST);
    body[size / 2] = '!';
    bad = send_body(f, "/pages",
                    &(Ask){.method = "PUT", .headers = digest, .body = body, .body_size = size});
    assert_problem(&bad, 415, ERROR_FORMAT);
    /* the sink goes after the answer; a stopped server has let go of everything */
    g_clear_pointer(&f->server, http_server_free);
    assert_int_equal(f->hall.sinks_open, 0);
}

static void a_cut_upload_frees_its_sink(void **state)
{
    Fixture *f = *state;
    g_auto(Fd) fd = -1;

    start(f, (HttpLimits){0});
    fd = client_connect(http_server_url(f->server));
    client_write(fd, "PUT /pages HTTP/1.1\r\nHost: a\r\nRepr-Digest: x\r\n"
                     "Content-Length: 1000\r\n\r\nonly this");
    fd_close(fd_steal(&fd));
    g_clear_pointer(&f->server, http_server_free);
    assert_int_equal(f->hall.sinks_open, 0);
}

static void ranges_of_a_file_are_exact(void **state)
{
    static const struct {
        const char *range;
        long status;
        const char *body;
        const char *content_range;
    } asked[] = {
        {"Range: bytes=0-3", 206, "0123", "bytes 0-3/10"},
        {"Range: bytes=7-", 206, "789", "bytes 7-9/10"},
        {"Range: bytes=-2", 206, "89", "bytes 8-9/10"},
        {"Range: bytes=-99", 206, "0123456789", "bytes 0-9/10"},
        {"Range: bytes=9-99", 206, "9", "bytes 9-9/10"},
        {"Range: bytes=10-", 416, "", "bytes */10"},
        {"Range: bytes=-0", 416, "", "bytes */10"},
        {"Range: bytes=4-2", 200, "0123456789", NULL},
        {"Range: bytes=0-1,3-4", 200, "0123456789", NULL},
        {"Range: bytes=a-b", 200, "0123456789", NULL},
        {"Range: pages=1-2", 200, "0123456789", NULL},
    };
    Fixture *f = *state;

    start(f, (HttpLimits){0});
    for (guint i = 0; i < G_N_ELEMENTS(asked); i++) {
        g_auto(Answer) answer = get(f, "/file", asked[i].range);
        g_autofree char *range = answer_header(&answer, "Content-Range");

        assert_int_equal(answer.status, asked[i].status);
        assert_string_equal(answer.body->str, asked[i].body);
        if (asked[i].content_range != NULL)
            assert_string_equal(range, asked[i].content_range);
        else
            assert_null(range);
    }
}

static void a_range_of_another_version_sends_the_whole(void **state)
{
    static const char *const other[] = {"Range: bytes=0-3", "If-Range: \"v0\"", NULL};
    static const char *const same[] = {"Range: bytes=0-3", "If-Range: \"v1\"", NULL};
    Fixture *f = *state;
    g_auto(Answer) whole = {0};
    g_auto(Answer) part = {0};

    start(f, (HttpLimits){0});
    whole = send_body(f, "/file", &(Ask){.headers = other});
    assert_int_equal(whole.status, 200);
    part = send_body(f, "/file", &(Ask){.headers = same});
    assert_int_equal(part.status, 206);
}

static void a_known_etag_is_not_sent_again(void **state)
{
    Fixture *f = *state;
    g_auto(Answer) answer = {0};

    start(f, (HttpLimits){0});
    answer = get(f, "/file", "If-None-Match: \"v0\", \"v1\"");
    assert_int_equal(answer.status, 304);
    assert_int_equal(answer.body->len, 0);
}

static void static_files_come_zipped_to_those_who_take_it(void **state)
{
    Fixture *f = *state;
    g_auto(Answer) plain = {0};
    g_auto(Answer) zipped = {0};
    g_auto(Answer) refused = {0};
    g_auto(Answer) page = {0};
    g_auto(Answer) hidden = {0};
    g_autofree char *cache = NULL;
    g_autofree char *type = NULL;

    start(f, (HttpLimits){0});
    plain = get(f, "/assets/app-1a2b.js", NULL);
    assert_string_equal(plain.body->str, "let a");
    cache = answer_header(&plain, "Cache-Control");
    assert_non_null(strstr(cache, "immutable"));
    zipped = get(f, "/assets/app-1a2b.js", "Accept-Encoding: br, gzip;q=0.8");
    assert_int_equal(zipped.body->len, 4);
    refused = get(f, "/assets/app-1a2b.js", "Accept-Encoding: gzip;q=0");
    assert_string_equal(refused.body->str, "let a");
    page = get(f, "/", NULL);
    type = answer_header(&page, "Content-Type");
    assert_string_equal(type, "text/html; charset=utf-8");
    hidden = get(f, "/assets/app-1a2b.js.gz", NULL);
    assert_problem(&hidden, 404, ERROR_NO_ROUTE);
}

static void the_guard_decides_who_may(void **state)
{
    Fixture *f = *state;
    g_auto(Answer) nobody = {0};
    g_auto(Answer) screen = {0};
    g_auto(Answer) clerk = {0};
    g_auto(Answer) admin = {0};
    g_autofree char *location = NULL;

    start(f, (HttpLimits){0});
    nobody = get(f, "/person", NULL);
    assert_problem(&nobody, 401, ERROR_NO_SESSION);
    screen = get(f, "/screen", NULL);
    assert_int_equal(screen.status, 303);
    location = answer_header(&screen, "Location");
    assert_string_equal(location, "/login");
    clerk = get(f, "/person", "Clerk: wang");
    assert_string_equal(clerk.body->str, "wang");
    admin = get(f, "/admin", "Clerk: wang");
    assert_problem(&admin, 403, ERROR_FORBIDDEN);
}

static void without_a_guard_only_open_routes_answer(void **state)
{
    Fixture *f = *state;
    g_autoptr(GError) error = NULL;
    HttpOptions options = {0};
    g_auto(Answer) open = {0};
    g_auto(Answer) closed = {0};

    assert_true(listen_address_parse("127.0.0.1:0", &options.listen, &error));
    f->server = http_server_new(&options, routes, G_N_ELEMENTS(routes), &f->hall, &error);
    assert_no_error(error);
    open = get(f, "/hello", NULL);
    assert_int_equal(open.status, 200);
    closed = get(f, "/person", "Clerk: wang");
    assert_problem(&closed, 401, ERROR_NO_SESSION);
}

typedef struct {
    const Fixture *f;
    const char *path;
    guint times;
    guint good;
} Caller;

static void *call(void *data)
{
    Caller *caller = data;

    for (guint i = 0; i < caller->times; i++) {
        g_auto(Answer) answer = get(caller->f, caller->path, NULL);

        caller->good += answer.status == 200;
    }
    return NULL;
}

static void a_kept_request_is_answered_by_its_owner(void **state)
{
    Fixture *f = *state;
    Caller caller = {f, "/keep", 1, 0};
    Hall *hall = &f->hall;
    pthread_t thread;

    start(f, (HttpLimits){0});
    assert_int_equal(pthread_create(&thread, NULL, call, &caller), 0);
    pthread_mutex_lock(&hall->lock);
    while (hall->kept == NULL)
        pthread_cond_wait(&hall->changed, &hall->lock);
    pthread_mutex_unlock(&hall->lock);
    request_answer(hall->kept, response_text(200, "text/plain", "later"));
    pthread_join(thread, NULL);
    assert_int_equal(caller.good, 1);
}

static void *stop(void *server)
{
    http_server_free(server);
    return NULL;
}

static void stopping_waits_for_kept_requests(void **state)
{
    Fixture *f = *state;
    Caller caller = {f, "/keep", 1, 0};
    Hall *hall = &f->hall;
    pthread_t client;
    pthread_t stopper;

    start(f, (HttpLimits){0});
    assert_int_equal(pthread_create(&client, NULL, call, &caller), 0);
    pthread_mutex_lock(&hall->lock);
    while (hall->kept == NULL)
        pthread_cond_wait(&hall->changed, &hall->lock);
    pthread_mutex_unlock(&hall->lock);
    assert_int_equal(pthread_create(&stopper, NULL, stop, f->server), 0);
    request_answer(hall->kept, response_text(200, "text/plain", "last"));
    pthread_join(stopper, NULL);
    f->server = NULL;
    pthread_join(client, NULL);
}

static void workers_answer_side_by_side(void **state)
{
    Fixture *f = *state;
    Caller callers[8];
    pthread_t threads[G_N_ELEMENTS(callers)];

    start(f, (HttpLimits){.workers = 4});
    for (guint i = 0; i < G_N_ELEMENTS(callers); i++) {
        callers[i] = (Caller){f, i % 2 == 0 ? "/work" : "/hello", 25, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, call, &callers[i]), 0);
    }
    for (guint i = 0; i < G_N_ELEMENTS(callers); i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(callers[i].good, 25);
    }
    wait_until(&f->hall, &f->hall.logged, 200);
}

static void a_full_queue_says_busy(void **state)
{
    Fixture *f = *state;
    Caller callers[3] = {{f, "/work", 1, 0}, {f, "/work", 1, 0}, {f, "/work", 1, 0}};
    pthread_t threads[3];
    guint good = 0;

    start(f, (HttpLimits){.workers = 1, .worker_queue = 1});
    f->hall.hold = TRUE;
    assert_int_equal(pthread_create(&threads[0], NULL, call, &callers[0]), 0);
    wait_until(&f->hall, &f->hall.held, 1);
    for (guint i = 1; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, call, &callers[i]), 0);
    /* One is held and one waits: only the refused one can be answered and logged. */
    wait_until(&f->hall, &f->hall.logged, 1);
    pthread_mutex_lock(&f->hall.lock);
    f->hall.hold = FALSE;
    pthread_cond_broadcast(&f->hall.changed);
    pthread_mutex_unlock(&f->hall.lock);
    for (guint i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
        good += callers[i].good;
    }
    assert_int_equal(good, 2);
}

static void a_slow_head_is_cut_off(void **state)
{
    Fixture *f = *state;
    g_auto(Fd) slow = -1;
    g_autoptr(GString) text = NULL;
    g_auto(Answer) answer = {0};

    start(f, (HttpLimits){.request_ms = 200});
    slow = client_connect(http_server_url(f->server));
    client_write(slow, "GET /hello HTTP/1.1\r\nHost: a\r\nX-Slow");
    answer = get(f, "/hello", NULL);
    assert_int_equal(answer.status, 200);
    text = client_read_until(slow, NULL); /* ends when the server closes */
    assert_null(strstr(text->str, "200 OK"));
}

static void a_slow_body_is_cut_off(void **state)
{
    Fixture *f = *state;
    g_auto(Fd) slow = -1;
    g_autoptr(GString) text = NULL;

    start(f, (HttpLimits){.request_ms = 200});
    slow = client_connect(http_server_url(f->server));
    client_write(slow, "POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\ncode");
    text = client_read_until(slow, NULL);
    assert_null(strstr(text->str, "200 OK"));
}

static void broken_requests_hurt_nobody(void **state)
{
    static const char *const broken[] = {
        "\r\n\r\n\r\n",
        "GET\r\n\r\n",
        "GET /hello\r\n\r\n",
        "GET /hello HTTP/9.9\r\nHost: a\r\n\r\n",
        "POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST /form HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "GET /cases/%00 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "GET /hello?%ff=%fe HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "GET /hello?a=%0 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "GET \x01\x02\xff HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS greeting",
    };
    Fixture *f = *state;

    start(f, (HttpLimits){.request_ms = 100});
    for (guint i = 0; i < G_N_ELEMENTS(broken); i++) {
        g_auto(Fd) fd = client_connect(http_server_url(f->server));
        g_autoptr(GString) text = NULL;
        g_auto(Answer) answer = {0};

        client_write(fd, broken[i]);
        text = client_read_until(fd, NULL);
        assert_null(strstr(text->str, "HTTP/1.1 2"));
        answer = get(f, "/hello", NULL);
        assert_int_equal(answer.status, 200);
    }
}

static void large_heads_are_refused(void **state)
{
    Fixture *f = *state;
    g_autofree char *some = g_strnfill(5000, 'x');
    g_autofree char *much = g_strnfill(100000, 'x');
    g_autofree char *over = g_strconcat("X-Fill: ", some, NULL);
    g_autofree char *far_over = g_strconcat("X-Fill: ", much, NULL);
    g_auto(Answer) first = {0};
    g_auto(Answer) second = {0};

    start(f, (HttpLimits){.header_bytes = 4096});
    first = get(f, "/hello", over);
    assert_problem(&first, 431, ERROR_HEADERS);
    second = get(f, "/hello", far_over);
    assert_int_equal(second.status, 431);
}

static void one_address_gets_so_many_connections(void **state)
{
    Fixture *f = *state;
    g_auto(Fd) one = -1;
    g_auto(Fd) two = -1;
    g_auto(Fd) three = -1;
    g_autoptr(GString) first = NULL;
    g_autoptr(GString) second = NULL;
    g_autoptr(GString) third = NULL;
    const char *ask = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

    start(f, (HttpLimits){.connections_per_address = 2});
    one = client_connect(http_server_url(f->server));
    client_write(one, ask);
    first = client_read_until(one, "nobody");
    assert_non_null(strstr(first->str, "200 OK"));
    two = client_connect(http_server_url(f->server));
    client_write(two, ask);
    second = client_read_until(two, "nobody");
    assert_non_null(strstr(second->str, "200 OK"));
    three = client_connect(http_server_url(f->server));
    client_write(three, ask);
    third = client_read_until(three, "nobody");
    assert_int_equal(third->len, 0);
}

static Fd open_events(const Fixture *f, const char *last)
{
    g_autofree char *ask =
        g_strdup_printf("GET /events HTTP/1.1\r\nHost: a\r\n%s%s\r\n\r\n",
                        last != NULL ? "Last-Event-ID: " : "X: ", last != NULL ? last : "y");
    Fd fd = client_connect(http_server_url(f->server));

    client_write(fd, ask);
    return fd;
}

static void events_arrive_while_they_happen(void **state)
{
    Fixture *f = *state;
    g_auto(Fd) fd = -1;
    g_autoptr(GString) head = NULL;
    g_autoptr(GString) first = NULL;
    g_autoptr(GString) second = NULL;

    start(f, (HttpLimits){.heartbeat_ms = 40});
    fd = open_events(f, NULL);
    head = client_read_until(fd, "event: hello");
    assert_non_null(strstr(head->str, "Content-Type: text/event-stream"));
    event_hub_publish(f->hall.hub, &(Event){1, "side", "{\"n\":1}"});
    first = client_read_until(fd, "{\"n\":1}");
    assert_non_null(strstr(first->str, "id: 1\nevent: side\n"));
    second = client_read_until(fd, ": beat");
    assert_non_null(strstr(second->str, ": beat"));
}

static void a_reconnect_gets_what_it_missed(void **state)
{
    Fixture *f = *state;
    g_auto(Fd) fd = -1;
    g_autoptr(GString) text = NULL;

    start(f, (HttpLimits){0});
    for (gint64 seq = 1; seq <= 5; seq++)
        event_hub_publish(f->hall.hub, &(Event){seq, "side", "{}"});
    fd = open_events(f, "3");
    text = client_read_until(fd, "id: 5");
    assert_null(strstr(text->str, "id: 2\n"));
    assert_non_null(strstr(text->str, "id: 4\n"));
    assert_non_null(strstr(text->str, "id: 5"));
}

static void many_streams_see_every_event(void **state)
{
    enum { STREAMS = 60, EVENTS = 200 };
    Fixture *f = *state;
    Fd fds[STREAMS];

    start(f, (HttpLimits){0});
    for (guint i = 0; i < STREAMS; i++) {
        g_autoptr(GString) head = NULL;

        fds[i] = open_events(f, NULL);
        head = client_read_until(fds[i], "event: hello");
        assert_non_null(strstr(head->str, "event: hello"));
    }
    for (gint64 seq = 1; seq <= EVENTS; seq++)
        event_hub_publish(f->hall.hub, &(Event){seq, "side", "{}"});
    for (guint i = 0; i < STREAMS; i++) {
        g_autoptr(GString) text = client_read_until(fds[i], "id: 200\n");
        guint n = 0;

        for (const char *at = text->str; (at = strstr(at, "id: ")) != NULL; at++)
            n++;
        assert_int_equal(n, EVENTS);
        fd_close(fds[i]);
    }
}

static void a_client_that_reads_nothing_is_dropped(void **state)
{
    Fixture *f = *state;
    g_autofree char *large = g_strnfill(256 * 1024, 'x');
    g_auto(Fd) fd = -1;
    g_autoptr(GString) head = NULL;
    gint64 end_us = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;

    start(f, (HttpLimits){.idle_s = 1});
    fd = open_events(f, NULL);
    head = client_read_until(fd, "event: hello");
    assert_non_null(strstr(head->str, "hello"));
    for (gint64 seq = 1; event_hub_streams(f->hall.hub) > 0; seq++) {
        assert_true(g_get_monotonic_time() < end_us);
        event_hub_publish(f->hall.hub, &(Event){seq, "side", large});
        sched_yield();
    }
}

static void stopping_ends_the_streams(void **state)
{
    Fixture *f = *state;
    g_auto(Fd) fd = -1;
    g_autoptr(GString) head = NULL;
    g_autoptr(GString) rest = NULL;

    start(f, (HttpLimits){0});
    fd = open_events(f, NULL);
    head = client_read_until(fd, "event: hello");
    assert_non_null(strstr(head->str, "hello"));
    g_clear_pointer(&f->server, http_server_free);
    rest = client_read_until(fd, NULL);
    assert_null(strstr(rest->str, "id: "));
}

static void health_readiness_and_figures_need_no_session(void **state)
{
    Fixture *f = *state;
    g_auto(Answer) health = {0};
    g_auto(Answer) ready = {0};
    g_auto(Answer) unready = {0};
    g_auto(Answer) found = {0};
    g_auto(Answer) figures = {0};

    start(f, (HttpLimits){0});
    health = get(f, "/healthz", NULL);
    assert_string_equal(health.body->str, "ok\n");
    ready = get(f, "/readyz", NULL);
    assert_int_equal(ready.status, 200);
    f->hall.ready = FALSE;
    unready = get(f, "/readyz", NULL);
    assert_int_equal(unready.status, 503);
    assert_string_equal(unready.body->str, "not ready\n");
    found = get(f, "/cases/320583001", NULL);
    assert_int_equal(found.status, 200);
    wait_until(&f->hall, &f->hall.logged, 4);
    figures = get(f, "/metrics", NULL);
    assert_non_null(strstr(figures.body->str, "anjuan_build_info{version="));
    assert_non_null(strstr(figures.body->str, "anjuan_cases{state=\"received\"} 3"));
    assert_non_null(strstr(figures.body->str,
                           "anjuan_http_requests_total{route=\"/cases/{number}\",method=\"GET\","
                           "code=\"2xx\"} 1\n"));
    assert_null(strstr(figures.body->str, "320583001"));
}

static void tls_serves_with_a_certificate(void **state)
{
    Fixture *f = *state;
    g_autoptr(GError) error = NULL;
    HttpOptions options = {.tls_certificate = client_test_certificate, .tls_key = client_test_key};
    g_auto(Answer) answer = {0};

    assert_true(listen_address_parse("127.0.0.1:0", &options.listen, &error));
    f->server = http_server_new(&options, routes, G_N_ELEMENTS(routes), &f->hall, &error);
    assert_no_error(error);
    assert_true(g_str_has_prefix(http_server_url(f->server), "https://"));
    answer = get(f, "/file", "Range: bytes=2-4");
    assert_string_equal(answer.body->str, "234");
}

static void a_broken_certificate_stops_the_start(void **state)
{
    Fixture *f = *state;
    g_autoptr(GError) error = NULL;
    HttpOptions options = {.tls_certificate = "nonsense", .tls_key = client_test_key};

    assert_true(listen_address_parse("127.0.0.1:0", &options.listen, &error));
    assert_null(http_server_new(&options, routes, G_N_ELEMENTS(routes), &f->hall, &error));
    assert_error_code(error, ERROR_NO_ADDRESS);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static const struct CMUnitTest tests[] = {
    CASE(a_route_answers_with_the_strict_headers),
    CASE(errors_are_problems_of_the_one_list),
    CASE(an_unknown_method_is_refused),
    CASE(head_has_the_length_and_no_body),
    CASE(json_bodies_are_strict),
    CASE(forms_are_unescaped),
    CASE(a_body_over_the_limit_is_refused),
    CASE(a_huge_body_is_not_waited_for),
    CASE(a_stream_reaches_its_sink_in_pieces),
    CASE(a_cut_upload_frees_its_sink),
    CASE(ranges_of_a_file_are_exact),
    CASE(a_range_of_another_version_sends_the_whole),
    CASE(a_known_etag_is_not_sent_again),
    CASE(static_files_come_zipped_to_those_who_take_it),
    CASE(the_guard_decides_who_may),
    CASE(without_a_guard_only_open_routes_answer),
    CASE(a_kept_request_is_answered_by_its_owner),
    CASE(stopping_waits_for_kept_requests),
    CASE(workers_answer_side_by_side),
    CASE(a_full_queue_says_busy),
    CASE(a_slow_head_is_cut_off),
    CASE(a_slow_body_is_cut_off),
    CASE(broken_requests_hurt_nobody),
    CASE(large_heads_are_refused),
    CASE(one_address_gets_so_many_connections),
    CASE(events_arrive_while_they_happen),
    CASE(a_reconnect_gets_what_it_missed),
    CASE(many_streams_see_every_event),
    CASE(a_client_that_reads_nothing_is_dropped),
    CASE(stopping_ends_the_streams),
    CASE(health_readiness_and_figures_need_no_session),
    CASE(tls_serves_with_a_certificate),
    CASE(a_broken_certificate_stops_the_start),
};
TEST_MAIN(tests)
