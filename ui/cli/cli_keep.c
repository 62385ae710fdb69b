/* SPDX-License-Identifier: Apache-2.0
 *
 * Verbs over how papers and cases are kept: hold, custody.
 */
#include "ui/cli/cli.h"

#include "appliance/counter/case.h"
#include "appliance/counter/keeping.h"
#include "ui/http/role.h"

#include <string.h>

/* ── hold ────────────────────────────────────────────────────────────────────────────────── */

static const CliOption hold_options[] = {
    {"reason", 0, "TEXT", FALSE, "why it is set or lifted; without it the holds are shown",
     "设定或解除的理由; 不给则只显示"},
    {"reference", 0, "TEXT", FALSE, "number of the order it rests on", "依据文号"},
    {"lift", 0, NULL, FALSE, "lift it", "解除"},
    {0},
};

static int show_holds(Cli *cli, Store *store, const char *number, gboolean open, GError **error)
{
    g_autoptr(Catalog) reader = store_reader(store, error);
    g_autoptr(json_t) rows = NULL;
    gsize i;
    json_t *row;

    if (number != NULL && reader != NULL) {
        g_autoptr(json_t) found = case_row(reader, number, error);

        if (found == NULL)
            return 1;
    }
    rows = reader != NULL ? catalog_holds(reader, number, open, error) : NULL;
    if (rows == NULL)
        return 4;
    json_array_foreach(rows, i, row)
    {
        g_autofree char *printed = case_print_number(json_text(row, "case"));

        json_object_set_new(row, "case", json_string(printed));
        json_object_set_new(row, "state",
                            json_string(json_text(row, "lifted_at") != NULL ? "lifted" : "held"));
    }
    cli_table(cli, "holds", rows, "case,state,set_at,set_by,lifted_at,lifted_by,reference,reason");
    return 0;
}

static int run_hold(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(House) house = store != NULL ? house_new(store) : NULL;
    g_autofree char *number = house != NULL ? case_read_number(cli_operand(cli, 0), error) : NULL;
    HoldRequest request = {number, cli_value(cli, "reason"), cli_value(cli, "reference")};
    gboolean lift = cli_flag(cli, "lift"), ok;

    if (number == NULL)
        return 2;
    if (request.reason == NULL && !lift && request.reference == NULL)
        return show_holds(cli, store, number, FALSE, error);
    ok = lift ? hold_lift(house, cli_actor(cli), &request, error)
              : hold_set(house, cli_actor(cli), &request, error);
    return ok ? show_holds(cli, store, number, FALSE, error) : 1;
}

static int run_hold_list(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);

    return store != NULL ? show_holds(cli, store, NULL, TRUE, error) : 4;
}

/* ── custody ─────────────────────────────────────────────────────────────────────────────── */

static const CliOption custody_options[] = {
    {"window", 0, "NNN", FALSE, "to a window", "到窗口"},
    {"department", 0, "NAME", FALSE, "to a department", "到部门"},
    {"cabinet", 0, "CODE", FALSE, "into a cabinet", "入柜"},
    {"box", 0, "CODE", FALSE, "into a box", "入盒"},
    {"shelf", 0, "CODE", FALSE, "onto a shelf", "上架"},
    {"receiver", 0, "NAME", FALSE, "who takes it outside of the house", "领取人、借阅人"},
    {"approver", 0, "NAME", FALSE, "who approved the loan", "批准人"},
    {"reason", 0, "TEXT", FALSE, "why", "事由"},
    {"due", 0, "DATE", FALSE, "until when it is lent", "归还期限"},
    CLI_SECOND,
    {0},
};

static const struct {
    const char *verb;
    CustodyEventType type;
} custody_steps[] = {
    {"move", CUSTODY_MOVE},
    {"hand-over", CUSTODY_HAND_OVER},
    {"return", CUSTODY_RETURN},
    {"lend", CUSTODY_LEND},
    {"bring-back", CUSTODY_BRING_BACK},
    {"transfer", CUSTODY_TRANSFER},
    {"miss", CUSTODY_MISS},
    {"find", CUSTODY_FIND},
};

static void put_places(Cli *cli, json_t *rows)
{
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        const char *number = json_text(row, "case");
        g_autofree char *printed = number != NULL ? case_print_number(number) : NULL;

        if (printed != NULL)
            json_object_set_new(row, "case", json_string(printed));
    }
    cli_table(cli, "papers", rows,
              "case,document,copy,place,where,holder,since,due,receiver,title");
}

/* A case, a document of it, or a place: whatever was scanned. */
static int run_custody_show(Cli *cli, GError **error)
{
    const char *text = cli_operand(cli, 0);
    Store *store = cli_store(cli, error);
    g_autoptr(House) house = store != NULL ? house_new(store) : NULL;
    g_autoptr(Catalog) reader = house != NULL ? store_reader(store, error) : NULL;
    g_autofree char *number = NULL;
    g_autoptr(json_t) rows = NULL, row = NULL;
    PaperName name;

    if (reader == NULL)
        return 4;
    if (!paper_name_parse(text, &name, &number, NULL)) {
        rows = keeping_place(house, reader, text, error);
    } else if ((row = case_row(reader, number, error)) != NULL)
        rows = keeping_case(house, reader, number, error);
    if (rows == NULL)
        return 1;
    for (gsize i = json_array_size(rows); number != NULL && i-- > 0;) {
        json_t *one = json_array_get(rows, i);

        if (name.document > 0 && json_int(one, "document", 0) != name.document)
            json_array_remove(rows, i);
        else
            json_object_set_new(one, "case", json_string(number));
    }
    put_places(cli, rows);
    return json_array_size(rows) > 0 ? 0 : 1;
}

static gboolean place_options(const Cli *cli, CustodyEvent *event, GError **error)
{
    static const CustodyPlace places[] = {PLACE_WINDOW, PLACE_DEPARTMENT, PLACE_CABINET, PLACE_BOX,
                                          PLACE_SHELF};

    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        const char *where = cli_value(cli, custody_place_token(places[i]));

        if (where == NULL)
            continue;
        if (event->where != NULL)
            return error_set(error, ERROR_USAGE, "one place only");
        event->to = places[i];
        event->where = where;
    }
    return TRUE;
}

static gboolean custody_event(const Cli *cli, CustodyEvent *event, GError **error)
{
    const char *verb = cli_verb(cli) + strlen("custody "), *due = cli_value(cli, "due");

    *event = (CustodyEvent){.receiver = cli_value(cli, "receiver"),
                            .approver = cli_value(cli, "approver"),
                            .reason = cli_value(cli, "reason"),
                            .due = DAY_NONE};
    for (gsize i = 0; i < G_N_ELEMENTS(custody_steps); i++)
        if (strcmp(custody_steps[i].verb, verb) == 0)
            event->type = custody_steps[i].type;
    if (due != NULL && !day_parse(due, &event->due))
        return error_set(error, ERROR_USAGE, "--due '%s': a date (2026-11-21)", due);
    return place_options(cli, event, error);
}

/* One paper; with several, a refused one is told and the others go on. */
static gboolean step_one(Cli *cli, House *house, const char *text, const CustodyEvent *event)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *number = NULL;
    PaperName name;

    if (paper_name_parse(text, &name, &number, &error) &&
        keeping_step(house, cli_actor(cli), &name, event, &error)) {
        cli_row(cli, text, custody_event_token(event->type), NULL);
        return TRUE;
    }
    g_prefix_error(&error, "%s: ", text);
    error_print(stderr, error, cli_lang(cli));
    return FALSE;
}

static int run_custody_step(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(House) house = store != NULL ? house_new(store) : NULL;
    g_autofree char *second = NULL;
    CustodyEvent event;
    guint done = 0;

    if (house == NULL)
        return 4;
    if (!custody_event(cli, &event, error))
        return 2;
    if (event.type == CUSTODY_HAND_OVER) {
        second = cli_second(cli, ROLES_ALL, error);
        if (second == NULL)
            return 1;
        event.receiver = second;
    }
    for (guint i = 0; i < cli_operands(cli); i++)
        done += step_one(cli, house, cli_operand(cli, i), &event);
    cli_object(cli, json_pack("{s:i, s:i}", "done", (int)done, "refused",
                              (int)(cli_operands(cli) - done)));
    return done == cli_operands(cli) ? 0 : 1;
}

#define CUSTODY(words, en, zh)                                                                     \
    {                                                                                              \
        "custody " words, "CODE…", 1, -1, en, zh, custody_options, run_custody_step                \
    }

const CliVerb cli_keep_verbs[] = {
    {"hold", "NUMBER", 1, 1, "set, lift or show legal holds of a case", "设定、解除或显示法律保全",
     hold_options, run_hold},
    {"hold list", "", 0, 0, "cases that are held", "列出受保全的办件", NULL, run_hold_list},
    {"custody show", "CODE", 1, 1, "where the papers of a case, or of a place, are", "材料在何处",
     NULL, run_custody_show},
    CUSTODY("move", "lay papers somewhere else", "移放材料"),
    CUSTODY("hand-over", "hand papers over; the second person signs", "移交材料"),
    CUSTODY("return", "hand originals back to the applicant", "退还原件"),
    CUSTODY("lend", "lend papers", "借出"),
    CUSTODY("bring-back", "lent papers are back", "归还"),
    CUSTODY("transfer", "transfer papers to the archive", "移交档案馆"),
    CUSTODY("miss", "report papers damaged or lost", "报告损毁丢失"),
    CUSTODY("find", "missing papers were found", "找回"),
    {0},
};
