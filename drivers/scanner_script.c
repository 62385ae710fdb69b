/* SPDX-License-Identifier: Apache-2.0
 *
 * Plays a session written as data (script_file.h): every fault of the field, on demand.
 */
#include "drivers/scanner_drivers.h"
#include "drivers/script_file.h"
#include "drivers/script_picture.h"

#include "appliance/base/json.h"
#include "appliance/base/message.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#define STRIP_ROWS 64
#define TICK_MS    100 /* a late page is waited for in steps, so that a cancel is heard */

typedef struct {
    Script *script;
    const ScannerHost *host;
    ScannerOptions options;
    guint sheet; /* the one to be fed next, from 1 */
    gboolean back;
    guint *done; /* how often each event has happened */
    gboolean feeding;
    gboolean stopping;
    gint64 counter;
    ScannerReason fault; /* until the next start */
    gint64 fault_until_ms;
    ScriptPicture *picture;    /* the image being read */
    guint rows_end;            /* where it ends; less than its height is half an image */
    const ScriptEvent *middle; /* what happens at middle->row of it */
    guint64 images;
} Play;

/* --- what the paper remembers over a restart of the process --- */

static void place_load(Play *play)
{
    g_autoptr(GBytes) bytes = NULL;
    g_autoptr(json_t) root = NULL;
    const json_t *done;
    gsize size;

    if (play->script->place == NULL)
        return;
    bytes = file_read(play->script->place, SCRIPT_BYTES_MAX, NULL);
    if (bytes == NULL) /* a new stack */
        return;
    root = json_parse(g_bytes_get_data(bytes, &size), g_bytes_get_size(bytes), "place",
                      ERROR_DEFINITION, NULL);
    play->sheet = (guint)CLAMP(json_int(root, "sheet", 1), 1, play->script->n_sheets + 1);
    done = json_object_get(root, "done");
    for (guint i = 0; i < play->script->events->len && i < json_array_size(done); i++)
        play->done[i] = (guint)json_integer_value(json_array_get(done, i));
}

static void place_save(const Play *play)
{
    g_autoptr(json_t) root = json_object();
    g_autoptr(GError) error = NULL;
    g_autofree char *line = NULL;
    json_t *done = json_array();

    json_object_set_new(root, "sheet", json_integer(play->sheet));
    json_object_set_new(root, "done", done);
    for (guint i = 0; i < play->script->events->len; i++)
        json_array_append_new(done, json_integer(play->done[i]));
    if (play->script->place == NULL)
        return;
    line = json_line(root);
    if (!file_replace(play->script->place, 0600, line, strlen(line), &error))
        g_warning("%s", error->message);
}

/* --- events --- */

/* The event of kind `deed` that is due at the side about to come, counted as happened. */
static const ScriptEvent *due(Play *play, ScriptDeed deed)
{
    for (guint i = 0; i < play->script->events->len; i++) {
        const ScriptEvent *event = &g_array_index(play->script->events, ScriptEvent, i);

        if (event->deed != deed || event->at != play->sheet || event->back != play->back ||
            play->done[i] >= event->times)
            continue;
        play->done[i]++;
        place_save(play);
        return event;
    }
    return NULL;
}

static gboolean fault_stands(const Play *play)
{
    return play->fault != SCANNER_OK && scanner_host_now_ms(play->host) < play->fault_until_ms;
}

static void end_image(Play *play)
{
    g_clear_pointer(&play->picture, script_picture_free);
    play->middle = NULL;
}

/* The sheet goes back on top of the stack. */
static gboolean fault(Play *play, ScannerReason reason, guint ms, GError **error)
{
    end_image(play);
    play->feeding = FALSE;
    play->back = FALSE;
    play->fault = reason;
    play->fault_until_ms = scanner_host_now_ms(play->host) + ms;
    return scanner_fault(error, reason, "sheet %u", play->sheet);
}

static const struct {
    ScriptDeed deed;
    ScannerReason reason;
} faults[] = {
    {SCRIPT_JAM, SCANNER_JAM},
    {SCRIPT_STICKY_JAM, SCANNER_JAM},
    {SCRIPT_COVER_OPEN, SCANNER_COVER_OPEN},
    {SCRIPT_DOUBLE_FEED, SCANNER_DOUBLE_FEED},
    {SCRIPT_MIS_PICK, SCANNER_MIS_PICK},
    {SCRIPT_LOST, SCANNER_LOST},
};

/* What a real library does to its process: it hangs in a call, or takes everything down. */
static void strike(const ScriptEvent *event)
{
    if (event->deed == SCRIPT_CRASH)
        raise(SIGKILL);
    else if (event->deed == SCRIPT_HANG)
        (void)!poll(NULL, 0, -1);
}

static gboolean happen(Play *play, const ScriptEvent *event, GError **error)
{
    strike(event);
    for (gsize i = 0; i < G_N_ELEMENTS(faults); i++)
        if (faults[i].deed == event->deed)
            return fault(play, faults[i].reason, event->ms, error);
    return TRUE;
}

static const ScriptDeed strikes[] = {SCRIPT_JAM,      SCRIPT_STICKY_JAM, SCRIPT_COVER_OPEN,
                                     SCRIPT_MIS_PICK, SCRIPT_LOST,       SCRIPT_DOUBLE_FEED,
                                     SCRIPT_HANG,     SCRIPT_CRASH,      SCRIPT_SILENT};

/* Faults at the side about to come: now, or kept for their row. */
static gboolean meet_faults(Play *play, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(strikes); i++) {
        gboolean is_meant = strikes[i] == SCRIPT_DOUBLE_FEED && play->options.doubles;
        const ScriptEvent *event = is_meant ? NULL : due(play, strikes[i]);

        if (event == NULL)
            continue;
        if (event->row > 0 || event->deed == SCRIPT_SILENT)
            play->middle = event;
        else if (!happen(play, event, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean meet_lateness(Play *play, GError **error)
{
    const ScriptEvent *event = due(play, SCRIPT_LATE);
    guint left_ms = event != NULL ? event->ms : 0;

    while (left_ms > 0) {
        guint ms = MIN(left_ms, TICK_MS);

        if (!scanner_host_wait(play->host, ms))
            return error_set(error, ERROR_CANCELLED, "given up at sheet %u", play->sheet);
        left_ms -= ms;
    }
    return TRUE;
}

/* --- images --- */

static guint um_to_px(guint um, guint dpi)
{
    return (guint)((guint64)um * dpi / 25400);
}

static void pattern_geometry(const Play *play, const ScriptSide *side, ScannerGeometry *geometry)
{
    const ScannerOptions *options = &play->options;
    guint width_um = options->width_um > 0 ? options->width_um : 210000;
    guint height_um = options->height_um > 0 ? options->height_um : 297000;

    geometry->dpi = options->dpi;
    geometry->samples = options->mode == SCANNER_COLOUR ? 3 : 1;
    geometry->depth = options->mode == SCANNER_LINEART ? 1 : 8;
    geometry->width_px = side->width_px > 0 ? side->width_px : um_to_px(width_um, options->dpi);
    geometry->height_px = side->height_px > 0 ? side->height_px : um_to_px(height_um, options->dpi);
    geometry->row_bytes = scanner_row_bytes(geometry->width_px, geometry->samples, geometry->depth);
}

/* Encoded files travel in sealed memory, as a device's own JPEG does. */
static gboolean give_file(Play *play, const ScriptSide *side, ScannerImage *image, GError **error)
{
    g_autoptr(GBytes) bytes = file_read(side->path, SCANNER_FILE_BYTES_MAX, error);
    g_auto(Fd) fd = -1;
    gsize size;
    const void *data;

    if (bytes == NULL)
        return FALSE;
    data = g_bytes_get_data(bytes, &size);
    if (due(play, SCRIPT_HALF_IMAGE) != NULL)
        size /= 2;
    fd = memfd_new("scripted image", 0, error);
    if (fd < 0 || !file_write_all(fd, side->path, data, size, error) || !memfd_seal(fd, error))
        return FALSE;
    g_strlcpy(image->media_type, script_media_type(side->path), sizeof image->media_type);
    image->fd = fd_steal(&fd);
    return TRUE;
}

static gboolean give_strips(Play *play, const ScriptSide *side, ScannerImage *image, GError **error)
{
    ScriptDrawing drawing = {
        .numbered = side->pattern == SCRIPT_PATTERN_NUMBERED,
        .sheet = play->sheet,
        .back = play->back,
        .turned = play->back && play->script->backs_upside_down,
    };
    const ScriptEvent *half;

    if (side->path != NULL) {
        play->picture = script_picture_read(side->path, drawing.turned, play->options.dpi, error);
        if (play->picture == NULL)
            return FALSE;
    } else {
        pattern_geometry(play, side, &image->geometry);
        if (!scanner_geometry_check(&image->geometry, error))
            return FALSE;
        play->picture = script_picture_draw(&image->geometry, &drawing);
    }
    image->geometry = *script_picture_geometry(play->picture);
    play->rows_end = image->geometry.height_px;
    half = due(play, SCRIPT_HALF_IMAGE);
    if (half != NULL)
        play->rows_end = half->row > 0 ? MIN(half->row, play->rows_end) : play->rows_end / 2;
    return TRUE;
}

static gboolean give_image(Play *play, ScannerImage *image, GError **error)
{
    const ScriptSheet *sheet = script_sheet(play->script, play->sheet);
    const ScriptSide *side = play->back ? &sheet->back : &sheet->front;

    image->id = ++play->images;
    image->back = play->back;
    if (script_media_type(side->path) != NULL)
        return give_file(play, side, image, error);
    if (!give_strips(play, side, image, error))
        return FALSE;
    if (due(play, SCRIPT_NONSENSE_SIZE) != NULL)
        image->geometry.width_px = 1u << 30;
    return TRUE;
}

/* The side has been given: on to the other one, or to the next sheet. */
static void advance(Play *play)
{
    if (!play->back && play->options.duplex) {
        play->back = TRUE;
        return;
    }
    play->back = FALSE;
    play->counter++;
    if (due(play, SCRIPT_ENDLESS) == NULL) {
        play->sheet++;
        place_save(play);
        return;
    }
    /* endless: the deed is never used up */
    for (guint i = 0; i < play->script->events->len; i++)
        if (g_array_index(play->script->events, ScriptEvent, i).deed == SCRIPT_ENDLESS)
            play->done[i] = 0;
}

static ScannerStep end_batch(Play *play, GError **error)
{
    gboolean emptied = play->sheet > play->script->n_sheets;

    play->feeding = FALSE;
    if (emptied && play->script->refill && play->counter > 0) {
        play->sheet = 1;
        memset(play->done, 0, sizeof(guint) * play->script->events->len);
        place_save(play);
    }
    if (!emptied || !play->script->jam_on_empty)
        return SCANNER_STEP_END;
    fault(play, SCANNER_JAM, 0, error);
    return SCANNER_STEP_FAULT;
}

/* --- the driver --- */

static gboolean script_list(const char *const *names, const ScannerHost *host G_GNUC_UNUSED,
                            GPtrArray *found, GError **error G_GNUC_UNUSED)
{
    for (gsize i = 0; names[i] != NULL; i++) {
        g_autoptr(Script) script = script_read(names[i], NULL);
        ScannerInfo *info;

        if (script == NULL)
            continue;
        info = g_new0(ScannerInfo, 1);
        info->name = g_strconcat("script:", names[i], NULL);
        info->vendor = g_steal_pointer(&script->info.vendor);
        info->model = g_steal_pointer(&script->info.model);
        info->serial = g_steal_pointer(&script->info.serial);
        g_ptr_array_add(found, info);
    }
    return TRUE;
}

static void *script_open(const char *name, const ScannerHost *host, GError **error)
{
    Script *script;
    Play *play;

    if (!g_file_test(name, G_FILE_TEST_EXISTS)) {
        error_set(error, ERROR_NO_DEVICE, "script:%s", name);
        return NULL;
    }
    script = script_read(name, error);
    if (script == NULL)
        return NULL;
    play = g_new0(Play, 1);
    play->script = script;
    play->host = host;
    play->sheet = 1;
    play->done = g_new0(guint, script->events->len + 1);
    place_load(play);
    return play;
}

static void script_describe(void *self, ScannerInfo *info, ScannerCapabilities *capabilities)
{
    const Play *play = self;

    info->vendor = g_strdup(play->script->info.vendor);
    info->model = g_strdup(play->script->info.model);
    info->serial = g_strdup(play->script->info.serial);
    capabilities->features = play->script->features;
    capabilities->modes = SCANNER_LINEART | SCANNER_GRAY | SCANNER_COLOUR;
    capabilities->dpi[0] = 25;
    capabilities->dpi[1] = 600;
    capabilities->width_um = 304800;
    capabilities->height_um = 431800;
    capabilities->backs_upside_down = play->script->backs_upside_down;
}

static gboolean script_start(void *self, const ScannerOptions *options, GError **error)
{
    Play *play = self;

    play->options = *options;
    if (fault_stands(play))
        return scanner_fault(error, play->fault, "before sheet %u", play->sheet);
    play->fault = SCANNER_OK;
    play->back = FALSE;
    if (due(play, SCRIPT_BUSY) != NULL)
        return scanner_fault(error, SCANNER_BUSY, "before sheet %u", play->sheet);
    if (play->sheet > play->script->n_sheets && !play->script->jam_on_empty)
        return scanner_fault(error, SCANNER_EMPTY, "no sheet is left");
    play->feeding = TRUE;
    play->stopping = FALSE;
    play->counter = 0;
    return TRUE;
}

/* Whether no further side comes: the stack is through, or a stop was asked for and heard. */
static gboolean is_over(Play *play)
{
    if (play->sheet > play->script->n_sheets)
        return TRUE;
    return play->stopping && !play->back && due(play, SCRIPT_AFTER_STOP) == NULL;
}

static ScannerStep script_next(void *self, ScannerImage *image, GError **error)
{
    Play *play = self;

    end_image(play);
    if (is_over(play))
        return end_batch(play, error);
    if (due(play, SCRIPT_NO_DOCUMENTS) != NULL) {
        play->feeding = FALSE;
        return SCANNER_STEP_END;
    }
    if (!meet_lateness(play, error) || !meet_faults(play, error))
        return SCANNER_STEP_FAULT;
    if (!give_image(play, image, error)) {
        play->feeding = FALSE;
        return SCANNER_STEP_FAULT;
    }
    if (image->fd >= 0)
        advance(play);
    return SCANNER_STEP_IMAGE;
}

static gboolean script_rows(void *self, guint8 *page, gsize room, ScannerProgress *progress,
                            GError **error)
{
    Play *play = self;
    const ScannerGeometry *geometry = script_picture_geometry(play->picture);
    guint until = MIN(progress->rows + STRIP_ROWS, play->rows_end);

    if (play->middle != NULL && until >= play->middle->row) {
        if (play->middle->deed == SCRIPT_SILENT)
            return TRUE;
        if (!happen(play, play->middle, error))
            return FALSE;
    }
    if ((gsize)until * geometry->row_bytes > room)
        return error_set(error, ERROR_TOO_LARGE, "page of %zu bytes", room);
    if (!script_picture_rows(play->picture, progress->rows, until, page, error))
        return FALSE;
    progress->rows = until;
    if (until == play->rows_end) {
        progress->ended = TRUE;
        progress->whole = play->rows_end == geometry->height_px;
        end_image(play);
        advance(play);
    }
    return TRUE;
}

static void script_cancel(void *self)
{
    Play *play = self;

    end_image(play);
    play->feeding = FALSE;
    play->back = FALSE;
}

static void script_stop(void *self)
{
    Play *play = self;

    play->stopping = TRUE;
}

static gboolean script_status(void *self, ScannerStatus *status, GError **error)
{
    Play *play = self;
    gboolean loaded = play->sheet <= play->script->n_sheets;

    if (play->fault == SCANNER_LOST && fault_stands(play))
        return scanner_fault(error, SCANNER_LOST, "no answer");
    status->reason = play->fault == SCANNER_LOST ? SCANNER_OK : play->fault;
    if (play->script->features & SCANNER_HAS_PAPER_PRESENT)
        status->paper = loaded ? SCANNER_PAPER_LOADED : SCANNER_PAPER_NONE;
    if (play->script->features & SCANNER_HAS_COUNTER)
        status->counter = play->counter;
    return TRUE;
}

static gboolean script_button(void *self, gboolean *pressed, GError **error G_GNUC_UNUSED)
{
    Play *play = self;

    *pressed = !play->feeding && due(play, SCRIPT_BUTTON) != NULL;
    return TRUE;
}

static void script_close(void *self)
{
    Play *play = self;

    end_image(play);
    script_free(play->script);
    g_free(play->done);
    g_free(play);
}

const ScannerDriver scanner_script_driver = {
    .name = "script",
    .list = script_list,
    .open = script_open,
    .describe = script_describe,
    .start = script_start,
    .next = script_next,
    .rows = script_rows,
    .cancel = script_cancel,
    .status = script_status,
    .close = script_close,
    .stop = script_stop,
    .button = script_button,
};
