// Wraps functions of the C library to simulate a failing disk.
//
// The tests compile it and load it with LD_PRELOAD. It counts the system calls that change files below a folder, including
// those of SQLite; it can log them, and kill the process or return an error at one of them.
//
//   FAULTS_ROOT   the folder, absolute and without links
//   FAULTS_LOG    a log outside the folder: a line "NUMBER CALL PATH" per call, with the bytes in hexadecimal for writes to
//                 a write-ahead log
//   FAULTS_AT     the number of the call that fails; counted from 1
//   FAULTS_KIND   kill: the process is killed instead of the call
//                 torn: half of the bytes are written, then the process is killed; other calls as with kill
//                 full: this call and all later calls that need space find the disk full
//                 broken: this call fails with an input/output error
//
//   FAULTS_CLOCK  seconds by which the wall clock is set back
//   FAULTS_LISTING  suffix of the path of a folder whose listing fails with an input/output error
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { descriptors = 4096 };

static char root[PATH_MAX];
static size_t rootLength;
static int logDescriptor = -1;
static long failing;
static long setBack;
static const char *unlisted;
static char kind[16];
static atomic_long count;
static char *_Atomic paths[descriptors];
static atomic_flag logging = ATOMIC_FLAG_INIT;

static long number(const char *name) {
    const char *text = getenv(name);
    return text ? atol(text) : 0;
}

__attribute__((constructor)) static void start(void) {
    setBack = number("FAULTS_CLOCK");
    unlisted = getenv("FAULTS_LISTING");
    const char *folder = getenv("FAULTS_ROOT");
    if (!folder) return;
    snprintf(root, sizeof root, "%s/", folder);
    rootLength = strlen(root);
    failing = number("FAULTS_AT");
    snprintf(kind, sizeof kind, "%s", getenv("FAULTS_KIND") ? getenv("FAULTS_KIND") : "");
    const char *log = getenv("FAULTS_LOG");
    if (log) logDescriptor = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

// Writes the path relative to the folder to `place`; returns null for paths elsewhere.
static const char *below(const char *path, char *place) {
    if (!rootLength || !path) return NULL;
    if (path[0] == '/') {
        snprintf(place, PATH_MAX, "%s", path);
    } else {
        char folder[PATH_MAX];
        if (!getcwd(folder, sizeof folder)) return NULL;
        if (snprintf(place, PATH_MAX, "%s/%s", folder, path) >= PATH_MAX) return NULL;
    }
    if (strncmp(place, root, rootLength) != 0) return NULL;
    return place + rootLength;
}

static void note(long at, const char *call, const char *path, const void *bytes, size_t size) {
    if (logDescriptor < 0) return;
    size_t length = strlen(path);
    int isJournal = bytes && length > 4 && strcmp(path + length - 4, "-wal") == 0;
    char *line = malloc(length + 64 + (isJournal ? 2 * size : 0));
    int end = sprintf(line, "%ld %s %s", at, call, path);
    if (isJournal) {
        line[end++] = ' ';
        for (size_t i = 0; i < size; i++) end += sprintf(line + end, "%02x", ((const unsigned char *)bytes)[i]);
    }
    line[end++] = '\n';
    while (atomic_flag_test_and_set(&logging)) {}
    (void)!syscall(SYS_write, logDescriptor, line, end);
    atomic_flag_clear(&logging);
    free(line);
}

// Counts a call. Returns 0 to continue, or the error to return. Sets `torn` if half of the bytes must be written.
static int counted(const char *call, const char *path, int needsSpace, const void *bytes, size_t size, int *torn) {
    long at = atomic_fetch_add(&count, 1) + 1;
    note(at, call, path, bytes, size);
    if (!failing || at < failing) return 0;
    if (strcmp(kind, "full") == 0) return needsSpace ? ENOSPC : 0;
    if (at > failing) return 0;
    if (strcmp(kind, "broken") == 0) return EIO;
    if (strcmp(kind, "torn") == 0 && torn) {
        *torn = 1;
        return 0;
    }
    syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
    for (;;) pause();
}

static void end(void) {
    syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
    for (;;) pause();
}

static const char *path(int descriptor) {
    return descriptor >= 0 && descriptor < descriptors ? paths[descriptor] : NULL;
}

static int opened(int descriptor, const char *place) {
    if (place && descriptor >= 0 && descriptor < descriptors) paths[descriptor] = strdup(place);
    return descriptor;
}

// Like `below`, for a name in an open folder.
static const char *inside(int folder, const char *name, char *place) {
    if (folder == AT_FDCWD || (name && name[0] == '/')) return below(name, place);
    const char *known = path(folder);
    if (!known || snprintf(place, PATH_MAX, "%s/%s", known, name) >= PATH_MAX) return NULL;
    return place;
}

static int opening(int folder, const char *name, int flags, mode_t mode) {
    char buffer[PATH_MAX];
    const char *place = inside(folder, name, buffer);
    if (place && (flags & (O_CREAT | O_TRUNC))) {
        int isThere = syscall(SYS_faccessat, folder, name, F_OK) == 0;
        if (!isThere || (flags & O_TRUNC)) {
            int fault = counted("open", place, !isThere, NULL, 0, NULL);
            if (fault) { errno = fault; return -1; }
        }
    }
    return opened((int)syscall(SYS_openat, folder, name, flags, mode), place);
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list list; \
        va_start(list, flags); \
        mode = va_arg(list, mode_t); \
        va_end(list); \
    }

int open(const char *name, int flags, ...) { MODE(flags) return opening(AT_FDCWD, name, flags, mode); }
int open64(const char *name, int flags, ...) { MODE(flags) return opening(AT_FDCWD, name, flags | O_LARGEFILE, mode); }
int openat(int folder, const char *name, int flags, ...) { MODE(flags) return opening(folder, name, flags, mode); }
int openat64(int folder, const char *name, int flags, ...) {
    MODE(flags) return opening(folder, name, flags | O_LARGEFILE, mode);
}

int close(int descriptor) {
    if (descriptor >= 0 && descriptor < descriptors) free(atomic_exchange(&paths[descriptor], NULL));
    return (int)syscall(SYS_close, descriptor);
}

ssize_t write(int descriptor, const void *bytes, size_t size) {
    const char *place = path(descriptor);
    if (!place) return syscall(SYS_write, descriptor, bytes, size);
    int torn = 0, fault = counted("write", place, 1, bytes, size, &torn);
    if (fault) { errno = fault; return -1; }
    ssize_t written = syscall(SYS_write, descriptor, bytes, torn ? size / 2 : size);
    if (torn) end();
    return written;
}

static ssize_t writing(int descriptor, const void *bytes, size_t size, off_t offset) {
    const char *place = path(descriptor);
    if (!place) return syscall(SYS_pwrite64, descriptor, bytes, size, offset);
    int torn = 0, fault = counted("write", place, 1, bytes, size, &torn);
    if (fault) { errno = fault; return -1; }
    ssize_t written = syscall(SYS_pwrite64, descriptor, bytes, torn ? size / 2 : size, offset);
    if (torn) end();
    return written;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t offset) {
    return writing(descriptor, bytes, size, offset);
}
ssize_t pwrite64(int descriptor, const void *bytes, size_t size, off64_t offset) {
    return writing(descriptor, bytes, size, offset);
}

#define ON_DESCRIPTOR(call, needsSpace, action) \
    const char *place = path(descriptor); \
    if (place) { \
        int fault = counted(call, place, needsSpace, NULL, 0, NULL); \
        if (fault) { errno = fault; return -1; } \
    } \
    return (int)(action);

int fsync(int descriptor) { ON_DESCRIPTOR("fsync", 0, syscall(SYS_fsync, descriptor)) }
int fdatasync(int descriptor) { ON_DESCRIPTOR("fsync", 0, syscall(SYS_fdatasync, descriptor)) }
int ftruncate(int descriptor, off_t size) { ON_DESCRIPTOR("truncate", 1, syscall(SYS_ftruncate, descriptor, size)) }
int ftruncate64(int descriptor, off64_t size) { ON_DESCRIPTOR("truncate", 1, syscall(SYS_ftruncate, descriptor, size)) }

#define ON_PATH(call, needsSpace, folder, name, action) \
    char buffer[PATH_MAX]; \
    const char *place = inside(folder, name, buffer); \
    if (place) { \
        int fault = counted(call, place, needsSpace, NULL, 0, NULL); \
        if (fault) { errno = fault; return -1; } \
    } \
    return (int)(action);

int mkdirat(int folder, const char *name, mode_t mode) {
    if (syscall(SYS_faccessat, folder, name, F_OK) == 0) { errno = EEXIST; return -1; }
    ON_PATH("mkdir", 1, folder, name, syscall(SYS_mkdirat, folder, name, mode))
}
int mkdir(const char *name, mode_t mode) { return mkdirat(AT_FDCWD, name, mode); }

int unlinkat(int folder, const char *name, int flags) {
    if (syscall(SYS_faccessat, folder, name, F_OK) != 0) return (int)syscall(SYS_unlinkat, folder, name, flags);
    ON_PATH(flags & AT_REMOVEDIR ? "rmdir" : "unlink", 0, folder, name, syscall(SYS_unlinkat, folder, name, flags))
}
int unlink(const char *name) { return unlinkat(AT_FDCWD, name, 0); }
int rmdir(const char *name) { return unlinkat(AT_FDCWD, name, AT_REMOVEDIR); }

int renameat(int oldFolder, const char *old, int folder, const char *name) {
    char first[PATH_MAX], second[PATH_MAX], both[2 * PATH_MAX + 4];
    const char *source = inside(oldFolder, old, first), *place = inside(folder, name, second);
    if (place) {
        snprintf(both, sizeof both, "%s -> %s", source ? source : old, place);
        int fault = counted("rename", both, 1, NULL, 0, NULL);
        if (fault) { errno = fault; return -1; }
    }
    return (int)syscall(SYS_renameat2, oldFolder, old, folder, name, 0);
}
int rename(const char *old, const char *name) { return renameat(AT_FDCWD, old, AT_FDCWD, name); }

int clock_gettime(clockid_t clock, struct timespec *now) {
    int result = (int)syscall(SYS_clock_gettime, clock, now);
    if (result == 0 && clock == CLOCK_REALTIME) now->tv_sec -= setBack;
    return result;
}

static int isUnlisted(DIR *folder) {
    if (!unlisted) return 0;
    char link[64], place[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", dirfd(folder));
    ssize_t length = readlink(link, place, sizeof place);
    size_t end = strlen(unlisted);
    return length >= (ssize_t)end && memcmp(place + length - end, unlisted, end) == 0;
}

#define LISTING(call, entry) \
    struct entry *call(DIR *folder) { \
        static struct entry *(*next)(DIR *); \
        if (!next) next = (struct entry *(*)(DIR *))dlsym(RTLD_NEXT, #call); \
        if (isUnlisted(folder)) { errno = EIO; return NULL; } \
        return next(folder); \
    }

LISTING(readdir, dirent)
LISTING(readdir64, dirent64)
