/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/check_document.h"

static void judge_counts(CheckRun *run)
{
    const ItemSlot *slot = run->result->slot;
    const SlotResult *have = run->result;

    if (have->originals < slot->originals) {
        guint more = slot->originals - have->originals;

        if (have->originals == 0)
            check_add_defect(run, DEFECT_NOT_ORIGINAL, g_strdup_printf("%s不是原件", slot->name),
                             g_strdup_printf("%s is not the original", slot->name),
                             g_strdup_printf("请带来%s原件%u份", slot->name, more),
                             g_strdup_printf("bring %u original of %s", more, slot->name));
        else
            check_add_defect(run, DEFECT_COPIES, g_strdup_printf("%s原件少%u份", slot->name, more),
                             g_strdup_printf("%s: %u originals too few", slot->name, more),
                             g_strdup_printf("请再带来%s原件%u份", slot->name, more),
                             g_strdup_printf("bring %u more originals of %s", more, slot->name))
                ->part = "originals";
    }
    if (have->copies < slot->copies) {
        guint more = slot->copies - have->copies;

        check_add_defect(run, DEFECT_COPIES, g_strdup_printf("%s复印件少%u份", slot->name, more),
                         g_strdup_printf("%s: %u copies too few", slot->name, more),
                         g_strdup_printf("请再带来%s复印件%u份", slot->name, more),
                         g_strdup_printf("bring %u more copies of %s", more, slot->name));
    }
}

static void judge_declared(CheckRun *run, const CheckDocument *document)
{
    const ItemSlot *slot = run->result->slot;

    if (document->declared_pages == 0 || document->placeholder != NULL ||
        document->declared_pages == document->pages)
        return;
    check_add_defect(run, DEFECT_PAGES,
                     g_strdup_printf("%s写明%u页,收到%u页", slot->name, document->declared_pages,
                                     document->pages),
                     g_strdup_printf("%s says %u pages, %u were handed in", slot->name,
                                     document->declared_pages, document->pages),
                     g_strdup_printf("请补齐%s的全部页,或更正页数", slot->name),
                     g_strdup_printf("bring all pages of %s, or correct the number", slot->name))
        ->document = document->number;
}

static void judge_pages(CheckRun *run, gboolean placeheld)
{
    const ItemSlot *slot = run->result->slot;
    guint pages = run->result->pages;

    if (placeheld)
        return;
    if (pages < slot->pages_min || pages == 0)
        check_add_defect(
            run, DEFECT_PAGES,
            g_strdup_printf("%s应不少于%u页,收到%u页", slot->name, MAX(1, slot->pages_min), pages),
            g_strdup_printf("%s has %u pages, at least %u are asked", slot->name, pages,
                            MAX(1, slot->pages_min)),
            g_strdup_printf("请补齐%s的全部页", slot->name),
            g_strdup_printf("bring all pages of %s", slot->name));
    else if (pages > slot->pages_max)
        check_add_defect(
            run, DEFECT_SPECIFICATION,
            g_strdup_printf("%s应不多于%u页,收到%u页", slot->name, slot->pages_max, pages),
            g_strdup_printf("%s has %u pages, at most %u are asked", slot->name, pages,
                            slot->pages_max),
            g_strdup_printf("请核对是否混入其他材料"),
            g_strdup_printf("see whether other papers are among them"))
            ->part = "pages";
}

/* A tick that says "looked for and not there". */
static void judge_refused(CheckRun *run, const CheckDocument *document, SlotTick tick)
{
    const char *name = run->result->slot->name;
    Defect *defect;

    switch (tick) {
    case TICK_ORIGINAL:
        defect = check_add_defect(run, DEFECT_NOT_ORIGINAL, g_strdup_printf("%s未见原件", name),
                                  g_strdup_printf("the original of %s was not shown", name),
                                  g_strdup_printf("请带来%s原件核对", name),
                                  g_strdup_printf("bring the original of %s", name));
        break;
    case TICK_SEAL:
        defect = check_add_defect(run, DEFECT_UNSEALED, g_strdup_printf("%s未盖章", name),
                                  g_strdup_printf("%s is not sealed", name),
                                  g_strdup_printf("请在%s上盖章", name),
                                  g_strdup_printf("have %s sealed", name));
        break;
    case TICK_SIGNATURE:
        defect = check_add_defect(run, DEFECT_UNSIGNED, g_strdup_printf("%s未签字", name),
                                  g_strdup_printf("%s is not signed", name),
                                  g_strdup_printf("请在%s上签字", name),
                                  g_strdup_printf("sign %s", name));
        break;
    case TICK_SCOPE:
        defect = check_add_defect(
            run, DEFECT_SCOPE, g_strdup_printf("%s的经营范围未涵盖申请内容", name),
            g_strdup_printf("the scope in %s does not cover what is applied for", name),
            g_strdup_printf("请先变更经营范围,再带来%s", name),
            g_strdup_printf("have the scope changed first, then bring %s", name));
        break;
    default:
        defect =
            check_add_defect(run, DEFECT_SPECIFICATION, g_strdup_printf("%s的办证类别不符", name),
                             g_strdup_printf("%s is of another category", name),
                             g_strdup_printf("请按所申请的类别重填%s", name),
                             g_strdup_printf("fill in %s for the category applied for", name));
        defect->part = "category";
    }
    defect->document = document->number;
}

static void judge_ticks(CheckRun *run, const CheckDocument *document)
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

static void say_expired(CheckRun *run, const CheckDocument *document, char *text, char *text_en)
{
    const char *name = run->result->slot->name;

    check_add_defect(run, DEFECT_EXPIRED, text, text_en,
                     g_strdup_printf("请带来有效期内的%s", name),
                     g_strdup_printf("bring a valid %s", name))
        ->document = document->number;
}

static void judge_age(CheckRun *run, const CheckDocument *document)
{
    const ItemSlot *slot = run->result->slot;

    if (document->issued == DAY_NONE) {
        check_wait_for(run, "未录入出具日期", "its date of issue is not entered");
    } else if (document->issued > run->facts->received) {
        check_add_defect(run, DEFECT_FORM, g_strdup_printf("%s的出具日期晚于收件日期", slot->name),
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

static void judge_validity(CheckRun *run, const CheckDocument *document)
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
        check_wait_for(run, "未录入有效期", "its last day is not entered");
    } else if (document->expires < needed) {
        g_autofree char *last = day_format(document->expires);

        say_expired(run, document, g_strdup_printf("%s有效期至%s", slot->name, last),
                    g_strdup_printf("%s was valid until %s", slot->name, last));
    }
}

static void judge_document(CheckRun *run, const CheckDocument *document)
{
    const ItemSlot *slot = run->result->slot;

    judge_declared(run, document);
    judge_ticks(run, document);
    judge_validity(run, document);
    if (document->placeholder != NULL && slot->path != PATH_PLACEHOLDER)
        check_wait_for(run, "未扫描而有占位页", "held by a place sheet though it can be scanned");
    else if (document->placeholder != NULL && *document->placeholder == '\0')
        check_wait_for(run, "占位页未写理由", "the place sheet gives no reason");
    if (document->thumbprint && !check_is_filled(document->witness))
        check_wait_for(run, "手印没有见证人", "a thumbprint without a witness");
    if (document->wrong_size)
        check_add_defect(run, DEFECT_SPECIFICATION, g_strdup_printf("%s规格不符", slot->name),
                         g_strdup_printf("%s is not of the size or kind asked", slot->name),
                         g_strdup_printf("请按规定规格提供%s", slot->name),
                         g_strdup_printf("bring %s in the size asked", slot->name))
            ->document = document->number;
}

void check_judge_documents(CheckRun *run)
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
}
