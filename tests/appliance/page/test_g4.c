/* SPDX-License-Identifier: Apache-2.0
 *
 * The Group 4 encoder against libtiff's decoder.
 */
#include "tests/appliance/page/page_testing.h"

#include "appliance/base/random.h"
#include "appliance/page/encode.h"
#include "appliance/page/image.h"

#include <string.h>

/* Encode, decode with libtiff, compare bit by bit. */
static void check(const Bits *bits)
{
    EncodeOptions options = {.geometry = {bits->width_px, bits->height_px, 300, PAGE_LINEART, 0}};
    GError *error = NULL;
    g_autoptr(Encoder) encoder = encoder_new(&options, &error);
    g_auto(Fd) fd = -1;
    g_autoptr(GBytes) tiff = NULL;
    g_autoptr(Image) image = NULL;
    ImageOptions open = {0};
    g_autofree guint8 *row = g_malloc0(bits->words * 8);
    gboolean exists;

    assert_no_error(error);
    for (guint32 y = 0; y < bits->height_px; y++)
        assert_true(encoder_bits_row(encoder, bits_row(bits, y), &error));
    fd = encoder_finish(encoder, &error);
    assert_no_error(error);
    tiff = bytes_of(fd);
    image = image_open((Bytes){g_bytes_get_data(tiff, NULL), g_bytes_get_size(tiff)}, &open,
                       &exists, &error);
    assert_no_error(error);
    assert_int_equal(image->geometry.mode, PAGE_LINEART);
    assert_int_equal(image->geometry.height_px, bits->height_px);
    for (guint32 y = 0; y < bits->height_px; y++) {
        assert_true(image_rows(image, row, 1, &error));
        assert_memory_equal(row, bits_row(bits, y), (bits->width_px + 7) / 8);
    }
}

static void fill(Bits *bits, guint32 x, guint32 y, guint32 n)
{
    for (guint32 i = x; i < MIN(x + n, bits->width_px); i++)
        ((guint8 *)bits_row(bits, y))[i / 8] |= (guint8)(0x80 >> i % 8);
}

static void runs_of_every_length_come_back(void **state G_GNUC_UNUSED)
{
    static const guint32 lengths[] = {1,    2,    3,    31,   63,   64,   65,   127,
                                      128,  640,  1728, 1791, 1792, 2559, 2560, 2561,
                                      2623, 2624, 2625, 5119, 5120, 5184, 7000};
    g_autoptr(Bits) bits = bits_new(7800, 2 * G_N_ELEMENTS(lengths) + 130);

    for (guint32 i = 0; i < G_N_ELEMENTS(lengths); i++) {
        fill(bits, 0, 2 * i, lengths[i]);
        fill(bits, 7800 - lengths[i], 2 * i + 1, lengths[i]);
    }
    for (guint32 i = 0; i < 130; i++)
        fill(bits, 3 * i, 2 * G_N_ELEMENTS(lengths) + i, i);
    check(bits);
}

static void noise_of_any_width_comes_back(void **state G_GNUC_UNUSED)
{
    static const guint32 widths[] = {1, 2, 7, 8, 9, 63, 64, 65, 127, 500, 1001};
    SeededRandom seeded;
    Random random = random_seeded(&seeded, 4);

    for (guint i = 0; i < G_N_ELEMENTS(widths); i++) {
        g_autoptr(Bits) bits = bits_new(widths[i], 90);

        for (guint32 y = 0; y < 90; y++) {
            guint64 *row = bits_row(bits, y);

            random_fill(&random, row, bits->words * 8);
            for (guint32 k = 0; y < 60 && k < bits->words; k++) {
                guint64 more;

                random_fill(&random, &more, sizeof more);
                row[k] &= y < 30 ? more : row[k];
            }
            for (guint32 x = widths[i]; x < bits->words * 64; x++)
                ((guint8 *)row)[x / 8] &= (guint8) ~(0x80 >> x % 8);
        }
        check(bits);
    }
}

static void white_and_black_pages_come_back(void **state G_GNUC_UNUSED)
{
    g_autoptr(Bits) white = bits_new(2480, 300);
    g_autoptr(Bits) black = bits_new(2480, 300);

    check(white);
    for (guint32 y = 0; y < 300; y++)
        fill(black, 0, y, 2480);
    check(black);
}

static void changes_end_with_the_width(void **state G_GNUC_UNUSED)
{
    g_autoptr(Bits) bits = bits_new(70, 1);
    guint32 changes[80];

    fill(bits, 5, 0, 3);
    fill(bits, 60, 0, 10);
    assert_int_equal(bits_changes(bits_row(bits, 0), 70, changes), 3);
    assert_int_equal(changes[0], 5);
    assert_int_equal(changes[1], 8);
    assert_int_equal(changes[2], 60);
    for (guint i = 3; i < 7; i++)
        assert_int_equal(changes[i], 70);
}

static void a_crop_starts_at_any_bit(void **state G_GNUC_UNUSED)
{
    g_autoptr(Bits) bits = bits_new(300, 4);

    for (guint32 y = 0; y < 4; y++)
        fill(bits, 17 * (y + 1), y, 9 + y);
    for (guint32 x = 0; x < 200; x += 13) {
        g_autoptr(Bits) crop = bits_crop(bits, x, 1, 97, 3);

        for (guint32 y = 0; y < 3; y++) {
            for (guint32 i = 0; i < 97; i++)
                assert_int_equal(bits_at(crop, i, y), bits_at(bits, x + i, y + 1));
        }
        assert_true(bits_row(crop, 0)[1] << 0 ==
                    (bits_row(crop, 0)[1] & GUINT64_TO_BE(G_MAXUINT64 << (128 - 97))));
    }
}

static void the_threshold_is_the_same_for_every_pixel(void **state G_GNUC_UNUSED)
{
    guint8 gray[101];
    guint64 row[2];

    for (guint i = 0; i < sizeof gray; i++)
        gray[i] = (guint8)(i * 37);
    bits_threshold(gray, sizeof gray, 128, row);
    for (guint i = 0; i < sizeof gray; i++)
        assert_int_equal((((guint8 *)row)[i / 8] >> (7 - i % 8)) & 1, gray[i] < 128);
    for (guint i = sizeof gray; i < 128; i++)
        assert_int_equal((((guint8 *)row)[i / 8] >> (7 - i % 8)) & 1, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(runs_of_every_length_come_back),
    cmocka_unit_test(noise_of_any_width_comes_back),
    cmocka_unit_test(white_and_black_pages_come_back),
    cmocka_unit_test(changes_end_with_the_width),
    cmocka_unit_test(a_crop_starts_at_any_bit),
    cmocka_unit_test(the_threshold_is_the_same_for_every_pixel),
};

TEST_MAIN(tests)
