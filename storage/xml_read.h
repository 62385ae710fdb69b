/* SPDX-License-Identifier: Apache-2.0
 *
 * A stranger's XML file read as a stream of elements, in bounded memory (libxml2).
 *
 * There is no network, no document type and so no entity but the five of XML itself. Encodings are
 * UTF-8 and the GB family (GB18030, GBK, GB2312), as receivers of archives take them; UTF-16 and
 * all others are refused. Text is handed out for elements that hold text alone.
 */
#pragma once

#include "storage/archive.h"

#define XML_TEXT_MAX  65536 /* bytes of one element's text */
#define XML_DEPTH_MAX 32
#define XML_NAMES_MAX 4096 /* different names of elements and attributes, about */

typedef struct {
    /* `attributes`: name, value, …, NULL; may be NULL itself. May be NULL. */
    void (*begin)(const char *name, const char *const *attributes, void *data);
    /* `text`: what stood between begin and end where no element stood there, blanks around it
     * cut; else "". */
    void (*end)(const char *name, const char *text, void *data);
} XmlEvents;

/* Read it all. ERROR_INVALID when the encoding is refused or the bytes do not fit it,
 * ERROR_TOO_LARGE beyond the limits above, ERROR_FORMAT with the line when it is not well-formed or
 * has a document type; otherwise as archive_reader_read. What stood before was handed out. */
gboolean xml_read(const Archive *archive, const ArchiveMember *member, const XmlEvents *events,
                  void *data, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The value of an attribute; NULL where there is none. */
const char *xml_attribute(const char *const *attributes, const char *name);
