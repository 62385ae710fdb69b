/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/http/detail.h"

#include "ui/http/detail_list.h"

#include <string.h>

#define STARS_MAX 8

typedef struct {
    const char *en, *zh;
} Row;

static const Row rows[] = {
#define X(en, zh) {en, zh},
    DETAIL_LIST(X)
#undef X
};

/* What stood for each `*`, as parts of the message. */
typedef struct {
    const char *text[STARS_MAX];
    gsize length[STARS_MAX];
    guint n;
} Stars;

/* Each literal behind a `*` is met as early as it can be; the last one ends the message. */
static gboolean fits(const char *pattern, const char *message, Stars *stars)
{
    g_auto(GStrv) parts = g_strsplit(pattern, "*", STARS_MAX);
    const char *at = message;

    stars->n = 0;
    if (!g_str_has_prefix(at, parts[0]))
        return FALSE;
    at += strlen(parts[0]);
    for (guint i = 1; parts[i] != NULL; i++) {
        gboolean last = parts[i + 1] == NULL;
        const char *end = NULL;

        if (!last)
            end = strstr(at, parts[i]);
        else if (g_str_has_suffix(at, parts[i]))
            end = at + strlen(at) - strlen(parts[i]);
        if (end == NULL || end == at)
            return FALSE;
        stars->text[stars->n] = at;
        stars->length[stars->n++] = (gsize)(end - at);
        at = end + strlen(parts[i]);
    }
    return *at == '\0';
}

static char *fill(const char *words, const Stars *stars)
{
    GString *text = g_string_new(NULL);

    for (const char *p = words; *p != '\0'; p++) {
        guint star = *p == '$' ? (guint)(p[1] - '1') : STARS_MAX;

        if (star >= stars->n) {
            g_string_append_c(text, *p);
            continue;
        }
        g_string_append_len(text, stars->text[star], (gssize)stars->length[star]);
        p++;
    }
    return g_string_free(text, FALSE);
}

char *detail_words(const char *message, Lang lang)
{
    Stars stars;

    for (gsize i = 0; lang == LANG_ZH && i < G_N_ELEMENTS(rows); i++)
        if (fits(rows[i].en, message, &stars))
            return fill(rows[i].zh, &stars);
    return g_strdup(message);
}
