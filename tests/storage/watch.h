/* SPDX-License-Identifier: Apache-2.0
 *
 * What verify finds, kept as text; every finding has words in both languages.
 */
#pragma once

#include "tests/testing.h"

#include "storage/verify.h"

#include <string.h>

typedef struct {
    const char *wanted; /* a code that is counted; NULL */
    guint hits;
    GString *all; /* "code path [detail]; " each */
} Watch;

static inline void watch(const VerifyFinding *finding, void *data)
{
    Watch *self = data;

    assert_non_null(finding->text[LANG_EN]);
    assert_non_null(finding->text[LANG_ZH]);
    if (self->wanted != NULL && strcmp(finding->code, self->wanted) == 0)
        self->hits++;
    g_string_append_printf(self->all, "%s %s [%s]; ", finding->code,
                           finding->path != NULL ? finding->path : "-", finding->detail);
}
