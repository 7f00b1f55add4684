#include "clones.h"
#include "tensor_kernels.h"

#include <math.h>
#include <string.h>

#define STORED float
#define NAME(x) x##_f32
#define LOAD(v) (v)
#define STORE(v) (v)
#include "activation_kernels.h"
#undef STORED
#undef NAME
#undef LOAD
#undef STORE

static inline float from_bfloat16(uint16_t stored) {
  uint32_t bits = (uint32_t)stored << 16;
  float value;
  memcpy(&value, &bits, sizeof(value));
  return value;
}

// Rounds to nearest, ties to even. A NaN keeps its upper half and becomes quiet; rounding could turn it into infinity
// or zero.
static inline uint16_t to_bfloat16(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof(bits));
  const uint32_t rounded = (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16, quiet = (bits >> 16) | 0x40u;
  return (uint16_t)((bits & 0x7FFFFFFFu) > 0x7F800000u ? quiet : rounded);
}

#define STORED uint16_t
#define NAME(x) x##_bf16
#define LOAD(v) from_bfloat16(v)
#define STORE(v) to_bfloat16(v)
#include "activation_kernels.h"

KERNEL(void, kernel_to_bfloat16, (const float *restrict values, uint16_t *restrict converted, size_t count),
       (values, converted, count)) {
  for (size_t i = 0; i < count; i++) converted[i] = to_bfloat16(values[i]);
}
