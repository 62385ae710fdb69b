/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/side.h"

#include <inttypes.h>
#include <stdio.h>

gboolean side_name_parse(const char *text, SideName *name, GError **error)
{
    int end = 0;

    /* Decimal, whatever zeros stand in front. */
    if (sscanf(text, "%" SCNd64 "-%" SCNd64 "-%c%n", &name->batch, &name->sheet, &name->side,
               &end) == 3 &&
        text[end] == '\0' && (name->side == 'a' || name->side == 'b'))
        return TRUE;
    return error_set(error, ERROR_USAGE, "side '%s': batch-sheet-a or -b, as scan prints it", text);
}

json_t *side_row(Catalog *catalog, const SideName *name, GError **error)
{
    const char side[2] = {name->side, '\0'};
    g_autoptr(GError) why = NULL;
    json_t *row = catalog_side(catalog, name->batch, name->sheet, side, &why);

    if (row == NULL && why == NULL)
        error_set(error, ERROR_NOT_FOUND, "side %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "-%c",
                  name->batch, name->sheet, name->side);
    else if (row == NULL)
        g_propagate_error(error, g_steal_pointer(&why));
    return row;
}

gboolean side_check_open(Catalog *catalog, const json_t *side, GError **error)
{
    const char *number = json_text(side, "case");
    g_autoptr(json_t) row = number != NULL ? case_row(catalog, number, error) : NULL;

    return number == NULL || (row != NULL && case_check_open(row, error));
}

json_t *side_body(const SideName *name)
{
    const char letter[2] = {name->side, '\0'};

    return json_pack("{s:I, s:I, s:s}", "batch", (json_int_t)name->batch, "sheet",
                     (json_int_t)name->sheet, "side", letter);
}
