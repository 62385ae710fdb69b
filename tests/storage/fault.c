/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/storage/fault.h"

#include "appliance/base/file.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

static struct {
    FaultKind kind;
    guint at;
    gint count; /* atomic: databases are used by several threads */
} fault;

const char *fault_word(FaultKind kind)
{
    static const char *const words[] = {"none",    "io",    "io stays", "full",
                                        "no room", "short", "kill"};

    return words[kind];
}

void fault_set(FaultKind kind, guint at)
{
    fault.kind = kind;
    fault.at = at;
    g_atomic_int_set(&fault.count, 0);
}

guint fault_count(void)
{
    return (guint)g_atomic_int_get(&fault.count);
}

/* Counts one operation: 0, an errno, or FILE_SHORT_WRITE. */
static int step(void)
{
    guint n = (guint)g_atomic_int_add(&fault.count, 1) + 1;
    gboolean stays = fault.kind == FAULT_STAYS || fault.kind == FAULT_NO_ROOM;

    if (fault.kind == FAULT_NONE || n < fault.at || (n > fault.at && !stays))
        return 0;
    switch (fault.kind) {
    case FAULT_KILL:
        _exit(FAULT_KILLED);
    case FAULT_FULL:
    case FAULT_NO_ROOM:
        return ENOSPC;
    case FAULT_SHORT:
        return FILE_SHORT_WRITE;
    default:
        return EIO;
    }
}

/* What gives room back succeeds on a full disk. A sync may find that there is none (once: what it
 * was about is cut off then, and a sync of that needs none). */
static gboolean needs_room(FileOp op)
{
    return op != FILE_TRUNCATE && op != FILE_UNLINK &&
           (op != FILE_SYNC || fault.kind == FAULT_FULL);
}

static int on_file(FileOp op, const char *path G_GNUC_UNUSED, void *data G_GNUC_UNUSED)
{
    int why = step();

    return why == ENOSPC && !needs_room(op) ? 0 : why;
}

/* ── the shim ────────────────────────────────────────────────────────────────────────────── */

typedef struct {
    sqlite3_file base;
    sqlite3_file *real;
} ShimFile;

/* The usual VFS, and the one that needs no room beside the file (storage/db.h): its shared memory
 * is the process's own and cannot lack space. Each keeps the real one as its data. */
static sqlite3_vfs shim_vfs, shim_alone;

static sqlite3_vfs *real_vfs_of(sqlite3_vfs *vfs)
{
    return vfs->pAppData;
}

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((ShimFile *)file)->real;
}

/* What SQLite is told of a fault. */
static int told(int why, int otherwise)
{
    return why == ENOSPC ? SQLITE_FULL : otherwise;
}

static int shim_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int shim_read(sqlite3_file *file, void *bytes, int size, sqlite3_int64 at)
{
    return real_of(file)->pMethods->xRead(real_of(file), bytes, size, at);
}

static int shim_write(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 at)
{
    int why = step();

    if (why == FILE_SHORT_WRITE)
        real_of(file)->pMethods->xWrite(real_of(file), bytes, size / 2, at);
    if (why != 0)
        return told(why, SQLITE_IOERR_WRITE);
    return real_of(file)->pMethods->xWrite(real_of(file), bytes, size, at);
}

static int shim_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int why = step();

    return why != 0 ? told(why, SQLITE_IOERR_TRUNCATE)
                    : real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int shim_sync(sqlite3_file *file, int flags)
{
    int why = step();

    return why != 0 ? told(why, SQLITE_IOERR_FSYNC)
                    : real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int shim_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int shim_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int shim_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int shim_check_lock(sqlite3_file *file, int *out)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}

static int shim_control(sqlite3_file *file, int op, void *data)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), op, data);
}

static int shim_sector(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int shim_character(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

/* The index of the WAL grows: on a full disk this is where it shows first. */
static int shim_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
    int why = extend ? step() : 0;

    return why != 0 ? SQLITE_IOERR_SHMSIZE
                    : real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, out);
}

static int shim_map_alone(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, out);
}

static int shim_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void shim_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int shim_unmap(sqlite3_file *file, int erase)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), erase);
}

static const sqlite3_io_methods shim_methods = {
    .iVersion = 2,
    .xClose = shim_close,
    .xRead = shim_read,
    .xWrite = shim_write,
    .xTruncate = shim_truncate,
    .xSync = shim_sync,
    .xFileSize = shim_size,
    .xLock = shim_lock,
    .xUnlock = shim_unlock,
    .xCheckReservedLock = shim_check_lock,
    .xFileControl = shim_control,
    .xSectorSize = shim_sector,
    .xDeviceCharacteristics = shim_character,
    .xShmMap = shim_map,
    .xShmLock = shim_shm_lock,
    .xShmBarrier = shim_barrier,
    .xShmUnmap = shim_unmap,
};

static sqlite3_io_methods shim_methods_alone; /* the same, but for the map: fault_shim_install */

static int shim_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags,
                     int *out)
{
    ShimFile *shim = (ShimFile *)file;
    sqlite3_vfs *real_vfs = real_vfs_of(vfs);
    int why = (flags & SQLITE_OPEN_CREATE) != 0 ? step() : 0, result;

    shim->base.pMethods = NULL;
    shim->real = (sqlite3_file *)(shim + 1);
    /* A name finds its place in a folder where not a byte of content does. */
    if (why != 0 && why != ENOSPC)
        return SQLITE_CANTOPEN;
    memset(shim->real, 0, (size_t)real_vfs->szOsFile);
    result = real_vfs->xOpen(real_vfs, name, shim->real, flags, out);
    if (shim->real->pMethods != NULL)
        shim->base.pMethods = vfs == &shim_alone ? &shim_methods_alone : &shim_methods;
    return result;
}

static int shim_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    int why = step();

    return why != 0 ? told(why, SQLITE_IOERR_DELETE)
                    : real_vfs_of(vfs)->xDelete(real_vfs_of(vfs), name, sync);
}

static int shim_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    return real_vfs_of(vfs)->xAccess(real_vfs_of(vfs), name, flags, out);
}

static int shim_full(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
    return real_vfs_of(vfs)->xFullPathname(real_vfs_of(vfs), name, size, out);
}

static void shim_over(sqlite3_vfs *shim, const char *real, const char *name)
{
    sqlite3_vfs *real_vfs = sqlite3_vfs_find(real);

    *shim = *real_vfs;
    shim->zName = name;
    shim->pNext = NULL;
    shim->pAppData = real_vfs;
    shim->szOsFile = (int)sizeof(ShimFile) + real_vfs->szOsFile;
    shim->xOpen = shim_open;
    shim->xDelete = shim_delete;
    shim->xAccess = shim_access;
    shim->xFullPathname = shim_full;
}

void fault_shim_files(void)
{
    file_fault_set(on_file, NULL);
}

void fault_shim_install(void)
{
    shim_methods_alone = shim_methods;
    shim_methods_alone.xShmMap = shim_map_alone;
    shim_over(&shim_vfs, NULL, "fault");
    shim_over(&shim_alone, "unix-excl", "unix-excl");
    /* The last one is found first by its name, the default one by none. */
    g_assert(sqlite3_vfs_register(&shim_alone, 1) == SQLITE_OK);
    g_assert(sqlite3_vfs_register(&shim_vfs, 1) == SQLITE_OK);
    fault_shim_files();
}
