/* SPDX-License-Identifier: Apache-2.0
 *
 * What single models do differently, as data: drivers/quirks/<name>.json, each with its story.
 *
 *   {"story": "what was seen, by whom, where it can be read",
 *    "driver": "escl",
 *    "match": "Xerox *",                 a pattern with * and ? over "<vendor> <model>"
 *    "set": {"jam_when_empty": true, "late_page_ms": 0, "backs_upside_down": false}}
 *
 * Several that match add up. A quirk holds for the models it names: a wait that one needs would
 * halve the speed of another.
 */
#pragma once

#include "appliance/base/error.h"

typedef struct {
    guint late_page_ms;         /* "no documents" within a batch is asked again for so long */
    gboolean jam_when_empty;    /* "jam" before the first sheet means that none lies there */
    gboolean backs_upside_down; /* second sides arrive turned by 180° */
} ScannerQuirks;

/* All that the shipped files say of a device; none of it where no file matches. */
ScannerQuirks scanner_quirks_of(const char *driver, const char *vendor, const char *model);

/* Add what one file sets to `quirks` if it matches. ERROR_DEFINITION for a file that is not as
 * above; those that ship are tested to be. */
gboolean scanner_quirks_add(const char *text, gsize size, const char *const device[2],
                            ScannerQuirks *quirks, GError **error) G_GNUC_WARN_UNUSED_RESULT;
