/* SPDX-License-Identifier: Apache-2.0
 *
 * A case as an IIIF Presentation 3 manifest: one canvas for every side that carries a page, in the
 * order of the case. Addresses are those the client came by; a session is needed behind them.
 */
#include "ui/api/api_intern.h"

#include <string.h>

#define MANIFEST_TYPE                                                                              \
    "application/ld+json;profile=\"http://iiif.io/api/presentation/3/context.json\""

static char *base_of(const Call *call)
{
    const char *host = request_header(call->request, "Host");
    const char *proto = request_header(call->request, "X-Forwarded-Proto");

    return g_strdup_printf("%s://%s" API_PREFIX, g_strcmp0(proto, "https") == 0 ? "https" : "http",
                           host != NULL ? host : "localhost");
}

static json_t *canvas(const char *base, const char *number, const json_t *side)
{
    const char *id = json_text(side, "id");
    g_autofree char *at = g_strdup_printf("%s/cases/%s/canvas/%s", base, number, id);
    g_autofree char *image = g_strdup_printf("%s/sides/%s/full", base, id);
    g_autofree char *page = g_strconcat(at, "/page", NULL);
    g_autofree char *annotation = g_strconcat(at, "/image", NULL);
    g_autofree char *label = g_strdup_printf("%d", (int)json_int(side, "page", 0));
    gboolean across = json_int(side, "turn", 0) % 180 != 0;
    json_int_t width = (json_int_t)json_int(side, across ? "height_px" : "width_px", 0);
    json_int_t height = (json_int_t)json_int(side, across ? "width_px" : "height_px", 0);
    json_t *painting =
        json_pack("{s:s, s:s, s:s, s:{s:s, s:s, s:s, s:I, s:I}, s:s}", "id", annotation, "type",
                  "Annotation", "motivation", "painting", "body", "id", image, "type", "Image",
                  "format", "image/jpeg", "width", width, "height", height, "target", at);

    return json_pack("{s:s, s:s, s:{s:[s]}, s:I, s:I, s:[{s:s, s:s, s:[o]}]}", "id", at, "type",
                     "Canvas", "label", "none", label, "width", width, "height", height, "items",
                     "id", page, "type", "AnnotationPage", "items", painting);
}

static gboolean is_shown(const json_t *side)
{
    return strcmp(json_text(side, "state"), "stored") == 0 && json_int(side, "page", 0) > 0 &&
           json_int(side, "width_px", 0) > 0;
}

Response *get_manifest(Call *call, GError **error)
{
    g_autofree char *number = call_case(call, NULL, error), *base = base_of(call);
    g_autoptr(json_t) shown = number != NULL ? show_case(call, number, error) : NULL;
    g_autoptr(json_t) canvases = json_array(), manifest = NULL;
    g_autofree char *id = NULL, *printed = NULL, *text = NULL;
    gsize i;
    json_t *side;

    if (shown == NULL)
        return NULL;
    json_array_foreach(json_object_get(shown, "sides"), i, side)
    {
        if (is_shown(side))
            json_array_append_new(canvases, canvas(base, number, side));
    }
    id = g_strdup_printf("%s/cases/%s/manifest", base, number);
    printed = case_print_number(number);
    manifest = json_pack("{s:s, s:s, s:s, s:{s:[s]}, s:O}", "@context",
                         "http://iiif.io/api/presentation/3/context.json", "id", id, "type",
                         "Manifest", "label", "none", printed, "items", canvases);
    text = json_line(manifest);
    return response_text(200, MANIFEST_TYPE, text);
}
