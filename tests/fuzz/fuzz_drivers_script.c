/* SPDX-License-Identifier: Apache-2.0
 *
 * Scripted sessions and quirk files: what is taken is within its limits, what is not names a line.
 */
#include "drivers/scanner_quirks.h"
#include "drivers/script_file.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *bytes, gsize size);

int LLVMFuzzerTestOneInput(const guint8 *bytes, gsize size)
{
    static const char *const device[2] = {"escl", "a device"};
    g_autoptr(GError) error = NULL;
    g_autoptr(Script) script = script_parse((const char *)bytes, size, "script", "/m", &error);
    ScannerQuirks quirks = {0};

    if (script == NULL)
        g_assert(strstr(error->message, "script, line ") != NULL);
    else if (script->n_sheets > 0)
        g_assert(script_sheet(script, script->n_sheets) != NULL &&
                 script_sheet(script, script->n_sheets + 1) == NULL);
    if (scanner_quirks_add((const char *)bytes, size, device, &quirks, NULL))
        g_assert(quirks.late_page_ms <= 120000);
    return 0;
}
