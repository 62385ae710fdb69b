/* SPDX-License-Identifier: Apache-2.0
 *
 * What other programs write: deflate, Zip64, extra fields, pax sizes, base-256 numbers; files too
 * large for the plain headers of tar and zip; and every byte of their headers put to other values.
 */
#include "tests/storage/tree.h"

#include "storage/pack.h"

#include <errno.h>

#define NAME    "bag/pages.txt"
#define SPARSE  ((gsize)1024 * 1024)
#define GIB     (G_GUINT64_CONSTANT(1) << 30)
#define TAR_BIG (8 * GIB)     /* what eleven octal digits do not hold */
#define ZIP_BIG (4 * GIB - 1) /* what 32 bits do not hold: all ones stand for "look elsewhere" */

static char *folder;
static gboolean makes_holes;
static guint reads, failing_read; /* from 1; 0: none */

/* Whole blocks of the big files below are holes: nobody has to write 12 GiB. */
ssize_t __real_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size)
{
    off_t at;

    if (!makes_holes || size != SPARSE)
        return __real_write(fd, bytes, size);
    at = lseek(fd, (off_t)size, SEEK_CUR);
    return at >= 0 && ftruncate(fd, at) == 0 ? (ssize_t)size : -1;
}

ssize_t __real_pread(int fd, void *bytes, size_t size, off_t at);
ssize_t __wrap_pread(int fd, void *bytes, size_t size, off_t at);
ssize_t __wrap_pread(int fd, void *bytes, size_t size, off_t at)
{
    if (++reads != failing_read)
        return __real_pread(fd, bytes, size, at);
    errno = EIO;
    return -1;
}

static char *read_member(const Archive *archive, const char *path, GError **error)
{
    const ArchiveMember *member = archive_find(archive, path);
    g_autoptr(GBytes) bytes = NULL;

    if (member == NULL) {
        error_set(error, ERROR_NO_FILE, "%s", path);
        return NULL;
    }
    bytes = archive_read_all(archive, member, 1 << 20, error);
    return bytes != NULL ? g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes)) : NULL;
}

/* ── a zip of others ─────────────────────────────────────────────────────────────────────── */

/* Raw deflate of `text`. */
static GByteArray *deflated(const char *text)
{
    GByteArray *out = g_byte_array_new();
    z_stream stream = {0};

    g_byte_array_set_size(out, (guint)strlen(text) + 64);
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (Bytef *)text;
    stream.avail_in = (uInt)strlen(text);
    stream.next_out = out->data;
    stream.avail_out = out->len;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    g_byte_array_set_size(out, (guint)stream.total_out);
    deflateEnd(&stream);
    return out;
}

/* How one zip of one member is written. */
typedef struct {
    const char *text;
    gboolean deflate, wide, descriptor, extra;
} Form;

static void put_sizes(GByteArray *out, const Form *form, gsize packed)
{
    zip_put(out, 4, form->wide ? G_MAXUINT32 : packed);
    zip_put(out, 4, form->wide ? G_MAXUINT32 : strlen(form->text));
}

/* A timestamp of UNIX, then the wide numbers. */
static GByteArray *extra_of(const Form *form, gsize packed, gboolean central)
{
    GByteArray *extra = g_byte_array_new();

    if (form->extra) {
        zip_put(extra, 2, 0x5455);
        zip_put(extra, 2, 5);
        zip_put(extra, 1, 1);
        zip_put(extra, 4, 0x60000000);
    }
    if (form->wide) {
        zip_put(extra, 2, 1);
        zip_put(extra, 2, central ? 24 : 16);
        zip_put(extra, 8, strlen(form->text));
        zip_put(extra, 8, packed);
        if (central)
            zip_put(extra, 8, 0);
    }
    return extra;
}

static void put_header(GByteArray *out, const Form *form, gsize packed, gboolean central)
{
    g_autoptr(GByteArray) extra = extra_of(form, packed, central);
    gboolean later = form->descriptor && !central;

    zip_put(out, 2, form->wide ? 45 : 20);
    zip_put(out, 2, form->descriptor ? 1 << 3 : 0);
    zip_put(out, 2, form->deflate ? 8 : 0);
    zip_put(out, 4, 0x00210000);
    zip_put(out, 4, later ? 0 : crc32(0, (const Bytef *)form->text, (uInt)strlen(form->text)));
    if (later)
        zip_put(out, 8, 0);
    else
        put_sizes(out, form, packed);
    zip_put(out, 2, strlen(NAME));
    zip_put(out, 2, extra->len);
    if (central) {
        zip_put(out, 2 + 2 + 2, 0);
        zip_put(out, 4, G_GUINT64_CONSTANT(0100644) << 16);
        zip_put(out, 4, form->wide ? G_MAXUINT32 : 0);
    }
    g_byte_array_append(out, (const guint8 *)NAME, (guint)strlen(NAME));
    g_byte_array_append(out, extra->data, extra->len);
}

static void put_end(GByteArray *out, const Form *form, guint64 offset, guint64 size)
{
    guint64 here = out->len;

    if (form->wide) {
        zip_put(out, 4, 0x06064b50);
        zip_put(out, 8, 44);
        zip_put(out, 2, 45);
        zip_put(out, 2, 45);
        zip_put(out, 8, 0);
        zip_put(out, 8, 1);
        zip_put(out, 8, 1);
        zip_put(out, 8, size);
        zip_put(out, 8, offset);
        zip_put(out, 4, 0x07064b50);
        zip_put(out, 4, 0);
        zip_put(out, 8, here);
        zip_put(out, 4, 1);
    }
    zip_put(out, 4, 0x06054b50);
    zip_put(out, 4, 0);
    zip_put(out, 2, form->wide ? G_MAXUINT16 : 1);
    zip_put(out, 2, form->wide ? G_MAXUINT16 : 1);
    zip_put(out, 4, form->wide ? G_MAXUINT32 : size);
    zip_put(out, 4, form->wide ? G_MAXUINT32 : offset);
    zip_put(out, 2, 0);
}

static GByteArray *zip_of(const Form *form)
{
    GByteArray *out = g_byte_array_new();
    g_autoptr(GByteArray) packed = form->deflate ? deflated(form->text) : g_byte_array_new();
    guint64 offset;

    if (!form->deflate)
        g_byte_array_append(packed, (const guint8 *)form->text, (guint)strlen(form->text));
    zip_put(out, 4, 0x04034b50);
    put_header(out, form, packed->len, FALSE);
    g_byte_array_append(out, packed->data, packed->len);
    if (form->descriptor) {
        zip_put(out, 4, 0x08074b50);
        zip_put(out, 4, crc32(0, (const Bytef *)form->text, (uInt)strlen(form->text)));
        zip_put(out, 4, packed->len);
        zip_put(out, 4, strlen(form->text));
    }
    offset = out->len;
    zip_put(out, 4, 0x02014b50);
    zip_put(out, 2, 3 << 8 | 20);
    put_header(out, form, packed->len, TRUE);
    put_end(out, form, offset, out->len - offset);
    return out;
}

/* ── a tar of others ─────────────────────────────────────────────────────────────────────── */

static const char text[] = "page one, page one, page one, page two";

static GByteArray *tar_of(void)
{
    static const char pax[] = "22 path=bag/pages.txt\n30 mtime=1350244992.023960108\n11 size=38\n";
    GByteArray *tar = g_byte_array_new();

    tar_add(tar, "./", '5', "", 0);
    tar_add(tar, "bag/", '5', "", 0);
    tar_add(tar, "PaxHeader", 'x', pax, strlen(pax));
    tar_add(tar, "bag/short", '0', text, strlen(text));
    tar_end(tar);
    return tar;
}

/* The size of the member whose header begins at `at` as GNU writes large ones, checksum and all. */
static void size_by_256(GByteArray *tar, gsize at, guint64 size)
{
    guint8 *header = tar->data + at;

    memset(header + 124, 0, 12);
    header[124] = 0x80;
    for (guint i = 0; i < 8; i++)
        header[135 - i] = (guint8)(size >> (8 * i));
    tar_sum(header);
}

/* ── cases ───────────────────────────────────────────────────────────────────────────────── */

static void assert_reads(const GByteArray *bytes, const char *what)
{
    g_autofree char *path = tree_path(folder, "form"), *found = NULL;
    g_autoptr(Archive) archive = NULL;
    GError *error = NULL;

    tree_put_bytes(folder, "form", bytes->data, bytes->len);
    archive = archive_open(path, NULL, &error);
    if (archive == NULL)
        fail_msg("%s: %s", what, error->message);
    found = read_member(archive, "pages.txt", &error);
    assert_no_error(error);
    assert_string_equal(found, text);
}

/* Either refused, with an error, or the member is what it was. */
static gboolean is_kept(const GByteArray *bytes)
{
    g_autofree char *path = tree_path(folder, "form"), *found = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(Archive) archive = NULL;

    tree_put_bytes(folder, "form", bytes->data, bytes->len);
    archive = archive_open(path, NULL, &error);
    found = archive != NULL ? read_member(archive, "pages.txt", &error) : NULL;
    return found != NULL ? error == NULL && strcmp(found, text) == 0 : error != NULL;
}

static void assert_guarded(GByteArray *bytes, const char *what)
{
    for (guint at = 0; at < bytes->len; at++) {
        guint8 was = bytes->data[at];
        guint8 others[] = {0, 1, 0x7f, 0x80, 0xff, was ^ 1, (guint8)(was + 8), (guint8)(was - 1)};

        for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
            bytes->data[at] = others[i];
            if (!is_kept(bytes))
                fail_msg("%s, byte %u put to %u: read as something else", what, at, others[i]);
        }
        bytes->data[at] = was;
    }
}

static const struct {
    const char *name;
    Form form;
} forms[] = {
    {"stored", {text, .extra = TRUE}},
    {"deflate", {text, .deflate = TRUE}},
    {"deflate, descriptor", {text, .deflate = TRUE, .descriptor = TRUE}},
    {"Zip64", {text, .wide = TRUE, .extra = TRUE}},
    {"Zip64, deflate", {text, .wide = TRUE, .deflate = TRUE}},
};

static void every_form_of_a_zip_is_read(void **state G_GNUC_UNUSED)
{
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autoptr(GByteArray) zip = zip_of(&forms[i].form);

        assert_reads(zip, forms[i].name);
    }
}

static void no_byte_of_a_zip_makes_another_content(void **state G_GNUC_UNUSED)
{
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autoptr(GByteArray) zip = zip_of(&forms[i].form);

        assert_guarded(zip, forms[i].name);
    }
}

static void a_size_is_read_in_every_form_of_a_tar(void **state G_GNUC_UNUSED)
{
    g_autoptr(GByteArray) pax = tar_of(), gnu = g_byte_array_new();

    assert_reads(pax, "pax");
    tar_add(gnu, NAME, '0', text, strlen(text));
    tar_end(gnu);
    size_by_256(gnu, 0, strlen(text));
    assert_reads(gnu, "base 256");
    size_by_256(gnu, 0, G_MAXUINT64);
    assert_true(is_kept(gnu));
    memset(gnu->data + 125, 0xff, 11);
    assert_true(is_kept(gnu));
}

/* A tar keeps no digest of contents: its headers alone are guarded. */
static void no_byte_of_a_pax_header_makes_another_member(void **state G_GNUC_UNUSED)
{
    g_autoptr(GByteArray) tar = tar_of();
    g_autofree guint8 *content = g_memdup2(tar->data + 5 * 512, 512);

    assert_memory_equal(content, text, strlen(text));
    for (guint at = 3 * 512; at < 3 * 512 + 70; at++) {
        guint8 was = tar->data[at];
        guint8 others[] = {0, ' ', '0', '9', '=', '\n', 0xff, was ^ 1};

        for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
            g_autofree char *path = tree_path(folder, "pax.tar");
            g_autoptr(GError) error = NULL;
            g_autoptr(Archive) archive = NULL;

            tar->data[at] = others[i];
            tree_put_bytes(folder, "pax.tar", tar->data, tar->len);
            archive = archive_open(path, NULL, &error);
            assert_true((archive == NULL) == (error != NULL));
        }
        tar->data[at] = was;
    }
}

static void a_limit_on_unpacked_bytes_is_kept(void **state G_GNUC_UNUSED)
{
    g_autoptr(GByteArray) zip = zip_of(&forms[1].form);
    g_autofree char *path = tree_path(folder, "limit.zip");
    ArchiveLimits limits = {.unpacked_max = strlen(text) - 1};
    GError *error = NULL;
    g_autoptr(Archive) archive = NULL;

    tree_put_bytes(folder, "limit.zip", zip->data, zip->len);
    assert_null(archive_open(path, &limits, &error));
    assert_error_code(error, ERROR_ARCHIVE_HOSTILE);
    g_clear_error(&error);
    limits.unpacked_max++;
    archive = archive_open(path, &limits, &error);
    assert_no_error(error);
    assert_null(archive_read_all(archive, archive_member(archive, 0), strlen(text) - 1, &error));
    assert_error_code(error, ERROR_TOO_LARGE);
    g_clear_error(&error);
}

/* ── large and long ──────────────────────────────────────────────────────────────────────── */

static void write_holes(Pack *pack, guint64 size)
{
    g_autofree guint8 *block = g_malloc0(SPARSE);
    GError *error = NULL;

    for (guint64 done = 0; done < size; done += SPARSE)
        if (!pack_write(pack, block, (gsize)MIN(SPARSE, size - done), &error))
            assert_no_error(error);
}

/* No CRC-32 is told: that of 2³² - 1 zero bytes is 0. */
static void put_big(Pack *pack, guint64 size)
{
    PackMember member = {.path = "big", .size = size};
    GError *error = NULL;

    if (!pack_begin(pack, &member, &error))
        assert_no_error(error);
    makes_holes = TRUE;
    write_holes(pack, size);
    makes_holes = FALSE;
    if (!pack_end(pack, &error))
        assert_no_error(error);
}

static void assert_big(ArchiveForm form, guint64 size)
{
    g_autofree char *path = tree_path(folder, "big"), *found = NULL;
    PackOptions options = {.form = form, .path = path, .base = "bag"};
    g_autoptr(Archive) archive = NULL;
    GError *error = NULL;

    {
        g_autoptr(Pack) pack = pack_new(&options, &error);

        assert_no_error(error);
        put_big(pack, size);
        assert_true(pack_put(pack, "behind", "small", 5, &error));
        assert_true(pack_commit(pack, NULL, &error));
    }
    archive = archive_open(path, NULL, &error);
    assert_no_error(error);
    assert_true(archive_find(archive, "big")->size == size);
    assert_true(archive_find(archive, "behind")->offset > size);
    found = read_member(archive, "behind", &error);
    assert_no_error(error);
    assert_string_equal(found, "small");
    tree_remove(folder, "big");
}

static void a_file_of_eight_gigabytes_stands_in_a_tar(void **state G_GNUC_UNUSED)
{
    assert_big(ARCHIVE_TAR, TAR_BIG);
}

/* In folders of no more than 200 bytes. */
static char *long_path(gsize length)
{
    char *path = g_strnfill(length, 'n');

    for (gsize i = 200; i < length - 1; i += 200)
        path[i] = '/';
    return path;
}

static void a_file_of_four_gigabytes_stands_in_a_zip(void **state G_GNUC_UNUSED)
{
    assert_big(ARCHIVE_ZIP, ZIP_BIG);
}

static void a_path_of_any_length_stands_in_a_tar(void **state G_GNUC_UNUSED)
{
    for (gsize length = 90; length < 1100; length += 1 + length / 16) {
        g_autofree char *name = long_path(length), *path = tree_path(folder, "long.tar");
        PackOptions options = {.form = ARCHIVE_TAR, .path = path, .base = "bag"};
        g_autoptr(Pack) pack = pack_new(&options, NULL);
        g_autoptr(Archive) archive = NULL;
        g_autofree char *found = NULL;
        GError *error = NULL;

        assert_true(pack_put(pack, name, "page", 4, &error));
        assert_true(pack_commit(pack, NULL, &error));
        archive = archive_open(path, NULL, &error);
        assert_no_error(error);
        found = read_member(archive, name, &error);
        assert_no_error(error);
        assert_string_equal(found, "page");
        tree_remove(folder, "long.tar");
    }
}

/* What is not the file that was announced is never packed. */
static void a_file_that_changes_while_it_is_packed_is_refused(void **state G_GNUC_UNUSED)
{
    g_autofree char *path = tree_path(folder, "changing.zip");
    PackOptions options = {.form = ARCHIVE_ZIP, .path = path, .base = "bag"};
    g_autoptr(Pack) pack = pack_new(&options, NULL);
    GError *error = NULL;

    assert_true(pack_begin(pack, &(PackMember){"grown", 2, 0}, &error));
    assert_false(pack_write(pack, "xyz", 3, &error));
    assert_error_code(error, ERROR_DIGEST);
    g_clear_error(&error);
    assert_true(pack_begin(pack, &(PackMember){"short", 2, 0}, &error));
    assert_true(pack_write(pack, "x", 1, &error));
    assert_false(pack_end(pack, &error));
    assert_error_code(error, ERROR_DIGEST);
    g_clear_error(&error);
    assert_true(pack_begin(pack, &(PackMember){"other", 1, 1}, &error));
    assert_true(pack_write(pack, "x", 1, &error));
    assert_false(pack_end(pack, &error));
    assert_error_code(error, ERROR_DIGEST);
    g_clear_error(&error);
}

static void a_file_of_other_digests_is_not_copied(void **state G_GNUC_UNUSED)
{
    g_autofree char *path = tree_path(folder, "copied.zip"), *page = tree_path(folder, "page");
    PackOptions options = {.form = ARCHIVE_ZIP, .path = path, .base = "bag"};
    g_autoptr(Pack) pack = pack_new(&options, NULL);
    Digests digests = {0};
    GError *error = NULL;

    tree_put(folder, "page", "a page");
    assert_false(pack_copy(pack, "a", page, &digests, &error));
    assert_error_code(error, ERROR_DIGEST);
    g_clear_error(&error);
    assert_false(pack_copy(pack, "a", folder, &digests, &error));
    assert_error_code(error, ERROR_NO_FILE);
    g_clear_error(&error);
}

/* Regular, and its first byte cannot be read. */
#define UNREADABLE "/proc/self/mem"

static void a_file_that_cannot_be_read_is_not_copied(void **state G_GNUC_UNUSED)
{
    static const ArchiveForm packed[] = {ARCHIVE_TAR, ARCHIVE_ZIP};

    for (gsize i = 0; i < G_N_ELEMENTS(packed); i++) {
        g_autofree char *path = tree_path(folder, i == 0 ? "unread.tar" : "unread.zip");
        PackOptions options = {.form = packed[i], .path = path, .base = "bag"};
        g_autoptr(Pack) pack = pack_new(&options, NULL);
        Digests digests = {0};
        GError *error = NULL;

        assert_false(pack_copy(pack, "a", UNREADABLE, &digests, &error));
        assert_error_code(error, ERROR_IO);
        g_clear_error(&error);
    }
}

static int refuse_operation(FileOp op, const char *path G_GNUC_UNUSED, void *refused)
{
    return op == *(const FileOp *)refused ? ENOSPC : 0;
}

/* More than is kept in memory: the failure shows in the middle of the file. */
static void a_file_that_finds_no_room_is_not_copied(void **state G_GNUC_UNUSED)
{
    g_autofree char *path = tree_path(folder, "full.tar"), *page = tree_path(folder, "page");
    g_autofree char *content = g_strnfill(200000, 'x');
    PackOptions options = {.form = ARCHIVE_TAR, .path = path, .base = "bag"};
    g_autoptr(Pack) pack = pack_new(&options, NULL);
    FileOp refused = FILE_WRITE;
    Digests digests = {0};
    GError *error = NULL;

    tree_put(folder, "page", content);
    file_fault_set(refuse_operation, &refused);
    assert_false(pack_copy(pack, "a", page, &digests, &error));
    file_fault_set(NULL, NULL);
    assert_error_code(error, ERROR_DISK_FULL);
    g_clear_error(&error);
}

/* Files of a folder are made durable in groups: one of them fails before the end. */
static void a_group_of_files_that_is_not_durable_ends_the_folder(void **state G_GNUC_UNUSED)
{
    g_autofree char *path = tree_path(folder, "groups");
    PackOptions options = {.form = ARCHIVE_FOLDER, .path = path};
    g_autoptr(Pack) pack = pack_new(&options, NULL);
    FileOp refused = FILE_SYNC;
    GError *error = NULL;
    guint n = 0;

    file_fault_set(refuse_operation, &refused);
    for (gboolean ok = TRUE; ok; n += ok) {
        g_autofree char *name = g_strdup_printf("file-%u", n);

        ok = pack_put(pack, name, "x", 1, &error);
    }
    file_fault_set(NULL, NULL);
    assert_error_code(error, ERROR_DISK_FULL);
    g_clear_error(&error);
    assert_true(n > 1);
}

static void a_zip_that_cannot_be_read_has_no_content(void **state G_GNUC_UNUSED)
{
    const Form form = {text, TRUE, TRUE, FALSE, TRUE};
    g_autoptr(GByteArray) zip = zip_of(&form);
    g_autofree char *path = tree_path(folder, "unread");
    guint refused = 0;

    tree_put_bytes(folder, "unread", zip->data, zip->len);
    for (failing_read = 1, reads = 0; reads + 1 >= failing_read; failing_read++) {
        GError *error = NULL;
        g_autoptr(Archive) archive = NULL;
        g_autofree char *found = NULL;

        reads = 0;
        archive = archive_open(path, NULL, &error);
        found = archive != NULL ? read_member(archive, "pages.txt", &error) : NULL;
        assert_int_equal(found == NULL, error != NULL);
        if (found != NULL)
            assert_string_equal(found, text);
        refused += found == NULL;
        g_clear_error(&error);
    }
    failing_read = 0;
    assert_true(refused >= 7);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_form_of_a_zip_is_read),
    cmocka_unit_test(no_byte_of_a_zip_makes_another_content),
    cmocka_unit_test(a_size_is_read_in_every_form_of_a_tar),
    cmocka_unit_test(no_byte_of_a_pax_header_makes_another_member),
    cmocka_unit_test(a_limit_on_unpacked_bytes_is_kept),
    cmocka_unit_test(a_file_of_eight_gigabytes_stands_in_a_tar),
    cmocka_unit_test(a_file_of_four_gigabytes_stands_in_a_zip),
    cmocka_unit_test(a_path_of_any_length_stands_in_a_tar),
    cmocka_unit_test(a_file_that_changes_while_it_is_packed_is_refused),
    cmocka_unit_test(a_file_of_other_digests_is_not_copied),
    cmocka_unit_test(a_file_that_cannot_be_read_is_not_copied),
    cmocka_unit_test(a_file_that_finds_no_room_is_not_copied),
    cmocka_unit_test(a_group_of_files_that_is_not_durable_ends_the_folder),
    cmocka_unit_test(a_zip_that_cannot_be_read_has_no_content),
};

TEST_MAIN_IN(folder, tests)
