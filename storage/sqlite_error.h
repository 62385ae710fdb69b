/* SPDX-License-Identifier: Apache-2.0
 *
 * What SQLite said of the last call on a connection, as a code of the one list: for everything here
 * that keeps a database (db.h, local/).
 */
#pragma once

#include "appliance/base/error.h"

#include <sqlite3.h>

/* ERROR_DISK_FULL, also where a full disk shows as a failed read or write because the index of the
 * WAL cannot grow; ERROR_BUSY; or `otherwise`. */
ErrorCode sqlite_error_code(sqlite3 *handle, ErrorCode otherwise);
