//===- Search.h - The best schedule that is found -------------------------===//
#pragma once

#include "lib/Schedule/Assembly.h"

namespace tpu_mlir::tpu {

/// The cheapest of a few schedules of the ops in a body, by the cycles of the
/// whole program, as groups of at most `maxOps`; 1 lets every value pass global
/// memory. Marks the ops that work in local memory though they could move
/// within global memory, and gives moves their windows. Emits an error for each
/// op that does not fit however it is cut.
mlir::FailureOr<std::vector<GroupPlan>> schedule(mlir::Block &body,
                                                 unsigned maxOps);

} // namespace tpu_mlir::tpu
