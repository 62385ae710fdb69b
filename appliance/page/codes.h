/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading codes from the 1-bit page.
 */
#pragma once

#include "appliance/page/bits.h"
#include "appliance/page/page.h"

/* Must be called once before the sandbox closes: loads the character set tables. */
void codes_prepare(void);

/* Add what is found to `codes` (of PageCode). */
void codes_read(const Bits *bits, guint32 dpi, GPtrArray *codes);

/* Bytes of a code as text: UTF-8 where they are valid, else GB 18030, else ISO 8859-1. NULs
 * become U+FFFD. */
char *codes_text(const char *bytes, gsize size) G_GNUC_WARN_UNUSED_RESULT;
