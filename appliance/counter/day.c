/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/day.h"

#include "appliance/casework/figures.h"
#include "appliance/casework/paper_kind.h"
#include "appliance/code/code.h"
#include "appliance/counter/audit_numbers.h"
#include "appliance/counter/keeping.h"
#include "appliance/counter/period.h"
#include "appliance/counter/witness.h"
#include "appliance/paper/paper.h"
#include "storage/catalog_register.h"
#include "storage/signing.h"

#include <string.h>

#define OPEN_MAX 10000

/* ── what is left ────────────────────────────────────────────────────────────────────────── */

typedef struct {
    House *house;
    Catalog *catalog;
    const WindowDay *of_day;
    GArray *facts;       /* of LeftFact */
    GPtrArray *numbers;  /* of char *: the case of each fact, or NULL */
    GStringChunk *texts; /* what facts borrow */
} LeftList;

static void add_fact(LeftList *left, LeftFact fact, const char *number)
{
    if (fact.subject != NULL)
        fact.subject = g_string_chunk_insert(left->texts, fact.subject);
    if (fact.detail != NULL)
        fact.detail = g_string_chunk_insert(left->texts, fact.detail);
    g_array_append_val(left->facts, fact);
    g_ptr_array_add(left->numbers, g_strdup(number));
}

static gboolean add_tray(LeftList *left, GError **error)
{
    g_autoptr(json_t) stacks = catalog_tray_stacks(left->catalog, error);
    gsize i;
    json_t *stack;

    json_array_foreach(stacks, i, stack)
    {
        g_autofree char *subject =
            g_strdup_printf("批次 %" G_GINT64_FORMAT, json_int(stack, "batch", 0));

        add_fact(left,
                 (LeftFact){LEFT_UNPLACED, subject, json_text(stack, "reason"),
                            (guint)json_int(stack, "sides", 0)},
                 NULL);
    }
    return stacks != NULL;
}

/* Who keeps a copy at the window, gets it across the counter, or with the day's sheet, is not
 * waited for. */
static gboolean is_awaited(const char *receiver)
{
    static const char *const here[] = {"存", "服务对象", "申请人", "随件", "随统计报表", "窗口"};

    for (gsize i = 0; i < G_N_ELEMENTS(here); i++)
        if (strstr(receiver, here[i]) != NULL)
            return FALSE;
    return *receiver != '\0';
}

static void add_paper(LeftList *left, const json_t *paper, const char *number)
{
    g_autofree char *printed = case_print_number(number);
    g_autofree char *subject =
        g_strdup_printf("%s-%03d", printed, (int)json_int(paper, "document", 0));
    const char *place = json_text(paper, "place"), *receiver = json_text(paper, "receiver");

    if (json_int(paper, "copy", 0) == 0 && json_flag(paper, "to_hand_back") &&
        strcmp(place, "handed-back") != 0)
        add_fact(left, (LeftFact){LEFT_ORIGINALS, subject, json_text(paper, "title"), 1}, number);
    if (json_int(paper, "copy", 0) > 0 && is_awaited(receiver) && strcmp(place, "window") == 0)
        add_fact(left, (LeftFact){LEFT_COPIES, subject, receiver, 1}, number);
}

static gboolean add_case(LeftList *left, const json_t *row, GError **error)
{
    const char *number = json_text(row, "number");
    g_autofree char *printed = case_print_number(number);
    g_autoptr(json_t) papers = NULL;
    CaseLife life;
    LeftFact facts[3];
    gsize n, i;
    json_t *paper;

    if (!case_life(left->house, left->catalog, number, &life, error) ||
        (papers = keeping_case(left->house, left->catalog, number, error)) == NULL)
        return FALSE;
    n = day_close_of_case(&life.state, printed, left->of_day->day, facts);
    for (i = 0; i < n; i++)
        add_fact(left, facts[i], number);
    json_array_foreach(papers, i, paper) add_paper(left, paper, number);
    return TRUE;
}

static gboolean add_cases(LeftList *left, GError **error)
{
    CatalogList list = {.window = left->of_day->window, .open = TRUE, .limit = OPEN_MAX};
    g_autoptr(json_t) rows = catalog_list_cases(left->catalog, &list, error);
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        if (!add_case(left, row, error))
            return FALSE;
    }
    return rows != NULL;
}

/* Numbers of the day's cases that nothing is in the store for. */
static gboolean add_numbers(LeftList *left, GError **error)
{
    g_autofree char *from = period_since(left->of_day->day), *to = period_until(left->of_day->day);
    g_autoptr(json_t) rows = catalog_document_account(left->catalog, from, to, error);
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        const char *number = json_text(row, "case");
        g_autofree char *printed = case_print_number(number);
        g_autofree char *subject =
            g_strdup_printf("%s-%03d", printed, (int)json_int(row, "number", 0));

        if (audit_is_unaccounted(row) && strncmp(number + 15, left->of_day->window, 3) == 0)
            add_fact(left, (LeftFact){LEFT_NUMBERS, subject, json_text(row, "title"), 1}, number);
    }
    return rows != NULL;
}

static void left_clear(LeftList *left)
{
    g_array_unref(left->facts);
    g_ptr_array_unref(left->numbers);
    g_string_chunk_free(left->texts);
}

static gboolean gather(LeftList *left, House *house, Catalog *catalog, const WindowDay *of_day,
                       GError **error)
{
    *left = (LeftList){.house = house,
                       .catalog = catalog,
                       .of_day = of_day,
                       .facts = g_array_new(FALSE, FALSE, sizeof(LeftFact)),
                       .numbers = g_ptr_array_new_with_free_func(g_free),
                       .texts = g_string_chunk_new(1024)};
    return add_tray(left, error) && add_cases(left, error) && add_numbers(left, error);
}

static GPtrArray *list_of(const LeftList *left)
{
    return day_close_list((const LeftFact *)(void *)left->facts->data, left->facts->len);
}

/* The case of a line: of the fact with its subject and code. */
static const char *case_of(const LeftList *left, const Left *line)
{
    for (guint i = 0; i < left->facts->len; i++) {
        const LeftFact *fact = &g_array_index(left->facts, LeftFact, i);

        if (fact->code == line->code && fact->subject == line->subject)
            return g_ptr_array_index(left->numbers, i);
    }
    return NULL;
}

json_t *day_left(House *house, Catalog *catalog, const WindowDay *of_day, GError **error)
{
    LeftList left;
    json_t *rows = NULL;

    if (gather(&left, house, catalog, of_day, error)) {
        g_autoptr(GPtrArray) list = list_of(&left);

        rows = json_array();
        for (guint i = 0; i < list->len; i++) {
            const Left *line = g_ptr_array_index(list, i);

            json_array_append_new(rows, json_pack("{s:s, s:s, s:s*, s:s, s:s}", "code",
                                                  left_token(line->code), "subject", line->subject,
                                                  "case", case_of(&left, line), "text", line->text,
                                                  "text_en", line->text_en));
        }
    }
    left_clear(&left);
    return rows;
}

/* ── the close ───────────────────────────────────────────────────────────────────────────── */

typedef struct {
    House *house;
    const StoreActor *actor;
    const WindowDay *of_day;
    const char *supervisor;
} Closing;

static Day parsed(const char *date)
{
    Day day = DAY_NONE;

    return date != NULL && day_parse(date, &day) ? day : DAY_NONE;
}

/* How many of each sort are left, for the record. */
static json_t *counts_of(const GPtrArray *list)
{
    json_t *counts = json_object();

    for (guint i = 0; i < list->len; i++) {
        const char *token = left_token(((const Left *)g_ptr_array_index(list, i))->code);

        json_object_set_new(counts, token,
                            json_integer((json_int_t)json_int(counts, token, 0) + 1));
    }
    return counts;
}

static gboolean record_close(StoreTxn *txn, const Closing *closing, const GPtrArray *list,
                             GError **error)
{
    g_autofree char *date = day_format(closing->of_day->day);
    gint64 records = txn_next_seq(txn);
    g_autofree char *root = catalog_root_of(txn_catalog(txn), records, error);

    return root != NULL &&
           txn_append(txn, "day.close", NULL,
                      json_pack("{s:s, s:s, s:I, s:s, s:s*, s:o}", "date", date, "window",
                                closing->of_day->window, "records", (json_int_t)records, "root",
                                root, "supervisor", list->len > 0 ? closing->supervisor : NULL,
                                "left", counts_of(list)),
                      error);
}

static gboolean close_command(StoreTxn *txn, void *data, GError **error)
{
    const Closing *closing = data;
    g_autoptr(GError) why = NULL;
    g_autoptr(json_t) last = catalog_window_days(txn_catalog(txn), closing->of_day->window, &why);
    DayCloseFacts facts = {.day = closing->of_day->day,
                           .last_closed = parsed(json_text(last, "closed")),
                           .last_record = parsed(json_text(last, "received")),
                           .today = day_of_instant(txn_now_us(txn), HOUSE_OFFSET_S),
                           .person = closing->actor->actor,
                           .supervisor = closing->supervisor};
    LeftList left;
    gboolean ok;

    if (why != NULL) {
        g_propagate_error(error, g_steal_pointer(&why));
        return FALSE;
    }
    ok = gather(&left, closing->house, txn_catalog(txn), closing->of_day, error);
    if (ok) {
        g_autoptr(GPtrArray) list = list_of(&left);

        ok = day_close_allowed(&facts, list, error) && record_close(txn, closing, list, error);
    }
    left_clear(&left);
    return ok;
}

gboolean day_close(House *house, const StoreActor *actor, const WindowDay *of_day,
                   const char *supervisor, GError **error)
{
    Closing closing = {house, actor, of_day, supervisor};
    g_autofree char *note = NULL;

    if (!store_write(house_store(house), actor, close_command, &closing, error))
        return FALSE;
    note = signing_checkpoint(house_store(house), error);
    return note != NULL;
}

json_t *day_closed(Catalog *catalog, const WindowDay *of_day, GError **error)
{
    g_autofree char *date = day_format(of_day->day);
    g_autoptr(json_t) row = catalog_day_close(catalog, of_day->window, date, error);
    json_t *detail = row != NULL ? json_loads(json_text(row, "detail"), 0, NULL) : NULL;

    if (detail != NULL) {
        json_object_set(detail, "t", json_object_get(row, "t"));
        json_object_set(detail, "actor", json_object_get(row, "actor"));
    }
    return detail;
}

char *day_code(Catalog *catalog, const WindowDay *of_day, const char *root, GError **error)
{
    g_autofree char *hall = catalog_setting(catalog, "hall", error);
    g_autofree char *head = g_strndup(root, 16);
    Code code = {.kind = CODE_DAY_CLOSE};

    if (hall == NULL)
        return NULL;
    code.day_close.date = day_yymmdd(of_day->day);
    code.day_close.hall = (guint32)g_ascii_strtoull(hall, NULL, 10);
    code.day_close.window = (guint32)g_ascii_strtoull(of_day->window, NULL, 10);
    code.day_close.root = (guint32)(g_ascii_strtoull(head, NULL, 16) % 100000000);
    return code_compose(&code, error);
}

gboolean day_intake_seconds(Catalog *catalog, const WindowDay *of_day, gint64 *seconds,
                            GError **error)
{
    g_autofree char *from = period_since(of_day->day), *to = period_until(of_day->day);

    return catalog_intake_seconds(catalog, of_day->window, from, to, seconds, error);
}

/* ── the day sheet ───────────────────────────────────────────────────────────────────────── */

static void add_figure(json_t *rows, const char *name, const char *value)
{
    json_array_append_new(rows, json_pack("{s:s, s:s}", "name", name, "value", value));
}

static void add_rate(json_t *rows, const char *name, guint permille)
{
    g_autofree char *text = figures_percent(permille);

    add_figure(rows, name, text);
}

static json_t *sheet_figures(const PeriodCases *cases, const WindowDay *of_day, Day today)
{
    g_autoptr(GArray) facts = period_scored(cases, of_day->day, of_day->day, FALSE);
    g_autoptr(GPtrArray) all =
        figures_count((const FiguresCase *)(void *)facts->data, facts->len, FIGURES_ALL, today);
    const Figures *f = all->len > 0 ? g_ptr_array_index(all, 0) : NULL;
    json_t *rows = json_array();
    const struct {
        const char *name;
        guint n;
    } counts[] = {{"收件", f != NULL ? f->received : 0},
                  {"受理", f != NULL ? f->accepted : 0},
                  {"办结", f != NULL ? f->decided : 0},
                  {"退回", f != NULL ? f->returned : 0},
                  {"超期", f != NULL ? f->overdue : 0}};

    for (gsize i = 0; i < G_N_ELEMENTS(counts); i++) {
        g_autofree char *text = g_strdup_printf("%u", counts[i].n);

        add_figure(rows, counts[i].name, text);
    }
    add_rate(rows, "按期办结率", f != NULL ? figures_on_time_permille(f) : FIGURE_NONE);
    add_rate(rows, "即时办结率", f != NULL ? figures_same_day_permille(f) : FIGURE_NONE);
    add_rate(rows, "提前办结率", f != NULL ? figures_early_permille(f) : FIGURE_NONE);
    add_rate(rows, "一次告知率", f != NULL ? figures_told_once_permille(f) : FIGURE_NONE);
    return rows;
}

static json_t *sheet_cases(const PeriodCases *cases, const WindowDay *of_day)
{
    json_t *lines = json_array(), *row;
    gsize i;

    json_array_foreach(cases->rows, i, row)
    {
        const LifeState *state = period_state(cases, i);
        g_autofree char *printed = case_print_number(json_text(row, "number"));
        g_autofree char *applicant = case_mask(json_text(row, "applicant"));

        if (state->received != of_day->day || strcmp(json_text(row, "window"), of_day->window) != 0)
            continue;
        json_array_append_new(lines,
                              json_pack("{s:s, s:s, s:s, s:s, s:s}", "number", printed, "applicant",
                                        applicant, "item", state->rules->item->name, "kind",
                                        life_kind(state) != NULL ? life_kind(state)->name : "",
                                        "state", life_stage_word(state->stage)));
    }
    return lines;
}

/* The words of a line behind its sort and its subject. */
static json_t *sheet_left(json_t *left)
{
    json_t *lines = json_array(), *row;
    gsize i;

    json_array_foreach(left, i, row)
    {
        const char *text = json_text(row, "text"), *subject = json_text(row, "subject");
        const char *at = strstr(text, subject);
        g_autofree char *what =
            g_strchomp(g_strndup(text, at != NULL ? (gsize)(at - text) : strlen(text)));
        const char *words = at != NULL ? at + strlen(subject) : "";

        json_array_append_new(lines, json_pack("{s:s, s:s, s:s}", "what", what, "number", subject,
                                               "words", *words == ' ' ? words + 1 : words));
    }
    return lines;
}

/* The second copies that go along with the sheet. */
static gboolean find_enclosed(House *house, Catalog *catalog, const PeriodCases *cases,
                              const WindowDay *of_day, GString *out, GError **error)
{
    gsize i, k;
    json_t *row, *paper;

    json_array_foreach(cases->rows, i, row)
    {
        g_autoptr(json_t) papers = NULL;
        g_autofree char *printed = case_print_number(json_text(row, "number"));

        if (strcmp(json_text(row, "window"), of_day->window) != 0)
            continue;
        papers = keeping_case(house, catalog, json_text(row, "number"), error);
        if (papers == NULL)
            return FALSE;
        json_array_foreach(papers, k, paper)
        {
            if (strstr(json_text(paper, "receiver"), "随统计报表") != NULL &&
                strcmp(json_text(paper, "place"), "window") == 0)
                g_string_append_printf(out, "%s%s-%03d 第%d联", out->len > 0 ? "、" : "", printed,
                                       (int)json_int(paper, "document", 0),
                                       (int)json_int(paper, "copy", 0));
        }
    }
    return TRUE;
}

static json_t *sheet_values(House *house, Catalog *catalog, const WindowDay *of_day,
                            const char *clerk, GError **error)
{
    const Profile *profile = house_profile(house, catalog, error);
    g_autoptr(json_t) left = profile != NULL ? day_left(house, catalog, of_day, error) : NULL;
    g_autofree char *day = day_format(of_day->day), *today = day_format(house_today(house));
    g_autofree char *window = g_strdup_printf("%s号窗口", of_day->window);
    g_autoptr(GString) enclosed = g_string_new(NULL);
    g_auto(PeriodCases) cases = {0};
    g_autoptr(json_t) values = NULL;

    if (left == NULL || !period_cases(house, catalog, of_day->day, of_day->day, &cases, error) ||
        !find_enclosed(house, catalog, &cases, of_day, enclosed, error))
        return NULL;
    values = json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:s, s:s, s:s, s:s}", "heading",
                       profile->heading, "day", day, "window", window, "figures",
                       sheet_figures(&cases, of_day, house_today(house)), "cases",
                       sheet_cases(&cases, of_day), "open", sheet_left(left), "enclosed",
                       enclosed->len > 0 ? enclosed->str : "无", "clerk", clerk, "organ",
                       profile->name, "date", today);
    return witness_put(values, house_store(house), error) ? g_steal_pointer(&values) : NULL;
}

GBytes *day_sheet(House *house, Catalog *catalog, const WindowDay *of_day, const char *clerk,
                  GError **error)
{
    g_autofree char *folder = store_path(house_store(house), "templates");
    g_autoptr(PaperTemplate) form =
        paper_template_find(paper_kind_token(PAPER_DAY_SHEET), folder, error);
    g_autoptr(json_t) values =
        form != NULL ? sheet_values(house, catalog, of_day, clerk, error) : NULL;
    g_autoptr(json_t) closed = values != NULL ? day_closed(catalog, of_day, NULL) : NULL;
    g_autofree char *code =
        closed != NULL ? day_code(catalog, of_day, json_text(closed, "root"), error) : NULL;
    const char *const *receivers = form != NULL ? paper_template_receivers(form) : NULL;
    PaperCopy copies[2] = {0};
    PaperOptions options = {.created_us = clock_now_us(store_clock(house_store(house))),
                            .copies = copies};
    GBytes *pdf = NULL;

    if (values == NULL)
        return NULL;
    for (; options.n_copies < G_N_ELEMENTS(copies) && receivers[options.n_copies] != NULL;
         options.n_copies++)
        copies[options.n_copies] = (PaperCopy){code, NULL, receivers[options.n_copies]};
    return paper_render(form, values, &options, &pdf, error) ? pdf : NULL;
}
