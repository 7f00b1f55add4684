// A 3 x 3 convolution of stride 1 by Winograd's F(4 x 4, 3 x 3). Define BLOCK, ROWS and NAME(x) before including this
// file. TILES tiles are transformed and multiplied at a time, so that they stay in the second-level cache.

#define TILES (2 * ROWS)
#define LOAD(from) (*(const NAME(lanes) *)(from))
#define STORE(to, value) (*(NAME(lanes) *)(to) = (value))
#include "winograd_transforms.h"

// The distance in floats between the values of one tile: an odd number of vectors, which spreads them over the cache.
INLINE size_t NAME(tile_stride)(int channels) { return ((size_t)channels * TILES / BLOCK + 1) * BLOCK; }

size_t NAME(kernel_winograd_scratch)(const kernel_winograd_shape *s) {
  return 36 * (NAME(tile_stride)(s->input_channels) + NAME(tile_stride)(s->output_channels) +
               (size_t)s->input_channels * s->output_channels);
}

// Returns the size x size pixels from (y, x), `dilation` pixels apart, and their distances in floats: in the plane, or as a
// copy with zeros outside.
INLINE const float *NAME(window)(const float *plane, const kernel_winograd_shape *s, int y, int x, int size, float *copy,
                                 size_t *row, size_t *column) {
  const int reach = (size - 1) * s->dilation;
  if (y >= 0 && x >= 0 && y + reach < s->height && x + reach < s->width) {
    *row = (size_t)s->width * s->dilation * BLOCK;
    *column = (size_t)s->dilation * BLOCK;
    return plane + ((size_t)y * s->width + x) * BLOCK;
  }
  for (int i = 0; i < size; i++)
    for (int j = 0; j < size; j++) {
      const int from_y = y + i * s->dilation, from_x = x + j * s->dilation;
      const bool inside = from_y >= 0 && from_y < s->height && from_x >= 0 && from_x < s->width;
      NAME(lanes) value = {0};
      if (inside) value = LOAD(plane + ((size_t)from_y * s->width + from_x) * BLOCK);
      STORE(copy + (i * size + j) * BLOCK, value);
    }
  *row = size * BLOCK;
  *column = BLOCK;
  return copy;
}

// to[36][block][tile][lane] = the transformed tiles of an input
INLINE void NAME(transform_inputs)(const float *input, const kernel_winograd_shape *s, int first, int count, float *to) {
  const size_t plane = (size_t)s->height * s->width * BLOCK, stride = NAME(tile_stride)(s->input_channels);
  float copy[36 * BLOCK];
  size_t row, column;
  for (int b = 0; b < s->input_channels / BLOCK; b++)
    for (int t = 0; t < count; t++) {
      const position at = tile_position(s, first + t);
      const float *from =
          NAME(window)(input + b * plane, s, at.y - s->dilation, at.x - s->dilation, 6, copy, &row, &column);
      NAME(transform_input_tile)(from, row, column, to + (b * TILES + t) * BLOCK, stride);
    }
}

// to[column][row][lane] = the sum over input channels of from[block][row][channel] * weights[column][channel][lane]
INLINE void NAME(multiply)(const float *from, const float *weights, size_t weight_stride, float *to, int blocks, int rows,
                           int columns) {
  NAME(lanes) sum[TILES][2];
  for (int r = 0; r < rows; r++)
    for (int k = 0; k < columns; k++) sum[r][k] = (NAME(lanes)){0};
  for (int b = 0; b < blocks; b++)
    for (int c = 0; c < BLOCK; c++) {
      NAME(lanes) w[2];
      for (int k = 0; k < columns; k++) w[k] = LOAD(weights + (b * BLOCK + c) * BLOCK + k * weight_stride);
      for (int r = 0; r < rows; r++)
        for (int k = 0; k < columns; k++) sum[r][k] += w[k] * from[(b * TILES + r) * BLOCK + c];
    }
  for (int r = 0; r < rows; r++)
    for (int k = 0; k < columns; k++) STORE(to + (k * TILES + r) * BLOCK, sum[r][k]);
}

KERNEL(void, NAME(kernel_winograd_convolution),
       (const float *input, const float *weights, const float *bias, bool elu, float *output, bool add,
        float *scratch, const kernel_winograd_shape *s),
       (input, weights, bias, elu, output, add, scratch, s)) {
  const int input_blocks = s->input_channels / BLOCK, output_blocks = s->output_channels / BLOCK, d = s->dilation;
  const int tiles = tile_count(s);
  const size_t row = (size_t)s->width * BLOCK, plane = s->height * row;
  const size_t input_stride = NAME(tile_stride)(s->input_channels), stride = NAME(tile_stride)(s->output_channels);
  const size_t element = (size_t)s->input_channels * BLOCK;
  float *const products = scratch + 36 * input_stride;
  for (int first = 0; first < tiles; first += TILES) {
    const int count = tiles - first < TILES ? tiles - first : TILES;
    NAME(transform_inputs)(input, s, first, count, scratch);
    for (int p = 0; p < 36; p++) {
      const float *from = scratch + p * input_stride;
      int b = 0;
      for (; b + 1 < output_blocks; b += 2)
        for (int t = 0; t < count; t += ROWS)
          NAME(multiply)(from + t * BLOCK, weights + (b * 36 + p) * element, 36 * element,
                         products + p * stride + (b * TILES + t) * BLOCK, input_blocks, ROWS, 2);
      if (b < output_blocks)
        NAME(multiply)(from, weights + (b * 36 + p) * element, 0, products + p * stride + b * TILES * BLOCK,
                       input_blocks, TILES, 1);
    }
    for (int b = 0; b < output_blocks; b++)
      for (int t = 0; t < count; t++) {
        const position at = tile_position(s, first + t);
        float result[16 * BLOCK];
        NAME(transform_output_tile)(products + (b * TILES + t) * BLOCK, 6 * stride, stride, result, BLOCK);
        float *to = output + b * plane + at.y * row + at.x * BLOCK;
        for (int i = 0; i < 4 && at.y + i * d < s->height; i++)
          for (int j = 0; j < 4 && at.x + j * d < s->width; j++) {
            float *pixel = to + i * d * row + j * d * BLOCK;
            NAME(lanes) value = LOAD(result + (i * 4 + j) * BLOCK);
            if (bias) value += LOAD(bias + b * BLOCK);
            if (add) value += LOAD(pixel);
            if (elu) NAME(apply_elu)(&value);
            STORE(pixel, value);
          }
      }
  }
}

KERNEL(void, NAME(kernel_winograd_weight_gradient),
       (const float *input, const float *output_gradient, float *weight_gradient, float *bias_gradient,
        float *scratch, const kernel_winograd_shape *s),
       (input, output_gradient, weight_gradient, bias_gradient, scratch, s)) {
  const int input_blocks = s->input_channels / BLOCK, output_blocks = s->output_channels / BLOCK;
  const int tiles = tile_count(s);
  const size_t plane = (size_t)s->height * s->width * BLOCK;
  const size_t input_stride = NAME(tile_stride)(s->input_channels), stride = NAME(tile_stride)(s->output_channels);
  const size_t element = (size_t)s->input_channels * s->output_channels;
  float *const gradients = scratch + 36 * input_stride, *const sums = gradients + 36 * stride;
  for (size_t i = 0; i < 36 * element; i++) sums[i] = 0;
  for (int c = 0; c < s->output_channels; c++) bias_gradient[c] = 0;
  for (int first = 0; first < tiles; first += TILES) {
    const int count = tiles - first < TILES ? tiles - first : TILES;
    NAME(transform_inputs)(input, s, first, count, scratch);
    for (int b = 0; b < output_blocks; b++) {
      NAME(lanes) total = LOAD(bias_gradient + b * BLOCK);
      for (int t = 0; t < count; t++) {
        const position at = tile_position(s, first + t);
        float copy[16 * BLOCK];
        size_t row, column;
        const float *from = NAME(window)(output_gradient + b * plane, s, at.y, at.x, 4, copy, &row, &column);
        NAME(lanes) sum = {0};
        for (int i = 0; i < 4; i++)
          for (int j = 0; j < 4; j++) sum += LOAD(from + i * row + j * column);
        total += sum;
        NAME(transform_output_gradient_tile)(from, row, column, gradients + (b * TILES + t) * BLOCK, stride);
      }
      STORE(bias_gradient + b * BLOCK, total);
    }
    // sums[36][output block][input channel][lane]
    for (int p = 0; p < 36; p++)
      for (int b = 0; b < output_blocks; b++)
        for (int i = 0; i < input_blocks; i++) {
          float *to = sums + p * element + (size_t)(b * input_blocks + i) * BLOCK * BLOCK;
          const float *x = scratch + p * input_stride + i * TILES * BLOCK;
          const float *gradient = gradients + p * stride + b * TILES * BLOCK;
          NAME(lanes) sum[BLOCK];
          for (int c = 0; c < BLOCK; c++) sum[c] = LOAD(to + c * BLOCK);
          for (int t = 0; t < count; t++) {
            const NAME(lanes) g = LOAD(gradient + t * BLOCK);
            for (int c = 0; c < BLOCK; c++) sum[c] += g * x[t * BLOCK + c];
          }
          for (int c = 0; c < BLOCK; c++) STORE(to + c * BLOCK, sum[c]);
        }
  }
  for (int b = 0; b < output_blocks; b++)
    for (int i = 0; i < s->input_channels; i++) {
      const size_t place = ((size_t)b * s->input_channels + i) * BLOCK;
      NAME(transform_weight_gradient_tile)(sums + place, 6 * element, element, weight_gradient + 9 * place, BLOCK);
    }
}

KERNEL(void, NAME(kernel_winograd_weights),
       (const float *weights, float *transformed, const kernel_winograd_shape *s),
       (weights, transformed, s)) {
  const size_t stride = (size_t)s->input_channels * BLOCK;
  for (int b = 0; b < s->output_channels / BLOCK; b++)
    for (int i = 0; i < s->input_channels; i++)
      NAME(transform_weights_tile)(weights + ((size_t)b * s->input_channels + i) * 9 * BLOCK, 3 * BLOCK, BLOCK,
                                   transformed + b * 36 * stride + i * BLOCK, stride);
}

#undef TILES
#undef LOAD
#undef STORE
