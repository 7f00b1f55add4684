// Compiles a kernel for several instruction sets. The first call selects the best that the processor supports, at most
// those that oneDNN's variable ONEDNN_MAX_CPU_ISA allows.
#ifndef NOMINAL_CLONES_H
#define NOMINAL_CLONES_H

#include "tensor_kernels.h"

#define INLINE static inline __attribute__((always_inline))

// KERNEL(result, name, (parameters), (arguments)) { body }
#if defined(__x86_64__)
#define KERNEL(result, name, parameters, arguments) KERNEL_(result, name, parameters, arguments)
#define KERNEL_(result, name, parameters, arguments)                                                          \
  INLINE result name##_any parameters;                                                                        \
  WIDE static result name##_v4 parameters { return name##_any arguments; }                                    \
  FUSED static result name##_v3 parameters { return name##_any arguments; }                                   \
  static result name##_v1 parameters { return name##_any arguments; }                                         \
  result name parameters {                                                                                    \
    switch (kernel_instruction_level()) {                                                                     \
      case 4: return name##_v4 arguments;                                                                     \
      case 3: return name##_v3 arguments;                                                                     \
      default: return name##_v1 arguments;                                                                    \
    }                                                                                                         \
  }                                                                                                           \
  INLINE result name##_any parameters
// The features of x86-64-v4 and x86-64-v3. Named as processors, the compiler would prefer vectors of 256 bits.
#define FUSED_FEATURES "avx2,bmi,bmi2,f16c,fma,lzcnt,movbe,popcnt"
#define WIDE __attribute__((target(FUSED_FEATURES ",avx512f,avx512bw,avx512cd,avx512dq,avx512vl")))
#define FUSED __attribute__((target(FUSED_FEATURES)))
#else
#define KERNEL(result, name, parameters, arguments) result name parameters
#endif

#endif
