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
