#include "openblas_loader.h"

#include <cblas.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *failure = NULL;
static __typeof__(&cblas_sgemm) multiply;
static __typeof__(&openblas_get_config) get_config;
static __typeof__(&openblas_set_num_threads) set_threads;

static char wanted_core[64];

static void load(void) {
  const char *wanted = getenv("OPENBLAS_CORETYPE");
  if (wanted) strncpy(wanted_core, wanted, sizeof wanted_core - 1);
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl"))
    setenv("OPENBLAS_CORETYPE", "SkylakeX", 0);
#endif
  // Without this, OpenBLAS starts a thread per processor when it is loaded, and hangs if the system provides none.
  setenv("OPENBLAS_NUM_THREADS", "1", 1);
  void *library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    failure = dlerror();
    return;
  }
  multiply = (__typeof__(multiply))dlsym(library, "cblas_sgemm");
  get_config = (__typeof__(get_config))dlsym(library, "openblas_get_config");
  set_threads = (__typeof__(set_threads))dlsym(library, "openblas_set_num_threads");
  if (!multiply || !get_config || !set_threads) {
    failure = "libopenblas.so.0 lacks cblas_sgemm, openblas_get_config or openblas_set_num_threads";
    return;
  }
  set_threads(1);
}

const char *openblas_load(void) {
  pthread_once(&once, load);
  return failure;
}

const char *openblas_description(void) { return openblas_load() ? "not loaded" : get_config(); }

const char *openblas_wanted_core(void) {
  openblas_load();
  return wanted_core;
}

void openblas_multiply(bool transpose_a, bool transpose_b, int rows, int columns, int inner, const float *a, int a_stride,
                       const float *b, int b_stride, float beta, float *c, int c_stride) {
  multiply(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans, rows, columns,
           inner, 1.0f, a, a_stride, b, b_stride, beta, c, c_stride);
}
