/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/base/json_lines.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *at, *end;
    guint line;
    GString *path;
    GHashTable *lines;
} Walk;

static void walk_value(Walk *walk);

static void skip_space(Walk *walk)
{
    for (; walk->at < walk->end && memchr(" \t\r\n", *walk->at, 4) != NULL; walk->at++)
        if (*walk->at == '\n')
            walk->line++;
}

static void skip_byte(Walk *walk)
{
    if (walk->at < walk->end)
        walk->at++;
}

static void skip_string(Walk *walk)
{
    for (skip_byte(walk); walk->at < walk->end && *walk->at != '"'; skip_byte(walk))
        if (*walk->at == '\\')
            skip_byte(walk);
    skip_byte(walk);
}

static void skip_scalar(Walk *walk)
{
    if (*walk->at == '"') {
        skip_string(walk);
        return;
    }
    while (walk->at < walk->end && memchr(",]} \t\r\n", *walk->at, 7) == NULL)
        walk->at++;
}

/* The key that stands at `at`, decoded, appended as a pointer token (~ and / escaped). */
static void push_key(Walk *walk)
{
    const char *from = walk->at;
    json_t *key;

    skip_string(walk);
    key = json_loadb(from, (size_t)(walk->at - from), JSON_DECODE_ANY, NULL);
    g_string_append_c(walk->path, '/');
    for (const char *c = key == NULL ? "" : json_string_value(key); *c != '\0'; c++) {
        if (*c == '~')
            g_string_append(walk->path, "~0");
        else if (*c == '/')
            g_string_append(walk->path, "~1");
        else
            g_string_append_c(walk->path, *c);
    }
    json_decref(key);
}

/* The members between the brackets of an object or array; both brackets are passed. */
static void walk_members(Walk *walk, char close)
{
    gsize length = walk->path->len;

    const char *before;

    skip_byte(walk);
    for (guint i = 0;; i++) {
        skip_space(walk);
        before = walk->at;
        if (walk->at >= walk->end || *walk->at == close)
            break;
        if (close == '}') {
            push_key(walk);
            skip_space(walk);
            skip_byte(walk); /* the colon */
        } else {
            g_string_append_printf(walk->path, "/%u", i);
        }
        walk_value(walk);
        g_string_truncate(walk->path, length);
        skip_space(walk);
        if (walk->at < walk->end && *walk->at == ',')
            walk->at++;
        if (walk->at == before)
            break; /* a bracket that closes nothing: jansson never took this text */
    }
    skip_byte(walk);
}

static void walk_value(Walk *walk)
{
    skip_space(walk);
    if (walk->at >= walk->end)
        return;
    g_hash_table_insert(walk->lines, g_strdup(walk->path->str), GUINT_TO_POINTER(walk->line));
    if (*walk->at == '{')
        walk_members(walk, '}');
    else if (*walk->at == '[')
        walk_members(walk, ']');
    else
        skip_scalar(walk);
}

GHashTable *json_lines(const char *text, gsize size)
{
    g_autoptr(GString) path = g_string_new(NULL);
    Walk walk = {text, text + size, 1, path,
                 g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};

    walk_value(&walk);
    return walk.lines;
}

guint json_lines_at(GHashTable *lines, const char *path)
{
    g_autofree char *at = g_strdup(path);

    for (;;) {
        gpointer line = g_hash_table_lookup(lines, at);
        char *slash = strrchr(at, '/');

        if (line != NULL || slash == NULL)
            return MAX(1, GPOINTER_TO_UINT(line));
        *slash = '\0';
    }
}
