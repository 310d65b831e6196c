//===- Cut.h - Kernels cut into groups ------------------------------------===//
#pragma once

#include "lib/Schedule/Plans/PlanMemo.h"

namespace tpu_mlir::tpu {

/// What a cycle of a load that can come early counts beside one of work.
constexpr double kLoadWeight = 0.5;

/// Cuts kernels into groups of at most `maxOps`: the best way to do the first
/// `end` of them ends with a group that starts at one of the `maxOps` before.
/// Each group is priced alone, with buffers below `room` bytes of a lane.
class Cut {
public:
  Cut(llvm::ArrayRef<mlir::Operation *> kernels, unsigned maxOps,
      const Residency &residency, int64_t room, PlanMemo &memo);

  /// Ops that do not fit even alone.
  llvm::ArrayRef<mlir::Operation *> getMisfits() const { return misfits; }
  std::vector<GroupPlan> takePlans();

private:
  struct Prefix {
    double cost = 0;
    size_t start = 0;
    std::optional<GroupPlan> last;
  };

  void tryGroup(size_t start, size_t end);

  llvm::ArrayRef<mlir::Operation *> kernels;
  const Residency &residency;
  int64_t room;
  PlanMemo &memo;
  std::vector<Prefix> best;
  std::vector<double> least; // that the first ops can cost
  llvm::SmallVector<mlir::Operation *> misfits;
};

} // namespace tpu_mlir::tpu
