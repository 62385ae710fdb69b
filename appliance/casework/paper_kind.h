/* SPDX-License-Identifier: Apache-2.0
 *
 * 文书种类: every paper the window or the department issues, by token and code.
 *
 * B01 … are papers on the way, C01 … results. A numbered paper is a document of its case and takes
 * the next 统一编号; the frame of the case file (cover, contents list, remarks) carries none.
 * Titles, copies and receivers belong to the rule profile (profile.h).
 */
#pragma once

#include <glib.h>

/* X(NAME, token, code, title, numbered, word); `word` stands for the kind inside a 文书编号, NULL:
 * it has none. The template of a kind is templates/<token>.json. */
#define PAPER_KINDS(X)                                                                             \
    X(RECEIPT, "receipt", 2001, "收件凭证", TRUE, NULL)                                            \
    X(SUPPLEMENT, "supplement", 2002, "补正告知书", TRUE, "补")                                    \
    X(KIND_SUPPLEMENT, "kind-supplement", 2003, "补办件通知书", TRUE, "补办")                      \
    X(ACCEPTANCE, "acceptance", 2004, "受理通知书", TRUE, "受")                                    \
    X(PROMISE, "promise", 2005, "承诺件通知书", TRUE, "承")                                        \
    X(REFUSAL, "refusal", 2006, "不予受理决定书", TRUE, "不受")                                    \
    X(NOT_NEEDED, "not-needed", 2007, "不受理告知书", TRUE, "无需")                                \
    X(RETURN, "return", 2008, "退回件通知书", TRUE, "退")                                          \
    X(REVIEW, "review", 2009, "复核意见", TRUE, "复")                                              \
    X(JOINT, "joint", 2010, "联办件通知书", TRUE, "联")                                            \
    X(URGENT, "urgent", 2011, "急办件通知单", TRUE, "急")                                          \
    X(SPECIAL, "special", 2012, "特别程序告知书", TRUE, "特")                                      \
    X(EXTENSION, "extension", 2013, "延期通知书", TRUE, "延")                                      \
    X(TOLERANCE_PROMISE, "tolerance-promise", 2014, "容缺受理承诺书", TRUE, NULL)                  \
    X(TOLERANCE, "tolerance", 2015, "容缺受理通知书", TRUE, "容")                                  \
    X(PLEDGE, "pledge", 2016, "告知承诺书", TRUE, NULL)                                            \
    X(HAND_UP, "hand-up", 2017, "上报移送函", TRUE, "报")                                          \
    X(GREEN, "green", 2018, "快速审批绿色通道受理表", TRUE, NULL)                                  \
    X(HAND_OVER, "hand-over", 2019, "材料交接单", TRUE, NULL)                                      \
    X(ORIGINALS_BACK, "originals-back", 2020, "原件退还单", TRUE, NULL)                            \
    X(DELIVERY, "delivery", 2021, "送达回证", TRUE, NULL)                                          \
    X(COLLECTION, "collection", 2022, "领取单", TRUE, NULL)                                        \
    X(VERIFICATION, "verification", 2023, "核验单", TRUE, NULL)                                    \
    X(CERTIFIED_COPY, "certified-copy", 2024, "复制件", TRUE, NULL)                                \
    X(REMINDER, "reminder", 2025, "补正提醒单", TRUE, NULL)                                        \
    X(LAPSE, "lapse", 2026, "逾期未补正告知书", TRUE, "终")                                        \
    X(WITHDRAWAL, "withdrawal", 2027, "撤回申请确认书", TRUE, NULL)                                \
    X(CONSULTATION, "consultation", 2090, "一次性告知单", FALSE, NULL)                             \
    X(COVER, "cover", 2091, "案卷封面", FALSE, NULL)                                               \
    X(CONTENTS, "contents", 2092, "卷内文件目录", FALSE, NULL)                                     \
    X(REMARKS, "remarks", 2093, "卷内备考表", FALSE, NULL)                                         \
    X(ARRANGING, "arranging", 2094, "排卷单", FALSE, NULL)                                         \
    X(TRANSFER_LIST, "transfer-list", 2095, "归档移交清单", FALSE, NULL)                           \
    X(DAY_SHEET, "day-sheet", 2096, "日清单", FALSE, NULL)                                         \
    X(GRANT, "grant", 3001, "准予行政许可决定书", TRUE, "准")                                      \
    X(DENIAL, "denial", 3002, "不予行政许可决定书", TRUE, "驳")                                    \
    X(LICENCE, "licence", 3003, "证照", TRUE, NULL)

typedef enum {
    PAPER_NONE = 0,
#define X(name, token, code, title, numbered, word) PAPER_##name,
    PAPER_KINDS(X)
#undef X
        PAPER_COUNT
} PaperKind;

const char *paper_kind_token(PaperKind kind);  /* "none" for PAPER_NONE */
PaperKind paper_kind_parse(const char *token); /* PAPER_NONE where unknown */
guint32 paper_kind_slot(PaperKind kind);       /* 2001 … = B01 …, as on codes (code.h) */
const char *paper_kind_title(PaperKind kind);  /* where a profile names no other */
gboolean paper_kind_is_numbered(PaperKind kind);
const char *paper_kind_word(PaperKind kind); /* 补, 受 … in a 文书编号; NULL: it has none */
PaperKind paper_kind_of_slot(guint32 slot);  /* the inverse of paper_kind_slot */
