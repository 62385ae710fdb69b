/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/bundle/describe.h"

#include "appliance/base/embed.h"
#include "appliance/bundle/gbt42727.h"

#include <string.h>

extern const Embedded embedded_bundle_data[];

const char *describe_media_type(const char *path)
{
    static const char *const types[][2] = {
        {".tif", "image/tiff"},
        {".jpg", "image/jpeg"},
        {".png", "image/png"},
        {".pdf", "application/pdf"},
        {".xml", "text/xml"},
        {".json", "application/json"},
        {".jsonl", "application/x-ndjson"},
        {".html", "text/html"},
        {".csv", "text/csv"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        if (g_str_has_suffix(path, types[i][0]))
            return types[i][1];
    return "application/octet-stream";
}

/* Takes `bytes`; FALSE for none. */
static gboolean add(Casefile *casefile, const char *path, GBytes *bytes)
{
    if (bytes == NULL)
        return FALSE;
    casefile_add_bytes(casefile, path, bytes);
    g_bytes_unref(bytes);
    return TRUE;
}

gboolean casefile_describe(Casefile *casefile, GError **error)
{
    const Embedded *schema = embedded_find(embedded_bundle_data, "data/case.schema.json");

    casefile_sort(casefile);
    casefile_add_text(casefile, "schemas/case.schema.json", (const char *)schema->bytes);
    if (!add(casefile, "metadata/gbt42727-basic.xml", gbt42727_basic(casefile, error)) ||
        !add(casefile, "metadata/gbt42727-process.xml", gbt42727_process(casefile)) ||
        !add(casefile, "metadata/premis.xml", describe_premis(casefile, error)))
        return FALSE;
    casefile_sort(casefile);
    if (!add(casefile, "METS.xml", describe_mets(casefile, error)))
        return FALSE;
    casefile_sort(casefile);
    return TRUE;
}
