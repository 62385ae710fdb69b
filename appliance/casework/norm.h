/* SPDX-License-Identifier: Apache-2.0
 *
 * Form norms: how a value of the application form must be written.
 *
 * The rules are those of an acceptance hall for industrial products: money in 万元, years 年,
 * people 人, equipment 台 个 把, pages 页, months xxxx年xx月, a production address from city to
 * house number, equipment under the name of the rule (细则), a standard as name and number.
 */
#pragma once

#include "appliance/casework/item.h"

/* What a value is found to be. */
typedef enum {
    NORM_KEPT,
    NORM_BROKEN,       /* not written as asked: 单位/日期格式 */
    NORM_OTHER_NAME,   /* equipment the rule does not know by this name: 名称不一致 */
    NORM_CHECK_DIGITS, /* 号码校验不符 */
    NORM_OLD_NUMBER,   /* a number of the old form: to be warned about, not blocked */
} NormVerdict;

/* Judge `value` of `field` as of `today` (a month or date after it is broken). */
NormVerdict norm_judge(const ItemField *field, const char *value, Day today);

/* How it must be written, for the applicant: "xxxx年xx月,如 2009年06月" and in English. Static. */
const char *norm_rule(FieldNorm norm);
const char *norm_rule_en(FieldNorm norm);

/* Whether two values say the same: width, case of brackets and spaces aside (NFKC). */
gboolean norm_same(const char *a, const char *b);
