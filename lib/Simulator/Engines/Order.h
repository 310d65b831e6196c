//===- Order.h - In which order the commands of a group run ----*- C++ -*-===//
#pragma once

#include "lib/Simulator/Engines/CommandGroup.h"
#include <functional>

namespace tpu_mlir::sim {

/// Cycles that a command keeps its engine busy.
using CycleModel = std::function<uint64_t(const isa::Instruction &)>;

/// When a command kept its engine busy, in cycles from the start of the group.
struct CommandTime {
  CommandId command;
  uint64_t start, end;
};

/// One command at a time; a function of the commands and their times alone.
struct Order {
  std::vector<CommandTime> times; ///< those that get to run, in order
  uint64_t cycles = 0;            ///< until both engines have finished
  /// By engine: the first command that never gets to run, or one past the last.
  uint32_t next[2] = {1, 1};

  bool isOver(const CommandGroup &group, isa::Engine engine) const {
    return next[unsigned(engine)] > group.of(engine).size();
  }
};

/// Each engine runs its commands in order. A command starts when the other
/// engine has finished the command it waits for; of two that could start next,
/// the earlier one runs first, or the TIU's. Without a model commands take no
/// time.
Order orderOf(const CommandGroup &group, const CycleModel &cycles);

} // namespace tpu_mlir::sim
