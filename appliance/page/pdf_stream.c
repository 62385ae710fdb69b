/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/pdf_stream.h"

#include "appliance/base/error.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define GROWTH_MAX   1400 /* no filter makes more of a byte: deflate 1032, LZW 1365 */
#define WINDOW_BYTES 65536

static gboolean is_one_of(const char *name, const char *const *list)
{
    while (*list != NULL && strcmp(*list, name) != 0)
        list++;
    return *list != NULL;
}

static gboolean is_flate(const char *name)
{
    return is_one_of(name, (const char *const[]){"/FlateDecode", "/Fl", NULL});
}

static gboolean compresses(const char *name)
{
    return is_flate(name) ||
           is_one_of(name,
                     (const char *const[]){"/LZWDecode", "/LZW", "/RunLengthDecode", "/RL", NULL});
}

typedef struct {
    gboolean flate_first;
    guint compressing;
} Chain;

static void add_filter(Chain *chain, qpdf_data pdf, qpdf_oh filter, gboolean first)
{
    const char *name = qpdf_oh_is_name(pdf, filter) ? qpdf_oh_get_name(pdf, filter) : "";

    chain->flate_first = chain->flate_first || (first && is_flate(name));
    chain->compressing += compresses(name);
}

static Chain chain_of(qpdf_data pdf, qpdf_oh stream)
{
    qpdf_oh filter = qpdf_oh_get_key(pdf, qpdf_oh_get_dict(pdf, stream), "/Filter");
    Chain chain = {0};

    if (!qpdf_oh_is_array(pdf, filter)) {
        add_filter(&chain, pdf, filter, TRUE);
        return chain;
    }
    for (int i = 0; i < qpdf_oh_get_array_n_items(pdf, filter); i++)
        add_filter(&chain, pdf, qpdf_oh_get_array_item(pdf, filter, i), i == 0);
    return chain;
}

/* Bytes that `raw` inflates to, counted no further than just over the limit; damage ends it. */
static gsize inflated_bytes(guint8 *raw, gsize size, gsize limit_bytes)
{
    z_stream stream = {.next_in = raw, .avail_in = (uInt)MIN(size, G_MAXUINT32)};
    g_autofree guint8 *window = g_malloc(WINDOW_BYTES);
    gsize total;

    if (inflateInit(&stream) != Z_OK)
        return G_MAXSIZE;
    do {
        stream.next_out = window;
        stream.avail_out = WINDOW_BYTES;
    } while (inflate(&stream, Z_NO_FLUSH) == Z_OK && stream.total_out <= limit_bytes);
    total = stream.total_out;
    (void)inflateEnd(&stream);
    return total;
}

/* An upper bound of the decoded size, exact where it matters. */
static gsize grown_bytes(const Chain *chain, guint8 *raw, gsize size, gsize limit_bytes)
{
    guint unknown = chain->compressing;
    gsize bytes = size;

    if (chain->flate_first) {
        bytes = inflated_bytes(raw, size, limit_bytes);
        unknown--;
    }
    for (; unknown > 0 && bytes <= limit_bytes; unknown--)
        bytes *= GROWTH_MAX;
    return bytes;
}

gboolean pdf_stream_fits(qpdf_data pdf, qpdf_oh stream, gsize limit_bytes, GError **error)
{
    Chain chain = chain_of(pdf, stream);
    unsigned char *raw = NULL;
    size_t size = 0;
    QPDF_BOOL filtered;
    gsize bytes;

    if (qpdf_oh_get_stream_data(pdf, stream, qpdf_dl_none, &filtered, &raw, &size) & QPDF_ERRORS) {
        free(raw);
        return error_set(error, ERROR_FORMAT, "PDF: a stream cannot be read");
    }
    bytes = grown_bytes(&chain, raw, size, limit_bytes);
    free(raw);
    return bytes <= limit_bytes ||
           error_set(error, ERROR_FORMAT,
                     "PDF: a stream of %" G_GSIZE_FORMAT " bytes grows beyond %" G_GSIZE_FORMAT,
                     size, limit_bytes);
}

gboolean pdf_content_fits(qpdf_data pdf, qpdf_oh contents, gsize limit_bytes, GError **error)
{
    if (qpdf_oh_is_stream(pdf, contents))
        return pdf_stream_fits(pdf, contents, limit_bytes, error);
    for (int i = 0; qpdf_oh_is_array(pdf, contents) && i < qpdf_oh_get_array_n_items(pdf, contents);
         i++) {
        qpdf_oh part = qpdf_oh_get_array_item(pdf, contents, i);

        if (qpdf_oh_is_stream(pdf, part) && !pdf_stream_fits(pdf, part, limit_bytes, error))
            return FALSE;
    }
    return TRUE;
}
