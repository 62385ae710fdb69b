/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/audit_numbers.h"

#include "appliance/code/code.h"
#include "appliance/counter/case.h"
#include "storage/catalog_register.h"

#include <string.h>

#define SERIALS_MAX 9999

/* The serials of one window's day. */
typedef struct {
    guint window, date; /* yymmdd */
    guint first, highest;
    guint8 known[SERIALS_MAX / 8 + 1];
    GHashTable *seen; /* serial → id of the side that bears it, of those that are not known */
} Run;

/* What a scanned paper says of documents: the highest number of a case that a code bears. */
typedef struct {
    guint number;
    char *side;
} Borne;

typedef struct {
    Audit *audit;
    guint32 region, hall;
    guint from, to;    /* yymmdd */
    GPtrArray *runs;   /* of Run, by window and date */
    GHashTable *borne; /* case number → Borne */
    gint64 issued, missing;
} Numbers;

static void run_free(gpointer data)
{
    Run *run = data;

    g_hash_table_unref(run->seen);
    g_free(run);
}

static void borne_free(gpointer data)
{
    Borne *borne = data;

    g_free(borne->side);
    g_free(borne);
}

static gboolean is_known(const Run *run, guint serial)
{
    return (run->known[serial / 8] >> serial % 8 & 1) != 0;
}

static Run *run_of(Numbers *numbers, guint window, guint date)
{
    Run *run;

    for (guint i = 0; i < numbers->runs->len; i++) {
        run = g_ptr_array_index(numbers->runs, i);
        if (run->window == window && run->date == date)
            return run;
    }
    run = g_new0(Run, 1);
    run->window = window;
    run->date = date;
    run->seen = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    g_ptr_array_add(numbers->runs, run);
    return run;
}

static gboolean add_known(Numbers *numbers, GError **error)
{
    g_autofree char *from = g_strdup_printf("%06u", numbers->from);
    g_autofree char *to = g_strdup_printf("%06u", numbers->to);
    g_autoptr(json_t) rows = catalog_numbers(numbers->audit->catalog, from, to, error);
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        guint serial = (guint)json_int(row, "serial", 0);
        Run *run = run_of(numbers, (guint)g_ascii_strtoull(json_text(row, "window"), NULL, 10),
                          (guint)g_ascii_strtoull(json_text(row, "day"), NULL, 10));

        if (serial < 1 || serial > SERIALS_MAX)
            continue;
        run->known[serial / 8] |= (guint8)(1u << serial % 8);
        run->first = run->first == 0 ? serial : run->first;
        run->highest = MAX(run->highest, serial);
    }
    return rows != NULL;
}

/* ── what papers say ─────────────────────────────────────────────────────────────────────── */

static char *id_of(const json_t *side)
{
    return g_strdup_printf("%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "-%s",
                           json_int(side, "batch", 0), json_int(side, "sheet", 0),
                           json_text(side, "side"));
}

static void see_case(Numbers *numbers, const CodeCase *of_case, const json_t *side)
{
    Run *run = run_of(numbers, of_case->window, of_case->date);

    if (is_known(run, of_case->serial))
        return;
    run->highest = MAX(run->highest, of_case->serial);
    if (!g_hash_table_contains(run->seen, GUINT_TO_POINTER(of_case->serial)))
        g_hash_table_insert(run->seen, GUINT_TO_POINTER(of_case->serial), id_of(side));
}

static void see_document(Numbers *numbers, const Code *code, const json_t *side)
{
    Code of_case = {.kind = CODE_CASE, .of_case = code->document.of_case};
    g_autofree char *number = code_compose(&of_case, NULL);
    Borne *borne = number != NULL ? g_hash_table_lookup(numbers->borne, number) : NULL;

    if (number == NULL || (borne != NULL && borne->number >= code->document.number))
        return;
    borne = g_new0(Borne, 1);
    borne->number = code->document.number;
    borne->side = id_of(side);
    g_hash_table_replace(numbers->borne, g_steal_pointer(&number), borne);
}

/* A code of this hall on a paper says that its number was given out. */
static void see(Numbers *numbers, const json_t *row)
{
    Code code;
    const CodeCase *of_case;

    if (!code_parse(json_text(row, "text"), &code, NULL) ||
        (code.kind != CODE_CASE && code.kind != CODE_DOCUMENT))
        return;
    of_case = code.kind == CODE_CASE ? &code.of_case : &code.document.of_case;
    if (of_case->region != numbers->region || of_case->hall != numbers->hall ||
        of_case->date < numbers->from || of_case->date > numbers->to)
        return;
    see_case(numbers, of_case, row);
    if (code.kind == CODE_DOCUMENT)
        see_document(numbers, &code, row);
}

static gboolean add_seen(Numbers *numbers, GError **error)
{
    g_autoptr(json_t) rows =
        catalog_codes_since(numbers->audit->catalog, numbers->audit->since, error);
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row) see(numbers, row);
    return rows != NULL;
}

/* ── runs of case numbers ────────────────────────────────────────────────────────────────── */

static void miss(Numbers *numbers, const char *code, const char *where, const char *side)
{
    g_autofree char *zh = NULL, *en = NULL;

    if (side != NULL) {
        zh = g_strdup_printf("纸面有号（%s），系统内无", side);
        en = g_strdup_printf("stands on paper (%s) and is not in the store", side);
    }
    audit_find(numbers->audit, code, where, zh != NULL ? zh : "中间缺号",
               en != NULL ? en : "missing in its run");
    numbers->missing++;
}

static char *printed_number(const Numbers *numbers, const Run *run, guint serial)
{
    Code code = {.kind = CODE_CASE,
                 .of_case = {numbers->region, numbers->hall, run->date, run->window, serial}};

    return code_print(&code, NULL);
}

static void judge_run(Numbers *numbers, const Run *run)
{
    json_t *missing = json_array();
    g_autofree char *window = g_strdup_printf("%03u", run->window);
    g_autofree char *date = g_strdup_printf("20%02u-%02u-%02u", run->date / 10000,
                                            run->date / 100 % 100, run->date % 100);

    for (guint serial = 1; serial <= run->highest; serial++) {
        g_autofree char *where = NULL;

        if (is_known(run, serial))
            continue;
        where = printed_number(numbers, run, serial);
        json_array_append_new(missing, json_integer(serial));
        miss(numbers, "number-missing", where != NULL ? where : "",
             g_hash_table_lookup(run->seen, GUINT_TO_POINTER(serial)));
    }
    numbers->issued += run->highest;
    json_array_append_new(numbers->audit->windows,
                          json_pack("{s:s, s:s, s:i, s:i, s:o, s:[]}", "date", date, "window",
                                    window, "first", (int)run->first, "last", (int)run->highest,
                                    "missing", missing, "void"));
}

static int compare_runs(gconstpointer a, gconstpointer b)
{
    const Run *left = *(Run *const *)a, *right = *(Run *const *)b;

    if (left->date != right->date)
        return left->date < right->date ? -1 : 1;
    return left->window < right->window ? -1 : left->window > right->window;
}

static gboolean check_cases(Numbers *numbers, GError **error)
{
    if (!add_known(numbers, error) || !add_seen(numbers, error))
        return FALSE;
    g_ptr_array_sort(numbers->runs, compare_runs);
    for (guint i = 0; i < numbers->runs->len; i++)
        judge_run(numbers, g_ptr_array_index(numbers->runs, i));
    return TRUE;
}

/* ── documents ───────────────────────────────────────────────────────────────────────────── */

static char *document_name(const char *number, guint document)
{
    g_autofree char *printed = case_print_number(number);

    return g_strdup_printf("%s-%03u", printed, document);
}

/* Numbers from `next` up to (not with) `end` of a case are in no row. */
static void miss_documents(Numbers *numbers, const char *number, guint next, guint end,
                           const char *side)
{
    for (; next < end; next++) {
        g_autofree char *where = document_name(number, next);

        miss(numbers, "document-missing", where, side);
    }
}

/* What papers say of a case whose rows end before `next`. */
static void end_case(Numbers *numbers, const char *number, guint next)
{
    const Borne *borne = g_hash_table_lookup(numbers->borne, number);

    if (borne != NULL)
        miss_documents(numbers, number, next, borne->number + 1, borne->side);
}

/* A number without page, paper, void or word why. */
static void judge_document(Numbers *numbers, const json_t *row)
{
    g_autofree char *where = NULL;

    if (strcmp(json_text(row, "state"), "void") == 0 || json_text(row, "file") != NULL ||
        json_int(row, "sides", 0) > 0 || json_int(row, "noted", 0) != 0)
        return;
    where = document_name(json_text(row, "case"), (guint)json_int(row, "number", 0));
    audit_find(numbers->audit, "document-missing", where, "有号无件",
               "has neither page nor paper, and is not void");
    numbers->missing++;
}

static gboolean check_documents(Numbers *numbers, GError **error)
{
    Audit *audit = numbers->audit;
    g_autoptr(json_t) rows =
        catalog_document_account(audit->catalog, audit->since, audit->until, error);
    const char *last = NULL;
    guint next = 1;
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        const char *number = json_text(row, "case");
        guint document = (guint)json_int(row, "number", 0);

        if (g_strcmp0(last, number) != 0) {
            if (last != NULL)
                end_case(numbers, last, next);
            last = number;
            next = 1;
        }
        miss_documents(numbers, number, next, document, NULL);
        judge_document(numbers, row);
        next = document + 1;
    }
    if (last != NULL)
        end_case(numbers, last, next);
    return rows != NULL;
}

/* ── numbers of papers and archive numbers ───────────────────────────────────────────────── */

/* What stands before the last digits of a number, and their value; FALSE where it has none. */
static gboolean split_number(const char *number, char **prefix, guint *serial)
{
    const char *end = number + strlen(number);
    const char *at;

    while (end > number && !g_ascii_isdigit(end[-1]))
        end--;
    for (at = end; at > number && g_ascii_isdigit(at[-1]);)
        at--;
    if (at == end || end - at > 9)
        return FALSE;
    *prefix = g_strndup(number, (gsize)(at - number));
    *serial = (guint)g_ascii_strtoull(at, NULL, 10);
    return TRUE;
}

static int compare_serials(gconstpointer a, gconstpointer b)
{
    const guint left = *(const guint *)a, right = *(const guint *)b;

    return left < right ? -1 : left > right;
}

/* The serials that were given out under a prefix, ascending. */
static GArray *serials_under(Numbers *numbers, const char *prefix, GError **error)
{
    g_autoptr(json_t) rows = catalog_paper_run(numbers->audit->catalog, prefix, error);
    GArray *serials;
    gsize i;
    json_t *row;

    if (rows == NULL)
        return NULL;
    serials = g_array_new(FALSE, FALSE, sizeof(guint));
    json_array_foreach(rows, i, row)
    {
        g_autofree char *own = NULL;
        guint serial;

        if (split_number(json_text(row, "number"), &own, &serial) && strcmp(own, prefix) == 0)
            g_array_append_val(serials, serial);
    }
    g_array_sort(serials, compare_serials);
    return serials;
}

static gboolean judge_series(Numbers *numbers, const char *prefix, guint highest, GError **error)
{
    g_autoptr(GArray) serials = serials_under(numbers, prefix, error);
    guint next = 1;

    for (guint i = 0; serials != NULL && i < serials->len; i++) {
        guint serial = g_array_index(serials, guint, i);

        for (; next < MIN(serial, highest); next++) {
            g_autofree char *where = g_strdup_printf("%s%u", prefix, next);

            miss(numbers, "paper-number-missing", where, NULL);
        }
        next = MAX(next, serial + 1);
    }
    return serials != NULL;
}

static gboolean check_papers(Numbers *numbers, GError **error)
{
    Audit *audit = numbers->audit;
    g_autoptr(json_t) rows =
        catalog_paper_numbers(audit->catalog, audit->since, audit->until, error);
    g_autoptr(GHashTable) highest = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GList) prefixes = NULL;
    gboolean ok = rows != NULL;
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        char *prefix = NULL;
        guint serial, before;

        if (!split_number(json_text(row, "number"), &prefix, &serial))
            continue;
        before = GPOINTER_TO_UINT(g_hash_table_lookup(highest, prefix));
        g_hash_table_replace(highest, prefix, GUINT_TO_POINTER(MAX(before, serial)));
    }
    prefixes = g_list_sort(g_hash_table_get_keys(highest), (GCompareFunc)strcmp);
    for (GList *link = prefixes; ok && link != NULL; link = link->next)
        ok = judge_series(numbers, link->data,
                          GPOINTER_TO_UINT(g_hash_table_lookup(highest, link->data)), error);
    return ok;
}

/* ── all of them ─────────────────────────────────────────────────────────────────────────── */

static gboolean read_hall(Numbers *numbers, GError **error)
{
    g_autofree char *region = catalog_setting(numbers->audit->catalog, "region", error);
    g_autofree char *hall =
        region != NULL ? catalog_setting(numbers->audit->catalog, "hall", error) : NULL;

    if (hall == NULL)
        return FALSE;
    numbers->region = (guint32)g_ascii_strtoull(region, NULL, 10);
    numbers->hall = (guint32)g_ascii_strtoull(hall, NULL, 10);
    return TRUE;
}

gboolean audit_numbers(Audit *audit, GError **error)
{
    Numbers numbers = {.audit = audit,
                       .from = day_yymmdd(audit->request->from),
                       .to = day_yymmdd(audit->request->to),
                       .runs = g_ptr_array_new_with_free_func(run_free),
                       .borne = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, borne_free)};
    gboolean ok = read_hall(&numbers, error) && check_cases(&numbers, error) &&
                  check_documents(&numbers, error) && check_papers(&numbers, error);

    json_object_set_new(audit->figures, "numbers", json_integer((json_int_t)numbers.issued));
    json_object_set_new(audit->figures, "gaps", json_integer((json_int_t)numbers.missing));
    g_ptr_array_unref(numbers.runs);
    g_hash_table_unref(numbers.borne);
    return ok;
}
