/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/audit.h"

#include "appliance/base/text.h"
#include "appliance/casework/ledger.h"
#include "appliance/paper/paper.h"

#include <string.h>

static const struct {
    const char *token, *zh;
} figures[] = {{"numbers", "发出编号"}, {"cases", "办件"},      {"documents", "文书和材料"},
               {"void", "作废编号"},    {"pages", "页"},        {"blanks", "空白面"},
               {"unread", "未读出"},    {"unplaced", "待归件"}, {"gaps", "缺号"},
               {"late", "超期"},        {"read", "已核内容"},   {"unverified", "未核内容"},
               {"altered", "内容不符"}, {"filed", "已归档"},    {"bundles", "导出数据包"}};

static const struct {
    const char *code, *zh;
} kinds[] = {{"number-missing", "办件编号缺号"},
             {"document-missing", "统一编号缺号"},
             {"paper-number-missing", "文书编号缺号"},
             {"unread", "未读出页面"},
             {"overdue", "超期办件"},
             {"altered", "内容不符"},
             {"file-missing", "影像缺失"},
             {"root-differs", "日清不符"},
             {"journal-damaged", "日志损坏"},
             {"unplaced", "待归件"}};

static const char *kind_word(const char *code)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(kinds[i].code, code) == 0)
            return kinds[i].zh;
    return code; /* uncovered: every finding's code stands in the list */
}

static char *figure_text(const json_t *audit, const char *token)
{
    return g_strdup_printf("%" G_GINT64_FORMAT,
                           json_int(json_object_get(audit, "figures"), token, 0));
}

static const char *conclusion(const json_t *audit)
{
    return json_flag(audit, "complete") ? "齐全，未发现缺失。" : "不齐全，见所列问题。";
}

/* "0003、0004" */
static char *missing_text(const json_t *run)
{
    GString *text = g_string_new(NULL);
    gsize i;
    json_t *serial;

    json_array_foreach(json_object_get(run, "missing"), i, serial)
        g_string_append_printf(text, "%s%04d", i > 0 ? "、" : "", (int)json_integer_value(serial));
    return g_string_free(text, FALSE);
}

static char *run_text(const json_t *run)
{
    return g_strdup_printf("0001–%04d", (int)json_int(run, "last", 0));
}

static const char *day_word(const json_t *day)
{
    return !json_flag(day, "closed") ? "未日清" : json_flag(day, "good") ? "相符" : "不符";
}

static char *local_minute(gint64 us)
{
    g_autofree char *day = day_format(day_of_instant(us, HOUSE_OFFSET_S));
    guint minute = day_minute_of_instant(us, HOUSE_OFFSET_S);

    return g_strdup_printf("%sT%02u:%02u", day, minute / 60, minute % 60);
}

/* ── text ────────────────────────────────────────────────────────────────────────────────── */

char *audit_text(const json_t *audit, Lang lang)
{
    GString *out = g_string_new(NULL);
    gsize i;
    json_t *one;

    for (i = 0; i < G_N_ELEMENTS(figures); i++) {
        g_autofree char *value = figure_text(audit, figures[i].token);

        g_string_append_printf(out, "%s\t%s\n", figures[i].token, value);
    }
    json_array_foreach(json_object_get(audit, "findings"), i, one)
    {
        g_autofree char *where = text_escape_cell(json_text(one, "where"));
        g_autofree char *words =
            text_escape_cell(json_text(one, lang == LANG_ZH ? "text" : "text_en"));

        g_string_append_printf(out, "%s\t%s\t%s\t%s\n", json_text(one, "severity"),
                               json_text(one, "code"), where, words);
    }
    g_string_append(out, json_flag(audit, "complete") ? "complete\n" : "incomplete\n");
    return g_string_free(out, FALSE);
}

/* ── CSV ─────────────────────────────────────────────────────────────────────────────────── */

static void csv_row(GString *out, const char *what, const char *where, const char *value)
{
    const char *cells[] = {what, where, value};

    ledger_csv_line(out, cells, G_N_ELEMENTS(cells));
}

char *audit_csv(const json_t *audit)
{
    GString *out = g_string_new("\xEF\xBB\xBF");
    g_autofree char *period =
        g_strdup_printf("%s/%s", json_text(audit, "from"), json_text(audit, "to"));
    gsize i;
    json_t *one;

    csv_row(out, "项目", "编号", "结果");
    csv_row(out, "核查期间", "", period);
    for (i = 0; i < G_N_ELEMENTS(figures); i++) {
        g_autofree char *value = figure_text(audit, figures[i].token);

        csv_row(out, figures[i].zh, "", value);
    }
    json_array_foreach(json_object_get(audit, "windows"), i, one)
    {
        g_autofree char *where =
            g_strdup_printf("%s %s", json_text(one, "date"), json_text(one, "window"));
        g_autofree char *run = run_text(one);

        csv_row(out, "编号区间", where, run);
    }
    json_array_foreach(json_object_get(audit, "findings"), i, one) csv_row(
        out, kind_word(json_text(one, "code")), json_text(one, "where"), json_text(one, "text"));
    csv_row(out, "结论", "", conclusion(audit));
    return g_string_free(out, FALSE);
}

/* ── HTML ────────────────────────────────────────────────────────────────────────────────── */

static const char style[] =
    "body{font:16px/1.6 'Noto Sans CJK SC',sans-serif;max-width:60em;margin:2em auto;padding:0 1em;"
    "color:#1a1a1a;background:#fff}h1{font-size:1.5em;text-align:center}h2{font-size:1.1em;"
    "margin:1.5em 0 .4em}table{border-collapse:collapse;width:100%}th,td{border:1px solid #767676;"
    "padding:.25em .6em;text-align:left;vertical-align:top}th{background:#f0f0f0}"
    "td.n{text-align:right}.v{font-weight:700;padding:.6em;border:2px solid}.good{color:#0a5c2b}"
    ".bad{color:#a4000f}code{word-break:break-all}";

static void html_cell(GString *out, const char *tag, const char *text)
{
    g_autofree char *escaped = g_markup_escape_text(text != NULL ? text : "", -1);

    g_string_append_printf(out, "<%s>%s</%.2s>", tag, escaped, tag);
}

static void html_head(GString *out, const char *title, const char *const *heads)
{
    g_string_append_printf(out, "<h2>%s</h2>\n<table><tr>", title);
    for (; *heads != NULL; heads++)
        html_cell(out, "th", *heads);
    g_string_append(out, "</tr>\n");
}

static void html_figures(GString *out, const json_t *audit)
{
    static const char *const heads[] = {"项目", "数量", NULL};

    html_head(out, "数量", heads);
    for (gsize i = 0; i < G_N_ELEMENTS(figures); i++) {
        g_autofree char *value = figure_text(audit, figures[i].token);

        g_string_append(out, "<tr>");
        html_cell(out, "td", figures[i].zh);
        html_cell(out, "td class=\"n\"", value);
        g_string_append(out, "</tr>\n");
    }
    g_string_append(out, "</table>\n");
}

static void html_findings(GString *out, const json_t *audit)
{
    static const char *const heads[] = {"类别", "编号", "说明", NULL};
    const json_t *list = json_object_get(audit, "findings");
    gsize i;
    json_t *one;

    html_head(out, "发现的问题", heads);
    if (json_array_size(list) == 0)
        g_string_append(out, "<tr><td colspan=\"3\">未发现问题</td></tr>\n");
    json_array_foreach((json_t *)list, i, one)
    {
        g_string_append(out, "<tr>");
        html_cell(out, "td", kind_word(json_text(one, "code")));
        html_cell(out, "td", json_text(one, "where"));
        html_cell(out, "td", json_text(one, "text"));
        g_string_append(out, "</tr>\n");
    }
    g_string_append(out, "</table>\n");
}

static void html_runs(GString *out, const json_t *audit)
{
    static const char *const heads[] = {"日期", "窗口", "发出", "缺号", NULL};
    gsize i;
    json_t *one;

    html_head(out, "办件编号", heads);
    json_array_foreach(json_object_get(audit, "windows"), i, one)
    {
        g_autofree char *run = run_text(one), *missing = missing_text(one);

        g_string_append(out, "<tr>");
        html_cell(out, "td", json_text(one, "date"));
        html_cell(out, "td", json_text(one, "window"));
        html_cell(out, "td", run);
        html_cell(out, "td", missing);
        g_string_append(out, "</tr>\n");
    }
    g_string_append(out, "</table>\n");
}

static void html_days(GString *out, const json_t *audit)
{
    static const char *const heads[] = {"日期", "窗口", "日清", "当日校验值", NULL};
    gsize i;
    json_t *one;

    html_head(out, "日清", heads);
    json_array_foreach(json_object_get(audit, "days"), i, one)
    {
        g_string_append(out, "<tr>");
        html_cell(out, "td", json_text(one, "date"));
        html_cell(out, "td", json_text(one, "window"));
        html_cell(out, "td", day_word(one));
        html_cell(out, "td", json_text(one, "root"));
        g_string_append(out, "</tr>\n");
    }
    g_string_append(out, "</table>\n");
}

char *audit_html(const json_t *audit, const char *hall)
{
    GString *out = g_string_new(NULL);
    g_autofree char *name = g_markup_escape_text(hall != NULL ? hall : "", -1);
    const json_t *journal = json_object_get(audit, "journal");
    g_autofree char *made_at = NULL;
    gint64 made_us = 0;

    if (clock_parse(json_text(audit, "made_at"), &made_us))
        made_at = local_minute(made_us);
    g_string_append_printf(
        out,
        "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">"
        "<title>完整性核查报告</title><style>%s</style></head><body>\n<h1>%s完整性核查报告</h1>\n"
        "<p>核查期间 %s 至 %s　出具时间 %s</p>\n<p class=\"v %s\">%s %s</p>\n",
        style, name, json_text(audit, "from"), json_text(audit, "to"), made_at,
        json_flag(audit, "complete") ? "good" : "bad", json_flag(audit, "complete") ? "✓" : "✗",
        conclusion(audit));
    html_figures(out, audit);
    html_findings(out, audit);
    html_runs(out, audit);
    html_days(out, audit);
    g_string_append_printf(out,
                           "<p>日志记录 %" G_GINT64_FORMAT " 条，校验值 <code>%s</code></p>\n"
                           "</body></html>\n",
                           json_int(journal, "records", 0), json_text(journal, "root"));
    return g_string_free(out, FALSE);
}

/* ── PDF ─────────────────────────────────────────────────────────────────────────────────── */

/* Two figures a line. */
static json_t *paper_figures(const json_t *audit)
{
    gsize n = G_N_ELEMENTS(figures), half = (n + 1) / 2;
    json_t *rows = json_array();

    for (gsize i = 0; i < half; i++) {
        gboolean pair = half + i < n;
        g_autofree char *left = figure_text(audit, figures[i].token);
        g_autofree char *right = pair ? figure_text(audit, figures[half + i].token) : g_strdup("");

        json_array_append_new(rows, json_pack("{s:s, s:s, s:s, s:s}", "name", figures[i].zh,
                                              "value", left, "name2",
                                              pair ? figures[half + i].zh : "", "value2", right));
    }
    return rows;
}

static json_t *paper_findings(const json_t *audit)
{
    json_t *rows = json_array(), *one;
    gsize i;

    json_array_foreach(json_object_get(audit, "findings"), i, one) json_array_append_new(
        rows, json_pack("{s:s, s:s, s:s}", "what", kind_word(json_text(one, "code")), "where",
                        json_text(one, "where"), "words", json_text(one, "text")));
    return rows;
}

static json_t *paper_runs(const json_t *audit)
{
    json_t *rows = json_array(), *one;
    gsize i;

    json_array_foreach(json_object_get(audit, "windows"), i, one)
    {
        g_autofree char *run = run_text(one), *missing = missing_text(one);

        json_array_append_new(
            rows, json_pack("{s:s, s:s, s:s, s:s}", "date", json_text(one, "date"), "window",
                            json_text(one, "window"), "run", run, "missing", missing));
    }
    return rows;
}

static json_t *paper_days(const json_t *audit)
{
    json_t *rows = json_array(), *one;
    gsize i;

    json_array_foreach(json_object_get(audit, "days"), i, one)
    {
        const char *root = json_text(one, "root");
        g_autofree char *head = g_strndup(root != NULL ? root : "", 16);

        json_array_append_new(
            rows, json_pack("{s:s, s:s, s:s, s:s}", "date", json_text(one, "date"), "window",
                            json_text(one, "window"), "state", day_word(one), "root", head));
    }
    return rows;
}

static json_t *paper_values(const json_t *audit, const char *hall, gint64 made_us,
                            const char *made_by)
{
    const json_t *journal = json_object_get(audit, "journal");
    g_autofree char *from = NULL, *to = NULL, *period = NULL, *made_at = local_minute(made_us);
    g_autofree char *records =
        g_strdup_printf("%" G_GINT64_FORMAT, json_int(journal, "records", 0));
    Day first = DAY_NONE, last = DAY_NONE;

    if (day_parse(json_text(audit, "from"), &first) && day_parse(json_text(audit, "to"), &last)) {
        from = day_format_zh(first);
        to = day_format_zh(last);
    }
    period = g_strdup_printf("%s至%s", from, to);
    return json_pack("{s:s*, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:s, s:s, s:s}", "heading",
                     hall, "period", period, "level",
                     strcmp(json_text(audit, "level"), "full") == 0 ? "逐面核对内容" : "核对记录",
                     "made_at", made_at, "figures", paper_figures(audit), "runs", paper_runs(audit),
                     "days", paper_days(audit), "findings", paper_findings(audit), "conclusion",
                     conclusion(audit), "records", records, "root", json_text(journal, "root"),
                     "made_by", made_by);
}

GBytes *audit_pdf(House *house, const json_t *audit, const AuditSigner *signer, GError **error)
{
    g_autofree char *folder = store_path(house_store(house), "templates");
    g_autoptr(PaperTemplate) form = paper_template_find("audit", folder, error);
    PaperCopy copy = {NULL, NULL, NULL};
    PaperOptions options = {.copies = &copy, .n_copies = 1};
    g_autoptr(json_t) values = NULL;
    GBytes *pdf = NULL;

    if (form == NULL || !clock_parse(json_text(audit, "made_at"), &options.created_us))
        return NULL;
    values = paper_values(audit, signer->hall, options.created_us, signer->person);
    return paper_render(form, values, &options, &pdf, error) ? pdf : NULL;
}
