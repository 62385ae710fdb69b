/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/public/page.h"

#include "ui/http/detail.h"

#include <string.h>

typedef struct {
    const char *text[2]; /* by Lang */
} Words;

static const Words
    w_product = {{"案卷 · 收件窗口", "anjuan · intake counter"}},
    w_sign_on = {{"登录", "Sign on"}},
    w_who = {{"工号或姓名（也可扫工牌）", "Staff number or name (or scan your badge)"}},
    w_secret = {{"PIN 或密码", "PIN or password"}}, w_first_run = {{"首次启动", "First run"}},
    w_first_text = {{"这台设备还没有管理员。请输入主机控制台上显示的一次性启动码。",
                     "No administrator yet: enter the one-time code from the console."}},
    w_code = {{"启动码（8 位数字）", "Start code (8 digits)"}},
    w_name = {{"管理员姓名", "Administrator's name"}},
    w_new_secret = {{"设置密码（至少 6 位）", "New password (at least 6 characters)"}},
    w_again = {{"再输一次密码", "The password once more"}},
    w_create = {{"创建管理员", "Create administrator"}},
    w_differ = {{"两次输入的密码不同，请重新输入。", "The two passwords differ. Type both again."}},
    w_wrong = {{"工号、姓名或密码不对，请重新输入。",
                "Number, name or password is wrong. Try again."}},
    w_wrong_code = {{"启动码不对，请照控制台上的数字重新输入。",
                     "The start code is wrong. Copy it from the console."}},
    w_wait = {{"尝试次数过多，请过一会儿再试。还需等待：",
               "Too many tries. Wait before the next: "}},
    w_short = {{"密码至少 6 位。", "A password has at least 6 characters."}},
    w_status = {{"办件进度查询", "Where is my application?"}},
    w_status_text = {{"请照收件凭证上的号码输入。", "Copy both numbers from your receipt."}},
    w_number = {{"办件编号", "Case number"}}, w_query_code = {{"查询码", "Query code"}},
    w_look = {{"查询", "Look"}},
    w_unknown = {{"没有找到，请核对收件凭证上的办件编号和查询码。",
                  "Not found. Check the case number and the query code on your receipt."}},
    w_rescue = {{"暂时不能收件", "Not open just now"}},
    w_happened = {{"发生了什么", "What happened"}}, w_do = {{"请这样做", "What to do"}},
    w_safe =
        {{"已经确认保存的收件和页面都在，不会丢失。没有存好的纸请先放在一边，恢复后再扫。",
          "Everything that was acknowledged as stored is safe. Keep papers that were not stored "
          "aside and scan them afterwards."}},
    w_retry = {{"本机每几秒重试一次；解决以后刷新本页，就可以继续。",
                "This machine tries again every few seconds. Once it is mended, load this page "
                "again and go on."}},
    w_call = {{"请通知管理员，在主机上运行 anjuan doctor。",
               "Call the administrator; at the console run \"anjuan doctor\"."}},
    w_reload = {{"刷新", "Load again"}}, w_bring = {{"请您补齐以下材料：", "Please bring:"}},
    w_another = {{"查另一件", "Look for another"}}, w_other_lang = {{"English", "中文"}},
    w_read = {{"公共服务窗口可为您朗读本页，请告诉工作人员。",
               "Staff at the counter will read this page to you on request."}};

static const Words
    w_set_up = {{"首次设置", "First boot"}},
    w_set_up_text =
        {{"区划代码和大厅号会写进每个办件编号，以后不能更改。启动码显示在主机控制台上。",
          "Region and hall stand in every case number and cannot be changed later. The "
          "start code is shown on the console."}},
    w_region = {{"区划代码（6 位数字）", "Region code (6 digits)"}},
    w_hall = {{"大厅号（3 位数字）", "Hall (3 digits)"}}, w_profile = {{"规则", "Rules"}},
    w_city = {{"市级", "city"}}, w_township = {{"乡镇", "township"}},
    w_subcentre = {{"分中心", "subcentre"}},
    w_console = {{"控制台口令（至少 8 位）", "Password of the console (at least 8 characters)"}},
    w_time = {{"现在的时间，钟不对时才填（如 2026-11-21 09:30）",
               "The time now, only if the clock is wrong (as 2026-11-21 09:30)"}},
    w_clock = {{"主机时钟：", "This machine's clock: "}},
    w_wrong_number = {{"区划代码须 6 位数字，大厅号须 3 位数字。",
                       "The region has 6 digits and the hall 3."}},
    w_wrong_time = {{"时间写成 2026-11-21 09:30 的样子。", "Write the time as 2026-11-21 09:30."}},
    w_wrong_console = {{"控制台口令至少 8 位。", "The password has at least 8 characters."}},
    w_begin = {{"开始使用", "Begin"}}, w_taken = {{"设置已保存", "Saved"}},
    w_taken_text = {{"主机正在启动，约一分钟后刷新本页，再用控制台上新的启动码创建管理员。",
                     "The appliance is starting. Load this page again in about a minute and create "
                     "the administrator with the new start code on the console."}},
    w_selftest = {{"系统无法工作", "The appliance cannot work"}},
    w_selftest_text =
        {{"案卷数据未被改动，请不要断电。请把以下内容告知管理员：",
          "The case files are untouched; leave the power on. Tell the administrator:"}},
    w_selftest_do = {
        {"管理员可在控制台运行 anjuan doctor 查看处理办法；写诊断文件：anjuan doctor "
         "--bundle 文件。",
         "At the console 'anjuan doctor' says what to do; 'anjuan doctor --bundle FILE' "
         "writes the diagnostics file."}};

static const char *say(const Words *words, Lang lang)
{
    return words->text[lang];
}

static GString *page_begin(Lang lang, const Words *title)
{
    GString *html = g_string_new(NULL);

    g_string_append_printf(
        html,
        "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width\">\n<title>%s · %s</title>\n"
        "<link rel=\"stylesheet\" href=\"/public.css\">\n"
        "<script src=\"/read.js\" defer></script>\n</head>\n<body>\n<main>\n"
        "<p class=\"product\">%s</p>\n<h1>%s</h1>\n",
        lang == LANG_ZH ? "zh-CN" : "en", say(title, lang), say(&w_product, lang),
        say(&w_product, lang), say(title, lang));
    return html;
}

static void append_escaped(GString *html, const char *before, const char *text, const char *after)
{
    g_autofree char *escaped = g_markup_escape_text(text, -1);

    g_string_append_printf(html, "%s%s%s", before, escaped, after);
}

static Response *page_end(GString *html, guint status, Lang lang)
{
    g_autoptr(GBytes) bytes = NULL;
    Response *response;

    g_string_append_printf(html,
                           "<p class=\"lang\"><a href=\"?lang=%s\" lang=\"%s\">%s</a></p>\n"
                           "</main>\n</body>\n</html>\n",
                           lang == LANG_ZH ? "en" : "zh", lang == LANG_ZH ? "en" : "zh-CN",
                           say(&w_other_lang, lang));
    bytes = g_string_free_to_bytes(html);
    response = response_bytes(status, "text/html; charset=utf-8", bytes);
    /* Without a referrer browsers send "Origin: null" with a form, which proves nothing. */
    response_header(response, "Referrer-Policy", "same-origin");
    return response;
}

typedef struct {
    const char *name;
    const Words *label;
    const char *type;
    const char *complete; /* autocomplete */
    const char *value;    /* shown again; may be NULL */
} Field;

static void append_field(GString *html, Lang lang, const Field *field)
{
    g_autofree char *value = g_markup_escape_text(field->value != NULL ? field->value : "", -1);

    g_string_append_printf(html,
                           "<label for=\"%s\">%s</label>\n"
                           "<input id=\"%s\" name=\"%s\" type=\"%s\" autocomplete=\"%s\" "
                           "value=\"%s\" required>\n",
                           field->name, say(field->label, lang), field->name, field->name,
                           field->type, field->complete, value);
}

static void append_message(GString *html, const char *message)
{
    if (message != NULL)
        append_escaped(html, "<p class=\"wrong\" role=\"alert\">✗ ", message, "</p>\n");
}

/* Choosing a language by ?lang= is kept in a cookie that says nothing about the person. */
static Lang lang_of(Request *request, Response **redirect, const char *back)
{
    const char *asked = request_query(request, "lang");
    Lang lang = request_lang(request);

    *redirect = NULL;
    if (asked != NULL && lang_parse(asked, &lang)) {
        *redirect = response_redirect(back);
        response_header(*redirect, "Set-Cookie",
                        lang == LANG_ZH ? "lang=zh; Path=/; SameSite=Strict; Max-Age=31536000"
                                        : "lang=en; Path=/; SameSite=Strict; Max-Age=31536000");
    }
    return lang;
}

static Response *sign_on_page(Lang lang, guint status, const char *who, const char *message)
{
    GString *html = page_begin(lang, &w_sign_on);
    const Field who_field = {"who", &w_who, "text", "username", who};
    const Field secret_field = {"secret", &w_secret, "password", "current-password", NULL};

    append_message(html, message);
    g_string_append(html, "<form method=\"post\" action=\"/login\">\n");
    append_field(html, lang, &who_field);
    append_field(html, lang, &secret_field);
    g_string_append_printf(html, "<button>%s</button>\n</form>\n", say(&w_sign_on, lang));
    return page_end(html, status, lang);
}

static Response *first_run_page(Lang lang, guint status, const char *name, const char *message)
{
    GString *html = page_begin(lang, &w_first_run);
    const Field fields[] = {
        {"code", &w_code, "text", "one-time-code", NULL},
        {"name", &w_name, "text", "name", name},
        {"secret", &w_new_secret, "password", "new-password", NULL},
        {"again", &w_again, "password", "new-password", NULL},
    };

    g_string_append_printf(html, "<p>%s</p>\n", say(&w_first_text, lang));
    append_message(html, message);
    g_string_append(html, "<form method=\"post\" action=\"/first-run\">\n");
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        append_field(html, lang, &fields[i]);
    g_string_append_printf(html, "<button>%s</button>\n</form>\n", say(&w_create, lang));
    return page_end(html, status, lang);
}

static Response *status_page(Lang lang, guint status, const char *number, const char *message)
{
    GString *html = page_begin(lang, &w_status);
    const Field fields[] = {
        {"number", &w_number, "text", "off", number},
        {"code", &w_query_code, "text", "off", NULL},
    };

    g_string_append_printf(html, "<p>%s</p>\n", say(&w_status_text, lang));
    append_message(html, message);
    g_string_append(html, "<form method=\"post\" action=\"/p/\">\n");
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        append_field(html, lang, &fields[i]);
    g_string_append_printf(html, "<button>%s</button>\n</form>\n<p class=\"note\">%s</p>\n",
                           say(&w_look, lang), say(&w_read, lang));
    return page_end(html, status, lang);
}

static Response *found_page(Lang lang, const char *number, const PublicStatus *found)
{
    GString *html = page_begin(lang, &w_status);

    append_escaped(html, "<p class=\"item\">", found->item, "<br>\n");
    append_escaped(html, "<span class=\"number\">", number, "</span></p>\n");
    append_escaped(html, "<p class=\"state\"><strong>", found->state, "</strong></p>\n");
    if (found->missing->len > 0)
        g_string_append_printf(html, "<h2>%s</h2>\n<ol>\n", say(&w_bring, lang));
    for (guint i = 0; i < found->missing->len; i++)
        append_escaped(html, "<li>", g_ptr_array_index(found->missing, i), "</li>\n");
    if (found->missing->len > 0)
        g_string_append(html, "</ol>\n");
    append_escaped(html, "<p class=\"where\">", found->where, "</p>\n");
    g_string_append_printf(
        html, "<p class=\"note\">%s</p>\n<p><a class=\"button\" href=\"/p/\">%s</a></p>\n",
        say(&w_read, lang), say(&w_another, lang));
    return page_end(html, 200, lang);
}

/* A sentence for the person who typed; NULL where the error is none of hers. */
static char *message_of(const GError *error, const Words *wrong, Lang lang)
{
    switch (error_code(error)) {
    case ERROR_FORBIDDEN:
    case ERROR_NOT_FOUND:
        return g_strdup(say(wrong, lang));
    case ERROR_THROTTLED:
        return g_strconcat(say(&w_wait, lang), error->message, NULL);
    case ERROR_INVALID:
        return g_strdup(say(&w_short, lang));
    default:
        return NULL;
    }
}

Response *public_rescue(Request *request, const GError *why)
{
    Response *redirect;
    Lang lang = lang_of(request, &redirect, "/");
    ErrorCode code = error_code(why);
    g_autofree char *detail = detail_words(why->message, lang);
    GString *html;

    if (redirect != NULL)
        return redirect;
    html = page_begin(lang, &w_rescue);
    g_string_append_printf(html, "<h2>%s</h2>\n", say(&w_happened, lang));
    append_escaped(html, "<p class=\"state\"><strong>", error_text(code, lang), "</strong></p>\n");
    append_escaped(html, "<p class=\"note\">", detail, "</p>\n");
    g_string_append_printf(html, "<h2>%s</h2>\n<ol>\n", say(&w_do, lang));
    append_escaped(html, "<li>", error_hint(code, lang), "</li>\n");
    append_escaped(html, "<li>", say(&w_call, lang), "</li>\n");
    append_escaped(html, "<li>", say(&w_retry, lang), "</li>\n</ol>\n");
    append_escaped(html, "<p class=\"where\">", say(&w_safe, lang), "</p>\n");
    g_string_append_printf(html, "<p><a class=\"button\" href=\"/\">%s</a></p>\n",
                           say(&w_reload, lang));
    return page_end(html, 503, lang);
}

static const char *field_of(GHashTable *form, const char *name)
{
    const char *value = g_hash_table_lookup(form, name);

    return value != NULL ? value : "";
}

Response *public_sign_on_form(Sessions *sessions, Request *request)
{
    Response *redirect;
    Lang lang = lang_of(request, &redirect, "/login");
    g_autofree char *code = sessions_first_run_code(sessions);

    if (redirect != NULL)
        return redirect;
    return code != NULL ? response_redirect("/first-run") : sign_on_page(lang, 200, NULL, NULL);
}

Response *public_sign_on(Sessions *sessions, Request *request, GError **error)
{
    g_autoptr(GHashTable) form = request_form(request, error);
    g_autoptr(GError) why = NULL;
    g_autofree char *cookie = NULL;
    g_autofree char *message = NULL;
    Lang lang = request_lang(request);
    Response *response;
    SignOn sign_on;

    if (form == NULL)
        return NULL;
    sign_on = (SignOn){field_of(form, "who"), field_of(form, "secret"), request_address(request)};
    if (sessions_sign_on(sessions, &sign_on, &cookie, &why)) {
        response = response_redirect("/");
        response_header(response, "Set-Cookie", cookie);
        return response;
    }
    message = message_of(why, &w_wrong, lang);
    if (message != NULL)
        return sign_on_page(lang, (guint)error_http_status(error_code(why)), sign_on.who, message);
    g_propagate_error(error, g_steal_pointer(&why));
    return NULL;
}

Response *public_first_run_form(Sessions *sessions, Request *request)
{
    Response *redirect;
    Lang lang = lang_of(request, &redirect, "/first-run");
    g_autofree char *code = sessions_first_run_code(sessions);

    if (redirect != NULL)
        return redirect;
    return code != NULL ? first_run_page(lang, 200, NULL, NULL) : response_redirect("/login");
}

Response *public_first_run(Sessions *sessions, Request *request, GError **error)
{
    g_autoptr(GHashTable) form = request_form(request, error);
    g_autoptr(GError) why = NULL;
    g_autofree char *message = NULL;
    Lang lang = request_lang(request);
    SignOn admin;

    if (form == NULL)
        return NULL;
    admin = (SignOn){field_of(form, "name"), field_of(form, "secret"), request_address(request)};
    if (g_strcmp0(admin.secret, field_of(form, "again")) != 0)
        return first_run_page(lang, 422, admin.who, say(&w_differ, lang));
    if (sessions_first_run(sessions, field_of(form, "code"), &admin, &why))
        return response_redirect("/login");
    message = message_of(why, &w_wrong_code, lang);
    if (message != NULL)
        return first_run_page(lang, (guint)error_http_status(error_code(why)), admin.who, message);
    g_propagate_error(error, g_steal_pointer(&why));
    return NULL;
}

void public_status_clear(PublicStatus *status)
{
    g_free(status->state);
    g_free(status->item);
    g_free(status->where);
    g_clear_pointer(&status->missing, g_ptr_array_unref);
}

Response *public_status_form(Request *request)
{
    Response *redirect;
    Lang lang = lang_of(request, &redirect, "/p/");

    return redirect != NULL ? redirect : status_page(lang, 200, NULL, NULL);
}

Response *public_status(Request *request, PublicFind find, void *context, GError **error)
{
    g_autoptr(GHashTable) form = request_form(request, error);
    g_autoptr(GError) why = NULL;
    g_auto(PublicStatus) found = {0};
    g_autofree char *message = NULL;
    Lang lang = request_lang(request);
    PublicQuestion question;

    if (form == NULL)
        return NULL;
    question = (PublicQuestion){field_of(form, "number"), field_of(form, "code"),
                                request_address(request), lang};
    if (find(context, &question, &found, &why))
        return found_page(lang, question.number, &found);
    message = message_of(why, &w_unknown, lang);
    if (message != NULL)
        return status_page(lang, (guint)error_http_status(error_code(why)), question.number,
                           message);
    g_propagate_error(error, g_steal_pointer(&why));
    return NULL;
}

/* ── first boot ──────────────────────────────────────────────────────────────────────────── */

static void append_profiles(GString *html, Lang lang, const char *chosen)
{
    static const struct {
        const char *token;
        const Words *words;
    } profiles[] = {{"city", &w_city}, {"township", &w_township}, {"subcentre", &w_subcentre}};

    g_string_append_printf(
        html, "<label for=\"profile\">%s</label>\n<select id=\"profile\" name=\"profile\">\n",
        say(&w_profile, lang));
    for (guint i = 0; i < G_N_ELEMENTS(profiles); i++)
        g_string_append_printf(html, "<option value=\"%s\"%s>%s</option>\n", profiles[i].token,
                               strcmp(profiles[i].token, chosen) == 0 ? " selected" : "",
                               say(profiles[i].words, lang));
    g_string_append(html, "</select>\n");
}

static Response *set_up_page(Lang lang, guint status, const PublicSetUp *typed, const char *message)
{
    GString *html = page_begin(lang, &w_set_up);
    const Field before[] = {{"code", &w_code, "text", "one-time-code", NULL},
                            {"region", &w_region, "text", "off", typed->region},
                            {"hall", &w_hall, "text", "off", typed->hall}};
    const Field behind[] = {{"secret", &w_console, "password", "new-password", NULL},
                            {"again", &w_again, "password", "new-password", NULL}};
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *clock = g_date_time_format(now, "%F %H:%M");

    g_string_append_printf(html, "<p>%s</p>\n", say(&w_set_up_text, lang));
    append_message(html, message);
    g_string_append(html, "<form method=\"post\" action=\"/\">\n");
    for (guint i = 0; i < G_N_ELEMENTS(before); i++)
        append_field(html, lang, &before[i]);
    append_profiles(html, lang, typed->profile);
    for (guint i = 0; i < G_N_ELEMENTS(behind); i++)
        append_field(html, lang, &behind[i]);
    g_string_append_printf(html,
                           "<label for=\"time\">%s</label>\n<input id=\"time\" name=\"time\" "
                           "type=\"text\" autocomplete=\"off\">\n",
                           say(&w_time, lang));
    g_string_append_printf(html, "<p class=\"note\">%s%s</p>\n<button>%s</button>\n</form>\n",
                           say(&w_clock, lang), clock, say(&w_begin, lang));
    return page_end(html, status, lang);
}

static Response *plain_page(Lang lang, const Words *title, const Words *text)
{
    GString *html = page_begin(lang, title);

    g_string_append_printf(html, "<p>%s</p>\n", say(text, lang));
    return page_end(html, 200, lang);
}

/* NULL where it all has its form, or the sentence that says what has not. */
static const Words *judge_set_up(const PublicSetUp *typed, const char *again)
{
    if (!g_regex_match_simple("^[0-9]{6}$", typed->region, G_REGEX_DOLLAR_ENDONLY, 0) ||
        !g_regex_match_simple("^[0-9]{3}$", typed->hall, G_REGEX_DOLLAR_ENDONLY, 0))
        return &w_wrong_number;
    if (!g_regex_match_simple("^(city|township|subcentre)$", typed->profile, G_REGEX_DOLLAR_ENDONLY,
                              0))
        return &w_profile;
    if (strlen(typed->secret) < PUBLIC_SECRET_MIN || strpbrk(typed->secret, "\r\n") != NULL)
        return &w_wrong_console;
    if (strcmp(typed->secret, again) != 0)
        return &w_differ;
    if (!g_regex_match_simple("^(20[0-9]{2}-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9])?$",
                              typed->time, G_REGEX_DOLLAR_ENDONLY, 0))
        return &w_wrong_time;
    return NULL;
}

Response *public_set_up_form(Request *request)
{
    Response *redirect;
    Lang lang = lang_of(request, &redirect, "/");

    return redirect != NULL ? redirect
                            : set_up_page(lang, 200, &(PublicSetUp){.profile = "city"}, NULL);
}

Response *public_set_up(Request *request, PublicTake take, void *context, GError **error)
{
    g_autoptr(GHashTable) form = request_form(request, error);
    g_autoptr(GError) why = NULL;
    Lang lang = request_lang(request);
    const Words *wrong;
    PublicSetUp typed;

    if (form == NULL)
        return NULL;
    typed =
        (PublicSetUp){field_of(form, "region"), field_of(form, "hall"), field_of(form, "profile"),
                      field_of(form, "secret"), field_of(form, "time")};
    wrong = judge_set_up(&typed, field_of(form, "again"));
    if (wrong != NULL)
        return set_up_page(lang, 422, &typed, say(wrong, lang));
    if (take(context, field_of(form, "code"), &typed, &why))
        return plain_page(lang, &w_taken, &w_taken_text);
    if (error_code(why) == ERROR_FORBIDDEN)
        return set_up_page(lang, 403, &typed, say(&w_wrong_code, lang));
    g_propagate_error(error, g_steal_pointer(&why));
    return NULL;
}

/* ── rescue ──────────────────────────────────────────────────────────────────────────────── */

Response *public_selftest(Request *request, const char *const *findings)
{
    Response *redirect;
    Lang lang = lang_of(request, &redirect, "/");
    GString *html;

    if (redirect != NULL)
        return redirect;
    html = page_begin(lang, &w_selftest);
    g_string_append_printf(html, "<p>%s</p>\n<ul>\n", say(&w_selftest_text, lang));
    for (; *findings != NULL; findings++)
        append_escaped(html, "<li>", *findings, "</li>\n");
    g_string_append_printf(html, "</ul>\n<p>%s</p>\n", say(&w_selftest_do, lang));
    return page_end(html, 503, lang);
}
