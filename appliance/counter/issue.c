/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/issue.h"

#include "appliance/base/digest.h"
#include "appliance/base/text.h"
#include "appliance/casework/number.h"
#include "appliance/counter/say.h"
#include "appliance/paper/paper.h"

#include <string.h>

#define ISSUE_TRIES 8

/* Stands for the serial in a filled template to find where it begins; no year or code has it. */
#define SERIAL_MARK 987654321u

/* Where the 文书编号 will stand. */
#define NUMBER_TO_COME "（出具时编号）"

void paper_issued_clear(PaperIssued *issued)
{
    g_clear_pointer(&issued->paper_number, g_free);
    g_clear_pointer(&issued->title, g_free);
    g_clear_pointer(&issued->pdf, g_bytes_unref);
}

void papers_issued_clear(PapersIssued *issued)
{
    for (guint i = 0; i < issued->n; i++)
        paper_issued_clear(&issued->papers[i]);
    issued->n = 0;
}

/* ── what a paper is made of ─────────────────────────────────────────────────────────────── */

typedef struct {
    PaperKind kind;
    gint64 document;
    char *paper_number;
    gint64 serial; /* of paper_number */
    char *title;
    char family[2];
    const char *const *receivers; /* of the profile or the template */
    PaperTemplate *template;
    GBytes *pdf;
} Draft;

typedef struct {
    House *house;
    const StoreActor *actor;
    const PaperRequest *request;
    LifeEvent event; /* of the step, with what it takes from its paper */
    Catalog *reader;
    Say say;
    Draft drafts[LIFE_PAPERS_MAX];
    guint n;
    guint reprint;
    gboolean preview; /* drawn without number, codes and record */
} Issue;

static void draft_clear(Draft *draft)
{
    g_free(draft->paper_number);
    g_free(draft->title);
    g_clear_pointer(&draft->template, paper_template_free);
    g_clear_pointer(&draft->pdf, g_bytes_unref);
    *draft = (Draft){0};
}

static void issue_clear(Issue *issue)
{
    for (guint i = 0; i < issue->n; i++)
        draft_clear(&issue->drafts[i]);
    issue->n = 0;
    say_clear(&issue->say);
    g_clear_pointer(&issue->reader, catalog_close);
}

/* ── 文书编号 ────────────────────────────────────────────────────────────────────────────── */

static char *fill_number(const Issue *issue, PaperKind kind, guint32 serial, GError **error)
{
    const Department *department = issue->say.department;
    NumberValues values = {.organ = department->agency,
                           .matter = department->matter,
                           .kind = paper_kind_word(kind),
                           .day = house_today(issue->house),
                           .serial = serial};

    return number_template_fill(department->number, &values, error);
}

/* Consecutive per department, kind and year: everything before the serial is the same for them. */
static gboolean next_serial(const Issue *issue, const Draft *draft, Catalog *catalog,
                            gint64 *serial, GError **error)
{
    g_autofree char *marked = fill_number(issue, draft->kind, SERIAL_MARK, error);
    g_autofree char *mark = g_strdup_printf("%u", SERIAL_MARK);
    char *at = marked != NULL ? strstr(marked, mark) : NULL;

    if (marked == NULL)
        return FALSE;
    if (at == NULL)
        return error_set(error, ERROR_DEFINITION, "number template '%s' has no plain serial",
                         issue->say.department->number);
    *at = '\0';
    return catalog_next_paper_serial(catalog, marked, serial, error);
}

static gboolean draw_paper_number(const Issue *issue, Draft *draft, GError **error)
{
    if (paper_kind_word(draft->kind) == NULL || issue->reprint > 0)
        return TRUE;
    if (issue->preview) {
        draft->paper_number = g_strdup(NUMBER_TO_COME);
        return TRUE;
    }
    if (!next_serial(issue, draft, issue->reader, &draft->serial, error))
        return FALSE;
    draft->paper_number = fill_number(issue, draft->kind, (guint32)draft->serial, error);
    return draft->paper_number != NULL;
}

/* ── drawing ─────────────────────────────────────────────────────────────────────────────── */

static gboolean copy_code(const Issue *issue, const Draft *draft, guint copy, char **code,
                          char **printed, GError **error)
{
    Code own = {.kind = CODE_DOCUMENT};
    Code of_case;

    if (!code_parse(issue->request->number, &of_case, error))
        return FALSE;
    own.document.of_case = of_case.of_case;
    own.document.number = (guint32)draft->document;
    own.document.copy = copy;
    *code = code_compose(&own, error);
    *printed = *code != NULL ? code_print(&own, error) : NULL;
    return *printed != NULL;
}

typedef struct {
    PaperCopy *copies;
    gsize n;
    GPtrArray *texts; /* owns the codes */
} Copies;

static gboolean make_copies(const Issue *issue, const Draft *draft, Copies *copies, GError **error)
{
    copies->n = g_strv_length((char **)draft->receivers);
    copies->copies = g_new0(PaperCopy, MAX(copies->n, 1));
    copies->texts = g_ptr_array_new_with_free_func(g_free);
    if (issue->preview) {
        copies->n = 1;
        return TRUE;
    }
    for (gsize i = 0; i < copies->n; i++) {
        char *code = NULL, *printed = NULL;
        gboolean ok = copy_code(issue, draft, (guint)i + 1, &code, &printed, error);

        g_ptr_array_add(copies->texts, code);
        g_ptr_array_add(copies->texts, printed);
        if (!ok)
            return FALSE;
        copies->copies[i] = (PaperCopy){code, printed, draft->receivers[i]};
    }
    return TRUE;
}

/* A template refuses what it does not know, and no paper takes all that a case can say. */
static void keep_taken(const PaperTemplate *template, json_t *values)
{
    const char *name;
    void *next;
    json_t *value;

    json_object_foreach_safe(values, next, name, value)
    {
        if (!paper_template_takes(template, name))
            json_object_del(values, name);
    }
}

/* What neither the case nor the caller says is asked for by name. */
static gboolean nothing_missing(const Draft *draft, const json_t *values, GError **error)
{
    g_autoptr(GPtrArray) missing = paper_template_missing(draft->template, values);
    g_autoptr(GString) names = g_string_new(NULL);

    for (guint i = 0; i < missing->len; i++)
        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "",
                               (const char *)g_ptr_array_index(missing, i));
    return missing->len == 0 ||
           error_set(error, ERROR_INVALID,
                     "%s (%s) does not know: %s; say it with the step (--set NAME=TEXT)",
                     paper_kind_token(draft->kind), draft->title, names->str);
}

static gboolean render(const Issue *issue, Draft *draft, json_t *values, GError **error)
{
    Copies copies = {0};
    PaperOptions options = {.created_us = clock_now_us(store_clock(house_store(issue->house))),
                            .large_print = issue->request->large_print,
                            .reprint = issue->reprint,
                            .preview = issue->preview};
    gboolean ok = make_copies(issue, draft, &copies, error);

    options.copies = copies.copies;
    options.n_copies = copies.n;
    ok = ok && paper_render(draft->template, values, &options, &draft->pdf, error);
    g_free(copies.copies);
    g_clear_pointer(&copies.texts, g_ptr_array_unref);
    return ok;
}

/* A title of the item's own, the profile's, or the template's. */
static const char *title_of(const Issue *issue, const Draft *draft)
{
    const char *own = issue->say.item->titles[draft->kind];
    const char *of_profile = issue->say.profile->papers[draft->kind].title;

    return own != NULL          ? own
           : of_profile != NULL ? of_profile
                                : paper_template_title(draft->template);
}

static gboolean draft_paper(Issue *issue, Draft *draft, GError **error)
{
    g_autofree char *folder = store_path(house_store(issue->house), "templates");
    char **receivers = issue->say.profile->papers[draft->kind].copies;

    draft->template = paper_template_find(paper_kind_token(draft->kind), folder, error);
    if (draft->template == NULL)
        return FALSE;
    draft->title = g_strdup(title_of(issue, draft));
    draft->family[0] = paper_template_family(draft->template);
    draft->receivers = receivers != NULL && receivers[0] != NULL
                           ? (const char *const *)receivers
                           : paper_template_receivers(draft->template);
    return TRUE;
}

static gboolean draw(Issue *issue, Draft *draft, GError **error)
{
    g_autoptr(json_t) values =
        say_paper(&issue->say, draft->kind, draft->document, draft->paper_number);

    json_object_set_new(values, "title", json_string(draft->title));
    if (draft->kind == PAPER_LICENCE && issue->drafts[0].paper_number != NULL)
        json_object_set_new(values, "grant_number", json_string(issue->drafts[0].paper_number));
    if (issue->request->values != NULL)
        json_object_update(values, (json_t *)issue->request->values);
    keep_taken(draft->template, values);
    return nothing_missing(draft, values, error) && render(issue, draft, values, error);
}

/* ── recording ───────────────────────────────────────────────────────────────────────────── */

/* What a notice tells, by the names of the defects: they say nothing of the applicant. */
static json_t *told_keys(const LifeState *state)
{
    json_t *told = json_array();

    for (guint i = 0; i < state->n_keys; i++)
        if ((state->keys[i].flags & (KEY_OPEN | KEY_TOLD)) == (KEY_OPEN | KEY_TOLD))
            json_array_append_new(told, json_string(state->keys[i].key));
    return told;
}

static json_t *receivers_json(const Draft *draft)
{
    json_t *list = json_array();

    for (gsize i = 0; draft->receivers[i] != NULL; i++)
        json_array_append_new(list, json_string(draft->receivers[i]));
    return list;
}

static json_t *paper_body(const Issue *issue, const Draft *draft, const char *file)
{
    gsize size;
    const void *bytes = g_bytes_get_data(draft->pdf, &size);
    g_autofree char *sha256 = NULL, *sha512 = NULL;
    g_autofree char *code = code_slot_name(paper_kind_slot(draft->kind));
    DigestPass pass;
    Digests digests;
    json_t *body;

    digest_init(&pass);
    digest_update(&pass, bytes, size);
    digest_finish(&pass, &digests);
    sha256 = hex_encode(digests.sha256, sizeof digests.sha256);
    sha512 = hex_encode(digests.sha512, sizeof digests.sha512);
    body =
        json_pack("{s:I, s:s, s:s, s:s, s:s, s:i, s:o, s:s, s:s, s:s, s:I}", "number",
                  (json_int_t)draft->document, "family", draft->family, "code", code, "kind",
                  paper_kind_token(draft->kind), "title", draft->title, "copies",
                  (int)g_strv_length((char **)draft->receivers), "receivers", receivers_json(draft),
                  "file", file, "sha256", sha256, "sha512", sha512, "bytes", (json_int_t)size);
    if (body != NULL && draft->paper_number != NULL)
        json_object_set_new(body, "paper_number", json_string(draft->paper_number));
    if (body != NULL && issue->event.type == EVENT_SUPPLEMENT)
        json_object_set_new(body, "told", told_keys(&issue->say.after.state));
    return body;
}

/* ERROR_STALE when the case or a number moved on while the papers were drawn. */
static gboolean is_fresh(StoreTxn *txn, const Issue *issue, GError **error)
{
    g_autoptr(json_t) row = case_row(txn_catalog(txn), issue->request->number, error);
    gboolean fresh;

    if (row == NULL)
        return FALSE;
    fresh = json_int(row, "version", -1) == json_int(issue->say.row, "version", -2);
    for (guint i = 0; fresh && i < issue->n; i++) {
        const Draft *draft = &issue->drafts[i];
        gint64 serial = draft->serial;

        if (draft->paper_number != NULL &&
            !next_serial(issue, draft, txn_catalog(txn), &serial, error))
            return FALSE;
        fresh = serial == draft->serial;
    }
    return fresh || error_set(error, ERROR_STALE, "%s", issue->request->number);
}

static gboolean record_paper(StoreTxn *txn, const Issue *issue, const Draft *draft, GError **error)
{
    g_autofree char *file =
        g_strdup_printf("spool/%.2s%.2s%.2s/paper-%" G_GINT64_FORMAT ".pdf", txn_now(txn) + 2,
                        txn_now(txn) + 5, txn_now(txn) + 8, txn_next_seq(txn));

    return txn_file(txn, file, g_bytes_get_data(draft->pdf, NULL), g_bytes_get_size(draft->pdf),
                    error) &&
           txn_append(txn, "paper", issue->request->number, paper_body(issue, draft, file), error);
}

/* The records of the papers come first, so that the step has them. */
static gboolean issue_command(StoreTxn *txn, void *data, GError **error)
{
    Issue *issue = data;
    CaseLife life;

    if (!is_fresh(txn, issue, error))
        return FALSE;
    if (issue->reprint > 0)
        return txn_append(txn, "paper.reprint", issue->request->number,
                          json_pack("{s:I, s:i}", "number", (json_int_t)issue->drafts[0].document,
                                    "reprint", (int)issue->reprint),
                          error);
    for (guint i = 0; i < issue->n; i++)
        if (!record_paper(txn, issue, &issue->drafts[i], error))
            return FALSE;
    return issue->request->step == NULL ||
           case_step_in(txn, issue->house, issue->actor, issue->request->number, &issue->event,
                        issue->request->after != NULL ? issue->request->after : &life, error);
}

/* ── once, and again where the case moved on ─────────────────────────────────────────────── */

/* The papers: those the step issues, or the one that is asked for; numbered one after the other. */
static gboolean choose_papers(Issue *issue, gint64 document, GError **error)
{
    const LifeState *after = &issue->say.after.state;

    issue->n = issue->request->step != NULL && issue->reprint == 0 ? after->n_issues : 1;
    if (issue->n == 0)
        issue->event.paper = issue->request->step->paper;
    for (guint i = 0; i < issue->n; i++) {
        Draft *draft = &issue->drafts[i];

        draft->kind = issue->request->step != NULL && issue->reprint == 0 ? after->issues[i]
                                                                          : issue->request->kind;
        draft->document = document + i;
        if (!draw_paper_number(issue, draft, error) || !draft_paper(issue, draft, error))
            return FALSE;
    }
    return TRUE;
}

/* A pause is told by its own notice, unless the post has a number for it. */
static void refer_to_paper(Issue *issue)
{
    if (issue->request->step != NULL && issue->event.type == EVENT_PAUSE &&
        issue->request->step->reference == NULL)
        issue->event.reference = issue->drafts[0].paper_number;
}

/* Steps about a document that is there already and that their caller names. */
static gboolean is_about_another(LifeEventType type)
{
    return type == EVENT_CORRECT || type == EVENT_APPEND;
}

static gboolean load(Issue *issue, gint64 document, GError **error)
{
    issue->reader = store_reader(house_store(issue->house), error);
    if (issue->reader == NULL)
        return FALSE;
    if (issue->request->step != NULL)
        issue->event = *issue->request->step;
    if (issue->event.paper == 0 && !is_about_another(issue->event.type))
        issue->event.paper = (guint32)document;
    if (issue->event.type == EVENT_PAUSE && issue->event.reference == NULL)
        issue->event.reference = "…";
    issue->say =
        (Say){.house = issue->house,
              .catalog = issue->reader,
              .actor = issue->actor,
              .number = issue->request->number,
              .event = issue->request->step != NULL && issue->reprint == 0 ? &issue->event : NULL};
    return TRUE;
}

static gboolean draw_all(Issue *issue, gint64 document, GError **error)
{
    gint64 first = document;

    if (document == 0) {
        g_autoptr(Catalog) reader = store_reader(house_store(issue->house), error);

        if (reader == NULL || !catalog_next_document(reader, issue->request->number, &first, error))
            return FALSE;
    }
    if (!load(issue, first, error) || !say_load(&issue->say, error) ||
        !choose_papers(issue, first, error))
        return FALSE;
    refer_to_paper(issue);
    for (guint i = 0; i < issue->n; i++)
        if (!draw(issue, &issue->drafts[i], error))
            return FALSE;
    return TRUE;
}

static gboolean issue_once(Issue *issue, gint64 document, GError **error)
{
    return draw_all(issue, document, error) &&
           store_write(house_store(issue->house), issue->actor, issue_command, issue, error);
}

static void hand_out(Issue *issue, PapersIssued *issued)
{
    issued->n = issue->n;
    for (guint i = 0; i < issue->n; i++) {
        Draft *draft = &issue->drafts[i];

        issued->papers[i] = (PaperIssued){.kind = draft->kind,
                                          .document = draft->document,
                                          .paper_number = g_steal_pointer(&draft->paper_number),
                                          .title = g_steal_pointer(&draft->title),
                                          .pdf = g_steal_pointer(&draft->pdf),
                                          .copies = g_strv_length((char **)draft->receivers),
                                          .reprint = issue->reprint};
    }
}

/* `document` > 0: print that one again as its `reprint`-th reprint. */
static gboolean issue_papers(Issue *issue, gint64 document, PapersIssued *issued, GError **error)
{
    for (int try = 0; try < ISSUE_TRIES; try++) {
        g_autoptr(GError) why = NULL;
        gboolean ok = issue_once(issue, document, &why);

        if (ok)
            hand_out(issue, issued);
        issue_clear(issue);
        if (ok)
            return TRUE;
        if (error_code(why) != ERROR_STALE) {
            g_propagate_error(error, g_steal_pointer(&why));
            return FALSE;
        }
    }
    return error_set(error, ERROR_BUSY, "case %s keeps changing", issue->request->number);
}

/* Papers that no step in the life of a case issues. */
static gboolean stands_alone(PaperKind kind)
{
    return kind == PAPER_ORIGINALS_BACK || kind == PAPER_COLLECTION ||
           kind == PAPER_CERTIFIED_COPY || kind == PAPER_HAND_OVER;
}

gboolean paper_issue(House *house, const StoreActor *actor, const PaperRequest *request,
                     PapersIssued *issued, GError **error)
{
    Issue issue = {.house = house, .actor = actor, .request = request};

    *issued = (PapersIssued){0};
    if (request->step == NULL && !stands_alone(request->kind))
        return error_set(error, ERROR_RULE, "%s (%s) comes with its step, not by itself",
                         paper_kind_token(request->kind), paper_kind_title(request->kind));
    return issue_papers(&issue, 0, issued, error);
}

/* ── the receipt ─────────────────────────────────────────────────────────────────────────── */

/* The last receipt, and whether material came in since. */
static gint64 last_receipt(json_t *documents, gboolean *newer, guint *reprints)
{
    gint64 receipt = 0;
    gsize i;
    json_t *row;

    *newer = FALSE;
    json_array_foreach(documents, i, row)
    {
        if (strcmp(json_text(row, "code"), "B01") == 0) {
            receipt = json_int(row, "number", 0);
            *reprints = (guint)json_int(row, "reprints", 0);
            *newer = FALSE;
        } else if (strcmp(json_text(row, "family"), "A") == 0)
            *newer = TRUE;
    }
    return receipt;
}

/* The step of a receipt; `document` > 0: the last one again, where nothing came since. */
static gboolean load_receipt(Issue *issue, gint64 *document, GError **error)
{
    const char *number = issue->request->number;
    g_autoptr(Catalog) reader = store_reader(house_store(issue->house), error);
    g_autoptr(json_t) row = reader != NULL ? case_row(reader, number, error) : NULL;
    g_autoptr(json_t) documents = row != NULL ? catalog_documents(reader, number, error) : NULL;
    gboolean newer;
    guint reprints = 0;

    if (documents == NULL)
        return FALSE;
    *document = last_receipt(documents, &newer, &reprints);
    if (*document != 0 && !newer)
        issue->reprint = reprints + 1;
    else
        *document = 0;
    return TRUE;
}

gboolean paper_issue_receipt(House *house, const StoreActor *actor, const char *number,
                             gboolean large_print, PaperIssued *issued, GError **error)
{
    LifeEvent step = {.type = EVENT_RECEIPT, .actor = ACTOR_CLERK};
    PaperRequest request = {
        .number = number, .kind = PAPER_RECEIPT, .large_print = large_print, .step = &step};
    Issue issue = {.house = house, .actor = actor, .request = &request};
    PapersIssued papers = {0};
    gint64 document;

    if (!load_receipt(&issue, &document, error) || !issue_papers(&issue, document, &papers, error))
        return FALSE;
    *issued = papers.papers[0];
    return TRUE;
}

/* ── looked at before ────────────────────────────────────────────────────────────────────── */

gboolean paper_preview(House *house, const StoreActor *actor, const PaperRequest *request,
                       PaperIssued *drawn, GError **error)
{
    LifeEvent step = {.type = request->kind == PAPER_RECEIPT ? EVENT_RECEIPT : EVENT_SUPPLEMENT,
                      .actor = ACTOR_CLERK};
    PaperRequest asked = *request;
    Issue issue = {.house = house, .actor = actor, .request = &asked, .preview = TRUE};
    PapersIssued papers = {0};
    gint64 document = 0;
    gboolean ok;

    *drawn = (PaperIssued){0};
    if (!stands_alone(request->kind))
        asked.step = &step;
    if (asked.step != NULL && request->kind != PAPER_RECEIPT && request->kind != PAPER_SUPPLEMENT)
        return error_set(error, ERROR_RULE, "%s (%s) comes with its step, not by itself",
                         paper_kind_token(request->kind), paper_kind_title(request->kind));
    ok = (request->kind != PAPER_RECEIPT || load_receipt(&issue, &document, error)) &&
         draw_all(&issue, document, error);
    if (ok)
        hand_out(&issue, &papers);
    issue_clear(&issue);
    *drawn = papers.papers[0];
    return ok;
}
