//===- CycleModel.h - How long a chip's commands take ---------------------===//
#pragma once

#include "lib/Isa/Instructions.h"
#include "lib/Target/Chip.h"
#include "lib/Target/Preset.h"

namespace tpu_mlir {

/// What a command accomplishes, for utilisation figures.
struct Work {
  uint64_t macs = 0; // multiply-accumulates of a convolution or matrix product
  uint64_t macsPerCycle = 0; // that the array can do at this precision
  uint64_t bytesRead = 0, bytesWritten = 0; // of global memory
};

/// A function of the command alone: memory traffic of the other engine does not
/// count.
struct CycleModel {
  /// Cycles of a command, at least 1 if it does anything.
  uint64_t (*cycles)(const isa::Instruction &, Preset);
  /// Cycles before the first command of a run.
  uint64_t (*startCycles)(Preset);
  Work (*workOf)(const isa::Instruction &);
};

} // namespace tpu_mlir
