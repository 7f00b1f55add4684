#include "clones.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <strings.h>

#if defined(__x86_64__)
// The level that oneDNN's limit on instruction sets allows; 4 without a limit.
static int allowed_level(void) {
  const char *limit = getenv("ONEDNN_MAX_CPU_ISA");
  if (!limit) limit = getenv("DNNL_MAX_CPU_ISA");
  if (!limit) return 4;
  if (!strcasecmp(limit, "SSE41") || !strcasecmp(limit, "AVX")) return 1;
  // Xeon Phi's AVX-512 lacks instructions of level 4.
  return !strncasecmp(limit, "AVX2", 4) || !strncasecmp(limit, "AVX512_MIC", 10) ? 3 : 4;
}

int kernel_instruction_level(void) {
  static _Atomic int known = 0;
  int level = atomic_load_explicit(&known, memory_order_relaxed);
  if (level == 0) {
    __builtin_cpu_init();
    level = __builtin_cpu_supports("x86-64-v4") ? 4 : __builtin_cpu_supports("x86-64-v3") ? 3 : 1;
    const int allowed = allowed_level();
    if (level > allowed) level = allowed;
    atomic_store_explicit(&known, level, memory_order_relaxed);
  }
  return level;
}
#else
int kernel_instruction_level(void) { return 1; }
#endif
