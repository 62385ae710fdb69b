/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/printing/print_queue.h"

#include "appliance/base/json.h"
#include "appliance/base/random.h"
#include "appliance/printing/receipt_raster.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#define FOLDER      "print"
#define SETTING     "printer"
#define FILE_MAX    (64 * 1024 * 1024)
#define TYPE_PDF    "application/pdf"
#define TYPE_BITMAP "image/x-portable-bitmap"

/* ── the default printer ─────────────────────────────────────────────────────────────────── */

char *print_default(Local *local, GError **error)
{
    return local_setting_get(local, SETTING, error);
}

gboolean print_set_default(Local *local, const char *name, GError **error)
{
    g_autoptr(Printer) printer = *name != '\0' ? printer_open(name, error) : NULL;

    return (*name == '\0' || printer != NULL) && local_setting_put(local, SETTING, name, error);
}

static char *wanted_printer(const PrintQueue *queue, const PrintOrder *order, GError **error)
{
    g_autoptr(GError) why = NULL;
    char *name =
        order->printer != NULL ? g_strdup(order->printer) : print_default(queue->local, &why);

    if (why != NULL)
        g_propagate_error(error, g_steal_pointer(&why));
    else if (name == NULL)
        error_set(error, ERROR_NO_DEVICE, "no printer is set for this machine");
    return name;
}

/* ── what is printed ─────────────────────────────────────────────────────────────────────── */

static const char *type_of(GBytes *bytes)
{
    gsize size;
    const char *data = g_bytes_get_data(bytes, &size);

    if (size > 4 && memcmp(data, "%PDF", 4) == 0)
        return TYPE_PDF;
    if (size > 3 && memcmp(data, "P4", 2) == 0)
        return TYPE_BITMAP;
    if (size > 4 && memcmp(data, "RaS2", 4) == 0)
        return "image/pwg-raster";
    if (size > 3 && memcmp(data, "\xff\xd8\xff", 3) == 0)
        return "image/jpeg";
    return NULL;
}

static gboolean is_receipt_printer(const char *name)
{
    return g_str_has_prefix(name, "escpos:");
}

static gboolean check_type(const char *printer, const char *type, GError **error)
{
    if (type == NULL)
        return error_set(error, ERROR_FORMAT, "neither PDF, PWG raster, JPEG nor a P4 picture");
    if (is_receipt_printer(printer) && strcmp(type, TYPE_PDF) != 0 &&
        strcmp(type, TYPE_BITMAP) != 0)
        return error_set(error, ERROR_FORMAT, "a receipt printer takes PDF or a P4 picture");
    return TRUE;
}

/* Bytes as a descriptor that drivers read from the beginning. */
static Fd memory_file(GBytes *bytes, GError **error)
{
    g_auto(Fd) fd = memfd_create("print", MFD_CLOEXEC);

    if (fd < 0)
        error_set_errno(error, ERROR_IO, errno, "memory for the printer");
    else if (file_write_all(fd, "memory for the printer", g_bytes_get_data(bytes, NULL),
                            g_bytes_get_size(bytes), error) &&
             lseek(fd, 0, SEEK_SET) == 0)
        return fd_steal(&fd);
    return -1;
}

/* ── one try ─────────────────────────────────────────────────────────────────────────────── */

static gboolean hand_over(Printer *printer, const PrintJob *job, GBytes *bytes, const char *type,
                          guint *remote, GError **error)
{
    g_auto(Fd) fd = memory_file(bytes, error);
    PrinterJob sheet = {.title = job->title,
                        .media_type = type,
                        .fd = fd,
                        .copies = job->copies,
                        .media = strcmp(type, TYPE_PDF) == 0 ? "iso_a4_210x297mm" : NULL};

    return fd >= 0 && printer_print(printer, &sheet, remote, error);
}

/* Page by page: every page is a slip of its own. */
static gboolean hand_over_slips(Printer *printer, const PrintJob *job, GBytes *pdf, guint *remote,
                                GError **error)
{
    g_autoptr(GPtrArray) pages = receipt_raster(pdf, PRINTER_DOTS_MAX, error);

    for (guint i = 0; pages != NULL && i < pages->len; i++)
        if (!hand_over(printer, job, g_ptr_array_index(pages, i), TYPE_BITMAP, remote, error))
            return FALSE;
    return pages != NULL;
}

static gboolean send_job(const PrintQueue *queue, Printer *printer, const PrintJob *job,
                         guint *remote, GError **error)
{
    g_autofree char *path = store_path(queue->store, job->file);
    g_autoptr(GBytes) bytes = file_read(path, FILE_MAX, error);

    if (bytes == NULL)
        return FALSE;
    if (is_receipt_printer(job->printer) && strcmp(job->type, TYPE_PDF) == 0)
        return hand_over_slips(printer, job, bytes, remote, error);
    return hand_over(printer, job, bytes, job->type, remote, error);
}

/* States in which nothing is sent: a person has to do something first. */
static gboolean is_unable(PrinterState state)
{
    return state != PRINTER_READY && state != PRINTER_BUSY && state != PRINTER_UNKNOWN;
}

static gboolean record_command(StoreTxn *txn, void *data, GError **error)
{
    const PrintJob *job = data;
    json_t *body = json_pack("{s:s, s:I, s:i, s:i}", "printer", job->printer, "document",
                             (json_int_t)job->document, "copies", (int)MAX(job->copies, 1),
                             "reprint", (int)job->reprint);

    return txn_append(txn, "print", job->number, body, error);
}

/* It is out: the record, the row, and its bytes go. */
static gboolean finish(const PrintQueue *queue, const StoreActor *actor, PrintJob *job,
                       PrintChange change, GError **error)
{
    g_autofree char *path = store_path(queue->store, job->file);

    if (change.state == PRINT_PRINTED &&
        !store_write(queue->store, actor, record_command, job, error))
        return FALSE;
    return local_print_change(queue->local, job->id, &change, error) && file_unlink(path, error);
}

/* What the printer says of a job it has taken. */
static void ask_job(Printer *printer, PrintChange *change)
{
    PrinterStatus status;

    switch (printer_job(printer, change->remote)) {
    case PRINTER_JOB_PRINTED:
        change->state = PRINT_PRINTED;
        change->problem = "";
        return;
    case PRINTER_JOB_FAILED:
        change->state = PRINT_WAITING;
        change->problem = "failed";
        change->remote = 0;
        return;
    default:
        change->state = PRINT_SENT;
        printer_status(printer, &status);
        change->problem = status.state == PRINTER_READY ? "" : printer_state_token(status.state);
    }
}

static void try_waiting(const PrintQueue *queue, Printer *printer, const PrintJob *job,
                        PrintChange *change)
{
    g_autoptr(GError) why = NULL;
    PrinterStatus status;

    printer_status(printer, &status);
    if (is_unable(status.state)) {
        change->problem = printer_state_token(status.state);
        return;
    }
    if (send_job(queue, printer, job, &change->remote, &why)) {
        ask_job(printer, change);
        return;
    }
    printer_status(printer, &status);
    change->problem = is_unable(status.state)           ? printer_state_token(status.state)
                      : error_code(why) == ERROR_FORMAT ? "format"
                                                        : "failed";
}

/* One try of one job; `job` tells what became of it. */
static gboolean try_job(const PrintQueue *queue, const StoreActor *actor, PrintJob *job,
                        GError **error)
{
    g_autoptr(Printer) printer = printer_open(job->printer, error);
    PrintChange change = {.state = PRINT_WAITING,
                          .remote = job->remote,
                          .problem = "",
                          .now_us = clock_now_us(store_clock(queue->store))};

    if (printer == NULL)
        return FALSE;
    if (job->state == PRINT_SENT)
        ask_job(printer, &change);
    else
        try_waiting(queue, printer, job, &change);
    if (!(change.state == PRINT_PRINTED
              ? finish(queue, actor, job, change, error)
              : local_print_change(queue->local, job->id, &change, error)))
        return FALSE;
    job->state = change.state;
    job->remote = change.remote;
    g_free(job->problem);
    job->problem = g_strdup(change.problem);
    return TRUE;
}

/* ── the queue ───────────────────────────────────────────────────────────────────────────── */

/* Two processes that print the same job would print it twice. */
static Fd lock_queue(const PrintQueue *queue, GError **error)
{
    g_autofree char *folder = store_path(queue->store, FOLDER);
    g_autofree char *path = g_build_filename(folder, "lock", NULL);
    g_auto(Fd) fd = -1;

    if (!file_make_folder(folder, 0700, error))
        return -1;
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || flock(fd, LOCK_EX) != 0) {
        error_set_errno(error, ERROR_IO, errno, "%s", path);
        return -1;
    }
    return fd_steal(&fd);
}

static gboolean keep(const PrintQueue *queue, const PrintOrder *order, const char *printer,
                     const char *type, PrintJob *job, GError **error)
{
    g_autofree char *name = random_hex128(store_random(queue->store));
    g_autofree char *file = g_strdup_printf(FOLDER "/%s", name);
    g_autofree char *path = store_path(queue->store, file);
    PrintJob made = {.printer = (char *)printer,
                     .title = (char *)order->title,
                     .type = (char *)type,
                     .file = file,
                     .number = (char *)order->number,
                     .document = order->document,
                     .copies = MAX(order->copies, 1),
                     .reprint = order->reprint,
                     .made_us = clock_now_us(store_clock(queue->store))};
    gint64 id;

    return file_replace(path, 0600, g_bytes_get_data(order->bytes, NULL),
                        g_bytes_get_size(order->bytes), error) &&
           local_print_add(queue->local, &made, &id, error) &&
           local_print_get(queue->local, id, job, error);
}

gboolean print_submit(const PrintQueue *queue, const StoreActor *actor, const PrintOrder *order,
                      PrintJob *job, GError **error)
{
    g_autofree char *name = wanted_printer(queue, order, error);
    const char *type = order->type != NULL ? order->type : type_of(order->bytes);
    g_autoptr(Printer) printer = name != NULL ? printer_open(name, error) : NULL;
    g_auto(Fd) lock = -1;

    if (printer == NULL || !check_type(name, type, error) || (lock = lock_queue(queue, error)) < 0)
        return FALSE;
    return keep(queue, order, name, type, job, error) && try_job(queue, actor, job, error);
}

gboolean print_resume(const PrintQueue *queue, const StoreActor *actor, guint *open, GError **error)
{
    g_auto(Fd) lock = lock_queue(queue, error);
    g_autoptr(GPtrArray) jobs = lock >= 0 ? local_print_open(queue->local, error) : NULL;
    g_autoptr(GHashTable) failing = g_hash_table_new(g_str_hash, g_str_equal);

    *open = 0;
    for (guint i = 0; jobs != NULL && i < jobs->len; i++) {
        PrintJob *job = g_ptr_array_index(jobs, i);

        if (!g_hash_table_contains(failing, job->printer) && !try_job(queue, actor, job, error))
            return FALSE;
        if (job->state == PRINT_WAITING && strcmp(job->problem, "format") != 0)
            g_hash_table_add(failing, job->printer);
        *open += job->state == PRINT_WAITING || job->state == PRINT_SENT;
    }
    return jobs != NULL;
}

gboolean print_cancel(const PrintQueue *queue, gint64 id, GError **error)
{
    g_auto(Fd) lock = lock_queue(queue, error);
    g_auto(PrintJob) job = {0};
    PrintChange change = {.state = PRINT_CANCELLED,
                          .now_us = clock_now_us(store_clock(queue->store))};

    if (lock < 0 || !local_print_get(queue->local, id, &job, error))
        return FALSE;
    return finish(queue, NULL, &job, change, error);
}
