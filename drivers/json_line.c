/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/json_line.h"

#include <string.h>

typedef struct {
    const char *at;
    const char *end;
    guint line;
} Cursor;

static void step(Cursor *cursor)
{
    if (*cursor->at == '\n')
        cursor->line++;
    cursor->at++;
}

static void skip_space(Cursor *cursor)
{
    while (cursor->at < cursor->end && strchr(" \t\r\n", *cursor->at) != NULL && *cursor->at != 0)
        step(cursor);
}

static void skip_string(Cursor *cursor)
{
    cursor->at++;
    while (cursor->at < cursor->end && *cursor->at != '"') {
        if (*cursor->at == '\\' && cursor->at + 1 < cursor->end)
            cursor->at++;
        step(cursor);
    }
    if (cursor->at < cursor->end)
        cursor->at++;
}

/* Past one value of any kind: brackets are counted, strings jumped over. */
static void skip_value(Cursor *cursor)
{
    guint depth = 0;

    do {
        char c;

        skip_space(cursor);
        if (cursor->at >= cursor->end)
            return;
        c = *cursor->at;
        if (c == '"') {
            skip_string(cursor);
        } else if (c == '{' || c == '[') {
            depth++;
            cursor->at++;
        } else if (c == '}' || c == ']') {
            depth = depth > 0 ? depth - 1 : 0;
            cursor->at++;
        } else if (c == ',' || c == ':') {
            if (depth == 0)
                return;
            cursor->at++;
        } else {
            /* a number or a word; one byte at least, or a stray NUL would stop us for ever */
            do
                cursor->at++;
            while (cursor->at < cursor->end && strchr(",:]} \t\r\n", *cursor->at) == NULL);
        }
    } while (depth > 0);
}

/* At the value of member `key`, or FALSE and the cursor anywhere. */
static gboolean enter_member(Cursor *cursor, const char *key, gsize length)
{
    skip_space(cursor);
    if (cursor->at >= cursor->end || *cursor->at != '{')
        return FALSE;
    cursor->at++;
    for (;;) {
        const char *name;
        gboolean found;

        skip_space(cursor);
        if (cursor->at >= cursor->end || *cursor->at != '"')
            return FALSE;
        name = cursor->at + 1;
        skip_string(cursor);
        found = (gsize)(cursor->at - name) == length + 1 && memcmp(name, key, length) == 0;
        skip_space(cursor);
        if (cursor->at >= cursor->end)
            return FALSE;
        cursor->at++; /* the colon */
        skip_space(cursor);
        if (found)
            return TRUE;
        skip_value(cursor);
        skip_space(cursor);
        if (cursor->at >= cursor->end || *cursor->at != ',')
            return FALSE;
        cursor->at++;
    }
}

static gboolean enter_element(Cursor *cursor, guint64 index)
{
    skip_space(cursor);
    if (cursor->at >= cursor->end || *cursor->at != '[')
        return FALSE;
    cursor->at++;
    for (guint64 i = 0; i < index; i++) {
        skip_value(cursor);
        skip_space(cursor);
        if (cursor->at >= cursor->end || *cursor->at != ',')
            return FALSE;
        cursor->at++;
    }
    skip_space(cursor);
    return cursor->at < cursor->end && *cursor->at != ']';
}

guint json_line_of(const char *text, gsize size, const char *path)
{
    Cursor cursor = {.at = text, .end = text + size, .line = 1};
    guint line;

    skip_space(&cursor);
    line = cursor.line;
    while (*path != '\0') {
        gboolean inside;

        if (*path == '[') {
            inside = enter_element(&cursor, g_ascii_strtoull(path + 1, (char **)&path, 10));
            path += *path == ']';
        } else {
            gsize length;

            path += *path == '.';
            length = strcspn(path, ".[");
            inside = enter_member(&cursor, path, length);
            path += length;
        }
        if (!inside)
            break;
        line = cursor.line;
    }
    return line;
}
