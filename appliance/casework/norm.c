/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/norm.h"

#include "appliance/base/text.h"
#include "appliance/casework/number.h"

#include <string.h>

static const char *skip_spaces(const char *text)
{
    return text + strspn(text, " ");
}

/* Behind a number (digits, with decimals where allowed); NULL where none stands there. */
static const char *skip_number(const char *text, gboolean decimals)
{
    gsize digits = strspn(text, "0123456789");

    if (digits == 0 || digits > 12)
        return NULL;
    text += digits;
    if (decimals && *text == '.') {
        digits = strspn(text + 1, "0123456789");
        return digits == 0 ? NULL : text + 1 + digits;
    }
    return text;
}

/* A number and one of the units (separated by '|'), with or without a space between. */
static gboolean is_measure(const char *value, gboolean decimals, const char *units)
{
    g_auto(GStrv) list = g_strsplit(units, "|", -1);
    const char *unit = skip_number(value, decimals);

    return unit != NULL && g_strv_contains((const char *const *)list, skip_spaces(unit));
}

static gboolean two_digits(const char *text, guint *value)
{
    if (!g_ascii_isdigit(text[0]) || !g_ascii_isdigit(text[1]))
        return FALSE;
    *value = (guint)(text[0] - '0') * 10 + (guint)(text[1] - '0');
    return TRUE;
}

/* "2009年06月"; what stands behind it into `rest`. The first day of that month, or DAY_NONE. */
static Day month_of(const char *value, const char **rest)
{
    const gsize sign = strlen("年");
    guint century, year, month;

    if (strlen(value) < 4 + sign + 2 + sign || !two_digits(value, &century) ||
        !two_digits(value + 2, &year) || !g_str_has_prefix(value + 4, "年") ||
        !two_digits(value + 4 + sign, &month) || !g_str_has_prefix(value + 6 + sign, "月"))
        return DAY_NONE;
    *rest = value + 6 + 2 * sign;
    return day_of(century * 100 + year, month, 1);
}

static gboolean is_month(const char *value, Day today)
{
    const char *rest = "";
    Day day = month_of(value, &rest);

    return day != DAY_NONE && day <= today && *rest == '\0';
}

static gboolean is_date(const char *value, Day today)
{
    const char *rest = "";
    Day day = DAY_NONE, month;
    guint d, y, m, one;

    if (day_parse(value, &day))
        return day <= today;
    month = month_of(value, &rest);
    if (month == DAY_NONE || !two_digits(rest, &d) || strcmp(rest + 2, "日") != 0)
        return FALSE;
    day_split(month, &y, &m, &one);
    day = day_of(y, m, d);
    return day != DAY_NONE && day <= today;
}

/* The first of `signs` (one character each) in `text`; behind it, or NULL. */
static const char *find_sign(const char *text, const char *signs)
{
    for (; *text != '\0'; text = g_utf8_next_char(text))
        if (g_utf8_strchr(signs, -1, g_utf8_get_char(text)) != NULL)
            return g_utf8_next_char(text);
    return NULL;
}

/* 市区(县)乡(镇)路(街道)号: place, then street or village, then a house number. */
static gboolean is_address(const char *value)
{
    const char *street, *number;
    const char *place = find_sign(value, "市区县旗");

    street = place == NULL ? NULL : find_sign(place, "路街道巷弄村镇乡");
    if (street == NULL)
        return FALSE;
    number = strstr(street, "号");
    return number != NULL && g_ascii_isdigit(number[-1]);
}

static gboolean is_han(const char *text)
{
    return g_unichar_get_script(g_utf8_get_char(text)) == G_UNICODE_SCRIPT_HAN;
}

/* 咪鲜胺原药GB22623-2008: a Chinese name, then letters, number, year. */
static gboolean is_standard(const char *value)
{
    const char *code = value;
    gsize letters, digits;

    if (!is_han(value))
        return FALSE;
    while (*code != '\0' && !(g_ascii_isupper(code[0]) && g_ascii_isupper(code[1])))
        code = g_utf8_next_char(code);
    letters = strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ/0123456789") > 0
                  ? strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ/")
                  : 0;
    if (letters < 2)
        return FALSE;
    code = skip_spaces(code + letters);
    digits = strspn(code, "0123456789.");
    if (digits == 0 || code[digits] != '-')
        return FALSE;
    return strlen(code + digits + 1) == 4 && text_is_digits(code + digits + 1);
}

/* The rule's name stands alone, or behind the real name in brackets of either width. */
static gboolean is_equipment(const ItemField *field, const char *value)
{
    g_autofree char *plain = g_utf8_normalize(value, -1, G_NORMALIZE_ALL_COMPOSE);
    const char *open;
    gsize length;

    if (g_strv_length(field->names) == 0 ||
        g_strv_contains((const char *const *)field->names, plain))
        return TRUE;
    open = strchr(plain, '(');
    length = strlen(plain);
    if (open == NULL || open == plain || plain[length - 1] != ')')
        return FALSE;
    plain[length - 1] = '\0';
    return g_strv_contains((const char *const *)field->names, open + 1);
}

static gboolean is_phone(const char *value)
{
    gsize length = strlen(value);

    return length >= 5 && length <= 20 && strspn(value, "0123456789+- ") == length;
}

static NormVerdict judge_number(FieldNorm norm, const char *value, Day today)
{
    gboolean good;

    switch (norm) {
    case NORM_USCC:
        good = number_uscc_check(value, NULL);
        break;
    case NORM_ORG:
        good = number_org_check(value, NULL);
        break;
    case NORM_LICENCE:
        good = number_licence_check(value, NULL);
        break;
    default:
        good = number_id_check(value, today, NULL);
    }
    if (good)
        return NORM_KEPT;
    if ((norm == NORM_ID && number_id_is_old(value)) ||
        (norm == NORM_USCC && number_registration_is_old(value)))
        return NORM_OLD_NUMBER;
    return NORM_CHECK_DIGITS;
}

static gboolean is_kept(const ItemField *field, const char *value, Day today)
{
    switch (field->norm) {
    case NORM_MONEY:
        return is_measure(value, TRUE, "万元");
    case NORM_YEARS:
        return is_measure(value, FALSE, "年");
    case NORM_PEOPLE:
        return is_measure(value, FALSE, "人");
    case NORM_EQUIPMENT_COUNT:
        return is_measure(value, FALSE, "台|个|把");
    case NORM_PAGES:
        return is_measure(value, FALSE, "页");
    case NORM_MONTH:
        return is_month(value, today);
    case NORM_DATE:
        return is_date(value, today);
    case NORM_PRODUCTION_ADDRESS:
        return is_address(value);
    case NORM_STANDARD:
        return is_standard(value);
    case NORM_PHONE:
        return is_phone(value);
    default:
        return TRUE;
    }
}

NormVerdict norm_judge(const ItemField *field, const char *value, Day today)
{
    if (*value == '\0' || !g_utf8_validate(value, -1, NULL))
        return NORM_BROKEN;
    switch (field->norm) {
    case NORM_USCC:
    case NORM_ORG:
    case NORM_ID:
    case NORM_LICENCE:
        return judge_number(field->norm, value, today);
    case NORM_EQUIPMENT_NAME:
        return is_equipment(field, value) ? NORM_KEPT : NORM_OTHER_NAME;
    default:
        return is_kept(field, value, today) ? NORM_KEPT : NORM_BROKEN;
    }
}

static const char *const rules[NORMS][2] = {
    [NORM_TEXT] = {"如实填写", "fill it in"},
    [NORM_MONEY] = {"以万元为单位,如 500 万元", "in 万元, such as 500 万元"},
    [NORM_YEARS] = {"以年为单位,如 5 年", "in years, such as 5 年"},
    [NORM_PEOPLE] = {"以人为单位,如 36 人", "a number of people, such as 36 人"},
    [NORM_EQUIPMENT_COUNT] = {"以台、个或把为单位,如 2 台", "with 台, 个 or 把, such as 2 台"},
    [NORM_PAGES] = {"以页为单位,如 18 页", "in pages, such as 18 页"},
    [NORM_MONTH] = {"写作 xxxx年xx月,不晚于今天,如 2009年06月",
                    "as xxxx年xx月, not after today, such as 2009年06月"},
    [NORM_DATE] = {"写作 xxxx年xx月xx日,不晚于今天,如 2009年06月05日",
                   "as xxxx年xx月xx日, not after today, such as 2009年06月05日"},
    [NORM_PRODUCTION_ADDRESS] = {"写全 市区(县)乡(镇)路(街道)号",
                                 "in full: city, district, street and house number"},
    [NORM_EQUIPMENT_NAME] = {"写实际名称,与细则名称不同时括注细则名称,如 "
                             "液剂自动包装机(液体机械灌装设备)",
                             "the real name, with the rule's name in brackets where it differs"},
    [NORM_STANDARD] = {"写中文名称和编号,如 咪鲜胺原药GB22623-2008",
                       "Chinese name and number, such as 咪鲜胺原药GB22623-2008"},
    [NORM_USCC] = {"核对 18 位统一社会信用代码", "compare the 18 characters with the licence"},
    [NORM_ID] = {"核对 18 位公民身份号码", "compare the 18 characters with the identity card"},
    [NORM_ORG] = {"核对组织机构代码", "compare the code with the certificate"},
    [NORM_LICENCE] = {"核对电子证照标识", "compare the identifier of the electronic licence"},
    [NORM_PHONE] = {"填写可以联系的电话号码", "a telephone number"},
};

const char *norm_rule(FieldNorm norm)
{
    return rules[norm][0];
}

const char *norm_rule_en(FieldNorm norm)
{
    return rules[norm][1];
}

/* NFKC without spaces: （ ） become ( ), full-width letters and digits narrow ones. */
static char *bare(const char *text)
{
    g_autofree char *composed = g_utf8_normalize(text, -1, G_NORMALIZE_ALL_COMPOSE);
    GString *out = g_string_new(NULL);

    for (const char *c = composed == NULL ? text : composed; *c != '\0'; c++)
        if (*c != ' ' && *c != '\t')
            g_string_append_c(out, *c);
    return g_string_free(out, FALSE);
}

gboolean norm_same(const char *a, const char *b)
{
    g_autofree char *left = NULL, *right = NULL;

    if (strcmp(a, b) == 0)
        return TRUE;
    left = bare(a);
    right = bare(b);
    return strcmp(left, right) == 0;
}
