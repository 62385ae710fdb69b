/* SPDX-License-Identifier: Apache-2.0
 *
 * The numbers of casework: those the house gives and those that stand on the applicant's papers.
 *
 * A wrong check digit on a new paper is a defect, on an old one a warning; no function here ever
 * repairs a number. Strings that come out are the caller's.
 */
#pragma once

#include "appliance/casework/day.h"
#include "appliance/code/code.h"

/* ---- 办件编号 and 统一编号 ---- */

typedef struct {
    guint32 region, hall, window, serial;
    Day day;
} NumberParts;

/* Region 6 + hall 3 + date 6 + window 3 + serial 4 + check 2: 24 digits without hyphens. */
char *number_case(const NumberParts *parts, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Read a case number, with or without hyphens, into its 24 digits. ERROR_CHECK_DIGITS where a
 * digit is mistyped, ERROR_INVALID where it is no case number. */
char *number_case_read(const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "320583-001-261121-003-0017-KK" of 24 digits that number_case or _read gave. */
char *number_case_print(const char *digits, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* 统一编号: the printed case number, a hyphen and 001…999. */
char *number_document(const char *case_digits, guint document,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The inverse: the case's 24 digits and the document's number. */
char *number_document_read(const char *text, guint *document,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ---- templates: 文书编号 and numbers of other houses ----
 *
 * Plain text with tokens {region} {hall} {window} {yyyy} {yy} {MM} {dd} {yyyyMMdd} {yyMMdd}
 * {code31} (实施编码) {organ} (机关代字) {matter} {kind} {seq} {seq:N} (zero-padded to N digits)
 * {KK} (MOD 97-10 over all digits before it; once, at the end).
 * Exactly one {seq}, or the number could not be told from its neighbour's. */
typedef struct {
    const char *organ, *matter, *kind; /* "昆水", "许", "补"; NULL = "" */
    const char *code31;
    guint32 region, hall, window;
    Day day;
    guint32 serial; /* ≥ 1 */
} NumberValues;

/* Whether a template is one: known tokens, one {seq}. */
gboolean number_template_check(const char *pattern, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A number by its template ("鲁环审〔{year}〕{n}号"). ERROR_INVALID names what the template asks
 * for and the values lack. */
char *number_template_fill(const char *pattern, const NumberValues *values,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The serial of `text` where it is what `pattern` gives with `values` (its serial left aside);
 * 0 where it is not. For the gap list. */
guint32 number_template_serial(const char *pattern, const NumberValues *values, const char *text);

/* The numbers 1…max that are missing from `serials` (any order; doubles are fine). */
GArray *number_gaps(const guint32 *serials, gsize n) G_GNUC_WARN_UNUSED_RESULT; /* of guint32 */

/* ---- blocks: numbers a window draws for the time it is offline ---- */

typedef struct {
    guint32 first, last; /* both included */
    const char *window;  /* who drew it */
} NumberBlock;

/* The block of `n` numbers to draw next: behind every block and every number used so far. */
NumberBlock number_block_draw(const NumberBlock *blocks, gsize n_blocks, guint32 max_used,
                              guint32 n, const char *window);

/* The next number of a window's own blocks, lowest first; 0: all are used, draw another. */
guint32 number_block_next(const NumberBlock *blocks, gsize n_blocks, const char *window,
                          const guint32 *used, gsize n_used);

/* ERROR_RULE where two blocks overlap or one is the wrong way round, with its numbers. */
gboolean number_blocks_check(const NumberBlock *blocks, gsize n_blocks,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ---- check digits (GB 32100, GB 11714, GB 11643, GB/T 36904) ---- */

/* Each sets ERROR_INVALID for a form that cannot be one (length, letters, dates) and
 * ERROR_CHECK_DIGITS where only the check character is wrong. */
gboolean number_uscc_check(const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean number_org_check(const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* 18 characters, date of birth real and not after `today`. 15 digits are an old form:
 * ERROR_INVALID, see number_id_is_old. */
gboolean number_id_check(const char *text, Day today, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* 15 digits with a possible date: the form before 1999, to be warned about, not blocked. */
gboolean number_id_is_old(const char *text);

/* 15 digits: the 注册号 that business licences bore before 2015. */
gboolean number_registration_is_old(const char *text);

/* `1.2.156.3005.2.<21>.<18>.<serial>.<3>.<check>` with or without the root; the check character
 * is MOD 37,36 over type, issuer, serial and version without the dots. */
gboolean number_licence_check(const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* 事项编码 by GB/T 39554: 12 基本编码, 31 实施编码, 33 办理项编码. */
gboolean number_item_code_check(const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
