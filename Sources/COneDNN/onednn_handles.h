// What the handles of this module hold; for its own files.
#ifndef NOMINAL_ONEDNN_HANDLES_H
#define NOMINAL_ONEDNN_HANDLES_H

#include <oneapi/dnnl/dnnl.h>

struct onednn_library {
  dnnl_engine_t engine;
};

struct onednn_stream {
  dnnl_stream_t stream;
};

#endif
