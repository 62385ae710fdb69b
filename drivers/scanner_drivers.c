/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/scanner_drivers.h"

const ScannerDriver *const *scanner_drivers(void)
{
    static const ScannerDriver *const drivers[] = {
        &scanner_sane_driver,
        &scanner_escl_driver,
        &scanner_script_driver,
        &hot_folder_driver,
        NULL,
    };

    return drivers;
}
