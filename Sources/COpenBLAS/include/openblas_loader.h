// OpenBLAS, loaded at run time: it picks its kernels while it is being loaded, and 0.3.21 picks its Haswell kernels on
// newer processors with AVX-512 that it does not know by name, which costs more than half of the speed.
#ifndef NOMINAL_OPENBLAS_LOADER_H
#define NOMINAL_OPENBLAS_LOADER_H

#include <stdbool.h>

// Loads the library once, with the kernel set that fits the processor unless OPENBLAS_CORETYPE says otherwise, and sets it
// to run on the calling thread only. Gives NULL, or why the library cannot be loaded.
const char *openblas_load(void);
// The library's own words on its version and kernels.
const char *openblas_description(void);
// What OPENBLAS_CORETYPE was before the library was loaded; empty where it was not set.
const char *openblas_wanted_core(void);
// For measuring the library's own peak.
void openblas_set_threads(int threads);
// C = A * B + beta * C, rows first. a and b are transposed when the flags say so.
void openblas_multiply(bool transpose_a, bool transpose_b, int rows, int columns, int inner, const float *a, int a_stride,
                       const float *b, int b_stride, float beta, float *c, int c_stride);

#endif
