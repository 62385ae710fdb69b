/* SPDX-License-Identifier: Apache-2.0
 *
 * Receipt printers by ESC/POS, over a device file or a raw socket: the receipt goes as a picture,
 * so that no code page of the printer has to know Chinese.
 */
#include "drivers/printer.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#define CONNECT_MS 3000
#define WRITE_MS   10000 /* a printer that takes no byte for so long is stuck */
#define ANSWER_MS  500   /* to DLE EOT, which is answered at once even when it prints */
#define BAND_ROWS  128   /* a picture goes in bands: printers have small buffers */
#define PNM_MAX    (8u << 20)

typedef struct {
    char *target; /* "/dev/usb/lp0" or "tcp:host:port" */
    guint jobs;
    gboolean last_printed;
} EscposPrinter;

static void *escpos_open(const char *name, GError **error)
{
    const char *target = name + strlen("escpos:");
    EscposPrinter *printer;

    if (target[0] != '/' && !g_str_has_prefix(target, "tcp:")) {
        error_set(error, ERROR_INVALID, "%s: neither a device file nor tcp:host:port", name);
        return NULL;
    }
    printer = g_new0(EscposPrinter, 1);
    printer->target = g_strdup(target);
    return printer;
}

static void escpos_close(void *self)
{
    EscposPrinter *printer = self;

    g_free(printer->target);
    g_free(printer);
}

/* --- the line --- */

static gboolean wait_for(int fd, short events, int timeout_ms)
{
    struct pollfd poll_fd = {.fd = fd, .events = events};
    int n;

    do
        n = poll(&poll_fd, 1, timeout_ms);
    while (n < 0 && errno == EINTR);
    return n > 0 && (poll_fd.revents & events) != 0;
}

static Fd connect_to(const struct addrinfo *address)
{
    g_auto(Fd) fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int failure = 0;
    socklen_t size = sizeof failure;

    if (fd < 0)
        return -1;
    if (connect(fd, address->ai_addr, address->ai_addrlen) == 0)
        return fd_steal(&fd);
    if (errno != EINPROGRESS || !wait_for(fd, POLLOUT, CONNECT_MS) ||
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size) != 0 || failure != 0)
        return -1;
    return fd_steal(&fd);
}

static Fd open_socket(const char *target, GError **error)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    g_auto(GStrv) parts = g_strsplit(target, ":", 3);
    struct addrinfo *addresses = NULL;
    g_auto(Fd) fd = -1;

    if (g_strv_length(parts) == 3 && getaddrinfo(parts[1], parts[2], &hints, &addresses) == 0) {
        for (struct addrinfo *at = addresses; at != NULL && fd < 0; at = at->ai_next)
            fd = connect_to(at);
        freeaddrinfo(addresses);
    }
    if (fd < 0)
        error_set(error, ERROR_PRINTER, "%s: cannot be reached", target);
    return fd_steal(&fd);
}

/* A serial printer must get its bytes as they are. */
static Fd open_file(const char *path, GError **error)
{
    g_auto(Fd) fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    struct termios line;

    if (fd < 0) {
        error_set_errno(error, ERROR_PRINTER, errno, "%s", path);
        return -1;
    }
    if (tcgetattr(fd, &line) == 0) {
        cfmakeraw(&line);
        if (tcsetattr(fd, TCSANOW, &line) != 0) {
            error_set_errno(error, ERROR_PRINTER, errno, "%s", path);
            return -1;
        }
    }
    return fd_steal(&fd);
}

static Fd open_line(const EscposPrinter *printer, GError **error)
{
    if (printer->target[0] == '/')
        return open_file(printer->target, error);
    return open_socket(printer->target, error);
}

static gboolean send_all(int fd, const guint8 *bytes, gsize size, GError **error)
{
    while (size > 0) {
        ssize_t n;

        if (!wait_for(fd, POLLOUT, WRITE_MS))
            return error_set(error, ERROR_PRINTER, "takes no byte for %d ms", WRITE_MS);
        n = write(fd, bytes, size);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return error_set_errno(error, ERROR_PRINTER, errno, "write");
        bytes += MAX(n, 0);
        size -= (gsize)MAX(n, 0);
    }
    return TRUE;
}

/* --- states --- */

enum {
    FIXED_MASK = 0x93, /* every answer has bits 1 and 4 set, 0 and 7 clear */
    FIXED = 0x12,
    PRINTER_IS_OFFLINE = 0x08,
    COVER_IS_OPEN = 0x04,
    STOPPED_FOR_PAPER = 0x20,
    ERROR_STANDS = 0x40,
    PAPER_IS_OUT = 0x60,
};

static gboolean is_answer(guint8 byte)
{
    return (byte & FIXED_MASK) == FIXED;
}

PrinterState printer_escpos_state(guint8 printer, guint8 offline, guint8 paper)
{
    if (!is_answer(printer) || !is_answer(offline) || !is_answer(paper))
        return PRINTER_UNKNOWN;
    if ((offline & COVER_IS_OPEN) != 0)
        return PRINTER_COVER_OPEN;
    if ((paper & PAPER_IS_OUT) != 0 || (offline & STOPPED_FOR_PAPER) != 0)
        return PRINTER_NO_PAPER;
    if ((offline & ERROR_STANDS) != 0)
        return PRINTER_STOPPED;
    return (printer & PRINTER_IS_OFFLINE) != 0 ? PRINTER_STOPPED : PRINTER_READY;
}

/* Ask DLE EOT n; FALSE where no answer comes. */
static gboolean ask(int fd, guint8 n, guint8 *answer)
{
    const guint8 question[] = {0x10, 0x04, n};

    return send_all(fd, question, sizeof question, NULL) && wait_for(fd, POLLIN, ANSWER_MS) &&
           read(fd, answer, 1) == 1;
}

/* Many printers on lp0 answer nothing: that is no fault of theirs, but no READY either. */
static void ask_state(int fd, PrinterStatus *status)
{
    guint8 answers[3] = {0};

    if (!ask(fd, 1, &answers[0]) || !ask(fd, 2, &answers[1]) || !ask(fd, 4, &answers[2])) {
        status->state = PRINTER_UNKNOWN;
        return;
    }
    status->state = printer_escpos_state(answers[0], answers[1], answers[2]);
    g_snprintf(status->words, sizeof status->words, "%02x %02x %02x", answers[0], answers[1],
               answers[2]);
}

static void escpos_status(void *self, PrinterStatus *status)
{
    g_autoptr(GError) error = NULL;
    g_auto(Fd) fd = open_line(self, &error);

    if (fd >= 0) {
        ask_state(fd, status);
        return;
    }
    status->state = PRINTER_OFFLINE;
    g_strlcpy(status->words, error->message, sizeof status->words);
}

/* --- pictures --- */

static void add(GByteArray *out, const void *bytes, gsize size)
{
    g_byte_array_append(out, bytes, (guint)size);
}

/* GS v 0: a band of whole rows. */
static void add_band(GByteArray *out, const guint8 *rows, guint row_bytes, guint n)
{
    const guint8 head[] = {0x1d,
                           'v',
                           '0',
                           0,
                           (guint8)(row_bytes & 0xff),
                           (guint8)(row_bytes >> 8),
                           (guint8)(n & 0xff),
                           (guint8)(n >> 8)};

    add(out, head, sizeof head);
    add(out, rows, (gsize)row_bytes * n);
}

/* Width and height of a P4 head; the offset of the pixels, 0 for no head. */
static gsize read_head(const guint8 *pnm, gsize size, guint *width, guint *height)
{
    g_autofree char *head = g_strndup((const char *)pnm, MIN(size, 64));
    int length = 0;

    if (sscanf(head, "P4 %6u %6u%n", width, height, &length) != 2 || length == 0 ||
        (gsize)length >= size || !g_ascii_isspace(head[length]))
        return 0;
    return (gsize)length + 1;
}

GByteArray *printer_escpos_raster(const guint8 *pnm, gsize size, GError **error)
{
    static const guint8 init[] = {0x1b, '@'};
    static const guint8 feed_and_cut[] = {0x1b, 'd', 4, 0x1d, 'V', 66, 0};
    guint width = 0;
    guint height = 0;
    gsize at = read_head(pnm, size, &width, &height);
    guint row_bytes = (width + 7) / 8;
    GByteArray *out;

    if (at == 0 || width == 0 || width > PRINTER_DOTS_MAX || height == 0 ||
        (size - at) / row_bytes < height) {
        error_set(error, ERROR_FORMAT, "receipt: no whole P4 picture of at most %d dots",
                  PRINTER_DOTS_MAX);
        return NULL;
    }
    out = g_byte_array_new();
    add(out, init, sizeof init);
    for (guint y = 0; y < height; y += BAND_ROWS)
        add_band(out, pnm + at + (gsize)y * row_bytes, row_bytes, MIN(BAND_ROWS, height - y));
    add(out, feed_and_cut, sizeof feed_and_cut);
    return out;
}

/* --- jobs --- */

static GByteArray *picture_of(const PrinterJob *job, GError **error)
{
    g_autofree guint8 *pnm = g_malloc(PNM_MAX);
    gsize size = 0;
    ssize_t n;

    if (strcmp(job->media_type, "image/x-portable-bitmap") != 0) {
        error_set(error, ERROR_FORMAT, "receipt: %s", job->media_type);
        return NULL;
    }
    while (size < PNM_MAX && (n = pread(job->fd, pnm + size, PNM_MAX - size, (off_t)size)) > 0)
        size += (gsize)n;
    return printer_escpos_raster(pnm, size, error);
}

/* A printer that says it is out of paper or open is not sent half a receipt. */
static gboolean refuse_unready(int fd, GError **error)
{
    PrinterStatus status = {0};

    ask_state(fd, &status);
    return status.state == PRINTER_READY || status.state == PRINTER_UNKNOWN ||
           error_set(error, ERROR_PRINTER, "%s", printer_state_token(status.state));
}

static gboolean escpos_print(void *self, const PrinterJob *job, guint *id, GError **error)
{
    EscposPrinter *printer = self;
    g_autoptr(GByteArray) bytes = picture_of(job, error);
    g_auto(Fd) fd = -1;
    PrinterStatus after = {0};

    if (bytes == NULL)
        return FALSE;
    fd = open_line(printer, error);
    if (fd < 0 || !refuse_unready(fd, error))
        return FALSE;
    for (guint copy = 0; copy < MAX(job->copies, 1); copy++)
        if (!send_all(fd, bytes->data, bytes->len, error))
            return FALSE;
    ask_state(fd, &after);
    printer->last_printed = after.state == PRINTER_READY;
    if (after.state != PRINTER_READY && after.state != PRINTER_UNKNOWN)
        return error_set(error, ERROR_PRINTER, "%s in the middle",
                         printer_state_token(after.state));
    *id = ++printer->jobs;
    return TRUE;
}

/* There is no queue: it came out if the printer said it was ready after the last byte. */
static PrinterJobState escpos_job(void *self, guint id)
{
    const EscposPrinter *printer = self;

    return id == printer->jobs && printer->last_printed ? PRINTER_JOB_PRINTED : PRINTER_JOB_UNKNOWN;
}

const PrinterDriver printer_escpos_driver = {
    .prefix = "escpos:",
    .open = escpos_open,
    .status = escpos_status,
    .print = escpos_print,
    .job = escpos_job,
    .close = escpos_close,
};
