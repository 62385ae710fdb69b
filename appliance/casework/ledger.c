/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/ledger.h"

#include <string.h>

/* Every column there is; a register names them by key. */
static const LedgerColumn columns[] = {
    {"serial", "序号", "no."},
    {"number", "办件编号", "case number"},
    {"platform", "平台编号", "platform number"},
    {"item", "事项", "item"},
    {"department", "单位", "department"},
    {"applicant", "申请人", "applicant"},
    {"identity", "证件号码", "identity number"},
    {"phone", "联系电话", "phone"},
    {"agent", "代理人", "agent"},
    {"channel", "渠道", "channel"},
    {"window", "窗口", "window"},
    {"clerk", "收件人", "received by"},
    {"kind", "办件类型", "kind"},
    {"received", "收件日期", "received"},
    {"recorded", "登记日期", "recorded"},
    {"evidence", "收件方式", "evidence"},
    {"accepted", "受理日期", "accepted"},
    {"completed", "补齐日期", "completed"},
    {"promised", "承诺办结", "promised"},
    {"decided", "办结日期", "decided"},
    {"delivered", "送达日期", "delivered"},
    {"handed-up", "上报日期", "handed up"},
    {"state", "状态", "state"},
    {"ending", "结果", "ending"},
    {"result", "结果证照", "result"},
    {"reason", "理由", "reason"},
    {"notices", "文书编号", "notice numbers"},
    {"documents", "件数", "documents"},
    {"pages", "页数", "pages"},
    {"visits", "跑动次数", "visits"},
    {"overdue", "超期天数", "days overdue"},
    {"determined", "认定人", "determined by"},
    {"review", "复核", "review"},
    {"departments", "联办部门", "departments"},
    {"green", "绿色通道", "green lane"},
    {"receiver", "领取人", "received by"},
    {"archive", "档号", "archive number"},
    {"reference", "文号", "reference"},
    {"responsible", "责任者", "responsible"},
    {"title", "题名", "title"},
    {"date", "日期", "date"},
    {"secrecy", "密级", "secrecy"},
    {"retention", "保管期限", "retention"},
    {"time", "时间", "time"},
    {"visitor", "来访人", "visitor"},
    {"contact", "联系方式", "contact"},
    {"matter", "事由", "matter"},
    {"answer", "答复", "answer"},
    {"first", "首问责任人", "first asked"},
    {"purpose", "用途", "purpose"},
    {"copies", "份数", "copies"},
    {"returned", "归还日期", "returned"},
    {"approver", "批准人", "approved by"},
    {"seal", "印章", "seal"},
    {"sealed-by", "用印人", "sealed by"},
    {"appraisal", "鉴定意见", "appraisal"},
    {"witness", "监销人", "witness"},
    {"from", "交出人", "handed over by"},
    {"to", "接收人", "taken over by"},
    {"what", "内容", "what"},
    {"remark", "备注", "remark"},
};

#define KEYS_MAX 20

static const struct {
    const char *token, *title;
    gboolean of_cases;
    const char *keys[KEYS_MAX];
} ledgers[LEDGERS] = {
    [LEDGER_INTAKE] = {"intake",
                       "收件登记",
                       TRUE,
                       {"serial", "number", "received", "recorded", "evidence", "item", "applicant",
                        "identity", "phone", "agent", "channel", "window", "clerk", "documents",
                        "pages", "state", "remark"}},
    [LEDGER_WINDOW] = {"window",
                       "窗口服务台账",
                       TRUE,
                       {"serial", "received", "applicant", "phone", "item", "number", "kind",
                        "state", "ending", "clerk", "remark"}},
    [LEDGER_CONSULTATION] = {"consultation",
                             "首问/咨询登记",
                             FALSE,
                             {"serial", "time", "visitor", "contact", "matter", "answer", "first",
                              "window", "remark"}},
    [LEDGER_INSTANT] = {"instant",
                        "即办件登记",
                        TRUE,
                        {"serial", "number", "item", "applicant", "received", "decided", "ending",
                         "clerk", "remark"}},
    [LEDGER_PROMISE] = {"promise",
                        "承诺件登记",
                        TRUE,
                        {"serial", "number", "item", "applicant", "received", "accepted",
                         "promised", "decided", "ending", "overdue", "notices", "remark"}},
    [LEDGER_SUPPLEMENT] = {"supplement",
                           "补办件登记",
                           TRUE,
                           {"serial", "number", "item", "applicant", "received", "completed",
                            "promised", "decided", "notices", "visits", "remark"}},
    [LEDGER_RETURN] = {"return",
                       "退回件登记",
                       TRUE,
                       {"serial", "number", "item", "applicant", "received", "reason", "determined",
                        "review", "notices", "remark"}},
    [LEDGER_JOINT] = {"joint",
                      "联办件登记",
                      TRUE,
                      {"serial", "number", "item", "applicant", "received", "departments",
                       "promised", "decided", "ending", "remark"}},
    [LEDGER_UPPER] = {"upper",
                      "上报件登记",
                      TRUE,
                      {"serial", "number", "item", "applicant", "received", "accepted", "handed-up",
                       "state", "ending", "remark"}},
    [LEDGER_GREEN] = {"green",
                      "绿色通道登记簿",
                      TRUE,
                      {"serial", "number", "item", "applicant", "received", "green", "decided",
                       "state", "reason", "remark"}},
    [LEDGER_REFUSAL] = {"refusal",
                        "否决报备",
                        TRUE,
                        {"serial", "number", "item", "applicant", "department", "ending", "decided",
                         "reason", "notices", "remark"}},
    [LEDGER_OVERDUE] = {"overdue",
                        "超期办件",
                        TRUE,
                        {"serial", "number", "item", "applicant", "window", "promised", "decided",
                         "overdue", "reason", "remark"}},
    [LEDGER_DELIVERY] = {"delivery",
                         "领证(出件)登记",
                         TRUE,
                         {"serial", "number", "item", "applicant", "result", "decided", "delivered",
                          "receiver", "remark"}},
    [LEDGER_LENDING] = {"lending",
                        "查(借)阅与复制登记",
                        FALSE,
                        {"serial", "time", "visitor", "contact", "archive", "title", "purpose",
                         "copies", "approver", "returned", "remark"}},
    [LEDGER_SEAL] = {"seal",
                     "用印登记",
                     FALSE,
                     {"serial", "time", "number", "title", "reference", "copies", "seal",
                      "sealed-by", "approver", "remark"}},
    [LEDGER_FILED] = {"filed",
                      "归档文件目录",
                      TRUE,
                      {"serial", "archive", "reference", "responsible", "title", "date", "secrecy",
                       "pages", "remark"}},
    [LEDGER_DESTRUCTION] = {"destruction",
                            "销毁清册",
                            FALSE,
                            {"serial", "archive", "title", "date", "retention", "pages",
                             "appraisal", "approver", "witness", "time", "remark"}},
    [LEDGER_HAND_OVER] = {"hand-over",
                          "交接登记",
                          FALSE,
                          {"serial", "time", "what", "number", "documents", "pages", "from", "to",
                           "remark"}},
};

const char *ledger_token(LedgerKind kind)
{
    return ledgers[kind].token;
}

const char *ledger_title(LedgerKind kind)
{
    return ledgers[kind].title;
}

int ledger_parse(const char *token)
{
    for (int kind = 0; kind < LEDGERS; kind++)
        if (strcmp(ledgers[kind].token, token) == 0)
            return kind;
    return -1;
}

gboolean ledger_is_of_cases(LedgerKind kind)
{
    return ledgers[kind].of_cases;
}

static const LedgerColumn *column_of(const char *key)
{
    for (gsize i = 0; i < G_N_ELEMENTS(columns); i++)
        if (strcmp(columns[i].key, key) == 0)
            return &columns[i];
    g_error("ledger: no column %s", key); /* the table's own keys: a test asks for each */
}

/* The rows of `columns` for each register, gathered once. */
static const LedgerColumn *gathered(LedgerKind kind, gsize *n)
{
    static LedgerColumn all[LEDGERS][KEYS_MAX];
    static gsize counts[LEDGERS];
    static gsize once;

    if (g_once_init_enter(&once)) {
        for (int k = 0; k < LEDGERS; k++)
            while (counts[k] < KEYS_MAX && ledgers[k].keys[counts[k]] != NULL) {
                all[k][counts[k]] = *column_of(ledgers[k].keys[counts[k]]);
                counts[k]++;
            }
        g_once_init_leave(&once, 1);
    }
    *n = counts[kind];
    return all[kind];
}

const LedgerColumn *ledger_columns(LedgerKind kind, gsize *n)
{
    return gathered(kind, n);
}

/* ---- cases ---- */

static KindRole role_of(const LifeState *state)
{
    const ProfileKind *kind = life_kind(state);

    return kind == NULL ? KIND_PLAIN : kind->role;
}

static gboolean decide_reading(const LedgerCase *of_case, ClockReading *reading)
{
    return life_clock(of_case->state, CLOCK_DECIDE, of_case->today, of_case->minute, reading);
}

static gboolean is_negative(LifeEnding ending)
{
    return ending == ENDING_DENIED || ending == ENDING_REFUSED || ending == ENDING_NOT_NEEDED ||
           ending == ENDING_RETURNED;
}

gboolean ledger_takes(LedgerKind kind, const LedgerCase *of_case)
{
    static const KindRole roles[LEDGERS] = {[LEDGER_INSTANT] = KIND_INSTANT,
                                            [LEDGER_PROMISE] = KIND_PROMISE,
                                            [LEDGER_SUPPLEMENT] = KIND_SUPPLEMENT,
                                            [LEDGER_JOINT] = KIND_JOINT};
    const LifeState *state = of_case->state;
    ClockReading reading;

    switch (kind) {
    case LEDGER_INTAKE:
    case LEDGER_WINDOW:
        return state->stage != LIFE_NONE;
    case LEDGER_RETURN:
        return state->returner != NULL;
    case LEDGER_UPPER:
        return role_of(state) == KIND_UPPER || state->handed_up != DAY_NONE;
    case LEDGER_GREEN:
        return state->green != GREEN_NONE;
    case LEDGER_REFUSAL:
        return is_negative(state->ending);
    case LEDGER_OVERDUE:
        return decide_reading(of_case, &reading) && reading.overdue;
    case LEDGER_DELIVERY:
        return state->delivered != DAY_NONE;
    case LEDGER_FILED:
        return state->stage == LIFE_FILED;
    default:
        return roles[kind] != KIND_PLAIN && role_of(state) == roles[kind];
    }
}

static char *day_cell(Day day)
{
    return day == DAY_NONE ? g_strdup("") : day_format(day);
}

static char *promised_cell(const LedgerCase *of_case)
{
    ClockReading reading;
    g_autofree char *day = NULL;

    if (!decide_reading(of_case, &reading) || reading.promised == DAY_NONE)
        return g_strdup("");
    day = day_format(reading.promised);
    return g_strconcat(day, reading.estimated ? " 估算" : "", NULL);
}

static char *overdue_cell(const LedgerCase *of_case)
{
    guint days = life_overdue_days(of_case->state, of_case->today, of_case->minute);

    return days > 0 ? g_strdup_printf("%u", days) : g_strdup("");
}

static char *departments_cell(const LifeState *state)
{
    static const char *const words[] = {"", "办理中", "同意", "不同意"};
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < state->n_subs; i++)
        g_string_append_printf(out, "%s%s(%s)", i == 0 ? "" : "、", state->subs[i].department,
                               words[state->subs[i].state]);
    return g_string_free(out, FALSE);
}

/* The texts the caller has given as they are. */
static const char *given_text(const LedgerCase *c, const char *key)
{
    const struct {
        const char *key, *text;
    } texts[] = {{"number", c->number},
                 {"platform", c->platform_number},
                 {"applicant", c->applicant},
                 {"identity", c->identity},
                 {"phone", c->phone},
                 {"agent", c->agent},
                 {"channel", c->channel},
                 {"window", c->window},
                 {"department", c->department},
                 {"result", c->result},
                 {"reason", c->reason},
                 {"notices", c->notice_numbers},
                 {"archive", c->archive_number},
                 {"receiver", c->receiver},
                 {"remark", c->remark},
                 {"title", c->title},
                 {"responsible", c->responsible},
                 {"reference", c->reference},
                 {"secrecy", c->secrecy},
                 {"item", c->state->rules->item->name},
                 {"clerk", c->state->clerk},
                 {"determined", c->state->returner}};

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        if (strcmp(texts[i].key, key) == 0)
            return texts[i].text == NULL ? "" : texts[i].text;
    return NULL;
}

/* The days of a case by column key; FALSE where it is none. */
static gboolean day_of_key(const LifeState *state, const char *key, Day *day)
{
    const struct {
        const char *key;
        Day day;
    } days[] = {{"received", state->received},   {"recorded", state->recorded},
                {"accepted", state->effective},  {"completed", state->completed},
                {"decided", state->decided},     {"delivered", state->delivered},
                {"handed-up", state->handed_up}, {"date", state->decided}};

    for (gsize i = 0; i < G_N_ELEMENTS(days); i++)
        if (strcmp(days[i].key, key) == 0) {
            *day = days[i].day;
            return TRUE;
        }
    return FALSE;
}

char *ledger_case_value(const LedgerCase *of_case, const char *key)
{
    static const char *const evidences[] = {"当面递交", "邮寄签收", "双方确认", "代收"};
    static const char *const greens[] = {"", "流转中", "已收回"};
    const LifeState *state = of_case->state;
    const char *text = given_text(of_case, key);
    Day day;

    if (text != NULL)
        return g_strdup(text);
    if (day_of_key(state, key, &day))
        return day_cell(day == DAY_NONE && strcmp(key, "decided") == 0 ? state->ended : day);
    if (strcmp(key, "kind") == 0)
        return g_strdup(life_kind(state) == NULL ? "" : life_kind(state)->name);
    if (strcmp(key, "evidence") == 0)
        return g_strdup(evidences[state->evidence]);
    if (strcmp(key, "promised") == 0)
        return promised_cell(of_case);
    if (strcmp(key, "overdue") == 0)
        return overdue_cell(of_case);
    if (strcmp(key, "state") == 0)
        return g_strdup(life_stage_word(state->stage));
    if (strcmp(key, "ending") == 0)
        return g_strdup(life_ending_word(state->ending));
    if (strcmp(key, "documents") == 0)
        return g_strdup_printf("%u", of_case->documents);
    if (strcmp(key, "pages") == 0)
        return g_strdup_printf("%u", of_case->pages);
    if (strcmp(key, "visits") == 0)
        return g_strdup_printf("%u", state->visits);
    if (strcmp(key, "departments") == 0)
        return departments_cell(state);
    if (strcmp(key, "green") == 0)
        return g_strdup(greens[state->green]);
    if (strcmp(key, "review") == 0)
        return g_strdup(!state->reviewed ? "" : state->flags & FLAG_OVERTURNED ? "撤销" : "维持");
    return g_strdup("");
}

/* ---- CSV ---- */

/* A cell a spreadsheet would reckon with: =cmd, +1+1, -x, @sum; a plain number is none. */
static gboolean is_formula(const char *cell)
{
    if (*cell == '\0' || strchr("=+-@\t", *cell) == NULL)
        return FALSE;
    return strspn(cell + 1, "0123456789.") != strlen(cell + 1) || *cell == '=' || *cell == '@';
}

void ledger_csv_line(GString *out, const char *const *cells, gsize n_cells)
{
    for (gsize i = 0; i < n_cells; i++) {
        const char *cell = cells[i] == NULL ? "" : cells[i];
        gboolean formula = is_formula(cell);

        if (i > 0)
            g_string_append_c(out, ',');
        if (!formula && strpbrk(cell, ",\"\r\n") == NULL) {
            g_string_append(out, cell);
            continue;
        }
        g_string_append(out, formula ? "\"'" : "\"");
        for (; *cell != '\0'; cell++) {
            if (*cell == '"')
                g_string_append_c(out, '"');
            g_string_append_c(out, *cell);
        }
        g_string_append_c(out, '"');
    }
    g_string_append(out, "\r\n");
}

char *ledger_csv(LedgerKind kind, LedgerValue value, gpointer rows, gsize n_rows)
{
    GString *out = g_string_new("\xEF\xBB\xBF");
    const char *cells[KEYS_MAX];
    gsize n;
    const LedgerColumn *column = ledger_columns(kind, &n);

    for (gsize i = 0; i < n; i++)
        cells[i] = column[i].title;
    ledger_csv_line(out, cells, n);
    for (gsize row = 0; row < n_rows; row++) {
        g_autoptr(GPtrArray) owned = g_ptr_array_new_with_free_func(g_free);

        for (gsize i = 0; i < n; i++) {
            char *text = strcmp(column[i].key, "serial") == 0 ? g_strdup_printf("%zu", row + 1)
                                                              : value(rows, row, column[i].key);

            g_ptr_array_add(owned, text);
            cells[i] = text;
        }
        ledger_csv_line(out, cells, n);
    }
    return g_string_free(out, FALSE);
}
