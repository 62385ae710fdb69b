/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/reader.h"

#include <libudev.h>
#include <string.h>

#define TAG_PROPERTY "ID_ANJUAN_READER"

struct Reader {
    const ReaderDriver *driver;
    void *self;
};

struct ReaderWatch {
    struct udev *udev;
    struct udev_monitor *monitor;
};

static const ReaderDriver *const drivers[] = {&reader_evdev_driver, &reader_serial_driver};

void reader_info_free(ReaderInfo *info)
{
    if (info == NULL)
        return;
    g_free(info->name);
    g_free(info->model);
    g_free(info->serial);
    g_strfreev(info->links);
    g_free(info);
}

gboolean reader_info_is(const ReaderInfo *info, const char *name)
{
    return strcmp(info->name, name) == 0 ||
           (*info->serial != '\0' && strcmp(info->serial, name) == 0) ||
           (info->links != NULL && g_strv_contains((const char *const *)info->links, name));
}

/* --- lines --- */

static void forget(ReaderLine *line)
{
    line->length = 0;
    line->damaged = FALSE;
    line->skipping = FALSE;
}

void reader_line_init(ReaderLine *line)
{
    *line = (ReaderLine){.before_ms = G_MININT64 / 2};
}

void reader_line_add(ReaderLine *line, char c, gint64 now_ms)
{
    gboolean is_going_on = line->length > 0 || line->damaged;
    gboolean has_paused = now_ms - line->last_ms > READER_PAUSE_MS;

    if (line->skipping && has_paused)
        forget(line);
    else if (is_going_on && has_paused)
        line->damaged = TRUE;
    line->last_ms = now_ms;
    if (line->skipping)
        return;
    if (line->length + 1 < sizeof line->text)
        line->text[line->length++] = c;
    else
        line->damaged = TRUE;
}

void reader_line_damage(ReaderLine *line)
{
    line->damaged = TRUE;
}

void reader_line_lose(ReaderLine *line, gint64 now_ms, ReaderEvent *event)
{
    forget(line);
    line->skipping = TRUE;
    line->last_ms = now_ms;
    event->kind = READER_DAMAGED;
}

/* UTF-8, or GB 18030 as Chinese guns send it; FALSE for bytes that are neither. */
static gboolean to_text(const ReaderLine *line, char *out)
{
    g_autofree char *converted = NULL;
    gsize size;

    if (memchr(line->text, '\0', line->length) != NULL)
        return FALSE;
    if (!g_utf8_validate(line->text, (gssize)line->length, NULL)) {
        converted =
            g_convert(line->text, (gssize)line->length, "UTF-8", "GB18030", NULL, &size, NULL);
        if (converted == NULL || size >= READER_TEXT_MAX)
            return FALSE;
        g_strlcpy(out, converted, READER_TEXT_MAX);
        return TRUE;
    }
    memcpy(out, line->text, line->length);
    out[line->length] = '\0';
    return TRUE;
}

void reader_line_end(ReaderLine *line, gint64 now_ms, ReaderEvent *event)
{
    gboolean is_late = line->length > 0 && now_ms - line->last_ms > READER_PAUSE_MS;

    event->kind = READER_QUIET;
    if (line->skipping) {
        forget(line);
        return;
    }
    if (line->damaged || is_late || (line->length > 0 && !to_text(line, event->text))) {
        event->kind = READER_DAMAGED;
        event->text[0] = '\0';
    } else if (line->length > 0 && (strcmp(event->text, line->before) != 0 ||
                                    now_ms - line->before_ms > READER_TWICE_MS)) {
        event->kind = READER_CODE;
        g_strlcpy(line->before, event->text, sizeof line->before);
        line->before_ms = now_ms;
    }
    forget(line);
}

/* --- readers --- */

static const ReaderDriver *driver_of(const char *name, const char **path)
{
    for (gsize i = 0; i < G_N_ELEMENTS(drivers); i++) {
        gsize length = strlen(drivers[i]->name);

        if (strncmp(name, drivers[i]->name, length) == 0 && name[length] == ':') {
            *path = name + length + 1;
            return drivers[i];
        }
    }
    return NULL;
}

gboolean reader_is_name(const char *name)
{
    const char *path;

    return driver_of(name, &path) != NULL;
}

Reader *reader_open(const char *name, GError **error)
{
    const char *path = "";
    const ReaderDriver *driver = driver_of(name, &path);
    Reader *reader;
    void *self;

    if (driver == NULL) {
        error_set(error, ERROR_NO_DEVICE, "%s: no reader of this name", name);
        return NULL;
    }
    self = driver->open(path, error);
    if (self == NULL)
        return NULL;
    reader = g_new0(Reader, 1);
    reader->driver = driver;
    reader->self = self;
    return reader;
}

int reader_poll_fd(const Reader *reader)
{
    return reader->driver->poll_fd(reader->self);
}

gboolean reader_next(Reader *reader, gint64 now_ms, ReaderEvent *event, GError **error)
{
    *event = (ReaderEvent){.kind = READER_QUIET};
    return reader->driver->next(reader->self, now_ms, event, error);
}

void reader_free(Reader *reader)
{
    if (reader == NULL)
        return;
    reader->driver->close(reader->self);
    g_free(reader);
}

/* --- what is plugged in --- */

static const char *property(struct udev_device *device, const char *name)
{
    const char *value = udev_device_get_property_value(device, name);

    return value != NULL ? value : "";
}

static char **links_of(struct udev_device *device, const char *driver)
{
    GPtrArray *links = g_ptr_array_new();
    struct udev_list_entry *entry;

    udev_list_entry_foreach(entry, udev_device_get_devlinks_list_entry(device))
        g_ptr_array_add(links, g_strconcat(driver, udev_list_entry_get_name(entry), NULL));
    g_ptr_array_add(links, NULL);
    return (char **)g_ptr_array_free(links, FALSE);
}

/* The gun behind a device node, or NULL where it is none of ours. */
static ReaderInfo *info_of(struct udev_device *device)
{
    const char *node = udev_device_get_devnode(device);
    const char *subsystem = udev_device_get_subsystem(device);
    const char *driver = g_strcmp0(subsystem, "tty") == 0 ? "serial:" : "evdev:";
    ReaderInfo *info;

    if (node == NULL || strcmp(property(device, TAG_PROPERTY), "1") != 0)
        return NULL;
    info = g_new0(ReaderInfo, 1);
    info->name = g_strconcat(driver, node, NULL);
    info->links = links_of(device, driver);
    info->model = g_strdup(property(device, "ID_MODEL"));
    info->serial = g_strdup(property(device, "ID_SERIAL_SHORT"));
    return info;
}

static void list_subsystem(struct udev *udev, const char *subsystem, GPtrArray *found)
{
    struct udev_enumerate *list = udev_enumerate_new(udev);
    struct udev_list_entry *entry;

    udev_enumerate_add_match_subsystem(list, subsystem);
    udev_enumerate_add_match_property(list, TAG_PROPERTY, "1");
    udev_enumerate_scan_devices(list);
    udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(list))
    {
        struct udev_device *device =
            udev_device_new_from_syspath(udev, udev_list_entry_get_name(entry));
        ReaderInfo *info = device != NULL ? info_of(device) : NULL;

        if (info != NULL)
            g_ptr_array_add(found, info);
        udev_device_unref(device);
    }
    udev_enumerate_unref(list);
}

GPtrArray *reader_list(GError **error)
{
    GPtrArray *found = g_ptr_array_new_with_free_func((GDestroyNotify)reader_info_free);
    struct udev *udev = udev_new();

    if (udev == NULL) {
        g_ptr_array_unref(found);
        error_set(error, ERROR_DEVICE, "udev");
        return NULL;
    }
    list_subsystem(udev, "input", found);
    list_subsystem(udev, "tty", found);
    udev_unref(udev);
    return found;
}

ReaderWatch *reader_watch_new(GError **error)
{
    g_autoptr(ReaderWatch) watch = g_new0(ReaderWatch, 1);

    watch->udev = udev_new();
    if (watch->udev != NULL)
        watch->monitor = udev_monitor_new_from_netlink(watch->udev, "udev");
    if (watch->monitor == NULL ||
        udev_monitor_filter_add_match_subsystem_devtype(watch->monitor, "input", NULL) < 0 ||
        udev_monitor_filter_add_match_subsystem_devtype(watch->monitor, "tty", NULL) < 0 ||
        udev_monitor_enable_receiving(watch->monitor) < 0) {
        error_set(error, ERROR_DEVICE, "udev monitor");
        return NULL;
    }
    return g_steal_pointer(&watch);
}

int reader_watch_poll_fd(const ReaderWatch *watch)
{
    return udev_monitor_get_fd(watch->monitor);
}

ReaderInfo *reader_watch_next(ReaderWatch *watch, gboolean *is_there)
{
    struct udev_device *device;

    while ((device = udev_monitor_receive_device(watch->monitor)) != NULL) {
        const char *action = udev_device_get_action(device);
        ReaderInfo *info = info_of(device);

        *is_there = g_strcmp0(action, "remove") != 0;
        udev_device_unref(device);
        if (info != NULL)
            return info;
    }
    return NULL;
}

void reader_watch_free(ReaderWatch *watch)
{
    if (watch == NULL)
        return;
    udev_monitor_unref(watch->monitor);
    udev_unref(watch->udev);
    g_free(watch);
}
