/* SPDX-License-Identifier: Apache-2.0
 *
 * Verbs that make and furnish a house: init, item, calendar.
 */
#include "ui/cli/cli.h"

#include "appliance/counter/house.h"

#include <string.h>

#define DEFINITION_FILE_MAX (1024 * 1024)

static const CliOption init_options[] = {
    {"profile", 0, "city|township|subcentre", FALSE, "rule profile of the hall (city)",
     "大厅的规则 (city)"},
    {"samples", 0, NULL, FALSE, "import the shipped items", "导入随附事项"},
    {"region", 0, "DIGITS", FALSE, "region code, 6 digits (320583)", "区划代码, 6 位 (320583)"},
    {"hall", 0, "DIGITS", FALSE, "hall, 3 digits (001)", "大厅号, 3 位 (001)"},
    {"origin", 0, "NAME", FALSE, "name of the journal in proofs", "日志在证明中的名称"},
    {"config", 0, "FILE", FALSE, "changes of the settings (/etc/anjuan/anjuan.conf)",
     "设置文件 (/etc/anjuan/anjuan.conf)"},
    {"once", 0, NULL, FALSE, "where there is a data folder already, leave it as it is",
     "已有数据文件夹时不再新建"},
    {0},
};

static gboolean digits_option(const Cli *cli, const char *name, gsize length, const char **value,
                              GError **error)
{
    const char *given = cli_value(cli, name);

    if (given == NULL)
        return TRUE;
    if (strlen(given) != length || strspn(given, "0123456789") != length)
        return error_set(error, ERROR_USAGE, "--%s '%s': %d digits", name, given, (int)length);
    *value = given;
    return TRUE;
}

static gboolean check_profile(const char *code, GError **error)
{
    g_autoptr(Profile) profile = profile_shipped(code, NULL);

    if (profile != NULL)
        return TRUE;
    return error_set(error, ERROR_USAGE, "--profile '%s': city, township or subcentre", code);
}

static gboolean check_origin(const char *origin, GError **error)
{
    if (*origin != '\0' && strpbrk(origin, " +\t\n") == NULL && strstr(origin, "://") == NULL)
        return TRUE;
    return error_set(error, ERROR_USAGE, "--origin '%s': a name without scheme, spaces or '+'",
                     origin);
}

/* An option, or what the settings say. */
static const char *house_value(const Cli *cli, const Settings *settings, const char *name)
{
    const char *given = cli_value(cli, name);

    return given != NULL ? given : settings_text(settings, "house", name);
}

static gboolean is_made_already(const Cli *cli)
{
    g_autofree char *lock = g_build_filename(cli_data_folder(cli), "lock", NULL);

    return cli_flag(cli, "once") && g_file_test(lock, G_FILE_TEST_EXISTS);
}

/* The settings' samples count for the service alone: a person says --samples. */
static gboolean wants_samples(const Cli *cli, const Settings *settings)
{
    return cli_flag(cli, "samples") ||
           (cli_flag(cli, "once") && settings_flag(settings, "house", "samples"));
}

static int run_init(Cli *cli, GError **error)
{
    StoreOptions options = {.folder = cli_data_folder(cli)};
    const Settings *settings = cli_settings(cli, error);
    StoreOrigin origin = {0};
    g_autofree char *default_origin = NULL;
    g_autoptr(House) house = NULL;
    Store *store;

    if (settings == NULL)
        return 3;
    if (is_made_already(cli))
        return 0;
    origin = (StoreOrigin){.region = house_value(cli, settings, "region"),
                           .hall = house_value(cli, settings, "hall"),
                           .origin = house_value(cli, settings, "origin"),
                           .profile = house_value(cli, settings, "profile")};
    if (!digits_option(cli, "region", 6, &origin.region, error) ||
        !digits_option(cli, "hall", 3, &origin.hall, error) ||
        !check_profile(origin.profile, error))
        return 2;
    default_origin = g_strdup_printf("anjuan.local/%s-%s", origin.region, origin.hall);
    if (origin.origin == NULL)
        origin.origin = default_origin;
    if (!check_origin(origin.origin, error) || !store_create(&options, &origin, error))
        return 4;
    store = cli_store(cli, error);
    if (store == NULL)
        return 4;
    house = house_new(store);
    if (!house_import_shipped(house, cli_actor(cli), origin.profile, wants_samples(cli, settings),
                              error))
        return 4;
    cli_row(cli, cli_data_folder(cli), NULL);
    cli_object(cli,
               json_pack("{s:s, s:s}", "data", cli_data_folder(cli), "profile", origin.profile));
    return 0;
}

/* Each file on its own: a wrong one is told, the others are imported. */
static gboolean import_one(House *house, Cli *cli, const char *path, json_t *imported)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = file_read(path, DEFINITION_FILE_MAX, &error);
    g_autofree char *code = NULL;

    if (bytes == NULL || !house_import_item(house, cli_actor(cli), g_bytes_get_data(bytes, NULL),
                                            g_bytes_get_size(bytes), path, &code, &error)) {
        error_print(stderr, error, cli_lang(cli));
        return FALSE;
    }
    cli_row(cli, code, path, NULL);
    json_array_append_new(imported, json_pack("{s:s, s:s}", "code", code, "file", path));
    return TRUE;
}

static int run_item_import(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(House) house = NULL;
    g_autoptr(json_t) imported = json_array();
    int status = 0;

    if (store == NULL)
        return 4;
    house = house_new(store);
    for (guint i = 0; i < cli_operands(cli); i++)
        if (!import_one(house, cli, cli_operand(cli, i), imported))
            status = 3;
    cli_object(cli, json_pack("{s:O}", "imported", imported));
    return status;
}

static int run_item_list(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(Catalog) reader = store != NULL ? store_reader(store, error) : NULL;
    g_autoptr(json_t) rows = reader != NULL ? catalog_definitions(reader, "item", error) : NULL;

    if (rows == NULL)
        return 4;
    cli_table(cli, "items", rows, "code,name");
    return 0;
}

static int run_calendar_import(Cli *cli, GError **error)
{
    const char *path = cli_operand(cli, 0);
    Store *store = cli_store(cli, error);
    g_autoptr(GBytes) bytes = store != NULL ? file_read(path, DEFINITION_FILE_MAX, error) : NULL;
    g_autoptr(House) house = NULL;

    if (bytes == NULL)
        return 4;
    house = house_new(store);
    if (!house_import_calendar(house, cli_actor(cli), g_bytes_get_data(bytes, NULL),
                               g_bytes_get_size(bytes), path, error))
        return 3;
    cli_row(cli, path, NULL);
    cli_object(cli, json_pack("{s:s}", "imported", path));
    return 0;
}

const CliVerb cli_house_verbs[] = {
    {"init", "", 0, 0, "make a data folder", "新建数据文件夹", init_options, run_init},
    {"item import", "FILE…", 1, -1, "import items and their checklists", "导入事项和材料清单", NULL,
     run_item_import},
    {"item list", "", 0, 0, "list the items", "列出事项", NULL, run_item_list},
    {"calendar import", "FILE", 1, 1, "import a holiday table (CSV)", "导入节假日表 (CSV)", NULL,
     run_calendar_import},
    {0},
};
