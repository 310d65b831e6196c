//===- GroupPlan.h - Tiling and local addresses of one group
//---------------===//
#pragma once

#include "lib/Commands/Timeline.h"
#include "lib/Schedule/Residency.h"
#include "lib/Schedule/Steps.h"

namespace tpu_mlir::tpu {

/// What a search counts by default. The vendor's model lets commands start at
/// once; on boards they take about 300 cycles (Cycles.cpp), and many small
/// slices would be slow there.
constexpr Prices kPrices = {Preset::Static, 40};

/// No bound to the room of a group.
constexpr int64_t kWholeLane = std::numeric_limits<int64_t>::max();

/// What local memory holds for a value, in turn with others of it, or for an
/// op's scratch buffer; steps are ops of the group.
struct GroupBuffer {
  mlir::Value value; // or
  mlir::Operation *scratchOf = nullptr;
  unsigned number = 0; // of its addresses
  LocalRequest request;
};

/// A group with everything decided, and what it costs.
struct GroupPlan : GroupSchedule {
  llvm::SmallVector<GroupBuffer> needs;
  int64_t room = kWholeLane; // bytes of a lane that it was given
  /// Cycles from its first command to its last, without the loads that could
  /// come any time before it: those of constants that all slices share.
  int64_t cycles = 0;
  int64_t loadCycles = 0; // of the loads of all constants
  int64_t workCycles = 0; // of the array

  int64_t &addressOf(const GroupBuffer &need) {
    return need.scratchOf ? buffers.scratch[need.scratchOf][need.number]
                          : buffers.values[need.value][need.number];
  }
};

/// The cheapest plan found for these ops as one group, beside what stays in
/// local memory; nothing if no tiling of it fits. `loadWeight` is what a cycle
/// of a constant's load counts beside: others wait for the engine meanwhile.
/// Buffers lie below `room` bytes of a lane where they can, which leaves the
/// rest to early loads.
std::optional<GroupPlan> planGroup(const GroupBody &body,
                                   const Prices &prices = kPrices,
                                   const Residency &residency = {},
                                   double loadWeight = 1,
                                   int64_t room = kWholeLane);

/// What a plan counts in a search.
double costOf(const GroupPlan &plan, double loadWeight);

} // namespace tpu_mlir::tpu
