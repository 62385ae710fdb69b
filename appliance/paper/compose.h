/* SPDX-License-Identifier: Apache-2.0
 *
 * Composing the blocks of a template: what their kinds share, and the kinds with lines around them.
 * A compose function puts its block at the flow's y and moves it on.
 */
#pragma once

#include "appliance/paper/template.h"

/* Strokes, points. */
#define COMPOSE_THIN  0.5
#define COMPOSE_THICK 1.0

/* The fonts ask for 1.44 em from line to line; this is added to that in cells. */
#define COMPOSE_CELL_LEADING_EM (-0.14)

/* Size of body text, points. */
double compose_em(const Composer *composer);

/* A member's text with its places filled; "" where there is no such member. */
char *compose_expand(const Composer *composer, const json_t *block,
                     const char *member) G_GNUC_WARN_UNUSED_RESULT;

/* The list that "of" names; NULL where it is not there. */
const json_t *compose_rows(const Composer *composer, const json_t *block);

/* Let "{.name}" look into `row`, the number-th of "of"; NULL: into nothing. */
void compose_scope(Composer *composer, const json_t *block, const json_t *row, guint number);

/* A text at a box's x, y and in its width, whatever the flow's y; returns its height. */
double compose_put(Composer *composer, const TypeStyle *style, const char *text, const MarkBox *at);

/* Members of a block, with what holds where they are missing. */
double block_number(const json_t *block, const char *member, double otherwise);
PangoAlignment block_align(const json_t *block);

/* One kind of block each, laid out at the foot of what stands already. ERROR_FORMAT names the
 * member of the template. */
gboolean compose_fields(Composer *composer, const json_t *block, GError **error);
gboolean compose_table(Composer *composer, const json_t *block, GError **error);
gboolean compose_grid(Composer *composer, const json_t *block, GError **error);

/* The same, for what is signed and sealed. */
gboolean compose_box(Composer *composer, const json_t *block, GError **error);
gboolean compose_signatures(Composer *composer, const json_t *block, GError **error);
gboolean compose_seal(Composer *composer, const json_t *block, GError **error);
gboolean compose_stamp(Composer *composer, const json_t *block, GError **error);
