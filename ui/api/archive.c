/* SPDX-License-Identifier: Apache-2.0
 *
 * The archivist's desk: what can be filed, and bundles as jobs with their register.
 */
#include "ui/api/jobs.h"

#include "appliance/base/text.h"
#include "appliance/counter/archive_view.h"
#include "appliance/counter/export.h"

#include <string.h>

#define FILEABLE_MAX 200
#define DESTINATION  "exports"

/* ── filing ──────────────────────────────────────────────────────────────────────────────── */

static json_t *reasons_of(const Filing *filing, Lang lang)
{
    json_t *list = json_array();

    for (guint i = 0; i < filing->reasons->len; i++) {
        const FilingReason *reason = g_ptr_array_index(filing->reasons, i);

        json_array_append_new(list, json_string(lang == LANG_ZH ? reason->text : reason->text_en));
    }
    return list;
}

static gboolean sort_one(Call *call, const json_t *row, json_t *ready, json_t *blocked,
                         GError **error)
{
    g_autoptr(ArchiveView) view =
        archive_view(call->api->house, call->reader, json_text(row, "number"), NULL, error);
    json_t *shown = view != NULL ? show_row(call, row, error) : NULL;

    if (shown == NULL)
        return FALSE;
    if (archive_view_filing(view)->reasons->len == 0)
        json_array_append_new(ready, shown);
    else
        json_array_append_new(blocked,
                              json_pack("{s:o, s:o}", "case", shown, "reasons",
                                        reasons_of(archive_view_filing(view), call->lang)));
    return TRUE;
}

Response *get_fileable(Call *call, GError **error)
{
    g_autoptr(json_t) rows = catalog_unfiled(call->reader, FILEABLE_MAX, error);
    g_autoptr(json_t) ready = json_array(), blocked = json_array();
    g_auto(Period) today = {0};
    gint64 filed;
    gsize i;
    json_t *row;

    period_init(&today, call->today, call->today);
    if (rows == NULL || !catalog_filed_between(call->reader, today.from, today.to, &filed, error))
        return NULL;
    json_array_foreach(rows, i, row)
    {
        if (!sort_one(call, row, ready, blocked, error))
            return NULL;
    }
    return call_json(200, json_pack("{s:O, s:O, s:I}", "ready", ready, "blocked", blocked,
                                    "filed_today", (json_int_t)filed));
}

/* ── where bundles go ────────────────────────────────────────────────────────────────────── */

char *exports_folder(const Api *api)
{
    return store_path(api->options.store, DESTINATION);
}

Response *get_destinations(Call *call, GError **error)
{
    guint64 free_bytes;

    if (!file_free_bytes(store_folder(call->api->options.store), &free_bytes, error))
        return NULL;
    return call_json(
        200, json_pack("{s:[{s:s, s:s, s:s, s:I, s:s}]}", "destinations", "name", DESTINATION,
                       "text", call_words(call, "本机导出文件夹", "export folder of this machine"),
                       "kind", "folder", "free_bytes", (json_int_t)free_bytes, "light", "fine"));
}

/* ── a bundle as a job ───────────────────────────────────────────────────────────────────── */

typedef struct {
    char *person, *station, *format, *path, *started_at;
    GPtrArray *numbers; /* of char*, NULL behind the last */
    ExportFormat form;
    guint64 split_bytes;
} Bundle;

static void bundle_free(gpointer data)
{
    Bundle *bundle = data;

    g_free(bundle->person);
    g_free(bundle->station);
    g_free(bundle->format);
    g_free(bundle->path);
    g_free(bundle->started_at);
    g_ptr_array_unref(bundle->numbers);
    g_free(bundle);
}

static json_t *show_bundle(const Bundle *bundle, const ExportDone *done)
{
    json_t *shown = json_pack(
        "{s:s, s:s, s:I, s:I, s:I, s:s, s:[]}", "format", bundle->format, "destination",
        DESTINATION, "cases", (json_int_t)bundle->numbers->len - 1, "cases_done",
        (json_int_t)(done != NULL ? bundle->numbers->len - 1 : 0), "bytes",
        (json_int_t)(done != NULL ? done->bytes : 0), "started_at", bundle->started_at, "files");

    for (guint i = 0; done != NULL && i < done->files->len; i++) {
        const ExportFile *file = export_file(done, i);
        g_autofree char *digest = hex_encode(file->sha256, sizeof file->sha256);

        json_array_append_new(json_object_get(shown, "files"),
                              json_pack("{s:s, s:I, s:s}", "name", file->name, "bytes",
                                        (json_int_t)file->bytes, "sha256", digest));
    }
    return shown;
}

static gboolean on_progress(guint64 done_bytes, guint64 total_bytes, void *data)
{
    return job_progress(data, total_bytes > 0 ? (guint)(done_bytes * 100 / total_bytes) : 0);
}

static gboolean run_bundle(Job *job, void *data, GError **error)
{
    Bundle *bundle = data;
    StoreActor actor = {bundle->person, bundle->station};
    ExportRequest request = {.numbers = (const char *const *)bundle->numbers->pdata,
                             .path = bundle->path,
                             .format = bundle->form,
                             .split_bytes = bundle->split_bytes,
                             .progress = on_progress,
                             .progress_data = job};
    g_auto(ExportDone) done = {0};

    if (!export_cases(job_api(job)->house, &actor, &request, &done, error))
        return FALSE;
    job_show(job, show_bundle(bundle, &done));
    return TRUE;
}

/* ── which cases ─────────────────────────────────────────────────────────────────────────── */

static void add_rows(GPtrArray *numbers, json_t *rows)
{
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        g_ptr_array_add(numbers, g_strdup(json_text(row, "number")));
    }
}

static gboolean add_named(Call *call, GPtrArray *numbers, const json_t *named, GError **error)
{
    gsize i;
    json_t *number;

    json_array_foreach((json_t *)named, i, number)
    {
        g_autoptr(json_t) row = case_row(call->reader, json_string_value(number), error);

        if (row == NULL)
            return FALSE;
        g_ptr_array_add(numbers, g_strdup(json_string_value(number)));
    }
    return TRUE;
}

static gboolean add_period(Call *call, GPtrArray *numbers, GError **error)
{
    g_auto(Period) period = {0};
    g_autoptr(json_t) rows = NULL;
    Day from, to;

    if (!day_parse(json_text(call->body, "from"), &from) ||
        !day_parse(json_text(call->body, "to"), &to))
        return error_set(error, ERROR_INVALID, "from and to: two dates");
    period_init(&period, from, to);
    rows = catalog_cases_between(call->reader, period.from, period.to, error);
    if (rows != NULL)
        add_rows(numbers, rows);
    return rows != NULL;
}

static gboolean choose(Call *call, GPtrArray *numbers, GError **error)
{
    const json_t *named = json_object_get(call->body, "cases");
    const char *pattern = json_text(call->body, "archive_number");
    gboolean period = json_text(call->body, "from") != NULL && json_text(call->body, "to") != NULL;
    g_autoptr(json_t) rows = NULL;

    if ((named != NULL) + (pattern != NULL) + period != 1)
        return error_set(error, ERROR_INVALID, "cases, from and to, or archive_number: one");
    if (named != NULL && !add_named(call, numbers, named, error))
        return FALSE;
    if (period && !add_period(call, numbers, error))
        return FALSE;
    if (pattern != NULL) {
        rows = catalog_by_archive_number(call->reader, pattern, error);
        if (rows == NULL)
            return FALSE;
        add_rows(numbers, rows);
    }
    if (numbers->len == 0)
        return error_set(error, ERROR_NOT_FOUND, "no case to export");
    g_ptr_array_add(numbers, NULL);
    return TRUE;
}

/* A name that nothing has yet: the instant to the microsecond. */
static char *bundle_path(const Api *api, const char *ending)
{
    g_autofree char *folder = exports_folder(api);
    gint64 now_us = clock_now_us(store_clock(api->options.store));

    return g_strdup_printf("%s/anjuan-%06u-%" G_GINT64_FORMAT "%s", folder,
                           day_yymmdd(day_of_instant(now_us, HOUSE_OFFSET_S)), now_us, ending);
}

static Bundle *bundle_new(Call *call, GError **error)
{
    const char *format = json_text(call->body, "format");
    gint64 split_bytes = json_int(call->body, "split_bytes", 0);
    g_autofree char *folder = exports_folder(call->api);
    g_autoptr(GPtrArray) numbers = g_ptr_array_new_with_free_func(g_free);
    ExportFormat form;
    Bundle *bundle;

    if (strcmp(json_text(call->body, "destination"), DESTINATION) != 0) {
        error_set(error, ERROR_NOT_FOUND, "destination %s", json_text(call->body, "destination"));
        return NULL;
    }
    if (!export_format_parse(format, &form) || split_bytes < 0) {
        error_set(error, ERROR_INVALID, "%s: " EXPORT_FORMATS, format);
        return NULL;
    }
    if (!choose(call, numbers, error) || !file_make_folder(folder, 0700, error))
        return NULL;
    bundle = g_new0(Bundle, 1);
    bundle->person = g_strdup(call->actor.actor);
    bundle->station = g_strdup(call->station);
    bundle->format = g_strdup(format);
    bundle->form = form;
    bundle->split_bytes = (guint64)split_bytes;
    bundle->path = bundle_path(call->api, export_format_ending(form, numbers->len - 1));
    bundle->started_at = clock_format(clock_now_us(store_clock(call->api->options.store)));
    bundle->numbers = g_steal_pointer(&numbers);
    return bundle;
}

/* ── the register ────────────────────────────────────────────────────────────────────────── */

static json_t *show_job(const JobLook *look, Lang lang)
{
    json_t *shown = look->shown != NULL ? json_incref(look->shown) : json_object();

    json_object_set_new(shown, "id", json_string(look->id));
    json_object_set_new(shown, "state", json_string(job_state_token(look->state)));
    json_object_set_new(shown, "receipt", json_null());
    json_object_set_new(shown, "problem", job_problem(look, lang));
    return shown;
}

static json_t *receipt_of(Call *call, gint64 seq)
{
    g_autoptr(json_t) row = catalog_bundle_receipt(call->reader, seq, NULL);
    const char *text = row != NULL ? json_text(row, "detail") : NULL;
    g_autoptr(json_t) detail = text != NULL ? json_loads(text, 0, NULL) : NULL;

    if (detail == NULL)
        return json_null();
    return json_pack("{s:s, s:s}", "by", json_text(detail, "by"), "at", json_text(row, "t"));
}

static json_t *show_register(Call *call, const json_t *row)
{
    gint64 seq = json_int(row, "seq", 0), cases = json_int(row, "cases", 0);
    g_autofree char *id = g_strdup_printf("b-%" G_GINT64_FORMAT, seq);
    const char *format = json_text(row, "format");
    ExportFormat form;
    const char *ending =
        export_format_parse(format, &form) ? export_format_ending(form, (gsize)cases) : "";
    g_autofree char *file = g_strconcat(json_text(row, "name"), ending, NULL);

    return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:s, s:[{s:s, s:I, s:s}], s:o, s:n}",
                     "id", id, "format", format, "destination", DESTINATION, "state", "done",
                     "cases", (json_int_t)cases, "cases_done", (json_int_t)cases, "bytes",
                     (json_int_t)json_int(row, "bytes", 0), "started_at", json_text(row, "t"),
                     "files", "name", file, "bytes", (json_int_t)json_int(row, "bytes", 0),
                     "sha256", json_text(row, "sha256"), "receipt", receipt_of(call, seq),
                     "problem");
}

/* Jobs that ended well stand in the register already. */
static void add_jobs(Call *call, json_t *list)
{
    JobLook look;

    for (guint i = 0; job_look_at(call->api->jobs, "export", i, &look); i++) {
        if (look.state != JOB_DONE)
            json_array_append_new(list, show_job(&look, call->lang));
        job_look_clear(&look);
    }
}

Response *get_exports(Call *call, GError **error)
{
    const char *cursor = request_query(call->request, "cursor");
    gint64 limit, before = cursor != NULL ? g_ascii_strtoll(cursor, NULL, 10) : G_MAXINT64;
    g_autoptr(json_t) rows = NULL, list = json_array();
    g_autofree char *next = NULL;
    gsize i;
    json_t *row;

    if (!call_limit(call, &limit, error) ||
        (rows = catalog_bundles(call->reader, before, limit, error)) == NULL)
        return NULL;
    if (cursor == NULL)
        add_jobs(call, list);
    json_array_foreach(rows, i, row)
    {
        json_array_append_new(list, show_register(call, row));
        if ((gint64)i == limit - 1)
            next = g_strdup_printf("%" G_GINT64_FORMAT, json_int(row, "seq", 0));
    }
    return call_json(200, json_pack("{s:O, s:s?}", "exports", list, "next", next));
}

/* The export {job}: a job of this run, or "b-<seq>" of the register. */
static json_t *find_export(Call *call, const char *id, GError **error)
{
    g_auto(JobLook) look = {0};
    g_autoptr(GError) why = NULL;
    g_autoptr(json_t) row = NULL;

    if (job_look(call->api->jobs, "export", id, &look))
        return show_job(&look, call->lang);
    if (g_str_has_prefix(id, "b-"))
        row = catalog_bundle(call->reader, g_ascii_strtoll(id + 2, NULL, 10), &why);
    if (why != NULL)
        g_propagate_error(error, g_steal_pointer(&why));
    else if (row == NULL)
        error_set(error, ERROR_NOT_FOUND, "bundle %s", id);
    return row != NULL ? show_register(call, row) : NULL;
}

Response *post_export(Call *call, GError **error)
{
    Bundle *bundle = bundle_new(call, error);
    g_autofree char *id = NULL;
    json_t *shown;

    if (bundle == NULL)
        return NULL;
    shown = show_bundle(bundle, NULL);
    id = job_start(call->api->jobs,
                   &(JobOptions){"export", run_bundle, bundle, bundle_free, json_copy(shown)},
                   error);
    if (id == NULL) {
        json_decref(shown);
        return NULL;
    }
    json_object_set_new(shown, "id", json_string(id));
    json_object_set_new(shown, "state", json_string("running"));
    json_object_set_new(shown, "receipt", json_null());
    json_object_set_new(shown, "problem", json_null());
    return call_json(202, shown);
}

Response *get_export(Call *call, GError **error)
{
    json_t *shown = find_export(call, request_param(call->request, "job"), error);

    return shown != NULL ? call_json(200, shown) : NULL;
}

/* The seq of a bundle by its id; of a job by the name of its file. */
static gint64 register_seq(Call *call, const char *id, const json_t *shown)
{
    const char *name = json_text(json_array_get(json_object_get(shown, "files"), 0), "name");
    g_autoptr(json_t) rows = NULL;
    gsize i;
    json_t *row;

    if (g_str_has_prefix(id, "b-"))
        return g_ascii_strtoll(id + 2, NULL, 10);
    rows = name != NULL ? catalog_bundles(call->reader, G_MAXINT64, 200, NULL) : NULL;
    json_array_foreach(rows, i, row)
    {
        if (g_str_has_prefix(name, json_text(row, "name")))
            return json_int(row, "seq", 0);
    }
    return -1;
}

static gboolean note_receipt(Call *call, const char *id, const json_t *shown, GError **error)
{
    const char *by = json_text(call->body, "by");
    gint64 seq = register_seq(call, id, shown);

    if (by == NULL || *by == '\0')
        return error_set(error, ERROR_INVALID, "by: who received it");
    if (seq < 0)
        return error_set(error, ERROR_WRONG_STATE, "this bundle is not done");
    return edit_bundle_receipt(call->api->house, &call->actor, seq, by, error);
}

Response *post_export_act(Call *call, GError **error)
{
    const char *id = request_param(call->request, "job");
    g_autoptr(json_t) shown = find_export(call, id, error);

    if (shown == NULL)
        return NULL;
    if (strcmp(json_text(call->body, "act"), "received") == 0) {
        g_autofree char *registered = NULL;

        if (!note_receipt(call, id, shown, error))
            return NULL;
        registered = g_strdup_printf("b-%" G_GINT64_FORMAT, register_seq(call, id, shown));
        json_decref(shown);
        shown = find_export(call, registered, error);
        return shown != NULL ? response_json(200, shown) : NULL;
    }
    if (strcmp(json_text(shown, "state"), "running") != 0) {
        error_set(error, ERROR_WRONG_STATE, "this bundle is done");
        return NULL;
    }
    job_cancel(call->api->jobs, id);
    return response_json(200, shown);
}
