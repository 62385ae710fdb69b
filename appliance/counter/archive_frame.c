/* SPDX-License-Identifier: Apache-2.0
 *
 * Cover, contents list and remarks sheet of a case file.
 */
#include "appliance/counter/archive_intern.h"

#include "appliance/paper/paper.h"


#define NOT_FILED "（未归档）"

/* The archive standards write 20261121, templates take 2026-11-21. */
static char *iso_day(const char *compact)
{
    Day day;

    return day_parse_compact(compact, &day) ? day_format(day) : g_strdup(compact);
}

static json_t *contents_values(const ArchiveView *view, const char *archive_number)
{
    g_autoptr(GPtrArray) rows = filing_contents(view->filing);
    json_t *list = json_array();

    for (guint i = 0; i < rows->len; i++) {
        char **cells = g_ptr_array_index(rows, i);
        g_autofree char *date = iso_day(cells[4]);

        json_array_append_new(list, json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s}", "position",
                                              g_ascii_strtoll(cells[0], NULL, 10), "number",
                                              cells[1], "author", cells[2], "title", cells[3],
                                              "date", date, "pages", cells[5], "remark", cells[6]));
    }
    return json_pack("{s:s, s:o}", "archive_number", archive_number, "rows", list);
}

static json_t *cover_values(const ArchiveView *view, const ArchiveNumber *number,
                            const char *archive_number, Day today)
{
    g_autofree char *filed = day_format(today);
    g_autofree char *year = g_strdup_printf("%u", number->year);
    g_autofree char *title =
        g_strdup_printf("%s %s", json_text(view->row, "applicant"), view->life.rules.item->name);
    g_autofree char *piece = g_strdup_printf("%04u", number->item);
    g_autofree char *accepted =
        view->life.state.effective > 0 ? day_format(view->life.state.effective) : NULL;
    g_autofree char *decided =
        view->life.state.decided > 0 ? day_format(view->life.state.decided) : NULL;

    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s*, s:s*, s:s, s:s, s:s, s:i, s:i, s:s,"
                     " s:s, s:s*, s:s}",
                     "fonds_name", view->department->fonds_name, "fonds", number->fonds,
                     "class_name", number->category, "title_line", title, "applicant",
                     json_text(view->row, "applicant"), "item", view->life.rules.item->name,
                     "organ", view->department->name, "accepted", accepted, "decided", decided,
                     "result", life_ending_word(view->life.state.ending), "filed", filed,
                     "retention", number->retention, "items", (int)view->filing->n_positions,
                     "pages", (int)view->filing->n_pages, "archive_number", archive_number, "year",
                     year, "unit", number->unit, "piece", piece);
}

static json_t *remarks_values(const ArchiveFrame *frame, Day today)
{
    const ArchiveView *view = frame->view;
    g_autoptr(GString) situation = g_string_new(NULL);
    g_autofree char *date = day_format(today);
    g_autofree char *arranger =
        frame->arranger != NULL ? house_person(frame->house, frame->arranger) : g_strdup("");
    json_t *voids = json_array();

    for (guint i = 0; i < view->filing->remarks->len; i++)
        g_string_append_printf(situation, "%s%s", i > 0 ? "\n" : "",
                               (const char *)g_ptr_array_index(view->filing->remarks, i));
    for (guint i = 0; i < view->filing->entries->len; i++) {
        const FilingEntry *entry = g_ptr_array_index(view->filing->entries, i);
        g_autofree char *number = g_strdup_printf("%03u", entry->document->number);

        if (entry->document->void_reason != NULL)
            json_array_append_new(voids, json_pack("{s:s, s:s}", "number", number, "reason",
                                                   entry->document->void_reason));
    }
    return json_pack("{s:s, s:i, s:i, s:i, s:o, s:s, s:s, s:s}", "archive_number",
                     frame->archive_number, "items", (int)view->filing->n_positions, "pages",
                     (int)view->filing->n_pages, "blank_sides", (int)view->filing->n_blanks, "void",
                     voids, "situation", situation->len > 0 ? situation->str : "无", "arranger",
                     arranger, "arranged", date);
}

/* One frame paper of the case file; takes `values`. */
static gboolean add_sheet(Casefile *casefile, const ArchiveFrame *frame, const char *kind,
                          json_t *values, GError **error)
{
    g_autoptr(json_t) owned = values;
    g_autofree char *folder = store_path(house_store(frame->house), "templates");
    g_autofree char *path = g_strdup_printf("documentation/%s.pdf", kind);
    g_autoptr(PaperTemplate) template = paper_template_find(kind, folder, error);
    g_autofree char *printed = case_print_number(casefile->number);
    PaperCopy copy = {0};
    PaperOptions options = {.created_us = frame->at_us, .copies = &copy, .n_copies = 1};
    g_autoptr(GBytes) pdf = NULL;

    if (template == NULL || owned == NULL)
        return owned != NULL ? FALSE
                             : error_set(error, ERROR_INTERNAL, "%s: values are no JSON", kind);
    copy.code = casefile->number;
    copy.printed = printed;
    json_object_set_new(owned, "case_printed", json_string(printed));
    if (!paper_render(template, owned, &options, &pdf, error))
        return FALSE;
    casefile_add_bytes(casefile, path, pdf);
    return TRUE;
}

gboolean archive_add_frame(Casefile *casefile, const ArchiveFrame *frame, GError **error)
{
    Day today = day_of_instant(frame->at_us, HOUSE_OFFSET_S);
    const ArchiveView *view = frame->view;

    if (frame->number != NULL &&
        !add_sheet(casefile, frame, "cover",
                   cover_values(view, frame->number, frame->archive_number, today), error))
        return FALSE;
    return add_sheet(casefile, frame, "contents", contents_values(view, frame->archive_number),
                     error) &&
           add_sheet(casefile, frame, "remarks", remarks_values(frame, today), error);
}

gboolean archive_add_lists(Casefile *casefile, House *house, const ArchiveView *view, gint64 at_us,
                           GError **error)
{
    ArchiveFrame frame = {
        .house = house, .view = view, .archive_number = NOT_FILED, .at_us = at_us};

    return archive_add_frame(casefile, &frame, error);
}
