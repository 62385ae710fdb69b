/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/bundle/xml.h"

#include <libxml/xmlwriter.h>
#include <stdarg.h>

struct Xml {
    xmlBuffer *buffer;
    xmlTextWriter *writer;
};

Xml *xml_new(void)
{
    Xml *xml = g_new0(Xml, 1);

    xml->buffer = xmlBufferCreate();
    xml->writer = xmlNewTextWriterMemory(xml->buffer, 0);
    if (xml->writer == NULL)
        g_error("out of memory"); /* as GLib ends the program for its own */
    xmlTextWriterSetIndent(xml->writer, 1);
    xmlTextWriterStartDocument(xml->writer, "1.0", "UTF-8", NULL);
    return xml;
}

/* The text as XML may carry it. */
static char *clean(const char *text)
{
    char *valid = g_utf8_make_valid(text, -1);
    GString *out = g_string_new(NULL);

    for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        gboolean carried = c == '\t' || c == '\n' || (c >= 0x20 && c != 0xfffe && c != 0xffff);

        g_string_append_unichar(out, carried ? c : 0xfffd);
    }
    g_free(valid);
    return g_string_free(out, FALSE);
}

static void put_attributes(Xml *xml, va_list arguments)
{
    const char *name;

    while ((name = va_arg(arguments, const char *)) != NULL) {
        const char *value = va_arg(arguments, const char *);
        g_autofree char *text = value != NULL ? clean(value) : NULL;

        if (text != NULL)
            xmlTextWriterWriteAttribute(xml->writer, BAD_CAST name, BAD_CAST text);
    }
}

void xml_open(Xml *xml, const char *name, ...)
{
    va_list arguments;

    xmlTextWriterStartElement(xml->writer, BAD_CAST name);
    va_start(arguments, name);
    put_attributes(xml, arguments);
    va_end(arguments);
}

void xml_close(Xml *xml)
{
    xmlTextWriterEndElement(xml->writer);
}

void xml_leaf(Xml *xml, const char *name, const char *text, ...)
{
    g_autofree char *carried = clean(text != NULL ? text : "");
    va_list arguments;

    xmlTextWriterStartElement(xml->writer, BAD_CAST name);
    va_start(arguments, text);
    put_attributes(xml, arguments);
    va_end(arguments);
    xmlTextWriterWriteString(xml->writer, BAD_CAST carried);
    xmlTextWriterEndElement(xml->writer);
}

GBytes *xml_finish(Xml *xml)
{
    GBytes *bytes;

    xmlTextWriterEndDocument(xml->writer);
    xmlFreeTextWriter(xml->writer);
    bytes = g_bytes_new(xmlBufferContent(xml->buffer), (gsize)xmlBufferLength(xml->buffer));
    xmlBufferFree(xml->buffer);
    g_free(xml);
    return bytes;
}
