/* SPDX-License-Identifier: Apache-2.0
 *
 * The images of sides as IIIF Image API 3.0 services, and addresses to share a case by.
 *
 *   …/iiif/{id}                                            → 303 …/info.json
 *   …/iiif/{id}/info.json
 *   …/iiif/{id}/{region}/{size}/{rotation}/{quality}.{format}
 *
 * Level 1, and beyond it: regions in percent, sizes by percent and confined, turns by 90°, PNG,
 * gray and bitonal. Nothing is made larger than it was captured (no "^").
 *
 * A page is served as the clerk turned it:
 *
 *     region (of the turned page) ─→ region of the page upright ─→ scaled ─→ turned by both turns
 *
 * A session sees the services under API_PREFIX. A viewer elsewhere gets a token address, which
 * names one case, ends after SHARE_US and with the daemon, answers every origin and looks at no
 * cookie.
 */
#include "ui/api/api_intern.h"

#include "appliance/counter/side.h"
#include "storage/catalog_record.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define IMAGE_CONTEXT "http://iiif.io/api/image/3/context.json"
#define IMAGE_LD_TYPE "application/ld+json;profile=\"" IMAGE_CONTEXT "\""
#define TILE_PX       1024
#define SHARE_US      (60 * 60 * (gint64)G_USEC_PER_SEC)
#define SHARES_MAX    256

/* ── what is asked of an image ───────────────────────────────────────────────────────────── */

typedef struct {
    guint32 x, y, w, h;
} Box;

typedef struct {
    guint32 width, height; /* of the page as it is seen */
    Box region;
    guint32 out_width, out_height; /* before the rotation asked for */
    guint turn;                    /* of the side by the clerk */
    guint rotation;
    ViewFormat format;
    gboolean gray;
} Asked;

static gboolean refuse(const char *what, const char *text, GError **error)
{
    return error_set(error, ERROR_BAD_REQUEST, "%s '%.60s'", what, text);
}

/* `n` numbers divided by commas, and nothing else. */
static gboolean read_numbers(const char *text, double *numbers, gsize n)
{
    for (gsize i = 0; i < n; i++) {
        char *end;

        if (!g_ascii_isdigit(*text))
            return FALSE;
        numbers[i] = g_ascii_strtod(text, &end);
        if (!isfinite(numbers[i]) || numbers[i] > G_MAXINT32 || *end != (i + 1 < n ? ',' : '\0'))
            return FALSE;
        text = end + 1;
    }
    return TRUE;
}

static gboolean are_whole(const double *numbers, gsize n)
{
    for (gsize i = 0; i < n; i++)
        if (numbers[i] != floor(numbers[i]))
            return FALSE;
    return TRUE;
}

/* The part of the page that the four numbers name; FALSE where nothing of it is on the page. */
static gboolean cut(Asked *asked, const double *at)
{
    if (at[0] >= asked->width || at[1] >= asked->height || at[2] < 1 || at[3] < 1)
        return FALSE;
    asked->region.x = (guint32)at[0];
    asked->region.y = (guint32)at[1];
    asked->region.w = (guint32)MIN(at[2], asked->width - asked->region.x);
    asked->region.h = (guint32)MIN(at[3], asked->height - asked->region.y);
    return TRUE;
}

static gboolean read_region(Asked *asked, const char *text, GError **error)
{
    guint32 side = MIN(asked->width, asked->height);
    double at[4];

    asked->region = (Box){0, 0, asked->width, asked->height};
    if (strcmp(text, "full") == 0)
        return TRUE;
    if (strcmp(text, "square") == 0) {
        asked->region = (Box){(asked->width - side) / 2, (asked->height - side) / 2, side, side};
        return TRUE;
    }
    if (g_str_has_prefix(text, "pct:")) {
        if (!read_numbers(text + 4, at, 4))
            return refuse("region", text, error);
        for (gsize i = 0; i < 4; i++)
            at[i] = floor(at[i] / 100 * (i % 2 == 0 ? asked->width : asked->height) + 0.5);
        return cut(asked, at) || refuse("region", text, error);
    }
    return (read_numbers(text, at, 4) && are_whole(at, 4) && cut(asked, at)) ||
           refuse("region", text, error);
}

static guint32 in_proportion(guint32 of, guint32 to, guint32 from)
{
    return (guint32)MAX(1, ((guint64)of * to + from / 2) / from);
}

/* The largest size with the region's shape inside the box. */
static void confine(Asked *asked, const double *box)
{
    double scale = MIN(box[0] / asked->region.w, box[1] / asked->region.h);

    asked->out_width = (guint32)MAX(1, floor(asked->region.w * scale + 0.5));
    asked->out_height = (guint32)MAX(1, floor(asked->region.h * scale + 0.5));
}

/* "w,", ",h", "w,h" and "!w,h". */
static gboolean read_lengths(Asked *asked, const char *text)
{
    const Box *region = &asked->region;
    gsize n = strlen(text);
    double to[2];

    if (n > 1 && text[n - 1] == ',') {
        g_autofree char *width = g_strndup(text, n - 1);

        if (!read_numbers(width, to, 1) || !are_whole(to, 1))
            return FALSE;
        asked->out_width = (guint32)to[0];
        asked->out_height = in_proportion(region->h, asked->out_width, region->w);
    } else if (*text == ',') {
        if (!read_numbers(text + 1, to, 1) || !are_whole(to, 1))
            return FALSE;
        asked->out_height = (guint32)to[0];
        asked->out_width = in_proportion(region->w, asked->out_height, region->h);
    } else if (*text == '!') {
        if (!read_numbers(text + 1, to, 2) || !are_whole(to, 2) || to[0] < 1 || to[1] < 1)
            return FALSE;
        confine(asked, to);
    } else {
        if (!read_numbers(text, to, 2) || !are_whole(to, 2))
            return FALSE;
        asked->out_width = (guint32)to[0];
        asked->out_height = (guint32)to[1];
    }
    return TRUE;
}

static gboolean read_size(Asked *asked, const char *text, GError **error)
{
    double percent;

    asked->out_width = asked->region.w;
    asked->out_height = asked->region.h;
    if (strcmp(text, "max") == 0)
        return TRUE;
    if (g_str_has_prefix(text, "pct:")) {
        if (!read_numbers(text + 4, &percent, 1) || percent <= 0 || percent > 100)
            return refuse("size", text, error);
        asked->out_width = (guint32)MAX(1, floor(asked->region.w * percent / 100 + 0.5));
        asked->out_height = (guint32)MAX(1, floor(asked->region.h * percent / 100 + 0.5));
        return TRUE;
    }
    if (!read_lengths(asked, text) || asked->out_width < 1 || asked->out_height < 1)
        return refuse("size", text, error);
    return (asked->out_width <= asked->region.w && asked->out_height <= asked->region.h) ||
           error_set(error, ERROR_BAD_REQUEST, "size '%.60s': larger than the region", text);
}

static gboolean read_rotation(Asked *asked, const char *text, GError **error)
{
    double degrees;

    if (!read_numbers(text, &degrees, 1) || degrees > 360 || fmod(degrees, 90) != 0)
        return refuse("rotation", text, error);
    asked->rotation = (guint)degrees % 360;
    return TRUE;
}

/* "default.jpg" */
static gboolean read_quality(Asked *asked, const char *text, GError **error)
{
    static const char *const qualities[] = {"default", "color", "gray", "bitonal"};
    const char *dot = strrchr(text, '.');
    gsize i, n = dot != NULL ? (gsize)(dot - text) : 0;

    for (i = 0; i < G_N_ELEMENTS(qualities); i++)
        if (strlen(qualities[i]) == n && strncmp(qualities[i], text, n) == 0)
            break;
    if (i == G_N_ELEMENTS(qualities) || (strcmp(dot, ".jpg") != 0 && strcmp(dot, ".png") != 0))
        return refuse("quality and format", text, error);
    asked->gray = i >= 2;
    asked->format = strcmp(dot, ".jpg") == 0 ? VIEW_JPEG : i == 3 ? VIEW_BITONAL : VIEW_PNG;
    return i != 3 || asked->format == VIEW_BITONAL ||
           error_set(error, ERROR_BAD_REQUEST, "bitonal comes as png alone");
}

/* The region on the page upright, out of that on the page as the clerk turned it. */
static Box upright(const Asked *asked)
{
    const Box *r = &asked->region;

    switch (asked->turn) {
    case 90:
        return (Box){r->y, asked->width - r->x - r->w, r->h, r->w};
    case 180:
        return (Box){asked->width - r->x - r->w, asked->height - r->y - r->h, r->w, r->h};
    case 270:
        return (Box){asked->height - r->y - r->h, r->x, r->h, r->w};
    default:
        return *r;
    }
}

static PageView view_of(const Asked *asked)
{
    Box box = upright(asked);
    gboolean across = asked->turn % 180 != 0;

    return (PageView){.x = box.x,
                      .y = box.y,
                      .w = box.w,
                      .h = box.h,
                      .width_px = across ? asked->out_height : asked->out_width,
                      .height_px = across ? asked->out_width : asked->out_height,
                      .turn = (asked->turn + asked->rotation) % 360,
                      .format = asked->format,
                      .gray = asked->gray};
}

/* ── sides, by session or by token ───────────────────────────────────────────────────────── */

/* The side {id}, which this client may see, with its seen size; NULL with an error. */
static json_t *seen_side(Call *call, Asked *asked, GError **error)
{
    gboolean shared = request_param(call->request, "token") != NULL;
    g_autofree char *number = shared ? call_shared(call, error) : NULL;
    g_autoptr(json_t) row = NULL, shown = NULL;
    gboolean across;
    SideName name;

    if ((shared && number == NULL) || (row = call_side(call, &name, error)) == NULL)
        return NULL;
    if (shared && g_strcmp0(json_text(row, "case"), number) != 0) {
        error_set(error, ERROR_NOT_FOUND, "side %s", request_param(call->request, "id"));
        return NULL;
    }
    if ((!shared && !call_sees_side(call, row, error)) ||
        !catalog_add_facts(call->reader, row, error))
        return NULL;
    shown = show_side(row, NULL, call->lang);
    *asked = (Asked){.turn = (guint)json_int(row, "turn", 0)};
    across = asked->turn % 180 != 0;
    asked->width = (guint32)json_int(shown, across ? "height_px" : "width_px", 0);
    asked->height = (guint32)json_int(shown, across ? "width_px" : "height_px", 0);
    if (asked->width == 0 || asked->height == 0) {
        error_set(error, ERROR_NOT_FOUND, "side %s has no image", json_text(shown, "id"));
        return NULL;
    }
    return g_steal_pointer(&row);
}

/* What anybody's viewer may read: a token address alone. */
static Response *opened(Call *call, Response *response)
{
    if (response != NULL && request_param(call->request, "token") != NULL) {
        response_header(response, "Access-Control-Allow-Origin", "*");
        response_header(response, "Cross-Origin-Resource-Policy", "cross-origin");
    }
    return response;
}

static char *service_of(const Call *call)
{
    g_autofree char *base = call_base(call);

    return g_strdup_printf("%s/iiif/%s", base, request_param(call->request, "id"));
}

Response *get_image_base(Call *call, GError **error)
{
    Asked asked;
    g_autoptr(json_t) side = seen_side(call, &asked, error);
    g_autofree char *path = NULL;

    if (side == NULL)
        return NULL;
    path = g_strconcat(request_path(call->request), "/info.json", NULL);
    return opened(call, response_redirect(path));
}

static json_t *sizes_of(const Asked *asked)
{
    json_t *sizes = json_array();

    for (guint shift = 4; shift > 0; shift--)
        if (asked->width >> shift >= 64 && asked->height >> shift >= 64)
            json_array_append_new(sizes,
                                  json_pack("{s:i, s:i}", "width", (int)(asked->width >> shift),
                                            "height", (int)(asked->height >> shift)));
    json_array_append_new(
        sizes, json_pack("{s:i, s:i}", "width", (int)asked->width, "height", (int)asked->height));
    return sizes;
}

Response *get_image_info(Call *call, GError **error)
{
    Asked asked;
    g_autoptr(json_t) side = seen_side(call, &asked, error), info = NULL;
    const char *accept = request_header(call->request, "Accept");
    gboolean linked = accept != NULL && strstr(accept, "application/ld+json") != NULL;
    g_autofree char *id = NULL, *text = NULL;

    if (side == NULL)
        return NULL;
    id = service_of(call);
    info = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:o, s:[{s:i, s:[i, i, i, i]}], s:[s], s:[s, s, s],"
        " s:[s, s, s, s, s, s, s, s]}",
        "@context", IMAGE_CONTEXT, "id", id, "type", "ImageService3", "protocol",
        "http://iiif.io/api/image", "profile", "level1", "width", (int)asked.width, "height",
        (int)asked.height, "sizes", sizes_of(&asked), "tiles", "width", TILE_PX, "scaleFactors", 1,
        2, 4, 8, "extraFormats", "png", "extraQualities", "color", "gray", "bitonal",
        "extraFeatures", "regionByPct", "sizeByPct", "sizeByConfinedWh", "sizeByWh",
        "rotationBy90s", "baseUriRedirect", "jsonldMediaType", "regionSquare");
    text = json_line(info);
    return opened(call, response_text(200, linked ? IMAGE_LD_TYPE : "application/json", text));
}

Response *get_image(Call *call, GError **error)
{
    const Request *request = call->request;
    Asked asked;
    g_autoptr(json_t) side = seen_side(call, &asked, error);
    PageView view;

    if (side == NULL || !read_region(&asked, request_param(request, "region"), error) ||
        !read_size(&asked, request_param(request, "size"), error) ||
        !read_rotation(&asked, request_param(request, "rotation"), error) ||
        !read_quality(&asked, request_param(request, "quality"), error))
        return NULL;
    view = view_of(&asked);
    return opened(call, answer_view(call, side, &view, error));
}

/* ── token addresses ─────────────────────────────────────────────────────────────────────── */

typedef struct {
    char *number;
    gint64 until_us;
} Share;

struct Shares {
    pthread_mutex_t lock;
    GHashTable *by_token; /* char * → Share */
};

static void share_free(gpointer data)
{
    Share *share = data;

    g_free(share->number);
    g_free(share);
}

Shares *shares_new(void)
{
    Shares *shares = g_new0(Shares, 1);

    pthread_mutex_init(&shares->lock, NULL);
    shares->by_token = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, share_free);
    return shares;
}

void shares_free(Shares *shares)
{
    if (shares == NULL)
        return;
    g_hash_table_unref(shares->by_token);
    pthread_mutex_destroy(&shares->lock);
    g_free(shares);
}

static gboolean is_over(gpointer token G_GNUC_UNUSED, gpointer share, gpointer now_us)
{
    return ((Share *)share)->until_us <= *(gint64 *)now_us;
}

/* FALSE where so many are out that one has to end first. */
static gboolean share(Shares *shares, const char *token, const char *number, gint64 now_us)
{
    Share *made = g_new0(Share, 1);
    gboolean room;

    *made = (Share){g_strdup(number), now_us + SHARE_US};
    pthread_mutex_lock(&shares->lock);
    g_hash_table_foreach_remove(shares->by_token, is_over, &now_us);
    room = g_hash_table_size(shares->by_token) < SHARES_MAX;
    if (room)
        g_hash_table_insert(shares->by_token, g_strdup(token), g_steal_pointer(&made));
    pthread_mutex_unlock(&shares->lock);
    g_clear_pointer(&made, share_free);
    return room;
}

char *call_shared(Call *call, GError **error)
{
    Shares *shares = call->api->shares;
    gint64 now_us = clock_now_us(store_clock(call->api->options.store));
    const Share *found;
    char *number = NULL;

    pthread_mutex_lock(&shares->lock);
    found = g_hash_table_lookup(shares->by_token, request_param(call->request, "token"));
    if (found != NULL && found->until_us > now_us)
        number = g_strdup(found->number);
    pthread_mutex_unlock(&shares->lock);
    if (number == NULL)
        error_set(error, ERROR_NOT_FOUND, "this address has ended");
    return number;
}

/* Whoever sees the case may share it; that it left is a record like a look. */
Response *post_share(Call *call, GError **error)
{
    g_autoptr(json_t) row = NULL;
    g_autofree char *number = call_case(call, &row, error);
    const Clock *clock = store_clock(call->api->options.store);
    gint64 now_us = clock_now_us(clock);
    g_autofree char *token = NULL, *base = NULL, *manifest = NULL, *until = NULL;

    if (number == NULL)
        return NULL;
    if (!call_sees(call, row)) {
        error_set(error, ERROR_FORBIDDEN,
                  "what is shown in full can be shared: name a reason first");
        return NULL;
    }
    token = random_hex128(store_random(call->api->options.store));
    if (!edit_look(call->api->house, &call->actor, number, "share", NULL, error))
        return NULL;
    if (!share(call->api->shares, token, number, now_us)) {
        error_set(error, ERROR_BUSY, "%d addresses are out", SHARES_MAX);
        return NULL;
    }
    base = call_base(call);
    manifest = g_strndup(base, strlen(base) - strlen(API_PREFIX));
    until = clock_format(now_us + SHARE_US);
    return call_json(201, json_pack("{s:o, s:s}", "manifest",
                                    json_sprintf("%s/shared/%s/manifest", manifest, token), "until",
                                    until));
}
