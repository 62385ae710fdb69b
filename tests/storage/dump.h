/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows of a catalogue as a text, to compare two of them.
 */
#pragma once

#include "tests/testing.h"

#include "storage/catalog.h"

/* All rows of these tables (NULL-terminated) in the data folder `folder`, in a fixed order. */
static inline char *dump_tables(const char *folder, const char *const *tables)
{
    g_autoptr(Catalog) catalog = catalog_open(folder, DB_READ_ONLY, NULL);
    GString *text = g_string_new(NULL);

    for (gsize i = 0; tables[i] != NULL; i++) {
        g_autofree char *sql = g_strdup_printf("SELECT * FROM %s ORDER BY 1, 2", tables[i]);
        g_autoptr(json_t) rows = db_rows(catalog_db(catalog), NULL, sql, "");
        g_autofree char *line = json_line(rows);

        g_string_append_printf(text, "%s %s\n", tables[i], line);
    }
    return g_string_free(text, FALSE);
}
