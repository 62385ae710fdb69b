/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/api/scan_job.h"

#include "storage/spool.h"

#include <string.h>
#include <time.h>

/* How often a scan that waits for room looks whether there is some. */
#define ROOM_LOOK_S 1

/* On top of the reserve of the spool: what waits in memory at the most. */
#define ROOM_TO_GO_ON_BYTES (G_GUINT64_CONSTANT(16) * 1024 * 1024)

static const char *const state_tokens[] = {"running", "stopped", "fault", "done"};

/* ── telling ─────────────────────────────────────────────────────────────────────────────── */

/* The lock is held. */
static json_t *fault_json(const ScanJob *job, Lang lang)
{
    if (job->state != SCAN_FAULT)
        return json_null();
    return show_fault(job->fault, job->last_side, lang);
}

/* Say where the job stands; the lock is held. */
static void tell(const ScanJob *job)
{
    Api *api = job->desk->api;
    g_autoptr(json_t) data =
        json_pack("{s:I, s:s, s:I, s:s?, s:o}", "batch", (json_int_t)job->batch, "state",
                  state_tokens[job->state], "sheets", (json_int_t)job->sheets, "case",
                  job->case_number, "fault", fault_json(job, api->options.lang));
    g_autofree char *line = json_line(data);

    event_hub_tell(api->hub, "scan", line);
}

json_t *scan_job_show(const ScanJob *job, Lang lang)
{
    return json_pack("{s:I, s:s?, s:s, s:s, s:I, s:I, s:o}", "id", (json_int_t)job->batch, "case",
                     job->case_number, "device", job->device_name, "state",
                     state_tokens[job->state], "sheets", (json_int_t)job->sheets, "sides",
                     (json_int_t)job->sides, "fault", fault_json(job, lang));
}

static void on_side(const IntakeSide *side, void *data)
{
    ScanJob *job = data;

    pthread_mutex_lock(&job->desk->lock);
    job->sides++;
    if (side->sheet > job->last_sheet) {
        job->last_sheet = side->sheet;
        job->sheets++;
    }
    g_free(job->last_side);
    job->last_side = g_strdup_printf("%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "-%c", side->batch,
                                     side->sheet, side->side);
    tell(job);
    pthread_mutex_unlock(&job->desk->lock);
    feed_wake(job->desk->api->feed);
}

static void on_refused(const char *source, const GError *why, void *data G_GNUC_UNUSED)
{
    g_message("a page was refused: %s: %s", source != NULL ? source : "scan", why->message);
}

/* ── the job's thread ────────────────────────────────────────────────────────────────────── */

static void set_state(ScanJob *job, ScanState state, ErrorCode fault)
{
    pthread_mutex_lock(&job->desk->lock);
    job->state = state;
    job->fault = fault;
    tell(job);
    pthread_mutex_unlock(&job->desk->lock);
}

/* Whoever hears of the end may start the next scan at once. */
static void set_over(ScanJob *job, const GError *failure)
{
    pthread_mutex_lock(&job->desk->lock);
    job->over = TRUE;
    job->fault = failure != NULL ? error_code(failure) : ERROR_NONE;
    job->state = failure != NULL ? SCAN_FAULT : job->wants_stop ? SCAN_STOPPED : SCAN_DONE;
    tell(job);
    pthread_mutex_unlock(&job->desk->lock);
}

/* What the hands said is heard: the stack moves again, or is about to end. The lock is held. */
static void answered(ScanJob *job, gboolean go_on)
{
    job->wants_continue = job->wants_keep = FALSE;
    if (!go_on)
        return;
    job->state = SCAN_RUNNING;
    tell(job);
}

/* Waits for the hands; TRUE to go on, with `*keep` where the sheet on top is one that is meant. */
static gboolean wait_for_hands(ScanJob *job, gboolean *keep)
{
    gboolean go_on;

    pthread_mutex_lock(&job->desk->lock);
    while (!job->wants_continue && !job->wants_stop)
        pthread_cond_wait(&job->changed, &job->desk->lock);
    go_on = !job->wants_stop;
    *keep = job->wants_keep;
    answered(job, go_on);
    pthread_mutex_unlock(&job->desk->lock);
    return go_on;
}

/* A moment, or until the hands say something; TRUE to try again. The lock is held. */
static gboolean wait_a_moment(ScanJob *job)
{
    struct timespec until;

    if (clock_gettime(CLOCK_REALTIME, &until) != 0)
        g_error("clock_gettime");
    until.tv_sec += ROOM_LOOK_S;
    if (!job->wants_continue && !job->wants_stop)
        pthread_cond_timedwait(&job->changed, &job->desk->lock, &until);
    if (job->wants_continue)
        return TRUE;
    return !job->wants_stop &&
           spool_reserve(store_folder(job->desk->api->options.store), ROOM_TO_GO_ON_BYTES, NULL);
}

/* The disk is full in the middle of the stack: say so, and wait for room or for the hands. */
static gboolean wait_for_room(const GError *why, void *data)
{
    ScanJob *job = data;
    gboolean go_on = FALSE;

    g_message("scan %" G_GINT64_FORMAT " waits for room: %s", job->batch, why->message);
    set_state(job, SCAN_FAULT, ERROR_DISK_FULL);
    pthread_mutex_lock(&job->desk->lock);
    while (!job->wants_stop && !go_on)
        go_on = wait_a_moment(job);
    answered(job, go_on);
    pthread_mutex_unlock(&job->desk->lock);
    return go_on;
}

static gboolean wants_stop(ScanJob *job)
{
    gboolean stop;

    pthread_mutex_lock(&job->desk->lock);
    stop = job->wants_stop;
    pthread_mutex_unlock(&job->desk->lock);
    return stop;
}

static gboolean has_sides(ScanJob *job)
{
    gboolean has;

    pthread_mutex_lock(&job->desk->lock);
    has = job->sides > 0;
    pthread_mutex_unlock(&job->desk->lock);
    return has;
}

/* After LOST or SILENT the worker is started anew; what fails is told by the next run. */
static void bring_back(ScanJob *job, ScannerReason reason)
{
    g_autoptr(GError) error = NULL;

    if ((reason == SCANNER_LOST || reason == SCANNER_SILENT) && !device_return(job->device, &error))
        g_message("open the scanner again: %s", error->message);
}

/* A sheet that is meant to lie double is fed alone: the sensor counts again for the next. */
static DeviceBatch run_of(const ScanJob *job, gboolean keep)
{
    DeviceBatch run = job->run;

    run.scan.doubles = keep;
    if (keep)
        run.sides_max = run.scan.duplex ? 2 : 1;
    return run;
}

/* One run after the other until the feeder is empty or somebody stops it; the reason of the
 * closing record. */
static const char *run_feeder(ScanJob *job, GError **error)
{
    gboolean keep = FALSE;

    for (;;) {
        DeviceBatch run = run_of(job, keep);
        IntakeEnd end;

        if (!intake_device(job->intake, job->device, &run, &end, error))
            return NULL;
        if (wants_stop(job))
            return "stopped";
        if (keep && end.question) {
            keep = FALSE;
            continue;
        }
        if (end.reason == SCANNER_OK || (end.reason == SCANNER_EMPTY && has_sides(job)))
            return "done";
        g_message("scan %" G_GINT64_FORMAT ": %s: %s", job->batch, scanner_reason_token(end.reason),
                  end.detail);
        set_state(job, SCAN_FAULT, scanner_reason_code(end.reason));
        if (!wait_for_hands(job, &keep))
            return scanner_reason_token(end.reason);
        bring_back(job, end.reason);
    }
}

static void finish(ScanJob *job, const char *reason, const GError *failure)
{
    IntakeSummary summary = {0};
    g_autoptr(GError) error = NULL;
    Intake *intake;

    pthread_mutex_lock(&job->desk->lock);
    intake = g_steal_pointer(&job->intake);
    pthread_mutex_unlock(&job->desk->lock);
    if (reason == NULL)
        g_warning("scan: %s", failure->message);
    if (!intake_close(intake, reason != NULL ? reason : error_token(error_code(failure)), &summary,
                      &error))
        g_warning("close a batch: %s", error->message);
    intake_summary_clear(&summary);
    g_clear_pointer(&job->device, device_free);
    readers_give(job->desk->api->readers, g_steal_pointer(&job->reader));
    set_over(job, failure);
    feed_wake(job->desk->api->feed);
}

void *scan_job_thread(void *data)
{
    ScanJob *job = data;
    g_autoptr(GError) error = NULL;
    const char *reason;

    views_warm(job->desk->api->views);
    reason = run_feeder(job, &error);
    finish(job, reason, error);
    return NULL;
}

static void job_free(gpointer data)
{
    ScanJob *job = data;

    pthread_cond_destroy(&job->changed);
    g_clear_pointer(&job->intake, intake_free);
    g_clear_pointer(&job->device, device_free);
    g_free(job->device_name);
    g_free(job->case_number);
    g_free(job->person);
    g_free(job->station);
    g_free(job->last_side);
    g_free(job);
}

/* ── the desk ────────────────────────────────────────────────────────────────────────────── */

ScanJob *scan_running_on(ScanDesk *desk, const char *device)
{
    for (guint i = 0; i < desk->jobs->len; i++) {
        ScanJob *job = g_ptr_array_index(desk->jobs, i);

        if (!job->over && strcmp(job->device_name, device) == 0)
            return job;
    }
    return NULL;
}

gboolean scan_is_busy(ScanDesk *desk, const char *device)
{
    gboolean busy;

    pthread_mutex_lock(&desk->lock);
    busy = scan_running_on(desk, device) != NULL;
    pthread_mutex_unlock(&desk->lock);
    return busy;
}

json_t *scan_light(ScanDesk *desk, Lang lang)
{
    const GPtrArray *devices = desk->api->options.devices;
    const char *light = "fine", *text = lang == LANG_ZH ? "就绪" : "ready";

    if (devices == NULL || devices->len == 0) {
        light = "off";
        text = lang == LANG_ZH ? "未配置扫描仪" : "no scanner is set up";
    }
    pthread_mutex_lock(&desk->lock);
    for (guint i = 0; i < desk->jobs->len; i++) {
        const ScanJob *job = g_ptr_array_index(desk->jobs, i);

        if (!job->over && job->state == SCAN_RUNNING) {
            light = "waiting";
            text = lang == LANG_ZH ? "扫描中" : "scanning";
        }
        if (!job->over && job->state == SCAN_FAULT) {
            light = "needs-you";
            text = error_text(job->fault, lang);
        }
    }
    pthread_mutex_unlock(&desk->lock);
    return json_pack("{s:s, s:s}", "light", light, "text", text);
}

void scan_job_listen(ScanJob *job, Intake *intake)
{
    intake_listen(intake, on_side, on_refused, job);
    intake_when_full(intake, wait_for_room, job);
    pthread_mutex_lock(&job->desk->lock);
    job->intake = intake;
    job->batch = intake_batch(intake);
    pthread_mutex_unlock(&job->desk->lock);
}

void scan_job_stop(ScanJob *job)
{
    job->wants_stop = TRUE;
    if (job->intake != NULL)
        intake_stop(job->intake);
    pthread_cond_signal(&job->changed);
}

void scan_metrics(ScanDesk *desk, GString *out)
{
    gint64 sheets = 0, sides = 0, running = 0;

    pthread_mutex_lock(&desk->lock);
    for (guint i = 0; i < desk->jobs->len; i++) {
        const ScanJob *job = g_ptr_array_index(desk->jobs, i);

        sheets += job->sheets;
        sides += job->sides;
        running += !job->over;
    }
    pthread_mutex_unlock(&desk->lock);
    g_string_append_printf(out,
                           "# TYPE anjuan_scan_sheets_total counter\n"
                           "anjuan_scan_sheets_total %" G_GINT64_FORMAT "\n"
                           "# TYPE anjuan_scan_sides_total counter\n"
                           "anjuan_scan_sides_total %" G_GINT64_FORMAT "\n"
                           "# TYPE anjuan_scans_running gauge\n"
                           "anjuan_scans_running %" G_GINT64_FORMAT "\n",
                           sheets, sides, running);
}

ScanDesk *scan_desk_new(Api *api)
{
    ScanDesk *desk = g_new0(ScanDesk, 1);

    desk->api = api;
    pthread_mutex_init(&desk->lock, NULL);
    desk->jobs = g_ptr_array_new_with_free_func(job_free);
    return desk;
}

void scan_desk_free(ScanDesk *desk)
{
    if (desk == NULL)
        return;
    pthread_mutex_lock(&desk->lock);
    for (guint i = 0; i < desk->jobs->len; i++) {
        ScanJob *job = g_ptr_array_index(desk->jobs, i);

        if (!job->over)
            scan_job_stop(job);
    }
    pthread_mutex_unlock(&desk->lock);
    for (guint i = 0; i < desk->jobs->len; i++)
        pthread_join(((ScanJob *)g_ptr_array_index(desk->jobs, i))->thread, NULL);
    g_ptr_array_unref(desk->jobs);
    pthread_mutex_destroy(&desk->lock);
    g_free(desk);
}
