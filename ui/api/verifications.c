/* SPDX-License-Identifier: Apache-2.0
 *
 * Bundles judged at the screen: storage/verify.h does the work, here it gets a request, its
 * progress and its findings. What can be judged lies in the exports folder: what this machine
 * wrote, and what somebody put there.
 */
#include "ui/api/jobs.h"

#include "appliance/bundle/page_check.h"
#include "storage/signing.h"
#include "storage/verify.h"

#include <string.h>

#define KIND         "verification"
#define FINDINGS_MAX 500 /* shown; all are counted */

typedef struct {
    char *path, *name, *started_at;
    NoteKey *key;
    gboolean full;
    json_t *findings;
} Verification;

static void verification_free(gpointer data)
{
    Verification *verification = data;

    g_free(verification->path);
    g_free(verification->name);
    g_free(verification->started_at);
    g_clear_pointer(&verification->key, note_key_free);
    json_decref(verification->findings);
    g_free(verification);
}

/* A copy of the findings: the job's thread goes on with its own. `kind` is NULL while nothing is
 * judged yet. */
static json_t *show_result(const Verification *verification, const VerifySummary *summary,
                           const char *kind)
{
    return json_pack("{s:s, s:s, s:s, s:s?, s:b, s:s, s:I, s:I, s:I, s:I, s:o}", "name",
                     verification->name, "started_at", verification->started_at, "level",
                     verification->full ? "full" : "quick", "kind", kind, "valid",
                     summary->errors == 0, "proofs", verify_proofs_token(summary->proofs), "files",
                     (json_int_t)summary->files, "bytes", (json_int_t)summary->bytes, "errors",
                     (json_int_t)summary->errors, "warnings", (json_int_t)summary->warnings,
                     "findings", json_deep_copy(verification->findings));
}

/* Both languages are kept: who looks may not be who asked. */
static void take_finding(const VerifyFinding *finding, void *data)
{
    Verification *verification = data;

    if (json_array_size(verification->findings) < FINDINGS_MAX)
        json_array_append_new(verification->findings,
                              json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "severity",
                                        finding->severity == VERIFY_ERROR ? "error" : "warning",
                                        "code", finding->code, "path",
                                        finding->path != NULL ? finding->path : "", "zh",
                                        finding->text[LANG_ZH], "en", finding->text[LANG_EN],
                                        "detail", finding->detail));
}

static gboolean on_progress(guint64 done_bytes, guint64 total_bytes, void *job)
{
    return job_progress(job, (guint)(done_bytes * 100 / total_bytes));
}

static gboolean run_verification(Job *job, void *data, GError **error)
{
    Verification *verification = data;
    g_autoptr(PageCheck) pages = page_check_new();
    VerifyOptions options = {.level = verification->full ? VERIFY_FULL : VERIFY_QUICK,
                             .threads = 1,
                             .decode = page_check_file,
                             .decode_data = pages,
                             .key = verification->key,
                             .progress = on_progress,
                             .progress_data = job};
    VerifySummary summary;

    if (!verify_path(verification->path, &options, take_finding, verification, &summary, error))
        return FALSE;
    job_show(job, show_result(verification, &summary, verify_kind_token(summary.kind)));
    return TRUE;
}

/* ── what can be judged ──────────────────────────────────────────────────────────────────── */

/* A folder is a bundle of its own; a file is one by its ending. */
static gboolean is_bundle(const char *path, const char *name)
{
    return name[0] != '.' &&
           (g_file_test(path, G_FILE_TEST_IS_DIR) || g_str_has_suffix(name, ".tar") ||
            g_str_has_suffix(name, ".zip") || g_str_has_suffix(name, ".pdf"));
}

static gint newest_first(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)b, *(const char *const *)a);
}

static GPtrArray *bundle_names(const char *folder)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);

        if (is_bundle(path, name))
            g_ptr_array_add(names, g_strdup(name));
    }
    if (dir != NULL)
        g_dir_close(dir);
    g_ptr_array_sort(names, newest_first);
    return names;
}

Response *get_bundles(Call *call, GError **error G_GNUC_UNUSED)
{
    g_autofree char *folder = exports_folder(call->api);
    g_autoptr(GPtrArray) names = bundle_names(folder);
    json_t *list = json_array();

    for (guint i = 0; i < names->len; i++)
        json_array_append_new(list, json_string(g_ptr_array_index(names, i)));
    return call_json(200, json_pack("{s:o}", "bundles", list));
}

/* ── handlers ────────────────────────────────────────────────────────────────────────────── */

static json_t *show_finding(const json_t *finding, Lang lang)
{
    const char *words = json_text(finding, lang == LANG_ZH ? "zh" : "en");
    const char *detail = json_text(finding, "detail");
    g_autofree char *text =
        *detail != '\0' ? g_strdup_printf("%s: %s", words, detail) : g_strdup(words);

    return json_pack("{s:O, s:O, s:O, s:s}", "severity", json_object_get(finding, "severity"),
                     "code", json_object_get(finding, "code"), "path",
                     json_object_get(finding, "path"), "text", text);
}

static json_t *show_job(const JobLook *look, Lang lang)
{
    json_t *shown = json_incref(look->shown), *findings = json_array(), *one;
    gsize i;

    json_array_foreach(json_object_get(shown, "findings"), i, one)
    {
        json_array_append_new(findings, show_finding(one, lang));
    }
    json_object_set_new(shown, "findings", findings);
    json_object_set_new(shown, "id", json_string(look->id));
    json_object_set_new(shown, "state", json_string(job_state_token(look->state)));
    json_object_set_new(shown, "done", json_integer(look->done));
    json_object_set_new(shown, "problem", job_problem(look, lang));
    return shown;
}

/* The key somebody brought along, else the one this machine publishes. */
static NoteKey *key_of(Call *call, GError **error)
{
    const char *given = json_text(call->body, "vkey");
    g_autofree char *own =
        given == NULL ? signing_vkey(call->api->options.store, error) : g_strdup(given);

    return own != NULL ? note_key_parse(own, error) : NULL;
}

static Verification *verification_new(Call *call, GError **error)
{
    const char *name = json_text(call->body, "name");
    g_autofree char *folder = exports_folder(call->api);
    g_autoptr(GPtrArray) names = bundle_names(folder);
    g_autoptr(NoteKey) key = NULL;
    Verification *verification;

    if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL)) {
        error_set(error, ERROR_NOT_FOUND, "bundle %s", name);
        return NULL;
    }
    key = key_of(call, error);
    if (key == NULL)
        return NULL;
    verification = g_new0(Verification, 1);
    verification->name = g_strdup(name);
    verification->path = g_build_filename(folder, name, NULL);
    verification->full = g_strcmp0(json_text(call->body, "level"), "quick") != 0;
    verification->key = g_steal_pointer(&key);
    verification->findings = json_array();
    verification->started_at = clock_format(clock_now_us(store_clock(call->api->options.store)));
    return verification;
}

Response *post_verification(Call *call, GError **error)
{
    Verification *verification = verification_new(call, error);
    g_autofree char *id = NULL;
    g_auto(JobLook) look = {0};

    if (verification == NULL)
        return NULL;
    id = job_start(call->api->jobs,
                   &(JobOptions){KIND, run_verification, verification, verification_free,
                                 show_result(verification, &(VerifySummary){0}, NULL)},
                   error);
    if (id == NULL || !job_look(call->api->jobs, KIND, id, &look))
        return NULL;
    return call_json(202, show_job(&look, call->lang));
}

Response *get_verification(Call *call, GError **error)
{
    const char *id = request_param(call->request, "job");
    g_auto(JobLook) look = {0};

    if (job_look(call->api->jobs, KIND, id, &look))
        return call_json(200, show_job(&look, call->lang));
    error_set(error, ERROR_NOT_FOUND, "verification %s", id);
    return NULL;
}
