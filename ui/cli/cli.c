/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/cli/cli_intern.h"

#include "appliance/base/text.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SYSTEM_DATA_FOLDER "/var/lib/anjuan"

const CliVerb *const *cli_verbs(void)
{
    static const CliVerb *const subjects[] = {
        cli_house_verbs,   cli_case_verbs,   cli_step_verbs,     cli_scan_verbs,   cli_paper_verbs,
        cli_look_verbs,    cli_label_verbs,  cli_bundle_verbs,   cli_store_verbs,  cli_serve_verbs,
        cli_set_up_verbs,  cli_doctor_verbs, cli_document_verbs, cli_person_verbs, cli_keep_verbs,
        cli_destroy_verbs, cli_office_verbs, cli_backup_verbs,   cli_device_verbs, cli_print_verbs,
        cli_arrange_verbs,
    };
    static const CliVerb *rows[128];

    if (rows[0] == NULL) {
        gsize n = 0;

        for (gsize i = 0; i < G_N_ELEMENTS(subjects); i++)
            for (const CliVerb *verb = subjects[i]; verb->words != NULL; verb++) {
                g_assert(n < G_N_ELEMENTS(rows) - 1);
                rows[n++] = verb;
            }
    }
    return rows;
}

/* How many of argv's words are the verb's, 0 where they differ. */
static int words_matched(const char *words, char *const *argv)
{
    g_auto(GStrv) parts = g_strsplit(words, " ", -1);
    int n = (int)g_strv_length(parts);

    for (int i = 0; i < n; i++)
        if (argv[i] == NULL || strcmp(argv[i], parts[i]) != 0)
            return 0;
    return n;
}

const CliVerb *cli_find_verb(char *const *argv, int *n_words)
{
    const CliVerb *best = NULL;

    *n_words = 0;
    for (const CliVerb *const *row = cli_verbs(); *row != NULL; row++) {
        int n = words_matched((*row)->words, argv);

        if (n > *n_words) {
            *n_words = n;
            best = *row;
        }
    }
    return best;
}

/* ── parsing ─────────────────────────────────────────────────────────────────────────────── */

/* By its letter, or by its name (NULL where the letter is meant). */
static gboolean is_option(const CliOption *option, const char *name, char letter)
{
    return name != NULL ? strcmp(option->name, name) == 0 : option->letter == letter;
}

static const CliOption *find_option(const Cli *cli, const char *name, char letter)
{
    const CliOption *const tables[] = {cli->verb->options, cli_common_options};

    for (gsize i = 0; i < G_N_ELEMENTS(tables); i++)
        for (const CliOption *o = tables[i]; o != NULL && o->name != NULL; o++)
            if (is_option(o, name, letter))
                return o;
    return NULL;
}

static gboolean add_value(Cli *cli, const CliOption *option, const char *value, GError **error)
{
    GPtrArray *values = g_hash_table_lookup(cli->values, option->name);

    if (!g_utf8_validate(value, -1, NULL))
        return error_set(error, ERROR_USAGE, "--%s: not valid UTF-8", option->name);
    if (values == NULL) {
        values = g_ptr_array_new_with_free_func(g_free);
        g_hash_table_insert(cli->values, g_strdup(option->name), values);
    }
    g_ptr_array_add(values, g_strdup(value));
    return TRUE;
}

/* "--name", "--name=value", "-x": the option and, behind "=", its value. */
static const CliOption *option_of(const Cli *cli, const char *argument, const char **inline_value)
{
    const char *equals = strchr(argument, '=');
    g_autofree char *name = NULL;

    *inline_value = NULL;
    if (argument[1] != '-')
        return argument[2] == '\0' ? find_option(cli, NULL, argument[1]) : NULL;
    if (equals == NULL)
        return find_option(cli, argument + 2, 0);
    name = g_strndup(argument + 2, (gsize)(equals - argument) - 2);
    *inline_value = equals + 1;
    return find_option(cli, name, 0);
}

gboolean cli_is_optional(const CliOption *option)
{
    return option->value != NULL && option->value[0] == '[';
}

/* One option at argv[*i]; moves *i over its value. */
static gboolean parse_option(Cli *cli, char **argv, int *i, GError **error)
{
    const char *value;
    const CliOption *option = option_of(cli, argv[*i], &value);

    if (option == NULL)
        return error_set(error, ERROR_USAGE, "unknown option %s of 'anjuan %s'", argv[*i],
                         cli->verb->words);
    if (option->value == NULL) {
        if (value != NULL)
            return error_set(error, ERROR_USAGE, "--%s takes no value", option->name);
        return add_value(cli, option, "", error);
    }
    if (cli_is_optional(option))
        return add_value(cli, option, value != NULL ? value : "", error);
    if (value == NULL)
        value = argv[++*i];
    if (value == NULL)
        return error_set(error, ERROR_USAGE, "--%s needs a value (%s)", option->name,
                         option->value);
    return add_value(cli, option, value, error);
}

static gboolean parse_arguments(Cli *cli, char **argv, GError **error)
{
    gboolean only_operands = FALSE;

    for (int i = 0; argv[i] != NULL; i++) {
        if (only_operands || argv[i][0] != '-' || argv[i][1] == '\0')
            g_ptr_array_add(cli->operands, g_strdup(argv[i]));
        else if (strcmp(argv[i], "--") == 0)
            only_operands = TRUE;
        else if (!parse_option(cli, argv, &i, error))
            return FALSE;
        if (argv[i] == NULL)
            break;
    }
    return TRUE;
}

static gboolean check_arguments(const Cli *cli, GError **error)
{
    int n = (int)cli->operands->len;
    const CliVerb *verb = cli->verb;

    if (n < verb->min)
        return error_set(error, ERROR_USAGE, "'anjuan %s' needs %s", verb->words, verb->operands);
    if (verb->max >= 0 && n > verb->max)
        return error_set(error, ERROR_USAGE, "'anjuan %s' does not take '%s'", verb->words,
                         cli_operand(cli, (guint)verb->max));
    for (const CliOption *o = verb->options; o != NULL && o->name != NULL; o++)
        if (o->required && !cli_flag(cli, o->name))
            return error_set(error, ERROR_USAGE, "'anjuan %s' needs --%s %s", verb->words, o->name,
                             o->value);
    return TRUE;
}

/* ── access ──────────────────────────────────────────────────────────────────────────────── */

Lang cli_lang(const Cli *cli)
{
    return cli->lang;
}

const char *cli_verb(const Cli *cli)
{
    return cli->verb->words;
}

gboolean cli_json(const Cli *cli)
{
    return cli->json;
}

const GPtrArray *cli_values(const Cli *cli, const char *option)
{
    static GPtrArray *none;
    const GPtrArray *values = g_hash_table_lookup(cli->values, option);

    if (values != NULL)
        return values;
    if (none == NULL)
        none = g_ptr_array_new();
    return none;
}

const char *cli_value(const Cli *cli, const char *option)
{
    const GPtrArray *values = cli_values(cli, option);

    return values->len > 0 ? g_ptr_array_index(values, values->len - 1) : NULL;
}

gboolean cli_flag(const Cli *cli, const char *option)
{
    return cli_value(cli, option) != NULL;
}

gboolean cli_number(const Cli *cli, const char *option, gint64 min, gint64 max, gint64 *number,
                    GError **error)
{
    const char *text = cli_value(cli, option);

    if (text == NULL)
        return TRUE;
    if (!g_ascii_string_to_signed(text, 10, min, max, number, NULL))
        return error_set(error, ERROR_USAGE,
                         "--%s '%s': a number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                         option, text, min, max);
    return TRUE;
}

gboolean cli_pairs(const Cli *cli, const char *option, json_t *object, GError **error)
{
    const GPtrArray *pairs = cli_values(cli, option);

    for (guint i = 0; i < pairs->len; i++) {
        const char *pair = g_ptr_array_index(pairs, i);
        const char *equals = strchr(pair, '=');
        g_autofree char *name = NULL;

        if (equals == NULL || equals == pair)
            return error_set(error, ERROR_USAGE, "--%s '%s': name=value", option, pair);
        name = g_strndup(pair, (gsize)(equals - pair));
        json_object_set_new(object, name, json_string(equals + 1));
    }
    return TRUE;
}

guint cli_operands(const Cli *cli)
{
    return cli->operands->len;
}

const GPtrArray *cli_all_operands(const Cli *cli)
{
    return cli->operands;
}

const char *cli_operand(const Cli *cli, guint i)
{
    return i < cli->operands->len ? g_ptr_array_index(cli->operands, i) : NULL;
}

const char *cli_data_folder(const Cli *cli)
{
    return cli->data_folder;
}

const StoreActor *cli_actor(const Cli *cli)
{
    return &cli->actor;
}

/* Root works as the owner of the data folder, so that no file of it ever becomes root's. */
static gboolean drop_to_owner(const char *folder, GError **error)
{
    struct stat info;

    if (geteuid() != 0 || stat(folder, &info) != 0 || info.st_uid == 0)
        return TRUE;
    if (setresgid(info.st_gid, info.st_gid, info.st_gid) != 0 ||
        setresuid(info.st_uid, info.st_uid, info.st_uid) != 0)
        return error_set_errno(error, ERROR_IO, errno, "become the owner of %s", folder);
    return TRUE;
}

static Store *open_store(Cli *cli, gboolean remake, GError **error)
{
    StoreOptions options = {.folder = cli->data_folder, .remake = remake};

    if (cli->store == NULL && drop_to_owner(cli->data_folder, error))
        cli->store = store_open(&options, error);
    return cli->store;
}

Store *cli_store(Cli *cli, GError **error)
{
    return open_store(cli, FALSE, error);
}

Store *cli_store_rebuilt(Cli *cli, GError **error)
{
    return open_store(cli, TRUE, error);
}

const Settings *cli_settings(Cli *cli, GError **error)
{
    if (cli->settings == NULL)
        cli->settings = settings_load_usual(cli_value(cli, "config"), error);
    return cli->settings;
}

/* ── output ──────────────────────────────────────────────────────────────────────────────── */

static void put_cell(gboolean first, const char *text)
{
    g_autofree char *cell = text_escape_cell(text);

    if (!first)
        putchar('\t');
    fputs(cell, stdout);
}

void cli_row(Cli *cli, ...)
{
    va_list args;
    const char *cell;
    gboolean first = TRUE;

    if (cli->json)
        return;
    va_start(args, cli);
    while ((cell = va_arg(args, const char *)) != NULL) {
        put_cell(first, cell);
        first = FALSE;
    }
    va_end(args);
    putchar('\n');
    fflush(stdout);
}

void cli_object(Cli *cli, json_t *object)
{
    g_autoptr(json_t) owned = object;
    g_autofree char *line = NULL;

    if (!cli->json)
        return;
    line = json_line(owned);
    puts(line);
    fflush(stdout);
}

static void put_member(gboolean first, const json_t *value)
{
    g_autofree char *line = NULL;

    if (json_is_string(value)) {
        put_cell(first, json_string_value(value));
        return;
    }
    line = value == NULL || json_is_null(value) ? g_strdup("") : json_line(value);
    put_cell(first, line);
}

void cli_table(Cli *cli, const char *name, json_t *rows, const char *columns)
{
    g_auto(GStrv) keys = g_strsplit(columns, ",", -1);
    gsize i;
    json_t *row;

    if (cli->json) {
        cli_object(cli, json_pack("{s:O}", name, rows));
        return;
    }
    json_array_foreach(rows, i, row)
    {
        for (guint k = 0; keys[k] != NULL; k++)
            put_member(k == 0, json_object_get(row, keys[k]));
        putchar('\n');
    }
    fflush(stdout);
}

void cli_say(const Cli *cli, const char *en, const char *zh)
{
    fprintf(stderr, "%s\n", cli->lang == LANG_ZH ? zh : en);
}

/* ── running ─────────────────────────────────────────────────────────────────────────────── */

static char *os_actor(void)
{
    const struct passwd *user = getpwuid(geteuid());

    if (user != NULL && g_utf8_validate(user->pw_name, -1, NULL))
        return g_strdup_printf("os:%s", user->pw_name);
    return g_strdup_printf("os:%u", (unsigned)geteuid());
}

static char *default_data_folder(void)
{
    if (geteuid() == 0)
        return g_strdup(SYSTEM_DATA_FOLDER);
    return g_build_filename(g_get_user_data_dir(), "anjuan", NULL);
}

static Cli *cli_new(const CliVerb *verb, Lang lang)
{
    Cli *cli = g_new0(Cli, 1);

    cli->verb = verb;
    cli->lang = lang;
    cli->values =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    cli->operands = g_ptr_array_new_with_free_func(g_free);
    cli->actor_name = os_actor();
    cli->actor = (StoreActor){cli->actor_name, "cli"};
    return cli;
}

static void cli_free(Cli *cli)
{
    store_close(cli->store);
    settings_free(cli->settings);
    g_free(cli->actor_name);
    g_ptr_array_unref(cli->operands);
    g_hash_table_unref(cli->values);
    g_free(cli->data_folder);
    g_free(cli);
}

static gboolean apply_common(Cli *cli, GError **error)
{
    const char *lang = cli_value(cli, "lang");
    const char *data = cli_value(cli, "data");

    cli->json = cli_flag(cli, "json");
    cli->data_folder = data != NULL ? g_strdup(data) : default_data_folder();
    if (lang != NULL && !lang_parse(lang, &cli->lang))
        return error_set(error, ERROR_USAGE, "--lang '%s': zh or en", lang);
    return TRUE;
}

static int run_verb(Cli *cli, char **argv, GError **error)
{
    if (!parse_arguments(cli, argv, error) || !apply_common(cli, error))
        return 2;
    if (cli_flag(cli, "help")) {
        g_autofree char *help = cli_help_text(cli->verb, cli->lang);

        fputs(help, stdout);
        return 0;
    }
    if (!check_arguments(cli, error) || !cli_sign_on(cli, error))
        return 2;
    return cli->verb->run(cli, error);
}

/* --lang counts wherever it stands, so that a complaint about the rest is in that language. */
static Lang wanted_lang(char **argv)
{
    Lang lang = lang_from_environment();

    for (int i = 0; argv[i] != NULL; i++) {
        if (g_str_has_prefix(argv[i], "--lang="))
            lang_parse(argv[i] + strlen("--lang="), &lang);
        else if (strcmp(argv[i], "--lang") == 0 && argv[i + 1] != NULL)
            lang_parse(argv[i + 1], &lang);
    }
    return lang;
}

static int no_such_verb(char **argv, Lang lang)
{
    g_autofree char *suggestion = cli_suggestion(argv[0]);
    gboolean is_half = *suggestion != '\0' && argv[1] != NULL && argv[1][0] != '-';

    fprintf(stderr, lang == LANG_ZH ? "anjuan: 没有动作 '%s%s%s'\n" : "anjuan: no verb '%s%s%s'\n",
            argv[0], is_half ? " " : "", is_half ? argv[1] : "");
    if (*suggestion != '\0')
        fprintf(stderr, lang == LANG_ZH ? "提示: 可能是 %s\n" : "hint: perhaps %s\n", suggestion);
    else
        fputs(lang == LANG_ZH ? "提示: 请看 anjuan --help\n" : "hint: see 'anjuan --help'\n",
              stderr);
    return 2;
}

static int without_verb(char **argv, Lang lang)
{
    g_autofree char *help = cli_help_text(NULL, lang);

    if (argv[0] != NULL && (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0 ||
                            strcmp(argv[0], "help") == 0)) {
        fputs(help, stdout);
        return 0;
    }
    if (argv[0] != NULL && strcmp(argv[0], "--version") == 0) {
        puts("anjuan " ANJUAN_VERSION);
        return 0;
    }
    if (argv[0] == NULL) {
        fputs(help, stderr);
        return 2;
    }
    return no_such_verb(argv, lang);
}

/* How many of the first arguments are options that every verb takes, their values counted. */
static int leading_options(char **argv)
{
    int n = 0;

    while (argv[n] != NULL) {
        const CliOption *option = cli_common_options;

        while (option->name != NULL &&
               !(g_str_has_prefix(argv[n], "--") && g_str_has_prefix(argv[n] + 2, option->name) &&
                 (argv[n][2 + strlen(option->name)] == '\0' ||
                  argv[n][2 + strlen(option->name)] == '=')))
            option++;
        if (option->name == NULL || strcmp(option->name, "help") == 0)
            return n;
        if (option->value != NULL && strchr(argv[n], '=') == NULL && argv[n + 1] != NULL)
            n++;
        n++;
    }
    return n;
}

/* The arguments of the verb: what stands before its words and what stands behind them. Borrowed
 * strings, NULL-terminated. */
static char **arguments_of(char **argv, int n_leading, int n_words)
{
    GPtrArray *arguments = g_ptr_array_new();

    for (int i = 0; argv[i] != NULL; i++)
        if (i < n_leading || i >= n_leading + n_words)
            g_ptr_array_add(arguments, argv[i]);
    g_ptr_array_add(arguments, NULL);
    return (char **)g_ptr_array_free(arguments, FALSE);
}

int cli_main(int argc G_GNUC_UNUSED, char **argv)
{
    g_autoptr(GError) error = NULL;
    Lang lang = wanted_lang(argv + 1);
    int n_leading = leading_options(argv + 1), n_words, status;
    const CliVerb *verb = cli_find_verb(argv + 1 + n_leading, &n_words);
    g_autofree char **arguments = NULL;
    Cli *cli;

    if (verb == NULL)
        return without_verb(argv + 1 + n_leading, lang);
    cli = cli_new(verb, lang);
    arguments = arguments_of(argv + 1, n_leading, n_words);
    status = run_verb(cli, arguments, &error);
    if (error != NULL) {
        error_print(stderr, error, cli->lang);
        status = error_exit_status(error_code(error));
    }
    cli_free(cli);
    return status;
}
