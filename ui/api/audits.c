/* SPDX-License-Identifier: Apache-2.0
 *
 * Audits as jobs: appliance/counter/audit.h does the work, here it gets a request, its progress
 * and its report.
 */
#include "ui/api/jobs.h"

#include "appliance/counter/audit.h"

#include <string.h>

typedef struct {
    Day from, to;
    gboolean full;
    guint percent; /* of the sample; 0 = none */
    char *seed, *started_at;
    Lang lang;
} Audit;

static void audit_free(gpointer data)
{
    Audit *audit = data;

    g_free(audit->seed);
    g_free(audit->started_at);
    g_free(audit);
}

static json_t *show_audit(const Audit *audit)
{
    g_autofree char *from = day_format(audit->from), *to = day_format(audit->to);

    return json_pack("{s:s, s:s, s:s, s:s}", "from", from, "to", to, "level",
                     audit->full ? "full" : "quick", "started_at", audit->started_at);
}

/* What is shown while the first figures are not there yet. */
static json_t *empty_result(json_t *shown)
{
    static const char *const names[] = {"numbers", "void",    "cases",      "documents", "pages",
                                        "blanks",  "unread",  "unplaced",   "gaps",      "late",
                                        "filed",   "bundles", "unverified", "altered",   "read"};
    static const char *const lists[] = {"windows", "days", "bundles", "sample", "findings"};
    json_t *figures = json_object();

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        json_object_set_new(figures, names[i], json_integer(0));
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++)
        json_object_set_new(shown, lists[i], json_array());
    json_object_set_new(shown, "figures", figures);
    json_object_set_new(shown, "complete", json_false());
    json_object_set_new(shown, "journal",
                        json_pack("{s:i, s:b, s:s, s:n, s:n}", "records", 0, "good", 0, "root", "",
                                  "checkpoint", "signed_at"));
    return shown;
}

/* Findings in one language, as the schema has them. */
static json_t *show_findings(const json_t *findings, Lang lang)
{
    json_t *list = json_array(), *one;
    gsize i;

    json_array_foreach((json_t *)findings, i, one)
    {
        const char *where = json_text(one, "where");
        g_autofree char *text =
            g_strdup_printf("%s%s%s", where, *where != '\0' ? " " : "",
                            json_text(one, lang == LANG_ZH ? "text" : "text_en"));
        json_t *shown = json_pack("{s:s, s:s, s:s}", "severity", json_text(one, "severity"), "code",
                                  json_text(one, "code"), "text", text);

        if (json_text(one, "side") != NULL)
            json_object_set(shown, "side", json_object_get(one, "side"));
        if (json_text(one, "case") != NULL)
            json_object_set(shown, "case", json_object_get(one, "case"));
        json_array_append_new(list, shown);
    }
    return list;
}

/* The statement itself stays beside what is shown of it: the report is made of it. */
static json_t *show_result(const Audit *audit, json_t *statement)
{
    static const char *const members[] = {"complete", "figures", "windows", "days",
                                          "journal",  "bundles", "sample"};
    json_t *shown = show_audit(audit);

    for (gsize i = 0; i < G_N_ELEMENTS(members); i++)
        json_object_set(shown, members[i], json_object_get(statement, members[i]));
    json_object_set_new(shown, "findings",
                        show_findings(json_object_get(statement, "findings"), audit->lang));
    json_object_set(shown, "statement", statement);
    return shown;
}

static gboolean on_progress(void *job, guint done)
{
    return job_progress(job, done);
}

static gboolean run_audit(Job *job, void *data, GError **error)
{
    const Audit *audit = data;
    Api *api = job_api(job);
    AuditRequest request = {audit->from, audit->to,   audit->full, audit->percent,
                            audit->seed, on_progress, job};
    Catalog *reader = readers_take(api->readers, error);
    g_autoptr(json_t) statement =
        reader != NULL ? audit_run(api->house, reader, &request, error) : NULL;

    if (statement != NULL)
        job_show(job, show_result(audit, statement));
    readers_give(api->readers, reader);
    return statement != NULL;
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
    json_object_del(look->shown, "statement");
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

Response *get_audit_report(Call *call, GError **error)
{
    const char *id = request_param(call->request, "job");
    const Profile *profile = house_profile(call->api->house, call->reader, error);
    AuditSigner signer = {session_name(call->session), profile != NULL ? profile->heading : NULL};
    g_auto(JobLook) look = {0};
    g_autoptr(GBytes) pdf = NULL;

    if (profile == NULL)
        return NULL;
    if (!job_look(call->api->jobs, "audit", id, &look)) {
        error_set(error, ERROR_NOT_FOUND, "audit %s", id);
        return NULL;
    }
    if (look.state != JOB_DONE) {
        error_set(error, ERROR_WRONG_STATE, "this audit is not done");
        return NULL;
    }
    pdf = audit_pdf(call->api->house, json_object_get(look.shown, "statement"), &signer, error);
    return pdf != NULL ? response_bytes(200, "application/pdf", pdf) : NULL;
}
