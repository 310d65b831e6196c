//===- ConvInteger.h - Convolution of 8-bit integers -----------*- C++ -*-===//
#pragma once

#include "lib/Isa/Instructions.h"
#include "lib/Simulator/Machine.h"

namespace tpu_mlir::sim {

/// Convolution of 8-bit operands: sums, modulo 2^32, of input * (weight -
/// weight zero point of the output channel), or, where it requantises, of input
/// * weight and a 16-bit bias, shifted right.
llvm::Error executeIntegerConv(Machine &machine, const isa::Conv &instruction);

} // namespace tpu_mlir::sim
