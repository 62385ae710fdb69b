/* SPDX-License-Identifier: Apache-2.0
 *
 * The option table of an open SANE device: what it tells the device can, what a batch sets in it,
 * and its sensors.
 *
 * An option is asked for anew each time, since any set may throw the whole table away, and one that
 * is inactive is as good as absent: its constraint is garbage. What a device is called in options
 * ("ADF Duplex", "Automatic Document Feeder", "2-sided") is known by its words, not by a list of
 * devices.
 */
#pragma once

#include "drivers/scanner.h"

#include <sane/sane.h>

typedef struct {
    SANE_Handle handle;
    char *name; /* as sane_open took it */
} SaneTable;

/* The error of a status: "<name>: <step>: <SANE's words>". Always FALSE. */
gboolean sane_fault(const SaneTable *table, SANE_Status status, const char *step, GError **error);

/* Features, modes, resolutions and the largest area. */
void sane_table_describe(const SaneTable *table, ScannerCapabilities *capabilities);

/* Source, mode, resolution and area of a batch; an option the device does not have is left alone.
 */
gboolean sane_table_apply(const SaneTable *table, const ScannerOptions *options,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A boolean option ("page-loaded", "cover-open", "scan"); FALSE where it cannot be had. */
gboolean sane_table_sensor(const SaneTable *table, const char *name, gboolean *value);
