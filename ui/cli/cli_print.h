/* SPDX-License-Identifier: Apache-2.0
 *
 * Printing from a verb that made a paper.
 */
#pragma once

#include "appliance/counter/issue.h"
#include "ui/cli/cli.h"

/* Options of verbs that issue a paper. */
#define CLI_PRINT                                                                                    \
    {"print", 0, NULL, FALSE, "print it too", "同时打印"},                                           \
    {                                                                                                \
        "printer", 0, "NAME", FALSE, "on this printer (the default one)", "用此打印机 (默认)" \
    }

/* With --print or --printer: print the paper of a case. TRUE where it is kept and on its way; what
 * the printer has against it is said on stderr and the paper stays in the queue. */
gboolean cli_print_paper(Cli *cli, const char *number, const char *title, const PaperIssued *issued,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
