/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/xml_read.h"

#include <libxml/parser.h>
#include <string.h>

typedef struct {
    const XmlEvents *events;
    void *data;
    xmlParserCtxt *parser;
    GString *text;
    guint depth;
    gboolean is_leaf;  /* no element ended since the last one began */
    const char *fault; /* why it was stopped; NULL: it was not */
    gboolean is_large; /* beyond a limit */
} Reading;

static void stop(Reading *reading, const char *fault, gboolean is_large)
{
    if (reading->fault == NULL) {
        reading->fault = fault;
        reading->is_large = is_large;
    }
    xmlStopParser(reading->parser);
}

/* ── what the parser tells ───────────────────────────────────────────────────────────────── */

static void on_begin(void *context, const xmlChar *name, const xmlChar **attributes)
{
    Reading *reading = context;

    if (reading->fault != NULL)
        return; /* uncovered: libxml2 tells nothing more behind a stop, so far */
    if (++reading->depth > XML_DEPTH_MAX) {
        stop(reading, "elements too deep", TRUE);
        return;
    }
    reading->is_leaf = TRUE;
    g_string_truncate(reading->text, 0);
    if (reading->events->begin != NULL)
        reading->events->begin((const char *)name, (const char *const *)attributes, reading->data);
}

static void on_end(void *context, const xmlChar *name)
{
    Reading *reading = context;

    if (reading->fault != NULL)
        return; /* uncovered: libxml2 tells nothing more behind a stop, so far */
    if (!reading->is_leaf)
        g_string_truncate(reading->text, 0);
    g_strstrip(reading->text->str);
    reading->events->end((const char *)name, reading->text->str, reading->data);
    g_string_truncate(reading->text, 0);
    reading->is_leaf = FALSE;
    reading->depth--;
}

static void on_text(void *context, const xmlChar *text, int size)
{
    Reading *reading = context;

    if (reading->fault != NULL || !reading->is_leaf)
        return;
    if (reading->text->len + (gsize)size > XML_TEXT_MAX)
        stop(reading, "a text is too long", TRUE);
    else
        g_string_append_len(reading->text, (const char *)text, size);
}

static void on_document_type(void *context, const xmlChar *name G_GNUC_UNUSED,
                             const xmlChar *external G_GNUC_UNUSED,
                             const xmlChar *system G_GNUC_UNUSED)
{
    stop(context, "a document type is not allowed", FALSE);
}

/* ── encoding ────────────────────────────────────────────────────────────────────────────── */

/* What the XML declaration names, in capitals; "UTF-8" where it names none. Only what agrees with
 * ASCII in these bytes comes here. */
static char *declared_encoding(const char *bytes, gsize size)
{
    g_autofree char *head = g_strndup(bytes, MIN(size, 256));
    char *end = strstr(head, "?>"), *at;
    gsize length;

    if (!g_str_has_prefix(head, "<?xml") || end == NULL)
        return g_strdup("UTF-8");
    *end = '\0';
    at = strstr(head, "encoding");
    at = at != NULL ? at + strcspn(at, "\"'") : NULL;
    if (at == NULL || *at == '\0')
        return g_strdup("UTF-8");
    length = strcspn(at + 1, "\"'");
    return g_ascii_strup(at + 1, (gssize)length);
}

/* Of the first bytes of a file. */
static gboolean encoding_is_allowed(const char *bytes, gsize size, GError **error)
{
    static const char *const allowed[] = {"UTF-8", "GB18030", "GBK", "GB2312", "US-ASCII", NULL};
    gsize mark = size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    g_autofree char *name = declared_encoding(bytes + mark, size - mark);

    if (memchr(bytes, 0, MIN(size, 4)) != NULL || (guchar)bytes[0] >= 0xfe)
        return error_set(error, ERROR_INVALID, "UTF-16 or UTF-32");
    return g_strv_contains(allowed, name) || error_set(error, ERROR_INVALID, "encoding %s", name);
}

/* ── reading ─────────────────────────────────────────────────────────────────────────────── */

static gboolean is_about_bytes(int code)
{
    return code == XML_ERR_INVALID_ENCODING || code == XML_ERR_UNKNOWN_ENCODING ||
           code == XML_ERR_UNSUPPORTED_ENCODING || code == XML_ERR_INVALID_CHAR ||
           (code >= XML_I18N_NO_NAME && code <= XML_I18N_NO_OUTPUT);
}

/* Always FALSE. */
static gboolean set_fault(const Reading *reading, GError **error)
{
    const xmlError *why = xmlCtxtGetLastError(reading->parser);
    g_autofree char *words = NULL;

    if (reading->fault != NULL)
        return error_set(error, reading->is_large ? ERROR_TOO_LARGE : ERROR_FORMAT, "%s",
                         reading->fault);
    if (why == NULL)
        /* uncovered: libxml2 has a reason for every refusal, so far */
        return error_set(error, ERROR_FORMAT, "not well-formed");
    words = g_strchomp(g_strdup(why->message));
    return error_set(error, is_about_bytes(why->code) ? ERROR_INVALID : ERROR_FORMAT, "line %d: %s",
                     why->line, words);
}

static gboolean feed(Reading *reading, const char *bytes, gsize size, gboolean is_end,
                     GError **error)
{
    if (xmlParseChunk(reading->parser, bytes, (int)size, is_end) != 0 || reading->fault != NULL)
        return set_fault(reading, error);
    if (xmlDictSize(reading->parser->dict) > XML_NAMES_MAX)
        return error_set(error, ERROR_TOO_LARGE, "too many different names");
    return TRUE;
}

static gboolean read_all(Reading *reading, ArchiveReader *reader, GError **error)
{
    g_autofree char *block = g_malloc(ARCHIVE_BLOCK_BYTES);
    gboolean is_first = TRUE;
    gssize n;

    while ((n = archive_reader_read(reader, block, ARCHIVE_BLOCK_BYTES, error)) > 0) {
        if (is_first && !encoding_is_allowed(block, (gsize)n, error))
            return FALSE;
        is_first = FALSE;
        if (!feed(reading, block, (gsize)n, FALSE, error))
            return FALSE;
    }
    return n == 0 && feed(reading, "", 0, TRUE, error);
}

gboolean xml_read(const Archive *archive, const ArchiveMember *member, const XmlEvents *events,
                  void *data, GError **error)
{
    xmlSAXHandler handler = {.startElement = on_begin,
                             .endElement = on_end,
                             .characters = on_text,
                             .cdataBlock = on_text,
                             .internalSubset = on_document_type};
    Reading reading = {.events = events, .data = data};
    g_autoptr(ArchiveReader) reader = archive_reader_new(archive, member, error);
    gboolean ok;

    if (reader == NULL)
        return FALSE;
    reading.parser = xmlCreatePushParserCtxt(&handler, &reading, NULL, 0, NULL);
    if (reading.parser == NULL)
        /* uncovered: libxml2 finds no memory */
        g_error("out of memory"); /* as GLib ends the program for its own */
    xmlCtxtUseOptions(reading.parser, XML_PARSE_NONET);
    reading.text = g_string_new(NULL);
    ok = read_all(&reading, reader, error);
    g_string_free(reading.text, TRUE);
    xmlFreeParserCtxt(reading.parser);
    return ok;
}

const char *xml_attribute(const char *const *attributes, const char *name)
{
    for (gsize i = 0; attributes != NULL && attributes[i] != NULL; i += 2)
        if (strcmp(attributes[i], name) == 0)
            return attributes[i + 1];
    return NULL;
}
