/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/cli/cli_intern.h"

#include <string.h>

const CliOption cli_common_options[] = {
    {"data", 0, "DIR", FALSE, "the data folder", "数据文件夹"},
    {"json", 0, NULL, FALSE, "print one JSON object", "输出一个 JSON 对象"},
    {"lang", 0, "zh|en", FALSE, "language of sentences", "语言"},
    {"as", 0, "USER", FALSE, "sign on as this person (asks for the PIN)",
     "以此人身份登录 (须输入口令)"},
    {"help", 'h', NULL, FALSE, "show this help", "显示帮助"},
    {NULL, 0, NULL, FALSE, NULL, NULL},
};

static const char *localised(const char *en, const char *zh, Lang lang)
{
    return lang == LANG_ZH ? zh : en;
}

static void append_options(GString *out, const CliOption *options, Lang lang)
{
    for (; options != NULL && options->name != NULL; options++) {
        g_autofree char *form = g_strdup_printf("%s--%s%s%s", options->letter != 0 ? "" : "    ",
                                                options->name, options->value != NULL ? " " : "",
                                                options->value != NULL ? options->value : "");

        if (options->letter != 0)
            g_string_append_printf(out, "  -%c, %-27s", options->letter, form);
        else
            g_string_append_printf(out, "  %-31s", form);
        g_string_append_printf(out, " %s%s\n", localised(options->help_en, options->help_zh, lang),
                               options->required ? localised(" (needed)", " (必填)", lang) : "");
    }
}

static char *program_help(Lang lang)
{
    GString *out = g_string_new(NULL);

    g_string_append_printf(out, "anjuan %s  %s\n\n%s\n", ANJUAN_VERSION,
                           localised("turns paper handed over a counter into provable case files",
                                     "窗口收件成卷: 编号、清点、归档、可核查", lang),
                           localised("usage: anjuan VERB [OPERAND…] [--option…]",
                                     "用法: anjuan 动作 [对象…] [--选项…]", lang));
    for (const CliVerb *const *row = cli_verbs(); *row != NULL; row++) {
        g_autofree char *form = g_strdup_printf("%s %s", (*row)->words, (*row)->operands);

        g_string_append_printf(out, "  %-34s %s\n", form,
                               localised((*row)->help_en, (*row)->help_zh, lang));
    }
    g_string_append_printf(out, "\n%s\n",
                           localised("every verb also takes:", "每个动作都可带:", lang));
    append_options(out, cli_common_options, lang);
    g_string_append_printf(out, "\n%s\n",
                           localised("'anjuan VERB --help' shows the options of a verb",
                                     "anjuan 动作 --help 显示该动作的选项", lang));
    return g_string_free(out, FALSE);
}

static char *verb_help(const CliVerb *verb, Lang lang)
{
    GString *out = g_string_new(NULL);

    g_string_append_printf(out, "%s: anjuan %s%s%s%s\n\n%s\n", localised("usage", "用法", lang),
                           verb->words, *verb->operands != '\0' ? " " : "", verb->operands,
                           verb->options != NULL ? localised(" [--option…]", " [--选项…]", lang)
                                                 : "",
                           localised(verb->help_en, verb->help_zh, lang));
    if (verb->options != NULL)
        g_string_append_c(out, '\n');
    append_options(out, verb->options, lang);
    g_string_append_c(out, '\n');
    append_options(out, cli_common_options, lang);
    return g_string_free(out, FALSE);
}

char *cli_help_text(const CliVerb *verb, Lang lang)
{
    return verb != NULL ? verb_help(verb, lang) : program_help(lang);
}

char *cli_suggestion(const char *word)
{
    GString *out = g_string_new(NULL);

    for (const CliVerb *const *row = cli_verbs(); *row != NULL; row++)
        if (word != NULL && g_str_has_prefix((*row)->words, word))
            g_string_append_printf(out, "%sanjuan %s", out->len > 0 ? ", " : "", (*row)->words);
    return g_string_free(out, FALSE);
}
