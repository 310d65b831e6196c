//===- TpuOps.td - Every op of the tpu dialect ------------------*- tablegen -*-===//
#ifndef TPU_MLIR_TPU_OPS
#define TPU_MLIR_TPU_OPS

include "dialects/Tpu/Activation.td"
include "dialects/Tpu/Attention.td"
include "dialects/Tpu/Conv.td"
include "dialects/Tpu/Elementwise.td"
include "dialects/Tpu/Gather.td"
include "dialects/Tpu/Integer.td"
include "dialects/Tpu/MatMul.td"
include "dialects/Tpu/Normalize.td"
include "dialects/Tpu/Pool.td"
include "dialects/Tpu/Quantize.td"
include "dialects/Tpu/Schedule.td"
include "dialects/Tpu/Shape.td"

#endif
