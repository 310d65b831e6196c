//===- Residency.h - Values that stay in local memory ---------------------===//
#pragma once

#include "lib/Schedule/Memory/LocalAllocator.h"

#include "dialects/Tpu/Tpu.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace tpu_mlir::tpu {

/// Which results of kernels stay whole in local memory, and where, from the op
/// that makes them to the last one that reads them there. Time is the position
/// of an op in its block.
class Residency {
public:
  struct Stay {
    Span span; // bytes of a lane
    unsigned first, last;

    unsigned length() const { return last - first; }
  };

  /// Nothing stays.
  Residency() = default;
  /// What is read soonest stays first; below `reserve` bytes of a lane nothing
  /// does, so that ops have room for the rest of their operands, and of values
  /// that only `pass` within a group none.
  Residency(mlir::Block &body, int64_t reserve,
            const llvm::DenseSet<mlir::Value> &passing = {});

  /// Where all of a value lies when the run of ops reads it; nothing if it is
  /// not there then, in that layout.
  std::optional<int64_t> heldFor(mlir::Value value, Layout layout,
                                 llvm::ArrayRef<mlir::Operation *> run) const;
  /// Where all of the run's result stays, if it does.
  std::optional<int64_t> keepOf(llvm::ArrayRef<mlir::Operation *> run) const;
  /// What a run of ops must leave alone.
  llvm::SmallVector<Span> occupied(llvm::ArrayRef<mlir::Operation *> run) const;

private:
  bool add(mlir::Value value, const Stay &stay, Span room, const Chip &chip);

  llvm::DenseMap<mlir::Operation *, unsigned> positions;
  llvm::DenseMap<mlir::Value, Stay> stays;
  llvm::SmallVector<mlir::Value> order; // of the stays
  std::optional<LiveIndex> index;       // of numbers in `order`
};

} // namespace tpu_mlir::tpu
