// Loads OpenBLAS at run time. OpenBLAS selects its kernels while it is loaded, and version 0.3.21 selects Haswell
// kernels on AVX-512 processors that it does not know by name, which takes more than twice the time.
#ifndef NOMINAL_OPENBLAS_LOADER_H
#define NOMINAL_OPENBLAS_LOADER_H

#include <stdbool.h>

// Loads the library once, with the kernel set that fits the processor unless OPENBLAS_CORETYPE is set, restricted to
// the calling thread. Returns NULL, or the reason of a failure.
const char *openblas_load(void);
// The version and kernels as the library reports them.
const char *openblas_description(void);
// The value of OPENBLAS_CORETYPE before the library was loaded; empty if it was not set.
const char *openblas_wanted_core(void);
// C = A * B + beta * C, row-major. The flags transpose a and b.
void openblas_multiply(bool transpose_a, bool transpose_b, int rows, int columns, int inner, const float *a, int a_stride,
                       const float *b, int b_stride, float beta, float *c, int c_stride);

#endif
