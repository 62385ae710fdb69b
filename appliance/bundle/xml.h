/* SPDX-License-Identifier: Apache-2.0
 *
 * XML documents as text (libxml2's writer): UTF-8, indented, the same calls give the same bytes.
 * What XML 1.0 cannot carry (control characters) becomes U+FFFD.
 */
#pragma once

#include <glib.h>

typedef struct Xml Xml;
/* An empty document; elements are opened and closed in order. */
Xml *xml_new(void);

/* Open an element; attributes as name, value pairs, NULL-terminated; a NULL value leaves one out.
 */
void xml_open(Xml *xml, const char *name, ...) G_GNUC_NULL_TERMINATED;
void xml_close(Xml *xml);

/* An element that holds text alone. */
void xml_leaf(Xml *xml, const char *name, const char *text, ...) G_GNUC_NULL_TERMINATED;

/* The document; ends the writer. */
GBytes *xml_finish(Xml *xml) G_GNUC_WARN_UNUSED_RESULT;
