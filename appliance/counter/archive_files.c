/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/archive_files.h"

#include "appliance/counter/archive_intern.h"

#include <stdlib.h>
#include <string.h>

static const char *extension_of(const char *file)
{
    const char *dot = strrchr(file, '.');

    return dot != NULL ? dot + 1 : "bin";
}

/* Sides in filed order: those of the pages array, which leaves out void ones. */
static gboolean add_sides(Casefile *casefile, const ArchiveView *view, Store *store, json_t *pages,
                          GError **error)
{
    for (guint i = 0; i < view->filing->pages->len; i++) {
        const FilingPage *page = &g_array_index(view->filing->pages, FilingPage, i);
        const json_t *row = json_array_get(view->sides, (gsize)page->id);
        const char *file = json_text(row, "file");
        g_autofree char *source = store_path(store, file);
        g_autofree char *path =
            g_strdup_printf("representations/rep1/data/%04u.%s", i + 1, extension_of(file));

        if (!casefile_add_file(casefile, path, source, row, error))
            return FALSE;
        json_array_append_new(
            pages,
            json_pack("{s:s, s:i, s:i, s:b, s:s, s:O, s:O, s:O, s:O, s:O, s:O}", "file", path,
                      "document", (int)page->number, "page_number", (int)page->page, "blank",
                      json_int(row, "blank", 0) != 0, "state", json_text(row, "state"), "batch",
                      json_object_get(row, "batch"), "sheet", json_object_get(row, "sheet"), "side",
                      json_object_get(row, "side"), "sha256", json_object_get(row, "sha256"),
                      "bytes", json_object_get(row, "bytes"), "turn",
                      json_object_get(row, "turn")));
    }
    return TRUE;
}

static gboolean add_papers(Casefile *casefile, const ArchiveView *view, Store *store,
                           GError **error)
{
    gsize i;
    json_t *row;

    json_array_foreach(view->documents, i, row)
    {
        const char *file = json_text(row, "file");
        g_autofree char *source = file != NULL ? store_path(store, file) : NULL;
        g_autofree char *path = g_strdup_printf("documentation/%s-%03d.pdf", json_text(row, "code"),
                                                (int)json_int(row, "number", 0));

        if (file != NULL && !casefile_add_file(casefile, path, source, row, error))
            return FALSE;
    }
    return TRUE;
}

static json_t *entries_json(const ArchiveView *view)
{
    json_t *list = json_array();

    for (guint i = 0; i < view->filing->entries->len; i++) {
        const FilingEntry *entry = g_ptr_array_index(view->filing->entries, i);
        const FilingDocument *document = entry->document;
        g_autofree char *code = code_slot_name(document->slot);
        g_autofree char *date = day_format(document->date);

        json_array_append_new(
            list,
            json_pack("{s:i, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:s*}", "number",
                      (int)document->number, "code", code, "title", document->title, "reference",
                      document->reference, "date", date, "position", (int)entry->position,
                      "first_page", (int)entry->first_page, "pages", (int)entry->pages, "blanks",
                      (int)entry->blanks, "void", document->void_reason));
    }
    return list;
}

static gboolean add_metadata(Casefile *casefile, const ArchiveView *view, json_t *pages)
{
    g_autoptr(json_t) check = completeness_json(view->check, LANG_ZH);
    g_autoptr(json_t) root =
        json_pack("{s:s, s:O, s:O, s:o, s:O, s:O, s:{s:i, s:i, s:i, s:i}}", "format",
                  "anjuan-case/1", "case", view->row, "fields", view->fields, "documents",
                  entries_json(view), "sides", pages, "check", check, "counts", "documents",
                  (int)view->filing->n_positions, "pages", (int)view->filing->n_pages, "blanks",
                  (int)view->filing->n_blanks, "void", (int)view->filing->n_void);
    char *text = json_dumps(root, JSON_INDENT(2));

    casefile_add_text(casefile, "metadata/case.json", text);
    free(text);
    return TRUE;
}

static gboolean add_records(Casefile *casefile, const ArchiveView *view, Store *store,
                            Catalog *catalog, GError **error)
{
    g_autoptr(GPtrArray) lines = store_records(store, catalog, view->number, error);
    g_autoptr(GString) text = g_string_new(NULL);

    if (lines == NULL)
        return FALSE;
    for (guint i = 0; i < lines->len; i++)
        g_string_append_printf(text, "%s\n", (const char *)g_ptr_array_index(lines, i));
    casefile_add_text(casefile, "audit/records.jsonl", text->str);
    return TRUE;
}

Casefile *archive_casefile(House *house, Catalog *catalog, const ArchiveView *view, GError **error)
{
    g_autoptr(Casefile) casefile = casefile_new(view->number);
    g_autoptr(json_t) pages = json_array();
    Store *store = house_store(house);

    if (!add_sides(casefile, view, store, pages, error) ||
        !add_papers(casefile, view, store, error) || !add_metadata(casefile, view, pages) ||
        !add_records(casefile, view, store, catalog, error))
        return NULL;
    casefile_sort(casefile);
    return g_steal_pointer(&casefile);
}
