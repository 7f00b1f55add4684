// The layers of forward-only networks, one image at a time: compile once, bind to memory once, then run.
#ifndef NOMINAL_ONEDNN_INFERENCE_H
#define NOMINAL_ONEDNN_INFERENCE_H

#include "onednn_convolution.h"

#ifdef __cplusplus
extern "C" {
#endif

// The feature map of one image: channel-major, or in the blocked layout with zeros in its padding channels.
typedef struct {
  int channels, height, width;
  bool planar;
} onednn_map;

typedef struct {
  int kernel_height, kernel_width;
  int stride_height, stride_width;
  int dilation_height, dilation_width;  // 1 = dense; convolutions only
  int top, left, bottom, right;         // padding
} onednn_window;

typedef struct {
  onednn_window window;
  int groups;
  bool adds;   // add to what the destination holds, before clipping
  bool clips;
  float low, high;
} onednn_layer_convolution;

typedef enum { ONEDNN_POOL_MAX = 0, ONEDNN_POOL_AVERAGE = 1, ONEDNN_POOL_AVERAGE_WITH_PADDING = 2 } onednn_pool;

typedef struct onednn_layer onednn_layer;              // a compiled layer, shared by threads
typedef struct onednn_bound_layer onednn_bound_layer;  // a layer bound to memory, owned by one thread

// Functions that return int return 0 or oneDNN's status.
int onednn_layer_create_convolution(onednn_library *library, onednn_map source, onednn_map destination,
                                    const onednn_layer_convolution *convolution, onednn_layer **layer);
int onednn_layer_create_pool(onednn_library *library, onednn_map source, onednn_map destination, onednn_pool kind,
                             const onednn_window *window, onednn_layer **layer);
int onednn_layer_create_clip(onednn_library *library, onednn_map map, float low, float high, onednn_layer **layer);
int onednn_layer_create_add(onednn_library *library, onednn_map map, onednn_layer **layer);
// Converts between layouts.
int onednn_layer_create_reorder(onednn_library *library, onednn_map source, onednn_map destination,
                                onednn_layer **layer);
void onednn_layer_destroy(onednn_layer *layer);

size_t onednn_layer_scratch_bytes(const onednn_layer *layer);
size_t onednn_layer_weights_bytes(const onednn_layer *layer);
const char *onednn_layer_kernel(const onednn_layer *layer);
// Converts float32 rows in the order (group,) output, input, y, x to the layer's own layout.
int onednn_layer_pack(onednn_layer *layer, onednn_stream *stream, float *rows, void *weights);

// second: the second addend of an addition, otherwise NULL. weights, bias: NULL except for a convolution.
int onednn_bound_layer_create(onednn_layer *layer, void *source, void *second, void *weights, void *bias,
                              void *destination, void *scratch, onednn_bound_layer **bound);
void onednn_bound_layer_destroy(onednn_bound_layer *bound);
int onednn_bound_layer_run(onednn_bound_layer *bound, onednn_stream *stream);

#ifdef __cplusplus
}
#endif
#endif
