//===- Arith.h - The two number worlds of the AR instruction --------------===//
#pragma once

#include "lib/Simulator/Tiu/Elements.h"
#include "lib/Simulator/Tiu/Rounding.h"

namespace tpu_mlir::sim {

/// An AR command whose operands have been found and checked.
struct ArithOperands {
  isa::ArithOp function;
  TensorView result;
  isa::Precision resultPrecision;
  llvm::SmallVector<Source, 3> sources; ///< those that are read
  isa::Lanes lanes;
  RoundMode round;
  unsigned iterations; ///< of a division
  uint32_t third;      ///< opd2_addr: the bits a selection gives where true;
                       ///< mac: shifts
};

/// Each carries a command out, or names the form it does not know.
llvm::Error runFloatArith(Machine &machine, const ArithOperands &operands);
llvm::Error runIntegerArith(Machine &machine, const ArithOperands &operands);

} // namespace tpu_mlir::sim
