/* SPDX-License-Identifier: Apache-2.0
 *
 * An audit while it runs, and its part about numbers. For audit.c alone.
 */
#pragma once

#include "appliance/counter/audit.h"

typedef struct {
    House *house;
    Catalog *catalog;
    const AuditRequest *request;
    char *since, *until; /* the period as instants, `until` excluded */
    json_t *figures, *windows, *days, *journal, *bundles, *sample, *findings;
    gint64 read, altered, errors;
} Audit;

/* Note something that is not as it should be; `where` is a number, a side, a date, or "". */
void audit_find(Audit *audit, const char *code, const char *where, const char *text,
                const char *text_en);

/* Case numbers, document numbers, numbers of papers and archive numbers: figures "numbers" and
 * "gaps", the windows' runs, and a finding for each that is missing. */
gboolean audit_numbers(Audit *audit, GError **error) G_GNUC_WARN_UNUSED_RESULT;
