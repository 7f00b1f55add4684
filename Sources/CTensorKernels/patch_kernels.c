#include "clones.h"
#include "tensor_kernels.h"

#include <math.h>
#include <string.h>

// e^x for x <= 0 by range reduction to [-ln 2 / 2, ln 2 / 2] and a Taylor polynomial of degree 7 (relative error below
// 1e-7). A call of the C library would prevent vectorisation.
static inline float exponential(float x) {
  x = x < -87.0f ? -87.0f : x;
  float n = __builtin_rintf(x * 1.44269504088896341f);
  float r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
  float p = 1.0f / 5040;
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  uint32_t bits = (uint32_t)((int32_t)n + 127) << 23;
  float power;
  memcpy(&power, &bits, sizeof(power));
  return p * power;
}

KERNEL(void, kernel_elu, (float *values, size_t count), (values, count)) {
  for (size_t i = 0; i < count; i++) {
    float v = values[i], e = exponential(v < 0 ? v : 0.0f) - 1.0f;
    values[i] = v > 0 ? v : e;
  }
}

KERNEL(void, kernel_sigmoid, (float *values, size_t count), (values, count)) {
  for (size_t i = 0; i < count; i++) {
    float v = values[i], e = exponential(v < 0 ? v : -v);
    values[i] = (v < 0 ? e : 1.0f) / (1.0f + e);
  }
}

KERNEL(void, kernel_fill_bias, (float *output, const float *bias, int channels, size_t pixels),
       (output, bias, channels, pixels)) {
  for (int c = 0; c < channels; c++)
    for (size_t p = 0; p < pixels; p++) output[c * pixels + p] = bias[c];
}

KERNEL(void, kernel_bias_gradient, (const float *gradient, float *bias_gradient, int channels, size_t pixels),
       (gradient, bias_gradient, channels, pixels)) {
  for (int c = 0; c < channels; c++) {
    double sum = 0;
    for (size_t p = 0; p < pixels; p++) sum += gradient[c * pixels + p];
    bias_gradient[c] = (float)sum;
  }
}

// Computes the range of output columns whose input column ox * stride + offset is inside 0 ..< width.
static inline void reachable(int offset, int stride, int width, int outputs, int *start, int *end) {
  int first = offset >= 0 ? 0 : (-offset + stride - 1) / stride;
  int last = width - 1 - offset < 0 ? -1 : (width - 1 - offset) / stride;
  *start = first < outputs ? first : outputs;
  *end = last + 1 < outputs ? last + 1 : outputs;
  if (*end < *start) *end = *start;
}

static inline int output_width(const kernel_patch_shape *s) {
  return (s->width + 2 * s->padding - s->dilation * (s->kernel_size - 1) - 1) / s->stride + 1;
}

KERNEL(void, kernel_im2col, (const float *input, float *columns, const kernel_patch_shape *s), (input, columns, s)) {
  const int outputs = output_width(s);
  for (int c = 0; c < s->channels; c++)
    for (int ky = 0; ky < s->kernel_size; ky++)
      for (int kx = 0; kx < s->kernel_size; kx++) {
        int start, end;
        const int offset = kx * s->dilation - s->padding;
        reachable(offset, s->stride, s->width, outputs, &start, &end);
        for (int row = 0; row < s->row_count; row++, columns += outputs) {
          const int y = (s->first_row + row) * s->stride + ky * s->dilation - s->padding;
          if (y < 0 || y >= s->height) {
            memset(columns, 0, sizeof(float) * (size_t)outputs);
            continue;
          }
          const float *from = input + ((size_t)c * s->height + y) * s->width + offset;
          for (int x = 0; x < start; x++) columns[x] = 0;
          if (s->stride == 1)
            memcpy(columns + start, from + start, sizeof(float) * (size_t)(end - start));
          else
            for (int x = start; x < end; x++) columns[x] = from[x * s->stride];
          for (int x = end; x < outputs; x++) columns[x] = 0;
        }
      }
}

KERNEL(void, kernel_col2im_add, (const float *columns, float *input, const kernel_patch_shape *s),
       (columns, input, s)) {
  const int outputs = output_width(s);
  for (int c = 0; c < s->channels; c++)
    for (int ky = 0; ky < s->kernel_size; ky++)
      for (int kx = 0; kx < s->kernel_size; kx++) {
        int start, end;
        const int offset = kx * s->dilation - s->padding;
        reachable(offset, s->stride, s->width, outputs, &start, &end);
        for (int row = 0; row < s->row_count; row++, columns += outputs) {
          const int y = (s->first_row + row) * s->stride + ky * s->dilation - s->padding;
          if (y < 0 || y >= s->height) continue;
          float *to = input + ((size_t)c * s->height + y) * s->width + offset;
          if (s->stride == 1)
            for (int x = start; x < end; x++) to[x] += columns[x];
          else
            for (int x = start; x < end; x++) to[x * s->stride] += columns[x];
        }
      }
}
