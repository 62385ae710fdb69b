/* SPDX-License-Identifier: Apache-2.0
 *
 * Any scanner that SANE knows, local or through saned ("sane:net:host:test:0").
 *
 * What the standard leaves open and devices use: an option set can throw the whole option table
 * away (the net backend then forgets even how many there are until descriptor 0 is asked for);
 * the constraint of an inactive option is garbage; a page may come as three frames or without a
 * height; sane_read may answer GOOD with no bytes for ever (scanner_rows stops that); NO_DOCS
 * says that the library has no more, not that the stack is through.
 */
#include "drivers/sane_options.h"
#include "drivers/scanner_drivers.h"
#include "drivers/scanner_quirks.h"

#include <string.h>

#define HEAD_BYTES   4096
#define CHUNK_ROWS   64
#define LATE_STEP_MS 500 /* between two tries for a page that is late */
#define PAUSE_MS     5   /* while there is no first byte */

typedef struct {
    SaneTable table; /* its name is owned */
    char *vendor;
    char *model;
    const ScannerHost *host;
    ScannerQuirks quirks;
    ScannerOptions options;
    SANE_Parameters frame; /* of the frame being read */
    ScannerGeometry geometry;
    gsize filled;            /* bytes of this frame so far */
    guint8 head[HEAD_BYTES]; /* the first bytes, read before the image is announced */
    gsize head_at;
    gsize head_size;
    gboolean head_is_all;   /* the frame ended within them */
    GByteArray *plane_row;  /* three frames: one row of a single colour */
    gboolean frame_is_open; /* sane_start has been called and EOF not been seen */
    gboolean started;       /* sane_cancel is owed */
    gboolean stopping;
    guint images;
} SaneDevice;

/* --- the library --- */

static gboolean library_is_in;
static guint handles; /* open in this process */

/* Once for the process: sane_exit unloads backends whose threads may still run (seen with the test
 * backend), and a device worker ends with its device anyway. */
static gboolean library_enter(GError **error)
{
    SANE_Status status;

    if (library_is_in)
        return TRUE;
    status = sane_init(NULL, NULL);
    library_is_in = status == SANE_STATUS_GOOD;
    return library_is_in || error_set(error, ERROR_DEVICE, "SANE: %s", sane_strstatus(status));
}

/* sane_open; with a second try behind a fresh start of the library, since the net backend keeps a
 * connection that broke (saned's child may die of a cancel) and answers I/O error ever after. */
static SANE_Status open_handle(const char *name, SANE_Handle *handle)
{
    SANE_Status status = sane_open(name, handle);

    if (status == SANE_STATUS_IO_ERROR && handles == 0) {
        sane_exit();
        library_is_in = FALSE;
        if (!library_enter(NULL))
            return status;
        status = sane_open(name, handle);
    }
    handles += status == SANE_STATUS_GOOD ? 1 : 0;
    return status;
}

static void sane_describe(void *self, ScannerInfo *info, ScannerCapabilities *capabilities)
{
    SaneDevice *device = self;

    info->vendor = g_strdup(device->vendor);
    info->model = g_strdup(device->model);
    info->serial = g_strdup("");
    sane_table_describe(&device->table, capabilities);
    capabilities->backs_upside_down = device->quirks.backs_upside_down;
}

/* --- list, open, close --- */

static void add_info(GPtrArray *found, const char *name, const char *vendor, const char *model)
{
    ScannerInfo *info = g_new0(ScannerInfo, 1);

    info->name = g_strconcat("sane:", name, NULL);
    info->vendor = g_strdup(vendor);
    info->model = g_strdup(model);
    info->serial = g_strdup("");
    g_ptr_array_add(found, info);
}

static gboolean is_among(const SANE_Device **devices, const char *name)
{
    for (; *devices != NULL; devices++)
        if (strcmp((*devices)->name, name) == 0)
            return TRUE;
    return FALSE;
}

/* Configured devices that no discovery finds are tried by name. */
static void add_configured(const char *const *names, const SANE_Device **devices, GPtrArray *found)
{
    for (gsize i = 0; names[i] != NULL; i++) {
        SANE_Handle handle;

        if (is_among(devices, names[i]) || sane_open(names[i], &handle) != SANE_STATUS_GOOD)
            continue;
        sane_close(handle);
        add_info(found, names[i], "", "");
    }
}

static gboolean sane_list(const char *const *names, const ScannerHost *host G_GNUC_UNUSED,
                          GPtrArray *found, GError **error)
{
    const SANE_Device **devices;
    SANE_Status status;

    if (!library_enter(error))
        return FALSE;
    status = sane_get_devices(&devices, SANE_FALSE);
    if (status == SANE_STATUS_GOOD) {
        for (const SANE_Device **device = devices; *device != NULL; device++)
            add_info(found, (*device)->name, (*device)->vendor, (*device)->model);
        add_configured(names, devices, found);
    }
    return status == SANE_STATUS_GOOD ||
           error_set(error, ERROR_DEVICE, "SANE: %s", sane_strstatus(status));
}

/* SANE tells vendor and model in its list alone; asking for it may send packets into the network,
 * so it is read only where the library has it at hand. */
static void name_maker(SaneDevice *device)
{
    const SANE_Device **devices;

    device->vendor = g_strdup("");
    device->model = g_strdup(device->table.name);
    if (strncmp(device->table.name, "net:", 4) == 0 ||
        strncmp(device->table.name, "airscan:", 8) == 0 ||
        sane_get_devices(&devices, SANE_TRUE) != SANE_STATUS_GOOD)
        return;
    for (; *devices != NULL; devices++) {
        if (strcmp((*devices)->name, device->table.name) != 0)
            continue;
        g_free(device->vendor);
        g_free(device->model);
        device->vendor = g_strdup((*devices)->vendor);
        device->model = g_strdup((*devices)->model);
        return;
    }
}

static void *sane_driver_open(const char *name, const ScannerHost *host, GError **error)
{
    SaneDevice *device;
    SANE_Handle handle;
    SANE_Status status;

    if (!library_enter(error))
        return NULL;
    status = open_handle(name, &handle);
    if (status != SANE_STATUS_GOOD) {
        gboolean is_busy = status == SANE_STATUS_DEVICE_BUSY;

        error_set(error, is_busy ? ERROR_BUSY : ERROR_NO_DEVICE, "sane:%s: %s", name,
                  sane_strstatus(status));
        return NULL;
    }
    device = g_new0(SaneDevice, 1);
    device->table.handle = handle;
    device->table.name = g_strdup(name);
    device->host = host;
    device->plane_row = g_byte_array_new();
    name_maker(device);
    device->quirks = scanner_quirks_of("sane", device->vendor, device->model);
    return device;
}

static void sane_driver_cancel(void *self)
{
    SaneDevice *device = self;

    if (device->started)
        sane_cancel(device->table.handle);
    device->started = FALSE;
    device->frame_is_open = FALSE;
}

static void sane_driver_close(void *self)
{
    SaneDevice *device = self;

    sane_driver_cancel(device);
    sane_close(device->table.handle);
    handles--;
    g_byte_array_unref(device->plane_row);
    g_free(device->table.name);
    g_free(device->vendor);
    g_free(device->model);
    g_free(device);
}

/* --- a batch --- */

static gboolean sane_driver_start(void *self, const ScannerOptions *options, GError **error)
{
    SaneDevice *device = self;

    device->options = *options;
    device->images = 0;
    device->stopping = FALSE;
    return sane_table_apply(&device->table, options, error);
}

/* sane_start, again and again where this model is known to say NO_DOCS before a page is late. */
static SANE_Status start_frame(SaneDevice *device)
{
    gint64 until_ms = scanner_host_now_ms(device->host) + device->quirks.late_page_ms;
    SANE_Status status;

    do {
        status = sane_start(device->table.handle);
        device->started = TRUE;
    } while (status == SANE_STATUS_NO_DOCS && device->images > 0 &&
             scanner_host_now_ms(device->host) < until_ms &&
             scanner_host_wait(device->host, LATE_STEP_MS));
    device->frame_is_open = status == SANE_STATUS_GOOD;
    return status;
}

static gboolean is_plane(const SANE_Parameters *frame)
{
    return frame->format == SANE_FRAME_RED || frame->format == SANE_FRAME_GREEN ||
           frame->format == SANE_FRAME_BLUE;
}

/* Take over what the device says about the frame; its numbers are checked by scanner_next. */
static gboolean open_frame(SaneDevice *device, GError **error)
{
    SANE_Status status = sane_get_parameters(device->table.handle, &device->frame);
    const SANE_Parameters *frame = &device->frame;

    if (status != SANE_STATUS_GOOD)
        return sane_fault(&device->table, status, "parameters", error);
    if (frame->pixels_per_line <= 0 || frame->bytes_per_line <= 0 || frame->depth > 8 ||
        (frame->depth != 8 && (frame->depth != 1 || frame->format != SANE_FRAME_GRAY)) ||
        (is_plane(frame) && frame->bytes_per_line < frame->pixels_per_line))
        return error_set(error, ERROR_FORMAT, "%s: frame %d, %d px, %d bytes, %d bit",
                         device->table.name, frame->format, frame->pixels_per_line,
                         frame->bytes_per_line, frame->depth);
    device->filled = 0;
    return TRUE;
}

static void fill_geometry(SaneDevice *device)
{
    const SANE_Parameters *frame = &device->frame;
    ScannerGeometry *geometry = &device->geometry;

    geometry->width_px = (guint)frame->pixels_per_line;
    geometry->height_px = frame->lines > 0 ? (guint)frame->lines : 0;
    geometry->samples = frame->format == SANE_FRAME_GRAY ? 1 : 3;
    geometry->depth = (guint)frame->depth;
    geometry->row_bytes = is_plane(frame) ? 3 * geometry->width_px : (guint)frame->bytes_per_line;
    geometry->dpi = device->options.dpi;
}

static gboolean is_over(const SaneDevice *device)
{
    gboolean sheet_is_whole = !device->options.duplex || device->images % 2 == 0;

    if (device->options.source == SCANNER_SOURCE_STILL)
        return device->images > 0;
    return device->stopping && sheet_is_whole;
}

static ScannerStep end_batch(SaneDevice *device)
{
    sane_driver_cancel(device);
    return SCANNER_STEP_END;
}

/* The first bytes of an image. Some backends take a start and tell only then that there is no
 * sheet, or that it is jammed: without a byte there is no image. */
static SANE_Status read_head(SaneDevice *device)
{
    guint silence_ms =
        device->options.silence_ms > 0 ? device->options.silence_ms : SCANNER_SILENCE_MS;
    gint64 until_ms = scanner_host_now_ms(device->host) + silence_ms;
    SANE_Status status;
    SANE_Int got = 0;

    do
        status = sane_read(device->table.handle, device->head, sizeof device->head, &got);
    while (status == SANE_STATUS_GOOD && got <= 0 && scanner_host_now_ms(device->host) < until_ms &&
           scanner_host_wait(device->host, PAUSE_MS));
    device->head_at = 0;
    device->head_size = status == SANE_STATUS_GOOD && got > 0 ? (gsize)got : 0;
    device->head_is_all = status == SANE_STATUS_EOF;
    return device->head_is_all ? SANE_STATUS_GOOD : status;
}

/* Start a sheet; FALSE with `error` on a fault, *status tells NO_DOCS apart. */
static gboolean begin_image(SaneDevice *device, SANE_Status *status, GError **error)
{
    *status = start_frame(device);
    if (*status == SANE_STATUS_GOOD && !open_frame(device, error))
        return FALSE;
    if (*status == SANE_STATUS_GOOD)
        *status = read_head(device);
    if (*status == SANE_STATUS_JAMMED && device->images == 0 && device->quirks.jam_when_empty)
        *status = SANE_STATUS_NO_DOCS;
    if (*status != SANE_STATUS_GOOD)
        return sane_fault(&device->table, *status, "start", error);
    if (device->head_size == 0 && !device->head_is_all)
        return scanner_fault(error, SCANNER_SILENT, "%s: no first byte", device->table.name);
    return TRUE;
}

static ScannerStep sane_driver_next(void *self, ScannerImage *image, GError **error)
{
    SaneDevice *device = self;
    SANE_Status status;

    if (is_over(device))
        return end_batch(device);
    if (!begin_image(device, &status, error)) {
        sane_driver_cancel(device);
        if (status != SANE_STATUS_NO_DOCS || device->images == 0)
            return SCANNER_STEP_FAULT;
        g_clear_error(error);
        return SCANNER_STEP_END;
    }
    fill_geometry(device);
    image->id = ++device->images;
    image->back = device->options.duplex && device->images % 2 == 0;
    image->geometry = device->geometry;
    return SCANNER_STEP_IMAGE;
}

/* --- rows --- */

static gboolean end_frame(SaneDevice *device, ScannerProgress *progress)
{
    guint height = device->geometry.height_px;

    device->frame_is_open = FALSE;
    progress->ended = TRUE;
    progress->whole = height > 0 ? progress->rows == height : progress->rows > 0;
    return TRUE;
}

/* At most `room` bytes into `out`: how many, 0 for "not yet", -1 with *ended after the last byte,
 * -1 with `error` on a fault. */
static gssize read_bytes(SaneDevice *device, guint8 *out, gsize room, gboolean *ended,
                         GError **error)
{
    gsize n = MIN(room, device->head_size - device->head_at);
    SANE_Int got = 0;
    SANE_Status status;

    *ended = device->head_is_all;
    if (n > 0) {
        memcpy(out, device->head + device->head_at, n);
        device->head_at += n;
        return (gssize)n;
    }
    if (*ended)
        return -1;
    status = sane_read(device->table.handle, out, (SANE_Int)MIN(room, 1u << 22), &got);
    *ended = status == SANE_STATUS_EOF;
    if (status == SANE_STATUS_GOOD)
        return MAX(got, 0);
    if (!*ended)
        sane_fault(&device->table, status, "read", error);
    return -1;
}

/* The common case: rows of the frame are rows of the page. */
static gboolean read_packed(SaneDevice *device, guint8 *page, gsize room, ScannerProgress *progress,
                            GError **error)
{
    gsize row_bytes = device->geometry.row_bytes;
    gsize left = room - device->filled;
    guint8 beyond[1];
    gboolean ended;
    gssize n;

    if (left > 0)
        n = read_bytes(device, page + device->filled, MIN(left, row_bytes * CHUNK_ROWS), &ended,
                       error);
    else
        n = read_bytes(device, beyond, sizeof beyond, &ended, error);
    if (n < 0)
        return ended && end_frame(device, progress);
    if (left == 0 && n > 0)
        return error_set(error, ERROR_TOO_LARGE, "%s: more rows than a page has",
                         device->table.name);
    device->filled += (gsize)n;
    progress->bytes += (gsize)n;
    progress->rows = (guint)(device->filled / row_bytes);
    return TRUE;
}

static guint plane_of(const SANE_Parameters *frame)
{
    return frame->format == SANE_FRAME_RED ? 0 : frame->format == SANE_FRAME_GREEN ? 1 : 2;
}

/* The next of three frames. */
static gboolean next_plane(SaneDevice *device, GError **error)
{
    SANE_Status status = sane_start(device->table.handle);

    if (status != SANE_STATUS_GOOD)
        return sane_fault(&device->table, status, "start of a colour", error);
    if (!open_frame(device, error))
        return FALSE;
    if (!is_plane(&device->frame) ||
        (guint)device->frame.pixels_per_line != device->geometry.width_px)
        return error_set(error, ERROR_FORMAT, "%s: the three frames differ", device->table.name);
    return TRUE;
}

/* One colour of one row into its place between the other two. */
static void scatter(const SaneDevice *device, guint8 *page, gsize row)
{
    guint8 *out = page + row * device->geometry.row_bytes + plane_of(&device->frame);

    for (guint x = 0; x < device->geometry.width_px; x++)
        out[3 * (gsize)x] = device->plane_row->data[x];
}

/* Three passes: rows are whole in the last one only. */
static gboolean read_plane(SaneDevice *device, guint8 *page, gsize room, ScannerProgress *progress,
                           GError **error)
{
    gsize row_bytes = (gsize)device->frame.bytes_per_line;
    gsize row = device->filled / row_bytes;
    gsize within = device->filled % row_bytes;
    gboolean ended;
    gssize n;

    g_byte_array_set_size(device->plane_row, (guint)row_bytes);
    n = read_bytes(device, device->plane_row->data + within, row_bytes - within, &ended, error);
    if (n < 0 && ended)
        return device->frame.last_frame ? end_frame(device, progress) : next_plane(device, error);
    if (n < 0)
        return FALSE;
    if (n > 0 && (row + 1) * device->geometry.row_bytes > room)
        return error_set(error, ERROR_TOO_LARGE, "%s: more rows than a page has",
                         device->table.name);
    device->filled += (gsize)n;
    progress->bytes += (gsize)n;
    if (within + (gsize)n == row_bytes) {
        scatter(device, page, row);
        progress->rows = device->frame.last_frame ? (guint)row + 1 : 0;
    }
    return TRUE;
}

static gboolean sane_driver_rows(void *self, guint8 *page, gsize room, ScannerProgress *progress,
                                 GError **error)
{
    SaneDevice *device = self;

    if (is_plane(&device->frame))
        return read_plane(device, page, room, progress, error);
    return read_packed(device, page, room, progress, error);
}

static void sane_driver_stop(void *self)
{
    SaneDevice *device = self;

    device->stopping = TRUE;
}

/* --- sensors --- */

static gboolean sane_driver_status(void *self, ScannerStatus *status, GError **error G_GNUC_UNUSED)
{
    SaneDevice *device = self;
    gboolean value;

    if (sane_table_sensor(&device->table, "cover-open", &value) && value)
        status->reason = SCANNER_COVER_OPEN;
    if (sane_table_sensor(&device->table, "page-loaded", &value))
        status->paper = value ? SCANNER_PAPER_LOADED : SCANNER_PAPER_NONE;
    return TRUE;
}

static gboolean sane_driver_button(void *self, gboolean *pressed, GError **error G_GNUC_UNUSED)
{
    SaneDevice *device = self;

    if (!sane_table_sensor(&device->table, "scan", pressed))
        *pressed = FALSE;
    return TRUE;
}

const ScannerDriver scanner_sane_driver = {
    .name = "sane",
    .list = sane_list,
    .open = sane_driver_open,
    .describe = sane_describe,
    .start = sane_driver_start,
    .next = sane_driver_next,
    .rows = sane_driver_rows,
    .cancel = sane_driver_cancel,
    .status = sane_driver_status,
    .close = sane_driver_close,
    .stop = sane_driver_stop,
    .button = sane_driver_button,
};
