/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/device.h"

#include "appliance/base/worker.h"
#include "drivers/device_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define RETURN_STEP_US 200000 /* between two tries for a device on its way back */

/* A side that has not been given back. */
typedef struct {
    guint64 id;
    guint64 worker_id;
    guint generation; /* of the worker that sent it */
    Fd page_fd;       /* -1 for a file */
} Held;

/* What is still owed of a batch once the worker is gone, in this order. */
typedef enum {
    OWED_NOTHING,
    OWED_IMAGE_END,
    OWED_STATUS,
    OWED_BATCH_END,
} Owed;

struct Device {
    Worker worker;
    guint generation;
    ScannerInfo info;
    ScannerCapabilities capabilities;
    Fd slots[DEVICE_PAGES];
    GArray *held; /* Held */
    guint64 last_id;
    guint64 open_id; /* the side whose IMAGE_END is to come; 0 = none */
    ScannerGeometry geometry;
    ScannerProgress progress;
    gboolean in_batch;
    gboolean triggered; /* heard while waiting for something else */
    guint sides;
    gint64 silence_ms;
    gint64 heard_ms;
    Owed owed;
    ScannerStatus last;
};

/* --- messages --- */

static gboolean tell(Device *device, const WireMessage *message, GError **error)
{
    if (!worker_is_running(&device->worker))
        return error_set(error, ERROR_DEVICE_LOST, "%s: its worker is gone", device->info.name);
    return wire_say(device->worker.socket, message, -1, error);
}

static gboolean tell_kind(Device *device, WireKind kind, GError **error)
{
    return tell(device, &(WireMessage){.kind = kind}, error);
}

/* Wait for the answer to what was just told; WIRE_FAULT becomes the error. */
static gboolean hear_answer(int socket, WireMessage *answer, GError **error)
{
    do {
        g_auto(Fd) fd = -1;

        if (!wire_hear(socket, DEVICE_ANSWER_MS, answer, &fd, error))
            return FALSE;
    } while (answer->kind == WIRE_ALIVE);
    if (answer->kind == WIRE_FAULT)
        return error_set(error, answer->code, "%s", answer->text);
    return TRUE;
}

static ScannerInfo *info_from(const WireMessage *message)
{
    ScannerInfo *info = g_new0(ScannerInfo, 1);

    info->name = g_strdup(message->name);
    info->vendor = g_strdup(message->vendor);
    info->model = g_strdup(message->model);
    info->serial = g_strdup(message->serial);
    return info;
}

/* --- list --- */

static gboolean tell_names(int socket, const char *const *configured, GError **error)
{
    WireMessage message = {.kind = WIRE_LIST};

    for (gsize i = 0; configured != NULL && configured[i] != NULL; i++) {
        if (configured[i][0] == '\0' ||
            g_strlcpy(message.name, configured[i], sizeof message.name) >= sizeof message.name)
            return error_set(error, ERROR_INVALID, "device name %s", configured[i]);
        if (!wire_say(socket, &message, -1, error))
            return FALSE;
    }
    message.name[0] = '\0';
    return wire_say(socket, &message, -1, error);
}

GPtrArray *device_list(const char *const *configured, GError **error)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func((GDestroyNotify)scanner_info_free);
    WireMessage message = {0};
    gboolean heard;
    Worker worker;

    if (!worker_start(&worker, "device", error))
        return NULL;
    heard = tell_names(worker.socket, configured, error);
    while (heard && message.kind != WIRE_LISTED) {
        heard = hear_answer(worker.socket, &message, error);
        if (heard && message.kind == WIRE_FOUND)
            g_ptr_array_add(found, info_from(&message));
    }
    worker_stop(&worker);
    return heard ? g_steal_pointer(&found) : NULL;
}

/* --- open --- */

static void close_slots(Device *device)
{
    for (guint i = 0; i < DEVICE_PAGES; i++)
        fd_close(fd_steal(&device->slots[i]));
}

static gboolean open_in_worker(Device *device, WireMessage *answer, GError **error)
{
    WireMessage message = {.kind = WIRE_OPEN};

    if (g_strlcpy(message.name, device->info.name, sizeof message.name) >= sizeof message.name)
        return error_set(error, ERROR_NO_DEVICE, "%s: name too long", device->info.name);
    if (!tell(device, &message, error) || !hear_answer(device->worker.socket, answer, error))
        return FALSE;
    if (answer->kind != WIRE_OPENED)
        return error_set(error, ERROR_WORKER, "%s: answer out of turn", device->info.name);
    return TRUE;
}

static void take_opened(Device *device, const WireMessage *answer)
{
    g_autoptr(ScannerInfo) info = info_from(answer);

    g_free(device->info.vendor);
    g_free(device->info.model);
    g_free(device->info.serial);
    device->info.vendor = g_steal_pointer(&info->vendor);
    device->info.model = g_steal_pointer(&info->model);
    device->info.serial = g_steal_pointer(&info->serial);
    device->capabilities = answer->capabilities;
}

gboolean device_reopen(Device *device, GError **error)
{
    WireMessage answer;

    worker_stop(&device->worker);
    close_slots(device);
    device->generation++;
    device->in_batch = FALSE;
    device->open_id = 0;
    device->owed = OWED_NOTHING;
    if (!worker_start(&device->worker, "device", error))
        return FALSE;
    if (!open_in_worker(device, &answer, error)) {
        worker_stop(&device->worker);
        return FALSE;
    }
    take_opened(device, &answer);
    return TRUE;
}

gboolean device_return(Device *device, GError **error)
{
    gint64 until_us = g_get_monotonic_time() + DEVICE_RETURN_MS * 1000;
    g_autoptr(GError) why = NULL;

    while (!device_reopen(device, &why)) {
        if (g_get_monotonic_time() >= until_us) {
            g_propagate_error(error, g_steal_pointer(&why));
            return FALSE;
        }
        g_clear_error(&why);
        g_usleep(RETURN_STEP_US);
    }
    return TRUE;
}

static void held_clear(void *data)
{
    fd_close(((Held *)data)->page_fd);
}

Device *device_open(const char *name, GError **error)
{
    g_autoptr(Device) device = g_new0(Device, 1);

    device->worker = WORKER_NONE;
    device->info.name = g_strdup(name);
    device->held = g_array_new(FALSE, TRUE, sizeof(Held));
    g_array_set_clear_func(device->held, held_clear);
    for (guint i = 0; i < DEVICE_PAGES; i++)
        device->slots[i] = -1;
    if (!device_reopen(device, error))
        return NULL;
    return g_steal_pointer(&device);
}

const ScannerInfo *device_info(const Device *device)
{
    return &device->info;
}

const ScannerCapabilities *device_capabilities(const Device *device)
{
    return &device->capabilities;
}

int device_poll_fd(const Device *device)
{
    return device->worker.socket;
}

pid_t device_pid(const Device *device)
{
    return device->worker.pid;
}

/* --- the loss of a worker --- */

static gint64 now_ms(void)
{
    return g_get_monotonic_time() / 1000;
}

/* Remember what the reader of events is still owed. */
static void lose(Device *device, ScannerReason reason, const char *why)
{
    int status = worker_stop(&device->worker);

    device->last = (ScannerStatus){.reason = reason, .counter = -1};
    if (reason == SCANNER_LOST && WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
        g_snprintf(device->last.detail, sizeof device->last.detail, "worker ended by signal %d",
                   WTERMSIG(status));
    else
        g_strlcpy(device->last.detail, why, sizeof device->last.detail);
    device->owed = device->open_id != 0 ? OWED_IMAGE_END : OWED_STATUS;
}

static gboolean pay(Device *device, DeviceEvent *event)
{
    switch (device->owed) {
    case OWED_NOTHING:
        event->kind = device->triggered ? DEVICE_TRIGGER : DEVICE_NOTHING;
        device->triggered = FALSE;
        return event->kind != DEVICE_NOTHING;
    case OWED_IMAGE_END:
        event->kind = DEVICE_IMAGE_END;
        event->id = device->open_id;
        event->progress = device->progress;
        event->progress.ended = TRUE;
        event->progress.whole = FALSE;
        device->open_id = 0;
        device->owed = OWED_STATUS;
        return TRUE;
    case OWED_STATUS:
        event->kind = DEVICE_STATUS;
        device->owed = device->in_batch ? OWED_BATCH_END : OWED_NOTHING;
        break;
    case OWED_BATCH_END:
        event->kind = DEVICE_BATCH_END;
        device->in_batch = FALSE;
        device->owed = OWED_NOTHING;
        break;
    }
    event->status = device->last;
    event->sides = device->sides;
    return TRUE;
}

/* --- events --- */

static guint64 hold(Device *device, const WireMessage *message, int page_fd)
{
    Held held = {.id = ++device->last_id,
                 .worker_id = message->id,
                 .generation = device->generation,
                 .page_fd = page_fd};

    g_array_append_val(device->held, held);
    return held.id;
}

static guint64 id_of(const Device *device, guint64 worker_id)
{
    for (guint i = 0; i < device->held->len; i++) {
        const Held *held = &g_array_index(device->held, Held, i);

        if (held->worker_id == worker_id && held->generation == device->generation)
            return held->id;
    }
    return 0;
}

/* A page may be read as soon as it cannot shrink and is as large as its geometry says. */
static gboolean page_is_sound(int fd, const ScannerGeometry *geometry)
{
    gsize needed = scanner_page_bytes(geometry);
    int seals = fd >= 0 ? fcntl(fd, F_GET_SEALS) : -1;
    struct stat facts;

    return needed > 0 && seals >= 0 && (seals & F_SEAL_SHRINK) != 0 && fstat(fd, &facts) == 0 &&
           (guint64)facts.st_size >= needed;
}

static gboolean take_image_begin(Device *device, const WireMessage *message, Fd *fd,
                                 DeviceEvent *event)
{
    Fd *slot = &device->slots[message->slot];
    int page_fd;

    if (*fd >= 0) {
        fd_close(*slot);
        *slot = fd_steal(fd);
    }
    if (device->open_id != 0 || !page_is_sound(*slot, &message->geometry))
        return FALSE;
    page_fd = fcntl(*slot, F_DUPFD_CLOEXEC, 0);
    if (page_fd < 0)
        return FALSE;
    event->kind = DEVICE_IMAGE_BEGIN;
    event->id = hold(device, message, page_fd);
    event->sheet = message->sheet;
    event->back = message->flag;
    event->geometry = message->geometry;
    event->page_fd = page_fd;
    device->open_id = event->id;
    device->geometry = message->geometry;
    device->progress = (ScannerProgress){0};
    device->sides++;
    return TRUE;
}

/* Rows only grow and never beyond the page. */
static gboolean take_progress(Device *device, const WireMessage *message, DeviceEvent *event)
{
    const ScannerProgress *progress = &message->progress;
    guint64 bytes = (guint64)progress->rows * device->geometry.row_bytes;

    if (device->open_id == 0 || id_of(device, message->id) != device->open_id ||
        progress->rows < device->progress.rows || bytes > scanner_page_bytes(&device->geometry))
        return FALSE;
    device->progress = *progress;
    event->kind = message->kind == WIRE_ROWS ? DEVICE_ROWS : DEVICE_IMAGE_END;
    event->id = device->open_id;
    event->progress = *progress;
    if (event->kind == DEVICE_IMAGE_END)
        device->open_id = 0;
    return TRUE;
}

static gboolean take_file(Device *device, const WireMessage *message, Fd *fd, DeviceEvent *event)
{
    if (*fd < 0 || device->open_id != 0)
        return FALSE;
    event->kind = DEVICE_FILE;
    event->id = hold(device, message, -1);
    event->sheet = message->sheet;
    event->back = message->flag;
    event->fd = fd_steal(fd);
    event->progress = message->progress;
    g_strlcpy(event->media_type, message->media_type, sizeof event->media_type);
    g_strlcpy(event->source, message->name, sizeof event->source);
    device->sides++;
    return TRUE;
}

static gboolean take_status(Device *device, const WireMessage *message, DeviceEvent *event)
{
    gboolean is_end = message->kind == WIRE_BATCH_END;

    if (!device->in_batch || device->open_id != 0)
        return FALSE;
    event->kind = is_end ? DEVICE_BATCH_END : DEVICE_STATUS;
    event->status = message->status;
    event->sides = device->sides;
    if (is_end)
        device->in_batch = FALSE;
    return TRUE;
}

/* Turn a message into an event; FALSE where it is out of turn. WIRE_ALIVE gives DEVICE_NOTHING. */
static gboolean take(Device *device, const WireMessage *message, Fd *fd, DeviceEvent *event)
{
    switch (message->kind) {
    case WIRE_ALIVE:
        return TRUE;
    case WIRE_IMAGE_BEGIN:
        return take_image_begin(device, message, fd, event);
    case WIRE_ROWS:
    case WIRE_IMAGE_END:
        return take_progress(device, message, event);
    case WIRE_FILE:
        return take_file(device, message, fd, event);
    case WIRE_STATUS:
    case WIRE_BATCH_END:
        return take_status(device, message, event);
    case WIRE_QUESTION:
        event->kind = DEVICE_QUESTION;
        event->sides = device->sides;
        return TRUE;
    case WIRE_UNSETTLED:
        event->kind = DEVICE_UNSETTLED;
        event->id = message->ticket;
        g_strlcpy(event->status.detail, message->text, sizeof event->status.detail);
        return TRUE;
    case WIRE_TRIGGER:
        event->kind = DEVICE_TRIGGER;
        return TRUE;
    case WIRE_CODE:
        event->kind = message->flag ? DEVICE_CODE_DAMAGED : DEVICE_CODE;
        g_strlcpy(event->code, message->text, sizeof event->code);
        return TRUE;
    default:
        return FALSE;
    }
}

/* How long to wait for one message: the caller's time or the rule for silence, what is shorter. */
static int patience_ms(const Device *device, gint64 until_ms)
{
    gint64 left_ms = until_ms < 0 ? G_MAXINT : MAX(0, until_ms - now_ms());

    if (device->in_batch)
        left_ms = MIN(left_ms, MAX(0, device->heard_ms + device->silence_ms - now_ms()));
    return left_ms == G_MAXINT ? -1 : (int)left_ms;
}

/* One message; *event stays DEVICE_NOTHING on ALIVE and on time-out. */
static void step(Device *device, int timeout_ms, DeviceEvent *event)
{
    g_autoptr(GError) why = NULL;
    g_auto(Fd) fd = -1;
    WireMessage message;

    if (wire_hear(device->worker.socket, timeout_ms, &message, &fd, &why)) {
        device->heard_ms = now_ms();
        if (!take(device, &message, &fd, event))
            lose(device, SCANNER_LOST, "its worker speaks out of turn");
    } else if (error_code(why) != ERROR_DEVICE_SILENT) {
        lose(device, SCANNER_LOST, why->message);
    } else if (device->in_batch && now_ms() - device->heard_ms >= device->silence_ms) {
        lose(device, SCANNER_SILENT, "no word from its worker");
    }
}

gboolean device_next(Device *device, int timeout_ms, DeviceEvent *event, GError **error)
{
    gint64 until_ms = timeout_ms < 0 ? -1 : now_ms() + timeout_ms;

    *event = (DeviceEvent){.fd = -1, .page_fd = -1};
    while (event->kind == DEVICE_NOTHING) {
        if (pay(device, event))
            return TRUE;
        if (!worker_is_running(&device->worker))
            return error_set(error, ERROR_DEVICE_LOST, "%s: open it again", device->info.name);
        step(device, patience_ms(device, until_ms), event);
        if (event->kind == DEVICE_NOTHING && device->owed == OWED_NOTHING && until_ms >= 0 &&
            now_ms() >= until_ms)
            return TRUE;
    }
    return TRUE;
}

/* --- commands --- */

gboolean device_status(Device *device, ScannerStatus *status, GError **error)
{
    WireMessage answer;

    if (device->in_batch)
        return error_set(error, ERROR_BUSY, "%s: a batch runs", device->info.name);
    if (reader_is_name(device->info.name))
        return error_set(error, ERROR_INVALID, "%s: has no feeder", device->info.name);
    if (!tell_kind(device, WIRE_ASK, error))
        return FALSE;
    do {
        if (!hear_answer(device->worker.socket, &answer, error))
            return FALSE;
        device->triggered |= answer.kind == WIRE_TRIGGER;
    } while (answer.kind != WIRE_STATUS);
    *status = answer.status;
    return TRUE;
}

gboolean device_start(Device *device, const DeviceBatch *batch, GError **error)
{
    WireMessage message = {.kind = WIRE_START, .options = batch->scan};
    guint silence_ms = batch->scan.silence_ms > 0 ? batch->scan.silence_ms : SCANNER_SILENCE_MS;

    if (device->in_batch)
        return error_set(error, ERROR_BUSY, "%s: a batch runs", device->info.name);
    if (reader_is_name(device->info.name))
        return error_set(error, ERROR_INVALID, "%s: takes no paper", device->info.name);
    message.sides = batch->sides_max > 0 ? batch->sides_max : DEVICE_SIDES_MAX;
    if (!tell(device, &message, error))
        return FALSE;
    device->in_batch = TRUE;
    device->sides = 0;
    /* The worker's own rule gets the first word: it knows more. */
    device->silence_ms = 2 * (gint64)silence_ms;
    device->heard_ms = now_ms();
    return TRUE;
}

gboolean device_release(Device *device, guint64 id, const char *refusal, GError **error)
{
    g_autoptr(GError) why = NULL;
    WireMessage message = {.kind = WIRE_SETTLE};

    for (guint i = 0; i < device->held->len; i++) {
        const Held *held = &g_array_index(device->held, Held, i);
        gboolean is_of_this_worker = held->generation == device->generation;

        if (held->id != id)
            continue;
        message.id = held->worker_id;
        message.ticket = id;
        g_array_remove_index(device->held, i);
        if (!is_of_this_worker || !worker_is_running(&device->worker))
            return TRUE;
        if (refusal != NULL)
            g_strlcpy(message.text, refusal, sizeof message.text);
        /* A worker that has just died is told by the next event, as one that is known to be gone.
         */
        if (!tell(device, &message, &why))
            g_info("release: %s", why->message);
        return TRUE;
    }
    return error_set(error, ERROR_INTERNAL, "side %" G_GUINT64_FORMAT " is not held", id);
}

gboolean device_stop(Device *device, GError **error)
{
    return tell_kind(device, WIRE_STOP, error);
}

gboolean device_cancel(Device *device, GError **error)
{
    return tell_kind(device, WIRE_CANCEL, error);
}

gboolean device_continue(Device *device, GError **error)
{
    return tell_kind(device, WIRE_CONTINUE, error);
}

gboolean device_watch(Device *device, gboolean on, GError **error)
{
    return tell(device, &(WireMessage){.kind = WIRE_WATCH, .flag = on}, error);
}

void device_free(Device *device)
{
    if (device == NULL)
        return;
    worker_stop(&device->worker);
    close_slots(device);
    g_array_unref(device->held);
    g_free(device->info.name);
    g_free(device->info.vendor);
    g_free(device->info.model);
    g_free(device->info.serial);
    g_free(device);
}
