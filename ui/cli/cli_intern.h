/* SPDX-License-Identifier: Apache-2.0
 *
 * What the sources of the command line share among themselves; nobody else includes it.
 */
#pragma once

#include "ui/cli/cli.h"

struct Cli {
    const CliVerb *verb;
    Lang lang;
    gboolean json;
    char *data_folder;
    GHashTable *values; /* option name → GPtrArray of texts */
    GPtrArray *operands;
    char *actor_name;
    StoreActor actor;
    Store *store;
    Settings *settings;
};

/* Sign on as --as says, if it is given. */
gboolean cli_sign_on(Cli *cli, GError **error);

/* All verbs, NULL-terminated array of rows. */
const CliVerb *const *cli_verbs(void);

/* Options that every verb takes. */
extern const CliOption cli_common_options[];

/* The verb whose words begin argv, and how many words it took; NULL where there is none. */
const CliVerb *cli_find_verb(char *const *argv, int *n_words);

/* Help of the program (`verb` NULL) or of one verb. */
char *cli_help_text(const CliVerb *verb, Lang lang);

/* The files named by --from, those of a folder in order of their names. Of char *, owned. */
GPtrArray *cli_source_paths(const Cli *cli, GError **error);

/* Whether an option's value may be left out: it stands behind "=" or not at all. */
gboolean cli_is_optional(const CliOption *option);

/* A hint which verbs begin with the word given. */
char *cli_suggestion(const char *word);
