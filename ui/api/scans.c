/* SPDX-License-Identifier: Apache-2.0
 *
 * Scans over the API: starting one, looking at it, and what the hands want of it.
 */
#include "ui/api/scan_job.h"

#include "appliance/counter/hold.h"
#include "appliance/counter/side.h"

#include <string.h>

/* ── starting ────────────────────────────────────────────────────────────────────────────── */

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
    scan_job_listen(job, intake);
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
    if (scan_running_on(desk, device) != NULL)
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
    if (pthread_create(&job->thread, NULL, scan_job_thread, job) != 0)
        g_error("pthread_create");
    return TRUE;
}

static json_t *shown(ScanJob *job, Lang lang)
{
    json_t *scan;

    pthread_mutex_lock(&job->desk->lock);
    scan = scan_job_show(job, lang);
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
        scan = scan_job_show(job, lang);
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
        scan = scan_job_show(job, call->lang);
    pthread_mutex_unlock(&desk->lock);
    if (scan == NULL)
        scan = old_scan(call, batch, error);
    return scan != NULL ? call_json(200, scan) : NULL;
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
    scan_job_stop(job);
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
        scan = scan_job_show(job, call->lang);
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
