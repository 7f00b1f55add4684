// Counts calls of the memory allocator: those from the numeric libraries apart from all others.
//   cc -O2 -shared -fPIC -o count_allocations.so count_allocations.c -ldl
//   LD_PRELOAD=./count_allocations.so nominal-bench engine --json
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

long nominal_own_allocations, nominal_library_allocations;

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static __thread int inside;

static int is_library(void *caller) {
  Dl_info info;
  if (!dladdr(caller, &info) || !info.dli_fname) return 0;
  if (strstr(info.dli_fname, "libdnnl") || strstr(info.dli_fname, "libgomp") || strstr(info.dli_fname, "libopenblas")) return 1;
  return 0;
}

// operator new lies in libstdc++, whose own caller is the one that counts: there only oneDNN uses it.
static int is_cplusplus(void *caller) {
  Dl_info info;
  return dladdr(caller, &info) && info.dli_fname && strstr(info.dli_fname, "libstdc++");
}

static void count(void *caller) {
  if (inside) return;
  inside = 1;
  long *counter = is_library(caller) || is_cplusplus(caller) ? &nominal_library_allocations : &nominal_own_allocations;
  __atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
  inside = 0;
}

void *malloc(size_t size) { count(__builtin_return_address(0)); return __libc_malloc(size); }
void *calloc(size_t n, size_t size) { count(__builtin_return_address(0)); return __libc_calloc(n, size); }
void *realloc(void *p, size_t size) { count(__builtin_return_address(0)); return __libc_realloc(p, size); }
void *aligned_alloc(size_t alignment, size_t size) { count(__builtin_return_address(0)); return __libc_memalign(alignment, size); }
int posix_memalign(void **p, size_t alignment, size_t size) {
  count(__builtin_return_address(0));
  *p = __libc_memalign(alignment, size);
  return *p ? 0 : 12;
}
