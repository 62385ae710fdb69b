/* SPDX-License-Identifier: Apache-2.0
 *
 * The device worker: one driver, one batch at a time, one thread. Commands are heard between two
 * strips and wherever a driver waits.
 */
#include "drivers/device_worker.h"

#include "appliance/base/worker.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define LOOK_MS 250  /* between two looks at button and paper */
#define END_MS  5000 /* a driver's time to end once the client is gone */

gint64 device_worker_now_ms(void *self G_GNUC_UNUSED)
{
    return g_get_monotonic_time() / 1000;
}

void device_worker_say_with(DeviceWorker *worker, const WireMessage *message, int fd)
{
    g_autoptr(GError) error = NULL;

    worker->spoken_ms = device_worker_now_ms(NULL);
    if (!wire_say(worker->socket, message, fd, &error)) {
        worker->gone = TRUE;
        worker->cancelled = TRUE;
    }
}

void device_worker_say(DeviceWorker *worker, const WireMessage *message)
{
    device_worker_say_with(worker, message, -1);
}

static void say_fault(DeviceWorker *worker, const GError *error)
{
    WireMessage message = {.kind = WIRE_FAULT, .code = error_code(error)};

    g_strlcpy(message.text, error->message, sizeof message.text);
    device_worker_say(worker, &message);
}

static void put_info(WireMessage *message, const ScannerInfo *info)
{
    g_strlcpy(message->name, info->name, sizeof message->name);
    g_strlcpy(message->vendor, info->vendor, sizeof message->vendor);
    g_strlcpy(message->model, info->model, sizeof message->model);
    g_strlcpy(message->serial, info->serial, sizeof message->serial);
}

/* --- settling --- */

static void settle_file(DeviceWorker *worker, guint index, const WireMessage *message)
{
    const char *refusal = message->text[0] != '\0' ? message->text : NULL;
    WireMessage answer = {.kind = WIRE_UNSETTLED, .ticket = message->ticket};
    g_autoptr(GError) error = NULL;

    worker->files[index] = 0;
    if (worker->scanner == NULL ||
        scanner_settle(worker->scanner, worker->driver_ids[index], refusal, &error))
        return;
    g_strlcpy(answer.text, error->message, sizeof answer.text);
    device_worker_say(worker, &answer);
}

static void settle(DeviceWorker *worker, const WireMessage *message)
{
    for (guint i = 0; i < DEVICE_PAGES; i++)
        if (worker->pages[i].held_by == message->id)
            worker->pages[i].held_by = 0;
    for (guint i = 0; i < DEVICE_FILES; i++)
        if (worker->files[i] == message->id)
            settle_file(worker, i, message);
}

/* --- commands that may come at any time --- */

static void obey_in_batch(DeviceWorker *worker, const WireMessage *message)
{
    if (message->kind == WIRE_SETTLE) {
        settle(worker, message);
    } else if (message->kind == WIRE_STOP) {
        worker->stopping = TRUE;
        scanner_stop(worker->scanner);
    } else if (message->kind == WIRE_CANCEL) {
        worker->cancelled = TRUE;
    } else if (message->kind == WIRE_CONTINUE) {
        worker->going_on = TRUE;
    } else if (message->kind == WIRE_WATCH) {
        worker->watching = message->flag;
    }
}

/* One message, or FALSE when none comes in time or the client is gone. */
static gboolean hear(DeviceWorker *worker, int timeout_ms, WireMessage *message)
{
    g_autoptr(GError) error = NULL;
    g_auto(Fd) fd = -1;

    if (wire_hear(worker->socket, timeout_ms, message, &fd, &error))
        return TRUE;
    worker->gone |= error_code(error) != ERROR_DEVICE_SILENT;
    worker->cancelled |= worker->gone;
    return FALSE;
}

gboolean device_worker_listen(DeviceWorker *worker, gint64 ms)
{
    WireMessage message;

    if (hear(worker, (int)MIN(ms, worker->alive_ms), &message))
        obey_in_batch(worker, &message);
    if (device_worker_now_ms(NULL) - worker->spoken_ms >= worker->alive_ms)
        device_worker_say(worker, &(WireMessage){.kind = WIRE_ALIVE});
    return !worker->cancelled;
}

gboolean device_worker_wait(void *self, guint ms)
{
    DeviceWorker *worker = self;
    gint64 until_ms = device_worker_now_ms(NULL) + ms;
    gint64 left_ms = ms;

    do {
        if (!device_worker_listen(worker, left_ms))
            break;
        left_ms = until_ms - device_worker_now_ms(NULL);
    } while (left_ms > 0);
    return !worker->cancelled;
}

/* --- idle --- */

static void do_list(DeviceWorker *worker, const WireMessage *order)
{
    g_autoptr(GPtrArray) found = NULL;
    g_autoptr(GError) error = NULL;

    if (order->name[0] != '\0') {
        g_ptr_array_add(worker->configured, g_strdup(order->name));
        return;
    }
    g_ptr_array_add(worker->configured, NULL);
    found = scanner_list((const char *const *)worker->configured->pdata, &worker->host, &error);
    g_ptr_array_set_size(worker->configured, 0);
    if (found == NULL) {
        say_fault(worker, error);
        return;
    }
    for (guint i = 0; i < found->len; i++) {
        WireMessage message = {.kind = WIRE_FOUND};

        put_info(&message, g_ptr_array_index(found, i));
        device_worker_say(worker, &message);
    }
    device_worker_say(worker, &(WireMessage){.kind = WIRE_LISTED});
}

static void do_open_reader(DeviceWorker *worker, const WireMessage *order)
{
    WireMessage message = {.kind = WIRE_OPENED};
    g_autoptr(GError) error = NULL;

    worker->reader = reader_open(order->name, &error);
    if (worker->reader == NULL) {
        say_fault(worker, error);
        return;
    }
    g_strlcpy(message.name, order->name, sizeof message.name);
    device_worker_say(worker, &message);
}

static void do_open(DeviceWorker *worker, const WireMessage *order)
{
    WireMessage message = {.kind = WIRE_OPENED};
    g_autoptr(GError) error = NULL;

    if (reader_is_name(order->name)) {
        do_open_reader(worker, order);
        return;
    }

    g_clear_pointer(&worker->scanner, scanner_free);
    worker->scanner = scanner_open(order->name, &worker->host, &error);
    if (worker->scanner == NULL) {
        say_fault(worker, error);
        return;
    }
    put_info(&message, scanner_info(worker->scanner));
    message.capabilities = *scanner_capabilities(worker->scanner);
    device_worker_say(worker, &message);
}

static void do_ask(DeviceWorker *worker)
{
    WireMessage message = {.kind = WIRE_STATUS};
    g_autoptr(GError) error = NULL;

    if (scanner_status(worker->scanner, &message.status, &error))
        device_worker_say(worker, &message);
    else
        say_fault(worker, error);
}

static void obey(DeviceWorker *worker, const WireMessage *message)
{
    if (message->kind == WIRE_LIST)
        do_list(worker, message);
    else if (message->kind == WIRE_OPEN)
        do_open(worker, message);
    else if (worker->scanner == NULL)
        worker->gone = TRUE; /* out of turn: nothing sensible can follow */
    else if (message->kind == WIRE_ASK)
        do_ask(worker);
    else if (message->kind == WIRE_START)
        device_batch_run(worker, message);
    else if (message->kind == WIRE_SETTLE)
        settle(worker, message);
    else if (message->kind == WIRE_WATCH)
        worker->watching = message->flag;
}

/* A trigger is an edge: paper that lay there before does not start a batch again and again. */
static void look(DeviceWorker *worker)
{
    g_autoptr(GError) error = NULL;
    ScannerStatus status;
    gboolean pressed;
    gboolean loaded;

    if (!scanner_button(worker->scanner, &pressed, &error) ||
        !scanner_status(worker->scanner, &status, &error))
        return;
    loaded = status.paper == SCANNER_PAPER_LOADED;
    if (pressed || (loaded && !worker->loaded_before))
        device_worker_say(worker, &(WireMessage){.kind = WIRE_TRIGGER});
    worker->loaded_before = loaded;
}

/* All codes that the reader has now; one that is gone ends the worker. */
static void read_codes(DeviceWorker *worker)
{
    g_autoptr(GError) error = NULL;
    ReaderEvent event;

    do {
        WireMessage message = {.kind = WIRE_CODE};

        if (!reader_next(worker->reader, device_worker_now_ms(NULL), &event, &error) ||
            event.kind == READER_GONE) {
            worker->gone = TRUE;
            return;
        }
        if (event.kind == READER_QUIET)
            return;
        message.flag = event.kind == READER_DAMAGED;
        g_strlcpy(message.text, event.text, sizeof message.text);
        device_worker_say(worker, &message);
    } while (!worker->gone);
}

static void wait_for_codes(DeviceWorker *worker)
{
    struct pollfd fds[] = {{.fd = worker->socket, .events = POLLIN},
                           {.fd = reader_poll_fd(worker->reader), .events = POLLIN}};

    if (poll(fds, G_N_ELEMENTS(fds), -1) < 0 && errno != EINTR)
        worker->gone = TRUE;
    if (fds[0].revents != 0) /* a reader takes no commands: the client has closed its end */
        worker->gone = TRUE;
    else if (fds[1].revents != 0)
        read_codes(worker);
}

/* Vendors' code may hang for ever, and nobody kills a worker that the service manager started. */
static void *end_with_client(void *data G_GNUC_UNUSED)
{
    struct pollfd client = {WORKER_SOCKET, 0, 0};

    while (poll(&client, 1, -1) < 0 && errno == EINTR)
        continue;
    (void)poll(NULL, 0, END_MS);
    _exit(1);
}

int device_worker_main(void)
{
    pthread_t watcher;

    DeviceWorker worker = {
        .socket = WORKER_SOCKET,
        .configured = g_ptr_array_new_with_free_func(g_free),
        .alive_ms = DEVICE_ALIVE_MS,
    };

    if (pthread_create(&watcher, NULL, end_with_client, NULL) != 0)
        return 1;
    pthread_detach(watcher);
    /* SANE's net backend writes to a server that may be gone */
    signal(SIGPIPE, SIG_IGN);
    worker.host =
        (ScannerHost){.now_ms = device_worker_now_ms, .wait = device_worker_wait, .self = &worker};
    for (guint i = 0; i < DEVICE_PAGES; i++)
        worker.pages[i] = DEVICE_PAGE_NONE;
    while (!worker.gone) {
        WireMessage message;

        if (worker.reader != NULL)
            wait_for_codes(&worker);
        else if (hear(&worker, worker.watching ? LOOK_MS : -1, &message))
            obey(&worker, &message);
        else if (!worker.gone)
            look(&worker);
    }
    g_clear_pointer(&worker.scanner, scanner_free);
    g_clear_pointer(&worker.reader, reader_free);
    g_ptr_array_unref(worker.configured);
    for (guint i = 0; i < DEVICE_PAGES; i++)
        device_page_clear(&worker.pages[i]);
    return 0;
}
