/* SPDX-License-Identifier: Apache-2.0
 *
 * Verbs over how papers and cases are kept: hold.
 */
#include "ui/cli/cli.h"

#include "appliance/counter/case.h"
#include "appliance/counter/hold.h"

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

const CliVerb cli_keep_verbs[] = {
    {"hold", "NUMBER", 1, 1, "set, lift or show legal holds of a case", "设定、解除或显示法律保全",
     hold_options, run_hold},
    {"hold list", "", 0, 0, "cases that are held", "列出受保全的办件", NULL, run_hold_list},
    {0},
};
