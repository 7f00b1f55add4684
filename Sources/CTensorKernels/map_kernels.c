#include "clones.h"
#include "tensor_kernels.h"

KERNEL(void, kernel_squared_error_map,
       (const float *restrict first, const float *restrict second, float *restrict map, int channels, size_t pixels),
       (first, second, map, channels, pixels)) {
  const float scale = 1.0f / (float)channels;
  for (size_t p = 0; p < pixels; p++) {
    float difference = first[p] - second[p];
    map[p] = difference * difference;
  }
  for (int c = 1; c < channels; c++)
    for (size_t p = 0; p < pixels; p++) {
      float difference = first[c * pixels + p] - second[c * pixels + p];
      map[p] += difference * difference;
    }
  for (size_t p = 0; p < pixels; p++) map[p] *= scale;
}

// Mirrors an index into 0 ..< size with a repeated border: ... 1 0 | 0 1 2 ... size-1 | size-1 size-2 ...
static inline int mirrored(int index, int size) {
  const int period = 2 * size;
  index %= period;
  if (index < 0) index += period;
  return index < size ? index : period - 1 - index;
}

KERNEL(void, kernel_box_filter,
       (const float *map, float *filtered, float *restrict scratch, int height, int width, int size),
       (map, filtered, scratch, height, width, size)) {
  const int reach = size / 2;
  const float scale = 1.0f / ((float)size * (float)size);
  // Columns first, into scratch: whole rows are added, so that the inner loop is contiguous.
  for (int y = 0; y < height; y++) {
    float *restrict to = scratch + (size_t)y * width;
    for (int x = 0; x < width; x++) to[x] = 0;
    for (int k = -reach; k <= reach; k++) {
      const float *from = map + (size_t)mirrored(y + k, height) * width;
      for (int x = 0; x < width; x++) to[x] += from[x];
    }
  }
  // Then rows: the interior without index arithmetic, the borders mirrored.
  for (int y = 0; y < height; y++) {
    const float *from = scratch + (size_t)y * width;
    float *restrict to = filtered + (size_t)y * width;
    const int inside_start = reach < width ? reach : width, inside_end = width - reach > inside_start ? width - reach : inside_start;
    for (int x = 0; x < inside_start; x++) {
      float sum = 0;
      for (int k = -reach; k <= reach; k++) sum += from[mirrored(x + k, width)];
      to[x] = sum * scale;
    }
    for (int x = inside_start; x < inside_end; x++) to[x] = 0;
    for (int k = -reach; k <= reach; k++)
      for (int x = inside_start; x < inside_end; x++) to[x] += from[x + k];
    for (int x = inside_start; x < inside_end; x++) to[x] *= scale;
    for (int x = inside_end; x < width; x++) {
      float sum = 0;
      for (int k = -reach; k <= reach; k++) sum += from[mirrored(x + k, width)];
      to[x] = sum * scale;
    }
  }
}

KERNEL(void, kernel_separable_filter,
       (float *restrict plane, float *restrict scratch, const float *restrict taps, int tap_count, int height,
        int width),
       (plane, scratch, taps, tap_count, height, width)) {
#pragma STDC FP_CONTRACT OFF
  const int radius = tap_count / 2;
  float *restrict padded = scratch + (size_t)height * width;
  for (int y = 0; y < height; y++) {
    const float *restrict row = plane + (size_t)y * width;
    float *restrict to = scratch + (size_t)y * width;
    for (int x = 0; x < radius; x++) padded[x] = row[0];
    for (int x = 0; x < width; x++) padded[radius + x] = row[x];
    for (int x = 0; x < radius; x++) padded[radius + width + x] = row[width - 1];
    for (int x = 0; x < width; x++) to[x] = 0;
    for (int t = 0; t < tap_count; t++) {
      const float tap = taps[t];
      for (int x = 0; x < width; x++) to[x] += tap * padded[x + t];
    }
  }
  for (int y = 0; y < height; y++) {
    float *restrict to = plane + (size_t)y * width;
    for (int x = 0; x < width; x++) to[x] = 0;
    for (int t = 0; t < tap_count; t++) {
      int source = y + t - radius;
      source = source < 0 ? 0 : source >= height ? height - 1 : source;
      const float tap = taps[t];
      const float *restrict from = scratch + (size_t)source * width;
      for (int x = 0; x < width; x++) to[x] += tap * from[x];
    }
  }
}

// Shares of white to 16-bit samples: clamped, halves rounded up; NaN becomes 0.
KERNEL(void, kernel_pack16, (const float *values, uint16_t *samples, size_t count), (values, samples, count)) {
    for (size_t i = 0; i < count; i++) {
        float value = values[i] > 0 ? values[i] : 0;
        value = (value < 1 ? value : 1) * 65535;
        int32_t whole = (int32_t)value;
        samples[i] = (uint16_t)(whole + (value - (float)whole >= 0.5f));
    }
}

KERNEL(void, kernel_unpack16, (const uint16_t *samples, float *values, size_t count), (samples, values, count)) {
    const float step = 1.0f / 65535;
    for (size_t i = 0; i < count; i++) values[i] = (float)samples[i] * step;
}
