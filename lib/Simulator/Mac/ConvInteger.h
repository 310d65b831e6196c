//===- ConvInteger.h - Convolution of 8-bit integers -----------*- C++ -*-===//
#pragma once

#include "lib/Isa/Instructions.h"
#include "lib/Simulator/Machine.h"

namespace tpu_mlir::sim {

/// conv.normal of 8-bit operands: 32-bit sums of input * (weight - weight zero
/// point of the output channel).
llvm::Error executeIntegerConv(Machine &machine, const isa::Conv &instruction);

} // namespace tpu_mlir::sim
