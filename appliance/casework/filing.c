/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/filing.h"

#include "appliance/code/code.h"

#include <stdlib.h>
#include <string.h>

const char *const filing_contents_columns[CONTENTS_COLUMNS] = {"顺序号", "文号", "责任者", "题名",
                                                               "日期",   "页号", "备注"};
const char *const filing_item_columns[ITEM_COLUMNS] = {"序号", "档号", "文号", "责任者", "题名",
                                                       "日期", "密级", "页数", "备注"};

const char *const filing_cover_fields[COVER_FIELDS] = {
    "全宗名称", "类目名称", "案卷题名", "时间", "保管期限", "件数", "页数", "归档号", "档号"};

static const char *const reason_tokens[REASONS] = {"not-ended", "missing",     "wrong",  "person",
                                                   "later",     "unaccounted", "unread", "unplaced",
                                                   "no-page",   "retention"};

/* A document with everything it is sorted by, most important first. */
typedef struct {
    const FilingDocument *document;
    guint keys[9];
} Sortable;

static void reason_free(gpointer data)
{
    FilingReason *reason = data;

    g_free(reason->text);
    g_free(reason->text_en);
    g_free(reason);
}

void filing_free(Filing *filing)
{
    g_ptr_array_unref(filing->entries);
    g_array_unref(filing->pages);
    g_ptr_array_unref(filing->reasons);
    g_ptr_array_unref(filing->remarks);
    g_free(filing);
}

/* ---- order ---- */

/* The slot of the application form: the first main one of the checklist. */
static guint32 application_slot(const Item *item)
{
    for (guint i = 0; i < item->slots->len; i++) {
        const ItemSlot *slot = g_ptr_array_index(item->slots, i);

        if (slot->role == ROLE_MAIN)
            return slot->slot;
    }
    return 0;
}

static gboolean is_of_rank(const FilingRank *rank, const FilingDocument *document,
                           guint32 application)
{
    gboolean material = document->slot < 2000;

    switch (rank->kind) {
    case RANK_APPLICATION:
        return document->slot == application;
    case RANK_MATERIALS:
        return material && document->slot != application;
    case RANK_PAPER:
        return paper_kind_slot(rank->paper) == document->slot;
    default:
        return FALSE;
    }
}

static guint rank_of(const FilingFacts *facts, const FilingDocument *document)
{
    const GArray *ranks = facts->order->ranks;
    guint32 application = application_slot(facts->item);
    guint rest = ranks->len;

    for (guint i = 0; i < ranks->len; i++) {
        const FilingRank *rank = &g_array_index(ranks, FilingRank, i);

        if (is_of_rank(rank, document, application))
            return i;
        if (rank->kind == RANK_REST)
            rest = i;
    }
    return rest;
}

static guint order_in_checklist(const Item *item, guint32 slot)
{
    const ItemSlot *one = item_slot(item, slot);

    return one == NULL ? slot : one->order;
}

/* Void ones last, then what an earlier filing fixed, then rank, checklist order, and inside a
 * document 复文 before 来文, 正本 before 定稿, 正文 before 附件, 原件 before 复制件. */
static Sortable sortable(const FilingFacts *facts, const FilingDocument *document)
{
    gboolean is_void = document->void_reason != NULL && document->fixed_position == 0;
    gboolean is_free = is_void || document->fixed_position > 0;
    guint fixed = document->fixed_position == 0 ? G_MAXUINT : document->fixed_position;

    return (Sortable){document,
                      {is_void, fixed, is_free ? 0 : rank_of(facts, document),
                       is_free ? 0 : order_in_checklist(facts->item, document->slot),
                       document->is_incoming, document->is_draft, document->is_annex,
                       document->is_copy, document->number}};
}

static int compare_sortables(gconstpointer a, gconstpointer b)
{
    const Sortable *left = a, *right = b;

    for (gsize i = 0; i < G_N_ELEMENTS(left->keys); i++)
        if (left->keys[i] != right->keys[i])
            return left->keys[i] < right->keys[i] ? -1 : 1;
    return 0;
}

static GArray *sorted(const FilingFacts *facts)
{
    GArray *all = g_array_sized_new(FALSE, FALSE, sizeof(Sortable), (guint)facts->n_documents);

    for (gsize i = 0; i < facts->n_documents; i++) {
        Sortable one = sortable(facts, &facts->documents[i]);

        g_array_append_val(all, one);
    }
    if (all->len > 0)
        qsort(all->data, all->len, sizeof(Sortable), compare_sortables);
    return all;
}

/* ---- positions and pages ---- */

static guint last_fixed_page(const FilingFacts *facts)
{
    guint last = 0;

    for (gsize i = 0; i < facts->n_documents; i++)
        for (gsize k = 0; k < facts->documents[i].n_sides; k++)
            last = MAX(last, facts->documents[i].sides[k].fixed_page);
    return last;
}

static void number_pages(Filing *filing, FilingEntry *entry, guint *next)
{
    const FilingDocument *document = entry->document;

    for (gsize i = 0; i < document->n_sides; i++) {
        const FilingSide *side = &document->sides[i];
        FilingPage page = {side->id, document->number, side->fixed_page};

        /* a side that was blank at an earlier filing stays without a number */
        if (page.page == 0 && !side->blank && document->fixed_position == 0)
            page.page = (*next)++;
        if (page.page != 0) {
            entry->first_page = entry->first_page == 0 ? page.page : entry->first_page;
            entry->last_page = page.page;
            entry->pages++;
        } else {
            entry->blanks++;
        }
        g_array_append_val(filing->pages, page);
    }
    filing->n_pages += entry->pages;
    filing->n_blanks += entry->blanks;
}

static void widen_dates(Filing *filing, Day date)
{
    if (date == DAY_NONE)
        return;
    if (filing->first_date == DAY_NONE || date < filing->first_date)
        filing->first_date = date;
    if (filing->last_date == DAY_NONE || date > filing->last_date)
        filing->last_date = date;
}

static void place(Filing *filing, const GArray *all, guint next_page)
{
    guint position = 0;

    for (guint i = 0; i < all->len; i++) {
        FilingEntry *entry = g_new0(FilingEntry, 1);

        entry->document = g_array_index(all, Sortable, i).document;
        g_ptr_array_add(filing->entries, entry);
        filing->n_void += entry->document->void_reason != NULL;
        if (entry->document->void_reason != NULL && entry->document->fixed_position == 0)
            continue;
        position =
            entry->document->fixed_position > 0 ? entry->document->fixed_position : position + 1;
        entry->position = position;
        number_pages(filing, entry, &next_page);
        widen_dates(filing, entry->document->date);
    }
    filing->n_positions = position;
}

/* ---- reasons and remarks ---- */

static void refuse(Filing *filing, FilingReasonCode code, guint32 slot, guint32 number, char *text,
                   char *text_en)
{
    FilingReason *reason = g_new0(FilingReason, 1);

    reason->code = code;
    reason->slot = slot;
    reason->number = number;
    reason->text = text;
    reason->text_en = text_en;
    g_ptr_array_add(filing->reasons, reason);
}

/* A question that nobody answered before a case ended otherwise than granted: no paper of the slot
 * lies there to be looked at, and nobody will be asked for one. */
static gboolean is_idle_question(const SlotResult *result, FilingOutcome outcome)
{
    return outcome == OUTCOME_OTHER && result->state == SLOT_PERSON && result->documents == 0;
}

/* What of a slot stands against filing; REASONS where nothing does. A 容缺 is open while the case
 * waits for it: a case that was not granted waits for nothing. */
static FilingReasonCode reason_of(const SlotResult *result, FilingOutcome outcome)
{
    SlotState state = result->state;

    if (state == SLOT_PERSON && !is_idle_question(result, outcome))
        return REASON_PERSON;
    if (state == SLOT_LATER && outcome != OUTCOME_OTHER)
        return REASON_LATER;
    if (outcome == OUTCOME_GRANTED && state == SLOT_MISSING)
        return REASON_MISSING;
    if (outcome == OUTCOME_GRANTED && state == SLOT_WRONG)
        return REASON_WRONG;
    return REASONS;
}

static void judge_slots(Filing *filing, const FilingFacts *facts)
{
    for (guint i = 0; i < facts->check->slots->len; i++) {
        const SlotResult *result = g_ptr_array_index(facts->check->slots, i);
        FilingReasonCode code = reason_of(result, facts->outcome);
        const char *name = result->slot->name, *zh = slot_state_word(result->state, LANG_ZH);

        if (code != REASONS)
            refuse(filing, code, result->slot->slot, 0,
                   g_strdup_printf("%s %s:%s", result->slot->code, name, zh),
                   g_strdup_printf("%s %s: %s", result->slot->code, name,
                                   slot_state_word(result->state, LANG_EN)));
        else if (result->state == SLOT_MISSING || result->state == SLOT_WRONG ||
                 result->state == SLOT_LATER || result->state == SLOT_PERSON)
            g_ptr_array_add(filing->remarks,
                            g_strdup_printf("%s %s:%s", result->slot->code, name, zh));
    }
}

static int compare_documents(gconstpointer a, gconstpointer b)
{
    const FilingEntry *left = *(FilingEntry *const *)a, *right = *(FilingEntry *const *)b;

    return left->document->number < right->document->number   ? -1
           : left->document->number > right->document->number ? 1
                                                              : 0;
}

/* 1…n each exactly once, void ones included. */
static void judge_numbers(Filing *filing)
{
    g_autoptr(GPtrArray) by_number = g_ptr_array_copy(filing->entries, NULL, NULL);
    guint32 expected = 1;

    g_ptr_array_set_free_func(by_number, NULL);
    g_ptr_array_sort(by_number, compare_documents);
    for (guint i = 0; i < by_number->len; i++) {
        guint32 number = ((const FilingEntry *)g_ptr_array_index(by_number, i))->document->number;

        if (number < 1 || number > DOCUMENTS_MAX) {
            refuse(filing, REASON_UNACCOUNTED, 0, number,
                   g_strdup_printf("统一编号 %u 不在 001 至 999 之间", number),
                   g_strdup_printf("document number %u is not 1 to 999", number));
            continue;
        }
        for (; expected < number; expected++)
            refuse(filing, REASON_UNACCOUNTED, 0, expected,
                   g_strdup_printf("统一编号 %03u 去向不明", expected),
                   g_strdup_printf("document number %03u is not accounted for", expected));
        if (number < expected)
            refuse(filing, REASON_UNACCOUNTED, 0, number,
                   g_strdup_printf("统一编号 %03u 重复", number),
                   g_strdup_printf("document number %03u stands twice", number));
        expected = MAX(expected, number + 1);
    }
}

static gboolean has_unread(const FilingDocument *document)
{
    for (gsize i = 0; i < document->n_sides; i++)
        if (document->sides[i].unread)
            return TRUE;
    return FALSE;
}

static void judge_document(Filing *filing, const FilingEntry *entry)
{
    const FilingDocument *document = entry->document;

    if (document->void_reason != NULL) {
        g_ptr_array_add(filing->remarks, g_strdup_printf("统一编号 %03u 作废:%s", document->number,
                                                         document->void_reason));
        return;
    }
    if (has_unread(document))
        refuse(filing, REASON_UNREAD, document->slot, document->number,
               g_strdup_printf("统一编号 %03u 有未读的面", document->number),
               g_strdup_printf("document %03u has a side that is unread", document->number));
    if (document->placeholder != NULL)
        g_ptr_array_add(filing->remarks, g_strdup_printf("统一编号 %03u 未扫描:%s",
                                                         document->number, document->placeholder));
    else if (document->slot < 2000 && entry->pages == 0)
        refuse(filing, REASON_NO_PAGE, document->slot, document->number,
               g_strdup_printf("统一编号 %03u 没有影像", document->number),
               g_strdup_printf("document %03u has no image", document->number));
    if (entry->blanks > 0)
        g_ptr_array_add(filing->remarks, g_strdup_printf("统一编号 %03u 有空白面%u面,不编页号",
                                                         document->number, entry->blanks));
}

static void judge(Filing *filing, const FilingFacts *facts)
{
    if (facts->outcome == OUTCOME_OPEN)
        refuse(filing, REASON_NOT_ENDED, 0, 0, g_strdup("办件尚未结束"),
               g_strdup("the case has not ended"));
    judge_slots(filing, facts);
    judge_numbers(filing);
    for (guint i = 0; i < filing->entries->len; i++)
        judge_document(filing, g_ptr_array_index(filing->entries, i));
    if (facts->unplaced > 0)
        refuse(filing, REASON_UNPLACED, 0, 0,
               g_strdup_printf("有%u面未归入材料:请归入或作废", facts->unplaced),
               g_strdup_printf("sides in no document: %u; place or void them", facts->unplaced));
    if (facts->retention == NULL || *facts->retention == '\0')
        refuse(filing, REASON_RETENTION, 0, 0, g_strdup("未确定保管期限"),
               g_strdup("the retention is not set"));
}

Filing *filing_arrange(const FilingFacts *facts)
{
    Filing *filing = g_new0(Filing, 1);
    g_autoptr(GArray) all = sorted(facts);

    filing->entries = g_ptr_array_new_with_free_func(g_free);
    filing->pages = g_array_new(FALSE, FALSE, sizeof(FilingPage));
    filing->reasons = g_ptr_array_new_with_free_func(reason_free);
    filing->remarks = g_ptr_array_new_with_free_func(g_free);
    filing->first_date = filing->last_date = DAY_NONE;
    place(filing, all, last_fixed_page(facts) + 1);
    judge(filing, facts);
    return filing;
}

gboolean filing_allowed(const Filing *filing, GError **error)
{
    g_autoptr(GString) all = g_string_new(NULL);

    if (filing->reasons->len == 0)
        return TRUE;
    for (guint i = 0; i < filing->reasons->len; i++)
        g_string_append_printf(
            all, "%s%s", i == 0 ? "" : "; ",
            ((const FilingReason *)g_ptr_array_index(filing->reasons, i))->text_en);
    return error_set(error, ERROR_FILING_REFUSED, "%s", all->str);
}

const char *filing_reason_token(FilingReasonCode code)
{
    return reason_tokens[code];
}

/* ---- lists ---- */

static char *text_or_empty(const char *text)
{
    return g_strdup(text == NULL ? "" : text);
}

static char *title_of(const FilingDocument *document)
{
    return document->own_title ? g_strdup_printf("[%s]", document->title)
                               : text_or_empty(document->title);
}

static char *page_cell(const FilingEntry *entry, gboolean last)
{
    if (entry->first_page == 0)
        return g_strdup("");
    if (last && entry->last_page > entry->first_page)
        return g_strdup_printf("%u-%u", entry->first_page, entry->last_page);
    return g_strdup_printf("%u", entry->first_page);
}

static char *remark_of(const FilingDocument *document)
{
    if (document->void_reason != NULL)
        return g_strdup_printf("作废:%s", document->void_reason);
    if (document->placeholder != NULL)
        return g_strdup_printf("未扫描:%s", document->placeholder);
    return text_or_empty(document->remark);
}

/* The last entry that is in the file: its pages are given first-last. */
static const FilingEntry *last_entry(const Filing *filing)
{
    const FilingEntry *last = NULL;

    for (guint i = 0; i < filing->entries->len; i++) {
        const FilingEntry *entry = g_ptr_array_index(filing->entries, i);

        if (entry->position > 0)
            last = entry;
    }
    return last;
}

GPtrArray *filing_contents(const Filing *filing)
{
    GPtrArray *rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    const FilingEntry *last = last_entry(filing);

    for (guint i = 0; i < filing->entries->len; i++) {
        const FilingEntry *entry = g_ptr_array_index(filing->entries, i);
        const FilingDocument *document = entry->document;
        char **row = g_new0(char *, CONTENTS_COLUMNS + 1);

        row[0] = entry->position == 0 ? g_strdup("") : g_strdup_printf("%u", entry->position);
        row[1] = text_or_empty(document->reference);
        row[2] = text_or_empty(document->responsible);
        row[3] = title_of(document);
        row[4] = document->date == DAY_NONE ? g_strdup("") : day_format_compact(document->date);
        row[5] = page_cell(entry, entry == last);
        row[6] = remark_of(document);
        g_ptr_array_add(rows, row);
    }
    return rows;
}

char **filing_item_row(const Filing *filing, const FilingItem *item)
{
    char **row = g_new0(char *, ITEM_COLUMNS + 1);

    row[0] = g_strdup_printf("%u", item->serial);
    row[1] = text_or_empty(item->archive_number);
    row[2] = text_or_empty(item->reference);
    row[3] = text_or_empty(item->responsible);
    row[4] = text_or_empty(item->title);
    row[5] = item->date == DAY_NONE ? g_strdup("") : day_format_compact(item->date);
    row[6] = text_or_empty(item->secrecy);
    row[7] = g_strdup_printf("%u", filing->n_pages);
    row[8] = text_or_empty(item->remark);
    return row;
}

char **filing_cover(const Filing *filing, const FilingCover *cover)
{
    char **fields = g_new0(char *, COVER_FIELDS + 1);
    g_autofree char *first = NULL, *last = NULL;

    if (filing->first_date != DAY_NONE) {
        first = day_format_compact(filing->first_date);
        last = day_format_compact(filing->last_date);
    }
    fields[0] = text_or_empty(cover->fonds_name);
    fields[1] = text_or_empty(cover->class_name);
    fields[2] = text_or_empty(cover->title);
    fields[3] = first == NULL ? g_strdup("") : g_strdup_printf("%s-%s", first, last);
    fields[4] = text_or_empty(cover->retention);
    fields[5] = g_strdup_printf("%u", filing->n_positions);
    fields[6] = g_strdup_printf("%u", filing->n_pages);
    fields[7] = text_or_empty(cover->file_number);
    fields[8] = text_or_empty(cover->archive_number);
    return fields;
}

char *filing_note(const Filing *filing)
{
    GString *out = g_string_new(NULL);

    g_string_append_printf(out, "本卷共有文件材料%u件%u页", filing->n_positions, filing->n_pages);
    if (filing->n_blanks > 0)
        g_string_append_printf(out, ",空白面%u面", filing->n_blanks);
    if (filing->n_void > 0)
        g_string_append_printf(out, ",作废编号%u个", filing->n_void);
    g_string_append(out, "。");
    for (guint i = 0; i < filing->remarks->len; i++)
        g_string_append_printf(out, "\n%s", (const char *)g_ptr_array_index(filing->remarks, i));
    return g_string_free(out, FALSE);
}

char **filing_stamp(const ArchiveNumber *number, guint pages)
{
    char **cells = g_new0(char *, 7);

    cells[0] = text_or_empty(number->fonds);
    cells[1] = number->year == 0 ? g_strdup("") : g_strdup_printf("%04u", number->year);
    cells[2] = g_strdup_printf("%04u", number->item);
    cells[3] = text_or_empty(number->unit);
    cells[4] = text_or_empty(number->retention);
    cells[5] = g_strdup_printf("%u", pages);
    return cells;
}
