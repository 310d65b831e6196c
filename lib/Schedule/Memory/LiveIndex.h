//===- LiveIndex.h - What lives at the same time ----------------*- C++ -*-===//
#pragma once

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"

#include <vector>

namespace tpu_mlir::tpu {

/// Finds the items that live during some step of a span, in time proportional
/// to their number: an allocator asks once for each buffer of a network.
class LiveIndex {
public:
  /// Steps are 0 to `steps` - 1.
  explicit LiveIndex(unsigned steps);

  /// Adds an item that lives during steps `first` to `last`, both included.
  void add(unsigned first, unsigned last, unsigned item);
  /// Calls `visit` once for each item that lives in a step of the span.
  void visit(unsigned first, unsigned last,
             llvm::function_ref<void(unsigned item)> visit) const;

private:
  using Items = llvm::SmallVector<unsigned, 2>;

  unsigned steps;
  std::vector<Items> starting; // by their first step
  /// A segment tree in an array: the root is 1, leaf `steps` + s is step s. An
  /// item stands at the O(log steps) nodes that make up its life.
  std::vector<Items> nodes;
};

} // namespace tpu_mlir::tpu
