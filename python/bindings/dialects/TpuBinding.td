#ifndef PYTHON_BINDINGS_TPU
#define PYTHON_BINDINGS_TPU
include "dialects/Tpu/TpuOps.td"
#endif
