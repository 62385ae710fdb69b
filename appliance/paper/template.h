/* SPDX-License-Identifier: Apache-2.0
 *
 * Templates of papers and their blocks; paper.h describes the file as a whole.
 *
 * Every block may have "when": NAME (left out unless that value is set, see value_is_set) and
 * "unless": NAME. Members without a "?" are required.
 *
 *   text        text, align? (left center right), indent? (em), bold?, sans?, size? (body small
 *               large)                                   a paragraph
 *   fields      rows: [[label, text, label, text …] …], label_width? (em)     a form table
 *   table       of (a list), columns: [{head, text, width? (em; absent: shares the rest), align?}],
 *               empty?, blank_rows?                      a list that flows over pages
 *   grid        heads (a list of texts), of (a list of "cells")   a table with columns from values
 *   list        of, text, indent?                        a paragraph for each element
 *   box         label, text?, height (mm), sign?         a framed field to write into
 *   signatures  texts: [TEXT …], columns?                lines to sign on
 *   seal        organ, date, note?, texts?, qr?, caption?   organ, date and the place for the seal
 *                                                        on the right; on the left lines to sign
 *                                                        on and a further symbol
 *   qr          text, caption, size? (mm)                a further symbol
 *   stamp       cells: [[label, text] × 6]               归档章, two rows of three, 45 × 16 mm
 *   pictures    of, image, caption, columns?, height (mm)   a grid of JPEGs named by values
 *   space       height (mm)
 *   rule                                                 a line across
 *   break                                                a new page
 */
#pragma once

#include "appliance/paper/flow.h"
#include "appliance/paper/paper.h"
#include "appliance/paper/values.h"

#define TEMPLATE_BODY_PT     14.0
#define TEMPLATE_COLUMNS_MAX 20 /* of a table, cells of a row of fields */

struct PaperTemplate {
    json_t *root;
    json_t *types;          /* "values" with those of every paper */
    const json_t *blocks;   /* borrowed from root */
    const char **receivers; /* NULL-terminated, borrowed strings */
    const char *kind, *title;
    char family;
    gboolean landscape, airy;
    double body_pt;
};

/* What blocks are composed with. */
typedef struct {
    Flow *flow;
    ValueScope scope;
    const PaperOptions *options;
    double leading_em;   /* of running text */
    gboolean after_grid; /* the block before was a table or form */
} Composer;

/* Compose one block into the flow. ERROR_PAPER for a picture that is not there. */
gboolean block_compose(Composer *composer, const json_t *block,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Is it a known block with its members, and do its texts name declared values? */
gboolean block_check(const json_t *types, const json_t *block,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
