/* SPDX-License-Identifier: Apache-2.0
 *
 * The device worker: one driver, one batch at a time, one thread. Commands are heard between two
 * strips and wherever a driver waits.
 */
#include "drivers/device_wire.h"

#include "appliance/base/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ALIVE_MS 1000 /* at least one word in this time while a batch runs */
#define LOOK_MS  250  /* between two looks at button and paper */
#define END_MS   5000 /* a driver's time to end once the client is gone */

typedef struct {
    Fd fd;
    guint8 *bytes;
    gsize size;
    guint64 held_by; /* the id of the side that stands in it; 0 = free */
} Page;

typedef struct {
    int socket;
    ScannerHost host;
    Scanner *scanner;
    Reader *reader;        /* instead */
    GPtrArray *configured; /* names collected by WIRE_LIST */
    Page pages[DEVICE_PAGES];
    guint64 files[DEVICE_FILES]; /* ids in work; 0 = free */
    guint64 driver_ids[DEVICE_FILES];
    guint64 last_id;
    guint sides;
    guint sheets; /* begun in this batch */
    guint sides_limit;
    guint alive_ms;
    gint64 spoken_ms;
    gboolean watching;
    gboolean loaded_before;
    gboolean stopping;
    gboolean cancelled;
    gboolean going_on;
    gboolean half_seen; /* an image that is not whole: the batch ends after what is under way */
    gboolean back_owed; /* duplex: the last image is a front */
    gboolean gone;      /* the client closed its end */
} DeviceWorker;

static gint64 monotonic_ms(void *self G_GNUC_UNUSED)
{
    return g_get_monotonic_time() / 1000;
}

/* A client that is gone ends everything. */
static void say_with(DeviceWorker *worker, const WireMessage *message, int fd)
{
    g_autoptr(GError) error = NULL;

    worker->spoken_ms = monotonic_ms(NULL);
    if (!message_send(worker->socket, message, sizeof *message, &fd, fd >= 0 ? 1 : 0, &error)) {
        worker->gone = TRUE;
        worker->cancelled = TRUE;
    }
}

static void say(DeviceWorker *worker, const WireMessage *message)
{
    say_with(worker, message, -1);
}

static void say_fault(DeviceWorker *worker, const GError *error)
{
    WireMessage message = {.kind = WIRE_FAULT, .code = error_code(error)};

    g_strlcpy(message.text, error->message, sizeof message.text);
    say(worker, &message);
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
    say(worker, &answer);
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
    Received received;

    if (!message_receive(worker->socket, message, sizeof *message, timeout_ms, &received, &error)) {
        worker->gone |= error_code(error) != ERROR_DEVICE_SILENT;
        worker->cancelled |= worker->gone;
        return FALSE;
    }
    for (gsize i = 0; i < received.n_fds; i++)
        fd_close(received.fds[i]);
    if (received.size != sizeof *message) {
        worker->gone = TRUE;
        worker->cancelled = TRUE;
        return FALSE;
    }
    return TRUE;
}

/* Until a command has come or a sign of life is due; FALSE when the batch is to be given up. */
static gboolean listen_once(DeviceWorker *worker, gint64 ms)
{
    WireMessage message;

    if (hear(worker, (int)MIN(ms, worker->alive_ms), &message))
        obey_in_batch(worker, &message);
    if (monotonic_ms(NULL) - worker->spoken_ms >= worker->alive_ms)
        say(worker, &(WireMessage){.kind = WIRE_ALIVE});
    return !worker->cancelled;
}

static gboolean batch_wait(void *self, guint ms)
{
    DeviceWorker *worker = self;
    gint64 until_ms = monotonic_ms(NULL) + ms;
    gint64 left_ms = ms;

    do {
        if (!listen_once(worker, left_ms))
            break;
        left_ms = until_ms - monotonic_ms(NULL);
    } while (left_ms > 0);
    return !worker->cancelled;
}

/* --- pages --- */

/* Growing only: the client's map of an earlier side must never lose its ground. */
static gboolean page_make(Page *page, gsize size, GError **error)
{
    void *bytes;

    if (page->fd >= 0 && page->size >= size)
        return TRUE;
    if (page->fd < 0) {
        page->fd = memfd_new("page", 0, error);
        if (page->fd < 0)
            return FALSE;
        if (fcntl(page->fd, F_ADD_SEALS, F_SEAL_SHRINK) != 0)
            return error_set_errno(error, ERROR_IO, errno, "seal page");
    }
    if (ftruncate(page->fd, (off_t)size) != 0)
        return error_set_errno(error, ERROR_IO, errno, "page of %zu bytes", size);
    bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, page->fd, 0);
    if (bytes == MAP_FAILED)
        return error_set_errno(error, ERROR_IO, errno, "map page of %zu bytes", size);
    if (page->bytes != NULL)
        munmap(page->bytes, page->size);
    page->bytes = bytes;
    page->size = size;
    return TRUE;
}

/* Wait for a free page; NULL when the batch was given up. */
static Page *page_wait(DeviceWorker *worker)
{
    for (;;) {
        for (guint i = 0; i < DEVICE_PAGES; i++)
            if (worker->pages[i].held_by == 0)
                return &worker->pages[i];
        if (!listen_once(worker, worker->alive_ms))
            return NULL;
    }
}

static guint64 *file_wait(DeviceWorker *worker)
{
    for (;;) {
        for (guint i = 0; i < DEVICE_FILES; i++)
            if (worker->files[i] == 0)
                return &worker->files[i];
        if (!listen_once(worker, worker->alive_ms))
            return NULL;
    }
}

/* --- one side --- */

static gboolean deliver_rows(DeviceWorker *worker, const Page *page, GError **error)
{
    WireMessage message = {.kind = WIRE_ROWS, .id = page->held_by};
    ScannerProgress *progress = &message.progress;

    while (!progress->ended) {
        if (!scanner_rows(worker->scanner, page->bytes, page->size, progress, error))
            break;
        if (!progress->ended)
            say(worker, &message);
        if (!batch_wait(worker, 0)) {
            scanner_cancel(worker->scanner);
            error_set(error, ERROR_CANCELLED, "given up in an image");
            break;
        }
    }
    message.kind = WIRE_IMAGE_END;
    progress->whole &= progress->ended;
    worker->half_seen |= !progress->whole;
    progress->ended = TRUE;
    say(worker, &message);
    return *error == NULL;
}

static gboolean deliver_strips(DeviceWorker *worker, const ScannerImage *image, GError **error)
{
    WireMessage message = {.kind = WIRE_IMAGE_BEGIN, .sheet = worker->sheets, .flag = image->back};
    Page *page = page_wait(worker);
    gboolean is_new;

    if (page == NULL)
        return error_set(error, ERROR_CANCELLED, "given up before an image");
    is_new = page->fd < 0;
    if (!page_make(page, scanner_page_bytes(&image->geometry), error))
        return FALSE;
    page->held_by = ++worker->last_id;
    message.id = page->held_by;
    message.slot = (guint)(page - worker->pages);
    message.geometry = image->geometry;
    say_with(worker, &message, is_new ? page->fd : -1);
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
    say_with(worker, &message, image->fd);
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
    say(worker, &(WireMessage){.kind = WIRE_QUESTION, .sides = worker->sides});
    while (!worker->going_on && !worker->stopping)
        if (!listen_once(worker, worker->alive_ms))
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

        if (!ask_to_go_on(worker, step, error) || !batch_wait(worker, 0)) {
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

static void run_batch(DeviceWorker *worker, const WireMessage *order)
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
    worker->alive_ms = MAX(1, MIN(ALIVE_MS, silence_ms / 4));
    if (!run_stack(worker, order, &fault) && fault == NULL)
        error_set(&fault, ERROR_CANCELLED, "given up");
    judge(worker, fault, &message.status);
    say(worker, &message);
    message.kind = WIRE_BATCH_END;
    message.sides = worker->sides;
    say(worker, &message);
    worker->loaded_before = message.status.paper == SCANNER_PAPER_LOADED;
    worker->cancelled = worker->gone;
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
        say(worker, &message);
    }
    say(worker, &(WireMessage){.kind = WIRE_LISTED});
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
    say(worker, &message);
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
    say(worker, &message);
}

static void do_ask(DeviceWorker *worker)
{
    WireMessage message = {.kind = WIRE_STATUS};
    g_autoptr(GError) error = NULL;

    if (scanner_status(worker->scanner, &message.status, &error))
        say(worker, &message);
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
        run_batch(worker, message);
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
        say(worker, &(WireMessage){.kind = WIRE_TRIGGER});
    worker->loaded_before = loaded;
}

/* All codes that the reader has now; one that is gone ends the worker. */
static void read_codes(DeviceWorker *worker)
{
    g_autoptr(GError) error = NULL;
    ReaderEvent event;

    do {
        WireMessage message = {.kind = WIRE_CODE};

        if (!reader_next(worker->reader, monotonic_ms(NULL), &event, &error) ||
            event.kind == READER_GONE) {
            worker->gone = TRUE;
            return;
        }
        if (event.kind == READER_QUIET)
            return;
        message.flag = event.kind == READER_DAMAGED;
        g_strlcpy(message.text, event.text, sizeof message.text);
        say(worker, &message);
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
        .alive_ms = ALIVE_MS,
    };

    if (pthread_create(&watcher, NULL, end_with_client, NULL) != 0)
        return 1;
    pthread_detach(watcher);
    /* SANE's net backend writes to a server that may be gone */
    signal(SIGPIPE, SIG_IGN);
    worker.host = (ScannerHost){.now_ms = monotonic_ms, .wait = batch_wait, .self = &worker};
    for (guint i = 0; i < DEVICE_PAGES; i++)
        worker.pages[i].fd = -1;
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
    for (guint i = 0; i < DEVICE_PAGES; i++) {
        if (worker.pages[i].bytes != NULL)
            munmap(worker.pages[i].bytes, worker.pages[i].size);
        fd_close(worker.pages[i].fd);
    }
    return 0;
}
