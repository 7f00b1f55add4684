#include "clones.h"
#include "tensor_kernels.h"

enum { TILE = 8 };

typedef struct {
  int start, end;
} span;

// Returns the positions along one axis whose neighbour at `offset` is inside.
static inline span inside(int size, int offset) {
  span s = {offset < 0 ? -offset : 0, offset > 0 ? size - offset : size};
  if (s.start > size) s.start = size;
  if (s.end < s.start) s.end = s.start;
  return s;
}

#define BLOCK 16
#define NAME(x) x##_16
#include "sparse_convolution.h"
#undef BLOCK
#undef NAME

#define BLOCK 8
#define NAME(x) x##_8
#include "sparse_convolution.h"
