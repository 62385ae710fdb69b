/* SPDX-License-Identifier: Apache-2.0
 *
 * IPP (RFC 8010, 8011; PWG 5100.14 IPP Everywhere) through libcups: a queue of CUPS and a printer
 * of its own are asked the same way.
 */
#include "drivers/printer.h"

#include <cups/cups.h>
#include <string.h>
#include <unistd.h>

#define CONNECT_MS 5000
#define REASONS    32

typedef struct {
    char *uri;
    char host[256];
    char resource[256];
    int port;
    http_encryption_t encryption;
} IppPrinter;

static void *ipp_open(const char *name, GError **error)
{
    IppPrinter *printer = g_new0(IppPrinter, 1);
    char scheme[16];
    char user[64];

    if (httpSeparateURI(HTTP_URI_CODING_ALL, name, scheme, sizeof scheme, user, sizeof user,
                        printer->host, sizeof printer->host, &printer->port, printer->resource,
                        sizeof printer->resource) < HTTP_URI_STATUS_OK ||
        printer->host[0] == '\0' || (strcmp(scheme, "ipp") != 0 && strcmp(scheme, "ipps") != 0)) {
        g_free(printer);
        error_set(error, ERROR_INVALID, "%s: no IPP address", name);
        return NULL;
    }
    printer->uri = g_strdup(name);
    printer->encryption =
        strcmp(scheme, "ipps") == 0 ? HTTP_ENCRYPTION_ALWAYS : HTTP_ENCRYPTION_IF_REQUESTED;
    return printer;
}

static void ipp_close(void *self)
{
    IppPrinter *printer = self;

    g_free(printer->uri);
    g_free(printer);
}

static http_t *connect_to(const IppPrinter *printer)
{
    return httpConnect2(printer->host, printer->port, NULL, AF_UNSPEC, printer->encryption, 1,
                        CONNECT_MS, NULL);
}

static ipp_t *request_new(const IppPrinter *printer, ipp_op_t operation)
{
    ipp_t *request = ippNewRequest(operation);

    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_URI, "printer-uri", NULL, printer->uri);
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_NAME, "requesting-user-name", NULL, "anjuan");
    return request;
}

/* --- queues --- */

static void add_queues(ipp_t *reply, GPtrArray *names)
{
    for (ipp_attribute_t *name = ippFindAttribute(reply, "printer-name", IPP_TAG_NAME);
         name != NULL; name = ippFindNextAttribute(reply, "printer-name", IPP_TAG_NAME))
        g_ptr_array_add(
            names, g_strdup_printf("ipp://localhost/printers/%s", ippGetString(name, 0, NULL)));
}

static void ipp_list(GPtrArray *names)
{
    http_t *http = httpConnect2(cupsServer(), ippPort(), NULL, AF_UNSPEC, cupsEncryption(), 1,
                                CONNECT_MS, NULL);
    ipp_t *request, *reply;

    if (http == NULL)
        return;
    request = ippNewRequest(IPP_OP_CUPS_GET_PRINTERS);
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "requested-attributes", NULL,
                 "printer-name");
    reply = cupsDoRequest(http, request, "/");
    if (reply != NULL)
        add_queues(reply, names);
    ippDelete(reply);
    httpClose(http);
}

/* --- states --- */

/* The first that is among the reasons decides; the worst comes first. */
static const struct {
    const char *word;
    PrinterState state;
} reason_words[] = {
    {"offline", PRINTER_OFFLINE},
    {"shutdown", PRINTER_OFFLINE},
    {"connecting-to-device", PRINTER_OFFLINE},
    {"timed-out", PRINTER_OFFLINE},
    {"media-empty", PRINTER_NO_PAPER},
    {"media-needed", PRINTER_NO_PAPER},
    {"input-tray-missing", PRINTER_NO_PAPER},
    {"cover-open", PRINTER_COVER_OPEN},
    {"door-open", PRINTER_COVER_OPEN},
    {"interlock-open", PRINTER_COVER_OPEN},
    {"media-jam", PRINTER_JAM},
    {"paused", PRINTER_STOPPED},
    {"stopped", PRINTER_STOPPED},
};

/* "media-empty", also with an ending that says how bad it is. A mere report is no state of the
 * printer, but for "offline-report", which CUPS writes for a printer that is gone. */
static gboolean is_reason(const char *reason, const char *word)
{
    gsize length = strlen(word);

    if (strncmp(reason, word, length) != 0)
        return FALSE;
    reason += length;
    return *reason == '\0' || strcmp(reason, "-error") == 0 || strcmp(reason, "-warning") == 0 ||
           (strcmp(reason, "-report") == 0 && strcmp(word, "offline") == 0);
}

PrinterState printer_ipp_state(int state, const char *const *reasons)
{
    for (gsize i = 0; i < G_N_ELEMENTS(reason_words); i++)
        for (const char *const *reason = reasons; *reason != NULL; reason++)
            if (is_reason(*reason, reason_words[i].word))
                return reason_words[i].state;
    switch (state) {
    case IPP_PSTATE_IDLE:
        return PRINTER_READY;
    case IPP_PSTATE_PROCESSING:
        return PRINTER_BUSY;
    case IPP_PSTATE_STOPPED:
        return PRINTER_STOPPED;
    default:
        return PRINTER_UNKNOWN;
    }
}

/* CUPS gives no reason for a printer that its backend cannot reach between two tries, only these
 * words (cups/backend: "The printer may not exist or is unavailable at this time."). */
gboolean printer_ipp_is_unreachable(const char *message)
{
    static const char *const words[] = {"unavailable at this time", "not responding", "unreachable",
                                        "Unable to locate printer"};

    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (strstr(message, words[i]) != NULL)
            return TRUE;
    return FALSE;
}

static void read_state(ipp_t *reply, PrinterStatus *status)
{
    ipp_attribute_t *state = ippFindAttribute(reply, "printer-state", IPP_TAG_ENUM);
    ipp_attribute_t *list = ippFindAttribute(reply, "printer-state-reasons", IPP_TAG_KEYWORD);
    ipp_attribute_t *message = ippFindAttribute(reply, "printer-state-message", IPP_TAG_TEXT);
    const char *text = message != NULL ? ippGetString(message, 0, NULL) : "";
    const char *reasons[REASONS + 1] = {NULL};

    for (int i = 0; list != NULL && i < MIN(ippGetCount(list), REASONS); i++) {
        reasons[i] = ippGetString(list, i, NULL);
        g_strlcat(status->words, i > 0 ? " " : "", sizeof status->words);
        g_strlcat(status->words, reasons[i], sizeof status->words);
    }
    status->state = printer_ipp_state(state != NULL ? ippGetInteger(state, 0) : 0, reasons);
    if ((status->state == PRINTER_BUSY || status->state == PRINTER_STOPPED) &&
        printer_ipp_is_unreachable(text))
        status->state = PRINTER_OFFLINE;
    g_strlcat(status->words, *text != '\0' ? ": " : "", sizeof status->words);
    g_strlcat(status->words, text, sizeof status->words);
}

static void ipp_status(void *self, PrinterStatus *status)
{
    static const char *const wanted[] = {"printer-state", "printer-state-reasons",
                                         "printer-state-message"};
    const IppPrinter *printer = self;
    http_t *http = connect_to(printer);
    ipp_t *request;
    ipp_t *reply;

    if (http == NULL) {
        status->state = PRINTER_OFFLINE;
        g_strlcpy(status->words, cupsLastErrorString(), sizeof status->words);
        return;
    }
    request = request_new(printer, IPP_OP_GET_PRINTER_ATTRIBUTES);
    ippAddStrings(request, IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "requested-attributes",
                  G_N_ELEMENTS(wanted), NULL, wanted);
    reply = cupsDoRequest(http, request, printer->resource);
    if (reply != NULL && ippGetStatusCode(reply) < IPP_STATUS_ERROR_BAD_REQUEST)
        read_state(reply, status);
    else
        g_strlcpy(status->words, cupsLastErrorString(), sizeof status->words);
    ippDelete(reply);
    httpClose(http);
}

/* --- jobs --- */

static ipp_t *job_request(const IppPrinter *printer, const PrinterJob *job)
{
    ipp_t *request = request_new(printer, IPP_OP_PRINT_JOB);

    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_NAME, "job-name", NULL, job->title);
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_MIMETYPE, "document-format", NULL,
                 job->media_type);
    if (job->copies > 1)
        ippAddInteger(request, IPP_TAG_JOB, IPP_TAG_INTEGER, "copies", (int)job->copies);
    if (job->media != NULL)
        ippAddString(request, IPP_TAG_JOB, IPP_TAG_KEYWORD, "media", NULL, job->media);
    ippAddString(request, IPP_TAG_JOB, IPP_TAG_KEYWORD, "sides", NULL,
                 job->duplex ? "two-sided-long-edge" : "one-sided");
    return request;
}

static gboolean ipp_print(void *self, const PrinterJob *job, guint *id, GError **error)
{
    const IppPrinter *printer = self;
    ipp_attribute_t *number = NULL;
    http_t *http;
    ipp_t *reply;

    if (lseek(job->fd, 0, SEEK_SET) != 0)
        return error_set(error, ERROR_IO, "%s: document", job->title);
    http = connect_to(printer);
    if (http == NULL)
        return error_set(error, ERROR_PRINTER, "%s", cupsLastErrorString());
    reply = cupsDoIORequest(http, job_request(printer, job), printer->resource, job->fd, -1);
    if (reply != NULL && ippGetStatusCode(reply) < IPP_STATUS_ERROR_BAD_REQUEST)
        number = ippFindAttribute(reply, "job-id", IPP_TAG_INTEGER);
    if (number == NULL)
        error_set(error, ERROR_PRINTER, "%s", cupsLastErrorString());
    else
        *id = (guint)ippGetInteger(number, 0);
    ippDelete(reply);
    httpClose(http);
    return number != NULL;
}

static PrinterJobState job_state_of(ipp_t *reply)
{
    ipp_attribute_t *state =
        reply != NULL ? ippFindAttribute(reply, "job-state", IPP_TAG_ENUM) : NULL;

    switch (state != NULL ? ippGetInteger(state, 0) : 0) {
    case IPP_JSTATE_PENDING:
    case IPP_JSTATE_HELD:
    case IPP_JSTATE_PROCESSING:
    case IPP_JSTATE_STOPPED:
        return PRINTER_JOB_PENDING;
    case IPP_JSTATE_COMPLETED:
        return PRINTER_JOB_PRINTED;
    case IPP_JSTATE_CANCELED:
    case IPP_JSTATE_ABORTED:
        return PRINTER_JOB_FAILED;
    default:
        return PRINTER_JOB_UNKNOWN;
    }
}

static PrinterJobState ipp_job(void *self, guint id)
{
    const IppPrinter *printer = self;
    http_t *http = connect_to(printer);
    PrinterJobState state;
    ipp_t *request;
    ipp_t *reply;

    if (http == NULL)
        return PRINTER_JOB_UNKNOWN;
    request = ippNewRequest(IPP_OP_GET_JOB_ATTRIBUTES);
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_URI, "printer-uri", NULL, printer->uri);
    ippAddInteger(request, IPP_TAG_OPERATION, IPP_TAG_INTEGER, "job-id", (int)id);
    reply = cupsDoRequest(http, request, printer->resource);
    state = job_state_of(reply);
    ippDelete(reply);
    httpClose(http);
    return state;
}

const PrinterDriver printer_ipp_driver = {
    .prefix = "ipp", /* and "ipps" */
    .list = ipp_list,
    .open = ipp_open,
    .status = ipp_status,
    .print = ipp_print,
    .job = ipp_job,
    .close = ipp_close,
};
