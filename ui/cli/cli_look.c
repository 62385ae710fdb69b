/* SPDX-License-Identifier: Apache-2.0
 *
 * Verbs that look without changing: find, codes, page.
 */
#include "ui/cli/cli.h"

#include "appliance/counter/case.h"
#include "appliance/page/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#define FIND_MAX 50

/* A case's digits out of whatever code or number names it; NULL where `text` is none. */
static char *number_in(const char *text)
{
    Code code;
    char *number = case_read_number(text, NULL);

    if (number != NULL || !code_parse(text, &code, NULL) || code.kind != CODE_DOCUMENT)
        return number;
    return code_compose(&(Code){.kind = CODE_CASE, .of_case = code.document.of_case}, NULL);
}

/* 24 digits whose check digits do not fit are a slip of the finger, and are told so. */
static gboolean check_slip(const char *text, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autofree char *number G_GNUC_UNUSED = case_read_number(text, &why);

    if (why == NULL || error_code(why) != ERROR_CHECK_DIGITS)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&why));
    return FALSE;
}

static int run_find(Cli *cli, GError **error)
{
    const char *text = cli_operand(cli, 0);
    Store *store = cli_store(cli, error);
    g_autoptr(Catalog) reader = store != NULL ? store_reader(store, error) : NULL;
    g_autofree char *number = number_in(text);
    g_autoptr(json_t) rows = NULL;
    gsize i;
    json_t *row;

    if (reader == NULL || !check_slip(text, error))
        return 4;
    rows = catalog_find(reader, number != NULL ? number : text, FIND_MAX, error);
    if (rows == NULL)
        return 4;
    json_array_foreach(rows, i, row)
    {
        g_autofree char *printed = case_print_number(json_text(row, "number"));

        json_object_set_new(row, "case", json_string(printed));
    }
    if (json_array_size(rows) == 0) {
        error_set(error, ERROR_NOT_FOUND, "%s", text);
        return 1;
    }
    cli_table(cli, "cases", rows, "case,item,state,received_at,archive_number,applicant");
    return 0;
}

/* ── files ───────────────────────────────────────────────────────────────────────────────── */

/* Called for every page of the files given. */
typedef void (*LookAt)(Cli *cli, const char *path, guint32 page, const PageResult *result,
                       json_t *rows);

static gboolean look_at_file(Cli *cli, PageWorker *worker, const char *path, LookAt look,
                             json_t *rows)
{
    g_autoptr(GError) error = NULL;
    g_auto(Fd) fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    guint32 pages = 0;

    if (fd < 0)
        error_set_errno(&error, ERROR_NO_FILE, errno, "%s", path);
    else if (!page_worker_count(worker, fd, &pages, &error))
        g_prefix_error(&error, "%s: ", path);
    for (guint32 i = 0; error == NULL && i < pages; i++) {
        g_auto(PageResult) result = PAGE_RESULT_NONE;

        if (page_worker_look(worker, fd, i, &result, &error))
            look(cli, path, i, &result, rows);
        else
            g_prefix_error(&error, "%s, page %u: ", path, i + 1);
    }
    if (error == NULL)
        return TRUE;
    error_print(stderr, error, cli_lang(cli));
    return FALSE;
}

static int look_at_files(Cli *cli, const char *name, LookAt look, GError **error)
{
    g_autoptr(PageWorker) worker = page_worker_new(error);
    g_autoptr(json_t) rows = json_array();
    int status = 0;

    if (worker == NULL)
        return 4;
    for (guint i = 0; i < cli_operands(cli); i++)
        if (!look_at_file(cli, worker, cli_operand(cli, i), look, rows))
            status = 3;
    cli_object(cli, json_pack("{s:O}", name, rows));
    return status;
}

static void show_codes(Cli *cli, const char *path, guint32 page, const PageResult *result,
                       json_t *rows)
{
    for (guint i = 0; result->codes != NULL && i < result->codes->len; i++) {
        const PageCode *code = g_ptr_array_index(result->codes, i);
        g_autofree char *box = g_strdup_printf("%u,%u,%u,%u", code->x, code->y, code->w, code->h);

        cli_row(cli, path, code->symbology, code->text, box, code->rung, NULL);
        json_array_append_new(rows, json_pack("{s:s, s:i, s:s, s:s, s:s, s:s}", "file", path,
                                              "page", (int)page + 1, "symbology", code->symbology,
                                              "text", code->text, "box", box, "rung", code->rung));
    }
}

static int run_codes(Cli *cli, GError **error)
{
    return look_at_files(cli, "codes", show_codes, error);
}

static void show_page(Cli *cli, const char *path, guint32 page, const PageResult *result,
                      json_t *rows)
{
    g_autofree char *number = g_strdup_printf("%u", page + 1);
    g_autofree char *size =
        g_strdup_printf("%ux%u", result->facts.width_px, result->facts.height_px);
    g_autofree char *dpi = g_strdup_printf("%u", result->facts.dpi);
    g_autofree char *skew = g_strdup_printf("%.3f", result->facts.skew_mdeg / 1000.0);
    g_autofree char *turn = g_strdup_printf("%u", result->facts.orientation);
    json_t *row = page_facts_to_json(&result->facts);

    cli_row(cli, path, number,
            result->state == PAGE_UNREAD ? "unread"
            : result->facts.blank        ? "blank"
                                         : "stored",
            size, dpi, skew, turn, NULL);
    json_object_set_new(row, "file", json_string(path));
    json_object_set_new(row, "page", json_integer(page + 1));
    json_object_set_new(row, "state", json_string(page_state_token(result->state)));
    json_array_append_new(rows, row);
}

static int run_page(Cli *cli, GError **error)
{
    return look_at_files(cli, "pages", show_page, error);
}

const CliVerb cli_look_verbs[] = {
    {"find", "TEXT|CODE", 1, 1, "look a case up by number, code or name", "按编号、条码或姓名查找",
     NULL, run_find},
    {"codes", "FILE…", 1, -1, "read the codes in image files", "读取图像中的条码", NULL, run_codes},
    {"page", "FILE…", 1, -1, "facts of pages: blank, skew, size", "页面情况: 空白、倾斜、尺寸",
     NULL, run_page},
    {0},
};
