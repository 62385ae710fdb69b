/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/check.h"

#include "appliance/casework/norm.h"
#include "appliance/code/code.h"

#include <stdlib.h>
#include <string.h>

typedef enum { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES } Answer;

typedef struct {
    const CheckFacts *facts;
    Check *check;
    SlotResult *result; /* of the slot in hand */
    GString *why, *why_en;
    gboolean open; /* something waits for a person */
} Run;

static void defect_free(gpointer data)
{
    Defect *defect = data;

    g_free(defect->text);
    g_free(defect->text_en);
    g_free(defect->bring);
    g_free(defect->bring_en);
    g_free(defect);
}

static void result_free(gpointer data)
{
    SlotResult *result = data;

    g_ptr_array_unref(result->defects);
    g_free(result->why);
    g_free(result->why_en);
    g_free(result);
}

static void note_free(gpointer data)
{
    CheckNote *note = data;

    g_free(note->text);
    g_free(note->text_en);
    g_free(note);
}

void check_free(Check *check)
{
    g_ptr_array_unref(check->slots);
    g_ptr_array_unref(check->notes);
    g_free(check);
}

/* ---- saying what is wrong ---- */

/* A defect of the slot in hand; takes the four texts. */
static Defect *add_defect(Run *run, DefectCode code, char *text, char *text_en, char *bring,
                          char *bring_en)
{
    Defect *defect = g_new0(Defect, 1);

    defect->code = code;
    defect->slot = run->result->slot->slot;
    defect->text = text;
    defect->text_en = text_en;
    defect->bring = bring;
    defect->bring_en = bring_en;
    defect->sample = run->result->slot->sample;
    g_ptr_array_add(run->result->defects, defect);
    return defect;
}

/* Something waits for a person. */
static void wait_for(Run *run, const char *what, const char *what_en)
{
    run->open = TRUE;
    g_string_append_printf(run->why, "%s%s", run->why->len > 0 ? "；" : "", what);
    g_string_append_printf(run->why_en, "%s%s", run->why_en->len > 0 ? "; " : "", what_en);
}

static CheckNote *add_note(Run *run, NoteCode code, guint32 slot, guint32 document, char *text,
                           char *text_en)
{
    CheckNote *note = g_new0(CheckNote, 1);

    note->code = code;
    note->slot = slot;
    note->document = document;
    note->text = text;
    note->text_en = text_en;
    g_ptr_array_add(run->check->notes, note);
    return note;
}

/* "原件1份、复印件2份" of what a slot asks. */
static char *asked_for(const ItemSlot *slot, gboolean english)
{
    GString *out = g_string_new(NULL);

    if (slot->originals > 0)
        g_string_append_printf(out, english ? "%u original" : "原件%u份", slot->originals);
    if (slot->copies > 0)
        g_string_append_printf(out, english ? "%s%u copies" : "%s复印件%u份",
                               out->len == 0 ? ""
                               : english     ? ", "
                                             : "、",
                               slot->copies);
    return g_string_free(out, FALSE);
}

static char *bring_whole(const ItemSlot *slot, gboolean english)
{
    g_autofree char *asked = asked_for(slot, english);

    if (slot->bring != NULL)
        return g_strdup_printf(english ? "bring %s" : "请带来%s", slot->bring);
    if (english)
        return g_strdup_printf("bring %s%s%s", slot->name, *asked == '\0' ? "" : ": ", asked);
    return g_strdup_printf("请带来%s%s", slot->name, asked);
}

static void say_missing(Run *run, const char *because, const char *because_en)
{
    const ItemSlot *slot = run->result->slot;

    add_defect(run, DEFECT_MISSING, g_strdup_printf("缺少%s%s", slot->name, because),
               g_strdup_printf("%s is missing%s", slot->name, because_en), bring_whole(slot, FALSE),
               bring_whole(slot, TRUE));
}

/* ---- conditions ---- */

static const char *field_value(const Run *run, const char *field)
{
    for (gsize i = 0; i < run->facts->n_fields; i++)
        if (strcmp(run->facts->fields[i].field, field) == 0 && *run->facts->fields[i].value != '\0')
            return run->facts->fields[i].value;
    return NULL;
}

/* What a person answered; else what a pair of fields says: unequal is yes. A yes of the pair
 * stands against a typed no, or a branch licence would never be asked for. */
static Answer answer_of(const Run *run, const char *question)
{
    const GPtrArray *pairs = run->facts->item->pairs;
    Answer answer = ANSWER_UNKNOWN;

    for (gsize i = 0; i < run->facts->n_answers; i++)
        if (strcmp(run->facts->answers[i].question, question) == 0)
            answer = run->facts->answers[i].yes ? ANSWER_YES : ANSWER_NO;
    for (guint i = 0; i < pairs->len && answer != ANSWER_YES; i++) {
        const ItemPair *pair = g_ptr_array_index(pairs, i);
        const char *left = field_value(run, pair->left), *right = field_value(run, pair->right);

        if (pair->switches != NULL && strcmp(pair->switches, question) == 0 && left != NULL &&
            right != NULL)
            answer = norm_same(left, right) ? ANSWER_NO : ANSWER_YES;
    }
    return answer;
}

/* ---- a slot without a document ---- */

static const CheckTolerance *tolerance_of(const Run *run)
{
    for (gsize i = 0; i < run->facts->n_tolerances; i++)
        if (run->facts->tolerances[i].slot == run->result->slot->slot)
            return &run->facts->tolerances[i];
    return NULL;
}

static gboolean is_tolerated(const Run *run)
{
    const CheckTolerance *tolerance = tolerance_of(run);

    return tolerance != NULL && run->result->slot->tolerable &&
           run->facts->today <= tolerance->until;
}

static gboolean is_filled(const char *text)
{
    return text != NULL && *text != '\0';
}

/* 免提交 needs reference, means, time, person and a filed 核验单; else a person must look. */
static gboolean judge_exemption(Run *run)
{
    for (gsize i = 0; i < run->facts->n_exemptions; i++) {
        const CheckExemption *one = &run->facts->exemptions[i];

        if (one->slot != run->result->slot->slot)
            continue;
        if (run->result->slot->free_by == FREE_NO)
            wait_for(run, "该材料未列入免提交",
                     "not on the list of papers that need not be brought");
        else if (!is_filled(one->reference) || !is_filled(one->means) || !is_filled(one->person) ||
                 one->day == DAY_NONE || one->sheet == 0)
            wait_for(run, "免提交核验不全,缺标识、方式、时间、核验人或核验单",
                     "the verification lacks reference, means, time, person or sheet");
        else {
            run->result->state = SLOT_EXEMPT;
            g_string_append_printf(run->why, "%s %s", one->means, one->reference);
            g_string_append_printf(run->why_en, "%s %s", one->means, one->reference);
            return TRUE;
        }
        return TRUE;
    }
    return FALSE;
}

static gboolean judge_promise(Run *run)
{
    for (gsize i = 0; i < run->facts->n_promises; i++) {
        const CheckPromise *one = &run->facts->promises[i];

        if (one->slot != run->result->slot->slot || !run->result->slot->promisable)
            continue;
        if (one->paper != 0 && one->is_signed)
            run->result->state = SLOT_PROMISED;
        else
            wait_for(run, "告知承诺书未签收入卷", "the signed promise is not in the case");
        return TRUE;
    }
    return FALSE;
}

static void judge_absent(Run *run)
{
    const ItemSlot *slot = run->result->slot;
    const CheckTolerance *tolerance = tolerance_of(run);

    if (judge_exemption(run) || judge_promise(run))
        return;
    if (slot->need == NEED_OPTIONAL) {
        run->result->state = SLOT_NA;
    } else if (is_tolerated(run)) {
        run->result->state = SLOT_LATER;
        say_missing(run, "(容缺)", " (may follow)");
    } else if (run->facts->free_by_default && slot->issuer == ISSUER_GOVERNMENT &&
               slot->free_by != FREE_NO) {
        wait_for(run, "默认免提交,待核验", "need not be brought; waits for verification");
    } else if (tolerance != NULL && slot->tolerable) {
        say_missing(run, "(容缺超期)", " (the promised day is past)");
    } else {
        say_missing(run, "", "");
    }
}

/* ---- a slot with documents ---- */

static void judge_counts(Run *run)
{
    const ItemSlot *slot = run->result->slot;
    const SlotResult *have = run->result;

    if (have->originals < slot->originals) {
        guint more = slot->originals - have->originals;

        if (have->originals == 0)
            add_defect(run, DEFECT_NOT_ORIGINAL, g_strdup_printf("%s不是原件", slot->name),
                       g_strdup_printf("%s is not the original", slot->name),
                       g_strdup_printf("请带来%s原件%u份", slot->name, more),
                       g_strdup_printf("bring %u original of %s", more, slot->name));
        else
            add_defect(run, DEFECT_COPIES, g_strdup_printf("%s原件少%u份", slot->name, more),
                       g_strdup_printf("%s: %u originals too few", slot->name, more),
                       g_strdup_printf("请再带来%s原件%u份", slot->name, more),
                       g_strdup_printf("bring %u more originals of %s", more, slot->name))
                ->part = "originals";
    }
    if (have->copies < slot->copies) {
        guint more = slot->copies - have->copies;

        add_defect(run, DEFECT_COPIES, g_strdup_printf("%s复印件少%u份", slot->name, more),
                   g_strdup_printf("%s: %u copies too few", slot->name, more),
                   g_strdup_printf("请再带来%s复印件%u份", slot->name, more),
                   g_strdup_printf("bring %u more copies of %s", more, slot->name));
    }
}

static void judge_declared(Run *run, const CheckDocument *document)
{
    const ItemSlot *slot = run->result->slot;

    if (document->declared_pages == 0 || document->placeholder != NULL ||
        document->declared_pages == document->pages)
        return;
    add_defect(run, DEFECT_PAGES,
               g_strdup_printf("%s写明%u页,收到%u页", slot->name, document->declared_pages,
                               document->pages),
               g_strdup_printf("%s says %u pages, %u were handed in", slot->name,
                               document->declared_pages, document->pages),
               g_strdup_printf("请补齐%s的全部页,或更正页数", slot->name),
               g_strdup_printf("bring all pages of %s, or correct the number", slot->name))
        ->document = document->number;
}

static void judge_pages(Run *run, gboolean placeheld)
{
    const ItemSlot *slot = run->result->slot;
    guint pages = run->result->pages;

    if (placeheld)
        return;
    if (pages < slot->pages_min || pages == 0)
        add_defect(
            run, DEFECT_PAGES,
            g_strdup_printf("%s应不少于%u页,收到%u页", slot->name, MAX(1, slot->pages_min), pages),
            g_strdup_printf("%s has %u pages, at least %u are asked", slot->name, pages,
                            MAX(1, slot->pages_min)),
            g_strdup_printf("请补齐%s的全部页", slot->name),
            g_strdup_printf("bring all pages of %s", slot->name));
    else if (pages > slot->pages_max)
        add_defect(run, DEFECT_SPECIFICATION,
                   g_strdup_printf("%s应不多于%u页,收到%u页", slot->name, slot->pages_max, pages),
                   g_strdup_printf("%s has %u pages, at most %u are asked", slot->name, pages,
                                   slot->pages_max),
                   g_strdup_printf("请核对是否混入其他材料"),
                   g_strdup_printf("see whether other papers are among them"))
            ->part = "pages";
}

/* A tick that says "looked for and not there". */
static void judge_refused(Run *run, const CheckDocument *document, SlotTick tick)
{
    const char *name = run->result->slot->name;
    Defect *defect;

    switch (tick) {
    case TICK_ORIGINAL:
        defect = add_defect(run, DEFECT_NOT_ORIGINAL, g_strdup_printf("%s未见原件", name),
                            g_strdup_printf("the original of %s was not shown", name),
                            g_strdup_printf("请带来%s原件核对", name),
                            g_strdup_printf("bring the original of %s", name));
        break;
    case TICK_SEAL:
        defect = add_defect(run, DEFECT_UNSEALED, g_strdup_printf("%s未盖章", name),
                            g_strdup_printf("%s is not sealed", name),
                            g_strdup_printf("请在%s上盖章", name),
                            g_strdup_printf("have %s sealed", name));
        break;
    case TICK_SIGNATURE:
        defect =
            add_defect(run, DEFECT_UNSIGNED, g_strdup_printf("%s未签字", name),
                       g_strdup_printf("%s is not signed", name),
                       g_strdup_printf("请在%s上签字", name), g_strdup_printf("sign %s", name));
        break;
    case TICK_SCOPE:
        defect =
            add_defect(run, DEFECT_SCOPE, g_strdup_printf("%s的经营范围未涵盖申请内容", name),
                       g_strdup_printf("the scope in %s does not cover what is applied for", name),
                       g_strdup_printf("请先变更经营范围,再带来%s", name),
                       g_strdup_printf("have the scope changed first, then bring %s", name));
        break;
    default:
        defect = add_defect(run, DEFECT_SPECIFICATION, g_strdup_printf("%s的办证类别不符", name),
                            g_strdup_printf("%s is of another category", name),
                            g_strdup_printf("请按所申请的类别重填%s", name),
                            g_strdup_printf("fill in %s for the category applied for", name));
        defect->part = "category";
    }
    defect->document = document->number;
}

static void judge_ticks(Run *run, const CheckDocument *document)
{
    guint asked = run->result->slot->ticks;

    for (guint bit = 1; bit < 1u << SLOT_TICKS; bit <<= 1) {
        if (!(asked & bit))
            continue;
        if (document->refused & bit)
            judge_refused(run, document, (SlotTick)bit);
        else if (!(document->ticked & bit))
            run->result->open_ticks |= bit;
    }
}

static void say_expired(Run *run, const CheckDocument *document, char *text, char *text_en)
{
    const char *name = run->result->slot->name;

    add_defect(run, DEFECT_EXPIRED, text, text_en, g_strdup_printf("请带来有效期内的%s", name),
               g_strdup_printf("bring a valid %s", name))
        ->document = document->number;
}

static void judge_age(Run *run, const CheckDocument *document)
{
    const ItemSlot *slot = run->result->slot;

    if (document->issued == DAY_NONE) {
        wait_for(run, "未录入出具日期", "its date of issue is not entered");
    } else if (document->issued > run->facts->received) {
        add_defect(run, DEFECT_FORM, g_strdup_printf("%s的出具日期晚于收件日期", slot->name),
                   g_strdup_printf("%s is dated after it was received", slot->name),
                   g_strdup_printf("请核对%s的日期", slot->name),
                   g_strdup_printf("check the date of %s", slot->name))
            ->document = document->number;
    } else if (run->facts->received - document->issued > (Day)slot->max_age_days) {
        g_autofree char *issued = day_format(document->issued);

        say_expired(run, document,
                    g_strdup_printf("%s出具于%s,超过%u天", slot->name, issued, slot->max_age_days),
                    g_strdup_printf("%s was issued on %s, over %u days ago", slot->name, issued,
                                    slot->max_age_days));
    }
}

static void judge_validity(Run *run, const CheckDocument *document)
{
    const ItemSlot *slot = run->result->slot;
    Day needed = run->facts->received;

    if (slot->valid == VALID_ALWAYS)
        return;
    if (slot->valid == VALID_MAX_AGE) {
        judge_age(run, document);
        return;
    }
    if (slot->valid == VALID_ON_DECISION && run->facts->decision != DAY_NONE)
        needed = MAX(needed, run->facts->decision);
    if (document->expires == DAY_NONE) {
        wait_for(run, "未录入有效期", "its last day is not entered");
    } else if (document->expires < needed) {
        g_autofree char *last = day_format(document->expires);

        say_expired(run, document, g_strdup_printf("%s有效期至%s", slot->name, last),
                    g_strdup_printf("%s was valid until %s", slot->name, last));
    }
}

static void judge_document(Run *run, const CheckDocument *document)
{
    const ItemSlot *slot = run->result->slot;

    judge_declared(run, document);
    judge_ticks(run, document);
    judge_validity(run, document);
    if (document->placeholder != NULL && slot->path != PATH_PLACEHOLDER)
        wait_for(run, "未扫描而有占位页", "held by a place sheet though it can be scanned");
    else if (document->placeholder != NULL && *document->placeholder == '\0')
        wait_for(run, "占位页未写理由", "the place sheet gives no reason");
    if (document->thumbprint && !is_filled(document->witness))
        wait_for(run, "手印没有见证人", "a thumbprint without a witness");
    if (document->wrong_size)
        add_defect(run, DEFECT_SPECIFICATION, g_strdup_printf("%s规格不符", slot->name),
                   g_strdup_printf("%s is not of the size or kind asked", slot->name),
                   g_strdup_printf("请按规定规格提供%s", slot->name),
                   g_strdup_printf("bring %s in the size asked", slot->name))
            ->document = document->number;
}

/* ---- fields and pairs ---- */

static DefectCode code_of(NormVerdict verdict)
{
    if (verdict == NORM_OTHER_NAME)
        return DEFECT_NAME;
    return verdict == NORM_CHECK_DIGITS ? DEFECT_CHECK_DIGITS : DEFECT_FORM;
}

static void judge_value(Run *run, const ItemField *field, const CheckField *value)
{
    NormVerdict verdict = norm_judge(field, value->value, run->facts->today);
    g_autofree char *row = field->list ? g_strdup_printf("(第%u行)", value->row + 1) : g_strdup("");
    g_autofree char *row_en =
        field->list ? g_strdup_printf(" (row %u)", value->row + 1) : g_strdup("");
    Defect *defect;

    if (verdict == NORM_KEPT)
        return;
    if (verdict == NORM_OLD_NUMBER || (verdict == NORM_CHECK_DIGITS && value->old_paper)) {
        add_note(
            run, NOTE_OLD_NUMBER, field->slot, 0,
            g_strdup_printf("%s %s 为旧号码或校验不符,旧证件仅提示", field->name, value->value),
            g_strdup_printf("%s %s: an old number, for information", field->name, value->value));
        return;
    }
    defect = add_defect(
        run, code_of(verdict), g_strdup_printf("%s%s填写为“%s”", field->name, row, value->value),
        g_strdup_printf("%s%s reads \"%s\"", field->name, row_en, value->value),
        g_strdup_printf("%s%s请%s", field->name, row, norm_rule(field->norm)),
        g_strdup_printf("%s%s: %s", field->name, row_en, norm_rule_en(field->norm)));
    defect->field = field->code;
    defect->row = value->row;
}

static void judge_field(Run *run, const ItemField *field)
{
    gboolean found = FALSE;

    for (gsize i = 0; i < run->facts->n_fields; i++)
        if (strcmp(run->facts->fields[i].field, field->code) == 0) {
            found = TRUE;
            judge_value(run, field, &run->facts->fields[i]);
        }
    if (!found && field->required) {
        g_autofree char *what = g_strdup_printf("未录入%s", field->name);
        g_autofree char *what_en = g_strdup_printf("%s is not entered", field->name);

        wait_for(run, what, what_en);
    }
}

static void judge_pair(Run *run, const ItemPair *pair)
{
    const char *left = field_value(run, pair->left), *right = field_value(run, pair->right);
    const ItemField *a = item_field(run->facts->item, pair->left),
                    *b = item_field(run->facts->item, pair->right);
    Defect *defect;

    if (pair->switches != NULL || left == NULL || right == NULL || norm_same(left, right))
        return;
    defect = add_defect(
        run, pair->address ? DEFECT_ADDRESS : DEFECT_NAME,
        g_strdup_printf("%s“%s”与%s“%s”不一致", a->name, left, b->name, right),
        g_strdup_printf("%s \"%s\" differs from %s \"%s\"", a->name, left, b->name, right),
        g_strdup_printf("请使%s与%s一致", a->name, b->name),
        g_strdup_printf("make %s the same as %s", a->name, b->name));
    defect->field = pair->left;
    defect->part = pair->right;
}

static void judge_fields(Run *run)
{
    const Item *item = run->facts->item;

    for (guint i = 0; i < item->fields->len; i++) {
        const ItemField *field = g_ptr_array_index(item->fields, i);

        if (field->slot == run->result->slot->slot)
            judge_field(run, field);
    }
    for (guint i = 0; i < item->pairs->len; i++) {
        const ItemPair *pair = g_ptr_array_index(item->pairs, i);

        if (pair->slot == run->result->slot->slot)
            judge_pair(run, pair);
    }
}

/* ---- sides ---- */

static void judge_unclear(Run *run, const CheckSide *side)
{
    const char *name = run->result->slot->name;
    Defect *defect;

    if (side->verdict == SIDE_GOOD)
        return;
    if (side->verdict == SIDE_OPEN) {
        g_autofree char *what =
            g_strdup_printf("第%u张%s面待看", side->sheet, side->side == 2 ? "反" : "正");
        g_autofree char *what_en =
            g_strdup_printf("sheet %u side %u waits to be looked at", side->sheet, side->side);

        wait_for(run, what, what_en);
        return;
    }
    defect = add_defect(
        run, DEFECT_ILLEGIBLE, g_strdup_printf("%s第%u张字迹或影像不清", name, side->sheet),
        g_strdup_printf("%s, sheet %u cannot be read", name, side->sheet),
        g_strdup_printf("请带来清晰的%s", name), g_strdup_printf("bring a legible %s", name));
    defect->document = side->document;
    defect->sheet = side->sheet;
    defect->side = side->side;
}

static void note_side(Run *run, const CheckSide *side)
{
    CheckNote *note;

    if (side->fact == SIDE_BLANK)
        note = add_note(
            run, NOTE_BLANK_SIDE, side->slot, side->document,
            g_strdup_printf("第%u张第%u面空白,不编页号", side->sheet, side->side),
            g_strdup_printf("sheet %u side %u is blank: no page number", side->sheet, side->side));
    else if (side->fact == SIDE_DUPLICATE)
        note =
            add_note(run, NOTE_DUPLICATE_SIDE, side->slot, side->document,
                     g_strdup_printf("第%u张第%u面与第%u张第%u面相同", side->sheet, side->side,
                                     side->same_sheet, side->same_side),
                     g_strdup_printf("sheet %u side %u is the same as sheet %u side %u",
                                     side->sheet, side->side, side->same_sheet, side->same_side));
    else if (side->fact == SIDE_UNREAD)
        note = add_note(run, NOTE_UNREAD_SIDE, side->slot, side->document,
                        g_strdup_printf("第%u张第%u面未读", side->sheet, side->side),
                        g_strdup_printf("sheet %u side %u is unread", side->sheet, side->side));
    else
        return;
    note->sheet = side->sheet;
    note->side = side->side;
}

static void judge_sides(Run *run)
{
    for (gsize i = 0; i < run->facts->n_sides; i++) {
        const CheckSide *side = &run->facts->sides[i];

        if (side->slot != run->result->slot->slot)
            continue;
        note_side(run, side);
        if (side->fact == SIDE_UNREAD || side->fact == SIDE_DIM)
            judge_unclear(run, side);
    }
}

/* ---- a slot ---- */

static void name_open_ticks(Run *run)
{
    for (guint bit = 1; bit < 1u << SLOT_TICKS; bit <<= 1)
        if (run->result->open_ticks & bit) {
            g_autofree char *what = g_strdup_printf("待核对:%s", slot_tick_name((SlotTick)bit));
            g_autofree char *what_en =
                g_strdup_printf("to be ticked: %s", slot_tick_token((SlotTick)bit));

            wait_for(run, what, what_en);
        }
}

static gboolean has_exemption(const Run *run)
{
    for (gsize i = 0; i < run->facts->n_exemptions; i++)
        if (run->facts->exemptions[i].slot == run->result->slot->slot)
            return TRUE;
    return FALSE;
}

static void judge_present(Run *run)
{
    const ItemSlot *slot = run->result->slot;
    gboolean placeheld = FALSE;

    for (gsize i = 0; i < run->facts->n_documents; i++) {
        const CheckDocument *document = &run->facts->documents[i];

        if (document->slot != slot->slot)
            continue;
        run->result->originals += document->originals;
        run->result->copies += document->copies;
        run->result->pages += document->pages;
        placeheld = placeheld || document->placeholder != NULL;
        judge_document(run, document);
    }
    judge_counts(run);
    judge_pages(run, placeheld);
    judge_fields(run);
    judge_sides(run);
    name_open_ticks(run);
    if (slot->free_by != FREE_NO && (run->facts->free_by_default || has_exemption(run))) {
        run->check->asked_free++;
        add_note(run, NOTE_ASKED_FREE, slot->slot, 0,
                 g_strdup_printf("%s可免提交,不应要求提供", slot->name),
                 g_strdup_printf("%s need not be brought and should not be asked for", slot->name));
    }
}

static guint count_documents(const Run *run)
{
    guint n = 0;

    for (gsize i = 0; i < run->facts->n_documents; i++)
        n += run->facts->documents[i].slot == run->result->slot->slot;
    return n;
}

/* What the defects and the open questions come to, where nothing has settled it. */
static void settle(Run *run)
{
    SlotResult *result = run->result;

    if (result->state != SLOT_STATES)
        return;
    if (result->defects->len == 0)
        result->state = run->open ? SLOT_PERSON : SLOT_COMPLETE;
    else if (result->documents == 0)
        result->state = SLOT_MISSING;
    else
        result->state = is_tolerated(run) ? SLOT_LATER : SLOT_WRONG;
}

static void judge_slot(Run *run)
{
    const ItemSlot *slot = run->result->slot;
    Answer answer = slot->when == NULL ? ANSWER_YES : answer_of(run, slot->when);

    run->result->documents = count_documents(run);
    if (run->result->documents > 0)
        judge_present(run);
    else if (answer == ANSWER_NO)
        run->result->state = SLOT_NA;
    else if (answer == ANSWER_UNKNOWN)
        wait_for(run, "是否需要尚未回答", "whether it is needed is not answered");
    else
        judge_absent(run);
    settle(run);
}

/* Two facts may come to one defect (a side both dim and unread): it is told once. */
static void drop_doubles(GPtrArray *defects)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < defects->len;) {
        if (g_hash_table_add(seen, defect_key(g_ptr_array_index(defects, i))))
            i++;
        else
            g_ptr_array_remove_index(defects, i);
    }
}

static void run_slot(Run *run, const ItemSlot *slot)
{
    g_autoptr(GString) why = g_string_new(NULL);
    g_autoptr(GString) why_en = g_string_new(NULL);
    SlotResult *result = g_new0(SlotResult, 1);

    result->slot = slot;
    result->state = SLOT_STATES;
    result->defects = g_ptr_array_new_with_free_func(defect_free);
    g_ptr_array_add(run->check->slots, result);
    run->result = result;
    run->why = why;
    run->why_en = why_en;
    run->open = FALSE;
    judge_slot(run);
    drop_doubles(result->defects);
    for (guint i = 0; i < result->defects->len; i++) {
        const Defect *defect = g_ptr_array_index(result->defects, i);

        g_string_append_printf(why, "%s%s", why->len > 0 ? "；" : "", defect->text);
        g_string_append_printf(why_en, "%s%s", why_en->len > 0 ? "; " : "", defect->text_en);
    }
    result->why = g_strdup(why->str);
    result->why_en = g_strdup(why_en->str);
    run->check->states[result->state]++;
    run->check->main_missing |= slot->role == ROLE_MAIN && result->state == SLOT_MISSING;
}

static int compare_numbers(gconstpointer a, gconstpointer b)
{
    guint32 left = *(const guint32 *)a, right = *(const guint32 *)b;

    return left < right ? -1 : left > right;
}

/* 1…n of the case are all accounted for, void ones included. */
static void note_gaps(Run *run)
{
    g_autofree guint32 *sorted =
        g_memdup2(run->facts->numbers, run->facts->n_numbers * sizeof *sorted);
    guint32 expected = 1;

    if (run->facts->n_numbers == 0)
        return;
    qsort(sorted, run->facts->n_numbers, sizeof *sorted, compare_numbers);
    for (gsize i = 0; i < run->facts->n_numbers; i++) {
        for (; expected < MIN(sorted[i], DOCUMENTS_MAX + 1); expected++)
            add_note(run, NOTE_NUMBER_GAP, 0, expected,
                     g_strdup_printf("统一编号 %03u 缺", expected),
                     g_strdup_printf("document number %03u is missing", expected));
        expected = sorted[i] + 1;
    }
}

Check *check_run(const CheckFacts *facts)
{
    Check *check = g_new0(Check, 1);
    Run run = {.facts = facts, .check = check};
    const guint *n = check->states;

    check->slots = g_ptr_array_new_with_free_func(result_free);
    check->notes = g_ptr_array_new_with_free_func(note_free);
    for (guint i = 0; i < facts->item->slots->len; i++)
        run_slot(&run, g_ptr_array_index(facts->item->slots, i));
    note_gaps(&run);
    check->acceptable = n[SLOT_MISSING] + n[SLOT_WRONG] + n[SLOT_PERSON] == 0;
    check->complete = check->acceptable && n[SLOT_LATER] == 0;
    return check;
}

const SlotResult *check_slot(const Check *check, guint32 slot)
{
    for (guint i = 0; i < check->slots->len; i++) {
        const SlotResult *result = g_ptr_array_index(check->slots, i);

        if (result->slot->slot == slot)
            return result;
    }
    return NULL;
}

GPtrArray *check_defects(const Check *check)
{
    GPtrArray *defects = g_ptr_array_new();

    for (guint i = 0; i < check->slots->len; i++) {
        const SlotResult *result = g_ptr_array_index(check->slots, i);

        for (guint k = 0; k < result->defects->len; k++)
            g_ptr_array_add(defects, g_ptr_array_index(result->defects, k));
    }
    return defects;
}

gboolean check_is_fresh(const CheckFacts *facts, const Defect *defect, guint32 last)
{
    gboolean any = FALSE;

    if (defect->document != 0)
        return defect->document > last;
    for (gsize i = 0; i < facts->n_documents; i++)
        if (facts->documents[i].slot == defect->slot) {
            if (facts->documents[i].number <= last)
                return FALSE;
            any = TRUE;
        }
    return any;
}
