#ifndef NOMINAL_PROCESS_TREE_H
#define NOMINAL_PROCESS_TREE_H

#include <sys/types.h>

/// Starts `path` with `arguments` (ending in NULL) as the leader of a session of its own, with no signal blocked, nothing on
/// standard input, and standard output on the descriptor `output`. Returns its number, or -errno.
pid_t nominal_spawn(const char *path, char *const arguments[], int output);

/// Starts a program that somebody else wrote: like `nominal_spawn`, but in `folder`, with `environment` alone (ending in
/// NULL), with `output` as standard output and standard error, and without any other descriptor of this process. Orphans among
/// its descendants become its children, and it is killed when the thread that started it ends. Returns its number, or -errno.
pid_t nominal_spawn_command(
    const char *path, char *const arguments[], char *const environment[], const char *folder, int output);

/// Returns 1 and the wait status once such a program has ended, after killing what it left behind in its process group.
/// Returns 0 while it runs.
int nominal_command_ended(pid_t command, int *status);

/// To be called by a worker: orphans among its descendants become its children, and it is killed when the thread that
/// started it, or its process, ends. Returns the number of its parent.
pid_t nominal_become_worker(void);

/// Kills a process that this one has started, with all of its descendants, and waits for it. Descendants of a worker cannot
/// escape: those that lose their parent become children of the worker.
void nominal_kill_tree(pid_t worker);

/// Resident memory of a process and all of its descendants, in KiB.
long nominal_tree_resident_kib(pid_t worker);

#endif
