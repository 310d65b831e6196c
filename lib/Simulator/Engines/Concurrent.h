//===- Concurrent.h - Runs commands of both engines at once ----*- C++ -*-===//
//
// A command may start before others that come first in order, unless it waits
// for one of them or both touch a byte that one of them writes.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "lib/Simulator/Engines/Engine.h"

namespace tpu_mlir::sim {

class ThreadPool;

/// Executes the commands of `order`: transfers on a worker of `pool` beside the
/// commands of the TIU. Memory ends as if they ran one after the other, and the
/// error is that of the first command in order that fails. Uses the names and
/// the stop of `options`. Nobody may follow the machine's accesses.
llvm::Error runConcurrently(Machine &machine, ThreadPool &pool,
                            const CommandGroup &group, const Order &order,
                            const RunOptions &options);

} // namespace tpu_mlir::sim
