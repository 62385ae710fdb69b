/* SPDX-License-Identifier: Apache-2.0
 *
 * What is peculiar to each kind of paper. A function adds to `say->values` what the case knows;
 * what a step or a caller says besides overrides it.
 */
#include "appliance/counter/say_rows.h"
#include "appliance/counter/witness.h"

#include <string.h>

/* ── materials ─────────────────────────────────────────────────────────────────── */

#define MEMBERS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void say_materials(Say *say, const char *const *members)
{
    json_object_set_new(say->values, "documents",
                        say_rows_with(say_material_rows(say, FALSE), members));
}

static guint say_total(Say *say)
{
    guint pages, n = say_count_materials(say, &pages);

    json_object_set_new(say->values, "total_pages", json_integer((json_int_t)pages));
    return n;
}

static void say_number_of(Say *say, const char *key, PaperKind kind)
{
    const json_t *row = say_find_paper(say, kind);
    g_autofree char *number = row != NULL ? say_paper_number(row) : NULL;

    say_text(say, key, number);
}

/* ── what is missing
 * ─────────────────────────────────────────────────────────────────────────────── */

/* "2026年11月28日前", by the item's own clock; where it has none, what the law says of time. */
static void say_deadline(Say *say)
{
    const ClockProfile *profile = say->item->clocks[CLOCK_SUPPLEMENT];
    Day told = say->after.state.told;
    ClockReading reading;
    g_autofree char *day = NULL, *text = NULL;

    say_text(say, "deadline", "合理期限内");
    if (profile == NULL)
        return;
    clock_read(&(ClockFacts){.profile = profile,
                             .start = told != DAY_NONE ? told : say->today,
                             .until = DAY_NONE,
                             .ended = DAY_NONE},
               say->after.rules.calendar, say->today, 0, &reading);
    if (!reading.limited || reading.promised == DAY_NONE)
        return;
    day = day_format_zh(reading.promised);
    text = g_strdup_printf("%s前%s", day, reading.estimated ? "（估算，未含当年调休）" : "");
    say_text(say, "deadline", text);
}

static void say_supplement(Say *say)
{
    json_object_set_new(say->values, "defects", say_defect_rows(say, FALSE));
    say_deadline(say);
    if (say->item->law == NULL || say->item->law[0] == NULL)
        say_text(say, "law", "《中华人民共和国行政许可法》第三十二条");
    say_text(say, "consequence",
             say->item->terminated ? "逾期未补正的，终止办理。" : "逾期未补正的，视为放弃申请。");
}

static void say_kind_supplement(Say *say)
{
    json_object_set_new(say->values, "missing",
                        say_rows_with(say_defect_rows(say, FALSE), MEMBERS("document", "bring")));
    say_deadline(say);
    if (json_object_get(say->values, "reason") == NULL)
        say_text(say, "reason", "部分材料未带来或者不齐全、不影响收件");
}

static void say_reminder(Say *say)
{
    const json_t *notice = say_find_paper(say, PAPER_SUPPLEMENT);

    say_number_of(say, "notice_number", PAPER_SUPPLEMENT);
    if (notice != NULL)
        say_day(say, "notice_date", house_day(json_text(notice, "made_at")));
    json_object_set_new(say->values, "defects", say_defect_rows(say, TRUE));
    say_deadline(say);
}

static void say_missing(Say *say)
{
    json_object_set_new(say->values, "missing",
                        say_missing_rows(say, say->event != NULL ? say->event->until : DAY_NONE));
    say_text(say, "consequence", "本机关依法作出不予许可决定，并将失信情况记入信用记录。");
}

/* ── papers in place of materials ────────────────────────────────────────────────────────── */

static const ItemSlot *slot_named(const Say *say, gsize i)
{
    return say->event != NULL && i < say->event->n_keys
               ? item_slot(say->item, code_slot_number(say->event->keys[i]))
               : NULL;
}

static void say_pledge(Say *say)
{
    g_autoptr(GString) names = g_string_new(NULL);
    json_t *conditions = json_array();
    const ItemSlot *slot;

    for (gsize i = 0; (slot = slot_named(say, i)) != NULL; i++) {
        g_string_append_printf(names, "%s%s", names->len > 0 ? "、" : "", slot->name);
        for (char **point = slot->points; point != NULL && *point != NULL; point++)
            json_array_append_new(conditions, json_string(*point));
    }
    if (json_array_size(conditions) == 0)
        json_array_append_new(conditions, json_string("符合法律、法规、规章规定的许可条件和标准"));
    say_text(say, "proof", names->str);
    json_object_set_new(say->values, "conditions", conditions);
    say_text(say, "supervision", "本机关在作出决定后依法对承诺内容进行核查。");
    say_text(say, "breach", "承诺不实的，依法撤销决定，并将失信情况记入信用记录。");
}

static void say_verification(Say *say)
{
    const ItemSlot *slot = slot_named(say, 0);

    if (slot == NULL)
        return;
    say_text(say, "slot", slot->code);
    say_text(say, "document", slot->name);
    say_text(say, "identifier", say->event->reference);
    say_text(say, "means", slot->free_by == FREE_SHARE ? "share" : "licence");
    say_text(say, "source", slot->issuer_name != NULL ? slot->issuer_name : slot->free_type);
    say_text(say, "result", "match");
    json_object_set_new(say->values, "facts", json_array());
    say_now(say, "verified_at");
}

static void say_hand_over(Say *say)
{
    guint n = say_total(say);
    g_autofree char *total =
        g_strdup_printf("%u 件 %d 页", n, (int)json_int(say->values, "total_pages", 0));

    say_materials(say, MEMBERS("number", "name", "form", "copies", "pages"));
    say_text(say, "from", say->profile->heading);
    say_text(say, "to", say->event != NULL ? say->event->organ : NULL);
    if (json_object_get(say->values, "reason") == NULL)
        say_text(say, "reason", "委托接件受理，移交办理");
    say_text(say, "total", total);
}

/* ── on the way ──────────────────────────────────────────────────────────────────────────── */

static void say_promise(Say *say)
{
    say_materials(say, MEMBERS("number", "name", "copies"));
}

/* Who takes part in a 联办件, as the step or the item names them. */
static void say_joint(Say *say)
{
    const char *const *codes = say->event != NULL && say->event->n_keys > 0
                                   ? say->event->keys
                                   : (const char *const *)say->item->joint;
    gsize n = say->event != NULL && say->event->n_keys > 0 ? say->event->n_keys
                                                           : g_strv_length(say->item->joint);
    const char *limit = json_text(say->values, "limit");
    json_t *rows = json_array();

    for (gsize i = 0; i < n; i++) {
        const Department *one = house_department(say->house, say->catalog, codes[i], NULL);

        json_array_append_new(rows, json_pack("{s:s, s:s, s:s, s:O*}", "name",
                                              one != NULL ? one->name : codes[i], "step",
                                              "按本部门职责审查并提出意见", "limit",
                                              limit != NULL ? limit : "联办总时限内", "due",
                                              json_object_get(say->values, "decide_by")));
    }
    say_text(say, "lead", say->department->name);
    json_object_set_new(say->values, "departments", rows);
}

static void say_acceptance(Say *say)
{
    say_text(say, "fee", say->item->fee);
    if (say->event != NULL && say->event->type == EVENT_SILENCE)
        say_text(say, "silence",
                 "本机关自收到之日起五个工作日内未告知需要补正的内容，也未作出决定，");
}

static void say_special(Say *say)
{
    if (say->event != NULL)
        say_text(say, "procedure", clock_pause_name(say->event->pause));
    say_text(say, "law", "《中华人民共和国行政许可法》第四十五条");
    say_day(say, "from", say->today);
    say_text(say, "resume", "上述程序结束后，本机关继续办理，并恢复计算办理期限。");
}

static void say_extension(Say *say)
{
    const ClockProfile *clock = say->item->clocks[CLOCK_DECIDE];
    g_autofree char *days = clock != NULL
                                ? g_strdup_printf("%u%s", clock->extension,
                                                  clock->unit == UNIT_WORKDAY ? "个工作日" : "日")
                                : NULL;
    ClockReading old, new;

    if (life_clock(&say->before.state, CLOCK_DECIDE, say->today, say->minute, &old))
        say_day(say, "original_due", old.law);
    if (life_clock(&say->after.state, CLOCK_DECIDE, say->today, say->minute, &new))
        say_day(say, "new_due", new.law);
    say_text(say, "days", days);
    say_text(say, "law", "《中华人民共和国行政许可法》第四十二条");
    say_text(say, "approved_by", json_text(say->values, "clerk"));
}

static void say_hand_up(Say *say)
{
    if (say->event != NULL) {
        say_text(say, "to", say->event->organ);
        say_text(say, "digest", say->event->reference);
        say_text(say, "opinion", say->event->reason);
    }
    say_text(say, "law", "《中华人民共和国行政许可法》第三十五条");
    say_text(say, "limit", "法定期限");
    say_total(say);
    say_materials(say, MEMBERS("position", "number", "name", "pages", "form"));
}

static void say_urgent(Say *say)
{
    say_text(say, "lead", say->department->name);
    say_text(say, "requirement", "按承诺件、联办件程序从快办理");
    say_text(say, "issued_by", json_text(say->values, "clerk"));
    say_text(say, "organ", say->profile->heading);
}

static void say_green(Say *say)
{
    say_text(say, "unit", json_text(say->row, "applicant"));
    say_text(say, "contact", json_text(say->row, "applicant"));
    say_text(say, "contact_phone", json_text(say->fields, "phone"));
    say_text(say, "start_window", json_text(say->values, "window"));
    if (say->event != NULL) {
        say_text(say, "scope", say->event->reason);
        say_text(say, "basis", say->event->reason);
    }
    say_text(say, "organ", say->profile->heading);
    json_object_set_new(say->values, "windows", json_array());
}

/* ── endings ─────────────────────────────────────────────────────────────────────────────── */

static void say_lapse(Say *say)
{
    const json_t *notice = say_find_paper(say, PAPER_SUPPLEMENT);
    g_autofree char *number = notice != NULL ? say_paper_number(notice) : g_strdup("");
    g_autofree char *told = day_format_zh(say->before.state.told);
    g_autofree char *reason =
        g_strdup_printf("本机关于%s一次告知需要补正的全部内容（%s），逾期未补正", told, number);

    if (json_object_get(say->values, "reason") == NULL)
        say_text(say, "reason", reason);
    say_text(say, "outcome", say->item->terminated ? "terminated" : "abandoned");
    say_text(say, "return_documents", "所交材料自即日起可到原窗口领回。");
}

static void say_return(Say *say)
{
    const ProfileKind *kind = profile_kind_by_role(say->profile, KIND_RETURN);
    const char *asked = kind != NULL && kind->review != NULL ? kind->review : "本中心";
    g_autofree char *review = g_strdup_printf("如有异议，可持本通知书向%s申请复核。", asked);

    say_text(say, "review", review);
    say_materials(say, MEMBERS("number", "name", "pages"));
}

static void say_review(Say *say)
{
    say_number_of(say, "returned_number", PAPER_RETURN);
    say_day(say, "requested", say->today);
    say_text(say, "opinion", json_text(say->values, "reason"));
    say_text(say, "reviewer", json_text(say->values, "clerk"));
    say_text(say, "organ", say->profile->heading);
    if (say->event != NULL)
        say_text(say, "result", say->event->good ? "revoked" : "upheld");
}

static void say_refusal(Say *say)
{
    say_text(say, "right_organ", say->event != NULL ? say->event->organ : NULL);
}

static void say_withdrawal(Say *say)
{
    say_now(say, "requested");
    say_materials(say, MEMBERS("number", "name", "form", "copies", "pages"));
}

/* What was granted, as a sentence; whoever decides says it better. */
static void say_grant(Say *say)
{
    g_autofree char *content =
        g_strdup_printf("准予%s的%s申请。", json_text(say->row, "applicant"), say->item->name);

    say_text(say, "content", content);
    say_text(say, "licence", say->item->titles[PAPER_LICENCE]);
    say_number_of(say, "grant_number", PAPER_GRANT);
}

static void say_delivery(Say *say)
{
    LifeTold told = say->event != NULL ? say->event->told : TOLD_NOT;

    json_object_set_new(say->values, "papers", say_result_rows(say));
    say_text(say, "addressee", json_text(say->row, "applicant"));
    say_text(say, "server", json_text(say->values, "clerk"));
    say_text(say, "place", "本中心窗口");
    say_text(say, "method",
             told == TOLD_POST         ? "post"
             : told == TOLD_ELECTRONIC ? "electronic"
                                       : "direct");
    say_text(say, "post_number", told == TOLD_POST ? say->event->reference : NULL);
}

static void say_collection(Say *say)
{
    json_object_set_new(say->values, "results", say_result_rows(say));
}

static void say_originals_back(Say *say)
{
    say_materials(say, MEMBERS("number", "name", "form", "copies", "pages"));
}

/* ── the receipt: the index of what was handed in ────────────────────────────────────────── */

/* When the handling time starts, in the words of the item's own clock (收件凭证 must say it where
 * there is no 受理通知书). */
/* Nobody waits at a window for a checkpoint that cannot be read: whatever signs next, and fsck, say
 * that it is damaged. */
static void say_witness(Say *say)
{
    GError *damaged = NULL;

    if (!witness_put(say->values, house_store(say->house), &damaged))
        g_clear_error(&damaged);
}

static void say_receipt(Say *say)
{
    const ClockProfile *tell = say->item->clocks[CLOCK_TELL];
    const ProfileKind *kind = life_kind(&say->after.state);
    g_autofree char *query = case_query_code(say->catalog, say->number, NULL);

    json_object_set_new(
        say->values, "documents",
        say_rows_with(say_material_rows(say, TRUE),
                      MEMBERS("number", "name", "form", "copies", "pages", "kept")));
    json_object_set_new(say->values, "exempt", say_exempt_rows(say));
    json_object_set_new(say->values, "visit", json_integer(say->after.state.visits));
    say_text(say, "kind_name", kind != NULL ? kind->name : NULL);
    say_text(say, "query_code", query);
    say_witness(say);
    if (tell != NULL && tell->expiry == EXPIRY_ACCEPTED)
        say_text(say, "clock",
                 "自收到之日起五个工作日内作出是否受理的决定或者一次性告知需要补正的全部内容；"
                 "逾期不告知的，自收到申请材料之日起即为受理。");
    else
        say_text(say, "clock",
                 "材料不齐全或者不符合法定形式的，一次性告知需要补正的全部内容；"
                 "办理期限按照该事项公布的时限计算。");
}

/* ── which ───────────────────────────────────────────────────────────────────────────────── */

void say_kind(Say *say, PaperKind kind)
{
    static void (*const kinds[PAPER_COUNT])(Say *) = {
        [PAPER_RECEIPT] = say_receipt,
        [PAPER_SUPPLEMENT] = say_supplement,
        [PAPER_KIND_SUPPLEMENT] = say_kind_supplement,
        [PAPER_REMINDER] = say_reminder,
        [PAPER_ACCEPTANCE] = say_acceptance,
        [PAPER_PROMISE] = say_promise,
        [PAPER_JOINT] = say_joint,
        [PAPER_TOLERANCE_PROMISE] = say_missing,
        [PAPER_TOLERANCE] = say_missing,
        [PAPER_PLEDGE] = say_pledge,
        [PAPER_VERIFICATION] = say_verification,
        [PAPER_HAND_OVER] = say_hand_over,
        [PAPER_SPECIAL] = say_special,
        [PAPER_EXTENSION] = say_extension,
        [PAPER_HAND_UP] = say_hand_up,
        [PAPER_URGENT] = say_urgent,
        [PAPER_GREEN] = say_green,
        [PAPER_LAPSE] = say_lapse,
        [PAPER_RETURN] = say_return,
        [PAPER_REVIEW] = say_review,
        [PAPER_REFUSAL] = say_refusal,
        [PAPER_WITHDRAWAL] = say_withdrawal,
        [PAPER_GRANT] = say_grant,
        [PAPER_LICENCE] = say_grant,
        [PAPER_DELIVERY] = say_delivery,
        [PAPER_COLLECTION] = say_collection,
        [PAPER_ORIGINALS_BACK] = say_originals_back,
    };

    if (kinds[kind] != NULL)
        kinds[kind](say);
}
