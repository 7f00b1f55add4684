#include <stdint.h>

#include "clones.h"
#include "tensor_kernels.h"

// The interpolation points are 0, +A, -A, +B, -B and infinity. Their squares are exact, and the error is 0.4 times
// that of the usual A = 1 and B = 2 (root mean square in float32).
static const float A = 0.625f, A2 = 0.390625f, B = 1.5f, B2 = 2.25f;
static const float SCALE_0 = (float)(1 / (0.390625 * 2.25));
static const float SCALE_A = (float)(1 / (2 * 0.390625 * (0.390625 - 2.25)));
static const float SCALE_B = (float)(1 / (2 * 2.25 * (2.25 - 0.390625)));

typedef struct {
  int y, x;
} position;

// With a dilation d, an image consists of d * d images, each convolved for itself: pixels d apart.
static inline int tiles_along(int size, int dilation) { return (size + 4 * dilation - 1) / (4 * dilation); }

static inline int tile_count(const kernel_winograd_shape *s) {
  return tiles_along(s->height, s->dilation) * tiles_along(s->width, s->dilation) * s->dilation * s->dilation;
}

// The first output pixel of a tile. Tiles of one row are neighbours.
static inline position tile_position(const kernel_winograd_shape *s, int tile) {
  const int d = s->dilation, across = tiles_along(s->width, d) * d;
  const int row = tile / across, column = tile % across;
  return (position){row / d * 4 * d + row % d, column / d * 4 * d + column % d};
}

#define BLOCK 16
#define ROWS 14
#define NAME(x) x##_16
#include "winograd_convolution.h"
#undef BLOCK
#undef ROWS
#undef NAME

#define BLOCK 8
#define ROWS 6
#define NAME(x) x##_8
#include "winograd_convolution.h"
