/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/base/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static char *program;
static char *listener_role, *listener_path;

void worker_program_set(const char *path)
{
    g_free(program);
    program = g_strdup(path);
}

void worker_listener_set(const char *role, const char *path)
{
    g_free(listener_role);
    g_free(listener_path);
    listener_role = path != NULL ? g_strdup(role) : NULL;
    listener_path = g_strdup(path);
}

/* Behind the connection the manager has a worker, or will have one soon. */
static gboolean connect_listener(Worker *worker, GError **error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_auto(Fd) fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    if (g_strlcpy(address.sun_path, listener_path, sizeof address.sun_path) >=
        sizeof address.sun_path)
        return error_set(error, ERROR_WORKER, "%s: path too long", listener_path);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
        return error_set_errno(error, ERROR_WORKER, errno, "connect %s", listener_path);
    worker->socket = fd_steal(&fd);
    return TRUE;
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

    *worker = WORKER_NONE;
    if (listener_role != NULL && strcmp(role, listener_role) == 0)
        return connect_listener(worker, error);
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

gboolean worker_is_running(const Worker *worker)
{
    return worker->socket >= 0;
}

int worker_stop(Worker *worker)
{
    int status = 0;

    fd_close(fd_steal(&worker->socket));
    if (worker->pid <= 0)
        return 0;
    kill(worker->pid, SIGKILL);
    while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    worker->pid = 0;
    return status;
}
