/* SPDX-License-Identifier: Apache-2.0
 *
 * document: what a package ships beside the program, made from the program's own tables, so that
 * it cannot say otherwise: man pages, completion, the message catalogue, the file of settings.
 */
#include "ui/cli/cli_intern.h"

#include "ui/service/log.h"

#include <stdio.h>
#include <string.h>

static const char *in(Lang lang, const char *en, const char *zh)
{
    return lang == LANG_ZH ? zh : en;
}

/* ── man pages ───────────────────────────────────────────────────────────────────────────── */

/* Text as roff takes it: no line begins with a dot, '-' is a minus. */
static void put_roff(GString *out, const char *text)
{
    if (*text == '.' || *text == '\'')
        g_string_append(out, "\\&");
    for (; *text != '\0'; text++) {
        if (*text == '\\')
            g_string_append(out, "\\e");
        else if (*text == '-')
            g_string_append(out, "\\-");
        else
            g_string_append_c(out, *text);
    }
}

static void put_line(GString *out, const char *request, const char *text)
{
    g_string_append(out, request);
    put_roff(out, text);
    g_string_append_c(out, '\n');
}

static void put_options(GString *out, const CliOption *options, Lang lang)
{
    for (; options != NULL && options->name != NULL; options++) {
        g_autofree char *letter =
            options->letter != 0 ? g_strdup_printf("-%c, ", options->letter) : g_strdup("");
        g_autofree char *form =
            g_strdup_printf("%s--%s%s%s", letter, options->name, options->value != NULL ? " " : "",
                            options->value != NULL ? options->value : "");

        g_string_append(out, ".TP\n");
        put_line(out, ".B ", form);
        put_line(out, "", in(lang, options->help_en, options->help_zh));
    }
}

static void put_verb(GString *out, const CliVerb *verb, Lang lang)
{
    g_autofree char *form = g_strdup_printf("anjuan %s %s", verb->words, verb->operands);

    put_line(out, ".SS ", g_strchomp(form));
    put_line(out, "", in(lang, verb->help_en, verb->help_zh));
    put_options(out, verb->options, lang);
}

static void put_statuses(GString *out, Lang lang)
{
    static const char *const rows[][3] = {
        {"0", "done and good", "完成, 结果正常"},
        {"1", "judged, and the answer is no", "已判定, 答案为否"},
        {"2", "wrong usage", "用法不对"},
        {"3", "cannot be opened, is no known kind, or some inputs were refused",
         "打不开、不认识, 或部分输入被拒绝"},
        {"4", "the store or a device failed", "数据或设备出错"},
        {"5", "busy, try again", "正忙, 请再试"},
    };

    put_line(out, ".SH ", in(lang, "EXIT STATUS", "退出状态"));
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        g_string_append_printf(out, ".TP\n.B %s\n%s\n", rows[i][0],
                               in(lang, rows[i][1], rows[i][2]));
}

static void put_files(GString *out, Lang lang)
{
    g_string_append_printf(
        out, ".SH %s\n.TP\n.I %s\n%s\n.TP\n.I %s\n%s\n.TP\n.I %s\n%s\n", in(lang, "FILES", "文件"),
        "/var/lib/anjuan", in(lang, "the data folder of the service", "服务的数据文件夹"),
        SETTINGS_CHANGES, in(lang, "settings of this hall", "本大厅的设置"), SETTINGS_DEFAULTS,
        in(lang, "every setting with its default", "全部设置及默认值"));
}

static char *man_page(Lang lang)
{
    GString *out = g_string_new(NULL);

    g_string_append_printf(out, ".TH ANJUAN 1 \"\" \"anjuan %s\" \"%s\"\n", ANJUAN_VERSION,
                           in(lang, "User Commands", "用户命令"));
    g_string_append_printf(out, ".SH %s\nanjuan \\- %s\n", in(lang, "NAME", "名称"),
                           in(lang, "turns paper handed over a counter into provable case files",
                              "窗口收件成卷: 编号、清点、归档、可核查"));
    g_string_append_printf(out,
                           ".SH %s\n.B anjuan\n.I VERB\n.RI [ OPERAND \\&...]\n"
                           ".RI [ \\-\\-option \\&...]\n",
                           in(lang, "SYNOPSIS", "用法"));
    put_line(out, ".SH ", in(lang, "VERBS", "动作"));
    for (const CliVerb *const *row = cli_verbs(); *row != NULL; row++)
        put_verb(out, *row, lang);
    put_line(out, ".SH ", in(lang, "OPTIONS OF EVERY VERB", "通用选项"));
    put_options(out, cli_common_options, lang);
    put_statuses(out, lang);
    put_files(out, lang);
    return g_string_free(out, FALSE);
}

/* ── completion ──────────────────────────────────────────────────────────────────────────── */

static void put_names(GString *out, const CliOption *options)
{
    for (; options != NULL && options->name != NULL; options++)
        g_string_append_printf(out, " --%s", options->name);
}

/* A verb of two words is completed word by word; what does not begin with '-' is a file. */
static char *completion(Lang lang G_GNUC_UNUSED)
{
    GString *out = g_string_new("# bash completion of anjuan\n_anjuan()\n{\n"
                                "    local words=${COMP_WORDS[*]:1:COMP_CWORD-1} current=$2 "
                                "options next=\n    case $words in\n");

    for (const CliVerb *const *row = cli_verbs(); *row != NULL; row++) {
        g_string_append_printf(out, "    '%s' | '%s '*) options='", (*row)->words, (*row)->words);
        put_names(out, (*row)->options);
        put_names(out, cli_common_options);
        g_string_append(out, "' ;;\n");
    }
    g_string_append(out, "    *)\n        while read -r next; do\n"
                         "            [[ $next == \"${words:+$words }$current\"* ]] || continue\n"
                         "            next=${next#\"${words:+$words }\"}\n"
                         "            COMPREPLY+=(\"${next%% *}\")\n        done <<'END'\n");
    for (const CliVerb *const *row = cli_verbs(); *row != NULL; row++)
        g_string_append_printf(out, "%s\n", (*row)->words);
    g_string_append(out,
                    "END\n        return ;;\n    esac\n    if [[ $current == -* ]]; then\n"
                    "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$current\")\n"
                    "    else\n        compopt -o filenames\n"
                    "        mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n    fi\n}\n"
                    "complete -F _anjuan anjuan\n");
    return g_string_free(out, FALSE);
}

static char *settings_file(Lang lang G_GNUC_UNUSED)
{
    return settings_document();
}

/* ── the verb ────────────────────────────────────────────────────────────────────────────── */

static int run_document(Cli *cli, GError **error)
{
    static const struct {
        const char *name;
        char *(*make)(Lang lang);
    } kinds[] = {{"man", man_page},
                 {"completion", completion},
                 {"catalog", log_catalog},
                 {"settings", settings_file}};

    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(kinds[i].name, cli_operand(cli, 0)) == 0) {
            g_autofree char *text = kinds[i].make(cli_lang(cli));

            if (!cli_json(cli))
                fputs(text, stdout);
            cli_object(cli, json_pack("{s:s}", kinds[i].name, text));
            return 0;
        }
    error_set(error, ERROR_USAGE, "'%s': man, completion, catalog or settings",
              cli_operand(cli, 0));
    return 2;
}

const CliVerb cli_document_verbs[] = {
    {"document", "man|completion|catalog|settings", 1, 1,
     "print a page or a file made from the program's tables", "输出手册、补全、消息目录或设置样本",
     NULL, run_document},
    {0},
};
