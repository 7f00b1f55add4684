// Convolution per kernel element. Define BLOCK (interleaved channels) and NAME(x) before including this file.

typedef float NAME(lanes) __attribute__((vector_size(BLOCK * sizeof(float)), aligned(4)));

#define LOAD(from) (*(const NAME(lanes) *)(from))
#define STORE(to, value) (*(NAME(lanes) *)(to) = (value))

// Adds one kernel element to `tile` pixels of one block of output channels: output += input * weights over all input
// channels.
static inline __attribute__((always_inline)) void NAME(tile_convolution)(const float *input, size_t input_block_stride,
                                                                   int input_blocks, const float *weights,
                                                                   float *output, int tile) {
  NAME(lanes) sum[TILE];
  for (int t = 0; t < tile; t++) sum[t] = LOAD(output + t * BLOCK);
  for (int b = 0; b < input_blocks; b++) {
    const float *from = input + b * input_block_stride;
    for (int c = 0; c < BLOCK; c++) {
      const NAME(lanes) w = LOAD(weights + (b * BLOCK + c) * BLOCK);
      for (int t = 0; t < tile; t++) sum[t] += w * from[t * BLOCK + c];
    }
  }
  for (int t = 0; t < tile; t++) STORE(output + t * BLOCK, sum[t]);
}

KERNEL(void, NAME(kernel_sparse_convolution),
       (const float *input, const float *weights, const float *bias, float *output, bool add,
        const kernel_sparse_shape *s),
       (input, weights, bias, output, add, s)) {
  const int input_blocks = s->input_channels / BLOCK, output_blocks = s->output_channels / BLOCK;
  const size_t plane = (size_t)s->height * s->width * BLOCK;
  const size_t element = (size_t)s->input_channels * BLOCK;
  for (int ob = 0; ob < output_blocks; ob++) {
    float *to = output + ob * plane;
    if (!add)
      for (size_t i = 0; i < plane; i++) to[i] = bias ? bias[ob * BLOCK + i % BLOCK] : 0.0f;
    for (int ky = 0; ky < s->kernel_size; ky++)
      for (int kx = 0; kx < s->kernel_size; kx++) {
        const int dy = (ky - s->kernel_size / 2) * s->dilation, dx = (kx - s->kernel_size / 2) * s->dilation;
        const span rows = inside(s->height, dy), columns = inside(s->width, dx);
        const float *w = weights + ((size_t)(ob * s->kernel_size + ky) * s->kernel_size + kx) * element;
        for (int y = rows.start; y < rows.end; y++) {
          const float *from = input + ((ptrdiff_t)(y + dy) * s->width + dx) * BLOCK;
          float *row = to + (size_t)y * s->width * BLOCK;
          int x = columns.start;
          for (; x + TILE <= columns.end; x += TILE)
            NAME(tile_convolution)(from + (ptrdiff_t)x * BLOCK, plane, input_blocks, w, row + (size_t)x * BLOCK, TILE);
          for (; x < columns.end; x++)
            NAME(tile_convolution)(from + (ptrdiff_t)x * BLOCK, plane, input_blocks, w, row + (size_t)x * BLOCK, 1);
        }
      }
  }
}

KERNEL(void, NAME(kernel_sparse_weight_gradient),
       (const float *input, const float *output_gradient, float *weight_gradient, float *bias_gradient,
        const kernel_sparse_shape *s),
       (input, output_gradient, weight_gradient, bias_gradient, s)) {
  const int input_blocks = s->input_channels / BLOCK, output_blocks = s->output_channels / BLOCK;
  const size_t plane = (size_t)s->height * s->width * BLOCK;
  const size_t element = (size_t)s->input_channels * BLOCK;
  for (int ob = 0; ob < output_blocks; ob++) {
    const float *gradient = output_gradient + ob * plane;
    NAME(lanes) total = {0};
    for (size_t p = 0; p < plane; p += BLOCK) total += LOAD(gradient + p);
    STORE(bias_gradient + ob * BLOCK, total);
    for (int ky = 0; ky < s->kernel_size; ky++)
      for (int kx = 0; kx < s->kernel_size; kx++) {
        const int dy = (ky - s->kernel_size / 2) * s->dilation, dx = (kx - s->kernel_size / 2) * s->dilation;
        const span rows = inside(s->height, dy), columns = inside(s->width, dx);
        float *w = weight_gradient + ((size_t)(ob * s->kernel_size + ky) * s->kernel_size + kx) * element;
        for (int b = 0; b < input_blocks; b++) {
          NAME(lanes) sum[BLOCK];
          for (int c = 0; c < BLOCK; c++) sum[c] = (NAME(lanes)){0};
          for (int y = rows.start; y < rows.end; y++) {
            const float *from = input + b * plane + ((ptrdiff_t)(y + dy) * s->width + dx) * BLOCK;
            const float *row = gradient + (size_t)y * s->width * BLOCK;
            for (int x = columns.start; x < columns.end; x++) {
              const NAME(lanes) g = LOAD(row + (size_t)x * BLOCK);
              for (int c = 0; c < BLOCK; c++) sum[c] += g * from[(ptrdiff_t)x * BLOCK + c];
            }
          }
          for (int c = 0; c < BLOCK; c++) STORE(w + (b * BLOCK + c) * BLOCK, sum[c]);
        }
      }
  }
}

#undef LOAD
#undef STORE
