//===- Tilings.h - How results may be cut ---------------------------------===//
#pragma once

#include "lib/Schedule/Group.h"

namespace tpu_mlir::tpu {

/// Every tiling of a group's result that is worth a look, fewest slices first.
llvm::SmallVector<Tiling> candidateTilings(const GroupBody &body);

/// The least that a group takes, however its result is cut.
struct LeastNeed {
  int64_t bytes = 0; // of a lane
  mlir::Value owner; // the input, or result, that takes most of them
  int64_t ownerBytes = 0;
  int64_t scratchBytes = 0;
};
LeastNeed leastNeed(const GroupBody &body);

} // namespace tpu_mlir::tpu
