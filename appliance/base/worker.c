/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/base/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static char *program;

void worker_program_set(const char *path)
{
    g_free(program);
    program = g_strdup(path);
}

/* The socket lands on WORKER_SOCKET; everything else of ours is close-on-exec. */
static int spawn(pid_t *pid, const char *role, int socket)
{
    const char *argv[] = {program, "worker", role, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    int result;

    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, socket, WORKER_SOCKET);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    result = posix_spawn(pid, program, &actions, &attributes, (char *const *)argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return result;
}

gboolean worker_start(Worker *worker, const char *role, GError **error)
{
    int pair[2];
    int result;

    *worker = (Worker){.socket = -1};
    if (program == NULL)
        return error_set(error, ERROR_INTERNAL, "worker program not set");
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return error_set_errno(error, ERROR_WORKER, errno, "socket pair");
    /* dup2 onto itself would keep close-on-exec, so the child's end must not be WORKER_SOCKET. */
    if (pair[1] == WORKER_SOCKET) {
        pair[1] = fcntl(pair[1], F_DUPFD_CLOEXEC, WORKER_SOCKET + 1);
        fd_close(WORKER_SOCKET);
    }
    result = spawn(&worker->pid, role, pair[1]);
    fd_close(pair[1]);
    if (result != 0) {
        fd_close(pair[0]);
        worker->pid = 0;
        return error_set_errno(error, ERROR_WORKER, result, "start %s", program);
    }
    worker->socket = pair[0];
    return TRUE;
}

int worker_stop(Worker *worker)
{
    int status = 0;

    if (worker->pid <= 0)
        return 0;
    fd_close(fd_steal(&worker->socket));
    kill(worker->pid, SIGKILL);
    while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    worker->pid = 0;
    return status;
}
