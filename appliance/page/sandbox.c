/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/sandbox.h"

#include "appliance/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* As many as a process has by default. Fewer would be enough, but a message with descriptors is
 * refused (ETOOMANYREFS, unix(7)) while more than this are on their way in all processes of the
 * user, a browser's among them. */
#define DESCRIPTORS_MAX 1024
#define OUTPUT_BYTES_MAX ((guint64)1 << 30)

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

static const int allowed[] = {
    /* descriptors that are there */
    SCMP_SYS(read),
    SCMP_SYS(pread64),
    SCMP_SYS(write),
    SCMP_SYS(pwrite64),
    SCMP_SYS(writev),
    SCMP_SYS(lseek),
    SCMP_SYS(fstat),
    SCMP_SYS(ftruncate),
    SCMP_SYS(fcntl),
    SCMP_SYS(close),
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendmsg),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    /* memory */
    SCMP_SYS(brk),
    SCMP_SYS(mmap),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(mprotect),
    SCMP_SYS(madvise),
    SCMP_SYS(memfd_create),
    /* the process itself */
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(futex),
    SCMP_SYS(sched_yield),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rseq),
    SCMP_SYS(setitimer),
    SCMP_SYS(sysinfo),
    SCMP_SYS(getrandom),
    /* time */
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(nanosleep),
    SCMP_SYS(clock_nanosleep),
};

static gboolean limit(int resource, guint64 value, GError **error)
{
    struct rlimit limits = {value, value};

    if (setrlimit(resource, &limits) != 0)
        return error_set_errno(error, ERROR_WORKER, errno, "limit %d", resource);
    return TRUE;
}

static gboolean limit_descriptors(GError **error)
{
    struct rlimit limits;

    if (getrlimit(RLIMIT_NOFILE, &limits) != 0)
        return error_set_errno(error, ERROR_WORKER, errno, "limit of descriptors");
    return limit(RLIMIT_NOFILE, MIN(limits.rlim_max, DESCRIPTORS_MAX), error);
}

/* A sanitizer reserves terabytes of address space for its shadow. */
static gboolean limit_resources(GError **error)
{
    return (SANITIZED || limit(RLIMIT_AS, SANDBOX_MEMORY_BYTES, error)) &&
           limit(RLIMIT_FSIZE, OUTPUT_BYTES_MAX, error) && limit_descriptors(error) &&
           limit(RLIMIT_CORE, 0, error);
}

/* No rule at all: no file below any path. Kernels without landlock leave it to seccomp. */
static void close_file_system(void)
{
    struct landlock_ruleset_attr attributes = {.handled_access_fs =
                                                   (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1};
    g_auto(Fd) rules = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);

    if (rules >= 0)
        (void)syscall(SYS_landlock_restrict_self, rules, 0);
}

/* Signals may go to the worker itself alone (abort), fstat may not name a path, new memory may
 * not come with a thread. */
static int add_narrow_rules(scmp_filter_ctx filter)
{
    struct scmp_arg_cmp own_process = {
        .arg = 0, .op = SCMP_CMP_EQ, .datum_a = (scmp_datum_t)getpid(), .datum_b = 0};
    struct scmp_arg_cmp no_path = {
        .arg = 3, .op = SCMP_CMP_MASKED_EQ, .datum_a = AT_EMPTY_PATH, .datum_b = AT_EMPTY_PATH};
    int result = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, &own_process);

    if (result == 0)
        result = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1, &no_path);
    return result;
}

static gboolean filter_calls(GError **error)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int result = filter != NULL ? add_narrow_rules(filter) : -ENOMEM;

    for (guint i = 0; result == 0 && i < G_N_ELEMENTS(allowed); i++)
        result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    if (result == 0)
        result = seccomp_load(filter);
    if (filter != NULL)
        seccomp_release(filter);
    if (result != 0)
        return error_set_errno(error, ERROR_WORKER, -result, "filter of system calls");
    return TRUE;
}

gboolean sandbox_close(GError **error)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return error_set_errno(error, ERROR_WORKER, errno, "privileges");
    close_file_system();
    return limit_resources(error) && filter_calls(error);
}

void sandbox_job(void)
{
    struct itimerval budget = {.it_value.tv_sec = SANDBOX_JOB_CPU_S};

    (void)setitimer(ITIMER_PROF, &budget, NULL);
}

static gboolean can_open(void)
{
    g_auto(Fd) fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

    return fd >= 0;
}

static gboolean can_connect(void)
{
    g_auto(Fd) fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    return fd >= 0;
}

static gboolean can_fork(void)
{
    pid_t child = fork();

    if (child == 0)
        _exit(0);
    if (child > 0)
        (void)waitpid(child, NULL, 0);
    return child >= 0;
}

/* Only a refusal of the call itself counts: the path does not exist. */
static gboolean can_execute(void)
{
    char *const none[] = {NULL};

    return execve("/nonexistent", none, none) == 0 || errno != EPERM;
}

static gboolean can_take_memory(void)
{
    void *memory = mmap(NULL, SANDBOX_MEMORY_BYTES, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (memory == MAP_FAILED)
        return FALSE;
    (void)munmap(memory, SANDBOX_MEMORY_BYTES);
    return !SANITIZED;
}

guint32 sandbox_probe(void)
{
    return (can_open() ? SANDBOX_LEAK_OPEN : 0u) | (can_connect() ? SANDBOX_LEAK_SOCKET : 0u) |
           (can_fork() ? SANDBOX_LEAK_FORK : 0u) | (can_execute() ? SANDBOX_LEAK_EXEC : 0u) |
           (can_take_memory() ? SANDBOX_LEAK_MEMORY : 0u) |
           (kill(getppid(), 0) == 0 ? SANDBOX_LEAK_KILL : 0u);
}
