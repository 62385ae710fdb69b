/* SPDX-License-Identifier: Apache-2.0
 *
 * Verbs of a case: open, show, check, and what persons say of its slots.
 */
#include "ui/cli/cli.h"

#include "appliance/counter/case_open.h"
#include "appliance/counter/completeness.h"
#include "appliance/counter/copies.h"
#include "appliance/counter/step.h"
#include "ui/http/role.h"

#include <stdio.h>
#include <string.h>

static const CliOption open_options[] = {
    {"item", 0, "CODE", TRUE, "the item, six digits", "事项, 六位"},
    {"applicant", 0, "NAME", FALSE, "the applicant's name", "申请人"},
    {"id", 0, "NUMBER", FALSE, "identity or credit code", "证件号码"},
    {"phone", 0, "NUMBER", FALSE, "phone", "电话"},
    {"window", 0, "NNN", FALSE, "window (001)", "窗口号 (001)"},
    {"channel", 0, "window|post|online|agent", FALSE, "how it came (window)", "渠道 (window)"},
    {"platform-id", 0, "TEXT", FALSE, "a platform's own number", "平台办件编号"},
    {"field", 0, "K=V", FALSE, "a declared field (may be given again)", "填报字段 (可多次)"},
    {"fields", 0, "-", FALSE, "personal data as JSON on standard input",
     "从标准输入读取个人信息 (JSON)"},
    {"kind", 0, "KIND", FALSE, "kind of the hall (else the item's)", "件类 (默认取事项的)"},
    {"secret", 0, NULL, FALSE, "classified: register only, no capture", "涉密件, 只登记不采集"},
    {"received", 0, "DATE[THH:MM]", FALSE, "when it came in, if not now (补登)",
     "实际收到时间 (补登)"},
    {"evidence", 0, "handed-in|post|confirmed|taken-for", FALSE, "how that is known (handed-in)",
     "收到凭据 (handed-in)"},
    {"taken-for", 0, "NAME", FALSE, "taken in for this absent colleague (代收)", "代收: 代何人"},
    {"reason", 0, "TEXT", FALSE, "why it is entered later", "补登理由"},
    CLI_SECOND,
    {0},
};

/* What must not show in the process list: {"applicant": …, "phone": …, "identity": …, "fields":
 * {…}}; `case field` takes the fields alone. NULL on failure, {} where --fields is not given. */
static json_t *read_personal(const Cli *cli, GError **error)
{
    const char *source = cli_value(cli, "fields");
    g_autoptr(GBytes) bytes = NULL;
    g_autoptr(json_t) given = NULL;

    if (source == NULL)
        return json_object();
    if (strcmp(source, "-") != 0) {
        error_set(error, ERROR_USAGE, "--fields '%s': only - (standard input)", source);
        return NULL;
    }
    bytes = file_read("/dev/stdin", 65536, error);
    if (bytes == NULL)
        return NULL;
    given = json_parse(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), "standard input",
                       ERROR_USAGE, error);
    if (given != NULL && !json_is_object(given)) {
        error_set(error, ERROR_USAGE, "standard input: an object is needed");
        return NULL;
    }
    return g_steal_pointer(&given);
}

/* The option, or what standard input says. */
static const char *personal(const Cli *cli, const json_t *given, const char *option,
                            const char *member)
{
    const char *value = cli_value(cli, option);

    return value != NULL ? value : json_text(given, member);
}

/* "2026-11-20" or "2026-11-20T16:05", the hall's time. */
static gboolean instant_option(const Cli *cli, gint64 *at_us, GError **error)
{
    const char *said = cli_value(cli, "received");
    g_autofree char *date = said != NULL ? g_strndup(said, strcspn(said, "T")) : NULL;
    guint hours = 0, minutes = 0;
    int end = 0;
    Day day;

    if (said == NULL)
        return TRUE;
    if (!day_parse(date, &day) ||
        (said[strlen(date)] == 'T' &&
         (sscanf(said + strlen(date), "T%2u:%2u%n", &hours, &minutes, &end) != 2 ||
          said[strlen(date) + (gsize)end] != '\0' || hours > 23 || minutes > 59)))
        return error_set(error, ERROR_USAGE,
                         "--received '%s': a day, or day and minute (2026-11-20T16:05)", said);
    *at_us = day_instant(day, hours * 60 + minutes, HOUSE_OFFSET_S);
    return TRUE;
}

static gboolean receipt_options(Cli *cli, CaseOpening *opening, char **second, GError **error)
{
    static const char *const evidences[] = {"handed-in", "post", "confirmed", "taken-for"};
    const char *evidence = cli_value(cli, "evidence");
    gsize i = 0;

    opening->kind = cli_value(cli, "kind");
    opening->secret = cli_flag(cli, "secret");
    opening->taken_for = cli_value(cli, "taken-for");
    opening->reason = cli_value(cli, "reason");
    opening->evidence = opening->taken_for != NULL ? EVIDENCE_TAKEN_FOR : EVIDENCE_HANDED_IN;
    while (evidence != NULL && i < G_N_ELEMENTS(evidences) && strcmp(evidences[i], evidence) != 0)
        i++;
    if (i == G_N_ELEMENTS(evidences))
        return error_set(error, ERROR_USAGE,
                         "--evidence '%s': handed-in, post, confirmed, taken-for", evidence);
    if (evidence != NULL)
        opening->evidence = (LifeEvidence)i;
    if (!instant_option(cli, &opening->received_us, error))
        return FALSE;
    if (!cli_flag(cli, "second"))
        return TRUE;
    opening->second = *second = cli_second(cli, ROLE_CLERK | ROLE_SUPERVISOR, error);
    return *second != NULL;
}

static int run_open(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(House) house = store != NULL ? house_new(store) : NULL;
    g_autoptr(json_t) given = house != NULL ? read_personal(cli, error) : NULL;
    g_autoptr(json_t) fields = json_object();
    g_autofree char *number = NULL, *printed = NULL, *second = NULL;
    CaseOpening opening = {.item = cli_value(cli, "item"),
                           .window = cli_value(cli, "window"),
                           .channel = cli_value(cli, "channel"),
                           .platform_id = cli_value(cli, "platform-id"),
                           .fields = fields};

    if (given == NULL || !cli_pairs(cli, "field", fields, error))
        return 2;
    opening.applicant = personal(cli, given, "applicant", "applicant");
    opening.phone = personal(cli, given, "phone", "phone");
    opening.identity = personal(cli, given, "id", "identity");
    if (json_object_get(given, "fields") != NULL &&
        json_object_update(fields, json_object_get(given, "fields")) != 0) {
        error_set(error, ERROR_USAGE, "standard input: \"fields\" are names with texts");
        return 2;
    }
    if (!receipt_options(cli, &opening, &second, error) ||
        !case_open(house, cli_actor(cli), &opening, &number, error))
        return 1;
    printed = case_print_number(number);
    cli_row(cli, printed, NULL);
    cli_object(cli, json_pack("{s:s, s:s}", "case", printed, "number", number));
    return 0;
}

/* ── show ────────────────────────────────────────────────────────────────────────────────── */

typedef struct {
    House *house;
    Catalog *reader;
    char *number;
} CaseView;

static gboolean view_open(Cli *cli, CaseView *view, GError **error)
{
    Store *store = cli_store(cli, error);

    if (store == NULL || (view->number = case_read_number(cli_operand(cli, 0), error)) == NULL)
        return FALSE;
    view->reader = store_reader(store, error);
    if (view->reader == NULL)
        return FALSE;
    view->house = house_new(store);
    return TRUE;
}

static void view_close(CaseView *view)
{
    house_free(view->house);
    catalog_close(view->reader);
    g_free(view->number);
}

static void show_case_row(Cli *cli, const json_t *row, gsize n_sides)
{
    static const char *const keys[] = {"item",        "kind",          "state",      "applicant",
                                       "received_at", "accepted_at",   "decided_at", "decision",
                                       "filed_at",    "archive_number"};
    g_autofree char *printed = case_print_number(json_text(row, "number"));
    g_autofree char *count = g_strdup_printf("%d", (int)n_sides);

    cli_row(cli, "case", printed, NULL);
    for (gsize k = 0; k < G_N_ELEMENTS(keys); k++)
        if (json_text(row, keys[k]) != NULL)
            cli_row(cli, keys[k], json_text(row, keys[k]), NULL);
    cli_row(cli, "sides", count, NULL);
}

static const char *or_dash(const char *text)
{
    return text != NULL ? text : "-";
}

/* The clock that the case waits for: purpose, lamp, promised day, day of the law, units left. */
static void show_clock(Cli *cli, const json_t *life)
{
    const char *purpose = json_text(life, "waits_for");
    const json_t *clock =
        purpose != NULL ? json_object_get(json_object_get(life, "clocks"), purpose) : NULL;
    g_autofree char *left = g_strdup_printf("%d", (int)json_int(clock, "left", 0));

    if (json_is_object(clock))
        cli_row(cli, "clock", purpose, json_text(clock, "lamp"),
                or_dash(json_text(clock, "promised")), or_dash(json_text(clock, "law")), left,
                json_text(clock, "symbol"), NULL);
    else
        cli_row(cli, "clock", "-", "none", "-", "-", "-", "-", NULL);
}

static void show_life(Cli *cli, const json_t *life)
{
    json_t *parts = json_object_get(life, "departments");
    json_t *flags = json_object_get(life, "flags");
    gsize i;
    json_t *one;

    show_clock(cli, life);
    json_array_foreach(parts, i, one)
    {
        cli_row(cli, "part", json_text(one, "department"), json_text(one, "state"), NULL);
    }
    json_array_foreach(flags, i, one)
    {
        cli_row(cli, "flag", json_string_value(one), NULL);
    }
}

static void show_documents(Cli *cli, json_t *documents, json_t *copies)
{
    gsize i;
    json_t *one;

    json_array_foreach(documents, i, one)
    {
        g_autofree char *number = g_strdup_printf("%03d", (int)json_int(one, "number", 0));

        cli_row(cli, "document", number, json_text(one, "code"), json_text(one, "state"),
                or_dash(json_text(one, "paper_number")), json_text(one, "title"), NULL);
    }
    json_array_foreach(copies, i, one)
    {
        g_autofree char *number = g_strdup_printf("%03d", (int)json_int(one, "document", 0));
        g_autofree char *copy = g_strdup_printf("%d", (int)json_int(one, "copy", 0));

        cli_row(cli, "copy", number, copy, json_flag(one, "signed") ? "signed" : "issued",
                json_text(one, "receiver"), NULL);
    }
}

static json_t *life_of(CaseView *view, GError **error)
{
    gint64 now_us = clock_now_us(store_clock(house_store(view->house)));
    CaseLife life;

    return case_life(view->house, view->reader, view->number, &life, error)
               ? case_life_json(&life, day_of_instant(now_us, HOUSE_OFFSET_S),
                                day_minute_of_instant(now_us, HOUSE_OFFSET_S))
               : NULL;
}

static int show_case(Cli *cli, CaseView *view, GError **error)
{
    g_autoptr(json_t) row = case_row(view->reader, view->number, error);
    g_autoptr(json_t) documents =
        row != NULL ? catalog_documents(view->reader, view->number, error) : NULL;
    g_autoptr(json_t) sides =
        documents != NULL ? catalog_sides(view->reader, view->number, error) : NULL;
    g_autoptr(json_t) events =
        sides != NULL ? catalog_events(view->reader, view->number, error) : NULL;
    g_autoptr(json_t) copies =
        events != NULL ? copies_of_case(view->reader, view->number, error) : NULL;
    g_autoptr(json_t) life = copies != NULL ? life_of(view, error) : NULL;

    if (life == NULL)
        return 1;
    show_case_row(cli, row, json_array_size(sides));
    show_life(cli, life);
    show_documents(cli, documents, copies);
    cli_object(cli,
               json_pack("{s:O, s:O, s:O, s:O, s:O, s:O}", "case", row, "life", life, "documents",
                         documents, "copies", copies, "sides", sides, "events", events));
    return 0;
}

static int run_show(Cli *cli, GError **error)
{
    CaseView view = {0};
    int status = view_open(cli, &view, error) ? show_case(cli, &view, error) : 4;

    view_close(&view);
    return status;
}

/* ── check ───────────────────────────────────────────────────────────────────────────────── */

static int run_check(Cli *cli, GError **error)
{
    CaseView view = {0};
    g_autoptr(Check) check = NULL;
    g_autoptr(json_t) result = NULL;
    gsize i;
    json_t *slot;

    if (view_open(cli, &view, error))
        check = completeness_check(view.house, view.reader, view.number, error);
    if (check != NULL)
        result = completeness_json(check, cli_lang(cli));
    json_array_foreach(json_object_get(result, "slots"), i, slot)
    {
        const char *why = json_text(slot, "why");

        cli_row(cli, json_text(slot, "code"), json_text(slot, "state"),
                *why != '\0' ? why : json_text(slot, "name"), NULL);
    }
    if (result != NULL)
        cli_object(cli, json_incref(result));
    g_clear_pointer(&check, check_free);
    view_close(&view);
    return result != NULL && json_flag(result, "complete") ? 0 : 1;
}

/* ── tick ────────────────────────────────────────────────────────────────────────────────── */

static const CliOption tick_options[] = {
    {"slot", 0, "CODE", FALSE, "the slot (A01)", "材料项 (A01)"},
    {"original", 0, "yes|no", FALSE, "the original was seen", "已核原件"},
    {"seal", 0, "yes|no", FALSE, "it is sealed", "已盖章"},
    {"signature", 0, "yes|no", FALSE, "it is signed", "已签字"},
    {"category", 0, "yes|no", FALSE, "the category of the permit is right", "办证类别无误"},
    {"scope", 0, "yes|no", FALSE, "the scope of business covers it", "经营范围已涵盖"},
    {"copies", 0, "N", FALSE, "copies counted", "复印件份数"},
    {"originals", 0, "N", FALSE, "originals counted", "原件份数"},
    {"issued", 0, "DATE", FALSE, "date of issue", "出具日期"},
    {"expires", 0, "DATE", FALSE, "valid until (or 长期)", "有效期至 (或 长期)"},
    {"declared-pages", 0, "N", FALSE, "pages it says it has", "所载页数"},
    {"placeholder", 0, "REASON", FALSE, "present, not scanned", "在件未扫描的原因"},
    {"exempt", 0, "REFERENCE", FALSE, "not to be handed in: licence or share reference",
     "免提交: 证照标识或共享凭据"},
    {"answer", 0, "QUESTION=yes|no", FALSE, "answer to a question of the item", "事项问题的回答"},
    {"thumbprint", 0, "yes|no", FALSE, "a thumbprint in place of the signature", "以手印代签字"},
    {"witness", 0, "NAME", FALSE, "who saw it given", "手印见证人"},
    {"side", 0, "SIDE=good|bad", FALSE, "a person looked at a side", "人工查看结论"},
    {0},
};

static gboolean note_one(const Cli *cli, House *house, CaseFact fact, GError **error)
{
    return case_note(house, cli_actor(cli), &fact, error);
}

/* "name=value" → what "<prefix>:name" of slot "". */
static gboolean note_pairs(const Cli *cli, House *house, const char *number, const char *option,
                           GError **error)
{
    const GPtrArray *pairs = cli_values(cli, option);

    for (guint i = 0; i < pairs->len; i++) {
        const char *pair = g_ptr_array_index(pairs, i);
        const char *equals = strchr(pair, '=');
        g_autofree char *what = NULL;

        if (equals == NULL)
            return error_set(error, ERROR_USAGE, "--%s '%s': name=value", option, pair);
        what = g_strdup_printf("%s:%.*s", option, (int)(equals - pair), pair);
        if (!note_one(cli, house, (CaseFact){number, "", what, equals + 1}, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean note_slot(const Cli *cli, House *house, const char *number, GError **error)
{
    static const char *const ticks[] = {"original", "seal", "signature", "category", "scope"};
    static const char *const plain[] = {"copies",         "originals",   "issued", "expires",
                                        "declared-pages", "placeholder", "exempt", "thumbprint"};
    const char *slot = cli_value(cli, "slot");

    for (gsize i = 0; i < G_N_ELEMENTS(ticks) + G_N_ELEMENTS(plain); i++) {
        gboolean is_tick = i < G_N_ELEMENTS(ticks);
        const char *option = is_tick ? ticks[i] : plain[i - G_N_ELEMENTS(ticks)];
        const char *value = cli_value(cli, option);
        g_autofree char *what = g_strdup_printf("%s%s", is_tick ? "tick:" : "", option);

        if (value == NULL)
            continue;
        if (slot == NULL)
            return error_set(error, ERROR_USAGE, "--%s needs --slot", option);
        if (is_tick && strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
            return error_set(error, ERROR_USAGE, "--%s '%s': yes or no", option, value);
        if (!note_one(cli, house, (CaseFact){number, slot, what, value}, error))
            return FALSE;
    }
    return TRUE;
}

/* Who saw a thumbprint given is a person: her name is kept as a field is. */
static gboolean note_witness(const Cli *cli, House *house, const char *number, GError **error)
{
    const char *witness = cli_value(cli, "witness"), *slot = cli_value(cli, "slot");
    g_autofree char *field = g_strconcat(CASE_WITNESS, slot != NULL ? slot : "", NULL);
    g_autoptr(json_t) fields = json_pack("{s:s*}", field, witness);

    if (witness == NULL)
        return TRUE;
    if (slot == NULL)
        return error_set(error, ERROR_USAGE, "--witness needs --slot");
    return case_enter_fields(house, cli_actor(cli), number, fields, error);
}

static int run_tick(Cli *cli, GError **error)
{
    CaseView view = {0};
    gboolean ok = view_open(cli, &view, error) && note_slot(cli, view.house, view.number, error) &&
                  note_witness(cli, view.house, view.number, error) &&
                  note_pairs(cli, view.house, view.number, "answer", error) &&
                  note_pairs(cli, view.house, view.number, "side", error);

    view_close(&view);
    if (ok) {
        cli_row(cli, "ok", NULL);
        cli_object(cli, json_pack("{s:b}", "ok", 1));
    }
    return ok ? 0 : 1;
}

/* ── fields ──────────────────────────────────────────────────────────────────────────────── */

static const CliOption field_options[] = {
    {"field", 0, "K=V", FALSE, "a declared field (may be given again)", "填报字段 (可多次)"},
    {"fields", 0, "-", FALSE, "fields as JSON on standard input", "从标准输入读取 (JSON)"},
    {0},
};

static int run_field(Cli *cli, GError **error)
{
    CaseView view = {0};
    g_autoptr(json_t) fields = json_object();
    g_autoptr(json_t) given = read_personal(cli, error);
    gboolean ok = given != NULL && json_object_update(fields, given) == 0 &&
                  view_open(cli, &view, error) && cli_pairs(cli, "field", fields, error) &&
                  case_enter_fields(view.house, cli_actor(cli), view.number, fields, error);

    view_close(&view);
    if (ok) {
        cli_row(cli, "ok", NULL);
        cli_object(cli, json_pack("{s:b}", "ok", 1));
    }
    return ok ? 0 : 1;
}

const CliVerb cli_case_verbs[] = {
    {"case open", "", 0, 0, "receive a case", "收件", open_options, run_open},
    {"case show", "NUMBER", 1, 1, "everything about a case", "显示办件", NULL, run_show},
    {"case tick", "NUMBER", 1, 1, "record what a person saw of a slot", "记录人工核对",
     tick_options, run_tick},
    {"case field", "NUMBER", 1, 1, "enter or correct declared fields", "填写字段", field_options,
     run_field},
    {"check", "NUMBER", 1, 1, "what is missing or wrong", "查看缺什么", NULL, run_check},
    {0},
};
