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

/* A hint which verbs begin with the word given. */
char *cli_suggestion(const char *word);
