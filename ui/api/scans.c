/* SPDX-License-Identifier: Apache-2.0
 *
 * Scans: a run of a feeder as a job with a thread of its own, and files as uploads.
 *
 *            all fed                                   (a fault: the hands are asked)
 *   RUNNING ─────────→ DONE        RUNNING ──────────────→ FAULT ──continue, keep──→ RUNNING
 *      └─stop→ STOPPED (what is under way still comes)        └──stop──→ STOPPED
 *
 * next, same and rescan say where the sheets still to be fed go (intake_order); keep feeds what the
 * device took for two sheets once more, as one that is meant so (a photo, a note on a page).
 *
 * A full disk is a fault too: the feeder stands, the sides under way wait in memory, and the job
 * goes on by itself once there is room, or at once on continue.
 *
 * The batch stays open over a fault: the next sheet keeps its number. Sides are told by the record
 * events that the feed publishes; the job tells state and counts as event `scan`.
 */
#include "ui/api/api_intern.h"

#include "appliance/counter/hold.h"
#include "appliance/intake/intake.h"
#include "storage/spool.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* How often a scan that waits for room looks whether there is some. */
#define ROOM_LOOK_S 1

/* On top of the reserve of the spool: what waits in memory at the most. */
#define ROOM_TO_GO_ON_BYTES (G_GUINT64_CONSTANT(16) * 1024 * 1024)

typedef enum { SCAN_RUNNING, SCAN_STOPPED, SCAN_FAULT, SCAN_DONE } ScanState;

typedef struct {
    ScanDesk *desk;
    gint64 batch;
    char *device_name;
    char *case_number; /* NULL: the paper finds its case */
    char *person, *station;
    StoreActor actor;
    DeviceBatch run;
    Intake *intake; /* of the thread, but for intake_stop */
    Catalog *reader;
    CaseLookup lookup_context;
    PlacingLookup lookup;
    Device *device;
    pthread_t thread;
    /* under the desk's lock: */
    pthread_cond_t changed;
    ScanState state;
    gboolean wants_continue, wants_keep, wants_stop, over;
    gint64 sheets, sides, last_sheet;
    ErrorCode fault; /* in SCAN_FAULT */
    char *last_side;
} ScanJob;

struct ScanDesk {
    Api *api;
    pthread_mutex_t lock;
    GPtrArray *jobs; /* of ScanJob, oldest first */
};

static const char *const state_tokens[] = {"running", "stopped", "fault", "done"};

/* ── the device ──────────────────────────────────────────────────────────────────────────── */

/* The lock is held. */
static ScanJob *running_on(ScanDesk *desk, const char *device)
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
    busy = running_on(desk, device) != NULL;
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

static json_t *show_scan(const ScanJob *job, Lang lang)
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

/* Waits for the hands; TRUE to go on, with `*keep` where the sheet on top is one that is meant. */
static gboolean wait_for_hands(ScanJob *job, gboolean *keep)
{
    gboolean go_on;

    pthread_mutex_lock(&job->desk->lock);
    while (!job->wants_continue && !job->wants_stop)
        pthread_cond_wait(&job->changed, &job->desk->lock);
    go_on = !job->wants_stop;
    *keep = job->wants_keep;
    job->wants_continue = job->wants_keep = FALSE;
    if (go_on) {
        job->state = SCAN_RUNNING;
        tell(job);
    }
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
    job->wants_continue = job->wants_keep = FALSE;
    if (go_on) {
        job->state = SCAN_RUNNING;
        tell(job);
    }
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

static void *scan_thread(void *data)
{
    ScanJob *job = data;
    g_autoptr(GError) error = NULL;
    const char *reason;

    views_warm(job->desk->api->views);
    reason = run_feeder(job, &error);
    finish(job, reason, error);
    return NULL;
}

/* ── starting ────────────────────────────────────────────────────────────────────────────── */

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

static const char *device_of(Call *call, GError **error)
{
    const GPtrArray *devices = call->api->options.devices;
    const char *wanted = json_text(call->body, "device");

    if (devices == NULL || devices->len == 0) {
        error_set(error, ERROR_NO_DEVICE, "no scanner is set up");
        return NULL;
    }
    if (wanted == NULL)
        return g_ptr_array_index(devices, 0);
    for (guint i = 0; i < devices->len; i++)
        if (strcmp(g_ptr_array_index(devices, i), wanted) == 0)
            return wanted;
    error_set(error, ERROR_NO_DEVICE, "%s", wanted);
    return NULL;
}

static void run_options(Call *call, ScanJob *job)
{
    const char *mode = json_text(call->body, "mode");
    gboolean feeder = (device_capabilities(job->device)->features & SCANNER_HAS_FEEDER) != 0;

    job->run.scan =
        (ScannerOptions){.source = feeder ? SCANNER_SOURCE_FEEDER : SCANNER_SOURCE_STILL,
                         .duplex = json_flag(call->body, "duplex"),
                         .mode = g_strcmp0(mode, "gray") == 0      ? SCANNER_GRAY
                                 : g_strcmp0(mode, "lineart") == 0 ? SCANNER_LINEART
                                                                   : SCANNER_COLOUR,
                         .dpi = (guint)json_int(call->body, "dpi", 300)};
}

/* The slot named, else the one that the case has open. */
static gboolean slot_for(Call *call, const char *number, guint32 *number_of_slot, GError **error)
{
    const char *slot = json_text(call->body, "slot");
    g_autoptr(json_t) notes =
        slot == NULL && number != NULL ? catalog_slots(call->reader, number, NULL) : NULL;
    const char *open = call_said(notes, "", "open-slot");

    if (slot == NULL && *open != '\0')
        slot = open;
    *number_of_slot = slot != NULL ? code_slot_number(slot) : 0;
    return slot == NULL || *number_of_slot != 0 ||
           error_set(error, ERROR_INVALID, "slot '%.20s'", slot);
}

static gboolean open_batch(Call *call, ScanJob *job, guint32 slot, GError **error)
{
    Api *api = call->api;
    IntakeOptions options = {.case_number = job->case_number,
                             .slot = slot,
                             .device = job->device_name,
                             .duplex = job->run.scan.duplex,
                             .declared = json_int(call->body, "sheets", -1),
                             .lookup = &job->lookup};
    Intake *intake;

    job->reader = readers_take(api->readers, error);
    if (job->reader == NULL)
        return FALSE;
    options.serial = device_info(job->device)->serial;
    job->lookup_context = (CaseLookup){api->house, job->reader};
    job->lookup = case_lookup(&job->lookup_context);
    intake = intake_open(api->options.store, &job->actor, &options, error);
    if (intake == NULL) {
        readers_give(api->readers, g_steal_pointer(&job->reader));
        return FALSE;
    }
    intake_listen(intake, on_side, on_refused, job);
    intake_when_full(intake, wait_for_room, job);
    pthread_mutex_lock(&job->desk->lock);
    job->intake = intake;
    job->batch = intake_batch(intake);
    pthread_mutex_unlock(&job->desk->lock);
    return TRUE;
}

/* What the body asks of a scan beside the device's options. */
typedef struct {
    char *number; /* of the case; NULL: the paper finds its own */
    guint32 slot;
    IntakeOrder order; /* sheet 0: none */
} Start;

/* Takes the device for the job, so that a second start is told that it is busy. */
static ScanJob *reserve(Call *call, const char *device, char *number, GError **error)
{
    ScanDesk *desk = call->api->scans;
    ScanJob *job = NULL;

    pthread_mutex_lock(&desk->lock);
    if (running_on(desk, device) != NULL)
        error_set(error, ERROR_BUSY, "%s is scanning", device);
    else {
        job = g_new0(ScanJob, 1);
        job->desk = desk;
        job->batch = -1;
        job->device_name = g_strdup(device);
        job->case_number = number;
        job->person = g_strdup(call->actor.actor);
        job->station = g_strdup(call->station);
        job->actor = (StoreActor){job->person, job->station};
        pthread_cond_init(&job->changed, NULL);
        g_ptr_array_add(desk->jobs, job);
    }
    pthread_mutex_unlock(&desk->lock);
    if (job == NULL)
        g_free(number);
    return job;
}

/* No scan comes of it: as if it had never been asked for. */
static void give_up(ScanJob *job)
{
    ScanDesk *desk = job->desk;

    pthread_mutex_lock(&desk->lock);
    g_ptr_array_remove(desk->jobs, job);
    pthread_mutex_unlock(&desk->lock);
}

/* The order that the next page is that of side `id` again, which is one of the case. */
static gboolean replace_order(Call *call, const char *id, const char *case_number,
                              IntakeOrder *order, GError **error)
{
    SideName name;
    g_autoptr(json_t) side = call_side_named(call, id, &name, error);

    if (side == NULL)
        return FALSE;
    if (case_number == NULL || g_strcmp0(json_text(side, "case"), case_number) != 0)
        return error_set(error, ERROR_INVALID, "side %s is not of the case that is scanned", id);
    if (!hold_check(call->reader, case_number, error))
        return FALSE;
    *order = (IntakeOrder){.kind = INTAKE_REPLACE, .batch = name.batch, .sheet = name.sheet};
    return TRUE;
}

static gboolean begin(Call *call, ScanJob *job, const Start *start, GError **error)
{
    job->device = device_open(job->device_name, error);
    if (job->device == NULL)
        return FALSE;
    run_options(call, job);
    if (!open_batch(call, job, start->slot, error))
        return FALSE;
    if (start->order.sheet != 0)
        intake_order(job->intake, &start->order);
    if (pthread_create(&job->thread, NULL, scan_thread, job) != 0)
        g_error("pthread_create");
    return TRUE;
}

static json_t *shown(ScanJob *job, Lang lang)
{
    json_t *scan;

    pthread_mutex_lock(&job->desk->lock);
    scan = show_scan(job, lang);
    pthread_mutex_unlock(&job->desk->lock);
    return scan;
}

static gboolean read_start(Call *call, Start *start, GError **error)
{
    const char *given = json_text(call->body, "case");
    const char *replaced = json_text(call->body, "replaces");
    g_autoptr(json_t) row = NULL;

    if (given != NULL && ((start->number = case_read_number(given, error)) == NULL ||
                          (row = case_row(call->reader, start->number, error)) == NULL))
        return FALSE;
    return slot_for(call, start->number, &start->slot, error) &&
           (replaced == NULL || replace_order(call, replaced, start->number, &start->order, error));
}

Response *post_scan(Call *call, GError **error)
{
    const char *device = device_of(call, error);
    Start start = {0};
    ScanJob *job = device != NULL && read_start(call, &start, error)
                       ? reserve(call, device, g_steal_pointer(&start.number), error)
                       : NULL;

    g_free(start.number);
    if (job == NULL)
        return NULL;
    if (!begin(call, job, &start, error)) {
        give_up(job);
        return NULL;
    }
    return call_json(201, shown(job, call->lang));
}

/* ── looking and acting ──────────────────────────────────────────────────────────────────── */

/* The lock is held. */
static ScanJob *find_job(ScanDesk *desk, gint64 batch)
{
    for (guint i = 0; i < desk->jobs->len; i++) {
        ScanJob *job = g_ptr_array_index(desk->jobs, i);

        if (job->batch == batch)
            return job;
    }
    return NULL;
}

/* A scan that is not over; NULL otherwise. */
static json_t *scan_now(ScanDesk *desk, gint64 batch, Lang lang)
{
    const ScanJob *job;
    json_t *scan = NULL;

    pthread_mutex_lock(&desk->lock);
    job = find_job(desk, batch);
    if (job != NULL && !job->over)
        scan = show_scan(job, lang);
    pthread_mutex_unlock(&desk->lock);
    return scan;
}

/* {batch}; what is no number names none. */
static gint64 batch_of(const Call *call)
{
    guint64 batch;

    return g_ascii_string_to_unsigned(request_param(call->request, "batch"), 10, 1, G_MAXINT64,
                                      &batch, NULL)
               ? (gint64)batch
               : 0;
}

/* A batch of an earlier run of the daemon, as the catalogue keeps it. */
static json_t *old_scan(Call *call, gint64 batch, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autoptr(json_t) row = catalog_batch(call->reader, batch, &why);

    if (row == NULL && why == NULL)
        error_set(error, ERROR_NOT_FOUND, "batch %" G_GINT64_FORMAT, batch);
    else if (row == NULL)
        g_propagate_error(error, g_steal_pointer(&why));
    if (row == NULL)
        return NULL;
    return json_pack("{s:I, s:s?, s:s, s:s, s:I, s:I, s:n}", "id", (json_int_t)batch, "case",
                     json_text(row, "case"), "device", json_text(row, "device"), "state",
                     g_strcmp0(json_text(row, "reason"), "done") == 0 ? "done" : "stopped",
                     "sheets", (json_int_t)json_int(row, "received", 0), "sides",
                     (json_int_t)json_int(row, "sides", 0), "fault");
}

Response *get_scan(Call *call, GError **error)
{
    ScanDesk *desk = call->api->scans;
    gint64 batch = batch_of(call);
    ScanJob *job;
    json_t *scan = NULL;

    pthread_mutex_lock(&desk->lock);
    job = find_job(desk, batch);
    if (job != NULL)
        scan = show_scan(job, call->lang);
    pthread_mutex_unlock(&desk->lock);
    if (scan == NULL)
        scan = old_scan(call, batch, error);
    return scan != NULL ? call_json(200, scan) : NULL;
}

static void stop(ScanJob *job)
{
    job->wants_stop = TRUE;
    if (job->intake != NULL)
        intake_stop(job->intake);
    pthread_cond_signal(&job->changed);
}

/* The sheet on top is fed again: as it is, or as one that is meant to lie double. */
static gboolean go_on(ScanJob *job, gboolean keep, GError **error)
{
    if (job->state != SCAN_FAULT)
        return error_set(error, ERROR_WRONG_STATE, "nothing to continue");
    if (keep && job->fault != ERROR_DOUBLE_FEED)
        return error_set(error, ERROR_WRONG_STATE, "no two sheets lie on each other");
    job->wants_keep = keep;
    job->wants_continue = TRUE;
    pthread_cond_signal(&job->changed);
    return TRUE;
}

/* stop, continue, keep; the lock is held. */
static gboolean steer(ScanJob *job, const char *act, GError **error)
{
    if (job->over)
        return error_set(error, ERROR_WRONG_STATE, "this scan is over");
    if (strcmp(act, "stop") != 0)
        return go_on(job, strcmp(act, "keep") == 0, error);
    stop(job);
    return TRUE;
}

/* The running job of a batch does what `order` says; NULL `order`: what `act` says. */
static json_t *command(Call *call, gint64 batch, const char *act, const IntakeOrder *order,
                       GError **error)
{
    ScanDesk *desk = call->api->scans;
    json_t *scan = NULL;
    ScanJob *job;

    pthread_mutex_lock(&desk->lock);
    job = find_job(desk, batch);
    if (job == NULL)
        error_set(error, ERROR_NOT_FOUND, "scan %" G_GINT64_FORMAT, batch);
    else if (order != NULL && job->intake == NULL)
        error_set(error, ERROR_WRONG_STATE, "this scan is over");
    else if (order != NULL || steer(job, act, error)) {
        if (order != NULL)
            intake_order(job->intake, order);
        scan = show_scan(job, call->lang);
    }
    pthread_mutex_unlock(&desk->lock);
    return scan;
}

/* The case of a batch that runs, as digits; NULL where the paper finds its own. */
static char *case_of(ScanDesk *desk, gint64 batch)
{
    char *number = NULL;
    const ScanJob *job;

    pthread_mutex_lock(&desk->lock);
    job = find_job(desk, batch);
    if (job != NULL)
        number = g_strdup(job->case_number);
    pthread_mutex_unlock(&desk->lock);
    return number;
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

void scan_aim(ScanDesk *desk, const char *case_number, guint32 slot)
{
    IntakeOrder order = {.kind = INTAKE_AIM, .slot = slot};

    pthread_mutex_lock(&desk->lock);
    for (guint i = 0; i < desk->jobs->len; i++) {
        const ScanJob *job = g_ptr_array_index(desk->jobs, i);

        if (job->intake != NULL && g_strcmp0(job->case_number, case_number) == 0)
            intake_order(job->intake, &order);
    }
    pthread_mutex_unlock(&desk->lock);
}

/* 下一份, 同类续扫: of a known case as its acts do it, which aim the scan too (scan_aim); of none,
 * as the command sheet would. */
static json_t *turn_to(Call *call, gint64 batch, const char *case_number, gboolean same,
                       GError **error)
{
    IntakeOrder order = {.kind = INTAKE_COMMAND,
                         .command = same ? COMMAND_NEXT_SAME_SLOT : COMMAND_NEXT_DOCUMENT};
    g_autoptr(json_t) scan = NULL;

    if (case_number == NULL)
        return command(call, batch, NULL, &order, error);
    scan = scan_now(call->api->scans, batch, call->lang);
    if (scan == NULL) {
        error_set(error, ERROR_WRONG_STATE, "this scan is over");
        return NULL;
    }
    return act_next_slot(call, case_number, same, error) ? g_steal_pointer(&scan) : NULL;
}

static json_t *rescan(Call *call, gint64 batch, const char *case_number, GError **error)
{
    const char *side = json_text(call->body, "side");
    IntakeOrder order;

    if (side == NULL) {
        error_set(error, ERROR_INVALID, "side: which one is fed again");
        return NULL;
    }
    return replace_order(call, side, case_number, &order, error)
               ? command(call, batch, NULL, &order, error)
               : NULL;
}

Response *post_scan_act(Call *call, GError **error)
{
    gint64 batch = batch_of(call);
    const char *act = json_text(call->body, "act");
    g_autofree char *number = case_of(call->api->scans, batch);
    json_t *scan;

    if (strcmp(act, "next") == 0 || strcmp(act, "same") == 0)
        scan = turn_to(call, batch, number, *act == 's', error);
    else if (strcmp(act, "rescan") == 0)
        scan = rescan(call, batch, number, error);
    else
        scan = command(call, batch, act, NULL, error);
    return scan != NULL ? call_json(200, scan) : NULL;
}

/* ── the desk ────────────────────────────────────────────────────────────────────────────── */

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
            stop(job);
    }
    pthread_mutex_unlock(&desk->lock);
    for (guint i = 0; i < desk->jobs->len; i++)
        pthread_join(((ScanJob *)g_ptr_array_index(desk->jobs, i))->thread, NULL);
    g_ptr_array_unref(desk->jobs);
    pthread_mutex_destroy(&desk->lock);
    g_free(desk);
}
