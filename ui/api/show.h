/* SPDX-License-Identifier: Apache-2.0
 *
 * What show_case.c, show_check.c and show_side.c offer each other; handlers find the rest in
 * api_intern.h.
 */
#pragma once

#include "ui/api/api_intern.h"

/* The text, or null where there is none. */
json_t *show_text(const char *text);

/* The number, or null where it is not positive. */
json_t *show_number(gint64 number);

/* A check as the schema Check; `notes` are rows of catalog_slots. */
json_t *show_check_of(Call *call, const char *number, const Check *check, json_t *notes);

/* Slots that lack something. */
guint show_missing(const Check *check);

/* "batch-sheet-side" of a row of catalog_sides. Caller's. */
char *show_side_id(const json_t *side);

/* Whether the side is the case's; separators and command cards are paper of the house. */
gboolean show_is_content(const json_t *side);

/* Whether the side carries a page: neither blank nor void. */
gboolean show_carries_page(const json_t *side);

/* All sides of a case, numbered, with what is odd about them. Rows of the catalogue. */
json_t *show_sides(json_t *sides, json_t *documents, json_t *notes, Lang lang);
