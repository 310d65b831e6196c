//===- TopOps.td - Every operator of the top dialect ------------*- tablegen -*-===//
#ifndef TPU_MLIR_TOP_OPS
#define TPU_MLIR_TOP_OPS

include "dialects/Top/Activation.td"
include "dialects/Top/Constant.td"

#endif
