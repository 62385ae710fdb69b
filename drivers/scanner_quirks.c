/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/scanner_quirks.h"

#include "appliance/base/embed.h"
#include "appliance/base/json.h"

extern const Embedded embedded_quirks[];

static gboolean add_setting(const char *key, const json_t *value, ScannerQuirks *quirks,
                            GError **error)
{
    if (strcmp(key, "late_page_ms") == 0 && json_is_integer(value) &&
        json_integer_value(value) >= 0 && json_integer_value(value) <= 120000)
        quirks->late_page_ms = MAX(quirks->late_page_ms, (guint)json_integer_value(value));
    else if (strcmp(key, "jam_when_empty") == 0 && json_is_boolean(value))
        quirks->jam_when_empty |= json_is_true(value);
    else if (strcmp(key, "backs_upside_down") == 0 && json_is_boolean(value))
        quirks->backs_upside_down |= json_is_true(value);
    else
        return error_set(error, ERROR_DEFINITION, "quirk: set.%s", key);
    return TRUE;
}

gboolean scanner_quirks_add(const char *text, gsize size, const char *const device[2],
                            ScannerQuirks *quirks, GError **error)
{
    g_autoptr(json_t) root = json_parse(text, size, "quirk", ERROR_DEFINITION, error);
    ScannerQuirks added = *quirks;
    const char *story;
    const char *driver;
    const char *match;
    json_t *set;
    json_t *value;
    const char *key;

    if (root == NULL)
        return FALSE;
    if (json_unpack(root, "{s:s, s:s, s:s, s:o !}", "story", &story, "driver", &driver, "match",
                    &match, "set", &set) != 0 ||
        story[0] == '\0' || !json_is_object(set))
        return error_set(error, ERROR_DEFINITION, "quirk: needs story, driver, match and set");
    json_object_foreach(set, key, value)
    {
        if (!add_setting(key, value, &added, error))
            return FALSE;
    }
    if (strcmp(driver, device[0]) == 0 && g_pattern_match_simple(match, device[1]))
        *quirks = added;
    return TRUE;
}

ScannerQuirks scanner_quirks_of(const char *driver, const char *vendor, const char *model)
{
    g_autofree char *name = g_strstrip(g_strconcat(vendor, " ", model, NULL));
    const char *const device[2] = {driver, name};
    ScannerQuirks quirks = {0};

    for (const Embedded *file = embedded_quirks; file->name != NULL; file++) {
        g_autoptr(GError) error = NULL;

        if (!scanner_quirks_add((const char *)file->bytes, file->size, device, &quirks, &error))
            g_warning("%s: %s", file->name, error->message);
    }
    return quirks;
}
