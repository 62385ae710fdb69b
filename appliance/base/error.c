/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/base/error.h"

#include <errno.h>

typedef struct {
    const char *token;
    int exit_status;
    int http_status;
    const char *text[2]; /* by Lang */
    const char *hint[2];
} ErrorRow;

static const ErrorRow rows[ERROR_COUNT] = {
    [ERROR_NONE] = {"none", 0, 200, {"", ""}, {"", ""}},
#define X(name, token, exit_status, http_status, en, zh, hint_en, hint_zh)                         \
    [ERROR_##name] = {token, exit_status, http_status, {zh, en}, {hint_zh, hint_en}},
    ANJUAN_ERROR_LIST(X)
#undef X
};

G_DEFINE_QUARK(anjuan-error-quark, anjuan_error)

static const ErrorRow *row_of(ErrorCode code)
{
    return &rows[code > ERROR_NONE && code < ERROR_COUNT ? code : ERROR_INTERNAL];
}

gboolean error_set(GError **error, ErrorCode code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (error != NULL)
        g_propagate_error(error, g_error_new_valist(ANJUAN_ERROR, (int)code, format, args));
    va_end(args);
    return FALSE;
}

gboolean error_set_errno(GError **error, ErrorCode code, int errnum, const char *format, ...)
{
    va_list args;
    g_autofree char *object = NULL;

    if (errnum == ENOSPC || errnum == EDQUOT)
        code = ERROR_DISK_FULL;
    va_start(args, format);
    object = g_strdup_vprintf(format, args);
    va_end(args);
    return error_set(error, code, "%s: %s", object, g_strerror(errnum));
}

ErrorCode error_code(const GError *error)
{
    if (error->domain != ANJUAN_ERROR || error->code <= 0 || error->code >= ERROR_COUNT)
        return ERROR_INTERNAL;
    return (ErrorCode)error->code;
}

const char *error_token(ErrorCode code)
{
    return row_of(code)->token;
}

int error_exit_status(ErrorCode code)
{
    return row_of(code)->exit_status;
}

int error_http_status(ErrorCode code)
{
    return row_of(code)->http_status;
}

const char *error_text(ErrorCode code, Lang lang)
{
    return row_of(code)->text[lang];
}

const char *error_hint(ErrorCode code, Lang lang)
{
    return row_of(code)->hint[lang];
}

char *error_sentence(const GError *error, Lang lang)
{
    return g_strdup_printf("%s: %s", error_text(error_code(error), lang), error->message);
}

void error_print(FILE *out, const GError *error, Lang lang)
{
    g_autofree char *sentence = error_sentence(error, lang);
    const char *hint = error_hint(error_code(error), lang);

    fprintf(out, "anjuan: %s\n", sentence);
    if (*hint != '\0')
        fprintf(out, "%s%s\n", lang == LANG_ZH ? "提示: " : "hint: ", hint);
}
