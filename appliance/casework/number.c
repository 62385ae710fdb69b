/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/number.h"

#include "appliance/base/text.h"

#include <stdlib.h>
#include <string.h>

#define LICENCE_ROOT "1.2.156.3005.2."

static const char alphabet_36[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/* The value of a digit or capital letter, or -1. */
static int value_36(char c)
{
    const char *at = c == '\0' ? NULL : strchr(alphabet_36, c);

    return at == NULL ? -1 : (int)(at - alphabet_36);
}

/* ---- cases and documents ---- */

char *number_case(const NumberParts *parts, GError **error)
{
    Code code = {.kind = CODE_CASE,
                 .of_case = {parts->region, parts->hall, 0, parts->window, parts->serial}};

    if (parts->serial > 9999) {
        error_set(error, ERROR_SERIAL_EXHAUSTED, "window %03u", parts->window);
        return NULL;
    }
    if (parts->day < day_of(2000, 1, 1) || parts->day > day_of(2099, 12, 31)) {
        error_set(error, ERROR_INVALID, "date: outside 2000 to 2099");
        return NULL;
    }
    code.of_case.date = day_yymmdd(parts->day);
    return code_compose(&code, error);
}

char *number_case_read(const char *text, GError **error)
{
    Code code;

    if (!code_parse(text, &code, error))
        return NULL;
    if (code.kind != CODE_CASE) {
        error_set(error, ERROR_INVALID, "%s: a %s code, not a case number", text,
                  code_kind_token(code.kind));
        return NULL;
    }
    return code_compose(&code, error);
}

char *number_case_print(const char *digits, GError **error)
{
    Code code;

    if (!code_parse(digits, &code, error))
        return NULL;
    return code_print(&code, error);
}

char *number_document(const char *case_digits, guint document, GError **error)
{
    g_autofree char *digits = number_case_read(case_digits, error);
    g_autofree char *printed = NULL;

    if (digits == NULL)
        return NULL;
    if (document < 1 || document > 999) {
        error_set(error, ERROR_INVALID, "document number %u: not 1 to 999", document);
        return NULL;
    }
    printed = number_case_print(digits, error);
    return printed == NULL ? NULL : g_strdup_printf("%s-%03u", printed, document);
}

char *number_document_read(const char *text, guint *document, GError **error)
{
    gsize length = strlen(text);
    g_autofree char *of_case = NULL;

    if (length < 4 || !text_is_digits(text + length - 3) ||
        (*document = (guint)strtoul(text + length - 3, NULL, 10)) == 0) {
        error_set(error, ERROR_INVALID, "%s: not a document number", text);
        return NULL;
    }
    of_case = g_strndup(text, length - 3 - (text[length - 4] == '-' ? 1 : 0));
    return number_case_read(of_case, error);
}

/* ---- templates ---- */

/* The token at `*at` ("{…}") into `token`, moving behind it; FALSE where no brace closes it. */
static gboolean next_token(const char **at, char token[16])
{
    const char *end = strchr(*at, '}');
    gsize length = end == NULL ? 0 : (gsize)(end - *at - 1);

    if (end == NULL || length == 0 || length > 15)
        return FALSE;
    memcpy(token, *at + 1, length);
    token[length] = '\0';
    *at = end + 1;
    return TRUE;
}

/* The width of "seq:4"; 1 of "seq"; 0 where it is no serial token. */
static int seq_width(const char *token)
{
    if (strcmp(token, "seq") == 0)
        return 1;
    if (!g_str_has_prefix(token, "seq:") || !g_ascii_isdigit(token[4]) || token[5] != '\0')
        return 0;
    return token[4] - '0';
}

static const char *text_value(const char *token, const NumberValues *values)
{
    const struct {
        const char *token, *text;
    } texts[] = {{"organ", values->organ},
                 {"matter", values->matter},
                 {"kind", values->kind},
                 {"code31", values->code31}};

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        if (strcmp(token, texts[i].token) == 0)
            return texts[i].text == NULL ? "" : texts[i].text;
    return NULL;
}

static void append_check(GString *out)
{
    g_autoptr(GString) body = g_string_new(NULL);

    for (const char *c = out->str; *c != '\0'; c++)
        if (g_ascii_isdigit(*c))
            g_string_append_c(body, *c);
    g_string_append_printf(out, "%02u", code_check_digits(body->str));
}

/* Append what a token other than the serial stands for; FALSE for an unknown one. */
static gboolean append_value(GString *out, const char *token, const NumberValues *values)
{
    guint y, m, d;
    const char *text = text_value(token, values);
    const struct {
        const char *token;
        int width;
        guint value;
    } numbers[] = {
        {"region", 6, values->region}, {"hall", 3, values->hall}, {"window", 3, values->window}};

    day_split(values->day, &y, &m, &d);
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
        if (strcmp(token, numbers[i].token) == 0) {
            g_string_append_printf(out, "%0*u", numbers[i].width, numbers[i].value);
            return TRUE;
        }
    if (text != NULL)
        g_string_append(out, text);
    else if (strcmp(token, "yyyy") == 0)
        g_string_append_printf(out, "%04u", y);
    else if (strcmp(token, "yy") == 0)
        g_string_append_printf(out, "%02u", y % 100);
    else if (strcmp(token, "MM") == 0)
        g_string_append_printf(out, "%02u", m);
    else if (strcmp(token, "dd") == 0)
        g_string_append_printf(out, "%02u", d);
    else if (strcmp(token, "yyyyMMdd") == 0)
        g_string_append_printf(out, "%04u%02u%02u", y, m, d);
    else if (strcmp(token, "yyMMdd") == 0)
        g_string_append_printf(out, "%02u%02u%02u", y % 100, m, d);
    else
        return FALSE;
    return TRUE;
}

/* Fill a template; `serial_at` (may be NULL) is where the serial begins in the result. */
static char *fill(const char *pattern, const NumberValues *values, gsize *serial_at, GError **error)
{
    g_autoptr(GString) out = g_string_new(NULL);
    guint n_seq = 0;

    for (const char *at = pattern; *at != '\0';) {
        char token[16];

        if (*at != '{') {
            g_string_append_c(out, *at++);
            continue;
        }
        if (!next_token(&at, token)) {
            error_set(error, ERROR_INVALID, "template %s: a brace is not closed", pattern);
            return NULL;
        }
        if (seq_width(token) > 0) {
            if (serial_at != NULL)
                *serial_at = out->len;
            g_string_append_printf(out, "%0*u", seq_width(token), values->serial);
            n_seq++;
        } else if (strcmp(token, "KK") == 0 && *at == '\0') {
            append_check(out);
        } else if (!append_value(out, token, values)) {
            error_set(error, ERROR_INVALID, "template %s: unknown token {%s}", pattern, token);
            return NULL;
        }
    }
    if (n_seq != 1) {
        error_set(error, ERROR_INVALID, "template %s: %u serials, needs one {seq}", pattern, n_seq);
        return NULL;
    }
    return g_strdup(out->str);
}

gboolean number_template_check(const char *pattern, GError **error)
{
    const NumberValues values = {.day = 0, .serial = 1};
    g_autofree char *filled = fill(pattern, &values, NULL, error);

    return filled != NULL;
}

char *number_template_fill(const char *pattern, const NumberValues *values, GError **error)
{
    if (values->serial == 0) {
        error_set(error, ERROR_INVALID, "serial 0");
        return NULL;
    }
    return fill(pattern, values, NULL, error);
}

guint32 number_template_serial(const char *pattern, const NumberValues *values, const char *text)
{
    NumberValues with = *values;
    gsize at = 0, length = 0;
    g_autofree char *again = NULL, *first = NULL;
    char serial[10] = {0};

    with.serial = 1;
    first = fill(pattern, &with, &at, NULL);
    if (first == NULL || strlen(text) < at)
        return 0;
    while (length < 9 && g_ascii_isdigit(text[at + length]))
        length++;
    /* digits of what follows may touch the serial: try the longest first */
    for (; length > 0; length--) {
        memcpy(serial, text + at, length);
        serial[length] = '\0';
        with.serial = (guint32)strtoul(serial, NULL, 10);
        g_free(again);
        again = with.serial == 0 ? NULL : fill(pattern, &with, NULL, NULL);
        if (again != NULL && strcmp(again, text) == 0)
            return with.serial;
    }
    return 0;
}

GArray *number_gaps(const guint32 *serials, gsize n)
{
    GArray *gaps = g_array_new(FALSE, FALSE, sizeof(guint32));
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    guint32 max = 0;

    for (gsize i = 0; i < n; i++) {
        g_hash_table_add(seen, GUINT_TO_POINTER(serials[i]));
        max = MAX(max, serials[i]);
    }
    for (guint32 serial = 1; serial < max; serial++)
        if (!g_hash_table_contains(seen, GUINT_TO_POINTER(serial)))
            g_array_append_val(gaps, serial);
    return gaps;
}

/* ---- blocks ---- */

NumberBlock number_block_draw(const NumberBlock *blocks, gsize n_blocks, guint32 max_used,
                              guint32 n, const char *window)
{
    guint32 first = max_used + 1;

    for (gsize i = 0; i < n_blocks; i++)
        first = MAX(first, blocks[i].last + 1);
    return (NumberBlock){first, first + n - 1, window};
}

guint32 number_block_next(const NumberBlock *blocks, gsize n_blocks, const char *window,
                          const guint32 *used, gsize n_used)
{
    g_autoptr(GHashTable) taken = g_hash_table_new(NULL, NULL);
    guint32 next = 0;

    for (gsize i = 0; i < n_used; i++)
        g_hash_table_add(taken, GUINT_TO_POINTER(used[i]));
    for (gsize i = 0; i < n_blocks; i++)
        for (guint32 n = blocks[i].first;
             n <= blocks[i].last && g_strcmp0(blocks[i].window, window) == 0; n++)
            if (!g_hash_table_contains(taken, GUINT_TO_POINTER(n)) && (next == 0 || n < next))
                next = n;
    return next;
}

gboolean number_blocks_check(const NumberBlock *blocks, gsize n_blocks, GError **error)
{
    for (gsize i = 0; i < n_blocks; i++) {
        if (blocks[i].first == 0 || blocks[i].first > blocks[i].last)
            return error_set(error, ERROR_RULE, "block %u to %u", blocks[i].first, blocks[i].last);
        for (gsize k = 0; k < i; k++)
            if (blocks[i].first <= blocks[k].last && blocks[k].first <= blocks[i].last)
                return error_set(error, ERROR_RULE, "blocks %u to %u and %u to %u overlap",
                                 blocks[k].first, blocks[k].last, blocks[i].first, blocks[i].last);
    }
    return TRUE;
}

/* ---- check digits ---- */

gboolean number_uscc_check(const char *text, GError **error)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    static const guint weights[] = {1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28};
    guint sum = 0;

    if (strlen(text) != 18 || strspn(text, alphabet) != 18)
        return error_set(error, ERROR_INVALID, "%s: not a 统一社会信用代码", text);
    for (gsize i = 0; i < 17; i++)
        sum += weights[i] * (guint)(strchr(alphabet, text[i]) - alphabet);
    if (text[17] != alphabet[(31 - sum % 31) % 31])
        return error_set(error, ERROR_CHECK_DIGITS, "统一社会信用代码 %s", text);
    return TRUE;
}

gboolean number_org_check(const char *text, GError **error)
{
    static const guint weights[] = {3, 7, 9, 10, 5, 8, 4, 2};
    static const char checks[] = "0X987654321";
    gsize length = strlen(text);
    gsize dash = length == 10 && text[8] == '-' ? 1 : 0;
    guint sum = 0;

    if (length != 9 + dash || strspn(text, alphabet_36) < 8 ||
        strchr("0123456789X", text[8 + dash]) == NULL)
        return error_set(error, ERROR_INVALID, "%s: not a 组织机构代码", text);
    for (gsize i = 0; i < 8; i++)
        sum += weights[i] * (guint)value_36(text[i]);
    /* 11 - Σ mod 11: 11 is written '0', 10 is written 'X' */
    if (text[8 + dash] != checks[sum % 11])
        return error_set(error, ERROR_CHECK_DIGITS, "组织机构代码 %s", text);
    return TRUE;
}

/* The date of birth of an identity number into `born`; FALSE where there is no such day. */
static gboolean id_born(const char *text, Day *born)
{
    char date[9] = {0};

    memcpy(date, text + 6, 8);
    return day_parse_compact(date, born);
}

gboolean number_id_check(const char *text, Day today, GError **error)
{
    static const guint weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    Day born;
    guint sum = 0;

    if (strlen(text) != 18 || strspn(text, "0123456789") < 17 || text[0] == '0' ||
        strchr("0123456789X", text[17]) == NULL)
        return error_set(error, ERROR_INVALID, "%s: not a 公民身份号码", text);
    if (!id_born(text, &born))
        return error_set(error, ERROR_INVALID, "公民身份号码 %s: no such date of birth", text);
    if (born > today)
        return error_set(error, ERROR_INVALID, "公民身份号码 %s: born after today", text);
    for (gsize i = 0; i < 17; i++)
        sum += weights[i] * (guint)(text[i] - '0');
    if (text[17] != "10X98765432"[sum % 11])
        return error_set(error, ERROR_CHECK_DIGITS, "公民身份号码 %s", text);
    return TRUE;
}

gboolean number_id_is_old(const char *text)
{
    char date[9] = "19";
    Day born;

    if (strlen(text) != 15 || !text_is_digits(text) || text[0] == '0')
        return FALSE;
    memcpy(date + 2, text + 6, 6);
    date[8] = '\0';
    return day_parse_compact(date, &born);
}

gboolean number_registration_is_old(const char *text)
{
    return strlen(text) == 15 && text_is_digits(text);
}

/* MOD 37,36 over the characters of `body`. */
static char licence_check_character(const char *body)
{
    guint p = 36;

    for (; *body != '\0'; body++) {
        guint s = (p + (guint)value_36(*body)) % 36;

        p = 2 * (s == 0 ? 36 : s) % 37;
    }
    return alphabet_36[(37 - p) % 36];
}

gboolean number_licence_check(const char *text, GError **error)
{
    const char *bare = g_str_has_prefix(text, LICENCE_ROOT) ? text + strlen(LICENCE_ROOT) : text;
    g_auto(GStrv) parts = g_strsplit(bare, ".", 6);
    static const gsize lengths[] = {21, 18, 0, 3, 1}; /* 0: any, at least one */
    g_autofree char *body = NULL;

    if (g_strv_length(parts) != G_N_ELEMENTS(lengths))
        return error_set(error, ERROR_INVALID, "%s: not an 电子证照标识", text);
    for (gsize i = 0; i < G_N_ELEMENTS(lengths); i++) {
        gsize length = strlen(parts[i]);

        if (length == 0 || (lengths[i] != 0 && length != lengths[i]) ||
            strspn(parts[i], alphabet_36) != length)
            return error_set(error, ERROR_INVALID, "电子证照标识 %s: part %u", text, (guint)i + 1);
    }
    body = g_strconcat(parts[0], parts[1], parts[2], parts[3], NULL);
    if (parts[4][0] != licence_check_character(body))
        return error_set(error, ERROR_CHECK_DIGITS, "电子证照标识 %s", text);
    return TRUE;
}

gboolean number_item_code_check(const char *text, GError **error)
{
    gsize length = strlen(text);
    g_autofree char *organ = NULL;

    if (length == 12 && text_is_digits(text))
        return TRUE;
    if ((length != 31 && length != 33) || !text_is_digits(text + 18) || text[18] < '1' ||
        text[18] > '7')
        return error_set(error, ERROR_INVALID, "%s: not a 事项编码 (12, 31 or 33)", text);
    organ = g_strndup(text, 18);
    return number_uscc_check(organ, error);
}
