//===- GroupPlan.h - Tiling and local addresses of one group
//---------------===//
#pragma once

#include "lib/Schedule/Group.h"

namespace tpu_mlir::tpu {

/// A group with everything decided, and what it costs.
struct GroupPlan {
  GroupBody body;
  Tiling tiling;
  GroupBuffers buffers;
  int64_t cycles = 0;
};

/// The cheapest plan found for these ops as one group; nothing if they do not
/// make a group, or if no tiling of it fits into local memory.
std::optional<GroupPlan> planGroup(llvm::ArrayRef<mlir::Operation *> ops);
/// The cheapest with one slice, whose inputs are loaded while ops before their
/// use work.
std::optional<GroupPlan> planWhole(const GroupBody &body);

} // namespace tpu_mlir::tpu
