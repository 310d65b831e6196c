//===- TopOps.td - Every operator of the top dialect ------------*- tablegen -*-===//
#ifndef TPU_MLIR_TOP_OPS
#define TPU_MLIR_TOP_OPS

include "dialects/Top/Activation.td"
include "dialects/Top/Constant.td"
include "dialects/Top/Conv.td"
include "dialects/Top/Elementwise.td"
include "dialects/Top/Gather.td"
include "dialects/Top/MatMul.td"
include "dialects/Top/Normalize.td"
include "dialects/Top/Pool.td"
include "dialects/Top/Reduce.td"
include "dialects/Top/Resize.td"
include "dialects/Top/Shape.td"
include "dialects/Top/Slice.td"

#endif
