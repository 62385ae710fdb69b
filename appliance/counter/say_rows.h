/* SPDX-License-Identifier: Apache-2.0
 *
 * The lists that papers show: materials, papers issued, what the check found. A list is an array of
 * rows, the caller's; a template takes of a row what it declares (say_rows_with). Used by
 * say_kinds.c alone.
 */
#pragma once

#include "appliance/counter/say.h"

/* Every material in force: number, name, form (a word, or with `tokens` a token), copies, pages,
 * kept. */
json_t *say_material_rows(const Say *say, gboolean tokens) G_GNUC_WARN_UNUSED_RESULT;

/* How many materials are in force, and their pages together. */
guint say_count_materials(const Say *say, guint *pages);

/* Take out of every row what is not among `members` (NULL-terminated): a template refuses a member
 * that it does not declare. The rows. */
json_t *say_rows_with(json_t *rows, const char *const *members);

/* The newest paper of a kind in force; NULL: none. Borrowed. */
const json_t *say_find_paper(const Say *say, PaperKind kind);

/* The 文书编号 of a row of papers, or its 统一编号 where it has none. Caller's. */
char *say_paper_number(const json_t *row) G_GNUC_WARN_UNUSED_RESULT;

/* Results in force: what is delivered or collected. */
json_t *say_result_rows(const Say *say) G_GNUC_WARN_UNUSED_RESULT;

/* What the notice tells; with `open`, only what it told and is found still. */
json_t *say_defect_rows(const Say *say, gboolean open) G_GNUC_WARN_UNUSED_RESULT;

/* The slots that stay open, what form they are asked in, and until when; none where `until` is
 * DAY_NONE. */
json_t *say_missing_rows(const Say *say, Day until) G_GNUC_WARN_UNUSED_RESULT;

/* The slots that are 免提交, with what that rests on. */
json_t *say_exempt_rows(const Say *say) G_GNUC_WARN_UNUSED_RESULT;
