/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/scanner.h"

#include "drivers/scanner_drivers.h"

#include <string.h>

#define PAUSE_MS 5 /* between two looks at a device that has nothing yet */

struct Scanner {
    const ScannerDriver *driver;
    void *self;
    const ScannerHost *host;
    ScannerInfo info;
    ScannerCapabilities capabilities;
    ScannerState state;
    ScannerGeometry geometry; /* of the image being read */
    ScannerProgress progress;
    guint silence_ms;
};

static const struct {
    const char *token;
    ErrorCode code;
} reasons[] = {
    [SCANNER_OK] = {"ok", ERROR_NONE},
    [SCANNER_EMPTY] = {"empty", ERROR_FEEDER_EMPTY},
    [SCANNER_JAM] = {"jam", ERROR_JAM},
    [SCANNER_DOUBLE_FEED] = {"double-feed", ERROR_DOUBLE_FEED},
    [SCANNER_COVER_OPEN] = {"cover-open", ERROR_COVER_OPEN},
    [SCANNER_MIS_PICK] = {"mis-pick", ERROR_MIS_PICK},
    [SCANNER_HALF_IMAGE] = {"half-image", ERROR_HALF_IMAGE},
    [SCANNER_LOST] = {"lost", ERROR_DEVICE_LOST},
    [SCANNER_SILENT] = {"silent", ERROR_DEVICE_SILENT},
    [SCANNER_BUSY] = {"busy", ERROR_BUSY},
    [SCANNER_FAILED] = {"failed", ERROR_DEVICE},
};
G_STATIC_ASSERT(G_N_ELEMENTS(reasons) == SCANNER_REASON_COUNT);

const char *scanner_reason_token(ScannerReason reason)
{
    return reasons[reason].token;
}

gboolean scanner_reason_parse(const char *token, ScannerReason *reason)
{
    for (guint i = 0; i < SCANNER_REASON_COUNT; i++) {
        if (strcmp(reasons[i].token, token) == 0) {
            *reason = i;
            return TRUE;
        }
    }
    return FALSE;
}

ErrorCode scanner_reason_code(ScannerReason reason)
{
    return reasons[reason].code;
}

ScannerReason scanner_reason_of(const GError *error)
{
    ErrorCode code = error_code(error);

    for (guint i = SCANNER_EMPTY; i < SCANNER_REASON_COUNT; i++)
        if (reasons[i].code == code)
            return i;
    return SCANNER_FAILED;
}

gboolean scanner_fault(GError **error, ScannerReason reason, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list args;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    return error_set(error, reasons[reason].code, "%s", text);
}

static void info_clear(ScannerInfo *info)
{
    g_clear_pointer(&info->name, g_free);
    g_clear_pointer(&info->vendor, g_free);
    g_clear_pointer(&info->model, g_free);
    g_clear_pointer(&info->serial, g_free);
}

void scanner_info_free(ScannerInfo *info)
{
    if (info == NULL)
        return;
    info_clear(info);
    g_free(info);
}

static gint64 manual_now_ms(void *self)
{
    return *(gint64 *)self;
}

static gboolean manual_wait(void *self, guint ms)
{
    *(gint64 *)self += ms;
    return TRUE;
}

ScannerHost scanner_host_manual(gint64 *now_ms)
{
    return (ScannerHost){.now_ms = manual_now_ms, .wait = manual_wait, .self = now_ms};
}

gint64 scanner_host_now_ms(const ScannerHost *host)
{
    return host->now_ms(host->self);
}

gboolean scanner_host_wait(const ScannerHost *host, guint ms)
{
    return host->wait(host->self, ms);
}

/* The part of `name` behind "<driver>:", or NULL where it is of another driver. */
static const char *rest_of(const ScannerDriver *driver, const char *name)
{
    gsize length = strlen(driver->name);

    if (strncmp(name, driver->name, length) != 0 || name[length] != ':')
        return NULL;
    return name + length + 1;
}

/* The configured names of this driver without their prefix, NULL-terminated. */
static GPtrArray *names_of(const ScannerDriver *driver, const char *const *configured)
{
    GPtrArray *names = g_ptr_array_new();

    for (gsize i = 0; configured != NULL && configured[i] != NULL; i++) {
        const char *rest = rest_of(driver, configured[i]);

        if (rest != NULL)
            g_ptr_array_add(names, (char *)rest);
    }
    g_ptr_array_add(names, NULL);
    return names;
}

GPtrArray *scanner_list(const char *const *configured, const ScannerHost *host, GError **error)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func((GDestroyNotify)scanner_info_free);

    for (const ScannerDriver *const *driver = scanner_drivers(); *driver != NULL; driver++) {
        g_autoptr(GPtrArray) names = names_of(*driver, configured);

        if (!(*driver)->list((const char *const *)names->pdata, host, found, error)) {
            g_prefix_error(error, "list of %s devices: ", (*driver)->name);
            return NULL;
        }
    }
    return g_steal_pointer(&found);
}

Scanner *scanner_open_with(const ScannerDriver *driver, const char *rest, const ScannerHost *host,
                           GError **error)
{
    void *self = driver->open(rest, host, error);
    Scanner *scanner;

    if (self == NULL)
        return NULL;
    scanner = g_new0(Scanner, 1);
    scanner->driver = driver;
    scanner->self = self;
    scanner->host = host;
    driver->describe(self, &scanner->info, &scanner->capabilities);
    g_free(scanner->info.name);
    scanner->info.name = g_strconcat(driver->name, ":", rest, NULL);
    return scanner;
}

Scanner *scanner_open(const char *name, const ScannerHost *host, GError **error)
{
    for (const ScannerDriver *const *driver = scanner_drivers(); *driver != NULL; driver++) {
        const char *rest = rest_of(*driver, name);

        if (rest != NULL)
            return scanner_open_with(*driver, rest, host, error);
    }
    error_set(error, ERROR_NO_DEVICE, "%s: no driver of this name", name);
    return NULL;
}

const ScannerInfo *scanner_info(const Scanner *scanner)
{
    return &scanner->info;
}

const ScannerCapabilities *scanner_capabilities(const Scanner *scanner)
{
    return &scanner->capabilities;
}

ScannerState scanner_state(const Scanner *scanner)
{
    return scanner->state;
}

static gboolean dpi_offered(const ScannerCapabilities *able, guint dpi)
{
    if (able->n_dpi == 0)
        return dpi >= able->dpi[0] && dpi <= able->dpi[1];
    for (guint i = 0; i < able->n_dpi; i++)
        if (able->dpi[i] == dpi)
            return TRUE;
    return FALSE;
}

static gboolean check_options(const ScannerCapabilities *able, const ScannerOptions *options,
                              GError **error)
{
    guint source =
        options->source == SCANNER_SOURCE_FEEDER ? SCANNER_HAS_FEEDER : SCANNER_HAS_STILL;

    if ((able->features & source) == 0)
        return error_set(error, ERROR_INVALID, "source: the device has no such source");
    if (options->duplex && (able->features & SCANNER_HAS_DUPLEX) == 0)
        return error_set(error, ERROR_INVALID, "duplex: the device scans one side");
    if ((able->modes & options->mode) == 0)
        return error_set(error, ERROR_INVALID, "mode: the device does not offer it");
    if (!dpi_offered(able, options->dpi))
        return error_set(error, ERROR_INVALID, "dpi: the device does not offer %u", options->dpi);
    if (able->width_um > 0 && options->width_um > able->width_um)
        return error_set(error, ERROR_INVALID, "width: the device ends at %u um", able->width_um);
    if (able->height_um > 0 && options->height_um > able->height_um)
        return error_set(error, ERROR_INVALID, "height: the device ends at %u um", able->height_um);
    return TRUE;
}

/* After a fault only a device that still answers can begin again. */
static void settle_state(Scanner *scanner, const GError *fault)
{
    ScannerReason reason = scanner_reason_of(fault);

    scanner->state =
        reason == SCANNER_LOST || reason == SCANNER_SILENT ? SCANNER_GONE : SCANNER_IDLE;
}

static gboolean hand_on(Scanner *scanner, GError *fault, GError **error)
{
    g_prefix_error(&fault, "%s: ", scanner->info.name);
    settle_state(scanner, fault);
    g_propagate_error(error, fault);
    return FALSE;
}

static gboolean expect_state(const Scanner *scanner, ScannerState state, GError **error)
{
    if (scanner->state == SCANNER_GONE)
        return error_set(error, ERROR_DEVICE_LOST, "%s: open it again", scanner->info.name);
    if (scanner->state != state)
        return error_set(error, ERROR_INTERNAL, "%s: step out of turn", scanner->info.name);
    return TRUE;
}

gboolean scanner_start(Scanner *scanner, const ScannerOptions *options, GError **error)
{
    GError *fault = NULL;

    if (!expect_state(scanner, SCANNER_IDLE, error))
        return FALSE;
    if (!check_options(&scanner->capabilities, options, error)) {
        g_prefix_error(error, "%s: ", scanner->info.name);
        return FALSE;
    }
    if (!scanner->driver->start(scanner->self, options, &fault))
        return hand_on(scanner, fault, error);
    scanner->silence_ms = options->silence_ms > 0 ? options->silence_ms : SCANNER_SILENCE_MS;
    scanner->state = SCANNER_FEEDING;
    return TRUE;
}

/* What the driver says of an image, held against the limits. */
static gboolean accept_image(Scanner *scanner, const ScannerImage *image, GError **error)
{
    if (image->fd >= 0)
        return TRUE;
    if (!scanner_geometry_check(&image->geometry, error))
        return FALSE;
    scanner->geometry = image->geometry;
    scanner->progress = (ScannerProgress){0};
    scanner->state = SCANNER_IMAGE;
    return TRUE;
}

ScannerStep scanner_next(Scanner *scanner, ScannerImage *image, GError **error)
{
    GError *fault = NULL;
    ScannerStep step;

    *image = (ScannerImage){.fd = -1};
    if (!expect_state(scanner, SCANNER_FEEDING, error))
        return SCANNER_STEP_FAULT;
    step = scanner->driver->next(scanner->self, image, &fault);
    if (step == SCANNER_STEP_IMAGE && !accept_image(scanner, image, &fault)) {
        scanner->driver->cancel(scanner->self);
        step = SCANNER_STEP_FAULT;
    }
    if (step == SCANNER_STEP_FAULT)
        hand_on(scanner, fault, error);
    else if (step == SCANNER_STEP_END)
        scanner->state = SCANNER_IDLE;
    return step;
}

static gboolean silent_too_long(const Scanner *scanner, gint64 since_ms, GError **error)
{
    if (scanner_host_now_ms(scanner->host) - since_ms < scanner->silence_ms)
        return FALSE;
    error_set(error, ERROR_DEVICE_SILENT, "no byte for %u ms", scanner->silence_ms);
    return TRUE;
}

/* Ask the driver until there is something new. Some libraries answer GOOD with nothing for ever
 * once the other side has died, so the rule for silence stands here, outside of every driver. */
static gboolean read_on(Scanner *scanner, guint8 *page, gsize room, GError **error)
{
    ScannerProgress *progress = &scanner->progress;
    gint64 since_ms = scanner_host_now_ms(scanner->host);
    guint rows = progress->rows;

    while (progress->rows == rows && !progress->ended) {
        gsize bytes = progress->bytes;
        gboolean moved;

        if (!scanner->driver->rows(scanner->self, page, room, progress, error))
            return FALSE;
        moved = progress->bytes != bytes;
        if (moved)
            since_ms = scanner_host_now_ms(scanner->host);
        else if (progress->rows == rows && !progress->ended &&
                 silent_too_long(scanner, since_ms, error))
            return FALSE;
        if (progress->rows != rows || progress->ended)
            break;
        if (!scanner_host_wait(scanner->host, moved ? 0 : PAUSE_MS))
            return error_set(error, ERROR_CANCELLED, "given up in an image");
    }
    return TRUE;
}

gboolean scanner_rows(Scanner *scanner, guint8 *page, gsize room, ScannerProgress *progress,
                      GError **error)
{
    GError *fault = NULL;

    if (!expect_state(scanner, SCANNER_IMAGE, error))
        return FALSE;
    if (!read_on(scanner, page, room, &fault)) {
        scanner->driver->cancel(scanner->self);
        return hand_on(scanner, fault, error);
    }
    *progress = scanner->progress;
    if (progress->ended)
        scanner->state = SCANNER_FEEDING;
    return TRUE;
}

guint scanner_row_bytes(guint width_px, guint samples, guint depth)
{
    if (width_px == 0 || width_px > SCANNER_SIDE_PX_MAX || (samples != 1 && samples != 3))
        return 0;
    if (depth == 1)
        return samples == 1 ? (width_px + 7) / 8 : 0;
    return depth == 8 ? width_px * samples : 0;
}

gsize scanner_page_bytes(const ScannerGeometry *geometry)
{
    guint least = scanner_row_bytes(geometry->width_px, geometry->samples, geometry->depth);
    guint64 bytes;

    if (least == 0 || geometry->row_bytes < least || geometry->row_bytes > 2 * least + 4096 ||
        geometry->height_px > SCANNER_SIDE_PX_MAX)
        return 0;
    if (geometry->height_px == 0)
        return MIN((guint64)geometry->row_bytes * SCANNER_SIDE_PX_MAX,
                   (guint64)SCANNER_PAGE_BYTES_MAX);
    bytes = (guint64)geometry->row_bytes * geometry->height_px;
    return bytes <= SCANNER_PAGE_BYTES_MAX ? (gsize)bytes : 0;
}

gboolean scanner_geometry_check(const ScannerGeometry *geometry, GError **error)
{
    if (scanner_page_bytes(geometry) > 0)
        return TRUE;
    return error_set(error, ERROR_FORMAT, "nonsense size: %u x %u px, %u x %u bit, %u bytes a row",
                     geometry->width_px, geometry->height_px, geometry->samples, geometry->depth,
                     geometry->row_bytes);
}

void scanner_stop(Scanner *scanner)
{
    if (scanner->driver->stop != NULL &&
        (scanner->state == SCANNER_FEEDING || scanner->state == SCANNER_IMAGE))
        scanner->driver->stop(scanner->self);
}

void scanner_cancel(Scanner *scanner)
{
    if (scanner->state != SCANNER_FEEDING && scanner->state != SCANNER_IMAGE)
        return;
    scanner->driver->cancel(scanner->self);
    scanner->state = SCANNER_IDLE;
}

gboolean scanner_status(Scanner *scanner, ScannerStatus *status, GError **error)
{
    *status = (ScannerStatus){.counter = -1};
    if (scanner->driver->status(scanner->self, status, error))
        return TRUE;
    g_prefix_error(error, "%s: ", scanner->info.name);
    return FALSE;
}

gboolean scanner_button(Scanner *scanner, gboolean *pressed, GError **error)
{
    *pressed = FALSE;
    if (scanner->driver->button == NULL)
        return TRUE;
    return scanner->driver->button(scanner->self, pressed, error);
}

gboolean scanner_settle(Scanner *scanner, guint64 id, const char *refusal, GError **error)
{
    if (scanner->driver->settle == NULL)
        return TRUE;
    return scanner->driver->settle(scanner->self, id, refusal, error);
}

void scanner_free(Scanner *scanner)
{
    if (scanner == NULL)
        return;
    scanner_cancel(scanner);
    scanner->driver->close(scanner->self);
    info_clear(&scanner->info);
    g_free(scanner);
}
