//===- Engine.h - Runs the two command streams of a group ------*- C++ -*-===//
//
// Commands run in their order, or at once where nobody can tell the difference.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "lib/Simulator/Engines/CommandGroup.h"
#include "lib/Simulator/Engines/Order.h"
#include "lib/Simulator/Machine.h"
#include <string>

namespace tpu_mlir::sim {

/// What a user knows a command by (the ONNX tensor it belongs to), or "".
using CommandNames = std::function<std::string(CommandId)>;

/// Whether a run is to end before its time.
using Stop = std::function<bool()>;

struct RunOptions {
  bool checkRaces = false;
  bool execute = true; ///< false: only take the time, change no memory
  CycleModel cycles;   ///< empty: commands take no time
  CommandNames names;
  /// Called after each command, before the next one starts.
  std::function<void(CommandId)> finished;
  Stop stop; ///< asked between commands
};

/// Runs a group to its end and returns its order. On a machine with threads
/// transfers run beside commands of the TIU, unless that is followed. Fails,
/// naming the command, if it cannot be executed, if the engines wait for each
/// other, if accesses race and that was asked for, or if it was stopped.
llvm::Expected<Order> run(Machine &machine, const CommandGroup &group,
                          const RunOptions &options = {});

/// "GDMA command 7 (dma.tensor) of 'conv1'".
std::string describe(const CommandGroup &group, CommandId command,
                     const CommandNames &names);

/// The error of a run that was stopped.
llvm::Error stopped();

} // namespace tpu_mlir::sim
