#include "clones.h"
#include "tensor_kernels.h"

KERNEL(void, kernel_adam,
       (float *restrict parameters, const float *restrict gradient, float *restrict first_moment,
        float *restrict second_moment, float *restrict average, size_t count, const kernel_adam_step *step),
       (parameters, gradient, first_moment, second_moment, average, count, step)) {
  const float beta1 = step->beta1, beta2 = step->beta2, epsilon = step->epsilon;
  const float gradient_scale = step->gradient_scale;
  const float rate = step->learning_rate / step->correction1, correction2 = 1.0f / step->correction2;
  for (size_t i = 0; i < count; i++) {
    float g = gradient[i] * gradient_scale;
    float m = beta1 * first_moment[i] + (1.0f - beta1) * g;
    float v = beta2 * second_moment[i] + (1.0f - beta2) * g * g;
    first_moment[i] = m;
    second_moment[i] = v;
    parameters[i] -= rate * m / (__builtin_sqrtf(v * correction2) + epsilon);
  }
  if (average)
    for (size_t i = 0; i < count; i++) average[i] += (1.0f - step->average_decay) * (parameters[i] - average[i]);
}

KERNEL(double, kernel_sum_of_squares, (const float *values, size_t count), (values, count)) {
  double total = 0;
  for (size_t run = 0; run < count; run += 256) {
    const size_t end = run + 256 < count ? run + 256 : count;
    float sum = 0;
    for (size_t i = run; i < end; i++) sum += values[i] * values[i];
    total += sum;
  }
  return total;
}
