/* SPDX-License-Identifier: Apache-2.0
 *
 * One run of a feeder: what each event of the device means for the batch.
 */
#include "appliance/intake/intake_intern.h"

#include <string.h>

/* How long to wait for a device's next word before what is ready is made durable. */
#define INTAKE_POLL_MS 20

/* ── images ──────────────────────────────────────────────────────────────────────────────── */

/* Where the device does not know the height, the room of its page is the upper bound. */
static PageRaw raw_of(const ScannerGeometry *from)
{
    guint height_px = from->height_px != 0
                          ? from->height_px
                          : (guint)(scanner_page_bytes(from) / MAX(from->row_bytes, 1));
    PageMode mode = from->depth == 1 ? PAGE_LINEART : from->samples == 3 ? PAGE_COLOUR : PAGE_GRAY;

    return (PageRaw){.geometry = {.width_px = from->width_px,
                                  .height_px = height_px,
                                  .dpi = from->dpi,
                                  .mode = mode,
                                  .stride_bytes = from->row_bytes}};
}

/* The sheet that came last is fed again with both its sides: its number is free. */
static void forget_sheet(Intake *intake)
{
    if (intake->side == 'a' && intake->front != NULL && intake->front->id == intake->front_id) {
        intake_give_back(intake, intake->front_id, "its sheet is fed again");
        g_clear_pointer(&intake->front, crew_result_free);
    } else if (intake->side == 'a')
        g_hash_table_add(intake->dropped, g_memdup2(&intake->front_id, sizeof intake->front_id));
    intake->side = 'b';
    intake->sheet--;
    intake->received--;
}

/* An image that is not whole is no side. What the device fed of its sheet before goes too, and what
 * comes of it later (bad_sheet): the sheet is put back on top and keeps its number. */
static void drop_side(Intake *intake, const DeviceEvent *event)
{
    intake_give_back(intake, event->id, "not whole");
    intake->bad_sheet = event->sheet;
    if (event->back && intake->side == 'a')
        forget_sheet(intake);
}

static gboolean is_of_bad_sheet(const Intake *intake, const DeviceEvent *event)
{
    return event->sheet != 0 && event->sheet == intake->bad_sheet;
}

static CrewPiece next_piece(Intake *intake, const DeviceEvent *event, const PageTags *tags)
{
    intake_number_side(intake, event->back);
    if (intake->side == 'a')
        intake->front_id = event->id;
    return (CrewPiece){.id = event->id,
                       .sheet = intake->sheet,
                       .side = intake->side,
                       .source = *event->source != '\0' ? event->source : NULL,
                       .tags = tags};
}

/* An image over a limit is refused as a side; the batch goes on behind it. Whether an image is
 * whole shows at its end, and only then does it get its number. */
static gboolean begin_image(Intake *intake, const DeviceEvent *event, GError **error)
{
    PageTags tags = intake_tags(intake);
    PageRaw raw = raw_of(&event->geometry);
    CrewPiece piece;

    intake->skipping = is_of_bad_sheet(intake, event);
    if (intake->skipping)
        return TRUE;
    piece = next_piece(intake, event, &tags);
    intake->skipping = !page_geometry_check(&raw.geometry, &intake->over_limit);
    return intake->skipping || crew_begin(intake->crew, &piece, event->page_fd, &raw, error);
}

/* The device's worker writes into the page until its end: only then it can have it back. */
static void end_skipped(Intake *intake, const DeviceEvent *event)
{
    if (intake->over_limit != NULL)
        intake_refuse(intake, event->id, NULL, intake->over_limit);
    else
        intake_give_back(intake, event->id, "its sheet is fed again");
    g_clear_error(&intake->over_limit);
}

static void take_number_back(Intake *intake)
{
    intake->received--;
    if (intake->side == 'b' && intake->duplex)
        intake->side = 'a';
    else {
        intake->sheet--;
        intake->side = 'b';
    }
}

static gboolean end_image(Intake *intake, const DeviceEvent *event, GError **error)
{
    if (intake->skipping) {
        end_skipped(intake, event);
        return TRUE;
    }
    if (!event->progress.whole) {
        crew_cancel(intake->crew);
        take_number_back(intake);
        drop_side(intake, event);
        return TRUE;
    }
    if (!crew_rows(intake->crew, event->progress.rows, error))
        return FALSE;
    crew_end(intake->crew);
    return TRUE;
}

/* ── files ───────────────────────────────────────────────────────────────────────────────── */

/* All pages of a file, each a sheet of its own where there are several; the file is given back
 * with its last page. */
static gboolean import_pages(Intake *intake, DeviceEvent *event, guint32 pages, GError **error)
{
    PageTags tags = intake_tags(intake);

    for (guint32 i = 0; i < pages; i++) {
        CrewPiece piece = next_piece(intake, event, &tags);

        if (i + 1 < pages)
            piece.id = 0;
        if (!crew_import(intake->crew, &piece, event->fd, i, error) ||
            !intake_drain(intake, FALSE, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean take_file(Intake *intake, DeviceEvent *event, GError **error)
{
    g_autoptr(GError) why = NULL;
    guint32 pages = 1;

    if (is_of_bad_sheet(intake, event) || !event->progress.whole) {
        drop_side(intake, event);
        return TRUE;
    }
    /* A device's JPEG is one side; only files of a folder hold several. */
    if (strcmp(event->media_type, "image/jpeg") == 0 ||
        crew_count(intake->crew, event->fd, &pages, &why))
        return import_pages(intake, event, pages, error);
    if (error_exit_status(error_code(why)) == 3) {
        intake_refuse(intake, event->id, event->source, why);
        return TRUE;
    }
    g_propagate_error(error, g_steal_pointer(&why));
    return FALSE;
}

static gboolean file_image(Intake *intake, DeviceEvent *event, GError **error)
{
    gboolean ok = take_file(intake, event, error);

    fd_close(event->fd);
    return ok;
}

/* ── the run ─────────────────────────────────────────────────────────────────────────────── */

static void note_status(IntakeEnd *end, const ScannerStatus *status)
{
    end->reason = status->reason;
    end->counter = status->counter;
    g_strlcpy(end->detail, status->detail, sizeof end->detail);
}

/* One event of the run; `*over` when it was the last. */
static gboolean handle_event(Intake *intake, DeviceEvent *event, IntakeEnd *end, gboolean *over,
                             GError **error)
{
    switch (event->kind) {
    case DEVICE_IMAGE_BEGIN:
        return begin_image(intake, event, error);
    case DEVICE_ROWS:
        return intake->skipping || crew_rows(intake->crew, event->progress.rows, error);
    case DEVICE_IMAGE_END:
        return end_image(intake, event, error);
    case DEVICE_FILE:
        return file_image(intake, event, error);
    case DEVICE_QUESTION:
        end->question = TRUE;
        return device_stop(intake->running, error);
    case DEVICE_BATCH_END:
        note_status(end, &event->status);
        *over = TRUE;
        return TRUE;
    case DEVICE_NOTHING:
    case DEVICE_STATUS:
    case DEVICE_UNSETTLED:
    case DEVICE_TRIGGER:
    case DEVICE_CODE: /* of readers; a scanner has none */
    case DEVICE_CODE_DAMAGED:
        return TRUE;
    }
    g_assert_not_reached();
}

/* While the device is quiet, what is understood becomes durable and its pages free again. */
static gboolean between_events(Intake *intake, DeviceEventKind kind, GError **error)
{
    return intake_drain(intake, FALSE, error) &&
           (kind != DEVICE_NOTHING || ledger_flush(intake->ledger, error));
}

/* The device belongs to this thread: it alone passes the wish on. */
static gboolean pass_stop(Intake *intake, GError **error)
{
    return !g_atomic_int_compare_and_exchange(&intake->stop, 1, 2) ||
           device_stop(intake->running, error);
}

/* A run that a fault ended between front and back: the sheet is put back on top. */
static void end_run(Intake *intake, const IntakeEnd *end)
{
    gboolean at_fault = end->reason != SCANNER_OK && end->reason != SCANNER_EMPTY;

    if (at_fault && intake->duplex && intake->side == 'a')
        forget_sheet(intake);
    intake->bad_sheet = 0;
}

static gboolean run_events(Intake *intake, IntakeEnd *end, GError **error)
{
    gboolean over = FALSE;

    while (!over) {
        DeviceEvent event = {.fd = -1};

        orders_take(&intake->orders, intake->sheet + 1);
        if (!pass_stop(intake, error) ||
            !device_next(intake->running, INTAKE_POLL_MS, &event, error) ||
            !handle_event(intake, &event, end, &over, error) ||
            !between_events(intake, event.kind, error))
            return FALSE;
    }
    end_run(intake, end);
    return intake_settle(intake, error);
}

gboolean intake_device(Intake *intake, Device *device, const DeviceBatch *run, IntakeEnd *end,
                       GError **error)
{
    gboolean ok;

    *end = (IntakeEnd){.counter = -1};
    intake->running = device;
    g_atomic_int_set(&intake->stop, 0);
    intake->duplex = run->scan.duplex;
    ok = device_start(device, run, error) && run_events(intake, end, error);
    intake->running = NULL;
    if (ok && end->counter >= 0)
        intake->counted = MAX(intake->counted, 0) + end->counter;
    return ok;
}
