/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/check_run.h"

#include <string.h>

Defect *check_add_defect(CheckRun *run, DefectCode code, char *text, char *text_en, char *bring,
                         char *bring_en)
{
    Defect *defect = g_new0(Defect, 1);

    defect->code = code;
    defect->slot = run->result->slot->slot;
    defect->text = text;
    defect->text_en = text_en;
    defect->bring = bring;
    defect->bring_en = bring_en;
    defect->sample = run->result->slot->sample;
    g_ptr_array_add(run->result->defects, defect);
    return defect;
}

void check_wait_for(CheckRun *run, const char *what, const char *what_en)
{
    run->open = TRUE;
    g_string_append_printf(run->why, "%s%s", run->why->len > 0 ? "；" : "", what);
    g_string_append_printf(run->why_en, "%s%s", run->why_en->len > 0 ? "; " : "", what_en);
}

CheckNote *check_add_note(CheckRun *run, NoteCode code, guint32 slot, guint32 document, char *text,
                          char *text_en)
{
    CheckNote *note = g_new0(CheckNote, 1);

    note->code = code;
    note->slot = slot;
    note->document = document;
    note->text = text;
    note->text_en = text_en;
    g_ptr_array_add(run->check->notes, note);
    return note;
}

const char *check_field_value(const CheckRun *run, const char *field)
{
    for (gsize i = 0; i < run->facts->n_fields; i++)
        if (strcmp(run->facts->fields[i].field, field) == 0 && *run->facts->fields[i].value != '\0')
            return run->facts->fields[i].value;
    return NULL;
}

gboolean check_is_filled(const char *text)
{
    return text != NULL && *text != '\0';
}
