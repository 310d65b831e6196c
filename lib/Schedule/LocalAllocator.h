//===- LocalAllocator.h - Addresses of buffers in a lane
//-------------------===//
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <optional>

namespace tpu_mlir::tpu {

/// A buffer that lives during steps first to last, both included.
struct LocalRequest {
  int64_t bytes; // of each lane
  unsigned first;
  unsigned last;
};

/// Addresses, multiples of 64, such that buffers which live at the same time do
/// not overlap; nothing if they do not fit into a lane. Buffers that one step
/// uses together, and transfers beside it, are kept in different banks where
/// that is possible. Largest first, lowest address that fits; deterministic.
std::optional<llvm::SmallVector<int64_t>>
allocateLocal(llvm::ArrayRef<LocalRequest> requests);

} // namespace tpu_mlir::tpu
