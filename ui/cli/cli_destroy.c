/* SPDX-License-Identifier: Apache-2.0
 *
 * Verbs over the end of retention: which cases are due, the register, destruction by two persons.
 */
#include "ui/cli/cli.h"

#include "appliance/counter/case.h"
#include "appliance/counter/destroy.h"
#include "ui/http/role.h"


static const CliOption list_options[] = {
    {"by", 0, "DATE", FALSE, "due on this day or before (today)", "到该日为止到期 (默认今日)"},
    {"output", 'o', "FILE.pdf", FALSE, "the list as a paper, for approval",
     "输出销毁清册 (待审批)"},
    {0},
};

static const CliOption register_options[] = {
    {"output", 'o', "FILE.pdf", FALSE, "the list as a paper", "输出销毁清册"},
    {0},
};

static const CliOption destroy_options[] = {
    {"approval", 0, "TEXT", TRUE, "number of the approval", "审批文号"},
    CLI_SECOND,
    {0},
};

/* Rows of either list: as lines, and as a paper where one is wanted. */
static int show_destruction(Cli *cli, House *house, json_t *rows, const char *columns,
                            GError **error)
{
    const char *path = cli_value(cli, "output");
    g_autofree char *name = house_person(house, cli_actor(cli)->actor);
    g_autoptr(GBytes) pdf = NULL;
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        const char *number =
            json_text(row, "case") != NULL ? json_text(row, "case") : json_text(row, "number");
        g_autofree char *printed = case_print_number(number);

        json_object_set_new(row, "case", json_string(printed));
        json_object_set_new(row, "state",
                            json_string(json_int(row, "holds", 0) > 0 ? "held" : "due"));
    }
    pdf = path != NULL ? destroy_paper(house, rows, name, error) : NULL;
    if (path != NULL && (pdf == NULL || !file_replace(path, 0644, g_bytes_get_data(pdf, NULL),
                                                      g_bytes_get_size(pdf), error)))
        return 4;
    cli_table(cli, "cases", rows, columns);
    return 0;
}

static int run_destroy_list(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(House) house = store != NULL ? house_new(store) : NULL;
    g_autoptr(Catalog) reader = house != NULL ? store_reader(store, error) : NULL;
    g_autoptr(json_t) rows = NULL;
    Day by;

    if (reader == NULL)
        return 4;
    by = house_today(house);
    if (cli_value(cli, "by") != NULL && !day_parse(cli_value(cli, "by"), &by)) {
        error_set(error, ERROR_USAGE, "--by: a date such as 2037-01-01");
        return 2;
    }
    rows = destroy_due(house, reader, by, error);
    return rows != NULL
               ? show_destruction(cli, house, rows,
                                  "archive_number,case,state,retention,due,pages,name", error)
               : 4;
}

static int run_destroy_register(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(House) house = store != NULL ? house_new(store) : NULL;
    g_autoptr(Catalog) reader = house != NULL ? store_reader(store, error) : NULL;
    g_autoptr(json_t) rows = reader != NULL ? destroy_register(house, reader, error) : NULL;

    return rows != NULL
               ? show_destruction(cli, house, rows,
                                  "archive_number,case,retention,due,t,done_at,actor,second,"
                                  "approval,pages,outside,name",
                                  error)
               : 4;
}

static gboolean read_numbers(Cli *cli, GPtrArray *numbers, GError **error)
{
    for (guint i = 0; i < cli_operands(cli); i++) {
        char *number = case_read_number(cli_operand(cli, i), error);

        if (number == NULL)
            return FALSE;
        g_ptr_array_add(numbers, number);
    }
    g_ptr_array_add(numbers, NULL);
    return TRUE;
}

/* Two persons: who acts, and the 监销人, who is asked for her PIN. */
static int run_destroy(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(House) house = store != NULL ? house_new(store) : NULL;
    g_autoptr(GPtrArray) numbers = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *second = NULL;
    DestroyRequest request;

    if (house == NULL || !read_numbers(cli, numbers, error))
        return 2;
    second = cli_second(cli, ROLE_ARCHIVIST | ROLE_SUPERVISOR, error);
    if (second == NULL)
        return 1;
    request =
        (DestroyRequest){(const char *const *)numbers->pdata, second, cli_value(cli, "approval")};
    if (!destroy_cases(house, cli_actor(cli), &request, error))
        return 1;
    for (guint i = 0; i + 1 < numbers->len; i++) {
        g_autofree char *printed = case_print_number(g_ptr_array_index(numbers, i));

        cli_row(cli, printed, "destroyed", NULL);
    }
    cli_object(cli, json_pack("{s:i, s:s}", "destroyed", (int)numbers->len - 1, "second", second));
    return 0;
}

const CliVerb cli_destroy_verbs[] = {
    {"destroy", "NUMBER…", 1, -1, "destroy cases whose retention is over, with a second person",
     "销毁到期办件 (须第二人)", destroy_options, run_destroy},
    {"destroy list", "", 0, 0, "cases whose retention is over", "列出到期办件", list_options,
     run_destroy_list},
    {"destroy register", "", 0, 0, "cases that were destroyed", "销毁清册", register_options,
     run_destroy_register},
    {0},
};
