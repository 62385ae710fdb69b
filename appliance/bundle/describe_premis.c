/* SPDX-License-Identifier: Apache-2.0
 *
 * PREMIS 3.0: the sides as files, how each batch was captured, the filing, and who acted.
 */
#include "appliance/bundle/describe.h"

#include "appliance/base/text.h"
#include "appliance/bundle/xml.h"

#include <string.h>

#define NAMESPACE "http://www.loc.gov/premis/v3"
#define SOFTWARE  "anjuan"

/* An identifier of this kind of element: "object", "event", "linkingAgent" … */
static void identifier(Xml *xml, const char *kind, const char *type, const char *value)
{
    g_autofree char *outer = g_strdup_printf("%sIdentifier", kind);
    g_autofree char *type_name = g_strconcat(outer, "Type", NULL);
    g_autofree char *value_name = g_strconcat(outer, "Value", NULL);

    xml_open(xml, outer, NULL);
    xml_leaf(xml, type_name, type, NULL);
    xml_leaf(xml, value_name, value, NULL);
    xml_close(xml);
}

static void fixity(Xml *xml, const char *algorithm, const void *digest, gsize size)
{
    g_autofree char *hex = hex_encode(digest, size);

    xml_open(xml, "fixity", NULL);
    xml_leaf(xml, "messageDigestAlgorithm", algorithm, NULL);
    xml_leaf(xml, "messageDigest", hex, NULL);
    xml_close(xml);
}

static void format(Xml *xml, const char *path)
{
    static const char *const registry[][2] = {
        {"image/tiff", "fmt/353"}, {"image/jpeg", "fmt/43"}, {"image/png", "fmt/11"}};
    const char *type = describe_media_type(path);

    xml_open(xml, "format", NULL);
    xml_open(xml, "formatDesignation", NULL);
    xml_leaf(xml, "formatName", type, NULL);
    xml_close(xml);
    for (gsize i = 0; i < G_N_ELEMENTS(registry); i++)
        if (strcmp(registry[i][0], type) == 0) {
            xml_open(xml, "formatRegistry", NULL);
            xml_leaf(xml, "formatRegistryName", "PRONOM", NULL);
            xml_leaf(xml, "formatRegistryKey", registry[i][1], NULL);
            xml_close(xml);
        }
    xml_close(xml);
}

static gboolean add_object(Xml *xml, const Casefile *casefile, const json_t *side, GError **error)
{
    const char *file = json_text(side, "file");
    const CasefilePart *part = file != NULL ? casefile_find(casefile, file) : NULL;
    g_autofree char *size = NULL;
    guint64 bytes;

    if (part == NULL)
        return error_set(error, ERROR_JOURNAL_DAMAGED, "%s is not there",
                         file != NULL ? file : "a side");
    if (!casefile_part_size(part, &bytes, error))
        return FALSE;
    size = g_strdup_printf("%" G_GUINT64_FORMAT, bytes);
    xml_open(xml, "object", "xsi:type", "file", NULL);
    identifier(xml, "object", "local", part->path);
    xml_open(xml, "objectCharacteristics", NULL);
    fixity(xml, "SHA-256", part->digests.sha256, sizeof part->digests.sha256);
    fixity(xml, "SHA-512", part->digests.sha512, sizeof part->digests.sha512);
    xml_leaf(xml, "size", size, NULL);
    format(xml, part->path);
    xml_close(xml);
    xml_close(xml);
    return TRUE;
}

static void open_event(Xml *xml, const char *id, const char *type, const char *at)
{
    xml_open(xml, "event", NULL);
    identifier(xml, "event", "local", id);
    xml_leaf(xml, "eventType", type, NULL);
    xml_leaf(xml, "eventDateTime", at, NULL);
}

/* How one batch of the feeder came in, with the sides it brought. */
static void add_capture(Xml *xml, const Casefile *casefile, const json_t *batch)
{
    gint64 id = json_int(batch, "id", 0);
    const char *at = json_text(batch, "closed_at");
    json_t *sides = json_object_get(casefile->record, "sides"), *side;
    g_autofree char *name = g_strdup_printf("batch-%" G_GINT64_FORMAT, id);
    gsize i;

    open_event(xml, name, "capture", at != NULL ? at : json_text(casefile->about, "at"));
    identifier(xml, "linkingAgent", "local", SOFTWARE);
    json_array_foreach(sides, i, side) if (json_int(side, "batch", 0) == id)
        identifier(xml, "linkingObject", "local", json_text(side, "file"));
    xml_close(xml);
}

static void add_ingestion(Xml *xml, const Casefile *casefile)
{
    const char *filed = json_text(casefile->about, "filed");

    if (filed == NULL)
        return;
    open_event(xml, "filing", "ingestion", filed);
    identifier(xml, "linkingAgent", "local", SOFTWARE);
    xml_close(xml);
}

static void add_agent(Xml *xml)
{
    xml_open(xml, "agent", NULL);
    identifier(xml, "agent", "local", SOFTWARE);
    xml_leaf(xml, "agentName", SOFTWARE, NULL);
    xml_leaf(xml, "agentType", "software", NULL);
    xml_close(xml);
}

GBytes *describe_premis(const Casefile *casefile, GError **error)
{
    Xml *xml = xml_new();
    json_t *sides = json_object_get(casefile->record, "sides"), *side;
    json_t *batches = json_object_get(casefile->about, "batches"), *batch;
    gboolean ok = TRUE;
    GBytes *bytes;
    gsize i;

    xml_open(xml, "premis", "xmlns", NAMESPACE, "xmlns:xsi",
             "http://www.w3.org/2001/XMLSchema-instance", "version", "3.0", NULL);
    if (json_array_size(sides) == 0) { /* a case of papers alone: the case itself */
        xml_open(xml, "object", "xsi:type", "intellectualEntity", NULL);
        identifier(xml, "object", "local", casefile->number);
        xml_close(xml);
    }
    json_array_foreach(sides, i, side) ok = ok && add_object(xml, casefile, side, error);
    json_array_foreach(batches, i, batch) add_capture(xml, casefile, batch);
    add_ingestion(xml, casefile);
    add_agent(xml);
    bytes = xml_finish(xml);
    if (ok)
        return bytes;
    g_bytes_unref(bytes);
    return NULL;
}
