//===- Selection.h - SG functions whose result has a length of its own ----===//
#pragma once

#include "lib/Isa/Instructions.h"
#include "lib/Simulator/TensorView.h"

namespace tpu_mlir::sim {

/// The elements of a lane's table where a mask is not zero, packed; their
/// number as i16 in res1.
llvm::Error selectByMask(Machine &machine, const isa::ScatterGather &command);

/// The columns of the elements that are not zero, packed; their number as i16
/// in res1.
llvm::Error findNonzero(Machine &machine, const isa::ScatterGather &command);

/// The table of each channel of the functions within a lane: one for all n;
/// with a layout other than 0 also for all channels of a lane.
llvm::Expected<TensorView> laneTable(Machine &machine, uint64_t address,
                                     unsigned elementBytes, uint32_t c,
                                     uint32_t w, uint32_t layout);

} // namespace tpu_mlir::sim
