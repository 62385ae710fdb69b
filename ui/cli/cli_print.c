/* SPDX-License-Identifier: Apache-2.0
 *
 * Verbs of printing: print, printer.
 */
#include "ui/cli/cli_print.h"

#include "appliance/printing/print_queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PRINT_FILE_MAX (64 * 1024 * 1024)
#define LIST_MAX       100

/* The queue of the data folder; its Local goes with the verb. */
typedef struct {
    PrintQueue queue;
} Printing;

static void printing_close(Printing *printing)
{
    local_close(printing->queue.local);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Printing, printing_close)

static gboolean printing_open(Cli *cli, Printing *printing, GError **error)
{
    g_autofree char *path = NULL;

    printing->queue.store = cli_store(cli, error);
    if (printing->queue.store == NULL)
        return FALSE;
    path = store_path(printing->queue.store, "local.db");
    printing->queue.local = local_open(path, error);
    return printing->queue.local != NULL;
}

static json_t *job_row(const PrintJob *job)
{
    g_autofree char *made = clock_format(job->made_us);

    return json_pack("{s:I, s:s, s:s, s:s, s:i, s:I, s:s, s:s}", "id", (json_int_t)job->id, "state",
                     print_state_token(job->state), "problem", job->problem, "printer",
                     job->printer, "copies", (int)job->copies, "document",
                     (json_int_t)job->document, "made_at", made, "title", job->title);
}

/* A paper that did not come out is in the queue: said, and 4. */
static int tell_job(Cli *cli, const PrintJob *job)
{
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, job->id);

    cli_row(cli, id, print_state_token(job->state), job->problem, NULL);
    cli_object(cli, job_row(job));
    if (job->state != PRINT_WAITING)
        return 0;
    fprintf(stderr,
            cli_lang(cli) == LANG_ZH ? "打印机 %s: %s; 已留在打印队列 (anjuan print resume)\n"
                                     : "printer %s: %s; kept in the queue (anjuan print resume)\n",
            job->printer, job->problem);
    return 4;
}

/* ── print ───────────────────────────────────────────────────────────────────────────────── */

static const CliOption print_options[] = {
    {"printer", 0, "NAME", FALSE, "ipp://… or escpos:… (the default one)",
     "ipp://… 或 escpos:… (默认)"},
    {"copies", 0, "N", FALSE, "copies (1)", "份数 (1)"},
    {"title", 0, "TEXT", FALSE, "its name in the queue (the file's)", "队列中的名称 (文件名)"},
    {0},
};

static int run_print(Cli *cli, GError **error)
{
    const char *path = cli_operand(cli, 0), *title = cli_value(cli, "title");
    g_autoptr(GBytes) bytes = file_read(path, PRINT_FILE_MAX, error);
    g_autofree char *name = g_path_get_basename(path);
    g_auto(Printing) printing = {0};
    g_auto(PrintJob) job = {0};
    PrintOrder order = {.printer = cli_value(cli, "printer"),
                        .title = title != NULL ? title : name,
                        .bytes = bytes};
    gint64 copies = 1;

    if (bytes == NULL)
        return 3;
    if (!cli_number(cli, "copies", 1, 99, &copies, error))
        return 2;
    order.copies = (guint)copies;
    if (!printing_open(cli, &printing, error) ||
        !print_submit(&printing.queue, cli_actor(cli), &order, &job, error))
        return 4;
    return tell_job(cli, &job);
}

gboolean cli_print_paper(Cli *cli, const char *number, const char *title, const PaperIssued *issued,
                         GError **error)
{
    g_auto(Printing) printing = {0};
    g_auto(PrintJob) job = {0};
    PrintOrder order = {.printer = cli_value(cli, "printer"),
                        .title = title,
                        .bytes = issued->pdf,
                        .number = number,
                        .document = issued->document,
                        .reprint = issued->reprint};

    if (!cli_flag(cli, "print") && !cli_flag(cli, "printer"))
        return TRUE;
    if (!printing_open(cli, &printing, error) ||
        !print_submit(&printing.queue, cli_actor(cli), &order, &job, error))
        return FALSE;
    if (job.state == PRINT_WAITING)
        fprintf(stderr,
                cli_lang(cli) == LANG_ZH
                    ? "打印机 %s: %s; 已留在打印队列 (anjuan print resume)\n"
                    : "printer %s: %s; kept in the queue (anjuan print resume)\n",
                job.printer, job.problem);
    return TRUE;
}

static int list_jobs(Cli *cli, const Printing *printing, GError **error)
{
    g_autoptr(GPtrArray) jobs = local_print_list(printing->queue.local, LIST_MAX, error);
    g_autoptr(json_t) rows = json_array();

    if (jobs == NULL)
        return 4;
    for (guint i = 0; i < jobs->len; i++)
        json_array_append_new(rows, job_row(g_ptr_array_index(jobs, i)));
    cli_table(cli, "jobs", rows, "id,state,problem,printer,copies,document,made_at,title");
    return 0;
}

static int run_print_list(Cli *cli, GError **error)
{
    g_auto(Printing) printing = {0};

    return printing_open(cli, &printing, error) ? list_jobs(cli, &printing, error) : 4;
}

static int run_print_resume(Cli *cli, GError **error)
{
    g_auto(Printing) printing = {0};
    guint open = 0;
    int status;

    if (!printing_open(cli, &printing, error) ||
        !print_resume(&printing.queue, cli_actor(cli), &open, error))
        return 4;
    status = list_jobs(cli, &printing, error);
    return status != 0 ? status : open > 0 ? 4 : 0;
}

static int run_print_cancel(Cli *cli, GError **error)
{
    g_auto(Printing) printing = {0};
    gint64 id;

    if (!g_ascii_string_to_signed(cli_operand(cli, 0), 10, 1, G_MAXINT64, &id, NULL)) {
        error_set(error, ERROR_USAGE, "'%s': the number of a print job", cli_operand(cli, 0));
        return 2;
    }
    if (!printing_open(cli, &printing, error) || !print_cancel(&printing.queue, id, error))
        return 4;
    cli_row(cli, cli_operand(cli, 0), "cancelled", NULL);
    cli_object(cli, json_pack("{s:I, s:s}", "id", (json_int_t)id, "state", "cancelled"));
    return 0;
}

/* ── printer ─────────────────────────────────────────────────────────────────────────────── */

static int run_printer(Cli *cli, GError **error)
{
    g_auto(Printing) printing = {0};
    g_autofree char *set = NULL;
    const char *name = cli_operand(cli, 0), *state;
    g_autoptr(Printer) printer = NULL;
    PrinterStatus status;

    if (!printing_open(cli, &printing, error))
        return 4;
    if (name == NULL)
        name = set = print_default(printing.queue.local, error);
    if (name == NULL) {
        if (error == NULL || *error == NULL)
            error_set(error, ERROR_NO_DEVICE, "no printer is set for this machine");
        return 4;
    }
    printer = printer_open(name, error);
    if (printer == NULL)
        return 2;
    printer_status(printer, &status);
    state = printer_state_token(status.state);
    cli_row(cli, name, state, status.words, NULL);
    cli_object(
        cli, json_pack("{s:s, s:s, s:s}", "printer", name, "state", state, "words", status.words));
    return status.state == PRINTER_READY || status.state == PRINTER_BUSY ? 0 : 4;
}

static int run_printer_default(Cli *cli, GError **error)
{
    const char *name = cli_operand(cli, 0);
    g_auto(Printing) printing = {0};

    if (!printing_open(cli, &printing, error))
        return 4;
    if (!print_set_default(printing.queue.local, strcmp(name, "none") == 0 ? "" : name, error))
        return 2;
    cli_row(cli, name, NULL);
    cli_object(cli, json_pack("{s:s}", "printer", name));
    return 0;
}

const CliVerb cli_print_verbs[] = {
    {"print", "FILE", 1, 1, "print a PDF, PWG raster, JPEG or P4 picture", "打印文件",
     print_options, run_print},
    {"print list", "", 0, 0, "the print queue", "列出打印队列", NULL, run_print_list},
    {"print resume", "", 0, 0, "try what has not come out yet", "继续未完成的打印", NULL,
     run_print_resume},
    {"print cancel", "ID", 1, 1, "give a print job up", "取消打印", NULL, run_print_cancel},
    {"printer", "[NAME]", 0, 1, "how a printer is (the default one)", "查看打印机状态 (默认)", NULL,
     run_printer},
    {"printer default", "NAME|none", 1, 1, "the printer of this machine", "设定本机打印机", NULL,
     run_printer_default},
    {0},
};
