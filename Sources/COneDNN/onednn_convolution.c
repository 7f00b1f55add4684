#include "onednn_convolution.h"

#include <oneapi/dnnl/dnnl.h>
#include <stdlib.h>

#include "onednn_handles.h"

// From OpenMP, which oneDNN uses. Declared here, because its header is not on every compiler's path.
extern void omp_set_num_threads(int threads);

struct onednn_convolution {
  dnnl_engine_t engine;
  onednn_convolution_kind kind;
  dnnl_primitive_desc_t description;
  dnnl_primitive_t primitive;
  bool has_bias;
};

enum { SOURCE, WEIGHTS, BIAS, DESTINATION, SCRATCH, ARGUMENTS };

struct onednn_call {
  dnnl_primitive_t primitive;
  dnnl_memory_t memory[ARGUMENTS];
  dnnl_exec_arg_t arguments[ARGUMENTS];
  int count;
};

struct onednn_reorder {
  dnnl_primitive_t primitive;
  dnnl_memory_t from, to;
};

const char *onednn_status_text(int status) {
  switch (status) {
    case dnnl_success: return "success";
    case dnnl_out_of_memory: return "out of memory";
    case dnnl_invalid_arguments: return "invalid arguments";
    case dnnl_unimplemented: return "not implemented for this processor";
    case dnnl_iterator_ends: return "no more implementations";
    case dnnl_runtime_error: return "runtime error";
    case dnnl_not_required: return "not required";
    default: return "unknown status";
  }
}

void onednn_version(int *major, int *minor, int *patch) {
  const dnnl_version_t *version = dnnl_version();
  *major = version->major;
  *minor = version->minor;
  *patch = version->patch;
}

int onednn_effective_isa(void) { return (int)dnnl_get_effective_cpu_isa(); }

// Values are bit sets without an order: avx2_vnni (0x407) lacks bits of avx512_core (0x27).
static bool includes(int isa, dnnl_cpu_isa_t wanted) { return (isa & (int)wanted) == (int)wanted; }

int onednn_block_size(int isa) { return includes(isa, dnnl_cpu_isa_avx512_core) ? 16 : 8; }

bool onednn_has_bfloat16(int isa) { return includes(isa, dnnl_cpu_isa_avx512_core_bf16); }

bool onednn_has_matrix_unit(int isa) { return includes(isa, dnnl_cpu_isa_avx512_core_amx); }

bool onednn_has_gradient_kernels(int isa) { return includes(isa, dnnl_cpu_isa_avx2); }

const char *onednn_isa_name(int isa) {
  switch (isa) {
    case dnnl_cpu_isa_sse41: return "sse41";
    case dnnl_cpu_isa_avx: return "avx";
    case dnnl_cpu_isa_avx2: return "avx2";
    case dnnl_cpu_isa_avx2_vnni: return "avx2_vnni";
    case dnnl_cpu_isa_avx512_mic: return "avx512_mic";
    case dnnl_cpu_isa_avx512_mic_4ops: return "avx512_mic_4ops";
    case dnnl_cpu_isa_avx512_core: return "avx512_core";
    case dnnl_cpu_isa_avx512_core_vnni: return "avx512_core_vnni";
    case dnnl_cpu_isa_avx512_core_bf16: return "avx512_core_bf16";
    case dnnl_cpu_isa_avx512_core_amx: return "avx512_core_amx";
    default: return NULL;
  }
}

void onednn_use_calling_thread_only(void) { omp_set_num_threads(1); }

int onednn_library_create(onednn_library **library) {
  *library = calloc(1, sizeof(**library));
  if (!*library) return dnnl_out_of_memory;
  return dnnl_engine_create(&(*library)->engine, dnnl_cpu, 0);
}

void onednn_library_destroy(onednn_library *library) {
  if (!library) return;
  if (library->engine) dnnl_engine_destroy(library->engine);
  free(library);
}

int onednn_stream_create(onednn_library *library, onednn_stream **stream) {
  *stream = calloc(1, sizeof(**stream));
  if (!*stream) return dnnl_out_of_memory;
  return dnnl_stream_create(&(*stream)->stream, library->engine, dnnl_stream_default_flags);
}

void onednn_stream_destroy(onednn_stream *stream) {
  if (!stream) return;
  if (stream->stream) dnnl_stream_destroy(stream->stream);
  free(stream);
}

static dnnl_data_type_t data_type(onednn_precision precision) {
  return precision == ONEDNN_BFLOAT16 ? dnnl_bf16 : dnnl_f32;
}

static int output_size(int input, const onednn_convolution_shape *shape) {
  int reach = shape->dilation * (shape->kernel_size - 1) + 1;
  return (input + 2 * shape->padding - reach) / shape->stride + 1;
}

int onednn_convolution_create(onednn_library *library, onednn_convolution_kind kind,
                              const onednn_convolution_shape *shape, onednn_convolution **result) {
  int status = dnnl_success;
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_post_ops_t post_ops = NULL;
  dnnl_primitive_desc_t hint = NULL;
  onednn_convolution *convolution = calloc(1, sizeof(*convolution));
  *result = convolution;
  if (!convolution) return dnnl_out_of_memory;
  convolution->engine = library->engine;
  convolution->kind = kind;
  convolution->has_bias = kind == ONEDNN_CONVOLUTION_BACKWARD_WEIGHTS ||
                          (kind == ONEDNN_CONVOLUTION_FORWARD && !shape->accumulate);

  dnnl_format_tag_t blocked = blocked_layout();
  dnnl_dims_t source_dims = {1, shape->input_channels, shape->input_height, shape->input_width};
  dnnl_dims_t weight_dims = {shape->output_channels, shape->input_channels, shape->kernel_size, shape->kernel_size};
  dnnl_dims_t bias_dims = {shape->output_channels};
  dnnl_dims_t destination_dims = {1, shape->output_channels, output_size(shape->input_height, shape),
                                  output_size(shape->input_width, shape)};
  dnnl_dims_t strides = {shape->stride, shape->stride};
  dnnl_dims_t dilations = {shape->dilation - 1, shape->dilation - 1};
  dnnl_dims_t padding = {shape->padding, shape->padding};

  dnnl_memory_desc_t source, weights, weight_gradients, bias, destination;
  TRY(dnnl_memory_desc_init_by_tag(&source, 4, source_dims, data_type(shape->source_precision),
                                   shape->planar_source ? dnnl_nchw : blocked));
  TRY(dnnl_memory_desc_init_by_tag(&weights, 4, weight_dims, data_type(shape->source_precision),
                                   dnnl_format_tag_any));
  TRY(dnnl_memory_desc_init_by_tag(&weight_gradients, 4, weight_dims, dnnl_f32, dnnl_format_tag_any));
  TRY(dnnl_memory_desc_init_by_tag(&bias, 1, bias_dims, dnnl_f32, dnnl_x));
  TRY(dnnl_memory_desc_init_by_tag(&destination, 4, destination_dims, data_type(shape->destination_precision),
                                   blocked));

  TRY(dnnl_primitive_attr_create(&attributes));
  TRY(dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user));
  dnnl_convolution_desc_t forward;
  TRY(dnnl_dilated_convolution_forward_desc_init(&forward, dnnl_forward_training, dnnl_convolution_direct, &source,
                                                 &weights, convolution->has_bias ? &bias : NULL, &destination, strides,
                                                 dilations, padding, padding));
  if (kind == ONEDNN_CONVOLUTION_FORWARD) {
    TRY(dnnl_post_ops_create(&post_ops));
    if (shape->accumulate) TRY(dnnl_post_ops_append_sum(post_ops, 1.0f));
    if (shape->activation == ONEDNN_ACTIVATION_ELU)
      TRY(dnnl_post_ops_append_eltwise(post_ops, 1.0f, dnnl_eltwise_elu, 1.0f, 0.0f));
    if (shape->activation == ONEDNN_ACTIVATION_SIGMOID)
      TRY(dnnl_post_ops_append_eltwise(post_ops, 1.0f, dnnl_eltwise_logistic, 0.0f, 0.0f));
    TRY(dnnl_primitive_attr_set_post_ops(attributes, post_ops));
    TRY(dnnl_primitive_desc_create(&convolution->description, &forward, attributes, library->engine, NULL));
  } else {
    TRY(dnnl_primitive_desc_create(&hint, &forward, NULL, library->engine, NULL));
    dnnl_convolution_desc_t backward;
    if (kind == ONEDNN_CONVOLUTION_BACKWARD_DATA)
      TRY(dnnl_dilated_convolution_backward_data_desc_init(&backward, dnnl_convolution_direct, &source, &weights,
                                                           &destination, strides, dilations, padding, padding));
    else
      TRY(dnnl_dilated_convolution_backward_weights_desc_init(&backward, dnnl_convolution_direct, &source,
                                                              &weight_gradients, &bias, &destination, strides, dilations, padding,
                                                              padding));
    TRY(dnnl_primitive_desc_create(&convolution->description, &backward, attributes, library->engine, hint));
  }
  TRY(dnnl_primitive_create(&convolution->primitive, convolution->description));
done:
  if (hint) dnnl_primitive_desc_destroy(hint);
  if (post_ops) dnnl_post_ops_destroy(post_ops);
  if (attributes) dnnl_primitive_attr_destroy(attributes);
  if (status != dnnl_success) {
    onednn_convolution_destroy(convolution);
    *result = NULL;
  }
  return status;
}

void onednn_convolution_destroy(onednn_convolution *convolution) {
  if (!convolution) return;
  if (convolution->primitive) dnnl_primitive_destroy(convolution->primitive);
  if (convolution->description) dnnl_primitive_desc_destroy(convolution->description);
  free(convolution);
}

static const dnnl_memory_desc_t *description_of(const onednn_convolution *convolution, dnnl_query_t query) {
  return dnnl_primitive_desc_query_md(convolution->description, query, 0);
}

static const dnnl_memory_desc_t *weights_of(const onednn_convolution *convolution) {
  return description_of(convolution, convolution->kind == ONEDNN_CONVOLUTION_BACKWARD_WEIGHTS
                                         ? dnnl_query_diff_weights_md
                                         : dnnl_query_weights_md);
}

size_t onednn_convolution_weights_bytes(const onednn_convolution *convolution) {
  return dnnl_memory_desc_get_size(weights_of(convolution));
}

size_t onednn_convolution_scratch_bytes(const onednn_convolution *convolution) {
  return dnnl_memory_desc_get_size(description_of(convolution, dnnl_query_scratchpad_md));
}

const char *onednn_convolution_kernel(const onednn_convolution *convolution) {
  return kernel_name(convolution->description);
}

static int add_argument(onednn_call *call, dnnl_engine_t engine, int slot, int argument,
                        const dnnl_memory_desc_t *description, void *data) {
  dnnl_status_t status = dnnl_memory_create(&call->memory[slot], description, engine, data);
  if (status != dnnl_success) return (int)status;
  call->arguments[call->count].arg = argument;
  call->arguments[call->count].memory = call->memory[slot];
  call->count++;
  return dnnl_success;
}

int onednn_call_create(onednn_convolution *convolution, void *source, void *weights, void *bias, void *destination,
                       void *scratch, onednn_call **result) {
  int status = dnnl_success;
  onednn_call *call = calloc(1, sizeof(*call));
  *result = call;
  if (!call) return dnnl_out_of_memory;
  call->primitive = convolution->primitive;
  dnnl_engine_t engine = convolution->engine;
  bool data = convolution->kind == ONEDNN_CONVOLUTION_BACKWARD_DATA;
  bool weight_gradient = convolution->kind == ONEDNN_CONVOLUTION_BACKWARD_WEIGHTS;
  TRY(add_argument(call, engine, SOURCE, data ? DNNL_ARG_DIFF_DST : DNNL_ARG_SRC,
                   description_of(convolution, data ? dnnl_query_diff_dst_md : dnnl_query_src_md), source));
  TRY(add_argument(call, engine, WEIGHTS, weight_gradient ? DNNL_ARG_DIFF_WEIGHTS : DNNL_ARG_WEIGHTS,
                   weights_of(convolution), weights));
  if (convolution->has_bias)
    TRY(add_argument(call, engine, BIAS, weight_gradient ? DNNL_ARG_DIFF_BIAS : DNNL_ARG_BIAS,
                     dnnl_primitive_desc_query_md(convolution->description,
                                                  weight_gradient ? dnnl_query_diff_weights_md : dnnl_query_weights_md,
                                                  1),
                     bias));
  if (data)
    TRY(add_argument(call, engine, DESTINATION, DNNL_ARG_DIFF_SRC,
                     description_of(convolution, dnnl_query_diff_src_md), destination));
  else if (weight_gradient)
    TRY(add_argument(call, engine, DESTINATION, DNNL_ARG_DIFF_DST,
                     description_of(convolution, dnnl_query_diff_dst_md), destination));
  else
    TRY(add_argument(call, engine, DESTINATION, DNNL_ARG_DST, description_of(convolution, dnnl_query_dst_md),
                     destination));
  TRY(add_argument(call, engine, SCRATCH, DNNL_ARG_SCRATCHPAD, description_of(convolution, dnnl_query_scratchpad_md),
                   scratch));
done:
  if (status != dnnl_success) {
    onednn_call_destroy(call);
    *result = NULL;
  }
  return status;
}

void onednn_call_destroy(onednn_call *call) {
  if (!call) return;
  for (int slot = 0; slot < ARGUMENTS; slot++)
    if (call->memory[slot]) dnnl_memory_destroy(call->memory[slot]);
  free(call);
}

int onednn_call_set_weights(onednn_call *call, void *weights, void *bias) {
  dnnl_status_t status = dnnl_memory_set_data_handle(call->memory[WEIGHTS], weights);
  if (status == dnnl_success && call->memory[BIAS]) status = dnnl_memory_set_data_handle(call->memory[BIAS], bias);
  return (int)status;
}

int onednn_call_run(onednn_call *call, onednn_stream *stream) {
  return (int)dnnl_primitive_execute(call->primitive, stream->stream, call->count, call->arguments);
}

int onednn_reorder_create(onednn_convolution *convolution, bool from_rows, float *rows, void *weights,
                          onednn_reorder **result) {
  int status = dnnl_success;
  dnnl_primitive_desc_t description = NULL;
  onednn_reorder *reorder = calloc(1, sizeof(*reorder));
  *result = reorder;
  if (!reorder) return dnnl_out_of_memory;
  const dnnl_memory_desc_t *packed = weights_of(convolution);
  dnnl_memory_desc_t plain;
  TRY(dnnl_memory_desc_init_by_tag(&plain, 4, packed->dims, dnnl_f32, dnnl_oihw));
  const dnnl_memory_desc_t *from = from_rows ? &plain : packed, *to = from_rows ? packed : &plain;
  TRY(dnnl_memory_create(&reorder->from, from, convolution->engine, from_rows ? (void *)rows : weights));
  TRY(dnnl_memory_create(&reorder->to, to, convolution->engine, from_rows ? weights : (void *)rows));
  TRY(dnnl_reorder_primitive_desc_create(&description, from, convolution->engine, to, convolution->engine, NULL));
  TRY(dnnl_primitive_create(&reorder->primitive, description));
done:
  if (description) dnnl_primitive_desc_destroy(description);
  if (status != dnnl_success) {
    onednn_reorder_destroy(reorder);
    *result = NULL;
  }
  return status;
}

void onednn_reorder_destroy(onednn_reorder *reorder) {
  if (!reorder) return;
  if (reorder->primitive) dnnl_primitive_destroy(reorder->primitive);
  if (reorder->from) dnnl_memory_destroy(reorder->from);
  if (reorder->to) dnnl_memory_destroy(reorder->to);
  free(reorder);
}

int onednn_reorder_run(onednn_reorder *reorder, onednn_stream *stream) {
  dnnl_exec_arg_t arguments[2] = {{DNNL_ARG_FROM, reorder->from}, {DNNL_ARG_TO, reorder->to}};
  return (int)dnnl_primitive_execute(reorder->primitive, stream->stream, 2, arguments);
}
