/* SPDX-License-Identifier: Apache-2.0
 *
 * Data files that travel inside the program: SQL schema, shipped items, web bundle.
 *
 * The build turns a list of files into one table (`anjuan_embed` in CMakeLists.txt). The bytes are
 * followed by a NUL that `size` does not count, so a text can be used as a C string.
 */
#pragma once

#include <glib.h>
#include <string.h>

typedef struct {
    const char *name; /* path relative to the folder that embeds it; NULL ends a table */
    const unsigned char *bytes;
    gsize size;
} Embedded;

/* The file called `name` in `table`, or NULL. */
static inline const Embedded *embedded_find(const Embedded *table, const char *name)
{
    for (const Embedded *file = table; file->name != NULL; file++)
        if (strcmp(file->name, name) == 0)
            return file;
    return NULL;
}
