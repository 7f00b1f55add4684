// A 3 x 3 convolution of stride 1 to OUTPUTS channels: the output layer of a network, for which a
// general kernel would compute a whole block of channels. Define BLOCK and NAME(x) before including this file.
// weights[input block][ky][kx][OUTPUTS][BLOCK input channels]; the output is blocked, with zeros in its other lanes.

typedef float NAME(lanes) __attribute__((vector_size(BLOCK * sizeof(float)), aligned(4)));

#define LOAD(from) (*(const NAME(lanes) *)(from))
#define STORE(to, value) (*(NAME(lanes) *)(to) = (value))

static inline __attribute__((always_inline)) float NAME(lane_sum)(const NAME(lanes) *value) {
  float sum[BLOCK];
  STORE(sum, *value);
  for (int half = BLOCK / 2; half > 0; half /= 2)
    for (int lane = 0; lane < half; lane++) sum[lane] += sum[lane + half];
  return sum[0];
}

// Computes `tile` neighbouring pixels of one row from rows first ... last and columns kx_first ... kx_last of the
// kernel.
static inline __attribute__((always_inline)) void NAME(narrow_tile)(const float *input, size_t plane, int blocks,
                                                                    ptrdiff_t row, int first, int last, int kx_first,
                                                                    int kx_last, const float *weights,
                                                                    const float *bias, float *output, int tile) {
  NAME(lanes) sum[TILE][OUTPUTS];
  for (int t = 0; t < tile; t++)
    for (int o = 0; o < OUTPUTS; o++) sum[t][o] = (NAME(lanes)){0};
  for (int b = 0; b < blocks; b++)
    for (int ky = first; ky <= last; ky++)
      for (int kx = kx_first; kx <= kx_last; kx++) {
        const float *from = input + b * plane + (ky - 1) * row + (kx - 1) * BLOCK;
        const float *w = weights + (size_t)((b * 3 + ky) * 3 + kx) * OUTPUTS * BLOCK;
        for (int t = 0; t < tile; t++) {
          const NAME(lanes) x = LOAD(from + t * BLOCK);
          for (int o = 0; o < OUTPUTS; o++) sum[t][o] += x * LOAD(w + o * BLOCK);
        }
      }
  for (int t = 0; t < tile; t++) {
    STORE(output + t * BLOCK, (NAME(lanes)){0});
    for (int o = 0; o < OUTPUTS; o++) output[t * BLOCK + o] = bias[o] + NAME(lane_sum)(&sum[t][o]);
  }
}

KERNEL(void, NAME(kernel_narrow_convolution),
       (const float *input, const float *weights, const float *bias, float *output, int input_blocks, int height,
        int width),
       (input, weights, bias, output, input_blocks, height, width)) {
  const size_t plane = (size_t)height * width * BLOCK;
  const ptrdiff_t row = (ptrdiff_t)width * BLOCK;
  for (int y = 0; y < height; y++) {
    const int first = y > 0 ? 0 : 1, last = y + 1 < height ? 2 : 1;
    for (int x = 0; x < width;) {
      const float *from = input + y * row + x * BLOCK;
      float *to = output + y * row + x * BLOCK;
      if (x > 0 && x + TILE < width) {
        NAME(narrow_tile)(from, plane, input_blocks, row, first, last, 0, 2, weights, bias, to, TILE);
        x += TILE;
      } else {
        NAME(narrow_tile)(from, plane, input_blocks, row, first, last, x > 0 ? 0 : 1, x + 1 < width ? 2 : 1, weights, bias, to, 1);
        x += 1;
      }
    }
  }
}

static inline __attribute__((always_inline)) void NAME(narrow_gradient_tile)(const float *gradient, ptrdiff_t row,
                                                                             int first, int last, int kx_first,
                                                                             int kx_last, const float *weights,
                                                                             float *input_gradient, int tile) {
  NAME(lanes) sum[2 * TILE];
  for (int t = 0; t < tile; t++) sum[t] = (NAME(lanes)){0};
  for (int ky = first; ky <= last; ky++)
    for (int kx = kx_first; kx <= kx_last; kx++) {
      // The output pixel whose kernel element (ky, kx) covers this input pixel.
      const float *from = gradient - (ky - 1) * row - (kx - 1) * BLOCK;
      const float *w = weights + (size_t)(ky * 3 + kx) * OUTPUTS * BLOCK;
      for (int o = 0; o < OUTPUTS; o++) {
        const NAME(lanes) weight = LOAD(w + o * BLOCK);
        for (int t = 0; t < tile; t++) sum[t] += weight * from[t * BLOCK + o];
      }
    }
  for (int t = 0; t < tile; t++) STORE(input_gradient + t * BLOCK, sum[t]);
}

KERNEL(void, NAME(kernel_narrow_data_gradient),
       (const float *output_gradient, const float *weights, float *input_gradient, int input_blocks, int height,
        int width),
       (output_gradient, weights, input_gradient, input_blocks, height, width)) {
  const size_t plane = (size_t)height * width * BLOCK;
  const ptrdiff_t row = (ptrdiff_t)width * BLOCK;
  for (int b = 0; b < input_blocks; b++)
    for (int y = 0; y < height; y++) {
      const int first = y + 1 < height ? 0 : 1, last = y > 0 ? 2 : 1;
      const float *w = weights + (size_t)b * 9 * OUTPUTS * BLOCK;
      for (int x = 0; x < width;) {
        const float *from = output_gradient + y * row + x * BLOCK;
        float *to = input_gradient + b * plane + y * row + x * BLOCK;
        if (x > 0 && x + 2 * TILE < width) {
          NAME(narrow_gradient_tile)(from, row, first, last, 0, 2, w, to, 2 * TILE);
          x += 2 * TILE;
        } else {
          NAME(narrow_gradient_tile)(from, row, first, last, x + 1 < width ? 0 : 1, x > 0 ? 2 : 1, w, to, 1);
          x += 1;
        }
      }
    }
}

KERNEL(void, NAME(kernel_narrow_weight_gradient),
       (const float *input, const float *output_gradient, float *weight_gradient, float *bias_gradient,
        int input_blocks, int height, int width),
       (input, output_gradient, weight_gradient, bias_gradient, input_blocks, height, width)) {
  const size_t plane = (size_t)height * width * BLOCK;
  const ptrdiff_t row = (ptrdiff_t)width * BLOCK;
  for (int o = 0; o < OUTPUTS; o++) {
    double total = 0;
    for (int y = 0; y < height; y++) {
      float sum = 0;
      for (int x = 0; x < width; x++) sum += output_gradient[y * row + x * BLOCK + o];
      total += sum;
    }
    bias_gradient[o] = (float)total;
  }
  for (int b = 0; b < input_blocks; b++)
    for (int ky = 0; ky < 3; ky++) {
      NAME(lanes) sum[3][OUTPUTS];
      for (int kx = 0; kx < 3; kx++)
        for (int o = 0; o < OUTPUTS; o++) sum[kx][o] = (NAME(lanes)){0};
      for (int y = ky == 0 ? 1 : 0; y < (ky == 2 ? height - 1 : height); y++) {
        const float *from = input + b * plane + (y + ky - 1) * row;
        const float *gradient = output_gradient + y * row;
        // Input column x contributes to output columns x + 1, x and x - 1.
        for (int x = 0; x < width; x++) {
          const NAME(lanes) value = LOAD(from + x * BLOCK);
          for (int kx = 0; kx < 3; kx++) {
            const int column = x + 1 - kx;
            if (column < 0 || column >= width) continue;
            for (int o = 0; o < OUTPUTS; o++) sum[kx][o] += value * gradient[column * BLOCK + o];
          }
        }
      }
      for (int kx = 0; kx < 3; kx++)
        for (int o = 0; o < OUTPUTS; o++)
          STORE(weight_gradient + (size_t)(((b * 3 + ky) * 3 + kx) * OUTPUTS + o) * BLOCK, sum[kx][o]);
    }
}

#undef LOAD
#undef STORE
