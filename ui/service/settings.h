/* SPDX-License-Identifier: Apache-2.0
 *
 * The settings of the appliance: one table of keys (settings.c), from which the documented file of
 * defaults is made (`anjuan document settings`).
 *
 *   /usr/lib/anjuan/anjuan.conf   every key with its default; belongs to the package
 *   /etc/anjuan/anjuan.conf       what this hall wants otherwise; belongs to the hall
 *
 * Form: `[group]`, `key = value`, and lines that begin with '#'. Lists are separated by ';'.
 * An unknown group or key, a key given twice, and a value that does not fit are refused with file
 * and line (ERROR_SETTINGS): a setting that is mistyped must not be a setting that is ignored.
 */
#pragma once

#include "appliance/base/error.h"

#define SETTINGS_DEFAULTS "/usr/lib/anjuan/anjuan.conf"
#define SETTINGS_CHANGES  "/etc/anjuan/anjuan.conf"

typedef struct Settings Settings;

/* The defaults, then each file over them in order. A file that is not there is skipped if it is one
 * of the two above, and refused otherwise. */
Settings *settings_load(const char *const *files, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The two files above, or the defaults and `file` where it is given. */
Settings *settings_load_usual(const char *file, GError **error) G_GNUC_WARN_UNUSED_RESULT;

void settings_free(Settings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Settings, settings_free)

/* The value of a key of the table; NULL where it is empty. Naming no such key is a fault of the
 * program. */
const char *settings_text(const Settings *settings, const char *group, const char *key);
/* The values of a list; empty where there are none. */
GPtrArray *settings_list(const Settings *settings, const char *group, const char *key);
gboolean settings_flag(const Settings *settings, const char *group, const char *key);

/* Every key, one call each. */
typedef struct {
    const char *group, *key, *value;
    const char *origin; /* "FILE:LINE", or NULL for the default */
} SettingValue;
void settings_each(const Settings *settings, void (*take)(const SettingValue *value, void *data),
                   void *data);

/* The file of defaults: every key with what it means in both languages. */
char *settings_document(void) G_GNUC_WARN_UNUSED_RESULT;
