//===- GroupPlan.h - Tiling and local addresses of one group
//---------------===//
#pragma once

#include "lib/Schedule/Residency.h"
#include "lib/Schedule/Steps.h"

namespace tpu_mlir::tpu {

/// What a command costs beside its cycles in the vendor's model, in which
/// commands start at once: on boards they take about 300 (Cycles.cpp), and many
/// small slices would be slow there.
constexpr int64_t kCommandStart = 40; // cycles

/// A group with everything decided, and what it costs.
struct GroupPlan : GroupSchedule {
  /// Cycles from its first command to its last, without the loads that could
  /// come any time before it: those of constants that all slices share.
  int64_t cycles = 0;
  int64_t loadCycles = 0; // of the loads of all constants
  int64_t workCycles = 0; // of the array
};

/// No bound to the room of a group.
constexpr int64_t kWholeLane = std::numeric_limits<int64_t>::max();

/// The cheapest plan found for these ops as one group, beside what stays in
/// local memory; nothing if no tiling of it fits. `loadWeight` is what a cycle of a constant's load counts beside:
/// others wait for the engine meanwhile. Buffers lie below `room` bytes of a
/// lane where they can, which leaves the rest to early loads.
std::optional<GroupPlan> planGroup(const GroupBody &body,
                                   const Residency &residency = {},
                                   double loadWeight = 1,
                                   int64_t room = kWholeLane);

/// What a plan counts in a search.
double costOf(const GroupPlan &plan, double loadWeight);

} // namespace tpu_mlir::tpu
