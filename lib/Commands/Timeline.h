//===- Timeline.h - When commands run -------------------------------------===//
#pragma once

#include "lib/Commands/Emitter.h"
#include "lib/Target/CycleModel.h"

namespace tpu_mlir {

/// What commands take: by a preset of the chip's cycle model, and so many
/// cycles more to start.
struct Prices {
  Preset preset = Preset::Static;
  int64_t start = 0;

  int64_t of(const Command &command, const Chip &chip) const {
    return start + int64_t(chip.model->cycles(command.instruction, preset));
  }
};

/// When a command runs, in cycles, the end not included.
struct Timed {
  isa::Engine engine;
  int64_t start, end;
};

/// The times of these commands on two engines that run in order and wait for
/// each other only where memory makes them.
std::vector<Timed> timesOf(llvm::ArrayRef<Command> commands, const Chip &chip,
                           const Prices &prices = {});

/// Cycles until the last of them is over.
int64_t cyclesOf(llvm::ArrayRef<Command> commands, const Chip &chip,
                 const Prices &prices = {});
/// The same of what an emitter has collected.
inline int64_t cyclesOf(const Emitter &emitter, const Prices &prices = {}) {
  return cyclesOf(emitter.getCommands(), emitter.getChip(), prices);
}

} // namespace tpu_mlir
