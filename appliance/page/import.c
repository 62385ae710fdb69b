/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/import.h"

#include "appliance/page/pass.h"

/* A single-page file of a kind that loses nothing in no other frame stays what it is. */
static gboolean is_single(Bytes file)
{
    guint32 pages;
    g_autoptr(GError) ignored = NULL;

    return image_count(file, &pages, &ignored) && pages == 1;
}

static StripPass *pass_for(const Image *image, const ImportOptions *options, gboolean keep,
                           GError **error)
{
    PassOptions pass = {.geometry = image->geometry,
                        .page_mode = image->page.mode,
                        .keep = keep,
                        .lossless = TRUE,
                        .thorough = options->look_only,
                        .orientation = image->orientation,
                        .tags = options->tags};

    return pass_new(&pass, error);
}

static gboolean feed(Image *image, StripPass *pass, GError **error)
{
    gsize stride = image->geometry.stride_bytes;
    g_autofree guint8 *strip = g_malloc(stride * ENCODE_STRIP_ROWS);

    for (guint32 y = 0; y < image->geometry.height_px; y += ENCODE_STRIP_ROWS) {
        guint32 n = MIN(ENCODE_STRIP_ROWS, image->geometry.height_px - y);

        if (!image_rows(image, strip, n, error) || !pass_rows(pass, strip, n, stride, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean read_page(Image *image, const ImportOptions *options, gboolean keep,
                          PageResult *result, GError **error)
{
    g_autoptr(StripPass) pass = pass_for(image, options, keep || options->look_only, error);

    if (pass == NULL || !feed(image, pass, error) || !pass_finish(pass, result, error))
        return FALSE;
    if (keep && !image->keep_file && !options->look_only) {
        result->fd = image->wrap(image, options->tags, error);
        if (result->fd < 0) {
            page_result_clear(result);
            return FALSE;
        }
    }
    return TRUE;
}

static void unread(PageResult *result, const GError *why, const char *media_type)
{
    *result = PAGE_RESULT_NONE;
    result->state = PAGE_UNREAD;
    result->reason = g_strdup(why->message);
    result->media_type = media_type;
    result->codes = page_codes_new();
}

gboolean import_page(Bytes file, const ImportOptions *options, PageResult *result,
                     gboolean *keep_file, GError **error)
{
    ImageOptions open = {.page = options->page, .luma = TRUE};
    const char *media_type = image_media_type(image_format(file));
    gboolean exists = FALSE;
    g_autoptr(GError) why = NULL;
    g_autoptr(Image) image = image_open(file, &open, &exists, &why);
    gboolean keep;

    *result = PAGE_RESULT_NONE;
    *keep_file = FALSE;
    if (image == NULL && (!exists || error_code(why) != ERROR_FORMAT)) {
        g_propagate_error(error, g_steal_pointer(&why));
        return FALSE;
    }
    keep = image != NULL && (image->wrap != NULL || image->keep_file);
    if (image == NULL || !read_page(image, options, keep, result, &why)) {
        unread(result, why, media_type);
        *keep_file = TRUE;
        return TRUE;
    }
    if (!image->keep_file || options->look_only)
        return TRUE;
    result->media_type = media_type;
    *keep_file = TRUE;
    if (!is_single(file)) {
        g_set_error(&why, ANJUAN_ERROR, ERROR_FORMAT, "only the file itself holds all of the page");
        page_result_clear(result);
        unread(result, why, media_type);
    }
    return TRUE;
}
