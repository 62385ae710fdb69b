/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/intake/intake.h"

#include "appliance/intake/crew.h"
#include "appliance/intake/ledger.h"

#include <pthread.h>
#include <string.h>

#define CODES_PER_SHEET 32

/* How long to wait for a device's next word before what is ready is made durable. */
#define INTAKE_POLL_MS 20

/* Bytes a colour A4 page at 300 dpi takes as stored, generously: what a feed must find free. */
#define SIDE_BYTES_GUESS (8 * 1024 * 1024)
#define SIDES_TO_RESERVE 100

struct Intake {
    Store *store;
    Crew *crew;
    Ledger *ledger;
    Placing placing;
    PlacingLookup lookup;
    char *device, *serial, *batch_name;
    gboolean duplex;
    gint stop; /* atomic: 1 = asked for, 2 = told the device */
    IntakeTold told;
    IntakeRefused refused_told;
    void *told_data;
    Device *running;    /* whose sides are released once durable; NULL between runs */
    GError *over_limit; /* why, where it is refused; told at its end, when its page is free */
    gboolean skipping;  /* the image that comes is over a limit: its rows are not looked at */
    gint64 sheet;       /* of the side handed in last; 0 at the start */
    char side;          /* of the side handed in last */
    gint64 received, refused, counted;
    CrewResult *front;   /* waits for its back before the sheet is placed */
    guint64 front_id;    /* the device's id of the last front handed in */
    guint bad_sheet;     /* the device's number of a sheet that did not become whole; 0: none */
    GHashTable *dropped; /* ids of fronts whose sheet is fed again: no sides come of them */
    pthread_mutex_t order_lock;
    GQueue said;                         /* of Ordered, under order_lock: not yet taken up */
    GQueue orders;                       /* of Ordered in order of their sheets */
    gint64 instead_batch, instead_sheet; /* what the next page replaces; 0: nothing */
};

typedef struct {
    IntakeOrder order;
    gint64 from; /* the first sheet it holds for */
} Ordered;

void intake_listen(Intake *intake, IntakeTold told, IntakeRefused refused, void *data)
{
    intake->told = told;
    intake->refused_told = refused;
    intake->told_data = data;
}

/* A side is durable: the device may use its page again, and the owner hears of it. */
static void on_durable(const IntakeSide *side, void *data)
{
    Intake *intake = data;
    g_autoptr(GError) error = NULL;

    if (intake->running != NULL && side->id != 0 &&
        !device_release(intake->running, side->id, NULL, &error))
        g_info("release a page: %s", error->message);
    if (intake->told != NULL)
        intake->told(side, intake->told_data);
}

void intake_when_full(Intake *intake, IntakeFull full, void *data)
{
    ledger_when_full(intake->ledger, full, data);
}

gint64 intake_batch(const Intake *intake)
{
    return ledger_batch(intake->ledger);
}

/* ── open ────────────────────────────────────────────────────────────────────────────────── */

static gboolean begin_placing(Intake *intake, const IntakeOptions *options, GError **error)
{
    intake->lookup = *options->lookup;
    return placing_init(&intake->placing, options->case_number, &intake->lookup, error) &&
           (options->slot == 0 ||
            placing_aim(&intake->placing, options->slot, &intake->lookup, error));
}

Intake *intake_open(Store *store, const StoreActor *actor, const IntakeOptions *options,
                    GError **error)
{
    g_autoptr(Intake) intake = g_new0(Intake, 1);

    intake->store = store;
    intake->device = g_strdup(options->device);
    intake->serial = g_strdup(options->serial);
    intake->duplex = options->duplex;
    intake->dropped = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    intake->side = 'b'; /* so that the first image is a front */
    intake->counted = -1;
    pthread_mutex_init(&intake->order_lock, NULL);
    g_queue_init(&intake->said);
    g_queue_init(&intake->orders);
    if (!begin_placing(intake, options, error) ||
        !spool_reserve(store_folder(store), (guint64)SIDES_TO_RESERVE * SIDE_BYTES_GUESS, error))
        return NULL;
    intake->crew = crew_new(options->lanes, error);
    if (intake->crew == NULL)
        return NULL;
    intake->ledger = ledger_open(store, actor, options, error);
    if (intake->ledger == NULL)
        return NULL;
    ledger_listen(intake->ledger, on_durable, intake);
    intake->batch_name = g_strdup_printf("%" G_GINT64_FORMAT, ledger_batch(intake->ledger));
    return g_steal_pointer(&intake);
}

void intake_free(Intake *intake)
{
    if (intake == NULL)
        return;
    crew_free(intake->crew);
    ledger_free(intake->ledger);
    crew_result_free(intake->front);
    placing_clear(&intake->placing);
    g_queue_clear_full(&intake->said, g_free);
    g_queue_clear_full(&intake->orders, g_free);
    pthread_mutex_destroy(&intake->order_lock);
    g_clear_error(&intake->over_limit);
    g_clear_pointer(&intake->dropped, g_hash_table_unref);
    g_free(intake->batch_name);
    g_free(intake->serial);
    g_free(intake->device);
    g_free(intake);
}

/* ── from results to stored sheets ───────────────────────────────────────────────────────── */

static gsize collect_codes(const CrewResult *result, Code *codes, gsize n)
{
    const GPtrArray *found = result != NULL ? result->result.codes : NULL;

    for (guint i = 0; found != NULL && i < found->len && n < CODES_PER_SHEET; i++) {
        const PageCode *code = g_ptr_array_index(found, i);

        n += code_parse(code->text, &codes[n], NULL);
    }
    return n;
}

static gboolean has_mark(const CrewResult *result)
{
    const GPtrArray *found = result != NULL ? result->result.codes : NULL;

    for (guint i = 0; found != NULL && i < found->len; i++) {
        const PageCode *code = g_ptr_array_index(found, i);

        if (strcmp(code->symbology, "PATCH") == 0 && strcmp(code->text, "T") == 0)
            return TRUE;
    }
    return FALSE;
}

static void obey(Intake *intake, const IntakeOrder *order)
{
    g_autoptr(GError) error = NULL;

    switch (order->kind) {
    case INTAKE_AIM:
        if (!placing_aim(&intake->placing, order->slot, &intake->lookup, &error))
            g_message("aim at a slot: %s", error->message);
        break;
    case INTAKE_COMMAND:
        placing_command(&intake->placing, order->command);
        break;
    case INTAKE_REPLACE:
        intake->instead_batch = order->batch;
        intake->instead_sheet = order->sheet;
        break;
    }
}

static void obey_until(Intake *intake, gint64 sheet)
{
    const Ordered *next;

    while ((next = g_queue_peek_head(&intake->orders)) != NULL && next->from <= sheet) {
        obey(intake, &next->order);
        g_free(g_queue_pop_head(&intake->orders));
    }
}

/* A page that replaces another goes where that one is, whatever the batch is about; where the
 * batch goes on is not touched by it. */
static Placed place(Intake *intake, const PlacingMarks *marks)
{
    gboolean fresh = intake->placing.fresh;
    Placed placed = placing_sheet(&intake->placing, marks, &intake->lookup);

    if (intake->instead_sheet == 0 || placed.role != SHEET_PAGE ||
        intake->placing.case_number == NULL)
        return placed;
    placed = (Placed){.role = SHEET_PAGE,
                      .case_number = intake->placing.case_number,
                      .instead_batch = intake->instead_batch,
                      .instead_sheet = intake->instead_sheet};
    intake->placing.fresh = fresh;
    intake->instead_sheet = 0;
    return placed;
}

/* Place a whole sheet; both sides become entries of the ledger (taken). */
static gboolean store_sheet(Intake *intake, CrewResult *front, CrewResult *back, GError **error)
{
    Code codes[CODES_PER_SHEET];
    PlacingMarks marks = {.codes = codes,
                          .n = collect_codes(back, codes, collect_codes(front, codes, 0)),
                          .marked = has_mark(front) || has_mark(back)};
    Placed placed;
    gboolean ok;

    obey_until(intake, front->sheet);
    placed = place(intake, &marks);
    ok = ledger_add(intake->ledger, front, &placed, error);

    /* Only the first side of a sheet begins a document. */
    placed.fresh = FALSE;
    if (back == NULL)
        return ok;
    if (!ok) {
        crew_result_free(back);
        return FALSE;
    }
    return ledger_add(intake->ledger, back, &placed, error);
}

/* No side comes of it: the owner hears why, and the device gets its page or file back. */
static void refuse(Intake *intake, guint64 id, const char *source, const GError *why)
{
    g_autoptr(GError) error = NULL;

    intake->refused++;
    if (intake->running != NULL && id != 0 &&
        !device_release(intake->running, id, why->message, &error))
        g_info("release a refused page: %s", error->message);
    if (intake->refused_told != NULL)
        intake->refused_told(source, why, intake->told_data);
}

/* The device gets its page or file back, and no side comes of it. */
static void give_back(Intake *intake, guint64 id, const char *why)
{
    g_autoptr(GError) error = NULL;

    if (intake->running != NULL && id != 0 && !device_release(intake->running, id, why, &error))
        g_info("give back: %s", error->message);
}

/* A front whose sheet is fed again. */
static gboolean is_dropped(Intake *intake, CrewResult *result)
{
    if (result->id == 0 || !g_hash_table_remove(intake->dropped, &result->id))
        return FALSE;
    give_back(intake, result->id, "its sheet is fed again");
    crew_result_free(result);
    return TRUE;
}

/* A front waits for its back; whatever else comes ends the sheet before it. */
static gboolean take_result(Intake *intake, CrewResult *result, GError **error)
{
    CrewResult *front;

    if (is_dropped(intake, result))
        return TRUE;
    front = g_steal_pointer(&intake->front);
    if (result->error != NULL) {
        intake->front = front;
        refuse(intake, result->id, result->source, result->error);
        crew_result_free(result);
        return TRUE;
    }
    if (front != NULL && result->side == 'b' && front->sheet == result->sheet)
        return store_sheet(intake, front, result, error);
    if (front != NULL && !store_sheet(intake, front, NULL, error)) {
        crew_result_free(result);
        return FALSE;
    }
    if (intake->duplex && result->side == 'a') {
        intake->front = result;
        return TRUE;
    }
    return store_sheet(intake, result, NULL, error);
}

/* Take what is ready; with `all`, wait until nothing is under way. */
static gboolean drain(Intake *intake, gboolean all, GError **error)
{
    CrewResult *result;

    while ((result = crew_take(intake->crew, all || crew_is_full(intake->crew))) != NULL)
        if (!take_result(intake, result, error))
            return FALSE;
    return TRUE;
}

/* Everything handed in so far becomes durable. */
static gboolean settle(Intake *intake, GError **error)
{
    CrewResult *front;

    if (!drain(intake, TRUE, error))
        return FALSE;
    front = g_steal_pointer(&intake->front);
    return (front == NULL || store_sheet(intake, front, NULL, error)) &&
           ledger_flush(intake->ledger, error);
}

/* ── pieces ──────────────────────────────────────────────────────────────────────────────── */

/* Numbers the next image: a back belongs to the front before it. */
static void number_side(Intake *intake, gboolean is_back)
{
    if (is_back && intake->side == 'a')
        intake->side = 'b';
    else {
        intake->sheet++;
        intake->side = 'a';
    }
    intake->received++;
}

static PageTags tags_of(const Intake *intake)
{
    return (PageTags){.batch = intake->batch_name,
                      .device = intake->device,
                      .serial = intake->serial,
                      .time_us = clock_now_us(store_clock(intake->store))};
}

static gboolean import_page(Intake *intake, int fd, guint32 index, const char *source,
                            GError **error)
{
    PageTags tags = tags_of(intake);
    CrewPiece piece = {.source = source, .tags = &tags};

    number_side(intake, intake->duplex && intake->side == 'a');
    piece.sheet = intake->sheet;
    piece.side = intake->side;
    return crew_import(intake->crew, &piece, fd, index, error) && drain(intake, FALSE, error);
}

gboolean intake_file(Intake *intake, int fd, const char *source, GError **error)
{
    g_autoptr(GError) why = NULL;
    guint32 pages = 0;

    if (!crew_count(intake->crew, fd, &pages, &why)) {
        if (error_exit_status(error_code(why)) != 3) {
            g_propagate_error(error, g_steal_pointer(&why));
            return FALSE;
        }
        refuse(intake, 0, source, why);
        return TRUE;
    }
    for (guint32 i = 0; i < pages; i++)
        if (!import_page(intake, fd, i, source, error))
            return FALSE;
    return TRUE;
}

/* ── devices ─────────────────────────────────────────────────────────────────────────────── */

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
        give_back(intake, intake->front_id, "its sheet is fed again");
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
    give_back(intake, event->id, "not whole");
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
    number_side(intake, event->back);
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
    PageTags tags = tags_of(intake);
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
        refuse(intake, event->id, NULL, intake->over_limit);
    else
        give_back(intake, event->id, "its sheet is fed again");
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

/* All pages of a file, each a sheet of its own where there are several; the file is given back
 * with its last page. */
static gboolean import_pages(Intake *intake, DeviceEvent *event, guint32 pages, GError **error)
{
    PageTags tags = tags_of(intake);

    for (guint32 i = 0; i < pages; i++) {
        CrewPiece piece = next_piece(intake, event, &tags);

        if (i + 1 < pages)
            piece.id = 0;
        if (!crew_import(intake->crew, &piece, event->fd, i, error) || !drain(intake, FALSE, error))
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
        refuse(intake, event->id, event->source, why);
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
    return drain(intake, FALSE, error) &&
           (kind != DEVICE_NOTHING || ledger_flush(intake->ledger, error));
}

void intake_stop(Intake *intake)
{
    g_atomic_int_set(&intake->stop, 1);
}

void intake_order(Intake *intake, const IntakeOrder *order)
{
    Ordered *ordered = g_new0(Ordered, 1);

    ordered->order = *order;
    pthread_mutex_lock(&intake->order_lock);
    g_queue_push_tail(&intake->said, ordered);
    pthread_mutex_unlock(&intake->order_lock);
}

/* What was said since holds behind the sheet that came last. */
static void take_orders(Intake *intake)
{
    Ordered *ordered;

    pthread_mutex_lock(&intake->order_lock);
    while ((ordered = g_queue_pop_head(&intake->said)) != NULL) {
        ordered->from = intake->sheet + 1;
        g_queue_push_tail(&intake->orders, ordered);
    }
    pthread_mutex_unlock(&intake->order_lock);
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

        take_orders(intake);
        if (!pass_stop(intake, error) ||
            !device_next(intake->running, INTAKE_POLL_MS, &event, error) ||
            !handle_event(intake, &event, end, &over, error) ||
            !between_events(intake, event.kind, error))
            return FALSE;
    }
    end_run(intake, end);
    return settle(intake, error);
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

/* ── close ───────────────────────────────────────────────────────────────────────────────── */

void intake_summary_clear(IntakeSummary *summary)
{
    g_clear_pointer(&summary->question, g_free);
}

gboolean intake_close(Intake *intake, const char *reason, IntakeSummary *summary, GError **error)
{
    g_autoptr(Intake) owned G_GNUC_UNUSED = intake; /* freed on every way out */
    LedgerCounts counts;

    if (!settle(intake, error))
        return FALSE;
    placing_end(&intake->placing);
    counts = (LedgerCounts){intake->received, intake->counted, reason};
    if (!ledger_close(intake->ledger, &counts, error))
        return FALSE;
    *summary = (IntakeSummary){.batch = ledger_batch(intake->ledger),
                               .sheets = intake->sheet,
                               .received = intake->received,
                               .stored = ledger_stored(intake->ledger),
                               .unread = ledger_unread(intake->ledger),
                               .tray = ledger_in_tray(intake->ledger),
                               .refused = intake->refused,
                               .question = g_strdup(intake->placing.question)};
    return TRUE;
}
