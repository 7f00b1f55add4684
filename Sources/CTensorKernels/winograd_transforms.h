// The transforms of Winograd's F(4 x 4, 3 x 3) on vectors of BLOCK channels. Define BLOCK and NAME(x) before including
// this file. Vectors are passed by address, because they are wider than some clones' registers.

typedef float NAME(lanes) __attribute__((vector_size(BLOCK * sizeof(float)), aligned(4)));
typedef int32_t NAME(integers) __attribute__((vector_size(BLOCK * sizeof(float)), aligned(4)));

// Six input values to six.
INLINE void NAME(transform_input)(const NAME(lanes) x[6], NAME(lanes) t[6]) {
  t[0] = x[4] - (A2 + B2) * x[2] + A2 * B2 * x[0];
  NAME(lanes) even = x[4] - B2 * x[2], odd = A * (x[3] - B2 * x[1]);
  t[1] = even + odd;
  t[2] = even - odd;
  even = x[4] - A2 * x[2], odd = B * (x[3] - A2 * x[1]);
  t[3] = even + odd;
  t[4] = even - odd;
  t[5] = x[5] - (A2 + B2) * x[3] + A2 * B2 * x[1];
}

// Six products to four output values.
INLINE void NAME(transform_output)(const NAME(lanes) m[6], NAME(lanes) y[4]) {
  const NAME(lanes) sum_a = m[1] + m[2], difference_a = m[1] - m[2], sum_b = m[3] + m[4], difference_b = m[3] - m[4];
  y[0] = m[0] + sum_a + sum_b;
  y[1] = A * difference_a + B * difference_b;
  y[2] = A2 * sum_a + B2 * sum_b;
  y[3] = m[5] + A * A2 * difference_a + B * B2 * difference_b;
}

// The transpose of `transform_output`: four gradients of the output to six.
INLINE void NAME(transform_output_gradient)(const NAME(lanes) g[4], NAME(lanes) t[6]) {
  t[0] = g[0];
  NAME(lanes) even = g[0] + A2 * g[2], odd = A * g[1] + A * A2 * g[3];
  t[1] = even + odd;
  t[2] = even - odd;
  even = g[0] + B2 * g[2], odd = B * g[1] + B * B2 * g[3];
  t[3] = even + odd;
  t[4] = even - odd;
  t[5] = g[3];
}

// Three weights to six.
INLINE void NAME(transform_weights)(const NAME(lanes) w[3], NAME(lanes) t[6]) {
  t[0] = w[0] * SCALE_0;
  NAME(lanes) even = SCALE_A * (w[0] + A2 * w[2]), odd = SCALE_A * A * w[1];
  t[1] = even + odd;
  t[2] = even - odd;
  even = SCALE_B * (w[0] + B2 * w[2]), odd = SCALE_B * B * w[1];
  t[3] = even + odd;
  t[4] = even - odd;
  t[5] = w[2];
}

// The transpose of `transform_weights`: six gradients to three.
INLINE void NAME(transform_weight_gradient)(const NAME(lanes) g[6], NAME(lanes) w[3]) {
  const NAME(lanes) sum_a = SCALE_A * (g[1] + g[2]), sum_b = SCALE_B * (g[3] + g[4]);
  w[0] = SCALE_0 * g[0] + sum_a + sum_b;
  w[1] = SCALE_A * A * (g[1] - g[2]) + SCALE_B * B * (g[3] - g[4]);
  w[2] = A2 * sum_a + B2 * sum_b + g[5];
}

// Applies a transform of FROM to TO values along both axes. Rows and columns lie `row` and `column` floats apart, the
// results `stride` floats.
#define TRANSFORM_TILE(name, FROM, TO)                                                                               \
  INLINE void NAME(name##_tile)(const float *from, size_t row, size_t column, float *to, size_t stride) {            \
    NAME(lanes) half[TO][FROM];                                                                                      \
    for (int j = 0; j < FROM; j++) {                                                                                 \
      NAME(lanes) x[FROM], t[TO];                                                                                    \
      for (int i = 0; i < FROM; i++) x[i] = LOAD(from + i * row + j * column);                                       \
      NAME(name)(x, t);                                                                                              \
      for (int i = 0; i < TO; i++) half[i][j] = t[i];                                                                \
    }                                                                                                                \
    for (int i = 0; i < TO; i++) {                                                                                   \
      NAME(lanes) t[TO];                                                                                             \
      NAME(name)(half[i], t);                                                                                        \
      for (int j = 0; j < TO; j++) STORE(to + (i * TO + j) * stride, t[j]);                                          \
    }                                                                                                                \
  }
TRANSFORM_TILE(transform_input, 6, 6)
TRANSFORM_TILE(transform_output, 6, 4)
TRANSFORM_TILE(transform_output_gradient, 4, 6)
TRANSFORM_TILE(transform_weights, 3, 6)
TRANSFORM_TILE(transform_weight_gradient, 6, 3)
#undef TRANSFORM_TILE

// ELU with the polynomial of `kernel_elu`. Adding 1.5 * 2^23 rounds to an integer in the low bits.
INLINE void NAME(apply_elu)(NAME(lanes) *value) {
  const NAME(lanes) x = *value, zero = {0};
  const NAME(integers) negative = x < 0, tiny = x < -87.0f;
  const NAME(lanes) clamped = (NAME(lanes))(((NAME(integers))x & negative & ~tiny) | ((NAME(integers))(zero - 87.0f) & tiny));
  const NAME(lanes) shifted = clamped * 1.44269504088896341f + 12582912.0f, n = shifted - 12582912.0f;
  const NAME(lanes) r = (clamped - n * 0.693359375f) - n * -2.12194440e-4f;
  NAME(lanes) p = r * (1.0f / 5040) + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  const NAME(lanes) power = (NAME(lanes))(((NAME(integers))shifted + (127 - 0x4B400000)) << 23);
  const NAME(lanes) curve = p * power - 1.0f;
  *value = (NAME(lanes))(((NAME(integers))curve & negative) | ((NAME(integers))x & ~negative));
}
