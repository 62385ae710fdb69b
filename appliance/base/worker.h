/* SPDX-License-Identifier: Apache-2.0
 *
 * Child processes of the one program: `anjuan worker page` and `anjuan worker device`.
 *
 * A worker is the same binary started again with a socket pair on WORKER_SOCKET and nothing else
 * open but the standard streams. It ends when its socket is closed. The parent that holds a
 * Worker owns it: worker_stop (idempotent) closes the socket, kills and reaps.
 *
 * Where the service manager listens for a role (worker_listener_set), a worker is reached through
 * that socket instead: the manager starts it behind the connection, as a user of its own, and it
 * ends by itself when the connection is closed.
 *
 * The role's loop is called by main; what it may do is limited by the role itself (sandbox.h of
 * page/, the unit files of images/).
 */
#pragma once

#include "appliance/base/message.h"

#define WORKER_SOCKET 3

typedef struct Worker {
    pid_t pid; /* 0 = not running, or started by the service manager */
    Fd socket; /* -1 = not running */
} Worker;

#define WORKER_NONE ((Worker){.socket = -1})

/* The program that workers run; main sets it to itself, tests to the built program. */
void worker_program_set(const char *path);

/* Where the service manager listens for workers of this role: a SOCK_SEQPACKET address in the file
 * system. NULL (the start): workers are children. */
void worker_listener_set(const char *role, const char *path);

/* Start a worker for `role` ("page", "device"). */
gboolean worker_start(Worker *worker, const char *role, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* FALSE once its socket is closed: it was stopped, or was never started. */
gboolean worker_is_running(const Worker *worker);

/* Close it, kill and reap a child; the wait status, or 0 where there is no child. */
int worker_stop(Worker *worker);
