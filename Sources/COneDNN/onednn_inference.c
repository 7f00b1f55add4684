#include "onednn_inference.h"

#include <oneapi/dnnl/dnnl.h>
#include <stdlib.h>

#include "onednn_handles.h"

struct onednn_layer {
  dnnl_engine_t engine;
  dnnl_primitive_attr_t attributes;
  dnnl_primitive_desc_t description;
  dnnl_primitive_t primitive;
  int groups;  // of a convolution; 0 for other layers
};

enum { ARGUMENTS = 6 };

struct onednn_bound_layer {
  dnnl_primitive_t primitive;
  dnnl_exec_arg_t arguments[ARGUMENTS];
  int count;
};

static dnnl_status_t describe(onednn_map map, dnnl_memory_desc_t *description) {
  dnnl_dims_t dims = {1, map.channels, map.height, map.width};
  return dnnl_memory_desc_init_by_tag(description, 4, dims, dnnl_f32, map.planar ? dnnl_nchw : blocked_layout());
}

// Creates a layer that takes its scratch memory from the caller.
static int new_layer(onednn_library *library, onednn_layer **layer) {
  *layer = calloc(1, sizeof(**layer));
  if (!*layer) return dnnl_out_of_memory;
  (*layer)->engine = library->engine;
  dnnl_status_t status = dnnl_primitive_attr_create(&(*layer)->attributes);
  if (status != dnnl_success) return (int)status;
  return (int)dnnl_primitive_attr_set_scratchpad_mode((*layer)->attributes, dnnl_scratchpad_mode_user);
}

// Compiles a described layer; on failure, frees it.
static int finish(int status, onednn_layer **layer) {
  if (status == dnnl_success) status = (int)dnnl_primitive_create(&(*layer)->primitive, (*layer)->description);
  if (status != dnnl_success) {
    onednn_layer_destroy(*layer);
    *layer = NULL;
  }
  return status;
}

int onednn_layer_create_convolution(onednn_library *library, onednn_map source, onednn_map destination,
                                    const onednn_layer_convolution *convolution, onednn_layer **layer) {
  int status = dnnl_success;
  dnnl_post_ops_t post_ops = NULL;
  TRY(new_layer(library, layer));
  int groups = (*layer)->groups = convolution->groups;
  const onednn_window *window = &convolution->window;
  int inputs = source.channels / groups, outputs = destination.channels / groups;
  dnnl_dims_t grouped = {groups, outputs, inputs, window->kernel_height, window->kernel_width};
  dnnl_dims_t strides = {window->stride_height, window->stride_width};
  dnnl_dims_t dilations = {window->dilation_height - 1, window->dilation_width - 1};
  dnnl_dims_t before = {window->top, window->left}, after = {window->bottom, window->right};
  dnnl_dims_t bias_dims = {destination.channels};
  dnnl_memory_desc_t from, to, weights, bias;
  TRY(describe(source, &from));
  TRY(describe(destination, &to));
  TRY(dnnl_memory_desc_init_by_tag(&weights, groups == 1 ? 4 : 5, groups == 1 ? grouped + 1 : grouped, dnnl_f32,
                                   dnnl_format_tag_any));
  TRY(dnnl_memory_desc_init_by_tag(&bias, 1, bias_dims, dnnl_f32, dnnl_x));
  TRY(dnnl_post_ops_create(&post_ops));
  if (convolution->adds) TRY(dnnl_post_ops_append_sum(post_ops, 1.0f));
  if (convolution->clips)
    TRY(dnnl_post_ops_append_eltwise(post_ops, 1.0f, dnnl_eltwise_clip, convolution->low, convolution->high));
  TRY(dnnl_primitive_attr_set_post_ops((*layer)->attributes, post_ops));
  dnnl_convolution_desc_t forward;
  TRY(dnnl_dilated_convolution_forward_desc_init(&forward, dnnl_forward_inference, dnnl_convolution_direct, &from,
                                                 &weights, &bias, &to, strides, dilations, before, after));
  TRY(dnnl_primitive_desc_create(&(*layer)->description, &forward, (*layer)->attributes, library->engine, NULL));
done:
  if (post_ops) dnnl_post_ops_destroy(post_ops);
  return finish(status, layer);
}

int onednn_layer_create_pool(onednn_library *library, onednn_map source, onednn_map destination, onednn_pool kind,
                             const onednn_window *window, onednn_layer **layer) {
  int status = dnnl_success;
  TRY(new_layer(library, layer));
  dnnl_alg_kind_t algorithm = kind == ONEDNN_POOL_MAX       ? dnnl_pooling_max
                              : kind == ONEDNN_POOL_AVERAGE ? dnnl_pooling_avg_exclude_padding
                                                            : dnnl_pooling_avg_include_padding;
  dnnl_dims_t kernel = {window->kernel_height, window->kernel_width};
  dnnl_dims_t strides = {window->stride_height, window->stride_width};
  dnnl_dims_t before = {window->top, window->left}, after = {window->bottom, window->right};
  dnnl_memory_desc_t from, to;
  TRY(describe(source, &from));
  TRY(describe(destination, &to));
  dnnl_pooling_desc_t pooling;
  TRY(dnnl_pooling_forward_desc_init(&pooling, dnnl_forward_inference, algorithm, &from, &to, strides, kernel, before,
                                     after));
  TRY(dnnl_primitive_desc_create(&(*layer)->description, &pooling, (*layer)->attributes, library->engine, NULL));
done:
  return finish(status, layer);
}

int onednn_layer_create_clip(onednn_library *library, onednn_map map, float low, float high, onednn_layer **layer) {
  int status = dnnl_success;
  TRY(new_layer(library, layer));
  dnnl_memory_desc_t description;
  TRY(describe(map, &description));
  dnnl_eltwise_desc_t clip;
  TRY(dnnl_eltwise_forward_desc_init(&clip, dnnl_forward_inference, dnnl_eltwise_clip, &description, low, high));
  TRY(dnnl_primitive_desc_create(&(*layer)->description, &clip, (*layer)->attributes, library->engine, NULL));
done:
  return finish(status, layer);
}

int onednn_layer_create_add(onednn_library *library, onednn_map map, onednn_layer **layer) {
  int status = dnnl_success;
  TRY(new_layer(library, layer));
  dnnl_memory_desc_t description;
  TRY(describe(map, &description));
  dnnl_binary_desc_t addition;
  TRY(dnnl_binary_desc_init(&addition, dnnl_binary_add, &description, &description, &description));
  TRY(dnnl_primitive_desc_create(&(*layer)->description, &addition, (*layer)->attributes, library->engine, NULL));
done:
  return finish(status, layer);
}

int onednn_layer_create_reorder(onednn_library *library, onednn_map source, onednn_map destination,
                                onednn_layer **layer) {
  int status = dnnl_success;
  TRY(new_layer(library, layer));
  dnnl_memory_desc_t from, to;
  TRY(describe(source, &from));
  TRY(describe(destination, &to));
  TRY(dnnl_reorder_primitive_desc_create(&(*layer)->description, &from, library->engine, &to, library->engine,
                                         (*layer)->attributes));
done:
  return finish(status, layer);
}

void onednn_layer_destroy(onednn_layer *layer) {
  if (!layer) return;
  if (layer->primitive) dnnl_primitive_destroy(layer->primitive);
  if (layer->description) dnnl_primitive_desc_destroy(layer->description);
  if (layer->attributes) dnnl_primitive_attr_destroy(layer->attributes);
  free(layer);
}

static const dnnl_memory_desc_t *description_of(const onednn_layer *layer, dnnl_query_t query, int index) {
  return dnnl_primitive_desc_query_md(layer->description, query, index);
}

size_t onednn_layer_scratch_bytes(const onednn_layer *layer) {
  const dnnl_memory_desc_t *description = description_of(layer, dnnl_query_scratchpad_md, 0);
  return description ? dnnl_memory_desc_get_size(description) : 0;
}

size_t onednn_layer_weights_bytes(const onednn_layer *layer) {
  return layer->groups ? dnnl_memory_desc_get_size(description_of(layer, dnnl_query_weights_md, 0)) : 0;
}

const char *onednn_layer_kernel(const onednn_layer *layer) {
  return kernel_name(layer->description);
}

int onednn_layer_pack(onednn_layer *layer, onednn_stream *stream, float *rows, void *weights) {
  int status = dnnl_success;
  dnnl_primitive_desc_t description = NULL;
  dnnl_primitive_t reorder = NULL;
  dnnl_memory_t from = NULL, to = NULL;
  const dnnl_memory_desc_t *packed = description_of(layer, dnnl_query_weights_md, 0);
  dnnl_memory_desc_t plain;
  TRY(dnnl_memory_desc_init_by_tag(&plain, packed->ndims, packed->dims, dnnl_f32,
                                   packed->ndims == 5 ? dnnl_goihw : dnnl_oihw));
  TRY(dnnl_memory_create(&from, &plain, layer->engine, rows));
  TRY(dnnl_memory_create(&to, packed, layer->engine, weights));
  TRY(dnnl_reorder_primitive_desc_create(&description, &plain, layer->engine, packed, layer->engine, NULL));
  TRY(dnnl_primitive_create(&reorder, description));
  dnnl_exec_arg_t arguments[2] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
  TRY(dnnl_primitive_execute(reorder, stream->stream, 2, arguments));
done:
  if (reorder) dnnl_primitive_destroy(reorder);
  if (description) dnnl_primitive_desc_destroy(description);
  if (from) dnnl_memory_destroy(from);
  if (to) dnnl_memory_destroy(to);
  return status;
}

static int add_argument(onednn_bound_layer *bound, const onednn_layer *layer, int argument, dnnl_query_t query,
                        int index, void *data) {
  dnnl_memory_t memory;
  const dnnl_memory_desc_t *description = description_of(layer, query, index);
  if (!description) return dnnl_invalid_arguments;
  dnnl_status_t status = dnnl_memory_create(&memory, description, layer->engine, data);
  if (status != dnnl_success) return (int)status;
  bound->arguments[bound->count].arg = argument;
  bound->arguments[bound->count].memory = memory;
  bound->count++;
  return dnnl_success;
}

int onednn_bound_layer_create(onednn_layer *layer, void *source, void *second, void *weights, void *bias,
                              void *destination, void *scratch, onednn_bound_layer **result) {
  int status = dnnl_success;
  onednn_bound_layer *bound = calloc(1, sizeof(*bound));
  *result = bound;
  if (!bound) return dnnl_out_of_memory;
  bound->primitive = layer->primitive;
  TRY(add_argument(bound, layer, DNNL_ARG_SRC, dnnl_query_src_md, 0, source));
  if (second) TRY(add_argument(bound, layer, DNNL_ARG_SRC_1, dnnl_query_src_md, 1, second));
  if (layer->groups) {
    TRY(add_argument(bound, layer, DNNL_ARG_WEIGHTS, dnnl_query_weights_md, 0, weights));
    TRY(add_argument(bound, layer, DNNL_ARG_BIAS, dnnl_query_weights_md, 1, bias));
  }
  TRY(add_argument(bound, layer, DNNL_ARG_DST, dnnl_query_dst_md, 0, destination));
  if (onednn_layer_scratch_bytes(layer))
    TRY(add_argument(bound, layer, DNNL_ARG_SCRATCHPAD, dnnl_query_scratchpad_md, 0, scratch));
done:
  if (status != dnnl_success) {
    onednn_bound_layer_destroy(bound);
    *result = NULL;
  }
  return status;
}

void onednn_bound_layer_destroy(onednn_bound_layer *bound) {
  if (!bound) return;
  for (int index = 0; index < bound->count; index++) dnnl_memory_destroy(bound->arguments[index].memory);
  free(bound);
}

int onednn_bound_layer_run(onednn_bound_layer *bound, onednn_stream *stream) {
  return (int)dnnl_primitive_execute(bound->primitive, stream->stream, bound->count, bound->arguments);
}
