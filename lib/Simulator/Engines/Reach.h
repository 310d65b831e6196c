//===- Reach.h - What a command may touch, before it runs ------*- C++ -*-===//
#pragma once

#include "lib/Isa/Accesses.h"
#include "lib/Simulator/Machine.h"

namespace tpu_mlir::sim {

/// The memory that executing a command may read and write, never too small. A
/// command of the TIU counts as writing all lanes: system commands may replace
/// its mask.
class Reach {
public:
  static Reach of(const isa::Instruction &instruction);

  /// Whether both touch a byte in common and one of them writes it.
  bool conflicts(const Reach &other) const;

  /// Whether this access, which must not reach beyond its lane, is foreseen.
  bool covers(const MemoryAccess &access) const;

private:
  bool isUnknown = false; ///< everything
  llvm::SmallVector<isa::Access> accesses;
};

} // namespace tpu_mlir::sim
