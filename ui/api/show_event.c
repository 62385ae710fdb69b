/* SPDX-License-Identifier: Apache-2.0
 *
 * Records as sentences for timelines and for the event stream. Nothing personal is said: no name,
 * no reason that somebody wrote.
 */
#include "ui/api/api_intern.h"

#include "storage/catalog_record.h"

#include <string.h>

typedef struct {
    const char *token, *zh, *en;
} Words;

static const Words act_words[] = {
    {"init", "建立数据", "data folder made"},
    {"definition", "导入定义", "definition imported"},
    {"case.open", "收件", "case received"},
    {"case.field", "填写字段", "fields entered"},
    {"seal", "归档", "case filed"},
    {"batch.open", "开始扫描", "scan begun"},
    {"batch.close", "扫描结束", "scan ended"},
    {"side", "存入一面", "side stored"},
    {"side.place", "页面归位", "side moved"},
    {"side.void", "作废一面", "side voided"},
    {"side.restore", "恢复一面", "side restored"},
    {"side.turn", "旋转一面", "side turned"},
    {"side.blank", "空白认定", "side judged blank or not"},
    {"seat", "到岗", "seat taken"},
    {"document.open", "新增文件", "document begun"},
    {"document.void", "作废文件", "document voided"},
    {"paper", "出具文书", "paper issued"},
    {"paper.reprint", "重打文书", "paper printed again"},
    {"slot", "登记材料情况", "fact noted"},
    {"custody", "登记纸件位置", "papers placed"},
    {"day.close", "日清", "day closed"},
    {"day.hand-over", "交接", "handed over"},
    {"bundle.receipt", "数据包已签收", "bundle received"},
    {"export", "导出数据包", "bundle exported"},
    {"hold", "法律保全", "held"},
    {"hold.lift", "解除保全", "hold lifted"},
    {"destroy", "到期销毁", "destroyed at the end of retention"},
    {"destroy.done", "销毁完毕", "nothing of it is left"},
    {"log.epoch", "启用新的签名纪元", "signing began anew"},
    {"person", "人员变动", "a person was added or changed"},
    {"ledger.entry", "台账登记", "register entry"},
    {"print", "已打印", "printed"},
    {"look", "查看全部信息", "shown in full"},
    {"denied", "拒绝一次操作", "a try was refused"},
};

static const Words step_words[] = {
    {"receive", "收件", "received"},
    {"receipt", "出具收件凭证", "receipt given"},
    {"correct", "当场更正", "corrected on the spot"},
    {"first-check", "初审", "first check"},
    {"second-check", "复审", "second check"},
    {"supplement", "一次性告知", "told what is missing"},
    {"tell", "已告知", "the notice was given"},
    {"remind", "补正提醒", "reminded"},
    {"bring", "补齐", "supplemented"},
    {"lapse", "逾期未补正", "lapsed"},
    {"refuse", "不予受理", "refused"},
    {"not-needed", "不受理", "not needed"},
    {"return", "退回", "returned"},
    {"accept", "受理", "accepted"},
    {"silence", "视为受理", "accepted by silence"},
    {"pause", "特别程序", "paused"},
    {"resume", "特别程序结束", "resumed"},
    {"extend", "延期", "extended"},
    {"hand-up", "上报", "handed up"},
    {"kind", "改变件类", "kind changed"},
    {"urgent", "急办", "urgent"},
    {"decide", "办结", "decided"},
    {"deliver", "送达", "delivered"},
    {"withdraw", "撤回申请", "withdrawn"},
    {"file", "归档", "filed"},
};

static const char *words_of(const Words *list, gsize n, const char *token, Lang lang)
{
    for (gsize i = 0; i < n; i++)
        if (strcmp(list[i].token, token) == 0)
            return lang == LANG_ZH ? list[i].zh : list[i].en;
    return token;
}

static char *side_text(const json_t *detail, const char *words, Lang lang)
{
    gboolean front = strcmp(json_text(detail, "side"), "a") == 0;
    int sheet = (int)json_int(detail, "sheet", 0);

    return lang == LANG_ZH
               ? g_strdup_printf("%s: 第 %d 张 %s", words, sheet, front ? "正面" : "背面")
               : g_strdup_printf("%s: sheet %d, %s", words, sheet, front ? "front" : "back");
}

static char *text_of(const char *act, const json_t *detail, Lang lang)
{
    const char *words = words_of(act_words, G_N_ELEMENTS(act_words), act, lang);
    const char *step = json_text(detail, "step"), *title = json_text(detail, "title");

    if (strcmp(act, "case.step") == 0 && step != NULL)
        return g_strdup(words_of(step_words, G_N_ELEMENTS(step_words), step, lang));
    if (g_str_has_prefix(act, "side") && json_text(detail, "side") != NULL)
        return side_text(detail, words, lang);
    if ((strcmp(act, "paper") == 0 || strcmp(act, "document.open") == 0) && title != NULL)
        return g_strdup_printf("%s: %s", words, title);
    if (strcmp(act, "slot") == 0 && json_text(detail, "slot") != NULL)
        return g_strdup_printf("%s: %s", words, json_text(detail, "slot"));
    return g_strdup(words);
}

static json_t *detail_of(const json_t *row)
{
    const char *text = json_text(row, "detail");

    return text != NULL ? json_loads(text, 0, NULL) : NULL;
}

char *show_event_text(const json_t *row, Lang lang)
{
    g_autoptr(json_t) detail = detail_of(row);

    return text_of(json_text(row, "act"), detail, lang);
}

/* The code of the document a side stands in. */
static json_t *slot_of_side(Catalog *reader, const json_t *side)
{
    const char *number = json_text(side, "case");
    gint64 document = json_int(side, "document", 0);
    g_autoptr(json_t) rows =
        number != NULL && document > 0 ? catalog_documents(reader, number, NULL) : NULL;
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        if (json_int(row, "number", 0) == document)
            return json_incref(json_object_get(row, "code"));
    }
    return NULL;
}

/* The side that the record is about, so that its thumbnail needs no further request. */
static json_t *side_of_record(Catalog *reader, const json_t *detail, Lang lang)
{
    g_autoptr(json_t) side =
        catalog_side(reader, json_int(detail, "batch", -1), json_int(detail, "sheet", -1),
                     json_text(detail, "side"), NULL);
    g_autoptr(json_t) slot = side != NULL ? slot_of_side(reader, side) : NULL;
    const char *role = json_text(side, "role");

    /* Separators and command cards are no pages of the case. */
    if ((g_strcmp0(role, "page") != 0 && g_strcmp0(role, "paper") != 0) ||
        !catalog_add_facts(reader, side, NULL))
        return json_null();
    return show_side(side, slot, lang);
}

/* ── facts of an event ───────────────────────────────────────────────────────────────────── */

/* Members of a record that name nobody, by the name the event gives them (EventFacts). */
static const struct {
    const char *member, *fact;
} plain_facts[] = {
    {"step", "step"},         {"state", "state"},       {"sheet", "sheet"},
    {"side", "side"},         {"turn", "turn"},         {"blank", "blank"},
    {"replaced", "replaced"}, {"document", "document"}, {"number", "document"},
    {"slot", "slot"},         {"code", "slot"},         {"title", "title"},
    {"copies", "copies"},     {"reprint", "reprint"},   {"paper_number", "paper_number"},
    {"what", "what"},         {"device", "device"},     {"stored", "stored"},
    {"window", "window"},     {"post", "post"},         {"date", "date"},
    {"format", "format"},     {"undoes", "undoes"},     {"redoes", "redoes"},
};

/* Facts of slots whose value is a token, a number or a date, and no words of a person. */
static gboolean is_plain_value(const char *what)
{
    static const char *const plain[] = {"intake",         "open-slot", "sheets-out",
                                        "later",          "copies",    "issued",
                                        "declared-pages", "expires",   "promised"};

    for (gsize i = 0; what != NULL && i < G_N_ELEMENTS(plain); i++)
        if (strcmp(plain[i], what) == 0)
            return TRUE;
    return what != NULL && (g_str_has_prefix(what, "tick:") || g_str_has_prefix(what, "answer:") ||
                            g_str_has_prefix(what, "side:"));
}

static void copy_fact(json_t *facts, const json_t *detail, const char *member, const char *fact)
{
    json_t *value = json_object_get(detail, member);

    if (value != NULL && !json_is_null(value))
        json_object_set(facts, fact, value);
}

static json_t *facts_of(const char *act, const json_t *detail)
{
    json_t *facts = json_object();

    /* The members of these three mean something else. */
    if (strcmp(act, "denied") == 0) {
        copy_fact(facts, detail, "code", "code");
        return facts;
    }
    if (strcmp(act, "definition") == 0) {
        copy_fact(facts, detail, "kind", "kind");
        return facts;
    }
    if (strcmp(act, "batch.close") == 0)
        copy_fact(facts, detail, "reason", "end");
    for (gsize i = 0; i < G_N_ELEMENTS(plain_facts); i++)
        copy_fact(facts, detail, plain_facts[i].member, plain_facts[i].fact);
    if (is_plain_value(json_text(detail, "what")))
        copy_fact(facts, detail, "value", "value");
    /* A side's own state is in the side; that of a step is the case's. */
    if (strcmp(act, "case.step") != 0)
        json_object_del(facts, "state");
    return facts;
}

char *show_record_event(Api *api G_GNUC_UNUSED, Catalog *reader, const json_t *row, Lang lang)
{
    const char *act = json_text(row, "act");
    g_autoptr(json_t) detail = detail_of(row);
    g_autofree char *text = text_of(act, detail, lang);
    g_autoptr(json_t) shown =
        json_pack("{s:s, s:s?, s:s, s:s, s:s, s:o}", "act", act, "case", json_text(row, "case"),
                  "station", json_text(row, "station"), "text", text, "t", json_text(row, "t"),
                  "facts", facts_of(act, detail));

    if (g_str_has_prefix(act, "side") && json_text(detail, "side") != NULL)
        json_object_set_new(shown, "side", side_of_record(reader, detail, lang));
    if (strcmp(act, "batch.open") == 0)
        json_object_set_new(shown, "batch", json_integer((json_int_t)json_int(row, "seq", 0)));
    else if (json_int(detail, "batch", 0) > 0)
        json_object_set_new(shown, "batch", json_integer((json_int_t)json_int(detail, "batch", 0)));
    return json_line(shown);
}

json_t *show_fault(ErrorCode code, const char *last_side, Lang lang)
{
    const char *hint = error_hint(code, lang);
    g_autofree char *text =
        g_strdup_printf("%s%s%s", error_text(code, lang), *hint != '\0' ? " · " : "", hint);

    return json_pack("{s:s, s:s, s:s, s:s?}", "code", error_token(code), "title",
                     error_text(code, lang), "text", text, "last_side", last_side);
}
