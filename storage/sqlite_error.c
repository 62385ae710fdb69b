/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/sqlite_error.h"

#include <errno.h>

static gboolean is_full(sqlite3 *handle)
{
    return sqlite3_errcode(handle) == SQLITE_FULL ||
           sqlite3_extended_errcode(handle) == SQLITE_IOERR_SHMSIZE ||
           ((sqlite3_errcode(handle) & 0xff) == SQLITE_IOERR &&
            sqlite3_system_errno(handle) == ENOSPC);
}

ErrorCode sqlite_error_code(sqlite3 *handle, ErrorCode otherwise)
{
    if ((sqlite3_errcode(handle) & 0xff) == SQLITE_BUSY)
        return ERROR_BUSY;
    return is_full(handle) ? ERROR_DISK_FULL : otherwise;
}
