/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/paper_kind.h"

#include <string.h>

static const struct {
    const char *token;
    guint32 slot;
    const char *title;
    gboolean numbered;
    const char *word;
} kinds[PAPER_COUNT] = {[PAPER_NONE] = {"none", 0, "", FALSE, NULL},
#define X(name, token, code, title, numbered, word)                                                \
    [PAPER_##name] = {token, code, title, numbered, word},
                        PAPER_KINDS(X)
#undef X
};

const char *paper_kind_token(PaperKind kind)
{
    return kinds[kind].token;
}

PaperKind paper_kind_parse(const char *token)
{
    for (int kind = 1; kind < PAPER_COUNT; kind++)
        if (strcmp(kinds[kind].token, token) == 0)
            return (PaperKind)kind;
    return PAPER_NONE;
}

guint32 paper_kind_slot(PaperKind kind)
{
    return kinds[kind].slot;
}

const char *paper_kind_title(PaperKind kind)
{
    return kinds[kind].title;
}

gboolean paper_kind_is_numbered(PaperKind kind)
{
    return kinds[kind].numbered;
}

const char *paper_kind_word(PaperKind kind)
{
    return kinds[kind].word;
}

PaperKind paper_kind_of_slot(guint32 slot)
{
    for (int kind = 1; kind < PAPER_COUNT; kind++)
        if (kinds[kind].slot == slot)
            return (PaperKind)kind;
    return PAPER_NONE;
}
