// Fails to create threads after the first THREADS_LEFT, as the kernel does at a limit on processes or memory.
// The tests compile it and load it with LD_PRELOAD.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

static atomic_int asked;

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *), void *argument) {
  static int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
  if (!create) create = dlsym(RTLD_NEXT, "pthread_create");
  const char *left = getenv("THREADS_LEFT");
  if (left && atomic_fetch_add(&asked, 1) >= atoi(left)) return EAGAIN;
  return create(thread, attributes, body, argument);
}
