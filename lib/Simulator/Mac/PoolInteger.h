//===- PoolInteger.h - 8-bit windows over single channels ------*- C++ -*-===//
#pragma once

#include "lib/Isa/Instructions.h"
#include "lib/Simulator/Machine.h"

namespace tpu_mlir::sim {

/// Depthwise convolution and pooling of 8-bit operands: exact 32-bit sums,
/// shifted right with rounding, or maxima.
llvm::Error executeIntegerPool(Machine &machine,
                               const isa::PoolDepthwise &instruction);

} // namespace tpu_mlir::sim
