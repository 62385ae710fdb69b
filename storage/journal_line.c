/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/journal_line.h"

#include <string.h>

#define DIGITS_MAX 18 /* of a number that certainly fits into 64 bits */

/* Each function below moves `at` behind what it read; NULL or FALSE sends the line to the parser.
 */
typedef struct {
    const char *at, *end;
} Line;

static gboolean take(Line *line, char wanted)
{
    if (line->at >= line->end || *line->at != wanted)
        return FALSE;
    line->at++;
    return TRUE;
}

/* The text between two quotes, without escapes. */
static const char *plain_text(Line *line, gsize *size)
{
    const char *text = line->at + 1, *quote;

    if (!take(line, '"'))
        return NULL;
    quote = memchr(text, '"', (gsize)(line->end - text));
    if (quote == NULL || memchr(text, '\\', (gsize)(quote - text)) != NULL)
        return NULL;
    *size = (gsize)(quote - text);
    line->at = quote + 1;
    return text;
}

/* Behind an array or an object: what is inside is not judged. */
static gboolean pass_over(Line *line)
{
    guint depth = 0;
    gsize size;

    do {
        if (line->at >= line->end)
            return FALSE;
        if (*line->at == '"') {
            if (plain_text(line, &size) == NULL)
                return FALSE;
            continue;
        }
        depth += *line->at == '{' || *line->at == '[';
        depth -= *line->at == '}' || *line->at == ']';
        line->at++;
    } while (depth > 0);
    return TRUE;
}

static json_t *text_value(Line *line)
{
    gsize size;
    const char *text = plain_text(line, &size);

    return text != NULL ? json_stringn(text, size) : NULL;
}

static json_t *nested_value(Line *line)
{
    const char *start = line->at;

    return pass_over(line)
               ? json_loadb(start, (gsize)(line->at - start), JSON_REJECT_DUPLICATES, NULL)
               : NULL;
}

static json_t *number_value(Line *line)
{
    gboolean below = take(line, '-');
    const char *start = line->at;
    gint64 value = 0;

    while (line->at < line->end && g_ascii_isdigit(*line->at))
        value = 10 * value + (*line->at++ - '0');
    if (line->at == start || line->at - start > DIGITS_MAX ||
        (*start == '0' && line->at - start > 1) || line->at >= line->end ||
        (*line->at != ',' && *line->at != '}'))
        return NULL;
    return json_integer(below ? -value : value);
}

static json_t *word_value(Line *line)
{
    static const char *const words[] = {"false", "true", "null"};

    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        gsize n = strlen(words[i]);

        if ((gsize)(line->end - line->at) < n || memcmp(line->at, words[i], n) != 0)
            continue;
        line->at += n;
        return i == 2 ? json_null() : json_boolean(i == 1);
    }
    return NULL;
}

static json_t *value_of(Line *line)
{
    char first = line->at < line->end ? *line->at : '\0';

    if (first == '"')
        return text_value(line);
    if (first == '[' || first == '{')
        return nested_value(line);
    return first == '-' || g_ascii_isdigit(first) ? number_value(line) : word_value(line);
}

/* One member into `record`. */
static gboolean read_member(Line *line, json_t *record)
{
    static const char facts[] = "facts";
    gsize size;
    const char *key = plain_text(line, &size);
    json_t *value;

    if (key == NULL || !take(line, ':'))
        return FALSE;
    if (size == strlen(facts) && memcmp(key, facts, size) == 0 && line->at < line->end &&
        *line->at == '{')
        return pass_over(line);
    if (json_object_getn(record, key, size) != NULL)
        return FALSE;
    value = value_of(line);
    return value != NULL && json_object_setn_new(record, key, size, value) == 0;
}

static json_t *read_plainly(const char *text, gsize size)
{
    g_autoptr(json_t) record = json_object();
    Line line = {text, text + size};

    if (!take(&line, '{'))
        return NULL;
    do
        if (!read_member(&line, record))
            return NULL;
    while (take(&line, ','));
    return take(&line, '}') && line.at == line.end ? g_steal_pointer(&record) : NULL;
}

json_t *journal_line(const char *line, gsize size, const char *name, GError **error)
{
    json_t *record = read_plainly(line, size);

    return record != NULL ? record : json_parse(line, size, name, ERROR_JOURNAL_DAMAGED, error);
}
