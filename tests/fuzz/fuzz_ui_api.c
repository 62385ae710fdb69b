/* SPDX-License-Identifier: Apache-2.0
 *
 * Every handler of the API, through the seam: a request that came over no socket, past the guard
 * and the schema of its operation, as one of five roles or nobody. Bodies are made from the schema
 * and the input together, so that what lies behind it is reached.
 */
#include "appliance/base/worker.h"
#include "appliance/counter/case_open.h"
#include "appliance/page/worker.h"
#include "ui/api/api_intern.h"
#include "ui/http/server_parts.h"

#include <string.h>

#define SECRET "correct horse 7"
#define ROLES  5

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const guint8 *bytes, gsize size);

static struct {
    Store *store;
    Local *local;
    Sessions *sessions;
    Api *api;
    RouteTable *table;
    HttpServer server; /* what a request looks up in it: its limits */
    char *cookies[ROLES], *csrf[ROLES];
    char *number, *side;
} hall;

/* ── the input ───────────────────────────────────────────────────────────────────────────── */

typedef struct {
    const guint8 *at, *end;
} Input;

static guint take_byte(Input *input)
{
    return input->at < input->end ? *input->at++ : 0;
}

/* Text of the input, up to 255 bytes; what is no UTF-8 is left as it is where `raw`. */
static char *take_text(Input *input, gboolean raw)
{
    gsize wanted = take_byte(input), n = MIN(wanted, (gsize)(input->end - input->at));
    g_autofree char *text = g_strndup((const char *)input->at, n);

    input->at += n;
    return raw ? g_steal_pointer(&text) : g_utf8_make_valid(text, -1);
}

/* ── bodies from schemas ─────────────────────────────────────────────────────────────────── */

static const json_t *resolved(const json_t *schema)
{
    const char *ref = json_text(schema, "$ref");

    if (ref == NULL)
        return schema;
    return json_object_get(
        json_object_get(json_object_get(schema_document(hall.api->schema), "components"),
                        "schemas"),
        strrchr(ref, '/') + 1);
}

static json_t *made(Input *input, const json_t *schema, guint depth);

static json_t *made_object(Input *input, const json_t *schema, guint depth)
{
    json_t *object = json_object(), *member;
    json_t *required = json_object_get(schema, "required");
    const char *name;

    json_object_foreach(json_object_get(schema, "properties"), name, member)
    {
        gboolean is_needed = FALSE;

        for (gsize i = 0; i < json_array_size(required); i++)
            is_needed =
                is_needed || strcmp(json_string_value(json_array_get(required, i)), name) == 0;
        if (is_needed || take_byte(input) % 3 == 0)
            json_object_set_new(object, name, made(input, member, depth + 1));
    }
    return object;
}

static json_t *made_text(Input *input, const json_t *schema)
{
    const char *pattern = json_text(schema, "pattern"), *format = json_text(schema, "format");
    g_autofree char *text = NULL;

    if (pattern != NULL && strstr(pattern, "{24}") != NULL)
        return json_string(hall.number);
    if (pattern != NULL && strstr(pattern, "[ab]") != NULL)
        return json_string(hall.side);
    if (g_strcmp0(format, "date") == 0)
        return json_string(take_byte(input) % 2 ? "2026-11-20" : "2031-02-29");
    if (g_strcmp0(format, "date-time") == 0)
        return json_string("2026-11-20T02:00:00Z");
    switch (take_byte(input) % 6) {
    case 0:
        return json_string("A01");
    case 1:
        return json_string("100001");
    case 2:
        return json_string("001");
    case 3:
        return json_string("yes");
    default:
        text = take_text(input, FALSE);
        return json_string(text);
    }
}

static json_t *made(Input *input, const json_t *given, guint depth)
{
    const json_t *schema = resolved(given), *kind = json_object_get(schema, "type");
    const json_t *choices = json_object_get(schema, "enum");
    const char *type =
        json_is_array(kind) ? json_string_value(json_array_get(kind, 0)) : json_string_value(kind);

    if (depth > 6)
        return json_null();
    if (json_object_get(schema, "oneOf") != NULL)
        return made(input, json_array_get(json_object_get(schema, "oneOf"), 0), depth + 1);
    if (json_array_size(choices) > 0)
        return json_incref(json_array_get(choices, take_byte(input) % json_array_size(choices)));
    if (g_strcmp0(type, "object") == 0)
        return made_object(input, schema, depth);
    if (g_strcmp0(type, "array") == 0)
        return json_pack("[o]", made(input, json_object_get(schema, "items"), depth + 1));
    if (g_strcmp0(type, "integer") == 0)
        return json_integer((json_int_t)(gint8)take_byte(input));
    if (g_strcmp0(type, "boolean") == 0)
        return json_boolean(take_byte(input) % 2);
    return made_text(input, schema);
}

/* ── requests ────────────────────────────────────────────────────────────────────────────── */

static Request *request_made(const char *uri, HttpMethod method, guint role)
{
    Request *request = request_new(&hall.server, uri);

    request->method = method;
    request->address = g_strdup("127.0.0.1");
    request->given = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    g_hash_table_insert(request->given, (gpointer) "Content-Type", g_strdup("application/json"));
    if (role < ROLES) {
        g_hash_table_insert(request->given, (gpointer)SESSION_COOKIE, g_strdup(hall.cookies[role]));
        g_hash_table_insert(request->given, (gpointer) "X-CSRF-Token", g_strdup(hall.csrf[role]));
    }
    return request;
}

static void add_body(Input *input, Request *request)
{
    g_autofree char *method = g_ascii_strdown(http_method_name(request->match.route->method), -1);
    const char *pattern = request->match.route->pattern;
    const json_t *schema = g_str_has_prefix(pattern, API_PREFIX)
                               ? schema_body(hall.api->schema, method, pattern + strlen(API_PREFIX))
                               : NULL;
    g_autoptr(json_t) body = NULL;
    g_autofree char *text = NULL;

    if (schema == NULL || take_byte(input) % 8 == 0) {
        g_byte_array_append(request->body_bytes, input->at, (guint)(input->end - input->at));
        return;
    }
    body = made(input, schema, 0);
    text = json_dumps(body, JSON_COMPACT);
    if (text != NULL)
        g_byte_array_append(request->body_bytes, (const guint8 *)text, (guint)strlen(text));
}

static void add_head(Input *input, Request *request)
{
    guint what = take_byte(input);

    request->query = g_uri_parse_params(request->raw_query != NULL ? request->raw_query : "", -1,
                                        "&", G_URI_PARAMS_WWW_FORM, NULL);
    if (what % 4 == 0)
        g_hash_table_insert(request->given, (gpointer) "If-Match", take_text(input, TRUE));
    if (what % 4 == 1)
        g_hash_table_insert(request->given, (gpointer) "Accept", take_text(input, TRUE));
    if (what % 4 == 2)
        g_hash_table_insert(request->given, (gpointer)SEAT_COOKIE, take_text(input, TRUE));
}

/* What the server does with a whole request (exchange.c), without its threads. */
static Response *answer(Input *input, Request *request, GError **error)
{
    const HttpRoute *route;

    if (!route_table_match(hall.table, request->method, request->path, &request->match, error) ||
        !sessions_guard(hall.sessions, request, error))
        return NULL;
    route = request->match.route;
    add_body(input, request);
    if ((route->flags & ROUTE_STREAM) != 0) {
        g_autoptr(GBytes) body = g_bytes_ref(request_body(request));

        if (!route->open(request, hall.api, error) ||
            !request->sink.write(request->sink.self, g_bytes_get_data(body, NULL),
                                 g_bytes_get_size(body), error))
            return NULL;
    }
    return route->handler(request, hall.api, error);
}

/* ── the hall ────────────────────────────────────────────────────────────────────────────── */

static void fail_on(const GError *error)
{
    if (error != NULL)
        g_error("%s", error->message);
}

static void sign_on(guint role)
{
    g_autofree char *number = g_strdup_printf("%06u", role + 10), *set = NULL;
    LocalPerson person = {number, number, 1u << role, TRUE};
    g_autoptr(GError) error = NULL;
    Request *request;

    (void)(local_person_put(hall.local, &person, &error) &&
           sessions_secret_set(hall.sessions, number, SECRET, &error) &&
           sessions_sign_on(hall.sessions, &(SignOn){number, SECRET, ""}, &set, &error));
    fail_on(error);
    *strchr(set, ';') = '\0';
    hall.cookies[role] = g_strdup(strchr(set, '=') + 1);
    hall.csrf[role] = g_strdup("");
    request = request_made(API_PREFIX "/session", HTTP_GET, role);
    (void)(route_table_match(hall.table, HTTP_GET, request->path, &request->match, &error) &&
           sessions_guard(hall.sessions, request, &error));
    fail_on(error);
    g_free(hall.csrf[role]);
    hall.csrf[role] = g_strdup(session_csrf(session_of(request)));
    request_free(request);
}

static void open_store(char *folder)
{
    StoreOptions options = {.folder = folder};
    StoreOrigin origin = {"320583", "001", "fuzz.example/hall", "city"};
    StoreActor actor = {"os:fuzz", "cli"};
    g_autoptr(GError) error = NULL;
    House *house;

    (void)store_create(&options, &origin, &error);
    fail_on(error);
    hall.store = store_open(&options, &error);
    fail_on(error);
    house = house_new(hall.store);
    (void)(house_import_shipped(house, &actor, "city", TRUE, &error) &&
           case_open(house, &actor,
                     &(CaseOpening){.item = "100001", .applicant = "张三", .window = "001"},
                     &hall.number, &error));
    fail_on(error);
    house_free(house);
}

static char folder_of_hall[] = "/tmp/anjuan-fuzz-XXXXXX";

static void remove_hall(void)
{
    (void)file_remove_tree(folder_of_hall, NULL);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    g_autofree char *data = NULL, *local = NULL;
    g_autoptr(GError) error = NULL;
    const HttpRoute *routes;
    gsize n;

    if (*argc == 3 && strcmp((*argv)[1], "worker") == 0)
        page_worker_main();
    worker_program_set("/proc/self/exe");
    if (g_mkdtemp(folder_of_hall) == NULL)
        g_error("no folder");
    atexit(remove_hall);
    data = g_build_filename(folder_of_hall, "data", NULL);
    local = g_build_filename(folder_of_hall, "local.db", NULL);
    open_store(data);
    hall.local = local_open(local, &error);
    fail_on(error);
    hall.sessions = sessions_new(&(SessionsOptions){.local = hall.local,
                                                    .clock = *store_clock(hall.store),
                                                    .random = *store_random(hall.store)},
                                 &error);
    fail_on(error);
    hall.api = api_new(
        &(ApiOptions){
            .store = hall.store, .local = hall.local, .sessions = hall.sessions, .lang = LANG_ZH},
        &error);
    fail_on(error);
    routes = api_routes(hall.api, &n);
    hall.table = route_table_new(routes, n);
    hall.side = g_strdup("1-1-a");
    for (guint role = 0; role < ROLES; role++)
        sign_on(role);
    return 0;
}

/* The path of a row with its {names} filled in: by what is there, or by what the input says. */
static char *path_of(Input *input, const HttpRoute *route)
{
    g_auto(GStrv) segments = g_strsplit(route->pattern, "/", -1);
    g_autofree char *query = NULL, *path = NULL;

    for (char **at = segments; *at != NULL; at++) {
        g_autofree char *text = NULL, *escaped = NULL;
        guint what = **at == '{' ? take_byte(input) : 0;

        if (**at != '{')
            continue;
        text = strcmp(*at, "{number}") == 0 && what % 4 != 0 ? g_strdup(hall.number)
               : strcmp(*at, "{id}") == 0 && what % 4 != 0   ? g_strdup(hall.side)
               : what % 3 == 0                               ? g_strdup("1")
                                                             : take_text(input, FALSE);
        escaped = g_uri_escape_string(text, NULL, TRUE);
        g_free(*at);
        *at = g_steal_pointer(&escaped);
    }
    path = g_strjoinv("/", segments);
    query = take_text(input, TRUE);
    return *query != '\0' ? g_strdup_printf("%s?%s", path, query) : g_steal_pointer(&path);
}

int LLVMFuzzerTestOneInput(const guint8 *bytes, gsize size)
{
    Input input = {bytes, bytes + size};
    gsize n;
    const HttpRoute *routes = api_routes(hall.api, &n);
    const HttpRoute *route = &routes[take_byte(&input) % n];
    guint role = take_byte(&input) % (ROLES + 1);
    g_autofree char *uri = path_of(&input, route);
    g_autoptr(GError) error = NULL;
    Request *request;
    Response *response;

    /* A new secret is hashed for long, and ends the sessions of the others. */
    if (strstr(route->pattern, "/secret") != NULL || strstr(route->pattern, "/users") != NULL ||
        strcmp(route->pattern, "/login") == 0 || strcmp(route->pattern, "/first-run") == 0 ||
        route->method == HTTP_DELETE)
        return 0;
    request = request_made(uri, route->method, role);
    add_head(&input, request);
    response = request->query != NULL ? answer(&input, request, &error) : NULL;
    g_assert(response == NULL || error == NULL);
    g_assert(response == NULL ||
             (response_status(response) >= 200 && response_status(response) < 500));
    g_assert(error == NULL || error_code(error) != ERROR_INTERNAL);
    g_assert(error == NULL || error_code(error) != ERROR_JOURNAL_DAMAGED);
    response_free(response);
    request_free(request);
    return 0;
}

/* What the libraries of fonts keep once for the process and never give back. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig.so\nleak:libcairo.so\nleak:libpango\n";
}
