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
#include "drivers/scanner_drivers.h"
#include "drivers/scanner_quirks.h"

#include <sane/sane.h>
#include <sane/saneopts.h>
#include <string.h>

#define HEAD_BYTES   4096
#define CHUNK_ROWS   64
#define LATE_STEP_MS 500 /* between two tries for a page that is late */
#define PAUSE_MS     5   /* while there is no first byte */
#define STRING_MAX   256 /* of an option value */

typedef struct {
    SANE_Handle handle;
    char *name;
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

static ScannerReason reason_of(SANE_Status status)
{
    switch (status) {
    case SANE_STATUS_NO_DOCS:
        return SCANNER_EMPTY;
    case SANE_STATUS_JAMMED:
        return SCANNER_JAM;
    case SANE_STATUS_COVER_OPEN:
        return SCANNER_COVER_OPEN;
    case SANE_STATUS_DEVICE_BUSY:
        return SCANNER_BUSY;
    case SANE_STATUS_IO_ERROR: /* what is left of a cut cable or connection */
        return SCANNER_LOST;
    default:
        return SCANNER_FAILED;
    }
}

static gboolean sane_fault(const SaneDevice *device, SANE_Status status, const char *step,
                           GError **error)
{
    return scanner_fault(error, reason_of(status), "%s: %s: %s", device->name, step,
                         sane_strstatus(status));
}

/* --- options --- */

/* The option of this name if it can be used now; -1 otherwise. Asked for anew each time: any set
 * may have changed the table. */
static int option_find(const SaneDevice *device, const char *name,
                       const SANE_Option_Descriptor **found)
{
    SANE_Int n = 0;

    if (sane_get_option_descriptor(device->handle, 0) == NULL ||
        sane_control_option(device->handle, 0, SANE_ACTION_GET_VALUE, &n, NULL) != SANE_STATUS_GOOD)
        return -1;
    for (int i = 1; i < n; i++) {
        const SANE_Option_Descriptor *option = sane_get_option_descriptor(device->handle, i);

        if (option == NULL || option->name == NULL || strcmp(option->name, name) != 0)
            continue;
        *found = option;
        return SANE_OPTION_IS_ACTIVE(option->cap) ? i : -1;
    }
    return -1;
}

static gboolean option_set(const SaneDevice *device, int i, void *value, const char *name,
                           GError **error)
{
    SANE_Status status = sane_control_option(device->handle, i, SANE_ACTION_SET_VALUE, value, NULL);

    return status == SANE_STATUS_GOOD || sane_fault(device, status, name, error);
}

static gboolean option_set_text(const SaneDevice *device, const char *name, const char *text,
                                GError **error)
{
    const SANE_Option_Descriptor *option;
    int i = option_find(device, name, &option);
    char value[STRING_MAX] = "";

    if (i < 0 || option->type != SANE_TYPE_STRING || option->size > (SANE_Int)sizeof value)
        return error_set(error, ERROR_INVALID, "%s: no option %s", device->name, name);
    g_strlcpy(value, text, sizeof value);
    return option_set(device, i, value, name, error);
}

/* A number in the option's own unit; one that the device does not have is left alone. */
static gboolean option_set_number(const SaneDevice *device, const char *name, double number,
                                  GError **error)
{
    const SANE_Option_Descriptor *option;
    int i = option_find(device, name, &option);
    SANE_Word value;

    if (i < 0 || !SANE_OPTION_IS_SETTABLE(option->cap))
        return TRUE;
    value = option->type == SANE_TYPE_FIXED ? SANE_FIX(number) : (SANE_Word)(number + 0.5);
    return option_set(device, i, &value, name, error);
}

static double word_of(const SANE_Option_Descriptor *option, SANE_Word word)
{
    return option->type == SANE_TYPE_FIXED ? SANE_UNFIX(word) : word;
}

/* The first of the option's texts that fits; NULL where none does. */
static const char *text_that(const SANE_Option_Descriptor *option,
                             gboolean (*fits)(const char *text))
{
    if (option->type != SANE_TYPE_STRING || option->constraint_type != SANE_CONSTRAINT_STRING_LIST)
        return NULL;
    for (const SANE_String_Const *text = option->constraint.string_list; *text != NULL; text++)
        if (fits(*text))
            return *text;
    return NULL;
}

static gboolean has_word(const char *text, const char *word)
{
    g_autofree char *lower = g_ascii_strdown(text, -1);

    return strstr(lower, word) != NULL;
}

static gboolean is_duplex(const char *text)
{
    return has_word(text, "duplex") || has_word(text, "2-sided") || has_word(text, "both");
}

static gboolean is_feeder(const char *text)
{
    return !is_duplex(text) && !has_word(text, "back") &&
           (has_word(text, "adf") || has_word(text, "feeder") || has_word(text, "front"));
}

static gboolean is_still(const char *text)
{
    return has_word(text, "flatbed") || has_word(text, "platen") || has_word(text, "camera");
}

static gboolean is_colour(const char *text)
{
    return has_word(text, "color") || has_word(text, "colour");
}

static gboolean is_gray(const char *text)
{
    return has_word(text, "gray") || has_word(text, "grey");
}

static gboolean is_lineart(const char *text)
{
    return has_word(text, "lineart") || has_word(text, "black") || has_word(text, "binary");
}

/* --- what the device can --- */

static guint source_features(const SaneDevice *device)
{
    const SANE_Option_Descriptor *option;
    guint features = 0;

    if (option_find(device, SANE_NAME_SCAN_SOURCE, &option) < 0)
        return SCANNER_HAS_STILL;
    if (text_that(option, is_feeder) != NULL)
        features |= SCANNER_HAS_FEEDER;
    if (text_that(option, is_duplex) != NULL)
        features |= SCANNER_HAS_DUPLEX | SCANNER_HAS_FEEDER;
    if (text_that(option, is_still) != NULL)
        features |= SCANNER_HAS_STILL;
    return features != 0 ? features : SCANNER_HAS_STILL;
}

static guint other_features(const SaneDevice *device)
{
    const SANE_Option_Descriptor *option;
    guint features = SCANNER_HAS_STOP;

    if (option_find(device, "page-loaded", &option) > 0)
        features |= SCANNER_HAS_PAPER_PRESENT;
    if (option_find(device, "scan", &option) > 0 && option->type == SANE_TYPE_BOOL)
        features |= SCANNER_HAS_BUTTON;
    return features;
}

static guint modes_of(const SaneDevice *device)
{
    const SANE_Option_Descriptor *option;
    guint modes = 0;

    if (option_find(device, SANE_NAME_SCAN_MODE, &option) < 0)
        return SCANNER_GRAY | SCANNER_COLOUR; /* the device decides; the image says which */
    modes |= text_that(option, is_colour) != NULL ? SCANNER_COLOUR : 0;
    modes |= text_that(option, is_gray) != NULL ? SCANNER_GRAY : 0;
    modes |= text_that(option, is_lineart) != NULL ? SCANNER_LINEART : 0;
    return modes;
}

static guint to_dpi(double value)
{
    return value >= 1 && value <= 10000 ? (guint)(value + 0.5) : 1;
}

static void describe_dpi(const SaneDevice *device, ScannerCapabilities *capabilities)
{
    const SANE_Option_Descriptor *option;

    capabilities->dpi[0] = 1;
    capabilities->dpi[1] = 10000;
    if (option_find(device, SANE_NAME_SCAN_RESOLUTION, &option) < 0)
        return;
    if (option->constraint_type == SANE_CONSTRAINT_RANGE) {
        capabilities->dpi[0] = to_dpi(word_of(option, option->constraint.range->min));
        capabilities->dpi[1] = to_dpi(word_of(option, option->constraint.range->max));
    } else if (option->constraint_type == SANE_CONSTRAINT_WORD_LIST) {
        SANE_Int n = option->constraint.word_list[0];

        capabilities->n_dpi = (guint)CLAMP(n, 0, SCANNER_DPI_MAX);
        for (guint i = 0; i < capabilities->n_dpi; i++)
            capabilities->dpi[i] = to_dpi(word_of(option, option->constraint.word_list[i + 1]));
    }
}

static guint largest_um(const SaneDevice *device, const char *name)
{
    const SANE_Option_Descriptor *option;
    double mm;

    if (option_find(device, name, &option) < 0 || option->unit != SANE_UNIT_MM ||
        option->constraint_type != SANE_CONSTRAINT_RANGE)
        return 0;
    mm = word_of(option, option->constraint.range->max);
    return mm > 0 && mm < 10000 ? (guint)(mm * 1000) : 0;
}

static void sane_describe(void *self, ScannerInfo *info, ScannerCapabilities *capabilities)
{
    SaneDevice *device = self;

    info->vendor = g_strdup(device->vendor);
    info->model = g_strdup(device->model);
    info->serial = g_strdup("");
    capabilities->features = source_features(device) | other_features(device);
    capabilities->modes = modes_of(device);
    describe_dpi(device, capabilities);
    capabilities->width_um = largest_um(device, SANE_NAME_SCAN_BR_X);
    capabilities->height_um = largest_um(device, SANE_NAME_SCAN_BR_Y);
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
    device->model = g_strdup(device->name);
    if (strncmp(device->name, "net:", 4) == 0 || strncmp(device->name, "airscan:", 8) == 0 ||
        sane_get_devices(&devices, SANE_TRUE) != SANE_STATUS_GOOD)
        return;
    for (; *devices != NULL; devices++) {
        if (strcmp((*devices)->name, device->name) != 0)
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
    device->handle = handle;
    device->name = g_strdup(name);
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
        sane_cancel(device->handle);
    device->started = FALSE;
    device->frame_is_open = FALSE;
}

static void sane_driver_close(void *self)
{
    SaneDevice *device = self;

    sane_driver_cancel(device);
    sane_close(device->handle);
    handles--;
    g_byte_array_unref(device->plane_row);
    g_free(device->name);
    g_free(device->vendor);
    g_free(device->model);
    g_free(device);
}

/* --- a batch --- */

static gboolean set_source(const SaneDevice *device, const ScannerOptions *options, GError **error)
{
    const SANE_Option_Descriptor *option;
    const char *text;

    if (option_find(device, SANE_NAME_SCAN_SOURCE, &option) < 0)
        return TRUE;
    if (options->source == SCANNER_SOURCE_STILL)
        text = text_that(option, is_still);
    else
        text = text_that(option, options->duplex ? is_duplex : is_feeder);
    if (text == NULL && !options->duplex)
        text = text_that(option, is_duplex); /* a feeder that knows both sides alone */
    if (text == NULL)
        return TRUE;
    return option_set_text(device, SANE_NAME_SCAN_SOURCE, text, error);
}

static gboolean is_continue(const char *text)
{
    return strcmp(text, "Continue") == 0;
}

static gboolean is_default(const char *text)
{
    return strcmp(text, "Default") == 0;
}

/* The backend of Fujitsu feeders has `df-action`; where there is none nothing can be said. */
static gboolean set_doubles(const SaneDevice *device, const ScannerOptions *options, GError **error)
{
    const SANE_Option_Descriptor *option;
    const char *text;

    if (option_find(device, "df-action", &option) < 0)
        return TRUE;
    text = text_that(option, options->doubles ? is_continue : is_default);
    return text == NULL || option_set_text(device, "df-action", text, error);
}

static gboolean set_mode(const SaneDevice *device, const ScannerOptions *options, GError **error)
{
    const SANE_Option_Descriptor *option;
    const char *text;

    if (option_find(device, SANE_NAME_SCAN_MODE, &option) < 0)
        return TRUE;
    text = text_that(option, options->mode == SCANNER_COLOUR ? is_colour
                             : options->mode == SCANNER_GRAY ? is_gray
                                                             : is_lineart);
    if (text == NULL)
        return error_set(error, ERROR_INVALID, "%s: mode", device->name);
    if (!option_set_text(device, SANE_NAME_SCAN_MODE, text, error))
        return FALSE;
    return options->mode == SCANNER_LINEART ||
           option_set_number(device, SANE_NAME_BIT_DEPTH, 8, error);
}

static gboolean set_area(const SaneDevice *device, const ScannerOptions *options, GError **error)
{
    guint width_um = options->width_um;
    guint height_um = options->height_um;
    const SANE_Option_Descriptor *option;

    if (option_find(device, SANE_NAME_SCAN_BR_X, &option) < 0 || option->unit != SANE_UNIT_MM)
        return TRUE;
    if (width_um == 0)
        width_um = largest_um(device, SANE_NAME_SCAN_BR_X);
    if (height_um == 0)
        height_um = largest_um(device, SANE_NAME_SCAN_BR_Y);
    return option_set_number(device, SANE_NAME_SCAN_TL_X, 0, error) &&
           option_set_number(device, SANE_NAME_SCAN_TL_Y, 0, error) &&
           (width_um == 0 ||
            option_set_number(device, SANE_NAME_SCAN_BR_X, width_um / 1000.0, error)) &&
           (height_um == 0 ||
            option_set_number(device, SANE_NAME_SCAN_BR_Y, height_um / 1000.0, error));
}

static gboolean sane_driver_start(void *self, const ScannerOptions *options, GError **error)
{
    SaneDevice *device = self;

    device->options = *options;
    device->images = 0;
    device->stopping = FALSE;
    return set_source(device, options, error) && set_mode(device, options, error) &&
           set_doubles(device, options, error) &&
           option_set_number(device, SANE_NAME_SCAN_RESOLUTION, options->dpi, error) &&
           set_area(device, options, error);
}

/* sane_start, again and again where this model is known to say NO_DOCS before a page is late. */
static SANE_Status start_frame(SaneDevice *device)
{
    gint64 until_ms = scanner_host_now_ms(device->host) + device->quirks.late_page_ms;
    SANE_Status status;

    do {
        status = sane_start(device->handle);
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
    SANE_Status status = sane_get_parameters(device->handle, &device->frame);
    const SANE_Parameters *frame = &device->frame;

    if (status != SANE_STATUS_GOOD)
        return sane_fault(device, status, "parameters", error);
    if (frame->pixels_per_line <= 0 || frame->bytes_per_line <= 0 || frame->depth > 8 ||
        (frame->depth != 8 && (frame->depth != 1 || frame->format != SANE_FRAME_GRAY)) ||
        (is_plane(frame) && frame->bytes_per_line < frame->pixels_per_line))
        return error_set(error, ERROR_FORMAT, "%s: frame %d, %d px, %d bytes, %d bit", device->name,
                         frame->format, frame->pixels_per_line, frame->bytes_per_line,
                         frame->depth);
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
        status = sane_read(device->handle, device->head, sizeof device->head, &got);
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
        return sane_fault(device, *status, "start", error);
    if (device->head_size == 0 && !device->head_is_all)
        return scanner_fault(error, SCANNER_SILENT, "%s: no first byte", device->name);
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
    status = sane_read(device->handle, out, (SANE_Int)MIN(room, 1u << 22), &got);
    *ended = status == SANE_STATUS_EOF;
    if (status == SANE_STATUS_GOOD)
        return MAX(got, 0);
    if (!*ended)
        sane_fault(device, status, "read", error);
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
        return error_set(error, ERROR_TOO_LARGE, "%s: more rows than a page has", device->name);
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
    SANE_Status status = sane_start(device->handle);

    if (status != SANE_STATUS_GOOD)
        return sane_fault(device, status, "start of a colour", error);
    if (!open_frame(device, error))
        return FALSE;
    if (!is_plane(&device->frame) ||
        (guint)device->frame.pixels_per_line != device->geometry.width_px)
        return error_set(error, ERROR_FORMAT, "%s: the three frames differ", device->name);
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
        return error_set(error, ERROR_TOO_LARGE, "%s: more rows than a page has", device->name);
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

/* A boolean option; FALSE where it cannot be had. */
static gboolean sensor(const SaneDevice *device, const char *name, gboolean *value)
{
    const SANE_Option_Descriptor *option;
    int i = option_find(device, name, &option);
    SANE_Word word = 0;

    if (i < 0 || option->type != SANE_TYPE_BOOL ||
        sane_control_option(device->handle, i, SANE_ACTION_GET_VALUE, &word, NULL) !=
            SANE_STATUS_GOOD)
        return FALSE;
    *value = word != SANE_FALSE;
    return TRUE;
}

static gboolean sane_driver_status(void *self, ScannerStatus *status, GError **error G_GNUC_UNUSED)
{
    SaneDevice *device = self;
    gboolean value;

    if (sensor(device, "cover-open", &value) && value)
        status->reason = SCANNER_COVER_OPEN;
    if (sensor(device, "page-loaded", &value))
        status->paper = value ? SCANNER_PAPER_LOADED : SCANNER_PAPER_NONE;
    return TRUE;
}

static gboolean sane_driver_button(void *self, gboolean *pressed, GError **error G_GNUC_UNUSED)
{
    if (!sensor(self, "scan", pressed))
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
