//===- Operands.h - The tensors that a command reads and writes -----------===//
//
// One description serves listings and dependencies. What each operand is was
// checked on the vendor's chip model: memory outside the operands neither
// changes nor influences the result (test/oracle).
//
//===----------------------------------------------------------------------===//

#pragma once

#include "lib/Isa/Instructions.h"
#include "lib/Isa/Lanes.h"
#include "llvm/ADT/SmallVector.h"
#include <array>

namespace tpu_mlir::isa {

/// n, c, h, w.
using Sizes = std::array<uint64_t, 4>;

struct Operand {
  enum class Kind {
    Tensor,   // `shape` and `strides` apply; in local memory c steps the lanes
    Linear,   // `shape[3]` elements in a row, across lanes too
    Constant, // `value` in the command
    Anything, // all of the memory: the command's reach is not known
  };

  Kind kind = Kind::Tensor;
  llvm::StringRef name; // opd0, res0, src: the prefix of its fields
  bool isRead = false;
  bool isWritten = false;
  Precision precision = Precision::I8;
  bool isSigned = false;
  Space space = Space::Local;
  bool hasSpace = true; // false: the address lies in no memory
  uint64_t address = 0; // local: lane * 256 KiB + byte; else absolute
  Sizes shape{};
  Sizes strides{};        // elements; c in local memory: to the channel 64 on
  llvm::StringRef layout; // how the strides came about, for listings
  Lanes lanes = Lanes::all(); // those that a write may change
  uint32_t value = 0;
};

using Operands = llvm::SmallVector<Operand, 4>;

/// The operands of a command, results last. A command that names an unknown
/// sub-function has none.
Operands operands(const Instruction &instruction);

} // namespace tpu_mlir::isa
