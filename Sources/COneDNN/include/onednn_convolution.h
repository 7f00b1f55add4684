// C interface to oneDNN's convolutions: compile once, bind to fixed memory once, then run. For the layers of
// forward-only networks see onednn_inference.h.
#ifndef NOMINAL_ONEDNN_CONVOLUTION_H
#define NOMINAL_ONEDNN_CONVOLUTION_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  ONEDNN_CONVOLUTION_FORWARD = 0,
  ONEDNN_CONVOLUTION_BACKWARD_DATA = 1,
  ONEDNN_CONVOLUTION_BACKWARD_WEIGHTS = 2,
} onednn_convolution_kind;

typedef enum { ONEDNN_ACTIVATION_NONE = 0, ONEDNN_ACTIVATION_ELU = 1, ONEDNN_ACTIVATION_SIGMOID = 2 } onednn_activation;

typedef enum { ONEDNN_FLOAT32 = 0, ONEDNN_BFLOAT16 = 1 } onednn_precision;

// The convolution of one sample. Channel counts are multiples of the block, except for a planar source (channel-major,
// any count).
typedef struct {
  int input_channels, output_channels;
  int input_height, input_width;
  int kernel_size, stride, dilation, padding;
  bool planar_source;      // the source is channel-major (an image), not blocked
  bool accumulate;         // forward only: add to what the destination holds, without bias
  onednn_activation activation;  // forward only, applied last
  onednn_precision source_precision, destination_precision;
} onednn_convolution_shape;

typedef struct onednn_library onednn_library;          // the engine of one process
typedef struct onednn_stream onednn_stream;            // one per thread
typedef struct onednn_convolution onednn_convolution;  // a compiled primitive, shared by threads
typedef struct onednn_call onednn_call;                // a primitive bound to memory, owned by one thread
typedef struct onednn_reorder onednn_reorder;          // weights between rows and the primitive's own layout

// Functions that return int return 0 or oneDNN's status; see onednn_status_text.
const char *onednn_status_text(int status);
void onednn_version(int *major, int *minor, int *patch);
// The instruction sets that oneDNN uses, limited by ONEDNN_MAX_CPU_ISA: bits of dnnl_cpu_isa_t.
int onednn_effective_isa(void);
// The number of channels in one block of the layout: 16 with AVX-512, otherwise 8.
int onednn_block_size(int isa);
bool onednn_has_bfloat16(int isa);
bool onednn_has_matrix_unit(int isa);
// True if gradients have kernels of their own: below AVX2, oneDNN computes them with its reference code.
bool onednn_has_gradient_kernels(int isa);
// NULL for a value without a name in this version of the header.
const char *onednn_isa_name(int isa);
// Prevents oneDNN from starting threads on the calling thread.
void onednn_use_calling_thread_only(void);

int onednn_library_create(onednn_library **library);
void onednn_library_destroy(onednn_library *library);
int onednn_stream_create(onednn_library *library, onednn_stream **stream);
void onednn_stream_destroy(onednn_stream *stream);

int onednn_convolution_create(onednn_library *library, onednn_convolution_kind kind,
                              const onednn_convolution_shape *shape, onednn_convolution **convolution);
void onednn_convolution_destroy(onednn_convolution *convolution);
size_t onednn_convolution_weights_bytes(const onednn_convolution *convolution);
size_t onednn_convolution_scratch_bytes(const onednn_convolution *convolution);
// oneDNN's name for the kernel, such as "jit:avx512_core".
const char *onednn_convolution_kernel(const onednn_convolution *convolution);

// Forward: source, weights, bias (or NULL), destination. Backward data: destination is the gradient of the source.
// Backward weights: weights and bias receive the gradients of the float32 parameters.
int onednn_call_create(onednn_convolution *convolution, void *source, void *weights, void *bias, void *destination,
                       void *scratch, onednn_call **call);
void onednn_call_destroy(onednn_call *call);
// Binds other weights (and bias, if any) of the same layout.
int onednn_call_set_weights(onednn_call *call, void *weights, void *bias);
int onednn_call_run(onednn_call *call, onednn_stream *stream);

// Converts between float32 rows in the order output, input, y, x and the primitive's weights.
int onednn_reorder_create(onednn_convolution *convolution, bool from_rows, float *rows, void *weights,
                          onednn_reorder **reorder);
void onednn_reorder_destroy(onednn_reorder *reorder);
int onednn_reorder_run(onednn_reorder *reorder, onednn_stream *stream);

#ifdef __cplusplus
}
#endif
#endif
