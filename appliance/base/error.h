/* SPDX-License-Identifier: Apache-2.0
 *
 * Errors: one domain, one list (error_list.h), GError all the way.
 *
 * A GError of this domain carries the code from the list; its message is the object and the cause
 * in English ("page 3 of a.tif: No space left on device"), to which each level adds its half
 * sentence with g_prefix_error. What a person reads is put together at the edge: the list's
 * sentence in her language, the message, and the hint.
 */
#pragma once

#include "appliance/base/error_list.h"
#include "appliance/base/lang.h"

#include <glib.h>
#include <stdio.h>

#define ANJUAN_ERROR (anjuan_error_quark())

/* The domain of every error of the house. */
GQuark anjuan_error_quark(void);

/* Codes start at 1, so that a stray 0 is never taken for an error of the list. */
typedef enum {
    ERROR_NONE = 0,
#define X(name, token, exit_status, http_status, en, zh, hint_en, hint_zh) ERROR_##name,
    ANJUAN_ERROR_LIST(X)
#undef X
        ERROR_COUNT,
} ErrorCode;

/* Set `error` (if wanted) to `code` with a message; always FALSE, so `return error_set(…)`. */
gboolean error_set(GError **error, ErrorCode code, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* As error_set, with ": <text of errnum>" behind; ENOSPC and EDQUOT become ERROR_DISK_FULL. */
gboolean error_set_errno(GError **error, ErrorCode code, int errnum, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

/* The code of `error`; ERROR_INTERNAL for a GError of another domain. */
ErrorCode error_code(const GError *error);

/* What the one list (error_list.h) says of a code: its token for programs, the exit status of the
 * verbs, the status of HTTP, and what it says and advises to people. All static. */
const char *error_token(ErrorCode code);
int error_exit_status(ErrorCode code);
int error_http_status(ErrorCode code);
const char *error_text(ErrorCode code, Lang lang);
const char *error_hint(ErrorCode code, Lang lang); /* "" where nothing helps */

/* One sentence: "<text>: <message>". */
char *error_sentence(const GError *error, Lang lang) G_GNUC_WARN_UNUSED_RESULT;

/* "anjuan: <sentence>" and, where there is one, a line "hint: …" (提示: …). */
void error_print(FILE *out, const GError *error, Lang lang);
