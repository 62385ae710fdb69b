/* SPDX-License-Identifier: Apache-2.0
 *
 * Papers of a case: notices, receipt, their PDF, and how they will look.
 */
#include "ui/api/api_intern.h"

#include "appliance/printing/print_queue.h"

#include <string.h>

#define PDF_BYTES_MAX (64 * 1024 * 1024)

static json_t *copies_json(Call *call, PaperKind kind, guint copies)
{
    const Profile *profile = house_profile(call->api->house, call->reader, NULL);
    char **receivers = profile != NULL ? profile->papers[kind].copies : NULL;
    json_t *list = json_array();

    for (guint i = 0; i < copies; i++) {
        const char *receiver =
            receivers != NULL && i < g_strv_length(receivers) ? receivers[i] : "";
        g_autofree char *text = call->lang == LANG_ZH
                                    ? g_strdup_printf("第%u联 %s", i + 1, receiver)
                                    : g_strdup_printf("copy %u %s", i + 1, receiver);

        json_array_append_new(list, json_pack("{s:i, s:s}", "copy", (int)i + 1, "receiver", text));
    }
    return list;
}

/* What the printer has against it, as a problem of the document. */
static json_t *printer_problem(const Call *call, const char *state)
{
    return json_pack("{s:s, s:s, s:i, s:s, s:s, s:s}", "type", "urn:anjuan:error:printer", "title",
                     error_text(ERROR_PRINTER, call->lang), "status", 502, "code",
                     error_token(ERROR_PRINTER), "detail", state, "hint",
                     error_hint(ERROR_PRINTER, call->lang));
}

/* To the printer of this machine, where there is one and it is wanted; what it does not take waits
 * in the queue. */
static gboolean print_issued(Call *call, const char *number, PaperKind kind,
                             const PaperIssued *issued, json_t *shown, GError **error)
{
    const json_t *wanted = json_object_get(call->body, "print");
    PrintQueue queue = {call->api->options.store, call->api->options.local};
    g_autofree char *printer = NULL;
    g_autoptr(GError) why = NULL;
    g_auto(PrintJob) job = {0};
    PrintOrder order = {.title = paper_kind_title(kind),
                        .bytes = issued->pdf,
                        .number = number,
                        .document = issued->document,
                        .reprint = issued->reprint};

    if (json_is_false(wanted) || (printer = print_default(queue.local, &why)) == NULL) {
        if (why != NULL)
            g_propagate_error(error, g_steal_pointer(&why));
        return error == NULL || *error == NULL;
    }
    if (!print_submit(&queue, &call->actor, &order, &job, error))
        return FALSE;
    json_object_set_new(shown, "printed", json_boolean(job.state != PRINT_WAITING));
    if (job.state == PRINT_WAITING)
        json_object_set_new(shown, "problem", printer_problem(call, job.problem));
    return TRUE;
}

static Response *answer_paper(Call *call, const char *number, PaperKind kind,
                              const PaperIssued *issued, GError **error)
{
    g_autofree char *pdf = g_strdup_printf(
        API_PREFIX "/cases/%s/documents/%" G_GINT64_FORMAT "/pdf", number, issued->document);
    g_autoptr(json_t) shown =
        json_pack("{s:I, s:s?, s:s, s:o, s:b, s:I, s:s}", "document", (json_int_t)issued->document,
                  "paper_number", issued->paper_number, "title", paper_kind_title(kind), "copies",
                  copies_json(call, kind, issued->copies), "printed", 0, "reprint",
                  (json_int_t)issued->reprint, "pdf", pdf);

    if (!print_issued(call, number, kind, issued, shown, error))
        return NULL;
    return call_json(201, g_steal_pointer(&shown));
}

static gboolean issue(Call *call, const char *number, PaperKind kind, PaperIssued *issued,
                      GError **error)
{
    gboolean large = json_flag(call->body, "large");
    House *house = call->api->house;
    PaperRequest request = {.number = number,
                            .kind = kind,
                            .values = json_object_get(call->body, "values"),
                            .large_print = large};
    g_auto(CaseActDone) done = {0};
    gboolean ok;

    if (kind == PAPER_RECEIPT)
        return paper_issue_receipt(house, &call->actor, number, large, issued, error);
    ok = kind == PAPER_SUPPLEMENT
             ? case_act_supplement(house, &call->actor, number, large, &done, error)
             : paper_issue(house, &call->actor, &request, &done.issued, error);
    if (!ok)
        return FALSE;
    *issued = done.issued.papers[0];
    done.issued.papers[0] = (PaperIssued){0};
    return TRUE;
}

Response *post_notice(Call *call, GError **error)
{
    PaperKind kind = paper_kind_parse(json_text(call->body, "kind"));
    g_autofree char *number = call_case(call, NULL, error);
    g_auto(PaperIssued) issued = {0};

    if (number == NULL)
        return NULL;
    if (kind == PAPER_NONE || !paper_kind_is_numbered(kind)) {
        error_set(error, ERROR_INVALID, "kind '%s': no such paper", json_text(call->body, "kind"));
        return NULL;
    }
    if (!issue(call, number, kind, &issued, error))
        return NULL;
    return answer_paper(call, number, kind, &issued, error);
}

Response *post_receipt(Call *call, GError **error)
{
    g_autofree char *number = call_case(call, NULL, error);
    g_auto(PaperIssued) issued = {0};

    if (number == NULL || !issue(call, number, PAPER_RECEIPT, &issued, error))
        return NULL;
    return answer_paper(call, number, PAPER_RECEIPT, &issued, error);
}

/* The row of an issued paper; NULL with ERROR_NOT_FOUND. */
static json_t *paper_row(Call *call, const char *number, GError **error)
{
    const char *wanted = request_param(call->request, "document");
    g_autoptr(json_t) rows = catalog_documents(call->reader, number, error);
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        if (json_int(row, "number", 0) == g_ascii_strtoll(wanted, NULL, 10) &&
            json_text(row, "file") != NULL)
            return json_incref(row);
    }
    if (rows != NULL)
        error_set(error, ERROR_NOT_FOUND, "paper %.20s of %s", wanted, number);
    return NULL;
}

/* A paper is looked at within the screen that issues it, and in no other. */
static Response *answer_pdf(GBytes *pdf)
{
    Response *response = response_bytes(200, "application/pdf", pdf);

    response_header(response, "Content-Disposition", "inline");
    response_header(response, "Content-Security-Policy", "frame-ancestors 'self'");
    return response;
}

static gboolean shows_papers(Call *call, const json_t *kase, GError **error)
{
    return call_sees(call, kase) ||
           error_set(error, ERROR_FORBIDDEN, "papers are shown in full: name a reason first");
}

Response *get_paper_pdf(Call *call, GError **error)
{
    g_autoptr(json_t) kase = NULL, row = NULL;
    g_autofree char *number = call_case(call, &kase, error), *path = NULL;
    g_autoptr(GBytes) pdf = NULL;

    if (number == NULL || (row = paper_row(call, number, error)) == NULL ||
        !shows_papers(call, kase, error))
        return NULL;
    path = store_path(call->api->options.store, json_text(row, "file"));
    pdf = file_read(path, PDF_BYTES_MAX, error);
    return pdf != NULL ? answer_pdf(pdf) : NULL;
}

Response *get_preview(Call *call, GError **error)
{
    const char *asked = request_query(call->request, "kind");
    const char *kind = asked != NULL ? asked : "";
    g_autoptr(json_t) kase = NULL;
    g_autofree char *number = call_case(call, &kase, error);
    g_auto(PaperIssued) drawn = {0};
    PaperRequest request = {.number = number, .kind = paper_kind_parse(kind)};

    if (number == NULL || !shows_papers(call, kase, error))
        return NULL;
    if (request.kind == PAPER_NONE) {
        error_set(error, ERROR_INVALID, "kind '%s': no such paper", kind);
        return NULL;
    }
    return paper_preview(call->api->house, &call->actor, &request, &drawn, error)
               ? answer_pdf(drawn.pdf)
               : NULL;
}
