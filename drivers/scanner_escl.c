/* SPDX-License-Identifier: Apache-2.0
 *
 * Network scanners by eSCL, without SANE between: the device's JPEG as it is, its own words about
 * the feeder, and its own status after every batch.
 *
 *                 201                 200                     200
 *   POST ScanJobs ───> NextDocument ─────> an image ─ again ──────> …
 *        │ 503: wait        │ 503: wait, the page is late
 *        │                  │ 500: again, three times
 *        v                  │ cut off: ask the status; half an image, or the device is lost
 *   ask the status          v 404, 409, 410: ask the status: empty, jam, cover, double feed …
 *
 * All waiting is done by two loops, post_job and fetch; what is sent and understood stands in
 * escl_words.h.
 */
#include "drivers/escl_find.h"
#include "drivers/escl_http.h"
#include "drivers/escl_words.h"
#include "drivers/jpeg_check.h"
#include "drivers/scanner_drivers.h"
#include "drivers/scanner_quirks.h"

#include "appliance/base/message.h"

#include <string.h>
#include <sys/mman.h>

#define ANSWER_MS    5000  /* for small replies */
#define BUSY_MS      10000 /* a device that does not take the job is given up after */
#define AGAIN_MS     500   /* between two tries where the device names no time */
#define RUNS_ON_MS   5000  /* the feeder may still run after the last page was told */
#define FAILURES_MAX 3     /* HTTP 500 in a row */
#define DELETE_MS    2000

typedef struct {
    const ScannerHost *host;
    char *base; /* "http://host:port/eSCL" */
    EsclHttp *http;
    EsclCapabilities capabilities;
    ScannerQuirks quirks;
    ScannerOptions options;
    char *job; /* its address; NULL = none */
    guint images;
    gboolean stopping;
} Escl;

/* --- small exchanges --- */

static gboolean get_small(Escl *escl, const char *path, EsclReply *reply, GError **error)
{
    g_autofree char *url = g_strconcat(escl->base, path, NULL);
    EsclRequest request = {.method = "GET",
                           .url = url,
                           .into = -1,
                           .bytes_max = ESCL_REPLY_MAX,
                           .silence_ms = ANSWER_MS};

    if (!escl_http_run(escl->http, &request, reply, error))
        return FALSE;
    return reply->status == 200 ||
           error_set(error, ERROR_DEVICE, "%s: HTTP %ld", url, reply->status);
}

static gboolean ask_status(Escl *escl, EsclStatus *status, GError **error)
{
    g_auto(EsclReply) reply = {0};

    return get_small(escl, "/ScannerStatus", &reply, error) &&
           escl_status_decode(reply.body->data, reply.body->len, escl->job, status, error);
}

static void delete_job(Escl *escl)
{
    EsclRequest request = {.method = "DELETE",
                           .url = escl->job,
                           .into = -1,
                           .bytes_max = ESCL_REPLY_MAX,
                           .silence_ms = DELETE_MS,
                           .to_the_end = TRUE};
    g_auto(EsclReply) reply = {0};
    g_autoptr(GError) error = NULL;

    /* a job that ended by itself answers 404: it is gone either way */
    if (escl->job != NULL && !escl_http_run(escl->http, &request, &reply, &error))
        g_debug("%s", error->message);
    g_clear_pointer(&escl->job, g_free);
}

/* What the device's words mean now; a Xerox says "jam" where nothing lies. */
static ScannerReason reason_in(const Escl *escl, const EsclStatus *status)
{
    ScannerReason reason = status->feeder != SCANNER_OK ? status->feeder : status->job_reason;

    if (escl->options.source == SCANNER_SOURCE_STILL && reason == status->feeder)
        return SCANNER_OK;
    if (reason == SCANNER_JAM && escl->images == 0 && escl->quirks.jam_when_empty)
        return SCANNER_EMPTY;
    return reason;
}

static gboolean pause_ms(Escl *escl, guint ms, GError **error)
{
    return scanner_host_wait(escl->host, ms) ||
           error_set(error, ERROR_CANCELLED, "%s: given up", escl->base);
}

/* --- list, open --- */

static gboolean read_capabilities(Escl *escl, GError **error)
{
    g_auto(EsclReply) reply = {0};

    return get_small(escl, "/ScannerCapabilities", &reply, error) &&
           escl_capabilities_decode(reply.body->data, reply.body->len, &escl->capabilities, error);
}

static void escl_close(void *self)
{
    Escl *escl = self;

    delete_job(escl);
    escl_http_free(escl->http);
    g_free(escl->base);
    g_free(escl);
}

static void *escl_open(const char *name, const ScannerHost *host, GError **error)
{
    g_autoptr(GError) why = NULL;
    Escl *escl;

    if (!g_str_has_prefix(name, "http://") && !g_str_has_prefix(name, "https://")) {
        error_set(error, ERROR_NO_DEVICE, "escl:%s: no http address", name);
        return NULL;
    }
    escl = g_new0(Escl, 1);
    escl->host = host;
    escl->http = escl_http_new(name, host);
    escl->base = g_strndup(name, strcspn(name, "#"));
    while (g_str_has_suffix(escl->base, "/"))
        escl->base[strlen(escl->base) - 1] = '\0';
    if (!read_capabilities(escl, &why)) {
        error_set(error, error_code(why) == ERROR_DEVICE_LOST ? ERROR_NO_DEVICE : error_code(why),
                  "escl:%s: %s", name, why->message);
        escl_close(escl);
        return NULL;
    }
    escl->quirks = scanner_quirks_of("escl", "", escl->capabilities.model);
    return escl;
}

static guint units_to_um(guint units)
{
    return (guint)((guint64)units * 25400 / 300);
}

static void escl_describe(void *self, ScannerInfo *info, ScannerCapabilities *capabilities)
{
    const Escl *escl = self;
    const EsclCapabilities *able = &escl->capabilities;
    const EsclInput *input = able->feeder.is_there   ? &able->feeder
                             : able->duplex.is_there ? &able->duplex
                                                     : &able->platen;

    info->vendor = g_strndup(able->model, strcspn(able->model, " "));
    info->model = g_strdup(able->model);
    info->serial = g_strdup(able->serial);
    capabilities->features = SCANNER_HAS_JPEG | SCANNER_HAS_STOP;
    if (able->feeder.is_there || able->duplex.is_there)
        capabilities->features |=
            SCANNER_HAS_FEEDER | SCANNER_HAS_DOUBLE_FEED | SCANNER_HAS_PAPER_PRESENT;
    if (able->duplex.is_there)
        capabilities->features |= SCANNER_HAS_DUPLEX;
    if (able->platen.is_there)
        capabilities->features |= SCANNER_HAS_STILL;
    capabilities->modes = input->modes;
    capabilities->n_dpi = input->n_dpi;
    memcpy(capabilities->dpi, input->dpi, sizeof capabilities->dpi);
    capabilities->width_um = units_to_um(input->width_max);
    capabilities->height_um = units_to_um(input->height_max);
    capabilities->backs_upside_down = escl->quirks.backs_upside_down;
}

static void list_one(const char *name, const ScannerHost *host, GPtrArray *found)
{
    ScannerCapabilities capabilities = {0};
    Escl *escl = escl_open(name, host, NULL);
    ScannerInfo *info;

    if (escl == NULL)
        return;
    info = g_new0(ScannerInfo, 1);
    escl_describe(escl, info, &capabilities);
    info->name = g_strconcat("escl:", name, NULL);
    g_ptr_array_add(found, info);
    escl_close(escl);
}

/* "mdns" or "mdns@ADDRESS:PORT": whoever answers there. */
static gboolean list_network(const char *name, const ScannerHost *host, GPtrArray *found,
                             GError **error)
{
    g_auto(GStrv) parts = g_strsplit_set(name, "@:", 3);
    gboolean is_named = parts[1] != NULL && parts[2] != NULL;
    EsclFindOptions options = {.address = parts[1]};
    g_autoptr(GPtrArray) urls = NULL;
    guint64 port = 0;

    if (is_named && !g_ascii_string_to_unsigned(parts[2], 10, 1, G_MAXUINT16, &port, NULL))
        return error_set(error, ERROR_INVALID, "escl:%s: port", name);
    options.port = (guint16)port;
    urls = escl_find(&options, error);
    for (guint i = 0; urls != NULL && i < urls->len; i++)
        list_one(g_ptr_array_index(urls, i), host, found);
    return urls != NULL;
}

static gboolean escl_list(const char *const *names, const ScannerHost *host, GPtrArray *found,
                          GError **error)
{
    for (gsize i = 0; names[i] != NULL; i++) {
        if (g_str_has_prefix(names[i], "mdns")) {
            if (!list_network(names[i], host, found, error))
                return FALSE;
        } else {
            list_one(names[i], host, found);
        }
    }
    return TRUE;
}

/* --- the job --- */

/* Why the device did not take the job, or took it back. */
static gboolean refuse_job(Escl *escl, long http_status, GError **error)
{
    g_autoptr(GError) why = NULL;
    ScannerReason reason = SCANNER_OK;
    EsclStatus status;

    if (!ask_status(escl, &status, &why))
        return error_set(error, error_code(why), "HTTP %ld to the job, and then %s", http_status,
                         why->message);
    reason = reason_in(escl, &status);
    if (reason == SCANNER_OK && status.paper == SCANNER_PAPER_NONE &&
        escl->options.source == SCANNER_SOURCE_FEEDER)
        reason = SCANNER_EMPTY;
    if (reason == SCANNER_OK)
        reason = http_status == 503 ? SCANNER_BUSY : SCANNER_FAILED;
    return scanner_fault(error, reason, "HTTP %ld to the job: %s", http_status, status.words);
}

static gboolean take_job(Escl *escl, const EsclReply *reply, GError **error)
{
    escl->job = escl_job_of(escl->base, reply->location);
    return escl->job != NULL ||
           error_set(error, ERROR_FORMAT, "%s: job without an address of its own", escl->base);
}

/* Ask until the device takes the job; one that is waking up says 503. */
static gboolean post_job(Escl *escl, const char *settings, GError **error)
{
    g_autofree char *url = g_strconcat(escl->base, "/ScanJobs", NULL);
    EsclRequest request = {.method = "POST",
                           .url = url,
                           .body = settings,
                           .into = -1,
                           .bytes_max = ESCL_REPLY_MAX,
                           .silence_ms = BUSY_MS};
    gint64 until_ms = scanner_host_now_ms(escl->host) + BUSY_MS;

    for (;;) {
        g_auto(EsclReply) reply = {0};
        guint wait_ms;

        if (!escl_http_run(escl->http, &request, &reply, error))
            return FALSE;
        if (reply.status == 201)
            return take_job(escl, &reply, error);
        wait_ms = reply.retry_after_ms > 0 ? reply.retry_after_ms : AGAIN_MS;
        if (reply.status != 503 || scanner_host_now_ms(escl->host) + wait_ms > until_ms)
            return refuse_job(escl, reply.status, error);
        if (!pause_ms(escl, wait_ms, error))
            return FALSE;
    }
}

static gboolean escl_start(void *self, const ScannerOptions *options, GError **error)
{
    Escl *escl = self;
    g_autofree char *settings = NULL;

    escl->options = *options;
    escl->images = 0;
    escl->stopping = FALSE;
    if (!escl_input_of(&escl->capabilities, options)->is_there)
        return error_set(error, ERROR_INVALID, "source: the device has no such source");
    settings = escl_settings_build(&escl->capabilities, options);
    return post_job(escl, settings, error);
}

/* --- the end of a job --- */

/* The feeder may still be running: ask until it stands. */
static gboolean ask_when_still(Escl *escl, EsclStatus *status, GError **error)
{
    gint64 until_ms = scanner_host_now_ms(escl->host) + RUNS_ON_MS;

    for (;;) {
        if (!ask_status(escl, status, error))
            return FALSE;
        if (!status->feeder_runs || scanner_host_now_ms(escl->host) >= until_ms)
            return TRUE;
        if (!pause_ms(escl, AGAIN_MS, error))
            return FALSE;
    }
}

/* The device gives no further page: what does it say about the feeder? When it says nothing, the
 * batch ends here and whoever asks its status next learns that it cannot be had. */
static ScannerStep end_job(Escl *escl, GError **error)
{
    g_autoptr(GError) why = NULL;
    ScannerReason reason;
    EsclStatus status;

    if (!ask_when_still(escl, &status, &why)) {
        delete_job(escl);
        if (error_code(why) != ERROR_CANCELLED)
            return SCANNER_STEP_END;
        g_propagate_error(error, g_steal_pointer(&why));
        return SCANNER_STEP_FAULT;
    }
    delete_job(escl);
    reason = reason_in(escl, &status);
    if (reason == SCANNER_OK && escl->images == 0 && status.paper != SCANNER_PAPER_LOADED)
        reason = SCANNER_EMPTY;
    if (reason == SCANNER_OK && status.job == ESCL_JOB_ABORTED &&
        status.paper != SCANNER_PAPER_LOADED)
        reason = SCANNER_FAILED;
    if (reason == SCANNER_OK)
        return SCANNER_STEP_END;
    scanner_fault(error, reason, "%s", status.words);
    return SCANNER_STEP_FAULT;
}

/* The connection broke: does the device still live, and what does it say? */
static ScannerStep end_broken(Escl *escl, gsize bytes, const GError *broken, GError **error)
{
    g_autoptr(GError) why = NULL;
    ScannerReason reason;
    EsclStatus status;

    if (error_code(broken) != ERROR_DEVICE_LOST || !ask_status(escl, &status, &why)) {
        g_clear_pointer(&escl->job, g_free);
        g_propagate_error(error, g_error_copy(broken));
        return SCANNER_STEP_FAULT;
    }
    reason = reason_in(escl, &status);
    if (reason == SCANNER_OK)
        reason = bytes > 0 ? SCANNER_HALF_IMAGE : SCANNER_LOST;
    delete_job(escl);
    scanner_fault(error, reason, "%s: %s", broken->message, status.words);
    return SCANNER_STEP_FAULT;
}

/* --- pages --- */

/* Seal the memory and look at the markers. */
static gboolean take_page(Escl *escl, Fd *page, gsize size, ScannerImage *image, GError **error)
{
    JpegFacts facts;
    guint8 *bytes;

    if (!memfd_seal(*page, error))
        return FALSE;
    bytes = size > 0 ? mmap(NULL, size, PROT_READ, MAP_PRIVATE, *page, 0) : MAP_FAILED;
    if (bytes == MAP_FAILED)
        return error_set(error, ERROR_HALF_IMAGE, "%s: a page without bytes", escl->base);
    image->half = !jpeg_is_whole(bytes, size, &facts);
    munmap(bytes, size);
    image->id = ++escl->images;
    image->back = escl->options.duplex && escl->images % 2 == 0;
    image->geometry = (ScannerGeometry){.width_px = facts.width_px,
                                        .height_px = facts.height_px,
                                        .samples = facts.components,
                                        .depth = 8,
                                        .dpi = facts.dpi > 0 ? facts.dpi : escl->options.dpi};
    g_strlcpy(image->media_type, "image/jpeg", sizeof image->media_type);
    image->fd = fd_steal(page);
    return TRUE;
}

/* How long a page may be late: the rule for silence, or what this model is known to need. */
static guint patience_ms(const Escl *escl)
{
    guint silence_ms = escl->options.silence_ms > 0 ? escl->options.silence_ms : SCANNER_SILENCE_MS;

    return MAX(silence_ms, escl->quirks.late_page_ms);
}

/* One GET of NextDocument into fresh memory. */
static gboolean get_page(Escl *escl, Fd *page, EsclReply *reply, GError **error)
{
    g_autofree char *url = g_strconcat(escl->job, "/NextDocument", NULL);
    EsclRequest request = {.method = "GET",
                           .url = url,
                           .bytes_max = SCANNER_FILE_BYTES_MAX,
                           .silence_ms = patience_ms(escl)};

    *page = memfd_new("page of a device", 0, error);
    request.into = *page;
    *reply = (EsclReply){0};
    return *page >= 0 && escl_http_run(escl->http, &request, reply, error);
}

static gboolean is_late(const Escl *escl, const EsclReply *reply, guint failures)
{
    if (reply->status == 503)
        return TRUE;
    if (reply->status == 404 && escl->quirks.late_page_ms > 0 && escl->images > 0)
        return TRUE;
    return reply->status == 500 && failures < FAILURES_MAX;
}

/* Ask for the next page until it comes, the job ends, or patience does. */
static ScannerStep fetch(Escl *escl, ScannerImage *image, GError **error)
{
    gint64 until_ms = scanner_host_now_ms(escl->host) + patience_ms(escl);
    guint failures = 0;

    for (;;) {
        g_autoptr(GError) broken = NULL;
        g_auto(EsclReply) reply = {0};
        g_auto(Fd) page = -1;
        guint wait_ms;

        if (!get_page(escl, &page, &reply, &broken))
            return end_broken(escl, reply.bytes, broken, error);
        if (reply.status == 200)
            return take_page(escl, &page, reply.bytes, image, error) ? SCANNER_STEP_IMAGE
                                                                     : SCANNER_STEP_FAULT;
        failures += reply.status == 500;
        wait_ms = reply.retry_after_ms > 0 ? reply.retry_after_ms : AGAIN_MS;
        if (!is_late(escl, &reply, failures))
            return end_job(escl, error);
        if (scanner_host_now_ms(escl->host) + wait_ms > until_ms) {
            refuse_job(escl, reply.status, error);
            return SCANNER_STEP_FAULT;
        }
        if (!pause_ms(escl, wait_ms, error))
            return SCANNER_STEP_FAULT;
    }
}

/* After a stop: what the device has already scanned is still fetched, nothing else. */
static gboolean is_over(Escl *escl)
{
    g_autoptr(GError) error = NULL;
    EsclStatus status;

    if (escl->options.source == SCANNER_SOURCE_STILL)
        return escl->images > 0;
    if (!escl->stopping || (escl->options.duplex && escl->images % 2 != 0))
        return FALSE;
    return !ask_status(escl, &status, &error) || status.images_to_transfer <= 0;
}

static ScannerStep escl_next(void *self, ScannerImage *image, GError **error)
{
    Escl *escl = self;

    if (escl->job == NULL)
        return SCANNER_STEP_END;
    if (!is_over(escl))
        return fetch(escl, image, error);
    delete_job(escl);
    return SCANNER_STEP_END;
}

static gboolean escl_rows(void *self G_GNUC_UNUSED, guint8 *page G_GNUC_UNUSED,
                          gsize room G_GNUC_UNUSED, ScannerProgress *progress G_GNUC_UNUSED,
                          GError **error)
{
    return error_set(error, ERROR_INTERNAL, "an eSCL device gives files");
}

static void escl_cancel(void *self)
{
    delete_job(self);
}

static void escl_stop(void *self)
{
    Escl *escl = self;

    escl->stopping = TRUE;
}

static gboolean escl_status(void *self, ScannerStatus *status, GError **error)
{
    Escl *escl = self;
    EsclStatus told;

    if (!ask_status(escl, &told, error))
        return FALSE;
    status->reason = reason_in(escl, &told);
    if (status->reason == SCANNER_OK && told.state == ESCL_DOWN)
        status->reason = SCANNER_FAILED;
    status->paper = told.paper;
    g_strlcpy(status->detail, told.words, sizeof status->detail);
    return TRUE;
}

const ScannerDriver scanner_escl_driver = {
    .name = "escl",
    .list = escl_list,
    .open = escl_open,
    .describe = escl_describe,
    .start = escl_start,
    .next = escl_next,
    .rows = escl_rows,
    .cancel = escl_cancel,
    .status = escl_status,
    .close = escl_close,
    .stop = escl_stop,
};
