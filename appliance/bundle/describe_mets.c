/* SPDX-License-Identifier: Apache-2.0
 *
 * METS 1.12 by the rules of E-ARK CSIP 2.1: metadata by reference, every other file in a group.
 */
#include "appliance/bundle/describe.h"

#include "appliance/bundle/xml.h"

#include <string.h>

#define FORM "anjuan-case/1"

/* How the files of a folder are referred to. */
typedef struct {
    const char *prefix, *id, *use;
} Group;

static const Group groups[] = {
    {"documentation/", "group-documentation", "Documentation"},
    {"schemas/", "group-schemas", "Schemas"},
    {"representations/rep1/", "group-rep1", "Representations/rep1"},
};

typedef struct {
    Xml *xml;
    const Casefile *casefile;
    const char *at;
} Mets;

static gboolean in_group(const CasefilePart *part, const Group *group)
{
    return g_str_has_prefix(part->path, group->prefix);
}

static gboolean has_group(const Mets *mets, const Group *group)
{
    for (guint i = 0; i < mets->casefile->parts->len; i++)
        if (in_group(g_ptr_array_index(mets->casefile->parts, i), group))
            return TRUE;
    return FALSE;
}

static gboolean size_of(const CasefilePart *part, char **size, GError **error)
{
    guint64 bytes;

    if (!casefile_part_size(part, &bytes, error))
        return FALSE;
    *size = g_strdup_printf("%" G_GUINT64_FORMAT, bytes);
    return TRUE;
}

/* A document of metadata by reference. */
static gboolean refer(Mets *mets, const char *path, const char *type, GError **error)
{
    const CasefilePart *part = casefile_find(mets->casefile, path);
    g_autofree char *size = NULL, *digest = part != NULL ? casefile_part_sha256(part) : NULL;
    gboolean other = strcmp(type, "PREMIS") != 0;

    if (part == NULL)
        return error_set(error, ERROR_JOURNAL_DAMAGED, "%s is not there", path);
    if (!size_of(part, &size, error))
        return FALSE;
    xml_open(mets->xml, "mdRef", "LOCTYPE", "URL", "xlink:type", "simple", "xlink:href", path,
             "MDTYPE", other ? "OTHER" : type, "OTHERMDTYPE", other ? type : NULL, "MIMETYPE",
             describe_media_type(path), "SIZE", size, "CREATED", mets->at, "CHECKSUM", digest,
             "CHECKSUMTYPE", "SHA-256", NULL);
    xml_close(mets->xml);
    return TRUE;
}

/* A section of METS around the document it refers to. */
typedef struct {
    const char *element, *id, *path, *type;
} Section;

static gboolean section(Mets *mets, const Section *it, GError **error)
{
    gboolean ok;

    xml_open(mets->xml, it->element, "ID", it->id, "CREATED", mets->at, NULL);
    ok = refer(mets, it->path, it->type, error);
    xml_close(mets->xml);
    return ok;
}

static gboolean metadata(Mets *mets, GError **error)
{
    static const Section descriptions[] = {
        {"dmdSec", "dmd-case", "metadata/case.json", FORM},
        {"dmdSec", "dmd-basic", "metadata/gbt42727-basic.xml", "GB/T 42727 basic"},
    };
    static const Section provenance[] = {
        {"digiprovMD", "amd-premis", "metadata/premis.xml", "PREMIS"},
        {"digiprovMD", "amd-process", "metadata/gbt42727-process.xml", "GB/T 42727 process"},
        {"digiprovMD", "amd-records", "audit/records.jsonl", "anjuan-journal/1"},
    };
    gboolean ok = TRUE;

    for (gsize i = 0; ok && i < G_N_ELEMENTS(descriptions); i++)
        ok = section(mets, &descriptions[i], error);
    xml_open(mets->xml, "amdSec", "ID", "amd", NULL);
    for (gsize i = 0; ok && i < G_N_ELEMENTS(provenance); i++)
        ok = section(mets, &provenance[i], error);
    xml_close(mets->xml);
    return ok;
}

static gboolean add_file(Mets *mets, const CasefilePart *part, guint index, GError **error)
{
    g_autofree char *id = g_strdup_printf("file-%u", index), *size = NULL;
    g_autofree char *digest = casefile_part_sha256(part);

    if (!size_of(part, &size, error))
        return FALSE;
    xml_open(mets->xml, "file", "ID", id, "MIMETYPE", describe_media_type(part->path), "SIZE", size,
             "CREATED", mets->at, "CHECKSUM", digest, "CHECKSUMTYPE", "SHA-256", NULL);
    xml_open(mets->xml, "FLocat", "LOCTYPE", "URL", "xlink:type", "simple", "xlink:href",
             part->path, NULL);
    xml_close(mets->xml);
    xml_close(mets->xml);
    return TRUE;
}

static gboolean add_group(Mets *mets, const Group *group, GError **error)
{
    gboolean ok = TRUE;

    if (!has_group(mets, group))
        return TRUE;
    xml_open(mets->xml, "fileGrp", "ID", group->id, "USE", group->use,
             "csip:CONTENTINFORMATIONTYPE", "OTHER", "csip:OTHERCONTENTINFORMATIONTYPE", FORM,
             NULL);
    for (guint i = 0; ok && i < mets->casefile->parts->len; i++) {
        const CasefilePart *part = g_ptr_array_index(mets->casefile->parts, i);

        if (in_group(part, group))
            ok = add_file(mets, part, i, error);
    }
    xml_close(mets->xml);
    return ok;
}

static gboolean files(Mets *mets, GError **error)
{
    gboolean ok = TRUE;

    xml_open(mets->xml, "fileSec", "ID", "files", NULL);
    for (gsize i = 0; ok && i < G_N_ELEMENTS(groups); i++)
        ok = add_group(mets, &groups[i], error);
    xml_close(mets->xml);
    return ok;
}

static void structure(Mets *mets)
{
    xml_open(mets->xml, "structMap", "ID", "structure", "TYPE", "PHYSICAL", "LABEL", "CSIP", NULL);
    xml_open(mets->xml, "div", "ID", "div-case", "LABEL", mets->casefile->number, NULL);
    xml_open(mets->xml, "div", "ID", "div-metadata", "LABEL", "Metadata", "DMDID",
             "dmd-case dmd-basic", "ADMID", "amd-premis amd-process amd-records", NULL);
    xml_close(mets->xml);
    for (gsize i = 0; i < G_N_ELEMENTS(groups); i++) {
        g_autofree char *id = g_strconcat("div-", groups[i].id, NULL);

        if (!has_group(mets, &groups[i]))
            continue;
        xml_open(mets->xml, "div", "ID", id, "LABEL", groups[i].use, NULL);
        xml_open(mets->xml, "fptr", "FILEID", groups[i].id, NULL);
        xml_close(mets->xml);
        xml_close(mets->xml);
    }
    xml_close(mets->xml);
    xml_close(mets->xml);
}

static void header(Mets *mets)
{
    xml_open(mets->xml, "metsHdr", "CREATEDATE", mets->at, "csip:OAISPACKAGETYPE", "SIP", NULL);
    xml_open(mets->xml, "agent", "ROLE", "CREATOR", "TYPE", "OTHER", "OTHERTYPE", "SOFTWARE", NULL);
    xml_leaf(mets->xml, "name", "anjuan", NULL);
    xml_leaf(mets->xml, "note", ANJUAN_VERSION, "csip:NOTETYPE", "SOFTWARE VERSION", NULL);
    xml_close(mets->xml);
    xml_close(mets->xml);
}

GBytes *describe_mets(const Casefile *casefile, GError **error)
{
    Mets mets = {xml_new(), casefile, json_text(casefile->about, "at")};
    g_autofree char *id = g_strconcat("urn:anjuan:", casefile->number, NULL);
    gboolean ok;
    GBytes *bytes;

    xml_open(mets.xml, "mets", "xmlns", "http://www.loc.gov/METS/", "xmlns:csip",
             "https://DILCIS.eu/XML/METS/CSIPExtensionMETS", "xmlns:xlink",
             "http://www.w3.org/1999/xlink", "OBJID", id, "TYPE", "OTHER", "csip:OTHERTYPE", "案卷",
             "csip:CONTENTINFORMATIONTYPE", "OTHER", "csip:OTHERCONTENTINFORMATIONTYPE", FORM,
             "PROFILE", "https://earkcsip.dilcis.eu/profile/E-ARK-CSIP.xml", NULL);
    header(&mets);
    ok = metadata(&mets, error) && files(&mets, error);
    structure(&mets);
    xml_close(mets.xml);
    bytes = xml_finish(mets.xml);
    if (ok)
        return bytes;
    g_bytes_unref(bytes);
    return NULL;
}
