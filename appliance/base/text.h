/* SPDX-License-Identifier: Apache-2.0
 *
 * Small text forms that stand in contracts: hex digits and the escapes of plain output.
 */
#pragma once

#include <glib.h>

/* Lower-case hex, two digits a byte. */
char *hex_encode(const void *bytes, gsize size) G_GNUC_WARN_UNUSED_RESULT;

/* The inverse, into exactly `size` bytes; FALSE unless `hex` is 2 × size lower-case digits. */
gboolean hex_decode(const char *hex, void *bytes, gsize size) G_GNUC_WARN_UNUSED_RESULT;

/* A cell of TAB-separated output: backslash, tab, newline as \\ \t \n, other control bytes and
 * invalid UTF-8 as \xHH. */
char *text_escape_cell(const char *text) G_GNUC_WARN_UNUSED_RESULT;

/* Only ASCII digits, at least one. */
gboolean text_is_digits(const char *text);

/* One copy of a text for as long as the process lives: equal texts have equal addresses, and what
 * holds them is copied and compared as bytes. For names that come again and again. */
const char *text_intern(const char *text);
