/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/issue.h"

#include "appliance/base/digest.h"
#include "appliance/base/text.h"
#include "appliance/casework/clock.h"
#include "appliance/casework/number.h"
#include "appliance/paper/paper.h"

#include <string.h>

#define ISSUE_TRIES 8

/* Stands for the serial in a filled template to find where it begins; no year or code has it. */
#define SERIAL_MARK 987654321u

void paper_issued_clear(PaperIssued *issued)
{
    g_clear_pointer(&issued->paper_number, g_free);
    g_clear_pointer(&issued->pdf, g_bytes_unref);
}

/* The word of the kind inside a 文书编号 (昆水许补〔2026〕17号); NULL: the kind has no number. */
static const char *number_word(PaperKind kind)
{
    switch (kind) {
    case PAPER_SUPPLEMENT:
        return "补";
    case PAPER_KIND_SUPPLEMENT:
        return "补办";
    case PAPER_ACCEPTANCE:
        return "受";
    case PAPER_PROMISE:
        return "承";
    case PAPER_REFUSAL:
        return "不受";
    case PAPER_NOT_NEEDED:
        return "无需";
    case PAPER_RETURN:
        return "退";
    case PAPER_SPECIAL:
        return "特";
    case PAPER_EXTENSION:
        return "延";
    case PAPER_TOLERANCE:
        return "容";
    case PAPER_GRANT:
        return "准";
    case PAPER_DENIAL:
        return "驳";
    default:
        return NULL;
    }
}

/* Where a template's file bears another name than the kind of paper. */
static const char *template_name(PaperKind kind)
{
    switch (kind) {
    case PAPER_KIND_SUPPLEMENT:
        return "supplement-case";
    case PAPER_NOT_NEEDED:
        return "not-required";
    case PAPER_SPECIAL:
        return "special-procedure";
    case PAPER_TOLERANCE_PROMISE:
        return "deficiency-promise";
    case PAPER_TOLERANCE:
        return "deficiency-notice";
    case PAPER_PLEDGE:
        return "informed-promise";
    case PAPER_GREEN:
        return "green-channel";
    case PAPER_HAND_OVER:
        return "handover";
    case PAPER_ORIGINALS_BACK:
        return "originals-return";
    case PAPER_COLLECTION:
        return "pickup";
    case PAPER_GRANT:
        return "decision-grant";
    case PAPER_DENIAL:
        return "decision-deny";
    case PAPER_CONSULTATION:
        return "checklist";
    case PAPER_DAY_SHEET:
        return "day-list";
    case PAPER_TRANSFER_LIST:
        return "archive-transfer";
    default:
        return paper_kind_token(kind);
    }
}

/* ── what a paper is made of ─────────────────────────────────────────────────────────────── */

typedef struct {
    House *house;
    const StoreActor *actor;
    const PaperRequest *request;
    Catalog *reader;
    json_t *row; /* of the case */
    const Item *item;
    const Department *department;
    const Profile *profile;
    gint64 document;
    guint reprint;
    char *paper_number;
    gint64 serial; /* of paper_number */
    GBytes *pdf;
    char *title;
    char family[2];
    guint copies;
} Issue;

static void issue_clear(Issue *issue)
{
    g_clear_pointer(&issue->row, json_decref);
    g_clear_pointer(&issue->paper_number, g_free);
    g_clear_pointer(&issue->pdf, g_bytes_unref);
    g_clear_pointer(&issue->title, g_free);
    g_clear_pointer(&issue->reader, catalog_close);
}

static gboolean issue_load(Issue *issue, GError **error)
{
    issue->reader = store_reader(house_store(issue->house), error);
    if (issue->reader == NULL)
        return FALSE;
    issue->row = case_row(issue->reader, issue->request->number, error);
    issue->item = issue->row != NULL ? case_item(issue->house, issue->row, error) : NULL;
    if (issue->item == NULL)
        return FALSE;
    issue->department =
        house_department(issue->house, issue->reader, issue->item->department, error);
    issue->profile =
        issue->department != NULL ? house_profile(issue->house, issue->reader, error) : NULL;
    return issue->profile != NULL;
}

/* ── 文书编号 ────────────────────────────────────────────────────────────────────────────── */

static char *fill_number(const Issue *issue, guint32 serial, GError **error)
{
    NumberValues values = {.organ = issue->department->agency,
                           .matter = issue->department->matter,
                           .kind = number_word(issue->request->kind),
                           .day = house_today(issue->house),
                           .serial = serial};

    return number_template_fill(issue->department->number, &values, error);
}

/* Consecutive per department, kind and year: everything before the serial is the same for them. */
static gboolean next_serial(const Issue *issue, Catalog *catalog, gint64 *serial, GError **error)
{
    g_autofree char *marked = fill_number(issue, SERIAL_MARK, error);
    g_autofree char *mark = g_strdup_printf("%u", SERIAL_MARK);
    char *at = marked != NULL ? strstr(marked, mark) : NULL;

    if (marked == NULL)
        return FALSE;
    if (at == NULL)
        return error_set(error, ERROR_DEFINITION, "number template '%s' has no plain serial",
                         issue->department->number);
    *at = '\0';
    return catalog_next_paper_serial(catalog, marked, serial, error);
}

static gboolean draw_paper_number(Issue *issue, GError **error)
{
    g_clear_pointer(&issue->paper_number, g_free);
    if (number_word(issue->request->kind) == NULL)
        return TRUE;
    if (!next_serial(issue, issue->reader, &issue->serial, error))
        return FALSE;
    issue->paper_number = fill_number(issue, (guint32)issue->serial, error);
    return issue->paper_number != NULL;
}

/* ── drawing ─────────────────────────────────────────────────────────────────────────────── */

static void set_text(json_t *values, const char *key, const char *text)
{
    if (text != NULL && *text != '\0')
        json_object_set_new(values, key, json_string(text));
}

static char *local_minute(const char *instant)
{
    gint64 us = 0;
    g_autofree char *day = NULL;
    guint minute;

    if (!clock_parse(instant, &us))
        return g_strdup("");
    day = day_format(day_of_instant(us, HOUSE_OFFSET_S));
    minute = day_minute_of_instant(us, HOUSE_OFFSET_S);
    return g_strdup_printf("%sT%02u:%02u", day, minute / 60, minute % 60);
}

/* Values that every paper of a case may use; the template's own list says which it takes. */
static json_t *common_values(const Issue *issue)
{
    json_t *values = json_object();
    g_autofree char *printed = case_print_number(issue->request->number);
    g_autofree char *document = g_strdup_printf("%03d", (int)issue->document);
    g_autofree char *today = day_format(house_today(issue->house));
    g_autofree char *received = local_minute(json_text(issue->row, "received_at"));
    g_autofree char *received_day = g_strndup(received, 10);
    g_autofree char *window = g_strdup_printf("%s号窗口", json_text(issue->row, "window"));
    const char *clerk = issue->actor->actor;

    set_text(values, "title", issue->title);
    set_text(values, "heading", issue->profile->heading);
    set_text(values, "number", issue->paper_number);
    set_text(values, "case_number", issue->request->number);
    set_text(values, "case_printed", printed);
    set_text(values, "document_number", document);
    set_text(values, "applicant", json_text(issue->row, "applicant"));
    set_text(values, "item", issue->item->name);
    set_text(values, "department", issue->department->name);
    set_text(values, "organ", issue->department->name);
    set_text(values, "phone", issue->department->phone);
    set_text(values, "supervision_phone", issue->department->complaints);
    set_text(values, "received_at", received);
    set_text(values, "received", received_day);
    set_text(values, "channel", json_text(issue->row, "channel"));
    set_text(values, "window", window);
    set_text(values, "clerk", g_str_has_prefix(clerk, "os:") ? clerk + 3 : clerk);
    set_text(values, "clerk_number", "—");
    set_text(values, "date", today);
    return values;
}

static gboolean copy_code(const Issue *issue, guint copy, char **code, char **printed,
                          GError **error)
{
    Code own = {.kind = CODE_DOCUMENT};
    Code of_case;

    if (!code_parse(issue->request->number, &of_case, error))
        return FALSE;
    own.document.of_case = of_case.of_case;
    own.document.number = (guint32)issue->document;
    own.document.copy = copy;
    *code = code_compose(&own, error);
    *printed = *code != NULL ? code_print(&own, error) : NULL;
    return *printed != NULL;
}

typedef struct {
    PaperCopy *copies;
    gsize n;
    GPtrArray *texts; /* owns the codes */
} Copies;

static gboolean make_copies(const Issue *issue, const char *const *receivers, Copies *copies,
                            GError **error)
{
    copies->n = g_strv_length((char **)receivers);
    copies->copies = g_new0(PaperCopy, MAX(copies->n, 1));
    copies->texts = g_ptr_array_new_with_free_func(g_free);
    for (gsize i = 0; i < copies->n; i++) {
        char *code = NULL, *printed = NULL;
        gboolean ok = copy_code(issue, (guint)i + 1, &code, &printed, error);

        g_ptr_array_add(copies->texts, code);
        g_ptr_array_add(copies->texts, printed);
        if (!ok)
            return FALSE;
        copies->copies[i] = (PaperCopy){code, printed, receivers[i]};
    }
    return TRUE;
}

/* A template refuses what it does not know, and no paper takes all that a case can say. */
static void keep_taken(const PaperTemplate *template, json_t *values)
{
    const char *name;
    void *next;
    json_t *value;

    json_object_foreach_safe(values, next, name, value)
    {
        if (!paper_template_takes(template, name))
            json_object_del(values, name);
    }
}

static gboolean render(Issue *issue, PaperTemplate *template, GError **error)
{
    g_autoptr(json_t) values = common_values(issue);
    char **receivers = issue->profile->papers[issue->request->kind].copies;
    const char *const *names = receivers != NULL && receivers[0] != NULL
                                   ? (const char *const *)receivers
                                   : paper_template_receivers(template);
    Copies copies = {0};
    PaperOptions options = {.created_us = clock_now_us(store_clock(house_store(issue->house))),
                            .large_print = issue->request->large_print,
                            .reprint = issue->reprint};
    gboolean ok;

    if (issue->request->values != NULL)
        json_object_update(values, (json_t *)issue->request->values);
    keep_taken(template, values);
    ok = make_copies(issue, names, &copies, error);
    options.copies = copies.copies;
    options.n_copies = copies.n;
    issue->copies = (guint)copies.n;
    g_clear_pointer(&issue->pdf, g_bytes_unref);
    ok = ok && paper_render(template, values, &options, &issue->pdf, error);
    g_free(copies.copies);
    g_clear_pointer(&copies.texts, g_ptr_array_unref);
    return ok;
}

static gboolean draw(Issue *issue, GError **error)
{
    g_autofree char *folder = store_path(house_store(issue->house), "templates");
    g_autoptr(PaperTemplate) template =
        paper_template_find(template_name(issue->request->kind), folder, error);
    const char *title = issue->profile->papers[issue->request->kind].title;

    if (template == NULL)
        return FALSE;
    g_free(issue->title);
    issue->title = g_strdup(title != NULL ? title : paper_template_title(template));
    issue->family[0] = paper_template_family(template);
    return render(issue, template, error);
}

/* ── recording ───────────────────────────────────────────────────────────────────────────── */

/* What a notice tells, by the names of the defects: they say nothing of the applicant. */
static void add_told(json_t *body, const Check *check)
{
    g_autoptr(GPtrArray) defects = check != NULL ? check_defects(check) : NULL;
    json_t *told = json_array();

    for (guint i = 0; defects != NULL && i < defects->len; i++) {
        g_autofree char *key = defect_key(g_ptr_array_index(defects, i));

        json_array_append_new(told, json_string(key));
    }
    if (check != NULL)
        json_object_set_new(body, "told", told);
    else
        json_decref(told);
}

static json_t *paper_body(const Issue *issue, const char *file)
{
    gsize size;
    const void *bytes = g_bytes_get_data(issue->pdf, &size);
    g_autofree char *sha256 = NULL, *sha512 = NULL;
    g_autofree char *code = code_slot_name(paper_kind_slot(issue->request->kind));
    DigestPass pass;
    Digests digests;
    json_t *body;

    digest_init(&pass);
    digest_update(&pass, bytes, size);
    digest_finish(&pass, &digests);
    sha256 = hex_encode(digests.sha256, sizeof digests.sha256);
    sha512 = hex_encode(digests.sha512, sizeof digests.sha512);
    body = json_pack("{s:I, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:s, s:I}", "number",
                     (json_int_t)issue->document, "family", issue->family, "code", code, "kind",
                     paper_kind_token(issue->request->kind), "title", issue->title, "copies",
                     (int)issue->copies, "file", file, "sha256", sha256, "sha512", sha512, "bytes",
                     (json_int_t)size);
    if (body != NULL && issue->paper_number != NULL)
        json_object_set_new(body, "paper_number", json_string(issue->paper_number));
    if (body != NULL)
        add_told(body, issue->request->told);
    return body;
}

/* ERROR_STALE when the case or the number moved on while the paper was drawn. */
static gboolean is_fresh(StoreTxn *txn, const Issue *issue, GError **error)
{
    g_autoptr(json_t) row = case_row(txn_catalog(txn), issue->request->number, error);
    gint64 serial = issue->serial;

    if (row == NULL)
        return FALSE;
    if (issue->paper_number != NULL && !next_serial(issue, txn_catalog(txn), &serial, error))
        return FALSE;
    if (json_int(row, "version", -1) != json_int(issue->row, "version", -2) ||
        serial != issue->serial)
        return error_set(error, ERROR_STALE, "%s", issue->request->number);
    return TRUE;
}

/* The step that this paper is about; the record of the paper comes first, so that it has one. */
static gboolean take_step(StoreTxn *txn, const Issue *issue, GError **error)
{
    LifeEvent event;
    CaseLife life;

    if (issue->request->step == NULL)
        return TRUE;
    event = *issue->request->step;
    event.paper = (guint32)issue->document;
    return case_step_in(txn, issue->house, issue->actor, issue->request->number, &event,
                        issue->request->after != NULL ? issue->request->after : &life, error);
}

static gboolean issue_command(StoreTxn *txn, void *data, GError **error)
{
    Issue *issue = data;
    g_autofree char *file = NULL;

    if (!is_fresh(txn, issue, error))
        return FALSE;
    if (issue->reprint > 0)
        return txn_append(txn, "paper.reprint", issue->request->number,
                          json_pack("{s:I, s:i}", "number", (json_int_t)issue->document, "reprint",
                                    (int)issue->reprint),
                          error);
    file = g_strdup_printf("spool/%.2s%.2s%.2s/paper-%" G_GINT64_FORMAT ".pdf", txn_now(txn) + 2,
                           txn_now(txn) + 5, txn_now(txn) + 8, txn_next_seq(txn));
    return txn_file(txn, file, g_bytes_get_data(issue->pdf, NULL), g_bytes_get_size(issue->pdf),
                    error) &&
           txn_append(txn, "paper", issue->request->number, paper_body(issue, file), error) &&
           take_step(txn, issue, error);
}

/* The rule that stands against the step is told before anything about its paper. */
static gboolean try_step(const Issue *issue, GError **error)
{
    LifeEvent event;

    if (issue->request->step == NULL || issue->reprint > 0)
        return TRUE;
    event = *issue->request->step;
    event.paper = (guint32)issue->document;
    return case_step_try(issue->house, issue->reader, issue->actor, issue->request->number, &event,
                         error);
}

static gboolean issue_once(Issue *issue, gint64 document, GError **error)
{
    if (!issue_load(issue, error))
        return FALSE;
    issue->document = document;
    if (document == 0 &&
        (!catalog_next_document(issue->reader, issue->request->number, &issue->document, error) ||
         !draw_paper_number(issue, error)))
        return FALSE;
    return try_step(issue, error) && draw(issue, error) &&
           store_write(house_store(issue->house), issue->actor, issue_command, issue, error);
}

/* `document` > 0: print that one again as its `reprint`-th reprint. */
static gboolean issue_paper(Issue *issue, gint64 document, PaperIssued *issued, GError **error)
{
    for (int try = 0; try < ISSUE_TRIES; try++) {
        g_autoptr(GError) why = NULL;

        if (issue_once(issue, document, &why)) {
            *issued = (PaperIssued){.document = issue->document,
                                    .paper_number = g_steal_pointer(&issue->paper_number),
                                    .pdf = g_steal_pointer(&issue->pdf),
                                    .copies = issue->copies,
                                    .reprint = issue->reprint};
            issue_clear(issue);
            return TRUE;
        }
        issue_clear(issue);
        if (error_code(why) != ERROR_STALE) {
            g_propagate_error(error, g_steal_pointer(&why));
            return FALSE;
        }
    }
    return error_set(error, ERROR_BUSY, "case %s keeps changing", issue->request->number);
}

gboolean paper_issue(House *house, const StoreActor *actor, const PaperRequest *request,
                     PaperIssued *issued, GError **error)
{
    Issue issue = {.house = house, .actor = actor, .request = request};

    return issue_paper(&issue, 0, issued, error);
}

/* ── the receipt ─────────────────────────────────────────────────────────────────────────── */

static guint pages_of(json_t *sides, gint64 document)
{
    guint pages = 0;
    gsize i;
    json_t *side;

    json_array_foreach(sides, i, side)
    {
        pages += json_int(side, "document", 0) == document && json_int(side, "blank", 0) == 0 &&
                 strcmp(json_text(side, "state"), "void") != 0;
    }
    return pages;
}

static json_t *receipt_lines(json_t *documents, json_t *sides)
{
    json_t *lines = json_array();
    gsize i;
    json_t *row;

    json_array_foreach(documents, i, row)
    {
        gint64 number = json_int(row, "number", 0);
        g_autofree char *printed = g_strdup_printf("%03d", (int)number);
        gint64 copies = json_int(row, "copies", 0);
        gboolean original = json_int(row, "originals", 0) > 0;

        if (strcmp(json_text(row, "family"), "A") != 0 ||
            strcmp(json_text(row, "state"), "open") != 0)
            continue;
        json_array_append_new(
            lines,
            json_pack("{s:s, s:s, s:s, s:I, s:i, s:s}", "number", printed, "name",
                      json_text(row, "title"), "form", original ? "original" : "copy", "copies",
                      (json_int_t)MAX(copies + original, 1), "pages", (int)pages_of(sides, number),
                      "kept", json_int(row, "kept", 0) != 0 ? "kept" : "returned"));
    }
    return lines;
}

/* The last receipt, and whether material came in since. */
static gint64 last_receipt(json_t *documents, gboolean *newer, guint *reprints)
{
    gint64 receipt = 0;
    gsize i;
    json_t *row;

    *newer = FALSE;
    json_array_foreach(documents, i, row)
    {
        if (strcmp(json_text(row, "code"), "B01") == 0) {
            receipt = json_int(row, "number", 0);
            *reprints = (guint)json_int(row, "reprints", 0);
            *newer = FALSE;
        } else if (strcmp(json_text(row, "family"), "A") == 0)
            *newer = TRUE;
    }
    return receipt;
}

static json_t *receipt_values(json_t *documents, json_t *sides, const json_t *fields,
                              const char *query_code)
{
    json_t *values = json_object();

    json_object_set_new(values, "documents", receipt_lines(documents, sides));
    set_text(values, "applicant_id", json_text(fields, "identity"));
    set_text(values, "applicant_phone", json_text(fields, "phone"));
    set_text(values, "query_code", query_code);
    set_text(values, "clock",
             "自收到之日起五个工作日内作出是否受理的决定或者一次性告知需要补正的全部内容；"
             "逾期不告知的，自收到申请材料之日起即为受理。");
    return values;
}

gboolean paper_issue_receipt(House *house, const StoreActor *actor, const char *number,
                             gboolean large_print, PaperIssued *issued, GError **error)
{
    g_autoptr(Catalog) reader = store_reader(house_store(house), error);
    g_autoptr(json_t) row = reader != NULL ? case_row(reader, number, error) : NULL;
    g_autoptr(json_t) documents = row != NULL ? catalog_documents(reader, number, error) : NULL;
    g_autoptr(json_t) sides = documents != NULL ? catalog_sides(reader, number, error) : NULL;
    g_autoptr(json_t) fields = sides != NULL ? catalog_fields(reader, number, error) : NULL;
    g_autoptr(json_t) values = NULL;
    g_autofree char *query_code = NULL;
    LifeEvent step = {.type = EVENT_RECEIPT, .actor = ACTOR_CLERK};
    PaperRequest request = {
        .number = number, .kind = PAPER_RECEIPT, .large_print = large_print, .step = &step};
    Issue issue = {.house = house, .actor = actor, .request = &request};
    gboolean newer;
    guint reprints = 0;
    gint64 receipt;

    query_code = fields != NULL ? case_query_code(reader, number, error) : NULL;
    if (query_code == NULL)
        return FALSE;
    values = receipt_values(documents, sides, fields, query_code);
    request.values = values;
    receipt = last_receipt(documents, &newer, &reprints);
    if (receipt == 0 || newer)
        return issue_paper(&issue, 0, issued, error);
    issue.reprint = reprints + 1;
    return issue_paper(&issue, receipt, issued, error);
}

/* ── the one-time notice ─────────────────────────────────────────────────────────────────── */

static json_t *defect_lines(const Check *check)
{
    g_autoptr(GPtrArray) defects = check_defects(check);
    json_t *lines = json_array();

    for (guint i = 0; i < defects->len; i++) {
        const Defect *defect = g_ptr_array_index(defects, i);
        const SlotResult *slot = check_slot(check, defect->slot);
        g_autofree char *code = code_slot_name(defect->slot);

        json_array_append_new(
            lines,
            json_pack("{s:s, s:s, s:s, s:s}", "slot", code, "document",
                      slot != NULL ? slot->slot->name : "", "defect",
                      defect->text != NULL ? defect->text : defect_code_word(defect->code, LANG_ZH),
                      "bring", defect->bring != NULL ? defect->bring : "请补正"));
    }
    return lines;
}

/* "2026年11月28日前", by the item's own clock; where it has none, what the law says of time. */
static char *supplement_deadline(House *house, Catalog *catalog, const Item *item, GError **error)
{
    const Calendar *calendar = house_calendar(house, catalog, error);
    const ClockProfile *profile = item->clocks[CLOCK_SUPPLEMENT];
    ClockReading reading;
    g_autofree char *day = NULL;

    if (calendar == NULL)
        return NULL;
    if (profile == NULL)
        return g_strdup("合理期限内");
    clock_read(
        &(ClockFacts){
            .profile = profile, .start = house_today(house), .until = DAY_NONE, .ended = DAY_NONE},
        calendar, house_today(house), 0, &reading);
    if (!reading.limited || reading.promised == DAY_NONE)
        return g_strdup("合理期限内");
    day = day_format_zh(reading.promised);
    return g_strdup_printf("%s前%s", day, reading.estimated ? "（估算，未含当年调休）" : "");
}

static json_t *supplement_values(House *house, Catalog *catalog, const Item *item,
                                 const Check *check, GError **error)
{
    g_autofree char *deadline = supplement_deadline(house, catalog, item, error);
    json_t *values;

    if (deadline == NULL)
        return NULL;
    values = json_object();
    json_object_set_new(values, "defects", defect_lines(check));
    set_text(values, "law",
             item->law != NULL && item->law[0] != NULL ? item->law[0]
                                                       : "《中华人民共和国行政许可法》第三十二条");
    set_text(values, "deadline", deadline);
    set_text(values, "consequence",
             item->terminated ? "逾期未补正的，终止办理。" : "逾期未补正的，视为放弃申请。");
    return values;
}

gboolean paper_issue_supplement(House *house, const StoreActor *actor, const char *number,
                                gboolean large_print, PaperIssued *issued, GError **error)
{
    g_autoptr(Catalog) reader = store_reader(house_store(house), error);
    g_autoptr(Check) check =
        reader != NULL ? completeness_check(house, reader, number, error) : NULL;
    g_autoptr(json_t) row = check != NULL ? case_row(reader, number, error) : NULL;
    const Item *item = row != NULL ? case_item(house, row, error) : NULL;
    g_autoptr(GPtrArray) defects = item != NULL ? check_defects(check) : NULL;
    g_autoptr(json_t) values = NULL;
    LifeEvent step = {.type = EVENT_SUPPLEMENT, .actor = ACTOR_CLERK};
    PaperRequest request = {.number = number,
                            .kind = PAPER_SUPPLEMENT,
                            .large_print = large_print,
                            .told = check,
                            .step = &step};

    if (defects == NULL)
        return FALSE;
    if (defects->len == 0)
        return error_set(error, ERROR_RULE, "nothing is missing or wrong in %s", number);
    values = supplement_values(house, reader, item, check, error);
    request.values = values;
    return values != NULL && paper_issue(house, actor, &request, issued, error);
}
