//===- GlobalMemory.h - Values that share global memory
//--------------------===//
#pragma once

#include "lib/Target/Chip.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"

namespace tpu_mlir::tpu {

/// Regions of global memory, each holding values at fixed distances from each
/// other. A value starts in a region of its own.
class GlobalMemory {
public:
  struct Member {
    mlir::Value value;
    int64_t offset; // bytes from the start of its region's first value
    int64_t bytes;
  };
  struct Region {
    llvm::SmallVector<Member> members;
    int64_t begin = 0, end = 0; // hull of the members
    /// Lies at its own place from the start, as its one value's offset 0.
    bool fixed = false;
  };

  /// A fixed value keeps offset 0 and may only hold others inside itself.
  void add(mlir::Value value, int64_t bytes, bool fixed);
  bool contains(mlir::Value value) const { return regionOf.contains(value); }

  /// Lets `part` lie inside `whole`, `offset` bytes after its start, if that
  /// overwrites nothing and moves nothing that is fixed.
  bool place(mlir::Value part, mlir::Value whole, int64_t offset);

  llvm::SmallVector<const Region *> regions() const;

private:
  const Member &member(mlir::Value value) const;

  std::vector<Region> all;
  llvm::DenseMap<mlir::Value, unsigned> regionOf;
};

/// A block of bytes that is used from one moment to another, both included.
struct GlobalRequest {
  int64_t bytes;
  unsigned first;
  unsigned last;
};

/// Offsets, multiples of the chip's page, such that blocks in use at the same
/// time do not overlap; and the bytes all of them take.
std::pair<llvm::SmallVector<int64_t>, int64_t>
allocateGlobal(llvm::ArrayRef<GlobalRequest> requests, const Chip &chip);

} // namespace tpu_mlir::tpu
