//===- Accesses.h - The memory that a command reads and writes ------------===//

#pragma once

#include "lib/Isa/Instructions.h"
#include "lib/Isa/Lanes.h"
#include "llvm/ADT/SmallVector.h"

namespace tpu_mlir::isa {

/// A range of bytes. Ranges are never too small: all that a command touches is
/// in one of them, and padding between its rows may be too.
struct Access {
  Space space;
  bool write;
  uint64_t begin, end; // local: bytes within a lane; otherwise addresses
  Lanes lanes;         // of local memory; otherwise all
};

llvm::SmallVector<Access> accesses(const Instruction &instruction);

/// Whether two accesses touch a byte in common and one of them writes it.
bool conflict(const Access &a, const Access &b);

} // namespace tpu_mlir::isa
