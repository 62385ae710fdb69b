/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/device_worker.h"

/* Wait for a free page; NULL when the batch was given up. */
static DevicePage *page_wait(DeviceWorker *worker)
{
    for (;;) {
        for (guint i = 0; i < DEVICE_PAGES; i++)
            if (worker->pages[i].held_by == 0)
                return &worker->pages[i];
        if (!device_worker_listen(worker, worker->alive_ms))
            return NULL;
    }
}

static guint64 *file_wait(DeviceWorker *worker)
{
    for (;;) {
        for (guint i = 0; i < DEVICE_FILES; i++)
            if (worker->files[i] == 0)
                return &worker->files[i];
        if (!device_worker_listen(worker, worker->alive_ms))
            return NULL;
    }
}

/* --- one side --- */

static gboolean deliver_rows(DeviceWorker *worker, const DevicePage *page, GError **error)
{
    WireMessage message = {.kind = WIRE_ROWS, .id = page->held_by};
    ScannerProgress *progress = &message.progress;

    while (!progress->ended) {
        if (!scanner_rows(worker->scanner, page->bytes, page->size, progress, error))
            break;
        if (!progress->ended)
            device_worker_say(worker, &message);
        if (!device_worker_wait(worker, 0)) {
            scanner_cancel(worker->scanner);
            error_set(error, ERROR_CANCELLED, "given up in an image");
            break;
        }
    }
    message.kind = WIRE_IMAGE_END;
    progress->whole &= progress->ended;
    worker->half_seen |= !progress->whole;
    progress->ended = TRUE;
    device_worker_say(worker, &message);
    return *error == NULL;
}

static gboolean deliver_strips(DeviceWorker *worker, const ScannerImage *image, GError **error)
{
    WireMessage message = {.kind = WIRE_IMAGE_BEGIN, .sheet = worker->sheets, .flag = image->back};
    DevicePage *page = page_wait(worker);
    gboolean is_new;

    if (page == NULL)
        return error_set(error, ERROR_CANCELLED, "given up before an image");
    is_new = page->fd < 0;
    if (!device_page_make(page, scanner_page_bytes(&image->geometry), error))
        return FALSE;
    page->held_by = ++worker->last_id;
    message.id = page->held_by;
    message.slot = (guint)(page - worker->pages);
    message.geometry = image->geometry;
    device_worker_say_with(worker, &message, is_new ? page->fd : -1);
    return deliver_rows(worker, page, error);
}

static gboolean deliver_file(DeviceWorker *worker, const ScannerImage *image, GError **error)
{
    WireMessage message = {.kind = WIRE_FILE, .sheet = worker->sheets, .flag = image->back};
    guint64 *file = file_wait(worker);

    if (file == NULL)
        return error_set(error, ERROR_CANCELLED, "given up before a file");
    *file = ++worker->last_id;
    worker->driver_ids[file - worker->files] = image->id;
    message.id = *file;
    message.progress = (ScannerProgress){.ended = TRUE, .whole = !image->half};
    worker->half_seen |= image->half;
    g_strlcpy(message.name, image->source, sizeof message.name);
    g_strlcpy(message.media_type, image->media_type, sizeof message.media_type);
    device_worker_say_with(worker, &message, image->fd);
    return TRUE;
}

static gboolean deliver(DeviceWorker *worker, ScannerImage *image, GError **error)
{
    g_auto(Fd) fd = image->fd;
    gboolean delivered;

    worker->sides++;
    worker->sheets += image->back ? 0 : 1;
    worker->back_owed = !image->back;
    delivered = fd < 0 ? deliver_strips(worker, image, error) : deliver_file(worker, image, error);
    if (!delivered)
        scanner_cancel(worker->scanner);
    else if (worker->half_seen)
        scanner_stop(worker->scanner);
    return delivered;
}

/* --- the batch --- */

/* Endless pages: a question, and patience until it is answered. */
static gboolean ask_to_go_on(DeviceWorker *worker, guint step, GError **error)
{
    if (worker->sides < worker->sides_limit || worker->stopping)
        return TRUE;
    worker->going_on = FALSE;
    device_worker_say(worker, &(WireMessage){.kind = WIRE_QUESTION, .sides = worker->sides});
    while (!worker->going_on && !worker->stopping)
        if (!device_worker_listen(worker, worker->alive_ms))
            return error_set(error, ERROR_CANCELLED, "given up after %u sides", worker->sides);
    worker->sides_limit += step;
    return TRUE;
}

/* All sides until the device says that it has no more. */
static gboolean run_sheets(DeviceWorker *worker, guint step, GError **error)
{
    for (;;) {
        ScannerImage image;
        ScannerStep next;

        if (!ask_to_go_on(worker, step, error) || !device_worker_wait(worker, 0)) {
            scanner_cancel(worker->scanner);
            return FALSE;
        }
        next = scanner_next(worker->scanner, &image, error);
        if (next == SCANNER_STEP_END)
            return TRUE;
        if (next == SCANNER_STEP_FAULT || !deliver(worker, &image, error))
            return FALSE;
    }
}

static gboolean paper_is_left(DeviceWorker *worker)
{
    g_autoptr(GError) error = NULL;
    ScannerStatus status;

    return scanner_status(worker->scanner, &status, &error) && status.reason == SCANNER_OK &&
           status.paper == SCANNER_PAPER_LOADED;
}

/* Devices say "no documents" early: go on as long as that brings a sheet. */
static gboolean run_stack(DeviceWorker *worker, const WireMessage *order, GError **error)
{
    guint before;

    do {
        before = worker->sides;
        if (!scanner_start(worker->scanner, &order->options, error) ||
            !run_sheets(worker, order->sides, error))
            return FALSE;
        if (worker->half_seen)
            return scanner_fault(error, SCANNER_HALF_IMAGE, "an image broke off");
        if (worker->back_owed && order->options.duplex)
            return scanner_fault(error, SCANNER_HALF_IMAGE,
                                 "the back of the last sheet is missing");
        if (worker->stopping || !paper_is_left(worker))
            return TRUE;
    } while (worker->sides > before);
    return scanner_fault(error, SCANNER_MIS_PICK, "paper is loaded and none comes");
}

/* The device's own word where it is more exact than the fault. */
static void judge(DeviceWorker *worker, const GError *fault, ScannerStatus *status)
{
    ScannerReason told = fault != NULL ? scanner_reason_of(fault) : SCANNER_OK;
    g_autoptr(GError) error = NULL;

    if (told == SCANNER_LOST || told == SCANNER_SILENT)
        *status = (ScannerStatus){.counter = -1};
    else if (!scanner_status(worker->scanner, status, &error))
        told = scanner_reason_of(error);
    if (worker->cancelled && told == SCANNER_FAILED)
        told = SCANNER_OK;
    if (told != SCANNER_OK &&
        !((told == SCANNER_FAILED || told == SCANNER_JAM) && status->reason != SCANNER_OK))
        status->reason = told;
    if (fault != NULL && status->detail[0] == '\0')
        g_strlcpy(status->detail, fault->message, sizeof status->detail);
}

void device_batch_run(DeviceWorker *worker, const WireMessage *order)
{
    WireMessage message = {.kind = WIRE_STATUS};
    guint silence_ms =
        order->options.silence_ms > 0 ? order->options.silence_ms : SCANNER_SILENCE_MS;
    g_autoptr(GError) fault = NULL;

    worker->sides = 0;
    worker->sheets = 0;
    worker->sides_limit = order->sides;
    worker->stopping = FALSE;
    worker->cancelled = FALSE;
    worker->half_seen = FALSE;
    worker->back_owed = FALSE;
    worker->alive_ms = MAX(1, MIN(DEVICE_ALIVE_MS, silence_ms / 4));
    if (!run_stack(worker, order, &fault) && fault == NULL)
        error_set(&fault, ERROR_CANCELLED, "given up");
    judge(worker, fault, &message.status);
    device_worker_say(worker, &message);
    message.kind = WIRE_BATCH_END;
    message.sides = worker->sides;
    device_worker_say(worker, &message);
    worker->loaded_before = message.status.paper == SCANNER_PAPER_LOADED;
    worker->cancelled = worker->gone;
}
