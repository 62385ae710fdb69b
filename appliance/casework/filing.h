/* SPDX-License-Identifier: Apache-2.0
 *
 * 材料统一编排: one running number over what the applicant handed in and what the window issued,
 * in a prescribed order, so that a gap shows.
 *
 * An order profile (data/orders.json) ranks what stands in a case. Positions 1…n and page numbers
 * 1…m follow from it; a blank side carries no page number; a void number keeps its place in the
 * count with its reason. Once filed nothing moves: what comes later is appended behind the last
 * page. filing_arrange gives the order at any time (what the clerk sees is always the filed order)
 * and every reason why the case cannot be filed yet.
 */
#pragma once

#include "appliance/casework/archive.h"
#include "appliance/casework/check.h"

/* ---- order profiles ---- */

/* What a rank stands for: the application form (the first main slot), the other materials in
 * checklist order, one kind of paper, or whatever no other rank names. */
typedef enum { RANK_APPLICATION, RANK_MATERIALS, RANK_PAPER, RANK_REST } RankKind;

typedef struct {
    RankKind kind;
    PaperKind paper; /* RANK_PAPER */
} FilingRank;

typedef struct {
    char *name, *title;
    guint version;
    GArray *ranks; /* of FilingRank, first to last */
} FilingOrder;

/* ERROR_DEFINITION with file, line and path: an order that stands twice, an unknown paper, a rank
 * that stands twice, no place for application, materials or rest. Of FilingOrder, owned. */
GPtrArray *filing_orders_load(const char *bytes, gsize size, const char *name,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *filing_orders_shipped(GError **error) G_GNUC_WARN_UNUSED_RESULT;
const FilingOrder *filing_order(const GPtrArray *orders, const char *name); /* NULL: none */

/* ---- facts ---- */

typedef struct {
    gint64 id; /* the caller's name of it */
    guint sheet, side;
    gboolean blank, unread;
    guint fixed_page; /* page number given at an earlier filing; 0 none */
} FilingSide;

typedef struct {
    guint32 number;                              /* 统一编号 */
    guint32 slot;                                /* 1001 = A01, 2001 = B01, 3001 = C01 */
    const char *title, *responsible, *reference; /* 题名, 责任者, 文号 ("" where there is none) */
    Day date;
    gboolean own_title;                                /* 自拟题名: printed in [ ] */
    const char *void_reason;                           /* NULL: in force */
    gboolean is_draft, is_annex, is_copy, is_incoming; /* 定稿, 附件, 复制件, 来文 */
    const char *placeholder;                           /* present but not scanned, why; NULL */
    const char *remark;                                /* NULL */
    const FilingSide *sides;
    gsize n_sides;
    guint fixed_position; /* given at an earlier filing; 0 none */
} FilingDocument;

typedef enum { OUTCOME_OPEN, OUTCOME_GRANTED, OUTCOME_OTHER } FilingOutcome;

typedef struct {
    const FilingOrder *order;
    const Item *item;
    const Check *check;
    FilingOutcome outcome;
    const char *retention;           /* Y | D30 | D10; NULL: not set */
    const FilingDocument *documents; /* every number given, in any order */
    gsize n_documents;
    guint unplaced; /* sides of the case that stand in no document, neither blank nor void */
} FilingFacts;

/* ---- results ---- */

typedef enum {
    REASON_NOT_ENDED,
    REASON_MISSING, /* granted, and a slot is 缺 */
    REASON_WRONG,   /* granted, and a slot is 不符 */
    REASON_PERSON, /* something is 待人工核对; an unanswered question only where it was granted or
                      a paper lies there */
    REASON_LATER,       /* a 容缺 is open; of an ending other than 准予 it is a remark */
    REASON_UNACCOUNTED, /* a 统一编号 is missing, or stands twice */
    REASON_UNREAD,      /* a side nobody could look at */
    REASON_UNPLACED,    /* a side of the case stands in no document: it would not be in the file */
    REASON_NO_PAGE,     /* a material without an image and without a place sheet */
    REASON_RETENTION,   /* 保管期限 not set */
    REASONS
} FilingReasonCode;

typedef struct {
    FilingReasonCode code;
    guint32 slot, number; /* 0 where it is neither */
    char *text, *text_en;
} FilingReason;

typedef struct {
    const FilingDocument *document;
    guint position;              /* 1…n; 0: void */
    guint first_page, last_page; /* 0: none carries a number */
    guint pages, blanks;
} FilingEntry;

typedef struct {
    gint64 id;
    guint32 number; /* of its document */
    guint page;     /* 0: blank, carries none */
} FilingPage;

typedef struct Filing {
    GPtrArray *entries; /* of FilingEntry, in filed order; void ones behind, by number */
    GArray *pages;      /* of FilingPage, in filed order; sides of void documents left out */
    GPtrArray *reasons; /* of FilingReason; empty: it can be filed */
    GPtrArray *remarks; /* of char *: lines for the remarks sheet, in Chinese */
    guint n_positions, n_pages, n_blanks, n_void;
    Day first_date, last_date; /* of the documents in force; DAY_NONE */
} Filing;

Filing *filing_arrange(const FilingFacts *facts) G_GNUC_WARN_UNUSED_RESULT;
void filing_free(Filing *filing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Filing, filing_free)

/* TRUE when nothing stands against it; else ERROR_FILING_REFUSED with all reasons. */
gboolean filing_allowed(const Filing *filing, GError **error) G_GNUC_WARN_UNUSED_RESULT;
const char *filing_reason_token(FilingReasonCode code);

/* ---- lists ---- */

#define CONTENTS_COLUMNS 7 /* 顺序号 文号 责任者 题名 日期 页号 备注 */
#define ITEM_COLUMNS     9 /* 序号 档号 文号 责任者 题名 日期 密级 页数 备注 */
extern const char *const filing_contents_columns[CONTENTS_COLUMNS];
extern const char *const filing_item_columns[ITEM_COLUMNS];

/* 卷内文件目录 (GB/T 9705): one row a document, of char *[CONTENTS_COLUMNS] (g_strfreev). 页号 is
 * the first page, in the last row first-last. */
GPtrArray *filing_contents(const Filing *filing) G_GNUC_WARN_UNUSED_RESULT;

/* What the row of a case in the 归档文件目录 (DA/T 22) needs beside its arrangement. */
typedef struct {
    guint serial;
    const char *archive_number, *reference, *responsible, *title, *secrecy, *remark;
    Day date;
} FilingItem;
char **filing_item_row(const Filing *filing, const FilingItem *item) G_GNUC_WARN_UNUSED_RESULT;

#define COVER_FIELDS 9 /* 全宗名称 类目名称 案卷题名 时间 保管期限 件数 页数 归档号 档号 */
extern const char *const filing_cover_fields[COVER_FIELDS];

/* What the cover of a 案卷 (GB/T 9705) needs beside its arrangement. */
typedef struct {
    const char *fonds_name, *class_name, *title, *retention, *file_number, *archive_number;
} FilingCover;

/* The nine fields in order; 时间 is "20261121-20261203". Of char *[COVER_FIELDS]. */
char **filing_cover(const Filing *filing, const FilingCover *cover) G_GNUC_WARN_UNUSED_RESULT;

/* 本卷情况说明 of the 备考表: the counts, then every remark on a line of its own. Caller's. */
char *filing_note(const Filing *filing) G_GNUC_WARN_UNUSED_RESULT;

/* 归档章: 全宗号 年度 件号 / 机构或问题 保管期限 页数, in this order. Of char *[6]. */
char **filing_stamp(const ArchiveNumber *number, guint pages) G_GNUC_WARN_UNUSED_RESULT;

/* ---- 理卷核对: the arranged file fed once more ---- */

typedef struct {
    GArray *missing, *extra, *moved; /* of gint64: expected and not found, found and not expected,
                                        found out of order */
} FilingMatch;

/* Compare sheets in the expected order with those found; ids are unique on each side. What is
 * moved is the least number of sheets that would have to change place. */
FilingMatch *filing_match(const gint64 *expected, gsize n_expected, const gint64 *found,
                          gsize n_found) G_GNUC_WARN_UNUSED_RESULT;
void filing_match_free(FilingMatch *match);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FilingMatch, filing_match_free)
