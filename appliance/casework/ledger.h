/* SPDX-License-Identifier: Apache-2.0
 *
 * 台账: which registers the hall keeps, their columns, which cases stand in them, and how they are
 * written as CSV that a spreadsheet opens (UTF-8 with BOM, CRLF, quoted).
 *
 * The values come from the caller, one text per column key, so a register of lendings is written
 * by the same function as one of cases; ledger_case_value gives those that follow from a case.
 */
#pragma once

#include "appliance/casework/life.h"

typedef enum {
    LEDGER_INTAKE,       /* 收件登记 */
    LEDGER_WINDOW,       /* 窗口服务台账 */
    LEDGER_CONSULTATION, /* 首问/咨询登记: not from cases */
    LEDGER_INSTANT,      /* 即办件 */
    LEDGER_PROMISE,      /* 承诺件 */
    LEDGER_SUPPLEMENT,   /* 补办件 */
    LEDGER_RETURN,       /* 退回件登记, with 认定 and 复核 */
    LEDGER_JOINT,        /* 联办件 */
    LEDGER_UPPER,        /* 上报件 */
    LEDGER_GREEN,        /* 绿色通道登记簿 */
    LEDGER_REFUSAL,      /* 否决报备 */
    LEDGER_OVERDUE,      /* 超期 */
    LEDGER_DELIVERY,     /* 领证(出件)登记 */
    LEDGER_LENDING,      /* 查(借)阅与复制登记: not from cases */
    LEDGER_SEAL,         /* 用印登记: not from cases */
    LEDGER_FILED,        /* 归档文件目录 */
    LEDGER_DESTRUCTION,  /* 销毁清册: not from cases */
    LEDGER_HAND_OVER,    /* 交接: not from cases */
    LEDGERS
} LedgerKind;

typedef struct {
    const char *key, *title, *title_en;
} LedgerColumn;

const char *ledger_token(LedgerKind kind); /* intake window … */
const char *ledger_title(LedgerKind kind); /* 收件登记 … */
int ledger_parse(const char *token);       /* -1 where unknown */
gboolean ledger_is_of_cases(LedgerKind kind);

/* Its columns in order; `n` is their number. */
const LedgerColumn *ledger_columns(LedgerKind kind, gsize *n);

/* A case as a register sees it; texts borrowed, NULL where unknown. */
typedef struct {
    const LifeState *state;
    Day today;
    guint minute;
    const char *number, *platform_number;             /* printed */
    const char *applicant, *identity, *phone, *agent; /* masked by the caller where it must be */
    const char *channel, *window, *department;
    const char *result, *reason, *notice_numbers, *archive_number, *receiver, *remark;
    const char *title, *responsible, *reference, *secrecy;
    guint documents, pages;
} LedgerCase;

/* Whether the case stands in the register of its kind, state or fate. */
gboolean ledger_takes(LedgerKind kind, const LedgerCase *of_case);

/* The text of a column; "" where the case has none. Caller's. */
char *ledger_case_value(const LedgerCase *of_case, const char *key) G_GNUC_WARN_UNUSED_RESULT;

/* The whole register. `value` is asked row by row, column by column; what it returns is freed. */
typedef char *(*LedgerValue)(gpointer rows, gsize row, const char *key);
char *ledger_csv(LedgerKind kind, LedgerValue value, gpointer rows,
                 gsize n_rows) G_GNUC_WARN_UNUSED_RESULT;

/* One line of CSV: cells quoted where needed, "\r\n" behind. A cell that a spreadsheet would take
 * for a formula (= + - @ in front of no number) gets an apostrophe. */
void ledger_csv_line(GString *out, const char *const *cells, gsize n_cells);
