/* SPDX-License-Identifier: Apache-2.0
 *
 * The two languages of every sentence a person reads. Chinese is the default of the house.
 */
#pragma once

#include <glib.h>

typedef enum {
    LANG_ZH,
    LANG_EN,
} Lang;

/* "zh" or "en" (also "zh_CN.UTF-8"); anything else is FALSE and leaves `lang` alone. */
gboolean lang_parse(const char *text, Lang *lang);

/* What the environment asks for (LC_ALL, LC_MESSAGES, LANG); English where it says nothing. */
Lang lang_from_environment(void);
