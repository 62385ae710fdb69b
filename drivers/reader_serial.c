/* SPDX-License-Identifier: Apache-2.0
 *
 * Guns on a line: RS-232, or USB that looks like it (CDC-ACM). "…@19200" sets the speed, which a
 * USB gun does not care about; without it the line is set to 9600, what guns leave the factory
 * with.
 */
#include "drivers/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

typedef struct {
    Fd fd;
    gboolean is_ours; /* the line is closed to others */
    char *path;
    ReaderLine line;
    char bytes[256]; /* read and not yet taken */
    gsize at;
    gsize size;
} SerialReader;

static const struct {
    guint baud;
    speed_t speed;
} speeds[] = {{9600, B9600},   {1200, B1200},   {2400, B2400},   {4800, B4800},
              {19200, B19200}, {38400, B38400}, {57600, B57600}, {115200, B115200}};

static void serial_close(void *self)
{
    SerialReader *reader = self;

    /* Closing opens the line again only where nobody else has it open. */
    if (reader->is_ours)
        (void)ioctl(reader->fd, TIOCNXCL);
    fd_close(reader->fd);
    g_free(reader->path);
    g_free(reader);
}

/* "path@baud" into its parts. */
static gboolean split(const char *name, char **path, speed_t *speed, GError **error)
{
    const char *at = strrchr(name, '@');
    guint64 baud = speeds[0].baud;

    *path = at != NULL ? g_strndup(name, (gsize)(at - name)) : g_strdup(name);
    if (at != NULL && !g_ascii_string_to_unsigned(at + 1, 10, 1, 1000000, &baud, NULL))
        return error_set(error, ERROR_INVALID, "%s: speed", name);
    for (gsize i = 0; i < G_N_ELEMENTS(speeds); i++) {
        if (speeds[i].baud == baud) {
            *speed = speeds[i].speed;
            return TRUE;
        }
    }
    return error_set(error, ERROR_INVALID, "%s: speed", name);
}

static gboolean set_up(SerialReader *reader, speed_t speed, GError **error)
{
    struct termios line;

    reader->fd = open(reader->path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (reader->fd < 0)
        return error_set_errno(error, errno == EBUSY ? ERROR_BUSY : ERROR_NO_DEVICE, errno, "%s",
                               reader->path);
    /* TIOCEXCL keeps everybody out but root; the lock keeps us out too. */
    if (flock(reader->fd, LOCK_EX | LOCK_NB) != 0)
        return error_set_errno(error, errno == EWOULDBLOCK ? ERROR_BUSY : ERROR_DEVICE, errno, "%s",
                               reader->path);
    if (tcgetattr(reader->fd, &line) != 0)
        return error_set_errno(error, ERROR_NO_DEVICE, errno, "%s: no serial line", reader->path);
    cfmakeraw(&line);
    line.c_cflag |= CLOCAL | CREAD;
    cfsetispeed(&line, speed);
    cfsetospeed(&line, speed);
    if (tcsetattr(reader->fd, TCSANOW, &line) != 0 || ioctl(reader->fd, TIOCEXCL) != 0)
        return error_set_errno(error, ERROR_DEVICE, errno, "%s: set up", reader->path);
    reader->is_ours = TRUE;
    return TRUE;
}

static void *serial_open(const char *name, GError **error)
{
    SerialReader *reader = g_new0(SerialReader, 1);
    speed_t speed = B9600;

    reader->fd = -1;
    reader_line_init(&reader->line);
    if (split(name, &reader->path, &speed, error) && set_up(reader, speed, error))
        return reader;
    serial_close(reader);
    return NULL;
}

static int serial_poll_fd(void *self)
{
    const SerialReader *reader = self;

    return reader->fd;
}

/* More bytes; an unplugged adapter reads as the end or as EIO. */
static gboolean fill(SerialReader *reader, ReaderEvent *event, GError **error)
{
    ssize_t n;

    do
        n = read(reader->fd, reader->bytes, sizeof reader->bytes);
    while (n < 0 && errno == EINTR);
    reader->at = 0;
    reader->size = n > 0 ? (gsize)n : 0;
    if (n == 0 || (n < 0 && (errno == EIO || errno == ENXIO || errno == ENODEV)))
        event->kind = READER_GONE;
    else if (n < 0 && errno != EAGAIN)
        return error_set_errno(error, ERROR_DEVICE, errno, "%s", reader->path);
    return TRUE;
}

static void take(SerialReader *reader, char c, gint64 now_ms, ReaderEvent *event)
{
    if (c == '\r' || c == '\n' || c == '\t')
        reader_line_end(&reader->line, now_ms, event);
    else if (c == '\0' || c == 0x7f)
        reader_line_damage(&reader->line); /* a break or noise on the line */
    else
        reader_line_add(&reader->line, c, now_ms);
}

static gboolean serial_next(void *self, gint64 now_ms, ReaderEvent *event, GError **error)
{
    SerialReader *reader = self;

    while (event->kind == READER_QUIET) {
        if (reader->at == reader->size && !fill(reader, event, error))
            return FALSE;
        if (reader->at == reader->size)
            break;
        take(reader, reader->bytes[reader->at++], now_ms, event);
    }
    return TRUE;
}

const ReaderDriver reader_serial_driver = {
    .name = "serial",
    .open = serial_open,
    .poll_fd = serial_poll_fd,
    .next = serial_next,
    .close = serial_close,
};
