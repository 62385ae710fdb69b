/* SPDX-License-Identifier: Apache-2.0
 *
 * Verbs that are the steps of casework: case accept, decide, deliver …
 */
#include "ui/cli/cli_print.h"

#include "appliance/code/code.h"
#include "appliance/counter/act.h"
#include "appliance/counter/hand.h"
#include "appliance/counter/sweep.h"

#include <string.h>

static const CliOption step_options[] = {
    {"reason", 0, "TEXT", FALSE, "why", "理由"},
    {"granted", 0, NULL, FALSE, "decide: 准予", "准予"},
    {"denied", 0, NULL, FALSE, "decide: 不予", "不予"},
    {"agreed", 0, NULL, FALSE, "second-check, sub-close: yes", "同意"},
    {"declined", 0, NULL, FALSE, "second-check, sub-close: no", "不同意"},
    {"upheld", 0, NULL, FALSE, "review: the return stands", "维持退回"},
    {"revoked", 0, NULL, FALSE, "review: the return is revoked", "撤销退回"},
    {"signed", 0, NULL, FALSE, "told: signed for", "当面签收"},
    {"post", 0, "NUMBER", FALSE, "told: by post", "邮寄, 单号"},
    {"electronic", 0, "REFERENCE", FALSE, "told: electronically", "电子送达, 凭据"},
    {"kind", 0, "KIND", FALSE, "the kind it becomes", "改为的件类"},
    {"reference", 0, "TEXT", FALSE, "number or digest the step is about", "凭据"},
    {"bundle", 0, "OUT.tar", FALSE,
     "handup, entrust: write all materials here; its digest is the reference",
     "上报、委托移交: 全部材料写到此文件, 其摘要为凭据"},
    {"organ", 0, "NAME", FALSE, "the organ it goes to", "接收或主管机关"},
    {"law", 0, "TEXT", FALSE, "the legal basis (else the item's)", "依据 (默认取事项的)"},
    {"remedy", 0, "TEXT", FALSE, "the remedy (else the department's)", "救济途径 (默认取部门的)"},
    {"department", 0, "CODE", FALSE, "a department that takes part (may be given again)",
     "参与部门 (可多次)"},
    {"slot", 0, "CODE", FALSE, "a slot the paper is about (may be given again)",
     "涉及的材料项 (可多次)"},
    {"defect", 0, "KEY", FALSE, "an old defect to be released (may be given again)",
     "放行的旧缺陷 (可多次)"},
    {"window", 0, "NNN", FALSE, "at which window", "窗口号"},
    {"until", 0, "DATE", FALSE, "until when what is missing may follow (容缺)", "容缺补齐期限"},
    {"tolerate-until", 0, "DATE", FALSE, "accept with what is missing to follow (容缺)",
     "容缺受理, 补齐期限"},
    {"promise-paper", 0, "N", FALSE, "the signed promise (else the newest)",
     "已签承诺书的统一编号 (默认取最新)"},
    {"bad-credit", 0, NULL, FALSE, "the applicant has broken a promise before", "申请人有失信记录"},
    {"document", 0, "N", FALSE, "correct, append: the new document", "更正或追加的文件"},
    {"before", 0, "N", FALSE, "correct: the document before", "更正前的文件"},
    {"pause", 0, "REASON", FALSE, "hearing, test, experts …", "特别程序种类"},
    {"set", 0, "K=V", FALSE, "a text of the paper (may be given again)", "文书中的一项 (可多次)"},
    {"output", 'o', "FILE.pdf", FALSE, "write the paper here", "文书写到此文件"},
    {"large", 0, NULL, FALSE, "large print", "大字"},
    CLI_PRINT,
    {0},
};

/* Pairs of switches that say yes or no; what is said where neither is given. */
typedef enum { SAYS_NOTHING, SAYS_YES, MUST_SAY } Default;

/* verb of the command line → step and the role it is done in */
static const struct {
    const char *verb;
    LifeEventType type;
    LifeActor actor;
    const char *yes, *no;
    Default unless;
} steps[] = {
    {"accept", EVENT_ACCEPT, ACTOR_CLERK, NULL, NULL, SAYS_NOTHING},
    {"refuse", EVENT_REFUSE, ACTOR_CLERK, NULL, NULL, SAYS_NOTHING},
    {"not-needed", EVENT_NOT_NEEDED, ACTOR_CLERK, NULL, NULL, SAYS_NOTHING},
    {"supplement", EVENT_BRING, ACTOR_CLERK, NULL, NULL, SAYS_NOTHING},
    {"tell", EVENT_TELL, ACTOR_CLERK, NULL, NULL, SAYS_NOTHING},
    {"release", EVENT_RELEASE, ACTOR_SUPERVISOR, NULL, NULL, SAYS_NOTHING},
    {"correct", EVENT_CORRECT, ACTOR_CLERK, NULL, NULL, SAYS_NOTHING},
    {"first-check", EVENT_FIRST_CHECK, ACTOR_CLERK, NULL, NULL, SAYS_NOTHING},
    {"second-check", EVENT_SECOND_CHECK, ACTOR_CHECKER, "agreed", "declined", SAYS_YES},
    {"kind", EVENT_KIND, ACTOR_CLERK, NULL, NULL, SAYS_NOTHING},
    {"pause", EVENT_PAUSE, ACTOR_CLERK, NULL, NULL, SAYS_NOTHING},
    {"resume", EVENT_RESUME, ACTOR_CLERK, NULL, NULL, SAYS_NOTHING},
    {"extend", EVENT_EXTEND, ACTOR_LEADER, NULL, NULL, SAYS_NOTHING},
    {"handup", EVENT_HAND_UP, ACTOR_CLERK, NULL, NULL, SAYS_NOTHING},
    {"entrust", EVENT_ENTRUST, ACTOR_CLERK, NULL, NULL, SAYS_NOTHING},
    {"upper-receipt", EVENT_UPPER_RECEIPT, ACTOR_CLERK, NULL, NULL, SAYS_NOTHING},
    {"upper-reply", EVENT_UPPER_REPLY, ACTOR_CLERK, NULL, NULL, SAYS_NOTHING},
    {"sub-open", EVENT_SUB_OPEN, ACTOR_CLERK, NULL, NULL, SAYS_NOTHING},
    {"sub-close", EVENT_SUB_CLOSE, ACTOR_DEPARTMENT, "agreed", "declined", MUST_SAY},
    {"decide", EVENT_DECIDE, ACTOR_DEPARTMENT, "granted", "denied", MUST_SAY},
    {"deliver", EVENT_DELIVER, ACTOR_CLERK, NULL, NULL, SAYS_NOTHING},
    {"withdraw", EVENT_WITHDRAW, ACTOR_CLERK, NULL, NULL, SAYS_NOTHING},
    {"return", EVENT_RETURN, ACTOR_CLERK, NULL, NULL, SAYS_NOTHING},
    {"review", EVENT_REVIEW, ACTOR_CENTRE, "revoked", "upheld", MUST_SAY},
    {"lapse", EVENT_LAPSE, ACTOR_CLERK, NULL, NULL, SAYS_NOTHING},
    {"remind", EVENT_REMIND, ACTOR_CLERK, NULL, NULL, SAYS_NOTHING},
    {"tolerance-over", EVENT_TOLERANCE_OVER, ACTOR_CLERK, NULL, NULL, SAYS_NOTHING},
    {"urgent", EVENT_URGENT, ACTOR_CENTRE, NULL, NULL, SAYS_NOTHING},
    {"green-start", EVENT_GREEN_START, ACTOR_CLERK, NULL, NULL, SAYS_NOTHING},
    {"green-collect", EVENT_GREEN_COLLECT, ACTOR_CLERK, NULL, NULL, SAYS_NOTHING},
    {"pledge", EVENT_PLEDGE, ACTOR_CLERK, NULL, NULL, SAYS_NOTHING},
    {"verify", EVENT_VERIFY, ACTOR_CLERK, NULL, NULL, SAYS_NOTHING},
};

static gsize step_of(const Cli *cli)
{
    const char *verb = cli_verb(cli) + strlen("case ");

    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++)
        if (strcmp(steps[i].verb, verb) == 0)
            return i;
    g_assert_not_reached();
}

/* ── options → event ─────────────────────────────────────────────────────────────────────── */

static void told_option(const Cli *cli, LifeEvent *event)
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
}

static gboolean answer_option(const Cli *cli, LifeEvent *event, GError **error)
{
    gsize i = step_of(cli);
    gboolean yes = steps[i].yes != NULL && cli_flag(cli, steps[i].yes);
    gboolean no = steps[i].no != NULL && cli_flag(cli, steps[i].no);

    if (steps[i].yes == NULL)
        return TRUE;
    if ((yes && no) || (!yes && !no && steps[i].unless == MUST_SAY))
        return error_set(error, ERROR_USAGE, "--%s or --%s: one of them", steps[i].yes,
                         steps[i].no);
    event->good = !no;
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

static gboolean day_option(const Cli *cli, const char *option, LifeEvent *event, GError **error)
{
    const char *until = cli_value(cli, option);

    if (until == NULL)
        return TRUE;
    event->tolerate = TRUE;
    return day_parse(until, &event->until) ||
           error_set(error, ERROR_USAGE, "--%s '%s': a date", option, until);
}

static gboolean number_options(const Cli *cli, LifeEvent *event, GError **error)
{
    gint64 promise = 0, document = 0, before = 0, window = 0;

    if (!cli_number(cli, "promise-paper", 1, DOCUMENTS_MAX, &promise, error) ||
        !cli_number(cli, "document", 1, DOCUMENTS_MAX, &document, error) ||
        !cli_number(cli, "before", 1, DOCUMENTS_MAX, &before, error) ||
        !cli_number(cli, "window", 1, 999, &window, error))
        return FALSE;
    event->paper = (guint32)document;
    event->paper_before = (guint32)(promise > 0 ? promise : before);
    event->window = (guint)window;
    return TRUE;
}

/* What the step is about: slots, defects, or the departments of a 联办件. */
static void key_options(const Cli *cli, LifeEvent *event)
{
    const char *option = event->type == EVENT_RELEASE  ? "defect"
                         : event->type == EVENT_ACCEPT ? "department"
                                                       : "slot";
    const GPtrArray *keys = cli_values(cli, option);

    event->keys = (const char *const *)keys->pdata;
    event->n_keys = keys->len;
    event->department = cli_value(cli, "department");
}

static gboolean event_of(const Cli *cli, LifeEvent *event, GError **error)
{
    gsize i = step_of(cli);

    *event = (LifeEvent){.type = steps[i].type,
                         .actor = steps[i].actor,
                         .until = DAY_NONE,
                         .reason = cli_value(cli, "reason"),
                         .kind = cli_value(cli, "kind"),
                         .reference = cli_value(cli, "reference"),
                         .organ = cli_value(cli, "organ"),
                         .law = cli_value(cli, "law"),
                         .remedy = cli_value(cli, "remedy"),
                         .bad_credit = cli_flag(cli, "bad-credit")};
    told_option(cli, event);
    key_options(cli, event);
    return answer_option(cli, event, error) && pause_option(cli, event, error) &&
           day_option(cli, "until", event, error) &&
           day_option(cli, "tolerate-until", event, error) && number_options(cli, event, error);
}

/* ── doing and telling ───────────────────────────────────────────────────────────────────── */

/* The first paper goes to the file named, others beside it: FILE-005.pdf. */
static char *path_of(const char *path, guint i, gint64 document)
{
    const char *dot = strrchr(path, '.');
    gsize stem = dot != NULL ? (gsize)(dot - path) : strlen(path);

    return i == 0 ? g_strdup(path)
                  : g_strdup_printf("%.*s-%03" G_GINT64_FORMAT "%s", (int)stem, path, document,
                                    dot != NULL ? dot : "");
}

static gboolean write_papers(const Cli *cli, const PapersIssued *issued, GError **error)
{
    const char *path = cli_value(cli, "output");

    for (guint i = 0; path != NULL && i < issued->n; i++) {
        const PaperIssued *paper = &issued->papers[i];
        g_autofree char *file = path_of(path, i, paper->document);

        if (!file_replace(file, 0644, g_bytes_get_data(paper->pdf, NULL),
                          g_bytes_get_size(paper->pdf), error))
            return FALSE;
    }
    return TRUE;
}

static json_t *paper_json(const PaperIssued *paper)
{
    g_autofree char *document = g_strdup_printf("%03" G_GINT64_FORMAT, paper->document);

    return json_pack("{s:s, s:s, s:s, s:s*, s:i}", "document", document, "kind",
                     paper_kind_token(paper->kind), "title", paper->title, "paper_number",
                     paper->paper_number, "copies", (int)paper->copies);
}

/* The state with the first paper, each further paper on a line of its own. */
static int tell_done(Cli *cli, const CaseAct *act, const CaseActDone *done, GError **error)
{
    const char *stage = life_stage_token(done->life.state.stage);
    g_autoptr(json_t) papers = json_array();

    if (!write_papers(cli, &done->issued, error))
        return 4;
    for (guint i = 0; i < done->issued.n; i++)
        if (!cli_print_paper(cli, act->number, done->issued.papers[i].title,
                             &done->issued.papers[i], error))
            return 4;
    if (done->issued.n == 0)
        cli_row(cli, stage, NULL);
    for (guint i = 0; i < done->issued.n; i++) {
        const PaperIssued *paper = &done->issued.papers[i];
        g_autofree char *document = g_strdup_printf("%03" G_GINT64_FORMAT, paper->document);

        cli_row(cli, stage, document, paper->paper_number, NULL);
        json_array_append_new(papers, paper_json(paper));
    }
    cli_object(cli, json_pack("{s:s, s:s*, s:s*, s:O}", "state", stage, "document",
                              json_text(json_array_get(papers, 0), "document"), "paper_number",
                              done->issued.n > 0 ? done->issued.papers[0].paper_number : NULL,
                              "papers", papers));
    return 0;
}

/* A case number, or any code of the case: what the gun reads off a paper of it. */
static char *case_of(const char *text, GError **error)
{
    Code code;

    if (code_parse(text, &code, NULL) && code.kind == CODE_DOCUMENT) {
        Code own = {.kind = CODE_CASE, .of_case = code.document.of_case};

        return code_compose(&own, error);
    }
    return case_read_number(text, error);
}

static int run_step(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(House) house = store != NULL ? house_new(store) : NULL;
    g_autofree char *number = house != NULL ? case_of(cli_operand(cli, 0), error) : NULL;
    g_autoptr(json_t) values = json_object();
    CaseAct act = {.number = number, .values = values, .large_print = cli_flag(cli, "large")};
    g_auto(CaseActDone) done = {0};

    if (number == NULL || !event_of(cli, &act.event, error) ||
        !cli_pairs(cli, "set", values, error))
        return 2;
    if (cli_flag(cli, "bundle")
            ? !hand_over_case(house, cli_actor(cli), &act, cli_value(cli, "bundle"), &done, error)
            : !case_act(house, cli_actor(cli), &act, &done, error))
        return 1;
    return tell_done(cli, &act, &done, error);
}

static void tell_due(void *context, const char *number, const CaseActDone *done)
{
    g_autofree char *printed = case_print_number(number);

    json_array_append_new(context, json_pack("{s:s, s:s, s:s}", "case", printed, "step",
                                             life_event_token(done->life.state.act), "state",
                                             life_stage_token(done->life.state.stage)));
}

/* What falls due by itself: silence, lapse, 容缺超期. The daemon does it by itself. */
static int run_due(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(House) house = store != NULL ? house_new(store) : NULL;

    g_autoptr(json_t) taken = json_array();
    gboolean ok = house != NULL && sweep_due(house, tell_due, taken, error);

    cli_table(cli, "taken", taken, "case,step,state");
    return ok ? 0 : 4;
}

/* The travelling form of the 绿色通道 at a window: in, or out again. */
static int run_green_scan(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(House) house = store != NULL ? house_new(store) : NULL;
    g_autofree char *number = house != NULL ? case_of(cli_operand(cli, 0), error) : NULL;
    gint64 window = 0;
    g_auto(CaseActDone) done = {0};

    if (number == NULL || !cli_number(cli, "window", 1, 999, &window, error))
        return 2;
    if (!case_act_green_scan(house, cli_actor(cli), number, (guint)window, &done, error))
        return 1;
    cli_row(cli, life_event_token(done.life.state.act), NULL);
    cli_object(cli, json_pack("{s:s, s:i}", "step", life_event_token(done.life.state.act), "window",
                              (int)done.life.state.green_window));
    return 0;
}

static const CliOption green_options[] = {
    {"window", 0, "NNN", TRUE, "at which window", "窗口号"},
    {0},
};

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
    STEP("release", "the supervisor releases an old defect seen only later",
         "督查放行迟发现的缺陷"),
    STEP("correct", "corrected on the spot", "当场更正"),
    STEP("first-check", "first check", "初审"),
    STEP("second-check", "second check by another person", "复审"),
    STEP("kind", "change the kind", "改变件类"),
    STEP("pledge", "a promise in place of a paper (告知承诺, 容缺)", "告知承诺或容缺承诺"),
    STEP("verify", "a paper that need not be brought was verified", "免提交材料核验"),
    STEP("pause", "special procedure begins", "特别程序"),
    STEP("resume", "special procedure is over", "特别程序结束"),
    STEP("extend", "extend the limit once", "延期"),
    STEP("handup", "hand up to the upper organ", "上报"),
    STEP("entrust", "hand the bundle to the handling hall", "委托接件移交"),
    STEP("upper-receipt", "the upper organ has signed for it", "上级机关签收"),
    STEP("upper-reply", "the upper organ has replied", "上级机关批复"),
    STEP("sub-open", "a department takes its part", "部门联办开始"),
    STEP("sub-close", "a department gives its opinion", "部门联办意见"),
    STEP("decide", "the department has decided", "办结"),
    STEP("deliver", "the result was delivered", "送达"),
    STEP("withdraw", "withdrawn by the applicant", "撤回申请"),
    STEP("return", "return before acceptance", "退回"),
    STEP("review", "review of a return", "复核"),
    STEP("lapse", "not supplemented in time", "逾期未补正"),
    STEP("remind", "remind of what is still open", "提醒"),
    STEP("tolerance-over", "what was to follow did not come in time", "容缺超期"),
    STEP("urgent", "the centre orders haste", "急办"),
    STEP("green-start", "into the 绿色通道, with its travelling form", "进入绿色通道"),
    {"case due", "", 0, 0, "take the steps that fell due: silence, lapse, a promise not kept",
     "处理到期事项: 视为受理、逾期未补正、容缺超期", NULL, run_due},
    {"case green-scan", "NUMBER|CODE", 1, 1, "the travelling form comes to a window, or leaves it",
     "绿色通道受理表进出窗口", green_options, run_green_scan},
    STEP("green-collect", "the travelling form is collected", "收回绿色通道受理表"),
    {0},
};
