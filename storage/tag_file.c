/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/tag_file.h"

#include <errno.h>
#include <string.h>

struct TagFile {
    ArchiveReader *reader;
    GIConv converter;
    char raw[4096]; /* bytes as they stand in the file */
    gsize raw_filled;
    char text[4 * 4096]; /* the same in UTF-8 */
    gsize text_filled, text_next;
    GString *line;
    guint64 number;
    gboolean after_cr, ended;
};

gboolean tag_encoding_is_known(const char *encoding)
{
    GIConv converter = g_iconv_open("UTF-8", encoding);

    if (converter == (GIConv)-1)
        return FALSE;
    g_iconv_close(converter);
    return TRUE;
}

TagFile *tag_file_open(const Archive *archive, const ArchiveMember *member, const char *encoding,
                       GError **error)
{
    g_autoptr(ArchiveReader) reader = archive_reader_new(archive, member, error);
    TagFile *file;

    if (reader == NULL)
        return NULL;
    file = g_new0(TagFile, 1);
    file->converter = g_iconv_open("UTF-8", encoding);
    if (file->converter == (GIConv)-1) {
        error_set(error, ERROR_FORMAT, "unknown encoding '%s'", encoding);
        g_free(file);
        return NULL;
    }
    file->reader = g_steal_pointer(&reader);
    file->line = g_string_new(NULL);
    return file;
}

/* Convert what is in `raw`; what is left over of a split character stays there. */
static gboolean convert(TagFile *file, GError **error)
{
    char *in = file->raw, *out = file->text;
    gsize in_left = file->raw_filled, out_left = sizeof file->text;
    gsize done = g_iconv(file->converter, &in, &in_left, &out, &out_left);

    if (done == (gsize)-1 && (errno != EINVAL || (file->ended && in_left > 0)) && errno != E2BIG)
        return error_set(error, ERROR_INVALID, "line %" G_GUINT64_FORMAT, file->number + 1);
    memmove(file->raw, in, in_left);
    file->raw_filled = in_left;
    file->text_next = 0;
    file->text_filled = (gsize)(out - file->text);
    return TRUE;
}

/* More text; FALSE at the end (no error) or on failure. */
static gboolean refill(TagFile *file, GError **error)
{
    file->text_filled = file->text_next = 0;
    while (file->text_filled == 0) {
        gssize n = 0;

        if (!file->ended)
            n = archive_reader_read(file->reader, file->raw + file->raw_filled,
                                    sizeof file->raw - file->raw_filled, error);
        if (n < 0)
            return FALSE;
        file->ended = n == 0;
        file->raw_filled += (gsize)n;
        if (file->ended && file->raw_filled == 0)
            return FALSE;
        if (!convert(file, error))
            return FALSE;
    }
    return TRUE;
}

const char *tag_file_line(TagFile *file, GError **error)
{
    GError *failed = NULL;

    g_string_truncate(file->line, 0);
    for (;;) {
        char c;

        if (file->text_next == file->text_filled && !refill(file, &failed))
            break;
        c = file->text[file->text_next++];
        if (file->after_cr && c == '\n') {
            file->after_cr = FALSE;
            continue;
        }
        file->after_cr = c == '\r';
        if (c == '\n' || c == '\r') {
            file->number++;
            return file->line->str;
        }
        if (c == '\0') {
            error_set(error, ERROR_INVALID, "line %" G_GUINT64_FORMAT, file->number + 1);
            return NULL;
        }
        if (file->line->len >= TAG_LINE_MAX) {
            error_set(error, ERROR_TOO_LARGE, "line %" G_GUINT64_FORMAT, file->number + 1);
            return NULL;
        }
        g_string_append_c(file->line, c);
    }
    if (failed != NULL) {
        g_propagate_error(error, failed);
        return NULL;
    }
    file->number += file->line->len > 0 ? 1 : 0;
    return file->line->len > 0 ? file->line->str : NULL; /* a last line without an end */
}

guint64 tag_file_line_number(const TagFile *file)
{
    return file->number;
}

void tag_file_free(TagFile *file)
{
    g_string_free(file->line, TRUE);
    g_iconv_close(file->converter);
    archive_reader_free(file->reader);
    g_free(file);
}
