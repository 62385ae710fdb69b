/* SPDX-License-Identifier: Apache-2.0
 *
 * Custody as records: where each paper of a case is, by the rules of casework/custody.h.
 *
 * A record holds the step, not the state: where a paper is follows from its steps taken again. A
 * document begins at the window that took or issued it, in the hands of who did; filing puts it
 * into the archivist's. A step about a whole case (document 0) is taken for each of its documents
 * that it is possible for. Copies of an issued paper are followed by their number.
 *
 * Who takes a paper in the house is named by her six digits; who outside of it does, and reasons,
 * stand in the case's secrets.
 */
#pragma once

#include "appliance/casework/custody.h"
#include "appliance/counter/hold.h"

typedef struct {
    const char *number; /* of the case, 24 digits */
    gint64 document;    /* 0: every document of the case */
    guint copy;         /* 0: the document itself */
} PaperName;

/* "320583-001-261121-003-0017-12" (the case), "…-12-004" (a document), or the digits of a
 * document's code. `number` is the caller's. */
gboolean paper_name_parse(const char *text, PaperName *name, char **number,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Take a step. `event` is as casework has it; person and day are filled in from actor and clock.
 * Under legal hold nothing is handed back or transferred (ERROR_HELD). */
gboolean keeping_step(House *house, const StoreActor *actor, const PaperName *name,
                      const CustodyEvent *event, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Where the papers of a case are: {"document", "title", "copy", "receiver", "place", "word",
 * "where", "holder", "since", "due", "to_hand_back"}, a row for each document and, for issued
 * papers, each of its copies. */
json_t *keeping_case(House *house, Catalog *catalog, const char *number,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The papers that lie at a place (number of a box, name of a department …): rows as above with
 * "case". */
json_t *keeping_place(House *house, Catalog *catalog, const char *where,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
