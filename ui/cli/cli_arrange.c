/* SPDX-License-Identifier: Apache-2.0
 *
 * 理卷核对: print the arranging sheet of a case, and match the arranged file with its images.
 */
#include "ui/cli/cli_intern.h"

#include "appliance/counter/arrange.h"
#include "appliance/counter/case.h"

static const CliOption arrange_options[] = {
    {"output", 'o', "FILE.pdf", FALSE, "write the arranging sheet here", "排卷单写到此文件"},
    {"from", 0, "FILE|DIR", FALSE, "images of the arranged file, in the order they were fed",
     "理好后再次扫描的图像"},
    {"duplex", 0, NULL, FALSE, "the images are fronts and backs in turn", "图像为正反面交替"},
    {0},
};

static gboolean print_sheet(const Cli *cli, House *house, const Arrangement *arrangement,
                            PageWorker *worker, GError **error)
{
    const char *path = cli_value(cli, "output");
    g_autoptr(GBytes) pdf = NULL;

    if (path == NULL)
        return TRUE;
    pdf = arrangement_print(house, arrangement, worker, error);
    return pdf != NULL &&
           file_replace(path, 0644, g_bytes_get_data(pdf, NULL), g_bytes_get_size(pdf), error);
}

/* What is wrong with a sheet: the stack's own number of an extra one, else position and pages. */
static void tell_sheets(const Arrangement *arrangement, const char *what, const GArray *ids,
                        json_t *rows)
{
    for (guint i = 0; i < ids->len; i++) {
        gint64 id = g_array_index(ids, gint64, i);
        const ArrangeSheet *sheet =
            id > 0 ? &g_array_index(arrangement->sheets, ArrangeSheet, id - 1) : NULL;

        if (sheet == NULL)
            json_array_append_new(rows, json_pack("{s:s, s:I, s:s, s:s, s:s}", "finding", what,
                                                  "sheet", (json_int_t)-id, "position", "-",
                                                  "pages", "-", "title", "-"));
        else {
            g_autofree char *position = g_strdup_printf("%u", sheet->position);
            g_autofree char *pages =
                sheet->last_page > sheet->first_page
                    ? g_strdup_printf("%u-%u", sheet->first_page, sheet->last_page)
                    : g_strdup_printf("%u", sheet->first_page);

            json_array_append_new(rows, json_pack("{s:s, s:I, s:s, s:s, s:s}", "finding", what,
                                                  "sheet", (json_int_t)id, "position", position,
                                                  "pages", pages, "title", sheet->title));
        }
    }
}

static int tell_match(Cli *cli, const Arrangement *arrangement, const FilingMatch *match)
{
    g_autoptr(json_t) rows = json_array();

    tell_sheets(arrangement, "missing", match->missing, rows);
    tell_sheets(arrangement, "extra", match->extra, rows);
    tell_sheets(arrangement, "moved", match->moved, rows);
    cli_table(cli, "findings", rows, "finding,sheet,position,pages,title");
    return json_array_size(rows) == 0 ? 0 : 1;
}

static int arrange(Cli *cli, House *house, const Arrangement *arrangement, GError **error)
{
    g_autoptr(PageWorker) worker = page_worker_new(error);
    g_autoptr(GPtrArray) paths = worker != NULL ? cli_source_paths(cli, error) : NULL;
    g_autoptr(FilingMatch) match = NULL;

    if (paths == NULL || !print_sheet(cli, house, arrangement, worker, error))
        return 4;
    if (paths->len == 0)
        return 0;
    match = arrangement_match(house, arrangement, worker, paths, cli_flag(cli, "duplex"), error);
    return match != NULL ? tell_match(cli, arrangement, match) : 3;
}

static int run_arrange(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(House) house = store != NULL ? house_new(store) : NULL;
    g_autoptr(Catalog) reader = house != NULL ? store_reader(store, error) : NULL;
    g_autofree char *number = reader != NULL ? case_read_number(cli_operand(cli, 0), error) : NULL;
    g_autoptr(Arrangement) arrangement =
        number != NULL ? arrangement_of(house, reader, number, error) : NULL;

    if (arrangement == NULL)
        return 1;
    if (!cli_flag(cli, "output") && !cli_flag(cli, "from")) {
        error_set(error, ERROR_USAGE, "-o FILE.pdf to print, or --from to compare");
        return 2;
    }
    return arrange(cli, house, arrangement, error);
}

const CliVerb cli_arrange_verbs[] = {
    {"arrange", "NUMBER", 1, 1, "the arranging sheet, and whether the arranged file agrees",
     "排卷单与理卷核对", arrange_options, run_arrange},
    {0},
};
