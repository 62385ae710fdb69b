/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/code/code.h"

#include "appliance/base/text.h"

#include <stdlib.h>
#include <string.h>

#define PARTS_MAX 10

/* One run of digits of a code, with the values it may hold. */
typedef struct {
    const char *name;
    int width;
    guint32 min, max;
} Part;

/* The form of a kind: prefix (0: none), parts in order; `name` NULL ends them. */
typedef struct {
    const char *token;
    guint32 prefix;
    int digits;
    Part parts[PARTS_MAX];
} Form;

#define CASE_PARTS                                                                                 \
    {"region", 6, 110000, 829999}, {"hall", 3, 1, 999}, {"date", 6, 101, 991231},                  \
        {"window", 3, 1, 999},                                                                     \
    {                                                                                              \
        "serial", 4, 1, 9999                                                                       \
    }

static const Form forms[CODE_KINDS] = {
    [CODE_CASE] = {"case", 0, 24, {CASE_PARTS}},
    [CODE_DOCUMENT] = {"document",
                       94,
                       30,
                       {CASE_PARTS, {"document", 3, 1, 999}, {"copy", 1, 0, 9}}},
    [CODE_DAY_CLOSE] = {"day-close",
                        95,
                        24,
                        {{"date", 6, 101, 991231},
                         {"hall", 3, 1, 999},
                         {"window", 3, 1, 999},
                         {"root", 8, 0, 99999999}}},
    [CODE_PLACE] = {"place", 96, 12, {{"place", 8, 1, 99999999}}},
    [CODE_PERSON] = {"person", 97, 10, {{"user", 6, 1, 999999}}},
    [CODE_SLOT] = {"slot",
                   98,
                   24,
                   {{"item", 6, 1, 999999},
                    {"slot", 4, 0, 3999},
                    {"set", 6, 0, 999999},
                    {"sheet", 2, 1, 99},
                    {"sheets", 2, 1, 99}}},
    [CODE_COMMAND] = {"command",
                      99,
                      8,
                      {{"command", 2, 1, COMMAND_END - 1}, {"parameter", 2, 0, 99}}},
};

static guint remainder_97(const char *digits)
{
    guint sum = 0;

    for (; *digits != '\0'; digits++)
        sum = (sum * 10 + (guint)(*digits - '0')) % 97;
    return sum;
}

guint code_check_digits(const char *body)
{
    return 98 - remainder_97(body) * 100 % 97;
}

/* 00, 01 and 99 leave the same remainder as 97, 98 and 02 but are never written. */
gboolean code_check_fits(const char *digits)
{
    gsize length = strlen(digits);
    gulong check;

    if (length < 3 || !text_is_digits(digits) || remainder_97(digits) != 1)
        return FALSE;
    check = strtoul(digits + length - 2, NULL, 10);
    return check >= 2 && check <= 98;
}

gboolean code_date_is_real(guint32 yymmdd)
{
    return g_date_valid_dmy((GDateDay)(yymmdd % 100), (GDateMonth)(yymmdd / 100 % 100),
                            (GDateYear)(2000 + yymmdd / 10000));
}

/* Copy the digits of `text` without its hyphens, each of which stands between two digits. */
static gboolean strip(const char *text, char digits[CODE_DIGITS_MAX + 1])
{
    gsize n = 0;
    char before = '-';

    for (; *text != '\0'; before = *text++) {
        if (*text == '-' && before != '-')
            continue;
        if (!g_ascii_isdigit(*text) || n == CODE_DIGITS_MAX)
            return FALSE;
        digits[n++] = *text;
    }
    digits[n] = '\0';
    return before != '-';
}

static int kind_of(const char *digits)
{
    guint32 prefix = (guint32)(digits[0] - '0') * 10 + (guint32)(digits[1] - '0');
    int length = (int)strlen(digits);

    for (int kind = CODE_DOCUMENT; kind < CODE_KINDS; kind++)
        if (forms[kind].prefix == prefix && forms[kind].digits == length)
            return kind;
    if (length == forms[CODE_CASE].digits && prefix >= 11 && prefix <= 82)
        return CODE_CASE;
    return -1;
}

static void unpack_case(const guint32 *values, CodeCase *of_case)
{
    *of_case = (CodeCase){values[0], values[1], values[2], values[3], values[4]};
}

static void unpack(CodeKind kind, const guint32 *values, Code *code)
{
    code->kind = kind;
    switch (kind) {
    case CODE_CASE:
        unpack_case(values, &code->of_case);
        break;
    case CODE_DOCUMENT:
        unpack_case(values, &code->document.of_case);
        code->document.number = values[5];
        code->document.copy = values[6];
        break;
    case CODE_DAY_CLOSE:
        memcpy(&code->day_close, values, 4 * sizeof *values);
        break;
    case CODE_PLACE:
        code->place = values[0];
        break;
    case CODE_PERSON:
        code->person = values[0];
        break;
    case CODE_SLOT:
        memcpy(&code->slot, values, 5 * sizeof *values);
        break;
    default:
        code->command.command = (CodeCommand)values[0];
        code->command.parameter = values[1];
    }
}

static void pack_case(const CodeCase *of_case, guint32 *values)
{
    values[0] = of_case->region;
    values[1] = of_case->hall;
    values[2] = of_case->date;
    values[3] = of_case->window;
    values[4] = of_case->serial;
}

static void pack(const Code *code, guint32 *values)
{
    switch (code->kind) {
    case CODE_CASE:
        pack_case(&code->of_case, values);
        break;
    case CODE_DOCUMENT:
        pack_case(&code->document.of_case, values);
        values[5] = code->document.number;
        values[6] = code->document.copy;
        break;
    case CODE_DAY_CLOSE:
        memcpy(values, &code->day_close, 4 * sizeof *values);
        break;
    case CODE_PLACE:
        values[0] = code->place;
        break;
    case CODE_PERSON:
        values[0] = code->person;
        break;
    case CODE_SLOT:
        memcpy(values, &code->slot, 5 * sizeof *values);
        break;
    default:
        values[0] = (guint32)code->command.command;
        values[1] = code->command.parameter;
    }
}

static gboolean slot_is_valid(guint32 slot)
{
    return slot == CODE_ITEM_CARD || (slot >= 1001 && slot <= 3999 && slot % 1000 != 0);
}

static gboolean check_sheet(const guint32 *values, GError **error)
{
    guint32 slot = values[1], sheet = values[3], of = values[4];

    if (!slot_is_valid(slot))
        return error_set(error, ERROR_INVALID, "slot %04u: neither A, B, C nor an item card", slot);
    if (sheet > of)
        return error_set(error, ERROR_INVALID, "sheet %u of %u", sheet, of);
    if (of < 2 && slot != CODE_ITEM_CARD)
        return error_set(error, ERROR_INVALID, "a set of one sheet");
    return TRUE;
}

/* Every part within its range, dates real, sheets within their set. */
static gboolean check_values(CodeKind kind, const guint32 *values, GError **error)
{
    const Part *part = forms[kind].parts;

    for (int i = 0; i < PARTS_MAX && part[i].name != NULL; i++) {
        if (values[i] < part[i].min || values[i] > part[i].max)
            return error_set(error, ERROR_INVALID, "%s %0*u: out of range", part[i].name,
                             part[i].width, values[i]);
        if (strcmp(part[i].name, "date") == 0 && !code_date_is_real(values[i]))
            return error_set(error, ERROR_INVALID, "date %06u: no such day", values[i]);
    }
    return kind != CODE_SLOT || check_sheet(values, error);
}

gboolean code_parse(const char *text, Code *code, GError **error)
{
    char digits[CODE_DIGITS_MAX + 1];
    guint32 values[PARTS_MAX] = {0};
    int kind;
    const char *at;

    if (!strip(text, digits) || strlen(digits) < 8 || (kind = kind_of(digits)) < 0)
        return error_set(error, ERROR_INVALID, "%.60s: none of our codes", text);
    if (!code_check_fits(digits))
        return error_set(error, ERROR_CHECK_DIGITS, "%s", text);
    at = digits + (forms[kind].prefix == 0 ? 0 : 2);
    for (int i = 0; i < PARTS_MAX && forms[kind].parts[i].name != NULL; i++) {
        char part[9] = {0};

        memcpy(part, at, (gsize)forms[kind].parts[i].width);
        values[i] = (guint32)strtoul(part, NULL, 10);
        at += forms[kind].parts[i].width;
    }
    if (!check_values((CodeKind)kind, values, error))
        return FALSE;
    unpack((CodeKind)kind, values, code);
    return TRUE;
}

/* The code with `gap` between its parts. */
static char *join(const Code *code, const char *gap, GError **error)
{
    const Form *form = &forms[code->kind];
    guint32 values[PARTS_MAX] = {0};
    g_autoptr(GString) digits = g_string_new(NULL);
    GString *out;

    pack(code, values);
    if (!check_values(code->kind, values, error))
        return NULL;
    out = g_string_new(NULL);
    if (form->prefix != 0) {
        g_string_append_printf(digits, "%u", form->prefix);
        g_string_append_printf(out, "%u%s", form->prefix, gap);
    }
    for (int i = 0; i < PARTS_MAX && form->parts[i].name != NULL; i++) {
        g_string_append_printf(digits, "%0*u", form->parts[i].width, values[i]);
        g_string_append_printf(out, "%0*u%s", form->parts[i].width, values[i], gap);
    }
    g_string_append_printf(out, "%02u", code_check_digits(digits->str));
    return g_string_free(out, FALSE);
}

char *code_compose(const Code *code, GError **error)
{
    return join(code, "", error);
}

char *code_print(const Code *code, GError **error)
{
    return join(code, "-", error);
}

const char *code_kind_token(CodeKind kind)
{
    return forms[kind].token;
}

guint32 code_slot_number(const char *name)
{
    gsize digits = name[0] == '\0' ? 0 : strlen(name + 1);
    guint32 number;

    if (name[0] < 'A' || name[0] > 'C' || digits < 2 || digits > 3 || !text_is_digits(name + 1))
        return 0;
    number = (guint32)strtoul(name + 1, NULL, 10);
    if (number == 0 || (digits == 3 && number < 100)) /* one spelling a slot: A01, never A001 */
        return 0;
    return (guint32)(name[0] - 'A' + 1) * 1000 + number;
}

char *code_slot_name(guint32 slot)
{
    if (slot == CODE_ITEM_CARD || !slot_is_valid(slot))
        return NULL;
    return g_strdup_printf("%c%02u", (char)('A' + slot / 1000 - 1), slot % 1000);
}
