#define _GNU_SOURCE
#include "process_tree.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

pid_t nominal_spawn(const char *path, char *const arguments[], int output) {
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    sigset_t none;
    pid_t process = 0;
    sigemptyset(&none);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    int code = posix_spawn(&process, path, &actions, &attributes, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return code == 0 ? process : -code;
}

/// The child's half of `nominal_spawn_command`: only calls that are safe after `fork` in a process with threads. Returns only
/// on failure, with errno set.
static void become_command(
    const char *path, char *const arguments[], char *const environment[], const char *folder, int output, pid_t parent,
    int report) {
    sigset_t none;
    sigemptyset(&none);
    setsid();
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int input = open("/dev/null", O_RDONLY);
    if (input < 0 || dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0) return;
    // Closed by the start of the program, which reports success.
    if (report != 3 && dup3(report, 3, O_CLOEXEC) < 0) return;
    if (close_range(4, ~0U, 0) < 0 || chdir(folder) < 0) return;
    execve(path, arguments, environment);
}

pid_t nominal_spawn_command(
    const char *path, char *const arguments[], char *const environment[], const char *folder, int output) {
    int report[2];
    if (pipe2(report, O_CLOEXEC) < 0) return -errno;
    pid_t parent = getpid();
    pid_t process = fork();
    if (process == 0) {
        become_command(path, arguments, environment, folder, output, parent, report[1]);
        int code = errno;
        // Of the two numbers of the same pipe, at least one is open.
        if (write(3, &code, sizeof code) < 0) (void)!write(report[1], &code, sizeof code);
        _exit(127);
    }
    int code = process < 0 ? errno : 0;
    close(report[1]);
    while (process > 0 && read(report[0], &code, sizeof code) < 0 && errno == EINTR) {}
    close(report[0]);
    if (code == 0) return process;
    if (process > 0) while (waitpid(process, NULL, 0) < 0 && errno == EINTR) {}
    return -code;
}

int nominal_command_ended(pid_t command, int *status) {
    siginfo_t end = {0};
    if (waitid(P_PID, (id_t)command, &end, WEXITED | WNOHANG | WNOWAIT) < 0 || end.si_pid == 0) return 0;
    // It is still a zombie, so that nothing else has its number.
    kill(-command, SIGKILL);
    while (waitpid(command, status, 0) < 0 && errno == EINTR) {}
    return 1;
}

pid_t nominal_become_worker(void) {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    return getppid();
}

/// The parent of a process, its resident pages in `pages`; -1 when it is gone. A zombie holds no pages.
static pid_t parent_of(pid_t process, long *pages) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t count = read(file, text, sizeof text - 1);
    close(file);
    if (count <= 0) return -1;
    text[count] = 0;
    // The name of the program may hold anything, parentheses too.
    char *rest = strrchr(text, ')');
    char state;
    int parent;
    if (!rest || sscanf(rest + 1, " %c %d", &state, &parent) != 2) return -1;
    if (pages) {
        long resident = 0;
        sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %*u %*u %ld", &resident);
        *pages = resident;
    }
    return state == 'Z' || state == 'X' ? -1 : parent;
}

/// Calls `visit` for every living descendant of a process; returns how many there are.
static int descendants(pid_t root, void (*visit)(pid_t process, long pages, void *context), void *context) {
    DIR *folder = opendir("/proc");
    if (!folder) return 0;
    int found = 0;
    struct dirent *entry;
    while ((entry = readdir(folder))) {
        if (!isdigit((unsigned char)entry->d_name[0])) continue;
        pid_t process = (pid_t)atoi(entry->d_name);
        long pages = 0;
        pid_t ancestor = process == root ? -1 : parent_of(process, &pages);
        for (int depth = 0; depth < 64 && ancestor > 1 && ancestor != root; depth++) ancestor = parent_of(ancestor, NULL);
        if (ancestor != root) continue;
        found++;
        visit(process, pages, context);
    }
    closedir(folder);
    return found;
}

static void kill_one(pid_t process, long pages, void *context) {
    (void)pages;
    (void)context;
    kill(process, SIGKILL);
}

static void add_pages(pid_t process, long pages, void *context) {
    (void)process;
    *(long *)context += pages;
}

void nominal_kill_tree(pid_t worker) {
    // The worker is stopped, so that it starts nothing, but lives, so that orphans come to it and are found.
    kill(worker, SIGSTOP);
    for (int round = 0; round < 1000 && descendants(worker, kill_one, NULL) > 0; round++) usleep(1000);
    kill(worker, SIGKILL);
    while (waitpid(worker, NULL, 0) < 0 && errno == EINTR) {}
}

long nominal_tree_resident_kib(pid_t worker) {
    long pages = 0;
    parent_of(worker, &pages);
    descendants(worker, add_pages, &pages);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}
