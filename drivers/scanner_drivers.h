/* SPDX-License-Identifier: Apache-2.0
 *
 * The drivers of this build, for scanner_drivers.c and for tests that open one directly.
 */
#pragma once

#include "drivers/scanner.h"

extern const ScannerDriver scanner_script_driver; /* "script:<file.json>", script_file.h */
extern const ScannerDriver scanner_sane_driver;   /* "sane:<SANE name>" */
extern const ScannerDriver scanner_escl_driver;   /* "escl:<http address>"; lists "escl:mdns" */
extern const ScannerDriver hot_folder_driver;     /* "folder:<path>", hot_folder.h */
