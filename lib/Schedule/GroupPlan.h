//===- GroupPlan.h - Tiling and local addresses of one group
//---------------===//
#pragma once

#include "lib/Schedule/Residency.h"
#include "lib/Schedule/Steps.h"

namespace tpu_mlir::tpu {

/// A group with everything decided, and what it costs.
struct GroupPlan : GroupSchedule {
  /// Cycles from its first command to its last, without the loads that could
  /// come any time before it: those of constants that all slices share.
  int64_t cycles = 0;
  int64_t loadCycles = 0; // of the loads of all constants
  int64_t workCycles = 0; // of the array
};

/// The cheapest plan found for these ops as one group, beside what stays in
/// local memory; nothing if they do not make a group, or if no tiling of it
/// fits. `loadWeight` is what a cycle of a constant's load counts
/// beside: others wait for the engine meanwhile.
std::optional<GroupPlan> planGroup(llvm::ArrayRef<mlir::Operation *> ops,
                                   const Residency &residency = {},
                                   double loadWeight = 1);

/// What a plan counts in a search.
double costOf(const GroupPlan &plan, double loadWeight);

} // namespace tpu_mlir::tpu
