// The kernels on activations, written once for both stored types. Define before including this file:
//   STORED  the stored type     NAME(x)  the function's name with its suffix
//   LOAD(v) stored -> float     STORE(v) float -> stored

KERNEL(void, NAME(kernel_elu_backward), (STORED *restrict gradient, const STORED *restrict output, size_t count),
       (gradient, output, count)) {
  for (size_t i = 0; i < count; i++) {
    float y = LOAD(output[i]);
    gradient[i] = STORE(LOAD(gradient[i]) * (y > 0 ? 1.0f : y + 1.0f));
  }
}

KERNEL(void, NAME(kernel_add), (STORED *restrict sum, const STORED *restrict addend, size_t count),
       (sum, addend, count)) {
  for (size_t i = 0; i < count; i++) sum[i] = STORE(LOAD(sum[i]) + LOAD(addend[i]));
}

// Computes one output row from the two nearest input rows. Along x the weights are 1/4 and 3/4, and 1 at the ends.
static inline __attribute__((always_inline)) void NAME(upsample_row)(const STORED *restrict near,
                                                                     const STORED *restrict far, STORED *restrict output,
                                                                     int width, int block) {
  for (int x = 0; x < width; x++) {
    const int left = x > 0 ? x - 1 : 0, right = x + 1 < width ? x + 1 : x;
    for (int c = 0; c < block; c++) {
      float here = 0.75f * LOAD(near[x * block + c]) + 0.25f * LOAD(far[x * block + c]);
      float before = 0.75f * LOAD(near[left * block + c]) + 0.25f * LOAD(far[left * block + c]);
      float after = 0.75f * LOAD(near[right * block + c]) + 0.25f * LOAD(far[right * block + c]);
      output[(2 * x) * block + c] = STORE(0.75f * here + 0.25f * before);
      output[(2 * x + 1) * block + c] = STORE(0.75f * here + 0.25f * after);
    }
  }
}

static inline __attribute__((always_inline)) void NAME(upsample_any)(const STORED *input, STORED *output, int blocks,
                                                                     int height, int width, int block) {
  const size_t row = (size_t)width * block;
  for (int b = 0; b < blocks; b++) {
    const STORED *from = input + (size_t)b * height * row;
    STORED *to = output + (size_t)b * height * row * 4;
    for (int y = 0; y < height; y++) {
      const int above = y > 0 ? y - 1 : 0, below = y + 1 < height ? y + 1 : y;
      NAME(upsample_row)(from + y * row, from + above * row, to + (size_t)(2 * y) * 2 * row, width, block);
      NAME(upsample_row)(from + y * row, from + below * row, to + (size_t)(2 * y + 1) * 2 * row, width, block);
    }
  }
}

KERNEL(void, NAME(kernel_upsample),
       (const STORED *input, STORED *output, int blocks, int height, int width, int block),
       (input, output, blocks, height, width, block)) {
  if (block == 16) NAME(upsample_any)(input, output, blocks, height, width, 16);
  else if (block == 8) NAME(upsample_any)(input, output, blocks, height, width, 8);
  else NAME(upsample_any)(input, output, blocks, height, width, block);
}

// Accumulates the gradient of upsampling: input row y contributed to output rows 2y-1 (1/4), 2y (3/4), 2y+1 (3/4) and
// 2y+2 (1/4), where rows beyond the border count as the border row. The same along x.
static inline __attribute__((always_inline)) void NAME(upsample_backward_any)(const STORED *restrict output_gradient,
                                                                              STORED *restrict input_gradient,
                                                                              int blocks, int height, int width,
                                                                              int block) {
  const size_t in_row = (size_t)width * block, out_row = 2 * in_row;
  for (int b = 0; b < blocks; b++) {
    const STORED *from = output_gradient + (size_t)b * height * in_row * 4;
    STORED *to = input_gradient + (size_t)b * height * in_row;
    for (int y = 0; y < height; y++) {
      const STORED *r0 = from + (size_t)(y > 0 ? 2 * y - 1 : 0) * out_row, *r1 = from + (size_t)(2 * y) * out_row;
      const STORED *r2 = r1 + out_row, *r3 = y + 1 < height ? r2 + out_row : r2;
      for (int x = 0; x < width; x++) {
        const int c0 = (x > 0 ? 2 * x - 1 : 0) * block, c1 = 2 * x * block;
        const int c2 = c1 + block, c3 = x + 1 < width ? c2 + block : c2;
        for (int c = 0; c < block; c++) {
#define COLUMN(k) (0.25f * (LOAD(r0[k + c]) + LOAD(r3[k + c])) + 0.75f * (LOAD(r1[k + c]) + LOAD(r2[k + c])))
          to[y * in_row + (size_t)x * block + c] =
              STORE(0.25f * (COLUMN(c0) + COLUMN(c3)) + 0.75f * (COLUMN(c1) + COLUMN(c2)));
#undef COLUMN
        }
      }
    }
  }
}

KERNEL(void, NAME(kernel_upsample_backward),
       (const STORED *output_gradient, STORED *input_gradient, int blocks, int height, int width, int block),
       (output_gradient, input_gradient, blocks, height, width, block)) {
  if (block == 16) NAME(upsample_backward_any)(output_gradient, input_gradient, blocks, height, width, 16);
  else if (block == 8) NAME(upsample_backward_any)(output_gradient, input_gradient, blocks, height, width, 8);
  else NAME(upsample_backward_any)(output_gradient, input_gradient, blocks, height, width, block);
}

KERNEL(void, NAME(kernel_combine),
       (const STORED *restrict gate, const STORED *restrict first, const STORED *restrict second,
        STORED *restrict output, size_t count),
       (gate, first, second, output, count)) {
  for (size_t i = 0; i < count; i++) {
    float g = LOAD(gate[i]), b = LOAD(second[i]);
    output[i] = STORE(b + g * (LOAD(first[i]) - b));
  }
}

KERNEL(void, NAME(kernel_combine_backward),
       (const STORED *restrict gate, const STORED *restrict first, const STORED *restrict second,
        const STORED *restrict output_gradient, STORED *restrict gate_gradient, STORED *restrict first_gradient,
        STORED *restrict second_gradient, size_t count),
       (gate, first, second, output_gradient, gate_gradient, first_gradient, second_gradient, count)) {
  for (size_t i = 0; i < count; i++) {
    float g = LOAD(gate[i]), d = LOAD(output_gradient[i]);
    gate_gradient[i] = STORE(d * (LOAD(first[i]) - LOAD(second[i])) * g * (1.0f - g));
    first_gradient[i] = STORE(g * d);
    second_gradient[i] = STORE((1.0f - g) * d);
  }
}

KERNEL(void, NAME(kernel_masked_squared_error),
       (const STORED *output, const float *target, const uint8_t *mask, int channels, size_t pixels, int block,
        float outside_scale, float inside_scale, STORED *gradient, double sums[2]),
       (output, target, mask, channels, pixels, block, outside_scale, inside_scale, gradient, sums)) {
  double outside = 0, inside = 0;
  const size_t stored = (size_t)((channels + block - 1) / block) * pixels * block;
  if (gradient && channels % block)
    for (size_t i = 0; i < stored; i++) gradient[i] = STORE(0.0f);
  for (int c = 0; c < channels; c++) {
    const size_t start = (size_t)(c / block) * pixels * block + c % block;
    // Short runs are summed in float, runs in double: accurate enough and vectorisable.
    for (size_t run = 0; run < pixels; run += 256) {
      const size_t end = run + 256 < pixels ? run + 256 : pixels;
      float all = 0, masked = 0;
      for (size_t p = run; p < end; p++) {
        float residual = LOAD(output[start + p * block]) - target[c * pixels + p];
        // Pixels with the mask 2 are ignored.
        if (mask[p] > 1) residual = 0;
        float squared = residual * residual;
        all += squared;
        masked += mask[p] ? squared : 0.0f;
        if (gradient) gradient[start + p * block] = STORE(residual * (mask[p] ? inside_scale : outside_scale));
      }
      inside += masked;
      outside += all - masked;
    }
  }
  sums[0] = outside;
  sums[1] = inside;
}

/// The cross-entropy of a mask and one channel of logits. log(1 + e^-|z|) neither overflows nor cancels.
KERNEL(void, NAME(kernel_masked_cross_entropy),
       (const STORED *output, const uint8_t *mask, size_t pixels, int block, float outside_scale, float inside_scale,
        STORED *gradient, double sums[2]),
       (output, mask, pixels, block, outside_scale, inside_scale, gradient, sums)) {
  double outside = 0, inside = 0;
  for (size_t i = 0; i < pixels * block; i++) gradient[i] = STORE(0.0f);
  for (size_t p = 0; p < pixels; p++) {
    const float z = LOAD(output[p * block]), small = expf(-fabsf(z));
    const float loss = (z > 0 ? z : 0.0f) - (mask[p] ? z : 0.0f) + log1pf(small);
    const float share = (z > 0 ? 1.0f : small) / (1.0f + small);
    gradient[p * block] = STORE(mask[p] ? (share - 1.0f) * inside_scale : share * outside_scale);
    if (mask[p] > 1) gradient[p * block] = STORE(0.0f);
    else if (mask[p]) inside += loss;
    else outside += loss;
  }
  sums[0] = outside;
  sums[1] = inside;
}

KERNEL(void, NAME(kernel_unpack), (const STORED *blocked, float *planar, int channels, size_t pixels, int block),
       (blocked, planar, channels, pixels, block)) {
  for (int c = 0; c < channels; c++) {
    const size_t start = (size_t)(c / block) * pixels * block + c % block;
    for (size_t p = 0; p < pixels; p++) planar[c * pixels + p] = LOAD(blocked[start + p * block]);
  }
}
