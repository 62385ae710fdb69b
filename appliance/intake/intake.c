/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/intake/intake_intern.h"

#include <string.h>

#define CODES_PER_SHEET 32

/* Bytes a colour A4 page at 300 dpi takes as stored, generously: what a feed must find free. */
#define SIDE_BYTES_GUESS (8 * 1024 * 1024)
#define SIDES_TO_RESERVE 100

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
    orders_init(&intake->orders);
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
    orders_clear(&intake->orders);
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
    IntakeOrder order;

    while (orders_next(&intake->orders, sheet, &order))
        obey(intake, &order);
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

void intake_give_back(Intake *intake, guint64 id, const char *why)
{
    g_autoptr(GError) error = NULL;

    if (intake->running != NULL && id != 0 && !device_release(intake->running, id, why, &error))
        g_info("give back: %s", error->message);
}

void intake_refuse(Intake *intake, guint64 id, const char *source, const GError *why)
{
    intake->refused++;
    intake_give_back(intake, id, why->message);
    if (intake->refused_told != NULL)
        intake->refused_told(source, why, intake->told_data);
}

/* A front whose sheet is fed again. */
static gboolean is_dropped(Intake *intake, CrewResult *result)
{
    if (result->id == 0 || !g_hash_table_remove(intake->dropped, &result->id))
        return FALSE;
    intake_give_back(intake, result->id, "its sheet is fed again");
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
        intake_refuse(intake, result->id, result->source, result->error);
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

gboolean intake_drain(Intake *intake, gboolean all, GError **error)
{
    CrewResult *result;

    while ((result = crew_take(intake->crew, all || crew_is_full(intake->crew))) != NULL)
        if (!take_result(intake, result, error))
            return FALSE;
    return TRUE;
}

gboolean intake_settle(Intake *intake, GError **error)
{
    CrewResult *front;

    if (!intake_drain(intake, TRUE, error))
        return FALSE;
    front = g_steal_pointer(&intake->front);
    return (front == NULL || store_sheet(intake, front, NULL, error)) &&
           ledger_flush(intake->ledger, error);
}

/* ── pieces ──────────────────────────────────────────────────────────────────────────────── */

void intake_number_side(Intake *intake, gboolean is_back)
{
    if (is_back && intake->side == 'a')
        intake->side = 'b';
    else {
        intake->sheet++;
        intake->side = 'a';
    }
    intake->received++;
}

PageTags intake_tags(const Intake *intake)
{
    return (PageTags){.batch = intake->batch_name,
                      .device = intake->device,
                      .serial = intake->serial,
                      .time_us = clock_now_us(store_clock(intake->store))};
}

static gboolean import_page(Intake *intake, int fd, guint32 index, const char *source,
                            GError **error)
{
    PageTags tags = intake_tags(intake);
    CrewPiece piece = {.source = source, .tags = &tags};

    intake_number_side(intake, intake->duplex && intake->side == 'a');
    piece.sheet = intake->sheet;
    piece.side = intake->side;
    return crew_import(intake->crew, &piece, fd, index, error) &&
           intake_drain(intake, FALSE, error);
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
        intake_refuse(intake, 0, source, why);
        return TRUE;
    }
    for (guint32 i = 0; i < pages; i++)
        if (!import_page(intake, fd, i, source, error))
            return FALSE;
    return TRUE;
}

/* ── what others say ─────────────────────────────────────────────────────────────────────── */

void intake_stop(Intake *intake)
{
    g_atomic_int_set(&intake->stop, 1);
}

void intake_order(Intake *intake, const IntakeOrder *order)
{
    orders_say(&intake->orders, order);
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

    if (!intake_settle(intake, error))
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
