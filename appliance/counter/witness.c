/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/witness.h"

#include "storage/signing.h"

#include <string.h>

gboolean witness_put(json_t *values, Store *store, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autofree char *note = signing_last(store, &why);
    g_autofree char *words = NULL;
    g_auto(Checkpoint) checkpoint = {0};

    if (why != NULL) {
        g_propagate_error(error, g_steal_pointer(&why));
        return FALSE;
    }
    if (note == NULL)
        return TRUE;
    if (!checkpoint_parse(note, strlen(note), &checkpoint, error))
        return FALSE;
    words = g_strdup_printf("第%" G_GUINT64_FORMAT "条登记", checkpoint.tree.size);
    json_object_set_new(values, "checkpoint", json_string(note));
    json_object_set_new(values, "checkpoint_words", json_string(words));
    return TRUE;
}
