/* SPDX-License-Identifier: Apache-2.0
 *
 * Verbs that are the steps of casework: case accept, decide, deliver …
 */
#include "ui/cli/cli_print.h"

#include "appliance/counter/act.h"

#include <string.h>

static const CliOption step_options[] = {
    {"reason", 0, "TEXT", FALSE, "why", "理由"},
    {"granted", 0, NULL, FALSE, "decide: 准予", "准予"},
    {"denied", 0, NULL, FALSE, "decide: 不予", "不予"},
    {"signed", 0, NULL, FALSE, "told: signed for", "当面签收"},
    {"post", 0, "NUMBER", FALSE, "told: by post", "邮寄, 单号"},
    {"electronic", 0, "REFERENCE", FALSE, "told: electronically", "电子送达, 凭据"},
    {"kind", 0, "KIND", FALSE, "the kind it becomes", "改为的件类"},
    {"reference", 0, "TEXT", FALSE, "number or digest the step is about", "凭据"},
    {"set", 0, "K=V", FALSE, "a text of the paper (may be given again)", "文书中的一项 (可多次)"},
    {"tolerate-until", 0, "DATE", FALSE, "accept with what is missing to follow (容缺)",
     "容缺受理, 补齐期限"},
    {"promise-paper", 0, "N", FALSE, "the signed promise (统一编号)", "已签承诺书的统一编号"},
    {"pause", 0, "REASON", FALSE, "hearing, test, experts …", "特别程序种类"},
    {"output", 'o', "FILE.pdf", FALSE, "write the paper here", "文书写到此文件"},
    {"large", 0, NULL, FALSE, "large print", "大字"},
    CLI_PRINT,
    {0},
};

/* verb of the command line → step and the role it is done in */
static const struct {
    const char *verb;
    LifeEventType type;
    LifeActor actor;
} steps[] = {
    {"accept", EVENT_ACCEPT, ACTOR_CLERK},
    {"refuse", EVENT_REFUSE, ACTOR_CLERK},
    {"not-needed", EVENT_NOT_NEEDED, ACTOR_CLERK},
    {"supplement", EVENT_BRING, ACTOR_CLERK},
    {"tell", EVENT_TELL, ACTOR_CLERK},
    {"correct", EVENT_CORRECT, ACTOR_CLERK},
    {"first-check", EVENT_FIRST_CHECK, ACTOR_CLERK},
    {"second-check", EVENT_SECOND_CHECK, ACTOR_CHECKER},
    {"kind", EVENT_KIND, ACTOR_CLERK},
    {"pause", EVENT_PAUSE, ACTOR_CLERK},
    {"resume", EVENT_RESUME, ACTOR_CLERK},
    {"extend", EVENT_EXTEND, ACTOR_LEADER},
    {"handup", EVENT_HAND_UP, ACTOR_CLERK},
    {"decide", EVENT_DECIDE, ACTOR_DEPARTMENT},
    {"deliver", EVENT_DELIVER, ACTOR_CLERK},
    {"withdraw", EVENT_WITHDRAW, ACTOR_CLERK},
    {"return", EVENT_RETURN, ACTOR_CLERK},
    {"review", EVENT_REVIEW, ACTOR_CENTRE},
    {"lapse", EVENT_LAPSE, ACTOR_CLERK},
    {"remind", EVENT_REMIND, ACTOR_CLERK},
    {"urgent", EVENT_URGENT, ACTOR_CENTRE},
};

static gboolean told_option(const Cli *cli, LifeEvent *event)
{
    if (cli_flag(cli, "signed"))
        event->told = TOLD_SIGNED;
    else if (cli_flag(cli, "post")) {
        event->told = TOLD_POST;
        event->reference = cli_value(cli, "post");
    } else if (cli_flag(cli, "electronic")) {
        event->told = TOLD_ELECTRONIC;
        event->reference = cli_value(cli, "electronic");
    }
    return TRUE;
}

static gboolean decision_option(const Cli *cli, LifeEvent *event, GError **error)
{
    if (event->type != EVENT_DECIDE)
        return TRUE;
    if (cli_flag(cli, "granted") == cli_flag(cli, "denied"))
        return error_set(error, ERROR_USAGE, "--granted or --denied: one of them");
    event->good = cli_flag(cli, "granted");
    return TRUE;
}

static gboolean pause_option(const Cli *cli, LifeEvent *event, GError **error)
{
    const char *given = cli_value(cli, "pause");

    if (given == NULL)
        return TRUE;
    event->pause = (ClockPause)clock_pause_parse(given);
    return event->pause != 0 ||
           error_set(error, ERROR_USAGE, "--pause '%s': no such special procedure", given);
}

static gboolean tolerance_option(const Cli *cli, LifeEvent *event, GError **error)
{
    const char *until = cli_value(cli, "tolerate-until");
    gint64 paper = 0;

    event->until = DAY_NONE;
    if (until == NULL)
        return TRUE;
    event->tolerate = TRUE;
    if (!day_parse(until, &event->until))
        return error_set(error, ERROR_USAGE, "--tolerate-until '%s': a date", until);
    if (!cli_number(cli, "promise-paper", 1, 999, &paper, error))
        return FALSE;
    event->paper_before = (guint32)paper;
    return TRUE;
}

static gboolean paper_texts(const Cli *cli, json_t *values, GError **error)
{
    const GPtrArray *pairs = cli_values(cli, "set");

    for (guint i = 0; i < pairs->len; i++) {
        const char *pair = g_ptr_array_index(pairs, i);
        const char *equals = strchr(pair, '=');
        g_autofree char *key = NULL;

        if (equals == NULL || equals == pair)
            return error_set(error, ERROR_USAGE, "--set '%s': name=value", pair);
        key = g_strndup(pair, (gsize)(equals - pair));
        json_object_set_new(values, key, json_string(equals + 1));
    }
    return TRUE;
}

static LifeEvent event_of(const Cli *cli)
{
    const char *verb = cli_verb(cli) + strlen("case ");
    LifeEvent event = {.reason = cli_value(cli, "reason"),
                       .kind = cli_value(cli, "kind"),
                       .reference = cli_value(cli, "reference")};

    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++)
        if (strcmp(steps[i].verb, verb) == 0) {
            event.type = steps[i].type;
            event.actor = steps[i].actor;
        }
    return event;
}

static int tell_done(Cli *cli, const CaseAct *act, const CaseActDone *done, GError **error)
{
    const char *stage = life_stage_token(done->life.state.stage);
    const char *path = cli_value(cli, "output");
    g_autofree char *document = g_strdup_printf("%03" G_GINT64_FORMAT, done->paper.document);

    if (path != NULL && done->paper.pdf != NULL &&
        !file_replace(path, 0644, g_bytes_get_data(done->paper.pdf, NULL),
                      g_bytes_get_size(done->paper.pdf), error))
        return 4;
    if (done->paper.pdf != NULL &&
        !cli_print_paper(cli, act->number,
                         done->paper.paper_number != NULL ? done->paper.paper_number : "文书",
                         &done->paper, error))
        return 4;
    if (done->paper.pdf == NULL)
        cli_row(cli, stage, NULL);
    else
        cli_row(cli, stage, document, done->paper.paper_number, NULL);
    cli_object(cli, json_pack("{s:s, s:s*, s:s*}", "state", stage, "document",
                              done->paper.pdf != NULL ? document : NULL, "paper_number",
                              done->paper.paper_number));
    return 0;
}

static int run_step(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(House) house = store != NULL ? house_new(store) : NULL;
    g_autofree char *number = house != NULL ? case_read_number(cli_operand(cli, 0), error) : NULL;
    g_autoptr(json_t) values = json_object();
    CaseAct act = {.number = number,
                   .event = event_of(cli),
                   .values = values,
                   .large_print = cli_flag(cli, "large")};
    g_auto(CaseActDone) done = {0};

    if (number == NULL || !told_option(cli, &act.event) ||
        !decision_option(cli, &act.event, error) || !pause_option(cli, &act.event, error) ||
        !tolerance_option(cli, &act.event, error) || !paper_texts(cli, values, error))
        return 2;
    if (!case_act(house, cli_actor(cli), &act, &done, error))
        return 1;
    return tell_done(cli, &act, &done, error);
}

#define STEP(words, en, zh)                                                                        \
    {                                                                                              \
        "case " words, "NUMBER", 1, 1, en, zh, step_options, run_step                              \
    }

const CliVerb cli_step_verbs[] = {
    STEP("accept", "accept the application", "受理"),
    STEP("refuse", "refuse: not this organ's", "不予受理"),
    STEP("not-needed", "no permit is needed", "不受理"),
    STEP("supplement", "what was asked for came in", "补齐"),
    STEP("tell", "the notice reached the applicant", "已告知"),
    STEP("correct", "corrected on the spot", "当场更正"),
    STEP("first-check", "first check", "初审"),
    STEP("second-check", "second check by another person", "复审"),
    STEP("kind", "change the kind", "改变件类"),
    STEP("pause", "special procedure begins", "特别程序"),
    STEP("resume", "special procedure is over", "特别程序结束"),
    STEP("extend", "extend the limit once", "延期"),
    STEP("handup", "hand up to the upper organ", "上报"),
    STEP("decide", "the department has decided", "办结"),
    STEP("deliver", "the result was delivered", "送达"),
    STEP("withdraw", "withdrawn by the applicant", "撤回申请"),
    STEP("return", "return before acceptance", "退回"),
    STEP("review", "review of a return", "复核"),
    STEP("lapse", "not supplemented in time", "逾期未补正"),
    STEP("remind", "remind of what is still open", "提醒"),
    STEP("urgent", "the centre orders haste", "急办"),
    {0},
};
