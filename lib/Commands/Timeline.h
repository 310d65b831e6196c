//===- Timeline.h - When commands run -------------------------------------===//
#pragma once

#include "lib/Commands/Emitter.h"

namespace tpu_mlir {

/// Cycles until the last of these commands is over, on two engines that run in
/// order and wait for each other only where memory makes them; each takes
/// `started` more to start.
int64_t cyclesOf(llvm::ArrayRef<Command> commands, const Chip &chip,
                 int64_t started = 0);
/// The same of what an emitter has collected.
inline int64_t cyclesOf(const Emitter &emitter, int64_t started = 0) {
  return cyclesOf(emitter.getCommands(), emitter.getChip(), started);
}

} // namespace tpu_mlir
