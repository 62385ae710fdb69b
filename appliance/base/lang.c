/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/base/lang.h"

gboolean lang_parse(const char *text, Lang *lang)
{
    if (g_str_has_prefix(text, "zh"))
        *lang = LANG_ZH;
    else if (g_str_has_prefix(text, "en"))
        *lang = LANG_EN;
    else
        return FALSE;
    return TRUE;
}

Lang lang_from_environment(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    Lang lang = LANG_EN;

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        const char *value = g_getenv(names[i]);

        if (value != NULL && *value != '\0') {
            lang_parse(value, &lang);
            return lang;
        }
    }
    return lang;
}
