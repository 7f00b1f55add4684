#include "clones.h"
#include "tensor_kernels.h"

enum { TILE = 4, OUTPUTS = 3 };

#define BLOCK 16
#define NAME(x) x##_16
#include "narrow_convolution.h"
#undef BLOCK
#undef NAME

#define BLOCK 8
#define NAME(x) x##_8
#include "narrow_convolution.h"
