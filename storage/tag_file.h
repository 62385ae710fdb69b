/* SPDX-License-Identifier: Apache-2.0
 *
 * The text files of a bag, line by line in UTF-8 whatever their encoding, in bounded memory.
 */
#pragma once

#include "storage/archive.h"

#define TAG_LINE_MAX 16384 /* bytes of UTF-8: a path, percent-encoded, and a digest */

typedef struct TagFile TagFile;

/* `encoding` is a name that iconv knows; ERROR_FORMAT otherwise. */
TagFile *tag_file_open(const Archive *archive, const ArchiveMember *member, const char *encoding,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The next line without its end (LF, CR or CRLF), NULL at the end of the file or on failure:
 * ERROR_INVALID when bytes do not fit the encoding, ERROR_TOO_LARGE for a line over TAG_LINE_MAX.
 * The text is valid until the next call. */
const char *tag_file_line(TagFile *file, GError **error);

/* Number of the last line, from 1. */
guint64 tag_file_line_number(const TagFile *file);

void tag_file_free(TagFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TagFile, tag_file_free)

/* Whether iconv knows the encoding. */
gboolean tag_encoding_is_known(const char *encoding);
