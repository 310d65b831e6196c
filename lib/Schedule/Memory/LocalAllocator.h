//===- LocalAllocator.h - Addresses of buffers in a lane
//-------------------===//
#pragma once

#include "lib/Schedule/Memory/LiveIndex.h"
#include "lib/Target/Chip.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <optional>

namespace tpu_mlir::tpu {

/// Bytes of a lane, the end not included.
struct Span {
  int64_t begin = 0, end = 0;

  bool overlaps(const Span &other) const {
    return begin < other.end && other.begin < end;
  }
  int64_t bytes() const { return end - begin; }
};

/// A buffer that lives during steps first to last, both included.
struct LocalRequest {
  int64_t bytes; // of each lane
  unsigned first;
  unsigned last;
};

/// Addresses, multiples of the chip's alignment, such that buffers which live
/// at the same time do not overlap, nor any of them what is occupied; nothing
/// if they do not fit into a lane. Buffers that one step uses together, and
/// transfers beside it, are kept in different banks where that is possible.
/// Largest first, lowest address that fits; deterministic.
std::optional<llvm::SmallVector<int64_t>>
allocateLocal(llvm::ArrayRef<LocalRequest> requests, const Chip &chip,
              llvm::ArrayRef<Span> occupied = {});

/// The highest place for so many bytes within a span, clear of others.
std::optional<Span> placeHigh(int64_t bytes, llvm::ArrayRef<Span> avoid,
                              const Span &within);
/// The lowest place for so many bytes of a lane, clear of others.
std::optional<Span> placeLow(int64_t bytes, llvm::ArrayRef<Span> avoid,
                             const Chip &chip);
/// The largest span of a lane that is clear of others.
Span largestGap(llvm::ArrayRef<Span> avoid, const Chip &chip);

} // namespace tpu_mlir::tpu
