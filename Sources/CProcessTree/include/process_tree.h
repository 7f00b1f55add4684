#ifndef NOMINAL_PROCESS_TREE_H
#define NOMINAL_PROCESS_TREE_H

#include <sys/types.h>

/// Starts `path` with `arguments` (ending in NULL) as the leader of a session of its own, with no signal blocked, nothing on
/// standard input, and standard output on the descriptor `output`. Returns its number, or -errno.
pid_t nominal_spawn(const char *path, char *const arguments[], int output);

/// To be called by a worker: orphans among its descendants become its children, and it is killed when the thread that
/// started it, or its process, ends. Returns the number of its parent.
pid_t nominal_become_worker(void);

/// Kills a process that this one has started, with all of its descendants, and waits for it. Descendants of a worker cannot
/// escape: those that lose their parent become children of the worker.
void nominal_kill_tree(pid_t worker);

/// Resident memory of a process and all of its descendants, in KiB.
long nominal_tree_resident_kib(pid_t worker);

#endif
