/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/gun_rack.h"

#include "drivers/device.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* "PLACE=NAME", taken apart. */
typedef struct {
    char *place;
    char *name;
} Row;

typedef struct {
    ReaderInfo *info;
    char *place;
    gboolean named; /* by a row with its driver: stays in the rack while it is away */
    Device *device; /* of the rack's thread */
    GunState state; /* under the lock, as `readings` */
    guint readings;
    gint64 due_ms;   /* when it is tried again */
    gint64 pause_ms; /* before the try after that */
} Gun;

struct GunRack {
    GunRackOptions options;
    GPtrArray *rows; /* Row */
    ReaderWatch *watch;
    Fd wake;
    pthread_t thread;
    pthread_mutex_t lock;
    GPtrArray *guns; /* Gun; changed by the thread alone, under the lock */
    gboolean ending; /* under the lock */
};

static gint64 now_ms(void)
{
    return g_get_monotonic_time() / 1000;
}

static void row_free(Row *row)
{
    g_free(row->place);
    g_free(row->name);
    g_free(row);
}

static void gun_free(Gun *gun)
{
    device_free(gun->device);
    reader_info_free(gun->info);
    g_free(gun->place);
    g_free(gun);
}

void gun_info_free(GunInfo *info)
{
    if (info == NULL)
        return;
    g_free(info->name);
    g_free(info->model);
    g_free(info->serial);
    g_free(info->place);
    g_free(info);
}

/* --- rows --- */

static gboolean add_row(GunRack *rack, const char *text, GError **error)
{
    const char *equals = strchr(text, '=');
    Row *row;

    if (equals == NULL || equals == text || equals[1] == '\0')
        return error_set(error, ERROR_SETTINGS, "'%s': no PLACE=READER", text);
    row = g_new0(Row, 1);
    row->place = g_strndup(text, (gsize)(equals - text));
    row->name = g_strdup(equals + 1);
    g_ptr_array_add(rack->rows, row);
    return TRUE;
}

static const Row *row_of(const GunRack *rack, const ReaderInfo *info)
{
    for (guint i = 0; i < rack->rows->len; i++) {
        const Row *row = g_ptr_array_index(rack->rows, i);

        if (reader_info_is(info, row->name))
            return row;
    }
    return NULL;
}

/* --- which guns there are --- */

/* Takes `info`. */
static Gun *hang(GunRack *rack, ReaderInfo *info, const Row *row)
{
    Gun *gun = g_new0(Gun, 1);

    gun->info = info;
    gun->place = g_strdup(row != NULL ? row->place : "");
    gun->named = row != NULL && reader_is_name(row->name);
    gun->due_ms = now_ms();
    gun->pause_ms = GUN_RETRY_MS;
    pthread_mutex_lock(&rack->lock);
    g_ptr_array_add(rack->guns, gun);
    pthread_mutex_unlock(&rack->lock);
    return gun;
}

static void set_state(GunRack *rack, Gun *gun, GunState state)
{
    pthread_mutex_lock(&rack->lock);
    gun->state = state;
    pthread_mutex_unlock(&rack->lock);
}

/* The gun that udev means: the same node, or the one that a row names by one of its links. */
static Gun *find(const GunRack *rack, const ReaderInfo *info)
{
    for (guint i = 0; i < rack->guns->len; i++) {
        Gun *gun = g_ptr_array_index(rack->guns, i);

        if (reader_info_is(info, gun->info->name))
            return gun;
    }
    return NULL;
}

/* Takes `info`. */
static void came(GunRack *rack, ReaderInfo *info)
{
    Gun *gun = find(rack, info);

    if (gun == NULL) {
        hang(rack, info, row_of(rack, info));
        return;
    }
    gun->due_ms = now_ms();
    gun->pause_ms = GUN_RETRY_MS;
    reader_info_free(info);
}

/* Takes `info`. A gun that a row names is away by the word of its worker. */
static void went(GunRack *rack, ReaderInfo *info)
{
    Gun *gun = find(rack, info);

    if (gun != NULL && !gun->named) {
        pthread_mutex_lock(&rack->lock);
        g_ptr_array_remove(rack->guns, gun);
        pthread_mutex_unlock(&rack->lock);
    }
    reader_info_free(info);
}

static void look_at_udev(GunRack *rack)
{
    ReaderInfo *info;
    gboolean is_there;

    while ((info = reader_watch_next(rack->watch, &is_there)) != NULL) {
        if (is_there)
            came(rack, info);
        else
            went(rack, info);
    }
}

/* Lines that rows name, then what is plugged in already. */
static gboolean hang_all(GunRack *rack, GError **error)
{
    g_autoptr(GPtrArray) found = reader_list(error);

    if (found == NULL)
        return FALSE;
    for (guint i = 0; i < rack->rows->len; i++) {
        const Row *row = g_ptr_array_index(rack->rows, i);

        if (reader_is_name(row->name)) {
            ReaderInfo *info = g_new0(ReaderInfo, 1);

            info->name = g_strdup(row->name);
            info->model = g_strdup("");
            info->serial = g_strdup("");
            hang(rack, info, row);
        }
    }
    g_ptr_array_set_free_func(found, NULL);
    for (guint i = 0; i < found->len; i++)
        came(rack, g_ptr_array_index(found, i));
    return TRUE;
}

/* --- reading --- */

static void put_off(Gun *gun)
{
    gun->due_ms = now_ms() + gun->pause_ms;
    gun->pause_ms = MIN(2 * gun->pause_ms, GUN_RETRY_MAX_MS);
}

static void try_to_open(GunRack *rack, Gun *gun)
{
    g_autoptr(GError) why = NULL;

    gun->device = device_open(gun->info->name, &why);
    if (gun->device != NULL) {
        gun->pause_ms = GUN_RETRY_MS;
        set_state(rack, gun, GUN_READING);
        return;
    }
    g_info("%s: %s", gun->info->name, why->message);
    set_state(rack, gun, error_code(why) == ERROR_BUSY ? GUN_HELD : GUN_AWAY);
    put_off(gun);
}

static void let_go(GunRack *rack, Gun *gun)
{
    g_clear_pointer(&gun->device, device_free);
    set_state(rack, gun, GUN_AWAY);
    put_off(gun);
}

static void hand_over(GunRack *rack, Gun *gun, const DeviceEvent *event)
{
    pthread_mutex_lock(&rack->lock);
    gun->readings++;
    pthread_mutex_unlock(&rack->lock);
    rack->options.take(rack->options.context,
                       &(GunReading){gun->place, gun->info->name,
                                     event->kind == DEVICE_CODE ? event->code : NULL});
}

/* All that the worker has to say. */
static void read_gun(GunRack *rack, Gun *gun)
{
    DeviceEvent event;

    do {
        g_autoptr(GError) why = NULL;

        if (!device_next(gun->device, 0, &event, &why) || event.kind == DEVICE_STATUS)
            let_go(rack, gun);
        else if (event.kind == DEVICE_CODE || event.kind == DEVICE_CODE_DAMAGED)
            hand_over(rack, gun, &event);
    } while (gun->device != NULL && event.kind != DEVICE_NOTHING);
}

/* --- the thread --- */

static gboolean is_ending(GunRack *rack)
{
    gboolean ending;

    pthread_mutex_lock(&rack->lock);
    ending = rack->ending;
    pthread_mutex_unlock(&rack->lock);
    return ending;
}

/* Milliseconds until a gun that is away is due; -1 where all are here. */
static int wait_ms(const GunRack *rack)
{
    gint64 now = now_ms(), least = -1;

    for (guint i = 0; i < rack->guns->len; i++) {
        const Gun *gun = g_ptr_array_index(rack->guns, i);
        gint64 left = MAX(0, gun->due_ms - now);

        if (gun->device == NULL && (least < 0 || left < least))
            least = left;
    }
    return (int)least;
}

static void open_what_is_due(GunRack *rack)
{
    for (guint i = 0; i < rack->guns->len && !is_ending(rack); i++) {
        Gun *gun = g_ptr_array_index(rack->guns, i);

        if (gun->device == NULL && gun->due_ms <= now_ms())
            try_to_open(rack, gun);
    }
}

/* Waits for the end, for udev or for a gun; udev's word comes last, for it changes the list. */
static void wait_and_read(GunRack *rack)
{
    g_autoptr(GArray) fds = g_array_new(FALSE, FALSE, sizeof(struct pollfd));
    struct pollfd first[] = {{rack->wake, POLLIN, 0},
                             {reader_watch_poll_fd(rack->watch), POLLIN, 0}};

    g_array_append_vals(fds, first, G_N_ELEMENTS(first));
    for (guint i = 0; i < rack->guns->len; i++) {
        const Gun *gun = g_ptr_array_index(rack->guns, i);
        struct pollfd one = {gun->device != NULL ? device_poll_fd(gun->device) : -1, POLLIN, 0};

        g_array_append_val(fds, one);
    }
    if (poll((struct pollfd *)(gpointer)fds->data, fds->len, wait_ms(rack)) <= 0)
        return;
    for (guint i = 0; i < rack->guns->len; i++)
        if (g_array_index(fds, struct pollfd, i + G_N_ELEMENTS(first)).revents != 0)
            read_gun(rack, g_ptr_array_index(rack->guns, i));
    if (g_array_index(fds, struct pollfd, 1).revents != 0)
        look_at_udev(rack);
}

static void *run(void *data)
{
    GunRack *rack = data;

    while (!is_ending(rack)) {
        open_what_is_due(rack);
        wait_and_read(rack);
    }
    return NULL;
}

/* --- the rack --- */

static void rack_clear(GunRack *rack)
{
    g_ptr_array_unref(rack->guns);
    g_ptr_array_unref(rack->rows);
    reader_watch_free(rack->watch);
    fd_close(rack->wake);
    pthread_mutex_destroy(&rack->lock);
    g_free(rack);
}

static gboolean set_up(GunRack *rack, GError **error)
{
    const GPtrArray *rows = rack->options.rows;

    for (guint i = 0; rows != NULL && i < rows->len; i++)
        if (!add_row(rack, g_ptr_array_index(rows, i), error))
            return FALSE;
    rack->wake = eventfd(0, EFD_CLOEXEC);
    if (rack->wake < 0)
        return error_set_errno(error, ERROR_IO, errno, "eventfd");
    /* First the watch, then the list: nothing falls between them. */
    rack->watch = reader_watch_new(error);
    return rack->watch != NULL && hang_all(rack, error);
}

GunRack *gun_rack_new(const GunRackOptions *options, GError **error)
{
    GunRack *rack = g_new0(GunRack, 1);

    rack->options = *options;
    rack->wake = -1;
    rack->rows = g_ptr_array_new_with_free_func((GDestroyNotify)row_free);
    rack->guns = g_ptr_array_new_with_free_func((GDestroyNotify)gun_free);
    pthread_mutex_init(&rack->lock, NULL);
    if (!set_up(rack, error)) {
        rack_clear(rack);
        return NULL;
    }
    if (pthread_create(&rack->thread, NULL, run, rack) != 0)
        g_error("pthread_create");
    return rack;
}

void gun_rack_free(GunRack *rack)
{
    guint64 one = 1;

    if (rack == NULL)
        return;
    pthread_mutex_lock(&rack->lock);
    rack->ending = TRUE;
    pthread_mutex_unlock(&rack->lock);
    if (write(rack->wake, &one, sizeof one) != sizeof one)
        g_debug("the rack is awake already");
    pthread_join(rack->thread, NULL);
    rack_clear(rack);
}

/* With the names of `reader`; NULL: a gun that only a row knows. */
static GunInfo *info_new(const ReaderInfo *reader, const char *name, const char *place)
{
    GunInfo *info = g_new0(GunInfo, 1);

    info->name = g_strdup(name);
    info->model = g_strdup(reader != NULL ? reader->model : "");
    info->serial = g_strdup(reader != NULL ? reader->serial : name);
    info->place = g_strdup(place);
    return info;
}

/* A gun known by its serial number alone, which no gun in the rack has. */
static gboolean is_missed(const GunRack *rack, const Row *row)
{
    for (guint i = 0; i < rack->guns->len; i++)
        if (reader_info_is(((Gun *)g_ptr_array_index(rack->guns, i))->info, row->name))
            return FALSE;
    return TRUE;
}

GPtrArray *gun_rack_list(GunRack *rack)
{
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)gun_info_free);

    pthread_mutex_lock(&rack->lock);
    for (guint i = 0; i < rack->guns->len; i++) {
        const Gun *gun = g_ptr_array_index(rack->guns, i);
        GunInfo *info = info_new(gun->info, gun->info->name, gun->place);

        info->state = gun->state;
        info->readings = gun->readings;
        g_ptr_array_add(list, info);
    }
    for (guint i = 0; i < rack->rows->len; i++) {
        const Row *row = g_ptr_array_index(rack->rows, i);

        if (is_missed(rack, row))
            g_ptr_array_add(list, info_new(NULL, row->name, row->place));
    }
    pthread_mutex_unlock(&rack->lock);
    return list;
}
