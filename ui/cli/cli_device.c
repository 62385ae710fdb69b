/* SPDX-License-Identifier: Apache-2.0
 *
 * Verbs of devices: which scanners, code readers and printers there are, and whether each works.
 */
#include "ui/cli/cli.h"

#include "appliance/code/code.h"
#include "appliance/page/worker.h"
#include "appliance/paper/label.h"
#include "drivers/device.h"
#include "drivers/printer.h"

#include <string.h>
#include <unistd.h>

#define READER_WAIT_S  15
#define PRINTER_WAIT_S 30
#define PRINTER_LOOK   (G_USEC_PER_SEC / 5)
#define RECEIPT_DOTS   384 /* of a 58 mm head; a wider one has room left */

/* ── list ────────────────────────────────────────────────────────────────────────────────── */

static const CliOption list_options[] = {
    {"device", 0, "NAME", FALSE, "also ask this configured device (may be given again)",
     "同时询问该设备 (可多次)"},
    {"network", 0, NULL, FALSE, "also ask the local network for scanners (mDNS)",
     "同时在局域网中查找扫描仪 (mDNS)"},
    {0},
};

typedef struct {
    const char *name, *kind, *vendor, *model, *serial;
} Row;

static void add_row(json_t *rows, const Row *row)
{
    json_array_append_new(rows, json_pack("{s:s, s:s, s:s, s:s, s:s}", "name", row->name, "kind",
                                          row->kind, "vendor", row->vendor, "model", row->model,
                                          "serial", row->serial));
}

static gboolean add_scanners(json_t *rows, GPtrArray *names, GError **error)
{
    g_autoptr(GPtrArray) found = NULL;

    g_ptr_array_add(names, NULL);
    found = device_list((const char *const *)names->pdata, error);
    for (guint i = 0; found != NULL && i < found->len; i++) {
        const ScannerInfo *info = g_ptr_array_index(found, i);

        add_row(rows, &(Row){info->name, "scanner", info->vendor, info->model, info->serial});
    }
    return found != NULL;
}

/* Guns that udev knows, and lines that were named: those cannot be told from any other line. */
static gboolean add_readers(json_t *rows, const GPtrArray *names, GError **error)
{
    g_autoptr(GPtrArray) found = reader_list(error);

    for (guint i = 0; found != NULL && i < found->len; i++) {
        const ReaderInfo *info = g_ptr_array_index(found, i);

        add_row(rows, &(Row){info->name, "reader", "", info->model, info->serial});
    }
    for (guint i = 0; found != NULL && i < names->len; i++) {
        g_autoptr(Device) device = device_open(g_ptr_array_index(names, i), NULL);

        if (device != NULL)
            add_row(rows, &(Row){g_ptr_array_index(names, i), "reader", "", "", ""});
    }
    return found != NULL;
}

static gboolean add_printers(json_t *rows, const GPtrArray *names, GError **error)
{
    g_autoptr(GPtrArray) queues = printer_list();

    for (guint i = 0; i < names->len; i++)
        g_ptr_array_add(queues, g_strdup(g_ptr_array_index(names, i)));
    for (guint i = 0; i < queues->len; i++) {
        const char *name = g_ptr_array_index(queues, i);
        g_autoptr(Printer) printer = printer_open(name, error);
        PrinterStatus status;

        if (printer == NULL)
            return FALSE;
        printer_status(printer, &status);
        if (status.state != PRINTER_OFFLINE)
            add_row(rows, &(Row){name, "printer", "", printer_state_token(status.state), ""});
    }
    return TRUE;
}

static int run_list(Cli *cli, GError **error)
{
    const GPtrArray *named = cli_values(cli, "device");
    g_autoptr(GPtrArray) scanners = g_ptr_array_new(), readers = g_ptr_array_new(),
                         printers = g_ptr_array_new();
    g_autoptr(json_t) rows = json_array();

    for (guint i = 0; i < named->len; i++) {
        char *name = g_ptr_array_index(named, i);

        g_ptr_array_add(reader_is_name(name)    ? readers
                        : printer_is_name(name) ? printers
                                                : scanners,
                        name);
    }
    if (cli_flag(cli, "network"))
        g_ptr_array_add(scanners, (char *)"escl:mdns");
    if (!add_scanners(rows, scanners, error) || !add_readers(rows, readers, error) ||
        !add_printers(rows, printers, error))
        return 4;
    cli_table(cli, "devices", rows, "name,kind,vendor,model,serial");
    return 0;
}

/* ── test: a scanner ─────────────────────────────────────────────────────────────────────── */

static const CliOption test_options[] = {
    {"sheet", 0, NULL, FALSE, "scanner: feed one sheet and look at it; nothing is stored",
     "扫描仪: 走一张并检查, 不保存"},
    {"seconds", 0, "N", FALSE, "reader: wait so long for a code (15)", "读码器: 等待秒数 (15)"},
    {0},
};

static json_t *features_json(guint features)
{
    static const struct {
        guint bit;
        const char *token;
    } known[] = {
        {SCANNER_HAS_FEEDER, "feeder"},           {SCANNER_HAS_DUPLEX, "duplex"},
        {SCANNER_HAS_STILL, "flatbed"},           {SCANNER_HAS_COUNTER, "counter"},
        {SCANNER_HAS_DOUBLE_FEED, "double-feed"}, {SCANNER_HAS_PAPER_PRESENT, "paper-present"},
        {SCANNER_HAS_BUTTON, "button"},           {SCANNER_HAS_JPEG, "jpeg"},
    };
    json_t *list = json_array();

    for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
        if ((features & known[i].bit) != 0)
            json_array_append_new(list, json_string(known[i].token));
    return list;
}

static char *joined(const json_t *words)
{
    GString *text = g_string_new(NULL);
    gsize i;
    json_t *word;

    json_array_foreach(words, i, word)
        g_string_append_printf(text, "%s%s", i > 0 ? "," : "", json_string_value(word));
    return g_string_free(text, FALSE);
}

static char *dpi_words(const ScannerCapabilities *able)
{
    GString *text = g_string_new(NULL);

    if (able->n_dpi == 0)
        g_string_append_printf(text, "%u..%u", able->dpi[0], able->dpi[1]);
    for (guint i = 0; i < able->n_dpi; i++)
        g_string_append_printf(text, "%s%u", i > 0 ? "," : "", able->dpi[i]);
    return g_string_free(text, FALSE);
}

/* A name and its value, on one line and in the object. */
static void tell(Cli *cli, json_t *told, const char *name, const char *value)
{
    cli_row(cli, name, value, NULL);
    json_object_set_new(told, name, json_string(value));
}

static void tell_capabilities(Cli *cli, json_t *told, const Device *device)
{
    const ScannerInfo *info = device_info(device);
    const ScannerCapabilities *able = device_capabilities(device);
    g_autoptr(json_t) features = features_json(able->features);
    g_autofree char *words = joined(features), *dpi = dpi_words(able);

    tell(cli, told, "vendor", info->vendor);
    tell(cli, told, "model", info->model);
    tell(cli, told, "serial", info->serial);
    tell(cli, told, "features", words);
    tell(cli, told, "dpi", dpi);
}

static guint test_dpi(const ScannerCapabilities *able)
{
    guint best = able->n_dpi > 0 ? able->dpi[0] : CLAMP(200, able->dpi[0], able->dpi[1]);

    for (guint i = 0; i < able->n_dpi; i++)
        if (able->dpi[i] >= 200 && (best < 200 || able->dpi[i] < best))
            best = able->dpi[i];
    return best;
}

static DeviceBatch test_batch(const ScannerCapabilities *able)
{
    gboolean fed = (able->features & SCANNER_HAS_FEEDER) != 0;

    return (DeviceBatch){.scan = {.source = fed ? SCANNER_SOURCE_FEEDER : SCANNER_SOURCE_STILL,
                                  .mode = (able->modes & SCANNER_GRAY) != 0     ? SCANNER_GRAY
                                          : (able->modes & SCANNER_COLOUR) != 0 ? SCANNER_COLOUR
                                                                                : SCANNER_LINEART,
                                  .dpi = test_dpi(able)},
                         .sides_max = 1};
}

/* The side that is looked at: the first one that comes. */
typedef struct {
    PageWorker *worker;
    guint64 id; /* of the side, 0 before it */
    ScannerGeometry geometry;
    PageResult result;
    gboolean seen;
} Sheet;

static gboolean begin_sheet(Sheet *sheet, const DeviceEvent *event, GError **error)
{
    const ScannerGeometry *from = &event->geometry;
    PageRaw raw = {.geometry = {.width_px = from->width_px,
                                .height_px = (guint)(scanner_page_bytes(from) / from->row_bytes),
                                .dpi = from->dpi,
                                .mode = from->depth == 1     ? PAGE_LINEART
                                        : from->samples == 3 ? PAGE_COLOUR
                                                             : PAGE_GRAY,
                                .stride_bytes = from->row_bytes}};

    sheet->id = event->id;
    return page_worker_begin(sheet->worker, event->page_fd, &raw, NULL, error);
}

static gboolean end_sheet(Sheet *sheet, const DeviceEvent *event, GError **error)
{
    sheet->seen = event->progress.whole &&
                  page_worker_rows(sheet->worker, event->progress.rows, error) &&
                  page_worker_finish(sheet->worker, &sheet->result, error);
    if (!event->progress.whole)
        page_worker_cancel(sheet->worker);
    return *error == NULL;
}

/* What comes behind the first side is let go. */
static gboolean take_event(Sheet *sheet, Device *device, const DeviceEvent *event, GError **error)
{
    gboolean is_first = sheet->id == 0;

    if (event->kind == DEVICE_QUESTION)
        return device_stop(device, error);
    if (event->kind == DEVICE_IMAGE_BEGIN && is_first)
        return begin_sheet(sheet, event, error);
    if (event->kind == DEVICE_IMAGE_END)
        return (event->id != sheet->id || end_sheet(sheet, event, error)) &&
               device_release(device, event->id, NULL, error);
    if (event->kind == DEVICE_FILE) {
        sheet->id = event->id;
        sheet->seen |= is_first &&
                       page_worker_import(sheet->worker, event->fd, 0, NULL, &sheet->result, error);
        fd_close(event->fd);
        return *error == NULL && device_release(device, event->id, NULL, error);
    }
    return TRUE;
}

static gboolean feed_sheet(Sheet *sheet, Device *device, ScannerStatus *status, GError **error)
{
    DeviceBatch batch = test_batch(device_capabilities(device));
    DeviceEvent event = {.fd = -1};

    if (!device_start(device, &batch, error))
        return FALSE;
    while (event.kind != DEVICE_BATCH_END)
        if (!device_next(device, -1, &event, error) || !take_event(sheet, device, &event, error))
            return FALSE;
    *status = event.status;
    return TRUE;
}

static void tell_sheet(Cli *cli, json_t *told, const PageResult *result)
{
    const PageFacts *facts = &result->facts;
    g_autofree char *size = g_strdup_printf("%ux%u", facts->width_px, facts->height_px);
    g_autofree char *skew = g_strdup_printf("%.3f", facts->skew_mdeg / 1000.0);

    tell(cli, told, "sheet", result->state == PAGE_UNREAD ? "unread" : "seen");
    tell(cli, told, "size", size);
    tell(cli, told, "skew", skew);
    json_object_set_new(told, "facts", page_facts_to_json(facts));
}

static gboolean look_at_sheet(Cli *cli, json_t *told, Device *device, ScannerStatus *status,
                              GError **error)
{
    Sheet sheet = {.worker = page_worker_new(error), .result = PAGE_RESULT_NONE};
    gboolean ok = sheet.worker != NULL && feed_sheet(&sheet, device, status, error);

    if (ok && sheet.seen)
        tell_sheet(cli, told, &sheet.result);
    page_result_clear(&sheet.result);
    page_worker_free(sheet.worker);
    return ok;
}

static const char *paper_token(ScannerPaper paper)
{
    return paper == SCANNER_PAPER_LOADED ? "loaded"
           : paper == SCANNER_PAPER_NONE ? "none"
                                         : "unknown";
}

/* 0 where it is well, 1 where hands are wanted: which, and what they do, is said. */
static int judge(const Cli *cli, ScannerReason reason)
{
    ErrorCode code = scanner_reason_code(reason);

    if (reason == SCANNER_OK || (reason == SCANNER_EMPTY && !cli_flag(cli, "sheet")))
        return 0;
    cli_say(cli, error_text(code, LANG_EN), error_text(code, LANG_ZH));
    cli_say(cli, error_hint(code, LANG_EN), error_hint(code, LANG_ZH));
    return 1;
}

static int test_scanner(Cli *cli, json_t *told, const char *name, GError **error)
{
    g_autoptr(Device) device = device_open(name, error);
    ScannerStatus status;

    if (device == NULL)
        return 4;
    tell_capabilities(cli, told, device);
    if (!device_status(device, &status, error) ||
        (cli_flag(cli, "sheet") && !look_at_sheet(cli, told, device, &status, error)))
        return 4;
    tell(cli, told, "paper", paper_token(status.paper));
    tell(cli, told, "state", scanner_reason_token(status.reason));
    return judge(cli, status.reason);
}

/* ── test: a reader ──────────────────────────────────────────────────────────────────────── */

static int test_reader(Cli *cli, json_t *told, const char *name, GError **error)
{
    g_autoptr(Device) device = NULL;
    DeviceEvent event = {.fd = -1};
    gint64 seconds = READER_WAIT_S;
    Code code;

    if (!cli_number(cli, "seconds", 1, 3600, &seconds, error))
        return 2;
    device = device_open(name, error);
    if (device == NULL && error_code(*error) == ERROR_BUSY)
        cli_say(cli,
                "another program reads it: where 'anjuan serve' runs, what it reads shows on the "
                "page of devices at its window; stop it to try the reader here",
                "其他程序正在读取: anjuan serve 运行时, 读到的内容显示在对应窗口的设备页; "
                "要在这里测试请先停止服务");
    if (device == NULL)
        return 4;
    cli_say(cli, "read a code now", "请读一个条码");
    if (!device_next(device, (int)seconds * 1000, &event, error))
        return 4;
    if (event.kind == DEVICE_STATUS) {
        error_set(error, ERROR_DEVICE_LOST, "%s", name);
        return 4;
    }
    tell(cli, told, "state",
         event.kind == DEVICE_CODE           ? "code"
         : event.kind == DEVICE_CODE_DAMAGED ? "damaged"
                                             : "silent");
    if (event.kind != DEVICE_CODE)
        return 1;
    tell(cli, told, "code", event.code);
    tell(cli, told, "kind",
         code_parse(event.code, &code, NULL) ? code_kind_token(code.kind) : "foreign");
    return 0;
}

/* ── test: a printer ─────────────────────────────────────────────────────────────────────── */

/* The test page: the command card for help, which a reader can then be tried on. */
static gboolean test_label(Label *label, char **digits, GError **error)
{
    Code code = {.kind = CODE_COMMAND, .command = {.command = COMMAND_HELP}};

    *digits = code_compose(&code, error);
    *label =
        (Label){.kind = LABEL_COMMAND, .digits = *digits, .title = "打印测试 · 帮助", .mark = "10"};
    return *digits != NULL;
}

/* A P4 PNM of what is dark on an RGB picture. */
static GBytes *pnm_of(cairo_surface_t *picture, guint width, guint height)
{
    const guint8 *pixels = cairo_image_surface_get_data(picture);
    gsize stride = (gsize)cairo_image_surface_get_stride(picture);
    gsize row_bytes = (width + 7) / 8;
    g_autofree char *head = g_strdup_printf("P4\n%u %u\n", width, height);
    GByteArray *pnm = g_byte_array_new();
    gsize at = strlen(head);

    g_byte_array_append(pnm, (const guint8 *)head, (guint)at);
    g_byte_array_set_size(pnm, (guint)(at + row_bytes * height));
    memset(pnm->data + at, 0, row_bytes * height);
    for (guint y = 0; y < height; y++) {
        const guint32 *row = (const guint32 *)(gconstpointer)(pixels + y * stride);

        for (guint x = 0; x < width; x++)
            if ((row[x] & 0xff) < 128)
                pnm->data[at + y * row_bytes + x / 8] |= (guint8)(0x80 >> x % 8);
    }
    return g_byte_array_free_to_bytes(pnm);
}

static GBytes *test_receipt(const Label *label, GError **error)
{
    cairo_surface_t *surface;
    double width_pt, height_pt, scale;
    GBytes *pnm = NULL;
    cairo_t *cr;
    guint rows;

    label_size(label->kind, &width_pt, &height_pt);
    scale = RECEIPT_DOTS / width_pt;
    rows = (guint)(height_pt * scale);
    surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, RECEIPT_DOTS, (int)rows);
    cr = cairo_create(surface);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_set_source_rgb(cr, 0, 0, 0);
    cairo_scale(cr, scale, scale);
    if (label_draw(cr, label, error)) {
        cairo_surface_flush(surface);
        pnm = pnm_of(surface, RECEIPT_DOTS, rows);
    }
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    return pnm;
}

static GBytes *test_paper(const char *name, GError **error)
{
    g_autofree char *digits = NULL;
    GBytes *bytes = NULL;
    Label label;

    if (!test_label(&label, &digits, error))
        return NULL;
    if (g_str_has_prefix(name, "escpos:"))
        return test_receipt(&label, error);
    if (!label_render(&label, 1, &(LabelOptions){.created_us = g_get_real_time()}, &bytes, error))
        return NULL;
    return bytes;
}

static PrinterJobState wait_for_job(Printer *printer, guint id)
{
    gint64 until_us = g_get_monotonic_time() + PRINTER_WAIT_S * G_USEC_PER_SEC;
    PrinterJobState state;

    while ((state = printer_job(printer, id)) == PRINTER_JOB_PENDING &&
           g_get_monotonic_time() < until_us)
        g_usleep(PRINTER_LOOK);
    return state;
}

static gboolean print_test(Printer *printer, const char *name, PrinterJobState *state,
                           GError **error)
{
    g_autoptr(GBytes) paper = test_paper(name, error);
    g_auto(Fd) fd = paper != NULL ? memfd_new("test page", 0, error) : -1;
    gsize size;
    const guint8 *bytes = paper != NULL ? g_bytes_get_data(paper, &size) : NULL;
    PrinterJob job = {.title = "anjuan",
                      .fd = fd,
                      .media_type = g_str_has_prefix(name, "escpos:") ? "image/x-portable-bitmap"
                                                                      : "application/pdf"};
    guint id;

    if (fd < 0 || !file_write_all(fd, "test page", bytes, size, error) ||
        !printer_print(printer, &job, &id, error))
        return FALSE;
    *state = wait_for_job(printer, id);
    return TRUE;
}

static int test_printer(Cli *cli, json_t *told, const char *name, GError **error)
{
    static const char *const tokens[] = {[PRINTER_JOB_PENDING] = "pending",
                                         [PRINTER_JOB_PRINTED] = "printed",
                                         [PRINTER_JOB_FAILED] = "failed",
                                         [PRINTER_JOB_UNKNOWN] = "unknown"};
    g_autoptr(Printer) printer = printer_open(name, error);
    PrinterJobState job;
    PrinterStatus status;

    if (printer == NULL)
        return 4;
    printer_status(printer, &status);
    tell(cli, told, "state", printer_state_token(status.state));
    tell(cli, told, "words", status.words);
    if (!print_test(printer, name, &job, error))
        return 4;
    tell(cli, told, "page", tokens[job]);
    return job == PRINTER_JOB_PRINTED ? 0 : 1;
}

static int run_test(Cli *cli, GError **error)
{
    const char *name = cli_operand(cli, 0);
    g_autoptr(json_t) told = json_object();
    int status;

    tell(cli, told, "name", name);
    status = reader_is_name(name)    ? test_reader(cli, told, name, error)
             : printer_is_name(name) ? test_printer(cli, told, name, error)
                                     : test_scanner(cli, told, name, error);
    if (*error == NULL)
        cli_object(cli, json_incref(told));
    return status;
}

const CliVerb cli_device_verbs[] = {
    {"device list", "", 0, 0, "list scanners, code readers and printers",
     "列出扫描仪、读码器和打印机", list_options, run_list},
    {"device test", "NAME", 1, 1,
     "try a device: a scanner tells what it can, a reader its next code, a printer prints a page",
     "测试设备: 扫描仪自述, 读码器读一码, 打印机打一页", test_options, run_test},
    {0},
};
