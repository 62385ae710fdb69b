/* SPDX-License-Identifier: Apache-2.0
 *
 * Guns that are keyboards. Grabbed, so that nothing they type reaches a field, the console or the
 * input method; read as an American keyboard, which is what they imitate.
 */
#include "drivers/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <libevdev/libevdev.h>
#include <unistd.h>

typedef struct {
    Fd fd;
    struct libevdev *device;
    char *path;
    ReaderLine line;
    gboolean shift_left;
    gboolean shift_right;
} EvdevReader;

/* Keys of an American keyboard, plain and with shift; 0 = no character. */
static const char keys[KEY_MAX + 1][2] = {
    [KEY_1] = {'1', '!'},         [KEY_2] = {'2', '@'},           [KEY_3] = {'3', '#'},
    [KEY_4] = {'4', '$'},         [KEY_5] = {'5', '%'},           [KEY_6] = {'6', '^'},
    [KEY_7] = {'7', '&'},         [KEY_8] = {'8', '*'},           [KEY_9] = {'9', '('},
    [KEY_0] = {'0', ')'},         [KEY_MINUS] = {'-', '_'},       [KEY_EQUAL] = {'=', '+'},
    [KEY_A] = {'a', 'A'},         [KEY_B] = {'b', 'B'},           [KEY_C] = {'c', 'C'},
    [KEY_D] = {'d', 'D'},         [KEY_E] = {'e', 'E'},           [KEY_F] = {'f', 'F'},
    [KEY_G] = {'g', 'G'},         [KEY_H] = {'h', 'H'},           [KEY_I] = {'i', 'I'},
    [KEY_J] = {'j', 'J'},         [KEY_K] = {'k', 'K'},           [KEY_L] = {'l', 'L'},
    [KEY_M] = {'m', 'M'},         [KEY_N] = {'n', 'N'},           [KEY_O] = {'o', 'O'},
    [KEY_P] = {'p', 'P'},         [KEY_Q] = {'q', 'Q'},           [KEY_R] = {'r', 'R'},
    [KEY_S] = {'s', 'S'},         [KEY_T] = {'t', 'T'},           [KEY_U] = {'u', 'U'},
    [KEY_V] = {'v', 'V'},         [KEY_W] = {'w', 'W'},           [KEY_X] = {'x', 'X'},
    [KEY_Y] = {'y', 'Y'},         [KEY_Z] = {'z', 'Z'},           [KEY_SPACE] = {' ', ' '},
    [KEY_LEFTBRACE] = {'[', '{'}, [KEY_RIGHTBRACE] = {']', '}'},  [KEY_BACKSLASH] = {'\\', '|'},
    [KEY_SEMICOLON] = {';', ':'}, [KEY_APOSTROPHE] = {'\'', '"'}, [KEY_GRAVE] = {'`', '~'},
    [KEY_COMMA] = {',', '<'},     [KEY_DOT] = {'.', '>'},         [KEY_SLASH] = {'/', '?'},
    [KEY_KP0] = {'0', '0'},       [KEY_KP1] = {'1', '1'},         [KEY_KP2] = {'2', '2'},
    [KEY_KP3] = {'3', '3'},       [KEY_KP4] = {'4', '4'},         [KEY_KP5] = {'5', '5'},
    [KEY_KP6] = {'6', '6'},       [KEY_KP7] = {'7', '7'},         [KEY_KP8] = {'8', '8'},
    [KEY_KP9] = {'9', '9'},       [KEY_KPMINUS] = {'-', '-'},     [KEY_KPPLUS] = {'+', '+'},
    [KEY_KPDOT] = {'.', '.'},     [KEY_KPSLASH] = {'/', '/'},     [KEY_KPASTERISK] = {'*', '*'},
};

static void evdev_close(void *self)
{
    EvdevReader *reader = self;

    if (reader->device != NULL)
        libevdev_grab(reader->device, LIBEVDEV_UNGRAB);
    libevdev_free(reader->device);
    fd_close(reader->fd);
    g_free(reader->path);
    g_free(reader);
}

static gboolean grab(EvdevReader *reader, GError **error)
{
    int errnum;

    reader->fd = open(reader->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (reader->fd < 0)
        return error_set_errno(error, ERROR_NO_DEVICE, errno, "%s", reader->path);
    errnum = -libevdev_new_from_fd(reader->fd, &reader->device);
    if (errnum != 0)
        return error_set_errno(error, ERROR_NO_DEVICE, errnum, "%s: no input device", reader->path);
    errnum = -libevdev_grab(reader->device, LIBEVDEV_GRAB);
    if (errnum != 0)
        return error_set_errno(error, errnum == EBUSY ? ERROR_BUSY : ERROR_DEVICE, errnum,
                               "%s: grab", reader->path);
    return TRUE;
}

static void *evdev_open(const char *path, GError **error)
{
    EvdevReader *reader = g_new0(EvdevReader, 1);

    reader->fd = -1;
    reader->path = g_strdup(path);
    reader_line_init(&reader->line);
    if (grab(reader, error))
        return reader;
    evdev_close(reader);
    return NULL;
}

static int evdev_poll_fd(void *self)
{
    const EvdevReader *reader = self;

    return reader->fd;
}

/* A key went down: a character, the end of a code, or something that no code is made of. */
static void press(EvdevReader *reader, unsigned code, gint64 now_ms, ReaderEvent *event)
{
    char c = keys[code][reader->shift_left || reader->shift_right];

    if (code == KEY_ENTER || code == KEY_KPENTER || code == KEY_TAB)
        reader_line_end(&reader->line, now_ms, event);
    else if (c != 0)
        reader_line_add(&reader->line, c, now_ms);
    else if (code != KEY_CAPSLOCK && code != KEY_NUMLOCK)
        reader_line_damage(&reader->line);
}

static void take(EvdevReader *reader, const struct input_event *input, gint64 now_ms,
                 ReaderEvent *event)
{
    if (input->type != EV_KEY || input->code > KEY_MAX)
        return;
    if (input->code == KEY_LEFTSHIFT)
        reader->shift_left = input->value != 0;
    else if (input->code == KEY_RIGHTSHIFT)
        reader->shift_right = input->value != 0;
    else if (input->value == 1)
        press(reader, input->code, now_ms, event);
}

/* The kernel's buffer ran over: some keys were never seen, so the code is lost; libevdev throws
 * away what stands behind them too. */
static void take_up_again(EvdevReader *reader, gint64 now_ms, ReaderEvent *event)
{
    struct input_event input;

    while (libevdev_next_event(reader->device, LIBEVDEV_READ_FLAG_SYNC, &input) ==
           LIBEVDEV_READ_STATUS_SYNC)
        continue;
    reader_line_lose(&reader->line, now_ms, event);
    reader->shift_left = libevdev_get_event_value(reader->device, EV_KEY, KEY_LEFTSHIFT) != 0;
    reader->shift_right = libevdev_get_event_value(reader->device, EV_KEY, KEY_RIGHTSHIFT) != 0;
}

static gboolean evdev_next(void *self, gint64 now_ms, ReaderEvent *event, GError **error)
{
    EvdevReader *reader = self;

    while (event->kind == READER_QUIET) {
        struct input_event input;
        int status = libevdev_next_event(reader->device, LIBEVDEV_READ_FLAG_NORMAL, &input);

        if (status == LIBEVDEV_READ_STATUS_SUCCESS)
            take(reader, &input, now_ms, event);
        else if (status == LIBEVDEV_READ_STATUS_SYNC)
            take_up_again(reader, now_ms, event);
        else if (status == -EAGAIN)
            break;
        else if (status == -ENODEV)
            event->kind = READER_GONE;
        else
            return error_set_errno(error, ERROR_DEVICE, -status, "%s", reader->path);
    }
    return TRUE;
}

const ReaderDriver reader_evdev_driver = {
    .name = "evdev",
    .open = evdev_open,
    .poll_fd = evdev_poll_fd,
    .next = evdev_next,
    .close = evdev_close,
};
