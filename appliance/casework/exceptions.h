/* SPDX-License-Identifier: Apache-2.0
 *
 * 异常件清单: what supervision wants to see of a period, each with its case or person.
 *
 * Cases: what their life has flagged (accepted despite 缺, late 补登, kind changed near the
 * deadline, 未一次告知, …), a 退回 without reason, a decision dated before the acceptance. Persons:
 * many voids or reprints.
 */
#pragma once

#include "appliance/base/lang.h"
#include "appliance/casework/life.h"

typedef enum {
    EXCEPTION_ACCEPTED_LACKING, /* accepted despite 缺 */
    EXCEPTION_DECIDED_BEFORE,   /* decided before 受理 (cases that came in by import) */
    EXCEPTION_LATE_ENTRY,       /* 补登 */
    EXCEPTION_KIND_NEAR_END,    /* kind changed near the deadline */
    EXCEPTION_VOIDS,            /* many void numbers by one person */
    EXCEPTION_REPRINTS,         /* many reprints by one person */
    EXCEPTION_RETURN_NO_REASON, /* 退回 without reason */
    EXCEPTION_NOT_ONCE,         /* 未一次告知 */
    EXCEPTION_SILENCE,          /* 视为受理 */
    EXCEPTION_TOLD_LATE,
    EXCEPTION_TOLERANCE_OVER, /* 容缺超期 */
    EXCEPTION_OVERDUE,
    EXCEPTION_UNTRUSTED_CLOCK,
    EXCEPTIONS
} ExceptionCode;

typedef struct {
    const char *number; /* printed case number */
    const LifeState *state;
    const char *return_reason; /* of its 退回; NULL or "" is an exception */
} ExceptionCase;

typedef struct {
    const char *person;
    guint voids, reprints; /* in the period */
} ExceptionPerson;

typedef struct {
    const ExceptionCase *cases;
    gsize n_cases;
    const ExceptionPerson *persons;
    gsize n_persons;
    guint voids_max, reprints_max; /* more than so many in the period; 0: 5 */
    Day today;
} ExceptionFacts;

typedef struct {
    ExceptionCode code;
    const char *subject; /* number or person; borrowed */
    char *text, *text_en;
} Exception;

/* By code, then in the order given. Of Exception, owned. */
GPtrArray *exceptions_list(const ExceptionFacts *facts) G_GNUC_WARN_UNUSED_RESULT;

/* What stands out, for programs and for people. */
const char *exception_token(ExceptionCode code);
const char *exception_word(ExceptionCode code, Lang lang);
