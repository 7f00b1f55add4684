#include "clones.h"
#include "tensor_kernels.h"

#include <math.h>

CLONES void kernel_adam(float *restrict parameters, const float *restrict gradient, float *restrict first_moment,
                        float *restrict second_moment, float *restrict average, size_t count,
                        const kernel_adam_step *step) {
  const float beta1 = step->beta1, beta2 = step->beta2, epsilon = step->epsilon;
  const float rate = step->learning_rate / step->correction1, correction2 = 1.0f / step->correction2;
  for (size_t i = 0; i < count; i++) {
    float g = gradient[i];
    float m = beta1 * first_moment[i] + (1.0f - beta1) * g;
    float v = beta2 * second_moment[i] + (1.0f - beta2) * g * g;
    first_moment[i] = m;
    second_moment[i] = v;
    parameters[i] -= rate * m / (__builtin_sqrtf(v * correction2) + epsilon);
  }
  if (average)
    for (size_t i = 0; i < count; i++) average[i] += (1.0f - step->average_decay) * (parameters[i] - average[i]);
}

CLONES void kernel_sum_shards(const float *const *shards, int shard_count, size_t offset, float *restrict sum,
                              size_t count, float scale) {
  for (size_t i = 0; i < count; i++) sum[i] = shards[0][offset + i];
  for (int s = 1; s < shard_count; s++) {
    const float *restrict shard = shards[s] + offset;
    for (size_t i = 0; i < count; i++) sum[i] += shard[i];
  }
  if (scale != 1.0f)
    for (size_t i = 0; i < count; i++) sum[i] *= scale;
}
