// Shared by the files of this module.
#ifndef NOMINAL_ONEDNN_HANDLES_H
#define NOMINAL_ONEDNN_HANDLES_H

#include <oneapi/dnnl/dnnl.h>

#include "onednn_convolution.h"

struct onednn_library {
  dnnl_engine_t engine;
};

struct onednn_stream {
  dnnl_stream_t stream;
};

// Runs a oneDNN call. On failure, stores the status in `status` and jumps to `done`.
#define TRY(call)                          \
  do {                                     \
    dnnl_status_t try_status = (call);     \
    if (try_status != dnnl_success) {      \
      status = (int)try_status;            \
      goto done;                           \
    }                                      \
  } while (0)

// The blocked layout of this processor.
static inline dnnl_format_tag_t blocked_layout(void) {
  return onednn_block_size(onednn_effective_isa()) == 16 ? dnnl_nChw16c : dnnl_nChw8c;
}

static inline const char *kernel_name(dnnl_primitive_desc_t description) {
  const char *name = NULL;
  dnnl_status_t status = dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, (void *)&name);
  return status == dnnl_success && name ? name : "unknown";
}

#endif
