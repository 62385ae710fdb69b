/* SPDX-License-Identifier: Apache-2.0
 *
 * The command line: one table of verbs, from which help, man pages and completion come too.
 *
 * A verb is a row (CliVerb): its words, operands, options and a function. The function gets a Cli
 * with everything parsed, prints through it, and returns the exit status; where it sets `error`,
 * the error's own exit status counts and the sentence goes to stderr.
 *
 * Exit status: 0 done and good, 1 judged and the answer is no, 2 wrong usage, 3 cannot be opened
 * or some inputs were refused, 4 the store or a device failed, 5 busy.
 *
 * Plain output is TAB-separated, escaped by text_escape_cell, flushed line by line; with --json a
 * verb prints one object. Progress goes to stderr.
 */
#pragma once

#include "appliance/base/json.h"
#include "storage/store.h"
#include "ui/service/settings.h"

typedef struct Cli Cli;

typedef struct {
    const char *name;  /* without the dashes */
    char letter;       /* 0 where there is none */
    const char *value; /* name of the value in help; NULL for a switch; "[=n]": may be left out */
    gboolean required;
    const char *help_en, *help_zh;
} CliOption;

typedef int (*CliRun)(Cli *cli, GError **error);

typedef struct {
    const char *words;    /* "case open" */
    const char *operands; /* as help shows them; "" for none */
    int min, max;         /* how many operands; max -1: any number */
    const char *help_en, *help_zh;
    const CliOption *options; /* ends with a NULL name; NULL for none */
    CliRun run;
} CliVerb;

/* The verbs of one subject, ended by NULL words; cli_verbs joins them. */
extern const CliVerb cli_house_verbs[];
extern const CliVerb cli_case_verbs[];
extern const CliVerb cli_step_verbs[];
extern const CliVerb cli_scan_verbs[];
extern const CliVerb cli_paper_verbs[];
extern const CliVerb cli_label_verbs[];
extern const CliVerb cli_bundle_verbs[];
extern const CliVerb cli_store_verbs[];
extern const CliVerb cli_backup_verbs[];
extern const CliVerb cli_look_verbs[];
extern const CliVerb cli_serve_verbs[];
extern const CliVerb cli_set_up_verbs[];
extern const CliVerb cli_document_verbs[];
extern const CliVerb cli_doctor_verbs[];
extern const CliVerb cli_person_verbs[];
extern const CliVerb cli_arrange_verbs[];
extern const CliVerb cli_keep_verbs[];
extern const CliVerb cli_destroy_verbs[];
extern const CliVerb cli_device_verbs[];
extern const CliVerb cli_office_verbs[];
extern const CliVerb cli_print_verbs[];

/* Run the command line; the exit status of the process. */
int cli_main(int argc, char **argv);

/* ── inside a verb ───────────────────────────────────────────────────────────────────────── */

/* The language of what is said, and whether it is said as JSON (--json). */
Lang cli_lang(const Cli *cli);
gboolean cli_json(const Cli *cli);

/* The words of the verb that runs ("case accept"). */
const char *cli_verb(const Cli *cli);

/* The value of an option (the last one given), or NULL; all of them; whether a switch is on. */
const char *cli_value(const Cli *cli, const char *option);
const GPtrArray *cli_values(const Cli *cli, const char *option); /* never NULL */
gboolean cli_flag(const Cli *cli, const char *option);

/* An option as a number from `min` to `max`; `otherwise` where it is not given. */
gboolean cli_number(const Cli *cli, const char *option, gint64 min, gint64 max, gint64 *number,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Every "name=value" of an option into `object`. */
gboolean cli_pairs(const Cli *cli, const char *option, json_t *object,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What stands on the line beside options: how many, all (never NULL), one (NULL behind the last).
 */
guint cli_operands(const Cli *cli);
const GPtrArray *cli_all_operands(const Cli *cli);
const char *cli_operand(const Cli *cli, guint i);

/* The settings in force, read once: --config names another file of changes. */
const Settings *cli_settings(Cli *cli, GError **error);

/* Which data folder is meant, and the store in it (opened once, closed by the end). */
const char *cli_data_folder(const Cli *cli);
Store *cli_store(Cli *cli, GError **error);

/* The same for who owns the machine (serve, rebuild): a damaged catalogue, or that of a newer
 * version which an update that was taken back has left, is made again from the journal. */
Store *cli_store_rebuilt(Cli *cli, GError **error);

/* Who acts, at station "cli": "os:NAME", or with --as the six digits of who signed on. */
const StoreActor *cli_actor(const Cli *cli);

/* The second person of a step that takes two: the one named by --second, who holds one of `roles`
 * (ui/http/role.h), is asked for her PIN and is not who acts. Her six digits. ERROR_SECOND_PERSON,
 * ERROR_FORBIDDEN, ERROR_THROTTLED. The verb's options hold CLI_SECOND. */
char *cli_second(Cli *cli, guint32 roles, GError **error) G_GNUC_WARN_UNUSED_RESULT;
#define CLI_SECOND                                                                                 \
    {                                                                                              \
        "second", 0, "USER", FALSE, "the second person, who is asked for her PIN",                 \
            "第二人, 须输入口令"                                                           \
    }

/* A PIN or password: from the terminal without echo, or the next line of standard input. */
char *cli_ask_secret(const Cli *cli, const char *whose, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One line of cells, NULL-terminated; flushed. Nothing with --json. */
void cli_row(Cli *cli, ...) G_GNUC_NULL_TERMINATED;

/* One object with --json (taken); nothing otherwise. */
void cli_object(Cli *cli, json_t *object);

/* The rows' members named by `columns` (comma-separated) as lines, or {"<name>":[…]} with --json.
 */
void cli_table(Cli *cli, const char *name, json_t *rows, const char *columns);

/* A sentence for the person, on stderr. */
void cli_say(const Cli *cli, const char *en, const char *zh);
