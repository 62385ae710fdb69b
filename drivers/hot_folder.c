/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/hot_folder.h"

#include "drivers/scanner_drivers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define TRIES_MAX 1000 /* of a free name */

struct HotFolder {
    char *path;
    Clock clock;
    Fd inotify;
    GHashTable *working; /* id (gint64 *) → name in working/ */
    gint64 last_id;
};

static const char *const rooms[] = {"inbox", "working", "done", "failed"};

static char *path_in(const HotFolder *folder, const char *room, const char *name)
{
    return g_build_filename(folder->path, room, name, NULL);
}

/* "a.tif" for the first try, "a-2.tif" for the second. */
static char *nth_name(const char *name, guint try)
{
    const char *dot = strrchr(name, '.');

    if (try == 1)
        return g_strdup(name);
    if (dot == NULL || dot == name)
        return g_strdup_printf("%s-%u", name, try);
    return g_strdup_printf("%.*s-%u%s", (int)(dot - name), name, try, dot);
}

/* Rename, never over an existing file; *moved (may be NULL) gets the name found free. */
static gboolean move_free(const HotFolder *folder, const char *const from[2], const char *room,
                          char **moved, GError **error)
{
    g_autofree char *source = path_in(folder, from[0], from[1]);

    for (guint try = 1; try < TRIES_MAX; try++) {
        g_autofree char *name = nth_name(from[1], try);
        g_autofree char *target = path_in(folder, room, name);
        int errnum = file_fault(FILE_RENAME, target);

        if (errnum == 0 && renameat2(AT_FDCWD, source, AT_FDCWD, target, RENAME_NOREPLACE) != 0)
            errnum = errno;
        if (errnum == EEXIST)
            continue;
        if (errnum != 0)
            return error_set_errno(error, ERROR_IO, errnum, "%s to %s", source, target);
        if (moved != NULL)
            *moved = g_steal_pointer(&name);
        return TRUE;
    }
    return error_set(error, ERROR_IO, "%s: no free name in %s", source, room);
}

static gboolean sync_rooms(const HotFolder *folder, const char *from, const char *to,
                           GError **error)
{
    g_autofree char *source = path_in(folder, from, NULL);
    g_autofree char *target = path_in(folder, to, NULL);

    return file_sync_folder(target, error) && file_sync_folder(source, error);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names of a room in order, hidden ones left out. */
static GPtrArray *names_in(const HotFolder *folder, const char *room, GError **error)
{
    g_autofree char *path = path_in(folder, room, NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *name;

    if (dir == NULL) {
        error_set_errno(error, ERROR_NO_FILE, errno, "%s", path);
        return NULL;
    }
    while ((name = g_dir_read_name(dir)) != NULL)
        if (name[0] != '.')
            g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, compare_names);
    return g_steal_pointer(&names);
}

/* A read lease is refused while anybody has the file open for writing. */
static gboolean has_no_writer(int fd, gboolean *known)
{
    *known = TRUE;
    if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0) {
        (void)!fcntl(fd, F_SETLEASE, F_UNLCK);
        return TRUE;
    }
    *known = errno == EAGAIN;
    return FALSE;
}

static gboolean is_complete(const HotFolder *folder, int fd, const struct stat *facts)
{
    gint64 now_s = clock_now_us(&folder->clock) / G_USEC_PER_SEC;
    gboolean settled = now_s - facts->st_mtim.tv_sec >= HOT_FOLDER_SETTLE_S;
    gboolean known;

    if (has_no_writer(fd, &known))
        return facts->st_size > 0 || settled;
    return !known && settled;
}

/* Open a name of the inbox that is complete now; -1 with *foreign for what is no regular file. */
static Fd open_complete(const HotFolder *folder, const char *name, gboolean *foreign)
{
    g_autofree char *path = path_in(folder, "inbox", name);
    g_auto(Fd) fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat facts;

    *foreign = fd < 0 && errno == ELOOP;
    if (fd < 0 || fstat(fd, &facts) != 0)
        return -1;
    if (!S_ISREG(facts.st_mode)) {
        *foreign = !S_ISDIR(facts.st_mode); /* a folder is somebody's order, left alone */
        return -1;
    }
    return is_complete(folder, fd, &facts) ? fd_steal(&fd) : -1;
}

static const char *sniff(int fd)
{
    static const struct {
        const char *magic;
        gsize size;
        const char *media_type;
    } kinds[] = {
        {"\xff\xd8\xff", 3, "image/jpeg"}, {"\x89PNG\r\n\x1a\n", 8, "image/png"},
        {"II*\0", 4, "image/tiff"},        {"MM\0*", 4, "image/tiff"},
        {"II+\0", 4, "image/tiff"},        {"MM\0+", 4, "image/tiff"},
        {"%PDF-", 5, "application/pdf"},
    };
    char head[8];
    ssize_t n = pread(fd, head, sizeof head, 0);

    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (n >= (ssize_t)kinds[i].size && memcmp(head, kinds[i].magic, kinds[i].size) == 0)
            return kinds[i].media_type;
    return "application/octet-stream";
}

static void drain(const HotFolder *folder)
{
    char events[4096];

    while (read(folder->inotify, events, sizeof events) > 0)
        continue;
}

static gboolean write_reason(const HotFolder *folder, const char *name, const char *reason,
                             GError **error)
{
    g_autofree char *reason_name = g_strconcat(name, ".reason.txt", NULL);
    g_autofree char *path = path_in(folder, "failed", reason_name);
    g_autofree char *line = g_strconcat(reason, "\n", NULL);

    return file_replace(path, 0644, line, strlen(line), error);
}

/* The file is moved untouched; its reason stands beside it under the name it got. */
static gboolean move_to_failed(const HotFolder *folder, const char *const from[2],
                               const char *reason, GError **error)
{
    g_autofree char *name = NULL;

    return move_free(folder, from, "failed", &name, error) &&
           write_reason(folder, name, reason, error) &&
           sync_rooms(folder, from[0], "failed", error);
}

static gboolean take(HotFolder *folder, const char *name, Fd *fd, HotFile *file, GError **error)
{
    const char *const from[2] = {"inbox", name};
    char *moved;
    gint64 *id;

    if (!move_free(folder, from, "working", &moved, error))
        return FALSE;
    id = g_new(gint64, 1);
    *id = ++folder->last_id;
    g_hash_table_insert(folder->working, id, moved);
    file->id = (guint64)*id;
    file->media_type = sniff(*fd);
    g_strlcpy(file->name, name, sizeof file->name);
    file->fd = fd_steal(fd);
    return TRUE;
}

gboolean hot_folder_next(HotFolder *folder, HotFile *file, GError **error)
{
    g_autoptr(GPtrArray) names = NULL;

    *file = (HotFile){.fd = -1};
    drain(folder);
    names = names_in(folder, "inbox", error);
    if (names == NULL)
        return FALSE;
    for (guint i = 0; i < names->len; i++) {
        const char *const from[2] = {"inbox", g_ptr_array_index(names, i)};
        gboolean foreign;
        g_auto(Fd) fd = open_complete(folder, from[1], &foreign);

        if (fd >= 0)
            return take(folder, from[1], &fd, file, error);
        if (foreign && !move_to_failed(folder, from, "not a regular file", error))
            return FALSE;
    }
    return TRUE;
}

gboolean hot_folder_is_loaded(HotFolder *folder)
{
    g_autoptr(GPtrArray) names = names_in(folder, "inbox", NULL);

    for (guint i = 0; names != NULL && i < names->len; i++) {
        gboolean foreign;
        g_auto(Fd) fd = open_complete(folder, g_ptr_array_index(names, i), &foreign);

        if (fd >= 0)
            return TRUE;
    }
    return FALSE;
}

static const char *working_name(const HotFolder *folder, guint64 id, GError **error)
{
    gint64 key = (gint64)id;
    const char *name = g_hash_table_lookup(folder->working, &key);

    if (name == NULL)
        error_set(error, ERROR_NOT_FOUND, "%s: no file %" G_GUINT64_FORMAT " in work", folder->path,
                  id);
    return name;
}

gboolean hot_folder_commit(HotFolder *folder, guint64 id, GError **error)
{
    const char *const from[2] = {"working", working_name(folder, id, error)};
    gint64 key = (gint64)id;

    if (from[1] == NULL || !move_free(folder, from, "done", NULL, error) ||
        !sync_rooms(folder, "working", "done", error))
        return FALSE;
    g_hash_table_remove(folder->working, &key);
    return TRUE;
}

gboolean hot_folder_refuse(HotFolder *folder, guint64 id, const char *reason, GError **error)
{
    const char *const from[2] = {"working", working_name(folder, id, error)};
    gint64 key = (gint64)id;

    if (from[1] == NULL || !move_to_failed(folder, from, reason, error))
        return FALSE;
    g_hash_table_remove(folder->working, &key);
    return TRUE;
}

static gboolean make_rooms(const HotFolder *folder, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rooms); i++) {
        g_autofree char *path = path_in(folder, rooms[i], NULL);

        if (!file_make_folder(path, 0750, error))
            return FALSE;
    }
    return TRUE;
}

/* What lay in working/ when the program ended was never committed. */
static gboolean return_unfinished(const HotFolder *folder, GError **error)
{
    g_autoptr(GPtrArray) names = names_in(folder, "working", error);

    if (names == NULL)
        return FALSE;
    for (guint i = 0; i < names->len; i++) {
        const char *const from[2] = {"working", g_ptr_array_index(names, i)};

        if (!move_free(folder, from, "inbox", NULL, error))
            return FALSE;
    }
    return sync_rooms(folder, "working", "inbox", error);
}

static gboolean watch(HotFolder *folder, GError **error)
{
    g_autofree char *inbox = path_in(folder, "inbox", NULL);

    folder->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (folder->inotify < 0 ||
        inotify_add_watch(folder->inotify, inbox, IN_CLOSE_WRITE | IN_MOVED_TO) < 0)
        return error_set_errno(error, ERROR_IO, errno, "watch %s", inbox);
    return TRUE;
}

HotFolder *hot_folder_open(const char *path, const Clock *clock, GError **error)
{
    g_autoptr(HotFolder) folder = g_new0(HotFolder, 1);

    folder->path = g_strdup(path);
    folder->clock = *clock;
    folder->inotify = -1;
    folder->working = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    if (!make_rooms(folder, error) || !return_unfinished(folder, error) || !watch(folder, error))
        return NULL;
    return g_steal_pointer(&folder);
}

int hot_folder_wake_fd(const HotFolder *folder)
{
    return folder->inotify;
}

void hot_folder_free(HotFolder *folder)
{
    if (folder == NULL)
        return;
    fd_close(folder->inotify);
    g_hash_table_unref(folder->working);
    g_free(folder->path);
    g_free(folder);
}

/* --- the same as a driver: a batch is what lies there complete --- */

typedef struct {
    HotFolder *folder;
    gboolean stopping;
} FolderDevice;

static gboolean folder_list(const char *const *names, const ScannerHost *host G_GNUC_UNUSED,
                            GPtrArray *found, GError **error G_GNUC_UNUSED)
{
    for (gsize i = 0; names[i] != NULL; i++) {
        ScannerInfo *info;

        if (!g_file_test(names[i], G_FILE_TEST_IS_DIR))
            continue;
        info = g_new0(ScannerInfo, 1);
        info->name = g_strconcat("folder:", names[i], NULL);
        info->vendor = g_strdup("anjuan");
        info->model = g_strdup("hot folder");
        info->serial = g_strdup("");
        g_ptr_array_add(found, info);
    }
    return TRUE;
}

static void *folder_open(const char *name, const ScannerHost *host G_GNUC_UNUSED, GError **error)
{
    Clock clock = clock_system();
    FolderDevice *device;
    HotFolder *folder;

    if (!g_file_test(name, G_FILE_TEST_IS_DIR)) {
        error_set(error, ERROR_NO_DEVICE, "folder:%s", name);
        return NULL;
    }
    folder = hot_folder_open(name, &clock, error);
    if (folder == NULL)
        return NULL;
    device = g_new0(FolderDevice, 1);
    device->folder = folder;
    return device;
}

static void folder_describe(void *self G_GNUC_UNUSED, ScannerInfo *info,
                            ScannerCapabilities *capabilities)
{
    info->vendor = g_strdup("anjuan");
    info->model = g_strdup("hot folder");
    info->serial = g_strdup("");
    capabilities->features = SCANNER_HAS_FEEDER | SCANNER_HAS_PAPER_PRESENT | SCANNER_HAS_STOP;
    capabilities->modes = SCANNER_LINEART | SCANNER_GRAY | SCANNER_COLOUR;
    capabilities->dpi[0] = 1;
    capabilities->dpi[1] = 2400;
}

static gboolean folder_start(void *self, const ScannerOptions *options G_GNUC_UNUSED,
                             GError **error)
{
    FolderDevice *device = self;

    device->stopping = FALSE;
    if (hot_folder_is_loaded(device->folder))
        return TRUE;
    return scanner_fault(error, SCANNER_EMPTY, "no complete file in inbox");
}

static ScannerStep folder_next(void *self, ScannerImage *image, GError **error)
{
    FolderDevice *device = self;
    HotFile file;

    if (device->stopping)
        return SCANNER_STEP_END;
    if (!hot_folder_next(device->folder, &file, error))
        return SCANNER_STEP_FAULT;
    if (file.id == 0)
        return SCANNER_STEP_END;
    image->id = file.id;
    image->fd = file.fd;
    g_strlcpy(image->media_type, file.media_type, sizeof image->media_type);
    g_strlcpy(image->source, file.name, sizeof image->source);
    return SCANNER_STEP_IMAGE;
}

static gboolean folder_rows(void *self G_GNUC_UNUSED, guint8 *page G_GNUC_UNUSED,
                            gsize room G_GNUC_UNUSED, ScannerProgress *progress G_GNUC_UNUSED,
                            GError **error)
{
    return error_set(error, ERROR_INTERNAL, "a hot folder gives files");
}

static void folder_cancel(void *self G_GNUC_UNUSED)
{
}

static void folder_stop(void *self)
{
    FolderDevice *device = self;

    device->stopping = TRUE;
}

static gboolean folder_status(void *self, ScannerStatus *status, GError **error G_GNUC_UNUSED)
{
    FolderDevice *device = self;

    status->paper =
        hot_folder_is_loaded(device->folder) ? SCANNER_PAPER_LOADED : SCANNER_PAPER_NONE;
    return TRUE;
}

static void folder_close(void *self)
{
    FolderDevice *device = self;

    hot_folder_free(device->folder);
    g_free(device);
}

static gboolean folder_settle(void *self, guint64 id, const char *refusal, GError **error)
{
    FolderDevice *device = self;

    if (refusal == NULL)
        return hot_folder_commit(device->folder, id, error);
    return hot_folder_refuse(device->folder, id, refusal, error);
}

const ScannerDriver hot_folder_driver = {
    .name = "folder",
    .list = folder_list,
    .open = folder_open,
    .describe = folder_describe,
    .start = folder_start,
    .next = folder_next,
    .rows = folder_rows,
    .cancel = folder_cancel,
    .status = folder_status,
    .close = folder_close,
    .stop = folder_stop,
    .settle = folder_settle,
};
