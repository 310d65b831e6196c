//===- Search.h - The best schedule that is found -------------------------===//
#pragma once

#include "lib/Schedule/Assembly.h"
#include "lib/Schedule/Passes.h"

namespace tpu_mlir::tpu {

/// How a search goes on.
struct SearchOptions {
  unsigned maxOps = 12; // in a group; 1 lets every value pass global memory
  Effort effort = Effort::Normal;
  Prices prices = kPrices;
};

/// The cheapest of a few schedules of the ops in a body, by the cycles of the
/// whole program. Marks the ops that work in local memory though they could
/// move within global memory, and gives moves their windows. Emits an error for
/// each op that does not fit however it is cut.
mlir::FailureOr<std::vector<GroupPlan>> schedule(mlir::Block &body,
                                                 const SearchOptions &options);

} // namespace tpu_mlir::tpu
