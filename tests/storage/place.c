/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/storage/place.h"

#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* In the ordinary form a place is told by its inner callers alone, and is passed over in a work
 * where another one before it had it; with ANJUAN_LONG=1 by all of them, in each work. */
#define FRAMES_LONG     48
#define FRAMES_ORDINARY 9

typedef struct {
    guint64 id;
    char *word;
} Place;

static struct {
    GMutex lock; /* works have threads */
    GPtrArray *known;
    GHashTable *ids; /* of what was ever known: guint64 * */
    gboolean is_long, learns, interrupts;
    guint64 wanted; /* 0: none */
    gboolean reached;
} places;

static void place_free(void *data)
{
    Place *place = data;

    g_free(place->word);
    g_free(place);
}

static int by_address(const void *a, const void *b)
{
    const char *const *one = a, *const *other = b;

    return (*one > *other) - (*one < *other);
}

/* The callers, each once however deep a recursion went, and what they ask. */
static guint64 id_of(const char *word)
{
    void *frames[FRAMES_LONG];
    int n = backtrace(frames, places.is_long ? FRAMES_LONG : FRAMES_ORDINARY);
    guint64 id = 1469598103934665603u;

    qsort(frames, (size_t)n, sizeof frames[0], by_address);
    for (int i = 0; i < n; i++)
        if (i == 0 || frames[i] != frames[i - 1])
            id = (id ^ (guint64)(guintptr)frames[i]) * 1099511628211u;
    for (; *word != '\0'; word++)
        id = (id ^ (guint8)*word) * 1099511628211u;
    return id != 0 ? id : 1;
}

/* TRUE where this passing fails. */
static gboolean passes(const char *word)
{
    gboolean fails = FALSE;
    guint64 id;

    if (!places.learns && places.wanted == 0)
        return FALSE;
    id = id_of(word);
    g_mutex_lock(&places.lock);
    if (places.learns && !g_hash_table_contains(places.ids, &id)) {
        Place *place = g_new0(Place, 1);

        *place = (Place){id, g_strdup(word)};
        g_ptr_array_add(places.known, place);
        g_hash_table_add(places.ids, g_memdup2(&id, sizeof id));
    } else if (places.wanted == id) {
        fails = places.reached = TRUE;
        places.wanted = 0;
    }
    g_mutex_unlock(&places.lock);
    return fails;
}

gboolean place_is_long(void)
{
    return places.is_long;
}

void place_forget(void)
{
    g_clear_pointer(&places.known, g_ptr_array_unref);
    g_clear_pointer(&places.ids, g_hash_table_unref);
}

static void learn(gboolean anew)
{
    g_clear_pointer(&places.known, g_ptr_array_unref);
    places.known = g_ptr_array_new_with_free_func(place_free);
    if (anew || places.is_long)
        g_hash_table_remove_all(places.ids);
    places.learns = TRUE;
    places.reached = FALSE;
}

guint place_count(void)
{
    places.learns = FALSE;
    return places.known->len;
}

void place_begin(guint at)
{
    if (at == PLACE_LEARN || at == PLACE_LEARN_ANEW) {
        learn(at == PLACE_LEARN_ANEW);
        return;
    }
    places.reached = FALSE;
    places.wanted = ((const Place *)g_ptr_array_index(places.known, at))->id;
}

gboolean place_heal(void)
{
    places.wanted = 0;
    return places.reached;
}

const char *place_word(guint index)
{
    return ((const Place *)g_ptr_array_index(places.known, index))->word;
}

void place_interrupt(gboolean on)
{
    places.interrupts = on;
}

/* ── calls ───────────────────────────────────────────────────────────────────────────────── */

static gboolean fails(const char *word)
{
    if (!passes(word))
        return FALSE;
    errno = EIO;
    return TRUE;
}

/* A signal came before a byte was read: every second time. */
static gboolean is_interrupted(void)
{
    static _Thread_local gboolean again;

    again = places.interrupts && !again;
    if (again)
        errno = EINTR;
    return again;
}

/* __real_xyz is the library's own; declared here because no header has them. */
#define WRAPPED(type, name, ...)                                                                   \
    type __real_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__)

#define MODE_OF(flags)                                                                             \
    va_list args;                                                                                  \
    mode_t mode = 0;                                                                               \
                                                                                                   \
    va_start(args, flags);                                                                         \
    if (((flags) & (O_CREAT | O_TMPFILE)) != 0)                                                    \
        mode = va_arg(args, mode_t);                                                               \
    va_end(args)

WRAPPED(int, open, const char *path, int flags, ...)
{
    MODE_OF(flags);
    return fails("open") ? -1 : __real_open(path, flags, mode);
}

WRAPPED(int, openat, int folder, const char *path, int flags, ...)
{
    MODE_OF(flags);
    return fails("openat") ? -1 : __real_openat(folder, path, flags, mode);
}

WRAPPED(ssize_t, read, int fd, void *bytes, size_t size)
{
    return is_interrupted() || fails("read") ? -1 : __real_read(fd, bytes, size);
}

/* What is read by place has a size that is known: the file may also have been cut. */
WRAPPED(ssize_t, pread, int fd, void *bytes, size_t size, off_t at)
{
    if (is_interrupted() || fails("pread"))
        return -1;
    return passes("pread, ends") ? 0 : __real_pread(fd, bytes, size, at);
}

WRAPPED(int, stat, const char *path, struct stat *info)
{
    return fails("stat") ? -1 : __real_stat(path, info);
}

WRAPPED(int, lstat, const char *path, struct stat *info)
{
    return fails("lstat") ? -1 : __real_lstat(path, info);
}

WRAPPED(int, fstat, int fd, struct stat *info)
{
    return fails("fstat") ? -1 : __real_fstat(fd, info);
}

WRAPPED(int, fstatat, int folder, const char *path, struct stat *info, int flags)
{
    return fails("fstatat") ? -1 : __real_fstatat(folder, path, info, flags);
}

WRAPPED(off_t, lseek, int fd, off_t at, int whence)
{
    return fails("lseek") ? -1 : __real_lseek(fd, at, whence);
}

WRAPPED(int, ftruncate, int fd, off_t size)
{
    return fails("ftruncate") ? -1 : __real_ftruncate(fd, size);
}

WRAPPED(int, unlink, const char *path)
{
    return fails("unlink") ? -1 : __real_unlink(path);
}

/* A lock of a file of a file system that has none. */
WRAPPED(int, fcntl, int fd, int what, ...)
{
    va_list args;
    void *given;

    va_start(args, what);
    given = va_arg(args, void *);
    va_end(args);
    return what == F_OFD_SETLK && fails("fcntl") ? -1 : __real_fcntl(fd, what, given);
}

WRAPPED(FILE *, fopen, const char *path, const char *mode)
{
    return fails("fopen") ? NULL : __real_fopen(path, mode);
}

WRAPPED(GDir *, g_dir_open, const char *path, guint flags, GError **error)
{
    if (!fails("g_dir_open"))
        return __real_g_dir_open(path, flags, error);
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_IO, "%s: a fault", path);
    return NULL;
}

WRAPPED(int, g_mkdir_with_parents, const char *path, int mode)
{
    return fails("g_mkdir_with_parents") ? -1 : __real_g_mkdir_with_parents(path, mode);
}

/* Libraries that find no memory. */
WRAPPED(int, sodium_init, void)
{
    return fails("sodium_init") ? -1 : __real_sodium_init();
}

WRAPPED(int, crypto_pwhash, unsigned char *const out, unsigned long long size,
        const char *const passphrase, unsigned long long length, const unsigned char *const salt,
        unsigned long long operations, size_t memory, int algorithm)
{
    return fails("crypto_pwhash") ? -1
                                  : __real_crypto_pwhash(out, size, passphrase, length, salt,
                                                         operations, memory, algorithm);
}

WRAPPED(int, inflateInit2_, z_stream *stream, int bits, const char *version, int size)
{
    return fails("inflateInit2") ? Z_MEM_ERROR : __real_inflateInit2_(stream, bits, version, size);
}

/* ── statements and operations ───────────────────────────────────────────────────────────── */

/* A rollback is the way out of a failure; "--" begins the name of a trigger. */
static int on_statement(unsigned what G_GNUC_UNUSED, void *data, void *statement G_GNUC_UNUSED,
                        void *text)
{
    if (strcmp(text, "ROLLBACK") != 0 && strncmp(text, "--", 2) != 0 && passes(text))
        sqlite3_interrupt(data);
    return 0;
}

static int on_open(sqlite3 *db, char **why G_GNUC_UNUSED,
                   const struct sqlite3_api_routines *api G_GNUC_UNUSED)
{
    return sqlite3_trace_v2(db, SQLITE_TRACE_STMT, on_statement, db);
}

static int on_file(FileOp op, const char *path G_GNUC_UNUSED, void *data G_GNUC_UNUSED)
{
    static const char *const words[] = {
        [FILE_OPEN] = "to write",     [FILE_WRITE] = "write",      [FILE_SYNC] = "sync",
        [FILE_RENAME] = "rename",     [FILE_LINK] = "link",        [FILE_UNLINK] = "remove",
        [FILE_MKDIR] = "make folder", [FILE_TRUNCATE] = "truncate"};

    return passes(words[op]) ? EIO : 0;
}

void place_install(void)
{
    places.is_long = g_strcmp0(g_getenv("ANJUAN_LONG"), "1") == 0;
    places.ids = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    g_assert(sqlite3_auto_extension((void (*)(void))on_open) == SQLITE_OK);
    file_fault_set(on_file, NULL);
}
