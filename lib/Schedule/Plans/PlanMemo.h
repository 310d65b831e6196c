//===- PlanMemo.h - Plans of groups that are alike ------------------------===//
#pragma once

#include "lib/Schedule/Plans/GroupPlan.h"

#include <map>
#include <unordered_map>

namespace tpu_mlir::tpu {

/// Plans groups, each structure once: twelve equal blocks of a network cost as
/// much as one. Two runs of ops have one plan if their ops are equal, read each
/// other and constants in the same way, and what stays in local memory
/// meanwhile lies at the same addresses.
class PlanMemo {
public:
  using Key = std::vector<int64_t>;

  explicit PlanMemo(const Prices &prices) : prices(prices) {}

  /// Says which ops are to be planned, before `plan` is asked; again when their
  /// attributes change.
  void setKernels(llvm::ArrayRef<mlir::Operation *> kernels);

  /// The cheapest plan found for a run of the kernels, as planGroup makes it.
  std::optional<GroupPlan> plan(llvm::ArrayRef<mlir::Operation *> ops,
                                const Residency &residency, double loadWeight,
                                int64_t room);

  /// Equal for runs of equal ops that read each other in the same way.
  Key structureOf(llvm::ArrayRef<mlir::Operation *> ops) const;

private:
  struct Hash {
    size_t operator()(const Key &key) const {
      return llvm::hash_combine_range(key.begin(), key.end());
    }
  };

  Prices prices;
  llvm::DenseMap<mlir::Operation *, int64_t> numbers;
  std::map<Key, int64_t> numberOf; // of an op, without those that it reads
  std::unordered_map<Key, std::optional<GroupPlan>, Hash> plans;
};

} // namespace tpu_mlir::tpu
