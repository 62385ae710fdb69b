/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions, roles, repeats and the pages for signing on, through the real server.
 */
#include "tests/ui/http/client.h"

#include "ui/http/people.h"
#include "ui/http/repeat.h"
#include "ui/http/server.h"
#include "ui/http/session.h"
#include "ui/public/page.h"

#include <pthread.h>
#include <string.h>

#define NOW_US   (1795000000LL * G_USEC_PER_SEC)
#define PASSWORD "河边的树 7"

typedef struct {
    gint64 now_us;
    SeededRandom seed;
    Local *local;
    Sessions *sessions;
    Repeats *repeats;
    HttpServer *server;
    char *db;
    pthread_mutex_t lock;
    guint acts;
    GString *denied;
    GString *changed;
    gboolean full; /* no record can be made */
    People people;
} Hall;

static Response *login_form(Request *request, void *context, GError **error G_GNUC_UNUSED)
{
    return public_sign_on_form(((Hall *)context)->sessions, request);
}

static Response *login(Request *request, void *context, GError **error)
{
    return public_sign_on(((Hall *)context)->sessions, request, error);
}

static Response *first_run_form(Request *request, void *context, GError **error G_GNUC_UNUSED)
{
    return public_first_run_form(((Hall *)context)->sessions, request);
}

static Response *first_run(Request *request, void *context, GError **error)
{
    return public_first_run(((Hall *)context)->sessions, request, error);
}

static gboolean find_status(void *context G_GNUC_UNUSED, const PublicQuestion *question,
                            PublicStatus *status, GError **error)
{
    if (strcmp(question->code, "1234") != 0)
        return error_set(error, ERROR_NOT_FOUND, "%s", question->number);
    status->state = g_strdup(question->lang == LANG_ZH ? "等待您补齐材料" : "Waiting for you");
    status->item = g_strdup("取水许可 <审批>");
    status->where = g_strdup("3 号窗口");
    status->missing = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(status->missing, g_strdup("授权委托书"));
    return TRUE;
}

static Response *status_form(Request *request, void *context G_GNUC_UNUSED,
                             GError **error G_GNUC_UNUSED)
{
    return public_status_form(request);
}

static Response *status(Request *request, void *context, GError **error)
{
    return public_status(request, find_status, context, error);
}

static Response *who(Request *request, void *context G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
    const Session *session = session_of(request);
    g_autoptr(json_t) body = json_object();

    json_object_set_new(body, "person", json_string(session_person(session)));
    json_object_set_new(body, "csrf", json_string(session_csrf(session)));
    return response_json(200, body);
}

static Response *act(Request *request G_GNUC_UNUSED, void *context, GError **error G_GNUC_UNUSED)
{
    Hall *hall = context;
    g_autofree char *text = NULL;

    pthread_mutex_lock(&hall->lock);
    text = g_strdup_printf("act %u", ++hall->acts);
    pthread_mutex_unlock(&hall->lock);
    return response_text(201, "text/plain", text);
}

static Response *sign_off(Request *request, void *context, GError **error)
{
    g_autofree char *cookie = sessions_sign_off(((Hall *)context)->sessions, request, error);
    Response *response;

    if (cookie == NULL)
        return NULL;
    response = response_empty(204);
    response_header(response, "Set-Cookie", cookie);
    return response;
}

static Response *list_users(Request *request G_GNUC_UNUSED, void *context, GError **error)
{
    return people_list(&((Hall *)context)->people, error);
}

static Response *add_user(Request *request, void *context, GError **error)
{
    return people_add(&((Hall *)context)->people, request, error);
}

static Response *change_user(Request *request, void *context, GError **error)
{
    return people_change(&((Hall *)context)->people, request, error);
}

static Response *set_secret(Request *request, void *context, GError **error)
{
    return people_secret(&((Hall *)context)->people, request, error);
}

static Response *names(Request *request, void *context, GError **error G_GNUC_UNUSED)
{
    gboolean open = session_may_look(session_of(request), "1", ((Hall *)context)->now_us);

    return response_text(200, "text/plain", open ? "张三" : "张*");
}

static Response *give_reason(Request *request, void *context, GError **error G_GNUC_UNUSED)
{
    session_look(session_of(request), "1", ((Hall *)context)->now_us);
    return response_empty(204);
}

#define OPEN_POST (ROUTE_WORKER | ROUTE_NO_CSRF)

static const HttpRoute routes[] = {
    {HTTP_GET, "/login", 0, 0, login_form, NULL, 0},
    {HTTP_POST, "/login", 0, OPEN_POST, login, NULL, PUBLIC_BODY_BYTES},
    {HTTP_GET, "/first-run", 0, 0, first_run_form, NULL, 0},
    {HTTP_POST, "/first-run", 0, OPEN_POST, first_run, NULL, PUBLIC_BODY_BYTES},
    {HTTP_GET, "/p/", 0, 0, status_form, NULL, 0},
    {HTTP_POST, "/p/", 0, OPEN_POST, status, NULL, PUBLIC_BODY_BYTES},
    {HTTP_GET, "/", ROLES_ALL, ROUTE_PAGE, who, NULL, 0},
    {HTTP_GET, "/session", ROLES_ALL, 0, who, NULL, 0},
    {HTTP_DELETE, "/session", ROLES_ALL, 0, sign_off, NULL, 0},
    {HTTP_POST, "/intake", ROLES_INTAKE, ROUTE_WORKER, act, NULL, 0},
    {HTTP_POST, "/archive", ROLES_ARCHIVE, 0, act, NULL, 0},
    {HTTP_POST, "/audit", ROLES_AUDIT, 0, act, NULL, 0},
    {HTTP_POST, "/release", ROLES_RELEASE, 0, act, NULL, 0},
    {HTTP_GET, "/users", ROLES_ADMIN, 0, list_users, NULL, 0},
    {HTTP_POST, "/users/new", ROLES_ADMIN, ROUTE_WORKER, add_user, NULL, 0},
    {HTTP_PATCH, "/users/{user}", ROLES_ADMIN, 0, change_user, NULL, 0},
    {HTTP_PUT, "/users/{user}/secret", ROLES_ALL, ROUTE_WORKER, set_secret, NULL, 0},
    {HTTP_GET, "/names", ROLES_LOOK, 0, names, NULL, 0},
    {HTTP_POST, "/names", ROLES_UNMASK, 0, give_reason, NULL, 0},
    {HTTP_POST, "/devices", ROLES_ADMIN, 0, act, NULL, 0},
};

static void note_denied(void *context, const Denied *denied)
{
    Hall *hall = context;

    pthread_mutex_lock(&hall->lock);
    g_string_append_printf(
        hall->denied, "%s %s %s\n", denied->person != NULL ? denied->person : "-",
        denied->pattern != NULL ? denied->pattern : "sign-on", error_token(denied->code));
    pthread_mutex_unlock(&hall->lock);
}

static gboolean note_changed(void *context, const LocalPerson *person, const char *what,
                             GError **error)
{
    Hall *hall = context;

    pthread_mutex_lock(&hall->lock);
    g_string_append_printf(hall->changed, "%s %s\n", what, person->number);
    pthread_mutex_unlock(&hall->lock);
    return !hall->full || error_set(error, ERROR_DISK_FULL, "journal");
}

static void start(Hall *hall)
{
    g_autoptr(GError) error = NULL;
    Clock clock = clock_manual(&hall->now_us);
    SessionsOptions sessions = {.clock = clock,
                                .random = random_seeded(&hall->seed, 7),
                                .denied = note_denied,
                                .context = hall};
    HttpOptions options = {.sign_on_path = "/login"};

    hall->local = local_open(hall->db, &error);
    assert_no_error(error);
    sessions.local = hall->local;
    hall->sessions = sessions_new(&sessions, &error);
    assert_no_error(error);
    hall->repeats = repeats_new(hall->local, &clock);
    hall->people = (People){hall->sessions, hall->local, note_changed, hall};
    options.guard = sessions_guard;
    options.guard_context = hall->sessions;
    options.before = repeats_before;
    options.after = repeats_after;
    options.around_context = hall->repeats;
    assert_true(listen_address_parse("127.0.0.1:0", &options.listen, &error));
    hall->server = http_server_new(&options, routes, G_N_ELEMENTS(routes), hall, &error);
    assert_no_error(error);
}

static void stop(Hall *hall)
{
    g_clear_pointer(&hall->server, http_server_free);
    g_clear_pointer(&hall->repeats, repeats_free);
    g_clear_pointer(&hall->sessions, sessions_free);
    g_clear_pointer(&hall->local, local_close);
}

static int setup(void **state)
{
    Hall *hall = g_new0(Hall, 1);
    g_autofree char *folder = testing_folder();

    hall->now_us = NOW_US;
    hall->db = g_build_filename(folder, "local.db", NULL);
    hall->denied = g_string_new(NULL);
    hall->changed = g_string_new(NULL);
    pthread_mutex_init(&hall->lock, NULL);
    start(hall);
    *state = hall;
    return 0;
}

static int teardown(void **state)
{
    Hall *hall = *state;

    stop(hall);
    g_string_free(hall->denied, TRUE);
    g_string_free(hall->changed, TRUE);
    pthread_mutex_destroy(&hall->lock);
    g_free(hall->db);
    g_free(hall);
    return 0;
}

static void add_person(Hall *hall, const char *number, const char *name, guint32 roles)
{
    g_autoptr(GError) error = NULL;
    LocalPerson person = {(char *)number, (char *)name, roles, TRUE};

    assert_true(local_person_put(hall->local, &person, &error));
    assert_true(sessions_secret_set(hall->sessions, number, PASSWORD, &error));
    assert_no_error(error);
}

static char *csrf_of(const Hall *hall, const char *cookie);

static Answer ask(const Hall *hall, const char *method, const char *path,
                  const char *const *headers)
{
    g_autofree char *url = g_strconcat(http_server_url(hall->server), path, NULL);
    Ask what = {.method = method, .headers = headers};

    if (strcmp(method, "POST") == 0)
        what.body = "{}";
    return client_ask(url, &what);
}

static Answer send_json(const Hall *hall, const char *method, const char *path, const char *cookie,
                        const char *body)
{
    g_autofree char *csrf = csrf_of(hall, cookie);
    g_autofree char *url = g_strconcat(http_server_url(hall->server), path, NULL);
    const char *headers[] = {cookie, csrf, "Content-Type: application/json", NULL};

    return client_ask(url, &(Ask){.method = method, .headers = headers, .body = body});
}

static Answer post_form(const Hall *hall, const char *path, const char *body)
{
    static const char *const headers[] = {"Content-Type: application/x-www-form-urlencoded", NULL};
    g_autofree char *url = g_strconcat(http_server_url(hall->server), path, NULL);

    return client_ask(url, &(Ask){.method = "POST", .headers = headers, .body = body});
}

static Answer try_login(const Hall *hall, const char *name, const char *secret)
{
    g_autofree char *who_part = g_uri_escape_string(name, NULL, FALSE);
    g_autofree char *secret_part = g_uri_escape_string(secret, NULL, FALSE);
    g_autofree char *body = g_strdup_printf("who=%s&secret=%s", who_part, secret_part);

    return post_form(hall, "/login", body);
}

/* "Cookie: anjuan=…" after a login that must succeed. */
static char *cookie_of(const Hall *hall, const char *name)
{
    g_auto(Answer) answer = try_login(hall, name, PASSWORD);
    g_autofree char *set = answer_header(&answer, "Set-Cookie");

    assert_int_equal(answer.status, 303);
    assert_non_null(strstr(set, "HttpOnly"));
    assert_non_null(strstr(set, "SameSite=Strict"));
    *strchr(set, ';') = '\0';
    return g_strconcat("Cookie: ", set, NULL);
}

static char *csrf_of(const Hall *hall, const char *cookie)
{
    const char *headers[] = {cookie, NULL};
    g_auto(Answer) answer = ask(hall, "GET", "/session", headers);
    g_autoptr(json_t) body =
        json_parse(answer.body->str, answer.body->len, "session", ERROR_FORMAT, NULL);

    assert_int_equal(answer.status, 200);
    return g_strconcat("X-CSRF-Token: ", json_text(body, "csrf"), NULL);
}

static void the_first_run_asks_for_the_code_of_the_console(void **state)
{
    Hall *hall = *state;
    g_autofree char *code = sessions_first_run_code(hall->sessions);
    g_auto(Answer) redirect = ask(hall, "GET", "/login", NULL);
    g_auto(Answer) wrong = {0};
    g_auto(Answer) differ = {0};
    g_auto(Answer) brief = {0};
    g_auto(Answer) made = {0};
    g_auto(Answer) again = {0};
    g_auto(Answer) login_page = {0};
    g_auto(Answer) in = {0};
    g_autofree char *rest =
        g_strdup_printf("code=%s&name=%%E6%%9D%%8E%%E5%%BC%%BA&secret=abcdef&again=abcdef", code);
    g_autofree char *unequal = g_strdup_printf("code=%s&name=x&secret=abcdef&again=abcdeg", code);
    g_autofree char *little = g_strdup_printf("code=%s&name=x&secret=abc&again=abc", code);
    g_autofree char *location = answer_header(&redirect, "Location");
    g_autofree char *gone = NULL;

    assert_string_equal(location, "/first-run");
    wrong = post_form(hall, "/first-run", "code=00000000&name=x&secret=abcdef&again=abcdef");
    assert_int_equal(wrong.status, 403);
    differ = post_form(hall, "/first-run", unequal);
    assert_int_equal(differ.status, 422);
    brief = post_form(hall, "/first-run", little);
    assert_int_equal(brief.status, 422);
    made = post_form(hall, "/first-run", rest);
    assert_int_equal(made.status, 303);
    gone = sessions_first_run_code(hall->sessions);
    assert_null(gone);
    again = post_form(hall, "/first-run", rest);
    assert_int_equal(again.status, 403);
    login_page = ask(hall, "GET", "/login", NULL);
    assert_non_null(strstr(login_page.body->str, "name=\"secret\" type=\"password\""));
    in = try_login(hall, "1", "abcdef");
    assert_int_equal(in.status, 303);
}

static void number_badge_and_name_all_sign_on(void **state)
{
    Hall *hall = *state;
    g_autofree char *badge = session_badge("000123");
    const char *const names[] = {"123", "000123", badge, "王芳"};

    add_person(hall, "000123", "王芳", ROLE_CLERK);
    assert_string_equal(badge, "9700012320");
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *cookie = cookie_of(hall, names[i]);

        assert_non_null(cookie);
    }
}

static void wrong_tries_are_slowed_down_and_told(void **state)
{
    Hall *hall = *state;
    g_auto(Answer) early = {0};
    g_auto(Answer) late = {0};

    add_person(hall, "000123", "王芳", ROLE_CLERK);
    for (guint i = 0; i < SESSION_TRIES + 1; i++) {
        g_auto(Answer) answer = try_login(hall, "123", "wrong one");

        assert_int_equal(answer.status, 403);
        assert_non_null(strstr(answer.body->str, "role=\"alert\""));
    }
    early = try_login(hall, "123", PASSWORD);
    assert_int_equal(early.status, 429);
    assert_non_null(strstr(early.body->str, "5 s"));
    hall->now_us += 5 * G_USEC_PER_SEC;
    late = try_login(hall, "123", PASSWORD);
    assert_int_equal(late.status, 303);
    assert_non_null(strstr(hall->denied->str, "000123 sign-on forbidden"));
    assert_non_null(strstr(hall->denied->str, "000123 sign-on throttled"));
}

static void trying_names_in_turn_is_slowed_down_too(void **state)
{
    Hall *hall = *state;
    long last = 0;

    for (guint i = 0; i <= 4 * SESSION_TRIES + 1; i++) {
        g_autofree char *name = g_strdup_printf("nobody %u", i);
        g_auto(Answer) answer = try_login(hall, name, "wrong one");

        last = answer.status;
    }
    assert_int_equal(last, 429);
}

static void without_a_session_only_open_routes_answer(void **state)
{
    Hall *hall = *state;

    for (guint i = 0; i < G_N_ELEMENTS(routes); i++) {
        g_auto(Answer) answer =
            ask(hall, http_method_name(routes[i].method), routes[i].pattern, NULL);

        if (routes[i].roles == 0)
            assert_true(answer.status != 401);
        else
            assert_int_equal(answer.status, (routes[i].flags & ROUTE_PAGE) != 0 ? 303 : 401);
    }
}

static void every_role_gets_what_the_table_says(void **state)
{
    Hall *hall = *state;

    for (guint r = 0; r < 5; r++) {
        g_autofree char *number = g_strdup_printf("%06u", r + 2);
        g_autofree char *cookie = NULL;
        g_autofree char *csrf = NULL;

        add_person(hall, number, role_token(1U << r), 1U << r);
        cookie = cookie_of(hall, number);
        csrf = csrf_of(hall, cookie);
        for (guint i = 0; i < G_N_ELEMENTS(routes); i++) {
            const char *headers[] = {cookie, csrf, NULL};
            g_auto(Answer) answer = {0};

            if (routes[i].roles == 0 || routes[i].method != HTTP_POST ||
                routes[i].handler == add_user)
                continue;
            answer = ask(hall, "POST", routes[i].pattern, headers);
            assert_int_equal(answer.status / 100, (routes[i].roles & (1U << r)) != 0 ? 2 : 4);
        }
    }
    assert_non_null(strstr(hall->denied->str, "000002 /devices forbidden"));
}

static void commands_need_the_csrf_token_and_our_origin(void **state)
{
    Hall *hall = *state;
    g_autofree char *cookie = NULL;
    g_autofree char *csrf = NULL;
    g_auto(Answer) missing = {0};
    g_auto(Answer) wrong = {0};
    g_auto(Answer) foreign = {0};
    g_auto(Answer) cross = {0};
    g_auto(Answer) nowhere = {0};
    g_auto(Answer) good = {0};

    add_person(hall, "000123", "王芳", ROLE_CLERK);
    cookie = cookie_of(hall, "123");
    csrf = csrf_of(hall, cookie);
    missing = ask(hall, "POST", "/intake", (const char *[]){cookie, NULL});
    assert_int_equal(missing.status, 403);
    wrong = ask(hall, "POST", "/intake",
                (const char *[]){cookie, "X-CSRF-Token: 00000000000000000000000000000000", NULL});
    assert_int_equal(wrong.status, 403);
    foreign = ask(hall, "POST", "/intake",
                  (const char *[]){cookie, csrf, "Origin: http://evil.example", NULL});
    assert_int_equal(foreign.status, 403);
    cross = ask(hall, "POST", "/intake",
                (const char *[]){cookie, csrf, "Sec-Fetch-Site: cross-site", NULL});
    assert_int_equal(cross.status, 403);
    nowhere = ask(hall, "POST", "/intake", (const char *[]){cookie, csrf, "Origin: null", NULL});
    assert_int_equal(nowhere.status, 403);
    good = ask(hall, "POST", "/intake",
               (const char *[]){cookie, csrf, "Sec-Fetch-Site: same-origin", NULL});
    assert_int_equal(good.status, 201);
    assert_int_equal(hall->acts, 1);
}

static void sessions_survive_a_restart_and_end_in_time(void **state)
{
    Hall *hall = *state;
    g_autofree char *cookie = NULL;
    g_auto(Answer) after = {0};
    g_auto(Answer) idle = {0};
    g_auto(Answer) gone = {0};

    add_person(hall, "000123", "王芳", ROLE_CLERK);
    cookie = cookie_of(hall, "123");
    stop(hall);
    start(hall);
    after = ask(hall, "GET", "/session", (const char *[]){cookie, NULL});
    assert_int_equal(after.status, 200);
    hall->now_us += SESSION_IDLE_US + 1;
    idle = ask(hall, "GET", "/session", (const char *[]){cookie, NULL});
    assert_int_equal(idle.status, 401);
    hall->now_us -= SESSION_IDLE_US;
    gone = ask(hall, "GET", "/session", (const char *[]){cookie, NULL});
    assert_int_equal(gone.status, 401);
}

static void signing_off_and_a_new_pin_end_sessions(void **state)
{
    Hall *hall = *state;
    g_autoptr(GError) error = NULL;
    g_autofree char *one = NULL;
    g_autofree char *two = NULL;
    g_autofree char *csrf = NULL;
    g_auto(Answer) off = {0};
    g_auto(Answer) first = {0};
    g_auto(Answer) second = {0};
    g_auto(Answer) third = {0};

    add_person(hall, "000123", "王芳", ROLE_CLERK);
    one = cookie_of(hall, "123");
    two = cookie_of(hall, "123");
    csrf = csrf_of(hall, one);
    off = ask(hall, "DELETE", "/session", (const char *[]){one, csrf, NULL});
    assert_int_equal(off.status, 204);
    first = ask(hall, "GET", "/session", (const char *[]){one, NULL});
    assert_int_equal(first.status, 401);
    second = ask(hall, "GET", "/session", (const char *[]){two, NULL});
    assert_int_equal(second.status, 200);
    assert_true(sessions_secret_set(hall->sessions, "000123", "another one", &error));
    third = ask(hall, "GET", "/session", (const char *[]){two, NULL});
    assert_int_equal(third.status, 401);
}

static void a_repeated_command_is_done_once(void **state)
{
    Hall *hall = *state;
    g_autofree char *cookie = NULL;
    g_autofree char *csrf = NULL;
    g_auto(Answer) first = {0};
    g_auto(Answer) second = {0};
    g_auto(Answer) other = {0};
    g_auto(Answer) misused = {0};
    g_autofree char *replayed = NULL;

    add_person(hall, "000123", "王芳", ROLE_CLERK | ROLE_ARCHIVIST);
    cookie = cookie_of(hall, "123");
    csrf = csrf_of(hall, cookie);
    first =
        ask(hall, "POST", "/intake", (const char *[]){cookie, csrf, "Idempotency-Key: k1", NULL});
    assert_string_equal(first.body->str, "act 1");
    second =
        ask(hall, "POST", "/intake", (const char *[]){cookie, csrf, "Idempotency-Key: k1", NULL});
    assert_int_equal(second.status, 201);
    assert_string_equal(second.body->str, "act 1");
    replayed = answer_header(&second, "Idempotency-Replayed");
    assert_string_equal(replayed, "true");
    other =
        ask(hall, "POST", "/intake", (const char *[]){cookie, csrf, "Idempotency-Key: k2", NULL});
    assert_string_equal(other.body->str, "act 2");
    misused =
        ask(hall, "POST", "/archive", (const char *[]){cookie, csrf, "Idempotency-Key: k1", NULL});
    assert_int_equal(misused.status, 422);
    assert_int_equal(hall->acts, 2);
}

static void a_second_person_confirms_with_her_own_pin(void **state)
{
    Hall *hall = *state;
    g_autoptr(GError) error = NULL;
    g_autofree char *good = NULL;
    g_autofree char *role = NULL;

    add_person(hall, "000005", "陈静", ROLE_SUPERVISOR);
    good = sessions_confirm(hall->sessions, &(SignOn){"5", PASSWORD, ""}, ROLES_RELEASE, &error);
    assert_no_error(error);
    assert_string_equal(good, "000005");
    role = sessions_confirm(hall->sessions, &(SignOn){"5", PASSWORD, ""}, ROLES_ADMIN, &error);
    assert_null(role);
    assert_error_code(error, ERROR_FORBIDDEN);
}

static void public_status_shows_what_to_bring(void **state)
{
    Hall *hall = *state;
    g_auto(Answer) form = ask(hall, "GET", "/p/", NULL);
    g_auto(Answer) wrong = post_form(hall, "/p/", "number=320583&code=0000");
    g_auto(Answer) found = post_form(hall, "/p/", "number=320583&code=1234");
    g_auto(Answer) english = ask(hall, "GET", "/p/?lang=en", NULL);
    g_autofree char *cookie = answer_header(&english, "Set-Cookie");

    assert_int_equal(form.status, 200);
    /* What reads it aloud is a file of its own; the page says all without it. */
    assert_null(strstr(form.body->str, "<script>"));
    assert_null(strstr(form.body->str, "style="));
    assert_int_equal(wrong.status, 404);
    assert_int_equal(found.status, 200);
    assert_non_null(strstr(found.body->str, "授权委托书"));
    assert_non_null(strstr(found.body->str, "取水许可 &lt;审批&gt;"));
    assert_true(g_str_has_prefix(cookie, "lang=en"));
}

static void a_look_with_a_reason_ends(void **state)
{
    Hall *hall = *state;
    g_autofree char *cookie = NULL;
    g_autofree char *csrf = NULL;
    g_auto(Answer) masked = {0};
    g_auto(Answer) reason = {0};
    g_auto(Answer) open = {0};
    g_auto(Answer) later = {0};

    add_person(hall, "000123", "王芳", ROLE_CLERK);
    cookie = cookie_of(hall, "123");
    csrf = csrf_of(hall, cookie);
    masked = ask(hall, "GET", "/names", (const char *[]){cookie, NULL});
    assert_string_equal(masked.body->str, "张*");
    reason = ask(hall, "POST", "/names", (const char *[]){cookie, csrf, NULL});
    assert_int_equal(reason.status, 204);
    open = ask(hall, "GET", "/names", (const char *[]){cookie, NULL});
    assert_string_equal(open.body->str, "张三");
    hall->now_us += SESSION_LOOK_US;
    later = ask(hall, "GET", "/names", (const char *[]){cookie, NULL});
    assert_string_equal(later.body->str, "张*");
}

static void an_administrator_adds_and_changes_people(void **state)
{
    Hall *hall = *state;
    g_autofree char *cookie = NULL;
    g_auto(Answer) added = {0};
    g_auto(Answer) brief = {0};
    g_auto(Answer) role = {0};
    g_auto(Answer) taken = {0};
    g_auto(Answer) strange = {0};
    g_auto(Answer) changed = {0};
    g_auto(Answer) list = {0};

    add_person(hall, "000001", "李强", ROLE_ADMIN);
    cookie = cookie_of(hall, "1");
    added = send_json(
        hall, "POST", "/users/new", cookie,
        "{\"name\":\"王芳\",\"roles\":[\"clerk\",\"archivist\"],\"secret\":\"" PASSWORD "\"}");
    assert_int_equal(added.status, 201);
    assert_string_equal(added.body->str,
                        "{\"number\":\"000002\",\"name\":\"王芳\",\"roles\":[\"clerk\","
                        "\"archivist\"],\"active\":true,\"badge\":\"9700000292\"}");
    brief = send_json(hall, "POST", "/users/new", cookie,
                      "{\"name\":\"x\",\"roles\":[\"clerk\"],\"secret\":\"12345\"}");
    assert_int_equal(brief.status, 422);
    role = send_json(hall, "POST", "/users/new", cookie,
                     "{\"name\":\"x\",\"roles\":[\"king\"],\"secret\":\"123456\"}");
    assert_int_equal(role.status, 422);
    taken = send_json(
        hall, "POST", "/users/new", cookie,
        "{\"number\":\"000002\",\"name\":\"x\",\"roles\":[\"clerk\"],\"secret\":\"123456\"}");
    assert_int_equal(taken.status, 409);
    strange = send_json(hall, "PATCH", "/users/000002", cookie, "{\"hash\":\"x\"}");
    assert_int_equal(strange.status, 422);
    changed = send_json(hall, "PATCH", "/users/000002", cookie,
                        "{\"roles\":[\"auditor\"],\"active\":false}");
    assert_int_equal(changed.status, 200);
    list = ask(hall, "GET", "/users", (const char *[]){cookie, NULL});
    assert_non_null(strstr(list.body->str, "\"roles\":[\"auditor\"],\"active\":false"));
    assert_string_equal(hall->changed->str, "add 000002\nchange 000002\n");
}

static void the_last_administrator_stays(void **state)
{
    Hall *hall = *state;
    g_autofree char *cookie = NULL;
    g_auto(Answer) off = {0};
    g_auto(Answer) role = {0};
    g_auto(Answer) second = {0};

    add_person(hall, "000001", "李强", ROLE_ADMIN);
    cookie = cookie_of(hall, "1");
    off = send_json(hall, "PATCH", "/users/000001", cookie, "{\"active\":false}");
    assert_int_equal(off.status, 409);
    role = send_json(hall, "PATCH", "/users/000001", cookie, "{\"roles\":[\"clerk\"]}");
    assert_int_equal(role.status, 409);
    add_person(hall, "000002", "陈静", ROLE_ADMIN);
    second = send_json(hall, "PATCH", "/users/000001", cookie, "{\"roles\":[\"clerk\"]}");
    assert_int_equal(second.status, 200);
}

static void a_change_without_a_record_is_told(void **state)
{
    Hall *hall = *state;
    g_autofree char *cookie = NULL;
    g_auto(Answer) added = {0};
    g_auto(Answer) secret = {0};

    add_person(hall, "000001", "李强", ROLE_ADMIN);
    add_person(hall, "000002", "王芳", ROLE_CLERK);
    cookie = cookie_of(hall, "1");
    hall->full = TRUE;
    added = send_json(hall, "POST", "/users/new", cookie,
                      "{\"name\":\"x\",\"roles\":[\"clerk\"],\"secret\":\"123456\"}");
    assert_int_equal(added.status, 507);
    secret = send_json(hall, "PUT", "/users/000002/secret", cookie, "{\"secret\":\"123456\"}");
    assert_int_equal(secret.status, 507);
}

static void a_person_that_leaves_is_signed_off_at_once(void **state)
{
    Hall *hall = *state;
    g_autofree char *admin = NULL;
    g_autofree char *clerk = NULL;
    g_auto(Answer) off = {0};
    g_auto(Answer) after = {0};
    g_auto(Answer) again = {0};

    add_person(hall, "000001", "李强", ROLE_ADMIN);
    add_person(hall, "000002", "王芳", ROLE_CLERK);
    admin = cookie_of(hall, "1");
    clerk = cookie_of(hall, "2");
    off = send_json(hall, "PATCH", "/users/000002", admin, "{\"active\":false}");
    assert_int_equal(off.status, 200);
    after = ask(hall, "GET", "/session", (const char *[]){clerk, NULL});
    assert_int_equal(after.status, 401);
    again = try_login(hall, "2", PASSWORD);
    assert_int_equal(again.status, 403);
}

static void everybody_changes_her_own_pin_with_the_old_one(void **state)
{
    Hall *hall = *state;
    g_autofree char *admin = NULL;
    g_autofree char *clerk = NULL;
    g_auto(Answer) without = {0};
    g_auto(Answer) other = {0};
    g_auto(Answer) own = {0};
    g_auto(Answer) reset = {0};
    g_auto(Answer) in = {0};

    add_person(hall, "000001", "李强", ROLE_ADMIN);
    add_person(hall, "000002", "王芳", ROLE_CLERK);
    admin = cookie_of(hall, "1");
    clerk = cookie_of(hall, "2");
    without = send_json(hall, "PUT", "/users/000002/secret", clerk, "{\"secret\":\"newone1\"}");
    assert_int_equal(without.status, 422);
    other = send_json(hall, "PUT", "/users/000001/secret", clerk,
                      "{\"secret\":\"newone1\",\"old\":\"" PASSWORD "\"}");
    assert_int_equal(other.status, 403);
    own = send_json(hall, "PUT", "/users/000002/secret", clerk,
                    "{\"secret\":\"newone1\",\"old\":\"" PASSWORD "\"}");
    assert_int_equal(own.status, 204);
    reset = send_json(hall, "PUT", "/users/000002/secret", admin, "{\"secret\":\"newone2\"}");
    assert_int_equal(reset.status, 204);
    assert_string_equal(hall->changed->str, "secret 000002\nsecret 000002\n");
    in = try_login(hall, "2", "newone2");
    assert_int_equal(in.status, 303);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static const struct CMUnitTest tests[] = {
    CASE(the_first_run_asks_for_the_code_of_the_console),
    CASE(number_badge_and_name_all_sign_on),
    CASE(wrong_tries_are_slowed_down_and_told),
    CASE(trying_names_in_turn_is_slowed_down_too),
    CASE(without_a_session_only_open_routes_answer),
    CASE(every_role_gets_what_the_table_says),
    CASE(commands_need_the_csrf_token_and_our_origin),
    CASE(sessions_survive_a_restart_and_end_in_time),
    CASE(signing_off_and_a_new_pin_end_sessions),
    CASE(a_repeated_command_is_done_once),
    CASE(a_second_person_confirms_with_her_own_pin),
    CASE(public_status_shows_what_to_bring),
    CASE(a_look_with_a_reason_ends),
    CASE(an_administrator_adds_and_changes_people),
    CASE(the_last_administrator_stays),
    CASE(a_change_without_a_record_is_told),
    CASE(a_person_that_leaves_is_signed_off_at_once),
    CASE(everybody_changes_her_own_pin_with_the_old_one),
};
TEST_MAIN(tests)
