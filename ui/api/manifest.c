/* SPDX-License-Identifier: Apache-2.0
 *
 * A case as an IIIF Presentation 3 manifest: one canvas for every side that carries a page, in the
 * order of the case, and a range for every document. Addresses are those the client came by: with
 * a session under API_PREFIX, or those of a token (iiif.c). Nobody's name stands in it.
 */
#include "ui/api/api_intern.h"

#include <string.h>

#define PRESENTATION_CONTEXT "http://iiif.io/api/presentation/3/context.json"
#define MANIFEST_TYPE        "application/ld+json;profile=\"" PRESENTATION_CONTEXT "\""
#define THUMBNAIL_PX         160

char *call_base(const Call *call)
{
    const char *host = request_header(call->request, "Host");
    const char *proto = request_header(call->request, "X-Forwarded-Proto");
    const char *token = request_param(call->request, "token");
    const char *scheme =
        call->api->options.secure || g_strcmp0(proto, "https") == 0 ? "https" : "http";

    if (host == NULL)
        host = "localhost";
    return token != NULL ? g_strdup_printf("%s://%s/shared/%s", scheme, host, token)
                         : g_strdup_printf("%s://%s" API_PREFIX, scheme, host);
}

typedef struct {
    const char *base;
    char *at; /* address of the case below it: what canvases are named by */
} Place;

static json_t *service(const char *id)
{
    return json_pack("[{s:s, s:s, s:s}]", "id", id, "type", "ImageService3", "profile", "level1");
}

static json_t *image(const char *service_id, int width, int height, gboolean small)
{
    g_autofree char *id = small ? g_strdup_printf("%s/full/%d,/0/default.jpg", service_id, width)
                                : g_strdup_printf("%s/full/max/0/default.jpg", service_id);

    return json_pack("{s:s, s:s, s:s, s:i, s:i, s:o}", "id", id, "type", "Image", "format",
                     "image/jpeg", "width", width, "height", height, "service",
                     service(service_id));
}

static json_t *canvas(const Place *place, const json_t *side)
{
    const char *id = json_text(side, "id");
    g_autofree char *at = g_strdup_printf("%s/canvas/%s", place->at, id);
    g_autofree char *service_id = g_strdup_printf("%s/iiif/%s", place->base, id);
    g_autofree char *page = g_strconcat(at, "/page", NULL);
    g_autofree char *annotation = g_strconcat(at, "/image", NULL);
    g_autofree char *label = g_strdup_printf("%d", (int)json_int(side, "page", 0));
    gboolean across = json_int(side, "turn", 0) % 180 != 0;
    int width = (int)json_int(side, across ? "height_px" : "width_px", 0);
    int height = (int)json_int(side, across ? "width_px" : "height_px", 0);
    int small_width = MIN(THUMBNAIL_PX, width);
    json_t *painting =
        json_pack("{s:s, s:s, s:s, s:o, s:s}", "id", annotation, "type", "Annotation", "motivation",
                  "painting", "body", image(service_id, width, height, FALSE), "target", at);

    return json_pack("{s:s, s:s, s:{s:[s]}, s:i, s:i, s:[o], s:[{s:s, s:s, s:[o]}]}", "id", at,
                     "type", "Canvas", "label", "none", label, "width", width, "height", height,
                     "thumbnail",
                     image(service_id, small_width, MAX(1, height * small_width / width), TRUE),
                     "items", "id", page, "type", "AnnotationPage", "items", painting);
}

static gboolean is_shown(const json_t *side)
{
    return strcmp(json_text(side, "state"), "stored") == 0 && json_int(side, "page", 0) > 0 &&
           json_int(side, "width_px", 0) > 0;
}

static json_t *canvases(const Place *place, json_t *sides)
{
    json_t *list = json_array();
    gsize i;
    json_t *side;

    json_array_foreach(sides, i, side)
    {
        if (is_shown(side))
            json_array_append_new(list, canvas(place, side));
    }
    return list;
}

/* The pages of a document; NULL where it has none. */
static json_t *range(const Place *place, const json_t *document, json_t *sides)
{
    gint64 number = json_int(document, "number", 0);
    g_autofree char *id = g_strdup_printf("%s/range/%d", place->at, (int)number);
    g_autofree char *label = g_strdup_printf("%03d %s", (int)number, json_text(document, "title"));
    g_autoptr(json_t) items = json_array();
    gsize i;
    json_t *side;

    json_array_foreach(sides, i, side)
    {
        if (is_shown(side) && json_int(side, "document", 0) == number) {
            g_autofree char *at = g_strdup_printf("%s/canvas/%s", place->at, json_text(side, "id"));

            json_array_append_new(items, json_pack("{s:s, s:s}", "id", at, "type", "Canvas"));
        }
    }
    if (json_array_size(items) == 0)
        return NULL;
    return json_pack("{s:s, s:s, s:{s:[s]}, s:O}", "id", id, "type", "Range", "label", "zh", label,
                     "items", items);
}

static json_t *ranges(const Place *place, json_t *documents, json_t *sides)
{
    json_t *list = json_array();
    gsize i;
    json_t *document;

    json_array_foreach(documents, i, document)
    {
        json_t *one = range(place, document, sides);

        if (one != NULL)
            json_array_append_new(list, one);
    }
    return list;
}

static Response *answer(Call *call, const char *number, GError **error)
{
    g_autofree char *base = call_base(call), *printed = case_print_number(number);
    g_autoptr(json_t) shown = show_case(call, number, error);
    json_t *sides = json_object_get(shown, "sides");
    const char *item = json_text(json_object_get(shown, "item"), "name");
    g_autofree char *at = g_strdup_printf("%s/cases/%s", base, number), *id = NULL, *text = NULL;
    Place place = {base, at};
    g_autoptr(json_t) manifest = NULL, items = NULL, structures = NULL;

    if (shown == NULL)
        return NULL;
    items = canvases(&place, sides);
    if (json_array_size(items) == 0) {
        error_set(error, ERROR_NOT_FOUND, "%s has no page yet", printed);
        return NULL;
    }
    structures = ranges(&place, json_object_get(shown, "documents"), sides);
    id = request_param(call->request, "token") != NULL ? g_strconcat(base, "/manifest", NULL)
                                                       : g_strconcat(at, "/manifest", NULL);
    manifest = json_pack("{s:s, s:s, s:s, s:{s:[s]}, s:{s:[s]}, s:[s], s:O}", "@context",
                         PRESENTATION_CONTEXT, "id", id, "type", "Manifest", "label", "none",
                         printed, "summary", "zh", item, "behavior", "paged", "items", items);
    if (json_array_size(structures) > 0)
        json_object_set(manifest, "structures", structures);
    text = json_line(manifest);
    return response_text(200, MANIFEST_TYPE, text);
}

Response *get_manifest(Call *call, GError **error)
{
    g_autofree char *number = call_case(call, NULL, error);

    return number != NULL ? answer(call, number, error) : NULL;
}

Response *get_shared_manifest(Call *call, GError **error)
{
    g_autofree char *number = call_shared(call, error);
    Response *response = number != NULL ? answer(call, number, error) : NULL;

    if (response != NULL) {
        response_header(response, "Access-Control-Allow-Origin", "*");
        response_header(response, "Cross-Origin-Resource-Policy", "cross-origin");
    }
    return response;
}
