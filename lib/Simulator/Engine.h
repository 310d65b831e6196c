//===- Engine.h - Runs the two command streams of a group ------*- C++ -*-===//
//
// Each engine runs its commands in order. A command starts when the other
// engine has finished the command it waits for.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "lib/Simulator/CommandGroup.h"
#include "lib/Simulator/Machine.h"
#include "lib/Simulator/RaceDetector.h"
#include <functional>
#include <string>

namespace tpu_mlir::sim {

/// Cycles that a command keeps its engine busy.
using CycleModel = std::function<uint64_t(const isa::Instruction &)>;

/// What a user knows a command by (the ONNX tensor it belongs to), or "".
using CommandNames = std::function<std::string(CommandId)>;

struct RunOptions {
  bool checkRaces = false;
  bool execute = true; ///< false: only take the time, change no memory
  CycleModel cycles;   ///< empty: commands take no time
  CommandNames names;
  /// Called after each command, before the next one starts.
  std::function<void(CommandId)> finished;
};

/// When a command kept its engine busy, in cycles from the start of the group.
struct CommandTime {
  CommandId command;
  uint64_t start, end;
};

struct GroupReport {
  std::vector<CommandTime> times; ///< in the order they ran
  uint64_t cycles = 0;            ///< until both engines have finished
};

/// Runs a group to its end; the order is a function of the commands alone.
/// Fails, naming the command, if it cannot be executed, if the engines wait for
/// each other, or if accesses race and that was asked for.
llvm::Expected<GroupReport> run(Machine &machine, const CommandGroup &group,
                                const RunOptions &options = {});

/// "GDMA command 7 (dma.tensor) of 'conv1'".
std::string describe(const CommandGroup &group, CommandId command,
                     const CommandNames &names);

} // namespace tpu_mlir::sim
