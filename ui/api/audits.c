/* SPDX-License-Identifier: Apache-2.0
 *
 * Audits: is everything of a period there, and is it what it was? Numbers without a gap, late
 * cases, the journal read from its beginning, and bytes of sides against their digests: all of
 * them (full), or a sample that the auditor's own seed draws.
 */
#include "ui/api/jobs.h"

#include "appliance/base/digest.h"
#include "appliance/base/text.h"
#include "appliance/paper/paper.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define READ_BYTES (256 * 1024)

typedef struct {
    Day from, to;
    gboolean full;
    guint percent; /* of the sample; 0 = none */
    char *seed, *started_at;
    Lang lang;
} Audit;

typedef struct {
    Job *job;
    const Audit *audit;
    Catalog *reader;
    Period period;
    json_t *figures, *windows, *sample, *findings, *journal;
    gint64 gaps, late, read, altered, errors;
} Running;

static void audit_free(gpointer data)
{
    Audit *audit = data;

    g_free(audit->seed);
    g_free(audit->started_at);
    g_free(audit);
}

static void find(Running *r, const char *code, const char *text, const json_t *side)
{
    json_t *finding = json_pack("{s:s, s:s, s:s}", "severity", "error", "code", code, "text", text);

    if (side != NULL) {
        g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "-%s",
                                              json_int(side, "batch", 0),
                                              json_int(side, "sheet", 0), json_text(side, "side"));

        json_object_set_new(finding, "side", json_string(id));
        json_object_set_new(finding, "case", json_string(json_text(side, "case")));
    }
    json_array_append_new(r->findings, finding);
    r->errors++;
}

/* ── numbers ─────────────────────────────────────────────────────────────────────────────── */

/* One window's day; `missing` is taken. */
static void end_window(Running *r, const json_t *last, gint64 first, json_t *missing)
{
    g_autofree char *text = NULL;
    gsize gaps = json_array_size(missing);

    json_array_append_new(
        r->windows, json_pack("{s:s, s:I, s:I, s:o, s:[]}", "window", json_text(last, "window"),
                              "first", (json_int_t)first, "last",
                              (json_int_t)json_int(last, "serial", 0), "missing", missing, "void"));
    if (gaps == 0)
        return;
    r->gaps += (gint64)gaps;
    text = g_strdup_printf(r->audit->lang == LANG_ZH ? "窗口 %s 日期 %s: 缺 %d 个号"
                                                     : "window %s, day %s: %d numbers missing",
                           json_text(last, "window"), json_text(last, "day"), (int)gaps);
    find(r, "number-gap", text, NULL);
}

static gboolean same_day(const json_t *a, const json_t *b)
{
    return strcmp(json_text(a, "window"), json_text(b, "window")) == 0 &&
           strcmp(json_text(a, "day"), json_text(b, "day")) == 0;
}

/* Serials of a window's day run from 1 without a gap. */
static gboolean check_numbers(Running *r, GError **error)
{
    g_autoptr(json_t) rows = catalog_serials(r->reader, r->period.from, r->period.to, error);
    const json_t *last = NULL;
    json_t *missing = NULL, *row;
    gint64 first = 0, next = 1;
    gsize i;

    if (rows == NULL)
        return FALSE;
    json_array_foreach(rows, i, row)
    {
        gint64 serial = json_int(row, "serial", 0);

        if (last == NULL || !same_day(last, row)) {
            if (last != NULL)
                end_window(r, last, first, missing);
            missing = json_array();
            first = serial;
            next = 1;
        }
        for (; next < serial; next++)
            json_array_append_new(missing, json_integer((json_int_t)next));
        next = serial + 1;
        last = row;
    }
    if (last != NULL)
        end_window(r, last, first, missing);
    json_object_set_new(r->figures, "numbers", json_integer((json_int_t)json_array_size(rows)));
    return TRUE;
}

/* ── cases ───────────────────────────────────────────────────────────────────────────────── */

static gboolean check_cases(Running *r, GError **error)
{
    g_autoptr(json_t) rows = catalog_cases_between(r->reader, r->period.from, r->period.to, error);
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        CaseLife life;

        if (!job_progress(r->job, (guint)(30 * i / json_array_size(rows))))
            return error_set(error, ERROR_CANCELLED, "audit");
        if (!case_life(job_api(r->job)->house, r->reader, json_text(row, "number"), &life, error))
            return FALSE;
        r->late += (life.state.flags & FLAG_OVERDUE) != 0;
    }
    return rows != NULL;
}

/* ── bytes ───────────────────────────────────────────────────────────────────────────────── */

static gboolean file_digest(const char *path, char **hex, GError **error)
{
    g_auto(Fd) fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    g_autofree guint8 *room = g_malloc(READ_BYTES);
    DigestPass pass;
    Digests digests;
    gssize n;

    if (fd < 0)
        return error_set_errno(error, ERROR_NO_FILE, errno, "%s", path);
    digest_init(&pass);
    while ((n = read(fd, room, READ_BYTES)) > 0)
        digest_update(&pass, room, (gsize)n);
    if (n < 0)
        return error_set_errno(error, ERROR_IO, errno, "%s", path);
    digest_finish(&pass, &digests);
    *hex = hex_encode(digests.sha256, sizeof digests.sha256);
    return TRUE;
}

static void read_side(Running *r, const json_t *side, gboolean sampled)
{
    g_autofree char *path = store_path(job_api(r->job)->options.store, json_text(side, "file"));
    g_autoptr(GError) why = NULL;
    g_autofree char *got = NULL;
    gboolean good = file_digest(path, &got, &why) && strcmp(got, json_text(side, "sha256")) == 0;
    g_autofree char *id =
        g_strdup_printf("%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "-%s", json_int(side, "batch", 0),
                        json_int(side, "sheet", 0), json_text(side, "side"));

    r->read++;
    if (!good) {
        r->altered++;
        find(r, "altered",
             why != NULL                 ? why->message
             : r->audit->lang == LANG_ZH ? "与入库时不一致"
                                         : "not the bytes that were stored",
             side);
    }
    if (sampled)
        json_array_append_new(r->sample, json_pack("{s:s, s:s, s:b}", "side", id, "case",
                                                   json_text(side, "case"), "good", good));
}

/* Whether the seed draws this side: its place in SHA-256(seed, side) decides. */
static gboolean is_drawn(const Audit *audit, const json_t *side)
{
    g_autofree char *text = NULL, *hex = NULL;

    if (audit->percent == 0)
        return FALSE;
    text = g_strdup_printf("%s %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "-%s", audit->seed,
                           json_int(side, "batch", 0), json_int(side, "sheet", 0),
                           json_text(side, "side"));
    hex = sha256_hex(text, strlen(text));
    hex[8] = '\0';
    return g_ascii_strtoull(hex, NULL, 16) % 100 < audit->percent;
}

static gboolean check_bytes(Running *r, GError **error)
{
    g_autoptr(json_t) rows = catalog_sides_between(r->reader, r->period.from, r->period.to, error);
    gint64 pages = 0, blanks = 0;
    gsize i;
    json_t *side;

    if (rows == NULL)
        return FALSE;
    json_array_foreach(rows, i, side)
    {
        gboolean drawn = is_drawn(r->audit, side);

        if (!job_progress(r->job, 30 + (guint)(40 * i / json_array_size(rows))))
            return error_set(error, ERROR_CANCELLED, "audit");
        pages += json_int(side, "blank", 0) == 0;
        blanks += json_int(side, "blank", 0) != 0;
        if (r->audit->full || drawn)
            read_side(r, side, drawn);
    }
    json_object_set_new(r->figures, "pages", json_integer((json_int_t)pages));
    json_object_set_new(r->figures, "blanks", json_integer((json_int_t)blanks));
    json_object_set_new(r->figures, "unverified",
                        json_integer((json_int_t)((gint64)json_array_size(rows) - r->read)));
    return TRUE;
}

/* ── journal ─────────────────────────────────────────────────────────────────────────────── */

static gboolean check_journal(Running *r, GError **error)
{
    g_autoptr(GError) why = NULL;
    gint64 records = 0;
    gboolean good = store_verify_journal(job_api(r->job)->options.store, &records, &why);
    g_autofree char *root = NULL;
    gint64 applied;

    if (!good && error_code(why) != ERROR_JOURNAL_DAMAGED) {
        g_propagate_error(error, g_steal_pointer(&why));
        return FALSE;
    }
    if (!good)
        find(r, "journal-damaged", why->message, NULL);
    root = catalog_root(r->reader, &applied, error);
    if (root == NULL)
        return FALSE;
    r->journal = json_pack("{s:I, s:b, s:s, s:n, s:n}", "records", (json_int_t)records, "good",
                           good, "root", root, "checkpoint", "signed_at");
    return TRUE;
}

/* ── put together ────────────────────────────────────────────────────────────────────────── */

static gboolean count(Running *r, GError **error)
{
    g_autoptr(json_t) row = catalog_figures(r->reader, r->period.from, r->period.to, error);

    if (row == NULL)
        return FALSE;
    json_object_set_new(r->figures, "void", json_integer(0));
    json_object_set(r->figures, "cases", json_object_get(row, "cases"));
    json_object_set(r->figures, "documents", json_object_get(row, "documents"));
    json_object_set_new(r->figures, "gaps", json_integer((json_int_t)r->gaps));
    json_object_set_new(r->figures, "late", json_integer((json_int_t)r->late));
    json_object_set_new(r->figures, "altered", json_integer((json_int_t)r->altered));
    json_object_set_new(r->figures, "read", json_integer((json_int_t)r->read));
    return TRUE;
}

static json_t *show_audit(const Audit *audit)
{
    g_autofree char *from = day_format(audit->from), *to = day_format(audit->to);

    return json_pack("{s:s, s:s, s:s, s:s}", "from", from, "to", to, "level",
                     audit->full ? "full" : "quick", "started_at", audit->started_at);
}

static json_t *empty_result(json_t *shown)
{
    static const char *const names[] = {"numbers",    "void",    "cases", "documents",
                                        "pages",      "blanks",  "gaps",  "late",
                                        "unverified", "altered", "read"};
    json_t *figures = json_object();

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        json_object_set_new(figures, names[i], json_integer(0));
    json_object_set_new(shown, "figures", figures);
    json_object_set_new(shown, "complete", json_false());
    json_object_set_new(shown, "windows", json_array());
    json_object_set_new(shown, "days", json_array());
    json_object_set_new(shown, "journal",
                        json_pack("{s:i, s:b, s:s, s:n, s:n}", "records", 0, "good", 0, "root", "",
                                  "checkpoint", "signed_at"));
    json_object_set_new(shown, "sample", json_array());
    json_object_set_new(shown, "findings", json_array());
    return shown;
}

static json_t *show_result(const Running *r)
{
    json_t *shown = show_audit(r->audit);

    json_object_set_new(shown, "complete", json_boolean(r->errors == 0));
    json_object_set(shown, "figures", r->figures);
    json_object_set(shown, "windows", r->windows);
    json_object_set_new(shown, "days", json_array());
    json_object_set(shown, "journal", r->journal);
    json_object_set(shown, "sample", r->sample);
    json_object_set(shown, "findings", r->findings);
    return shown;
}

static gboolean run_audit(Job *job, void *data, GError **error)
{
    const Audit *audit = data;
    Running r = {.job = job,
                 .audit = audit,
                 .figures = json_object(),
                 .windows = json_array(),
                 .sample = json_array(),
                 .findings = json_array()};
    gboolean ok;

    period_init(&r.period, audit->from, audit->to);
    r.reader = readers_take(job_api(job)->readers, error);
    ok = r.reader != NULL && check_numbers(&r, error) && check_cases(&r, error) &&
         check_bytes(&r, error) && check_journal(&r, error) && count(&r, error);
    if (ok)
        job_show(job, show_result(&r));
    readers_give(job_api(job)->readers, r.reader);
    period_clear(&r.period);
    json_decref(r.figures);
    json_decref(r.windows);
    json_decref(r.sample);
    json_decref(r.findings);
    json_decref(r.journal);
    return ok;
}

/* ── handlers ────────────────────────────────────────────────────────────────────────────── */

static json_t *show_job(JobLook *look)
{
    json_object_set_new(look->shown, "id", json_string(look->id));
    json_object_set_new(look->shown, "state",
                        json_string(look->state == JOB_RUNNING ? "running"
                                    : look->state == JOB_DONE  ? "done"
                                                               : "failed"));
    json_object_set_new(look->shown, "done", json_integer(look->done));
    return json_incref(look->shown);
}

Response *post_audit(Call *call, GError **error)
{
    const json_t *sample = json_object_get(call->body, "sample");
    Audit *audit = g_new0(Audit, 1);
    g_autofree char *id = NULL;
    g_auto(JobLook) look = {0};

    if (!day_parse(json_text(call->body, "from"), &audit->from) ||
        !day_parse(json_text(call->body, "to"), &audit->to) || audit->from > audit->to) {
        audit_free(audit);
        error_set(error, ERROR_INVALID, "from and to: two dates in order");
        return NULL;
    }
    audit->full = g_strcmp0(json_text(call->body, "level"), "quick") != 0;
    audit->percent = (guint)MIN(json_int(sample, "percent", 0), 100);
    audit->seed = g_strdup(json_text(sample, "seed"));
    audit->lang = call->lang;
    audit->started_at = clock_format(clock_now_us(store_clock(call->api->options.store)));
    id = job_start(
        call->api->jobs,
        &(JobOptions){"audit", run_audit, audit, audit_free, empty_result(show_audit(audit))},
        error);
    if (id == NULL || !job_look(call->api->jobs, "audit", id, &look))
        return NULL;
    return call_json(202, show_job(&look));
}

Response *get_audit(Call *call, GError **error)
{
    const char *id = request_param(call->request, "job");
    g_auto(JobLook) look = {0};

    if (job_look(call->api->jobs, "audit", id, &look))
        return call_json(200, show_job(&look));
    error_set(error, ERROR_NOT_FOUND, "audit %s", id);
    return NULL;
}

/* ── on paper ────────────────────────────────────────────────────────────────────────────── */

static void add_line(json_t *rows, const char *what, const char *value)
{
    json_array_append_new(rows, json_pack("[s, s]", what, value));
}

static json_t *report_rows(const json_t *audit)
{
    static const char *const names[][2] = {
        {"numbers", "发出号数"},  {"cases", "办件"},  {"documents", "材料"}, {"pages", "页"},
        {"blanks", "空白面"},     {"gaps", "缺号"},   {"late", "逾期"},      {"read", "已读面"},
        {"unverified", "未读面"}, {"altered", "被改"}};
    json_t *rows = json_array(), *finding;
    gsize i;

    for (i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *value = g_strdup_printf(
            "%" G_GINT64_FORMAT, json_int(json_object_get(audit, "figures"), names[i][0], 0));

        add_line(rows, names[i][1], value);
    }
    add_line(rows, "日志根", json_text(json_object_get(audit, "journal"), "root"));
    json_array_foreach(json_object_get(audit, "findings"), i, finding)
        add_line(rows, json_text(finding, "code"), json_text(finding, "text"));
    return rows;
}

static json_t *report_values(Call *call, const json_t *audit)
{
    g_autofree char *period =
        g_strdup_printf("%s 至 %s", json_text(audit, "from"), json_text(audit, "to"));

    return json_pack("{s:s, s:s, s:[s, s], s:o, s:s, s:s}", "title", "完整性核查报告", "period",
                     period, "heads", "项目", "结果", "rows", report_rows(audit), "total",
                     json_flag(audit, "complete") ? "结论：齐全，未发现问题。"
                                                  : "结论：发现问题，见上。",
                     "made_by", session_name(call->session));
}

Response *get_audit_report(Call *call, GError **error)
{
    const char *id = request_param(call->request, "job");
    g_auto(JobLook) look = {0};
    g_autoptr(PaperTemplate) form = NULL;
    g_autoptr(json_t) values = NULL;
    g_autoptr(GBytes) pdf = NULL;
    PaperCopy copy = {NULL, NULL, NULL};
    PaperOptions options = {.created_us = clock_now_us(store_clock(call->api->options.store)),
                            .copies = &copy,
                            .n_copies = 1};

    if (!job_look(call->api->jobs, "audit", id, &look)) {
        error_set(error, ERROR_NOT_FOUND, "audit %s", id);
        return NULL;
    }
    if (look.state != JOB_DONE) {
        error_set(error, ERROR_WRONG_STATE, "this audit is not done");
        return NULL;
    }
    values = report_values(call, look.shown);
    form = paper_template_find("ledger", NULL, error);
    if (form == NULL || !paper_render(form, values, &options, &pdf, error))
        return NULL;
    return response_bytes(200, "application/pdf", pdf);
}
