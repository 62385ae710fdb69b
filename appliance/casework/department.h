/* SPDX-License-Identifier: Apache-2.0
 *
 * 进驻单位: who decides. Papers, 文书编号 and 档号 of an item take theirs from its department.
 * Form: data/departments.schema.json (anjuan-departments/1).
 */
#pragma once

#include "appliance/base/error.h"

typedef struct {
    char *code, *name;
    char *uscc;                      /* checked */
    char *agency, *matter;           /* 机关代字 "昆水", and the letter behind it "许" */
    char *number;                    /* template of its 文书编号 (number.h), checked */
    char *seal;                      /* text of the place for the special seal */
    char *fonds, *fonds_name, *unit; /* 全宗号, its name, 机构或问题 */
    char *reconsideration, *lawsuit; /* 复议, 诉讼: what a refusal must say */
    char *phone, *complaints;        /* 咨询, 监督电话 */
} Department;

/* A list of departments; codes are unique. ERROR_DEFINITION names file, line and path. */
GPtrArray *departments_load(const char *bytes, gsize size, const char *name,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT; /* of Department, owned */
GPtrArray *departments_shipped(GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* NULL where there is none of this code. */
const Department *departments_find(const GPtrArray *departments, const char *code);
