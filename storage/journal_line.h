/* SPDX-License-Identifier: Apache-2.0
 *
 * One line of the journal, read for those who walk over all of them. Two thirds of a side's record
 * are what the page pass found, which nobody who walks looks at, and a tree of it costs more than
 * every row that the record makes: `facts` is passed over, the other fields are read as they are
 * written (one object, texts without escapes, whole numbers). A line of any other form goes to the
 * parser as it is, which alone judges what is no JSON.
 */
#pragma once

#include "appliance/base/json.h"

/* The record of a line of `size` bytes; `facts` may be left out. `name` says where it stands, for
 * ERROR_JOURNAL_DAMAGED. */
json_t *journal_line(const char *line, gsize size, const char *name,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
