/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/audit.h"

#include "appliance/base/digest.h"
#include "appliance/base/text.h"
#include "appliance/code/code.h"
#include "appliance/counter/audit_numbers.h"
#include "appliance/counter/step.h"
#include "storage/catalog_register.h"
#include "storage/signing.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define READ_BYTES (256 * 1024)

/* How far the work is when each part ends, of 100. */
#define DONE_NUMBERS 10
#define DONE_CASES   40
#define DONE_BYTES   90

static gboolean progress(Audit *audit, gsize done, gsize of, guint from, guint to, GError **error)
{
    const AuditRequest *request = audit->request;

    if (request->progress == NULL ||
        request->progress(request->progress_data,
                          from + (of > 0 ? (guint)((to - from) * done / of) : 0)))
        return TRUE;
    return error_set(error, ERROR_CANCELLED, "audit");
}

void audit_find(Audit *audit, const char *code, const char *where, const char *text,
                const char *text_en)
{
    json_array_append_new(audit->findings,
                          json_pack("{s:s, s:s, s:s, s:s, s:s}", "severity",
                                    strcmp(code, "unplaced") == 0 ? "warning" : "error", "code",
                                    code, "where", where, "text", text, "text_en", text_en));
    audit->errors += strcmp(code, "unplaced") != 0;
}

static void set_figure(Audit *audit, const char *name, gint64 value)
{
    json_object_set_new(audit->figures, name, json_integer((json_int_t)value));
}

static char *side_id(const json_t *side)
{
    return g_strdup_printf("%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "-%s",
                           json_int(side, "batch", 0), json_int(side, "sheet", 0),
                           json_text(side, "side"));
}

/* A finding about a side, with its case where it has one. */
static void find_side(Audit *audit, const char *code, const json_t *side, const char *text,
                      const char *text_en)
{
    g_autofree char *id = side_id(side);
    const char *number = json_text(side, "case");
    json_t *finding;

    audit_find(audit, code, id, text, text_en);
    finding = json_array_get(audit->findings, json_array_size(audit->findings) - 1);
    json_object_set_new(finding, "side", json_string(id));
    if (number != NULL)
        json_object_set_new(finding, "case", json_string(number));
}

/* ── sides that were not read, and what waits ────────────────────────────────────────────── */

static gboolean check_unread(Audit *audit, GError **error)
{
    g_autoptr(json_t) rows = catalog_unread(audit->catalog, audit->since, audit->until, error);
    gint64 unplaced = 0;
    gsize i;
    json_t *side;

    if (rows == NULL ||
        !catalog_unplaced(audit->catalog, audit->since, audit->until, &unplaced, error))
        return FALSE;
    json_array_foreach(rows, i, side)
    {
        const char *reason = json_text(side, "reason");
        g_autofree char *zh = g_strdup_printf("未读出的页面：%s", reason != NULL ? reason : "");
        g_autofree char *en = g_strdup_printf("unread page: %s", reason != NULL ? reason : "");

        find_side(audit, "unread", side, zh, en);
    }
    set_figure(audit, "unread", (gint64)json_array_size(rows));
    set_figure(audit, "unplaced", unplaced);
    if (unplaced > 0) {
        g_autofree char *zh = g_strdup_printf("待归件 %d 面", (int)unplaced);
        g_autofree char *en = g_strdup_printf("%d sides wait in the tray", (int)unplaced);

        audit_find(audit, "unplaced", "", zh, en);
    }
    return TRUE;
}

/* ── limits ──────────────────────────────────────────────────────────────────────────────── */

/* Working days beyond the promise, or 1 where a limit without a promise is past; 0: in time. */
static guint days_late(const LifeState *state, Day today, guint minute)
{
    static const ClockPurpose purposes[] = {CLOCK_TELL, CLOCK_DECIDE};
    guint days = life_overdue_days(state, today, minute);
    ClockReading reading;

    for (gsize i = 0; days == 0 && i < G_N_ELEMENTS(purposes); i++)
        days = life_clock(state, purposes[i], today, minute, &reading) && reading.overdue;
    return days;
}

static void find_late(Audit *audit, const char *number, const LifeState *state, guint days)
{
    g_autofree char *printed = case_print_number(number);
    g_autofree char *zh =
        g_strdup_printf("超期 %u 个工作日（%s）", days, life_stage_word(state->stage));
    g_autofree char *en =
        g_strdup_printf("%u working days overdue (%s)", days, life_stage_token(state->stage));

    audit_find(audit, "overdue", printed, zh, en);
    json_object_set_new(json_array_get(audit->findings, json_array_size(audit->findings) - 1),
                        "case", json_string(number));
}

static gboolean check_limits(Audit *audit, GError **error)
{
    g_autoptr(json_t) rows =
        catalog_cases_between(audit->catalog, audit->since, audit->until, error);
    gint64 now_us = clock_now_us(store_clock(house_store(audit->house)));
    Day today = day_of_instant(now_us, HOUSE_OFFSET_S);
    guint minute = day_minute_of_instant(now_us, HOUSE_OFFSET_S);
    gint64 late = 0;
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        const char *number = json_text(row, "number");
        CaseLife life;
        guint days;

        if (!progress(audit, i, json_array_size(rows), DONE_NUMBERS, DONE_CASES, error) ||
            !case_life(audit->house, audit->catalog, number, &life, error))
            return FALSE;
        days = days_late(&life.state, today, minute);
        late += days > 0;
        if (days > 0)
            find_late(audit, number, &life.state, days);
    }
    set_figure(audit, "late", late);
    return rows != NULL;
}

/* ── bytes ───────────────────────────────────────────────────────────────────────────────── */

static gboolean file_digest(const char *path, char **hex, GError **error)
{
    g_auto(Fd) fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    g_autofree guint8 *room = g_malloc(READ_BYTES);
    DigestPass pass;
    Digests digests;
    gssize n;

    if (fd < 0)
        return error_set_errno(error, ERROR_NO_FILE, errno, "%s", path);
    digest_init(&pass);
    while ((n = read(fd, room, READ_BYTES)) > 0)
        digest_update(&pass, room, (gsize)n);
    if (n < 0)
        return error_set_errno(error, ERROR_IO, errno, "%s", path);
    digest_finish(&pass, &digests);
    *hex = hex_encode(digests.sha256, sizeof digests.sha256);
    return TRUE;
}

static void read_side(Audit *audit, const json_t *side, gboolean sampled)
{
    g_autofree char *path = store_path(house_store(audit->house), json_text(side, "file"));
    g_autoptr(GError) why = NULL;
    g_autofree char *got = NULL, *id = side_id(side);
    gboolean good = file_digest(path, &got, &why) && strcmp(got, json_text(side, "sha256")) == 0;

    audit->read++;
    audit->altered += !good;
    if (!good)
        find_side(audit, why != NULL ? "file-missing" : "altered", side,
                  why != NULL ? "影像文件不在" : "与入库时不一致",
                  why != NULL ? why->message : "not the bytes that were stored");
    if (sampled)
        json_array_append_new(audit->sample, json_pack("{s:s, s:s, s:b}", "side", id, "case",
                                                       json_text(side, "case"), "good", good));
}

/* Whether the seed draws this side: its place in SHA-256(seed, side) decides. */
static gboolean is_drawn(const AuditRequest *request, const json_t *side)
{
    g_autofree char *id = NULL, *text = NULL, *hex = NULL;

    if (request->percent == 0)
        return FALSE;
    id = side_id(side);
    text = g_strdup_printf("%s %s", request->seed != NULL ? request->seed : "", id);
    hex = sha256_hex(text, strlen(text));
    hex[8] = '\0';
    return g_ascii_strtoull(hex, NULL, 16) % 100 < request->percent;
}

static gboolean is_page(const json_t *side)
{
    return strcmp(json_text(side, "state"), "stored") == 0 &&
           strcmp(json_text(side, "role"), "page") == 0;
}

static gboolean check_bytes(Audit *audit, GError **error)
{
    g_autoptr(json_t) rows =
        catalog_sides_between(audit->catalog, audit->since, audit->until, error);
    gint64 pages = 0, blanks = 0;
    gsize i;
    json_t *side;

    json_array_foreach(rows, i, side)
    {
        gboolean drawn = is_drawn(audit->request, side);

        if (!progress(audit, i, json_array_size(rows), DONE_CASES, DONE_BYTES, error))
            return FALSE;
        pages += is_page(side) && json_int(side, "blank", 0) == 0;
        blanks += is_page(side) && json_int(side, "blank", 0) != 0;
        if (json_text(side, "file") != NULL && (audit->request->full || drawn))
            read_side(audit, side, drawn);
    }
    set_figure(audit, "pages", pages);
    set_figure(audit, "blanks", blanks);
    set_figure(audit, "read", audit->read);
    set_figure(audit, "altered", audit->altered);
    set_figure(audit, "unverified", (gint64)json_array_size(rows) - audit->read);
    return rows != NULL;
}

/* ── journal and days ────────────────────────────────────────────────────────────────────── */

static gboolean check_journal(Audit *audit, GError **error)
{
    Store *store = house_store(audit->house);
    g_autoptr(GError) why = NULL;
    gint64 records = 0, applied = 0;
    gboolean good = store_verify_journal(store, &records, &why);
    g_autofree char *root = NULL, *checkpoint = NULL;

    if (!good && error_code(why) != ERROR_JOURNAL_DAMAGED) {
        g_propagate_error(error, g_steal_pointer(&why));
        return FALSE;
    }
    if (!good)
        audit_find(audit, "journal-damaged", "", why->message, why->message);
    g_clear_error(&why);
    checkpoint = signing_last(store, &why);
    root = why == NULL ? catalog_root(audit->catalog, &applied, error) : NULL;
    if (why != NULL)
        g_propagate_error(error, g_steal_pointer(&why));
    audit->journal = json_pack("{s:I, s:b, s:s?, s:s?, s:n}", "records", (json_int_t)records,
                               "good", good, "root", root, "checkpoint", checkpoint, "signed_at");
    return root != NULL;
}

static gboolean check_day(Audit *audit, const json_t *row, GError **error)
{
    g_autoptr(json_t) detail = json_loads(json_text(row, "detail"), 0, NULL);
    const char *date = json_text(detail, "date"), *said = json_text(detail, "root");
    g_autofree char *root = catalog_root_of(audit->catalog, json_int(detail, "records", 0), error);
    gboolean good = root != NULL && g_strcmp0(root, said) == 0;

    if (root == NULL)
        return FALSE;
    json_array_append_new(audit->days, json_pack("{s:s, s:s, s:b, s:s, s:b}", "date", date,
                                                 "window", json_text(detail, "window"), "closed", 1,
                                                 "root", said, "good", good));
    if (!good)
        audit_find(audit, "root-differs", date, "日清校验值与日志不符",
                   "the root of the day's close is not the journal's");
    return TRUE;
}

/* Days that cases came in on and that nobody closed. */
static gboolean add_open_days(Audit *audit, GError **error)
{
    g_autofree char *from = day_format(audit->request->from), *to = day_format(audit->request->to);
    g_autoptr(json_t) rows = catalog_open_days(audit->catalog, from, to, error);
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        json_array_append_new(audit->days,
                              json_pack("{s:s, s:s, s:b, s:n, s:b}", "date", json_text(row, "date"),
                                        "window", json_text(row, "window"), "closed", 0, "root",
                                        "good", 1));
    }
    return rows != NULL;
}

static gboolean check_days(Audit *audit, GError **error)
{
    g_autofree char *from = day_format(audit->request->from), *to = day_format(audit->request->to);
    g_autoptr(json_t) rows = catalog_day_closes(audit->catalog, from, to, error);
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        if (!check_day(audit, row, error))
            return FALSE;
    }
    return rows != NULL && add_open_days(audit, error);
}

/* ── put together ────────────────────────────────────────────────────────────────────────── */

static gboolean count(Audit *audit, GError **error)
{
    static const char *const names[] = {"cases", "filed", "documents", "void"};
    g_autoptr(json_t) row = catalog_figures(audit->catalog, audit->since, audit->until, error);

    audit->bundles = catalog_bundles_between(audit->catalog, audit->since, audit->until, error);
    if (row == NULL || audit->bundles == NULL)
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        json_object_set(audit->figures, names[i], json_object_get(row, names[i]));
    set_figure(audit, "bundles", (gint64)json_array_size(audit->bundles));
    return TRUE;
}

static json_t *statement(const Audit *audit)
{
    g_autofree char *from = day_format(audit->request->from), *to = day_format(audit->request->to);
    g_autofree char *now = clock_format(clock_now_us(store_clock(house_store(audit->house))));

    return json_pack("{s:s, s:s, s:s, s:s, s:b, s:O, s:O, s:O, s:O, s:O, s:O, s:O}", "from", from,
                     "to", to, "level", audit->request->full ? "full" : "quick", "made_at", now,
                     "complete", audit->errors == 0, "figures", audit->figures, "windows",
                     audit->windows, "days", audit->days, "journal", audit->journal, "bundles",
                     audit->bundles, "sample", audit->sample, "findings", audit->findings);
}

static void audit_clear(Audit *audit)
{
    g_free(audit->since);
    g_free(audit->until);
    json_decref(audit->figures);
    json_decref(audit->windows);
    json_decref(audit->days);
    json_decref(audit->journal);
    json_decref(audit->bundles);
    json_decref(audit->sample);
    json_decref(audit->findings);
}

json_t *audit_run(House *house, Catalog *catalog, const AuditRequest *request, GError **error)
{
    Audit audit = {.house = house,
                   .catalog = catalog,
                   .request = request,
                   .since = clock_format(day_instant(request->from, 0, HOUSE_OFFSET_S)),
                   .until = clock_format(day_instant(request->to + 1, 0, HOUSE_OFFSET_S)),
                   .figures = json_object(),
                   .windows = json_array(),
                   .days = json_array(),
                   .sample = json_array(),
                   .findings = json_array()};
    json_t *result = NULL;

    if (audit_numbers(&audit, error) && check_unread(&audit, error) &&
        check_limits(&audit, error) && check_bytes(&audit, error) && check_journal(&audit, error) &&
        check_days(&audit, error) && count(&audit, error))
        result = statement(&audit);
    audit_clear(&audit);
    return result;
}
