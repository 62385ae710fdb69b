/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/pdf_content.h"

#include <string.h>

#define OPERANDS_MAX 8
#define STATES_MAX   64
#define TOKEN_MAX    128
#define NESTING_MAX  64

typedef struct {
    const char *next, *end;
    char token[TOKEN_MAX];
    gboolean is_operator;

    double operands[OPERANDS_MAX]; /* the last numbers before an operator */
    guint n_operands;
    char name[TOKEN_MAX]; /* the last name before an operator */

    double matrix[6];
    double saved[STATES_MAX][6];
    guint n_saved;
    gboolean invisible; /* text rendering mode 3 */

    guint images;
    PdfPlacement *placement;
    const char *why;
} Content;

static gboolean is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\0';
}

static gboolean is_delimiter(char c)
{
    return c != '\0' && strchr("()<>[]{}/%", c) != NULL;
}

static void skip_string(Content *content)
{
    guint depth = 0;

    for (; content->next < content->end; content->next++) {
        char c = *content->next;

        if (c == '\\')
            content->next++;
        else if (c == '(')
            depth++;
        else if (c == ')' && --depth == 0)
            break;
    }
    if (content->next < content->end)
        content->next++;
    else
        content->next = content->end;
}

static void skip_comment(Content *content)
{
    while (content->next < content->end && *content->next != '\n' && *content->next != '\r')
        content->next++;
}

/* Strings, arrays and dictionaries are operands that nothing here looks into. */
static gboolean skip_others(Content *content)
{
    char c = *content->next;

    if (is_space(c) || c == '[' || c == ']' || c == '<' || c == '>' || c == '{' || c == '}' ||
        c == ')') {
        if (c == '<' && content->next + 1 < content->end && content->next[1] != '<')
            while (content->next < content->end && *content->next != '>')
                content->next++;
        content->next += content->next < content->end;
        return TRUE;
    }
    if (c == '(') {
        skip_string(content);
        return TRUE;
    }
    if (c == '%') {
        skip_comment(content);
        return TRUE;
    }
    return FALSE;
}

/* The next name, number or operator; FALSE at the end. */
static gboolean next_token(Content *content)
{
    gsize n = 0;

    while (content->next < content->end && skip_others(content))
        continue;
    if (content->next >= content->end)
        return FALSE;
    do {
        if (n < TOKEN_MAX - 1)
            content->token[n++] = *content->next;
        content->next++;
    } while (content->next < content->end && !is_space(*content->next) &&
             !is_delimiter(*content->next));
    content->token[n] = '\0';
    return TRUE;
}

static gboolean stop(Content *content, const char *why)
{
    content->why = why;
    return FALSE;
}

static void concatenate(Content *content)
{
    const double *m = content->operands;
    double old[6];

    memcpy(old, content->matrix, sizeof old);
    content->matrix[0] = m[0] * old[0] + m[1] * old[2];
    content->matrix[1] = m[0] * old[1] + m[1] * old[3];
    content->matrix[2] = m[2] * old[0] + m[3] * old[2];
    content->matrix[3] = m[2] * old[1] + m[3] * old[3];
    content->matrix[4] = m[4] * old[0] + m[5] * old[2] + old[4];
    content->matrix[5] = m[4] * old[1] + m[5] * old[3] + old[5];
}

static gboolean is_one_of(const char *token, const char *const *list)
{
    for (; *list != NULL; list++) {
        if (strcmp(token, *list) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean paint_image(Content *content)
{
    if (++content->images > 1)
        return stop(content, "more than one image on the page");
    g_strlcpy(content->placement->image, content->name, sizeof content->placement->image);
    memcpy(content->placement->matrix, content->matrix, sizeof content->matrix);
    return TRUE;
}

static gboolean graphics_state(Content *content)
{
    if (strcmp(content->token, "q") == 0) {
        if (content->n_saved == STATES_MAX)
            return stop(content, "states nested too deep");
        memcpy(content->saved[content->n_saved++], content->matrix, sizeof content->matrix);
    } else if (strcmp(content->token, "Q") == 0) {
        if (content->n_saved == 0)
            return stop(content, "a state is restored that was not saved");
        memcpy(content->matrix, content->saved[--content->n_saved], sizeof content->matrix);
    } else if (content->n_operands == 6) {
        concatenate(content);
    } else {
        return stop(content, "a matrix without six numbers");
    }
    return TRUE;
}

static gboolean execute(Content *content)
{
    static const char *const state[] = {"q", "Q", "cm", NULL};
    static const char *const shows[] = {"Tj", "TJ", "'", "\"", NULL};
    static const char *const silent[] = {
        "w",  "J",  "j",  "M",  "d",  "ri",  "i",   "gs",  "CS", "cs", "SC", "SCN", "sc",
        "g",  "G",  "rg", "RG", "k",  "K",   "scn", "m",   "l",  "c",  "v",  "y",   "h",
        "re", "W",  "W*", "n",  "BT", "ET",  "Tc",  "Tw",  "Tz", "TL", "Tf", "Ts",  "Td",
        "TD", "Tm", "T*", "MP", "DP", "BMC", "BDC", "EMC", "BX", "EX", NULL};

    if (strcmp(content->token, "Do") == 0)
        return paint_image(content);
    if (is_one_of(content->token, state))
        return graphics_state(content);
    if (strcmp(content->token, "Tr") == 0) {
        content->invisible = content->n_operands > 0 && content->operands[0] == 3;
        return TRUE;
    }
    if (is_one_of(content->token, shows))
        return content->invisible || stop(content, "text beside the image");
    return is_one_of(content->token, silent) || stop(content, "drawing beside the image");
}

static void push_number(Content *content, double number)
{
    if (content->n_operands == OPERANDS_MAX)
        memmove(content->operands, content->operands + 1,
                (OPERANDS_MAX - 1) * sizeof content->operands[0]);
    else
        content->n_operands++;
    content->operands[content->n_operands - 1] = number;
}

static gboolean step(Content *content)
{
    char *end;
    double number;

    if (content->token[0] == '/') {
        g_strlcpy(content->name, content->token + 1, sizeof content->name);
        return TRUE;
    }
    number = g_ascii_strtod(content->token, &end);
    if (*end == '\0' && !g_ascii_isalpha(content->token[0])) {
        push_number(content, number);
        return TRUE;
    }
    if (!execute(content))
        return FALSE;
    content->n_operands = 0;
    content->name[0] = '\0';
    return TRUE;
}

gboolean pdf_content_placement(const char *bytes, gsize size, PdfPlacement *placement,
                               const char **why)
{
    g_autofree Content *content = g_new0(Content, 1);

    content->next = bytes;
    content->end = bytes + size;
    content->matrix[0] = content->matrix[3] = 1;
    content->placement = placement;
    while (next_token(content)) {
        if (!step(content)) {
            *why = content->why;
            return FALSE;
        }
    }
    *why = "no image on the page";
    return content->images == 1;
}
