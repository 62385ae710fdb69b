/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/bundle/page_image_intern.h"

#include "appliance/base/file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CM_PER_INCH 2.54

static void strip_free(void *data)
{
    PageStrip *strip = data;

    g_free(strip->dictionary);
    g_clear_pointer(&strip->before, g_bytes_unref);
    g_array_unref(strip->ranges);
    g_free(strip);
}

void page_image_free(PageImage *image)
{
    if (image == NULL)
        return;
    g_ptr_array_unref(image->strips);
    g_free(image);
}

PageStrip *page_image_add(PageImage *image, guint32 height_px, char *dictionary)
{
    PageStrip *strip = g_new0(PageStrip, 1);

    strip->height_px = height_px;
    strip->dictionary = dictionary;
    strip->ranges = g_array_new(FALSE, FALSE, sizeof(PageRange));
    g_ptr_array_add(image->strips, strip);
    return strip;
}

void page_strip_range(PageStrip *strip, guint64 offset, guint64 size)
{
    PageRange range = {offset, size};

    g_array_append_val(strip->ranges, range);
}

guint64 page_strip_bytes(const PageStrip *strip)
{
    guint64 bytes = strip->before != NULL ? g_bytes_get_size(strip->before) : 0;

    for (guint i = 0; i < strip->ranges->len; i++)
        bytes += g_array_index(strip->ranges, PageRange, i).size;
    return bytes;
}

gboolean page_source_refuse(const PageSource *source, const char *why, GError **error)
{
    return error_set(error, ERROR_FORMAT, "%s: %s", source->name, why);
}

gboolean page_source_read(const PageSource *source, guint64 offset, void *bytes, gsize size,
                          GError **error)
{
    gsize done = 0;

    if (offset > source->size || size > source->size - offset)
        return page_source_refuse(source, "it ends too early", error);
    while (done < size) {
        ssize_t n =
            file_pread(source->fd, (guint8 *)bytes + done, size - done, (gint64)(offset + done));

        if (n < 0)
            return error_set_errno(error, ERROR_IO, errno, "%s", source->name);
        if (n == 0)
            return page_source_refuse(source, "it ends too early", error);
        done += (gsize)n;
    }
    return TRUE;
}

/* ── JPEG ────────────────────────────────────────────────────────────────────────────────── */

typedef struct {
    guint components;
    gboolean adobe; /* an APP14 marker: inks stand inverted */
} JpegFacts;

static guint be16(const guint8 *at)
{
    return (guint)at[0] << 8 | at[1];
}

static gboolean is_frame(guint8 marker)
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

static void jpeg_density(PageImage *image, const guint8 *jfif)
{
    double unit = jfif[7] == 1 ? 1 : jfif[7] == 2 ? CM_PER_INCH : 0;

    image->dpi_x = be16(jfif + 8) * unit;
    image->dpi_y = be16(jfif + 10) * unit;
}

static gboolean jpeg_frame(PageImage *image, const PageSource *source, const guint8 *frame,
                           JpegFacts *facts, GError **error)
{
    if (frame[0] != 8)
        return page_source_refuse(source, "a JPEG of other than 8 bits", error);
    image->height_px = be16(frame + 1);
    image->width_px = be16(frame + 3);
    facts->components = frame[5];
    return TRUE;
}

/* One segment; *found once it is the frame. */
static gboolean jpeg_segment(PageImage *image, const PageSource *source, guint64 *at,
                             JpegFacts *facts, gboolean *found, GError **error)
{
    guint8 head[4], body[14] = {0};
    guint length;

    if (!page_source_read(source, *at, head, sizeof head, error))
        return FALSE;
    length = be16(head + 2);
    if (head[0] != 0xff || head[1] < 0xc0 || head[1] == 0xda || length < 2)
        return page_source_refuse(source, "a JPEG without a frame", error);
    if (!page_source_read(source, *at + 4, body, MIN(sizeof body, (gsize)length - 2), error))
        return FALSE;
    *at += 2 + (guint64)length;
    if (head[1] == 0xe0 && length >= 14 && memcmp(body, "JFIF", 5) == 0)
        jpeg_density(image, body);
    facts->adobe = facts->adobe || (head[1] == 0xee && memcmp(body, "Adobe", 5) == 0);
    *found = is_frame(head[1]) && length >= 8;
    return !*found || jpeg_frame(image, source, body, facts, error);
}

static gboolean image_jpeg(PageImage *image, const PageSource *source, GError **error)
{
    JpegFacts facts = {0};
    guint64 at = 2;
    gboolean found = FALSE;
    const char *space;

    while (!found)
        if (!jpeg_segment(image, source, &at, &facts, &found, error))
            return FALSE;
    if (facts.components != 1 && facts.components != 3 && facts.components != 4)
        return page_source_refuse(source, "a JPEG of other than 1, 3 or 4 components", error);
    space = facts.components == 1 ? "Gray" : facts.components == 3 ? "RGB" : "CMYK";
    page_strip_range(
        page_image_add(
            image, image->height_px,
            g_strdup_printf("/ColorSpace /Device%s /BitsPerComponent 8 /Filter /DCTDecode%s", space,
                            facts.components == 4 && facts.adobe ? " /Decode [1 0 1 0 1 0 1 0]"
                                                                 : "")),
        0, source->size);
    return TRUE;
}

/* ── any ─────────────────────────────────────────────────────────────────────────────────── */

static gboolean read_format(PageImage *image, const PageSource *source, GError **error)
{
    guint8 head[8];

    if (!page_source_read(source, 0, head, sizeof head, error))
        return FALSE;
    if (memcmp(head, "II*\0", 4) == 0 || memcmp(head, "MM\0*", 4) == 0)
        return page_image_tiff(image, source, error);
    if (head[0] == 0xff && head[1] == 0xd8)
        return image_jpeg(image, source, error);
    if (memcmp(head, "\211PNG\r\n\032\n", 8) == 0)
        return page_image_png(image, source, error);
    return page_source_refuse(source, "no TIFF, JPEG or PNG", error);
}

static void mend_dpi(double *dpi, double otherwise)
{
    if (!(*dpi >= PAGE_DPI_MIN && *dpi <= PAGE_DPI_MAX))
        *dpi = otherwise;
}

PageImage *page_image_read(int fd, const char *name, GError **error)
{
    g_autoptr(PageImage) image = g_new0(PageImage, 1);
    PageSource source = {.fd = fd, .name = name};
    struct stat info;

    image->strips = g_ptr_array_new_with_free_func(strip_free);
    if (fstat(fd, &info) != 0) {
        error_set_errno(error, ERROR_IO, errno, "%s", name);
        return NULL;
    }
    source.size = (guint64)info.st_size;
    if (!read_format(image, &source, error))
        return NULL;
    if (image->width_px == 0 || image->height_px == 0 || image->width_px > PAGE_PX_MAX ||
        image->height_px > PAGE_PX_MAX) {
        page_source_refuse(&source, "an impossible size", error);
        return NULL;
    }
    mend_dpi(&image->dpi_x, PAGE_DPI_DEFAULT);
    mend_dpi(&image->dpi_y, image->dpi_x);
    return g_steal_pointer(&image);
}
