/* SPDX-License-Identifier: Apache-2.0
 *
 * 日清: what is still open at the end of a window's day, and whether the day may be closed.
 *
 * A day closes with a 遗留清单 (what is left open) that the supervisor signs; an empty list needs
 * no signature. A day is closed once, in order, and not before its last record.
 */
#pragma once

#include "appliance/base/error.h"
#include "appliance/casework/life.h"

typedef enum {
    LEFT_UNPLACED,   /* sides in the tray (待归件) */
    LEFT_NO_RECEIPT, /* cases without a receipt */
    LEFT_NUMBERS,    /* numbers unaccounted for */
    LEFT_ORIGINALS,  /* originals in the house that are to be handed back */
    LEFT_COPIES,     /* copies not handed on */
    LEFT_LABELS,     /* unused labels of item cards: voided by the close */
    LEFT_TO_TELL,    /* notices that have not been told */
    LEFT_DUE,        /* cases whose limit ends today or is past */
    LEFTS
} LeftCode;

/* One thing that is open; filled by the caller from its rows. */
typedef struct {
    LeftCode code;
    const char *subject; /* case, document or label number, batch and sheet */
    const char *detail;  /* receiver of a copy, name of a paper; may be NULL */
    guint count;
} LeftFact;

typedef struct {
    LeftCode code;
    const char *subject; /* borrowed */
    char *text, *text_en;
} Left;

/* A copy that was issued, and whether its receiver has it. */
typedef struct {
    const char *document; /* 统一编号 */
    PaperKind kind;
    guint copy; /* 1 = 第一联 */
    gboolean handed_on;
} DayCopy;

/* The 遗留清单, by code. Of Left, owned. */
GPtrArray *day_close_list(const LeftFact *facts, gsize n_facts) G_GNUC_WARN_UNUSED_RESULT;

/* What a state adds to it by itself: no receipt, not told, limit due. At most 3 into `facts`;
 * returns how many. `number` is borrowed. */
gsize day_close_of_case(const LifeState *state, const char *number, Day today, LeftFact facts[3]);

typedef struct {
    Day day;         /* to be closed */
    Day last_closed; /* of this window; DAY_NONE: none before */
    Day last_record; /* of this window; DAY_NONE */
    Day today;
    const char *person;     /* who closes */
    const char *supervisor; /* who has signed the list; NULL */
} DayCloseFacts;

/* Whether the day may be closed with this list. ERROR_RULE (closed already, out of order, in the
 * future, records after it), ERROR_SECOND_PERSON (the list is not signed, or by who closes). */
gboolean day_close_allowed(const DayCloseFacts *facts, const GPtrArray *list,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* 当日统计报表: the copies that go along with the day's figures (业务科: 当天随统计报表): those
 * whose receiver the profile marks so and that are not handed on yet. Indices into `copies`. */
GArray *day_close_enclosed(const Profile *profile, const DayCopy *copies,
                           gsize n_copies) G_GNUC_WARN_UNUSED_RESULT; /* of gsize */

/* What was left undone at the close, for programs and for people. */
const char *left_token(LeftCode code);
const char *left_word(LeftCode code);
