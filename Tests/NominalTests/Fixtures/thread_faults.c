// Fails to create a thread while THREADS_LEFT others live, as the kernel does at a limit on processes or memory.
// The tests compile it and load it with LD_PRELOAD.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

static atomic_int living;

typedef struct {
  void *(*body)(void *);
  void *argument;
} Work;

static void leave(void *unused) { atomic_fetch_sub(&living, 1); }

static void *run(void *pointer) {
  Work work = *(Work *)pointer;
  free(pointer);
  void *result;
  pthread_cleanup_push(leave, NULL);
  result = work.body(work.argument);
  pthread_cleanup_pop(1);
  return result;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *), void *argument) {
  static int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
  if (!create) create = dlsym(RTLD_NEXT, "pthread_create");
  const char *left = getenv("THREADS_LEFT");
  if (!left) return create(thread, attributes, body, argument);
  if (atomic_fetch_add(&living, 1) >= atoi(left)) {
    atomic_fetch_sub(&living, 1);
    return EAGAIN;
  }
  Work *work = malloc(sizeof *work);
  *work = (Work){body, argument};
  int code = create(thread, attributes, run, work);
  if (code) atomic_fetch_sub(&living, 1);
  return code;
}
