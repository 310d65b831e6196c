//===- Work.h - What a command accomplishes --------------------*- C++ -*-===//
//
// For utilisation figures: how long it takes is Cycles.h's business.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "lib/Isa/Instructions.h"

namespace tpu_mlir::bm1684x {

struct Work {
  uint64_t macs = 0; // multiply-accumulates of a convolution or matrix product
  uint64_t macsPerCycle = 0; // that the array can do at this precision
  uint64_t bytesRead = 0, bytesWritten = 0; // of global memory
};

Work workOf(const isa::Instruction &instruction);

} // namespace tpu_mlir::bm1684x
