/* SPDX-License-Identifier: Apache-2.0
 *
 * bench page: CPU per page of the whole strip pass (encode, threshold, ink, skew, codes, digests
 * of the master), against one plain encode of the same page by libtiff (Group 4) or libjpeg-turbo
 * (quality 75) in the same run. Usage: bench_page [FILE…]
 *
 * Without files three pages are drawn: dense text, sparse text, blank. Ratios are what counts:
 * they hold on any machine; milliseconds do not.
 */
#include "appliance/base/digest.h"
#include "appliance/base/random.h"
#include "appliance/page/codes.h"
#include "appliance/page/image.h"
#include "appliance/page/pass.h"
#include "tests/appliance/page/page_testing.h"
#include "tests/bench/elapsed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <jpeglib.h>
#include <tiffio.h>
#include <zbar.h>

#define ROUNDS 5

static void add_grain(Drawing *drawing, guint64 seed)
{
    SeededRandom state;
    Random random = random_seeded(&state, seed);
    gsize size = (gsize)drawing->geometry.stride_bytes * drawing->geometry.height_px;
    guint8 block[4096];

    for (gsize at = 0; at < size; at += sizeof block) {
        random_fill(&random, block, sizeof block);
        for (gsize i = 0; i < sizeof block && at + i < size; i++) {
            int level = drawing->rows[at + i] + (block[i] & 7) + (block[i] >> 5) - 7;

            drawing->rows[at + i] = (guint8)CLAMP(level, 0, 255);
        }
    }
}

static Drawing *draw(PageMode mode, guint32 lines, gint32 mdeg)
{
    Drawing *drawing = drawing_new(2480, 3508, 300, mode);

    if (lines > 0)
        drawing_text(drawing, lines, mdeg, lines);
    if (mode != PAGE_LINEART)
        add_grain(drawing, lines);
    return drawing;
}

static Drawing *load(const char *path)
{
    g_autofree char *bytes = NULL;
    gsize size;
    ImageOptions options = {0};
    gboolean exists;
    g_autoptr(Image) image = NULL;
    Drawing *drawing;

    if (!g_file_get_contents(path, &bytes, &size, NULL))
        return NULL;
    image = image_open((Bytes){(const guint8 *)bytes, size}, &options, &exists, NULL);
    if (image == NULL)
        return NULL;
    drawing = drawing_new(image->geometry.width_px, image->geometry.height_px, image->geometry.dpi,
                          image->geometry.mode);
    if (image_rows(image, drawing->rows, image->geometry.height_px, NULL))
        return drawing;
    drawing_free(drawing);
    return NULL;
}

static gsize run_pass(const Drawing *drawing)
{
    PassOptions options = {.geometry = drawing->geometry,
                           .page_mode = drawing->geometry.mode,
                           .memory = drawing->rows};
    g_autoptr(StripPass) pass = pass_new(&options, NULL);
    g_auto(PageResult) result = PAGE_RESULT_NONE;
    DigestPass digest;
    Digests digests;
    g_autofree guint8 *block = g_malloc(65536);
    gsize total = 0;
    ssize_t n;

    if (!pass_rows(pass, drawing->rows, drawing->geometry.height_px, drawing->geometry.stride_bytes,
                   NULL) ||
        !pass_finish(pass, &result, NULL))
        abort();
    digest_init(&digest);
    while ((n = pread(result.fd, block, 65536, (off_t)total)) > 0) {
        digest_update(&digest, block, (gsize)n);
        total += (gsize)n;
    }
    digest_finish(&digest, &digests);
    return total;
}

static tmsize_t memory_write(thandle_t handle, void *bytes, tmsize_t size)
{
    g_byte_array_append((GByteArray *)handle, bytes, (guint)size);
    return size;
}

static tmsize_t memory_read(thandle_t handle G_GNUC_UNUSED, void *bytes G_GNUC_UNUSED,
                            tmsize_t size G_GNUC_UNUSED)
{
    return 0;
}

static toff_t memory_seek(thandle_t handle, toff_t offset, int whence)
{
    return whence == SEEK_END ? ((GByteArray *)handle)->len : offset;
}

static int memory_close(thandle_t handle G_GNUC_UNUSED)
{
    return 0;
}

static toff_t memory_size(thandle_t handle)
{
    return ((GByteArray *)handle)->len;
}

static gsize run_libtiff(const Drawing *drawing)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    const PageGeometry *geometry = &drawing->geometry;
    TIFF *tiff = TIFFClientOpen("memory", "w", (thandle_t)out, memory_read, memory_write,
                                memory_seek, memory_close, memory_size, NULL, NULL);

    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, geometry->width_px);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, geometry->height_px);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 1);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_CCITTFAX4);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISWHITE);
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, geometry->height_px);
    for (guint32 y = 0; y < geometry->height_px; y++)
        (void)TIFFWriteScanline(tiff, drawing->rows + (gsize)y * geometry->stride_bytes, y, 0);
    TIFFFlushData(tiff);
    TIFFCleanup(tiff);
    return out->len;
}

static gsize run_libjpeg(const Drawing *drawing)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    const PageGeometry *geometry = &drawing->geometry;
    unsigned char *out = NULL;
    unsigned long size = 0;

    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &out, &size);
    jpeg.image_width = geometry->width_px;
    jpeg.image_height = geometry->height_px;
    jpeg.input_components = geometry->mode == PAGE_COLOUR ? 3 : 1;
    jpeg.in_color_space = geometry->mode == PAGE_COLOUR ? JCS_RGB : JCS_GRAYSCALE;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, 75, TRUE);
    jpeg_start_compress(&jpeg, TRUE);
    while (jpeg.next_scanline < jpeg.image_height) {
        JSAMPROW row = drawing->rows + (gsize)jpeg.next_scanline * geometry->stride_bytes;

        (void)jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    free(out);
    return size;
}

static gsize run_yardstick(const Drawing *drawing)
{
    return drawing->geometry.mode == PAGE_LINEART ? run_libtiff(drawing) : run_libjpeg(drawing);
}

static Bits *bits_of(const Drawing *drawing)
{
    const PageGeometry *geometry = &drawing->geometry;
    Bits *bits = bits_new(geometry->width_px, geometry->height_px);
    g_autofree guint8 *luma = g_malloc(geometry->width_px);

    for (guint32 y = 0; y < geometry->height_px; y++) {
        const guint8 *row = drawing->rows + (gsize)y * geometry->stride_bytes;

        if (geometry->mode == PAGE_LINEART) {
            memcpy(bits_row(bits, y), row, geometry->stride_bytes);
            continue;
        }
        if (geometry->mode == PAGE_COLOUR) {
            pixels_luma_row(row, geometry->width_px, luma);
            row = luma;
        }
        bits_threshold(row, geometry->width_px, 140, bits_row(bits, y));
    }
    return bits;
}

static double time_codes(const Drawing *drawing, const Bits *bits, guint *found)
{
    CodesPage page = {.bits = bits, .dpi = drawing->geometry.dpi};
    g_autoptr(GPtrArray) codes = page_codes_new();
    double began_ms = elapsed_cpu_s(RUSAGE_SELF) * 1e3;

    if (drawing->geometry.mode != PAGE_LINEART)
        page.pixels =
            (Pixels){drawing->rows, drawing->geometry.stride_bytes, drawing->geometry.mode};
    codes_read(&page, codes);
    *found += codes->len;
    return elapsed_cpu_s(RUSAGE_SELF) * 1e3 - began_ms;
}

static double time_zbar(const Drawing *drawing, const Bits *bits, guint *found)
{
    g_autoptr(Gray) gray = NULL;
    Pixels pixels = {drawing->rows, drawing->geometry.stride_bytes, drawing->geometry.mode};
    zbar_image_scanner_t *scanner = zbar_image_scanner_create();
    zbar_image_t *image = zbar_image_create();
    double began_ms;
    int n;

    if (drawing->geometry.mode == PAGE_LINEART) {
        gray = gray_new(bits->width_px, bits->height_px);
        bits_to_gray(bits, gray->samples, gray->w);
    } else {
        gray = pixels_gray(&pixels, 0, 0, bits->width_px, bits->height_px);
    }
    zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
    zbar_image_set_size(image, gray->w, gray->h);
    zbar_image_set_data(image, gray->samples, (gsize)gray->w * gray->h, NULL);
    began_ms = elapsed_cpu_s(RUSAGE_SELF) * 1e3;
    n = zbar_scan_image(scanner, image);
    began_ms = elapsed_cpu_s(RUSAGE_SELF) * 1e3 - began_ms;
    *found += n > 0 ? (guint)n : 0;
    zbar_image_destroy(image);
    zbar_image_scanner_destroy(scanner);
    return began_ms;
}

typedef struct {
    guint pages, codes_found, zbar_found;
    double pass_ms, yardstick_ms, codes_ms, zbar_ms;
    gsize bytes;
} Sum;

static void measure(const Drawing *drawing, Sum *sum)
{
    g_autoptr(Bits) bits = bits_of(drawing);
    double pass_ms = G_MAXDOUBLE;
    double yardstick_ms = G_MAXDOUBLE;
    gsize bytes = 0;

    /* pairs: what else the machine does strikes both; the best of the rounds counts */
    for (guint i = 0; i < ROUNDS; i++) {
        double began_ms = elapsed_cpu_s(RUSAGE_SELF) * 1e3;

        bytes = run_pass(drawing);
        pass_ms = MIN(pass_ms, elapsed_cpu_s(RUSAGE_SELF) * 1e3 - began_ms);
        began_ms = elapsed_cpu_s(RUSAGE_SELF) * 1e3;
        (void)run_yardstick(drawing);
        yardstick_ms = MIN(yardstick_ms, elapsed_cpu_s(RUSAGE_SELF) * 1e3 - began_ms);
    }
    sum->pages++;
    sum->pass_ms += pass_ms;
    sum->yardstick_ms += yardstick_ms;
    sum->bytes += bytes;
    sum->codes_ms += time_codes(drawing, bits, &sum->codes_found);
    sum->zbar_ms += time_zbar(drawing, bits, &sum->zbar_found);
}

static void print_sum(const char *name, const Sum *sum, double goal)
{
    if (sum->pages == 0)
        return;
    printf("%-8s %5u %9.1f %9.1f %7.2f %6.1f %9.2f %9.1f %8.4f %6u %6u %8.0f\n", name, sum->pages,
           sum->pass_ms / sum->pages, sum->yardstick_ms / sum->pages,
           sum->pass_ms / sum->yardstick_ms, goal, sum->codes_ms / sum->pages,
           sum->zbar_ms / sum->pages, sum->codes_ms / sum->zbar_ms, sum->codes_found,
           sum->zbar_found, (double)sum->bytes / sum->pages / 1024);
}

int main(int argc, char **argv)
{
    static const double goals[] = {1.8, 1.5, 1.0};
    Sum sums[3] = {0};

    for (int i = 1; i < argc; i++) {
        g_autoptr(Drawing) drawing = load(argv[i]);

        if (drawing != NULL)
            measure(drawing, &sums[drawing->geometry.mode]);
    }
    for (PageMode mode = PAGE_COLOUR; argc == 1 && mode <= PAGE_LINEART; mode++) {
        static const guint32 lines[] = {44, 12, 0};

        for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
            g_autoptr(Drawing) drawing = draw(mode, lines[i], 400);

            measure(drawing, &sums[mode]);
        }
    }
    printf("%-8s %5s %9s %9s %7s %6s %9s %9s %8s %6s %6s %8s\n", "mode", "pages", "pass ms",
           "yard ms", "ratio", "goal", "codes ms", "zbar ms", "ratio", "codes", "zbar", "KiB");
    for (PageMode mode = PAGE_COLOUR; mode <= PAGE_LINEART; mode++)
        print_sum(page_mode_token(mode), &sums[mode], goals[mode]);
    return 0;
}
